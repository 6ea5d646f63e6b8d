//! CSV and TSV: our own tables with the texts beside them, and any table of texts or annotations by a mapping.
//!
//! A table with a start and an end, or with words to look for, holds an annotation a row; one with only texts and
//! tags holds a document a row, which its tag covers as a whole. Rows with lists of annotations in their cells are
//! records of JSON.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use csv::{Reader, ReaderBuilder, StringRecord};
use serde_json::Value;

use super::documents::name_of_file;
use super::files::{Files, ending, stem};
use super::found::{
    COVERS_ALL, Found, FoundDocument, FoundLink, FoundSpan, FoundText, NO_PLACE, WHOLE,
    add_codebook, are_most, are_of_place, can_be_quote, place_of, whole_number,
};
use super::json_meaning::Object;
use super::{
    FileInMemory, Format, ImportError, ImportOptions, MOST_AT_ONCE, Mapping, MappingOf, Reading,
    Role, Unit, attribute, json_mapped, time,
};
use crate::model::{
    AnnotatorId, AttributeValue, Codebook, Color, DocumentState, Encoding, QUOTE_JOIN, Stamp, Tag,
    TagId, Tier,
};

/// CSV and TSV.
pub const CSV: Format = Format {
    name: "csv",
    title: "CSV and TSV tables",
    description: "An annotation or a text a row; which column holds what can be said",
    endings: &["csv", "tsv"],
    recognise: |files| files.ending_in(CSV.endings).next().is_some(),
    mapping: Some(MAPPING),
    read,
};

/// So many rows show what columns hold.
const SAMPLE_ROWS: usize = 100;
const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Roles that a table can have.
const ROLES: [Role; 12] = [
    Role::Start,
    Role::End,
    Role::Length,
    Role::Tag,
    Role::Document,
    Role::Quote,
    Role::Text,
    Role::Prefix,
    Role::Suffix,
    Role::Note,
    Role::Annotator,
    Role::Id,
];

const MAPPING: MappingOf = MappingOf {
    roles: &ROLES,
    names,
};

/// The columns of the tables to which a mapping applies.
fn names(files: &Files<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    for file in files.ending_in(CSV.endings) {
        if let Ok(words) = file.words(&mut Found::default()) {
            let mut reader = reader(&words, &file.path);
            if is_too_wide(&mut reader) {
                continue;
            }
            let header = header_of(&mut reader);
            if Kind::of(&file.path, &header) != Kind::Any {
                continue;
            }
            let mut columns: Vec<String> = header.iter().map(str::to_owned).collect();
            if may_be_a_row(&header) {
                columns.extend((1..=header.len()).map(numbered));
            }
            columns.retain(|column| known.insert(column.clone()));
            names.extend(columns);
        }
    }
    names
}

/// What a column without a name is called.
fn numbered(number: usize) -> String {
    format!("column {number}")
}

/// Whether no column has a name that says what it holds, so that the first row may be one like the others.
fn may_be_a_row(header: &StringRecord) -> bool {
    let names: Vec<&str> = header.iter().collect();
    let guessed = Mapping::default().or_guessed(&names, &ROLES, |_, _| true);
    guessed.is_empty()
}

/// Whether the person speaks of columns by their numbers, which are the names of those in a table without a header.
fn has_no_header(header: &StringRecord, said: &Mapping) -> bool {
    let is_numbered = |name: &str| (1..=header.len()).any(|number| numbered(number) == name);
    let is_named = |name: &str| header.iter().any(|column| column == name);
    let mut said = said.said();
    said.any(|(_, name)| is_numbered(name) && !is_named(name)) && may_be_a_row(header)
}

/// What a table is of: our own are known by the names of their files and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Documents,
    Links,
    Tags,
    Spans,
    /// What its columns say, by a mapping.
    Any,
}

impl Kind {
    fn of(path: &str, header: &StringRecord) -> Self {
        let has = |columns: &[&str]| {
            let mut columns = columns.iter();
            columns.all(|column| header.iter().any(|name| name == *column))
        };
        match stem(path) {
            "documents" if has(&["document", "path"]) => Self::Documents,
            "links" if has(&["link_id", "kind", "from", "to"]) => Self::Links,
            "tags" if has(&["tag", "color"]) => Self::Tags,
            _ if has(&["span_id", "piece", "unit"]) => Self::Spans,
            _ => Self::Any,
        }
    }
}

