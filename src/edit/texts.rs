//! Taking up texts that have changed outside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::annotations::replacing;
use super::{Author, Change, Edit, Refusal, Swap, delete_annotations};
use crate::anchor::MarkId;
use crate::model::{Annotation, AnnotationId, Document, Project, Region, RegionId, quote_of};
use crate::text::{Spans, Text};

/// What becomes of a mark whose text has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It stands here now.
    MoveTo(Spans),
    /// Its words are no longer there. It is kept as it is and listed.
    Orphan,
    /// It goes.
    Delete,
}

/// A text that has changed, and what becomes of its marks. Those without a verdict stay as they are.
#[derive(Debug, Clone)]
pub struct TakenUp<'a> {
    /// The document as it is from now on: with the hash and size of the new text.
    pub document: Document,
    /// The new text.
    pub text: &'a Text,
    /// By mark.
    pub verdicts: BTreeMap<MarkId, Verdict>,
}

/// Takes up texts that have changed, with all that was decided about their marks, in one edit.
///
/// # Errors
/// If a document or mark does not exist, or is moved to words that do not.
pub fn take_up_texts(
    project: &Project,
    author: &Author,
    texts: Vec<TakenUp<'_>>,
) -> Result<Edit, Refusal> {
    let mut changes = Vec::new();
    let mut deleted = BTreeSet::new();
    let count = texts.len();
    for TakenUp {
        document,
        text,
        verdicts,
    } in texts
    {
        for (mark_id, verdict) in verdicts {
            match (mark_id, verdict) {
                (_, Verdict::Orphan) => {}
                (MarkId::Annotation(id), Verdict::Delete) => drop(deleted.insert(id)),
                (MarkId::Annotation(id), Verdict::MoveTo(spans)) => {
                    changes.extend(move_annotation(project, author, text, &id, spans)?);
                }
                (MarkId::Region(id), Verdict::Delete) => {
                    let region = find_region(project, &id)?.clone();
                    changes.push(Change::Region(Swap::removing(region)));
                }
                (MarkId::Region(id), Verdict::MoveTo(spans)) => {
                    changes.extend(move_region(project, text, &id, &spans)?);
                }
            }
        }
        let before = project
            .documents
            .get(&document.id)
            .ok_or(Refusal::NothingThere)?;
        if **before != document {
            let swap = Swap::replacing(before.clone(), Arc::new(document));
            changes.push(Change::Document(swap));
        }
    }
    if !deleted.is_empty() {
        changes.extend(delete_annotations(project, author, &deleted)?.changes);
    }
    Ok(Edit {
        label: match count {
            1 => "take up a changed text".to_owned(),
            count => format!("take up {count} changed texts"),
        },
        author: author.clone(),
        changes,
    })
}

fn move_annotation(
    project: &Project,
    author: &Author,
    text: &Text,
    id: &AnnotationId,
    spans: Spans,
) -> Result<Option<Change>, Refusal> {
    let before = project.annotations.get(id);
    let before = before.ok_or_else(|| Refusal::NoAnnotation(id.clone()))?;
    let quote = quote_of(text, &spans).ok_or(Refusal::OutsideText)?;
    if before.spans == spans && *before.quote == *quote {
        return Ok(None);
    }
    let after = Annotation {
        spans,
        quote: quote.into(),
        ..Annotation::clone(before)
    };
    Ok(Some(replacing(before, after, author)))
}

fn move_region(
    project: &Project,
    text: &Text,
    id: &RegionId,
    spans: &Spans,
) -> Result<Option<Change>, Refusal> {
    let before = find_region(project, id)?;
    let span = spans.hull();
    let quote = text.slice(span).ok_or(Refusal::OutsideText)?;
    if before.span == span && *before.quote == *quote {
        return Ok(None);
    }
    let after = Region {
        span,
        quote: quote.into(),
        ..Region::clone(before)
    };
    let swap = Swap::replacing(before.clone(), Arc::new(after));
    Ok(Some(Change::Region(swap)))
}

fn find_region<'a>(project: &'a Project, id: &RegionId) -> Result<&'a Arc<Region>, Refusal> {
    project.regions.get(id).ok_or(Refusal::NothingThere)
}
