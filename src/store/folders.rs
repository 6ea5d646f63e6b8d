//! Where the program keeps files of its own: settings, the sample, journals.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};

use super::disk::{Disk, RealDisk};

/// The disk, and the program's own folder on it.
#[derive(Debug, Clone)]
pub struct Storage {
    /// The disk.
    pub disk: Arc<dyn Disk>,
    /// Where journals lie. `None` where the system names no such folder; they then lie beside their projects.
    pub state_folder: Option<PathBuf>,
    /// How large a journal may grow before its oldest edits are taken out.
    pub most_journal_bytes: u64,
}

const MOST_JOURNAL_BYTES: u64 = 4_000_000;

impl Storage {
    /// The disk of this machine and the person's own folder.
    pub fn own() -> Self {
        Self {
            disk: Arc::new(RealDisk),
            state_folder: state_folder(),
            most_journal_bytes: MOST_JOURNAL_BYTES,
        }
    }

    pub(super) fn journal_folder(&self) -> Option<PathBuf> {
        Some(self.state_folder.as_ref()?.join("journals"))
    }
}

static OWN_FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Keeps settings and journals in this folder from now on, instead of the person's own. For tests, which must
/// not touch them.
pub fn use_own_folder(folder: PathBuf) {
    // Whoever comes first decides; tests of one process share a folder.
    let _ = OWN_FOLDER.set(folder);
}

pub(super) fn settings_file() -> Option<PathBuf> {
    let own = || Some(strategy()?.config_dir());
    let folder = OWN_FOLDER.get().cloned().or_else(own)?;
    Some(folder.join("settings.ron"))
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
    OWN_FOLDER.get().cloned().or_else(own)
}

fn strategy() -> Option<impl AppStrategy> {
    let args = AppStrategyArgs {
        top_level_domain: "org".to_owned(),
        author: "Ascribe".to_owned(),
        app_name: "ascribe".to_owned(),
    };
    choose_app_strategy(args).ok()
}
