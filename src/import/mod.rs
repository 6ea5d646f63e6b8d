//! Bytes in, a small project and a report out; one file a format.
//!
//! An import has three steps, and a format does only the first:
//!
//! 1. The format's `read` says what the files *say* ([`Found`]): documents with their text, spans with start and end
//!    as written, recorded quotes, tags, attributes, notes, annotators, links, regions, and what it could not read.
//!    It does not decide how offsets count and drops nothing in silence.
//! 2. `heal` finds out how each document counted (unit, line ends, byte order mark, end included), looks for the
//!    rest by quote and surroundings, and says what it could not place.
//! 3. `build` finds documents that are already in the project, gives ids, makes unknown tags, attributes and kinds
//!    known, and counts everything into an [`ImportReport`].
//!
//! The outcome becomes one [`crate::edit::Edit`] of an open project, or a project of its own. What our exports write
//! is read back the same way.
//!
//! # A new format
//!
//! One file here with a `pub const NAME: Format` and `fn read(&Files, &ImportOptions) -> Result<Found, ImportError>`,
//! its `mod` line and its line in [`FORMATS`]. Give every document the [`Reading`] that the format documents; keys of
//! spans must be unique within the import if there are links. Bad lines go to [`Found::left_out`] with file and line;
//! `Err` is for files of which nothing can be used.

mod archive;
mod brat;
mod brat_config;
mod build;
mod cas;
mod cas_json;
mod conll;
mod conll_layout;
mod csv;
mod decode;
mod docbin;
mod doccano;
mod documents;
mod docx;
mod extracted;
mod files;
mod found;
mod guard;
mod head;
mod heal;
mod html;
mod huggingface;
mod ids;
mod inception;
mod inception_project;
mod json;
mod json_mapped;
mod json_meaning;
mod json_mend;
mod json_records;
mod json_values;
mod jsonl;
mod known;
mod label_studio;
mod label_studio_min;
mod mapping;
pub(crate) mod msgpack;
mod names;
mod parquet;
#[cfg(feature = "parquet")]
mod parquet_bytes;
mod pdf;
mod reading;
mod refi_qda;
mod report;
mod sources;
pub(crate) mod spacy_strings;
mod web_annotation;
mod webanno_tsv;
mod xmi;
mod xml;

use std::collections::HashSet;
use std::str::FromStr;
use std::sync::Arc;

use rayon::prelude::*;
use thiserror::Error;

use crate::edit::Additions;
use crate::model::{AttributeValue, DocumentId, Project, Texts, Timestamp};

pub use brat::BRAT;
pub use cas::OURS;
pub use cas_json::CAS_JSON;
pub use conll::CONLL;
pub use conll_layout::{NAME_LINE, TEXT_LINE};
pub use csv::CSV;
pub use decode::{DEFAULT_ENCODING, DecodeProblem, decode, encodings, no_text};
pub use docbin::{
    DOCBIN, DOCUMENT as DOCBIN_DOCUMENT, GROUP as DOCBIN_GROUP, PROJECT as DOCBIN_PROJECT,
};
pub use doccano::{ANNOTATOR_KEY, DOCCANO, DOCUMENT_KEY, UNIT_KEY};
pub use extracted::Extracted;
pub use files::{Files, ending, stem, text_file};
pub use found::{
    Found, FoundClaim, FoundDocument, FoundLink, FoundRegion, FoundSpan, FoundText, Problem,
};
pub use guard::{GUARDED, guarded};
pub use huggingface::{HUGGINGFACE, SPAN_COLUMNS};
pub use inception_project::INCEPTION;
pub use json_mapped::JSON;
pub use jsonl::JSONL;
pub use label_studio::{FRAGMENT, LABEL_STUDIO, NOTE, free_name};
pub use label_studio_min::LABEL_STUDIO_MIN;
use mapping::MappingOf;
pub use mapping::{Mappable, Mapping, Role};
pub use reading::{Mark, Newlines, Reading, Unit};
pub use refi_qda::REFI_QDA;
pub use report::{Displaced, DocumentCounts, EntryCounts, ImportReport, ReadingCount, TagCounts};
pub use sources::{extract, is_source};
pub use web_annotation::WEB_ANNOTATION;
pub use webanno_tsv::WEBANNO_TSV;
pub use xmi::XMI;

