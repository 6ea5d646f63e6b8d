//! Source texts: reading them, and bringing new ones into a project.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::disk::{Disk, RealDisk, read_regular, reason, sha256_of};
use super::kept_texts::bytes_as_they_were;
use super::paths::{MOST_NAME_BYTES, PathProblem, is_reserved, relative, resolve, stays_in};
use super::replace::{WriteError, first_free, make_folder, write_new};
use super::sources::{EXTRACTED_BY, ORIGINAL, bring_in_source, originals};
use super::{Progress, folder_of};
use crate::anchor::{Found, MarkId, all_stand_in, find_marks_again};
use crate::import::{DEFAULT_ENCODING, DecodeProblem, decode, is_source, no_text};
use crate::model::{Document, DocumentId, Encoding, Project};
use crate::text::{OffsetUnit, Text};

/// Larger texts are refused: a screen of them could not be shown in reasonable memory.
pub(super) const MOST_TEXT_BYTES: u64 = 500_000_000;
/// Larger ones are remarked upon.
const MANY_TEXT_BYTES: u64 = 20_000_000;
/// The folder beside the project file that texts from elsewhere are copied to.
pub(super) const TEXT_FOLDER: &str = "texts";
/// Endings of files that are taken for texts.
const TEXT_ENDINGS: [&str; 4] = ["txt", "md", "markdown", "text"];
/// How deep folders are searched for texts; deeper ones are links in a circle or somebody's whole disk.
const MOST_FOLDER_DEPTH: usize = 12;

/// A text as it was read.
#[derive(Debug, Clone)]
pub struct ReadText {
    /// Its characters.
    pub text: Text,
    /// What was assumed.
    pub encoding: Encoding,
    /// SHA-256 of the bytes on disk.
    pub sha256: String,
    /// How many bytes lie on disk.
    pub size_bytes: u64,
}

/// Why a text could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The project names a place that is not followed.
    #[error("{problem}: “{path}”")]
    Path {
        /// Why not.
        problem: PathProblem,
        /// As the project says it.
        path: String,
    },
    /// The system said no.
    #[error("{reason} in {path}", reason = reason(source), path = .path.display())]
    Io {
        /// What the system said.
        source: io::Error,
        /// Where.
        path: PathBuf,
    },
    /// The bytes are no text.
    #[error("{problem} in {path}", path = .path.display())]
    Decode {
        /// Why not.
        problem: DecodeProblem,
        /// Where.
        path: PathBuf,
    },
    /// What was to be added is no text.
    #[error("“{name}” is {what} and was not added. Save its words as plain text to add them: {path}", path = .path.display())]
    NoText {
        /// The file's name.
        name: String,
        /// What it is.
        what: &'static str,
        /// Where.
        path: PathBuf,
    },
    /// No words can be taken out of a source that is no plain text.
    #[error("“{name}” was not added: {words}. Save its words as plain text to add them: {path}", path = .path.display())]
    NoWords {
        /// The file's name.
        name: String,
        /// Why not.
        words: String,
        /// Where.
        path: PathBuf,
    },
    /// It could not be copied beside the project.
    #[error(transparent)]
    Copy(#[from] WriteError),
}

/// Reads a text, in the encoding chosen or the one that fits best.
///
/// # Errors
/// If it is no file, cannot be read, is too large, or the encoding does not exist.
pub fn read_text(path: &Path, encoding: Option<&str>) -> Result<ReadText, ReadError> {
    read_bytes(path, bytes_of(path)?, encoding)
}

pub(super) fn read_bytes(
    path: &Path,
    bytes: Vec<u8>,
    encoding: Option<&str>,
) -> Result<ReadText, ReadError> {
    let (sha256, size_bytes) = (sha256_of(&bytes), bytes.len() as u64);
    let (text, encoding) = text_of(path, bytes, encoding)?;
    Ok(ReadText {
        text,
        encoding,
        sha256,
        size_bytes,
    })
}

