//! The bars around the work: menus, the title with the tag buttons, the status, and notices.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use egui::{
    Align, Align2, Area, Button, CornerRadius, Frame, Galley, Id, Layout, Margin, MenuBar, Panel,
    RichText, ScrollArea, Sense, Stroke, Ui, vec2,
};

use super::theme::{Theme, semibold};
use super::widgets::{cut_label, in_words, name_bar, soft};
use super::{Cx, keys};
use crate::app::{App, Command, Menu, NoticeKind, Page, Safety, Work, listed, project_name};
use crate::model::{DocumentState, Tag};
use crate::store::Medium;
use crate::text::OffsetUnit;

/// The part of a page that notices may cover.
const MOST_COVERED: f32 = 0.08;
/// How high the buttons at the lower edge of a page stand, in points.
const BUTTONS_HEIGHT: f32 = 64.0;
/// What the title keeps beside however many tags, in points.
const LEAST_TITLE: f32 = 160.0;
/// How long a notice that goes by itself stays, in seconds.
const NOTICE_SECS: f64 = 6.0;
/// In a narrower window the menus take all of their bar.
const MENUS_WIDTH: f32 = 560.0;
/// How much of the title bar the names of tags may take; beyond that they are known by colour and key alone.
const NAMES_PART: f32 = 0.7;

/// Draws the menu bar.
pub fn menu_bar_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let theme = cx.theme;
    let frame = Frame::new()
        .fill(theme.bg)
        .inner_margin(Margin::symmetric(10, 3));
    Panel::top("menu")
        .frame(frame)
        .exact_size(36.0)
        .show(ui, |ui| {
            MenuBar::new().ui(ui, |ui| {
                ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
                    node.set_role(egui::Role::MenuBar);
                    node.set_label("Menus");
                });
                ui.set_height(30.0);
                if ui.available_width() < MENUS_WIDTH {
                    ScrollArea::horizontal().show(ui, |ui| menus_ui(ui, cx));
                    return;
                }
                ui.label(RichText::new("Ascribe").font(semibold(13.0)));
                ui.add_space(6.0);
                menus_ui(ui, cx);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let find_command = Command::Show(Page::Palette);
                    let keys = keys::of_command(ui.ctx(), cx.app, &find_command);
                    let button = Button::new(soft(&theme, keys).size(11.0))
                        .small()
                        .stroke(Stroke::new(1.0, theme.line));
                    let response = ui.add(button).on_hover_text("Find a command…");
                    response.widget_info(|| {
                        egui::WidgetInfo::labeled(egui::Role::Button, true, "Find a command…")
                    });
                    if response.clicked() {
                        cx.ask(Command::Show(Page::Palette));
                    }
                    if let Some(work) = cx.app.work() {
                        cut_label(ui, soft(&theme, &work.project().name));
                    }
                });
            });
        });
}

fn menus_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    for menu in Menu::BAR {
        ui.menu_button(menu.title(), |ui| {
            ui.set_min_width(230.0);
            let height = ui.ctx().content_rect().height() - 60.0;
            // Popups are no higher than 400 points if nobody says otherwise.
            ui.set_max_height(height);
            let mut area = ScrollArea::vertical().max_height(height);
            if ui.is_sizing_pass() {
                // It has just been opened: not where it was left the last time.
                area = area.vertical_scroll_offset(0.0);
            }
            area.show(ui, |ui| menu_ui(ui, cx, menu));
        });
    }
}

fn menu_ui(ui: &mut Ui, cx: &mut Cx<'_>, menu: Menu) {
    for entry in listed().iter().filter(|entry| entry.menu == menu) {
        if entry.begins_group {
            ui.separator();
        }
        menu_entry_ui(ui, cx, entry);
        if entry.command == Command::OpenProject {
            recent_ui(ui, cx);
        }
    }
}

fn recent_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let recent = &cx.app.settings().recent;
    ui.add_enabled_ui(!recent.is_empty(), |ui| {
        ui.menu_button("Recent projects", |ui| {
            for path in recent {
                let button = ui.button(project_name(path));
                if button.on_hover_text(path.display().to_string()).clicked() {
                    cx.ask(Command::OpenProjectAt(path.clone()));
                    ui.close();
                }
            }
        });
    });
}

