//! The widget: lays out what is visible, hands pointer and keys to `input`, and has `paint` draw it.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::rc::Rc;

use egui::{
    EventFilter, PopupAnchor, Rect, RectAlign, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};

use super::atlas::Atlas;
use super::blocks::{Blocks, Estimate};
use super::describe::{card_ui, describe};
use super::engine::{LETTERS_ABOVE, LETTERS_BELOW, Setting};
use super::highlights::{Highlight, highlights, lanes_in};
use super::input::{self, Gesture};
use super::map::MapCache;
use super::motion::CaretState;
use super::paint::{self, Canvas};
use super::paragraph::Paragraph;
use super::quote::QuoteCache;
use super::view::{Shown, TextAction, View, Visible};
use super::warm::WarmEngine;
use crate::model::AnnotationId;
use crate::text::{ByteOffset, Span, Text};

/// Width of the map of annotations at the right edge, in points.
const MAP_WIDTH: f32 = 22.0;
/// Most room left and right of the column for numbers and links, in points.
const SIDE_ROOM: f32 = 84.0;
/// Width of the column below which it takes the room at its sides, in points.
const LEAST_COLUMN: f32 = 420.0;
/// Room above the first and below the last line, in points.
const END_ROOM: f32 = 28.0;
/// How long the pointer rests before the card comes, in seconds.
const CARD_AFTER_SECS: f64 = 0.3;
/// Layouts kept beyond the visible ones before the cache is swept.
const MOST_CACHED: usize = 600;

/// What came of a frame.
pub struct SurfaceOutput {
    /// The whole surface; for a menu on it, and to know whether it has the keys.
    pub response: Response,
    /// What the person did.
    pub actions: Vec<TextAction>,
}

/// The text surface, kept from frame to frame.
#[derive(Default)]
pub struct TextSurface {
    pub(super) engine: WarmEngine,
    pub(super) atlas: Atlas,
    page: Option<Page>,
    cache: HashMap<usize, Cached>,
    pub(super) gesture: Gesture,
    pub(super) caret: CaretState,
    reveal: Option<Span>,
    pub(super) hovered: Option<(AnnotationId, f64)>,
    map: MapCache,
    frame: u64,
    pub(super) quotes: QuoteCache,
    missing: BTreeSet<char>,
    wants_focus: bool,
}

/// The document that is laid out, and where it is scrolled to.
struct Page {
    document_id: crate::model::DocumentId,
    text: Text,
    setting: Setting,
    regions_of: u64,
    /// At which revision of the project the regions were looked at, and how many there were: the rest of a large
    /// project comes later, at the same revision.
    looked_at: (u64, usize),
    blocks: Blocks,
    /// The block at the top edge, and how many pixels of it are above the edge.
    top: (usize, f32),
}

struct Cached {
    paragraph: Rc<Paragraph>,
    /// For how many lanes its lines are set apart.
    lanes: usize,
    /// At which revision of the project the lanes were counted, and among how many annotations.
    counted_at: (u64, usize),
    used_in: u64,
}

/// A block that has been laid out.
struct LaidOut {
    /// Its bytes without the line break.
    bytes: Range<usize>,
    paragraph: Rc<Paragraph>,
    /// Its room, in pixels.
    height: f32,
    /// How far the paragraph begins above its room, in pixels.
    raised: f32,
}

impl TextSurface {
    /// Scrolls so that the words can be seen, in the next frame.
    pub fn reveal(&mut self, span: Span) {
        self.reveal = Some(span);
    }

    /// Takes the keys in the next frame.
    pub fn take_focus(&mut self) {
        self.wants_focus = true;
    }

    /// Characters of the text, as far as it has been shown, for which this machine has no font.
    pub fn missing(&self) -> &BTreeSet<char> {
        &self.missing
    }

    /// To be called before anything of a frame is drawn with the surface's letters.
    pub fn begin_frame(&mut self, ctx: &egui::Context) {
        self.atlas.begin_frame(ctx);
    }

