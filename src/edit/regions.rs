//! Actions on regions.

use std::sync::Arc;

use super::{Author, Change, Edit, Refusal, Swap};
use crate::model::{DocumentId, Project, Region, RegionId};
use crate::text::{Span, Text};

/// Sets a piece of a text aside as not running text.
///
/// # Errors
/// If the codebook has no such kind, the words do not exist, or they are set aside already.
pub fn set_aside(
    project: &Project,
    text: &Text,
    author: &Author,
    document_id: &DocumentId,
    span: Span,
    kind: &str,
) -> Result<Edit, Refusal> {
    let region_kind = project
        .codebook
        .region_kinds
        .iter()
        .find(|known| &*known.name == kind);
    let region_kind = region_kind.ok_or_else(|| Refusal::UnknownRegionKind(kind.to_owned()))?;
    let quote = text.slice(span).ok_or(Refusal::OutsideText)?.into();
    if project
        .regions
        .overlapping(document_id, span)
        .iter()
        .any(|region| region.span.encloses(span))
    {
        return Err(Refusal::AlreadySetAside);
    }
    let id = RegionId::new(
        author.annotator_id.clone(),
        project.regions.last_number_of(&author.annotator_id) + 1,
    );
    let region = Region {
        id,
        document_id: document_id.clone(),
        kind: region_kind.name.clone(),
        span,
        quote,
    };
    Ok(Edit {
        label: format!("set aside as {kind}"),
        author: author.clone(),
        changes: vec![Change::Region(Swap::adding(Arc::new(region)))],
    })
}

/// Makes a region running text again.
///
/// # Errors
/// If it does not exist.
pub fn remove_region(
    project: &Project,
    author: &Author,
    region_id: &RegionId,
) -> Result<Edit, Refusal> {
    let region = project
        .regions
        .get(region_id)
        .ok_or(Refusal::NothingThere)?;
    Ok(Edit {
        label: format!("take back {}", region.kind),
        author: author.clone(),
        changes: vec![Change::Region(Swap::removing(region.clone()))],
    })
}
