//! The first page: the sample, recent projects, a new one.

use egui::{Align, Layout, RichText, ScrollArea, Ui};

use super::Cx;
use super::theme::semibold;
use super::widgets::{cut_label, main_button, name_bar, plain_button, row, section_head, soft};
use crate::app::Command;

/// Widest the page gets, in points.
const WIDTH: f32 = 560.0;

/// Draws the start page.
pub fn start_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let theme = cx.theme;
    let side = ((ui.available_width() - WIDTH) / 2.0).max(24.0);
    ui.add_space((ui.available_height() * 0.14).min(120.0));
    ui.horizontal_top(|ui| {
        ui.add_space(side);
        ui.vertical(|ui| {
            ui.set_max_width(WIDTH.min(ui.available_width() - 24.0));
            ui.label(RichText::new("Ascribe").font(semibold(30.0)));
            ui.label(soft(
                &theme,
                "Label source texts by hand: who is blamed, who denies it, what it did.",
            ));
            ui.add_space(20.0);
            ui.horizontal(|ui| {
                if main_button(ui, &theme, "New project…").clicked() {
                    cx.ask(Command::NewProject);
                }
                if plain_button(ui, "Open project…").clicked() {
                    cx.ask(Command::OpenProject);
                }
                if plain_button(ui, "Open sample")
                    .on_hover_text("Six short texts, fully labelled, to try things on")
                    .clicked()
                {
                    cx.ask(Command::OpenSample);
                }
            });
            ui.add_space(24.0);
            recent_ui(ui, cx);
        });
    });
}

fn recent_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let theme = cx.theme;
    let recent = &cx.app.settings().recent;
    section_head(ui, &theme, "Recent projects");
    if recent.is_empty() {
        ui.label(soft(&theme, "Projects that you open are listed here. You can also drop a project file on this window."));
        return;
    }
    let output = ScrollArea::vertical().show(ui, |ui| {
        for path in recent {
            let name = crate::app::project_name(path);
            let response = row(ui, &theme, 44.0, false, &name, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                cut_label(ui, RichText::new(&name));
                ui.with_layout(Layout::left_to_right(Align::TOP), |ui| {
                    cut_label(ui, soft(&theme, path.display().to_string()).size(12.0));
                });
            });
            if response.clicked() {
                cx.ask(Command::OpenProjectAt(path.clone()));
            }
            response.context_menu(|ui| {
                if ui.button("Take off this list").clicked() {
                    cx.ask(Command::ForgetRecent(path.clone()));
                    ui.close();
                }
            });
        }
    });
    name_bar(ui, "recent projects", &output);
}
