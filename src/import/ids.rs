//! Which ids the entries of an import get, and what the keys in its files stand for.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::found::Found;
use crate::model::{AnnotationId, AnnotatorId, ClaimId, LinkId, Project, RegionId, next_number};

/// Higher numbers are other tools' hashes and not worth keeping.
const MOST_NUMBER: u32 = 1 << 30;

/// The numbers that entries get, by who made them. Our own are kept where they are free; new ones are counted from
/// behind them.
#[derive(Default)]
pub struct Numbers {
    /// Of annotations.
    pub annotations: NumbersOf,
    /// Of links.
    pub links: NumbersOf,
    /// Of regions.
    pub regions: NumbersOf,
    /// Of claims.
    pub claims: NumbersOf,
}

/// The numbers of one kind of entry.
#[derive(Default)]
pub struct NumbersOf {
    last: BTreeMap<AnnotatorId, u32>,
    /// Those of this import that were kept.
    kept: HashSet<(AnnotatorId, u32)>,
    /// Whether anybody has used the highest number that there can be.
    starts_again: bool,
}

impl Numbers {
    /// For what is found, which comes into a project.
    pub fn behind(found: &Found, project: &Project) -> Self {
        let documents = found.documents.par_iter();
        let parts = documents.fold(Self::default, |mut numbers, document| {
            for span in &document.spans {
                if let Some(id) = AnnotationId::parse(&span.key) {
                    numbers.annotations.raise(id.annotator_id, id.number);
                }
            }
            for region in &document.regions {
                if let Some(id) = RegionId::parse(&region.key) {
                    numbers.regions.raise(id.annotator_id, id.number);
                }
            }
            numbers
        });
        let mut numbers = parts.reduce(Self::default, |mut one, other| {
            for (own, other) in [
                (&mut one.annotations, other.annotations),
                (&mut one.regions, other.regions),
            ] {
                let other = other.last.into_iter();
                other.for_each(|(who, number)| own.raise(who, number));
            }
            one
        });
        for link in &found.links {
            if let Some(id) = LinkId::parse(&link.key) {
                numbers.links.raise(id.annotator_id, id.number);
            }
        }
        for claim in &found.claims {
            if let Some(id) = ClaimId::parse(&claim.key) {
                numbers.claims.raise(id.annotator_id, id.number);
            }
        }
        for (who, number) in &mut numbers.annotations.last {
            *number = project.annotations.last_number_of(who).max(*number);
        }
        for (who, number) in &mut numbers.regions.last {
            *number = project.regions.last_number_of(who).max(*number);
        }
        for (who, number) in &mut numbers.links.last {
            *number = project.links.last_number_of(who).max(*number);
        }
        for id in project.claims.keys() {
            numbers.claims.raise(id.annotator_id.clone(), id.number);
        }
        numbers
    }
}

impl NumbersOf {
    fn raise(&mut self, annotator_id: AnnotatorId, number: u32) {
        if number > MOST_NUMBER {
            return;
        }
        let highest = self.last.entry(annotator_id).or_default();
        *highest = number.max(*highest);
    }

    /// Whether an entry keeps the number that a file gives it: none before it has it. The project is not asked.
    pub fn keeps(&mut self, annotator_id: &AnnotatorId, number: u32) -> bool {
        number <= MOST_NUMBER && self.kept.insert((annotator_id.clone(), number))
    }

    /// The number of a new entry. `last` says the project's last, and is asked once for each annotator; `is_free` says
    /// whether the project has an entry with a number, and is asked only behind the highest number that there can be.
    pub fn next(
        &mut self,
        annotator_id: &AnnotatorId,
        last: impl FnOnce() -> u32,
        is_free: impl Fn(u32) -> bool,
    ) -> u32 {
        let number = self.last.entry(annotator_id.clone()).or_insert_with(last);
        self.starts_again |= *number == u32::MAX;
        *number = match self.starts_again {
            false => *number + 1,
            true => next_number(*number, |number| {
                is_free(number) && self.kept.insert((annotator_id.clone(), number))
            }),
        };
        *number
    }
}

/// What the keys in the files stand for. Files that do not know of each other may have the same keys; then what stands
/// in the same file is meant, or else what stands in the same folder.
#[derive(Default)]
pub struct Keys {
    first: HashMap<String, (Arc<str>, AnnotationId)>,
    /// Those that come again, each by its file and by the folder of its file.
    again: HashMap<(String, String), AnnotationId>,
}

impl Keys {
    /// An annotation of a file is known by a key.
    pub fn add(&mut self, file: &Arc<str>, key: String, id: AnnotationId) {
        match self.first.entry(key) {
            Entry::Vacant(entry) => drop(entry.insert((file.clone(), id))),
            Entry::Occupied(entry) => {
                for place in [file, folder(file)] {
                    let again = (place.to_owned(), entry.key().clone());
                    self.again.entry(again).or_insert_with(|| id.clone());
                }
            }
        }
    }

    /// The annotation that a key in a file stands for.
    pub fn get(&self, file: &str, key: &str) -> Option<&AnnotationId> {
        let (first_file, first) = self.first.get(key)?;
        let again = |place: &str| {
            let is_any = !self.again.is_empty();
            is_any.then(|| self.again.get(&(place.to_owned(), key.to_owned())))?
        };
        if **first_file == *file {
            return Some(first);
        }
        let of_file = again(file);
        let of_folder = || match folder(first_file) == folder(file) {
            true => Some(first),
            false => again(folder(file)),
        };
        of_file.or_else(of_folder).or(Some(first))
    }
}

fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}
