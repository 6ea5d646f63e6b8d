//! What stands where.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{Annotation, AnnotationId, Document, Project, Texts};

/// The annotations whose quote is not where they say, or whose text is not there.
pub fn misplaced(project: &Project, texts: &Texts) -> BTreeSet<AnnotationId> {
    let is_misplaced = |annotation: &&Arc<Annotation>| {
        !texts
            .get(&annotation.document_id)
            .is_some_and(|text| annotation.agrees_with(text))
    };
    project
        .annotations
        .iter()
        .filter(is_misplaced)
        .map(|annotation| annotation.id.clone())
        .collect()
}

/// The documents whose title, id or path has all the words in it, in whichever case.
pub fn filter_documents<'a>(
    project: &'a Project,
    words: &str,
) -> impl Iterator<Item = &'a Arc<Document>> {
    let needles: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    project.documents.values().filter(move |document| {
        let is_in = |needle: &String| {
            let has = |hay: &str| hay.to_lowercase().contains(needle.as_str());
            has(document.title()) || has(document.id.as_str()) || has(&document.path)
        };
        needles.iter().all(is_in)
    })
}
