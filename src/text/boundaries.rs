//! Grapheme clusters, words, clauses and sentences.
//!
//! Words and sentences follow ICU's rules, with dictionaries for Chinese, Japanese, Thai and their like.
//! Every function looks at one line at a time, so that its cost does not grow with the document.

use icu_segmenter::options::{SentenceBreakInvariantOptions, WordBreakInvariantOptions};
use icu_segmenter::{SentenceSegmenter, WordSegmenter};
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::{ByteOffset, Span, Text};

/// Longest piece of a line that is segmented at once. A line may be a hundred megabytes; a word is not.
const WINDOW_BYTES: usize = 16 * 1024;

/// Abbreviations after which the ICU rules see the end of a sentence where readers see none.
const ABBREVIATIONS: &[&str] = &[
    "Mr.", "Mrs.", "Ms.", "Dr.", "Prof.", "Gen.", "Col.", "Lt.", "Sen.", "Rep.", "Gov.", "St.",
    "U.S.", "U.K.", "U.N.", "E.U.", "No.", "vs.", "e.g.", "i.e.", "cf.", "approx.", "Inc.", "Ltd.",
    "Corp.", "Jan.", "Feb.", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.",
];

/// Marks that end a clause, besides the ends of sentences.
const CLAUSE_MARKS: &[char] = &[
    ',', ';', ':', '–', '—', '،', '؛', '，', '；', '：', '、', '।',
];

/// Steps over a text by grapheme cluster: what a reader takes for one character.
pub struct Boundaries<'a> {
    text: &'a Text,
}

impl<'a> Boundaries<'a> {
    /// For the given text.
    pub fn of(text: &'a Text) -> Self {
        Self { text }
    }

    /// The end of the cluster that begins at, or contains, the offset; the text's end at the end.
    pub fn next(&self, offset: ByteOffset) -> ByteOffset {
        let words = self.text.as_str();
        let offset = self.text.floor(offset).0;
        let mut cursor = GraphemeCursor::new(offset, words.len(), true);
        ByteOffset(
            cursor
                .next_boundary(words, 0)
                .ok()
                .flatten()
                .unwrap_or(words.len()),
        )
    }

    /// The start of the cluster before the offset; 0 at the start.
    pub fn previous(&self, offset: ByteOffset) -> ByteOffset {
        let words = self.text.as_str();
        let offset = self.text.floor(offset).0;
        let mut cursor = GraphemeCursor::new(offset, words.len(), true);
        ByteOffset(cursor.prev_boundary(words, 0).ok().flatten().unwrap_or(0))
    }

    /// Whether a cluster begins or ends here.
    pub fn is_boundary(&self, offset: ByteOffset) -> bool {
        let words = self.text.as_str();
        if !words.is_char_boundary(offset.0) {
            return false;
        }
        let mut cursor = GraphemeCursor::new(offset.0, words.len(), true);
        cursor.is_boundary(words, 0).unwrap_or(true)
    }

    /// The last cluster boundary at or before the offset.
    pub fn floor(&self, offset: ByteOffset) -> ByteOffset {
        let offset = self.text.floor(offset);
        if self.is_boundary(offset) {
            offset
        } else {
            self.previous(offset)
        }
    }

    /// The first cluster boundary at or after the offset.
    pub fn ceil(&self, offset: ByteOffset) -> ByteOffset {
        if self.is_boundary(offset) {
            offset
        } else {
            self.next(offset)
        }
    }
}

/// The span with no grapheme cluster cut: each end moves outwards if it lies inside one.
/// `None` if the span lies wholly behind the end of the text.
pub fn widen_to_graphemes(text: &Text, span: Span) -> Option<Span> {
    let boundaries = Boundaries::of(text);
    Span::new(
        boundaries.floor(span.start()),
        boundaries.ceil(span.end().min(text.end())),
    )
}

/// The span without white space at its edges; `None` if nothing is left.
pub fn trim(text: &Text, span: Span) -> Option<Span> {
    let words = text.slice(span)?;
    let without_front = words.trim_start_matches(is_edge_space);
    let start = span.start().0 + words.len() - without_front.len();
    let kept = without_front.trim_end_matches(is_edge_space);
    Span::new(ByteOffset(start), ByteOffset(start + kept.len()))
}

/// Whether the words hold nothing but white space and invisible marks.
pub fn is_blank(words: &str) -> bool {
    words.chars().all(is_edge_space)
}

/// White space, and the byte order mark and zero-width space that other tools leave behind.
pub(super) fn is_edge_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{200B}' | '\u{FEFF}')
}

/// The word at the offset, or the run of spaces or the punctuation mark that stands there.
/// `None` on an empty line.
pub fn word_at(text: &Text, offset: ByteOffset) -> Option<Span> {
    let window = window_around(text, offset);
    let words = text.slice(window)?;
    let local = offset
        .0
        .min(window.end().0.saturating_sub(1))
        .saturating_sub(window.start().0);
    let breaks = word_breaks(words);
    let piece = piece_at(&breaks, local)?;
    shifted(window.start(), piece)
}

/// The span with each end that lies inside a word moved outwards to the edge of the word.
pub fn widen_to_words(text: &Text, span: Span) -> Span {
    let start = word_at(text, span.start()).map_or(span.start(), Span::start);
    let last = Boundaries::of(text).previous(span.end());
    let end = word_at(text, last).map_or(span.end(), Span::end);
    // Spaces at the edge of a drag are not words; they stay as they are, for `trim` to take off.
    let start = if begins_with_space(text, span.start()) {
        span.start()
    } else {
        start
    };
    let end = if begins_with_space(text, last) {
        span.end()
    } else {
        end
    };
    Span::new(start, end).unwrap_or(span)
}

