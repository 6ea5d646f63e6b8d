//! The journal: every edit is on the disk moments after it was made, long before the project file is written.
//!
//! A thread of its own takes the steps in the order in which they come, writes all that wait in one go and
//! flushes them; only then they count as safe. A file whose flush has failed is never trusted again: the whole
//! journal is then written anew, elsewhere if need be, and until that has worked nothing more is called safe.
//! The journal is made with the first edit, so that looking at a project leaves nothing behind.

mod edit_words;
mod find;
mod log;
mod write;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

pub use find::{JournalElsewhere, Recovery, UnfitJournal};
pub(super) use find::{journal_at, journals_of_all, recover};

use self::log::Log;
use self::write::{Writer, name_of};
use super::disk::{Found, sha256_of};
use super::folders::Storage;
use super::read::MOST_PROJECT_BYTES;
use super::replace::{WriteError, replace_file};
use super::write::{SaveError, Saved, project_to_string};
use crate::edit::{Edit, Step};
use crate::model::{Project, Texts};
use crate::query;

/// The journal of an open project.
#[derive(Debug)]
pub struct Journal {
    storage: Storage,
    project_file: PathBuf,
    /// Gone only while the journal is being dropped.
    sender: Option<Sender<Message>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
    /// The hash of the file that we tried to put in place last: it may be there although the save failed.
    tried_sha256: Mutex<Option<String>>,
}

/// How far the journal is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JournalState {
    /// Every step up to this revision is on the disk.
    pub safe_revision: u64,
    /// Steps up to this revision were tried.
    pub tried_revision: u64,
    /// Why what was tried is not safe, if it is not.
    pub failure: Option<String>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<JournalState>,
    changed: Condvar,
    /// Called when the state has changed, so that a sleeping window shows it.
    wake: Option<Wake>,
}

/// Wakes a sleeping window.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

enum Message {
    Step(u64, Step),
    /// A file of this hash and revision is about to be put in place; the answer comes when that is written down.
    Saving(u64, String, SyncSender<Result<(), String>>),
    Saved(u64, String),
    Merged(u64, String, Edit),
    /// The whole log is asked for.
    Copy(SyncSender<Log>),
    /// Steps that the file of this hash does not hold are not wanted.
    GiveUp(String),
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.lock().fmt(f)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, JournalState> {
        // The state is plain values; whoever panicked with the lock has left them whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, state: JournalState) {
        *self.lock() = state;
        self.changed.notify_all();
        if let Some(wake) = &self.wake {
            wake();
        }
    }
}

impl Journal {
    /// The journal of a project that was just opened.
    pub fn resume(
        storage: Storage,
        project_file: &Path,
        recovery: &Recovery,
        file_sha256: Option<&str>,
        wake: Option<Wake>,
    ) -> Self {
        let writer = Writer::resume(storage.clone(), project_file, recovery, file_sha256);
        Self::start(
            storage,
            project_file,
            writer,
            recovery.history.revision,
            wake,
        )
    }

    /// The journal of the same project after it was saved to another place; it goes on with the same history.
    pub fn moved(&self, project_file: &Path, revision: u64, file_sha256: &str) -> Self {
        let (answer, answered) = sync_channel(1);
        self.send(Message::Copy(answer));
        let log = answered.recv().unwrap_or_default();
        let writer = Writer::new(
            self.storage.clone(),
            project_file,
            log.of_other(&name_of(&self.storage, project_file)),
        );
        let wake = self.shared.wake.clone();
        let journal = Self::start(self.storage.clone(), project_file, writer, 0, wake);
        journal.send(Message::Saved(revision, file_sha256.to_owned()));
        journal
    }

