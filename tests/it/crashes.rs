//! Nothing is lost: every state in which a power cut can leave the disk, every call of the disk that fails, every
//! place at which a journal can be cut, every bit that can flip.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ascribe::edit::{self, Author, Edit, History, OpenProject};
use ascribe::model::{AnnotationId, AnnotatorId, Project, TagId, Texts};
use ascribe::store::{
    Disk, Journal, OpenError, Opened, Progress, Storage, open_project_in, project_to_string,
};
use proptest::prelude::*;

use crate::drawing::{author, document_id, read, spans_of};
use crate::sim_disk::{Contents, Crash, Failing, Mark, Mistake, Mistaken, SimDisk};

pub const PROJECT: &str = "/desk/p.ascribe.ron";
const DRAWING: &str = "
Estonia blamed the group for the outage. 该组织否认了指控.
^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
";

pub fn storage(disk: impl Disk + 'static) -> Storage {
    Storage {
        disk: Arc::new(disk),
        state_folder: Some(PathBuf::from("/state")),
        most_journal_bytes: 8_000_000,
    }
}

pub fn open(storage: &Storage) -> Result<Opened, OpenError> {
    open_project_in(storage, Path::new(PROJECT), &Progress::default())
}

pub fn drawn() -> (Contents, Texts) {
    let (project, texts) = read(DRAWING);
    let words = project_to_string(&project, &texts);
    (
        Contents::from([(PROJECT.into(), words.into_bytes())]),
        texts,
    )
}

pub fn mara(number: u32) -> AnnotationId {
    AnnotationId::new(AnnotatorId::new("mara"), number)
}

/// A project that is being worked on, and what it was at every revision.
pub struct Worker {
    pub storage: Storage,
    pub sim: SimDisk,
    pub open: OpenProject,
    pub texts: Texts,
    pub journal: Option<Journal>,
    pub file_sha256: Option<String>,
    pub known: Vec<(Project, History)>,
    /// Steps are called safe before they are.
    is_hasty: bool,
    failures: usize,
}

impl Worker {
    fn new(sim: &SimDisk, storage: Storage) -> Self {
        let opened = open(&storage).unwrap();
        Self::on(sim, storage, opened)
    }

    pub fn on(sim: &SimDisk, storage: Storage, opened: Opened) -> Self {
        let open = OpenProject::new(opened.project.clone());
        Self {
            journal: Some(journal(&storage, &opened)),
            storage,
            sim: sim.clone(),
            known: vec![(open.project().clone(), open.history().clone())],
            open,
            texts: drawn().1,
            file_sha256: opened.file_sha256,
            is_hasty: false,
            failures: 0,
        }
    }

    fn step(&mut self, step: impl FnOnce(&mut OpenProject, &Texts)) {
        step(&mut self.open, &self.texts);
        let revision = self.open.revision();
        let now = (self.open.project().clone(), self.open.history().clone());
        self.known.push(now);
        self.sim.mark(Mark::Asked(revision));
        if self.is_hasty {
            self.sim.mark(Mark::Safe(revision));
        }
        let journal = self.journal.as_ref().unwrap();
        journal.record(self.open.take_steps());
        match journal.wait_for(revision) {
            Ok(()) => self.sim.mark(Mark::Safe(revision)),
            Err(_) => self.failures += 1,
        }
    }

    pub fn run(&mut self, decide: impl FnOnce(&Project, &Texts) -> Edit) {
        self.step(|open, texts| {
            let edit = decide(open.project(), texts);
            open.run(edit).unwrap();
        });
    }

    fn tag(&mut self, words: &str, tag: &str) {
        self.run(|project, texts| {
            let text = &texts[&document_id()];
            let spans = spans_of(text, words);
            let tag_id = TagId::new(tag);
            edit::annotate(project, text, &author(), &document_id(), spans, &tag_id).unwrap()
        });
    }

    pub fn note(&mut self, note: &str) {
        self.run(|project, _| edit::set_note(project, &author(), &mara(1), note).unwrap());
    }

    fn undo(&mut self) {
        self.step(|open, _| assert!(open.undo().is_some()));
    }

    pub fn save(&mut self) {
        let journal = self.journal.as_ref().unwrap();
        let expected = self.file_sha256.as_deref();
        match journal.save(
            self.open.project(),
            &self.texts,
            self.open.revision(),
            expected,
        ) {
            Ok(saved) => self.file_sha256 = saved.file_sha256,
            Err(_) => self.failures += 1,
        }
    }

