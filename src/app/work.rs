//! The open project and where the person stands in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::neighbours::Neighbours;
use super::{Backups, Find};
use crate::edit::{Double, OpenProject};
use crate::model::{
    Annotation, AnnotationId, AnnotatorId, Document, DocumentId, Project, Region, TagId, Texts,
};
use crate::query::{self, Finding};
use crate::store::{
    ChangedText, FirstSight, Journal, JournalElsewhere, Medium, Opened, Seen, UnfitJournal,
    UnreadableEntry,
};
use crate::text::{Boundaries, ByteOffset, Span, Text};

/// The open project and where the person stands in it.
#[derive(Debug)]
pub struct Work {
    /// The project with its history.
    pub(super) open: OpenProject,
    /// Whether all of the project has been read. Before that it has no annotations yet and cannot be changed.
    pub(super) is_whole: bool,
    /// Where every edit goes at once.
    pub(super) journal: Arc<Journal>,
    /// What was last said about the journal.
    pub(super) journal_failure: Option<String>,
    /// Edits that were never saved where the project was before.
    pub(super) elsewhere: Option<JournalElsewhere>,
    /// The texts of its documents.
    pub(super) texts: Texts,
    /// The project file.
    pub(super) path: PathBuf,
    /// What is on disk.
    pub(super) saved: SavedState,
    /// What its folder is on.
    pub(super) medium: Medium,
    /// Entries of the file that could not be read; a save would leave them out.
    pub(super) unreadable: Vec<UnreadableEntry>,
    /// What the last check found, and at which revision. Before the first one: the errors that were met in opening.
    pub(super) findings: (Option<u64>, Vec<Finding>),
    /// The one shown last.
    pub(super) last_finding: Option<Finding>,
    /// Whether to go to the next one or the one before once the check has ended.
    pub(super) finding_step: Option<bool>,
    /// Texts that are no longer what was labelled, and not taken up yet.
    pub(super) changed: BTreeMap<DocumentId, ChangedText>,
    /// Journals whose edits are part of the project again; they go with the next save.
    pub(super) merged_journals: Vec<UnfitJournal>,
    /// What was last seen of the files on disk.
    pub(super) seen: Seen,
    /// The backups as they were last listed.
    pub(super) backups: Backups,
    /// Who else works on it.
    pub(super) neighbours: Neighbours,
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
    /// How many tries have failed since the last that did not.
    pub failures: u32,
    /// When it is tried again by itself after a failure.
    pub again_at: Option<std::time::Instant>,
}

/// How safe the work is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Safety {
    /// Only the head and one text have been read so far; nothing can be changed yet.
    Reading,
    /// The person chose only to read, since somebody else is at work on the project.
    ForReading,
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
            errors,
            misplaced,
            unreadable,
            changed,
            in_file,
            file_sha256,
            recovery,
        } = opened;
        let changed = changed.into_iter();
        let changed = changed
            .map(|text| (text.document_id.clone(), text))
            .collect();
        // What the journal has brought back is not in the file yet.
        let unsaved_at = (recovery.brought_back > 0).then(std::time::Instant::now);
        let document_id = project.documents.keys().next().cloned();
        Self {
            open: OpenProject::resume(project, recovery.history),
            is_whole: true,
            journal,
            journal_failure: None,
            elsewhere: recovery.elsewhere,
            texts,
            path,
            saved: SavedState {
                revision: recovery.file_revision,
                project: in_file,
                writing: None,
                sha256: file_sha256,
                first_unsaved_at: unsaved_at,
                last_edit_at: unsaved_at,
                is_saving: false,
                failure: None,
                failures: 0,
                again_at: None,
            },
            medium: Medium::default(),
            unreadable,
            findings: (None, errors),
            last_finding: None,
            finding_step: None,
            changed,
            merged_journals: Vec::new(),
            seen: Seen::default(),
            backups: Backups::default(),
            neighbours: Neighbours::default(),
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
    pub fn at_first_sight(
        path: PathBuf,
        sight: FirstSight,
        annotator_id: AnnotatorId,
        journal: Arc<Journal>,
    ) -> Self {
        let FirstSight {
            project,
            document_id,
            text,
        } = sight;
        let mut opened = Opened::sound(project, None);
        opened.texts.insert(document_id.clone(), text);
        let mut work = Self::new(path, opened, annotator_id, journal);
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

    /// Whether the person chose only to read.
    pub fn is_for_reading(&self) -> bool {
        self.neighbours.is_for_reading
    }

    /// What is on disk.
    pub fn saved(&self) -> &SavedState {
        &self.saved
    }

    /// What its folder is on.
    pub fn medium(&self) -> Medium {
        self.medium
    }

    /// Whether the file on disk holds everything.
    pub fn is_saved(&self) -> bool {
        self.saved.revision == self.revision()
    }

    /// How safe the work is.
    pub fn safety(&self) -> Safety {
        if !self.is_whole {
            return Safety::Reading;
        }
        let journal = self.journal.state();
        match (&self.saved.failure, journal.failure) {
            (None, _) if self.is_saved() && self.is_for_reading() => Safety::ForReading,
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

    /// What is looked for in the text, while the bar for it is open.
    pub fn find(&self) -> Option<&Find> {
        self.find.as_ref()
    }

    /// The annotation now held.
    pub fn picked(&self) -> Option<&Arc<Annotation>> {
        self.project().annotations.get(self.picked.as_ref()?)
    }

    /// What is set aside at the selection or the caret.
    pub fn regions_at_hand(&self) -> Vec<&Arc<Region>> {
        let place = self.selection().or_else(|| {
            let next = Boundaries::of(self.text()?).next(self.caret());
            Span::between(self.caret(), next)
        });
        let document_id = self.document().map(|document| &document.id);
        let regions = &self.project().regions;
        let found = document_id
            .zip(place)
            .map(|(id, place)| regions.overlapping(id, place));
        found.unwrap_or_default()
    }

    /// The innermost set-aside piece in which the caret stands, while no words and no annotation are held.
    pub fn region_at_caret(&self) -> Option<&Region> {
        if self.selection.is_some() || self.picked.is_some() {
            return None;
        }
        let text = self.text()?;
        let here = Span::new(self.caret, Boundaries::of(text).next(self.caret))?;
        let near = self
            .project()
            .regions
            .overlapping(self.document_id.as_ref()?, here);
        let is_sound = |region: &&Arc<Region>| text.slice(region.span) == Some(&*region.quote);
        let sound = near.into_iter().filter(is_sound);
        let innermost = sound.min_by_key(|region| region.span.size_bytes());
        innermost.map(|region| &**region)
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
