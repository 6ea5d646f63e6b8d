//! Finds the entries that touch a piece of a text, in time that does not grow with the document.
//!
//! Each entry lies in the smallest bin that holds it whole. Bins of one level are eight times as wide as
//! those of the level below; a search looks at the few bins of each level that it touches. The idea is the
//! binning scheme of the UCSC genome browser (Kent et al. 2002, Genome Research 12:996). Those of the lowest level,
//! nearly all, are found in the order of the text instead: they begin in their bin. Kept in persistent sets, because a
//! copy of the project must stay cheap.

use std::cmp::Ordering;
use std::ops::{Bound, Range};
use std::sync::Arc;

use imbl::OrdSet;

use crate::text::{ByteOffset, Span};

/// Bins of the lowest level are 512 bytes wide, about three sentences.
const LOWEST_LEVEL_BITS: u32 = 9;
/// Each level is eight times as wide as the one below.
const BITS_A_LEVEL: u32 = 3;
/// The widest bins hold 512 GiB, more than any text.
const LEVELS: u8 = 11;

/// An entry that stands in a text.
pub trait Placed {
    /// What it is known by.
    type Id: Ord;

    /// What it is known by.
    fn id(&self) -> &Self::Id;

    /// From its first byte to its last.
    fn hull(&self) -> Span;
}

/// Where the entries of one document stand.
#[derive(Debug, Clone)]
pub struct Places<T: Placed> {
    in_order: OrdSet<Place<T>>,
    /// Those that cross the edge of a bin of the lowest level.
    by_bin: OrdSet<(Bin, Place<T>)>,
}

/// An entry by its start and id. Without an entry: before all that begin there, for the ends of ranges.
#[derive(Debug)]
struct Place<T> {
    start: ByteOffset,
    entry: Option<Arc<T>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Bin {
    level: u8,
    number: usize,
}

impl<T: Placed> Default for Places<T> {
    fn default() -> Self {
        Self {
            in_order: OrdSet::new(),
            by_bin: OrdSet::new(),
        }
    }
}

impl<T: Placed> Places<T> {
    /// Adds an entry that is not there yet.
    pub fn insert(&mut self, entry: Arc<T>) {
        let bin = bin_of(entry.hull());
        if bin.level > 0 {
            self.by_bin.insert((bin, Place::of(entry.clone())));
        }
        self.in_order.insert(Place::of(entry));
    }

    /// Takes an entry away; it must be as it was added.
    pub fn remove(&mut self, entry: &Arc<T>) {
        let place = Place::of(entry.clone());
        self.in_order.remove(&place);
        self.by_bin.remove(&(bin_of(entry.hull()), place));
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.in_order.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.in_order.is_empty()
    }

    /// All entries, by start and id.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<T>> {
        self.in_order
            .iter()
            .filter_map(|place| place.entry.as_ref())
    }

    /// The entries at some places of the order, for a list that shows only these. Counting begins at the nearer end,
    /// and passing over an entry costs a few nanoseconds.
    pub fn rows(&self, rows: Range<usize>) -> Vec<&Arc<T>> {
        let count = rows.len();
        if rows.start <= self.len() / 2 {
            return self.iter().skip(rows.start).take(count).collect();
        }
        let behind = self.len().saturating_sub(rows.end);
        let mut from_end: Vec<&Arc<T>> = self.iter().rev().skip(behind).take(count).collect();
        from_end.reverse();
        from_end
    }

    /// The entries that begin at or after the offset, in order.
    pub fn starting_from(&self, offset: ByteOffset) -> impl Iterator<Item = &Arc<T>> {
        let places = self.in_order.range(Place::before(offset)..);
        places.filter_map(|place| place.entry.as_ref())
    }

    /// The entries that stand behind this one in the order.
    pub fn behind(&self, entry: &Arc<T>) -> impl Iterator<Item = &Arc<T>> {
        let from = Bound::Excluded(Place::of(entry.clone()));
        let places = self.in_order.range((from, Bound::Unbounded));
        places.filter_map(|place| place.entry.as_ref())
    }

    /// The entries that begin before the offset, last first.
    pub fn starting_before(&self, offset: ByteOffset) -> impl Iterator<Item = &Arc<T>> {
        let places = self.in_order.range(..Place::before(offset)).rev();
        places.filter_map(|place| place.entry.as_ref())
    }

    /// The entries that may overlap the span, in no useful order: the caller checks each against its own spans.
    pub fn near(&self, span: Span) -> impl Iterator<Item = &Arc<T>> {
        let lowest_bin = ByteOffset(span.start().0 >> LOWEST_LEVEL_BITS << LOWEST_LEVEL_BITS);
        let in_order = self
            .in_order
            .range(Place::before(lowest_bin)..Place::before(span.end()));
        let wide = (1..LEVELS).flat_map(move |level| {
            let bits = bits_of(level);
            let first = span.start().0 >> bits;
            let behind = ((span.end().0 - 1) >> bits) + 1;
            let edge = |number| (Bin { level, number }, Place::before(ByteOffset(0)));
            self.by_bin.range(edge(first)..edge(behind))
        });
        // Those that begin in the bin were found in the order.
        let earlier = wide.filter(move |(_, place)| place.start < lowest_bin);
        let places = in_order.chain(earlier.map(|(_, place)| place));
        places.filter_map(|place| place.entry.as_ref())
    }
}

impl<T: Placed> Place<T> {
    fn of(entry: Arc<T>) -> Self {
        Self {
            start: entry.hull().start(),
            entry: Some(entry),
        }
    }

    fn before(start: ByteOffset) -> Self {
        Self { start, entry: None }
    }

    fn id(&self) -> Option<&T::Id> {
        self.entry.as_ref().map(|entry| entry.id())
    }
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Self {
        Self {
            start: self.start,
            entry: self.entry.clone(),
        }
    }
}

impl<T: Placed> Ord for Place<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_start = self.start.cmp(&other.start);
        by_start.then_with(|| self.id().cmp(&other.id()))
    }
}

impl<T: Placed> PartialOrd for Place<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Placed> PartialEq for Place<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T: Placed> Eq for Place<T> {}

fn bits_of(level: u8) -> u32 {
    LOWEST_LEVEL_BITS + BITS_A_LEVEL * u32::from(level)
}

fn bin_of(span: Span) -> Bin {
    let (first, last) = (span.start().0, span.end().0 - 1);
    let level = (0..LEVELS - 1)
        .find(|&level| first >> bits_of(level) == last >> bits_of(level))
        .unwrap_or(LEVELS - 1);
    Bin {
        level,
        number: first >> bits_of(level),
    }
}
