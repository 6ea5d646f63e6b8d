//! The page that exports: which format, what of the project, and what would be lost, before anything is written.

use std::collections::BTreeSet;

use egui::{ComboBox, Grid, Id, PopupCloseBehavior, RichText, ScrollArea, Ui, vec2};

use super::Cx;
use super::pages::head_ui;
use super::widgets::{buttons_at_right, cut_label, main_button, name_bar, row, section_head, soft};
use crate::app::{Command, ExportChoice, Work, counted};
use crate::export::{Asks, ExportOptions, FORMATS, Format, Newlines, Scheme};
use crate::model::DocumentState;
use crate::text::OffsetUnit;

/// What the page remembers from one opening to the next.
#[derive(Default, Clone)]
pub struct ExportPageState {
    format: usize,
    options: ExportOptions,
}

/// Draws the page. Whether it is done, and what takes the focus when it opens.
pub fn export_page_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    state: &mut ExportPageState,
    first: &mut Option<Id>,
) -> bool {
    let theme = cx.theme;
    let mut is_done = head_ui(ui, "Export");
    let (Some(work), Some(format)) = (cx.app.work(), FORMATS.get(state.format)) else {
        return true;
    };
    /// Room for what stands above and below, in points.
    const REST: f32 = 136.0;
    let height = (ui.ctx().content_rect().height() * 0.8 - REST).max(160.0);
    ui.horizontal_top(|ui| {
        ui.set_height(height);
        let width = (ui.available_width() * 0.46).floor();
        ui.vertical(|ui| {
            ui.set_width(width);
            formats_ui(ui, cx, &mut state.format, first.is_none());
        });
        ui.add_space(14.0);
        ui.vertical(|ui| {
            let choices = ScrollArea::vertical().id_salt("choices");
            let output = choices.show(ui, |ui| {
                ui.label(soft(&theme, format.description));
                ui.add_space(8.0);
                filter_ui(ui, work, &mut state.options);
                form_ui(ui, format, &mut state.options);
                losses_ui(ui, cx, &choice(format, &state.options));
            });
            name_bar(ui, "choices", &output);
        });
    });
    ui.add_space(6.0);
    let choice = choice(format, &state.options);
    let is_nothing = outlook_ui(ui, cx, &choice);
    buttons_at_right(ui, |ui| {
        let button = main_button(ui, &theme, "Choose place…");
        *first = Some(button.id);
        if button.clicked() && !is_nothing {
            cx.ask(Command::Export(choice));
            is_done = true;
        }
    });
    is_done
}

fn choice(format: &'static Format, options: &ExportOptions) -> ExportChoice {
    ExportChoice {
        format: format.name,
        options: options.clone(),
    }
}

/// The formats; those that do not fit the window are scrolled to.
fn formats_ui(ui: &mut Ui, cx: &Cx<'_>, chosen: &mut usize, is_new: bool) {
    let theme = cx.theme;
    let list = ScrollArea::vertical().id_salt("formats");
    let output = list.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        for (number, format) in FORMATS.iter().enumerate() {
            let is_chosen = number == *chosen;
            let response = row(ui, &theme, 46.0, is_chosen, format.title, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                cut_label(ui, RichText::new(format.title));
                cut_label(ui, soft(&theme, format.description).size(12.0));
            });
            if response.clicked() {
                *chosen = number;
            }
            if is_new && is_chosen {
                response.scroll_to_me(None);
            }
        }
    });
    name_bar(ui, "formats", &output);
}

/// What of the project is exported.
fn filter_ui(ui: &mut Ui, work: &Work, options: &mut ExportOptions) {
    let project = work.project();
    let filter = &mut options.filter;
    // Beside their names, which take up to ninety points.
    let width = (ui.available_width() - 110.0).clamp(60.0, 170.0);
    let grid = Grid::new("filter").num_columns(2).spacing(vec2(12.0, 6.0));
    grid.show(ui, |ui| {
        let tags = project.codebook.tags.iter();
        let tags = tags.map(|tag| (tag.id.clone(), tag.id.to_string()));
        let what = ("Tags", "all tags", width);
        several_ui(ui, what, &mut filter.tags, tags);
        let annotators = project.annotators.values();
        let annotators = annotators.map(|who| (who.id.clone(), who.name.clone()));
        let who = ("Annotators", "all annotators", width);
        several_ui(ui, who, &mut filter.annotators, annotators);
        let states = DocumentState::ALL.into_iter();
        let states = states.map(|state| (state, state.words().to_owned()));
        let which = ("Documents", "in any state", width);
        several_ui(ui, which, &mut filter.states, states);
    });
    ui.checkbox(&mut filter.is_core_only, "Core annotations only");
    ui.add_space(6.0);
}

