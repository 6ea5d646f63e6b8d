//! Commands on the words, annotations, links and regions of the document shown.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{App, Command, Linking, Motion, NoticeKind, Request, Work};
use crate::edit::{self, Change, Edit, Refusal};
use crate::model::{
    Annotation, AnnotationId, AttributeValue, Codebook, DocumentId, LinkId, RegionId, TagId, Tier,
};
use crate::text::{
    self, ByteOffset, Edge, Span, Spans, Stride, Text, sentence_after, sentence_at, sentence_before,
};

/// What notices of undo and redo begin with.
const STEPS: [&str; 2] = ["Undone", "Done again"];

impl App {
    /// Tags the selection, retags the annotation held, or arms the tag (again: puts it away).
    pub(super) fn use_tag(&mut self, tag_id: TagId) -> Result<(), Refusal> {
        let Some(work) = &mut self.work else {
            return Ok(());
        };
        if let Some(span) = work.selection {
            return self.tag(span, &tag_id);
        }
        // While a tag is armed, the annotation held is the one just made, and another key changes what comes next.
        if let Some(picked) = work.picked.clone().filter(|_| work.armed.is_none()) {
            return self.edit(|work, author| edit::retag(work.project(), author, &picked, &tag_id));
        }
        work.armed = if work.armed.as_ref() == Some(&tag_id) {
            None
        } else {
            Some(tag_id)
        };
        Ok(())
    }

    pub(super) fn tag_span(&mut self, span: Span) -> Result<(), Refusal> {
        let Some(armed) = self.work.as_ref().and_then(|work| work.armed.clone()) else {
            return Ok(());
        };
        self.tag(span, &armed)
    }

    /// Tags the words and holds the new annotation, so that its attributes can be filled in at once.
    fn tag(&mut self, span: Span, tag_id: &TagId) -> Result<(), Refusal> {
        let Some(work) = &self.work else {
            return Ok(());
        };
        let number = work
            .project()
            .annotations
            .next_number_of(&work.annotator_id);
        self.edit(|work, author| {
            let (document_id, text) = shown_text(work)?;
            edit::annotate(
                work.project(),
                text,
                author,
                document_id,
                span.into(),
                tag_id,
            )
        })?;
        let Some(work) = &mut self.work else {
            return Ok(());
        };
        work.picked = Some(AnnotationId::new(work.annotator_id.clone(), number));
        work.selection = None;
        work.caret = span.end();
        Ok(())
    }

    /// Lets go of what is innermost, one thing each time.
    pub(super) fn leave(&mut self) {
        let Some(work) = &mut self.work else { return };
        if work.linking.take().is_some() || work.armed.take().is_some() {
            return;
        }
        if work.find.is_some() {
            return self.end_find();
        }
        if work.picked.take().is_none() && work.selection.take().is_none() {
            self.notices.pop();
        }
    }

    pub(super) fn select(&mut self, selection: Option<Span>, caret: ByteOffset) {
        let Some(work) = &mut self.work else { return };
        work.caret = caret;
        work.origin = selection.map_or(caret, Span::start);
        work.selection = selection;
        if selection.is_some() {
            work.picked = None;
        }
    }

    /// Moves the caret, which only the window can. The annotation held stays behind.
    pub(super) fn move_caret(&mut self, motion: Motion, extends: bool) {
        if let Some(work) = &mut self.work {
            work.picked = None;
            self.request(Request::Move(motion, extends));
        }
    }

    /// Selects words by a step of the keyboard, and shows them.
    pub(super) fn hold(&mut self, span: Span) {
        self.select(Some(span), span.end());
        self.request(Request::Reveal(span));
    }