/// Every format, in the order in which they are asked whether a file is theirs.
pub const FORMATS: &[&Format] = &[
    &BRAT,
    &REFI_QDA,
    &WEBANNO_TSV,
    &CAS_JSON,
    &XMI,
    &INCEPTION,
    &DOCBIN,
    &WEB_ANNOTATION,
    &HUGGINGFACE,
    &LABEL_STUDIO,
    &LABEL_STUDIO_MIN,
    &JSONL,
    &DOCCANO,
    &CSV,
    &CONLL,
    &JSON,
];

/// Who is said to have made what the files ascribe to nobody.
pub const NOBODY: &str = "imported";

/// Endings of what lies beside annotations: texts, configurations, cards.
const BESIDE: [&str; 5] = ["txt", "conf", "xml", "md", "zip"];
/// What our own exports put beside annotations for INCEpTION, which holds none.
const TAG_SET: &str = "tagset.json";

/// A format that can be read.
pub struct Format {
    /// On the command line; the same as the export format's, if there is one.
    pub name: &'static str,
    /// On the screen.
    pub title: &'static str,
    /// Which tools write it, in one line.
    pub description: &'static str,
    /// The endings of its files, in small letters.
    pub endings: &'static [&'static str],
    /// Whether these files look like it.
    recognise: fn(&Files<'_>) -> bool,
    /// For formats in which columns or keys can mean anything.
    mapping: Option<MappingOf>,
    /// What the files say.
    read: fn(&Files<'_>, &ImportOptions) -> Result<Found, ImportError>,
}

/// Documents, annotations and links of one import, which then take some four gigabytes.
const MOST_AT_ONCE: usize = 4_000_000;
/// Annotations and links share what they say, but the project writes it out for each of them. It may take so much, and
/// so many times what the files have: a file of a few megabytes may mean terabytes.
const SMALL_WORDS_BYTES: usize = 200_000_000;
const MOST_GROWTH: usize = 10;

impl Format {
    /// What the files say, if the format can do what was chosen.
    fn found_in(
        &self,
        files: &[FileInMemory],
        options: &ImportOptions,
    ) -> Result<Found, ImportError> {
        let roles = self.mapping.as_ref().map_or(&[][..], |of| of.roles);
        let is_of_no_use = |(role, _): &(Role, &str)| !roles.contains(role);
        if let Some((role, name)) = options.mapping.said().find(is_of_no_use) {
            return Err(ImportError::MappingIsOfNoUse {
                said: format!("{}={name}", role.name()),
                title: self.title,
                roles,
            });
        }
        let size_bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
        let files = Files::new(files);
        let mut found = (self.read)(&files, options)?;
        if found.thing_count() > MOST_AT_ONCE {
            return Err(ImportError::TooMany);
        }
        if found.words_bytes() > SMALL_WORDS_BYTES + MOST_GROWTH * size_bytes {
            return Err(ImportError::TooLong);
        }
        take_texts_beside(&files, &mut found)?;
        files.refuse_copies()?;
        Ok(found)
    }
}

/// Gives documents that are only named the texts of that name, if these are among the files.
fn take_texts_beside(files: &Files<'_>, found: &mut Found) -> Result<(), ImportError> {
    let mut documents = std::mem::take(&mut found.documents);
    for document in &mut documents {
        if let FoundText::Named(name) = &document.text
            && let Some(file) = files.text(name)
        {
            let (text, encoding) = file.text(found)?;
            document.text = text;
            document.encoding = Some(encoding);
        }
    }
    found.documents = documents;
    Ok(())
}

/// In quotes, since blanks at their ends belong to them.
fn listed(names: &[String]) -> String {
    const MOST: usize = 40;
    let quoted = names.iter().take(MOST).map(|name| format!("“{name}”"));
    let more = (names.len() > MOST).then(|| "…".to_owned());
    quoted.chain(more).collect::<Vec<_>>().join(", ")
}

fn what_can_be_said(roles: &[Role]) -> String {
    match roles {
        [] => "its files say themselves what holds what. If they are of another format, name it"
            .to_owned(),
        roles => {
            let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
            format!("it has a place for {}", names.join(", "))
        }
    }
}

/// What the person chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOptions {
    /// Who made what the files ascribe to nobody.
    pub annotator: String,
    /// Which columns or keys hold what, where the format does not say.
    pub mapping: Mapping,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            annotator: NOBODY.to_owned(),
            mapping: Mapping::default(),
        }
    }
}

