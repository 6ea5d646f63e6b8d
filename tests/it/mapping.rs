//! Mappings of columns and keys: slips are refused, what they say is followed, and what is wrong in one record costs no
//! other.

use ascribe::import::{
    FileInMemory, ImportOptions, ImportReport, Mapping, Role, Target, format, import, import_alone,
    mappable, recognise,
};
use ascribe::model::{Annotations, Project, Texts};
use serde_json::{Value, json};

use crate::imports::{annotations, file, triples};

fn read(
    name: &str,
    files: &[FileInMemory],
    said: &[&str],
) -> Result<(Project, Texts, ImportReport), String> {
    let mut options = ImportOptions::default();
    for written in said {
        options.mapping.read(written)?;
    }
    import_alone(format(name).unwrap(), files, &options).map_err(|error| error.to_string())
}

/// Tag and words of every annotation.
fn marks(project: &Project) -> Vec<(String, String)> {
    let all = annotations(project).into_iter();
    all.map(|(_, tag, words)| (tag, words)).collect()
}

fn mark(tag: &str, words: &str) -> (String, String) {
    (tag.to_owned(), words.to_owned())
}

/// What was left out, with its line.
fn lost(report: &ImportReport) -> Vec<(usize, &str)> {
    let lost = report.problems.iter().filter(|problem| problem.is_loss);
    lost.map(|problem| (problem.line, problem.words.as_str()))
        .collect()
}

fn refusal(name: &str, words: impl Into<Vec<u8>>, said: &[&str]) -> String {
    read(name, &[file(&format!("a.{name}"), words)], said).unwrap_err()
}

const NESTED: [&str; 3] = ["text=meta.story", "spans=marks", "start=at.from"];

fn nested() -> String {
    json!([
        {"id": 1, "meta": {"story": "First."}, "marks": [{"at": {"from": 0}, "to": 5, "kind": "denial"}]},
        {"id": 2, "meta": {"story": "Second."}, "marks": [{"at": {"from": 0}, "to": 6, "kind": "denial", "sure": 1}]},
    ])
    .to_string()
}

#[test]
fn a_column_that_is_not_there_is_refused() {
    let table = "text,label\nIt was denied.,denial\n";
    assert!(read("csv", &[file("a.csv", table)], &["tag=label"]).is_ok());
    assert_eq!(
        refusal("csv", table, &["tag=lable"]),
        "“tag=lable” leads nowhere: the columns are “text”, “label”"
    );
    let tokens = "It\tO\ndenied\tB-denial\n";
    assert!(read("conll", &[file("a.conll", tokens)], &["tag=2"]).is_ok());
    assert_eq!(
        refusal("conll", tokens, &["tag=3"]),
        "“tag=3” leads nowhere: the columns are “1”, “2”"
    );
}

#[test]
fn the_report_says_what_was_found_and_what_was_said() {
    let table = "Text,label,more\nIt was denied.,denial,x\n";
    let records = json!([{"text": "It was denied.", "spans": [{"start": 0, "end": 2, "label": "denial", "more": "x"}]}]);
    let found = |name: &str, words: String, said: &[&str]| {
        let path = format!("a.{name}");
        let (_, _, report) = read(name, &[file(&path, words)], said).unwrap();
        serde_json::to_value(&report).unwrap()["mapping"].clone()
    };
    assert_eq!(
        found("csv", table.to_owned(), &["note=more"]),
        json!({"text": "Text", "tag": "label", "note": "more"})
    );
    assert_eq!(
        found("json", records.to_string(), &["note=more"]),
        json!({"text": "text", "spans": "spans", "start": "start", "end": "end", "tag": "label", "note": "more"})
    );
}

#[test]
fn a_column_of_quotes_may_hold_numbers() {
    let files = [
        file("n.txt", "Estmark lost 31 of 212 cranes in 2023."),
        file(
            "a.csv",
            "doc,start,end,label,quote\nn.txt,16,18,figure,31\nn.txt,22,25,figure,212\n",
        ),
    ];
    let (project, ..) = read("csv", &files, &[]).unwrap();
    assert_eq!(
        marks(&project),
        [mark("figure", "31"), mark("figure", "212")]
    );
    // Where the text stands beside, it shows that the column holds something else.
    let prices = "text,quote,label\nShares rose.,31.5,up\nShares fell.,12,down\n";
    let (project, _, report) = read("csv", &[file("a.csv", prices)], &[]).unwrap();
    assert!(report.is_lossless(), "{:?}", report.lines());
    assert_eq!(
        marks(&project),
        [mark("up", "Shares rose."), mark("down", "Shares fell.")]
    );
    // An empty one says nothing, and so is not told as if it did.
    let empty = "text,quote,label\nShares rose.,,up\n";
    let (_, _, report) = read("csv", &[file("a.csv", empty)], &[]).unwrap();
    let kept = report.problems.iter();
    assert_eq!(kept.filter(|it| it.words.starts_with("kept")).count(), 0);
}

#[test]
fn what_is_kept_without_a_meaning_and_what_covers_a_whole_text_is_told() {
    let text = "It was denied.";
    let table = "document,start,end,tag,mood\na,0,2,actor,calm\na,,,denial,\n";
    let records = json!([
        {"document": "a", "start": 0, "end": 2, "tag": "actor", "mood": "calm"},
        {"document": "a", "start": null, "end": null, "tag": "denial"},
    ]);
    for (name, words) in [("csv", table.to_owned()), ("json", records.to_string())] {
        let files = [file(&format!("marks.{name}"), words), file("a.txt", text)];
        let (project, _, report) = read(name, &files, &[]).unwrap();
        assert_eq!(
            marks(&project),
            [mark("actor", "It"), mark("denial", text)],
            "{name}"
        );
        let told = |words: &str| {
            let mut problems = report.problems.iter();
            let problem = problems.find(|problem| problem.words.starts_with(words));
            problem.map(|problem| problem.what.as_str())
        };
        assert_eq!(told("covers the whole text"), Some("denial"), "{name}");
        assert_eq!(told("kept as fields"), Some("mood"), "{name}");
    }
}

