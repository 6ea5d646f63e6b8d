//! brat standoff: a text and its annotations in two files, and up to four configuration files.
//!
//! An event is its trigger's annotation, with a link for each argument named by its role. Attributes, notes and
//! normalizations of an event are those of its trigger. Normalizations become attributes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::brat_config::{read_configuration, spread};
use super::files::Files;
use super::found::{Found, FoundDocument, FoundLink, FoundSpan, FoundText, MOST_THINGS};
use super::names::bounded;
use super::{
    FileInMemory, Format, ImportError, ImportOptions, MOST_AT_ONCE, Mark, Reading, stem, unescaped,
};
use crate::model::AttributeValue;

/// brat standoff.
pub const BRAT: Format = Format {
    name: "brat",
    title: "brat standoff",
    description: "Texts with .ann files beside them, events, relations and configuration; also BioNLP .a1 and .a2",
    endings: &["ann", "a1", "a2"],
    recognise: |files| files.ending_in(BRAT.endings).next().is_some(),
    mapping: None,
    read,
};

/// The attribute that holds a reference to a database.
const NORMALIZATION: &str = "normalization";
/// The kind of link between annotations that brat calls equivalent.
const EQUIVALENCE: &str = "Equiv";

fn read(files: &Files<'_>, _: &ImportOptions) -> Result<Found, ImportError> {
    // The two files of a BioNLP document are one.
    let mut by_document: BTreeMap<&str, Vec<&FileInMemory>> = BTreeMap::new();
    for file in files.ending_in(BRAT.endings) {
        let path = file
            .path
            .rsplit_once('.')
            .map_or(file.path.as_str(), |(path, _)| path);
        by_document.entry(path).or_default().push(file);
    }
    if by_document.is_empty() && files.ending_in(&["conf"]).next().is_none() {
        return Err(ImportError::WrongFormat(BRAT.title));
    }
    let documents: Vec<(&str, Vec<&FileInMemory>)> = by_document.into_iter().collect();
    let several = folders_of(&documents, files);
    let count = AtomicUsize::new(0);
    let read = documents.par_iter().map(|(path, own)| {
        if count.load(Ordering::Relaxed) > MOST_AT_ONCE {
            return Err(ImportError::TooMany);
        }
        let found = read_document(path, own, files, &several)?;
        count.fetch_add(found.thing_count(), Ordering::Relaxed);
        Ok(found)
    });
    let read: Vec<Result<Found, ImportError>> = read.collect();
    let mut found = Found::default();
    for document in read {
        found.append(document?);
    }
    for file in files.iter().filter(|file| file.path.ends_with(".conf")) {
        let words = file.words(&mut found)?;
        read_configuration(&mut found, stem(&file.path), &words);
    }
    Ok(found)
}

/// The folders in which documents lie that lie with the same text in others as well: each is an annotator's.
fn folders_of<'a>(
    documents: &[(&'a str, Vec<&FileInMemory>)],
    files: &Files<'_>,
) -> HashSet<&'a str> {
    let mut by_name: HashMap<&str, Vec<&'a str>> = HashMap::new();
    for (path, _) in documents {
        let name = path.rsplit('/').next().unwrap_or(path);
        by_name.entry(name).or_default().push(path);
    }
    let text = |path: &str| files.get(&format!("{path}.txt")).map(|file| &file.bytes);
    let several = by_name.into_values().filter(|paths| paths.len() > 1);
    let same = several.filter(|paths| {
        let first = paths.first().map(|path| text(path));
        paths.iter().all(|path| Some(text(path)) == first)
    });
    same.flatten()
        .filter_map(|path| path.rsplit_once('/').map(|(folder, _)| folder))
        .collect()
}

/// The lines of one document, by what refers to what.
struct Lines {
    file: Arc<str>,
    /// What all keys begin with.
    before: String,
    document: FoundDocument,
    /// Spans by brat's ids.
    by_id: HashMap<String, usize>,
    /// The spans that events are about.
    triggers: HashMap<String, String>,
    /// How many events each span is the trigger of.
    events_of: HashMap<String, usize>,
    /// What stands of the last span's quote on further lines.
    further_quote: String,
    /// How many characters of that quote are missing still.
    missing_characters: usize,
    /// Who made these, if each annotator has a folder.
    annotator: Arc<str>,
    /// What is remarked on spans.
    notes: HashMap<usize, String>,
    found: Found,
}

