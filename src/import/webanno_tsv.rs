//! WebAnno TSV 3.x, a table of tokens with a column for each feature of each layer; one file a document and annotator.
//!
//! The text is put together of the sentences; what stands between them is not in the file and becomes spaces. Offsets
//! count UTF-16 units. A chain becomes links from each element to the next.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::files::{Files, read_each};
use super::found::{CopyRoom, Found, FoundDocument, FoundLink, FoundSpan, FoundText, MOST_THINGS};
use super::inception::{add_tag_sets, document_and_annotator, main_feature, short_name};
use super::names::bounded;
use super::{FileInMemory, Format, ImportError, ImportOptions, Reading, Unit, unescaped};
use crate::model::AttributeValue;
use crate::text::OffsetUnit;

/// WebAnno TSV.
pub const WEBANNO_TSV: Format = Format {
    name: "webanno-tsv",
    title: "WebAnno TSV 3",
    description: "Tokens with columns for layers, of WebAnno and INCEpTION",
    endings: &["tsv"],
    recognise: |files| files.ending_in(WEBANNO_TSV.endings).any(is_ours),
    mapping: None,
    read,
};

/// A gap that is wider is no gap but a wrong number.
const MOST_GAP: usize = 100_000;
/// All gaps of a file together.
const MOST_GAPS: usize = 10_000_000;
/// `1-12.3`; what leads to a row holds it as well.
const MOST_ID_BYTES: usize = 100;
/// Of all layers together; a wide layer has some twenty.
const MOST_COLUMNS: usize = 1_000;

fn is_ours(file: &FileInMemory) -> bool {
    file.head().starts_with("#FORMAT=WebAnno TSV 3")
}

fn read(files: &Files<'_>, _: &ImportOptions) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let own = files.ending_in(WEBANNO_TSV.endings);
    let own = own.filter(|file| is_ours(file));
    let count = read_each(own, &mut found, read_file)?;
    let has_tags = add_tag_sets(files, &mut found)?;
    if count == 0 && !has_tags {
        return Err(ImportError::WrongFormat(WEBANNO_TSV.title));
    }
    Ok(found)
}

/// Reads one file of one document.
///
/// # Errors
/// If the bytes are no text, or the layers have more columns than any have.
pub fn read_file(file: &FileInMemory, found: &mut Found) -> Result<(), ImportError> {
    let words = file.words(found)?;
    let mut columns = 0;
    let is_too_wide = |line: &str| {
        let own = line.starts_with("#T_").then(|| line.matches('|').count());
        columns += own.map_or(0, |count| count.max(1));
        columns > MOST_COLUMNS
    };
    if let Some(before) = words.split('\n').position(is_too_wide) {
        let line = before + 1;
        return Err(ImportError::Broken {
            file: file.path.clone(),
            words: format!("with line {line} its layers have more than {MOST_COLUMNS} columns"),
        });
    }
    let (name, annotator) = document_and_annotator(&file.path);
    let mut table = Table {
        file: file.label(),
        annotator,
        document: FoundDocument {
            name,
            file: file.label(),
            reading: Reading {
                unit: Unit::Utf16,
                ..Reading::default()
            },
            ..FoundDocument::default()
        },
        ..Table::default()
    };
    for (index, line) in words.split('\n').enumerate() {
        table.read_line(index + 1, line.strip_suffix('\r').unwrap_or(line), found);
        if table.is_cut {
            let things = "rows, annotations and links";
            found.stopped(&table.file, index + 1, MOST_THINGS, things);
            break;
        }
    }
    table.end_sentence();
    table.finish(found);
    Ok(())
}

/// What a layer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Span,
    Chain,
    Relation,
}

struct Layer {
    kind: Kind,
    /// Its type in full.
    type_name: Arc<str>,
    /// The last part of that.
    short: Arc<str>,
    columns: Vec<Column>,
    first_column: usize,
}

impl Layer {
    /// The type of the ends of a relation.
    fn base(&self) -> Option<&Arc<str>> {
        let mut columns = self.columns.iter().rev();
        columns.find_map(|column| match column {
            Column::Governor(base) => Some(base),
            _ => None,
        })
    }
}

enum Column {
    Feature(Arc<str>),
    /// Roles of slots, whose targets stand in the next column.
    Roles(Arc<str>),
    /// Rows of the targets of the roles before, and their type.
    Targets(Arc<str>),
    /// Where a relation begins, and the type of its ends.
    Governor(Arc<str>),
}

