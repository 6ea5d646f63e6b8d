//! `ascribe edit`: the same edits as in the window, one JSON object a line in, one out, each answered once it is on
//! the disk.

use std::collections::BTreeSet;
use std::io::{BufRead, Write};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Failure, now, open, told};
use crate::edit::{self, Author, Edit, OpenProject};
use crate::model::{
    Annotation, AnnotationId, AnnotatorId, AttributeValue, DocumentId, DocumentState, TagId, Texts,
};
use crate::store::{Journal, Opened, Storage};
use crate::text::{OffsetUnit, Span, Text};

/// One line of standard input.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    /// Tags words.
    Annotate {
        document: String,
        start: usize,
        end: usize,
        #[serde(default)]
        unit: Unit,
        tag: String,
        annotator: String,
    },
    /// Deletes an annotation.
    Delete {
        id: String,
        annotator: Option<String>,
    },
    /// Gives an annotation another tag.
    Retag {
        id: String,
        tag: String,
        annotator: Option<String>,
    },
    /// Moves an annotation to other words.
    Move {
        id: String,
        start: usize,
        end: usize,
        #[serde(default)]
        unit: Unit,
        annotator: Option<String>,
    },
    /// Sets an attribute (`null` takes it away) or the note of an annotation.
    Set {
        id: String,
        attribute: Option<String>,
        #[serde(default)]
        value: Value,
        note: Option<String>,
        annotator: Option<String>,
    },
    /// Joins two annotations.
    Link {
        kind: String,
        from: String,
        to: String,
        annotator: Option<String>,
    },
    /// Says how far an annotator is with a document.
    State {
        document: String,
        state: State,
        annotator: String,
    },
    /// Takes the last edit back.
    Undo {},
    /// Carries it out again.
    Redo {},
    /// Writes the project file.
    Save {},
    /// Lists the annotations of a document, or all.
    List {
        document: Option<String>,
        #[serde(default)]
        unit: Unit,
    },
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unit {
    /// Characters, as Python counts.
    #[default]
    Char,
    /// UTF-8 bytes.
    Byte,
    /// UTF-16 code units.
    Utf16,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    NotAssigned,
    New,
    InProgress,
    Finished,
}

impl From<Unit> for OffsetUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Char => Self::CodePoint,
            Unit::Byte => Self::Byte,
            Unit::Utf16 => Self::Utf16,
        }
    }
}

impl From<State> for DocumentState {
    fn from(state: State) -> Self {
        match state {
            State::NotAssigned => Self::NotAssigned,
            State::New => Self::New,
            State::InProgress => Self::InProgress,
            State::Finished => Self::Finished,
        }
    }
}

/// What goes into an answer beside `"ok":true`, or why nothing was done.
type Answer = Result<Map<String, Value>, String>;

/// The project being edited.
struct Session {
    open: OpenProject,
    texts: Texts,
    journal: Journal,
    file_sha256: Option<String>,
    saved_revision: u64,
}

/// Answers every line of standard input until it ends.
pub fn edit(path: &Path) -> Result<(), Failure> {
    let opened = open(path)?;
    if !opened.unreadable.is_empty() {
        let words =
            "parts of the project cannot be read; “ascribe check” lists them. Nothing was changed";
        return Err(Failure::of_data(words));
    }
    let mut session = Session::of(path, opened);
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(Failure::of_world)?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = match serde_json::from_str(&line) {
            Ok(request) => session.answer(request),
            Err(error) => Err(format!("this line is no request: {error}")),
        };
        say(answer).map_err(Failure::of_world)?;
    }
    if session.saved_revision != session.open.revision() {
        told(
            "the last edits are in the journal and come back with the project; “save” writes them to its file",
        );
    }
    Ok(())
}

