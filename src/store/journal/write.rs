//! The journal's own thread.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::find::{FoundJournal, places};
use super::log::{Log, Record};
use super::{JournalState, Message, Recovery, Shared};
use crate::store::disk::DiskFile;
use crate::store::folders::Storage;
use crate::store::replace::{
    WriteError, first_free, io_error, make_folder, replace_file, write_new,
};

/// A journal that was trimmed is not trimmed again before it has doubled.
const TRIM_AGAIN_FACTOR: u64 = 2;
/// How long after a failure the journal is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(2);

/// The project's path in words, by which it is known when it is gone. Whole, whatever folder the program runs in.
pub(super) fn name_of(storage: &Storage, project_file: &Path) -> String {
    let whole = storage.disk.resolve(project_file);
    let whole = whole.unwrap_or_else(|_| project_file.to_owned());
    whole.to_string_lossy().into_owned()
}

/// Writes the journal.
pub(super) struct Writer {
    storage: Storage,
    project_file: PathBuf,
    log: Log,
    /// How many records of the log are in the file.
    written: usize,
    file: Place,
    trim_from_bytes: u64,
}

/// Where the journal is.
enum Place {
    /// Nowhere yet.
    Nowhere,
    /// It was found there and nothing was added yet.
    Found(FoundJournal),
    /// It is being written.
    Open {
        path: PathBuf,
        file: Box<dyn DiskFile>,
    },
    /// It was there, but can no longer be trusted.
    Failed(PathBuf),
}

impl Writer {
    pub fn new(storage: Storage, project_file: &Path, log: Log) -> Self {
        Self {
            trim_from_bytes: storage.most_journal_bytes,
            storage,
            project_file: project_file.to_owned(),
            log,
            written: 0,
            file: Place::Nowhere,
        }
    }

    /// Goes on with the journal that was found, or begins a new one with the first step.
    pub fn resume(
        storage: Storage,
        project_file: &Path,
        recovery: &Recovery,
        file_sha256: Option<&str>,
    ) -> Self {
        let Some(found) = &recovery.found else {
            let project = name_of(&storage, project_file);
            let log = Log::begin(&project, &recovery.history, file_sha256);
            return Self::new(storage, project_file, log);
        };
        let mut writer = Self::new(storage, project_file, found.log.clone());
        writer.written = found.log.records.len();
        writer.file = Place::Found(found.clone());
        // The file may have been put in place right before the program was killed. Now that is certain.
        if let Some(hash) = file_sha256 {
            let mark = found.log.mark_of(hash);
            if let Some((revision, Record::Saving(_))) = mark {
                let saved = (*revision, Record::Saved(hash.to_owned()));
                writer.log.records.push(saved);
            }
        }
        writer
    }

    /// Works until the other end is dropped.
    pub fn work(mut self, receiver: &Receiver<Message>, shared: &Shared) {
        let mut has_failed = false;
        loop {
            let first = match has_failed {
                false => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
                true => receiver.recv_timeout(TRY_AGAIN),
            };
            if matches!(first, Err(RecvTimeoutError::Disconnected)) {
                return;
            }
            // Whatever came while the last batch was written goes to the disk together.
            let batch: Vec<Message> = first.into_iter().chain(receiver.try_iter()).collect();
            has_failed = self.take(batch, shared).is_err();
        }
    }

    /// Writes a batch down, says how far the journal is, and answers those who wait.
    fn take(&mut self, batch: Vec<Message>, shared: &Shared) -> Result<(), WriteError> {
        let mut waiting = Vec::new();
        let mut has_saved = false;
        for message in batch {
            match message {
                Message::Step(revision, step) => {
                    self.log.records.push((revision, Record::Step(step)));
                }
                Message::Saving(revision, hash, answer) => {
                    self.log.records.push((revision, Record::Saving(hash)));
                    waiting.push(answer);
                }
                Message::Saved(revision, hash) => {
                    self.log.records.push((revision, Record::Saved(hash)));
                    has_saved = true;
                }
                Message::Merged(revision, hash, edit) => {
                    let merged = Record::Merged(hash, edit);
                    self.log.records.push((revision, merged));
                }
                Message::Copy(answer) => drop(answer.send(self.log.clone())),
                Message::GiveUp(hash) => self.give_up(&hash),
            }
        }
        let outcome = self.write();
        if has_saved && outcome.is_ok() {
            self.trim();
        }
        let tried = self.log.last_revision();
        let failure = outcome.as_ref().err().map(ToString::to_string);
        let safe_revision = match failure {
            None => tried,
            Some(_) => shared.lock().safe_revision,
        };
        shared.publish(JournalState {
            safe_revision,
            tried_revision: tried,
            failure: failure.clone(),
        });
        for answer in waiting {
            // Whoever asked may have given up.
            let _ = answer.send(failure.clone().map_or(Ok(()), Err));
        }
        outcome
    }

    /// Brings what is new to the disk, by adding to the file if there is one that can be trusted.
    fn write(&mut self) -> Result<(), WriteError> {
        if !self.log.has_steps() || self.written == self.log.records.len() {
            return Ok(());
        }
        match std::mem::replace(&mut self.file, Place::Nowhere) {
            Place::Nowhere => self.write_anew(None),
            Place::Failed(path) => self.write_anew(Some(path)),
            Place::Open { path, file } => self.append(path, file),
            Place::Found(found) => self.go_on(found),
        }
    }

