//! Characters, offsets, spans, lines, words and sentences.
//!
//! Everything inside the program counts in UTF-8 bytes ([`ByteOffset`]). Code points and UTF-16 units
//! exist only at the borders; [`Text::offset_in`] and [`Text::offset_from`] convert there and nowhere else.

mod boundaries;
mod offset;
mod span;
mod steps;
mod whole;

pub use boundaries::{
    Boundaries, clause_at, is_blank, sentence_at, sentences_of_line, trim, widen_to_graphemes,
    widen_to_words, word_at, words_of,
};
pub use offset::{ByteOffset, OffsetUnit};
pub use span::{Span, Spans};
pub use steps::{
    Edge, Stride, grow, move_edge, paragraph_after, paragraph_before, sentence_after,
    sentence_before, shrink, word_start_after, word_start_before,
};
pub use whole::{LineEnds, Text};
