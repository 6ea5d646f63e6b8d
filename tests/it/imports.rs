//! What other tools wrote comes over whole: places are found, however they were counted, and nothing is lost unsaid.

use ascribe::edit::{OpenProject, take_in};
use ascribe::export::{ExportOptions, JSONL, export};
use ascribe::import::{
    FileInMemory, Format, ImportOptions, ImportReport, Imported, Target, format, import,
    import_alone, recognise,
};
use ascribe::model::{
    Annotation, AnnotationId, Annotator, AnnotatorId, AnnotatorKind, DocumentId, LinkEnds, Project,
    TagId, Texts,
};
use ascribe::text::{OffsetUnit, Text};
use proptest::prelude::*;
use serde_json::json;
use unicode_segmentation::UnicodeSegmentation;

use crate::drawing::{author, read};
use crate::texts::any_words;

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
fn stems_stay_stems_and_are_called_a_guess() {
    let text = "The governments condemned the attacks with drones. A government denied it.";
    let label =
        [[4, 14], [30, 36], [43, 48], [64, 70]].map(|[start, end]| json!([start, end, "x"]));
    let line = json!({"text": text, "label": label});
    let (project, _, report) = imported(&[file("a.jsonl", line.to_string())]);
    assert_eq!(
        quotes(&project),
        ["government", "attack", "drone", "denied"]
    );
    assert_eq!(report.readings[0].guessed, 1, "{:?}", report.readings);
}

#[test]
fn a_file_without_quotes_is_not_read_as_another_one_counts() {
    let text = "Minister Élise said 😀 the port was hit. Estmark denied it on Monday.";
    let table = |name: &str, words: &[&str], unit: &str, with_quotes: bool| {
        let mut table = "doc,start,end,label,quote\n".to_owned();
        for word in words {
            let at = text.find(word).unwrap();
            let [start, end] = [at, at + word.len()].map(|at| count(unit, &text[..at]));
            let quote = if with_quotes { word } else { "" };
            table.push_str(&format!("{name},{start},{end},x,{quote}\n"));
        }
        file(&format!("of-{name}.csv"), table)
    };
    let longer = format!("{text} More.");
    let words = ["the port was hit", "Estmark denied it", "Monday"];
    for [one, other] in [["UTF-16", "code points"], ["code points", "UTF-16"]] {
        let files = [
            file("a.txt", text),
            file("c.txt", longer.clone()),
            table("a.txt", &words, one, true),
            table("c.txt", &words, other, false),
        ];
        let (project, _, report) = imported(&files);
        assert_eq!(quotes(&project), [words, words].concat(), "{other}");
        assert_eq!(report.readings.len(), 2, "{:?}", report.readings);
    }
}

#[test]
fn what_another_file_shows_is_a_guess_where_no_word_edge_speaks() {
    let files = [
        file("a.txt", "😀港口艾斯特"),
        file("c.txt", "😀港口艾斯特马"),
        file("a.csv", "doc,start,end,label,quote\na.txt,2,4,x,港口\n"),
        file("c.csv", "doc,start,end,label,quote\nc.txt,2,4,x,\n"),
    ];
    let (_, _, report) = imported(&files);
    let guessed: usize = report.readings.iter().map(|reading| reading.guessed).sum();
    assert_eq!(guessed, 1, "{:?}", report.readings);
}

#[test]
fn a_row_that_is_cut_off_makes_no_annotation_of_a_link() {
    let table = "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.Pos|value\n#T_RL=x.Dep|kind|BT_x.Pos\n\n\n#Text=It is\n\
                 1-1\t0-2\tIt\tPRON\tdet\n1-2\t3-5\tis\tVERB\tdet\t1-1\n";
    let (project, _, report) = imported(&[file("a.tsv", table)]);
    let marks: Vec<_> = annotations(&project)
        .into_iter()
        .map(|(_, tag, _)| tag)
        .collect();
    assert_eq!(marks, ["PRON", "VERB"]);
    assert_eq!(
        (report.links["det"].in_file, report.links["det"].added),
        (2, 1)
    );
}

#[test]
fn what_was_undone_can_be_imported_again() {
    let line =
        json!({"text": "Moscow denied it.", "spans": [{"start": 0, "end": 6, "label": "x"}]});
    let files = [file("a.jsonl", line.to_string())];
    // The texts of documents that were taken out are kept, so that they can come back.
    let text = Text::new("Moscow denied it.".to_owned());
    let texts = Texts::from_iter([(DocumentId::new("a"), text)]);
    let project = Project::default();
    let target = Target {
        project: &project,
        texts: &texts,
    };
    let jsonl = format("jsonl").unwrap();
    let imported = import(jsonl, &files, &ImportOptions::default(), target).unwrap();
    assert_eq!(imported.report.documents.added, 1);
    let (document, annotation) = (
        &imported.additions.documents[0],
        &imported.additions.annotations[0],
    );
    assert_eq!(document.id, annotation.document_id);
}

