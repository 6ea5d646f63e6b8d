//! From the project file to the project, keeping all that is sound.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::de::DeserializeOwned;
use thiserror::Error;

use super::disk::{read_regular, sha256_of};
use super::texts::read_document;
use super::{Progress, file};
use crate::model::{
    self, AnnotationId, AnnotatorId, ClaimId, Document, DocumentId, DocumentState, LinkId, Project,
    RegionId, TagId, Texts, Timestamp,
};
use crate::query::{self, Finding, FindingKind, Subject};
use crate::text::{ByteOffset, Span, Spans};

/// A million annotations take about 170 MB.
const MOST_PROJECT_BYTES: u64 = 4_000_000_000;
/// The lists of the file, in order.
const LISTS: [&str; 6] = [
    "annotators",
    "documents",
    "regions",
    "annotations",
    "links",
    "claims",
];

/// A project as it was read, with its texts and all that needs a look.
#[derive(Debug, Clone, Default)]
pub struct Opened {
    /// All that is sound.
    pub project: Project,
    /// The texts that could be read.
    pub texts: Texts,
    /// What needs a look but is in the project.
    pub findings: Vec<Finding>,
    /// Entries of the file that are not in the project.
    pub unreadable: Vec<UnreadableEntry>,
    /// The hash of the file.
    pub file_sha256: Option<String>,
}

impl Opened {
    /// A project with nothing to look at.
    pub fn sound(project: Project, file_sha256: Option<String>) -> Self {
        Self {
            project,
            file_sha256,
            ..Self::default()
        }
    }
}

/// An entry of the file that could not become part of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableEntry {
    /// Counts from 1.
    pub line_number: usize,
    /// As it stands in the file.
    pub entry: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Why a project could not be opened. The file is as it was.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The system said no.
    #[error("{source} in {path}", path = .path.display())]
    Io {
        /// What the system said.
        source: io::Error,
        /// Where.
        path: PathBuf,
    },
    /// It is no project file at all.
    #[error("{words}: {path}", path = .path.display())]
    NotAProject {
        /// What it is instead.
        words: String,
        /// Where.
        path: PathBuf,
    },
    /// A newer program wrote it.
    #[error(
        "This project was written by a newer version of Ascribe (file version {found}; this program reads up to \
         {known}). Install the newer version to open it; nothing was changed: {path}",
        path = .path.display()
    )]
    Newer {
        /// The version in the file.
        found: u32,
        /// The newest that this program knows.
        known: u32,
        /// Where.
        path: PathBuf,
    },
    /// It does not read as a whole.
    #[error("line {line}, column {column}: {words} in {path}", path = .path.display())]
    Damaged {
        /// Counts from 1.
        line: usize,
        /// Counts from 1.
        column: usize,
        /// What is wrong there.
        words: String,
        /// Where.
        path: PathBuf,
        /// The lines that still read, if the head does.
        salvage: Option<Box<Opened>>,
    },
    /// The person gave up.
    #[error("Opening was cancelled")]
    Cancelled,
}

/// Reads a project and its texts, and checks every quote. Nothing on disk is changed.
///
/// # Errors
/// If the file cannot be read as a whole. [`OpenError::Damaged`] may hold the part that can.
pub fn open_project(path: &Path, progress: &Progress) -> Result<Opened, OpenError> {
    let io = |source| OpenError::Io {
        source,
        path: path.to_owned(),
    };
    let bytes = read_regular(path, MOST_PROJECT_BYTES).map_err(io)?;
    let words = words_of(path, &bytes)?;
    check_version(path, words)?;
    let sha256 = sha256_of(&bytes);
    let mut read = match ron::from_str::<file::Project>(words) {
        Ok(parsed) => Reading::of(words, parsed).finish(),
        Err(error) => {
            let salvage = salvage(words).map(|mut opened| {
                opened.file_sha256 = Some(sha256.clone());
                add_texts(path, &mut opened, progress);
                Box::new(opened)
            });
            let (line, column) = (error.span.start.line, error.span.start.col);
            let words = explain(words, line, &error.code.to_string());
            return Err(OpenError::Damaged {
                line,
                column,
                words,
                path: path.to_owned(),
                salvage,
            });
        }
    };
    read.file_sha256 = Some(sha256);
    add_texts(path, &mut read, progress);
    if progress.is_cancelled() {
        Err(OpenError::Cancelled)
    } else {
        Ok(read)
    }
}

/// An error without anything to salvage.
pub(super) fn damage(path: &Path, line: usize, column: usize, words: String) -> OpenError {
    OpenError::Damaged {
        line,
        column,
        words,
        path: path.to_owned(),
        salvage: None,
    }
}

