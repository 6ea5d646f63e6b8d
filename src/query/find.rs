//! Finds words in a text: the search behind “Find in text”.

use crate::model::{AnnotatorId, DocumentId, Project};
use crate::text::{ByteOffset, Span, Text, is_blank, widen_to_graphemes};

/// Places kept. A search for one letter in a very large text would otherwise fill the memory; the count then
/// says “more than”.
pub const MOST_FOUND: usize = 500_000;

/// How much of a text is looked at between two looks at the clock or the cancel button.
const PIECE_BYTES: usize = 1 << 20;

/// What a search looks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needle {
    /// The words. Any white space stands for any other, so that words are found over line ends.
    pub words: String,
    /// Whether capital letters must be capital.
    pub matches_case: bool,
}

/// How many steps [`find_in_text`] reports for a text of that length.
pub fn find_steps(text: &Text) -> usize {
    text.end().0.div_ceil(PIECE_BYTES)
}

/// Where the words stand, in order and without overlap; at most [`MOST_FOUND`] places. `goes_on` is asked
/// after each step; `None` if it says no.
pub fn find_in_text(
    text: &Text,
    needle: &Needle,
    mut goes_on: impl FnMut() -> bool,
) -> Option<Vec<Span>> {
    let wanted: Vec<char> = folded(&needle.words, needle.matches_case).collect();
    let mut found = Vec::new();
    let words = text.as_str();
    let mut at = 0;
    while let Some(first) = wanted.first().filter(|_| at < words.len()) {
        let piece_end = words.ceil_char_boundary(at + PIECE_BYTES);
        while let Some(start) = next_start(words, at, piece_end, *first, needle.matches_case) {
            let end = end_of_match(words, start, &wanted, needle.matches_case);
            let whole = end.and_then(|end| Span::new(ByteOffset(start), ByteOffset(end)));
            // “e” must not cut an “é” that is written as two characters.
            let whole = whole.and_then(|span| widen_to_graphemes(text, span));
            let is_behind = |span: &Span| {
                found
                    .last()
                    .is_none_or(|last: &Span| last.end() <= span.start())
            };
            at = match whole.filter(is_behind) {
                Some(span) => {
                    found.push(span);
                    span.end().0
                }
                None => words.ceil_char_boundary(start + 1),
            };
            if found.len() == MOST_FOUND {
                return Some(found);
            }
        }
        at = at.max(piece_end);
        if !goes_on() {
            return None;
        }
    }
    Some(found)
}

/// The next place in `from..to` where a character begins as the wanted words do.
fn next_start(
    words: &str,
    from: usize,
    to: usize,
    first: char,
    matches_case: bool,
) -> Option<usize> {
    let begins_so = |character: char| match plain_fold(character, matches_case) {
        Some(folded) => folded == first,
        None => fold(character, matches_case).next() == Some(first),
    };
    let mut characters = words.get(from..to)?.char_indices();
    let (at, _) = characters.find(|&(_, character)| begins_so(character))?;
    Some(from + at)
}

/// As [`fold`], for the characters that most texts are made of: a hundred megabytes pass through here.
fn plain_fold(character: char, matches_case: bool) -> Option<char> {
    match character {
        ' '..='~' if matches_case => Some(character),
        ' '..='~' => Some(character.to_ascii_lowercase()),
        _ => None,
    }
}

/// Where the wanted words end if they stand at `start`.
fn end_of_match(words: &str, start: usize, wanted: &[char], matches_case: bool) -> Option<usize> {
    let mut rest = wanted.iter();
    for (at, character) in words.get(start..)?.char_indices() {
        if rest.as_slice().is_empty() {
            return Some(start + at);
        }
        for part in fold(character, matches_case) {
            if rest.next() != Some(&part) {
                return None;
            }
        }
    }
    rest.as_slice().is_empty().then_some(words.len())
}

fn folded(words: &str, matches_case: bool) -> impl Iterator<Item = char> {
    words.chars().flat_map(move |c| fold(c, matches_case))
}

/// A character as it is compared.
fn fold(character: char, matches_case: bool) -> impl Iterator<Item = char> {
    let character = if character.is_whitespace() {
        ' '
    } else {
        character
    };
    let lower = (!matches_case).then(|| character.to_lowercase());
    let own = matches_case.then_some(character);
    lower.into_iter().flatten().chain(own)
}

/// The nearest paragraph behind (or before) a line that has words, none of them marked by the annotator, and
/// is not set aside as a whole. `goes_on` is asked now and then; `None` too if it says no.
pub fn unlabelled_paragraph(
    project: &Project,
    text: &Text,
    document_id: &DocumentId,
    annotator_id: &AnnotatorId,
    from_line_index: usize,
    forwards: bool,
    mut goes_on: impl FnMut() -> bool,
) -> Option<Span> {
    let is_unlabelled = |span: Span| {
        let marked = project.annotations.overlapping(document_id, span);
        let set_aside = project.regions.overlapping(document_id, span);
        !marked
            .iter()
            .any(|annotation| annotation.annotator_id() == annotator_id)
            && !set_aside.iter().any(|region| region.span.encloses(span))
    };
    let mut line_index = from_line_index;
    loop {
        line_index = match forwards {
            true => line_index + 1,
            false => line_index.checked_sub(1)?,
        };
        if line_index >= text.line_count() || (line_index.is_multiple_of(1024) && !goes_on()) {
            return None;
        }
        let bytes = text.line_bytes(line_index);
        let span = Span::new(ByteOffset(bytes.start), ByteOffset(bytes.end));
        if let Some(span) = span.filter(|_| !is_blank(text.line(line_index)))
            && is_unlabelled(span)
        {
            return Some(span);
        }
    }
}