#[test]
fn texts_that_nothing_speaks_of_are_told() {
    let files = [
        file("good.txt", "Moscow denied it."),
        file("good.ann", "T1\tactor 0 6\tMoscow\n"),
        file("only.txt", "Nobody marked this."),
    ];
    let project = Project::default();
    let texts = Texts::new();
    let target = Target {
        project: &project,
        texts: &texts,
    };
    let brat = format("brat").unwrap();
    let report = import(brat, &files, &ImportOptions::default(), target)
        .unwrap()
        .report;
    assert!(report.is_lossless());
    let told: Vec<&str> = report
        .problems
        .iter()
        .map(|problem| &*problem.file)
        .collect();
    assert_eq!(told, ["only.txt"]);
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

/// Links as kind, words at one end, words at the other.
fn links(project: &Project) -> Vec<(String, String, String)> {
    let quote = |id| project.annotations.get(id).unwrap().quote.to_string();
    project
        .links
        .iter()
        .map(|link| (link.kind.to_string(), quote(&link.from), quote(&link.to)))
        .collect()
}

pub fn triples(list: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    list.iter()
        .map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned()))
        .collect()
}

#[test]
fn brat_comes_over_with_events_relations_and_configuration() {
    let text = "Мара 🦉 blamed Jon\nfor the outage in Kyiv.";
    let lines = "T1\tActor 0 4\tМара\r\n\
                 T2\tBlame 7 13\tblamed\n\
                 T3\tActor 14 17\tJon\n\
                 T4\tImpact 26 32;36 40\toutage Kyiv\n\
                 T5\tPhrase 14 21\tJon\nfor\n\
                 E1\tBlame:T2 Agent:T1 Target:T3 Target2:T4 \n\
                 R1\tNear Arg1:T3 Arg2:T4\t\n\
                 A1\tSure E1\n\
                 A2\tKind T4 power cut\n\
                 N1\tReference T1 Wiki:12\tMara\n\
                 #1\tAnnotatorNotes T4\tfirst\\nsecond\n\
                 *\tSame T1 T3\n\
                 X9\tnothing that is known\n";
    let files = [
        file("a.txt", text),
        file("a.ann", lines),
        file(
            "annotation.conf",
            "[entities]\nThing\n\tActor\n\tImpact\n[relations]\nNear Arg1:Actor, Arg2:Impact\n[events]\nBlame Agent:Actor, Target*:Actor\n[attributes]\nSure Arg:<EVENT>\nKind Arg:Impact, Value:power cut|other\n",
        ),
        file(
            "visual.conf",
            "[labels]\nImpact | Effect of an attack\n[drawing]\nActor bgColor:#102030, fgColor:black\n",
        ),
        file("kb_shortcuts.conf", "A Actor\n"),
    ];
    let (project, _, report) = imported(&files);
    assert_eq!(
        report.annotations().exact,
        5,
        "{:?} {:?}",
        report.unplaced,
        report.problems
    );
    assert_eq!(
        links(&project),
        triples(&[
            ("Agent", "blamed", "Мара"),
            ("Target", "blamed", "Jon"),
            ("Target", "blamed", "outage … Kyiv"),
            ("Near", "Jon", "outage … Kyiv"),
            ("Same", "Мара", "Jon"),
        ])
    );
    let found = |quote: &str| {
        project
            .annotations
            .iter()
            .find(|each| &*each.quote == quote)
            .unwrap()
    };
    assert_eq!(found("blamed").attributes["Sure"].to_string(), "yes");
    assert_eq!(
        found("outage … Kyiv").attributes["Kind"].to_string(),
        "power cut"
    );
    assert_eq!(&*found("outage … Kyiv").note, "first\nsecond");
    assert_eq!(
        found("Мара").attributes["normalization"].to_string(),
        "Wiki:12 (Mara)"
    );
    assert_eq!(
        &*found("Jon\nfor").tag_id.to_string(),
        "Phrase",
        "a raw line break in the quote is no new line"
    );
    let actor = project
        .codebook
        .tags
        .iter()
        .find(|tag| tag.id.as_str() == "Actor")
        .unwrap();
    assert_eq!(
        (
            actor.color.to_string().as_str(),
            actor.key,
            actor.parent.as_ref().unwrap().as_str()
        ),
        ("#102030", Some('A'), "Thing")
    );
    let lost: Vec<usize> = report
        .problems
        .iter()
        .filter(|problem| problem.is_loss)
        .map(|problem| problem.line)
        .collect();
    assert_eq!(lost, [14], "{:?}", report.problems);
}

