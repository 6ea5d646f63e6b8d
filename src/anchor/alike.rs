//! Finds words that are like the ones that were marked. What is found here is always shown to a person.

use std::collections::HashMap;

use similar::{Algorithm, capture_diff_slices, diff_ratio};

use super::MOST_OFFERS;
use super::context::span;
use super::tokens::{Tokens, is_space};
use crate::text::Span;

/// At least this part of both must be the same.
const LEAST_LIKENESS: f32 = 0.6;
/// Longer pieces are compared word by word: letters would take too long and say no more.
const MOST_LETTERS: usize = 2_000;

/// Whether what stands here may be what was marked, with some of its words changed.
pub fn are_alike(a: &str, b: &str) -> bool {
    likeness(a, b) >= LEAST_LIKENESS
}

/// From 0 for nothing in common to 1 for the same.
fn likeness(a: &str, b: &str) -> f32 {
    if a.len().max(b.len()) <= MOST_LETTERS {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let operations = capture_diff_slices(Algorithm::Myers, &a, &b);
        return diff_ratio(&operations, a.len(), b.len());
    }
    let (a, b) = (Tokens::of(a), Tokens::of(b));
    let mut known = HashMap::new();
    let (a, b) = (a.numbers(&mut known), b.numbers(&mut known));
    diff_ratio(
        &capture_diff_slices(Algorithm::Myers, &a, &b),
        a.len(),
        b.len(),
    )
}

/// The places with the most words in common with the ones that were marked, the best first.
pub fn places(words: &str, text: &Tokens<'_>, may_be: impl Fn(&Span) -> bool) -> Vec<Span> {
    let quote = Tokens::of(words);
    let mut wanted: HashMap<&str, usize> = HashMap::new();
    for index in 0..quote.count() {
        let piece = quote.piece(index);
        if !is_space(piece) {
            *wanted.entry(piece).or_default() += 1;
        }
    }
    let total: usize = wanted.values().sum();
    // One word that is gone is gone: whatever is like it is another word.
    if total < 2 {
        return Vec::new();
    }
    let mut best: Vec<(f32, Span)> = Vec::new();
    for window in windows(text, &wanted, quote.count(), total) {
        let Some(place) = tightened(text, &wanted, window) else {
            continue;
        };
        let found = text.text.get(place.bytes()).unwrap_or_default();
        let likeness = likeness(words, found);
        if likeness >= LEAST_LIKENESS && may_be(&place) {
            best.push((likeness, place));
        }
    }
    best.sort_by(|(a, place_a), (b, place_b)| b.total_cmp(a).then(place_a.cmp(place_b)));
    let mut offers: Vec<Span> = Vec::new();
    for (_, place) in best {
        if offers.len() < MOST_OFFERS && !offers.iter().any(|offer| offer.overlaps(place)) {
            offers.push(place);
        }
    }
    offers
}

/// Where windows as long as the quote begin that hold at least half of its words, only the fullest of neighbours.
fn windows(
    text: &Tokens<'_>,
    wanted: &HashMap<&str, usize>,
    length: usize,
    total: usize,
) -> Vec<std::ops::Range<usize>> {
    const MOST_WINDOWS: usize = 50;
    let mut held: HashMap<&str, usize> = HashMap::new();
    let mut hits = 0;
    let mut found: Vec<(usize, usize)> = Vec::new();
    for index in 0..text.count() {
        let piece = text.piece(index);
        if let Some(&most) = wanted.get(piece) {
            let count = held.entry(piece).or_default();
            hits += usize::from(*count < most);
            *count += 1;
        }
        let leaving = index.checked_sub(length).map(|leaving| text.piece(leaving));
        if let Some((piece, &most)) = leaving.and_then(|piece| Some((piece, wanted.get(piece)?))) {
            let count = held.entry(piece).or_default();
            *count = count.saturating_sub(1);
            hits -= usize::from(*count < most);
        }
        let start = (index + 1).saturating_sub(length);
        match found.last_mut() {
            _ if hits * 2 < total => {}
            Some((best, at)) if start < *at + length => {
                if hits > *best {
                    (*best, *at) = (hits, start);
                }
            }
            _ => found.push((hits, start)),
        }
    }
    found.sort_by_key(|(hits, start)| (std::cmp::Reverse(*hits), *start));
    found.truncate(MOST_WINDOWS);
    found
        .into_iter()
        .map(|(_, start)| start..(start + length).min(text.count()))
        .collect()
}

/// From the first wanted word of a window to its last.
fn tightened(
    text: &Tokens<'_>,
    wanted: &HashMap<&str, usize>,
    mut window: std::ops::Range<usize>,
) -> Option<Span> {
    let is_wanted = |index: &usize| wanted.contains_key(text.piece(*index));
    let first = window.clone().find(is_wanted)?;
    let last = window.rfind(is_wanted)?;
    span(text.start(first), text.start(last + 1))
}
