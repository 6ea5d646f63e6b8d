//! What the main job costs, as a table: edits, snapshots, frames, opening, saving, exporting.
//!
//! `cargo bench` runs all sizes; `cargo bench -- small` the small ones. Beside each size stands a yardstick: the
//! time of one plain pass over the same text (UTF-8 check and count of lines), so that figures of different
//! machines can be compared. Figures are for reading; nothing here passes or fails.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ascribe::app::{App, Command, Settings};
use ascribe::edit::{self, Author, OpenProject};
use ascribe::export::{ExportOptions, FORMATS, export};
use ascribe::model::{
    Annotation, AnnotationId, Annotator, AnnotatorId, AnnotatorKind, Attributes, Document,
    DocumentId, Encoding, Project, TagId, Texts, Tier,
};
use ascribe::store::{self, Progress, open_project, save_project};
use ascribe::text::{ByteOffset, Span, Text, widen_to_graphemes};
use ascribe::ui::Window;

/// Name, documents, bytes of each, annotations of each.
const SIZES: [(&str, usize, usize, usize); 5] = [
    ("article", 1, 5_000, 20),
    ("report", 1, 1_000_000, 5_000),
    ("folder", 1_000, 4_000, 10),
    ("dossier", 1, 10_000_000, 50_000),
    ("giant", 1, 100_000_000, 500_000),
];
/// How often each thing is done for its median and 99th percentile.
const ROUNDS: usize = 200;

/// Sentences of our own, with letters of one to four bytes, joined emoji and combining marks.
const SENTENCES: [&str; 6] = [
    "The harbour police blamed Copper Moth for the theft of the ferry plans. ",
    "Уряд заперечив причетність до атаки й попросив показати докази. ",
    "该组织否认对网络攻击负责，并要求提供证据。",
    "نفت الوزارة أي صلة لها بالهجوم على الشبكة. ",
    "Ferries stood still for 31 hours 🦉👩‍👩‍👧 in the cafe\u{301} by the port. ",
    "“We had no part in this,” the navy of Lissau said on Tuesday.\n\n",
];

fn main() {
    let only_small = std::env::args().any(|argument| argument == "small");
    println!(
        "{:<10} {:<34} {:>12} {:>12}",
        "size", "what", "median", "99 %"
    );
    for (name, documents, bytes, annotations) in SIZES {
        if !only_small || documents * bytes <= 1_000_000 {
            run(name, documents, bytes, annotations);
        }
    }
}

fn run(name: &str, documents: usize, bytes: usize, annotations: usize) {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let path = folder.path().join("bench.ascribe.ron");
    let (project, texts) = workload(folder.path(), documents, bytes, annotations);
    let row = |what: &str, times: &mut Vec<Duration>| {
        times.sort();
        let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
        println!(
            "{name:<10} {what:<34} {:>12} {:>12}",
            shown(at(0.5)),
            shown(at(0.99))
        );
    };
    let words: String = texts.values().map(Text::as_str).collect();
    row(
        "yardstick: check and count lines",
        &mut timed(5, || plain_pass(words.as_bytes())),
    );
    drop(words);

    let mut open = OpenProject::new(project.clone());
    let document_id = project
        .documents
        .keys()
        .next()
        .expect("at least one document")
        .clone();
    let mut spots = spots(&texts[&document_id]).into_iter().cycle();
    let mut tag = || {
        let edit = edit::annotate(
            open.project(),
            &texts[&document_id],
            &author(),
            &document_id,
            spots.next().expect("a cycle does not end").into(),
            &TagId::new("denial"),
        );
        edit.map(|edit| open.run(edit))
    };
    row("tag", &mut timed(ROUNDS, || drop(tag())));
    row("undo", &mut timed(ROUNDS, || open.undo().is_some()));
    row(
        "snapshot and first edit after it",
        &mut timed(ROUNDS, || {
            let snapshot = open.project().clone();
            let _ = open.redo();
            snapshot
        }),
    );

    row(
        "save",
        &mut timed(3, || {
            let expected = store::hash_of_file(&path);
            save_project(&path, &project, &texts, expected.as_deref())
                .expect("a temporary folder can be written")
        }),
    );
    row(
        "open, texts and checks included",
        &mut timed(3, || {
            open_project(&path, &Progress::default()).expect("what was saved opens")
        }),
    );
    for format in FORMATS.iter().filter(|_| documents * bytes <= 10_000_000) {
        let options = ExportOptions::default();
        row(
            &format!("export {}, read back", format.name),
            &mut timed(1, || {
                export(format, &project, &texts, &options).expect("an export proves itself")
            }),
        );
    }
    drop((project, texts, open));
    frames(&path, &row);
}

