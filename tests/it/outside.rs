//! Others change the project file and its texts while a project is open: it is seen, and nothing is written over.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ascribe::app::{Answer, App, Command, Question, Settings};
use ascribe::model::{AnnotationId, Project, TagId};
use ascribe::store::{self, Progress, open_project, unpack_sample_into};
use ascribe::text::{ByteOffset, Span};
use tempfile::TempDir;

use crate::window::own_folder;

/// A copy of the sample, on which several programs work.
struct Shared {
    folder: TempDir,
    path: PathBuf,
}

impl Shared {
    fn new() -> Self {
        own_folder();
        let folder = TempDir::new().unwrap();
        let path = unpack_sample_into(folder.path()).unwrap();
        Self { folder, path }
    }

    /// A program without its window, with the project open.
    fn open_as(&self, annotator: &str) -> App {
        let settings = Settings {
            has_started_before: true,
            ..Settings::default()
        };
        let mut app = App::new(settings, Arc::new(|| {}));
        app.run(Command::OpenProjectAt(self.path.clone()));
        app.finish_tasks();
        app.run(Command::WorkAs(ascribe::model::AnnotatorId::new(annotator)));
        app
    }

    fn text(&self) -> PathBuf {
        self.folder.path().join("texts/01-port-statement-wire.txt")
    }

    fn on_disk(&self) -> Project {
        open_project(&self.path, &Progress::default())
            .unwrap()
            .project
    }
}

fn project(app: &App) -> &Project {
    app.work().unwrap().project()
}

fn tag(app: &mut App, start: usize, end: usize) {
    let selection = Span::new(ByteOffset(start), ByteOffset(end));
    app.run(Command::Select {
        selection,
        caret: ByteOffset(end),
    });
    app.run(Command::UseTag(TagId::new("impact")));
}

fn save(app: &mut App) {
    app.run(Command::Save);
    app.finish_tasks();
    assert!(
        app.work().unwrap().is_saved(),
        "{:?}",
        app.work().unwrap().saved().failure
    );
}

#[test]
fn what_two_programs_do_comes_together() {
    let shared = Shared::new();
    let (mut mara, mut jon) = (shared.open_as("ana"), shared.open_as("jon"));
    let before = project(&mara).annotations.len();
    for step in 0..200 {
        tag(&mut mara, step, step + 3);
        tag(&mut jon, step, step + 5);
        if step % 20 == 0 {
            save(&mut mara);
        }
        if step % 30 == 0 {
            save(&mut jon);
        }
    }
    let tagged = |app: &App, name: &str| {
        project(app)
            .annotations
            .iter()
            .filter(|entry| entry.annotator_id().as_str() == name)
            .count()
    };
    let (by_ana, by_jon) = (tagged(&mara, "ana"), tagged(&jon, "jon"));
    assert!(by_ana > 150 && by_jon > 150, "{by_ana} {by_jon}");
    save(&mut mara);
    save(&mut jon);
    save(&mut mara);
    let all = shared.on_disk();
    println!(
        "two programs: {by_ana} and {by_jon} edits, {} in the file",
        all.annotations.len() - before
    );
    assert_eq!(all.annotations.len(), before + by_ana + by_jon);
    assert!(*project(&mara) == all);
}

#[test]
fn what_another_program_wrote_is_seen_without_saving_and_can_be_taken_back() {
    let shared = Shared::new();
    let (mut mara, mut jon) = (shared.open_as("ana"), shared.open_as("jon"));
    let before = project(&mara).clone();
    tag(&mut jon, 0, 5);
    save(&mut jon);
    mara.tick(Instant::now());
    mara.tick(Instant::now() + Duration::from_secs(10));
    mara.finish_tasks();
    assert!(project(&mara) == project(&jon));
    assert!(mara.work().unwrap().is_saved(), "it is what lies on disk");
    assert!(
        mara.notices()
            .iter()
            .any(|notice| notice.words.contains("merged"))
    );
    mara.run(Command::Undo);
    assert!(*project(&mara) == before);
}

#[test]
fn a_double_edit_keeps_both_and_is_listed() {
    let shared = Shared::new();
    let (mut mara, mut jon) = (shared.open_as("ana"), shared.open_as("jon"));
    let id: AnnotationId = project(&mara).annotations.iter().next().unwrap().id.clone();
    for (app, note) in [(&mut mara, "ana’s note"), (&mut jon, "Йонова нотатка")] {
        app.run(Command::GoTo(id.clone()));
        app.run(Command::SetNote(note.to_owned()));
    }
    save(&mut jon);
    save(&mut mara);
    let all = shared.on_disk();
    let notes: BTreeSet<&str> = all.annotations.iter().map(|entry| &*entry.note).collect();
    assert!(notes.contains("ana’s note") && notes.contains("Йонова нотатка"));
    let [double] = mara.work().unwrap().doubles() else {
        panic!("{:?}", mara.work().unwrap().doubles())
    };
    assert!(double.what.contains(&id.to_string()), "{}", double.what);
}

