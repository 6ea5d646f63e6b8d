//! The panel on the right: the annotation held, or the list of annotations.

use std::sync::Arc;

use egui::{Align, Id, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::attributes::{FormFocus, attributes_ui};
use super::text::{QuoteLook, TextSurface};
use super::theme::semibold;
use super::widgets::{
    card, cut_label, in_words, key_hint, name_bar, row, section_head, soft, tag_square, value_field,
};
use super::{Cx, keys};
use crate::app::{Command, Work};
use crate::model::{
    Annotation, AttributeKind, AttributeValue, Link, LinkEnds, LinkKind, Region, TagId, Tier,
};

/// Height of a row of the list, in points.
const ROW_HEIGHT: f32 = 46.0;

/// What the inspector remembers from frame to frame.
#[derive(Default)]
pub struct InspectorState {
    focus: FormFocus,
}

impl InspectorState {
    /// Takes the focus when it is drawn next.
    pub fn take_focus(&mut self) {
        self.focus = FormFocus::First;
    }

    /// Puts the cursor into the field of an attribute.
    pub fn go_to(&mut self, attribute: String) {
        self.focus = FormFocus::Attribute(attribute);
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
                        if state.focus.take_first() {
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
        attributes_ui(ui, cx, work, annotation, &mut state.focus)
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
    if state.focus.take_first() {
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
