//! What the formats of JSON and JSON Lines have in common.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use rayon::prelude::*;
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::found::{Found, shortened};
use super::{FileInMemory, ImportError};

/// One record of a file with the line on which it begins.
pub type Record<T> = (usize, Result<T, Unreadable>);

/// A record that cannot be read.
pub struct Unreadable {
    /// What is wrong with it.
    pub why: String,
    /// How it begins, which finds it where all records are on one line.
    pub words: String,
}

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

/// What words say, of each list no more than the first elements: enough to see what a record is like, however much is
/// in it.
pub fn sample(words: &str) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(words);
    let value = PlainSeed { most: 1_000 }.deserialize(&mut deserializer);
    value.ok().filter(|_| deserializer.end().is_ok())
}

/// What an object holds, as it is written and in this order; nothing of what is no object.
pub fn members(object: &str) -> Vec<(String, &str)> {
    let members = serde_json::from_str::<Members<'_>>(object);
    members.map_or_else(|_| Vec::new(), |members| members.0)
}

struct Members<'de>(Vec<(String, &'de str)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members<'de>, M::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
            members.push((key, value.get()));
        }
        Ok(Members(members))
    }
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

/// An object in which no key is said twice, however deep: `Value` takes the last of them in silence.
pub struct Plain(pub Map<String, Value>);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = |value| match value {
            PlainValue(Value::Object(map)) => Ok(Self(map)),
            _ => Err(D::Error::custom("it is no object")),
        };
        PlainValue::deserialize(deserializer).and_then(map)
    }
}

/// A value in which no object says a key twice.
pub struct PlainValue(pub Value);

impl<'de> Deserialize<'de> for PlainValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seed = PlainSeed { most: usize::MAX };
        seed.deserialize(deserializer).map(Self)
    }
}

/// Reads a value in which no object says a key twice.
#[derive(Clone, Copy)]
struct PlainSeed {
    /// So many elements of each list are kept.
    most: usize,
}

impl<'de> DeserializeSeed<'de> for PlainSeed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PlainSeed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<Value, S::Error> {
        let mut list = Vec::new();
        while list.len() < self.most
            && let Some(element) = elements.next_element_seed(self)?
        {
            list.push(element);
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(list.into())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Value, M::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(self)?;
            if object.contains_key(&key) {
                return Err(M::Error::custom(format!("“{key}” is said twice")));
            }
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

/// What only an object says. Without this a list of values would be taken for it, each for what stands at its place in
/// our own words.
pub struct OfObject<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OfObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfObjectVisitor(PhantomData))
    }
}

struct OfObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OfObjectVisitor<T> {
    type Value = OfObject<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<OfObject<T>, M::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(OfObject)
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
        why: in_words(&error),
        words: shortened(&serde_json::to_string(&object).unwrap_or_default()),
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
        why: format!("left out: {why}"),
        words: shortened(&value.to_string()),
    }
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
        true => TOO_MANY_VALUES.to_owned(),
        false => match serde_json::from_str(words) {
            Ok(record) => return Ok(record),
            Err(error) => in_words(&error),
        },
    };
    let words = shortened(words);
    Err(Unreadable { why, words })
}

/// Without the place, which is one within the record, and without the value, which would keep like problems apart.
fn in_words(error: &serde_json::Error) -> String {
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
    format!("it has more than {MOST_RECORDS} records")
}

/// What is said where a file is not followed any further.
fn ends_with(line: usize, why: &str) -> Record<&'static str> {
    let why = format!("{why}; the rest of it is not read");
    let words = String::new();
    (line, Err(Unreadable { why, words }))
}
