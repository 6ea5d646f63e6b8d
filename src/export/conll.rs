//! CoNLL IOB2: a token and its tag a line, a blank line behind each sentence. For training taggers.
//!
//! The strict profile: UTF-8, LF, `token TAB tag`, `-DOCSTART-` before each document. A token carries one tag, so
//! of annotations that overlap only the first is kept (the longer one of two that begin together); the report
//! names the others. An annotation that cuts a token is widened to it.

use std::collections::BTreeMap;

use super::{
    Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport, one_file, proof::Carries,
};
use crate::import;
use crate::model::Annotation;
use crate::text::{Span, Text, sentences_of_line, words_of};

/// CoNLL IOB2.
pub const CONLL: Format = Format {
    name: "conll",
    title: "CoNLL IOB2",
    description: "A token and its tag a line; for training taggers",
    ending: Some("conll"),
    write,
    reader: Some(&import::CONLL),
    carries: Carries::Tokens,
};

/// What stands behind a token.
type Labels<'a> = BTreeMap<usize, (&'static str, &'a Annotation)>;

fn write(exporting: &Exporting<'_>, losses: &mut LossReport) -> Vec<FileInMemory> {
    let mut words = String::new();
    for each in &exporting.documents {
        words.push_str("-DOCSTART-\tO\n\n");
        write_document(each, &mut words, losses);
    }
    report_the_rest(exporting, losses);
    one_file("tokens.conll", words.into_bytes())
}

fn write_document(each: &ExportingDocument<'_>, words: &mut String, losses: &mut LossReport) {
    let sentences: Vec<Vec<Span>> = sentences_of(each.text)
        .into_iter()
        .map(|span| words_of(each.text, span))
        .collect();
    let tokens: Vec<Span> = sentences.iter().flatten().copied().collect();
    let labels = labels(each, &tokens, losses);
    let mut number = 0;
    for sentence in sentences.iter().filter(|sentence| !sentence.is_empty()) {
        for token in sentence {
            words.push_str(&token_words(each.text, *token));
            match labels.get(&number) {
                Some((prefix, annotation)) => {
                    words.push_str(&format!(
                        "\t{prefix}-{}\n",
                        tag_name(annotation.tag_id.as_str())
                    ));
                }
                None => words.push_str("\tO\n"),
            }
            number += 1;
        }
        // A sentence break inside an annotation would cut it in two.
        let goes_on = labels
            .get(&number)
            .is_some_and(|(prefix, _)| *prefix == "I");
        if !goes_on {
            words.push('\n');
        }
    }
}

fn sentences_of(text: &Text) -> Vec<Span> {
    (0..text.line_count())
        .flat_map(|line_index| sentences_of_line(text, line_index))
        .collect()
}

/// Which token carries which annotation; what finds no free token goes into the report.
fn labels<'a>(
    each: &ExportingDocument<'a>,
    tokens: &[Span],
    losses: &mut LossReport,
) -> Labels<'a> {
    let mut annotations: Vec<&Annotation> = each
        .annotations
        .iter()
        .map(|annotation| &***annotation)
        .collect();
    annotations.sort_by_key(|annotation| {
        let hull = annotation.spans.hull();
        (
            hull.start(),
            std::cmp::Reverse(hull.end()),
            annotation.id.clone(),
        )
    });
    let mut labels = Labels::new();
    for annotation in annotations {
        let hull = annotation.spans.hull();
        let first = tokens.partition_point(|token| token.end() <= hull.start());
        let behind = tokens.partition_point(|token| token.start() < hull.end());
        if first >= behind {
            losses.add(Loss::AnnotationWithoutWord, &annotation.id);
            continue;
        }
        if labels.range(first..behind).next().is_some() {
            losses.add(Loss::OverlappingAnnotation, &annotation.id);
            continue;
        }
        if annotation.spans.count() > 1 {
            losses.add(Loss::DiscontinuousAnnotation, &annotation.id);
        }
        let is_widened = tokens
            .get(first)
            .is_some_and(|token| token.start() < hull.start())
            || tokens
                .get(behind - 1)
                .is_some_and(|token| token.end() > hull.end());
        if is_widened {
            losses.add(Loss::WidenedAnnotation, &annotation.id);
        }
        for number in first..behind {
            labels.insert(
                number,
                (if number == first { "B" } else { "I" }, annotation),
            );
        }
    }
    labels
}

/// The format has nothing but tokens and tags.
fn report_the_rest(exporting: &Exporting<'_>, losses: &mut LossReport) {
    for (_, annotation) in exporting.annotations() {
        losses.add(Loss::Annotator, &annotation.id);
        if !annotation.attributes.is_empty() {
            losses.add(Loss::Attributes, &annotation.id);
        }
        if !annotation.note.is_empty() {
            losses.add(Loss::Note, &annotation.id);
        }
    }
    exporting
        .project
        .links
        .iter()
        .for_each(|link| losses.add(Loss::Link, &link.id));
    exporting
        .documents
        .iter()
        .flat_map(|each| &each.regions)
        .for_each(|region| losses.add(Loss::Region, &region.id));
    exporting
        .project
        .claims
        .keys()
        .for_each(|claim_id| losses.add(Loss::Claim, claim_id));
}

/// What the tokens of each annotation that is kept say, with its tag, in the order of the text. By this the
/// reader's work is judged.
pub(super) fn carried(each: &ExportingDocument<'_>) -> Vec<(String, String)> {
    let tokens: Vec<Span> = sentences_of(each.text)
        .into_iter()
        .flat_map(|span| words_of(each.text, span))
        .collect();
    let mut carried: Vec<(String, String)> = Vec::new();
    for (number, (prefix, annotation)) in labels(each, &tokens, &mut LossReport::default()) {
        let words = tokens
            .get(number)
            .map(|token| token_words(each.text, *token))
            .unwrap_or_default();
        match carried.last_mut() {
            Some((_, whole)) if prefix == "I" => whole.push_str(&words),
            _ => carried.push((tag_name(annotation.tag_id.as_str()), words)),
        }
    }
    carried
}

/// A token never has white space in it; a no-break space inside a number may stay in a word.
fn token_words(text: &Text, token: Span) -> String {
    let words = text.slice(token).unwrap_or_default();
    words
        .chars()
        .map(|c| if c.is_whitespace() { '_' } else { c })
        .collect()
}

/// A tag has no white space in this format.
fn tag_name(tag: &str) -> String {
    tag.chars()
        .map(|c| if c.is_whitespace() { '_' } else { c })
        .collect()
}
