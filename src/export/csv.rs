//! CSV for spreadsheets and R: one row a span, as RFC 4180 quotes it.
//!
//! Four files: `spans.csv`, `documents.csv`, `links.csv`, `tags.csv`. Cells are written as
//! they are. A cell that begins with `=` would be run as a formula by a spreadsheet; the variant for spreadsheets guards
//! it, which changes the data for every other reader.

use serde::Serialize;

use super::jsonl::{attribute_value, offsets};
use super::kept::AllBut;
use super::proof::Carries;
use super::{Asks, Exporting, FileInMemory, Format, Loss};
use crate::import;
use crate::model::{Annotation, Tier};
use crate::text::{ByteOffset, OffsetUnit, Text};

/// How many characters stand in `prefix` and `suffix`: as many as the W3C quote selector is commonly given.
const CONTEXT_CHARACTERS: usize = 32;

const KEPT: AllBut = AllBut(&[&[Loss::Region, Loss::Claim]]);

/// CSV.
pub const CSV: Format = Format {
    name: "csv",
    title: "CSV tables",
    description: "Spans, documents, links and tags; for spreadsheets and R",
    ending: None,
    write: |exporting, _| write(exporting, false),
    reader: Some(&import::CSV),
    carries: Carries::Loosely(KEPT),
    newlines: None,
    asks: &[Asks::Unit, Asks::LineEnds],
};

/// CSV that spreadsheets open as it is meant.
pub const SPREADSHEET: Format = Format {
    name: "csv-spreadsheet",
    title: "CSV tables for spreadsheets",
    description: "As CSV tables; cells that a spreadsheet would run as formulas stand behind an apostrophe",
    write: |exporting, _| write(exporting, true),
    ..CSV
};

#[derive(Serialize)]
struct SpanRow<'a> {
    document: &'a str,
    document_sha256: &'a str,
    span_id: String,
    /// Counts from 1 within a discontinuous annotation.
    piece: usize,
    tag: &'a str,
    start: usize,
    end: usize,
    unit: &'static str,
    line: usize,
    column: usize,
    text: &'a str,
    prefix: &'a str,
    suffix: &'a str,
    note: &'a str,
    tier: &'static str,
    annotator: &'a str,
    created: String,
    changed: String,
    changed_by: String,
    attributes: String,
}

/// The fields of [`SpanRow`].
const SPAN_COLUMNS: [&str; 20] = [
    "document",
    "document_sha256",
    "span_id",
    "piece",
    "tag",
    "start",
    "end",
    "unit",
    "line",
    "column",
    "text",
    "prefix",
    "suffix",
    "note",
    "tier",
    "annotator",
    "created",
    "changed",
    "changed_by",
    "attributes",
];

#[derive(Serialize)]
struct DocumentRow<'a> {
    document: &'a str,
    path: &'a str,
    sha256: &'a str,
    size_bytes: u64,
    encoding: &'a str,
    fields: String,
    states: String,
}

/// The fields of [`DocumentRow`].
const DOCUMENT_COLUMNS: [&str; 7] = [
    "document",
    "path",
    "sha256",
    "size_bytes",
    "encoding",
    "fields",
    "states",
];

#[derive(Serialize)]
struct LinkRow {
    link_id: String,
    kind: String,
    from: String,
    to: String,
    created: String,
}

/// The fields of [`LinkRow`].
const LINK_COLUMNS: [&str; 5] = ["link_id", "kind", "from", "to", "created"];

#[derive(Serialize)]
struct TagRow<'a> {
    tag: &'a str,
    color: String,
    description: &'a str,
}

/// The fields of [`TagRow`].
const TAG_COLUMNS: [&str; 3] = ["tag", "color", "description"];

fn write(exporting: &Exporting<'_>, is_guarded: bool) -> Vec<FileInMemory> {
    let spans = exporting.documents.iter().flat_map(|each| {
        each.annotations.iter().flat_map(|annotation| {
            span_rows(
                annotation,
                each.text,
                exporting.options.unit,
                &each.document.sha256,
            )
        })
    });
    let documents = exporting.documents.iter().map(|each| {
        let document = each.document;
        let states = document
            .states
            .iter()
            .map(|(who, state)| (who.to_string(), state.words().into()));
        let fields = document
            .fields
            .iter()
            .map(|(name, value)| (name.to_string(), value.clone().into()));
        DocumentRow {
            document: document.id.as_str(),
            path: &document.path,
            sha256: &document.sha256,
            size_bytes: document.size_bytes,
            encoding: &document.encoding.name,
            fields: serde_json::Value::Object(fields.collect()).to_string(),
            states: serde_json::Value::Object(states.collect()).to_string(),
        }
    });
    let links = exporting.project.links.iter().map(|link| LinkRow {
        link_id: link.id.to_string(),
        kind: link.kind.to_string(),
        from: link.from.to_string(),
        to: link.to.to_string(),
        created: link.created_at.map(|at| at.to_string()).unwrap_or_default(),
    });
    let tags = exporting.project.codebook.tags.iter().map(|tag| TagRow {
        tag: tag.id.as_str(),
        color: tag.color.to_string(),
        description: &tag.description,
    });
    let mut files = vec![
        table("spans.csv", &SPAN_COLUMNS, is_guarded, spans),
        table("documents.csv", &DOCUMENT_COLUMNS, is_guarded, documents),
        table("links.csv", &LINK_COLUMNS, is_guarded, links),
        table("tags.csv", &TAG_COLUMNS, is_guarded, tags),
    ];
    let texts = exporting.documents.iter().map(|each| FileInMemory {
        path: format!("texts/{}.txt", super::file_stem(each.document.id.as_str())),
        bytes: import::text_file(each.text.as_str()).into_owned(),
    });
    files.extend(texts);
    files
}

