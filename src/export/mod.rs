//! Project in, bytes and a loss report out; one file a format.
//!
//! [`export`] reads what it wrote with our own importer and compares it with the project before it calls
//! the work done. What a format cannot carry is counted in the [`LossReport`]; a difference that is not in
//! the report is an error, and nothing is written.

mod brat;
mod cas;
mod conll;
mod csv;
mod docbin;
mod doccano;
mod filter;
mod guid;
mod huggingface;
mod inception;
mod jsonl;
mod kept;
mod label_studio;
mod letters;
mod losses;
mod newlines;
#[cfg(feature = "parquet")]
mod parquet;
mod proof;
mod refi_qda;
mod stix;
mod web_annotation;
mod webanno_tsv;
mod xml;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use thiserror::Error;

use crate::import::{self, FileInMemory, ImportError, file_stem};
use crate::model::{Annotation, AnnotationId, Document, Link, Project, Region, Texts};
use crate::query;
use crate::text::{OffsetUnit, Text};

pub use brat::BRAT;
pub use cas::{CAS_JSON, XMI};
pub use conll::{CONLL, EXTENDED as CONLL_EXTENDED, Scheme};
pub use csv::{CSV, SPREADSHEET};
pub use docbin::DOCBIN;
pub use doccano::DOCCANO;
pub use filter::Filter;
pub use huggingface::HUGGINGFACE;
pub use jsonl::JSONL;
pub use label_studio::LABEL_STUDIO;
pub use losses::{Loss, LossReport};
pub use newlines::Newlines;
#[cfg(feature = "parquet")]
pub use parquet::PARQUET;
use proof::Carries;
pub use refi_qda::{CODEBOOK, REFI_QDA};
pub use stix::STIX;
pub use web_annotation::WEB_ANNOTATION;
pub use webanno_tsv::WEBANNO_TSV;

/// Every format, in the order of the menu.
pub const FORMATS: &[&Format] = &[
    &JSONL,
    &CSV,
    &SPREADSHEET,
    &CONLL,
    &CONLL_EXTENDED,
    &BRAT,
    &DOCCANO,
    &LABEL_STUDIO,
    &REFI_QDA,
    &CODEBOOK,
    &WEBANNO_TSV,
    &CAS_JSON,
    &XMI,
    &WEB_ANNOTATION,
    &HUGGINGFACE,
    #[cfg(feature = "parquet")]
    &PARQUET,
    &DOCBIN,
    &STIX,
];

/// A format that a project can be written in.
pub struct Format {
    /// On the command line.
    pub name: &'static str,
    /// On the screen.
    pub title: &'static str,
    /// Who reads it, in one line.
    pub description: &'static str,
    /// The ending of its file; `None` if it makes a folder of files.
    pub ending: Option<&'static str>,
    /// The only line ends that it allows.
    newlines: Option<Newlines>,
    /// What of the options makes a difference.
    pub asks: &'static [Asks],
    write: fn(&Exporting<'_>, &mut LossReport) -> Vec<FileInMemory>,
    /// Reads it back; `None` for the few that nobody reads.
    reader: Option<&'static import::Format>,
    /// What the format keeps of an annotation, for the comparison after reading back.
    carries: proof::Carries,
}

/// Something that a format leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// What offsets are counted in.
    Unit,
    /// How lines end in texts.
    LineEnds,
    /// How tags stand behind tokens.
    Scheme,
}

/// What the person chose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportOptions {
    /// What offsets are counted in, where the format does not say.
    pub unit: OffsetUnit,
    /// How lines end in texts and are counted, where the format does not say.
    pub newlines: Newlines,
    /// What is left out on purpose.
    pub filter: Filter,
    /// How tags stand behind tokens.
    pub scheme: Scheme,
}

/// What an export made.
#[derive(Debug, Clone)]
pub struct Export {
    /// At least one.
    pub files: Vec<FileInMemory>,
    /// How many documents are in them.
    pub documents: usize,
    /// How many annotations are in them.
    pub annotations: usize,
    /// What the format could not carry.
    pub losses: LossReport,
}

/// Why nothing was exported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// There is no format of that name.
    #[error("there is no such format")]
    UnknownFormat,
    /// What was written cannot be read.
    #[error("what was written could not be read back: {0}")]
    Unreadable(#[from] ImportError),
    /// What was written reads as something else than the project.
    #[error(
        "what was written reads differently: {0}. This is a fault of Ascribe; please report it"
    )]
    Differs(String),
}

/// The format of that name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name == name)
}

