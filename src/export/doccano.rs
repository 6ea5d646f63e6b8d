//! doccano JSONL: one file for each annotator, in the shape with relations if there are any, and the label set.
//!
//! doccano takes keys that it does not know for metadata; ours name the document, the annotator and the unit.

use serde_json::{Map, Value, json};

use super::jsonl::offsets;
use super::kept::AllBut;
use super::proof::Carries;
use super::{
    Asks, Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport, file_stem,
};
use crate::import::{self, ANNOTATOR_KEY, DOCUMENT_KEY, UNIT_KEY};
use crate::model::{Annotation, AnnotatorId};

const KEPT: AllBut = AllBut(&[&[
    Loss::DiscontinuousAnnotation,
    Loss::Attributes,
    Loss::Note,
    Loss::Tier,
    Loss::Time,
    Loss::LinkAcrossDocuments,
    Loss::LinkAcrossAnnotators,
    Loss::LinkOrigin,
    Loss::Region,
    Loss::Claim,
    Loss::DocumentState,
]]);

/// doccano JSONL.
pub const DOCCANO: Format = Format {
    name: "doccano",
    title: "doccano JSONL",
    description: "A file for each annotator and the label set; for doccano",
    ending: None,
    write,
    reader: Some(&import::DOCCANO),
    carries: Carries::Loosely(KEPT),
    newlines: None,
    asks: &[Asks::Unit, Asks::LineEnds],
};

fn write(exporting: &Exporting<'_>, _: &mut LossReport) -> Vec<FileInMemory> {
    let mut annotators: Vec<Option<&AnnotatorId>> = exporting
        .annotations()
        .map(|(_, annotation)| Some(annotation.annotator_id()))
        .collect();
    annotators.sort();
    annotators.dedup();
    if annotators.is_empty() {
        annotators.push(None);
    }
    let mut files: Vec<FileInMemory> = annotators
        .iter()
        .map(|annotator| {
            let name = annotator.map_or("all", AnnotatorId::as_str);
            let lines = exporting
                .documents
                .iter()
                .map(|each| line(exporting, each, *annotator));
            let bytes = lines
                .flat_map(|line| format!("{line}\n").into_bytes())
                .collect();
            FileInMemory {
                path: format!("{}.jsonl", file_stem(name)),
                bytes,
            }
        })
        .collect();
    files.push(FileInMemory {
        path: "label_types.json".to_owned(),
        bytes: label_set(exporting).to_string().into_bytes(),
    });
    files
}

fn line(
    exporting: &Exporting<'_>,
    each: &ExportingDocument<'_>,
    annotator: Option<&AnnotatorId>,
) -> Value {
    let unit = exporting.options.unit;
    let own = each
        .annotations
        .iter()
        .filter(|annotation| Some(annotation.annotator_id()) == annotator);
    let mut line = Map::new();
    let mut set = |key: &str, value: Value| drop(line.insert(key.to_owned(), value));
    set("text", json!(each.text.as_str()));
    set(DOCUMENT_KEY, json!(each.document.id.as_str()));
    set(UNIT_KEY, json!(unit.name()));
    if !each.document.fields.is_empty() {
        let fields = each
            .document
            .fields
            .iter()
            .map(|(name, value)| (name.to_string(), json!(value)));
        set("meta", Value::Object(fields.collect()));
    }
    if let Some(annotator) = annotator {
        set(ANNOTATOR_KEY, json!(annotator.as_str()));
    }
    if exporting.project.links.is_empty() {
        let labels = own.map(|annotation| {
            let [start, end] = offsets(each.text, unit, annotation.spans.hull());
            json!([start, end, annotation.tag_id.as_str()])
        });
        set("label", labels.collect());
        return Value::Object(line);
    }
    let own: Vec<&Annotation> = own.map(|annotation| &***annotation).collect();
    let entities = own.iter().map(|annotation| {
        let [start, end] = offsets(each.text, unit, annotation.spans.hull());
        json!({"id": annotation.id.number, "label": annotation.tag_id.as_str(), "start_offset": start,
            "end_offset": end})
    });
    let links = own.iter().flat_map(|annotation| {
        let links = exporting.project.links.of(&annotation.id);
        links.filter(|link| link.from == annotation.id)
    });
    let kept = links.filter(|link| own.iter().any(|annotation| annotation.id == link.to));
    let relations = kept.map(|link| {
        json!({"id": link.id.number, "from_id": link.from.number, "to_id": link.to.number, "type": &*link.kind})
    });
    set("entities", entities.collect());
    set("relations", relations.collect());
    Value::Object(line)
}

/// What doccano's label page imports.
fn label_set(exporting: &Exporting<'_>) -> Value {
    let tags = exporting.project.codebook.tags.iter().enumerate();
    let labels = tags.map(|(index, tag)| {
        json!({
            "id": index + 1,
            "text": tag.id.as_str(),
            "prefix_key": null,
            "suffix_key": tag.key.map(String::from),
            "background_color": tag.color.to_string(),
            "text_color": "#ffffff",
            "task_type": "Span",
        })
    });
    labels.collect()
}
