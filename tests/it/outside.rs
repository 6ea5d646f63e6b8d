//! Others change the project file and its texts while a project is open: it is seen, and nothing is written over.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ascribe::app::{Answer, App, Command, Question, Request, Settings};
use ascribe::model::{AnnotationId, Project, TagId, Timestamp};
use ascribe::store::{
    self, Backup, BackupReason, LeftBehind, Medium, Progress, Storage, open_project,
    superfluous_backups, unpack_sample_into,
};
use ascribe::text::{ByteOffset, Span};
use tempfile::TempDir;

use crate::window::own_folder;

/// A copy of the sample, on which several programs work.
struct Shared {
    folder: TempDir,
    path: PathBuf,
    /// Where the programs keep their journals: those of other copies of the sample are not theirs.
    state: TempDir,
}

impl Shared {
    fn new() -> Self {
        own_folder();
        let folder = TempDir::new().unwrap();
        let path = unpack_sample_into(folder.path()).unwrap();
        let state = TempDir::new().unwrap();
        Self {
            folder,
            path,
            state,
        }
    }

    fn storage(&self) -> Storage {
        Storage {
            state_folder: Some(self.state.path().to_owned()),
            ..Storage::own()
        }
    }

    /// A program without its window.
    fn program(&self, settings: Settings) -> App {
        App::new(settings, Arc::new(|| {})).with_storage(self.storage())
    }

