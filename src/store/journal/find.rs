//! Which journals belong to a project, and what they bring back.
//!
//! Journals lie in the person's own folder, not beside the project: on a local disk that flushes truly, never in
//! a folder that is uploaded with each edit. Only where that folder cannot be written they lie beside. A second
//! program on the same project gets a journal of its own.

use std::io;
use std::path::{Path, PathBuf};

use super::log::Log;
use crate::edit::{History, OpenProject, Step};
use crate::model::Project;
use crate::store::disk::{Disk, sha256_of};
use crate::store::folders::Storage;
use crate::store::read::OpenError;

/// How many programs can work on one project at the same time, each with a journal of its own.
const MOST_PROGRAMS: u32 = 8;
/// A larger file is no journal of ours.
const MOST_JOURNAL_BYTES: u64 = 2_000_000_000;
const ENDING: &str = ".journal";

/// What the journals of a project held when it was opened.
#[derive(Debug, Clone, Default)]
pub struct Recovery {
    /// What can be undone and done again.
    pub history: History,
    /// The revision that the project file holds.
    pub file_revision: u64,
    /// Steps that the file does not hold yet and that are part of the project again.
    pub brought_back: usize,
    /// Journals with edits for another version of the file than the one that is there.
    pub unfit: Vec<UnfitJournal>,
    /// Journals of which a part does not read: it is damaged, or a newer program wrote it. It is kept.
    pub damaged: Vec<PathBuf>,
    /// Edits that were made before the project was moved or copied here, and never saved.
    pub elsewhere: Option<JournalElsewhere>,
    /// The journal to go on with.
    pub(super) found: Option<FoundJournal>,
}

/// A journal with edits that were never saved, for another version of the project file: somebody has changed the
/// file since. It is kept until they are dealt with.
#[derive(Debug, Clone, PartialEq)]
pub struct UnfitJournal {
    /// The journal.
    pub path: PathBuf,
    /// The hash of the file that the edits follow on.
    pub base_sha256: Option<String>,
    /// The edits.
    pub steps: Vec<Step>,
}

/// The journal of the same file at another place.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalElsewhere {
    /// Where the project was.
    pub project: String,
    /// What was never saved there.
    pub steps: Vec<Step>,
}

