//! Finds a span again after its text has changed.
//!
//! A span is moved unasked only if its words are unchanged (white space aside) and their surroundings leave no
//! doubt. Everything else is for a person to decide, with the places that come to mind; what is nowhere is an
//! orphan. In order: a comparison of the old text with the new, then the words with what stood around them, then
//! words that are alike, which are always asked about.
//!
//! What stood around the words is not written into the project. It is cut from a copy of the old text, which
//! `store` keeps in the person's own folder: 64 more characters on every line would make the file half as long
//! again, change lines whose annotation did not change, and still know less than the copy. Where there is no copy,
//! the words of the other annotations, whose places are known, stand in for it; and where that is not enough, the
//! person is asked.

mod alike;
mod changes;
mod context;
mod marks;
mod tokens;

use std::cell::Cell;

pub use marks::{MarkId, all_stand_in, find_marks_again};

use crate::model::QUOTE_JOIN;
use crate::text::{Span, Spans, Text};
use changes::{Changes, Image};
use context::Known;
use tokens::Tokens;

/// More places than this to choose from would help nobody.
const MOST_OFFERS: usize = 3;

/// A piece of a text that carries an annotation or is set aside: where it stood, and its words.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    /// Where it stood.
    pub spans: &'a Spans,
    /// Its words, as [`crate::model::quote_of`] gives them.
    pub quote: &'a str,
}

/// Where a mark stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Here, with the same words; nobody needs to be asked.
    Certain(Spans),
    /// Perhaps at one of these places, the likeliest first; at least one.
    Doubtful(Vec<Spans>),
    /// Nowhere.
    Orphan,
}

/// The same of one piece.
enum FoundPiece {
    Certain(Span),
    /// None at all if it is nowhere.
    Doubtful(Vec<Span>),
}

/// Finds the marks of a text again in what it has become. `old` is the text that they were made on, if it is still
/// known. The answers are in the order of the marks.
pub fn find_again(old: Option<&Text>, new: &Text, marks: &[Mark<'_>]) -> Vec<Found> {
    let tokens = Tokens::of(new.as_str());
    let patience = Patience::default();
    let with_old = old.map(|old| Search {
        new,
        tokens: &tokens,
        known: Known::whole(old),
        changes: Some(Changes::between(old, new, &patience)),
        patience: &patience,
    });
    let without_old = Search {
        new,
        tokens: &tokens,
        known: Known::from_marks(marks),
        changes: None,
        patience: &patience,
    };
    let find = |mark: &Mark<'_>| match (&with_old, old) {
        (Some(search), Some(old)) if stands_in(old, mark) => search.find(mark),
        _ if stands_in(new, mark) => without_old.confirm(mark),
        _ => without_old.find(mark),
    };
    marks.iter().map(find).collect()
}

/// Whether the text has the words of the mark at its place.
fn stands_in(text: &Text, mark: &Mark<'_>) -> bool {
    match mark.spans.count() {
        1 => text.slice(mark.spans.first()) == Some(mark.quote),
        _ => crate::model::quote_of(text, mark.spans).as_deref() == Some(mark.quote),
    }
}

/// All that is known of the old text and the new one.
struct Search<'a> {
    new: &'a Text,
    tokens: &'a Tokens<'a>,
    known: Known<'a>,
    /// Only where the whole old text is known.
    changes: Option<Changes<'a>>,
    patience: &'a Patience,
}

/// How many more bytes may be looked through for words. Each mark that is in doubt goes through the whole text; in a long
/// text of which little is left that would never end, and most of what it found would be asked about anyway.
struct Patience {
    bytes_left: Cell<u64>,
}

impl Default for Patience {
    fn default() -> Self {
        /// A few seconds.
        const MOST_BYTES: u64 = 5_000_000_000;
        Self {
            bytes_left: Cell::new(MOST_BYTES),
        }
    }
}

