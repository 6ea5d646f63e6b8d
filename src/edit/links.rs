//! Actions on links.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Author, Change, Edit, Refusal, Swap};
use crate::model::{AnnotationId, Link, LinkId, Project};

/// Joins two annotations.
///
/// # Errors
/// If the codebook does not allow it, or the link is there already.
pub fn link(
    project: &Project,
    author: &Author,
    kind: &str,
    from: &AnnotationId,
    to: &AnnotationId,
) -> Result<Edit, Refusal> {
    if from == to {
        return Err(Refusal::LinkToItself);
    }
    let link_kind = project
        .codebook
        .link_kind(kind)
        .ok_or_else(|| Refusal::UnknownLinkKind(kind.to_owned()))?;
    let start = project
        .annotations
        .get(from)
        .ok_or_else(|| Refusal::NoAnnotation(from.clone()))?;
    let end = project
        .annotations
        .get(to)
        .ok_or_else(|| Refusal::NoAnnotation(to.clone()))?;
    if !link_kind.joins(&start.tag_id, &end.tag_id) {
        let (from, to) = (start.tag_id.clone(), end.tag_id.clone());
        return Err(Refusal::LinkNotAllowed {
            kind: kind.to_owned(),
            from,
            to,
        });
    }
    if start.document_id != end.document_id && !link_kind.may_cross_documents {
        return Err(Refusal::LinkCrossesDocuments(kind.to_owned()));
    }
    if project
        .links
        .of(from)
        .any(|link| &*link.kind == kind && link.from == *from && link.to == *to)
    {
        return Err(Refusal::AlreadyLinked(kind.to_owned()));
    }
    let id = LinkId::new(
        author.annotator_id.clone(),
        project.links.next_number_of(&author.annotator_id),
    );
    let kind = link_kind.name.clone();
    let label = format!("link {kind}");
    let link = Link {
        id,
        kind,
        from: from.clone(),
        to: to.clone(),
        created_at: Some(author.at),
    };
    Ok(Edit {
        label,
        author: author.clone(),
        changes: vec![Change::Link(Swap::adding(Arc::new(link)))],
    })
}

/// Takes a link away.
///
/// # Errors
/// If it does not exist.
pub fn unlink(project: &Project, author: &Author, link_id: &LinkId) -> Result<Edit, Refusal> {
    let link = project.links.get(link_id).ok_or(Refusal::NothingThere)?;
    let label = format!("unlink {}", link.kind);
    Ok(Edit {
        label,
        author: author.clone(),
        changes: vec![Change::Link(Swap::removing(link.clone()))],
    })
}

/// The links that go when these annotations go, each once.
pub(super) fn links_going_with(
    project: &Project,
    annotation_ids: &BTreeSet<AnnotationId>,
) -> Vec<Change> {
    let links = annotation_ids
        .iter()
        .flat_map(|annotation_id| project.links.of(annotation_id));
    let each_once: BTreeMap<&LinkId, &Arc<Link>> = links.map(|link| (&link.id, link)).collect();
    each_once
        .into_values()
        .map(|link| Change::Link(Swap::removing(link.clone())))
        .collect()
}
