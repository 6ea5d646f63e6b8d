//! What only a picture shows. Where no software renderer is installed, these tests say so and are skipped.

use std::collections::BTreeMap;
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

fn look(is_dark: bool) -> SurfaceLook {
    let colors = |strong: [u8; 3], tint: [u8; 3]| TagColors {
        strong: Color32::from_rgb(strong[0], strong[1], strong[2]),
        tint: Color32::from_rgb(tint[0], tint[1], tint[2]),
        on_strong: Color32::WHITE,
        key: '1',
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
        tags: vec![
            (
                TagId::new("attribution"),
                colors([0, 80, 200], [200, 220, 250]),
            ),
            (TagId::new("impact"), colors([0, 140, 90], [200, 240, 220])),
        ],
        unknown_tag: colors([90; 3], [200; 3]),
        text_size: 18.0,
        line_height: 1.9,
        column_width: 720.0,
        face: ReadingFace::Serif,
        shows_invisible: false,
        shows_line_numbers: true,
    }
}

/// How many pixels of each colour the surface shows; `None` where nothing can draw it.
fn pixels(is_dark: bool, scale: f32) -> Option<BTreeMap<[u8; 3], usize>> {
    let (project, texts) = read(DRAWN);
    let look = look(is_dark);
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
                &look,
            );
        });
        harness.run_steps(3);
        harness.render()
    }));
    let Ok(Ok(image)) = drawn else {
        eprintln!("skipped: no renderer draws pictures here; install libegl1 and libgl1-mesa-dri");
        return None;
    };
    let mut counts = BTreeMap::new();
    for pixel in image.pixels() {
        *counts.entry([pixel[0], pixel[1], pixel[2]]).or_default() += 1;
    }
    Some(counts)
}

#[test]
fn tints_lie_under_the_letters_at_every_scale_and_in_both_modes() {
    for (is_dark, scale) in [(false, 1.0), (false, 2.0), (true, 1.0)] {
        let Some(pixels) = pixels(is_dark, scale) else {
            return;
        };
        let count =
            |color: [u8; 3]| pixels.get(&color).copied().unwrap_or(0) as f32 / (scale * scale);
        let (attribution, impact) = (count([200, 220, 250]), count([200, 240, 220]));
        assert!(
            attribution > 2000.0,
            "24 characters are tinted: {attribution}"
        );
        assert!(
            impact > 700.0 && impact < attribution,
            "10 characters are tinted: {impact}"
        );
        assert!(
            count([0, 80, 200]) > 200.0,
            "the line under them and the badge"
        );
        let ink = if is_dark { [230; 3] } else { [0; 3] };
        assert!(count(ink) > 150.0, "letters in full ink: {}", count(ink));
    }
}
