//! The whole job from the keyboard alone, in the real views.

use ascribe::app::{App, Command, Settings, attribute_keys};
use ascribe::model::{AttributeValue, TagId};
use ascribe::text::ByteOffset;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

use crate::window::Driven;

const NONE: Modifiers = Modifiers::NONE;

impl Driven {
    fn caret(&mut self) -> usize {
        self.app().work().unwrap().caret().0
    }

    fn value(&mut self, name: &str) -> Option<AttributeValue> {
        let picked = self.app().work().unwrap().picked().unwrap();
        picked.attributes.get(name).cloned()
    }

    /// The letter that chooses this value of the annotation held.
    fn letter(&mut self, attribute: &str, choice: Option<&str>) -> Key {
        let app = self.app();
        let work = app.work().unwrap();
        let tag_id = &work.picked().unwrap().tag_id;
        let keys = attribute_keys(&work.project().codebook, tag_id, app.settings());
        let key = keys
            .into_iter()
            .find(|key| key.attribute == attribute && key.choice.as_deref() == choice);
        Key::from_name(&key.unwrap().shortcut.unwrap()).unwrap()
    }

    fn finish(&mut self) {
        self.app().finish_tasks();
        self.steps();
    }
}

#[test]
fn the_whole_loop_runs_without_leaving_the_home_row() {
    let mut driven = Driven::with_text("He left, it said. The navy, of Lissau, denied it.\nNo.");
    driven.key(NONE, Key::J);
    assert_eq!(driven.held().as_deref(), Some("He left, it said."));
    driven.key(NONE, Key::J);
    assert_eq!(
        driven.held().as_deref(),
        Some("The navy, of Lissau, denied it.")
    );
    driven.key(NONE, Key::H);
    assert_eq!(driven.held().as_deref(), Some("The navy,"));
    driven.key(NONE, Key::G);
    driven.key(Modifiers::SHIFT, Key::A);
    assert_eq!(
        driven.held().as_deref(),
        Some("navy, of Lissau, denied it.")
    );
    driven.key(Modifiers::SHIFT, Key::L);
    driven.type_key("2");
    assert_eq!(
        driven.picked().as_deref(),
        Some("navy, of Lissau, denied it")
    );
    let flat = driven.letter("form", Some("flat"));
    driven.key(NONE, flat);
    assert_eq!(
        driven.value("form"),
        Some(AttributeValue::Words("flat".into()))
    );
    let speaker = driven.letter("speaker", None);
    driven.key(NONE, speaker);
    driven.type_key("navy of Lissau");
    driven.key(NONE, Key::Enter);
    assert_eq!(
        driven.value("speaker"),
        Some(AttributeValue::Words("navy of Lissau".into()))
    );
    driven.key(NONE, Key::A);
    assert_eq!(
        driven.picked().as_deref(),
        Some("The navy, of Lissau, denied it")
    );
    driven.key(NONE, Key::J);
    assert_eq!(driven.held().as_deref(), Some("No."));
    driven.key(NONE, Key::K);
    assert_eq!(
        driven.held().as_deref(),
        Some("The navy, of Lissau, denied it.")
    );
}

#[test]
fn a_letter_pressed_again_takes_the_value_away() {
    let mut driven = Driven::with_text("The navy denied it.");
    driven.key(NONE, Key::J);
    driven.type_key("2");
    let flat = driven.letter("form", Some("flat"));
    driven.key(NONE, flat);
    driven.key(NONE, flat);
    assert_eq!(driven.value("form"), None);
}

