//! What became of each place of a text that is known before and after.

use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::Patience;
use super::alike::are_alike;
use super::context::{CONTEXT_CHARACTERS, Known, LEAST_CONTEXT, LEAST_MARGIN, rank, span};
use super::tokens::Tokens;
use crate::text::{Span, Text, trim};

/// So many characters in a row are the same by chance only where a whole passage is repeated; [`slide`] sees those.
const LONG_RUN_CHARACTERS: usize = 200;

/// What became of a span.
pub enum Image {
    /// It is here, with the same words, and so is enough of what stood around it.
    Unchanged(Span),
    /// It may have become this; `None` if it seems to be gone.
    Perhaps(Option<Span>),
}

/// The differences between two texts.
pub struct Changes<'a> {
    old: Tokens<'a>,
    new: Tokens<'a>,
    old_text: &'a Text,
    new_text: &'a Text,
    /// Runs of pieces that are the same, in order.
    same: Vec<Run>,
    patience: &'a Patience,
}

/// Pieces that are the same in both texts.
#[derive(Clone, Copy)]
struct Run {
    old: usize,
    new: usize,
    count: usize,
    /// How many of its first pieces could as well be the image of another place; see [`slide`].
    ambiguous_head: usize,
    /// How many of its last.
    ambiguous_tail: usize,
}

impl Run {
    fn old_pieces(self) -> Range<usize> {
        self.old..self.old + self.count
    }

    fn new_pieces(self) -> Range<usize> {
        self.new..self.new + self.count
    }
}

impl<'a> Changes<'a> {
    pub fn between(old_text: &'a Text, new_text: &'a Text, patience: &'a Patience) -> Self {
        let (old, new) = (Tokens::of(old_text.as_str()), Tokens::of(new_text.as_str()));
        let mut known = HashMap::new();
        let (old_numbers, new_numbers) = (old.numbers(&mut known), new.numbers(&mut known));
        let operations = capture_diff_slices(Algorithm::Myers, &old_numbers, &new_numbers);
        let same = runs(&operations, &old_numbers, &new_numbers);
        Self {
            old,
            new,
            old_text,
            new_text,
            same,
            patience,
        }
    }

    /// What became of a span of the old text.
    pub fn image_of(&self, of: Span) -> Image {
        let pieces = self.old.index_at(of.start().0)..self.old.index_at(of.end().0 - 1) + 1;
        let holding = self
            .run_at(pieces.start)
            .filter(|run| run.old_pieces().end >= pieces.end);
        let Some(run) = holding else {
            return Image::Perhaps(self.guess(of, &pieces));
        };
        let image = self.moved(run, of);
        let is_ambiguous = pieces.end <= run.old + run.ambiguous_head
            || pieces.start + run.ambiguous_tail >= run.old_pieces().end;
        match image {
            Some(image) if !is_ambiguous && self.is_beyond_doubt(run, &pieces, of, image) => {
                Image::Unchanged(image)
            }
            image => Image::Perhaps(image),
        }
    }

    /// A long run cannot be a coincidence. In a short one the words must stand nowhere else, in either text, with
    /// nearly as much of the same around them.
    fn is_beyond_doubt(&self, run: Run, pieces: &Range<usize>, of: Span, image: Span) -> bool {
        if self.surroundings(run, pieces, LONG_RUN_CHARACTERS) >= LONG_RUN_CHARACTERS {
            return true;
        }
        let shared = self.surroundings(run, pieces, CONTEXT_CHARACTERS);
        let both_bytes = self.old_text.end().0 + self.new_text.end().0;
        if shared < LEAST_CONTEXT || !self.patience.lasts_for(both_bytes) {
            return false;
        }
        let rival = |from: Span, to: Span, (a, b): (&Text, &'a Text)| {
            let words = a.slice(from).unwrap_or_default();
            rank(&Known::whole(a), from, words, b, |place| *place != to).best
        };
        shared >= LEAST_MARGIN + rival(of, image, (self.old_text, self.new_text))
            && shared >= LEAST_MARGIN + rival(image, of, (self.new_text, self.old_text))
    }

    /// Whether a piece of the new text, at least in part, was not in the old one.
    pub fn is_new(&self, place: Span) -> bool {
        let first = self.new.index_at(place.start().0);
        let last = self.new.index_at(place.end().0 - 1);
        let index = self
            .same
            .partition_point(|run| run.new_pieces().end <= first);
        !self
            .same
            .get(index)
            .is_some_and(|run| run.new <= first && last < run.new_pieces().end)
    }

    fn run_at(&self, old_index: usize) -> Option<Run> {
        let index = self
            .same
            .partition_point(|run| run.old_pieces().end <= old_index);
        self.same
            .get(index)
            .filter(|run| run.old <= old_index)
            .copied()
    }

