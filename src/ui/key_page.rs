//! The page on which every key can be looked up and changed.

use egui::{
    Event, Grid, Key, Modifiers, Response, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo,
    vec2,
};

use super::pages::head_ui;
use super::widgets::{in_words, name_bar, name_field, section_head, soft};
use super::{Cx, keys};
use crate::app::{AttributeKey, Command, Listed, Menu, attribute_keys, listed};

/// What the page remembers while it is open.
#[derive(Default)]
pub struct KeyPageState {
    /// What the next key is for.
    capturing: Option<Captured>,
    /// Only what has these words in its name is shown.
    filter: String,
}

/// What a key is for.
#[derive(Clone, PartialEq)]
enum Captured {
    /// A command, by its title.
    Command(&'static str),
    /// A value of an attribute, by the name of its key.
    Value(String),
}

impl KeyPageState {
    /// Whether the next key pressed becomes the key of something.
    pub fn is_capturing(&self) -> bool {
        self.capturing.is_some()
    }

    /// Whether what these keys do, or one of them, has the words of the filter.
    fn shows<'a>(&self, what: &str, keys: impl IntoIterator<Item = &'a str>) -> bool {
        let words = self.filter.trim().to_lowercase();
        let has_words = |name: &str| name.to_lowercase().contains(&words);
        words.is_empty() || has_words(what) || keys.into_iter().any(has_words)
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
    if ui.input(|input| input.pointer.any_pressed()) {
        // Whoever clicks elsewhere has given up.
        state.capturing = None;
    }
    let is_done = head_ui(ui, "Keys");
    ui.label(soft(
        &theme,
        "Click a key to take it away, + to add another. Click the key of a value to change it.",
    ));
    ui.add_space(6.0);
    let field = TextEdit::singleline(&mut state.filter).hint_text("Filter");
    let field = ui.add(field.desired_width(f32::INFINITY).margin(vec2(8.0, 5.0)));
    name_field(&field, &state.filter, "Filter keys");
    ui.add_space(8.0);
    // In a narrow window, rows with many keys are scrolled to.
    let area = ScrollArea::both().auto_shrink(false);
    let output = area.show(ui, |ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        commands_ui(ui, cx, state);
        tags_ui(ui, cx, state);
        let mouse = MOUSE.map(|(what, how)| (what.to_owned(), how.to_owned()));
        rows_ui(ui, cx, state, "Mouse", mouse);
        if ui.button("Usual keys for everything").clicked() {
            cx.ask(Command::UsualKeys);
        }
    });
    name_bar(ui, "keys", &output);
    is_done
}

fn commands_ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut KeyPageState) {
    let menus = Menu::BAR.into_iter().filter(|menu| *menu != Menu::Go);
    for menu in [Menu::Go, Menu::Caret].into_iter().chain(menus) {
        let of_menu = listed().iter().filter(|entry| entry.menu == menu);
        let settings = cx.app.settings();
        let entries: Vec<&Listed> = of_menu
            .filter(|entry| state.shows(entry.title, settings.keys_of(entry)))
            .collect();
        if entries.is_empty() {
            continue;
        }
        section_head(ui, &cx.theme, menu.title());
        grid(ui, menu.title()).show(ui, |ui| {
            for entry in entries {
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
}

/// Keys of the codebook, and those that set core attributes. Those of tags are changed in the codebook.
fn tags_ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut KeyPageState) {
    let Some(work) = cx.app.work() else { return };
    let codebook = &work.project().codebook;
    let tags = codebook.tags.iter();
    let rows = tags.filter_map(|tag| Some((format!("Tag as {}", tag.id), tag.key?.to_string())));
    rows_ui(ui, cx, state, "Tags; changed in the codebook", rows);
    for tag in &codebook.tags {
        let mut values = attribute_keys(codebook, &tag.id, cx.app.settings());
        values.retain(|value| state.shows(&in_words(&value.name()), value.shortcut.as_deref()));
        if values.is_empty() {
            continue;
        }
        let tag_words = in_words(tag.id.as_str());
        section_head(
            ui,
            &cx.theme,
            &format!("Values of a selected “{tag_words}”"),
        );
        grid(ui, tag.id.as_str()).show(ui, |ui| {
            for value in values {
                ui.label(in_words(&value.name()));
                ui.push_id(value.name(), |ui| value_key_ui(ui, cx, state, &value));
                ui.end_row();
            }
        });
        ui.add_space(8.0);
    }
}

/// The key of a value as a button that changes it.
fn value_key_ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut KeyPageState, value: &AttributeKey) {
    let name = value.name();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        if state.capturing == Some(Captured::Value(name.clone())) {
            return awaited_ui(ui, cx);
        }
        let written = value.shortcut.as_deref();
        let words = written.map_or_else(|| "+".to_owned(), |keys| keys::in_words(ui.ctx(), keys));
        let change = ui.small_button(words);
        let spoken = in_words(&name);
        label_button(&change, format!("Change the key of {spoken}"));
        if change.on_hover_text("Change this key").clicked() {
            state.capturing = Some(Captured::Value(name.clone()));
        }
        if cx.app.settings().own_value_keys.contains_key(&name) {
            let usual = ui.small_button("usual");
            label_button(&usual, format!("Usual key for {spoken}"));
            if usual.clicked() {
                cx.ask(Command::SetValueKey(name, None));
            }
        }
    });
}

