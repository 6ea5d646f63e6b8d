//! The same commands without a window.
//!
//! Exit codes: 0 done, 1 the data is not in order, 2 the command was wrong or there is no display,
//! 3 something could not be read or written.

mod edit;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::app::{ExportChoice, PROJECT_ENDING, project_name, run_export};
use crate::edit::{Author, OpenProject, add_documents};
use crate::export::FORMATS;
use crate::model::{AnnotatorId, DocumentState, Texts, Timestamp};
use crate::query;
use crate::store::{self, BroughtIn, Journal, Opened, Progress, Storage};
use crate::text::OffsetUnit;

/// What is left to do after the command line has been read.
pub enum Outcome {
    /// Nothing; the program ends with this code.
    Done(ExitCode),
    /// A window, with this project if one is named.
    OpenWindow(Option<PathBuf>),
}

/// Label source texts by hand: highlight spans, tag them, keep the project beside the texts, export datasets.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
struct Arguments {
    /// The project to open in the window
    project: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Verb>,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 the data is not in order; 2 the command was wrong, or there is no \
                          display for the window; 3 something could not be read or written";

const REQUESTS: &str = r#"Each request is answered by one line, {"ok":true,…}, once it is on the disk; a refusal is {"ok":false,"error":"…"} and changes nothing.

  {"do":"annotate","document":"d","start":0,"end":5,"unit":"char","tag":"denial","annotator":"mara"}
  {"do":"delete","id":"mara-17"}
  {"do":"retag","id":"mara-17","tag":"impact"}
  {"do":"move","id":"mara-17","start":2,"end":9,"unit":"byte"}
  {"do":"set","id":"mara-17","attribute":"certainty","value":"likely"}
  {"do":"set","id":"mara-17","note":"see the second source"}
  {"do":"link","kind":"denies","from":"mara-17","to":"mara-2"}
  {"do":"state","document":"d","state":"finished","annotator":"mara"}
  {"do":"undo"}  {"do":"redo"}  {"do":"save"}
  {"do":"list","document":"d","unit":"utf16"}

Units are char (the default), byte and utf16. Who changes an annotation is its own annotator unless "annotator" says otherwise. States are not_assigned, new, in_progress, finished."#;

#[derive(Subcommand)]
enum Verb {
    /// Make an empty project with the default codebook
    New {
        /// The project file, NAME.ascribe.ron
        project: PathBuf,
        /// A codebook file to use instead
        #[arg(long)]
        codebook: Option<PathBuf>,
    },
    /// Add texts, or folders of texts, to a project
    Add {
        /// The project file
        project: PathBuf,
        /// Plain text or Markdown files, or folders of them
        #[arg(required = true)]
        texts: Vec<PathBuf>,
        /// Whose work the texts are
        #[arg(long)]
        annotator: Option<String>,
    },
    /// Edit a project by requests on standard input, one JSON object a line
    #[command(after_help = REQUESTS)]
    Edit {
        /// The project file
        project: PathBuf,
    },
    /// Write a project as a labelled dataset
    Export {
        /// The project file
        project: PathBuf,
        /// The format
        #[arg(long, value_parser = FORMATS.iter().map(|format| format.name).collect::<Vec<_>>())]
        format: String,
        /// A file, or for formats of several files an empty folder
        #[arg(long)]
        out: PathBuf,
        /// What offsets are counted in
        #[arg(long, value_enum, default_value_t = Unit::CodePoint)]
        unit: Unit,
        /// Replace a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Look for everything that needs a look: offsets, quotes, hashes, ids, codebook rules
    Check {
        /// The project file
        project: PathBuf,
        /// Also list what is still to be filled in
        #[arg(long)]
        hints: bool,
    },
    /// Count documents, annotations, states, links and regions
    Stats {
        /// The project file
        project: PathBuf,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Unit {
    /// Characters, as Python counts
    CodePoint,
    /// UTF-8 bytes
    Byte,
    /// UTF-16 code units, as JavaScript and Java count
    Utf16,
}

/// Why a command was not carried out, with its exit code.
struct Failure {
    code: u8,
    words: String,
}

impl Failure {
    fn of_data(words: impl ToString) -> Self {
        Self {
            code: 1,
            words: words.to_string(),
        }
    }

    fn of_usage(words: impl ToString) -> Self {
        Self {
            code: 2,
            words: words.to_string(),
        }
    }

    fn of_world(words: impl ToString) -> Self {
        Self {
            code: 3,
            words: words.to_string(),
        }
    }
}

/// Reads the command line and carries its command out, if it has one.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Outcome {
    let parsed = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are no errors and go to standard output; clap knows which.
            let _ = error.print();
            return Outcome::Done(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)));
        }
    };
    let Some(command) = parsed.command else {
        return Outcome::OpenWindow(parsed.project);
    };
    let outcome = match command {
        Verb::New { project, codebook } => new(&project, codebook.as_deref()),
        Verb::Add {
            project,
            texts,
            annotator,
        } => add(&project, &texts, annotator),
        Verb::Edit { project } => edit::edit(&project),
        Verb::Export {
            project,
            format,
            out,
            unit,
            force,
        } => export(&project, &format, &out, unit, force),
        Verb::Check { project, hints } => check(&project, hints),
        Verb::Stats { project, json } => stats(&project, json),
    };
    Outcome::Done(match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, words }) => {
            if !words.is_empty() {
                eprintln!("ascribe: {words}");
            }
            ExitCode::from(code)
        }
    })
}