#[test]
fn letters_of_attributes_take_no_key_that_stands_for_something_else() {
    let codebook = ascribe::store::default_codebook();
    for tag in &codebook.tags {
        let keys = attribute_keys(&codebook, &tag.id, &Settings::default());
        let core = tag.attributes.iter().filter(|attribute| attribute.is_core);
        for attribute in core {
            assert!(
                keys.iter().any(|key| key.attribute == *attribute.name),
                "{}",
                attribute.name
            );
        }
        for key in &keys {
            let is_command = |entry: &&ascribe::app::Listed| {
                entry.keys.contains(&key.shortcut.as_deref().unwrap())
            };
            assert!(
                ascribe::app::listed().iter().find(is_command).is_none(),
                "{key:?}"
            );
            assert_eq!(
                keys.iter()
                    .filter(|other| other.shortcut == key.shortcut)
                    .count(),
                1
            );
        }
    }
}

#[test]
fn arrows_go_where_they_point_in_both_directions_of_writing() {
    let mut driven = Driven::with_text("שלום עולם");
    driven.key(NONE, Key::ArrowLeft);
    assert_eq!(driven.caret(), 2, "left is onwards");
    driven.key(Modifiers::COMMAND, Key::ArrowLeft);
    assert_eq!(driven.caret(), 9);
    driven.key(Modifiers::SHIFT, Key::ArrowLeft);
    assert_eq!(driven.held().as_deref(), Some("ע"));
    driven.key(NONE, Key::ArrowRight);
    assert_eq!(
        (driven.held(), driven.caret()),
        (None, 9),
        "the edge at the right is its start"
    );
}

#[test]
fn motions_reach_lines_paragraphs_pages_and_the_ends() {
    let words: String = (1..=200)
        .map(|n| format!("Line {n} has a few words.\n"))
        .collect();
    let mut driven = Driven::with_text(&words);
    let start_of = |n: usize| words.find(&format!("Line {n} ")).unwrap();
    driven.key(NONE, Key::ArrowDown);
    assert_eq!(driven.caret(), start_of(2));
    driven.key(NONE, Key::End);
    assert_eq!(driven.caret(), start_of(3) - 1);
    driven.key(Modifiers::SHIFT, Key::Home);
    assert_eq!(driven.held().as_deref(), Some("Line 2 has a few words."));
    driven.key(Modifiers::COMMAND, Key::ArrowDown);
    assert_eq!(driven.caret(), start_of(3));
    driven.key(NONE, Key::PageDown);
    let paged = driven.caret();
    assert!(paged > start_of(12) && paged < start_of(60), "{paged}");
    driven.key(NONE, Key::PageUp);
    assert_eq!(driven.caret(), start_of(3));
    driven.key(Modifiers::COMMAND, Key::End);
    assert_eq!(driven.caret(), words.len());
    driven.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Home);
    assert_eq!(driven.held().as_deref(), Some(words.as_str()));
    for _ in 0..120 {
        driven.key(NONE, Key::ArrowDown);
    }
    assert_eq!(
        driven.caret(),
        start_of(121),
        "line by line, however far it scrolls"
    );
}

#[test]
fn words_are_found_counted_and_stepped_through() {
    let mut driven = Driven::with_text("Navy one. The navy two. NAVY three.");
    driven.key(Modifiers::COMMAND, Key::F);
    driven.type_key("navy");
    driven.finish();
    driven.harness.get_by_label("3 found");
    driven.key(NONE, Key::Enter);
    driven.key(NONE, Key::Enter);
    assert_eq!(driven.caret(), 18);
    driven.harness.get_by_label("2 of 3");
    driven.key(NONE, Key::F3);
    driven.key(NONE, Key::F3);
    assert_eq!(driven.caret(), 4, "behind the last comes the first");
    driven.key(Modifiers::SHIFT, Key::F3);
    assert_eq!(driven.held().as_deref(), Some("NAVY"));
    driven.key(NONE, Key::Escape);
    assert!(driven.app().work().unwrap().find().is_none());
    driven.type_key("2");
    assert_eq!(
        driven.picked().as_deref(),
        Some("NAVY"),
        "what was found can be tagged at once"
    );
}

