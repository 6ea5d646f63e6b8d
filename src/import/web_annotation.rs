//! W3C Web Annotation in JSON-LD, alone, in pages and collections; also what Hypothesis and Recogito export.
//!
//! Texts lie beside under the name of the source, or are documents of the project. The standard counts code points,
//! Hypothesis and Recogito count UTF-16 units; the recorded words tell.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::files::Files;
use super::found::{Found, FoundDocument, FoundLink, FoundSpan, FoundText, RepeatRoom, Words};
use super::{FileInMemory, Format, ImportError, ImportOptions, OURS, attribute, field, json, time};
use crate::model::{
    Annotator, AnnotatorId, AnnotatorKind, AttributeValue, Attributes, QUOTE_JOIN, Stamp, Tier,
};

/// W3C Web Annotation.
pub const WEB_ANNOTATION: Format = Format {
    name: "web-annotation",
    title: "W3C Web Annotation",
    description: "JSON-LD of the web; also exports of Hypothesis and Recogito",
    endings: &["jsonld", "json"],
    recognise: |files| files.ending_in(WEB_ANNOTATION.endings).any(is_ours),
    mapping: None,
    read,
};

fn is_ours(file: &FileInMemory) -> bool {
    let head = file.head();
    let marks = [
        "\"TextQuoteSelector\"",
        "\"TextPositionSelector\"",
        "w3.org/ns/anno",
    ];
    marks.iter().any(|mark| head.contains(mark))
}

fn read(files: &Files<'_>, _: &ImportOptions) -> Result<Found, ImportError> {
    let mut reading = WebReading {
        files,
        found: Found::default(),
        by_source: HashMap::new(),
        creators: HashSet::new(),
        texts: HashSet::new(),
        room: RepeatRoom::for_bytes(0),
        label: Arc::default(),
        is_ours: false,
    };
    let mut count = 0;
    for file in files.ending_in(WEB_ANNOTATION.endings) {
        if !is_ours(file) {
            let why = "not read, since it names no selector of Web Annotation near its beginning";
            reading.found.remark(&file.label(), 0, why, "");
            continue;
        }
        count += 1;
        reading.label = file.label();
        let words = json::bounded_words(file, &mut reading.found)?;
        reading.room = RepeatRoom::for_bytes(words.len());
        for (line, record) in json::records::<Value>(&words) {
            match record {
                Ok(value) => reading.read_record(value, line)?,
                Err(bad) => {
                    let label = reading.label.clone();
                    bad.tell(&mut reading.found, &label, line);
                }
            }
        }
    }
    if count == 0 {
        return Err(ImportError::WrongFormat(WEB_ANNOTATION.title));
    }
    Ok(reading.found)
}

struct WebReading<'a> {
    files: &'a Files<'a>,
    found: Found,
    /// Documents by their source.
    by_source: HashMap<String, usize>,
    /// The ids of those whom the files describe.
    creators: HashSet<Arc<str>>,
    /// The paths of the texts that were taken in.
    texts: HashSet<&'a str>,
    /// For the further tags of annotations.
    room: RepeatRoom,
    label: Arc<str>,
    is_ours: bool,
}

fn words(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

/// What may stand alone or in a list.
fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.iter().collect(),
        Some(value) => vec![value],
    }
}

/// One tag, or nothing said about one.
struct Bodies {
    tags: Vec<String>,
    notes: Vec<String>,
    /// Bodies that lie elsewhere.
    elsewhere: Vec<String>,
}

