//! The real views, driven by the names that a screen reader says.

use std::fs;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ascribe::anchor::MarkId;
use ascribe::app::{App, Command, ExportChoice, Page, Settings};
use ascribe::export::ExportOptions;
use ascribe::import::Role;
use ascribe::model::{Codebook, Color, DocumentId, DocumentState, TagId};
use ascribe::store::{BackupReason, Progress, Storage, open_project, unpack_sample_into};
use ascribe::ui::{Engine, Setting, Window};
use egui::{Event, Key, Modifiers, Pos2, Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tempfile::TempDir;

/// The window with a copy of the sample open, as a new annotator sees it.
pub struct Driven {
    pub harness: Harness<'static, Option<Window>>,
    folder: TempDir,
    pub path: PathBuf,
}

fn settings() -> Settings {
    Settings {
        annotator: "tester".to_owned(),
        has_started_before: true,
        ..Settings::default()
    }
}

/// Settings and copies of texts are written to a folder of the test run, never to the person's own.
pub fn own_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("ascribe-test-{}", std::process::id()));
    ascribe::store::use_own_folder(folder.clone());
    folder
}

fn open_window(open: Option<PathBuf>) -> Harness<'static, Option<Window>> {
    open_window_in(open, Rc::new(TempDir::new().unwrap()))
}

/// With journals and requests of other windows in this folder.
fn open_window_in(open: Option<PathBuf>, state: Rc<TempDir>) -> Harness<'static, Option<Window>> {
    own_folder();
    let builder = Harness::builder()
        .with_size(vec2(1400.0, 900.0))
        .with_step_dt(1.0 / 60.0);
    let draw = move |ui: &mut egui::Ui, window: &mut Option<Window>| {
        let ctx = ui.ctx().clone();
        let window = window.get_or_insert_with(|| {
            let storage = Storage {
                state_folder: Some(state.path().to_owned()),
                ..Storage::own()
            };
            let app = App::new(settings(), Arc::new(|| {})).with_storage(storage);
            Window::new(&ctx, app, open.clone())
        });
        window.frame(ui);
    };
    let mut harness = builder.build_ui_state(draw, None);
    harness.run_steps(2);
    harness.state_mut().as_mut().unwrap().app().finish_tasks();
    harness.run_steps(4);
    harness
}

impl Driven {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let path = unpack_sample_into(folder.path()).unwrap();
        let harness = open_window(Some(path.clone()));
        Self {
            harness,
            folder,
            path,
        }
    }

    pub fn app(&mut self) -> &mut App {
        self.harness.state_mut().as_mut().unwrap().app()
    }

    pub fn steps(&mut self) {
        self.harness.run_steps(3);
    }

    pub fn count(&mut self) -> usize {
        self.app().work().unwrap().project().annotations.len()
    }

    pub fn rect(&self, name: &str) -> Rect {
        self.harness.get_by_label(name).rect()
    }

    /// Something that is no file stands where the project was; the person leaves it at that.
    pub fn try_to_save_in_vain(&mut self) {
        fs::remove_file(&self.path).unwrap();
        fs::create_dir(&self.path).unwrap();
        self.app().run(Command::CloseProject);
        self.app().finish_tasks();
        self.app()
            .run(Command::Answer(ascribe::app::Answer::Cancel));
        self.steps();
    }

    pub fn click(&mut self, name: &str) {
        let at = self.rect(name).center();
        self.click_at(at, Modifiers::NONE);
    }

    pub fn click_at(&mut self, at: Pos2, modifiers: Modifiers) {
        for pressed in [true, false] {
            self.harness.event(Event::PointerMoved(at));
            let button = egui::PointerButton::Primary;
            self.harness.event_modifiers(
                Event::PointerButton {
                    pos: at,
                    button,
                    pressed,
                    modifiers,
                },
                modifiers,
            );
            self.harness.step();
        }
        // Longer than a double click, so that the next click is one of its own.
        self.harness.run_steps(30);
    }

    pub fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.event(Event::PointerMoved(from));
        self.harness.event(button(true, from));
        self.harness.step();
        for step in 1..=6 {
            self.harness.event(Event::PointerMoved(
                from + (to - from) * (step as f32 / 6.0),
            ));
            self.harness.step();
        }
        self.harness.event(button(false, to));
        self.steps();
    }

    pub fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.steps();
    }

    pub fn type_key(&mut self, key: &str) {
        self.harness.event(Event::Text(key.to_owned()));
        self.steps();
    }

    /// The window with a project of this one text.
    pub fn with_text(words: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let texts = TempDir::new().unwrap();
        fs::write(texts.path().join("a.txt"), words).unwrap();
        let path = folder.path().join("p.ascribe.ron");
        let harness = open_window(None);
        let mut driven = Self {
            harness,
            folder,
            path,
        };
        let path = driven.path.clone();
        driven.app().run(Command::NewProjectAt(path));
        let text = texts.path().join("a.txt");
        driven.app().run(Command::Receive(vec![text]));
        driven.app().finish_tasks();
        driven.steps();
        driven
    }

    /// The words held now.
    pub fn held(&mut self) -> Option<String> {
        let work = self.app().work().unwrap();
        let text = work.text().unwrap();
        work.selection()
            .map(|span| text.slice(span).unwrap().to_owned())
    }

    /// The words of the annotation held now.
    pub fn picked(&mut self) -> Option<String> {
        let picked = self.app().work().unwrap().picked();
        picked.map(|picked| picked.quote.to_string())
    }

    /// Drags over the words of the second paragraph, which carries no annotation.
    pub fn select_byline(&mut self) {
        let line = self.rect("By Continental Press Agency");
        let y = line.center().y;
        self.drag(pos2(line.left() + 30.0, y), pos2(line.left() + 130.0, y));
    }
}

/// These events at once tag one word.
fn assert_tags_continental(mut driven: Driven, events: Vec<Event>) {
    let before = driven.count();
    at_once(&mut driven, events);
    driven.steps();
    assert_eq!(driven.count(), before + 1);
    assert_eq!(driven.picked().as_deref(), Some("Continental"));
}

