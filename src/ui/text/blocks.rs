//! The pieces of a text that are laid out one by one, and how high they are.
//!
//! A block is a line of the text, or a part of a very long one. Heights are estimated from the length until a
//! block has been laid out. Sums are kept for groups of blocks, for groups of groups and so on, so that finding a
//! place takes about as long in a hundred megabytes as in a page.

use std::ops::Range;

use crate::text::{ByteOffset, Text};

/// Longest block in bytes. A line without end would otherwise be laid out as a whole.
const MOST_BLOCK_BYTES: usize = 8 * 1024;
/// Blocks in a group, groups in a group of groups, and so on.
const GROUP: usize = 64;

/// The blocks of a text with their heights in pixels.
#[derive(Debug, Default)]
pub struct Blocks {
    /// Where each block begins; one more entry for the end of the text.
    starts: Vec<usize>,
    /// Parallel to the blocks.
    heights: Vec<f32>,
    /// The sums of each group of blocks, then of each group of those sums; the last level is one group at most.
    sums: Vec<Vec<f64>>,
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
        for line in text.lines_with_break() {
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
        let of_blocks = |group: &[f32]| group.iter().map(|&height| f64::from(height)).sum();
        let mut level: Vec<f64> = self.heights.chunks(GROUP).map(of_blocks).collect();
        self.sums.clear();
        while level.len() > GROUP {
            let of_groups = level.chunks(GROUP).map(|group| group.iter().sum());
            let next = of_groups.collect();
            self.sums.push(std::mem::replace(&mut level, next));
        }
        self.sums.push(level);
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
        let Some(known) = self.heights.get_mut(block) else {
            return;
        };
        let more = f64::from(height - *known);
        *known = height;
        let mut index = block;
        for level in &mut self.sums {
            index /= GROUP;
            if let Some(sum) = level.get_mut(index) {
                *sum += more;
            }
        }
    }

    /// The height of all blocks.
    pub fn total(&self) -> f64 {
        self.sums.last().map_or(0.0, |level| level.iter().sum())
    }

    /// The height of the blocks before one.
    pub fn top_of(&self, block: usize) -> f64 {
        let block = block.min(self.count());
        let in_group = self.heights.get(block / GROUP * GROUP..block);
        let heights = in_group.unwrap_or_default().iter();
        let mut top: f64 = heights.map(|&height| f64::from(height)).sum();
        let mut index = block;
        for level in &self.sums {
            index /= GROUP;
            let before = level.get(index / GROUP * GROUP..index);
            top += before.unwrap_or_default().iter().sum::<f64>();
        }
        top
    }

    /// The block at a height, and how far below its top that is.
    pub fn at_height(&self, y: f64) -> (usize, f32) {
        let mut left = y.max(0.0);
        let mut group = 0;
        for level in self.sums.iter().rev() {
            group = step_down(level, group, &mut left);
        }
        let block = step_down(&self.heights, group, &mut left);
        (block, left.min(f64::from(self.height(block))) as f32)
    }
}

/// Which member of a group holds the height that is left, and what is left of it then; beyond the end the last.
fn step_down<T: Copy + Into<f64>>(members: &[T], group: usize, left: &mut f64) -> usize {
    let first = group * GROUP;
    let last = (first + GROUP).min(members.len()).saturating_sub(1);
    for (index, &height) in members.iter().enumerate().skip(first) {
        let height = height.into();
        if *left < height || index >= last {
            return index;
        }
        *left -= height;
    }
    first
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
