//! The list of documents: state, counts, filter, progress.

use std::sync::Arc;

use egui::{Align, Layout, Panel, Rect, RichText, ScrollArea, TextEdit, Ui, pos2, vec2};
use imbl::OrdMap;

use super::Cx;
use super::widgets::{
    cut_label, name_bar, name_field, paint_state, progress_bar, row, section_head, soft, tag_square,
};
use crate::app::{Command, Work};
use crate::model::{AnnotatorId, Document, DocumentId};
use crate::query;

/// Height of a row in points; all alike, so that only visible ones are drawn.
const ROW_HEIGHT: f32 = 48.0;

/// What the list remembers from frame to frame.
#[derive(Default)]
pub struct DocumentsState {
    /// Whether the list is to take the focus when it is drawn.
    takes_focus: bool,
    /// The words in the filter box.
    filter: String,
    listed: Option<Listed>,
    /// The document that the list last scrolled to.
    revealed: Option<DocumentId>,
}

/// What a pass over all documents gave, kept until something changes.
struct Listed {
    /// Made from these documents, by this filter, for this annotator.
    from: (OrdMap<DocumentId, Arc<Document>>, String, AnnotatorId),
    documents: Vec<Arc<Document>>,
    /// Of all documents that are the annotator's to do.
    finished: (usize, usize),
}

impl DocumentsState {
    /// Takes the focus when it is drawn next.
    pub fn take_focus(&mut self) {
        self.takes_focus = true;
    }

    fn listed(&mut self, work: &Work) -> &Listed {
        let is_current = |listed: &Listed| {
            let (all, filter, annotator_id) = &listed.from;
            all.ptr_eq(&work.project().documents)
                && (filter, annotator_id) == (&self.filter, work.annotator_id())
        };
        let kept = self.listed.take().filter(is_current);
        self.listed.insert(kept.unwrap_or_else(|| {
            Listed {
                from: (
                    work.project().documents.clone(),
                    self.filter.clone(),
                    work.annotator_id().clone(),
                ),
                documents: query::filter_documents(work.project(), &self.filter)
                    .cloned()
                    .collect(),
                finished: query::progress_of(work.project(), work.annotator_id()),
            }
        }))
    }
}

/// Draws the list.
pub fn documents_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, state: &mut DocumentsState) {
    let theme = cx.theme;
    ui.spacing_mut().item_spacing.y = 4.0;
    let hint = RichText::new("Filter documents").color(theme.soft);
    let edit = TextEdit::singleline(&mut state.filter)
        .hint_text(hint)
        .desired_width(f32::INFINITY)
        .margin(vec2(8.0, 6.0));
    let response = ui.add(edit);
    name_field(&response, &state.filter, "Filter documents");
    if std::mem::take(&mut state.takes_focus) {
        response.request_focus();
    }
    if response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        state.filter.clear();
    }
    let shown = work.document().map(|document| document.id.clone());
    let is_new = state.revealed != shown;
    state.revealed = shown.clone();
    let has_filter = !state.filter.is_empty();
    let listed = state.listed(work);
    ui.add_space(4.0);
    head_ui(ui, cx, work, listed.documents.len());
    Panel::bottom("progress")
        .frame(egui::Frame::new())
        .show_separator_line(false)
        .show(ui, |ui| progress_ui(ui, cx, listed.finished));
    if listed.documents.is_empty() {
        let words = match has_filter {
            true => "No document has these words in its title",
            false => "No documents yet",
        };
        ui.label(soft(&theme, words));
    }
    let list = ScrollArea::vertical().auto_shrink(false);
    let output = list.show_rows(ui, ROW_HEIGHT, listed.documents.len(), |ui, rows| {
        if is_new {
            reveal(ui, &listed.documents, shown.as_ref(), rows.start);
        }
        for document in listed.documents.get(rows).unwrap_or_default() {
            let is_shown = shown.as_ref() == Some(&document.id);
            ui.push_id(&document.id, |ui| {
                document_ui(ui, cx, work, document, is_shown)
            });
        }
    });
    name_bar(ui, "documents", &output);
}

fn head_ui(ui: &mut Ui, cx: &Cx<'_>, work: &Work, shown: usize) {
    ui.horizontal(|ui| {
        ui.add_space(4.0);
        section_head(ui, &cx.theme, "Documents");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let all = work.project().documents.len();
            let words = match shown == all {
                true => all.to_string(),
                false => format!("{shown} of {all}"),
            };
            ui.label(soft(&cx.theme, words).size(11.0));
        });
    });
}

/// Scrolls the list, only as far as needed, so that a document chosen elsewhere can be seen in it.
fn reveal(ui: &Ui, documents: &[Arc<Document>], shown: Option<&DocumentId>, first_row: usize) {
    let row = documents
        .iter()
        .position(|document| Some(&document.id) == shown);
    let Some(row) = row else { return };
    let step = ROW_HEIGHT + ui.spacing().item_spacing.y;
    let top = ui.max_rect().top() + (row as f32 - first_row as f32) * step;
    let size = vec2(ui.max_rect().width(), ROW_HEIGHT);
    let rect = Rect::from_min_size(pos2(ui.max_rect().left(), top), size);
    ui.scroll_to_rect(rect, None);
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

fn progress_ui(ui: &mut Ui, cx: &Cx<'_>, (finished, all): (usize, usize)) {
    if all == 0 {
        return;
    }
    let words = format!("{finished} of {all} finished");
    ui.add_space(8.0);
    ui.label(soft(&cx.theme, &words).size(12.0));
    progress_bar(ui, &cx.theme, finished as f32 / all as f32, &words);
    ui.add_space(4.0);
}
