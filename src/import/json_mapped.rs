//! Any JSON or JSON Lines, by a mapping of keys.
//!
//! Records are documents with their text, documents with a list of annotations, or annotations that name their
//! document; one import may have files of each. What the keys mean is said by the person or guessed from their names,
//! and told in the report.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::files::Files;
use super::found::{
    COVERS_ALL, Found, FoundDocument, FoundLink, FoundSpan, FoundText, NO_PLACE, WHOLE,
};
use super::json_meaning::{Meaning, Object, at_path, number, objects, place, rest, words_of};
use super::json_records::{List, Record, Records, SAMPLE_RECORDS, sample_of};
use super::{Format, ImportError, ImportOptions, Mapping, MappingOf, Role, attribute, field, json};

/// Any JSON.
pub const JSON: Format = Format {
    name: "json",
    title: "Other JSON",
    description: "Documents and annotations in any JSON or JSON Lines; which key holds what can be said",
    endings: &["json", "jsonl", "ndjson"],
    recognise: |files| files.ending_in(JSON.endings).next().is_some(),
    read,
    mapping: Some(MAPPING),
};

/// Keys of the two ends of a link that is recorded by places.
const LINK_KEYS: [[&str; 4]; 2] = [
    ["sourceBegin", "sourceEnd", "targetBegin", "targetEnd"],
    ["source_start", "source_end", "target_start", "target_end"],
];

const MAPPING: MappingOf = MappingOf {
    roles: &Role::ALL,
    names: |files| {
        let (mut names, of_lists) = names(files);
        names.extend(of_lists);
        names.into_iter().collect()
    },
};

/// The paths to all that the first records say of documents, and in lists within them.
fn names(files: &Files<'_>) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut names, mut of_lists) = (BTreeSet::new(), BTreeSet::new());
    for file in files.ending_in(JSON.endings) {
        let mut sample = sample_of(&file.head());
        if sample.is_empty() {
            // The first record is longer than the head.
            let words = json::bounded_words(file, &mut Found::default());
            sample = sample_of(&words.unwrap_or_default());
        }
        for record in &sample {
            let mut lists = add_paths(&mut names, "", record);
            while let Some(list) = lists.pop() {
                let inner = objects(list).take(SAMPLE_RECORDS);
                lists.extend(inner.flat_map(|object| add_paths(&mut of_lists, "", object)));
            }
        }
    }
    (names, of_lists)
}

/// Adds the paths to all that an object says, and gives back the lists in it.
fn add_paths<'a>(paths: &mut BTreeSet<String>, before: &str, object: &'a Object) -> Vec<&'a Value> {
    let mut lists = Vec::new();
    for (key, value) in object {
        let path = format!("{before}{key}");
        match value {
            Value::Object(inner) => lists.extend(add_paths(paths, &format!("{path}."), inner)),
            Value::Array(_) => lists.push(value),
            _ => {}
        }
        paths.insert(path);
    }
    lists
}

/// Records with what their keys mean.
struct Mapped {
    file: Arc<str>,
    /// Which of several lists of a file they are from.
    list: Option<String>,
    records: Vec<(usize, Object)>,
    meaning: Meaning,
}

/// Refuses a mapping to what no record has.
fn refuse_slips(
    files: &Files<'_>,
    mapped: &[Mapped],
    options: &ImportOptions,
) -> Result<(), ImportError> {
    // What is nowhere in a file is not among what was said of it.
    let is_there = |role, path: &str| mapped.iter().any(|each| each.meaning.takes(role, path));
    let slip = options.mapping.slip(is_there);
    // Without any record there are other problems.
    let Some((role, path)) = slip.filter(|_| !mapped.is_empty()) else {
        return Ok(());
    };
    let (names, of_lists) = names(files);
    let is_of_listed = |each: &Mapped| each.meaning.is_of_listed(role);
    let (what, names) = match mapped.iter().any(is_of_listed) {
        true => ("keys of annotations", of_lists),
        false => ("keys of documents", names),
    };
    let names = names.into_iter().collect();
    Err(MAPPING.leads_nowhere((role, path), what, names, files))
}

