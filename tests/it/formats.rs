//! Exports carry what they promise, count exactly what they cannot, and read back.

use std::fs;
use std::path::Path;

use ascribe::export::{
    Asks, CONLL, ExportOptions, FORMATS, Filter, Format, JSONL, Loss, Newlines, Scheme, export,
    format,
};
use ascribe::model::{Project, TagId, Texts};
use ascribe::store::{Progress, open_project};
use ascribe::text::{ByteOffset, OffsetUnit, Span};
use expect_test::expect;
use proptest::prelude::*;

use crate::drawing::{annotation, document_id, project_with, read, span_of};
use crate::imports::imported;
use crate::store::any_project;

fn exported(
    format: &Format,
    project: &Project,
    texts: &Texts,
    unit: OffsetUnit,
) -> ascribe::export::Export {
    export(
        format,
        project,
        texts,
        &ExportOptions {
            unit,
            ..ExportOptions::default()
        },
    )
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
fn a_tag_of_ten_thousand_letters_comes_back_in_every_format() {
    let tag = "A".repeat(10_000);
    let marks = ["Estonia", "denied"].map(|words| format!("^\"{words}\" {tag} @mara\n"));
    let (project, texts) = read(&format!("Estonia denied it.\n{}", marks.concat()));
    assert_eq!(project.annotations.len(), 2);
    // Each proves that what it wrote reads as it was.
    for format in FORMATS {
        exported(format, &project, &texts, OffsetUnit::CodePoint);
    }
}

#[test]
fn an_export_is_known_for_what_it_is_however_much_is_in_its_first_document() {
    let sentence = "Estonia denied 🦉 it.\n";
    let place = |number: usize| {
        let start = ByteOffset(sentence.len() * number);
        Span::new(start, ByteOffset(start.0 + "Estonia".len())).unwrap()
    };
    for (sentences, annotations) in [(10_000, 3), (1_500, 1_500)] {
        let (mut project, texts) = project_with(&sentence.repeat(sentences));
        for number in 0..annotations {
            let own = annotation(number as u32 + 1, place(number).into(), "Estonia");
            project.annotations.insert(own.into());
        }
        let carry_none = ["stix", "refi-qda-codebook"];
        for format in FORMATS.iter().filter(|it| !carry_none.contains(&it.name)) {
            let export = exported(format, &project, &texts, OffsetUnit::CodePoint);
            let (read, _, report) = imported(&export.files);
            assert_eq!(read.annotations.len(), annotations, "{}", format.name);
            assert!(report.is_lossless(), "{}: {report:?}", format.name);
        }
    }
}

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
            matches!(format.name, "jsonl" | "docbin"),
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
fn a_filter_leaves_out_what_was_not_asked_for_and_its_links() {
    let (project, texts) = read(CROSSING);
    let filter = Filter {
        tags: [TagId::new("denial")].into(),
        ..Filter::default()
    };
    let options = ExportOptions {
        filter,
        ..ExportOptions::default()
    };
    let export = export(&CONLL, &project, &texts, &options).unwrap();
    let words = words_of(&export, "tokens.conll");
    assert!(words.contains("B-denial") && !words.contains("attribution"));
    assert_eq!(
        export.losses.count(Loss::OverlappingAnnotation),
        0,
        "what was left out on purpose is no loss"
    );
}

#[test]
fn line_ends_are_rewritten_and_spans_go_with_them() {
    let (project, texts) = project_with("One\r\nзаперечив\rtwo\n");
    let export = exported(
        format("brat").unwrap(),
        &project,
        &texts,
        OffsetUnit::CodePoint,
    );
    assert_eq!(words_of(&export, "drawn.txt"), "One\nзаперечив\ntwo\n");
    assert_eq!(export.losses.count(Loss::LineEnds), 1);
}

#[test]
fn formulas_are_guarded_for_spreadsheets_only() {
    let text = "=1+1 @SUM(A1) -3 'quoted";
    let (mut project, texts) = project_with(text);
    for (number, words) in ["=1+1", "@SUM(A1)", "-3", "'quoted"]
        .into_iter()
        .enumerate()
    {
        let span = span_of(&texts[&document_id()], words);
        project
            .annotations
            .insert(annotation(number as u32 + 1, span.into(), words).into());
    }
    let guarded = exported(
        format("csv-spreadsheet").unwrap(),
        &project,
        &texts,
        OffsetUnit::CodePoint,
    );
    let words = words_of(&guarded, "spans.csv");
    for cell in [",'=1+1,", ",'@SUM(A1),", ",'-3,", ",''quoted,"] {
        assert!(words.contains(cell), "{cell} in {words}");
    }
    let plain = exported(
        format("csv").unwrap(),
        &project,
        &texts,
        OffsetUnit::CodePoint,
    );
    assert!(words_of(&plain, "spans.csv").contains(",=1+1,"));
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
    // Each case is some eighty exports.
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Each export compares itself with the project; a difference beyond its report would be an error.
    #[test]
    fn every_format_proves_itself_on_any_project((project, texts) in any_project()) {
        for format in FORMATS {
            for unit in OffsetUnit::ALL {
                for newlines in Newlines::ALL {
                    let options = ExportOptions { unit, newlines, ..ExportOptions::default() };
                    let outcome = export(format, &project, &texts, &options);
                    prop_assert!(outcome.is_ok(), "{} {options:?}: {}", format.name, outcome.unwrap_err());
                }
            }
        }
        for scheme in Scheme::ALL {
            let options = ExportOptions { scheme, ..ExportOptions::default() };
            let outcome = export(format("conll-extended").unwrap(), &project, &texts, &options);
            prop_assert!(outcome.is_ok(), "{options:?}: {}", outcome.unwrap_err());
        }
    }
}

#[test]
fn the_readme_lists_every_format() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let rows: Vec<Vec<&str>> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|line| {
            line.split('|')
                .map(|cell| cell.trim().trim_matches('`'))
                .collect()
        })
        .collect();
    let read = ascribe::import::FORMATS.iter().map(|format| format.name);
    let written = FORMATS.iter().map(|format| format.name);
    for name in read.chain(written) {
        let row = rows
            .iter()
            .find(|row| row[0] == name)
            .unwrap_or_else(|| panic!("{name} is not in the table"));
        let is_written = format(name).is_some();
        assert_eq!(
            row[2],
            if is_written { "yes" } else { "no" },
            "{name} written"
        );
        if ascribe::import::format(name).is_some() {
            assert_eq!(row[1], "yes", "{name} read");
        }
    }
}

