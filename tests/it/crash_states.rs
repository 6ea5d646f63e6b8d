//! Every state in which a power cut can leave the disk, and every call of the disk that fails, while backups are
//! rotated, texts are imported, and what others wrote is merged. Edits and saves are looked at in `crashes`.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use ascribe::edit::{self, Additions, OpenProject};
use ascribe::model::{Document, DocumentId, Encoding, Project, Texts};
use ascribe::store::{self, BackupReason, Disk, OpenError, Progress, Storage, project_to_string};
use ascribe::text::Text;
use sha2::{Digest, Sha256};

use crate::crashes::{PROJECT, Worker, drawn, fault, open, storage};
use crate::drawing::author;
use crate::sim_disk::{Contents, Crash, Failing, Mark, Mistake, Mistaken, SimDisk};

/// Some work on a disk, and what must hold in every state that a power cut can leave.
struct Scene<W, F> {
    name: &'static str,
    contents: Contents,
    work: W,
    /// What is wrong with a state, if anything.
    fault: F,
}

impl<W, F> Scene<W, F>
where
    W: Fn(&SimDisk, Storage),
    F: Fn(&Crash) -> Option<String>,
{
    fn faults(&self, make: impl FnOnce(SimDisk) -> Storage) -> (usize, Vec<String>) {
        let sim = SimDisk::of(self.contents.clone());
        (self.work)(&sim, make(sim.clone()));
        let crashes = sim.crashes();
        let faults = crashes.iter().filter_map(&self.fault).collect();
        (crashes.len(), faults)
    }

    fn check_every_state(&self, at_least: usize) {
        let (states, faults) = self.faults(storage);
        println!(
            "crash states of {}: {states}, bad: {}",
            self.name,
            faults.len()
        );
        assert!(faults.is_empty(), "{}: {faults:#?}", self.name);
        assert!(states >= at_least, "{}: only {states}", self.name);
    }

    fn check_that_it_is_caught(&self, mistake: Mistake) {
        let (states, faults) = self.faults(|sim| storage(Mistaken(sim, mistake)));
        let bad = faults.len();
        println!(
            "{mistake:?} in {}: {bad} of {states} states are bad",
            self.name
        );
        assert!(bad > 0, "{mistake:?} is not caught in {}", self.name);
    }

    /// Most states come again with every call that fails; each is looked at once.
    fn check_every_failing_call(&self, at_least: usize) {
        let (mut runs, mut seen) = (0, HashSet::new());
        let kind = ErrorKind::StorageFull;
        let calls = |goes_on| {
            (1..).map(move |call| Failing {
                call,
                kind,
                goes_on,
            })
        };
        for goes_on in [false, true] {
            for failing in calls(goes_on) {
                let sim = SimDisk::of(self.contents.clone());
                sim.fail(failing);
                (self.work)(&sim, storage(sim.clone()));
                if !sim.has_failed() {
                    break;
                }
                runs += 1;
                for crash in sim.crashes() {
                    if seen.insert(hash_of(&crash)) {
                        let fault = (self.fault)(&crash);
                        assert_eq!(fault, None, "{}: {failing:?}", self.name);
                    }
                }
            }
        }
        let states = seen.len();
        println!(
            "failing calls of {}: {runs} runs, {states} states",
            self.name
        );
        assert!(runs >= at_least, "{}: only {runs}", self.name);
    }
}

fn hash_of(crash: &Crash) -> u64 {
    let mut hasher = DefaultHasher::new();
    (last_safe(crash), &crash.contents).hash(&mut hasher);
    hasher.finish()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The last step that was called done.
fn last_safe(crash: &Crash) -> u64 {
    let safe = crash.marks.iter().filter_map(|mark| match mark {
        Mark::Safe(step) => Some(*step),
        Mark::Asked(_) => None,
    });
    safe.max().unwrap_or(0)
}

// ---- backups ------------------------------------------------------------------------------------------------------

/// So many there are …
const BACKUPS_BEFORE: u64 = 9;
/// … and up to so many are made, so that the oldest go.
const BACKUPS: u64 = 12;

/// What each of them holds; the first has the number 1.
static WORDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let (mut project, texts) =
        crate::drawing::project_with("Уряд заперечив це. 👩\u{200D}👩\u{200D}👧");
    let words = (1..=BACKUPS).map(|number| {
        project.name = format!("проєкт {number}");
        project_to_string(&project, &texts).into_bytes()
    });
    words.collect()
});

