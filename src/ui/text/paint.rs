//! Draws the surface: first what lies under the letters, then the letters, then what lies over them.

use egui::{
    Align2, Color32, CornerRadius, FontId, Painter, Rect, Shape, Stroke, StrokeKind, Ui, pos2, vec2,
};

use super::atlas::{Atlas, GlyphLook};
use super::blocks::Blocks;
use super::highlights::{Highlight, LANES};
use super::input::{Gesture, end_handle, selected_span, start_handle};
use super::look::TagColors;
use super::paragraph::{Face, Place};
use super::view::{Held, Shown, View};
use crate::model::{Annotation, AnnotationId, Link, Region};
use crate::text::{ByteOffset, Span, Spans};

/// Thickness of the line under a tint, in points.
const LINE: f32 = 2.0;
/// Distance of two lanes, in points.
const LANE_STEP: f32 = 3.5;
/// Room left free at each end of an annotation, so that neighbours do not run into each other, in points.
const END_GAP: f32 = 0.75;
/// How far the foot at an end rises above its line, in points.
const FOOT: f32 = 3.5;
/// How far line numbers stand from the column, in points; links run between.
const NUMBER_GAP: f32 = 40.0;
/// Side of the box with the tag's key, in points.
const BADGE: f32 = 12.0;

/// Everything that painting needs in one frame.
pub(super) struct Canvas<'a> {
    pub ui: &'a Ui,
    pub shown: &'a Shown<'a>,
    pub view: &'a View,
    pub highlights: &'a [Highlight<'a>],
    pub gesture: &'a Gesture,
    pub hovered: Option<&'a AnnotationId>,
    pub caret: Place,
}

