//! The codebook page: tags on the left, all about the chosen one on the right.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{Align, Id, Layout, Response, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::Cx;
use super::theme::semibold;
use super::widgets::{
    NoValue, cut_label, in_words, key_hint, main_button, name_bar, name_dialog, name_field, row,
    section_head, soft, tag_square, value_field,
};
use crate::app::{Command, Listed, Work, listed, only_letter};
use crate::edit::{self, Refusal};
use crate::model::{Attribute, AttributeKind, Choice, Codebook, Color, Tag, TagId};

/// Width that both columns need, in points.
const LEAST_WIDTH: f32 = 470.0;
/// The column of tags has room for three buttons side by side, where the window is wide enough.
const TAGS_WIDTH: f32 = 264.0;
/// Room for a tag's key and colour beside its name.
const BESIDE_NAME: f32 = 190.0;
/// Of the width, the most that tags take.
const TAGS_PART: f32 = 0.36;

/// What the page remembers while it is open, and afterwards: words that are no edit yet are not forgotten.
#[derive(Default)]
pub struct CodebookState {
    chosen: Option<TagId>,
    /// A tag and the name that is being typed for it. Unlike all else that is typed here it is not an edit with
    /// every letter, because each would touch every annotation of the tag.
    renaming: Option<(TagId, String)>,
    /// An attribute of a tag and the name that is being typed for it.
    renaming_attribute: Option<(TagId, Arc<str>, String)>,
    new_tag: String,
    new_attributes: BTreeMap<TagId, String>,
}

impl CodebookState {
    /// Takes up the name that is being typed, if the tag can have it; the window asks for this before anything
    /// else is done. A name that cannot be stays in its field.
    pub fn take_renaming(&mut self, codebook: &Codebook) -> Option<Command> {
        let (tag_id, name) = self.renaming.as_ref()?;
        let renamed = TagId::new(name.trim());
        if edit::refuse_name(codebook, Some(tag_id), &renamed).is_err() {
            return None;
        }
        let (tag_id, _) = self.renaming.take()?;
        if codebook.tag(&tag_id).is_none() || tag_id == renamed {
            return None;
        }
        if let Some(words) = self.new_attributes.remove(&tag_id) {
            self.new_attributes.insert(renamed.clone(), words);
        }
        self.chosen = Some(renamed.clone());
        Some(Command::RenameTag(tag_id, renamed))
    }
}

/// Draws the page; returns whether it is done with.
pub fn codebook_ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut CodebookState) -> bool {
    let theme = cx.theme;
    let Some(work) = cx.app.work() else {
        return true;
    };
    let codebook = &work.project().codebook;
    let mut is_done = false;
    ui.horizontal(|ui| {
        let head = ui.label(RichText::new("Codebook").font(semibold(18.0)));
        name_dialog(ui, &head);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            is_done = ui.button("Close").clicked();
            if ui.button("Save as…").clicked() {
                cx.ask(Command::ExportCodebook);
            }
            if ui.button("Replace…").clicked() {
                cx.ask(Command::ImportCodebook);
            }
            let name = format!("{} {}", codebook.name, codebook.version);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                cut_label(ui, soft(&theme, name));
            });
        });
    });
    ui.add_space(8.0);
    let is_there = |chosen: &TagId| codebook.tag(chosen).is_some();
    if !state.chosen.as_ref().is_some_and(is_there) {
        state.chosen = codebook.tags.first().map(|tag| tag.id.clone());
    }
    let height = ui.ctx().content_rect().height() * 0.8 - 52.0;
    let width = ui.available_width();
    // Where there is no room for both columns they are scrolled to.
    let output = ScrollArea::horizontal().show(ui, |ui| {
        let width = width.max(LEAST_WIDTH);
        ui.set_width(width);
        ui.horizontal_top(|ui| {
            let down = Layout::top_down(Align::LEFT);
            let tags_width = TAGS_WIDTH.min((width * TAGS_PART).floor());
            ui.allocate_ui_with_layout(vec2(tags_width, height), down, |ui| {
                let area = ScrollArea::vertical().id_salt("tags").auto_shrink(false);
                let output = area.show(ui, |ui| tags_ui(ui, cx, work, state));
                name_bar(ui, "tags", &output);
            });
            ui.separator();
            ui.allocate_ui_with_layout(vec2(ui.available_width(), height), down, |ui| {
                let area = ScrollArea::vertical().id_salt("tag").auto_shrink(false);
                let output = area.show(ui, |ui| tag_ui(ui, cx, work, state));
                name_bar(ui, "the chosen tag", &output);
            });
        });
    });
    name_bar(ui, "the codebook", &output);
    is_done
}