    fn append(&mut self, path: PathBuf, mut file: Box<dyn DiskFile>) -> Result<(), WriteError> {
        let words = self.log.words_from(self.written);
        let outcome = file.write(words.as_bytes()).and_then(|()| file.flush());
        if let Err(error) = outcome {
            ::log::error!("{error} in {}", path.display());
            drop(file);
            return self.write_anew(Some(path));
        }
        self.written = self.log.records.len();
        self.file = Place::Open { path, file };
        Ok(())
    }

    /// Adds to the journal that was found, unless another program has gone on with it in the meantime.
    fn go_on(&mut self, found: FoundJournal) -> Result<(), WriteError> {
        let FoundJournal {
            path,
            whole_bytes,
            all_bytes,
            ..
        } = found;
        let opened = self.storage.disk.open_to_append(&path);
        let Some(file) = opened.ok().filter(|file| {
            matches!(file.lock(), Ok(true))
                && matches!(file.size_bytes(), Ok(size) if size == all_bytes)
        }) else {
            return self.write_anew(None);
        };
        if whole_bytes == all_bytes {
            return self.append(path, file);
        }
        self.keep_torn_tail(&path, whole_bytes)?;
        self.write_anew(Some(path))
    }

    /// What is behind the last whole record is cut off, but not thrown away.
    fn keep_torn_tail(&self, path: &Path, whole_bytes: u64) -> Result<(), WriteError> {
        let disk = &*self.storage.disk;
        let bytes = disk
            .read(path, u64::MAX)
            .map_err(io_error("the journal could not be read", path))?;
        let tail = bytes.get(whole_bytes as usize..).unwrap_or_default();
        let kept = first_free(disk, |number| path.with_extension(format!("torn-{number}")));
        write_new(disk, &kept, tail).map(drop)
    }

    /// Writes the whole journal: to the file that it was in, or to the first place that can be written.
    fn write_anew(&mut self, former: Option<PathBuf>) -> Result<(), WriteError> {
        self.file = former.clone().map_or(Place::Nowhere, Place::Failed);
        let words = self.log.words();
        let mut failure = WriteError::NoFolder;
        let others = places(&self.storage, &self.project_file);
        for (index, path) in former.into_iter().chain(others).enumerate() {
            let is_former = index == 0 && matches!(self.file, Place::Failed(_));
            match self.write_whole(&path, &words, is_former) {
                Ok(Some(file)) => {
                    self.written = self.log.records.len();
                    if let Place::Failed(former) = std::mem::replace(
                        &mut self.file,
                        Place::Open {
                            path: path.clone(),
                            file,
                        },
                    ) && former != path
                    {
                        // If it cannot be taken away, the journal that goes further is chosen.
                        let _ = self.storage.disk.remove(&former);
                    }
                    return Ok(());
                }
                Ok(None) => {}
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// `None` if a journal stands there that is not ours.
    fn write_whole(
        &self,
        path: &Path,
        words: &str,
        is_ours: bool,
    ) -> Result<Option<Box<dyn DiskFile>>, WriteError> {
        let disk = &*self.storage.disk;
        make_folder(disk, path.parent().unwrap_or(path))?;
        if is_ours || self.is_spent(path) {
            return replace_file(disk, path, words.as_bytes()).map(Some);
        }
        let file = write_new(disk, path, words.as_bytes())?;
        if let Some(file) = &file {
            // Where the system has no locks, two programs must not write at the same time.
            let _ = file.lock();
        }
        Ok(file)
    }

    /// Whether an old journal of this project stands there, of which nothing is needed.
    fn is_spent(&self, path: &Path) -> bool {
        super::find::is_spent(&*self.storage.disk, path)
    }

    fn give_up(&mut self, file_sha256: &str) {
        let log = self.log.without_unsaved(file_sha256);
        if log != self.log {
            self.log = log;
            self.written = 0;
            let place = std::mem::replace(&mut self.file, Place::Nowhere);
            self.file = match place {
                Place::Open { path, .. } | Place::Failed(path) => Place::Failed(path),
                Place::Found(found) => Place::Failed(found.path),
                Place::Nowhere => Place::Nowhere,
            };
            // An empty journal is none.
            if let (false, Place::Failed(path)) = (self.log.has_steps(), &self.file)
                && self.storage.disk.remove(path).is_ok()
            {
                self.file = Place::Nowhere;
            }
        }
    }

    /// Takes the oldest edits out of a journal that has grown large.
    fn trim(&mut self) {
        let Place::Open { path, file } = &self.file else {
            return;
        };
        if file.size_bytes().unwrap_or(0) < self.trim_from_bytes {
            return;
        }
        let path = path.clone();
        self.log = self.log.trimmed();
        self.written = 0;
        let words = self.log.words();
        let doubled = words.len() as u64 * TRIM_AGAIN_FACTOR;
        self.trim_from_bytes = self.storage.most_journal_bytes.max(doubled);
        self.file = match replace_file(&*self.storage.disk, &path, words.as_bytes()) {
            Ok(file) => {
                self.written = self.log.records.len();
                Place::Open { path, file }
            }
            // The old journal or the new one is there, and either holds all that is not saved.
            Err(error) => {
                ::log::warn!("the journal could not be trimmed: {error}");
                Place::Failed(path)
            }
        };
    }
}
