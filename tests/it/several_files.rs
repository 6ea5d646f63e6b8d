//! Several files at once, the same file again, and files where others lie: nothing is mixed up, doubled or written over.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ascribe::edit::{OpenProject, take_in};
use ascribe::import::{ImportOptions, Target, format, import, import_alone};
use ascribe::model::{Project, Texts};
use ascribe::store::{self, Progress};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::drawing::author;
use crate::imports::{annotations, file, imported, triples};
use crate::window::own_folder;

/// A dataset of its own with the ids that every one begins with.
fn dataset(document: &str, text: &str) -> String {
    let end = text.chars().count();
    let document = json!({"id": document, "text": text,
        "spans": [{"id": "mara-1", "start": 0, "end": 2, "label": "denial", "annotator": "mara"},
            {"id": "mara-2", "start": 3, "end": end, "label": "impact", "annotator": "mara"}],
        "regions": [{"id": "mara-1", "start": 0, "end": 2, "kind": "boilerplate", "text": &text[..2]}]});
    let project = json!({"type": "project", "name": "",
        "links": [{"id": "mara-1", "kind": "about", "from": "mara-1", "to": "mara-2"}],
        "claims": [{"id": "mara-1", "statement": text, "annotations": ["mara-2"]}]});
    format!("{document}\n{project}\n")
}

/// The words at both ends of every link.
fn linked(project: &Project) -> Vec<[String; 2]> {
    let words = |id| project.annotations.get(id).unwrap().quote.to_string();
    let links = project.links.iter();
    let mut linked: Vec<_> = links
        .map(|link| [words(&link.from), words(&link.to)])
        .collect();
    linked.sort();
    linked
}

#[test]
fn the_same_ids_in_two_files_stay_apart() {
    let (project, _, report) = imported(&[
        file("a.jsonl", dataset("a", "It denied.")),
        file("b.jsonl", dataset("b", "We agreed.")),
    ]);
    assert!(report.is_lossless(), "{:?}", report.lines());
    let expected = [["It", "denied."], ["We", "agreed."]];
    assert_eq!(
        linked(&project),
        expected.map(|ends| ends.map(str::to_owned))
    );
    assert_eq!(project.regions.len(), 2);
    let claims = project.claims.values().map(|claim| {
        let ids = claim.annotation_ids.iter();
        let quotes = ids.map(|id| project.annotations.get(id).unwrap().quote.to_string());
        (claim.statement.clone(), quotes.collect::<Vec<_>>())
    });
    let mut claims: Vec<_> = claims.collect();
    claims.sort();
    let expected = [("It denied.", "denied."), ("We agreed.", "agreed.")];
    let expected = expected.map(|(statement, quote)| (statement.into(), vec![quote.into()]));
    assert_eq!(claims, expected);
}

#[test]
fn the_same_file_again_brings_nothing() {
    let files = [file("a.jsonl", dataset("a", "It denied."))];
    let (project, texts, _) = imported(&files);
    let target = Target {
        project: &project,
        texts: &texts,
    };
    let jsonl = format("jsonl").unwrap();
    let again = import(jsonl, &files, &ImportOptions::default(), target).unwrap();
    assert!(again.report.is_lossless(), "{:?}", again.report.lines());
    let mut open = OpenProject::new(project.clone());
    open.run(take_in(&project, &author(), "import".to_owned(), again.additions).unwrap())
        .unwrap();
    for (count, before) in [
        (open.project().annotations.len(), 2),
        (open.project().links.len(), 1),
        (open.project().regions.len(), 1),
        (open.project().claims.len(), 1),
    ] {
        assert_eq!(count, before);
    }
}

#[test]
fn files_of_another_format_are_named() {
    let brat = [
        file("a.txt", "It denied."),
        file("a.ann", "T1\tdenial 3 9\tdenied\n"),
    ];
    let doccano = file(
        "b.jsonl",
        r#"{"text": "We agreed.", "label": [[3, 9, "x"]]}"#,
    );
    let (project, texts) = (Project::default(), Texts::new());
    let target = Target {
        project: &project,
        texts: &texts,
    };
    let all = [&brat[..], &[doccano]].concat();
    let outcome = import(
        format("brat").unwrap(),
        &all,
        &ImportOptions::default(),
        target,
    );
    let report = outcome.unwrap().report;
    assert_eq!(report.annotations().exact, 1);
    let problem = &report.problems[0];
    assert!(
        problem.is_loss && &*problem.file == "b.jsonl",
        "{problem:?}"
    );
    let outcome = import(
        format("brat").unwrap(),
        &brat,
        &ImportOptions::default(),
        target,
    );
    assert!(outcome.unwrap().report.is_lossless());
}

