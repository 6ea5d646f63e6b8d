//! What a person can ask for, by menu, key, palette or mouse.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use super::{Answer, Page, ReadingFace, ThemeChoice};
use crate::anchor::MarkId;
use crate::edit::Verdict;
use crate::export::ExportOptions;
use crate::import::ImportOptions;
use crate::model::{
    AnnotationId, AnnotatorId, AttributeValue, Codebook, DocumentId, DocumentState, LinkId,
    RegionId, TagId, Tier,
};
use crate::query::{Finding, Needle, Subject};
use crate::text::{ByteOffset, Edge, Span, Spans, Stride};

/// What a person asks for. Views put commands on a tray; `App::run` carries them out after the frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Asks for a folder and begins an empty project there.
    NewProject,
    /// Begins an empty project with this file.
    NewProjectAt(PathBuf),
    /// Asks for a project file and opens it.
    OpenProject,
    /// Opens this project file.
    OpenProjectAt(PathBuf),
    /// Opens the sample that comes with the program.
    OpenSample,
    /// Carries out the edits that were never saved where the project was before.
    BringEdits,
    /// Changes a project that was opened for reading because somebody else is at work on it.
    EditToo,
    /// Writes the project file.
    Save,
    /// Asks for another place and writes the project file there.
    SaveAs,
    /// Writes the project file to this place from now on.
    SaveAt(PathBuf),
    /// Asks for texts and adds them.
    AddTexts,
    /// Adds these of the files that were looked through.
    AddLookedThrough(Vec<PathBuf>),
    /// Asks for a folder and adds the texts in it.
    AddFolder,
    /// Asks where the text of the document shown is, if it is missing.
    LocateText,
    /// The text of this document is this file, or one like it.
    LocateTextAt(DocumentId, PathBuf),
    /// Asks for files that other tools wrote.
    Import,
    /// Asks for a folder of them.
    ImportFolder,
    /// Reads these files and shows what they would bring.
    ImportFrom(Vec<PathBuf>),
    /// Reads the same files in another way.
    ImportAs(ImportChoice),
    /// Takes in what is shown, in one edit.
    MakeImport,
    /// Adds these texts, or opens the project among them: what was chosen or dropped.
    Receive(Vec<PathBuf>),
    /// Finds out what an export would write.
    Foresee(ExportChoice),
    /// Asks for a place and exports there.
    Export(ExportChoice),
    /// Exports to this place.
    ExportTo(ExportChoice, PathBuf),
    /// Closes the project and shows the start page.
    CloseProject,
    /// Ends the program.
    Quit,
    /// Takes a project off the list of recent ones.
    ForgetRecent(PathBuf),
    /// Gives up the task with this number.
    CancelTask(u64),

    /// What a field asks for with every letter that is typed into it; see [`super::App::leave_field`].
    Type(Box<Command>),
    /// Takes the last edit back.
    Undo,
    /// Carries the edit last undone out again.
    Redo,
    /// Puts the selected words, or those of the selected annotation, on the clipboard.
    Copy,

    /// Tags the selection, retags the selected annotation, or arms the tag if nothing is selected.
    UseTag(TagId),
    /// Tags this span with the armed tag.
    TagSpan(Span),
    /// Leaves what is innermost: a link being drawn, the armed tag, the search, the annotation, the selection.
    Leave,
    /// Selects words, or none, and puts the caret.
    Select {
        /// The words.
        selection: Option<Span>,
        /// Where the caret stands.
        caret: ByteOffset,
    },
    /// Moves the caret.
    Move(Motion),
    /// Moves the caret and holds what lies between.
    Extend(Motion),
    /// Widens the selection to the next larger unit: word, clause, sentence, paragraph.
    Grow,
    /// Narrows it to the next smaller one.
    Shrink,
    /// Moves an edge of the selection, or of the selected annotation, outwards or inwards.
    StepEdge {
        /// Which edge.
        edge: Edge,
        /// How far.
        stride: Stride,
        /// Or inwards.
        outwards: bool,
    },
    /// Selects the next sentence.
    NextSentence,
    /// Selects the one before.
    PreviousSentence,
    /// Selects the next paragraph in which the annotator has marked nothing.
    NextUnlabelled,
    /// Selects the one before.
    PreviousUnlabelled,
    /// Puts the caret at the start of a line, counted from 1.
    GoToLine(usize),
    /// Opens the bar that finds words in the text.
    BeginFind,
    /// Looks for words in the text.
    Find(Needle),
    /// Selects the next place where the words stand.
    FindNext,
    /// Selects the one before.
    FindPrevious,
    /// Closes the bar.
    EndFind,
    /// Selects an annotation, or none.
    Pick(Option<AnnotationId>),
    /// Selects an annotation in whichever document, and shows it.
    GoTo(AnnotationId),
    /// Moves an annotation to other words.
    MoveEdges(AnnotationId, Spans),
    /// Deletes the selected annotation, or makes the set-aside piece at the caret running text again.
    DeleteAnnotation,
    /// Sets an attribute of the selected annotation, or takes it away.
    SetAttribute(Arc<str>, Option<AttributeValue>),
    /// Goes to the field of an attribute of the selected annotation.
    FocusAttribute(String),
    /// Sets the note of the selected annotation.
    SetNote(String),
    /// Says whether every annotator is expected to mark the selected annotation.
    SetTier(Tier),
    /// Selects the next annotation of the document.
    NextAnnotation,
    /// Selects the one before.
    PreviousAnnotation,
    /// Selects the next annotation with the tag of the selected one, or with the armed tag.
    NextSameTag,
    /// Selects the one before.
    PreviousSameTag,
    /// Selects the next annotation with this tag.
    NextOfTag(TagId),
    /// Shows the next thing that needs a look, whichever document it is in.
    NextFinding,
    /// Shows the one before.
    PreviousFinding,
    /// Shows what a finding is about.
    ShowFinding(Finding),
    /// Shows what a double edit is about.
    ShowSubject(Subject),
    /// Begins a link of this kind at the selected annotation; the next one picked is its end.
    BeginLink(Arc<str>),
    /// Lets the link that was begun end at the annotation held.
    EndLink,
    /// Takes a link away.
    Unlink(LinkId),
    /// Sets the selected words aside as a region of this kind.
    SetAside(Arc<str>),
    /// Gives a region another kind or other words.
    ChangeRegion(RegionId, Arc<str>, Span),
    /// Makes a region running text again.
    RemoveRegion(RegionId),

    /// Shows a document.
    OpenDocument(DocumentId),
    /// Shows the next document.
    NextDocument,
    /// Shows the one before.
    PreviousDocument,
    /// Says how far the annotator is with the document shown.
    SetState(DocumentState),
    /// Marks the document as finished and shows the next one that is not.
    FinishAndNext,
    /// Sets a field of the document shown.
    SetField(Arc<str>, String),
    /// Takes the document shown out of the project.
    RemoveDocument,
    /// Reads the text of the document shown again, in this encoding.
    ReadAs(String),
    /// Says how a backup differs from the project as it is.
    LookAtBackup(PathBuf),
    /// Makes the project what it was in a backup.
    RestoreBackup(PathBuf),
    /// Opens a backup in place of a project file that cannot be read.
    OpenBackup(PathBuf, PathBuf),
    /// Shows where the annotations of texts that have changed stand now.
    ReviewTexts,
    /// Takes up the texts that have changed, with what was decided about marks in doubt.
    TakeUpTexts(BTreeMap<MarkId, Verdict>),

    /// Puts another codebook in place of the project's, with a label for undo.
    ChangeCodebook(String, Box<Codebook>),
    /// Gives a tag another name.
    RenameTag(TagId, TagId),
    /// Gives an attribute of a tag another name, on every annotation.
    RenameAttribute(TagId, Arc<str>, String),
    /// Deletes a tag with all its annotations.
    DeleteTag(TagId),
    /// Asks for a codebook file and puts it in place of the project's.
    ImportCodebook,
    /// Puts the codebook of this file in place of the project's.
    ImportCodebookFrom(PathBuf),
    /// Asks for a place and writes the codebook there.
    ExportCodebook,
    /// Writes the codebook to this place.
    ExportCodebookTo(PathBuf),
    /// Changes the project's name.
    RenameProject(String),
    /// Works as this annotator from now on.
    WorkAs(AnnotatorId),

    /// Shows a page over the work: palette, keys, codebook, findings.
    Show(Page),
    /// Gives the keys to the next of text, inspector and documents.
    NextPane,
    /// Shows or hides the list of documents.
    ToggleDocuments,
    /// Shows or hides the inspector.
    ToggleInspector,
    /// Gives a listed command, named by its title, other keys; `None` gives it its usual ones.
    SetKeys(&'static str, Option<Vec<String>>),
    /// Gives a value of an attribute, by [`AttributeKey::name`](super::AttributeKey::name), other keys; with `None` the
    /// program chooses.
    SetValueKey(String, Option<String>),
    /// Gives every command and every value its usual keys.
    UsualKeys,
    /// Shows or hides the line numbers.
    ToggleLineNumbers,
    /// Shows what cannot be seen in the text, or hides it.
    ToggleInvisible,
    /// Sets the text in this face.
    SetFace(ReadingFace),
    /// Moves the lines of the text apart (1) or together (-1), or to their usual distance (0).
    StepLineSpacing(i8),
    /// Makes the text wider (1) or narrower (-1), or of its usual width (0).
    StepColumnWidth(i8),
    /// Makes drags snap to whole words, or not.
    ToggleSnapping,
    /// Follows the system's colours, or not.
    SetTheme(ThemeChoice),
    /// Makes the text larger (1) or smaller (-1), or its usual size (0).
    StepTextSize(i8),
    /// Makes everything larger (1) or smaller (-1), or its usual size (0).
    StepZoom(i8),
    /// Answers the question that is shown.
    Answer(Answer),
    /// Takes a notice away.
    DismissNotice(u64),
}