/// An annotation in the making: the rows that it covers and what its columns say.
struct Mention {
    layer: usize,
    /// 0 if it needs none.
    number: usize,
    row: usize,
    rows: Vec<usize>,
    values: BTreeMap<Arc<str>, Arc<str>>,
    line: usize,
    chain: Option<(usize, usize, Arc<str>)>,
}

/// Key, kind and line of each element.
type Chain = BTreeMap<usize, (String, Arc<str>, usize)>;

struct Row {
    id: String,
    piece: [usize; 2],
    token: String,
    line: usize,
}

/// An end of a reference: its type, row and number.
type End = (Arc<str>, String, usize);

/// From a row to another, to be found when all rows are known.
struct Reference {
    kind: Arc<str>,
    line: usize,
    from: End,
    to: End,
}

#[derive(Default)]
struct Table {
    file: Arc<str>,
    annotator: Arc<str>,
    document: FoundDocument,
    layers: Vec<Layer>,
    text: String,
    /// Its length so far in UTF-16 units.
    length: usize,
    sentence: Option<String>,
    is_placed: bool,
    rows: Vec<Row>,
    mentions: Vec<Mention>,
    references: Vec<Reference>,
    /// How many blanks it has for gaps so far.
    gaps: usize,
    /// Whether it holds more than is read.
    is_cut: bool,
}

impl Table {
    fn read_line(&mut self, number: usize, line: &str, found: &mut Found) {
        if let Some(words) = line.strip_prefix("#Text=") {
            let words = unescape(words);
            match &mut self.sentence {
                Some(sentence) if !self.is_placed => {
                    sentence.push('\n');
                    sentence.push_str(&words);
                }
                _ => self.sentence = Some(words),
            }
        } else if let Some(layer) = line.strip_prefix("#T_SP=") {
            self.add_layer(Kind::Span, layer, number, found);
        } else if let Some(layer) = line.strip_prefix("#T_CH=") {
            self.add_layer(Kind::Chain, layer, number, found);
        } else if let Some(layer) = line.strip_prefix("#T_RL=") {
            self.add_layer(Kind::Relation, layer, number, found);
        } else if line.trim().is_empty() {
            self.end_sentence();
        } else if !line.starts_with('#') && self.read_row(number, line, found).is_none() {
            found.left_out(&self.file, number, "a line is no row of a token", line);
        }
    }

    /// Whether there is no room for another row, annotation or link.
    fn is_full(&self) -> bool {
        self.rows.len() + self.mentions.len() + self.references.len() >= MOST_THINGS
    }

    fn end_sentence(&mut self) {
        // A sentence without a token has no place, and so is behind the one before.
        if let Some(sentence) = self.sentence.take().filter(|_| !self.is_placed) {
            self.say(&sentence);
        }
        self.is_placed = false;
    }

    fn say(&mut self, words: &str) {
        self.length += OffsetUnit::Utf16.length_of(words);
        self.text.push_str(words);
    }

    fn add_layer(&mut self, kind: Kind, written: &str, line: usize, found: &mut Found) {
        let mut parts = written.split('|');
        let column = |words: &str, found: &mut Found| found.column(&self.file, line, words);
        let type_name = column(parts.next().unwrap_or_default(), found);
        let mut columns: Vec<Column> = Vec::new();
        for part in parts {
            let is_target = matches!(columns.last(), Some(Column::Roles(_)));
            columns.push(if let Some(role) = part.strip_prefix("ROLE_") {
                let feature = role.split_once(':').map_or(role, |(_, feature)| feature);
                let feature = feature.split('_').next().unwrap_or(feature);
                Column::Roles(column(feature, found))
            } else if is_target {
                Column::Targets(column(part, found))
            } else if let (Kind::Relation, Some(base)) = (kind, part.strip_prefix("BT_")) {
                Column::Governor(column(base, found))
            } else {
                Column::Feature(found.name(&self.file, line, &unescaped(part)))
            });
        }
        if columns.is_empty() {
            columns.push(Column::Feature("".into()));
        }
        let last = self.layers.last();
        let first_column = last.map_or(0, |layer| layer.first_column + layer.columns.len());
        self.layers.push(Layer {
            kind,
            short: short_name(&type_name).into(),
            type_name,
            columns,
            first_column,
        });
    }

