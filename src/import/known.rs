//! A codebook that grows during an import. Asking what it has takes no longer when it has a hundred thousand names, as
//! it gets from a table in which every row has another tag.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::found::add_codebook;
use crate::model::{
    Annotation, Attribute, AttributeKind, AttributeValue, Codebook, DocumentField, LinkEnds,
    LinkKind, RegionKind, TagId,
};

/// A codebook that grows during an import.
pub struct KnownNames {
    codebook: Codebook,
    /// Where each tag stands in the codebook.
    tags: HashMap<TagId, usize>,
    /// Attributes by where their tag stands; common ones have none.
    attributes: HashMap<(Option<usize>, Arc<str>), AttributeKind>,
    link_kinds: HashSet<Arc<str>>,
    region_kinds: HashSet<Arc<str>>,
    document_fields: HashSet<Arc<str>>,
}

impl KnownNames {
    /// What a project has, and what files say beside it.
    pub fn of(mut codebook: Codebook, more: Codebook) -> Self {
        add_codebook(&mut codebook, more);
        let mut known = Self {
            tags: HashMap::new(),
            attributes: HashMap::new(),
            link_kinds: codebook
                .link_kinds
                .iter()
                .map(|kind| kind.name.clone())
                .collect(),
            region_kinds: codebook
                .region_kinds
                .iter()
                .map(|kind| kind.name.clone())
                .collect(),
            document_fields: codebook
                .document_fields
                .iter()
                .map(|field| field.name.clone())
                .collect(),
            codebook: Codebook::default(),
        };
        for (index, tag) in codebook.tags.iter().enumerate() {
            known.tags.entry(tag.id.clone()).or_insert(index);
            known.note(Some(index), &tag.attributes);
        }
        known.note(None, &codebook.common_attributes);
        known.codebook = codebook;
        known
    }

    fn note(&mut self, tag: Option<usize>, attributes: &[Attribute]) {
        for attribute in attributes {
            let name = attribute.name.clone();
            let kind = attribute.kind.clone();
            self.attributes.entry((tag, name)).or_insert(kind);
        }
    }

    /// The codebook with all that became known.
    pub fn into_codebook(self) -> Codebook {
        self.codebook
    }

    /// What the values of an attribute are, for annotations with this tag.
    pub fn attribute_kind(&self, tag_id: &TagId, name: &Arc<str>) -> Option<&AttributeKind> {
        let tag = self.tags.get(tag_id).copied();
        let of_tag = tag.and_then(|tag| self.attributes.get(&(Some(tag), name.clone())));
        of_tag.or_else(|| self.attributes.get(&(None, name.clone())))
    }

    /// Unknown tags become tags, unknown attributes become attributes.
    pub fn add_names_of(&mut self, annotation: &Annotation) {
        let tag_id = &annotation.tag_id;
        let index = *self.tags.entry(tag_id.clone()).or_insert_with(|| {
            let tag = self.codebook.new_tag(tag_id.clone());
            self.codebook.tags.push(tag);
            self.codebook.tags.len() - 1
        });
        for (name, value) in &annotation.attributes {
            if self.attribute_kind(tag_id, name).is_some() {
                continue;
            }
            let kind = match value {
                AttributeValue::Words(_) => AttributeKind::Text,
                AttributeValue::Number(_) => AttributeKind::Number,
                AttributeValue::YesNo(_) => AttributeKind::YesNo,
            };
            let attribute = Attribute {
                name: name.clone(),
                kind,
                is_core: false,
                is_required: false,
                default: None,
                description: String::new(),
            };
            self.note(Some(index), std::slice::from_ref(&attribute));
            if let Some(tag) = self.codebook.tags.get_mut(index) {
                tag.attributes.push(attribute);
            }
        }
    }

    /// An unknown kind may link anything.
    pub fn add_link_kind(&mut self, name: &Arc<str>) {
        if self.link_kinds.insert(name.clone()) {
            self.codebook.link_kinds.push(LinkKind {
                name: name.clone(),
                ends: LinkEnds::Tags {
                    from: Vec::new(),
                    to: Vec::new(),
                },
                may_cross_documents: true,
                is_core: false,
                description: String::new(),
            });
        }
    }

    /// An unknown kind of set-aside pieces.
    pub fn add_region_kind(&mut self, name: &Arc<str>) {
        if self.region_kinds.insert(name.clone()) {
            self.codebook.region_kinds.push(RegionKind {
                name: name.clone(),
                description: String::new(),
            });
        }
    }

    /// An unknown field of documents.
    pub fn add_document_field(&mut self, name: &Arc<str>) {
        if self.document_fields.insert(name.clone()) {
            self.codebook.document_fields.push(DocumentField {
                name: name.clone(),
                description: String::new(),
            });
        }
    }
}
