//! spaCy's DocBin: tokens with the entities and the groups of spans that stand on them. What spaCy has no place for
//! stands in our own files as a line of our JSON Lines, as an attribute of the group.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use flate2::read::ZlibDecoder;

use super::archive::read_inflated;
use super::files::{Files, read_each};
use super::found::{Found, FoundDocument, FoundSpan, FoundText, MOST_THINGS, THINGS};
use super::msgpack::{Packed, unpack};
use super::names::bounded;
use super::spacy_strings::{
    BEGINS, ENT_ID, ENT_IOB, ENT_KB_ID, ENT_TYPE, INSIDE, NORM, ORTH, SENT_START, Strings,
};
use super::{FileInMemory, Format, ImportError, ImportOptions, jsonl, stem};
use crate::model::AttributeValue;

/// spaCy DocBin.
pub const DOCBIN: Format = Format {
    name: "docbin",
    title: "spaCy DocBin",
    description: "Tokens with entities and groups of spans, as spaCy trains on them",
    endings: &["spacy"],
    recognise: |files| files.ending_in(DOCBIN.endings).next().is_some(),
    mapping: None,
    read,
};

/// The group of spans that our own files have.
pub const GROUP: &str = "sc";
/// The attribute of the group that holds the document as a line of our JSON Lines.
pub const DOCUMENT: &str = "ascribe";
/// The attribute of the first document's group that holds the last line of our JSON Lines.
pub const PROJECT: &str = "ascribe_project";

fn read(files: &Files<'_>, _: &ImportOptions) -> Result<Found, ImportError> {
    let mut found = Found::default();
    match read_each(files.ending_in(DOCBIN.endings), &mut found, read_file)? {
        0 => Err(ImportError::WrongFormat(DOCBIN.title)),
        _ => Ok(found),
    }
}

fn read_file(file: &FileInMemory, found: &mut Found) -> Result<(), ImportError> {
    let broken = |words: String| ImportError::Broken {
        file: file.path.clone(),
        words,
    };
    let bytes = read_inflated(ZlibDecoder::new(file.bytes.as_slice()), file.bytes.len())
        .map_err(|words| broken(format!("this is no DocBin of spaCy: {words}")))?;
    let whole = unpack(&bytes)
        .ok_or_else(|| broken("this is no DocBin of spaCy, or it is cut off".to_owned()))?;
    let strings = Strings::new();
    let bin = Bin::of(&whole, &strings)
        .ok_or_else(|| broken("the tables of this DocBin do not fit together".to_owned()))?;
    // Each token has a row of numbers, which takes more than its word; unless the same long word comes again and again.
    if bin.text_bytes() > SMALL_TEXT_BYTES + bytes.len() {
        let words = "its tokens mean far more words than the file holds, which is refused";
        return Err(broken(words.to_owned()));
    }
    let mut left = MOST_THINGS;
    for (index, rows) in bin.documents().enumerate() {
        if left == 0 {
            found.stopped(&file.label(), index + 1, MOST_THINGS, THINGS);
            break;
        }
        left -= bin.add(index, rows, file, left, found);
    }
    bin.say_what_is_not_read(file, found);
    Ok(())
}

/// The words of all spans of a document are noted up to so many times its text.
const MOST_COVERING: usize = 50;
/// The words of all tokens may take so much, and as much again as the file.
const SMALL_TEXT_BYTES: usize = 20_000_000;

/// The tables of a file.
struct Bin<'a> {
    whole: &'a Packed,
    /// What the columns of a token are.
    columns: Vec<u64>,
    /// Row by row.
    cells: Vec<u64>,
    /// Whether a space follows each token.
    spaces: &'a [u8],
    /// How many tokens each document has.
    lengths: Vec<usize>,
    strings: HashMap<u64, &'a str>,
    /// Those that are names of tags and the like, once they have come up.
    names: RefCell<HashMap<u64, Arc<str>>>,
    /// The column of the words.
    orth: usize,
    /// Scores of whole documents, and groups of spans, by documents.
    cats: &'a [Packed],
    span_groups: &'a [Packed],
}

