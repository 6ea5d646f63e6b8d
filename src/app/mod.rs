//! The running program without its windows: commands, tasks, settings.
//!
//! A view reads [`App`] and puts a [`Command`] on a tray; [`App::run`] carries it out between two frames.
//! What would stop a frame runs as a task and comes back through [`App::take_results`]. What only a window
//! can do (file dialogs, scrolling, the clipboard) leaves as a [`Request`].

mod annotating;
mod backups;
mod command;
mod crash;
mod documents;
mod exporting;
mod files;
mod find;
mod findings;
mod importing;
mod keys;
mod messages;
mod neighbours;
mod outside;
mod settings;
mod task;
mod work;

use std::collections::VecDeque;
use std::mem::discriminant;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

pub use backups::Backups;
pub use command::{Command, ExportChoice, ImportChoice, Listed, Menu, Motion, listed, listed_on};
pub use crash::keep_crashes;
pub use exporting::{Exporting, Foreseen};
pub use files::project_name;
pub use find::Find;
pub use importing::{Importing, Preview, what_is_new};
pub use keys::{AttributeKey, attribute_keys, clash, extending, only_letter};
pub use messages::{Answer, FileChoice, Notice, NoticeKind, Page, Question, Request, counted};
pub use outside::ReviewCounts;
pub use settings::{ReadingFace, Settings, ThemeChoice};
pub use task::{ImportFailure, Running, TaskResult, Tasks, run_export, run_import};
pub use work::{Linking, Safety, SavedState, Work};

use outside::Looking;

use crate::edit::{self, Author, Edit, Refusal};
use crate::model::{AnnotatorId, Timestamp};
use crate::store::{self, LookedThrough, SettingsError, Storage};

/// The running program.
pub struct App {
    settings: Settings,
    /// The settings that were last given to the disk, and whether they are still being written.
    kept_settings: (Settings, bool),
    storage: Storage,
    work: Option<Work>,
    notices: Vec<Notice>,
    next_notice: u64,
    /// What the person is asked, one after another.
    questions: VecDeque<Question>,
    tasks: Tasks,
    requests: Vec<Request>,
    /// What was asked for when a save had to come first.
    after_save: Option<Command>,
    /// What the person may import.
    importing: Option<Importing>,
    /// What the person may export.
    exporting: Option<Exporting>,
    /// Files that the person may add, whose words had to be taken out.
    looked_through: Option<LookedThrough>,
    /// Whether somebody is looking at the files on disk.
    looking: Looking,
    /// The project that is being opened; what comes of an earlier one is no longer wanted.
    opening: Option<PathBuf>,
    /// How many projects this program has worked on.
    begun: usize,
}

impl App {
    /// Starts with the settings as they were left. `wake` is called from other threads when there is
    /// something to take up.
    pub fn new(settings: Settings, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self {
            kept_settings: (settings.clone(), false),
            settings,
            storage: Storage::own(),
            work: None,
            notices: Vec::new(),
            next_notice: 1,
            questions: VecDeque::new(),
            tasks: Tasks::new(wake),
            requests: Vec::new(),
            after_save: None,
            importing: None,
            exporting: None,
            looked_through: None,
            looking: Looking::default(),
            opening: None,
            begun: 0,
        }
    }

    /// With journals in another place than the person's own. For tests, which must not see each other's.
    pub fn with_storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    /// What the program remembers about the person.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The open project, if there is one.
    pub fn work(&self) -> Option<&Work> {
        self.work.as_ref()
    }

    /// What the person is to be told, oldest first.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// What the person is being asked.
    pub fn question(&self) -> Option<&Question> {
        self.questions.front()
    }

    /// The tasks under way.
    pub fn running(&self) -> &[Running] {
        self.tasks.running()
    }

    /// What the window is asked to do, each once.
    pub fn take_requests(&mut self) -> Vec<Request> {
        std::mem::take(&mut self.requests)
    }

