//! `ascribe merge`: two versions of a project file in one, by hand or as git's merge driver.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Failure, keep_before};
use crate::edit;
use crate::model::{Project, Texts};
use crate::store::{self, BackupReason, OpenError, PROJECT_ENDING};

/// Which driver of git stands for us.
const DRIVER: &str = "ascribe";

/// Merges two versions that came from a third into `out`. Every double edit is a line, and makes the data not in
/// order: the file is whole, but somebody should look.
pub fn merge(base: &Path, ours: &Path, theirs: &Path, out: &Path) -> Result<(), Failure> {
    let base = read(base)?;
    let merged = edit::merge(&base, &read(ours)?, &read(theirs)?);
    let expected = store::hash_of_file(out);
    keep_before_merge(out);
    store::save_project(out, &merged.project, &Texts::new(), expected.as_deref())
        .map_err(Failure::of_world)?;
    for double in &merged.doubles {
        say!(
            "{}: ours {}, theirs {}; {}",
            double.what,
            double.ours,
            double.theirs,
            double.outcome
        );
    }
    match merged.doubles.len() {
        0 => Ok(()),
        count => Err(Failure::of_data(format!(
            "{count} things were changed on both sides; all of both is in the file, listed above is what to look at"
        ))),
    }
}

/// What a person merges into keeps its backup. git's own temporary files do not: git has all versions.
fn keep_before_merge(out: &Path) {
    if out.to_string_lossy().ends_with(PROJECT_ENDING) && out.is_file() {
        keep_before(out, BackupReason::BeforeMerge);
    }
}

/// A version of the project. git gives an empty file where a side has none.
fn read(path: &Path) -> Result<Project, Failure> {
    match store::read_project(path) {
        Ok(opened) => match opened.unreadable.first() {
            None => Ok(opened.project),
            Some(entry) => Err(Failure::of_data(format!(
                "{}:{}: {}; nothing was merged",
                path.display(),
                entry.line_number,
                entry.problem
            ))),
        },
        Err(OpenError::Empty { .. }) => Ok(Project::default()),
        Err(error @ OpenError::Io { .. }) => Err(Failure::of_world(error)),
        Err(error) => Err(Failure::of_data(format!("{error}; nothing was merged"))),
    }
}

/// Tells the git repository around the folder to merge project files by us.
pub fn install_git(folder: &Path) -> Result<(), Failure> {
    let top = PathBuf::from(git(folder, &["rev-parse", "--show-toplevel"])?);
    let program = std::env::current_exe().map_err(Failure::of_world)?;
    let driver = format!("'{}' merge %O %A %B -o %A", program.display());
    let key = |name: &str| format!("merge.{DRIVER}.{name}");
    git(
        folder,
        &["config", &key("name"), "Ascribe projects, entry by entry"],
    )?;
    git(folder, &["config", &key("driver"), &driver])?;
    let line = format!("*{PROJECT_ENDING} merge={DRIVER}");
    let attributes = top.join(".gitattributes");
    store::add_line(&attributes, &line).map_err(Failure::of_world)?;
    say!("{}: {line}", attributes.display());
    say!(
        "git merges project files entry by entry in {} from now on",
        top.display()
    );
    Ok(())
}

/// What git says, without the line end.
fn git(folder: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output()
        .map_err(|error| Failure::of_world(format!("git could not be started: {error}")))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::of_world(format!("git: {}", words.trim())));
    }
    let words = String::from_utf8_lossy(&output.stdout);
    Ok(words.trim_end_matches(['\n', '\r']).to_owned())
}