    /// The span at its new place, ends within a piece included.
    fn moved(&self, run: Run, of: Span) -> Option<Span> {
        let start = self.moved_offset(run, of.start().0);
        // An end is taken from the piece before it, which belongs to the span.
        let last = self.old.index_at(of.end().0 - 1);
        let new_last = run.new + (last - run.old);
        let end = if of.end().0 == self.old.start(last + 1) {
            self.new.start(new_last + 1)
        } else {
            self.moved_offset(run, of.end().0)
        };
        let image = span(start, end)?;
        self.new_text.slice(image).map(|_| image)
    }

    fn moved_offset(&self, run: Run, offset: usize) -> usize {
        let index = self.old.index_at(offset);
        let new_index = run.new + (index - run.old);
        let within = offset - self.old.start(index);
        // Runs of white space may differ in length.
        (self.new.start(new_index) + within).min(self.new.start(new_index + 1))
    }

    /// How many characters around the span are the same, up to so many on either side. An end of the
    /// text is as good as all of them if both texts end there, and as some of them if only the old one does.
    fn surroundings(&self, run: Run, pieces: &Range<usize>, most: usize) -> usize {
        let count = |range: Range<usize>| {
            let words = self
                .old
                .text
                .get(self.old.start(range.start)..self.old.start(range.end))
                .unwrap_or_default();
            words.chars().take(most).count()
        };
        let at_end = |is_old_end: bool, is_new_end: bool| match (is_old_end, is_new_end) {
            (true, true) => CONTEXT_CHARACTERS,
            (true, false) => CONTEXT_CHARACTERS / 2,
            (false, _) => 0,
        };
        let before = count(run.old..pieces.start).max(at_end(run.old == 0, run.new == 0));
        let is_last = (
            run.old_pieces().end == self.old.count(),
            run.new_pieces().end == self.new.count(),
        );
        let after = count(pieces.end..run.old_pieces().end).max(at_end(is_last.0, is_last.1));
        before + after
    }

    /// What may have become of a span that was changed itself: all from what its first piece has become to what its
    /// last has, if that is still like it.
    fn guess(&self, of: Span, pieces: &Range<usize>) -> Option<Span> {
        let start = match self.run_at(pieces.start) {
            Some(run) => self.moved_offset(run, of.start().0),
            None => {
                let before = self
                    .same
                    .partition_point(|run| run.old_pieces().end <= pieces.start);
                let run = before.checked_sub(1).and_then(|index| self.same.get(index));
                self.new.start(run.map_or(0, |run| run.new_pieces().end))
            }
        };
        let end = match self.run_at(pieces.end - 1) {
            Some(run) => {
                let new_index = run.new + (pieces.end - 1 - run.old);
                self.new.start(new_index + 1)
            }
            None => {
                let behind = self.same.partition_point(|run| run.old < pieces.end);
                let run = self.same.get(behind);
                self.new.start(run.map_or(self.new.count(), |run| run.new))
            }
        };
        let guess = trim(self.new_text, span(start, end)?)?;
        let words = self.old.text.get(of.bytes())?;
        are_alike(words, self.new_text.slice(guess)?).then_some(guess)
    }
}

fn runs(operations: &[DiffOp], old: &[u32], new: &[u32]) -> Vec<Run> {
    let run = |(index, operation): (usize, &DiffOp)| {
        let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = *operation
        else {
            return None;
        };
        let before = index
            .checked_sub(1)
            .and_then(|before| operations.get(before));
        let behind = operations.get(index + 1);
        Some(Run {
            old: old_index,
            new: new_index,
            count: len,
            ambiguous_head: before.map_or(0, |change| slide(change, old, new, len, Way::Onwards)),
            ambiguous_tail: behind.map_or(0, |change| slide(change, old, new, len, Way::Back)),
        })
    };
    operations.iter().enumerate().filter_map(run).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Onwards,
    Back,
}

/// A comparison can often be made in another way: in “A A B” that became “A B” either A may be the one that went. What
/// came or went can slide along the run beside it while the piece that it leaves equals the one that it takes in. The
/// pieces of the run that it slides over are ambiguous; this is how many.
fn slide(change: &DiffOp, old: &[u32], new: &[u32], room: usize, way: Way) -> usize {
    let (pieces, range) = match *change {
        DiffOp::Delete {
            old_index, old_len, ..
        } => (old, old_index..old_index + old_len),
        DiffOp::Insert {
            new_index, new_len, ..
        } => (new, new_index..new_index + new_len),
        _ => return 0,
    };
    let is_same = |step: &usize| {
        let (left, taken_in) = match way {
            Way::Onwards => (Some(range.start + step), Some(range.end + step)),
            Way::Back => (
                range.end.checked_sub(step + 1),
                range.start.checked_sub(step + 1),
            ),
        };
        let piece = |at: Option<usize>| at.and_then(|at| pieces.get(at));
        piece(left).is_some() && piece(left) == piece(taken_in)
    };
    (0..room).take_while(is_same).count()
}
