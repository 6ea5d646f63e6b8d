//! Any JSON or JSON Lines, by a mapping of keys.
//!
//! Records are documents with their text, documents with a list of annotations, or annotations that name their
//! document; one import may have files of each. What the keys mean is said by the person or guessed from their names,
//! and told in the report.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::files::Files;
use super::found::{Found, FoundDocument, FoundLink, FoundSpan, FoundText};
use super::json_meaning::{Meaning, Object, at_path, first_object};
use super::json_records::{Record, Records, SAMPLE_RECORDS};
use super::{Format, ImportError, ImportOptions, Mapping, MappingOf, Role, attribute, field, json};

/// Any JSON.
pub const JSON: Format = Format {
    name: "json",
    title: "Other JSON",
    description: "Documents and annotations in any JSON or JSON Lines; which key holds what can be said",
    endings: &["json", "jsonl", "ndjson"],
    recognise: |files| files.ending_in(JSON.endings).next().is_some(),
    read,
    mapping: Some(MAPPING),
};

/// Keys of the two ends of a link that is recorded by places.
const LINK_KEYS: [[&str; 4]; 2] = [
    ["sourceBegin", "sourceEnd", "targetBegin", "targetEnd"],
    ["source_start", "source_end", "target_start", "target_end"],
];

const MAPPING: MappingOf = MappingOf {
    roles: &Role::ALL,
    names: |files| {
        let (mut names, of_spans) = names(files);
        names.extend(of_spans);
        names.into_iter().collect()
    },
};

/// The paths to all that the first records say of documents, and in their lists of annotations.
fn names(files: &Files<'_>) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut names, mut of_spans) = (BTreeSet::new(), BTreeSet::new());
    for file in files.ending_in(JSON.endings) {
        let Records { records, .. } = Records::of(&file.head(), &Mapping::default());
        let records = records.into_iter().take(SAMPLE_RECORDS);
        for Record(record) in records.filter_map(|(_, record)| record.ok().flatten()) {
            let lists = add_paths(&mut names, "", &record);
            for span in lists.into_iter().filter_map(first_object) {
                add_paths(&mut of_spans, "", span);
            }
        }
    }
    (names, of_spans)
}

/// Adds the paths to all that an object says, and gives back the lists in it.
fn add_paths<'a>(paths: &mut BTreeSet<String>, before: &str, object: &'a Object) -> Vec<&'a Value> {
    let mut lists = Vec::new();
    for (key, value) in object {
        let path = format!("{before}{key}");
        match value {
            Value::Object(inner) => lists.extend(add_paths(paths, &format!("{path}."), inner)),
            Value::Array(_) => lists.push(value),
            _ => {}
        }
        paths.insert(path);
    }
    lists
}

/// A file with what its keys mean.
struct Mapped {
    file: Arc<str>,
    records: Vec<(usize, Object)>,
    meaning: Meaning,
}

/// Refuses a mapping to what no record has.
fn refuse_slips(
    files: &Files<'_>,
    mapped: &[Mapped],
    options: &ImportOptions,
) -> Result<(), ImportError> {
    // What is nowhere in a file is not among what was said of it.
    let is_there = |role, path: &str| mapped.iter().any(|each| each.meaning.takes(role, path));
    let slip = options.mapping.slip(is_there);
    // Without any record there are other problems.
    let Some((role, path)) = slip.filter(|_| !mapped.is_empty()) else {
        return Ok(());
    };
    let (names, of_spans) = names(files);
    let is_of_listed = |each: &Mapped| each.meaning.is_of_listed(role);
    let (what, names) = match mapped.iter().any(is_of_listed) {
        true => ("keys of annotations", of_spans),
        false => ("keys of documents", names),
    };
    let names = names.into_iter().collect();
    Err(MAPPING.leads_nowhere((role, path), what, names, files))
}

