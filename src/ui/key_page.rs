//! The page on which every key can be looked up and changed.

use egui::{Event, Grid, Key, Modifiers, RichText, ScrollArea, Ui, vec2};

use super::pages::head_ui;
use super::widgets::{name_bar, section_head, soft};
use super::{Cx, keys};
use crate::app::{Command, Listed, Menu, NoticeKind, attribute_keys, listed};

/// What the page remembers while it is open.
#[derive(Default)]
pub struct KeyPageState {
    /// The title of the command that the next key is for.
    capturing: Option<&'static str>,
}

impl KeyPageState {
    /// Whether the next key pressed becomes a command's key.
    pub fn is_capturing(&self) -> bool {
        self.capturing.is_some()
    }
}

/// What the mouse does on the text; this cannot be changed.
const MOUSE: [(&str, &str); 6] = [
    ("Select words", "drag"),
    ("Select exact characters", "Alt while dragging"),
    ("Select a word, a sentence", "double click, triple click"),
    ("Extend the selection", "Shift and click"),
    ("Select an annotation; again for the next one out", "click"),
    ("What can be done here", "right click"),
];

/// Draws the page; returns whether it is to be closed.
pub fn key_page_ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut KeyPageState) -> bool {
    let theme = cx.theme;
    capture(ui, cx, state);
    let is_done = head_ui(ui, "Keys");
    ui.label(soft(
        &theme,
        "Press a key here to take it away, + to add another.",
    ));
    let refused = cx.app.notices().last();
    if let Some(notice) = refused.filter(|notice| notice.kind == NoticeKind::Refused) {
        ui.label(RichText::new(&notice.words).color(theme.bad));
    }
    let area = ScrollArea::vertical().auto_shrink(false);
    let output = area.show(ui, |ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        let menus = Menu::BAR.into_iter().filter(|menu| *menu != Menu::Go);
        for menu in [Menu::Go, Menu::Caret].into_iter().chain(menus) {
            section_head(ui, &theme, menu.title());
            Grid::new(menu.title())
                .num_columns(2)
                .min_col_width(270.0)
                .spacing(vec2(16.0, 3.0))
                .show(ui, |ui| {
                    for entry in listed().iter().filter(|entry| entry.menu == menu) {
                        ui.push_id(entry.title, |ui| {
                            ui.label(entry.title.trim_end_matches('…'));
                        });
                        ui.push_id((entry.title, "keys"), |ui| {
                            entry_keys_ui(ui, cx, state, entry)
                        });
                        ui.end_row();
                    }
                });
            ui.add_space(8.0);
        }
        tags_ui(ui, cx);
        section_head(ui, &theme, "Mouse");
        rows_ui(
            ui,
            cx,
            "mouse",
            MOUSE.map(|(what, how)| (what.to_owned(), how.to_owned())),
        );
        if ui.button("Usual keys for everything").clicked() {
            cx.ask(Command::UsualKeys);
        }
    });
    name_bar(ui, "keys", &output);
    is_done
}

/// Keys of the codebook, and the letters that set core attributes. Those of tags are changed in the codebook.
fn tags_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let Some(work) = cx.app.work() else { return };
    let codebook = &work.project().codebook;
    section_head(ui, &cx.theme, "Tags, from the codebook");
    let tags = codebook.tags.iter();
    let rows = tags.filter_map(|tag| Some((format!("Tag as {}", tag.id), tag.key?.to_string())));
    rows_ui(ui, cx, "tags", rows);
    section_head(ui, &cx.theme, "Core attributes of the selected annotation");
    for tag in &codebook.tags {
        let letters = attribute_keys(codebook, &tag.id, cx.app.settings());
        let rows = letters.into_iter().map(|key| {
            let what = match key.choice {
                Some(choice) => format!("{}: {} {}", tag.id, key.attribute, choice),
                None => format!("{}: {}", tag.id, key.attribute),
            };
            (what.replace('_', " "), key.letter.to_string())
        });
        rows_ui(ui, cx, tag.id.as_str(), rows);
    }
}

fn rows_ui(ui: &mut Ui, cx: &Cx<'_>, id: &str, rows: impl IntoIterator<Item = (String, String)>) {
    Grid::new(id)
        .num_columns(2)
        .min_col_width(270.0)
        .spacing(vec2(16.0, 5.0))
        .show(ui, |ui| {
            for (what, keys) in rows {
                ui.label(what);
                ui.label(soft(&cx.theme, keys));
                ui.end_row();
            }
        });
    ui.add_space(8.0);
}

/// The keys of a command as buttons that take them away, and one that adds another.
fn entry_keys_ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut KeyPageState, entry: &'static Listed) {
    let title = entry.title.trim_end_matches('…');
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        let own: Vec<&str> = cx.app.settings().keys_of(entry);
        for written in &own {
            let words = keys::in_words(ui.ctx(), written);
            let button = ui.small_button(&words);
            button.widget_info(|| {
                let name = format!("Take {words} from {title}");
                egui::WidgetInfo::labeled(egui::Role::Button, true, name)
            });
            if button.on_hover_text("Take this key away").clicked() {
                let left = own.iter().filter(|other| *other != written);
                let left = left.map(|other| (*other).to_owned()).collect();
                cx.ask(Command::SetKeys(entry.title, Some(left)));
            }
        }
        if state.capturing == Some(entry.title) {
            let words = "press the key, Esc to give up";
            ui.label(RichText::new(words).color(cx.theme.accent).size(12.0));
            return;
        }
        let add = ui.small_button("+");
        add.widget_info(|| {
            let name = format!("Add a key for {title}");
            egui::WidgetInfo::labeled(egui::Role::Button, true, name)
        });
        if add.on_hover_text("Add a key").clicked() {
            state.capturing = Some(entry.title);
        }
        if cx.app.settings().has_own_keys(entry) {
            let usual = ui.small_button("usual");
            usual.widget_info(|| {
                let name = format!("Usual keys for {title}");
                egui::WidgetInfo::labeled(egui::Role::Button, true, name)
            });
            if usual.clicked() {
                cx.ask(Command::SetKeys(entry.title, None));
            }
        }
    });
}

/// Takes the next key pressed for the command that waits for one.
fn capture(ui: &Ui, cx: &mut Cx<'_>, state: &mut KeyPageState) {
    let Some(title) = state.capturing else { return };
    let Some((modifiers, key)) = take_pressed(ui) else {
        return;
    };
    state.capturing = None;
    if (modifiers, key) == (Modifiers::NONE, Key::Escape) {
        return;
    }
    let Some(entry) = listed().iter().find(|entry| entry.title == title) else {
        return;
    };
    let mut all: Vec<String> = cx
        .app
        .settings()
        .keys_of(entry)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let written = keys::written(modifiers, key);
    if !all.contains(&written) {
        all.push(written);
        cx.ask(Command::SetKeys(title, Some(all)));
    }
}

/// The first key pressed in this frame; nothing else hears of it.
fn take_pressed(ui: &Ui) -> Option<(Modifiers, Key)> {
    ui.input_mut(|input| {
        let key = input.events.iter().find_map(keys::pressed);
        input.events.retain(|event| {
            let is_key = matches!(event, Event::Key { .. } | Event::Text(_));
            !is_key && keys::pressed(event).is_none()
        });
        key
    })
}