fn read(files: &Files<'_>, options: &ImportOptions) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let mut mapped = Vec::new();
    for file in files.ending_in(JSON.endings) {
        let label = file.label();
        let words = json::bounded_words(file, &mut found)?;
        let all = Records::of(&words, &options.mapping);
        for what in all.beside {
            found.left_out(&label, 0, "left out: it stands beside the records", what);
        }
        let is_one = all.lists.len() == 1;
        for List { path, records } in all.lists {
            let mut objects = Vec::new();
            for (line, record) in records {
                match record {
                    Ok(Some(Record(object))) => objects.push((line, object)),
                    Ok(None) => {}
                    Err(bad) => bad.tell(&mut found, &label, line),
                }
            }
            let list = Some(path).filter(|_| !is_one);
            mapped.extend(map(&mut found, label.clone(), list, objects, options));
        }
    }
    if mapped.is_empty() && found.problems.is_empty() && found.stops.is_empty() {
        return Err(ImportError::WrongFormat(JSON.title));
    }
    refuse_slips(files, &mapped, options)?;
    let mut unknown = mapped.iter().filter(|each| !each.meaning.finds_documents());
    if let Some(unknown) = unknown.next() {
        return Err(ImportError::NeedsMapping {
            what: "key",
            mappable: MAPPING.mappable(files),
            file: unknown.file.to_string(),
        });
    }
    Ok(documents_of(found, mapped))
}

/// What the rows of a table say whose cells hold lists of annotations; `None` if no column of theirs is known, or none
/// holds texts or names of documents.
pub fn read_table(
    file: Arc<str>,
    rows: Vec<(usize, Object)>,
    options: &ImportOptions,
) -> Option<Found> {
    let mut found = Found::default();
    let mapped = map(&mut found, file, None, rows, options);
    let is_known = |meaning: &Meaning| meaning.finds_documents() && meaning.has_lists();
    let mapped = mapped.filter(|mapped| is_known(&mapped.meaning))?;
    Some(documents_of(found, vec![mapped]))
}

fn documents_of(found: Found, mut mapped: Vec<Mapped>) -> Found {
    // Texts first, so that annotations that name their document find it.
    mapped.sort_by_key(|each| each.meaning.document.get(Role::Text).is_none());
    let mut documents = Documents {
        found,
        ..Documents::default()
    };
    for each in mapped {
        for (line, record) in each.records {
            let at = At {
                file: &each.file,
                line,
                list: each.list.as_deref(),
                meaning: &each.meaning,
            };
            match each.meaning.document.get(Role::Text) {
                Some(path) => documents.add_document(at, path, record),
                None => documents.add_annotation(at, record),
            }
        }
    }
    documents.add_links();
    documents.found
}

/// Says what the keys of some records mean; `None` if there are none.
fn map(
    found: &mut Found,
    file: Arc<str>,
    list: Option<String>,
    records: Vec<(usize, Object)>,
    options: &ImportOptions,
) -> Option<Mapped> {
    let all: Vec<&Object> = records.iter().map(|(_, record)| record).collect();
    if all.iter().all(|record| record.is_empty()) {
        return None;
    }
    let meaning = Meaning::of(&all, &options.mapping);
    let has_all = |names: &[&str; 4]| {
        let is_there = |name: &&str| all.iter().any(|record| record.contains_key(*name));
        names.iter().all(is_there)
    };
    let mapping = meaning.mapping();
    let of_list = list.as_ref().map(|list| format!("{list}: "));
    let of_list = of_list.unwrap_or_default();
    let kept = meaning.kept(&all);
    if LINK_KEYS.iter().any(has_all) {
        let words = of_list + "links by the places of their ends";
        found.remark(&file, 0, "read with these keys", words);
        let is_of_link = |key: &String| LINK_KEYS.iter().flatten().any(|own| key == own);
        let others: Vec<String> = kept.into_iter().filter(|key| !is_of_link(key)).collect();
        if !others.is_empty() {
            let why = "left out: links hold no more than their ends, kind and annotator";
            found.left_out(&file, 0, why, others.join(", "));
        }
    } else {
        let words = of_list + &mapping.in_words();
        found.remark(&file, 0, "read with these keys", words);
        found.remark_kept(&file, kept.iter().map(String::as_str));
        found.set_mapping(mapping);
    }
    Some(Mapped {
        file,
        list,
        records,
        meaning,
    })
}

