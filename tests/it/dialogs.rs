//! Dialogs and pages: the focus is in them, they say what they are, and Enter presses the likely button.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use ascribe::app::{Command, Page};

use crate::window::Driven;

const NONE: Modifiers = Modifiers::NONE;

impl Driven {
    /// What has the focus, as a screen reader says it.
    pub fn focused(&self) -> String {
        let focused = self.harness.root().children_recursive();
        let mut focused = focused.filter(|node| node.accesskit_node().is_focused());
        let node = focused.next().map(|node| node.accesskit_node().label());
        node.flatten().unwrap_or_default()
    }
}

#[test]
fn a_question_takes_the_focus_and_enter_presses_its_button() {
    let mut driven = Driven::with_text("The navy denied it.");
    driven.key(NONE, Key::J);
    driven.type_key("2");
    driven.try_to_save_in_vain();
    driven.key(Modifiers::COMMAND, Key::W);
    assert_eq!(driven.focused(), "Save");
    driven.key(NONE, Key::Tab);
    driven.key(NONE, Key::Tab);
    let inside = ["Cancel", "Do not save", "Save"];
    assert!(inside.contains(&&*driven.focused()), "{}", driven.focused());
    driven.key(NONE, Key::Escape);
    assert_eq!(
        driven.focused(),
        "Text of a.txt",
        "the text has the keys again"
    );
    driven.app().run(Command::RemoveDocument);
    driven.steps();
    assert_eq!(driven.focused(), "Remove document");
    driven.key(NONE, Key::Enter);
    assert_eq!(driven.count(), 0);
}

#[test]
fn pages_take_the_focus_and_have_a_name() {
    let mut driven = Driven::with_text("The navy denied it.");
    driven.key(NONE, Key::J);
    driven.type_key("2");
    for (modifiers, key, name, focused) in [
        (Modifiers::COMMAND, Key::E, "Export", "Choose place…"),
        (Modifiers::COMMAND, Key::I, "About this document", "title"),
        (
            Modifiers::COMMAND,
            Key::P,
            "Find a command",
            "Find a command, tag or document",
        ),
        (Modifiers::COMMAND, Key::G, "Go to line", "Line"),
    ] {
        driven.key(modifiers, key);
        let dialog = driven.harness.get_by_role_and_label(Role::Dialog, name);
        assert!(!dialog.accesskit_node().is_hidden());
        assert_eq!(driven.focused(), focused);
        driven.key(NONE, Key::Escape);
    }
    driven.key(NONE, Key::F8);
    driven.app().finish_tasks();
    driven.steps();
    driven.key(NONE, Key::Tab);
    driven.key(NONE, Key::Tab);
    driven.key(NONE, Key::Enter);
    assert!(driven.app().work().unwrap().picked().is_some());
}

#[test]
fn escape_closes_a_menu_and_lets_go_of_nothing() {
    let mut driven = Driven::with_text("The navy denied it.");
    driven.key(NONE, Key::J);
    driven.click("File");
    driven.harness.get_by_label("Recent projects");
    driven.key(NONE, Key::Escape);
    assert!(driven.harness.query_by_label("Open project…").is_none());
    assert!(driven.held().is_some());
}

#[test]
fn f6_goes_from_the_text_to_the_inspector_to_the_documents_and_back() {
    let mut driven = Driven::with_text("The navy denied it.");
    driven.key(NONE, Key::J);
    driven.type_key("2");
    let mut seen = Vec::new();
    for _ in 0..3 {
        driven.key(NONE, Key::F6);
        seen.push(driven.focused());
    }
    assert_eq!(seen, ["Speaker", "Filter documents", "Text of a.txt"]);
}

#[test]
fn the_window_is_named_after_the_file_and_marks_what_is_not_saved() {
    let mut driven = Driven::with_text("The navy denied it.");
    let name = |driven: &Driven| driven.harness.root().accesskit_node().label();
    assert_eq!(name(&driven).as_deref(), Some("• p – Ascribe"));
    driven.key(Modifiers::COMMAND, Key::S);
    driven.app().finish_tasks();
    driven.steps();
    assert_eq!(name(&driven).as_deref(), Some("p – Ascribe"));
}

