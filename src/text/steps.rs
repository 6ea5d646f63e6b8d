//! Steps through a text by word, sentence and paragraph, and the units that a selection grows and shrinks by.
//!
//! All in the order of reading. Which way that is on the screen only the surface knows.

use super::boundaries::is_edge_space;
use super::{Boundaries, ByteOffset, Span, Text, clause_at, is_blank, sentence_at, trim, word_at};

/// An end of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Before its first character.
    Start,
    /// Behind its last character.
    End,
}

/// How far an edge moves at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stride {
    /// By one character as readers see it.
    Character,
    /// To the next edge of a word.
    Word,
}

/// The start of the first word behind the offset; the end of the text behind the last.
pub fn word_start_after(text: &Text, offset: ByteOffset) -> ByteOffset {
    let is_in_space = first_non_space(text, offset).is_none_or(|at| at > offset);
    let behind = match word_at(text, offset).filter(|_| !is_in_space) {
        Some(word) => word.end().max(Boundaries::of(text).next(offset)),
        None => offset,
    };
    first_non_space(text, behind).unwrap_or(text.end())
}

/// The start of the word before the offset, or of the one that it stands in; 0 before the first.
pub fn word_start_before(text: &Text, offset: ByteOffset) -> ByteOffset {
    let Some(last) = last_non_space(text, offset) else {
        return ByteOffset(0);
    };
    word_at(text, last).map_or(last, Span::start)
}

/// The first sentence that begins at or behind the offset.
pub fn sentence_after(text: &Text, offset: ByteOffset) -> Option<Span> {
    let at = first_non_space(text, offset)?;
    let here = sentence_at(text, at)?;
    if here.start() >= at {
        return Some(here);
    }
    let next = first_non_space(text, here.end())?;
    // In a line too long to be looked at as a whole, sentences may begin elsewhere from each place.
    let behind = sentence_at(text, next)?;
    Span::new(behind.start().max(next), behind.end())
}

/// The last sentence that begins before the offset.
pub fn sentence_before(text: &Text, offset: ByteOffset) -> Option<Span> {
    sentence_at(text, last_non_space(text, offset)?)
}

/// The start of the first paragraph that begins behind the offset; the end of the text behind the last.
pub fn paragraph_after(text: &Text, offset: ByteOffset) -> ByteOffset {
    let here = text.line_index_at(offset);
    let mut behind = here + 1..text.line_count();
    let next = behind.find(|&line_index| !is_blank(text.line(line_index)));
    next.map_or(text.end(), |line_index| {
        ByteOffset(text.line_bytes(line_index).start)
    })
}

/// The start of the last paragraph that begins before the offset; 0 before the first.
pub fn paragraph_before(text: &Text, offset: ByteOffset) -> ByteOffset {
    let here = text.line_index_at(offset);
    let begins_before = |line_index: &usize| {
        text.line_bytes(*line_index).start < offset.0 && !is_blank(text.line(*line_index))
    };
    let previous = (0..=here).rev().find(begins_before);
    previous.map_or(ByteOffset(0), |line_index| {
        ByteOffset(text.line_bytes(line_index).start)
    })
}

/// The smallest of word, clause, sentence and paragraph around a place that holds more than what is held now.
/// A selection over several paragraphs grows to all of them, whole.
pub fn grow(text: &Text, around: ByteOffset, held: Option<Span>) -> Option<Span> {
    let held = match held {
        Some(held) => held,
        None => return word_near(text, around),
    };
    let is_larger = |unit: &Span| unit.encloses(held) && *unit != held;
    let first = paragraph_at(text, held.start());
    let last = paragraph_at(text, Boundaries::of(text).previous(held.end()));
    let paragraphs = first.zip(last).map(|(first, last)| first.hull(last));
    let mut larger = units_at(text, around).chain(paragraphs);
    larger.find(is_larger)
}

/// The largest of word, clause, sentence and paragraph around a place that lies within what is held now.
pub fn shrink(text: &Text, around: ByteOffset, held: Span) -> Option<Span> {
    let is_smaller = |unit: &Span| held.encloses(*unit) && *unit != held;
    units_at(text, around).filter(is_smaller).last()
}

/// The span with one edge moved one stride outwards or inwards; `None` if nothing would be left or there is
/// no more text.
pub fn move_edge(
    text: &Text,
    span: Span,
    edge: Edge,
    stride: Stride,
    outwards: bool,
) -> Option<Span> {
    let boundaries = Boundaries::of(text);
    let moved = match (edge, outwards, stride) {
        (Edge::Start, true, Stride::Character) => boundaries.previous(span.start()),
        (Edge::Start, true, Stride::Word) => word_start_before(text, span.start()),
        (Edge::Start, false, Stride::Character) => boundaries.next(span.start()),
        (Edge::Start, false, Stride::Word) => word_start_after(text, span.start()),
        (Edge::End, true, Stride::Character) => boundaries.next(span.end()),
        (Edge::End, true, Stride::Word) => word_end_after(text, span.end()),
        (Edge::End, false, Stride::Character) => boundaries.previous(span.end()),
        (Edge::End, false, Stride::Word) => word_end_before(text, span.end()),
    };
    let moved = match edge {
        Edge::Start => Span::new(moved, span.end())?,
        Edge::End => Span::new(span.start(), moved)?,
    };
    (moved != span).then_some(moved)
}

fn word_end_after(text: &Text, offset: ByteOffset) -> ByteOffset {
    let Some(at) = first_non_space(text, offset) else {
        return text.end();
    };
    let end = word_at(text, at).map(Span::end).filter(|&end| end > offset);
    end.unwrap_or_else(|| Boundaries::of(text).next(at))
}

fn word_end_before(text: &Text, offset: ByteOffset) -> ByteOffset {
    last_non_space(text, word_start_before(text, offset))
        .map_or(ByteOffset(0), |last| Boundaries::of(text).next(last))
}

/// From the smallest to the largest.
fn units_at(text: &Text, offset: ByteOffset) -> impl Iterator<Item = Span> {
    let word = word_near(text, offset);
    let at = word.map_or(offset, Span::start);
    [
        word,
        clause_at(text, at),
        sentence_at(text, at),
        paragraph_at(text, at),
    ]
    .into_iter()
    .flatten()
}

/// The word at the offset, or the one that ends there where a space or a punctuation mark follows.
fn word_near(text: &Text, offset: ByteOffset) -> Option<Span> {
    let at = |offset| word_at(text, offset).and_then(|word| trim(text, word));
    let has_letters = |word: &Span| {
        let words = text.slice(*word).unwrap_or_default();
        words.chars().any(char::is_alphanumeric)
    };
    let here = at(offset);
    let before = || at(Boundaries::of(text).previous(offset));
    here.filter(has_letters)
        .or_else(|| before().filter(has_letters))
        .or(here)
}

fn paragraph_at(text: &Text, offset: ByteOffset) -> Option<Span> {
    let line = text.line_bytes(text.line_index_at(offset));
    trim(
        text,
        Span::new(ByteOffset(line.start), ByteOffset(line.end))?,
    )
}

/// The first character at or behind the offset that is no white space.
fn first_non_space(text: &Text, offset: ByteOffset) -> Option<ByteOffset> {
    let rest = text.as_str().get(offset.0..)?;
    rest.find(|c| !is_edge_space(c))
        .map(|at| ByteOffset(offset.0 + at))
}

/// The last character before the offset that is no white space.
fn last_non_space(text: &Text, offset: ByteOffset) -> Option<ByteOffset> {
    let before = text.as_str().get(..offset.0)?;
    before.rfind(|c| !is_edge_space(c)).map(ByteOffset)
}