/// A file that an export made, or that an importer is given. Formats know no disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInMemory {
    /// From the chosen place, with `/` between the parts.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The project that is imported into, and its texts.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// Documents with the same text are joined, what is there already is not added again.
    pub project: &'a Project,
    /// Of its documents.
    pub texts: &'a Texts,
}

/// What an import brings.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The project's name, if the files have one.
    pub name: String,
    /// For `edit::take_in`. The documents' texts must lie on disk before it is run.
    pub additions: Additions,
    /// The texts of the new documents.
    pub texts: Texts,
    /// What came over, and what did not.
    pub report: ImportReport,
}

/// Why nothing at all could be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportError {
    /// No format knows these files.
    #[error("no format of annotations knows these files; name one, or add them as texts")]
    Unrecognised,
    /// The bytes are no text.
    #[error("{words} in {file}")]
    NotText {
        /// Which file.
        file: String,
        /// Why not.
        words: String,
    },
    /// The file is something else, or damaged from its beginning.
    #[error("{words} in {file}")]
    Broken {
        /// Which file, with the line if there is one.
        file: String,
        /// What is wrong.
        words: String,
    },
    /// They hold more than memory may have room for.
    #[error(
        "the files hold more than {MOST_AT_ONCE} documents, annotations and links, which are not read at once: import or split them in parts"
    )]
    TooMany,
    /// The same long names or notes hold for very many annotations.
    #[error(
        "names, notes and attributes are so long, and belong to so many annotations, that a project of them would be far larger than the files: shorten them, or import the files in parts"
    )]
    TooLong,
    /// Very many documents are of the same large texts.
    #[error(
        "more documents are of the same large texts than memory has room for: import them in parts"
    )]
    TooManyCopies,
    /// Nothing among the files is in this format.
    #[error("there is nothing in the format {0} in these files")]
    WrongFormat(&'static str),
    /// Nobody knows which column or key holds the texts, or the names of documents.
    #[error("say which {what} holds the texts, or the names of the documents, in {file}; there are {}", listed(&.mappable.names))]
    NeedsMapping {
        /// A column or a key.
        what: &'static str,
        /// Those that there are.
        mappable: Mappable,
        /// Which file.
        file: String,
    },
    /// A mapping speaks of a column or key that is nowhere.
    #[error("“{said}” leads nowhere: the {what} are {}", listed(.names))]
    MappingLeadsNowhere {
        /// As the person said it: `tag=lable`.
        said: String,
        /// Columns, keys of documents, keys of annotations.
        what: &'static str,
        /// Those that there are.
        names: Vec<String>,
        /// For another choice.
        mappable: Mappable,
    },
    /// A mapping says what the format has no place for.
    #[error("“{said}” is of no use for {title}: {}", what_can_be_said(.roles))]
    MappingIsOfNoUse {
        /// As the person said it: `spans=list`.
        said: String,
        /// Of the format.
        title: &'static str,
        /// What it has a place for.
        roles: &'static [Role],
    },
}

/// The format of that name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name == name)
}

/// The format that these files look like.
pub fn recognise(files: &[FileInMemory]) -> Option<&'static Format> {
    let files = Files::new(files);
    FORMATS
        .iter()
        .copied()
        .find(|format| (format.recognise)(&files))
}

/// Calls files that no format would know by their names as those of a format that the person has named.
pub fn believe(format: &Format, files: &mut [FileInMemory]) {
    let (Some(own), true) = (
        format.endings.first(),
        files.iter().all(|file| !may_read(&file.path)),
    ) else {
        return;
    };
    for file in files {
        file.path = format!("{}.{own}", file.path);
    }
}

