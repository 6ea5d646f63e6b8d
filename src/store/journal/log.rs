//! What stands in a journal: one record a line, each with a checksum, so that the longest whole beginning can
//! always be read.
//!
//! `crc revision kind payload`. A step says how the project came to this revision. `saving` stands before a
//! project file of this hash is put in place, `saved` after it is there; both say that the file holds everything
//! up to the revision. So the hash of the project file tells from which step on the file is behind, the file
//! itself needs no counter, and a file that neither of them names was changed by somebody else.

use std::fmt::Write;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::edit_words::{edit_from_str, edit_to_string};
use crate::edit::{Edit, History, Step};
use crate::store::entries::Names;

/// The version of the journal's format that this program writes.
const VERSION: u32 = 1;
/// How many edits a trimmed journal keeps for undo …
const MOST_KEPT_EDITS: usize = 1_000;
/// … and how many bytes they may take together; the last edit is kept in any case.
const MOST_KEPT_BYTES: usize = 2_000_000;

/// The records of a journal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Log {
    /// The project file, for people and for finding a journal after the project was moved.
    pub project: String,
    /// In the order in which they were written, each with its revision.
    pub records: Vec<(u64, Record)>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// How the project came to this revision.
    Step(Step),
    /// A file of this hash, which holds this revision, is about to be put in place.
    Saving(String),
    /// It is in place.
    Saved(String),
    /// Somebody else has put a file of this hash in place. What is in it was merged with what is here: the edit leads
    /// from the file to this revision.
    Merged(String, Edit),
}

#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    project: String,
}

impl Log {
    /// A log of a project that is at this revision in a file of this hash, with what can be undone.
    pub fn begin(project: &str, history: &History, file_sha256: Option<&str>) -> Self {
        let mut log = Self {
            project: project.to_owned(),
            records: kept_steps(history),
        };
        if let Some(hash) = file_sha256 {
            let saved = Record::Saved(hash.to_owned());
            log.records.push((history.revision, saved));
        }
        log
    }

    /// The longest whole beginning, and how many bytes it takes. `None` if not even the head is whole.
    pub fn read(bytes: &[u8]) -> (Option<Self>, usize) {
        let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
        let mut names = Names::default();
        let Some((head, project)) = lines.next().and_then(|line| Some((line, read_head(line)?)))
        else {
            return (None, 0);
        };
        let mut log = Self {
            project,
            records: Vec::new(),
        };
        let mut whole_bytes = head.len();
        for line in lines {
            let Some(record) = read_record(line, &mut names) else {
                break;
            };
            log.records.push(record);
            whole_bytes += line.len();
        }
        (Some(log), whole_bytes)
    }

    /// The words of the whole journal.
    pub fn words(&self) -> String {
        let head = Head {
            version: VERSION,
            project: self.project.clone(),
        };
        let mut words = String::new();
        let payload = ron::to_string(&head).unwrap_or_default();
        write_line(&mut words, 0, "journal", &payload);
        words.push_str(&self.words_from(0));
        words
    }

    /// The words of the records from one on.
    pub fn words_from(&self, index: usize) -> String {
        let mut words = String::new();
        for (revision, record) in self.records.iter().skip(index) {
            match record {
                Record::Step(Step::Run(edit)) => {
                    write_line(&mut words, *revision, "run", &edit_to_string(edit));
                }
                Record::Step(Step::Undo) => write_line(&mut words, *revision, "undo", ""),
                Record::Step(Step::Redo) => write_line(&mut words, *revision, "redo", ""),
                Record::Saving(hash) => write_line(&mut words, *revision, "saving", hash),
                Record::Saved(hash) => write_line(&mut words, *revision, "saved", hash),
                Record::Merged(hash, edit) => {
                    let payload = format!("{hash} {}", edit_to_string(edit));
                    write_line(&mut words, *revision, "merged", &payload);
                }
            }
        }
        words
    }

    /// The revision that a file of this hash holds. `None` if the journal does not know it as the file that
    /// was saved last, or was about to be saved after that.
    pub fn revision_of(&self, file_sha256: &str) -> Option<u64> {
        self.mark_of(file_sha256).map(|(revision, _)| *revision)
    }

    /// The record by which a file of this hash is known.
    pub fn mark_of(&self, file_sha256: &str) -> Option<&(u64, Record)> {
        for mark in self.records.iter().rev() {
            match &mark.1 {
                Record::Saving(hash) | Record::Saved(hash) | Record::Merged(hash, _)
                    if hash == file_sha256 =>
                {
                    return Some(mark);
                }
                Record::Saved(_) | Record::Merged(..) => return None,
                _ => {}
            }
        }
        None
    }

    /// What leads from a file of this hash to its revision, where it does not hold the revision itself.
    pub fn lead_from(&self, file_sha256: &str) -> Option<&Edit> {
        match self.mark_of(file_sha256)? {
            (_, Record::Merged(_, edit)) => Some(edit),
            _ => None,
        }
    }

    /// The revision and hash of the file that was certainly saved last.
    pub fn last_saved(&self) -> Option<(u64, &str)> {
        let mut records = self.records.iter().rev();
        records.find_map(|(revision, record)| match record {
            Record::Saved(hash) => Some((*revision, hash.as_str())),
            _ => None,
        })
    }

    /// The steps that lead on from a revision.
    pub fn steps_after(&self, revision: u64) -> impl Iterator<Item = &Step> {
        let steps = self.records.iter().filter_map(step_of);
        steps
            .filter(move |(at, _)| *at > revision)
            .map(|(_, step)| step)
    }

