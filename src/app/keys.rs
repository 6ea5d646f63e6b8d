//! Which keys stand for which command: the usual ones, or those that the person has chosen instead.
//!
//! Keys are written as `Ctrl+Alt+Shift+S`, in this order; only the window knows what a key is. A person's own
//! keys are kept by the command's title, so that the file of settings reads well.

use super::{App, Command, Listed, Menu, Settings, listed};
use crate::edit::Refusal;
use crate::model::{Attribute, AttributeKind, Codebook, TagId};

impl Settings {
    /// The keys of a command, the one to show first.
    pub fn keys_of(&self, entry: &Listed) -> Vec<&str> {
        match self.own_keys.get(entry.title) {
            Some(own) => own.iter().map(String::as_str).collect(),
            None => entry.keys.to_vec(),
        }
    }

    /// Whether the person has chosen the keys of a command.
    pub fn has_own_keys(&self, entry: &Listed) -> bool {
        self.own_keys.contains_key(entry.title)
    }
}

/// Everything that a command's keys take up: those of a motion work with Shift too.
pub fn taken_by(entry: &Listed, keys: &[&str]) -> Vec<String> {
    let with_shift = keys
        .iter()
        .filter(|_| entry.menu == Menu::Caret)
        .map(|written| with_shift(written));
    keys.iter()
        .map(|written| (*written).to_owned())
        .chain(with_shift)
        .collect()
}

/// `Ctrl+Left` with Shift: `Ctrl+Shift+Left`.
fn with_shift(written: &str) -> String {
    match written.rsplit_once('+') {
        Some((modifiers, key)) if !modifiers.contains("Shift") => {
            format!("{modifiers}+Shift+{key}")
        }
        None => format!("Shift+{written}"),
        Some(_) => written.to_owned(),
    }
}

/// Two commands that the same keys stand for, with those keys; `None` if there are none.
pub fn clash<'a>(entries: &'a [Listed], settings: &Settings) -> Option<(String, &'a str, &'a str)> {
    let mut taken = std::collections::BTreeMap::new();
    for entry in entries {
        for keys in taken_by(entry, &settings.keys_of(entry)) {
            match taken.insert(keys.clone(), entry.title) {
                Some(other) if other != entry.title => return Some((keys, other, entry.title)),
                _ => {}
            }
        }
    }
    None
}

/// The letters that set core attributes of annotations with a tag while one of them is selected: for each
/// choice one, and one for each field that is written in. A letter of the name where it is free; keys that
/// stand for something else are left alone. Choices beyond the alphabet get none.
pub fn attribute_keys(
    codebook: &Codebook,
    tag_id: &TagId,
    settings: &Settings,
) -> Vec<AttributeKey> {
    let taken: Vec<String> = listed()
        .iter()
        .flat_map(|entry| taken_by(entry, &settings.keys_of(entry)))
        .collect();
    let tag_keys = codebook.tags.iter().filter_map(|tag| tag.key);
    let tag_keys: Vec<char> = tag_keys.flat_map(char::to_uppercase).collect();
    let is_free =
        |letter: &char| !taken.contains(&letter.to_string()) && !tag_keys.contains(letter);
    let mut free: Vec<char> = ('A'..='Z').filter(is_free).collect();
    let mut keys = Vec::new();
    for attribute in codebook
        .attributes_of(tag_id)
        .filter(|attribute| attribute.is_core)
    {
        for choice in names_to_choose(attribute) {
            let name = choice.unwrap_or(&attribute.name);
            let wanted = name.chars().flat_map(char::to_uppercase);
            let place = wanted
                .filter_map(|letter| free.iter().position(|&known| known == letter))
                .next();
            let Some(place) = place.or_else(|| (!free.is_empty()).then_some(0)) else {
                return keys;
            };
            keys.push(AttributeKey {
                letter: free.remove(place),
                attribute: attribute.name.to_string(),
                choice: choice.map(str::to_owned),
            });
        }
    }
    keys
}

/// A letter that sets a core attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeKey {
    /// A capital letter, as it stands on the keyboard.
    pub letter: char,
    /// The attribute's name.
    pub attribute: String,
    /// What it is set to; `None` if the letter leads to a field.
    pub choice: Option<String>,
}

/// The choices of an attribute; for one that is written in, `None` for its field.
fn names_to_choose(attribute: &Attribute) -> Vec<Option<&str>> {
    match &attribute.kind {
        AttributeKind::Choice { choices, .. } => {
            choices.iter().map(|choice| Some(&*choice.name)).collect()
        }
        AttributeKind::YesNo => vec![Some("yes"), Some("no")],
        AttributeKind::Text
        | AttributeKind::Number
        | AttributeKind::Entity
        | AttributeKind::Date => {
            vec![None]
        }
    }
}

impl App {
    /// Gives a command other keys, or its usual ones. Refused where they stand for something else.
    pub(super) fn set_keys(
        &mut self,
        title: &'static str,
        keys: Option<Vec<String>>,
    ) -> Result<(), Refusal> {
        let mut after = self.settings.clone();
        if let Some(codebook) = self.work.as_ref().map(|work| &work.project().codebook) {
            refuse_tag_key(codebook, keys.as_deref().unwrap_or_default())?;
        }
        match keys {
            Some(keys) => after.own_keys.insert(title.to_owned(), keys),
            None => after.own_keys.remove(title),
        };
        if let Some((keys, one, other)) = clash(listed(), &after) {
            let taken_by = if one == title { other } else { one };
            return Err(Refusal::ShortcutTaken {
                keys,
                command: taken_by.trim_end_matches('…').to_owned(),
            });
        }
        self.settings = after;
        Ok(())
    }

    /// Gives every command its usual keys.
    pub(super) fn usual_keys(&mut self) {
        let former = std::mem::take(&mut self.settings.own_keys);
        if !former.is_empty() {
            self.tell(super::NoticeKind::Done, "All keys are the usual ones again");
        }
    }
}

/// A tag's key and a command's key would both be meant.
fn refuse_tag_key(codebook: &Codebook, keys: &[String]) -> Result<(), Refusal> {
    for key in keys.iter().filter_map(|written| only_letter(written)) {
        if let Some(tag) = codebook.tag_for_key(key) {
            return Err(Refusal::KeyTaken {
                key,
                tag_id: tag.id.clone(),
            });
        }
    }
    Ok(())
}

/// The character that a key without Ctrl and Alt writes, as tags name their keys.
pub fn only_letter(written: &str) -> Option<char> {
    let (key, is_capital) = match written.strip_prefix("Shift+") {
        Some(key) => (key, true),
        None => (written, false),
    };
    let mut letters = key.chars();
    let letter = letters.next().filter(|_| letters.next().is_none())?;
    Some(if is_capital {
        letter
    } else {
        letter.to_ascii_lowercase()
    })
}

/// A motion with Shift held selects.
pub fn extending(command: &Command) -> Option<Command> {
    match command {
        Command::Move(motion) => Some(Command::Extend(*motion)),
        _ => None,
    }
}