#[test]
fn bad_lines_of_brat_are_named_and_the_good_ones_kept() {
    let lines = "T1\tDenial 3 9\tdenied\n\
                 T2\tDenial 9 3\tdenied\n\
                 T3\tDenial 3 9000\tx\n\
                 T4 Denial 3 9 denied\n\
                 T5\tDenial 3 9\tDENIED\n\
                 T6\tDenial three 9\tdenied\n\
                 T1\tDenial 0 2\tHe\n\
                 R1\tCause Arg1:T1 Arg2:T99\n\
                 A1\tSure T77\n\
                 E1\tAttack:T404 Agent:T1\n";
    let (project, _, report) = imported(&[file("a.txt", "He denied it."), file("a.ann", lines)]);
    assert_eq!(quotes(&project), ["denied"]);
    let mut bad: Vec<usize> = report.problems.iter().map(|problem| problem.line).collect();
    bad.extend(report.unplaced.iter().map(|each| each.line));
    bad.sort_unstable();
    assert_eq!(bad, [2, 3, 4, 5, 6, 7, 8, 9, 10]);
}

#[test]
fn a_folder_for_each_annotator_is_one_document_by_two_people() {
    let text = "He denied it.";
    let files = [
        file("mara/a.txt", text),
        file("mara/a.ann", "T1\tDenial 3 9\tdenied\n"),
        file("jon/a.txt", text),
        file("jon/a.ann", "T1\tDenial 3 12\tdenied it\n"),
    ];
    let (project, _, report) = imported(&files);
    assert_eq!((project.documents.len(), report.documents.joined), (1, 1));
    let ids: Vec<String> = project
        .annotations
        .iter()
        .map(|each| each.id.to_string())
        .collect();
    assert_eq!(ids, ["jon-1", "mara-1"]);
}

#[test]
fn conll_is_read_in_every_scheme() {
    for (scheme, tags) in [
        ("IOB2", ["B-A", "I-A", "B-A", "O", "B-B"]),
        ("IOB1", ["I-A", "I-A", "B-A", "O", "I-B"]),
        ("BILOU", ["B-A", "L-A", "U-A", "O", "U-B"]),
        ("BMES", ["B-A", "E-A", "S-A", "O", "S-B"]),
        ("behind", ["A-B", "A-I", "A-B", "O", "B-B"]),
    ] {
        let tokens = ["Мара", "Lind", "网络", "and", "Jon"];
        let lines: Vec<String> = tokens
            .iter()
            .zip(tags)
            .map(|(token, tag)| format!("{token}\tX\t{tag}"))
            .collect();
        let (project, texts, _) = imported(&[file(
            "a.conll",
            format!("-DOCSTART-\tX\tO\n\n{}\n\n", lines.join("\n")),
        )]);
        assert_eq!(
            texts.values().next().unwrap().as_str(),
            "Мара Lind 网络 and Jon\n"
        );
        let found: Vec<_> = annotations(&project)
            .into_iter()
            .map(|(_, tag, quote)| format!("{tag} {quote}"))
            .collect();
        assert_eq!(found, ["A Мара Lind", "A 网络", "B Jon"], "{scheme}");
    }
}

#[test]
fn conll_with_nested_tags_and_a_text_beside_it_is_found_in_the_text() {
    let lines = "University B-ORG\nof I-ORG\nKyiv I-ORG B-LOC\n. O\n";
    let text = "  University of\u{A0}Kyiv.\r\n";
    let (project, texts, report) = imported(&[file("a.conll", lines), file("report.txt", text)]);
    assert_eq!(texts.values().next().unwrap().as_str(), text);
    let expected = triples(&[
        ("report", "ORG", "University of\u{A0}Kyiv"),
        ("report", "LOC", "Kyiv"),
    ]);
    assert_eq!(annotations(&project), expected, "{:?}", report.problems);
    assert!(report.is_lossless());
}

#[test]
fn a_first_column_of_conll_that_counts_the_tokens_is_not_read_as_their_words() {
    let lines = "1\tАнна\tB-PER\n2\tLind\tI-PER\n3\tflew\tO\n\n1\t7\tB-NUM\n2\tships\tO\n3\tleft\tO\n4\tKyiv\tB-LOC\n";
    let told = |lines: &str| {
        let (project, texts, report) = imported(&[file("a.conll", lines)]);
        assert!(report.is_lossless(), "{:?}", report.problems);
        let marks = annotations(&project).into_iter();
        let marks: Vec<String> = marks
            .map(|(_, tag, words)| format!("{tag} {words}"))
            .collect();
        let text = texts.values().next().unwrap().as_str().to_owned();
        (marks, text, report.lines().join("\n"))
    };
    let (marks, text, report) = told(lines);
    assert_eq!(marks, ["PER Анна Lind", "NUM 7", "LOC Kyiv"]);
    assert_eq!(text, "Анна Lind flew\n7 ships left Kyiv\n");
    let columns = "of 3 columns, 2 is read as the words and 3 as the tags";
    assert!(report.contains(columns), "{report}");
    let (marks, text, _) = told("12\tX\tB-NUM\n7\tX\tB-NUM\n");
    assert_eq!(
        marks,
        ["NUM 12", "NUM 7"],
        "numbers that do not count are words"
    );
    assert_eq!(text, "12 7\n");
}