fn with_backups() -> Contents {
    let sim = SimDisk::of(drawn().0);
    make_some(&sim, &storage(sim.clone()), 1..=BACKUPS_BEFORE);
    sim.contents()
}

fn make_backups(sim: &SimDisk, storage: Storage) {
    make_some(sim, &storage, BACKUPS_BEFORE + 1..=BACKUPS);
}

fn make_some(sim: &SimDisk, storage: &Storage, numbers: impl Iterator<Item = u64>) {
    for number in numbers {
        let words = &WORDS[number as usize - 1];
        let made = store::back_up(
            storage,
            Path::new(PROJECT),
            words.to_vec(),
            BackupReason::Saved,
        );
        if made.is_ok() {
            sim.mark(Mark::Safe(number));
        }
    }
}

/// Each backup reads as a whole project, and of those that were called made the last ten are there.
fn fault_of_backups(crash: &Crash) -> Option<String> {
    let storage = storage(SimDisk::of(crash.contents.clone()));
    let mut there = BTreeSet::new();
    for backup in store::list_backups(&storage, Path::new(PROJECT)) {
        let bytes = &crash.contents[&backup.path];
        let Some(index) = WORDS.iter().position(|words| words == bytes) else {
            return Some(format!("{} is no whole backup", backup.path.display()));
        };
        there.insert(index as u64 + 1);
    }
    let newest = there.last().copied().unwrap_or(0);
    let made = crash.marks.iter().filter_map(|mark| match mark {
        Mark::Safe(number) => Some(*number),
        Mark::Asked(_) => None,
    });
    let mut last_ten = (1..=BACKUPS_BEFORE)
        .chain(made)
        .filter(|number| number + 10 > newest);
    let missing = last_ten.find(|number| !there.contains(number));
    missing.map(|number| format!("backup {number} is missing; there are {there:?}"))
}

#[test]
fn every_state_while_backups_are_rotated_has_the_last_ten_whole() {
    let scene = Scene {
        name: "backup rotation",
        contents: with_backups(),
        work: make_backups,
        fault: fault_of_backups,
    };
    scene.check_every_state(25);
    scene.check_every_failing_call(50);
    scene.check_that_it_is_caught(Mistake::NoTempFlush);
    scene.check_that_it_is_caught(Mistake::NoFolderFlush);
    scene.check_that_it_is_caught(Mistake::InPlace);
}

// ---- import -------------------------------------------------------------------------------------------------------

const IMPORTED: [(&str, &str); 3] = [
    ("новини", "Уряд заперечив це 👩\u{200D}👩\u{200D}👧.\n"),
    ("خبر", "نفت الشركة التهمة.\n"),
    ("新闻", "该组织否认了指控.\n"),
];

fn imported(count: usize) -> (Vec<Document>, Texts) {
    let documents = IMPORTED[..count].iter().map(|(id, _)| Document {
        id: DocumentId::new(*id),
        path: String::new(),
        sha256: String::new(),
        size_bytes: 0,
        encoding: Encoding::default(),
        fields: Default::default(),
        states: Default::default(),
    });
    let texts = IMPORTED[..count]
        .iter()
        .map(|(id, words)| (DocumentId::new(*id), Text::new((*words).to_owned())));
    (documents.collect(), texts.collect())
}

/// Writes the texts, makes the edit, saves.
fn import(sim: &SimDisk, storage: Storage, count: usize) {
    let Ok(opened) = open(&storage) else { return };
    let mut worker = Worker::on(sim, storage, opened);
    let (mut documents, texts) = imported(count);
    let disk = worker.storage.disk.clone();
    if store::write_texts(
        &*disk,
        Path::new(PROJECT),
        &mut documents,
        &texts,
        &Progress::default(),
    )
    .is_ok()
    {
        let additions = Additions {
            documents,
            ..Additions::default()
        };
        worker.texts.extend(texts);
        worker.run(|project, _| {
            edit::take_in(project, &author(), "import".to_owned(), additions).unwrap()
        });
        worker.save();
    }
    worker.close();
}

