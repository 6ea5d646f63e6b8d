//! One entry before and after; all changes of one action.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{
    Annotation, Annotator, AnnotatorId, Claim, Codebook, Document, Link, Project, ProjectSettings,
    Region,
};

/// Who acts, and when. The clock is read by the caller; everything in `edit` only computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Who.
    pub annotator_id: AnnotatorId,
    /// When, in whole seconds.
    pub at: Timestamp,
}

/// All changes of one action.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What was done, to stand behind “Undo”: `tag as denial`.
    pub label: String,
    /// Who did it, and when.
    pub author: Author,
    /// In the order in which they are carried out.
    pub changes: Vec<Change>,
}

/// One value before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Swap<T> {
    /// What was; for an entry `None` if there was none.
    pub before: T,
    /// What is; for an entry `None` if there is none.
    pub after: T,
}

/// One entry before and after.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// An annotation comes, goes or changes.
    Annotation(Swap<Option<Arc<Annotation>>>),
    /// A link comes, goes or changes.
    Link(Swap<Option<Arc<Link>>>),
    /// A region comes, goes or changes.
    Region(Swap<Option<Arc<Region>>>),
    /// A claim comes, goes or changes.
    Claim(Swap<Option<Arc<Claim>>>),
    /// A document comes, goes or changes.
    Document(Swap<Option<Arc<Document>>>),
    /// An annotator comes, goes or changes.
    Annotator(Swap<Option<Arc<Annotator>>>),
    /// The codebook changes.
    Codebook(Swap<Arc<Codebook>>),
    /// The project's name changes.
    Name(Swap<String>),
    /// The settings that belong to the data change.
    Settings(Swap<Arc<ProjectSettings>>),
}

impl<T> Swap<T> {
    fn turned(self) -> Self {
        Self {
            before: self.after,
            after: self.before,
        }
    }
}

impl<T> Swap<Option<T>> {
    /// An entry comes.
    pub fn adding(entry: T) -> Self {
        Self {
            before: None,
            after: Some(entry),
        }
    }

    /// An entry goes.
    pub fn removing(entry: T) -> Self {
        Self {
            before: Some(entry),
            after: None,
        }
    }

    /// An entry changes.
    pub fn replacing(before: T, after: T) -> Self {
        Self {
            before: Some(before),
            after: Some(after),
        }
    }

    /// The entry on whichever side there is one; both sides have the same id.
    fn either(&self) -> Option<&T> {
        self.before.as_ref().or(self.after.as_ref())
    }
}

impl Change {
    /// The change that takes this one back.
    pub fn turned(self) -> Self {
        match self {
            Self::Annotation(swap) => Self::Annotation(swap.turned()),
            Self::Link(swap) => Self::Link(swap.turned()),
            Self::Region(swap) => Self::Region(swap.turned()),
            Self::Claim(swap) => Self::Claim(swap.turned()),
            Self::Document(swap) => Self::Document(swap.turned()),
            Self::Annotator(swap) => Self::Annotator(swap.turned()),
            Self::Codebook(swap) => Self::Codebook(swap.turned()),
            Self::Name(swap) => Self::Name(swap.turned()),
            Self::Settings(swap) => Self::Settings(swap.turned()),
        }
    }

    /// The annotation that comes, if that is the change.
    pub(super) fn added_annotation(&self) -> Option<&Arc<Annotation>> {
        match self {
            Self::Annotation(Swap {
                before: None,
                after,
            }) => after.as_ref(),
            _ => None,
        }
    }

    /// Whether the project stands as this change says it was.
    pub(super) fn fits(&self, project: &Project) -> bool {
        match self {
            Self::Annotation(swap) => swap
                .either()
                .is_some_and(|entry| project.annotations.get(&entry.id) == swap.before.as_ref()),
            Self::Link(swap) => swap
                .either()
                .is_some_and(|entry| project.links.get(&entry.id) == swap.before.as_ref()),
            Self::Region(swap) => swap
                .either()
                .is_some_and(|entry| project.regions.get(&entry.id) == swap.before.as_ref()),
            Self::Claim(swap) => swap
                .either()
                .is_some_and(|entry| project.claims.get(&entry.id) == swap.before.as_ref()),
            Self::Document(swap) => swap
                .either()
                .is_some_and(|entry| project.documents.get(&entry.id) == swap.before.as_ref()),
            Self::Annotator(swap) => swap
                .either()
                .is_some_and(|entry| project.annotators.get(&entry.id) == swap.before.as_ref()),
            Self::Codebook(swap) => project.codebook == swap.before,
            Self::Name(swap) => project.name == swap.before,
            Self::Settings(swap) => project.settings == swap.before,
        }
    }

    /// Puts what is in place of what was.
    pub(super) fn apply(&self, project: &mut Project) {
        match self {
            Self::Annotation(Swap {
                after: Some(after), ..
            }) => drop(project.annotations.insert(after.clone())),
            Self::Annotation(Swap {
                before: Some(before),
                ..
            }) => drop(project.annotations.remove(&before.id)),
            Self::Link(Swap {
                after: Some(after), ..
            }) => drop(project.links.insert(after.clone())),
            Self::Link(Swap {
                before: Some(before),
                ..
            }) => drop(project.links.remove(&before.id)),
            Self::Region(Swap {
                after: Some(after), ..
            }) => drop(project.regions.insert(after.clone())),
            Self::Region(Swap {
                before: Some(before),
                ..
            }) => drop(project.regions.remove(&before.id)),
            Self::Claim(Swap {
                after: Some(after), ..
            }) => {
                drop(project.claims.insert(after.id.clone(), after.clone()));
            }
            Self::Claim(Swap {
                before: Some(before),
                ..
            }) => drop(project.claims.remove(&before.id)),
            Self::Document(Swap {
                after: Some(after), ..
            }) => {
                drop(project.documents.insert(after.id.clone(), after.clone()));
            }
            Self::Document(Swap {
                before: Some(before),
                ..
            }) => drop(project.documents.remove(&before.id)),
            Self::Annotator(Swap {
                after: Some(after), ..
            }) => {
                drop(project.annotators.insert(after.id.clone(), after.clone()));
            }
            Self::Annotator(Swap {
                before: Some(before),
                ..
            }) => drop(project.annotators.remove(&before.id)),
            Self::Codebook(swap) => project.codebook = swap.after.clone(),
            Self::Name(swap) => project.name.clone_from(&swap.after),
            Self::Settings(swap) => project.settings = swap.after.clone(),
            // Nothing before and nothing after: `fits` has refused it.
            Self::Annotation(_)
            | Self::Link(_)
            | Self::Region(_)
            | Self::Claim(_)
            | Self::Document(_)
            | Self::Annotator(_) => {}
        }
    }
}
