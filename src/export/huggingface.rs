//! A folder as the Hugging Face library `datasets` loads it: rows of texts with spans as JSON Lines or Parquet, and a
//! card that names the classes. Offsets count code points, so that `text[start:end]` is the span in Python.
//!
//! What differs from row to row, such as attributes, is JSON inside of a string, since every row has the same columns.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::kept::AllBut;
use super::{
    Asks, Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport, jsonl,
    proof::Carries,
};
use crate::import;
use crate::model::{Annotation, TagId, Tier};
use crate::text::{OffsetUnit, Text};

const KEPT: AllBut = AllBut(&[&[Loss::Region, Loss::Claim, Loss::DocumentState]]);

/// Hugging Face folder with JSON Lines.
pub const HUGGINGFACE: Format = Format {
    name: "huggingface",
    title: "Hugging Face dataset",
    description: "Rows of texts with spans, and a card; for Python's datasets",
    ending: None,
    newlines: None,
    asks: &[Asks::LineEnds],
    write: write_lines,
    reader: Some(&import::HUGGINGFACE),
    carries: Carries::AllBut(KEPT),
};

fn write_lines(exporting: &Exporting<'_>, _: &mut LossReport) -> Vec<FileInMemory> {
    let mut rows = String::new();
    for row in self::rows(exporting) {
        let _ = writeln!(rows, "{row}");
    }
    folder(exporting, "data/train.jsonl", rows.into_bytes())
}

/// The files of a folder: the card, and the rows at a path.
pub fn folder(exporting: &Exporting<'_>, path: &str, rows: Vec<u8>) -> Vec<FileInMemory> {
    let file = |path: &str, bytes: Vec<u8>| FileInMemory {
        path: path.to_owned(),
        bytes,
    };
    vec![
        file("README.md", card(exporting, path).into_bytes()),
        file(path, rows),
    ]
}

/// A column of the rows.
pub enum Column {
    /// Of words.
    Words(&'static str),
    /// Of whole numbers.
    Number(&'static str),
    /// Of tags.
    Class(&'static str),
    /// Of lists of objects with these columns.
    List(&'static str, Vec<Column>),
}

/// The columns of every row.
pub fn columns() -> [Column; 5] {
    let of_span = import::SPAN_COLUMNS.map(|name| match name {
        "start" | "end" => Column::Number(name),
        "label" => Column::Class(name),
        name => Column::Words(name),
    });
    let of_relation = ["label", "from", "to", "annotator", "created"].map(Column::Words);
    [
        Column::Words("id"),
        Column::Words("text"),
        Column::List("spans", of_span.into()),
        Column::List("relations", of_relation.into()),
        Column::Words("meta"),
    ]
}

/// A row for each document.
pub fn rows(exporting: &Exporting<'_>) -> impl Iterator<Item = Value> {
    exporting.documents.iter().map(|each| row(exporting, each))
}

fn row(exporting: &Exporting<'_>, each: &ExportingDocument<'_>) -> Value {
    let spans = each.annotations.iter();
    let mut relations = Vec::new();
    for annotation in &each.annotations {
        let own = exporting.project.links.of(&annotation.id);
        let begins_here = own.filter(|link| link.from == annotation.id);
        for link in begins_here.filter(|link| KEPT.keeps_link(exporting, link)) {
            relations.push(json!({
                "label": &*link.kind,
                "from": link.from.to_string(),
                "to": link.to.to_string(),
                "annotator": link.id.annotator_id.as_str(),
                "created": link.created_at.map(|at| at.to_string()),
            }));
        }
    }
    json!({
        "id": each.document.id.as_str(),
        "text": each.text.as_str(),
        "spans": spans.map(|annotation| span(annotation, each.text)).collect::<Vec<_>>(),
        "relations": relations,
        "meta": json!(each.document.fields).to_string(),
    })
}

fn span(annotation: &Annotation, text: &Text) -> Value {
    let hull = annotation.spans.hull();
    let [start, end] = jsonl::offsets(text, OffsetUnit::CodePoint, hull);
    let pieces = annotation.spans.iter();
    let pieces: Vec<[usize; 2]> = pieces
        .map(|span| jsonl::offsets(text, OffsetUnit::CodePoint, span))
        .collect();
    let attributes = annotation.attributes.iter();
    let attributes: Map<String, Value> = attributes
        .map(|(name, value)| (name.to_string(), jsonl::attribute_value(value)))
        .collect();
    let changed = annotation.changed.as_ref();
    json!({
        "id": annotation.id.to_string(),
        "start": start,
        "end": end,
        "label": annotation.tag_id.as_str(),
        "text": &*annotation.quote,
        "pieces": if pieces.len() > 1 { json!(pieces).to_string() } else { String::new() },
        "note": &*annotation.note,
        "annotator": annotation.annotator_id().as_str(),
        "tier": if annotation.tier == Tier::Core { "core" } else { "optional" },
        "attributes": if attributes.is_empty() { String::new() } else { Value::Object(attributes).to_string() },
        "created": annotation.created_at.map(|at| at.to_string()),
        "changed_by": changed.map(|stamp| stamp.by.to_string()),
        "changed_at": changed.map(|stamp| stamp.at.to_string()),
    })
}

/// The tags in the order of the codebook, then those that only annotations have.
pub fn classes<'a>(exporting: &'a Exporting<'a>) -> Vec<&'a TagId> {
    let tags = exporting.project.codebook.tags.iter();
    let mut classes: Vec<&TagId> = tags.map(|tag| &tag.id).collect();
    for (_, annotation) in exporting.annotations() {
        if !classes.contains(&&annotation.tag_id) {
            classes.push(&annotation.tag_id);
        }
    }
    classes
}

/// The card: what the columns are, for the library, and what the classes mean, for people.
fn card(exporting: &Exporting<'_>, path: &str) -> String {
    let mut card = format!(
        "---\ntags:\n- ascribe\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    \
        path: {path}\ndataset_info:\n  features:\n"
    );
    features(&columns(), &classes(exporting), "  ", &mut card);
    card.push_str("---\n\n");
    let _ = writeln!(
        card,
        "# {}\n\nTexts with labelled spans, written by Ascribe. `text[start:end]` is a span; offsets count code \
        points.\n\nWhere the texts come from and under which licence they may be used is for you to say here.\n",
        exporting.project.name
    );
    let described = exporting.project.codebook.tags.iter();
    for tag in described {
        let _ = writeln!(card, "- `{}`: {}", tag.id, tag.description);
    }
    card
}

/// The columns in YAML.
fn features(columns: &[Column], classes: &[&TagId], indent: &str, card: &mut String) {
    for column in columns {
        let (name, kind) = match column {
            Column::Words(name) => (name, "dtype: string\n"),
            Column::Number(name) => (name, "dtype: int64\n"),
            Column::Class(name) if classes.is_empty() => (name, "dtype: string\n"),
            Column::Class(name) => (name, "dtype:\n"),
            Column::List(name, _) => (name, "list:\n"),
        };
        let _ = write!(card, "{indent}- name: {name}\n{indent}  {kind}");
        match column {
            Column::Class(_) if !classes.is_empty() => {
                let _ = write!(card, "{indent}    class_label:\n{indent}      names:\n");
                for (number, class) in classes.iter().enumerate() {
                    let name = quoted(class.as_str());
                    let _ = writeln!(card, "{indent}        '{number}': {name}");
                }
            }
            Column::List(_, inner) => features(inner, classes, &format!("{indent}  "), card),
            _ => {}
        }
    }
}

/// A name as JSON, which YAML reads as well.
fn quoted(name: &str) -> String {
    json!(name).to_string()
}