#[test]
fn what_is_broken_further_on_costs_nothing_before_it() {
    let record = |words: &str| json!({"text": words, "label": [[0, 2, "x"]]}).to_string();
    let records = ["It denied.", "We agreed."].map(record).join(",\n");
    let doccano = format("doccano").unwrap();
    for (whole, broken) in [
        ("an array", format!("[{records}, {{\"text\": \"cut o")),
        (
            "more behind an array",
            format!("[{records}]\n[{{\"text\": \"A second array\"}}]"),
        ),
        (
            "values",
            format!(
                "{}\n{{\"text\": \"cut o",
                records.replace(",\n", "\n").replace('{', "{\n")
            ),
        ),
    ] {
        let files = [file("a.json", broken)];
        let (project, _, report) =
            import_alone(doccano, &files, &ImportOptions::default()).unwrap();
        assert_eq!(
            annotations(&project).len(),
            2,
            "{whole}: {:?}",
            report.lines()
        );
        assert!(!report.is_lossless(), "{whole}");
        assert_eq!(report.problems.len(), 1, "{whole}: {:?}", report.problems);
    }
}

/// A file of `tests/golden`.
fn golden(path: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    fs::read(folder.join(path)).unwrap()
}

#[test]
fn a_broken_file_among_good_ones_costs_only_itself() {
    for (name, path) in [
        ("docbin", "docbin/documents.spacy"),
        ("refi-qda", "refi-qda/project.qdpx"),
        ("xmi", "xmi/annotation/drawn/mara.xmi"),
        ("cas-json", "cas-json/annotation/drawn/mara.json"),
        ("huggingface", "huggingface-parquet/data/train.parquet"),
    ] {
        let (whole, ending) = (golden(path), path.rsplit('.').next().unwrap());
        let cut = whole[..whole.len() * 2 / 3].to_vec();
        let options = ImportOptions::default();
        let read = |files: &[_]| import_alone(format(name).unwrap(), files, &options);
        let broken = file(&format!("broken.{ending}"), cut);
        let good = file(&format!("good.{ending}"), whole);
        let (alone, ..) = read(std::slice::from_ref(&good)).unwrap();
        let (project, _, report) = read(&[broken.clone(), good]).unwrap();
        assert!(!annotations(&project).is_empty(), "{name}");
        assert_eq!(annotations(&project), annotations(&alone), "{name}");
        let lost = report.problems.iter().find(|problem| problem.is_loss);
        let lost = lost.unwrap_or_else(|| panic!("{name}: {:?}", report.lines()));
        assert_eq!(lost.words, "a file is left out", "{name}");
        assert!(lost.what.contains("broken."), "{name}: {}", lost.what);
        assert!(read(&[broken]).is_err(), "{name}: nothing is left");
    }
}

#[test]
fn rows_with_the_whole_text_beside_each_annotation_are_read() {
    let row = |text: &str, start: usize, end: usize, label: &str| json!({"id": format!("r{start}"), "text": text, "start": start, "end": end, "label": label});
    let rows = [
        row("It denied, it said.", 3, 9, "denial"),
        row("We agreed.", 0, 2, "actor"),
        row("It denied, it said.", 0, 2, "actor"),
    ];
    let words = rows.map(|row| row.to_string()).join("\n");
    let (project, texts, report) = imported(&[file("rows.jsonl", words)]);
    assert_eq!((texts.len(), report.annotations().exact), (2, 3));
    let quotes: Vec<String> = annotations(&project)
        .into_iter()
        .map(|(_, tag, quote)| format!("{tag} {quote}"))
        .collect();
    assert_eq!(quotes, ["actor It", "denial denied", "actor We"]);
    let first = project.annotations.iter().next().unwrap();
    assert!(
        !first.attributes.contains_key("text"),
        "{:?}",
        first.attributes
    );
}

#[test]
fn regions_that_cover_a_text_again_and_again_are_not_all_kept() {
    let text = "a".repeat(1_000_000);
    let region = json!({"id": "", "start": 0, "end": text.len(), "kind": "x", "text": ""});
    let regions: Vec<&Value> = std::iter::repeat_n(&region, 120).collect();
    let line = json!({"text": text, "spans": [], "regions": regions});
    let (project, _, report) = imported(&[file("a.jsonl", line.to_string())]);
    assert!(project.regions.len() < 120 && !report.is_lossless());
}

