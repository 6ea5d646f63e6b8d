//! What others change: texts that are no longer what was labelled, and the project file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{
    App, Command, FileChoice, NoticeKind, Page, Question, Request, TaskResult, Work, author_of,
    counted,
};
use crate::anchor::{Found, MarkId, all_stand_in, find_marks_again};
use crate::edit::{
    self, Author, Change, Double, Edit, Merged, OpenProject, Refusal, Swap, TakenUp, Verdict,
};
use crate::model::{Document, DocumentId, Project, Texts};
use crate::store::{
    self, BackupReason, ChangedText, Known, Labelled, Look, Opened, ReadError, ReadText, Storage,
    UnfitJournal,
};
use crate::text::Text;

/// How often the files are looked at while the window is used.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Whether somebody is looking at the files just now.
#[derive(Debug, Default)]
pub(super) struct Looking {
    is_under_way: bool,
    /// Whether a save waits for what is seen.
    saves_afterwards: bool,
    last_at: Option<Instant>,
}

/// What came of a look at the files.
#[derive(Debug)]
pub struct Looked {
    path: PathBuf,
    /// The revision that was merged with what others wrote.
    revision: u64,
    look: Look,
    merged: Option<MergedOutside>,
}

/// What others wrote into the project file, merged with what is here.
#[derive(Debug)]
struct MergedOutside {
    theirs: Project,
    file_sha256: Option<String>,
    edit: Edit,
    /// What leads from the file to the merged project.
    from_theirs: Edit,
    doubles: Vec<Double>,
    is_theirs: bool,
}

/// Edits that a crash had left unsaved, merged with a project file that others have changed since.
#[derive(Debug)]
pub struct UnsavedMerged {
    path: PathBuf,
    /// The revision that they were merged with.
    revision: u64,
    edit: Edit,
    doubles: Vec<Double>,
    /// Those that could be merged.
    journals: Vec<UnfitJournal>,
}

/// How the marks of changed texts were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReviewCounts {
    /// With the same words, beyond doubt.
    pub certain: usize,
    /// With places to choose from.
    pub doubtful: usize,
    /// Nowhere.
    pub orphans: usize,
}

impl Work {
    /// Texts that are no longer what was labelled, and not taken up yet.
    pub fn changed(&self) -> &BTreeMap<DocumentId, ChangedText> {
        &self.changed
    }

    /// The marks that a person has to look at, in the order of the documents.
    pub fn doubts(&self) -> impl Iterator<Item = (&ChangedText, &MarkId, &Found)> {
        let all = self.changed.values().flat_map(|changed| {
            let marks = changed.found.iter();
            marks.map(move |(mark_id, found)| (changed, mark_id, found))
        });
        all.filter(|(_, _, found)| !matches!(found, Found::Certain(_)))
    }

    /// What two sides changed in different ways when the project was merged last.
    pub fn doubles(&self) -> &[Double] {
        &self.doubles
    }

    /// How the marks of changed texts were found.
    pub fn review_counts(&self) -> ReviewCounts {
        let mut counts = ReviewCounts::default();
        for found in self.changed.values().flat_map(|text| text.found.values()) {
            match found {
                Found::Certain(_) => counts.certain += 1,
                Found::Doubtful(_) => counts.doubtful += 1,
                Found::Orphan => counts.orphans += 1,
            }
        }
        counts
    }
}

impl App {
    /// Looks at the files if that was some time ago.
    pub(super) fn look_outside_now_and_then(&mut self, now: Instant) {
        let last_at = *self.looking.last_at.get_or_insert(now);
        if now.duration_since(last_at) >= LOOK_EVERY && self.questions.is_empty() {
            self.looking.last_at = Some(now);
            self.look_outside(false);
        }
    }

