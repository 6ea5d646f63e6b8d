//! Characters, lines, words and sentences, in texts that hide nothing.

use ascribe::text::{
    Boundaries, ByteOffset, Edge, LineEnds, OffsetUnit, Span, Spans, Stride, Text, clause_at, grow,
    move_edge, paragraph_after, paragraph_before, sentence_after, sentence_at, sentence_before,
    shrink, trim, widen_to_graphemes, widen_to_words, word_at, word_start_after, word_start_before,
};
use proptest::prelude::*;

use crate::drawing::span_of;

fn text(words: &str) -> Text {
    Text::new(words.to_owned())
}

fn span(start: usize, end: usize) -> Span {
    Span::new(ByteOffset(start), ByteOffset(end)).unwrap()
}

fn check_word(words: &str, at: &str, expected: &str) {
    let text = text(words);
    let found = word_at(&text, span_of(&text, at).start()).unwrap();
    assert_eq!(text.slice(found), Some(expected));
}

fn check_sentence(words: &str, at: &str, expected: &str) {
    let text = text(words);
    let found = sentence_at(&text, span_of(&text, at).start()).unwrap();
    assert_eq!(text.slice(found), Some(expected));
}

#[test]
fn lines_end_at_lf_cr_and_both() {
    for (words, lines, ends) in [
        ("", vec![""], LineEnds::Lf),
        ("a\nb\n", vec!["a", "b", ""], LineEnds::Lf),
        ("a\r\nb", vec!["a", "b"], LineEnds::CrLf),
        ("a\rb\r", vec!["a", "b", ""], LineEnds::Cr),
        ("a\n\r\nb\rc", vec!["a", "", "b", "c"], LineEnds::Mixed),
        (
            "a\u{2028}b\u{85}c\u{B}d",
            vec!["a\u{2028}b\u{85}c\u{B}d"],
            LineEnds::Lf,
        ),
    ] {
        let text = text(words);
        let found: Vec<&str> = (0..text.line_count()).map(|line| text.line(line)).collect();
        assert_eq!((found, text.line_ends()), (lines, ends), "{words:?}");
    }
}

#[test]
fn words_follow_the_script() {
    check_word("The firm denied it.", "ied", "denied");
    check_word("Уряд заперечив це", "речив", "заперечив");
    check_word("وزارة الدفاع نفت التهمة", "دفاع", "الدفاع");
    check_word("该组织否认了指控", "认", "否认");
    check_word("ฉันกินข้าวที่บ้าน", "กิ", "กิน");
    check_word("can't stop", "n't", "can't");
    check_word("cafe\u{301} owner", "fe", "cafe\u{301}");
}

#[test]
fn sentences_do_not_end_at_abbreviations() {
    check_sentence(
        "Mr. Lind of the U.S. team spoke. He left.",
        "team",
        "Mr. Lind of the U.S. team spoke.",
    );
    check_sentence("First one. Second one! Third?", "Second", "Second one!");
    check_sentence(
        "该组织否认了指控。他们说没有证据。",
        "他们",
        "他们说没有证据。",
    );
    check_sentence("Один. Два слова. Три.", "слова", "Два слова.");
    check_sentence("One line\nanother line. End", "another", "another line.");
}

#[test]
fn clauses_end_at_commas_but_not_inside_numbers() {
    let text = text("The firm, which lost 4,300 units, said no.");
    let clause = |at: &str| {
        text.slice(clause_at(&text, span_of(&text, at).start()).unwrap())
            .unwrap()
            .to_owned()
    };
    assert_eq!(clause("lost"), "which lost 4,300 units,");
    assert_eq!(clause("said"), "said no.");
}

#[test]
fn a_drag_snaps_to_words_and_drops_spaces() {
    let text = text("The firm denied it.");
    let snapped =
        |from: usize, to: usize| text.slice(widen_to_words(&text, span(from, to))).unwrap();
    assert_eq!(snapped(6, 11), "firm denied");
    assert_eq!(snapped(4, 8), "firm");
    assert_eq!(text.slice(trim(&text, span(3, 9)).unwrap()), Some("firm"));
    assert_eq!(trim(&text, span(3, 4)), None);
}

#[test]
fn a_very_long_line_is_cut_into_windows() {
    let words = "слово ".repeat(100_000);
    let text = text(&words);
    let middle = text.offset_from(OffsetUnit::CodePoint, 300_002).unwrap();
    assert_eq!(text.slice(word_at(&text, middle).unwrap()), Some("слово"));
    assert!(sentence_at(&text, middle).is_some());
}

#[test]
fn an_empty_text_has_no_words() {
    let text = text("");
    assert_eq!(
        (
            word_at(&text, ByteOffset(0)),
            sentence_at(&text, ByteOffset(0)),
            text.span()
        ),
        (None, None, None)
    );
}

