//! The bar that finds words in the text shown.

use egui::{Align, Frame, Key, Layout, Margin, Modifiers, Panel, TextEdit, Ui};

use super::widgets::{name_field, soft};
use super::{Cx, keys};
use crate::app::{Command, Work};

/// Draws the bar above the text. `takes_focus` puts the cursor into its field.
pub fn find_bar_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, takes_focus: bool) {
    let Some(find) = work.find() else { return };
    let theme = cx.theme;
    let frame = Frame::new()
        .fill(theme.bg)
        .inner_margin(Margin::symmetric(16, 6));
    Panel::top("find").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            let mut needle = find.needle.clone();
            let edit = TextEdit::singleline(&mut needle.words)
                .hint_text("Find in text")
                .desired_width(260.0);
            let response = ui.add(edit);
            name_field(&response, &needle.words, "Find in text");
            if takes_focus {
                response.request_focus();
            }
            step_by_enter(ui, cx, &response);
            let case = ui
                .selectable_label(needle.matches_case, "Aa")
                .on_hover_text("Match capital letters");
            case.widget_info(|| {
                let name = "Match capital letters";
                egui::WidgetInfo::selected(
                    egui::Role::CheckBox,
                    true,
                    find.needle.matches_case,
                    name,
                )
            });
            if case.clicked() {
                needle.matches_case = !needle.matches_case;
            }
            let has_hits = !find.hits().is_empty();
            for (words, command) in [
                ("Previous", Command::FindPrevious),
                ("Next", Command::FindNext),
            ] {
                let button = ui.add_enabled(has_hits, egui::Button::new(words));
                let hover = keys::hover_words(ui.ctx(), cx.app, &command);
                if button.on_hover_text(hover).clicked() {
                    cx.ask(command);
                }
            }
            ui.label(soft(&theme, find.in_words(work.selection())).size(12.0));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                // Esc is the command that leaves what is innermost, as everywhere.
                let keys = keys::of_command(ui.ctx(), cx.app, &Command::Leave);
                if ui
                    .button("Close")
                    .on_hover_text(format!("Close ({keys})"))
                    .clicked()
                {
                    cx.ask(Command::EndFind);
                }
            });
            if needle != find.needle {
                cx.ask(Command::Find(needle));
            }
        });
    });
}

/// Enter goes to the next place and stays in the field, so that it can be pressed again.
fn step_by_enter(ui: &Ui, cx: &mut Cx<'_>, field: &egui::Response) {
    if !field.lost_focus() {
        return;
    }
    let step = ui.input_mut(|input| {
        if input.consume_key(Modifiers::SHIFT, Key::Enter) {
            Some(Command::FindPrevious)
        } else if input.consume_key(Modifiers::NONE, Key::Enter) {
            Some(Command::FindNext)
        } else {
            None
        }
    });
    if let Some(step) = step {
        cx.ask(step);
        field.request_focus();
    }
}