/// Reads only the characters, which takes a fraction of the time that their hash takes.
///
/// # Errors
/// As [`read_text`].
pub(super) fn read_characters(path: &Path, encoding: Option<&str>) -> Result<Text, ReadError> {
    let (text, _) = text_of(path, bytes_of(path)?, encoding)?;
    Ok(text)
}

pub(super) fn bytes_of(path: &Path) -> Result<Vec<u8>, ReadError> {
    read_regular(path, MOST_TEXT_BYTES).map_err(|source| ReadError::Io {
        source,
        path: path.to_owned(),
    })
}

fn text_of(
    path: &Path,
    bytes: Vec<u8>,
    encoding: Option<&str>,
) -> Result<(Text, Encoding), ReadError> {
    let decoded = decode(bytes, encoding);
    let (words, mut encoding) = decoded.map_err(|problem| ReadError::Decode {
        problem,
        path: path.to_owned(),
    })?;
    let text = Text::new(words);
    encoding.line_ends = text.line_ends();
    Ok((text, encoding))
}

/// Reads the text that a project names, if its path is one that is followed.
///
/// # Errors
/// As [`read_text`], and if the path leads out of the project's folder.
pub fn read_document(
    project_file: &Path,
    path: &str,
    encoding: Option<&str>,
) -> Result<ReadText, ReadError> {
    read_text(&place_of(project_file, path)?, encoding)
}

/// Where the text lies that a project names.
///
/// # Errors
/// If the path leads out of the project's folder.
pub(super) fn place_of(project_file: &Path, path: &str) -> Result<PathBuf, ReadError> {
    let refused = |problem| ReadError::Path {
        problem,
        path: path.to_owned(),
    };
    let folder = folder_of(project_file);
    let place = resolve(&folder, path).map_err(refused)?;
    if !stays_in(&folder, &place) {
        return Err(refused(PathProblem::LeadsOut));
    }
    Ok(place)
}

/// The text of a document as the project knows it.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// The text that the annotations were made on, if it is still known; else the one on disk.
    pub text: Text,
    /// What lies on disk, if it is another text.
    pub changed: Option<ChangedText>,
}

/// A text that is no longer the one that the project was made on.
#[derive(Debug, Clone)]
pub struct ChangedText {
    /// Whose.
    pub document_id: DocumentId,
    /// What it was; `None` if that is known no more.
    pub old: Option<Text>,
    /// What it is now.
    pub now: ReadText,
    /// Where its annotations and regions stand now.
    pub found: BTreeMap<MarkId, Found>,
}

impl ChangedText {
    /// Whether the text itself is another one. If not, only some annotations were left without a place.
    pub fn is_other_text(&self, project: &Project) -> bool {
        let document = project.documents.get(&self.document_id);
        document.is_some_and(|document| document.sha256 != self.now.sha256)
    }

    /// What an export has of it.
    pub fn remark(&self) -> String {
        let what = match self.old {
            Some(_) => "it is exported as it was labelled",
            None => "annotations whose words are no longer at their place are left out",
        };
        format!(
            "the text of “{}” has changed since; {what}",
            self.document_id
        )
    }

    /// Compares what a text was with what it is now. `old` counts only if the project agrees with it.
    pub fn between(
        project: &Project,
        document_id: &DocumentId,
        old: Option<Text>,
        now: ReadText,
    ) -> Self {
        let found = find_marks_again(project, document_id, old.as_ref(), &now.text);
        Self {
            document_id: document_id.clone(),
            old,
            now,
            found,
        }
    }
}