    /// Closes the project and opens it again.
    fn reopen(&mut self) {
        let failure = self.journal.take().unwrap().state().failure;
        self.failures += usize::from(failure.is_some());
        let opened = open(&self.storage).unwrap();
        self.journal = Some(journal(&self.storage, &opened));
        self.file_sha256 = opened.file_sha256;
        assert!(opened.project == *self.open.project());
        self.open = OpenProject::resume(opened.project, opened.recovery.history);
    }

    pub fn close(&mut self) {
        if let Some(journal) = self.journal.take() {
            let state = journal.state();
            self.failures += usize::from(state.failure.is_some());
        }
    }
}

fn journal(storage: &Storage, opened: &Opened) -> Journal {
    let hash = opened.file_sha256.as_deref();
    Journal::resume(
        storage.clone(),
        Path::new(PROJECT),
        &opened.recovery,
        hash,
        None,
    )
}

/// Edits, saves, takes back, comes back to an older file, closes, opens again and goes on.
fn work(worker: &mut Worker) {
    worker.tag("the outage", "impact");
    worker.note("первый 👩\u{200D}👩\u{200D}👧");
    worker.save();
    worker.tag("该组织否认了指控", "denial");
    worker.undo();
    worker.save();
    worker.undo();
    worker.save();
    worker.note("two\nlines");
    worker.reopen();
    worker.undo();
    worker.note("نفت التهمة");
    worker.save();
    worker.close();
}

/// What is wrong with what comes back after a crash, if anything.
pub fn fault(crash: &Crash, known: &[(Project, History)], goes_on: bool) -> Option<String> {
    let safe = crash.marks.iter().filter_map(|mark| match mark {
        Mark::Safe(revision) => Some(*revision),
        Mark::Asked(_) => None,
    });
    let asked = crash.marks.iter().filter_map(|mark| match mark {
        Mark::Asked(revision) => Some(*revision),
        Mark::Safe(_) => None,
    });
    let (safe, asked) = (safe.max().unwrap_or(0), asked.max().unwrap_or(0));
    let disk = SimDisk::of(crash.contents.clone());
    let storage = storage(disk.clone());
    let opened = match open(&storage) {
        Ok(opened) => opened,
        Err(error) => return Some(format!("it does not open: {error}")),
    };
    if disk.contents() != crash.contents {
        return Some("opening has written something".to_owned());
    }
    if !opened.recovery.unfit.is_empty() {
        return Some("its own save is taken for somebody else's".to_owned());
    }
    let revision = opened.recovery.history.revision;
    if revision < safe || revision > asked {
        return Some(format!(
            "it is at {revision}, but {safe} was safe, {asked} asked for"
        ));
    }
    let (project, history) = &known[revision as usize];
    if opened.project != *project || opened.recovery.history != *history {
        return Some(format!("at {revision} it is not what it was"));
    }
    goes_on.then(|| goes_wrong(&disk, &opened)).flatten()
}

/// Work must go on from whatever a crash has left.
fn goes_wrong(disk: &SimDisk, opened: &Opened) -> Option<String> {
    let mut worker = Worker::new(disk, storage(disk.clone()));
    worker.open = OpenProject::resume(opened.project.clone(), opened.recovery.history.clone());
    worker.note("after the crash");
    worker.save();
    worker.close();
    if worker.failures > 0 {
        return Some("work cannot go on".to_owned());
    }
    let again = open(&storage(disk.clone())).unwrap();
    let is_whole = again.project == *worker.open.project()
        && again.recovery.history == *worker.open.history()
        && again.recovery.brought_back == 0;
    (!is_whole).then(|| "what was done afterwards is not whole".to_owned())
}

/// How many states there are, and what is wrong with the bad ones.
fn crash_everywhere(
    work: impl FnOnce(&mut Worker),
    make: impl FnOnce(SimDisk) -> Storage,
) -> (usize, Vec<String>) {
    let sim = SimDisk::of(drawn().0);
    let mut worker = Worker::new(&sim, make(sim.clone()));
    work(&mut worker);
    worker.close();
    let crashes = sim.crashes();
    let faults = crashes
        .iter()
        .filter_map(|crash| fault(crash, &worker.known, false));
    (crashes.len(), faults.collect())
}