impl Canvas<'_> {
    /// Paints on the surface only.
    pub fn painter(&self) -> Painter {
        self.ui.painter().with_clip_rect(self.view.rect)
    }

    /// Where an annotation is now: while one of its ends is dragged, where it would be.
    fn spans_of<'b>(&'b self, annotation: &'b Annotation) -> &'b Spans {
        match self.gesture {
            Gesture::MovingEdge {
                held: Held::Annotation(id),
                spans,
                ..
            } if *id == annotation.id => spans,
            _ => &annotation.spans,
        }
    }

    /// The boxes of an annotation, each with which of its sides are true ends of a piece.
    fn marks_of(&self, annotation: &Annotation) -> Vec<Mark> {
        let spans = self.spans_of(annotation);
        spans
            .iter()
            .flat_map(|span| self.marks_of_piece(span))
            .collect()
    }

    fn marks_of_piece(&self, span: Span) -> Vec<Mark> {
        let carets = [Place::before(span.start().0), Place::behind(span.end().0)];
        let ends = carets.map(|caret| self.view.caret(caret));
        let ends_at = |rect: &Rect, x: f32| {
            let mut ends = ends.iter().flatten();
            ends.any(|end| (end.top() - rect.top()).abs() < 1.0 && (end.left() - x).abs() < 0.6)
        };
        let mark = |rect: Rect| {
            let (left, right) = (ends_at(&rect, rect.left()), ends_at(&rect, rect.right()));
            let inset = |is_end: bool| if is_end { END_GAP } else { 0.0 };
            let rect = Rect::from_min_max(
                pos2(rect.left() + inset(left), rect.top()),
                pos2(rect.right() - inset(right), rect.bottom()),
            );
            Mark { rect, left, right }
        };
        self.view.boxes(span).into_iter().map(mark).collect()
    }

    fn boxes_of(&self, annotation: &Annotation) -> Vec<Rect> {
        self.spans_of(annotation)
            .iter()
            .flat_map(|span| self.view.boxes(span))
            .collect()
    }

    /// The pane, the tints and the selection.
    pub fn paint_under(&mut self) {
        let painter = self.painter();
        let look = self.shown.look;
        painter.rect_filled(self.view.rect, CornerRadius::ZERO, look.pane);
        for highlight in self
            .highlights
            .iter()
            .filter(|highlight| highlight.lane == 0)
        {
            if highlight.annotation.annotator_id() == self.shown.own {
                let colors = look.tag(&highlight.annotation.tag_id);
                for mark in self.marks_of(highlight.annotation) {
                    painter.rect_filled(mark.rect, mark.corners(), colors.tint);
                }
            }
        }
        for rect in self.visible_hits().flat_map(|hit| self.view.boxes(*hit)) {
            painter.rect_filled(rect, CornerRadius::same(2), look.found);
        }
        let (selection, color) = match self.gesture {
            Gesture::Selecting { from, to, snaps } => {
                let armed = self.shown.armed.map(|tag_id| look.tag(tag_id).tint);
                (
                    selected_span(self.shown.text, *from, *to, *snaps),
                    armed.unwrap_or(look.selection),
                )
            }
            _ => (self.shown.selection, look.selection),
        };
        for rect in selection
            .map(|span| self.view.boxes(span))
            .unwrap_or_default()
        {
            painter.rect_filled(rect, CornerRadius::same(2), color);
        }
    }

    /// Those of the words looked for that are on the screen.
    fn visible_hits(&self) -> impl Iterator<Item = &Span> {
        let hits = self.shown.hits;
        let visible = self.view.span();
        let first = visible.map_or(0, |visible| {
            hits.partition_point(|hit| hit.end() <= visible.start())
        });
        let from_there = hits.get(first..).unwrap_or_default().iter();
        from_there.take_while(move |hit| visible.is_some_and(|visible| hit.start() < visible.end()))
    }

    /// Letters, numbers and the marks of invisible characters.
    pub fn paint_letters(&mut self, atlas: &mut Atlas, faces: &[Face]) {
        let painter = self.painter();
        let look = self.shown.look;
        let scale = self.view.pixels_per_point;
        let mut mesh = atlas.mesh();
        for visible in &self.view.blocks {
            for glyph in &visible.paragraph.glyphs {
                let color = if glyph.is_set_aside {
                    look.soft
                } else {
                    look.ink
                };
                let glyph_look = GlyphLook {
                    color,
                    pixels_per_point: scale,
                };
                atlas.add(&mut mesh, glyph, faces, visible.origin, glyph_look);
            }
        }
        painter.add(Shape::mesh(mesh));
        for visible in &self.view.blocks {
            for (at, name) in &visible.paragraph.marks {
                let at = (at.to_vec2() + visible.origin.to_vec2()) / scale;
                let size = if name.len() == 4 { 6.5 } else { 8.0 };
                painter.text(
                    at.to_pos2(),
                    Align2::CENTER_CENTER,
                    name,
                    FontId::proportional(size),
                    look.soft,
                );
            }
        }
        let has_room = self.view.column.left() - self.view.rect.left() > NUMBER_GAP + 16.0;
        if look.shows_line_numbers && has_room {
            self.paint_numbers(&painter);
        }
    }

    /// The number of each line that is not empty, at the side where it begins.
    fn paint_numbers(&self, painter: &Painter) {
        let scale = self.view.pixels_per_point;
        for visible in self
            .view
            .blocks
            .iter()
            .filter(|visible| !visible.bytes.is_empty())
        {
            let line_index = self
                .shown
                .text
                .line_index_at(ByteOffset(visible.bytes.start));
            let is_first_part = self.shown.text.line_bytes(line_index).start == visible.bytes.start;
            let Some(line) = visible.paragraph.lines.first().filter(|_| is_first_part) else {
                continue;
            };
            let y = (visible.origin.y
                + line.letters_top
                + (line.letters_bottom - line.letters_top) * 0.42)
                / scale;
            let (x, align) = match visible.paragraph.is_rtl {
                false => (self.view.column.left() - NUMBER_GAP, Align2::RIGHT_CENTER),
                true => (self.view.column.right() + NUMBER_GAP, Align2::LEFT_CENTER),
            };
            let number = (line_index + 1).to_string();
            painter.text(
                pos2(x, y),
                align,
                number,
                FontId::proportional(11.0),
                self.shown.look.soft,
            );
        }
    }

    /// Lines, outlines, badges, handles, the caret and the card.
    pub fn paint_over(&mut self, has_focus: bool) {
        let painter = self.painter();
        for highlight in self.highlights {
            self.paint_lines(&painter, highlight);
        }
        self.paint_badges(&painter);
        for highlight in self.highlights {
            let is_picked = self.shown.picked == Some(&highlight.annotation.id);
            let is_hovered = self.hovered == Some(&highlight.annotation.id);
            let colors = self.shown.look.tag(&highlight.annotation.tag_id);
            if is_picked {
                self.paint_outline(
                    &painter,
                    highlight.annotation,
                    Stroke::new(2.0, colors.strong),
                );
                self.paint_handles(&painter, self.spans_of(highlight.annotation), colors.strong);
            } else if is_hovered {
                self.paint_outline(
                    &painter,
                    highlight.annotation,
                    Stroke::new(1.0, colors.strong),
                );
            }
        }
        if let Some(region) = self.shown.region {
            self.paint_region(&painter, region);
        }
        if has_focus
            && self.shown.selection.is_none()
            && let Some(caret) = self.view.caret(self.caret)
        {
            let inset = caret.height() * 0.08;
            let line = [
                caret.left_top() + vec2(0.0, inset),
                caret.left_bottom() - vec2(0.0, inset),
            ];
            painter.line_segment(line, Stroke::new(1.5, self.shown.look.accent));
        }
    }

    /// The line under each piece. Where a piece begins or ends the line has a foot; where it only goes on in
    /// another line of the screen it has none.
    fn paint_lines(&self, painter: &Painter, highlight: &Highlight<'_>) {
        if highlight.lane >= LANES {
            return;
        }
        let annotation = highlight.annotation;
        let color = self.shown.look.tag(&annotation.tag_id).strong;
        let is_own = annotation.annotator_id() == self.shown.own;
        let marks = self.marks_of(annotation);
        for mark in &marks {
            let y = lane_y(mark.rect, highlight.lane);
            // Those of others are outlines, which show their ends themselves.
            if highlight.lane == 0 && !is_own {
                let thin = Stroke::new(1.0, color);
                painter.rect_stroke(mark.rect, mark.corners(), thin, StrokeKind::Inside);
                continue;
            }
            paint_lane(painter, mark.rect, y, highlight.lane, color);
            for x in mark.ends() {
                let foot = [pos2(x, y - FOOT), pos2(x, y + LINE / 2.0)];
                painter.line_segment(foot, Stroke::new(1.5, color));
            }
        }
        if self.spans_of(annotation).count() > 1 {
            self.paint_joints(painter, highlight, color);
        }
    }

    /// Pieces of one annotation are held together: by dots through the gap, or by three dots at each open end
    /// where the next piece stands on another line.
    fn paint_joints(&self, painter: &Painter, highlight: &Highlight<'_>, color: Color32) {
        let pieces: Vec<Span> = self.spans_of(highlight.annotation).iter().collect();
        for pair in pieces.windows(2) {
            let [before, behind] = pair else { continue };
            let from = self.view.caret(Place::behind(before.end().0));
            let to = self.view.caret(Place::before(behind.start().0));
            let place = |caret: Rect| pos2(caret.left(), lane_y(caret, highlight.lane));
            match (from.map(place), to.map(place)) {
                (Some(from), Some(to)) if (from.y - to.y).abs() < 1.0 => {
                    painter.extend(Shape::dotted_line(&[from, to], color, 3.0, 0.8));
                }
                (from, to) => {
                    let open = from.map(|from| (from, 1.0)).into_iter();
                    for (end, side) in open.chain(to.map(|to| (to, -1.0))) {
                        for step in 1..=3 {
                            let dot = end + vec2(side * 3.0 * step as f32, 0.0);
                            painter.circle_filled(dot, 0.9, color);
                        }
                    }
                }
            }
        }
    }

    /// A small box with the tag's key on the corner where each annotation begins. Those that begin near each
    /// other stand side by side; those too deep to be drawn are counted beside the line.
    fn paint_badges(&self, painter: &Painter) {
        let mut in_row: Vec<Rect> = Vec::new();
        for highlight in self.highlights.iter().filter(|h| h.lane < LANES) {
            let start = self.spans_of(highlight.annotation).first().start();
            let visible = self.view.visible_at(start);
            let Some(visible) = visible.filter(|visible| start.0 <= visible.bytes.end) else {
                continue;
            };
            let Some(caret) = self.view.caret(Place::before(start.0)) else {
                continue;
            };
            let is_rtl = visible.paragraph.is_rtl_at(start.0 - visible.bytes.start);
            let left = caret.left() + if is_rtl { 3.0 - BADGE } else { -3.0 };
            let corner = pos2(left, caret.top() - BADGE * 0.62);
            let mut rect = Rect::from_min_size(corner, vec2(BADGE, BADGE));
            in_row.retain(|other| other.top() == rect.top());
            while let Some(other) = in_row.iter().find(|other| other.intersects(rect)) {
                let left = if is_rtl {
                    other.left() - BADGE - 1.0
                } else {
                    other.right() + 1.0
                };
                rect = rect.translate(vec2(left - rect.left(), 0.0));
            }
            in_row.push(rect);
            let colors = self.shown.look.tag(&highlight.annotation.tag_id);
            paint_badge(painter, rect, colors);
        }
    }

    fn paint_outline(&self, painter: &Painter, annotation: &Annotation, stroke: Stroke) {
        for rect in self.boxes_of(annotation) {
            painter.rect_stroke(
                rect.expand(1.0),
                CornerRadius::same(4),
                stroke,
                StrokeKind::Outside,
            );
        }
    }

    /// The set-aside piece at the caret, as it is or as it would be.
    fn paint_region(&self, painter: &Painter, region: &Region) {
        let spans = match self.gesture {
            Gesture::MovingEdge {
                held: Held::Region(_),
                spans,
                ..
            } => spans.clone(),
            _ => region.span.into(),
        };
        let color = self.shown.look.soft;
        let boxes = spans.iter().flat_map(|span| self.view.boxes(span));
        for rect in boxes {
            let stroke = Stroke::new(1.0, color);
            painter.rect_stroke(rect, CornerRadius::same(4), stroke, StrokeKind::Outside);
        }
        self.paint_handles(painter, &spans, color);
    }

    fn paint_handles(&self, painter: &Painter, spans: &Spans, color: Color32) {
        for place in [start_handle(self.view, spans), end_handle(self.view, spans)]
            .into_iter()
            .flatten()
        {
            painter.circle(place, 5.0, color, Stroke::new(1.5, self.shown.look.pane));
        }
    }

    /// Arcs beside the text from the annotation held to those that it is linked with in this document.
    pub fn paint_links(&self, blocks: &Blocks, top: (usize, f32)) {
        let Some(picked) = self
            .shown
            .picked
            .and_then(|id| self.shown.project.annotations.get(id))
        else {
            return;
        };
        if picked.document_id != self.shown.document.id {
            return;
        }
        for (number, link) in self.shown.project.links.of(&picked.id).enumerate() {
            self.paint_link(link, number, blocks, top);
        }
    }

    fn paint_link(&self, link: &Link, number: usize, blocks: &Blocks, top: (usize, f32)) {
        let annotations = &self.shown.project.annotations;
        let Some((from, to)) = annotations.get(&link.from).zip(annotations.get(&link.to)) else {
            return;
        };
        if from.document_id != to.document_id {
            return;
        }
        let color = self.shown.look.tag(&from.tag_id).strong;
        let y_of = |annotation: &Annotation| self.y_of(annotation.spans.first(), blocks, top);
        let (start, end) = (y_of(from), y_of(to));
        let edge = self.view.column.left() - 8.0;
        let bow = 7.0 + 4.0 * (number % 3) as f32;
        let stroke = Stroke::new(1.5, color);
        let painter = self.painter();
        let (a, b) = (pos2(edge, start), pos2(edge, end));
        let points = [a, a - vec2(bow * 1.6, 0.0), b - vec2(bow * 1.6, 0.0), b];
        painter.add(egui::epaint::CubicBezierShape::from_points_stroke(
            points,
            false,
            Color32::TRANSPARENT,
            stroke,
        ));
        painter.line_segment([b, b + vec2(-6.0, -4.0)], stroke);
        painter.line_segment([b, b + vec2(-6.0, 4.0)], stroke);
        let galley = painter.layout_no_wrap(
            link.kind.replace('_', " "),
            FontId::proportional(10.0),
            color,
        );
        let middle = pos2(
            edge - bow * 1.2 - 14.0,
            (start + end) / 2.0 + galley.size().x / 2.0,
        );
        if (start - end).abs() > galley.size().x + 12.0 {
            let text = egui::epaint::TextShape::new(middle, galley, color)
                .with_angle(-std::f32::consts::FRAC_PI_2);
            painter.add(text);
        }
    }

    /// The height of a place on the screen, or where it would be above or below it.
    fn y_of(&self, span: Span, blocks: &Blocks, top: (usize, f32)) -> f32 {
        if let Some(rect) = self.view.boxes(span).first() {
            return rect.center().y;
        }
        let block = blocks.at_offset(span.start());
        let pixels = blocks.top_of(block) - blocks.top_of(top.0) - f64::from(top.1);
        self.view.rect.top() + pixels as f32 / self.view.pixels_per_point
    }
}

