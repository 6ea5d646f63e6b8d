//! Codebooks in files of their own, so that they can be shared between projects.

use std::path::Path;

use super::disk::{RealDisk, read_regular};
use super::file;
use super::read::{OpenError, damage};
use super::replace::{WriteError, refuse_own, replace_file};
use crate::model::Codebook;

/// A codebook is a few pages.
const MOST_CODEBOOK_BYTES: u64 = 20_000_000;

/// Reads a codebook file.
///
/// # Errors
/// If it cannot be read, with line and column.
pub fn read_codebook(path: &Path) -> Result<Codebook, OpenError> {
    let io = |source| OpenError::Io {
        source,
        path: path.to_owned(),
    };
    let bytes = read_regular(path, MOST_CODEBOOK_BYTES).map_err(io)?;
    let words = String::from_utf8(bytes).map_err(|error| damage(path, 1, 1, error.to_string()))?;
    codebook_from_str(&words).map_err(|error| {
        damage(
            path,
            error.span.start.line,
            error.span.start.col,
            error.code.to_string(),
        )
    })
}

/// Writes a codebook file.
///
/// # Errors
/// If it cannot be written.
pub fn write_codebook(path: &Path, codebook: &Codebook) -> Result<(), WriteError> {
    refuse_own(path, None)?;
    replace_file(&RealDisk, path, codebook_to_string(codebook).as_bytes()).map(drop)
}

/// Reads what [`codebook_to_string`] wrote.
pub(super) fn codebook_from_str(words: &str) -> Result<Codebook, ron::error::SpannedError> {
    Ok(ron::from_str::<file::Codebook>(words.trim_start_matches('\u{FEFF}'))?.into())
}

/// A codebook as the project file has it.
pub(super) fn codebook_to_string(codebook: &Codebook) -> String {
    let mut words = super::write::pretty(&file::Codebook::from(codebook));
    words.push('\n');
    words
}
