//! Work that would stop a frame: it runs on a thread of its own and comes back as a [`TaskResult`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use super::outside::{Looked, UnsavedMerged};
use super::{ExportChoice, Foreseen, ImportChoice, Preview};
use crate::export::{ExportError, LossReport};
use crate::import::{self, ImportError, Imported, Mappable, Target};
use crate::model::{DocumentId, Project};
use crate::query::{Finding, Needle};
use crate::store::{
    self, Backup, BroughtIn, ChangedText, FirstSight, Holder, InUse, Labelled, LookedThrough,
    Medium, OpenError, Opened, Progress, ReadError, ReadText, SaveError, Saved, SettingsError,
};
use crate::text::Span;

/// What came of a task. Taken up between two frames.
#[derive(Debug)]
pub enum TaskResult {
    /// What can be shown of a project before all of it is read, if that is worth while.
    FirstSeen(PathBuf, Option<Box<FirstSight>>),
    /// A project was opened.
    Opened(PathBuf, Box<Result<Opened, OpenError>>),
    /// The project was written, as it was at this revision.
    Saved {
        /// Where to.
        path: PathBuf,
        /// The revision that is on disk now.
        revision: u64,
        /// What came of it.
        outcome: Result<Saved, SaveError>,
    },
    /// Texts were read and, where needed, copied beside the project.
    BroughtIn(BroughtIn),
    /// Files were looked through, before any of them is added.
    LookedThrough(LookedThrough),
    /// Files were read, and what they would bring is known.
    Understood(
        Vec<PathBuf>,
        ImportChoice,
        Box<Result<Preview, ImportFailure>>,
    ),
    /// The texts of an import were written beside the project.
    ImportKept(Box<Imported>, Result<(), store::WriteError>),
    /// Where the text of a document lies now, relative to the project file.
    TextLocated(PathBuf, DocumentId, Result<String, ReadError>),
    /// A text was read again.
    Reread(DocumentId, Box<Result<ReadText, ReadError>>),
    /// A text was read again, as the project knows it.
    Labelled(DocumentId, Box<Result<Labelled, ReadError>>),
    /// Annotations without a place were looked for.
    FoundAgain(Vec<ChangedText>),
    /// Copies of texts were kept.
    TextsKept,
    /// What projects that are gone had left was tidied.
    Tidied,
    /// What the folder of a project is on.
    Medium(PathBuf, Medium),
    /// A backup was made, or could not be.
    BackedUp(Result<(), OpenError>),
    /// The backups of the project.
    Backups(Vec<Backup>),
    /// How a backup differs from the project.
    BackupCompared(PathBuf, Result<Vec<String>, OpenError>),
    /// A backup was read to be restored.
    BackupRead(Box<Result<Opened, OpenError>>),
    /// It was looked at who works on the project.
    Locked(PathBuf, Instant, InUse),
    /// Another program was asked to come to the front; whether it has.
    Shown(PathBuf, Holder, bool),
    /// Edits that a crash had left unsaved were merged with what others wrote since.
    UnsavedMerged(Box<UnsavedMerged>),
    /// The files were looked at, and what others changed was merged.
    Looked(Box<Looked>),
    /// What an export of the project, as it was at this revision, would write.
    Foreseen(ExportChoice, u64, Box<Result<Foreseen, String>>),
    /// An export was written.
    Exported(PathBuf, Result<LossReport, ExportFailure>),
    /// The settings were written.
    SettingsKept(Result<(), SettingsError>),
    /// Words were looked for in a document; `None` if the search was given up.
    Found(DocumentId, Needle, Option<Arc<Vec<Span>>>),
    /// A paragraph without marks was looked for in a document.
    Unlabelled(DocumentId, Option<Span>),
    /// A task has failed inside. Its title, if it has one.
    Panicked(Option<String>),
    /// The project was checked, as it was at this revision.
    Checked(u64, Vec<Finding>),
}

