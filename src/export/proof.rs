//! Compares what was read back with what was exported.

use std::collections::BTreeMap;

use super::{Exporting, Loss, LossReport};
use crate::import::Imported;
use crate::model::{Annotation, Project, quote_of};
use crate::text::{Text, is_blank};

/// What a format keeps of an annotation besides document and tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// Everything: ids, places, attributes, links, regions.
    Everything,
    /// Places, quotes, attributes and notes of each annotation, and links within documents.
    Annotations,
    /// The words of each annotation, token by token. What was left out or widened is in the report.
    Tokens,
}

/// `Ok` if the difference is what the report says.
pub fn compare(
    exporting: &Exporting<'_>,
    losses: &LossReport,
    read_back: &Imported,
    carries: Carries,
) -> Result<(), String> {
    match carries {
        Carries::Everything => compare_everything(exporting, &read_back.project),
        Carries::Annotations => compare_lists(exporting, read_back),
        Carries::Tokens => compare_tokens(exporting, losses, read_back),
    }
}

/// Entry by entry, by id.
fn compare_everything(exporting: &Exporting<'_>, read: &Project) -> Result<(), String> {
    let mut count = 0;
    for (_, annotation) in exporting.annotations() {
        count += 1;
        if read.annotations.get(&annotation.id) != Some(annotation) {
            return Err(format!("annotation {} is not the same", annotation.id));
        }
    }
    if read.annotations.len() != count {
        return Err(format!(
            "{} annotations instead of {count}",
            read.annotations.len()
        ));
    }
    let is_kept = |id: &crate::model::AnnotationId| read.annotations.get(id).is_some();
    for link in exporting
        .project
        .links
        .iter()
        .filter(|link| is_kept(&link.from) && is_kept(&link.to))
    {
        if read.links.get(&link.id) != Some(link) {
            return Err(format!("link {} is not the same", link.id));
        }
    }
    for region in exporting.documents.iter().flat_map(|each| &each.regions) {
        if read.regions.get(&region.id) != Some(region) {
            return Err(format!("region {} is not the same", region.id));
        }
    }
    for each in &exporting.documents {
        let same = read.documents.get(&each.document.id);
        if same.is_none_or(|read| {
            read.fields != each.document.fields || read.states != each.document.states
        }) {
            return Err(format!("document “{}” is not the same", each.document.id));
        }
    }
    Ok(())
}

/// The same annotations in each document, whatever their ids.
fn compare_lists(exporting: &Exporting<'_>, read_back: &Imported) -> Result<(), String> {
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    for (text, annotation) in exporting.annotations() {
        if let Some(fingerprint) = fingerprint(annotation, text) {
            *expected.entry(fingerprint).or_default() += 1;
        }
    }
    for annotation in read_back.project.annotations.iter() {
        let Some(text) = read_back.texts.get(&annotation.document_id) else {
            return Err(format!(
                "the text of “{}” is missing",
                annotation.document_id
            ));
        };
        if let Some(fingerprint) = fingerprint(annotation, text) {
            *expected.entry(fingerprint).or_default() -= 1;
        }
    }
    match expected.iter().find(|(_, count)| **count != 0) {
        None => Ok(()),
        Some((what, 1..)) => Err(format!("an annotation is missing: {what}")),
        Some((what, _)) => Err(format!(
            "an annotation has come up that was not there: {what}"
        )),
    }
}

/// Document, tag, place, words, attributes and note of an annotation, without what formats write differently:
/// white space, line breaks, numbers as words. `None` for one without a visible letter, which formats of lines
/// cannot hold.
fn fingerprint(annotation: &Annotation, text: &Text) -> Option<String> {
    let quote = letters(&quote_of(text, &annotation.spans).unwrap_or_default());
    if quote.is_empty() {
        return None;
    }
    let first = annotation
        .spans
        .iter()
        .find(|span| !letters(text.slice(*span).unwrap_or_default()).is_empty())?;
    let before = letters(text.as_str().get(..first.start().0).unwrap_or_default())
        .chars()
        .count();
    let attributes: Vec<String> = annotation
        .attributes
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let (attributes, note) = (letters(&attributes.join(";")), letters(&annotation.note));
    Some(format!(
        "{} in {} at {before}: “{quote}” [{attributes}] {note}",
        annotation.tag_id, annotation.document_id
    ))
}

/// As many annotations as there should be after what the report says, and each with the words of one of the
/// project's, to which widening may have added. Documents come in the same order.
fn compare_tokens(
    exporting: &Exporting<'_>,
    losses: &LossReport,
    read_back: &Imported,
) -> Result<(), String> {
    let all = exporting.annotations().count();
    let left_out =
        losses.count(Loss::OverlappingAnnotation) + losses.count(Loss::AnnotationWithoutWord);
    let found = read_back.project.annotations.len();
    if found + left_out != all {
        return Err(format!(
            "{found} annotations and {left_out} left out, of {all}"
        ));
    }
    for (each, document_id) in exporting
        .documents
        .iter()
        .zip(read_back.project.documents.keys())
    {
        let whole = |annotation: &Annotation| {
            letters(each.text.slice(annotation.spans.hull()).unwrap_or_default())
        };
        let mut kept: Vec<String> = each
            .annotations
            .iter()
            .map(|annotation| whole(annotation))
            .collect();
        // The longest first, so that one is not taken for a shorter one inside it.
        kept.sort_by_key(|kept| std::cmp::Reverse(kept.len()));
        for read in read_back.project.annotations.in_document(document_id) {
            let words = letters(&read.quote);
            let Some(index) = kept.iter().position(|kept| words.contains(kept.as_str())) else {
                return Err(format!(
                    "“{}” in “{}” was not marked",
                    read.quote, each.document.id
                ));
            };
            kept.remove(index);
        }
    }
    Ok(())
}

/// Without white space, control characters, invisible marks and the mark between pieces, which formats write
/// differently.
fn letters(words: &str) -> String {
    let is_letter =
        |c: &char| !is_blank(c.encode_utf8(&mut [0; 4])) && !c.is_control() && *c != '…';
    words.chars().filter(is_letter).collect()
}
