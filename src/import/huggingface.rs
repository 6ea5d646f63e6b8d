//! A folder of the Hugging Face library `datasets`: a card that names the classes, and rows as JSON Lines, either of
//! texts with spans or of tokens with tags. Of tokens the text is put together with single spaces.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::files::Files;
use super::found::{Found, FoundDocument, FoundLink, FoundSpan, FoundText};
use super::{
    FileInMemory, Format, ImportError, ImportOptions, attribute, ending, field, json, time,
};
use crate::model::{AnnotatorId, Attributes, Stamp, Tier};

/// Hugging Face folder.
pub const HUGGINGFACE: Format = Format {
    name: "huggingface",
    title: "Hugging Face dataset",
    description: "A folder with a card and rows as JSON Lines: texts with spans, or tokens with tags",
    endings: &["jsonl", "md"],
    recognise: |files| cards(files).next().is_some() && rows(files).next().is_some(),
    names: None,
    read,
};

fn cards<'a>(files: &Files<'a>) -> impl Iterator<Item = &'a FileInMemory> + use<'a> {
    let cards = files.ending_in(&["md"]);
    cards.filter(|file| file.head().starts_with("---") && file.head().contains("dataset_info:"))
}

fn rows<'a>(files: &Files<'a>) -> impl Iterator<Item = &'a FileInMemory> + use<'a> {
    files.ending_in(&["jsonl"])
}

fn read(files: &Files<'_>, _: &ImportOptions) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let mut card = Card::default();
    for file in cards(files) {
        let words = file.words(&mut found)?.into_owned();
        card = Card::of(&words);
    }
    for file in files.iter().filter(|file| ending(&file.path) == "parquet") {
        let words =
            "Parquet is not read yet; save the dataset as JSON Lines with `dataset.to_json(…)`";
        found.left_out(&file.label(), 0, words, "");
    }
    let mut count = 0;
    for file in rows(files) {
        count += 1;
        let words = file.words(&mut found)?.into_owned();
        for (line, record) in json::records::<Map<String, Value>>(&words) {
            let row = match record {
                Ok(row) => Row {
                    values: row,
                    card: &card,
                    file: file.label(),
                    line,
                },
                Err(problem) => {
                    found.left_out(&file.label(), line, problem, "");
                    continue;
                }
            };
            row.add(&mut found);
        }
    }
    if count == 0 {
        return Err(ImportError::WrongFormat(HUGGINGFACE.title));
    }
    Ok(found)
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
                column = unquoted(name);
                is_inside = false;
            } else if line == "names:" {
                is_inside = true;
            } else if let Some((number, name)) = line.split_once(':').filter(|_| is_inside)
                && unquoted(number).parse::<usize>().is_ok()
            {
                let names = card.classes.entry(column.clone()).or_default();
                names.push(unquoted(name));
            }
        }
        card
    }

    fn class(&self, column: &str, value: &Value) -> Option<String> {
        match value.as_u64() {
            Some(number) => self
                .classes
                .get(column)?
                .get(usize::try_from(number).ok()?)
                .cloned(),
            None => value.as_str().map(str::to_owned),
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
            for span in spans
                .as_ref()
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                match self.span(span) {
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
            document.text = FoundText::Words(tokens.join(" "));
            let columns = self.values.iter().filter(|(_, value)| {
                value
                    .as_array()
                    .is_some_and(|tags| tags.len() == tokens.len())
            });
            let columns: Vec<String> = columns.map(|(name, _)| name.clone()).collect();
            for column in columns {
                let tags = self.values.remove(&column).unwrap_or_default();
                document.spans.extend(self.of_tags(&column, &tags, &tokens));
            }
        } else {
            return found.left_out(
                &self.file,
                self.line,
                "there is neither a text nor tokens",
                "",
            );
        }
        for relation in self
            .values
            .remove("relations")
            .as_ref()
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
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
        const KNOWN: [&str; 13] = [
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
        let others = span
            .as_object()?
            .iter()
            .filter(|(name, _)| !KNOWN.contains(&name.as_str()));
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
            tag: self.card.class("label", span.get("label")?)?,
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
    fn of_tags(&self, column: &str, tags: &Value, tokens: &[&str]) -> Vec<FoundSpan> {
        let mut spans: Vec<FoundSpan> = Vec::new();
        let mut at = 0;
        let mut open: Option<String> = None;
        for (token, tag) in tokens.iter().zip(tags.as_array().into_iter().flatten()) {
            let end = at + token.chars().count();
            let class = self.card.class(column, tag).unwrap_or_default();
            let (mark, name) = match class.split_once('-') {
                Some((mark, name)) if matches!(mark, "B" | "I" | "E" | "L" | "S" | "U" | "M") => {
                    (mark, name)
                }
                _ if matches!(class.as_str(), "O" | "" | "_") => ("O", ""),
                _ => ("I", class.as_str()),
            };
            let goes_on = matches!(mark, "I" | "M" | "E" | "L") && open.as_deref() == Some(name);
            if mark == "O" {
                open = None;
            } else if let Some(span) = spans.last_mut().filter(|_| goes_on) {
                span.quote = format!("{} {token}", span.quote);
                span.pieces.iter_mut().for_each(|piece| piece[1] = end);
            } else {
                spans.push(FoundSpan {
                    pieces: vec![[at, end]],
                    quote: (*token).to_owned(),
                    tag: name.to_owned(),
                    line: self.line,
                    ..FoundSpan::default()
                });
            }
            if mark != "O" {
                open = (!matches!(mark, "E" | "L" | "S" | "U")).then(|| name.to_owned());
            }
            at = end + 1;
        }
        spans
    }
}
