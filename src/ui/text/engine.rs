//! Lays paragraphs out with parley: shaping, direction, line breaking and font fallback are its work.
//!
//! The only place that knows parley, so that another engine can take its place.

use std::ops::Range;
use std::sync::Arc;

use egui::pos2;
use fontique::{Blob, FontInfoOverride};
use parley::{
    Alignment, AlignmentOptions, FontContext, FontFamily, FontStyle, Layout, LayoutContext,
    LineHeight, PositionedLayoutItem, StyleProperty,
};

use super::paragraph::{Cell, Face, Line, Paragraph, PlacedGlyph};

/// The reading face that comes with the program, under a name that no system font has.
const READING_FACE: &str = "Ascribe Serif";
const READING_FONTS: [&[u8]; 2] = [
    include_bytes!("../../../assets/fonts/NotoSerif-Regular.ttf"),
    include_bytes!("../../../assets/fonts/NotoSerif-Italic.ttf"),
];

/// How letters of a paragraph look.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Ink {
    #[default]
    Text,
    SetAside,
}

/// How paragraphs are set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// Pixels an em.
    pub size: f32,
    /// Distance of two baselines in ems.
    pub line_height: f32,
    /// Width of the column in pixels.
    pub width: f32,
}

/// The fonts, and the layout library with its scratch memory.
pub struct Engine {
    fonts: FontContext,
    layouts: LayoutContext<Ink>,
    faces: Vec<Face>,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// Looks for the system's fonts and adds the reading face.
    pub fn new() -> Self {
        let mut fonts = FontContext::new();
        for bytes in READING_FONTS {
            let name = FontInfoOverride {
                family_name: Some(READING_FACE),
                ..FontInfoOverride::default()
            };
            fonts
                .collection
                .register_fonts(Blob::new(Arc::new(bytes)), Some(name));
        }
        Self {
            fonts,
            layouts: LayoutContext::new(),
            faces: Vec::new(),
        }
    }

    /// The faces in use, by the index that glyphs name.
    pub fn faces(&self) -> &[Face] {
        &self.faces
    }

    /// Lays a paragraph out. `set_aside` are the bytes that are no running text.
    pub fn lay_out(
        &mut self,
        words: &str,
        setting: &Setting,
        set_aside: &[Range<usize>],
    ) -> Paragraph {
        let shown = showable(words);
        let mut builder = self
            .layouts
            .ranged_builder(&mut self.fonts, &shown, 1.0, false);
        let family = format!("'{READING_FACE}', serif");
        builder.push_default(StyleProperty::FontFamily(FontFamily::Source(family.into())));
        builder.push_default(StyleProperty::FontSize(setting.size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(
            setting.line_height,
        )));
        for bytes in set_aside {
            builder.push(StyleProperty::FontStyle(FontStyle::Italic), bytes.clone());
            builder.push(StyleProperty::Brush(Ink::SetAside), bytes.clone());
        }
        let mut layout: Layout<Ink> = builder.build(&shown);
        layout.break_all_lines(Some(setting.width));
        layout.align(Alignment::Start, AlignmentOptions::default());
        self.flatten(words, &layout, setting)
    }

    /// Takes out of the library's layout what the surface needs.
    fn flatten(&mut self, words: &str, layout: &Layout<Ink>, setting: &Setting) -> Paragraph {
        let mut paragraph = Paragraph {
            is_rtl: layout.is_rtl(),
            height: layout.height(),
            ..Paragraph::default()
        };
        for parley_line in layout.lines() {
            let metrics = parley_line.metrics();
            let start_x = if paragraph.is_rtl { setting.width } else { 0.0 };
            let mut line = Line {
                top: metrics.block_min_coord,
                bottom: metrics.block_max_coord,
                // The same room for every script, so that lines of mixed scripts have even boxes.
                letters_top: metrics.baseline - setting.size * 0.98,
                letters_bottom: metrics.baseline + setting.size * 0.34,
                bytes: parley_line.text_range(),
                cells: Vec::new(),
                start_x,
                is_last: false,
            };
            let mut last_run = None;
            for item in parley_line.items() {
                let PositionedLayoutItem::GlyphRun(glyph_run) = item else {
                    continue;
                };
                let run = glyph_run.run();
                if last_run != Some(run.index()) {
                    last_run = Some(run.index());
                    push_cells(&mut line, glyph_run.offset(), run.visual_clusters());
                }
                let coords = run
                    .normalized_coords()
                    .iter()
                    .map(|coord| coord.to_bits())
                    .collect();
                let font = self.face_index(run.font(), coords);
                let is_set_aside = glyph_run.style().brush == Ink::SetAside;
                for glyph in glyph_run.positioned_glyphs() {
                    if glyph.id == 0 {
                        note_missing(&mut paragraph, words, run.text_range());
                    }
                    let (at, size) = (pos2(glyph.x, glyph.y), run.font_size());
                    paragraph.glyphs.push(PlacedGlyph {
                        font,
                        glyph_id: glyph.id,
                        at,
                        size,
                        is_set_aside,
                    });
                }
            }
            mark_hanging(&mut line, words, paragraph.is_rtl);
            paragraph.lines.push(line);
        }
        if let Some(last) = paragraph.lines.last_mut() {
            last.is_last = true;
        }
        add_marks(&mut paragraph, words);
        paragraph
    }

