//! JSON Lines as `export::jsonl` writes them: one document a line, then one line for the whole project.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::{ImportError, Imported, words_of};
use crate::model::{
    Annotation, AnnotationId, Claim, ClaimId, Document, DocumentId, DocumentState, Encoding, Link,
    LinkId, Region, RegionId, Stamp, TagId, Tier, Timestamp,
};
use crate::text::{OffsetUnit, Span, Spans, Text};

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line {
    Document(Box<DocumentLine>),
    Project(ProjectLine),
}

#[derive(Deserialize)]
struct DocumentLine {
    id: String,
    path: String,
    #[serde(default)]
    sha256: String,
    #[serde(default)]
    encoding: EncodingValue,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    #[serde(default)]
    states: BTreeMap<String, StateValue>,
    #[serde(default)]
    unit: OffsetUnit,
    text: String,
    #[serde(default)]
    spans: Vec<SpanValue>,
    #[serde(default)]
    regions: Vec<RegionValue>,
}

#[derive(Deserialize, Default)]
struct EncodingValue {
    #[serde(default)]
    name: String,
    #[serde(default)]
    byte_order_mark: bool,
    #[serde(default)]
    lossy: bool,
    #[serde(default)]
    size_bytes: u64,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum StateValue {
    NotAssigned,
    New,
    InProgress,
    Finished,
}

#[derive(Deserialize)]
struct SpanValue {
    id: String,
    start: usize,
    end: usize,
    #[serde(default)]
    pieces: Vec<[usize; 2]>,
    label: String,
    text: String,
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    tier: String,
    created: Option<Timestamp>,
    changed: Option<StampValue>,
}

#[derive(Deserialize)]
struct StampValue {
    by: String,
    at: Timestamp,
}

#[derive(Deserialize)]
struct RegionValue {
    id: String,
    start: usize,
    end: usize,
    kind: String,
    text: String,
}

#[derive(Deserialize)]
struct ProjectLine {
    #[serde(default)]
    name: String,
    #[serde(default)]
    links: Vec<LinkValue>,
    #[serde(default)]
    claims: Vec<ClaimValue>,
}

#[derive(Deserialize)]
struct LinkValue {
    id: String,
    kind: String,
    from: String,
    to: String,
    created: Option<Timestamp>,
}

#[derive(Deserialize)]
struct ClaimValue {
    id: String,
    statement: String,
    annotations: Vec<String>,
}

/// Reads a file of lines. A line that cannot be read gives a warning.
///
/// # Errors
/// If the bytes are not UTF-8.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    for (index, line) in words_of(bytes)?.split('\n').enumerate() {
        let line_number = index + 1;
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str(line) {
            Ok(Line::Document(line)) => add_document(&mut imported, line_number, *line),
            Ok(Line::Project(line)) => add_project(&mut imported, line_number, line),
            Err(error) => imported.warn(line_number, format!("left out: {error}")),
        }
    }
    Ok(imported)
}

fn add_document(imported: &mut Imported, line_number: usize, line: DocumentLine) {
    let document_id = DocumentId::new(line.id);
    let text = Text::new(line.text);
    let document = Document {
        id: document_id.clone(),
        path: line.path,
        sha256: line.sha256,
        size_bytes: line.encoding.size_bytes,
        encoding: Encoding {
            name: line.encoding.name,
            has_byte_order_mark: line.encoding.byte_order_mark,
            is_lossy: line.encoding.lossy,
            line_ends: text.line_ends(),
        },
        fields: line
            .fields
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect(),
        states: line
            .states
            .into_iter()
            .map(|(who, state)| (crate::model::AnnotatorId::new(who), state.into()))
            .collect(),
    };
    for span in line.spans {
        let id = span.id.clone();
        match annotation(span, &document_id, &text, line.unit) {
            Some(annotation) => drop(imported.project.annotations.insert(annotation.into())),
            None => imported.warn(
                line_number,
                format!("the span {id} is left out: its id or place means nothing"),
            ),
        }
    }
    for region in line.regions {
        let id = region.id.clone();
        match self::region(region, &document_id, &text, line.unit) {
            Some(region) => drop(imported.project.regions.insert(region.into())),
            None => imported.warn(
                line_number,
                format!("the region {id} is left out: its id or place means nothing"),
            ),
        }
    }
    imported.texts.insert(document_id.clone(), text);
    imported
        .project
        .documents
        .insert(document_id, document.into());
}