#[test]
fn odd_lines_of_conll_are_named() {
    let lines = "Moscow\tB-a\ndenied\tI-d\nit\tX-d\n.\n\nB-only\n# comment\n\ttab\tO\n";
    let (project, _, report) = imported(&[file("a.conll", lines)]);
    assert_eq!(
        quotes(&project),
        ["Moscow", "denied"],
        "an inside tag after another tag begins its own annotation"
    );
    let lost: Vec<usize> = report
        .problems
        .iter()
        .filter(|problem| problem.is_loss)
        .map(|problem| problem.line)
        .collect();
    assert_eq!(lost, [3, 4, 6, 8]);
}

#[test]
fn doccano_is_read_in_both_shapes_and_by_annotator() {
    let listed = json!({"id": 1, "text": "💡 lamp", "label": [[2, 6, "thing"]], "Comments": ["good"], "outlet": "Wire"});
    let related = json!({"id": 2, "text": "Mara blamed Jon", "entities": [
        {"id": 7, "label": "actor", "start_offset": 0, "end_offset": 4},
        {"id": 9, "label": "actor", "start_offset": 12, "end_offset": 15},
    ], "relations": [{"id": 1, "from_id": 7, "to_id": 9, "type": "blames"}]});
    let words = format!("{listed}\n{related}\n");
    let labels = json!([{"id": 1, "text": "actor", "prefix_key": null, "suffix_key": "a", "background_color": "#209CEE", "text_color": "#ffffff"}]);
    let files = [
        file("anna.jsonl", words.clone()),
        file("ben.jsonl", words),
        file("labels.json", labels.to_string()),
    ];
    let (project, _, report) = imported(&files);
    assert_eq!((project.documents.len(), project.annotations.len()), (2, 6));
    assert_eq!(report.annotations().exact, 6);
    assert!(
        quotes(&project).contains(&"lamp".to_owned()),
        "characters, although doccano usually counts UTF-16"
    );
    assert_eq!(
        project
            .annotators
            .keys()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["anna", "ben"]
    );
    assert_eq!(project.links.len(), 2);
    let fields: Vec<String> = project
        .documents
        .values()
        .map(|document| format!("{:?}", document.fields))
        .collect();
    assert!(
        fields[0].contains("good") && fields[0].contains("Wire"),
        "{fields:?}"
    );
    assert_eq!(project.codebook.tags[0].color.to_string(), "#209CEE");
}

#[test]
fn label_studio_comes_over_with_notes_choices_and_predictions() {
    let region = |id: &str, start: usize, end: usize, words: &str, tag: &str| {
        json!({"id": id, "from_name": "label", "to_name": "text", "type": "labels",
            "value": {"start": start, "end": end, "text": words, "labels": [tag]}})
    };
    // Files from before October 2021 count UTF-16 units.
    let task = json!([{"id": 5, "data": {"body": "🦉🦉 Mara blamed Jon", "outlet": "Wire"},
        "annotations": [{"id": 1, "completed_by": {"email": "anna@example.com"}, "result": [
            region("a", 5, 9, "Mara", "actor"),
            region("b", 17, 20, "Jon", "actor"),
            {"id": "a", "from_name": "sure", "to_name": "text", "type": "choices", "value": {"choices": ["yes"]}},
            {"id": "a", "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["who blames"]}},
            {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right", "labels": ["blames"]},
            {"id": "c", "from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": ["neutral"]}},
            {"id": "d", "type": "rectanglelabels", "value": {"x": 1}},
        ]}],
        "predictions": [{"model_version": "tagger 2", "result": [region("p", 10, 16, "blamed", "act")]}],
    }]);
    let config = r##"<View><Labels name="label" toName="text"><Label value="actor" background="#e6194b" hotkey="1"/></Labels><Text name="text" value="$body"/></View>"##;
    let (project, _, report) = imported(&[
        file("tasks.json", task.to_string()),
        file("config.xml", config),
    ]);
    assert_eq!(quotes(&project), ["Mara", "blamed", "Jon"]);
    assert_eq!(report.readings[0].words, "UTF-16 units");
    let mara = project
        .annotations
        .iter()
        .find(|each| &*each.quote == "Mara")
        .unwrap();
    assert_eq!(
        (mara.annotator_id().as_str(), &*mara.note),
        ("anna@example.com", "who blames")
    );
    assert_eq!(mara.attributes["sure"].to_string(), "yes");
    assert_eq!(links(&project), triples(&[("blames", "Mara", "Jon")]));
    let document = project.documents.values().next().unwrap();
    assert_eq!(
        (
            document.fields["outlet"].as_str(),
            document.fields["tone"].as_str()
        ),
        ("Wire", "neutral")
    );
    let program = project
        .annotators
        .values()
        .find(|who| who.name == "tagger 2")
        .unwrap();
    assert_eq!(program.kind, ascribe::model::AnnotatorKind::Program);
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.words.contains("rectanglelabels"))
    );
}

