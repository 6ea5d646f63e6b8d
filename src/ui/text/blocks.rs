//! The pieces of a text that are laid out one by one, and how high they are.
//!
//! A block is a line of the text, or a part of a very long one. Heights are estimated from the length until a
//! block has been laid out. Sums are kept for groups of blocks, so that finding a place takes about as long
//! in a hundred megabytes as in a page.

use std::ops::Range;

use crate::text::{ByteOffset, Text};

/// Longest block in bytes. A line without end would otherwise be laid out as a whole.
const MOST_BLOCK_BYTES: usize = 8 * 1024;
/// Blocks in a group.
const GROUP: usize = 512;

/// The blocks of a text with their heights in pixels.
#[derive(Debug, Default)]
pub struct Blocks {
    /// Where each block begins; one more entry for the end of the text.
    starts: Vec<usize>,
    /// Parallel to the blocks.
    heights: Vec<f32>,
    /// Sums of the heights of each group.
    sums: Vec<f64>,
}

/// What heights are estimated with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Bytes that fit a line of the column, roughly.
    pub bytes_a_line: f32,
    /// Height of a line.
    pub line_height: f32,
    /// Room below a block.
    pub gap: f32,
    /// Height of an empty line.
    pub empty_height: f32,
}

impl Blocks {
    /// Cuts a text into blocks and estimates their heights.
    pub fn of(text: &Text, estimate: &Estimate) -> Self {
        let mut starts = Vec::with_capacity(text.line_count() + 1);
        for line_index in 0..text.line_count() {
            let line = text.line_bytes_with_break(line_index);
            starts.push(line.start);
            let mut from = line.start;
            while line.end - from > MOST_BLOCK_BYTES {
                from = cut_before(text, from, from + MOST_BLOCK_BYTES);
                starts.push(from);
            }
        }
        starts.push(text.end().0);
        let mut blocks = Self {
            starts,
            heights: Vec::new(),
            sums: Vec::new(),
        };
        blocks.estimate_all(estimate);
        blocks
    }

    /// Forgets what was measured, as when the column has another width.
    pub fn estimate_all(&mut self, estimate: &Estimate) {
        let lengths = self.starts.windows(2).map(|pair| pair[1] - pair[0]);
        self.heights = lengths.map(|length| estimate.height_of(length)).collect();
        self.sums = self
            .heights
            .chunks(GROUP)
            .map(|group| group.iter().map(|&height| f64::from(height)).sum())
            .collect();
    }

    /// How many blocks there are; at least one.
    pub fn count(&self) -> usize {
        self.heights.len()
    }

    /// The bytes of a block, with its line break.
    pub fn bytes(&self, block: usize) -> Range<usize> {
        let end = self.starts.last().copied().unwrap_or(0);
        let start = self.starts.get(block).copied().unwrap_or(end);
        start..self.starts.get(block + 1).copied().unwrap_or(end)
    }

    /// The block that holds the character at an offset.
    pub fn at_offset(&self, offset: ByteOffset) -> usize {
        let last = self.count().saturating_sub(1);
        self.starts
            .partition_point(|&start| start <= offset.0)
            .saturating_sub(1)
            .min(last)
    }

    /// The height of a block, measured or estimated.
    pub fn height(&self, block: usize) -> f32 {
        self.heights.get(block).copied().unwrap_or(0.0)
    }

    /// Says how high a block is.
    pub fn set_height(&mut self, block: usize, height: f32) {
        if let (Some(known), Some(sum)) = (
            self.heights.get_mut(block),
            self.sums.get_mut(block / GROUP),
        ) {
            *sum += f64::from(height - *known);
            *known = height;
        }
    }

    /// The height of all blocks.
    pub fn total(&self) -> f64 {
        self.sums.iter().sum()
    }

    /// The height of the blocks before one.
    pub fn top_of(&self, block: usize) -> f64 {
        let group = block / GROUP;
        let before: f64 = self.sums.iter().take(group).sum();
        let within = self
            .heights
            .get(group * GROUP..block.min(self.count()))
            .unwrap_or_default();
        before + within.iter().map(|&height| f64::from(height)).sum::<f64>()
    }

    /// The block at a height, and how far below its top that is.
    pub fn at_height(&self, y: f64) -> (usize, f32) {
        let mut left = y.max(0.0);
        let mut group = 0;
        while let Some(&sum) = self
            .sums
            .get(group)
            .filter(|&&sum| sum <= left && group + 1 < self.sums.len())
        {
            left -= sum;
            group += 1;
        }
        let first = group * GROUP;
        for block in first..self.count() {
            let height = f64::from(self.height(block));
            if left < height || block + 1 == self.count() {
                return (block, left.min(height) as f32);
            }
            left -= height;
        }
        (0, 0.0)
    }
}

impl Estimate {
    fn height_of(&self, bytes: usize) -> f32 {
        if bytes <= 2 {
            return self.empty_height;
        }
        (bytes as f32 / self.bytes_a_line).ceil().max(1.0) * self.line_height + self.gap
    }
}

/// The last place before `to` at which a line may be cut: behind white space, or else between characters.
fn cut_before(text: &Text, from: usize, to: usize) -> usize {
    let to = text.floor(ByteOffset(to)).0;
    let window = text.as_str().get(from..to).unwrap_or_default();
    let cut = window
        .char_indices()
        .rev()
        .take(512)
        .find(|(_, c)| c.is_whitespace())
        .map(|(at, c)| at + c.len_utf8());
    let place = crate::text::Boundaries::of(text).floor(ByteOffset(to)).0;
    cut.map(|cut| from + cut)
        .filter(|&cut| cut > from)
        .unwrap_or(if place > from { place } else { to })
}
