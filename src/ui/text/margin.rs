//! What stands beside the text and can be clicked: counters of what is too deep to be drawn, and ways to other
//! documents.

use egui::{
    Align2, CornerRadius, FontId, Popup, Rect, Response, Role, ScrollArea, Sense, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::highlights::{Highlight, LANES};
use super::quote::QuoteLook;
use super::surface::TextSurface;
use super::view::{Shown, TextAction, View};
use crate::model::{Annotation, Link};
use crate::text::{ByteOffset, Span};

/// How far the counters stand from the column, in points.
const COUNTER_GAP: f32 = 10.0;
/// Side of a way to another document, in points.
const WAY: f32 = 16.0;

impl TextSurface {
    /// Draws what stands beside the text and returns what was clicked.
    pub(super) fn margin_ui(
        &mut self,
        ui: &mut Ui,
        shown: &Shown<'_>,
        view: &View,
        highlights: &[Highlight<'_>],
    ) -> Vec<TextAction> {
        let mut actions = ways_ui(ui, shown, view);
        let is_hidden = |highlight: &&Highlight<'_>| highlight.lane >= LANES;
        if highlights.iter().any(|highlight| is_hidden(&highlight)) {
            for (span, rect) in lines_of(view) {
                let here: Vec<_> = touching(highlights, span).collect();
                let count = here.iter().copied().filter(is_hidden).count();
                if count > 0 {
                    actions.extend(self.counter_ui(ui, shown, span, rect, count, &here));
                }
            }
        }
        actions
    }

    /// How many annotations of a line are too deep to be drawn. A click lists all of the line.
    fn counter_ui(
        &mut self,
        ui: &mut Ui,
        shown: &Shown<'_>,
        span: Span,
        rect: Rect,
        count: usize,
        here: &[&Highlight<'_>],
    ) -> Option<TextAction> {
        let id = ui.scope_id().with(("counter", span.start().0));
        let response = ui.interact(rect, id, Sense::click());
        response.widget_info(|| {
            let words = format!("{count} more annotations on this line");
            WidgetInfo::labeled(Role::Button, true, words)
        });
        paint_box(ui, shown, &response);
        ui.painter().text(
            rect.center(),
            Align2::CENTER_CENTER,
            format!("+{count}"),
            FontId::proportional(11.0),
            shown.look.ink,
        );
        let list = Popup::menu(&response).show(|ui| {
            ui.set_width(320.0);
            let height = ui.ctx().content_rect().height() * 0.6;
            let area = ScrollArea::vertical().max_height(height);
            let list = area.show(ui, |ui| {
                let mut picked = None;
                for highlight in here {
                    ui.push_id(&highlight.annotation.id, |ui| {
                        if self.list_entry_ui(ui, shown, highlight.annotation) {
                            let annotation_id = highlight.annotation.id.clone();
                            picked = Some(TextAction::Pick(Some(annotation_id)));
                        }
                    });
                }
                picked
            });
            list.inner
        });
        list.and_then(|list| list.inner)
    }

    fn list_entry_ui(&mut self, ui: &mut Ui, shown: &Shown<'_>, annotation: &Annotation) -> bool {
        let colors = shown.look.tag(&annotation.tag_id);
        let words = format!("{} by {}", annotation.tag_id, annotation.annotator_id());
        let words = egui::RichText::new(words).color(colors.strong);
        let is_picked = shown.picked == Some(&annotation.id);
        let is_clicked = ui.selectable_label(is_picked, words).clicked();
        let look = QuoteLook {
            size: 13.0,
            color: shown.look.ink,
            lines: 1,
        };
        ui.indent("quote", |ui| self.quote(ui, &annotation.quote, look));
        is_clicked
    }
}

/// Each line on the screen with its bytes and the room for its counter.
fn lines_of(view: &View) -> Vec<(Span, Rect)> {
    let mut lines = Vec::new();
    for visible in &view.blocks {
        for line in &visible.paragraph.lines {
            let (start, end) = (line.bytes.start, line.bytes.end);
            let Some(span) = Span::new(
                ByteOffset(visible.bytes.start + start),
                ByteOffset(visible.bytes.start + end),
            ) else {
                continue;
            };
            let letters =
                Rect::from_min_max(pos2(0.0, line.letters_top), pos2(0.0, line.letters_bottom));
            let y = view.points(visible, letters).center().y;
            let size = vec2(28.0, 18.0);
            let x = match visible.paragraph.is_rtl {
                false => view.column.right() + COUNTER_GAP + size.x / 2.0,
                true => view.column.left() - COUNTER_GAP - size.x / 2.0,
            };
            lines.push((span, Rect::from_center_size(pos2(x, y), size)));
        }
    }
    lines
}

fn touching<'a, 'b>(
    highlights: &'a [Highlight<'b>],
    span: Span,
) -> impl Iterator<Item = &'a Highlight<'b>> {
    let touches = move |piece: Span| piece.overlaps(span);
    highlights
        .iter()
        .filter(move |highlight| highlight.annotation.spans.iter().any(touches))
}

/// Beside the annotation held: a way to each annotation of another document that it is linked with.
fn ways_ui(ui: &mut Ui, shown: &Shown<'_>, view: &View) -> Vec<TextAction> {
    let annotations = &shown.project.annotations;
    let picked = shown.picked.and_then(|picked| annotations.get(picked));
    let Some(picked) = picked.filter(|picked| picked.document_id == shown.document.id) else {
        return Vec::new();
    };
    let Some(first) = view.boxes(picked.spans.first()).first().copied() else {
        return Vec::new();
    };
    let mut actions = Vec::new();
    let mut center = pos2(
        view.column.left() - COUNTER_GAP - WAY / 2.0,
        first.center().y,
    );
    for link in shown.project.links.of(&picked.id) {
        let other = if link.from == picked.id {
            &link.to
        } else {
            &link.from
        };
        let other = annotations.get(other);
        let Some(other) = other.filter(|other| other.document_id != picked.document_id) else {
            continue;
        };
        let rect = Rect::from_center_size(center, vec2(WAY, WAY));
        if way_ui(ui, shown, rect, link, other).clicked() {
            actions.push(TextAction::GoTo(other.id.clone()));
        }
        center.y += WAY + 4.0;
    }
    actions
}

fn way_ui(ui: &mut Ui, shown: &Shown<'_>, rect: Rect, link: &Link, other: &Annotation) -> Response {
    let document = shown.project.documents.get(&other.document_id);
    let title = document.map_or("", |document| document.title());
    let arrow = if link.to == other.id { "to" } else { "from" };
    let words = format!("{} {arrow} “{}” in {title}", link.kind, other.quote).replace('_', " ");
    let response = ui.interact(rect, ui.scope_id().with(("way", &link.id)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &words));
    paint_box(ui, shown, &response);
    let inner = rect.shrink(4.5);
    let stroke = Stroke::new(1.5, shown.look.accent);
    let tip = inner.right_top();
    for end in [
        inner.left_bottom(),
        tip - vec2(5.0, 0.0),
        tip + vec2(0.0, 5.0),
    ] {
        ui.painter().line_segment([tip, end], stroke);
    }
    response.on_hover_text(words)
}

fn paint_box(ui: &Ui, shown: &Shown<'_>, response: &Response) {
    let look = shown.look;
    let is_strong = response.hovered() || response.has_focus();
    let line = if is_strong { look.accent } else { look.line };
    let corner = CornerRadius::same(5);
    let stroke = Stroke::new(1.0, line);
    ui.painter()
        .rect(response.rect, corner, look.pane, stroke, StrokeKind::Inside);
}