/// The characters of the file, or what it is instead of a project.
fn words_of<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, OpenError> {
    let refused = |words: &str| {
        Err(OpenError::NotAProject {
            words: words.to_owned(),
            path: path.to_owned(),
        })
    };
    if bytes.is_empty() {
        return refused("The file is empty. A backup or an older copy may hold your project");
    }
    if bytes.iter().all(|&byte| byte == 0) {
        return refused(
            "The file holds only zeros, as after a power cut. A backup or an older copy may hold your project",
        );
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return refused(
            "The file is in UTF-16; a project file is in UTF-8. Save it as UTF-8 to open it",
        );
    }
    match std::str::from_utf8(bytes) {
        Ok(words) => Ok(words.trim_start_matches('\u{FEFF}')),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
            let column = 1 + before
                .iter()
                .rev()
                .take_while(|&&byte| byte != b'\n')
                .count();
            Err(damage(
                path,
                line,
                column,
                "the bytes are not valid UTF-8".to_owned(),
            ))
        }
    }
}

/// The version is read first, by itself: what follows may be written in a way that only a newer program knows.
fn check_version(path: &Path, words: &str) -> Result<(), OpenError> {
    let refused = |words: &str| {
        Err(OpenError::NotAProject {
            words: words.to_owned(),
            path: path.to_owned(),
        })
    };
    let body = skip_space(words).strip_prefix('(').map(skip_space);
    let after_name = body
        .and_then(|body| body.strip_prefix("version"))
        .map(skip_space);
    let Some(number) = after_name
        .and_then(|rest| rest.strip_prefix(':'))
        .map(skip_space)
    else {
        if let Some(line) = conflict_line(words) {
            return Err(damage(
                path,
                line,
                1,
                explain(words, line, "this is no project file"),
            ));
        }
        return refused("This is not a project of Ascribe: it does not begin with “(version: …”");
    };
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    match digits.parse::<u32>() {
        Ok(0) | Err(_) => {
            refused("The version of this project file is not a number that means anything")
        }
        Ok(found) if found > file::VERSION => Err(OpenError::Newer {
            found,
            known: file::VERSION,
            path: path.to_owned(),
        }),
        Ok(_) => Ok(()),
    }
}

/// Without white space and `//` comments at the front.
fn skip_space(words: &str) -> &str {
    let mut rest = words.trim_start();
    while let Some(comment) = rest.strip_prefix("//") {
        rest = comment
            .split_once('\n')
            .map_or("", |(_, rest)| rest)
            .trim_start();
    }
    rest
}

/// Names the likely cause, where it can be told from the file.
fn explain(words: &str, line: usize, problem: &str) -> String {
    match conflict_line(words) {
        Some(conflict) => format!(
            "line {conflict} holds a merge conflict mark of git (<<<<<<<). Resolve the conflict, keeping the lines of \
             both sides; {problem}"
        ),
        None if line >= words.lines().count() => {
            format!("the file ends too early or has something behind its end; {problem}")
        }
        None => problem.to_owned(),
    }
}

fn conflict_line(words: &str) -> Option<usize> {
    let is_mark = |line: &str| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>");
    words.lines().position(is_mark).map(|index| index + 1)
}

/// On which lines of a project file its entries stand, for messages. Counts from 1; the first entry with an id
/// is meant.
pub struct EntryLines {
    by_list_and_id: BTreeMap<(&'static str, String), usize>,
}

impl EntryLines {
    /// Of the file. Of none if it cannot be read.
    pub fn of(path: &Path) -> Self {
        let bytes = read_regular(path, MOST_PROJECT_BYTES).unwrap_or_default();
        let words = String::from_utf8_lossy(&bytes);
        let mut by_list_and_id = BTreeMap::new();
        for (list, line_number, line) in entries_by_line(&words) {
            let id = line
                .trim_start()
                .strip_prefix("(id: ")
                .and_then(|rest| rest.split_once(", "));
            if let Some(id) = id.and_then(|(id, _)| ron::from_str::<String>(id).ok()) {
                by_list_and_id.entry((list, id)).or_insert(line_number);
            }
        }
        Self { by_list_and_id }
    }