    fn read_row(&mut self, line: usize, words: &str, found: &mut Found) -> Option<()> {
        let cells: Vec<&str> = words.split('\t').collect();
        let (id, place, token) = (*cells.first()?, *cells.get(1)?, *cells.get(2)?);
        let (start, end) = place.split_once('-')?;
        let piece: [usize; 2] = [start.parse().ok()?, end.parse().ok()?];
        let sentence = id
            .split_once('-')
            .map(|(sentence, _)| sentence.parse::<u32>());
        if !matches!(sentence, Some(Ok(_))) || id.len() > MOST_ID_BYTES {
            return None;
        }
        if self.is_full() {
            self.is_cut = true;
            return Some(());
        }
        if !self.is_placed {
            let most = MOST_GAP.min(MOST_GAPS - self.gaps);
            let gap = piece[0].saturating_sub(self.length).min(most);
            self.gaps += gap;
            let gap = if gap == 0 && self.length > piece[0] {
                1
            } else {
                gap
            };
            self.say(&" ".repeat(gap));
            let sentence = self.sentence.take().unwrap_or_default();
            self.say(&sentence);
            self.is_placed = true;
        }
        let row = self.rows.len();
        self.rows.push(Row {
            id: id.to_owned(),
            piece,
            token: unescape(token),
            line,
        });
        let cells = cells.get(3..).unwrap_or_default();
        let columns = self.layers.iter().map(|layer| layer.columns.len());
        if cells.len() < columns.sum() {
            let why = "a row is shorter than the header; what stands in it is kept";
            found.left_out(&self.file, line, why, words);
        }
        let layers = self.layers.iter();
        let layers = layers.take_while(|layer| layer.first_column < cells.len());
        for index in 0..layers.count() {
            self.read_cells(index, row, cells);
        }
        Some(())
    }

    /// What the columns of a layer say about a row.
    fn read_cells(&mut self, index: usize, row: usize, cells: &[&str]) -> Option<()> {
        let layer = self.layers.get(index)?;
        let at = self.rows.get(row)?;
        let own = cells.iter().skip(layer.first_column);
        let own = own.take(layer.columns.len());
        let stacks: Vec<Vec<&str>> = own.map(|cell| split(cell, "|")).collect();
        let depth = stacks.iter().map(Vec::len).max()?;
        for level in 0..depth {
            let items: Vec<(&str, &str)> = stacks
                .iter()
                .map(|stack| number_of(stack.get(level).copied().unwrap_or("_")))
                .collect();
            if items.iter().all(|(value, _)| *value == "_") {
                continue;
            }
            if self.is_full() {
                self.is_cut = true;
                break;
            }
            // Numbers of targets belong to these.
            let own = layer.columns.iter().zip(&items);
            let mut own = own.filter(|(column, _)| !matches!(column, Column::Targets(_)));
            let number = own.find_map(|(_, (_, number))| number.parse::<usize>().ok());
            let mut mention = Mention {
                layer: index,
                number: number.unwrap_or(0),
                row,
                rows: vec![row],
                values: BTreeMap::new(),
                line: at.line,
                chain: None,
            };
            let own = (layer.type_name.clone(), at.id.clone(), mention.number);
            let mut governor = None;
            let mut roles = Vec::new();
            let columns = layer.columns.iter().zip(&stacks).zip(&items);
            for ((column, stack), (value, number)) in columns {
                match column {
                    Column::Feature(_) if layer.kind == Kind::Chain && value.contains("->") => {
                        mention.chain = chain(value);
                    }
                    Column::Feature(name) if !matches!(*value, "_" | "*") => {
                        mention.values.insert(name.clone(), unescape(value).into());
                    }
                    Column::Feature(_) => {}
                    Column::Roles(feature) => {
                        let named = split(value, ";").into_iter().map(|role| match role {
                            "*" | "_" => feature.clone(),
                            role => unescape(role).into(),
                        });
                        roles = named.collect();
                    }
                    Column::Targets(target) => {
                        // With the numbers of the targets, which belong to these and not to the cell.
                        let item = stack.get(level).copied().unwrap_or("_");
                        for (role, target_row) in roles.iter().zip(split(item, ";")) {
                            let (row, number) = number_of(target_row);
                            if row != "_" && row != "*" {
                                self.references.push(Reference {
                                    kind: role.clone(),
                                    line: at.line,
                                    from: own.clone(),
                                    to: (
                                        target.clone(),
                                        row.to_owned(),
                                        number.parse().unwrap_or(0),
                                    ),
                                });
                            }
                        }
                    }
                    Column::Governor(base) => governor = Some((base, *value, *number)),
                }
            }
            // A row that breaks off before it says where its relation begins still has one.
            let missing = || layer.base().map(|base| (base, "_", ""));
            let Some((base, row, numbers)) = governor.or_else(missing) else {
                self.mentions.push(mention);
                continue;
            };
            let (from, to) = numbers.split_once('_').unwrap_or_default();
            let number = |written: &str| written.parse().unwrap_or(0);
            let kind = main_feature(mention.values.keys().map(|name| &**name))
                .and_then(|name| mention.values.get(name).cloned());
            let kind = kind.unwrap_or_else(|| layer.short.clone());
            self.references.push(Reference {
                kind,
                line: at.line,
                from: (base.clone(), row.to_owned(), number(from)),
                to: (base.clone(), at.id.clone(), number(to)),
            });
        }
        Some(())
    }