fn read(files: &Files<'_>, options: &ImportOptions) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let mut documents = Documents::default();
    let tables: Vec<&FileInMemory> = files.ending_in(CSV.endings).collect();
    if tables.is_empty() {
        return Err(ImportError::WrongFormat(CSV.title));
    }
    MAPPING.refuse_slips(&options.mapping, files, "columns")?;
    // The documents first, so that the spans find them.
    let (own, others): (Vec<_>, Vec<_>) = tables
        .into_iter()
        .partition(|file| stem(&file.path) == "documents");
    let mut row_count = 0;
    for file in own.into_iter().chain(others) {
        let table = Table::of(file, &options.mapping, &mut found)?;
        row_count += table.rows.len();
        if row_count > MOST_AT_ONCE {
            return Err(ImportError::TooMany);
        }
        match table.kind {
            Kind::Documents => read_documents(&table, files, &mut documents, &mut found)?,
            Kind::Links => read_links(&table, &mut found),
            Kind::Tags => read_tags(&table, &mut found),
            Kind::Spans => read_own_spans(&table, files, &mut documents, &mut found)?,
            // Nothing is in it.
            Kind::Any if table.header.is_empty() => {}
            Kind::Any => {
                let records = table.records();
                let listed = records
                    .and_then(|rows| json_mapped::read_table(table.file.clone(), rows, options));
                match listed {
                    Some(listed) => found.append(listed),
                    None => read_rows(&table, files, options, &mut documents, &mut found)?,
                }
            }
        }
    }
    found.documents.append(&mut documents.list);
    Ok(found)
}

/// Documents by their names, in order.
#[derive(Default)]
struct Documents {
    list: Vec<FoundDocument>,
    by_name: HashMap<String, usize>,
    /// By the name of the file of the text; `None` where several have the same.
    by_file: HashMap<String, Option<usize>>,
}

impl Documents {
    /// The document of that name, made if it is new. One without a text of its own may be named by the file
    /// of another.
    fn named(
        &mut self,
        name: &str,
        make: impl FnOnce() -> Result<FoundDocument, ImportError>,
    ) -> Result<&mut FoundDocument, ImportError> {
        let index = match self.by_name.get(name) {
            Some(index) => *index,
            None => {
                let index = self.add(make()?);
                self.by_name.insert(name.to_owned(), index);
                index
            }
        };
        self.at(index)
    }

    /// Gives an annotation, by its document and its number there, the words of all its pieces.
    fn set_quote(&mut self, (name, index, quotes): (&str, usize, Vec<&str>)) {
        let document = self.by_name.get(name);
        let document = document.and_then(|index| self.list.get_mut(*index));
        if let Some(span) = document.and_then(|document| document.spans.get_mut(index))
            && quotes.len() > 1
        {
            span.quote = quotes.join(QUOTE_JOIN).into();
        }
    }

    /// The document that a row of any table speaks of. Rows with its name and other words are of another one; rows
    /// without words are of the last one of their name.
    fn of_row(
        &mut self,
        row: &Row<'_>,
        files: &Files<'_>,
        found: &mut Found,
    ) -> Result<&mut FoundDocument, ImportError> {
        let (name, own) = (row.cell(Role::Document), row.cell(Role::Text));
        // Short answers may all be the same; parts are of one text.
        if name.is_empty() && (own.is_empty() || !row.is_of_parts()) {
            let index = self.add(row.document(files, found)?);
            return self.at(index);
        }
        let with_text = format!("{name}\u{0}{own}");
        let known = match own {
            "" => self.by_name.get(name),
            _ => self.by_name.get(&with_text),
        };
        let index = match known.copied() {
            Some(index) => index,
            None => {
                let without = self.by_name.get(name).copied().filter(|index| {
                    let document = self.list.get(*index);
                    document.is_some_and(|other| match &other.text {
                        FoundText::Words(words) => words == own,
                        _ => true,
                    })
                });
                match without {
                    Some(index) => index,
                    None => self.add(row.document(files, found)?),
                }
            }
        };
        if !name.is_empty() {
            self.by_name.insert(name.to_owned(), index);
        }
        if !own.is_empty() {
            self.by_name.insert(with_text, index);
            self.at(index)?.text = FoundText::Words(own.to_owned());
        }
        self.at(index)
    }

