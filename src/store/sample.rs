//! The sample project, which is compiled into the program.

use std::path::{Path, PathBuf};

use super::disk::RealDisk;
use super::folders::data_folder;
use super::replace::{WriteError, make_folder, write_new};

/// The files of the sample, by their path from its folder.
const FILES: [(&str, &[u8]); 7] = [
    (
        "sample.ascribe.ron",
        include_bytes!("../../saves/sample.ascribe.ron"),
    ),
    (
        "texts/01-port-statement-wire.txt",
        include_bytes!("../../saves/texts/01-port-statement-wire.txt"),
    ),
    (
        "texts/02-port-statement-evening-post.txt",
        include_bytes!("../../saves/texts/02-port-statement-evening-post.txt"),
    ),
    (
        "texts/03-hosting-firm-denies.txt",
        include_bytes!("../../saves/texts/03-hosting-firm-denies.txt"),
    ),
    (
        "texts/04-telecom-outage-rasmara.txt",
        include_bytes!("../../saves/texts/04-telecom-outage-rasmara.txt"),
    ),
    (
        "texts/05-transit-screens-live.txt",
        include_bytes!("../../saves/texts/05-transit-screens-live.txt"),
    ),
    (
        "texts/06-hospital-ransom-figures.txt",
        include_bytes!("../../saves/texts/06-hospital-ransom-figures.txt"),
    ),
];

/// Puts the sample into the program's data folder, where it may be changed at will, and returns its
/// project file. What is there already is left as the person left it.
///
/// # Errors
/// If a file cannot be written.
pub fn unpack_sample() -> Result<PathBuf, WriteError> {
    let folder = sample_folder().ok_or(WriteError::NoFolder)?;
    unpack_sample_into(&folder)
}

/// As [`unpack_sample`], into a folder of the caller's choice.
///
/// # Errors
/// If a file cannot be written.
pub fn unpack_sample_into(folder: &Path) -> Result<PathBuf, WriteError> {
    make_folder(&RealDisk, &folder.join("texts"))?;
    for (path, bytes) in FILES {
        write_new(&RealDisk, &folder.join(path), bytes)?;
    }
    Ok(folder.join("sample.ascribe.ron"))
}

/// Whether this is the sample in the program's data folder.
pub fn is_sample(path: &Path) -> bool {
    sample_folder().is_some_and(|folder| path.starts_with(folder))
}

fn sample_folder() -> Option<PathBuf> {
    Some(data_folder()?.join("sample"))
}