/// A record's place and what its keys mean.
#[derive(Clone, Copy)]
struct At<'a> {
    file: &'a Arc<str>,
    line: usize,
    list: Option<&'a str>,
    meaning: &'a Meaning,
}

/// A link by the places of its ends: between the annotations that stand there.
struct LinkByPlaces {
    kind: String,
    annotator: String,
    document: String,
    ends: [[usize; 2]; 2],
    file: Arc<str>,
    line: usize,
}

/// What the records say, in the making.
#[derive(Default)]
struct Documents {
    found: Found,
    /// Documents by what records call them.
    by_name: HashMap<String, usize>,
    /// And by their ids, which may stand for names.
    by_id: HashMap<String, usize>,
    links: Vec<LinkByPlaces>,
}

impl Documents {
    fn add_document(&mut self, at: At<'_>, path: &str, record: Object) {
        let Some(Value::String(text)) = at_path(&record, path) else {
            return self
                .found
                .left_out(at.file, at.line, "there is no text", "");
        };
        let meaning = at.meaning;
        if meaning.document.get(Role::Spans).is_none() && meaning.is_annotation(&record) {
            return self.add_flat(at, text, &record);
        }
        let name = words_of(&meaning.document, &record, Role::Document);
        let of_parts = meaning.marks_parts().then(|| text_key(&name, text));
        if let Some(index) = of_parts.as_ref().and_then(|key| self.by_name.get(key)) {
            if let Some(document) = self.found.documents.get_mut(*index) {
                add_fields(document, at, &record);
            }
            return;
        }
        let id = ["_id", "id"]
            .into_iter()
            .find_map(|key| field(record.get(key)?))
            .unwrap_or_default();
        let name = match name {
            name if name.is_empty() => id.clone(),
            name => name,
        };
        let mut document = FoundDocument {
            name: name.clone(),
            file: at.file.clone(),
            line: at.line,
            text: FoundText::Words(text.clone()),
            ..FoundDocument::default()
        };
        add_fields(&mut document, at, &record);
        let index = self.found.documents.len();
        self.by_name.extend(of_parts.map(|key| (key, index)));
        for (known, name) in [(&mut self.by_name, name), (&mut self.by_id, id)] {
            if !name.is_empty() {
                known.entry(name).or_insert(index);
            }
        }
        document.spans = self.listed(at, &record);
        self.found.documents.push(document);
    }

    /// The annotations in a record's list.
    fn listed(&mut self, at: At<'_>, record: &Object) -> Vec<FoundSpan> {
        let mut spans = Vec::new();
        let path = at.meaning.document.get(Role::Spans);
        match path.and_then(|path| at_path(record, path)) {
            None | Some(Value::Null) => {}
            Some(Value::Array(list)) => {
                for value in list {
                    match span(at, value) {
                        Ok(span) => spans.push(span),
                        Err(why) => self.found.left_out(at.file, at.line, why, value),
                    }
                }
            }
            Some(value) => {
                let why = "left out: the annotations are no list";
                self.found.left_out(at.file, at.line, why, value);
            }
        }
        spans
    }

    /// An annotation that has the whole text beside it: rows with the same text are of one document.
    fn add_flat(&mut self, at: At<'_>, text: &str, record: &Object) {
        match flat_span(at, record) {
            Ok(span) => {
                let name = words_of(&at.meaning.document, record, Role::Document);
                let key = text_key(&name, text);
                self.add_span(at, key, name, span, || FoundText::Words(text.to_owned()));
            }
            Err(why) => {
                let what = Value::Object(record.clone());
                self.found.left_out(at.file, at.line, why, what);
            }
        }
    }

