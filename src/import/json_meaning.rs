//! What the keys of any JSON mean: as the person says, or as their names suggest.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::found::{are_most, are_of_place, can_be_quote, place_of, whole_number};
use super::{Mapping, Role, field};

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
    /// What the person said of annotations.
    said_of_spans: Mapping,
}

impl Meaning {
    /// Of these records. What was said of others is none of theirs.
    pub fn of(records: &[&Object], said: &Mapping) -> Self {
        let keys = keys_of(records);
        let is_said = |role, path: &str| DOCUMENT_ROLES.contains(&role) && has(records, path);
        let said_of_documents = said.only(is_said);
        let fits = |role, path: &str| leads_to(records, role, path);
        let mut document = said_of_documents.or_guessed(&keys, &DOCUMENT_ROLES, fits);
        if document.get(Role::Text).is_some()
            && document.get(Role::Spans).is_none()
            && let Some(key) = key_of_marks(records, &keys)
        {
            document.set(Role::Spans, key);
        }

        let listed = document.get(Role::Spans).map(|path| listed(records, path));
        let spans = listed.as_deref().unwrap_or(records);
        let is_said = |role, path: &str| SPAN_ROLES.contains(&role) && has(spans, path);
        let said_of_spans = said.only(is_said);
        let mut free = keys_of(spans);
        if listed.is_none() {
            free.retain(|key| !document.said().any(|(_, taken)| taken == *key));
        }
        let fits = |role, path: &str| leads_to(spans, role, path);
        let mut span = said_of_spans.or_guessed(&free, &SPAN_ROLES, fits);
        let is_guessed = said_of_spans.get(Role::Quote).is_none();
        if let Some(quote) = span.get(Role::Quote).filter(|_| is_guessed)
            && !can_be_quotes(records, &document, quote)
        {
            span.set(Role::Quote, "");
        }
        // A text that is as long as the place beside it is not the whole one.
        if listed.is_none()
            && said_of_documents.get(Role::Text).is_none()
            && let Some(text) = document.get(Role::Text).map(str::to_owned)
            && are_of_places(spans, &span, &text)
        {
            document.set(Role::Text, "");
            span.set(Role::Quote, text);
        }
        // A guess without a place makes no annotation, and takes nothing from the document.
        if listed.is_none()
            && document.get(Role::Text).is_some()
            && span.get(Role::Start).is_none()
            && said_of_spans.get(Role::Quote).is_none()
        {
            span = said_of_spans.clone();
        }
        Self {
            document,
            span,
            said_of_spans,
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

    /// Whether annotations stand in lists.
    pub fn has_lists(&self) -> bool {
        self.document.get(Role::Spans).is_some()
    }

    /// Whether a role is one of what stands in a list of annotations.
    pub fn is_of_listed(&self, role: Role) -> bool {
        self.has_lists() && SPAN_ROLES.contains(&role)
    }

    /// Whether records with a text may be annotations of it themselves, several of the same text.
    pub fn marks_parts(&self) -> bool {
        let is_there = |role| self.span.get(role).is_some();
        let has_place = is_there(Role::Start) || self.said_of_spans.get(Role::Quote).is_some();
        !self.has_lists() && has_place
    }

    /// Whether a record with a text is an annotation of it: it has what was said to make one, or what can be a place.
    pub fn is_annotation(&self, record: &Object) -> bool {
        let is_there = |role: &Role| {
            let path = self.said_of_spans.get(*role);
            path.and_then(|path| at_path(record, path))
                .is_some_and(|value| !value.is_null())
        };
        let makes_one = [Role::Start, Role::Quote, Role::Tag];
        makes_one.iter().any(is_there) || place(&self.span, record).is_some()
    }

    /// The keys of these records, and of the annotations listed in them, that mean nothing.
    pub fn kept(&self, records: &[&Object]) -> Vec<String> {
        let lists = self.document.get(Role::Spans);
        let listed = lists.map(|path| listed(records, path));
        let mut of_records = vec![&self.document];
        if listed.is_none() {
            of_records.push(&self.span);
        }
        let of_listed = [&self.span];
        let of_records = records.iter().flat_map(|record| rest(record, &of_records));
        let of_listed = listed
            .iter()
            .flatten()
            .flat_map(|one| rest(one, &of_listed));
        let kept: BTreeSet<&str> = of_records.chain(of_listed).map(|(key, _)| key).collect();
        kept.into_iter().map(str::to_owned).collect()
    }

    /// All of it in one.
    pub fn mapping(&self) -> Mapping {
        self.document.clone().or(&self.span)
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

/// What a record says in words for a role; empty if it says nothing.
pub fn words_of(mapping: &Mapping, record: &Object, role: Role) -> String {
    let value = mapping.get(role).and_then(|path| at_path(record, path));
    let value = match value.and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) if role == Role::Tag => Some(only),
        _ => value,
    };
    value.and_then(field).unwrap_or_default()
}

/// A number, also one in quotes.
pub fn number(value: &Value) -> Option<usize> {
    match value {
        Value::String(words) => whole_number(words),
        Value::Number(number) => whole_number(&number.to_string()),
        _ => None,
    }
}

/// Start and end of an annotation.
pub fn place(mapping: &Mapping, record: &Object) -> Option<[usize; 2]> {
    place_of(|role| number(at_path(record, mapping.get(role)?)?))
}

/// What no role of the mappings stands for.
pub fn rest<'r>(
    record: &'r Object,
    mappings: &'r [&Mapping],
) -> impl Iterator<Item = (&'r str, Cow<'r, Value>)> {
    record.iter().filter_map(move |(key, value)| {
        let mut value = Cow::Borrowed(value);
        for (_, path) in mappings.iter().flat_map(|mapping| mapping.said()) {
            if path == key {
                return None;
            }
            let within = path.strip_prefix(key.as_str());
            let within = within.and_then(|within| within.strip_prefix('.'));
            // A key with dots in it comes first.
            if let Some(within) = within.filter(|_| !record.contains_key(path)) {
                remove(&mut value, within);
            }
        }
        let is_used_up = value.as_object().is_some_and(Map::is_empty);
        (!is_used_up || matches!(value, Cow::Borrowed(_))).then_some((key.as_str(), value))
    })
}

/// Takes out what stands at the end of a path.
fn remove(value: &mut Cow<'_, Value>, path: &str) {
    fn remove_from(value: &mut Value, path: &str) {
        let Some(object) = value.as_object_mut() else {
            return;
        };
        if object.remove(path).is_none()
            && let Some((first, rest)) = path.split_once('.')
            && let Some(inner) = object.get_mut(first)
        {
            remove_from(inner, rest);
        }
    }
    remove_from(value.to_mut(), path);
}

/// The objects in a list.
pub fn objects(list: &Value) -> impl Iterator<Item = &Object> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_object)
}

