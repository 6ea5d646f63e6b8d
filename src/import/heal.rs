//! Finds where the spans of a document really stand.
//!
//! Files do not say in which unit they count, and line ends and byte order marks shift offsets in silence. So the
//! places are tried out: the reading under which most recorded words stand where the file says is taken, and what
//! is still off is looked for by its words and what stands around them.

use std::collections::HashMap;
use std::sync::Arc;

use memchr::memmem;
use rayon::prelude::*;

use super::found::{FoundDocument, FoundRegion, WHOLE, shortened};
use super::reading::{Peculiar, Reading, places};
use crate::model::QUOTE_JOIN;
use crate::text::{ByteOffset, Span, Spans, Text};

/// So many documents are looked at to find out how all of them count.
const SAMPLE_DOCUMENTS: usize = 24;
/// So many spans of each of them.
const SAMPLE_SPANS: usize = 500;
/// More places of the same words are not compared.
const MOST_CANDIDATES: usize = 1000;
/// How many characters on either side are told of a place where something could not be put.
const NEAR_CHARACTERS: usize = 20;

/// What stands for a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Score {
    /// Spans whose recorded words stand in their place.
    pub matched: usize,
    /// Spans that lie in the text.
    pub inside: usize,
    /// Ends of spans that do not cut a word.
    pub at_words: usize,
    /// Spans with recorded words.
    pub quoted: usize,
    /// Spans that have a length by what is written.
    pub spans: usize,
}

impl Score {
    fn add(&mut self, other: Self) {
        self.matched += other.matched;
        self.inside += other.inside;
        self.at_words += other.at_words;
        self.quoted += other.quoted;
        self.spans += other.spans;
    }

    fn is_perfect(self) -> bool {
        self.matched == self.quoted && self.inside == self.spans
    }

    /// By which the better of two readings of the same spans is known.
    fn rank(self) -> (usize, usize, usize) {
        (self.matched, self.inside, self.at_words)
    }
}

/// How documents count, as far as they show it.
#[derive(Debug, Clone, Copy)]
pub struct Favourite {
    reading: Reading,
    /// Whether recorded words speak for it.
    is_by_words: bool,
    /// Whether none do, and others may be right: one that fits as well, or the usual one if that does not count the end
    /// in.
    is_guess: bool,
}

/// How the documents of an import count: all of them alike, but for files that show otherwise.
#[derive(Debug, Default)]
pub struct Favourites {
    common: Option<Favourite>,
    of_files: HashMap<Arc<str>, Favourite>,
}

/// Where the spans of one document stand.
#[derive(Debug)]
pub struct Healed {
    /// How it counts.
    pub reading: Reading,
    /// What stands for that.
    pub score: Score,
    /// Whether it is only believed: no words are recorded, and other readings may be right.
    pub is_guess: bool,
    /// In the order of the spans.
    pub spans: Vec<Placed>,
    /// In the order of the regions.
    pub regions: Vec<Placed>,
}

/// What came of one span.
#[derive(Debug, Clone, PartialEq)]
pub enum Placed {
    /// It stands where the file says.
    Exactly(Spans),
    /// Its words stand elsewhere.
    Moved {
        /// Where.
        spans: Spans,
        /// How it was found.
        how: String,
    },
    /// It has no place in the text.
    Nowhere {
        /// Why not.
        why: String,
        /// What stands where it should be.
        near: String,
    },
}

impl Placed {
    /// Where it stands, if anywhere.
    pub fn spans(&self) -> Option<&Spans> {
        match self {
            Self::Exactly(spans) | Self::Moved { spans, .. } => Some(spans),
            Self::Nowhere { .. } => None,
        }
    }
}

/// Something with a place and maybe words. An annotation with several tags stands there as often, one behind the other,
/// but it shows only once how the file counts, and is looked for once.
#[derive(Clone, Copy)]
struct Item<'a> {
    times: usize,
    pieces: &'a [[usize; 2]],
    quote: &'a str,
    prefix: &'a str,
    suffix: &'a str,
}

impl Item<'_> {
    /// Whether they are of the same words.
    fn is_same(&self, other: &Self) -> bool {
        let both = [
            (self.quote, other.quote),
            (self.prefix, other.prefix),
            (self.suffix, other.suffix),
        ];
        let is_same = |(own, other): &(&str, &str)| std::ptr::eq(*own, *other) || own == other;
        self.pieces == other.pieces && both.iter().all(is_same)
    }
}