fn read(files: &Files<'_>, options: &ImportOptions) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let mut mapped = Vec::new();
    for file in files.ending_in(JSON.endings) {
        let label = file.label();
        let words = file.words(&mut found)?;
        json::refuse_countless(&file.path, &words)?;
        let all = Records::of(&words, &options.mapping);
        for what in all.beside {
            found.left_out(&label, 0, "left out: it stands beside the records", what);
        }
        let mut records = Vec::new();
        for (line, record) in all.records {
            match record {
                Ok(Some(Record(record))) => records.push((line, record)),
                Ok(None) => {}
                Err(bad) => found.left_out(&label, line, bad.why, bad.words),
            }
        }
        mapped.extend(map(&mut found, label, records, options));
    }
    if mapped.is_empty() && found.problems.is_empty() {
        return Err(ImportError::WrongFormat(JSON.title));
    }
    refuse_slips(files, &mapped, options)?;
    let mut unknown = mapped.iter().filter(|each| !each.meaning.finds_documents());
    if let Some(unknown) = unknown.next() {
        return Err(ImportError::NeedsMapping {
            what: "keys",
            mappable: MAPPING.mappable(files),
            file: unknown.file.to_string(),
        });
    }
    // Texts first, so that annotations that name their document find it.
    mapped.sort_by_key(|each| each.meaning.document.get(Role::Text).is_none());
    let mut documents = Documents {
        found,
        ..Documents::default()
    };
    for each in mapped {
        for (line, record) in each.records {
            let at = At {
                file: &each.file,
                line,
                meaning: &each.meaning,
            };
            match each.meaning.document.get(Role::Text) {
                Some(path) => documents.add_document(at, path, record),
                None => documents.add_annotation(at, record),
            }
        }
    }
    documents.add_links();
    Ok(documents.found)
}

/// Says what the keys of a file mean; `None` for one without records.
fn map(
    found: &mut Found,
    file: Arc<str>,
    records: Vec<(usize, Object)>,
    options: &ImportOptions,
) -> Option<Mapped> {
    let all: Vec<&Object> = records.iter().map(|(_, record)| record).collect();
    if all.iter().all(|record| record.is_empty()) {
        return None;
    }
    let meaning = Meaning::of(&all, &options.mapping);
    let has_all = |names: &[&str; 4]| {
        let is_there = |name: &&str| all.iter().any(|record| record.contains_key(*name));
        names.iter().all(is_there)
    };
    let words = match LINK_KEYS.iter().any(has_all) {
        true => "links by the places of their ends".to_owned(),
        false => meaning.in_words(),
    };
    found.remark(&file, 0, "read with these keys", words);
    Some(Mapped {
        file,
        records,
        meaning,
    })
}

/// Also one in quotes.
fn whole_number(value: &Value) -> Option<usize> {
    match value {
        Value::String(words) => words.trim().parse().ok(),
        value => usize::try_from(value.as_u64()?).ok(),
    }
}

/// A record's place and what its keys mean.
#[derive(Clone, Copy)]
struct At<'a> {
    file: &'a Arc<str>,
    line: usize,
    meaning: &'a Meaning,
}

impl At<'_> {
    fn words(&self, record: &Object, mapping: &Mapping, role: Role) -> String {
        mapping
            .get(role)
            .and_then(|path| field(at_path(record, path)?))
            .unwrap_or_default()
    }

    fn number(&self, record: &Object, role: Role) -> Option<usize> {
        whole_number(at_path(record, self.meaning.span.get(role)?)?)
    }

    /// Whether a record with a text of its own has an annotation in it: a start that was said, or what can be one.
    fn is_annotation(&self, record: &Object) -> bool {
        let start = self.meaning.span.get(Role::Start);
        let start = start.and_then(|path| at_path(record, path));
        match self.meaning.is_start_said {
            true => start.is_some_and(|start| !start.is_null()),
            false => self.number(record, Role::Start).is_some() && span_of(*self, record).is_ok(),
        }
    }

    /// What no role stands for.
    fn rest<'r>(
        &self,
        record: &'r Object,
        mapping: &'r Mapping,
    ) -> impl Iterator<Item = (&'r str, Cow<'r, Value>)> {
        record.iter().filter_map(move |(key, value)| {
            let mut value = Cow::Borrowed(value);
            for (_, path) in mapping.said() {
                match path.strip_prefix(key.as_str()) {
                    Some("") => return None,
                    Some(within) => {
                        let within = within.strip_prefix('.');
                        within.into_iter().for_each(|path| remove(&mut value, path));
                    }
                    None => {}
                }
            }
            let is_used_up = value.as_object().is_some_and(Map::is_empty);
            (!is_used_up || matches!(value, Cow::Borrowed(_))).then_some((key.as_str(), value))
        })
    }
}

