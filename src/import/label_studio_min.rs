//! What Label Studio calls JSON_MIN: a task and what one annotator said of it in one object, without relations. The names
//! of its keys are those of the labeling configuration.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::files::Files;
use super::found::{Found, FoundDocument, FoundSpan, FoundText};
use super::{Format, ImportError, ImportOptions, field, json, time};
use crate::model::{AnnotatorId, Stamp};

/// Label Studio's JSON_MIN.
pub const LABEL_STUDIO_MIN: Format = Format {
    name: "label-studio-min",
    title: "Label Studio JSON_MIN",
    description: "Tasks with their regions, as Label Studio exports them for other programs",
    endings: &["json"],
    recognise: |files| {
        let mut files = files.ending_in(LABEL_STUDIO_MIN.endings);
        files.any(|file| {
            let head = file.head();
            let has = |key: &str| head.contains(&format!("\"{key}\""));
            has("annotation_id") && has("annotator") && !has("result")
        })
    },
    mapping: None,
    read,
};

/// Keys that only Label Studio's own bookkeeping needs.
const BOOKKEEPING: [&str; 2] = ["annotation_id", "lead_time"];

fn read(files: &Files<'_>, _: &ImportOptions) -> Result<Found, ImportError> {
    if files.ending_in(LABEL_STUDIO_MIN.endings).next().is_none() {
        return Err(ImportError::WrongFormat(LABEL_STUDIO_MIN.title));
    }
    let mut found = Found::default();
    for file in files.ending_in(LABEL_STUDIO_MIN.endings) {
        let (label, words) = (file.label(), file.words(&mut found)?);
        for (line, record) in json::records::<Map<String, Value>>(&words) {
            match record {
                Ok(task) => add(&mut found, &label, line, task),
                Err(bad) => bad.tell(&mut found, &label, line),
            }
        }
    }
    Ok(found)
}

fn add(found: &mut Found, file: &Arc<str>, line: usize, mut task: Map<String, Value>) {
    let mut words = |name: &str| {
        task.remove(name)
            .as_ref()
            .and_then(field)
            .unwrap_or_default()
    };
    let (name, annotator) = (words("id"), Arc::<str>::from(words("annotator")));
    let (created_at, changed_at) = (time(&words("created_at")), time(&words("updated_at")));
    let _ = BOOKKEEPING.map(&mut words);
    let Some((text_key, text)) = text_of(&task) else {
        return found.left_out(file, line, "there is no text", "");
    };
    let mut document = FoundDocument {
        name,
        file: file.clone(),
        line,
        text: FoundText::Words(text),
        ..FoundDocument::default()
    };
    for (key, value) in task {
        if key == text_key {
            continue;
        }
        let regions = value.as_array().filter(|values| {
            let is_region = |value: &Value| value.get("start").is_some();
            !values.is_empty() && values.iter().all(is_region)
        });
        let Some(regions) = regions else {
            let value = field(&value);
            document
                .fields
                .extend(value.map(|value| (key.as_str().into(), value)));
            continue;
        };
        for region in regions {
            let made = FoundSpan {
                annotator: annotator.clone().into(),
                created_at,
                changed: changed_at.map(|at| Stamp {
                    by: AnnotatorId::new(annotator.clone()),
                    at,
                }),
                line,
                ..FoundSpan::default()
            };
            let before = document.spans.len();
            document.spans.extend(spans_of(region, &made));
            if document.spans.len() == before {
                found.left_out(file, line, "a region has no start, end and label", region);
            }
        }
    }
    // What several annotators said of a task stands in rows next to each other.
    match found.documents.last_mut() {
        Some(last) if is_same(last, &document) => last.spans.extend(document.spans),
        _ => found.documents.push(document),
    }
}

fn is_same(one: &FoundDocument, other: &FoundDocument) -> bool {
    let same_text = matches!(
        (&one.text, &other.text),
        (FoundText::Words(one), FoundText::Words(other)) if one == other
    );
    same_text && one.file == other.file && one.name == other.name && !one.name.is_empty()
}

/// The text and its key: the one that the configurations of the documentation use, or the longest.
fn text_of(task: &Map<String, Value>) -> Option<(String, String)> {
    let words = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    let usual = task.get_key_value("text").and_then(words);
    usual.or_else(|| {
        task.iter()
            .filter_map(words)
            .max_by_key(|(_, text)| text.len())
    })
}

/// A region is an annotation for each of its labels.
fn spans_of(region: &Value, made: &FoundSpan) -> Vec<FoundSpan> {
    let offsets = region.get("globalOffsets").unwrap_or(region);
    let number = |name: &str| usize::try_from(offsets.get(name)?.as_u64()?).ok();
    let (Some(start), Some(end)) = (number("start"), number("end")) else {
        return Vec::new();
    };
    let labels = ["labels", "hypertextlabels"].into_iter();
    let labels = labels
        .filter_map(|key| region.get(key)?.as_array())
        .flatten();
    let quote: Arc<str> = region
        .get("text")
        .and_then(field)
        .unwrap_or_default()
        .into();
    let span = |label: &str| FoundSpan {
        pieces: vec![[start, end]],
        quote: quote.clone().into(),
        tag: label.into(),
        ..made.clone()
    };
    labels.filter_map(Value::as_str).map(span).collect()
}