    /// A record that says something of a document that is recorded elsewhere.
    fn add_annotation(&mut self, at: At<'_>, record: Object) {
        let name = words_of(&at.meaning.document, &record, Role::Document);
        let has_all = |keys: &&[&str; 4]| keys.iter().all(|key| record.contains_key(*key));
        if let Some(keys) = LINK_KEYS.iter().find(has_all) {
            return self.note_link(at, &record, *keys, name);
        }
        let path = at.meaning.document.get(Role::Spans);
        let has_list = path.is_some_and(|path| at_path(&record, path).is_some());
        if has_list || (at.meaning.has_lists() && !at.meaning.is_annotation(&record)) {
            return self.add_listed(at, name, &record);
        }
        match flat_span(at, &record) {
            Ok(span) => self.add_span(at, name.clone(), name.clone(), span, || {
                FoundText::Named(name)
            }),
            Err(why) => self
                .found
                .left_out(at.file, at.line, why, Value::Object(record)),
        }
    }

    /// A record with a list of annotations of a document whose text is recorded elsewhere.
    fn add_listed(&mut self, at: At<'_>, name: String, record: &Object) {
        let spans = self.listed(at, record);
        let text = || FoundText::Named(name.clone());
        let document = self.known_or_new(at, name.clone(), name.clone(), text);
        if let Some(document) = document {
            add_fields(document, at, record);
            document.spans.extend(spans);
        }
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        let known = self.by_name.get(name).or_else(|| self.by_id.get(name));
        known.copied()
    }

    /// Adds an annotation to the document that is known by a key, or to a new one.
    fn add_span(
        &mut self,
        at: At<'_>,
        key: String,
        name: String,
        span: FoundSpan,
        text: impl FnOnce() -> FoundText,
    ) {
        if span.pieces == [WHOLE] && at.meaning.span.get(Role::Start).is_some() {
            self.found.remark(at.file, at.line, COVERS_ALL, &*span.tag);
        }
        if let Some(document) = self.known_or_new(at, key, name, text) {
            document.spans.push(span);
        }
    }

    /// The document that is known by a key, or a new one.
    fn known_or_new(
        &mut self,
        at: At<'_>,
        key: String,
        name: String,
        text: impl FnOnce() -> FoundText,
    ) -> Option<&mut FoundDocument> {
        let index = self.index_of(&key).unwrap_or_else(|| {
            self.found.documents.push(FoundDocument {
                name,
                file: at.file.clone(),
                line: at.line,
                text: text(),
                ..FoundDocument::default()
            });
            let index = self.found.documents.len() - 1;
            self.by_name.insert(key, index);
            index
        });
        self.found.documents.get_mut(index)
    }

    fn note_link(&mut self, at: At<'_>, record: &Object, keys: [&str; 4], document: String) {
        let place = |key: &str| number(record.get(key)?);
        let [Some(from), Some(to), Some(other_from), Some(other_to)] = keys.map(place) else {
            let why = "left out: a place of a link is no number";
            let what = Value::Object(record.clone());
            return self.found.left_out(at.file, at.line, why, what);
        };
        self.links.push(LinkByPlaces {
            kind: words_of(&at.meaning.span, record, Role::Tag),
            annotator: words_of(&at.meaning.span, record, Role::Annotator),
            document,
            ends: [[from, to], [other_from, other_to]],
            file: at.file.clone(),
            line: at.line,
        });
    }

