//! Finds words again by what stood around them.

use super::{MOST_OFFERS, Mark, pieces_of_quote};
use crate::text::{ByteOffset, Span, Text};

/// How many characters on either side count.
pub const CONTEXT_CHARACTERS: usize = 32;
/// How many of them, on both sides together, must be the same before nobody is asked …
pub const LEAST_CONTEXT: usize = 24;
/// … and how many more than at any other place. Tried out on repetitive texts with random changes: with less, one
/// in two hundred went to the wrong place.
pub const LEAST_MARGIN: usize = 12;
/// Known characters farther from the span than this say nothing about it.
const MOST_DISTANCE_BYTES: usize = 400;
/// A quote that stands in more places is a common word, and its surroundings hardly ever decide.
const MOST_PLACES: usize = 5_000;

/// What is known of the old text: pieces with their places, in order, apart from one another.
pub struct Known<'a> {
    pieces: Vec<(usize, &'a str)>,
}

impl<'a> Known<'a> {
    /// All of it.
    pub fn whole(text: &'a Text) -> Self {
        Self {
            pieces: vec![(0, text.as_str())],
        }
    }

    /// Only the words of the marks. Of marks that overlap, each adds what goes beyond the ones before it.
    pub fn from_marks(marks: &[Mark<'a>]) -> Self {
        let mut all: Vec<(usize, &str)> = marks
            .iter()
            .flat_map(|mark| {
                let starts = mark.spans.iter().map(|span| span.start().0);
                let words = pieces_of_quote(mark).into_iter().flatten();
                starts.zip(words).collect::<Vec<_>>()
            })
            .collect();
        all.sort_by_key(|(start, words)| (*start, std::cmp::Reverse(words.len())));
        let mut pieces: Vec<(usize, &str)> = Vec::with_capacity(all.len());
        let mut end = 0_usize;
        for (start, words) in all {
            let known = end.saturating_sub(start);
            if let Some(rest) = words.get(known..).filter(|rest| !rest.is_empty()) {
                pieces.push((start + known, rest));
                end = start + words.len();
            }
        }
        Self { pieces }
    }

    /// The known characters that begin behind the offset, with their places.
    fn behind(&self, offset: usize) -> impl Iterator<Item = (usize, &'a str)> {
        let first = self
            .pieces
            .partition_point(|(start, words)| start + words.len() <= offset);
        let pieces = self.pieces.get(first..).unwrap_or_default().iter();
        pieces.flat_map(move |&(start, words)| {
            let from = offset.saturating_sub(start);
            characters(start + from, words.get(from..).unwrap_or_default())
        })
    }

    /// The known characters that end before the offset, the last one first.
    fn before(&self, offset: usize) -> impl Iterator<Item = (usize, &'a str)> {
        let behind = self.pieces.partition_point(|(start, _)| *start < offset);
        let pieces = self.pieces.get(..behind).unwrap_or_default().iter().rev();
        pieces.flat_map(move |&(start, words)| {
            let until = words.len().min(offset - start);
            characters(start, words.get(..until).unwrap_or_default()).rev()
        })
    }
}

fn characters(start: usize, words: &str) -> impl DoubleEndedIterator<Item = (usize, &str)> {
    words.char_indices().map(move |(at, character)| {
        let character = words.get(at..at + character.len_utf8());
        (start + at, character.unwrap_or_default())
    })
}

/// Where words stand, by how much of what stood around them stands there too.
pub struct Ranked {
    /// The place, if it is beyond doubt.
    pub certain: Option<Span>,
    /// The likeliest places, the best first.
    pub offers: Vec<Span>,
    /// How many characters around the words are the same at the likeliest place.
    pub best: usize,
}

/// Looks for the words of a span in the new text, at the places that `may_be` lets pass.
pub fn rank(
    known: &Known<'_>,
    of: Span,
    words: &str,
    new: &Text,
    may_be: impl Fn(&Span) -> bool,
) -> Ranked {
    let none = Ranked {
        certain: None,
        offers: Vec::new(),
        best: 0,
    };
    if words.is_empty() {
        return none;
    }
    let places = new
        .as_str()
        .match_indices(words)
        .take(MOST_PLACES)
        .filter_map(|(start, found)| span(start, start + found.len()))
        .filter(may_be);
    let mut scored: Vec<(usize, Span)> = places
        .map(|place| (context_shared(known, of, new.as_str(), place), place))
        .collect();
    // Of equal ones the one nearest to the old place.
    scored.sort_by_key(|(score, place)| {
        let distance = place.start().0.abs_diff(of.start().0);
        (std::cmp::Reverse(*score), distance)
    });
    let Some(&(best, place)) = scored.first() else {
        return none;
    };
    let second = scored.get(1).map_or(0, |(score, _)| *score);
    let is_certain =
        best >= LEAST_CONTEXT && best >= second + LEAST_MARGIN && scored.len() < MOST_PLACES;
    Ranked {
        certain: is_certain.then_some(place),
        offers: scored
            .iter()
            .take(MOST_OFFERS)
            .map(|(_, place)| *place)
            .collect(),
        best,
    }
}

/// The same for words that stand where they stood.
pub fn shared_at_same_place(known: &Known<'_>, of: Span, new: &Text) -> usize {
    context_shared(known, of, new.as_str(), of)
}

/// How many known characters around the span stand around the place too, each side counted outwards until the first
/// that differs.
fn context_shared(known: &Known<'_>, of: Span, new: &str, place: Span) -> usize {
    let is_same = |from: usize, to: usize, offset: usize, character: &str| {
        let at = (to + offset).checked_sub(from);
        at.and_then(|at| new.get(at..at + character.len())) == Some(character)
    };
    let (old_start, old_end) = (of.start().0, of.end().0);
    let before = known
        .before(old_start)
        .take(CONTEXT_CHARACTERS)
        .take_while(|(at, _)| old_start - at <= MOST_DISTANCE_BYTES)
        .take_while(|(at, character)| is_same(old_start, place.start().0, *at, character))
        .count();
    let behind = known
        .behind(old_end)
        .take(CONTEXT_CHARACTERS)
        .take_while(|(at, _)| at - old_end <= MOST_DISTANCE_BYTES)
        .take_while(|(at, character)| is_same(old_end, place.end().0, *at, character))
        .count();
    before + behind
}

/// A span from plain numbers; `None` if it would be empty.
pub fn span(start: usize, end: usize) -> Option<Span> {
    Span::new(ByteOffset(start), ByteOffset(end))
}