/// Tells the window everything at once, as in a frame that took long.
fn at_once(driven: &mut Driven, events: Vec<Event>) {
    driven.harness.input_mut().events = events;
    loop {
        let ctx = driven.harness.ctx.clone();
        let mut input = std::mem::take(driven.harness.input_mut());
        let window = driven.harness.state_mut().as_mut().unwrap();
        eframe::App::raw_input_hook(window, &ctx, &mut input);
        let is_over = input.events.is_empty();
        *driven.harness.input_mut() = input;
        driven.harness.step();
        if is_over {
            return;
        }
    }
}

fn button(pressed: bool, pos: Pos2) -> Event {
    Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

#[test]
fn a_drag_and_a_key_within_one_slow_frame_tag_the_words_that_the_drag_crossed() {
    let driven = Driven::new();
    let line = driven.rect("By Continental Press Agency");
    let [from, to] = [30.0, 130.0].map(|x| pos2(line.left() + x, line.center().y));
    let elsewhere = to + vec2(0.0, 300.0);
    let mut events = vec![Event::PointerMoved(from), button(true, from)];
    events.extend([Event::PointerMoved(to), button(false, to)]);
    events.extend([Event::PointerMoved(elsewhere), Event::Text("2".to_owned())]);
    assert_tags_continental(driven, events);
}

#[test]
fn a_double_click_and_a_key_within_one_slow_frame_tag_the_word() {
    let driven = Driven::new();
    let line = driven.rect("By Continental Press Agency");
    let at = pos2(line.left() + 60.0, line.center().y);
    let elsewhere = at + vec2(0.0, 300.0);
    let mut events = vec![Event::PointerMoved(elsewhere), Event::PointerMoved(at)];
    events.extend([true, false, true, false].map(|pressed| button(pressed, at)));
    events.extend([Event::Text("2".to_owned()), Event::PointerMoved(elsewhere)]);
    assert_tags_continental(driven, events);
}

#[test]
fn words_are_selected_by_mouse_and_tagged_by_key() {
    let mut driven = Driven::new();
    let before = driven.app().work().unwrap().project().clone();
    driven.select_byline();
    assert!(driven.app().work().unwrap().selection().is_some());
    driven.type_key("2");
    let work = driven.app().work().unwrap();
    let picked = work.picked().unwrap().clone();
    assert_eq!(
        (picked.tag_id.as_str(), picked.annotator_id().as_str()),
        ("denial", "tester")
    );
    assert_eq!(&*picked.quote, "Continental");
    assert_eq!(work.selection(), None);
    driven
        .harness
        .get_by_label("denial by tester: “Continental”");
    driven.key(Modifiers::COMMAND, Key::Z);
    assert!(
        *driven.app().work().unwrap().project() == before,
        "one undo takes all of it back"
    );
    driven.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(driven.count(), 83);
}

#[test]
fn an_armed_tag_labels_every_drag_until_escape() {
    let mut driven = Driven::new();
    driven.type_key("3");
    assert_eq!(
        driven.app().work().unwrap().armed(),
        Some(&TagId::new("impact"))
    );
    driven.select_byline();
    assert_eq!(driven.count(), 83);
    driven.key(Modifiers::NONE, Key::Escape);
    assert_eq!(driven.app().work().unwrap().armed(), None);
    driven.key(Modifiers::NONE, Key::Escape);
    driven.select_byline();
    assert_eq!(driven.count(), 83, "the tag is put away");
}

#[test]
fn clicks_pick_the_innermost_annotation_then_the_next_one_out_and_then_begin_anew() {
    let mut driven = Driven::new();
    driven.select_byline();
    driven.type_key("1");
    let whole = driven.rect("By Continental Press Agency");
    driven.drag(
        pos2(whole.left() + 2.0, whole.center().y),
        pos2(whole.left() + 260.0, whole.center().y),
    );
    driven.type_key("2");
    driven.key(Modifiers::NONE, Key::Escape);
    let inside = pos2(whole.left() + 60.0, whole.center().y);
    let mut quotes = Vec::new();
    for _ in 0..3 {
        driven.click_at(inside, Modifiers::NONE);
        quotes.push(
            driven
                .app()
                .work()
                .unwrap()
                .picked()
                .map(|picked| picked.quote.to_string()),
        );
    }
    let expected = [
        Some("Continental".to_owned()),
        Some("By Continental Press Agency".to_owned()),
        Some("Continental".to_owned()),
    ];
    assert_eq!(quotes, expected);
}

#[test]
fn a_handle_moves_an_edge_in_one_edit() {
    let mut driven = Driven::new();
    driven.select_byline();
    driven.type_key("1");
    let node = driven.rect("attribution by tester: “Continental”");
    driven.drag(node.right_bottom(), node.right_bottom() + vec2(45.0, -8.0));
    assert_eq!(
        &*driven.app().work().unwrap().picked().unwrap().quote,
        "Continental Press"
    );
    driven.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(
        &*driven.app().work().unwrap().picked().unwrap().quote,
        "Continental"
    );
}

#[test]
fn what_is_too_deep_to_be_drawn_is_counted_and_listed() {
    let words = "One two three four five six seven eight nine ten and then some";
    let mut driven = Driven::with_text(words);
    let text = driven.app().work().unwrap().text().unwrap().clone();
    for (number, last) in words.split(' ').skip(1).enumerate() {
        let end = crate::drawing::span_of(&text, last).end();
        let span = ascribe::text::Span::new(ascribe::text::ByteOffset(0), end);
        driven.app().run(Command::Select {
            selection: span,
            caret: end,
        });
        let tag = ["attribution", "denial", "impact"][number % 3];
        driven.app().run(Command::UseTag(TagId::new(tag)));
    }
    driven.app().run(Command::Leave);
    driven.steps();
    driven.click("2 more annotations on this line");
    assert_eq!(
        driven
            .harness
            .query_all_by_label("denial by tester")
            .count(),
        4,
        "the list has those that are drawn, too"
    );
    let last = |driven: &Driven| {
        let all = driven.harness.query_all_by_label("attribution by tester");
        let last = all.last().unwrap();
        last.scroll_to_me();
        last.rect().center()
    };
    last(&driven);
    driven.steps();
    let at = last(&driven);
    driven.click_at(at, Modifiers::NONE);
    assert_eq!(driven.picked().as_deref(), Some("One two"));
}

#[test]
fn a_set_aside_piece_is_held_moved_changed_and_taken_back_like_an_annotation() {
    let mut driven = Driven::with_text("Read more: ten ports to visit.\nThe navy denied it.");
    driven.app().run(Command::Select {
        selection: ascribe::text::Span::new(
            ascribe::text::ByteOffset(0),
            ascribe::text::ByteOffset(10),
        ),
        caret: ascribe::text::ByteOffset(10),
    });
    driven.app().run(Command::SetAside("navigation".into()));
    let region = |driven: &mut Driven| {
        let work = driven.app().work().unwrap();
        let mut regions = work.project().regions.iter();
        regions
            .next()
            .map(|region| (region.kind.to_string(), region.quote.to_string()))
    };
    let line = driven.rect("Read more: ten ports to visit.");
    driven.click_at(pos2(line.left() + 30.0, line.center().y), Modifiers::NONE);
    driven.key(Modifiers::NONE, Key::L);
    assert_eq!(region(&mut driven).unwrap().1, "Read more: ten");
    let words = "Read more: ten ports to visit.";
    let laid_out =
        Engine::new().lay_out(words, &Setting::default(), std::slice::from_ref(&(0..14)));
    let end = laid_out.boxes(&(0..14))[0].right_bottom();
    let from = line.min + end.to_vec2();
    driven.drag(from, from + vec2(40.0, -10.0));
    assert_eq!(region(&mut driven).unwrap().1, "Read more: ten ports");
    driven.click("caption");
    assert_eq!(region(&mut driven).unwrap().0, "caption");
    driven.key(Modifiers::NONE, Key::Delete);
    assert_eq!(region(&mut driven), None);
    driven.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(
        region(&mut driven),
        Some(("caption".to_owned(), "Read more: ten ports".to_owned()))
    );
}

#[test]
fn a_link_leads_to_another_document() {
    let mut driven = Driven::new();
    let project = driven.app().work().unwrap().project().clone();
    let annotation = |id: &ascribe::model::AnnotationId| project.annotations.get(id).unwrap();
    let crosses = |link: &&Arc<ascribe::model::Link>| {
        annotation(&link.from).document_id != annotation(&link.to).document_id
    };
    let link = project.links.iter().find(crosses).unwrap().clone();
    let to = annotation(&link.to);
    let title = project.documents[&to.document_id].title();
    driven.app().run(Command::GoTo(link.from.clone()));
    driven.steps();
    let words = format!("{} to “{}” in {title}", link.kind, to.quote).replace('_', " ");
    driven.click(&words);
    driven.steps();
    let work = driven.app().work().unwrap();
    assert_eq!(work.picked().unwrap().id, link.to);
    assert_eq!(work.document().unwrap().id, to.document_id);
}

#[test]
fn shift_and_a_click_extend_the_selection() {
    let mut driven = Driven::new();
    driven.select_byline();
    let line = driven.rect("By Continental Press Agency");
    driven.click_at(pos2(line.left() + 250.0, line.center().y), Modifiers::SHIFT);
    let work = driven.app().work().unwrap();
    assert_eq!(
        work.text().unwrap().slice(work.selection().unwrap()),
        Some("Continental Press Agency")
    );
}

#[test]
fn tab_steps_through_the_annotations() {
    let mut driven = Driven::new();
    let mut starts = Vec::new();
    for _ in 0..3 {
        driven.key(Modifiers::NONE, Key::Tab);
        starts.push(
            driven
                .app()
                .work()
                .unwrap()
                .picked()
                .unwrap()
                .spans
                .first()
                .start()
                .0,
        );
    }
    assert_eq!(starts, [0, 118, 307]);
    driven.key(Modifiers::SHIFT, Key::Tab);
    assert_eq!(
        driven
            .app()
            .work()
            .unwrap()
            .picked()
            .unwrap()
            .spans
            .first()
            .start()
            .0,
        118
    );
    driven.key(Modifiers::NONE, Key::Delete);
    assert_eq!(driven.count(), 81);
}

#[test]
fn finishing_goes_to_the_next_document() {
    let mut driven = Driven::new();
    driven.key(Modifiers::COMMAND, Key::Enter);
    let work = driven.app().work().unwrap();
    assert_eq!(
        work.document().unwrap().id,
        DocumentId::new("02-port-statement-evening-post")
    );
    let first = &work.project().documents[&DocumentId::new("01-port-statement-wire")];
    assert_eq!(first.state_of(work.annotator_id()), DocumentState::Finished);
}

#[test]
fn a_document_is_chosen_and_filtered_in_the_list() {
    let mut driven = Driven::new();
    driven.click("Regulator says telephone outage in Rasmara was an attack, not assigned");
    assert_eq!(
        driven.app().work().unwrap().document().unwrap().id.as_str(),
        "04-telecom-outage-rasmara"
    );
    driven.click("Filter documents");
    driven.type_key("hospital");
    assert!(
        driven
            .harness
            .query_by_label(
                "Hospital group counts the cost of a ransom it did not pay, not assigned"
            )
            .is_some()
    );
    assert!(
        driven
            .harness
            .query_by_label("LIVE Brindle station screens hacked, not assigned")
            .is_none()
    );
    assert_eq!(
        driven.app().work().unwrap().armed(),
        None,
        "typing in a field is no command"
    );
}

#[test]
fn the_palette_finds_commands_by_a_few_letters() {
    let mut driven = Driven::new();
    driven.key(Modifiers::COMMAND, Key::P);
    driven.type_key("hide");
    driven.key(Modifiers::NONE, Key::Escape);
    driven.key(Modifiers::COMMAND, Key::P);
    driven.type_key("inspec");
    driven.key(Modifiers::NONE, Key::Enter);
    assert!(!driven.app().settings().shows_inspector);
}

#[test]
fn what_is_saved_is_there_again() {
    let mut driven = Driven::new();
    driven.select_byline();
    driven.type_key("2");
    driven.key(Modifiers::COMMAND, Key::S);
    driven.app().finish_tasks();
    assert!(driven.app().work().unwrap().is_saved());
    let saved = driven.app().work().unwrap().project().clone();
    let opened = open_project(&driven.path, &Progress::default()).unwrap();
    assert!(opened.project == saved);
    let out = driven.folder.path().join("out.jsonl");
    let choice = ExportChoice {
        format: "jsonl",
        options: ExportOptions::default(),
    };
    driven.app().run(Command::ExportTo(choice, out.clone()));
    driven.app().finish_tasks();
    assert!(
        fs::read_to_string(out)
            .unwrap()
            .contains("\"text\":\"Continental\"")
    );
}

#[test]
fn a_pause_saves_by_itself() {
    let mut driven = Driven::new();
    driven.select_byline();
    driven.type_key("2");
    assert!(!driven.app().work().unwrap().is_saved());
    driven.app().tick(Instant::now() + Duration::from_secs(6));
    driven.app().finish_tasks();
    assert!(driven.app().work().unwrap().is_saved());
}

#[test]
fn closing_saves_first() {
    let mut driven = Driven::new();
    driven.select_byline();
    driven.type_key("2");
    let count = driven.app().work().unwrap().project().annotations.len();
    driven.key(Modifiers::COMMAND, Key::W);
    driven.app().finish_tasks();
    driven.steps();
    assert!(driven.app().work().is_none());
    let saved = fs::read_to_string(&driven.path).unwrap();
    assert_eq!(saved.matches("spans: [").count(), count);
}

#[test]
fn every_entry_of_a_menu_can_be_reached_in_a_usual_window() {
    let mut driven = Driven::new();
    driven.click("File");
    driven.steps();
    driven.click("Close project");
    driven.steps();
    assert!(driven.app().work().is_none());
}

#[test]
fn closing_asks_where_the_project_cannot_be_saved() {
    let mut driven = Driven::new();
    driven.select_byline();
    driven.type_key("2");
    driven.try_to_save_in_vain();
    assert!(driven.app().work().is_some());
    driven.key(Modifiers::COMMAND, Key::W);
    driven.harness.get_by_label("Save your changes?");
    driven.click("Cancel");
    assert!(driven.app().work().is_some());
    driven.key(Modifiers::COMMAND, Key::W);
    driven.click("Do not save");
    driven.steps();
    assert!(driven.app().work().is_none());
    driven.harness.get_by_label("Recent projects");
}

#[test]
fn a_damaged_project_offers_what_is_sound_and_keeps_the_file() {
    let folder = TempDir::new().unwrap();
    let path = unpack_sample_into(folder.path()).unwrap();
    let words = fs::read_to_string(&path).unwrap();
    let broken = words.replacen("spans: [(0, 61)]", "spans: [(0, 61", 1);
    fs::write(&path, &broken).unwrap();
    let harness = open_window(Some(path.clone()));
    let mut driven = Driven {
        harness,
        folder,
        path,
    };
    driven.harness.get_by_label("This project is damaged");
    driven.click("Open what is sound");
    driven.steps();
    assert_eq!(driven.count(), 81);
    assert_eq!(
        fs::read_to_string(&driven.path).unwrap(),
        broken,
        "nothing is written yet"
    );
    driven.app().tick(Instant::now() + Duration::from_secs(60));
    driven.app().run(Command::Save);
    driven.steps();
    driven
        .harness
        .get_by_label("Save without what could not be read?");
    driven.click("Keep a copy and save");
    driven.app().finish_tasks();
    let kept = driven
        .path
        .with_file_name("sample.ascribe.ron.before-repair");
    assert_eq!(fs::read_to_string(kept).unwrap(), broken);
    assert_eq!(
        open_project(&driven.path, &Progress::default())
            .unwrap()
            .project
            .annotations
            .len(),
        81
    );
}

#[test]
fn a_cut_project_file_says_where_it_breaks_off_and_that_the_rest_is_lost() {
    let folder = TempDir::new().unwrap();
    let path = unpack_sample_into(folder.path()).unwrap();
    let words = fs::read_to_string(&path).unwrap();
    let annotations = words.find("annotations: [").unwrap();
    let fifth = words[annotations..].match_indices("(id:").nth(4).unwrap().0 + annotations;
    fs::write(&path, &words[..fifth + 20]).unwrap();
    let line = words[..fifth].lines().count();
    let driven = open_window(Some(path));
    let said = format!("the file breaks off in line {line}; what followed is lost");
    driven.get_by_label_contains(&said);
    driven.get_by_label_contains("4 annotations in 6 documents still read");
}

#[test]
fn a_damaged_project_names_the_line_and_column() {
    let folder = TempDir::new().unwrap();
    let path = unpack_sample_into(folder.path()).unwrap();
    let words = fs::read_to_string(&path).unwrap();
    let broken = words.replacen("spans: [(0, 61)]", "spans: [(0, x)]", 1);
    fs::write(&path, &broken).unwrap();
    let line = broken[..broken.find("(0, x)").unwrap()].lines().count();
    let driven = open_window(Some(path));
    driven.get_by_label_contains(&format!("Line {line}, column "));
}

#[test]
fn a_new_project_takes_texts_and_they_are_the_persons_to_do() {
    let folder = TempDir::new().unwrap();
    let texts = TempDir::new().unwrap();
    fs::write(texts.path().join("звіт.txt"), "Уряд заперечив це. 🦉").unwrap();
    let path = folder.path().join("port.ascribe.ron");
    let harness = open_window(None);
    let mut driven = Driven {
        harness,
        folder,
        path,
    };
    driven.harness.get_by_label("New project…");
    let path = driven.path.clone();
    driven.app().run(Command::NewProjectAt(path));
    driven
        .app()
        .run(Command::Receive(vec![texts.path().to_owned()]));
    driven.app().finish_tasks();
    driven.steps();
    let work = driven.app().work().unwrap();
    let document = work.document().unwrap();
    assert_eq!(
        (document.id.as_str(), document.path.as_str()),
        ("звіт", "texts/звіт.txt")
    );
    assert_eq!(document.state_of(work.annotator_id()), DocumentState::New);
    driven.harness.get_by_label("Уряд заперечив це. 🦉");
}

#[test]
fn an_encoding_chosen_by_hand_moves_the_annotations_along() {
    let folder = TempDir::new().unwrap();
    let texts = TempDir::new().unwrap();
    let bytes = encoding_rs::WINDOWS_1251
        .encode("Уряд заперечив це сьогодні вранці.")
        .0
        .into_owned();
    fs::write(texts.path().join("a.txt"), bytes).unwrap();
    let path = folder.path().join("p.ascribe.ron");
    let harness = open_window(None);
    let mut driven = Driven {
        harness,
        folder,
        path,
    };
    let path = driven.path.clone();
    driven.app().run(Command::NewProjectAt(path));
    driven
        .app()
        .run(Command::Receive(vec![texts.path().join("a.txt")]));
    driven.app().finish_tasks();
    driven.app().run(Command::ReadAs("windows-1252".to_owned()));
    driven.app().finish_tasks();
    driven.steps();
    let all = driven.app().work().unwrap().text().unwrap().span().unwrap();
    let word =
        ascribe::text::word_at(driven.app().work().unwrap().text().unwrap(), all.start()).unwrap();
    driven.app().run(Command::Select {
        selection: Some(word),
        caret: word.end(),
    });
    driven.app().run(Command::UseTag(TagId::new("denial")));
    driven.app().run(Command::ReadAs("windows-1251".to_owned()));
    driven.app().finish_tasks();
    let work = driven.app().work().unwrap();
    let annotation = work.project().annotations.iter().next().unwrap();
    assert_eq!(&*annotation.quote, "Уряд");
    assert!(work.misplaced().is_empty());
    driven.app().run(Command::Undo);
    driven.app().finish_tasks();
    assert!(
        driven.app().work().unwrap().misplaced().is_empty(),
        "undo reads the text as before"
    );
}

#[test]
fn every_shortcut_is_known_and_none_stands_for_two_commands() {
    for is_mac in [false, true] {
        let entries = ascribe::app::listed_on(is_mac);
        for keys in entries.iter().flat_map(|entry| entry.keys) {
            assert!(ascribe::ui::is_shortcut(keys), "{keys}");
        }
        assert_eq!(ascribe::app::clash(&entries, &Settings::default()), None);
    }
}

/// The sample whose first text has changed on disk, opened anew.
fn with_changed_text(change: impl Fn(&str) -> String) -> Driven {
    own_folder();
    let folder = TempDir::new().unwrap();
    let path = unpack_sample_into(folder.path()).unwrap();
    let opened = open_project(&path, &Progress::default()).unwrap();
    ascribe::store::keep_texts(&path, &opened.project);
    let text = folder.path().join("texts/01-port-statement-wire.txt");
    fs::write(&text, change(&fs::read_to_string(&text).unwrap())).unwrap();
    let harness = open_window(Some(path.clone()));
    Driven {
        harness,
        folder,
        path,
    }
}

#[test]
fn annotations_follow_a_text_that_got_a_paragraph_on_top() {
    let mut driven = with_changed_text(|words| format!("Corrected on Tuesday.\n\n{words}"));
    let before = driven.app().work().unwrap().project().clone();
    driven.harness.get_by_label("Changed texts");
    driven.key(Modifiers::NONE, Key::Enter);
    let work = driven.app().work().unwrap();
    assert!(work.misplaced().is_empty() && work.changed().is_empty());
    assert_eq!(work.project().annotations.len(), before.annotations.len());
    let is_still_said = driven
        .app()
        .notices()
        .iter()
        .any(|notice| notice.words.contains("has changed"));
    assert!(!is_still_said, "what is settled is not asked for any more");
    driven.key(Modifiers::COMMAND, Key::Z);
    driven.app().finish_tasks();
    let work = driven.app().work().unwrap();
    assert!(*work.project() == before, "one undo takes all of it back");
    assert_eq!(
        work.changed().len(),
        1,
        "and the text waits to be reviewed again"
    );
    assert!(work.misplaced().is_empty());
}

#[test]
fn a_doubtful_annotation_is_shown_old_and_new_and_decided_by_one_key() {
    let mut driven = with_changed_text(|words| {
        let changed = words.replacen(
            "Cranes at Port Lisse stood still",
            "Cranes at Port Lisse hardly stood still",
            1,
        );
        assert_ne!(changed, words);
        changed
    });
    let work = driven.app().work().unwrap();
    let (_, mark_id, _) = work.doubts().next().unwrap();
    let MarkId::Annotation(annotation_id) = mark_id.clone() else {
        panic!()
    };
    driven.harness.get_by_label("As it was marked");
    driven.harness.get_by_label("In the text as it is now");
    driven.type_key("1");
    driven.key(Modifiers::NONE, Key::Enter);
    let work = driven.app().work().unwrap();
    let moved = work.project().annotations.get(&annotation_id).unwrap();
    assert!(
        moved.quote.contains("hardly stood still"),
        "{}",
        moved.quote
    );
    assert!(work.misplaced().is_empty() && work.changed().is_empty());
}

#[test]
fn a_changed_text_that_is_left_for_later_changes_nothing() {
    let mut driven = with_changed_text(|words| format!("Corrected.\n\n{words}"));
    let file = fs::read(&driven.path).unwrap();
    driven.key(Modifiers::NONE, Key::Escape);
    driven.app().tick(Instant::now() + Duration::from_secs(60));
    driven.app().finish_tasks();
    assert_eq!(fs::read(&driven.path).unwrap(), file);
    assert_eq!(driven.app().work().unwrap().changed().len(), 1);
}

#[test]
fn words_that_are_gone_are_kept_as_an_orphan() {
    let mut driven = with_changed_text(|_| "All of it was withdrawn.\n".to_owned());
    let count = driven.count();
    let doubts = driven.app().work().unwrap().doubts().count();
    assert!(doubts > 0);
    for _ in 0..doubts {
        driven.type_key("0");
    }
    driven.key(Modifiers::NONE, Key::Enter);
    assert_eq!(driven.count(), count, "none is deleted");
    assert!(!driven.app().work().unwrap().misplaced().is_empty());
    driven.key(Modifiers::COMMAND, Key::S);
    driven.app().finish_tasks();
    let opened = open_project(&driven.path, &Progress::default()).unwrap();
    assert_eq!(opened.project.annotations.len(), count);
}

#[test]
fn an_import_is_shown_before_it_is_made_and_is_one_undo() {
    let mut driven = Driven::new();
    let before = driven.app().work().unwrap().project().clone();
    let folder = driven.folder.path().join("elsewhere");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a.txt"), "Мара denied it.").unwrap();
    fs::write(
        folder.join("a.ann"),
        "T1\tVerb 5 11\tdenied\nT2\tWho 1 5\tМара\nT3\tLost 0 4\tnowhere\n",
    )
    .unwrap();
    driven.app().run(Command::ImportFrom(vec![folder]));
    driven.app().finish_tasks();
    driven.steps();
    for label in [
        "Verb",
        "brat standoff",
        "Not everything in the files comes over",
        "What does not come over",
        "Lost “nowhere”",
    ] {
        assert!(
            driven.harness.query_by_label_contains(label).is_some()
                || driven.harness.query_by_value(label).is_some(),
            "{label}"
        );
    }
    assert!(
        *driven.app().work().unwrap().project() == before,
        "nothing is changed by looking"
    );
    driven.rect("Import 2 annotations and 1 document");
    driven.key(Modifiers::NONE, Key::Enter);
    driven.app().finish_tasks();
    driven.steps();
    let project = driven.app().work().unwrap().project().clone();
    assert_eq!(project.annotations.len(), before.annotations.len() + 2);
    let document = project.documents.get(&DocumentId::new("a")).unwrap();
    let kept = driven.path.parent().unwrap().join(&document.path);
    assert_eq!(fs::read_to_string(kept).unwrap(), "Мара denied it.");
    driven.app().run(Command::Show(Page::Backups));
    driven.app().finish_tasks();
    let backups = &driven.app().work().unwrap().backups().all;
    let before_import = backups
        .iter()
        .filter(|it| it.reason == BackupReason::BeforeEdit);
    assert_eq!(before_import.count(), 1, "however small it is");
    driven.app().run(Command::Undo);
    assert!(*driven.app().work().unwrap().project() == before);
}

/// The page of an import of this table.
fn looking_at_a_table(words: &str) -> Driven {
    let mut driven = Driven::new();
    let table = driven.folder.path().join("table.csv");
    fs::write(&table, words).unwrap();
    driven.app().run(Command::ImportFrom(vec![table]));
    driven.app().finish_tasks();
    driven.steps();
    driven
}

#[test]
fn columns_are_chosen_where_their_names_say_nothing() {
    let mut driven = looking_at_a_table("A,B\nMoscow denied it.,denial\n");
    assert!(
        driven
            .harness
            .query_by_label("Nothing can be imported yet")
            .is_some()
    );
    let mut choice = driven.app().importing().unwrap().choice.clone();
    let combo = driven
        .harness
        .get_by_role_and_label(egui::accesskit::Role::ComboBox, "Text of the document");
    let at = combo.rect().center();
    driven.click_at(at, Modifiers::NONE);
    driven.click("A");
    driven.app().finish_tasks();
    driven.steps();
    choice.options.mapping.set(Role::Text, "A");
    assert_eq!(driven.app().importing().unwrap().choice, choice);
    choice.options.mapping.set(Role::Tag, "B");
    driven.app().run(Command::ImportAs(choice));
    driven.app().finish_tasks();
    driven.steps();
    assert!(
        driven
            .harness
            .query_by_label("Import 1 annotation and 1 document")
            .is_some()
    );
}

#[test]
fn the_page_of_an_import_shows_which_column_was_taken_for_what() {
    let driven = looking_at_a_table("text,label\nMoscow denied it.,denial\n");
    let shown = |name: &str| {
        let role = egui::accesskit::Role::ComboBox;
        let combo = driven.harness.get_by_role_and_label(role, name);
        combo.value().unwrap()
    };
    assert_eq!(shown("Tag"), "label (automatic)");
    assert_eq!(shown("Note"), "automatic");
}

#[test]
fn any_number_of_tags_leaves_room_for_the_title() {
    let mut driven = Driven::new();
    let project = driven.app().work().unwrap().project();
    let mut codebook = Codebook::clone(&project.codebook);
    for number in 1..=40 {
        let tag = codebook.new_tag(TagId::new(format!("tag number {number}")));
        codebook.tags.push(tag);
    }
    let gray = codebook
        .tags
        .iter()
        .filter(|tag| tag.color == Color([0x7F; 3]));
    assert!(gray.count() < 8, "colours come again");
    let change = Command::ChangeCodebook("more tags".to_owned(), Box::new(codebook));
    driven.app().run(change);
    driven.steps();
    let title = driven
        .app()
        .work()
        .unwrap()
        .document()
        .unwrap()
        .title()
        .to_owned();
    let bar = driven.rect("Tag attribution");
    let titles = driven
        .harness
        .get_all_by_label(&title)
        .map(|node| node.rect());
    let mut in_the_bar = titles.filter(|rect| (rect.center().y - bar.center().y).abs() < 8.0);
    let title = in_the_bar.next().unwrap();
    assert!(
        title.right() < bar.left(),
        "the first tag begins behind the title"
    );
    driven.rect("Tag tag number 40");
}

#[test]
fn side_panels_give_way_to_the_text_and_come_back_by_themselves() {
    let mut driven = Driven::new();
    let text_width = |driven: &Driven| {
        let paragraph = driven.harness.get_by_label("By Continental Press Agency");
        paragraph.rect().width()
    };
    // 1440 x 900 at 100, 125, 200, 250 %, then 900 x 600 at 100, 125, 200 %.
    let sizes = [
        (1440.0, 900.0, true, true),
        (1152.0, 720.0, true, true),
        (720.0, 450.0, false, false),
        (576.0, 360.0, false, false),
        (900.0, 600.0, true, false),
        (720.0, 480.0, false, false),
        (450.0, 300.0, false, false),
        (1440.0, 900.0, true, true),
    ];
    for (width, height, has_documents, has_inspector) in sizes {
        driven.harness.set_size(vec2(width, height));
        driven.harness.run_steps(6);
        let characters = text_width(&driven) / 9.6;
        let possible = (width - 2.0 * 30.0 - 190.0) / 9.6;
        assert!(
            characters >= f32::min(45.0, possible),
            "{width}: {characters}"
        );
        let is_there = |name| driven.harness.query_by_label(name).is_some();
        assert_eq!(is_there("Filter documents"), has_documents, "{width}");
        assert_eq!(is_there("Annotations"), has_inspector, "{width}");
        assert_eq!(is_there("Show inspector"), !has_inspector, "{width}");
    }
    driven.harness.set_size(vec2(576.0, 360.0));
    driven.harness.run_steps(6);
    driven.click("Show inspector");
    driven.harness.get_by_label("Annotations");
    driven.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::I);
    assert!(driven.harness.query_by_label("Annotations").is_none());
    assert!(driven.app().settings().shows_inspector);
}

