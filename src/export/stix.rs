//! STIX 2.1, for those who work on threats: a report for each document and a note for each annotation. Write only.
//!
//! Where a note stands in the text is a property extension, with its definition in the bundle. A link of the kind
//! `denies` becomes an opinion on the note that it leads to. Ids stay the same from export to export, so that a platform
//! updates what it has.

use serde_json::{Map, Value, json};

use super::guid::guid;
use super::kept::AllBut;
use super::{
    Asks, Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport, jsonl, one_file,
    proof::Carries,
};
use crate::import;
use crate::model::{Annotation, AnnotatorId, AnnotatorKind, Link, Timestamp};
use crate::text::{OffsetUnit, Text};

const KEPT: AllBut = AllBut(&[&[
    Loss::DocumentText,
    Loss::DiscontinuousAnnotation,
    Loss::Attributes,
    Loss::Tier,
    Loss::Region,
    Loss::Claim,
    Loss::DocumentField,
    Loss::DocumentState,
]]);

/// STIX 2.1 bundle.
pub const STIX: Format = Format {
    name: "stix",
    title: "STIX 2.1 bundle",
    description: "Reports, notes and opinions; for threat-intelligence platforms",
    ending: Some("json"),
    newlines: None,
    asks: &[Asks::LineEnds],
    write,
    reader: None,
    carries: Carries::AllBut(KEPT),
};

/// The kind of link that is an opinion.
const DENIES: &str = "denies";

fn write(exporting: &Exporting<'_>, losses: &mut LossReport) -> Vec<FileInMemory> {
    let mut objects = vec![tool(), definition()];
    let annotators = exporting.project.annotators.keys();
    let mut ids: std::collections::BTreeSet<&AnnotatorId> = annotators.collect();
    ids.extend(
        exporting
            .annotations()
            .map(|(_, annotation)| annotation.annotator_id()),
    );
    objects.extend(ids.into_iter().map(|id| identity(exporting, id)));
    for each in &exporting.documents {
        objects.push(report(each));
        let all = each.annotations.iter();
        objects.extend(all.map(|annotation| note(annotation, each)));
    }
    for link in exporting
        .project
        .links
        .iter()
        .filter(|link| KEPT.keeps_link(exporting, link))
    {
        match exporting
            .annotation(&link.from)
            .filter(|_| &*link.kind == DENIES)
        {
            Some(from) => objects.push(opinion(link, from)),
            None => losses.add(Loss::Link, &link.id),
        }
    }
    let bundle = json!({
        "type": "bundle",
        "id": id("bundle", &exporting.project.name),
        "objects": objects,
    });
    let mut words = serde_json::to_string_pretty(&bundle).unwrap_or_default();
    words.push('\n');
    one_file("bundle.json", words.into_bytes())
}

fn id(kind: &str, name: &str) -> String {
    format!("{kind}--{}", guid(kind, name))
}

fn tool_id() -> String {
    id("identity", "")
}

fn definition_id() -> String {
    id("extension-definition", "anchor")
}

fn note_id(annotation_id: &impl ToString) -> String {
    id("note", &annotation_id.to_string())
}

/// What every object has.
fn object(kind: &str, id: String, created: Timestamp, modified: Timestamp) -> Map<String, Value> {
    let own = json!({
        "type": kind,
        "spec_version": "2.1",
        "id": id,
        "created": created.to_string(),
        "modified": modified.max(created).to_string(),
    });
    own.as_object().cloned().unwrap_or_default()
}

/// Where nobody knows when, the beginning of time.
const NEVER: Timestamp = Timestamp::UNIX_EPOCH;

fn with(mut object: Map<String, Value>, more: Value) -> Value {
    object.extend(more.as_object().cloned().unwrap_or_default());
    Value::Object(object)
}

fn tool() -> Value {
    let own = object("identity", tool_id(), NEVER, NEVER);
    with(
        own,
        json!({"name": import::OURS, "identity_class": "system"}),
    )
}