#[test]
fn every_state_after_a_power_cut_has_all_that_was_safe() {
    let sim = SimDisk::of(drawn().0);
    let mut worker = Worker::new(&sim, storage(sim.clone()));
    work(&mut worker);
    let crashes = sim.crashes();
    let faults: Vec<String> = crashes
        .iter()
        .filter_map(|crash| fault(crash, &worker.known, true))
        .collect();
    println!(
        "crash states of edits and saves: {}, bad: {}",
        crashes.len(),
        faults.len()
    );
    assert!(crashes.len() > 60 && faults.is_empty(), "{faults:#?}");
    assert_eq!(worker.failures, 0);
}

#[test]
fn every_state_while_a_journal_is_trimmed_is_whole() {
    let small = |sim: SimDisk| Storage {
        most_journal_bytes: 1_500,
        ..storage(sim)
    };
    let (states, faults) = crash_everywhere(work, small);
    println!(
        "crash states with trimming: {states}, bad: {}",
        faults.len()
    );
    assert!(states > 60 && faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_mistake_that_loses_work_is_caught() {
    use Mistake as M;
    let mistakes = [
        M::NoTempFlush,
        M::NoFolderFlush,
        M::NoJournalFlush,
        M::NoCheckpoint,
        M::InPlace,
    ];
    for mistake in mistakes {
        let (states, faults) = crash_everywhere(work, |sim| storage(Mistaken(sim, mistake)));
        println!(
            "{mistake:?}: {} of {states} crash states are bad",
            faults.len()
        );
        assert!(!faults.is_empty(), "{mistake:?} is not caught");
    }
    let hasty = |worker: &mut Worker| {
        worker.is_hasty = true;
        work(worker);
    };
    let (states, faults) = crash_everywhere(hasty, storage);
    println!(
        "EarlyAcknowledgement: {} of {states} crash states are bad",
        faults.len()
    );
    assert!(!faults.is_empty(), "an early acknowledgement is not caught");
}

/// Without closing in between, because what could not be kept is then only in memory.
fn work_on(worker: &mut Worker) {
    worker.tag("the outage", "impact");
    worker.save();
    worker.note("первый");
    worker.undo();
    worker.save();
    worker.note("second");
    worker.save();
    worker.close();
}

#[test]
fn every_call_of_the_disk_may_fail() {
    let mut runs = 0;
    for kind in [
        ErrorKind::StorageFull,
        ErrorKind::PermissionDenied,
        ErrorKind::Other,
    ] {
        for goes_on in [false, true] {
            for call in 1.. {
                let sim = SimDisk::of(drawn().0);
                let mut worker = Worker::new(&sim, storage(sim.clone()));
                sim.fail(Failing {
                    call,
                    kind,
                    goes_on,
                });
                work_on(&mut worker);
                if !sim.has_failed() {
                    break;
                }
                runs += 1;
                let words = format!("call {call} fails with {kind}, goes on: {goes_on}");
                for crash in sim.crashes() {
                    let fault = fault(&crash, &worker.known, false);
                    assert_eq!(fault, None, "{words}");
                }
                let is_harmless = fault_is_harmless(&sim, &worker);
                assert!(
                    worker.failures > 0 || is_harmless,
                    "{words}: nobody was told"
                );
            }
        }
    }
    println!("failing calls: {runs} runs, 0 safe edits lost");
    assert!(runs > 100);
}

/// A failure that was made good by itself: everything is saved.
fn fault_is_harmless(sim: &SimDisk, worker: &Worker) -> bool {
    let disk = SimDisk::of(sim.contents());
    let opened = open(&storage(disk)).unwrap();
    opened.project == *worker.open.project() && opened.recovery.brought_back == 0
}

#[test]
fn looking_at_a_project_writes_nothing() {
    let sim = SimDisk::of(drawn().0);
    let mut worker = Worker::new(&sim, storage(sim.clone()));
    worker.close();
    assert_eq!(sim.contents(), drawn().0);
    assert_eq!(sim.crashes().len(), 1);
}

#[test]
fn undo_reaches_behind_a_save_and_a_restart() {
    let sim = SimDisk::of(drawn().0);
    let mut worker = Worker::new(&sim, storage(sim.clone()));
    let before = worker.open.project().clone();
    worker.tag("the outage", "impact");
    worker.save();
    worker.note("second");
    worker.save();
    worker.reopen();
    worker.undo();
    worker.undo();
    assert!(*worker.open.project() == before);
    worker.reopen();
    assert!(worker.open.redo().is_some() && worker.open.redo().is_some());
}

#[test]
fn edits_that_are_given_up_do_not_come_back() {
    let sim = SimDisk::of(drawn().0);
    let mut worker = Worker::new(&sim, storage(sim.clone()));
    worker.tag("the outage", "impact");
    worker.save();
    worker.note("not wanted");
    let hash = worker.file_sha256.clone().unwrap();
    worker.journal.as_ref().unwrap().give_up_unsaved(&hash);
    worker.close();
    let opened = open(&storage(sim)).unwrap();
    assert_eq!(opened.recovery.brought_back, 0);
    assert!(opened.project == worker.known[1].0);
    assert_eq!(
        opened.recovery.history.done.len(),
        1,
        "what was saved can still be undone"
    );
}

#[test]
fn a_file_changed_outside_gets_no_edits_that_were_made_for_another() {
    let sim = SimDisk::of(drawn().0);
    let mut worker = Worker::new(&sim, storage(sim.clone()));
    worker.note("unsaved");
    worker.close();
    let mut contents = sim.contents();
    let project = contents.get_mut(Path::new(PROJECT)).unwrap();
    project.extend(b"// by hand\n");
    let changed = SimDisk::of(contents);
    let opened = open(&storage(changed.clone())).unwrap();
    assert!(opened.project == worker.known[0].0);
    assert_eq!(opened.recovery.unfit[0].steps.len(), 1);
    assert!(opened.recovery.notices()[0].contains("changed by another program"));
    let mut other = Worker::new(&changed, storage(changed.clone()));
    other.note("other");
    other.save();
    other.close();
    let again = open(&storage(changed)).unwrap();
    assert_eq!(again.recovery.unfit, opened.recovery.unfit, "they are kept");
    assert_eq!(again.recovery.history.done.len(), 1);
}

#[test]
fn what_was_merged_with_somebody_elses_file_comes_back() {
    let sim = SimDisk::of(drawn().0);
    let mut worker = Worker::new(&sim, storage(sim.clone()));
    worker.note("ours");
    // Somebody else renames the project; both are merged, and the program is killed before it saves.
    let mut theirs = worker.known[0].0.clone();
    theirs.name = "theirs".to_owned();
    let words = project_to_string(&theirs, &worker.texts);
    let mut contents = sim.contents();
    contents.insert(PROJECT.into(), words.into_bytes());
    let file_sha256 = open(&storage(SimDisk::of(contents.clone())))
        .unwrap()
        .file_sha256
        .unwrap();
    worker.run(|project, _| edit::rename_project(project, &author(), "theirs".to_owned()).unwrap());
    let edit = edit::become_project(
        &theirs,
        worker.open.project(),
        &author(),
        "merge".to_owned(),
    );
    let journal = worker.journal.as_ref().unwrap();
    journal.merged(worker.open.revision(), file_sha256, edit);
    worker.close();
    let mut contents = sim.contents();
    contents.insert(
        PROJECT.into(),
        project_to_string(&theirs, &worker.texts).into_bytes(),
    );
    let opened = open(&storage(SimDisk::of(contents))).unwrap();
    assert!(opened.project == *worker.open.project());
    assert!(opened.recovery.unfit.is_empty() && opened.recovery.brought_back > 0);
    assert_eq!(opened.recovery.history, *worker.open.history());
}

#[test]
fn an_older_file_put_back_by_somebody_stays_as_it_is() {
    let sim = SimDisk::of(drawn().0);
    let mut worker = Worker::new(&sim, storage(sim.clone()));
    worker.note("later");
    worker.save();
    worker.close();
    let mut contents = sim.contents();
    contents.extend(drawn().0);
    let opened = open(&storage(SimDisk::of(contents))).unwrap();
    assert!(opened.project == worker.known[0].0);
    assert_eq!(opened.recovery.brought_back, 0);
}

#[test]
fn edits_of_a_project_that_was_moved_are_offered() {
    let sim = SimDisk::of(drawn().0);
    let mut worker = Worker::new(&sim, storage(sim.clone()));
    worker.note("unsaved");
    worker.close();
    let mut contents = sim.contents();
    let project = contents.remove(Path::new(PROJECT)).unwrap();
    let moved = Path::new("/elsewhere/q.ascribe.ron");
    contents.insert(moved.to_owned(), project);
    let opened =
        open_project_in(&storage(SimDisk::of(contents)), moved, &Progress::default()).unwrap();
    assert!(opened.project == worker.known[0].0, "they are not applied");
    let elsewhere = opened.recovery.elsewhere.unwrap();
    assert_eq!(
        (elsewhere.project.as_str(), elsewhere.steps.len()),
        (PROJECT, 1)
    );
}

#[test]
fn a_project_saved_elsewhere_takes_its_history_along() {
    let sim = SimDisk::of(drawn().0);
    let mut worker = Worker::new(&sim, storage(sim.clone()));
    worker.note("first");
    let words = project_to_string(worker.open.project(), &worker.texts);
    let moved = Path::new("/elsewhere/q.ascribe.ron");
    sim.create(moved).unwrap().write(words.as_bytes()).unwrap();
    let opened = open_project_in(&storage(sim.clone()), moved, &Progress::default()).unwrap();
    let journal = worker.journal.as_ref().unwrap();
    let new = journal.moved(moved, worker.open.revision(), &opened.file_sha256.unwrap());
    new.wait_for(worker.open.revision()).unwrap();
    drop(new);
    let opened = open_project_in(&storage(sim.clone()), moved, &Progress::default()).unwrap();
    assert_eq!(opened.recovery.history.done.len(), 1);
    assert_eq!(opened.recovery.brought_back, 0);
}

/// The journal of some work, cut or damaged.
fn journal_bytes() -> (Contents, PathBuf, Vec<u8>, Vec<(Project, History)>) {
    let sim = SimDisk::of(drawn().0);
    let mut worker = Worker::new(&sim, storage(sim.clone()));
    worker.tag("the outage", "impact");
    worker.note("первый");
    worker.undo();
    worker.tag("该组织否认了指控", "denial");
    worker.close();
    let contents = sim.contents();
    let path = contents.keys().find(|path| path.starts_with("/state"));
    let path = path.unwrap().clone();
    let bytes = contents[&path].clone();
    (contents, path, bytes, worker.known)
}

/// Which revision comes back from a journal of these bytes.
fn revision_of(
    contents: &Contents,
    path: &Path,
    bytes: Vec<u8>,
    known: &[(Project, History)],
) -> u64 {
    let mut contents = contents.clone();
    contents.insert(path.to_owned(), bytes);
    let opened = open(&storage(SimDisk::of(contents))).unwrap();
    let history = &opened.recovery.history;
    let (project, expected) = &known[history.revision as usize];
    assert!(opened.project == *project && history == expected);
    history.revision
}

#[test]
fn a_journal_cut_anywhere_gives_its_longest_whole_beginning() {
    let (contents, path, bytes, known) = journal_bytes();
    let mut expected = 0;
    for cut in 0..=bytes.len() {
        // The first two lines are the head and the file it follows on.
        let whole = bytes[..cut].iter().filter(|&&byte| byte == b'\n').count() as u64;
        expected = whole.saturating_sub(2);
        let found = revision_of(&contents, &path, bytes[..cut].to_vec(), &known);
        assert_eq!(found, expected, "cut at {cut}");
    }
    assert_eq!(expected, 4);
    println!(
        "journal cut at each of {} bytes: the longest whole beginning",
        bytes.len() + 1
    );
}

#[test]
fn a_flipped_bit_loses_nothing_before_it() {
    let (contents, path, bytes, known) = journal_bytes();
    for at in 0..bytes.len() {
        let line = bytes[..at].iter().filter(|&&byte| byte == b'\n').count() as u64;
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let found = revision_of(&contents, &path, flipped, &known);
            assert_eq!(found, line.saturating_sub(2), "bit {bit} of byte {at}");
        }
    }
    println!(
        "{} flipped bits: the longest whole beginning each time",
        bytes.len() * 8
    );
}

#[test]
fn damage_in_a_journal_is_said_and_a_torn_end_is_not() {
    let (contents, path, bytes, _) = journal_bytes();
    let told = |bytes: Vec<u8>| {
        let mut contents = contents.clone();
        contents.insert(path.clone(), bytes);
        let opened = open(&storage(SimDisk::of(contents))).unwrap();
        let notices = opened.recovery.notices();
        notices.iter().any(|words| words.contains("cannot be read"))
    };
    assert!(!told(bytes.clone()) && !told(bytes[..bytes.len() - 3].to_vec()));
    for at in [0, 30, bytes.len() / 2] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        assert!(told(flipped), "byte {at}");
    }
}