fn awaited_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let words = "press the key, Esc to give up";
    ui.label(RichText::new(words).color(cx.theme.accent).size(12.0));
}

fn label_button(button: &Response, name: String) {
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
}

/// Two columns, narrower where the window is.
fn grid(ui: &Ui, id: &str) -> Grid {
    let width = f32::min(270.0, (ui.available_width() - 16.0) / 2.0);
    Grid::new(id)
        .num_columns(2)
        .min_col_width(width)
        .spacing(vec2(16.0, 3.0))
}

/// Keys that cannot be changed here.
fn rows_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &KeyPageState,
    title: &str,
    rows: impl IntoIterator<Item = (String, String)>,
) {
    let rows = rows
        .into_iter()
        .filter(|(what, keys)| state.shows(what, [&**keys]));
    let rows: Vec<(String, String)> = rows.collect();
    if rows.is_empty() {
        return;
    }
    section_head(ui, &cx.theme, title);
    grid(ui, title).show(ui, |ui| {
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
            label_button(&button, format!("Take {words} from {title}"));
            if button.on_hover_text("Take this key away").clicked() {
                let left = own.iter().filter(|other| *other != written);
                let left = left.map(|other| (*other).to_owned()).collect();
                cx.ask(Command::SetKeys(entry.title, Some(left)));
            }
        }
        if state.capturing == Some(Captured::Command(entry.title)) {
            return awaited_ui(ui, cx);
        }
        let add = ui.small_button("+");
        label_button(&add, format!("Add a key for {title}"));
        if add.on_hover_text("Add a key").clicked() {
            state.capturing = Some(Captured::Command(entry.title));
        }
        if cx.app.settings().has_own_keys(entry) {
            let usual = ui.small_button("usual");
            label_button(&usual, format!("Usual keys for {title}"));
            if usual.clicked() {
                cx.ask(Command::SetKeys(entry.title, None));
            }
        }
    });
}

/// Takes the next key pressed for what waits for one.
fn capture(ui: &Ui, cx: &mut Cx<'_>, state: &mut KeyPageState) {
    if !state.is_capturing() {
        return;
    }
    let Some((modifiers, key)) = take_pressed(ui) else {
        return;
    };
    let captured = state.capturing.take();
    if (modifiers, key) == (Modifiers::NONE, Key::Escape) {
        return;
    }
    let written = keys::written(modifiers, key);
    match captured {
        Some(Captured::Command(title)) => add_key(cx, title, written),
        Some(Captured::Value(name)) => cx.ask(Command::SetValueKey(name, Some(written))),
        None => {}
    }
}

/// A further key for a command.
fn add_key(cx: &mut Cx<'_>, title: &'static str, written: String) {
    let Some(entry) = listed().iter().find(|entry| entry.title == title) else {
        return;
    };
    let own = cx.app.settings().keys_of(entry).into_iter();
    let mut all: Vec<String> = own.map(str::to_owned).collect();
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
