//! Where characters stand on the text surface, in every script, and which lanes annotations get.
//!
//! Scripts beyond the reading face need a font of the system. Where there is none the paragraph says so, and
//! what is tested still holds for the boxes that stand in its place.

use std::cell::RefCell;
use std::ops::Range;

use ascribe::app::ReadingFace;
use ascribe::model::AnnotationId;
use ascribe::text::{Boundaries, ByteOffset, Span, Text};
use ascribe::ui::{Blocks, Cell, Engine, Estimate, Line, Paragraph, Place, Setting, highlights};
use egui::{Pos2, Rect, pos2};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::drawing::{document_id, read, span_of};
use crate::texts::any_words;

const SETTING: Setting = Setting {
    size: 18.0,
    line_height: 1.9,
    width: 320.0,
    face: ReadingFace::Serif,
    shows_invisible: false,
};

const TEXTS: [&str; 9] = [
    "The Ministry blamed a unit of the office for the affair in five offices.",
    "نفت وزارة الدفاع أي صلة لها بالهجوم على الشبكة يوم الثلاثاء، وقالت إن الادعاءات لا أساس لها من الصحة.",
    "משרד החוץ דחה את ההאשמות ואמר כי אין להן בסיס, וכי ההתקפה באה ממקום אחר.",
    "English, then مرحبا بالعالم 123, then שלום 42 עולם, and the end of it.",
    "该组织否认对网络攻击负责，并要求提供证据。外交部发言人表示，这些指控毫无根据。",
    "สวัสดีที่กำลังทดสอบระบบภาษาไทยยาวๆเพื่อดูการตัดคำ",
    "नमस्ते क्षत्रिय हिन्दी में रिपोर्ट और खंडन",
    "Owls 🦉🔥 and families 👩‍👩‍👧 with flags 🇺🇦🇪🇪 and hands ✊🏽.",
    "cafe\u{301} nai\u{308}ve e\u{301}\u{323}\u{302} done",
];

thread_local! {
    /// Looking for the system's fonts takes longer than all layouts of a test.
    static ENGINE: RefCell<Engine> = RefCell::new(Engine::new());
}

fn lay_out_in(setting: &Setting, words: &str) -> Paragraph {
    ENGINE.with_borrow_mut(|engine| engine.lay_out(words, setting, &[]))
}

fn lay_out(words: &str) -> Paragraph {
    lay_out_in(&SETTING, words)
}

/// Every place between two clusters of the words.
fn boundaries(words: &str) -> Vec<usize> {
    let text = Text::new(words.to_owned());
    let boundaries = Boundaries::of(&text);
    words
        .char_indices()
        .map(|(byte, _)| byte)
        .filter(|&byte| boundaries.is_boundary(ByteOffset(byte)))
        .collect()
}

fn area(boxes: &[Rect]) -> f32 {
    boxes.iter().map(|rect| rect.width()).sum()
}

#[test]
fn a_point_on_a_character_finds_it() {
    for words in TEXTS {
        let paragraph = lay_out(words);
        let places = boundaries(words);
        for pair in places.windows(2) {
            let Some(rect) = paragraph.boxes(&(pair[0]..pair[1])).first().copied() else {
                continue;
            };
            // White space at a line's end has no box; ligatures may give a character no width of its own.
            if rect.width() < 0.5 {
                continue;
            }
            let under = paragraph.byte_under(rect.center());
            assert!(
                under.is_some_and(|byte| (pair[0]..pair[1]).contains(&byte)),
                "{words}: {pair:?} gives {under:?}"
            );
        }
    }
}

#[test]
fn a_click_beside_a_caret_comes_back_to_it() {
    for words in TEXTS {
        let paragraph = lay_out(words);
        let mut elsewhere = 0;
        for &byte in &boundaries(words) {
            let caret = paragraph.caret(byte);
            elsewhere += usize::from(paragraph.byte_at(caret.center()) != byte);
        }
        // Where direction changes, one place on the screen stands for two in the text; at a line break too.
        assert!(
            elsewhere <= 10 + paragraph.lines.len(),
            "{words}: {elsewhere} carets lead elsewhere"
        );
    }
}

/// Where a caret stands: its line and x, to be compared.
fn spot(paragraph: &Paragraph, place: Place) -> (i32, i32) {
    let caret = paragraph.caret_at(place);
    (caret.top() as i32, (caret.left() * 8.0).round() as i32)
}

