//! The marks of a project's documents: annotations and regions.

use std::collections::BTreeMap;

use super::{Found, Mark, find_again};
use crate::model::{AnnotationId, DocumentId, Project, RegionId};
use crate::text::{Spans, Text};

/// What carries words of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkId {
    /// An annotation.
    Annotation(AnnotationId),
    /// A region.
    Region(RegionId),
}

/// Where each mark of a document stands in its new text. `old` is the text that they were made on, if it is still
/// known.
pub fn find_marks_again(
    project: &Project,
    document_id: &DocumentId,
    old: Option<&Text>,
    new: &Text,
) -> BTreeMap<MarkId, Found> {
    let annotations = project.annotations.in_document(document_id).map(|entry| {
        let id = MarkId::Annotation(entry.id.clone());
        (id, entry.spans.clone(), &*entry.quote)
    });
    let regions = project.regions.in_document(document_id).map(|region| {
        let id = MarkId::Region(region.id.clone());
        (id, Spans::from(region.span), &*region.quote)
    });
    let all: Vec<(MarkId, Spans, &str)> = annotations.chain(regions).collect();
    let marks: Vec<Mark<'_>> = all
        .iter()
        .map(|(_, spans, quote)| Mark { spans, quote })
        .collect();
    let found = find_again(old, new, &marks);
    all.iter().map(|(id, ..)| id.clone()).zip(found).collect()
}

/// Whether every mark of a document has its words where it says.
pub fn all_stand_in(project: &Project, document_id: &DocumentId, text: &Text) -> bool {
    let mut annotations = project.annotations.in_document(document_id);
    let mut regions = project.regions.in_document(document_id);
    annotations.all(|annotation| annotation.agrees_with(text))
        && regions.all(|region| text.slice(region.span) == Some(&*region.quote))
}
