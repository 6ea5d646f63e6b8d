//! Actions on annotations.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::links::links_going_with;
use super::{Author, Change, Edit, Refusal, Swap};
use crate::model::{
    Annotation, AnnotationId, Attribute, AttributeKind, AttributeValue, Attributes, DocumentId,
    DocumentState, Project, Stamp, TagId, Tier, quote_of,
};
use crate::text::{Spans, Text};

/// Tags the words of the spans for the author. A document that was new is in progress afterwards.
///
/// # Errors
/// If the tag or the words do not exist, or the author has tagged just these words with it before.
pub fn annotate(
    project: &Project,
    text: &Text,
    author: &Author,
    document_id: &DocumentId,
    spans: Spans,
    tag_id: &TagId,
) -> Result<Edit, Refusal> {
    if project.codebook.tag(tag_id).is_none() {
        return Err(Refusal::UnknownTag(tag_id.clone()));
    }
    let quote = quote_of(text, &spans).ok_or(Refusal::OutsideText)?;
    let id = AnnotationId::new(
        author.annotator_id.clone(),
        project.annotations.next_number_of(&author.annotator_id),
    );
    let annotation = Annotation {
        id,
        document_id: document_id.clone(),
        spans,
        tag_id: tag_id.clone(),
        attributes: Attributes::new(),
        note: "".into(),
        tier: Tier::Core,
        quote: quote.into(),
        created_at: Some(author.at),
        changed: None,
    };
    refuse_twin(project, &annotation)?;
    let mut changes = vec![Change::Annotation(Swap::adding(Arc::new(annotation)))];
    changes.extend(begin_document(project, author, document_id));
    Ok(edit(author, format!("tag as {tag_id}"), changes))
}

/// Gives an annotation another tag. Attributes that the new tag does not have are dropped; undo brings
/// them back. Links that the codebook does not allow for the new tag go too.
///
/// # Errors
/// If the annotation or the tag does not exist, or its twin with that tag does.
pub fn retag(
    project: &Project,
    author: &Author,
    annotation_id: &AnnotationId,
    tag_id: &TagId,
) -> Result<Edit, Refusal> {
    if project.codebook.tag(tag_id).is_none() {
        return Err(Refusal::UnknownTag(tag_id.clone()));
    }
    let before = find(project, annotation_id)?;
    let mut after = Annotation::clone(before);
    after.tag_id = tag_id.clone();
    after
        .attributes
        .retain(|name, _| project.codebook.attribute(tag_id, name).is_some());
    refuse_twin(project, &after)?;
    let mut changes: Vec<Change> = links_that_no_longer_fit(project, &after);
    changes.push(replacing(before, after, author));
    Ok(edit(author, format!("retag as {tag_id}"), changes))
}

/// Deletes annotations, with the links that begin or end at them and their places in claims.
///
/// # Errors
/// If one of them does not exist.
pub fn delete_annotations(
    project: &Project,
    author: &Author,
    annotation_ids: &BTreeSet<AnnotationId>,
) -> Result<Edit, Refusal> {
    let mut changes = links_going_with(project, annotation_ids);
    changes.extend(claims_without(project, annotation_ids));
    for annotation_id in annotation_ids {
        changes.push(Change::Annotation(Swap::removing(
            find(project, annotation_id)?.clone(),
        )));
    }
    let label = match annotation_ids.first() {
        Some(only) if annotation_ids.len() == 1 => {
            format!("delete {}", find(project, only)?.tag_id)
        }
        _ => format!("delete {} annotations", annotation_ids.len()),
    };
    Ok(edit(author, label, changes))
}

/// Moves an annotation to other words, as when one of its ends is dragged.
///
/// # Errors
/// If the annotation or the words do not exist, or its twin stands there.
pub fn set_spans(
    project: &Project,
    text: &Text,
    author: &Author,
    annotation_id: &AnnotationId,
    spans: Spans,
) -> Result<Edit, Refusal> {
    let before = find(project, annotation_id)?;
    let quote = quote_of(text, &spans).ok_or(Refusal::OutsideText)?;
    let after = Annotation {
        spans,
        quote: quote.into(),
        ..Annotation::clone(before)
    };
    refuse_twin(project, &after)?;
    let changes = if after.spans == before.spans {
        Vec::new()
    } else {
        vec![replacing(before, after, author)]
    };
    Ok(edit(author, format!("move {}", before.tag_id), changes))
}