/// How the caret moves. Left and right are those of the screen; the other motions follow the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// One character to the left.
    Left,
    /// One character to the right.
    Right,
    /// One word to the left.
    WordLeft,
    /// One word to the right.
    WordRight,
    /// One line of the screen up.
    Up,
    /// One line of the screen down.
    Down,
    /// To the start of the line on the screen.
    LineStart,
    /// To its end.
    LineEnd,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the start of the sentence, or of the one before.
    SentenceBack,
    /// To the start of the next sentence.
    SentenceOn,
    /// To the start of the paragraph, or of the one before.
    ParagraphBack,
    /// To the start of the next paragraph.
    ParagraphOn,
    /// To the start of the text.
    TextStart,
    /// To its end.
    TextEnd,
}

impl Command {
    /// Whether it leaves the project as it is and needs none of its annotations, so that it can be carried out
    /// while a large project is still being read.
    pub fn only_looks(&self) -> bool {
        use Command as C;
        matches!(
            self,
            C::NewProject
                | C::NewProjectAt(_)
                | C::OpenProject
                | C::OpenProjectAt(_)
                | C::OpenSample
                | C::CloseProject
                | C::Quit
                | C::ForgetRecent(_)
                | C::CancelTask(_)
                | C::Copy
                | C::Leave
                | C::Select { .. }
                | C::Move(_)
                | C::Extend(_)
                | C::Grow
                | C::Shrink
                | C::NextSentence
                | C::PreviousSentence
                | C::GoToLine(_)
                | C::BeginFind
                | C::Find(_)
                | C::FindNext
                | C::FindPrevious
                | C::EndFind
                | C::Pick(None)
                | C::Show(Page::Palette | Page::Keys | Page::Line | Page::About)
                | C::NextPane
                | C::ToggleDocuments
                | C::ToggleInspector
                | C::SetKeys(..)
                | C::SetValueKey(..)
                | C::UsualKeys
                | C::ToggleLineNumbers
                | C::ToggleSnapping
                | C::SetTheme(_)
                | C::StepTextSize(_)
                | C::StepZoom(_)
                | C::Answer(_)
                | C::DismissNotice(_)
        )
    }
}

