//! A paragraph that has been laid out: where each character stands, independent of the library that said so.
//!
//! Places are in pixels of the screen, from the top left corner of the paragraph, since glyphs are only sharp
//! on whole pixels.

use std::ops::Range;

use egui::{Pos2, Rect, pos2};
use vello_cpu::peniko::FontData;

/// A paragraph that has been laid out.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    /// From top to bottom; at least one.
    pub lines: Vec<Line>,
    /// Every glyph, in the order of painting.
    pub glyphs: Vec<PlacedGlyph>,
    /// Invisible characters that a reader should know of, with their short names.
    pub marks: Vec<(Pos2, &'static str)>,
    /// Height in pixels.
    pub height: f32,
    /// Whether the paragraph runs from right to left.
    pub is_rtl: bool,
    /// A character for which no font was found.
    pub missing: Option<char>,
}

/// One line of a paragraph.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Top of the line's room.
    pub top: f32,
    /// Bottom of the line's room.
    pub bottom: f32,
    /// Top of its letters.
    pub letters_top: f32,
    /// Bottom of its letters.
    pub letters_bottom: f32,
    /// Which bytes of the paragraph it shows.
    pub bytes: Range<usize>,
    /// From left to right.
    pub cells: Vec<Cell>,
    /// Where an empty line's caret stands.
    pub start_x: f32,
}

/// The room of one character or cluster on a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Which bytes of the paragraph.
    pub bytes: Range<usize>,
    /// Left edge.
    pub left: f32,
    /// Right edge.
    pub right: f32,
    /// Whether it is read from right to left.
    pub is_rtl: bool,
    /// Whether it is white space at the end of a wrapped line, which no box should cover.
    pub hangs: bool,
}

impl Cell {
    /// Where a caret before the cell's first character stands.
    fn start_x(&self) -> f32 {
        if self.is_rtl { self.right } else { self.left }
    }

    /// Where a caret behind its last character stands.
    fn end_x(&self) -> f32 {
        if self.is_rtl { self.left } else { self.right }
    }
}

/// A glyph in its place.
#[derive(Debug, Clone)]
pub struct PlacedGlyph {
    /// Index into the engine's list of fonts in use.
    pub font: usize,
    /// The glyph's number in its font.
    pub glyph_id: u32,
    /// Pen position.
    pub at: Pos2,
    /// Size in pixels an em.
    pub size: f32,
    /// Whether it belongs to what is no running text.
    pub is_set_aside: bool,
}

/// A font face with the place on its axes.
#[derive(Debug, Clone)]
pub struct Face {
    /// The font's bytes.
    pub data: FontData,
    /// Normalised coordinates of a variable font.
    pub coords: Vec<i16>,
}

impl Paragraph {
    /// The byte nearest to a point: before or behind the cell under it, whichever edge is nearer.
    pub fn byte_at(&self, point: Pos2) -> usize {
        let line = self.line_at(point.y);
        let Some(line) = line else { return 0 };
        let Some(cell) = line.cell_near(point.x) else {
            return line.bytes.start;
        };
        let is_left_half = point.x < (cell.left + cell.right) / 2.0;
        if is_left_half == cell.is_rtl {
            cell.bytes.end
        } else {
            cell.bytes.start
        }
    }

    /// The byte of the character under a point. `None` beside the letters.
    pub fn byte_under(&self, point: Pos2) -> Option<usize> {
        let line = self
            .lines
            .iter()
            .find(|line| line.top <= point.y && point.y < line.bottom)?;
        let cell = line
            .cells
            .iter()
            .find(|cell| cell.left <= point.x && point.x < cell.right)?;
        Some(cell.bytes.start)
    }

    /// The line at a height; the first above and the last below the paragraph.
    fn line_at(&self, y: f32) -> Option<&Line> {
        self.lines
            .iter()
            .find(|line| y < line.bottom)
            .or(self.lines.last())
    }

    /// Where a caret before the byte stands: x, and top and bottom of the letters.
    pub fn caret(&self, byte: usize) -> Rect {
        let line = self
            .lines
            .iter()
            .rev()
            .find(|line| line.bytes.start <= byte)
            .or(self.lines.first());
        let Some(line) = line else { return Rect::ZERO };
        let before = line
            .cells
            .iter()
            .find(|cell| cell.bytes.contains(&byte))
            .map(Cell::start_x);
        let behind = line
            .cells
            .iter()
            .find(|cell| cell.bytes.end == byte)
            .map(Cell::end_x);
        let x = before.or(behind).unwrap_or(line.start_x);
        Rect::from_min_max(pos2(x, line.letters_top), pos2(x, line.letters_bottom))
    }

    /// The index of the line on which a caret before the byte stands.
    pub fn line_index_of(&self, byte: usize) -> usize {
        self.lines
            .iter()
            .rposition(|line| line.bytes.start <= byte)
            .unwrap_or(0)
    }

    /// The boxes that the bytes fill, from top to bottom and left to right: one for each run of cells that
    /// stand side by side. Where direction changes, one span has several boxes on a line. Characters without
    /// width fill none.
    pub fn boxes(&self, bytes: &Range<usize>) -> Vec<Rect> {
        let mut boxes = Vec::new();
        for line in &self.lines {
            if line.bytes.start >= bytes.end || line.bytes.end <= bytes.start {
                continue;
            }
            let mut open: Option<(f32, f32)> = None;
            for cell in &line.cells {
                let is_covered =
                    cell.bytes.start < bytes.end && bytes.start < cell.bytes.end && !cell.hangs;
                match (&mut open, is_covered) {
                    (Some((_, right)), true) => *right = cell.right,
                    (None, true) => open = Some((cell.left, cell.right)),
                    (Some(_), false) => boxes.extend(open.take().map(|run| line.letters_box(run))),
                    (None, false) => {}
                }
            }
            boxes.extend(open.map(|run| line.letters_box(run)));
        }
        boxes.retain(|rect| rect.width() > 0.0);
        boxes
    }
}

impl Line {
    fn letters_box(&self, (left, right): (f32, f32)) -> Rect {
        Rect::from_min_max(
            pos2(left, self.letters_top),
            pos2(right, self.letters_bottom),
        )
    }

    fn cell_near(&self, x: f32) -> Option<&Cell> {
        self.cells
            .iter()
            .find(|cell| x < cell.right)
            .or(self.cells.last())
    }
}
