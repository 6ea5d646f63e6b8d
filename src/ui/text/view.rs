//! What a frame shows and where it stands on the screen.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use egui::{Pos2, Rect, vec2};

use super::look::SurfaceLook;
use super::paragraph::{Paragraph, Place};
use crate::model::{AnnotationId, AnnotatorId, Document, Project, Region, RegionId, TagId};
use crate::text::{ByteOffset, Span, Spans, Text};

/// Everything that a frame shows.
pub struct Shown<'a> {
    /// The project as it stands.
    pub project: &'a Project,
    /// Its revision.
    pub revision: u64,
    /// The document shown.
    pub document: &'a Document,
    /// Its text.
    pub text: &'a Text,
    /// Annotations that are not where they say; never painted.
    pub misplaced: &'a BTreeSet<AnnotationId>,
    /// The words held.
    pub selection: Option<Span>,
    /// Where the caret stands.
    pub caret: ByteOffset,
    /// Where the words that are looked for stand, in order.
    pub hits: &'a [Span],
    /// The annotation held.
    pub picked: Option<&'a AnnotationId>,
    /// The set-aside piece in which the caret stands while nothing is held.
    pub region: Option<&'a Region>,
    /// Whose annotations are filled; those of others are outlines.
    pub own: &'a AnnotatorId,
    /// The tag that a drag puts on the words.
    pub armed: Option<&'a TagId>,
    /// Whether drags snap to whole words.
    pub snaps_to_words: bool,
    /// Colours and measures.
    pub look: &'a SurfaceLook,
}

/// What has handles.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// The annotation held.
    Annotation(AnnotationId),
    /// The set-aside piece at the caret.
    Region(RegionId),
}

/// What the person did.
#[derive(Debug, Clone, PartialEq)]
pub enum TextAction {
    /// Words are held, or none, and the caret has moved.
    Select {
        /// The words.
        selection: Option<Span>,
        /// The caret.
        caret: ByteOffset,
    },
    /// Words were chosen while a tag was armed.
    Tag(Span),
    /// An annotation was clicked, or the text beside all of them.
    Pick(Option<AnnotationId>),
    /// The other end of a link was clicked.
    GoTo(AnnotationId),
    /// An end of what has handles was dragged elsewhere.
    MoveEdges(Held, Spans),
}

/// A block on the screen.
pub(super) struct Visible {
    /// Its number.
    pub block: usize,
    /// Its bytes without the line break.
    pub bytes: Range<usize>,
    /// Its top left corner in whole pixels.
    pub origin: Pos2,
    /// What it shows.
    pub paragraph: Rc<Paragraph>,
    /// Where its room ends, in pixels; an empty line has less room than its caret is high.
    pub bottom: f32,
}

/// A frame's geometry: what is visible and how to find places in it.
pub(super) struct View {
    pub rect: Rect,
    pub column: Rect,
    pub map: Rect,
    pub pixels_per_point: f32,
    pub blocks: Vec<Visible>,
}

impl View {
    /// From a point on the screen to pixels.
    pub fn pixels(&self, point: Pos2) -> Pos2 {
        (point.to_vec2() * self.pixels_per_point).to_pos2()
    }

    /// The block at a height, or the nearest one.
    pub fn block_at(&self, y: f32) -> Option<&Visible> {
        self.blocks
            .iter()
            .find(|visible| y < visible.bottom)
            .or(self.blocks.last())
    }

    /// The offset nearest to a point.
    pub fn offset_at(&self, point: Pos2) -> Option<ByteOffset> {
        self.place_at(point).map(|place| ByteOffset(place.byte))
    }

    /// The character under a point; `None` beside the letters.
    pub fn offset_under(&self, point: Pos2) -> Option<ByteOffset> {
        let point = self.pixels(point);
        let visible = self.block_at(point.y)?;
        let byte = visible
            .paragraph
            .byte_under(point - visible.origin.to_vec2())?;
        Some(ByteOffset(visible.bytes.start + byte))
    }

    /// The boxes that a span fills on the screen, in points. Characters without width get a narrow one, so that
    /// nothing that is marked is out of sight and out of reach.
    pub fn boxes(&self, span: Span) -> Vec<Rect> {
        let touched = self.blocks.iter().filter(|v| {
            v.bytes.start < span.end().0 && span.start().0 < v.bytes.end.max(v.bytes.start + 1)
        });
        let boxes = touched.flat_map(|visible| {
            let start = span.start().0.saturating_sub(visible.bytes.start);
            let end = span
                .end()
                .0
                .min(visible.bytes.end)
                .saturating_sub(visible.bytes.start);
            visible
                .paragraph
                .boxes(&(start..end))
                .into_iter()
                .map(|rect| self.points(visible, rect))
        });
        let boxes: Vec<Rect> = boxes.collect();
        let narrow = |caret: Rect| caret.expand2(vec2(2.0, 0.0));
        match boxes.is_empty() {
            true => {
                let start = Place::before(span.start().0);
                self.caret(start).map(narrow).into_iter().collect()
            }
            false => boxes,
        }
    }

    /// From pixels within a block to points on the screen.
    pub fn points(&self, visible: &Visible, rect: Rect) -> Rect {
        rect.translate(visible.origin.to_vec2()) / self.pixels_per_point
    }

    /// The bytes that are visible.
    pub fn span(&self) -> Option<Span> {
        let (first, last) = (self.blocks.first()?, self.blocks.last()?);
        Span::new(
            ByteOffset(first.bytes.start),
            ByteOffset(last.bytes.end.max(first.bytes.start + 1)),
        )
    }
}
