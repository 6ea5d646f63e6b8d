//! Copies of a project as it was: after each save, and before what changes much at once.
//!
//! They lie in the state folder, outside what is synchronised or shared, so that what goes wrong there does not reach
//! them. Each is read once after it has been written; what does not read as a whole project is no backup and pushes
//! none out. They are rotated by their numbers and not by the clock, which may be wrong.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::by_line::is_readable_by_line;
use super::disk::{Disk, Found, sha256_of};
use super::folders::Storage;
use super::read::{
    MOST_PROJECT_BYTES, OpenError, Opened, add_texts, check_version, parse, words_of,
};
use super::replace::{WriteError, make_folder, replace_file, write_new};
use super::{PROJECT_ENDING, Progress, UnreadableEntry};
use crate::model::{Project, Timestamp};

/// What the backups of one project may take together.
const MOST_BYTES: u64 = 500_000_000;
/// So many of the last are kept …
const LAST: usize = 10;
/// … and the last of so many hours, of so many days …
const HOURS: usize = 24;
const DAYS: usize = 30;
/// … and so many from before a merge or a large edit.
const BEFORE: usize = 20;
/// Says in a folder of backups which project they are of.
const PROJECT_NAME: &str = "project.txt";
/// A path is short.
const MOST_PATH_BYTES: u64 = 100_000;

/// One at a time, so that no two get the same number.
static TURN: Mutex<()> = Mutex::new(());

/// A copy of a project as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Where it lies.
    pub path: PathBuf,
    /// Counts up.
    pub number: u32,
    /// When it was made, as the clock said then: `2026-11-24T20:11:05Z`.
    pub at: Timestamp,
    /// Why it was made.
    pub reason: BackupReason,
    /// How large it is.
    pub size_bytes: u64,
    /// The beginning of its hash.
    pub hash: String,
}

/// Why a backup was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupReason {
    /// The project was saved like this.
    Saved,
    /// Changes of another program were about to be merged.
    BeforeMerge,
    /// Many entries were about to change at once.
    BeforeEdit,
}

impl BackupReason {
    const ALL: [Self; 3] = [Self::Saved, Self::BeforeMerge, Self::BeforeEdit];

    /// In words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::BeforeMerge => "before a merge",
            Self::BeforeEdit => "before a large change",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::BeforeMerge => "merge",
            Self::BeforeEdit => "edit",
        }
    }
}

/// Keeps a copy of the project file as it lies on disk. Not if it is the same as one of the last.
///
/// # Errors
/// If it cannot be read as a project, or the copy cannot be written.
pub fn back_up_file(
    storage: &Storage,
    project_file: &Path,
    reason: BackupReason,
) -> Result<(), OpenError> {
    let io = |source| OpenError::Io {
        source,
        path: project_file.to_owned(),
    };
    let read = storage.disk.read(project_file, MOST_PROJECT_BYTES);
    back_up(storage, project_file, read.map_err(io)?, reason)
}

/// Keeps these bytes as a copy of the project.
///
/// # Errors
/// If they cannot be read as a project, or the copy cannot be written.
pub fn back_up(
    storage: &Storage,
    project_file: &Path,
    bytes: Vec<u8>,
    reason: BackupReason,
) -> Result<(), OpenError> {
    let Some(folder) = folder_for(storage, project_file) else {
        return Ok(());
    };
    let disk = &*storage.disk;
    let _turn = TURN.lock();
    let unread = |source| OpenError::Io {
        source,
        path: folder.clone(),
    };
    // A folder that cannot be looked into is not an empty one: the numbers would begin anew, and the newest go first.
    let known = list_in(disk, &folder).map_err(unread)?;
    let sha256 = sha256_of(&bytes);
    let hash: String = sha256.chars().take(16).collect();
    let last = known.first();
    // Not only the last one: others may have come in between.
    let is_known = known.iter().take(LAST).any(|backup| backup.hash == hash);
    let is_again = last.is_some_and(|last| last.hash == hash && last.reason == reason);
    if is_again || is_known && reason == BackupReason::Saved {
        return Ok(());
    }
    let number = last.map_or(1, |last| last.number + 1);
    let at = Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let name = format!("{number:08}-{at}-{}-{hash}{PROJECT_ENDING}", reason.name());
    let path = folder.join(name);
    let unwritten = |error: WriteError| OpenError::Io {
        source: io::Error::other(error),
        path: path.clone(),
    };
    make_folder(disk, &folder).map_err(unwritten)?;
    name_project(disk, &folder, project_file);
    replace_file(disk, &path, &bytes).map_err(unwritten)?;
    // A project may be large: it is in memory once, not twice.
    drop(bytes);
    if let Err(error) = read_back(disk, &path, &sha256) {
        let _ = disk.remove(&path);
        return Err(error);
    }
    let all = list_in(disk, &folder).map_err(unread)?;
    for backup in superfluous_backups(all, MOST_BYTES) {
        // One too many is no harm; the next time it is tried again.
        let _ = disk.remove(&backup.path);
    }
    Ok(())
}

