//! What the formats of JSON and JSON Lines have in common.

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::ImportError;

/// One record of a file, or why it cannot be read, with the line on which it begins.
pub type Record<T> = (usize, Result<T, String>);

/// Refuses a file of which any value is kept, if there are too many: an object takes some hundred bytes of memory,
/// however short it is written.
pub fn refuse_countless(file: &str, words: &str) -> Result<(), ImportError> {
    const MOST_OBJECTS: usize = 2_000_000;
    if memchr::memchr_iter(b'{', words.as_bytes()).count() <= MOST_OBJECTS {
        return Ok(());
    }
    Err(ImportError::Broken {
        file: file.to_owned(),
        words: format!("it has more than {MOST_OBJECTS} objects; split it into several files"),
    })
}

/// The records of a file: JSON Lines, one JSON array, or JSON values one after the other over several lines.
pub fn records<T: DeserializeOwned + Send>(words: &str) -> Vec<Record<T>> {
    each_record(words, |record| record)
}

/// As [`records`], each turned into something else on the core that has read it: what JSON says takes much memory.
pub fn each_record<T: DeserializeOwned, U: Send>(
    words: &str,
    turn: impl Fn(Record<T>) -> U + Sync,
) -> Vec<U> {
    let start = words.trim_start();
    if start.starts_with('[') && !is_one_line(start) {
        return of_array(words, turn);
    }
    let first = lines(words).find(|(_, line)| !line.trim().is_empty());
    let goes_on = first.is_some_and(|(_, line)| {
        let outcome = serde_json::from_str::<serde::de::IgnoredAny>(line);
        outcome.is_err_and(|error| error.is_eof()) && start.starts_with('{')
    });
    if goes_on && let Some(values) = one_after_the_other(words) {
        return values.into_iter().map(turn).collect();
    }
    let lines: Vec<(usize, &str)> = lines(words)
        .filter(|(_, line)| !line.trim().is_empty())
        .collect();
    let read = lines
        .into_par_iter()
        .map(|(number, line)| turn((number, read(line))));
    read.collect()
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

fn read<T: DeserializeOwned>(line: &str) -> Result<T, String> {
    serde_json::from_str(line).map_err(|error| in_words(&error))
}

/// Without the line, which is always 1 where lines are read one by one.
fn in_words(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let words = words
        .rsplit_once(" at line")
        .map_or(&*words, |(words, _)| words);
    words.replace("usize", "a whole number from 0 on")
}

/// Whether an array is the record of its line, as in JSON Lines with lists for records.
fn is_one_line(start: &str) -> bool {
    lines(start)
        .filter(|(_, line)| !line.trim().is_empty())
        .nth(1)
        .is_some_and(|(_, line)| line.starts_with(['[', '{']))
        && lines(start)
            .next()
            .is_some_and(|(_, line)| serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok())
}

fn of_array<T: DeserializeOwned, U: Send>(
    words: &str,
    turn: impl Fn(Record<T>) -> U + Sync,
) -> Vec<U> {
    // Element by element, so that one of another shape costs only itself, and all cores share the work.
    match serde_json::from_str::<Vec<&RawValue>>(words) {
        Err(error) => vec![turn((error.line(), Err(in_words(&error))))],
        Ok(values) => {
            let read = values.into_par_iter().enumerate();
            read.map(|(index, value)| turn((index + 1, self::read(value.get()))))
                .collect()
        }
    }
}

fn one_after_the_other<T: DeserializeOwned>(words: &str) -> Option<Vec<Record<T>>> {
    let mut stream = serde_json::Deserializer::from_str(words).into_iter::<Value>();
    let mut records = Vec::new();
    let mut line = 1;
    let mut from = 0;
    while let Some(value) = stream.next() {
        let value = value.ok()?;
        records.push((
            line,
            serde_json::from_value(value).map_err(|error| in_words(&error)),
        ));
        let to = stream.byte_offset();
        line += words
            .get(from..to)
            .unwrap_or_default()
            .matches('\n')
            .count();
        from = to;
    }
    Some(records)
}
