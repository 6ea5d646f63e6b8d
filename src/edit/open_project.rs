//! The project that is being worked on, and the edits that brought it here.

use std::sync::Arc;

use super::{Change, Edit, Refusal};
use crate::model::Project;

/// The project that is being worked on. It lends its project out for reading only, so that nothing but
/// an [`Edit`] can change it.
#[derive(Debug, Default)]
pub struct OpenProject {
    project: Project,
    history: History,
    steps: Vec<(u64, Step)>,
}

/// What can be taken back and done again, and how far the project has come.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Edits that can be taken back, the last one at the end.
    pub done: Vec<Arc<Edit>>,
    /// Edits that were taken back, the last one at the end.
    pub undone: Vec<Arc<Edit>>,
    /// Grows by one with every step.
    pub revision: u64,
}

/// What brings a project from one revision to the next. A journal of steps brings it there again.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// An edit is carried out. It is shared with the history, since that of an import is large.
    Run(Arc<Edit>),
    /// The last edit is taken back.
    Undo,
    /// The edit last taken back is carried out again.
    Redo,
}

impl History {
    /// What can be taken back and done again after a step. Does not look at any project.
    pub fn follow(&mut self, step: Step) {
        match step {
            Step::Run(edit) => {
                self.done.push(edit);
                self.undone.clear();
            }
            Step::Undo => self.undone.extend(self.done.pop()),
            Step::Redo => self.done.extend(self.undone.pop()),
        }
        self.revision += 1;
    }
}

impl OpenProject {
    /// Begins work on a project, with nothing to undo.
    pub fn new(project: Project) -> Self {
        Self::resume(project, History::default())
    }

    /// Goes on with a project that has a history. Edits of the history that do not lead to this project are
    /// found out when they are taken back.
    pub fn resume(project: Project, history: History) -> Self {
        Self {
            project,
            history,
            steps: Vec::new(),
        }
    }

    /// The project as it stands. A clone of it is a cheap snapshot.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// What can be taken back and done again.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Grows by one with every edit, undo and redo. What is derived from the project is kept with the
    /// revision it was made from.
    pub fn revision(&self) -> u64 {
        self.history.revision
    }

    /// The steps since the last call, each with the revision that it led to. For the journal.
    pub fn take_steps(&mut self) -> Vec<(u64, Step)> {
        std::mem::take(&mut self.steps)
    }

    /// Carries an edit out, all of it or nothing.
    ///
    /// # Errors
    /// [`Refusal::Outdated`] if the project no longer stands as the edit says it was; nothing has changed then.
    pub fn run(&mut self, edit: impl Into<Arc<Edit>>) -> Result<(), Refusal> {
        let edit = edit.into();
        if edit.changes.is_empty() {
            return Ok(());
        }
        self.project = applied(&self.project, &edit.changes)?;
        self.step(Step::Run(edit));
        Ok(())
    }

    /// Takes the last edit back and returns it; `None` if there is none.
    pub fn undo(&mut self) -> Option<&Edit> {
        let edit = self.history.done.last()?;
        let turned: Vec<Change> = edit
            .changes
            .iter()
            .rev()
            .cloned()
            .map(Change::turned)
            .collect();
        match applied(&self.project, &turned) {
            Ok(project) => self.project = project,
            Err(_) => return self.forget_history(),
        }
        self.step(Step::Undo);
        self.last_undone()
    }

    /// Carries the edit last undone out again and returns it; `None` if there is none.
    pub fn redo(&mut self) -> Option<&Edit> {
        let edit = self.history.undone.last()?;
        match applied(&self.project, &edit.changes) {
            Ok(project) => self.project = project,
            Err(_) => return self.forget_history(),
        }
        self.step(Step::Redo);
        self.last_done()
    }

    /// Goes one step on.
    ///
    /// # Errors
    /// [`Refusal::Outdated`] if it does not follow from where the project stands; nothing has changed then.
    pub fn follow(&mut self, step: Step) -> Result<(), Refusal> {
        match step {
            Step::Run(edit) => self.run(edit),
            Step::Undo => self.undo().map(drop).ok_or(Refusal::Outdated),
            Step::Redo => self.redo().map(drop).ok_or(Refusal::Outdated),
        }
    }

    /// The edit that [`Self::undo`] would take back.
    pub fn last_done(&self) -> Option<&Edit> {
        self.history.done.last().map(Arc::as_ref)
    }

    /// The edit that [`Self::redo`] would carry out.
    pub fn last_undone(&self) -> Option<&Edit> {
        self.history.undone.last().map(Arc::as_ref)
    }

    fn step(&mut self, step: Step) {
        self.history.follow(step.clone());
        self.steps.push((self.history.revision, step));
    }

    /// Within one run the edits follow one from the other. A history that came from a journal may not lead to
    /// the project after all; then it is worth nothing, and the project stays as it is.
    fn forget_history(&mut self) -> Option<&Edit> {
        log::error!("an edit of the history did not fit the project; the history is dropped");
        self.history.done.clear();
        self.history.undone.clear();
        None
    }
}

/// The project with the changes, which are tried on a copy, so that a misfit half-way leaves nothing behind.
fn applied(project: &Project, changes: &[Change]) -> Result<Project, Refusal> {
    let mut project = project.clone();
    let are_added =
        |a: &Change, b: &Change| a.added_annotation().is_some() && b.added_annotation().is_some();
    for changes in changes.chunk_by(are_added) {
        match changes {
            [change] if change.fits(&project) => change.apply(&mut project),
            [_] => return Err(Refusal::Outdated),
            // An import adds a hundred thousand.
            many => {
                let added = many.iter().filter_map(Change::added_annotation);
                let taken = project.annotations.add_many(added.collect());
                if !taken.is_empty() {
                    return Err(Refusal::Outdated);
                }
            }
        }
    }
    Ok(project)
}