#[test]
fn a_line_and_a_paragraph_without_marks_are_gone_to() {
    let mut driven = Driven::with_text("One.\nTwo.\n\nThree.\n");
    driven.key(Modifiers::COMMAND, Key::G);
    driven.type_key("4");
    driven.key(NONE, Key::Enter);
    assert_eq!(driven.caret(), 11);
    driven.key(Modifiers::SHIFT, Key::U);
    driven.finish();
    assert_eq!(driven.held().as_deref(), Some("Two."));
    driven.type_key("1");
    driven.app().run(Command::Select {
        selection: None,
        caret: ByteOffset(0),
    });
    driven.key(NONE, Key::U);
    driven.finish();
    assert_eq!(driven.held().as_deref(), Some("Three."));
}

#[test]
fn annotations_with_the_same_tag_are_stepped_through() {
    let mut driven = Driven::new();
    driven.key(NONE, Key::Tab);
    let tag = |driven: &mut Driven| {
        driven
            .app()
            .work()
            .unwrap()
            .picked()
            .unwrap()
            .tag_id
            .clone()
    };
    let first = tag(&mut driven);
    let mut starts = Vec::new();
    for _ in 0..4 {
        driven.key(NONE, Key::N);
        assert_eq!(tag(&mut driven), first);
        starts.push(
            driven
                .app()
                .work()
                .unwrap()
                .picked()
                .unwrap()
                .spans
                .first()
                .start(),
        );
    }
    assert!(starts.is_sorted());
    driven.app().run(Command::NextOfTag(TagId::new("impact")));
    assert_eq!(tag(&mut driven), TagId::new("impact"));
}

fn keys_of(app: &App, title: &str) -> Vec<String> {
    let entry = ascribe::app::listed()
        .iter()
        .find(|entry| entry.title == title)
        .unwrap();
    app.settings()
        .keys_of(entry)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_key_is_changed_on_its_page_and_works_from_then_on() {
    let mut driven = Driven::with_text("One here. Two there.");
    driven.key(NONE, Key::F1);
    driven
        .harness
        .get_by_label("Add a key for Next sentence")
        .scroll_to_me();
    driven.steps();
    driven.click("Add a key for Next sentence");
    driven.key(Modifiers::ALT, Key::W);
    assert_eq!(keys_of(driven.app(), "Next sentence"), ["J", "Alt+W"]);
    driven.key(NONE, Key::Escape);
    driven.key(Modifiers::ALT, Key::W);
    assert_eq!(driven.held().as_deref(), Some("One here."));
    driven.app().run(Command::UsualKeys);
    assert_eq!(keys_of(driven.app(), "Next sentence"), ["J"]);
}

/// The window tells of Ctrl and Shift by themselves before it tells of the key that they go with.
#[test]
fn a_key_is_recorded_with_what_is_held_beside_it() {
    let mut driven = Driven::with_text("One here. Two there.");
    driven.key(NONE, Key::F1);
    let add = "Add a key for Next sentence";
    driven.harness.get_by_label(add).scroll_to_me();
    driven.steps();
    driven.click(add);
    driven.key(Modifiers::COMMAND, Key::ControlLeft);
    driven.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::ShiftLeft);
    driven.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::J);
    assert_eq!(
        keys_of(driven.app(), "Next sentence"),
        ["J", "Ctrl+Shift+J"]
    );
}

#[test]
fn a_link_is_made_without_the_mouse() {
    let mut driven = Driven::with_text("The navy denied it. The port blamed them.");
    driven.key(NONE, Key::J);
    driven.type_key("2");
    driven.key(NONE, Key::J);
    driven.type_key("1");
    driven.key(Modifiers::SHIFT, Key::Tab);
    assert_eq!(driven.picked().as_deref(), Some("The navy denied it."));
    driven.key(Modifiers::COMMAND, Key::P);
    driven.type_key("link denies");
    driven.key(NONE, Key::Enter);
    driven.key(NONE, Key::Tab);
    driven.key(NONE, Key::Enter);
    let project = driven.app().work().unwrap().project().clone();
    let link = project.links.iter().next().expect("there is a link");
    let quote = |id| project.annotations.get(id).unwrap().quote.to_string();
    assert_eq!(quote(&link.from), "The navy denied it.");
    assert_eq!(quote(&link.to), "The port blamed them.");
    assert_eq!(driven.picked().as_deref(), Some("The navy denied it."));
}