/// Whether what lies on disk is what was meant, and reads as a whole project.
fn read_back(disk: &dyn Disk, path: &Path, sha256: &str) -> Result<(), OpenError> {
    let io = |source| OpenError::Io {
        source,
        path: path.to_owned(),
    };
    let kept = disk.read(path, MOST_PROJECT_BYTES).map_err(io)?;
    if sha256_of(&kept) != sha256 {
        return Err(io(io::Error::other("the copy is not the same")));
    }
    let progress = Progress::default();
    let words = words_of(path, &kept)?;
    check_version(path, words)?;
    if is_readable_by_line(words, &progress) {
        return Ok(());
    }
    // Somebody has laid it out in another way, or something is wrong with it; then it is said what.
    parse(path, &kept, &progress).map(drop)
}

/// The backups of a project, the newest first.
pub fn list_backups(storage: &Storage, project_file: &Path) -> Vec<Backup> {
    folder_for(storage, project_file)
        .and_then(|folder| list_in(&*storage.disk, &folder).ok())
        .unwrap_or_default()
}

/// The project as a file with this hash held it, if there is a backup of that.
pub fn project_of_hash(storage: &Storage, project_file: &Path, sha256: &str) -> Option<Project> {
    let all = list_backups(storage, project_file);
    let backup = all
        .into_iter()
        .find(|backup| sha256.starts_with(&backup.hash))?;
    let bytes = storage.disk.read(&backup.path, MOST_PROJECT_BYTES).ok()?;
    let is_it = sha256_of(&bytes) == sha256;
    let opened = is_it
        .then(|| parse(&backup.path, &bytes, &Progress::default()))?
        .ok()?;
    Some(opened.project)
}

/// Opens a backup in place of a project file that cannot be read. The file stays as it is; saving will ask, and keep it
/// beside.
///
/// # Errors
/// If the backup cannot be read.
pub fn open_backup(
    storage: &Storage,
    project_file: &Path,
    backup: &Path,
    progress: &Progress,
) -> Result<Opened, OpenError> {
    let io = |source| OpenError::Io {
        source,
        path: backup.to_owned(),
    };
    let bytes = storage.disk.read(backup, MOST_PROJECT_BYTES).map_err(io)?;
    let mut opened = parse(backup, &bytes, progress)?;
    add_texts(project_file, &mut opened, progress);
    opened.file_sha256 = super::hash_of_file(project_file);
    opened.unreadable.push(UnreadableEntry {
        line_number: 1,
        entry: String::new(),
        problem: "the project file cannot be read; what you see is its backup".to_owned(),
    });
    Ok(opened)
}

/// Puts a backup where a project file was that is gone. `false` if something stands there, which is left alone.
///
/// # Errors
/// If the backup cannot be read, or not be written there.
pub fn put_back(storage: &Storage, project_file: &Path, backup: &Path) -> Result<bool, OpenError> {
    let disk = &*storage.disk;
    let read = disk.read(backup, MOST_PROJECT_BYTES);
    let bytes = read.map_err(|source| OpenError::Io {
        source,
        path: backup.to_owned(),
    })?;
    parse(backup, &bytes, &Progress::default())?;
    let unwritten = |error: WriteError| OpenError::Io {
        source: io::Error::other(error),
        path: project_file.to_owned(),
    };
    make_folder(disk, &super::folder_of(project_file)).map_err(unwritten)?;
    let written = write_new(disk, project_file, &bytes).map_err(unwritten)?;
    Ok(written.is_some())
}