impl WebReading<'_> {
    /// An annotation, or a page or collection of them.
    fn read_record(&mut self, value: Value, line: usize) -> Result<(), ImportError> {
        let generator = value
            .get("generator")
            .and_then(|generator| generator.get("name"));
        if words(generator) == OURS {
            self.is_ours = true;
            self.found.name = words(value.get("label")).to_owned();
            for document in list(value.get("documents")) {
                self.add_own_document(document)?;
            }
        }
        let first = value.get("first").and_then(|first| first.get("items"));
        let lists = ["items", "rows", "annotations"].map(|name| value.get(name));
        let mut lists = first.into_iter().chain(lists.into_iter().flatten());
        match lists.find_map(Value::as_array) {
            Some(items) => {
                for item in items {
                    self.read_annotation(item, line)?;
                }
                if value.get("next").is_some() {
                    let label = self.label.clone();
                    self.found
                        .left_out(&label, line, "further pages lie elsewhere", "");
                }
                Ok(())
            }
            None => self.read_annotation(&value, line),
        }
    }

    fn add_own_document(&mut self, document: &Value) -> Result<(), ImportError> {
        let (id, source) = (words(document.get("id")), words(document.get("source")));
        let index = self.document(source)?;
        if let Some(own) = self.found.documents.get_mut(index) {
            own.name = id.to_owned();
            own.sha256 = words(document.get("sha256")).to_owned();
            let fields = document.get("fields").and_then(Value::as_object);
            for (name, value) in fields.into_iter().flatten() {
                own.fields
                    .extend(field(value).map(|value| (name.as_str().into(), value)));
            }
        }
        Ok(())
    }

    /// The document of a source.
    fn document(&mut self, source: &str) -> Result<usize, ImportError> {
        if let Some(index) = self.by_source.get(source) {
            return Ok(*index);
        }
        let last = source
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or(source);
        let mut document = FoundDocument {
            name: super::unescaped(last.strip_suffix(".txt").unwrap_or(last)),
            file: self.label.clone(),
            is_certain: self.is_ours,
            ..FoundDocument::default()
        };
        let named = |name| Some((name, self.files.text(name)?));
        match named(source).or_else(|| named(last)) {
            // Of several documents of one text the others only name it.
            Some((name, file)) if !self.texts.insert(&file.path) => {
                document.text = FoundText::Named(name.to_owned());
            }
            Some((_, file)) => {
                let (text, encoding) = file.text(&mut self.found)?;
                document.text = text;
                document.encoding = Some(encoding);
            }
            None => document.text = FoundText::Named(source.to_owned()),
        }
        if source.contains("://") {
            document.fields.insert("url".into(), source.to_owned());
        }
        self.found.documents.push(document);
        let index = self.found.documents.len() - 1;
        self.by_source.insert(source.to_owned(), index);
        Ok(index)
    }

    fn read_annotation(&mut self, value: &Value, line: usize) -> Result<(), ImportError> {
        let id = words(value.get("id"));
        let bodies = bodies(value);
        let annotator = self.creator(value);
        let targets = list(value.get("target"));
        let motivations = list(value.get("motivation"));
        let is_linking = motivations
            .iter()
            .any(|each| each.as_str() == Some("linking"));
        if is_linking
            && let ([Value::String(from)], Some(to)) =
                (targets.as_slice(), bodies.elsewhere.first())
        {
            let kind = bodies.tags.first().cloned();
            self.found.links.push(FoundLink {
                kind: kind.map_or_else(|| "linking".into(), Words::from),
                from: from.clone(),
                to: to.clone(),
                annotator: annotator.into(),
                created_at: time(words(value.get("created"))),
                file: self.label.clone(),
                line,
                ..FoundLink::default()
            });
            return Ok(());
        }
        let mut span = FoundSpan {
            key: id.to_owned(),
            note: bodies.notes.join("\n").into(),
            attributes: attributes(value, &bodies),
            created_at: time(words(value.get("created"))),
            changed: changed(value, &annotator),
            tier: if words(value.get("tier")) == "optional" {
                Tier::Optional
            } else {
                Tier::Core
            },
            annotator: annotator.into(),
            line,
            ..FoundSpan::default()
        };
        let mut source: Option<&str> = None;
        let mut quotes = Vec::new();
        for target in targets {
            let own = source_of(target).unwrap_or_else(|| words(value.get("uri")));
            // All may stand on the very same words, which may be long.
            if source.is_some_and(|source| !std::ptr::eq(source, own) && source != own) {
                let words =
                    "of an annotation on several documents those after the first are left out";
                self.found.left_out(&self.label, line, words, id);
                continue;
            }
            source = Some(own);
            let mut selector = Selector::default();
            list(target.get("selector"))
                .into_iter()
                .for_each(|each| selector.take(each, 0));
            span.pieces.extend(selector.place);
            if quotes.is_empty() {
                (span.prefix, span.suffix) = (selector.prefix.into(), selector.suffix.into());
            }
            quotes.extend(Some(selector.exact).filter(|exact| !exact.is_empty()));
        }
        span.quote = quotes.join(QUOTE_JOIN).into();
        let Some(source) = source.filter(|source| !source.is_empty()) else {
            self.found.left_out(
                &self.label,
                line,
                "an annotation says not where it stands",
                id,
            );
            return Ok(());
        };
        if span.pieces.is_empty() && span.quote.is_empty() {
            let words = "an annotation of something else than words is left out";
            self.found.left_out(&self.label, line, words, id);
            return Ok(());
        }
        let index = self.document(source)?;
        if let Some(document) = self.found.documents.get_mut(index)
            && let None = self
                .room
                .add_for_tags(&mut document.spans, span, bodies.tags)
        {
            let words = "tags of an annotation with very many of them are left out";
            self.found.left_out(&self.label, line, words, id);
        }
        Ok(())
    }

    /// Who made it, by the shortest name there is.
    fn creator(&mut self, value: &Value) -> Arc<str> {
        let creator = value.get("creator").or_else(|| value.get("user"));
        let name = match list(creator).first() {
            Some(Value::String(name)) => name.as_str(),
            Some(creator) => {
                let told = ["nickname", "name", "id"].map(|name| words(creator.get(name)));
                let id = told.into_iter().find(|name| !name.is_empty());
                let id: Arc<str> = id.unwrap_or_default().into();
                if !id.is_empty() && self.creators.insert(id.clone()) {
                    let name = words(creator.get("name"));
                    self.found.annotators.push(Annotator {
                        id: AnnotatorId::new(id.clone()),
                        name: if name.is_empty() { &id } else { name }.to_owned(),
                        kind: match words(creator.get("type")) {
                            "Software" | "SoftwareAgent" => AnnotatorKind::Program,
                            _ => AnnotatorKind::Person,
                        },
                    });
                }
                return id;
            }
            None => "",
        };
        // Hypothesis writes `acct:mara@hypothes.is`.
        let account = name
            .strip_prefix("acct:")
            .and_then(|rest| rest.split('@').next());
        account.unwrap_or(name).into()
    }
}