    fn finish(mut self, found: &mut Found) {
        self.document.text = FoundText::Words(std::mem::take(&mut self.text));
        let mut mentions: Vec<Mention> = Vec::new();
        let mut numbered: HashMap<(usize, usize, usize), usize> = HashMap::new();
        for mention in std::mem::take(&mut self.mentions) {
            // All elements of a chain have the chain's number.
            let element = mention.chain.as_ref().map_or(0, |(_, element, _)| *element);
            let key = (mention.layer, mention.number, element);
            let known = numbered
                .get(&key)
                .and_then(|index| mentions.get_mut(*index));
            match known.filter(|_| mention.number > 0) {
                Some(known) => known.rows.push(mention.row),
                None => {
                    numbered.insert(key, mentions.len());
                    mentions.push(mention);
                }
            }
        }
        // By row and number, the first of each type and of all.
        let mut by_type: HashMap<(&str, usize, &str), String> = HashMap::new();
        let mut by_place: HashMap<(&str, usize), String> = HashMap::new();
        let before = bounded(&self.file);
        let key = |index: usize| format!("{before}#{index}");
        let mut room = CopyRoom::for_bytes(self.rows.iter().map(|row| row.token.len()).sum());
        let span_layers = self
            .layers
            .iter()
            .filter(|layer| layer.kind != Kind::Relation)
            .count();
        for (index, mention) in mentions.iter().enumerate() {
            let Some(layer) = self.layers.get(mention.layer) else {
                continue;
            };
            let key = key(index);
            for row in mention.rows.iter().filter_map(|row| self.rows.get(*row)) {
                let (row, number) = (row.id.as_str(), mention.number);
                let own = by_type.entry((row, number, &layer.type_name));
                own.or_insert_with(|| key.clone());
                let first = by_place.entry((row, number));
                first.or_insert_with(|| key.clone());
            }
            let span = self.span(mention, layer, key, span_layers > 1, &mut room);
            self.document.spans.push(span);
        }
        let mut chains: BTreeMap<(usize, usize), Chain> = BTreeMap::new();
        for (index, mention) in mentions.iter().enumerate() {
            if let Some((chain, element, kind)) = &mention.chain {
                let elements = chains.entry((mention.layer, *chain)).or_default();
                let key = key(index);
                elements.insert(*element, (key, kind.clone(), mention.line));
            }
        }
        for elements in chains.into_values() {
            let elements: Vec<_> = elements.into_values().collect();
            for pair in elements.windows(2) {
                let [(from, kind, line), (to, ..)] = pair else {
                    continue;
                };
                found.links.push(self.link(kind, from, to, *line));
            }
        }
        let rows: HashMap<&str, &Row> =
            self.rows.iter().map(|row| (row.id.as_str(), row)).collect();
        let mut tokens: HashSet<String> = HashSet::new();
        let mut known: HashSet<(String, String, Arc<str>)> = HashSet::new();
        let mut token_spans = Vec::new();
        for reference in &self.references {
            let mut end = |(type_name, row, number): &End| {
                let of_type = by_type.get(&(row.as_str(), *number, &**type_name));
                let of_any = || {
                    let there = by_place.get(&(row.as_str(), *number));
                    there.filter(|_| **type_name == *"uima.tcas.Annotation")
                };
                if let Some(key) = of_type.or_else(of_any) {
                    return key.clone();
                }
                let key = format!("{before} {row}");
                if short_name(type_name) == "Token" && tokens.insert(key.clone()) {
                    let row = rows.get(row.as_str());
                    token_spans.extend(row.map(|row| FoundSpan {
                        key: key.clone(),
                        pieces: vec![row.piece],
                        quote: row.token.as_str().into(),
                        tag: "Token".into(),
                        annotator: self.annotator.clone().into(),
                        line: row.line,
                        ..FoundSpan::default()
                    }));
                }
                key
            };
            let (from, to) = (end(&reference.from), end(&reference.to));
            // Slots stand on every row of their host.
            if known.insert((from.clone(), to.clone(), reference.kind.clone())) {
                found
                    .links
                    .push(self.link(&reference.kind, &from, &to, reference.line));
            }
        }
        self.document.spans.extend(token_spans);
        found.documents.push(self.document);
    }