#[test]
fn a_word_longer_than_a_line_is_broken() {
    let words = format!("https://example.org/{}", "aé0".repeat(200));
    let driven = Driven::with_text(&words);
    let height = driven.harness.get_by_label(&words).rect().height();
    assert!(height > 5.0 * 18.0 * 1.9, "{height}");
}

#[test]
fn files_that_are_no_texts_are_refused_by_name_and_reason() {
    let mut driven = Driven::with_text("The navy denied it.");
    let folder = TempDir::new().unwrap();
    let noise: Vec<u8> = (0..4000u32).map(|n| (n * 167 % 256) as u8).collect();
    for (name, bytes) in [
        ("порт.txt", b"\x89PNG\r\n\x1a\n....".as_slice()),
        ("b.txt", b"%PDF-1.7 words"),
        ("c.txt", &noise),
        ("d.txt", "Уряд заперечив це.\u{1}".as_bytes()),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    driven
        .app()
        .run(Command::Receive(vec![folder.path().to_owned()]));
    driven.app().finish_tasks();
    let notices = driven.app().notices().iter();
    let words: Vec<String> = notices.map(|notice| notice.words.clone()).collect();
    for expected in [
        "“порт.txt” is a picture",
        "“b.txt” is a PDF",
        "“c.txt” is no text",
    ] {
        assert!(
            words.iter().any(|words| words.contains(expected)),
            "{words:?}"
        );
    }
    let documents = &driven.app().work().unwrap().project().documents;
    let ids: Vec<&str> = documents.keys().map(DocumentId::as_str).collect();
    assert_eq!(ids, ["a", "d"]);
}

#[test]
fn a_default_is_shown_as_such_and_not_as_chosen() {
    let mut driven = Driven::new();
    driven.select_byline();
    driven.type_key("1");
    let is_chosen = |driven: &Driven, name| {
        let node = driven.harness.get_by_label(name);
        node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
    };
    assert!(!is_chosen(&driven, "asserted (default)"));
    driven.click("asserted (default)");
    assert!(is_chosen(&driven, "asserted (default)"));
}

#[test]
fn an_export_of_many_files_goes_into_a_new_folder_where_something_lies() {
    let mut driven = Driven::new();
    let out = TempDir::new().unwrap();
    fs::write(out.path().join("mine.txt"), "mine").unwrap();
    for expected in ["sample-csv", "sample-csv-2"] {
        let choice = ExportChoice {
            format: "csv",
            options: Default::default(),
        };
        driven
            .app()
            .run(Command::ExportTo(choice, out.path().to_owned()));
        driven.app().finish_tasks();
        assert!(out.path().join(expected).is_dir(), "{expected}");
    }
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 3);
}