#[test]
fn a_key_must_be_where_its_role_looks_for_it() {
    let with = |more| [&NESTED[..], &["end=to"], &[more]].concat();
    let (project, _, report) =
        read("json", &[file("a.json", nested())], &with("note=sure")).unwrap();
    assert!(report.is_lossless(), "one annotation has it");
    let document = project.documents.values().next().unwrap();
    let fields: Vec<&str> = document.fields.keys().map(|name| &**name).collect();
    assert_eq!(fields, ["id"], "the text is no field as well");
    let annotation = project.annotations.iter().next().unwrap();
    let attributes: Vec<&str> = annotation.attributes.keys().map(|name| &**name).collect();
    assert_eq!(
        attributes,
        ["kind"],
        "what a role stands for is no attribute"
    );
    assert_eq!(
        refusal("json", nested(), &with("tag=sort")),
        "“tag=sort” leads nowhere: the keys of annotations are “at”, “at.from”, “kind”, “sure”, “to”"
    );
    assert!(
        refusal("json", nested(), &with("tag=id")).starts_with("“tag=id” leads nowhere"),
        "a key of the document is none of the annotation"
    );
    assert!(
        refusal("json", nested(), &["text=meta.stori"])
            .ends_with("the keys of documents are “id”, “marks”, “meta”, “meta.story”")
    );
    assert!(
        read("json", &[file("a.json", "{'text': 1}")], &["text=body"])
            .unwrap()
            .2
            .problems[0]
            .words
            .contains("key must be a string"),
        "a file that is no JSON has another problem"
    );
}

#[test]
fn a_role_that_the_format_has_no_place_for_is_refused() {
    let table = "text,label\nIt was denied.,denial\n";
    assert!(
        refusal("csv", table, &["spans=label"])
            .starts_with("“spans=label” is of no use for CSV and TSV tables: it has a place for")
    );
    let lines = "{\"text\": \"It.\", \"spans\": []}\n";
    assert!(refusal("jsonl", lines, &["tag=label"]).contains("say themselves what holds what"));
    let mut mapping = Mapping::default();
    mapping.read("tag=kind").unwrap();
    assert!(mapping.read("tag=sort").unwrap_err().contains("twice"));
    assert!(mapping.read("note=").is_err());
}

#[test]
fn everything_that_can_be_mapped_is_offered() {
    let offered = |name: &str, path: &str, words: &str| {
        let files = [file(path, words)];
        mappable(format(name).unwrap(), &files).map(|all| all.names)
    };
    let names = offered("json", "a.json", &nested()).unwrap();
    for name in ["meta.story", "marks", "at.from", "kind"] {
        assert!(names.iter().any(|each| each == name), "{names:?}");
    }
    assert_eq!(
        offered("csv", "a.csv", "z,tag,z\n1,2,3\n").unwrap(),
        ["z", "tag", "z (2)"],
        "as in the file, and none hides another"
    );
    assert_eq!(offered("conll", "a.conll", "x y B-a\n\n").unwrap().len(), 3);
    assert_eq!(offered("jsonl", "a.jsonl", "{}"), None);
}

#[test]
fn doccano_takes_the_keys_that_were_said_and_keeps_the_usual_ones_as_fields() {
    let line = json!({"data": "He denied.", "body": "She denied it.", "gold": [[4, 10, "denial"]], "label": [[0, 2, "x"]]});
    let files = [file("a.jsonl", line.to_string())];
    let (project, texts, report) = read("doccano", &files, &["text=body", "spans=gold"]).unwrap();
    assert_eq!(texts.values().next().unwrap().as_str(), "She denied it.");
    assert_eq!(marks(&project), [mark("denial", "denied")]);
    let document = project.documents.values().next().unwrap();
    assert_eq!(document.fields["data"], "He denied.");
    assert_eq!(document.fields["label"], "[[0,2,\"x\"]]");
    assert!(report.is_lossless());
}

#[test]
fn what_is_wrong_in_a_record_costs_only_itself() {
    let doccano = [
        json!({"text": "It denied.", "label": [[0, 2, "a"], ["x", 2, "b"], [3, 9, "c"]]}),
        json!({"text": "It agreed.", "label": null}),
        json!({"text": "It hoped.", "label": {}}),
    ]
    .map(|line| line.to_string());
    let prodigy = json!({"text": "It denied.", "spans": [{"start": 0, "end": "x"}, {"start": 3, "end": 9, "label": "c"}]});
    let regions = json!([
        {"id": "r1", "type": "labels", "from_name": "label", "to_name": "text",
            "value": {"start": 3, "end": 9, "text": "denied", "labels": ["c"]}},
        {"id": "r2", "type": "labels", "from_name": "label", "to_name": "text", "value": {"labels": "c"}},
    ]);
    let tasks = json!([{"data": {"text": "It denied."}, "annotations": [{"result": regions}]}]);
    for (name, path, words, documents, expected, problems) in [
        (
            "doccano",
            "a.jsonl",
            doccano.join("\n"),
            3,
            vec![mark("a", "It"), mark("c", "denied")],
            vec![1, 3],
        ),
        (
            "jsonl",
            "a.jsonl",
            prodigy.to_string(),
            1,
            vec![mark("c", "denied")],
            vec![1],
        ),
        (
            "label-studio",
            "a.json",
            tasks.to_string(),
            1,
            vec![mark("c", "denied")],
            vec![1],
        ),
    ] {
        let (project, _, report) = read(name, &[file(path, words)], &[]).unwrap();
        assert_eq!(project.documents.len(), documents, "{name}");
        assert_eq!(marks(&project), expected, "{name}");
        let lines: Vec<usize> = lost(&report).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, problems, "{name}: {:?}", report.problems);
    }
}

