//! Commands on documents and their texts.

use super::{App, Command, NoticeKind, Page, Question, TaskResult, Work};
use crate::edit::{self, Author, Change, Edit, Refusal};
use crate::model::{Annotation, Document, DocumentId, DocumentState, quote_of};
use crate::query::missing_values;
use crate::store::{self, BroughtIn, ReadError, ReadText};
use crate::text::{OffsetUnit, Span, Spans, Text};

impl App {
    pub(super) fn show_document(&mut self, document_id: DocumentId) {
        let Some(work) = &mut self.work else { return };
        if !work.project().documents.contains_key(&document_id) {
            return;
        }
        self.settings
            .last_document_in
            .insert(work.path.clone(), document_id.to_string());
        if work.document_id.as_ref() != Some(&document_id) {
            work.let_go();
            work.caret = crate::text::ByteOffset(0);
            work.document_id = Some(document_id);
            self.find_in_what_is_shown();
        }
    }

    /// The next document of the list, or the one before; stops at the ends.
    pub(super) fn step_document(&mut self, step: i8) {
        let Some(work) = &self.work else { return };
        let Some(shown) = &work.document_id else {
            return;
        };
        let documents = &work.project().documents;
        let other = match step {
            1.. => documents
                .range::<_, DocumentId>(shown..)
                .map(|(id, _)| id)
                .find(|id| *id != shown),
            _ => documents
                .range::<_, DocumentId>(..shown)
                .map(|(id, _)| id)
                .next_back(),
        };
        if let Some(other) = other.cloned() {
            self.show_document(other);
        }
    }

    pub(super) fn set_state(&mut self, state: DocumentState) -> Result<(), Refusal> {
        self.edit_document(|work, author, document_id| {
            edit::set_state(work.project(), author, document_id, state)
        })
    }

    pub(super) fn set_field(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        self.edit_document(|work, author, document_id| {
            edit::set_field(work.project(), author, document_id, name, value)
        })
    }

    fn edit_document(
        &mut self,
        decide: impl FnOnce(&Work, &Author, &DocumentId) -> Result<Edit, Refusal>,
    ) -> Result<(), Refusal> {
        self.edit(|work, author| {
            let document_id = work.document_id.as_ref().ok_or(Refusal::NothingThere)?;
            decide(work, author, document_id)
        })
    }

    /// Marks the document as finished and shows the next one that is not: first those behind it, then
    /// those before it.
    pub(super) fn finish_and_next(&mut self) -> Result<(), Refusal> {
        self.set_state(DocumentState::Finished)?;
        self.tell_missing_values();
        let Some(work) = &self.work else {
            return Ok(());
        };
        let Some(shown) = &work.document_id else {
            return Ok(());
        };
        let is_open =
            |document: &Document| document.state_of(&work.annotator_id) != DocumentState::Finished;
        let documents = &work.project().documents;
        let behind = documents
            .range::<_, DocumentId>(shown..)
            .map(|(_, document)| document);
        let before = documents
            .range::<_, DocumentId>(..shown)
            .map(|(_, document)| document);
        match behind
            .chain(before)
            .find(|document| is_open(document))
            .map(|document| document.id.clone())
        {
            Some(next) => self.show_document(next),
            None => self.tell(NoticeKind::Done, "All documents are finished"),
        }
        Ok(())
    }

    /// A finished document may still lack values that the codebook requires.
    fn tell_missing_values(&mut self) {
        let Some(work) = &self.work else { return };
        let Some(document) = work.document() else {
            return;
        };
        let own = work.project().annotations.in_document(&document.id);
        let own = own.filter(|annotation| *annotation.annotator_id() == work.annotator_id);
        let codebook = &work.project().codebook;
        let missing = own.map(|annotation| missing_values(codebook, annotation).count());
        let words = match missing.sum() {
            0 => return,
            1 => format!(
                "“{}” is finished; a required value is missing",
                document.title()
            ),
            count => format!(
                "“{}” is finished; {count} required values are missing",
                document.title()
            ),
        };
        let deed = ("Show".to_owned(), Command::Show(super::Page::Findings));
        self.tell_with(NoticeKind::Refused, words, Some(deed));
    }

    pub(super) fn ask_to_remove_document(&mut self) {
        let Some(work) = &self.work else { return };
        let Some(document) = work.document() else {
            return;
        };
        let count = work.project().annotations.count_in(&document.id);
        self.ask(Question::RemoveDocument {
            title: document.title().to_owned(),
            count,
        });
    }

    pub(super) fn remove_document(&mut self) -> Result<(), Refusal> {
        self.edit_document(|work, author, document_id| {
            edit::remove_document(work.project(), author, document_id)
        })?;
        let words = "The document is out of the project; its text stays on disk";
        self.tell_with(
            NoticeKind::Done,
            words,
            Some(("Undo".to_owned(), Command::Undo)),
        );
        Ok(())
    }

