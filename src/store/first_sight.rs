//! What of a large project can be shown before all of it is read: its head, its documents and one text.
//!
//! Annotations come after the documents in the file, so reading stops before them. Nothing here reports what is
//! wrong: [`super::open_project`], which follows in any case, does.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::entry_lines::LISTS;
use super::file;
use super::read::check_version;
use super::reading::{opened, parted};
use super::texts::{place_of, read_characters};
use crate::model::{Document, DocumentId, Project};
use crate::text::Text;

/// Up to this many bytes of project and text, everything is read before a person sees that it takes time.
const SMALL_BYTES: u64 = 300_000;

/// A project without its annotations, regions, links and claims, and the text to show.
#[derive(Debug, Clone)]
pub struct FirstSight {
    /// What stands in the file before the first region.
    pub project: Project,
    /// The document to show.
    pub document_id: DocumentId,
    /// Its text.
    pub text: Text,
}

/// What can be shown at once: of the document named or, without one, of the first. `None` where all can be read
/// as fast, and where the head or the text cannot be read.
pub fn first_sight(path: &Path, document_id: Option<&DocumentId>) -> Option<FirstSight> {
    let size_bytes = fs::metadata(path).ok()?.len();
    let head = head_of(path)?;
    check_version(path, &head).ok()?;
    let parsed = ron::from_str::<file::Project>(&head).ok()?;
    let (project_head, lists) = parted(parsed);
    let project = opened(&head, project_head, lists).project;
    let named = document_id.and_then(|id| project.documents.get(id));
    let document = named.or_else(|| project.documents.values().next())?.clone();
    if size_bytes + document.size_bytes < SMALL_BYTES {
        return None;
    }
    let text = text_of(path, &document)?;
    let document_id = document.id.clone();
    Some(FirstSight {
        project,
        document_id,
        text,
    })
}

/// The file as if it ended before its regions.
fn head_of(path: &Path) -> Option<String> {
    let [_, _, after_documents @ ..] = LISTS;
    let ends = |line: &str| {
        let name = line.trim().strip_suffix(": [");
        name.is_some_and(|name| after_documents.contains(&name))
    };
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).ok()?);
    let mut head = String::new();
    loop {
        let line_start = head.len();
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
        if ends(head.get(line_start..)?) {
            head.truncate(line_start);
            head.push(')');
            return Some(head);
        }
    }
}

fn text_of(path: &Path, document: &Document) -> Option<Text> {
    let place = place_of(path, &document.path).ok()?;
    read_characters(&place, Some(&document.encoding.name)).ok()
}