#[test]
fn json_that_is_no_list_or_breaks_off_is_said_with_its_line() {
    let wrong = [
        json!({"body": "One.", "marks": {"s": 0}}),
        json!({"body": "Two.", "marks": "[]"}),
        json!({"body": "Three.", "marks": null}),
        json!({"body": "Four.", "marks": [{"s": 0, "e": 4, "l": "x"}]}),
    ];
    let said = ["text=body", "spans=marks", "start=s", "end=e", "tag=l"];
    let pretty = serde_json::to_string_pretty(&wrong).unwrap();
    let (project, _, report) =
        read("json", &[file("a.json", pretty.replace('\n', "\r"))], &said).unwrap();
    assert_eq!(marks(&project), [mark("x", "Four")]);
    assert_eq!(
        lost(&report),
        [
            (2, "left out: the annotations are no list"),
            (8, "left out: the annotations are no list")
        ]
    );
    let flat = json!([
        {"text": "It denied.", "s": 3, "e": 9, "l": "a"},
        {"text": "It denied.", "s": "x", "e": 9, "l": "b"},
    ]);
    let said = ["text=text", "start=s", "end=e", "tag=l"];
    let (project, _, report) = read("json", &[file("a.json", flat.to_string())], &said).unwrap();
    assert_eq!((project.documents.len(), lost(&report).len()), (1, 1));
    let array = |words: &str| json!([{"text": words, "label": [[0, 2, "x"]]}]).to_string();
    let two = [array("It denied."), array("We agreed.")].join("\n");
    let (project, _, _) = read("doccano", &[file("a.json", two)], &[]).unwrap();
    assert_eq!(marks(&project), [mark("x", "It"), mark("x", "We")]);
}

#[test]
fn links_by_places_stay_in_their_document() {
    let named = |name: &str, more: Value| {
        let mut record = json!({"documentId": name, "type": "R"});
        let more = more.as_object().unwrap().clone();
        record.as_object_mut().unwrap().extend(more);
        record.to_string()
    };
    let documents = ["A", "B"]
        .map(|name| json!({"_id": name, "body": format!("{name} blamed us.")}).to_string());
    let spans = ["A", "B"].map(|name| {
        [
            named(name, json!({"_id": "1", "begin": 0, "end": 1})),
            named(name, json!({"_id": "2", "begin": 2, "end": 8})),
        ]
        .join("\n")
    });
    let link = named(
        "B",
        json!({"sourceBegin": "0", "sourceEnd": 1, "targetBegin": 2, "targetEnd": 8}),
    );
    // The links come first.
    let files = [
        file("a.json", link),
        file("b.json", spans.join("\n")),
        file("c.json", documents.join("\n")),
    ];
    let (project, _, report) = read("json", &files, &[]).unwrap();
    assert!(report.is_lossless(), "{:?}", report.problems);
    let link = project.links.iter().next().unwrap();
    let ends = [&link.from, &link.to].map(|id| {
        let end = project.annotations.get(id).unwrap();
        (end.document_id.as_str(), &*end.quote)
    });
    assert_eq!(ends, [("B", "B"), ("B", "blamed")]);
}

#[test]
fn no_name_is_guessed_that_is_none() {
    let record = json!([{"doc": {"body": "It was denied."}, "n": 1}]).to_string();
    assert!(refusal("json", record.clone(), &[]).starts_with("say which key holds the texts"));
    let (project, ..) = read("json", &[file("a.json", record)], &["text=doc.body"]).unwrap();
    let id = project.documents.keys().next().unwrap();
    assert!(!id.as_str().contains("body"), "{id}");
}

#[test]
fn rows_of_a_table_find_their_own_text() {
    let rows = "document,text,start,end,tag\nd1,He denied it.,3,9,denial\nd1,She agreed to it.,4,10,accord\n\
                d2,,,,x\nd2,They hope.,0,4,y\n";
    let (project, _, report) = read("csv", &[file("a.csv", rows)], &[]).unwrap();
    let mut found = marks(&project);
    found.sort();
    assert_eq!(
        found,
        [
            mark("accord", "agreed"),
            mark("denial", "denied"),
            mark("x", "They hope."),
            mark("y", "They")
        ],
        "{:?}",
        report.lines()
    );
}

#[test]
fn a_row_without_a_place_speaks_of_the_whole_document_or_is_refused() {
    let tag_alone = file("a.csv", "file,tag\na.txt,denial\na.txt,impact\n");
    let text = file("a.txt", "It was denied.");
    let whole = [
        mark("denial", "It was denied."),
        mark("impact", "It was denied."),
    ];
    let (project, texts, _) = read("csv", &[tag_alone.clone(), text], &[]).unwrap();
    assert_eq!(marks(&project), whole);
    let (_, _, report) = read("csv", std::slice::from_ref(&tag_alone), &[]).unwrap();
    assert_eq!(report.annotations().unplaced, 2, "nobody has its text");
    // Into a project that has the text.
    let mut bare = project;
    bare.annotations = Annotations::default();
    let target = Target {
        project: &bare,
        texts: &texts,
    };
    let options = ImportOptions::default();
    let imported = import(format("csv").unwrap(), &[tag_alone], &options, target).unwrap();
    assert_eq!(imported.additions.annotations.len(), 2);
    let no_start = "text,label,start,end\nIt was denied.,denial,,9\n";
    let (project, _, report) = read("csv", &[file("a.csv", no_start)], &[]).unwrap();
    assert!(marks(&project).is_empty());
    assert_eq!(
        lost(&report),
        [(2, "left out: start or end is no whole number from 0 on")]
    );
    let remark = "text,comment,id\nIt denied.,a remark,77\n";
    let (project, ..) = read("csv", &[file("a.csv", remark)], &[]).unwrap();
    let fields = &project.documents.values().next().unwrap().fields;
    assert_eq!((&*fields["comment"], &*fields["id"]), ("a remark", "77"));
}