    /// Selects the next sentence, or the one before; those that are set aside are passed over. The first step
    /// selects the one at the caret.
    pub(super) fn step_sentence(&mut self, forwards: bool) {
        let Some(work) = &self.work else { return };
        let Some(text) = work.text() else { return };
        let nothing_held = work.selection.is_none() && work.picked.is_none();
        let here = sentence_at(text, work.caret).filter(|_| nothing_held && forwards);
        let step = |from: Span| match forwards {
            true => sentence_after(text, from.end()),
            false => sentence_before(text, from.start()),
        };
        let from_caret = || match forwards {
            true => sentence_after(text, work.caret),
            false => sentence_before(text, work.caret),
        };
        let mut next = here.or_else(|| work.selection.map_or_else(from_caret, step));
        while let Some(region) = next.and_then(|next| set_aside_around(work, next)) {
            next = step(region);
        }
        if let Some(next) = next {
            self.hold(next);
        }
    }

    /// Widens the selection to the next larger unit.
    pub(super) fn grow(&mut self) {
        self.resize(text::grow);
    }

    /// Narrows the selection to the next smaller unit.
    pub(super) fn shrink(&mut self) {
        self.resize(|text, origin, held| text::shrink(text, origin, held?));
    }

    fn resize(&mut self, resized: impl Fn(&Text, ByteOffset, Option<Span>) -> Option<Span>) {
        let Some(work) = &mut self.work else { return };
        let origin = match work.selection {
            Some(_) => work.origin,
            None => work.caret,
        };
        let resized = work
            .text()
            .and_then(|text| resized(text, origin, work.selection));
        if let Some(span) = resized {
            self.hold(span);
            // The place that all of it grew from is kept, so that shrinking leads back to it.
            if let Some(work) = &mut self.work {
                work.origin = origin;
            }
        }
    }

    /// Moves an edge of the selection, or of the annotation held as one edit.
    pub(super) fn step_edge(
        &mut self,
        edge: Edge,
        stride: Stride,
        outwards: bool,
    ) -> Result<(), Refusal> {
        let Some(work) = &self.work else {
            return Ok(());
        };
        let Some(text) = work.text() else {
            return Ok(());
        };
        let step = |span| text::move_edge(text, span, edge, stride, outwards);
        if let Some(moved) = work.selection.and_then(step) {
            self.hold(moved);
            return Ok(());
        }
        if let Some(region) = work.region_at_caret().cloned() {
            let moved = step(region.span);
            return moved.map_or(Ok(()), |span| {
                self.change_region(&region.id, &region.kind, span)
            });
        }
        let Some(picked) = work.picked().filter(|_| work.selection.is_none()) else {
            return Ok(());
        };
        let mut pieces: Vec<Span> = picked.spans.iter().collect();
        let piece = match edge {
            Edge::Start => pieces.first_mut(),
            Edge::End => pieces.last_mut(),
        };
        let moved = piece.and_then(|piece| step(*piece).map(|moved| *piece = moved));
        let (picked_id, document_id) = (picked.id.clone(), picked.document_id.clone());
        let is_shown = work.document_id.as_ref() == Some(&document_id);
        match moved.and_then(|()| Spans::new(pieces)) {
            Some(spans) if is_shown => self.move_edges(&picked_id, spans),
            _ => Ok(()),
        }
    }

    /// The tag of the annotation held, or else the armed one.
    pub(super) fn tag_at_hand(&self) -> Option<TagId> {
        let work = self.work.as_ref()?;
        let picked = work.picked().map(|picked| picked.tag_id.clone());
        picked.or_else(|| work.armed.clone())
    }

    pub(super) fn pick(&mut self, annotation_id: Option<AnnotationId>) -> Result<(), Refusal> {
        let Some(work) = &mut self.work else {
            return Ok(());
        };
        if let Some((linking, to)) = work.linking.clone().zip(annotation_id.clone()) {
            return self.link(linking, &to);
        }
        work.picked = annotation_id;
        if work.picked.is_some() {
            work.selection = None;
        }
        Ok(())
    }

    /// The way to end a link without a mouse: go to the annotation by any key first.
    pub(super) fn end_link(&mut self) -> Result<(), Refusal> {
        let linking = self.work.as_ref().and_then(|work| work.linking.clone());
        let picked = self.work.as_ref().and_then(|work| work.picked.clone());
        match linking.zip(picked) {
            Some((linking, to)) if linking.from != to => self.link(linking, &to),
            _ => Ok(()),
        }
    }

