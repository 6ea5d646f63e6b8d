//! Which annotations a stretch of text shows, and in which lane: plain data, computed without a window.

use std::sync::Arc;

use crate::model::{Annotation, AnnotationId, DocumentId, Project};
use crate::text::Span;

/// How many lanes are drawn below a line: the tint's own line and nine more. Deeper ones are counted.
pub const LANES: usize = 10;

/// An annotation as it is shown.
#[derive(Debug, Clone)]
pub struct Highlight<'a> {
    /// Which one.
    pub annotation: &'a Arc<Annotation>,
    /// 0 is the tint with its line; further ones are lines below it. From [`LANES`] on it is only counted.
    pub lane: usize,
}

/// What is shown in a span of a document: each annotation in the first lane that is free where it stands.
/// Ordered by place; of those that begin together the longest comes first, so that it gets the tint and
/// the shorter ones lines of their own.
pub fn highlights<'a>(
    project: &'a Project,
    document_id: &DocumentId,
    visible: Span,
    is_hidden: impl Fn(&AnnotationId) -> bool,
) -> Vec<Highlight<'a>> {
    // Lanes must not change while scrolling, so all that is joined to the visible ones by overlaps counts too.
    let mut window = visible;
    let mut found = project.annotations.overlapping(document_id, window);
    for _ in 0..3 {
        let wider = found.iter().fold(window, |window, annotation| {
            window.hull(annotation.spans.hull())
        });
        if wider == window {
            break;
        }
        window = wider;
        found = project.annotations.overlapping(document_id, window);
    }
    found.retain(|annotation| !is_hidden(&annotation.id));
    found.sort_by_key(|annotation| {
        let hull = annotation.spans.hull();
        (
            hull.start(),
            std::cmp::Reverse(hull.end()),
            annotation.id.clone(),
        )
    });
    let mut lanes: Vec<Option<Span>> = Vec::new();
    let mut highlights = Vec::with_capacity(found.len());
    for annotation in found {
        let hull = annotation.spans.hull();
        // In order of their starts, only the last one of a lane can still reach this far.
        let is_free = |taken: &Option<Span>| taken.is_none_or(|last| last.end() <= hull.start());
        let lane = lanes.iter().position(is_free).unwrap_or(lanes.len());
        match lanes.get_mut(lane) {
            Some(last) => *last = Some(hull),
            None => lanes.push(Some(hull)),
        }
        if annotation.spans.iter().any(|piece| piece.overlaps(visible)) {
            highlights.push(Highlight { annotation, lane });
        }
    }
    highlights
}

/// How many lanes are drawn in a span, so that its lines can be set that far apart.
pub fn lanes_in(
    project: &Project,
    document_id: &DocumentId,
    span: Span,
    is_hidden: impl Fn(&AnnotationId) -> bool,
) -> usize {
    let shown = highlights(project, document_id, span, is_hidden);
    let deepest = shown.iter().map(|highlight| highlight.lane + 1).max();
    deepest.unwrap_or(0).min(LANES)
}
