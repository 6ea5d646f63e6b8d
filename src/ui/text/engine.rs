//! Lays paragraphs out with parley: shaping, direction, line breaking and font fallback are its work.
//!
//! The only place that knows parley, so that another engine can take its place.

use std::ops::Range;
use std::sync::Arc;

use egui::pos2;
use fontique::{Blob, FontInfoOverride};
use icu_properties::CodePointSetData;
use icu_properties::props::EmojiPresentation;
use parley::{
    Alignment, AlignmentOptions, FontContext, FontFamily, FontStyle, Layout, LayoutContext,
    LineHeight, OverflowWrap, PositionedLayoutItem, StyleProperty,
};
use unicode_segmentation::UnicodeSegmentation;

use super::paragraph::{Cell, Face, Line, Paragraph, PlacedGlyph};
use crate::app::ReadingFace;

/// The reading faces that come with the program, under names that no system font has.
const SERIF: &str = "Ascribe Serif";
const SANS: &str = "Ascribe Sans";
const READING_FONTS: [(&str, &[u8]); 3] = [
    (
        SERIF,
        include_bytes!("../../../assets/fonts/NotoSerif-Regular.ttf"),
    ),
    (
        SERIF,
        include_bytes!("../../../assets/fonts/NotoSerif-Italic.ttf"),
    ),
    (
        SANS,
        include_bytes!("../../../assets/fonts/Inter-Regular.otf"),
    ),
];

/// How much wider than a space a tab is, in ems.
const TAB_ROOM: f32 = 1.25;

/// How far letters rise above the baseline and reach below it, in ems: the same for every script, so that lines of
/// mixed scripts have even boxes.
pub const LETTERS_ABOVE: f32 = 0.98;
/// See [`LETTERS_ABOVE`].
pub const LETTERS_BELOW: f32 = 0.34;

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
    /// The face that comes first.
    pub face: ReadingFace,
    /// Whether characters that cannot be seen get room of their own and lose what they do.
    pub shows_invisible: bool,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            size: 18.0,
            line_height: 1.9,
            width: 700.0,
            face: ReadingFace::Serif,
            shows_invisible: false,
        }
    }
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
        for (family_name, bytes) in READING_FONTS {
            let name = FontInfoOverride {
                family_name: Some(family_name),
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
        let shown = showable(words, setting.shows_invisible);
        let mut builder = self
            .layouts
            .ranged_builder(&mut self.fonts, &shown, 1.0, false);
        let family = match setting.face {
            ReadingFace::Serif => format!("'{SERIF}', serif"),
            ReadingFace::Sans => format!("'{SANS}', sans-serif"),
        };
        for bytes in pictures(&shown) {
            let family = format!("emoji, {family}");
            let family = StyleProperty::FontFamily(FontFamily::Source(family.into()));
            builder.push(family, bytes);
        }
        builder.push_default(StyleProperty::FontFamily(FontFamily::Source(family.into())));
        builder.push_default(StyleProperty::FontSize(setting.size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(
            setting.line_height,
        )));
        // An address or a hash that is wider than the column would run out of it.
        let overflow = StyleProperty::OverflowWrap(OverflowWrap::Anywhere);
        builder.push_default(overflow);
        for bytes in set_aside {
            builder.push(StyleProperty::FontStyle(FontStyle::Italic), bytes.clone());
            builder.push(StyleProperty::Brush(Ink::SetAside), bytes.clone());
        }
        // A tab is a space with more room behind it; stops would move with every word before them.
        for (byte, _) in words.match_indices('\t') {
            let room = StyleProperty::LetterSpacing(setting.size * TAB_ROOM);
            builder.push(room, byte..byte + 1);
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
                letters_top: metrics.baseline - setting.size * LETTERS_ABOVE,
                letters_bottom: metrics.baseline + setting.size * LETTERS_BELOW,
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
                    for cluster in run.visual_clusters() {
                        if cluster.glyphs().any(|glyph| glyph.id == 0) {
                            note_missing(&mut paragraph, words, cluster.text_range());
                        }
                    }
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
        add_marks(&mut paragraph, words, setting.shows_invisible);
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

/// The bytes of each character that is shown as a picture (Unicode Technical Standard 51, section 4): by itself
/// unless U+FE0E asks for text, or because U+FE0F asks for a picture. Left to the library, a symbol font of the
/// system that happens to have the character would draw it in black beside coloured ones.
fn pictures(words: &str) -> Vec<Range<usize>> {
    let as_picture = CodePointSetData::new::<EmojiPresentation>();
    let is_picture = |cluster: &str| {
        let asked = cluster.contains('\u{FE0F}');
        let by_itself = cluster.starts_with(|c| as_picture.contains(c));
        asked || (by_itself && !cluster.contains('\u{FE0E}'))
    };
    if !words.contains(|c| c == '\u{FE0F}' || as_picture.contains(c)) {
        return Vec::new();
    }
    let clusters = words.grapheme_indices(true);
    clusters
        .filter(|(_, cluster)| is_picture(cluster))
        .map(|(start, cluster)| start..start + cluster.len())
        .collect()
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

/// The words as they are laid out, character for character of the same length, so that offsets stay as they
/// are. Control characters become spaces, since fonts have no glyphs for them. Overrides of direction become
/// spaces always: they can make words read as others. With `shows_invisible` all that cannot be seen does.
fn showable(words: &str, shows_invisible: bool) -> std::borrow::Cow<'_, str> {
    let room_for = |c: char| {
        let gets_room = is_override(c) || (shows_invisible && is_unseen(c));
        match (c.is_ascii_control(), gets_room, c.len_utf8()) {
            (true, _, _) => ' ',
            (_, true, 2) => '\u{A0}',
            (_, true, 3) => '\u{2003}',
            _ => c,
        }
    };
    if words.chars().all(|c| room_for(c) == c) {
        return words.into();
    }
    words.chars().map(room_for).collect::<String>().into()
}

/// Characters that make what follows read from the other end.
fn is_override(character: char) -> bool {
    matches!(character, '\u{202D}' | '\u{202E}')
}

/// Characters without a picture that do something. Joiners are none of them: without them letters fall apart.
fn is_unseen(character: char) -> bool {
    short_name(character).is_some() && !matches!(character, '\u{2028}' | '\u{FFFD}')
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

/// Names for what cannot be seen: in the room it has been given, or else small above its place.
fn add_marks(paragraph: &mut Paragraph, words: &str, shows_invisible: bool) {
    for (byte, character) in words.char_indices() {
        let blank = match character {
            '\t' => Some("→"),
            '\u{A0}' => Some("°"),
            _ => None,
        };
        let blank = blank.filter(|_| shows_invisible);
        let Some(name) = short_name(character).or(blank) else {
            continue;
        };
        let room = paragraph.boxes(&(byte..byte + character.len_utf8()));
        let has_room = blank.is_some() || is_override(character) || shows_invisible;
        let at = match room.first().filter(|_| has_room) {
            Some(room) => room.center(),
            None => paragraph.caret(byte).min,
        };
        paragraph.marks.push((at, name));
    }
}
