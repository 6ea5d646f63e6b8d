//! What the program tells and asks the person, and what it asks of the window.

use std::path::PathBuf;

use super::{Command, Motion};
use crate::model::DocumentId;
use crate::store::{Holder, Opened};
use crate::text::Span;

/// What the program tells the person: something that happened while they looked elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// To dismiss it by.
    pub number: u64,
    /// How it looks and whether it goes by itself.
    pub kind: NoticeKind,
    /// What happened; more than a sentence only where a way out is named.
    pub words: String,
    /// A deed that can be done at once: what its button says, and the command.
    pub deed: Option<(String, Command)>,
}

/// How a notice looks and whether it goes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Goes by itself after a few seconds.
    Done,
    /// Something was refused; goes by itself.
    Refused,
    /// Stays until it is dismissed.
    Warning,
    /// Stays until it is dismissed.
    Failure,
}

/// A decision that only the person can make. One at a time.
#[derive(Debug)]
pub enum Question {
    /// There are unsaved changes; what was to be done next waits.
    Unsaved {
        /// The project's name.
        name: String,
        /// What was asked for.
        then: Command,
    },
    /// The project file is damaged; what is sound can be opened.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        words: String,
        /// What still reads.
        salvage: Box<Opened>,
    },
    /// Saving would leave out entries of the file that could not be read.
    LeavesOutUnreadable {
        /// How many.
        count: usize,
    },
    /// The project file has changed on disk since it was opened or saved.
    ChangedOutside {
        /// The file.
        path: PathBuf,
    },
    /// A tag goes with all its annotations.
    DeleteTag {
        /// The tag.
        tag_id: crate::model::TagId,
        /// How many annotations carry it.
        count: usize,
    },
    /// A document goes with all its annotations.
    RemoveDocument {
        /// Its title.
        title: String,
        /// How many annotations it has.
        count: usize,
    },
    /// Somebody else is at work on the project.
    InUse {
        /// Who, as far as is known.
        holder: Holder,
    },
    /// Nothing to decide, but too important for a notice.
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// What is wrong and what can be done.
        words: String,
    },
}

/// What can be answered to a [`Question`]. “Cancel” always leaves everything as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The deed that the question proposes.
    Yes,
    /// The other deed, where there is one: close without saving, save elsewhere.
    Other,
    /// The third deed, where there is one: go to the window in which the project is open.
    Third,
    /// Nothing.
    Cancel,
}

/// What the window is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Show a file dialog of the system; its answer comes back as a command.
    Choose(FileChoice),
    /// Show a page over the work.
    Show(Page),
    /// Scroll the text so that these words can be seen.
    Reveal(Span),
    /// Move the caret; if the second says so, hold what lies between.
    Move(Motion, bool),
    /// Put the cursor into the field of the words to be found.
    FocusFind,
    /// Put the cursor into the field of an attribute.
    FocusAttribute(String),
    /// Give the keys to the text.
    FocusText,
    /// Give them to the next of text, inspector and documents.
    FocusNextPane,
    /// Put these words on the clipboard.
    Copy(String),
    /// Bring the window to the front: another program has asked for it.
    ShowWindow,
    /// Close for good.
    Close,
}

/// `1 place`, `2 places`.
pub fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// A file dialog of the system.
#[derive(Debug, Clone, PartialEq)]
pub enum FileChoice {
    /// Where a new project goes.
    NewProject,
    /// An existing project.
    OpenProject,
    /// Where the project goes from now on.
    SaveProject(String),
    /// Texts to add.
    Texts,
    /// A folder of texts to add.
    TextFolder,
    /// The file of a document whose text is not where it was.
    MissingText(DocumentId),
    /// Files to import.
    Import,
    /// A folder to import.
    ImportFolder,
    /// Where an export goes: a file with this name and ending, or a folder.
    Export(super::ExportChoice, String),
    /// A codebook to read.
    OpenCodebook,
    /// Where a codebook goes.
    SaveCodebook,
}

/// A page over the work. One at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Every command, by a few letters.
    Palette,
    /// Every key, to be looked up and changed.
    Keys,
    /// The number of a line to go to.
    Line,
    /// Tags, attributes, links and regions.
    Codebook,
    /// What the check found.
    Findings,
    /// Where the annotations of changed texts stand now.
    Review,
    /// What two sides changed in different ways.
    Doubles,
    /// Copies of the project as it was.
    Backups,
    /// What files of other tools would bring.
    Import,
    /// What was taken out of files that are no plain text.
    Sources,
    /// Which format, and where to.
    Export,
    /// Fields, encoding and size of the document shown.
    Document,
    /// Who works here.
    Annotator,
    /// Version and licences.
    About,
}
