//! A folder of the Hugging Face library `datasets`: a card that names the classes, and rows as JSON Lines or Parquet,
//! either of texts with spans or of tokens with tags. Of tokens the text is put together with single spaces.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::files::{Files, read_each};
use super::found::{self, CopyRoom, Found, FoundDocument, FoundLink, FoundSpan, FoundText};
use super::{
    FileInMemory, Format, ImportError, ImportOptions, attribute, ending, field, json, parquet, time,
};
use crate::model::{AnnotatorId, Attributes, Stamp, Tier};

/// Hugging Face folder.
pub const HUGGINGFACE: Format = Format {
    name: "huggingface",
    title: "Hugging Face dataset",
    description: "A folder with a card and rows as JSON Lines or Parquet: texts with spans, or tokens with tags",
    endings: &["jsonl", "md", "parquet"],
    recognise: |files| {
        let has_card = cards(files).next().is_some();
        rows(files).any(|file| has_card || is_parquet(file))
    },
    mapping: None,
    read,
};

fn cards<'a>(files: &Files<'a>) -> impl Iterator<Item = &'a FileInMemory> + use<'a> {
    let cards = files.ending_in(&["md"]);
    cards.filter(|file| file.head().starts_with("---") && file.head().contains("dataset_info:"))
}

fn rows<'a>(files: &Files<'a>) -> impl Iterator<Item = &'a FileInMemory> + use<'a> {
    files.ending_in(&["jsonl", "parquet"])
}

fn is_parquet(file: &FileInMemory) -> bool {
    ending(&file.path) == "parquet"
}

/// What our rows hold of an annotation, in the order of the columns. The rest of what others hold is kept as attributes.
pub const SPAN_COLUMNS: [&str; 13] = [
    "id",
    "start",
    "end",
    "label",
    "text",
    "pieces",
    "note",
    "annotator",
    "tier",
    "attributes",
    "created",
    "changed_by",
    "changed_at",
];