/// What the processor does for a frame of the real window, without the graphics card's part.
fn frames(path: &Path, row: &dyn Fn(&str, &mut Vec<Duration>)) {
    let ctx = egui::Context::default();
    let settings = Settings {
        has_started_before: true,
        annotator: "mara".to_owned(),
        ..Settings::default()
    };
    store::use_own_folder(path.with_file_name("config"));
    let mut window = Window::new(
        &ctx,
        App::new(settings, Arc::new(|| {})),
        Some(path.to_owned()),
    );
    window.app().finish_tasks();
    let mut time = 0.0;
    let mut frame = |window: &mut Window, events: Vec<egui::Event>| {
        time += 1.0 / 60.0;
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1400.0, 900.0));
        let input = egui::RawInput {
            screen_rect: Some(screen),
            time: Some(time),
            events,
            ..Default::default()
        };
        let begun = Instant::now();
        let output = ctx.run_ui(input, |ui| window.frame(ui));
        let shapes = ctx.tessellate(output.shapes, output.pixels_per_point);
        drop(shapes);
        begun.elapsed()
    };
    row(
        "first frame of a document",
        &mut vec![frame(&mut window, vec![])],
    );
    for _ in 0..20 {
        frame(
            &mut window,
            vec![egui::Event::PointerMoved(egui::pos2(700.0, 400.0))],
        );
    }
    row(
        "frame at rest",
        &mut (0..ROUNDS).map(|_| frame(&mut window, vec![])).collect(),
    );
    let wheel = || egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -120.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: egui::Modifiers::NONE,
    };
    row(
        "frame while scrolling by wheel",
        &mut (0..ROUNDS)
            .map(|_| frame(&mut window, vec![wheel()]))
            .collect(),
    );
    let page = || {
        [true, false].map(|pressed| egui::Event::Key {
            key: egui::Key::PageDown,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: egui::Modifiers::NONE,
        })
    };
    row(
        "frame while paging",
        &mut (0..ROUNDS)
            .map(|_| frame(&mut window, page().into()))
            .collect(),
    );
    let spots = spots(
        window
            .app()
            .work()
            .and_then(|work| work.text())
            .expect("a text is shown"),
    );
    let tags = ["attribution", "impact"].map(TagId::new);
    let tag = |window: &mut Window, number: usize| {
        let span = spots[number % spots.len()];
        window.app().run(Command::Select {
            selection: Some(span),
            caret: span.end(),
        });
        window.app().run(Command::UseTag(tags[number % 2].clone()));
        window.app().run(Command::Leave);
    };
    row(
        "frame that shows a new tag",
        &mut (0..ROUNDS)
            .map(|number| {
                let begun = Instant::now();
                tag(&mut window, number);
                let decided = begun.elapsed();
                decided + frame(&mut window, vec![])
            })
            .collect(),
    );
    row(
        "frame that shows an undo",
        &mut (0..ROUNDS)
            .map(|_| {
                let begun = Instant::now();
                window.app().run(Command::Undo);
                let decided = begun.elapsed();
                decided + frame(&mut window, vec![])
            })
            .collect(),
    );
    window.app().finish_tasks();
    if let Ok(status) = std::fs::read_to_string("/proc/self/status")
        && let Some(line) = status.lines().find(|line| line.starts_with("VmRSS"))
    {
        println!(
            "{:<10} memory with it open, of the whole process: {}",
            "",
            line.trim_start_matches("VmRSS:").trim()
        );
    }
}

