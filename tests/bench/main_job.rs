//! What the main job costs, as a table: edits, snapshots, opening, frames, saving, exporting.
//!
//! `cargo bench` runs all sizes, `cargo bench -- small` the small ones, `cargo bench -- NAME` the one of that name,
//! `cargo bench -- frames PROJECT` the frames of a project of yours. Beside each size stand two yardsticks, so that
//! figures of different machines can be compared: one plain pass over the same text (read, UTF-8 check, count of
//! lines), and plain `ron` reading and writing the same project file. Figures are for reading. Only
//! `cargo bench -- ratios` passes or fails: it compares a text with one thirty times as long, and
//! fails where the work of a frame has begun to grow with the text.

mod frames;
mod memory;
mod plain;
mod rows;
mod workload;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use ascribe::edit::{self, OpenProject};
use ascribe::export::{ExportOptions, FORMATS, export};
use ascribe::model::{Project, TagId, Texts};
use ascribe::store::{self, Progress, open_project, save_project};
use memory::megabytes;
use rows::{Row, print_head};
use tempfile::TempDir;

/// Name, documents, bytes of each, annotations of each.
const SIZES: [(&str, usize, usize, usize); 6] = [
    ("article", 1, 5_000, 20),
    ("report", 1, 1_000_000, 5_000),
    ("folder", 10_000, 4_000, 10),
    ("million", 10_000, 4_000, 100),
    ("dossier", 1, 10_000_000, 50_000),
    ("giant", 1, 100_000_000, 500_000),
];
/// How often each thing is done for its median and 99th percentile.
const ROUNDS: usize = 300;
/// How many times as long a frame of the long text may take as one of the short text. Both are far too long for the
/// layouts that are kept, and show the same number of lines: what is more than twice is noise of a busy machine, and
/// growth would be thirtyfold.
const MOST_GROWTH: f64 = 5.0;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["frames", project, ..] => print_frames(Path::new(project)),
        ["memory", project, name, ..] => print_memory(Path::new(project), name),
        ["ratios", ..] => return compare_ratios(),
        _ => {
            print_head();
            let only_small = words.contains(&"small");
            let named = |name| words.contains(&name);
            let is_named = SIZES.iter().any(|(name, ..)| named(*name));
            for (name, documents, bytes, annotations) in SIZES {
                let is_wanted = !is_named && (!only_small || documents * bytes <= 1_000_000);
                if is_wanted || named(name) {
                    measure(name, documents, bytes, annotations);
                }
            }
        }
    }
    ExitCode::SUCCESS
}

fn measure(name: &str, documents: usize, bytes: usize, annotations: usize) {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("bench.ascribe.ron");
    let (project, texts) = workload::workload(folder.path(), documents, bytes, annotations);
    yardstick(folder.path()).print(name);
    for row in edits(&project, &texts) {
        row.print(name);
    }
    let saved = timed(3, || {
        let expected = store::hash_of_file(&path);
        save_project(&path, &project, &texts, expected.as_deref()).expect("a folder for writing")
    });
    Row::of("save", saved).print(name);
    let opened = timed(3, || {
        open_project(&path, &Progress::default()).expect("what was saved opens")
    });
    Row::of("open, texts and checks included", opened).print(name);
    let (read, written) = plain::times(&path);
    Row::once("yardstick: plain ron reads the file", read).print(name);
    Row::once("yardstick: plain ron writes the file", written).print(name);
    for format in FORMATS.iter().filter(|_| documents * bytes <= 10_000_000) {
        let options = ExportOptions::default();
        let exported = timed(1, || {
            export(format, &project, &texts, &options).expect("an export proves itself")
        });
        Row::of(format!("export {}, read back", format.name), exported).print(name);
    }
    drop((project, texts));
    // In processes of their own, so that their memory is that of the program with this project open.
    for what in ["memory", "frames"] {
        let program = std::env::current_exe().expect("this program has a path");
        let status = Command::new(program)
            .arg(what)
            .arg(&path)
            .arg(name)
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "the {what} of {name}"
        );
    }
}

