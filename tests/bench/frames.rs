//! What the processor does for the frames of the real window, without the graphics card's part.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ascribe::app::{App, Command, Settings};
use ascribe::model::TagId;
use ascribe::store;
use ascribe::text::{ByteOffset, Span, Text, widen_to_graphemes};
use ascribe::ui::{Engine, Setting, Window};
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, pos2, vec2};

use crate::ROUNDS;
use crate::rows::{Row, work_time};
use crate::workload::SENTENCES;

const SCREEN: Rect = Rect::from_min_max(Pos2::ZERO, pos2(1400.0, 900.0));
/// A place in the text.
const IN_TEXT: Pos2 = pos2(700.0, 400.0);

/// A window without a screen.
struct Headless {
    ctx: egui::Context,
    window: Window,
    time: f64,
}

impl Headless {
    fn new(config_folder: &Path) -> Self {
        let settings = Settings {
            has_started_before: true,
            annotator: "mara".to_owned(),
            ..Settings::default()
        };
        store::use_own_folder(config_folder.to_owned());
        let ctx = egui::Context::default();
        let window = Window::new(&ctx, App::new(settings, Arc::new(|| {})), None);
        Self {
            ctx,
            window,
            time: 0.0,
        }
    }

    /// How much work one frame is, with what the commands that it asked for did.
    fn frame(&mut self, events: Vec<Event>) -> Duration {
        self.time += 1.0 / 60.0;
        let input = egui::RawInput {
            screen_rect: Some(SCREEN),
            time: Some(self.time),
            events,
            ..Default::default()
        };
        let begun = work_time();
        let mut output = self.ctx.run_ui(input, |ui| self.window.frame(ui));
        let shapes = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        drop(shapes);
        let taken = work_time() - begun;
        // There is no graphics card to take them.
        output.textures_delta.clear();
        taken
    }

    fn command(&mut self, command: Command) -> Duration {
        let begun = work_time();
        self.window.app().run(command);
        work_time() - begun
    }

    fn text(&mut self) -> Option<Text> {
        self.window.app().work()?.text().cloned()
    }

