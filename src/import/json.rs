//! What the formats of JSON and JSON Lines have in common.

use std::borrow::Cow;
use std::fmt;

use rayon::prelude::*;
use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::found::{Found, shortened};
use super::json_mend::{Unreadable, in_words, mended};
use super::json_values::Plain;
use super::{FileInMemory, ImportError};

/// One record of a file with the line on which it begins.
pub type Record<T> = (usize, Result<T, Unreadable>);

/// A record takes its place in memory, however short it is written.
const MOST_RECORDS: usize = 1_000_000;

/// As many values as are held in memory at once; most take some forty bytes there, however short they are written.
const MOST_VALUES: usize = 24_000_000;

/// An object takes as much memory as so many other values, since it has room for keys.
const VALUES_OF_OBJECT: usize = 16;

const TOO_MANY_VALUES: &str =
    "it holds more values than are read at once, about a million annotations";

fn is_countless(words: &str) -> bool {
    words.len() > MOST_VALUES / VALUES_OF_OBJECT && values(words) > MOST_VALUES
}

/// How many values words hold, by the brackets and commas outside of strings.
fn values(words: &str) -> usize {
    let (mut count, mut is_string, mut is_escaped) = (0, false, false);
    for byte in words.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_string,
            b'"' => is_string = !is_string,
            _ if is_string => {}
            b'{' => count += VALUES_OF_OBJECT,
            b'[' | b',' => count += 1,
            _ => {}
        }
    }
    count
}

/// The words of a file of JSON. What Python writes for numbers that are none becomes `null`, since JSON has no word for
/// it.
///
/// # Errors
/// If the bytes are no text.
pub fn words<'a>(file: &'a FileInMemory, found: &mut Found) -> Result<Cow<'a, str>, ImportError> {
    let words = file.words(found)?;
    let (mended, count) = without_nan(&words);
    if count == 0 {
        return Ok(words);
    }
    found.remark(
        &file.label(),
        0,
        "read as null, since JSON has no NaN and no Infinity",
        format!("{count} times"),
    );
    Ok(mended.into())
}

/// The words of a file whose values are held in memory all at once.
///
/// # Errors
/// If the bytes are no text, or the values are too many.
pub fn bounded_words<'a>(
    file: &'a FileInMemory,
    found: &mut Found,
) -> Result<Cow<'a, str>, ImportError> {
    let words = words(file, found)?;
    match is_countless(&words) {
        false => Ok(words),
        true => Err(ImportError::Broken {
            file: file.path.clone(),
            words: format!("{TOO_MANY_VALUES}; split it into several files"),
        }),
    }
}

/// With `null` for `NaN` and `Infinity` outside of strings, and how many there were.
fn without_nan(words: &str) -> (String, usize) {
    const NAMES: [&str; 3] = ["NaN", "-Infinity", "Infinity"];
    let (mut mended, mut count) = (String::new(), 0);
    if !NAMES.iter().any(|name| words.contains(name)) {
        return (mended, count);
    }
    let (mut is_string, mut is_escaped, mut rest) = (false, false, words);
    while let Some(char) = rest.chars().next() {
        let name = NAMES
            .iter()
            .find(|name| !is_string && rest.starts_with(**name));
        let taken = name.map_or(char.len_utf8(), |name| name.len());
        mended.push_str(match name {
            Some(_) => "null",
            None => rest.get(..taken).unwrap_or_default(),
        });
        count += usize::from(name.is_some());
        is_string ^= char == '"' && !is_escaped;
        is_escaped = is_string && char == '\\' && !is_escaped;
        rest = rest.get(taken..).unwrap_or_default();
    }
    (mended, count)
}

/// The records of a file: JSON Lines, one JSON array, or JSON values one after the other over several lines.
pub fn records<T: DeserializeOwned + Send>(words: &str) -> Vec<Record<T>> {
    let records = written_records(words).into_par_iter();
    let read = records.map(|(line, words)| (line, words.and_then(read)));
    read.collect()
}

/// Whether any record is like this.
pub fn any_record<T: DeserializeOwned>(words: &str, is_it: impl Fn(T) -> bool + Sync) -> bool {
    let records = written_records(words).into_par_iter();
    records.any(|(_, words)| words.and_then(read).is_ok_and(&is_it))
}