fn items(document: &FoundDocument) -> Vec<Item<'_>> {
    let mut items: Vec<Item<'_>> = Vec::with_capacity(document.spans.len());
    for span in &document.spans {
        let item = Item {
            times: 1,
            pieces: &span.pieces,
            quote: &span.quote,
            prefix: &span.prefix,
            suffix: &span.suffix,
        };
        match items.last_mut().filter(|last| last.is_same(&item)) {
            Some(last) => last.times += 1,
            None => items.push(item),
        }
    }
    items.extend(document.regions.iter().map(|region: &FoundRegion| Item {
        times: 1,
        pieces: std::slice::from_ref(&region.piece),
        quote: &region.quote,
        prefix: "",
        suffix: "",
    }));
    items
}

impl Favourites {
    /// Finds out from some of the documents how all of them count. What the words of some files say is not put upon
    /// files without any, where other places fit better.
    pub fn of<'a>(documents: impl Iterator<Item = (&'a FoundDocument, &'a Text)> + Clone) -> Self {
        let telling =
            documents.filter(|(document, _)| !document.is_certain && !document.spans.is_empty());
        let sample = Sample::of(telling.clone());
        let common = sample.first().and_then(|first| sample.favourite(first));
        let mut of_files = HashMap::new();
        if let Some(Favourite { reading, .. }) = common.filter(|common| common.is_by_words) {
            let mut by_file: HashMap<&Arc<str>, Vec<_>> = HashMap::new();
            for pair in telling {
                by_file.entry(&pair.0.file).or_default().push(pair);
            }
            let wordless = by_file.into_par_iter().filter(|(_, documents)| {
                let mut items = documents.iter().flat_map(|(document, _)| items(document));
                items.all(|item| item.quote.is_empty())
            });
            let own = wordless.filter_map(|(file, documents)| {
                let sample = Sample::of(documents.into_iter());
                Some((file.clone(), sample.favourite(reading)?))
            });
            of_files = own.collect();
        }
        Self { common, of_files }
    }

    fn of_document(&self, document: &FoundDocument) -> Option<Favourite> {
        let of_file = self.of_files.get(&document.file).copied();
        of_file.or(self.common).filter(|_| !document.is_certain)
    }
}

/// Some documents with what shows how they count.
struct Sample<'a>(Vec<(&'a Text, Vec<Item<'a>>, Reading)>);

impl<'a> Sample<'a> {
    fn of(documents: impl Iterator<Item = (&'a FoundDocument, &'a Text)>) -> Self {
        let sample = documents.take(SAMPLE_DOCUMENTS).map(|(document, text)| {
            let items = items(document).into_iter().take(SAMPLE_SPANS);
            (text, items.collect(), document.reading)
        });
        Self(sample.collect())
    }

    /// As the format counts.
    fn first(&self) -> Option<Reading> {
        self.0.first().map(|(.., reading)| *reading)
    }

    fn try_out(&self, reading: Reading) -> Tried {
        let mut tried = Tried {
            reading,
            score: Score::default(),
            places: Vec::new(),
        };
        for (text, items, _) in &self.0 {
            let places = resolve(text, items, reading);
            tried.score.add(score(text, items, &places));
            tried.places.extend(places);
        }
        tried
    }

    /// How they count: in the first way unless another one fits better. `None` where nothing is to be found out.
    fn favourite(&self, first: Reading) -> Option<Favourite> {
        let tried = self.try_out(first);
        // Words that all stand in their places leave nothing to find out.
        if tried.score.is_perfect() && tried.score.quoted > 0 {
            return Some(Favourite {
                reading: first,
                is_by_words: true,
                is_guess: false,
            });
        }
        let texts = self.0.iter().map(|(text, ..)| text.as_str());
        let peculiar = texts.map(Peculiar::of).reduce(Peculiar::or)?;
        let others = peculiar.readings(first).into_par_iter().skip(1);
        let mut all = vec![tried];
        all.par_extend(others.map(|reading| self.try_out(reading)));
        let best = all
            .iter()
            .reduce(|best, tried| if tried.beats(best) { tried } else { best })?;
        let is_rival =
            |tried: &Tried| tried.score.rank() >= best.score.rank() && tried.places != best.places;
        let is_by_words = best.score.quoted > 0;
        Some(Favourite {
            reading: best.reading,
            is_by_words,
            is_guess: !is_by_words
                && (all.iter().any(is_rival)
                    || best.reading.is_end_included != first.is_end_included),
        })
    }
}

