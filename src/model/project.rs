//! All that is saved together.

use std::sync::Arc;

use imbl::OrdMap;

use super::{
    Annotations, Annotator, AnnotatorId, Claim, ClaimId, Codebook, Document, DocumentId, Links,
    Regions,
};
use crate::text::{OffsetUnit, Text};

/// The texts of a project's documents as they were read from disk. A document whose text could not be read
/// is missing here. A copy is cheap.
pub type Texts = OrdMap<DocumentId, Text>;

/// All that is saved together. A copy is cheap and shares everything that is not changed later.
///
/// The parts are open to whoever owns a project: a reader that builds one, a test. The project that is
/// open in the window is owned by `edit::OpenProject`, which lends it out for reading only.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// For people; the file has a name of its own.
    pub name: String,
    /// What may be marked and how.
    pub codebook: Arc<Codebook>,
    /// Settings that belong to the data and not to the person at the keyboard.
    pub settings: Arc<ProjectSettings>,
    /// By id.
    pub annotators: OrdMap<AnnotatorId, Arc<Annotator>>,
    /// By id, which is also the order of the list.
    pub documents: OrdMap<DocumentId, Arc<Document>>,
    /// With the indexes that keep questions about them quick.
    pub annotations: Annotations,
    /// With an index by either end.
    pub links: Links,
    /// With an index by place.
    pub regions: Regions,
    /// By id.
    pub claims: OrdMap<ClaimId, Arc<Claim>>,
}

/// Settings that belong to the data and not to the person at the keyboard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProjectSettings {
    /// What the project is for, as Markdown.
    pub description: String,
    /// What exports count offsets in, unless asked otherwise.
    pub export_unit: OffsetUnit,
}

impl PartialEq for Project {
    /// Compares what is saved; the indexes follow from it.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.codebook == other.codebook
            && self.settings == other.settings
            && self.annotators == other.annotators
            && self.documents == other.documents
            && self.annotations.iter().eq(other.annotations.iter())
            && self.links.iter().eq(other.links.iter())
            && self.regions.iter().eq(other.regions.iter())
            && self.claims == other.claims
    }
}