    /// Carries a command out, or says why not.
    pub fn run(&mut self, command: Command) {
        if !matches!(command, Command::Type(_) | Command::DismissNotice(_)) {
            self.leave_field();
        }
        match self.carry_out(command) {
            Ok(()) => {}
            Err(refusal @ Refusal::OpenForReading) => {
                let deed = ("Edit anyway".to_owned(), Command::EditToo);
                self.tell_with(NoticeKind::Refused, refusal.to_string(), Some(deed));
            }
            Err(refusal) => self.tell(NoticeKind::Refused, refusal.to_string()),
        }
        self.keep_settings();
    }

    /// Takes up what tasks have brought, and saves when it is time.
    pub fn tick(&mut self, now: Instant) {
        for result in self.tasks.finished() {
            self.take_result(result);
        }
        self.watch_journal();
        self.watch_neighbours(now);
        self.autosave(now);
        self.look_outside_now_and_then(now);
    }

    /// Waits for the tasks under way and takes up what they bring. For the end of the program and for tests.
    pub fn finish_tasks(&mut self) {
        while !self.tasks.running().is_empty() {
            for result in self.tasks.wait() {
                self.take_result(result);
            }
        }
    }

    fn carry_out(&mut self, command: Command) -> Result<(), Refusal> {
        use Command as C;
        let is_whole = self.work.as_ref().is_none_or(Work::is_whole);
        if !is_whole && !command.only_looks() {
            return Err(Refusal::StillReading);
        }
        match command {
            C::NewProject => self.request(Request::Choose(FileChoice::NewProject)),
            C::NewProjectAt(path) => self.new_project(path),
            C::OpenProject => self.request(Request::Choose(FileChoice::OpenProject)),
            C::OpenProjectAt(path) => self.open_project(path),
            C::OpenSample => self.open_sample(),
            C::BringEdits => self.bring_edits(),
            C::EditToo => self.edit_too(),
            C::Save => self.save(),
            C::SaveAs => self.ask_where_to_save(),
            C::SaveAt(path) => self.save_at(path),
            C::AddTexts => self.choose_in_project(FileChoice::Texts),
            C::AddFolder => self.choose_in_project(FileChoice::TextFolder),
            C::LocateText => self.ask_where_text_is(),
            C::LocateTextAt(document_id, file) => return self.locate_text_at(document_id, file),
            C::Import => self.ask_what_to_import(false),
            C::ImportFolder => self.ask_what_to_import(true),
            C::ImportFrom(paths) => self.import_from(paths, ImportChoice::default()),
            C::ImportAs(choice) => self.import_as(choice),
            C::MakeImport => self.make_import(),
            C::Receive(paths) => self.receive(paths),
            C::AddLookedThrough(paths) => self.bring_in(paths),
            C::Foresee(choice) => self.foresee(choice),
            C::Export(choice) => self.ask_where_to_export(choice),
            C::ExportTo(choice, path) => self.export_to(choice, path),
            C::CloseProject => self.close_project(),
            C::Quit => self.quit(),
            C::ForgetRecent(path) => self.settings.recent.retain(|recent| *recent != path),
            C::CancelTask(number) => self.tasks.cancel(number),
            C::Type(command) => return self.type_on(*command),
            C::Undo => self.undo(),
            C::Redo => self.redo(),
            C::Copy => self.copy(),
            C::UseTag(tag_id) => return self.use_tag(tag_id),
            C::TagSpan(span) => return self.tag_span(span),
            C::Leave => self.leave(),
            C::Select { selection, caret } => self.select(selection, caret),
            C::Move(motion) => self.move_caret(motion, false),
            C::Extend(motion) => self.move_caret(motion, true),
            C::Grow => self.grow(),
            C::Shrink => self.shrink(),
            C::StepEdge {
                edge,
                stride,
                outwards,
            } => return self.step_edge(edge, stride, outwards),
            C::NextSentence => self.step_sentence(true),
            C::PreviousSentence => self.step_sentence(false),
            C::NextUnlabelled => self.look_for_unlabelled(true),
            C::PreviousUnlabelled => self.look_for_unlabelled(false),
            C::GoToLine(line_number) => self.go_to_line(line_number),
            C::BeginFind => self.begin_find(),
            C::Find(needle) => self.find(needle),
            C::FindNext => self.step_hit(true),
            C::FindPrevious => self.step_hit(false),
            C::EndFind => self.end_find(),
            C::Pick(annotation_id) => return self.pick(annotation_id),
            C::GoTo(annotation_id) => self.go_to(&annotation_id),
            C::MoveEdges(annotation_id, spans) => return self.move_edges(&annotation_id, spans),
            C::DeleteAnnotation => return self.delete_annotation(),
            C::SetAttribute(name, value) => return self.set_attribute(&name, value),
            C::FocusAttribute(name) => self.request(Request::FocusAttribute(name)),
            C::SetNote(note) => return self.set_note(&note),
            C::SetTier(tier) => return self.set_tier(tier),
            C::NextAnnotation => self.step_annotation(1, None),
            C::PreviousAnnotation => self.step_annotation(-1, None),
            C::NextSameTag => self.step_annotation(1, self.tag_at_hand()),
            C::PreviousSameTag => self.step_annotation(-1, self.tag_at_hand()),
            C::NextOfTag(tag_id) => self.step_annotation(1, Some(tag_id)),
            C::NextFinding => self.step_finding(true),
            C::PreviousFinding => self.step_finding(false),
            C::ShowSubject(subject) => self.show_subject(&subject),
            C::ShowFinding(finding) => self.show_finding(finding),
            C::BeginLink(kind) => self.begin_link(kind),
            C::EndLink => return self.end_link(),
            C::Unlink(link_id) => return self.unlink(&link_id),
            C::SetAside(kind) => return self.set_aside(&kind),
            C::ChangeRegion(region_id, kind, span) => {
                return self.change_region(&region_id, &kind, span);
            }
            C::RemoveRegion(region_id) => return self.remove_region(&region_id),
            C::OpenDocument(document_id) => self.show_document(document_id),
            C::NextDocument => self.step_document(1),
            C::PreviousDocument => self.step_document(-1),
            C::SetState(state) => return self.set_state(state),
            C::FinishAndNext => return self.finish_and_next(),
            C::SetField(name, value) => return self.set_field(&name, &value),
            C::RemoveDocument => self.ask_to_remove_document(),
            C::ReadAs(encoding) => self.read_as(encoding),
            C::ReviewTexts => self.review(),
            C::LookAtBackup(backup) => self.look_at_backup(backup),
            C::RestoreBackup(backup) => self.restore_backup(backup),
            C::OpenBackup(path, backup) => self.open_backup(path, backup),
            C::TakeUpTexts(verdicts) => return self.take_up_texts(&verdicts),
            C::ChangeCodebook(label, codebook) => return self.change_codebook(label, *codebook),
            C::RenameTag(tag_id, new) => return self.rename_tag(&tag_id, &new),
            C::RenameAttribute(tag_id, name, new) => {
                return self.rename_attribute(&tag_id, &name, &new);
            }
            C::DeleteTag(tag_id) => return self.ask_to_delete_tag(tag_id),
            C::ImportCodebook => self.choose_in_project(FileChoice::OpenCodebook),
            C::ImportCodebookFrom(path) => return self.import_codebook(&path),
            C::ExportCodebook => self.choose_in_project(FileChoice::SaveCodebook),
            C::ExportCodebookTo(path) => self.export_codebook(&path),
            C::RenameProject(name) => return self.rename_project(name),
            C::WorkAs(annotator_id) => self.work_as(annotator_id),
            C::Show(page) => self.show(page),
            C::SetKeys(title, keys) => return self.set_keys(title, keys),
            C::SetValueKey(name, keys) => return self.set_value_key(name, keys),
            C::UsualKeys => self.usual_keys(),
            C::NextPane => self.request(Request::FocusNextPane),
            C::ToggleDocuments => self.settings.shows_documents ^= true,
            C::ToggleInspector => self.settings.shows_inspector ^= true,
            C::ToggleLineNumbers => self.settings.shows_line_numbers ^= true,
            C::ToggleInvisible => self.settings.shows_invisible ^= true,
            C::SetFace(face) => self.settings.reading_face = face,
            C::StepLineSpacing(step) => self.settings.step_line_spacing(step),
            C::StepColumnWidth(step) => self.settings.step_column_width(step),
            C::ToggleSnapping => self.settings.snaps_to_words ^= true,
            C::SetTheme(theme) => self.settings.theme = theme,
            C::StepTextSize(step) => self.settings.step_text_size(step),
            C::StepZoom(step) => self.settings.step_zoom(step),
            C::Answer(answer) => self.take_answer(answer),
            C::DismissNotice(number) => self.notices.retain(|notice| notice.number != number),
        }
        Ok(())
    }