#[test]
fn prodigys_relations_and_answers_are_read() {
    let span = |start: usize, end: usize| json!({"start": start, "end": end, "label": "actor", "token_start": 0, "token_end": 0});
    let accepted = json!({"text": "Mara blamed Jon", "_input_hash": 1, "answer": "accept", "spans": [span(0, 4), span(12, 15)],
        "relations": [{"head": 0, "child": 2, "label": "blames", "head_span": span(0, 4), "child_span": span(12, 15)}]});
    let rejected = json!({"text": "Nothing here", "answer": "reject", "spans": [span(0, 7)]});
    let (project, _, report) = imported(&[file("a.jsonl", format!("{accepted}\n{rejected}\n"))]);
    assert_eq!(quotes(&project), ["Mara", "Jon"]);
    assert_eq!(links(&project), triples(&[("blames", "Mara", "Jon")]));
    assert_eq!(project.documents.len(), 2);
    assert!(
        !report.is_lossless(),
        "what was rejected is left out and said"
    );
}

#[test]
fn any_json_is_read_by_its_keys() {
    let documents = "{\"_id\": \"d1\", \"body\": \"Mara blamed Jon\"}\n";
    let entities = "{\"documentId\": \"d1\", \"begin\": 0, \"length\": 4, \"type\": \"actor\", \"value\": \"Mara\", \"sure\": 1}\n\
                    {\"documentId\": \"d1\", \"begin\": 12, \"length\": 3, \"type\": \"actor\", \"value\": \"Jon\"}\n";
    let relations = "{\"documentId\": \"d1\", \"sourceBegin\": 0, \"sourceEnd\": 4, \"targetBegin\": 12, \"targetEnd\": 15, \"begin\": 5, \"end\": 11, \"type\": \"blames\"}\n";
    let files = [
        file("documents.json", documents),
        file("entities.json", entities),
        file("relations.json", relations),
    ];
    let (project, _, _) = imported(&files);
    assert_eq!(quotes(&project), ["Mara", "Jon"]);
    assert_eq!(links(&project), triples(&[("blames", "Mara", "Jon")]));

    let nested = json!([{"meta": {"story": "It was denied."}, "marks": [{"from": 7, "to": 13, "kind": "denial"}]}]);
    let mut options = ImportOptions::default();
    for written in [
        "text=meta.story",
        "spans=marks",
        "start=from",
        "end=to",
        "tag=kind",
    ] {
        options.mapping.read(written).unwrap();
    }
    let (project, _, _) = import_alone(
        format("json").unwrap(),
        &[file("a.json", nested.to_string())],
        &options,
    )
    .unwrap();
    assert_eq!(annotations(&project)[0].1, "denial");
    assert_eq!(quotes(&project), ["denied"]);
    let error = import_alone(
        format("json").unwrap(),
        &[file("a.json", nested.to_string())],
        &ImportOptions::default(),
    );
    assert!(
        error.unwrap_err().to_string().contains("marks"),
        "the keys that there are are named"
    );
}

#[test]
fn tables_are_read_whatever_parts_their_columns() {
    let latin = b"text;label\nLe minist\xE8re d\xE9ment;denial\n".to_vec();
    let (project, texts, report) = imported(&[file("a.csv", latin)]);
    assert_eq!(
        texts.values().next().unwrap().as_str(),
        "Le ministère dément"
    );
    assert_eq!(annotations(&project)[0].1, "denial");
    let remarks: Vec<&str> = report
        .problems
        .iter()
        .map(|problem| problem.words.as_str())
        .collect();
    assert!(
        remarks.iter().any(|words| words.contains("windows-1252")),
        "{remarks:?}"
    );
    assert!(
        remarks.iter().any(|words| words.contains("“;”")),
        "{remarks:?}"
    );

    let odd = "text,label\n\"Moscow denied it.\",denial\na\na,b,c\n=1+1,x\n\"unclosed,denial\n";
    let (project, _, report) = imported(&[file("a.csv", odd)]);
    assert_eq!(quotes(&project), ["Moscow denied it.", "=1+1"]);
    let lost: Vec<usize> = report
        .problems
        .iter()
        .filter(|problem| problem.is_loss)
        .map(|problem| problem.line)
        .collect();
    assert_eq!(lost, [3, 4, 6]);
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.words.contains("never closed"))
    );
}

#[test]
fn comments_before_a_table_are_left_out_and_told() {
    let table = "# Порт: what the ministries said\r\n#Mara, Lind; 2024\r\n\r\ntext;label\r\n# It was denied.;denial\r\nThey agreed.\r\n";
    let (project, _, report) = imported(&[file("a.csv", table)]);
    let expected = triples(&[("a", "denial", "# It was denied.")]);
    assert_eq!(
        annotations(&project),
        expected,
        "rows may begin with a hash"
    );
    let told = |line| {
        let problem = report.problems.iter().find(|problem| problem.line == line);
        problem.map(|problem| (&*problem.words, &*problem.what, problem.is_loss))
    };
    let comment = (
        "comments before the table are left out",
        "# Порт: what the ministries said",
        false,
    );
    assert_eq!(told(1), Some(comment));
    let row = (
        "left out: the row has other than 2 columns",
        "They agreed.",
        true,
    );
    assert_eq!(told(6), Some(row), "lines count from the first of the file");
    // A name with a hash is one all the same.
    let (project, ..) = imported(&[file("a.csv", "#,text,label\n7,It was denied.,denial\n")]);
    let expected = triples(&[("a", "denial", "It was denied.")]);
    assert_eq!(annotations(&project), expected);
}