/// What is exported, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportChoice {
    /// The name of one of `export::FORMATS`.
    pub format: &'static str,
    /// What is counted, written and left out.
    pub options: ExportOptions,
}

/// What is imported, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportChoice {
    /// The name of one of `import::FORMATS`; `None` to find it out.
    pub format: Option<String>,
    /// Who made what nobody is named for, and which columns or keys hold what.
    pub options: ImportOptions,
}

/// The menus of the menu bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Menu {
    /// Projects and files.
    File,
    /// Undo and the clipboard.
    Edit,
    /// Annotations and documents.
    Annotate,
    /// Ways through the text.
    Go,
    /// What is shown and how.
    View,
    /// What belongs to the project.
    Project,
    /// Help.
    Help,
    /// Moving the caret: keys only, which no menu and no palette shows.
    Caret,
}

impl Menu {
    /// In the order of the menu bar.
    pub const BAR: [Menu; 7] = [
        Self::File,
        Self::Edit,
        Self::Annotate,
        Self::Go,
        Self::View,
        Self::Project,
        Self::Help,
    ];

    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::Annotate => "Annotate",
            Self::Go => "Go",
            Self::Caret => "Caret, with Shift to select",
            Self::View => "View",
            Self::Project => "Project",
            Self::Help => "Help",
        }
    }
}

