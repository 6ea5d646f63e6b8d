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
    /// Keys that the person has chosen for values of attributes, by [`AttributeKey::name`](super::AttributeKey::name).
    pub own_value_keys: BTreeMap<String, String>,
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
    /// Whether characters that cannot be seen are shown in the text.
    pub shows_invisible: bool,
    /// The face of the text.
    pub reading_face: ReadingFace,
    /// Size of the text, in points.
    pub text_size: f32,
    /// Distance of two baselines of the text, in ems.
    pub line_spacing: f32,
    /// Most width of the text, in points at its usual size.
    pub column_width: f32,
    /// Size of everything, in hundredths.
    pub zoom_percent: u32,
}

/// The face of the text. Scripts that it does not have come from the system's fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ReadingFace {
    /// Noto Serif, which comes with the program.
    #[default]
    Serif,
    /// Inter, which comes with the program.
    Sans,
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
            own_value_keys: BTreeMap::new(),
            theme: ThemeChoice::System,
            shows_documents: true,
            shows_inspector: true,
            shows_line_numbers: true,
            snaps_to_words: true,
            shows_invisible: false,
            reading_face: ReadingFace::Serif,
            text_size: Self::TEXT_SIZE,
            line_spacing: Self::LINE_SPACING,
            column_width: Self::COLUMN_WIDTH,
            zoom_percent: 100,
        }
    }
}

impl Settings {
    /// The usual size of the text, in points.
    pub const TEXT_SIZE: f32 = 18.0;
    /// The usual distance of two baselines, in ems; leaves room for lanes.
    pub const LINE_SPACING: f32 = 1.9;
    /// The usual width of the text, in points; about 75 characters of the usual size.
    pub const COLUMN_WIDTH: f32 = 720.0;

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

    /// One step farther apart or nearer, or the usual distance for 0.
    pub fn step_line_spacing(&mut self, step: i8) {
        self.line_spacing = match step {
            0 => Self::LINE_SPACING,
            step => (self.line_spacing + 0.2 * f32::from(step)).clamp(1.3, 3.1),
        };
    }

    /// One step wider or narrower, or the usual width for 0.
    pub fn step_column_width(&mut self, step: i8) {
        self.column_width = match step {
            0 => Self::COLUMN_WIDTH,
            step => (self.column_width + 80.0 * f32::from(step)).clamp(400.0, 1600.0),
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