/// A reading, what stands for it, and the places it gives.
struct Tried {
    reading: Reading,
    score: Score,
    places: Vec<Option<(usize, usize)>>,
}

impl Tried {
    /// Words that match decide. Word edges do so only where more than one end speaks, and for an end that is included
    /// where many do: annotations of stems end within words as well.
    fn beats(&self, other: &Self) -> bool {
        let most_by_chance = match self.reading.is_end_included && !other.reading.is_end_included {
            true => 11,
            false => 1,
        };
        let (own, other) = (self.score, other.score);
        match (own.matched, own.inside).cmp(&(other.matched, other.inside)) {
            std::cmp::Ordering::Equal => own.at_words > other.at_words + most_by_chance,
            order => order.is_gt(),
        }
    }
}

/// Finds the places of a document's spans and regions.
pub fn heal(document: &FoundDocument, text: &Text, favourites: &Favourites) -> Healed {
    let items = items(document);
    let favourite = favourites.of_document(document);
    let mut reading = favourite.map_or(document.reading, |favourite| favourite.reading);
    let mut places = resolve(text, &items, reading);
    let mut score = self::score(text, &items, &places);
    if !score.is_perfect() && !document.is_certain {
        for other in Peculiar::of(text.as_str()).readings(reading) {
            let other_places = resolve(text, &items, other);
            let other_score = self::score(text, &items, &other_places);
            if (other_score.matched, other_score.inside) > (score.matched, score.inside) {
                (reading, places, score) = (other, other_places, other_score);
            }
        }
    }
    let mut finder = Finder::of(text);
    let mut flat = places.into_iter();
    let mut spans = Vec::with_capacity(document.spans.len() + document.regions.len());
    for item in &items {
        let own: Vec<_> = flat.by_ref().take(item.pieces.len()).collect();
        let placed = place(text, &mut finder, *item, &own);
        spans.extend(std::iter::repeat_n(placed, item.times));
    }
    let regions = spans.split_off(document.spans.len());
    Healed {
        reading,
        score,
        is_guess: favourite.is_some_and(|favourite| favourite.is_guess) && score.quoted == 0,
        spans,
        regions,
    }
}

