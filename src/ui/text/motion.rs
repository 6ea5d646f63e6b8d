//! Moves the caret: by what is on the screen where that matters (left, right, lines, pages), else by the text.

use std::collections::VecDeque;

use egui::{Pos2, Rect, Ui, pos2};

use super::paragraph::{Place, Side};
use super::surface::TextSurface;
use super::view::{Shown, TextAction, View, Visible};
use crate::app::Motion;
use crate::text::{
    Boundaries, ByteOffset, Span, paragraph_after, paragraph_before, sentence_after,
    sentence_before, word_start_after, word_start_before,
};

/// Motions asked for and not carried out yet, and what a caret remembers from one to the next.
#[derive(Default)]
pub(super) struct CaretState {
    asked: VecDeque<(Motion, bool)>,
    /// At which neighbour the caret stands, and for which place that holds.
    side: Option<(ByteOffset, Side)>,
    /// The x that it keeps while it moves up and down, and for which place that holds.
    x: Option<(ByteOffset, f32)>,
}

impl CaretState {
    /// The place as the caret was last put there.
    pub fn place(&self, offset: ByteOffset) -> Place {
        let known = self.side.filter(|(at, _)| *at == offset);
        let side = known.map_or(Side::Before, |(_, side)| side);
        Place {
            byte: offset.0,
            side,
        }
    }

    /// Remembers where a click or a motion put the caret.
    pub fn put(&mut self, place: Place) {
        self.side = Some((ByteOffset(place.byte), place.side));
    }
}

/// The end of what is held that stays when the caret moves with Shift.
pub(super) fn anchor(shown: &Shown<'_>) -> ByteOffset {
    match shown.selection {
        Some(held) if shown.caret == held.start() => held.end(),
        Some(held) => held.start(),
        None => shown.caret,
    }
}

impl TextSurface {
    /// Moves the caret in the next frame; if it `extends`, what lies between is held.
    pub fn move_caret(&mut self, motion: Motion, extends: bool) {
        self.caret.asked.push_back((motion, extends));
    }

    /// Carries out what was asked for. The text is laid out anew after each motion, since it may have scrolled.
    pub(super) fn run_motions(
        &mut self,
        ui: &Ui,
        rect: Rect,
        shown: &Shown<'_>,
        mut view: View,
    ) -> (View, Vec<TextAction>) {
        let mut actions = Vec::new();
        let mut caret = self.caret.place(shown.caret);
        let mut selection = shown.selection;
        let mut fixed = anchor(shown);
        while let Some((motion, extends)) = self.caret.asked.pop_front() {
            view = self.view_of_caret(ui, rect, shown, caret);
            caret = match selection.filter(|_| !extends) {
                Some(held) => collapsed(shown, &view, held, motion)
                    .unwrap_or_else(|| self.moved(ui, shown, &mut view, caret, motion)),
                None => self.moved(ui, shown, &mut view, caret, motion),
            };
            if !extends {
                fixed = ByteOffset(caret.byte);
            }
            selection = Span::between(fixed, ByteOffset(caret.byte));
            self.caret.put(caret);
            view = self.view_of_caret(ui, rect, shown, caret);
            actions = vec![TextAction::Select {
                selection,
                caret: ByteOffset(caret.byte),
            }];
        }
        (view, actions)
    }

    /// The view scrolled so that the caret can be seen, with some lines above and below it.
    fn view_of_caret(&mut self, ui: &Ui, rect: Rect, shown: &Shown<'_>, caret: Place) -> View {
        if let Some(span) = Span::new(ByteOffset(caret.byte), ByteOffset(caret.byte + 1)) {
            self.reveal(span);
        }
        self.lay_out_visible(ui, rect, shown)
    }

    fn moved(
        &mut self,
        ui: &Ui,
        shown: &Shown<'_>,
        view: &mut View,
        caret: Place,
        motion: Motion,
    ) -> Place {
        let text = shown.text;
        let at = ByteOffset(caret.byte);
        let is_rtl = view.visible_at(at).is_some_and(|v| v.paragraph.is_rtl);
        let plain = |offset: ByteOffset| Place::before(offset.0);
        match motion {
            Motion::Left => step_character(shown, view, caret, false),
            Motion::Right => step_character(shown, view, caret, true),
            Motion::WordLeft if is_rtl => plain(word_start_after(text, at)),
            Motion::WordRight if is_rtl => plain(word_start_before(text, at)),
            Motion::WordLeft => plain(word_start_before(text, at)),
            Motion::WordRight => plain(word_start_after(text, at)),
            Motion::Up => self.step_line(shown, view, caret, false),
            Motion::Down => self.step_line(shown, view, caret, true),
            Motion::LineStart => view.line_edge(caret, false),
            Motion::LineEnd => view.line_edge(caret, true),
            Motion::PageUp => self.step_page(ui, shown, view, caret, false),
            Motion::PageDown => self.step_page(ui, shown, view, caret, true),
            Motion::SentenceBack => {
                plain(sentence_before(text, at).map_or(ByteOffset(0), Span::start))
            }
            Motion::SentenceOn => {
                let behind = Boundaries::of(text).next(at);
                plain(sentence_after(text, behind).map_or(text.end(), Span::start))
            }
            Motion::ParagraphBack => plain(paragraph_before(text, at)),
            Motion::ParagraphOn => plain(paragraph_after(text, at)),
            Motion::TextStart => Place::before(0),
            Motion::TextEnd => plain(text.end()),
        }
    }

