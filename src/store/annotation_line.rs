//! The line of an annotation in the project file, written without serde and RON.
//!
//! It is the same line to the byte, which a test keeps, in a quarter of the time: a project may have a million of them,
//! and all are written at each save.

use std::fmt::{Display, Write};
use std::ops::RangeInclusive;

use super::write::{attribute_entries, write_on_one_line};
use crate::model::{Annotation, Stamp, Tier};

/// Letters that stand in the file as they are. RON asks a table in several steps about each character; for these the
/// answer is known.
const PLAIN_LETTERS: [RangeInclusive<char>; 8] = [
    ' '..='!',
    '#'..='&',
    '('..='[',
    ']'..='~',
    'À'..='ɏ',
    'Ѐ'..='ҁ',
    'ء'..='ي',
    '一'..='龥',
];

/// Writes the entry, without what stands around it on its line.
pub(super) fn write_annotation(words: &mut String, annotation: &Annotation) {
    let Annotation {
        id,
        document_id,
        spans,
        tag_id,
        attributes,
        note,
        tier,
        quote,
        created_at,
        changed,
    } = annotation;
    words.push_str("(id: \"");
    write_escaped(words, id.annotator_id.as_str());
    let _ = write!(words, "-{}\"", id.number);
    write_words(words, "document", document_id.as_str());
    words.push_str(", spans: [");
    for (index, span) in spans.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        let _ = write!(words, "{comma}({}, {})", span.start(), span.end());
    }
    words.push(']');
    write_words(words, "tag", tag_id.as_str());
    write_words(words, "quote", quote);
    if !attributes.is_empty() {
        words.push_str(", attributes: ");
        write_on_one_line(words, &attribute_entries(attributes));
    }
    if !note.is_empty() {
        write_words(words, "note", note);
    }
    if *tier == Tier::Optional {
        words.push_str(", optional: true");
    }
    if let Some(at) = created_at {
        write_time(words, "created", at);
    }
    if let Some(Stamp { by, at }) = changed {
        write_time(words, "changed", at);
        if !by.as_str().is_empty() {
            write_words(words, "changed_by", by.as_str());
        }
    }
    words.push(')');
}

fn write_words(words: &mut String, name: &str, value: &str) {
    let _ = write!(words, ", {name}: \"");
    write_escaped(words, value);
    words.push('"');
}

fn write_time(words: &mut String, name: &str, at: &impl Display) {
    let _ = write!(words, ", {name}: \"{at}\"");
}

fn write_escaped(words: &mut String, value: &str) {
    let mut from = 0;
    for (at, letter) in value.char_indices() {
        if PLAIN_LETTERS
            .iter()
            .any(|letters| letters.contains(&letter))
        {
            continue;
        }
        words.push_str(value.get(from..at).unwrap_or_default());
        words.extend(letter.escape_debug());
        from = at + letter.len_utf8();
    }
    words.push_str(value.get(from..).unwrap_or_default());
}