#[test]
fn hostile_json_costs_no_more_than_its_line() {
    let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let lines = [
        r#"{"text": "Moscow denied it.", "label": [[7, 13, "denial"]]}"#,
        r#"{"text": "cut"#,
        "null",
        "[]",
        r#"{"label": []}"#,
        r#"{"text": "x", "label": [["0", "1", "impact"]]}"#,
        r#"{"text": "x", "label": [[-1, 1, "impact"]]}"#,
        r#"{"text": "\ud800 lone", "label": []}"#,
        r#"{"text": "dup", "text": "dup2"}"#,
        r#"{"text": "ok", "label": []} trailing"#,
        r#"{"text": "x", "label": [[0, 1e999, "impact"]]}"#,
        &deep,
        r#"{"text": "a\u0000b", "label": [[0, 3, "impact"]]}"#,
    ];
    let (project, _, report) = imported(&[file("a.jsonl", lines.join("\n"))]);
    assert_eq!(quotes(&project), ["denied", "a\0b"]);
    let lost: Vec<usize> = report.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lost, (2..=12).collect::<Vec<usize>>());
    let (project, _, _) = imported(&[file(
        "cr.jsonl",
        "{\"text\": \"a\", \"label\": []}\r{\"text\": \"b\", \"label\": []}",
    )]);
    assert_eq!(project.documents.len(), 2);
}

#[test]
fn places_far_into_a_text_are_found_to_the_character() {
    let text = format!(
        "{}🦉{}",
        "plain ASCII words, ".repeat(20),
        "and more of them ".repeat(20)
    );
    let spans: Vec<_> = (0..text.chars().count() - 3)
        .map(|start| {
            let quote: String = text.chars().skip(start).take(3).collect();
            json!({"start": start, "end": start + 3, "label": "x", "text": quote})
        })
        .collect();
    let (_, _, report) = imported(&[file(
        "a.jsonl",
        json!({"text": text, "spans": spans}).to_string(),
    )]);
    assert_eq!(
        report.tags["x"].exact,
        spans.len(),
        "{:?}",
        report.moved.first()
    );
}

/// Each place by itself, far from the last one, in characters of one to four bytes and however they are counted.
#[test]
fn places_far_apart_are_found_in_every_unit() {
    let text = "Уряд заперечив це 🦉🦉 denied it 港口 👩‍🚀 é. ".repeat(9);
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let lengths: [fn(char) -> usize; 3] = [|_| 1, char::len_utf16, char::len_utf8];
    for length in lengths {
        let units = |words: &str| words.chars().map(length).sum::<usize>();
        let records = characters.windows(4).step_by(5).map(|four| {
            let (start, end) = (four[0].0, four[3].0);
            let span = json!({
                "start": units(&text[..start]),
                "end": units(&text[..end]),
                "label": "x",
                "text": text[start..end],
            });
            json!({"text": text, "spans": [span]}).to_string()
        });
        let records: Vec<String> = records.collect();
        let (_, _, report) = imported(&[file("a.jsonl", records.join("\n"))]);
        assert_eq!(report.tags["x"].in_file, records.len());
        assert_eq!(
            report.tags["x"].exact,
            records.len(),
            "{:?}",
            report.moved.first()
        );
    }
}

proptest! {
    /// In any text, what a reader takes for one character counts one.
    #[test]
    fn places_counted_in_clusters_are_found(words in any_words()) {
        let clusters: Vec<&str> = words.graphemes(true).collect();
        let spans = clusters.windows(3).enumerate().step_by(4).map(|(start, three)| {
            json!({"start": start, "end": start + 3, "label": "x", "text": three.concat()})
        });
        let spans: Vec<_> = spans.collect();
        let line = json!({"text": words, "spans": spans});
        let (_, _, report) = imported(&[file("a.jsonl", line.to_string())]);
        prop_assert_eq!(report.annotations().exact, spans.len(), "{:?}", report.moved.first());
    }
}

#[test]
fn tags_that_end_with_a_backslash_come_back_from_webanno() {
    for tag in ["\\", "C:\\", "a\\\\", "\\[1]"] {
        let record = json!({"text": "Denied it.", "spans": [{"start": 0, "end": 6, "label": tag}]});
        let (project, texts, _) = imported(&[file("a.jsonl", record.to_string())]);
        let webanno = ascribe::export::format("webanno-tsv").unwrap();
        export(webanno, &project, &texts, &ExportOptions::default()).unwrap();
    }
}