/// Several of a list; none chosen means all.
fn several_ui<T: Ord + Clone>(
    ui: &mut Ui,
    (name, all, width): (&str, &str, f32),
    chosen: &mut BTreeSet<T>,
    offered: impl Iterator<Item = (T, String)>,
) {
    let offered: Vec<(T, String)> = offered.collect();
    // One that has gone from the project in the meantime would leave everything out unseen.
    chosen.retain(|own| offered.iter().any(|(each, _)| each == own));
    let names = offered.iter().filter(|(each, _)| chosen.contains(each));
    let names: Vec<&str> = names.map(|(_, name)| name.as_str()).collect();
    let shown = match names.as_slice() {
        [] => all.to_owned(),
        [only] => (*only).to_owned(),
        several => format!("{} of {}", several.len(), offered.len()),
    };
    ui.label(name);
    let response = ComboBox::from_id_salt(name)
        .selected_text(&shown)
        .width(width)
        .truncate()
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show_ui(ui, |ui| {
            if ui.selectable_label(chosen.is_empty(), all).clicked() {
                chosen.clear();
            }
            for (each, name) in &offered {
                let mut is_chosen = chosen.contains(each);
                if ui.checkbox(&mut is_chosen, name).changed() {
                    match is_chosen {
                        true => drop(chosen.insert(each.clone())),
                        false => drop(chosen.remove(each)),
                    }
                }
            }
        });
    let name = format!("{name} to export");
    response
        .response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
    ui.end_row();
}

/// How it is written, where the format leaves that open.
fn form_ui(ui: &mut Ui, format: &Format, options: &mut ExportOptions) {
    if format.asks.contains(&Asks::Unit) {
        ui.horizontal_wrapped(|ui| {
            ui.label("Count offsets in");
            for unit in OffsetUnit::ALL {
                let words = match unit {
                    OffsetUnit::CodePoint => "characters",
                    OffsetUnit::Byte => "bytes",
                    OffsetUnit::Utf16 => "UTF-16 units",
                };
                ui.selectable_value(&mut options.unit, unit, words);
            }
        });
    }
    if format.asks.contains(&Asks::LineEnds) {
        ui.horizontal_wrapped(|ui| {
            ui.label("Line ends");
            for newlines in Newlines::ALL {
                ui.selectable_value(&mut options.newlines, newlines, newlines.words());
            }
        });
    }
    if format.asks.contains(&Asks::Scheme) {
        ui.horizontal_wrapped(|ui| {
            ui.label("Tags of tokens");
            for scheme in Scheme::ALL {
                ui.selectable_value(&mut options.scheme, scheme, scheme.words());
            }
        });
    }
}

/// What would be lost, thing by thing.
fn losses_ui(ui: &mut Ui, cx: &mut Cx<'_>, choice: &ExportChoice) {
    let theme = cx.theme;
    let exporting = cx.app.exporting(choice);
    let Some(Ok(foreseen)) = exporting.and_then(|it| it.outcome.as_ref()) else {
        return;
    };
    if !foreseen.losses.is_empty() {
        ui.add_space(8.0);
        section_head(ui, &theme, "What the format cannot carry");
        for line in foreseen.losses.lines() {
            ui.label(soft(&theme, line).size(12.0));
        }
    }
}

/// What would be written, in a line that is always seen. Whether that would be nothing.
fn outlook_ui(ui: &mut Ui, cx: &mut Cx<'_>, choice: &ExportChoice) -> bool {
    let theme = cx.theme;
    if !cx.app.work().is_some_and(Work::is_whole) {
        ui.label("The project is still being read…");
        return false;
    }
    let Some(exporting) = cx.app.exporting(choice) else {
        cx.ask(Command::Foresee(choice.clone()));
        ui.label("");
        return false;
    };
    let mut is_nothing = false;
    let (words, color) = match &exporting.outcome {
        None => ("Looking…".to_owned(), theme.soft),
        Some(Err(words)) => (format!("Nothing can be exported: {words}"), theme.bad),
        Some(Ok(foreseen)) => {
            let annotations = counted(foreseen.annotations, "annotation");
            let documents = counted(foreseen.documents, "document");
            is_nothing = foreseen.documents == 0;
            let (verdict, color) = match foreseen.losses.is_empty() {
                _ if is_nothing => ("nothing fits these choices", theme.warn),
                true => ("nothing is lost", theme.good),
                false => ("the format cannot carry everything", theme.warn),
            };
            (format!("{annotations} in {documents}; {verdict}"), color)
        }
    };
    ui.label(RichText::new(words).color(color));
    is_nothing
}
