//! Any JSON or JSON Lines, by a mapping of keys.
//!
//! Records are documents with their text, documents with a list of annotations, or annotations that name their
//! document; one import may have files of each. What the keys mean is said by the person or guessed from their names,
//! and told in the report.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::files::Files;
use super::found::{Found, FoundDocument, FoundLink, FoundSpan, FoundText};
use super::{Format, ImportError, ImportOptions, Mapping, Role, attribute, field, json};

/// Any JSON.
pub const JSON: Format = Format {
    name: "json",
    title: "Other JSON",
    description: "Documents and annotations in any JSON or JSON Lines; which key holds what can be said",
    endings: &["json", "jsonl", "ndjson"],
    recognise: |files| files.ending_in(JSON.endings).next().is_some(),
    read,
    names: Some(names),
};

type Record = Map<String, Value>;

/// So many records show which keys there are.
const SAMPLE_RECORDS: usize = 50;
/// Roles of a document.
const DOCUMENT_ROLES: [Role; 3] = [Role::Text, Role::Spans, Role::Document];
/// Roles of an annotation.
const SPAN_ROLES: [Role; 10] = [
    Role::Start,
    Role::End,
    Role::Length,
    Role::Tag,
    Role::Quote,
    Role::Prefix,
    Role::Suffix,
    Role::Note,
    Role::Annotator,
    Role::Id,
];
/// Keys of the two ends of a link that is recorded by places.
const LINK_KEYS: [[&str; 4]; 2] = [
    ["sourceBegin", "sourceEnd", "targetBegin", "targetEnd"],
    ["source_start", "source_end", "target_start", "target_end"],
];

/// The keys of the first records.
fn names(files: &Files<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for file in files.ending_in(JSON.endings) {
        let records = json::records::<Record>(&file.head());
        for (_, record) in records.into_iter().take(SAMPLE_RECORDS) {
            let record = record.unwrap_or_default();
            let inner = record
                .values()
                .filter_map(first_object)
                .flat_map(|span| span.keys());
            names.extend(record.keys().chain(inner).cloned());
        }
    }
    names.sort();
    names.dedup();
    names
}

/// The first element of a list of objects.
fn first_object(value: &Value) -> Option<&Record> {
    value.as_array()?.first()?.as_object()
}

/// A file with what its keys mean.
struct Mapped {
    file: Arc<str>,
    records: Vec<(usize, Record)>,
    document: Mapping,
    span: Mapping,
}

fn read(files: &Files<'_>, options: &ImportOptions) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let mut mapped = Vec::new();
    for file in files.ending_in(JSON.endings) {
        let label = file.label();
        let words = file.words(&mut found)?;
        json::refuse_countless(&file.path, &words)?;
        let mut records = Vec::new();
        for (line, record) in json::records::<Record>(&words) {
            match record {
                Ok(record) => records.push((line, record)),
                Err(problem) => found.left_out(&label, line, problem, ""),
            }
        }
        mapped.extend(map(&mut found, label, records, options));
    }
    if mapped.is_empty() && found.problems.is_empty() {
        return Err(ImportError::WrongFormat(JSON.title));
    }
    let is_known = |each: &Mapped| {
        each.document.get(Role::Text).is_some() || each.document.get(Role::Document).is_some()
    };
    if let Some(unknown) = mapped.iter().find(|each| !is_known(each)) {
        return Err(ImportError::NeedsMapping {
            what: "keys",
            names: names(files),
            file: unknown.file.to_string(),
        });
    }
    // Texts first, so that annotations that name their document find it.
    let mut by_name: HashMap<String, usize> = HashMap::new();
    mapped.sort_by_key(|each| each.document.get(Role::Text).is_none());
    for each in mapped {
        for (line, record) in each.records {
            let at = At {
                file: &each.file,
                line,
                document: &each.document,
                span: &each.span,
            };
            match at.document.get(Role::Text) {
                Some(path) => add_document(&mut found, &mut by_name, at, path, record),
                None => add_annotation(&mut found, &mut by_name, at, record),
            }
        }
    }
    Ok(found)
}

