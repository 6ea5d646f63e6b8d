//! Writing files so that the old one or the new one is there, whatever happens in between.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use thiserror::Error;

use super::disk::{Disk, DiskFile, Found, RealDisk, reason};
use super::sources::ORIGINAL;
use super::{PROJECT_ENDING, Progress, folder_of};
use crate::import::FileInMemory;
use crate::model::Project;

/// How many temporary files of other programs that write the same file at the same time are passed over.
const MOST_TEMPS: u32 = 20;

/// A file could not be written; what stood there before is still there.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The system said no.
    #[error("{what}: {reason} in {path}", reason = reason(source), path = .path.display())]
    Io {
        /// Which step failed.
        what: &'static str,
        /// What the system said.
        source: io::Error,
        /// Where.
        path: PathBuf,
    },
    /// The disk took fewer bytes than it was given.
    #[error("the disk kept only {kept} of {given} bytes of {path}", path = .path.display())]
    Short {
        /// Bytes that are there.
        kept: u64,
        /// Bytes that should be.
        given: u64,
        /// Where.
        path: PathBuf,
    },
    /// A folder, pipe or device stands where a file should go.
    #[error("something that is not a file stands in the way: {path}", path = .0.display())]
    NotAFile(PathBuf),
    /// A folder with something else in it stands where an export should go.
    #[error("the folder is not empty; choose an empty or new one: {path}", path = .0.display())]
    FolderNotEmpty(PathBuf),
    /// A link leads out of the project's folder. Nothing that is written there could be read again.
    #[error("a link leads out of the folder of the project, where nothing is written: {path}", path = .0.display())]
    LeadsOut(PathBuf),
    /// A file of a project stands where something else should go.
    #[error("a file of a project is not written over by anything else; choose another name: {path}", path = .0.display())]
    OwnFile(PathBuf),
    /// The person gave up.
    #[error("it was cancelled; texts that were written already stay beside the project")]
    Cancelled,
    /// There is nowhere to write to.
    #[error("this system names no folder for the program's own files")]
    NoFolder,
}

pub(super) fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    move |source| WriteError::Io {
        what,
        source,
        path: path.to_owned(),
    }
}

/// Replaces a file as a whole: written beside it, checked, flushed, renamed over it, folder flushed. Links are
/// followed; owner and permissions are kept. Returns the new file, still open, for whoever goes on writing.
///
/// A try that failed leaves nothing behind, and the next one begins with a new file: after a failed flush the
/// old one may hold anything.
pub fn replace_file(
    disk: &dyn Disk,
    path: &Path,
    bytes: &[u8],
) -> Result<Box<dyn DiskFile>, WriteError> {
    let target = disk.resolve(path).unwrap_or_else(|_| path.to_owned());
    if matches!(disk.find(&target), Ok(Found::Other)) {
        return Err(WriteError::NotAFile(target));
    }
    let (temp, file) = create_temp(disk, &target)?;
    let outcome = fill(disk, file, &temp, &target, bytes).and_then(|file| {
        let failed = io_error("the old file could not be replaced", &target);
        disk.rename(&temp, &target).map_err(failed)?;
        Ok(file)
    });
    if outcome.is_err() {
        let _ = disk.remove(&temp);
    }
    let file = outcome?;
    flush_folder_of(disk, &target)?;
    Ok(file)
}

/// A new file beside the target. One that was left behind by a program that was killed is taken away; one that
/// is being written just now is passed over. Which is which the lock tells: it goes with the program.
fn create_temp(disk: &dyn Disk, target: &Path) -> Result<(PathBuf, Box<dyn DiskFile>), WriteError> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    for number in 1..=MOST_TEMPS {
        // A leading dot hides it, and sync clients pass over names that end in `.tmp`.
        let temp = target.with_file_name(format!(".{name}.{number}.tmp"));
        let is_left_behind = |temp: &Path| {
            let is_free = |file: Box<dyn DiskFile>| file.lock();
            matches!(disk.open_to_append(temp).and_then(is_free), Ok(true))
        };
        if matches!(disk.is_taken(&temp), Ok(true)) && is_left_behind(&temp) {
            let _ = disk.remove(&temp);
        }
        match disk.create(&temp) {
            Ok(file) => {
                // Where the system has no locks, the worst is that another program's save fails and says so.
                let _ = file.lock();
                return Ok((temp, file));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io_error("the file could not be made", target)(error)),
        }
    }
    let words = "the names of temporary files are all taken";
    let taken = io::Error::new(io::ErrorKind::AlreadyExists, words);
    Err(io_error("the file could not be made", target)(taken))
}

