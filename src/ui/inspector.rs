//! The panel on the right: the annotation held, or the list of annotations.

use std::sync::Arc;

use egui::text::{CCursor, CCursorRange};
use egui::{Align, ComboBox, Id, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::text::{QuoteLook, TextSurface};
use super::theme::semibold;
use super::widgets::{
    NoValue, card, cut_label, in_words, key_hint, name_bar, row, section_head, soft, tag_square,
    value_field,
};
use super::{Cx, keys};
use crate::app::{AttributeKey, Command, Work, attribute_keys};
use crate::model::{
    Annotation, Attribute, AttributeKind, AttributeValue, Choice, Link, LinkEnds, LinkKind, Region,
    TagId, Tier,
};

/// Height of a row of the list, in points.
const ROW_HEIGHT: f32 = 46.0;

/// What the inspector remembers from frame to frame.
#[derive(Default)]
pub struct InspectorState {
    /// Whether the inspector is to take the focus when it is drawn.
    takes_focus: bool,
    /// The attribute whose field is to take the focus when it is drawn.
    goes_to: Option<String>,
}

impl InspectorState {
    /// Takes the focus when it is drawn next.
    pub fn take_focus(&mut self) {
        self.takes_focus = true;
    }

    /// Puts the cursor into the field of an attribute.
    pub fn go_to(&mut self, attribute: String) {
        self.goes_to = Some(attribute);
    }
}

/// Draws the inspector.
pub fn inspector_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    state: &mut InspectorState,
    surface: &mut TextSurface,
) {
    match work.picked() {
        Some(annotation) => {
            let area = ScrollArea::vertical().auto_shrink(false);
            let output = area.show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 10.0;
                annotation_ui(ui, cx, work, annotation, state, surface);
            });
            name_bar(ui, "the chosen annotation", &output);
        }
        None => {
            if let Some(region) = work.region_at_caret() {
                let theme = cx.theme;
                card(ui, &theme, |ui| region_ui(ui, cx, work, region));
                ui.add_space(6.0);
            }
            list_ui(ui, cx, work, state, surface);
        }
    }
}

/// The set-aside piece at the caret: what kind it is, and how it becomes running text again.
fn region_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, region: &Region) {
    section_head(ui, &cx.theme, "Set aside as");
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(5.0, 5.0);
        ui.spacing_mut().button_padding = vec2(8.0, 3.0);
        for kind in &work.project().codebook.region_kinds {
            let button = egui::Button::selectable(kind.name == region.kind, in_words(&kind.name));
            let response = ui.add(button.frame_when_inactive(true));
            if response.on_hover_text(&kind.description).clicked() {
                let region_id = region.id.clone();
                cx.ask(Command::ChangeRegion(
                    region_id,
                    kind.name.clone(),
                    region.span,
                ));
            }
        }
    });
    let keys = keys::of_command(ui.ctx(), cx.app, &Command::DeleteAnnotation);
    if ui
        .add(egui::Button::new("Take back").shortcut_text(keys))
        .clicked()
    {
        cx.ask(Command::RemoveRegion(region.id.clone()));
    }
}

/// The annotations of the document, in the order of the text.
fn list_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    state: &mut InspectorState,
    surface: &mut TextSurface,
) {
    let theme = cx.theme;
    let Some(document) = work.document() else {
        return;
    };
    let annotations = &work.project().annotations;
    let count = annotations.count_in(&document.id);
    ui.horizontal(|ui| {
        section_head(ui, &theme, "Annotations");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(soft(&theme, count.to_string()).size(11.0));
        });
    });
    if !work.is_whole() {
        ui.label(soft(&theme, "The annotations are being read…"));
        return;
    }
    if count == 0 {
        ui.label(soft(
            &theme,
            "Nothing is marked here yet. Select words in the text and press a tag's key.",
        ));
        ui.add_space(6.0);
        for tag in &work.project().codebook.tags {
            ui.horizontal(|ui| {
                tag_square(ui, theme.tag(tag.color).strong);
                ui.label(tag.id.as_str());
                if let Some(key) = tag.key {
                    key_hint(ui, &theme, &key.to_string());
                }
            });
            ui.label(soft(&theme, &tag.description).size(12.0));
            ui.add_space(2.0);
        }
        return;
    }
    let spacing = ui.spacing().item_spacing.y;
    let output =
        ScrollArea::vertical()
            .auto_shrink(false)
            .show_rows(ui, ROW_HEIGHT, count, |ui, rows| {
                ui.spacing_mut().item_spacing.y = spacing;
                for annotation in annotations.rows(&document.id, rows) {
                    ui.push_id(&annotation.id, |ui| {
                        let response = entry_ui(ui, cx, work, annotation, surface);
                        if std::mem::take(&mut state.takes_focus) {
                            response.request_focus();
                        }
                    });
                }
            });
    name_bar(ui, "annotations", &output);
}

