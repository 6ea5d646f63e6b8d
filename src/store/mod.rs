//! The project file, its journal, and the disk. The only module that touches files.
//!
//! The bytes of source texts are never written. A project file is replaced as a whole or not at all, and not if it
//! is no longer what was read. Every edit goes to the [`Journal`] at once and comes back with [`open_project`].
//! Whatever is written goes through one small interface, [`Disk`], so that tests can let it fail.

mod annotation_line;
mod backups;
mod by_line;
mod codebooks;
mod crash_files;
mod disk;
mod entries;
mod entry_lines;
mod file;
mod first_sight;
mod folders;
mod imports;
mod journal;
mod kept_texts;
mod left_behind;
mod lock;
mod medium;
mod outside;
mod paths;
mod progress;
mod read;
mod reading;
mod replace;
mod sample;
mod settings;
mod sources;
mod texts;
mod write;

use std::path::PathBuf;

pub use backups::{
    Backup, BackupReason, back_up, back_up_file, list_backups, open_backup, project_of_hash,
    put_back, superfluous_backups,
};
pub use codebooks::{read_codebook, write_codebook};
pub use crash_files::write_crash;
pub use disk::{Disk, DiskFile, Found, RealDisk, hash_of_file};
pub use entry_lines::EntryLines;
pub use first_sight::{FirstSight, first_sight};
pub use folders::{Storage, use_own_folder};
pub use imports::{read_files, read_texts_beside, write_texts};
pub use journal::{Journal, JournalElsewhere, JournalState, Recovery, UnfitJournal, Wake};
pub use kept_texts::keep_texts;
pub use left_behind::{LeftBehind, list_left_behind, tidy};
pub use lock::{Holder, InUse, Lock, ask_to_show, take_lock};
pub use medium::{Medium, lies_on_share, medium_of};
pub use outside::{Known, Look, Seen, look_outside};
pub use paths::PathProblem;
pub use progress::Progress;
pub use read::{OpenError, Opened, UnreadableEntry, open_project, open_project_in, read_project};
pub use replace::{
    WriteError, add_line, folder_for_export, keep_before_repair, refuse_own, write_export,
};
pub use sample::{is_sample, unpack_sample, unpack_sample_into};
pub use settings::{SettingsError, read_settings, write_settings};
pub use sources::{
    EXTRACTED_BY, LookedThrough, ORIGINAL, SeenSource, answer_extract, look_through,
    read_sources_with,
};
pub use texts::{
    BroughtIn, ChangedText, Labelled, ReadError, ReadText, bring_in, bring_text, copy_texts,
    is_text_file, read_document, read_labelled, read_text, refuse_no_text,
};
pub use write::{SaveError, Saved, project_to_string, save_project, save_project_on};

use crate::model::{Codebook, Project};

/// How the names of project files end.
pub const PROJECT_ENDING: &str = ".ascribe.ron";

/// An empty project with the codebook that comes with the program.
pub fn new_project(name: &str) -> Project {
    Project {
        name: name.to_owned(),
        codebook: default_codebook().into(),
        ..Project::default()
    }
}

/// The codebook that comes with the program: attribution, denial, impact.
pub fn default_codebook() -> Codebook {
    let read = codebooks::codebook_from_str(include_str!("../../assets/codebook.ron"));
    debug_assert!(
        read.is_ok(),
        "the codebook that comes with the program reads: {read:?}"
    );
    read.unwrap_or_default()
}

/// The folder that a project's relative paths begin at.
fn folder_of(project_file: &std::path::Path) -> PathBuf {
    project_file.parent().map(PathBuf::from).unwrap_or_default()
}