    fn at(&mut self, index: usize) -> Result<&mut FoundDocument, ImportError> {
        let document = self.list.get_mut(index);
        document.ok_or(ImportError::WrongFormat(CSV.title))
    }

    fn add(&mut self, document: FoundDocument) -> usize {
        let of_file = self
            .by_file
            .get(name_of_file(&document.name))
            .copied()
            .flatten();
        let other = of_file.and_then(|index| Some((index, self.list.get(index)?)));
        let is_same = |other: &FoundDocument| match (&document.text, &other.text) {
            _ if !document.path.is_empty() => false,
            (FoundText::Words(own), FoundText::Words(other)) => own == other,
            (text, _) => matches!(text, FoundText::Named(_)),
        };
        if let Some((index, _)) = other.filter(|(_, other)| is_same(other)) {
            return index;
        }
        let index = self.list.len();
        if !document.path.is_empty() {
            let list = &self.list;
            // Of several that are said to lie in one file the first stands for it.
            let is_other =
                |other: &usize| list.get(*other).is_none_or(|it| it.path != document.path);
            let others = self.by_file.entry(stem(&document.path).to_owned());
            others
                .and_modify(|other| *other = other.filter(|other| !is_other(other)))
                .or_insert(Some(index));
        }
        self.list.push(document);
        index
    }
}

/// A row takes its place in memory, however short it is.
const MOST_ROWS: usize = 1_000_000;
/// Nobody names as many columns; each row would be looked through for all of them.
const MOST_COLUMNS: usize = 10_000;

/// A table as it was read.
struct Table {
    file: Arc<str>,
    kind: Kind,
    header: StringRecord,
    columns: HashMap<String, usize>,
    /// With the lines on which they begin.
    rows: Vec<(usize, StringRecord)>,
    /// Whether a spreadsheet was meant to open it: a mark stands before it, and formulas behind a quote.
    is_guarded: bool,
}

impl Table {
    fn of(file: &FileInMemory, said: &Mapping, found: &mut Found) -> Result<Self, ImportError> {
        let label = file.label();
        let words = file.words(found)?;
        let separator = separator(&words, &file.path);
        if separator != b',' && ending(&file.path) == "csv" {
            found.remark(
                &label,
                0,
                format!(
                    "read with “{}” between the columns",
                    char::from(separator).escape_debug()
                ),
                "",
            );
        }
        let mut reader = reader(&words, &file.path);
        let front = Front::of(&words);
        for (line, comment) in front.comments {
            found.remark(
                &label,
                line,
                "comments before the table are left out",
                comment,
            );
        }
        let (words, lines_before) = (front.table, front.line_count);
        if is_too_wide(&mut reader) {
            return Err(ImportError::Broken {
                file: file.path.clone(),
                words: format!("it has more than {MOST_COLUMNS} columns"),
            });
        }
        let mut header = header_of(&mut reader);
        let kind = Kind::of(&file.path, &header);
        let first = (kind == Kind::Any && has_no_header(&header, said))
            .then(|| reader.headers().cloned().unwrap_or_default());
        if first.is_some() {
            header = (1..=header.len()).map(numbered).collect();
        }
        let columns = header.iter().enumerate();
        let columns = columns.map(|(index, column)| (column.to_owned(), index));
        let mut table = Self {
            is_guarded: kind != Kind::Any && file.bytes.starts_with("\u{FEFF}".as_bytes()),
            file: label,
            kind,
            columns: columns.collect(),
            header,
            rows: first
                .into_iter()
                .map(|row| (lines_before + line_of(&row), row))
                .collect(),
        };
        for row in reader.records() {
            let row = row.map_err(|error| ImportError::Broken {
                file: file.path.clone(),
                words: error.to_string(),
            })?;
            let (line, byte) = (
                lines_before + line_of(&row),
                row.position().map_or(0, |at| at.byte() as usize),
            );
            // The reader may stand before the line end of the row above.
            let line = line
                + usize::from(
                    words
                        .as_bytes()
                        .get(byte)
                        .is_some_and(|byte| *byte == b'\n'),
                );
            if table.rows.len() >= MOST_ROWS {
                found.stopped(&table.file, line, MOST_ROWS, "rows");
                break;
            }
            if row.len() == table.header.len() {
                table.rows.push((line, row));
                continue;
            }
            let is_never_closed = || {
                let rest = words.as_bytes().get(byte..).unwrap_or_default();
                rest.iter().filter(|byte| **byte == b'"').count() % 2 == 1
            };
            let why = if reader_is_at_end(words, byte, &row) && is_never_closed() {
                "left out: a quote is opened and never closed".to_owned()
            } else {
                format!(
                    "left out: the row has other than {} columns",
                    table.header.len()
                )
            };
            found.left_out(
                &table.file,
                line,
                why,
                row.iter().collect::<Vec<_>>().join(" | "),
            );
        }
        Ok(table)
    }