#[test]
fn files_dragged_over_the_window_are_told_where_to_go() {
    let mut driven = Driven::with_text("The navy denied it.");
    let words = "Drop texts here to add them to the project";
    assert!(driven.harness.query_by_label(words).is_none());
    let file = egui::HoveredFile::default();
    driven.harness.input_mut().hovered_files = vec![file];
    driven.harness.run_steps(2);
    driven.harness.get_by_label(words);
}

#[test]
fn every_control_says_what_it_is() {
    let mut driven = Driven::new();
    let check = |driven: &Driven, place: &str| {
        for node in driven.harness.root().children_recursive() {
            let node = node.accesskit_node();
            let is_mute = node.label().unwrap_or_default().is_empty()
                && node.value().unwrap_or_default().is_empty();
            let is_control = matches!(
                node.role(),
                Role::Button
                    | Role::CheckBox
                    | Role::ComboBox
                    | Role::Dialog
                    | Role::Link
                    | Role::Menu
                    | Role::MenuBar
                    | Role::ProgressIndicator
                    | Role::RadioButton
                    | Role::ScrollBar
                    | Role::Slider
                    | Role::SpinButton
                    | Role::TextInput
            );
            assert!(!(is_control && is_mute), "{:?} on {place}", node.role());
        }
    };
    check(&driven, "the text");
    driven.key(NONE, Key::J);
    driven.type_key("2");
    check(&driven, "an annotation");
    for page in [
        Page::Palette,
        Page::Keys,
        Page::Line,
        Page::Codebook,
        Page::Findings,
        Page::Backups,
        Page::Export,
        Page::Document,
        Page::Annotator,
        Page::About,
    ] {
        driven.app().run(Command::Show(page));
        driven.app().finish_tasks();
        driven.steps();
        check(&driven, &format!("{page:?}"));
        driven.key(NONE, Key::Escape);
    }
    driven.app().run(Command::CloseProject);
    driven.steps();
    check(&driven, "the start page");
}

