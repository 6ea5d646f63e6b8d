//! Label Studio JSON: tasks with annotations and predictions, and the labeling configuration beside it.
//!
//! Several results with one id speak of one region: its label, its choices, numbers and notes. Results without a
//! region speak of the whole task and become fields of the document. Predictions are a program's work.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::files::Files;
use super::found::{
    Found, FoundDocument, FoundLink, FoundSpan, FoundText, NO_PLACE, RepeatRoom, add_codebook,
};
use super::json_mend::{self, Unreadable};
use super::json_values::OfObject;
use super::names::bounded;
use super::{FileInMemory, Format, ImportError, ImportOptions, MappingOf, Role, field, json, time};
use crate::model::{
    Annotator, AnnotatorId, AnnotatorKind, AttributeValue, Codebook, Color, LinkEnds, LinkKind,
    QUOTE_JOIN, Stamp, Tag, TagId,
};

/// Label Studio JSON.
pub const LABEL_STUDIO: Format = Format {
    name: "label-studio",
    title: "Label Studio JSON",
    description: "Tasks with annotations and predictions, relations, choices and notes of regions",
    endings: &["json"],
    recognise: |files| {
        files.ending_in(LABEL_STUDIO.endings).any(|file| {
            let head = file.head();
            let has = |key: &str| head.contains(&format!("\"{key}\""));
            has("data")
                && has("result")
                && ["annotations", "predictions", "completions"]
                    .into_iter()
                    .any(has)
        })
    },
    mapping: Some(MAPPING),
    read,
};

/// The kind of link that holds the pieces of one annotation together.
pub const FRAGMENT: &str = "fragment";
/// The per-region text area that holds the note.
pub const NOTE: &str = "note";
/// Keys of a task's data that name the document.
const NAME_KEYS: [&str; 5] = ["document", "doc", "doc_id", "filename", "file_name"];
/// How the addresses of texts begin, on the web, in the store of Label Studio and in those of clouds.
const ADDRESSES: [&str; 6] = ["http:", "https:", "/data/", "s3:", "gs:", "azure-blob:"];
/// Other names that are not free for fields and attributes.
const OWN_NAMES: [&str; 4] = ["text", "label", NOTE, "comment"];
/// For so many labels of a configuration a free colour and key are looked for, which takes ever longer.
const MOST_STYLED: usize = 5_000;
/// So many annotators are looked through, from the last.
const MOST_ANNOTATORS: usize = 100;
/// Before a name of a field or attribute that is not free.
const ESCAPE: &str = "field_";

/// A name for a field or attribute that is taken for nothing else.
pub fn free_name(name: &str) -> String {
    if is_taken(name) {
        format!("{ESCAPE}{name}")
    } else {
        name.to_owned()
    }
}

fn is_taken(name: &str) -> bool {
    NAME_KEYS.contains(&name)
        || OWN_NAMES.contains(&name)
        || name.strip_prefix(ESCAPE).is_some_and(is_taken)
}

/// The name that [`free_name`] was given.
fn own_name(name: &str) -> &str {
    name.strip_prefix(ESCAPE)
        .filter(|name| is_taken(name))
        .unwrap_or(name)
}

#[derive(Deserialize)]
#[serde(expecting = "a task as an object")]
struct Task {
    #[serde(default)]
    data: BTreeMap<String, Value>,
    #[serde(default, alias = "completions")]
    annotations: Vec<OfObject<Answer>>,
    #[serde(default)]
    predictions: Vec<OfObject<Answer>>,
    #[serde(default)]
    drafts: Vec<Value>,
}

impl Task {
    /// All that is said of it.
    fn items(&self) -> impl Iterator<Item = &Item> {
        let answers = self.annotations.iter().chain(&self.predictions);
        let items = answers.flat_map(|OfObject(answer)| &answer.result);
        items.map(|OfObject(item)| item)
    }
}

/// Of a task only its data.
#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    data: BTreeMap<String, IgnoredAny>,
}