/// The window turns the keys of the clipboard into events of their own.
#[test]
fn keys_of_the_clipboard_can_be_chosen_and_taken_away_too() {
    let mut driven = Driven::with_text("One here. Two there.");
    driven.key(NONE, Key::F1);
    let add = "Add a key for Next sentence";
    driven.harness.get_by_label(add).scroll_to_me();
    driven.steps();
    driven.click(add);
    driven.harness.event(egui::Event::Cut);
    driven.steps();
    assert_eq!(keys_of(driven.app(), "Next sentence"), ["J", "Ctrl+X"]);
    driven.key(NONE, Key::Escape);
    driven.harness.event(egui::Event::Cut);
    driven.steps();
    assert_eq!(driven.held().as_deref(), Some("One here."));
    let none = Command::SetKeys("Copy quote", Some(Vec::new()));
    let by_copy = Command::SetKeys("Next sentence", Some(vec!["Ctrl+C".to_owned()]));
    driven.app().run(none);
    driven.app().run(by_copy);
    driven.harness.event(egui::Event::Copy);
    driven.steps();
    assert_eq!(driven.held().as_deref(), Some("Two there."));
}

#[test]
fn keys_that_stand_for_something_else_are_refused_with_the_reason() {
    let mut driven = Driven::with_text("One.");
    for (keys, reason) in [
        (
            "K",
            "K already stands for “Previous sentence”; give that other keys first",
        ),
        (
            "Ctrl+Shift+Left",
            "Ctrl+Shift+Left already stands for “Word left”; give that other keys first",
        ),
        ("2", "The key 2 already stands for “denial”"),
    ] {
        let own = vec![keys.to_owned()];
        driven
            .app()
            .run(Command::SetKeys("Next sentence", Some(own)));
        assert_eq!(driven.app().notices().last().unwrap().words, reason);
        assert_eq!(keys_of(driven.app(), "Next sentence"), ["J"]);
    }
}

/// The keys of a value of denials, as they are written.
fn keys_of_value(driven: &mut Driven, name: &str) -> String {
    let app = driven.app();
    let codebook = &app.work().unwrap().project().codebook;
    let keys = attribute_keys(codebook, &TagId::new("denial"), app.settings());
    let key = keys.into_iter().find(|key| key.name() == name);
    key.unwrap().shortcut.unwrap()
}

#[test]
fn the_key_of_a_value_is_changed_on_its_page_and_works_from_then_on() {
    let mut driven = Driven::with_text("The navy denied it.");
    let usual = keys_of_value(&mut driven, "form: flat");
    driven.key(NONE, Key::F1);
    let change = "Change the key of form: flat";
    driven.harness.get_by_label(change).scroll_to_me();
    driven.steps();
    driven.click(change);
    driven.key(Modifiers::ALT, Key::W);
    assert_eq!(keys_of_value(&mut driven, "form: flat"), "Alt+W");
    driven.key(NONE, Key::Escape);
    driven.key(NONE, Key::J);
    driven.type_key("2");
    driven.key(Modifiers::ALT, Key::W);
    let flat = Some(AttributeValue::Words("flat".into()));
    assert_eq!(driven.value("form"), flat);
    let other = Command::SetValueKey("form: flat".to_owned(), None);
    driven.app().run(other);
    assert_eq!(keys_of_value(&mut driven, "form: flat"), usual);
}

