//! The page that shows what an import would bring, before it is made.

use egui::{ComboBox, Grid, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::Cx;
use super::pages::head_ui;
use super::theme::Theme;
use super::widgets::{
    buttons_at_right, cut_label, list_entry, main_button, name_bar, name_field, name_label,
    plain_button, section_head, soft,
};
use crate::app::{Command, ImportChoice, Importing, Preview, what_is_new};
use crate::import::{self, FORMATS, ImportOptions, Imported, Mapping, Role, TagCounts};

/// Longer tags are cut, or there would be no room for what came of them.
const MOST_TAG_CHARACTERS: usize = 36;
/// More than anybody reads here; a table may have another tag in every row.
const MOST_ROWS: usize = 300;

/// What the page remembers while it is open.
#[derive(Default)]
pub struct ImportPageState {
    annotator: Option<String>,
    /// Whether the button that imports has had the keys, which it takes once.
    had_focus: bool,
}

/// Draws the page. Whether it is done.
pub fn import_page_ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut ImportPageState) -> bool {
    let mut is_done = head_ui(ui, "Import");
    let Some(importing) = cx.app.importing() else {
        return true;
    };
    choice_ui(ui, cx, state, importing);
    ui.add_space(8.0);
    let theme = cx.theme;
    let room = ui.ctx().content_rect().height() * 0.8 - 230.0;
    let area = ScrollArea::vertical().max_height(room.max(100.0));
    let output = area
        .auto_shrink([false, true])
        .show(ui, |ui| match &importing.outcome {
            None => drop(ui.label("Reading…")),
            Some(Err(words)) => {
                let (head, color) = match importing.mappable {
                    Some(_) => ("Nothing can be imported yet", theme.warn),
                    None => ("Nothing can be imported", theme.bad),
                };
                ui.label(RichText::new(head).color(color));
                ui.label(words);
                ui.add_space(8.0);
                mapping_ui(ui, cx, importing, &Mapping::default());
            }
            Some(Ok(preview)) => {
                losses_ui(ui, cx, preview);
                mapping_ui(ui, cx, importing, &preview.report().mapping);
                report_ui(ui, cx, preview);
            }
        });
    name_bar(ui, "what would be imported", &output);
    ui.add_space(6.0);
    let preview = importing.outcome.as_ref().and_then(|it| it.as_ref().ok());
    let deed = preview.and_then(|preview| deed_in_words(&preview.imported));
    if let Some(preview) = preview {
        let (words, color) = match (&deed, preview.report().is_lossless()) {
            (None, _) => ("There is nothing to import", theme.warn),
            (_, true) => ("Everything in the files comes over", theme.good),
            (_, false) => ("Not everything in the files comes over", theme.warn),
        };
        ui.label(RichText::new(words).color(color));
    }
    buttons_at_right(ui, |ui| {
        if let Some(words) = &deed {
            let response = main_button(ui, &theme, words);
            if !std::mem::replace(&mut state.had_focus, true) {
                response.request_focus();
            }
            if response.clicked() {
                cx.ask(Command::MakeImport);
                is_done = true;
            }
        }
        is_done |= plain_button(ui, "Cancel").clicked();
    });
    is_done
}

/// What the button does; `None` if the import would change nothing.
fn deed_in_words(imported: &Imported) -> Option<String> {
    let what = what_is_new(&imported.report);
    let what = what.unwrap_or_else(|| "what is new".to_owned());
    (!imported.additions.is_empty()).then(|| format!("Import {what}"))
}

/// The format and who is named where the files name nobody.
fn choice_ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut ImportPageState, importing: &Importing) {
    let choice = &importing.choice;
    let read_as = match &importing.outcome {
        Some(Ok(preview)) => import::format(&preview.report().format),
        _ => choice.format.as_deref().and_then(import::format),
    };
    let mut asked = None;
    ui.horizontal(|ui| {
        ui.label("Format");
        let shown = read_as.map_or("Find out", |format| format.title);
        let response = ComboBox::from_id_salt("format")
            .selected_text(shown)
            .width(220.0)
            .height(440.0)
            .show_ui(ui, |ui| {
                // What was said of columns and keys was meant for the other format.
                let other = |format: Option<&str>| ImportChoice {
                    format: format.map(str::to_owned),
                    options: ImportOptions {
                        annotator: choice.options.annotator.clone(),
                        ..ImportOptions::default()
                    },
                };
                if list_entry(ui, read_as.is_none(), "Find out").clicked() {
                    asked = Some(other(None));
                }
                for format in FORMATS {
                    let is_chosen = read_as.is_some_and(|chosen| chosen.name == format.name);
                    let response = list_entry(ui, is_chosen, format.title);
                    if response.on_hover_text(format.description).clicked() {
                        asked = Some(other(Some(format.name)));
                    }
                }
            });
        response.response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "Format of the import")
        });
    });
    ui.horizontal(|ui| {
        ui.label("Annotator where the files name none");
        let annotator = state
            .annotator
            .get_or_insert_with(|| choice.options.annotator.clone());
        let response = ui.add(TextEdit::singleline(annotator).desired_width(160.0));
        name_field(&response, annotator, "Annotator where the files name none");
        let name = annotator.trim();
        if response.lost_focus() && !name.is_empty() && name != choice.options.annotator {
            let mut changed = choice.clone();
            name.clone_into(&mut changed.options.annotator);
            asked = Some(changed);
        }
    });
    if let Some(choice) = asked {
        cx.ask(Command::ImportAs(choice));
    }
}