#[test]
fn what_an_export_would_write_and_lose_is_said_before_it_is_written() {
    let mut driven = Driven::new();
    driven.app().run(Command::Show(Page::Export));
    let see = |driven: &mut Driven| {
        for _ in 0..3 {
            driven.steps();
            driven.app().finish_tasks();
        }
        driven.steps();
    };
    see(&mut driven);
    let shows =
        |driven: &Driven, label: &str| driven.harness.query_by_label_contains(label).is_some();
    assert!(shows(&driven, "82 annotations in 6 documents"));
    assert!(shows(&driven, "nothing is lost") && shows(&driven, "Count offsets in"));
    let choose = |driven: &mut Driven, role, name| {
        let at = driven
            .harness
            .get_by_role_and_label(role, name)
            .rect()
            .center();
        driven.click_at(at, Modifiers::NONE);
    };
    choose(&mut driven, egui::accesskit::Role::ListBoxOption, "CoNLL");
    see(&mut driven);
    assert!(shows(&driven, "the format cannot carry everything"));
    assert!(shows(
        &driven,
        "left out because another one covers its words"
    ));
    assert!(shows(&driven, "Tags of tokens") && !shows(&driven, "Count offsets in"));
    choose(
        &mut driven,
        egui::accesskit::Role::ListBoxOption,
        "JSON Lines",
    );
    driven.click("Tags to export");
    driven.steps();
    choose(&mut driven, egui::accesskit::Role::CheckBox, "denial");
    see(&mut driven);
    assert!(shows(&driven, "24 annotations in 6 documents"));
    // Lists are in front of the page when it is opened again, too.
    for _ in 0..2 {
        driven.key(Modifiers::NONE, Key::Escape);
    }
    driven.app().run(Command::Show(Page::Export));
    see(&mut driven);
    driven.click("Tags to export");
    driven.steps();
    choose(&mut driven, egui::accesskit::Role::CheckBox, "impact");
    see(&mut driven);
    assert!(!shows(&driven, "24 annotations in 6 documents"));
    driven.key(Modifiers::NONE, Key::Escape);
    driven.click("Documents to export");
    driven.steps();
    choose(&mut driven, egui::accesskit::Role::CheckBox, "in progress");
    see(&mut driven);
    assert!(shows(&driven, "nothing fits these choices"));
    let written = driven
        .app()
        .notices()
        .iter()
        .any(|notice| notice.words.contains("Exported"));
    assert!(!written, "nothing is written yet");
}

