//! Writing files so that the old one or the new one is there, whatever happens in between.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::import::FileInMemory;

/// How often a replacement is tried again where a virus scanner or a sync client holds the file for a moment.
const RETRY_WAITS: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
];

/// A file could not be written; what stood there before is still there.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The system said no.
    #[error("{what}: {source} in {path}", path = .path.display())]
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
    /// A folder with something else in it stands where an export should go.
    #[error("the folder is not empty; choose an empty or new one: {path}", path = .0.display())]
    FolderNotEmpty(PathBuf),
    /// There is nowhere to write to.
    #[error("this system names no folder for the program's own files")]
    NoFolder,
}

pub fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    move |source| WriteError::Io {
        what,
        source,
        path: path.to_owned(),
    }
}

/// Replaces a file as a whole: written beside it, checked, flushed, renamed over it, folder flushed.
/// Links are followed and permissions kept.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    // A leading dot hides it, and sync clients pass over names that end in `.tmp`.
    let temp = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let outcome = write_beside(&temp, &target, bytes).and_then(|()| rename_over(&temp, &target));
    if outcome.is_err() {
        let _ = fs::remove_file(&temp);
    }
    outcome?;
    flush_folder(folder).map_err(io_error("the folder could not be flushed", folder))
}

fn write_beside(temp: &Path, target: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let failed = |what| io_error(what, temp);
    let mut file = File::create(temp).map_err(failed("the file could not be made"))?;
    file.write_all(bytes)
        .map_err(failed("the file could not be written"))?;
    let kept = file
        .metadata()
        .map_err(failed("the file could not be checked"))?
        .len();
    if kept != bytes.len() as u64 {
        return Err(WriteError::Short {
            kept,
            given: bytes.len() as u64,
            path: target.to_owned(),
        });
    }
    if let Ok(old) = fs::metadata(target) {
        fs::set_permissions(temp, old.permissions())
            .map_err(failed("its permissions could not be set"))?;
    }
    file.sync_all()
        .map_err(failed("the file could not be flushed"))
}

fn rename_over(temp: &Path, target: &Path) -> Result<(), WriteError> {
    let mut waits = RETRY_WAITS.into_iter();
    loop {
        match fs::rename(temp, target) {
            Ok(()) => return Ok(()),
            Err(error) if cfg!(windows) && error.kind() == io::ErrorKind::PermissionDenied => {
                match waits.next() {
                    Some(wait) => std::thread::sleep(wait),
                    None => {
                        return Err(io_error("the old file could not be replaced", target)(
                            error,
                        ));
                    }
                }
            }
            Err(error) => {
                return Err(io_error("the old file could not be replaced", target)(
                    error,
                ));
            }
        }
    }
}

/// Without it a power cut could undo the rename. Windows neither needs nor allows it.
fn flush_folder(folder: &Path) -> io::Result<()> {
    if cfg!(windows) {
        Ok(())
    } else {
        File::open(folder)?.sync_all()
    }
}

/// All bytes of a regular file. A folder, pipe or device is refused without waiting for it.
pub fn read_regular(path: &Path, most_bytes: u64) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "this is not a file",
        ));
    }
    if metadata.len() > most_bytes {
        let words = format!("it is larger than {} MB", most_bytes / 1_000_000);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    File::open(path)?.take(most_bytes).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// SHA-256 in hexadecimal, as `sha256sum` prints it.
pub fn sha256_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The hash of a file; `None` if there is none or it cannot be read.
pub fn hash_of_file(path: &Path) -> Option<String> {
    read_regular(path, u64::MAX)
        .ok()
        .map(|bytes| sha256_of(&bytes))
}

/// Keeps a copy of a project file as it is, beside it, and says where. Never writes over an older copy.
///
/// # Errors
/// If the copy cannot be made.
pub fn keep_before_repair(path: &Path) -> Result<PathBuf, WriteError> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let kept = first_free(|number| match number {
        1 => path.with_file_name(format!("{name}.before-repair")),
        number => path.with_file_name(format!("{name}.before-repair-{number}")),
    });
    fs::copy(path, &kept).map_err(io_error("the copy could not be made", &kept))?;
    Ok(kept)
}

/// The first of the numbered paths at which nothing stands.
pub fn first_free(numbered: impl Fn(u32) -> PathBuf) -> PathBuf {
    let mut number = 1;
    while fs::symlink_metadata(numbered(number)).is_ok() {
        number += 1;
    }
    numbered(number)
}

/// Writes what an export made: one file to the path itself, several into a folder of that name.
/// A single file that stands there is replaced, since the file dialog or `--force` has asked; a folder
/// must be empty or new, so that nothing old mixes with the new.
///
/// # Errors
/// If a file cannot be written, or the folder has something in it.
pub fn write_export(to: &Path, files: &[FileInMemory]) -> Result<(), WriteError> {
    if let [only] = files
        && !only.path.contains('/')
        && !to.is_dir()
    {
        return replace_file(to, &only.bytes);
    }
    let is_filled = fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some());
    if is_filled {
        return Err(WriteError::FolderNotEmpty(to.to_owned()));
    }
    for file in files {
        let path = to.join(&file.path);
        let folder = path.parent().unwrap_or(to);
        fs::create_dir_all(folder).map_err(io_error("the folder could not be made", folder))?;
        replace_file(&path, &file.bytes)?;
    }
    Ok(())
}

/// Makes a folder and those above it.
pub fn make_folder(folder: &Path) -> Result<(), WriteError> {
    fs::create_dir_all(folder).map_err(io_error("the folder could not be made", folder))
}

/// Writes a new file; `None` if something stands there already, which is left alone.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<Option<()>, WriteError> {
    let failed = |what| io_error(what, path);
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(failed("the file could not be made")(error)),
        Ok(mut file) => {
            file.write_all(bytes)
                .map_err(failed("the file could not be written"))?;
            file.sync_all()
                .map_err(failed("the file could not be flushed"))?;
            Ok(Some(()))
        }
    }
}

/// Adds a line to a file of lines, unless it is there already. The file is made if there is none.
///
/// # Errors
/// If the file cannot be read or written.
pub fn add_line(path: &Path, line: &str) -> Result<(), WriteError> {
    let read = match fs::read_to_string(path) {
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
    replace_file(path, words.as_bytes())
}