    /// The rows as objects, if cells hold lists of annotations as JSON.
    fn records(&self) -> Option<Vec<(usize, Object)>> {
        let holds_list = |cell: &str| !list_in(cell).is_empty();
        let mut rows = self.rows.iter().take(SAMPLE_ROWS);
        rows.find(|(_, row)| row.iter().any(holds_list))?;
        let value = |cell: &str| match list_in(cell) {
            list if list.is_empty() => Value::from(cell),
            list => list.into(),
        };
        let object = |row: &StringRecord| {
            let cells = self
                .header
                .iter()
                .map(|column| (column, self.cell(row, column)));
            let cells = cells.filter(|(_, cell)| !cell.is_empty());
            cells
                .map(|(column, cell)| (column.to_owned(), value(cell)))
                .collect()
        };
        let rows = self.rows.iter();
        Some(rows.map(|(line, row)| (*line, object(row))).collect())
    }

    fn index(&self, column: &str) -> Option<usize> {
        self.columns.get(column).copied()
    }

    /// The cell of a row; empty where there is none.
    fn cell<'a>(&self, row: &'a StringRecord, column: &str) -> &'a str {
        let index = self.index(column);
        index.map_or("", |index| self.cell_at(row, index))
    }

    /// The same by the number of the column, from 0.
    fn cell_at<'a>(&self, row: &'a StringRecord, index: usize) -> &'a str {
        let cell = row.get(index).unwrap_or_default();
        if self.is_guarded {
            cell.strip_prefix('\'').unwrap_or(cell)
        } else {
            cell
        }
    }
}

/// The annotations that a cell holds as JSON: objects with a number in them, or lists that begin with one.
fn list_in(cell: &str) -> Vec<Value> {
    let is_one = |value: &Value| match value {
        Value::Object(object) => object.values().any(Value::is_number),
        Value::Array(list) => list.first().is_some_and(Value::is_number),
        _ => false,
    };
    let list = Some(cell).filter(|cell| cell.starts_with('['));
    let list: Option<Vec<Value>> = list.and_then(|cell| serde_json::from_str(cell).ok());
    list.filter(|list| list.iter().all(is_one))
        .unwrap_or_default()
}

fn reader<'a>(words: &'a str, path: &str) -> Reader<&'a [u8]> {
    ReaderBuilder::new()
        .delimiter(separator(words, path))
        .flexible(true)
        .from_reader(Front::of(words).table.as_bytes())
}

fn is_too_wide(reader: &mut Reader<&[u8]>) -> bool {
    let header = reader.headers();
    header.is_ok_and(|header| header.len() > MOST_COLUMNS)
}

/// The names of the columns. One without a name is called by its number; of several with the same name the later ones
/// get a number, so that none hides another.
fn header_of(reader: &mut Reader<&[u8]>) -> StringRecord {
    let written = reader.headers().cloned().unwrap_or_default();
    let written_names: HashSet<&str> = written.iter().collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    let columns = written.iter().enumerate();
    let own_names = columns.map(|(index, written)| {
        let name = match written {
            "" => numbered(index + 1),
            written => written.to_owned(),
        };
        let count = counts.entry(name.clone()).or_default();
        *count += 1;
        let mut own = name.clone();
        while *count > 1 && (own == name || written_names.contains(&*own)) {
            own = format!("{name} ({count})");
            *count += usize::from(written_names.contains(&*own));
        }
        own
    });
    own_names.collect()
}

/// The line on which a row begins, as far as the reader knows.
fn line_of(row: &StringRecord) -> usize {
    row.position().map_or(0, |at| at.line() as usize)
}

