//! Finding words in the text shown, and going to a line.

use std::sync::Arc;

use super::{App, NoticeKind, Request, TaskResult, Work};
use crate::model::DocumentId;
use crate::query::{self, MOST_FOUND, Needle};
use crate::text::{ByteOffset, Span};

/// What is looked for in the document shown, and where it was found.
#[derive(Debug, Clone, Default)]
pub struct Find {
    /// What is looked for.
    pub needle: Needle,
    /// Where it stands, in order; empty while the search is under way.
    hits: Arc<Vec<Span>>,
    /// The number of the search that is under way.
    task: Option<u64>,
    /// Whether the person gave the search up.
    is_given_up: bool,
}

impl Find {
    /// Where the words stand, in order.
    pub fn hits(&self) -> &Arc<Vec<Span>> {
        &self.hits
    }

    /// Whether the search is under way.
    pub fn is_searching(&self) -> bool {
        self.task.is_some()
    }

    /// How many places there are and which one is selected, in words.
    pub fn in_words(&self, selection: Option<Span>) -> String {
        let count = self.hits.len();
        if self.is_searching() {
            return "searching…".to_owned();
        }
        if self.needle.words.is_empty() {
            return String::new();
        }
        if self.is_given_up {
            return "search given up".to_owned();
        }
        let count_words = match count {
            0 => return "not found".to_owned(),
            MOST_FOUND => format!("more than {count}"),
            count => count.to_string(),
        };
        let selected = selection.and_then(|held| self.hits.binary_search(&held).ok());
        match selected {
            Some(index) => format!("{} of {count_words}", index + 1),
            None => format!("{count_words} found"),
        }
    }
}

impl App {
    /// Opens the bar; words of one line that are selected are looked for at once.
    pub(super) fn begin_find(&mut self) {
        let Some(work) = &mut self.work else { return };
        let selected = work.selection.and_then(|span| work.text()?.slice(span));
        let selected = selected.filter(|words| words.len() < 200 && !words.contains('\n'));
        let former = work.find.as_ref().map(|find| find.needle.clone());
        let mut needle = former.unwrap_or_default();
        if let Some(words) = selected {
            needle.words = words.to_owned();
        }
        self.find(needle);
        self.request(Request::FocusFind);
    }

    /// Looks for words, off the frame. A search that is still under way is given up.
    pub(super) fn find(&mut self, needle: Needle) {
        let Some(work) = &mut self.work else { return };
        if let Some(former) = work.find.as_ref().and_then(|find| find.task) {
            self.tasks.cancel(former);
        }
        let mut find = Find {
            needle: needle.clone(),
            ..Find::default()
        };
        let place = work.document_id.clone().zip(work.text().cloned());
        if let Some((document_id, text)) = place.filter(|_| !needle.words.is_empty()) {
            let title = format!("Looking for “{}”", needle.words);
            let number = self.tasks.start(title, move |progress| {
                progress.expect(query::find_steps(&text));
                let found = query::find_in_text(&text, &needle, || {
                    progress.step();
                    !progress.is_cancelled()
                });
                TaskResult::Found(document_id, needle, found.map(Arc::new))
            });
            find.task = Some(number);
        }
        work.find = Some(find);
    }

    /// Takes up what was found, unless something else is looked for by now.
    pub(super) fn found(
        &mut self,
        document_id: &DocumentId,
        needle: &Needle,
        hits: Option<Arc<Vec<Span>>>,
    ) {
        let running = self.tasks.running();
        let is_running = |task: u64| running.iter().any(|running| running.number == task);
        let Some(work) = &mut self.work else { return };
        let is_here = work.document_id.as_ref() == Some(document_id);
        let is_wanted = |find: &&mut Find| {
            // A newer search for the same words, as after another reading of the text, has yet to come back.
            is_here && find.needle == *needle && !find.task.is_some_and(is_running)
        };
        if let Some(find) = work.find.as_mut().filter(is_wanted) {
            find.task = None;
            find.is_given_up = hits.is_none();
            find.hits = hits.unwrap_or_default();
        }
    }

    /// Selects the next place (or the one before) from the selection or the caret on; behind the last comes
    /// the first.
    pub(super) fn step_hit(&mut self, forwards: bool) {
        let Some(work) = &mut self.work else { return };
        let Some(find) = work.find.clone() else {
            return self.begin_find();
        };
        let hits = find.hits();
        let from = work.selection.map_or(work.caret, Span::start);
        let is_on_hit = work
            .selection
            .is_some_and(|held| hits.binary_search(&held).is_ok());
        let before = hits.partition_point(|hit| hit.start() < from);
        let hit = if forwards {
            hits.get(before + usize::from(is_on_hit)).or(hits.first())
        } else {
            before
                .checked_sub(1)
                .and_then(|index| hits.get(index))
                .or(hits.last())
        };
        if let Some(hit) = hit.copied() {
            self.hold(hit);
        }
    }

    pub(super) fn end_find(&mut self) {
        let Some(work) = &mut self.work else { return };
        let former = work.find.take();
        if let Some(task) = former.and_then(|find| find.task) {
            self.tasks.cancel(task);
        }
        self.request(Request::FocusText);
    }

    /// Looks again where the text has changed or another one is shown.
    pub(super) fn find_in_what_is_shown(&mut self) {
        let needle = self.work.as_ref().and_then(|work| work.find.as_ref());
        if let Some(needle) = needle.map(|find| find.needle.clone()) {
            self.find(needle);
        }
    }

    pub(super) fn go_to_line(&mut self, line_number: usize) {
        let Some((work, text)) = self
            .work
            .as_mut()
            .and_then(|work| work.text().cloned().map(|text| (work, text)))
        else {
            return;
        };
        let line_index = line_number.clamp(1, text.line_count()) - 1;
        let start = ByteOffset(text.line_bytes(line_index).start);
        work.let_go();
        work.caret = start;
        if let Some(span) = Span::new(start, ByteOffset(start.0 + 1)) {
            self.request(Request::Reveal(span));
        }
        self.request(Request::FocusText);
    }

    /// Looks for the next paragraph without marks of the annotator, off the frame.
    pub(super) fn look_for_unlabelled(&mut self, forwards: bool) {
        let Some(work) = &self.work else { return };
        let Some((document_id, text)) = work.document_id.clone().zip(work.text().cloned()) else {
            return;
        };
        let (project, annotator_id) = (work.project().clone(), work.annotator_id.clone());
        let from = work.selection.map_or(work.caret, Span::start);
        let from_line = text.line_index_at(from);
        self.tasks
            .start("Looking for a paragraph without marks", move |progress| {
                progress.expect(1);
                let found = query::unlabelled_paragraph(
                    &project,
                    &text,
                    &document_id,
                    &annotator_id,
                    from_line,
                    forwards,
                    || !progress.is_cancelled(),
                );
                TaskResult::Unlabelled(document_id, found)
            });
    }

    pub(super) fn found_unlabelled(&mut self, document_id: &DocumentId, found: Option<Span>) {
        let is_here = |work: &Work| work.document_id.as_ref() == Some(document_id);
        if !self.work.as_ref().is_some_and(is_here) {
            return;
        }
        match found {
            Some(span) => self.hold(span),
            None => self.tell(
                NoticeKind::Done,
                "No further paragraph of this document is without marks of yours",
            ),
        }
    }
}
