//! Commands on project files: new, open, save, export, close, quit.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::neighbours::Neighbours;
use super::{
    Answer, App, Command, FileChoice, Notice, NoticeKind, Page, Question, Request, SavedState,
    TaskResult, Work,
};
use crate::edit::{self, Refusal};
use crate::model::{AnnotatorId, DocumentId, Project};
use crate::store::{
    self, FirstSight, Journal, LookedThrough, Medium, OpenError, Opened, PROJECT_ENDING, SaveError,
    Saved,
};

/// Autosave waits until the person pauses, but not longer than the second …
const AUTOSAVE: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];
/// … and where each save is sent somewhere as a whole.
const AUTOSAVE_FAR: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(300)];
/// After a save that failed it is tried again, after twice as long each time …
const FIRST_PAUSE: Duration = Duration::from_secs(10);
/// … but not less often than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

impl App {
    /// Begins an empty project with this file, and writes it, so that its place is certain from the start.
    pub(super) fn new_project(&mut self, path: PathBuf) {
        if self.asks_about_unsaved(Command::NewProjectAt(path.clone())) {
            return;
        }
        let path = with_ending(path);
        let name = project_name(&path);
        let project = store::new_project(&name);
        match store::save_project(&path, &project, &Default::default(), None) {
            Ok(Saved { file_sha256, .. }) => {
                let opened = Opened::sound(project, file_sha256);
                self.begin_work(path, opened);
                self.tell_with(
                    NoticeKind::Done,
                    format!("“{name}” is ready. Add the texts that you want to label"),
                    Some(("Add texts…".to_owned(), Command::AddTexts)),
                );
            }
            Err(SaveError::ChangedOutside { .. }) => {
                let words = "There is already a project file with this name. Open it, or choose another name".to_owned();
                self.ask(Question::CannotOpen { path, words });
            }
            Err(error) => self.tell(NoticeKind::Failure, error.to_string()),
        }
    }

    pub(super) fn open_project(&mut self, path: PathBuf) {
        if self.asks_about_unsaved(Command::OpenProjectAt(path.clone())) {
            return;
        }
        // The same project again: its journal must be closed before it can be read.
        self.work.take_if(|work| work.path == path);
        self.opening = Some(path.clone());
        let shown_last = self.settings.last_document_in.get(&path);
        let document_id = shown_last.map(|id| DocumentId::new(id.as_str()));
        let title = format!("Opening {}", project_name(&path));
        self.tasks.start(title, move |_| {
            let sight = store::first_sight(&path, document_id.as_ref());
            TaskResult::FirstSeen(path, sight.map(Box::new))
        });
    }

    /// Shows what has been read of a large project, and reads all of it.
    pub(super) fn first_seen(&mut self, path: PathBuf, sight: Option<Box<FirstSight>>) {
        if self.opening.as_ref() != Some(&path) {
            return;
        }
        let shown = sight
            .as_ref()
            .map(|sight| (sight.document_id.clone(), sight.text.clone()));
        if let Some(sight) = sight {
            let annotator_id = self.annotator_for(&path, &sight.project);
            // Nothing is written to this journal, since nothing can be changed yet.
            let (storage, recovery) = (self.storage.clone(), Default::default());
            let journal = Journal::resume(storage, &path, &recovery, None, None);
            let work = Work::at_first_sight(path.clone(), *sight, annotator_id, Arc::new(journal));
            self.work = Some(work);
        }
        let title = format!("Opening {}", project_name(&path));
        let storage = self.storage.clone();
        self.tasks.start(title, move |progress| {
            let mut outcome = store::open_project_in(&storage, &path, progress);
            if let (Ok(opened), Some((document_id, text))) = (&mut outcome, shown) {
                opened.keep_text(&document_id, text);
            }
            TaskResult::Opened(path, Box::new(outcome))
        });
    }

    pub(super) fn open_sample(&mut self) {
        match store::unpack_sample() {
            Ok(path) => self.open_project(path),
            Err(error) => self.tell(
                NoticeKind::Failure,
                format!("The sample could not be unpacked: {error}"),
            ),
        }
    }