/// Which column or key holds what, for formats in which they can mean anything, and what was found.
fn mapping_ui(ui: &mut Ui, cx: &mut Cx<'_>, importing: &Importing, found: &Mapping) {
    /// With less, the boxes stand in one column.
    const ROOM_FOR_TWO: f32 = 700.0;
    let Some(mappable) = &importing.mappable else {
        return;
    };
    section_head(ui, &cx.theme, "What holds what");
    let mapping = &importing.choice.options.mapping;
    let mut asked = None;
    let in_a_row = match ui.available_width() < ROOM_FOR_TWO {
        true => 1,
        false => 2,
    };
    Grid::new("mapping")
        .num_columns(2 * in_a_row)
        .spacing(vec2(14.0, 6.0))
        .show(ui, |ui| {
            for roles in mappable.roles.chunks(in_a_row) {
                for &role in roles {
                    ui.label(role.title());
                    let chosen = (mapping.get(role), found.get(role));
                    if let Some(name) = role_ui(ui, role, chosen, &mappable.names) {
                        asked = Some((role, name));
                    }
                }
                ui.end_row();
            }
        });
    ui.add_space(8.0);
    if let Some((role, name)) = asked {
        let mut choice = importing.choice.clone();
        choice.options.mapping.set(role, name);
        cx.ask(Command::ImportAs(choice));
    }
}

/// A box to choose what holds something, which shows what is chosen or else found; what was chosen now, empty for what
/// the files say themselves.
fn role_ui<'a>(
    ui: &mut Ui,
    role: Role,
    (chosen, found): (Option<&str>, Option<&str>),
    names: &'a [String],
) -> Option<&'a str> {
    const AUTOMATIC: &str = "automatic";
    let mut asked = None;
    let shown = match (chosen, found) {
        (Some(name), _) => name.to_owned(),
        (None, Some(name)) => format!("{name} ({AUTOMATIC})"),
        (None, None) => AUTOMATIC.to_owned(),
    };
    let response = ComboBox::from_id_salt(role.name())
        .selected_text(&shown)
        .width(180.0)
        .truncate()
        .height(440.0)
        .show_ui(ui, |ui| {
            if list_entry(ui, chosen.is_none(), AUTOMATIC).clicked() {
                asked = Some("");
            }
            for name in names {
                if list_entry(ui, chosen == Some(name), name).clicked() {
                    asked = Some(name);
                }
            }
        });
    response.response.widget_info(|| egui::WidgetInfo {
        current_text_value: Some(shown.clone()),
        ..egui::WidgetInfo::labeled(egui::Role::ComboBox, true, role.title())
    });
    asked
}

/// What matters most, before anything else.
fn losses_ui(ui: &mut Ui, cx: &Cx<'_>, preview: &Preview) {
    if preview.losses.is_empty() {
        return;
    }
    section_head(ui, &cx.theme, "What does not come over");
    for line in preview.losses.iter().take(MOST_ROWS) {
        ui.label(RichText::new(line).color(cx.theme.warn));
    }
    rest_ui(ui, &cx.theme, preview.losses.len(), "lines");
    ui.add_space(8.0);
}

/// The report: counts by tag, and then each thing in words.
fn report_ui(ui: &mut Ui, cx: &Cx<'_>, preview: &Preview) {
    let (theme, report) = (cx.theme, preview.report());
    section_head(ui, &theme, "Annotations");
    Grid::new("tags")
        .num_columns(7)
        .spacing(vec2(16.0, 4.0))
        .striped(true)
        .show(ui, |ui| {
            for head in [
                "Tag",
                "In the files",
                "In place",
                "Moved",
                "No place",
                "There already",
                "Such as",
            ] {
                ui.label(soft(&theme, head));
            }
            ui.end_row();
            for (tag, counts) in report.tags.iter().take(MOST_ROWS) {
                let TagCounts {
                    in_file,
                    exact,
                    moved,
                    unplaced,
                    merged,
                    ..
                } = *counts;
                name_label(ui, tag, MOST_TAG_CHARACTERS);
                for count in [in_file, exact, moved, unplaced, merged] {
                    ui.label(count.to_string());
                }
                // One glance shows whether the right words were marked.
                cut_label(ui, soft(&theme, counts.examples_in_words()));
                ui.end_row();
            }
        });
    rest_ui(ui, &theme, report.tags.len(), "tags");
    ui.add_space(8.0);
    section_head(ui, &theme, "Report");
    for line in preview.lines.iter().take(MOST_ROWS) {
        ui.label(line);
    }
    rest_ui(ui, &theme, preview.lines.len(), "lines");
}

/// How many more there are than are shown.
fn rest_ui(ui: &mut Ui, theme: &Theme, count: usize, what: &str) {
    if let Some(rest @ 1..) = count.checked_sub(MOST_ROWS) {
        ui.label(soft(theme, format!("… and {rest} more {what}")));
    }
}
