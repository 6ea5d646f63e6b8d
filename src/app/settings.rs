//! What the program remembers about the person, not about the data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How many projects the start page lists.
const RECENT_COUNT: usize = 12;

/// Kept in the user's configuration folder, in RON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Whether the program has been started before. The first start opens the sample.
    pub has_started_before: bool,
    /// The name under which the person works, unless a project says otherwise.
    pub annotator: String,
    /// The name under which the person works in a certain project.
    pub annotator_in: BTreeMap<PathBuf, String>,
    /// The document last shown in a certain project.
    pub last_document_in: BTreeMap<PathBuf, String>,
    /// Project files, the last one first.
    pub recent: Vec<PathBuf>,
    /// Keys that the person has chosen instead of the usual ones, by the title of the command.
    pub own_keys: BTreeMap<String, Vec<String>>,
    /// Light, dark, or as the system has it.
    pub theme: ThemeChoice,
    /// Whether the list of documents is shown.
    pub shows_documents: bool,
    /// Whether the inspector is shown.
    pub shows_inspector: bool,
    /// Whether line numbers hang beside the text.
    pub shows_line_numbers: bool,
    /// Whether drags snap to whole words.
    pub snaps_to_words: bool,
    /// Size of the text, in points.
    pub text_size: f32,
    /// Size of everything, in hundredths.
    pub zoom_percent: u32,
}

/// Light, dark, or as the system has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            has_started_before: false,
            annotator: annotator_from_login(),
            annotator_in: BTreeMap::new(),
            last_document_in: BTreeMap::new(),
            recent: Vec::new(),
            own_keys: BTreeMap::new(),
            theme: ThemeChoice::System,
            shows_documents: true,
            shows_inspector: true,
            shows_line_numbers: true,
            snaps_to_words: true,
            text_size: Self::TEXT_SIZE,
            zoom_percent: 100,
        }
    }
}

impl Settings {
    /// The usual size of the text, in points.
    pub const TEXT_SIZE: f32 = 18.0;

    /// Puts a project at the top of the recent ones.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|recent| recent != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(RECENT_COUNT);
    }

    /// One step larger or smaller, or the usual size for 0.
    pub fn step_text_size(&mut self, step: i8) {
        self.text_size = match step {
            0 => Self::TEXT_SIZE,
            step => (self.text_size + f32::from(step)).clamp(10.0, 40.0),
        };
    }

    /// One step larger or smaller, or 100 % for 0.
    pub fn step_zoom(&mut self, step: i8) {
        const STEPS: [u32; 11] = [50, 67, 80, 90, 100, 110, 125, 150, 175, 200, 250];
        let percent = self.zoom_percent;
        self.zoom_percent = match step {
            0 => 100,
            1.. => STEPS
                .into_iter()
                .find(|&next| next > percent)
                .unwrap_or(250),
            _ => STEPS
                .into_iter()
                .rev()
                .find(|&next| next < percent)
                .unwrap_or(50),
        };
    }
}

/// The login name in the form of an annotator's id, for the first start.
fn annotator_from_login() -> String {
    let login = std::env::var("USER")
        .or_else(|_| std::env::var("USERNAME"))
        .unwrap_or_default();
    let name: String = login
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    if name.is_empty() {
        "analyst".to_owned()
    } else {
        name
    }
}
