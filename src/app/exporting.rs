//! Exports: what one would write is told before it is written.

use std::path::{Path, PathBuf};

use super::task::ExportFailure;
use super::{
    App, Command, ExportChoice, FileChoice, NoticeKind, Request, TaskResult, project_name,
    run_export,
};
use crate::export::{self, Export, LossReport};
use crate::store::{self, ChangedText};

/// An export that the person thinks about.
#[derive(Debug)]
pub struct Exporting {
    /// What was chosen.
    pub choice: ExportChoice,
    /// The project as it was then.
    revision: u64,
    /// What would be written, or why nothing can be; `None` while that is being found out.
    pub outcome: Option<Result<Foreseen, String>>,
    /// Whether a task is finding out about this choice or an earlier one.
    is_looking: bool,
}

/// What an export would write.
#[derive(Debug)]
pub struct Foreseen {
    /// Documents.
    pub documents: usize,
    /// Annotations.
    pub annotations: usize,
    /// What the format cannot carry.
    pub losses: LossReport,
}

impl From<Export> for Foreseen {
    fn from(export: Export) -> Self {
        Self {
            documents: export.documents,
            annotations: export.annotations,
            losses: export.losses,
        }
    }
}

impl Exporting {
    /// Nothing more will be found out, since a task has failed inside.
    pub(super) fn give_up(&mut self) {
        if std::mem::take(&mut self.is_looking) {
            self.outcome = Some(Err("this has failed inside".to_owned()));
        }
    }
}

impl App {
    /// The export that the person thinks about, if it is still the one of this choice and this project.
    pub fn exporting(&self, choice: &ExportChoice) -> Option<&Exporting> {
        let revision = self.work.as_ref()?.revision();
        let exporting = self.exporting.as_ref()?;
        (exporting.choice == *choice && exporting.revision == revision).then_some(exporting)
    }

    /// Finds out what an export would write. One task at a time: while the person still chooses, only the last choice
    /// is of interest.
    pub(super) fn foresee(&mut self, choice: ExportChoice) {
        let Some(work) = &self.work else { return };
        let is_looking = self.exporting.as_ref().is_some_and(|old| old.is_looking);
        let revision = work.revision();
        self.exporting = Some(Exporting {
            choice,
            revision,
            outcome: None,
            is_looking,
        });
        if !is_looking {
            self.look_ahead();
        }
    }

    fn look_ahead(&mut self) {
        let (Some(work), Some(exporting)) = (&self.work, &mut self.exporting) else {
            return;
        };
        exporting.is_looking = true;
        let (choice, revision) = (exporting.choice.clone(), exporting.revision);
        let (project, texts) = (work.project().clone(), work.texts.clone());
        self.tasks.start("Seeing what would be exported", move |_| {
            let format = export::format(choice.format).ok_or(export::ExportError::UnknownFormat);
            let made =
                format.and_then(|format| export::export(format, &project, &texts, &choice.options));
            let outcome = made.map(Foreseen::from).map_err(|error| error.to_string());
            TaskResult::Foreseen(choice, revision, Box::new(outcome))
        });
    }

    pub(super) fn foreseen(
        &mut self,
        choice: ExportChoice,
        revision: u64,
        outcome: Result<Foreseen, String>,
    ) {
        let Some(exporting) = &mut self.exporting else {
            return;
        };
        exporting.is_looking = false;
        if exporting.choice == choice && exporting.revision == revision {
            exporting.outcome = Some(outcome);
        } else {
            self.look_ahead();
        }
    }

    pub(super) fn ask_where_to_export(&mut self, choice: ExportChoice) {
        if let Some(work) = &self.work {
            let name = project_name(&work.path);
            self.request(Request::Choose(FileChoice::Export(choice, name)));
        }
    }

    pub(super) fn export_to(&mut self, choice: ExportChoice, path: PathBuf) {
        let Some(work) = &self.work else { return };
        let (project, texts) = (work.project().clone(), work.texts.clone());
        let project_file = work.path.clone();
        let name = format!("{}-{}", project_name(&work.path), choice.format);
        let path = store::folder_for_export(path, &name);
        let remarks: Vec<String> = work
            .changed
            .values()
            .filter(|changed| changed.is_other_text(work.project()))
            .map(ChangedText::remark)
            .collect();
        if let Some(first) = remarks.first() {
            let deed = ("Review…".to_owned(), Command::ReviewTexts);
            self.tell_with(NoticeKind::Warning, first, Some(deed));
        }
        self.tasks.start(
            format!("Exporting to {}", path.display()),
            move |progress| {
                let outcome = store::refuse_own(&path, Some((&project_file, &project)))
                    .map_err(ExportFailure::from)
                    .and_then(|()| run_export(&project, &texts, &choice, &path, progress));
                TaskResult::Exported(path, outcome)
            },
        );
    }

    pub(super) fn exported(&mut self, path: &Path, outcome: Result<LossReport, ExportFailure>) {
        match outcome {
            Ok(losses) if losses.is_empty() => {
                self.tell(
                    NoticeKind::Done,
                    format!(
                        "Exported to {}, and read back: nothing is missing",
                        path.display()
                    ),
                );
            }
            Ok(losses) => {
                let words = format!("Exported to {}, and read back. {losses}", path.display());
                self.tell(NoticeKind::Warning, words);
            }
            Err(failure) => self.tell(
                NoticeKind::Failure,
                format!("Nothing was exported: {failure}"),
            ),
        }
    }
}
