//! CSV tables as `export::csv` writes them: `spans.csv`, with the texts beside it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::FileInMemory;
use super::{ImportError, Imported, text_of, words_of};
use crate::model::{
    Annotation, AnnotationId, AnnotatorId, AttributeValue, Document, DocumentId, Encoding, Stamp,
    TagId, Tier,
};
use crate::text::{OffsetUnit, Span, Spans};

#[derive(Deserialize)]
struct SpanRow {
    document: String,
    span_id: String,
    tag: String,
    start: usize,
    end: usize,
    unit: OffsetUnit,
    text: String,
    note: String,
    tier: String,
    created: String,
    changed: String,
    changed_by: String,
    attributes: String,
}

#[derive(Deserialize)]
struct DocumentRow {
    document: String,
    path: String,
    sha256: String,
}

/// Reads the tables and texts of a folder. A row that cannot be read gives a warning.
///
/// # Errors
/// If `spans.csv` is missing or not in UTF-8.
pub fn read(files: &[FileInMemory]) -> Result<Imported, ImportError> {
    let bytes_of = |path: &str| {
        files
            .iter()
            .find(|file| file.path == path)
            .map(|file| file.bytes.as_slice())
    };
    let spans = words_of(bytes_of("spans.csv").ok_or(ImportError::WrongFormat("CSV tables"))?)?;
    let documents = words_of(bytes_of("documents.csv").unwrap_or_default())?;
    let mut imported = Imported::default();
    for row in csv::Reader::from_reader(documents.as_bytes())
        .deserialize::<DocumentRow>()
        .flatten()
    {
        let path = format!("texts/{}.txt", super::file_stem(&row.document));
        let text = text_of(bytes_of(&path).unwrap_or_default())?;
        let id = DocumentId::new(row.document);
        let (fields, states, size_bytes, encoding) = (
            BTreeMap::new(),
            BTreeMap::new(),
            text.end().0 as u64,
            Encoding::default(),
        );
        imported.texts.insert(id.clone(), text);
        let document = Document {
            id: id.clone(),
            path: row.path,
            sha256: row.sha256,
            size_bytes,
            encoding,
            fields,
            states,
        };
        imported.project.documents.insert(id, document.into());
    }
    // Rows of one id are the pieces of one annotation.
    let mut pieces: BTreeMap<String, Vec<(usize, SpanRow)>> = BTreeMap::new();
    for (index, row) in csv::Reader::from_reader(spans.as_bytes())
        .deserialize::<SpanRow>()
        .enumerate()
    {
        match row {
            Ok(row) => pieces
                .entry(row.span_id.clone())
                .or_default()
                .push((index + 2, row)),
            Err(error) => imported.warn(index + 2, format!("left out: {error}")),
        }
    }
    for rows in pieces.into_values() {
        let line_number = rows.first().map_or(0, |(line_number, _)| *line_number);
        match annotation(&imported, rows.into_iter().map(|(_, row)| row).collect()) {
            Some(annotation) => drop(imported.project.annotations.insert(annotation.into())),
            None => imported.warn(
                line_number,
                "left out: its id, document or place means nothing",
            ),
        }
    }
    Ok(imported)
}

fn annotation(imported: &Imported, rows: Vec<SpanRow>) -> Option<Annotation> {
    let first = rows.first()?;
    let document_id = DocumentId::new(first.document.as_str());
    let text = imported.texts.get(&document_id)?;
    let place = |row: &SpanRow| {
        Span::new(
            text.offset_from(row.unit, row.start)?,
            text.offset_from(row.unit, row.end)?,
        )
    };
    let spans = rows.iter().map(place).collect::<Option<Vec<Span>>>()?;
    let quotes: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let values: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&first.attributes).unwrap_or_default();
    let attributes = values
        .into_iter()
        .filter_map(|(name, value)| Some((name.into(), super::attribute(value)?)));
    Some(Annotation {
        id: AnnotationId::parse(&first.span_id)?,
        document_id,
        spans: Spans::new(spans)?,
        tag_id: TagId::new(first.tag.as_str()),
        attributes: attributes.collect::<BTreeMap<_, AttributeValue>>(),
        note: first.note.as_str().into(),
        tier: if first.tier == "optional" {
            Tier::Optional
        } else {
            Tier::Core
        },
        quote: quotes.join(crate::model::QUOTE_JOIN).into(),
        created_at: first.created.parse().ok(),
        changed: first.changed.parse().ok().map(|at| Stamp {
            by: AnnotatorId::new(first.changed_by.as_str()),
            at,
        }),
    })
}
