//! Characters, offsets, spans, lines, words and sentences.
//!
//! Everything inside the program counts in UTF-8 bytes ([`ByteOffset`]). Code points and UTF-16 units
//! exist only at the borders; [`Text::offset_in`] and [`Text::offset_from`] convert there and nowhere else.

mod boundaries;
mod offset;
mod span;
mod whole;

pub use boundaries::{
    Boundaries, clause_at, is_blank, sentence_at, sentences_of_line, trim, widen_to_graphemes,
    widen_to_words, word_at, words_of,
};
pub use offset::{ByteOffset, OffsetUnit};
pub use span::{Span, Spans};
pub use whole::{LineEnds, Text};
