//! The codebook page: tags on the left, all about the chosen one on the right.

use egui::{Align, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::Cx;
use super::theme::semibold;
use super::widgets::{
    cut_label, key_hint, main_button, name_field, row, section_head, soft, tag_square,
};
use crate::app::{Command, Work};
use crate::model::{Attribute, AttributeKind, Choice, Codebook, Color, Tag, TagId};

/// What the page remembers while it is open.
#[derive(Default)]
pub struct CodebookState {
    chosen: Option<TagId>,
    /// The chosen tag as it is being typed, and the revision that it was taken from.
    draft: Option<(u64, Draft)>,
    new_tag: String,
    new_attribute: String,
}

/// A tag as it is being typed; it becomes an edit when a field is left.
#[derive(Debug, Clone, PartialEq)]
struct Draft {
    tag: Tag,
    name: String,
    key: String,
    color: [u8; 3],
}

impl Draft {
    fn of(tag: &Tag) -> Self {
        let key = tag.key.map(String::from).unwrap_or_default();
        Self {
            tag: tag.clone(),
            name: tag.id.to_string(),
            key,
            color: tag.color.0,
        }
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
        ui.label(RichText::new("Codebook").font(semibold(18.0)));
        cut_label(
            ui,
            soft(&theme, format!("{} {}", codebook.name, codebook.version)),
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            is_done = ui.button("Close").clicked();
            if ui.button("Save as…").clicked() {
                cx.ask(Command::ExportCodebook);
            }
            if ui.button("Replace…").clicked() {
                cx.ask(Command::ImportCodebook);
            }
        });
    });
    ui.add_space(8.0);
    if state
        .chosen
        .as_ref()
        .is_none_or(|chosen| codebook.tag(chosen).is_none())
    {
        state.chosen = codebook.tags.first().map(|tag| tag.id.clone());
    }
    let height = (ui.ctx().content_rect().height() * 0.8 - 80.0).max(200.0);
    ui.horizontal_top(|ui| {
        let down = Layout::top_down(Align::LEFT);
        ui.allocate_ui_with_layout(vec2(210.0, height), down, |ui| tags_ui(ui, cx, work, state));
        ui.separator();
        ui.allocate_ui_with_layout(vec2(ui.available_width(), height), down, |ui| {
            ScrollArea::vertical()
                .auto_shrink(false)
                .show(ui, |ui| tag_ui(ui, cx, work, state));
        });
    });
    is_done
}

fn tags_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, state: &mut CodebookState) {
    let theme = cx.theme;
    ui.set_width(210.0);
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
            state.draft = None;
        }
    }
    ui.add_space(8.0);
    let response = ui.add(
        TextEdit::singleline(&mut state.new_tag)
            .hint_text("new tag")
            .desired_width(130.0),
    );
    name_field(&response, &state.new_tag, "New tag");
    let name = state.new_tag.trim().to_owned();
    if ui
        .add_enabled(!name.is_empty(), egui::Button::new("Add tag"))
        .clicked()
    {
        let tag = work.project().codebook.new_tag(TagId::new(name.as_str()));
        state.chosen = Some(tag.id.clone());
        change(cx, work, format!("add tag {name}"), |codebook| {
            codebook.tags.push(tag)
        });
        state.new_tag.clear();
        state.draft = None;
    }
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

fn change(cx: &mut Cx<'_>, work: &Work, label: String, change: impl FnOnce(&mut Codebook)) {
    let mut codebook = Codebook::clone(&work.project().codebook);
    change(&mut codebook);
    cx.ask(Command::ChangeCodebook(label, Box::new(codebook)));
}

fn tag_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, state: &mut CodebookState) {
    let theme = cx.theme;
    let Some(tag) = state
        .chosen
        .as_ref()
        .and_then(|chosen| work.project().codebook.tag(chosen))
    else {
        ui.label(soft(
            &theme,
            "The codebook has no tags yet. Add one on the left.",
        ));
        return;
    };
    let (revision, mut draft) = state
        .draft
        .take()
        .unwrap_or_else(|| (work.revision(), Draft::of(tag)));
    if revision != work.revision() {
        draft = Draft::of(tag);
    }
    let before = draft.clone();
    let mut is_left = false;
    ui.horizontal(|ui| {
        is_left |= field_ui(ui, "Name", &mut draft.name, 220.0);
        is_left |= field_ui(ui, "Key", &mut draft.key, 40.0);
        let response = ui.color_edit_button_srgb(&mut draft.color);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Colour"));
        is_left |= draft.color != before.color && !ui.input(|input| input.pointer.any_down());
    });
    is_left |= field_ui(ui, "In one line", &mut draft.tag.description, f32::INFINITY);
    is_left |= area_ui(ui, "Definition", &mut draft.tag.definition, 6);
    attributes_ui(ui, cx, work, tag, state);
    examples_ui(ui, cx, tag);
    ui.add_space(10.0);
    let count = work
        .project()
        .annotations
        .iter()
        .filter(|annotation| annotation.tag_id == tag.id)
        .count();
    if ui
        .button(format!("Delete tag {}", tag.id))
        .on_hover_text(format!("{count} annotations carry it"))
        .clicked()
    {
        cx.ask(Command::DeleteTag(tag.id.clone()));
    }
    if is_left {
        ask_for_changes(cx, work, tag, &draft, state);
    }
    state.draft = Some((work.revision(), draft));
}

