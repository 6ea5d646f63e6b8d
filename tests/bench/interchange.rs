//! What importing and exporting costs, as a table, beside a plain pass over the same files.
//!
//! `cargo bench --bench interchange` makes its own workload in two sizes, so that growth can be seen;
//! `cargo bench --bench interchange -- FOLDER` reads `brat/`, `doccano.jsonl` and `labelstudio.json` of a folder. The
//! plain pass reads every file and checks its UTF-8; the yardstick of JSON is `serde_json`, which parses or writes the
//! same. The bar is five plain passes and that. Where the machine does other things too, the time that the processor was
//! at work tells more than the time of day: the last column compares that, ours divided among the cores. Of memory, the
//! bar is the texts, 1 KiB an annotation and 150 MiB. Figures are for reading; nothing here passes or fails.

mod memory;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use ascribe::edit::{Author, OpenProject, take_in};
use ascribe::export::{self, ExportOptions, export};
use ascribe::import::{self, FileInMemory, ImportOptions, Target};
use ascribe::model::{
    Annotation, AnnotationId, AnnotatorId, Attributes, Document, DocumentId, Encoding, Project,
    TagId, Texts, Tier, Timestamp,
};
use ascribe::store::{self, Progress};
use ascribe::text::{ByteOffset, Span, Text, widen_to_graphemes};

/// How often each thing is done; the quickest counts, since the others were disturbed.
const ROUNDS: usize = 3;

/// Formats that are read, and under which names their files may lie in a folder.
const SOURCES: [(&str, &[&str]); 3] = [
    ("brat", &["brat"]),
    ("doccano", &["doccano.jsonl", "doccano"]),
    ("label-studio", &["labelstudio.json", "label-studio"]),
];

/// Sentences of our own, with letters of one to four bytes, joined emoji and combining marks.
const SENTENCES: [&str; 6] = [
    "The harbour police blamed Copper Moth for the theft of the ferry plans. ",
    "Уряд заперечив причетність до атаки й попросив показати докази. ",
    "该组织否认对网络攻击负责，并要求提供证据。",
    "نفت الوزارة أي صلة لها بالهجوم على الشبكة. ",
    "Ferries stood still for 31 hours 🦉👩‍👩‍👧 in the cafe\u{301} by the port. ",
    "“We had no part in this,” the navy of Lissau said on Tuesday.\n\n",
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut words = arguments.iter().filter(|word| !word.starts_with('-'));
    if let [memory, what, path, ..] = arguments.as_slice()
        && memory == "memory"
    {
        return print_memory(what, Path::new(path));
    }
    println!(
        "{:<8} {:<24} {:>10} {:>10} {:>10} {:>8} {:>10} {:>8}",
        "size", "what", "plain", "JSON", "ours", "of bar", "work", "of bar"
    );
    if let Some(folder) = words.next() {
        return run("given", Path::new(folder));
    }
    for documents in [1_000, 10_000] {
        let folder = tempfile::TempDir::new().expect("a temporary folder");
        let (project, texts) = workload(documents);
        for (name, path) in [
            ("brat", "brat"),
            ("doccano", "doccano"),
            ("label-studio", "label-studio"),
        ] {
            let format = export::format(name).expect("a format");
            let files = export(format, &project, &texts, &ExportOptions::default())
                .expect("an export")
                .files;
            let folder = folder.path().join(path);
            std::fs::create_dir_all(&folder).expect("a temporary folder");
            // Not as the program does, which waits for the disk to have each file.
            for file in files {
                std::fs::write(folder.join(file.path), file.bytes).expect("room on the disk");
            }
        }
        run(&documents.to_string(), folder.path());
    }
}

fn run(size: &str, folder: &Path) {
    let mut brat = None;
    let first = |names: &[&str]| {
        names
            .iter()
            .map(|name| folder.join(name))
            .find(|path| path.exists())
    };
    for (format, names) in SOURCES {
        let Some(path) = first(names) else { continue };
        let files = files_of(&path);
        let plain = quickest(|| plain_pass(&files)).0;
        let json = match format {
            "brat" => Taken::default(),
            _ => quickest(|| parse(&files)).0,
        };
        let (ours, outcome) = quickest(|| import_all(format, &path));
        row(size, &format!("import {format}"), plain, json, ours);
        if format == "brat" {
            brat = Some((outcome, plain));
        }
    }
    let Some(((open, texts), plain)) = brat else {
        return;
    };
    let project = open.project();
    for name in ["jsonl", "brat"] {
        let format = export::format(name).expect("a format");
        let options = ExportOptions::default();
        let (ours, made) =
            quickest(|| export(format, project, &texts, &options).expect("an export"));
        let json = match name {
            "jsonl" => written(&made.files),
            _ => Taken::default(),
        };
        row(size, &format!("export {name}"), plain, json, ours);
    }
    drop((open, texts));
    // What brat's files hold is exported.
    for (what, names) in SOURCES.into_iter().chain([("jsonl", &["brat"][..])]) {
        let program = std::env::current_exe().expect("this program has a path");
        if let Some(path) = first(names) {
            let status = Command::new(program)
                .arg("memory")
                .arg(what)
                .arg(path)
                .status();
            assert!(status.is_ok_and(|status| status.success()), "{what}");
        }
    }
}

/// In a process of its own: what an import takes at most, or an export of what was imported, and what it may.
fn print_memory(what: &str, path: &Path) {
    let (open, texts) = match what {
        "jsonl" => import_all("brat", path),
        format => import_all(format, path),
    };
    let verb = match export::format(what).filter(|_| what == "jsonl") {
        None => "import",
        Some(format) => {
            export(format, open.project(), &texts, &ExportOptions::default()).expect("an export");
            "import brat, export"
        }
    };
    let texts: usize = texts.values().map(|text| text.end().0).sum();
    let most = texts + open.project().annotations.len() * 1024 + 150 * 1024 * 1024;
    println!(
        "{:<8} {verb} {what}: {:.0} MB at most, of {:.0} MB",
        "memory",
        memory::megabytes("VmHWM:"),
        most as f64 / 1e6
    );
}

