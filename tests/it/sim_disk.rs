//! A disk in memory that fails when it is told to, and whose every state after a power cut can be looked at.
//!
//! The model is weak, so that what survives it survives any real disk: until its folder is flushed, any name that
//! was given or taken may be lost, in any combination; until a file is flushed, what was written to it is missing,
//! half there, zeros, or whole.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use ascribe::store::{Disk, DiskFile, Found, Progress};

#[derive(Debug, Clone, Default)]
pub struct SimDisk(Arc<Mutex<State>>);

#[derive(Debug, Clone, Default)]
struct State {
    /// What was sure to be there at the start.
    sure: Contents,
    log: Vec<Op>,
    names: BTreeMap<PathBuf, usize>,
    files: Vec<Vec<u8>>,
    calls: usize,
    fails: Option<Failing>,
    has_failed: bool,
    /// Which task is asked to give up, and at which call.
    cancels: Option<(usize, Arc<Progress>)>,
}

pub type Contents = BTreeMap<PathBuf, Vec<u8>>;

/// Which call from now on fails, and how; it alone or all from there on.
#[derive(Debug, Clone, Copy)]
pub struct Failing {
    pub call: usize,
    pub kind: ErrorKind,
    pub goes_on: bool,
}

#[derive(Debug, Clone)]
enum Op {
    Name(NameOp),
    Write(usize, Vec<u8>),
    Empty(usize),
    Flush(usize),
    /// The system has given up on what was written: no later flush brings it to the disk.
    FlushFailed(usize),
    FlushFolder(PathBuf),
    Mark(Mark),
}

#[derive(Debug, Clone)]
enum NameOp {
    Set(PathBuf, usize),
    Rename(PathBuf, PathBuf, usize),
    Remove(PathBuf),
}

/// What the test knows at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mark {
    /// A step to this revision was asked for.
    Asked(u64),
    /// The step to this revision was called safe.
    Safe(u64),
}

/// A state after a power cut, with the marks that had been set by then.
pub struct Crash {
    pub contents: Contents,
    pub marks: Vec<Mark>,
}

impl SimDisk {
    pub fn of(contents: Contents) -> Self {
        let mut state = State {
            sure: contents.clone(),
            ..State::default()
        };
        for (path, bytes) in contents {
            state.names.insert(path, state.files.len());
            state.files.push(bytes);
        }
        Self(Arc::new(Mutex::new(state)))
    }

    pub fn mark(&self, mark: Mark) {
        self.lock().log.push(Op::Mark(mark));
    }

    pub fn fail(&self, failing: Failing) {
        let mut state = self.lock();
        state.calls = 0;
        state.fails = Some(failing);
    }

    /// Does something at which no call fails: what others do, who have no part in the test.
    pub fn undisturbed<T>(&self, deed: impl FnOnce() -> T) -> T {
        let (calls, fails) = {
            let mut state = self.lock();
            (state.calls, state.fails.take())
        };
        let done = deed();
        let mut state = self.lock();
        (state.calls, state.fails) = (calls, fails);
        done
    }

    /// Asks a task to give up at this call from now on.
    pub fn cancel_at(&self, call: usize, progress: Arc<Progress>) {
        let mut state = self.lock();
        state.calls = 0;
        state.cancels = Some((call, progress));
    }

    pub fn has_failed(&self) -> bool {
        self.lock().has_failed
    }

    pub fn contents(&self) -> Contents {
        let state = self.lock();
        let named = state.names.iter();
        named
            .map(|(path, file)| (path.clone(), state.files[*file].clone()))
            .collect()
    }