#[test]
fn another_key_arms_another_tag_and_leaves_the_annotation_just_made() {
    let mut driven = Driven::new();
    driven.type_key("2");
    driven.select_byline();
    driven.type_key("3");
    let work = driven.app().work().unwrap();
    assert_eq!(work.armed(), Some(&TagId::new("impact")));
    assert_eq!(work.picked().unwrap().tag_id.as_str(), "denial");
}

#[test]
fn the_text_stays_where_it_is_when_an_annotation_is_made() {
    let mut driven = Driven::new();
    let line = |driven: &Driven| {
        driven
            .harness
            .get_by_label("By Continental Press Agency")
            .rect()
    };
    let before = line(&driven);
    driven.select_byline();
    driven.type_key("2");
    driven.harness.run_steps(10);
    assert_eq!(line(&driven), before);
}

#[test]
fn finishing_says_how_many_required_values_are_missing() {
    let mut driven = Driven::with_text("The navy denied it.");
    driven.app().run(Command::Select {
        selection: None,
        caret: ascribe::text::ByteOffset(0),
    });
    driven.key(Modifiers::NONE, Key::J);
    driven.type_key("2");
    driven.key(Modifiers::COMMAND, Key::Enter);
    let mut notices = driven.app().notices().iter();
    assert!(notices.any(|notice| notice.words.contains("required value")));
    driven.harness.get_by_label("Show");
}

