//! The project that is being worked on, and the edits that brought it here.

use super::{Change, Edit, Refusal};
use crate::model::Project;

/// The project that is being worked on. It lends its project out for reading only, so that nothing but
/// an [`Edit`] can change it.
#[derive(Debug, Default)]
pub struct OpenProject {
    project: Project,
    revision: u64,
    done: Vec<Edit>,
    undone: Vec<Edit>,
}

impl OpenProject {
    /// Begins work on a project, with nothing to undo.
    pub fn new(project: Project) -> Self {
        Self {
            project,
            ..Self::default()
        }
    }

    /// The project as it stands. A clone of it is a cheap snapshot.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Grows with every change, undo and redo. What is derived from the project is kept with the
    /// revision it was made from.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Carries an edit out, all of it or nothing.
    ///
    /// # Errors
    /// [`Refusal::Outdated`] if the project no longer stands as the edit says it was; nothing has changed then.
    pub fn run(&mut self, edit: Edit) -> Result<(), Refusal> {
        if edit.changes.is_empty() {
            return Ok(());
        }
        self.apply(&edit.changes)?;
        self.done.push(edit);
        self.undone.clear();
        Ok(())
    }

    /// Takes the last edit back and returns it; `None` if there is none.
    pub fn undo(&mut self) -> Option<&Edit> {
        let edit = self.done.pop()?;
        let turned: Vec<Change> = edit
            .changes
            .iter()
            .rev()
            .cloned()
            .map(Change::turned)
            .collect();
        self.apply_own(&turned);
        self.undone.push(edit);
        self.undone.last()
    }

    /// Carries the edit last undone out again and returns it; `None` if there is none.
    pub fn redo(&mut self) -> Option<&Edit> {
        let edit = self.undone.pop()?;
        self.apply_own(&edit.changes);
        self.done.push(edit);
        self.done.last()
    }

    /// The edit that [`Self::undo`] would take back.
    pub fn last_done(&self) -> Option<&Edit> {
        self.done.last()
    }

    /// The edit that [`Self::redo`] would carry out.
    pub fn last_undone(&self) -> Option<&Edit> {
        self.undone.last()
    }

    fn apply_own(&mut self, changes: &[Change]) {
        let outcome = self.apply(changes);
        debug_assert!(
            outcome.is_ok(),
            "the edits of the history follow one from the other"
        );
        if outcome.is_err() {
            log::error!("an edit of the history did not fit the project");
        }
    }

    /// Changes are tried on a copy, which is cheap, so that a misfit half-way leaves the project untouched.
    fn apply(&mut self, changes: &[Change]) -> Result<(), Refusal> {
        let mut project = self.project.clone();
        for change in changes {
            if !change.fits(&project) {
                return Err(Refusal::Outdated);
            }
            change.apply(&mut project);
        }
        self.project = project;
        self.revision += 1;
        Ok(())
    }
}
