//! The form of an annotation's attributes: choices, yes or no, and fields for words, numbers, names and dates.

use egui::text::{CCursor, CCursorRange};
use egui::{ComboBox, Id, RichText, TextEdit, Ui, vec2};

use super::widgets::{NoValue, in_words, key_hint, list_entry, soft, value_field};
use super::{Cx, keys};
use crate::app::{AttributeKey, Command, Work, attribute_keys};
use crate::model::{Annotation, Attribute, AttributeKind, AttributeValue, Choice};

/// What is to take the focus when it is drawn next.
#[derive(Default, PartialEq)]
pub enum FormFocus {
    /// All stays as it is.
    #[default]
    Nothing,
    /// Whatever comes first.
    First,
    /// The field of this attribute.
    Attribute(String),
}

impl FormFocus {
    /// Whether what is drawn now, as the first, is to take the focus.
    pub fn take_first(&mut self) -> bool {
        let is_it = *self == Self::First;
        if is_it {
            *self = Self::Nothing;
        }
        is_it
    }

    fn take_attribute(&mut self, name: &str) -> bool {
        let is_it = matches!(self, Self::Attribute(wanted) if wanted == name);
        if is_it {
            *self = Self::Nothing;
        }
        is_it
    }
}

/// Core attributes first; the optional ones fold away.
pub fn attributes_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    annotation: &Annotation,
    focus: &mut FormFocus,
) {
    let theme = cx.theme;
    ui.spacing_mut().item_spacing.y = 4.0;
    let codebook = &work.project().codebook;
    let all: Vec<&Attribute> = codebook.attributes_of(&annotation.tag_id).collect();
    let by_value = attribute_keys(codebook, &annotation.tag_id, cx.app.settings());
    let (core, optional): (Vec<&Attribute>, Vec<&Attribute>) =
        all.into_iter().partition(|attribute| attribute.is_core);
    for attribute in core {
        attribute_ui(ui, cx, work, annotation, attribute, focus, &by_value);
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
        let words = format!("More attributes ({filled} of {})", optional.len());
        ui.collapsing(soft(&theme, words), |ui| {
            for attribute in optional {
                attribute_ui(ui, cx, work, annotation, attribute, focus, &[]);
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
    focus: &mut FormFocus,
    by_value: &[AttributeKey],
) {
    let ctx = ui.ctx().clone();
    let theme = cx.theme;
    let value = annotation.attributes.get(&attribute.name);
    let label = spoken(&attribute.name);
    let key_of = |choice: Option<&str>| {
        let is_it = |key: &&AttributeKey| {
            key.attribute == *attribute.name && key.choice.as_deref() == choice
        };
        let shortcut = by_value.iter().find(is_it)?.shortcut.as_deref()?;
        Some(keys::in_words(&ctx, shortcut))
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
            | AttributeKind::Date => Some(typed_ui(ui, cx, work, annotation, attribute, focus)),
        };
        if let Some(first) = first.filter(|_| focus.take_first()) {
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
                if list_entry(ui, value == Some(&own), in_words(&choice.name)).clicked() {
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
    focus: &mut FormFocus,
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
    if focus.take_attribute(&attribute.name) {
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
