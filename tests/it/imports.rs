//! What other tools wrote comes over whole: places are found, however they were counted, and nothing is lost unsaid.

use ascribe::edit::{OpenProject, take_in};
use ascribe::import::{
    FileInMemory, Format, ImportOptions, ImportReport, Imported, Target, format, import,
    import_alone, recognise,
};
use ascribe::model::{Project, Texts};
use ascribe::text::OffsetUnit;
use serde_json::json;

use crate::drawing::{author, read};

pub fn file(path: &str, words: impl Into<Vec<u8>>) -> FileInMemory {
    FileInMemory {
        path: path.to_owned(),
        bytes: words.into(),
    }
}

/// Reads files in the format that they look like.
pub fn imported(files: &[FileInMemory]) -> (Project, Texts, ImportReport) {
    let format = recognise(files).expect("a format knows the files");
    import_alone(format, files, &ImportOptions::default()).unwrap()
}

/// Every annotation as document, tag and words, in the order of the text.
pub fn annotations(project: &Project) -> Vec<(String, String, String)> {
    let documents = project.documents.keys();
    let all = documents.flat_map(|id| project.annotations.in_document(id));
    all.map(|each| {
        (
            each.document_id.to_string(),
            each.tag_id.to_string(),
            each.quote.to_string(),
        )
    })
    .collect()
}

fn quotes(project: &Project) -> Vec<String> {
    annotations(project)
        .into_iter()
        .map(|(_, _, quote)| quote)
        .collect()
}

/// Words that every unit counts differently.
const WORDS: &str = "Уряд 🦉👩‍👩‍👧 заперечив\r\nце. cafe\u{301} 网络攻击 denied it.\rالحكومة\n";

/// How many of a unit stand before each word, with line ends counted in some way.
fn count(unit: &str, before: &str) -> usize {
    use unicode_segmentation::UnicodeSegmentation;
    match unit {
        "code points" => OffsetUnit::CodePoint.length_of(before),
        "UTF-16" => OffsetUnit::Utf16.length_of(before),
        "bytes" => OffsetUnit::Byte.length_of(before),
        "clusters" => before.graphemes(true).count(),
        _ => panic!("{unit}"),
    }
}

/// A file of Prodigy's shape whose offsets are counted in a text that the tool saw otherwise than it is written.
fn counted(unit: &str, seen: impl Fn(&str) -> String, is_end_included: bool) -> FileInMemory {
    let words = ["заперечив", "це", "网络攻击", "denied", "الحكومة"];
    let spans = words.map(|word| {
        let at = WORDS.find(word).unwrap();
        let start = count(unit, &seen(&WORDS[..at]));
        let end = count(unit, &seen(&WORDS[..at + word.len()])) - usize::from(is_end_included);
        json!({"start": start, "end": end, "label": "denial", "text": word})
    });
    let line = json!({"text": WORDS, "spans": spans});
    file("counted.jsonl", line.to_string())
}

#[test]
fn every_way_of_counting_is_found_out() {
    let lf = |words: &str| words.replace("\r\n", "\n");
    let crlf = |words: &str| {
        words
            .replace("\r\n", "\n")
            .replace('\r', "\n")
            .replace('\n', "\r\n")
    };
    let marked = |words: &str| format!("\u{FEFF}{words}");
    for unit in ["code points", "UTF-16", "bytes", "clusters"] {
        for is_end_included in [false, true] {
            for file in [
                counted(unit, str::to_owned, is_end_included),
                counted(unit, lf, is_end_included),
                counted(unit, crlf, is_end_included),
                counted(unit, marked, is_end_included),
            ] {
                let (project, _, report) = imported(&[file]);
                let quotes = quotes(&project);
                assert_eq!(
                    quotes,
                    ["заперечив", "це", "网络攻击", "denied", "الحكومة"],
                    "{unit} {is_end_included}: {:?}",
                    report.readings
                );
                assert_eq!(
                    report.annotations().exact,
                    5,
                    "{unit}: {:?} {:?}",
                    report.readings,
                    report.moved
                );
            }
        }
    }
}

