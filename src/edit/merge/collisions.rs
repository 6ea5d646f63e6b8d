//! The same id given to two things: one person worked on two machines, or two people added files of the same name.
//!
//! Before the merge, one of the two gets another id, with everything that refers to it on its side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::NextNumbers;
use super::clash::is_first;
use super::entry::Entry;
use crate::model::{Annotation, AnnotationId, Claim, Document, DocumentId, Link, Project, Region};

/// Both sides without ids that mean two things.
pub fn resolved(base: &Project, ours: &Project, theirs: &Project) -> (Project, Project) {
    let mut sides = [ours.clone(), theirs.clone()];
    let renamed = documents_in_the_way(base, &sides);
    for (side, renamed) in sides.iter_mut().zip(&renamed) {
        rename_documents(side, renamed);
    }
    let renamed = numbers_in_the_way::<Annotation>(base, &sides);
    for (side, renamed) in sides.iter_mut().zip(&renamed) {
        rename_annotations(side, renamed);
    }
    renumber::<Region>(base, &mut sides);
    renumber::<Link>(base, &mut sides);
    renumber::<Claim>(base, &mut sides);
    let [ours, theirs] = sides;
    (ours, theirs)
}

type Renamed<Id> = [BTreeMap<Id, Id>; 2];

/// An entry that shares its id with something else.
struct InTheWay<'a, T> {
    /// On which side it gives way: 0 for ours, 1 for theirs. Nothing else, so that it and `1 - side` index the two sides.
    side: usize,
    entry: &'a Arc<T>,
    /// Whether the other side still means something by the id. If not, the entry moves only to where an earlier merge
    /// has put it.
    is_id_in_use: bool,
}

/// What has an id that means something else on the other side: both added something under it, or one side deleted
/// what had it and gave the number to something new.
fn in_the_way<'a, T: Entry>(base: &'a Project, sides: &'a [Project; 2]) -> Vec<InTheWay<'a, T>> {
    let mut found = Vec::new();
    for (side, project) in sides.iter().enumerate() {
        for entry in T::all(project) {
            let other = T::find(&sides[1 - side], entry.id());
            let is_id_in_use = match (T::find(base, entry.id()), other) {
                (_, Some(other)) if entry == other => continue,
                (Some(before), _) if !is_another(&**entry, &**before) => continue,
                (Some(_), other) => other.is_some(),
                // Of two that were added, one keeps the id.
                (None, Some(other)) if !is_first(entry, other) => true,
                (None, _) => continue,
            };
            found.push(InTheWay {
                side,
                entry,
                is_id_in_use,
            });
        }
    }
    found
}

/// Whether two entries with the same id were made at different times, so that one cannot have become the other.
fn is_another<T: Entry>(a: &T, b: &T) -> bool {
    let times = a.created_at().zip(b.created_at());
    times.is_some_and(|(a, b)| a != b)
}

/// New numbers for one kind of entry. What the other side has already under another number, from an earlier merge,
/// gets that number.
fn numbers_in_the_way<T: Entry>(base: &Project, sides: &[Project; 2]) -> Renamed<T::Id> {
    let mut renamed = [BTreeMap::new(), BTreeMap::new()];
    let mut next = NextNumbers::default();
    let projects = [base, &sides[0], &sides[1]];
    let mut found = in_the_way::<T>(base, sides);
    // Whichever side comes first, the numbers are given in the same order.
    found.sort_by(|a, b| {
        let key = |found: &InTheWay<'_, T>| (found.entry.id().clone(), is_first_of(found, sides));
        key(a).cmp(&key(b))
    });
    for InTheWay {
        side,
        entry,
        is_id_in_use,
    } in found
    {
        // Only a number that means nothing else on this side, and that nothing else has been given.
        let is_twin = |other: &&Arc<T>| {
            other.is_like(entry)
                && T::find(base, other.id()).is_none()
                && T::find(&sides[side], other.id()).is_none()
                && !renamed[side].values().any(|given| given == other.id())
        };
        let twin = T::all(&sides[1 - side]).find(is_twin);
        let new = match (twin, entry.author()) {
            (Some(twin), _) => Some(Arc::clone(twin)),
            (None, Some(author)) if is_id_in_use => {
                let number = next.after::<T>(author, projects);
                entry.numbered(number).map(Arc::new)
            }
            (None, _) => None,
        };
        if let Some(new) = new {
            renamed[side].insert(entry.id().clone(), new.id().clone());
        }
    }
    renamed
}

/// For two entries of the same id: an order that does not depend on the side.
fn is_first_of<T: Entry>(found: &InTheWay<'_, T>, sides: &[Project; 2]) -> bool {
    let other = T::find(&sides[1 - found.side], found.entry.id());
    other.is_some_and(|other| is_first(found.entry, other))
}

