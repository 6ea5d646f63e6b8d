//! What the keys pressed in a frame ask for.

use std::collections::BTreeMap;

use egui::{Context, Event, Key, KeyboardShortcut, Modifiers};

use super::Cx;
use crate::app::{
    App, Command, Listed, Menu, Work, attribute_keys, extending, listed, only_letter,
};
use crate::model::{AttributeKind, AttributeValue};

/// Reads `Ctrl+Alt+Shift+S`. Ctrl stands for Cmd on a Mac. `None` for a key that egui does not know.
pub fn parse(written: &str) -> Option<KeyboardShortcut> {
    let mut modifiers = Modifiers::NONE;
    let mut key = None;
    for part in written.split('+') {
        match part {
            "Ctrl" => modifiers.command = true,
            "Shift" => modifiers.shift = true,
            "Alt" => modifiers.alt = true,
            name => key = Key::from_name(name),
        }
    }
    Some(KeyboardShortcut::new(modifiers, key?))
}

/// Writes what [`parse`] reads.
pub fn written(modifiers: Modifiers, key: Key) -> String {
    let mut words = String::new();
    for (is_held, name) in [
        (modifiers.command, "Ctrl+"),
        (modifiers.alt, "Alt+"),
        (modifiers.shift, "Shift+"),
    ] {
        if is_held {
            words.push_str(name);
        }
    }
    words + key.name()
}

/// The keys of the clipboard. egui turns them into events of their own.
const CLIPBOARD: [&str; 3] = ["Ctrl+C", "Ctrl+X", "Ctrl+V"];

/// The key that an event says was pressed. With nothing on the clipboard, egui says nothing of Ctrl+V.
pub fn pressed(event: &Event) -> Option<(Modifiers, Key)> {
    Some(match event {
        Event::Key {
            key,
            pressed: true,
            modifiers,
            ..
        } if !is_modifier(*key) => (*modifiers, *key),
        Event::Copy => (Modifiers::COMMAND, Key::C),
        Event::Cut => (Modifiers::COMMAND, Key::X),
        Event::Paste(_) | Event::PasteImage(_) => (Modifiers::COMMAND, Key::V),
        _ => return None,
    })
}

/// Whether a key only changes what others mean. The window tells of these keys too.
fn is_modifier(key: Key) -> bool {
    use Key as K;
    matches!(
        key,
        K::ShiftLeft
            | K::ShiftRight
            | K::ControlLeft
            | K::ControlRight
            | K::AltLeft
            | K::AltRight
            | K::SuperLeft
            | K::SuperRight
            | K::CapsLock
            | K::NumLock
            | K::ScrollLock
    )
}

/// A shortcut in the words of the system: `⇧⌘S` on a Mac, `Ctrl+Shift+S` elsewhere.
pub fn in_words(ctx: &Context, written: &str) -> String {
    parse(written).map_or_else(
        || written.to_owned(),
        |shortcut| ctx.format_shortcut(&shortcut),
    )
}

/// The first key of an entry in words; empty if it has none.
pub fn of_entry(ctx: &Context, app: &App, entry: &Listed) -> String {
    let keys = app.settings().keys_of(entry);
    keys.first()
        .map(|written| in_words(ctx, written))
        .unwrap_or_default()
}

/// The first key of a listed command in words; empty if it has none.
pub fn of_command(ctx: &Context, app: &App, command: &Command) -> String {
    let entry = listed().iter().find(|entry| entry.command == *command);
    entry
        .map(|entry| of_entry(ctx, app, entry))
        .unwrap_or_default()
}

/// What a command is called, with its key: `Find next (F3)`. For hovers.
pub fn hover_words(ctx: &Context, app: &App, command: &Command) -> String {
    let entry = listed().iter().find(|entry| entry.command == *command);
    let title = entry.map_or("", |entry| entry.title);
    match of_command(ctx, app, command) {
        keys if keys.is_empty() => title.to_owned(),
        keys => format!("{title} ({keys})"),
    }
}

/// Asks for what the keys pressed in this frame stand for. While a text field has the focus, only keys
/// with Ctrl and F keys count, so that typing stays typing.
pub fn ask(cx: &mut Cx<'_>, ctx: &Context) {
    if cx.captures_keys {
        return;
    }
    let is_typing = ctx.egui_wants_keyboard_input() && !cx.text_has_focus;
    // While a menu or a list is open, Esc and the arrows are for it.
    let reaches_text = !is_typing && !cx.is_page_open && !egui::Popup::is_any_open(ctx);
    if ctx.input(|input| input.events.iter().any(|event| pressed(event).is_some())) {
        ask_for_commands(cx, ctx, reaches_text);
    }
    if reaches_text {
        ask_for_tag(cx, ctx);
    }
}

