//! Small files that would take any amount of memory or time are read in little of both: words are not copied once more
//! for each thing that refers to them, and nothing is looked through again and again.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Write};

use ascribe::import::{self, ImportOptions, import_alone};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::hostile::{Case, run_within};
use crate::imports::{file, imported as project_of};
use crate::packed::deflated;

/// Imports a folder in 1 GB, or archives in what four million things take; what was said and the exit code.
fn imported(format: Option<&str>, files: &[(&str, Vec<u8>)]) -> (String, Option<i32>) {
    let case = Case::new();
    fs::write(&case.path, Case::whole()).unwrap();
    let folder = case.folder.path().join("in");
    fs::create_dir(&folder).unwrap();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
    let [project, folder] = [&case.path, &folder].map(|path| path.to_str().unwrap());
    let format: Vec<&str> = format
        .into_iter()
        .flat_map(|name| ["--format", name])
        .collect();
    let most = if format.is_empty() {
        4_000_000
    } else {
        1_000_000
    };
    let args = [&["import", project, "--dry-run", folder], &*format].concat();
    let output = run_within(most, &args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (said, output.status.code())
}

/// Each of the files is read, and something of it is said.
fn all_are_read(cases: Vec<(&str, &str, String, &str)>) {
    for (format, name, words, expected) in cases {
        let text = ("text.txt", b"abc".to_vec());
        let (said, code) = imported(Some(format), &[(name, words.into_bytes()), text]);
        let said: String = said.chars().take(2_000).collect();
        assert!(matches!(code, Some(0 | 1 | 3)), "{name}: {code:?} {said}");
        assert!(said.contains(expected), "{name}: {said}");
    }
}

const MANY: usize = 200_000;
const TOO_LONG: &str = "a project of them would be far larger than the files";

fn long(letter: &str) -> String {
    letter.repeat(500_000)
}

/// What very many may share in memory: written out for each of them it would be as much as there is.
fn shared(letter: &str) -> String {
    letter.repeat(4_500)
}

#[test]
fn what_many_annotations_share_is_not_copied_into_each_of_them() {
    let marks = "T1\tX 0 1\ta\nT2\tX 0 1\ta\nT3\tX 1 2\tb\n";
    let of_task = |result| json!([{"data": {"text": "abc"}, "annotations": [{"result": result}]}]);
    let empty = vec![""; MANY];
    let place = json!({"start": 0, "end": 1});
    let mut linked = json!([
        {"id": "a", "type": "labels", "value": {"start": 0, "end": 1, "labels": ["x"]}},
        {"type": "relation", "from_id": "a", "to_id": "a", "labels": empty},
    ]);
    linked[1]["from_id"] = shared("f").into();
    let quoted = json!([{"id": "a", "type": "labels",
        "value": {"start": 0, "end": 1, "text": shared("q"), "labels": empty}}]);
    let named =
        json!({"text": "abc", "annotator": shared("n"), "label": vec![json!([0, 1, "x"]); MANY]});
    let signed = json!({"text": "abc", "_annotator_id": shared("n"), "spans": vec![place; MANY]});
    let noted = json!({"@context": "http://www.w3.org/ns/anno.jsonld", "id": "i", "text": shared("n"),
        "tags": vec!["t"; MANY], "target": {"source": "text.txt",
        "selector": {"type": "TextPositionSelector", "start": 0, "end": 1}}});
    let structures = [
        json!({"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaID": "_InitialView", "sofaString": "abc"}),
        json!({"%ID": 2, "%TYPE": "c.A", "@sofa": 1, "begin": 0, "end": 1, (format!("@{}", shared("k"))): vec![2; MANY]}),
    ];
    let cas = json!({"%TYPES": {}, "%FEATURE_STRUCTURES": structures});
    let xmi_head = |package: &str| {
        format!(
            "<xmi:XMI xmlns:xmi=\"http://www.omg.org/XMI\" xmlns:cas=\"http:///uima/cas.ecore\" xmlns:c=\"http:///{package}.ecore\">\
         <cas:Sofa xmi:id=\"1\" sofaID=\"_InitialView\" sofaString=\"abc\"/>"
        )
    };
    let structure = "<c:A sofa=\"1\" begin=\"0\" end=\"1\"/>".repeat(20_000);
    all_are_read(vec![
        (
            "brat",
            "text.ann",
            format!("{marks}*\t{} T1{}\n", shared("k"), " T2 T3".repeat(MANY)),
            TOO_LONG,
        ),
        (
            "conll",
            "tok.conll",
            format!("a\tO\n{}\t{}B-a\n", long("b"), "B-a|".repeat(MANY)),
            "200001 in the file",
        ),
        (
            "webanno-tsv",
            "stack.tsv",
            format!(
                "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.Y|v\n\n#Text={0}\n1-1\t0-500000\t{0}\t{1}a\t\n",
                long("a"),
                "a|".repeat(MANY)
            ),
            "200001 in the file",
        ),
        (
            "csv",
            "col.csv",
            format!("text,label,{}\n{}", shared("c"), "abc,x,1\n".repeat(50_000)),
            "x: 50000 in the file",
        ),
        (
            "label-studio",
            "lsl.json",
            of_task(linked).to_string(),
            "x: 1 in the file",
        ),
        (
            "label-studio",
            "lsq.json",
            of_task(quoted).to_string(),
            "untagged: 200000 in the file",
        ),
        ("doccano", "do.jsonl", named.to_string(), TOO_LONG),
        ("jsonl", "jl.jsonl", signed.to_string(), TOO_LONG),
        ("web-annotation", "wa.jsonld", noted.to_string(), TOO_LONG),
        ("cas-json", "cas.json", cas.to_string(), TOO_LONG),
        (
            "xmi",
            "ns.xmi",
            format!("{}{structure}</xmi:XMI>", xmi_head(&long("c"))),
            "A: 20000 in the file",
        ),
    ]);
}

#[test]
fn nothing_is_looked_through_once_more_for_each_thing_in_it() {
    let numbered = |words: &str, count: usize| -> String {
        (0..count)
            .map(|number| words.replace("N", &number.to_string()))
            .collect()
    };
    let tsv = "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.A|v\n#T_RL=x.R|v|BT_x.B\n\n#Text=a\n1-1\t0-1\ta\t";
    let tokens = vec!["a"; 900_000];
    let columns: String = numbered("\"cN\":[],", 100_000);
    let models: Vec<_> = (0..150_000)
        .map(|number| json!({"model_version": format!("m{number}")}))
        .collect();
    let choices =
        json!({"id": "a", "type": "choices", "from_name": "c", "value": {"choices": "x"}});
    let mut chosen = vec![
        json!({"id": "a", "type": "labels", "value": {"start": 0, "end": 1, "labels": vec![""; MANY]}}),
    ];
    chosen.extend(vec![choices; 20_000]);
    let xmi = "<xmi:XMI xmlns:xmi=\"http://www.omg.org/XMI\" xmlns:cas=\"http:///uima/cas.ecore\" xmlns:c=\"http:///c.ecore\">\
         <cas:Sofa xmi:id=\"1\" sofaID=\"_InitialView\" sofaString=\"abc\"/><c:A xmi:id=\"2\" sofa=\"1\" begin=\"0\" end=\"1\">";
    all_are_read(vec![
        (
            "webanno-tsv",
            "place.tsv",
            format!(
                "{tsv}{}a\t{}*\t{}1-1\t\n",
                "a|".repeat(MANY),
                "*|".repeat(MANY),
                "1-1|".repeat(MANY)
            ),
            "a: 200001 in the file",
        ),
        (
            "webanno-tsv",
            "gap.tsv",
            format!(
                "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.Y|v\n\n{}",
                "1-1\t9999999999-9\ta\t_\t\n\n".repeat(50_000)
            ),
            "1 document",
        ),
        (
            "brat",
            "attr.ann",
            format!(
                "T1\tX 0 1\ta\nA1\tN T1 {}\n{}",
                long("v"),
                "A1\tN T1 w\n".repeat(MANY)
            ),
            "more values than are kept",
        ),
        (
            "huggingface",
            "hf.jsonl",
            json!({"tokens": tokens, "tags": tokens}).to_string(),
            "a: 1 in the file",
        ),
        (
            "huggingface",
            "hfc.jsonl",
            format!(
                "{{\"text\":\"abc\",\"spans\":{{{columns}\"start\":[{}0]}}}}",
                "0,".repeat(MANY)
            ),
            "no start and end",
        ),
        (
            "label-studio",
            "lsa.json",
            json!([{"data": {"text": "abc"}, "predictions": models}]).to_string(),
            "1 document",
        ),
        (
            "label-studio",
            "lsc.json",
            json!([{"data": {"text": "abc"}, "annotations": [{"result": chosen}]}]).to_string(),
            "untagged: 200000",
        ),
        (
            "xmi",
            "kids.xmi",
            format!(
                "{xmi}{}</c:A></xmi:XMI>",
                "<v>0123456789</v>".repeat(250_000)
            ),
            "1 in the file",
        ),
        (
            "jsonl",
            "names.jsonl",
            numbered(
                &format!(
                    "{{\"id\":\"{}N\",\"text\":\"aN\",\"spans\":[]}}\n",
                    "p".repeat(250)
                ),
                20_000,
            ),
            "20000 documents",
        ),
    ]);
    let conf = |words: String| {
        [
            ("annotation.conf", words.into_bytes()),
            ("text.ann", b"T1\tA 0 1\ta\n".to_vec()),
            ("text.txt", b"abc".to_vec()),
        ]
    };
    let attributes = numbered("nN a\n", 300_000);
    let roles = numbered("rN:A,", 300_000);
    for words in [
        format!("[entities]\nA\n[attributes]\n{attributes}"),
        format!("[entities]\nA\n[events]\nA {roles}r:A\n"),
    ] {
        let (said, code) = imported(Some("brat"), &conf(words));
        assert_eq!(code, Some(0), "{said}");
    }
    let texts = [
        ("a.txt", " ".repeat(2_000_000).into_bytes()),
        (
            "b.conll",
            "-DOCSTART- O\nab\tO\ncd\tB-x\n".repeat(50_000).into_bytes(),
        ),
    ];
    let (said, code) = imported(Some("conll"), &texts);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn what_is_packed_small_does_not_come_out_without_end() {
    let marks = "T1\tX 0 1\ta\nT2\tX 0 1\ta\nT3\tX 1 2\tb\n";
    let selection = "<PlainTextSelection guid=\"s\" startPosition=\"0\" endPosition=\"1\"><Coding><CodeRef targetGUID=\"c\"/></Coding>\
        <NoteRef targetGUID=\"n\"/></PlainTextSelection>".repeat(20_000);
    let qde = format!(
        "<Project name=\"p\"><CodeBook><Codes><Code guid=\"c\" name=\"x\"/></Codes></CodeBook><Sources>\
        <TextSource name=\"t\"><PlainTextContent>abc</PlainTextContent>{selection}</TextSource></Sources>\
        <Notes><Note guid=\"n\"><PlainTextContent>{}</PlainTextContent></Note></Notes></Project>",
        long("n")
    );
    let note = packed(vec![("project.qde".to_owned(), qde)]);
    let (said, code) = imported(None, &[("note.qdpx", note)]);
    assert!(said.contains(TOO_LONG), "{code:?} {said}");
    let linked = format!("{marks}*\tEquiv T1{}\n", " T2 T3".repeat(400_000));
    let documents = (0..12).map(|number| (format!("d{number}.ann"), linked.clone()));
    let (said, code) = imported(None, &[("links.zip", packed(documents.collect()))]);
    assert!(
        said.contains("more than 4000000 documents"),
        "{code:?} {said}"
    );
    let text = ("a.txt".to_owned(), "word ".repeat(100_000));
    let empty = (0..8_000).map(|number| (format!("{number}/a.ann"), String::new()));
    let (said, code) = imported(
        None,
        &[(
            "same.zip",
            packed([text].into_iter().chain(empty).collect()),
        )],
    );
    assert!(
        said.contains("documents are of the same large texts"),
        "{code:?} {said}"
    );
}

fn packed(members: Vec<(String, String)>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, words) in members {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(words.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Each of these took gigabytes once: what cannot be read was kept with its reason, what nobody had asked for as well,
/// and each of millions of small things took its place.
#[test]
fn imports_of_millions_of_things_that_mean_nothing_take_no_more_than_800_mb() {
    const BYTES: usize = 14_000_000;
    let case = Case::new();
    fs::write(&case.path, Case::whole()).unwrap();
    let many = |unit: &str| unit.repeat(BYTES / unit.len());
    let list = |unit: &str| format!("[{}{unit}]", many(&format!("{unit},")));
    let of_results = |results: String| {
        format!("[{{\"data\":{{\"text\":\"a\"}},\"annotations\":[{{\"result\":{results}}}]}}]")
    };
    let marks = "T1\tX 0 1\ta\nT2\tX 0 1\ta\nT3\tX 1 2\tb\n";
    let too_many_problems = "more than 100000 problems";
    let too_many_records = "more than 1000000 records: split it into several files";
    let cases = [
        ("json", "a.json", list("0"), too_many_problems),
        ("json", "b.json", list("[]"), too_many_problems),
        ("json", "h.json", list("null"), too_many_records),
        ("json", "c.jsonl", many("0\n"), too_many_problems),
        (
            "json",
            "d.json",
            format!("{{\"text\":\"a\",\"x\":{}}}", list("{}")),
            "holds more values",
        ),
        (
            "label-studio",
            "e.json",
            of_results(list("[]")),
            "a list stands where an object should be",
        ),
        ("csv", "f.csv", many("a\n"), "--map ROLE=NAME says it"),
        (
            "csv",
            "i.csv",
            format!("{}\n", many("a,")),
            "more than 10000 columns",
        ),
        (
            "webanno-tsv",
            "g.tsv",
            format!("#FORMAT=WebAnno TSV 3.3\n#T_SP=x.Y{}\n", many("|v")),
            "with line 2 its layers have more than 1000 columns",
        ),
        (
            "webanno-tsv",
            "j.tsv",
            format!("#FORMAT=WebAnno TSV 3.3\n{}", many("#T_SP=x.Y|v\n")),
            "with line 1002 its layers have more than 1000 columns",
        ),
        (
            "conll",
            "k.conll",
            many("a\n"),
            "more than 4000000 tokens: split it",
        ),
        (
            "brat",
            "l.ann",
            format!("{marks}*\tEquiv T1{}\n", many(" T2 T3")),
            "more than 1000000 links",
        ),
        (
            "brat",
            "m.ann",
            format!("{marks}{}", many("A1\tN T1 v\nA2\tN T1 w\n")),
            "more values than are kept",
        ),
    ];
    for (format, name, words, expected) in cases {
        let path = case.folder.path().join(name);
        fs::write(&path, words).unwrap();
        let [project, path] = [&case.path, &path].map(|path| path.to_str().unwrap());
        let output = run_within(
            800_000,
            &["import", project, "--dry-run", "--format", format, path],
        );
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            matches!(output.status.code(), Some(1 | 3)),
            "{name}: {said}"
        );
        assert!(said.contains(expected), "{name}: {said}");
    }
}

/// What is packed may hold any number of documents in a few bytes. A million take about a gigabyte.
#[test]
fn a_small_file_of_millions_of_documents_is_read_as_far_as_memory_is_sure_to_reach() {
    let case = Case::new();
    fs::write(&case.path, Case::whole()).unwrap();
    // No words, and the lengths of two million documents without any.
    let head =
        b"\x85\xa5attrs\x91\x41\xa6tokens\xc4\x00\xa6spaces\xc4\x00\xa7strings\x90\xa7lengths";
    let lengths = vec![0; 4 * 2_000_000];
    let pieces = [&head[..], &sized(&lengths)];
    let path = case.folder.path().join("a.spacy");
    fs::write(&path, deflated(&pieces.concat()).bytes).unwrap();
    let [project, path] = [&case.path, &path].map(|path| path.to_str().unwrap());
    let output = run_within(2_000_000, &["import", project, "--dry-run", path]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("more than 1000000 documents"), "{said}");
}

/// Bytes with their number before them, as MessagePack has them.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let size = u32::try_from(bytes.len()).unwrap();
    [&[0xC6], &size.to_be_bytes()[..], bytes].concat()
}

#[test]
fn long_names_that_are_given_once_are_cut_with_a_word_and_never_become_one() {
    let tags = ["a", "b"].map(|end| "t".repeat(20_000) + end);
    let [first, second] = &tags;
    let card = format!(
        "---\ndataset_info:\n  features:\n  - name: tags\n    names:\n    '0': O\n    '1': {first}\n    '2': {second}\n---\n"
    );
    let rows = r#"{"tokens": ["ab", "cd"], "tags": [1, 2]}"#;
    let files = [file("README.md", card), file("train.jsonl", rows)];
    let format = import::format("huggingface").unwrap();
    let (project, _, report) = import_alone(format, &files, &ImportOptions::default()).unwrap();
    let own = project.annotations.iter();
    let own: BTreeSet<&str> = own.map(|annotation| annotation.tag_id.as_str()).collect();
    assert_eq!(own.len(), 2);
    assert!(own.iter().all(|tag| (1_000..1_100).contains(&tag.len())));
    let cut = report.problems.iter();
    let cut = cut.filter(|problem| problem.is_loss && problem.words.contains("is cut"));
    assert_eq!(cut.count(), 2);
    // What stands in the file for each of them is kept whole.
    let links: String = tags
        .map(|kind| format!("R1\t{kind} Arg1:T1 Arg2:T2\n"))
        .concat();
    let marks = format!("T1\tX 0 1\ta\nT2\tX 1 2\tb\n{links}");
    let (project, ..) = project_of(&[file("a.ann", marks), file("a.txt", "ab")]);
    let kinds: BTreeSet<usize> = project.links.iter().map(|link| link.kind.len()).collect();
    assert_eq!(kinds, BTreeSet::from([20_001]));
    assert_eq!(project.links.iter().count(), 2);
}