/// What one person or program says of a task.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    result: Vec<OfObject<Item>>,
    #[serde(default)]
    completed_by: Value,
    #[serde(default)]
    model_version: Value,
    #[serde(default)]
    was_cancelled: bool,
    /// Of all of a prediction; its regions have their own.
    score: Option<f64>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    from_name: String,
    #[serde(default)]
    to_name: String,
    #[serde(default)]
    value: Marked,
    #[serde(default)]
    meta: Meta,
    #[serde(default)]
    score: Option<f64>,
    // Of a relation.
    #[serde(default)]
    from_id: Value,
    #[serde(default)]
    to_id: Value,
    #[serde(default)]
    direction: String,
    #[serde(default)]
    labels: Vec<String>,
}

#[derive(Deserialize, Default)]
struct Marked {
    #[serde(default)]
    start: Value,
    #[serde(default)]
    end: Value,
    #[serde(default, rename = "globalOffsets")]
    global_offsets: Option<Offsets>,
    #[serde(default)]
    text: Value,
    // What is said of it, by the type of the result.
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    hypertextlabels: Vec<String>,
    #[serde(default)]
    choices: Value,
    #[serde(default)]
    number: Value,
    #[serde(default)]
    rating: Value,
    #[serde(default)]
    datetime: Value,
    #[serde(default)]
    taxonomy: Value,
}

#[derive(Deserialize, Clone, Copy)]
struct Offsets {
    start: usize,
    end: usize,
}

#[derive(Deserialize, Default)]
struct Meta {
    #[serde(default)]
    text: Value,
}

/// What a labeling configuration says.
#[derive(Default)]
struct Config {
    codebook: Codebook,
    /// The ids of its tags.
    tag_ids: HashSet<TagId>,
    /// Which key of the data a named text shows, and whether it is an address.
    texts: HashMap<String, (String, bool)>,
    /// The keys of addresses.
    addresses: HashSet<String>,
}

const MAPPING: MappingOf = MappingOf {
    roles: &[Role::Text],
    names,
};

/// The keys of the first tasks' data.
fn names(files: &Files<'_>) -> Vec<String> {
    let heads = files
        .ending_in(LABEL_STUDIO.endings)
        .map(FileInMemory::head);
    let tasks = heads.flat_map(|head| json::records::<OfObject<Task>>(&head));
    let tasks = tasks.filter_map(|(_, task)| Some(task.ok()?.0));
    let names: BTreeSet<String> = tasks.flat_map(|task| task.data.into_keys()).collect();
    names.into_iter().collect()
}

/// What is wrong in a task, so that the rest of it can be read.
fn mend(task: &mut Map<String, Value>) -> Vec<Unreadable> {
    let mut bad = Vec::new();
    for key in ["annotations", "completions", "predictions"] {
        let answers = task.get_mut(key).and_then(Value::as_array_mut);
        for answer in answers.into_iter().flatten() {
            if let Some(answer) = answer.as_object_mut() {
                json_mend::take_bad::<OfObject<Item>>(answer, "result", &mut bad);
            }
        }
        json_mend::take_bad::<OfObject<Answer>>(task, key, &mut bad);
    }
    bad
}

fn read(files: &Files<'_>, options: &ImportOptions) -> Result<Found, ImportError> {
    let has_key = |key: &str| {
        files.ending_in(LABEL_STUDIO.endings).any(|file| {
            let words = json::words(file, &mut Found::default()).unwrap_or_default();
            json::any_record::<OfObject<Data>>(&words, |OfObject(task)| task.data.contains_key(key))
        })
    };
    MAPPING.refuse_slips_where(&options.mapping, files, "keys of the data", has_key)?;
    let mut found = Found::default();
    let mut config = Config::default();
    for file in files.ending_in(&["xml"]) {
        let words = file.words(&mut found)?;
        if words.contains("<View")
            && let Err(problem) = read_config(&mut config, &words)
        {
            found.left_out(
                &file.label(),
                0,
                "the configuration cannot be read",
                problem,
            );
        }
    }
    let texts = config.texts.values();
    let addresses = texts.filter(|(_, is_address)| *is_address);
    config.addresses = addresses.map(|(key, _)| key.clone()).collect();
    let mut is_any = false;
    for file in files.ending_in(LABEL_STUDIO.endings) {
        is_any = true;
        let label = file.label();
        let words = json::words(file, &mut found)?;
        let add = |found: &mut Found, (number, record): json::Record<OfObject<Task>>| match record {
            Ok(OfObject(task)) => add_task(found, &config, options, &label, number, task),
            Err(bad) => bad.tell(found, &label, number),
        };
        json::add_each_record(&mut found, &words, mend, add);
    }
    if !is_any {
        return Err(ImportError::WrongFormat(LABEL_STUDIO.title));
    }
    add_codebook(&mut found.codebook, config.codebook);
    Ok(found)
}