    /// One line up or down on the screen, keeping the x where it began.
    fn step_line(&mut self, shown: &Shown<'_>, view: &View, caret: Place, down: bool) -> Place {
        let text = shown.text;
        let Some(rect) = view.caret(caret) else {
            return caret;
        };
        let x = self.kept_x(caret, rect);
        let step = shown.look.text_size * shown.look.line_height * 0.25;
        let mut y = if down { rect.bottom() } else { rect.top() };
        // In small steps, since empty lines are lower than others.
        for _ in 0..8 {
            y += if down { step } else { -step };
            let to = view.place_at(pos2(x, y));
            let moved = to.and_then(|to| Some((to, view.caret(to)?)));
            if let Some((to, _)) =
                moved.filter(|(_, moved)| (moved.center().y - rect.center().y).abs() > 2.0)
            {
                self.caret.x = Some((ByteOffset(to.byte), x));
                return to;
            }
        }
        Place::before(if down { text.end().0 } else { 0 })
    }

    /// A page up or down: the text moves under the caret, which keeps its place on the screen.
    fn step_page(
        &mut self,
        ui: &Ui,
        shown: &Shown<'_>,
        view: &mut View,
        caret: Place,
        down: bool,
    ) -> Place {
        let Some(rect) = view.caret(caret) else {
            return caret;
        };
        let x = self.kept_x(caret, rect);
        let scrolled_to = |view: &View| {
            view.blocks
                .first()
                .map(|first| (first.block, first.origin.y))
        };
        let before = scrolled_to(view);
        let page = view.rect.height() * 0.85 * view.pixels_per_point;
        self.scroll_by(if down { page } else { -page });
        *view = self.lay_out_visible(ui, view.rect, shown);
        let to = view.place_at(pos2(x, rect.center().y));
        let to = match to {
            Some(to) if scrolled_to(view) != before && to != caret => to,
            _ => Place::before(if down { shown.text.end().0 } else { 0 }),
        };
        self.caret.x = Some((ByteOffset(to.byte), x));
        to
    }

    fn kept_x(&self, caret: Place, rect: Rect) -> f32 {
        let kept = self.caret.x.filter(|(at, _)| at.0 == caret.byte);
        kept.map_or(rect.center().x, |(_, x)| x)
    }
}

/// Left and right put down what is held at the end that lies there; other motions begin at the caret.
fn collapsed(shown: &Shown<'_>, view: &View, held: Span, motion: Motion) -> Option<Place> {
    let rightwards = match motion {
        Motion::Left => false,
        Motion::Right => true,
        _ => return None,
    };
    let is_rtl = view
        .visible_at(shown.caret)
        .is_some_and(|visible| visible.paragraph.is_rtl);
    Some(if rightwards == is_rtl {
        Place::before(held.start().0)
    } else {
        Place::behind(held.end().0)
    })
}

/// One character to the right or left on the screen, over the edge of a paragraph too.
fn step_character(shown: &Shown<'_>, view: &View, caret: Place, rightwards: bool) -> Place {
    let boundaries = Boundaries::of(shown.text);
    let Some(visible) = view.visible_at(ByteOffset(caret.byte)) else {
        return caret;
    };
    let mut place = Some(local(visible, caret));
    while let Some(next) = place.and_then(|place| visible.paragraph.step(place, rightwards)) {
        let whole = Place {
            byte: next.byte + visible.bytes.start,
            side: next.side,
        };
        // A library's cell may be part of what readers see as one character.
        if boundaries.is_boundary(ByteOffset(whole.byte)) {
            return whole;
        }
        place = Some(next);
    }
    let onwards = rightwards != visible.paragraph.is_rtl;
    if onwards {
        let end = ByteOffset(visible.bytes.end);
        let next = boundaries.next(end);
        // Between two parts of a very long line there is no line break to be passed.
        let is_break = shown.text.as_str().get(end.0..next.0);
        let is_break = is_break.is_some_and(|words| words.trim_matches(['\r', '\n']).is_empty());
        Place::before(if is_break { next.0 } else { end.0 })
    } else {
        Place::before(boundaries.previous(ByteOffset(visible.bytes.start)).0)
    }
}

fn local(visible: &Visible, caret: Place) -> Place {
    Place {
        byte: caret.byte.saturating_sub(visible.bytes.start),
        side: caret.side,
    }
}

impl View {
    /// The block that holds a place.
    pub fn visible_at(&self, offset: ByteOffset) -> Option<&Visible> {
        let mut from_below = self.blocks.iter().rev();
        from_below.find(|visible| visible.bytes.start <= offset.0)
    }

    /// The place of a caret nearest to a point.
    pub fn place_at(&self, point: Pos2) -> Option<Place> {
        let point = self.pixels(point);
        let visible = self.block_at(point.y)?;
        let place = visible.paragraph.place_at(point - visible.origin.to_vec2());
        Some(Place {
            byte: visible.bytes.start + place.byte,
            side: place.side,
        })
    }

    /// The caret at a place, in points; `None` if it is not on the screen.
    pub fn caret(&self, caret: Place) -> Option<Rect> {
        let visible = self.visible_at(ByteOffset(caret.byte))?;
        if caret.byte > visible.bytes.end + 2 {
            return None;
        }
        let rect = visible.paragraph.caret_at(local(visible, caret));
        Some(self.points(visible, rect))
    }

    /// Where the line on the screen begins or ends.
    fn line_edge(&self, caret: Place, at_end: bool) -> Place {
        let Some(visible) = self.visible_at(ByteOffset(caret.byte)) else {
            return caret;
        };
        let place = visible.paragraph.line_edge(local(visible, caret), at_end);
        Place {
            byte: visible.bytes.start + place.byte,
            side: place.side,
        }
    }
}