/// One row a piece; nearly always one.
fn span_rows<'a>(
    annotation: &'a Annotation,
    text: &'a Text,
    unit: OffsetUnit,
    sha256: &'a str,
) -> impl Iterator<Item = SpanRow<'a>> {
    annotation
        .spans
        .iter()
        .enumerate()
        .map(move |(index, span)| {
            let [start, end] = offsets(text, unit, span);
            let line_index = text.line_index_at(span.start());
            let line_start = ByteOffset(text.line_bytes(line_index).start);
            let characters_to = |offset| text.offset_in(OffsetUnit::CodePoint, offset);
            let attributes = annotation
                .attributes
                .iter()
                .map(|(name, value)| (name.to_string(), attribute_value(value)));
            SpanRow {
                document: annotation.document_id.as_str(),
                document_sha256: sha256,
                span_id: annotation.id.to_string(),
                piece: index + 1,
                tag: annotation.tag_id.as_str(),
                start,
                end,
                unit: unit.name(),
                line: line_index + 1,
                column: characters_to(span.start()) - characters_to(line_start) + 1,
                text: text.slice(span).unwrap_or_default(),
                prefix: last_characters(text.as_str().get(..span.start().0).unwrap_or_default()),
                suffix: first_characters(text.as_str().get(span.end().0..).unwrap_or_default()),
                note: &annotation.note,
                tier: if annotation.tier == Tier::Optional {
                    "optional"
                } else {
                    "core"
                },
                annotator: annotation.annotator_id().as_str(),
                created: annotation
                    .created_at
                    .map(|at| at.to_string())
                    .unwrap_or_default(),
                changed: annotation
                    .changed
                    .as_ref()
                    .map(|stamp| stamp.at.to_string())
                    .unwrap_or_default(),
                changed_by: annotation
                    .changed
                    .as_ref()
                    .map(|stamp| stamp.by.to_string())
                    .unwrap_or_default(),
                attributes: serde_json::Value::Object(attributes.collect()).to_string(),
            }
        })
}

fn last_characters(words: &str) -> &str {
    let start = words
        .char_indices()
        .rev()
        .nth(CONTEXT_CHARACTERS - 1)
        .map_or(0, |(at, _)| at);
    words.get(start..).unwrap_or_default()
}

fn first_characters(words: &str) -> &str {
    let end = words
        .char_indices()
        .nth(CONTEXT_CHARACTERS)
        .map_or(words.len(), |(at, _)| at);
    words.get(..end).unwrap_or_default()
}

/// The header stands there even if there is no row, so that the table says what it is. A guarded table begins with a
/// byte order mark, by which spreadsheets know UTF-8 and our reader the guards.
fn table<T: Serialize>(
    path: &str,
    header: &[&str],
    is_guarded: bool,
    rows: impl Iterator<Item = T>,
) -> FileInMemory {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .has_headers(false)
        .from_writer(Vec::new());
    let header = writer.write_record(header);
    let rows = rows.map(|row| writer.serialize(row));
    for outcome in rows.collect::<Vec<_>>().into_iter().chain([header]) {
        debug_assert!(
            outcome.is_ok(),
            "rows are flat and memory does not fail: {outcome:?}"
        );
    }
    let bytes = writer.into_inner().unwrap_or_default();
    let path = path.to_owned();
    FileInMemory {
        bytes: if is_guarded { guarded(&bytes) } else { bytes },
        path,
    }
}

/// The table with an apostrophe before each cell that a spreadsheet would run, or that begins with one already.
fn guarded(table: &[u8]) -> Vec<u8> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(table);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{FEFF}".as_bytes().to_vec());
    for row in reader.records().flatten() {
        let cells = row.iter().map(|cell| {
            let is_run = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']);
            if is_run {
                format!("'{cell}")
            } else {
                cell.to_owned()
            }
        });
        let cells: Vec<String> = cells.collect();
        let outcome = writer.write_record(&cells);
        debug_assert!(outcome.is_ok(), "memory does not fail: {outcome:?}");
    }
    writer.into_inner().unwrap_or_default()
}