    /// Once all annotations are known, in whichever order the files came.
    fn add_links(&mut self) {
        let links = std::mem::take(&mut self.links);
        let linked = links
            .iter()
            .filter_map(|link| self.index_of(&link.document));
        let linked: BTreeSet<usize> = linked.collect();
        let mut by_place: HashMap<(usize, [usize; 2]), String> = HashMap::new();
        for index in linked {
            let document = self.found.documents.get_mut(index);
            for span in document
                .into_iter()
                .flat_map(|document| &mut document.spans)
            {
                if let [place @ [start, end]] = *span.pieces.as_slice() {
                    // Not an id of the file: these may count within a document.
                    let key = by_place
                        .entry((index, place))
                        .or_insert_with(|| format!("{index}\t{start}\t{end}"));
                    span.key.clone_from(key);
                }
            }
        }
        for link in links {
            let index = self.index_of(&link.document);
            let [from, to] = link.ends.map(|place| {
                let key = index.and_then(|index| by_place.get(&(index, place)));
                let missing = || format!("{}–{} of {}", place[0], place[1], link.document);
                key.cloned().unwrap_or_else(missing)
            });
            self.found.links.push(FoundLink {
                kind: link.kind.into(),
                annotator: link.annotator.into(),
                from,
                to,
                file: link.file,
                line: link.line,
                ..FoundLink::default()
            });
        }
    }
}

/// A document by its text, where several records speak of it.
fn text_key(name: &str, text: &str) -> String {
    format!("{name}\0{text}")
}

/// Adds what a record says of its document besides.
fn add_fields(document: &mut FoundDocument, at: At<'_>, record: &Object) {
    for (key, value) in rest(record, &[&at.meaning.document]) {
        document.add_value(key, &value);
    }
    if let Some(list) = at.list {
        document.add_field("list", list.to_owned());
    }
}

/// An annotation in a list: an object, or a list of start, end and tag.
fn span(at: At<'_>, value: &Value) -> Result<FoundSpan, &'static str> {
    match value {
        Value::Object(record) => span_of(at, record, &[&at.meaning.span]),
        Value::Array(list) => {
            let number = |index: usize| number(list.get(index)?);
            let (Some(start), Some(end)) = (number(0), number(1)) else {
                return Err(NO_PLACE);
            };
            let tag = list.get(2).and_then(field).unwrap_or_default();
            let more = list.iter().enumerate().skip(3);
            let more = more.filter_map(|(index, value)| {
                let name = format!("value {}", index + 1);
                Some((name.into(), attribute(value.clone())?))
            });
            Ok(FoundSpan {
                pieces: vec![[start, end]],
                attributes: more.collect(),
                tag: tag.into(),
                line: at.line,
                ..FoundSpan::default()
            })
        }
        _ => Err("left out: an annotation is neither an object nor a list"),
    }
}

/// An annotation that is a record of its own. One that says no place but a tag is of the whole document.
fn flat_span(at: At<'_>, record: &Object) -> Result<FoundSpan, &'static str> {
    let known = [&at.meaning.document, &at.meaning.span];
    let start = at.meaning.span.get(Role::Start);
    let start = start.and_then(|path| at_path(record, path));
    match span_of(at, record, &known) {
        Err(_) if start.is_none_or(Value::is_null) => {
            let span = words_and_rest(at, record, &known);
            let has_tag = !span.tag.is_empty();
            let pieces = vec![WHOLE];
            has_tag
                .then_some(FoundSpan { pieces, ..span })
                .ok_or("left out: it has neither a place nor a tag")
        }
        span => span,
    }
}

/// An annotation by its place or its words.
fn span_of(at: At<'_>, record: &Object, known: &[&Mapping]) -> Result<FoundSpan, &'static str> {
    let span = words_and_rest(at, record, known);
    let pieces = match place(&at.meaning.span, record) {
        Some(place) => vec![place],
        None if span.quote.is_empty() => return Err(NO_PLACE),
        None => Vec::new(),
    };
    Ok(FoundSpan { pieces, ..span })
}

/// What an annotation says besides its place. What the mappings know is no attribute.
fn words_and_rest(at: At<'_>, record: &Object, known: &[&Mapping]) -> FoundSpan {
    let attributes = rest(record, known)
        .filter_map(|(key, value)| Some((key.into(), attribute(value.into_owned())?)));
    FoundSpan {
        attributes: attributes.collect(),
        line: at.line,
        ..FoundSpan::of_words(|role| words_of(&at.meaning.span, record, role))
    }
}