fn definition() -> Value {
    let own = object("extension-definition", definition_id(), NEVER, NEVER);
    with(
        own,
        json!({
            "created_by_ref": tool_id(),
            "name": "Place of a note in a text",
            "description": "start and end in code points of the text of the report, and the words between them",
            "schema": "start: integer; end: integer; quote: string",
            "version": "1.0.0",
            "extension_types": ["property-extension"],
        }),
    )
}

fn identity(exporting: &Exporting<'_>, annotator_id: &AnnotatorId) -> Value {
    let annotator = exporting.project.annotators.get(annotator_id);
    let is_program = annotator.is_some_and(|who| who.kind == AnnotatorKind::Program);
    let own = object("identity", identity_id(annotator_id), NEVER, NEVER);
    with(
        own,
        json!({
            "name": annotator.map_or(annotator_id.as_str(), |annotator| &annotator.name),
            "identity_class": if is_program { "system" } else { "individual" },
        }),
    )
}

fn identity_id(annotator_id: &AnnotatorId) -> String {
    id("identity", annotator_id.as_str())
}

fn report_id(each: &ExportingDocument<'_>) -> String {
    id("report", each.document.id.as_str())
}

fn report(each: &ExportingDocument<'_>) -> Value {
    let document = each.document;
    let times = each
        .annotations
        .iter()
        .filter_map(|annotation| annotation.created_at);
    let created = times.clone().min().unwrap_or(NEVER);
    let mut refs: Vec<String> = each
        .annotations
        .iter()
        .map(|entry| note_id(&entry.id))
        .collect();
    if refs.is_empty() {
        // A report must speak of something.
        refs.push(tool_id());
    }
    let mut reference = json!({"source_name": document.title(), "external_id": document.path});
    if let (Some(url), Some(map)) = (document.fields.get("url"), reference.as_object_mut()) {
        map.insert("url".to_owned(), json!(url));
        if document.sha256.len() == 64 {
            map.insert("hashes".to_owned(), json!({"SHA-256": document.sha256}));
        }
    }
    let own = object(
        "report",
        report_id(each),
        created,
        times.max().unwrap_or(created),
    );
    with(
        own,
        json!({
            "created_by_ref": tool_id(),
            "name": document.title(),
            "published": created.to_string(),
            "object_refs": refs,
            "external_references": [reference],
        }),
    )
}

fn times(annotation: &Annotation) -> (Timestamp, Timestamp) {
    let created = annotation.created_at.unwrap_or(NEVER);
    (
        created,
        annotation
            .changed
            .as_ref()
            .map_or(created, |stamp| stamp.at),
    )
}

fn note(annotation: &Annotation, each: &ExportingDocument<'_>) -> Value {
    let (created, modified) = times(annotation);
    let mut content = annotation.quote.to_string();
    if !annotation.note.is_empty() {
        content.push_str("\n\n");
        content.push_str(&annotation.note);
    }
    let own = object("note", note_id(&annotation.id), created, modified);
    with(
        own,
        json!({
            "created_by_ref": identity_id(annotation.annotator_id()),
            "abstract": annotation.tag_id.as_str(),
            "content": content,
            "authors": [annotation.annotator_id().as_str()],
            "object_refs": [report_id(each)],
            "extensions": {definition_id(): anchor(annotation, each.text)},
        }),
    )
}

fn anchor(annotation: &Annotation, text: &Text) -> Value {
    let [start, end] = jsonl::offsets(text, OffsetUnit::CodePoint, annotation.spans.hull());
    json!({"extension_type": "property-extension", "start": start, "end": end, "quote": &*annotation.quote})
}

fn opinion(link: &Link, from: &Annotation) -> Value {
    let at = link.created_at.unwrap_or(NEVER);
    let own = object("opinion", id("opinion", &link.id.to_string()), at, at);
    with(
        own,
        json!({
            "created_by_ref": identity_id(&link.id.annotator_id),
            "explanation": &*from.quote,
            "authors": [link.id.annotator_id.as_str()],
            "opinion": "disagree",
            "object_refs": [note_id(&link.to)],
        }),
    )
}