fn menu_entry_ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &crate::app::Listed) {
    let shortcut = keys::of_entry(ui.ctx(), cx.app, entry);
    let title = title_of(cx.app, &entry.command, entry.title);
    let why_not = why_not(cx.app, &entry.command);
    let button = Button::new(&title).shortcut_text(shortcut);
    let response = ui.add_enabled(why_not.is_none(), button);
    let response = response.accessible_name(title);
    if let Some(why_not) = why_not {
        response.on_disabled_hover_text(why_not);
    } else if response.clicked() {
        cx.ask(entry.command.clone());
        ui.close();
    }
}

/// The words of a command as things stand: what would be undone, what is switched on.
pub fn title_of(app: &App, command: &Command, title: &str) -> String {
    let checked = |is_on: bool| {
        if is_on {
            format!("✓ {title}")
        } else {
            title.to_owned()
        }
    };
    let history = app.work().map(Work::history);
    match command {
        Command::Undo => match history.and_then(|history| history.last_done()) {
            Some(edit) => format!("Undo {}", edit.label),
            None => title.to_owned(),
        },
        Command::Redo => match history.and_then(|history| history.last_undone()) {
            Some(edit) => format!("Redo {}", edit.label),
            None => title.to_owned(),
        },
        Command::DeleteAnnotation => match app.work().and_then(Work::region_at_caret) {
            Some(region) => format!("Take back {}", region.kind),
            None => title.to_owned(),
        },
        Command::ToggleDocuments => checked(app.settings().shows_documents),
        Command::ToggleInspector => checked(app.settings().shows_inspector),
        Command::ToggleLineNumbers => checked(app.settings().shows_line_numbers),
        Command::ToggleInvisible => checked(app.settings().shows_invisible),
        Command::SetFace(face) => checked(app.settings().reading_face == *face),
        Command::ToggleSnapping => checked(app.settings().snaps_to_words),
        Command::SetTheme(theme) => checked(app.settings().theme == *theme),
        _ => title.to_owned(),
    }
}

/// Why a command of the menus cannot be carried out now; `None` if it can.
pub fn why_not(app: &App, command: &Command) -> Option<&'static str> {
    use Command as C;
    let needs_nothing = matches!(
        command,
        C::NewProject
            | C::OpenProject
            | C::OpenSample
            | C::Quit
            | C::ToggleDocuments
            | C::ToggleInspector
            | C::ToggleLineNumbers
            | C::ToggleSnapping
            | C::ToggleInvisible
            | C::SetFace(_)
            | C::StepLineSpacing(_)
            | C::StepColumnWidth(_)
            | C::SetTheme(_)
            | C::StepZoom(_)
            | C::StepTextSize(_)
            | C::Show(Page::Palette | Page::Keys | Page::About | Page::Annotator)
    );
    if needs_nothing {
        return None;
    }
    let Some(work) = app.work() else {
        return Some("Open a project first");
    };
    match command {
        C::Undo if work.history().last_done().is_none() => Some("There is nothing to undo"),
        C::Redo if work.history().last_undone().is_none() => Some("There is nothing to redo"),
        C::EndLink if work.linking().is_none() => Some("Begin a link first"),
        C::DeleteAnnotation if work.picked().is_none() && work.region_at_caret().is_none() => {
            Some("Select an annotation first")
        }
        C::Copy if work.picked().is_none() && work.selection().is_none() => {
            Some("Select words or an annotation first")
        }
        C::Grow
        | C::NextSentence
        | C::PreviousSentence
        | C::NextUnlabelled
        | C::PreviousUnlabelled
        | C::BeginFind
        | C::FindNext
        | C::FindPrevious
        | C::Show(Page::Line)
            if work.text().is_none() =>
        {
            Some("There is no text")
        }
        C::Shrink if work.selection().is_none() => Some("Select words first"),
        C::StepEdge { .. }
            if work.picked().is_none()
                && work.selection().is_none()
                && work.region_at_caret().is_none() =>
        {
            Some("Select words or an annotation first")
        }
        C::LocateText if work.document().is_none() || work.text().is_some() => {
            Some("The text of this document is there")
        }
        C::ReviewTexts if work.misplaced().is_empty() && work.changed().is_empty() => {
            Some("Every annotation stands where it should")
        }
        C::SetState(_) | C::FinishAndNext | C::RemoveDocument | C::Show(Page::Document)
            if work.document().is_none() =>
        {
            Some("Add a text first")
        }
        _ => None,
    }
}

