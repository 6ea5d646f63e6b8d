//! A folder of the Hugging Face library `datasets`: a card that names the classes, and rows as JSON Lines or Parquet,
//! either of texts with spans or of tokens with tags. Of tokens the text is put together with single spaces.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::files::{Files, read_each};
use super::found::{CopyRoom, Found, FoundDocument, FoundLink, FoundSpan, FoundText};
use super::names::bounded;
use super::{
    FileInMemory, Format, ImportError, ImportOptions, attribute, ending, field, json, parquet, time,
};
use crate::model::{AnnotatorId, Attributes, SharedNames, Stamp, Tier};

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
        card = Card::of(&words, &file.label(), &mut found);
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
            card.add_features("", &table.features, (&file.label(), found));
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
    classes: BTreeMap<String, Vec<Class>>,
}

/// What a tag of a token, or the number that stands for it, means.
#[derive(Clone)]
struct Class {
    name: Arc<str>,
    /// Where tags begin and end, if its name says so, and the tag: `B` and `PER` of `B-PER`. `None` for no tag.
    marked: Option<(Mark, Arc<str>)>,
}

/// Whether a token begins an annotation, and whether another one may follow.
#[derive(Clone, Copy)]
struct Mark {
    begins: bool,
    ends: bool,
}

impl Class {
    fn new(name: Arc<str>) -> Self {
        let mark = |begins, ends| Mark { begins, ends };
        let (mark, tag) = match name.split_once('-') {
            Some(("B", tag)) => (mark(true, false), tag),
            Some(("I" | "M", tag)) => (mark(false, false), tag),
            Some(("E" | "L", tag)) => (mark(false, true), tag),
            Some(("S" | "U", tag)) => (mark(true, true), tag),
            _ => (mark(false, false), &*name),
        };
        let is_none = matches!(&*name, "O" | "" | "_");
        let marked = (!is_none).then(|| (mark, tag.into()));
        Self { name, marked }
    }
}

impl Card {
    /// Of YAML only what the library itself writes is understood.
    fn of(words: &str, file: &Arc<str>, found: &mut Found) -> Self {
        let mut card = Self::default();
        let mut column = String::new();
        let mut is_inside = false;
        let lines = (1..).zip(words.lines()).skip(1);
        for (number, line) in lines.take_while(|(_, line)| *line != "---") {
            let line = line.trim();
            card.is_ours |= line == "- ascribe";
            if let Some(name) = line.strip_prefix("- name:") {
                column = bounded(&unquoted(name)).into_owned();
                is_inside = false;
            } else if line == "names:" {
                is_inside = true;
            } else if let Some((index, name)) = line.split_once(':').filter(|_| is_inside)
                && unquoted(index).parse::<usize>().is_ok()
            {
                let name = found.name(file, number, &unquoted(name));
                match card.classes.get_mut(&column) {
                    Some(classes) => classes.push(Class::new(name)),
                    None => drop(card.classes.insert(column.clone(), vec![Class::new(name)])),
                }
            }
        }
        card
    }

    /// Takes up the names of classes from features as the library writes them, wherever in them they stand.
    fn add_features(
        &mut self,
        column: &str,
        feature: &Value,
        (file, found): (&Arc<str>, &mut Found),
    ) {
        match feature {
            Value::Array(features) => features
                .iter()
                .for_each(|feature| self.add_features(column, feature, (file, found))),
            Value::Object(inner) => {
                if let Some(Value::Array(names)) = inner.get("names") {
                    let names = names.iter().filter_map(Value::as_str);
                    let classes = names.map(|name| Class::new(found.name(file, 0, name)));
                    let classes = classes.collect();
                    self.classes.entry(column.to_owned()).or_insert(classes);
                } else if let Some(feature) = inner.get("feature") {
                    self.add_features(column, feature, (file, found));
                } else {
                    inner.iter().for_each(|(column, feature)| {
                        self.add_features(&bounded(column), feature, (file, found));
                    });
                }
            }
            _ => {}
        }
    }