/// The bytes of every piece, one item after the other. `None` for one that is not in the text or covers nothing.
fn resolve(text: &Text, items: &[Item<'_>], reading: Reading) -> Vec<Option<(usize, usize)>> {
    let included = usize::from(reading.is_end_included);
    let ends = items
        .iter()
        .flat_map(|item| item.pieces)
        .flat_map(|[start, end]| [*start, end.saturating_add(included)]);
    let ends: Vec<usize> = ends.collect();
    let bytes = match ends.is_sorted() {
        true => places(text.as_str(), reading, &ends),
        false => places_in_any_order(text.as_str(), reading, &ends),
    };
    let pairs = bytes.chunks_exact(2).map(|pair| match pair {
        [Some(start), Some(end)] if start < end => Some((*start, *end)),
        _ => None,
    });
    pairs.collect()
}

/// As [`places`], for those that overlap or come in any order.
fn places_in_any_order(words: &str, reading: Reading, wanted: &[usize]) -> Vec<Option<usize>> {
    let mut order: Vec<u32> = (0..wanted.len() as u32).collect();
    let wanted_at = |index: &u32| wanted.get(*index as usize).copied().unwrap_or(usize::MAX);
    order.sort_by_key(wanted_at);
    let ascending: Vec<usize> = order.iter().map(wanted_at).collect();
    let mut bytes = vec![None; wanted.len()];
    for (index, place) in order.iter().zip(places(words, reading, &ascending)) {
        if let Some(slot) = bytes.get_mut(*index as usize) {
            *slot = place;
        }
    }
    bytes
}

fn score(text: &Text, items: &[Item<'_>], places: &[Option<(usize, usize)>]) -> Score {
    let mut score = Score::default();
    let mut rest = places;
    for item in items {
        let (own, behind) = rest.split_at(item.pieces.len().min(rest.len()));
        rest = behind;
        let is_quoted = !item.quote.is_empty();
        score.quoted += item.times * usize::from(is_quoted);
        if own.is_empty() {
            continue;
        }
        // One without length lies inside only where the end is included, which proves nothing.
        let has_length = item.pieces.iter().all(|[start, end]| start < end);
        score.spans += item.times * usize::from(has_length);
        let Some(spans) = spans_of(own) else { continue };
        score.inside += item.times * usize::from(has_length);
        let matches = is_quoted && reads(text, &spans, item.quote);
        score.matched += item.times * usize::from(matches);
        score.at_words += usize::from(begins_a_word(text.as_str(), spans.hull().start().0))
            + usize::from(ends_a_word(text.as_str(), spans.hull().end().0));
    }
    score
}

fn spans_of(pieces: &[Option<(usize, usize)>]) -> Option<Spans> {
    if let [Some((start, end))] = pieces {
        return Some(Span::new(ByteOffset(*start), ByteOffset(*end))?.into());
    }
    let pieces = pieces
        .iter()
        .map(|piece| piece.and_then(|(start, end)| Span::new(ByteOffset(start), ByteOffset(end))));
    Spans::new(pieces.collect::<Option<Vec<Span>>>()?)
}

/// Whether these words are recorded as this quote. Formats of lines write line breaks as spaces and join pieces
/// in their own ways, so white space counts as any other white space.
fn reads(text: &Text, spans: &Spans, quote: &str) -> bool {
    if spans.count() == 1 {
        let words = text.slice(spans.first()).unwrap_or_default();
        return words == quote || same_but_for_space(words, quote);
    }
    let pieces: Vec<&str> = spans.iter().filter_map(|span| text.slice(span)).collect();
    [" ", QUOTE_JOIN, ""]
        .iter()
        .any(|join| same_but_for_space(&pieces.join(join), quote))
}

/// White space at the edges counts as well, or a place beside the right one would do.
fn same_but_for_space(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() && a.len() == b.len() && !a.bytes().any(|byte| byte <= b' ') {
        return false;
    }
    folded(a).eq(folded(b))
}

/// The characters, with each run of white space and control characters as one space.
fn folded(words: &str) -> impl Iterator<Item = char> + '_ {
    let is_space = |c: char| c.is_whitespace() || c.is_control() || c == '\u{FEFF}';
    let mut was_space = false;
    words.chars().filter_map(move |c| {
        let before = std::mem::replace(&mut was_space, is_space(c));
        match (before, was_space) {
            (true, true) => None,
            (false, true) => Some(' '),
            _ => Some(c),
        }
    })
}

fn begins_a_word(words: &str, at: usize) -> bool {
    let (before, behind) = around(words, at);
    behind.is_some_and(|c| !c.is_whitespace() && !goes_on(before, c))
}

fn ends_a_word(words: &str, at: usize) -> bool {
    let (before, behind) = around(words, at);
    before.is_some_and(|c| !c.is_whitespace()) && behind.is_none_or(|c| !goes_on(before, c))
}

fn around(words: &str, at: usize) -> (Option<char>, Option<char>) {
    let (before, behind) = words.split_at_checked(at).unwrap_or_default();
    (before.chars().next_back(), behind.chars().next())
}

/// Whether a character goes on with the word that the one before belongs to.
fn goes_on(before: Option<char>, character: char) -> bool {
    let is_mark = matches!(character, '\u{300}'..='\u{36F}' | '\u{FE0E}' | '\u{FE0F}' | '\u{200D}' | '\u{1F3FB}'..='\u{1F3FF}');
    is_mark
        || (is_of_word(character) && before.is_some_and(is_of_word))
        || before == Some('\u{200D}')
}

/// Letters and digits of scripts that part their words by spaces.
fn is_of_word(character: char) -> bool {
    let is_unspaced = matches!(character, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}');
    character.is_alphanumeric() && !is_unspaced
}

/// Where one item stands: where the file says, or where its words are.
fn place(
    text: &Text,
    finder: &mut Finder<'_>,
    item: Item<'_>,
    own: &[Option<(usize, usize)>],
) -> Placed {
    if item.pieces == [WHOLE] {
        return match Span::new(ByteOffset(0), text.end()) {
            Some(whole) => Placed::Exactly(whole.into()),
            None => Placed::Nowhere {
                why: "its text is empty".to_owned(),
                near: String::new(),
            },
        };
    }
    let spans = spans_of(own);
    match spans {
        Some(spans) if item.quote.is_empty() || reads(text, &spans, item.quote) => {
            return Placed::Exactly(spans);
        }
        _ => {}
    }
    let said = own.iter().flatten().map(|(start, _)| *start).next();
    if item.quote.is_empty() {
        let why = match item.pieces {
            [] => "it says neither where it stands nor which words it covers",
            pieces if pieces.iter().any(|[start, end]| start >= end) => {
                "it covers nothing: its end is not behind its start"
            }
            _ if own.iter().all(Option::is_some) => "its pieces overlap",
            pieces => match pieces.iter().flatten().max() {
                Some(end) if *end > text.end().0 => "its place is behind the end of the text",
                _ => "its place is behind the end of the text, or within a character",
            },
        };
        return Placed::Nowhere {
            why: why.to_owned(),
            near: near(text, said.or(rough(text, item))),
        };
    }
    let found = finder.find(item, said.or(rough(text, item)));
    let almost = || spans_of(own).filter(|spans| almost_reads(text, spans, item.quote));
    match found {
        Ok((span, how)) => Placed::Moved {
            spans: span.into(),
            how,
        },
        Err(why) => match almost() {
            Some(spans) => Placed::Moved {
                spans,
                how: "it stands where the file says, where the words differ a little".to_owned(),
            },
            None => Placed::Nowhere {
                why,
                near: near(text, said.or(rough(text, item))),
            },
        },
    }
}

/// Whether words of the same length are the recorded ones but for a few characters, such as other quotation marks.
fn almost_reads(text: &Text, spans: &Spans, quote: &str) -> bool {
    const SAME_PERCENT: usize = 75;
    let words = text.slice(spans.hull()).unwrap_or_default();
    let length = quote.chars().count();
    let same = words
        .chars()
        .zip(quote.chars())
        .filter(|(own, other)| own == other)
        .count();
    words.chars().count() == length && same * 100 >= length * SAME_PERCENT
}

/// About where a place should be that no reading finds: as many bytes in.
fn rough(text: &Text, item: Item<'_>) -> Option<usize> {
    let [start, _] = item.pieces.first()?;
    Some(text.floor(ByteOffset(*start)).0)
}

/// The words around a place, on one line.
fn near(text: &Text, place: Option<usize>) -> String {
    let Some(place) = place else {
        return String::new();
    };
    let (before, behind) = text
        .as_str()
        .split_at_checked(text.floor(ByteOffset(place)).0)
        .unwrap_or_default();
    let from = before
        .char_indices()
        .rev()
        .nth(NEAR_CHARACTERS)
        .map_or(0, |(at, _)| at);
    let to = behind
        .char_indices()
        .nth(NEAR_CHARACTERS * 2)
        .map_or(behind.len(), |(at, _)| at);
    shortened(
        [
            before.get(from..).unwrap_or_default(),
            behind.get(..to).unwrap_or_default(),
        ]
        .concat(),
    )
}

/// A few seconds.
const MOST_SEARCHED_BYTES: u64 = 40_000_000_000;
/// So many bytes are passed by in the time that one candidate takes.
const CANDIDATE_BYTES: u64 = 500;

/// Finds words in a text.
struct Finder<'a> {
    words: &'a str,
    /// The text with every run of white space as one space, and where each of its bytes stands in the text.
    folded: Option<(String, Vec<usize>)>,
    /// How many more bytes may be looked through: each quote that is nowhere goes through the whole text, and a file
    /// may hold a hundred thousand of them.
    bytes_left: u64,
}