/// Draws the title of the document with the tag buttons.
pub fn title_bar_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work) {
    let theme = cx.theme;
    let frame = Frame::new()
        .fill(theme.pane)
        .inner_margin(Margin::symmetric(16, 0));
    Panel::top("title")
        .frame(frame)
        .exact_size(50.0)
        .show(ui, |ui| {
            let tags = &work.project().codebook.tags;
            let buttons = tags.iter().map(|tag| TagButton::of(ui, &theme, tag, 0));
            let buttons: Vec<TagButton> = buttons.collect();
            let room = NAMES_PART * ui.available_width();
            let has_names = buttons.iter().map(TagButton::width).sum::<f32>() <= room;
            let buttons = buttons.into_iter().map(|button| match has_names {
                true => button,
                false => button.without_name(),
            });
            let gaps = ui.spacing().item_spacing.x * tags.len().saturating_sub(1) as f32;
            let width = buttons.map(|button| button.width()).sum::<f32>() + gaps;
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let strip = vec2(
                    width.min(ui.available_width() - LEAST_TITLE),
                    ui.available_height(),
                );
                ui.allocate_ui_with_layout(strip, Layout::left_to_right(Align::Center), |ui| {
                    // More than there is room for go by under the wheel.
                    ui.style_mut().always_scroll_the_only_direction = true;
                    let area = ScrollArea::horizontal().id_salt("tags");
                    let output = area.show(ui, |ui| {
                        for tag in tags {
                            ui.push_id(&tag.id, |ui| tag_button_ui(ui, cx, work, tag, has_names));
                        }
                    });
                    name_bar(ui, "tags", &output);
                });
                ui.add_space(8.0);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    title_ui(ui, &theme, work)
                });
            });
        });
}

fn title_ui(ui: &mut Ui, theme: &Theme, work: &Work) {
    let Some(document) = work.document() else {
        return;
    };
    let facts: Vec<&str> = ["outlet", "date", "languages"]
        .into_iter()
        .filter_map(|name| document.fields.get(name).map(String::as_str))
        .filter(|value| !value.is_empty())
        .collect();
    let facts = facts.join(" · ");
    let title = RichText::new(document.title()).font(semibold(15.0));
    let title_width = ui
        .painter()
        .layout_no_wrap(document.title().to_owned(), semibold(15.0), theme.ink)
        .size()
        .x;
    ui.allocate_ui(
        vec2(title_width.min(ui.available_width()) + 2.0, 24.0),
        |ui| cut_label(ui, title),
    );
    if ui.available_width() > 120.0 {
        ui.add_space(4.0);
        cut_label(ui, soft(theme, facts));
    }
}

/// A tag: its colour, name, count in this document and key. Pressed, it does what its key does.
fn tag_button_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, tag: &Tag, has_name: bool) {
    let theme = cx.theme;
    let is_armed = work.armed() == Some(&tag.id);
    let count = work.document().map_or(0, |document| {
        work.project()
            .annotations
            .count_of_tag(&document.id, &tag.id)
    });
    let button = TagButton::of(ui, &theme, tag, count);
    let button = match has_name {
        true => button,
        false => button.without_name(),
    };
    let response = button.paint(ui, &theme, tag, is_armed);
    response.widget_info(|| {
        egui::WidgetInfo::selected(
            egui::Role::Button,
            true,
            is_armed,
            format!("Tag {}", tag.id),
        )
    });
    if response.clicked() {
        cx.ask(Command::UseTag(tag.id.clone()));
    }
    response.on_hover_ui(|ui| {
        ui.set_max_width(360.0);
        ui.label(RichText::new(tag.id.as_str()).font(semibold(13.0)));
        if !tag.description.is_empty() {
            ui.label(&tag.description);
        }
        ui.label(soft(&theme, "Tags the selected words. With nothing selected it stays armed: every drag is tagged until Esc."));
    });
}

/// The button's words as they are laid out.
struct TagButton {
    name: Option<Arc<Galley>>,
    count: Arc<Galley>,
    key: Option<Arc<Galley>>,
    /// Wide enough for two digits, so that the buttons stay in their place when a count grows.
    count_width: f32,
}

impl TagButton {
    const GAP: f32 = 7.0;
    const SIDE: f32 = 11.0;
    const SQUARE: f32 = 9.0;