/// One token of a document.
struct Token<'a> {
    /// Its values, by the columns of the file.
    cells: &'a [u64],
    words: &'a str,
    /// Where it begins and ends, in code points.
    start: usize,
    end: usize,
}

impl<'a> Bin<'a> {
    /// `None` if a table is missing or shorter than another one says.
    fn of(whole: &'a Packed, known: &'a Strings) -> Option<Self> {
        let number = |value: &Packed| match value {
            Packed::Whole(number) => u64::try_from(*number).ok(),
            _ => None,
        };
        let columns = whole.get("attrs")?.list().iter().map(number);
        let columns: Vec<u64> = columns.collect::<Option<_>>()?;
        let (cells, _) = whole.get("tokens")?.bytes()?.as_chunks::<8>();
        let (lengths, _) = whole.get("lengths")?.bytes()?.as_chunks::<4>();
        let lengths = lengths
            .iter()
            .map(|bytes| usize::try_from(i32::from_le_bytes(*bytes)).ok());
        let lengths: Vec<usize> = lengths.collect::<Option<_>>()?;
        let spaces = whole.get("spaces")?.bytes()?;
        let strings = whole.get("strings")?.list().iter();
        let of_documents = |table: &str| whole.get(table).map(Packed::list).unwrap_or_default();
        let bin = Self {
            whole,
            orth: columns.iter().position(|own| *own == ORTH)?,
            cats: of_documents("cats"),
            span_groups: of_documents("span_groups"),
            cells: cells
                .iter()
                .map(|bytes| u64::from_le_bytes(*bytes))
                .collect(),
            spaces,
            strings: known.by_number(strings.filter_map(Packed::words)),
            names: RefCell::default(),
            lengths,
            columns,
        };
        let rows = bin
            .lengths
            .iter()
            .try_fold(0_usize, |sum, length| sum.checked_add(*length))?;
        let is_whole =
            bin.spaces.len() >= rows && bin.cells.len() >= rows.checked_mul(bin.columns.len())?;
        is_whole.then_some(bin)
    }

    fn column(&self, attribute: u64) -> Option<usize> {
        self.columns.iter().position(|own| *own == attribute)
    }

    /// How long the texts of all documents are, without their spaces.
    fn text_bytes(&self) -> usize {
        let rows = self.cells.chunks_exact(self.columns.len().max(1));
        let words = rows.filter_map(|row| self.words(*row.get(self.orth)?));
        words.fold(0, |sum, words| sum.saturating_add(words.len()))
    }

    /// The number of the first token and of the one behind the last, document by document.
    fn documents(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut from = 0;
        self.lengths.iter().map(move |length| {
            let rows = from..from + length;
            from += length;
            rows
        })
    }