fn read_document(
    path: &str,
    files: &[&FileInMemory],
    all: &Files<'_>,
    folders: &HashSet<&str>,
) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let name = path.rsplit('/').next().unwrap_or(path);
    let folder = path
        .rsplit_once('/')
        .map(|(folder, _)| folder)
        .filter(|folder| folders.contains(folder));
    let label = files.first().map(|file| file.label()).unwrap_or_default();
    let mut document = FoundDocument {
        name: unescaped(name),
        file: label.clone(),
        ..FoundDocument::default()
    };
    match all.get(&format!("{path}.txt")).or_else(|| all.text(name)) {
        Some(text) => {
            let (text, encoding) = text.text(&mut found)?;
            // brat counts a byte order mark as the first character of the text.
            if encoding.has_byte_order_mark {
                document.reading = Reading {
                    mark: Mark::Counted,
                    ..Reading::default()
                };
            }
            document.text = text;
            document.encoding = Some(encoding);
        }
        None => document.text = FoundText::Named(name.to_owned()),
    }
    let annotator = folder
        .and_then(|folder| folder.rsplit('/').next())
        .unwrap_or_default()
        .into();
    let mut lines = Lines {
        before: bounded(&label).into_owned(),
        file: label,
        document,
        by_id: HashMap::new(),
        triggers: HashMap::new(),
        events_of: HashMap::new(),
        further_quote: String::new(),
        missing_characters: 0,
        annotator,
        notes: HashMap::new(),
        found,
    };
    let mut later = Vec::new();
    for file in files {
        let words = file.words(&mut lines.found)?;
        for (number, line) in whole_lines(&words) {
            if lines.document.spans.len() + later.len() == MOST_THINGS {
                lines
                    .found
                    .stopped(&lines.file, number, MOST_THINGS, "lines");
                break;
            }
            lines.read_first(number, line, &mut later);
        }
    }
    lines.end_quote();
    for (_, line) in later.iter().filter(|(_, line)| line.starts_with('E')) {
        lines.note_trigger(line);
    }
    for (number, line) in later {
        if let Err(why) = lines.read_later(number, &line) {
            lines.found.left_out(
                &lines.file.clone(),
                number,
                format!("left out: {why}"),
                line,
            );
        }
    }
    let Lines {
        mut document,
        notes,
        mut found,
        ..
    } = lines;
    for (index, note) in notes {
        if let Some(span) = document.spans.get_mut(index) {
            span.note = note.into();
        }
    }
    found.documents.push(document);
    Ok(found)
}

/// The lines with their numbers. A line without an id belongs to the one before: its words have a line break.
fn whole_lines(words: &str) -> impl Iterator<Item = (usize, &str)> {
    words
        .split('\n')
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim_end_matches('\r')))
        .filter(|(_, line)| !line.trim().is_empty())
}