    fn of(ui: &Ui, theme: &Theme, tag: &Tag, count: usize) -> Self {
        let layout = |words: String, size: f32, color| {
            let font = egui::FontId::proportional(size);
            ui.painter().layout_no_wrap(words, font, color)
        };
        let count = layout(count.to_string(), 13.0, theme.soft);
        let two_digits = layout("00".to_owned(), 13.0, theme.soft);
        let key = tag.key.map(|key| layout(key.to_string(), 10.5, theme.soft));
        Self {
            name: Some(layout(in_words(tag.id.as_str()), 13.0, theme.ink)),
            count_width: count.size().x.max(two_digits.size().x),
            count,
            key,
        }
    }

    /// For a narrow bar. A tag without a key keeps its name, or nothing would tell it.
    fn without_name(self) -> Self {
        let name = self.name.filter(|_| self.key.is_none());
        Self { name, ..self }
    }

    fn width(&self) -> f32 {
        let wide = |galley: &Option<Arc<Galley>>, more: f32| {
            let width = galley.as_ref().map(|galley| galley.size().x + more);
            width.unwrap_or_default()
        };
        let name = wide(&self.name, Self::GAP);
        let key = wide(&self.key, 10.0 + Self::GAP);
        2.0 * Self::SIDE + Self::SQUARE + Self::GAP + name + self.count_width + key
    }

    /// Square, name, count, key.
    fn paint(self, ui: &mut Ui, theme: &Theme, tag: &Tag, is_armed: bool) -> egui::Response {
        let colors = theme.tag(tag.color);
        let (rect, response) = ui.allocate_exact_size(vec2(self.width(), 32.0), Sense::click());
        let is_strong = is_armed || response.hovered() || response.has_focus();
        let line = if is_strong {
            Stroke::new(if is_armed { 2.0 } else { 1.5 }, colors.strong)
        } else {
            Stroke::new(1.0, theme.line)
        };
        let fill = if is_armed { colors.tint } else { theme.pane };
        let painter = ui.painter();
        let inside = egui::StrokeKind::Inside;
        painter.rect(rect, CornerRadius::same(7), fill, line, inside);
        let middle = rect.center().y;
        let mut x = rect.left() + Self::SIDE;
        let square = egui::Rect::from_center_size(
            egui::pos2(x + Self::SQUARE / 2.0, middle),
            egui::Vec2::splat(Self::SQUARE),
        );
        painter.rect_filled(square, CornerRadius::same(2), colors.strong);
        x += Self::SQUARE + Self::GAP;
        if let Some(name) = self.name {
            let size = name.size();
            painter.galley(egui::pos2(x, middle - size.y / 2.0), name, theme.ink);
            x += size.x + Self::GAP;
        }
        let size = self.count.size();
        let right = x + self.count_width - size.x;
        painter.galley(
            egui::pos2(right, middle - size.y / 2.0),
            self.count,
            theme.ink,
        );
        x += self.count_width + Self::GAP;
        if let Some(key) = self.key {
            let size = key.size();
            let corner = egui::pos2(x, middle - 9.0);
            let frame = egui::Rect::from_min_size(corner, vec2(size.x + 10.0, 18.0));
            let line = Stroke::new(1.0, theme.line);
            painter.rect(frame, CornerRadius::same(4), theme.bg, line, inside);
            painter.galley(frame.center() - size / 2.0, key, theme.soft);
        }
        response
    }
}

/// Draws the status bar.
pub fn status_bar_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, missing: &BTreeSet<char>) {
    let theme = cx.theme;
    let frame = Frame::new()
        .fill(theme.bg)
        .inner_margin(Margin::symmetric(12, 0));
    Panel::bottom("status").frame(frame).exact_size(28.0).show(ui, |ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            // Where there is little room, the least needed goes first.
            let room = ui.available_width();
            ui.spacing_mut().item_spacing.x = 16.0;
            saved_state_ui(ui, cx, work);
            if room > 430.0 {
                ui.label(soft(&theme, place_words(work)).size(12.0));
            }
            mode_ui(ui, cx, work);
            tasks_ui(ui, cx);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let zoom = format!("{} %", cx.app.settings().zoom_percent);
                quiet_button(ui, cx, &zoom, "Usual zoom", Command::StepZoom(0));
                if room > 700.0 {
                    encoding_ui(ui, cx, work);
                }
                let name = work.annotator_id().to_string();
                if room > 560.0 {
                    quiet_button(ui, cx, &name, "Annotator…", Command::Show(Page::Annotator));
                }
                state_ui(ui, cx, work);
                if let Some(first) = missing.first().filter(|_| room > 860.0) {
                    let words = format!("no font for {first} (U+{:04X})", u32::from(*first));
                    ui.label(RichText::new(words).color(theme.warn).size(12.0)).on_hover_text(
                        "This machine has no font for some characters of this text. Install one, for example from the \
                         Noto family, and start Ascribe again",
                    );
                }
            });
        });
    });
}