/// The key of the data that holds the text: as the configuration or the mapping says, or the likeliest.
fn text_key<'a>(task: &'a Task, config: &'a Config, options: &'a ImportOptions) -> Option<&'a str> {
    let mut items = task.items();
    let shown = items.find_map(|item| config.texts.get(&item.to_name));
    let only = config
        .texts
        .values()
        .next()
        .filter(|_| config.texts.len() == 1);
    let said = options.mapping.get(Role::Text);
    let known = said
        .or(shown.or(only).map(|(key, _)| key.as_str()))
        .or(Some("text"));
    let longest = || {
        let strings = task
            .data
            .iter()
            .filter_map(|(key, value)| Some((key, value.as_str()?.len())));
        strings
            .max_by_key(|(_, length)| *length)
            .map(|(key, _)| key.as_str())
    };
    known
        .filter(|key| task.data.get(*key).is_some_and(Value::is_string))
        .or_else(longest)
}

fn add_task(
    found: &mut Found,
    config: &Config,
    options: &ImportOptions,
    file: &Arc<str>,
    number: usize,
    task: Task,
) {
    let Some(key) = text_key(&task, config, options).map(str::to_owned) else {
        return found.left_out(file, number, "the task has no text", "");
    };
    let words = task
        .data
        .get(&key)
        .and_then(Value::as_str)
        .unwrap_or_default();
    if config.addresses.contains(&key)
        || (config.texts.is_empty()
            && ADDRESSES.iter().any(|begin| words.starts_with(begin))
            && !words.contains(char::is_whitespace))
    {
        return found.left_out(
            file,
            number,
            "the task has an address instead of its text, and nothing is fetched",
            words,
        );
    }
    if !task.drafts.is_empty() {
        let words = "drafts that nobody has submitted are left out";
        found.left_out(file, number, words, Value::from(task.drafts.clone()));
    }
    let is_html = task.items().any(|item| item.r#type == "hypertextlabels");
    let name_key = NAME_KEYS
        .into_iter()
        .find(|key| task.data.get(*key).is_some_and(Value::is_string));
    let fields = task
        .data
        .iter()
        .filter(|(own, _)| **own != key && Some(own.as_str()) != name_key);
    let mut document = FoundDocument {
        name: name_key
            .and_then(|key| field(task.data.get(key)?))
            .unwrap_or_default(),
        file: file.clone(),
        line: number,
        text: FoundText::Words(if is_html {
            text_of_html(words)
        } else {
            words.to_owned()
        }),
        fields: fields
            .filter_map(|(name, value)| Some((own_name(name).into(), field(value)?)))
            .collect(),
        ..FoundDocument::default()
    };
    if is_html {
        found.remark(
            file,
            number,
            "the page was read as its text without the marks of HTML",
            "",
        );
    }
    let mut room = RepeatRoom::for_bytes(words.len());
    for (index, OfObject(answer)) in task.annotations.into_iter().enumerate() {
        let annotator = annotator_of(&answer.completed_by).into();
        add_answer(found, &mut document, &mut room, answer, &annotator, index);
    }
    for (index, OfObject(answer)) in task.predictions.into_iter().enumerate() {
        let annotator = field(&answer.model_version).unwrap_or_else(|| "prediction".to_owned());
        let annotator: Arc<str> = annotator.into();
        let id = AnnotatorId::new(annotator.clone());
        // Those that come again behind many others are dropped when the tasks are put together.
        let mut last = found.annotators.iter().rev().take(MOST_ANNOTATORS);
        if last.all(|known| known.id != id) {
            found.annotators.push(Annotator {
                id,
                name: annotator.to_string(),
                kind: AnnotatorKind::Program,
            });
        }
        let index = 1000 + index;
        add_answer(found, &mut document, &mut room, answer, &annotator, index);
    }
    found.documents.push(document);
}

/// Who answered: Label Studio writes a number, or a number with an address.
fn annotator_of(completed_by: &Value) -> String {
    let of_object = ["email", "username", "first_name", "id"].into_iter();
    match completed_by {
        Value::Object(user) => of_object
            .filter_map(|key| field(user.get(key)?))
            .find(|name| !name.is_empty())
            .unwrap_or_default(),
        other => field(other).unwrap_or_default(),
    }
}

fn add_answer(
    found: &mut Found,
    document: &mut FoundDocument,
    room: &mut RepeatRoom,
    answer: Answer,
    annotator: &Arc<str>,
    index: usize,
) {
    let (file, number) = (document.file.clone(), document.line);
    if answer.was_cancelled {
        if !answer.result.is_empty() {
            found.left_out(
                &file,
                number,
                "an annotation that was cancelled is left out",
                &answer.id,
            );
        }
        return;
    }
    let created_at = answer.created_at.as_deref().and_then(time);
    let changed = answer
        .updated_at
        .as_deref()
        .and_then(time)
        .filter(|at| created_at.is_some_and(|created| *at != created));
    let changed = changed.map(|at| Stamp {
        by: AnnotatorId::new(annotator.clone()),
        at,
    });
    let before = format!("{}\t{number}\t{index}\t", bounded(&file));
    // What relations refer to a region by: its id, which counts within an answer.
    let key = |id: &Value| format!("{before}{}", id_of(id));
    // By the id as it is written.
    let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
    let (regions, others): (Vec<Item>, Vec<Item>) = answer
        .result
        .into_iter()
        .map(|OfObject(item)| item)
        .partition(|item| item.is_labelled());
    for item in regions {
        let Some(piece) = item.piece() else {
            found.left_out(&file, number, NO_PLACE, &item.id);
            continue;
        };
        let span = FoundSpan {
            key: key(&item.id),
            pieces: vec![piece],
            quote: item.value.text.as_str().unwrap_or_default().into(),
            note: listed(&item.meta.text).join("\n").into(),
            attributes: [("score", item.score), ("prediction_score", answer.score)]
                .into_iter()
                .filter_map(|(name, score)| Some((name.into(), AttributeValue::Number(score?))))
                .collect(),
            annotator: annotator.clone().into(),
            created_at,
            changed: changed.clone(),
            line: number,
            ..FoundSpan::default()
        };
        let first = document.spans.len();
        let added = room.add_for_tags(&mut document.spans, span, item.tags());
        if added.is_none() {
            let words = "labels of a region with very many of them are left out";
            found.left_out(&file, number, words, &item.id);
        }
        let own = by_id.entry(id_of(&item.id).into_owned()).or_default();
        own.extend(first..document.spans.len());
    }
    let mut fragments = Vec::new();
    for item in others {
        match item.r#type.as_str() {
            "relation" if item.labels == [FRAGMENT] => fragments.push((item.from_id, item.to_id)),
            "relation" => {
                let (from, to) = match item.direction.as_str() {
                    "left" => (key(&item.to_id), key(&item.from_id)),
                    _ => (key(&item.from_id), key(&item.to_id)),
                };
                let kinds = if item.labels.is_empty() {
                    vec!["relation".to_owned()]
                } else {
                    item.labels
                };
                // The file itself has room for the first.
                let further_size = 1 + (from.len() + to.len()) / 16;
                for (number_of_kind, kind) in kinds.into_iter().enumerate() {
                    if number_of_kind > 0 && room.take(further_size).is_none() {
                        let words = "left out: a relation has too many labels";
                        found.left_out(&file, number, words, kind);
                        continue;
                    };
                    found.links.push(FoundLink {
                        kind: kind.into(),
                        from: from.clone(),
                        to: to.clone(),
                        file: file.clone(),
                        line: number,
                        ..FoundLink::default()
                    });
                }
            }
            _ => add_more(found, document, room, &item, by_id.get(&*id_of(&item.id))),
        }
    }
    join_fragments(document, fragments, &by_id);
}