/// A command that stands in a menu and in the palette, with its words and keys.
#[derive(Debug, Clone)]
pub struct Listed {
    /// What is asked for.
    pub command: Command,
    /// In which menu.
    pub menu: Menu,
    /// Its words; “…” where more is asked.
    pub title: &'static str,
    /// Its keys as `Ctrl+Shift+S`, the one to show first. Ctrl stands for Cmd on a Mac.
    pub keys: &'static [&'static str],
    /// Whether a line stands above it in the menu.
    pub begins_group: bool,
}

/// Every command that needs nothing more to be said: the menus, the palette and the list of keys.
/// Tags, documents and kinds of regions and links are added where they are known.
pub fn listed() -> &'static [Listed] {
    static ALL: LazyLock<Vec<Listed>> = LazyLock::new(|| listed_on(cfg!(target_os = "macos")));
    &ALL
}

/// The same with the keys that are usual on that system.
pub fn listed_on(is_mac: bool) -> Vec<Listed> {
    let step = |edge, stride, outwards| Command::StepEdge {
        edge,
        stride,
        outwards,
    };
    use Command as C;
    let mut all = Vec::new();
    let mut menu = |menu, entries: &[(C, &'static str, &'static [&'static str], bool)]| {
        all.extend(
            entries
                .iter()
                .cloned()
                .map(|(command, title, keys, begins_group)| Listed {
                    command,
                    menu,
                    title,
                    keys,
                    begins_group,
                }),
        );
    };
    menu(
        Menu::File,
        &[
            (C::NewProject, "New project…", &["Ctrl+N"], false),
            (C::OpenProject, "Open project…", &["Ctrl+O"], false),
            (C::OpenSample, "Open sample", &[], false),
            (C::AddTexts, "Add texts…", &["Ctrl+Shift+O"], true),
            (C::AddFolder, "Add folder of texts…", &[], false),
            (C::LocateText, "Locate missing text…", &[], false),
            (C::Import, "Import…", &["Ctrl+Shift+E"], false),
            (C::ImportFolder, "Import folder…", &[], false),
            (C::Save, "Save", &["Ctrl+S"], true),
            (C::SaveAs, "Save as…", &["Ctrl+Shift+S"], false),
            (C::Show(Page::Export), "Export…", &["Ctrl+E"], false),
            (C::CloseProject, "Close project", &["Ctrl+W"], true),
            (C::Quit, "Quit", &["Ctrl+Q"], false),
        ],
    );
    menu(
        Menu::Edit,
        &[
            (C::Undo, "Undo", &["Ctrl+Z"], false),
            (C::Redo, "Redo", &["Ctrl+Shift+Z", "Ctrl+Y"], false),
            (C::Copy, "Copy quote", &["Ctrl+C"], true),
        ],
    );
    menu(
        Menu::Annotate,
        &[
            (C::EndLink, "End link here", &["Enter"], false),
            (C::Grow, "Grow selection", &["G"], true),
            (C::Shrink, "Shrink selection", &["H"], false),
            (
                step(Edge::Start, Stride::Word, true),
                "Start one word out",
                &["A"],
                true,
            ),
            (
                step(Edge::Start, Stride::Word, false),
                "Start one word in",
                &["Shift+A"],
                false,
            ),
            (
                step(Edge::End, Stride::Word, true),
                "End one word out",
                &["L"],
                false,
            ),
            (
                step(Edge::End, Stride::Word, false),
                "End one word in",
                &["Shift+L"],
                false,
            ),
            (
                step(Edge::Start, Stride::Character, true),
                "Start one character out",
                &["Alt+A"],
                false,
            ),
            (
                step(Edge::Start, Stride::Character, false),
                "Start one character in",
                &["Alt+Shift+A"],
                false,
            ),
            (
                step(Edge::End, Stride::Character, true),
                "End one character out",
                &["Alt+L"],
                false,
            ),
            (
                step(Edge::End, Stride::Character, false),
                "End one character in",
                &["Alt+Shift+L"],
                false,
            ),
            (
                C::DeleteAnnotation,
                "Delete annotation",
                &["Delete", "Backspace"],
                true,
            ),
            (C::Leave, "Let go", &["Escape"], false),
            (
                C::FinishAndNext,
                "Finish and go to next",
                &["Ctrl+Enter"],
                true,
            ),
            (
                C::SetState(DocumentState::Finished),
                "Mark as finished",
                &[],
                false,
            ),
            (
                C::SetState(DocumentState::InProgress),
                "Mark as in progress",
                &[],
                false,
            ),
            (C::SetState(DocumentState::New), "Mark as new", &[], false),
            (
                C::SetState(DocumentState::NotAssigned),
                "Unassign",
                &[],
                false,
            ),
        ],
    );
    menu(
        Menu::Go,
        &[
            (C::NextSentence, "Next sentence", &["J"], false),
            (C::PreviousSentence, "Previous sentence", &["K"], false),
            (
                C::NextUnlabelled,
                "Next unlabelled paragraph",
                &["U"],
                false,
            ),
            (
                C::PreviousUnlabelled,
                "Previous unlabelled paragraph",
                &["Shift+U"],
                false,
            ),
            (C::NextAnnotation, "Next annotation", &["Tab"], true),
            (
                C::PreviousAnnotation,
                "Previous annotation",
                &["Shift+Tab"],
                false,
            ),
            (
                C::NextSameTag,
                "Next annotation with this tag",
                &["N"],
                false,
            ),
            (
                C::PreviousSameTag,
                "Previous annotation with this tag",
                &["Shift+N"],
                false,
            ),
            (C::BeginFind, "Find in text…", &["Ctrl+F"], true),
            (C::FindNext, "Find next", &["F3"], false),
            (C::FindPrevious, "Find previous", &["Shift+F3"], false),
            (C::Show(Page::Line), "Go to line…", &["Ctrl+G"], false),
            (C::NextPane, "Next pane", &["F6"], true),
            (
                C::NextDocument,
                "Next document",
                &["Ctrl+PageDown", "Alt+Down"],
                true,
            ),
            (
                C::PreviousDocument,
                "Previous document",
                &["Ctrl+PageUp", "Alt+Up"],
                false,
            ),
        ],
    );
    menu(
        Menu::View,
        &[
            (C::ToggleDocuments, "Documents", &["Ctrl+Shift+D"], false),
            (C::ToggleInspector, "Inspector", &["Ctrl+Shift+I"], false),
            (C::ToggleLineNumbers, "Line numbers", &[], false),
            (C::ToggleInvisible, "Invisible characters", &["F9"], false),
            (
                C::SetFace(ReadingFace::Serif),
                "Text with serifs",
                &[],
                true,
            ),
            (
                C::SetFace(ReadingFace::Sans),
                "Text without serifs",
                &[],
                false,
            ),
            (
                C::SetTheme(ThemeChoice::System),
                "Colours of the system",
                &[],
                true,
            ),
            (C::SetTheme(ThemeChoice::Light), "Light colours", &[], false),
            (C::SetTheme(ThemeChoice::Dark), "Dark colours", &[], false),
            (
                C::StepZoom(1),
                "Zoom in",
                &["Ctrl+Plus", "Ctrl+Equals"],
                true,
            ),
            (C::StepZoom(-1), "Zoom out", &["Ctrl+Minus"], false),
            (C::StepZoom(0), "Usual zoom", &["Ctrl+0"], false),
            (
                C::StepTextSize(1),
                "Larger text",
                &["Alt+Plus", "Alt+Equals"],
                false,
            ),
            (C::StepTextSize(-1), "Smaller text", &["Alt+Minus"], false),
            (C::StepTextSize(0), "Usual size of text", &["Alt+0"], false),
            (C::StepLineSpacing(1), "Lines farther apart", &[], true),
            (C::StepLineSpacing(-1), "Lines nearer together", &[], false),
            (C::StepLineSpacing(0), "Usual distance of lines", &[], false),
            (C::StepColumnWidth(1), "Wider text", &[], true),
            (C::StepColumnWidth(-1), "Narrower text", &[], false),
            (C::StepColumnWidth(0), "Usual width of text", &[], false),
        ],
    );
    menu(
        Menu::Project,
        &[
            (C::Show(Page::Codebook), "Codebook…", &["Ctrl+B"], false),
            (C::ImportCodebook, "Replace codebook…", &[], false),
            (C::ExportCodebook, "Save codebook as…", &[], false),
            (
                C::Show(Page::Document),
                "About this document…",
                &["Ctrl+I"],
                true,
            ),
            (
                C::Show(Page::Annotator),
                "Project and annotator…",
                &[],
                false,
            ),
            (C::ToggleSnapping, "Snap to words", &[], true),
            (C::Show(Page::Findings), "Check project", &["F8"], true),
            (C::NextFinding, "Next finding", &["Ctrl+F8"], false),
            (
                C::PreviousFinding,
                "Previous finding",
                &["Ctrl+Shift+F8"],
                false,
            ),
            (C::ReviewTexts, "Review changed texts…", &[], false),
            (C::Show(Page::Backups), "Backups…", &[], false),
            (C::EditToo, "Edit what is open for reading", &[], false),
            (C::RemoveDocument, "Remove document", &[], true),
        ],
    );
    menu(
        Menu::Help,
        &[
            (
                C::Show(Page::Palette),
                "Find a command…",
                &["Ctrl+P"],
                false,
            ),
            (C::Show(Page::Keys), "Keys", &["F1"], false),
            (C::Show(Page::About), "About Ascribe", &[], true),
        ],
    );
    for (motion, title, keys, keys_on_mac) in MOTIONS {
        let command = C::Move(motion);
        let keys = if is_mac { keys_on_mac } else { keys };
        menu(Menu::Caret, &[(command, title, keys, false)]);
    }
    all
}

/// Motions with their keys elsewhere and on a Mac. With Shift each of them selects.
const MOTIONS: [(Motion, &str, &[&str], &[&str]); 16] = [
    (Motion::Left, "Character left", &["Left"], &["Left"]),
    (Motion::Right, "Character right", &["Right"], &["Right"]),
    (Motion::WordLeft, "Word left", &["Ctrl+Left"], &["Alt+Left"]),
    (
        Motion::WordRight,
        "Word right",
        &["Ctrl+Right"],
        &["Alt+Right"],
    ),
    (Motion::Up, "Line up", &["Up"], &["Up"]),
    (Motion::Down, "Line down", &["Down"], &["Down"]),
    (
        Motion::LineStart,
        "Start of line",
        &["Home"],
        &["Ctrl+Left", "Home"],
    ),
    (
        Motion::LineEnd,
        "End of line",
        &["End"],
        &["Ctrl+Right", "End"],
    ),
    (Motion::PageUp, "Page up", &["PageUp"], &["PageUp"]),
    (Motion::PageDown, "Page down", &["PageDown"], &["PageDown"]),
    (
        Motion::SentenceBack,
        "Sentence back",
        &["Ctrl+Alt+Left"],
        &["Ctrl+Alt+Left"],
    ),
    (
        Motion::SentenceOn,
        "Sentence on",
        &["Ctrl+Alt+Right"],
        &["Ctrl+Alt+Right"],
    ),
    (
        Motion::ParagraphBack,
        "Paragraph back",
        &["Ctrl+Up"],
        &["Ctrl+Alt+Up"],
    ),
    (
        Motion::ParagraphOn,
        "Paragraph on",
        &["Ctrl+Down"],
        &["Ctrl+Alt+Down"],
    ),
    (
        Motion::TextStart,
        "Start of text",
        &["Ctrl+Home"],
        &["Ctrl+Up", "Ctrl+Home"],
    ),
    (
        Motion::TextEnd,
        "End of text",
        &["Ctrl+End"],
        &["Ctrl+Down", "Ctrl+End"],
    ),
];