fn tags_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, state: &mut CodebookState) {
    let theme = cx.theme;
    ui.set_width(ui.available_width());
    section_head(ui, &theme, "Tags");
    for tag in &work.project().codebook.tags {
        let is_chosen = state.chosen.as_ref() == Some(&tag.id);
        let response = row(ui, &theme, 32.0, is_chosen, tag.id.as_str(), |ui| {
            ui.horizontal(|ui| {
                tag_square(ui, theme.tag(tag.color).strong);
                cut_label(ui, RichText::new(tag.id.as_str()));
                if let Some(key) = tag.key {
                    key_hint(ui, &theme, &key.to_string());
                }
            });
        });
        if response.clicked() {
            state.chosen = Some(tag.id.clone());
        }
    }
    chosen_tag_ui(ui, cx, work, state.chosen.as_ref());
    ui.add_space(8.0);
    new_tag_ui(ui, cx, work, state);
    ui.add_space(12.0);
    section_head(ui, &theme, "Also in the codebook");
    let codebook = &work.project().codebook;
    for words in [
        format!("{} kinds of links", codebook.link_kinds.len()),
        format!("{} kinds of regions", codebook.region_kinds.len()),
        format!("{} fields of documents", codebook.document_fields.len()),
    ] {
        ui.label(soft(&theme, words).size(12.0));
    }
    ui.label(
        soft(
            &theme,
            "These are edited in the codebook's file: save it, change it, replace it.",
        )
        .size(12.0),
    );
}

/// Moves the chosen tag up or down, since buttons of tags and lists keep this order, or deletes it.
fn chosen_tag_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, chosen: Option<&TagId>) {
    let tags = &work.project().codebook.tags;
    let place = chosen.and_then(|chosen| tags.iter().position(|tag| tag.id == *chosen));
    let Some((chosen, place)) = chosen.zip(place) else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        let up = place.checked_sub(1);
        let down = Some(place + 1).filter(|place| *place < tags.len());
        for (words, other) in [("Move up", up), ("Move down", down)] {
            let button = ui.add_enabled(other.is_some(), egui::Button::new(words));
            if let Some(other) = other.filter(|_| button.clicked()) {
                let label = format!("move tag {chosen}");
                cx.ask(change(work, label, |codebook| {
                    codebook.tags.swap(place, other)
                }));
            }
        }
        delete_ui(ui, cx, work, chosen);
    });
}

fn new_tag_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, state: &mut CodebookState) {
    let codebook = &work.project().codebook;
    let edit = TextEdit::singleline(&mut state.new_tag).hint_text("new tag");
    let response = ui.add(edit.desired_width(130.0));
    name_field(&response, &state.new_tag, "New tag");
    let tag_id = TagId::new(state.new_tag.trim());
    let refusal = edit::refuse_name(codebook, None, &tag_id).err();
    if let Some(refusal @ Refusal::TagExists(_)) = &refusal {
        refusal_ui(ui, cx, refusal);
    }
    let button = ui.add_enabled(refusal.is_none(), egui::Button::new("Add tag"));
    if refusal.is_none() && (button.clicked() || is_entered(ui, &response)) {
        let tag = codebook.new_tag(tag_id);
        state.chosen = Some(tag.id.clone());
        let label = format!("add tag {}", tag.id);
        cx.ask(change(work, label, |codebook| codebook.tags.push(tag)));
        state.new_tag.clear();
    }
}

fn refusal_ui(ui: &mut Ui, cx: &Cx<'_>, refusal: &Refusal) {
    let words = RichText::new(refusal.to_string());
    ui.add(egui::Label::new(words.color(cx.theme.warn).size(12.0)).wrap());
}

