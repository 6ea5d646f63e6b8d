//! Finds the entries that touch a piece of a text, in time that does not grow with the document.
//!
//! Each entry lies in the smallest bin that holds it whole. Bins of one level are eight times as wide as
//! those of the level below; a search looks at the few bins of each level that it touches. The idea is the
//! binning scheme of the UCSC genome browser (Kent et al. 2002, Genome Research 12:996). Kept in persistent
//! sets, because a copy of the project must stay cheap.

use std::ops::Range;

use imbl::OrdSet;

use crate::text::{ByteOffset, Span};

/// Bins of the lowest level are 512 bytes wide, about three sentences.
const LOWEST_LEVEL_BITS: u32 = 9;
/// Each level is eight times as wide as the one below.
const BITS_A_LEVEL: u32 = 3;
/// The widest bins hold 512 GiB, more than any text.
const LEVELS: u8 = 11;

/// Where the entries of one document stand.
#[derive(Debug, Clone)]
pub struct Places<Id: Ord + Clone> {
    in_order: OrdSet<(ByteOffset, Id)>,
    by_bin: OrdSet<(Bin, Id)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Bin {
    level: u8,
    number: usize,
}

impl<Id: Ord + Clone> Default for Places<Id> {
    fn default() -> Self {
        Self {
            in_order: OrdSet::new(),
            by_bin: OrdSet::new(),
        }
    }
}

impl<Id: Ord + Clone> Places<Id> {
    /// Adds an entry that fills the span.
    pub fn insert(&mut self, span: Span, id: Id) {
        self.by_bin.insert((bin_of(span), id.clone()));
        self.in_order.insert((span.start(), id));
    }

    /// Takes an entry away; the span must be the one it was added with.
    pub fn remove(&mut self, span: Span, id: &Id) {
        self.by_bin.remove(&(bin_of(span), id.clone()));
        self.in_order.remove(&(span.start(), id.clone()));
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.in_order.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.in_order.is_empty()
    }

    /// All ids, by start and id.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Id> {
        self.in_order.iter().map(|(_, id)| id)
    }

    /// The ids at some places of the order, for a list that shows only these. Counting begins at the nearer end,
    /// and passing over an id costs a few nanoseconds.
    pub fn rows(&self, rows: Range<usize>) -> Vec<&Id> {
        let count = rows.len();
        if rows.start <= self.len() / 2 {
            return self.iter().skip(rows.start).take(count).collect();
        }
        let behind = self.len().saturating_sub(rows.end);
        let mut from_end: Vec<&Id> = self.iter().rev().skip(behind).take(count).collect();
        from_end.reverse();
        from_end
    }

    /// The ids of entries that begin at or after the offset, in order.
    pub fn starting_from(&self, offset: ByteOffset) -> impl Iterator<Item = &Id>
    where
        Id: Lowest,
    {
        self.in_order
            .range((offset, Id::lowest())..)
            .map(|(_, id)| id)
    }

    /// The ids of entries that begin before the offset, last first.
    pub fn starting_before(&self, offset: ByteOffset) -> impl Iterator<Item = &Id>
    where
        Id: Lowest,
    {
        self.in_order
            .range(..(offset, Id::lowest()))
            .rev()
            .map(|(_, id)| id)
    }

    /// The ids of entries that may overlap the span, in no useful order: the caller checks each against
    /// its own spans.
    pub fn near(&self, span: Span) -> impl Iterator<Item = &Id>
    where
        Id: Lowest,
    {
        (0..LEVELS).flat_map(move |level| {
            let bits = bits_of(level);
            let first = Bin {
                level,
                number: span.start().0 >> bits,
            };
            let behind = Bin {
                level,
                number: ((span.end().0 - 1) >> bits) + 1,
            };
            self.by_bin
                .range((first, Id::lowest())..(behind, Id::lowest()))
                .map(|(_, id)| id)
        })
    }
}

/// Ids that have a least value, with which a range of a set can begin.
pub trait Lowest {
    /// At most every other value.
    fn lowest() -> Self;
}

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