    /// Shows the text in all the room that is left and returns what the person did.
    pub fn show(&mut self, ui: &mut Ui, shown: &Shown<'_>) -> SurfaceOutput {
        self.frame += 1;
        let rect = ui.available_rect_before_wrap();
        let id = ui.scope_id().with("text");
        let response = ui.interact(rect, id, Sense::click_and_drag());
        response.widget_info(|| {
            WidgetInfo::labeled(
                Role::Document,
                true,
                format!("Text of {}", shown.document.title()),
            )
        });
        self.keep_focus(ui, &response);
        self.turn_to(ui, rect, shown);
        self.scroll(ui, &response);
        let view = self.lay_out_visible(ui, rect, shown);
        let (view, mut actions) = self.run_motions(ui, rect, shown, view);
        let visible = view.span();
        let is_hidden = |id: &AnnotationId| shown.misplaced.contains(id);
        let highlights =
            visible.map(|span| highlights(shown.project, &shown.document.id, span, is_hidden));
        let highlights = highlights.unwrap_or_default();
        actions.extend(input::handle(
            self,
            ui,
            &response,
            shown,
            &view,
            &highlights,
        ));
        self.use_map(ui, &view);
        self.paint(ui, &response, shown, &view, &highlights);
        actions.extend(self.margin_ui(ui, shown, &view, &highlights));
        self.show_card(ui, shown, &view);
        actions.extend(describe(ui, id, shown, &view, &highlights));
        self.sweep();
        if self.atlas.needs_another_frame() {
            ui.ctx().request_repaint();
        }
        SurfaceOutput { response, actions }
    }