/// A hundred megabytes of them would take nine gigabytes of memory.
#[test]
fn json_of_countless_tiny_objects_is_refused_before_it_is_read() {
    let tiny = format!("[{}{{}}]", "{\"a\":0},".repeat(2_000_001));
    let error = import_alone(
        format("json").unwrap(),
        &[file("tiny.json", tiny)],
        &ImportOptions::default(),
    );
    let words = error.unwrap_err().to_string();
    assert!(
        words.contains("tiny.json") && words.contains("split it"),
        "{words}"
    );
}

/// Even of documents that come from long file names, and of several with the same name.
#[test]
fn documents_with_very_long_names_can_be_exported() {
    for length in [254, 255, 256, 300] {
        let name = "ф".repeat(length);
        let record =
            json!({"id": name, "text": "Denied.", "spans": [{"start": 0, "end": 6, "label": "x"}]});
        let other = json!({"id": name, "text": "Denied it.", "spans": [{"start": 0, "end": 6, "label": "x"}]});
        let named = file("a.jsonl", format!("{record}\n{other}"));
        let by_file = file(&format!("{name}.conll"), "Denied B-x\n");
        for files in [vec![named], vec![by_file]] {
            let (project, texts, _) = imported(&files);
            export(&JSONL, &project, &texts, &ExportOptions::default()).unwrap();
        }
    }
}

#[test]
fn a_tag_without_a_name_costs_only_itself() {
    let tags = "tag,color,description\n,#0072B2,Nobody knows\ndenial,#D55E00,The accused denies\n";
    let (project, _, report) = imported(&[
        file("tags.csv", tags),
        file("t.csv", "text,label\nThe navy denied it.,denial\n"),
    ]);
    let names: Vec<&str> = project
        .codebook
        .tags
        .iter()
        .map(|tag| tag.id.as_str())
        .collect();
    assert_eq!(names, ["denial"]);
    let said = report
        .problems
        .iter()
        .find(|problem| problem.words == "a tag has no name");
    assert_eq!(
        said.map(|problem| (&*problem.file, problem.line)),
        Some(("tags.csv", 2))
    );
}

#[test]
fn a_format_that_is_named_is_read_whatever_the_ending() {
    let files = [file("tokens.data", "Moscow\tB-a\n")];
    assert!(recognise(&files).is_none());
    let conll = format("conll").unwrap();
    let (project, _, _) = import_alone(conll, &files, &ImportOptions::default()).unwrap();
    assert_eq!(quotes(&project), ["Moscow"]);
}

/// As Label Studio's converter writes it: one object for each annotator of a task.
#[test]
fn regions_of_json_min_come_over_for_each_annotator() {
    let row = |annotator: u32, start: usize, end: usize, words: &str| {
        json!({"id": 7, "text": "🦉 Уряд заперечив це.", "source": "ТАСС", "annotator": annotator,
            "annotation_id": 3, "created_at": "2026-01-02T03:04:05Z", "lead_time": 1.5,
            "label": [{"start": start, "end": end, "text": words, "labels": ["denial"]}]})
    };
    let words = json!([row(1, 7, 16, "заперечив"), row(2, 2, 6, "Уряд")]).to_string();
    let (project, _, report) = imported(&[file("min.json", words)]);
    assert_eq!(quotes(&project), ["Уряд", "заперечив"]);
    assert_eq!(project.documents.len(), 1, "both rows speak of one text");
    let annotators: Vec<&str> = project.annotators.keys().map(|id| id.as_str()).collect();
    assert_eq!(annotators, ["1", "2"]);
    assert!(
        project
            .annotations
            .iter()
            .all(|each| each.created_at.is_some())
    );
    assert_eq!(report.format, "label-studio-min");
    let document = project.documents.values().next().unwrap();
    assert_eq!(document.fields["source"], "ТАСС");
}

#[test]
fn a_tag_over_several_lines_takes_one_line_of_the_report() {
    let spans =
        json!([{"start": 0, "end": 4, "label": "a\nb"}, {"start": 90, "end": 94, "label": "a\nb"}]);
    let line = json!({"text": "Уряд заперечив це.", "spans": spans}).to_string();
    let (project, _, report) = imported(&[file("a.jsonl", line)]);
    assert_eq!(
        project.annotations.iter().next().unwrap().tag_id.as_str(),
        "a\nb"
    );
    assert!(
        report.lines().iter().all(|line| !line.contains('\n')),
        "{:?}",
        report.lines()
    );
    assert_eq!(
        report
            .lines()
            .iter()
            .filter(|line| line.contains("a b"))
            .count(),
        2
    );
}

#[test]
fn names_with_space_around_them_come_back_as_they_are() {
    let (project, texts) = read(
        "
It was denied.
^\"denied\" denial @mara
",
    );
    let annotation = project.annotations.iter().next().unwrap();
    let who = AnnotatorId::new("\tмара ");
    let mut spaced = project.clone();
    spaced.annotations.remove(&annotation.id);
    let annotation = Annotation {
        id: AnnotationId::new(who.clone(), 7),
        ..Annotation::clone(annotation)
    };
    spaced.annotations.insert(annotation.into());
    let annotator = Annotator {
        id: who.clone(),
        name: who.to_string(),
        kind: AnnotatorKind::Person,
    };
    spaced.annotators.insert(who, annotator.into());
    let written = export(&JSONL, &spaced, &texts, &ExportOptions::default()).unwrap();
    let (read, _, _) = imported(&written.files);
    assert_eq!(
        read.annotations.iter().next(),
        spaced.annotations.iter().next()
    );
}