/// Reads the text of a document, and sees whether it is still the one that was labelled.
///
/// # Errors
/// As [`read_document`].
pub fn read_labelled(
    project_file: &Path,
    project: &Project,
    document: &Document,
) -> Result<Labelled, ReadError> {
    let encoding = document.encoding.name.as_str();
    let now = read_document(project_file, &document.path, Some(encoding))?;
    if document.sha256.is_empty() || now.sha256 == document.sha256 {
        return Ok(Labelled {
            text: now.text,
            changed: None,
        });
    }
    let bytes = bytes_of(&place_of(project_file, &document.path)?)?;
    let old = bytes_as_they_were(&document.sha256, &bytes)
        .and_then(|bytes| decode(bytes, Some(encoding)).ok())
        .map(|(words, _)| Text::new(words));
    // If a part of the annotations was found again already, only the new text can show them.
    let shown = old
        .clone()
        .filter(|old| all_stand_in(project, &document.id, old));
    Ok(Labelled {
        text: shown.unwrap_or_else(|| now.text.clone()),
        changed: Some(ChangedText::between(project, &document.id, old, now)),
    })
}

/// Whether a file is taken for a text by its name.
pub fn is_text_file(path: &Path) -> bool {
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| TEXT_ENDINGS.contains(&ending.as_str()))
}

/// Texts that were read for a project, and what went wrong.
#[derive(Debug, Default)]
pub struct BroughtIn {
    /// Documents that nobody is assigned to yet, with their texts.
    pub documents: Vec<(Document, Text)>,
    /// One for each text that could not be had.
    pub problems: Vec<ReadError>,
    /// How many are documents of the project already.
    pub there_already: usize,
}

impl BroughtIn {
    /// Which documents have their words from a file that is no plain text, and by what they were taken out of it.
    pub fn extracted(&self) -> Vec<String> {
        let documents = self.documents.iter();
        let said = documents.filter_map(|(document, text)| {
            let (original, by) = (document.fields.get(ORIGINAL)?, document.fields.get(EXTRACTED_BY)?);
            let characters = text.offset_in(OffsetUnit::CodePoint, text.end());
            let path = &document.path;
            Some(format!("{path}: {characters} characters of {original}, by {by}; look whether they are all there"))
        });
        said.collect()
    }

    /// What a person should know of the texts: that their encoding is a guess, that they are large.
    pub fn remarks(&self) -> Vec<String> {
        let documents = self.documents.iter().map(|(document, _)| document);
        documents.flat_map(remarks_on).collect()
    }
}

fn remarks_on(document: &Document) -> Vec<String> {
    let Document {
        path,
        encoding,
        size_bytes,
        ..
    } = document;
    let mut remarks = Vec::new();
    if encoding.is_lossy {
        remarks.push(format!(
            "{path}: some bytes mean nothing in {}; they stand as \u{FFFD}. Another encoding may fit",
            encoding.name
        ));
    } else if encoding.name != DEFAULT_ENCODING && !encoding.has_byte_order_mark {
        remarks.push(format!(
            "{path}: read as {}, which is a guess; look whether its letters are right",
            encoding.name
        ));
    }
    if *size_bytes > MANY_TEXT_BYTES {
        remarks.push(format!(
            "{path}: {} MB; texts over {} MB are slow to work with",
            size_bytes / 1_000_000,
            MANY_TEXT_BYTES / 1_000_000
        ));
    }
    remarks
}

/// Reads texts for a project. Those below its folder stay where they are; others are copied beside it,
/// never over another file. Folders are searched for texts. Texts that the project has already are left out.
pub fn bring_in(
    project_file: &Path,
    project: &Project,
    paths: &[PathBuf],
    progress: &Progress,
) -> BroughtIn {
    let files = files_of(paths);
    progress.expect(files.len());
    let mut known = Known::of(project);
    let mut brought_in = BroughtIn::default();
    for file in files {
        if progress.is_cancelled() {
            break;
        }
        match bring_in_one(project_file, &file, &mut known) {
            Ok(Some(brought)) => brought_in.documents.push(brought),
            Ok(None) => brought_in.there_already += 1,
            Err(problem) => brought_in.problems.push(problem),
        }
        progress.step();
    }
    brought_in
}

