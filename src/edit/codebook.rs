//! Actions on the codebook.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::{Author, Change, Edit, Refusal, Swap, delete_annotations};
use crate::model::{Annotation, AnnotationId, Codebook, LinkEnds, Project, Tag, TagId};

/// Adds a tag at the end of the list.
///
/// # Errors
/// If its name is empty or taken, or its key is.
pub fn add_tag(project: &Project, author: &Author, tag: Tag) -> Result<Edit, Refusal> {
    let label = format!("add tag {}", tag.id);
    change_codebook(project, author, label, |codebook| codebook.tags.push(tag))
}

/// Changes anything in the codebook except the names of tags, for which see [`rename_tag`].
///
/// # Errors
/// If afterwards a tag has no name, or two tags share a name or a key.
pub fn change_codebook(
    project: &Project,
    author: &Author,
    label: String,
    change: impl FnOnce(&mut Codebook),
) -> Result<Edit, Refusal> {
    let mut codebook = Codebook::clone(&project.codebook);
    change(&mut codebook);
    replace_codebook(project, author, label, codebook)
}

/// Puts another codebook in place of the project's. Annotations whose tag it does not have stay as they
/// are and are shown as having an unknown tag.
///
/// # Errors
/// If a tag has no name, or two tags share a name or a key.
pub fn replace_codebook(
    project: &Project,
    author: &Author,
    label: String,
    codebook: Codebook,
) -> Result<Edit, Refusal> {
    refuse_clashes(&codebook)?;
    let is_same = codebook == *project.codebook;
    let swap = Swap {
        before: project.codebook.clone(),
        after: Arc::new(codebook),
    };
    let changes = if is_same {
        Vec::new()
    } else {
        vec![Change::Codebook(swap)]
    };
    Ok(Edit {
        label,
        author: author.clone(),
        changes,
    })
}

/// Gives a tag another name, in the codebook and on every annotation.
///
/// # Errors
/// If there is no such tag, or the new name is empty or taken.
pub fn rename_tag(
    project: &Project,
    author: &Author,
    tag_id: &TagId,
    new: &TagId,
) -> Result<Edit, Refusal> {
    if project.codebook.tag(tag_id).is_none() {
        return Err(Refusal::UnknownTag(tag_id.clone()));
    }
    refuse_name(&project.codebook, Some(tag_id), new)?;
    let label = format!("rename tag {tag_id} to {new}");
    let mut edit = change_codebook(project, author, label, |codebook| {
        rename_in_codebook(codebook, tag_id, new)
    })?;
    if tag_id != new {
        let carrying = project
            .annotations
            .iter()
            .filter(|annotation| annotation.tag_id == *tag_id);
        edit.changes.extend(carrying.map(|before| {
            let after = Annotation {
                tag_id: new.clone(),
                ..Annotation::clone(before)
            };
            Change::Annotation(Swap::replacing(before.clone(), Arc::new(after)))
        }));
    }
    Ok(edit)
}

/// Gives an attribute of a tag another name, in the codebook and on every annotation with that tag.
///
/// # Errors
/// If there is no such tag or attribute, or the new name is empty or taken.
pub fn rename_attribute(
    project: &Project,
    author: &Author,
    tag_id: &TagId,
    name: &str,
    new: &str,
) -> Result<Edit, Refusal> {
    refuse_attribute_name(&project.codebook, tag_id, name, new)?;
    let label = format!("rename attribute {name} to {new}");
    let mut edit = change_codebook(project, author, label, |codebook| {
        let tags = codebook.tags.iter_mut().filter(|tag| tag.id == *tag_id);
        let attributes = tags.flat_map(|tag| &mut tag.attributes);
        for attribute in attributes.filter(|attribute| *attribute.name == *name) {
            attribute.name = new.into();
        }
    })?;
    let all = project.annotations.iter();
    let tagged = all.filter(|annotation| annotation.tag_id == *tag_id);
    edit.changes.extend(tagged.filter_map(|before| {
        let mut after = Annotation::clone(before);
        let value = after.attributes.remove(name)?;
        after.attributes.insert(new.into(), value);
        Some(Change::Annotation(Swap::replacing(
            before.clone(),
            Arc::new(after),
        )))
    }));
    Ok(edit)
}