#[test]
fn rows_without_a_text_are_of_the_last_one_of_their_name() {
    let rows = "document,text,start,end,tag\nd1,First text here.,0,5,a\nd1,Second text here.,0,6,b\n\
                d1,,7,11,c\nd1,First text here.,6,10,d\n";
    let (project, ..) = read("csv", &[file("a.csv", rows)], &[]).unwrap();
    let mut found = marks(&project);
    found.sort();
    assert_eq!(
        found,
        [
            mark("a", "First"),
            mark("b", "Second"),
            mark("c", "text"),
            mark("d", "text")
        ]
    );
    assert_eq!(project.documents.len(), 2);
}

#[test]
fn a_mapping_holds_where_its_columns_are_and_is_guessed_elsewhere() {
    let tables = [
        file("a.csv", "text,label,start,end\nIt was denied.,one,7,13\n"),
        file("b.csv", "text,tag,start,end\nThey agreed.,two,5,11\n"),
    ];
    let (project, ..) = read("csv", &tables, &["tag=label"]).unwrap();
    assert_eq!(
        marks(&project),
        [mark("one", "denied"), mark("two", "agreed")]
    );
    let files = [
        file(
            "a.json",
            r#"[{"documentId": "A", "story": "A denied it."}]"#,
        ),
        file(
            "b.json",
            r#"[{"documentId": "A", "begin": 2, "end": 8, "type": "denial"}]"#,
        ),
    ];
    let (project, ..) = read("json", &files, &["text=story"]).unwrap();
    assert_eq!(marks(&project), [mark("denial", "denied")]);
}

#[test]
fn a_guess_costs_no_document() {
    let mail = json!([{"text": "It was denied.", "from": "anna@x", "to": "bob@y"},
        {"text": "It was agreed.", "from": 3, "to": "bob@y"}]);
    let (project, _, report) = read("json", &[file("a.json", mail.to_string())], &[]).unwrap();
    assert_eq!(project.documents.len(), 2, "{:?}", report.problems);
    let mut lines = vec![json!({"content": "Text.", "entities": []}).to_string(); 60];
    lines.push(
        json!({"content": "It denied.", "entities": [{"start": 3, "end": 9, "label": "c"}]})
            .to_string(),
    );
    let late = file("a.jsonl", lines.join("\n"));
    let (project, ..) = read("json", &[late], &[]).unwrap();
    assert_eq!(marks(&project), [mark("c", "denied")]);
    let names = [
        file(
            "a.json",
            r#"[{"document": "1", "id": "2", "body": "One denied."}, {"document": "2", "id": "1", "body": "Two agreed."}]"#,
        ),
        file(
            "b.json",
            r#"[{"document": "1", "start": 0, "end": 3, "type": "x"}]"#,
        ),
    ];
    let (project, ..) = read("json", &names, &[]).unwrap();
    assert_eq!(marks(&project), [mark("x", "One")], "names win over ids");
}

