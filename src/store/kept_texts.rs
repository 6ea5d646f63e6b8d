//! Copies of the texts that annotations were made on, in the person's own folder.
//!
//! When a text has changed, its annotations are found again best by comparing it with what it was. The copies lie
//! in the state folder and not beside the project: they are worth nothing to others, would double the size of a
//! shared folder, and may be more than the person is allowed to pass on. They are named by their hash, so that a
//! damaged copy is known as such and the same text is kept once.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::disk::{Disk, Found, RealDisk, read_regular, sha256_of};
use super::folders::state_folder;
use super::texts::{MOST_TEXT_BYTES, place_of};
use crate::model::{Document, Project};

/// What the copies of all projects may take together; the oldest go first.
const MOST_KEPT_BYTES: u64 = 1_000_000_000;

/// Keeps a copy of each text that has annotations or regions and is the one that they were made on. What cannot be
/// kept is left out: without a copy more has to be asked, and nothing else is worse.
pub fn keep_texts(project_file: &Path, project: &Project) {
    let Some(folder) = kept_folder() else { return };
    let mut has_new = false;
    for document in project.documents.values() {
        let has_marks = project.annotations.count_in(&document.id) > 0
            || project.regions.in_document(&document.id).next().is_some();
        let copy = folder.join(&document.sha256);
        let size_bytes = document.size_bytes;
        let is_kept =
            matches!(RealDisk.find(&copy), Ok(kept) if kept == Found::File { size_bytes });
        if !has_marks || !is_hash(&document.sha256) || is_kept {
            continue;
        }
        if let Some(bytes) = bytes_as_labelled(project_file, document) {
            if let Err(error) = write_copy(&folder, &copy, &bytes) {
                return log::warn!("a text could not be kept: {error}");
            }
            has_new = true;
        }
    }
    if has_new {
        forget_oldest(&folder, MOST_KEPT_BYTES);
    }
}

/// Without waiting for the disk: a folder of ten thousand texts would take minutes, and a copy that a power cut has
/// damaged is known by its hash.
fn write_copy(folder: &Path, copy: &Path, bytes: &[u8]) -> io::Result<()> {
    RealDisk.make_folder(folder)?;
    let temp = copy.with_extension(format!("{}.tmp", std::process::id()));
    // A program with this number may have been killed while it wrote.
    let _ = RealDisk.remove(&temp);
    RealDisk.create(&temp)?.write(bytes)?;
    RealDisk.rename(&temp, copy)
}

/// The bytes of a text as they were when it was labelled; `None` if they are known no more. `now` is what lies on
/// disk: if only the line ends or a byte order mark differ, as after moving between systems, they can be taken back.
pub(super) fn bytes_as_they_were(sha256: &str, now: &[u8]) -> Option<Vec<u8>> {
    let is_it = |bytes: &Vec<u8>| sha256_of(bytes) == sha256;
    let kept = || {
        let copy = kept_folder()?.join(sha256);
        read_regular(&copy, MOST_TEXT_BYTES).ok()
    };
    let kept = is_hash(sha256).then(kept).flatten().filter(is_it);
    kept.or_else(|| line_ends_taken_back(now).into_iter().find(is_it))
}

/// The same text as another system would write it.
fn line_ends_taken_back(now: &[u8]) -> Vec<Vec<u8>> {
    let Ok(words) = std::str::from_utf8(now) else {
        return Vec::new();
    };
    let unmarked = words.trim_start_matches('\u{FEFF}');
    let lf = unmarked.replace("\r\n", "\n");
    let crlf = lf.replace('\n', "\r\n");
    let marked = |words: &str| format!("\u{FEFF}{words}").into_bytes();
    vec![
        marked(&lf),
        marked(&crlf),
        marked(unmarked),
        unmarked.as_bytes().to_vec(),
        lf.into_bytes(),
        crlf.into_bytes(),
    ]
}

fn bytes_as_labelled(project_file: &Path, document: &Document) -> Option<Vec<u8>> {
    let place = place_of(project_file, &document.path).ok()?;
    let bytes = read_regular(&place, MOST_TEXT_BYTES).ok()?;
    (sha256_of(&bytes) == document.sha256).then_some(bytes)
}

/// A hash comes from the project file and becomes part of a path, so it must be one.
fn is_hash(sha256: &str) -> bool {
    sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn kept_folder() -> Option<PathBuf> {
    Some(state_folder()?.join("texts"))
}

fn forget_oldest(folder: &Path, most_bytes: u64) {
    let Ok(paths) = RealDisk.list(folder) else {
        return;
    };
    let copies = paths.into_iter().filter_map(|path| {
        let Ok(Found::File { size_bytes }) = RealDisk.find(&path) else {
            return None;
        };
        Some((RealDisk.modified(&path).ok()?, size_bytes, path))
    });
    let mut copies: Vec<(SystemTime, u64, PathBuf)> = copies.collect();
    copies.sort();
    let mut size: u64 = copies.iter().map(|(_, size, _)| size).sum();
    for (_, size_bytes, path) in copies {
        if size <= most_bytes {
            return;
        }
        let _ = RealDisk.remove(&path);
        size -= size_bytes;
    }
}