fn entry_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    annotation: &Annotation,
    surface: &mut TextSurface,
) -> egui::Response {
    let theme = cx.theme;
    let codebook = &work.project().codebook;
    let color = codebook
        .tag(&annotation.tag_id)
        .map(|tag| theme.tag(tag.color).strong);
    let is_misplaced = work.misplaced().contains(&annotation.id);
    let name = format!("Go to {}: {}", annotation.tag_id, annotation.quote);
    let response = row(ui, &theme, ROW_HEIGHT, false, &name, |ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 2.0);
        ui.horizontal(|ui| {
            tag_square(ui, color.unwrap_or(theme.soft));
            cut_label(ui, soft(&theme, annotation.tag_id.as_str()).size(12.0));
            if is_misplaced {
                let is_to_review = work.changed().contains_key(&annotation.document_id);
                let (words, color) = match is_to_review {
                    true => ("to be reviewed", theme.warn),
                    false => ("not found in the text", theme.bad),
                };
                ui.label(RichText::new(words).color(color).size(12.0));
            }
        });
        surface.quote(
            ui,
            &annotation.quote,
            QuoteLook {
                size: 13.0,
                color: theme.ink,
                lines: 1,
            },
        );
    });
    if response.clicked() {
        cx.ask(Command::GoTo(annotation.id.clone()));
    }
    response
}

fn annotation_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    annotation: &Arc<Annotation>,
    state: &mut InspectorState,
    surface: &mut TextSurface,
) {
    let theme = cx.theme;
    card(ui, &theme, |ui| head_ui(ui, cx, work, annotation, surface));
    card(ui, &theme, |ui| {
        attributes_ui(ui, cx, work, annotation, state)
    });
    card(ui, &theme, |ui| links_ui(ui, cx, work, annotation, surface));
    card(ui, &theme, |ui| note_ui(ui, cx, annotation, state));
    guideline_ui(ui, cx, work, annotation);
}

/// Tag, who and when, and the quote.
fn head_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    annotation: &Annotation,
    surface: &mut TextSurface,
) {
    let theme = cx.theme;
    let tag = work.project().codebook.tag(&annotation.tag_id);
    ui.horizontal(|ui| {
        tag_square(
            ui,
            tag.map_or(theme.soft, |tag| theme.tag(tag.color).strong),
        );
        ui.label(RichText::new(annotation.tag_id.as_str()).font(semibold(13.0)));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let changed = annotation.changed.as_ref();
            let at = changed.map(|stamp| stamp.at).or(annotation.created_at);
            let at = at.map(|at| {
                at.to_zoned(jiff::tz::TimeZone::system())
                    .strftime("%-d %b, %H:%M")
                    .to_string()
            });
            let who = changed.map_or(annotation.annotator_id(), |stamp| &stamp.by);
            let words = at.map_or(who.to_string(), |at| format!("{who} · {at}"));
            cut_label(ui, soft(&theme, words).size(12.0));
        });
    });
    surface.quote(
        ui,
        &format!("“{}”", annotation.quote),
        QuoteLook {
            size: 15.0,
            color: theme.ink,
            lines: 14,
        },
    );
    if tag.is_none() {
        ui.label(
            RichText::new("The codebook does not have this tag")
                .color(theme.bad)
                .size(12.0),
        );
    }
    if work.misplaced().contains(&annotation.id) {
        ui.label(
            RichText::new("These words are not in the text as it is now")
                .color(theme.bad)
                .size(12.0),
        );
        if ui.button("Review changed texts…").clicked() {
            cx.ask(Command::ReviewTexts);
        }
    }
}