fn id_of(id: &Value) -> Cow<'_, str> {
    match id {
        Value::String(words) => Cow::Borrowed(words),
        other => Cow::Owned(field(other).unwrap_or_default()),
    }
}

/// A choice, number or text on a region, or on the whole task.
fn add_more(
    found: &mut Found,
    document: &mut FoundDocument,
    room: &mut RepeatRoom,
    item: &Item,
    spans: Option<&Vec<usize>>,
) {
    let marked = &item.value;
    let value = match item.r#type.as_str() {
        "choices" => AttributeValue::Words(listed(&marked.choices).join("; ").into()),
        "textarea" => AttributeValue::Words(listed(&marked.text).join("\n").into()),
        "datetime" => AttributeValue::Words(listed(&marked.datetime).join("; ").into()),
        "taxonomy" => AttributeValue::Words(marked.taxonomy.to_string().into()),
        "number" | "rating" => match marked.number.as_f64().or(marked.rating.as_f64()) {
            Some(number) => AttributeValue::Number(number),
            None => return,
        },
        kind => {
            let words = format!("results of the kind “{kind}” are left out");
            return found.left_out(&document.file, document.line, words, &item.id);
        }
    };
    let name = if item.from_name.is_empty() {
        item.r#type.as_str()
    } else {
        item.from_name.as_str()
    };
    let Some(spans) = spans else {
        document.fields.insert(name.into(), value.to_string());
        return;
    };
    let is_note = item.r#type == "textarea" && (name == NOTE || name == "comment");
    let name = found.name(&document.file, document.line, own_name(name));
    for index in spans {
        let Some(()) = room.take(1) else {
            let words = "left out: what is said of a region with very many labels";
            return found.left_out(&document.file, document.line, words, &item.id);
        };
        let Some(span) = document.spans.get_mut(*index) else {
            continue;
        };
        match &value {
            AttributeValue::Words(note) if is_note => span.note = note.clone().into(),
            _ => drop(span.attributes.insert(name.clone(), value.clone())),
        }
    }
}

