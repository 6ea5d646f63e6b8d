//! The open project and where the person stands in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::Find;
use crate::edit::{Double, OpenProject};
use crate::model::{
    Annotation, AnnotationId, AnnotatorId, Document, DocumentId, Project, TagId, Texts,
};
use crate::query::{self, Finding};
use crate::store::{ChangedText, FirstSight, Opened, Seen, UnreadableEntry};
use crate::text::{ByteOffset, Span, Text};

/// The open project and where the person stands in it.
#[derive(Debug)]
pub struct Work {
    /// The project with its history.
    pub(super) open: OpenProject,
    /// Whether all of the project has been read. Before that it has no annotations yet and cannot be changed.
    pub(super) is_whole: bool,
    /// The texts of its documents.
    pub(super) texts: Texts,
    /// The project file.
    pub(super) path: PathBuf,
    /// What is on disk.
    pub(super) saved: SavedState,
    /// Entries of the file that could not be read; a save would leave them out.
    pub(super) unreadable: Vec<UnreadableEntry>,
    /// What the last check found, and at which revision.
    pub(super) findings: (u64, Vec<Finding>),
    /// Texts that are no longer what was labelled, and not taken up yet.
    pub(super) changed: BTreeMap<DocumentId, ChangedText>,
    /// What was last seen of the files on disk.
    pub(super) seen: Seen,
    /// What two sides changed in different ways when the project was merged last.
    pub(super) doubles: Vec<Double>,
    /// Annotations whose quote is not where they say. Never painted.
    pub(super) misplaced: BTreeSet<AnnotationId>,
    /// Who works here.
    pub(super) annotator_id: AnnotatorId,
    /// The document shown.
    pub(super) document_id: Option<DocumentId>,
    /// The words now held by mouse or keys.
    pub(super) selection: Option<Span>,
    /// Where the caret stands in the document shown.
    pub(super) caret: ByteOffset,
    /// Where growing and shrinking the selection begins.
    pub(super) origin: ByteOffset,
    /// What is looked for in the text, while the bar for it is open.
    pub(super) find: Option<Find>,
    /// The annotation now held.
    pub(super) picked: Option<AnnotationId>,
    /// The tag that every drag puts on the words.
    pub(super) armed: Option<TagId>,
    /// A link that waits for its end.
    pub(super) linking: Option<Linking>,
    /// The revision that the last letter led to, while the person is in a field.
    pub(super) typed_at: Option<u64>,
}

/// What is on disk, and when that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedState {
    /// The revision that the file holds.
    pub revision: u64,
    /// The project as the file holds it: what our changes and those of others began from.
    pub project: Project,
    /// What is being written just now.
    pub writing: Option<Project>,
    /// The file's hash when it was last read or written.
    pub sha256: Option<String>,
    /// When the first edit since then was made.
    pub first_unsaved_at: Option<std::time::Instant>,
    /// When the last edit was made.
    pub last_edit_at: Option<std::time::Instant>,
    /// Whether it is being written just now.
    pub is_saving: bool,
    /// Why the last try failed, if it did.
    pub failure: Option<String>,
}

/// A link that waits for its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Linking {
    /// Which kind.
    pub kind: Arc<str>,
    /// Where it begins.
    pub from: AnnotationId,
}

impl Work {
    /// Begins work on a project as it was read.
    pub fn new(path: PathBuf, opened: Opened, annotator_id: AnnotatorId) -> Self {
        let Opened {
            project,
            texts,
            findings,
            misplaced,
            unreadable,
            changed,
            in_file,
            file_sha256,
        } = opened;
        let changed = changed.into_iter();
        let changed = changed
            .map(|text| (text.document_id.clone(), text))
            .collect();
        let document_id = project.documents.keys().next().cloned();
        Self {
            open: OpenProject::new(project),
            is_whole: true,
            texts,
            path,
            saved: SavedState {
                revision: 0,
                project: in_file,
                writing: None,
                sha256: file_sha256,
                first_unsaved_at: None,
                last_edit_at: None,
                is_saving: false,
                failure: None,
            },
            unreadable,
            findings: (0, findings),
            changed,
            seen: Seen::default(),
            doubles: Vec::new(),
            misplaced,
            annotator_id,
            document_id,
            selection: None,
            caret: ByteOffset(0),
            origin: ByteOffset(0),
            find: None,
            picked: None,
            armed: None,
            linking: None,
            typed_at: None,
        }
    }

    /// Begins to show a project of which only the head and one text have been read.
    pub fn at_first_sight(path: PathBuf, sight: FirstSight, annotator_id: AnnotatorId) -> Self {
        let FirstSight {
            project,
            document_id,
            text,
        } = sight;
        let mut opened = Opened::sound(project, None);
        opened.texts.insert(document_id.clone(), text);
        let mut work = Self::new(path, opened, annotator_id);
        work.is_whole = false;
        work.document_id = Some(document_id);
        work
    }

    /// Whether all of the project has been read. Before that it can only be looked at.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The project as it stands.
    pub fn project(&self) -> &Project {
        self.open.project()
    }

    /// Grows with every change.
    pub fn revision(&self) -> u64 {
        self.open.revision()
    }

    /// The project with its history, for the words behind “Undo”.
    pub fn history(&self) -> &OpenProject {
        &self.open
    }

    /// The texts of its documents.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The project file.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// What is on disk.
    pub fn saved(&self) -> &SavedState {
        &self.saved
    }

    /// Whether the file on disk holds everything.
    pub fn is_saved(&self) -> bool {
        self.saved.revision == self.revision()
    }

    /// Entries of the file that could not be read.
    pub fn unreadable(&self) -> &[UnreadableEntry] {
        &self.unreadable
    }

    /// What the last check found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings.1
    }

    /// Annotations whose quote is not where they say.
    pub fn misplaced(&self) -> &BTreeSet<AnnotationId> {
        &self.misplaced
    }

    /// Who works here.
    pub fn annotator_id(&self) -> &AnnotatorId {
        &self.annotator_id
    }

    /// The document shown.
    pub fn document(&self) -> Option<&Arc<Document>> {
        self.project().documents.get(self.document_id.as_ref()?)
    }

    /// The text of the document shown. `None` if it could not be read.
    pub fn text(&self) -> Option<&Text> {
        self.texts.get(self.document_id.as_ref()?)
    }

    /// The words now held.
    pub fn selection(&self) -> Option<Span> {
        self.selection
    }

    /// Where the caret stands.
    pub fn caret(&self) -> ByteOffset {
        self.caret
    }

    /// What is looked for in the text, while the bar for it is open.
    pub fn find(&self) -> Option<&Find> {
        self.find.as_ref()
    }

    /// The annotation now held.
    pub fn picked(&self) -> Option<&Arc<Annotation>> {
        self.project().annotations.get(self.picked.as_ref()?)
    }

    /// The tag that every drag puts on the words.
    pub fn armed(&self) -> Option<&TagId> {
        self.armed.as_ref()
    }

    /// A link that waits for its end.
    pub fn linking(&self) -> Option<&Linking> {
        self.linking.as_ref()
    }

    /// Looks anew at which annotations stand elsewhere than they say. After texts have changed.
    pub(super) fn look_for_misplaced(&mut self) {
        self.misplaced = query::misplaced(self.open.project(), &self.texts);
    }

    /// Nothing is held any more.
    pub(super) fn let_go(&mut self) {
        self.selection = None;
        self.picked = None;
    }
}