    pub(super) fn opened(&mut self, path: PathBuf, outcome: Result<Opened, OpenError>) {
        if self.opening.as_ref() != Some(&path) {
            return;
        }
        self.opening = None;
        // What was shown at first sight is no project that could be worked on.
        let seen = self.work.take_if(|work| !work.is_whole);
        match outcome {
            Ok(opened) => {
                self.begin_work(path, opened);
                self.stay_where_reading_began(seen);
            }
            Err(OpenError::Cancelled) => {}
            Err(OpenError::Damaged {
                salvage: Some(salvage),
                line,
                column,
                words,
                ..
            }) => {
                self.offer_backup(&path);
                let words = format!("Line {line}, column {column}: {words}.");
                self.ask(Question::Damaged {
                    path,
                    words,
                    salvage,
                });
            }
            Err(error) => {
                self.offer_backup(&path);
                self.ask(Question::CannotOpen {
                    path,
                    words: error.to_string(),
                })
            }
        }
    }

    /// The person may have read and selected while the rest was being read.
    fn stay_where_reading_began(&mut self, seen: Option<Work>) {
        if let (Some(work), Some(seen)) = (&mut self.work, seen)
            && work.document_id == seen.document_id
        {
            work.selection = seen.selection;
            work.caret = seen.caret;
        }
    }

    fn begin_work(&mut self, path: PathBuf, opened: Opened) {
        let annotator_id = self.annotator_for(&path, &opened.project);
        let errors = opened.errors.len() + opened.unreadable.len();
        let notices = opened.recovery.notices();
        let is_elsewhere = opened.recovery.elsewhere.is_some();
        let unfit = opened.recovery.unfit.clone();
        let journal = Journal::resume(
            self.storage.clone(),
            &path,
            &opened.recovery,
            opened.file_sha256.as_deref(),
            Some(self.tasks.wake()),
        );
        let mut work = Work::new(path.clone(), opened, annotator_id, Arc::new(journal));
        let last = self
            .settings
            .last_document_in
            .get(&path)
            .map(|id| DocumentId::new(id.as_str()));
        if let Some(last) = last.filter(|last| work.project().documents.contains_key(last)) {
            work.document_id = Some(last);
        }
        let misplaced = work.misplaced.len();
        self.forget_questions();
        self.begun += 1;
        self.work = Some(work);
        self.settings.remember(&path);
        self.settings.has_started_before = true;
        self.keep_settings();
        self.keep_texts();
        self.look_who_works_here(Instant::now());
        self.look_at_medium();
        if self.begun == 1 {
            self.tidy();
        }
        self.merge_unsaved(unfit);
        for words in notices {
            let deed = is_elsewhere.then(|| ("Bring them here".to_owned(), Command::BringEdits));
            self.tell_with(NoticeKind::Warning, capitalized(&words), deed);
        }
        let has_changed_texts = self
            .work
            .as_ref()
            .is_some_and(|work| !work.changed.is_empty());
        if has_changed_texts {
            self.request(Request::Show(super::Page::Review));
        } else if errors > 0 {
            let things = match errors {
                1 => "One thing in this project needs a look".to_owned(),
                _ => format!("{errors} things in this project need a look"),
            };
            let words = match misplaced {
                0 => things,
                1 => format!("{things}; one annotation no longer fits its text"),
                _ => format!("{things}; {misplaced} annotations no longer fit their text"),
            };
            let deed = (
                "Show findings".to_owned(),
                Command::Show(super::Page::Findings),
            );
            self.tell_with(NoticeKind::Warning, words, Some(deed));
        }
    }

    /// Who works in a project: whom the person chose there last; in the sample its own annotator, whose
    /// marks a newcomer then sees and can change; else the person's usual name.
    fn annotator_for(&self, path: &Path, project: &Project) -> AnnotatorId {
        if let Some(chosen) = self.settings.annotator_in.get(path) {
            return AnnotatorId::new(chosen.as_str());
        }
        let only = project
            .annotators
            .keys()
            .next()
            .filter(|_| store::is_sample(path));
        only.cloned()
            .unwrap_or_else(|| AnnotatorId::new(self.settings.annotator.as_str()))
    }