/// What a mapping of these files may speak of; `None` for formats that need no mapping.
pub fn mappable(format: &Format, files: &[FileInMemory]) -> Option<Mappable> {
    Some(format.mapping.as_ref()?.mappable(&Files::new(files)))
}

/// Whether a file of a folder is worth reading, by its ending.
pub fn may_read(path: &str) -> bool {
    let ending = ending(path);
    BESIDE.contains(&&*ending)
        || FORMATS
            .iter()
            .any(|format| format.endings.contains(&&*ending))
}

/// Reads files for a project.
///
/// # Errors
/// If nothing of them can be used.
pub fn import(
    format: &Format,
    files: &[FileInMemory],
    options: &ImportOptions,
    target: Target<'_>,
) -> Result<Imported, ImportError> {
    let mut found = format.found_in(files, options)?;
    remark_others(format, files, &mut found);
    remark_unused_texts(files, &mut found);
    let mut imported = build::build(found, &options.annotator, target);
    imported.report.format = format.name.to_owned();
    Ok(imported)
}

/// One import is of one format. Files of another one, as in a folder where everything lies together, are not read.
fn remark_others(format: &Format, files: &[FileInMemory], found: &mut Found) {
    let mut others = files.iter().filter(|file| {
        let ending = ending(&file.path);
        let is_beside = BESIDE.contains(&&*ending) || file.path.ends_with(TAG_SET);
        !format.endings.contains(&&*ending) && !is_beside
    });
    for file in &mut others {
        let other = recognise(std::slice::from_ref(file));
        // A format may know its files without their endings.
        if let Some(other) = other.filter(|other| other.title != format.title) {
            let words = format!(
                "not read, since it looks like {} among files of {}: import it by itself",
                other.title, format.title
            );
            found.left_out(&file.label(), 0, words, "");
        }
    }
}

/// Texts that no document is named after or made of may have been meant for documents.
fn remark_unused_texts(files: &[FileInMemory], found: &mut Found) {
    let documents = found.documents.iter();
    let names =
        documents.flat_map(|it| [stem(&it.name), &*it.name, stem(&it.file), stem(&it.path)]);
    let names: HashSet<&str> = names.collect();
    let is_text = |file: &&FileInMemory| ending(&file.path) == "txt";
    let unnamed = files.iter().filter(is_text);
    let unnamed = unnamed.filter(|file| !names.contains(stem(&file.path)));
    let unnamed: Vec<&FileInMemory> = unnamed.collect();
    if unnamed.is_empty() {
        return;
    }
    let texts = found.documents.iter().filter_map(|it| match &it.text {
        FoundText::Words(words) => Some(words.strip_prefix('\u{FEFF}').unwrap_or(words)),
        _ => None,
    });
    let texts: HashSet<&str> = texts.collect();
    let is_unused = |file: &&FileInMemory| {
        let words = file.words(&mut Found::default()).unwrap_or_default();
        !texts.contains(&*words)
    };
    let unused = unnamed.into_iter().filter(is_unused);
    let unused: Vec<_> = unused.map(FileInMemory::label).collect();
    for file in unused {
        let words = "a text is not taken in, since nothing speaks of it; it can be added as a text";
        found.remark(&file, 0, words, "");
    }
}

/// Reads files as a project of their own.
///
/// # Errors
/// If nothing of them can be used.
pub fn import_alone(
    format: &Format,
    files: &[FileInMemory],
    options: &ImportOptions,
) -> Result<(Project, Texts, ImportReport), ImportError> {
    let found = format.found_in(files, options)?;
    let (project, texts, mut report) = alone(found, options);
    report.format = format.name.to_owned();
    Ok((project, texts, report))
}