fn timed<T>(rounds: usize, mut work: impl FnMut() -> T) -> Vec<Duration> {
    let round = |_| {
        let begun = Instant::now();
        let result = work();
        let taken = begun.elapsed();
        drop(std::hint::black_box(result));
        taken
    };
    (0..rounds).map(round).collect()
}

fn plain_pass(bytes: &[u8]) -> usize {
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    bytes.iter().filter(|&&byte| byte == b'\n').count() + usize::from(is_utf8)
}

fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.2} s"),
        seconds if seconds >= 0.001 => format!("{:.2} ms", seconds * 1e3),
        seconds => format!("{:.1} µs", seconds * 1e6),
    }
}

fn author() -> Author {
    let at = "2026-11-24T12:00:00Z".parse().expect("a time");
    Author {
        annotator_id: AnnotatorId::new("mara"),
        at,
    }
}

/// Words near the start, where the first frames look, that carry no annotation of the workload.
fn spots(text: &Text) -> Vec<Span> {
    let spans = (0..400).filter_map(|number| {
        let start = text.floor(ByteOffset(3 + number * 7));
        widen_to_graphemes(
            text,
            Span::between(start, text.floor(ByteOffset(start.0 + 5)))?,
        )
    });
    spans
        .filter(|span| {
            text.slice(*span)
                .is_some_and(|words| !words.trim().is_empty())
        })
        .collect()
}

/// Documents with annotations spread evenly over them, written to the folder.
fn workload(folder: &Path, documents: usize, bytes: usize, annotations: usize) -> (Project, Texts) {
    let mut project = store::new_project("bench");
    let mara = Annotator {
        id: AnnotatorId::new("mara"),
        name: "Mara".to_owned(),
        kind: AnnotatorKind::Person,
    };
    project.annotators.insert(mara.id.clone(), mara.into());
    let mut texts = Texts::new();
    std::fs::create_dir_all(folder.join("texts")).expect("a temporary folder");
    for number in 0..documents {
        let mut words = String::with_capacity(bytes + 200);
        for sentence in SENTENCES.iter().cycle() {
            words.push_str(sentence);
            if words.len() >= bytes {
                break;
            }
        }
        let (id, path) = (
            DocumentId::new(format!("d{number:05}")),
            format!("texts/d{number:05}.txt"),
        );
        std::fs::write(folder.join(&path), &words).expect("a temporary folder");
        let sha256 = store::hash_of_file(&folder.join(&path)).unwrap_or_default();
        let text = Text::new(words);
        add_annotations(&mut project, &id, &text, annotations);
        let (encoding, size_bytes) = (Encoding::default(), text.end().0 as u64);
        let document = Document {
            id: id.clone(),
            path,
            sha256,
            size_bytes,
            encoding,
            fields: Default::default(),
            states: Default::default(),
        };
        texts.insert(id.clone(), text);
        project.documents.insert(id, document.into());
    }
    (project, texts)
}

fn add_annotations(project: &mut Project, document_id: &DocumentId, text: &Text, count: usize) {
    let mara = AnnotatorId::new("mara");
    let tags = ["attribution", "denial", "impact"].map(TagId::new);
    let first = project.annotations.last_number_of(&mara);
    for index in 0..count {
        let start = text.floor(ByteOffset(index * text.end().0 / count));
        // Every tenth one reaches into the next.
        let length = if index % 10 == 0 {
            text.end().0 / count + 20
        } else {
            60
        };
        let end = text.floor(ByteOffset((start.0 + length).min(text.end().0)));
        let Some(span) = Span::new(start, end).and_then(|span| widen_to_graphemes(text, span))
        else {
            continue;
        };
        project.annotations.insert(Arc::new(Annotation {
            id: AnnotationId::new(mara.clone(), first + index as u32 + 1),
            document_id: document_id.clone(),
            spans: span.into(),
            tag_id: tags[index % 3].clone(),
            attributes: Attributes::new(),
            note: "".into(),
            tier: Tier::Core,
            quote: text.slice(span).unwrap_or_default().into(),
            created_at: Some(author().at),
            changed: None,
        }));
    }
}