    /// Where what a finding is about stands; line 1 if that cannot be told.
    pub fn line_of(&self, subject: &Subject) -> usize {
        let (list, id) = match subject {
            Subject::Document(id) => ("documents", id.to_string()),
            Subject::Annotation(_, id) => ("annotations", id.to_string()),
            Subject::Region(_, id) => ("regions", id.to_string()),
            Subject::Link(id) => ("links", id.to_string()),
        };
        self.by_list_and_id.get(&(list, id)).copied().unwrap_or(1)
    }
}

/// The lines of the lists, each with its list and number.
fn entries_by_line(words: &str) -> impl Iterator<Item = (&'static str, usize, &str)> {
    let mut list = "";
    words.lines().enumerate().filter_map(move |(index, line)| {
        match LISTS
            .into_iter()
            .find(|name| line.trim().strip_suffix(": [") == Some(name))
        {
            Some(begun) => {
                list = begun;
                None
            }
            None => (!list.is_empty()).then_some((list, index + 1, line)),
        }
    })
}

/// Reads line by line what does not read as a whole. `None` if not even the head does.
fn salvage(words: &str) -> Option<Opened> {
    let first_list = LISTS
        .iter()
        .filter_map(|list| words.find(&format!("\n  {list}: [")))
        .min()?;
    let head: file::Head = ron::from_str(&format!("{})", words.get(..first_list)?)).ok()?;
    let mut parsed = file::Project {
        _version: head.version,
        name: head.name,
        settings: head.settings,
        codebook: head.codebook,
        annotators: Vec::new(),
        documents: Vec::new(),
        regions: Vec::new(),
        annotations: Vec::new(),
        links: Vec::new(),
        claims: Vec::new(),
    };
    let mut unreadable = Vec::new();
    for (list, line_number, line) in entries_by_line(words) {
        let entry = line.trim().trim_end_matches(',');
        if matches!(entry, "" | "]" | ")") {
            continue;
        }
        let outcome = match list {
            "annotators" => read_entry(entry, &mut parsed.annotators),
            "documents" => read_entry(entry, &mut parsed.documents),
            "regions" => read_entry(entry, &mut parsed.regions),
            "annotations" => read_entry(entry, &mut parsed.annotations),
            "links" => read_entry(entry, &mut parsed.links),
            _ => read_entry(entry, &mut parsed.claims),
        };
        if let Err(problem) = outcome {
            unreadable.push(UnreadableEntry {
                line_number,
                entry: line.to_owned(),
                problem,
            });
        }
    }
    let mut opened = Reading::of(words, parsed).finish();
    // A file that was cut off right after a whole line has no line to blame, but it has lost something.
    if unreadable.is_empty() && opened.unreadable.is_empty() {
        let line_number = words.lines().count();
        let problem = "the file ends here; what followed is lost".to_owned();
        unreadable.push(UnreadableEntry {
            line_number,
            entry: String::new(),
            problem,
        });
    }
    opened.unreadable.extend(unreadable);
    opened.unreadable.sort_by_key(|entry| entry.line_number);
    Some(opened)
}

fn read_entry<T: DeserializeOwned>(entry: &str, entries: &mut Vec<T>) -> Result<(), String> {
    entries.push(ron::from_str(entry).map_err(|error| error.code.to_string())?);
    Ok(())
}

/// Turns the structs of the file into the model. Names that come again and again are kept once.
struct Reading<'a> {
    words: &'a str,
    parsed: Option<file::Project>,
    names: BTreeSet<Arc<str>>,
    opened: Opened,
}

impl<'a> Reading<'a> {
    fn of(words: &'a str, parsed: file::Project) -> Self {
        Self {
            words,
            parsed: Some(parsed),
            names: BTreeSet::new(),
            opened: Opened::default(),
        }
    }

    fn finish(mut self) -> Opened {
        let Some(parsed) = self.parsed.take() else {
            return self.opened;
        };
        let project = &mut self.opened.project;
        project.name = parsed.name;
        project.settings = Arc::new(model::ProjectSettings {
            description: parsed.settings.description,
            export_unit: parsed.settings.export_unit,
        });
        project.codebook = Arc::new(parsed.codebook.into());
        parsed
            .annotators
            .into_iter()
            .for_each(|annotator| self.add_annotator(annotator));
        parsed
            .documents
            .into_iter()
            .for_each(|document| self.add_document(document));
        parsed
            .regions
            .into_iter()
            .for_each(|region| self.add_region(region));
        parsed
            .annotations
            .into_iter()
            .for_each(|annotation| self.add_annotation(annotation));
        parsed
            .links
            .into_iter()
            .for_each(|link| self.add_link(link));
        parsed
            .claims
            .into_iter()
            .for_each(|claim| self.add_claim(claim));
        self.opened
    }