#[test]
fn progress_counts_the_same_documents_while_the_work_goes_on() {
    let mut driven = Driven::new();
    for _ in 0..2 {
        let mut progress = driven.harness.query_all_by_label("0 of 6 finished");
        assert!(progress.next().is_some());
        drop(progress);
        driven.select_byline();
        driven.type_key("2");
    }
}

#[test]
fn a_project_that_is_in_use_can_be_read_edited_or_shown_where_it_is_open() {
    let folder = TempDir::new().unwrap();
    let path = unpack_sample_into(folder.path()).unwrap();
    let state = Rc::new(TempDir::new().unwrap());
    let mut first = open_window_in(Some(path.clone()), state.clone());
    let mut second = open_window_in(Some(path), state);
    for answer in [
        "Open for reading",
        "Edit anyway",
        "Show its window",
        "Close",
    ] {
        second.get_by_label(answer);
    }
    second.get_by_label("Open for reading").click();
    second.run_steps(4);
    second.get_by_label("For reading");
    let app = second.state_mut().as_mut().unwrap().app();
    app.run(Command::EditToo);
    app.run(Command::CloseProject);
    let reopen = Command::OpenProjectAt(folder.path().join("sample.ascribe.ron"));
    app.run(reopen);
    app.finish_tasks();
    second.run_steps(4);
    assert!(second.query_by_label("For reading").is_none());
    second.get_by_label("Show its window").click();
    second.run_steps(2);
    second.state_mut().as_mut().unwrap().app().finish_tasks();
    first.step();
    let output = &first.output().viewport_output[&egui::ViewportId::ROOT];
    assert!(
        output.commands.contains(&egui::ViewportCommand::Focus),
        "{:?}",
        output.commands
    );
    second.run_steps(4);
    second.get_by_label("New project…");
}