/// The backups of all projects, each with where the project is or was, the newest first. Without those of which that is
/// not known.
pub(super) fn backup_folders(storage: &Storage) -> Vec<(PathBuf, Vec<Backup>)> {
    let disk = &*storage.disk;
    let state_folder = storage.state_folder.as_ref();
    let folders = state_folder.and_then(|folder| disk.list(&folder.join("backups")).ok());
    let known = folders.into_iter().flatten().filter_map(|folder| {
        let name = disk
            .read(&folder.join(PROJECT_NAME), MOST_PATH_BYTES)
            .ok()?;
        let project = PathBuf::from(String::from_utf8(name).ok()?);
        let is_its_folder = folder_for(storage, &project).as_ref() == Some(&folder);
        is_its_folder.then_some((project, list_in(disk, &folder).ok()?))
    });
    known.collect()
}

/// Writes down which project the backups are of, for the day when it is gone. Nothing else needs it.
fn name_project(disk: &dyn Disk, folder: &Path, project_file: &Path) {
    let name = folder.join(PROJECT_NAME);
    let whole = disk.resolve(project_file).ok();
    // A path that cannot be put into words would lead elsewhere.
    if let Some(words) = whole.as_ref().and_then(|whole| whole.to_str())
        && matches!(disk.is_taken(&name), Ok(false))
        && let Err(error) = replace_file(disk, &name, words.as_bytes())
    {
        log::warn!("{error}");
    }
}

/// A folder for each project. The hash keeps projects of the same name in different places apart.
fn folder_for(storage: &Storage, project_file: &Path) -> Option<PathBuf> {
    let whole = storage.disk.resolve(project_file);
    let whole = whole.unwrap_or_else(|_| project_file.to_owned());
    let name = project_file.file_name()?.to_string_lossy();
    let name = name.strip_suffix(PROJECT_ENDING).unwrap_or(&name);
    let hash = sha256_of(whole.to_string_lossy().as_bytes());
    let folder = format!("{name}-{}", hash.get(..16)?);
    Some(storage.state_folder.as_ref()?.join("backups").join(folder))
}

fn list_in(disk: &dyn Disk, folder: &Path) -> io::Result<Vec<Backup>> {
    let paths = match disk.list(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        paths => paths?,
    };
    let mut backups = Vec::new();
    for path in paths {
        match disk.find(&path) {
            Ok(Found::File { size_bytes }) => backups.extend(backup_of(path, size_bytes)),
            Ok(Found::Other) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    backups.sort_by_key(|backup| std::cmp::Reverse(backup.number));
    Ok(backups)
}

/// From its name: `00000012-20261124T201105Z-saved-0123456789abcdef.ascribe.ron`.
fn backup_of(path: PathBuf, size_bytes: u64) -> Option<Backup> {
    let name = path
        .file_name()?
        .to_str()?
        .strip_suffix(PROJECT_ENDING)?
        .to_owned();
    let mut parts = name.split('-');
    let number = parts.next()?.parse().ok()?;
    let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", parts.next()?).ok()?;
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    let reason = parts.next()?;
    let reason = BackupReason::ALL
        .into_iter()
        .find(|known| known.name() == reason)?;
    let hash = parts.next()?.to_owned();
    Some(Backup {
        path,
        number,
        at,
        reason,
        size_bytes,
        hash,
    })
}

/// Which of the backups, the newest first, need not be kept. The newest always stays.
pub fn superfluous_backups(backups: Vec<Backup>, most_bytes: u64) -> Vec<Backup> {
    let (mut hours, mut days) = (BTreeSet::new(), BTreeSet::new());
    let mut before = 0;
    let mut size = 0;
    let mut superfluous = Vec::new();
    for (index, backup) in backups.into_iter().enumerate() {
        let seconds = backup.at.as_second();
        let is_last_of_hour = hours.len() < HOURS && hours.insert(seconds.div_euclid(3_600));
        let is_last_of_day = days.len() < DAYS && days.insert(seconds.div_euclid(86_400));
        before += usize::from(backup.reason != BackupReason::Saved);
        let is_before = backup.reason != BackupReason::Saved && before <= BEFORE;
        size += backup.size_bytes;
        let is_wanted = index < LAST || is_last_of_hour || is_last_of_day || is_before;
        if index > 0 && (!is_wanted || size > most_bytes) {
            size -= backup.size_bytes;
            superfluous.push(backup);
        }
    }
    superfluous
}