#[test]
fn pieces_of_an_annotation_keep_their_order_and_do_not_overlap() {
    assert!(Spans::new(vec![]).is_none());
    assert!(Spans::new(vec![span(0, 5), span(4, 8)]).is_none());
    let spans = Spans::new(vec![span(8, 9), span(0, 5)]).unwrap();
    assert_eq!(
        spans.iter().collect::<Vec<_>>(),
        vec![span(0, 5), span(8, 9)]
    );
    assert_eq!(spans.hull(), span(0, 9));
    assert!(!spans.contains(ByteOffset(6)) && spans.contains(ByteOffset(8)));
}

/// Grows from the words' start to the end and shrinks back; the units met on the way out.
fn check_units(words: &str, at: &str, expected: &[&str]) {
    let text = text(words);
    let origin = span_of(&text, at).start();
    let mut units: Vec<Span> = Vec::new();
    while let Some(unit) = grow(&text, origin, units.last().copied()) {
        units.push(unit);
    }
    let in_words: Vec<&str> = units
        .iter()
        .map(|unit| text.slice(*unit).unwrap())
        .collect();
    assert_eq!(in_words, expected);
    while let Some(unit) = units.pop() {
        assert_eq!(shrink(&text, origin, unit), units.last().copied());
    }
}

#[test]
fn a_selection_grows_from_word_to_clause_to_sentence_to_paragraph_and_back() {
    check_units(
        "Before.\nHe left. The firm, which lost 4,300 units, said no. It did.\nBehind.",
        "lost",
        &[
            "lost",
            "which lost 4,300 units,",
            "The firm, which lost 4,300 units, said no.",
            "He left. The firm, which lost 4,300 units, said no. It did.",
        ],
    );
    check_units(
        "该组织否认了指控，他们说没有证据。完。",
        "否认",
        &[
            "否认",
            "该组织否认了指控，",
            "该组织否认了指控，他们说没有证据。",
            "该组织否认了指控，他们说没有证据。完。",
        ],
    );
    check_units(
        "نفت الوزارة ذلك، وقالت لا.",
        "الوزارة",
        &["الوزارة", "نفت الوزارة ذلك،", "نفت الوزارة ذلك، وقالت لا."],
    );
}

#[test]
fn a_selection_over_two_paragraphs_grows_to_both() {
    let text = text("One here. Two.\nThree. Four there.\nFive.");
    let across = Span::new(span_of(&text, "Two").start(), span_of(&text, "Three").end()).unwrap();
    let grown = grow(&text, across.start(), Some(across)).unwrap();
    assert_eq!(
        text.slice(grown),
        Some("One here. Two.\nThree. Four there.")
    );
}

#[test]
fn steps_go_from_word_to_word_and_from_sentence_to_sentence_and_back() {
    let text = text("Уряд  заперечив це.\n\n Один! 该组织否认了。");
    let mut at = ByteOffset(0);
    let mut starts = vec![at];
    while at < text.end() {
        at = word_start_after(&text, at);
        starts.push(at);
    }
    let words = |starts: &[ByteOffset]| -> Vec<String> {
        let first = |at: &ByteOffset| text.as_str()[at.0..].chars().take(2).collect();
        starts.iter().map(first).collect()
    };
    assert_eq!(
        words(&starts),
        [
            "Ур", "за", "це", ".\n", "Од", "! ", "该组", "组织", "否认", "了。", "。", ""
        ]
    );
    for pair in starts.windows(2) {
        assert_eq!(word_start_before(&text, pair[1]), pair[0]);
    }
    let mut sentences = Vec::new();
    let mut at = ByteOffset(0);
    while let Some(sentence) = sentence_after(&text, at) {
        sentences.push(text.slice(sentence).unwrap());
        assert_eq!(sentence_before(&text, sentence.end()), Some(sentence));
        at = sentence.end();
    }
    assert_eq!(
        sentences,
        ["Уряд  заперечив це.", "Один!", "该组织否认了。"]
    );
    let second = ByteOffset(text.line_bytes(2).start);
    assert_eq!(paragraph_after(&text, ByteOffset(3)), second);
    assert_eq!(paragraph_before(&text, second), ByteOffset(0));
    assert_eq!(paragraph_before(&text, text.end()), second);
}