/// Says what the keys of a file mean; `None` for one without records.
fn map(
    found: &mut Found,
    file: Arc<str>,
    records: Vec<(usize, Record)>,
    options: &ImportOptions,
) -> Option<Mapped> {
    let sample = || {
        records
            .iter()
            .take(SAMPLE_RECORDS)
            .map(|(_, record)| record)
    };
    let mut keys: Vec<&str> = sample()
        .flat_map(Record::keys)
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return None;
    }
    let has_all = |names: &[&str; 4]| names.iter().all(|name| keys.contains(name));
    let is_of_links = LINK_KEYS.iter().any(has_all);
    let mut document = options.mapping.or_guessed(&keys, &DOCUMENT_ROLES);
    // Only a list of objects or of lists is one of annotations.
    let is_list = |path: &str| {
        sample()
            .filter_map(|record| at_path(record, path))
            .any(|value| {
                value
                    .as_array()
                    .is_some_and(|list| list.iter().any(|each| each.is_object() || each.is_array()))
            })
    };
    if document.get(Role::Spans).is_some_and(|path| !is_list(path))
        && options.mapping.get(Role::Spans).is_none()
    {
        document.set(Role::Spans, "");
    }
    let spans = document.get(Role::Spans).map(str::to_owned);
    let inner: Vec<&Record> = match &spans {
        Some(path) => sample()
            .filter_map(|record| first_object(at_path(record, path)?))
            .collect(),
        None => sample().collect(),
    };
    let mut inner_keys: Vec<&str> = inner
        .into_iter()
        .flat_map(Record::keys)
        .map(String::as_str)
        .collect();
    inner_keys.sort_unstable();
    inner_keys.dedup();
    let taken = DOCUMENT_ROLES.iter().filter_map(|role| document.get(*role));
    let taken: Vec<&str> = if spans.is_none() {
        taken.collect()
    } else {
        Vec::new()
    };
    let free: Vec<&str> = inner_keys
        .into_iter()
        .filter(|key| !taken.contains(key))
        .collect();
    let mut span = options.mapping.or_guessed(&free, &SPAN_ROLES);
    // Records with places of their own are annotations, whatever else is in them.
    if spans.is_none()
        && span.get(Role::Start).is_some()
        && document.get(Role::Document).is_some()
        && options.mapping.get(Role::Text).is_none()
        && let Some(text) = document.get(Role::Text).map(str::to_owned)
    {
        document.set(Role::Text, "");
        span.set(Role::Quote, text);
    }
    let said = |mapping: &Mapping, roles: &[Role]| {
        let said = roles
            .iter()
            .filter_map(|role| Some(format!("{}={}", role.name(), mapping.get(*role)?)));
        said.collect::<Vec<_>>().join(" ")
    };
    let words = format!(
        "{} {}",
        said(&document, &DOCUMENT_ROLES),
        said(&span, &SPAN_ROLES)
    );
    found.remark(
        &file,
        0,
        "read with these keys",
        if is_of_links {
            "links by the places of their ends".to_owned()
        } else {
            words
        },
    );
    Some(Mapped {
        file,
        records,
        document,
        span,
    })
}

/// A value by its path: `meta.source`. A key with dots in it is found as well.
fn at_path<'a>(record: &'a Record, path: &str) -> Option<&'a Value> {
    if let Some(value) = record.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    at_path(record.get(first)?.as_object()?, rest)
}

/// A record's place and what its keys mean.
#[derive(Clone, Copy)]
struct At<'a> {
    file: &'a Arc<str>,
    line: usize,
    document: &'a Mapping,
    span: &'a Mapping,
}