    pub(super) fn save(&mut self) {
        let Some(work) = &self.work else { return };
        if !work.unreadable.is_empty() {
            self.ask(Question::LeavesOutUnreadable {
                count: work.unreadable.len(),
            });
            return;
        }
        self.look_outside(true);
    }

    pub(super) fn ask_where_to_save(&mut self) {
        if let Some(work) = &self.work {
            let name = work
                .path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            self.request(Request::Choose(FileChoice::SaveProject(name)));
        }
    }

    /// Save as: the texts stay where they are, so the new place must lie where their paths still lead;
    /// `store::move_texts` copies them along where it does not.
    pub(super) fn save_at(&mut self, path: PathBuf) {
        let path = with_ending(path);
        let Some(work) = &mut self.work else { return };
        // The file dialog has asked whether a file that stands there may be replaced.
        let expected = store::hash_of_file(&path);
        if path == work.path {
            return self.start_save(path, expected);
        }
        if let Err(error) = store::copy_texts(&work.path, &path, work.open.project()) {
            return self.tell(NoticeKind::Failure, error.to_string());
        }
        let annotator = work.annotator_id.to_string();
        self.settings.annotator_in.insert(path.clone(), annotator);
        work.path = path.clone();
        work.neighbours = Neighbours::default();
        work.unreadable.clear();
        self.settings.remember(&path);
        let words = format!("This project is kept in {} from now on", path.display());
        self.tell(NoticeKind::Done, words);
        self.start_save(path, expected);
        self.look_who_works_here(Instant::now());
        self.look_at_medium();
    }

    pub(super) fn start_save(&mut self, path: PathBuf, expected_sha256: Option<String>) {
        let Some(work) = &mut self.work else { return };
        if work.saved.is_saving {
            return;
        }
        work.saved.is_saving = true;
        work.saved.writing = Some(work.open.project().clone());
        let (project, texts, revision) =
            (work.project().clone(), work.texts.clone(), work.revision());
        let journal = work.journal.clone();
        self.tasks.start("Saving", move |_| {
            let expected = expected_sha256.as_deref();
            let outcome = match journal.project_file() == path {
                true => journal.save(&project, &texts, revision, expected),
                false => store::save_project(&path, &project, &texts, expected),
            };
            TaskResult::Saved {
                path,
                revision,
                outcome,
            }
        });
    }

    pub(super) fn saved(
        &mut self,
        path: PathBuf,
        revision: u64,
        outcome: Result<Saved, SaveError>,
    ) {
        let Some(work) = &mut self.work else { return };
        if work.path != path {
            return;
        }
        work.saved.is_saving = false;
        match outcome {
            Ok(Saved {
                file_sha256,
                misplaced,
            }) => {
                let newly_misplaced = misplaced.difference(&work.misplaced).count();
                work.misplaced = misplaced;
                if let Some(hash) = file_sha256
                    .as_deref()
                    .filter(|_| work.journal.project_file() != path)
                {
                    move_journal(work, revision, hash);
                }
                work.saved.revision = revision;
                work.saved.sha256 = file_sha256;
                if let Some(written) = work.saved.writing.take() {
                    work.saved.project = written;
                }
                for journal in std::mem::take(&mut work.merged_journals) {
                    journal.forget(&self.storage);
                }
                let was_failing = work.saved.failure.take().is_some();
                (work.saved.failures, work.saved.again_at) = (0, None);
                // What was said of an earlier try is no longer so.
                let is_over = |notice: &Notice| matches!(notice.deed, Some((_, Command::SaveAs)));
                self.notices.retain(|notice| !is_over(notice));
                work.saved.first_unsaved_at = None;
                let is_behind = !work.is_saved();
                if is_behind {
                    work.saved.first_unsaved_at = work.saved.last_edit_at;
                }
                if was_failing {
                    self.tell(NoticeKind::Done, "The project can be saved again");
                }
                if newly_misplaced > 0 {
                    let words = format!(
                        "{newly_misplaced} annotations do not stand where they say; they are saved as they are"
                    );
                    let deed = (
                        "Show findings".to_owned(),
                        Command::Show(super::Page::Findings),
                    );
                    self.tell_with(NoticeKind::Warning, words, Some(deed));
                }
                self.back_up_saved();
                self.keep_texts();
                if let Some(then) = self.after_save.take() {
                    self.run(if is_behind { Command::Save } else { then });
                }
            }
            // Somebody wrote it between the look and the save.
            Err(SaveError::ChangedOutside { .. }) if path.exists() => self.look_outside(true),
            Err(error) => {
                self.after_save = None;
                work.saved.fail(error.to_string());
                match error {
                    SaveError::ChangedOutside { .. } => self.ask(Question::ChangedOutside { path }),
                    error => {
                        let deed = ("Save elsewhere…".to_owned(), Command::SaveAs);
                        let words = format!("{error}. It is tried again by itself");
                        self.tell_with(NoticeKind::Failure, words, Some(deed));
                    }
                }
            }
        }
    }

