//! One entry of the file becomes one entry of the model, or says why it cannot.

use std::sync::Arc;

use super::file;
use crate::model::{
    self, AnnotationId, AnnotatorId, ClaimId, Document, DocumentId, DocumentState, LinkId,
    RegionId, SharedNames, TagId, Timestamp,
};
use crate::text::{ByteOffset, LineEnds, Span, Spans};

/// Turns entries of the file into those of the model, which share their names.
#[derive(Clone, Default)]
pub(super) struct Names(SharedNames);

const NO_ID: &str = "its id is not an annotator, a hyphen and a number";

impl Names {
    /// The same name again shares its memory with the first.
    pub fn shared(&mut self, name: &str) -> Arc<str> {
        self.0.name(name)
    }

    pub fn annotator(&mut self, annotator: file::Annotator) -> model::Annotator {
        let file::Annotator { id, name, program } = annotator;
        model::Annotator {
            id: AnnotatorId::new(self.shared(&id)),
            name,
            kind: match program {
                true => model::AnnotatorKind::Program,
                false => model::AnnotatorKind::Person,
            },
        }
    }

    pub fn document(&mut self, document: file::Document) -> Document {
        let file::Document {
            id,
            path,
            sha256,
            size_bytes,
            encoding,
            states,
            fields,
        } = document;
        Document {
            id: DocumentId::new(self.shared(&id)),
            path,
            sha256,
            size_bytes,
            encoding: model::Encoding {
                name: encoding.name,
                has_byte_order_mark: encoding.byte_order_mark,
                is_lossy: encoding.lossy,
                line_ends: LineEnds::from_name(&encoding.line_ends).unwrap_or_default(),
            },
            fields: fields
                .into_iter()
                .map(|(name, value)| (self.shared(&name), value))
                .collect(),
            states: states
                .into_iter()
                .map(|(who, state)| (AnnotatorId::new(self.shared(&who)), state_of(state)))
                .collect(),
        }
    }

    pub fn annotation(
        &mut self,
        annotation: file::Annotation<'_>,
    ) -> Result<model::Annotation, String> {
        let file::Annotation {
            id,
            document,
            spans,
            tag,
            quote,
            attributes,
            note,
            optional,
            created,
            changed,
            changed_by,
        } = annotation;
        let id = AnnotationId::parse(&id).ok_or(NO_ID)?;
        let pieces = spans
            .into_iter()
            .map(span_of)
            .collect::<Result<Vec<Span>, String>>()?;
        let changed = time_of(&changed)?.map(|at| model::Stamp {
            by: AnnotatorId::new(self.shared(&changed_by)),
            at,
        });
        Ok(model::Annotation {
            id: AnnotationId::new(
                AnnotatorId::new(self.shared(id.annotator_id.as_str())),
                id.number,
            ),
            document_id: DocumentId::new(self.shared(&document)),
            spans: Spans::new(pieces).ok_or("it has no span, or its spans overlap")?,
            tag_id: TagId::new(self.shared(&tag)),
            attributes: attributes
                .into_iter()
                .map(|(name, value)| (self.shared(&name), value.0))
                .collect(),
            note: self.shared(&note),
            tier: if optional {
                model::Tier::Optional
            } else {
                model::Tier::Core
            },
            quote: quote.into(),
            created_at: time_of(&created)?,
            changed,
        })
    }

    pub fn link(&mut self, link: file::Link) -> Result<model::Link, String> {
        let file::Link {
            id,
            kind,
            from,
            to,
            created,
        } = link;
        Ok(model::Link {
            id: LinkId::parse(&id).ok_or(NO_ID)?,
            kind: self.shared(&kind),
            from: AnnotationId::parse(&from).ok_or("where it begins is no id of an annotation")?,
            to: AnnotationId::parse(&to).ok_or("where it ends is no id of an annotation")?,
            created_at: time_of(&created)?,
        })
    }

    pub fn region(&mut self, region: file::Region) -> Result<model::Region, String> {
        let file::Region {
            id,
            document,
            kind,
            span,
            quote,
        } = region;
        Ok(model::Region {
            id: RegionId::parse(&id).ok_or(NO_ID)?,
            document_id: DocumentId::new(self.shared(&document)),
            kind: self.shared(&kind),
            span: span_of(span)?,
            quote: quote.into(),
        })
    }

    pub fn claim(&mut self, claim: file::Claim) -> Result<model::Claim, String> {
        let file::Claim {
            id,
            statement,
            annotations,
        } = claim;
        let annotation_ids = annotations.iter().map(|id| AnnotationId::parse(id));
        Ok(model::Claim {
            id: ClaimId::parse(&id).ok_or(NO_ID)?,
            statement,
            annotation_ids: annotation_ids
                .collect::<Option<_>>()
                .ok_or("it names something that is no id of an annotation")?,
        })
    }
}

fn span_of((start, end): (usize, usize)) -> Result<Span, String> {
    Span::new(ByteOffset(start), ByteOffset(end)).ok_or_else(|| match start == end {
        true => format!("its span {start} to {end} is empty"),
        false => format!("its span {start} to {end} is reversed"),
    })
}

fn time_of(written: &str) -> Result<Option<Timestamp>, String> {
    if written.is_empty() {
        return Ok(None);
    }
    written
        .parse()
        .map(Some)
        .map_err(|_| format!("“{written}” is no time such as 2026-11-24T10:42:00Z"))
}

fn state_of(state: file::State) -> DocumentState {
    match state {
        file::State::New => DocumentState::New,
        file::State::InProgress => DocumentState::InProgress,
        file::State::Finished => DocumentState::Finished,
    }
}