/// Asks for the commands whose keys were pressed; nothing else hears of these keys, but for those of the clipboard:
/// the words of a label that was selected are copied too.
fn ask_for_commands(cx: &mut Cx<'_>, ctx: &Context, reaches_text: bool) {
    let mut commands = commands_by_key(cx.app, reaches_text);
    if ctx.text_edit_focused() {
        // The field takes its own letters back.
        commands.retain(|_, command| !matches!(command, Command::Undo | Command::Redo));
    }
    if reaches_text {
        commands.extend(attribute_commands(cx.app));
    }
    let mut asked = Vec::new();
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            let command = command_of(event, &commands);
            asked.extend(command.cloned());
            command.is_none() || !matches!(event, Event::Key { .. })
        });
    });
    for command in asked {
        cx.ask(command);
    }
}

/// Every key that counts now, with its command. Keys of tags come before those of commands.
fn commands_by_key(app: &App, reaches_text: bool) -> BTreeMap<String, Command> {
    let codebook = app.work().map(|work| &work.project().codebook);
    let is_tag_key = |written: &str| {
        let letter = only_letter(written);
        letter
            .is_some_and(|key| codebook.is_some_and(|codebook| codebook.tag_for_key(key).is_some()))
    };
    let mut commands = BTreeMap::new();
    for entry in listed() {
        for written in app.settings().keys_of(entry) {
            let counts = match reaches_text {
                true => !is_tag_key(written),
                // The clipboard and the motions are those of the field or the page.
                false => {
                    is_global(written) && entry.menu != Menu::Caret && !CLIPBOARD.contains(&written)
                }
            };
            if !counts {
                continue;
            }
            if let Some(command) = extending(&entry.command)
                && let Some(shortcut) = parse(written)
            {
                let with_shift = shortcut.modifiers | Modifiers::SHIFT;
                commands.insert(self::written(with_shift, shortcut.logical_key), command);
            }
            commands.insert(written.to_owned(), entry.command.clone());
        }
    }
    commands
}

/// Whether keys count while something is being typed: those with Ctrl, and F keys.
fn is_global(written: &str) -> bool {
    let key = written.rsplit('+').next().unwrap_or(written);
    let is_function_key = key.len() > 1 && key.starts_with('F') && key[1..].parse::<u8>().is_ok();
    written.starts_with("Ctrl+") || is_function_key
}

/// The keys that set core attributes of the annotation held.
fn attribute_commands(app: &App) -> Vec<(String, Command)> {
    let Some((work, picked)) = app
        .work()
        .and_then(|work: &Work| Some((work, work.picked()?)))
    else {
        return Vec::new();
    };
    let codebook = &work.project().codebook;
    let keys = attribute_keys(codebook, &picked.tag_id, app.settings());
    let commands = keys.into_iter().filter_map(|key| {
        let shortcut = key.shortcut?;
        let command = match key.choice {
            None => Command::FocusAttribute(key.attribute),
            Some(choice) => {
                let value = match (&*choice, codebook.attribute(&picked.tag_id, &key.attribute)) {
                    (words, Some(attribute)) if attribute.kind == AttributeKind::YesNo => {
                        AttributeValue::YesNo(words == "yes")
                    }
                    (words, _) => AttributeValue::Words(words.into()),
                };
                let stands = picked.attributes.get(&*key.attribute) == Some(&value);
                Command::SetAttribute(key.attribute.into(), (!stands).then_some(value))
            }
        };
        Some((shortcut, command))
    });
    commands.collect()
}

fn command_of<'a>(event: &Event, commands: &'a BTreeMap<String, Command>) -> Option<&'a Command> {
    let (modifiers, key) = pressed(event)?;
    // On a Mac, Ctrl is a key beside Cmd, and no command of ours has it.
    if modifiers.ctrl && !modifiers.command {
        return None;
    }
    let exact = commands.get(&written(modifiers, key));
    // On many keyboards, Shift is needed to type a sign such as “+”.
    let mut sign = key.symbol_or_name().chars();
    let is_sign = sign.all(|c| c.is_ascii_punctuation() || c == '−');
    let without_shift = Modifiers {
        shift: false,
        ..modifiers
    };
    exact.or_else(|| {
        commands
            .get(&written(without_shift, key))
            .filter(|_| is_sign)
    })
}

/// The keys of the codebook, which are letters as typed, so that they work on every keyboard layout.
fn ask_for_tag(cx: &mut Cx<'_>, ctx: &Context) {
    let Some(work) = cx.app.work() else { return };
    let typed: Vec<char> = ctx.input(|input| {
        let letters = input.events.iter().filter_map(|event| match event {
            Event::Text(words) => words.chars().next(),
            _ => None,
        });
        letters.collect()
    });
    for key in typed {
        if let Some(tag) = work.project().codebook.tag_for_key(key) {
            cx.ask(Command::UseTag(tag.id.clone()));
        }
    }
}