/// Whether the row takes all that is left of the file.
fn reader_is_at_end(words: &str, byte: usize, row: &StringRecord) -> bool {
    let cells: usize = row.iter().map(str::len).sum();
    words.len().saturating_sub(byte) <= cells + row.len() + 3
}

/// What stands before a table: a line that tells spreadsheets what is between the cells, and comments.
struct Front<'a> {
    separator: Option<u8>,
    /// With their lines, from 1.
    comments: Vec<(usize, &'a str)>,
    line_count: usize,
    /// What stands behind.
    table: &'a str,
}

impl<'a> Front<'a> {
    fn of(words: &'a str) -> Self {
        let mut front = Self {
            separator: None,
            comments: Vec::new(),
            line_count: 0,
            table: words,
        };
        while let Some((line, rest)) = front.table.split_once('\n') {
            let line = line.trim_end();
            match line.strip_prefix("sep=").map(str::as_bytes) {
                Some([separator]) => front.separator = Some(*separator),
                _ if is_comment(line, rest) => front.comments.push((front.line_count + 1, line)),
                _ if line.is_empty() => {}
                _ => break,
            }
            front.table = rest;
            front.line_count += 1;
        }
        front
    }
}

/// Whether a line with a hash is no row of a table: it has no cells and the table, or another comment, follows; or the
/// names of the columns follow, which it does not say itself.
fn is_comment(line: &str, rest: &str) -> bool {
    /// Comments go on for no more lines, if there are cells in them.
    const MOST_LINES: usize = 50;
    const MOST_CELLS: usize = 100;
    let is_hashed = |line: &&str| line.starts_with('#');
    let has_cells = |line: &str| cells(line).nth(1).is_some();
    let says_names = |line: &str| {
        let names = cells(line)
            .take(MOST_CELLS)
            .map(|cell| cell.trim().trim_matches('"'));
        !Mapping::default()
            .or_guessed(&names.collect::<Vec<_>>(), &ROLES, |_, _| true)
            .is_empty()
    };
    let mut behind = rest
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(MOST_LINES);
    is_hashed(&line)
        && match has_cells(line) {
            false => behind
                .next()
                .is_some_and(|next| is_hashed(&next) || has_cells(next)),
            true => {
                !says_names(line) && behind.find(|line| !is_hashed(line)).is_some_and(says_names)
            }
        }
}

/// The cells of a line, whatever separates them.
fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.split(SEPARATORS.map(char::from))
}

/// The separator that cuts the header into most columns, if none is told.
fn separator(words: &str, path: &str) -> u8 {
    let front = Front::of(words);
    if let Some(told) = front.separator {
        return told;
    }
    if ending(path) == "tsv" {
        return b'\t';
    }
    let header = front.table.lines().next().unwrap_or_default();
    let count = |separator: &u8| header.bytes().filter(|byte| byte == separator).count();
    let best = SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(count)
        .unwrap_or(b',');
    if count(&best) == 0 { b',' } else { best }
}

fn read_documents(
    table: &Table,
    files: &Files<'_>,
    documents: &mut Documents,
    found: &mut Found,
) -> Result<(), ImportError> {
    for (line, row) in &table.rows {
        let name = table.cell(row, "document");
        let text = text_beside(files, &table.file, name);
        let path = table.cell(row, "path");
        let text = text.or_else(|| files.text(path).filter(|_| !path.is_empty()));
        let (text, _) = text_or_name(text, name, found)?;
        let states: BTreeMap<String, String> =
            serde_json::from_str(table.cell(row, "states")).unwrap_or_default();
        let states = states.into_iter().filter_map(|(who, words)| {
            let state = DocumentState::ALL
                .into_iter()
                .find(|state| state.words() == words)?;
            Some((AnnotatorId::new(who), state))
        });
        let fields: BTreeMap<Arc<str>, String> =
            serde_json::from_str(table.cell(row, "fields")).unwrap_or_default();
        let document = FoundDocument {
            name: name.to_owned(),
            file: table.file.clone(),
            line: *line,
            text,
            path: path.to_owned(),
            sha256: table.cell(row, "sha256").to_owned(),
            size_bytes: table.cell(row, "size_bytes").parse().unwrap_or(0),
            encoding: Some(Encoding {
                name: table.cell(row, "encoding").to_owned(),
                ..Encoding::default()
            }),
            fields,
            states: states.collect(),
            ..FoundDocument::default()
        };
        documents.named(name, || Ok(document))?;
    }
    Ok(())
}

