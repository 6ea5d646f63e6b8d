//! The open project and where the person stands in it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::edit::OpenProject;
use crate::model::{
    Annotation, AnnotationId, AnnotatorId, Document, DocumentId, Project, TagId, Texts,
};
use crate::query::{self, Finding};
use crate::store::{Journal, Opened, UnreadableEntry};
use crate::text::{ByteOffset, Span, Text};

/// The open project and where the person stands in it.
#[derive(Debug)]
pub struct Work {
    /// The project with its history.
    pub(super) open: OpenProject,
    /// Where every edit goes at once.
    pub(super) journal: Arc<Journal>,
    /// What was last said about the journal.
    pub(super) journal_failure: Option<String>,
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
    /// The annotation now held.
    pub(super) picked: Option<AnnotationId>,
    /// The tag that every drag puts on the words.
    pub(super) armed: Option<TagId>,
    /// A link that waits for its end.
    pub(super) linking: Option<Linking>,
}

/// What is on disk, and when that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedState {
    /// The revision that the file holds.
    pub revision: u64,
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

/// How safe the work is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Safety {
    /// The project file holds everything.
    Saved,
    /// The project file is being written.
    Saving,
    /// The journal holds what the file does not: it comes back after a crash.
    Safe,
    /// The last edits are on their way to the journal.
    Unsaved,
    /// The project file could not be written, for this reason; the journal holds everything.
    NotSaved(String),
    /// The last edits are in memory alone, for this reason.
    NotSafe(String),
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
    pub fn new(
        path: PathBuf,
        opened: Opened,
        annotator_id: AnnotatorId,
        journal: Arc<Journal>,
    ) -> Self {
        let Opened {
            project,
            texts,
            findings,
            unreadable,
            file_sha256,
            recovery,
        } = opened;
        // What the journal has brought back is not in the file yet.
        let unsaved_at = (recovery.brought_back > 0).then(std::time::Instant::now);
        let misplaced = query::misplaced(&project, &texts);
        let document_id = project.documents.keys().next().cloned();
        Self {
            open: OpenProject::resume(project, recovery.history),
            journal,
            journal_failure: None,
            texts,
            path,
            saved: SavedState {
                revision: recovery.file_revision,
                sha256: file_sha256,
                first_unsaved_at: unsaved_at,
                last_edit_at: unsaved_at,
                is_saving: false,
                failure: None,
            },
            unreadable,
            findings: (0, findings),
            misplaced,
            annotator_id,
            document_id,
            selection: None,
            caret: ByteOffset(0),
            picked: None,
            armed: None,
            linking: None,
        }
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

    /// How safe the work is.
    pub fn safety(&self) -> Safety {
        let journal = self.journal.state();
        match (&self.saved.failure, journal.failure) {
            (None, _) if self.is_saved() => Safety::Saved,
            (_, Some(failure)) if journal.safe_revision < self.revision() => {
                Safety::NotSafe(failure)
            }
            (Some(failure), _) => Safety::NotSaved(failure.clone()),
            _ if self.saved.is_saving => Safety::Saving,
            _ if journal.safe_revision >= self.revision() => Safety::Safe,
            _ => Safety::Unsaved,
        }
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
