//! The page on which a person decides where the annotations of changed texts stand now.

use std::collections::BTreeMap;

use egui::{Key, RichText, ScrollArea, Ui};

use super::Cx;
use super::text::{QuoteLook, TextSurface};
use super::theme::semibold;
use super::widgets::{
    buttons_at_right, card, cut_label, key_hint, main_button, name_bar, name_dialog, plain_button,
    row, section_head, soft, tag_square,
};
use crate::anchor::{Found, MarkId};
use crate::app::{Command, Work, counted};
use crate::edit::Verdict;
use crate::model::Project;
use crate::store::ChangedText;
use crate::text::{ByteOffset, Spans, Text};

/// How many characters around the words are shown.
const CONTEXT_CHARACTERS: usize = 70;

/// What the page remembers while it is open.
#[derive(Default)]
pub struct ReviewState {
    verdicts: BTreeMap<MarkId, Verdict>,
    /// Which of the doubts is shown; behind the last one comes the end of the page.
    at: usize,
}

/// A mark in doubt, as it is shown.
struct Doubt<'a> {
    changed: &'a ChangedText,
    mark_id: &'a MarkId,
    offers: &'a [Spans],
}

/// Draws the page; `true` when it is done.
pub fn review_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    state: &mut ReviewState,
    surface: &mut TextSurface,
) -> bool {
    let theme = cx.theme;
    let Some(work) = cx.app.work() else {
        return true;
    };
    let head = ui.label(RichText::new("Changed texts").font(semibold(18.0)));
    name_dialog(ui, &head);
    let doubts: Vec<Doubt<'_>> = work
        .doubts()
        .map(|(changed, mark_id, found)| Doubt {
            changed,
            mark_id,
            offers: match found {
                Found::Doubtful(offers) => offers,
                _ => &[],
            },
        })
        .collect();
    let certain = counted(work.review_counts().certain, "place");
    let undecided = doubts
        .iter()
        .filter(|doubt| !state.verdicts.contains_key(doubt.mark_id))
        .count();
    let words = match (work.changed().len(), undecided) {
        (0, _) => "No text has changed since it was labelled".to_owned(),
        (_, 0) => format!("{certain} found again, with the same words; all else is decided"),
        (_, 1) => format!("{certain} found again, with the same words; one needs your decision"),
        (_, left) => {
            format!("{certain} found again, with the same words; {left} need your decision")
        }
    };
    ui.label(soft(&theme, words));
    ui.add_space(6.0);
    state.at = state.at.min(doubts.len());
    step_by_keys(ui, state, doubts.len());
    match doubts.get(state.at) {
        Some(doubt) => {
            let words = format!("{} of {}", state.at + 1, doubts.len());
            section_head(ui, &theme, &words);
            let area = ScrollArea::vertical().max_height(420.0);
            let output = area.show(ui, |ui| {
                card(ui, &theme, |ui| {
                    doubt_ui(ui, cx, work, doubt, state, surface)
                });
            });
            name_bar(ui, "the annotation in doubt", &output);
            false
        }
        None => end_ui(ui, cx, work, state, undecided),
    }
}

fn step_by_keys(ui: &Ui, state: &mut ReviewState, count: usize) {
    let (back, onwards) = ui.input(|input| {
        let pressed = |key| input.key_pressed(key);
        (
            pressed(Key::ArrowUp) || pressed(Key::Backspace),
            pressed(Key::ArrowDown),
        )
    });
    if back {
        state.at = state.at.saturating_sub(1);
    } else if onwards {
        state.at = (state.at + 1).min(count);
    }
}

fn doubt_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    doubt: &Doubt<'_>,
    state: &mut ReviewState,
    surface: &mut TextSurface,
) {
    let theme = cx.theme;
    let project = work.project();
    head_ui(ui, cx, project, doubt);
    section_head(ui, &theme, "As it was marked");
    let (spans, quote) = mark_words(project, doubt.mark_id);
    let around = match (&doubt.changed.old, &spans) {
        (Some(old), Some(spans)) => words_around(old, spans),
        _ => None,
    };
    passage_ui(ui, cx, surface, &quote, around.as_deref());
    ui.add_space(4.0);
    section_head(ui, &theme, "In the text as it is now");
    if doubt.offers.is_empty() {
        ui.label(soft(&theme, "These words, or words like them, are nowhere"));
    }
    let mut verdict = None;
    for (number, spans) in doubt.offers.iter().enumerate() {
        let key = (number + 1).to_string();
        let text = &doubt.changed.now.text;
        let words = crate::model::quote_of(text, spans).unwrap_or_default();
        let chosen = Verdict::MoveTo(spans.clone());
        let is_chosen = state.verdicts.get(doubt.mark_id) == Some(&chosen);
        let name = format!("It is here now: {words}");
        let response = row(ui, &theme, 88.0, is_chosen, &name, |ui| {
            ui.horizontal_top(|ui| {
                key_hint(ui, &theme, &key);
                ui.vertical(|ui| {
                    passage_ui(
                        ui,
                        cx,
                        surface,
                        &words,
                        words_around(text, spans).as_deref(),
                    );
                });
            });
        });
        if response.clicked() || is_typed(ui, &key) {
            verdict = Some(chosen);
        }
    }
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        for (words, key, other) in [
            ("Keep it without a place", "0", Verdict::Orphan),
            ("Delete it", "D", Verdict::Delete),
        ] {
            let is_chosen = state.verdicts.get(doubt.mark_id) == Some(&other);
            let button = egui::Button::new(words)
                .shortcut_text(key)
                .selected(is_chosen);
            if ui.add(button).clicked() || is_typed(ui, key) {
                verdict = Some(other);
            }
        }
        ui.label(soft(&theme, "↑ ↓ without a decision").size(12.0));
    });
    if let Some(verdict) = verdict {
        state.verdicts.insert(doubt.mark_id.clone(), verdict);
        state.at += 1;
    }
}

