//! Actions on annotators.

use std::sync::Arc;

use super::{Author, Change, Edit, Refusal, Swap};
use crate::model::{Annotator, AnnotatorKind, Project};

/// Adds an annotator.
///
/// # Errors
/// If one with this id is there, or the id is empty.
pub fn add_annotator(
    project: &Project,
    author: &Author,
    annotator: Annotator,
) -> Result<Edit, Refusal> {
    if annotator.id.as_str().trim().is_empty() {
        return Err(Refusal::NameMissing);
    }
    if project.annotators.contains_key(&annotator.id) {
        return Err(Refusal::AnnotatorExists(annotator.id.to_string()));
    }
    let label = format!("add annotator {}", annotator.id);
    let changes = vec![Change::Annotator(Swap::adding(Arc::new(annotator)))];
    Ok(Edit {
        label,
        author: author.clone(),
        changes,
    })
}

/// Who makes a first edit joins the project with it, so that undo takes both back.
pub fn with_author(project: &Project, mut edit: Edit) -> Edit {
    let annotator_id = &edit.author.annotator_id;
    if !edit.changes.is_empty() && !project.annotators.contains_key(annotator_id) {
        let annotator = Annotator {
            id: annotator_id.clone(),
            name: annotator_id.to_string(),
            kind: AnnotatorKind::Person,
        };
        let joining = Change::Annotator(Swap::adding(Arc::new(annotator)));
        edit.changes.insert(0, joining);
    }
    edit
}
