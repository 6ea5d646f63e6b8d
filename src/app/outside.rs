//! What others change: texts that are no longer what was labelled.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{App, Command, NoticeKind, Page, Request, TaskResult, Work};
use crate::anchor::{Found, MarkId, all_stand_in, find_marks_again};
use crate::edit::{self, Change, Edit, Refusal, TakenUp, Verdict};
use crate::model::{Document, DocumentId, Project, Texts};
use crate::store::{self, ChangedText, Labelled, ReadError, ReadText};
use crate::text::Text;

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
    /// Looks at where the annotations of changed texts stand now, and at those that are elsewhere than they say.
    pub(super) fn review(&mut self) {
        let Some(work) = &self.work else { return };
        if work.misplaced.is_empty() {
            return self.request(Request::Show(Page::Review));
        }
        let (project, texts) = (work.project().clone(), work.texts.clone());
        let known: Vec<DocumentId> = work.changed.keys().cloned().collect();
        self.tasks.start("Finding words again", move |_| {
            TaskResult::FoundAgain(find_orphans_again(&project, &texts, &known))
        });
    }

    pub(super) fn found_again(&mut self, found: Vec<ChangedText>) {
        let Some(work) = &mut self.work else { return };
        for changed in found {
            work.changed
                .entry(changed.document_id.clone())
                .or_insert(changed);
        }
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
        let words = format!(
            "{texts}. {} annotations were found again, {} need your decision",
            counts.certain,
            counts.doubtful + counts.orphans
        );
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
        self.tasks.start("Keeping texts", move |_| {
            store::keep_texts(&path, &project);
            TaskResult::TextsKept
        });
    }

    /// After undo and redo of another text or another reading of it, what is in memory is of the other one.
    pub(super) fn read_again_where_needed(&mut self, edit: &Edit) {
        let Some(work) = &self.work else { return };
        let other = edit.changes.iter().filter_map(|change| match change {
            Change::Document(swap) => swap.before.as_ref().zip(swap.after.as_ref()),
            _ => None,
        });
        let changed: Vec<DocumentId> = other
            .filter(|(a, b)| a.encoding != b.encoding || a.sha256 != b.sha256)
            .map(|(a, _)| a.id.clone())
            .collect();
        for document_id in changed {
            let (path, project) = (work.path.clone(), work.project().clone());
            let Some(document) = project.documents.get(&document_id).cloned() else {
                continue;
            };
            self.tasks
                .start(format!("Reading {}", document.title()), move |_| {
                    let outcome = store::read_labelled(&path, &project, &document);
                    TaskResult::Labelled(document_id, Box::new(outcome))
                });
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
        let verdict = match found {
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
