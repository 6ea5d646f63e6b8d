//! Label Studio: tasks with one annotation for each annotator, and the labeling configuration that fits them.
//!
//! Attributes and notes are further results with the id of their region; the pieces of one annotation are regions
//! joined by relations of the kind `fragment`.

use std::collections::BTreeMap;
use std::fmt::Write;

use quick_xml::escape::escape;
use serde_json::{Map, Value, json};

use super::jsonl::offsets;
use super::kept::AllBut;
use super::proof::Carries;
use super::{Asks, Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport};
use crate::import::{self, FRAGMENT, NOTE, free_name};
use crate::model::{Annotation, AnnotatorId, AttributeKind, AttributeValue, Codebook};
use crate::text::OffsetUnit;

const KEPT: AllBut = AllBut(&[&[
    Loss::Tier,
    Loss::Time,
    Loss::LinkAcrossDocuments,
    Loss::LinkAcrossAnnotators,
    Loss::LinkOrigin,
    Loss::Region,
    Loss::Claim,
    Loss::DocumentState,
]]);

/// Label Studio.
pub const LABEL_STUDIO: Format = Format {
    name: "label-studio",
    title: "Label Studio",
    description: "Tasks with regions, choices, notes and relations, and the labeling configuration",
    ending: None,
    write,
    reader: Some(&import::LABEL_STUDIO),
    carries: Carries::Loosely(KEPT),
    newlines: None,
    asks: &[Asks::LineEnds],
};

/// The names of the configuration's own parts.
const LABEL: &str = "label";
const TEXT: &str = "text";
/// The key that names the document.
const DOCUMENT: &str = "document";

fn write(exporting: &Exporting<'_>, _: &mut LossReport) -> Vec<FileInMemory> {
    let tasks: Vec<Value> = exporting
        .documents
        .iter()
        .enumerate()
        .map(|(index, each)| task(exporting, each, index + 1))
        .collect();
    let file = |path: &str, words: String| FileInMemory {
        path: path.to_owned(),
        bytes: words.into_bytes(),
    };
    vec![
        file("tasks.json", Value::Array(tasks).to_string()),
        file("labeling_config.xml", config(exporting)),
    ]
}

fn task(exporting: &Exporting<'_>, each: &ExportingDocument<'_>, number: usize) -> Value {
    let mut data = Map::new();
    data.insert(TEXT.to_owned(), json!(each.text.as_str()));
    data.insert(DOCUMENT.to_owned(), json!(each.document.id.as_str()));
    for (name, value) in &each.document.fields {
        data.insert(free_name(name), json!(value));
    }
    let mut by_annotator: BTreeMap<&AnnotatorId, Vec<&Annotation>> = BTreeMap::new();
    for annotation in &each.annotations {
        by_annotator
            .entry(annotation.annotator_id())
            .or_default()
            .push(annotation);
    }
    let answers = by_annotator
        .into_iter()
        .enumerate()
        .map(|(index, (annotator_id, own))| {
            let regions = own
                .iter()
                .flat_map(|annotation| results(&exporting.project.codebook, each, annotation));
            let relations = own
                .iter()
                .flat_map(|annotation| relations(exporting, annotation, &own));
            json!({
                "id": number * 100 + index,
                "completed_by": {"id": index + 1, "email": annotator_id.as_str()},
                "result": regions.chain(relations).collect::<Vec<_>>(),
            })
        });
    json!({"id": number, "data": data, "annotations": answers.collect::<Vec<_>>(), "predictions": []})
}

/// The regions of an annotation's pieces, and what else is said of the first.
fn results(
    codebook: &Codebook,
    each: &ExportingDocument<'_>,
    annotation: &Annotation,
) -> Vec<Value> {
    let id = annotation.id.to_string();
    let mut results = Vec::new();
    let spans: Vec<_> = annotation.spans.iter().collect();
    let mut value = json!({});
    for (index, span) in spans.iter().enumerate() {
        let [start, end] = offsets(each.text, OffsetUnit::CodePoint, *span);
        let own =
            json!({"start": start, "end": end, "text": each.text.slice(*span).unwrap_or_default()});
        if index == 0 {
            value = own.clone();
        }
        let labels = json!([annotation.tag_id.as_str()]);
        results.push(result(&piece_id(&id, index), LABEL, "labels", &own, labels));
        if index > 0 {
            results.push(
                json!({"type": "relation", "from_id": id, "to_id": piece_id(&id, index),
                "direction": "right", "labels": [FRAGMENT]}),
            );
        }
    }
    for (name, attribute) in &annotation.attributes {
        let (kind, content) = match attribute {
            AttributeValue::Number(_) => ("number", super::jsonl::attribute_value(attribute)),
            AttributeValue::YesNo(_) => ("choices", json!([attribute.to_string()])),
            AttributeValue::Words(words) => {
                let known = codebook.attribute(&annotation.tag_id, name);
                let is_choice =
                    known.is_some_and(|known| matches!(known.kind, AttributeKind::Choice { .. }));
                (
                    if is_choice { "choices" } else { "textarea" },
                    json!([&**words]),
                )
            }
        };
        results.push(result(&id, &free_name(name), kind, &value, content));
    }
    if !annotation.note.is_empty() {
        results.push(result(
            &id,
            NOTE,
            "textarea",
            &value,
            json!([&*annotation.note]),
        ));
    }
    results
}