#[test]
fn a_format_asks_for_what_makes_a_difference_and_for_nothing_else() {
    let (mut project, texts) = project_with("🦉 Уряд\r\nзаперечив\nце. Two words.");
    let text = &texts[&document_id()];
    for (number, words) in ["заперечив", "Two words"].into_iter().enumerate() {
        let made = annotation(number as u32 + 1, span_of(text, words).into(), words);
        project.annotations.insert(made.into());
    }
    let written = |format: &Format, options: &ExportOptions| {
        export(format, &project, &texts, options).unwrap().files
    };
    for format in FORMATS {
        let plain = written(format, &ExportOptions::default());
        let differs = |options: ExportOptions| written(format, &options) != plain;
        let unit = OffsetUnit::Utf16;
        let newlines = Newlines::Lf;
        let scheme = Scheme::Bilou;
        let found = [
            (
                Asks::Unit,
                differs(ExportOptions {
                    unit,
                    ..Default::default()
                }),
            ),
            (
                Asks::LineEnds,
                differs(ExportOptions {
                    newlines,
                    ..Default::default()
                }),
            ),
            (
                Asks::Scheme,
                differs(ExportOptions {
                    scheme,
                    ..Default::default()
                }),
            ),
        ];
        for (asks, differs) in found {
            assert_eq!(
                format.asks.contains(&asks),
                differs,
                "{} {asks:?}",
                format.name
            );
        }
    }
}

#[test]
fn an_export_says_how_much_is_in_it() {
    let (project, texts) = read(CROSSING);
    let counts = |name: &str| {
        let export = exported(
            format(name).unwrap(),
            &project,
            &texts,
            OffsetUnit::CodePoint,
        );
        (export.documents, export.annotations)
    };
    assert_eq!(counts("jsonl"), (1, 3));
    assert_eq!(
        counts("conll"),
        (1, 2),
        "of two that overlap one is left out"
    );
    assert_eq!(counts("refi-qda-codebook"), (0, 0));
}
