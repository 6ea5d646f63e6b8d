//! `ascribe edit`: one request a line in, one answer a line out; a refusal changes nothing.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ascribe::edit;
use ascribe::store::{self, save_project};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::drawing::{author, document_id, read};

const DRAWING: &str = "
👩\u{200D}👩\u{200D}👧 Уряд заперечив це. نفت التهمة 该组织否认
^\"Уряд\" attribution @jon
";

/// A project in a folder of its own, with a state folder of its own.
struct Project {
    folder: TempDir,
    path: PathBuf,
}

impl Project {
    fn new() -> Self {
        let (mut project, texts) = read(DRAWING);
        let folder = TempDir::new().unwrap();
        let text = folder.path().join("texts/drawn.txt");
        fs::create_dir(text.parent().unwrap()).unwrap();
        fs::write(&text, texts[&document_id()].as_str()).unwrap();
        let with_hash = edit::change_document(
            &project,
            &author(),
            &document_id(),
            "read".to_owned(),
            |document| document.sha256 = store::hash_of_file(&text).unwrap(),
        );
        let mut open = edit::OpenProject::new(project);
        open.run(with_hash.unwrap()).unwrap();
        project = open.project().clone();
        let path = folder.path().join("p.ascribe.ron");
        save_project(&path, &project, &texts, None).unwrap();
        Self { folder, path }
    }

    fn ascribe(&self, requests: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ascribe"));
        command.args([Path::new("edit"), &self.path]);
        for kind in ["STATE", "CONFIG", "DATA"] {
            command.env(format!("XDG_{kind}_HOME"), self.folder.path().join(kind));
        }
        let mut running = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = running.stdin.take().unwrap();
        stdin.write_all(requests.as_bytes()).unwrap();
        drop(stdin);
        running.wait_with_output().unwrap()
    }

    fn ask(&self, requests: &[Value]) -> Vec<Value> {
        let lines: String = requests
            .iter()
            .map(|request| format!("{request}\n"))
            .collect();
        let output = self.ascribe(&lines);
        assert!(output.status.success(), "{output:?}");
        let answers = String::from_utf8(output.stdout).unwrap();
        answers
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn annotate(start: usize, end: usize, unit: &str) -> Value {
    json!({"do": "annotate", "document": "drawn", "start": start, "end": end, "unit": unit, "tag": "denial",
           "annotator": "mara"})
}

#[test]
fn every_verb_does_what_it_says() {
    let project = Project::new();
    let answers = project.ask(&[
        annotate(11, 20, "char"),
        json!({"do": "set", "id": "mara-1", "note": "двічі"}),
        json!({"do": "set", "id": "mara-1", "attribute": "speaker", "value": "Уряд"}),
        json!({"do": "move", "id": "mara-1", "start": 11, "end": 23}),
        json!({"do": "link", "kind": "denies", "from": "mara-1", "to": "jon-1"}),
        json!({"do": "state", "document": "drawn", "state": "finished", "annotator": "mara"}),
        json!({"do": "list", "document": "drawn"}),
        json!({"do": "save"}),
        json!({"do": "retag", "id": "mara-1", "tag": "impact"}),
        json!({"do": "delete", "id": "jon-1"}),
        json!({"do": "undo"}),
        json!({"do": "redo"}),
        json!({"do": "list"}),
    ]);
    assert!(
        answers.iter().all(|answer| answer["ok"] == json!(true)),
        "{answers:#?}"
    );
    assert_eq!(answers[0], json!({"ok": true, "seq": 1, "id": "mara-1"}));
    assert_eq!(answers[4]["id"], json!("mara-1"), "a link has an id too");
    let listed = answers[6]["annotations"].as_array().unwrap();
    let mara = listed.iter().find(|it| it["id"] == "mara-1").unwrap();
    assert_eq!(
        (
            &mara["quote"],
            &mara["note"],
            &mara["attributes"]["speaker"],
            &mara["spans"]
        ),
        (
            &json!("заперечив це"),
            &json!("двічі"),
            &json!("Уряд"),
            &json!([[11, 23]])
        )
    );
    let last = answers[12]["annotations"].as_array().unwrap();
    assert_eq!((last.len(), &last[0]["tag"]), (1, &json!("impact")));
}

#[test]
fn the_same_words_have_other_places_in_other_units() {
    let project = Project::new();
    // Five code points, eight UTF-16 units and eighteen bytes of one family, and a space.
    for (unit, start, end) in [("char", 6, 10), ("utf16", 9, 13), ("byte", 19, 27)] {
        let answers = project.ask(&[
            annotate(start, end, unit),
            json!({"do": "list", "unit": unit}),
            json!({"do": "undo"}),
        ]);
        assert_eq!(answers[0]["ok"], json!(true), "{unit}: {}", answers[0]);
        let listed = answers[1]["annotations"].as_array().unwrap();
        let mara = listed.iter().find(|it| it["annotator"] == "mara").unwrap();
        assert_eq!(
            (&mara["quote"], &mara["spans"]),
            (&json!("Уряд"), &json!([[start, end]]))
        );
    }
}

#[test]
fn a_refusal_says_why_and_changes_nothing() {
    let project = Project::new();
    let before = project.ask(&[json!({"do": "list"})]);
    let refused = [
        (annotate(4, 2, "char"), "no span"),
        (annotate(1, 3, "byte"), "between two characters"),
        (annotate(0, 9_999, "char"), "9999"),
        (json!({"do": "delete", "id": "mara-7"}), "mara-7"),
        (
            json!({"do": "retag", "id": "jon-1", "tag": "rumour"}),
            "rumour",
        ),
        (
            json!({"do": "set", "id": "jon-1", "attribute": "certainty", "value": "perhaps"}),
            "perhaps",
        ),
        (json!({"do": "set", "id": "jon-1"}), "attribute"),
        (
            json!({"do": "link", "kind": "denies", "from": "jon-1", "to": "jon-1"}),
            "itself",
        ),
        (
            json!({"do": "state", "document": "gone", "state": "new", "annotator": "mara"}),
            "no longer there",
        ),
        (
            json!({"do": "annotate", "document": "gone", "start": 0, "end": 1, "tag": "denial", "annotator": "m"}),
            "gone",
        ),
        (json!({"do": "dance"}), "dance"),
        (json!({"do": "undo", "twice": true}), "twice"),
        (json!({"do": "undo"}), "nothing to undo"),
        (json!({"do": "redo"}), "nothing to redo"),
    ];
    let requests: Vec<Value> = refused.iter().map(|(request, _)| request.clone()).collect();
    for (answer, (request, words)) in project.ask(&requests).iter().zip(&refused) {
        assert_eq!(answer["ok"], json!(false), "{request}");
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains(words), "{request}: {error}");
    }
    let output = project.ascribe("this is no JSON\n\n");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("{\"error\":\"this line is no request") && said.lines().count() == 1);
    assert_eq!(project.ask(&[json!({"do": "list"})]), before);
    assert!(
        !project.folder.path().join("STATE").exists(),
        "no journal was made"
    );
}

#[test]
fn what_was_not_saved_comes_back_and_is_said() {
    let project = Project::new();
    project.ask(&[annotate(11, 20, "char")]);
    let output = project.ascribe("{\"do\":\"list\"}\n{\"do\":\"save\"}\n{\"do\":\"undo\"}\n");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("brought back one edit"), "{said}");
    let answers = String::from_utf8(output.stdout).unwrap();
    assert!(answers.lines().next().unwrap().contains("заперечив"));
    assert!(
        answers.lines().all(|line| line.contains("\"ok\":true")),
        "{answers}"
    );
}
