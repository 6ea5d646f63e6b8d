//! What is wrong with a record of JSON, in words, and how the rest of it can be read.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::found::{Found, shortened};

/// A record that cannot be read.
pub struct Unreadable {
    /// What is wrong with it.
    pub why: String,
    /// How it begins, which finds it where all records are on one line.
    pub words: String,
    /// Whether what stands behind is not read either.
    pub is_end: bool,
}

impl Unreadable {
    /// Puts it among the problems of what was found.
    pub fn tell(self, found: &mut Found, file: &Arc<str>, line: usize) {
        match self.is_end {
            true => found.ended(file, line, self.why),
            false => found.left_out(file, line, self.why, self.words),
        }
    }
}

/// A record that was read as any object, without what cannot be read in it.
pub fn mended<T: DeserializeOwned>(
    mut object: Map<String, Value>,
    mend: impl Fn(&mut Map<String, Value>) -> Vec<Unreadable>,
) -> (Result<T, Unreadable>, Vec<Unreadable>) {
    without_nothing(&mut object);
    let bad = mend(&mut object);
    let record = T::deserialize(&object).map_err(|error| Unreadable {
        is_end: false,
        why: in_words(&error),
        words: shortened(serde_json::to_string(&object).unwrap_or_default()),
    });
    (record, bad)
}

/// Takes out what is null: it is as good as not there.
fn without_nothing(object: &mut Map<String, Value>) {
    object.retain(|_, value| !value.is_null());
    let mut rest: Vec<&mut Value> = object.values_mut().collect();
    while let Some(value) = rest.pop() {
        match value {
            Value::Object(object) => {
                object.retain(|_, value| !value.is_null());
                rest.extend(object.values_mut());
            }
            Value::Array(list) => rest.extend(list),
            _ => {}
        }
    }
}

/// Takes out of a list within a record what cannot be read, and the list itself if it is none.
pub fn take_bad<T: DeserializeOwned>(
    object: &mut Map<String, Value>,
    key: &str,
    bad: &mut Vec<Unreadable>,
) {
    match object.get_mut(key) {
        None => {}
        Some(Value::Array(list)) => {
            list.retain(|element| {
                T::deserialize(element)
                    .map_err(|error| bad.push(left_out(&in_words(&error), element)))
                    .is_ok()
            });
        }
        Some(value) => {
            bad.push(left_out(&format!("“{key}” is no list"), value));
            object.remove(key);
        }
    }
}

/// The elements of a list, but for those that cannot be read.
pub fn sound_elements<T: DeserializeOwned>(list: Value, bad: &mut Vec<Unreadable>) -> Vec<T> {
    let list = match list {
        Value::Null => return Vec::new(),
        Value::Array(list) => list,
        value => {
            bad.push(left_out("it is no list", &value));
            return Vec::new();
        }
    };
    let read = list.iter().filter_map(|element| {
        let outcome = T::deserialize(element);
        outcome
            .map_err(|error| bad.push(left_out(&in_words(&error), element)))
            .ok()
    });
    read.collect()
}

fn left_out(why: &str, value: &Value) -> Unreadable {
    Unreadable {
        is_end: false,
        why: format!("left out: {why}"),
        words: shortened(value.to_string()),
    }
}

/// Without the place, which is one within the record, and without the value, which would keep like problems apart.
pub fn in_words(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let place = words.rsplit_once(" at line ");
    let place = place.filter(|(_, place)| {
        place.starts_with(|c: char| c.is_ascii_digit()) && place.contains(" column ")
    });
    let words = place.map_or(&*words, |(words, _)| words);
    let words = words
        .replace("usize", "a whole number from 0 on")
        .replace("EOF while parsing", "it breaks off within")
        .replace("trailing characters", "more stands behind its end");
    let Some((what, expected)) = words.split_once(", expected ") else {
        return words;
    };
    let kind = match what.split_once(' ') {
        Some(("invalid", what)) => what.split(['`', '"']).next().unwrap_or_default(),
        _ => return words,
    };
    let kind = match kind.split_once(' ') {
        Some(("type:" | "value:", kind)) => named(kind).to_owned(),
        Some(("length", count)) => format!("a list of {count}"),
        _ => return words,
    };
    format!("{kind} stands where {} should be", named(expected))
}

/// What the parser calls a kind of value, as a person would.
fn named(kind: &str) -> &str {
    match kind.trim_end() {
        "map" | "a map" => "an object",
        "sequence" | "a sequence" => "a list",
        "integer" | "floating point" | "floating point number" | "f64" => "a number",
        "string" | "a string" => "a text",
        "boolean" | "a boolean" => "true or false",
        "null" | "unit value" => "nothing",
        "a tuple of size 2" => "a list of 2",
        "a tuple of size 3" => "a list of 3",
        kind if kind.starts_with("struct ") => "an object",
        kind => kind,
    }
}