    /// Looks at the files off the frame, and merges what others wrote; then saves, if a save waits for that.
    pub(super) fn look_outside(&mut self, saves_afterwards: bool) {
        let Some(work) = self.work.as_ref().filter(|work| work.is_whole) else {
            return;
        };
        if work.saved.is_saving {
            return;
        }
        self.looking.saves_afterwards |= saves_afterwards;
        if self.looking.is_under_way {
            return;
        }
        self.looking.is_under_way = true;
        let (path, revision) = (work.path.clone(), work.revision());
        let base = work.saved.project.clone();
        let author = author_of(work);
        let storage = self.storage.clone();
        let known = Known {
            project: work.project().clone(),
            texts: work.texts.clone(),
            changed: work.changed.clone(),
            file_sha256: work.saved.sha256.clone(),
            seen: match saves_afterwards {
                true => work.seen.clone().without_project_file(),
                false => work.seen.clone(),
            },
        };
        self.tasks.start_unseen(move |_| {
            let look = store::look_outside(&path, &known);
            let merged = match &look.project {
                Some(Ok(opened)) if opened.unreadable.is_empty() => {
                    // What others wrote is about to be written over by what both made together.
                    keep_before_merge(&storage, &path, &known);
                    Some(merge_outside(&base, &known.project, opened, &author))
                }
                _ => None,
            };
            TaskResult::Looked(Box::new(Looked {
                path,
                revision,
                look,
                merged,
            }))
        });
    }

    pub(super) fn looked(&mut self, looked: Looked) {
        self.looking.is_under_way = false;
        let Looked {
            path,
            revision,
            look,
            merged,
        } = looked;
        let saves = std::mem::take(&mut self.looking.saves_afterwards);
        let Some(work) = self.work.as_mut().filter(|work| work.path == path) else {
            return;
        };
        if merged.is_some() && work.revision() != revision {
            // The person went on while it was merged. What is here now has to be merged too.
            return self.look_outside(saves);
        }
        let Look {
            seen,
            project,
            changed,
            changed_back,
            gone,
            back,
        } = look;
        work.seen = seen;
        let documents = &work.project().documents;
        let gone: Vec<&str> = gone
            .iter()
            .filter_map(|id| Some(&*documents.get(id)?.path))
            .collect();
        if let Some(words) = words_on_gone(&gone) {
            self.tell(NoticeKind::Warning, words);
        }
        for (document_id, labelled) in back {
            self.labelled(document_id, Ok(labelled));
        }
        let Some(work) = &mut self.work else { return };
        for document_id in changed_back {
            work.changed.remove(&document_id);
        }
        if !changed.is_empty() {
            let changed = changed.into_iter();
            work.changed
                .extend(changed.map(|text| (text.document_id.clone(), text)));
            self.tell_changed_texts();
        }
        match (merged, project) {
            (Some(merged), _) => self.take_up_merged(merged),
            (None, None) => {}
            (None, Some(_)) if saves => {
                self.after_save = None;
                self.ask(Question::ChangedOutside { path });
                return;
            }
            (None, Some(_)) => {
                let words = "Another program has changed the project file so that it cannot be read. Your work is \
                             still here; saving will ask what to do";
                self.tell(NoticeKind::Warning, words);
            }
        }
        if saves && let Some(work) = &self.work {
            let (path, expected) = (work.path.clone(), work.saved.sha256.clone());
            self.start_save(path, expected);
        }
    }

    /// Edits that a crash left unsaved do not fit a file that others have changed since. They are merged with it, if it is
    /// known what they followed on.
    pub(super) fn merge_unsaved(&mut self, journals: Vec<UnfitJournal>) {
        let Some(work) = self.work.as_ref().filter(|_| !journals.is_empty()) else {
            return;
        };
        let (path, revision) = (work.path.clone(), work.revision());
        let (project, author) = (work.project().clone(), author_of(work));
        let storage = self.storage.clone();
        self.tasks.start("Merging unsaved edits", move |_| {
            let (mut merged, mut doubles) = (project.clone(), Vec::new());
            let mut known = Vec::new();
            for journal in journals {
                if let Some(both) = merge_journal(&storage, &path, &journal, &merged) {
                    merged = both.project;
                    doubles.extend(both.doubles);
                    known.push(journal);
                }
            }
            let label = "merge edits that were not saved".to_owned();
            TaskResult::UnsavedMerged(Box::new(UnsavedMerged {
                path,
                revision,
                edit: edit::become_project(&project, &merged, &author, label),
                doubles,
                journals: known,
            }))
        });
    }

