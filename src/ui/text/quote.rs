//! Quotes beside the text, laid out as the text is: egui would show right-to-left words in the wrong order.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use egui::{Align2, Color32, FontId, Response, Role, Sense, Shape, Ui, WidgetInfo, pos2, vec2};

use super::atlas::GlyphLook;
use super::engine::Setting;
use super::paragraph::Paragraph;
use super::surface::TextSurface;

/// Layouts kept before they are all forgotten.
const MOST_CACHED: usize = 500;
/// Longest piece of a quote that is laid out; a list shows a line or a few of it.
const MOST_CHARACTERS: usize = 1200;

/// Layouts of quotes by what they were made from.
pub(super) type QuoteCache = HashMap<u64, Rc<Paragraph>>;

/// How a quote is shown.
#[derive(Debug, Clone, Copy)]
pub struct QuoteLook {
    /// Size in points.
    pub size: f32,
    /// The ink.
    pub color: Color32,
    /// How many lines at most; what is more ends in “…”.
    pub lines: usize,
}

impl TextSurface {
    /// Shows words as wide as there is room.
    pub fn quote(&mut self, ui: &mut Ui, words: &str, look: QuoteLook) -> Response {
        let scale = ui.ctx().pixels_per_point();
        let one_line = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let end = one_line
            .char_indices()
            .nth(MOST_CHARACTERS)
            .map_or(one_line.len(), |(at, _)| at);
        let words = one_line.get(..end).unwrap_or_default();
        // Room for the “…” at the end of the last line.
        let room = ui.available_width() - if look.lines == 1 { look.size } else { 0.0 };
        let setting = Setting {
            size: look.size * scale,
            line_height: 1.45,
            width: (room * scale).max(20.0),
        };
        let paragraph = self.laid_out_quote(words, &setting);
        let last = paragraph
            .lines
            .get(..look.lines.min(paragraph.lines.len()))
            .and_then(<[_]>::last);
        let bottom = last.map_or(0.0, |line| line.bottom);
        let (rect, response) = ui.allocate_exact_size(vec2(room, bottom / scale), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let mut mesh = self.atlas.mesh();
        let origin = pos2((rect.left() * scale).round(), (rect.top() * scale).round());
        let glyph_look = GlyphLook {
            color: look.color,
            pixels_per_point: scale,
        };
        for glyph in paragraph.glyphs.iter().filter(|glyph| glyph.at.y < bottom) {
            self.atlas
                .add(&mut mesh, glyph, self.engine.faces(), origin, glyph_look);
        }
        ui.painter().add(Shape::mesh(mesh));
        if paragraph.lines.len() > look.lines || end < one_line.len() {
            let (x, align) = match paragraph.is_rtl {
                true => (rect.left(), Align2::RIGHT_BOTTOM),
                false => (rect.right(), Align2::LEFT_BOTTOM),
            };
            ui.painter().text(
                pos2(x, rect.bottom()),
                align,
                "…",
                FontId::proportional(look.size),
                look.color,
            );
        }
        response
    }

    fn laid_out_quote(&mut self, words: &str, setting: &Setting) -> Rc<Paragraph> {
        let mut hasher = DefaultHasher::new();
        (words, setting.size.to_bits(), setting.width.to_bits()).hash(&mut hasher);
        if self.quotes.len() > MOST_CACHED {
            self.quotes.clear();
        }
        let engine = &mut self.engine;
        self.quotes
            .entry(hasher.finish())
            .or_insert_with(|| Rc::new(engine.lay_out(words, setting, &[])))
            .clone()
    }
}
