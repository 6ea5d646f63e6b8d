//! What pointer and keys mean on the text.

use egui::{CursorIcon, PointerButton, Pos2, Response, Ui};

use super::highlights::Highlight;
use super::motion::anchor;
use super::paragraph::Place;
use super::surface::TextSurface;
use super::view::{Held, Shown, TextAction, View};
use crate::model::AnnotationId;
use crate::text::{
    Boundaries, ByteOffset, Edge, Span, Spans, Text, sentence_at, trim, widen_to_graphemes,
    widen_to_words, word_at,
};

/// What the pointer is doing while its button is held.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Gesture {
    /// Nothing.
    #[default]
    Idle,
    /// Choosing words.
    Selecting {
        /// Where the button went down.
        from: ByteOffset,
        /// Where the pointer is.
        to: ByteOffset,
        /// Whether the ends go to the edges of words.
        snaps: bool,
    },
    /// Dragging an end of what has handles.
    MovingEdge {
        /// Of what.
        held: Held,
        /// Which end.
        edge: Edge,
        /// Its pieces as they would be now.
        spans: Spans,
    },
}

/// How near a handle the pointer must be, in points.
const HANDLE_REACH: f32 = 9.0;

/// Takes up what pointer and keys did in this frame.
pub(super) fn handle(
    surface: &mut TextSurface,
    ui: &Ui,
    response: &Response,
    shown: &Shown<'_>,
    view: &View,
    highlights: &[Highlight<'_>],
) -> Vec<TextAction> {
    let mut actions = Vec::new();
    hover(surface, ui, response, shown, view, highlights);
    drag(surface, ui, response, shown, view, &mut actions);
    click(surface, ui, response, shown, view, highlights, &mut actions);
    actions
}

fn hover(
    surface: &mut TextSurface,
    ui: &Ui,
    response: &Response,
    shown: &Shown<'_>,
    view: &View,
    highlights: &[Highlight<'_>],
) {
    let pointer = response
        .hover_pos()
        .filter(|pointer| !view.map.contains(*pointer));
    let innermost =
        pointer.and_then(|pointer| stack_at(view, highlights, pointer).into_iter().next());
    surface.hovered = match (innermost, surface.hovered.take()) {
        (Some(id), Some((before, since))) if id == before => Some((id, since)),
        (Some(id), _) => Some((id, ui.input(|input| input.time))),
        (None, _) => None,
    };
    if let Some(pointer) = pointer {
        let is_handle = edge_at(view, shown, pointer).is_some();
        ui.ctx().set_cursor_icon(if is_handle {
            CursorIcon::ResizeHorizontal
        } else {
            CursorIcon::Text
        });
    }
}

fn drag(
    surface: &mut TextSurface,
    ui: &Ui,
    response: &Response,
    shown: &Shown<'_>,
    view: &View,
    actions: &mut Vec<TextAction>,
) {
    if response.drag_started_by(PointerButton::Primary)
        && let Some(origin) = ui.input(|input| input.pointer.press_origin())
        && let Some(from) = view.offset_at(origin)
    {
        surface.gesture = match edge_at(view, shown, origin) {
            Some((held, edge, spans)) => Gesture::MovingEdge { held, edge, spans },
            None => Gesture::Selecting {
                from,
                to: from,
                snaps: shown.snaps_to_words,
            },
        };
    }
    if let Some(pointer) = response
        .interact_pointer_pos()
        .filter(|_| surface.gesture != Gesture::Idle)
    {
        let snaps = shown.snaps_to_words && !ui.input(|input| input.modifiers.alt);
        scroll_at_edges(surface, ui, view, pointer);
        if let Some(offset) = view.offset_at(pointer) {
            follow(&mut surface.gesture, shown.text, offset, snaps);
        }
    }
    if response.drag_stopped_by(PointerButton::Primary) {
        match std::mem::take(&mut surface.gesture) {
            Gesture::Idle => {}
            Gesture::Selecting { from, to, snaps } => {
                actions.extend(chosen(
                    shown,
                    selected_span(shown.text, from, to, snaps),
                    to,
                ));
            }
            Gesture::MovingEdge { held, spans, .. } => {
                actions.push(TextAction::MoveEdges(held, spans));
            }
        }
    }
}

/// The gesture with the pointer at another place.
fn follow(gesture: &mut Gesture, text: &Text, offset: ByteOffset, snaps_now: bool) {
    match gesture {
        Gesture::Idle => {}
        Gesture::Selecting { to, snaps, .. } => {
            *to = offset;
            *snaps = snaps_now;
        }
        Gesture::MovingEdge { edge, spans, .. } => {
            if let Some(moved) = with_edge_at(text, spans, *edge, offset, snaps_now) {
                *spans = moved;
            }
        }
    }
}

/// Words were chosen: tagged at once if a tag is armed, else held.
fn chosen(shown: &Shown<'_>, span: Option<Span>, caret: ByteOffset) -> Option<TextAction> {
    match span {
        Some(span) if shown.armed.is_some() => Some(TextAction::Tag(span)),
        selection => Some(TextAction::Select {
            selection,
            caret: selection.map_or(caret, Span::end),
        }),
    }
}

/// What a drag from one place to another holds: no cluster cut, whole words if they snap, no space at the edges.
pub(super) fn selected_span(
    text: &Text,
    from: ByteOffset,
    to: ByteOffset,
    snaps: bool,
) -> Option<Span> {
    let span = widen_to_graphemes(text, Span::between(from, to)?)?;
    let span = trim(text, span)?;
    let span = if snaps {
        widen_to_words(text, span)
    } else {
        span
    };
    trim(text, span)
}

/// The pieces with one end moved; `None` if it would pass the other end of its piece.
fn with_edge_at(
    text: &Text,
    spans: &Spans,
    edge: Edge,
    offset: ByteOffset,
    snaps: bool,
) -> Option<Spans> {
    let mut pieces: Vec<Span> = spans.iter().collect();
    let offset = snapped(text, edge, offset, snaps);
    let piece = match edge {
        Edge::Start => pieces.first_mut()?,
        Edge::End => pieces.last_mut()?,
    };
    *piece = match edge {
        Edge::Start => Span::new(offset, piece.end())?,
        Edge::End => Span::new(piece.start(), offset)?,
    };
    *piece = trim(text, *piece)?;
    Spans::new(pieces)
}

/// The edge of a word or cluster nearest to a place.
fn snapped(text: &Text, edge: Edge, offset: ByteOffset, snaps: bool) -> ByteOffset {
    let offset = Boundaries::of(text).floor(offset);
    let Some(word) = word_at(text, offset).filter(|_| snaps) else {
        return offset;
    };
    if offset == word.start() {
        return offset;
    }
    let is_first_half = offset.0 - word.start().0 < word.end().0 - offset.0;
    match (edge, is_first_half) {
        (_, true) => word.start(),
        (_, false) => word.end(),
    }
}

/// Dragging beyond the upper or lower edge scrolls, faster the farther out.
fn scroll_at_edges(surface: &mut TextSurface, ui: &Ui, view: &View, pointer: Pos2) {
    let above = (pointer.y - view.rect.top() - 12.0).min(0.0);
    let below = (pointer.y - view.rect.bottom() + 12.0).max(0.0);
    if above + below != 0.0 {
        surface.scroll_by((above + below) * 0.4 * view.pixels_per_point);
        ui.ctx().request_repaint();
    }
}

fn click(
    surface: &mut TextSurface,
    ui: &Ui,
    response: &Response,
    shown: &Shown<'_>,
    view: &View,
    highlights: &[Highlight<'_>],
    actions: &mut Vec<TextAction>,
) {
    let Some(pointer) = response.interact_pointer_pos() else {
        return;
    };
    let Some(offset) = view.offset_at(pointer) else {
        return;
    };
    let under = view.offset_under(pointer).unwrap_or(offset);
    if response.triple_clicked() {
        actions.extend(chosen(shown, sentence_at(shown.text, under), offset));
    } else if response.double_clicked() {
        let word = word_at(shown.text, under).and_then(|word| trim(shown.text, word));
        actions.extend(chosen(shown, word, offset));
    } else if response.clicked() && ui.input(|input| input.modifiers.shift) {
        let anchor = extension_anchor(shown, offset);
        let span = selected_span(shown.text, anchor, offset, shown.snaps_to_words);
        actions.extend(chosen(shown, span, offset));
    } else if response.clicked() {
        if let Some(place) = view.place_at(pointer) {
            surface.caret.put(place);
        }
        actions.push(TextAction::Select {
            selection: None,
            caret: offset,
        });
        actions.push(TextAction::Pick(next_in_stack(
            &stack_at(view, highlights, pointer),
            shown.picked,
        )));
    }
    if response.secondary_clicked() {
        let is_selected = shown
            .selection
            .is_some_and(|selection| selection.contains(under));
        let stack = stack_at(view, highlights, pointer);
        let is_picked = shown.picked.is_some_and(|picked| stack.contains(picked));
        if !is_selected && !is_picked {
            actions.push(TextAction::Select {
                selection: None,
                caret: offset,
            });
            actions.push(TextAction::Pick(stack.into_iter().next()));
        }
    }
}

/// Shift and a click extend from the far end of what is held.
fn extension_anchor(shown: &Shown<'_>, offset: ByteOffset) -> ByteOffset {
    match shown.selection {
        Some(held) if offset < held.start() => held.end(),
        Some(held) if offset >= held.end() => held.start(),
        _ => anchor(shown),
    }
}

/// The annotations under a point, the innermost first.
fn stack_at(view: &View, highlights: &[Highlight<'_>], point: Pos2) -> Vec<AnnotationId> {
    let Some(offset) = view.offset_under(point) else {
        return Vec::new();
    };
    let mut under: Vec<_> = highlights
        .iter()
        .filter(|h| h.annotation.spans.contains(offset))
        .collect();
    under.sort_by_key(|highlight| {
        let size: usize = highlight
            .annotation
            .spans
            .iter()
            .map(Span::size_bytes)
            .sum();
        (size, std::cmp::Reverse(highlight.lane))
    });
    under
        .into_iter()
        .map(|highlight| highlight.annotation.id.clone())
        .collect()
}

/// The innermost annotation, or with one of the stack held the next one out, and behind the last the innermost again.
fn next_in_stack(stack: &[AnnotationId], picked: Option<&AnnotationId>) -> Option<AnnotationId> {
    match picked.and_then(|picked| stack.iter().position(|id| id == picked)) {
        None => stack.first().cloned(),
        Some(held) => stack.get(held + 1).or(stack.first()).cloned(),
    }
}

/// What has handles, and where it stands.
pub(super) fn with_handles(shown: &Shown<'_>) -> Option<(Held, Spans)> {
    let Some(picked) = shown.picked else {
        let region = shown.region?;
        return Some((Held::Region(region.id.clone()), region.span.into()));
    };
    let annotation = shown.project.annotations.get(picked)?;
    let is_here = annotation.document_id == shown.document.id && !shown.misplaced.contains(picked);
    is_here.then(|| (Held::Annotation(picked.clone()), annotation.spans.clone()))
}

/// The end whose handle is at a point, with what it belongs to.
fn edge_at(view: &View, shown: &Shown<'_>, point: Pos2) -> Option<(Held, Edge, Spans)> {
    let (held, spans) = with_handles(shown)?;
    let is_near =
        |place: Option<Pos2>| place.is_some_and(|place| place.distance(point) <= HANDLE_REACH);
    let edges = [
        (Edge::Start, start_handle(view, &spans)),
        (Edge::End, end_handle(view, &spans)),
    ];
    let near = edges.into_iter().find(|(_, place)| is_near(*place));
    near.map(|(edge, _)| (held, edge, spans))
}

/// Where the handle before the first character is.
pub(super) fn start_handle(view: &View, spans: &Spans) -> Option<Pos2> {
    let caret = view.caret(Place::before(spans.first().start().0))?;
    Some(caret.left_top())
}

/// Where the handle behind the last character is.
pub(super) fn end_handle(view: &View, spans: &Spans) -> Option<Pos2> {
    let caret = view.caret(Place::behind(spans.last().end().0))?;
    Some(caret.left_bottom())
}