/// Steps over the whole paragraph in the direction that it is read in; the places on the way.
fn walk(paragraph: &Paragraph) -> Vec<Place> {
    let mut places = vec![paragraph.place_at(paragraph.caret(0).center())];
    while let Some(next) = paragraph.step(places[places.len() - 1], !paragraph.is_rtl) {
        places.push(next);
        assert!(places.len() < 2000, "the caret goes in circles");
    }
    places
}

#[test]
fn the_caret_walks_over_the_screen_in_one_direction_and_back_the_same_way() {
    for words in TEXTS {
        let paragraph = lay_out(words);
        let places = walk(&paragraph);
        let spots: Vec<_> = places
            .iter()
            .map(|place| spot(&paragraph, *place))
            .collect();
        for pair in spots.windows(2) {
            let [(top, x), (next_top, next_x)] = [pair[0], pair[1]];
            let goes_on = if paragraph.is_rtl {
                next_x <= x
            } else {
                next_x >= x
            };
            assert!(
                next_top > top || (next_top == top && goes_on),
                "{words}: {pair:?}"
            );
        }
        let cells: usize = paragraph.lines.iter().map(|line| line.cells.len()).sum();
        assert!(
            places.len() >= cells,
            "{words}: {} places for {cells} characters",
            places.len()
        );
        let mut back = vec![places[places.len() - 1]];
        while let Some(next) = paragraph.step(back[back.len() - 1], paragraph.is_rtl) {
            back.push(next);
        }
        back.reverse();
        let back: Vec<_> = back.iter().map(|place| spot(&paragraph, *place)).collect();
        let seen_only_once = |all: &[(i32, i32)]| {
            let mut all = all.to_vec();
            all.sort();
            all.dedup();
            all
        };
        assert_eq!(seen_only_once(&back), seen_only_once(&spots), "{words}");
    }
}

/// The places that the caret visits from the start to the end, and the first byte of each character as it stands
/// on the screen, from left to right.
fn check_places(words: &str, expected: Expect) {
    let wide = Setting {
        width: 4000.0,
        ..SETTING
    };
    let paragraph = lay_out_in(&wide, words);
    let carets: Vec<usize> = walk(&paragraph).iter().map(|place| place.byte).collect();
    let line = &paragraph.lines[0];
    let middles = line.cells.iter().map(|cell| {
        pos2(
            (cell.left + cell.right) / 2.0,
            (line.top + line.bottom) / 2.0,
        )
    });
    let under: Vec<usize> = middles
        .map(|middle| paragraph.byte_under(middle).unwrap())
        .collect();
    expected.assert_eq(&format!("carets {carets:?}\nunder {under:?}\n"));
}