#[test]
fn files_of_one_name_are_told_apart_by_their_folders_and_hidden_ones_are_left_alone() {
    let folder = TempDir::new().unwrap();
    let place = |path: &str| {
        let place = folder.path().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, "{}").unwrap();
        place
    };
    let same = [place("mara/port/a.jsonl"), place("ben/port/a.jsonl")];
    let names = |paths: &[PathBuf]| -> Vec<String> {
        let files = store::read_files(paths, &Progress::default()).unwrap();
        files.into_iter().map(|file| file.path).collect()
    };
    assert_eq!(names(&same), ["mara/port/a.jsonl", "ben/port/a.jsonl"]);
    assert_eq!(names(&[same[0].clone(), same[0].clone()]), ["a.jsonl"]);
    place("mara/port/._a.jsonl");
    place("mara/port/.checkpoints/a.jsonl");
    let folders = ["mara", "ben"].map(|name| folder.path().join(name).join("port"));
    assert_eq!(names(&folders), ["mara/port/a.jsonl", "ben/port/a.jsonl"]);
}

/// The sample with its texts in a folder of its own.
fn sample() -> TempDir {
    own_folder();
    let folder = TempDir::new().unwrap();
    store::unpack_sample_into(folder.path()).unwrap();
    folder
}

fn run(folder: &Path, words: &str) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ascribe"));
    command.current_dir(folder).args(words.split(' '));
    let Output { status, stderr, .. } = command.output().unwrap();
    let said = String::from_utf8_lossy(&stderr).into_owned();
    (status.code().unwrap(), said)
}

#[test]
fn nothing_is_exported_over_a_project_or_its_texts() {
    let folder = sample();
    let text = fs::read_dir(folder.path().join("texts")).unwrap().next();
    let text = text.unwrap().unwrap().path();
    let text = text.strip_prefix(folder.path()).unwrap().to_str().unwrap();
    for own in ["sample.ascribe.ron", "Other.ASCRIBE.ron", text] {
        let before = fs::read(folder.path().join(own)).ok();
        let (code, said) = run(
            folder.path(),
            &format!("export sample.ascribe.ron --format jsonl --out {own} --force"),
        );
        assert_eq!(code, 2, "{own}: {said}");
        assert!(said.contains("a file of a project"), "{said}");
        assert_eq!(fs::read(folder.path().join(own)).ok(), before, "{own}");
    }
    let elsewhere = "export sample.ascribe.ron --format jsonl --out texts/new.jsonl";
    assert_eq!(run(folder.path(), elsewhere).0, 0);
}

#[test]
fn names_that_are_not_there_are_refused_and_losses_of_a_conversion_end_in_three() {
    let folder = sample();
    let (code, said) = run(
        folder.path(),
        "export sample.ascribe.ron --format jsonl --out a.jsonl --tag nosuch",
    );
    assert!(
        code == 2 && said.contains("nosuch") && said.contains("denial"),
        "{said}"
    );
    assert!(!folder.path().join("a.jsonl").exists());
    let export = "export sample.ascribe.ron --format jsonl --out a.jsonl --tag denial";
    let (code, said) = run(folder.path(), export);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("links to annotations that were not chosen are left out"),
        "{said}"
    );
    let (code, said) = run(folder.path(), "convert a.jsonl --to conll --out c.conll");
    assert_eq!(code, 3, "notes and attributes are lost: {said}");
    fs::rename(folder.path().join("a.jsonl"), folder.path().join("plain")).unwrap();
    let (code, said) = run(
        folder.path(),
        "convert plain --format jsonl --to csv --out c",
    );
    assert!(folder.path().join("c/spans.csv").is_file(), "{code} {said}");
    fs::write(folder.path().join("bad.json"), "[5]").unwrap();
    let (code, said) = run(folder.path(), "convert bad.json --to jsonl --out bad.jsonl");
    assert!(
        code == 1 && said.contains("nothing could be read"),
        "{code} {said}"
    );
    assert!(!folder.path().join("bad.jsonl").exists());
    let (code, said) = run(folder.path(), "bogus");
    assert!(code == 2 && said.contains("bogus"), "{said}");
}

