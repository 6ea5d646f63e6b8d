//! From the project file to the project, keeping all that is sound.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ron::error::SpannedError;
use serde::Deserialize;
use thiserror::Error;

use super::by_line::read_by_line;
use super::disk::{read_regular, reason, sha256_of};
use super::entry_lines::{LISTS, entries_by_line};
use super::folders::Storage;
use super::journal::{Recovery, recover};
use super::reading::{opened, parted};
use super::texts::{ChangedText, Labelled, read_labelled};
use super::{Progress, default_codebook, file};
use crate::model::{AnnotationId, Document, DocumentId, Project, Texts};
use crate::query::{self, Finding, FindingKind, Subject};
use crate::text::Text;

/// A million annotations take about 170 MB.
pub(super) const MOST_PROJECT_BYTES: u64 = 4_000_000_000;

/// A project as it was read, with its texts and all that needs a look.
#[derive(Debug, Clone, Default)]
pub struct Opened {
    /// All that is sound, with the edits that its journal holds beyond the file.
    pub project: Project,
    /// The texts that could be read, as they were labelled where that is still known.
    pub texts: Texts,
    /// What is in the project but cannot be used as it is. [`Opened::check`] finds the rest, of which there may be millions.
    pub errors: Vec<Finding>,
    /// Annotations whose quote is not where they say.
    pub misplaced: BTreeSet<AnnotationId>,
    /// Entries of the file that are not in the project.
    pub unreadable: Vec<UnreadableEntry>,
    /// Texts that are no longer what was labelled.
    pub changed: Vec<ChangedText>,
    /// The project as it stands in the file, by which changes of two sides are told apart.
    pub in_file: Project,
    /// The hash of the file.
    pub file_sha256: Option<String>,
    /// What its journal brought back, and can be undone.
    pub recovery: Recovery,
}

impl Opened {
    /// A project with nothing to look at.
    pub fn sound(project: Project, file_sha256: Option<String>) -> Self {
        Self {
            in_file: project.clone(),
            project,
            file_sha256,
            ..Self::default()
        }
    }

    /// Everything that needs a look, by the texts as they are now.
    pub fn check(&self) -> Vec<Finding> {
        let mut texts = self.texts.clone();
        for changed in &self.changed {
            texts.insert(changed.document_id.clone(), changed.now.text.clone());
        }
        let mut findings = query::check(&self.project, &texts);
        let read = |error: &&Finding| matches!(error.subject, Subject::Document(_));
        findings.extend(self.errors.iter().filter(read).cloned());
        findings.sort();
        findings
    }