/// Whether Enter was pressed in a field of one line.
fn is_entered(ui: &Ui, field: &Response) -> bool {
    field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

fn change(work: &Work, label: String, change: impl FnOnce(&mut Codebook)) -> Command {
    let mut codebook = Codebook::clone(&work.project().codebook);
    change(&mut codebook);
    Command::ChangeCodebook(label, Box::new(codebook))
}

/// The same for what is typed into a field of a tag.
fn type_in(work: &Work, tag_id: &TagId, field: &str, change_tag: impl FnOnce(&mut Tag)) -> Command {
    let label = format!("change {field} of {tag_id}");
    Command::Type(Box::new(change_of_tag(work, tag_id, label, change_tag)))
}

fn change_of_tag(
    work: &Work,
    tag_id: &TagId,
    label: String,
    change_tag: impl FnOnce(&mut Tag),
) -> Command {
    change(work, label, |codebook| {
        let mut tags = codebook.tags.iter_mut();
        if let Some(tag) = tags.find(|tag| tag.id == *tag_id) {
            change_tag(tag);
        }
    })
}

fn tag_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, state: &mut CodebookState) {
    let chosen = state.chosen.as_ref();
    let Some(tag) = chosen.and_then(|chosen| work.project().codebook.tag(chosen)) else {
        let words = "The codebook has no tags yet. Add one on the left.";
        ui.label(soft(&cx.theme, words));
        return;
    };
    ui.horizontal_top(|ui| {
        name_ui(ui, cx, work, tag, state);
        key_ui(ui, cx, work, tag);
        color_ui(ui, cx, work, tag);
    });
    let line = words_ui(ui, cx, tag, "In one line", &tag.description, |words| {
        TextEdit::singleline(words).desired_width(f32::INFINITY)
    });
    if let Some(words) = line {
        let change = |tag: &mut Tag| tag.description = words;
        cx.ask(type_in(work, &tag.id, "line", change));
    }
    let definition = words_ui(ui, cx, tag, "Definition", &tag.definition, |words| {
        let edit = TextEdit::multiline(words).desired_rows(6);
        edit.desired_width(f32::INFINITY)
    });
    if let Some(words) = definition {
        let change = |tag: &mut Tag| tag.definition = words;
        cx.ask(type_in(work, &tag.id, "definition", change));
    }
    attributes_ui(ui, cx, work, tag, state);
    examples_ui(ui, cx, tag);
}

fn field_head(ui: &mut Ui, cx: &Cx<'_>, name: &str) {
    ui.label(soft(&cx.theme, name).size(12.0));
}

/// The name becomes an edit when its field is left, see [`CodebookState::renaming`].
fn name_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, tag: &Tag, state: &mut CodebookState) {
    let codebook = &work.project().codebook;
    let typed = state.renaming.as_ref().filter(|(of, _)| *of == tag.id);
    let mut words = typed.map_or_else(|| tag.id.to_string(), |(_, words)| words.clone());
    ui.vertical(|ui| {
        field_head(ui, cx, "Name");
        let id = Id::unique(("tag name", &tag.id));
        let width = (ui.available_width() - BESIDE_NAME).clamp(60.0, 200.0);
        let response = ui.add(TextEdit::singleline(&mut words).id(id).desired_width(width));
        name_field(&response, &words, "Name");
        let name = TagId::new(words.trim());
        if let Err(refusal) = edit::refuse_name(codebook, Some(&tag.id), &name) {
            refusal_ui(ui, cx, &refusal);
        }
        if response.changed() {
            state.renaming = Some((tag.id.clone(), words));
        }
        if response.lost_focus()
            && let Some(command) = state.take_renaming(codebook)
        {
            cx.ask(command);
        }
    });
}

fn key_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, tag: &Tag) {
    let standing = tag.key.map(String::from).unwrap_or_default();
    let codebook = &work.project().codebook;
    // The last letter, so that a key is changed by pressing another.
    let value_of = |words: &str| {
        let Some(key) = words.trim().chars().last() else {
            return Ok(String::new());
        };
        match codebook.tag_for_key(key).filter(|other| other.id != tag.id) {
            Some(other) => Err(NoValue {
                reason: format!("{key} already stands for “{}”", other.id),
                meanwhile: standing.clone(),
            }),
            None => Ok(key.to_string()),
        }
    };
    ui.vertical(|ui| {
        ui.set_width(90.0);
        field_head(ui, cx, "Key");
        let id = Id::unique(("tag key", &tag.id));
        let (_, typed) = value_field(
            ui,
            &cx.theme,
            (id, "Key"),
            &standing,
            |words| TextEdit::singleline(words).desired_width(40.0),
            value_of,
        );
        if let Some(key) = typed {
            let change = |tag: &mut Tag| tag.key = key.chars().next();
            cx.ask(type_in(work, &tag.id, "key", change));
        }
        let is_it =
            |written: &&str| only_letter(written).is_some_and(|letter| tag.key == Some(letter));
        let has_it = |entry: &&Listed| cx.app.settings().keys_of(entry).iter().any(is_it);
        if let Some(entry) = listed().iter().find(has_it) {
            let words = format!("takes it from “{}”", entry.title.trim_end_matches('…'));
            let words = RichText::new(words).color(cx.theme.warn).size(12.0);
            ui.add(egui::Label::new(words).wrap());
        }
    });
}