    fn add_annotator(&mut self, annotator: file::Annotator) {
        let file::Annotator { id, name, program } = annotator;
        let kind = if program {
            model::AnnotatorKind::Program
        } else {
            model::AnnotatorKind::Person
        };
        let annotator_id = AnnotatorId::new(self.shared(&id));
        let annotator = model::Annotator {
            id: annotator_id.clone(),
            name,
            kind,
        };
        match self.opened.project.annotators.contains_key(&annotator_id) {
            true => self.reject("annotators", &id, "another annotator has this id"),
            false => drop(
                self.opened
                    .project
                    .annotators
                    .insert(annotator_id, annotator.into()),
            ),
        }
    }

    fn add_document(&mut self, document: file::Document) {
        let file::Document {
            id,
            path,
            sha256,
            size_bytes,
            encoding,
            states,
            fields,
        } = document;
        let document_id = DocumentId::new(self.shared(&id));
        if self.opened.project.documents.contains_key(&document_id) {
            return self.reject("documents", &id, "another document has this id");
        }
        let states: BTreeMap<_, _> = states
            .into_iter()
            .map(|(annotator, state)| (AnnotatorId::new(self.shared(&annotator)), state_of(state)))
            .collect();
        let document = Document {
            id: document_id.clone(),
            path,
            sha256,
            size_bytes,
            encoding: model::Encoding {
                name: encoding.name,
                has_byte_order_mark: encoding.byte_order_mark,
                is_lossy: encoding.lossy,
            },
            fields: fields
                .into_iter()
                .map(|(name, value)| (self.shared(&name), value))
                .collect(),
            states,
        };
        self.opened
            .project
            .documents
            .insert(document_id, document.into());
    }

    fn add_annotation(&mut self, annotation: file::Annotation) {
        let id = annotation.id.clone();
        match self.annotation(annotation) {
            Err(problem) => self.reject("annotations", &id, &problem),
            Ok(annotation)
                if self
                    .opened
                    .project
                    .annotations
                    .get(&annotation.id)
                    .is_some() =>
            {
                self.reject("annotations", &id, "another annotation has this id");
            }
            Ok(annotation) => drop(self.opened.project.annotations.insert(annotation.into())),
        }
    }

    fn annotation(&mut self, annotation: file::Annotation) -> Result<model::Annotation, String> {
        let file::Annotation {
            id,
            document,
            spans,
            tag,
            quote,
            attributes,
            note,
            optional,
            created,
            changed,
            changed_by,
        } = annotation;
        let id =
            AnnotationId::parse(&id).ok_or("its id is not an annotator, a hyphen and a number")?;
        let pieces = spans
            .into_iter()
            .map(span_of)
            .collect::<Result<Vec<Span>, String>>()?;
        let changed = time_of(&changed)?.map(|at| model::Stamp {
            by: AnnotatorId::new(self.shared(&changed_by)),
            at,
        });
        Ok(model::Annotation {
            id: AnnotationId::new(
                AnnotatorId::new(self.shared(id.annotator_id.as_str())),
                id.number,
            ),
            document_id: DocumentId::new(self.shared(&document)),
            spans: Spans::new(pieces).ok_or("it has no span, or its spans overlap")?,
            tag_id: TagId::new(self.shared(&tag)),
            attributes: attributes
                .into_iter()
                .map(|(name, value)| (self.shared(&name), value.0))
                .collect(),
            note: self.shared(&note),
            tier: if optional {
                model::Tier::Optional
            } else {
                model::Tier::Core
            },
            quote: quote.into(),
            created_at: time_of(&created)?,
            changed,
        })
    }

    fn add_link(&mut self, link: file::Link) {
        let id = link.id.clone();
        match self.link(link) {
            Err(problem) => self.reject("links", &id, &problem),
            Ok(link) if self.opened.project.links.get(&link.id).is_some() => {
                self.reject("links", &id, "another link has this id")
            }
            Ok(link) => drop(self.opened.project.links.insert(link.into())),
        }
    }

    fn link(&mut self, link: file::Link) -> Result<model::Link, String> {
        let file::Link {
            id,
            kind,
            from,
            to,
            created,
        } = link;
        Ok(model::Link {
            id: LinkId::parse(&id).ok_or("its id is not an annotator, a hyphen and a number")?,
            kind: self.shared(&kind),
            from: AnnotationId::parse(&from).ok_or("where it begins is no id of an annotation")?,
            to: AnnotationId::parse(&to).ok_or("where it ends is no id of an annotation")?,
            created_at: time_of(&created)?,
        })
    }

    fn add_region(&mut self, region: file::Region) {
        let id = region.id.clone();
        match self.region(region) {
            Err(problem) => self.reject("regions", &id, &problem),
            Ok(region) if self.opened.project.regions.get(&region.id).is_some() => {
                self.reject("regions", &id, "another region has this id");
            }
            Ok(region) => drop(self.opened.project.regions.insert(region.into())),
        }
    }

