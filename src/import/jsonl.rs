//! JSON Lines, one document a line: as `export::jsonl` writes them, and as Prodigy and spaCy do.
//!
//! The two have text, spans and labels in common. Ours name their unit and have a last line of type `project` for
//! links and claims; Prodigy's have relations inside of a line and an answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};

use super::files::Files;
use super::found::{
    Found, FoundClaim, FoundDocument, FoundLink, FoundRegion, FoundSpan, FoundText,
};
use super::json_mend::{self, Unreadable};
use super::names::bounded;
use super::{Format, ImportError, ImportOptions, Reading, attribute, field, json};
use crate::model::{
    Annotator, AnnotatorId, AnnotatorKind, Codebook, Color, DocumentState, Encoding, Stamp, Tag,
    TagId, Tier, Timestamp,
};
use crate::text::OffsetUnit;

/// JSON Lines.
pub const JSONL: Format = Format {
    name: "jsonl",
    title: "JSON Lines",
    description: "A document a line with text and spans: ours, Prodigy's, spaCy's",
    endings: &["jsonl", "ndjson", "json"],
    recognise,
    mapping: None,
    read,
};

fn recognise(files: &Files<'_>) -> bool {
    let mut files = files.ending_in(JSONL.endings);
    files.any(|file| {
        let head = file.head();
        let has = |key: &str| head.contains(&format!("\"{key}\""));
        // Lists of spans may all be empty; other lists of spans are for the mapping.
        let is_empty = !head.contains("\"spans\":[{") && !head.contains("\"spans\": [{");
        json::is_key_of_record(&head, "text") && has("spans") && (has("start") || is_empty)
            || head.contains("\"type\":\"project\"")
    })
}

#[derive(Deserialize)]
#[serde(expecting = "a document")]
struct Line {
    #[serde(default)]
    r#type: Value,
    text: Option<String>,
    #[serde(default)]
    id: Value,
    #[serde(default)]
    path: String,
    #[serde(default)]
    sha256: String,
    encoding: Option<EncodingValue>,
    #[serde(default)]
    fields: BTreeMap<Arc<str>, String>,
    #[serde(default)]
    states: BTreeMap<String, StateValue>,
    unit: Option<OffsetUnit>,
    #[serde(default)]
    spans: Vec<SpanValue>,
    #[serde(default)]
    regions: Vec<RegionValue>,
    #[serde(default)]
    relations: Vec<RelationValue>,
    #[serde(default)]
    meta: Value,
    answer: Option<String>,
    #[serde(default, rename = "_annotator_id")]
    annotator_id: Value,
    #[serde(default, rename = "_session_id")]
    session_id: Value,
    /// Words and hashes that follow from the rest.
    #[serde(default, rename = "tokens")]
    _tokens: IgnoredAny,
    #[serde(default, rename = "_input_hash")]
    _input_hash: IgnoredAny,
    #[serde(default, rename = "_task_hash")]
    _task_hash: IgnoredAny,
    #[serde(default)]
    versions: Vec<VersionValue>,
    #[serde(default)]
    name: String,
    /// What the line of type `project` says in lists. In others these are fields like any other.
    #[serde(default)]
    tags: Value,
    #[serde(default)]
    annotators: Value,
    #[serde(default)]
    links: Value,
    #[serde(default)]
    claims: Value,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize, Default)]
