//! `ascribe check --repair`: annotations that are found again beyond doubt follow their texts.

use std::path::Path;

use super::{Failure, author, save_edited};
use crate::anchor::Found;
use crate::edit::{self, TakenUp, Verdict};
use crate::model::{Document, Project};
use crate::store::{self, ChangedText, Opened};

/// Moves what is certain, in the project file only, and says what is left to decide.
pub fn repair(path: &Path, opened: &Opened) -> Result<(), Failure> {
    if !opened.unreadable.is_empty() {
        let words = "parts of the project cannot be read, so it was not repaired";
        return Err(Failure::of_data(words));
    }
    let project = &opened.project;
    let texts: Vec<TakenUp<'_>> = opened
        .changed
        .iter()
        .filter_map(|changed| certain_part(project, changed))
        .collect();
    let author = author("ascribe");
    let edit = edit::take_up_texts(project, &author, texts).map_err(Failure::of_data)?;
    if edit.changes.is_empty() {
        return Ok(());
    }
    for changed in &opened.changed {
        let (certain, left) = count(changed);
        say!(
            "{}: {certain} annotations found again; {left} are left for a person to decide in the window",
            changed.document_id
        );
    }
    let repaired = save_edited(path, opened, edit)?;
    store::keep_texts(path, &repaired);
    Ok(())
}

/// The hash of the new text is taken over only if nothing is left that the old text is needed for.
fn certain_part<'a>(project: &Project, changed: &'a ChangedText) -> Option<TakenUp<'a>> {
    let before = project.documents.get(&changed.document_id)?;
    let document = match count(changed) {
        (_, 0) => Document {
            sha256: changed.now.sha256.clone(),
            size_bytes: changed.now.size_bytes,
            encoding: changed.now.encoding.clone(),
            ..Document::clone(before)
        },
        _ => Document::clone(before),
    };
    let certain = changed.found.iter().filter_map(|(mark_id, found)| {
        let Found::Certain(spans) = found else {
            return None;
        };
        Some((mark_id.clone(), Verdict::MoveTo(spans.clone())))
    });
    Some(TakenUp {
        document,
        text: &changed.now.text,
        verdicts: certain.collect(),
    })
}

fn count(changed: &ChangedText) -> (usize, usize) {
    let is_certain = |found: &&Found| matches!(found, Found::Certain(_));
    let certain = changed.found.values().filter(is_certain).count();
    (certain, changed.found.len() - certain)
}