    pub(super) fn unsaved_merged(&mut self, merged: UnsavedMerged) {
        let UnsavedMerged {
            path,
            revision,
            edit,
            doubles,
            journals,
        } = merged;
        let Some(work) = self.work.as_mut().filter(|work| work.path == path) else {
            return;
        };
        if work.revision() != revision {
            return self.merge_unsaved(journals);
        }
        let count: usize = journals.iter().map(|journal| journal.steps.len()).sum();
        if let Err(refusal) = work.open.run(edit.clone()) {
            return self.tell(NoticeKind::Failure, refusal.to_string());
        }
        work.merged_journals = journals;
        work.doubles.extend(doubles);
        self.after_change();
        self.read_again_where_needed(&edit);
        if count > 0 {
            let words = format!(
                "{count} edits that had not been saved are merged with what another program wrote since"
            );
            let deed = ("Undo".to_owned(), Command::Undo);
            self.tell_with(NoticeKind::Warning, words, Some(deed));
        }
    }

    /// What others wrote becomes one step that can be taken back.
    fn take_up_merged(&mut self, merged: MergedOutside) {
        let MergedOutside {
            theirs,
            file_sha256,
            edit,
            from_theirs,
            doubles,
            is_theirs,
        } = merged;
        let Some(work) = &mut self.work else { return };
        let count = edit.changes.len();
        if let Err(refusal) = work.open.run(edit.clone()) {
            return self.tell(NoticeKind::Failure, refusal.to_string());
        }
        work.saved.project = theirs;
        work.saved.sha256.clone_from(&file_sha256);
        work.saved.failure = None;
        (work.saved.failures, work.saved.again_at) = (0, None);
        let has_doubles = !doubles.is_empty();
        work.doubles = doubles;
        self.after_change();
        self.read_again_where_needed(&edit);
        let Some(work) = &mut self.work else { return };
        if let Some(hash) = file_sha256 {
            work.journal.merged(work.open.revision(), hash, from_theirs);
        }
        work.look_for_misplaced();
        if is_theirs {
            work.saved.revision = work.revision();
            work.saved.first_unsaved_at = None;
        }
        match has_doubles {
            true => {
                let words = "Another program changed the project. Its changes are merged with yours; some need a look";
                let deed = ("Show".to_owned(), Command::Show(Page::Doubles));
                self.tell_with(NoticeKind::Warning, words, Some(deed));
            }
            false if count == 0 => {}
            false => {
                let words = format!(
                    "Another program changed the project. Its {count} changes are merged with yours"
                );
                let deed = ("Undo".to_owned(), Command::Undo);
                self.tell_with(NoticeKind::Warning, words, Some(deed));
            }
        }
    }

    /// Looks at where the annotations of changed texts stand now, and at those that are elsewhere than they say.
    pub(super) fn review(&mut self) {
        let Some(work) = &self.work else { return };
        let (project, texts) = (work.project().clone(), work.texts.clone());
        let mut changed = work.changed.clone();
        changed.retain(|_, changed| changed.is_other_text(&project));
        self.tasks.start("Finding words again", move |_| {
            let known: Vec<DocumentId> = changed.keys().cloned().collect();
            // The person may have marked and deleted since the change was seen.
            let renewed = changed.into_values().map(|changed| {
                let ChangedText {
                    document_id,
                    old,
                    now,
                    ..
                } = changed;
                ChangedText::between(&project, &document_id, old, now)
            });
            let orphans = find_orphans_again(&project, &texts, &known);
            TaskResult::FoundAgain(renewed.chain(orphans).collect())
        });
    }