#[test]
fn a_key_that_is_said_twice_hides_nothing() {
    let spans =
        r#"{"text": "It denied.", "spans": [{"start": 0, "start": 3, "end": 9, "label": "c"}]}"#;
    let (_, _, report) = read("jsonl", &[file("a.jsonl", spans)], &[]).unwrap();
    assert_eq!(lost(&report).len(), 1);
    let (_, _, report) = read(
        "json",
        &[file("a.json", r#"[{"text": "One.", "text": "Two."}]"#)],
        &[],
    )
    .unwrap();
    assert_eq!(lost(&report), [(1, "“text” is said twice")]);
    let columns = "text,z,z,z (2)\nIt denied.,one,two,three\n";
    let (project, ..) = read("csv", &[file("a.csv", columns)], &[]).unwrap();
    let fields = &project.documents.values().next().unwrap().fields;
    assert_eq!(fields.values().collect::<Vec<_>>(), ["one", "three", "two"]);
}

#[test]
fn what_a_document_calls_as_the_project_does_is_a_field() {
    let line = json!({"text": "It denied.", "tags": ["news"], "name": "Reuters", "meta": "front page",
        "fields": {"year": 2020}, "spans": [{"start": 3, "end": 9, "label": "c"}]});
    let files = [file("a.jsonl", line.to_string())];
    let (project, _, report) = read("jsonl", &files, &[]).unwrap();
    assert!(report.is_lossless(), "{:?}", report.problems);
    assert_eq!(marks(&project), [mark("c", "denied")]);
    let fields = &project.documents.values().next().unwrap().fields;
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    assert_eq!(
        fields,
        [
            ("meta", "front page"),
            ("name", "Reuters"),
            ("tags", "[\"news\"]"),
            ("year", "2020")
        ]
    );
}

/// What was left out, in words.
fn left_out(report: &ImportReport) -> Vec<&str> {
    let lost = report.problems.iter().filter(|problem| problem.is_loss);
    lost.map(|problem| problem.what.as_str()).collect()
}

#[test]
fn records_in_a_list_within_an_object_are_read_and_what_stands_beside_is_told() {
    let wrapped = r#"{
  "version": 2,
  "empty": [],
  "splits": {
    "train": [
      {"text": "It denied.", "spans": [{"start": 3, "end": 9, "label": "c"}]},
      {"text": "Twice.", "spans": [{"start": -1, "end": 2, "label": "c"}]}
    ],
    "test": [{"text": "They agreed.", "spans": [{"start": 5, "end": 11, "label": "d"}]}]
  }
}"#;
    for name in ["a.json", "a.jsonl"] {
        let files = [file(name, wrapped)];
        let detected = recognise(&files).unwrap().name;
        assert_eq!(detected, "json", "Prodigy's records stand in no object");
        let (project, _, report) = read(detected, &files, &[]).unwrap();
        assert_eq!(marks(&project), [mark("c", "denied"), mark("d", "agreed")]);
        assert_eq!(project.documents.len(), 3);
        assert_eq!(
            lost(&report).iter().map(|lost| lost.0).collect::<Vec<_>>(),
            [0, 7]
        );
        assert_eq!(left_out(&report).first(), Some(&"version: 2"));
    }
    let said = ["text=story", "spans=marks", "start=from"];
    let named = r#"{"rows": [{"story": "It denied.", "marks": [{"from": 3, "to": 9, "kind": "c", "type": "x"}]}]}"#;
    let (project, ..) = read("json", &[file("a.json", named)], &said).unwrap();
    assert_eq!(marks(&project), [mark("x", "denied")]);
}

#[test]
fn annotations_of_a_text_are_not_taken_for_documents() {
    let one = r#"{"story": "The navy denied it.", "entities": [{"text": "navy", "start": 4, "end": 8, "label": "c"}]}"#;
    let refusal = read("json", &[file("a.json", one)], &[]).unwrap_err();
    assert!(
        refusal.contains("say which key holds the texts"),
        "{refusal}"
    );
    let (project, ..) = read("json", &[file("a.json", one)], &["text=story"]).unwrap();
    assert_eq!(marks(&project), [mark("c", "navy")]);
}

#[test]
fn texts_beside_what_is_in_them_are_read_as_spacy_was_trained() {
    let pairs = r#"["The navy denied it.", {"entities": [[4, 8, "c"]]}],
        ["It agreed.", {"entities": [[3, 9, "d"]], "cats": {"news": 1}}]"#;
    let lines = pairs.replace("],\n", "]\n");
    let classes = format!(r#"{{"classes": ["c", "d"], "annotations": [{pairs}, null]}}"#);
    for words in [format!("[{pairs}]"), lines.clone(), classes] {
        let (project, _, report) = read("json", &[file("a.json", words.as_str())], &[]).unwrap();
        assert_eq!(marks(&project), [mark("c", "navy"), mark("d", "agreed")]);
        let fields = project
            .documents
            .values()
            .flat_map(|document| &document.fields);
        let fields: Vec<&str> = fields.map(|(name, _)| &**name).collect();
        assert_eq!(fields, ["cats"]);
        assert!(
            left_out(&report)
                .iter()
                .all(|what| what.starts_with("classes"))
        );
    }
    let twice = format!("{lines}\n[\"One.\", {{\"text\": \"Two.\"}}]");
    let (_, _, report) = read("json", &[file("a.jsonl", twice)], &[]).unwrap();
    assert_eq!(lost(&report), [(3, "“text” is said twice")]);
}

#[test]
fn columns_of_a_table_without_a_header_are_known_by_their_numbers() {
    let rows = "It was denied.\tdenial\tfront\nThey agreed.\tno\tback\n";
    let files = [file("a.tsv", rows)];
    let unsaid = read("csv", &files, &[]).unwrap_err();
    assert!(unsaid.contains("“column 1”"), "{unsaid}");
    let (project, _, report) = read("csv", &files, &["text=column 1", "tag=column 2"]).unwrap();
    assert!(report.is_lossless(), "{:?}", report.problems);
    assert_eq!(
        marks(&project),
        [mark("denial", "It was denied."), mark("no", "They agreed.")]
    );
    let span = project.annotations.iter().next().unwrap();
    assert_eq!(
        span.attributes.keys().collect::<Vec<_>>(),
        [&"column 3".into()]
    );
    let named = "text,label\nIt was denied.,denial\n";
    let refusal = refusal("csv", named, &["text=column 1"]);
    assert!(
        refusal.contains("leads nowhere"),
        "the first row has names: {refusal}"
    );
}

/// Fields of all documents, by name.
fn fields(project: &Project) -> Vec<(&str, &str)> {
    let fields = project
        .documents
        .values()
        .flat_map(|document| &document.fields);
    fields.map(|(name, value)| (&**name, &**value)).collect()
}

#[test]
fn a_tag_or_words_that_were_said_make_an_annotation() {
    let labelled = r#"[{"text": "It denied.", "label": "denial", "year": 2020}]"#;
    let files = [file("a.json", labelled)];
    let (project, ..) = read("json", &files, &["text=text", "tag=label"]).unwrap();
    assert_eq!(marks(&project), [mark("denial", "It denied.")]);
    let (project, _, report) = read("json", &files, &[]).unwrap();
    assert_eq!(fields(&project), [("label", "denial"), ("year", "2020")]);
    let keys = report.problems.iter().map(|problem| problem.what.as_str());
    assert_eq!(
        keys.collect::<Vec<_>>(),
        ["text=text", "label, year"],
        "no key is said to mean what it does not"
    );
    let quoted = r#"[{"text": "The navy denied it.", "words": "navy", "label": "c"}]"#;
    let said = ["text=text", "quote=words", "tag=label"];
    let (project, ..) = read("json", &[file("a.json", quoted)], &said).unwrap();
    assert_eq!(marks(&project), [mark("c", "navy")]);
}

#[test]
fn a_guess_takes_the_name_that_can_hold_it() {
    for words in [
        r#"[{"text": "It denied.", "spans": [], "annotations": [{"start": 3, "end": 9, "label": "c"}]}]"#,
        r#"[{"text": "It denied.", "entities": ["Navy"], "annotations": [{"start": 3, "end": 9, "label": "c"}]}]"#,
        r#"[{"text": "It denied.", "entities": [{"start": 3, "end": 9}, {"start": 3, "end": 9, "label": "c"}]}]"#,
        r#"[{"text": "It denied.", "spans": [{"start": 3, "end": 9, "label": "c", "segment": 2}]}]"#,
        r#"[{"text": "It denied.", "start": "3", "end": 9.0, "label": "c", "value": "0.93"}]"#,
        r#"[{"file": "a.txt", "text": "It denied.", "start": 3, "end": 9, "label": "c"}]"#,
        r#"[{"text": "It denied.", "spans": [[3.0, 9.0, "c"]]}]"#,
    ] {
        let (project, ..) = read("json", &[file("a.json", words)], &[]).unwrap();
        assert!(marks(&project).contains(&mark("c", "denied")), "{words}");
    }
    let mail =
        r#"[{"document_id": "m1", "text": "It was denied.", "from": "anna@x", "to": "bob@y"}]"#;
    let (project, ..) = read("json", &[file("a.json", mail)], &[]).unwrap();
    assert_eq!(fields(&project), [("from", "anna@x"), ("to", "bob@y")]);
}

#[test]
fn nothing_that_stands_under_one_name_hides_another() {
    let table = "document,text,comment\nd1,It denied.,first\nd1,It denied.,second\n";
    let (project, ..) = read("csv", &[file("a.csv", table)], &[]).unwrap();
    assert_eq!(fields(&project), [("comment", "first\nsecond")]);
    for (format, line) in [
        (
            "jsonl",
            r#"{"text": "It.", "spans": [], "meta": {"source": "a"}, "source": "b"}"#,
        ),
        (
            "doccano",
            r#"{"text": "It.", "label": [], "meta": {"source": "a"}, "source": "b"}"#,
        ),
    ] {
        let (project, ..) = read(format, &[file("a.jsonl", line)], &[]).unwrap();
        assert_eq!(fields(&project), [("source", "a\nb")], "{format}");
    }
    let dotted = r#"[{"meta.text": "It denied.", "meta": {"text": "other words"}}]"#;
    let (project, ..) = read("json", &[file("a.json", dotted)], &["text=meta.text"]).unwrap();
    assert_eq!(fields(&project), [("meta", r#"{"text":"other words"}"#)]);
    let listed = r#"[{"document": "d1", "text": "It denied.",
        "spans": [{"begin": 3, "end": 9, "label": "c", "document": "ref-7"}]}]"#;
    let (project, ..) = read("json", &[file("a.json", listed)], &[]).unwrap();
    let span = project.annotations.iter().next().unwrap();
    assert_eq!(
        span.attributes.keys().collect::<Vec<_>>(),
        [&"document".into()]
    );
    let flat = r#"[{"meta": {"story": "It denied."}, "start": 3, "end": 9, "label": "c"}]"#;
    let (project, ..) = read("json", &[file("a.json", flat)], &["text=meta.story"]).unwrap();
    assert!(
        project
            .annotations
            .iter()
            .next()
            .unwrap()
            .attributes
            .is_empty()
    );
}

#[test]
fn every_list_of_a_file_means_what_its_own_keys_say() {
    let tables = r#"{"documents": [{"id": 1, "text": "It denied."}],
        "annotations": [{"document_id": 1, "start": 3, "end": 9, "label": "c", "text": "denied"}],
        "skipped": [{"content": "They agreed."}]}"#;
    let (project, ..) = read("json", &[file("a.json", tables)], &[]).unwrap();
    assert_eq!(marks(&project), [mark("c", "denied")]);
    assert_eq!(
        fields(&project),
        [("id", "1"), ("list", "documents"), ("list", "skipped")]
    );
    let inner = r#"{"doc": {"text": "The navy denied it.",
        "entities": [{"text": "navy", "label": "c"}]}}"#;
    assert!(refusal("json", inner, &[]).contains("“doc.text”"));
    let (project, ..) = read(
        "json",
        &[file("a.json", inner)],
        &["text=doc.text", "spans=doc.entities"],
    )
    .unwrap();
    assert_eq!(marks(&project), [mark("c", "navy")]);
    let empty = r#"{"name": "Ports", "records": [{"text": ""}, {"text": "It denied.", "entities": [[3, 9, "c"]]}]}"#;
    let (project, ..) = read("json", &[file("a.json", empty)], &[]).unwrap();
    assert_eq!(marks(&project), [mark("c", "denied")]);
}

