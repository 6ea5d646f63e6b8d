//! Which keys ask for which command.

use egui::{Context, Key, KeyboardShortcut, Modifiers};

use super::Cx;
use crate::app::{Command, listed};

/// Reads `Ctrl+Shift+S`. Ctrl stands for Cmd on a Mac. `None` for a key that egui does not know.
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

/// A shortcut in the words of the system: `⇧⌘S` on a Mac, `Ctrl+Shift+S` elsewhere.
pub fn in_words(ctx: &Context, written: &str) -> String {
    parse(written).map_or_else(
        || written.to_owned(),
        |shortcut| ctx.format_shortcut(&shortcut),
    )
}

/// Asks for what the keys pressed in this frame stand for. While a text field has the focus, only keys
/// with Ctrl count, so that typing stays typing.
pub fn ask(cx: &mut Cx<'_>, ctx: &Context) {
    let is_typing = ctx.egui_wants_keyboard_input() && !cx.text_has_focus;
    // Keys with more modifiers first: egui takes Ctrl+Shift+S for Ctrl+S too.
    let mut shortcuts: Vec<(KeyboardShortcut, Command)> = Vec::new();
    for entry in listed() {
        let parsed = entry.keys.iter().filter_map(|written| parse(written));
        shortcuts.extend(parsed.map(|shortcut| (shortcut, entry.command.clone())));
    }
    shortcuts.sort_by_key(|(shortcut, _)| std::cmp::Reverse(count(shortcut.modifiers)));
    for (shortcut, command) in shortcuts {
        let is_global =
            shortcut.modifiers.command || matches!(shortcut.logical_key, Key::F1 | Key::F8);
        // Copying goes to a text field or a selected label if one has words selected.
        let is_copy = command == Command::Copy;
        if (is_typing && (!is_global || is_copy)) || (cx.is_page_open && !is_global) {
            continue;
        }
        if ctx.input_mut(|input| input.consume_shortcut(&shortcut)) {
            cx.ask(command);
        }
    }
    if !is_typing && !cx.is_page_open {
        ask_for_copy(cx, ctx);
        ask_for_tag(cx, ctx);
    }
}

/// egui turns Ctrl+C into an event of its own.
fn ask_for_copy(cx: &mut Cx<'_>, ctx: &Context) {
    if ctx.input(|input| {
        input
            .events
            .iter()
            .any(|event| matches!(event, egui::Event::Copy))
    }) {
        cx.ask(Command::Copy);
    }
}

/// The keys of the codebook, which are letters as typed, so that they work on every keyboard layout.
fn ask_for_tag(cx: &mut Cx<'_>, ctx: &Context) {
    let Some(work) = cx.app.work() else { return };
    let typed: Vec<char> = ctx.input(|input| {
        let letters = input.events.iter().filter_map(|event| match event {
            egui::Event::Text(words) => words.chars().next(),
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

fn count(modifiers: Modifiers) -> u32 {
    u32::from(modifiers.command) + u32::from(modifiers.shift) + u32::from(modifiers.alt)
}