/// Sets one attribute, or takes it away with `None`.
///
/// # Errors
/// If the annotation does not exist, or the codebook does not allow the value.
pub fn set_attribute(
    project: &Project,
    author: &Author,
    annotation_id: &AnnotationId,
    name: &str,
    value: Option<AttributeValue>,
) -> Result<Edit, Refusal> {
    let before = find(project, annotation_id)?;
    if before.attributes.get(name) == value.as_ref() {
        return Ok(edit(author, format!("set {name}"), Vec::new()));
    }
    let mut after = Annotation::clone(before);
    match value {
        None => drop(after.attributes.remove(name)),
        Some(value) => {
            let attribute = project.codebook.attribute(&before.tag_id, name);
            let attribute = attribute.ok_or_else(|| Refusal::UnknownAttribute {
                tag_id: before.tag_id.clone(),
                name: name.to_owned(),
            })?;
            refuse_misfit(attribute, &value)?;
            after.attributes.insert(attribute.name.clone(), value);
        }
    }
    Ok(edit(
        author,
        format!("set {name}"),
        vec![replacing(before, after, author)],
    ))
}

/// Sets the remark for people; empty takes it away.
///
/// # Errors
/// If the annotation does not exist.
pub fn set_note(
    project: &Project,
    author: &Author,
    annotation_id: &AnnotationId,
    note: &str,
) -> Result<Edit, Refusal> {
    let before = find(project, annotation_id)?;
    let after = Annotation {
        note: note.into(),
        ..Annotation::clone(before)
    };
    let changes = if after.note == before.note {
        Vec::new()
    } else {
        vec![replacing(before, after, author)]
    };
    Ok(edit(author, "change note".to_owned(), changes))
}

/// Says whether every annotator is expected to mark this.
///
/// # Errors
/// If the annotation does not exist.
pub fn set_tier(
    project: &Project,
    author: &Author,
    annotation_id: &AnnotationId,
    tier: Tier,
) -> Result<Edit, Refusal> {
    let before = find(project, annotation_id)?;
    let after = Annotation {
        tier,
        ..Annotation::clone(before)
    };
    let label = match tier {
        Tier::Core => "make core",
        Tier::Optional => "make optional",
    };
    let changes = if after.tier == before.tier {
        Vec::new()
    } else {
        vec![replacing(before, after, author)]
    };
    Ok(edit(author, label.to_owned(), changes))
}

/// What a value must be to fit an attribute; `Ok` if it does.
fn refuse_misfit(attribute: &Attribute, value: &AttributeValue) -> Result<(), Refusal> {
    match attribute.kind.expectation_missed_by(value) {
        None => Ok(()),
        Some(expected) => Err(Refusal::BadValue {
            name: attribute.name.to_string(),
            value: value.to_string(),
            expected,
        }),
    }
}

impl AttributeKind {
    /// `None` if the value fits; else what would, in words.
    pub fn expectation_missed_by(&self, value: &AttributeValue) -> Option<String> {
        let expected = match (self, value) {
            (Self::Choice { choices, .. }, AttributeValue::Words(words)) => {
                let is_choice = choices.iter().any(|choice| choice.name == *words);
                let names: Vec<&str> = choices.iter().map(|choice| &*choice.name).collect();
                return (!is_choice).then(|| format!("one of {}", names.join(", ")));
            }
            (Self::Text | Self::Entity, AttributeValue::Words(_))
            | (Self::Number, AttributeValue::Number(_))
            | (Self::YesNo, AttributeValue::YesNo(_)) => return None,
            (Self::Date, AttributeValue::Words(words)) if is_date(words) => return None,
            (Self::Choice { choices, .. }, _) => {
                let names: Vec<&str> = choices.iter().map(|choice| &*choice.name).collect();
                return Some(format!("one of {}", names.join(", ")));
            }
            (Self::Text | Self::Entity, _) => "words",
            (Self::Number, _) => "a number",
            (Self::YesNo, _) => "yes or no",
            (Self::Date, _) => "a date such as 2024, 2024-05 or 2024-05-14",
        };
        Some(expected.to_owned())
    }
}

