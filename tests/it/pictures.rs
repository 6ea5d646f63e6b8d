//! What only a picture shows. Where no software renderer is installed, these tests say so and are skipped.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ascribe::app::ReadingFace;
use ascribe::model::{AnnotatorId, TagId};
use ascribe::ui::{SurfaceLook, TagColors, paint_text};
use egui::{Color32, vec2};
use egui_kittest::Harness;

use crate::drawing::{document_id, read};

const DRAWN: &str = "
Estonia blamed the group for the outage.
^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
                             ^^^^^^^^^^ impact @mara
";

/// Colours of attribution, denial and impact.
const STRONG: [[u8; 3]; 3] = [[0, 80, 200], [200, 80, 0], [0, 140, 90]];
const TINTS: [[u8; 3]; 3] = [[200, 220, 250], [250, 225, 205], [200, 240, 220]];

fn look(is_dark: bool) -> SurfaceLook {
    let colors = |index: usize| {
        let color = |[r, g, b]: [u8; 3]| Color32::from_rgb(r, g, b);
        TagColors {
            strong: color(STRONG[index]),
            tint: color(TINTS[index]),
            on_strong: Color32::WHITE,
            key: '1',
        }
    };
    let (pane, ink) = if is_dark {
        (Color32::from_gray(30), Color32::from_gray(230))
    } else {
        (Color32::WHITE, Color32::BLACK)
    };
    SurfaceLook {
        pane,
        ink,
        soft: Color32::GRAY,
        line: Color32::GRAY,
        accent: Color32::BLUE,
        selection: Color32::YELLOW,
        found: Color32::GOLD,
        tags: ["attribution", "denial", "impact"]
            .into_iter()
            .enumerate()
            .map(|(index, tag)| (TagId::new(tag), colors(index)))
            .collect(),
        unknown_tag: colors(0),
        text_size: 18.0,
        line_height: 1.9,
        column_width: 720.0,
        face: ReadingFace::Serif,
        shows_invisible: false,
        shows_line_numbers: true,
    }
}

/// A picture, row by row.
struct Picture {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    fn height(&self) -> usize {
        self.pixels.len() / self.width
    }

    /// How many pixels have the colour.
    fn count(&self, color: [u8; 3]) -> usize {
        self.pixels.iter().filter(|pixel| **pixel == color).count()
    }

    /// The stretches of a row in the colour, from left to right.
    fn stretches(&self, y: usize, color: [u8; 3]) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        let row = &self.pixels[y * self.width..(y + 1) * self.width];
        for (x, _) in row.iter().enumerate().filter(|(_, pixel)| **pixel == color) {
            match found.last_mut() {
                Some((_, end)) if *end == x => *end = x + 1,
                _ => found.push((x, x + 1)),
            }
        }
        found
    }
}

/// The surface with this drawing on it; `None` where nothing can draw it.
fn picture(drawing: &str, look: &SurfaceLook, scale: f32) -> Option<Picture> {
    let (project, texts) = read(drawing);
    let mut surface = None;
    let drawn = catch_unwind(AssertUnwindSafe(|| {
        let builder = Harness::builder()
            .with_size(vec2(800.0, 160.0))
            .with_pixels_per_point(scale)
            .wgpu();
        let mut harness = builder.build_ui(|ui| {
            let document = &project.documents[&document_id()];
            let own = AnnotatorId::new("mara");
            paint_text(
                ui,
                surface.get_or_insert_default(),
                &project,
                document,
                &texts[&document_id()],
                &own,
                look,
            );
        });
        harness.run_steps(3);
        harness.render()
    }));
    if let Ok(Ok(image)) = drawn {
        let pixels = image.pixels().map(|pixel| [pixel[0], pixel[1], pixel[2]]);
        return Some(Picture {
            width: image.width() as usize,
            pixels: pixels.collect(),
        });
    }
    eprintln!("skipped: no renderer draws pictures here; install libegl1 and libgl1-mesa-dri");
    None
}

