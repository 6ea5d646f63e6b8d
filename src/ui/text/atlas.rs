//! Glyph pictures in one texture.
//!
//! When it is full it is emptied at the start of the next frame and filled anew by what is visible then, so
//! its memory is bounded. Letters are kept as white coverage and tinted when painted; colour glyphs keep
//! their colours.

use std::collections::HashMap;

use egui::{
    Color32, ColorImage, Context, Mesh, Pos2, Rect, TextureHandle, TextureOptions, pos2, vec2,
};
use vello_cpu::color::{OpaqueColor, Srgb};
use vello_cpu::{Glyph, Pixmap, RenderContext, Resources};

use super::paragraph::{Face, PlacedGlyph};

/// Side of the texture in pixels; every graphics card since 2010 can do this.
const SIDE: usize = 2048;
/// A letter may stand on any quarter of a pixel, which keeps the spacing even.
const SUBPIXEL_STEPS: f32 = 4.0;
/// Room between two glyphs, so that none bleeds into the other.
const GAP: usize = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    font: usize,
    glyph_id: u32,
    size_64ths: u32,
    subpixel: u8,
}

/// Where a glyph's picture lies, and where it goes from the pen position, in pixels.
#[derive(Debug, Clone, Copy)]
struct Entry {
    uv: Rect,
    offset: egui::Vec2,
    size: egui::Vec2,
    has_color: bool,
}

/// Glyph pictures in one texture.
#[derive(Default)]
pub struct Atlas {
    texture: Option<TextureHandle>,
    /// `None` for glyphs without a picture, such as spaces.
    entries: HashMap<Key, Option<Entry>>,
    /// Where the next picture goes, and the height of the row.
    pen: (usize, usize),
    row_height: usize,
    is_full: bool,
    pen_and_paper: Option<PenAndPaper>,
}

/// What glyphs are drawn with, kept from one to the next, since making it takes longer than drawing.
struct PenAndPaper {
    side: u16,
    context: RenderContext,
    resources: Resources,
    pixmap: Pixmap,
}

impl PenAndPaper {
    fn new(side: u16) -> Self {
        let (context, resources) = (RenderContext::new(side, side), Resources::new());
        Self {
            side,
            context,
            resources,
            pixmap: Pixmap::new(side, side),
        }
    }
}

impl Atlas {
    /// To be called before the first glyph of a frame.
    pub fn begin_frame(&mut self, ctx: &Context) {
        if self.texture.is_none() || self.is_full {
            let empty = ColorImage::filled([SIDE, SIDE], Color32::TRANSPARENT);
            self.texture =
                Some(ctx.load_texture("glyphs of the text", empty, TextureOptions::LINEAR));
            *self = Self {
                texture: self.texture.take(),
                ..Self::default()
            };
        }
    }

    /// An empty mesh that glyphs can be added to.
    pub fn mesh(&self) -> Mesh {
        self.texture
            .as_ref()
            .map(|texture| Mesh::with_texture(texture.id()))
            .unwrap_or_default()
    }

    /// Adds a glyph to a mesh. `origin` is the paragraph's corner in whole pixels.
    pub fn add(
        &mut self,
        mesh: &mut Mesh,
        glyph: &PlacedGlyph,
        faces: &[Face],
        origin: Pos2,
        look: GlyphLook,
    ) {
        let pen = origin + glyph.at.to_vec2();
        let whole = pen.x.floor();
        let step = ((pen.x - whole) * SUBPIXEL_STEPS)
            .floor()
            .min(SUBPIXEL_STEPS - 1.0);
        let key = Key {
            font: glyph.font,
            glyph_id: glyph.glyph_id,
            size_64ths: (glyph.size * 64.0).round() as u32,
            subpixel: step as u8,
        };
        let entry = match self.entries.get(&key) {
            Some(entry) => *entry,
            None => self.draw(key, glyph, faces),
        };
        let Some(Entry {
            uv,
            offset,
            size,
            has_color,
        }) = entry
        else {
            return;
        };
        let min = pos2(whole, pen.y.round()) + offset;
        let rect = Rect::from_min_size(min, size) / look.pixels_per_point;
        mesh.add_rect_with_uv(
            rect,
            uv,
            if has_color {
                Color32::WHITE
            } else {
                look.color
            },
        );
    }

