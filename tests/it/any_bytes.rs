//! Whatever bytes and texts come in: no panic, no hang, and no answer that is not in the text.

use std::fs;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use ascribe::anchor::{Found, Mark, find_again};
use ascribe::model::quote_of;
use ascribe::store::{project_to_string, read_project, read_text};
use ascribe::text::{ByteOffset, OffsetUnit, Span, Spans, Text};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::drawing::read;
use crate::texts::any_words;

fn folder() -> &'static TempDir {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| TempDir::new().unwrap())
}

/// A sound project file, to be damaged.
fn seed() -> Vec<u8> {
    let (project, texts) = read(
        "
Estonia blamed the group for the outage. Уряд заперечив це.
^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
^\"заперечив\" denial @jon
",
    );
    project_to_string(&project, &texts).into_bytes()
}

/// One way to damage bytes, as numbers.
type Damage = (u8, usize, usize, usize);

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    const PIECES: [&[u8]; 12] = [
        b"(",
        b")",
        b"[",
        b"\"",
        b"\\u{202e}",
        b"\xFF",
        b"\0",
        b"99999999999999999999",
        b"-1",
        b"NaN",
        b"/*",
        b",,",
    ];
    for &(what, at, length, which) in damages {
        let at = at % (bytes.len() + 1);
        let end = (at + length).min(bytes.len());
        match what {
            0 if at < bytes.len() => bytes[at] ^= 1 << (which % 8),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = bytes[at..end].to_vec();
                let to = which % (bytes.len() + 1);
                bytes.splice(to..to, piece).for_each(drop);
            }
            _ => bytes
                .splice(at..at, PIECES[which % PIECES.len()].to_vec())
                .for_each(drop),
        }
    }
    bytes
}

/// Spans that need not be in any text.
fn any_marks() -> impl Strategy<Value = Vec<(usize, usize, bool)>> {
    prop::collection::vec((0usize..120, 1usize..30, any::<bool>()), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_project_damaged_in_any_way_is_read_or_refused(
        damages in prop::collection::vec((0u8..5, any::<usize>(), 1usize..80, any::<usize>()), 1..7),
    ) {
        let path = folder().path().join("damaged.ascribe.ron");
        fs::write(&path, damaged(seed(), &damages)).unwrap();
        let begun = Instant::now();
        match read_project(&path) {
            // What it took in, it writes and reads again.
            Ok(opened) => {
                let words = project_to_string(&opened.project, &opened.texts);
                fs::write(&path, &words).unwrap();
                prop_assert!(read_project(&path).is_ok_and(|again| again.project == opened.project));
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        prop_assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn any_bytes_are_some_text_or_refused(
        mark in prop::sample::select(vec![&b""[..], b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF", b"\xFF\xFE\0\0"]),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        encoding in prop::option::of(prop::sample::select(ascribe::import::encodings().collect::<Vec<_>>())),
    ) {
        let path = folder().path().join("bytes.txt");
        fs::write(&path, [mark, &bytes].concat()).unwrap();
        if let Ok(read) = read_text(&path, encoding) {
            let text = &read.text;
            let end = text.end();
            for unit in OffsetUnit::ALL {
                prop_assert_eq!(text.offset_from(unit, text.offset_in(unit, end)), Some(end));
            }
            let lines: usize = (0..text.line_count()).map(|line| text.line_bytes_with_break(line).len()).sum();
            prop_assert_eq!(lines, end.0);
        }
    }

    /// Every place that is found or offered lies in the new text, and what is certain has the same words.
    #[test]
    fn what_is_found_again_is_in_the_text(
        old in any_words(),
        new in any_words(),
        shared in any_words(),
        marks in any_marks(),
        knows_old in any::<bool>(),
    ) {
        let old = Text::new(format!("{old}{shared}"));
        let new = Text::new(format!("{new}{shared}{new}"));
        let marked: Vec<(Spans, String)> = marks
            .into_iter()
            .map(|(start, length, is_sound)| {
                let (start, end) = (ByteOffset(start), ByteOffset(start + length));
                let (start, end) = if is_sound { (old.floor(start), old.floor(end)) } else { (start, end) };
                let span = Span::new(start, end).unwrap_or_else(|| Span::new(ByteOffset(0), ByteOffset(1)).unwrap());
                let spans = Spans::from(span);
                let quote = quote_of(&old, &spans).unwrap_or_else(|| "words of another text".to_owned());
                (spans, quote)
            })
            .collect();
        let marks: Vec<Mark<'_>> = marked.iter().map(|(spans, quote)| Mark { spans, quote }).collect();
        let found = find_again(knows_old.then_some(&old), &new, &marks);
        prop_assert_eq!(found.len(), marks.len());
        for (found, mark) in found.iter().zip(&marks) {
            match found {
                Found::Certain(spans) => {
                    let words = quote_of(&new, spans);
                    prop_assert!(words.is_some(), "a certain place is not in the text");
                    let plain = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
                    prop_assert_eq!(plain(&words.unwrap()), plain(mark.quote));
                }
                Found::Doubtful(offers) => {
                    prop_assert!(!offers.is_empty());
                    prop_assert!(offers.iter().all(|spans| quote_of(&new, spans).is_some()));
                }
                Found::Orphan => {}
            }
        }
    }
}