fn new(path: &Path, codebook: Option<&Path>) -> Result<(), Failure> {
    if !path.to_string_lossy().ends_with(PROJECT_ENDING) {
        return Err(Failure::of_usage(format!(
            "the name of a project file ends in {PROJECT_ENDING}"
        )));
    }
    if path.exists() {
        return Err(Failure::of_usage(format!(
            "there is already a file; nothing was written: {}",
            path.display()
        )));
    }
    let mut project = store::new_project(&project_name(path));
    if let Some(codebook) = codebook {
        project.codebook = store::read_codebook(codebook)
            .map_err(Failure::of_data)?
            .into();
    }
    store::save_project(path, &project, &Texts::new(), None).map_err(Failure::of_world)?;
    println!("{}", path.display());
    Ok(())
}

fn add(path: &Path, texts: &[PathBuf], annotator: Option<String>) -> Result<(), Failure> {
    let Opened {
        project,
        texts: mut read,
        unreadable,
        file_sha256,
        recovery,
        ..
    } = open(path)?;
    if !unreadable.is_empty() {
        let words =
            "parts of the project cannot be read; “ascribe check” lists them. Nothing was changed";
        return Err(Failure::of_data(words));
    }
    let BroughtIn {
        documents,
        problems,
    } = store::bring_in(path, &project, texts, &Progress::default());
    for problem in &problems {
        eprintln!("ascribe: {problem}");
    }
    let author = Author {
        annotator_id: AnnotatorId::new(annotator.as_deref().unwrap_or("ascribe")),
        at: now(),
    };
    let mut added = Vec::new();
    for (mut document, text) in documents {
        println!("{}", document.path);
        read.insert(document.id.clone(), text);
        if annotator.is_some() {
            document
                .states
                .insert(author.annotator_id.clone(), DocumentState::New);
        }
        added.push(document);
    }
    if !added.is_empty() {
        let expected = file_sha256.as_deref();
        let journal = Journal::resume(Storage::own(), path, &recovery, expected, None);
        let mut open = OpenProject::resume(project, recovery.history);
        let edit = add_documents(open.project(), &author, added).map_err(Failure::of_data)?;
        open.run(edit).map_err(Failure::of_data)?;
        journal.record(open.take_steps());
        journal
            .save(open.project(), &read, open.revision(), expected)
            .map_err(Failure::of_world)?;
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Failure::of_world(""))
    }
}

