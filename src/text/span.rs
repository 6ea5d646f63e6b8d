//! Non-empty pieces of a text.

use super::ByteOffset;

/// A non-empty piece of a text, `start..end`, end not included.
///
/// It may lie outside a given text: a project can be opened whose text has since become shorter.
/// [`super::Text::slice`] is where that is found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    // Invariant: start < end.
    start: ByteOffset,
    end: ByteOffset,
}

impl Span {
    /// `None` where start is not before end. For data that says which end is which.
    pub fn new(start: ByteOffset, end: ByteOffset) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The ends may come in any order, because a drag may go either way.
    pub fn between(a: ByteOffset, b: ByteOffset) -> Option<Self> {
        Self::new(a.min(b), a.max(b))
    }

    /// The first byte of the piece.
    pub fn start(self) -> ByteOffset {
        self.start
    }

    /// The first byte behind the piece.
    pub fn end(self) -> ByteOffset {
        self.end
    }

    /// Length in bytes.
    pub fn size_bytes(self) -> usize {
        self.end.0 - self.start.0
    }

    /// Whether the character that begins at `offset` belongs to the piece.
    pub fn contains(self, offset: ByteOffset) -> bool {
        self.start <= offset && offset < self.end
    }

    /// Whether all of `other` lies in this piece.
    pub fn encloses(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share at least one character. Pieces that only touch do not overlap.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The shared piece, if there is one.
    pub fn intersection(self, other: Span) -> Option<Span> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// The smallest piece that holds both.
    pub fn hull(self, other: Span) -> Span {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// As a plain byte range, for slicing.
    pub fn bytes(self) -> std::ops::Range<usize> {
        self.start.0..self.end.0
    }
}

/// The pieces of one annotation, in order, at least one; nearly always exactly one.
///
/// Pieces may touch but not overlap: other tools write discontinuous annotations whose pieces
/// meet at a line break.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Spans {
    // Invariant: first and rest in order, without overlap. An empty box takes no memory of its own.
    first: Span,
    rest: Box<[Span]>,
}

impl Spans {
    /// `None` where there is no piece, or where two pieces overlap. Any order will do.
    pub fn new(mut pieces: Vec<Span>) -> Option<Self> {
        pieces.sort();
        if pieces.windows(2).any(|pair| pair[0].overlaps(pair[1])) {
            return None;
        }
        let first = *pieces.first()?;
        Some(Self {
            first,
            rest: pieces.split_off(1).into(),
        })
    }

    /// The pieces in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Span> + '_ {
        std::iter::once(self.first).chain(self.rest.iter().copied())
    }

    /// How many pieces there are; at least one.
    pub fn count(&self) -> usize {
        1 + self.rest.len()
    }

    /// The first piece.
    pub fn first(&self) -> Span {
        self.first
    }

    /// The last piece.
    pub fn last(&self) -> Span {
        self.rest.last().copied().unwrap_or(self.first)
    }

    /// From the first byte of the first piece to the end of the last.
    pub fn hull(&self) -> Span {
        self.first.hull(self.last())
    }

    /// Whether a piece holds the character that begins at `offset`.
    pub fn contains(&self, offset: ByteOffset) -> bool {
        self.iter().any(|span| span.contains(offset))
    }
}

impl From<Span> for Spans {
    fn from(first: Span) -> Self {
        Self {
            first,
            rest: Box::default(),
        }
    }
}
