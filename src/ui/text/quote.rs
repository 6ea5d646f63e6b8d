//! Quotes beside the text, laid out as the text is: egui would show right-to-left words in the wrong order.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use egui::{Color32, Response, Role, Sense, Shape, Ui, WidgetInfo, pos2, vec2};

use super::atlas::GlyphLook;
use super::engine::{Engine, Setting};
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
        let words = one_line(words);
        let room = ui.available_width();
        let setting = Setting {
            size: look.size * scale,
            line_height: 1.45,
            width: (room * scale).max(20.0),
            ..Setting::default()
        };
        let paragraph = self.laid_out_quote(&words, &setting, look.lines);
        let bottom = paragraph.height;
        let (rect, response) = ui.allocate_exact_size(vec2(room, bottom / scale), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words.as_str()));
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let mut mesh = self.atlas.mesh();
        let origin = pos2((rect.left() * scale).round(), (rect.top() * scale).round());
        let glyph_look = GlyphLook {
            color: look.color,
            pixels_per_point: scale,
        };
        for glyph in &paragraph.glyphs {
            self.atlas
                .add(&mut mesh, glyph, self.engine.faces(), origin, glyph_look);
        }
        ui.painter().add(Shape::mesh(mesh));
        response
    }

    fn laid_out_quote(&mut self, words: &str, setting: &Setting, lines: usize) -> Rc<Paragraph> {
        let mut hasher = DefaultHasher::new();
        let (size, width) = (setting.size.to_bits(), setting.width.to_bits());
        (words, lines, size, width).hash(&mut hasher);
        if self.quotes.len() > MOST_CACHED {
            self.quotes.clear();
        }
        let engine = self.engine.get();
        self.quotes
            .entry(hasher.finish())
            .or_insert_with(|| Rc::new(cut_to_lines(engine, words, setting, lines)))
            .clone()
    }
}

/// The words on so many lines; where more do not fit, “…” stands behind the last one that does.
fn cut_to_lines(engine: &mut Engine, words: &str, setting: &Setting, lines: usize) -> Paragraph {
    let whole = engine.lay_out(words, setting, &[]);
    if whole.lines.len() <= lines {
        return whole;
    }
    // A little narrower, so that “…” fits behind the words that do.
    let narrower = Setting {
        width: setting.width - setting.size * 1.2,
        ..*setting
    };
    let whole = engine.lay_out(words, &narrower, &[]);
    let last = whole.lines.get(..lines).and_then(<[_]>::last);
    let end = last.map_or(0, |line| line.bytes.end);
    let kept = words.get(..end).unwrap_or(words).trim_end();
    engine.lay_out(&format!("{kept}…"), setting, &[])
}

/// The words with single spaces between them, as far as a list could show them.
fn one_line(words: &str) -> String {
    let shown = words.char_indices().nth(MOST_CHARACTERS);
    let (words, cut) = match shown {
        Some((end, _)) => (words.get(..end).unwrap_or_default(), "…"),
        None => (words, ""),
    };
    words.split_whitespace().collect::<Vec<_>>().join(" ") + cut
}