fn fill(
    disk: &dyn Disk,
    mut file: Box<dyn DiskFile>,
    temp: &Path,
    target: &Path,
    bytes: &[u8],
) -> Result<Box<dyn DiskFile>, WriteError> {
    let failed = |what| io_error(what, target);
    write_checked(&mut *file, target, bytes)?;
    let is_taken = disk.is_taken(target);
    if is_taken.map_err(failed("the old file could not be looked at"))? {
        disk.copy_rights(target, temp)
            .map_err(failed("its permissions could not be set"))?;
    }
    file.flush()
        .map_err(failed("the file could not be flushed"))?;
    Ok(file)
}

/// Some disks take less than they were given and say nothing.
pub fn write_checked(file: &mut dyn DiskFile, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let failed = |what| io_error(what, path);
    file.write(bytes)
        .map_err(failed("the file could not be written"))?;
    let kept = file
        .size_bytes()
        .map_err(failed("the file could not be checked"))?;
    match kept == bytes.len() as u64 {
        true => Ok(()),
        false => Err(WriteError::Short {
            kept,
            given: bytes.len() as u64,
            path: path.to_owned(),
        }),
    }
}

/// Makes the name of a file certain.
pub fn flush_folder_of(disk: &dyn Disk, path: &Path) -> Result<(), WriteError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    disk.flush_folder(folder)
        .map_err(io_error("the folder could not be flushed", folder))
}

/// Writes a new file and returns it, still open; `None` if something stands there already, which is left alone.
pub fn write_new(
    disk: &dyn Disk,
    path: &Path,
    bytes: &[u8],
) -> Result<Option<Box<dyn DiskFile>>, WriteError> {
    let failed = |what| io_error(what, path);
    let mut file = match disk.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        outcome => outcome.map_err(failed("the file could not be made"))?,
    };
    let outcome = write_checked(&mut *file, path, bytes).and_then(|()| {
        file.flush()
            .map_err(failed("the file could not be flushed"))
    });
    if outcome.is_err() {
        let _ = disk.remove(path);
    }
    outcome?;
    flush_folder_of(disk, path)?;
    Ok(Some(file))
}

/// Writes new files where nothing stands yet. What could not be written to its end is taken away again.
///
/// # Errors
/// If one cannot be written, or it was cancelled. The others may be there or not.
pub fn write_many<T: Sync>(
    disk: &dyn Disk,
    files: &[(PathBuf, T)],
    progress: &Progress,
    bytes_of: impl Fn(&T) -> Cow<'_, [u8]> + Sync,
) -> Result<(), WriteError> {
    let unless = |outcome: Result<(), WriteError>, path: &Path| {
        if outcome.is_err() {
            // Nobody knows what is in it now.
            let _ = disk.remove(path);
        }
        outcome
    };
    // Each is written first and flushed later.
    progress.expect(2 * files.len());
    files.par_iter().try_for_each(|(path, content)| {
        if progress.is_cancelled() {
            return Err(WriteError::Cancelled);
        }
        progress.step();
        let failed = io_error("the file could not be made", path);
        let mut file = disk.create(path).map_err(failed)?;
        unless(write_checked(&mut *file, path, &bytes_of(content)), path)
    })?;
    // Only now, when all are written, does flushing them cost little.
    files.par_iter().try_for_each(|(path, _)| {
        if progress.is_cancelled() {
            return Err(WriteError::Cancelled);
        }
        progress.step();
        let failed = io_error("the file could not be flushed", path);
        unless(flush_file(disk, path).map_err(failed), path)
    })?;
    let mut folders: Vec<&Path> = files.iter().map(|(path, _)| &**path).collect();
    folders.dedup_by_key(|path| path.parent());
    folders
        .into_iter()
        .try_for_each(|path| flush_folder_of(disk, path))
}

/// Makes certain what was written to a file.
pub fn flush_file(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    disk.open_to_append(path)?.flush()
}

/// Makes a folder and those above it.
pub fn make_folder(disk: &dyn Disk, folder: &Path) -> Result<(), WriteError> {
    disk.make_folder(folder)
        .map_err(io_error("the folder could not be made", folder))
}

/// The first of the numbered paths at which nothing stands.
pub fn first_free(disk: &dyn Disk, numbered: impl Fn(u32) -> PathBuf) -> PathBuf {
    let mut number = 1;
    while matches!(disk.is_taken(&numbered(number)), Ok(true)) {
        number += 1;
    }
    numbered(number)
}