#[test]
fn a_file_that_another_program_broke_is_asked_about_and_not_written_over() {
    let shared = Shared::new();
    let mut mara = shared.open_as("ana");
    tag(&mut mara, 0, 5);
    let broken = fs::read_to_string(&shared.path)
        .unwrap()
        .replacen("spans: [(", "spans: (", 1);
    fs::write(&shared.path, &broken).unwrap();
    mara.run(Command::Save);
    mara.finish_tasks();
    assert!(
        matches!(mara.question(), Some(Question::ChangedOutside { .. })),
        "{:?}",
        mara.question()
    );
    assert_eq!(fs::read_to_string(&shared.path).unwrap(), broken);
    mara.run(Command::Answer(Answer::Cancel));
    assert!(!mara.work().unwrap().is_saved());
    assert_eq!(fs::read_to_string(&shared.path).unwrap(), broken);
}

#[test]
fn a_text_that_changes_while_the_project_is_open_is_seen_before_the_save() {
    let shared = Shared::new();
    let mut mara = shared.open_as("ana");
    tag(&mut mara, 0, 5);
    save(&mut mara);
    let words = fs::read_to_string(shared.text()).unwrap();
    fs::write(shared.text(), format!("Corrected.\n\n{words}")).unwrap();
    tag(&mut mara, 6, 9);
    save(&mut mara);
    let work = mara.work().unwrap();
    assert_eq!(work.changed().len(), 1);
    assert!(
        work.misplaced().is_empty(),
        "the text is shown as it was labelled"
    );
    assert!(
        mara.notices()
            .iter()
            .any(|notice| notice.words.contains("has changed"))
    );
    mara.run(Command::TakeUpTexts(Default::default()));
    mara.finish_tasks();
    save(&mut mara);
    let opened = open_project(&shared.path, &Progress::default()).unwrap();
    assert!(opened.changed.is_empty());
    assert!(ascribe::query::misplaced(&opened.project, &opened.texts).is_empty());
    fs::write(shared.text(), &words).unwrap();
    mara.tick(Instant::now());
    mara.tick(Instant::now() + Duration::from_secs(60));
    mara.finish_tasks();
    assert_eq!(
        mara.work().unwrap().changed().len(),
        1,
        "changing it back is a change too"
    );
}

fn check(path: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Process::new(env!("CARGO_BIN_EXE_ascribe"))
        .env("XDG_STATE_HOME", own_folder())
        .arg("check")
        .args(arguments)
        .arg(path)
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

#[test]
fn repair_moves_what_is_certain_and_never_writes_a_text() {
    let shared = Shared::new();
    let words = fs::read_to_string(shared.text()).unwrap();
    assert_eq!(check(&shared.path, &[]).0, Some(0));
    let changed = words.replace('\n', "\r\n");
    fs::write(shared.text(), &changed).unwrap();
    let (code, lines) = check(&shared.path, &[]);
    assert_eq!(code, Some(1), "{lines}");
    assert!(lines.contains("has changed"), "{lines}");
    let before = shared.on_disk().annotations.len();
    let (code, lines) = check(&shared.path, &["--repair"]);
    assert_eq!(code, Some(0), "{lines}");
    assert!(lines.contains("found again; 0 are left"), "{lines}");
    assert_eq!(fs::read_to_string(shared.text()).unwrap(), changed);
    assert_eq!(shared.on_disk().annotations.len(), before);
    assert_eq!(check(&shared.path, &[]).0, Some(0));
}

#[test]
fn opening_and_looking_leaves_the_folder_as_it_was() {
    let shared = Shared::new();
    let state = || {
        let mut files: Vec<_> = walk(shared.folder.path())
            .into_iter()
            .map(|path| {
                let modified = fs::metadata(&path).unwrap().modified().unwrap();
                let hash = store::hash_of_file(&path);
                (path, modified, hash)
            })
            .collect();
        files.sort();
        files
    };
    let before = state();
    let mut app = shared.open_as("ana");
    for step in 0..3 {
        app.run(Command::NextDocument);
        app.tick(Instant::now() + Duration::from_secs(60 * step));
        app.finish_tasks();
    }
    app.run(Command::CloseProject);
    drop(app);
    assert_eq!(state(), before);
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
