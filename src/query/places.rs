//! What stands where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{Annotation, AnnotationId, Document, DocumentId, Project, QUOTE_JOIN, Texts};
use crate::text::{ByteOffset, Span, Spans, Text};

/// The annotations whose quote is not where they say, or whose text is not there.
pub fn misplaced(project: &Project, texts: &Texts) -> BTreeSet<AnnotationId> {
    let is_misplaced = |annotation: &&Arc<Annotation>| {
        !texts
            .get(&annotation.document_id)
            .is_some_and(|text| annotation.agrees_with(text))
    };
    project
        .annotations
        .iter()
        .filter(is_misplaced)
        .map(|annotation| annotation.id.clone())
        .collect()
}

/// Where words stand in a text, in order. The pieces of a discontinuous quote must follow one another.
pub fn places_of_quote(text: &Text, quote: &str) -> Vec<Spans> {
    let pieces: Vec<&str> = quote
        .split(QUOTE_JOIN)
        .filter(|piece| !piece.is_empty())
        .collect();
    let Some((first, rest)) = pieces.split_first() else {
        return Vec::new();
    };
    let starts = text.as_str().match_indices(first).map(|(start, _)| start);
    starts
        .filter_map(|start| pieces_from(text, start, first, rest))
        .collect()
}

fn pieces_from(text: &Text, start: usize, first: &str, rest: &[&str]) -> Option<Spans> {
    let mut spans = vec![Span::new(
        ByteOffset(start),
        ByteOffset(start + first.len()),
    )?];
    let mut from = start + first.len();
    for piece in rest {
        let start = from + text.as_str().get(from..)?.find(piece)?;
        from = start + piece.len();
        spans.push(Span::new(ByteOffset(start), ByteOffset(from))?);
    }
    Spans::new(spans)
}

/// For misplaced annotations whose words stand in exactly one place: that place, by document.
pub fn found_again(
    project: &Project,
    texts: &Texts,
    misplaced: &BTreeSet<AnnotationId>,
) -> BTreeMap<DocumentId, Vec<(AnnotationId, Spans)>> {
    let mut found: BTreeMap<DocumentId, Vec<(AnnotationId, Spans)>> = BTreeMap::new();
    for annotation in misplaced
        .iter()
        .filter_map(|id| project.annotations.get(id))
    {
        let Some(text) = texts.get(&annotation.document_id) else {
            continue;
        };
        let mut places = places_of_quote(text, &annotation.quote);
        if let (Some(only), true) = (places.pop(), places.is_empty()) {
            found
                .entry(annotation.document_id.clone())
                .or_default()
                .push((annotation.id.clone(), only));
        }
    }
    found
}

/// The documents whose title, id or path has all the words in it, in whichever case.
pub fn filter_documents<'a>(
    project: &'a Project,
    words: &str,
) -> impl Iterator<Item = &'a Arc<Document>> {
    let needles: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    project.documents.values().filter(move |document| {
        let is_in = |needle: &String| {
            let has = |hay: &str| hay.to_lowercase().contains(needle.as_str());
            has(document.title()) || has(document.id.as_str()) || has(&document.path)
        };
        needles.iter().all(is_in)
    })
}
