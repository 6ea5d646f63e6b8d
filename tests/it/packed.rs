//! Files of bytes that other programs write: spaCy's DocBin, Parquet.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use ascribe::export::{ExportOptions, export, format as export_format};
use ascribe::import::{FileInMemory, ImportError, ImportOptions, format, import_alone};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::drawing::read;
use crate::imports::{annotations, file, imported};

/// A file that stands in `tests/golden/read`.
fn golden(name: &str) -> FileInMemory {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/read");
    file(name, fs::read(folder.join(name)).unwrap())
}

fn inflated(file: &FileInMemory) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut decoder = ZlibDecoder::new(file.bytes.as_slice());
    decoder.read_to_end(&mut bytes).unwrap();
    bytes
}

/// As spaCy packs its tables.
pub fn deflated(bytes: &[u8]) -> FileInMemory {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    file("two.spacy", encoder.finish().unwrap())
}

/// spaCy 3.8 wrote it: two documents, the second empty; entities, one of which a group of spans has too.
#[test]
fn what_spacy_wrote_is_read_with_entities_and_groups() {
    let (project, texts, report) = imported(&[golden("two.spacy")]);
    let texts: Vec<&str> = texts.values().map(|text| text.as_str()).collect();
    assert_eq!(
        texts,
        ["Уряд Естонії 🦉 заперечив це.  Mara Lind agreed.", ""]
    );
    let all = [
        ("two-1", "ORG", "Уряд Естонії"),
        ("two-1", "заперечення", "Естонії 🦉 заперечив"),
        ("two-1", "denial", "заперечив це"),
        ("two-1", "PERSON", "Mara Lind"),
    ];
    let all = all.map(|(document, tag, words)| (document.into(), tag.into(), words.into()));
    assert_eq!(annotations(&project), all);
    assert!(report.moved.is_empty() && report.unplaced.is_empty());
    let values: Vec<(&str, String)> = project
        .annotations
        .iter()
        .flat_map(|each| &each.attributes)
        .map(|(name, value)| (&**name, value.to_string()))
        .collect();
    for (name, value) in [("kb_id", "Q1"), ("id", "s-1"), ("group", "claims")] {
        assert!(values.contains(&(name, value.to_owned())), "{values:?}");
    }
    let document = project.documents.values().next().unwrap();
    assert_eq!(document.fields["cats.news"], "0.5");
    assert!(
        !report.is_lossless() && report.lines().iter().any(|line| line.contains("LEMMA")),
        "lemmas are said to be left out: {:?}",
        report.lines()
    );
}

#[test]
fn a_docbin_cut_off_or_changed_anywhere_ends_in_a_message() {
    let whole = inflated(&golden("two.spacy"));
    let read = |bytes: &[u8]| {
        let docbin = format("docbin").unwrap();
        import_alone(docbin, &[deflated(bytes)], &ImportOptions::default())
    };
    for length in 0..whole.len() {
        let outcome = read(&whole[..length]);
        assert!(
            matches!(outcome, Err(ImportError::Broken { .. })),
            "cut off after {length} bytes"
        );
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0xA5;
        let _ = read(&changed);
    }
}

#[test]
fn a_docbin_that_grows_without_end_is_refused() {
    let bomb = deflated(&vec![0; 40_000_000]);
    let outcome = import_alone(
        format("docbin").unwrap(),
        &[bomb],
        &ImportOptions::default(),
    );
    assert!(outcome.unwrap_err().to_string().contains("refused"));
}

/// The library `datasets` 5.2 wrote it: tokens with ClassLabel tags, the second row empty. No card stands beside it.
#[test]
fn a_parquet_table_of_tokens_is_read_with_its_classes() {
    let (project, texts, report) = imported(&[golden("tokens.parquet")]);
    let words = (
        "a".to_owned(),
        "заперечення".to_owned(),
        "заперечив це".to_owned(),
    );
    assert_eq!(annotations(&project), [words]);
    let texts: Vec<&str> = texts.values().map(|text| text.as_str()).collect();
    assert_eq!(texts, ["Уряд заперечив це .", ""]);
    assert!(report.is_lossless(), "{:?}", report.lines());
}