/// Regions that are pieces of one annotation become one. Each is a piece of one other at most, and never of itself.
fn join_fragments(
    document: &mut FoundDocument,
    fragments: Vec<(Value, Value)>,
    by_id: &HashMap<String, Vec<usize>>,
) {
    let index_of = |id: &Value| by_id.get(&*id_of(id))?.first().copied();
    // Which span each has become a piece of, and the pieces of each.
    let mut wholes: HashMap<usize, usize> = HashMap::new();
    let mut pieces: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (from, to) in &fragments {
        let (Some(mut from), Some(to)) = (index_of(from), index_of(to)) else {
            continue;
        };
        while let Some(&whole) = wholes.get(&from) {
            // The way is shortened as it is gone, or a long chain would be gone along again and again.
            if let Some(&further) = wholes.get(&whole) {
                wholes.insert(from, further);
            }
            from = whole;
        }
        if from == to || wholes.contains_key(&to) {
            continue;
        }
        pieces.entry(from).or_default().push(to);
        wholes.insert(to, from);
    }
    if wholes.is_empty() {
        return;
    }
    // Each is moved once, since what has become a piece may have many itself.
    for whole in pieces.keys().filter(|whole| !wholes.contains_key(whole)) {
        let Some(mut span) = document.spans.get_mut(*whole).map(std::mem::take) else {
            continue;
        };
        let mut quotes = vec![span.quote.clone()];
        let of = |whole: &usize| pieces.get(whole).into_iter().flatten().rev();
        let mut rest: Vec<usize> = of(whole).copied().collect();
        while let Some(index) = rest.pop() {
            let Some(piece) = document.spans.get_mut(index).map(std::mem::take) else {
                continue;
            };
            span.pieces.extend(piece.pieces);
            quotes.push(piece.quote);
            rest.extend(of(&index));
        }
        let quotes: Vec<&str> = quotes.iter().map(|quote| &**quote).collect();
        span.quote = quotes.join(QUOTE_JOIN).into();
        if let Some(own) = document.spans.get_mut(*whole) {
            *own = span;
        }
    }
    let mut index = 0;
    document.spans.retain(|_| {
        index += 1;
        !wholes.contains_key(&(index - 1))
    });
}

