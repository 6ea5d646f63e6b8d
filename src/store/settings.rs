//! The settings of the program.

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::disk::{Disk, RealDisk, read_regular};
use super::folders::settings_file;
use super::replace::{WriteError, make_folder, replace_file};

/// Settings are a few lines; a larger file is not ours.
const MOST_SETTINGS_BYTES: u64 = 4_000_000;

/// Why settings could not be kept.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// They could not be put into words.
    #[error(transparent)]
    Ron(#[from] ron::Error),
}

/// The settings as they were left. If there are none: the usual ones. If they cannot be read: the usual
/// ones too, and the unreadable file is kept beside under another name.
pub fn read_settings<T: DeserializeOwned + Default>() -> T {
    let Some(path) = settings_file() else {
        return T::default();
    };
    let Ok(bytes) = read_regular(&path, MOST_SETTINGS_BYTES) else {
        return T::default();
    };
    ron::de::from_bytes(&bytes).unwrap_or_else(|error| {
        log::warn!("the settings could not be read and are put aside: {error}");
        let _ = RealDisk.rename(&path, &path.with_extension("ron.unreadable"));
        T::default()
    })
}

/// Keeps the settings.
///
/// # Errors
/// If they cannot be written.
pub fn write_settings<T: Serialize>(settings: &T) -> Result<(), SettingsError> {
    let path = settings_file().ok_or(WriteError::NoFolder)?;
    let pretty = ron::ser::PrettyConfig::new().new_line("\n").indentor("  ");
    let words = ron::ser::to_string_pretty(settings, pretty)?;
    make_folder(&RealDisk, path.parent().unwrap_or(&path))?;
    replace_file(&RealDisk, &path, words.as_bytes())?;
    Ok(())
}