#[test]
fn a_parquet_table_of_texts_is_read_with_its_spans() {
    let (project, _, report) = imported(&[golden("spans.parquet")]);
    let found: Vec<_> = annotations(&project)
        .into_iter()
        .map(|(_, tag, words)| format!("{tag}: {words}"))
        .collect();
    assert_eq!(found, ["impact: Уряд заперечив", "denial: заперечив"]);
    let notes: Vec<&str> = project.annotations.iter().map(|each| &*each.note).collect();
    assert!(notes.contains(&"sure"));
    assert!(report.is_lossless(), "{:?}", report.lines());
}

#[test]
fn one_bad_table_costs_only_itself() {
    let bad = file("bad.parquet", "PAR1 and nothing behind it");
    let (project, _, report) = imported(&[golden("tokens.parquet"), bad.clone()]);
    assert_eq!(annotations(&project).len(), 1);
    assert!(
        report
            .problems
            .iter()
            .any(|problem| &*problem.file == "bad.parquet")
    );
    let alone = import_alone(
        format("huggingface").unwrap(),
        &[bad],
        &ImportOptions::default(),
    );
    assert!(matches!(alone, Err(ImportError::Broken { .. })));
}

#[test]
fn a_parquet_table_cut_off_or_changed_anywhere_ends_in_a_message() {
    let whole = golden("spans.parquet").bytes;
    let read = |bytes: Vec<u8>| {
        let table = file("spans.parquet", bytes);
        import_alone(
            format("huggingface").unwrap(),
            &[table],
            &ImportOptions::default(),
        )
    };
    for length in 0..whole.len() {
        assert!(
            read(whole[..length].to_vec()).is_err(),
            "cut off after {length} bytes"
        );
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0xA5;
        let _ = read(changed);
    }
}

#[test]
fn a_parquet_table_with_a_strong_compression_says_what_to_do_instead() {
    let whole = golden("spans.parquet").bytes;
    // In the footer, Snappy is the number 2 behind a mark for numbers; Zstandard is 12.
    let places = whole.windows(2).enumerate();
    let said = places.filter(|(_, two)| *two == [0x15, 0x02]);
    let refused = said.filter_map(|(at, _)| {
        let mut changed = whole.clone();
        changed[at + 1] = 12;
        let table = file("spans.parquet", changed);
        import_alone(
            format("huggingface").unwrap(),
            &[table],
            &ImportOptions::default(),
        )
        .err()
    });
    let refused: Vec<String> = refused.map(|error| error.to_string()).collect();
    let words = "it is compressed with ZSTD";
    assert!(
        refused
            .iter()
            .any(|reason| reason.contains(words) && reason.contains("Snappy")),
        "{refused:?}"
    );
}

/// The features that `datasets` looks for stand in the table, with the classes in the order of the codebook.
#[test]
fn a_parquet_table_names_its_classes() {
    let (project, texts) = read("Not so.\n^\"Not so\" denial @mara\n");
    let format = export_format("huggingface-parquet").unwrap();
    let export = export(format, &project, &texts, &ExportOptions::default()).unwrap();
    let table = export
        .files
        .iter()
        .find(|file| file.path.ends_with(".parquet"))
        .unwrap();
    let (back, ..) = imported(std::slice::from_ref(table));
    assert_eq!(
        annotations(&back),
        annotations(&project),
        "without the card"
    );
}

/// The library that reads Parquet follows groups by recursion, which a bad file could use to take the program down.
#[test]
fn columns_that_lie_without_end_in_one_another_are_refused() {
    let group = [0x35, 2, 0x18, 1, b'a', 0x15, 2, 0].repeat(300_000);
    let count = [0xE1, 0xA7, 0x12];
    let mut footer = [&[0x15, 2, 0x19, 0xFC], &count[..], &group].concat();
    footer.extend([0x15, 12, 0x25, 2, 0x18, 1, b'a', 0, 0x16, 0, 0x19, 0x0C, 0]);
    let size = u32::try_from(footer.len()).unwrap().to_le_bytes();
    let bytes = [b"PAR1", &footer[..], &size, b"PAR1"].concat();
    let table = file("deep.parquet", bytes);
    let outcome = import_alone(
        format("huggingface").unwrap(),
        &[table],
        &ImportOptions::default(),
    );
    assert!(outcome.unwrap_err().to_string().contains("too deep"));
}