/// What is marked, by whom, and where.
fn head_ui(ui: &mut Ui, cx: &Cx<'_>, project: &Project, doubt: &Doubt<'_>) {
    let theme = cx.theme;
    let title = project
        .documents
        .get(&doubt.changed.document_id)
        .map(|document| document.title());
    ui.horizontal(|ui| {
        match doubt.mark_id {
            MarkId::Annotation(id) => {
                let annotation = project.annotations.get(id);
                let tag_id = annotation.map(|annotation| &annotation.tag_id);
                if let Some(tag) = tag_id.and_then(|tag_id| project.codebook.tag(tag_id)) {
                    tag_square(ui, theme.tag(tag.color).strong);
                }
                let tag = tag_id.map(ToString::to_string).unwrap_or_default();
                ui.label(RichText::new(tag).font(semibold(13.0)));
                ui.label(soft(&theme, format!("by {}", id.annotator_id)));
            }
            MarkId::Region(id) => {
                let kind = project
                    .regions
                    .get(id)
                    .map(|region| region.kind.to_string());
                let words = format!("Set aside as {}", kind.unwrap_or_default());
                ui.label(RichText::new(words).font(semibold(13.0)));
            }
        }
        cut_label(ui, soft(&theme, title.unwrap_or_default()));
    });
}

/// Words, and below them what stands around them.
fn passage_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    surface: &mut TextSurface,
    words: &str,
    around: Option<&str>,
) {
    let look = |size, color, lines| QuoteLook { size, color, lines };
    surface.quote(ui, words, look(15.0, cx.theme.ink, 2));
    if let Some(around) = around {
        surface.quote(ui, around, look(12.5, cx.theme.soft, 2));
    }
}

/// What is certain and decided is taken up; what is not stays.
fn end_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    state: &ReviewState,
    undecided: usize,
) -> bool {
    let theme = cx.theme;
    if work.changed().is_empty() {
        return plain_button(ui, "Close").clicked();
    }
    if undecided > 0 {
        let words = format!(
            "{undecided} are undecided. They are kept without a place, as they are, and stay on the list of findings"
        );
        ui.label(RichText::new(words).color(theme.warn));
    }
    ui.label(soft(
        &theme,
        "Taking up moves the annotations in the project; it is one step for undo. The texts are never written",
    ));
    ui.add_space(8.0);
    let mut is_done = false;
    buttons_at_right(ui, |ui| {
        let is_entered = ui.input(|input| input.key_pressed(Key::Enter));
        if main_button(ui, &theme, "Take up").clicked() || is_entered {
            cx.ask(Command::TakeUpTexts(state.verdicts.clone()));
            is_done = true;
        }
        is_done |= plain_button(ui, "Later").clicked();
    });
    is_done
}

fn is_typed(ui: &Ui, key: &str) -> bool {
    ui.input(|input| {
        let is_it = |event: &egui::Event| match event {
            egui::Event::Text(words) => words.eq_ignore_ascii_case(key),
            _ => false,
        };
        input.events.iter().any(is_it)
    })
}

fn mark_words(project: &Project, mark_id: &MarkId) -> (Option<Spans>, String) {
    match mark_id {
        MarkId::Annotation(id) => match project.annotations.get(id) {
            Some(annotation) => (Some(annotation.spans.clone()), annotation.quote.to_string()),
            None => (None, String::new()),
        },
        MarkId::Region(id) => match project.regions.get(id) {
            Some(region) => (Some(region.span.into()), region.quote.to_string()),
            None => (None, String::new()),
        },
    }
}

/// The words with some of what stands around them, in brackets.
fn words_around(text: &Text, spans: &Spans) -> Option<String> {
    let hull = spans.hull();
    let words = text.slice(hull)?;
    let part = |from: ByteOffset, to: ByteOffset| text.as_str().get(from.0..to.0);
    let before = part(ByteOffset(0), hull.start())?;
    let behind = part(hull.end(), text.end())?;
    let cut = before.char_indices().rev().nth(CONTEXT_CHARACTERS);
    let before = before.get(cut.map_or(0, |(at, _)| at)..)?;
    let cut = behind.char_indices().nth(CONTEXT_CHARACTERS);
    let behind = behind.get(..cut.map_or(behind.len(), |(at, _)| at))?;
    Some(format!("…{before}[{words}]{behind}…"))
}