/// Core attributes first; the optional ones fold away.
fn attributes_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    annotation: &Annotation,
    state: &mut InspectorState,
) {
    let theme = cx.theme;
    ui.spacing_mut().item_spacing.y = 4.0;
    let codebook = &work.project().codebook;
    let all: Vec<&Attribute> = codebook.attributes_of(&annotation.tag_id).collect();
    let keys = attribute_keys(codebook, &annotation.tag_id, cx.app.settings());
    let (core, optional): (Vec<&Attribute>, Vec<&Attribute>) =
        all.into_iter().partition(|attribute| attribute.is_core);
    for attribute in core {
        attribute_ui(ui, cx, work, annotation, attribute, state, &keys);
    }
    let unknown = annotation
        .attributes
        .iter()
        .filter(|(name, _)| codebook.attribute(&annotation.tag_id, name).is_none());
    for (name, value) in unknown {
        ui.label(
            RichText::new(format!("{name}: {value}, not in the codebook"))
                .color(theme.warn)
                .size(12.0),
        );
    }
    if !optional.is_empty() {
        let filled = optional
            .iter()
            .filter(|attribute| annotation.attributes.contains_key(&attribute.name))
            .count();
        let words = format!("Optional ({filled} of {})", optional.len());
        ui.collapsing(soft(&theme, words), |ui| {
            for attribute in optional {
                attribute_ui(ui, cx, work, annotation, attribute, state, &[]);
            }
        });
    }
}

fn attribute_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    annotation: &Annotation,
    attribute: &Attribute,
    state: &mut InspectorState,
    keys: &[AttributeKey],
) {
    let theme = cx.theme;
    let value = annotation.attributes.get(&attribute.name);
    let label = spoken(&attribute.name);
    let key_of = |choice: Option<&str>| {
        let is_it = |key: &&AttributeKey| {
            key.attribute == *attribute.name && key.choice.as_deref() == choice
        };
        keys.iter().find(is_it).map(|key| key.letter.to_string())
    };
    ui.push_id(&attribute.name, |ui| {
        let words = if attribute.is_required && value.is_none() && attribute.default.is_none() {
            RichText::new(format!("{label} ○")).color(theme.warn)
        } else {
            soft(&theme, &label)
        };
        ui.horizontal(|ui| {
            let is_missing = words.text().ends_with('○');
            let label = ui.label(words.size(12.0));
            if is_missing {
                let words = format!("{}\n○ A value is required", attribute.description);
                label.on_hover_text(words.trim());
            } else {
                label.on_hover_text(&attribute.description);
            }
            if let Some(key) = key_of(None) {
                key_hint(ui, &theme, &key);
            }
        });
        let first = match &attribute.kind {
            AttributeKind::Choice { choices, .. } if choices.len() <= 8 => {
                choice_ui(ui, cx, attribute, choices, value, key_of)
            }
            AttributeKind::Choice { choices, .. } => {
                Some(long_choice_ui(ui, cx, attribute, choices, value))
            }
            AttributeKind::YesNo => yes_no_ui(ui, cx, attribute, value, key_of),
            AttributeKind::Entity
            | AttributeKind::Text
            | AttributeKind::Number
            | AttributeKind::Date => Some(typed_ui(ui, cx, work, annotation, attribute, state)),
        };
        if let Some(first) = first.filter(|_| std::mem::take(&mut state.takes_focus)) {
            first.request_focus();
        }
        ui.add_space(2.0);
    });
}

