//! doccano JSONL, in both shapes: `label` as lists, or `entities` with ids and relations between them.
//!
//! doccano does not say in what it counts (UTF-16 units by default, clusters if the project says so); our own lines
//! say it in a key of their own. Of several files each is an annotator's, as in doccano's export of a project in
//! which members do not share their work. A label set file gives colours and keys.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::files::{Files, stem};
use super::found::{Found, FoundDocument, FoundLink, FoundSpan, FoundText, add_codebook};
use super::json_mend::{self, Unreadable};
use super::json_values::Plain;
use super::names::bounded;
use super::{
    FileInMemory, Format, ImportError, ImportOptions, Mapping, MappingOf, Reading, Role, Unit,
    attribute, field, json, unescaped,
};
use crate::model::{Codebook, Color, Tag, TagId};

/// doccano JSONL.
pub const DOCCANO: Format = Format {
    name: "doccano",
    title: "doccano JSONL",
    description: "Sequence labelling with or without relations, label sets, one file per annotator",
    endings: &["jsonl", "json"],
    recognise: |files| {
        files
            .ending_in(DOCCANO.endings)
            .any(|file| looks_so(&file.head()))
    },
    mapping: Some(MAPPING),
    read,
};

/// doccano asks for the names of text and labels when it imports.
const MAPPING: MappingOf = MappingOf {
    roles: &[Role::Text, Role::Spans],
    names,
};
/// The key with which our own lines say what they count in.
pub const UNIT_KEY: &str = "offset_unit";
/// The key with which our own lines name the document.
pub const DOCUMENT_KEY: &str = "document";
/// The key with which our own lines name the annotator.
pub const ANNOTATOR_KEY: &str = "annotator";

/// Under which the text may stand, and the list of labels.
const TEXT_KEYS: [&str; 2] = ["text", "data"];
const LABEL_KEYS: [&str; 2] = ["label", "labels"];
/// So many labels of a set may have a key; to look whether it is free takes ever longer.
const MOST_WITH_KEYS: usize = 5_000;

fn looks_so(head: &str) -> bool {
    let has = |key: &str| head.contains(&format!("\"{key}\""));
    let is_list = |key: &str| {
        let rest = head
            .split_once(&format!("\"{key}\""))
            .map_or("", |(_, rest)| rest);
        let rest: String = rest
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(3)
            .collect();
        rest == ":[[" || rest == ":[]"
    };
    let is_own = |key: &str| json::is_key_of_record(head, key);
    let has_list = |key: &str| is_own(key) && is_list(key);
    is_own("entities") && has("start_offset")
        || TEXT_KEYS.iter().any(|key| is_own(key)) && LABEL_KEYS.iter().any(|key| has_list(key))
}

#[derive(Default)]
struct Line {
    text: Option<String>,
    label: Vec<(usize, usize, String)>,
    entities: Vec<Entity>,
    relations: Vec<Relation>,
    comments: Vec<Value>,
    id: Value,
    offset_unit: String,
    document: Value,
    annotator: String,
    meta: Value,
    rest: BTreeMap<String, Value>,
}

/// By hand, since serde holds back all of a record that may have any other keys, and then reads it for a second time.
impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LineVisitor)
    }
}

struct LineVisitor;

/// Most are in the file as they are and need no copy.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Visitor<'de> for LineVisitor {
    type Value = Line;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Line, M::Error> {
        let mut line = Line::default();
        let mut seen = HashSet::new();
        while let Some(Key(key)) = map.next_key()? {
            if !seen.insert(key.clone()) {
                return Err(M::Error::custom(format!("“{key}” is said twice")));
            }
            match &*key {
                "text" | "data" if line.text.is_none() => line.text = map.next_value()?,
                "label" | "labels" => line.label.append(&mut map.next_value()?),
                "entities" => line.entities.append(&mut map.next_value()?),
                "relations" => line.relations.append(&mut map.next_value()?),
                "Comments" | "comments" => line.comments.append(&mut map.next_value()?),
                "id" => line.id = map.next_value()?,
                "offset_unit" => line.offset_unit = map.next_value()?,
                "document" => line.document = map.next_value()?,
                "annotator" => line.annotator = map.next_value()?,
                "meta" => line.meta = map.next_value()?,
                _ => drop(line.rest.insert(key.into_owned(), map.next_value()?)),
            }
        }
        Ok(line)
    }
}