/// Why an export was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportFailure {
    /// It could not be made, or did not read back as the project.
    #[error(transparent)]
    Made(#[from] ExportError),
    /// The person gave up before anything was written.
    #[error("the export was cancelled")]
    Cancelled,
    /// It could not be written.
    #[error(transparent)]
    Written(#[from] store::WriteError),
}

/// A task under way.
#[derive(Debug)]
pub struct Running {
    /// To cancel it by.
    pub number: u64,
    /// What is being done, for the status bar; `None` for what is over before a person could read it.
    pub title: Option<String>,
    /// How far it is.
    pub progress: Arc<Progress>,
}

/// The tasks under way.
pub struct Tasks {
    running: Vec<Running>,
    next_number: u64,
    sender: Sender<(u64, TaskResult)>,
    receiver: Receiver<(u64, TaskResult)>,
    /// Called from the task's thread when a result is there, so that a sleeping window wakes up.
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Tasks {
    /// None yet.
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let (sender, receiver) = channel();
        Self {
            running: Vec::new(),
            next_number: 1,
            sender,
            receiver,
            wake,
        }
    }

    /// Begins a task that the status bar shows, and returns its number.
    pub fn start(
        &mut self,
        title: impl Into<String>,
        work: impl FnOnce(&Progress) -> TaskResult + Send + 'static,
    ) -> u64 {
        self.begin(Some(title.into()), work)
    }

    /// Begins a task that is over before a person could read what it is.
    pub fn start_unseen(&mut self, work: impl FnOnce(&Progress) -> TaskResult + Send + 'static) {
        self.begin(None, work);
    }

    fn begin(
        &mut self,
        title: Option<String>,
        work: impl FnOnce(&Progress) -> TaskResult + Send + 'static,
    ) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        let progress = Arc::new(Progress::default());
        self.running.push(Running {
            number,
            title: title.clone(),
            progress: progress.clone(),
        });
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        std::thread::spawn(move || {
            // What the task held is dropped with it; what it was to change is changed only by its result.
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&progress)));
            let result = outcome.unwrap_or(TaskResult::Panicked(title));
            // The receiver is gone only when the program is ending.
            let _ = sender.send((number, result));
            wake();
        });
        number
    }

    /// What has come back since the last call.
    pub fn finished(&mut self) -> Vec<TaskResult> {
        let results: Vec<_> = self.receiver.try_iter().collect();
        self.running
            .retain(|running| results.iter().all(|(number, _)| *number != running.number));
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// Waits until every task has come back. For the end of the program, and for tests.
    pub fn wait(&mut self) -> Vec<TaskResult> {
        let mut results = Vec::new();
        while !self.running.is_empty() {
            let Ok((number, result)) = self.receiver.recv() else {
                break;
            };
            self.running.retain(|running| running.number != number);
            results.push(result);
        }
        results
    }

    /// What wakes a sleeping window.
    pub fn wake(&self) -> Arc<dyn Fn() + Send + Sync> {
        self.wake.clone()
    }

    /// The tasks under way.
    pub fn running(&self) -> &[Running] {
        &self.running
    }

    /// Asks a task to give up.
    pub fn cancel(&self, number: u64) {
        if let Some(running) = self.running.iter().find(|running| running.number == number) {
            running.progress.cancel();
        }
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    /// The files could not be read from the disk.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Nothing in them could be used.
    #[error(transparent)]
    Understood(#[from] ImportError),
    /// There is no format of that name.
    #[error("there is no format “{0}”")]
    UnknownFormat(String),
    /// The person gave up before anything was done.
    #[error("the import was cancelled")]
    Cancelled,
}

/// Reads files and finds out what they would bring to a project, and what a mapping may speak of. Nothing is
/// written and nothing changed yet.
///
/// # Errors
/// If nothing can be read or used.
pub fn run_import(
    paths: &[PathBuf],
    choice: &ImportChoice,
    target: Target<'_>,
    progress: &Progress,
) -> Result<(Imported, Option<Mappable>), ImportFailure> {
    let mut files = store::read_files(paths, progress)?;
    if progress.is_cancelled() {
        return Err(ImportFailure::Cancelled);
    }
    let format = match &choice.format {
        Some(name) => {
            let format = import::format(name);
            let format = format.ok_or_else(|| ImportFailure::UnknownFormat(name.clone()))?;
            import::believe(format, &mut files);
            format
        }
        None => import::recognise(&files).ok_or(ImportError::Unrecognised)?,
    };
    let mut imported = import::import(format, &files, &choice.options, target)?;
    // Which texts are spoken of is known only now.
    let missing = &imported.report.documents.missing;
    let beside = store::read_texts_beside(paths, missing, progress)?;
    if !beside.is_empty() {
        files.extend(beside);
        imported = import::import(format, &files, &choice.options, target)?;
    }
    Ok((imported, import::mappable(format, &files)))
}

/// Makes an export, proves it and writes it.
pub fn run_export(
    project: &Project,
    texts: &crate::model::Texts,
    choice: &ExportChoice,
    to: &std::path::Path,
    progress: &Progress,
) -> Result<LossReport, ExportFailure> {
    progress.expect(2);
    let format = crate::export::format(choice.format).ok_or(ExportError::UnknownFormat)?;
    let export = crate::export::export(format, project, texts, &choice.options)?;
    progress.step();
    if progress.is_cancelled() {
        return Err(ExportFailure::Cancelled);
    }
    store::write_export(to, &export.files)?;
    Ok(export.losses)
}
