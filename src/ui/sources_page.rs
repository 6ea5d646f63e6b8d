//! The page that shows the words taken out of web pages, Word documents and PDF files, before they become documents.

use std::collections::BTreeSet;
use std::path::PathBuf;

use egui::{RichText, ScrollArea, Ui};

use super::Cx;
use super::pages::head_ui;
use super::text::{QuoteLook, TextSurface};
use super::widgets::{buttons_at_right, main_button, name_bar, plain_button, row, soft};
use crate::app::Command;
use crate::store::{LookedThrough, SeenSource};

/// What the page remembers while it is open.
#[derive(Default)]
pub struct SourcesPageState {
    /// Which source is shown; at first one that has words.
    chosen: Option<usize>,
    /// Those that the person does not want.
    unwanted: BTreeSet<usize>,
}

/// Draws the page. Whether it is done.
pub fn sources_page_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    state: &mut SourcesPageState,
    surface: &mut TextSurface,
) -> bool {
    let mut is_done = head_ui(ui, "Words of these files");
    let Some(looked) = cx.app.looked_through() else {
        return true;
    };
    let theme = cx.theme;
    let words = "These files are no plain text. What was taken out of them becomes the text of a document; the files \
        themselves stay as they are. Look whether the words are complete.";
    ui.label(soft(&theme, words).size(12.0));
    ui.add_space(8.0);
    let has_words = |source: &SeenSource| source.outcome.is_ok();
    let first = looked.sources.iter().position(has_words);
    let number = *state.chosen.get_or_insert(first.unwrap_or_default());
    if looked.sources.len() > 1 {
        list_ui(ui, cx, looked, state);
    }
    if let Some(source) = looked.sources.get(number) {
        let mut is_wanted = !state.unwanted.contains(&number);
        source_ui(ui, cx, source, &mut is_wanted, surface);
        match is_wanted {
            true => state.unwanted.remove(&number),
            false => state.unwanted.insert(number),
        };
    }
    ui.add_space(10.0);
    let wanted = wanted(looked, state);
    buttons_at_right(ui, |ui| {
        let words = match wanted.len() {
            0 => "Nothing to add".to_owned(),
            1 => "Add 1 text".to_owned(),
            count => format!("Add {count} texts"),
        };
        ui.add_enabled_ui(!wanted.is_empty(), |ui| {
            if main_button(ui, &theme, &words).clicked() {
                cx.ask(Command::AddLookedThrough(wanted));
                is_done = true;
            }
        });
        is_done |= plain_button(ui, "Cancel").clicked();
    });
    is_done
}

/// The plain texts, and the sources that have words and are wanted.
fn wanted(looked: &LookedThrough, state: &SourcesPageState) -> Vec<PathBuf> {
    let sources = looked.sources.iter().enumerate();
    let sources = sources
        .filter(|(number, source)| source.outcome.is_ok() && !state.unwanted.contains(number));
    let sources = sources.map(|(_, source)| &source.path);
    looked.texts.iter().chain(sources).cloned().collect()
}

fn name(source: &SeenSource) -> String {
    let name = source.path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The sources; those that do not fit are scrolled to.
fn list_ui(ui: &mut Ui, cx: &Cx<'_>, looked: &LookedThrough, state: &mut SourcesPageState) {
    const HEIGHT: f32 = 110.0;
    let theme = cx.theme;
    let list = ScrollArea::vertical().id_salt("sources").max_height(HEIGHT);
    let output = list.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        for (number, source) in looked.sources.iter().enumerate() {
            let name = name(source);
            let is_chosen = Some(number) == state.chosen;
            let response = row(ui, &theme, 26.0, is_chosen, &name, |ui| {
                ui.horizontal(|ui| {
                    ui.label(&name);
                    if source.outcome.is_err() {
                        ui.label(RichText::new("no words").color(theme.warn));
                    } else if state.unwanted.contains(&number) {
                        ui.label(soft(&theme, "left out"));
                    }
                });
            });
            if response.clicked() {
                state.chosen = Some(number);
            }
        }
    });
    name_bar(ui, "files", &output);
    ui.add_space(8.0);
}

/// One source: by what its words were taken out, and the words.
fn source_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    source: &SeenSource,
    is_wanted: &mut bool,
    surface: &mut TextSurface,
) {
    let theme = cx.theme;
    let extracted = match &source.outcome {
        Ok(extracted) => extracted,
        Err(words) => {
            ui.label(RichText::new(format!("{} is not added", name(source))).color(theme.warn));
            ui.label(words);
            return;
        }
    };
    ui.label(format!("{}, by {}", name(source), extracted.by));
    for remark in &extracted.remarks {
        ui.label(RichText::new(remark).color(theme.warn));
    }
    ui.checkbox(is_wanted, "Add this one");
    let room = ui.ctx().content_rect().height() * 0.8 - 380.0;
    let text = ScrollArea::vertical()
        .id_salt("words")
        .max_height(room.max(120.0));
    let output = text.show(ui, |ui| words_ui(ui, cx, &extracted.words, surface));
    name_bar(ui, "words", &output);
}

/// The words line by line, in their right order, as far as anybody would scroll here.
fn words_ui(ui: &mut Ui, cx: &Cx<'_>, words: &str, surface: &mut TextSurface) {
    const MOST_LINES: usize = 300;
    /// A quote is cut behind these.
    const MOST_CHARACTERS: usize = 1000;
    let look = QuoteLook {
        size: 14.0,
        color: cx.theme.ink,
        lines: usize::MAX,
    };
    let lines = words.lines().filter(|line| !line.trim().is_empty());
    for mut line in lines.clone().take(MOST_LINES) {
        while !line.is_empty() {
            let end = line.char_indices().nth(MOST_CHARACTERS);
            let end = end.map_or(line.len(), |(end, _)| end);
            let (shown, rest) = line.split_at_checked(end).unwrap_or((line, ""));
            surface.quote(ui, shown, look);
            line = rest;
        }
    }
    let more = lines.count().saturating_sub(MOST_LINES);
    if more > 0 {
        ui.label(soft(&cx.theme, format!("and {more} more lines")));
    }
}
