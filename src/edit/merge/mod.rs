//! Brings together what two people made of the same project, entry by entry.
//!
//! What only one side changed is taken from it. Where both changed one entry, its parts are merged: one side's note
//! and the other's tag go together. Only where both changed the same part in different ways is there a double edit:
//! both versions are kept, and it is listed for a person. The result does not depend on which side is “ours”, and
//! merging once more changes nothing. What one side deleted and the other changed or uses comes back, and is listed.

mod clash;
mod codebook;
mod collisions;
mod entry;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;

use clash::{Clash, single};
use entry::Entry;

use crate::model::{
    Annotation, Annotator, AnnotatorId, Claim, Document, Link, Project, ProjectSettings, Region,
    Tag, TagId,
};
use crate::query::Subject;

/// Two versions of a project, merged.
#[derive(Debug, Clone)]
pub struct Merged {
    /// All of both.
    pub project: Project,
    /// What a person has to look at.
    pub doubles: Vec<Double>,
}

/// Both sides changed the same thing in different ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Double {
    /// Where it can be shown.
    pub subject: Option<Subject>,
    /// The entry and its part, in words.
    pub what: String,
    /// What we made of it.
    pub ours: String,
    /// What they made of it.
    pub theirs: String,
    /// What was done.
    pub outcome: String,
}

/// Merges two versions that came from `base`.
pub fn merge(base: &Project, ours: &Project, theirs: &Project) -> Merged {
    for (one, other) in [(ours, theirs), (theirs, ours)] {
        if other == base || other == one {
            return Merged {
                project: one.clone(),
                doubles: Vec::new(),
            };
        }
    }
    let (ours, theirs) = collisions::resolved(base, ours, theirs);
    let mut merger = Merger {
        base,
        ours: &ours,
        theirs: &theirs,
        merged: Project::default(),
        doubles: Vec::new(),
    };
    merger.merge_head();
    merger.merge_entries::<Annotator>();
    merger.merge_entries::<Document>();
    merger.merge_entries::<Region>();
    merger.merge_entries::<Annotation>();
    merger.merge_entries::<Link>();
    merger.merge_entries::<Claim>();
    merger.bring_back_what_is_used();
    Merged {
        project: merger.merged,
        doubles: merger.doubles,
    }
}

struct Merger<'a> {
    base: &'a Project,
    ours: &'a Project,
    theirs: &'a Project,
    merged: Project,
    doubles: Vec<Double>,
}