    /// Once a run takes away what nobody can need of projects that have been gone for long.
    fn tidy(&mut self) {
        let storage = self.storage.clone();
        self.tasks.start_unseen(move |_| {
            store::tidy(&storage, SystemTime::now());
            TaskResult::Tidied
        });
    }

    /// Looks what the project's folder is on.
    fn look_at_medium(&mut self) {
        let Some(work) = &self.work else { return };
        let path = work.path.clone();
        self.tasks.start_unseen(move |_| {
            let medium = store::medium_of(&path);
            TaskResult::Medium(path, medium)
        });
    }

    pub(super) fn medium_known(&mut self, path: &Path, medium: Medium) {
        if let Some(work) = self.work.as_mut().filter(|work| work.path == path) {
            work.medium = medium;
        }
    }

    /// Says once that the journal cannot be written, and once that it can again.
    pub(super) fn watch_journal(&mut self) {
        let Some(work) = &mut self.work else { return };
        let failure = work.journal.state().failure;
        if failure == work.journal_failure {
            return;
        }
        work.journal_failure.clone_from(&failure);
        match failure {
            None => self.tell(NoticeKind::Done, "Your edits are safe again"),
            Some(failure) => {
                let words = format!("Your last edits are in memory alone: {failure}");
                let deed = ("Save elsewhere…".to_owned(), Command::SaveAs);
                self.tell_with(NoticeKind::Failure, words, Some(deed));
            }
        }
    }

    /// Carries out the edits that were never saved where the project was before.
    pub(super) fn bring_edits(&mut self) {
        let Some(work) = &mut self.work else { return };
        let steps = work.elsewhere.take().map(|elsewhere| elsewhere.steps);
        let mut steps = steps.into_iter().flatten();
        let outcome = steps.try_for_each(|step| work.open.follow(step));
        self.after_change();
        match outcome {
            Ok(()) => self.tell(NoticeKind::Done, "The edits are part of this project now"),
            Err(refusal) => self.tell(NoticeKind::Refused, refusal.to_string()),
        }
    }

    /// Saves when the person pauses. Not while a question is open, nor where saving needs their word.
    pub(super) fn autosave(&mut self, now: Instant) {
        let Some(work) = &self.work else { return };
        let needs_word = !work.unreadable.is_empty() || !self.questions.is_empty();
        let waits = work.saved.again_at.is_some_and(|at| now < at);
        if work.is_saved() || work.saved.is_saving || needs_word || waits {
            return;
        }
        let [after_pause, at_most] = match work.medium {
            Medium::Disk => AUTOSAVE,
            Medium::Synchronised(_) | Medium::Share => AUTOSAVE_FAR,
        };
        let has_passed =
            |since: Option<Instant>, wait| since.is_some_and(|at| now.duration_since(at) >= wait);
        let has_paused = has_passed(work.saved.last_edit_at, after_pause);
        let is_due = has_passed(work.saved.first_unsaved_at, at_most);
        if has_paused || is_due {
            self.save();
        }
    }