#[test]
fn findings_are_named_by_tag_words_and_document_and_stepped_through() {
    let mut driven = Driven::with_text("The navy denied it. The port said no.");
    for _ in 0..2 {
        driven.key(NONE, Key::J);
        driven.type_key("2");
    }
    driven.key(NONE, Key::F8);
    driven.app().finish_tasks();
    driven.steps();
    driven
        .harness
        .get_by_label("“form” is not filled in: denial “The navy denied it.” · a.txt");
    driven.key(NONE, Key::Escape);
    let mut seen = Vec::new();
    let onwards = Modifiers::COMMAND;
    let back = Modifiers::COMMAND | Modifiers::SHIFT;
    for modifiers in [onwards, onwards, onwards, back, back, back] {
        driven.key(modifiers, Key::F8);
        driven.app().finish_tasks();
        driven.steps();
        let words = driven.app().notices().last().unwrap().words.clone();
        seen.push(format!("{words}: {}", driven.picked().unwrap()));
    }
    expect_test::expect![[r#"
        1 of 4: “form” is not filled in: The navy denied it.
        2 of 4: “speaker” is not filled in: The navy denied it.
        3 of 4: “form” is not filled in: The port said no.
        2 of 4: “speaker” is not filled in: The navy denied it.
        1 of 4: “form” is not filled in: The navy denied it.
        4 of 4: “speaker” is not filled in: The port said no."#]]
    .assert_eq(&seen.join("\n"));
}

#[test]
fn the_palette_offers_documents_by_words_of_their_title() {
    let mut driven = Driven::new();
    driven.key(Modifiers::COMMAND, Key::P);
    driven.type_key("pce");
    let named = |driven: &Driven| {
        let nodes = driven.harness.root().children_recursive();
        let labels = nodes.filter_map(|node| node.accesskit_node().label());
        let opens = labels.filter(|label| label.starts_with("Open ") && !label.ends_with('…'));
        opens.collect::<Vec<_>>()
    };
    assert_eq!(named(&driven), Vec::<String>::new());
    driven.key(NONE, Key::Escape);
    driven.key(Modifiers::COMMAND, Key::P);
    driven.type_key("port");
    assert!(!named(&driven).is_empty());
}

#[test]
fn recent_projects_are_opened_from_the_file_menu() {
    let mut driven = Driven::with_text("The navy denied it.");
    driven.key(Modifiers::COMMAND, Key::S);
    driven.app().finish_tasks();
    let path = driven.app().work().unwrap().path().to_owned();
    let other = path.with_file_name("other.ascribe.ron");
    driven.app().run(Command::NewProjectAt(other));
    driven.app().finish_tasks();
    driven.steps();
    driven.click("File");
    driven.click("Recent projects");
    let item = driven.harness.get_by_role_and_label(Role::Button, "p");
    item.click();
    driven.steps();
    driven.app().finish_tasks();
    driven.steps();
    assert_eq!(driven.app().work().unwrap().path(), path);
}

#[test]
fn saving_under_another_name_says_which_file_is_worked_on_now() {
    let mut driven = Driven::with_text("The navy denied it.");
    let path = driven.app().work().unwrap().path().to_owned();
    let other = path.with_file_name("копія.ascribe.ron");
    driven.app().run(Command::SaveAt(other.clone()));
    driven.app().finish_tasks();
    driven.steps();
    assert_eq!(driven.app().work().unwrap().path(), other);
    let words = driven.app().notices().last().unwrap().words.clone();
    assert!(words.contains("копія.ascribe.ron"), "{words}");
}

#[test]
fn what_a_page_brought_about_can_be_taken_back_while_the_page_is_open() {
    let mut driven = Driven::with_text("The navy denied it.");
    driven.key(NONE, Key::J);
    driven.type_key("2");
    driven.key(Modifiers::COMMAND, Key::B);
    driven.click_row("denial");
    driven.click("Delete tag");
    driven
        .harness
        .get_by_label("Delete the tag with its annotations?");
    assert_eq!(
        driven.focused(),
        "Delete tag",
        "the question lies above the page"
    );
    driven.key(NONE, Key::Enter);
    assert_eq!(driven.count(), 0);
    driven.click("Undo");
    assert_eq!(driven.count(), 1, "the notice lies above the page");
}

#[test]
fn encodings_are_named_with_what_they_are_for() {
    let mut driven = Driven::with_text("The navy denied it.");
    driven.key(Modifiers::COMMAND, Key::I);
    let combo = driven
        .harness
        .get_by_role_and_label(Role::ComboBox, "Read as");
    let at = combo.rect().center();
    driven.click_at(at, NONE);
    for name in ["windows-1251 · Cyrillic", "Big5 · Chinese, traditional"] {
        driven.harness.get_by_label(name);
    }
}

#[test]
fn a_notice_offers_undo_only_while_its_step_is_the_last_one() {
    let mut driven = Driven::with_text("The navy denied it. The port said no.");
    driven.key(NONE, Key::J);
    driven.type_key("2");
    driven.app().run(Command::RemoveDocument);
    driven.steps();
    driven.key(NONE, Key::Enter);
    driven.harness.get_by_label("Undo");
    driven.key(Modifiers::COMMAND, Key::Z);
    assert!(driven.harness.query_by_label("Undo").is_none());
    assert_eq!(driven.count(), 1);
}

#[test]
fn a_question_lies_above_every_notice() {
    let mut driven = Driven::with_text("The navy denied it.");
    for keys in ["K", "U", "N", "Tab"] {
        let taken = Some(vec![keys.to_owned()]);
        driven.app().run(Command::SetKeys("Next sentence", taken));
    }
    driven.harness.set_size(egui::vec2(480.0, 360.0));
    driven.steps();
    driven.key(NONE, Key::J);
    driven.type_key("2");
    driven.try_to_save_in_vain();
    driven.key(Modifiers::COMMAND, Key::W);
    driven.click("Do not save");
    driven.steps();
    assert!(driven.app().work().is_none());
}
