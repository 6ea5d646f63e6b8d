//! Compares what was read back with what was exported.

use std::collections::BTreeMap;

use super::{Exporting, Loss, LossReport};
use crate::import::ImportReport;
use crate::model::{Annotation, Project, Texts, quote_of};
use crate::text::{ByteOffset, Text, is_blank};

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

/// What an importer made of what was written.
pub struct ReadBack {
    project: Project,
    texts: Texts,
    report: ImportReport,
}

impl From<(Project, Texts, ImportReport)> for ReadBack {
    fn from((project, texts, report): (Project, Texts, ImportReport)) -> Self {
        Self {
            project,
            texts,
            report,
        }
    }
}

/// `Ok` if the difference is what the report says.
pub fn compare(
    exporting: &Exporting<'_>,
    losses: &LossReport,
    read_back: &ReadBack,
    carries: Carries,
) -> Result<(), String> {
    refuse_healing(&read_back.report)?;
    match carries {
        Carries::Everything => compare_everything(exporting, &read_back.project),
        Carries::Annotations => compare_lists(exporting, read_back),
        Carries::Tokens => compare_tokens(exporting, losses, read_back),
    }
}

/// An importer mends what others wrote; what we wrote must not need it.
fn refuse_healing(report: &ImportReport) -> Result<(), String> {
    let displaced = report.moved.iter().chain(&report.unplaced).next();
    let problem = report.problems.iter().find(|problem| problem.is_loss);
    match (displaced, problem) {
        (Some(each), _) => Err(format!(
            "{} “{}” of “{}”: {}",
            each.tag, each.quote, each.document, each.why
        )),
        (_, Some(problem)) => Err(format!(
            "line {}: {} {}",
            problem.line, problem.words, problem.what
        )),
        _ => Ok(()),
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
fn compare_lists(exporting: &Exporting<'_>, read_back: &ReadBack) -> Result<(), String> {
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    for each in &exporting.documents {
        let before = LettersBefore::of(each.text);
        for annotation in each
            .annotations
            .iter()
            .filter_map(|annotation| fingerprint(annotation, &before))
        {
            *expected.entry(annotation).or_default() += 1;
        }
    }
    for (document_id, text) in &read_back.texts {
        let before = LettersBefore::of(text);
        let read = read_back.project.annotations.in_document(document_id);
        for annotation in read.filter_map(|annotation| fingerprint(annotation, &before)) {
            *expected.entry(annotation).or_default() -= 1;
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
fn fingerprint(annotation: &Annotation, letters_before: &LettersBefore<'_>) -> Option<String> {
    let text = letters_before.text;
    let quote = letters(&quote_of(text, &annotation.spans).unwrap_or_default());
    if quote.is_empty() {
        return None;
    }
    let first = annotation
        .spans
        .iter()
        .find(|span| !letters(text.slice(*span).unwrap_or_default()).is_empty())?;
    let before = letters_before.count(first.start());
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

/// The tags and words of the tokens, document by document in the same order, and as many annotations as there
/// should be after what the report says.
fn compare_tokens(
    exporting: &Exporting<'_>,
    losses: &LossReport,
    read_back: &ReadBack,
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
        let read = read_back.project.annotations.in_document(document_id);
        let read =
            read.map(|annotation| (annotation.tag_id.to_string(), letters(&annotation.quote)));
        let carried = super::conll::carried(each)
            .into_iter()
            .map(|(tag, words)| (tag, letters(&words)));
        if let Some((read, carried)) = read.zip(carried).find(|(read, carried)| read != carried) {
            return Err(format!(
                "“{}” instead of “{}” in “{}”",
                read.1, carried.1, each.document.id
            ));
        }
    }
    Ok(())
}

/// How many letters stand before a place, in time that does not grow with the text.
struct LettersBefore<'a> {
    text: &'a Text,
    /// At each multiple of [`Self::STEP`] bytes, moved back to a character's start.
    counts: Vec<usize>,
}

impl<'a> LettersBefore<'a> {
    const STEP: usize = 2048;

    fn of(text: &'a Text) -> Self {
        let mut counts = vec![0];
        let place = |number: usize| text.floor(ByteOffset(number * Self::STEP)).0;
        for number in 1..=text.end().0 / Self::STEP {
            let piece = text
                .as_str()
                .get(place(number - 1)..place(number))
                .unwrap_or_default();
            let so_far = counts.last().copied().unwrap_or(0);
            counts.push(so_far + count_letters(piece));
        }
        Self { text, counts }
    }

    fn count(&self, offset: ByteOffset) -> usize {
        let number = offset.0 / Self::STEP;
        let from = self.text.floor(ByteOffset(number * Self::STEP)).0;
        let rest = self.text.as_str().get(from..offset.0).unwrap_or_default();
        self.counts.get(number).copied().unwrap_or(0) + count_letters(rest)
    }
}

/// Without white space, control characters, invisible marks and the mark between pieces, which formats write
/// differently.
fn letters(words: &str) -> String {
    words.chars().filter(is_letter).collect()
}

fn count_letters(words: &str) -> usize {
    words.chars().filter(is_letter).count()
}

fn is_letter(c: &char) -> bool {
    !is_blank(c.encode_utf8(&mut [0; 4])) && !c.is_control() && *c != '…'
}
