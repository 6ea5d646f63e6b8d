//! A place in a text, and the units in which other programs count places.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many UTF-8 bytes of the document's text stand before a place; always between two characters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ByteOffset(pub usize);

impl fmt::Display for ByteOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a file of another program counts its places in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffsetUnit {
    /// Unicode scalar values, as Python indexes strings. What most formats mean by “character”.
    #[default]
    CodePoint,
    /// UTF-8 bytes, as Ascribe counts inside.
    Byte,
    /// UTF-16 code units, as JavaScript and Java count.
    Utf16,
}

impl OffsetUnit {
    /// Every unit, for menus and for trying them out one after the other.
    pub const ALL: [OffsetUnit; 3] = [Self::CodePoint, Self::Byte, Self::Utf16];

    /// The unit's name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::CodePoint => "code_point",
            Self::Byte => "byte",
            Self::Utf16 => "utf16",
        }
    }

    /// How many of this unit the words take.
    pub fn length_of(self, words: &str) -> usize {
        match self {
            Self::CodePoint => words.chars().count(),
            Self::Byte => words.len(),
            // Only characters of four bytes take two units; counting bytes is many times as fast as decoding.
            Self::Utf16 => {
                words.chars().count() + words.bytes().filter(|&byte| byte >= 0xF0).count()
            }
        }
    }
}