#[test]
fn wrapped_records_are_known_by_their_own_format() {
    let key = |name: &str, words: &str| recognise(&[file(name, words)]).unwrap().name;
    let pairs = r#"{"documents": [{"text": "It denied.", "label": [[3, 9, "c"]]}]}"#;
    assert_eq!(key("a.json", pairs), "json");
    let old = r#"{"id": 1, "text": "It denied.", "annotations": [{"label": 1, "start_offset": 3, "end_offset": 9}]}"#;
    assert_eq!(key("a.json", old), "json");
    let nested = r#"{"story": {"text": "It denied."}, "spans": [{"start": 3, "end": 9}]}"#;
    assert_eq!(key("a.json", nested), "json");
}

#[test]
fn a_key_of_ours_with_a_value_of_another_shape_costs_no_annotation() {
    let line = json!({"text": "The navy denied it.", "spans": [
        {"start": 4, "end": 8, "label": "actor", "attributes": "", "pieces": "", "note": ["sure", 2]},
        {"start": 9, "end": 15, "label": 5, "annotator": 3, "attributes": {"tier": "kept"}, "tier": 2},
    ]});
    let (project, _, report) = read("jsonl", &[file("a.jsonl", line.to_string())], &[]).unwrap();
    assert!(report.is_lossless(), "{:?}", report.lines());
    assert_eq!(
        marks(&project),
        [mark("actor", "navy"), mark("5", "denied")]
    );
    let all = project.annotations.iter();
    let names: Vec<Vec<&str>> = all
        .map(|annotation| annotation.attributes.keys().map(|name| &**name).collect())
        .collect();
    // By annotator: that of the second is a number, which stands for a name.
    assert_eq!(names, [vec!["tier", "tier_"], vec![]]);
    let mut all = project.annotations.iter();
    assert_eq!(all.next().unwrap().annotator_id().as_str(), "3");
    assert_eq!(&*all.next().unwrap().note, r#"["sure",2]"#);
}

#[test]
fn a_record_of_another_shape_costs_only_what_is_wrong_in_it() {
    let line = json!({"text": "It denied.", "encoding": "utf-8", "fields": {"a": null}, "name": 5,
        "spans": [{"start": 3, "end": 9, "label": "c", "note": null}]});
    let (project, _, report) = read("jsonl", &[file("a.jsonl", line.to_string())], &[]).unwrap();
    assert!(report.is_lossless(), "{:?}", report.problems);
    assert_eq!(marks(&project), [mark("c", "denied")]);
    assert_eq!(fields(&project), [("encoding", "utf-8"), ("name", "5")]);
    let line = json!({"text": "It denied.", "annotator": 5,
        "entities": [{"id": 1, "start_offset": 3, "end_offset": 9, "label": "c", "token": null, "sure": true}]});
    let (project, _, report) = read("doccano", &[file("a.jsonl", line.to_string())], &[]).unwrap();
    assert!(report.is_lossless(), "{:?}", report.problems);
    let span = project.annotations.iter().next().unwrap();
    assert_eq!(span.annotator_id().as_str(), "5");
    assert_eq!(span.attributes.keys().collect::<Vec<_>>(), [&"sure".into()]);
    let tasks = json!([{"data": {"story": "It denied."}, "annotations": [{"result": [
        {"id": "r1", "type": "labels", "from_name": "l", "to_name": "t",
            "value": {"start": 3, "end": 9, "labels": ["c"]}},
        {"id": "r2", "type": "labels", "value": {"labels": "c"}}]}]}]);
    let files = [file("a.json", tasks.to_string())];
    let (project, ..) = read("label-studio", &files, &["text=story"]).unwrap();
    assert_eq!(marks(&project), [mark("c", "denied")]);
}

#[test]
fn rows_of_parts_are_of_one_text_and_short_answers_of_their_own() {
    let table = "text,start,end,tag\nIt denied it.,0,2,a\nIt denied it.,3,9,b\n";
    let (project, ..) = read("csv", &[file("a.csv", table)], &[]).unwrap();
    assert_eq!((project.documents.len(), project.annotations.len()), (1, 2));
    let answers = "text,tag\nyes,a\nyes,b\n";
    let (project, ..) = read("csv", &[file("a.csv", answers)], &[]).unwrap();
    assert_eq!(project.documents.len(), 2);
    let lines = r#"[{"text": "It denied it.", "start": 3, "end": 9, "tag": "b"},
        {"text": "It denied it.", "start": null, "end": null, "year": 2020}]"#;
    let (project, ..) = read("json", &[file("a.json", lines)], &[]).unwrap();
    assert_eq!((project.documents.len(), project.annotations.len()), (1, 1));
    assert_eq!(fields(&project).first(), Some(&("year", "2020")));
}