/// Writes the project in a format, reads it back and compares.
///
/// # Errors
/// If what was written does not read back as the project less what the loss report says.
pub fn export(
    format: &Format,
    project: &Project,
    texts: &Texts,
    options: &ExportOptions,
) -> Result<Export, ExportError> {
    let mut losses = LossReport::default();
    let (whole, project) = (project, &options.filter.of(project));
    for link in whole.links.iter() {
        let is_chosen = |end| project.annotations.get(end).is_some();
        if is_chosen(&link.from) != is_chosen(&link.to) {
            losses.add(Loss::LinkToUnchosen, &link.id);
        }
    }
    let newlines = format.newlines.unwrap_or(options.newlines);
    let (project, texts) = &newlines::rewritten(project, texts, newlines, &mut losses);
    let exporting = Exporting::of(project, texts, options, &mut losses);
    let files = (format.write)(&exporting, &mut losses);
    match format.carries {
        Carries::AllBut(kept) | Carries::Loosely(kept) => kept.report(&exporting, &mut losses),
        Carries::Everything | Carries::Tokens(_) => {}
    }
    if let Some(reader) = format.reader {
        let read_back = import::read_back(reader, &files, texts)?.into();
        let outcome = proof::compare(&exporting, &losses, &read_back, format.carries);
        // To give up a large project takes long, and nobody has to wait for it.
        rayon::spawn(move || drop(read_back));
        outcome.map_err(ExportError::Differs)?;
    }
    let documents = exporting.documents.len() - losses.count(Loss::Document);
    let annotations = exporting.annotations().count() - losses.left_out();
    Ok(Export {
        files,
        documents,
        annotations,
        losses,
    })
}

/// What is exported: the documents whose text is there, and their annotations that stand where they say.
pub(crate) struct Exporting<'a> {
    pub project: &'a Project,
    pub texts: &'a Texts,
    pub options: &'a ExportOptions,
    pub documents: Vec<ExportingDocument<'a>>,
}

/// One document of an export.
pub(crate) struct ExportingDocument<'a> {
    pub document: &'a Document,
    pub text: &'a Text,
    /// By start and id.
    pub annotations: Vec<&'a Arc<Annotation>>,
    /// By start and id.
    pub regions: Vec<&'a Arc<Region>>,
}

impl<'a> Exporting<'a> {
    fn of(
        project: &'a Project,
        texts: &'a Texts,
        options: &'a ExportOptions,
        losses: &mut LossReport,
    ) -> Self {
        let misplaced = query::misplaced(project, texts);
        let mut documents = Vec::new();
        for document in project.documents.values() {
            let Some(text) = texts.get(&document.id) else {
                losses.add(Loss::DocumentWithoutText, &document.id);
                continue;
            };
            let all = project.annotations.in_document(&document.id);
            let annotations = all
                .filter(|annotation| !misplaced.contains(&annotation.id))
                .collect();
            let (regions, moved): (Vec<_>, Vec<_>) = project
                .regions
                .in_document(&document.id)
                .partition(|region| text.slice(region.span) == Some(&*region.quote));
            for region in moved {
                losses.add(Loss::Region, &region.id);
            }
            documents.push(ExportingDocument {
                document,
                text,
                annotations,
                regions,
            });
        }
        for annotation_id in &misplaced {
            losses.add(Loss::MisplacedAnnotation, annotation_id);
        }
        Self {
            project,
            texts,
            options,
            documents,
        }
    }

    /// One annotation that is exported.
    pub fn annotation(&self, id: &AnnotationId) -> Option<&'a Arc<Annotation>> {
        let annotation = self.project.annotations.get(id)?;
        let is_placed = annotation.agrees_with(self.text_of(annotation)?);
        is_placed.then_some(annotation)
    }

    /// The text that an annotation stands in.
    pub fn text_of(&self, annotation: &Annotation) -> Option<&'a Text> {
        self.texts.get(&annotation.document_id)
    }

    /// Every link between exported annotations, with its ends.
    pub fn links(&self) -> impl Iterator<Item = (&'a Link, &'a Annotation, &'a Annotation)> + '_ {
        let links = self.project.links.iter();
        let ends: HashSet<&AnnotationId> = links.flat_map(|link| [&link.from, &link.to]).collect();
        let linked = self
            .annotations()
            .filter(|(_, annotation)| !ends.is_empty() && ends.contains(&annotation.id));
        let exported: HashMap<&AnnotationId, &Annotation> = linked
            .map(|(_, annotation)| (&annotation.id, &**annotation))
            .collect();
        self.project.links.iter().filter_map(move |link| {
            Some((
                &**link,
                *exported.get(&link.from)?,
                *exported.get(&link.to)?,
            ))
        })
    }

    /// Every annotation that is exported.
    pub fn annotations(&self) -> impl Iterator<Item = (&'a Text, &'a Arc<Annotation>)> + '_ {
        self.documents.iter().flat_map(|each| {
            each.annotations
                .iter()
                .map(|annotation| (each.text, *annotation))
        })
    }
}

/// One file of that name.
fn one_file(path: &str, bytes: Vec<u8>) -> Vec<FileInMemory> {
    vec![FileInMemory {
        path: path.to_owned(),
        bytes,
    }]
}