/// These files, and the texts in these folders.
pub(super) fn files_of(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            find_texts(path, MOST_FOLDER_DEPTH, &mut files)
        } else {
            files.push(path.clone())
        }
    }
    files
}

/// What the project has already, so that ids and paths stay unique.
pub(super) struct Known {
    pub(super) paths: BTreeSet<String>,
    /// The files that documents have their words from.
    pub(super) originals: BTreeSet<String>,
    ids: BTreeSet<String>,
}

impl Known {
    fn of(project: &Project) -> Self {
        Self {
            paths: project
                .documents
                .values()
                .map(|document| document.path.clone())
                .collect(),
            originals: originals(project),
            ids: project.documents.keys().map(ToString::to_string).collect(),
        }
    }

    /// A readable id from the file's name that nothing else has.
    pub(super) fn new_id(&mut self, path: &str) -> DocumentId {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let mut candidates = std::iter::once(stem.to_owned()).chain(numbered);
        let free = candidates.find(|id| self.ids.insert(id.clone()));
        DocumentId::new(free.unwrap_or_else(|| stem.to_owned()))
    }
}

/// The path at which a project has this text: where it lies if that is below the project's folder, else that of a copy.
///
/// # Errors
/// If it cannot be read, is no text, or cannot be copied.
pub fn bring_text(project_file: &Path, file: &Path) -> Result<String, ReadError> {
    path_of_text(project_file, file, &bytes_of(file)?)
}

/// Whether a file can be brought in as a text.
///
/// # Errors
/// If it cannot be read or is no text.
pub fn refuse_no_text(file: &Path) -> Result<(), ReadError> {
    refuse_other_data(file, &bytes_of(file)?)
}

fn refuse_other_data(file: &Path, bytes: &[u8]) -> Result<(), ReadError> {
    match no_text(bytes) {
        None => Ok(()),
        Some(what) => Err(ReadError::NoText {
            name: name_of(file),
            what,
            path: file.to_owned(),
        }),
    }
}

fn path_of_text(project_file: &Path, file: &Path, bytes: &[u8]) -> Result<String, ReadError> {
    refuse_other_data(file, bytes)?;
    let folder = folder_of(project_file);
    match relative(&folder, file) {
        Some(path) => Ok(path),
        None => keep_beside(&folder, file, bytes, &sha256_of(bytes)),
    }
}

fn bring_in_one(
    project_file: &Path,
    file: &Path,
    known: &mut Known,
) -> Result<Option<(Document, Text)>, ReadError> {
    let bytes = bytes_of(file)?;
    if is_source(&file.to_string_lossy()) {
        return bring_in_source(project_file, file, bytes, known);
    }
    let path = path_of_text(project_file, file, &bytes)?;
    let read = read_bytes(file, bytes, None)?;
    if !known.paths.insert(path.clone()) {
        return Ok(None);
    }
    let ReadText {
        text,
        encoding,
        sha256,
        size_bytes,
    } = read;
    let id = known.new_id(&path);
    let (fields, states) = Default::default();
    Ok(Some((
        Document {
            id,
            path,
            sha256,
            size_bytes,
            encoding,
            fields,
            states,
        },
        text,
    )))
}

/// What a file is called.
pub(super) fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Makes the folder for texts in a project's folder. A project comes from strangers, and its folder for texts may be a
/// link to somewhere else.
pub(super) fn make_text_folder(disk: &dyn Disk, folder: &Path) -> Result<(), WriteError> {
    let texts = folder.join(TEXT_FOLDER);
    make_folder(disk, &texts)?;
    if stays_in(folder, &texts) {
        Ok(())
    } else {
        Err(WriteError::LeadsOut(texts))
    }
}