    /// Makes the link and holds the annotation at which it begins again, so that its card shows the link.
    fn link(&mut self, linking: Linking, to: &AnnotationId) -> Result<(), Refusal> {
        let Linking { kind, from } = linking;
        self.edit(|work, author| edit::link(work.project(), author, &kind, &from, to))?;
        if let Some(work) = &mut self.work {
            work.linking = None;
            work.picked = Some(from);
        }
        Ok(())
    }

    /// Holds an annotation in whichever document, and shows it.
    pub(super) fn go_to(&mut self, annotation_id: &AnnotationId) {
        let Some(work) = &self.work else { return };
        let Some(annotation) = work.project().annotations.get(annotation_id).cloned() else {
            return;
        };
        if work.document_id.as_ref() != Some(&annotation.document_id) {
            self.show_document(annotation.document_id.clone());
        }
        let Some(work) = &mut self.work else { return };
        work.selection = None;
        work.picked = Some(annotation.id.clone());
        work.caret = annotation.spans.first().start();
        if !work.misplaced.contains(annotation_id) {
            self.request(Request::Reveal(annotation.spans.first()));
        }
    }

    pub(super) fn move_edges(
        &mut self,
        annotation_id: &AnnotationId,
        spans: Spans,
    ) -> Result<(), Refusal> {
        self.edit(|work, author| {
            let (_, text) = shown_text(work)?;
            edit::set_spans(work.project(), text, author, annotation_id, spans)
        })
    }

    /// Deletes the annotation held, or makes the set-aside piece at the caret running text again.
    pub(super) fn delete_annotation(&mut self) -> Result<(), Refusal> {
        let Some(work) = &self.work else {
            return Ok(());
        };
        if let Some(region_id) = work.region_at_caret().map(|region| region.id.clone()) {
            return self.remove_region(&region_id);
        }
        let Some(picked) = work.picked.clone() else {
            return Ok(());
        };
        let annotation_ids = BTreeSet::from([picked]);
        self.edit(|work, author| edit::delete_annotations(work.project(), author, &annotation_ids))
    }

    pub(super) fn set_attribute(
        &mut self,
        name: &str,
        value: Option<AttributeValue>,
    ) -> Result<(), Refusal> {
        let Some(picked) = self.work.as_ref().and_then(|work| work.picked.clone()) else {
            return Ok(());
        };
        self.edit(|work, author| edit::set_attribute(work.project(), author, &picked, name, value))
    }

    pub(super) fn set_note(&mut self, note: &str) -> Result<(), Refusal> {
        let Some(picked) = self.work.as_ref().and_then(|work| work.picked.clone()) else {
            return Ok(());
        };
        self.edit(|work, author| edit::set_note(work.project(), author, &picked, note))
    }

    pub(super) fn set_tier(&mut self, tier: Tier) -> Result<(), Refusal> {
        let Some(picked) = self.work.as_ref().and_then(|work| work.picked.clone()) else {
            return Ok(());
        };
        self.edit(|work, author| edit::set_tier(work.project(), author, &picked, tier))
    }

