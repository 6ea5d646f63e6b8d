//! From the project to its file: the same project always gives the same bytes.
//!
//! The head is spread over lines for people. Below it every entry has a line of its own, in an order that
//! follows the data (annotations by document, start and id), so that two people's work on different
//! documents merges cleanly and one changed annotation is one changed line. Nothing in the head changes
//! with the entries: no count, no time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use ron::ser::{PrettyConfig, Serializer};
use serde::Serialize;
use thiserror::Error;

use super::annotation_line::write_annotation;
use super::disk::{Disk, RealDisk, sha256_of};
use super::file;
use super::read::MOST_PROJECT_BYTES;
use super::replace::{WriteError, replace_file};
use crate::model::{self, AnnotationId, DocumentState, Project, Texts, Timestamp};
use crate::query;
use crate::text::LineEnds;

/// So many entries become words before these are joined to the rest.
const ENTRIES_AT_ONCE: usize = 1 << 14;
/// In so many parts, which the cores share.
const PARTS: usize = 32;

/// The file as it is on disk now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// By which a change from outside is seen before the next save.
    pub file_sha256: Option<String>,
    /// Annotations that were not where they say; they are in the file as they are.
    pub misplaced: BTreeSet<AnnotationId>,
}

/// Why a project could not be saved; the file that was there is still there.
#[derive(Debug, Error)]
pub enum SaveError {
    /// The file is no longer what was opened or saved last.
    #[error("the file has been changed by another program: {path}", path = .path.display())]
    ChangedOutside {
        /// The file.
        path: PathBuf,
    },
    /// The file is no longer there.
    #[error("the project file is gone, and with it perhaps its folder: {path}", path = .path.display())]
    Gone {
        /// Where it was.
        path: PathBuf,
    },
    /// It could not be written.
    #[error("The project could not be saved: {0}")]
    Write(#[from] WriteError),
}

/// Writes a project to its file, without a journal, and looks once more whether each annotation stands where it
/// says. `expected_sha256` is the hash of what is there, `None` for a file that should not exist yet. For new files;
/// a project that is being worked on is saved by its [`Journal`](super::Journal).
///
/// # Errors
/// If the file is not what was expected, or cannot be written; nothing has changed then.
pub fn save_project(
    path: &Path,
    project: &Project,
    texts: &Texts,
    expected_sha256: Option<&str>,
) -> Result<Saved, SaveError> {
    save_project_on(&RealDisk, path, project, texts, expected_sha256)
}

/// As [`save_project`], on a disk of the caller's choice.
///
/// # Errors
/// As [`save_project`].
pub fn save_project_on(
    disk: &dyn Disk,
    path: &Path,
    project: &Project,
    texts: &Texts,
    expected_sha256: Option<&str>,
) -> Result<Saved, SaveError> {
    let found = disk.sha256(path, MOST_PROJECT_BYTES).ok();
    if found.as_deref() != expected_sha256 {
        return Err(SaveError::ChangedOutside {
            path: path.to_owned(),
        });
    }
    let words = project_to_string(project, texts);
    replace_file(disk, path, words.as_bytes())?;
    let file_sha256 = Some(sha256_of(words.as_bytes()));
    Ok(Saved {
        file_sha256,
        misplaced: query::misplaced(project, texts),
    })
}

/// The words of the project file.
pub fn project_to_string(project: &Project, texts: &Texts) -> String {
    let head = file::Head {
        version: file::VERSION,
        name: project.name.clone(),
        settings: settings_entry(&project.settings),
        codebook: file::Codebook::from(&*project.codebook),
    };
    let head = pretty(&head);
    let mut words = head.strip_suffix(')').unwrap_or(&head).to_owned();
    let annotators: Vec<_> = project.annotators.values().collect();
    write_list(&mut words, "annotators", &annotators, |words, it| {
        write_on_one_line(words, &annotator_entry(it))
    });
    let documents: Vec<_> = project.documents.values().collect();
    write_list(&mut words, "documents", &documents, |words, it| {
        write_on_one_line(words, &document_entry(it, texts))
    });
    // What has no document stands behind what has one.
    let has_home = |document_id| project.documents.contains_key(document_id);
    let regions = project.documents.keys();
    let regions = regions.flat_map(|id| project.regions.in_document(id));
    let homeless = project.regions.iter();
    let homeless = homeless.filter(|region| !has_home(&region.document_id));
    let regions: Vec<_> = regions.chain(homeless).collect();
    write_list(&mut words, "regions", &regions, |words, it| {
        write_on_one_line(words, &region_entry(it))
    });
    let annotations = project.documents.keys();
    let mut annotations: Vec<_> = annotations
        .flat_map(|id| project.annotations.in_document(id))
        .collect();
    if annotations.len() < project.annotations.len() {
        let homeless = project.annotations.iter();
        annotations.extend(homeless.filter(|entry| !has_home(&entry.document_id)));
    }
    write_list(&mut words, "annotations", &annotations, write_annotation);
    let mut links: Vec<_> = project.links.iter().collect();
    links.sort_by(|a, b| (&a.from, &a.id).cmp(&(&b.from, &b.id)));
    write_list(&mut words, "links", &links, |words, it| {
        write_on_one_line(words, &link_entry(it))
    });
    let claims: Vec<_> = project.claims.values().collect();
    write_list(&mut words, "claims", &claims, |words, it| {
        write_on_one_line(words, &claim_entry(it))
    });
    words.push_str(")\n");
    words
}

/// Spread over lines. Never fails: our structs have nothing that RON cannot say.
pub(super) fn pretty(value: &impl Serialize) -> String {
    let config = PrettyConfig::new().new_line("\n").indentor("  ");
    written(ron::ser::to_string_pretty(value, config))
}

/// Entries are turned into words on all cores, so many at a time that their words need not be in memory twice.
fn write_list<E: Send + Sync>(
    words: &mut String,
    name: &str,
    entries: &[&Arc<E>],
    write_entry: impl Fn(&mut String, &E) + Sync,
) {
    let _ = writeln!(words, "  {name}: [");
    for entries in entries.chunks(ENTRIES_AT_ONCE) {
        let parts = entries.par_chunks(ENTRIES_AT_ONCE / PARTS).map(|part| {
            let mut words = String::new();
            for entry in part {
                words.push_str("    ");
                write_entry(&mut words, entry);
                words.push_str(",\n");
            }
            words
        });
        let parts: Vec<String> = parts.collect();
        parts.iter().for_each(|part| words.push_str(part));
    }
    words.push_str("  ],\n");
}

/// Never fails: our structs have nothing that RON cannot say.
pub(super) fn write_on_one_line(words: &mut String, value: &impl Serialize) {
    let before = words.len();
    let config = PrettyConfig::new().new_line("\n").depth_limit(0);
    let outcome = Serializer::new(&mut *words, Some(config))
        .and_then(|mut serializer| value.serialize(&mut serializer));
    if let Err(error) = outcome {
        debug_assert!(false, "{error}");
        log::error!("an entry could not be written: {error}");
        words.truncate(before);
    }
}

pub(super) fn written(outcome: Result<String, ron::Error>) -> String {
    debug_assert!(outcome.is_ok(), "{outcome:?}");
    outcome.unwrap_or_else(|error| {
        log::error!("an entry could not be written: {error}");
        String::new()
    })
}

pub(super) fn settings_entry(settings: &model::ProjectSettings) -> file::Settings {
    let model::ProjectSettings {
        description,
        export_unit,
    } = settings;
    file::Settings {
        description: description.clone(),
        export_unit: *export_unit,
    }
}

pub(super) fn annotator_entry(annotator: &model::Annotator) -> file::Annotator {
    let model::Annotator { id, name, kind } = annotator;
    file::Annotator {
        id: id.to_string(),
        name: name.clone(),
        program: *kind == model::AnnotatorKind::Program,
    }
}

pub(super) fn document_entry(document: &model::Document, texts: &Texts) -> file::Document {
    let model::Document {
        id,
        path,
        sha256,
        size_bytes,
        encoding,
        fields,
        states,
    } = document;
    let line_ends = texts
        .get(id)
        .map_or(encoding.line_ends, |text| text.line_ends());
    file::Document {
        id: id.to_string(),
        path: path.clone(),
        sha256: sha256.clone(),
        size_bytes: *size_bytes,
        encoding: file::Encoding {
            name: encoding.name.clone(),
            line_ends: match line_ends {
                LineEnds::Lf => String::new(),
                other => other.name().to_owned(),
            },
            byte_order_mark: encoding.has_byte_order_mark,
            lossy: encoding.is_lossy,
        },
        states: states
            .iter()
            .filter_map(|(who, state)| Some((who.to_string(), state_entry(*state)?)))
            .collect(),
        fields: fields
            .iter()
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect(),
    }
}

fn state_entry(state: DocumentState) -> Option<file::State> {
    match state {
        DocumentState::NotAssigned => None,
        DocumentState::New => Some(file::State::New),
        DocumentState::InProgress => Some(file::State::InProgress),
        DocumentState::Finished => Some(file::State::Finished),
    }
}

pub(super) fn annotation_entry(annotation: &model::Annotation) -> file::Annotation<'_> {
    let model::Annotation {
        id,
        document_id,
        spans,
        tag_id,
        attributes,
        note,
        tier,
        quote,
        created_at,
        changed,
    } = annotation;
    file::Annotation {
        id: id.to_string().into(),
        document: document_id.as_str().into(),
        spans: spans
            .iter()
            .map(|span| (span.start().0, span.end().0))
            .collect(),
        tag: tag_id.as_str().into(),
        quote: (&**quote).into(),
        attributes: attribute_entries(attributes),
        note: (&**note).into(),
        optional: *tier == model::Tier::Optional,
        created: time_entry(*created_at).into(),
        changed: time_entry(changed.as_ref().map(|stamp| stamp.at)).into(),
        changed_by: changed
            .as_ref()
            .map(|stamp| stamp.by.as_str().into())
            .unwrap_or_default(),
    }
}