/// Writes bytes into the project's text folder, under this file's name or one like it, and returns the path there. A
/// file with the same bytes is used as it is.
pub(super) fn keep_beside(
    folder: &Path,
    file: &Path,
    bytes: &[u8],
    sha256: &str,
) -> Result<String, ReadError> {
    make_text_folder(&RealDisk, folder)?;
    if let Some(path) = kept_beside(folder, file, sha256) {
        return Ok(path);
    }
    let place = first_free(&RealDisk, |number| folder.join(path_beside(file, number)));
    write_new(&RealDisk, &place, bytes)?;
    relative(folder, &place).ok_or_else(|| ReadError::Path {
        problem: PathProblem::NotPortable,
        path: path_beside(file, 1),
    })
}

/// Where the project's text folder has a file of this name with the same bytes, if it has.
pub(super) fn kept_beside(folder: &Path, file: &Path, sha256: &str) -> Option<String> {
    let path = path_beside(file, 1);
    let hash = super::hash_of_file(&folder.join(&path))?;
    (hash == sha256).then_some(path)
}

/// The path for a file in the text folder, the first or one of those to take if that is not free.
fn path_beside(file: &Path, number: u32) -> String {
    let name = portable_name(file);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, "txt"));
    match number {
        1 => format!("{TEXT_FOLDER}/{stem}.{ending}"),
        number => format!("{TEXT_FOLDER}/{stem}-{number}.{ending}"),
    }
}

/// The file's name with what not every system can keep replaced.
fn portable_name(file: &Path) -> String {
    /// Room for an ending and a number.
    const MOST_BYTES: usize = MOST_NAME_BYTES - 20;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let replaced: String = name
        .chars()
        .map(|c| match c {
            c if c.is_control() || r#"\/:*?"<>|"#.contains(c) => '_',
            c => c,
        })
        .collect();
    let (stem, ending) = replaced.rsplit_once('.').unwrap_or((&replaced, ""));
    let end = stem.floor_char_boundary(MOST_BYTES.saturating_sub(ending.len()));
    let stem = stem.get(..end).unwrap_or_default();
    let name = match ending {
        "" => stem.to_owned(),
        ending => format!("{stem}.{ending}"),
    };
    let name = name.trim_end_matches(['.', ' ']);
    match is_reserved(name) || name.is_empty() {
        true => format!("_{name}"),
        false => name.to_owned(),
    }
}

/// The texts in a folder, in the order of their names. Links to folders are not followed.
fn find_texts(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_link = path.is_symlink();
        if path.is_dir() && !is_link && !is_hidden && depth > 0 {
            find_texts(&path, depth - 1, found);
        } else if path.is_file()
            && !is_hidden
            && (is_text_file(&path) || is_source(&name_of(&path)))
        {
            found.push(path);
        }
    }
}

/// Copies the texts of a project along when it is saved elsewhere. Files that stand there already with the
/// same bytes are used; others are never written over.
///
/// # Errors
/// If a text cannot be copied, or another file is in its place.
pub fn copy_texts(from: &Path, to: &Path, project: &Project) -> Result<(), ReadError> {
    let (old, new) = (folder_of(from), folder_of(to));
    if old == new {
        return Ok(());
    }
    for document in project.documents.values() {
        let refused = |problem| ReadError::Path {
            problem,
            path: document.path.clone(),
        };
        let (source, target) = (resolve(&old, &document.path), resolve(&new, &document.path));
        let (source, target) = (source.map_err(refused)?, target.map_err(refused)?);
        let io = |source| ReadError::Io {
            source,
            path: target.clone(),
        };
        // A text that is missing here cannot be copied; the project says so already.
        let Ok(bytes) = read_regular(&source, MOST_TEXT_BYTES) else {
            continue;
        };
        make_folder(&RealDisk, target.parent().unwrap_or(&new))?;
        if write_new(&RealDisk, &target, &bytes)?.is_none()
            && read_regular(&target, MOST_TEXT_BYTES).map_err(io)? != bytes
        {
            let words = "another file with this name is in the way";
            return Err(io(io::Error::new(io::ErrorKind::AlreadyExists, words)));
        }
    }
    Ok(())
}