    /// Every state that a power cut at any moment can leave, each once for the marks set by then.
    pub fn crashes(&self) -> Vec<Crash> {
        let state = self.lock();
        let mut seen = BTreeSet::new();
        let mut crashes = Vec::new();
        for length in 0..=state.log.len() {
            let marks: Vec<Mark> = state.log[..length]
                .iter()
                .filter_map(|op| match op {
                    Op::Mark(mark) => Some(*mark),
                    _ => None,
                })
                .collect();
            for contents in crashed(&state.sure, &state.log[..length]) {
                if seen.insert((marks.len(), contents.clone())) {
                    crashes.push(Crash {
                        contents,
                        marks: marks.clone(),
                    });
                }
            }
        }
        crashes
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Counts a call, and fails it if it is its turn.
    fn call(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.lock();
        state.calls += 1;
        let calls = state.calls;
        if let Some((call, progress)) = &state.cancels
            && calls == *call
        {
            progress.cancel();
        }
        if let Some(failing) = state.fails
            && (calls == failing.call || failing.goes_on && calls > failing.call)
        {
            state.has_failed = true;
            return Err(failing.kind.into());
        }
        Ok(state)
    }
}

/// A file as a power cut may leave it.
#[derive(Default, Clone)]
struct Torn {
    /// What was written, in order, and whether it is sure to be there.
    writes: Vec<(Vec<u8>, Sureness)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Sureness {
    Sure,
    Pending,
    Doomed,
}

fn crashed(sure: &Contents, log: &[Op]) -> Vec<Contents> {
    let mut files: Vec<Torn> = Vec::new();
    let mut names: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for (path, bytes) in sure {
        names.insert(path.clone(), files.len());
        files.push(Torn {
            writes: vec![(bytes.clone(), Sureness::Sure)],
        });
    }
    let mut pending: Vec<NameOp> = Vec::new();
    for op in log {
        match op {
            Op::Name(op) => {
                if let NameOp::Set(_, file) = op
                    && *file >= files.len()
                {
                    files.resize(file + 1, Torn::default());
                }
                pending.push(op.clone());
            }
            Op::Write(file, bytes) => {
                files[*file].writes.push((bytes.clone(), Sureness::Pending));
            }
            Op::Empty(file) => files[*file].writes.clear(),
            Op::Flush(file) => become_(&mut files[*file], Sureness::Sure),
            Op::FlushFailed(file) => become_(&mut files[*file], Sureness::Doomed),
            Op::FlushFolder(folder) => {
                let (now, later): (Vec<_>, Vec<_>) = pending
                    .into_iter()
                    .partition(|op| place(op).parent() == Some(folder));
                now.iter().for_each(|op| apply(&mut names, op));
                pending = later;
            }
            Op::Mark(_) => {}
        }
    }
    let mut states = Vec::new();
    for chosen in 0..(1u32 << pending.len()) {
        let mut names = names.clone();
        for (index, op) in pending.iter().enumerate() {
            if chosen & (1 << index) != 0 {
                apply(&mut names, op);
            }
        }
        states.extend(with_torn_files(&names, &files));
    }
    states
}

fn become_(file: &mut Torn, sureness: Sureness) {
    for write in &mut file.writes {
        if write.1 == Sureness::Pending {
            write.1 = sureness;
        }
    }
}

fn place(op: &NameOp) -> &Path {
    match op {
        NameOp::Set(path, _) | NameOp::Rename(_, path, _) | NameOp::Remove(path) => path,
    }
}

fn apply(names: &mut BTreeMap<PathBuf, usize>, op: &NameOp) {
    match op {
        NameOp::Set(path, file) => drop(names.insert(path.clone(), *file)),
        NameOp::Rename(from, to, file) => {
            if names.get(from) == Some(file) {
                names.remove(from);
            }
            names.insert(to.clone(), *file);
        }
        NameOp::Remove(path) => drop(names.remove(path)),
    }
}

/// Every combination of what unsure bytes can look like.
fn with_torn_files(names: &BTreeMap<PathBuf, usize>, files: &[Torn]) -> Vec<Contents> {
    let mut states = vec![Contents::new()];
    for (path, file) in names {
        let looks = looks_of(&files[*file]);
        states = states
            .iter()
            .flat_map(|state| {
                looks.iter().map(move |bytes| {
                    let mut state = state.clone();
                    state.insert(path.clone(), bytes.clone());
                    state
                })
            })
            .collect();
    }
    states
}

fn looks_of(file: &Torn) -> Vec<Vec<u8>> {
    let is_sure = file.writes.iter().all(|write| write.1 == Sureness::Sure);
    let last_sure = file
        .writes
        .iter()
        .rposition(|write| write.1 == Sureness::Sure);
    let look = |unsure: &dyn Fn(&[u8]) -> Vec<u8>| {
        let mut bytes = Vec::new();
        for (index, (written, sureness)) in file.writes.iter().enumerate() {
            match sureness {
                Sureness::Sure => bytes.extend(written),
                // Behind it something is sure, so that it has at least its length.
                _ if last_sure.is_some_and(|last| index < last) => {
                    let mut look = unsure(written);
                    look.resize(written.len(), 0);
                    bytes.extend(look);
                }
                _ => bytes.extend(unsure(written)),
            }
        }
        bytes
    };
    let whole = look(&|bytes| bytes.to_vec());
    if is_sure {
        return vec![whole];
    }
    vec![
        whole,
        look(&|_| Vec::new()),
        look(&|bytes| bytes[..bytes.len() / 2].to_vec()),
        look(&|bytes| vec![0; bytes.len()]),
    ]
}

impl Disk for SimDisk {
    fn find(&self, path: &Path) -> io::Result<Found> {
        let state = self.call()?;
        let file = state.names.get(path).ok_or(ErrorKind::NotFound)?;
        Ok(Found::File {
            size_bytes: state.files[*file].len() as u64,
        })
    }