impl<'a> Finder<'a> {
    fn of(text: &'a Text) -> Self {
        Self {
            words: text.as_str(),
            folded: None,
            bytes_left: MOST_SEARCHED_BYTES,
        }
    }

    /// The place of an item's words. Of several, the one with the recorded surroundings; of several such, the one
    /// nearest to where the file says; without any such hint the first. What was taken for good is said.
    fn find(&mut self, item: Item<'_>, said: Option<usize>) -> Result<(Span, String), String> {
        let left = self.bytes_left.checked_sub(self.words.len() as u64);
        self.bytes_left =
            left.ok_or("its words were not looked for: too many others are nowhere")?;
        let mut candidates = self.exact(item.quote);
        // To look at a place and around it takes longer than to pass it by.
        let cost = candidates.len() as u64 * CANDIDATE_BYTES;
        self.bytes_left = self.bytes_left.saturating_sub(cost);
        let mut how = "its words stand here";
        if candidates.is_empty() {
            candidates = self.but_for_space(item.quote);
            how = "its words stand here, with other white space";
        }
        let whole: Vec<_> = candidates
            .iter()
            .copied()
            .filter(|&(start, end)| {
                begins_a_word(self.words, start) && ends_a_word(self.words, end)
            })
            .collect();
        if !whole.is_empty() {
            candidates = whole;
        } else if item.quote.chars().count() < 3 {
            // A letter or two inside of words are no trace.
            candidates.clear();
        }
        if candidates.is_empty() {
            return Err("its words are not in the text".to_owned());
        }
        let count = candidates.len();
        let fit = |&(start, end): &(usize, usize)| self.surroundings(item, start, end);
        let best = candidates.iter().map(fit).max().unwrap_or(0);
        candidates.retain(|candidate| fit(candidate) == best);
        let by_context = best > 0 && candidates.len() < count;
        let far = |&(start, _): &(usize, usize)| said.map_or(start, |said| said.abs_diff(start));
        let (start, end) = candidates
            .iter()
            .copied()
            .min_by_key(far)
            .unwrap_or_default();
        let span = Span::new(ByteOffset(start), ByteOffset(end)).ok_or("its words are empty")?;
        let how = match (count, by_context, said) {
            (1, ..) => how.to_owned(),
            (_, true, _) => format!("{how} and, of {count} places, between the recorded words"),
            (_, _, Some(_)) => format!("of {count} places of its words this is the nearest"),
            (_, _, None) => format!("of {count} places of its words this is the first"),
        };
        Ok((span, how))
    }

