//! The map at the right edge: where annotations of each tag lie in the whole document, and what is visible of it.

use egui::{Color32, CornerRadius, Rect, Stroke, pos2, vec2};

use super::blocks::Blocks;
use super::paint::Canvas;
use crate::model::{DocumentId, TagId};
use crate::text::{ByteOffset, Span};

/// Annotations looked at for each row of the map; more would be felt in a text with very many.
const MOST_IN_A_ROW: usize = 24;
/// Rows of the map that are made anew in one frame. All of them at once would be felt in a text with half a million
/// annotations.
const ROWS_A_FRAME: usize = 48;
/// The ticks of the map, row by row. When something changes, some rows are made anew in each frame, so that a frame
/// costs the same however many annotations there are; the others show what was true a few frames ago.
#[derive(Default)]
pub(super) struct MapCache {
    key: Option<MapKey>,
    rows: Vec<Vec<Tick>>,
    /// The next row to be made anew, and how many are to be.
    next: usize,
    stale: usize,
}

/// Revision, number of annotations, height of the text, colours, document, and what was found.
type MapKey = (u64, usize, u32, Color32, DocumentId, Option<(Span, usize)>);

impl MapCache {
    /// Begins to make all rows anew. Rows of another document or another height are of no use even for a moment.
    fn turn_to(&mut self, key: MapKey, rows: usize) {
        let is_same_map = self.key.as_ref().is_some_and(|old| old.4 == key.4);
        if !is_same_map || self.rows.len() != rows {
            self.rows = (0..rows).map(|_| Vec::new()).collect();
            self.next = 0;
        }
        self.key = Some(key);
        self.stale = self.rows.len();
    }
}

/// A tick of the map, in parts of its height and width.
struct Tick {
    y: f32,
    left: f32,
    width: f32,
    color: Color32,
}

impl Canvas<'_> {
    /// Ticks for the annotations of the whole document, and a pale box for what is visible.
    pub fn paint_map(&self, blocks: &Blocks, top: (usize, f32), cache: &mut MapCache) {
        let painter = self.painter();
        let (look, map) = (self.shown.look, self.view.map);
        painter.line_segment(
            [map.left_top(), map.left_bottom()],
            Stroke::new(1.0, look.line),
        );
        let total = blocks.total().max(1.0);
        let scale = f64::from(self.view.pixels_per_point);
        let above = (blocks.top_of(top.0) + f64::from(top.1)) / total;
        let part = (f64::from(map.height()) * scale / total).min(1.0);
        let box_top = map.top() + map.height() * above.max(0.0) as f32;
        let box_height = (map.height() * part as f32).max(8.0);
        let size = vec2(map.width() - 1.0, box_height);
        let rect = Rect::from_min_size(pos2(map.left() + 1.0, box_top), size).intersect(map);
        painter.rect_filled(
            rect,
            CornerRadius::same(2),
            look.accent.gamma_multiply(0.13),
        );
        let hits = self.shown.hits;
        let key = (
            self.shown.revision,
            self.shown.project.annotations.len(),
            total as u32,
            look.pane,
            self.shown.document.id.clone(),
            hits.first().copied().map(|first| (first, hits.len())),
        );
        let rows = (map.height() / 2.0) as usize;
        if cache.key.as_ref() != Some(&key) || cache.rows.len() != rows {
            cache.turn_to(key, rows);
        }
        let count = cache.rows.len();
        for _ in 0..cache.stale.min(ROWS_A_FRAME) {
            if let Some(row) = cache.rows.get_mut(cache.next) {
                *row = self.map_row(blocks, total, cache.next, count);
            }
            cache.next = (cache.next + 1) % count;
            cache.stale -= 1;
        }
        if cache.stale > 0 {
            self.ui.ctx().request_repaint();
        }
        let room = map.width() - 6.0;
        for tick in cache.rows.iter().flatten() {
            let left = map.left() + 3.0 + room * tick.left;
            let y = map.top() + tick.y * map.height();
            let rect = Rect::from_min_size(pos2(left, y - 1.0), vec2(room * tick.width, 2.0));
            painter.rect_filled(rect, CornerRadius::same(1), tick.color);
        }
    }

    /// Each tag has a column of its own. At most one tick of a tag for every two points of the map, whatever
    /// the number of annotations; words that were found are a line over all columns.
    fn map_row(&self, blocks: &Blocks, total: f64, row: usize, rows: usize) -> Vec<Tick> {
        let annotations = &self.shown.project.annotations;
        let look = self.shown.look;
        let columns = look.tags.len().max(1);
        let y_of = |place: ByteOffset| {
            let block = blocks.at_offset(place);
            let bytes = blocks.bytes(block);
            let within = (place.0 - bytes.start) as f64 / bytes.len().max(1) as f64;
            blocks.top_of(block) + within * f64::from(blocks.height(block))
        };
        let mut ticks = Vec::new();
        let (top, bottom) = (
            total * row as f64 / rows as f64,
            total * (row + 1) as f64 / rows as f64,
        );
        let (block, below) = blocks.at_height(top);
        let bytes = blocks.bytes(block);
        let inside = (below / blocks.height(block).max(1.0) * bytes.len() as f32) as usize;
        let from = ByteOffset(bytes.start + inside);
        let mut seen: Vec<&TagId> = Vec::new();
        let starting = annotations.starting_from(&self.shown.document.id, from);
        for annotation in starting.take(MOST_IN_A_ROW) {
            let y = y_of(annotation.spans.first().start());
            if y >= bottom || seen.len() == columns {
                break;
            }
            let tag_id = &annotation.tag_id;
            if seen.contains(&tag_id) || self.shown.misplaced.contains(&annotation.id) {
                continue;
            }
            seen.push(tag_id);
            let column = look.tags.iter().position(|(known, _)| known == tag_id);
            ticks.push(Tick {
                y: (y / total) as f32,
                left: column.unwrap_or(columns - 1) as f32 / columns as f32,
                width: 0.9 / columns as f32,
                color: look.tag(tag_id).strong,
            });
        }
        // Over the tags, since there are hardly ever many and somebody looks for them just now.
        let hit = self.shown.hits.partition_point(|hit| hit.start() < from);
        let hit = self.shown.hits.get(hit).map(|hit| y_of(hit.start()));
        if let Some(y) = hit.filter(|&y| y < bottom) {
            ticks.push(Tick {
                y: (y / total) as f32,
                left: 0.0,
                width: 1.0,
                color: look.found,
            });
        }
        ticks
    }
}
