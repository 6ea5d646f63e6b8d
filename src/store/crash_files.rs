//! What is known of the program's own failures, for whoever repairs them.

use std::path::PathBuf;

use super::folders::Storage;
use super::replace::{WriteError, first_free, make_folder, write_new};

/// So many are kept; older ones go.
const MOST_CRASH_FILES: usize = 20;

/// Writes a report into the state folder and says where.
///
/// # Errors
/// If it cannot be written.
pub fn write_crash(storage: &Storage, report: &str) -> Result<PathBuf, WriteError> {
    let folder = storage.state_folder.as_ref().ok_or(WriteError::NoFolder)?;
    let (folder, disk) = (folder.join("crashes"), &*storage.disk);
    make_folder(disk, &folder)?;
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let path = first_free(disk, |number| {
        folder.join(format!("crash-{now}-{number}.txt"))
    });
    write_new(disk, &path, report.as_bytes())?;
    let old = disk.list(&folder).unwrap_or_default();
    for path in old.iter().rev().skip(MOST_CRASH_FILES) {
        let _ = disk.remove(path);
    }
    Ok(path)
}