    /// Adds texts, or opens the project among what was dropped on the window.
    pub(super) fn receive(&mut self, paths: Vec<PathBuf>) {
        let is_project = |path: &&PathBuf| path.to_string_lossy().ends_with(".ron");
        if let Some(project_file) = paths.iter().find(is_project) {
            return self.open_project(project_file.clone());
        }
        let Some(work) = &self.work else {
            let words = "Open or begin a project first; then its texts can be added";
            return self.tell_with(
                NoticeKind::Refused,
                words,
                Some(("New project…".to_owned(), Command::NewProject)),
            );
        };
        let (path, project) = (work.path.clone(), work.project().clone());
        self.tasks
            .start("Looking through the files", move |progress| {
                TaskResult::LookedThrough(store::look_through(&path, &project, &paths, progress))
            });
    }

    /// Words that were taken out of files are shown first; plain texts are added at once.
    pub(super) fn have_looked_through(&mut self, looked: LookedThrough) {
        let has_words = looked.sources.iter().any(|source| source.outcome.is_ok());
        if has_words {
            self.looked_through = Some(looked);
            return self.request(Request::Show(Page::Sources));
        }
        let sources = looked.sources.into_iter().map(|source| source.path);
        self.bring_in(looked.texts.into_iter().chain(sources).collect());
    }

    /// The files that the person may add, whose words had to be taken out.
    pub fn looked_through(&self) -> Option<&LookedThrough> {
        self.looked_through.as_ref()
    }

    /// Reads texts and makes documents of them.
    pub(super) fn bring_in(&mut self, paths: Vec<PathBuf>) {
        self.looked_through = None;
        let Some(work) = &self.work else { return };
        let (path, project) = (work.path.clone(), work.project().clone());
        self.tasks.start("Reading texts", move |progress| {
            TaskResult::BroughtIn(store::bring_in(&path, &project, &paths, progress))
        });
    }

    pub(super) fn import_codebook(&mut self, path: &Path) -> Result<(), Refusal> {
        match store::read_codebook(path) {
            Ok(codebook) => {
                let label = format!("replace codebook by {}", codebook.name);
                self.edit(|work, author| {
                    edit::replace_codebook(work.project(), author, label, codebook)
                })
            }
            Err(error) => {
                self.tell(NoticeKind::Failure, error.to_string());
                Ok(())
            }
        }
    }

    pub(super) fn export_codebook(&mut self, path: &Path) {
        let Some(work) = &self.work else { return };
        let own = (work.path.as_path(), work.project());
        let written = store::refuse_own(path, Some(own))
            .and_then(|()| store::write_codebook(path, &work.project().codebook));
        match written {
            Ok(()) => self.tell(
                NoticeKind::Done,
                format!("The codebook is in {}", path.display()),
            ),
            Err(error) => self.tell(NoticeKind::Failure, error.to_string()),
        }
    }

    pub(super) fn rename_project(&mut self, name: String) -> Result<(), Refusal> {
        self.edit(|work, author| edit::rename_project(work.project(), author, name))
    }

    pub(super) fn close_project(&mut self) {
        if !self.asks_about_unsaved(Command::CloseProject) {
            self.work = None;
            self.opening = None;
            self.notices.clear();
            self.forget_questions();
        }
    }

    pub(super) fn quit(&mut self) {
        if !self.asks_about_unsaved(Command::Quit) {
            self.request(Request::Close);
        }
    }

    /// Whether there is something unsaved; then `then` waits until it is saved. The project saves itself anyway, so the
    /// person is asked only where that has failed or would leave something out.
    fn asks_about_unsaved(&mut self, then: Command) -> bool {
        let Some(work) = &self.work else { return false };
        if work.is_saved() {
            return false;
        }
        let has_failed = work.saved.failure.is_some() || work.saved.again_at.is_some();
        if !has_failed && work.unreadable.is_empty() {
            self.after_save = Some(then);
            self.save();
            return true;
        }
        self.ask(Question::Unsaved {
            name: work.project().name.clone(),
            then,
        });
        true
    }

    pub(super) fn ask_to_delete_tag(&mut self, tag_id: crate::model::TagId) -> Result<(), Refusal> {
        let Some(work) = &self.work else {
            return Ok(());
        };
        let count = work
            .project()
            .annotations
            .iter()
            .filter(|annotation| annotation.tag_id == tag_id)
            .count();
        if count == 0 {
            return self.delete_tag(&tag_id);
        }
        self.ask(Question::DeleteTag { tag_id, count });
        Ok(())
    }

