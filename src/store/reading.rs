//! From the structs of the file to the model, keeping aside what cannot be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::entry_lines::entries_by_line;
use super::file;
use super::read::{Opened, UnreadableEntry};
use crate::model::{
    self, AnnotationId, AnnotatorId, ClaimId, Document, DocumentId, DocumentState, LinkId,
    RegionId, TagId, Timestamp,
};
use crate::text::{ByteOffset, LineEnds, Span, Spans};

/// Turns the structs of the file into the model. Names that come again and again are kept once.
pub(super) struct Reading<'a> {
    words: &'a str,
    parsed: Option<file::Project>,
    names: BTreeSet<Arc<str>>,
    opened: Opened,
}

impl<'a> Reading<'a> {
    pub fn of(words: &'a str, parsed: file::Project) -> Self {
        Self {
            words,
            parsed: Some(parsed),
            names: BTreeSet::new(),
            opened: Opened::default(),
        }
    }

    pub fn finish(mut self) -> Opened {
        let Some(parsed) = self.parsed.take() else {
            return self.opened;
        };
        let project = &mut self.opened.project;
        project.name = parsed.name;
        project.settings = Arc::new(model::ProjectSettings {
            description: parsed.settings.description,
            export_unit: parsed.settings.export_unit,
        });
        project.codebook = Arc::new(parsed.codebook.into());
        parsed
            .annotators
            .into_iter()
            .for_each(|annotator| self.add_annotator(annotator));
        parsed
            .documents
            .into_iter()
            .for_each(|document| self.add_document(document));
        parsed
            .regions
            .into_iter()
            .for_each(|region| self.add_region(region));
        parsed
            .annotations
            .into_iter()
            .for_each(|annotation| self.add_annotation(annotation));
        parsed
            .links
            .into_iter()
            .for_each(|link| self.add_link(link));
        parsed
            .claims
            .into_iter()
            .for_each(|claim| self.add_claim(claim));
        self.opened
    }

    fn add_annotator(&mut self, annotator: file::Annotator) {
        let file::Annotator { id, name, program } = annotator;
        let kind = if program {
            model::AnnotatorKind::Program
        } else {
            model::AnnotatorKind::Person
        };
        let annotator_id = AnnotatorId::new(self.shared(&id));
        let annotator = model::Annotator {
            id: annotator_id.clone(),
            name,
            kind,
        };
        match self.opened.project.annotators.contains_key(&annotator_id) {
            true => self.reject("annotators", &id, "another annotator has this id"),
            false => drop(
                self.opened
                    .project
                    .annotators
                    .insert(annotator_id, annotator.into()),
            ),
        }
    }

    fn add_document(&mut self, document: file::Document) {
        let file::Document {
            id,
            path,
            sha256,
            size_bytes,
            encoding,
            states,
            fields,
        } = document;
        let document_id = DocumentId::new(self.shared(&id));
        if self.opened.project.documents.contains_key(&document_id) {
            return self.reject("documents", &id, "another document has this id");
        }
        let states: BTreeMap<_, _> = states
            .into_iter()
            .map(|(annotator, state)| (AnnotatorId::new(self.shared(&annotator)), state_of(state)))
            .collect();
        let document = Document {
            id: document_id.clone(),
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
            states,
        };
        self.opened
            .project
            .documents
            .insert(document_id, document.into());
    }

    fn add_annotation(&mut self, annotation: file::Annotation) {
        let id = annotation.id.clone();
        match self.annotation(annotation) {
            Err(problem) => self.reject("annotations", &id, &problem),
            Ok(annotation)
                if self
                    .opened
                    .project
                    .annotations
                    .get(&annotation.id)
                    .is_some() =>
            {
                self.reject("annotations", &id, "another annotation has this id");
            }
            Ok(annotation) => drop(self.opened.project.annotations.insert(annotation.into())),
        }
    }

