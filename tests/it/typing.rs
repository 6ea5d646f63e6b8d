//! Words typed into fields are in the project with every letter, whatever comes next.

use ascribe::app::Command;
use ascribe::model::{AttributeValue, TagId};
use ascribe::store::{Progress, open_project};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::window::Driven;

const NONE: Modifiers = Modifiers::NONE;

impl Driven {
    /// The window with one annotation, tagged as denial and held.
    fn with_denial() -> Self {
        let mut driven = Self::with_text("Флот заперечив це. The navy denied it.");
        driven.key(NONE, Key::J);
        driven.type_key("2");
        driven
    }

    fn note(&mut self) -> String {
        let work = self.app().work().unwrap();
        let mut all = work.project().annotations.iter();
        all.next().unwrap().note.to_string()
    }

    /// The field of this name; beside it stands a label with the same words.
    fn field<'a>(&'a self, name: &'a str) -> Node<'a> {
        let mut all = self.harness.query_all_by_label(name);
        let is_field = |role| matches!(role, Role::TextInput | Role::MultilineTextInput);
        all.find(|node| is_field(node.accesskit_node().role()))
            .unwrap()
    }

    pub fn click_field(&mut self, name: &str) {
        let at = self.field(name).rect().center();
        self.click_at(at, NONE);
        self.key(NONE, Key::End);
    }

    pub fn click_row(&mut self, name: &str) {
        let row = self
            .harness
            .get_by_role_and_label(Role::ListBoxOption, name);
        let at = row.rect().center();
        self.click_at(at, NONE);
    }

    pub fn type_into(&mut self, field: &str, words: &str) {
        self.click_field(field);
        for letter in words.chars() {
            self.type_key(&letter.to_string());
        }
    }

    fn undo_words(&mut self) -> String {
        let history = self.app().work().unwrap().history();
        history.last_done().unwrap().label.clone()
    }

    fn saved_note(&mut self) -> String {
        self.app().finish_tasks();
        let path = self.app().work().unwrap().path().to_owned();
        let opened = open_project(&path, &Progress::default()).unwrap();
        let mut all = opened.project.annotations.iter();
        all.next().unwrap().note.to_string()
    }
}

#[test]
fn a_note_that_is_being_typed_is_saved_with_every_letter() {
    let mut driven = Driven::with_denial();
    driven.type_into("Note", "порт ");
    // The last letter and Ctrl+S in one frame.
    driven.harness.event(Event::Text("é".to_owned()));
    driven.key(Modifiers::COMMAND, Key::S);
    assert_eq!(driven.saved_note(), "порт é");
}

#[test]
fn a_note_is_kept_by_every_command_and_asked_about_before_quitting() {
    for (modifiers, key) in [
        (Modifiers::COMMAND, Key::Enter),
        (Modifiers::COMMAND, Key::PageDown),
        (Modifiers::COMMAND, Key::B),
    ] {
        let mut driven = Driven::with_denial();
        driven.type_into("Note", "seen");
        driven.key(modifiers, key);
        assert_eq!(driven.note(), "seen");
    }
    for key in [Key::Q, Key::W] {
        let mut driven = Driven::with_denial();
        driven.key(Modifiers::COMMAND, Key::S);
        driven.app().finish_tasks();
        driven.type_into("Note", "seen");
        driven.key(Modifiers::COMMAND, key);
        driven.app().finish_tasks();
        let saved = std::fs::read_to_string(&driven.path).unwrap();
        assert!(saved.contains("note: \"seen\""));
    }
}

#[test]
fn a_field_is_one_step_for_undo() {
    let mut driven = Driven::with_denial();
    let before = driven.app().work().unwrap().project().clone();
    driven.type_into("Note", "first");
    driven.type_into("Speaker", "navy of Lissau");
    driven.key(NONE, Key::Enter);
    driven.type_into("Note", "!");
    driven.key(NONE, Key::Escape);
    assert_eq!(driven.note(), "first!");
    for expected in ["first", "first", ""] {
        driven.key(Modifiers::COMMAND, Key::Z);
        assert_eq!(driven.note(), expected);
    }
    assert!(*driven.app().work().unwrap().project() == before);
}

