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
    /// Whether no line follows, so that white space at its end can be reached.
    pub is_last: bool,
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

    /// The place at its right or left edge.
    fn edge(&self, right: bool) -> Place {
        if self.is_rtl == right {
            Place::before(self.bytes.start)
        } else {
            Place::behind(self.bytes.end)
        }
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

/// At which of its two neighbours a caret stands. Where direction changes and where a line wraps, the end of
/// one character and the start of the next are not the same place on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// At the character that begins there.
    #[default]
    Before,
    /// At the character that ends there.
    Behind,
}

/// A place for a caret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Before which byte.
    pub byte: usize,
    /// At which neighbour.
    pub side: Side,
}

impl Place {
    /// At the character that begins with the byte.
    pub fn before(byte: usize) -> Self {
        let side = Side::Before;
        Self { byte, side }
    }

    /// At the character that ends before the byte.
    pub fn behind(byte: usize) -> Self {
        let side = Side::Behind;
        Self { byte, side }
    }
}

impl Paragraph {
    /// The byte nearest to a point: before or behind the cell under it, whichever edge is nearer.
    pub fn byte_at(&self, point: Pos2) -> usize {
        self.place_at(point).byte
    }

    /// The place of a caret nearest to a point.
    pub fn place_at(&self, point: Pos2) -> Place {
        let Some(line) = self.line_at(point.y) else {
            return Place::before(0);
        };
        let Some(cell) = line.cell_near(point.x) else {
            return Place::before(line.bytes.start);
        };
        let is_left_half = point.x < (cell.left + cell.right) / 2.0;
        self.plain(if is_left_half == cell.is_rtl {
            Place::behind(cell.bytes.end)
        } else {
            Place::before(cell.bytes.start)
        })
    }

    /// The same place in its usual form: at the character that begins there, unless that stands elsewhere.
    fn plain(&self, place: Place) -> Place {
        let usual = Place::before(place.byte);
        if self.caret_at(usual) == self.caret_at(place) {
            usual
        } else {
            place
        }
    }

    /// One character to the right or left on the screen, from line to line; `None` beyond the paragraph.
    /// Each step passes one cell, so that no place is visited twice and none is left out.
    pub fn step(&self, place: Place, rightwards: bool) -> Option<Place> {
        let (line_index, gap) = self.gap_of(place)?;
        let line = self.lines.get(line_index)?;
        let onwards = rightwards != self.is_rtl;
        let Some(cell) = line.cell_beside(gap, rightwards) else {
            return self.step_to_line(line_index, rightwards, onwards);
        };
        let passed = cell.edge(rightwards);
        // Behind the last character of a line that wraps, the caret already stands on the next line.
        let is_last_cell = Some(cell) == line.outermost(rightwards);
        let next = self
            .lines
            .get(line_index + 1)
            .filter(|next| onwards && is_last_cell && next.bytes.start == passed.byte);
        Some(self.plain(next.map_or(passed, |next| next.edge_place(!rightwards))))
    }

    fn step_to_line(&self, from: usize, rightwards: bool, onwards: bool) -> Option<Place> {
        if onwards {
            let below = self.lines.get(from + 1)?;
            return Some(self.plain(below.edge_place(!rightwards)));
        }
        // The end of the line above is the same byte as the start of this one, so it is passed over.
        let above = self.lines.get(from.checked_sub(1)?)?;
        Some(self.plain(above.outermost(!rightwards)?.edge(rightwards)))
    }

    /// Where the line that the caret stands on begins or ends in the order of reading.
    pub fn line_edge(&self, place: Place, at_end: bool) -> Place {
        let line_index = self.line_index_at(place);
        let Some(line) = self.lines.get(line_index) else {
            return place;
        };
        if !at_end {
            return Place::before(line.bytes.start);
        }
        let shown = line.cells.iter().filter(|cell| line.is_last || !cell.hangs);
        let end = shown.map(|cell| cell.bytes.end).max();
        self.plain(Place::behind(end.unwrap_or(line.bytes.start)))
    }