    /// Steps through the annotations of the document, or those with a tag, from the one held or from the
    /// caret; behind the last comes the first.
    pub(super) fn step_annotation(&mut self, step: i8, of_tag: Option<TagId>) {
        let Some(work) = &self.work else { return };
        let Some(document_id) = &work.document_id else {
            return;
        };
        let annotations = &work.project().annotations;
        let key = match work.picked() {
            Some(picked) => (picked.spans.first().start(), Some(&picked.id)),
            None => (work.caret, None),
        };
        let is_other = |other: &&Arc<Annotation>| {
            let has_tag = of_tag.as_ref().is_none_or(|tag_id| other.tag_id == *tag_id);
            has_tag && !work.misplaced.contains(&other.id)
        };
        let next = if step > 0 {
            let mut onwards = annotations
                .starting_from(document_id, key.0)
                .filter(is_other);
            onwards
                .find(|other| (other.spans.first().start(), Some(&other.id)) > key)
                .or_else(|| annotations.in_document(document_id).find(is_other))
        } else {
            let same_place = annotations
                .starting_from(document_id, key.0)
                .filter(is_other);
            let before_here = same_place
                .take_while(|other| (other.spans.first().start(), Some(&other.id)) < key)
                .last();
            before_here
                .or_else(|| {
                    annotations
                        .starting_before(document_id, key.0)
                        .find(is_other)
                })
                .or_else(|| annotations.in_document(document_id).rev().find(is_other))
        };
        if let Some(annotation_id) = next.map(|next| next.id.clone()) {
            self.go_to(&annotation_id);
        }
    }

    pub(super) fn begin_link(&mut self, kind: Arc<str>) {
        let Some(work) = &mut self.work else { return };
        work.linking = work.picked.clone().map(|from| Linking { kind, from });
    }

    pub(super) fn unlink(&mut self, link_id: &LinkId) -> Result<(), Refusal> {
        self.edit(|work, author| edit::unlink(work.project(), author, link_id))
    }

    pub(super) fn set_aside(&mut self, kind: &str) -> Result<(), Refusal> {
        let Some(span) = self.work.as_ref().and_then(|work| work.selection) else {
            return Ok(());
        };
        self.edit(|work, author| {
            let (document_id, text) = shown_text(work)?;
            edit::set_aside(work.project(), text, author, document_id, span, kind)
        })?;
        if let Some(work) = &mut self.work {
            work.selection = None;
        }
        Ok(())
    }

    pub(super) fn change_region(
        &mut self,
        region_id: &RegionId,
        kind: &str,
        span: Span,
    ) -> Result<(), Refusal> {
        self.edit(|work, author| {
            let (_, text) = shown_text(work)?;
            edit::change_region(work.project(), text, author, region_id, kind, span)
        })?;
        if let Some(work) = &mut self.work {
            work.selection = None;
        }
        Ok(())
    }

    pub(super) fn remove_region(&mut self, region_id: &RegionId) -> Result<(), Refusal> {
        self.edit(|work, author| edit::remove_region(work.project(), author, region_id))
    }

    /// Puts the words held on the clipboard.
    pub(super) fn copy(&mut self) {
        let Some(work) = &self.work else { return };
        let selected = work
            .selection
            .and_then(|span| work.text()?.slice(span))
            .map(str::to_owned);
        let words = selected.or_else(|| work.picked().map(|picked| picked.quote.to_string()));
        if let Some(words) = words {
            self.request(Request::Copy(words));
        }
    }

    /// The person has left a field: what they type next is an edit of its own.
    ///
    /// Words that stand only on the screen can be lost: by quitting, by the next command, by a crash. So a field
    /// hands every letter over as a [`Command::Type`], which is an edit at once, and nothing else has to remember
    /// what is typed. Each such edit takes the place of the one before, until the field is left; so undo takes
    /// one step a field.
    pub fn leave_field(&mut self) {
        if let Some(work) = &mut self.work {
            work.typed_at = None;
        }
    }

    /// Carries out what a field asks for, in place of what it asked for a letter ago.
    pub(super) fn type_on(&mut self, command: Command) -> Result<(), Refusal> {
        let Some(work) = &mut self.work else {
            return Ok(());
        };
        let goes_on = work.typed_at == Some(work.revision());
        if goes_on {
            work.open.undo();
        }
        let before = work.revision();
        let outcome = self.carry_out(command);
        let Some(work) = &mut self.work else {
            return outcome;
        };
        if goes_on && outcome.is_err() {
            work.open.redo();
        }
        // Words that are as they were before the field was entered leave no edit behind.
        work.typed_at = (work.revision() != before).then(|| work.revision());
        if goes_on {
            self.after_change();
        }
        outcome
    }

