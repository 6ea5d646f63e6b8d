//! Names of any length that a file gives once and means very often.
//!
//! Annotations share the memory of their words, so that most names are taken as they are, however long. Where a name
//! would be put together with others or compared again and again, a long one is cut. Its end is then a number made of
//! all of it, so that two names never become one.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::found::Found;

/// Nobody's names are longer.
const MOST_BYTES: usize = 16_000;
/// What is left of a longer one.
const CUT_BYTES: usize = 1_000;

impl Found {
    /// A name as it stands in a file. If it is longer than any tool gives, it is cut, which is told.
    pub fn name(&mut self, file: &Arc<str>, line: usize, words: &str) -> Arc<str> {
        self.within(MOST_BYTES, file, line, words).into()
    }

    /// The same for the name of a column, which each of its rows repeats.
    pub fn column(&mut self, file: &Arc<str>, line: usize, words: &str) -> Arc<str> {
        self.within(CUT_BYTES, file, line, words).into()
    }

    fn within<'w>(
        &mut self,
        most_bytes: usize,
        file: &Arc<str>,
        line: usize,
        words: &'w str,
    ) -> Cow<'w, str> {
        if words.len() <= most_bytes {
            return words.into();
        }
        let cut = cut(words);
        let why = format!(
            "a name of more than {most_bytes} bytes is cut, and ends with a number made of all of it"
        );
        self.left_out(file, line, why, &cut);
        cut.into()
    }
}

/// A name that Ascribe makes, out of paths and other names.
pub fn bounded(words: &str) -> Cow<'_, str> {
    match words.len() > CUT_BYTES {
        true => Cow::Owned(cut(words)),
        false => Cow::Borrowed(words),
    }
}

fn cut(words: &str) -> String {
    let (own, _) = words.split_at(words.floor_char_boundary(CUT_BYTES));
    let mut cut = format!("{own}… ");
    for byte in Sha256::digest(words).iter().take(16) {
        // Nothing can go wrong where it is written to memory.
        let _ = write!(cut, "{byte:02x}");
    }
    cut
}