#[test]
fn what_is_cut_off_is_kept_aside() {
    let (mut contents, path, mut bytes, known) = journal_bytes();
    bytes.extend(b"half a rec");
    contents.insert(path, bytes);
    let sim = SimDisk::of(contents);
    let opened = open(&storage(sim.clone())).unwrap();
    let mut worker = Worker::new(&sim, storage(sim.clone()));
    worker.open = OpenProject::resume(opened.project, opened.recovery.history);
    worker.note("goes on");
    worker.close();
    let kept = sim.contents();
    assert!(kept.values().any(|bytes| bytes == b"half a rec"));
    let again = open(&storage(sim)).unwrap();
    assert_eq!(again.recovery.history.revision, known.len() as u64);
}

#[test]
#[ignore = "panics; the test below runs it in a process of its own"]
fn something_goes_wrong_inside() {
    let folder = std::env::var_os("ASCRIBE_TEST_STATE").unwrap();
    ascribe::app::keep_crashes(Storage {
        state_folder: Some(folder.into()),
        ..Storage::own()
    });
    panic!("a test panics");
}

#[test]
fn a_panic_leaves_a_file_with_version_and_backtrace_and_says_where() {
    let folder = tempfile::TempDir::new().unwrap();
    let run = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crashes::something_goes_wrong_inside",
            "--ignored",
            "--nocapture",
        ])
        .env("ASCRIBE_TEST_STATE", folder.path())
        .output()
        .unwrap();
    let mut files = std::fs::read_dir(folder.path().join("crashes")).unwrap();
    let path = files.next().unwrap().unwrap().path();
    let report = std::fs::read_to_string(&path).unwrap();
    for expected in [
        env!("CARGO_PKG_VERSION"),
        "a test panics",
        "something_goes_wrong_inside",
    ] {
        assert!(report.contains(expected), "{expected} is not in {report}");
    }
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(said.contains(&path.display().to_string()), "{said}");
}

