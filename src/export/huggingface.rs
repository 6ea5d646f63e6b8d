//! A folder as the Hugging Face library `datasets` loads it: rows of texts with spans as JSON Lines, and a card that
//! names the classes. Offsets count code points, so that `text[start:end]` is the span in Python.
//!
//! What differs from row to row, such as attributes, is JSON inside of a string, since every row has the same columns.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::kept::AllBut;
use super::{
    Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport, jsonl, proof::Carries,
};
use crate::import;
use crate::model::{Annotation, TagId, Tier};
use crate::text::{OffsetUnit, Text};

const KEPT: AllBut = AllBut(&[Loss::Region, Loss::Claim, Loss::DocumentState]);

/// Hugging Face folder.
pub const HUGGINGFACE: Format = Format {
    name: "huggingface",
    title: "Hugging Face dataset",
    description: "Rows of texts with spans, and a card; for Python's datasets",
    ending: None,
    newlines: None,
    write,
    reader: Some(&import::HUGGINGFACE),
    carries: Carries::AllBut(KEPT),
};

fn write(exporting: &Exporting<'_>, _: &mut LossReport) -> Vec<FileInMemory> {
    let mut rows = String::new();
    for each in &exporting.documents {
        let _ = writeln!(rows, "{}", row(exporting, each));
    }
    let file = |path: &str, words: String| FileInMemory {
        path: path.to_owned(),
        bytes: words.into_bytes(),
    };
    vec![
        file("README.md", card(exporting)),
        file("data/train.jsonl", rows),
    ]
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
fn classes<'a>(exporting: &'a Exporting<'a>) -> Vec<&'a TagId> {
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
fn card(exporting: &Exporting<'_>) -> String {
    let classes = classes(exporting);
    let mut card = "---\ntags:\n- ascribe\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    \
        path: data/train.jsonl\ndataset_info:\n  features:\n"
        .to_owned();
    for name in ["id", "text"] {
        let _ = writeln!(card, "  - name: {name}\n    dtype: string");
    }
    card.push_str("  - name: spans\n    list:\n");
    for name in [
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
    ] {
        let _ = writeln!(card, "    - name: {name}");
        match name {
            "start" | "end" => card.push_str("      dtype: int64\n"),
            "label" if !classes.is_empty() => {
                card.push_str("      dtype:\n        class_label:\n          names:\n");
                for (number, class) in classes.iter().enumerate() {
                    let _ = writeln!(card, "            '{number}': {}", quoted(class.as_str()));
                }
            }
            _ => card.push_str("      dtype: string\n"),
        }
    }
    card.push_str("  - name: relations\n    list:\n");
    for name in ["label", "from", "to", "annotator", "created"] {
        let _ = writeln!(card, "    - name: {name}\n      dtype: string");
    }
    card.push_str("  - name: meta\n    dtype: string\n---\n\n");
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

/// A name as JSON, which YAML reads as well.
fn quoted(name: &str) -> String {
    json!(name).to_string()
}