    /// All of it is as old as can be.
    fn modified(&self, _: &Path) -> io::Result<SystemTime> {
        self.call().map(|_| SystemTime::UNIX_EPOCH)
    }

    fn is_taken(&self, path: &Path) -> io::Result<bool> {
        Ok(self.call()?.names.contains_key(path))
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }

    fn read(&self, path: &Path, _: u64) -> io::Result<Vec<u8>> {
        let state = self.call()?;
        let file = state.names.get(path).ok_or(ErrorKind::NotFound)?;
        Ok(state.files[*file].clone())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let state = self.call()?;
        let paths = state.names.keys();
        Ok(paths
            .filter(|path| path.parent() == Some(folder))
            .cloned()
            .collect())
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.call()?;
        if state.names.contains_key(path) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let file = state.files.len();
        state.files.push(Vec::new());
        state.names.insert(path.to_owned(), file);
        state.log.push(Op::Name(NameOp::Set(path.to_owned(), file)));
        Ok(Box::new(SimFile(self.clone(), file)))
    }

    fn open_to_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let state = self.call()?;
        let file = *state.names.get(path).ok_or(ErrorKind::NotFound)?;
        Ok(Box::new(SimFile(self.clone(), file)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.call()?;
        let file = state.names.remove(from).ok_or(ErrorKind::NotFound)?;
        state.names.insert(to.to_owned(), file);
        let op = NameOp::Rename(from.to_owned(), to.to_owned(), file);
        state.log.push(Op::Name(op));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.call()?;
        state.names.remove(path).ok_or(ErrorKind::NotFound)?;
        state.log.push(Op::Name(NameOp::Remove(path.to_owned())));
        Ok(())
    }

    fn make_folder(&self, _: &Path) -> io::Result<()> {
        self.call().map(drop)
    }

    fn remove_folder(&self, _: &Path) -> io::Result<()> {
        self.call().map(drop)
    }

    fn flush_folder(&self, folder: &Path) -> io::Result<()> {
        self.call()?.log.push(Op::FlushFolder(folder.to_owned()));
        Ok(())
    }

    fn copy_rights(&self, _: &Path, _: &Path) -> io::Result<()> {
        self.call().map(drop)
    }
}

struct SimFile(SimDisk, usize);

impl SimFile {
    fn put(&self, bytes: &[u8]) {
        let mut state = self.0.lock();
        state.files[self.1].extend(bytes);
        state.log.push(Op::Write(self.1, bytes.to_vec()));
    }
}

impl DiskFile for SimFile {
    /// A write that fails has written half.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let outcome = self.0.call().map(drop);
        let length = bytes.len() / if outcome.is_ok() { 1 } else { 2 };
        self.put(&bytes[..length]);
        outcome
    }

    fn rewrite(&mut self, bytes: &[u8]) -> io::Result<()> {
        {
            let mut state = self.0.call()?;
            state.files[self.1].clear();
            state.log.push(Op::Empty(self.1));
        }
        self.put(bytes);
        Ok(())
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.0.call()?.files[self.1].len() as u64)
    }

