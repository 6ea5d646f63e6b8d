//! Whatever bytes and texts come in: no panic, no hang, and no answer that is not in the text. What must hold is in
//! `any_input`; here it is tried on the corpora that the fuzzer left, on damaged ones, and on texts of many scripts.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use ascribe::import::{FileInMemory, extract};
use ascribe::model::quote_of;
use ascribe::text::{ByteOffset, Span, Spans, Text};
use proptest::prelude::*;

use crate::any_input::{PARSERS, Parser, found_again_holds, text};
use crate::texts::any_words;

const MOST_TIME: Duration = Duration::from_secs(5);

/// A parser, and an input that it is known to bear.
struct Kept {
    name: &'static str,
    parse: Parser,
    path: PathBuf,
    bytes: Vec<u8>,
}

/// The corpora of all parsers.
static CORPUS: LazyLock<Vec<Kept>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let mut corpus = Vec::new();
    for (name, parse) in PARSERS {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder.join(name))
            .unwrap_or_else(|error| panic!("{name} has no corpus: {error}"))
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        corpus.extend(paths.into_iter().map(|path| Kept {
            name,
            parse,
            bytes: fs::read(&path).unwrap(),
            path,
        }));
    }
    corpus
});

#[test]
fn what_the_fuzzer_kept_is_borne() {
    for Kept {
        parse, path, bytes, ..
    } in CORPUS.iter()
    {
        println!("{}", path.display());
        let begun = Instant::now();
        parse(bytes);
        assert!(begun.elapsed() < MOST_TIME, "{:?}", begun.elapsed());
    }
    let is_kept = |name: &str| CORPUS.iter().any(|kept| kept.name == name);
    assert!(PARSERS.iter().all(|(name, _)| is_kept(name)));
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

#[test]
fn sound_sources_of_the_corpora_give_their_words() {
    for (name, path, words) in [
        (
            "p.html",
            "html/article",
            "The harbour police blamed Copper Moth",
        ),
        ("p.html", "html/latin1", "Café and harbour, both closed"),
        ("p.pdf", "pdf/plain", "The ministry denied it."),
        ("p.pdf", "pdf/composite", "in b form\n Урс"),
    ] {
        let kept = CORPUS
            .iter()
            .find(|kept| kept.path.ends_with(path))
            .unwrap();
        let file = FileInMemory {
            path: name.to_owned(),
            bytes: kept.bytes.clone(),
        };
        let extracted = extract(&file).unwrap().unwrap();
        assert!(extracted.words.contains(words), "{path}: {extracted:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_the_fuzzer_kept_is_borne_however_it_is_damaged(
        which in any::<prop::sample::Index>(),
        damages in prop::collection::vec((0u8..5, any::<usize>(), 1usize..80, any::<usize>()), 1..7),
    ) {
        let kept = which.get(&CORPUS);
        let begun = Instant::now();
        (kept.parse)(&damaged(kept.bytes.clone(), &damages));
        prop_assert!(begun.elapsed() < MOST_TIME, "{}", kept.path.display());
    }

    #[test]
    fn any_bytes_are_some_text_or_refused(
        mark in prop::sample::select(vec![&b""[..], b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF", b"\xFF\xFE\0\0"]),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        encoding in any::<u8>(),
    ) {
        text(&[&[encoding], mark, &bytes].concat());
    }

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
        found_again_holds(knows_old.then_some(&old), &new, &marked);
    }
}