#[test]
fn ctrl_z_in_a_field_takes_back_what_was_typed_there_and_nothing_else() {
    let mut driven = Driven::with_denial();
    driven.type_into("Note", "seen");
    driven.type_into("Speaker", "port");
    driven.key(Modifiers::COMMAND, Key::Z);
    driven.key(Modifiers::COMMAND, Key::Z);
    driven.key(Modifiers::COMMAND, Key::Z);
    assert_eq!((driven.note().as_str(), driven.count()), ("seen", 1));
    let picked = driven.app().work().unwrap().picked().unwrap().clone();
    assert_eq!(picked.attributes.get("speaker"), None);
}

#[test]
fn what_is_no_value_yet_stays_in_its_field_and_says_what_would_be_one() {
    let mut driven = Driven::with_text("The cranes stood still.");
    driven.key(NONE, Key::J);
    driven.type_key("3");
    let value = |driven: &mut Driven| {
        let picked = driven.app().work().unwrap().picked().unwrap().clone();
        picked.attributes.get("quantity").cloned()
    };
    driven.type_into("Quantity", "3x");
    assert_eq!(value(&mut driven), None);
    driven.harness.get_by_label("Not kept: this needs a number");
    driven.key(NONE, Key::Enter);
    driven.harness.get_by_label("Not kept: this needs a number");
    driven.click_field("Quantity");
    driven.key(NONE, Key::Backspace);
    driven.type_key("1");
    assert_eq!(value(&mut driven), Some(AttributeValue::Number(31.0)));
}

#[test]
fn fields_of_documents_and_of_the_codebook_are_kept_when_escape_closes_the_page() {
    let mut driven = Driven::with_denial();
    driven.key(Modifiers::COMMAND, Key::I);
    driven.type_into("outlet", "Evening Post");
    driven.key(NONE, Key::Escape);
    let document = driven.app().work().unwrap().document().unwrap().clone();
    assert_eq!(
        document.fields.get("outlet").map(String::as_str),
        Some("Evening Post")
    );
    assert_eq!(driven.undo_words(), "set outlet");
    driven.key(NONE, Key::Escape);
    driven.key(Modifiers::COMMAND, Key::B);
    driven.type_into("In one line", " Так");
    driven.key(NONE, Key::Escape);
    let codebook = driven.app().work().unwrap().project().codebook.clone();
    let first = &codebook.tags[0];
    assert!(first.description.ends_with(" Так"), "{}", first.description);
    driven.app().run(Command::Undo);
    let codebook = driven.app().work().unwrap().project().codebook.clone();
    assert!(
        !codebook.tags[0].description.contains("Та"),
        "one step takes it back"
    );
}

#[test]
fn a_tag_is_renamed_when_its_field_is_left_by_whichever_way() {
    for leave in [Key::Enter, Key::Escape, Key::S] {
        let mut driven = Driven::with_denial();
        driven.key(Modifiers::COMMAND, Key::B);
        driven.type_into("Name", "s");
        let modifiers = if leave == Key::S {
            Modifiers::COMMAND
        } else {
            NONE
        };
        driven.key(modifiers, leave);
        let codebook = driven.app().work().unwrap().project().codebook.clone();
        assert_eq!(codebook.tags[0].id.as_str(), "attributions");
        assert_eq!(
            driven.undo_words(),
            "rename tag attribution to attributions"
        );
    }
}