    fn draw(&mut self, key: Key, glyph: &PlacedGlyph, faces: &[Face]) -> Option<Entry> {
        let face = faces.get(glyph.font)?;
        // Room for glyphs that reach far out of their em, such as stacked marks and wide ligatures.
        let side = (glyph.size * 4.0).ceil().clamp(8.0, 2000.0) as u16;
        if self
            .pen_and_paper
            .as_ref()
            .is_none_or(|kept| kept.side != side)
        {
            self.pen_and_paper = Some(PenAndPaper::new(side));
        }
        let kept = self.pen_and_paper.as_mut()?;
        let picture = draw_glyph(kept, face, glyph, f32::from(key.subpixel) / SUBPIXEL_STEPS);
        let entry = match picture {
            None => None,
            // Not kept: there is room again in the next frame.
            Some(picture) => Some(self.place(picture)?),
        };
        self.entries.insert(key, entry);
        entry
    }

    fn place(&mut self, picture: Picture) -> Option<Entry> {
        let [width, height] = picture.image.size;
        if self.pen.0 + width + GAP > SIDE {
            self.pen = (0, self.pen.1 + self.row_height + GAP);
            self.row_height = 0;
        }
        if self.pen.1 + height + GAP > SIDE || width + GAP > SIDE {
            self.is_full = true;
            return None;
        }
        let (x, y) = self.pen;
        self.pen.0 += width + GAP;
        self.row_height = self.row_height.max(height);
        self.texture
            .as_mut()?
            .set_partial([x, y], picture.image, TextureOptions::LINEAR);
        let side = SIDE as f32;
        let size = vec2(width as f32, height as f32);
        let uv = Rect::from_min_size(pos2(x as f32 / side, y as f32 / side), size / side);
        Some(Entry {
            uv,
            offset: picture.offset,
            size,
            has_color: picture.has_color,
        })
    }

    /// Whether some glyphs found no room in this frame, so that another frame is needed.
    pub fn needs_another_frame(&self) -> bool {
        self.is_full
    }
}

/// How glyphs of a mesh look.
#[derive(Debug, Clone, Copy)]
pub struct GlyphLook {
    /// The ink.
    pub color: Color32,
    /// To come from pixels to egui's points.
    pub pixels_per_point: f32,
}

struct Picture {
    image: ColorImage,
    offset: egui::Vec2,
    has_color: bool,
}

/// Draws a glyph in white and cuts it out. `None` if there is nothing to see.
fn draw_glyph(
    kept: &mut PenAndPaper,
    face: &Face,
    glyph: &PlacedGlyph,
    subpixel: f32,
) -> Option<Picture> {
    let PenAndPaper {
        side,
        context,
        resources,
        pixmap,
    } = kept;
    let origin = vec2((glyph.size * 1.5).round(), (glyph.size * 2.5).round());
    context.reset();
    context.set_paint(OpaqueColor::<Srgb>::WHITE);
    let placed = Glyph {
        id: glyph.glyph_id,
        x: origin.x + subpixel,
        y: origin.y,
    };
    context
        .glyph_run(resources, &face.data)
        .font_size(glyph.size)
        .hint(false)
        .normalized_coords(&face.coords)
        .fill_glyphs(std::iter::once(placed));
    context.render(&mut *pixmap, resources);
    cut_out(pixmap.data_as_u8_slice(), usize::from(*side), origin)
}

fn cut_out(pixels: &[u8], side: usize, origin: egui::Vec2) -> Option<Picture> {
    let alpha_at = |x: usize, y: usize| pixels.get(4 * (y * side + x) + 3).copied().unwrap_or(0);
    let rows: Vec<usize> = (0..side)
        .filter(|&y| (0..side).any(|x| alpha_at(x, y) > 0))
        .collect();
    let columns: Vec<usize> = (0..side)
        .filter(|&x| (0..side).any(|y| alpha_at(x, y) > 0))
        .collect();
    let (top, bottom) = (*rows.first()?, *rows.last()? + 1);
    let (left, right) = (*columns.first()?, *columns.last()? + 1);
    let mut image = ColorImage::filled([right - left, bottom - top], Color32::TRANSPARENT);
    let mut has_color = false;
    for (pixel, (x, y)) in image
        .pixels
        .iter_mut()
        .zip((top..bottom).flat_map(|y| (left..right).map(move |x| (x, y))))
    {
        let at = 4 * (y * side + x);
        if let Some(&[red, green, blue, alpha]) = pixels.get(at..at + 4) {
            has_color |= red != alpha || green != alpha || blue != alpha;
            *pixel = Color32::from_rgba_premultiplied(red, green, blue, alpha);
        }
    }
    Some(Picture {
        image,
        offset: vec2(left as f32, top as f32) - origin,
        has_color,
    })
}