    /// Keys go to the text unless something else asked for them.
    fn keep_focus(&mut self, ui: &Ui, response: &Response) {
        let nothing_focused = ui.memory(|memory| {
            memory.focused().is_none() && memory.is_above_modal_layer(ui.layer_id())
        });
        if std::mem::take(&mut self.wants_focus)
            || nothing_focused
            || response.clicked()
            || response.drag_started()
        {
            response.request_focus();
        }
        let filter = EventFilter {
            tab: true,
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    }

    /// Makes the page that of the document, width and size shown now.
    fn turn_to(&mut self, ui: &Ui, rect: Rect, shown: &Shown<'_>) {
        let scale = ui.ctx().pixels_per_point();
        let room = rect.width() - MAP_WIDTH - 2.0 * side_room(rect);
        let width = (room.clamp(120.0, shown.look.column_width) * scale).round();
        let size = (shown.look.text_size * scale * 4.0).round() / 4.0;
        let setting = Setting {
            size,
            line_height: shown.look.line_height,
            width,
            face: shown.look.face,
            shows_invisible: shown.look.shows_invisible,
        };
        let estimate = estimate(&setting);
        let is_same_text =
            |page: &Page| page.document_id == shown.document.id && page.text == *shown.text;
        match &mut self.page {
            Some(page) if is_same_text(page) => {
                if page.setting != setting {
                    page.setting = setting;
                    page.blocks.estimate_all(&estimate);
                    // The room above the first line stays.
                    page.top.1 = page.top.1.min(0.0);
                    self.cache.clear();
                }
                let looked_at = (shown.revision, shown.project.regions.len());
                if page.looked_at != looked_at {
                    page.looked_at = looked_at;
                    let regions = region_fingerprint(shown);
                    if page.regions_of != regions {
                        page.regions_of = regions;
                        self.cache.clear();
                    }
                }
            }
            _ => {
                self.cache.clear();
                self.gesture = Gesture::Idle;
                self.hovered = None;
                self.missing.clear();
                self.page = Some(Page {
                    document_id: shown.document.id.clone(),
                    text: shown.text.clone(),
                    setting,
                    regions_of: region_fingerprint(shown),
                    looked_at: (shown.revision, shown.project.regions.len()),
                    blocks: Blocks::of(shown.text, &estimate),
                    top: (0, -END_ROOM * scale),
                });
            }
        }
    }

    /// The wheel moves the page; `reveal` jumps.
    fn scroll(&mut self, ui: &Ui, response: &Response) {
        let scale = ui.ctx().pixels_per_point();
        if response.contains_pointer() {
            let by = ui.input(|input| input.smooth_scroll_delta().y);
            self.scroll_by(-by * scale);
        }
    }

    /// Moves the page by pixels, downwards if positive.
    pub(super) fn scroll_by(&mut self, pixels: f32) {
        if let Some(page) = &mut self.page {
            page.top.1 += pixels;
        }
    }

    /// Moves the page so that a place given as a part of the whole height is in the middle.
    fn scroll_to_fraction(&mut self, fraction: f32, view_height: f32) {
        if let Some(page) = &mut self.page {
            let y = page.blocks.total() * f64::from(fraction.clamp(0.0, 1.0))
                - f64::from(view_height / 2.0);
            page.top = page.blocks.at_height(y);
            page.top.1 += y.min(0.0) as f32;
        }
    }

    /// Lays out the blocks from the top edge to the bottom edge.
    pub(super) fn lay_out_visible(&mut self, ui: &Ui, rect: Rect, shown: &Shown<'_>) -> View {
        let scale = ui.ctx().pixels_per_point();
        let width = self.page.as_ref().map_or(0.0, |page| page.setting.width) / scale;
        let left = rect.left() + ((rect.width() - MAP_WIDTH - width) / 2.0).max(side_room(rect));
        let column = Rect::from_min_size(
            pos2((left * scale).round() / scale, rect.top()),
            vec2(width, rect.height()),
        );
        let map = Rect::from_min_max(pos2(rect.right() - MAP_WIDTH, rect.top()), rect.max);
        let height = rect.height() * scale;
        if let Some(span) = self.reveal.take() {
            self.bring_into_view(span, shown, height);
        }
        self.keep_within(shown, height, END_ROOM * scale);
        let mut blocks = Vec::new();
        let Some((mut block, above)) = self.page.as_ref().map(|page| page.top) else {
            return View {
                rect,
                column,
                map,
                pixels_per_point: scale,
                blocks,
            };
        };
        let mut y = -above;
        let count = self.page.as_ref().map_or(0, |page| page.blocks.count());
        let origin = (column.min.to_vec2() * scale).round();
        while y < height && block < count {
            let Some(laid_out) = self.block(block, shown) else {
                break;
            };
            let bottom = (origin.y + y + laid_out.height).round();
            let origin = pos2(origin.x, (origin.y + y - laid_out.raised).round());
            blocks.push(Visible {
                block,
                bytes: laid_out.bytes,
                origin,
                paragraph: laid_out.paragraph,
                bottom,
            });
            y += laid_out.height;
            block += 1;
        }
        View {
            rect,
            column,
            map,
            pixels_per_point: scale,
            blocks,
        }
    }

    /// The layout of a block, from the cache or made now.
    fn block(&mut self, block: usize, shown: &Shown<'_>) -> Option<LaidOut> {
        let page = self.page.as_mut()?;
        let whole = page.blocks.bytes(block);
        let words = page.text.as_str().get(whole.clone()).unwrap_or_default();
        let words = words.trim_end_matches(['\n', '\r']);
        let bytes = whole.start..whole.start + words.len();
        let counted_at = (shown.revision, shown.project.annotations.len());
        let known = self.cache.get(&block);
        let lanes = match known.filter(|cached| cached.counted_at == counted_at) {
            Some(cached) => cached.lanes,
            None => lanes_of(shown, &whole),
        };
        let setting = Setting {
            line_height: line_height(&page.setting, shown, lanes),
            ..page.setting
        };
        let paragraph = match known.filter(|cached| cached.lanes == lanes) {
            Some(cached) => cached.paragraph.clone(),
            None => {
                let set_aside = set_aside_in(shown, &bytes);
                let engine = self.engine.get();
                Rc::new(engine.lay_out(words, &setting, &set_aside))
            }
        };
        let cached = Cached {
            paragraph: paragraph.clone(),
            lanes,
            counted_at,
            used_in: self.frame,
        };
        self.cache.insert(block, cached);
        self.missing.extend(paragraph.missing);
        let estimate = estimate(&page.setting);
        let height = match words.is_empty() {
            true => estimate.empty_height,
            false => paragraph.height + estimate.gap,
        };
        page.blocks.set_height(block, height);
        // Half of the room between lines stands above the first one. What the lanes need is needed below.
        let for_lanes = (setting.line_height - page.setting.line_height) * setting.size / 2.0;
        // An empty line is lower than its letters would be; they are centred on it.
        let centred = ((paragraph.height - height) / 2.0).max(0.0);
        Some(LaidOut {
            bytes,
            paragraph,
            height,
            raised: for_lanes.max(centred),
        })
    }

    /// The height of a block, which is laid out for that.
    fn height(&mut self, block: usize, shown: &Shown<'_>) -> f32 {
        self.block(block, shown)
            .map_or(0.0, |laid_out| laid_out.height)
    }

    /// Puts the top edge where it may be: not before the first line and not behind the last. Blocks on the
    /// way are measured, so that what is at the top edge stays there when estimates turn out wrong.
    fn keep_within(&mut self, shown: &Shown<'_>, view_height: f32, end_room: f32) {
        loop {
            let Some((block, above)) = self.page.as_ref().map(|page| page.top) else {
                return;
            };
            let next = if above < 0.0 && block > 0 {
                let height = self.height(block - 1, shown);
                (block - 1, above + height)
            } else {
                let height = self.height(block, shown);
                let count = self.page.as_ref().map_or(0, |page| page.blocks.count());
                if above < height || block + 1 >= count {
                    break;
                }
                (block + 1, above - height)
            };
            if let Some(page) = &mut self.page {
                page.top = next;
            }
        }
        let Some(page) = &mut self.page else { return };
        let rest: f64 =
            page.blocks.total() - page.blocks.top_of(page.top.0) - f64::from(page.top.1);
        let too_far = f64::from(view_height - end_room) - rest;
        if too_far > 0.0 {
            let y = page.blocks.total() - f64::from(view_height - end_room);
            page.top = if y < 0.0 {
                (0, -end_room)
            } else {
                page.blocks.at_height(y)
            };
        }
        if page.top.0 == 0 {
            page.top.1 = page.top.1.max(-end_room);
        }
    }

    /// Scrolls only as far as needed, or to the upper third if the words are far away.
    fn bring_into_view(&mut self, span: Span, shown: &Shown<'_>, view_height: f32) {
        let Some(page) = &self.page else { return };
        let block = page.blocks.at_offset(span.start());
        let Some(laid_out) = self.block(block, shown) else {
            return;
        };
        let byte = span.start().0.saturating_sub(laid_out.bytes.start);
        let caret = laid_out
            .paragraph
            .caret(byte)
            .translate(vec2(0.0, -laid_out.raised));
        let Some(page) = &mut self.page else { return };
        let place =
            page.blocks.top_of(block) - page.blocks.top_of(page.top.0) - f64::from(page.top.1);
        let y = place as f32 + caret.top();
        let margin = (view_height * 0.12).min(caret.height() * 3.0);
        let lowest = view_height - margin - caret.height();
        if y < margin || y > lowest {
            let is_near = y > -view_height && y < 2.0 * view_height;
            let wanted = match is_near {
                true => y.clamp(margin, lowest.max(margin)),
                false => view_height / 3.0,
            };
            page.top = (block, caret.top() - wanted);
        }
    }

    /// Clicks and drags on the map at the right edge.
    fn use_map(&mut self, ui: &mut Ui, view: &View) {
        let response = ui.interact(view.map, ui.scope_id().with("map"), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, "Map of annotations"));
        if (response.clicked() || response.dragged())
            && let Some(pointer) = response.interact_pointer_pos()
        {
            let fraction = (pointer.y - view.map.top()) / view.map.height();
            self.scroll_to_fraction(fraction, view.rect.height() * view.pixels_per_point);
            ui.ctx().request_repaint();
        }
    }

