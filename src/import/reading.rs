//! How a file counts its places, and where in a text such a place is.

use std::fmt;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

use crate::text::OffsetUnit;

/// How a file counts its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Reading {
    /// What is counted.
    pub unit: Unit,
    /// What a line break counts.
    pub newlines: Newlines,
    /// What a byte order mark counts.
    pub mark: Mark,
    /// Whether the end is the last character instead of the one behind it.
    pub is_end_included: bool,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Unicode scalar values.
    #[default]
    CodePoint,
    /// UTF-16 code units.
    Utf16,
    /// UTF-8 bytes.
    Byte,
    /// Grapheme clusters: what a reader takes for one character.
    Grapheme,
}

/// What a line break counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Newlines {
    /// Each of its characters counts.
    #[default]
    AsWritten,
    /// CR LF counts one: the tool saw LF.
    CrLfIsOne,
    /// LF alone, or CR alone, counts two: the tool saw CR LF.
    LfIsTwo,
}

/// What a byte order mark counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// One that is in the text counts as any character does; one that is not does not count.
    #[default]
    AsWritten,
    /// One that is no longer in the text counts.
    Counted,
    /// One that is in the text does not count.
    NotCounted,
}

impl From<OffsetUnit> for Unit {
    fn from(unit: OffsetUnit) -> Self {
        match unit {
            OffsetUnit::CodePoint => Self::CodePoint,
            OffsetUnit::Utf16 => Self::Utf16,
            OffsetUnit::Byte => Self::Byte,
        }
    }
}

impl Unit {
    /// The unit of that name, as our own files write it.
    pub fn named(name: &str) -> Option<Self> {
        OffsetUnit::ALL
            .into_iter()
            .find(|unit| unit.name() == name)
            .map(Self::from)
    }

    fn words(self) -> &'static str {
        match self {
            Self::CodePoint => "characters (code points)",
            Self::Utf16 => "UTF-16 units",
            Self::Byte => "bytes",
            Self::Grapheme => "grapheme clusters",
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.unit.words())?;
        f.write_str(match self.newlines {
            Newlines::AsWritten => "",
            Newlines::CrLfIsOne => ", CR LF counted as one",
            Newlines::LfIsTwo => ", line ends counted as two",
        })?;
        f.write_str(match self.mark {
            Mark::AsWritten => "",
            Mark::Counted => ", from 1 or with a byte order mark",
            Mark::NotCounted => ", the byte order mark not counted",
        })?;
        f.write_str(if self.is_end_included {
            ", the end included"
        } else {
            ""
        })
    }
}

/// What in a text makes readings differ.
#[derive(Debug, Clone, Copy, Default)]
pub struct Peculiar {
    /// Characters of more than one byte.
    wide: bool,
    /// Characters of two UTF-16 units.
    astral: bool,
    /// CR LF.
    crlf: bool,
    /// LF or CR alone.
    lone: bool,
    /// A byte order mark at the start.
    mark: bool,
}

impl Peculiar {
    /// Looks a text through.
    pub fn of(words: &str) -> Self {
        let bytes = words.as_bytes();
        let mut peculiar = Self {
            wide: !words.is_ascii(),
            mark: words.starts_with('\u{FEFF}'),
            ..Self::default()
        };
        // A character outside the Basic Multilingual Plane begins with one of these bytes.
        peculiar.astral = peculiar.wide && bytes.iter().any(|&byte| byte >= 0xF0);
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let pairs = (
                bytes[at],
                bytes.get(at + 1),
                at.checked_sub(1).map(|at| bytes[at]),
            );
            match pairs {
                (b'\r', Some(b'\n'), _) | (b'\n', _, Some(b'\r')) => peculiar.crlf = true,
                _ => peculiar.lone = true,
            }
            if peculiar.crlf && peculiar.lone {
                break;
            }
        }
        peculiar
    }

    /// What makes readings differ in one of two texts.
    pub fn or(self, other: Self) -> Self {
        Self {
            wide: self.wide || other.wide,
            astral: self.astral || other.astral,
            crlf: self.crlf || other.crlf,
            lone: self.lone || other.lone,
            mark: self.mark || other.mark,
        }
    }

    /// Every reading that may give other places than those before it, the likelier first. `first` leads.
    pub fn readings(self, first: Reading) -> Vec<Reading> {
        let of_unit = |unit| match unit {
            Unit::CodePoint => true,
            Unit::Utf16 => self.astral,
            Unit::Byte | Unit::Grapheme => self.wide,
        };
        let of_newlines = |newlines| match newlines {
            Newlines::AsWritten => true,
            Newlines::CrLfIsOne => self.crlf,
            Newlines::LfIsTwo => self.lone,
        };
        let of_mark = |mark| match mark {
            Mark::AsWritten => true,
            Mark::Counted => !self.mark,
            Mark::NotCounted => self.mark,
        };
        let mut all = Reading::all(first);
        all.retain(|reading| {
            *reading == first
                || (of_unit(reading.unit) && of_newlines(reading.newlines) && of_mark(reading.mark))
        });
        all
    }
}

