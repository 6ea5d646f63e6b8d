//! Letters: what is left of words in formats that write white space in their own way.

use crate::text::{ByteOffset, Text, is_blank};

/// Whether a character is more than white space, a control character or an invisible mark.
pub fn is_letter(c: &char) -> bool {
    if c.is_ascii() {
        return *c > ' ' && *c != '\u{7F}';
    }
    !is_blank(c.encode_utf8(&mut [0; 4])) && !c.is_control()
}

fn count_letters(words: &str) -> usize {
    words.chars().filter(is_letter).count()
}

/// How many letters of a text stand before a place, in time that does not grow with the text.
pub struct LettersBefore<'a> {
    /// Which text.
    pub text: &'a Text,
    /// At each multiple of [`Self::STEP`] bytes, moved back to a character's start.
    counts: Vec<usize>,
}

impl<'a> LettersBefore<'a> {
    const STEP: usize = 256;

    /// Looks a text through once.
    pub fn of(text: &'a Text) -> Self {
        let mut counts = vec![0];
        let place = |number: usize| text.floor(ByteOffset(number * Self::STEP)).0;
        for number in 1..=text.end().0 / Self::STEP {
            let piece = text
                .as_str()
                .get(place(number - 1)..place(number))
                .unwrap_or_default();
            let so_far = counts.last().copied().unwrap_or(0);
            counts.push(so_far + count_letters(piece));
        }
        Self { text, counts }
    }

    /// Before a place.
    pub fn count(&self, offset: ByteOffset) -> usize {
        let number = offset.0 / Self::STEP;
        let from = self.text.floor(ByteOffset(number * Self::STEP)).0;
        let rest = self.text.as_str().get(from..offset.0).unwrap_or_default();
        self.counts.get(number).copied().unwrap_or(0) + count_letters(rest)
    }
}
