//! What a screen reader hears of the text, and the card beside an annotation under the pointer.

use egui::{Rect, RichText, Role, Sense, Ui, WidgetInfo, vec2};

use super::highlights::Highlight;
use super::view::{Shown, View};
use crate::model::Annotation;

/// Tells a screen reader what is visible: each paragraph, then the annotations in it.
pub(super) fn describe(
    ui: &mut Ui,
    id: egui::Id,
    shown: &Shown<'_>,
    view: &View,
    highlights: &[Highlight<'_>],
) {
    for visible in &view.blocks {
        let Some(words) = shown
            .text
            .as_str()
            .get(visible.bytes.clone())
            .filter(|words| !words.is_empty())
        else {
            continue;
        };
        let size = vec2(
            view.column.width(),
            visible.paragraph.height / view.pixels_per_point,
        );
        let rect = Rect::from_min_size(
            (visible.origin.to_vec2() / view.pixels_per_point).to_pos2(),
            size,
        );
        let node = ui.interact(rect, id.with(("paragraph", visible.block)), Sense::hover());
        node.widget_info(|| WidgetInfo::labeled(Role::Paragraph, true, words));
    }
    for highlight in highlights {
        let annotation = highlight.annotation;
        let Some(first) = view.boxes(annotation.spans.first()).first().copied() else {
            continue;
        };
        let node = ui.interact(first, id.with(&annotation.id), Sense::hover());
        node.widget_info(|| {
            let is_picked = shown.picked == Some(&annotation.id);
            let words = format!(
                "{} by {}: “{}”",
                annotation.tag_id,
                annotation.annotator_id(),
                annotation.quote
            );
            WidgetInfo::selected(Role::Mark, true, is_picked, words)
        });
    }
}

/// Who says what about these words.
pub(super) fn card_ui(ui: &mut Ui, shown: &Shown<'_>, annotation: &Annotation) {
    ui.set_max_width(300.0);
    let colors = shown.look.tag(&annotation.tag_id);
    ui.horizontal(|ui| {
        ui.label(
            RichText::new(annotation.tag_id.as_str())
                .color(colors.strong)
                .strong(),
        );
        ui.label(RichText::new(annotation.annotator_id().as_str()).color(shown.look.soft));
    });
    for (name, value) in &annotation.attributes {
        ui.label(format!(
            "{}  {}",
            name.replace('_', " "),
            value.to_string().replace('_', " ")
        ));
    }
    if !annotation.note.is_empty() {
        ui.label(
            RichText::new(&*annotation.note)
                .italics()
                .color(shown.look.soft),
        );
    }
}
