//! The same commands without a window.
//!
//! Exit codes: 0 done, 1 the data is not in order, 2 the command was wrong or there is no display,
//! 3 something could not be read or written. For `import` and `convert`: 0 everything came over, 3 not everything
//! did, 1 nothing was done.

/// Prints a line. A reader that has seen enough, such as `head`, closes the pipe, which is no reason to fail.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

mod edit;
mod merge;
mod repair;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::app::{ExportChoice, ImportChoice, ImportFailure, project_name, run_export, run_import};
use crate::edit::{Author, Edit, OpenProject, add_documents, take_in};
use crate::export::{ExportOptions, FORMATS, Filter, LossReport, Newlines, Scheme};
use crate::import::{
    self, FileInMemory, ImportError, ImportOptions, ImportReport, Imported, Mapping, Target,
};
use crate::model::{AnnotatorId, DocumentState, Project, TagId, Texts, Timestamp};
use crate::query;
use crate::store::{
    self, BackupReason, BroughtIn, Journal, LeftBehind, Opened, PROJECT_ENDING, Progress,
    SeenSource, Storage,
};
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
                          display for the window; 3 something could not be read or written. \
                          For import and convert: 0 everything came over; 3 not everything did; 1 nothing was done";

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
        /// Plain text, Markdown, web pages, Word documents or PDF files, or folders of them
        #[arg(required = true)]
        texts: Vec<PathBuf>,
        /// Whose work the texts are
        #[arg(long)]
        annotator: Option<String>,
        /// Only show what would be taken out of web pages, Word documents and PDF files
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the words of a web page, a Word document or a PDF file as JSON; the program calls itself so
    #[command(hide = true)]
    Extract {
        /// The file
        file: PathBuf,
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
        #[command(flatten)]
        writing: WritingArguments,
        /// Replace a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Read annotations that other tools wrote, find out how they counted, and add them to a project
    Import {
        /// The project file
        project: PathBuf,
        /// Files, or folders of them
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        reading: ReadingArguments,
        /// Say what would come over, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Turn a labelled dataset from one format into another
    Convert {
        /// A file, or a folder of them
        from: PathBuf,
        /// The format to write
        #[arg(long, value_parser = FORMATS.iter().map(|format| format.name).collect::<Vec<_>>())]
        to: String,
        /// A file, or for formats of several files an empty folder
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        reading: ReadingArguments,
        #[command(flatten)]
        writing: WritingArguments,
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
        /// Move annotations whose text has changed and whose place is beyond doubt; texts are never written
        #[arg(long)]
        repair: bool,
    },
    /// List what projects that are no longer where they were have left: edits that were never saved, and backups
    LeftBehind,
    /// Bring two versions of a project together, entry by entry
    Merge {
        /// What both came from
        #[arg(required_unless_present = "install_git")]
        base: Option<PathBuf>,
        /// One version
        #[arg(required_unless_present = "install_git")]
        ours: Option<PathBuf>,
        /// The other
        #[arg(required_unless_present = "install_git")]
        theirs: Option<PathBuf>,
        /// Where the merged project goes; may be one of the three
        #[arg(short, long, required_unless_present = "install_git")]
        out: Option<PathBuf>,
        /// Let the git repository around this folder merge project files so from now on
        #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = ".", exclusive = true)]
        install_git: Option<PathBuf>,
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

/// What is written, and how.
#[derive(Args)]
struct WritingArguments {
    /// What offsets are counted in, where the format does not say
    #[arg(long, value_enum, default_value_t = Unit::CodePoint)]
    unit: Unit,
    /// How lines end in the texts that are written, where the format does not say
    #[arg(long, value_enum, default_value_t = LineEnd::AsWritten)]
    newlines: LineEnd,
    /// How tags stand behind tokens, for CoNLL
    #[arg(long, value_enum, default_value_t = TagScheme::Iob2)]
    scheme: TagScheme,
    /// Only annotations with this tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Only annotations of this annotator; may be given several times
    #[arg(long = "by", value_name = "ANNOTATOR")]
    annotators: Vec<String>,
    /// Only documents in this state; may be given several times
    #[arg(long = "state", value_enum)]
    states: Vec<State>,
    /// Only annotations that every annotator is expected to make
    #[arg(long)]
    core_only: bool,
}

impl WritingArguments {
    fn options(&self) -> ExportOptions {
        ExportOptions {
            unit: self.unit.into(),
            newlines: self.newlines.into(),
            scheme: self.scheme.into(),
            filter: Filter {
                tags: self
                    .tags
                    .iter()
                    .map(|tag| TagId::new(tag.as_str()))
                    .collect(),
                annotators: self
                    .annotators
                    .iter()
                    .map(|name| AnnotatorId::new(name.as_str()))
                    .collect(),
                states: self.states.iter().map(|state| (*state).into()).collect(),
                is_core_only: self.core_only,
            },
        }
    }
}

/// How files of other tools are read.
#[derive(Args)]
struct ReadingArguments {
    /// The format; found out if left out
    #[arg(long, value_parser = import::FORMATS.iter().map(|format| format.name).collect::<Vec<_>>())]
    format: Option<String>,
    /// Who made what the files ascribe to nobody
    #[arg(long, default_value = import::NOBODY)]
    annotator: String,
    /// Which column or key holds what, as in tag=label; roles: text, document, spans, start, end, length, tag, quote,
    /// prefix, suffix, note, annotator, id. Columns of CoNLL are numbers from 1
    #[arg(long = "map", value_name = "ROLE=NAME")]
    mapping: Vec<String>,
    /// Write the report as JSON to this file
    #[arg(long)]
    report: Option<PathBuf>,
}

impl ReadingArguments {
    fn choice(&self) -> Result<ImportChoice, Failure> {
        let mut mapping = Mapping::default();
        for written in &self.mapping {
            mapping.read(written).map_err(Failure::of_usage)?;
        }
        // Before any work, since the report comes last.
        let folder = self.report.as_deref().and_then(Path::parent);
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
        if let Some(missing) = folder.filter(|folder| !folder.is_dir()) {
            let words = format!("there is no folder {} for the report", missing.display());
            return Err(Failure::of_usage(words));
        }
        let options = ImportOptions {
            annotator: self.annotator.clone(),
            mapping,
        };
        Ok(ImportChoice {
            format: self.format.clone(),
            options,
        })
    }

    /// Tells people, and programs if they asked, what came of an import, and of an export behind it.
    fn tell(&self, report: &ImportReport, losses: Option<&LossReport>) -> Result<(), Failure> {
        let losses_in_words = losses.into_iter().flat_map(LossReport::lines);
        all_told(report.lines().into_iter().chain(losses_in_words));
        let Some(path) = &self.report else {
            return Ok(());
        };
        let mut value = serde_json::to_value(report).map_err(Failure::of_data)?;
        if let (Some(losses), Some(object)) = (losses, value.as_object_mut()) {
            object.insert(
                "export".to_owned(),
                serde_json::to_value(losses).map_err(Failure::of_data)?,
            );
        }
        let json = serde_json::to_vec_pretty(&value).map_err(Failure::of_data)?;
        let file = FileInMemory {
            path: String::new(),
            bytes: json,
        };
        store::write_export(path, &[file]).map_err(Failure::of_data)
    }
}

/// What an import ends with: everything came over, or not everything, or nothing.
fn import_outcome(report: &ImportReport, brings_nothing: bool) -> Result<(), Failure> {
    if report.is_empty {
        Err(Failure::of_data("nothing could be read"))
    } else if report.is_lossless() {
        Ok(())
    } else if brings_nothing && report.is_in_vain() {
        Err(Failure::of_data("nothing could be placed"))
    } else {
        Err(Failure::of_losses())
    }
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

#[derive(Clone, Copy, ValueEnum)]
enum LineEnd {
    /// As they are
    AsWritten,
    /// LF
    Lf,
    /// CR LF
    Crlf,
}

#[derive(Clone, Copy, ValueEnum)]
enum TagScheme {
    /// B begins, I goes on
    Iob2,
    /// B only where one annotation follows another of its tag at once
    Iob1,
    /// With L for the last token, U for an only one
    Bilou,
    /// With E for the last token, S for an only one
    Bioes,
    /// As BIOES, with M inside
    Bmes,
}

#[derive(Clone, Copy, ValueEnum)]
enum State {
    /// Nobody's to do
    NotAssigned,
    /// Not yet begun
    New,
    /// Begun
    InProgress,
    /// Done
    Finished,
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

    /// Where a column or key has to be named, this says how.
    fn of_import(failure: ImportFailure) -> Self {
        let ImportFailure::Understood(ImportError::NeedsMapping { mappable, .. }) = &failure else {
            return Self::of_data(failure);
        };
        let roles: Vec<&str> = mappable.roles.iter().map(|role| role.name()).collect();
        Self::of_data(format!(
            "{failure}\n--map ROLE=NAME says it, as often as needed; the roles are {}",
            roles.join(", ")
        ))
    }

    fn of_usage(words: impl ToString) -> Self {
        Self {
            code: 2,
            words: words.to_string(),
        }
    }

    /// The report says what did not come over.
    fn of_losses() -> Self {
        Self {
            code: 3,
            words: String::new(),
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
        return match parsed.project {
            Some(path) if is_slip(&path) => ended(Err(Failure::of_usage(format!(
                "there is no command and no file “{}”; --help lists the commands",
                path.display()
            )))),
            project => Outcome::OpenWindow(project),
        };
    };
    ended(match command {
        Verb::New { project, codebook } => new(&project, codebook.as_deref()),
        Verb::Add {
            project,
            texts,
            dry_run: true,
            ..
        } => show_sources(&project, &texts),
        Verb::Add {
            project,
            texts,
            annotator,
            ..
        } => add(&project, &texts, annotator),
        Verb::Extract { file } => extract(&file),
        Verb::Edit { project } => edit::edit(&project),
        Verb::Export {
            project,
            format,
            out,
            writing,
            force,
        } => export(&project, &format, &out, &writing, force),
        Verb::Check {
            project,
            hints,
            repair,
        } => check(&project, hints, repair),
        Verb::LeftBehind => left_behind(),
        Verb::Merge {
            base: Some(base),
            ours: Some(ours),
            theirs: Some(theirs),
            out: Some(out),
            ..
        } => merge::merge(&base, &ours, &theirs, &out),
        Verb::Merge { install_git, .. } => {
            merge::install_git(&install_git.unwrap_or_else(|| PathBuf::from(".")))
        }
        Verb::Import {
            project,
            paths,
            reading,
            dry_run,
        } => import(&project, &paths, &reading, dry_run),
        Verb::Convert {
            from,
            to,
            out,
            reading,
            writing,
            force,
        } => convert(&from, &to, &out, &reading, &writing, force),
        Verb::Stats { project, json } => stats(&project, json),
    })
}

/// Whether somebody meant a command: a single word that no file has for its name.
fn is_slip(path: &Path) -> bool {
    let is_word = |word: &str| word.chars().all(|c| c.is_alphanumeric() || c == '-');
    path.to_str().is_some_and(is_word) && !path.exists()
}

fn ended(outcome: Result<(), Failure>) -> Outcome {
    Outcome::Done(match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, words }) => {
            if !words.is_empty() {
                told(words);
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
    say!("{}", path.display());
    Ok(())
}

/// Answers another run of this program, which reads sources apart from everything else.
fn extract(file: &Path) -> Result<(), Failure> {
    say!("{}", store::answer_extract(file).map_err(Failure::of_data)?);
    Ok(())
}

/// Shows the words of sources that are no plain text.
fn show_sources(path: &Path, texts: &[PathBuf]) -> Result<(), Failure> {
    let opened = open_sound(path)?;
    let looked = store::look_through(path, &opened.project, texts, &Progress::default());
    let mut is_whole = true;
    for text in &looked.texts {
        let what = match store::refuse_no_text(text) {
            Ok(()) => "plain text".to_owned(),
            Err(error) => {
                is_whole = false;
                error.to_string()
            }
        };
        told(format_args!("{}: {what}", text.display()));
    }
    for SeenSource { path, outcome } in &looked.sources {
        match outcome {
            Ok(extracted) => {
                told(format_args!("{}: by {}", path.display(), extracted.how()));
                say!("{}", extracted.words);
            }
            Err(words) => {
                is_whole = false;
                told(format_args!("{}: {words}", path.display()));
            }
        }
    }
    match is_whole {
        true => Ok(()),
        false => Err(Failure::of_world("")),
    }
}

fn add(path: &Path, texts: &[PathBuf], annotator: Option<String>) -> Result<(), Failure> {
    let mut opened = open_sound(path)?;
    let brought_in = store::bring_in(path, &opened.project, texts, &Progress::default());
    let remarks = brought_in.remarks();
    all_told(brought_in.extracted().into_iter().chain(remarks));
    let BroughtIn {
        documents,
        problems,
        there_already,
    } = brought_in;
    all_told(&problems);
    match there_already {
        0 => {}
        1 => told("1 text was in the project already"),
        count => told(format_args!("{count} texts were in the project already")),
    }
    let author = author(annotator.as_deref().unwrap_or("ascribe"));
    let mut added = Vec::new();
    for (mut document, text) in documents {
        say!("{}", document.path);
        opened.texts.insert(document.id.clone(), text);
        if annotator.is_some() {
            document
                .states
                .insert(author.annotator_id.clone(), DocumentState::New);
        }
        added.push(document);
    }
    if !added.is_empty() {
        let edit = add_documents(&opened.project, &author, added).map_err(Failure::of_data)?;
        save_edited(path, &opened, edit)?;
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Failure::of_world(""))
    }
}

/// Carries an edit out on a project that was opened, and saves it. The journal goes along, so that the window can
/// take the edit back; the file as it was is a backup.
fn save_edited(path: &Path, opened: &Opened, edit: Edit) -> Result<Project, Failure> {
    keep_before(path, BackupReason::BeforeEdit);
    let (recovery, expected) = (&opened.recovery, opened.file_sha256.as_deref());
    let journal = Journal::resume(Storage::own(), path, recovery, expected, None);
    let mut open = OpenProject::resume(opened.project.clone(), recovery.history.clone());
    open.run(edit).map_err(Failure::of_data)?;
    journal.record(open.take_steps());
    journal
        .save(open.project(), &opened.texts, open.revision(), expected)
        .map_err(Failure::of_world)?;
    Ok(open.project().clone())
}

/// A change is worth more than its backup: it is said if there is none.
fn keep_before(path: &Path, reason: BackupReason) {
    if let Err(error) = store::back_up_file(&Storage::own(), path, reason) {
        told(format_args!("no backup was made: {error}"));
    }
}

fn left_behind() -> Result<(), Failure> {
    for left in store::list_left_behind(&Storage::own()) {
        match left {
            LeftBehind::Edits { project, journal } => {
                let (count, project) = (journal.steps.len(), project.display());
                say!(
                    "{project}: {count} edits that were never saved, in {}",
                    journal.path.display()
                );
            }
            LeftBehind::Backups {
                project,
                count,
                newest,
            } => {
                let (project, path) = (project.display(), newest.path.display());
                let day = newest.at.strftime("%Y-%m-%d");
                say!("{project}: {count} backups, the newest of {day}: {path}");
            }
        }
    }
    Ok(())
}

fn export(
    path: &Path,
    format: &str,
    out: &Path,
    writing: &WritingArguments,
    force: bool,
) -> Result<(), Failure> {
    let opened = open(path)?;
    refuse_taken(out, force)?;
    store::refuse_own(out, Some((path, &opened.project))).map_err(Failure::of_usage)?;
    refuse_unknown(&opened.project, writing)?;
    let format = crate::export::format(format)
        .ok_or_else(|| Failure::of_usage("there is no such format"))?;
    let choice = ExportChoice {
        format: format.name,
        options: writing.options(),
    };
    let losses = run_export(
        &opened.project,
        &opened.texts,
        &choice,
        out,
        &Progress::default(),
    )
    .map_err(Failure::of_world)?;
    all_told(losses.lines());
    if choice
        .options
        .filter
        .of(&opened.project)
        .documents
        .is_empty()
    {
        told("no document of the project fits these choices, so the export is empty");
    }
    for changed in &opened.changed {
        told(changed.remark());
    }
    if !opened.unreadable.is_empty() {
        let count = opened.unreadable.len();
        return Err(Failure::of_data(format!(
            "{count} entries of the project could not be read and are left out"
        )));
    }
    Ok(())
}

fn refuse_taken(out: &Path, force: bool) -> Result<(), Failure> {
    match out.is_file() && !force {
        true => Err(Failure::of_usage(format!(
            "{} is there already; --force replaces it",
            out.display()
        ))),
        false => Ok(()),
    }
}

/// A name that is not there would filter everything out.
fn refuse_unknown(project: &Project, writing: &WritingArguments) -> Result<(), Failure> {
    let mut tags: BTreeSet<&str> = BTreeSet::new();
    let mut annotators: BTreeSet<&str> = BTreeSet::new();
    tags.extend(project.codebook.tags.iter().map(|tag| tag.id.as_str()));
    annotators.extend(project.annotators.keys().map(AnnotatorId::as_str));
    for annotation in project.annotations.iter() {
        tags.insert(annotation.tag_id.as_str());
        annotators.insert(annotation.annotator_id().as_str());
    }
    let all = [
        ("tag", &writing.tags, tags),
        ("annotator", &writing.annotators, annotators),
    ];
    for (what, asked, known) in all {
        if let Some(name) = asked.iter().find(|name| !known.contains(name.as_str())) {
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            let words = format!("there is no {what} “{name}”; there are: {known}");
            return Err(Failure::of_usage(words));
        }
    }
    Ok(())
}

fn import(
    path: &Path,
    paths: &[PathBuf],
    reading: &ReadingArguments,
    dry_run: bool,
) -> Result<(), Failure> {
    let choice = reading.choice()?;
    let mut opened = open_sound(path).map_err(|failure| Failure::of_data(failure.words))?;
    if let Some(report) = &reading.report {
        store::refuse_own(report, Some((path, &opened.project))).map_err(Failure::of_usage)?;
    }
    let target = Target {
        project: &opened.project,
        texts: &opened.texts,
    };
    let (imported, _) =
        run_import(paths, &choice, target, &Progress::default()).map_err(Failure::of_import)?;
    let Imported {
        mut additions,
        texts,
        report,
        ..
    } = imported;
    reading.tell(&report, None)?;
    let brings_nothing = additions.is_empty();
    if dry_run || brings_nothing {
        return import_outcome(&report, brings_nothing);
    }
    let disk = Storage::own().disk;
    let progress = Progress::default();
    store::write_texts(&*disk, path, &mut additions.documents, &texts, &progress)
        .map_err(Failure::of_data)?;
    let author = author(&reading.annotator);
    let edit = take_in(&opened.project, &author, "import".to_owned(), additions);
    opened.texts.extend(texts);
    save_edited(path, &opened, edit.map_err(Failure::of_data)?)?;
    import_outcome(&report, brings_nothing)
}

fn convert(
    from: &Path,
    to: &str,
    out: &Path,
    reading: &ReadingArguments,
    writing: &WritingArguments,
    force: bool,
) -> Result<(), Failure> {
    let choice = reading.choice()?;
    refuse_taken(out, force)?;
    let (empty, no_texts) = (Project::default(), Texts::new());
    let target = Target {
        project: &empty,
        texts: &no_texts,
    };
    let (imported, _) = run_import(&[from.to_owned()], &choice, target, &Progress::default())
        .map_err(Failure::of_import)?;
    let (project, texts, report) = imported.into_project();
    if report.is_empty {
        reading.tell(&report, None)?;
        return import_outcome(&report, true);
    }
    refuse_unknown(&project, writing)?;
    let format =
        crate::export::format(to).ok_or_else(|| Failure::of_usage("there is no such format"))?;
    let choice = ExportChoice {
        format: format.name,
        options: writing.options(),
    };
    let losses = run_export(&project, &texts, &choice, out, &Progress::default())
        .map_err(Failure::of_data)?;
    reading.tell(&report, Some(&losses))?;
    match losses.is_empty() {
        true => import_outcome(&report, project.annotations.is_empty()),
        false => Err(Failure::of_losses()),
    }
}

fn check(path: &Path, hints: bool, repairs: bool) -> Result<(), Failure> {
    if repairs {
        repair::repair(path, &open(path)?)?;
    }
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
            Some((line, format!("{}:{line}:{column}: {words}", path.display()))),
        ),
        Err(error @ (store::OpenError::Io { .. } | store::OpenError::Journal { .. })) => {
            return Err(Failure::of_world(error));
        }
        Err(error) => return Err(Failure::of_data(error)),
    };
    let mut count = 0;
    let damaged_line = damage.as_ref().map(|(line, _)| *line);
    if let Some((_, words)) = damage {
        say!("{words}");
        count += 1;
    }
    let others = opened.unreadable.iter();
    for entry in others.filter(|entry| Some(entry.line_number) != damaged_line) {
        say!(
            "{}:{}: {}",
            path.display(),
            entry.line_number,
            entry.problem
        );
        count += 1;
    }
    let lines = store::EntryLines::of(path);
    let findings = opened.check();
    for finding in findings
        .iter()
        .filter(|finding| hints || finding.severity < query::Severity::Hint)
    {
        let line = lines.line_of(&finding.subject);
        say!("{}:{line}: {finding}. {}", path.display(), finding.remedy());
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
        say!(
            "{}",
            serde_json::to_string_pretty(&stats).map_err(Failure::of_data)?
        );
        return Ok(());
    }
    say!("documents    {:>8}", stats.documents);
    say!("characters   {:>8}", stats.characters);
    say!("annotations  {:>8}", stats.annotations);
    for (name, count) in &stats.by_tag {
        say!("  {name:<20} {count:>8}");
    }
    for (annotator, states) in &stats.states {
        let annotations = stats.by_annotator.get(annotator).copied().unwrap_or(0);
        let states: Vec<String> = states
            .iter()
            .map(|(state, count)| format!("{count} {state}"))
            .collect();
        say!(
            "annotator {annotator}: {annotations} annotations; documents: {}",
            states.join(", ")
        );
    }
    for (what, counts) in [("links", &stats.links), ("regions", &stats.regions)] {
        say!("{what:<12} {:>8}", counts.values().sum::<usize>());
        for (name, count) in counts {
            say!("  {name:<20} {count:>8}");
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
    opened.recovery.notices().iter().for_each(told);
    Ok(opened)
}

/// A project that is to be changed: nothing of it may be left out by saving it.
fn open_sound(path: &Path) -> Result<Opened, Failure> {
    let opened = open(path)?;
    if opened.unreadable.is_empty() {
        return Ok(opened);
    }
    let words =
        "parts of the project cannot be read; “ascribe check” lists them. Nothing was changed";
    Err(Failure::of_data(words))
}

fn author(name: &str) -> Author {
    Author {
        annotator_id: AnnotatorId::new(name),
        at: now(),
    }
}

/// Says something beside what was asked for. As with what is printed, nobody may be there to hear it.
fn told(words: impl Display) {
    all_told([words]);
}

/// A report may have very many lines.
fn all_told(lines: impl IntoIterator<Item = impl Display>) {
    let mut out = BufWriter::new(std::io::stderr().lock());
    for line in lines {
        let _ = writeln!(out, "ascribe: {line}");
    }
}

fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

impl From<LineEnd> for Newlines {
    fn from(line_end: LineEnd) -> Self {
        match line_end {
            LineEnd::AsWritten => Self::AsWritten,
            LineEnd::Lf => Self::Lf,
            LineEnd::Crlf => Self::CrLf,
        }
    }
}

impl From<TagScheme> for Scheme {
    fn from(scheme: TagScheme) -> Self {
        match scheme {
            TagScheme::Iob2 => Self::Iob2,
            TagScheme::Iob1 => Self::Iob1,
            TagScheme::Bilou => Self::Bilou,
            TagScheme::Bioes => Self::Bioes,
            TagScheme::Bmes => Self::Bmes,
        }
    }
}

impl From<State> for DocumentState {
    fn from(state: State) -> Self {
        match state {
            State::NotAssigned => Self::NotAssigned,
            State::New => Self::New,
            State::InProgress => Self::InProgress,
            State::Finished => Self::Finished,
        }
    }
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
