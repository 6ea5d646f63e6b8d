//! The list of documents: state, counts, filter, progress.

use egui::{Align, Layout, Panel, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::Cx;
use super::widgets::{
    cut_label, name_field, paint_state, progress_bar, row, section_head, soft, tag_square,
};
use crate::app::{Command, Work};
use crate::model::Document;
use crate::query;

/// Height of a row in points; all alike, so that only visible ones are drawn.
const ROW_HEIGHT: f32 = 48.0;

/// Draws the list.
pub fn documents_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, filter: &mut String) {
    let theme = cx.theme;
    ui.spacing_mut().item_spacing.y = 4.0;
    let hint = RichText::new("Filter documents").color(theme.soft);
    let edit = TextEdit::singleline(filter)
        .hint_text(hint)
        .desired_width(f32::INFINITY)
        .margin(vec2(8.0, 6.0));
    let response = ui.add(edit);
    name_field(&response, filter, "Filter documents");
    if response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        filter.clear();
    }
    let documents: Vec<_> = query::filter_documents(work.project(), filter).collect();
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.add_space(4.0);
        section_head(ui, &theme, "Documents");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let all = work.project().documents.len();
            let shown = documents.len();
            let words = if shown == all {
                all.to_string()
            } else {
                format!("{shown} of {all}")
            };
            ui.label(soft(&theme, words).size(11.0));
        });
    });
    Panel::bottom("progress")
        .frame(egui::Frame::new())
        .show_separator_line(false)
        .show(ui, |ui| {
            progress_ui(ui, cx, work);
        });
    if documents.is_empty() {
        let words = if filter.is_empty() {
            "No documents yet"
        } else {
            "No document has these words in its title"
        };
        ui.label(soft(&theme, words));
    }
    let is_revealed =
        |document: &Document| work.document().is_some_and(|shown| shown.id == document.id);
    ScrollArea::vertical().auto_shrink(false).show_rows(
        ui,
        ROW_HEIGHT,
        documents.len(),
        |ui, rows| {
            for document in documents.get(rows).unwrap_or_default() {
                ui.push_id(&document.id, |ui| {
                    document_ui(ui, cx, work, document, is_revealed(document))
                });
            }
        },
    );
}

fn document_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, document: &Document, is_shown: bool) {
    let theme = cx.theme;
    let state = document.state_of(work.annotator_id());
    let name = format!("{}, {}", document.title(), state.words());
    let response = row(ui, &theme, ROW_HEIGHT, is_shown, &name, |ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 3.0);
        let left = ui.max_rect().left_top() + vec2(5.0, 9.0);
        paint_state(ui, &theme, left, state);
        ui.horizontal(|ui| {
            ui.add_space(18.0);
            cut_label(ui, RichText::new(document.title()));
        });
        ui.horizontal(|ui| {
            ui.add_space(18.0);
            for tag in &work.project().codebook.tags {
                let count = work
                    .project()
                    .annotations
                    .count_of_tag(&document.id, &tag.id);
                if count > 0 {
                    tag_square(ui, theme.tag(tag.color).strong);
                    ui.label(soft(&theme, count.to_string()).size(12.0));
                    ui.add_space(2.0);
                }
            }
            cut_label(ui, soft(&theme, state.words()).size(12.0));
        });
    });
    if response.clicked() {
        cx.ask(Command::OpenDocument(document.id.clone()));
    }
    response.on_hover_text(&document.path);
}

fn progress_ui(ui: &mut Ui, cx: &Cx<'_>, work: &Work) {
    let (finished, all) = query::progress_of(work.project(), work.annotator_id());
    if all == 0 {
        return;
    }
    let words = format!("{finished} of {all} finished");
    ui.add_space(8.0);
    ui.label(soft(&cx.theme, &words).size(12.0));
    progress_bar(ui, &cx.theme, finished as f32 / all as f32, &words);
    ui.add_space(4.0);
}