    fn face_index(&mut self, data: &vello_cpu::peniko::FontData, coords: Vec<i16>) -> usize {
        let is_same = |face: &Face| {
            face.data.data.id() == data.data.id()
                && face.data.index == data.index
                && face.coords == coords
        };
        self.faces.iter().position(is_same).unwrap_or_else(|| {
            self.faces.push(Face {
                data: data.clone(),
                coords,
            });
            self.faces.len() - 1
        })
    }
}

fn push_cells<'a>(
    line: &mut Line,
    left: f32,
    clusters: impl Iterator<Item = parley::Cluster<'a, Ink>>,
) {
    let mut left = left;
    for cluster in clusters {
        let right = left + cluster.advance();
        line.cells.push(Cell {
            bytes: cluster.text_range(),
            left,
            right,
            is_rtl: cluster.is_rtl(),
            hangs: false,
        });
        left = right;
    }
}

/// White space at the far end of a line hangs over the edge of the column. Within a line it belongs to it, as
/// the space between two runs of different direction does.
fn mark_hanging(line: &mut Line, words: &str, is_rtl: bool) {
    let is_space = |cell: &Cell| {
        words
            .get(cell.bytes.clone())
            .unwrap_or_default()
            .trim()
            .is_empty()
    };
    let count = match is_rtl {
        false => line
            .cells
            .iter()
            .rev()
            .take_while(|cell| is_space(cell))
            .count(),
        true => line.cells.iter().take_while(|cell| is_space(cell)).count(),
    };
    let hanging = if is_rtl {
        0..count
    } else {
        line.cells.len() - count..line.cells.len()
    };
    for cell in line.cells.get_mut(hanging).unwrap_or_default() {
        cell.hangs = true;
    }
}

/// The words with control characters as spaces of the same length, since fonts have no glyphs for them.
/// Offsets stay as they are.
fn showable(words: &str) -> std::borrow::Cow<'_, str> {
    if !words.bytes().any(|byte| byte < 0x20 || byte == 0x7F) {
        return words.into();
    }
    words
        .chars()
        .map(|c| if c.is_ascii_control() { ' ' } else { c })
        .collect::<String>()
        .into()
}

fn note_missing(paragraph: &mut Paragraph, words: &str, bytes: Range<usize>) {
    let mut letters = words.get(bytes).unwrap_or_default().chars();
    let letter =
        letters.find(|c| !c.is_whitespace() && !c.is_control() && short_name(*c).is_none());
    paragraph.missing = paragraph.missing.or(letter);
}

/// Characters that cannot be seen but change what is: a reader must know that they are there.
fn short_name(character: char) -> Option<&'static str> {
    Some(match character {
        '\0' => "NUL",
        '\u{AD}' => "SHY",
        '\u{61C}' => "ALM",
        '\u{200B}' => "ZWSP",
        '\u{200E}' => "LRM",
        '\u{200F}' => "RLM",
        '\u{2028}' => "LS",
        '\u{202A}' => "LRE",
        '\u{202B}' => "RLE",
        '\u{202C}' => "PDF",
        '\u{202D}' => "LRO",
        '\u{202E}' => "RLO",
        '\u{2060}' => "WJ",
        '\u{2066}' => "LRI",
        '\u{2067}' => "RLI",
        '\u{2068}' => "FSI",
        '\u{2069}' => "PDI",
        '\u{FEFF}' => "BOM",
        '\u{FFFD}' => "?",
        _ => return None,
    })
}

fn add_marks(paragraph: &mut Paragraph, words: &str) {
    for (byte, character) in words.char_indices() {
        if let Some(name) = short_name(character) {
            let caret = paragraph.caret(byte);
            paragraph.marks.push((caret.min, name));
        }
    }
}