    fn words(&self, number: u64) -> Option<&'a str> {
        self.strings.get(&number).copied()
    }

    /// The name that a number stands for, which all that have it share.
    fn name(&self, number: u64, file: &Arc<str>, found: &mut Found) -> Arc<str> {
        let words = || self.words(number).unwrap_or_default();
        let mut names = self.names.borrow_mut();
        let name = names
            .entry(number)
            .or_insert_with(|| found.name(file, 0, words()));
        name.clone()
    }

    /// The text and its tokens. `None` if a string is missing.
    fn text(&self, rows: Range<usize>) -> Option<(String, Vec<Token<'_>>)> {
        let mut text = String::new();
        let mut at = 0;
        let mut tokens = Vec::with_capacity(rows.len());
        for row in rows {
            let first = row * self.columns.len();
            let cells = self.cells.get(first..first + self.columns.len())?;
            let words = self.words(*cells.get(self.orth)?)?;
            let end = at + words.chars().count();
            text.push_str(words);
            tokens.push(Token {
                cells,
                words,
                start: at,
                end,
            });
            at = end;
            if *self.spaces.get(row)? != 0 {
                text.push(' ');
                at += 1;
            }
        }
        Some((text, tokens))
    }

    /// Adds a document with its annotations; how many both are together, which is at most so many.
    fn add(
        &self,
        index: usize,
        rows: Range<usize>,
        file: &FileInMemory,
        most: usize,
        found: &mut Found,
    ) -> usize {
        let (label, number) = (file.label(), index + 1);
        let name = bounded(stem(&file.path));
        let Some((text, tokens)) = self.text(rows) else {
            let words = "a document is left out: the file lacks some of its words";
            found.left_out(&label, number, words, "");
            return 0;
        };
        let groups = self.groups(index, &label, found);
        let mut document = match own_document(&groups, &text, &label, number, found) {
            Some(document) => document,
            None => FoundDocument {
                name: if self.lengths.len() == 1 {
                    name.into_owned()
                } else {
                    format!("{name}-{number}")
                },
                file: label.clone(),
                line: number,
                text: FoundText::Words(text),
                fields: self.categories(index),
                ..FoundDocument::default()
            },
        };
        let kept = std::mem::take(&mut document.spans);
        document.spans = self.spans(&groups, &tokens, kept, (&label, number, most), found);
        self.add_entities(&tokens, &mut document.spans, most, (&label, found));
        if document.spans.len() >= most {
            found.stopped(&label, number, MOST_THINGS, THINGS);
            document.spans.truncate(most - 1);
        }
        document
            .spans
            .iter_mut()
            .for_each(|span| span.line = number);
        let count = 1 + document.spans.len();
        found.documents.push(document);
        count
    }

    fn categories(&self, index: usize) -> BTreeMap<Arc<str>, String> {
        let Some(Packed::Map(categories)) = self.cats.get(index) else {
            return BTreeMap::new();
        };
        let fields = categories.iter().filter_map(|(name, score)| {
            let score = match score {
                Packed::Whole(number) => number.to_string(),
                Packed::Fraction(number) => number.to_string(),
                Packed::YesNo(value) => value.to_string(),
                Packed::Words(words) => words.clone(),
                _ => return None,
            };
            Some((format!("cats.{}", name.words()?).into(), score))
        });
        fields.collect()
    }

    /// The groups of spans with their names. Before spaCy 3.4 they were a list; since then they are a map from each
    /// group to all its names.
    fn groups(&self, index: usize, file: &Arc<str>, found: &mut Found) -> Vec<(Arc<str>, Packed)> {
        let bytes = self.span_groups.get(index).and_then(Packed::bytes);
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
            return Vec::new();
        };
        let groups = match unpack(bytes) {
            Some(Packed::List(groups)) => groups
                .into_iter()
                .map(|group| (group, Vec::new()))
                .collect(),
            Some(Packed::Map(groups)) => groups
                .into_iter()
                .map(|(group, names)| {
                    let names = names.list().iter().filter_map(Packed::words);
                    (group, names.map(str::to_owned).collect())
                })
                .collect(),
            _ => Vec::new(),
        };
        let groups: Vec<(Packed, Vec<String>)> = groups;
        let mut named = Vec::new();
        for (group, names) in groups {
            let Some(group) = group.bytes().and_then(unpack) else {
                found.left_out(file, index + 1, "a group of spans cannot be read", "");
                continue;
            };
            let own = group.get("name").and_then(Packed::words);
            let called = names.first().map(String::as_str).or(own);
            named.push((called.unwrap_or_default().into(), group));
        }
        named
    }

    /// The spans of all groups. Of ours what spaCy has no place for is known already.
    fn spans(
        &self,
        groups: &[(Arc<str>, Packed)],
        tokens: &[Token<'_>],
        kept: Vec<FoundSpan>,
        (file, line, most): (&Arc<str>, usize, usize),
        found: &mut Found,
    ) -> Vec<FoundSpan> {
        let mut kept: HashMap<String, FoundSpan> = kept
            .into_iter()
            .map(|span| (span.key.clone(), span))
            .collect();
        // Places are certain here and words only bear them out, so where spans cover the text again and again there is an
        // end to noting them.
        let text_bytes: usize = tokens.iter().map(|token| token.words.len()).sum();
        let mut room = MOST_COVERING * text_bytes;
        let mut spans = Vec::new();
        // Of one group alone the name says nothing.
        let no_name = "".into();
        for (name, group) in groups {
            let name = if groups.len() > 1 { name } else { &no_name };
            let own = group.get("spans").map(Packed::list).unwrap_or_default();
            for bytes in own.iter().take(most - spans.len()) {
                let Some(numbers) = bytes.bytes().and_then(Numbers::of) else {
                    found.left_out(file, line, "a span of a group cannot be read", name);
                    continue;
                };
                let [id, tag, kb_id] = [numbers.id, numbers.label, numbers.kb_id]
                    .map(|number| self.name(number, file, found));
                let own = tokens.get(numbers.tokens).filter(|_| room > 0);
                let quote = quote(own.unwrap_or_default()).into();
                let span = match kept.remove(&*id) {
                    // Whoever moved or retagged it with spaCy is believed.
                    Some(known) if hull(&known) == Some(numbers.piece) => FoundSpan {
                        tag: tag.into(),
                        ..known
                    },
                    known => {
                        let values = [("group", name), ("id", &id), ("kb_id", &kb_id)];
                        FoundSpan {
                            pieces: vec![numbers.piece],
                            quote,
                            tag: tag.into(),
                            ..known.unwrap_or_else(|| with_values(values))
                        }
                    }
                };
                room = room.saturating_sub(span.quote.len());
                spans.push(span);
            }
        }
        spans
    }

    /// Entities, besides those that a group of spans has as well; no more than so many.
    fn add_entities(
        &self,
        tokens: &[Token<'_>],
        spans: &mut Vec<FoundSpan>,
        most: usize,
        (file, found): (&Arc<str>, &mut Found),
    ) {
        let mut entities: Vec<FoundSpan> = Vec::new();
        // The tokens of the last of them.
        let mut run = 0..0;
        let end = |entities: &mut Vec<FoundSpan>, run: &Range<usize>| {
            if let (Some(last), Some(own)) = (entities.last_mut(), tokens.get(run.clone())) {
                last.quote = quote(own).into();
            }
        };
        let mut is_open = false;
        for (index, token) in tokens.iter().enumerate() {
            let cell = |attribute: u64| {
                let cell = token.cells.get(self.column(attribute)?)?;
                Some(*cell)
            };
            let mut name = |attribute| self.name(cell(attribute).unwrap_or(0), file, found);
            let tag = name(ENT_TYPE);
            match cell(ENT_IOB) {
                Some(BEGINS | INSIDE) => {}
                // Older files have no marks at all, only the tags of entities.
                None if !tag.is_empty() => {}
                _ => {
                    is_open = false;
                    continue;
                }
            }
            let goes_on = is_open && cell(ENT_IOB) != Some(BEGINS);
            let is_full = entities.len() == most;
            let last = entities.last_mut();
            match last.filter(|last| goes_on && *last.tag == *tag) {
                Some(last) => {
                    run.end = index + 1;
                    last.pieces
                        .iter_mut()
                        .for_each(|piece| piece[1] = token.end);
                }
                None if is_full => break,
                None => {
                    end(&mut entities, &run);
                    run = index..index + 1;
                    let values = [("id", &name(ENT_ID)), ("kb_id", &name(ENT_KB_ID))];
                    entities.push(FoundSpan {
                        pieces: vec![[token.start, token.end]],
                        tag: tag.into(),
                        ..with_values(values)
                    });
                }
            }
            is_open = true;
        }
        end(&mut entities, &run);
        // All that have a tag share its name, which may be very long.
        let key = |span: &FoundSpan| Some((hull(span)?, span.tag.as_ptr()));
        let grouped: HashSet<_> = spans.iter().filter_map(key).collect();
        entities.retain(|entity| key(entity).is_some_and(|key| !grouped.contains(&key)));
        spans.extend(entities);
    }

    fn say_what_is_not_read(&self, file: &FileInMemory, found: &mut Found) {
        const READ: [u64; 5] = [ORTH, ENT_IOB, ENT_TYPE, ENT_KB_ID, ENT_ID];
        const DERIVED: [u64; 2] = [NORM, SENT_START];
        let width = self.columns.len();
        for (index, attribute) in self.columns.iter().enumerate() {
            let is_used = || {
                self.cells
                    .iter()
                    .skip(index)
                    .step_by(width)
                    .any(|cell| *cell != 0)
            };
            if !READ.contains(attribute) && is_used() {
                let name = self.words(*attribute).unwrap_or("?");
                if DERIVED.contains(attribute) {
                    let words = "tokens and sentences are not taken over, since Ascribe finds them in the text";
                    found.remark(&file.label(), 0, words, name);
                } else {
                    let words = "what spaCy says of single tokens besides entities is left out";
                    found.left_out(&file.label(), 0, words, name);
                }
            }
        }
        let data = self.whole.get("user_data").map(Packed::list);
        let is_empty = |data: &Packed| {
            let inner = data.bytes().and_then(unpack);
            !matches!(inner, Some(Packed::Map(entries)) if !entries.is_empty())
        };
        if data.is_some_and(|data| !data.iter().all(is_empty)) {
            let words = "the user data of spaCy's documents is left out";
            found.left_out(&file.label(), 0, words, "");
        }
        let flags = self
            .whole
            .get("flags")
            .map(Packed::list)
            .unwrap_or_default();
        let is_guess =
            |flags: &Packed| flags.get("has_unknown_spaces") == Some(&Packed::YesNo(true));
        if flags.iter().any(is_guess) {
            let words =
                "the file does not know where spaces stood; they are set between all tokens";
            found.remark(&file.label(), 0, words, "");
        }
    }
}

/// What our own group says of the document; it also takes the project's line in.
fn own_document(
    groups: &[(Arc<str>, Packed)],
    text: &str,
    file: &Arc<str>,
    number: usize,
    found: &mut Found,
) -> Option<FoundDocument> {
    let attributes = groups.iter().filter_map(|(_, group)| group.get("attrs"));
    let own = |name: &str| {
        let mut values = attributes.clone().filter_map(|values| values.get(name));
        values.find_map(Packed::words)
    };
    if let Some(line) = own(PROJECT) {
        jsonl::add_line(found, file, number, line, None);
    }
    let before = found.documents.len();
    jsonl::add_line(found, file, number, own(DOCUMENT)?, Some(text));
    (found.documents.len() > before).then(|| found.documents.pop())?
}

/// The numbers of a span.
struct Numbers {
    id: u64,
    kb_id: u64,
    label: u64,
    tokens: Range<usize>,
    /// In code points.
    piece: [usize; 2],
}

impl Numbers {
    fn of(bytes: &[u8]) -> Option<Self> {
        let long = |at: usize| {
            let bytes = bytes.get(at..at + 8)?.try_into().ok()?;
            Some(u64::from_be_bytes(bytes))
        };
        let short = |at: usize| {
            let bytes = bytes.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(i32::from_be_bytes(bytes)).ok()
        };
        Some(Self {
            id: long(0)?,
            kb_id: long(8)?,
            label: long(16)?,
            tokens: short(24)?..short(28)?,
            piece: [short(32)?, short(36)?],
        })
    }
}

/// From the start of the first piece to the end of the last.
fn hull(span: &FoundSpan) -> Option<[usize; 2]> {
    let (first, last) = span.pieces.first().zip(span.pieces.last())?;
    Some([first[0], last[1]])
}

/// The words of some tokens with the spaces between them.
fn quote(tokens: &[Token<'_>]) -> String {
    let mut words = String::new();
    let mut end = None;
    for token in tokens {
        if end.is_some_and(|end| end < token.start) {
            words.push(' ');
        }
        words.push_str(token.words);
        end = Some(token.end);
    }
    words
}

/// An annotation of which nothing is known but what spaCy calls it, as far as that is anything.
fn with_values<const COUNT: usize>(values: [(&str, &Arc<str>); COUNT]) -> FoundSpan {
    let values = values.into_iter().filter(|(_, value)| !value.is_empty());
    let values = values.map(|(name, value)| (name.into(), AttributeValue::Words(value.clone())));
    FoundSpan {
        attributes: values.collect(),
        ..FoundSpan::default()
    }
}