impl At<'_> {
    fn words(&self, record: &Record, mapping: &Mapping, role: Role) -> String {
        mapping
            .get(role)
            .and_then(|path| field(at_path(record, path)?))
            .unwrap_or_default()
    }

    fn number(&self, record: &Record, role: Role) -> Option<usize> {
        let value = at_path(record, self.span.get(role)?)?;
        match value {
            Value::String(words) => words.trim().parse().ok(),
            value => usize::try_from(value.as_u64()?).ok(),
        }
    }

    /// What no role stands for.
    fn rest<'r>(
        &'r self,
        record: &'r Record,
        mapping: &'r Mapping,
    ) -> impl Iterator<Item = (&'r str, &'r Value)> {
        let is_free = |key: &str| Role::ALL.iter().all(|role| mapping.get(*role) != Some(key));
        record
            .iter()
            .map(|(key, value)| (key.as_str(), value))
            .filter(move |(key, _)| is_free(key))
    }
}

/// An annotation that has the whole text beside it: rows with the same text are of one document.
fn add_flat(
    found: &mut Found,
    by_name: &mut HashMap<String, usize>,
    at: At<'_>,
    text: &str,
    record: &Record,
) {
    let mut span = match span_of(at, record) {
        Ok(span) => span,
        Err(why) => return found.left_out(at.file, at.line, why, ""),
    };
    if let Some(path) = at.document.get(Role::Text) {
        span.attributes.remove(path);
    }
    let name = at.words(record, at.document, Role::Document);
    let index = *by_name.entry(format!("{name}\0{text}")).or_insert_with(|| {
        found.documents.push(FoundDocument {
            name,
            file: at.file.clone(),
            line: at.line,
            text: FoundText::Words(text.to_owned()),
            ..FoundDocument::default()
        });
        found.documents.len() - 1
    });
    if let Some(document) = found.documents.get_mut(index) {
        document.spans.push(span);
    }
}

fn add_document(
    found: &mut Found,
    by_name: &mut HashMap<String, usize>,
    at: At<'_>,
    path: &str,
    record: Record,
) {
    let Some(Value::String(text)) = at_path(&record, path) else {
        return found.left_out(at.file, at.line, "there is no text", "");
    };
    let id = ["_id", "id"]
        .into_iter()
        .find_map(|key| field(record.get(key)?))
        .unwrap_or_default();
    let name = match at.words(&record, at.document, Role::Document) {
        name if name.is_empty() => id.clone(),
        name => name,
    };
    let is_flat =
        at.document.get(Role::Spans).is_none() && at.number(&record, Role::Start).is_some();
    if is_flat {
        return add_flat(found, by_name, at, text, &record);
    }
    let fields = at
        .rest(&record, at.document)
        .filter_map(|(key, value)| Some((key.into(), field(value)?)));
    let mut document = FoundDocument {
        name: name.clone(),
        file: at.file.clone(),
        line: at.line,
        fields: fields.collect(),
        text: FoundText::Words(text.clone()),
        ..FoundDocument::default()
    };
    for name in [name, id].into_iter().filter(|name| !name.is_empty()) {
        by_name.insert(name, found.documents.len());
    }
    let list = at
        .document
        .get(Role::Spans)
        .and_then(|path| at_path(&record, path)?.as_array())
        .cloned();
    for value in list.unwrap_or_default() {
        match span(at, &value) {
            Ok(span) => document.spans.push(span),
            Err(why) => found.left_out(at.file, at.line, why, value),
        }
    }
    found.documents.push(document);
}