    pub(super) fn undo(&mut self) {
        let edit = self
            .work
            .as_mut()
            .filter(|work| !work.is_for_reading())
            .and_then(|work| work.open.undo())
            .cloned();
        self.after_step(edit, STEPS[0]);
    }

    pub(super) fn redo(&mut self) {
        let edit = self
            .work
            .as_mut()
            .filter(|work| !work.is_for_reading())
            .and_then(|work| work.open.redo())
            .cloned();
        self.after_step(edit, STEPS[1]);
    }

    /// Puts away notices that offer to undo a step which is not the last one any more.
    pub(super) fn put_away_undo(&mut self) {
        let offers_undo = |deed: &(String, Command)| deed.1 == Command::Undo;
        self.notices
            .retain(|notice| !notice.deed.as_ref().is_some_and(offers_undo));
    }

    /// After undo and redo: shows where something changed, and says so if it cannot be seen.
    fn after_step(&mut self, edit: Option<Edit>, what: &str) {
        let Some(edit) = edit else { return };
        self.put_away_undo();
        // What was said of the step before is no longer the last word.
        let is_of_step = |words: &str| STEPS.iter().any(|step| words.starts_with(step));
        self.notices.retain(|notice| !is_of_step(&notice.words));
        self.after_change();
        self.read_again_where_needed(&edit);
        match place_of(&edit) {
            Some((document_id, annotation_id)) => {
                let exists = self
                    .work
                    .as_ref()
                    .is_some_and(|work| work.project().annotations.get(&annotation_id).is_some());
                if exists {
                    self.go_to(&annotation_id);
                } else {
                    self.show_document(document_id);
                }
            }
            None => self.tell(NoticeKind::Done, format!("{what}: {}", edit.label)),
        }
    }

    pub(super) fn change_codebook(
        &mut self,
        label: String,
        codebook: Codebook,
    ) -> Result<(), Refusal> {
        self.edit(|work, author| edit::replace_codebook(work.project(), author, label, codebook))
    }

    pub(super) fn rename_tag(&mut self, tag_id: &TagId, new: &TagId) -> Result<(), Refusal> {
        self.edit(|work, author| edit::rename_tag(work.project(), author, tag_id, new))
    }

    pub(super) fn rename_attribute(
        &mut self,
        tag_id: &TagId,
        name: &str,
        new: &str,
    ) -> Result<(), Refusal> {
        self.edit(|work, author| edit::rename_attribute(work.project(), author, tag_id, name, new))
    }

    pub(super) fn delete_tag(&mut self, tag_id: &TagId) -> Result<(), Refusal> {
        self.edit(|work, author| edit::delete_tag(work.project(), author, tag_id))?;
        let words = format!("The tag “{tag_id}” is deleted");
        self.tell_with(
            NoticeKind::Done,
            words,
            Some(("Undo".to_owned(), Command::Undo)),
        );
        Ok(())
    }
}

/// The set-aside piece that holds all of the words.
fn set_aside_around(work: &Work, words: Span) -> Option<Span> {
    let near = work
        .project()
        .regions
        .overlapping(work.document_id.as_ref()?, words);
    let around = near.iter().find(|region| region.span.encloses(words));
    around.map(|region| region.span.hull(words))
}

/// The document shown and its text.
fn shown_text(work: &Work) -> Result<(&DocumentId, &Text), Refusal> {
    let document_id = work.document_id.as_ref().ok_or(Refusal::NothingThere)?;
    let text = work.texts.get(document_id).ok_or(Refusal::OutsideText)?;
    Ok((document_id, text))
}

/// Where an edit can be seen: at its first annotation.
fn place_of(edit: &Edit) -> Option<(DocumentId, AnnotationId)> {
    edit.changes.iter().find_map(|change| match change {
        Change::Annotation(swap) => {
            let annotation = swap.after.as_ref().or(swap.before.as_ref())?;
            Some((annotation.document_id.clone(), annotation.id.clone()))
        }
        _ => None,
    })
}