/// The sample with its first text taken away; the bytes of that.
fn without_first_text() -> (Driven, Vec<u8>) {
    let folder = TempDir::new().unwrap();
    let path = unpack_sample_into(folder.path()).unwrap();
    let words = fs::read_to_string(&path).unwrap();
    let start = words.find("path: \"").unwrap() + 7;
    let text = words[start..].split('"').next().unwrap();
    let text = path.parent().unwrap().join(text);
    let bytes = fs::read(&text).unwrap();
    fs::remove_file(text).unwrap();
    let harness = open_window(Some(path.clone()));
    let driven = Driven {
        harness,
        folder,
        path,
    };
    (driven, bytes)
}

#[test]
fn a_missing_text_is_found_at_another_place() {
    let (mut driven, bytes) = without_first_text();
    let document = |driven: &mut Driven| driven.app().work().unwrap().document().unwrap().clone();
    let before = document(&mut driven);
    assert!(driven.app().work().unwrap().text().is_none());
    driven.harness.get_by_label("Locate the file…");
    let elsewhere = TempDir::new().unwrap();
    let file = elsewhere.path().join("moved.txt");
    fs::write(&file, &bytes).unwrap();
    driven
        .app()
        .run(Command::LocateTextAt(before.id.clone(), file));
    driven.app().finish_tasks();
    driven.app().finish_tasks();
    driven.steps();
    let work = driven.app().work().unwrap();
    assert_eq!(work.document().unwrap().path, "texts/moved.txt");
    assert_eq!(work.text().unwrap().as_str().as_bytes(), bytes);
    assert!(work.misplaced().is_empty() && work.changed().is_empty());
    driven.app().run(Command::Undo);
    assert_eq!(document(&mut driven).path, before.path);
}

