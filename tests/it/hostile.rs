//! Bad input: nothing panics, hangs or grows without bound, nothing is opened as empty, and what was opened stays as it
//! is on disk.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use ascribe::import::{self, FileInMemory, ImportOptions, import_alone};
use ascribe::model::Document;
use ascribe::query;
use ascribe::store::{
    OpenError, Opened, Progress, RealDisk, bring_in, new_project, open_project, unpack_sample_into,
    write_texts,
};
use serde_json::json;
use tempfile::TempDir;

use crate::drawing::project_with;
use crate::window::own_folder;

/// No case may take longer.
const MOST_TIME: Duration = Duration::from_secs(5);
const TEXT: &str = "Le régime démenti, Moscow denied it. 🦉\n";

/// A small project in a folder of its own, one annotation on “denied”.
pub struct Case {
    pub folder: TempDir,
    pub path: PathBuf,
}

impl Case {
    pub fn new() -> Self {
        own_folder();
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("texts")).unwrap();
        fs::write(folder.path().join("texts/a.txt"), TEXT).unwrap();
        let path = folder.path().join("p.ascribe.ron");
        Self { folder, path }
    }

    pub fn whole() -> String {
        let start = TEXT.find("denied").unwrap();
        let mut head = String::from(
            "(\n  version: 1,\n  name: \"p\",\n  codebook: (\n    name: \"c\",\n    tags: [\n",
        );
        head.push_str("      (name: \"denial\", color: \"#0072B2\"),\n    ],\n  ),\n");
        format!(
            "{head}  annotators: [\n    (id: \"mara\", name: \"Mara\"),\n  ],\n  documents: [\n    (id: \"d1\", path: \"texts/a.txt\"),\n  ],\n  \
             regions: [\n  ],\n  annotations: [\n    (id: \"mara-1\", document: \"d1\", spans: [({start}, {})], tag: \"denial\", quote: \"denied\"),\n  ],\n  \
             links: [\n  ],\n  claims: [\n  ],\n)\n",
            start + 6
        )
    }

    /// Opens these bytes as a project. Whatever comes of it, the folder is as before and it did not take long.
    fn open(&self, bytes: &[u8]) -> Result<Opened, OpenError> {
        fs::write(&self.path, bytes).unwrap();
        let begun = Instant::now();
        let outcome = open_project(&self.path, &Progress::default());
        assert!(begun.elapsed() < MOST_TIME, "{:?}", begun.elapsed());
        assert_eq!(fs::read(&self.path).unwrap(), bytes);
        let text = fs::read_to_string(self.folder.path().join("texts/a.txt")).unwrap();
        assert_eq!(text, TEXT);
        assert_eq!(fs::read_dir(self.folder.path()).unwrap().count(), 2);
        outcome
    }

    /// The same of the whole project with one piece in place of another.
    fn with(&self, from: &str, to: &str) -> Result<Opened, OpenError> {
        let whole = Self::whole();
        assert!(whole.contains(from), "{from}");
        self.open(whole.replacen(from, to, 1).as_bytes())
    }
}

fn refused(outcome: Result<Opened, OpenError>, expected: &str) {
    let words = match outcome {
        Ok(opened) => panic!(
            "opened with {} annotations",
            opened.project.annotations.len()
        ),
        Err(error) => error.to_string(),
    };
    assert!(words.contains(expected), "“{expected}” is not in “{words}”");
}

/// It opens, keeps its annotation and says what is wrong.
fn kept(outcome: Result<Opened, OpenError>, expected: &str) {
    let opened = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(opened.project.annotations.len(), 1);
    let words: Vec<String> = opened.check().iter().map(ToString::to_string).collect();
    assert!(
        words.iter().any(|words| words.contains(expected)),
        "{words:?}"
    );
}