/// So many are for every day; with `PROPTEST_CASES` in the environment there are more.
fn cases() -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(48),
    }
}

proptest! {
    #![proptest_config(cases())]
    /// Whatever is done, and wherever the program is killed in between: taking everything back restores the project.
    #[test]
    fn two_hundred_edits_can_be_taken_back_across_a_kill(
        steps in prop::collection::vec((0u8..8, 0usize..60, 1usize..12, 0u32..40), 200),
        kills in prop::collection::btree_set(0usize..200, 0..4),
        saves in prop::collection::btree_set(0usize..200, 0..6),
    ) {
        let sim = SimDisk::of(drawn().0);
        let mut worker = Worker::new(&sim, storage(sim.clone()));
        let first = worker.open.project().clone();
        for (index, step) in steps.into_iter().enumerate() {
            some_step(&mut worker, step);
            if saves.contains(&index) {
                worker.save();
            }
            if kills.contains(&index) {
                worker.reopen();
            }
        }
        let last = worker.open.project().clone();
        worker.reopen();
        let count = worker.open.history().done.len();
        while worker.open.undo().is_some() {}
        prop_assert!(*worker.open.project() == first);
        (0..count).for_each(|_| assert!(worker.open.redo().is_some()));
        prop_assert!(*worker.open.project() == last);
    }
}

