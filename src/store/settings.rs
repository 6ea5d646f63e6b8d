//! Files of the program itself: settings and the sample, in the folders that the system has for that.

use std::path::PathBuf;
use std::sync::OnceLock;

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::disk::{WriteError, make_folder, read_regular, replace_file};

/// Settings are a few lines; a larger file is not ours.
const MOST_SETTINGS_BYTES: u64 = 4_000_000;

static CONFIG_FOLDER: OnceLock<PathBuf> = OnceLock::new();

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
        let _ = std::fs::rename(&path, path.with_extension("ron.unreadable"));
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
    make_folder(path.parent().unwrap_or(&path))?;
    Ok(replace_file(&path, words.as_bytes())?)
}

/// Keeps settings in this folder from now on, instead of the person's own. For tests, which must not touch it.
pub fn use_config_folder(folder: PathBuf) {
    // Whoever comes first decides; tests of one process share a folder.
    let _ = CONFIG_FOLDER.set(folder);
}

fn settings_file() -> Option<PathBuf> {
    let own = || Some(strategy()?.config_dir());
    Some(
        CONFIG_FOLDER
            .get()
            .cloned()
            .or_else(own)?
            .join("settings.ron"),
    )
}

/// Where the program keeps data of its own.
pub(super) fn data_folder() -> Option<PathBuf> {
    Some(strategy()?.data_dir())
}

/// Where the program keeps what belongs to this machine alone and is worth nothing on another.
pub(super) fn state_folder() -> Option<PathBuf> {
    let own = || {
        let strategy = strategy()?;
        // Only XDG has such a folder; elsewhere it is the one for data.
        Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()))
    };
    CONFIG_FOLDER.get().cloned().or_else(own)
}

fn strategy() -> Option<impl AppStrategy> {
    let args = AppStrategyArgs {
        top_level_domain: "org".to_owned(),
        author: "Ascribe".to_owned(),
        app_name: "ascribe".to_owned(),
    };
    choose_app_strategy(args).ok()
}
