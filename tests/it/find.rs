//! Finding words in a text, and paragraphs without marks.

use ascribe::model::AnnotatorId;
use ascribe::query::{Needle, find_in_text, find_steps, unlabelled_paragraph};
use ascribe::text::{Boundaries, Text};
use proptest::prelude::*;

use crate::drawing::{document_id, read};
use crate::texts::any_words;

fn needle(words: &str, matches_case: bool) -> Needle {
    Needle {
        words: words.to_owned(),
        matches_case,
    }
}

fn check_found(words: &str, wanted: &str, matches_case: bool, expected: &[&str]) {
    let text = Text::new(words.to_owned());
    let found = find_in_text(&text, &needle(wanted, matches_case), || true).unwrap();
    let found: Vec<&str> = found
        .iter()
        .map(|span| text.slice(*span).unwrap())
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn words_are_found_in_every_script_in_whichever_case() {
    check_found(
        "The firm. the Firm. THE",
        "the",
        false,
        &["The", "the", "THE"],
    );
    check_found("The firm. the Firm. THE", "the", true, &["the"]);
    check_found("Уряд заперечив. уряд", "УРЯД", false, &["Уряд", "уряд"]);
    check_found("该组织否认，否认了", "否认", false, &["否认", "否认"]);
    check_found("نفت الوزارة ونفت", "نفت", false, &["نفت", "نفت"]);
    check_found(
        "İstanbul and istanbul",
        "i\u{307}stanbul",
        false,
        &["İstanbul"],
    );
    check_found("aaa", "aa", false, &["aa"]);
    check_found("one", "", false, &[]);
}

#[test]
fn words_are_found_over_line_ends_and_hard_spaces() {
    check_found(
        "said\u{A0}no, said\nno",
        "said no",
        false,
        &["said\u{A0}no", "said\nno"],
    );
}

#[test]
fn a_find_cuts_no_character() {
    check_found("cafe\u{301} cafe", "cafe", false, &["cafe\u{301}", "cafe"]);
    check_found("👩‍👩‍👧 👩", "👩", false, &["👩‍👩‍👧", "👩"]);
}

#[test]
fn words_at_the_seam_of_two_steps_are_found_and_a_search_can_be_given_up() {
    let mut words = "x".repeat((1 << 20) - 3);
    words.push_str("заперечив");
    words.push_str(&"y".repeat(1 << 20));
    words.push_str("заперечив");
    let text = Text::new(words);
    assert_eq!(find_steps(&text), 3);
    let found = find_in_text(&text, &needle("Заперечив", false), || true).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(
        find_in_text(&text, &needle("Заперечив", false), || false),
        None
    );
}

#[test]
fn a_paragraph_without_marks_of_mine_is_found_onwards_and_back() {
    let (project, texts) = read(
        "
First paragraph.
^^^^^ denial @mara
Second paragraph.
^^^^^^ denial @jon

Third paragraph.
^^^^^ denial @mara
Уряд заперечив це.
",
    );
    let text = &texts[&document_id()];
    let find = |annotator: &str, from_line_index, forwards| {
        let annotator_id = AnnotatorId::new(annotator);
        let found = unlabelled_paragraph(
            &project,
            text,
            &document_id(),
            &annotator_id,
            from_line_index,
            forwards,
            || true,
        );
        found.map(|span| text.slice(span).unwrap())
    };
    assert_eq!(find("mara", 0, true), Some("Second paragraph."));
    assert_eq!(find("mara", 1, true), Some("Уряд заперечив це."));
    assert_eq!(find("mara", 4, true), None);
    assert_eq!(find("mara", 4, false), Some("Second paragraph."));
    assert_eq!(find("jon", 0, true), Some("Third paragraph."));
}

proptest! {
    #[test]
    fn what_is_found_is_what_was_looked_for(words in any_words(), from in 0usize..60, to in 0usize..60) {
        let text = Text::new(words.clone());
        let boundaries = Boundaries::of(&text);
        let place = |at: usize| boundaries.floor(ascribe::text::ByteOffset(at.min(words.len())));
        let Some(span) = ascribe::text::Span::between(place(from), place(to)) else { return Ok(()) };
        let wanted = text.slice(span).unwrap();
        let found = find_in_text(&text, &needle(wanted, true), || true).unwrap();
        prop_assert!(!found.is_empty(), "{wanted:?} stands at {span:?}");
        for pair in found.windows(2) {
            prop_assert!(pair[0].end() <= pair[1].start());
        }
        for hit in found {
            let plain = |words: &str| words.replace(char::is_whitespace, " ");
            prop_assert!(plain(text.slice(hit).unwrap()).contains(&plain(wanted)));
        }
    }
}