/// The sentence at the offset, without the spaces behind it. `None` on an empty line.
pub fn sentence_at(text: &Text, offset: ByteOffset) -> Option<Span> {
    let window = window_around(text, offset);
    let words = text.slice(window)?;
    let local = offset
        .0
        .min(window.end().0.saturating_sub(1))
        .saturating_sub(window.start().0);
    let piece = piece_at(&sentence_breaks(words), local)?;
    trim(text, shifted(window.start(), piece)?)
}

/// The clause at the offset: between two of the sentence's commas, colons, semicolons or dashes.
pub fn clause_at(text: &Text, offset: ByteOffset) -> Option<Span> {
    let sentence = sentence_at(text, offset)?;
    let words = text.slice(sentence)?;
    let local = offset.0.clamp(sentence.start().0, sentence.end().0 - 1) - sentence.start().0;
    let mut breaks = vec![0];
    for (index, character) in words.char_indices() {
        let end = index + character.len_utf8();
        // “4,300” and “10:30” are no clauses: the mark counts only where white space or a script without spaces follows.
        let is_free = words[end..]
            .chars()
            .next()
            .is_none_or(|next| !next.is_ascii_alphanumeric());
        if CLAUSE_MARKS.contains(&character) && is_free {
            breaks.push(end);
        }
    }
    breaks.push(words.len());
    breaks.dedup();
    trim(text, shifted(sentence.start(), piece_at(&breaks, local)?)?)
}

/// The sentences of a line, in order, without the spaces between them.
pub fn sentences_of_line(text: &Text, line_index: usize) -> Vec<Span> {
    let line = text.line_bytes(line_index);
    let mut sentences = Vec::new();
    let mut from = line.start;
    while from < line.end {
        let window = window_around(text, ByteOffset(from));
        let to = window.end().0.clamp(from + 1, line.end.max(from + 1));
        let words = text.as_str().get(from..to).unwrap_or_default();
        sentences.extend(
            pieces(&sentence_breaks(words))
                .filter_map(|piece| trim(text, shifted(ByteOffset(from), piece)?)),
        );
        from = to;
    }
    sentences
}

/// The words and punctuation marks in a span, in order, without the spaces between them.
pub fn words_of(text: &Text, span: Span) -> Vec<Span> {
    let words = text.slice(span).unwrap_or_default();
    pieces(&word_breaks(words))
        .filter_map(|piece| trim(text, shifted(span.start(), piece)?))
        .collect()
}

fn begins_with_space(text: &Text, offset: ByteOffset) -> bool {
    let rest = text.as_str().get(offset.0..).unwrap_or_default();
    rest.chars().next().is_some_and(is_edge_space)
}

/// The line at the offset, or the part of a very long line around it, cut at white space where possible.
fn window_around(text: &Text, offset: ByteOffset) -> Span {
    let line = text.line_bytes(text.line_index_at(offset));
    let words = text.as_str();
    let mut start = line.start;
    let mut end = line.end;
    if line.len() > WINDOW_BYTES {
        let offset = text.floor(offset).0.clamp(line.start, line.end);
        let from =
            words.floor_char_boundary(offset.saturating_sub(WINDOW_BYTES / 2).max(line.start));
        let to = words.ceil_char_boundary((offset + WINDOW_BYTES / 2).min(line.end));
        start = words[from..offset]
            .find(char::is_whitespace)
            .map_or(from, |at| from + at);
        end = words[offset..to]
            .rfind(char::is_whitespace)
            .map_or(to, |at| offset + at);
    }
    // An empty line still gives a span, so that callers need not care; it holds the line break.
    let end = if start == end {
        words.ceil_char_boundary((end + 1).min(words.len()))
    } else {
        end
    };
    Span::new(ByteOffset(start), ByteOffset(end)).unwrap_or_else(|| nowhere(text))
}

/// A span that slices to nothing: the one past the end of the text.
fn nowhere(text: &Text) -> Span {
    let end = text.end().0;
    Span::between(ByteOffset(end), ByteOffset(end + 1)).expect("end is less than end + 1")
}

fn word_breaks(words: &str) -> Vec<usize> {
    let segmenter = WordSegmenter::new_auto(WordBreakInvariantOptions::default());
    segmenter.segment_str(words).collect()
}

fn sentence_breaks(words: &str) -> Vec<usize> {
    let segmenter = SentenceSegmenter::new(SentenceBreakInvariantOptions::default());
    let breaks = segmenter
        .segment_str(words)
        .filter(|&at| at == words.len() || !ends_in_abbreviation(&words[..at]));
    breaks.collect()
}

fn ends_in_abbreviation(before: &str) -> bool {
    let before = before.trim_end();
    let last = before
        .split_word_bound_indices()
        .rev()
        .find(|(_, word)| word.trim().is_empty());
    let last_word = last.map_or(before, |(at, space)| &before[at + space.len()..]);
    ABBREVIATIONS.contains(&last_word.trim_start_matches(['“', '"', '(', '‘']))
}

fn pieces(breaks: &[usize]) -> impl Iterator<Item = (usize, usize)> + '_ {
    breaks
        .iter()
        .zip(breaks.iter().skip(1))
        .map(|(&start, &end)| (start, end))
}

/// The piece between two breaks that holds the byte.
fn piece_at(breaks: &[usize], byte: usize) -> Option<(usize, usize)> {
    let next = breaks.partition_point(|&at| at <= byte);
    let start = breaks.get(next.checked_sub(1)?)?;
    Some((*start, *breaks.get(next)?))
}

fn shifted(by: ByteOffset, (start, end): (usize, usize)) -> Option<Span> {
    Span::new(ByteOffset(by.0 + start), ByteOffset(by.0 + end))
}
