//! Reads a project file line by line, on all cores.
//!
//! The program gives every entry a line of its own, so that each can be read by itself, and becomes an entry of the
//! model at once: what a file with a million annotations says need not be in memory twice. A file that somebody has
//! laid out in another way is read as a whole instead, as is one with anything wrong in it, since only then the place
//! is known.

use memchr::memmem;
use rayon::prelude::*;
use serde::Deserialize;

use super::entries::Names;
use super::entry_lines::LISTS;
use super::reading::{Lists, read_annotation, read_claim, read_link, read_region};
use super::{Progress, file};

/// So many bytes are read before the progress is told, and before it is asked whether to go on.
const PART_BYTES: usize = 64 * 1024;

/// What the file says. `None` if it is laid out in another way, something is wrong with it, or the person gave up.
pub(super) fn read_by_line(words: &str, progress: &Progress) -> Option<(file::Head, Lists)> {
    let (head, lists) = split(words)?;
    let head = ron::from_str(&format!("{head})")).ok()?;
    let [annotators, documents, regions, annotations, links, claims] = lists;
    // First the names that the other entries share with these.
    let mut names = Names::default();
    let annotators = each(
        annotators,
        &names,
        |_, entry: file::Annotator| entry,
        progress,
    )?;
    let documents = each(
        documents,
        &names,
        |_, entry: file::Document| entry,
        progress,
    )?;
    let steps = [regions, annotations, links, claims].map(|list| parts(list).count());
    progress.expect(steps.iter().sum::<usize>() + documents.len());
    let annotators = annotators.into_iter();
    let documents = documents.into_iter();
    let lists = Lists {
        annotators: annotators.map(|entry| names.annotator(entry)).collect(),
        documents: documents.map(|entry| names.document(entry)).collect(),
        regions: each(regions, &names, read_region, progress)?,
        annotations: each(annotations, &names, read_annotation, progress)?,
        links: each(links, &names, read_link, progress)?,
        claims: each(claims, &names, read_claim, progress)?,
    };
    Some((head, lists))
}

/// Whether a file that the program has laid out reads as a whole; nothing of it is kept.
pub(super) fn is_readable_by_line(words: &str, progress: &Progress) -> bool {
    let Some((head, lists)) = split(words) else {
        return false;
    };
    let [annotators, documents, regions, annotations, links, claims] = lists;
    ron::from_str::<file::Head>(&format!("{head})")).is_ok()
        && is_readable::<file::Annotator>(annotators, progress)
        && is_readable::<file::Document>(documents, progress)
        && is_readable::<file::Region>(regions, progress)
        && is_readable::<file::Annotation>(annotations, progress)
        && is_readable::<file::Link>(links, progress)
        && is_readable::<file::Claim>(claims, progress)
}

fn is_readable<'a, F: Deserialize<'a>>(list: &'a str, progress: &Progress) -> bool {
    each(list, &Names::default(), |_, _: F| (), progress).is_some()
}

/// The head, and the lines of each list.
fn split(words: &str) -> Option<(&str, [&str; LISTS.len()])> {
    let mut rest = words.strip_suffix("  ],\n)\n")?;
    let mut before = [""; LISTS.len()];
    for (index, name) in LISTS.into_iter().enumerate() {
        let opening = match index {
            0 => format!("\n  {name}: [\n"),
            _ => format!("  ],\n  {name}: [\n"),
        };
        let at = memmem::find(rest.as_bytes(), opening.as_bytes())?;
        *before.get_mut(index)? = rest.get(..at)?;
        rest = rest.get(at + opening.len()..)?;
    }
    let [head, lists @ ..] = before;
    let [annotators, documents, regions, annotations, links] = lists;
    Some((
        head,
        [annotators, documents, regions, annotations, links, rest],
    ))
}

/// The entries of a list, each turned into something else as soon as it is read.
fn each<'a, F: Deserialize<'a>, T: Send>(
    list: &'a str,
    names: &Names,
    read: impl Fn(&mut Names, F) -> T + Sync,
    progress: &Progress,
) -> Option<Vec<T>> {
    let parts: Vec<&str> = parts(list).collect();
    let read_part = |part: &&'a str| {
        if progress.is_cancelled() {
            return None;
        }
        let mut names = names.clone();
        let entries = part.lines().map(|line| {
            let entry = line.strip_prefix("    ")?.strip_suffix(',')?;
            Some(read(&mut names, ron::from_str(entry).ok()?))
        });
        let entries = entries.collect::<Option<Vec<T>>>();
        progress.step();
        entries
    };
    let parts = parts
        .par_iter()
        .map(read_part)
        .collect::<Option<Vec<_>>>()?;
    Some(parts.into_iter().flatten().collect())
}

/// A list in pieces of whole lines.
fn parts(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = list;
    std::iter::from_fn(move || {
        let from = rest.floor_char_boundary(PART_BYTES);
        let line_end = memchr::memchr(b'\n', rest.as_bytes().get(from..)?);
        let end = line_end.map_or(rest.len(), |line_end| from + line_end + 1);
        let (part, behind) = rest.split_at_checked(end)?;
        rest = behind;
        (!part.is_empty()).then_some(part)
    })
}