/// Gives other numbers to entries that nothing refers to.
fn renumber<T: Entry + Removable>(base: &Project, sides: &mut [Project; 2]) {
    let renamed = numbers_in_the_way::<T>(base, sides);
    for (side, renamed) in sides.iter_mut().zip(renamed) {
        for (old, new) in renamed {
            let entry = T::find(side, &old).cloned();
            let number = T::number_of(&new);
            if let Some(moved) = entry.and_then(|entry| entry.numbered(number)) {
                T::take_out(side, &old);
                T::put(side, moved.into());
            }
        }
    }
}

/// Entries that can be taken out by their id.
trait Removable: Entry {
    fn take_out(project: &mut Project, id: &Self::Id);
}

impl Removable for Region {
    fn take_out(project: &mut Project, id: &Self::Id) {
        project.regions.remove(id);
    }
}

impl Removable for Link {
    fn take_out(project: &mut Project, id: &Self::Id) {
        project.links.remove(id);
    }
}

impl Removable for Claim {
    fn take_out(project: &mut Project, id: &Self::Id) {
        project.claims.remove(id);
    }
}

fn rename_annotations(side: &mut Project, renamed: &BTreeMap<AnnotationId, AnnotationId>) {
    if renamed.is_empty() {
        return;
    }
    let new = |id: &AnnotationId| renamed.get(id).unwrap_or(id).clone();
    // All are taken out before any is put in, since a new id may be the old one of another.
    let moved: Vec<Annotation> = renamed
        .keys()
        .filter_map(|id| side.annotations.remove(id))
        .map(|annotation| Annotation {
            id: new(&annotation.id),
            ..Annotation::clone(&annotation)
        })
        .collect();
    for annotation in moved {
        side.annotations.insert(annotation.into());
    }
    let links: Vec<Arc<Link>> = side.links.iter().cloned().collect();
    for link in links {
        if renamed.contains_key(&link.from) || renamed.contains_key(&link.to) {
            let (from, to) = (new(&link.from), new(&link.to));
            let link = Link {
                from,
                to,
                ..Link::clone(&link)
            };
            side.links.insert(link.into());
        }
    }
    let claims: Vec<Arc<Claim>> = side.claims.values().cloned().collect();
    for claim in claims {
        let annotation_ids: BTreeSet<AnnotationId> = claim.annotation_ids.iter().map(new).collect();
        if annotation_ids != claim.annotation_ids {
            let claim = Claim {
                annotation_ids,
                ..Claim::clone(&claim)
            };
            side.claims.insert(claim.id.clone(), claim.into());
        }
    }
}

/// Two files of the same name in different places are two documents. In the same place they are one, and are merged.
fn documents_in_the_way(base: &Project, sides: &[Project; 2]) -> Renamed<DocumentId> {
    let mut renamed = [BTreeMap::new(), BTreeMap::new()];
    let projects = [base, &sides[0], &sides[1]];
    let is_taken = |id: &DocumentId, given: &BTreeSet<DocumentId>| {
        let is_known = |project: &&Project| project.documents.contains_key(id);
        given.contains(id) || projects.iter().any(is_known)
    };
    let mut given = BTreeSet::new();
    for InTheWay {
        side,
        entry: document,
        ..
    } in in_the_way::<Document>(base, sides)
    {
        let other = sides[1 - side].documents.get(&document.id);
        if other.is_some_and(|other| other.path == document.path) {
            continue;
        }
        let mut others = sides[1 - side].documents.values();
        let twin = others.find(|other| other.path == document.path);
        let mut numbered =
            (2..).map(|number: u32| DocumentId::new(format!("{}-{number}", document.id)));
        let new = match twin {
            Some(twin) => Some(twin.id.clone()),
            None => numbered.find(|id| !is_taken(id, &given)),
        };
        if let Some(new) = new {
            given.insert(new.clone());
            renamed[side].insert(document.id.clone(), new);
        }
    }
    renamed
}

fn rename_documents(side: &mut Project, renamed: &BTreeMap<DocumentId, DocumentId>) {
    for (old, new) in renamed {
        let Some(document) = side.documents.remove(old) else {
            continue;
        };
        let document = Document {
            id: new.clone(),
            ..Document::clone(&document)
        };
        side.documents.insert(new.clone(), document.into());
        let annotations: Vec<_> = side.annotations.in_document(old).cloned().collect();
        for annotation in annotations {
            let document_id = new.clone();
            let annotation = Annotation {
                document_id,
                ..Annotation::clone(&annotation)
            };
            side.annotations.insert(annotation.into());
        }
        let regions: Vec<_> = side.regions.in_document(old).cloned().collect();
        for region in regions {
            let document_id = new.clone();
            let region = Region {
                document_id,
                ..Region::clone(&region)
            };
            side.regions.insert(region.into());
        }
    }
}
