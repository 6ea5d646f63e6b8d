//! From the entries of the file to the project, keeping aside what cannot be.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use super::entries::Names;
use super::entry_lines::{entries_by_line, written_id};
use super::file;
use super::read::{Opened, UnreadableEntry};
use crate::model::{Annotation, Annotator, Claim, Document, Link, Region};

/// The lists of a file, as entries of the model.
pub(super) struct Lists {
    pub annotators: Vec<Annotator>,
    pub documents: Vec<Document>,
    pub regions: Vec<Read<Region>>,
    pub annotations: Vec<Read<Annotation>>,
    pub links: Vec<Read<Link>>,
    pub claims: Vec<Read<Claim>>,
}

/// An entry that was read, or what is wrong with it.
pub(super) type Read<T> = Result<Arc<T>, Box<Unfit>>;

/// An entry that cannot be.
pub(super) struct Unfit {
    id: String,
    problem: String,
}

pub(super) fn read_annotation(names: &mut Names, entry: file::Annotation<'_>) -> Read<Annotation> {
    let id = entry.id.clone();
    checked(&id, names.annotation(entry))
}

pub(super) fn read_region(names: &mut Names, entry: file::Region) -> Read<Region> {
    let id = entry.id.clone();
    checked(&id, names.region(entry))
}

pub(super) fn read_link(names: &mut Names, entry: file::Link) -> Read<Link> {
    let id = entry.id.clone();
    checked(&id, names.link(entry))
}

pub(super) fn read_claim(names: &mut Names, entry: file::Claim) -> Read<Claim> {
    let id = entry.id.clone();
    checked(&id, names.claim(entry))
}

fn checked<T>(id: &str, outcome: Result<T, String>) -> Read<T> {
    outcome.map(Arc::new).map_err(|problem| {
        let id = id.to_owned();
        Box::new(Unfit { id, problem })
    })
}

/// The head and the lists of a file that was read as a whole.
pub(super) fn parted(parsed: file::Project<'_>) -> (file::Head, Lists) {
    let file::Project {
        version,
        name,
        settings,
        codebook,
        annotators,
        documents,
        regions,
        annotations,
        links,
        claims,
    } = parsed;
    let head = file::Head {
        version,
        name,
        settings,
        codebook,
    };
    let names = &mut Names::default();
    let lists = Lists {
        annotators: each(annotators, |entry| names.annotator(entry)),
        documents: each(documents, |entry| names.document(entry)),
        regions: each(regions, |entry| read_region(names, entry)),
        annotations: each(annotations, |entry| read_annotation(names, entry)),
        links: each(links, |entry| read_link(names, entry)),
        claims: each(claims, |entry| read_claim(names, entry)),
    };
    (head, lists)
}

fn each<F, T>(entries: Vec<F>, read: impl FnMut(F) -> T) -> Vec<T> {
    entries.into_iter().map(read).collect()
}

/// The project that a file holds, and what could not become part of it.
pub(super) fn opened(words: &str, head: file::Head, lists: Lists) -> Opened {
    let mut opened = Opened::default();
    let project = &mut opened.project;
    project.name = head.name;
    project.settings = Arc::new(head.settings.into());
    project.codebook = Arc::new(head.codebook.into());
    let mut rejected = Rejected::default();
    for annotator in lists.annotators {
        match project.annotators.contains_key(&annotator.id) {
            true => rejected.twin("annotators", "annotator", &annotator.id),
            false => drop(
                project
                    .annotators
                    .insert(annotator.id.clone(), annotator.into()),
            ),
        }
    }
    for document in lists.documents {
        match project.documents.contains_key(&document.id) {
            true => rejected.twin("documents", "document", &document.id),
            false => drop(
                project
                    .documents
                    .insert(document.id.clone(), document.into()),
            ),
        }
    }
    for region in rejected.sound("regions", lists.regions) {
        match project.regions.get(&region.id) {
            Some(_) => rejected.twin("regions", "region", &region.id),
            None => drop(project.regions.insert(region)),
        }
    }
    let annotations = rejected.sound("annotations", lists.annotations);
    for twin in project.annotations.add_many(annotations.iter().collect()) {
        rejected.twin("annotations", "annotation", &twin.id);
    }
    for link in rejected.sound("links", lists.links) {
        match project.links.get(&link.id) {
            Some(_) => rejected.twin("links", "link", &link.id),
            None => drop(project.links.insert(link)),
        }
    }
    for claim in rejected.sound("claims", lists.claims) {
        match project.claims.contains_key(&claim.id) {
            true => rejected.twin("claims", "claim", &claim.id),
            false => drop(project.claims.insert(claim.id.clone(), claim)),
        }
    }
    opened.unreadable = rejected.found_in(words);
    opened
}

/// Entries that cannot become part of the project, each with its list.
#[derive(Default)]
struct Rejected(Vec<(&'static str, Unfit)>);

impl Rejected {
    fn twin(&mut self, list: &'static str, what: &str, id: &impl Display) {
        let unfit = Unfit {
            id: id.to_string(),
            problem: format!("another {what} has this id"),
        };
        self.0.push((list, unfit));
    }

    /// The sound entries of a list; the others are kept here.
    fn sound<T>(&mut self, list: &'static str, entries: Vec<Read<T>>) -> Vec<Arc<T>> {
        let sound = entries.into_iter().filter_map(|entry| match entry {
            Ok(entry) => Some(entry),
            Err(unfit) => {
                self.0.push((list, *unfit));
                None
            }
        });
        sound.collect()
    }

    /// The lines on which they stand. Of entries with the same id the last ones are meant, since the first is in the
    /// project.
    fn found_in(self, words: &str) -> Vec<UnreadableEntry> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mark_of = |unfit: &Unfit| ron::to_string(&unfit.id).unwrap_or_default();
        let mut places: HashMap<(&str, String), Vec<(usize, &str)>> = HashMap::new();
        for (list, unfit) in &self.0 {
            places.entry((list, mark_of(unfit))).or_default();
        }
        for (list, line_number, line) in entries_by_line(words) {
            if let Some(places) =
                written_id(line).and_then(|id| places.get_mut(&(list, id.to_owned())))
            {
                places.push((line_number, line));
            }
        }
        let rejected = self.0.into_iter().map(|(list, unfit)| {
            let key = (list, mark_of(&unfit));
            let place = places.get_mut(&key).and_then(Vec::pop);
            let (line_number, entry) = match place {
                Some((line_number, line)) => (line_number, line.to_owned()),
                None => (0, format!("(id: {}", key.1)),
            };
            UnreadableEntry {
                line_number,
                entry,
                problem: unfit.problem,
            }
        });
        let mut unreadable: Vec<_> = rejected.collect();
        unreadable.sort_by_key(|entry| entry.line_number);
        unreadable
    }
}