#[test]
fn each_edge_moves_by_word_and_by_character() {
    let text = text("The cafe\u{301} owner denied it.");
    let held = span_of(&text, "owner denied");
    let moved = |edge, stride, outwards| {
        let moved = move_edge(&text, held, edge, stride, outwards);
        moved.map(|span| text.slice(span).unwrap())
    };
    use {Edge::*, Stride::*};
    assert_eq!(moved(Start, Word, true), Some("cafe\u{301} owner denied"));
    assert_eq!(moved(Start, Word, false), Some("denied"));
    assert_eq!(moved(End, Word, true), Some("owner denied it"));
    assert_eq!(moved(End, Word, false), Some("owner"));
    assert_eq!(moved(Start, Character, false), Some("wner denied"));
    assert_eq!(moved(End, Character, true), Some("owner denied "));
    let all = text.span().unwrap();
    assert_eq!(
        move_edge(&text, all, End, Word, true),
        None,
        "there is no more text"
    );
    let accented = span_of(&text, "cafe\u{301}");
    let moved = move_edge(&text, accented, End, Character, false).unwrap();
    assert_eq!(text.slice(moved), Some("caf"), "no character is cut");
}

/// Words in many scripts, with line ends, marks and joiners.
pub fn any_words() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "word ",
        "Слово",
        " ",
        "\n",
        "\r\n",
        "\r",
        "نفت ",
        "שלום",
        "网络攻击",
        "👩‍👩‍👧",
        "🇺🇦",
        "e\u{301}",
        "ที่",
        "\u{200F}",
        "\t",
        "4,300",
        "“quoted”",
        "\u{2028}",
        "\u{85}",
        "\u{B}",
        "\u{FEFF}",
        "𠮷",
        "क्षि",
        "\u{0}",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn offsets_convert_as_a_plain_count_would(words in any_words(), repeat in 1usize..40) {
        let words = words.repeat(repeat);
        let text = text(&words);
        for (byte, _) in words.char_indices().chain([(words.len(), ' ')]).step_by(7) {
            let before = &words[..byte];
            let offset = ByteOffset(byte);
            for (unit, count) in [
                (OffsetUnit::Byte, before.len()),
                (OffsetUnit::CodePoint, before.chars().count()),
                (OffsetUnit::Utf16, before.encode_utf16().count()),
            ] {
                prop_assert_eq!(text.offset_in(unit, offset), count);
                prop_assert_eq!(text.offset_from(unit, count), Some(offset));
            }
        }
        prop_assert_eq!(text.offset_from(OffsetUnit::CodePoint, words.chars().count() + 1), None);
    }

    #[test]
    fn lines_hold_the_whole_text_once(words in any_words()) {
        let text = text(&words);
        let whole: String = (0..text.line_count()).map(|line| &words[text.line_bytes_with_break(line)]).collect();
        prop_assert_eq!(&whole, &words);
        for (byte, _) in words.char_indices() {
            prop_assert!(text.line_bytes_with_break(text.line_index_at(ByteOffset(byte))).contains(&byte));
        }
    }

    #[test]
    fn no_cluster_is_ever_cut(words in any_words(), from in 0usize..200, to in 0usize..200) {
        let text = text(&words);
        let place = |at: usize| text.floor(ByteOffset(at.min(words.len())));
        let Some(span) = Span::between(place(from), place(to)) else { return Ok(()) };
        let widened = widen_to_graphemes(&text, span).unwrap();
        let boundaries = Boundaries::of(&text);
        prop_assert!(widened.encloses(span));
        prop_assert!(boundaries.is_boundary(widened.start()) && boundaries.is_boundary(widened.end()));
    }

    #[test]
    fn every_step_goes_on_and_cuts_no_character(words in any_words(), at in 0usize..200) {
        let text = text(&words);
        let boundaries = Boundaries::of(&text);
        let at = boundaries.floor(ByteOffset(at.min(words.len())));
        prop_assert!(word_start_after(&text, at) > at || at == text.end());
        prop_assert!(word_start_before(&text, at) < at || at.0 == 0);
        prop_assert!(paragraph_after(&text, at) > at || at == text.end());
        prop_assert!(paragraph_before(&text, at) < at || at.0 == 0);
        let mut held = None;
        while let Some(grown) = grow(&text, at, held) {
            prop_assert!(held.is_none_or(|held| grown.encloses(held) && grown != held));
            prop_assert!(text.slice(grown).is_some());
            held = Some(grown);
        }
        if let Some(sentence) = sentence_after(&text, at) {
            prop_assert!(sentence.start() >= at);
        }
    }

    #[test]
    fn words_and_sentences_hold_the_place_asked_for(words in any_words(), at in 0usize..200) {
        let text = text(&words);
        let at = text.floor(ByteOffset(at.min(words.len())));
        if let Some(word) = word_at(&text, at) {
            prop_assert!(text.slice(word).is_some());
            prop_assert!(word.start() <= at);
        }
        if let Some(sentence) = sentence_at(&text, at) {
            prop_assert!(text.slice(sentence).is_some());
        }
    }
}