    /// What could be undone at a revision.
    pub fn history_at(&self, revision: u64) -> History {
        let mut history = History::default();
        let steps = self.records.iter().filter_map(step_of);
        for (_, step) in steps.take_while(|(at, _)| *at <= revision) {
            history.follow(step.clone());
        }
        history.revision = revision;
        history
    }

    /// The revision of the last step.
    pub fn last_revision(&self) -> u64 {
        let mut steps = self.records.iter().rev().filter_map(step_of);
        steps.next().map_or(0, |(revision, _)| revision)
    }

    /// Whether another log has gone on from where this one ends.
    pub fn is_part_of(&self, other: &Self) -> bool {
        let mut steps = self.records.iter().rev();
        let last = steps.find(|record| step_of(record).is_some());
        last.is_none_or(|last| other.records.contains(last))
    }

    /// The same steps for a file at another place.
    pub fn of_other(&self, project: &str) -> Self {
        let steps = self.records.iter();
        Self {
            project: project.to_owned(),
            records: steps.filter(|it| step_of(it).is_some()).cloned().collect(),
        }
    }

    /// Whether there is anything worth a file.
    pub fn has_steps(&self) -> bool {
        self.records.iter().any(|record| step_of(record).is_some())
    }

    /// Without the oldest edits, where they are many. What the file does not hold yet stays.
    pub fn trimmed(&self) -> Self {
        let Some((saved_at, hash)) = self.last_saved() else {
            return self.clone();
        };
        let mut log = Self::begin(&self.project, &self.history_at(saved_at), Some(hash));
        let steps = self
            .records
            .iter()
            .filter(|record| step_of(record).is_some());
        log.records
            .extend(steps.filter(|(at, _)| *at > saved_at).cloned());
        log
    }

    /// Without the steps that a file of this hash does not hold: the person does not want them.
    pub fn without_unsaved(&self, file_sha256: &str) -> Self {
        let Some((revision, mark)) = self.mark_of(file_sha256) else {
            return self.clone();
        };
        let history = match mark {
            Record::Merged(..) => History::default(),
            _ => self.history_at(*revision),
        };
        Self::begin(&self.project, &history, Some(file_sha256))
    }
}

fn step_of((revision, record): &(u64, Record)) -> Option<(u64, &Step)> {
    match record {
        Record::Step(step) => Some((*revision, step)),
        _ => None,
    }
}

/// Steps that lead to this history, for as many of the last edits as may be kept.
fn kept_steps(history: &History) -> Vec<(u64, Record)> {
    let History {
        done,
        undone,
        revision,
    } = history;
    let mut room = MOST_KEPT_BYTES;
    let fits = |(index, edit): &(usize, &Arc<Edit>)| {
        let size = edit_to_string(edit).len();
        let is_kept = *index == 0 || (*index < MOST_KEPT_EDITS && size <= room);
        room = room.saturating_sub(size);
        is_kept
    };
    // The edits nearest to now come first: what could be redone next, then what could be undone next.
    let nearest_first = done.iter().rev().enumerate();
    let mut kept: Vec<_> = nearest_first
        .take_while(fits)
        .map(|(_, edit)| edit)
        .collect();
    kept.reverse();
    // What was taken back was done last, and is taken back again.
    let ran = kept.into_iter().chain(undone.iter().rev());
    let mut steps: Vec<Step> = ran.cloned().map(Step::Run).collect();
    steps.extend(undone.iter().map(|_| Step::Undo));
    let first = (revision + 1).saturating_sub(steps.len() as u64);
    (first..).zip(steps.into_iter().map(Record::Step)).collect()
}

fn write_line(words: &mut String, revision: u64, kind: &str, payload: &str) {
    let body = format!("{revision} {kind} {payload}");
    let _ = writeln!(words, "{:08x} {body}", crc32fast::hash(body.as_bytes()));
}

/// Revision, kind and payload of a whole line.
fn read_line(line: &[u8]) -> Option<(u64, &str, &str)> {
    let line = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let (crc, body) = line.split_once(' ')?;
    if crc != format!("{:08x}", crc32fast::hash(body.as_bytes())) {
        return None;
    }
    let mut parts = body.splitn(3, ' ');
    let revision = parts.next()?.parse().ok()?;
    Some((revision, parts.next()?, parts.next()?))
}

fn read_head(line: &[u8]) -> Option<String> {
    let (_, kind, payload) = read_line(line)?;
    let head: Head = (kind == "journal")
        .then(|| ron::from_str(payload).ok())
        .flatten()?;
    (head.version == VERSION).then_some(head.project)
}

fn read_record(line: &[u8], names: &mut Names) -> Option<(u64, Record)> {
    let (revision, kind, payload) = read_line(line)?;
    let record = match kind {
        "run" => Record::Step(Step::Run(edit_from_str(payload, names).ok()?.into())),
        "undo" => Record::Step(Step::Undo),
        "redo" => Record::Step(Step::Redo),
        "saving" => Record::Saving(payload.to_owned()),
        "saved" => Record::Saved(payload.to_owned()),
        "merged" => {
            let (hash, edit) = payload.split_once(' ')?;
            Record::Merged(hash.to_owned(), edit_from_str(edit, names).ok()?)
        }
        _ => return None,
    };
    Some((revision, record))
}