#[test]
fn a_missing_text_that_is_put_back_is_read_without_being_asked_for() {
    let (mut driven, bytes) = without_first_text();
    let path = driven
        .app()
        .work()
        .unwrap()
        .document()
        .unwrap()
        .path
        .clone();
    let place = driven.path.parent().unwrap().join(path);
    fs::write(&place, &bytes).unwrap();
    driven.app().tick(Instant::now() + Duration::from_secs(4));
    driven.app().finish_tasks();
    let text = driven.app().work().unwrap().text().unwrap();
    assert_eq!(text.as_str().as_bytes(), bytes);
    fs::remove_file(&place).unwrap();
    driven.app().tick(Instant::now() + Duration::from_secs(8));
    driven.app().finish_tasks();
    let last = driven.app().notices().last().unwrap().words.clone();
    assert!(last.contains("cannot be found any more"), "{last}");
    assert!(driven.app().work().unwrap().text().is_some());
}

/// Words of its own follow the annotations, as after any other change of a text.
#[test]
fn a_text_found_elsewhere_with_other_words_is_reviewed() {
    let (mut driven, bytes) = without_first_text();
    let document_id = driven.app().work().unwrap().document().unwrap().id.clone();
    let file = driven.path.with_file_name("rewritten.txt");
    fs::write(&file, [b"Updated. ", bytes.as_slice()].concat()).unwrap();
    driven
        .app()
        .run(Command::LocateTextAt(document_id.clone(), file));
    driven.app().finish_tasks();
    driven.app().finish_tasks();
    let work = driven.app().work().unwrap();
    assert_eq!(work.document().unwrap().path, "rewritten.txt");
    assert!(work.changed().contains_key(&document_id));
    let other = work.project().documents.values().nth(1).unwrap().clone();
    let taken = driven.path.parent().unwrap().join(&other.path);
    driven.app().run(Command::LocateTextAt(document_id, taken));
    driven.app().finish_tasks();
    let work = driven.app().work().unwrap();
    assert_eq!(
        work.document().unwrap().path,
        "rewritten.txt",
        "the other document has that one"
    );
}

#[test]
fn a_text_that_is_missing_is_among_the_findings_however_often_one_looks() {
    let (mut driven, _) = without_first_text();
    for _ in 0..2 {
        driven
            .app()
            .run(Command::Show(ascribe::app::Page::Findings));
        driven.app().finish_tasks();
        driven.steps();
        let said = driven
            .harness
            .query_all_by_label_contains("Its text could not be read");
        assert!(said.count() > 0);
        driven.key(Modifiers::NONE, Key::Escape);
    }
}