    /// The line, and how many of its cells stand left of the caret.
    fn gap_of(&self, place: Place) -> Option<(usize, usize)> {
        let line_index = self.line_index_at(place);
        let cells = &self.lines.get(line_index)?.cells;
        let behind = || cells.iter().position(|cell| cell.bytes.end == place.byte);
        let before = || {
            cells
                .iter()
                .position(|cell| cell.bytes.contains(&place.byte))
        };
        let gap_before =
            |index: usize| index + usize::from(cells.get(index).is_some_and(|c| c.is_rtl));
        let gap_behind =
            |index: usize| index + usize::from(cells.get(index).is_some_and(|c| !c.is_rtl));
        let gap = match place.side {
            Side::Before => before()
                .map(gap_before)
                .or_else(|| behind().map(gap_behind)),
            Side::Behind => behind()
                .map(gap_behind)
                .or_else(|| before().map(gap_before)),
        };
        Some((line_index, gap.unwrap_or(0)))
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

    /// Whether the character that begins with the byte is read from right to left.
    pub fn is_rtl_at(&self, byte: usize) -> bool {
        let mut cells = self.lines.iter().flat_map(|line| &line.cells);
        let cell = cells.find(|cell| cell.bytes.contains(&byte));
        cell.map_or(self.is_rtl, |cell| cell.is_rtl)
    }

    /// Where a caret before the byte stands: x, and top and bottom of the letters.
    pub fn caret(&self, byte: usize) -> Rect {
        self.caret_at(Place::before(byte))
    }

    /// Where a caret stands: x, and top and bottom of the letters.
    pub fn caret_at(&self, place: Place) -> Rect {
        let Some(line) = self.lines.get(self.line_index_at(place)) else {
            return Rect::ZERO;
        };
        let cells = line.cells.iter();
        let before = || cells.clone().find(|cell| cell.bytes.contains(&place.byte));
        let behind = || cells.clone().find(|cell| cell.bytes.end == place.byte);
        let x = match place.side {
            Side::Before => before()
                .map(Cell::start_x)
                .or_else(|| behind().map(Cell::end_x)),
            Side::Behind => behind()
                .map(Cell::end_x)
                .or_else(|| before().map(Cell::start_x)),
        };
        let x = x.unwrap_or(line.start_x);
        Rect::from_min_max(pos2(x, line.letters_top), pos2(x, line.letters_bottom))
    }

    /// The line on which a caret stands. Where a line wraps, the place behind its last character is still on it.
    fn line_index_at(&self, place: Place) -> usize {
        let begins_before = |line: &Line| match place.side {
            Side::Before => line.bytes.start <= place.byte,
            Side::Behind => line.bytes.start < place.byte,
        };
        self.lines.iter().rposition(begins_before).unwrap_or(0)
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
        // A mark that takes no room has no box of its own.
        boxes.retain(|rect: &Rect| rect.width() > 0.0);
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

    /// The cell at an x, or the last one that can be seen.
    fn cell_near(&self, x: f32) -> Option<&Cell> {
        let mut shown = self.cells.iter().filter(|cell| !cell.hangs || self.is_last);
        shown
            .clone()
            .find(|cell| x < cell.right)
            .or_else(|| shown.next_back())
            .or(self.cells.first())
    }

    /// The cell at the right or left of a gap.
    fn cell_beside(&self, gap: usize, rightwards: bool) -> Option<&Cell> {
        let index = if rightwards { gap } else { gap.checked_sub(1)? };
        self.cells.get(index)
    }

    /// The last cell at the right or left.
    fn outermost(&self, right: bool) -> Option<&Cell> {
        if right {
            self.cells.last()
        } else {
            self.cells.first()
        }
    }

    /// The place at the right or left edge.
    fn edge_place(&self, right: bool) -> Place {
        let cell = self.outermost(right);
        cell.map_or(Place::before(self.bytes.start), |cell| cell.edge(right))
    }
}