    pub(super) fn found_again(&mut self, found: Vec<ChangedText>) {
        let Some(work) = &mut self.work else { return };
        let project = work.open.project();
        work.changed
            .retain(|_, changed| changed.is_other_text(project));
        let found = found.into_iter();
        work.changed
            .extend(found.map(|changed| (changed.document_id.clone(), changed)));
        self.request(Request::Show(Page::Review));
    }

    /// Says that texts have changed, and shows the page on which that is settled.
    pub(super) fn tell_changed_texts(&mut self) {
        let Some(work) = &self.work else { return };
        if work.changed.is_empty() {
            return;
        }
        let counts = work.review_counts();
        let texts = match work.changed.len() {
            1 => "A text has changed since it was labelled".to_owned(),
            count => format!("{count} texts have changed since they were labelled"),
        };
        let words = match counts.doubtful + counts.orphans {
            0 => format!("{texts}. {} found again", counted(counts.certain, "place")),
            left => format!(
                "{texts}. {} found again, {left} {} for your decision",
                counted(counts.certain, "place"),
                if left == 1 { "waits" } else { "wait" }
            ),
        };
        let deed = ("Review…".to_owned(), Command::ReviewTexts);
        self.tell_with(NoticeKind::Warning, words, Some(deed));
    }

    /// Takes up all changed texts: what is certain moves, the rest as decided; what is undecided stays as it is.
    pub(super) fn take_up_texts(
        &mut self,
        verdicts: &BTreeMap<MarkId, Verdict>,
    ) -> Result<(), Refusal> {
        let Some(work) = &self.work else {
            return Ok(());
        };
        let changed: Vec<ChangedText> = work.changed.values().cloned().collect();
        self.edit(|work, author| {
            let texts = changed
                .iter()
                .filter_map(|changed| taken_up(work.project(), changed, verdicts))
                .collect();
            edit::take_up_texts(work.project(), author, texts)
        })?;
        let Some(work) = &mut self.work else {
            return Ok(());
        };
        for changed in changed {
            work.texts.insert(changed.document_id, changed.now.text);
        }
        work.changed.clear();
        work.look_for_misplaced();
        self.notices
            .retain(|notice| !matches!(notice.deed, Some((_, Command::ReviewTexts))));
        let Some(work) = &self.work else {
            return Ok(());
        };
        let orphans = work.misplaced.len();
        let mut words = "The changed texts are taken up".to_owned();
        if orphans > 0 {
            words = format!("{words}; {orphans} annotations are kept without a place");
        }
        let deed = ("Undo".to_owned(), Command::Undo);
        self.tell_with(NoticeKind::Done, words, Some(deed));
        self.keep_texts();
        Ok(())
    }

    /// Keeps copies of the texts as they are labelled, off the frame.
    pub(super) fn keep_texts(&mut self) {
        let Some(work) = &self.work else { return };
        let (path, project) = (work.path.clone(), work.project().clone());
        self.tasks.start_unseen(move |_| {
            store::keep_texts(&path, &project);
            TaskResult::TextsKept
        });
    }

    /// After undo and redo of another text or another reading of it, what is in memory is of the other one.
    pub(super) fn read_again_where_needed(&mut self, edit: &Edit) {
        let Some(work) = &self.work else { return };
        let is_other = |swap: &Swap<Option<Arc<Document>>>| match (&swap.before, &swap.after) {
            (Some(a), Some(b)) => {
                let is_found = a.path != b.path && !work.texts.contains_key(&b.id);
                a.encoding != b.encoding || a.sha256 != b.sha256 || is_found
            }
            (Some(only), None) | (None, Some(only)) => !work.texts.contains_key(&only.id),
            (None, None) => false,
        };
        let changes = edit.changes.iter().filter_map(|change| match change {
            Change::Document(swap) if is_other(swap) => {
                swap.before.as_ref().or(swap.after.as_ref())
            }
            _ => None,
        });
        let changed: Vec<DocumentId> = changes.map(|document| document.id.clone()).collect();
        for document_id in changed {
            self.read_again(document_id);
        }
    }