struct EncodingValue {
    #[serde(default)]
    name: String,
    #[serde(default)]
    byte_order_mark: bool,
    #[serde(default)]
    lossy: bool,
    #[serde(default)]
    size_bytes: u64,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum StateValue {
    NotAssigned,
    New,
    InProgress,
    Finished,
}

#[derive(Deserialize)]
struct SpanValue {
    #[serde(default)]
    id: Value,
    start: usize,
    end: usize,
    #[serde(default)]
    pieces: Vec<[usize; 2]>,
    #[serde(default)]
    label: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    attributes: BTreeMap<Arc<str>, Value>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    tier: String,
    #[serde(default)]
    annotator: String,
    created: Option<Timestamp>,
    changed: Option<StampValue>,
    /// Prodigy: always `span`, or how the relation was drawn.
    #[serde(default, rename = "type")]
    _kind: IgnoredAny,
    #[serde(default, rename = "token_start")]
    _token_start: IgnoredAny,
    #[serde(default, rename = "token_end")]
    _token_end: IgnoredAny,
    #[serde(default, rename = "input_hash")]
    _input_hash: IgnoredAny,
    #[serde(flatten)]
    rest: BTreeMap<Arc<str>, Value>,
}

#[derive(Deserialize)]
struct StampValue {
    by: String,
    at: Timestamp,
}

#[derive(Deserialize)]
struct RegionValue {
    id: String,
    start: usize,
    end: usize,
    kind: String,
    text: String,
}

/// Prodigy's, between spans of one line.
#[derive(Deserialize)]
struct RelationValue {
    head_span: EndValue,
    child_span: EndValue,
    #[serde(default)]
    label: String,
}

#[derive(Deserialize)]
struct EndValue {
    start: usize,
    end: usize,
}

#[derive(Deserialize)]
struct VersionValue {
    #[serde(default, rename = "_annotator_id")]
    annotator_id: Value,
    #[serde(default)]
    spans: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct TagValue {
    name: String,
    #[serde(default)]
    color: String,
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
struct AnnotatorValue {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    is_program: bool,
}

#[derive(Deserialize)]
struct LinkValue {
    id: String,
    kind: String,
    from: String,
    to: String,
    created: Option<Timestamp>,
}

#[derive(Deserialize)]
struct ClaimValue {
    id: String,
    statement: String,
    annotations: Vec<String>,
}

fn read(files: &Files<'_>, _: &ImportOptions) -> Result<Found, ImportError> {
    if files.ending_in(JSONL.endings).next().is_none() {
        return Err(ImportError::WrongFormat(JSONL.title));
    }
    let mut found = Found::default();
    for file in files.ending_in(JSONL.endings) {
        let (label, words) = (file.label(), json::words(file, &mut found)?);
        let add = |found: &mut Found, (number, record): json::Record<Line>| match record {
            Ok(line) => self::add(found, &label, number, line),
            Err(bad) => bad.tell(found, &label, number),
        };
        json::add_each_record(&mut found, &words, mend, add);
    }
    Ok(found)
}

/// Adds what one line says that stands within another format, which holds the text itself.
pub(super) fn add_line(
    found: &mut Found,
    file: &Arc<str>,
    line_number: usize,
    words: &str,
    text: Option<&str>,
) {
    match serde_json::from_str::<Line>(words) {
        Err(problem) => found.left_out(file, line_number, problem.to_string(), ""),
        Ok(mut line) => {
            line.text = text.map(str::to_owned);
            let mut own = Found::default();
            add(&mut own, file, line_number, line);
            found.append(own);
        }
    }
}

/// A key of ours, and whether a value has the shape that it has with us.
type Ours = (&'static str, fn(&Value) -> bool);

fn is<T: DeserializeOwned>(value: &Value) -> bool {
    T::deserialize(value).is_ok()
}

const OF_LINE: [Ours; 6] = [
    ("path", is::<String>),
    ("sha256", is::<String>),
    ("answer", is::<String>),
    ("unit", is::<OffsetUnit>),
    ("encoding", is::<EncodingValue>),
    ("states", is::<BTreeMap<String, StateValue>>),
];

const OF_SPAN: [Ours; 4] = [
    ("pieces", is::<Vec<[usize; 2]>>),
    ("tier", is::<String>),
    ("created", is::<Timestamp>),
    ("changed", is::<StampValue>),
];

/// What has our names but not our shapes is somebody else's, and goes to what has any name.
fn take_others(
    object: &mut Map<String, Value>,
    ours: &[Ours],
    any: &'static str,
) -> Map<String, Value> {
    let mut others = Map::new();
    for (key, is_ours) in ours.iter().chain(&[(any, Value::is_object as _)]) {
        if object.get(*key).is_some_and(|value| !is_ours(value)) {
            others.extend(object.remove_entry(*key));
        }
    }
    others.retain(|_, value| value.as_str() != Some(""));
    let mut named = match object.remove(any) {
        Some(Value::Object(named)) => named,
        _ => Map::new(),
    };
    for (mut key, value) in others {
        while named.contains_key(&key) {
            key.push('_');
        }
        named.insert(key, value);
    }
    named
}

/// What is a number or anything else where we have words, in words.
fn put_in_words(object: &mut Map<String, Value>, keys: &[&str]) {
    for key in keys {
        if let Some(value) = object.get_mut(*key).filter(|value| !value.is_string()) {
            *value = field(value).unwrap_or_default().into();
        }
    }
}

/// What is wrong in a line, so that the rest of it can be read.
fn mend(line: &mut Map<String, Value>) -> Vec<Unreadable> {
    let mut bad = Vec::new();
    put_in_words(line, &["name"]);
    let mut fields = take_others(line, &OF_LINE, "fields");
    for value in fields.values_mut() {
        *value = field(value).unwrap_or_default().into();
    }
    line.insert("fields".to_owned(), fields.into());
    let spans = line.get_mut("spans").and_then(Value::as_array_mut);
    for span in spans.into_iter().flatten().filter_map(Value::as_object_mut) {
        put_in_words(span, &["label", "text", "note", "annotator"]);
        let attributes = take_others(span, &OF_SPAN, "attributes");
        span.insert("attributes".to_owned(), attributes.into());
    }
    json_mend::take_bad::<SpanValue>(line, "spans", &mut bad);
    json_mend::take_bad::<RegionValue>(line, "regions", &mut bad);
    json_mend::take_bad::<RelationValue>(line, "relations", &mut bad);
    json_mend::take_bad::<VersionValue>(line, "versions", &mut bad);
    bad
}

fn add(found: &mut Found, file: &Arc<str>, line_number: usize, line: Line) {
    if line.r#type == "project" {
        let project = project(found, file, line_number, line);
        add_project(found, project);
    } else {
        add_document(found, file, line_number, line);
    }
}

/// Of several the first counts. What they say twice is dropped when the records are put together: to look for it at
/// each would take ever longer.
fn add_project(found: &mut Found, project: Found) {
    if found.name.is_empty() {
        found.name = project.name;
    }
    found.codebook.tags.extend(project.codebook.tags);
    found.annotators.extend(project.annotators);
    found.links.extend(project.links);
    found.claims.extend(project.claims);
}

fn add_document(found: &mut Found, file: &Arc<str>, line_number: usize, mut line: Line) {
    let Some(text) = line.text.take() else {
        return found.left_out(file, line_number, "there is no text", "");
    };
    let annotator = field(&line.annotator_id)
        .or_else(|| field(&line.session_id))
        .unwrap_or_default();
    let annotator: Arc<str> = annotator.into();
    let is_other = |version: &VersionValue| {
        !version.spans.is_empty() && version.annotator_id != line.annotator_id
    };
    if line.versions.iter().any(is_other) {
        let words = "what other annotators said of a reviewed text is left out; the reviewed spans are kept";
        found.left_out(file, line_number, words, "");
    }
    if let Some(answer) = line.answer.take_if(|answer| answer != "accept") {
        if !line.spans.is_empty() {
            let words = format!("annotations with the answer “{answer}” are left out");
            found.left_out(file, line_number, words, "");
            line.spans.clear();
            line.relations.clear();
        }
        line.fields.insert("answer".into(), answer);
    }
    let before = bounded(file);
    let key = |end: &EndValue| place_key(&before, line_number, end.start, end.end);
    let relations = std::mem::take(&mut line.relations).into_iter();
    found.links.extend(relations.map(|relation| FoundLink {
        kind: relation.label.into(),
        from: key(&relation.head_span),
        to: key(&relation.child_span),
        annotator: annotator.clone().into(),
        file: file.clone(),
        line: line_number,
        ..FoundLink::default()
    }));
    let spans = std::mem::take(&mut line.spans).into_iter();
    let spans = spans.map(|span| self::span(span, &annotator, &before, line_number));
    let mut document = document(text, line, file, line_number);
    document.spans = spans.collect();
    // Else they would lie in the memory of what the line said, which is much larger.
    document.spans.shrink_to_fit();
    found.documents.push(document);
}

/// A document without its annotations.
fn document(text: String, line: Line, file: &Arc<str>, line_number: usize) -> FoundDocument {
    let encoding = line.encoding;
    let states = line.states.into_iter();
    let regions = line.regions.into_iter().map(|region| FoundRegion {
        key: region.id,
        piece: [region.start, region.end],
        quote: region.text,
        kind: region.kind,
        line: line_number,
    });
    let mut document = FoundDocument {
        name: field(&line.id).unwrap_or_default(),
        file: file.clone(),
        line: line_number,
        text: FoundText::Words(text),
        reading: Reading {
            unit: line.unit.unwrap_or_default().into(),
            ..Reading::default()
        },
        is_certain: line.unit.is_some(),
        path: line.path,
        sha256: line.sha256,
        size_bytes: encoding.as_ref().map_or(0, |encoding| encoding.size_bytes),
        encoding: encoding.map(|encoding| Encoding {
            name: encoding.name,
            has_byte_order_mark: encoding.byte_order_mark,
            is_lossy: encoding.lossy,
            ..Encoding::default()
        }),
        fields: line.fields,
        states: states
            .map(|(who, state)| (AnnotatorId::new(who), state.into()))
            .collect(),
        regions: regions.collect(),
        ..FoundDocument::default()
    };
    document.add_meta(&line.meta);
    if !line.name.is_empty() {
        document.add_field("name", line.name);
    }
    let of_projects = [
        ("tags", &line.tags),
        ("annotators", &line.annotators),
        ("links", &line.links),
        ("claims", &line.claims),
    ];
    for (name, value) in of_projects {
        document.add_value(name, value);
    }
    // Names that begin with a line are the writer's own bookkeeping, such as hashes and times.
    for (name, value) in line.rest.iter().filter(|(name, _)| !name.starts_with('_')) {
        document.add_value(name, value);
    }
    document
}

/// Prodigy's spans have no id; relations name them by place.
fn place_key(before: &str, line_number: usize, start: usize, end: usize) -> String {
    format!("{before}:{line_number}:{start}:{end}")
}

fn span(span: SpanValue, annotator: &Arc<str>, before: &str, line_number: usize) -> FoundSpan {
    let key = match span.id {
        Value::String(id) => id,
        _ => place_key(before, line_number, span.start, span.end),
    };
    let rest = span.rest.into_iter().chain(span.attributes);
    FoundSpan {
        annotator: match span.annotator.as_str() {
            "" => annotator.clone().into(),
            own => own.into(),
        },
        key,
        pieces: if span.pieces.is_empty() {
            vec![[span.start, span.end]]
        } else {
            span.pieces
        },
        quote: span.text.into(),
        tag: span.label.into(),
        attributes: rest
            .filter_map(|(name, value)| Some((name, attribute(value)?)))
            .collect(),
        note: span.note.into(),
        tier: if span.tier == "optional" {
            Tier::Optional
        } else {
            Tier::Core
        },
        created_at: span.created,
        changed: span.changed.map(|stamp| Stamp {
            by: AnnotatorId::new(stamp.by),
            at: stamp.at,
        }),
        line: line_number,
        ..FoundSpan::default()
    }
}

/// One of the lists of a project's line. What cannot be read in it is told.
fn list<T: DeserializeOwned>(
    found: &mut Found,
    (file, line): (&Arc<str>, usize),
    list: Value,
) -> Vec<T> {
    let mut bad = Vec::new();
    let read = json_mend::sound_elements(list, &mut bad);
    bad.into_iter().for_each(|bad| bad.tell(found, file, line));
    read
}

fn project(found: &mut Found, file: &Arc<str>, line_number: usize, line: Line) -> Found {
    let at = (file, line_number);
    let tags = list::<TagValue>(found, at, line.tags).into_iter();
    let tags = tags.map(|tag| Tag {
        description: tag.description,
        ..Tag::new(
            TagId::new(tag.name),
            Color::parse(&tag.color).unwrap_or(Color([0x7F; 3])),
        )
    });
    let annotators = list::<AnnotatorValue>(found, at, line.annotators).into_iter();
    let annotators = annotators.map(|who| Annotator {
        id: AnnotatorId::new(who.id),
        name: who.name,
        kind: if who.is_program {
            AnnotatorKind::Program
        } else {
            AnnotatorKind::Person
        },
    });
    let links = list::<LinkValue>(found, at, line.links).into_iter();
    let links = links.map(|link| FoundLink {
        key: link.id,
        kind: link.kind.into(),
        from: link.from,
        to: link.to,
        created_at: link.created,
        file: file.clone(),
        line: line_number,
        ..FoundLink::default()
    });
    let claims = list::<ClaimValue>(found, at, line.claims).into_iter();
    let claims = claims.map(|claim| FoundClaim {
        key: claim.id,
        statement: claim.statement,
        spans: claim.annotations,
        file: file.clone(),
    });
    Found {
        name: line.name,
        codebook: Codebook {
            tags: tags.collect(),
            ..Codebook::default()
        },
        annotators: annotators.collect(),
        links: links.collect(),
        claims: claims.collect(),
        ..Found::default()
    }
}

impl From<StateValue> for DocumentState {
    fn from(state: StateValue) -> Self {
        match state {
            StateValue::NotAssigned => Self::NotAssigned,
            StateValue::New => Self::New,
            StateValue::InProgress => Self::InProgress,
            StateValue::Finished => Self::Finished,
        }
    }
}