    fn take_result(&mut self, result: TaskResult) {
        match result {
            TaskResult::FirstSeen(path, sight) => self.first_seen(path, sight),
            TaskResult::Opened(path, outcome) => self.opened(path, *outcome),
            TaskResult::Saved {
                path,
                revision,
                outcome,
            } => self.saved(path, revision, outcome),
            TaskResult::LookedThrough(looked) => self.have_looked_through(looked),
            TaskResult::BroughtIn(brought_in) => self.brought_in(brought_in),
            TaskResult::Understood(paths, choice, outcome) => {
                self.understood(paths, choice, *outcome);
            }
            TaskResult::ImportKept(imported, outcome) => self.import_kept(*imported, outcome),
            TaskResult::Reread(document_id, outcome) => self.reread(document_id, *outcome),
            TaskResult::TextLocated(path, document_id, outcome) => {
                self.text_located(path, document_id, outcome);
            }
            TaskResult::Labelled(document_id, outcome) => self.labelled(document_id, *outcome),
            TaskResult::FoundAgain(found) => self.found_again(found),
            TaskResult::TextsKept | TaskResult::Tidied => {}
            TaskResult::Medium(path, medium) => self.medium_known(&path, medium),
            TaskResult::BackedUp(outcome) => self.backed_up(outcome),
            TaskResult::Backups(all) => self.backups_listed(all),
            TaskResult::BackupCompared(backup, outcome) => self.backup_compared(backup, outcome),
            TaskResult::BackupRead(outcome) => {
                if let Err(refusal) = self.backup_read(*outcome) {
                    self.tell(NoticeKind::Refused, refusal.to_string());
                }
            }
            TaskResult::Locked(path, now, in_use) => self.locked(&path, now, in_use),
            TaskResult::Shown(path, holder, has_come) => self.shown(path, holder, has_come),
            TaskResult::UnsavedMerged(merged) => self.unsaved_merged(*merged),
            TaskResult::Looked(looked) => self.looked(*looked),
            TaskResult::Foreseen(choice, revision, outcome) => {
                self.foreseen(choice, revision, *outcome);
            }
            TaskResult::Exported(path, outcome) => self.exported(&path, outcome),
            TaskResult::SettingsKept(outcome) => self.settings_kept(outcome),
            TaskResult::Found(document_id, needle, hits) => self.found(&document_id, &needle, hits),
            TaskResult::Unlabelled(document_id, found) => {
                self.found_unlabelled(&document_id, found);
            }
            TaskResult::Panicked(title) => self.task_panicked(title),
            TaskResult::Checked(revision, findings) => self.checked(revision, findings),
        }
    }