    fn read_again(&mut self, document_id: DocumentId) {
        let Some(work) = &self.work else { return };
        let (path, project) = (work.path.clone(), work.project().clone());
        let Some(document) = project.documents.get(&document_id).cloned() else {
            return;
        };
        self.tasks
            .start(format!("Reading {}", document.title()), move |_| {
                let outcome = store::read_labelled(&path, &project, &document);
                TaskResult::Labelled(document_id, Box::new(outcome))
            });
    }

    /// Asks where the text of the document shown lies, if it is not where it was.
    pub(super) fn ask_where_text_is(&mut self) {
        let Some(work) = &self.work else { return };
        match (work.document(), work.text()) {
            (Some(document), None) => {
                let choice = FileChoice::MissingText(document.id.clone());
                self.request(Request::Choose(choice));
            }
            _ => self.tell(NoticeKind::Refused, "The text of this document is there"),
        }
    }

    /// Looks whether a file can be the text of a document; one from elsewhere is copied beside the project.
    ///
    /// # Errors
    /// If the project is open for reading.
    pub(super) fn locate_text_at(
        &mut self,
        document_id: DocumentId,
        file: PathBuf,
    ) -> Result<(), Refusal> {
        let Some(work) = &self.work else {
            return Ok(());
        };
        if work.is_for_reading() {
            return Err(Refusal::OpenForReading);
        }
        let path = work.path.clone();
        self.tasks.start("Reading the text", move |_| {
            let outcome = store::bring_text(&path, &file);
            TaskResult::TextLocated(path, document_id, outcome)
        });
        Ok(())
    }

    pub(super) fn text_located(
        &mut self,
        project_file: PathBuf,
        document_id: DocumentId,
        outcome: Result<String, ReadError>,
    ) {
        if self
            .work
            .as_ref()
            .is_none_or(|work| work.path != project_file)
        {
            return;
        }
        let path = match outcome {
            Ok(path) => path,
            Err(error) => return self.tell(NoticeKind::Failure, error.to_string()),
        };
        let found =
            self.edit(|work, author| edit::set_path(work.project(), author, &document_id, path));
        match found {
            Ok(()) => self.read_again(document_id),
            Err(refusal) => self.tell(NoticeKind::Refused, refusal.to_string()),
        }
    }

    /// A text was read again as the project knows it.
    pub(super) fn labelled(
        &mut self,
        document_id: DocumentId,
        outcome: Result<Labelled, ReadError>,
    ) {
        let Labelled { text, changed } = match outcome {
            Ok(labelled) => labelled,
            Err(error) => return self.tell(NoticeKind::Failure, error.to_string()),
        };
        let Some(work) = &mut self.work else { return };
        work.texts.insert(document_id.clone(), text);
        match changed {
            Some(changed) => drop(work.changed.insert(document_id, changed)),
            None => drop(work.changed.remove(&document_id)),
        }
        work.look_for_misplaced();
        self.tell_changed_texts();
    }
}

/// What is said when texts are no longer where they were.
fn words_on_gone(paths: &[&str]) -> Option<String> {
    let (first, others) = paths.split_first()?;
    let others = match others.len() {
        0 => String::new(),
        _ => format!(" and {}", counted(others.len(), "other text")),
    };
    Some(format!(
        "“{first}”{others} cannot be found any more. What you see stays until the project is closed; put it back until then"
    ))
}

