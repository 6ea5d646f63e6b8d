//! Where the records of any JSON are: one after the other, or in lists within one object around them all.

use memchr::memmem;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::found::shortened;
use super::json_meaning::{Meaning, Object, at_path};
use super::json_values::{self, PlainValue};
use super::names::bounded;
use super::{Mapping, Role, json};

/// So many records show what they are.
pub const SAMPLE_RECORDS: usize = 50;

/// A record: an object, or a text beside an object that says what is in it, which is how spaCy was trained before its
/// third version.
pub struct Record(pub Object);

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let PlainValue(value) = PlainValue::deserialize(deserializer)?;
        Self::of(value).map_err(D::Error::custom)
    }
}

impl Record {
    fn of(value: Value) -> Result<Self, &'static str> {
        const IS_NONE: &str = "it is no object";
        let pair = match value {
            Value::Object(object) => return Ok(Self(object)),
            Value::Array(list) => <[Value; 2]>::try_from(list).map_err(|_| IS_NONE)?,
            _ => return Err(IS_NONE),
        };
        let [text @ Value::String(_), Value::Object(mut object)] = pair else {
            return Err(IS_NONE);
        };
        match object.insert("text".to_owned(), text) {
            None => Ok(Self(object)),
            Some(_) => Err("“text” is said twice"),
        }
    }
}

/// The first records of every list of a file, with the first elements of what they list.
pub fn sample_of(words: &str) -> Vec<Object> {
    let Around { lists, .. } = Around::of(words, &Mapping::default());
    match lists.is_empty() {
        true => objects(&json::first_records(words, SAMPLE_RECORDS)),
        false => lists
            .iter()
            .flat_map(|(_, list)| sample_of_list(list))
            .collect(),
    }
}

fn sample_of_list(list: &str) -> Vec<Object> {
    objects(&json::first_elements(list, SAMPLE_RECORDS))
}

fn objects(records: &[&str]) -> Vec<Object> {
    let records = records
        .iter()
        .filter_map(|words| json_values::sample(words));
    let records = records.filter_map(|value| Record::of(value).ok());
    records.map(|Record(object)| object).collect()
}

/// Records that stand together, and so mean the same by the same keys.
pub struct List {
    /// The keys that lead to them, with dots between; empty where nothing is around them.
    pub path: String,
    /// With their lines. `null` stands where a tool has nothing to say.
    pub records: Vec<json::Record<Option<Record>>>,
}

/// What a file holds.
pub struct Records {
    /// In its order.
    pub lists: Vec<List>,
    /// What the object around the lists says besides.
    pub beside: Vec<String>,
}

impl Records {
    /// The records of a file.
    pub fn of(words: &str, said: &Mapping) -> Self {
        let Around { lists, beside, .. } = Around::of(words, said);
        let written: Vec<&str> = lists.iter().map(|(_, list)| *list).collect();
        let records = json::records_of_lists(words, &written);
        let paths = lists.into_iter().map(|(path, _)| path);
        let lists = paths.zip(records);
        let mut lists: Vec<List> = lists
            .map(|(path, records)| List { path, records })
            .collect();
        if lists.is_empty() {
            lists.push(List {
                path: String::new(),
                records: json::records(words),
            });
            return Self {
                lists,
                beside: Vec::new(),
            };
        }
        Self { lists, beside }
    }
}

/// An object with lists of records in it.
#[derive(Default)]
struct Around<'w> {
    /// The path to each list, and the list as it is written.
    lists: Vec<(String, &'w str)>,
    beside: Vec<String>,
    /// How many bytes of texts may still be looked through for quotes.
    looks_left: usize,
}

impl<'w> Around<'w> {
    /// Of a file that is one object, and none that is a record itself.
    fn of(words: &'w str, said: &Mapping) -> Self {
        /// For what stands in lists beside it a text may be looked through so often, and a short one any number of times.
        const MOST_LOOKS: usize = 200;
        const SMALL_LOOKS: usize = 1_000_000_000;
        let mut around = Self {
            looks_left: SMALL_LOOKS + MOST_LOOKS * words.len(),
            ..Self::default()
        };
        if words.trim_start().starts_with('{')
            && let Some(Value::Object(object)) = json_values::sample(words)
            && !Meaning::of(&[&object], said).finds_documents()
        {
            around.look_into(words, "", &mut Vec::new(), said);
        }
        around
    }

    /// Looks for lists in an object, under a path, with the texts of the objects around it.
    fn look_into(&mut self, object: &'w str, above: &str, texts: &mut Vec<String>, said: &Mapping) {
        let members = json_values::members(object);
        let texts_above = texts.len();
        texts.extend(
            members
                .iter()
                .filter_map(|(_, value)| serde_json::from_str(value).ok()),
        );
        for (key, value) in members {
            let path = bounded(&format!("{above}{key}")).into_owned();
            match value.as_bytes().first() {
                Some(b'{') => self.look_into(value, &format!("{path}."), texts, said),
                Some(b'[') if self.are_records(value, texts, said) => {
                    self.lists.push((path, value));
                }
                _ => self.set_beside(&path, value),
            }
        }
        texts.truncate(texts_above);
    }

    fn set_beside(&mut self, path: &str, value: &str) {
        let value = json_values::sample(value).unwrap_or_default();
        let is_nothing = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !is_nothing {
            self.beside.push(shortened(format_args!("{path}: {value}")));
        }
    }

    /// Whether the elements of a list are records. Where most of their texts stand in one of an object around them, they
    /// are annotations of that, unless the person says otherwise.
    fn are_records(&mut self, list: &str, texts_around: &[String], said: &Mapping) -> bool {
        let sample = sample_of_list(list);
        let meaning = Meaning::of(&sample.iter().collect::<Vec<_>>(), said);
        let Some(path) = meaning.document.get(Role::Text) else {
            return meaning.finds_documents();
        };
        let texts = sample
            .iter()
            .filter_map(|record| at_path(record, path)?.as_str());
        let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
        // The nearest; an object may have very many.
        let near = || texts_around.iter().rev().take(SAMPLE_RECORDS);
        let is_quote = |text: &&&str| near().any(|around| self.stands_in(text, around));
        said.get(Role::Text) == Some(path)
            || texts.iter().filter(is_quote).count() * 2 <= texts.len()
    }

    /// Whether words stand in a text, or in its head if very much was looked through before.
    fn stands_in(&mut self, words: &str, text: &str) -> bool {
        let head = text.floor_char_boundary(self.looks_left);
        let head = text.get(..head).unwrap_or_default();
        let place = memmem::find(head.as_bytes(), words.as_bytes());
        self.looks_left -= place.unwrap_or(head.len());
        place.is_some()
    }
}