    fn link(&self, kind: &Arc<str>, from: &str, to: &str, line: usize) -> FoundLink {
        FoundLink {
            kind: kind.clone().into(),
            from: from.to_owned(),
            to: to.to_owned(),
            annotator: self.annotator.clone().into(),
            file: self.file.clone(),
            line,
            ..FoundLink::default()
        }
    }

    fn span(
        &self,
        mention: &Mention,
        layer: &Layer,
        key: String,
        tells_layer: bool,
        room: &mut CopyRoom,
    ) -> FoundSpan {
        let rows: Vec<&Row> = mention
            .rows
            .iter()
            .filter_map(|row| self.rows.get(*row))
            .collect();
        let start = rows.iter().map(|row| row.piece[0]).min().unwrap_or(0);
        let end = rows.iter().map(|row| row.piece[1]).max().unwrap_or(0);
        let mut quote = String::new();
        let mut last = start;
        let bytes = rows.iter().map(|row| row.token.len() + 1).sum();
        let quoted: &[&Row] = match room.take(bytes) {
            Some(()) => &rows,
            None => &[],
        };
        for row in quoted {
            if row.piece[0] > last {
                quote.push(' ');
            }
            quote.push_str(&row.token);
            last = row.piece[1];
        }
        let mut values = mention.values.clone();
        let names = layer.columns.iter().filter_map(|column| match column {
            Column::Feature(name) if !name.is_empty() => Some(&**name),
            _ => None,
        });
        let tag = main_feature(names).and_then(|main| values.remove(main));
        let note = values.remove("note").unwrap_or_default();
        let mut attributes: crate::model::Attributes = values
            .into_iter()
            .map(|(name, value)| (name, AttributeValue::Words(value)))
            .collect();
        if tells_layer {
            attributes.insert("layer".into(), AttributeValue::Words(layer.short.clone()));
        }
        FoundSpan {
            key,
            pieces: vec![[start, end]],
            quote: quote.into(),
            tag: tag.unwrap_or_else(|| layer.short.clone()).into(),
            attributes,
            note: note.into(),
            annotator: self.annotator.clone().into(),
            line: mention.line,
            ..FoundSpan::default()
        }
    }
}

/// `kind->2-3`: the third element of the second chain.
fn chain(value: &str) -> Option<(usize, usize, Arc<str>)> {
    let (kind, place) = value.rsplit_once("->")?;
    let (chain, element) = place.split_once('-')?;
    let kind = if kind == "*" {
        "chain".into()
    } else {
        unescape(kind).into()
    };
    Some((chain.parse().ok()?, element.parse().ok()?, kind))
}

/// Splits at a sign that is not escaped.
fn split<'a>(cell: &'a str, sign: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut from, mut is_escaped) = (0, false);
    for (at, c) in cell.char_indices() {
        let is_sign = !is_escaped && cell.get(at..).is_some_and(|rest| rest.starts_with(sign));
        is_escaped = c == '\\' && !is_escaped;
        if is_sign {
            parts.extend(cell.get(from..at));
            from = at + sign.len();
        }
    }
    parts.extend(cell.get(from..));
    parts
}

/// Whether the words end with a backslash that is not itself escaped.
fn escapes_what_follows(words: &str) -> bool {
    let backslashes = words.chars().rev().take_while(|c| *c == '\\').count();
    backslashes % 2 == 1
}

/// The value and the number in brackets behind it.
fn number_of(item: &str) -> (&str, &str) {
    let Some(inner) = item
        .strip_suffix(']')
        .filter(|inner| !escapes_what_follows(inner))
    else {
        return (item, "");
    };
    let is_number = |c: char| c.is_ascii_digit() || c == '_';
    match inner.rsplit_once('[') {
        Some((value, number)) if number.chars().all(is_number) && !escapes_what_follows(value) => {
            (value, number)
        }
        _ => (item, ""),
    }
}

/// In one pass from left to right; what means nothing stays as it is.
fn unescape(words: &str) -> String {
    let mut plain = String::with_capacity(words.len());
    let mut rest = words.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let mut behind = rest.clone();
        match behind.next() {
            Some('t') => plain.push('\t'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('f') => plain.push('\u{C}'),
            Some('b') => plain.push('\u{8}'),
            Some('-') if behind.next() == Some('>') => plain.push_str("->"),
            Some(c) if matches!(c, '\\' | '[' | ']' | '|' | '_' | ';' | '*') || c.is_control() => {
                plain.push(c);
            }
            _ => {
                plain.push('\\');
                continue;
            }
        }
        rest = behind;
    }
    plain
}