impl Item {
    /// Whether it marks words of a text with labels.
    fn is_labelled(&self) -> bool {
        matches!(self.r#type.as_str(), "labels" | "hypertextlabels")
    }

    fn tags(&self) -> Vec<String> {
        let mut tags = [
            self.value.labels.clone(),
            self.value.hypertextlabels.clone(),
        ]
        .concat();
        if tags.is_empty() {
            tags.push(String::new());
        }
        tags
    }

    fn piece(&self) -> Option<[usize; 2]> {
        if let Some(Offsets { start, end }) = self.value.global_offsets {
            return Some([start, end]);
        }
        let number = |value: &Value| match value {
            Value::String(words) => words.parse().ok(),
            value => usize::try_from(value.as_u64()?).ok(),
        };
        // Of a page without offsets into the whole text only the words are known.
        match (number(&self.value.start), number(&self.value.end)) {
            (Some(start), Some(end)) => Some([start, end]),
            _ if self.r#type == "hypertextlabels" => Some([0, 0]),
            _ => None,
        }
    }
}

/// Strings that are a list, or alone.
fn listed(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(field).collect(),
        value => field(value).into_iter().collect(),
    }
}

/// The text that a browser sees: without marks, with the commonest references.
fn text_of_html(page: &str) -> String {
    let mut words = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, behind)) = rest.split_once('<') {
        words.push_str(before);
        rest = behind.split_once('>').map_or("", |(_, rest)| rest);
    }
    words.push_str(rest);
    for (reference, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", "\u{A0}"),
        ("&amp;", "&"),
    ] {
        words = words.replace(reference, character);
    }
    words
}

fn read_config(config: &mut Config, words: &str) -> Result<(), String> {
    let mut reader = quick_xml::Reader::from_str(words);
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(element) | Event::Empty(element) => add_element(config, &element)?,
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn add_element(config: &mut Config, element: &BytesStart<'_>) -> Result<(), String> {
    let mut attributes: HashMap<String, String> = HashMap::new();
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute
            .normalized_value(XmlVersion::Explicit1_0)
            .map_err(|error| error.to_string())?;
        attributes.insert(
            String::from_utf8_lossy(attribute.key.as_ref()).into_owned(),
            value.into_owned(),
        );
    }
    let said = |name: &str| attributes.get(name).cloned().unwrap_or_default();
    let codebook = &mut config.codebook;
    match element.name().as_ref() {
        b"Label" if !said("value").is_empty() => {
            let tag_id = TagId::new(said("value"));
            if config.tag_ids.insert(tag_id.clone()) {
                let can_look = codebook.tags.len() < MOST_STYLED;
                let new = match can_look {
                    true => codebook.new_tag(tag_id),
                    false => Tag::new(tag_id, Color([0x7F; 3])),
                };
                let color = Color::parse(&said("background")).unwrap_or(new.color);
                let key = said("hotkey")
                    .chars()
                    .next()
                    .filter(|key| can_look && codebook.tag_for_key(*key).is_none());
                codebook.tags.push(Tag { color, key, ..new });
            }
        }
        b"Relation" if !said("value").is_empty() => codebook.link_kinds.push(LinkKind {
            name: said("value").into(),
            ends: LinkEnds::Tags {
                from: Vec::new(),
                to: Vec::new(),
            },
            may_cross_documents: false,
            is_core: false,
            description: String::new(),
        }),
        b"Text" | b"HyperText" => {
            let key = said("value").trim_start_matches('$').to_owned();
            config
                .texts
                .insert(said("name"), (key, said("valueType") == "url"));
        }
        _ => {}
    }
    Ok(())
}
