//! What the formats of JSON and JSON Lines have in common.

use std::fmt;

use rayon::prelude::*;
use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::ImportError;
use super::found::{Found, shortened};

/// One record of a file with the line on which it begins.
pub type Record<T> = (usize, Result<T, Unreadable>);

/// A record that cannot be read.
pub struct Unreadable {
    /// What is wrong with it.
    pub why: String,
    /// How it begins, which finds it where all records are on one line.
    pub words: String,
}

/// An object takes some hundred bytes of memory, however short it is written.
const MOST_OBJECTS: usize = 2_000_000;

fn is_countless(words: &str) -> bool {
    memchr::memchr_iter(b'{', words.as_bytes()).count() > MOST_OBJECTS
}

/// Refuses a file of which any value is kept, if there are too many.
pub fn refuse_countless(file: &str, words: &str) -> Result<(), ImportError> {
    match is_countless(words) {
        false => Ok(()),
        true => Err(ImportError::Broken {
            file: file.to_owned(),
            words: format!("it has more than {MOST_OBJECTS} objects; split it into several files"),
        }),
    }
}

/// The records of a file: JSON Lines, one JSON array, or JSON values one after the other over several lines.
pub fn records<T: DeserializeOwned + Send>(words: &str) -> Vec<Record<T>> {
    written_records(words).into_par_iter().map(read).collect()
}

/// Adds what each of the [`records`] says to what is found, in their order. Every core adds to a part of its own, so that
/// no record is in memory for longer than it takes to read it: what JSON says takes much.
pub fn add_each_record<T: DeserializeOwned>(
    found: &mut Found,
    words: &str,
    add: impl Fn(&mut Found, Record<T>) + Sync,
) {
    let records = written_records(words).into_par_iter();
    let parts = records.fold(Found::default, |mut part, record| {
        add(&mut part, read(record));
        part
    });
    let parts: Vec<Found> = parts.collect();
    parts.into_iter().for_each(|part| found.append(part));
}

/// The records as they are written. What is no JSON in the midst of them ends the list with the reason.
fn written_records(words: &str) -> Vec<Record<&str>> {
    let start = words.trim_start();
    if start.starts_with('[') && !is_one_line(start) {
        return elements(words);
    }
    let lines = || lines(words).filter(|(_, line)| !line.trim().is_empty());
    let goes_on = lines().next().is_some_and(|(_, line)| {
        let outcome = serde_json::from_str::<IgnoredAny>(line);
        outcome.is_err_and(|error| error.is_eof()) && start.starts_with('{')
    });
    let values = goes_on.then(|| one_after_the_other(words)).flatten();
    values.unwrap_or_else(|| lines().map(|(number, line)| (number, Ok(line))).collect())
}

/// The lines of a file with their numbers from 1. JSON has no raw line break inside of values, so CR ends one too.
pub fn lines(words: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = Some(words);
    let lines = std::iter::from_fn(move || {
        let words = rest?;
        let Some(end) = memchr::memchr2(b'\n', b'\r', words.as_bytes()) else {
            rest = None;
            return Some(words);
        };
        let (line, behind) = (words.get(..end)?, words.get(end..)?);
        rest = behind.strip_prefix("\r\n").or_else(|| behind.get(1..));
        Some(line)
    });
    lines.enumerate().map(|(index, line)| (index + 1, line))
}

/// A record that was read as any object, as one of a kind.
pub fn from_object<T: DeserializeOwned>(object: Map<String, Value>) -> Result<T, Unreadable> {
    serde_json::from_value(Value::Object(object)).map_err(|error| Unreadable {
        why: in_words(&error),
        words: String::new(),
    })
}

fn read<T: DeserializeOwned>((line, words): Record<&str>) -> Record<T> {
    let read = |words: &str| match is_countless(words) {
        true => Err(format!("it has more than {MOST_OBJECTS} objects")),
        false => serde_json::from_str(words).map_err(|error| in_words(&error)),
    };
    let unreadable = |words| {
        move |why| Unreadable {
            why,
            words: shortened(words),
        }
    };
    (
        line,
        words.and_then(|words| read(words).map_err(unreadable(words))),
    )
}