    fn paint(
        &mut self,
        ui: &Ui,
        response: &Response,
        shown: &Shown<'_>,
        view: &View,
        highlights: &[Highlight<'_>],
    ) {
        let Some(page) = &self.page else { return };
        let hovered = self.hovered.as_ref().map(|(id, _)| id);
        let mut canvas = Canvas {
            ui,
            shown,
            view,
            highlights,
            gesture: &self.gesture,
            hovered,
            caret: self.caret.place(shown.caret),
        };
        canvas.paint_under();
        canvas.paint_letters(&mut self.atlas, self.engine.faces());
        canvas.paint_over(response.has_focus());
        canvas.paint_links(&page.blocks, page.top);
        canvas.paint_map(&page.blocks, page.top, &mut self.map);
    }

    /// Once the pointer has rested on an annotation: who says what about these words. Above them, since people read
    /// on below.
    fn show_card(&self, ui: &Ui, shown: &Shown<'_>, view: &View) {
        let Some((annotation_id, since)) = &self.hovered else {
            return;
        };
        let rested = ui.input(|input| input.time) - since;
        if rested < CARD_AFTER_SECS || self.gesture != Gesture::Idle {
            ui.ctx()
                .request_repaint_after(std::time::Duration::from_secs_f64(CARD_AFTER_SECS));
            return;
        }
        let Some(annotation) = shown.project.annotations.get(annotation_id) else {
            return;
        };
        let pointer = ui.ctx().pointer_hover_pos().unwrap_or_default();
        let mut boxes = annotation.spans.iter().flat_map(|span| view.boxes(span));
        let under = boxes.find(|rect| rect.contains(pointer));
        let anchor = under.map_or(PopupAnchor::Pointer, PopupAnchor::ParentRect);
        let (ctx, id) = (ui.ctx().clone(), ui.scope_id().with("card"));
        let mut card = egui::Tooltip::always_open(ctx, ui.layer_id(), id, anchor).gap(10.0);
        card.popup = card.popup.align(RectAlign::TOP_START);
        card.show(|ui| card_ui(ui, shown, annotation));
    }

    /// Forgets the layouts not used for longest, once there are many.
    fn sweep(&mut self) {
        if self.cache.len() > MOST_CACHED {
            let frame = self.frame;
            self.cache.retain(|_, cached| cached.used_in + 1 >= frame);
        }
    }
}

/// Room at each side of the column; where the window is narrow, the text comes first.
fn side_room(rect: Rect) -> f32 {
    ((rect.width() - MAP_WIDTH - LEAST_COLUMN) / 2.0).clamp(14.0, SIDE_ROOM)
}

fn estimate(setting: &Setting) -> Estimate {
    let line_height = setting.size * setting.line_height;
    Estimate {
        bytes_a_line: (setting.width / (setting.size * 0.5)).max(8.0),
        line_height,
        gap: 0.0,
        empty_height: (line_height * 0.5).round(),
    }
}

/// Distance of two baselines in ems where so many lanes lie below a line.
fn line_height(setting: &Setting, shown: &Shown<'_>, lanes: usize) -> f32 {
    let points = paint::room_of(lanes);
    setting
        .line_height
        .max(LETTERS_ABOVE + LETTERS_BELOW + points / shown.look.text_size)
}

/// How many lanes are drawn below the lines of a block.
fn lanes_of(shown: &Shown<'_>, bytes: &Range<usize>) -> usize {
    let span = Span::new(ByteOffset(bytes.start), ByteOffset(bytes.end));
    let is_hidden = |id: &AnnotationId| shown.misplaced.contains(id);
    span.map_or(0, |span| {
        lanes_in(shown.project, &shown.document.id, span, is_hidden)
    })
}

/// The set-aside bytes of a block, from its start.
fn set_aside_in(shown: &Shown<'_>, bytes: &Range<usize>) -> Vec<Range<usize>> {
    let Some(span) = Span::new(ByteOffset(bytes.start), ByteOffset(bytes.end)) else {
        return Vec::new();
    };
    let regions = shown.project.regions.overlapping(&shown.document.id, span);
    let pieces = regions
        .iter()
        .filter(|region| shown.text.slice(region.span) == Some(&*region.quote));
    let shared = pieces.filter_map(|region| region.span.intersection(span));
    shared
        .map(|piece| piece.start().0 - bytes.start..piece.end().0 - bytes.start)
        .collect()
}

/// Changes whenever a region of the document comes or goes: the layouts depend on them.
fn region_fingerprint(shown: &Shown<'_>) -> u64 {
    let spans = shown
        .project
        .regions
        .in_document(&shown.document.id)
        .map(|region| region.span);
    spans.fold(0, |sum: u64, span| {
        sum.wrapping_mul(31)
            .wrapping_add(span.start().0 as u64)
            .wrapping_mul(31)
            .wrapping_add(span.end().0 as u64)
    })
}