    /// Decides on an edit and carries it out. `decide` sees the work and says who acts.
    fn edit(
        &mut self,
        decide: impl FnOnce(&Work, &Author) -> Result<Edit, Refusal>,
    ) -> Result<(), Refusal> {
        let Some(work) = &mut self.work else {
            return Ok(());
        };
        let author = author_of(work);
        let edit = decide(work, &author)?;
        if edit.changes.is_empty() {
            return Ok(());
        }
        if work.is_for_reading() {
            return Err(Refusal::OpenForReading);
        }
        let edit = edit::with_author(work.project(), edit);
        self.back_up_before(&edit);
        let Some(work) = &mut self.work else {
            return Ok(());
        };
        work.open.run(edit)?;
        self.put_away_undo();
        self.after_change();
        Ok(())
    }

    /// What must hold again after every edit, undo and redo.
    fn after_change(&mut self) {
        let Some(work) = &mut self.work else { return };
        work.journal.record(work.open.take_steps());
        let now = Instant::now();
        work.saved.first_unsaved_at.get_or_insert(now);
        work.saved.last_edit_at = Some(now);
        let project = work.open.project();
        work.picked
            .take_if(|picked| project.annotations.get(picked).is_none());
        work.linking
            .take_if(|linking| project.annotations.get(&linking.from).is_none());
        work.armed
            .take_if(|armed| project.codebook.tag(armed).is_none());
        work.document_id
            .take_if(|shown| !project.documents.contains_key(shown));
        if work.document_id.is_none() {
            work.document_id = project.documents.keys().next().cloned();
            work.let_go();
        }
    }