impl Patience {
    /// Whether there is still time to look through so many bytes.
    fn lasts_for(&self, bytes: usize) -> bool {
        let left = self.bytes_left.get().checked_sub(bytes as u64);
        self.bytes_left.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// Comparing words takes so many times longer than finding them.
const COST_OF_LIKENESS: usize = 20;

impl Search<'_> {
    /// The words stand where they stood. Short ones may do so by chance, so others must bear them out.
    fn confirm(&self, mark: &Mark<'_>) -> Found {
        let words = mark.quote.chars().count();
        let context = context::shared_at_same_place(&self.known, mark.spans.hull(), self.new);
        if words + context >= context::LEAST_CONTEXT {
            return Found::Certain(mark.spans.clone());
        }
        let others = match self.find(mark) {
            Found::Certain(spans) => vec![spans],
            Found::Doubtful(offers) => offers,
            Found::Orphan => Vec::new(),
        };
        let mut offers = vec![mark.spans.clone()];
        offers.extend(others.into_iter().filter(|offer| offer != mark.spans));
        offers.truncate(MOST_OFFERS);
        Found::Doubtful(offers)
    }

    fn find(&self, mark: &Mark<'_>) -> Found {
        let Some(words) = pieces_of_quote(mark) else {
            // Which words stood in which piece nobody knows, so nothing is certain.
            return one_of(match self.find_piece(mark.spans.hull(), mark.quote) {
                FoundPiece::Certain(place) => vec![place],
                FoundPiece::Doubtful(offers) => offers,
            });
        };
        let found: Vec<FoundPiece> = mark
            .spans
            .iter()
            .zip(words)
            .map(|(span, words)| self.find_piece(span, words))
            .collect();
        match found.as_slice() {
            [FoundPiece::Certain(span)] => Found::Certain((*span).into()),
            [FoundPiece::Doubtful(offers)] => one_of(offers.clone()),
            _ => join_pieces(&found),
        }
    }

    fn find_piece(&self, span: Span, words: &str) -> FoundPiece {
        let mut offers = Vec::new();
        if let Some(changes) = &self.changes {
            match changes.image_of(span) {
                Image::Unchanged(image) => return FoundPiece::Certain(image),
                Image::Perhaps(image) => offers.extend(image),
            }
        }
        // What the comparison says was in the old text already is the image of something else.
        let is_new = |place: &Span| {
            self.changes
                .as_ref()
                .is_none_or(|changes| changes.is_new(*place))
        };
        // An offer of the comparison with other words is only a guess at what became of the span where it stood;
        // the words themselves, standing elsewhere, may still be it.
        let size_bytes = self.new.end().0;
        if self.patience.lasts_for(size_bytes) {
            let ranked = context::rank(&self.known, span, words, self.new, is_new);
            if let Some(best) = ranked.certain {
                return FoundPiece::Certain(best);
            }
            offers.extend(ranked.offers);
        }
        if offers.is_empty() && self.patience.lasts_for(size_bytes * COST_OF_LIKENESS) {
            offers = alike::places(words, self.tokens, is_new);
        }
        dedup(&mut offers);
        offers.truncate(MOST_OFFERS);
        FoundPiece::Doubtful(offers)
    }
}

/// The words of each piece. `None` where the quote falls neither into pieces as long as the spans nor into as many.
fn pieces_of_quote<'a>(mark: &Mark<'a>) -> Option<Vec<&'a str>> {
    if mark.spans.count() == 1 {
        return Some(vec![mark.quote]);
    }
    // What joins the pieces may stand in one of them too, so their sizes are believed first.
    cut_by_size(mark).or_else(|| {
        let pieces: Vec<&str> = mark.quote.split(QUOTE_JOIN).collect();
        (pieces.len() == mark.spans.count()).then_some(pieces)
    })
}

/// The quote cut into pieces that are as long as the spans.
fn cut_by_size<'a>(mark: &Mark<'a>) -> Option<Vec<&'a str>> {
    let mut rest = mark.quote;
    let mut pieces = Vec::with_capacity(mark.spans.count());
    for span in mark.spans.iter() {
        if !pieces.is_empty() {
            rest = rest.strip_prefix(QUOTE_JOIN)?;
        }
        let (piece, behind) = rest.split_at_checked(span.size_bytes())?;
        pieces.push(piece);
        rest = behind;
    }
    rest.is_empty().then_some(pieces)
}

/// One of these places, if there is any.
fn one_of(places: Vec<Span>) -> Found {
    match places.is_empty() {
        true => Found::Orphan,
        false => Found::Doubtful(places.into_iter().map(Spans::from).collect()),
    }
}

/// Several pieces are certain only together. Of doubtful ones the likeliest places are offered.
fn join_pieces(found: &[FoundPiece]) -> Found {
    let is_certain = found
        .iter()
        .all(|piece| matches!(piece, FoundPiece::Certain(_)));
    let places: Vec<Span> = found
        .iter()
        .filter_map(|piece| match piece {
            FoundPiece::Certain(span) => Some(*span),
            FoundPiece::Doubtful(offers) => offers.first().copied(),
        })
        .collect();
    let is_in_order = places.is_sorted();
    match Spans::new(places) {
        Some(spans) if is_certain && is_in_order => Found::Certain(spans),
        Some(spans) => Found::Doubtful(vec![spans]),
        None => Found::Orphan,
    }
}

/// Leaves out repeated offers; the first of each stays in its place.
fn dedup(offers: &mut Vec<Span>) {
    let mut seen = std::collections::BTreeSet::new();
    offers.retain(|offer| seen.insert(*offer));
}