fn say(answer: Answer) -> std::io::Result<()> {
    let line = match answer {
        Ok(mut more) => {
            more.insert("ok".to_owned(), json!(true));
            Value::Object(more)
        }
        Err(error) => json!({"ok": false, "error": error}),
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

impl Session {
    fn of(path: &Path, opened: Opened) -> Self {
        let Opened {
            project,
            texts,
            file_sha256,
            recovery,
            ..
        } = opened;
        let journal = Journal::resume(
            Storage::own(),
            path,
            &recovery,
            file_sha256.as_deref(),
            None,
        );
        Self {
            open: OpenProject::resume(project, recovery.history),
            texts,
            journal,
            file_sha256,
            saved_revision: recovery.file_revision,
        }
    }

    fn answer(&mut self, request: Request) -> Answer {
        match request {
            Request::Undo {} => self.step_back(),
            Request::Redo {} => self.step_on(),
            Request::Save {} => self.save(),
            Request::List { document, unit } => self.list(document, unit.into()),
            request => self.run(request),
        }
    }

    /// Decides on an edit and carries it out. If it cannot be kept, it is taken back.
    fn run(&mut self, request: Request) -> Answer {
        let edit = self.decide(request)?;
        let edit = edit::with_author(self.open.project(), edit);
        let made = edit.changes.iter().rev().find_map(made_id);
        self.open.run(edit).map_err(|refusal| refusal.to_string())?;
        self.keep(|open| open.undo().is_some())?;
        let mut answer = self.done();
        answer.extend(made.map(|id| ("id".to_owned(), json!(id))));
        Ok(answer)
    }

    fn step_back(&mut self) -> Answer {
        let edit = self.open.undo().ok_or("there is nothing to undo")?;
        let label = edit.label.clone();
        self.keep(|open| open.redo().is_some())?;
        let mut answer = self.done();
        answer.insert("undone".to_owned(), json!(label));
        Ok(answer)
    }

    fn step_on(&mut self) -> Answer {
        let edit = self.open.redo().ok_or("there is nothing to redo")?;
        let label = edit.label.clone();
        self.keep(|open| open.undo().is_some())?;
        let mut answer = self.done();
        answer.insert("redone".to_owned(), json!(label));
        Ok(answer)
    }

    /// Waits until the last step is on the disk, or takes it back.
    fn keep(&mut self, take_back: impl FnOnce(&mut OpenProject) -> bool) -> Result<(), String> {
        self.journal.record(self.open.take_steps());
        let outcome = self.journal.wait_for(self.open.revision());
        outcome.map_err(|failure| {
            take_back(&mut self.open);
            self.journal.record(self.open.take_steps());
            format!("nothing was changed, because it could not be kept: {failure}")
        })
    }

    /// How far the project is.
    fn done(&self) -> Map<String, Value> {
        Map::from_iter([("seq".to_owned(), json!(self.open.revision()))])
    }

    fn save(&mut self) -> Answer {
        let (project, revision) = (self.open.project(), self.open.revision());
        let expected = self.file_sha256.as_deref();
        let saved = self
            .journal
            .save(project, &self.texts, revision, expected)
            .map_err(|error| error.to_string())?;
        self.saved_revision = revision;
        let mut answer = self.done();
        answer.insert("sha256".to_owned(), json!(saved.file_sha256));
        self.file_sha256 = saved.file_sha256;
        Ok(answer)
    }

    fn decide(&self, request: Request) -> Result<Edit, String> {
        let project = self.open.project();
        let edit = match request {
            Request::Annotate {
                document,
                start,
                end,
                unit,
                tag,
                annotator,
            } => {
                let document_id = DocumentId::new(document);
                let text = self.text(&document_id)?;
                let span = span_in(text, unit.into(), start, end)?;
                let author = by(AnnotatorId::new(annotator))?;
                let tag_id = TagId::new(tag);
                edit::annotate(project, text, &author, &document_id, span.into(), &tag_id)
            }
            Request::Delete { id, annotator } => {
                let (annotation, author) = self.annotation(&id, annotator)?;
                let ids = BTreeSet::from([annotation.id.clone()]);
                edit::delete_annotations(project, &author, &ids)
            }
            Request::Retag { id, tag, annotator } => {
                let (annotation, author) = self.annotation(&id, annotator)?;
                edit::retag(project, &author, &annotation.id, &TagId::new(tag))
            }
            Request::Move {
                id,
                start,
                end,
                unit,
                annotator,
            } => {
                let (annotation, author) = self.annotation(&id, annotator)?;
                let text = self.text(&annotation.document_id)?;
                let span = span_in(text, unit.into(), start, end)?;
                edit::set_spans(project, text, &author, &annotation.id, span.into())
            }
            Request::Set {
                id,
                attribute,
                value,
                note,
                annotator,
            } => {
                let (annotation, author) = self.annotation(&id, annotator)?;
                match (attribute, note) {
                    (Some(name), None) => {
                        let value = value_of(value)?;
                        edit::set_attribute(project, &author, &annotation.id, &name, value)
                    }
                    (None, Some(note)) => edit::set_note(project, &author, &annotation.id, &note),
                    _ => return Err("say either an attribute with its value or a note".to_owned()),
                }
            }
            Request::Link {
                kind,
                from,
                to,
                annotator,
            } => {
                let (from, author) = self.annotation(&from, annotator)?;
                let (to, _) = self.annotation(&to, None)?;
                edit::link(project, &author, &kind, &from.id, &to.id)
            }
            Request::State {
                document,
                state,
                annotator,
            } => {
                let author = by(AnnotatorId::new(annotator))?;
                edit::set_state(project, &author, &DocumentId::new(document), state.into())
            }
            Request::Undo {} | Request::Redo {} | Request::Save {} | Request::List { .. } => {
                return Err("this is no edit".to_owned());
            }
        };
        edit.map_err(|refusal| refusal.to_string())
    }

    fn text(&self, document_id: &DocumentId) -> Result<&Text, String> {
        let known = self.open.project().documents.contains_key(document_id);
        let words = match known {
            true => "the text of this document could not be read",
            false => "there is no such document",
        };
        self.texts
            .get(document_id)
            .ok_or_else(|| format!("{words}: {document_id}"))
    }

    /// An annotation, and who changes it: whoever is named, else its own annotator.
    fn annotation(
        &self,
        id: &str,
        annotator: Option<String>,
    ) -> Result<(&Annotation, Author), String> {
        let found = AnnotationId::parse(id).and_then(|id| self.open.project().annotations.get(&id));
        let annotation = found.ok_or_else(|| format!("there is no annotation {id}"))?;
        let own = || annotation.annotator_id().clone();
        let author = by(annotator.map_or_else(own, AnnotatorId::new))?;
        Ok((annotation, author))
    }

    fn list(&self, document: Option<String>, unit: OffsetUnit) -> Answer {
        let project = self.open.project();
        let is_of_all = document.is_none();
        let is_there = |id: &DocumentId| project.documents.contains_key(id);
        let document_ids: Vec<DocumentId> = match document.map(DocumentId::new) {
            None => project.documents.keys().cloned().collect(),
            Some(id) if is_there(&id) => vec![id],
            Some(id) => return Err(format!("there is no such document: {id}")),
        };
        let in_documents = document_ids
            .iter()
            .flat_map(|id| project.annotations.in_document(id));
        // What stands in a document that the project does not have is kept, and in none of its lists.
        let all = project.annotations.iter().filter(|_| is_of_all);
        let homeless = all.filter(|annotation| !is_there(&annotation.document_id));
        let listed = in_documents
            .chain(homeless)
            .map(|annotation| listed(annotation, &self.texts, unit));
        let mut answer = self.done();
        answer.insert("annotations".to_owned(), Value::Array(listed.collect()));
        Ok(answer)
    }
}

/// An annotation as it is listed. Without its spans where the text is missing or no longer has them.
fn listed(annotation: &Annotation, texts: &Texts, unit: OffsetUnit) -> Value {
    let text = texts
        .get(&annotation.document_id)
        .filter(|text| annotation.agrees_with(text));
    let spans = text.map(|text| {
        let place = |offset| text.offset_in(unit, offset);
        let spans = annotation.spans.iter();
        spans
            .map(|span| json!([place(span.start()), place(span.end())]))
            .collect::<Vec<_>>()
    });
    let attributes = annotation.attributes.iter().map(|(name, value)| {
        let value = match value {
            AttributeValue::Words(words) => json!(&**words),
            AttributeValue::Number(number) => json!(number),
            AttributeValue::YesNo(value) => json!(value),
        };
        (name.to_string(), value)
    });
    json!({
        "id": annotation.id.to_string(),
        "document": annotation.document_id.as_str(),
        "spans": spans,
        "tag": annotation.tag_id.as_str(),
        "annotator": annotation.annotator_id().as_str(),
        "quote": &*annotation.quote,
        "attributes": attributes.collect::<Map<_, _>>(),
        "note": &*annotation.note,
    })
}

fn by(annotator_id: AnnotatorId) -> Result<Author, String> {
    match annotator_id.as_str().trim().is_empty() {
        true => Err("an annotator needs a name".to_owned()),
        false => Ok(Author {
            annotator_id,
            at: now(),
        }),
    }
}

fn span_in(text: &Text, unit: OffsetUnit, start: usize, end: usize) -> Result<Span, String> {
    let place = |at| {
        let place = text.offset_from(unit, at);
        place.ok_or_else(|| format!("{at} is no place between two characters of this text"))
    };
    let span = Span::new(place(start)?, place(end)?);
    span.ok_or_else(|| format!("{start} to {end} is no span: it must have an end behind its start"))
}

fn value_of(value: Value) -> Result<Option<AttributeValue>, String> {
    Ok(Some(match value {
        Value::Null => return Ok(None),
        Value::String(words) => AttributeValue::Words(words.into()),
        Value::Bool(value) => AttributeValue::YesNo(value),
        Value::Number(number) => {
            AttributeValue::Number(number.as_f64().ok_or("this number is too large")?)
        }
        other => return Err(format!("{other} is no value of an attribute")),
    }))
}

/// The id of what an edit has made.
fn made_id(change: &edit::Change) -> Option<String> {
    use edit::Change as C;
    match change {
        C::Annotation(swap) if swap.before.is_none() => {
            swap.after.as_ref().map(|made| made.id.to_string())
        }
        C::Link(swap) if swap.before.is_none() => {
            swap.after.as_ref().map(|made| made.id.to_string())
        }
        _ => None,
    }
}
