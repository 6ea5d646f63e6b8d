//! What the formats of INCEpTION and WebAnno have in common: where their files lie, and what of a layer is the tag.

use std::sync::Arc;

use serde_json::Value;

use super::files::Files;
use super::found::{Found, add_codebook};
use super::{ImportError, json, stem, unescaped};
use crate::model::{Codebook, Color, Tag, TagId};

/// The document and the annotator of a file, which lies in a folder of the document's name and is called like the
/// annotator, if it comes out of a project; else it is called like the document.
pub fn document_and_annotator(path: &str) -> (String, Arc<str>) {
    let mut parts = path.rsplit('/').skip(1);
    let (folder, above) = (parts.next(), parts.next());
    let is_of_project = above.is_some_and(|above| {
        matches!(
            above,
            "annotation" | "curation" | "annotation_ser" | "curation_ser"
        )
    });
    match folder {
        Some(folder) if is_of_project => (document_name(folder), annotator(stem(path))),
        _ => (document_name(stem(path)), "".into()),
    }
}

/// What a document is called, by the part of a path that names it.
pub fn document_name(name: &str) -> String {
    unescaped(name)
}

fn annotator(name: &str) -> Arc<str> {
    match name {
        // Nobody has annotated here yet.
        "INITIAL_CAS" => "".into(),
        "CURATION_USER" => "curation".into(),
        name => unescaped(name).into(),
    }
}

/// Of the features of a layer the one that says what an annotation is, if one of the names says so.
pub fn main_feature<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    const MAIN: [&str; 8] = [
        "label",
        "value",
        "entity",
        "PosValue",
        "DependencyType",
        "referenceType",
        "category",
        "role",
    ];
    let by_name = MAIN
        .iter()
        .find_map(|main| names.clone().find(|name| name == main));
    let mut others = names.filter(|name| !matches!(*name, "identifier" | "note" | "id" | "order"));
    by_name.or_else(|| others.next())
}

/// `Span` of `webanno.custom.Span`.
pub fn short_name(type_name: &str) -> &str {
    type_name.rsplit('.').next().unwrap_or(type_name)
}

/// Adds the tags of the tag sets that lie beside, as INCEpTION exports each. Whether there is one.
///
/// # Errors
/// If the bytes of one are no text.
pub fn add_tag_sets(files: &Files<'_>, found: &mut Found) -> Result<bool, ImportError> {
    let mut is_there = false;
    let mut codebook = Codebook::default();
    for file in files.ending_in(&["json"]) {
        let head = file.head();
        if !head.contains("\"tags\"")
            || head.contains("\"tag_sets\"")
            || head.contains("\"%TYPES\"")
        {
            continue;
        }
        let words = json::bounded_words(file, found)?;
        if let Ok(set) = serde_json::from_str::<Value>(&words) {
            is_there = true;
            codebook.tags.extend(tags_of(&set));
        }
    }
    add_codebook(&mut found.codebook, codebook);
    Ok(is_there)
}

/// The tags of a tag set.
pub fn tags_of(set: &Value) -> Vec<Tag> {
    let tags = set.get("tags").and_then(Value::as_array);
    let words = |tag: &Value, name: &str| {
        let words = tag.get(name).and_then(Value::as_str);
        words.unwrap_or_default().to_owned()
    };
    let tags = tags.into_iter().flatten().map(|tag| Tag {
        description: words(tag, "tag_description"),
        ..Tag::new(TagId::new(words(tag, "tag_name")), Color([0x7F; 3]))
    });
    tags.filter(|tag| !tag.id.as_str().is_empty()).collect()
}
