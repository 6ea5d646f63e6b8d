//! The project as plain data: documents, codebook, annotations, links, regions, claims, annotators.
//!
//! Copies are cheap: everything that can grow is a persistent map, so a snapshot for a save in the
//! background shares all its entries with the project that goes on being edited. The file on disk has
//! structs of its own, in `store`.

mod annotation;
mod codebook;
mod document;
mod entries;
mod ids;
mod places;
mod project;

pub use annotation::{
    Annotation, AttributeValue, Attributes, Claim, Link, QUOTE_JOIN, Region, Stamp, Tier, quote_of,
};
pub use codebook::{
    Attribute, AttributeKind, Choice, Codebook, Color, DocumentField, Example, LinkEnds, LinkKind,
    RegionKind, Tag,
};
pub use document::{Annotator, AnnotatorKind, Document, DocumentState, Encoding};
pub use entries::{Annotations, Links, Regions, next_number};
pub use ids::{
    AnnotationId, AnnotatorId, ClaimId, DocumentId, LinkId, RegionId, SharedNames, TagId,
};
pub use jiff::Timestamp;
pub use project::{Project, ProjectSettings, Texts};