#[test]
fn carets_and_points_follow_the_screen_in_every_script() {
    check_places(
        "It did.",
        expect![[r#"
        carets [0, 1, 2, 3, 4, 5, 6, 7]
        under [0, 1, 2, 3, 4, 5, 6]
    "#]],
    );
    check_places(
        "نفت ذلك",
        expect![[r#"
        carets [0, 2, 4, 6, 7, 9, 11, 13]
        under [11, 9, 7, 6, 4, 2, 0]
    "#]],
    );
    check_places(
        "הוא 42",
        expect![[r#"
        carets [0, 2, 4, 6, 7, 8, 7]
        under [7, 8, 6, 4, 2, 0]
    "#]],
    );
    // Where the Hebrew word begins as seen from the left stands its end; then its letters from the last to the first.
    check_places(
        "ab שלום cd",
        expect![[r#"
        carets [0, 1, 2, 3, 9, 7, 5, 3, 12, 13, 14]
        under [0, 1, 2, 9, 7, 5, 3, 11, 12, 13]
    "#]],
    );
    check_places(
        "قال AB 1",
        expect![[r#"
        carets [0, 2, 4, 6, 7, 10, 9, 8, 7]
        under [7, 8, 9, 10, 6, 4, 2, 0]
    "#]],
    );
    check_places(
        "该组织",
        expect![[r#"
        carets [0, 3, 6, 9]
        under [0, 3, 6]
    "#]],
    );
    check_places(
        "ที่กำ",
        expect![[r#"
        carets [0, 9, 15]
        under [0, 9]
    "#]],
    );
    check_places(
        "क्षि न",
        expect![[r#"
        carets [0, 12, 13, 16]
        under [0, 12, 13]
    "#]],
    );
    check_places(
        "👩‍👩‍👧🇺🇦✊🏽.",
        expect![[r#"
        carets [0, 18, 26, 33, 34]
        under [0, 18, 26, 33]
    "#]],
    );
    check_places(
        "e\u{301}x",
        expect![[r#"
        carets [0, 3, 4]
        under [0, 3]
    "#]],
    );
}

#[test]
fn home_and_end_stay_on_the_line_of_the_screen() {
    for words in TEXTS {
        let paragraph = lay_out(words);
        for line in &paragraph.lines {
            let middle = Place::before(line.cells[line.cells.len() / 2].bytes.start);
            for at_end in [false, true] {
                let edge = paragraph.line_edge(middle, at_end);
                assert_eq!(
                    paragraph.caret_at(edge).top(),
                    paragraph.caret_at(middle).top(),
                    "{words}: {edge:?}"
                );
            }
        }
    }
}

#[test]
fn right_to_left_text_begins_at_the_right() {
    for words in [TEXTS[1], TEXTS[2]] {
        let paragraph = lay_out(words);
        assert!(paragraph.is_rtl);
        assert!(paragraph.lines.len() > 1, "it wraps");
        let first = paragraph.caret(0);
        assert!(
            first.left() > SETTING.width - 2.0,
            "the first caret stands at the right edge"
        );
        let second_line = paragraph.lines[1].bytes.start;
        assert!(paragraph.caret(second_line).left() > SETTING.width / 2.0);
        assert!(
            paragraph.caret(second_line).top() > first.top(),
            "what is read later stands below"
        );
    }
}

#[test]
fn numbers_in_arabic_read_from_left_to_right() {
    let words = "عدد 123 هنا";
    let paragraph = lay_out(words);
    let x = |digit: &str| {
        paragraph.boxes(&(words.find(digit).unwrap()..words.find(digit).unwrap() + 1))[0].left()
    };
    assert!(x("1") < x("2") && x("2") < x("3"));
    let last_word = paragraph.boxes(&(words.find("هنا").unwrap()..words.len()))[0];
    assert!(
        last_word.right() <= x("1"),
        "the word behind the number stands left of it"
    );
}

#[test]
fn a_span_over_a_change_of_direction_has_several_boxes() {
    let words = "abc שלום def";
    let wide = Setting {
        width: 2000.0,
        ..SETTING
    };
    let paragraph = lay_out_in(&wide, words);
    let start = words.find("לום").unwrap();
    let boxes = paragraph.boxes(&(start..words.find("ef").unwrap()));
    assert_eq!(
        boxes.len(),
        2,
        "the end of the Hebrew word and the Latin one do not touch"
    );
    assert_eq!(
        paragraph.boxes(&(0..words.len())).len(),
        1,
        "the whole line is one box"
    );
}

#[test]
fn chinese_breaks_anywhere_and_words_do_not() {
    let chinese = lay_out(TEXTS[4]);
    assert!(chinese.lines.len() >= 2);
    let english = lay_out(TEXTS[0]);
    for line in &english.lines {
        let before = TEXTS[0]
            .as_bytes()
            .get(line.bytes.start.wrapping_sub(1))
            .copied();
        assert!(
            matches!(before, None | Some(b' ')),
            "lines begin behind a space"
        );
    }
}

/// The cells of each line as they stand on the screen, from left to right; `[ ]` around those that the words fill.
/// A viewer that reorders right-to-left letters shows this line in another order than it has.
fn drawn(paragraph: &Paragraph, words: &str, span: &Range<usize>) -> String {
    let boxes = paragraph.boxes(span);
    let mut drawing = String::new();
    for line in &paragraph.lines {
        let is_filled = |cell: &Cell| {
            let middle = pos2((cell.left + cell.right) / 2.0, line.letters_top + 1.0);
            boxes.iter().any(|rect| rect.contains(middle))
        };
        let mut was_filled = false;
        for cell in &line.cells {
            match (was_filled, is_filled(cell)) {
                (false, true) => drawing.push('['),
                (true, false) => drawing.push(']'),
                _ => {}
            }
            was_filled = is_filled(cell);
            let letters = words[cell.bytes.clone()].replace(' ', "_");
            drawing.push_str(&letters);
            drawing.push('|');
        }
        drawing.push_str(if was_filled { "]\n" } else { "\n" });
    }
    drawing
}

fn check_drawn(words: &str, filled: &str, expected: Expect) {
    let wide = Setting {
        width: 4000.0,
        ..SETTING
    };
    let paragraph = lay_out_in(&wide, words);
    let start = words.find(filled).unwrap();
    expected.assert_eq(&drawn(&paragraph, words, &(start..start + filled.len())));
}

#[test]
fn boxes_fill_the_words_in_every_script() {
    check_drawn(
        "It denied it.",
        "denied",
        expect![[r#"
        I|t|_|[d|e|n|i|e|d|]_|i|t|.|
    "#]],
    );
    check_drawn(
        "نفت الوزارة",
        "الوزارة",
        expect![[r#"
        [ة|ر|ا|ز|و|ل|ا|]_|ت|ف|ن|
    "#]],
    );
    check_drawn(
        "הוא דחה 42",
        "דחה 42",
        expect![[r#"
        [4|2|_|ה|ח|ד|]_|א|ו|ה|
    "#]],
    );
    check_drawn(
        "ab שלום 42 cd",
        "b של",
        expect![[r#"
        a|[b|_|]4|2|_|ם|ו|[ל|ש|]_|c|d|
    "#]],
    );
    check_drawn(
        "قال ABC 12 هنا",
        "ABC 12",
        expect![[r#"
        ا|ن|ه|_|[A|B|C|_|1|2|]_|ل|ا|ق|
    "#]],
    );
    check_drawn(
        "该组织否认",
        "否认",
        expect![[r#"
        该|组|织|[否|认|]
    "#]],
    );
    check_drawn(
        "ที่กำลัง",
        "กำ",
        expect![[r#"
        ที่|[กำ|]ลั|ง|
    "#]],
    );
    check_drawn(
        "क्षि न",
        "न",
        expect![[r#"
        क्षि|_|[न|]
    "#]],
    );
    check_drawn(
        "👩‍👩‍👧🇺🇦✊🏽.",
        "🇺🇦",
        expect![[r#"
        👩‍👩‍👧|[🇺🇦|]✊🏽|.|
    "#]],
    );
    check_drawn(
        "cafe\u{301} e",
        "e\u{301}",
        expect![[r#"
        c|a|f|[é|]_|e|
    "#]],
    );
    check_drawn(
        "a\tb\u{A0}c",
        "\tb\u{A0}",
        expect![[r#"
        a|[	|b| |]c|
    "#]],
    );
}

#[test]
fn invisible_and_direction_marks_are_named() {
    let words = "safe\u{202E}txt.exe\u{202C} zero\u{200B}width \u{0} a\tb\u{A0}c\u{AD}d";
    let names = |paragraph: Paragraph| -> Vec<&str> {
        paragraph.marks.iter().map(|(_, name)| *name).collect()
    };
    assert_eq!(names(lay_out(words)), ["RLO", "PDF", "ZWSP", "NUL", "SHY"]);
    let all = names(lay_out_in(&SHOWING_ALL, words));
    assert_eq!(all, ["RLO", "PDF", "ZWSP", "NUL", "→", "°", "SHY"]);
}

const SHOWING_ALL: Setting = Setting {
    shows_invisible: true,
    ..SETTING
};

#[test]
fn an_override_of_direction_never_makes_words_read_as_others() {
    for setting in [SETTING, SHOWING_ALL] {
        let words = "safe\u{202E}txt.exe\u{202C} end";
        let paragraph = lay_out_in(&setting, words);
        let start = words.find("txt.exe").unwrap();
        let lefts = (start..start + 7).map(|byte| paragraph.boxes(&(byte..byte + 1))[0].left());
        let lefts: Vec<f32> = lefts.collect();
        assert!(lefts.is_sorted(), "the letters stand as they are written");
        assert_eq!(paragraph.boxes(&(0..words.len() - 4)).len(), 1);
    }
}

#[test]
fn what_cannot_be_seen_gets_room_of_its_own_on_demand() {
    for unseen in [
        "\u{200B}", "\u{200F}", "\u{202B}", "\u{2066}", "\u{FEFF}", "\u{AD}", "\u{202E}",
    ] {
        let words = format!("ab{unseen}cd");
        let room = |setting| {
            let paragraph = lay_out_in(setting, &words);
            paragraph
                .boxes(&(2..2 + unseen.len()))
                .first()
                .map_or(0.0, Rect::width)
        };
        assert!(room(&SHOWING_ALL) > 3.0, "{unseen:?}");
    }
}

#[test]
fn a_tab_is_wider_than_a_space() {
    let width = |words: &str| lay_out(words).boxes(&(1..2))[0].width();
    assert!(width("a\tb") > 3.0 * width("a b"));
}

#[test]
fn a_line_separator_begins_a_new_line_and_a_hard_space_none() {
    assert_eq!(lay_out("one\u{2028}two").lines.len(), 2);
    let words = "word ".repeat(20) + "ten\u{A0}thousand";
    let paragraph = lay_out(&words);
    let (number, noun) = (words.find("ten").unwrap(), words.find("thousand").unwrap());
    assert_eq!(paragraph.caret(number).top(), paragraph.caret(noun).top());
}

#[test]
fn a_letter_without_a_font_is_reported() {
    assert_eq!(lay_out("ok").missing, None);
    assert_eq!(lay_out("x \u{10FFFD}").missing, Some('\u{10FFFD}'));
}

#[test]
fn both_faces_are_those_that_come_with_the_program() {
    let sans = Setting {
        face: ReadingFace::Sans,
        ..SETTING
    };
    let width = |setting| lay_out_in(setting, "minimum").boxes(&(0..7))[0].width();
    assert!((width(&SETTING) - width(&sans)).abs() > 1.0);
}

#[test]
fn an_empty_line_has_room_for_a_caret() {
    let paragraph = lay_out("");
    assert!(paragraph.height > 10.0);
    assert_eq!(paragraph.byte_at(Pos2::ZERO), 0);
    assert!(paragraph.caret(0).height() > 10.0);
}

proptest! {
    /// The boxes of two neighbouring spans are together as wide as those of both in one.
    #[test]
    fn boxes_cover_each_character_once(words in any_words(), cut in 0usize..60) {
        let words = words.replace(['\n', '\r', '\u{2028}'], " ");
        let places = boundaries(&words);
        let Some(&middle) = places.get(cut) else { return Ok(()) };
        let paragraph = lay_out(&words);
        let (left, right) = (paragraph.boxes(&(0..middle)), paragraph.boxes(&(middle..words.len())));
        let whole = paragraph.boxes(&(0..words.len()));
        prop_assert!((area(&left) + area(&right) - area(&whole)).abs() < 0.5);
        for rect in &whole {
            prop_assert!(rect.width() > 0.0 && rect.height() > 0.0);
        }
    }

    /// Heights of blocks are summed in groups of groups; a plain sum over all of them says the same.
    #[test]
    fn places_are_found_as_by_adding_up_all_blocks(
        lines in prop::collection::vec(0usize..300, 1..9_000),
        measured in prop::collection::vec((0usize..9_000, 1.0f32..900.0), 0..60),
        at in 0.0f64..1.1,
    ) {
        let words: String = lines.iter().map(|length| "a".repeat(*length) + "\n").collect();
        let estimate = Estimate { bytes_a_line: 60.0, line_height: 30.0, gap: 0.0, empty_height: 15.0 };
        let mut blocks = Blocks::of(&Text::new(words), &estimate);
        for (block, height) in measured {
            blocks.set_height(block, height);
        }
        let tops: Vec<f64> = (0..=blocks.count())
            .scan(0.0, |top, block| Some(std::mem::replace(top, *top + f64::from(blocks.height(block)))))
            .collect();
        let total = tops[blocks.count()];
        prop_assert!((blocks.total() - total).abs() < 0.01);
        let y = total * at;
        let (block, below) = blocks.at_height(y);
        prop_assert!((blocks.top_of(block) - tops[block]).abs() < 0.01);
        prop_assert!((tops[block] + f64::from(below) - y.min(total)).abs() < 0.01);
    }

    /// From the start to the end of any words, and each step leads somewhere else.
    #[test]
    fn the_caret_walks_through_any_words(words in any_words()) {
        let words = words.replace(['\n', '\r'], " ");
        let paragraph = lay_out(&words);
        let places = walk(&paragraph);
        for pair in places.windows(2) {
            prop_assert!(pair[0] != pair[1], "{words:?}: it stays at {:?}", pair[0]);
        }
        let last = paragraph.lines.last().unwrap();
        prop_assert_eq!(paragraph.caret_at(places[places.len() - 1]).top(), last.letters_top, "{:?}", words);
    }

    /// Every place where a caret may stand can be pointed at, and the point leads back to it.
    #[test]
    fn every_place_maps_to_the_screen_and_back(words in any_words()) {
        let words = words.replace(['\n', '\r'], " ");
        let paragraph = lay_out(&words);
        for byte in boundaries(&words) {
            let caret = paragraph.caret(byte);
            let cells = paragraph.lines.iter().flat_map(|line| line.cells.iter().map(move |cell| (line, cell)));
            // White space that hangs over the edge where a line wraps cannot be pointed at.
            let hangs = |(line, cell): &(&Line, &Cell)| {
                !line.is_last && cell.hangs && (cell.bytes.contains(&byte) || cell.bytes.end == byte)
            };
            if cells.clone().any(|cell| hangs(&cell)) {
                continue;
            }
            let back = paragraph.place_at(caret.center());
            prop_assert!(
                (paragraph.caret_at(back).left() - caret.left()).abs() < 0.1,
                "{words:?}: {byte} comes back as {back:?}"
            );
        }
    }

    /// The boxes of a span hold the middle of each of its characters, and of no other.
    #[test]
    fn boxes_hold_just_the_characters_of_the_span(words in any_words(), from in 0usize..60, to in 0usize..60) {
        let words = words.replace(['\n', '\r'], " ");
        let places = boundaries(&words);
        let Some((&from, &to)) = places.get(from).zip(places.get(to)) else { return Ok(()) };
        let span = from.min(to)..from.max(to);
        let paragraph = lay_out(&words);
        let boxes = paragraph.boxes(&span);
        for line in &paragraph.lines {
            for cell in line.cells.iter().filter(|cell| !cell.hangs && cell.right - cell.left > 0.1) {
                let middle = pos2((cell.left + cell.right) / 2.0, line.letters_top + 1.0);
                let is_covered = boxes.iter().any(|rect| rect.contains(middle));
                let is_wanted = cell.bytes.start < span.end && span.start < cell.bytes.end;
                prop_assert_eq!(is_covered, is_wanted, "{:?} in {:?} of {:?}", cell, span, words);
            }
        }
    }

    /// Any point gives a place at which a caret may stand.
    #[test]
    fn any_point_gives_a_place(words in any_words(), x in -50.0f32..500.0, y in -50.0f32..800.0) {
        let words = words.replace(['\n', '\r'], " ");
        let byte = lay_out(&words).byte_at(pos2(x, y));
        prop_assert!(words.is_char_boundary(byte));
    }
}

/// Symbol fonts of the system have some of them in black.
#[test]
fn characters_shown_as_pictures_come_from_one_font() {
    let paragraph = lay_out("🔒🕊\u{FE0F}😂🦉❤\u{FE0F}☀\u{FE0F}🇺🇦");
    if let Some(missing) = paragraph.missing {
        eprintln!("skipped: no font here has {missing}");
        return;
    }
    let fonts: Vec<usize> = paragraph.glyphs.iter().map(|glyph| glyph.font).collect();
    assert!(fonts.iter().all(|font| *font == fonts[0]), "{fonts:?}");
    let words = lay_out("Owls 12");
    assert!(words.glyphs.iter().all(|glyph| glyph.font != fonts[0]));
}

fn check_lanes(drawing: &str, expected: Expect) {
    let (project, texts) = read(drawing);
    let all = texts[&document_id()].span().unwrap();
    let shown = highlights(&project, &document_id(), all, |_: &AnnotationId| false);
    let lines: Vec<String> = shown
        .iter()
        .map(|shown| format!("{} {}\n", shown.lane, shown.annotation.quote))
        .collect();
    expected.assert_eq(&lines.concat());
}

#[test]
fn overlapping_annotations_get_lanes_of_their_own() {
    check_lanes(
        "
Estonia blamed the group for the outage.
^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
               ^^^^^^^^^^^^^^^^^^^^^^^^ impact @mara
               ^^^ denial @mara
                         ^^^ denial @mara
",
        expect![[r#"
            0 Estonia blamed the group
            1 the group for the outage
            2 the
            0 for
        "#]],
    );
}

#[test]
fn lanes_do_not_depend_on_what_is_visible() {
    let (project, texts) = read(
        "
Estonia blamed the group for the outage.
^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
               ^^^^^^^^^^^^^^^^^^^^^^^^ impact @mara
",
    );
    let text = &texts[&document_id()];
    let tail: Span = span_of(text, "outage");
    let shown = highlights(&project, &document_id(), tail, |_: &AnnotationId| false);
    assert_eq!(
        shown.iter().map(|shown| shown.lane).collect::<Vec<_>>(),
        [1],
        "not 0, although it is alone there"
    );
}