fn read(files: &Files<'_>, _: &ImportOptions) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let mut card = Card::default();
    for file in cards(files) {
        let words = file.words(&mut found)?.into_owned();
        card = Card::of(&words);
    }
    if rows(files).next().is_none() {
        return Err(ImportError::WrongFormat(HUGGINGFACE.title));
    }
    read_each(rows(files), &mut found, |file, found| {
        let label = file.label();
        for (line, record) in records(file, &mut card, found)? {
            match record {
                Err(bad) => bad.tell(found, &label, line),
                Ok(values) => {
                    let row = Row {
                        values,
                        card: &card,
                        file: label.clone(),
                        line,
                    };
                    row.add(found);
                }
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// The rows of a file. One of Parquet may say what the card leaves open.
fn records(
    file: &FileInMemory,
    card: &mut Card,
    found: &mut Found,
) -> Result<Vec<json::Record<Map<String, Value>>>, ImportError> {
    if !is_parquet(file) {
        return Ok(json::records(&json::bounded_words(file, found)?));
    }
    match parquet::table(file) {
        Ok(table) => {
            card.add_features("", &table.features);
            let rows = table.rows.into_iter().map(Ok);
            Ok((1..).zip(rows).collect())
        }
        Err(words) => Err(ImportError::Broken {
            file: file.path.clone(),
            words: format!("this Parquet file cannot be read ({words})"),
        }),
    }
}

/// What the card says.
#[derive(Default)]
struct Card {
    is_ours: bool,
    /// The names of classes by the name of their column.
    classes: BTreeMap<String, Vec<String>>,
}

impl Card {
    /// Of YAML only what the library itself writes is understood.
    fn of(words: &str) -> Self {
        let mut card = Self::default();
        let mut column = String::new();
        let mut is_inside = false;
        for line in words.lines().skip(1).take_while(|line| *line != "---") {
            let line = line.trim();
            card.is_ours |= line == "- ascribe";
            if let Some(name) = line.strip_prefix("- name:") {
                column = found::name(&unquoted(name));
                is_inside = false;
            } else if line == "names:" {
                is_inside = true;
            } else if let Some((number, name)) = line.split_once(':').filter(|_| is_inside)
                && unquoted(number).parse::<usize>().is_ok()
            {
                let names = card.classes.entry(column.clone()).or_default();
                names.push(found::name(&unquoted(name)));
            }
        }
        card
    }

    /// Takes up the names of classes from features as the library writes them, wherever in them they stand.
    fn add_features(&mut self, column: &str, feature: &Value) {
        match feature {
            Value::Array(features) => features
                .iter()
                .for_each(|feature| self.add_features(column, feature)),
            Value::Object(inner) => {
                if let Some(Value::Array(names)) = inner.get("names") {
                    let names = names.iter().filter_map(Value::as_str);
                    let names = names.map(found::name).collect();
                    let column = found::name(column);
                    self.classes.entry(column).or_insert(names);
                } else if let Some(feature) = inner.get("feature") {
                    self.add_features(column, feature);
                } else {
                    inner
                        .iter()
                        .for_each(|(column, feature)| self.add_features(column, feature));
                }
            }
            _ => {}
        }
    }

    fn class<'a>(&'a self, column: &str, value: &'a Value) -> Option<&'a str> {
        match value.as_u64() {
            Some(number) => {
                let names = self.classes.get(column)?;
                Some(names.get(usize::try_from(number).ok()?)?)
            }
            None => value.as_str(),
        }
    }
}

fn unquoted(words: &str) -> String {
    let words = words.trim();
    if let Ok(name) = serde_json::from_str::<String>(words) {
        return name;
    }
    let single = words
        .strip_prefix('\'')
        .and_then(|words| words.strip_suffix('\''));
    single.map_or(words.to_owned(), |words| words.replace("''", "'"))
}

/// A list of objects; also where older versions of the library have made an object of lists of it. One after the other,
/// since very many may be written in little.
fn objects(value: Value) -> Box<dyn Iterator<Item = Value>> {
    let columns = match value {
        Value::Array(objects) => return Box::new(objects.into_iter()),
        Value::Object(columns) => columns,
        _ => return Box::new(std::iter::empty()),
    };
    let list = |(name, list): (String, Value)| match list {
        Value::Array(list) => Some((found::name(&name), list.into_iter())),
        _ => None,
    };
    let mut columns: Vec<_> = columns.into_iter().filter_map(list).collect();
    Box::new(std::iter::from_fn(move || {
        let mut object = Map::new();
        // Those that have come to their end are not looked at again.
        columns.retain_mut(|(name, list)| {
            let value = list.next();
            let goes_on = value.is_some();
            object.extend(value.map(|value| (name.clone(), value)));
            goes_on
        });
        (!columns.is_empty()).then_some(Value::Object(object))
    }))
}

/// One row, which is one document.
struct Row<'a> {
    values: Map<String, Value>,
    card: &'a Card,
    file: Arc<str>,
    line: usize,
}

impl Row<'_> {
    fn add(mut self, found: &mut Found) {
        let mut document = FoundDocument {
            name: self
                .values
                .remove("id")
                .as_ref()
                .and_then(field)
                .unwrap_or_default(),
            file: self.file.clone(),
            line: self.line,
            is_certain: self.card.is_ours,
            ..FoundDocument::default()
        };
        if let Some(Value::String(text)) = self.values.remove("text") {
            document.text = FoundText::Words(text);
            let spans = self.values.remove("spans");
            for span in spans.into_iter().flat_map(objects) {
                match self.span(&span) {
                    Some(span) => document.spans.push(span),
                    None => {
                        found.left_out(&self.file, self.line, "a span has no start and end", span)
                    }
                }
            }
        } else if let Some(Value::Array(tokens)) = self.values.remove("tokens") {
            let tokens: Vec<&str> = tokens
                .iter()
                .map(|token| token.as_str().unwrap_or(""))
                .collect();
            let text = tokens.join(" ");
            let mut room = CopyRoom::for_bytes(text.len());
            let columns = self.values.iter().filter(|(_, value)| {
                value
                    .as_array()
                    .is_some_and(|tags| tags.len() == tokens.len())
            });
            let columns: Vec<String> = columns.map(|(name, _)| name.clone()).collect();
            for column in columns {
                let tags = self.values.remove(&column).unwrap_or_default();
                let spans = self.of_tags(&column, &tags, &tokens, &text, &mut room);
                document.spans.extend(spans);
            }
            document.text = FoundText::Words(text);
        } else {
            return found.left_out(
                &self.file,
                self.line,
                "there is neither a text nor tokens",
                "",
            );
        }
        let relations = self.values.remove("relations");
        for relation in relations.into_iter().flat_map(objects) {
            let words = |name: &str| relation.get(name).and_then(field).unwrap_or_default();
            found.links.push(FoundLink {
                kind: words("label"),
                from: words("from"),
                to: words("to"),
                annotator: words("annotator"),
                created_at: time(&words("created")),
                file: self.file.clone(),
                line: self.line,
                ..FoundLink::default()
            });
        }
        let meta = self.values.remove("meta");
        let meta = meta.and_then(|meta| match meta {
            Value::String(words) => serde_json::from_str(&words).ok(),
            meta => meta.as_object().cloned(),
        });
        let rest: Map<String, Value> = meta.unwrap_or_default();
        for (name, value) in rest.into_iter().chain(std::mem::take(&mut self.values)) {
            document
                .fields
                .extend(field(&value).map(|value| (name.as_str().into(), value)));
        }
        found.documents.push(document);
    }

    fn span(&self, span: &Value) -> Option<FoundSpan> {
        let number = |name: &str| usize::try_from(span.get(name)?.as_u64()?).ok();
        let words = |name: &str| span.get(name).and_then(field).unwrap_or_default();
        let pieces: Option<Vec<[usize; 2]>> = serde_json::from_str(&words("pieces")).ok();
        let attributes: Map<String, Value> =
            serde_json::from_str(&words("attributes")).unwrap_or_default();
        let mut attributes: Attributes = attributes
            .into_iter()
            .filter_map(|(name, value)| Some((name.as_str().into(), attribute(value)?)))
            .collect();
        let others = span
            .as_object()?
            .iter()
            .filter(|(name, _)| !SPAN_COLUMNS.contains(&name.as_str()));
        attributes.extend(
            others.filter_map(|(name, value)| {
                Some((name.as_str().into(), attribute(value.clone())?))
            }),
        );
        let changed_at = time(&words("changed_at"));
        Some(FoundSpan {
            key: words("id"),
            pieces: pieces.unwrap_or(vec![[number("start")?, number("end")?]]),
            quote: words("text"),
            tag: self.card.class("label", span.get("label")?)?.to_owned(),
            attributes,
            note: words("note"),
            annotator: words("annotator"),
            tier: if words("tier") == "optional" {
                Tier::Optional
            } else {
                Tier::Core
            },
            created_at: time(&words("created")),
            changed: changed_at.map(|at| Stamp {
                by: AnnotatorId::new(words("changed_by")),
                at,
            }),
            line: self.line,
            ..FoundSpan::default()
        })
    }

    /// Runs of tokens with the same tag.
    fn of_tags(
        &self,
        column: &str,
        tags: &Value,
        tokens: &[&str],
        text: &str,
        room: &mut CopyRoom,
    ) -> Vec<FoundSpan> {
        let mut spans: Vec<FoundSpan> = Vec::new();
        // Where the last of them stands in the text, in bytes.
        let mut run = 0..0;
        let mut close = |span: Option<&mut FoundSpan>, run: Range<usize>| {
            if let (Some(span), Some(quote)) = (span, text.get(run)) {
                span.quote = room.copy(quote).unwrap_or_default();
            }
        };
        let (mut at, mut byte) = (0, 0);
        let mut open: Option<&str> = None;
        for (token, tag) in tokens.iter().zip(tags.as_array().into_iter().flatten()) {
            let (end, end_byte) = (at + token.chars().count(), byte + token.len());
            let class = self.card.class(column, tag).unwrap_or_default();
            let (mark, name) = match class.split_once('-') {
                Some((mark, name)) if matches!(mark, "B" | "I" | "E" | "L" | "S" | "U" | "M") => {
                    (mark, name)
                }
                _ if matches!(class, "O" | "" | "_") => ("O", ""),
                _ => ("I", class),
            };
            let goes_on = matches!(mark, "I" | "M" | "E" | "L") && open == Some(name);
            if mark == "O" {
                open = None;
            } else if let Some(span) = spans.last_mut().filter(|_| goes_on) {
                run.end = end_byte;
                span.pieces.iter_mut().for_each(|piece| piece[1] = end);
            } else {
                close(spans.last_mut(), run);
                run = byte..end_byte;
                spans.push(FoundSpan {
                    pieces: vec![[at, end]],
                    tag: name.to_owned(),
                    line: self.line,
                    ..FoundSpan::default()
                });
            }
            if mark != "O" {
                open = (!matches!(mark, "E" | "L" | "S" | "U")).then_some(name);
            }
            (at, byte) = (end + 1, end_byte + 1);
        }
        close(spans.last_mut(), run);
        spans
    }
}