pub(super) fn attribute_entries(attributes: &model::Attributes) -> BTreeMap<String, file::Value> {
    let entries = attributes.iter();
    entries
        .map(|(name, value)| (name.to_string(), file::Value(value.clone())))
        .collect()
}

pub(super) fn link_entry(link: &model::Link) -> file::Link {
    let model::Link {
        id,
        kind,
        from,
        to,
        created_at,
    } = link;
    file::Link {
        id: id.to_string(),
        kind: kind.to_string(),
        from: from.to_string(),
        to: to.to_string(),
        created: time_entry(*created_at),
    }
}

pub(super) fn region_entry(region: &model::Region) -> file::Region {
    let model::Region {
        id,
        document_id,
        kind,
        span,
        quote,
    } = region;
    file::Region {
        id: id.to_string(),
        document: document_id.to_string(),
        kind: kind.to_string(),
        span: (span.start().0, span.end().0),
        quote: quote.to_string(),
    }
}

pub(super) fn claim_entry(claim: &model::Claim) -> file::Claim {
    let model::Claim {
        id,
        statement,
        annotation_ids,
    } = claim;
    file::Claim {
        id: id.to_string(),
        statement: statement.clone(),
        annotations: annotation_ids.iter().map(ToString::to_string).collect(),
    }
}

fn time_entry(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}
