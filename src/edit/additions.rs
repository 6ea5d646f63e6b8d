//! Taking in what comes from elsewhere.

use std::sync::Arc;

use super::{Author, Change, Edit, Refusal, Swap};
use crate::model::{Annotation, Annotator, Claim, Codebook, Document, Link, Project, Region};

/// What comes from elsewhere, with ids that the project does not have yet.
#[derive(Debug, Clone, Default)]
pub struct Additions {
    /// The project's codebook with what was added to it; `None` if nothing was.
    pub codebook: Option<Codebook>,
    /// Those that the project does not have.
    pub annotators: Vec<Annotator>,
    /// Their texts lie on disk when the edit is run.
    pub documents: Vec<Document>,
    /// In these documents, or those of the project.
    pub annotations: Vec<Arc<Annotation>>,
    /// Between these annotations, or those of the project.
    pub links: Vec<Link>,
    /// In these documents, or those of the project.
    pub regions: Vec<Region>,
    /// Of these annotations, or those of the project.
    pub claims: Vec<Claim>,
}

impl Additions {
    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        let Self {
            codebook,
            annotators,
            documents,
            annotations,
            links,
            regions,
            claims,
        } = self;
        codebook.is_none()
            && annotators.is_empty()
            && documents.is_empty()
            && annotations.is_empty()
            && links.is_empty()
            && regions.is_empty()
            && claims.is_empty()
    }
}

/// Takes everything in, in one edit.
///
/// # Errors
/// If a document is in the project already, or the codebook does not hold together.
pub fn take_in(
    project: &Project,
    author: &Author,
    label: String,
    additions: Additions,
) -> Result<Edit, Refusal> {
    let Additions {
        codebook,
        annotators,
        documents,
        annotations,
        links,
        regions,
        claims,
    } = additions;
    let mut changes = Vec::with_capacity(annotations.len() + documents.len() + links.len());
    if let Some(codebook) = codebook {
        let edit = super::replace_codebook(project, author, String::new(), codebook)?;
        changes.extend(edit.changes);
    }
    let adding = |annotator| Change::Annotator(Swap::adding(Arc::new(annotator)));
    changes.extend(annotators.into_iter().map(adding));
    changes.extend(super::add_documents(project, author, documents)?.changes);
    let adding = |annotation| Change::Annotation(Swap::adding(annotation));
    changes.extend(annotations.into_iter().map(adding));
    changes.extend(
        links
            .into_iter()
            .map(|link| Change::Link(Swap::adding(Arc::new(link)))),
    );
    let adding = |region| Change::Region(Swap::adding(Arc::new(region)));
    changes.extend(regions.into_iter().map(adding));
    changes.extend(
        claims
            .into_iter()
            .map(|claim| Change::Claim(Swap::adding(Arc::new(claim)))),
    );
    Ok(Edit {
        label,
        author: author.clone(),
        changes,
    })
}