    fn annotation(&mut self, annotation: file::Annotation) -> Result<model::Annotation, String> {
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
        let id =
            AnnotationId::parse(&id).ok_or("its id is not an annotator, a hyphen and a number")?;
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

    fn add_link(&mut self, link: file::Link) {
        let id = link.id.clone();
        match self.link(link) {
            Err(problem) => self.reject("links", &id, &problem),
            Ok(link) if self.opened.project.links.get(&link.id).is_some() => {
                self.reject("links", &id, "another link has this id")
            }
            Ok(link) => drop(self.opened.project.links.insert(link.into())),
        }
    }

    fn link(&mut self, link: file::Link) -> Result<model::Link, String> {
        let file::Link {
            id,
            kind,
            from,
            to,
            created,
        } = link;
        Ok(model::Link {
            id: LinkId::parse(&id).ok_or("its id is not an annotator, a hyphen and a number")?,
            kind: self.shared(&kind),
            from: AnnotationId::parse(&from).ok_or("where it begins is no id of an annotation")?,
            to: AnnotationId::parse(&to).ok_or("where it ends is no id of an annotation")?,
            created_at: time_of(&created)?,
        })
    }

    fn add_region(&mut self, region: file::Region) {
        let id = region.id.clone();
        match self.region(region) {
            Err(problem) => self.reject("regions", &id, &problem),
            Ok(region) if self.opened.project.regions.get(&region.id).is_some() => {
                self.reject("regions", &id, "another region has this id");
            }
            Ok(region) => drop(self.opened.project.regions.insert(region.into())),
        }
    }

    fn region(&mut self, region: file::Region) -> Result<model::Region, String> {
        let file::Region {
            id,
            document,
            kind,
            span,
            quote,
        } = region;
        Ok(model::Region {
            id: RegionId::parse(&id).ok_or("its id is not an annotator, a hyphen and a number")?,
            document_id: DocumentId::new(self.shared(&document)),
            kind: self.shared(&kind),
            span: span_of(span)?,
            quote: quote.into(),
        })
    }

    fn add_claim(&mut self, claim: file::Claim) {
        let file::Claim {
            id,
            statement,
            annotations,
        } = claim;
        let annotation_ids: Option<BTreeSet<_>> = annotations
            .iter()
            .map(|id| AnnotationId::parse(id))
            .collect();
        match (ClaimId::parse(&id), annotation_ids) {
            (Some(claim_id), Some(annotation_ids))
                if !self.opened.project.claims.contains_key(&claim_id) =>
            {
                let claim = model::Claim {
                    id: claim_id.clone(),
                    statement,
                    annotation_ids,
                };
                self.opened.project.claims.insert(claim_id, claim.into());
            }
            (Some(_), Some(_)) => self.reject("claims", &id, "another claim has this id"),
            _ => self.reject(
                "claims",
                &id,
                "it has an id that is not an annotator, a hyphen and a number",
            ),
        }
    }

    /// Keeps aside an entry that cannot be. Of entries with the same id the last line is meant, since the
    /// first is in the project.
    fn reject(&mut self, list: &str, id: &str, problem: &str) {
        let mark = format!("(id: {}", ron::to_string(id).unwrap_or_default());
        let taken: BTreeSet<usize> = self
            .opened
            .unreadable
            .iter()
            .map(|entry| entry.line_number)
            .collect();
        let place = entries_by_line(self.words)
            .filter(|(of, line_number, line)| {
                *of == list && line.trim_start().starts_with(&mark) && !taken.contains(line_number)
            })
            .last();
        let (line_number, entry) = place.map_or((0, mark.clone()), |(_, number, line)| {
            (number, line.to_owned())
        });
        self.opened.unreadable.push(UnreadableEntry {
            line_number,
            entry,
            problem: problem.to_owned(),
        });
    }

    /// The same name again shares its memory with the first.
    fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let shared: Arc<str> = name.into();
        self.names.insert(shared.clone());
        shared
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