/// A path beside another file.
fn sibling(file: &str, name: &str) -> String {
    file.rsplit_once('/')
        .map_or_else(|| name.to_owned(), |(folder, _)| format!("{folder}/{name}"))
}

/// The text of a document in the folder beside a table, by its id or by the name of its file.
fn text_beside<'a>(files: &Files<'a>, table: &str, name: &str) -> Option<&'a FileInMemory> {
    let stem = super::file_stem(name);
    let own = files.text(&sibling(table, &format!("texts/{stem}.txt")));
    own.or_else(|| files.text(&format!("texts/{stem}")))
}

/// The words of a text that is given beside, or the name by which the project may know it.
fn text_or_name(
    file: Option<&FileInMemory>,
    name: &str,
    found: &mut Found,
) -> Result<(FoundText, Option<Encoding>), ImportError> {
    match file {
        Some(file) => file
            .text(found)
            .map(|(text, encoding)| (text, Some(encoding))),
        None => Ok((FoundText::Named(name.to_owned()), None)),
    }
}

fn read_links(table: &Table, found: &mut Found) {
    for (line, row) in &table.rows {
        let cell = |column| table.cell(row, column).to_owned();
        found.links.push(FoundLink {
            key: cell("link_id"),
            kind: cell("kind").into(),
            from: cell("from"),
            to: cell("to"),
            created_at: time(&cell("created")),
            file: table.file.clone(),
            line: *line,
            ..FoundLink::default()
        });
    }
}

fn read_tags(table: &Table, found: &mut Found) {
    let mut codebook = Codebook::default();
    for (line, row) in &table.rows {
        let name = table.cell(row, "tag");
        if name.trim().is_empty() {
            let what = table.cell(row, "description");
            found.left_out(&table.file, *line, "a tag has no name", what);
            continue;
        }
        let color = Color::parse(table.cell(row, "color")).unwrap_or(Color([0x7F; 3]));
        codebook.tags.push(Tag {
            description: table.cell(row, "description").to_owned(),
            ..Tag::new(TagId::new(name), color)
        });
    }
    add_codebook(&mut found.codebook, codebook);
}

/// The spans of our own export: rows of one id are the pieces of one annotation.
fn read_own_spans(
    table: &Table,
    files: &Files<'_>,
    documents: &mut Documents,
    found: &mut Found,
) -> Result<(), ImportError> {
    // Of each annotation its document, its number there and the words of its pieces.
    let mut keys: HashMap<&str, (&str, usize, Vec<&str>)> = HashMap::new();
    for (line, row) in &table.rows {
        let cell = |column| table.cell(row, column);
        let (Ok(start), Ok(end)) = (cell("start").parse(), cell("end").parse()) else {
            found.left_out(&table.file, *line, NO_PLACE, cell("start"));
            continue;
        };
        let Some(unit) = Unit::named(cell("unit")) else {
            found.left_out(
                &table.file,
                *line,
                "left out: the unit means nothing",
                cell("unit"),
            );
            continue;
        };
        let name = cell("document");
        let text = text_beside(files, &table.file, name);
        let document = documents.named(name, || {
            let (text, encoding) = text_or_name(text, name, found)?;
            Ok(FoundDocument {
                name: name.to_owned(),
                file: table.file.clone(),
                line: *line,
                text,
                encoding,
                ..FoundDocument::default()
            })
        })?;
        document.reading = Reading {
            unit,
            ..Reading::default()
        };
        document.is_certain = true;
        if let Some((of, index, quotes)) = keys.get_mut(cell("span_id"))
            && *of == name
            && let Some(span) = document.spans.get_mut(*index)
        {
            span.pieces.push([start, end]);
            quotes.push(cell("text"));
            continue;
        }
        let values: BTreeMap<Arc<str>, Value> =
            serde_json::from_str(cell("attributes")).unwrap_or_default();
        let changed = time(cell("changed")).map(|at| Stamp {
            by: AnnotatorId::new(cell("changed_by")),
            at,
        });
        document.spans.push(FoundSpan {
            key: cell("span_id").to_owned(),
            pieces: vec![[start, end]],
            quote: cell("text").into(),
            prefix: cell("prefix").into(),
            suffix: cell("suffix").into(),
            tag: cell("tag").into(),
            attributes: values
                .into_iter()
                .filter_map(|(name, value)| Some((name, attribute(value)?)))
                .collect(),
            note: cell("note").into(),
            annotator: cell("annotator").into(),
            tier: if cell("tier") == "optional" {
                Tier::Optional
            } else {
                Tier::Core
            },
            created_at: time(cell("created")),
            changed,
            line: *line,
        });
        let index = document.spans.len() - 1;
        if let Some(id) = table.index("span_id").and_then(|index| row.get(index)) {
            let before = keys.insert(id, (name, index, vec![cell("text")]));
            before.into_iter().for_each(|it| documents.set_quote(it));
        }
    }
    keys.into_values().for_each(|it| documents.set_quote(it));
    Ok(())
}

