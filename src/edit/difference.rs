//! What leads from one project to another, as one edit.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Author, Change, Edit, Swap};
use crate::model::Project;

/// The edit that makes one project into the other. Entries that are shared are not looked at.
pub fn become_project(from: &Project, to: &Project, author: &Author, label: String) -> Edit {
    Edit {
        label,
        author: author.clone(),
        changes: changes_between(from, to),
    }
}

/// Every entry that differs, before and after.
pub fn changes_between(from: &Project, to: &Project) -> Vec<Change> {
    let mut changes = Vec::new();
    if from.name != to.name {
        changes.push(Change::Name(swap(&from.name, &to.name)));
    }
    if from.settings != to.settings {
        changes.push(Change::Settings(swap(&from.settings, &to.settings)));
    }
    if from.codebook != to.codebook {
        changes.push(Change::Codebook(swap(&from.codebook, &to.codebook)));
    }
    // Documents come before what stands in them.
    let (a, b) = (from.annotators.values(), to.annotators.values());
    compare(a, b, |entry| &entry.id, Change::Annotator, &mut changes);
    let (a, b) = (from.documents.values(), to.documents.values());
    compare(a, b, |entry| &entry.id, Change::Document, &mut changes);
    let (a, b) = (from.regions.iter(), to.regions.iter());
    compare(a, b, |entry| &entry.id, Change::Region, &mut changes);
    let (a, b) = (from.annotations.iter(), to.annotations.iter());
    compare(a, b, |entry| &entry.id, Change::Annotation, &mut changes);
    let (a, b) = (from.links.iter(), to.links.iter());
    compare(a, b, |entry| &entry.id, Change::Link, &mut changes);
    let (a, b) = (from.claims.values(), to.claims.values());
    compare(a, b, |entry| &entry.id, Change::Claim, &mut changes);
    changes
}

/// How one project differs from another, in words: what the other has more, has not, and has otherwise.
pub fn differences_in_words(from: &Project, to: &Project) -> Vec<String> {
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for change in changes_between(from, to) {
        let (kind, before, after) = match &change {
            Change::Annotation(swap) => {
                ("annotations", swap.before.is_some(), swap.after.is_some())
            }
            Change::Link(swap) => ("links", swap.before.is_some(), swap.after.is_some()),
            Change::Region(swap) => ("regions", swap.before.is_some(), swap.after.is_some()),
            Change::Claim(swap) => ("claims", swap.before.is_some(), swap.after.is_some()),
            Change::Document(swap) => ("documents", swap.before.is_some(), swap.after.is_some()),
            Change::Annotator(swap) => ("annotators", swap.before.is_some(), swap.after.is_some()),
            Change::Codebook(_) => ("the codebook", true, true),
            Change::Name(_) => ("the name", true, true),
            Change::Settings(_) => ("the settings", true, true),
        };
        let index = match (before, after) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => 2,
        };
        if let Some(count) = counts.entry(kind).or_default().get_mut(index) {
            *count += 1;
        }
    }
    let in_words = |(kind, [more, fewer, other]): (&str, [usize; 3])| {
        if kind.starts_with("the ") {
            return format!("{kind} is different");
        }
        let parts = [(more, "more"), (fewer, "fewer"), (other, "different")];
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        format!("{kind}: {}", parts.join(", "))
    };
    counts.into_iter().map(in_words).collect()
}

fn swap<T: Clone>(before: &T, after: &T) -> Swap<T> {
    Swap {
        before: before.clone(),
        after: after.clone(),
    }
}

/// Walks along both lists, which are ordered by id.
fn compare<'a, T: PartialEq + 'a, Id: Ord + 'a>(
    from: impl Iterator<Item = &'a Arc<T>>,
    to: impl Iterator<Item = &'a Arc<T>>,
    id_of: impl Fn(&T) -> &Id,
    change: impl Fn(Swap<Option<Arc<T>>>) -> Change,
    changes: &mut Vec<Change>,
) {
    let (mut from, mut to) = (from.peekable(), to.peekable());
    loop {
        let order = match (from.peek(), to.peek()) {
            (None, None) => return,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(a), Some(b)) => id_of(a).cmp(id_of(b)),
        };
        let before = order.is_le().then(|| from.next()).flatten();
        let after = order.is_ge().then(|| to.next()).flatten();
        let is_same = match (before, after) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        };
        if !is_same {
            changes.push(change(Swap {
                before: before.cloned(),
                after: after.cloned(),
            }));
        }
    }
}