#[derive(Deserialize)]
struct Entity {
    id: Value,
    label: String,
    start_offset: usize,
    end_offset: usize,
    /// Some add the covered words under this name.
    #[serde(default)]
    token: String,
    #[serde(flatten)]
    rest: BTreeMap<Arc<str>, Value>,
}

#[derive(Deserialize)]
struct Relation {
    #[serde(default, rename = "id")]
    _id: IgnoredAny,
    from_id: Value,
    to_id: Value,
    r#type: String,
}

#[derive(Deserialize)]
struct LabelType {
    text: String,
    #[serde(default)]
    background_color: String,
    suffix_key: Option<String>,
}

fn read(files: &Files<'_>, options: &ImportOptions) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let mut lines = Vec::new();
    for file in files.ending_in(DOCCANO.endings) {
        let words = json::words(file, &mut found)?;
        if file.head().contains("\"background_color\"") {
            read_label_set(&mut found, file, &words);
        } else {
            lines.push((file, words));
        }
    }
    if lines.is_empty() && found.codebook.tags.is_empty() {
        return Err(ImportError::WrongFormat(DOCCANO.title));
    }
    let has_key = |key: &str| {
        let is_there = |record: BTreeMap<String, IgnoredAny>| record.contains_key(key);
        lines
            .iter()
            .any(|(_, words)| json::any_record(words, is_there))
    };
    MAPPING.refuse_slips_where(&options.mapping, files, "keys", has_key)?;
    let is_shared = lines.len() < 2;
    for (file, words) in lines {
        let label = file.label();
        let of_file: Arc<str> = match stem(&file.path) {
            _ if is_shared => "".into(),
            "all" => "".into(),
            name => unescaped(name).into(),
        };
        let add = |found: &mut Found, (line_number, record): json::Record<Line>| match record {
            Ok(line) => add_document(found, &label, line_number, line, &of_file),
            Err(bad) => bad.tell(found, &label, line_number),
        };
        match options.mapping.is_empty() {
            true => json::add_each_record(&mut found, &words, mend, add),
            false => add_renamed(&mut found, &words, &options.mapping, add),
        }
    }
    Ok(found)
}

/// The keys of the first lines.
fn names(files: &Files<'_>) -> Vec<String> {
    let heads = files.ending_in(DOCCANO.endings).map(FileInMemory::head);
    let records = heads.flat_map(|head| json::records::<Map<String, Value>>(&head));
    let records = records.filter_map(|(_, record)| record.ok());
    let names: BTreeSet<String> = records
        .flat_map(|record| record.into_iter().map(|(key, _)| key))
        .collect();
    names.into_iter().collect()
}

/// What is wrong in a line, so that the rest of it can be read.
fn mend(line: &mut Map<String, Value>) -> Vec<Unreadable> {
    let mut bad = Vec::new();
    for key in LABEL_KEYS {
        json_mend::take_bad::<(usize, usize, String)>(line, key, &mut bad);
    }
    json_mend::take_bad::<Entity>(line, "entities", &mut bad);
    json_mend::take_bad::<Relation>(line, "relations", &mut bad);
    // Some number their annotators.
    if let Some(annotator) = line.get_mut(ANNOTATOR_KEY) {
        *annotator = field(annotator).into();
    }
    bad
}