/// An annotation as an object, or as a list of start, end and tag.
fn span(at: At<'_>, value: &Value) -> Result<FoundSpan, &'static str> {
    match value {
        Value::Object(record) => span_of(at, record),
        Value::Array(list) => {
            let number = |index: usize| usize::try_from(list.get(index)?.as_u64()?).ok();
            let (Some(start), Some(end)) = (number(0), number(1)) else {
                return Err("left out: start or end is no number");
            };
            let tag = list.get(2).and_then(field).unwrap_or_default();
            Ok(FoundSpan {
                pieces: vec![[start, end]],
                tag,
                line: at.line,
                ..FoundSpan::default()
            })
        }
        _ => Err("left out: an annotation is neither an object nor a list"),
    }
}

fn span_of(at: At<'_>, record: &Record) -> Result<FoundSpan, &'static str> {
    let words = |role| at.words(record, at.span, role);
    let quote = words(Role::Quote);
    let end = match at.span.get(Role::Length) {
        Some(_) => at
            .number(record, Role::Start)
            .zip(at.number(record, Role::Length))
            .and_then(|(start, length)| start.checked_add(length)),
        None => at.number(record, Role::End),
    };
    let pieces = match (at.number(record, Role::Start), end) {
        (Some(start), Some(end)) => vec![[start, end]],
        _ if quote.is_empty() => return Err("left out: start or end is no number"),
        _ => Vec::new(),
    };
    let attributes = at
        .rest(record, at.span)
        .filter(|(key, _)| at.document.get(Role::Document) != Some(*key));
    Ok(FoundSpan {
        key: words(Role::Id),
        pieces,
        quote,
        prefix: words(Role::Prefix),
        suffix: words(Role::Suffix),
        tag: words(Role::Tag),
        note: words(Role::Note),
        annotator: words(Role::Annotator).trim().to_owned(),
        attributes: attributes
            .filter_map(|(key, value)| Some((key.into(), attribute(value.clone())?)))
            .collect(),
        line: at.line,
        ..FoundSpan::default()
    })
}

/// A record that says something of a document that is recorded elsewhere.
fn add_annotation(
    found: &mut Found,
    by_name: &mut HashMap<String, usize>,
    at: At<'_>,
    record: Record,
) {
    let name = at.words(&record, at.document, Role::Document);
    if let Some(keys) = LINK_KEYS
        .iter()
        .find(|keys| keys.iter().all(|key| record.contains_key(*key)))
    {
        return add_link(found, by_name, at, &record, *keys, &name);
    }
    match span_of(at, &record) {
        Ok(span) => {
            let index = *by_name.entry(name.clone()).or_insert_with(|| {
                found.documents.push(FoundDocument {
                    name: name.clone(),
                    file: at.file.clone(),
                    line: at.line,
                    text: FoundText::Named(name),
                    ..FoundDocument::default()
                });
                found.documents.len() - 1
            });
            found
                .documents
                .get_mut(index)
                .into_iter()
                .for_each(|document| document.spans.push(span.clone()));
        }
        Err(why) => found.left_out(at.file, at.line, why, Value::Object(record)),
    }
}

/// A link by the places of its ends: between the annotations that stand there.
fn add_link(
    found: &mut Found,
    by_name: &HashMap<String, usize>,
    at: At<'_>,
    record: &Record,
    keys: [&str; 4],
    name: &str,
) {
    let document = by_name
        .get(name)
        .and_then(|index| found.documents.get_mut(*index));
    let [from, to] = [[keys[0], keys[1]], [keys[2], keys[3]]].map(|ends| {
        ends.map(|key| {
            record
                .get(key)
                .and_then(Value::as_u64)
                .map_or(usize::MAX, |place| place as usize)
        })
    });
    let spans = document
        .map(|document| document.spans.as_mut_slice())
        .unwrap_or_default();
    let key = |place: [usize; 2], spans: &mut [FoundSpan]| {
        let span = spans
            .iter_mut()
            .find(|span| span.pieces.as_slice() == [place])?;
        if span.key.is_empty() {
            span.key = format!("{name}\t{}\t{}", place[0], place[1]);
        }
        Some(span.key.clone())
    };
    let ends = (key(from, spans), key(to, spans));
    let missing = |place: [usize; 2]| format!("{}–{} of {name}", place[0], place[1]);
    found.links.push(FoundLink {
        kind: at.words(record, at.span, Role::Tag),
        from: ends.0.unwrap_or_else(|| missing(from)),
        to: ends.1.unwrap_or_else(|| missing(to)),
        file: at.file.clone(),
        line: at.line,
        ..FoundLink::default()
    });
}
