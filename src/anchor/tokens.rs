//! Cuts a text into the pieces that are compared: words, runs of white space, single characters.

use std::collections::HashMap;

use unicode_segmentation::UnicodeSegmentation;

/// A text in pieces. Every byte belongs to one of them.
pub struct Tokens<'a> {
    pub text: &'a str,
    /// Where each piece begins, and at last the end of the text.
    starts: Vec<usize>,
}

/// What a piece is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Word,
    Single,
}

impl<'a> Tokens<'a> {
    pub fn of(text: &'a str) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 4 + 1);
        let mut last = Kind::Single;
        for (at, cluster) in text.grapheme_indices(true) {
            let kind = kind_of(cluster);
            if kind == Kind::Single || kind != last || at == 0 {
                starts.push(at);
            }
            last = kind;
        }
        starts.push(text.len());
        Self { text, starts }
    }

    /// How many pieces there are.
    pub fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Where a piece begins; the end of the text behind the last.
    pub fn start(&self, index: usize) -> usize {
        self.starts.get(index).copied().unwrap_or(self.text.len())
    }

    /// The characters of a piece.
    pub fn piece(&self, index: usize) -> &'a str {
        self.text
            .get(self.start(index)..self.start(index + 1))
            .unwrap_or_default()
    }

    /// The piece that holds the byte.
    pub fn index_at(&self, byte: usize) -> usize {
        self.starts
            .partition_point(|&start| start <= byte)
            .saturating_sub(1)
    }

    /// A number for each piece, the same for equal pieces. All white space is alike, so that wrapping lines anew or
    /// writing their ends in another way is no change.
    pub fn numbers(&self, known: &mut HashMap<&'a str, u32>) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(self.count());
        for index in 0..self.count() {
            let piece = self.piece(index);
            let piece = if is_space(piece) { " " } else { piece };
            let next = known.len() as u32;
            numbers.push(*known.entry(piece).or_insert(next));
        }
        numbers
    }
}

/// Whether a piece is white space.
pub fn is_space(piece: &str) -> bool {
    piece.chars().next().is_some_and(char::is_whitespace)
}

fn kind_of(cluster: &str) -> Kind {
    match cluster.chars().next() {
        Some(first) if first.is_whitespace() => Kind::Space,
        Some(first) if first.is_alphanumeric() && !is_written_without_spaces(first) => Kind::Word,
        _ => Kind::Single,
    }
}

/// Letters of scripts that put no spaces between words: each of them is compared by itself.
fn is_written_without_spaces(letter: char) -> bool {
    matches!(letter,
        '\u{0E00}'..='\u{0FFF}' // Thai, Lao, Tibetan
        | '\u{1000}'..='\u{109F}' // Burmese
        | '\u{1780}'..='\u{17FF}' // Khmer
        | '\u{3040}'..='\u{30FF}' // Kana
        | '\u{3400}'..='\u{9FFF}' // Chinese characters
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}