fn color_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, tag: &Tag) {
    ui.vertical(|ui| {
        field_head(ui, cx, "Colour");
        let mut color = tag.color.0;
        ui.color_edit_button_srgb(&mut color)
            .accessible_name("Colour");
        if color != tag.color.0 {
            let change = |tag: &mut Tag| tag.color = Color(color);
            cx.ask(type_in(work, &tag.id, "colour", change));
        }
    });
}

fn delete_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, tag_id: &TagId) {
    let button = ui.button("Delete tag").on_hover_ui(|ui| {
        let project = work.project();
        let documents = project.documents.keys();
        let counts = documents.map(|id| project.annotations.count_of_tag(id, tag_id));
        ui.label(format!("{} annotations carry it", counts.sum::<usize>()));
    });
    if button.clicked() {
        cx.ask(Command::DeleteTag(tag_id.clone()));
    }
}

/// A field of a tag for words, with its name above it; returns what is newly typed.
fn words_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    tag: &Tag,
    name: &str,
    standing: &str,
    edit: impl for<'a> FnOnce(&'a mut String) -> TextEdit<'a>,
) -> Option<String> {
    field_head(ui, cx, name);
    let id = Id::unique((name, &tag.id));
    let value_of = |words: &str| Ok(words.to_owned());
    value_field(ui, &cx.theme, (id, name), standing, edit, value_of).1
}

fn attributes_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, tag: &Tag, state: &mut CodebookState) {
    let theme = cx.theme;
    ui.add_space(6.0);
    section_head(ui, &theme, "Attributes");
    let words = "Core attributes stand first in the inspector and have keys; the others fold away. Where a required \
                 one is missing, F8 lists the annotation.";
    ui.label(soft(&theme, words).size(12.0));
    for attribute in &tag.attributes {
        ui.push_id(&attribute.name, |ui| {
            attribute_ui(ui, cx, work, tag, attribute, &mut state.renaming_attribute)
        });
    }
    new_attribute_ui(ui, cx, work, tag, state);
}

/// One attribute: its name, which can be changed, its kind, and whether it is core or required.
fn attribute_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    tag: &Tag,
    attribute: &Attribute,
    renaming: &mut Option<(TagId, Arc<str>, String)>,
) {
    let (theme, name) = (cx.theme, &attribute.name);
    ui.horizontal(|ui| {
        match renaming {
            Some((tag_id, of, words)) if *tag_id == tag.id && of == name => {
                if let Some(command) =
                    new_name_ui(ui, cx, &work.project().codebook, tag, (name, words))
                {
                    cx.ask(command);
                    *renaming = None;
                }
            }
            _ => {
                ui.label(in_words(name));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let remove = ui.small_button("Remove");
            if remove.accessible_name(format!("Remove {name}")).clicked() {
                let label = format!("remove attribute {name}");
                cx.ask(change_of_tag(work, &tag.id, label, |tag| {
                    tag.attributes.retain(|other| other.name != *name);
                }));
            }
            let rename = ui.small_button("Rename");
            if rename.accessible_name(format!("Rename {name}")).clicked() {
                *renaming = Some((tag.id.clone(), name.clone(), name.to_string()));
            }
            let mut changed = attribute.clone();
            for (is_on, words) in [
                (&mut changed.is_required, "required"),
                (&mut changed.is_core, "core"),
            ] {
                let checkbox = ui.checkbox(is_on, words);
                checkbox.accessible_name(format!("{name} {words}"));
            }
            if changed != *attribute {
                let label = format!("change attribute {name}");
                cx.ask(change_of_tag(work, &tag.id, label, |tag| {
                    let mut own = tag.attributes.iter_mut();
                    if let Some(own) = own.find(|own| own.name == *name) {
                        *own = changed;
                    }
                }));
            }
        });
    });
    cut_label(ui, soft(&theme, kind_words(&attribute.kind)).size(12.0));
}

