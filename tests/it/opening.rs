//! Opening a large project: its text is there first, and nothing can be changed until all of it has been read.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use ascribe::app::{App, Command, Settings};
use ascribe::model::{DocumentId, TagId};
use ascribe::store::{self, Progress, first_sight, open_project};
use ascribe::text::{ByteOffset, Span};
use tempfile::TempDir;

use crate::drawing::read;
use crate::window::own_folder;

/// A project with a text of three megabytes whose first words carry two annotations.
fn large_project() -> (TempDir, PathBuf) {
    let (mut project, mut texts) = read(
        "
Уряд заперечив усе. Port blamed Moth.
^^^^^^^^^^^^^^^^^^ denial @mara
                    ^^^^^^^^^^^^^^^^ attribution @mara
",
    );
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("large.ascribe.ron");
    let (document_id, text) = texts.iter().next().unwrap();
    let words = text.as_str().to_owned() + &"Ships stood still. 船停了。\n".repeat(100_000);
    let mut document = (*project.documents[document_id]).clone();
    let file = folder.path().join(&document.path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, &words).unwrap();
    document.size_bytes = words.len() as u64;
    document.sha256 = store::hash_of_file(&file).unwrap();
    texts = [(document.id.clone(), ascribe::text::Text::new(words))]
        .into_iter()
        .collect();
    project
        .documents
        .insert(document.id.clone(), document.into());
    store::save_project(&path, &project, &texts, None).unwrap();
    (folder, path)
}

/// A program that has been asked to open the project and shows its text, but has not read its annotations.
fn at_first_sight(path: &Path) -> App {
    own_folder();
    let mut app = App::new(Settings::default(), Arc::new(|| {}));
    app.run(Command::OpenProjectAt(path.to_owned()));
    while app.work().is_none() {
        app.tick(Instant::now());
        std::thread::yield_now();
    }
    app
}

#[test]
fn a_large_text_is_shown_before_its_annotations_are_read() {
    let (_folder, path) = large_project();
    let mut app = at_first_sight(&path);
    let work = app.work().unwrap();
    assert!(!work.is_whole());
    assert!(work.text().unwrap().as_str().starts_with("Уряд заперечив"));
    assert_eq!(work.project().annotations.len(), 0);

    let span = Span::new(ByteOffset(0), ByteOffset(8));
    app.run(Command::Select {
        selection: span,
        caret: ByteOffset(8),
    });
    app.finish_tasks();
    let work = app.work().unwrap();
    assert!(work.is_whole());
    assert_eq!(work.project().annotations.len(), 2);
    assert_eq!(
        work.selection(),
        span,
        "what was selected meanwhile is still selected"
    );
}

#[test]
fn nothing_is_changed_saved_or_exported_before_all_is_read() {
    let (_folder, path) = large_project();
    let before = fs::read(&path).unwrap();
    let mut app = at_first_sight(&path);
    let span = Span::new(ByteOffset(0), ByteOffset(8));
    app.run(Command::Select {
        selection: span,
        caret: ByteOffset(8),
    });
    for command in [
        Command::UseTag(TagId::new("impact")),
        Command::Save,
        Command::SaveAs,
        Command::FinishAndNext,
    ] {
        app.run(command);
        assert_eq!(app.work().unwrap().revision(), 0);
        assert!(
            app.notices()
                .last()
                .unwrap()
                .words
                .contains("still being read")
        );
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_large_project_that_is_damaged_is_not_left_half_open() {
    let (_folder, path) = large_project();
    let words = fs::read_to_string(&path).unwrap();
    let cut = words.find("\"mara-2\"").unwrap();
    fs::write(&path, &words[..cut]).unwrap();
    let mut app = at_first_sight(&path);
    app.finish_tasks();
    assert!(app.work().is_none());
    assert!(app.question().is_some(), "the person is told and asked");
}

#[test]
fn a_project_opened_later_is_the_one_that_stays() {
    let (_folder, large) = large_project();
    let (_other, path) = large_project();
    let mut app = at_first_sight(&large);
    app.run(Command::OpenProjectAt(path.clone()));
    app.finish_tasks();
    assert_eq!(app.work().unwrap().path(), path);
}

#[test]
fn the_first_sight_is_what_the_whole_project_says() {
    let (_folder, path) = large_project();
    let sight = first_sight(&path, Some(&DocumentId::new("no such document"))).unwrap();
    let opened = open_project(&path, &Progress::default()).unwrap();
    assert_eq!(sight.project.codebook, opened.project.codebook);
    assert_eq!(sight.project.documents, opened.project.documents);
    assert_eq!(Some(&sight.text), opened.texts.get(&sight.document_id));
}
