//! JSON Lines: one document a line with everything that belongs to it. Carries the whole project.
//!
//! `start` and `end` are counted in the unit that each line names; `text[start:end]` gives the quote in
//! Python when that unit is the code point. The last line, of type `project`, holds what belongs to no
//! single document: links, claims, annotators.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    Asks, Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport, one_file,
    proof::Carries,
};
use crate::import;
use crate::model::{
    Annotation, AnnotatorKind, AttributeValue, DocumentState, LinkId, Region, Tier,
};
use crate::text::{OffsetUnit, Span, Text};

/// JSON Lines.
pub const JSONL: Format = Format {
    name: "jsonl",
    title: "JSON Lines",
    description: "One document a line with everything; for Python, R and machine learning",
    ending: Some("jsonl"),
    write,
    reader: Some(&import::JSONL),
    carries: Carries::Everything,
    newlines: None,
    asks: &[Asks::Unit, Asks::LineEnds],
};

/// A document with everything that belongs to it.
#[derive(Serialize)]
pub(super) struct DocumentLine<'a> {
    r#type: &'static str,
    id: &'a str,
    path: &'a str,
    sha256: &'a str,
    encoding: Value,
    fields: Map<String, Value>,
    states: Map<String, Value>,
    unit: &'static str,
    pub(super) text: &'a str,
    spans: Vec<SpanLine<'a>>,
    regions: Vec<Value>,
}

/// An annotation. Its keys are in the order of the alphabet.
#[derive(Serialize)]
struct SpanLine<'a> {
    annotator: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'a str, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<StampLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    end: usize,
    id: String,
    label: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pieces: Vec<[usize; 2]>,
    start: usize,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<&'static str>,
}

#[derive(Serialize)]
struct StampLine<'a> {
    at: String,
    by: &'a str,
}

fn write(exporting: &Exporting<'_>, losses: &mut LossReport) -> Vec<FileInMemory> {
    let lines = exporting.documents.par_iter().map(|each| {
        let line = serde_json::to_vec(&document_line(each, exporting.options.unit));
        debug_assert!(line.is_ok(), "memory does not fail and keys are strings");
        line.unwrap_or_default()
    });
    let mut lines: Vec<Vec<u8>> = lines.collect();
    lines.push(project_line(exporting, losses).to_string().into_bytes());
    let size_bytes = lines.iter().map(|line| line.len() + 1).sum();
    let mut bytes = Vec::with_capacity(size_bytes);
    // Each goes as soon as it is copied: all of them twice would be the whole export twice.
    for line in lines {
        bytes.extend(line);
        bytes.push(b'\n');
    }
    one_file("documents.jsonl", bytes)
}

/// The line of a document, with offsets in this unit.
pub(super) fn document_line<'a>(
    each: &ExportingDocument<'a>,
    unit: OffsetUnit,
) -> DocumentLine<'a> {
    let document = each.document;
    let annotations = each
        .annotations
        .iter()
        .map(|annotation| span_line(annotation, each.text, unit));
    DocumentLine {
        r#type: "document",
        id: document.id.as_str(),
        path: &document.path,
        sha256: &document.sha256,
        encoding: json!({
            "name": document.encoding.name,
            "byte_order_mark": document.encoding.has_byte_order_mark,
            "lossy": document.encoding.is_lossy,
            "size_bytes": document.size_bytes,
        }),
        fields: document
            .fields
            .iter()
            .map(|(name, value)| (name.to_string(), json!(value)))
            .collect(),
        states: document
            .states
            .iter()
            .map(|(who, state)| (who.to_string(), json!(state_name(*state))))
            .collect(),
        unit: unit.name(),
        text: each.text.as_str(),
        spans: annotations.collect(),
        regions: each
            .regions
            .iter()
            .map(|region| region_value(region, each.text, unit))
            .collect(),
    }
}

fn span_line<'a>(annotation: &'a Annotation, text: &Text, unit: OffsetUnit) -> SpanLine<'a> {
    let [start, end] = offsets(text, unit, annotation.spans.hull());
    let pieces = annotation
        .spans
        .iter()
        .map(|span| offsets(text, unit, span));
    let attributes = annotation.attributes.iter();
    SpanLine {
        annotator: annotation.annotator_id().as_str(),
        attributes: attributes
            .map(|(name, value)| (&**name, attribute_value(value)))
            .collect(),
        changed: annotation.changed.as_ref().map(|changed| StampLine {
            at: changed.at.to_string(),
            by: changed.by.as_str(),
        }),
        created: annotation.created_at.map(|at| at.to_string()),
        end,
        id: annotation.id.to_string(),
        label: annotation.tag_id.as_str(),
        note: &annotation.note,
        pieces: match annotation.spans.count() {
            1 => Vec::new(),
            _ => pieces.collect(),
        },
        start,
        text: &annotation.quote,
        tier: (annotation.tier == Tier::Optional).then_some("optional"),
    }
}

fn region_value(region: &Region, text: &Text, unit: OffsetUnit) -> Value {
    let [start, end] = offsets(text, unit, region.span);
    json!({"id": region.id.to_string(), "start": start, "end": end, "kind": &*region.kind, "text": &*region.quote})
}

/// What belongs to no single document.
pub(super) fn project_line(exporting: &Exporting<'_>, losses: &mut LossReport) -> Value {
    let project = exporting.project;
    let exported: BTreeSet<&LinkId> = exporting.links().map(|(link, ..)| &link.id).collect();
    let mut links = Vec::new();
    for link in project.links.iter() {
        if exported.contains(&link.id) {
            links.push(json!({
                "id": link.id.to_string(),
                "kind": &*link.kind,
                "from": link.from.to_string(),
                "to": link.to.to_string(),
                "created": link.created_at.map(|at| at.to_string()),
            }));
        } else {
            losses.add(Loss::Link, &link.id);
        }
    }
    let claims = project.claims.values().map(|claim| {
        let ids: Vec<String> = claim
            .annotation_ids
            .iter()
            .map(ToString::to_string)
            .collect();
        json!({"id": claim.id.to_string(), "statement": claim.statement, "annotations": ids})
    });
    let tags = project.codebook.tags.iter();
    json!({
        "type": "project",
        "name": project.name,
        "tags": tags.map(|tag| json!({"name": tag.id.as_str(), "color": tag.color.to_string(),
            "description": tag.description})).collect::<Vec<_>>(),
        "annotators": project.annotators.values().map(|who| json!({"id": who.id.as_str(), "name": who.name,
            "is_program": who.kind == AnnotatorKind::Program})).collect::<Vec<_>>(),
        "links": links,
        "claims": claims.collect::<Vec<_>>(),
    })
}

/// Start and end in the unit.
pub(super) fn offsets(text: &Text, unit: OffsetUnit, span: Span) -> [usize; 2] {
    [
        text.offset_in(unit, span.start()),
        text.offset_in(unit, span.end()),
    ]
}

pub(super) fn attribute_value(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::Words(words) => json!(&**words),
        AttributeValue::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            json!(*number as i64)
        }
        AttributeValue::Number(number) => json!(number),
        AttributeValue::YesNo(value) => json!(value),
    }
}

fn state_name(state: DocumentState) -> &'static str {
    match state {
        DocumentState::NotAssigned => "not_assigned",
        DocumentState::New => "new",
        DocumentState::InProgress => "in_progress",
        DocumentState::Finished => "finished",
    }
}