#[test]
fn numbers_that_are_none_cost_no_record() {
    let lines = "{\"text\": \"NaN \\\"Infinity denied.\", \"score\": NaN, \"spans\": [{\"start\": 4, \"end\": 12, \"label\": \"c\"}]}\n";
    for format in ["jsonl", "json"] {
        let (project, _, report) = read(format, &[file("a.jsonl", lines)], &[]).unwrap();
        assert!(report.is_lossless(), "{:?}", report.problems);
        assert_eq!(project.annotations.len(), 1);
        assert!(report.problems.iter().any(|it| it.what == "1 times"));
    }
}

#[test]
fn lists_of_annotations_in_the_cells_of_a_table_are_read() {
    let table = "id,label,text\n7,\"[{\"\"start\"\":3,\"\"end\"\":9,\"\"text\"\":\"\"denied\"\",\"\"labels\"\":[\"\"c\"\"]}]\",It denied.\n8,,It agreed.\n";
    let (project, _, report) = read("csv", &[file("a.csv", table)], &[]).unwrap();
    assert!(report.is_lossless(), "{:?}", report.problems);
    assert_eq!(marks(&project), [mark("c", "denied")]);
    assert_eq!(fields(&project), [("id", "7"), ("id", "8")]);
    let other = "text,label,notes\nIt denied.,c,\"[{\"\"year\"\":2020}]\"\n";
    let (project, ..) = read("csv", &[file("a.csv", other)], &[]).unwrap();
    assert_eq!(
        marks(&project),
        [mark("c", "It denied.")],
        "not every list is one of annotations"
    );
    let told = "sep=;\ntext;tag;start;end\nIt; denied.;c\n\"It denied.\";c;3.0;9.0\n";
    let (project, _, report) = read("csv", &[file("a.csv", told)], &[]).unwrap();
    assert_eq!(marks(&project), [mark("c", "denied")]);
    assert_eq!(
        lost(&report),
        [(3, "left out: the row has other than 4 columns")]
    );
}

#[test]
fn a_column_that_nobody_knows_for_the_end_is_said() {
    let table = "Text;Start;Ende;Label\nIt denied.;3;9;c\n";
    let (_, _, report) = read("csv", &[file("a.csv", table)], &[]).unwrap();
    assert_eq!(
        lost(&report),
        [(2, "left out: no column is known to hold the end")]
    );
}

