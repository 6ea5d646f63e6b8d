//! Actions on annotators.

use std::sync::Arc;

use super::{Author, Change, Edit, Refusal, Swap};
use crate::model::{Annotator, Project};

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
