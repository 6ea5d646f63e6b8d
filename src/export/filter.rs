//! What is left out of an export on purpose.

use std::collections::BTreeSet;

use crate::model::{Annotation, AnnotatorId, Document, DocumentState, Project, TagId, Tier};

/// What is exported; an empty set means everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Annotations with one of these tags.
    pub tags: BTreeSet<TagId>,
    /// Annotations of one of these annotators.
    pub annotators: BTreeSet<AnnotatorId>,
    /// Documents that one of the annotators, or anybody if none are named, has brought so far.
    pub states: BTreeSet<DocumentState>,
    /// Only annotations that every annotator is expected to make.
    pub is_core_only: bool,
}

impl Filter {
    /// The project without what is left out, with the links, claims and regions of what stays.
    pub fn of(&self, project: &Project) -> Project {
        let mut kept = project.clone();
        if *self == Self::default() {
            return kept;
        }
        for document in project
            .documents
            .values()
            .filter(|document| !self.keeps_document(document))
        {
            kept.documents.remove(&document.id);
            for region in project.regions.in_document(&document.id) {
                kept.regions.remove(&region.id);
            }
        }
        for annotation in project.annotations.iter() {
            if !self.keeps(annotation) || !kept.documents.contains_key(&annotation.document_id) {
                kept.annotations.remove(&annotation.id);
            }
        }
        for link in project.links.iter() {
            if kept.annotations.get(&link.from).is_none()
                || kept.annotations.get(&link.to).is_none()
            {
                kept.links.remove(&link.id);
            }
        }
        for (claim_id, claim) in &project.claims {
            let mut claim = (**claim).clone();
            claim
                .annotation_ids
                .retain(|id| kept.annotations.get(id).is_some());
            match claim.annotation_ids.is_empty() {
                true => drop(kept.claims.remove(claim_id)),
                false => drop(kept.claims.insert(claim_id.clone(), claim.into())),
            }
        }
        kept
    }

    fn keeps(&self, annotation: &Annotation) -> bool {
        (self.tags.is_empty() || self.tags.contains(&annotation.tag_id))
            && (self.annotators.is_empty() || self.annotators.contains(annotation.annotator_id()))
            && (!self.is_core_only || annotation.tier == Tier::Core)
    }

    fn keeps_document(&self, document: &Document) -> bool {
        if self.states.is_empty() {
            return true;
        }
        let is_reached = |who: &AnnotatorId| self.states.contains(&document.state_of(who));
        if self.annotators.is_empty() {
            document.states.keys().any(is_reached)
                || (document.states.is_empty() && self.states.contains(&DocumentState::NotAssigned))
        } else {
            self.annotators.iter().any(is_reached)
        }
    }
}