/// The records of lists that are pieces of a file's words, in their order there.
pub fn records_of_lists<T: DeserializeOwned + Send>(
    words: &str,
    lists: &[&str],
) -> Vec<Vec<Record<T>>> {
    let line_end = line_end_of(words);
    let (mut lines_before, mut rest) = (0, words);
    let records = lists.iter().map(|list| {
        // Their addresses say where they stand.
        let before = list.as_ptr().addr().wrapping_sub(rest.as_ptr().addr());
        let (between, from) = rest.split_at_checked(before).unwrap_or_default();
        lines_before += memchr::memchr_iter(line_end, between.as_bytes()).count();
        rest = from;
        let records = elements(list).into_par_iter();
        let read = records.map(|(line, words)| (lines_before + line, words.and_then(read)));
        read.collect()
    });
    records.collect()
}

/// The first records of a file as they are written.
pub fn first_records(words: &str, count: usize) -> Vec<&str> {
    let records = written_records(words).into_iter().take(count);
    records.filter_map(|(_, words)| words.ok()).collect()
}

/// The first elements of a list as they are written.
pub fn first_elements(list: &str, count: usize) -> Vec<&str> {
    let elements = elements(list).into_iter().take(count);
    elements.filter_map(|(_, words)| words.ok()).collect()
}

/// Whether a record at the beginning of a file has a key itself, not only what lies in it: a record is an object, and
/// may lie in one list.
pub fn is_key_of_record(head: &str, key: &str) -> bool {
    let (mut objects, mut lists) = (0_usize, 0_usize);
    let (mut string, mut is_escaped) = (None, false);
    for (index, byte) in head.bytes().enumerate() {
        match (string, byte) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), b'\\') => is_escaped = true,
            (Some(start), b'"') => {
                let rest = head.get(index + 1..).unwrap_or_default();
                let is_key = objects == 1 && lists <= 1 && rest.trim_start().starts_with(':');
                if is_key && head.get(start..index) == Some(key) {
                    return true;
                }
                string = None;
            }
            (Some(_), _) => {}
            (None, b'"') => string = Some(index + 1),
            (None, b'{') => objects += 1,
            (None, b'}') => objects = objects.saturating_sub(1),
            (None, b'[') => lists += 1,
            (None, b']') => lists = lists.saturating_sub(1),
            (None, _) => {}
        }
    }
    false
}

/// Adds what each of the [`records`] says to what is found, in their order. Every core adds to a part of its own, so that
/// no record is in memory for longer than it takes to read it: what JSON says takes much. Of one that cannot be read,
/// `mend` may take out what is wrong, which is added as well.
pub fn add_each_record<T: DeserializeOwned>(
    found: &mut Found,
    words: &str,
    mend: impl Fn(&mut Map<String, Value>) -> Vec<Unreadable> + Sync,
    add: impl Fn(&mut Found, Record<T>) + Sync,
) {
    let records = written_records(words).into_par_iter();
    let parts = records.fold(Found::default, |mut part, (line, words)| {
        let record = words.and_then(|words| {
            read::<T>(words).or_else(|unreadable| {
                let (record, bad) = object(words)
                    .map(|object| mended(object, &mend))
                    .ok_or(unreadable)?;
                bad.into_iter()
                    .for_each(|bad| add(&mut part, (line, Err(bad))));
                record
            })
        });
        add(&mut part, (line, record));
        part
    });
    let parts: Vec<Found> = parts.collect();
    parts.into_iter().for_each(|part| found.append(part));
}

/// A record as an object, if it is small enough that this takes little memory and no key hides another.
fn object(words: &str) -> Option<Map<String, Value>> {
    const MOST_BYTES: usize = 4_000_000;
    let words = Some(words).filter(|words| words.len() <= MOST_BYTES)?;
    serde_json::from_str(words).ok().map(|Plain(object)| object)
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
    values.unwrap_or_else(|| {
        let mut records = Vec::new();
        for (number, line) in lines() {
            if records.len() >= MOST_RECORDS {
                records.push(ends_with(number, &too_many_records()));
                break;
            }
            match is_list_of_objects(line) {
                true => {
                    let all = elements(line).into_iter();
                    records.extend(all.map(|(_, record)| (number, record)));
                }
                false => records.push((number, Ok(line))),
            }
        }
        records
    })
}

