//! Actions on documents.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::{Author, Change, Edit, Refusal, Swap, delete_annotations};
use crate::model::{AnnotationId, Document, DocumentId, DocumentState, Project};

/// Adds documents, all in one edit. Their texts lie on disk already.
///
/// # Errors
/// If one of the ids or paths is in the project, or comes twice.
pub fn add_documents(
    project: &Project,
    author: &Author,
    documents: Vec<Document>,
) -> Result<Edit, Refusal> {
    let mut paths: HashSet<&str> = project
        .documents
        .values()
        .map(|document| document.path.as_str())
        .collect();
    let mut ids: HashSet<&DocumentId> = project.documents.keys().collect();
    for document in &documents {
        if !paths.insert(&document.path) || !ids.insert(&document.id) {
            return Err(Refusal::DocumentExists(document.path.clone()));
        }
    }
    let label = match documents.as_slice() {
        [only] => format!("add {}", only.title()),
        several => format!("add {} documents", several.len()),
    };
    let changes = documents
        .into_iter()
        .map(|document| Change::Document(Swap::adding(Arc::new(document))))
        .collect();
    Ok(Edit {
        label,
        author: author.clone(),
        changes,
    })
}

/// Takes a document out of the project with its annotations, links and regions. Its text stays on disk.
///
/// # Errors
/// If it does not exist.
pub fn remove_document(
    project: &Project,
    author: &Author,
    document_id: &DocumentId,
) -> Result<Edit, Refusal> {
    let document = project
        .documents
        .get(document_id)
        .ok_or(Refusal::NothingThere)?;
    let annotation_ids: BTreeSet<AnnotationId> = project
        .annotations
        .in_document(document_id)
        .map(|annotation| annotation.id.clone())
        .collect();
    let mut changes = delete_annotations(project, author, &annotation_ids)?.changes;
    let regions = project.regions.in_document(document_id);
    changes.extend(regions.map(|region| Change::Region(Swap::removing(region.clone()))));
    changes.push(Change::Document(Swap::removing(document.clone())));
    Ok(Edit {
        label: format!("remove {}", document.title()),
        author: author.clone(),
        changes,
    })
}

/// Says where the text of a document lies, relative to the project file.
///
/// # Errors
/// If the document does not exist, or another one has the path.
pub fn set_path(
    project: &Project,
    author: &Author,
    document_id: &DocumentId,
    path: String,
) -> Result<Edit, Refusal> {
    let mut others = project.documents.values();
    if others.any(|other| other.id != *document_id && other.path == path) {
        return Err(Refusal::DocumentExists(path));
    }
    let label = format!("locate the text {path}");
    let change = |document: &mut Document| document.path = path;
    change_document(project, author, document_id, label, change)
}

/// Says how far the author is with a document.
///
/// # Errors
/// If the document does not exist.
pub fn set_state(
    project: &Project,
    author: &Author,
    document_id: &DocumentId,
    state: DocumentState,
) -> Result<Edit, Refusal> {
    let label = match state {
        DocumentState::NotAssigned => "unassign".to_owned(),
        state => format!("mark as {}", state.words()),
    };
    change_document(
        project,
        author,
        document_id,
        label,
        |document| match state {
            DocumentState::NotAssigned => drop(document.states.remove(&author.annotator_id)),
            state => drop(document.states.insert(author.annotator_id.clone(), state)),
        },
    )
}

/// Sets a field such as the outlet; empty takes it away.
///
/// # Errors
/// If the document does not exist.
pub fn set_field(
    project: &Project,
    author: &Author,
    document_id: &DocumentId,
    name: &str,
    value: &str,
) -> Result<Edit, Refusal> {
    change_document(
        project,
        author,
        document_id,
        format!("set {name}"),
        |document| match value {
            "" => drop(document.fields.remove(name)),
            value => drop(document.fields.insert(name.into(), value.to_owned())),
        },
    )
}

/// Changes one document; no edit at all if nothing comes of it.
///
/// # Errors
/// If the document does not exist.
pub fn change_document(
    project: &Project,
    author: &Author,
    document_id: &DocumentId,
    label: String,
    change: impl FnOnce(&mut Document),
) -> Result<Edit, Refusal> {
    let before = project
        .documents
        .get(document_id)
        .ok_or(Refusal::NothingThere)?;
    let mut after = (**before).clone();
    change(&mut after);
    let is_same = after == **before;
    let swap = Swap::replacing(before.clone(), Arc::new(after));
    let changes = if is_same {
        Vec::new()
    } else {
        vec![Change::Document(swap)]
    };
    Ok(Edit {
        label,
        author: author.clone(),
        changes,
    })
}

/// Gives the project another name.
///
/// # Errors
/// If the name is empty.
pub fn rename_project(project: &Project, author: &Author, name: String) -> Result<Edit, Refusal> {
    if name.trim().is_empty() {
        return Err(Refusal::NameMissing);
    }
    let swap = Swap {
        before: project.name.clone(),
        after: name,
    };
    let is_same = swap.before == swap.after;
    let changes = if is_same {
        Vec::new()
    } else {
        vec![Change::Name(swap)]
    };
    Ok(Edit {
        label: "rename project".to_owned(),
        author: author.clone(),
        changes,
    })
}
