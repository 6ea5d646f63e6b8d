//! What stands where.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::model::{Annotation, AnnotationId, Document, Project, Texts};

/// The annotations whose quote is not where they say, or whose text is not there.
pub fn misplaced(project: &Project, texts: &Texts) -> BTreeSet<AnnotationId> {
    let annotations: Vec<_> = project.annotations.by_document().collect();
    let documents = annotations.par_chunk_by(|a, b| a.document_id == b.document_id);
    let misplaced = documents.flat_map_iter(|annotations| {
        let text = annotations
            .first()
            .and_then(|first| texts.get(&first.document_id));
        let stands =
            move |annotation: &Annotation| text.is_some_and(|text| annotation.agrees_with(text));
        annotations
            .iter()
            .filter(move |annotation| !stands(annotation))
            .map(|annotation| annotation.id.clone())
    });
    misplaced.collect::<Vec<_>>().into_iter().collect()
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