/// Keeps a copy of a project file as it is, beside it, and says where. Never writes over an older copy.
///
/// # Errors
/// If the copy cannot be made.
pub fn keep_before_repair(path: &Path) -> Result<PathBuf, WriteError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let kept = first_free(&RealDisk, |number| match number {
        1 => path.with_file_name(format!("{name}.before-repair")),
        number => path.with_file_name(format!("{name}.before-repair-{number}")),
    });
    let bytes = RealDisk
        .read(path, u64::MAX)
        .map_err(io_error("the file could not be read", path))?;
    match write_new(&RealDisk, &kept, &bytes)? {
        Some(_) => Ok(kept),
        None => {
            let taken = io::ErrorKind::AlreadyExists.into();
            Err(io_error("the copy could not be made", &kept)(taken))
        }
    }
}

/// Refuses a place for something that is no project where a project file stands or would, and one where a given project
/// has a text, or what a text was taken from.
///
/// # Errors
/// [`WriteError::OwnFile`] for such a place.
pub fn refuse_own(to: &Path, own: Option<(&Path, &Project)>) -> Result<(), WriteError> {
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let is_project = name.to_lowercase().ends_with(PROJECT_ENDING);
    // What is not there yet is nobody's.
    let is_text = || {
        let to = to.canonicalize().ok()?;
        let (project_file, project) = own?;
        let folder = folder_of(project_file);
        let paths = project.documents.values().flat_map(|document| {
            let original = document.fields.get(ORIGINAL);
            [Some(&document.path), original].into_iter().flatten()
        });
        let mut places = paths.filter_map(|path| folder.join(path).canonicalize().ok());
        places.any(|place| place == to).then_some(())
    };
    match is_project || is_text().is_some() {
        true => Err(WriteError::OwnFile(to.to_owned())),
        false => Ok(()),
    }
}

/// Writes what an export made: one file to the path itself, several into a folder of that name.
/// A single file that stands there is replaced, since the file dialog or `--force` has asked; a folder
/// must be empty or new, so that nothing old mixes with the new.
///
/// # Errors
/// If a file cannot be written, or the folder has something in it.
pub fn write_export(to: &Path, files: &[FileInMemory]) -> Result<(), WriteError> {
    refuse_own(to, None)?;
    if let [only] = files
        && !only.path.contains('/')
        && !to.is_dir()
    {
        return replace_file(&RealDisk, to, &only.bytes).map(drop);
    }
    if RealDisk.list(to).is_ok_and(|paths| !paths.is_empty()) {
        return Err(WriteError::FolderNotEmpty(to.to_owned()));
    }
    let files: Vec<(PathBuf, &[u8])> = files
        .iter()
        .map(|file| (to.join(&file.path), &*file.bytes))
        .collect();
    let mut folders: Vec<&Path> = files.iter().filter_map(|(path, _)| path.parent()).collect();
    folders.dedup();
    for folder in &folders {
        make_folder(&RealDisk, folder)?;
    }
    let written = write_many(&RealDisk, &files, &Progress::default(), |bytes| {
        Cow::Borrowed(*bytes)
    });
    if written.is_err() {
        // A part of an export is of no use, and would stand in the way of the next try.
        for (path, bytes) in &files {
            let is_ours = |there: Vec<u8>| bytes.starts_with(&there);
            if RealDisk.read(path, u64::MAX).is_ok_and(is_ours) {
                let _ = RealDisk.remove(path);
            }
        }
        folders.sort_unstable();
        for folder in folders.iter().rev().filter(|folder| **folder != to) {
            let _ = RealDisk.remove_folder(folder);
        }
    }
    written
}

/// Where an export goes for which a folder was chosen: there if nothing is in it, else into a new folder of this
/// name. A file is left as it is.
pub fn folder_for_export(chosen: PathBuf, name: &str) -> PathBuf {
    if !RealDisk.list(&chosen).is_ok_and(|paths| !paths.is_empty()) {
        return chosen;
    }
    first_free(&RealDisk, |number| match number {
        1 => chosen.join(name),
        number => chosen.join(format!("{name}-{number}")),
    })
}

/// Adds a line to a file of lines, unless it is there already. The file is made if there is none.
///
/// # Errors
/// If the file cannot be read or written.
pub fn add_line(path: &Path, line: &str) -> Result<(), WriteError> {
    let read = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(io_error("the file could not be read", path)),
    };
    let mut words = read?;
    if words.lines().any(|known| known.trim() == line) {
        return Ok(());
    }
    if !words.is_empty() && !words.ends_with('\n') {
        words.push('\n');
    }
    words.push_str(line);
    words.push('\n');
    replace_file(&RealDisk, path, words.as_bytes()).map(drop)
}
