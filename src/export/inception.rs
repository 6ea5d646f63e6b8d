//! What the formats of INCEpTION and WebAnno have in common: a file for each document and annotator, which has one
//! layer of spans and one of relations. The layers are those of INCEpTION's own project template for spans and
//! relations; features besides `label` have to be added to them there.

use std::collections::BTreeSet;

use serde_json::json;

use super::kept::AllBut;
use super::{Exporting, ExportingDocument, FileInMemory, Loss, file_stem};
use crate::model::{Annotation, AnnotationId, AnnotatorId, Link};

/// The layer of annotations.
pub const SPAN: &str = "custom.Span";
/// The layer of links.
pub const RELATION: &str = "custom.Relation";
/// The feature of either that holds the tag or kind.
pub const LABEL: &str = "label";
/// The feature of an annotation that holds its note.
pub const NOTE: &str = "note";

/// What the layers have no place for.
pub const LOST: &[Loss] = &[
    Loss::DiscontinuousAnnotation,
    Loss::Tier,
    Loss::Time,
    Loss::LinkAcrossDocuments,
    Loss::LinkAcrossAnnotators,
    Loss::LinkOrigin,
    Loss::Region,
    Loss::Claim,
    Loss::DocumentField,
    Loss::DocumentState,
];

/// What one annotator has said about one document.
pub struct Part<'a> {
    /// Without an ending.
    pub path: String,
    pub each: &'a ExportingDocument<'a>,
    pub annotations: Vec<&'a Annotation>,
    /// By the numbers of the annotations.
    pub links: Vec<(&'a Link, usize, usize)>,
}

/// Every document and annotator. A document that nobody has annotated has a part of its own.
pub fn parts<'a>(exporting: &'a Exporting<'a>, kept: AllBut) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    for each in &exporting.documents {
        let held = each.annotations.iter();
        let held: Vec<&Annotation> = held
            .map(|annotation| &***annotation)
            .filter(|annotation| kept.holds(annotation, each.text))
            .collect();
        let annotators: BTreeSet<&AnnotatorId> = held
            .iter()
            .map(|annotation| annotation.annotator_id())
            .collect();
        let folder = format!("annotation/{}", file_stem(each.document.id.as_str()));
        if annotators.is_empty() {
            parts.push(Part {
                path: format!("{folder}/INITIAL_CAS"),
                each,
                annotations: Vec::new(),
                links: Vec::new(),
            });
        }
        for annotator_id in annotators {
            let own = held.iter().copied();
            let annotations: Vec<&Annotation> = own
                .filter(|annotation| annotation.annotator_id() == annotator_id)
                .collect();
            parts.push(Part {
                path: format!("{folder}/{}", file_stem(annotator_id.as_str())),
                each,
                links: links(exporting, &annotations, kept),
                annotations,
            });
        }
    }
    parts
}

fn links<'a>(
    exporting: &'a Exporting<'a>,
    annotations: &[&Annotation],
    kept: AllBut,
) -> Vec<(&'a Link, usize, usize)> {
    let number = |id: &AnnotationId| annotations.iter().position(|each| each.id == *id);
    let mut links = Vec::new();
    for (from, annotation) in annotations.iter().enumerate() {
        let own = exporting.project.links.of(&annotation.id);
        for link in own.filter(|link| link.from == annotation.id) {
            if kept.keeps_link(exporting, link) {
                links.extend(number(&link.to).map(|to| (&**link, from, to)));
            }
        }
    }
    links
}

/// The names of the attributes of these annotations.
pub fn attribute_names<'a>(annotations: impl Iterator<Item = &'a Annotation>) -> BTreeSet<&'a str> {
    let names = annotations.flat_map(|annotation| annotation.attributes.keys());
    names.map(|name| &**name).collect()
}

/// A name as a feature: with letters, digits and lines only, and none of those that the layers have already.
pub fn feature_name(name: &str) -> String {
    const TAKEN: [&str; 6] = [LABEL, NOTE, "begin", "end", "sofa", "id"];
    let is_taken = TAKEN.contains(&name);
    let mut feature = String::new();
    for (index, c) in name.chars().enumerate() {
        let is_plain = c.is_ascii_alphabetic() || (index > 0 && (c.is_ascii_digit() || c == '_'));
        if is_plain && !(is_taken && index == 0) {
            feature.push(c);
        } else {
            feature.push_str(&format!("_u{:04X}_", u32::from(c)));
        }
    }
    feature
}

/// The tags as INCEpTION imports a tag set.
pub fn tag_set(exporting: &Exporting<'_>) -> FileInMemory {
    let project = exporting.project;
    let tags = project.codebook.tags.iter();
    let tags =
        tags.map(|tag| json!({"tag_name": tag.id.as_str(), "tag_description": tag.description}));
    let set = json!({
        "name": if project.name.is_empty() { "Ascribe" } else { &project.name },
        "description": "",
        "language": "",
        "tags": tags.collect::<Vec<_>>(),
        "create_tag": true,
    });
    let mut words = serde_json::to_string_pretty(&set).unwrap_or_default();
    words.push('\n');
    FileInMemory {
        path: "tagset.json".to_owned(),
        bytes: words.into_bytes(),
    }
}
