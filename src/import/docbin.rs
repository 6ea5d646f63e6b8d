//! spaCy's DocBin: tokens with the entities and the groups of spans that stand on them. What spaCy has no place for
//! stands in our own files as a line of our JSON Lines, as an attribute of the group.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use flate2::read::ZlibDecoder;

use super::archive::read_inflated;
use super::files::{Files, read_each};
use super::found::{Found, FoundDocument, FoundSpan, FoundText, MOST_THINGS, THINGS, name};
use super::msgpack::{Packed, unpack};
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
    fn documents(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
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

    /// The text and its tokens. `None` if a string is missing.
    fn text(&self, rows: std::ops::Range<usize>) -> Option<(String, Vec<Token<'_>>)> {
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
        rows: std::ops::Range<usize>,
        file: &FileInMemory,
        most: usize,
        found: &mut Found,
    ) -> usize {
        let (label, number) = (file.label(), index + 1);
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
                    stem(&file.path).to_owned()
                } else {
                    format!("{}-{number}", stem(&file.path))
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
        self.add_entities(&tokens, &mut document.spans, most);
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
    fn groups(&self, index: usize, file: &Arc<str>, found: &mut Found) -> Vec<(String, Packed)> {
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
            named.push((name(called.unwrap_or_default()), group));
        }
        named
    }

    /// The spans of all groups. Of ours what spaCy has no place for is known already.
    fn spans(
        &self,
        groups: &[(String, Packed)],
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
        for (name, group) in groups {
            // Of one group alone the name says nothing.
            let name = if groups.len() > 1 { name } else { "" };
            let own = group.get("spans").map(Packed::list).unwrap_or_default();
            for bytes in own.iter().take(most - spans.len()) {
                let Some(numbers) = bytes.bytes().and_then(Numbers::of) else {
                    found.left_out(file, line, "a span of a group cannot be read", name);
                    continue;
                };
                let span = self.span(&numbers, name, tokens, &mut kept, room > 0);
                room = room.saturating_sub(span.quote.len());
                spans.push(span);
            }
        }
        spans
    }

    fn span(
        &self,
        numbers: &Numbers,
        group: &str,
        tokens: &[Token<'_>],
        kept: &mut HashMap<String, FoundSpan>,
        is_quoted: bool,
    ) -> FoundSpan {
        let words = |number: u64| name(self.words(number).unwrap_or_default());
        let (id, tag) = (words(numbers.id), words(numbers.label));
        let own = tokens.get(numbers.tokens.clone()).filter(|_| is_quoted);
        let quote = quote(own.unwrap_or_default());
        let Some(known) = kept.remove(&id) else {
            let mut span = FoundSpan {
                pieces: vec![numbers.piece],
                quote,
                tag,
                ..FoundSpan::default()
            };
            let kb_id = words(numbers.kb_id);
            add_values(
                &mut span,
                [("group", group.to_owned()), ("id", id), ("kb_id", kb_id)],
            );
            return span;
        };
        // Whoever moved or retagged it with spaCy is believed.
        if hull(&known) == Some(numbers.piece) {
            FoundSpan { tag, ..known }
        } else {
            FoundSpan {
                pieces: vec![numbers.piece],
                quote,
                tag,
                ..known
            }
        }
    }

    /// Entities, besides those that a group of spans has as well; no more than so many.
    fn add_entities(&self, tokens: &[Token<'_>], spans: &mut Vec<FoundSpan>, most: usize) {
        let mut entities: Vec<FoundSpan> = Vec::new();
        let mut is_open = false;
        for (index, token) in tokens.iter().enumerate() {
            let cell = |attribute: u64| {
                let cell = token.cells.get(self.column(attribute)?)?;
                Some(*cell)
            };
            let words = |attribute: u64| {
                let words = cell(attribute).and_then(|number| self.words(number));
                name(words.unwrap_or_default())
            };
            let tag = words(ENT_TYPE);
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
            match last.filter(|last| goes_on && last.tag == tag) {
                Some(last) => {
                    last.pieces
                        .iter_mut()
                        .for_each(|piece| piece[1] = token.end);
                    let before = index.checked_sub(1).and_then(|index| tokens.get(index));
                    if before.is_some_and(|before| before.end < token.start) {
                        last.quote.push(' ');
                    }
                    last.quote.push_str(token.words);
                }
                None if is_full => break,
                None => {
                    let mut found = FoundSpan {
                        pieces: vec![[token.start, token.end]],
                        quote: token.words.to_owned(),
                        tag,
                        ..FoundSpan::default()
                    };
                    add_values(
                        &mut found,
                        [("id", words(ENT_ID)), ("kb_id", words(ENT_KB_ID))],
                    );
                    entities.push(found);
                }
            }
            is_open = true;
        }
        let grouped: HashSet<([usize; 2], String)> = spans
            .iter()
            .filter_map(|span| Some((hull(span)?, span.tag.clone())))
            .collect();
        entities.retain(|entity| {
            hull(entity).is_some_and(|hull| !grouped.contains(&(hull, entity.tag.clone())))
        });
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
    groups: &[(String, Packed)],
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
    tokens: std::ops::Range<usize>,
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

fn add_values<const COUNT: usize>(span: &mut FoundSpan, values: [(&str, String); COUNT]) {
    let values = values.into_iter().filter(|(_, value)| !value.is_empty());
    span.attributes
        .extend(values.map(|(name, value)| (name.into(), AttributeValue::Words(value.into()))));
}
