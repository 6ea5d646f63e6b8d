//! Which entry of a project file stands on which line.

use std::collections::BTreeMap;
use std::path::Path;

use super::disk::read_regular;
use super::read::MOST_PROJECT_BYTES;
use crate::query::Subject;

/// The lists of the file, in order.
pub(super) const LISTS: [&str; 6] = [
    "annotators",
    "documents",
    "regions",
    "annotations",
    "links",
    "claims",
];

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
            let id = written_id(line);
            if let Some(id) = id.and_then(|id| ron::from_str::<String>(id).ok()) {
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

/// The id of an entry as it is written at the beginning of its line, with its quotes.
pub(super) fn written_id(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("(id: ")?;
    let mut is_escaped = false;
    let ends = |c: char| {
        let ends = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    };
    let end = rest.strip_prefix('"')?.find(ends)?;
    rest.get(..end + 2)
}

/// The lines of the lists, each with its list and number. What stands behind the `[` of a list, where a whole file
/// has nothing, is a line of the list too, so that nothing is passed over in a damaged one.
pub(super) fn entries_by_line(words: &str) -> impl Iterator<Item = (&'static str, usize, &str)> {
    let mut list = "";
    words.lines().enumerate().filter_map(move |(index, line)| {
        let begun = LISTS.into_iter().find_map(|name| {
            let rest = line.trim().strip_prefix(name)?.strip_prefix(": [")?;
            Some((name, rest))
        });
        let entry = match begun {
            Some((name, rest)) => {
                list = name;
                rest
            }
            None => line,
        };
        let is_empty_head = begun.is_some() && entry.is_empty();
        (!list.is_empty() && !is_empty_head).then_some((list, index + 1, entry))
    })
}