#[test]
fn tints_lie_under_the_letters_at_every_scale_and_in_both_modes() {
    for (is_dark, scale) in [(false, 1.0), (false, 2.0), (true, 1.0)] {
        let Some(image) = picture(DRAWN, &look(is_dark), scale) else {
            return;
        };
        let count = |color| image.count(color) as f32 / (scale * scale);
        let (attribution, impact) = (count(TINTS[0]), count(TINTS[2]));
        assert!(
            attribution > 2000.0,
            "24 characters are tinted: {attribution}"
        );
        assert!(
            impact > 700.0 && impact < attribution,
            "10 characters are tinted: {impact}"
        );
        assert!(
            count(STRONG[0]) > 200.0,
            "the line under them and the badge"
        );
        let ink = if is_dark { [230; 3] } else { [0; 3] };
        assert!(count(ink) > 150.0, "letters in full ink: {}", count(ink));
    }
}

#[test]
fn each_of_many_overlapping_annotations_has_a_line_with_a_pattern_of_its_own() {
    let deep = "
Estonia blamed the group for the outage.
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ denial @mara
               ^^^^^^^^^^^^^^^^^^^^^^^^^ impact @mara
";
    let Some(image) = picture(deep, &look(false), 2.0) else {
        return;
    };
    // Of each lane the row with most of its colour, below the letters.
    let lanes = STRONG.map(|color| {
        let length =
            |y: &usize| -> usize { image.stretches(*y, color).iter().map(|(a, b)| b - a).sum() };
        let y = (0..image.height()).max_by_key(length).unwrap();
        (y, image.stretches(y, color))
    });
    let rows = lanes.each_ref().map(|(y, _)| *y);
    assert!(
        rows.is_sorted() && rows[0] < rows[1] && rows[1] < rows[2],
        "{rows:?}"
    );
    let pieces = lanes.each_ref().map(|(_, pieces)| pieces.len());
    assert!(pieces[0] <= 2, "the first is a line: {pieces:?}");
    assert!(pieces[1] > 10, "the second is dashed: {pieces:?}");
    assert!(pieces[2] > pieces[1], "the third is dotted: {pieces:?}");
    let starts = lanes.each_ref().map(|(_, pieces)| pieces[0].0);
    assert!(starts.is_sorted_by(|a, b| a + 20 < *b), "{starts:?}");
}

#[test]
fn ten_annotations_on_the_same_words_leave_the_next_line_free() {
    let words = "Estonia blamed the group for the outage.";
    let carets = |shorter: usize| format!("{} denial @mara\n", "^".repeat(words.len() - shorter));
    let deep: String = (0..10).map(carets).collect();
    let below = "It had begun early.\n^^^^^^^^^^^^^^^^^^^ impact @mara";
    let drawing = format!("\n{words}\n{deep}{below}\n");
    let Some(image) = picture(&drawing, &look(false), 2.0) else {
        return;
    };
    let is_lane = |y: &usize| {
        let pieces = image.stretches(*y, STRONG[1]);
        pieces.iter().map(|(from, to)| to - from).sum::<usize>() > 60
    };
    let last_lane = (0..image.height()).filter(is_lane).max();
    let next_line = (0..image.height()).find(|&y| !image.stretches(y, TINTS[2]).is_empty());
    let (last_lane, next_line) = (last_lane.unwrap(), next_line.unwrap());
    assert!(
        last_lane < next_line,
        "{last_lane} is not above {next_line}"
    );
    let rows = (0..image.height()).filter(is_lane).count();
    assert!(rows >= 20, "each lane has its rows: {rows}");
}

#[test]
fn an_annotation_over_a_change_of_direction_is_painted_where_its_letters_stand() {
    let mixed = "
ab שלום עולם cd
^\"b של\" attribution @mara
";
    let Some(image) = picture(mixed, &look(false), 1.0) else {
        return;
    };
    let middle = (0..image.height())
        .filter(|&y| !image.stretches(y, TINTS[0]).is_empty())
        .nth(2)
        .expect("something is tinted");
    let tinted = image.stretches(middle, TINTS[0]);
    let (first, last) = (tinted[0], tinted[tinted.len() - 1]);
    assert!(
        last.0 > first.1 + 20,
        "between “b” and the start of the Hebrew words, at their right, stand their ends: {tinted:?}"
    );
}
