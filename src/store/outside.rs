//! Sees what other programs have changed: the project file and the texts.
//!
//! Files are looked at when the window comes back to the front, every few seconds while it is used, and before each
//! save. Only a file whose time or size has changed is read. Watching the folders instead would miss what happens on
//! shares, and costs a dependency on each system.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use super::disk::hash_of_file;
use super::read::{OpenError, Opened, read_project};
use super::texts::{ChangedText, Labelled, place_of, read_document, read_labelled};
use crate::anchor::all_stand_in;
use crate::model::{DocumentId, Project, Texts};

/// How files were when they were last looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    project_file: Option<Stamp>,
    texts: BTreeMap<DocumentId, Stamp>,
}

impl Seen {
    /// So that the project file is read whatever it looks like: before a save nothing less will do.
    pub fn without_project_file(self) -> Self {
        Self {
            project_file: None,
            ..self
        }
    }
}

/// A file with another stamp is another file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    size_bytes: u64,
}

/// What is known of the files before they are looked at.
#[derive(Debug, Clone)]
pub struct Known {
    /// The project as it is being worked on.
    pub project: Project,
    /// The texts that it was labelled on.
    pub texts: Texts,
    /// Texts that are known to have changed.
    pub changed: BTreeMap<DocumentId, ChangedText>,
    /// The hash of the project file as it was last read or written.
    pub file_sha256: Option<String>,
    /// What was seen the last time.
    pub seen: Seen,
}

/// What was seen.
#[derive(Debug)]
pub struct Look {
    /// For the next time.
    pub seen: Seen,
    /// The project file without its texts, if it is not the one that is known.
    pub project: Option<Result<Opened, OpenError>>,
    /// Texts that have changed since they were last looked at.
    pub changed: Vec<ChangedText>,
    /// Texts that had changed and are again what was labelled.
    pub changed_back: Vec<DocumentId>,
    /// Documents whose file was there the last time.
    pub gone: Vec<DocumentId>,
    /// Documents whose text was missing and can be read now.
    pub back: Vec<(DocumentId, Labelled)>,
}

/// Looks at the project file and its texts.
pub fn look_outside(path: &Path, known: &Known) -> Look {
    let mut look = Look {
        seen: Seen {
            project_file: stamp_of(path),
            texts: BTreeMap::new(),
        },
        project: None,
        changed: Vec::new(),
        changed_back: Vec::new(),
        gone: Vec::new(),
        back: Vec::new(),
    };
    if look.seen.project_file.is_some()
        && look.seen.project_file != known.seen.project_file
        && hash_of_file(path) != known.file_sha256
    {
        look.project = Some(read_project(path));
    }
    for document_id in known.project.documents.keys() {
        look_at_text(path, known, document_id, &mut look);
    }
    look
}

fn look_at_text(
    path: &Path,
    known: &Known,
    document_id: &DocumentId,
    look: &mut Look,
) -> Option<()> {
    let document = known.project.documents.get(document_id)?;
    let place = place_of(path, &document.path).ok()?;
    let seen = known.seen.texts.get(document_id);
    let Some(stamp) = stamp_of(&place) else {
        look.gone.extend(seen.map(|_| document_id.clone()));
        return None;
    };
    look.seen.texts.insert(document_id.clone(), stamp);
    if seen == Some(&stamp) {
        return None;
    }
    if !known.texts.contains_key(document_id) {
        let labelled = read_labelled(path, &known.project, document).ok()?;
        look.back.push((document_id.clone(), labelled));
        return None;
    }
    if document.sha256.is_empty() {
        return None;
    }
    let now = read_document(path, &document.path, Some(&document.encoding.name)).ok()?;
    let before = known.changed.get(document_id);
    if now.sha256 == document.sha256 {
        look.changed_back
            .extend(before.map(|_| document_id.clone()));
        return None;
    }
    if before.is_some_and(|before| before.now.sha256 == now.sha256) {
        return None;
    }
    let old = match before {
        Some(before) => before.old.clone(),
        None => known.texts.get(document_id).cloned(),
    };
    let old = old.filter(|old| all_stand_in(&known.project, document_id, old));
    look.changed
        .push(ChangedText::between(&known.project, document_id, old, now));
    Some(())
}

fn stamp_of(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some(Stamp {
        modified: metadata.modified().ok()?,
        size_bytes: metadata.len(),
    })
}