    fn start(
        storage: Storage,
        project_file: &Path,
        writer: Writer,
        revision: u64,
        wake: Option<Wake>,
    ) -> Self {
        let (sender, receiver) = channel();
        let state = JournalState {
            safe_revision: revision,
            tried_revision: revision,
            failure: None,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
            wake,
        });
        let theirs = shared.clone();
        let thread = std::thread::spawn(move || writer.work(&receiver, &theirs));
        Self {
            storage,
            project_file: project_file.to_owned(),
            sender: Some(sender),
            thread: Some(thread),
            shared,
            tried_sha256: Mutex::new(None),
        }
    }

    /// Takes steps down, each with the revision that it led to. Returns at once.
    pub fn record(&self, steps: Vec<(u64, Step)>) {
        for (revision, step) in steps {
            self.send(Message::Step(revision, step));
        }
    }

    /// The project file that it belongs to.
    pub fn project_file(&self) -> &Path {
        &self.project_file
    }

    /// How far it is.
    pub fn state(&self) -> JournalState {
        self.shared.lock().clone()
    }

    /// Waits until every step up to the revision is on the disk.
    ///
    /// # Errors
    /// If it could not be written; the reason in words.
    pub fn wait_for(&self, revision: u64) -> Result<(), String> {
        let mut state = self.shared.lock();
        loop {
            if state.safe_revision >= revision {
                return Ok(());
            }
            if let Some(failure) = state
                .failure
                .as_ref()
                .filter(|_| state.tried_revision >= revision)
            {
                return Err(failure.clone());
            }
            let woken = self.shared.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Writes the project, as it is at a revision, to its file. `expected_sha256` is the hash of what was opened or
    /// saved last, `None` for a file that should not exist yet.
    ///
    /// # Errors
    /// If the file is not what was expected, or cannot be written; the old one is still there then.
    pub fn save(
        &self,
        project: &Project,
        texts: &Texts,
        revision: u64,
        expected_sha256: Option<&str>,
    ) -> Result<Saved, SaveError> {
        self.check_expected(expected_sha256)?;
        let words = project_to_string(project, texts);
        let hash = sha256_of(words.as_bytes());
        let (answer, answered) = sync_channel(1);
        self.send(Message::Saving(revision, hash.clone(), answer));
        if let Ok(Err(failure)) = answered.recv() {
            // The journal has said so by itself. A saved file is worth more than a journal that names it.
            ::log::warn!("the journal does not know of this save: {failure}");
        }
        *self.tried() = Some(hash.clone());
        replace_file(&*self.storage.disk, &self.project_file, words.as_bytes())?;
        self.send(Message::Saved(revision, hash.clone()));
        Ok(Saved {
            file_sha256: Some(hash),
            misplaced: query::misplaced(project, texts),
        })
    }

    /// Somebody else has put a file of this hash in place, and the edit leads from it to the project as it is at this
    /// revision.
    pub fn merged(&self, revision: u64, file_sha256: String, edit: Edit) {
        self.send(match edit.changes.is_empty() {
            true => Message::Saved(revision, file_sha256),
            false => Message::Merged(revision, file_sha256, edit),
        });
    }

    /// Forgets the steps that the file of this hash does not hold: the person does not want them.
    pub fn give_up_unsaved(&self, file_sha256: &str) {
        self.send(Message::GiveUp(file_sha256.to_owned()));
    }

    fn check_expected(&self, expected_sha256: Option<&str>) -> Result<(), SaveError> {
        let (disk, path) = (&*self.storage.disk, &self.project_file);
        let found = disk.sha256(path, MOST_PROJECT_BYTES).ok();
        let is_ours = found.is_some() && found == *self.tried();
        if found.as_deref() == expected_sha256 || is_ours {
            return Ok(());
        }
        let path = path.clone();
        Err(match disk.find(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => SaveError::Gone { path },
            Ok(Found::Other) => WriteError::NotAFile(path).into(),
            _ => SaveError::ChangedOutside { path },
        })
    }

    fn tried(&self) -> MutexGuard<'_, Option<String>> {
        self.tried_sha256
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, message: Message) {
        // The thread ends only when this sender is dropped, or by a panic, which the next `wait_for` would show.
        if let Some(sender) = &self.sender
            && sender.send(message).is_err()
        {
            let failure = Some("the journal has stopped; save the project".to_owned());
            let state = self.state();
            self.shared.publish(JournalState {
                tried_revision: u64::MAX,
                failure,
                ..state
            });
        }
    }
}

impl Drop for Journal {
    /// What was taken down is written before the journal goes.
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            ::log::error!("the journal's thread has panicked");
        }
    }
}