/// Any table, as far as its columns are known.
fn read_rows(
    table: &Table,
    files: &Files<'_>,
    options: &ImportOptions,
    documents: &mut Documents,
    found: &mut Found,
) -> Result<(), ImportError> {
    let mapping = mapping_of(table, &options.mapping);
    if mapping.get(Role::Text).is_none() && mapping.get(Role::Document).is_none() {
        return Err(ImportError::NeedsMapping {
            what: "column",
            mappable: MAPPING.mappable(files),
            file: table.file.to_string(),
        });
    }
    found.remark(
        &table.file,
        0,
        "read with these columns",
        mapping.in_words(),
    );
    found.set_mapping(mapping.clone());
    let known: Vec<&str> = ROLES.iter().filter_map(|role| mapping.get(*role)).collect();
    let others = table.header.iter().enumerate();
    let others = others.filter(|(_, column)| !known.contains(column));
    let others = others.map(|(at, column)| (at, found.column(&table.file, 0, column)));
    let others: Vec<(usize, Arc<str>)> = others.collect();
    found.remark_kept(&table.file, others.iter().map(|(_, column)| &**column));
    for (line, cells) in &table.rows {
        let row = Row {
            table,
            mapping: &mapping,
            others: &others,
            line: *line,
            cells,
        };
        let Some(pieces) = row.pieces() else {
            let what = format!("{} {}", row.cell(Role::Start), row.cell(Role::End));
            let has_end = [Role::End, Role::Length].map(|role| mapping.get(role).is_some());
            let why = match has_end {
                [false, false] => "left out: no column is known to hold the end",
                _ => NO_PLACE,
            };
            found.left_out(&table.file, *line, why, what);
            continue;
        };
        let document = documents.of_row(&row, files, found)?;
        if !pieces.is_empty() || !row.cell(Role::Quote).is_empty() {
            document.spans.push(row.span(pieces));
            continue;
        }
        // A row without a place speaks of its document as a whole.
        match row.cell(Role::Tag) {
            "" => row
                .fields()
                .for_each(|(name, words)| document.add_field(name, words)),
            tag => {
                document.spans.push(row.span(vec![WHOLE]));
                if mapping.get(Role::Start).is_some() {
                    found.remark(&table.file, *line, COVERS_ALL, tag);
                }
            }
        }
    }
    Ok(())
}

/// A row of any table, with what its columns mean.
struct Row<'a> {
    table: &'a Table,
    mapping: &'a Mapping,
    /// Columns that stand for no role.
    others: &'a [(usize, Arc<str>)],
    line: usize,
    cells: &'a StringRecord,
}