/// The import is there as a whole or not at all, and every document that is there has its text.
fn fault_of_import(crash: &Crash, count: usize) -> Option<String> {
    let opened = match open(&storage(SimDisk::of(crash.contents.clone()))) {
        Ok(opened) => opened,
        Err(error) => return Some(format!("it does not open: {error}")),
    };
    let documents = opened.project.documents.len();
    if documents != 1 && documents != 1 + count {
        return Some(format!("there are {documents} documents"));
    }
    if documents == 1 && last_safe(crash) > 0 {
        return Some("the import is gone although it was safe".to_owned());
    }
    let known = opened
        .project
        .documents
        .values()
        .filter(|it| !it.sha256.is_empty());
    let mut textless = known.filter(|document| {
        let text = crash.contents.get(&Path::new("/desk").join(&document.path));
        text.is_none_or(|bytes| sha256(bytes) != document.sha256)
    });
    textless
        .next()
        .map(|document| format!("the text of {} is not whole", document.id))
}

#[test]
fn every_state_of_an_import_has_the_texts_of_its_documents() {
    let scene = |count| Scene {
        name: "import",
        contents: drawn().0,
        work: move |sim: &SimDisk, storage| import(sim, storage, count),
        fault: move |crash: &Crash| fault_of_import(crash, count),
    };
    scene(3).check_every_state(100);
    // A disk that fails or is not flushed can be in so many more states that one text must do.
    let scene = scene(1);
    scene.check_every_failing_call(50);
    scene.check_that_it_is_caught(Mistake::NoFolderFlush);
    // It leaves out the flush of every file that is not put in the place of another: the texts too.
    scene.check_that_it_is_caught(Mistake::NoJournalFlush);
}

#[test]
fn an_import_that_was_killed_is_made_again_beside_what_it_left() {
    let mut contents = drawn().0;
    let (whole, torn) = (
        PathBuf::from("/desk/texts/خبر.txt"),
        PathBuf::from("/desk/texts/новини.txt"),
    );
    contents.insert(whole.clone(), IMPORTED[1].1.into());
    contents.insert(torn.clone(), "Уряд".into());
    let sim = SimDisk::of(contents);
    import(&sim, storage(sim.clone()), 3);
    let after = sim.contents();
    assert_eq!(after[&torn], "Уряд".as_bytes(), "it may be somebody else's");
    let paths: Vec<String> = open(&storage(sim))
        .unwrap()
        .project
        .documents
        .values()
        .map(|it| it.path.clone())
        .collect();
    assert!(
        paths.contains(&"texts/новини-2.txt".to_owned()),
        "{paths:?}"
    );
    assert!(
        paths.contains(&"texts/خبر.txt".to_owned()),
        "what is whole is used: {paths:?}"
    );
}

// ---- merging ------------------------------------------------------------------------------------------------------

const OURS: [&str; 2] = ["наша нотатка", "ملاحظتنا"];

fn theirs() -> Vec<u8> {
    let opened = open(&storage(SimDisk::of(drawn().0))).unwrap();
    let theirs = Project {
        name: "їхній".to_owned(),
        ..opened.project
    };
    project_to_string(&theirs, &drawn().1).into_bytes()
}

/// Another program writes the file, as carefully as we do.
fn put_theirs(sim: &SimDisk) {
    let temp = Path::new("/desk/their-temp");
    sim.undisturbed(|| {
        let mut file = sim.create(temp).unwrap();
        file.write(&theirs()).unwrap();
        file.flush().unwrap();
        sim.rename(temp, Path::new(PROJECT)).unwrap();
        sim.flush_folder(Path::new("/desk")).unwrap();
    });
}

/// Edits, sees that another program has written the file, merges, saves, and goes on.
fn merge_outside(sim: &SimDisk, storage: Storage) {
    let path = Path::new(PROJECT);
    let Ok(opened) = open(&storage) else { return };
    let base = opened.project.clone();
    // As the window does at the first edit: what the edits follow on must be known.
    if store::back_up_file(&storage, path, BackupReason::Saved).is_err() {
        return;
    }
    let mut worker = Worker::on(sim, storage, opened);
    worker.note(OURS[0]);
    put_theirs(sim);
    let disk = worker.storage.disk.clone();
    let read = disk.read(path, u64::MAX).unwrap_or_default();
    if read == theirs() {
        let theirs = Project {
            name: "їхній".to_owned(),
            ..base.clone()
        };
        let merged = edit::merge(&base, worker.open.project(), &theirs).project;
        let become_merged =
            |from: &Project| edit::become_project(from, &merged, &author(), "merge".to_owned());
        let from_theirs = become_merged(&theirs);
        worker.run(|project, _| become_merged(project));
        let journal = worker.journal.as_ref().unwrap();
        journal.merged(worker.open.revision(), sha256(&read), from_theirs);
        worker.file_sha256 = Some(sha256(&read));
        worker.save();
    }
    worker.note(OURS[1]);
    worker.save();
    worker.close();
}