    /// From asking for the project to the frame that shows its text.
    fn open(&mut self, project: &Path) -> Duration {
        let begun = Instant::now();
        self.command(Command::OpenProjectAt(project.to_owned()));
        loop {
            self.frame(vec![]);
            if self.text().is_some() {
                return begun.elapsed();
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    /// Frames until every annotation has been read, one after the other; the longest of them is the row.
    fn wait_for_all(&mut self) -> Vec<Duration> {
        let mut frames = Vec::new();
        while !self.window.app().running().is_empty() {
            frames.push(self.frame(vec![wheel(-40.0)]));
            std::thread::sleep(Duration::from_millis(4));
        }
        frames
    }
}

/// Measures the frames of a project.
pub fn measure(project: &Path, config_folder: &Path) -> Vec<Row> {
    let mut rows = fonts();
    let mut headless = Headless::new(config_folder);
    headless.frame(vec![]);
    // A person who chooses a project has had the start page before them for a moment.
    std::thread::sleep(Duration::from_millis(500));
    rows.push(Row::once(
        "open from disk to first painted frame",
        headless.open(project),
    ));
    headless.frame(vec![Event::PointerMoved(IN_TEXT)]);
    let frames = headless.wait_for_all();
    if !frames.is_empty() {
        rows.push(Row::of("frame while the rest is read", frames));
    }
    for _ in 0..20 {
        headless.frame(vec![]);
    }
    rows.push(Row::of(
        "frame at rest",
        repeated(|_| headless.frame(vec![])),
    ));
    if let Some(frames) = shown_anew(&mut headless) {
        rows.push(Row::of("first frame of a document in memory", frames));
    }
    rows.extend(scrolling(&mut headless));
    rows.extend(editing(&mut headless));
    rows.extend(saving(&mut headless));
    headless.window.app().finish_tasks();
    rows
}

/// What the first text of a run pays for its fonts.
fn fonts() -> Vec<Row> {
    let setting = Setting::default();
    let words = SENTENCES.concat();
    let begun = work_time();
    let mut engine = Engine::new();
    let made = work_time() - begun;
    let first = work_time();
    engine.lay_out(&words, &setting, &[]);
    let laid_out = work_time() - first;
    let again = repeated(|_| {
        let begun = work_time();
        engine.lay_out(&words, &setting, &[]);
        work_time() - begun
    });
    vec![
        Row::once("fonts of the system found", made),
        Row::once("first paragraph, in five scripts", laid_out),
        Row::of("the same again", again),
    ]
}

/// Goes to another document and comes back: nothing of the layout is kept.
fn shown_anew(headless: &mut Headless) -> Option<Vec<Duration>> {
    let work = headless.window.app().work()?;
    let mut ids = work.project().documents.keys().cloned();
    let (shown, other) = (ids.next()?, ids.next_back()?);
    let round = |_| {
        headless.command(Command::OpenDocument(other.clone()));
        headless.frame(vec![]);
        headless.command(Command::OpenDocument(shown.clone())) + headless.frame(vec![])
    };
    Some((0..40).map(round).collect())
}

fn scrolling(headless: &mut Headless) -> Vec<Row> {
    headless.frame(vec![Event::PointerMoved(IN_TEXT)]);
    let by_wheel = repeated(|_| headless.frame(vec![wheel(-120.0)]));
    let by_page = repeated(|_| headless.frame(key(Key::PageDown, Modifiers::NONE)));
    let map = |number: usize| pos2(SCREEN.right() - 341.0, 120.0 + (number * 37 % 700) as f32);
    headless.frame(vec![Event::PointerMoved(map(0)), button(map(0), true)]);
    let by_bar = repeated(|number| headless.frame(vec![Event::PointerMoved(map(number))]));
    headless.frame(vec![button(map(0), false)]);
    headless.command(Command::NextAnnotation);
    headless.command(Command::Leave);
    vec![
        Row::of("frame while scrolling by wheel", by_wheel),
        Row::of("frame while paging", by_page),
        Row::of("frame while dragging the bar", by_bar),
    ]
}

/// Each edit with the frame that shows it.
fn editing(headless: &mut Headless) -> Vec<Row> {
    let Some(text) = headless.text() else {
        return Vec::new();
    };
    let spots = spots(&text);
    let [first, second] = ["attribution", "impact"].map(TagId::new);
    let tagged = repeated(|number| {
        let span = spots[number % spots.len()];
        let select = Command::Select {
            selection: Some(span),
            caret: span.end(),
        };
        headless.command(select)
            + headless.command(Command::UseTag(first.clone()))
            + headless.frame(vec![])
    });
    let retagged = repeated(|number| {
        let tag_id = [&second, &first][number % 2].clone();
        headless.command(Command::UseTag(tag_id)) + headless.frame(vec![])
    });
    headless.command(Command::Leave);
    let undone = repeated(|_| headless.command(Command::Undo) + headless.frame(vec![]));
    vec![
        Row::of("tag, with its frame", tagged),
        Row::of("retag, with its frame", retagged),
        Row::of("undo, with its frame", undone),
    ]
}

/// Frames while the project is being written, one after the other; the longest of them is the row.
fn saving(headless: &mut Headless) -> Vec<Row> {
    let mut frames = vec![headless.command(Command::Redo) + headless.frame(vec![])];
    let begun = Instant::now();
    frames.push(headless.command(Command::Save));
    let is_saved = |headless: &mut Headless| {
        let work = headless.window.app().work();
        work.is_none_or(|work| work.is_saved())
    };
    while !is_saved(headless) {
        frames.push(headless.frame(vec![wheel(-40.0)]));
        std::thread::sleep(Duration::from_millis(4));
    }
    let saved = begun.elapsed();
    // What the save brings back is taken up in the frames after it.
    frames.extend((0..5).map(|_| headless.frame(vec![])));
    vec![
        Row::of("frame while it is being saved", frames),
        Row::once("saved, off the frame", saved),
    ]
}

fn repeated(round: impl FnMut(usize) -> Duration) -> Vec<Duration> {
    (0..ROUNDS).map(round).collect()
}

fn wheel(points: f32) -> Event {
    Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    }
}

fn button(pos: Pos2, pressed: bool) -> Event {
    Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

fn key(key: Key, modifiers: Modifiers) -> Vec<Event> {
    let event = |pressed| Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers,
    };
    vec![event(true), event(false)]
}

/// Words near the start, where the first frames look, that carry no annotation of the workload.
pub fn spots(text: &Text) -> Vec<Span> {
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