/// What was typed becomes an edit: a renaming, or a change of anything else.
fn ask_for_changes(
    cx: &mut Cx<'_>,
    work: &Work,
    tag: &Tag,
    draft: &Draft,
    state: &mut CodebookState,
) {
    let new = Tag {
        key: draft.key.chars().next(),
        color: Color(draft.color),
        ..draft.tag.clone()
    };
    if new != *tag {
        let tag_id = tag.id.clone();
        change(cx, work, format!("change tag {tag_id}"), |codebook| {
            codebook
                .tags
                .iter_mut()
                .filter(|tag| tag.id == tag_id)
                .for_each(|tag| *tag = new.clone());
        });
    }
    let name = draft.name.trim();
    if name != tag.id.as_str() {
        let renamed = TagId::new(name);
        cx.ask(Command::RenameTag(tag.id.clone(), renamed.clone()));
        state.chosen = Some(renamed);
    }
}

/// A field with its name above it; returns whether it was left.
fn field_ui(ui: &mut Ui, name: &str, words: &mut String, width: f32) -> bool {
    ui.vertical(|ui| {
        ui.label(RichText::new(name).size(12.0).weak());
        let response = ui.add(TextEdit::singleline(words).desired_width(width));
        name_field(&response, words, name);
        response.lost_focus()
    })
    .inner
}

fn area_ui(ui: &mut Ui, name: &str, words: &mut String, rows: usize) -> bool {
    ui.label(RichText::new(name).size(12.0).weak());
    let response = ui.add(
        TextEdit::multiline(words)
            .desired_rows(rows)
            .desired_width(f32::INFINITY),
    );
    name_field(&response, words, name);
    response.lost_focus()
}

fn attributes_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, tag: &Tag, state: &mut CodebookState) {
    let theme = cx.theme;
    ui.add_space(6.0);
    section_head(ui, &theme, "Attributes");
    for attribute in &tag.attributes {
        ui.push_id(&attribute.name, |ui| {
            ui.horizontal(|ui| {
                ui.label(&*attribute.name);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.small_button("Remove").clicked() {
                        let (tag_id, name) = (tag.id.clone(), attribute.name.clone());
                        change(cx, work, format!("remove attribute {name}"), |codebook| {
                            let own = codebook.tags.iter_mut().filter(|tag| tag.id == tag_id);
                            own.for_each(|tag| {
                                tag.attributes.retain(|attribute| attribute.name != name)
                            });
                        });
                    }
                    let mut is_core = attribute.is_core;
                    if ui.checkbox(&mut is_core, "core").changed() {
                        let (tag_id, name) = (tag.id.clone(), attribute.name.clone());
                        change(cx, work, format!("change attribute {name}"), |codebook| {
                            let own = codebook.tags.iter_mut().filter(|tag| tag.id == tag_id);
                            let same = own
                                .flat_map(|tag| &mut tag.attributes)
                                .filter(|own| own.name == name);
                            same.for_each(|attribute| attribute.is_core = is_core);
                        });
                    }
                });
            });
            cut_label(ui, soft(&theme, kind_words(&attribute.kind)).size(12.0));
        });
    }
    ui.horizontal(|ui| {
        let hint = "name, or name: choice, choice, choice";
        let response = ui.add(
            TextEdit::singleline(&mut state.new_attribute)
                .hint_text(hint)
                .desired_width(280.0),
        );
        name_field(&response, &state.new_attribute, "New attribute");
        if let Some(attribute) = attribute_from(&state.new_attribute)
            && main_button(ui, &theme, "Add attribute").clicked()
        {
            let tag_id = tag.id.clone();
            change(
                cx,
                work,
                format!("add attribute {}", attribute.name),
                |codebook| {
                    let own = codebook.tags.iter_mut().filter(|tag| tag.id == tag_id);
                    own.for_each(|tag| tag.attributes.push(attribute.clone()));
                },
            );
            state.new_attribute.clear();
        }
    });
}

/// `speaker` is an attribute of words; `form: flat, deflect` a choice.
fn attribute_from(typed: &str) -> Option<Attribute> {
    let (name, choices) = typed.split_once(':').unwrap_or((typed, ""));
    let name = name.trim();
    let choices: Vec<Choice> = choices
        .split(',')
        .map(str::trim)
        .filter(|choice| !choice.is_empty())
        .map(|choice| Choice {
            name: choice.into(),
            description: String::new(),
        })
        .collect();
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
            .map(|choice| choice.name.replace('_', " "))
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
