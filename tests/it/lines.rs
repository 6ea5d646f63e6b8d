//! The lines of the project file: the program writes and reads them in ways of its own, which are quick, and they must
//! be what RON itself would write and read.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use ascribe::model::{Annotation, Project, Texts};
use ascribe::store::{OpenError, Progress, open_project, project_to_string, read_project};
use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::drawing::{annotation, read};

/// An annotation as the file has it, all empty values left out.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    document: String,
    spans: Vec<(usize, usize)>,
    tag: String,
    quote: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, ron::Value>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
    #[serde(default, skip_serializing_if = "is_no")]
    optional: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    created: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    changed: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    changed_by: String,
}

fn is_no(value: &bool) -> bool {
    !value
}

/// Compares the annotations of a project file with what RON writes.
pub fn check_annotations(words: &str) {
    let (_, list) = words.split_once("\n  annotations: [\n").unwrap();
    let (list, _) = list.split_once("  ],\n  links: [\n").unwrap();
    let on_one_line = PrettyConfig::new().new_line("\n").depth_limit(0);
    for line in list.lines() {
        let written = line.trim_start().strip_suffix(',').unwrap();
        let read: Line = ron::from_str(written).unwrap();
        let again = ron::ser::to_string_pretty(&read, on_one_line.clone()).unwrap();
        assert_eq!(again, written);
    }
}

const DRAWING: &str = "
Уряд заперечив усе. Port blamed Moth.
^^^^^^^^^^^^^^^^^^ denial @mara
                    ^^^^^^^^^^^^^^^^ attribution @mara
";

#[test]
fn every_character_is_written_as_ron_writes_it() {
    let (mut project, _) = read(DRAWING);
    let first = project.annotations.iter().next().unwrap().clone();
    let all: Vec<char> = ('\0'..=char::MAX).collect();
    for (number, some) in (100..).zip(all.chunks(5_000)) {
        let note: String = some.iter().collect();
        project.annotations.insert(Arc::new(Annotation {
            note: note.into(),
            ..annotation(number, first.spans.clone(), &first.quote)
        }));
    }
    let words = project_to_string(&project, &Texts::new());
    check_annotations(&words);
    assert!(read_words(&words).unwrap() == project);
}

fn read_words(words: &str) -> Result<Project, OpenError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("p.ascribe.ron");
    fs::write(&path, words).unwrap();
    read_project(&path).map(|opened| opened.project)
}

#[test]
fn a_file_that_is_laid_out_in_another_way_holds_the_same_project() {
    let (project, texts) = read(DRAWING);
    let words = project_to_string(&project, &texts);
    let second = "    (id: \"mara-2\"";
    assert!(words.contains(second));
    for laid_out in [
        words.replace('\n', "\r\n"),
        words.replace(",\n    (", ", ("),
        words.replace(second, "    // By Mara.\n    (id: \"mara-2\""),
        words.replace(second, "    /* (id: \"mara-3\"), \n */(id: \"mara-2\""),
        words.replace(", tag:", ",\n      tag:"),
        words.replace("  links: [\n  ],\n", ""),
        words.replace("    (", "\t("),
        words.trim_end().to_owned(),
    ] {
        assert_ne!(laid_out, words);
        assert!(read_words(&laid_out).unwrap() == project, "{laid_out}");
    }
}

#[test]
fn what_is_wrong_on_one_line_is_said_with_its_place() {
    let (project, texts) = read(DRAWING);
    let words = project_to_string(&project, &texts);
    let bad = words.replace("    (id: \"mara-2\",", "    (id: \"mara-2\"");
    let line_number = 1 + bad
        .lines()
        .position(|line| line.contains("mara-2"))
        .unwrap();
    match read_words(&bad) {
        Err(OpenError::Damaged { line, salvage, .. }) => {
            assert_eq!(line, line_number);
            assert_eq!(salvage.unwrap().project.annotations.len(), 1);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn opening_can_be_given_up() {
    let (project, texts) = read(DRAWING);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("p.ascribe.ron");
    let words = project_to_string(&project, &texts);
    fs::write(&path, words).unwrap();
    let progress = Progress::default();
    progress.cancel();
    let outcome = open_project(&path, &progress);
    assert!(matches!(outcome, Err(OpenError::Cancelled)), "{outcome:?}");
}

#[test]
fn the_progress_of_opening_ends_where_all_is_read() {
    let (project, texts) = read(DRAWING);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("p.ascribe.ron");
    let words = project_to_string(&project, &texts);
    // Read line by line, and as a whole.
    for words in [words.clone(), words.replace(", tag:", ",\n      tag:")] {
        fs::write(&path, words).unwrap();
        let progress = Progress::default();
        open_project(&path, &progress).unwrap();
        assert_eq!(progress.fraction(), Some(1.0));
    }
}