    fn region(&mut self, region: file::Region) -> Result<model::Region, String> {
        let file::Region {
            id,
            document,
            kind,
            span,
            quote,
        } = region;
        Ok(model::Region {
            id: RegionId::parse(&id).ok_or("its id is not an annotator, a hyphen and a number")?,
            document_id: DocumentId::new(self.shared(&document)),
            kind: self.shared(&kind),
            span: span_of(span)?,
            quote: quote.into(),
        })
    }

    fn add_claim(&mut self, claim: file::Claim) {
        let file::Claim {
            id,
            statement,
            annotations,
        } = claim;
        let annotation_ids: Option<BTreeSet<_>> = annotations
            .iter()
            .map(|id| AnnotationId::parse(id))
            .collect();
        match (ClaimId::parse(&id), annotation_ids) {
            (Some(claim_id), Some(annotation_ids))
                if !self.opened.project.claims.contains_key(&claim_id) =>
            {
                let claim = model::Claim {
                    id: claim_id.clone(),
                    statement,
                    annotation_ids,
                };
                self.opened.project.claims.insert(claim_id, claim.into());
            }
            (Some(_), Some(_)) => self.reject("claims", &id, "another claim has this id"),
            _ => self.reject(
                "claims",
                &id,
                "it has an id that is not an annotator, a hyphen and a number",
            ),
        }
    }

    /// Keeps aside an entry that cannot be. Of entries with the same id the last line is meant, since the
    /// first is in the project.
    fn reject(&mut self, list: &str, id: &str, problem: &str) {
        let mark = format!("(id: {}", ron::to_string(id).unwrap_or_default());
        let taken: BTreeSet<usize> = self
            .opened
            .unreadable
            .iter()
            .map(|entry| entry.line_number)
            .collect();
        let place = entries_by_line(self.words)
            .filter(|(of, line_number, line)| {
                *of == list && line.trim_start().starts_with(&mark) && !taken.contains(line_number)
            })
            .last();
        let (line_number, entry) = place.map_or((0, mark.clone()), |(_, number, line)| {
            (number, line.to_owned())
        });
        self.opened.unreadable.push(UnreadableEntry {
            line_number,
            entry,
            problem: problem.to_owned(),
        });
    }

    /// The same name again shares its memory with the first.
    fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let shared: Arc<str> = name.into();
        self.names.insert(shared.clone());
        shared
    }
}

fn span_of((start, end): (usize, usize)) -> Result<Span, String> {
    Span::new(ByteOffset(start), ByteOffset(end)).ok_or_else(|| match start == end {
        true => format!("its span {start} to {end} is empty"),
        false => format!("its span {start} to {end} is reversed"),
    })
}

fn time_of(written: &str) -> Result<Option<Timestamp>, String> {
    if written.is_empty() {
        return Ok(None);
    }
    written
        .parse()
        .map(Some)
        .map_err(|_| format!("“{written}” is no time such as 2026-11-24T10:42:00Z"))
}

fn state_of(state: file::State) -> DocumentState {
    match state {
        file::State::New => DocumentState::New,
        file::State::InProgress => DocumentState::InProgress,
        file::State::Finished => DocumentState::Finished,
    }
}

/// Reads the texts on all cores and checks the project against them.
fn add_texts(path: &Path, opened: &mut Opened, progress: &Progress) {
    let documents: Vec<Arc<Document>> = opened.project.documents.values().cloned().collect();
    progress.expect(documents.len());
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut read = Vec::new();
        while let Some(document) = documents.get(next.fetch_add(1, Ordering::Relaxed)) {
            if progress.is_cancelled() {
                break;
            }
            read.push((
                document,
                read_document(path, &document.path, Some(&document.encoding.name)),
            ));
            progress.step();
        }
        read
    };
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(documents.len().max(1));
    let read = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .flatten()
            .collect::<Vec<_>>()
    });
    let mut findings = Vec::new();
    for (document, outcome) in read {
        match outcome {
            Ok(read) => {
                if !document.sha256.is_empty() && read.sha256 != document.sha256 {
                    findings.push(Finding::of_document(&document.id, FindingKind::TextChanged));
                }
                opened.texts.insert(document.id.clone(), read.text);
            }
            Err(error) => {
                let kind = FindingKind::TextUnreadable {
                    problem: error.to_string(),
                };
                findings.push(Finding::of_document(&document.id, kind));
            }
        }
    }
    findings.extend(query::check(&opened.project, &opened.texts));
    findings.sort();
    opened.findings = findings;
}