/// The edits of a journal, carried out on what they followed on, merged with the project as it is. `None` if that is not
/// known or they do not follow; the journal is kept then.
fn merge_journal(
    storage: &Storage,
    path: &std::path::Path,
    journal: &UnfitJournal,
    theirs: &Project,
) -> Option<Merged> {
    let base = store::project_of_hash(storage, path, journal.base_sha256.as_deref()?)?;
    let mut ours = OpenProject::new(base.clone());
    let mut steps = journal.steps.iter().cloned();
    steps.try_for_each(|step| ours.follow(step)).ok()?;
    Some(edit::merge(&base, ours.project(), theirs))
}

fn keep_before_merge(storage: &Storage, path: &std::path::Path, known: &Known) {
    let reason = BackupReason::BeforeMerge;
    let words = store::project_to_string(&known.project, &known.texts);
    let ours = store::back_up(storage, path, words.into_bytes(), reason);
    let theirs = store::back_up_file(storage, path, reason);
    for error in [ours, theirs].into_iter().filter_map(Result::err) {
        log::warn!("no backup was made before a merge: {error}");
    }
}

fn merge_outside(
    base: &Project,
    ours: &Project,
    opened: &Opened,
    author: &Author,
) -> MergedOutside {
    let theirs = &opened.in_file;
    let Merged { project, doubles } = edit::merge(base, ours, theirs);
    let label = "merge what another program changed".to_owned();
    MergedOutside {
        edit: edit::become_project(ours, &project, author, label.clone()),
        from_theirs: edit::become_project(theirs, &project, author, label),
        is_theirs: project == *theirs,
        theirs: theirs.clone(),
        file_sha256: opened.file_sha256.clone(),
        doubles,
    }
}

/// What becomes of one changed text; `None` if its document has gone.
fn taken_up<'a>(
    project: &Project,
    changed: &'a ChangedText,
    verdicts: &BTreeMap<MarkId, Verdict>,
) -> Option<TakenUp<'a>> {
    let before = project.documents.get(&changed.document_id)?;
    let document = Document {
        sha256: changed.now.sha256.clone(),
        size_bytes: changed.now.size_bytes,
        encoding: changed.now.encoding.clone(),
        ..Document::clone(before)
    };
    let verdict = |(mark_id, found): (&MarkId, &Found)| {
        let is_there = match mark_id {
            MarkId::Annotation(id) => project.annotations.get(id).is_some(),
            MarkId::Region(id) => project.regions.get(id).is_some(),
        };
        let verdict = match found {
            _ if !is_there => return None,
            Found::Certain(spans) => Verdict::MoveTo(spans.clone()),
            _ => verdicts.get(mark_id)?.clone(),
        };
        Some((mark_id.clone(), verdict))
    };
    Some(TakenUp {
        document,
        text: &changed.now.text,
        verdicts: changed.found.iter().filter_map(verdict).collect(),
    })
}

/// Where annotations stand that are not where they say although their text is the one that was labelled: those that
/// were left without a place before. Only they are looked for.
fn find_orphans_again(project: &Project, texts: &Texts, known: &[DocumentId]) -> Vec<ChangedText> {
    let stands = |mark_id: &MarkId, text: &Text| match mark_id {
        MarkId::Annotation(id) => {
            let annotation = project.annotations.get(id);
            annotation.is_none_or(|annotation| annotation.agrees_with(text))
        }
        MarkId::Region(id) => {
            let region = project.regions.get(id);
            region.is_none_or(|region| text.slice(region.span) == Some(&*region.quote))
        }
    };
    let look = |document: &Arc<Document>| {
        let text = texts.get(&document.id)?;
        if known.contains(&document.id) || all_stand_in(project, &document.id, text) {
            return None;
        }
        let mut found = find_marks_again(project, &document.id, None, text);
        found.retain(|mark_id, _| !stands(mark_id, text));
        Some(ChangedText {
            document_id: document.id.clone(),
            old: None,
            now: ReadText {
                text: text.clone(),
                encoding: document.encoding.clone(),
                sha256: document.sha256.clone(),
                size_bytes: document.size_bytes,
            },
            found,
        })
    };
    project.documents.values().filter_map(look).collect()
}