#[test]
fn a_sound_project_opens_with_and_without_mark_and_in_either_line_ends() {
    let case = Case::new();
    let whole = Case::whole();
    let marked = format!("\u{FEFF}{whole}");
    let crlf = whole.replace('\n', "\r\n");
    for words in [&whole, &marked, &crlf] {
        let opened = case.open(words.as_bytes()).unwrap();
        assert_eq!(opened.project.annotations.len(), 1);
        assert!(query::misplaced(&opened.project, &opened.texts).is_empty());
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place_or_its_nature() {
    let case = Case::new();
    let whole = Case::whole();
    let utf16: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain(whole.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    refused(case.open(b""), "empty");
    refused(case.open(&[0; 8_000_000]), "zeros");
    refused(case.open(&utf16), "UTF-16");
    refused(case.open(b"<!DOCTYPE html><html></html>"), "not a project");
    refused(case.open(b"{\"version\": 1}"), "not a project");
    refused(case.open(&whole.as_bytes()[..whole.len() / 2]), "line");
    refused(case.open(&[whole.as_bytes(), b"hello"].concat()), "line");
    refused(
        case.open(&[whole.as_bytes(), whole.as_bytes()].concat()),
        "line",
    );
    refused(
        case.open(
            &[
                &whole.as_bytes()[..40],
                &[0xC3, 0x28],
                &whole.as_bytes()[40..],
            ]
            .concat(),
        ),
        "UTF-8",
    );
    refused(case.with("version: 1", "version: 2"), "newer version");
    refused(case.with("version: 1,\n", ""), "version");
    refused(
        case.with("version: 1", "version: 99999999999999999999"),
        "version",
    );
    refused(
        case.with("tag: \"denial\"", "tag: \"denial\", colour: \"red\""),
        "colour",
    );
    refused(case.with("\"#0072B2\"", "NaN"), "line");
    refused(case.with("\"#0072B2\"", "\"#GG72B2\""), "colour");
    let conflict = "<<<<<<< ours\n    (id: \"mara-1\"";
    refused(case.with("    (id: \"mara-1\"", conflict), "merge conflict");
    refused(
        case.with("spans: [(", "spans: [(99999999999999999999999, "),
        "line",
    );
}

#[test]
fn deep_nesting_is_an_error_and_no_overflow() {
    let case = Case::new();
    for deep in [
        "[".repeat(200_000),
        "(a:".repeat(100_000),
        "Some(".repeat(100_000),
        "/*".repeat(100_000),
    ] {
        refused(
            case.open(format!("(version: 1, name: {deep}").as_bytes()),
            "line",
        );
        refused(
            case.with(
                "quote: \"denied\"",
                &format!("quote: \"denied\", future: {deep}"),
            ),
            "line",
        );
    }
    let many = "(),".repeat(1_000_000);
    refused(
        case.with("annotations: [\n", &format!("annotations: [\n{many}\n")),
        "line",
    );
}

#[test]
fn entries_that_cannot_be_are_left_aside_with_their_reason() {
    let case = Case::new();
    let start = TEXT.find("denied").unwrap();
    let place = format!("({start}, {})", start + 6);
    for (to, reason) in [
        (format!("({}, {start})", start + 6), "reversed"),
        (format!("({start}, {start})"), "empty"),
        (
            format!("({start}, {}), ({start}, {})", start + 3, start + 4),
            "overlap",
        ),
    ] {
        let opened = case.with(&place, &to).unwrap();
        let [entry] = opened.unreadable.as_slice() else {
            panic!("{:?}", opened.unreadable)
        };
        assert!(entry.problem.contains(reason), "{}", entry.problem);
        assert!(entry.entry.contains("mara-1") && entry.line_number > 1);
    }
    let line = Case::whole()
        .lines()
        .find(|line| line.contains("mara-1"))
        .unwrap()
        .to_owned();
    let opened = case.with(&line, &format!("{line}\n{line}")).unwrap();
    assert_eq!(
        (opened.project.annotations.len(), opened.unreadable.len()),
        (1, 1)
    );
}

#[test]
fn however_many_ids_come_twice_each_is_kept_aside_with_its_line() {
    const MANY: usize = 20_000;
    let case = Case::new();
    let whole = Case::whole();
    let line = whole.lines().find(|line| line.contains("mara-1")).unwrap();
    let opened = case.with(line, &vec![line; MANY].join("\n")).unwrap();
    let lines: BTreeSet<usize> = opened.unreadable.iter().map(|it| it.line_number).collect();
    assert_eq!(
        (opened.project.annotations.len(), lines.len()),
        (1, MANY - 1)
    );
    let first = 1 + whole.lines().position(|own| own == line).unwrap();
    assert!(
        !lines.contains(&first),
        "the first of them is in the project"
    );
}

#[test]
fn what_does_not_fit_is_kept_and_said() {
    let case = Case::new();
    let start = TEXT.find("denied").unwrap();
    let place = format!("({start}, {})", start + 6);
    let inside = TEXT.find('é').unwrap() + 1;
    kept(case.with(&place, "(4000, 4006)"), "is not in the text");
    kept(
        case.with(&place, "(18446744073709551600, 18446744073709551615)"),
        "is not in the text",
    );
    kept(
        case.with(&place, &format!("({inside}, {})", inside + 4)),
        "is not in the text",
    );
    kept(case.with("tag: \"denial\"", "tag: \"rumour\""), "no tag");
    kept(
        case.with("tag: \"denial\"", "tag: \"den\u{202E}ial\""),
        "no tag",
    );
    kept(
        case.with("document: \"d1\"", "document: \"d9\""),
        "not in the project",
    );
}

#[test]
fn no_path_of_a_project_leads_out_of_its_folder_or_to_a_device() {
    let case = Case::new();
    for path in [
        "../secret.txt",
        "texts/../../secret.txt",
        "/etc/hostname",
        "C:/Windows/win.ini",
        "C:secret.txt",
        "\\\\\\\\server\\\\share\\\\a.txt",
        "//server/share/a.txt",
        "..\\\\a.txt",
        "CON",
        "texts/nul.txt",
        "texts/COM1.log",
        "texts/a.txt.",
        "texts/a\\u{0}.txt",
        "texts",
        "",
        ".",
    ] {
        kept(
            case.with("path: \"texts/a.txt\"", &format!("path: \"{path}\"")),
            "could not be read",
        );
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_or_device_in_place_of_a_file_is_not_waited_for() {
    let case = Case::new();
    let text = case.folder.path().join("texts/a.txt");
    fs::remove_file(&text).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&text).status();
    assert!(made.is_ok_and(|status| status.success()));
    fs::write(&case.path, Case::whole()).unwrap();
    let begun = Instant::now();
    kept(open_project(&case.path, &Progress::default()), "not a file");
    assert!(begun.elapsed() < MOST_TIME);
    fs::remove_file(&text).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &text).unwrap();
    kept(open_project(&case.path, &Progress::default()), "leads out");
    fs::remove_file(&text).unwrap();
    std::os::unix::fs::symlink("a.txt", &text).unwrap();
    kept(
        open_project(&case.path, &Progress::default()),
        "could not be read",
    );
}

#[test]
fn a_codebook_that_does_not_read_takes_no_annotation_with_it() {
    own_folder();
    let folder = TempDir::new().unwrap();
    let path = unpack_sample_into(folder.path()).unwrap();
    let sound = open_project(&path, &Progress::default()).unwrap().project;
    let words = fs::read_to_string(&path).unwrap();
    let broken = words.replacen("        key: \"1\",", "        key: (\"1\",", 1);
    assert_ne!(broken, words);
    fs::write(&path, &broken).unwrap();
    let Err(OpenError::Damaged { line, salvage, .. }) = open_project(&path, &Progress::default())
    else {
        panic!("it is damaged");
    };
    let salvage = salvage.unwrap();
    assert_eq!(salvage.project.name, sound.name);
    assert_eq!(salvage.project.annotations.len(), sound.annotations.len());
    assert_eq!(salvage.project.codebook.tags.len(), 3);
    let told = &salvage.unreadable[0];
    assert_eq!(told.line_number, line);
    assert!(
        told.problem.contains("the usual codebook stands"),
        "{}",
        told.problem
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), broken);
}

/// Damages the sample in many ways. Each is refused, or opens with all that is still there.
#[test]
fn a_damaged_sample_is_never_opened_as_if_it_were_whole() {
    own_folder();
    let folder = TempDir::new().unwrap();
    let path = unpack_sample_into(folder.path()).unwrap();
    let whole = fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = whole.split(|byte| *byte == b'\n').collect();
    let mut damaged: Vec<(String, Vec<u8>)> = Vec::new();
    for step in 0..40 {
        let cut = whole.len() * step / 40;
        damaged.push((format!("cut at {cut}"), whole[..cut].to_vec()));
        let at = (step * 7919 + 13) % whole.len();
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (step % 8);
        damaged.push((format!("bit {} of byte {at}", step % 8), flipped));
    }
    for step in 1..6 {
        let from = whole.len() * step / 6;
        let mut zeroed = whole.clone();
        zeroed[from..].fill(0);
        damaged.push((format!("zeros from {from}"), zeroed));
    }
    for step in 0..10 {
        let at = (step * 37 + 5) % lines.len();
        let mut without = lines.clone();
        without.remove(at);
        damaged.push((format!("line {at} gone"), without.join(&b'\n')));
        let mut twice = lines.clone();
        twice.insert(at, lines[at]);
        damaged.push((format!("line {at} twice"), twice.join(&b'\n')));
    }
    let sound = open_project(&path, &Progress::default()).unwrap().project;
    let mut counts = [0; 3];
    let mut longest = Duration::ZERO;
    for (what, bytes) in damaged {
        fs::write(&path, &bytes).unwrap();
        let begun = Instant::now();
        let outcome = open_project(&path, &Progress::default());
        longest = longest.max(begun.elapsed());
        assert_eq!(fs::read(&path).unwrap(), bytes, "{what}");
        match outcome {
            Err(error) => {
                counts[0] += 1;
                assert!(!error.to_string().is_empty());
            }
            Ok(opened) if opened.unreadable.is_empty() => {
                counts[1] += 1;
                let lost = sound
                    .annotations
                    .len()
                    .saturating_sub(opened.project.annotations.len());
                assert!(
                    lost <= 1,
                    "{what}: {lost} annotations are gone without a word"
                );
                assert!(!opened.project.documents.is_empty(), "{what}");
            }
            Ok(_) => counts[2] += 1,
        }
    }
    println!(
        "damaged samples: {} refused, {} opened whole, {} opened in part; longest {longest:?}",
        counts[0], counts[1], counts[2]
    );
    assert!(longest < MOST_TIME);
}

/// The same bars for memory: the program gets 300 MB of addresses and no more.
#[cfg(target_os = "linux")]
#[test]
fn bad_input_takes_no_more_than_300_mb() {
    let case = Case::new();
    let deep = format!("(version: 1, name: {}", "[".repeat(2_000_000));
    let many = Case::whole().replacen(
        "annotations: [\n",
        &format!("annotations: [\n{}\n", "(),".repeat(1_000_000)),
        1,
    );
    let zeros = vec![0; 16_000_000];
    for bytes in [
        deep.as_bytes(),
        many.as_bytes(),
        &zeros,
        Case::whole().as_bytes(),
    ] {
        fs::write(&case.path, bytes).unwrap();
        let args = ["check", case.path.to_str().unwrap()];
        let output = run_within(300_000, &args);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
    }
}

/// Runs the program with so many KiB of addresses. Ends with 124 what takes longer than any machine needs.
#[cfg(target_os = "linux")]
pub fn run_within(most: usize, args: &[&str]) -> std::process::Output {
    std::process::Command::new("sh")
        .args([
            "-c",
            &format!("ulimit -v {most}; exec timeout 120 \"$0\" \"$@\""),
        ])
        .arg(env!("CARGO_BIN_EXE_ascribe"))
        .args(args)
        .env("XDG_STATE_HOME", own_folder())
        .output()
        .unwrap()
}

#[test]
fn names_that_not_every_system_can_keep_are_changed_when_texts_are_copied() {
    let case = Case::new();
    let elsewhere = TempDir::new().unwrap();
    let long = format!("{}.txt", "ї".repeat(120));
    let mut names = vec!["nul.txt", "what? no.txt", "two  .txt", long.as_str()];
    if cfg!(windows) {
        names.truncate(0);
    }
    for name in &names {
        fs::write(elsewhere.path().join(name), "words").unwrap();
    }
    let paths = [elsewhere.path().to_owned()];
    let brought = bring_in(&case.path, &new_project("p"), &paths, &Progress::default());
    assert!(brought.problems.is_empty(), "{:?}", brought.problems);
    assert_eq!(brought.documents.len(), names.len());
    let folder = case.folder.path();
    assert!(
        brought
            .documents
            .iter()
            .all(|(document, _)| folder.join(&document.path).is_file())
    );
}

#[test]
fn a_guessed_encoding_and_bytes_that_mean_nothing_are_said() {
    let case = Case::new();
    let elsewhere = TempDir::new().unwrap();
    let cyrillic = encoding_rs::WINDOWS_1251
        .encode("Уряд заперечив причетність до атаки.")
        .0
        .into_owned();
    let mut lossy = "Уряд заперечив причетність до атаки. "
        .repeat(4)
        .into_bytes();
    lossy.push(0xFF);
    fs::write(elsewhere.path().join("a.txt"), cyrillic).unwrap();
    fs::write(elsewhere.path().join("b.txt"), lossy).unwrap();
    fs::write(elsewhere.path().join("c.txt"), "Уряд").unwrap();
    let paths = [elsewhere.path().to_owned()];
    let remarks = bring_in(&case.path, &new_project("p"), &paths, &Progress::default()).remarks();
    let [guess, loss] = remarks.as_slice() else {
        panic!("{remarks:?}")
    };
    assert!(
        guess.contains("windows-1251") && guess.contains("guess"),
        "{guess}"
    );
    assert!(loss.contains("mean nothing"), "{loss}");
}

#[test]
fn a_text_that_is_too_large_is_refused_with_the_reason_and_a_large_one_remarked_upon() {
    let case = Case::new();
    let elsewhere = TempDir::new().unwrap();
    let (huge, large) = (
        elsewhere.path().join("huge.txt"),
        elsewhere.path().join("large.txt"),
    );
    // A file with a hole takes no room on disk.
    fs::File::create(&huge)
        .unwrap()
        .set_len(500_000_001)
        .unwrap();
    fs::write(&large, "Слово. ".repeat(2_000_000)).unwrap();
    let paths = [huge, large];
    let brought = bring_in(&case.path, &new_project("p"), &paths, &Progress::default());
    assert_eq!(brought.problems.len(), 1);
    let words = brought.problems[0].to_string();
    assert!(words.contains("larger than 500 MB"), "{words}");
    assert!(
        brought.remarks()[0].contains("over 20 MB"),
        "{:?}",
        brought.remarks()
    );
}

/// Imports that mean far more than they say, or that would be gone through again and again. Each is over in moments;
/// the bar is for a busy machine and a program without any optimisation.
#[test]
fn no_import_takes_more_than_its_file_is_worth() {
    use std::fmt::Write;
    let lines =
        |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let text = "Le régime denied it. ".repeat(10_000);
    let json = |value: serde_json::Value| value.to_string();
    let mut rings = vec![
        json!({"type": "labels", "id": "a", "value": {"start": 0, "end": 2, "text": "Le", "labels": ["x"]}}),
        json!({"type": "labels", "id": "b", "value": {"start": 3, "end": 9, "text": "régime", "labels": ["x"]}}),
    ];
    for (from, to) in [("a", "a"), ("a", "b"), ("b", "a")].repeat(40) {
        rings.push(json!({"type": "relation", "from_id": from, "to_id": to, "labels": [ascribe::import::FRAGMENT]}));
    }
    let mut cas =
        "<xmi:XMI xmlns:xmi=\"http://www.omg.org/XMI\" xmlns:cas=\"http:///uima/cas.ecore\" \
        xmlns:c=\"http:///webanno/custom.ecore\">"
            .to_owned();
    for number in 0..3_000 {
        let _ = write!(
            cas,
            "<cas:Sofa xmi:id=\"{}\" sofaID=\"v{number}\" sofaString=\"denied\"/>",
            9_000 + number
        );
        let _ = write!(
            cas,
            "<c:Span xmi:id=\"{}\" begin=\"0\" end=\"6\" label=\"d\" links=\"1\"/>",
            10 + number
        );
    }
    let ids = lines(3_000, &|number| format!("{} ", 10 + number));
    let _ = write!(
        cas,
        "<cas:FSArray xmi:id=\"1\" elements=\"{ids}\"/></xmi:XMI>"
    );
    let columns = lines(3_000, &|number| format!(",c{number}"));
    let cells = "x|".repeat(30_000);
    let tags = |step: &str| lines(30_000, &|number| format!("{step}-t{number}|"));
    let cases = [
        (
            "csv",
            "a.csv",
            format!(
                "text,label\n{}",
                lines(20_000, &|n| format!("words {n},label {n}\n"))
            ),
        ),
        (
            "csv",
            "b.csv",
            format!(
                "text,tag{columns}\n{}",
                format!("denied,d{}\n", ",y".repeat(3_000)).repeat(200)
            ),
        ),
        (
            "jsonl",
            "same.jsonl",
            "{\"text\":\"thanks\",\"spans\":[]}\n".repeat(20_000),
        ),
        (
            "jsonl",
            "named.jsonl",
            lines(20_000, &|n| {
                format!("{{\"document\":\"d\",\"text\":\"{n}\",\"spans\":[]}}\n")
            }),
        ),
        (
            "brat",
            "a.ann",
            format!("T1\td 0 99999999999\ta\n{}", "b c\n".repeat(200_000)),
        ),
        (
            "brat",
            "b.ann",
            "T1\td 0 6;8 18446744073709551615;9 18446744073709551615\tLe\nrégime\n".to_owned(),
        ),
        (
            "brat",
            "c.ann",
            format!(
                "T1\td 0 2\tLe\n{}",
                lines(20_000, &|n| format!("E{n}\td:T1\n"))
            ),
        ),
        (
            "conll",
            "a.conll",
            format!("a {}\nb {}\n", tags("B"), tags("I")),
        ),
        (
            "webanno-tsv",
            "a.tsv",
            format!(
                "#FORMAT=WebAnno TSV 3.3\n#T_SP=custom.S|l\n#T_RL=custom.R|l|BT_custom.S\n\n\n\
            #Text=denied\n1-1\t0-6\tdenied\t{cells}x\t{cells}x\t{cells}x\t\n"
            ),
        ),
        ("xmi", "a.xmi", cas),
        (
            "label-studio",
            "a.json",
            json(json!([{"id": 1, "data": {"text": text}, "annotations": [{"result": rings}]}])),
        ),
        (
            "jsonl",
            "a.jsonl",
            json(json!({"text": text, "spans": (0..5_000).map(|number| {
            json!({"start": number, "end": 200_000, "label": "all"})
        }).collect::<Vec<_>>()})),
        ),
    ];
    for (format, path, words) in cases {
        let files = [
            FileInMemory {
                path: path.to_owned(),
                bytes: words.into_bytes(),
            },
            FileInMemory {
                path: path.replace(".ann", ".txt"),
                bytes: text.clone().into_bytes(),
            },
        ];
        let files = if format == "brat" {
            &files[..]
        } else {
            &files[..1]
        };
        let begun = Instant::now();
        let read = import_alone(
            import::format(format).unwrap(),
            files,
            &ImportOptions::default(),
        );
        println!("{format} {path}: {:?}", begun.elapsed());
        assert!(
            begun.elapsed() < 4 * MOST_TIME,
            "{format} {path}: {:?}",
            begun.elapsed()
        );
        let (project, _, report) = read.unwrap();
        let words: usize = project
            .annotations
            .iter()
            .map(|each| each.quote.len())
            .sum();
        assert!(
            words < 100_000_000,
            "{format} {path}: {words} bytes of words"
        );
        let sum = report.annotations();
        assert_eq!(
            sum.in_file,
            sum.exact + sum.moved + sum.unplaced,
            "{format} {path}"
        );
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_folder_for_texts_that_leads_out() {
    let case = Case::new();
    let elsewhere = TempDir::new().unwrap();
    fs::remove_dir_all(case.folder.path().join("texts")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), case.folder.path().join("texts")).unwrap();
    let given = TempDir::new().unwrap();
    fs::write(given.path().join("b.txt"), "Уряд заперечив.").unwrap();
    let brought = bring_in(
        &case.path,
        &new_project("p"),
        &[given.path().to_owned()],
        &Progress::default(),
    );
    assert!(brought.documents.is_empty());
    let problem = brought.problems[0].to_string();
    assert!(problem.contains("leads out"), "{problem}");
    let (project, texts) = project_with("Уряд заперечив.");
    let mut documents: Vec<Document> = project
        .documents
        .values()
        .map(|document| Document::clone(document))
        .collect();
    let written = write_texts(
        &RealDisk,
        &case.path,
        &mut documents,
        &texts,
        &Progress::default(),
    );
    assert!(written.unwrap_err().to_string().contains("leads out"));
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}