#[test]
fn a_name_that_is_taken_says_so_and_the_page_stays_with_the_tag() {
    let mut driven = Driven::with_denial();
    driven.key(Modifiers::COMMAND, Key::B);
    driven.type_into("New tag", "deni");
    driven.key(NONE, Key::Enter);
    driven.type_into("Name", "al");
    driven
        .harness
        .get_by_label("The codebook already has a tag “denial”");
    driven.key(NONE, Key::Enter);
    driven.type_into("In one line", "mine");
    let codebook = driven.app().work().unwrap().project().codebook.clone();
    let own = codebook.tag(&TagId::new("deni")).unwrap();
    assert_eq!(own.description, "mine");
    driven.type_into("New attribute", "half");
    driven.click_row("impact");
    let words = driven.field("New attribute").value();
    assert_eq!(
        words.unwrap_or_default(),
        "",
        "what is half typed belongs to its tag"
    );
    driven.click_row("deni");
    let words = driven.field("New attribute").value();
    assert_eq!(words.unwrap_or_default(), "half");
}

#[test]
fn tags_change_places_and_attributes_their_names() {
    let mut driven = Driven::with_denial();
    driven.key(Modifiers::COMMAND, Key::B);
    driven.click("Move down");
    driven.click("Rename speaker");
    driven.type_into("New name of speaker", "s");
    driven.key(NONE, Key::Enter);
    let codebook = driven.app().work().unwrap().project().codebook.clone();
    let ids: Vec<&str> = codebook.tags.iter().map(|tag| tag.id.as_str()).collect();
    assert_eq!(ids, ["denial", "attribution", "impact"]);
    let moved = &codebook.tags[1];
    assert!(moved.attributes.iter().any(|own| &*own.name == "speakers"));
    assert_eq!(driven.undo_words(), "rename attribute speaker to speakers");
}

#[test]
fn the_project_is_renamed_where_the_annotator_is_chosen() {
    let mut driven = Driven::with_denial();
    driven
        .app()
        .run(Command::Show(ascribe::app::Page::Annotator));
    driven.steps();
    driven.type_into("Name of the project", " двох");
    assert_eq!(driven.app().work().unwrap().project().name, "p двох");
    driven.key(NONE, Key::Escape);
    driven.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(driven.app().work().unwrap().project().name, "p");
}

#[test]
fn words_that_are_no_number_leave_no_part_of_them_behind() {
    let mut driven = Driven::with_denial();
    driven.type_key("3");
    let quantity = |driven: &mut Driven| {
        let work = driven.app().work().unwrap();
        let picked = work.picked().unwrap();
        picked.attributes.get("quantity").map(ToString::to_string)
    };
    for (typed, kept) in [
        ("12 ships", None),
        ("40 thousand", None),
        ("1,8", None),
        ("1,800", Some("1800")),
        ("2.5", Some("2.5")),
        ("1,80,0", None),
        ("1e400", None),
    ] {
        driven.click_field("Quantity");
        driven.key(Modifiers::COMMAND, Key::A);
        driven.key(NONE, Key::Delete);
        driven.type_into("Quantity", typed);
        assert_eq!(quantity(&mut driven).as_deref(), kept, "{typed}");
        let told = driven
            .harness
            .query_by_label("Not kept: this needs a number");
        assert_eq!(told.is_some(), kept.is_none(), "{typed}");
    }
}

#[test]
fn escape_in_a_field_leaves_the_field_and_keeps_the_annotation() {
    let mut driven = Driven::with_denial();
    driven.click_field("Note");
    driven.key(NONE, Key::Escape);
    assert!(driven.picked().is_some());
    driven.key(NONE, Key::Escape);
    assert!(driven.picked().is_none());
}

#[test]
fn a_key_of_a_tag_that_takes_one_from_a_command_says_so() {
    let mut driven = Driven::with_denial();
    driven.key(Modifiers::COMMAND, Key::B);
    driven.click_field("Key");
    driven.type_key("j");
    driven.harness.get_by_label("takes it from “Next sentence”");
}

#[test]
fn the_key_of_an_attribute_selects_what_stands_there() {
    let mut driven = Driven::with_denial();
    driven.type_into("Speaker", "Wang");
    driven.key(NONE, Key::Enter);
    driven.key(NONE, Key::S);
    for letter in ["Л", "і"] {
        driven.type_key(letter);
    }
    let picked = driven.app().work().unwrap().picked().unwrap().clone();
    assert_eq!(picked.attributes["speaker"].to_string(), "Лі");
}
