//! Exports carry what they promise, count exactly what they cannot, and read back.

use std::fs;
use std::path::Path;

use ascribe::export::{CONLL, ExportOptions, FORMATS, Format, JSONL, Loss, export, format};
use ascribe::model::{Project, Texts};
use ascribe::store::{Progress, open_project};
use ascribe::text::OffsetUnit;
use expect_test::expect;
use proptest::prelude::*;

use crate::drawing::{project_with, read};
use crate::store::any_project;

fn exported(
    format: &Format,
    project: &Project,
    texts: &Texts,
    unit: OffsetUnit,
) -> ascribe::export::Export {
    export(format, project, texts, &ExportOptions { unit })
        .unwrap_or_else(|error| panic!("{}: {error}", format.name))
}

fn words_of(export: &ascribe::export::Export, path: &str) -> String {
    let file = export
        .files
        .iter()
        .find(|file| file.path == path)
        .unwrap_or_else(|| panic!("{path}"));
    String::from_utf8(file.bytes.clone()).unwrap()
}

const CROSSING: &str = "
Estonia blamed the group 🦉 for the outage.
^\"Estonia blamed the group 🦉\" attribution @mara
^\"the group 🦉 for the outage\" impact @mara
Уряд заперечив це.
^\"заперечив\" denial @jon
";

#[test]
fn conll_keeps_the_first_of_what_overlaps_and_names_the_other() {
    let (project, texts) = read(CROSSING);
    let export = exported(&CONLL, &project, &texts, OffsetUnit::CodePoint);
    assert_eq!(export.losses.count(Loss::OverlappingAnnotation), 1);
    expect![[r#"
        -DOCSTART-	O

        Estonia	B-attribution
        blamed	I-attribution
        the	I-attribution
        group	I-attribution
        🦉	I-attribution
        for	O
        the	O
        outage	O
        .	O

        Уряд	O
        заперечив	B-denial
        це	O
        .	O

    "#]]
    .assert_eq(&words_of(&export, "tokens.conll"));
}

#[test]
fn brat_counts_code_points() {
    let (project, texts) = read(CROSSING);
    let export = exported(
        format("brat").unwrap(),
        &project,
        &texts,
        OffsetUnit::CodePoint,
    );
    expect![[r#"
        T1	attribution 0 26	Estonia blamed the group 🦉
        T2	impact 15 41	the group 🦉 for the outage
        T3	denial 48 57	заперечив
    "#]]
    .assert_eq(&words_of(&export, "drawn.ann"));
}

#[test]
fn jsonl_offsets_slice_the_text_in_every_unit() {
    let (project, texts) = read(CROSSING);
    for unit in OffsetUnit::ALL {
        let export = exported(&JSONL, &project, &texts, unit);
        let words = words_of(&export, "documents.jsonl");
        let line: serde_json::Value = serde_json::from_str(words.lines().next().unwrap()).unwrap();
        let text = line["text"].as_str().unwrap();
        for span in line["spans"].as_array().unwrap() {
            let (start, end) = (
                span["start"].as_u64().unwrap() as usize,
                span["end"].as_u64().unwrap() as usize,
            );
            let slice = match unit {
                OffsetUnit::Byte => text[start..end].to_owned(),
                OffsetUnit::CodePoint => text.chars().skip(start).take(end - start).collect(),
                OffsetUnit::Utf16 => {
                    let units: Vec<u16> = text.encode_utf16().collect();
                    String::from_utf16(&units[start..end]).unwrap()
                }
            };
            assert_eq!(Some(slice.as_str()), span["text"].as_str(), "{unit:?}");
        }
    }
}

#[test]
fn the_sample_goes_through_every_format() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("saves/sample.ascribe.ron");
    let opened = open_project(&path, &Progress::default()).unwrap();
    for format in FORMATS {
        let export = exported(
            format,
            &opened.project,
            &opened.texts,
            OffsetUnit::CodePoint,
        );
        assert_eq!(
            export.losses.count(Loss::MisplacedAnnotation),
            0,
            "{}",
            format.name
        );
        assert_eq!(
            export.losses.is_empty(),
            format.name == "jsonl",
            "{}",
            format.name
        );
    }
}

#[test]
fn what_stands_elsewhere_is_left_out_and_said() {
    let (project, _) = read(CROSSING);
    let (_, changed) = project_with("Another text altogether.");
    for format in FORMATS {
        let export = exported(format, &project, &changed, OffsetUnit::CodePoint);
        assert_eq!(
            export.losses.count(Loss::MisplacedAnnotation),
            3,
            "{}",
            format.name
        );
        let export = exported(format, &project, &Texts::new(), OffsetUnit::CodePoint);
        assert_eq!(
            export.losses.count(Loss::DocumentWithoutText),
            1,
            "{}",
            format.name
        );
    }
}

#[test]
fn an_empty_project_exports() {
    for format in FORMATS {
        exported(
            format,
            &Project::default(),
            &Texts::new(),
            OffsetUnit::CodePoint,
        );
        let (project, texts) = project_with("");
        exported(format, &project, &texts, OffsetUnit::CodePoint);
    }
}

#[test]
fn golden_files_stay_as_they_are() {
    let (project, texts) = read(CROSSING);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for format in FORMATS {
        for file in exported(format, &project, &texts, OffsetUnit::CodePoint).files {
            let path = folder.join(format.name).join(&file.path);
            if std::env::var_os("UPDATE_EXPECT").is_some() {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, &file.bytes).unwrap();
            }
            let expected = fs::read(&path).unwrap_or_default();
            assert!(
                expected == file.bytes,
                "{} has changed; UPDATE_EXPECT=1 accepts it",
                path.display()
            );
        }
    }
}

proptest! {
    /// Each export compares itself with the project; a difference beyond its report would be an error.
    #[test]
    fn every_format_proves_itself_on_any_project((project, texts) in any_project()) {
        for format in FORMATS {
            for unit in OffsetUnit::ALL {
                let outcome = export(format, &project, &texts, &ExportOptions { unit });
                prop_assert!(outcome.is_ok(), "{}: {}", format.name, outcome.unwrap_err());
            }
        }
    }
}