    /// Of a column, by their numbers.
    fn classes_of(&self, column: &str) -> &[Class] {
        let classes = self.classes.get(&*bounded(column));
        classes.map_or(&[], Vec::as_slice)
    }
}

/// The class that a value names, or that its number stands for.
fn class<'a>(classes: &'a [Class], value: &Value) -> Option<Cow<'a, Class>> {
    match value.as_u64() {
        Some(number) => {
            let class = classes.get(usize::try_from(number).ok()?);
            class.map(Cow::Borrowed)
        }
        None => Some(Cow::Owned(Class::new(value.as_str()?.into()))),
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
fn objects(
    value: Value,
    (file, line): (&Arc<str>, usize),
    found: &mut Found,
) -> Box<dyn Iterator<Item = Value>> {
    let columns = match value {
        Value::Array(objects) => return Box::new(objects.into_iter()),
        Value::Object(columns) => columns,
        _ => return Box::new(std::iter::empty()),
    };
    let list = |(name, list): (String, Value)| match list {
        Value::Array(list) => Some((found.column(file, line, &name), list.into_iter())),
        _ => None,
    };
    let mut columns: Vec<_> = columns.into_iter().filter_map(list).collect();
    Box::new(std::iter::from_fn(move || {
        let mut object = Map::new();
        // Those that have come to their end are not looked at again.
        columns.retain_mut(|(name, list)| {
            let value = list.next();
            let goes_on = value.is_some();
            object.extend(value.map(|value| (name.to_string(), value)));
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
            let spans = self.values.remove("spans").unwrap_or_default();
            let mut names = SharedNames::default();
            for span in objects(spans, (&self.file, self.line), found) {
                match self.span(&span, &mut names) {
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
        let relations = self.values.remove("relations").unwrap_or_default();
        for relation in objects(relations, (&self.file, self.line), found) {
            let words = |name: &str| relation.get(name).and_then(field).unwrap_or_default();
            found.links.push(FoundLink {
                kind: words("label").into(),
                from: words("from"),
                to: words("to"),
                annotator: words("annotator").into(),
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

    fn span(&self, span: &Value, names: &mut SharedNames) -> Option<FoundSpan> {
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
            others.filter_map(|(name, value)| Some((names.name(name), attribute(value.clone())?))),
        );
        let changed_at = time(&words("changed_at"));
        Some(FoundSpan {
            key: words("id"),
            pieces: pieces.unwrap_or(vec![[number("start")?, number("end")?]]),
            quote: words("text").into(),
            tag: class(self.card.classes_of("label"), span.get("label")?)?
                .name
                .clone()
                .into(),
            attributes,
            note: words("note").into(),
            annotator: words("annotator").into(),
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
                span.quote = room.copy(quote).unwrap_or_default().into();
            }
        };
        let (mut at, mut byte) = (0, 0);
        let mut open: Option<Arc<str>> = None;
        let classes = self.card.classes_of(column);
        for (token, tag) in tokens.iter().zip(tags.as_array().into_iter().flatten()) {
            let (end, end_byte) = (at + token.chars().count(), byte + token.len());
            let class = class(classes, tag);
            match class.as_ref().and_then(|class| class.marked.as_ref()) {
                None => open = None,
                Some((mark, tag)) => {
                    let goes_on = !mark.begins && open.as_ref() == Some(tag);
                    if let Some(span) = spans.last_mut().filter(|_| goes_on) {
                        run.end = end_byte;
                        span.pieces.iter_mut().for_each(|piece| piece[1] = end);
                    } else {
                        close(spans.last_mut(), run);
                        run = byte..end_byte;
                        spans.push(FoundSpan {
                            pieces: vec![[at, end]],
                            tag: tag.clone().into(),
                            line: self.line,
                            ..FoundSpan::default()
                        });
                    }
                    open = (!mark.ends).then(|| tag.clone());
                }
            }
            (at, byte) = (end + 1, end_byte + 1);
        }
        close(spans.last_mut(), run);
        spans
    }
}