/// What was safe is there, or it lies in a journal that can be merged with the file; what others wrote is there.
fn fault_of_merge(crash: &Crash) -> Option<String> {
    let storage = storage(SimDisk::of(crash.contents.clone()));
    let opened = match open(&storage) {
        Ok(opened) => opened,
        Err(error) => return Some(format!("it does not open: {error}")),
    };
    let mut project = opened.project;
    for journal in &opened.recovery.unfit {
        let base = journal.base_sha256.as_deref();
        let base = base.and_then(|hash| store::project_of_hash(&storage, Path::new(PROJECT), hash));
        let Some(base) = base else {
            return Some("it is not known what the unsaved edits follow on".to_owned());
        };
        let mut ours = OpenProject::new(base.clone());
        journal
            .steps
            .iter()
            .for_each(|step| ours.follow(step.clone()).unwrap());
        project = edit::merge(&base, ours.project(), &project).project;
    }
    let note = project
        .annotations
        .iter()
        .next()
        .map(|it| it.note.to_string());
    let notes: &[&str] = match last_safe(crash) {
        0 => &["", OURS[0], OURS[1]],
        1 | 2 => &OURS,
        _ => &OURS[1..],
    };
    if !notes.contains(&note.as_deref().unwrap_or_default()) {
        return Some(format!(
            "the note is {note:?} after step {}",
            last_safe(crash)
        ));
    }
    (last_safe(crash) >= 2 && project.name != "їхній")
        .then(|| "what others wrote is gone".to_owned())
}

#[test]
fn every_state_of_a_merge_with_what_others_wrote_has_both() {
    let scene = Scene {
        name: "merging and saving what others wrote",
        contents: drawn().0,
        work: merge_outside,
        fault: fault_of_merge,
    };
    scene.check_every_state(40);
    scene.check_every_failing_call(50);
    scene.check_that_it_is_caught(Mistake::NoTempFlush);
    scene.check_that_it_is_caught(Mistake::NoJournalFlush);
}

/// As `ascribe merge` does where the result goes into a file that is there.
fn merge_into(sim: &SimDisk, storage: Storage) {
    let path = Path::new(PROJECT);
    let (disk, texts) = (storage.disk.clone(), Texts::new());
    let Ok(opened) = open(&storage) else { return };
    let _ = store::back_up_file(&storage, path, BackupReason::BeforeMerge);
    let merged = Project {
        name: "об’єднаний".to_owned(),
        ..opened.project
    };
    let expected = opened.file_sha256.as_deref();
    if store::save_project_on(&*disk, path, &merged, &texts, expected).is_ok() {
        sim.mark(Mark::Safe(1));
    }
}

fn fault_of_merged_file(crash: &Crash) -> Option<String> {
    match open(&storage(SimDisk::of(crash.contents.clone()))) {
        Err(error) => Some(format!("it does not open: {error}")),
        Ok(opened) if opened.project.name == "об’єднаний" => None,
        Ok(opened) if opened.project.name.is_empty() && last_safe(crash) == 0 => None,
        Ok(opened) => Some(format!(
            "it is “{}” after step {}",
            opened.project.name,
            last_safe(crash)
        )),
    }
}

#[test]
fn every_state_while_a_merge_is_written_has_the_old_or_the_new_file() {
    let scene = Scene {
        name: "writing a merge",
        contents: drawn().0,
        work: merge_into,
        fault: fault_of_merged_file,
    };
    scene.check_every_state(10);
    scene.check_every_failing_call(20);
    for mistake in [
        Mistake::NoTempFlush,
        Mistake::NoFolderFlush,
        Mistake::InPlace,
    ] {
        scene.check_that_it_is_caught(mistake);
    }
}

// ---- versions -----------------------------------------------------------------------------------------------------