impl UnfitJournal {
    /// Takes the journal away, once its edits are part of a project that was saved.
    pub fn forget(&self, storage: &Storage) {
        if let Err(error) = storage.disk.remove(&self.path) {
            log::warn!("{}: {error}", self.path.display());
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct FoundJournal {
    pub path: PathBuf,
    pub log: Log,
    pub whole_bytes: u64,
    pub all_bytes: u64,
    /// Whether more is unreadable than a last record that was not written to its end.
    pub is_damaged: bool,
}

impl Recovery {
    /// What the person is to be told, a sentence each.
    pub fn notices(&self) -> Vec<String> {
        let brought_back = (self.brought_back > 0).then(|| {
            let steps = counted(self.brought_back);
            format!("brought back {steps} that had not been saved")
        });
        let unfit = self.unfit.iter().map(|journal| {
            let (steps, path) = (counted(journal.steps.len()), journal.path.display());
            format!(
                "the project file was changed by another program while {steps} had not been saved; kept in {path}"
            )
        });
        let damaged = self.damaged.iter().map(|path| {
            let path = path.display();
            format!("a part of the journal cannot be read, and may hold edits that are not shown; kept in {path}")
        });
        let elsewhere = self.elsewhere.iter().map(|elsewhere| {
            let (steps, project) = (counted(elsewhere.steps.len()), &elsewhere.project);
            format!("left out {steps} that were made at {project} and never saved there")
        });
        brought_back
            .into_iter()
            .chain(unfit)
            .chain(damaged)
            .chain(elsewhere)
            .collect()
    }
}

fn counted(steps: usize) -> String {
    match steps {
        1 => "one edit".to_owned(),
        steps => format!("{steps} edits"),
    }
}

/// Looks for the journals of a project just read, and brings it to where they say it was. Writes nothing.
///
/// # Errors
/// If a journal cannot be read: to go on without the edits in it would be to lose them.
pub fn recover(
    storage: &Storage,
    project_file: &Path,
    project: &mut Project,
    file_sha256: &str,
) -> Result<Recovery, OpenError> {
    let mut recovery = Recovery::default();
    let mut found = Vec::new();
    for path in places(storage, project_file) {
        let journal = read_journal(&*storage.disk, &path);
        found.extend(journal.map_err(|source| OpenError::Journal { source, path })?);
    }
    if found.is_empty() {
        recovery.elsewhere = find_elsewhere(storage, file_sha256);
        return Ok(recovery);
    }
    let damaged = found.iter().filter(|found| found.is_damaged);
    recovery.damaged = damaged.map(|found| found.path.clone()).collect();
    // After a failure the journal was written anew at another place: the one that goes furthest is meant.
    found.sort_by_key(|found| {
        let is_known = found.log.revision_of(file_sha256).is_some();
        std::cmp::Reverse((is_known, found.log.last_revision()))
    });
    for found in found {
        let went_on = recovery.found.as_ref();
        match (went_on, found.log.revision_of(file_sha256)) {
            (None, Some(revision)) => {
                go_on(&mut recovery, project, found, revision, file_sha256);
            }
            (Some(ours), _) if found.log.is_part_of(&ours.log) => {}
            _ => recovery.unfit.extend(unfit(&found)),
        }
    }
    Ok(recovery)
}

/// Where journals of a project may lie, the best place first.
pub(super) fn places(storage: &Storage, project_file: &Path) -> Vec<PathBuf> {
    let full = storage.disk.resolve(project_file);
    let full = full.unwrap_or_else(|_| project_file.to_owned());
    let name = full.file_name().unwrap_or_default().to_string_lossy();
    let hash = sha256_of(full.as_os_str().as_encoded_bytes());
    let short = hash.get(..16).unwrap_or(&hash);
    let numbered = |number| match number {
        1 => format!("{name}-{short}{ENDING}"),
        number => format!("{name}-{short}-{number}{ENDING}"),
    };
    let folder = storage.journal_folder();
    let own = folder.map(|folder| (1..=MOST_PROGRAMS).map(move |n| folder.join(numbered(n))));
    let beside = full.with_file_name(format!(".{name}{ENDING}"));
    own.into_iter().flatten().chain([beside]).collect()
}

/// Whether a journal of ours stands there of which nothing is needed any more.
pub(super) fn is_spent(disk: &dyn Disk, path: &Path) -> bool {
    matches!(read_journal(disk, path), Ok(Some(found))
        if found.whole_bytes == found.all_bytes && found.log.has_steps() && unfit(&found).is_none())
}

/// A journal of any project.
pub struct AnyJournal {
    /// Where its project is or was.
    pub project: PathBuf,
    /// What was never saved.
    pub unsaved: Option<UnfitJournal>,
    /// Whether all of it reads.
    pub is_whole: bool,
}

/// The journals of all projects that lie in the person's own folder.
pub fn journals_of_all(storage: &Storage) -> Vec<PathBuf> {
    let folder = storage.journal_folder();
    let paths = folder.and_then(|folder| storage.disk.list(&folder).ok());
    let mut paths = paths.unwrap_or_default();
    paths.retain(|path| path.to_string_lossy().ends_with(ENDING));
    paths
}

/// Reads a journal of any project. `None` if a program is writing it, or not even its head reads.
pub fn journal_at(disk: &dyn Disk, path: &Path) -> Option<AnyJournal> {
    let found = read_journal(disk, path).ok().flatten()?;
    let unsaved = unfit(&found);
    (!found.log.project.is_empty()).then_some(AnyJournal {
        project: PathBuf::from(found.log.project),
        unsaved,
        is_whole: found.whole_bytes == found.all_bytes,
    })
}

/// A journal that no running program writes; `None` if there is none.
fn read_journal(disk: &dyn Disk, path: &Path) -> io::Result<Option<FoundJournal>> {
    if !disk.is_taken(path)? {
        return Ok(None);
    }
    let is_in_use = matches!(
        disk.open_to_append(path).map(|file| file.lock()),
        Ok(Ok(false))
    );
    if is_in_use {
        return Ok(None);
    }
    let bytes = disk.read(path, MOST_JOURNAL_BYTES)?;
    let (log, whole_bytes) = Log::read(&bytes);
    let rest = bytes.get(whole_bytes..).unwrap_or_default();
    Ok(Some(FoundJournal {
        path: path.to_owned(),
        log: log.unwrap_or_default(),
        whole_bytes: whole_bytes as u64,
        all_bytes: bytes.len() as u64,
        is_damaged: rest.contains(&b'\n'),
    }))
}

/// Whether a journal names a file of this hash at all. Journals of all projects are looked at when one is opened;
/// looking for the hash takes a hundredth of the time that reading their edits takes.
fn names_file(disk: &dyn Disk, path: &Path, file_sha256: &str) -> bool {
    let bytes = disk.read(path, MOST_JOURNAL_BYTES).unwrap_or_default();
    memchr::memmem::find(&bytes, file_sha256.as_bytes()).is_some()
}

fn go_on(
    recovery: &mut Recovery,
    project: &mut Project,
    found: FoundJournal,
    revision: u64,
    file_sha256: &str,
) {
    let mut open = OpenProject::new(project.clone());
    let lead = found.log.lead_from(file_sha256);
    let outcome = lead.map_or(Ok(()), |edit| open.run(edit.clone()));
    let is_led = lead.is_some();
    let mut open = OpenProject::resume(open.project().clone(), found.log.history_at(revision));
    let mut steps = found.log.steps_after(revision);
    let outcome = outcome.and_then(|()| steps.try_for_each(|step| open.follow(step.clone())));
    if let Err(refusal) = outcome {
        // It named the file and then did not follow from it, which our own journals never do.
        log::error!("{}: {refusal}", found.path.display());
        drop(steps);
        return recovery.unfit.extend(unfit(&found));
    }
    drop(steps);
    recovery.brought_back = open.take_steps().len() + usize::from(is_led);
    *project = open.project().clone();
    recovery.history = open.history().clone();
    recovery.file_revision = revision - u64::from(is_led && revision > 0);
    recovery.found = Some(found);
}

/// Nothing if all of it was saved once: it is then of no use for another file.
fn unfit(found: &FoundJournal) -> Option<UnfitJournal> {
    let (revision, base) = match found.log.last_saved() {
        Some((revision, hash)) => (revision, Some(hash.to_owned())),
        None => (0, None),
    };
    let steps: Vec<Step> = found.log.steps_after(revision).cloned().collect();
    (!steps.is_empty()).then_some(UnfitJournal {
        path: found.path.clone(),
        base_sha256: base,
        steps,
    })
}

/// The journal of another place that knows this very file and has gone on from it. Only if the project is no longer
/// there: where it was copied, the edits come back with the original.
fn find_elsewhere(storage: &Storage, file_sha256: &str) -> Option<JournalElsewhere> {
    let journals = journals_of_all(storage);
    journals
        .iter()
        .filter(|path| names_file(&*storage.disk, path, file_sha256))
        .filter_map(|path| read_journal(&*storage.disk, path).ok().flatten())
        .filter(|found| {
            let project = storage.disk.is_taken(Path::new(&found.log.project));
            matches!(project, Ok(false))
        })
        .find_map(|found| {
            let revision = found.log.revision_of(file_sha256)?;
            let steps: Vec<Step> = found.log.steps_after(revision).cloned().collect();
            (!steps.is_empty()).then_some(JournalElsewhere {
                project: found.log.project,
                steps,
            })
        })
}