/// One of several kinds of edits, an undo or a redo; nothing if it is refused.
fn some_step(worker: &mut Worker, (what, start, length, number): (u8, usize, usize, u32)) {
    let author: Author = author();
    let project = worker.open.project();
    let text = &worker.texts[&document_id()];
    let unit = ascribe::text::OffsetUnit::CodePoint;
    let place = |at| text.offset_from(unit, at);
    let span = place(start)
        .zip(place(start + length))
        .and_then(|(from, to)| ascribe::text::Span::new(from, to));
    let tag_id = TagId::new(["attribution", "denial", "impact"][start % 3]);
    let id = mara(number);
    let edit = match (what, span) {
        (0 | 1, Some(span)) => {
            edit::annotate(project, text, &author, &document_id(), span.into(), &tag_id)
        }
        (2, _) => edit::retag(project, &author, &id, &tag_id),
        (3, _) => edit::delete_annotations(project, &author, &BTreeSet::from([id])),
        (4, _) => edit::rename_project(project, &author, format!("проєкт {start}")),
        (5, _) => edit::set_note(project, &author, &id, &format!("note\r\n\0{start}\u{202E}")),
        (6, _) => {
            return if worker.open.last_done().is_some() {
                worker.undo()
            };
        }
        (7, _) => {
            return if worker.open.last_undone().is_some() {
                worker.step(|open, _| assert!(open.redo().is_some()));
            };
        }
        _ => return,
    };
    if let Ok(edit) = edit
        && !edit.changes.is_empty()
    {
        worker.run(|_, _| edit);
    }
}