/// What opening takes at most, and what of that are the texts, which are in memory as they are.
fn print_memory(project: &Path, name: &str) {
    let before = megabytes("VmHWM:");
    let opened = open_project(project, &Progress::default()).expect("what was saved opens");
    let texts: usize = opened.texts.values().map(|text| text.end().0).sum();
    let texts = texts as f64 / 1e6;
    let most = megabytes("VmHWM:") - before;
    println!(
        "{name:<10} memory of opening {} annotations, without a window: at most {most:.0} MB, of which {texts:.0} MB are \
         texts and {:.0} MB all else",
        opened.project.annotations.len(),
        most - texts
    );
}

/// Reads every text, checks that it is UTF-8 and counts its lines.
fn yardstick(folder: &Path) -> Row {
    let entries = std::fs::read_dir(folder.join("texts")).expect("the texts");
    let paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    let pass = || {
        let read = |path| std::fs::read(path).expect("a text");
        let lines = |bytes: Vec<u8>| {
            let is_utf8 = std::str::from_utf8(&bytes).is_ok();
            memchr::memchr_iter(b'\n', &bytes).count() + usize::from(is_utf8)
        };
        paths.iter().map(read).map(lines).sum::<usize>()
    };
    Row::of("yardstick: read, check, count lines", timed(5, pass))
}

/// Edits without a window.
fn edits(project: &Project, texts: &Texts) -> Vec<Row> {
    let mut open = OpenProject::new(project.clone());
    let document_id = project
        .documents
        .keys()
        .next()
        .expect("at least one document");
    let text = &texts[document_id];
    let mut spots = frames::spots(text).into_iter().cycle();
    let tagged = timed(ROUNDS, || {
        let span = spots.next().expect("a cycle does not end");
        let (author, tag_id) = (workload::author(), TagId::new("denial"));
        let edit = edit::annotate(
            open.project(),
            text,
            &author,
            document_id,
            span.into(),
            &tag_id,
        );
        edit.map(|edit| open.run(edit).is_ok()).is_ok()
    });
    let undone = timed(ROUNDS, || open.undo().is_some());
    let snapshots = timed(ROUNDS, || {
        let snapshot = open.project().clone();
        let _ = open.redo();
        snapshot
    });
    vec![
        Row::of("tag", tagged),
        Row::of("undo", undone),
        Row::of("snapshot and first edit after it", snapshots),
    ]
}

fn print_frames(project: &Path) {
    let name = std::env::args().nth(3).unwrap_or_default();
    let config_folder = TempDir::new().expect("a temporary folder");
    for row in frames::measure(project, config_folder.path()) {
        row.print(&name);
    }
    println!(
        "{name:<10} memory with it open in a window: {:.0} MB, at most {:.0} MB",
        megabytes("VmRSS:"),
        megabytes("VmHWM:")
    );
}

/// Fails where the work of a frame has begun to grow with the text.
fn compare_ratios() -> ExitCode {
    let frames_of = |bytes: usize, annotations: usize| {
        let folder = TempDir::new().expect("a temporary folder");
        let path = folder.path().join("bench.ascribe.ron");
        let (project, texts) = workload::workload(folder.path(), 1, bytes, annotations);
        save_project(&path, &project, &texts, None).expect("a folder for writing");
        frames::measure(&path, folder.path())
    };
    let (short, long) = (frames_of(300_000, 1_500), frames_of(10_000_000, 50_000));
    let mut has_grown = false;
    // What a task does off the frame may grow with the text.
    let is_of_a_frame =
        |row: &&Row| !row.what.starts_with("open") && !row.what.ends_with("off the frame");
    for long in long.iter().filter(is_of_a_frame) {
        let Some(short) = short.iter().find(|short| short.what == long.what) else {
            continue;
        };
        let growth = long.median().as_secs_f64() / short.median().as_secs_f64();
        println!("{:<40} {growth:>6.2} times", long.what);
        has_grown |= growth > MOST_GROWTH;
    }
    if has_grown {
        println!("a frame of the long text takes more than {MOST_GROWTH} times as long");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn timed<T>(rounds: usize, mut work: impl FnMut() -> T) -> Vec<Duration> {
    let round = |_| {
        let begun = Instant::now();
        let result = work();
        let taken = begun.elapsed();
        drop(std::hint::black_box(result));
        taken
    };
    (0..rounds).map(round).collect()
}