fn piece_id(id: &str, index: usize) -> String {
    if index == 0 {
        id.to_owned()
    } else {
        format!("{id}.{}", index + 1)
    }
}

fn result(id: &str, from_name: &str, kind: &str, place: &Value, content: Value) -> Value {
    let mut value = place.clone();
    let key = if kind == "textarea" { "text" } else { kind };
    if let Value::Object(value) = &mut value {
        value.insert(key.to_owned(), content);
    }
    json!({"id": id, "from_name": from_name, "to_name": TEXT, "type": kind, "origin": "manual", "value": value})
}

/// The links from an annotation to others of the same annotator and document.
fn relations(
    exporting: &Exporting<'_>,
    annotation: &Annotation,
    own: &[&Annotation],
) -> Vec<Value> {
    let links = exporting
        .project
        .links
        .of(&annotation.id)
        .filter(|link| link.from == annotation.id);
    let kept = links.filter(|link| own.iter().any(|other| other.id == link.to));
    let relations = kept.map(|link| {
        json!({"type": "relation", "from_id": link.from.to_string(), "to_id": link.to.to_string(),
            "direction": "right", "labels": [&*link.kind]})
    });
    relations.collect()
}

/// What a Label Studio project is set up with so that it takes the tasks.
fn config(exporting: &Exporting<'_>) -> String {
    let codebook = &exporting.project.codebook;
    let mut words = "<View>\n".to_owned();
    let _ = writeln!(words, "  <Labels name=\"{LABEL}\" toName=\"{TEXT}\">");
    for tag in &codebook.tags {
        let key = tag
            .key
            .map(|key| format!(" hotkey=\"{}\"", escape(key.to_string())))
            .unwrap_or_default();
        let _ = writeln!(
            words,
            "    <Label value=\"{}\" background=\"{}\"{key}/>",
            escape(tag.id.as_str()),
            tag.color
        );
    }
    words.push_str("  </Labels>\n  <Relations>\n");
    let kinds = codebook.link_kinds.iter().map(|kind| &*kind.name);
    for kind in kinds.chain([FRAGMENT]) {
        let _ = writeln!(words, "    <Relation value=\"{}\"/>", escape(kind));
    }
    words.push_str("  </Relations>\n");
    let own = codebook.tags.iter().flat_map(|tag| &tag.attributes);
    let mut written = Vec::new();
    for attribute in own.chain(&codebook.common_attributes) {
        if written.contains(&&attribute.name) {
            continue;
        }
        written.push(&attribute.name);
        let name = free_name(&attribute.name);
        let head = format!(
            "name=\"{}\" toName=\"{TEXT}\" perRegion=\"true\"",
            escape(name.as_str())
        );
        let choices: Vec<&str> = match &attribute.kind {
            AttributeKind::Choice { choices, .. } => {
                choices.iter().map(|choice| &*choice.name).collect()
            }
            AttributeKind::YesNo => vec!["yes", "no"],
            AttributeKind::Number => {
                let _ = writeln!(words, "  <Number {head}/>");
                continue;
            }
            AttributeKind::Text | AttributeKind::Entity | AttributeKind::Date => {
                let _ = writeln!(words, "  <TextArea {head}/>");
                continue;
            }
        };
        let _ = writeln!(words, "  <Choices {head}>");
        for choice in choices {
            let _ = writeln!(words, "    <Choice value=\"{}\"/>", escape(choice));
        }
        words.push_str("  </Choices>\n");
    }
    let _ = writeln!(
        words,
        "  <TextArea name=\"{NOTE}\" toName=\"{TEXT}\" perRegion=\"true\"/>"
    );
    let _ = writeln!(
        words,
        "  <Text name=\"{TEXT}\" value=\"${TEXT}\"/>\n</View>"
    );
    words
}
