//! What the keys of any JSON mean: as the person says, or as their names suggest.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Mapping, Role};

/// A record, or an annotation within it.
pub type Object = Map<String, Value>;

/// Roles of a document.
const DOCUMENT_ROLES: [Role; 3] = [Role::Text, Role::Spans, Role::Document];
/// Roles of an annotation.
const SPAN_ROLES: [Role; 10] = [
    Role::Start,
    Role::End,
    Role::Length,
    Role::Tag,
    Role::Quote,
    Role::Prefix,
    Role::Suffix,
    Role::Note,
    Role::Annotator,
    Role::Id,
];

/// What the keys of some records mean.
pub struct Meaning {
    /// Where a document's text, name and annotations stand.
    pub document: Mapping,
    /// Where within a record, or within its list of annotations, an annotation stands.
    pub span: Mapping,
    /// Whether the start of annotations was said, not guessed.
    pub is_start_said: bool,
}

impl Meaning {
    /// Of these records. What was said of others is none of theirs.
    pub fn of(records: &[&Object], said: &Mapping) -> Self {
        let keys = keys_of(records);
        let of_document =
            |role, path: &str| DOCUMENT_ROLES.contains(&role) && has(records, None, role, path);
        let said_of_documents = said.only(of_document);
        let mut document = said_of_documents.or_guessed(&keys, &DOCUMENT_ROLES);
        for role in DOCUMENT_ROLES {
            let leads_elsewhere = |path| !leads_to(records, role, path);
            let is_guessed = said_of_documents.get(role).is_none();
            if is_guessed && document.get(role).is_some_and(leads_elsewhere) {
                document.set(role, "");
            }
        }
        let spans = document.get(Role::Spans);
        let free: Vec<&str> = match spans {
            Some(path) => {
                let inner = records.iter();
                let inner = inner.filter_map(|record| first_object(at_path(record, path)?));
                keys_of(&inner.collect::<Vec<_>>())
            }
            None => {
                let is_taken = |key: &str| document.said().any(|(_, taken)| taken == key);
                keys.into_iter().filter(|key| !is_taken(key)).collect()
            }
        };
        let of_span =
            |role, path: &str| SPAN_ROLES.contains(&role) && has(records, spans, role, path);
        let said_of_spans = said.only(of_span);
        let mut span = said_of_spans.or_guessed(&free, &SPAN_ROLES);
        // Records with places of their own are annotations, whatever else is in them.
        if spans.is_none()
            && span.get(Role::Start).is_some()
            && document.get(Role::Document).is_some()
            && said_of_documents.get(Role::Text).is_none()
            && let Some(text) = document.get(Role::Text).map(str::to_owned)
        {
            document.set(Role::Text, "");
            span.set(Role::Quote, text);
        }
        Self {
            document,
            span,
            is_start_said: said_of_spans.get(Role::Start).is_some(),
        }
    }

    /// Whether the records are documents, or name them.
    pub fn finds_documents(&self) -> bool {
        self.document.get(Role::Text).is_some() || self.document.get(Role::Document).is_some()
    }

    /// Whether a path was said to be what it is.
    pub fn takes(&self, role: Role, path: &str) -> bool {
        let mapping = match SPAN_ROLES.contains(&role) {
            true => &self.span,
            false => &self.document,
        };
        mapping.get(role) == Some(path)
    }

    /// Whether a role is one of what stands in a list of annotations.
    pub fn is_of_listed(&self, role: Role) -> bool {
        self.document.get(Role::Spans).is_some() && SPAN_ROLES.contains(&role)
    }

    /// As it is written on the command line.
    pub fn in_words(&self) -> String {
        let of = |mapping: &Mapping, roles: &[Role]| {
            let said = |role: &Role| Some(format!("{}={}", role.name(), mapping.get(*role)?));
            roles.iter().filter_map(said).collect::<Vec<_>>()
        };
        let mut words = of(&self.document, &DOCUMENT_ROLES);
        words.extend(of(&self.span, &SPAN_ROLES));
        words.join(" ")
    }
}

/// A value by its path: `meta.source`. A key with dots in it is found as well.
pub fn at_path<'a>(record: &'a Object, path: &str) -> Option<&'a Value> {
    if let Some(value) = record.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    at_path(record.get(first)?.as_object()?, rest)
}

/// The keys of some records, in order.
pub fn keys_of<'a>(records: &[&'a Object]) -> Vec<&'a str> {
    let keys: BTreeSet<&str> = records
        .iter()
        .flat_map(|record| record.keys())
        .map(String::as_str)
        .collect();
    keys.into_iter().collect()
}

/// The first element of a list of objects.
pub fn first_object(value: &Value) -> Option<&Object> {
    value.as_array()?.first()?.as_object()
}

/// Whether any record, or any annotation in the list at the end of a path, has something where a role is said to stand.
fn has(records: &[&Object], spans: Option<&str>, role: Role, path: &str) -> bool {
    let spans = spans.filter(|_| SPAN_ROLES.contains(&role));
    records.iter().any(|record| match spans {
        None => at_path(record, path).is_some(),
        Some(spans) => {
            let list = at_path(record, spans).and_then(Value::as_array);
            let mut objects = list.into_iter().flatten().filter_map(Value::as_object);
            objects.any(|span| at_path(span, path).is_some())
        }
    })
}

/// Whether something that can play the role stands at the end of a path. Only a list of objects or of lists is one of
/// annotations, and no text or name is made of parts.
fn leads_to(sample: &[&Object], role: Role, path: &str) -> bool {
    let mut values = sample.iter().filter_map(|record| at_path(record, path));
    match role {
        Role::Spans => {
            let lists = values.filter_map(Value::as_array);
            lists
                .flatten()
                .any(|each| each.is_object() || each.is_array())
        }
        _ => values.any(|value| !value.is_object() && !value.is_array() && !value.is_null()),
    }
}