#[test]
fn words_that_stand_elsewhere_are_found_and_listed() {
    let line = json!({"text": "It was denied. They denied it, and he said no.", "spans": [
        {"start": 3, "end": 9, "label": "denial", "text": "they  denied"},
        {"start": 19, "end": 24, "label": "denial", "text": "denied"},
        {"start": 0, "end": 2, "label": "claim", "text": "She said no"},
        {"start": 40, "end": 40, "label": "empty"},
    ]});
    let (project, _, report) = imported(&[file("a.jsonl", line.to_string())]);
    assert_eq!(quotes(&project), ["denied"]);
    assert_eq!(
        project
            .annotations
            .iter()
            .next()
            .unwrap()
            .spans
            .first()
            .start()
            .0,
        20,
        "the nearer one is taken"
    );
    let why: Vec<&str> = report
        .unplaced
        .iter()
        .map(|each| each.why.as_str())
        .collect();
    assert_eq!(
        why,
        [
            "its words are not in the text",
            "its words are not in the text",
            "it covers nothing: its end is not behind its start",
        ]
    );
    assert_eq!(
        report.unplaced[1].near,
        "It was denied. They denied it, and he sa"
    );
    assert_eq!(report.tags["denial"].moved, 1);
    assert!(!report.is_lossless());
}

#[test]
fn what_surrounds_words_tells_twins_apart() {
    let table = "document,text,tag,quote,prefix,suffix\n\
                 a,He denied it. She denied it too.,denial,denied it,She ,\n";
    let (project, _, report) = imported(&[file("a.csv", table)]);
    let only = project.annotations.iter().next().unwrap();
    assert_eq!(only.spans.first().start().0, 18);
    assert!(
        report.moved[0].why.contains("of 2 places"),
        "{}",
        report.moved[0].why
    );
}

#[test]
fn word_edges_tell_how_files_without_quotes_count() {
    let text = "🦉🦉🦉🦉 Moscow denied it 🦉 and London blamed it";
    let spans = |unit: &str| {
        ["Moscow", "denied", "London"].map(|word| {
            let at = text.find(word).unwrap();
            json!({"start": count(unit, &text[..at]), "end": count(unit, &text[..at + word.len()]), "label": "x"})
        })
    };
    for unit in ["code points", "UTF-16", "bytes"] {
        let line = json!({"text": text, "spans": spans(unit)});
        let (project, _, report) = imported(&[file("a.jsonl", line.to_string())]);
        assert_eq!(quotes(&project), ["Moscow", "denied", "London"], "{unit}");
        assert_eq!(report.readings[0].guessed, 0);
    }
    // A place that no word edge speaks for is said to be a guess.
    let line = json!({"text": "🦉🦉🦉 🦉 🦉", "spans": [{"start": 1, "end": 2, "label": "owl"}]});
    let (_, _, report) = imported(&[file("a.jsonl", line.to_string())]);
    assert_eq!(report.readings[0].guessed, 1, "{:?}", report.readings);
}

#[test]
fn an_import_is_one_edit_and_can_be_undone() {
    let (project, texts) = read(
        "
Estonia blamed the group.
^^^^^^^^^^^^^^ attribution @mara
",
    );
    // The same text with other line ends, one annotation that is there already and one that is not.
    let line = json!({"text": "Estonia blamed the group.", "spans": [
        {"start": 0, "end": 14, "label": "attribution", "annotator": "mara"},
        {"start": 15, "end": 24, "label": "actor", "attributes": {"sure": true}, "annotator": "jon"},
    ]});
    let files = [
        file("other.jsonl", line.to_string()),
        file(
            "more.jsonl",
            json!({"text": "New.", "spans": []}).to_string(),
        ),
    ];
    let target = Target {
        project: &project,
        texts: &texts,
    };
    let jsonl: &Format = format("jsonl").unwrap();
    let Imported {
        additions,
        report,
        texts: new,
        ..
    } = import(jsonl, &files, &ImportOptions::default(), target).unwrap();
    assert_eq!((report.documents.joined, report.documents.added), (1, 1));
    assert_eq!(
        (
            report.tags["attribution"].merged,
            report.tags["actor"].exact
        ),
        (1, 1)
    );
    assert_eq!(new.len(), 1);
    let mut open = OpenProject::new(project.clone());
    open.run(take_in(&project, &author(), "import".to_owned(), additions).unwrap())
        .unwrap();
    assert_eq!(open.project().annotations.len(), 2);
    assert_eq!(open.project().documents.len(), 2);
    assert!(
        open.project()
            .codebook
            .tags
            .iter()
            .any(|tag| tag.id.as_str() == "actor")
    );
    assert!(
        open.project()
            .annotators
            .keys()
            .any(|id| id.as_str() == "jon")
    );
    open.undo().unwrap();
    assert!(*open.project() == project, "undo takes all of it back");
}

#[test]
fn a_bad_line_costs_only_itself() {
    let lines = format!(
        "{}\nnot json\n\n{}\r\n{{\"text\": 5, \"spans\": []}}\n",
        json!({"text": "One.", "spans": []}),
        json!({"text": "Two.", "spans": []})
    );
    let (project, _, report) = imported(&[file("a.jsonl", lines)]);
    assert_eq!(project.documents.len(), 2);
    let bad: Vec<usize> = report.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(bad, [2, 5]);
}