#[test]
fn the_page_of_keys_is_filtered_by_what_keys_do() {
    let mut driven = Driven::with_text("One here. Two there.");
    driven.key(NONE, Key::F1);
    driven.click("Filter keys");
    driven.type_key("hedge: ab");
    assert!(
        driven
            .harness
            .query_by_label("Add a key for Undo")
            .is_none()
    );
    driven.click("Change the key of hedge: about");
    driven.key(Modifiers::ALT, Key::W);
    let own = &driven.app().settings().own_value_keys;
    assert_eq!(own.get("hedge: about").map(String::as_str), Some("Alt+W"));
}

#[test]
fn a_key_is_no_longer_waited_for_after_a_click_elsewhere() {
    let mut driven = Driven::with_text("One here. Two there.");
    driven.key(NONE, Key::F1);
    driven.click("Add a key for Next sentence");
    driven.click("Filter keys");
    driven.key(NONE, Key::S);
    driven.type_key("ctrl+e");
    driven.steps();
    assert_eq!(keys_of(driven.app(), "Next sentence"), ["J"]);
    driven.harness.get_by_label("Add a key for Export");
    assert!(
        driven
            .harness
            .query_by_label("Add a key for Undo")
            .is_none()
    );
}

/// Where the alphabet is used up, people give keys with Ctrl or Alt.
#[test]
fn values_beyond_the_alphabet_can_be_given_keys() {
    let mut codebook = ascribe::store::default_codebook();
    let tag = &mut codebook.tags[0];
    let choices = (0..40).map(|number| ascribe::model::Choice {
        name: format!("q{number}").into(),
        description: String::new(),
    });
    tag.attributes[0].kind = ascribe::model::AttributeKind::Choice {
        is_ordered: false,
        choices: choices.collect(),
    };
    tag.attributes[0].is_core = true;
    let tag_id = tag.id.clone();
    let name = format!("{}: q39", tag.attributes[0].name);
    let shortcut = |settings: &Settings| {
        let keys = attribute_keys(&codebook, &tag_id, settings);
        let key = keys.into_iter().find(|key| key.name() == name);
        key.unwrap().shortcut
    };
    let mut settings = Settings::default();
    assert_eq!(shortcut(&settings), None);
    settings
        .own_value_keys
        .insert(name.clone(), "Alt+Q".to_owned());
    assert_eq!(shortcut(&settings), Some("Alt+Q".to_owned()));
}

/// A command gets its usual keys back only if nothing else has them now.
#[test]
fn usual_keys_that_a_value_has_now_are_refused() {
    let mut driven = Driven::with_text("One.");
    let title = "Next sentence";
    driven.app().run(Command::SetKeys(title, Some(Vec::new())));
    driven.app().run(Command::SetValueKey(
        "speaker".to_owned(),
        Some("J".to_owned()),
    ));
    driven.app().run(Command::SetKeys(title, None));
    assert_eq!(
        driven.app().notices().last().unwrap().words,
        "J already stands for “speaker”; give that other keys first"
    );
    assert!(keys_of(driven.app(), title).is_empty());
}

#[test]
fn what_the_program_chose_gives_way_to_what_the_person_chose() {
    let mut driven = Driven::with_text("One.");
    let flat = keys_of_value(&mut driven, "form: flat");
    let own = Command::SetValueKey("speaker".to_owned(), Some(flat.clone()));
    driven.app().run(own);
    assert_eq!(keys_of_value(&mut driven, "speaker"), flat);
    assert_ne!(keys_of_value(&mut driven, "form: flat"), flat);
    driven.app().run(Command::UsualKeys);
    assert_eq!(keys_of_value(&mut driven, "form: flat"), flat);
}