    /// A program without its window, with the project open.
    fn open_as(&self, annotator: &str) -> App {
        let settings = Settings {
            has_started_before: true,
            ..Settings::default()
        };
        let mut app = self.program(settings);
        app.run(Command::OpenProjectAt(self.path.clone()));
        app.finish_tasks();
        if let Some(Question::InUse { .. }) = app.question() {
            // “Edit anyway”
            app.run(Command::Answer(Answer::Other));
        }
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
    // It was seen before; asking again is no endless matter.
    mara.tick(Instant::now());
    mara.tick(Instant::now() + Duration::from_secs(60));
    mara.finish_tasks();
    mara.run(Command::Save);
    mara.finish_tasks();
    assert!(matches!(
        mara.question(),
        Some(Question::ChangedOutside { .. })
    ));
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
    tag(&mut mara, 10, 14);
    let first = project(&mara).annotations.iter().next().unwrap().id.clone();
    mara.run(Command::GoTo(first));
    mara.run(Command::DeleteAnnotation);
    mara.run(Command::ReviewTexts);
    mara.finish_tasks();
    mara.run(Command::TakeUpTexts(Default::default()));
    mara.finish_tasks();
    assert!(
        mara.work().unwrap().misplaced().is_empty(),
        "what was marked since follows too"
    );
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

fn files_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn a_second_program_is_told_and_may_read_or_edit() {
    let shared = Shared::new();
    let before = files_in(shared.folder.path());
    let first = shared.open_as("ana");
    let mut second = shared.program(Settings::default());
    let open = |app: &mut App| {
        app.run(Command::OpenProjectAt(shared.path.clone()));
        app.finish_tasks();
    };
    open(&mut second);
    assert!(matches!(second.question(), Some(Question::InUse { .. })));
    second.run(Command::Answer(Answer::Yes));
    let count = project(&second).annotations.len();
    tag(&mut second, 0, 5);
    assert_eq!(
        project(&second).annotations.len(),
        count,
        "it is open for reading"
    );
    assert!(
        second
            .notices()
            .iter()
            .any(|notice| notice.words.contains("for reading only"))
    );
    drop((first, second));
    assert_eq!(
        files_in(shared.folder.path()),
        before,
        "no lock is left behind"
    );
}

#[test]
fn a_lock_that_a_killed_program_left_behind_is_taken_over() {
    let shared = Shared::new();
    let lock = shared.folder.path().join(".sample.ascribe.ron.lock");
    {
        let app = shared.open_as("ana");
        let words = fs::read_to_string(&lock).unwrap();
        drop(app);
        assert!(!lock.exists());
        fs::write(&lock, words).unwrap();
    }
    let mut app = shared.program(Settings::default());
    app.run(Command::OpenProjectAt(shared.path.clone()));
    app.finish_tasks();
    assert!(app.question().is_none(), "{:?}", app.question());
    app.run(Command::CloseProject);
    assert!(!lock.exists());
    fs::write(
        &lock,
        "host: another-machine\nuser: jon\nseen: 2026-11-24T20:11:05Z\n",
    )
    .unwrap();
    app.run(Command::OpenProjectAt(shared.path.clone()));
    app.finish_tasks();
    let Some(Question::InUse { holder }) = app.question() else {
        panic!("another machine may still be at work")
    };
    assert_eq!(
        (holder.user.as_str(), holder.host.as_str()),
        ("jon", "another-machine")
    );
}

#[test]
fn every_save_leaves_a_backup_that_can_be_restored_in_one_step() {
    let shared = Shared::new();
    let mut app = shared.open_as("ana");
    tag(&mut app, 0, 5);
    save(&mut app);
    let first = project(&app).clone();
    let all: BTreeSet<AnnotationId> = first
        .annotations
        .iter()
        .map(|entry| entry.id.clone())
        .collect();
    tag(&mut app, 6, 9);
    app.run(Command::RemoveDocument);
    app.run(Command::Answer(Answer::Yes));
    save(&mut app);
    let second = project(&app).clone();
    assert!(second.annotations.len() < all.len());
    app.run(Command::Show(ascribe::app::Page::Backups));
    app.finish_tasks();
    let backups = app.work().unwrap().backups().all.clone();
    let saved: Vec<_> = backups
        .iter()
        .filter(|backup| backup.reason == BackupReason::Saved)
        .collect();
    assert_eq!(saved.len(), 3, "what was opened, and each save");
    app.run(Command::LookAtBackup(saved[1].path.clone()));
    app.finish_tasks();
    let (_, words) = app.work().unwrap().backups().looked_at.clone().unwrap();
    assert!(
        words.iter().any(|words| words == "documents: 1 more"),
        "{words:?}"
    );
    app.run(Command::RestoreBackup(saved[1].path.clone()));
    app.finish_tasks();
    assert!(*project(&app) == first);
    assert!(
        app.work().unwrap().misplaced().is_empty(),
        "the text is there again"
    );
    app.run(Command::Undo);
    assert!(*project(&app) == second);
}

#[test]
fn what_is_no_whole_project_never_becomes_a_backup() {
    let shared = Shared::new();
    let mut app = shared.open_as("ana");
    tag(&mut app, 0, 5);
    save(&mut app);
    let before = store::list_backups(&shared.storage(), &shared.path);
    assert_eq!(before.len(), 2);
    let whole = fs::read_to_string(&shared.path).unwrap();
    for broken in ["", "\0\0\0\0", &whole[..whole.len() / 2]] {
        fs::write(&shared.path, broken).unwrap();
        let reason = BackupReason::BeforeEdit;
        assert!(store::back_up_file(&shared.storage(), &shared.path, reason).is_err());
    }
    assert_eq!(store::list_backups(&shared.storage(), &shared.path), before);
}

#[test]
fn a_project_that_cannot_be_read_offers_its_backup_and_stays_as_it_is() {
    let shared = Shared::new();
    let mut app = shared.open_as("ana");
    tag(&mut app, 0, 5);
    save(&mut app);
    let saved = project(&app).clone();
    app.run(Command::CloseProject);
    fs::write(&shared.path, "").unwrap();
    app.run(Command::OpenProjectAt(shared.path.clone()));
    app.finish_tasks();
    assert!(matches!(app.question(), Some(Question::CannotOpen { .. })));
    app.run(Command::Answer(Answer::Cancel));
    let deed = app.notices().iter().find_map(|notice| notice.deed.clone());
    let Some((_, open)) = deed else {
        panic!("{:?}", app.notices())
    };
    app.run(open);
    app.finish_tasks();
    assert!(*project(&app) == saved);
    assert_eq!(
        fs::read(&shared.path).unwrap(),
        b"",
        "nothing is written unasked"
    );
    app.run(Command::Save);
    assert!(matches!(
        app.question(),
        Some(Question::LeavesOutUnreadable { .. })
    ));
    app.run(Command::Answer(Answer::Yes));
    app.finish_tasks();
    assert!(shared.on_disk() == saved);
}

/// Backups with these times in seconds, the newest first.
fn made_at(seconds: impl Iterator<Item = i64>) -> Vec<Backup> {
    let backup = |(number, second)| Backup {
        path: PathBuf::from(format!("{number}")),
        number: number as u32,
        at: Timestamp::from_second(second).unwrap(),
        reason: BackupReason::Saved,
        size_bytes: 1_000,
        hash: String::new(),
    };
    let mut all: Vec<Backup> = seconds.enumerate().map(backup).collect();
    all.reverse();
    all
}

#[test]
fn the_last_backups_and_those_of_hours_and_days_are_kept() {
    let every_ten_minutes = (0..6 * 24 * 60).map(|step| step * 600);
    let all = made_at(every_ten_minutes);
    let count = all.len();
    let kept = count - superfluous_backups(all, u64::MAX).len();
    println!("of {count} backups in 60 days {kept} are kept");
    assert!((50..=70).contains(&kept), "{kept} of {count}");
}

#[test]
fn a_wrong_clock_pushes_out_no_newer_backup() {
    let times = (0..40).map(|step| {
        if step % 2 == 0 {
            step * 600
        } else {
            2_000_000_000 - step
        }
    });
    let all = made_at(times);
    let last: BTreeSet<u32> = all.iter().take(10).map(|backup| backup.number).collect();
    let superfluous = superfluous_backups(all, u64::MAX);
    assert!(
        superfluous
            .iter()
            .all(|backup| !last.contains(&backup.number))
    );
}

#[test]
fn backups_take_no_more_room_than_they_may_and_the_newest_stays() {
    let all = made_at((0..50).map(|step| step * 86_400));
    assert_eq!(all.len() - superfluous_backups(all.clone(), 5_500).len(), 5);
    let superfluous = superfluous_backups(all.clone(), 10);
    assert_eq!(all.len() - superfluous.len(), 1);
    assert!(
        superfluous
            .iter()
            .all(|backup| backup.number != all[0].number)
    );
}

#[test]
fn edits_that_a_crash_left_unsaved_are_merged_with_what_others_wrote_since() {
    let shared = Shared::new();
    let mut mara = shared.open_as("ana");
    let before = project(&mara).annotations.len();
    tag(&mut mara, 0, 5);
    mara.finish_tasks();
    tag(&mut mara, 6, 9);
    // It ends without saving; the journal has both edits.
    drop(mara);
    let mut jon = shared.program(Settings::default());
    let mut words = fs::read_to_string(&shared.path).unwrap();
    words = words.replacen("tag: \"attribution\"", "tag: \"denial\"", 1);
    fs::write(&shared.path, &words).unwrap();
    jon.run(Command::OpenProjectAt(shared.path.clone()));
    jon.finish_tasks();

    assert_eq!(project(&jon).annotations.len(), before + 2);
    let notices: Vec<&str> = jon
        .notices()
        .iter()
        .map(|notice| notice.words.as_str())
        .collect();
    assert!(
        notices
            .iter()
            .any(|words| words.contains("merged with what another program wrote")),
        "{notices:?}"
    );
    save(&mut jon);
    let saved = project(&jon).clone();
    drop(jon);
    let again = shared.open_as("ana");
    assert!(*project(&again) == saved);
    assert!(
        again
            .notices()
            .iter()
            .all(|notice| !notice.words.contains("had not been saved")),
        "it is done once"
    );
}

#[test]
fn a_text_that_was_labelled_and_changed_before_it_is_opened_again_is_compared_with_its_copy() {
    let shared = Shared::new();
    let mut ana = shared.open_as("ana");
    let fresh = shared.folder.path().join("texts/звіт.txt");
    fs::write(&fresh, "Уряд заперечив це. Речник заперечив це.\n").unwrap();
    ana.run(Command::Receive(vec![fresh.clone()]));
    ana.finish_tasks();
    let start = "Уряд заперечив це. Речник ".len();
    tag(&mut ana, start, start + "заперечив".len());
    save(&mut ana);
    ana.run(Command::CloseProject);
    drop(ana);
    fs::write(
        &fresh,
        "Оновлено.\n\nУряд заперечив це. Речник заперечив це.\n",
    )
    .unwrap();
    let again = shared.open_as("ana");
    let counts = again.work().unwrap().review_counts();
    assert_eq!(
        (counts.certain, counts.doubtful, counts.orphans),
        (1, 0, 0),
        "of two equal words it is the second"
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
    let storage = Storage {
        state_folder: Some(own_folder().join("ascribe")),
        ..Storage::own()
    };
    let backups = store::list_backups(&storage, &shared.path);
    assert_eq!(backups.len(), 1, "what it was before");
    assert_eq!(backups[0].reason, BackupReason::BeforeEdit);
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

/// Another machine's lock, as it lies beside the project.
fn put_lock_of_another_machine(shared: &Shared, seen: &str) {
    let lock = shared.folder.path().join(".sample.ascribe.ron.lock");
    let words = format!("host: another-machine\nuser: йон\nseen: {seen}\n");
    fs::write(lock, words).unwrap();
}

fn is_asked_who_is_at_work(app: &App) -> bool {
    matches!(app.question(), Some(Question::InUse { .. }))
}

fn open_beside(shared: &Shared) -> App {
    let mut app = shared.program(Settings::default());
    app.run(Command::OpenProjectAt(shared.path.clone()));
    app.finish_tasks();
    assert!(is_asked_who_is_at_work(&app));
    app
}

/// Lets the program look at its neighbours after so many seconds.
fn look_after(app: &mut App, start: Instant, seconds: u64) {
    app.tick(start + Duration::from_secs(seconds));
    app.finish_tasks();
}

#[test]
fn a_lock_of_another_machine_that_beats_no_more_is_taken_over() {
    let shared = Shared::new();
    put_lock_of_another_machine(&shared, "first");
    let mut app = open_beside(&shared);
    let start = Instant::now();
    app.run(Command::Answer(Answer::Yes));
    look_after(&mut app, start, 100);
    put_lock_of_another_machine(&shared, "second");
    look_after(&mut app, start, 131);
    // It was heard of a hundred seconds later, so that it is not silent for long enough.
    look_after(&mut app, start, 200);
    assert!(app.work().unwrap().is_for_reading());
    look_after(&mut app, start, 260);
    let told: Vec<&str> = app.notices().iter().map(|it| &*it.words).collect();
    let has_left = "йон on another-machine is no longer at work on this project";
    assert!(told.contains(&has_left), "{told:?}");
    assert!(app.question().is_none(), "it is not asked again");
    let deed = app.notices().iter().find(|it| it.words == has_left);
    app.run(deed.unwrap().deed.clone().unwrap().1);
    let count = project(&app).annotations.len();
    tag(&mut app, 0, 5);
    assert_eq!(project(&app).annotations.len(), count + 1);
    let lock = shared.folder.path().join(".sample.ascribe.ron.lock");
    let words = fs::read_to_string(&lock).unwrap();
    assert!(
        !words.contains("another-machine"),
        "the lock is ours: {words}"
    );
    app.run(Command::CloseProject);
    app.finish_tasks();
    assert!(!lock.exists());
}

#[test]
fn whoever_reads_is_told_when_the_other_program_has_closed_the_project() {
    let shared = Shared::new();
    let first = shared.open_as("ana");
    let mut second = open_beside(&shared);
    let start = Instant::now();
    second.run(Command::Answer(Answer::Yes));
    look_after(&mut second, start, 60);
    assert!(second.work().unwrap().is_for_reading());
    drop(first);
    look_after(&mut second, start, 95);
    assert!(
        second
            .notices()
            .iter()
            .any(|it| it.words.ends_with("no longer at work on this project"))
    );
    let third = open_beside(&shared);
    drop(third);
}

#[test]
fn reading_can_turn_into_editing_at_any_time() {
    let shared = Shared::new();
    let _first = shared.open_as("ana");
    let mut second = open_beside(&shared);
    second.run(Command::Answer(Answer::Yes));
    let count = project(&second).annotations.len();
    tag(&mut second, 0, 5);
    let refused = second.notices().iter().find_map(|it| it.deed.clone());
    second.run(refused.expect("a way out is offered").1);
    tag(&mut second, 0, 5);
    assert_eq!(project(&second).annotations.len(), count + 1);
}

#[test]
fn the_window_in_which_a_project_is_open_comes_to_the_front_for_a_second_program() {
    let shared = Shared::new();
    let mut first = shared.open_as("ana");
    let mut second = open_beside(&shared);
    let Some(Question::InUse { holder }) = second.question() else {
        unreachable!()
    };
    assert!(holder.can_be_shown());
    first.take_requests();
    second.run(Command::Answer(Answer::Third));
    second.finish_tasks();
    first.tick(Instant::now());
    assert!(first.take_requests().contains(&Request::ShowWindow));
    assert!(second.work().is_none(), "the project is open once");
    assert!(
        second.take_requests().contains(&Request::Close),
        "it was started for this project"
    );
    first.tick(Instant::now());
    assert!(
        !first.take_requests().contains(&Request::ShowWindow),
        "it is asked once"
    );
}

#[test]
fn a_lock_that_names_a_path_as_its_program_is_not_followed() {
    let shared = Shared::new();
    let first = shared.open_as("ana");
    let lock = shared.folder.path().join(".sample.ascribe.ron.lock");
    let words = fs::read_to_string(&lock).unwrap();
    drop(first);
    let session = words
        .lines()
        .find(|line| line.starts_with("session:"))
        .unwrap();
    for hostile in [
        "session: ../../../x",
        "session: ",
        "session: 0123456789abcde/",
    ] {
        let put = words
            .replace(session, hostile)
            .replacen("host:", "host: x", 1);
        fs::write(&lock, put).unwrap();
        let app = open_beside(&shared);
        let Some(Question::InUse { holder }) = app.question() else {
            unreachable!()
        };
        assert!(!holder.can_be_shown());
        assert!(!store::ask_to_show(&shared.storage(), holder));
    }
}

#[test]
fn a_question_waits_until_the_one_before_is_answered() {
    let shared = Shared::new();
    let _first = shared.open_as("ana");
    // Entries that cannot be read are asked about before a save, and somebody is at work.
    let words = fs::read_to_string(&shared.path).unwrap();
    fs::write(&shared.path, words.replacen("spans: [(", "spans: (", 1)).unwrap();
    let mut second = shared.program(Settings::default());
    second.run(Command::OpenProjectAt(shared.path.clone()));
    second.finish_tasks();
    assert!(matches!(second.question(), Some(Question::Damaged { .. })));
    second.run(Command::Answer(Answer::Yes));
    second.run(Command::Save);
    second.finish_tasks();
    assert!(matches!(
        second.question(),
        Some(Question::LeavesOutUnreadable { .. })
    ));
    second.run(Command::Answer(Answer::Cancel));
    assert!(is_asked_who_is_at_work(&second), "{:?}", second.question());
    second.run(Command::Answer(Answer::Other));
    assert!(second.question().is_none());
    assert!(!second.work().unwrap().is_for_reading());
}

#[test]
fn questions_about_a_project_go_with_it() {
    let shared = Shared::new();
    let _first = shared.open_as("ana");
    let mut second = open_beside(&shared);
    second.run(Command::RemoveDocument);
    second.run(Command::Answer(Answer::Cancel));
    assert!(
        second.work().is_none() && second.question().is_none(),
        "{:?}",
        second.question()
    );
}

/// Saves by itself, or not, so many seconds after an edit.
fn saves_by_itself_after(app: &mut App, edited: Instant, seconds: u64) -> bool {
    app.tick(edited + Duration::from_secs(seconds));
    app.finish_tasks();
    app.work().unwrap().is_saved()
}

#[test]
fn a_project_in_a_folder_that_is_uploaded_is_saved_less_often() {
    for (name, mark) in [
        ("Dropbox (Firma)", ""),
        ("робота", ".stfolder"),
        ("plain", ""),
    ] {
        let shared = Shared::new();
        let folder = shared.folder.path().join(name).join("проєкт");
        fs::create_dir_all(&folder).unwrap();
        if !mark.is_empty() {
            fs::create_dir(shared.folder.path().join(name).join(mark)).unwrap();
        }
        let path = unpack_sample_into(&folder).unwrap();
        let shared = Shared { path, ..shared };
        let mut app = shared.open_as("ana");
        tag(&mut app, 0, 5);
        let edited = Instant::now();
        assert!(!saves_by_itself_after(&mut app, edited, 4), "{name}");
        let is_plain = name == "plain";
        assert_eq!(
            saves_by_itself_after(&mut app, edited, 6),
            is_plain,
            "{name}"
        );
        assert_eq!(
            saves_by_itself_after(&mut app, edited, 59),
            is_plain,
            "{name}"
        );
        assert!(saves_by_itself_after(&mut app, edited, 61), "{name}");
    }
}

#[test]
fn sync_clients_are_known_by_their_folders_and_by_what_they_leave_there() {
    let folder = TempDir::new().unwrap();
    let medium = |inner: &str, mark: &str| {
        let project = folder.path().join(inner);
        fs::create_dir_all(&project).unwrap();
        if !mark.is_empty() {
            fs::write(project.join(mark), "").unwrap();
        }
        store::medium_of(&project.join("deep/p.ascribe.ron"))
    };
    for (inner, mark, client) in [
        ("a/Dropbox", "", "Dropbox"),
        ("b/OneDrive - Приклад", "", "OneDrive"),
        ("c/Mobile Documents/com~apple~CloudDocs", "", "iCloud"),
        ("d/Nextcloud", "", "Nextcloud"),
        (
            "e/GoogleDrive-mara@example.org/My Drive",
            "",
            "Google Drive",
        ),
        ("f/any", ".dropbox.cache", "Dropbox"),
        ("g/any", ".sync_3f2a9c.db", "Nextcloud"),
        ("h/any", ".stfolder", "Syncthing"),
        ("i/any", ".tmp.driveupload", "Google Drive"),
    ] {
        assert_eq!(
            medium(inner, mark),
            Medium::Synchronised(client),
            "{inner} {mark}"
        );
    }
    for inner in ["j/Dropboxes", "k/My OneDrive", "l/نصوص"] {
        assert_eq!(medium(inner, ".hidden"), Medium::Disk, "{inner}");
    }
}

#[test]
fn shares_are_known_by_their_mounts() {
    let mounts = "\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:44 / /mnt/team rw,noatime shared:5 - nfs4 server:/team rw
31 22 0:45 / /mnt/наша\\040тека rw - cifs //server/share rw
32 30 254:1 / /mnt/team/local rw - ext4 /dev/vdb rw
33 22 0:50 / /run/user/1000/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw
34 22 0:51 / /mnt/disk rw - fuseblk /dev/sdb1 rw
";
    for (path, is_share) in [
        ("/home/mara/p.ascribe.ron", false),
        ("/mnt/team/p.ascribe.ron", true),
        ("/mnt/teams/p.ascribe.ron", false),
        ("/mnt/наша тека/p.ascribe.ron", true),
        ("/mnt/team/local/p.ascribe.ron", false),
        ("/run/user/1000/gvfs/smb-share:server=s/p.ascribe.ron", true),
        ("/mnt/disk/p.ascribe.ron", false),
    ] {
        assert_eq!(
            store::lies_on_share(mounts, Path::new(path)),
            is_share,
            "{path}"
        );
    }
}

#[test]
fn a_save_that_failed_is_tried_again_by_itself_after_growing_pauses() {
    let shared = Shared::new();
    let mut app = shared.open_as("ana");
    tag(&mut app, 0, 5);
    let whole = fs::read(&shared.path).unwrap();
    // As when a share is away for a while.
    fs::remove_file(&shared.path).unwrap();
    let failures = |app: &App| app.work().unwrap().saved().failures;
    assert!(!saves_by_itself_after(&mut app, Instant::now(), 6));
    assert_eq!(failures(&app), 1);
    let told = |app: &App, words: &str| app.notices().iter().any(|it| it.words.contains(words));
    assert!(
        told(&app, "It is tried again by itself"),
        "{:?}",
        app.notices()
    );
    for (count, pause) in [
        (2, 10),
        (3, 20),
        (4, 40),
        (5, 80),
        (6, 160),
        (7, 300),
        (8, 300),
    ] {
        let failed = Instant::now();
        saves_by_itself_after(&mut app, failed, pause - 2);
        assert_eq!(failures(&app), count - 1, "{pause} seconds are not over");
        saves_by_itself_after(&mut app, failed, pause + 1);
        assert_eq!(failures(&app), count, "{pause} seconds are over");
    }
    assert_eq!(
        app.notices()
            .iter()
            .filter(|it| it.words.contains("tried again"))
            .count(),
        1
    );
    fs::write(&shared.path, &whole).unwrap();
    assert!(saves_by_itself_after(&mut app, Instant::now(), 301));
    assert!(told(&app, "can be saved again") && !told(&app, "It is tried again"));
    assert!(shared.on_disk() == *project(&app));
}

#[test]
fn a_project_file_that_was_deleted_comes_back_from_its_backup_with_its_unsaved_edits() {
    let shared = Shared::new();
    let mut app = shared.open_as("ana");
    tag(&mut app, 0, 5);
    save(&mut app);
    tag(&mut app, 6, 9);
    let last = project(&app).clone();
    drop(app);
    fs::remove_file(&shared.path).unwrap();
    let mut app = shared.open_as("ana");
    assert!(matches!(app.question(), Some(Question::CannotOpen { .. })));
    app.run(Command::Answer(Answer::Cancel));
    let deed = app.notices().iter().find_map(|notice| notice.deed.clone());
    app.run(deed.expect("a way back is offered").1);
    app.finish_tasks();
    assert!(*project(&app) == last);
    assert!(app.work().unwrap().unreadable().is_empty());
    save(&mut app);
    assert!(shared.on_disk() == last);
}

/// What the program keeps of a project that was saved several times and then deleted; with edits that were not saved or
/// without. As old as can be.
fn deleted(has_unsaved: bool) -> (Shared, PathBuf) {
    let shared = Shared::new();
    let mut app = shared.open_as("ana");
    for step in 0..4 {
        tag(&mut app, step, step + 5);
        save(&mut app);
    }
    if has_unsaved {
        tag(&mut app, 6, 9);
    }
    drop(app);
    fs::remove_file(&shared.path).unwrap();
    let path = shared.path.clone();
    (shared, path)
}

/// How many journals and backups there are.
fn kept(shared: &Shared) -> (usize, usize) {
    let files = walk(shared.state.path());
    let count = |ending: &str| {
        files
            .iter()
            .filter(|path| path.to_string_lossy().ends_with(ending))
            .count()
    };
    (count(".journal"), count(".ascribe.ron"))
}

#[test]
fn of_a_project_that_has_been_gone_for_long_unsaved_edits_and_the_newest_backup_are_kept() {
    let now = std::time::SystemTime::now();
    let (days_89, days_91) = (now + DAY * 89, now + DAY * 91);
    for has_unsaved in [false, true] {
        let (shared, path) = deleted(has_unsaved);
        let storage = shared.storage();
        let before = kept(&shared);
        assert_eq!(before, (1, 5), "what was opened, and each save");
        store::tidy(&storage, days_89);
        assert_eq!(kept(&shared), before, "not for long enough");
        store::tidy(&storage, days_91);
        assert_eq!(
            kept(&shared),
            (usize::from(has_unsaved), 1),
            "{has_unsaved}"
        );
        let left = store::list_left_behind(&storage);
        let edits = left.iter().filter(|left| match left {
            LeftBehind::Edits { project, journal } => *project == path && journal.steps.len() == 1,
            LeftBehind::Backups { .. } => false,
        });
        assert_eq!(edits.count(), usize::from(has_unsaved));
        let backups = left.iter().filter(|left| match left {
            LeftBehind::Backups { project, count, .. } => *project == path && *count == 1,
            LeftBehind::Edits { .. } => false,
        });
        assert_eq!(backups.count(), 1);
    }
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

#[test]
fn nothing_of_a_project_that_is_there_or_of_a_damaged_journal_is_tidied_away() {
    let (shared, _) = deleted(false);
    let journal = walk(shared.state.path())
        .into_iter()
        .find(|path| path.to_string_lossy().ends_with(".journal"));
    let journal = journal.unwrap();
    let whole = fs::read(&journal).unwrap();
    let far = std::time::SystemTime::now() + DAY * 1_000;
    let damaged = [&whole[..], b"half a rec"].concat();
    fs::write(&journal, damaged).unwrap();
    store::tidy(&shared.storage(), far);
    assert!(journal.exists(), "what does not read may hold edits");
    fs::write(&journal, whole).unwrap();
    unpack_sample_into(shared.folder.path()).unwrap();
    let before = kept(&shared);
    store::tidy(&shared.storage(), far);
    assert_eq!(kept(&shared), before, "the project is there");
}

#[cfg(unix)]
#[test]
fn what_is_left_behind_is_listed_on_the_command_line() {
    let (shared, path) = deleted(true);
    // The program keeps its things in a folder of its own within the one that is named.
    let state = TempDir::new().unwrap();
    std::os::unix::fs::symlink(shared.state.path(), state.path().join("ascribe")).unwrap();
    let output = Process::new(env!("CARGO_BIN_EXE_ascribe"))
        .env("XDG_STATE_HOME", state.path())
        .arg("left-behind")
        .output()
        .unwrap();
    let words = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = words.lines().collect();
    let path = path.display();
    assert!(
        lines[0].starts_with(&format!("{path}: 1 edits that were never saved")),
        "{words}"
    );
    assert!(
        lines[1].starts_with(&format!("{path}: 5 backups, the newest of ")),
        "{words}"
    );
}

#[test]
fn a_project_saved_elsewhere_is_locked_there_and_no_longer_here() {
    let shared = Shared::new();
    let mut app = shared.open_as("ana");
    let other = TempDir::new().unwrap();
    app.run(Command::SaveAt(other.path().join("звіт")));
    app.finish_tasks();
    assert!(!files_in(shared.folder.path()).contains(".sample.ascribe.ron.lock"));
    assert!(files_in(other.path()).contains(".звіт.ascribe.ron.lock"));
    drop(app);
    assert!(!files_in(other.path()).contains(".звіт.ascribe.ron.lock"));
}
