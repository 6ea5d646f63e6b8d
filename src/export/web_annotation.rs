//! W3C Web Annotation: one collection as JSON-LD, with the texts beside it. Offsets count code points, as the standard
//! asks; the words of each piece and what surrounds them stand beside, so that a place is found again.
//!
//! Attributes, tier and who changed an annotation have no word in the standard. They stand under names that its readers
//! pass over.

use serde_json::{Value, json};

use super::guid::guid;
use super::kept::AllBut;
use super::{
    Asks, Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport, file_stem, jsonl,
    proof::Carries,
};
use crate::import;
use crate::model::{Annotation, AnnotatorId, AnnotatorKind, Link, Tier};
use crate::text::{OffsetUnit, Span, Text};

const KEPT: AllBut = AllBut(&[&[Loss::Region, Loss::Claim, Loss::DocumentState]]);

/// W3C Web Annotation.
pub const WEB_ANNOTATION: Format = Format {
    name: "web-annotation",
    title: "W3C Web Annotation",
    description: "A collection in JSON-LD with the texts beside it; for the web and linked data",
    ending: None,
    newlines: None,
    asks: &[Asks::LineEnds],
    write,
    reader: Some(&import::WEB_ANNOTATION),
    carries: Carries::AllBut(KEPT),
};

/// How many characters before and behind a piece are written.
const SURROUNDINGS: usize = 32;

fn write(exporting: &Exporting<'_>, _: &mut LossReport) -> Vec<FileInMemory> {
    let mut items = Vec::new();
    let mut documents = Vec::new();
    let mut files = Vec::new();
    for each in &exporting.documents {
        let source = source(each);
        files.push(FileInMemory {
            path: source.clone(),
            bytes: import::text_file(each.text.as_str()).into_owned(),
        });
        documents.push(json!({"id": each.document.id.as_str(), "source": source, "sha256": each.document.sha256,
            "fields": each.document.fields}));
        let all = each.annotations.iter();
        items.extend(all.map(|annotation| item(exporting, annotation, each.text, &source)));
    }
    let links = exporting.project.links.iter();
    let kept = links.filter(|link| KEPT.keeps_link(exporting, link));
    items.extend(kept.map(|link| linking(exporting, link)));
    let collection = json!({
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": format!("urn:uuid:{}", guid("project", &exporting.project.name)),
        "type": "AnnotationCollection",
        "label": exporting.project.name,
        "generator": {"type": "Software", "name": import::OURS},
        "total": items.len(),
        "first": {"type": "AnnotationPage", "startIndex": 0, "items": items},
        "documents": documents,
    });
    let mut words = serde_json::to_string_pretty(&collection).unwrap_or_default();
    words.push('\n');
    files.push(FileInMemory {
        path: "annotations.jsonld".to_owned(),
        bytes: words.into_bytes(),
    });
    files
}

fn source(each: &ExportingDocument<'_>) -> String {
    format!("texts/{}.txt", file_stem(each.document.id.as_str()))
}

fn iri(id: &impl ToString) -> String {
    format!("urn:uuid:{}", guid("annotation", &id.to_string()))
}

fn item(exporting: &Exporting<'_>, annotation: &Annotation, text: &Text, source: &str) -> Value {
    let mut body = vec![
        json!({"type": "TextualBody", "purpose": "tagging", "value": annotation.tag_id.as_str()}),
    ];
    let mut motivation = vec!["tagging"];
    if !annotation.note.is_empty() {
        body.push(
            json!({"type": "TextualBody", "purpose": "commenting", "format": "text/plain",
            "value": &*annotation.note}),
        );
        motivation.push("commenting");
    }
    let pieces = annotation.spans.iter();
    let mut targets: Vec<Value> = pieces.map(|span| target(text, span, source)).collect();
    let target = if targets.len() == 1 {
        targets.remove(0)
    } else {
        Value::Array(targets)
    };
    let mut value = json!({
        "id": iri(&annotation.id),
        "type": "Annotation",
        "motivation": motivation,
        "creator": creator(exporting, annotation.annotator_id()),
        "body": body,
        "target": target,
    });
    let mut set = |name: &str, own: Value| {
        value
            .as_object_mut()
            .into_iter()
            .for_each(|map| drop(map.insert(name.to_owned(), own.clone())));
    };
    if let Some(at) = annotation.created_at {
        set("created", json!(at.to_string()));
    }
    if let Some(stamp) = &annotation.changed {
        set("modified", json!(stamp.at.to_string()));
        set("modifiedBy", json!(stamp.by.as_str()));
    }
    if annotation.tier == Tier::Optional {
        set("tier", json!("optional"));
    }
    if !annotation.attributes.is_empty() {
        let values = annotation.attributes.iter();
        let values = values.map(|(name, value)| (name.to_string(), jsonl::attribute_value(value)));
        set("attributes", Value::Object(values.collect()));
    }
    value
}

fn target(text: &Text, span: Span, source: &str) -> Value {
    let [start, end] = jsonl::offsets(text, OffsetUnit::CodePoint, span);
    let before = text.as_str().get(..span.start().0).unwrap_or_default();
    let behind = text.as_str().get(span.end().0..).unwrap_or_default();
    let from = before.char_indices().rev().nth(SURROUNDINGS - 1);
    let prefix = from.map_or(before, |(at, _)| before.get(at..).unwrap_or_default());
    let suffix: String = behind.chars().take(SURROUNDINGS).collect();
    json!({"source": source, "selector": [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {"type": "TextQuoteSelector", "exact": text.slice(span).unwrap_or_default(), "prefix": prefix,
            "suffix": suffix},
    ]})
}

fn creator(exporting: &Exporting<'_>, id: &AnnotatorId) -> Value {
    let annotator = exporting.project.annotators.get(id);
    let is_program = annotator.is_some_and(|who| who.kind == AnnotatorKind::Program);
    json!({
        "type": if is_program { "Software" } else { "Person" },
        "name": annotator.map_or(id.as_str(), |annotator| &annotator.name),
        "nickname": id.as_str(),
    })
}

/// A link: its body is where it leads.
fn linking(exporting: &Exporting<'_>, link: &Link) -> Value {
    let mut value = json!({
        "id": format!("urn:uuid:{}", guid("link", &link.id.to_string())),
        "type": "Annotation",
        "motivation": "linking",
        "creator": creator(exporting, &link.id.annotator_id),
        "body": [iri(&link.to), {"type": "TextualBody", "purpose": "tagging", "value": &*link.kind}],
        "target": iri(&link.from),
    });
    if let (Some(at), Some(map)) = (link.created_at, value.as_object_mut()) {
        map.insert("created".to_owned(), json!(at.to_string()));
    }
    value
}
