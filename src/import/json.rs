//! What the formats of JSON and JSON Lines have in common.

use rayon::prelude::*;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;

use super::ImportError;
use super::found::Found;

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
    match written_records(words) {
        Ok(records) => records.into_par_iter().map(read).collect(),
        Err((line, problem)) => vec![(line, Err(problem))],
    }
}

/// Adds what each of the [`records`] says to what is found, in their order. Every core adds to a part of its own, so that
/// no record is in memory for longer than it takes to read it: what JSON says takes much.
pub fn add_each_record<T: DeserializeOwned>(
    found: &mut Found,
    words: &str,
    add: impl Fn(&mut Found, Record<T>) + Sync,
) {
    let records = match written_records(words) {
        Ok(records) => records,
        Err((line, problem)) => return add(found, (line, Err(problem))),
    };
    let parts = records
        .into_par_iter()
        .fold(Found::default, |mut part, record| {
            add(&mut part, read(record));
            part
        });
    parts
        .collect::<Vec<_>>()
        .into_iter()
        .for_each(|part| found.append(part));
}

/// The records as they are written, each with the line on which it begins, or why there are none.
fn written_records(words: &str) -> Result<Vec<(usize, &str)>, (usize, String)> {
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
    Ok(values.unwrap_or_else(|| lines().collect()))
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

fn read<T: DeserializeOwned>((line, words): (usize, &str)) -> Record<T> {
    let record = serde_json::from_str(words).map_err(|error| in_words(&error));
    (line, record)
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
            .is_some_and(|(_, line)| serde_json::from_str::<IgnoredAny>(line).is_ok())
}

/// Those of an array with their numbers, so that one of another shape costs only itself, and all cores share the work.
fn elements(words: &str) -> Result<Vec<(usize, &str)>, (usize, String)> {
    let values = serde_json::from_str::<Vec<&RawValue>>(words)
        .map_err(|error| (error.line(), in_words(&error)))?;
    Ok((1..).zip(values.into_iter().map(RawValue::get)).collect())
}

/// Values that go over several lines; `None` if any is no JSON.
fn one_after_the_other(words: &str) -> Option<Vec<(usize, &str)>> {
    let mut stream = serde_json::Deserializer::from_str(words).into_iter::<&RawValue>();
    let mut records = Vec::new();
    let (mut line, mut counted) = (1, 0);
    while let Some(value) = stream.next() {
        let value = value.ok()?.get();
        let start = stream.byte_offset().checked_sub(value.len())?;
        line += words.get(counted..start)?.matches('\n').count();
        counted = start;
        records.push((line, value));
    }
    Some(records)
}