fn saved_state_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work) {
    let theme = cx.theme;
    let (color, words, why) = match work.safety() {
        Safety::ForReading => (
            theme.warn,
            "For reading",
            "Somebody else is at work on this project. “Edit what is open for reading” in the menu “Project” lets you \
             edit it too"
                .to_owned(),
        ),
        Safety::Reading => (
            theme.warn,
            "Reading annotations…",
            "The project can be changed when all of it has been read".to_owned(),
        ),
        Safety::Saved => (
            theme.good,
            "Saved",
            "The project file holds everything".to_owned(),
        ),
        Safety::Saving => (
            theme.warn,
            "Saving…",
            "The project file is being written".to_owned(),
        ),
        Safety::Safe => {
            let when = match work.medium() {
                Medium::Disk => "when you pause".to_owned(),
                Medium::Synchronised(client) => {
                    format!("a minute after your last edit, since {client} sends it as a whole each time")
                }
                Medium::Share => "a minute after your last edit, since it lies on another machine".to_owned(),
            };
            let why = format!(
                "Every edit is on the disk and comes back after a crash. The project file is written {when}"
            );
            (theme.good, "Safe", why)
        }
        Safety::Unsaved => (
            theme.warn,
            "Unsaved changes",
            "The last edits are on their way to the disk".to_owned(),
        ),
        Safety::NotSaved(why) => {
            let again = work.saved().again_at;
            let wait = again.map(|at| at.saturating_duration_since(Instant::now()).as_secs() + 1);
            let again = wait.map_or(String::new(), |secs| format!("\nIt is tried again in {secs} seconds"));
            (theme.bad, "Not saved", format!("{why}{again}"))
        }
        Safety::NotSafe(why) => (theme.bad, "Not safe", why),
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (rect, _) = ui.allocate_exact_size(vec2(9.0, 9.0), Sense::hover());
        ui.painter().circle_filled(rect.center(), 4.0, color);
        let label = ui.label(RichText::new(words).color(color).size(12.0));
        label.on_hover_text(format!("{why}\n{}", work.path().display()));
    });
}

/// Where the caret is and how much is selected.
fn place_words(work: &Work) -> String {
    let Some(text) = work.text() else {
        return String::new();
    };
    let line = text.line_index_at(
        work.selection()
            .map_or(work.caret(), |selection| selection.start()),
    ) + 1;
    let Some(selection) = work.selection() else {
        return format!("Ln {line}");
    };
    let before = |offset| text.offset_in(OffsetUnit::CodePoint, offset);
    let count = before(selection.end()) - before(selection.start());
    format!("Ln {line}, {count} characters selected")
}

/// What the next click or drag will do, where that is not the usual.
fn mode_ui(ui: &mut Ui, cx: &Cx<'_>, work: &Work) {
    let theme = cx.theme;
    if let Some(linking) = work.linking() {
        let words = format!(
            "Choose where “{}” leads: click, or Tab and Enter · Esc to give up",
            in_words(&linking.kind)
        );
        ui.label(RichText::new(words).color(theme.accent).size(12.0));
    } else if let Some(armed) = work.armed() {
        ui.label(
            RichText::new(format!(
                "{} armed · Esc to put away",
                in_words(armed.as_str())
            ))
            .color(theme.accent)
            .size(12.0),
        );
    }
}

fn tasks_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let theme = cx.theme;
    let running: Vec<_> = cx
        .app
        .running()
        .iter()
        .filter_map(|task| Some((task.number, task.title.clone()?, task.progress.fraction())))
        .collect();
    for (number, title, fraction) in running {
        let words = fraction.map_or(title.clone(), |part| {
            format!("{title} · {:.0} %", part * 100.0)
        });
        ui.label(soft(&theme, format!("{words}…")).size(12.0));
        // What has no steps cannot be given up half-way.
        if fraction.is_some() && ui.small_button("Cancel").clicked() {
            cx.ask(Command::CancelTask(number));
        }
    }
}

