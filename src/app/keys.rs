//! Which keys stand for which command: the usual ones, or those that the person has chosen instead.
//!
//! Keys are written as `Ctrl+Alt+Shift+S`, in this order; only the window knows what a key is. A person's own
//! keys are kept by the command's title or the value's name, so that the file of settings reads well.

use std::collections::BTreeSet;

use super::{App, Command, Listed, Menu, Settings, listed};
use crate::edit::Refusal;
use crate::model::{Attribute, AttributeKind, Codebook, Tag, TagId};

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

/// What can have a key while an annotation with a tag is selected: each choice of a core attribute, and each field that
/// is written in. The person's own keys come first, then a letter of the name where it is free; keys that stand for
/// something else are left alone. Beyond the alphabet, only the person gives keys.
pub fn attribute_keys(
    codebook: &Codebook,
    tag_id: &TagId,
    settings: &Settings,
) -> Vec<AttributeKey> {
    let attributes = codebook.attributes_of(tag_id);
    let core = attributes.filter(|attribute| attribute.is_core);
    let mut values: Vec<AttributeKey> = core.flat_map(values_of).collect();
    let by_command = taken_by_commands(settings);
    let mut taken = BTreeSet::new();
    for value in &mut values {
        // A command or a tag that got the key later has it now.
        let own = settings.own_value_keys.get(&value.name()).cloned();
        value.shortcut = own.filter(|own| {
            let is_free = !by_command.contains(own) && tag_for(codebook, own).is_none();
            is_free && taken.insert(own.clone())
        });
    }
    // A capital I reads as a small L.
    let letters = ('A'..='Z').filter(|letter| *letter != 'I');
    let letters = letters.map(String::from).filter(|letter| {
        let is_taken = by_command.contains(letter) || taken.contains(letter);
        !is_taken && tag_for(codebook, letter).is_none()
    });
    let mut free: Vec<String> = letters.collect();
    for value in values.iter_mut().filter(|value| value.shortcut.is_none()) {
        let name = value.choice.as_ref().unwrap_or(&value.attribute);
        let wanted = name.chars().flat_map(char::to_uppercase).map(String::from);
        let place = wanted
            .filter_map(|letter| free.iter().position(|known| *known == letter))
            .next();
        let place = place.or_else(|| (!free.is_empty()).then_some(0));
        value.shortcut = place.map(|place| free.remove(place));
    }
    values
}

/// The values of an attribute that can have a key.
fn values_of(attribute: &Attribute) -> impl Iterator<Item = AttributeKey> {
    let choices = names_to_choose(attribute).into_iter();
    choices.map(|choice| AttributeKey {
        shortcut: None,
        attribute: attribute.name.to_string(),
        choice: choice.map(str::to_owned),
    })
}

/// A value of a core attribute, and the keys that set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeKey {
    /// As it is written: a capital letter, or one with Ctrl, Alt or Shift. `None` where there is none left.
    pub shortcut: Option<String>,
    /// The attribute's name.
    pub attribute: String,
    /// What it is set to; `None` if the keys lead to a field.
    pub choice: Option<String>,
}

impl AttributeKey {
    /// What the keys do, under which own ones are kept: `form: flat`.
    pub fn name(&self) -> String {
        match &self.choice {
            Some(choice) => format!("{}: {choice}", self.attribute),
            None => self.attribute.clone(),
        }
    }
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
        let usual = listed().iter().filter(|entry| entry.title == title);
        let usual = usual
            .flat_map(|entry| entry.keys)
            .map(|keys| (*keys).to_owned());
        if let Some(codebook) = self.codebook() {
            for written in keys.clone().unwrap_or_else(|| usual.collect()) {
                refuse_tag_key(codebook, &written)?;
                refuse_value_key(codebook, &self.settings, &written, None)?;
            }
        }
        match keys {
            Some(keys) => after.own_keys.insert(title.to_owned(), keys),
            None => after.own_keys.remove(title),
        };
        if let Some((keys, one, other)) = clash(listed(), &after) {
            let taken_by = if one == title { other } else { one };
            return Err(shortcut_taken(&keys, taken_by));
        }
        self.settings = after;
        Ok(())
    }

    /// Gives a value of an attribute, by [`AttributeKey::name`], other keys, or lets the program choose again. Refused
    /// where they stand for something else.
    pub(super) fn set_value_key(
        &mut self,
        name: String,
        keys: Option<String>,
    ) -> Result<(), Refusal> {
        let Some(keys) = keys else {
            self.settings.own_value_keys.remove(&name);
            return Ok(());
        };
        let by_keys =
            |entry: &&Listed| taken_by(entry, &self.settings.keys_of(entry)).contains(&keys);
        if let Some(entry) = listed().iter().find(by_keys) {
            return Err(shortcut_taken(&keys, entry.title));
        }
        if let Some(codebook) = self.codebook() {
            refuse_tag_key(codebook, &keys)?;
            refuse_value_key(codebook, &self.settings, &keys, Some(&name))?;
        }
        self.settings.own_value_keys.insert(name, keys);
        Ok(())
    }

    fn codebook(&self) -> Option<&Codebook> {
        self.work.as_ref().map(|work| &*work.project().codebook)
    }

    /// Gives every command and every value its usual keys.
    pub(super) fn usual_keys(&mut self) {
        let of_commands = std::mem::take(&mut self.settings.own_keys);
        let of_values = std::mem::take(&mut self.settings.own_value_keys);
        if !of_commands.is_empty() || !of_values.is_empty() {
            self.tell(super::NoticeKind::Done, "All keys are the usual ones again");
        }
    }
}

fn shortcut_taken(keys: &str, by: &str) -> Refusal {
    Refusal::ShortcutTaken {
        keys: keys.to_owned(),
        command: by.trim_end_matches('…').to_owned(),
    }
}

/// Everything that stands for a command.
fn taken_by_commands(settings: &Settings) -> BTreeSet<String> {
    let entries = listed().iter();
    entries
        .flat_map(|entry| taken_by(entry, &settings.keys_of(entry)))
        .collect()
}

fn tag_for<'a>(codebook: &'a Codebook, written: &str) -> Option<&'a Tag> {
    codebook.tag_for_key(only_letter(written)?)
}

/// A tag's key and another thing's key would both be meant.
fn refuse_tag_key(codebook: &Codebook, written: &str) -> Result<(), Refusal> {
    match (tag_for(codebook, written), only_letter(written)) {
        (Some(tag), Some(key)) => Err(Refusal::KeyTaken {
            key,
            tag_id: tag.id.clone(),
        }),
        _ => Ok(()),
    }
}

/// A key that the person has chosen for a value; if it is for another value, only for one of the same tag. What the
/// program chose gives way.
fn refuse_value_key(
    codebook: &Codebook,
    settings: &Settings,
    written: &str,
    for_value: Option<&str>,
) -> Result<(), Refusal> {
    for tag in &codebook.tags {
        let keys = attribute_keys(codebook, &tag.id, settings);
        let mut names = keys.iter().map(AttributeKey::name);
        if for_value.is_some_and(|value| !names.any(|name| name == value)) {
            continue;
        }
        let chosen = keys.iter().find(|key| {
            let name = key.name();
            let is_other = for_value != Some(name.as_str());
            key.shortcut.as_deref() == Some(written)
                && is_other
                && settings.own_value_keys.contains_key(&name)
        });
        if let Some(key) = chosen {
            return Err(shortcut_taken(written, &key.name()));
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