impl Reading {
    /// Every reading, the likelier first. `first` leads.
    pub fn all(first: Reading) -> Vec<Reading> {
        let mut all = vec![first];
        for is_end_included in [false, true] {
            for mark in [Mark::AsWritten, Mark::Counted, Mark::NotCounted] {
                for newlines in [Newlines::AsWritten, Newlines::CrLfIsOne, Newlines::LfIsTwo] {
                    for unit in [Unit::CodePoint, Unit::Utf16, Unit::Byte, Unit::Grapheme] {
                        let reading = Reading {
                            unit,
                            newlines,
                            mark,
                            is_end_included,
                        };
                        all.extend((reading != first).then_some(reading));
                    }
                }
            }
        }
        all
    }
}

/// Turns places as a file counts them into byte offsets: ascending in, ascending out. `None` past the end or inside
/// a character. One pass over the text as far as the last place.
pub fn places(words: &str, reading: Reading, ascending: &[usize]) -> Vec<Option<usize>> {
    let Reading {
        unit,
        newlines,
        mark,
        ..
    } = reading;
    let mut walk = Walk {
        wanted: ascending.iter().copied().peekable(),
        places: Vec::with_capacity(ascending.len()),
    };
    let unit_of_mark = match unit {
        Unit::Byte => '\u{FEFF}'.len_utf8(),
        _ => 1,
    };
    let (mut byte, mut count) = (0, 0);
    match mark {
        Mark::Counted => {
            // The place of the mark itself is no longer there.
            count = unit_of_mark;
            while walk
                .wanted
                .next_if(|&wanted| wanted < unit_of_mark)
                .is_some()
            {
                walk.places.push(None);
            }
        }
        Mark::NotCounted if words.starts_with('\u{FEFF}') => byte = '\u{FEFF}'.len_utf8(),
        Mark::AsWritten | Mark::NotCounted => {}
    }
    walk.at(byte, count);
    let rest = words.get(byte..).unwrap_or_default();
    if unit == Unit::Grapheme {
        for cluster in clusters(rest) {
            if walk.is_done() {
                break;
            }
            count += if is_line_break(cluster) {
                cluster_break(cluster, newlines)
            } else {
                1
            };
            byte += cluster.len();
            walk.at(byte, count);
        }
        return walk.finish();
    }
    if newlines == Newlines::AsWritten {
        return plain_places(walk, rest, unit, byte, count);
    }
    let mut characters = rest.chars().peekable();
    while !walk.is_done() {
        let Some(character) = characters.next() else {
            break;
        };
        byte += character.len_utf8();
        let counted = match unit {
            Unit::Utf16 => character.len_utf16(),
            Unit::Byte => character.len_utf8(),
            Unit::CodePoint | Unit::Grapheme => 1,
        };
        count += match (character, newlines) {
            ('\r', Newlines::CrLfIsOne | Newlines::LfIsTwo)
                if characters.next_if_eq(&'\n').is_some() =>
            {
                byte += 1;
                if newlines == Newlines::LfIsTwo { 2 } else { 1 }
            }
            ('\n' | '\r', Newlines::LfIsTwo) => 2,
            _ => counted,
        };
        walk.at(byte, count);
    }
    walk.finish()
}

