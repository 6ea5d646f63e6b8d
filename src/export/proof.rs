//! Compares what was read back with what was exported.

use std::cell::LazyCell;
use std::collections::HashMap;

use rayon::prelude::*;

use super::kept::{AllBut, Facts};
use super::letters::{LettersBefore, is_letter};
use super::{Exporting, ExportingDocument, Loss, LossReport};
use crate::import::ImportReport;
use crate::model::{Annotation, DocumentId, Project, Texts, quote_of};
use crate::text::Span;

/// What a format keeps, for the loss report and for the comparison after reading back.
#[derive(Debug, Clone, Copy)]
pub enum Carries {
    /// Everything, with ids.
    Everything,
    /// Everything but these things, where white space, line breaks and numbers may be written differently.
    Loosely(AllBut),
    /// The words of each annotation, token by token. What was left out or widened is in the report.
    Tokens(Tokens),
    /// Everything but these things, which go into the report.
    AllBut(AllBut),
}

/// What a format of tokens keeps of a document.
#[derive(Debug, Clone, Copy)]
pub struct Tokens {
    /// Whether its text is in the file.
    pub has_text: bool,
    /// The tag and the words of each annotation, in the order in which they are read back.
    pub carried: fn(&ExportingDocument<'_>) -> Vec<(String, String)>,
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
        Carries::Everything => compare_everything(exporting, read_back),
        Carries::Loosely(kept) => compare_loosely(exporting, read_back, kept),
        Carries::Tokens(tokens) => compare_tokens(exporting, losses, read_back, tokens),
        Carries::AllBut(all_but) => {
            all_but.compare(exporting, &read_back.project, &read_back.texts)
        }
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
fn compare_everything(exporting: &Exporting<'_>, read_back: &ReadBack) -> Result<(), String> {
    let read = &read_back.project;
    exporting.documents.par_iter().try_for_each(|each| {
        let other = each
            .annotations
            .iter()
            .find(|annotation| read.annotations.get(&annotation.id) != Some(annotation));
        other.map_or(Ok(()), |other| {
            Err(format!("annotation {} is not the same", other.id))
        })
    })?;
    let count = exporting.annotations().count();
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
    exporting.documents.par_iter().try_for_each(|each| {
        if read_back.texts.get(&each.document.id) != Some(each.text) {
            return Err(format!(
                "the text of “{}” is not the same",
                each.document.id
            ));
        }
        let same = read.documents.get(&each.document.id);
        if same.is_none_or(|read| {
            read.fields != each.document.fields || read.states != each.document.states
        }) {
            return Err(format!("document “{}” is not the same", each.document.id));
        }
        Ok(())
    })
}

/// The same documents, and the same annotations and links in them, whatever their ids.
fn compare_loosely(
    exporting: &Exporting<'_>,
    read_back: &ReadBack,
    kept: AllBut,
) -> Result<(), String> {
    let read = &read_back.project;
    exporting
        .documents
        .par_iter()
        .try_for_each(|each| compare_document(each, read_back, kept))?;
    if read_back.texts.len() != exporting.documents.len() {
        return Err(format!(
            "{} documents instead of {}",
            read_back.texts.len(),
            exporting.documents.len()
        ));
    }
    let mut names = Names {
        texts: &read_back.texts,
        kept,
        known: HashMap::new(),
    };
    let mut facts = Facts::default();
    for (link, from, to) in exporting
        .links()
        .filter(|(link, ..)| kept.keeps_link(exporting, link))
    {
        let fact = names.of_link(&link.kind, from, to);
        fact.into_iter().for_each(|fact| facts.expect(fact));
    }
    for link in read.links.iter() {
        if let Some((from, to)) = read
            .annotations
            .get(&link.from)
            .zip(read.annotations.get(&link.to))
        {
            let fact = names.of_link(&link.kind, from, to);
            fact.into_iter().for_each(|fact| facts.meet(fact));
        }
    }
    facts.outcome()
}

/// One document with its annotations.
fn compare_document(
    each: &ExportingDocument<'_>,
    read_back: &ReadBack,
    kept: AllBut,
) -> Result<(), String> {
    let id = &each.document.id;
    if read_back.texts.get(id) != Some(each.text) {
        return Err(format!("the text of “{id}” is not the same"));
    }
    let found = read_back.project.documents.get(id);
    let same_fields = kept.loses(Loss::DocumentField)
        || found.is_some_and(|found| found.fields == each.document.fields);
    let same_states = kept.loses(Loss::DocumentState)
        || found.is_some_and(|found| found.states == each.document.states);
    if !same_fields || !same_states {
        return Err(format!("document “{id}” is not the same"));
    }
    let before = LazyCell::new(|| LettersBefore::of(each.text));
    let mut facts = Facts::default();
    let mut written = each.annotations.iter().copied();
    let mut read = read_back.project.annotations.in_document(id);
    // Most come back as they were and in the same order; only the others have to be described.
    loop {
        let pair = (written.next(), read.next());
        match pair {
            (None, None) => return facts.outcome(),
            (Some(written), Some(read)) if is_same(written, read, kept) => {}
            (written, read) => {
                let described = |annotation| fingerprint(annotation, &before, kept);
                let written = written.and_then(|annotation| described(annotation));
                written.into_iter().for_each(|fact| facts.expect(fact));
                let read = read.and_then(|annotation| described(annotation));
                read.into_iter().for_each(|fact| facts.meet(fact));
            }
        }
    }
}

/// Whether all that is carried of two annotations is the same, so that their fingerprints are too.
fn is_same(a: &Annotation, b: &Annotation, kept: AllBut) -> bool {
    let may_differ = |loss| kept.loses(loss);
    a.spans == b.spans
        && a.tag_id == b.tag_id
        && (may_differ(Loss::Attributes) || a.attributes == b.attributes)
        && (may_differ(Loss::Note) || a.note == b.note)
        && (may_differ(Loss::Tier) || a.tier == b.tier)
        && (may_differ(Loss::Annotator) || a.annotator_id() == b.annotator_id())
        && (may_differ(Loss::Time) || (a.created_at == b.created_at && a.changed == b.changed))
}

/// What links and their ends are called, whatever their ids.
struct Names<'a> {
    texts: &'a Texts,
    kept: AllBut,
    known: HashMap<&'a DocumentId, LettersBefore<'a>>,
}

impl<'a> Names<'a> {
    /// `None` for a link of one without a visible letter, which cannot be told from others.
    fn of_link(&mut self, kind: &str, from: &Annotation, to: &Annotation) -> Option<String> {
        Some(format!(
            "{kind} from {} to {}",
            self.of(from)?,
            self.of(to)?
        ))
    }