/// Without the place, which is one within the record, and without the value, which would keep like problems apart.
fn in_words(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let words = words
        .rsplit_once(" at line")
        .map_or(&*words, |(words, _)| words);
    let words = words
        .replace("usize", "a whole number from 0 on")
        .replace("EOF while parsing", "it breaks off within");
    let what = words
        .strip_prefix("invalid type: ")
        .or_else(|| words.strip_prefix("invalid value: "));
    match what.and_then(|words| words.split_once(", expected ")) {
        None => words,
        Some((what, expected)) => {
            let kind = what.split(['`', '"']).next().unwrap_or_default();
            format!("{} stands where {} should be", named(kind), named(expected))
        }
    }
}

/// What the parser calls a kind of value, as a person would.
fn named(kind: &str) -> &str {
    match kind.trim_end() {
        "map" | "a map" => "an object",
        "sequence" | "a sequence" => "a list",
        "integer" | "floating point" | "floating point number" => "a number",
        "string" | "a string" => "a text",
        "boolean" | "a boolean" => "true or false",
        "null" | "unit value" => "nothing",
        kind => kind,
    }
}

/// Whether an array is the record of its line, as in JSON Lines with lists for records.
fn is_one_line(start: &str) -> bool {
    lines(start)
        .filter(|(_, line)| !line.trim().is_empty())
        .nth(1)
        .is_some_and(|(_, line)| line.starts_with(['[', '{']))
        && lines(start)
            .next()
            .is_some_and(|(_, line)| serde_json::from_str::<IgnoredAny>(line).is_ok())
}

/// Those of an array one by one, so that one of another shape costs only itself, and all cores share the work.
fn elements(words: &str) -> Vec<Record<&str>> {
    let mut written = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(words);
    let outcome = Elements(&mut written).deserialize(&mut deserializer);
    let (mut line, mut rest) = (1, words);
    let mut records: Vec<Record<&str>> = Vec::with_capacity(written.len());
    for element in written {
        // They are pieces of the words, so their addresses say where they stand.
        let before = element.as_ptr().addr().wrapping_sub(rest.as_ptr().addr());
        let (between, from) = rest.split_at_checked(before).unwrap_or_default();
        line += memchr::memchr_iter(b'\n', between.as_bytes()).count();
        rest = from;
        records.push((line, Ok(element)));
    }
    if let Err(error) = outcome.and_then(|()| deserializer.end()) {
        records.push(ends_with(&error));
    }
    records
}

/// Takes the elements of an array in, also of one that is broken further on.
struct Elements<'r, 'de>(&'r mut Vec<&'de str>);

impl<'de> DeserializeSeed<'de> for Elements<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<(), S::Error> {
        while let Some(element) = elements.next_element::<&RawValue>()? {
            self.0.push(element.get());
        }
        Ok(())
    }
}

/// Values that go over several lines; `None` if the first is no JSON.
fn one_after_the_other(words: &str) -> Option<Vec<Record<&str>>> {
    let mut stream = serde_json::Deserializer::from_str(words).into_iter::<&RawValue>();
    let mut records = Vec::new();
    let (mut line, mut counted) = (1, 0);
    while let Some(value) = stream.next() {
        match value {
            Ok(value) => {
                let start = stream.byte_offset().checked_sub(value.get().len())?;
                line += words.get(counted..start)?.matches('\n').count();
                counted = start;
                records.push((line, Ok(value.get())));
            }
            Err(_) if records.is_empty() => return None,
            Err(error) => {
                records.push(ends_with(&error));
                break;
            }
        }
    }
    Some(records)
}

/// What is said where the file cannot be followed any further.
fn ends_with(error: &serde_json::Error) -> Record<&'static str> {
    let why = format!("{}; nothing behind it is read", in_words(error));
    let words = String::new();
    (error.line(), Err(Unreadable { why, words }))
}
