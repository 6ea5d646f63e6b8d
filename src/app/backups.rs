//! Backups: made in the background, listed with what differs, restored as one step that can be taken back.

use std::path::{Path, PathBuf};

use super::{App, Command, NoticeKind, TaskResult, Work};
use crate::edit::{self, Edit, Refusal};
use crate::store::{self, Backup, BackupReason, OpenError, Opened};

/// From so many changes on, an edit is large enough for a backup of its own.
const LARGE_EDIT: usize = 20;

/// What the page of backups shows.
#[derive(Debug, Clone, Default)]
pub struct Backups {
    /// The newest first.
    pub all: Vec<Backup>,
    /// The one that was looked at, and how it differs from the project as it is, in words.
    pub looked_at: Option<(PathBuf, Vec<String>)>,
}

impl Work {
    /// The backups as they were last listed.
    pub fn backups(&self) -> &Backups {
        &self.backups
    }
}

impl App {
    /// Keeps a copy of the file that was just saved.
    pub(super) fn back_up_saved(&mut self) {
        let Some(work) = &self.work else { return };
        let (storage, path) = (self.storage.clone(), work.path.clone());
        self.tasks.start_unseen(move |_| {
            TaskResult::BackedUp(store::back_up_file(&storage, &path, BackupReason::Saved))
        });
    }

    /// Keeps a copy of the project as it is, if the edit changes much of it.
    pub(super) fn back_up_before(&mut self, edit: &Edit) {
        let Some(work) = &self.work else { return };
        if work.is_saved() {
            // Edits that a crash leaves unsaved can be merged later only if it is known what they followed on.
            self.back_up_saved();
        }
        if edit.changes.len() >= LARGE_EDIT {
            self.back_up_as_it_is();
        }
    }

    /// Keeps a copy of the project as it is now.
    pub(super) fn back_up_as_it_is(&mut self) {
        let Some(work) = &self.work else { return };
        let (storage, path) = (self.storage.clone(), work.path.clone());
        let (project, texts) = (work.project().clone(), work.texts.clone());
        self.tasks.start_unseen(move |_| {
            let words = store::project_to_string(&project, &texts);
            let reason = BackupReason::BeforeEdit;
            let outcome = store::back_up(&storage, &path, words.into_bytes(), reason);
            TaskResult::BackedUp(outcome)
        });
    }

    pub(super) fn backed_up(&mut self, outcome: Result<(), OpenError>) {
        if let Err(error) = outcome {
            log::warn!("no backup was made: {error}");
            self.tell(
                NoticeKind::Warning,
                format!("No backup could be made: {error}"),
            );
        }
    }

    /// Lists the backups for their page.
    pub(super) fn list_backups(&mut self) {
        let Some(work) = &self.work else { return };
        let (storage, path) = (self.storage.clone(), work.path.clone());
        self.tasks
            .start_unseen(move |_| TaskResult::Backups(store::list_backups(&storage, &path)));
    }

    pub(super) fn backups_listed(&mut self, all: Vec<Backup>) {
        if let Some(work) = &mut self.work {
            work.backups = Backups {
                all,
                looked_at: None,
            };
        }
    }

    /// Says how a backup differs from the project as it is.
    pub(super) fn look_at_backup(&mut self, backup: PathBuf) {
        let Some(work) = &self.work else { return };
        let project = work.project().clone();
        self.tasks.start("Comparing", move |_| {
            let differences = store::read_project(&backup)
                .map(|opened| edit::differences_in_words(&project, &opened.project));
            TaskResult::BackupCompared(backup, differences)
        });
    }

    pub(super) fn backup_compared(
        &mut self,
        backup: PathBuf,
        outcome: Result<Vec<String>, OpenError>,
    ) {
        match (outcome, &mut self.work) {
            (Ok(differences), Some(work)) => work.backups.looked_at = Some((backup, differences)),
            (Ok(_), None) => {}
            (Err(error), _) => self.tell(NoticeKind::Failure, error.to_string()),
        }
    }

    /// Makes the project what it was, in one step.
    pub(super) fn restore_backup(&mut self, backup: PathBuf) {
        self.tasks.start("Reading the backup", move |_| {
            let outcome = store::read_project(&backup);
            TaskResult::BackupRead(Box::new(outcome))
        });
    }

    pub(super) fn backup_read(
        &mut self,
        outcome: Result<Opened, OpenError>,
    ) -> Result<(), Refusal> {
        let backup = match outcome {
            Ok(opened) => opened.project,
            Err(error) => {
                self.tell(NoticeKind::Failure, error.to_string());
                return Ok(());
            }
        };
        let mut restored = None;
        self.edit(|work, author| {
            let label = "restore a backup".to_owned();
            let edit = edit::become_project(work.project(), &backup, author, label);
            restored = Some(edit.clone());
            Ok(edit)
        })?;
        if let Some(edit) = restored {
            self.read_again_where_needed(&edit);
        }
        if let Some(work) = &mut self.work {
            work.look_for_misplaced();
        }
        let deed = ("Undo".to_owned(), Command::Undo);
        self.tell_with(NoticeKind::Done, "The backup is restored", Some(deed));
        Ok(())
    }

    /// Says that there is a backup of a project that could not be opened.
    pub(super) fn offer_backup(&mut self, path: &Path) {
        if let Some(newest) = store::list_backups(&self.storage, path).into_iter().next() {
            let words = format!(
                "There is a backup of {}, made {}",
                super::project_name(path),
                newest.at.strftime("%Y-%m-%d at %H:%M UTC")
            );
            let open = Command::OpenBackup(path.to_owned(), newest.path);
            let deed = ("Open the backup".to_owned(), open);
            self.tell_with(NoticeKind::Warning, words, Some(deed));
        }
    }

    /// Opens a backup in place of a project file that cannot be read. One that is gone is put back first, and the edits
    /// that only its journal holds come back with it.
    pub(super) fn open_backup(&mut self, path: PathBuf, backup: PathBuf) {
        self.opening = Some(path.clone());
        let storage = self.storage.clone();
        self.tasks.start("Opening the backup", move |progress| {
            let outcome = match store::put_back(&storage, &path, &backup) {
                Ok(true) => store::open_project_in(&storage, &path, progress),
                Ok(false) => store::open_backup(&storage, &path, &backup, progress),
                Err(error) => Err(error),
            };
            TaskResult::Opened(path, Box::new(outcome))
        });
    }
}