    fn of(&mut self, annotation: &Annotation) -> Option<String> {
        let (id, text) = self.texts.get_key_value(&annotation.document_id)?;
        let before = self
            .known
            .entry(id)
            .or_insert_with(|| LettersBefore::of(text));
        fingerprint(annotation, before, self.kept)
    }
}

/// What is carried of an annotation, without what formats write differently: white space, line breaks, numbers as
/// words. `None` for one without a visible letter, which formats of lines cannot hold.
fn fingerprint(
    annotation: &Annotation,
    letters_before: &LettersBefore<'_>,
    kept: AllBut,
) -> Option<String> {
    let text = letters_before.text;
    let hull = annotation.spans.hull();
    let keeps_pieces = !kept.loses(Loss::DiscontinuousAnnotation);
    let quote = match keeps_pieces {
        true => letters(&quote_of(text, &annotation.spans).unwrap_or_default()),
        false => letters(text.slice(hull).unwrap_or_default()),
    };
    if quote.is_empty() {
        return None;
    }
    let has_letters = |span: &Span| !letters(text.slice(*span).unwrap_or_default()).is_empty();
    let first = match keeps_pieces {
        true => annotation.spans.iter().find(has_letters)?.start(),
        false => hull.start(),
    };
    let mut words = format!(
        "{} in {} at {}: “{quote}”",
        annotation.tag_id,
        annotation.document_id,
        letters_before.count(first)
    );
    let mut add = |part: String| {
        words.push_str(" / ");
        words.push_str(&part);
    };
    if !kept.loses(Loss::Attributes) {
        let attributes: Vec<String> = annotation
            .attributes
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        add(letters(&attributes.join(";")));
    }
    if !kept.loses(Loss::Note) {
        add(letters(&annotation.note));
    }
    if !kept.loses(Loss::Tier) {
        add(format!("{:?}", annotation.tier));
    }
    if !kept.loses(Loss::Annotator) {
        add(annotation.annotator_id().to_string());
    }
    if !kept.loses(Loss::Time) {
        add(format!(
            "{:?} {:?}",
            annotation.created_at, annotation.changed
        ));
    }
    Some(words)
}

/// The tags and words of the tokens, document by document in the same order, and as many annotations as there
/// should be after what the report says.
fn compare_tokens(
    exporting: &Exporting<'_>,
    losses: &LossReport,
    read_back: &ReadBack,
    tokens: Tokens,
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
        if tokens.has_text && read_back.texts.get(document_id) != Some(each.text) {
            return Err(format!("the text of “{document_id}” is not the same"));
        }
        let read = read_back.project.annotations.in_document(document_id);
        let read =
            read.map(|annotation| (annotation.tag_id.to_string(), letters(&annotation.quote)));
        let carried = (tokens.carried)(each)
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

/// Without what formats write differently: white space, invisible characters and the mark between pieces.
fn letters(words: &str) -> String {
    words
        .chars()
        .filter(|c| is_letter(c) && *c != '…')
        .collect()
}