/// Takes out what stands at the end of a path.
fn remove(value: &mut Cow<'_, Value>, path: &str) {
    fn remove_from(value: &mut Value, path: &str) {
        let Some(object) = value.as_object_mut() else {
            return;
        };
        if object.remove(path).is_none()
            && let Some((first, rest)) = path.split_once('.')
            && let Some(inner) = object.get_mut(first)
        {
            remove_from(inner, rest);
        }
    }
    remove_from(value.to_mut(), path);
}

/// A link by the places of its ends: between the annotations that stand there.
struct LinkByPlaces {
    kind: String,
    annotator: String,
    document: String,
    ends: [[usize; 2]; 2],
    file: Arc<str>,
    line: usize,
}

/// What the records say, in the making.
#[derive(Default)]
struct Documents {
    found: Found,
    /// Documents by what records call them.
    by_name: HashMap<String, usize>,
    /// And by their ids, which may stand for names.
    by_id: HashMap<String, usize>,
    links: Vec<LinkByPlaces>,
}

impl Documents {
    fn add_document(&mut self, at: At<'_>, path: &str, record: Object) {
        let Some(Value::String(text)) = at_path(&record, path) else {
            return self
                .found
                .left_out(at.file, at.line, "there is no text", "");
        };
        let id = ["_id", "id"]
            .into_iter()
            .find_map(|key| field(record.get(key)?))
            .unwrap_or_default();
        let name = match at.words(&record, &at.meaning.document, Role::Document) {
            name if name.is_empty() => id.clone(),
            name => name,
        };
        if at.meaning.document.get(Role::Spans).is_none() && at.is_annotation(&record) {
            return self.add_flat(at, text, &record);
        }
        let fields = at
            .rest(&record, &at.meaning.document)
            .filter_map(|(key, value)| Some((key.into(), field(&value)?)));
        let mut document = FoundDocument {
            name: name.clone(),
            file: at.file.clone(),
            line: at.line,
            fields: fields.collect(),
            text: FoundText::Words(text.clone()),
            ..FoundDocument::default()
        };
        let index = self.found.documents.len();
        for (known, name) in [(&mut self.by_name, name), (&mut self.by_id, id)] {
            if !name.is_empty() {
                known.entry(name).or_insert(index);
            }
        }
        let spans = at.meaning.document.get(Role::Spans);
        match spans.and_then(|path| at_path(&record, path)) {
            None | Some(Value::Null) => {}
            Some(Value::Array(list)) => {
                for value in list {
                    match span(at, value) {
                        Ok(span) => document.spans.push(span),
                        Err(why) => self.found.left_out(at.file, at.line, why, value),
                    }
                }
            }
            Some(value) => {
                let why = "left out: the annotations are no list";
                self.found.left_out(at.file, at.line, why, value);
            }
        }
        self.found.documents.push(document);
    }

    /// An annotation that has the whole text beside it: rows with the same text are of one document.
    fn add_flat(&mut self, at: At<'_>, text: &str, record: &Object) {
        let mut span = match span_of(at, record) {
            Ok(span) => span,
            Err(why) => {
                let what = Value::Object(record.clone());
                return self.found.left_out(at.file, at.line, why, what);
            }
        };
        if let Some(path) = at.meaning.document.get(Role::Text) {
            span.attributes.remove(path);
        }
        let name = at.words(record, &at.meaning.document, Role::Document);
        let key = format!("{name}\0{text}");
        self.add_span(at, key, name, span, || FoundText::Words(text.to_owned()));
    }

    /// A record that says something of a document that is recorded elsewhere.
    fn add_annotation(&mut self, at: At<'_>, record: Object) {
        let name = at.words(&record, &at.meaning.document, Role::Document);
        let has_all = |keys: &&[&str; 4]| keys.iter().all(|key| record.contains_key(*key));
        if let Some(keys) = LINK_KEYS.iter().find(has_all) {
            return self.note_link(at, &record, *keys, name);
        }
        match span_of(at, &record) {
            Ok(span) => self.add_span(at, name.clone(), name.clone(), span, || {
                FoundText::Named(name)
            }),
            Err(why) => self
                .found
                .left_out(at.file, at.line, why, Value::Object(record)),
        }
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        let known = self.by_name.get(name).or_else(|| self.by_id.get(name));
        known.copied()
    }