impl Merger<'_> {
    fn merge_head(&mut self) {
        let head = |project: &Project| {
            let ProjectSettings {
                description,
                export_unit,
            } = ProjectSettings::clone(&project.settings);
            (project.name.clone(), description, export_unit)
        };
        let (base, ours, theirs) = (head(self.base), head(self.ours), head(self.theirs));
        self.merged.name = self.value("name", &base.0, &ours.0, &theirs.0);
        self.merged.settings = Arc::new(ProjectSettings {
            description: self.value("description", &base.1, &ours.1, &theirs.1),
            export_unit: self.value("export unit", &base.2, &ours.2, &theirs.2),
        });
        let (codebook, clashes) = codebook::merged(
            &self.base.codebook,
            &self.ours.codebook,
            &self.theirs.codebook,
        );
        self.merged.codebook = codebook.into();
        self.list(None, "codebook", clashes, ONE_IS_KEPT);
    }

    fn value<T: PartialEq + Clone + Debug>(
        &mut self,
        name: &str,
        base: &T,
        ours: &T,
        theirs: &T,
    ) -> T {
        let mut clashes = Vec::new();
        let kept = single(name, Some(base), ours, theirs, &mut clashes);
        self.list(None, "project", clashes, ONE_IS_KEPT);
        kept
    }

    fn merge_entries<T: Entry>(&mut self) {
        let mut next = NextNumbers::default();
        let projects = [self.base, self.ours, self.theirs];
        let all_ids = projects.into_iter().flat_map(T::all);
        let ids: BTreeSet<T::Id> = all_ids.map(|entry| entry.id().clone()).collect();
        for id in ids {
            let [base, ours, theirs] = projects.map(|project| T::find(project, &id));
            if ours == theirs || theirs == base {
                self.put(ours);
            } else if ours == base {
                self.put(theirs);
            } else if let (Some(ours), Some(theirs)) = (ours, theirs) {
                self.merge_entry(base, ours, theirs, &mut next);
            } else {
                let changed = ours.or(theirs);
                self.put(changed);
                if let Some(changed) = changed {
                    let name = format!("{} {id}", T::KIND);
                    self.list_deleted(changed.subject(), &name, ours.is_some());
                }
            }
        }
    }

    fn put<T: Entry>(&mut self, entry: Option<&Arc<T>>) {
        if let Some(entry) = entry {
            T::put(&mut self.merged, entry.clone());
        }
    }

    /// Both sides changed an entry.
    fn merge_entry<T: Entry>(
        &mut self,
        base: Option<&Arc<T>>,
        ours: &Arc<T>,
        theirs: &Arc<T>,
        next: &mut NextNumbers,
    ) {
        let base = base.map(|base| &**base);
        let (our_version, their_version, clashes) = T::merged(base, ours, theirs);
        // Only what clashes is compared, so that merging the outcome once more decides in the same way.
        let rank = |entry: &T, of: fn(&Clash) -> &String| {
            (
                entry.changed_at(),
                clashes.iter().map(of).collect::<Vec<_>>(),
            )
        };
        let is_ours_kept = rank(ours, |clash| &clash.ours) >= rank(theirs, |clash| &clash.theirs);
        let (kept, other) = match is_ours_kept {
            true => (our_version, their_version),
            false => (their_version, our_version),
        };
        let kept = kept.kept_over(&other);
        let name = format!("{} {}", T::KIND, kept.id());
        let subject = kept.subject();
        T::put(&mut self.merged, Arc::new(kept));
        if clashes.is_empty() {
            return;
        }
        let outcome = match self.put_copy(other, next) {
            Some(copy) => format!("both are kept; the other one is {copy}"),
            None => ONE_IS_KEPT.to_owned(),
        };
        self.list(subject, &name, clashes, &outcome);
    }

    /// The other version of an entry, under a number of its own; the id that it has then. An earlier merge may have put
    /// it there already. `None` for entries that are known by a name: of those there can be only one.
    fn put_copy<T: Entry>(&mut self, other: T, next: &mut NextNumbers) -> Option<T::Id> {
        let author = other.author()?.clone();
        let projects = [self.base, self.ours, self.theirs];
        let added = projects.into_iter().flat_map(T::all);
        let mut twins =
            added.filter(|entry| entry.is_like(&other) && T::find(self.base, entry.id()).is_none());
        if let Some(twin) = twins.next() {
            return Some(twin.id().clone());
        }
        let number = next.after::<T>(&author, projects);
        let copy = other.numbered(number)?;
        let id = copy.id().clone();
        T::put(&mut self.merged, Arc::new(copy));
        Some(id)
    }

    /// A link needs its ends, an annotation its document, tag and annotator. What one side deleted and the other uses
    /// comes back.
    fn bring_back_what_is_used(&mut self) {
        let links = self.merged.links.iter();
        let ends = links.flat_map(|link| {
            let ends = [link.from.clone(), link.to.clone()];
            ends.map(|end| (link.id.clone(), end))
        });
        self.bring_back::<Link, Annotation>(ends.collect());
        let claims = self.merged.claims.values();
        let members = claims.flat_map(|claim| {
            let ids = claim.annotation_ids.iter().cloned();
            ids.map(|id| (claim.id.clone(), id))
        });
        self.bring_back::<Claim, Annotation>(members.collect());
        let regions = self.merged.regions.iter();
        let documents = regions.map(|region| (region.id.clone(), region.document_id.clone()));
        self.bring_back::<Region, Document>(documents.collect());
        let annotations: Vec<Arc<Annotation>> = self.merged.annotations.iter().cloned().collect();
        let entries = annotations.iter();
        let documents = entries.map(|entry| (entry.id.clone(), entry.document_id.clone()));
        self.bring_back::<Annotation, Document>(documents.collect());
        let entries = annotations.iter();
        let authors = entries.map(|entry| (entry.id.clone(), entry.annotator_id().clone()));
        self.bring_back::<Annotation, Annotator>(authors.collect());
        self.bring_back_tags(&annotations);
    }

    /// Of pairs of a user and what it uses.
    fn bring_back<User: Entry, T: Entry>(&mut self, uses: Vec<(User::Id, T::Id)>) {
        for (user_id, id) in uses {
            if T::find(&self.merged, &id).is_some() {
                continue;
            }
            // What a side itself uses without having it was loose before.
            let has_both = |side: &Project| {
                let user = User::find(side, &user_id);
                user.and_then(|_| T::find(side, &id)).cloned()
            };
            let (ours, theirs) = (has_both(self.ours), has_both(self.theirs));
            let is_ours = ours.is_some();
            if let Some(entry) = ours.or(theirs) {
                let name = format!("{} {id}", T::KIND);
                self.list_deleted(entry.subject(), &name, is_ours);
                T::put(&mut self.merged, entry);
            }
        }
    }

    fn bring_back_tags(&mut self, annotations: &[Arc<Annotation>]) {
        for annotation in annotations {
            let tag_id = &annotation.tag_id;
            if self.merged.codebook.tag(tag_id).is_some() {
                continue;
            }
            let has_both = |side: &Project| {
                let user = side.annotations.get(&annotation.id);
                user.and_then(|_| side.codebook.tag(tag_id)).cloned()
            };
            let (ours, theirs) = (has_both(self.ours), has_both(self.theirs));
            let is_ours = ours.is_some();
            if let Some(tag) = ours.or(theirs) {
                self.list_deleted(None, &format!("tag {tag_id}"), is_ours);
                self.put_back(tag);
            }
        }
    }

    /// Where the tag stood before, so that merging once more does not change the order.
    fn put_back(&mut self, tag: Tag) {
        let before = &self.base.codebook.tags;
        let place_of = |tag_id: &TagId| before.iter().position(|tag| tag.id == *tag_id);
        let place = place_of(&tag.id);
        let tags = &mut Arc::make_mut(&mut self.merged.codebook).tags;
        let behind = |other: &Tag| place_of(&other.id) > place;
        let index = tags.iter().position(behind).unwrap_or(tags.len());
        tags.insert(index, tag);
    }

    /// Something that one side deleted and the other changed or uses.
    fn list_deleted(&mut self, subject: Option<Subject>, name: &str, is_ours: bool) {
        let (kept, gone) = ("changed or in use", "deleted");
        let (ours, theirs) = if is_ours { (kept, gone) } else { (gone, kept) };
        self.doubles.push(Double {
            subject,
            what: name.to_owned(),
            ours: ours.to_owned(),
            theirs: theirs.to_owned(),
            outcome: "it stays".to_owned(),
        });
    }

    fn list(&mut self, subject: Option<Subject>, name: &str, clashes: Vec<Clash>, outcome: &str) {
        self.doubles.extend(clashes.into_iter().map(|clash| Double {
            subject: subject.clone(),
            what: format!("{name}, {}", clash.part),
            ours: cut(&clash.ours),
            theirs: cut(&clash.theirs),
            outcome: outcome.to_owned(),
        }));
    }
}

/// Long values are cut: they are shown in a list.
fn cut(words: &str) -> String {
    const MOST_CHARACTERS: usize = 120;
    match words.char_indices().nth(MOST_CHARACTERS) {
        Some((cut, _)) => format!("{}…", words.get(..cut).unwrap_or_default()),
        None => words.to_owned(),
    }
}

const ONE_IS_KEPT: &str = "one of the two is kept";

/// The next free number of each annotator, for one kind of entry.
#[derive(Default)]
struct NextNumbers(BTreeMap<AnnotatorId, u32>);

impl NextNumbers {
    fn after<T: Entry>(&mut self, author: &AnnotatorId, projects: [&Project; 3]) -> u32 {
        let last = self.0.entry(author.clone()).or_insert_with(|| {
            let numbers = projects.into_iter().flat_map(T::all);
            let own = numbers.filter(|entry| entry.author() == Some(author));
            own.map(|entry| T::number_of(entry.id())).max().unwrap_or(0)
        });
        *last += 1;
        *last
    }
}