#[test]
fn texts_given_beside_are_those_that_records_name() {
    let files = [
        file("texts/a.txt", "It denied."),
        file(
            "a.json",
            r#"[{"document": "a.txt", "start": 3, "end": 9, "label": "c"}]"#,
        ),
    ];
    let (project, _, report) = read("json", &files, &[]).unwrap();
    assert!(report.is_lossless(), "{:?}", report.problems);
    assert_eq!(marks(&project), [mark("c", "denied")]);

    let listed = json!([
        {"document": "a", "outlet": "Wire", "spans": [{"start": 0, "end": 2, "label": "a"}]},
        {"document": "a", "spans": [{"start": 3, "end": 9, "label": "c"}, {"label": "d"}]},
        {"document": "b", "spans": []},
    ]);
    let files = [
        file("a.txt", "It denied."),
        file("b.txt", "It is calm."),
        file("a.json", listed.to_string()),
    ];
    let (project, _, report) = read("json", &files, &[]).unwrap();
    assert_eq!(marks(&project), [mark("a", "It"), mark("c", "denied")]);
    assert_eq!(fields(&project), [("outlet", "Wire")]);
    assert_eq!(project.documents.len(), 2);
    assert_eq!(lost(&report).len(), 1, "{:?}", report.problems);
}

#[test]
fn a_list_of_annotations_is_known_by_what_stands_in_it_whatever_its_key() {
    let objects = json!([{"text": "Уряд denied it.", "year": 2020, "authors": ["Mara"],
        "highlights_x": [{"start": 0, "end": 4, "label": "actor"}, {"start": 5, "end": 11, "label": "denial"}]},
        {"text": "It is calm.", "highlights_x": []}]);
    let lists = json!([{"text": "Уряд denied it.", "year": 2020, "authors": ["Mara"],
        "highlights_x": [[0, 4, "actor"], [5, 11, "denial"]]}, {"text": "It is calm."}]);
    for records in [objects, lists] {
        let files = [file("a.json", records.to_string())];
        let detected = recognise(&files).unwrap().name;
        let (project, _, report) = read(detected, &files, &[]).unwrap();
        assert_eq!(
            marks(&project),
            [mark("actor", "Уряд"), mark("denial", "denied")]
        );
        assert_eq!(project.documents.len(), 2);
        assert_eq!(
            fields(&project),
            [("authors", "[\"Mara\"]"), ("year", "2020")]
        );
        assert_eq!(report.mapping.get(Role::Spans), Some("highlights_x"));
        assert!(report.is_lossless(), "{:?}", report.problems);
    }
    let two = r#"[{"text": "It denied.", "ours": [[3, 9, "c"]], "theirs": [[0, 2, "d"]]}]"#;
    let (project, _, report) = read("json", &[file("a.json", two)], &[]).unwrap();
    assert!(
        marks(&project).is_empty(),
        "nobody knows which of two is meant"
    );
    assert!(
        report.lines().join("\n").contains("ours, theirs"),
        "{:?}",
        report.lines()
    );
    let (project, ..) = read("json", &[file("a.json", two)], &["spans=ours"]).unwrap();
    assert_eq!(marks(&project), [mark("c", "denied")]);
}

#[test]
fn lists_of_annotations_find_the_document_that_another_record_holds() {
    let texts = r#"[{"id": "d1", "text": "Уряд denied it.", "spans": [{"start": 12, "end": 14, "label": "it"}]},
        {"id": "d2", "text": "They agreed."}]"#;
    let lists = r#"[{"document": "d2", "coder": "Ben", "spans": [{"start": 5, "end": 11, "label": "accord"}]},
        {"document": "d1", "spans": [{"start": 0, "end": 4, "label": "actor"}, {"start": 5, "end": 11, "label": "denial"}]},
        {"document": "d3", "spans": [{"start": 0, "end": 4, "label": "gone"}]}]"#;
    // Whichever file comes first.
    for names in [["a.json", "b.json"], ["b.json", "a.json"]] {
        let files = [file(names[0], texts), file(names[1], lists)];
        let (project, _, report) = read("json", &files, &[]).unwrap();
        let mut found = annotations(&project);
        found.sort();
        let expected = [
            ("d1", "actor", "Уряд"),
            ("d1", "denial", "denied"),
            ("d1", "it", "it"),
            ("d2", "accord", "agreed"),
        ];
        assert_eq!(found, triples(&expected), "{:?}", report.problems);
        assert!(fields(&project).contains(&("coder", "Ben")));
        assert_eq!(report.documents.missing, ["d3"]);
        assert_eq!(report.annotations().unplaced, 1);
    }
}

#[test]
fn quotes_are_followed_where_the_places_beside_them_are_wrong() {
    let listed = json!([{"text": "The navy denied it.", "spans": [
        {"start": 1, "end": 2, "quote": "navy", "label": "a"},
        {"start": 2, "end": 9, "quote": "denied", "label": "d"}]}]);
    let (project, ..) = read("json", &[file("a.json", listed.to_string())], &[]).unwrap();
    assert_eq!(marks(&project), [mark("a", "navy"), mark("d", "denied")]);
    let table = "text,start,end,quote,label\nThe navy denied it.,1,2,navy,a\nThe navy denied it.,2,9,denied,d\n";
    let (project, ..) = read("csv", &[file("a.csv", table)], &[]).unwrap();
    assert_eq!(marks(&project), [mark("a", "navy"), mark("d", "denied")]);
    let flat = r#"[{"document": "a.txt", "text": "navy", "start": 2, "end": 9, "label": "a"}]"#;
    let files = [file("a.json", flat), file("a.txt", "The navy denied it.")];
    let (project, ..) = read("json", &files, &[]).unwrap();
    assert_eq!(
        marks(&project),
        [mark("a", "navy")],
        "words that cannot hold their place are a quote"
    );
}