/// `very_likely` as people say it.
fn spoken(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn choice_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    attribute: &Attribute,
    choices: &[Choice],
    value: Option<&AttributeValue>,
    key_of: impl Fn(Option<&str>) -> Option<String>,
) -> Option<egui::Response> {
    let mut first = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(5.0, 5.0);
        ui.spacing_mut().button_padding = vec2(8.0, 3.0);
        for choice in choices {
            let own = AttributeValue::Words(choice.name.clone());
            let is_chosen = value == Some(&own);
            let words = in_words(&choice.name);
            // What counts while nothing is chosen is said, and not shown as a choice.
            let words = if attribute.default.as_ref() == Some(&own) {
                format!("{words} (default)")
            } else {
                words
            };
            let button = egui::Button::selectable(is_chosen, &words)
                .frame_when_inactive(true)
                .shortcut_text(key_of(Some(&choice.name)).unwrap_or_default());
            let response = ui.add(button).accessible_name(words);
            first.get_or_insert(response.clone());
            if response.clicked() {
                let is_same = value == Some(&own);
                cx.ask(Command::SetAttribute(
                    attribute.name.clone(),
                    (!is_same).then_some(own),
                ));
            }
            if !choice.description.is_empty() {
                response.on_hover_text(&choice.description);
            }
        }
    });
    first
}

fn long_choice_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    attribute: &Attribute,
    choices: &[Choice],
    value: Option<&AttributeValue>,
) -> egui::Response {
    let shown = match (value, &attribute.default) {
        (Some(value), _) => in_words(&value.to_string()),
        (None, Some(default)) => format!("{} (default)", in_words(&default.to_string())),
        (None, None) => String::new(),
    };
    let combo = ComboBox::from_id_salt(&attribute.name)
        .selected_text(shown)
        .width(ui.available_width())
        .show_ui(ui, |ui| {
            for choice in choices {
                let own = AttributeValue::Words(choice.name.clone());
                if ui
                    .selectable_label(value == Some(&own), in_words(&choice.name))
                    .clicked()
                {
                    cx.ask(Command::SetAttribute(attribute.name.clone(), Some(own)));
                }
            }
        });
    combo.response.accessible_name(spoken(&attribute.name))
}

fn yes_no_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    attribute: &Attribute,
    value: Option<&AttributeValue>,
    key_of: impl Fn(Option<&str>) -> Option<String>,
) -> Option<egui::Response> {
    let mut first = None;
    ui.horizontal(|ui| {
        for (is_yes, words) in [(true, "yes"), (false, "no")] {
            let own = AttributeValue::YesNo(is_yes);
            let button = egui::Button::selectable(value == Some(&own), words)
                .shortcut_text(key_of(Some(words)).unwrap_or_default());
            let response = ui.add(button);
            first.get_or_insert(response.clone());
            if response.clicked() {
                let is_same = value == Some(&own);
                cx.ask(Command::SetAttribute(
                    attribute.name.clone(),
                    (!is_same).then_some(own),
                ));
            }
        }
    });
    first
}

/// A field for words, a number or a date. Entities offer names used before.
fn typed_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    annotation: &Annotation,
    attribute: &Attribute,
    state: &mut InspectorState,
) -> egui::Response {
    let value = annotation.attributes.get(&attribute.name);
    let standing = value.map(ToString::to_string).unwrap_or_default();
    let hint = attribute
        .default
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let id = Id::unique(("attribute", &annotation.id, &attribute.name));
    let (response, typed) = value_field(
        ui,
        &cx.theme,
        (id, &spoken(&attribute.name)),
        &standing,
        |words| {
            TextEdit::singleline(words)
                .hint_text(hint)
                .desired_width(f32::INFINITY)
                .margin(vec2(7.0, 4.0))
        },
        |words| {
            let value = value_of(attribute, words).map_err(|expected| NoValue {
                reason: format!("this needs {expected}"),
                meanwhile: String::new(),
            })?;
            Ok(value.map_or(String::new(), |value| value.to_string()))
        },
    );
    if state
        .goes_to
        .take_if(|name| **name == *attribute.name)
        .is_some()
    {
        response.request_focus();
        response.scroll_to_me(None);
        select_all(ui, id, &standing);
    }
    if attribute.kind == AttributeKind::Entity && response.has_focus() {
        offers_ui(ui, cx, work, attribute, &standing);
    }
    if let Some(Ok(value)) = typed.map(|typed| value_of(attribute, &typed)) {
        let command = Command::SetAttribute(attribute.name.clone(), value);
        cx.ask(Command::Type(Box::new(command)));
    }
    response
}

/// Selects what stands in a field, so that typing takes its place.
fn select_all(ui: &Ui, id: Id, words: &str) {
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
    let all = CCursorRange::two(CCursor::new(0), CCursor::new(words.chars().count()));
    state.cursor.set_char_range(Some(all));
    state.store(ui.ctx(), id);
}