fn export(path: &Path, format: &str, out: &Path, unit: Unit, force: bool) -> Result<(), Failure> {
    let opened = open(path)?;
    if out.is_file() && !force {
        return Err(Failure::of_usage(format!(
            "{} is there already; --force replaces it",
            out.display()
        )));
    }
    let format = crate::export::format(format)
        .ok_or_else(|| Failure::of_usage("there is no such format"))?;
    let choice = ExportChoice {
        format: format.name,
        unit: unit.into(),
    };
    let losses = run_export(
        &opened.project,
        &opened.texts,
        &choice,
        out,
        &Progress::default(),
    )
    .map_err(Failure::of_world)?;
    for line in losses.lines() {
        eprintln!("ascribe: {line}");
    }
    if !opened.unreadable.is_empty() {
        let count = opened.unreadable.len();
        return Err(Failure::of_data(format!(
            "{count} entries of the project could not be read and are left out"
        )));
    }
    Ok(())
}

fn check(path: &Path, hints: bool) -> Result<(), Failure> {
    let (opened, damage) = match store::open_project(path, &Progress::default()) {
        Ok(opened) => (opened, None),
        Err(store::OpenError::Damaged {
            line,
            column,
            words,
            salvage: Some(salvage),
            ..
        }) => (
            *salvage,
            Some(format!("{}:{line}:{column}: {words}", path.display())),
        ),
        Err(error @ (store::OpenError::Io { .. } | store::OpenError::Journal { .. })) => {
            return Err(Failure::of_world(error));
        }
        Err(error) => return Err(Failure::of_data(error)),
    };
    let mut count = 0;
    if let Some(line) = damage {
        println!("{line}");
        count += 1;
    }
    for entry in &opened.unreadable {
        println!(
            "{}:{}: {}",
            path.display(),
            entry.line_number,
            entry.problem
        );
        count += 1;
    }
    let lines = store::EntryLines::of(path);
    for finding in opened
        .findings
        .iter()
        .filter(|finding| hints || finding.severity < query::Severity::Hint)
    {
        let line = lines.line_of(&finding.subject);
        println!("{}:{line}: {finding}. {}", path.display(), finding.remedy());
        count += 1;
    }
    if count == 0 {
        Ok(())
    } else {
        Err(Failure::of_data(""))
    }
}

fn stats(path: &Path, json: bool) -> Result<(), Failure> {
    let opened = open(path)?;
    let stats = query::stats(&opened.project, &opened.texts);
    if json {
        println!(
            "{}",
            serde_json::to_string_pretty(&stats).map_err(Failure::of_data)?
        );
        return Ok(());
    }
    println!("documents    {:>8}", stats.documents);
    println!("characters   {:>8}", stats.characters);
    println!("annotations  {:>8}", stats.annotations);
    for (name, count) in &stats.by_tag {
        println!("  {name:<20} {count:>8}");
    }
    for (annotator, states) in &stats.states {
        let annotations = stats.by_annotator.get(annotator).copied().unwrap_or(0);
        let states: Vec<String> = states
            .iter()
            .map(|(state, count)| format!("{count} {state}"))
            .collect();
        println!(
            "annotator {annotator}: {annotations} annotations; documents: {}",
            states.join(", ")
        );
    }
    for (what, counts) in [("links", &stats.links), ("regions", &stats.regions)] {
        println!("{what:<12} {:>8}", counts.values().sum::<usize>());
        for (name, count) in counts {
            println!("  {name:<20} {count:>8}");
        }
    }
    Ok(())
}

/// Opens a project and says what its journal has brought back.
fn open(path: &Path) -> Result<Opened, Failure> {
    let opened = store::open_project(path, &Progress::default());
    let opened = opened.map_err(|error| match error {
        store::OpenError::Io { .. } | store::OpenError::Journal { .. } => Failure::of_world(error),
        error => Failure::of_data(error),
    })?;
    opened
        .recovery
        .notices()
        .iter()
        .for_each(|words| told(words));
    Ok(opened)
}

fn told(words: &str) {
    eprintln!("ascribe: {words}");
}

fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

impl From<Unit> for OffsetUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::CodePoint => Self::CodePoint,
            Unit::Byte => Self::Byte,
            Unit::Utf16 => Self::Utf16,
        }
    }
}