/// Our own table of spans, of which only these columns matter.
fn spans_table(rows: &str) -> FileInMemory {
    let head = "document,span_id,piece,tag,start,end,unit,text,annotator\n";
    file("spans.csv", format!("{head}{rows}"))
}

#[test]
fn rows_may_name_a_document_by_its_file() {
    let head = "document,path,sha256,size_bytes,encoding,fields,states\n";
    let documents = format!("{head}порт,texts/port.txt,,,UTF-8,{{}},{{}}\n");
    let rows = "порт,mara-1,1,denial,4,10,code_point,denied,mara\nport,mara-2,1,impact,0,3,code_point,Уря,mara\n";
    for text in ["texts/порт.txt", "texts/port.txt"] {
        let files = [
            file("documents.csv", documents.clone()),
            spans_table(rows),
            file(text, "Уря denied it.\n"),
        ];
        let (project, _, report) = imported(&files);
        assert_eq!(project.documents.len(), 1, "{report:?}");
        let expected = [("порт", "impact", "Уря"), ("порт", "denial", "denied")];
        let expected = expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(annotations(&project), expected);
    }
}

#[test]
fn macros_of_brat_may_use_macros_and_cannot_grow_without_end() {
    let doubled = |number: usize| format!("<M{number}>=<M{0}>|<M{0}>\n", number - 1);
    let bomb: String = (1..60).map(doubled).collect();
    let configuration = format!(
        "[entities]\nActor\nGroup\nThing\n[relations]\n<WHO>=Actor|Group\n<ANY>=<WHO>|Thing\n\
        Near Arg1:<WHO>, Arg2:<ANY>\n<M0>=Actor\n{bomb}Far Arg1:<M59>, Arg2:Thing\n"
    );
    let (project, _, _) = imported(&[
        file("a.txt", "Мара\n"),
        file("a.ann", "T1\tActor 0 4\tМара\n"),
        file("annotation.conf", configuration),
    ]);
    let kinds = &project.codebook.link_kinds;
    let near = kinds.iter().find(|kind| &*kind.name == "Near").unwrap();
    let ids = |names: &[&str]| names.iter().map(|name| TagId::new(*name)).collect();
    let ends = LinkEnds::Tags {
        from: ids(&["Actor", "Group"]),
        to: ids(&["Actor", "Group", "Thing"]),
    };
    assert_eq!(near.ends, ends);
    assert!(kinds.iter().any(|kind| &*kind.name == "Far"));
}

#[test]
fn doccano_keeps_keys_that_it_does_not_know() {
    let line = r#"{"id": 7, "text": "It denied.", "data": "other", "label": [[3, 9, "denial"]], "labels": [[0, 2, "impact"]], "score": 0.5}"#;
    let (project, _, report) = imported(&[file("a.jsonl", line)]);
    assert_eq!(quotes(&project), ["It", "denied"], "{report:?}");
    let document = project.documents.values().next().unwrap();
    assert_eq!(document.fields["data"], "other");
    assert_eq!(document.fields["score"], "0.5");
}

#[test]
fn of_several_projects_in_a_file_the_first_gives_the_name_and_all_their_tags() {
    let project = |name: &str, tag: &str| {
        let tag = json!({"name": tag, "color": "#112233"});
        let who = json!({"id": "mara", "name": name});
        json!({"type": "project", "name": name, "tags": [tag], "annotators": [who]}).to_string()
    };
    let lines = [
        project("Ports", "denial"),
        json!({"id": "a", "text": "It denied.", "spans": [{"start": 3, "end": 9, "label": "denial"}]})
            .to_string(),
        project("Ferries", "impact"),
    ];
    let (project, ..) = imported(&[file("a.jsonl", lines.join("\n"))]);
    assert_eq!(project.name, "Ports");
    let tags: Vec<&str> = project
        .codebook
        .tags
        .iter()
        .map(|tag| tag.id.as_str())
        .collect();
    assert_eq!(tags, ["denial", "impact"]);
    assert_eq!(project.annotators[&AnnotatorId::new("mara")].name, "Ports");
}

#[test]
fn what_is_wrong_with_a_record_over_several_lines_is_said_with_the_line_where_it_begins() {
    let words = "{\n \"text\": \"It denied.\",\n \"label\": []\n}\n\n{\n \"text\": 7\n}\n";
    let (_, _, report) = import_alone(
        format("doccano").unwrap(),
        &[file("a.jsonl", words)],
        &ImportOptions::default(),
    )
    .unwrap();
    let lines: Vec<usize> = report.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [6], "{:?}", report.problems);
}