/// `T12`, `#3`, `*`, but not `T1.2`.
fn is_id(id: &str) -> bool {
    /// Longer ones would stand in every link.
    const MOST_BYTES: usize = 100;
    let digits = id.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '#');
    id == "*"
        || (id.len() <= MOST_BYTES
            && digits.len() < id.len()
            && !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Lines {
    /// Spans at once; what refers to them is kept for later.
    fn read_first(&mut self, number: usize, line: &str, later: &mut Vec<(usize, String)>) {
        let (id, rest) = line.split_once('\t').unwrap_or((line, ""));
        if !is_id(id) {
            let characters = line.chars().count();
            let is_continued = !line.split_whitespace().next().is_none_or(is_id)
                && (1..=self.missing_characters + 1).contains(&characters)
                && self.missing_characters > 0;
            match is_continued {
                true => {
                    self.further_quote.push(' ');
                    self.further_quote.push_str(line);
                    self.missing_characters =
                        self.missing_characters.saturating_sub(characters + 1);
                }
                false => self.found.left_out(
                    &self.file,
                    number,
                    "left out: the line has no id and a TAB behind it",
                    line,
                ),
            }
            return;
        }
        if !id.starts_with('T') {
            later.push((number, line.to_owned()));
            return;
        }
        if self.by_id.contains_key(id) {
            return self.found.left_out(
                &self.file,
                number,
                "left out: the id is there already",
                line,
            );
        }
        match text_bound(rest) {
            Ok((tag, pieces, quote)) => {
                self.by_id.insert(id.to_owned(), self.document.spans.len());
                let length = pieces.iter().fold(0, |sum: usize, [start, end]| {
                    sum.saturating_add(end.saturating_sub(*start))
                });
                self.end_quote();
                self.missing_characters = length.saturating_sub(quote.chars().count());
                self.document.spans.push(FoundSpan {
                    key: self.key(id),
                    pieces,
                    quote: quote.into(),
                    tag: unescaped(tag).into(),
                    annotator: self.annotator.clone().into(),
                    line: number,
                    ..FoundSpan::default()
                });
            }
            Err(why) => self
                .found
                .left_out(&self.file, number, format!("left out: {why}"), line),
        }
    }

    /// Puts the further lines of the last span's quote behind its first.
    fn end_quote(&mut self) {
        let further = std::mem::take(&mut self.further_quote);
        if let Some(last) = self
            .document
            .spans
            .last_mut()
            .filter(|_| !further.is_empty())
        {
            last.quote = format!("{}{further}", last.quote).into();
        }
    }

    /// Unique among all documents of the import. No hyphen and number at its end, or it would look like ours.
    fn key(&self, id: &str) -> String {
        format!("{}\t{id}", self.before)
    }

    /// The span that an id stands for; for an event its trigger's.
    fn span_of(&mut self, id: &str) -> Result<&mut FoundSpan, String> {
        let index = self.index_of(id)?;
        let span = self.document.spans.get_mut(index);
        span.ok_or_else(|| format!("there is no {id}"))
    }

    /// Which of the spans that is.
    fn index_of(&self, id: &str) -> Result<usize, String> {
        if id.starts_with('R') {
            return Err("a link has no attributes and notes here".to_owned());
        }
        let id = self.triggers.get(id).map_or(id, String::as_str);
        let index = self.by_id.get(id).copied();
        index.ok_or_else(|| format!("there is no {id}"))
    }

    fn note_trigger(&mut self, line: &str) {
        let trigger = line
            .split_once('\t')
            .and_then(|(id, rest)| Some((id, rest.split_whitespace().next()?.rsplit_once(':')?.1)));
        if let Some((id, trigger)) = trigger {
            let is_new = self
                .triggers
                .insert(id.to_owned(), trigger.to_owned())
                .is_none();
            *self.events_of.entry(trigger.to_owned()).or_default() += usize::from(is_new);
        }
    }

    fn read_later(&mut self, number: usize, line: &str) -> Result<(), String> {
        let (id, rest) = line
            .split_once('\t')
            .ok_or("there is no TAB behind the id")?;
        match id.chars().next().unwrap_or_default() {
            'E' => self.read_event(number, id, rest),
            'R' => self.read_relation(number, rest),
            '*' => self.read_equivalence(number, rest),
            'A' | 'M' => self.read_attribute(rest),
            'N' => self.read_normalization(rest),
            '#' => self.read_note(rest),
            _ => Err("no kind of line begins like this".to_owned()),
        }
    }

    fn link(&mut self, number: usize, kind: &Arc<str>, from: &str, to: &str) -> Result<(), String> {
        if self.found.links.len() == MOST_THINGS {
            return Err(format!("the document has more than {MOST_THINGS} links"));
        }
        let from = self.span_of(from)?.key.clone();
        let to = self.span_of(to)?.key.clone();
        self.found.links.push(FoundLink {
            kind: kind.clone().into(),
            from,
            to,
            file: self.file.clone(),
            line: number,
            ..FoundLink::default()
        });
        Ok(())
    }

    /// `TYPE:T3 Role:T1 Role2:E2`
    fn read_event(&mut self, number: usize, id: &str, rest: &str) -> Result<(), String> {
        let mut parts = rest.split_whitespace();
        let (tag, trigger) = parts
            .next()
            .and_then(|part| part.rsplit_once(':'))
            .ok_or("the event has no trigger")?;
        let tag = unescaped(tag);
        let span = self.span_of(trigger)?;
        if *span.tag != tag {
            let words = "a trigger has another type than its event; the trigger's is kept";
            self.found
                .left_out(&self.file, number, words, format!("{id}: {tag}"));
        }
        if self
            .events_of
            .get(trigger)
            .is_some_and(|events| *events > 1)
        {
            let words =
                "several events have one trigger; their arguments are all links of its annotation";
            self.found.remark(&self.file, number, words, id);
        }
        let roles: Vec<(&str, &str)> = parts.filter_map(|part| part.rsplit_once(':')).collect();
        let names: HashSet<&str> = roles.iter().map(|(role, _)| *role).collect();
        let mut problem = Ok(());
        for (role, target) in &roles {
            // brat numbers the roles that come again: Theme, Theme2.
            let plain = role.trim_end_matches(|c: char| c.is_ascii_digit());
            let is_again = plain != *role && names.contains(plain);
            let kind = unescaped(if is_again { plain } else { role }).into();
            let outcome = self.link(number, &kind, trigger, target);
            problem = problem.and(outcome);
        }
        problem
    }

    /// `TYPE Arg1:T1 Arg2:T2`
    fn read_relation(&mut self, number: usize, rest: &str) -> Result<(), String> {
        let mut parts = rest.split_whitespace();
        let kind = parts.next().ok_or("the relation has no type")?;
        let ends: Vec<&str> = parts
            .filter_map(|part| Some(part.rsplit_once(':')?.1))
            .collect();
        match ends.as_slice() {
            [from, to] => self.link(number, &unescaped(kind).into(), from, to),
            _ => Err("a relation has two ends".to_owned()),
        }
    }

    /// `Equiv T1 T2 …`: each with the first.
    fn read_equivalence(&mut self, number: usize, rest: &str) -> Result<(), String> {
        let mut parts = rest.split_whitespace();
        let kind = unescaped(parts.next().unwrap_or(EQUIVALENCE)).into();
        let first = parts.next().ok_or("there is nothing that is equivalent")?;
        let mut others: Vec<&str> = parts.filter(|other| *other != first).collect();
        others.dedup();
        let mut problem = Ok(());
        for other in others {
            problem = problem.and(self.link(number, &kind, first, other));
            if self.found.links.len() == MOST_THINGS {
                self.found.stopped(&self.file, number, MOST_THINGS, "links");
                break;
            }
        }
        problem
    }

    /// `NAME T1` or `NAME T1 value with spaces`
    fn read_attribute(&mut self, rest: &str) -> Result<(), String> {
        let (name, rest) = rest
            .trim_end()
            .split_once(' ')
            .ok_or("the attribute has no target")?;
        let (target, value) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
        // A flag has no value: that it is there says yes.
        let value = match value.trim_end() {
            "" => AttributeValue::YesNo(true),
            value => AttributeValue::Words(spread(value).into()),
        };
        add_attribute(self.span_of(target)?, &unescaped(name), value)
    }

    /// `Reference T1 DB:ID → words`
    fn read_normalization(&mut self, rest: &str) -> Result<(), String> {
        let (head, words) = rest.split_once('\t').unwrap_or((rest, ""));
        let mut parts = head.split_whitespace().skip(1);
        let (target, reference) = parts
            .next()
            .zip(parts.next())
            .ok_or("the normalization has no target and reference")?;
        let value = if words.trim().is_empty() {
            reference.to_owned()
        } else {
            format!("{reference} ({})", words.trim())
        };
        add_attribute(
            self.span_of(target)?,
            NORMALIZATION,
            AttributeValue::Words(value.into()),
        )
    }

    /// `AnnotatorNotes T1 → words`
    fn read_note(&mut self, rest: &str) -> Result<(), String> {
        let (head, words) = rest.split_once('\t').unwrap_or((rest, ""));
        let (kind, target) = head
            .trim_end()
            .split_once(' ')
            .ok_or("the note has no target")?;
        let kind = if kind == "AnnotatorNotes" {
            String::new()
        } else {
            format!("{kind}: ")
        };
        let note = self.notes.entry(self.index_of(target)?).or_default();
        if !note.is_empty() {
            note.push('\n');
        }
        note.push_str(&kind);
        note.push_str(&spread(words));
        Ok(())
    }
}

/// A second value of the same name stands behind the first.
fn add_attribute(span: &mut FoundSpan, name: &str, value: AttributeValue) -> Result<(), String> {
    /// Each further value is put together with those before, which would take ever longer.
    const MOST_BYTES: usize = 10_000;
    let value = match span.attributes.get(name) {
        Some(AttributeValue::Words(first)) if first.len() > MOST_BYTES => {
            return Err("the attribute has more values than are kept".to_owned());
        }
        Some(first) if *first != value => AttributeValue::Words(format!("{first}; {value}").into()),
        _ => value,
    };
    span.attributes.insert(name.into(), value);
    Ok(())
}

/// `TYPE S E;S E → words`: the tag, the pieces, the quote.
fn text_bound(rest: &str) -> Result<(&str, Vec<[usize; 2]>, &str), String> {
    let (head, quote) = rest.split_once('\t').unwrap_or((rest, ""));
    let (tag, offsets) = head
        .trim_end()
        .split_once(' ')
        .ok_or("there is no type and place")?;
    let piece = |piece: &str| {
        let (start, end) = piece
            .trim()
            .split_once(' ')
            .ok_or("the place is no start and end")?;
        let number = |written: &str| {
            written
                .trim()
                .parse::<usize>()
                .map_err(|_| format!("“{}” is no number", written.trim()))
        };
        Ok::<_, String>([number(start)?, number(end)?])
    };
    let pieces = offsets
        .split(';')
        .map(piece)
        .collect::<Result<Vec<_>, String>>()?;
    if let Some([start, end]) = pieces.iter().find(|[start, end]| start > end) {
        return Err(format!("the end {end} is before the start {start}"));
    }
    Ok((tag, pieces, quote))
}
