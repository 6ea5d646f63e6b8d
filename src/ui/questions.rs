//! Decisions that only the person can make. Esc always leaves everything as it is.

use egui::{Frame, Id, Margin, Modal, RichText, Ui};

use super::Cx;
use super::theme::semibold;
use super::widgets::{buttons_at_right, hold_focus, main_button, name_dialog, plain_button};
use crate::app::{Answer, Command, Question};

/// What a question says and which answers it has. `Cancel` is always there.
struct Words {
    head: String,
    body: String,
    yes: &'static str,
    other: Option<&'static str>,
    third: Option<&'static str>,
    cancel: &'static str,
}

/// Draws the question, if there is one.
pub fn question_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(question) = cx.app.question() else {
        return;
    };
    let words = words_of(question);
    let theme = cx.theme;
    let frame = Frame::popup(ui.style()).inner_margin(Margin::same(20));
    let modal = Modal::new(Id::unique("question")).frame(frame);
    let modal = modal.show(ui.ctx(), |ui| {
        ui.set_width(f32::min(430.0, ui.ctx().content_rect().width() - 60.0));
        let head = ui.label(RichText::new(&words.head).font(semibold(16.0)));
        name_dialog(ui, &head);
        ui.add_space(2.0);
        ui.label(&words.body);
        ui.add_space(12.0);
        let mut first = None;
        buttons_at_right(ui, |ui| {
            if !words.yes.is_empty() {
                let yes = main_button(ui, &theme, words.yes);
                first = Some(yes.id);
                if yes.clicked() {
                    cx.ask(Command::Answer(Answer::Yes));
                }
            }
            if let Some(other) = words.other
                && plain_button(ui, other).clicked()
            {
                cx.ask(Command::Answer(Answer::Other));
            }
            if let Some(third) = words.third
                && plain_button(ui, third).clicked()
            {
                cx.ask(Command::Answer(Answer::Third));
            }
            let cancel = plain_button(ui, words.cancel);
            if cancel.clicked() {
                cx.ask(Command::Answer(Answer::Cancel));
            }
            first = first.or(Some(cancel.id));
        });
        first
    });
    hold_focus(ui, modal.response.layer_id, modal.inner, true);
    if modal.should_close() {
        cx.ask(Command::Answer(Answer::Cancel));
    }
}

fn words_of(question: &Question) -> Words {
    let words = |head: &str, body: String, yes, other, cancel| Words {
        head: head.to_owned(),
        body,
        yes,
        other,
        third: None,
        cancel,
    };
    match question {
        Question::Unsaved { name, .. } => words(
            "Save your changes?",
            format!("“{name}” has changes that are not in its file yet."),
            "Save",
            Some("Do not save"),
            "Cancel",
        ),
        Question::Damaged {
            path,
            words: problem,
            salvage,
        } => words(
            "This project is damaged",
            format!(
                "{problem}\n\n{}\n\n{} annotations in {} documents still read; {}. The file stays as it is until \
                 you save.",
                path.display(),
                salvage.project.annotations.len(),
                salvage.project.documents.len(),
                match salvage.unreadable.len() {
                    1 => "one entry does not".to_owned(),
                    count => format!("{count} entries do not"),
                }
            ),
            "Open what is sound",
            None,
            "Leave it",
        ),
        Question::LeavesOutUnreadable { count } => words(
            "Save without what could not be read?",
            format!(
                "{} of the file could not be read and would be left out. The file as it is now is kept beside it, so \
                 that nothing is lost.",
                match count {
                    1 => "One entry".to_owned(),
                    _ => format!("{count} entries"),
                }
            ),
            "Keep a copy and save",
            None,
            "Cancel",
        ),
        Question::ChangedOutside { path } => words(
            "The file has changed on disk",
            format!(
                "Another program has written {} since you opened or saved it. Your work is still here.",
                path.display()
            ),
            "Save elsewhere…",
            Some("Replace it"),
            "Cancel",
        ),
        Question::DeleteTag { tag_id, count } => words(
            "Delete the tag with its annotations?",
            format!(
                "{count} annotations carry “{tag_id}”. They go with it; undo brings all of them back."
            ),
            "Delete tag",
            None,
            "Cancel",
        ),
        Question::RemoveDocument { title, count } => words(
            "Remove this document?",
            format!(
                "“{title}” leaves the project with its {count} annotations. Its text stays on disk, and undo brings it \
                 back."
            ),
            "Remove document",
            None,
            "Cancel",
        ),
        Question::InUse { holder } => {
            let who = match (holder.user.is_empty(), holder.host.is_empty()) {
                (false, false) => format!("{} on {}", holder.user, holder.host),
                (true, false) => format!("Somebody on {}", holder.host),
                _ => "Another program on this machine".to_owned(),
            };
            let seen = match holder.seen_at.is_empty() {
                true => String::new(),
                false => format!(", last heard of at {}", holder.seen_at),
            };
            let in_use = words(
                "Somebody is at work on this project",
                format!(
                    "{who} has it open{seen}. You can read it, or edit it too: what you both do is merged entry by \
                     entry when it is saved."
                ),
                "Open for reading",
                Some("Edit anyway"),
                "Close",
            );
            Words {
                third: holder.can_be_shown().then_some("Show its window"),
                ..in_use
            }
        }
        Question::CannotOpen {
            path,
            words: problem,
        } => words(
            "This could not be opened",
            // Most problems name the file themselves.
            match path.display().to_string() {
                path if problem.contains(&path) => problem.clone(),
                path => format!("{problem}\n\n{path}"),
            },
            "",
            None,
            "Close",
        ),
    }
}
