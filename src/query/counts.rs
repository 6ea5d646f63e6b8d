//! How much there is of everything.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{AnnotatorId, DocumentState, Project, Texts};

/// How much there is of everything. Serialised for `ascribe stats --json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Stats {
    /// Documents in the project.
    pub documents: usize,
    /// Documents whose text could not be read.
    pub missing_texts: usize,
    /// Code points in all texts.
    pub characters: usize,
    /// Annotations in the project.
    pub annotations: usize,
    /// Annotations by tag; tags of the codebook without any count 0.
    pub by_tag: BTreeMap<String, usize>,
    /// Annotations by annotator.
    pub by_annotator: BTreeMap<String, usize>,
    /// Documents by annotator and state.
    pub states: BTreeMap<String, BTreeMap<&'static str, usize>>,
    /// Links by kind.
    pub links: BTreeMap<String, usize>,
    /// Regions by kind.
    pub regions: BTreeMap<String, usize>,
    /// Claims in the project.
    pub claims: usize,
}

/// Counts everything.
pub fn stats(project: &Project, texts: &Texts) -> Stats {
    let mut stats = Stats {
        documents: project.documents.len(),
        missing_texts: project
            .documents
            .keys()
            .filter(|id| !texts.contains_key(*id))
            .count(),
        characters: texts
            .values()
            .map(|text| text.as_str().chars().count())
            .sum(),
        annotations: project.annotations.len(),
        claims: project.claims.len(),
        ..Stats::default()
    };
    for tag in &project.codebook.tags {
        stats.by_tag.insert(tag.id.to_string(), 0);
    }
    for annotation in project.annotations.iter() {
        *stats
            .by_tag
            .entry(annotation.tag_id.to_string())
            .or_default() += 1;
        *stats
            .by_annotator
            .entry(annotation.annotator_id().to_string())
            .or_default() += 1;
    }
    for document in project.documents.values() {
        for (annotator_id, state) in &document.states {
            let states = stats.states.entry(annotator_id.to_string()).or_default();
            *states.entry(state.words()).or_default() += 1;
        }
    }
    for link in project.links.iter() {
        *stats.links.entry(link.kind.to_string()).or_default() += 1;
    }
    for region in project.regions.iter() {
        *stats.regions.entry(region.kind.to_string()).or_default() += 1;
    }
    stats
}

/// How many documents an annotator has finished, of how many. All of the project count: if only those assigned
/// did, the number would grow with each one that is begun.
pub fn progress_of(project: &Project, annotator_id: &AnnotatorId) -> (usize, usize) {
    let documents = project.documents.values();
    let finished = documents
        .filter(|document| document.state_of(annotator_id) == DocumentState::Finished)
        .count();
    (finished, project.documents.len())
}