/// The field for another name of an attribute. Enter takes the name up, Esc leaves the old one.
fn new_name_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    codebook: &Codebook,
    tag: &Tag,
    (name, words): (&Arc<str>, &mut String),
) -> Option<Command> {
    let response = ui.add(TextEdit::singleline(words).desired_width(150.0));
    name_field(&response, words, &format!("New name of {name}"));
    let new = words.trim();
    if let Err(refusal) = edit::refuse_attribute_name(codebook, &tag.id, name, new) {
        refusal_ui(ui, cx, &refusal);
        return None;
    }
    let is_done = ui.small_button("Keep name").clicked() | is_entered(ui, &response);
    is_done.then(|| Command::RenameAttribute(tag.id.clone(), name.clone(), new.to_owned()))
}

fn new_attribute_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    tag: &Tag,
    state: &mut CodebookState,
) {
    let theme = cx.theme;
    let words = state.new_attributes.entry(tag.id.clone()).or_default();
    ui.horizontal(|ui| {
        let hint = "name, or name: choice, choice, choice";
        let edit = TextEdit::singleline(words).hint_text(hint);
        let response = ui.add(edit.desired_width(280.0));
        name_field(&response, words, "New attribute");
        let Some(attribute) = attribute_from(words) else {
            return;
        };
        if tag.attributes.iter().any(|own| own.name == attribute.name) {
            ui.label(
                RichText::new("The tag has this attribute")
                    .color(theme.warn)
                    .size(12.0),
            );
        } else if main_button(ui, &theme, "Add attribute").clicked() | is_entered(ui, &response) {
            let label = format!("add attribute {}", attribute.name);
            let add = |tag: &mut Tag| tag.attributes.push(attribute);
            cx.ask(change_of_tag(work, &tag.id, label, add));
            words.clear();
        }
    });
}

/// `speaker` is an attribute of words; `form: flat, deflect` a choice.
fn attribute_from(typed: &str) -> Option<Attribute> {
    let (name, choices) = typed.split_once(':').unwrap_or((typed, ""));
    let name = name.trim();
    // The same choice twice is one.
    let mut names: Vec<&str> = Vec::new();
    for choice in choices.split(',').map(str::trim) {
        if !choice.is_empty() && !names.contains(&choice) {
            names.push(choice);
        }
    }
    let choice = |name: &str| Choice {
        name: name.into(),
        description: String::new(),
    };
    let choices: Vec<Choice> = names.into_iter().map(choice).collect();
    let kind = if choices.is_empty() {
        AttributeKind::Text
    } else {
        AttributeKind::Choice {
            is_ordered: false,
            choices,
        }
    };
    let description = String::new();
    let attribute = Attribute {
        name: name.into(),
        kind,
        is_core: false,
        is_required: false,
        default: None,
        description,
    };
    (!name.is_empty()).then_some(attribute)
}

fn kind_words(kind: &AttributeKind) -> String {
    match kind {
        AttributeKind::Choice { choices, .. } => choices
            .iter()
            .map(|choice| in_words(&choice.name))
            .collect::<Vec<_>>()
            .join(" · "),
        AttributeKind::Text => "words".to_owned(),
        AttributeKind::Number => "a number".to_owned(),
        AttributeKind::Entity => "a name".to_owned(),
        AttributeKind::Date => "a date".to_owned(),
        AttributeKind::YesNo => "yes or no".to_owned(),
    }
}

fn examples_ui(ui: &mut Ui, cx: &Cx<'_>, tag: &Tag) {
    let theme = cx.theme;
    for (head, examples) in [
        ("To be marked", &tag.include),
        ("Not to be marked", &tag.exclude),
    ] {
        if !examples.is_empty() {
            ui.add_space(6.0);
            section_head(ui, &theme, head);
        }
        for example in examples {
            ui.add(egui::Label::new(&example.words).wrap());
            ui.label(soft(&theme, &example.why).size(12.0));
        }
    }
}