    pub(super) fn take_answer(&mut self, answer: Answer) {
        let Some(question) = self.questions.pop_front() else {
            return;
        };
        let outcome = match (question, answer) {
            (Question::InUse { .. }, Answer::Cancel) => {
                self.work = None;
                self.forget_questions();
                Ok(())
            }
            (Question::ChangedOutside { .. }, Answer::Cancel) => {
                // Autosave would ask the same again at once.
                if let Some(work) = &mut self.work {
                    work.saved.again_at = Some(Instant::now() + LONGEST_PAUSE);
                }
                Ok(())
            }
            (_, Answer::Cancel)
            | (Question::CannotOpen { .. }, _)
            | (Question::Unsaved { .. } | Question::ChangedOutside { .. }, Answer::Third) => Ok(()),
            (Question::Unsaved { then, .. }, Answer::Yes) => {
                self.after_save = Some(then);
                self.save();
                Ok(())
            }
            (Question::Unsaved { then, .. }, Answer::Other) => {
                self.drop_unsaved();
                self.carry_out(then)
            }
            (Question::Damaged { path, salvage, .. }, _) => {
                self.begin_work(path, *salvage);
                Ok(())
            }
            (Question::LeavesOutUnreadable { .. }, _) => {
                self.save_without_unreadable();
                Ok(())
            }
            (Question::InUse { holder }, answer) => {
                self.work_beside(holder, answer);
                Ok(())
            }
            (Question::ChangedOutside { .. }, Answer::Yes) => self.carry_out(Command::SaveAs),
            (Question::ChangedOutside { path }, Answer::Other) => {
                let expected = store::hash_of_file(&path);
                self.start_save(path, expected);
                Ok(())
            }
            (Question::DeleteTag { tag_id, .. }, _) => self.delete_tag(&tag_id),
            (Question::RemoveDocument { .. }, _) => self.remove_document(),
        };
        if let Err(refusal) = outcome {
            self.tell(NoticeKind::Refused, refusal.to_string());
        }
    }

    /// Closes the project without what is not saved: it shall not come back by way of the journal.
    fn drop_unsaved(&mut self) {
        if let Some(work) = self.work.take()
            && let Some(hash) = &work.saved.sha256
        {
            work.journal.give_up_unsaved(hash);
        }
    }

    /// The file as it was is kept beside, with what could not be read.
    fn save_without_unreadable(&mut self) {
        let Some(work) = &mut self.work else { return };
        match store::keep_before_repair(&work.path) {
            Ok(kept) => {
                work.unreadable.clear();
                let words = format!("The file as it was is kept as {}", kept.display());
                self.tell(NoticeKind::Done, words);
                self.save();
            }
            Err(error) => self.tell(NoticeKind::Failure, error.to_string()),
        }
    }
}

impl SavedState {
    /// Notes that a try has failed, and when it is tried again.
    fn fail(&mut self, why: String) {
        let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(5));
        self.failure = Some(why);
        self.failures += 1;
        self.again_at = Some(Instant::now() + pause.min(LONGEST_PAUSE));
    }
}

/// After the project was saved to another place: its history goes along, and what was not saved at the old place
/// is no longer wanted there.
fn move_journal(work: &mut Work, revision: u64, file_sha256: &str) {
    let journal = work.journal.moved(&work.path, revision, file_sha256);
    let is_safe = journal.wait_for(work.revision()).is_ok();
    if let Some(old) = work.saved.sha256.as_ref().filter(|_| is_safe) {
        work.journal.give_up_unsaved(old);
    }
    work.journal = Arc::new(journal);
}

fn capitalized(words: &str) -> String {
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// `…/port.ascribe.ron` for `…/port`.
fn with_ending(path: PathBuf) -> PathBuf {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    if name.ends_with(PROJECT_ENDING) {
        return path;
    }
    let stem = name.strip_suffix(".ron").unwrap_or(&name);
    path.with_file_name(format!("{stem}{PROJECT_ENDING}"))
}

/// `port` for `…/port.ascribe.ron`.
pub fn project_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.strip_suffix(PROJECT_ENDING)
        .or_else(|| name.strip_suffix(".ron"))
        .unwrap_or(&name)
        .to_owned()
}