/// `2024`, `2024-05` or `2024-05-14`.
fn is_date(words: &str) -> bool {
    let padded = match words.len() {
        4 => format!("{words}-01-01"),
        7 => format!("{words}-01"),
        _ => words.to_owned(),
    };
    padded.len() == 10 && padded.parse::<jiff::civil::Date>().is_ok()
}

fn find<'a>(
    project: &'a Project,
    annotation_id: &AnnotationId,
) -> Result<&'a Arc<Annotation>, Refusal> {
    project
        .annotations
        .get(annotation_id)
        .ok_or_else(|| Refusal::NoAnnotation(annotation_id.clone()))
}

pub(super) fn replacing(
    before: &Arc<Annotation>,
    mut after: Annotation,
    author: &Author,
) -> Change {
    after.changed = Some(Stamp {
        by: author.annotator_id.clone(),
        at: author.at,
    });
    Change::Annotation(Swap::replacing(before.clone(), Arc::new(after)))
}

/// The same words, tag and annotator twice would be a slip of the hand, and no format could tell them apart.
fn refuse_twin(project: &Project, annotation: &Annotation) -> Result<(), Refusal> {
    let near = project
        .annotations
        .overlapping(&annotation.document_id, annotation.spans.first());
    let twin = near.iter().find(|other| {
        other.id != annotation.id
            && other.id.annotator_id == annotation.id.annotator_id
            && other.tag_id == annotation.tag_id
            && other.spans == annotation.spans
    });
    twin.map_or(Ok(()), |twin| {
        Err(Refusal::AlreadyTagged(twin.tag_id.clone()))
    })
}

/// A document that was new or not assigned is in progress once its first words are tagged.
fn begin_document(project: &Project, author: &Author, document_id: &DocumentId) -> Option<Change> {
    let before = project.documents.get(document_id)?;
    if before.state_of(&author.annotator_id) > DocumentState::New {
        return None;
    }
    let mut after = (**before).clone();
    after
        .states
        .insert(author.annotator_id.clone(), DocumentState::InProgress);
    Some(Change::Document(Swap::replacing(
        before.clone(),
        Arc::new(after),
    )))
}

fn links_that_no_longer_fit(project: &Project, annotation: &Annotation) -> Vec<Change> {
    let tag_of = |id: &AnnotationId| match *id == annotation.id {
        true => Some(&annotation.tag_id),
        false => project.annotations.get(id).map(|other| &other.tag_id),
    };
    let misfits = project.links.of(&annotation.id).filter(|link| {
        let kind = project.codebook.link_kind(&link.kind);
        let ends = tag_of(&link.from).zip(tag_of(&link.to));
        kind.zip(ends)
            .is_some_and(|(kind, (from, to))| !kind.joins(from, to))
    });
    misfits
        .map(|link| Change::Link(Swap::removing(link.clone())))
        .collect()
}

fn claims_without<'a>(
    project: &'a Project,
    annotation_ids: &'a BTreeSet<AnnotationId>,
) -> impl Iterator<Item = Change> + 'a {
    let touched = project
        .claims
        .values()
        .filter(|claim| !claim.annotation_ids.is_disjoint(annotation_ids));
    touched.map(|before| {
        let mut after = (**before).clone();
        after
            .annotation_ids
            .retain(|id| !annotation_ids.contains(id));
        Change::Claim(Swap::replacing(before.clone(), Arc::new(after)))
    })
}

fn edit(author: &Author, label: String, changes: Vec<Change>) -> Edit {
    Edit {
        label,
        author: author.clone(),
        changes,
    }
}