/// As [`import_alone`], for what was just written of these texts: those that came through need not be in memory twice.
///
/// # Errors
/// If nothing of the files can be used.
pub fn read_back(
    format: &Format,
    files: &[FileInMemory],
    written: &Texts,
) -> Result<(Project, Texts, ImportReport), ImportError> {
    let options = ImportOptions::default();
    let mut found = format.found_in(files, &options)?;
    found.documents.par_iter_mut().for_each(|document| {
        let text = written.get(&DocumentId::new(&*document.name));
        if let (FoundText::Words(words), Some(text)) = (&document.text, text)
            && words == text.as_str()
        {
            document.text = FoundText::Known(text.clone());
        }
    });
    Ok(alone(found, &options))
}

fn alone(found: Found, options: &ImportOptions) -> (Project, Texts, ImportReport) {
    let (project, texts) = (Project::default(), Texts::new());
    let target = Target {
        project: &project,
        texts: &texts,
    };
    build::build(found, &options.annotator, target).into_project()
}

impl Imported {
    /// What was imported into nothing, as a project of its own.
    pub fn into_project(self) -> (Project, Texts, ImportReport) {
        let Additions {
            codebook,
            annotators,
            documents,
            annotations,
            links,
            regions,
            claims,
        } = self.additions;
        let mut project = Project {
            name: self.name,
            codebook: codebook.unwrap_or_default().into(),
            ..Project::default()
        };
        let annotators = annotators.into_iter();
        project.annotators = annotators
            .map(|who| (who.id.clone(), Arc::new(who)))
            .collect();
        let documents = documents.into_iter();
        project.documents = documents
            .map(|each| (each.id.clone(), Arc::new(each)))
            .collect();
        let claims = claims.into_iter();
        project.claims = claims
            .map(|claim| (claim.id.clone(), Arc::new(claim)))
            .collect();
        let taken = project.annotations.add_many(annotations.iter().collect());
        debug_assert!(
            taken.is_empty(),
            "an import gives every annotation an id of its own"
        );
        for link in links {
            project.links.insert(link.into());
        }
        for region in regions {
            project.regions.insert(region.into());
        }
        (project, self.texts, self.report)
    }
}

/// A document's id as the name of a file on every system: what cannot stand there becomes its code number,
/// so that two ids never share a file. Ids made by the program hardly ever need it.
pub fn file_stem(id: &str) -> String {
    let is_bad = |c: char| c.is_control() || r#"\/:*?"<>|"#.contains(c);
    let mut stem = String::with_capacity(id.len());
    for c in id.chars() {
        match is_bad(c) {
            true => stem.push_str(&format!("_u{:04X}_", u32::from(c))),
            false => stem.push(c),
        }
    }
    stem
}

/// Undoes [`file_stem`] and the like: `_u0020_` is a space.
fn unescaped(name: &str) -> String {
    let mut words = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once("_u") {
        words.push_str(before);
        let code = after
            .split_once('_')
            .filter(|(digits, _)| digits.len() >= 4);
        let letter =
            code.and_then(|(digits, _)| char::from_u32(u32::from_str_radix(digits, 16).ok()?));
        match (letter, code) {
            (Some(letter), Some((_, behind))) => {
                words.push(letter);
                rest = behind;
            }
            _ => {
                words.push_str("_u");
                rest = after;
            }
        }
    }
    words.push_str(rest);
    words
}

/// A JSON value as an attribute's value: lists and objects as JSON, so that they are kept. `None` for null.
fn attribute(value: serde_json::Value) -> Option<AttributeValue> {
    match value {
        serde_json::Value::String(words) => Some(AttributeValue::Words(words.into())),
        serde_json::Value::Number(number) => number.as_f64().map(AttributeValue::Number),
        serde_json::Value::Bool(value) => Some(AttributeValue::YesNo(value)),
        serde_json::Value::Null => None,
        value => Some(AttributeValue::Words(value.to_string().into())),
    }
}

/// A JSON value as words for a document's field. `None` for null.
fn field(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(words) => Some(words.clone()),
        value => Some(value.to_string()),
    }
}

/// A time as most tools write it: with an offset, or without one and then taken for UTC.
fn time(written: &str) -> Option<Timestamp> {
    let of_day = || Timestamp::from_str(&format!("{written}Z")).ok();
    Timestamp::from_str(written).ok().or_else(of_day)
}