#[test]
fn a_file_of_a_newer_version_is_never_written() {
    let mut contents = drawn().0;
    let words = contents.get_mut(Path::new(PROJECT)).unwrap();
    *words = String::from_utf8(words.clone())
        .unwrap()
        .replacen("version: 1", "version: 2", 1)
        .into_bytes();
    let sim = SimDisk::of(contents.clone());
    let storage = storage(sim.clone());
    assert!(matches!(
        open(&storage),
        Err(OpenError::Newer {
            found: 2,
            known: 1,
            ..
        })
    ));
    assert!(store::back_up_file(&storage, Path::new(PROJECT), BackupReason::Saved).is_err());
    assert!(!sim.crashes().is_empty());
    for crash in sim.crashes() {
        assert_eq!(
            crash.contents[Path::new(PROJECT)],
            contents[Path::new(PROJECT)]
        );
    }
}

#[test]
fn work_goes_on_from_whatever_a_crash_has_left_of_an_import() {
    let sim = SimDisk::of(drawn().0);
    let opened = open(&storage(sim.clone())).unwrap();
    let mut worker = Worker::on(&sim, storage(sim.clone()), opened);
    let (mut documents, texts) = imported(3);
    store::write_texts(
        &sim,
        Path::new(PROJECT),
        &mut documents,
        &texts,
        &Progress::default(),
    )
    .unwrap();
    let additions = Additions {
        documents,
        ..Additions::default()
    };
    worker.run(|project, _| {
        edit::take_in(project, &author(), "import".to_owned(), additions).unwrap()
    });
    worker.save();
    worker.close();
    let faults: Vec<String> = sim
        .crashes()
        .iter()
        .filter_map(|crash| fault(crash, &worker.known, true))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn an_import_that_is_cancelled_at_any_call_leaves_whole_texts_and_goes_on_when_tried_again() {
    let before = drawn().0;
    let whole: BTreeSet<&[u8]> = IMPORTED.iter().map(|(_, words)| words.as_bytes()).collect();
    let new_files = |sim: &SimDisk| {
        let mut contents = sim.contents();
        let kept = before
            .iter()
            .all(|(path, bytes)| contents.get(path) == Some(bytes));
        assert!(kept, "the project and its texts are as they were");
        contents.retain(|path, _| !before.contains_key(path));
        contents
    };
    // On one thread, so that every call has its turn.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let write = |sim: &SimDisk, progress: &Progress| {
        let (mut documents, texts) = imported(3);
        let path = Path::new(PROJECT);
        pool.install(|| store::write_texts(sim, path, &mut documents, &texts, progress))
    };
    let mut written = BTreeSet::new();
    for call in 1.. {
        let (sim, progress) = (SimDisk::of(before.clone()), Arc::new(Progress::default()));
        sim.cancel_at(call, progress.clone());
        let outcome = write(&sim, &progress);
        let files = new_files(&sim);
        assert!(
            files.values().all(|bytes| whole.contains(&**bytes)),
            "call {call}: {files:?}"
        );
        let Err(error) = outcome else {
            assert_eq!(files.len(), 3, "it was done before it was cancelled");
            break;
        };
        assert!(
            error.to_string().starts_with("it was cancelled"),
            "call {call}: {error}"
        );
        written.insert(files.len());
        write(&sim, &Progress::default()).unwrap();
        assert_eq!(
            new_files(&sim).len(),
            3,
            "call {call}: what is there is used"
        );
    }
    assert_eq!(written, BTreeSet::from([0, 1, 2, 3]));
}

// ---- tidying ------------------------------------------------------------------------------------------------------

#[test]
fn tidying_takes_no_journal_that_holds_unsaved_edits() {
    let edited = |saves: bool| {
        let sim = SimDisk::of(drawn().0);
        let opened = open(&storage(sim.clone())).unwrap();
        let mut worker = Worker::on(&sim, storage(sim.clone()), opened);
        worker.note("перша");
        if saves {
            worker.save();
        }
        worker.close();
        let mut contents = sim.contents();
        contents.remove(Path::new(PROJECT));
        contents
    };
    let tidied = |contents: Contents| {
        let sim = SimDisk::of(contents);
        store::tidy(&storage(sim.clone()), SystemTime::now());
        sim.contents().len()
    };
    assert_eq!(
        tidied(edited(true)),
        0,
        "what was saved is only there to be undone"
    );
    assert_eq!(tidied(edited(false)), 1);
}
