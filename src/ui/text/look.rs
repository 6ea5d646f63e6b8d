//! The colours and measures that the surface paints with. They come from the theme.

use egui::Color32;

use crate::app::ReadingFace;
use crate::model::TagId;

/// The colours and measures that the surface paints with.
#[derive(Debug, Clone, PartialEq)]
pub struct SurfaceLook {
    /// Behind the text.
    pub pane: Color32,
    /// Letters.
    pub ink: Color32,
    /// Numbers, set-aside letters, marks.
    pub soft: Color32,
    /// Rules.
    pub line: Color32,
    /// Focus and caret.
    pub accent: Color32,
    /// Behind the selection.
    pub selection: Color32,
    /// Behind words that were looked for.
    pub found: Color32,
    /// By tag, in the order of the codebook.
    pub tags: Vec<(TagId, TagColors)>,
    /// For tags that the codebook does not have.
    pub unknown_tag: TagColors,
    /// Size of the text in points.
    pub text_size: f32,
    /// Distance of two baselines in ems.
    pub line_height: f32,
    /// Most width of the column in points.
    pub column_width: f32,
    /// Which face the text is set in.
    pub face: ReadingFace,
    /// Whether characters that cannot be seen are shown.
    pub shows_invisible: bool,
    /// Whether line numbers hang beside the text.
    pub shows_line_numbers: bool,
}

/// The colours of one tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagColors {
    /// Lines, badges and dots.
    pub strong: Color32,
    /// Behind the words.
    pub tint: Color32,
    /// Letters on the strong colour.
    pub on_strong: Color32,
    /// The letter of the badge.
    pub key: char,
}

impl SurfaceLook {
    /// The colours of a tag.
    pub fn tag(&self, tag_id: &TagId) -> TagColors {
        let known = self
            .tags
            .iter()
            .find(|(id, _)| id == tag_id)
            .map(|(_, colors)| *colors);
        known.unwrap_or(TagColors {
            key: '?',
            ..self.unknown_tag
        })
    }
}