#[test]
fn a_conversion_that_has_no_place_to_write_to_does_nothing() {
    let sample = sample();
    let folder = sample.path();
    fs::write(folder.join("a.csv"), "text,label\nIt denied.,x\n").unwrap();
    fs::write(folder.join("there.jsonl"), "mine").unwrap();
    for (words, expected) in [
        (
            "a.csv --to jsonl --out new.jsonl --report no/r.json",
            "no folder no",
        ),
        ("a.csv --to jsonl --out there.jsonl", "already"),
    ] {
        let (code, said) = run(folder, &format!("convert {words}"));
        assert!(code == 2 && said.contains(expected), "{code} {said}");
    }
    assert!(!folder.join("new.jsonl").exists());
    assert_eq!(fs::read(folder.join("there.jsonl")).unwrap(), b"mine");
}

#[test]
fn an_import_of_which_nothing_comes_ends_in_one() {
    let sample = sample();
    let folder = sample.path();
    fs::write(folder.join("empty.csv"), "text,label\n").unwrap();
    fs::write(
        folder.join("lost.csv"),
        "doc,start,end,label\nnowhere.txt,0,3,x\n",
    )
    .unwrap();
    for words in [
        "import sample.ascribe.ron empty.csv",
        "import sample.ascribe.ron lost.csv",
        "import missing.ascribe.ron empty.csv",
        "convert empty.csv --to jsonl --out out.jsonl",
    ] {
        let (code, said) = run(folder, words);
        assert_eq!(code, 1, "{words}: {said}");
    }
    fs::write(folder.join("tags.csv"), "tag,color\ndenial,#0072B2\n").unwrap();
    for _ in 0..2 {
        let (code, said) = run(folder, "import sample.ascribe.ron tags.csv");
        assert_eq!(
            code, 0,
            "tags that are there already are no failure: {said}"
        );
    }
    let (_, said) = run(folder, "import sample.ascribe.ron lost.csv");
    assert!(said.contains("give it with the import"), "{said}");
    assert!(!folder.join("out.jsonl").exists());
}

#[test]
fn texts_that_annotations_only_name_are_found_beside_their_file_and_missing_ones_told() {
    let json = r#"[{"document": "report.txt", "start": 5, "end": 14, "label": "denial"}"#;
    let gone = r#", {"document": "gone.txt", "start": 0, "end": 2, "label": "denial"}"#;
    let table = "document,start,end,label\nreport.txt,5,14,denial\n";
    for (name, words, expected) in [
        ("marks.json", format!("{json}]"), 0),
        ("marks.csv", table.to_owned(), 0),
        ("marks.json", format!("{json}{gone}]"), 3),
        ("marks.csv", format!("{table}gone.txt,0,2,denial\n"), 3),
    ] {
        let sample = sample();
        let folder = sample.path().join("theirs");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(name), words).unwrap();
        fs::write(folder.join("report.txt"), "Уряд заперечив це.").unwrap();
        fs::write(folder.join("other.txt"), "Nobody named this.").unwrap();
        // What lies beside the project is not meant.
        fs::write(sample.path().join("gone.txt"), "It is elsewhere.").unwrap();
        let (code, said) = run(
            sample.path(),
            &format!("import sample.ascribe.ron theirs/{name}"),
        );
        assert_eq!(code, expected, "{name}: {said}");
        assert_eq!(
            said.contains("without text 1 (gone.txt)"),
            code == 3,
            "{name}: {said}"
        );
        let path = sample.path().join("sample.ascribe.ron");
        let opened = store::open_project(&path, &Progress::default()).unwrap();
        let brought: Vec<_> = annotations(&opened.project)
            .into_iter()
            .filter(|(id, ..)| id.starts_with("report"))
            .collect();
        assert_eq!(
            brought,
            triples(&[("report.txt", "denial", "заперечив")]),
            "{name}"
        );
        let mut ids = opened.project.documents.keys();
        assert!(!ids.any(|id| id.as_str().starts_with("other")), "{name}");
    }
}

#[test]
fn a_dry_run_of_add_names_what_is_no_text() {
    let folder = sample();
    fs::write(folder.path().join("pic.txt"), b"\x89PNG\r\n\x1a\n0000").unwrap();
    fs::write(folder.path().join("new.txt"), "New words.").unwrap();
    let (code, said) = run(
        folder.path(),
        "add sample.ascribe.ron pic.txt new.txt missing.txt --dry-run",
    );
    assert_eq!(code, 3, "{said}");
    let line_of = |name: &str| {
        said.lines()
            .find(|line| line.contains(name))
            .unwrap()
            .to_owned()
    };
    assert!(line_of("pic.txt").contains("a picture"), "{said}");
    assert!(line_of("new.txt").contains("plain text"), "{said}");
    assert!(!line_of("missing.txt").contains("plain text"), "{said}");
}