/// The annotations in the lists of some records.
fn listed<'a>(records: &[&'a Object], path: &str) -> Vec<&'a Object> {
    let lists = records.iter().filter_map(|record| at_path(record, path));
    lists.flat_map(objects).collect()
}

/// The only key under which there are lists of places with tags, whatever it is called.
fn key_of_marks<'a>(records: &[&Object], keys: &[&'a str]) -> Option<&'a str> {
    let holds_marks = |key: &&&str| {
        let lists = records.iter().filter_map(|record| record.get(**key));
        let mut marks = lists.filter_map(Value::as_array).flatten().peekable();
        marks.peek().is_some() && marks.all(is_mark)
    };
    let mut fitting = keys.iter().filter(holds_marks);
    fitting.next().filter(|_| fitting.next().is_none()).copied()
}

/// Whether a value is a start, an end and a tag, in a list or under keys whose names say so.
fn is_mark(value: &Value) -> bool {
    match value {
        Value::Array(list) => {
            let [start, end, Value::String(_), ..] = list.as_slice() else {
                return false;
            };
            number(start).is_some() && number(end).is_some()
        }
        Value::Object(record) => {
            let meaning =
                Mapping::default().or_guessed(&keys_of(&[record]), &SPAN_ROLES, |_, _| true);
            place(&meaning, record).is_some() && meaning.get(Role::Tag).is_some()
        }
        _ => false,
    }
}

/// The keys of some records, in order.
fn keys_of<'a>(records: &[&'a Object]) -> Vec<&'a str> {
    let keys = records.iter().flat_map(|record| record.keys());
    let keys: BTreeSet<&str> = keys.map(String::as_str).collect();
    keys.into_iter().collect()
}

/// Whether any record has something at the end of a path.
fn has(records: &[&Object], path: &str) -> bool {
    records.iter().any(|record| at_path(record, path).is_some())
}

/// Whether something that can play the role stands at the end of a path. Only a list of objects or of lists is one of
/// annotations, a place is a number, and nothing else is made of parts.
fn leads_to(records: &[&Object], role: Role, path: &str) -> bool {
    let mut values = records.iter().filter_map(|record| at_path(record, path));
    match role {
        Role::Spans => {
            let lists = values.filter_map(Value::as_array);
            lists
                .flatten()
                .any(|each| each.is_object() || each.is_array())
        }
        Role::Start | Role::End | Role::Length => values.any(|value| number(value).is_some()),
        Role::Tag => values.any(|value| !value.is_object() && !value.is_null()),
        _ => values.any(|value| !value.is_object() && !value.is_array() && !value.is_null()),
    }
}

/// Whether most of what stands at the end of a path is of the places beside it.
fn are_of_places(records: &[&Object], span: &Mapping, path: &str) -> bool {
    let placed = records.iter().filter_map(|record| {
        let words = field(at_path(record, path)?)?;
        Some(are_of_place(&words, place(span, record)?))
    });
    are_most(placed)
}

/// Whether most of what stands at the end of a path within annotations can be quotes from the texts of their records.
fn can_be_quotes(records: &[&Object], document: &Mapping, path: &str) -> bool {
    let of_record = |record: &&Object| {
        let text = document
            .get(Role::Text)
            .and_then(|path| at_path(record, path));
        let text = text.and_then(Value::as_str);
        let spans = match document.get(Role::Spans) {
            Some(path) => listed(&[record], path),
            None => vec![*record],
        };
        let words = spans
            .into_iter()
            .filter_map(|span| field(at_path(span, path)?));
        words
            .map(|words| can_be_quote(path, &words, text))
            .collect::<Vec<bool>>()
    };
    are_most(records.iter().flat_map(of_record))
}