impl<'a> Row<'a> {
    fn cell(&self, role: Role) -> &'a str {
        let column = self.mapping.get(role);
        column
            .map(|column| self.table.cell(self.cells, column))
            .unwrap_or_default()
    }

    /// What no role stands for.
    fn others(&self) -> impl Iterator<Item = (Arc<str>, String)> {
        self.others.iter().filter_map(|(at, column)| {
            let cell = self.table.cell_at(self.cells, *at);
            (!cell.is_empty()).then(|| (column.clone(), cell.to_owned()))
        })
    }

    /// All but the document and its text, for a row that says nothing of a part of it.
    fn fields(&self) -> impl Iterator<Item = (Arc<str>, String)> {
        let of_document = [Role::Document, Role::Text];
        let roles = ROLES
            .into_iter()
            .filter(move |role| !of_document.contains(role));
        let said = roles.filter_map(|role| {
            let cell = Some(self.cell(role)).filter(|cell| !cell.is_empty())?;
            Some((self.mapping.get(role)?.into(), cell.to_owned()))
        });
        said.chain(self.others())
    }

    fn document(&self, files: &Files<'_>, found: &mut Found) -> Result<FoundDocument, ImportError> {
        let name = self.cell(Role::Document);
        let (text, encoding) = match self.cell(Role::Text) {
            "" => text_or_name(files.text(name), name, found)?,
            words => (FoundText::Words(words.to_owned()), None),
        };
        Ok(FoundDocument {
            name: name.to_owned(),
            file: self.table.file.clone(),
            line: self.line,
            text,
            encoding,
            ..FoundDocument::default()
        })
    }

    /// Start and end; no piece if it has neither, `None` if they are no numbers or one is missing.
    fn pieces(&self) -> Option<Vec<[usize; 2]>> {
        let is_empty = |role| self.cell(role).is_empty();
        let has_no_end = is_empty(Role::End) && is_empty(Role::Length);
        let has_words = !is_empty(Role::Quote);
        if is_empty(Role::Start)
            && (self.mapping.get(Role::Start).is_none() || has_no_end || has_words)
        {
            return Some(Vec::new());
        }
        Some(vec![self.place()?])
    }

    /// Whether rows are of parts of a text, of which there may be several.
    fn is_of_parts(&self) -> bool {
        let is_there = |role| self.mapping.get(role).is_some();
        is_there(Role::Start) || is_there(Role::Quote)
    }

    fn place(&self) -> Option<[usize; 2]> {
        place_of(|role| whole_number(self.cell(role)))
    }

    fn span(&self, pieces: Vec<[usize; 2]>) -> FoundSpan {
        let attributes = self
            .others()
            .map(|(name, words)| (name, AttributeValue::Words(words.into())));
        FoundSpan {
            pieces,
            attributes: attributes.collect(),
            line: self.line,
            ..FoundSpan::of_words(|role| self.cell(role).to_owned())
        }
    }
}

/// What is said, and what the names of the columns say. A column `text` beside start and end holds the words of the
/// annotation if it is as long as they say.
fn mapping_of(table: &Table, said: &Mapping) -> Mapping {
    let header: Vec<&str> = table.header.iter().collect();
    // What was said of other tables is none of this one.
    let said = &said.only(|_, column| header.contains(&column));
    let mut mapping = said.or_guessed(&header, &ROLES, |_, _| true);
    if said.get(Role::Text).is_some() || said.get(Role::Quote).is_some() {
        return mapping;
    }
    if let Some(quote) = mapping.get(Role::Quote)
        && !can_be_quotes(table, &mapping, quote)
    {
        mapping.set(Role::Quote, "");
    }
    let mut names = header.iter();
    let Some(text) = names.find(|name| name.eq_ignore_ascii_case("text")) else {
        return mapping;
    };
    let (role, other) = match are_of_places(table, &mapping, text) {
        true => (Role::Quote, Role::Text),
        false => (Role::Text, Role::Quote),
    };
    if mapping.get(other) == Some(*text) {
        mapping.set(other, "");
    }
    mapping.set(role, *text);
    mapping
}

/// Whether most cells of a column are of the places beside them.
fn are_of_places(table: &Table, mapping: &Mapping, column: &str) -> bool {
    are_most(table.rows.iter().take(SAMPLE_ROWS).filter_map(|(_, row)| {
        let number = |role| whole_number(table.cell(row, mapping.get(role)?));
        Some(are_of_place(table.cell(row, column), place_of(number)?))
    }))
}

/// Whether most cells of a column can be quotes from the texts beside them, as far as any is filled.
fn can_be_quotes(table: &Table, mapping: &Mapping, column: &str) -> bool {
    let text = mapping.get(Role::Text);
    let rows = table.rows.iter().take(SAMPLE_ROWS);
    let cells = rows.map(|(_, row)| {
        let text = text.map(|text| table.cell(row, text));
        (
            table.cell(row, column),
            text.filter(|text| !text.is_empty()),
        )
    });
    let mut filled = cells.filter(|(words, _)| !words.is_empty()).peekable();
    filled.peek().is_none()
        || are_most(filled.map(|(words, text)| can_be_quote(column, words, text)))
}