/// A box of an annotation on one line of the screen.
struct Mark {
    rect: Rect,
    /// Whether a piece begins or ends at its left side.
    left: bool,
    /// And at its right side.
    right: bool,
}

impl Mark {
    /// Round where a piece ends, square where it goes on.
    fn corners(&self) -> CornerRadius {
        let radius = |is_end: bool| if is_end { 3 } else { 0 };
        CornerRadius {
            nw: radius(self.left),
            sw: radius(self.left),
            ne: radius(self.right),
            se: radius(self.right),
        }
    }

    /// The x of each end.
    fn ends(&self) -> impl Iterator<Item = f32> {
        let left = self.left.then(|| self.rect.left() + 0.75);
        let right = self.right.then(|| self.rect.right() - 0.75);
        left.into_iter().chain(right)
    }
}

/// The height of a lane under a box.
fn lane_y(rect: Rect, lane: usize) -> f32 {
    rect.bottom() + lane as f32 * LANE_STEP - LINE / 2.0
}

/// How much room lanes take below the letters, in points.
pub(super) fn room_of(lanes: usize) -> f32 {
    lanes.saturating_sub(1) as f32 * LANE_STEP + LINE / 2.0
}

/// Each lane has another pattern than its neighbours: a line, dashes, dots, a double line, and again from there.
fn paint_lane(painter: &Painter, rect: Rect, y: f32, lane: usize, color: Color32) {
    let ends = [pos2(rect.left(), y), pos2(rect.right(), y)];
    match lane % 4 {
        0 => drop(painter.line_segment(ends, Stroke::new(LINE, color))),
        1 => painter.extend(Shape::dashed_line(
            &ends,
            Stroke::new(LINE, color),
            6.0,
            3.0,
        )),
        2 => painter.extend(Shape::dotted_line(&ends, color, 4.0, 1.2)),
        _ => {
            for shift in [-1.0, 1.0] {
                let line = ends.map(|end| end + vec2(0.0, shift));
                painter.line_segment(line, Stroke::new(0.8, color));
            }
        }
    }
}

fn paint_badge(painter: &Painter, rect: Rect, colors: TagColors) {
    painter.rect_filled(rect, CornerRadius::same(3), colors.strong);
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        colors.key,
        FontId::proportional(9.5),
        colors.on_strong,
    );
}
