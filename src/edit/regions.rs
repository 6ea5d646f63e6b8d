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
    let quote = text.slice(span).ok_or(Refusal::OutsideText)?.into();
    let id = RegionId::new(
        author.annotator_id.clone(),
        project.regions.next_number_of(&author.annotator_id),
    );
    let region = Region {
        id,
        document_id: document_id.clone(),
        kind: known_kind(project, kind)?,
        span,
        quote,
    };
    refuse_twin(project, &region)?;
    Ok(Edit {
        label: format!("set aside as {kind}"),
        author: author.clone(),
        changes: vec![Change::Region(Swap::adding(Arc::new(region)))],
    })
}

/// Gives a region another kind or other words.
///
/// # Errors
/// If the region has gone, the codebook has no such kind, the words do not exist, or another region holds them.
pub fn change_region(
    project: &Project,
    text: &Text,
    author: &Author,
    region_id: &RegionId,
    kind: &str,
    span: Span,
) -> Result<Edit, Refusal> {
    let before = project.regions.get(region_id);
    let before = before.ok_or(Refusal::NothingThere)?;
    let after = Region {
        id: before.id.clone(),
        document_id: before.document_id.clone(),
        kind: known_kind(project, kind)?,
        span,
        quote: text.slice(span).ok_or(Refusal::OutsideText)?.into(),
    };
    refuse_twin(project, &after)?;
    let is_same = after.kind == before.kind && after.span == before.span;
    let change = Change::Region(Swap::replacing(before.clone(), Arc::new(after)));
    Ok(Edit {
        label: format!("change {}", before.kind),
        author: author.clone(),
        changes: if is_same { Vec::new() } else { vec![change] },
    })
}

fn known_kind(project: &Project, kind: &str) -> Result<Arc<str>, Refusal> {
    let mut kinds = project.codebook.region_kinds.iter();
    let known = kinds.find(|known| &*known.name == kind);
    known
        .map(|known| known.name.clone())
        .ok_or_else(|| Refusal::UnknownRegionKind(kind.to_owned()))
}

/// Words cannot be set aside twice.
fn refuse_twin(project: &Project, region: &Region) -> Result<(), Refusal> {
    let near = project
        .regions
        .overlapping(&region.document_id, region.span);
    let encloses = |other: &&Arc<Region>| other.id != region.id && other.span.encloses(region.span);
    match near.iter().any(encloses) {
        true => Err(Refusal::AlreadySetAside),
        false => Ok(()),
    }
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