/// As [`places`], for readings in which line breaks are characters like others. Most imports spend their time here, so
/// stretches in which nothing is wanted are counted at once.
fn plain_places<I: Iterator<Item = usize>>(
    mut walk: Walk<I>,
    rest: &str,
    unit: Unit,
    before: usize,
    mut count: usize,
) -> Vec<Option<usize>> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(&wanted) = walk.wanted.peek() {
        skip::<64>(bytes, unit, wanted, &mut at, &mut count);
        skip::<8>(bytes, unit, wanted, &mut at, &mut count);
        let Some(&lead) = bytes.get(at) else { break };
        let (length, utf16) = match lead {
            0..0x80 => (1, 1),
            0x80..0xE0 => (2, 1),
            0xE0..0xF0 => (3, 1),
            0xF0.. => (4, 2),
        };
        at += length;
        count += match unit {
            Unit::CodePoint | Unit::Grapheme => 1,
            Unit::Utf16 => utf16,
            Unit::Byte => length,
        };
        walk.at(before + at, count);
    }
    walk.finish()
}

/// Goes on by stretches of this many bytes, at most 255, as long as what is wanted lies behind them. They are counted
/// without looking at one after the other, which the processor does many at a time.
fn skip<const STRETCH: usize>(
    bytes: &[u8],
    unit: Unit,
    wanted: usize,
    at: &mut usize,
    count: &mut usize,
) {
    /// The last character of a stretch may end so far behind it.
    const OVERHANG: usize = 3;
    while *count + STRETCH + OVERHANG < wanted
        && let Some(stretch) = bytes.get(*at..).and_then(<[u8]>::first_chunk::<STRETCH>)
    {
        let from = *at;
        *at += STRETCH;
        while bytes.get(*at).is_some_and(|byte| byte & 0xC0 == 0x80) {
            *at += 1;
        }
        // Bytes that go on begin with the bits 10; the first of four, which are two units of UTF-16, with 1111.
        let first = count_of(stretch, |byte| byte & 0xC0 != 0x80);
        *count += match unit {
            Unit::CodePoint | Unit::Grapheme => first,
            Unit::Utf16 => first + count_of(stretch, |byte| byte >= 0xF0),
            Unit::Byte => *at - from,
        };
    }
}

/// How many of at most 255 bytes are such.
fn count_of(bytes: &[u8], is_such: impl Fn(u8) -> bool) -> usize {
    let such = bytes.iter().map(|byte| u8::from(is_such(*byte)));
    usize::from(such.sum::<u8>())
}

/// The grapheme clusters of a text. Between two ASCII characters one always ends, unless they are CR LF; only elsewhere
/// need Unicode's tables be asked.
fn clusters(words: &str) -> impl Iterator<Item = &str> {
    let mut rest = words;
    std::iter::from_fn(move || {
        let length = match rest.as_bytes() {
            [] => return None,
            [0..0x80] | [0..0x80, 0..0x80, ..] if !rest.starts_with("\r\n") => 1,
            _ => rest.graphemes(true).next()?.len(),
        };
        let (cluster, behind) = rest.split_at_checked(length)?;
        rest = behind;
        Some(cluster)
    })
}

fn is_line_break(cluster: &str) -> bool {
    matches!(cluster, "\r\n" | "\n" | "\r")
}

/// CR LF is one cluster, and so counts one even as written.
fn cluster_break(cluster: &str, newlines: Newlines) -> usize {
    match newlines {
        Newlines::AsWritten | Newlines::CrLfIsOne => 1,
        Newlines::LfIsTwo => {
            if cluster == "\r\n" {
                1
            } else {
                2
            }
        }
    }
}

/// Meets the wanted places in passing.
struct Walk<I: Iterator<Item = usize>> {
    wanted: std::iter::Peekable<I>,
    places: Vec<Option<usize>>,
}

impl<I: Iterator<Item = usize>> Walk<I> {
    /// Here `count` units have gone by.
    fn at(&mut self, byte: usize, count: usize) {
        while let Some(wanted) = self.wanted.next_if(|&wanted| wanted <= count) {
            self.places.push((wanted == count).then_some(byte));
        }
    }

    fn is_done(&mut self) -> bool {
        self.wanted.peek().is_none()
    }

    fn finish(mut self) -> Vec<Option<usize>> {
        self.places.extend(self.wanted.map(|_| None));
        self.places
    }
}
