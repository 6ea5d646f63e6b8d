//! What projects that are no longer where they were have left in the person's own folder: journals and backups.
//!
//! Of a project that has been gone for long nobody misses what was to be undone, nor ten backups of one afternoon. But
//! edits that were never saved, what does not read, and the newest backup are kept for good: the project may lie on a
//! disk that is not plugged in, or have been deleted by mistake.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::backups::{Backup, backup_folders};
use super::disk::Disk;
use super::folders::Storage;
use super::journal::{UnfitJournal, journal_at, journals_of_all};

/// What was not touched for so long was left.
const LONG: Duration = Duration::from_secs(90 * 24 * 3_600);

/// What a project that is no longer where it was has left.
#[derive(Debug, Clone, PartialEq)]
pub enum LeftBehind {
    /// Edits that were never saved.
    Edits {
        /// Where the project was.
        project: PathBuf,
        /// The edits.
        journal: UnfitJournal,
    },
    /// Copies of it.
    Backups {
        /// Where the project was.
        project: PathBuf,
        /// How many there are.
        count: usize,
        /// The newest.
        newest: Backup,
    },
}

/// Lists what projects that are gone have left.
pub fn list_left_behind(storage: &Storage) -> Vec<LeftBehind> {
    let disk = &*storage.disk;
    let journals = journals_of_all(storage).into_iter().filter_map(|path| {
        let journal = journal_at(disk, &path)?;
        let edits = journal.unsaved?;
        is_gone(disk, &journal.project).then_some(LeftBehind::Edits {
            project: journal.project,
            journal: edits,
        })
    });
    let backups = backup_folders(storage)
        .into_iter()
        .filter(|(project, _)| is_gone(disk, project));
    let backups = backups.filter_map(|(project, backups)| {
        Some(LeftBehind::Backups {
            project,
            count: backups.len(),
            newest: backups.into_iter().next()?,
        })
    });
    journals.chain(backups).collect()
}

/// Takes away what nobody can need of projects that were gone before `now` for long: journals without unsaved edits,
/// and all backups but the newest.
pub fn tidy(storage: &Storage, now: SystemTime) {
    let disk = &*storage.disk;
    for path in journals_of_all(storage) {
        if !is_old(disk, &path, now) {
            continue;
        }
        // One that is in use, or of which a part does not read, is none that could go.
        let is_needless = |path: &Path| {
            let journal = journal_at(disk, path)?;
            Some(journal.is_whole && journal.unsaved.is_none() && is_gone(disk, &journal.project))
        };
        if is_needless(&path) == Some(true) {
            remove(disk, &path);
        }
    }
    for (project, backups) in backup_folders(storage) {
        let newest = backups.first();
        let is_left = newest.is_some_and(|newest| is_old(disk, &newest.path, now));
        if is_left && is_gone(disk, &project) {
            backups
                .iter()
                .skip(1)
                .for_each(|backup| remove(disk, &backup.path));
        }
    }
}

/// Whether there is certainly nothing at the path. Of one that depends on the folder that a program ran in, or that could
/// not be put into words, that cannot be said.
fn is_gone(disk: &dyn Disk, project: &Path) -> bool {
    let is_whole = project.has_root() && !project.to_string_lossy().contains('\u{FFFD}');
    is_whole && matches!(disk.is_taken(project), Ok(false))
}

fn is_old(disk: &dyn Disk, path: &Path, now: SystemTime) -> bool {
    let modified = disk.modified(path);
    // A clock that was put back makes a file look young, which is no harm.
    modified.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > LONG))
}

fn remove(disk: &dyn Disk, path: &Path) {
    if let Err(error) = disk.remove(path) {
        log::warn!("{}: {error}", path.display());
    }
}