fn row(size: &str, what: &str, plain: Taken, json: Taken, ours: Taken) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
    let of_bar = |part: fn(&Taken) -> Duration| {
        part(&ours).as_secs_f64() / (part(&plain) * 5 + part(&json)).as_secs_f64()
    };
    println!(
        "{size:<8} {what:<24} {:>10} {:>10} {:>10} {:>8.2} {:>10} {:>8.2}",
        shown(plain.time),
        shown(json.time),
        shown(ours.time),
        of_bar(|taken| taken.time),
        shown(ours.work),
        of_bar(|taken| taken.work) / cores
    );
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// How long something took by the clock, and how long all cores together were at work on it.
#[derive(Clone, Copy, Default)]
struct Taken {
    time: Duration,
    work: Duration,
}

/// The least of either, and what came of the last round. What came of the others is thrown away beside the clock.
fn quickest<T>(mut work: impl FnMut() -> T) -> (Taken, T) {
    let mut least = Taken {
        time: Duration::MAX,
        work: Duration::MAX,
    };
    let mut round = || {
        let (start, before) = (Instant::now(), work_of_all());
        let outcome = work();
        least.time = least.time.min(start.elapsed());
        least.work = least.work.min(work_of_all() - before);
        outcome
    };
    (1..ROUNDS).for_each(|_| drop(round()));
    let last = round();
    (least, last)
}

/// How long all threads of this process have been at work. Where the system does not say: the time of day.
fn work_of_all() -> Duration {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }
    #[cfg(not(unix))]
    {
        use std::sync::LazyLock;
        static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
        BEGUN.elapsed()
    }
}

fn files_of(path: &Path) -> Vec<PathBuf> {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => vec![path.to_owned()],
    }
}

fn plain_pass(files: &[PathBuf]) {
    for file in files {
        let bytes = std::fs::read(file).expect("a file");
        assert!(std::str::from_utf8(&bytes).is_ok());
    }
}

fn parse(files: &[PathBuf]) {
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|ending| ending != "xml"))
    {
        let words = std::fs::read_to_string(file).expect("a file");
        let values = serde_json::Deserializer::from_str(&words).into_iter::<serde_json::Value>();
        assert!(values.filter(|value| value.is_ok()).count() > 0);
    }
}

/// How long `serde_json` takes to write what is in these files.
fn written(files: &[FileInMemory]) -> Taken {
    let values: Vec<serde_json::Value> = files
        .iter()
        .flat_map(|file| serde_json::Deserializer::from_slice(&file.bytes).into_iter())
        .map(|value| value.expect("JSON"))
        .collect();
    quickest(|| {
        let size: usize = values
            .iter()
            .map(|value| serde_json::to_vec(value).expect("JSON").len())
            .sum();
        assert!(size > 0);
    })
    .0
}

/// From the disk to an open project.
fn import_all(format: &str, path: &Path) -> (OpenProject, Texts) {
    let files = store::read_files(&[path.to_owned()], &Progress::default()).expect("files");
    let format = import::format(format).expect("a format");
    let (project, texts) = (Project::default(), Texts::new());
    let target = Target {
        project: &project,
        texts: &texts,
    };
    let imported =
        import::import(format, &files, &ImportOptions::default(), target).expect("an import");
    let mut open = OpenProject::new(project.clone());
    let author = Author {
        annotator_id: AnnotatorId::new("bench"),
        at: Timestamp::UNIX_EPOCH,
    };
    open.run(take_in(&project, &author, String::new(), imported.additions).expect("an edit"))
        .expect("it fits");
    (open, imported.texts)
}

/// Documents of 4 KB with ten annotations each.
fn workload(documents: usize) -> (Project, Texts) {
    let (mut project, mut texts) = (
        Project {
            codebook: store::default_codebook().into(),
            ..Project::default()
        },
        Texts::new(),
    );
    let mut number = 0;
    for index in 0..documents {
        let id = DocumentId::new(format!("document-{index:05}"));
        let words: String = (0..)
            .map(|sentence| SENTENCES[(sentence + index) % SENTENCES.len()])
            .take(4_000 / 75)
            .collect();
        let text = Text::new(words);
        for place in 0..10 {
            let start = text.floor(ByteOffset(text.end().0 * place / 10));
            let span =
                Span::new(start, text.floor(ByteOffset(start.0 + 60))).expect("the text goes on");
            let span = widen_to_graphemes(&text, span).expect("it lies in the text");
            number += 1;
            let annotation = Annotation {
                id: AnnotationId::new(AnnotatorId::new("mara"), number),
                document_id: id.clone(),
                spans: span.into(),
                tag_id: TagId::new(["attribution", "denial", "impact"][place % 3]),
                attributes: Attributes::new(),
                note: "".into(),
                tier: Tier::Core,
                quote: text.slice(span).unwrap_or_default().into(),
                created_at: None,
                changed: None,
            };
            project.annotations.insert(annotation.into());
        }
        let document = Document {
            id: id.clone(),
            path: format!("texts/{id}.txt"),
            sha256: String::new(),
            size_bytes: text.end().0 as u64,
            encoding: Encoding::default(),
            fields: Default::default(),
            states: Default::default(),
        };
        project.documents.insert(id.clone(), document.into());
        texts.insert(id, text);
    }
    (project, texts)
}