    /// Keeps the copy of a text that is on the screen already, so that the surface need not lay it out again.
    pub fn keep_text(&mut self, document_id: &DocumentId, shown: Text) {
        if self.texts.get(document_id) == Some(&shown) {
            self.texts.insert(document_id.clone(), shown);
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
    #[error("{reason} in {path}", reason = reason(source), path = .path.display())]
    Io {
        /// What the system said.
        source: io::Error,
        /// Where.
        path: PathBuf,
    },
    /// Its journal could not be read.
    #[error(
        "The journal of this project could not be read ({reason}), and without it edits that were not saved would be \
         missing. To open the project without them, move the journal away: {path}",
        reason = reason(source),
        path = .path.display()
    )]
    Journal {
        /// What the system said.
        source: io::Error,
        /// The journal.
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
    /// There is nothing in it.
    #[error("The file is empty. A backup or an older copy may hold your project: {path}", path = .path.display())]
    Empty {
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

/// Reads a project, the edits that only its journal holds, and its texts, and checks every quote. Nothing on disk
/// is changed.
///
/// # Errors
/// If the file cannot be read as a whole. [`OpenError::Damaged`] may hold the part that can.
pub fn open_project(path: &Path, progress: &Progress) -> Result<Opened, OpenError> {
    open_project_in(&Storage::own(), path, progress)
}

/// As [`open_project`], with the project and its journal on a disk of the caller's choice.
///
/// # Errors
/// As [`open_project`].
pub fn open_project_in(
    storage: &Storage,
    path: &Path,
    progress: &Progress,
) -> Result<Opened, OpenError> {
    let io = |source| OpenError::Io {
        source,
        path: path.to_owned(),
    };
    let bytes = storage.disk.read(path, MOST_PROJECT_BYTES).map_err(io)?;
    let mut outcome = parse(path, &bytes, progress);
    // A large file and all texts need not be in memory together.
    drop(bytes);
    match &mut outcome {
        Ok(opened) => complete(storage, path, opened, progress)?,
        Err(OpenError::Damaged {
            salvage: Some(salvage),
            ..
        }) => complete(storage, path, salvage, progress)?,
        Err(_) => {}
    }
    if progress.is_cancelled() {
        Err(OpenError::Cancelled)
    } else {
        outcome
    }
}

/// Adds what does not stand in the file: the edits that only the journal holds, and the texts.
fn complete(
    storage: &Storage,
    path: &Path,
    opened: &mut Opened,
    progress: &Progress,
) -> Result<(), OpenError> {
    let sha256 = opened.file_sha256.clone().unwrap_or_default();
    opened.recovery = recover(storage, path, &mut opened.project, &sha256)?;
    add_texts(path, opened, progress);
    Ok(())
}

/// Reads a project file alone, without its journal and the texts of its documents.
///
/// # Errors
/// As [`open_project`].
pub fn read_project(path: &Path) -> Result<Opened, OpenError> {
    let io = |source| OpenError::Io {
        source,
        path: path.to_owned(),
    };
    let bytes = read_regular(path, MOST_PROJECT_BYTES).map_err(io)?;
    parse(path, &bytes, &Progress::default())
}

pub(super) fn parse(path: &Path, bytes: &[u8], progress: &Progress) -> Result<Opened, OpenError> {
    let words = words_of(path, bytes)?;
    check_version(path, words)?;
    let (sha256, read) = rayon::join(|| sha256_of(bytes), || read_whole(words, progress));
    if progress.is_cancelled() {
        return Err(OpenError::Cancelled);
    }
    let mut read = match read {
        Ok(read) => read,
        Err(error) => {
            let salvage = salvage(words).map(|mut opened| {
                opened.in_file = opened.project.clone();
                opened.file_sha256 = Some(sha256.clone());
                Box::new(opened)
            });
            let (line, column) = (error.span.start.line, error.span.start.col);
            let words = match cut_in_line(words) {
                Some(last) => {
                    format!("the file breaks off in line {last}; what followed is lost")
                }
                None => explain(words, line, &error.code.to_string()),
            };
            return Err(OpenError::Damaged {
                line,
                column,
                words,
                path: path.to_owned(),
                salvage,
            });
        }
    };
    read.in_file = read.project.clone();
    read.file_sha256 = Some(sha256);
    Ok(read)
}

/// The project of a sound file.
fn read_whole(words: &str, progress: &Progress) -> Result<Opened, SpannedError> {
    let (head, lists) = match read_by_line(words, progress) {
        Some(read) => read,
        None if progress.is_cancelled() => return Ok(Opened::default()),
        None => parted(ron::from_str(words)?),
    };
    Ok(opened(words, head, lists))
}

/// The line in which a file ends too early. A whole one ends with a line that closes it.
fn cut_in_line(words: &str) -> Option<usize> {
    let words = words.trim_end();
    let is_whole = words.lines().next_back().is_some_and(|line| line == ")");
    (!is_whole).then(|| words.lines().count())
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
pub(super) fn words_of<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, OpenError> {
    let refused = |words: &str| {
        Err(OpenError::NotAProject {
            words: words.to_owned(),
            path: path.to_owned(),
        })
    };
    if bytes.is_empty() {
        return Err(OpenError::Empty {
            path: path.to_owned(),
        });
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
pub(super) fn check_version(path: &Path, words: &str) -> Result<(), OpenError> {
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

/// Reads line by line what does not read as a whole. `None` if there are no lists of entries.
fn salvage(words: &str) -> Option<Opened> {
    let first_list = LISTS
        .iter()
        .filter_map(|list| words.find(&format!("\n  {list}: [")))
        .min()?;
    let mut unreadable = Vec::new();
    let head = salvage_head(words.get(..first_list)?, &mut unreadable);
    let mut parsed = file::Project {
        version: head.version,
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
    let (head, lists) = parted(parsed);
    let mut opened = opened(words, head, lists);
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

/// The head, or what of it stands before the codebook with the usual codebook in place of the one that does not read:
/// annotations are worth more than the description of their tags.
fn salvage_head(head: &str, unreadable: &mut Vec<UnreadableEntry>) -> file::Head {
    let error = match ron::from_str(&format!("{head})")) {
        Ok(head) => return head,
        Err(error) => error,
    };
    let line_number = error.span.start.line;
    let line = head.lines().nth(line_number.saturating_sub(1));
    unreadable.push(UnreadableEntry {
        line_number,
        entry: line.unwrap_or_default().to_owned(),
        problem: format!(
            "{}; the usual codebook stands in the place of this one",
            error.code
        ),
    });
    let before = head.find("\n  codebook: ").and_then(|end| head.get(..end));
    let before = before.and_then(|before| ron::from_str(&format!("{before})")).ok());
    let before: file::Head = before.unwrap_or_default();
    file::Head {
        codebook: (&default_codebook()).into(),
        ..before
    }
}

fn read_entry<'a, T: Deserialize<'a>>(entry: &'a str, entries: &mut Vec<T>) -> Result<(), String> {
    entries.push(ron::from_str(entry).map_err(|error| error.code.to_string())?);
    Ok(())
}

/// Reads the texts on all cores and checks the project against them.
pub(super) fn add_texts(path: &Path, opened: &mut Opened, progress: &Progress) {
    let project = &opened.project;
    let documents: Vec<Arc<Document>> = project.documents.values().cloned().collect();
    progress.expect(documents.len());
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut read = Vec::new();
        while let Some(document) = documents.get(next.fetch_add(1, Ordering::Relaxed)) {
            if progress.is_cancelled() {
                break;
            }
            read.push((document, read_labelled(path, project, document)));
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
    let mut errors = Vec::new();
    let mut on_disk = Texts::new();
    for (document, outcome) in read {
        match outcome {
            Ok(Labelled { text, changed }) => {
                let now = changed.as_ref().map_or(&text, |changed| &changed.now.text);
                on_disk.insert(document.id.clone(), now.clone());
                if changed.is_some() {
                    errors.push(Finding::of_document(&document.id, FindingKind::TextChanged));
                }
                opened.changed.extend(changed);
                opened.texts.insert(document.id.clone(), text);
            }
            Err(error) => {
                let kind = FindingKind::TextUnreadable {
                    problem: error.to_string(),
                };
                errors.push(Finding::of_document(&document.id, kind));
            }
        }
    }
    let (checked, misplaced) = rayon::join(
        || query::errors(&opened.project, &on_disk),
        || query::misplaced(&opened.project, &opened.texts),
    );
    errors.extend(checked);
    errors.sort();
    opened.errors = errors;
    opened.misplaced = misplaced;
    // The threads come back in no order.
    opened
        .changed
        .sort_by(|a, b| a.document_id.cmp(&b.document_id));
}