/// Whether a line holds many records instead of one.
fn is_list_of_objects(line: &str) -> bool {
    let inner = line.trim_start().strip_prefix('[');
    inner.is_some_and(|inner| inner.trim_start().starts_with('{'))
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

fn read<T: DeserializeOwned>(words: &str) -> Result<T, Unreadable> {
    let why = match is_countless(words) {
        true => format!("{TOO_MANY_VALUES}; split it into several records"),
        false => match serde_json::from_str(words) {
            Ok(record) => return Ok(record),
            Err(error) => in_words(&error),
        },
    };
    let words = shortened(words);
    let is_end = false;
    Err(Unreadable { why, words, is_end })
}

/// Whether an array is all there is on its line, as in JSON Lines with lists for records.
fn is_one_line(start: &str) -> bool {
    lines(start)
        .filter(|(_, line)| !line.trim().is_empty())
        .nth(1)
        .is_some_and(|(_, line)| line.trim_start().starts_with(['[', '{']))
        && lines(start)
            .next()
            .is_some_and(|(_, line)| serde_json::from_str::<IgnoredAny>(line).is_ok())
}

/// Those of an array one by one, so that one of another shape costs only itself, and all cores share the work.
fn elements(words: &str) -> Vec<Record<&str>> {
    let mut written = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(words);
    let outcome = Elements(&mut written).deserialize(&mut deserializer);
    let line_end = line_end_of(words);
    let (mut line, mut rest) = (1, words);
    let mut records: Vec<Record<&str>> = Vec::with_capacity(written.len());
    for element in written {
        // They are pieces of the words, so their addresses say where they stand.
        let before = element.as_ptr().addr().wrapping_sub(rest.as_ptr().addr());
        let (between, from) = rest.split_at_checked(before).unwrap_or_default();
        line += memchr::memchr_iter(line_end, between.as_bytes()).count();
        rest = from;
        records.push((line, Ok(element)));
    }
    if let Err(error) = outcome.and_then(|()| deserializer.end()) {
        records.push(ends_with(error.line(), &in_words(&error)));
    }
    records
}

fn line_end_of(words: &str) -> u8 {
    match words.contains('\n') {
        true => b'\n',
        false => b'\r',
    }
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
            if self.0.len() >= MOST_RECORDS {
                return Err(S::Error::custom(too_many_records()));
            }
            self.0.push(element.get());
        }
        Ok(())
    }
}

/// Values that go over several lines; `None` if the first is no JSON.
fn one_after_the_other(words: &str) -> Option<Vec<Record<&str>>> {
    let mut stream = serde_json::Deserializer::from_str(words).into_iter::<&RawValue>();
    let mut records = Vec::new();
    let (mut line, mut counted, line_end) = (1, 0, line_end_of(words));
    while let Some(value) = stream.next() {
        match value {
            Ok(_) if records.len() >= MOST_RECORDS => {
                records.push(ends_with(line, &too_many_records()));
                break;
            }
            Ok(value) => {
                let start = stream.byte_offset().checked_sub(value.get().len())?;
                let between = words.get(counted..start)?.as_bytes();
                line += memchr::memchr_iter(line_end, between).count();
                counted = start;
                records.push((line, Ok(value.get())));
            }
            Err(_) if records.is_empty() => return None,
            Err(error) => {
                records.push(ends_with(error.line(), &in_words(&error)));
                break;
            }
        }
    }
    Some(records)
}

fn too_many_records() -> String {
    format!("it has more than {MOST_RECORDS} records: split it into several files")
}

/// What is said where a file is not followed any further.
fn ends_with(line: usize, why: &str) -> Record<&'static str> {
    let why = format!("{why}; the rest of it is not read");
    let words = String::new();
    let is_end = true;
    (line, Err(Unreadable { why, words, is_end }))
}
