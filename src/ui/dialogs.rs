//! The file dialogs of the system, on a thread of their own: a frame never waits for one.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use egui::Context;
use rfd::{AsyncFileDialog, FileHandle};

use crate::app::{Command, FileChoice};
use crate::export;
use crate::import;

/// The dialogs under way, and where their answers come in.
pub struct Dialogs {
    sender: Sender<Option<Command>>,
    receiver: Receiver<Option<Command>>,
    is_open: bool,
}

impl Default for Dialogs {
    fn default() -> Self {
        let (sender, receiver) = channel();
        Self {
            sender,
            receiver,
            is_open: false,
        }
    }
}

impl Dialogs {
    /// Shows a dialog, unless one is open already.
    pub fn ask(&mut self, ctx: &Context, choice: FileChoice, project: Option<&Path>) {
        if self.is_open {
            return;
        }
        self.is_open = true;
        let mut dialog = AsyncFileDialog::new();
        if let Some(folder) = project.and_then(Path::parent) {
            dialog = dialog.set_directory(folder);
        }
        // The future is made here because a Mac makes dialogs only on the main thread.
        let (sender, ctx) = (self.sender.clone(), ctx.clone());
        let answer = answer(dialog, choice);
        std::thread::spawn(move || {
            let command = pollster::block_on(answer);
            // The window may have gone in the meantime.
            let _ = sender.send(command);
            ctx.request_repaint();
        });
    }

    /// What the person chose since the last call.
    pub fn answers(&mut self) -> Vec<Command> {
        let answers: Vec<Option<Command>> = self.receiver.try_iter().collect();
        self.is_open &= answers.is_empty();
        answers.into_iter().flatten().collect()
    }
}

type Answer = std::pin::Pin<Box<dyn Future<Output = Option<Command>> + Send>>;

fn answer(dialog: AsyncFileDialog, choice: FileChoice) -> Answer {
    let projects = |dialog: AsyncFileDialog| dialog.add_filter("Ascribe project", &["ron"]);
    match choice {
        FileChoice::NewProject => {
            let dialog = projects(dialog)
                .set_title("New project")
                .set_file_name("project.ascribe.ron");
            let file = dialog.save_file();
            Box::pin(async move { file.await.map(|file| Command::NewProjectAt(path(&file))) })
        }
        FileChoice::OpenProject => {
            let file = projects(dialog).set_title("Open project").pick_file();
            Box::pin(async move { file.await.map(|file| Command::OpenProjectAt(path(&file))) })
        }
        FileChoice::SaveProject(name) => {
            let file = projects(dialog)
                .set_title("Save as")
                .set_file_name(name)
                .save_file();
            Box::pin(async move { file.await.map(|file| Command::SaveAt(path(&file))) })
        }
        FileChoice::Texts => {
            let texts = [
                "txt", "md", "markdown", "text", "html", "htm", "xhtml", "docx", "pdf",
            ];
            let files = dialog
                .set_title("Add texts")
                .add_filter("Texts", &texts)
                .add_filter("All files", &["*"]);
            let files = files.pick_files();
            Box::pin(async move {
                files
                    .await
                    .map(|files| Command::Receive(files.iter().map(path).collect()))
            })
        }
        FileChoice::TextFolder => {
            let folder = dialog.set_title("Add a folder of texts").pick_folder();
            Box::pin(async move {
                folder
                    .await
                    .map(|folder| Command::Receive(vec![path(&folder)]))
            })
        }
        FileChoice::MissingText(document_id) => {
            let file = dialog.set_title("Where the text is now").pick_file();
            Box::pin(async move {
                file.await
                    .map(|file| Command::LocateTextAt(document_id, path(&file)))
            })
        }
        FileChoice::Import => {
            let mut endings: Vec<&str> = import::FORMATS
                .iter()
                .flat_map(|format| format.endings)
                .copied()
                .chain(["txt", "conf", "xml"])
                .collect();
            endings.sort_unstable();
            endings.dedup();
            let files = dialog
                .set_title("Import")
                .add_filter("Annotations, with the texts that belong to them", &endings)
                .add_filter("All files", &["*"])
                .pick_files();
            Box::pin(async move {
                files
                    .await
                    .map(|files| Command::ImportFrom(files.iter().map(path).collect()))
            })
        }
        FileChoice::ImportFolder => {
            let folder = dialog.set_title("Import a folder").pick_folder();
            Box::pin(async move {
                folder
                    .await
                    .map(|folder| Command::ImportFrom(vec![path(&folder)]))
            })
        }
        FileChoice::Export(choice, name) => {
            match export::format(choice.format).and_then(|format| format.ending) {
                Some(ending) => {
                    let name = format!("{name}.{ending}");
                    let file = dialog
                        .set_title("Export")
                        .add_filter(ending, &[ending])
                        .set_file_name(name)
                        .save_file();
                    Box::pin(async move {
                        file.await
                            .map(|file| Command::ExportTo(choice, path(&file)))
                    })
                }
                None => {
                    let folder = dialog.set_title("Export into a folder").pick_folder();
                    Box::pin(async move {
                        folder
                            .await
                            .map(|folder| Command::ExportTo(choice, path(&folder)))
                    })
                }
            }
        }
        FileChoice::OpenCodebook => {
            let file = dialog
                .set_title("Replace codebook")
                .add_filter("Codebook", &["ron"])
                .pick_file();
            Box::pin(async move {
                file.await
                    .map(|file| Command::ImportCodebookFrom(path(&file)))
            })
        }
        FileChoice::SaveCodebook => {
            let dialog = dialog
                .set_title("Save codebook")
                .add_filter("Codebook", &["ron"]);
            let file = dialog.set_file_name("codebook.ron").save_file();
            Box::pin(async move {
                file.await
                    .map(|file| Command::ExportCodebookTo(path(&file)))
            })
        }
    }
}

fn path(file: &FileHandle) -> PathBuf {
    file.path().to_owned()
}