fn source_of(target: &Value) -> Option<&str> {
    let source = target.get("source").unwrap_or(target);
    source.as_str().or_else(|| source.get("id")?.as_str())
}

fn changed(value: &Value, annotator: &str) -> Option<Stamp> {
    let written = value
        .get("modified")
        .or_else(|| value.get("updated"))?
        .as_str()?;
    // Hypothesis says of everything that it was changed when it was made.
    if value.get("created").and_then(Value::as_str) == Some(written)
        && value.get("modifiedBy").is_none()
    {
        return None;
    }
    let by = words(value.get("modifiedBy"));
    let by = if by.is_empty() { annotator } else { by };
    let by = if by.is_empty() { super::NOBODY } else { by };
    let by = AnnotatorId::new(by);
    Some(Stamp {
        by,
        at: time(written)?,
    })
}

fn attributes(value: &Value, bodies: &Bodies) -> Attributes {
    let own = value.get("attributes").and_then(Value::as_object).cloned();
    let own = own.into_iter().flatten();
    let mut attributes: Attributes = own
        .filter_map(|(name, value)| Some((name.as_str().into(), attribute(value)?)))
        .collect();
    if !bodies.elsewhere.is_empty() {
        let all = bodies.elsewhere.join(" ").into();
        attributes.insert("body".into(), AttributeValue::Words(all));
    }
    attributes
}

fn bodies(value: &Value) -> Bodies {
    let mut bodies = Bodies {
        tags: list(value.get("tags"))
            .into_iter()
            .filter_map(field)
            .collect(),
        notes: Vec::new(),
        elsewhere: Vec::new(),
    };
    // Hypothesis calls the note `text`; the standard calls it `bodyValue` where there is nothing else.
    for name in ["text", "bodyValue"] {
        let words = words(value.get(name));
        bodies
            .notes
            .extend((!words.is_empty()).then(|| words.to_owned()));
    }
    for body in list(value.get("body")) {
        add_body(body, &mut bodies, 0);
    }
    bodies
}

fn add_body(body: &Value, bodies: &mut Bodies, depth: usize) {
    let items = list(body.get("items"));
    if !items.is_empty() && depth < 8 {
        items
            .into_iter()
            .for_each(|item| add_body(item, bodies, depth + 1));
        return;
    }
    match (body, body.get("value").and_then(Value::as_str)) {
        (Value::String(iri), _) => bodies.elsewhere.push(iri.clone()),
        (_, Some(value)) => match words(body.get("purpose")) {
            "tagging" | "classifying" | "highlighting" => bodies.tags.push(value.to_owned()),
            _ => bodies.notes.push(value.to_owned()),
        },
        (body, None) => {
            let iri = source_of(body).or_else(|| body.get("id")?.as_str());
            bodies.elsewhere.extend(iri.map(str::to_owned));
        }
    }
}

/// Where something stands, by whatever is said of it.
#[derive(Default)]
struct Selector {
    place: Option<[usize; 2]>,
    exact: String,
    prefix: String,
    suffix: String,
}

impl Selector {
    fn take(&mut self, selector: &Value, depth: usize) {
        match words(selector.get("type")) {
            "TextPositionSelector" => {
                let number = |name: &str| usize::try_from(selector.get(name)?.as_u64()?).ok();
                self.place = number("start")
                    .zip(number("end"))
                    .map(|(start, end)| [start, end]);
            }
            "TextQuoteSelector" => {
                for (own, name) in [
                    (&mut self.exact, "exact"),
                    (&mut self.prefix, "prefix"),
                    (&mut self.suffix, "suffix"),
                ] {
                    *own = words(selector.get(name)).to_owned();
                }
            }
            _ => {}
        }
        if let Some(inner) = selector.get("refinedBy").filter(|_| depth < 8) {
            self.take(inner, depth + 1);
        }
    }
}