/// Adds lines whose text and labels have other names. What has the usual names in them becomes fields.
fn add_renamed(
    found: &mut Found,
    words: &str,
    mapping: &Mapping,
    add: impl Fn(&mut Found, json::Record<Line>) + Sync,
) {
    let add_one = |found: &mut Found, (number, record): json::Record<Plain>| {
        let line = record.and_then(|Plain(mut record)| {
            let mut take = |role| record.remove(mapping.get(role)?);
            let (text, labels) = (take(Role::Text), take(Role::Spans));
            let mut rest = BTreeMap::new();
            let mut put = |value: Option<Value>, usual: &[&str]| {
                let Some(value) = value else { return };
                let taken = usual.iter().filter_map(|key| record.remove_entry(*key));
                rest.extend(taken);
                drop(
                    usual
                        .first()
                        .map(|key| record.insert((*key).to_owned(), value)),
                );
            };
            put(text, &TEXT_KEYS);
            let are_entities = labels.as_ref().and_then(Value::as_array);
            let are_entities = are_entities.is_some_and(|list| list.iter().any(Value::is_object));
            match are_entities {
                true => put(labels, &["entities"]),
                false => put(labels, &LABEL_KEYS),
            }
            let (line, bad) = json_mend::mended::<Line>(record, mend);
            bad.into_iter()
                .for_each(|bad| add(found, (number, Err(bad))));
            line.map(|mut line| {
                line.rest.extend(rest);
                line
            })
        });
        add(found, (number, line));
    };
    json::add_each_record(found, words, |_| Vec::new(), add_one);
}

fn read_label_set(found: &mut Found, file: &FileInMemory, words: &str) {
    let mut codebook = Codebook::default();
    for (line_number, record) in json::records::<LabelType>(words) {
        match record {
            Ok(label) => codebook.tags.push(Tag {
                key: label
                    .suffix_key
                    .filter(|_| codebook.tags.len() < MOST_WITH_KEYS)
                    .and_then(|key| key.chars().next()),
                ..Tag::new(
                    TagId::new(label.text),
                    Color::parse(&label.background_color).unwrap_or(Color([0x7F; 3])),
                )
            }),
            Err(bad) => bad.tell(found, &file.label(), line_number),
        }
    }
    add_codebook(&mut found.codebook, codebook);
}

fn add_document(
    found: &mut Found,
    file: &Arc<str>,
    line_number: usize,
    line: Line,
    of_file: &Arc<str>,
) {
    let Some(text) = line.text else {
        return found.left_out(file, line_number, "there is no text", "");
    };
    let own = Unit::named(&line.offset_unit);
    let mut document = FoundDocument {
        name: field(&line.document)
            .or_else(|| field(&line.id))
            .unwrap_or_default(),
        file: file.clone(),
        line: line_number,
        text: FoundText::Words(text),
        reading: Reading {
            unit: own.unwrap_or(Unit::Utf16),
            ..Reading::default()
        },
        is_certain: own.is_some(),
        ..FoundDocument::default()
    };
    document.add_meta(&line.meta);
    for (name, value) in &line.rest {
        document.add_value(name, value);
    }
    for comment in &line.comments {
        document.add_value("comments", comment.get("comment").unwrap_or(comment));
    }
    let annotator: Arc<str> = match line.annotator.as_str() {
        "" => of_file.clone(),
        annotator => annotator.into(),
    };
    // Ids count within a line.
    let before = bounded(file);
    let is_linked = !line.relations.is_empty();
    let key = |id: &Value| match is_linked {
        true => format!("{before}\t{line_number}\t{id}"),
        false => String::new(),
    };
    let span = |key: String, start, end, tag: String, quote: String| FoundSpan {
        key,
        pieces: vec![[start, end]],
        tag: tag.into(),
        quote: quote.into(),
        annotator: annotator.clone().into(),
        line: line_number,
        ..FoundSpan::default()
    };
    let listed = line
        .label
        .into_iter()
        .map(|(start, end, tag)| span(String::new(), start, end, tag, String::new()));
    document.spans.extend(listed);
    let entities = line.entities.into_iter();
    document.spans.extend(entities.map(|entity| {
        let rest = entity.rest.into_iter();
        FoundSpan {
            attributes: rest
                .filter_map(|(name, value)| Some((name, attribute(value)?)))
                .collect(),
            ..span(
                key(&entity.id),
                entity.start_offset,
                entity.end_offset,
                entity.label,
                entity.token,
            )
        }
    }));
    found
        .links
        .extend(line.relations.into_iter().map(|relation| FoundLink {
            kind: relation.r#type.into(),
            from: key(&relation.from_id),
            to: key(&relation.to_id),
            file: file.clone(),
            line: line_number,
            ..FoundLink::default()
        }));
    found.documents.push(document);
}