fn state_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work) {
    let theme = cx.theme;
    let Some(document) = work.document() else {
        return;
    };
    let state = document.state_of(work.annotator_id());
    let button = Button::new(soft(&theme, state.words()).size(12.0)).frame(false);
    egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
        for other in DocumentState::ALL {
            if ui.selectable_label(other == state, other.words()).clicked() {
                cx.ask(Command::SetState(other));
                ui.close();
            }
        }
    });
}

fn encoding_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work) {
    let Some((document, text)) = work.document().zip(work.text()) else {
        return;
    };
    let mark = if document.encoding.has_byte_order_mark {
        " with BOM"
    } else {
        ""
    };
    let words = format!(
        "{}{mark} · {}",
        document.encoding.name,
        text.line_ends().name()
    );
    quiet_button(
        ui,
        cx,
        &words,
        "About this document…",
        Command::Show(Page::Document),
    );
}

/// Words of the status bar that can be clicked.
fn quiet_button(ui: &mut Ui, cx: &mut Cx<'_>, words: &str, name: &str, command: Command) {
    let button = Button::new(soft(&cx.theme, words).size(12.0)).frame(false);
    let response = ui.add(button);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Button, true, format!("{words}, {name}"))
    });
    if response.on_hover_text(name).clicked() {
        cx.ask(command);
    }
}

/// Draws the notices, the newest at the bottom right.
pub fn notices_ui(ui: &mut Ui, cx: &mut Cx<'_>, page: Option<(egui::Rect, f64)>) {
    let theme = cx.theme;
    let ctx = ui.ctx().clone();
    let now = ctx.input(|input| input.time);
    let id = Id::unique("notices");
    let notices: Vec<_> = cx.app.notices().iter().rev().take(4).cloned().collect();
    let first_seen =
        |number| ctx.data_mut(|data| *data.get_temp_mut_or(Id::unique(("notice", number)), now));
    // Above a page, so that what it brought about can be read and taken back there, unless much of it is covered, or
    // its buttons are by what was there before.
    let own_rect = ctx.memory(|memory| memory.area_rect(id));
    let is_in_the_way = page.zip(own_rect).is_some_and(|((page, opened_at), own)| {
        let covered = page.intersect(own);
        let is_much = covered.is_positive() && covered.area() > page.area() * MOST_COVERED;
        let buttons = page.with_min_y(page.bottom() - BUTTONS_HEIGHT);
        let is_of_page = notices.iter().any(|it| first_seen(it.number) > opened_at);
        is_much || (buttons.intersects(own) && !is_of_page)
    });
    let order = match is_in_the_way || cx.app.question().is_some() {
        true => egui::Order::Middle,
        false => egui::Order::Tooltip,
    };
    let area = Area::new(id)
        .order(order)
        .anchor(Align2::RIGHT_BOTTOM, vec2(-18.0, -44.0));
    area.show(&ctx, |ui| {
        for notice in notices.iter().rev() {
            let since = first_seen(notice.number);
            let goes_by_itself = matches!(notice.kind, NoticeKind::Done | NoticeKind::Refused);
            if goes_by_itself && now - since > NOTICE_SECS {
                cx.ask(Command::DismissNotice(notice.number));
                continue;
            }
            ctx.request_repaint_after(std::time::Duration::from_secs(1));
            let color = match notice.kind {
                NoticeKind::Done => theme.good,
                NoticeKind::Refused | NoticeKind::Warning => theme.warn,
                NoticeKind::Failure => theme.bad,
            };
            let frame = Frame::popup(ui.style())
                .inner_margin(Margin::symmetric(14, 10))
                .corner_radius(CornerRadius::same(8));
            frame.show(ui, |ui| {
                ui.set_max_width(f32::min(380.0, ctx.content_rect().width() - 70.0));
                ui.horizontal_top(|ui| {
                    let (rect, _) = ui.allocate_exact_size(vec2(8.0, 16.0), Sense::hover());
                    ui.painter().circle_filled(rect.center(), 4.0, color);
                    ui.vertical(|ui| {
                        ui.set_max_width(340.0);
                        ui.label(&notice.words);
                        if notice.deed.is_none() && goes_by_itself {
                            return;
                        }
                        ui.horizontal(|ui| {
                            if let Some((words, command)) = &notice.deed
                                && ui.button(words).clicked()
                            {
                                cx.ask(Command::DismissNotice(notice.number));
                                cx.ask(command.clone());
                            }
                            if ui.button("Dismiss").clicked() {
                                cx.ask(Command::DismissNotice(notice.number));
                            }
                        });
                    });
                });
            });
            ui.add_space(6.0);
        }
    });
}
