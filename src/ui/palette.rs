//! The palette: every command, tag and document by a few letters.

use std::sync::Arc;

use egui::{Align, Id, Key, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::inspector::may_begin;
use super::widgets::{
    cut_label, in_words, key_hint, name_bar, name_field, name_headless_dialog, row, soft,
};
use super::{Cx, bars, keys};
use crate::app::{Command, Menu, Page, Work, listed};
use crate::model::Document;

/// What the palette remembers while it is open.
#[derive(Default)]
pub struct PaletteState {
    words: String,
    chosen: usize,
}

/// Documents that the palette offers at once; with more letters others come.
const MOST_DOCUMENTS: usize = 50;

/// Draws the palette; returns whether it is to be closed. `first` becomes the part that has the focus at first.
pub fn palette_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    state: &mut PaletteState,
    first: &mut Option<Id>,
) -> bool {
    let theme = cx.theme;
    let edit = TextEdit::singleline(&mut state.words)
        .hint_text("Find a command, tag or document")
        .desired_width(f32::INFINITY);
    let response = ui.add(edit.margin(vec2(10.0, 8.0)));
    name_field(&response, &state.words, "Find a command, tag or document");
    name_headless_dialog(ui, "Find a command");
    *first = Some(response.id);
    if response.changed() {
        state.chosen = 0;
    }
    let found = matching(offers(ui, cx, &state.words), &state.words);
    let (up, down, enter) = ui.input(|input| {
        (
            input.key_pressed(Key::ArrowUp),
            input.key_pressed(Key::ArrowDown),
            input.key_pressed(Key::Enter),
        )
    });
    state.chosen = match (up, down) {
        (true, _) => state.chosen.saturating_sub(1),
        (_, true) => (state.chosen + 1).min(found.len().saturating_sub(1)),
        _ => state.chosen,
    };
    ui.add_space(4.0);
    let mut asked = None;
    let area = ScrollArea::vertical().max_height(380.0);
    let output = area.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for (number, offer) in found.iter().enumerate() {
            let is_chosen = number == state.chosen;
            let response = row(ui, &theme, 30.0, is_chosen, &offer.title, |ui| {
                ui.horizontal(|ui| {
                    cut_label(ui, RichText::new(&offer.title));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        if !offer.keys.is_empty() {
                            key_hint(ui, &theme, &offer.keys);
                        }
                    });
                });
            });
            if is_chosen && (up || down) {
                response.scroll_to_me(None);
            }
            if response.clicked() || (is_chosen && enter) {
                asked = Some(offer.command.clone());
            }
        }
        if found.is_empty() {
            ui.label(soft(
                &theme,
                "No command, tag or document has these letters",
            ));
        }
    });
    name_bar(ui, "commands", &output);
    let is_done = asked.is_some();
    if let Some(command) = asked {
        cx.ask(command);
    }
    is_done
}

/// One line of the palette.
struct Offer {
    title: String,
    keys: String,
    command: Command,
}

/// Everything that can be asked for now. Of documents only those with these words in their title: letters that are
/// scattered over a title are hardly ever meant.
fn offers(ui: &Ui, cx: &Cx<'_>, words: &str) -> Vec<Offer> {
    let mut offers = Vec::new();
    if let Some(work) = cx.app.work() {
        let codebook = &work.project().codebook;
        let verb = match (work.selection(), work.picked()) {
            (Some(_), _) => "Tag as",
            (None, Some(_)) => "Retag as",
            (None, None) => "Arm",
        };
        for tag in &codebook.tags {
            let keys = tag.key.map(String::from).unwrap_or_default();
            offers.push(Offer {
                title: format!("{verb} {}", in_words(tag.id.as_str())),
                keys,
                command: Command::UseTag(tag.id.clone()),
            });
        }
        for kind in codebook
            .region_kinds
            .iter()
            .filter(|_| work.selection().is_some())
        {
            let title = format!("Set aside as {}", in_words(&kind.name));
            offers.push(Offer {
                title,
                keys: String::new(),
                command: Command::SetAside(kind.name.clone()),
            });
        }
    }
    if let Some((work, picked)) = cx.app.work().and_then(|work| Some((work, work.picked()?))) {
        let kinds = work.project().codebook.link_kinds.iter();
        for kind in kinds.filter(|kind| may_begin(kind, &picked.tag_id)) {
            offers.push(Offer {
                title: format!("Link: {}…", in_words(&kind.name)),
                keys: String::new(),
                command: Command::BeginLink(kind.name.clone()),
            });
        }
    }
    for region in cx.app.work().map(Work::regions_at_hand).unwrap_or_default() {
        offers.push(Offer {
            title: format!("Take back {}", in_words(&region.kind)),
            keys: String::new(),
            command: Command::RemoveRegion(region.id.clone()),
        });
    }
    for entry in listed().iter().filter(|entry| entry.menu != Menu::Caret) {
        if entry.command != Command::Show(Page::Palette)
            && bars::why_not(cx.app, &entry.command).is_none()
        {
            let title = bars::title_of(cx.app, &entry.command, entry.title);
            offers.push(Offer {
                title,
                keys: keys::of_entry(ui.ctx(), cx.app, entry),
                command: entry.command.clone(),
            });
        }
    }
    if let Some(work) = cx.app.work() {
        for tag in &work.project().codebook.tags {
            offers.push(Offer {
                title: format!("Next {}", in_words(tag.id.as_str())),
                keys: String::new(),
                command: Command::NextOfTag(tag.id.clone()),
            });
        }
        let words = words.trim().to_lowercase();
        let has_words = |document: &&Arc<Document>| {
            !words.is_empty() && document.title().to_lowercase().contains(&words)
        };
        let documents = work.project().documents.values();
        for document in documents.filter(has_words).take(MOST_DOCUMENTS) {
            let title = format!("Open {}", document.title());
            offers.push(Offer {
                title,
                keys: String::new(),
                command: Command::OpenDocument(document.id.clone()),
            });
        }
    }
    offers
}

/// The offers with these letters in this order, the best first.
fn matching(offers: Vec<Offer>, words: &str) -> Vec<Offer> {
    if words.trim().is_empty() {
        return offers;
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(words, CaseMatching::Ignore, Normalization::Smart);
    let mut scratch = Vec::new();
    let mut scored: Vec<(u32, Offer)> = offers
        .into_iter()
        .filter_map(|offer| {
            let score = pattern.score(Utf32Str::new(&offer.title, &mut scratch), &mut matcher)?;
            Some((score, offer))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, offer)| offer).collect()
}