    fn flush(&mut self) -> io::Result<()> {
        let outcome = self.0.call().map(drop);
        let op = match outcome {
            Ok(()) => Op::Flush(self.1),
            Err(_) => Op::FlushFailed(self.1),
        };
        self.0.lock().log.push(op);
        outcome
    }

    fn lock(&self) -> io::Result<bool> {
        Ok(true)
    }
}

/// A mistake that a program which saves files could make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mistake {
    /// What was written is not flushed before it takes the old file's place.
    NoTempFlush,
    /// The folder is not flushed.
    NoFolderFlush,
    /// The journal is not flushed.
    NoJournalFlush,
    /// The journal does not say which file is about to be put in place.
    NoCheckpoint,
    /// The project file is emptied and written again.
    InPlace,
}

/// A disk on which the program makes a mistake.
#[derive(Debug)]
pub struct Mistaken(pub SimDisk, pub Mistake);

struct MistakenFile {
    file: Box<dyn DiskFile>,
    mistake: Mistake,
    is_temp: bool,
}

fn is_temp(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "tmp")
}

impl Mistaken {
    fn file(
        &self,
        path: &Path,
        file: io::Result<Box<dyn DiskFile>>,
    ) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(MistakenFile {
            file: file?,
            mistake: self.1,
            is_temp: is_temp(path),
        }))
    }
}

/// `.p.ascribe.ron.1.tmp` is for `p.ascribe.ron`.
fn target(temp: &Path) -> PathBuf {
    let name = temp.file_name().unwrap().to_str().unwrap();
    temp.with_file_name(name.trim_start_matches('.').trim_end_matches(".1.tmp"))
}

impl Disk for Mistaken {
    fn find(&self, path: &Path) -> io::Result<Found> {
        self.0.find(path)
    }
    fn modified(&self, path: &Path) -> io::Result<SystemTime> {
        self.0.modified(path)
    }
    fn is_taken(&self, path: &Path) -> io::Result<bool> {
        self.0.is_taken(path)
    }
    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        self.0.resolve(path)
    }
    fn read(&self, path: &Path, most_bytes: u64) -> io::Result<Vec<u8>> {
        self.0.read(path, most_bytes)
    }
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.0.list(folder)
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        if self.1 == Mistake::InPlace && is_temp(path) {
            // The simulated disk has no truncation; an empty new file of that name, which is sure at once, is
            // what it comes to.
            let target = target(path);
            let _ = self.0.remove(&target);
            let file = self.0.create(&target);
            self.0.flush_folder(target.parent().unwrap())?;
            return self.file(path, file);
        }
        self.file(path, self.0.create(path))
    }
    fn open_to_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.file(path, self.0.open_to_append(path))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        match self.1 {
            Mistake::InPlace if is_temp(from) => Ok(()),
            _ => self.0.rename(from, to),
        }
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.remove(path)
    }
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        self.0.make_folder(folder)
    }
    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        self.0.remove_folder(folder)
    }
    fn flush_folder(&self, folder: &Path) -> io::Result<()> {
        match self.1 {
            Mistake::NoFolderFlush => Ok(()),
            _ => self.0.flush_folder(folder),
        }
    }
    fn copy_rights(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.copy_rights(from, to)
    }
}

impl DiskFile for MistakenFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.mistake != Mistake::NoCheckpoint || self.is_temp {
            return self.file.write(bytes);
        }
        let words = std::str::from_utf8(bytes).unwrap();
        let lines = words.split_inclusive('\n');
        let kept: String = lines.filter(|line| !line.contains(" saving ")).collect();
        self.file.write(kept.as_bytes())
    }
    fn rewrite(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.rewrite(bytes)
    }
    fn size_bytes(&self) -> io::Result<u64> {
        self.file.size_bytes()
    }
    fn flush(&mut self) -> io::Result<()> {
        match (self.mistake, self.is_temp) {
            (Mistake::NoTempFlush, true) | (Mistake::NoJournalFlush, false) => Ok(()),
            _ => self.file.flush(),
        }
    }
    fn lock(&self) -> io::Result<bool> {
        self.file.lock()
    }
}