    fn request(&mut self, request: Request) {
        self.requests.push(request);
    }

    /// Puts a question behind those that wait. One of the same kind takes the place of the older.
    fn ask(&mut self, question: Question) {
        let kind = discriminant(&question);
        let mut waiting = self.questions.iter_mut();
        match waiting.find(|waiting| discriminant(*waiting) == kind) {
            Some(waiting) => *waiting = question,
            None => self.questions.push_back(question),
        }
    }

    /// Drops the questions about a project that is no longer open, and what was found out for its pages.
    fn forget_questions(&mut self) {
        let is_of_file = |question: &Question| matches!(question, Question::CannotOpen { .. });
        self.questions.retain(is_of_file);
        self.exporting = None;
        self.looked_through = None;
    }

    /// A dialog that makes sense only with a project open.
    fn choose_in_project(&mut self, choice: FileChoice) {
        if self.work.is_some() {
            self.request(Request::Choose(choice));
        }
    }

    fn show(&mut self, page: Page) {
        match page {
            Page::Findings => self.check(),
            Page::Backups => self.list_backups(),
            _ => {}
        }
        self.request(Request::Show(page));
    }

    fn tell(&mut self, kind: NoticeKind, words: impl Into<String>) {
        self.tell_with(kind, words, None);
    }

    fn tell_with(
        &mut self,
        kind: NoticeKind,
        words: impl Into<String>,
        deed: Option<(String, Command)>,
    ) {
        let words = words.into();
        // The same words again replace the old notice instead of piling up.
        self.notices.retain(|notice| notice.words != words);
        self.notices.push(Notice {
            number: self.next_notice,
            kind,
            words,
            deed,
        });
        self.next_notice += 1;
    }

    fn work_as(&mut self, annotator_id: AnnotatorId) {
        let Some(work) = &mut self.work else {
            self.settings.annotator = annotator_id.to_string();
            return;
        };
        self.settings
            .annotator_in
            .insert(work.path.clone(), annotator_id.to_string());
        work.annotator_id = annotator_id;
    }

    /// Writes the settings if they have changed; those of one moment after those of another.
    fn keep_settings(&mut self) {
        let (kept, is_being_written) = &mut self.kept_settings;
        if *is_being_written || *kept == self.settings {
            return;
        }
        *kept = self.settings.clone();
        *is_being_written = true;
        let settings = self.settings.clone();
        self.tasks
            .start_unseen(move |_| TaskResult::SettingsKept(store::write_settings(&settings)));
    }

    fn settings_kept(&mut self, outcome: Result<(), SettingsError>) {
        self.kept_settings.1 = false;
        if let Err(error) = outcome {
            let words = format!("Your settings could not be kept: {error}");
            self.tell(NoticeKind::Warning, words);
        }
        self.keep_settings();
    }
}

/// Who acts now.
fn author_of(work: &Work) -> Author {
    Author {
        annotator_id: work.annotator_id.clone(),
        at: now_in_seconds(),
    }
}

/// The clock, in whole seconds: finer stamps would only make the file longer.
fn now_in_seconds() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