#[test]
fn keys_of_values_that_stand_for_something_else_are_refused_with_the_reason() {
    let mut driven = Driven::with_text("One.");
    let own = |name: &str, keys: &str| Command::SetValueKey(name.to_owned(), Some(keys.to_owned()));
    driven.app().run(own("speaker", "Alt+Q"));
    let by_command = Command::SetKeys("Next sentence", Some(vec!["Alt+Q".to_owned()]));
    for (command, reason) in [
        (
            own("form: flat", "K"),
            "K already stands for “Previous sentence”; give that other keys first",
        ),
        (
            own("form: flat", "2"),
            "The key 2 already stands for “denial”",
        ),
        (
            own("form: flat", "Alt+Q"),
            "Alt+Q already stands for “speaker”; give that other keys first",
        ),
        (
            by_command,
            "Alt+Q already stands for “speaker”; give that other keys first",
        ),
    ] {
        let before = driven.app().settings().clone();
        driven.app().run(command);
        assert_eq!(driven.app().notices().last().unwrap().words, reason);
        assert_eq!(*driven.app().settings(), before);
    }
}

#[test]
fn reading_settings_are_asked_for_by_the_palette() {
    let mut driven = Driven::with_text("One.");
    for words in [
        "without serifs",
        "lines farther",
        "wider text",
        "invisible",
        "line numbers",
    ] {
        driven.key(Modifiers::COMMAND, Key::P);
        driven.type_key(words);
        driven.key(NONE, Key::Enter);
    }
    let settings = driven.app().settings();
    assert_eq!(settings.reading_face, ascribe::app::ReadingFace::Sans);
    assert!(settings.line_spacing > Settings::LINE_SPACING);
    assert!(settings.column_width > Settings::COLUMN_WIDTH);
    assert!(settings.shows_invisible && !settings.shows_line_numbers);
}

#[test]
fn sentences_that_are_set_aside_are_passed_over() {
    let mut driven = Driven::with_text("One here.\nRead more: ten ports.\nTwo there.");
    let text = driven.app().work().unwrap().text().unwrap().clone();
    let aside = crate::drawing::span_of(&text, "Read more: ten ports.");
    driven.app().run(Command::Select {
        selection: Some(aside),
        caret: aside.end(),
    });
    driven.app().run(Command::SetAside("navigation".into()));
    driven.key(Modifiers::COMMAND, Key::Home);
    driven.key(NONE, Key::J);
    assert_eq!(driven.held().as_deref(), Some("One here."));
    driven.key(NONE, Key::J);
    assert_eq!(driven.held().as_deref(), Some("Two there."));
    driven.key(NONE, Key::K);
    assert_eq!(driven.held().as_deref(), Some("One here."));
}

#[test]
fn a_line_of_half_a_megabyte_is_walked_through_like_any_other() {
    let words = "Слово шло. ".repeat(26_000);
    let mut driven = Driven::with_text(&words);
    driven.key(Modifiers::COMMAND, Key::End);
    assert_eq!(driven.caret(), words.len());
    driven.key(Modifiers::COMMAND, Key::ArrowLeft);
    driven.key(NONE, Key::ArrowUp);
    let above = driven.caret();
    assert!(
        above < words.len() - 20 && above > words.len() - 400,
        "{above}"
    );
    driven.key(NONE, Key::ArrowLeft);
    assert!(driven.caret() < above && driven.caret() >= above - 2);
    driven.key(NONE, Key::J);
    assert_eq!(driven.held().as_deref(), Some("Слово шло."));
    driven.key(Modifiers::COMMAND, Key::Home);
    let mut at = 0;
    for _ in 0..12 {
        driven.key(NONE, Key::PageDown);
        assert!(driven.caret() > at, "each page goes on");
        at = driven.caret();
    }
}

#[test]
fn moving_the_caret_lets_go_of_the_annotation() {
    let mut driven = Driven::with_text("The navy denied it.");
    driven.key(NONE, Key::J);
    driven.type_key("2");
    assert!(driven.picked().is_some());
    driven.key(NONE, Key::ArrowLeft);
    assert_eq!((driven.picked(), driven.caret()), (None, 18));
    for modifiers in [NONE, Modifiers::SHIFT] {
        driven
            .harness
            .key_press_modifiers(modifiers, Key::ArrowLeft);
    }
    driven.steps();
    assert_eq!(driven.held().as_deref(), Some("i"), "two keys in one frame");
}