    /// Texts have been read: they become documents that are the person's to do.
    pub(super) fn brought_in(&mut self, brought_in: BroughtIn) {
        let remarks = brought_in.remarks();
        let BroughtIn {
            documents,
            problems,
            ..
        } = brought_in;
        if let Some(first) = remarks.first() {
            let words = match remarks.len() - 1 {
                0 => first.clone(),
                more => format!("{first}. {more} more texts need a look like this"),
            };
            let deed = ("Choose encoding…".to_owned(), Command::Show(Page::Document));
            self.tell_with(NoticeKind::Warning, words, Some(deed));
        }
        for problem in &problems {
            self.tell(NoticeKind::Warning, problem.to_string());
        }
        let Some(work) = &mut self.work else { return };
        if documents.is_empty() {
            if problems.is_empty() {
                self.tell(NoticeKind::Done, "There were no new texts to add");
            }
            return;
        }
        let annotator_id = work.annotator_id.clone();
        let first = documents.first().map(|(document, _)| document.id.clone());
        let mut added = Vec::with_capacity(documents.len());
        for (mut document, text) in documents {
            document
                .states
                .insert(annotator_id.clone(), DocumentState::New);
            work.texts.insert(document.id.clone(), text);
            added.push(document);
        }
        let outcome = self.edit(|work, author| edit::add_documents(work.project(), author, added));
        match (outcome, first) {
            (Ok(()), Some(first)) => self.show_document(first),
            (Ok(()), None) => {}
            (Err(refusal), _) => self.tell(NoticeKind::Refused, refusal.to_string()),
        }
    }

    /// Reads the text of the document shown again, in another encoding.
    pub(super) fn read_as(&mut self, encoding: String) {
        let Some(work) = &self.work else { return };
        let Some(document) = work.document().cloned() else {
            return;
        };
        let path = work.path.clone();
        self.tasks
            .start(format!("Reading {}", document.title()), move |_| {
                let outcome = store::read_document(&path, &document.path, Some(&encoding));
                TaskResult::Reread(document.id.clone(), Box::new(outcome))
            });
    }

    /// A text was read again in another encoding: one edit records that and moves the annotations along.
    pub(super) fn reread(&mut self, document_id: DocumentId, outcome: Result<ReadText, ReadError>) {
        let read = match outcome {
            Ok(read) => read,
            Err(error) => return self.tell(NoticeKind::Failure, error.to_string()),
        };
        let Some(work) = &mut self.work else { return };
        let Some(document) = work.project().documents.get(&document_id).cloned() else {
            return;
        };
        // Counting characters leads to the right place only in the same bytes.
        if document.sha256 != read.sha256 {
            let words = "The text has changed on disk. Take it up first; then choose its encoding";
            let deed = ("Review…".to_owned(), Command::ReviewTexts);
            return self.tell_with(NoticeKind::Refused, words, Some(deed));
        }
        let old_text = work.texts.insert(document_id.clone(), read.text.clone());
        if document.encoding != read.encoding {
            let outcome = self.edit(|work, author| {
                record_encoding(work, author, &document_id, &read, old_text.as_ref())
            });
            if let Err(refusal) = outcome {
                self.tell(NoticeKind::Refused, refusal.to_string());
            }
        }
        if let Some(work) = &mut self.work {
            work.look_for_misplaced();
        }
        self.find_in_what_is_shown();
    }
}

/// One edit for another reading of a text: the encoding, and the annotations moved by counting characters.
/// Where the count does not lead to a place, the annotation stays as it is and is listed as misplaced.
fn record_encoding(
    work: &Work,
    author: &Author,
    document_id: &DocumentId,
    read: &ReadText,
    old_text: Option<&Text>,
) -> Result<Edit, Refusal> {
    let label = format!("read as {}", read.encoding.name);
    let mut edit = edit::change_document(work.project(), author, document_id, label, |document| {
        document.encoding = read.encoding.clone();
        document.sha256.clone_from(&read.sha256);
        document.size_bytes = read.size_bytes;
    })?;
    let Some(old_text) = old_text else {
        return Ok(edit);
    };
    for before in work.project().annotations.in_document(document_id) {
        let Some(spans) = moved_spans(&before.spans, old_text, &read.text) else {
            continue;
        };
        let Some(quote) = quote_of(&read.text, &spans) else {
            continue;
        };
        if before.agrees_with(old_text) {
            let after = Annotation {
                spans,
                quote: quote.into(),
                ..Annotation::clone(before)
            };
            edit.changes
                .push(Change::Annotation(crate::edit::Swap::replacing(
                    before.clone(),
                    after.into(),
                )));
        }
    }
    Ok(edit)
}

/// The same characters by their count.
fn moved_spans(spans: &Spans, from: &Text, to: &Text) -> Option<Spans> {
    let unit = OffsetUnit::CodePoint;
    let move_span = |span: Span| {
        let start = to.offset_from(unit, from.offset_in(unit, span.start()))?;
        Span::new(
            start,
            to.offset_from(unit, from.offset_in(unit, span.end()))?,
        )
    };
    Spans::new(spans.iter().map(move_span).collect::<Option<Vec<Span>>>()?)
}