    /// Adds an annotation to the document that is known by a key, or to a new one.
    fn add_span(
        &mut self,
        at: At<'_>,
        key: String,
        name: String,
        span: FoundSpan,
        text: impl FnOnce() -> FoundText,
    ) {
        let index = self.index_of(&key).unwrap_or_else(|| {
            self.found.documents.push(FoundDocument {
                name,
                file: at.file.clone(),
                line: at.line,
                text: text(),
                ..FoundDocument::default()
            });
            let index = self.found.documents.len() - 1;
            self.by_name.insert(key, index);
            index
        });
        if let Some(document) = self.found.documents.get_mut(index) {
            document.spans.push(span);
        }
    }

    fn note_link(&mut self, at: At<'_>, record: &Object, keys: [&str; 4], document: String) {
        let place = |key: &str| whole_number(record.get(key)?);
        let [Some(from), Some(to), Some(other_from), Some(other_to)] = keys.map(place) else {
            let why = "left out: a place of a link is no number";
            let what = Value::Object(record.clone());
            return self.found.left_out(at.file, at.line, why, what);
        };
        self.links.push(LinkByPlaces {
            kind: at.words(record, &at.meaning.span, Role::Tag),
            annotator: at.words(record, &at.meaning.span, Role::Annotator),
            document,
            ends: [[from, to], [other_from, other_to]],
            file: at.file.clone(),
            line: at.line,
        });
    }

    /// Once all annotations are known, in whichever order the files came.
    fn add_links(&mut self) {
        let links = std::mem::take(&mut self.links);
        let linked = links
            .iter()
            .filter_map(|link| self.index_of(&link.document));
        let linked: BTreeSet<usize> = linked.collect();
        let mut by_place: HashMap<(usize, [usize; 2]), String> = HashMap::new();
        for index in linked {
            let document = self.found.documents.get_mut(index);
            for span in document
                .into_iter()
                .flat_map(|document| &mut document.spans)
            {
                if let [place @ [start, end]] = *span.pieces.as_slice() {
                    // Not an id of the file: these may count within a document.
                    let key = by_place
                        .entry((index, place))
                        .or_insert_with(|| format!("{index}\t{start}\t{end}"));
                    span.key.clone_from(key);
                }
            }
        }
        for link in links {
            let index = self.index_of(&link.document);
            let [from, to] = link.ends.map(|place| {
                let key = index.and_then(|index| by_place.get(&(index, place)));
                let missing = || format!("{}–{} of {}", place[0], place[1], link.document);
                key.cloned().unwrap_or_else(missing)
            });
            self.found.links.push(FoundLink {
                kind: link.kind,
                annotator: link.annotator,
                from,
                to,
                file: link.file,
                line: link.line,
                ..FoundLink::default()
            });
        }
    }
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
            let more = list.iter().enumerate().skip(3);
            let more = more.filter_map(|(index, value)| {
                let name = format!("value {}", index + 1);
                Some((name.into(), attribute(value.clone())?))
            });
            Ok(FoundSpan {
                pieces: vec![[start, end]],
                attributes: more.collect(),
                tag,
                line: at.line,
                ..FoundSpan::default()
            })
        }
        _ => Err("left out: an annotation is neither an object nor a list"),
    }
}

fn span_of(at: At<'_>, record: &Object) -> Result<FoundSpan, &'static str> {
    let words = |role| at.words(record, &at.meaning.span, role);
    let quote = words(Role::Quote);
    let end = match at.meaning.span.get(Role::Length) {
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
        .rest(record, &at.meaning.span)
        .filter(|(key, _)| at.meaning.document.get(Role::Document) != Some(*key));
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
            .filter_map(|(key, value)| Some((key.into(), attribute(value.into_owned())?)))
            .collect(),
        line: at.line,
        ..FoundSpan::default()
    })
}