    fn exact(&self, quote: &str) -> Vec<(usize, usize)> {
        let found = memmem::find_iter(self.words.as_bytes(), quote.as_bytes());
        found
            .map(|start| (start, start + quote.len()))
            .take(MOST_CANDIDATES)
            .collect()
    }

    fn but_for_space(&mut self, quote: &str) -> Vec<(usize, usize)> {
        let quote: String = folded(quote).collect();
        let quote = quote.trim();
        if quote.is_empty() {
            return Vec::new();
        }
        let (folded, places) = self
            .folded
            .get_or_insert_with(|| folded_with_places(self.words));
        let found = memmem::find_iter(folded.as_bytes(), quote.as_bytes()).take(MOST_CANDIDATES);
        let place = |at: usize| places.get(at).copied();
        // The quote ends in no white space, so its last character is as long here as there.
        let last = quote.chars().next_back().map_or(0, char::len_utf8);
        found
            .filter_map(|start| Some((place(start)?, place(start + quote.len() - last)? + last)))
            .collect()
    }

    /// How many characters around a place are as recorded.
    fn surroundings(&self, item: Item<'_>, start: usize, end: usize) -> usize {
        let before = self.words.get(..start).unwrap_or_default();
        let behind = self.words.get(end..).unwrap_or_default();
        let same = |pair: &(char, char)| {
            pair.0 == pair.1 || (pair.0.is_whitespace() && pair.1.is_whitespace())
        };
        before
            .chars()
            .rev()
            .zip(item.prefix.chars().rev())
            .take_while(same)
            .count()
            + behind
                .chars()
                .zip(item.suffix.chars())
                .take_while(same)
                .count()
    }
}

fn folded_with_places(words: &str) -> (String, Vec<usize>) {
    let mut folded = String::with_capacity(words.len());
    let mut places = Vec::with_capacity(words.len());
    let mut was_space = false;
    for (at, character) in words.char_indices() {
        let is_space =
            character.is_whitespace() || character.is_control() || character == '\u{FEFF}';
        if is_space && was_space {
            continue;
        }
        let character = if is_space { ' ' } else { character };
        folded.push(character);
        places.extend((0..character.len_utf8()).map(|byte| at + byte));
        was_space = is_space;
    }
    (folded, places)
}