/// What was typed as a value of the attribute's kind, `None` for nothing; or what would be one, in words.
fn value_of(attribute: &Attribute, typed: &str) -> Result<Option<AttributeValue>, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let value = match number_in(typed).filter(|number| number.is_finite()) {
        Some(number) if attribute.kind == AttributeKind::Number => AttributeValue::Number(number),
        _ => AttributeValue::Words(typed.into()),
    };
    match attribute.kind.expectation_missed_by(&value) {
        Some(expected) => Err(expected),
        None => Ok(Some(value)),
    }
}

/// A number as people write it: commas only between groups of three digits, since elsewhere they mean a fraction.
fn number_in(typed: &str) -> Option<f64> {
    let (whole, fraction) = typed.split_once('.').unwrap_or((typed, ""));
    let mut groups = whole.trim_start_matches('-').split(',');
    let first_fits = groups.next().is_some_and(|group| group.len() <= 3);
    let is_grouped = first_fits && groups.all(|group| group.len() == 3);
    let has_commas = typed.contains(',');
    if has_commas && (!is_grouped || fraction.contains(',')) {
        return None;
    }
    typed.replace(',', "").parse().ok()
}

/// Names used before for this attribute, those of this document first.
fn offers_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, attribute: &Attribute, typed: &str) {
    const MOST: usize = 5;
    /// How many annotations are looked at; more would be felt while typing in a large project.
    const LOOKED_AT: usize = 2000;
    let needle = typed.to_lowercase();
    let here = work
        .document()
        .map(|document| work.project().annotations.in_document(&document.id));
    let everywhere = work.project().annotations.iter();
    let mut offers: Vec<&AttributeValue> = Vec::new();
    for annotation in here.into_iter().flatten().chain(everywhere).take(LOOKED_AT) {
        let Some(value) = annotation.attributes.get(&attribute.name) else {
            continue;
        };
        let fits = value.to_string().to_lowercase().contains(&needle) && value.to_string() != typed;
        if fits && !offers.contains(&value) {
            offers.push(value);
        }
        if offers.len() == MOST {
            break;
        }
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        for offer in offers {
            let button = egui::Button::new(
                RichText::new(offer.to_string())
                    .color(cx.theme.accent)
                    .size(12.0),
            )
            .small();
            // Pressing takes the focus from the field, and with it the buttons, before there is a click.
            let response = ui.add(button);
            if response.clicked() || response.is_pointer_button_down_on() {
                let command = Command::SetAttribute(attribute.name.clone(), Some(offer.clone()));
                cx.ask(Command::Type(Box::new(command)));
            }
        }
    });
}

/// Links of the annotation, and which can be begun here.
fn links_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    annotation: &Annotation,
    surface: &mut TextSurface,
) {
    let theme = cx.theme;
    section_head(ui, &theme, "Links");
    for link in work.project().links.of(&annotation.id) {
        ui.push_id(&link.id, |ui| {
            link_ui(ui, cx, work, annotation, link, surface)
        });
    }
    let kinds = work
        .project()
        .codebook
        .link_kinds
        .iter()
        .filter(|kind| may_begin(kind, &annotation.tag_id));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(5.0, 5.0);
        for kind in kinds {
            let response = ui.add(egui::Button::new(format!("+ {}", in_words(&kind.name))));
            if response.on_hover_text(&kind.description).clicked() {
                cx.ask(Command::BeginLink(kind.name.clone()));
            }
        }
    });
}

/// Whether a link of this kind may begin at an annotation with this tag.
pub fn may_begin(kind: &LinkKind, tag_id: &TagId) -> bool {
    match &kind.ends {
        LinkEnds::SameTag => true,
        LinkEnds::Tags { from, .. } => from.is_empty() || from.contains(tag_id),
    }
}