fn annotation(
    span: SpanValue,
    document_id: &DocumentId,
    text: &Text,
    unit: OffsetUnit,
) -> Option<Annotation> {
    let pieces = if span.pieces.is_empty() {
        vec![[span.start, span.end]]
    } else {
        span.pieces
    };
    let pieces: Option<Vec<Span>> = pieces
        .into_iter()
        .map(|piece| place(text, unit, piece))
        .collect();
    let attributes = span
        .attributes
        .into_iter()
        .filter_map(|(name, value)| Some((name.into(), super::attribute(value)?)));
    Some(Annotation {
        id: AnnotationId::parse(&span.id)?,
        document_id: document_id.clone(),
        spans: Spans::new(pieces?)?,
        tag_id: TagId::new(span.label),
        attributes: attributes.collect(),
        note: span.note.into(),
        tier: if span.tier == "optional" {
            Tier::Optional
        } else {
            Tier::Core
        },
        quote: span.text.into(),
        created_at: span.created,
        changed: span.changed.map(|stamp| Stamp {
            by: crate::model::AnnotatorId::new(stamp.by),
            at: stamp.at,
        }),
    })
}

fn region(
    region: RegionValue,
    document_id: &DocumentId,
    text: &Text,
    unit: OffsetUnit,
) -> Option<Region> {
    Some(Region {
        id: RegionId::parse(&region.id)?,
        document_id: document_id.clone(),
        kind: region.kind.into(),
        span: place(text, unit, [region.start, region.end])?,
        quote: region.text.into(),
    })
}

fn place(text: &Text, unit: OffsetUnit, [start, end]: [usize; 2]) -> Option<Span> {
    Span::new(text.offset_from(unit, start)?, text.offset_from(unit, end)?)
}

fn add_project(imported: &mut Imported, line_number: usize, line: ProjectLine) {
    imported.project.name = line.name;
    for LinkValue {
        id,
        kind,
        from,
        to,
        created,
    } in line.links
    {
        let ids = (
            LinkId::parse(&id),
            AnnotationId::parse(&from),
            AnnotationId::parse(&to),
        );
        match ids {
            (Some(link_id), Some(from), Some(to)) => {
                let link = Link {
                    id: link_id,
                    kind: kind.into(),
                    from,
                    to,
                    created_at: created,
                };
                imported.project.links.insert(link.into());
            }
            _ => imported.warn(
                line_number,
                format!("the link {id} is left out: an id means nothing"),
            ),
        }
    }
    for ClaimValue {
        id,
        statement,
        annotations,
    } in line.claims
    {
        let annotation_ids: Option<BTreeSet<_>> = annotations
            .iter()
            .map(|id| AnnotationId::parse(id))
            .collect();
        match (ClaimId::parse(&id), annotation_ids) {
            (Some(claim_id), Some(annotation_ids)) => {
                let claim = Claim {
                    id: claim_id.clone(),
                    statement,
                    annotation_ids,
                };
                imported.project.claims.insert(claim_id, claim.into());
            }
            _ => imported.warn(
                line_number,
                format!("the claim {id} is left out: an id means nothing"),
            ),
        }
    }
}

impl From<StateValue> for DocumentState {
    fn from(state: StateValue) -> Self {
        match state {
            StateValue::NotAssigned => Self::NotAssigned,
            StateValue::New => Self::New,
            StateValue::InProgress => Self::InProgress,
            StateValue::Finished => Self::Finished,
        }
    }
}