/// Whether an attribute of a tag can have this name.
///
/// # Errors
/// If the tag has no such attribute of its own, or the name is empty or another attribute's.
pub fn refuse_attribute_name(
    codebook: &Codebook,
    tag_id: &TagId,
    name: &str,
    new: &str,
) -> Result<(), Refusal> {
    if new.trim().is_empty() {
        return Err(Refusal::NameMissing);
    }
    let of = |name: &str| (tag_id.clone(), name.to_owned());
    let tag = codebook.tag(tag_id);
    if !tag.is_some_and(|tag| tag.attributes.iter().any(|own| *own.name == *name)) {
        let (tag_id, name) = of(name);
        return Err(Refusal::UnknownAttribute { tag_id, name });
    }
    if name != new && codebook.attribute(tag_id, new).is_some() {
        let (tag_id, name) = of(new);
        return Err(Refusal::AttributeExists { tag_id, name });
    }
    Ok(())
}

/// Whether a tag can have this name, or a new one if `tag_id` is `None`.
///
/// # Errors
/// If the name is empty or another tag's.
pub fn refuse_name(
    codebook: &Codebook,
    tag_id: Option<&TagId>,
    name: &TagId,
) -> Result<(), Refusal> {
    if name.as_str().trim().is_empty() {
        return Err(Refusal::NameMissing);
    }
    match codebook.tag(name).filter(|other| Some(&other.id) != tag_id) {
        Some(other) => Err(Refusal::TagExists(other.id.clone())),
        None => Ok(()),
    }
}

/// Deletes a tag with all its annotations and their links, in one edit.
///
/// # Errors
/// If there is no such tag.
pub fn delete_tag(project: &Project, author: &Author, tag_id: &TagId) -> Result<Edit, Refusal> {
    if project.codebook.tag(tag_id).is_none() {
        return Err(Refusal::UnknownTag(tag_id.clone()));
    }
    let carrying = project
        .annotations
        .iter()
        .filter(|annotation| annotation.tag_id == *tag_id);
    let annotation_ids: BTreeSet<AnnotationId> =
        carrying.map(|annotation| annotation.id.clone()).collect();
    let mut edit = delete_annotations(project, author, &annotation_ids)?;
    let label = format!("delete tag {tag_id}");
    let codebook_edit = change_codebook(project, author, label.clone(), |codebook| {
        codebook.tags.retain(|tag| tag.id != *tag_id);
        for tag in &mut codebook.tags {
            tag.parent.take_if(|parent| parent == tag_id);
        }
    })?;
    edit.changes.extend(codebook_edit.changes);
    edit.label = label;
    Ok(edit)
}

fn rename_in_codebook(codebook: &mut Codebook, tag_id: &TagId, new: &TagId) {
    let rename = |id: &mut TagId| {
        if id == tag_id {
            *id = new.clone();
        }
    };
    for tag in &mut codebook.tags {
        rename(&mut tag.id);
        tag.parent.as_mut().map(rename);
    }
    for kind in &mut codebook.link_kinds {
        if let LinkEnds::Tags { from, to } = &mut kind.ends {
            from.iter_mut().chain(to).for_each(rename);
        }
    }
}

fn refuse_clashes(codebook: &Codebook) -> Result<(), Refusal> {
    let (mut tag_ids, mut keys) = (HashSet::new(), HashMap::new());
    for tag in &codebook.tags {
        if tag.id.as_str().trim().is_empty() {
            return Err(Refusal::NameMissing);
        }
        if !tag_ids.insert(&tag.id) {
            return Err(Refusal::TagExists(tag.id.clone()));
        }
        let earlier = tag
            .key
            .and_then(|key| Some((key, keys.insert(key, &tag.id)?)));
        if let Some((key, earlier)) = earlier {
            return Err(Refusal::KeyTaken {
                key,
                tag_id: earlier.clone(),
            });
        }
    }
    Ok(())
}