fn link_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    annotation: &Annotation,
    link: &Link,
    surface: &mut TextSurface,
) {
    let theme = cx.theme;
    let (arrow, other_id) = if link.from == annotation.id {
        ("→", &link.to)
    } else {
        ("←", &link.from)
    };
    let Some(other) = work.project().annotations.get(other_id) else {
        return;
    };
    let place = match work.project().documents.get(&other.document_id) {
        Some(document) if document.id != annotation.document_id => document.title().to_owned(),
        _ => {
            let text = work.texts().get(&other.document_id);
            let line = text.map_or(0, |text| {
                text.line_index_at(other.spans.first().start()) + 1
            });
            format!("same document · line {line}")
        }
    };
    let name = format!(
        "{} {}: {}",
        link.kind.replace('_', " "),
        if arrow == "→" { "to" } else { "from" },
        other.quote
    );
    ui.horizontal(|ui| {
        let width = ui.available_width() - 44.0;
        let response = ui
            .allocate_ui(vec2(width, 54.0), |ui| {
                row(ui, &theme, 54.0, false, &name, |ui| {
                    ui.spacing_mut().item_spacing.y = 1.0;
                    cut_label(
                        ui,
                        soft(
                            &theme,
                            format!("{arrow} {} · {place}", link.kind.replace('_', " ")),
                        )
                        .size(12.0),
                    );
                    surface.quote(
                        ui,
                        &other.quote,
                        QuoteLook {
                            size: 13.0,
                            color: theme.ink,
                            lines: 1,
                        },
                    );
                })
            })
            .inner;
        if response.clicked() {
            cx.ask(Command::GoTo(other_id.clone()));
        }
        let unlink = ui.add(egui::Button::new(soft(&theme, "×")).min_size(vec2(24.0, 24.0)));
        unlink.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Unlink {}", link.kind))
        });
        if unlink.on_hover_text("Unlink").clicked() {
            cx.ask(Command::Unlink(link.id.clone()));
        }
    });
}

fn note_ui(ui: &mut Ui, cx: &mut Cx<'_>, annotation: &Annotation, state: &mut InspectorState) {
    let theme = cx.theme;
    section_head(ui, &theme, "Note");
    let id = Id::unique(("note", &annotation.id));
    if std::mem::take(&mut state.takes_focus) {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    let (_, typed) = value_field(
        ui,
        &theme,
        (id, "Note"),
        &annotation.note,
        |words| {
            TextEdit::multiline(words)
                .desired_rows(2)
                .desired_width(f32::INFINITY)
                .margin(vec2(7.0, 5.0))
        },
        |words| Ok(words.to_owned()),
    );
    if let Some(note) = typed {
        cx.ask(Command::Type(Box::new(Command::SetNote(note))));
    }
    ui.horizontal(|ui| {
        let mut is_optional = annotation.tier == Tier::Optional;
        let words = RichText::new("Optional").size(12.0);
        let checkbox = ui.checkbox(&mut is_optional, words).on_hover_text(
            "Other annotators may leave these words unmarked; that is not counted as disagreement",
        );
        if checkbox.changed() {
            cx.ask(Command::SetTier(if is_optional {
                Tier::Optional
            } else {
                Tier::Core
            }));
        }
    });
    if ui
        .add(
            egui::Button::new("Delete annotation").shortcut_text(keys::of_command(
                ui.ctx(),
                cx.app,
                &Command::DeleteAnnotation,
            )),
        )
        .clicked()
    {
        cx.ask(Command::DeleteAnnotation);
    }
}

/// What the codebook says of the values chosen, to be read without looking anything up.
fn guideline_ui(ui: &mut Ui, cx: &Cx<'_>, work: &Work, annotation: &Annotation) {
    let theme = cx.theme;
    let Some(tag) = work.project().codebook.tag(&annotation.tag_id) else {
        return;
    };
    ui.label(soft(&theme, &tag.description).size(12.0));
    for attribute in tag.attributes.iter().filter(|attribute| attribute.is_core) {
        let AttributeKind::Choice { choices, .. } = &attribute.kind else {
            continue;
        };
        let Some(AttributeValue::Words(value)) = annotation.attributes.get(&attribute.name) else {
            continue;
        };
        let Some(choice) = choices.iter().find(|choice| choice.name == *value) else {
            continue;
        };
        ui.label(
            soft(
                &theme,
                format!("{}: {}", value.replace('_', " "), choice.description),
            )
            .size(12.0),
        );
    }
}
