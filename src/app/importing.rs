//! Importing what other tools wrote: read first, shown to the person, made only when they say so.

use std::path::PathBuf;

use super::task::ImportFailure;
use super::{
    App, Command, FileChoice, ImportChoice, NoticeKind, Page, Request, TaskResult, counted,
    run_import,
};
use crate::edit::{self, Refusal};
use crate::import::{ImportError, ImportReport, Imported, Mappable, Target};
use crate::model::DocumentId;
use crate::store::{self, WriteError};

/// How many examples the page shows of each thing that does not come over.
const EXAMPLES: usize = 20;

/// An import that the person is looking at.
#[derive(Debug, Default)]
pub struct Importing {
    /// What was chosen.
    pub paths: Vec<PathBuf>,
    /// How it is read.
    pub choice: ImportChoice,
    /// What would come over, or why nothing can be read; `None` while it is being read.
    pub outcome: Option<Result<Preview, String>>,
    /// What a mapping may speak of, if the format needs one.
    pub mappable: Option<Mappable>,
}

/// What an import would bring.
#[derive(Debug)]
pub struct Preview {
    /// With the texts of new documents.
    pub imported: Imported,
    /// What would not come over, in words: too much to be put together in every frame.
    pub losses: Vec<String>,
    /// The rest of the report without the counts of tags.
    pub lines: Vec<String>,
    /// What a mapping may speak of, if the format needs one.
    mappable: Option<Mappable>,
    /// The project as it was when this was found out.
    revision: u64,
}

impl Preview {
    /// What would come over.
    pub fn report(&self) -> &ImportReport {
        &self.imported.report
    }
}

impl App {
    /// The import that the person is looking at, if there is one.
    pub fn importing(&self) -> Option<&Importing> {
        self.importing.as_ref()
    }

    pub(super) fn ask_what_to_import(&mut self, is_folder: bool) {
        let choice = match is_folder {
            true => FileChoice::ImportFolder,
            false => FileChoice::Import,
        };
        self.choose_in_project(choice);
    }

    /// Reads files and shows what they would bring.
    pub(super) fn import_from(&mut self, paths: Vec<PathBuf>, choice: ImportChoice) {
        let Some(work) = &self.work else { return };
        let (project, texts, revision) =
            (work.project().clone(), work.texts.clone(), work.revision());
        self.importing = Some(Importing {
            paths: paths.clone(),
            choice: choice.clone(),
            outcome: None,
            mappable: None,
        });
        self.request(Request::Show(Page::Import));
        self.tasks
            .start("Reading what is to be imported", move |progress| {
                let target = Target {
                    project: &project,
                    texts: &texts,
                };
                let outcome = run_import(&paths, &choice, target, progress);
                let outcome = outcome.map(|(imported, mappable)| Preview {
                    losses: imported.report.losses(EXAMPLES),
                    lines: imported.report.lines_besides(),
                    imported,
                    mappable,
                    revision,
                });
                TaskResult::Understood(paths, choice, Box::new(outcome))
            });
    }

    /// Reads the same files in another way.
    pub(super) fn import_as(&mut self, choice: ImportChoice) {
        if let Some(importing) = &self.importing {
            self.import_from(importing.paths.clone(), choice);
        }
    }

    pub(super) fn understood(
        &mut self,
        paths: Vec<PathBuf>,
        choice: ImportChoice,
        outcome: Result<Preview, ImportFailure>,
    ) {
        let Some(importing) = &mut self.importing else {
            return;
        };
        // Another choice may have been made in the meantime; its own outcome is on the way.
        if importing.paths == paths && importing.choice == choice {
            importing.mappable = match &outcome {
                Ok(preview) => preview.mappable.clone(),
                Err(ImportFailure::Understood(
                    ImportError::NeedsMapping { mappable, .. }
                    | ImportError::MappingLeadsNowhere { mappable, .. },
                )) => Some(mappable.clone()),
                Err(_) => None,
            };
            importing.outcome = Some(outcome.map_err(|failure| failure.to_string()));
        }
    }

    /// Writes the texts of new documents; the edit follows when they lie on disk.
    pub(super) fn make_import(&mut self) {
        let (Some(importing), Some(work)) = (self.importing.take(), &self.work) else {
            return;
        };
        let Some(Ok(mut preview)) = importing.outcome else {
            return;
        };
        if preview.revision != work.revision() {
            let words =
                "The project has changed since the files were read; look at the import again";
            self.tell(NoticeKind::Refused, words);
            return self.import_from(importing.paths, importing.choice);
        }
        let (path, disk) = (work.path.clone(), self.storage.disk.clone());
        self.tasks.start("Importing", move |progress| {
            let Imported {
                additions, texts, ..
            } = &mut preview.imported;
            let outcome =
                store::write_texts(&*disk, &path, &mut additions.documents, texts, progress);
            TaskResult::ImportKept(Box::new(preview.imported), outcome)
        });
    }

    pub(super) fn import_kept(&mut self, imported: Imported, outcome: Result<(), WriteError>) {
        if let Err(error) = outcome {
            return self.tell(
                NoticeKind::Failure,
                format!("Nothing was imported: {error}"),
            );
        }
        let is_lossless = imported.report.is_lossless();
        let what = what_is_new(&imported.report);
        let words = what.map_or_else(|| "Imported".to_owned(), |what| format!("{what} imported"));
        let first = imported
            .additions
            .documents
            .first()
            .map(|document| document.id.clone());
        match self.take_in(imported) {
            Err(refusal) => self.tell(NoticeKind::Refused, refusal.to_string()),
            Ok(()) => {
                let kind = if is_lossless {
                    NoticeKind::Done
                } else {
                    NoticeKind::Warning
                };
                let rest = if is_lossless {
                    ""
                } else {
                    ". Not everything came over"
                };
                let deed = ("Undo".to_owned(), Command::Undo);
                self.tell_with(kind, format!("{words}{rest}"), Some(deed));
                self.show_first(first);
            }
        }
    }

    fn take_in(&mut self, imported: Imported) -> Result<(), Refusal> {
        let Imported {
            mut additions,
            texts,
            ..
        } = imported;
        if let Some(work) = &mut self.work {
            work.texts.extend(texts);
            // Who acts joins the project with the edit anyway.
            additions
                .annotators
                .retain(|annotator| annotator.id != work.annotator_id);
        }
        self.back_up_as_it_is();
        self.edit(|work, author| {
            edit::take_in(work.project(), author, "import".to_owned(), additions)
        })
    }

    fn show_first(&mut self, document_id: Option<DocumentId>) {
        if let Some(document_id) = document_id {
            self.show_document(document_id);
        }
    }
}

/// What an import brings: “3 annotations and 1 document”; `None` if it is nothing of what is counted.
pub fn what_is_new(report: &ImportReport) -> Option<String> {
    let annotations = report.annotations();
    let count = annotations.exact + annotations.moved - annotations.merged;
    let both = [(count, "annotation"), (report.documents.added, "document")];
    let both = both.into_iter().filter(|(count, _)| *count > 0);
    let said: Vec<String> = both.map(|(count, what)| counted(count, what)).collect();
    let tags = (report.new_tags > 0).then(|| counted(report.new_tags, "tag"));
    match said.is_empty() {
        true => tags,
        false => Some(said.join(" and ")),
    }
}
