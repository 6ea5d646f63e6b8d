//! spaCy's DocBin: tokens with spans, for `spacy train` and Python. All annotations stand in the group of spans `sc`,
//! which may overlap; the first of those that do are entities too. What spaCy has no place for, such as notes and links,
//! goes along as a line of our JSON Lines, as an attribute of the group.
//!
//! Tokens are ours, cut at every edge of an annotation, so that none has to be widened. They and the spaces behind them
//! give the text to the letter.

use std::collections::BTreeSet;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::{
    Asks, Exporting, ExportingDocument, FileInMemory, Format, LossReport, jsonl, one_file,
    proof::Carries,
};
use crate::import;
use crate::import::msgpack::{Packed, pack};
use crate::import::spacy_strings::{BEGINS, ENT_IOB, ENT_TYPE, INSIDE, ORTH, OUTSIDE, Strings};
use crate::text::{ByteOffset, OffsetUnit, Span, Text, is_blank, sentences_of_line, words_of};

/// spaCy DocBin.
pub const DOCBIN: Format = Format {
    name: "docbin",
    title: "spaCy DocBin",
    description: "Tokens with a group of spans and entities; what spaCy trains on",
    ending: Some("spacy"),
    newlines: None,
    asks: &[Asks::LineEnds],
    write,
    reader: Some(&import::DOCBIN),
    carries: Carries::Everything,
};

fn write(exporting: &Exporting<'_>, losses: &mut LossReport) -> Vec<FileInMemory> {
    let mut project = Some(jsonl::project_line(exporting, losses).to_string());
    let mut bin = Bin {
        numbers: Strings::new(),
        strings: [import::DOCBIN_GROUP.to_owned()].into(),
        tokens: Vec::new(),
        spaces: Vec::new(),
        lengths: Vec::new(),
        groups: Vec::new(),
    };
    for each in &exporting.documents {
        let mut line = jsonl::document_line(each, OffsetUnit::CodePoint);
        line.text = "";
        let document = serde_json::to_string(&line);
        debug_assert!(
            document.is_ok(),
            "memory does not fail and keys are strings"
        );
        let lines = [
            (import::DOCBIN_DOCUMENT, document.ok()),
            (import::DOCBIN_PROJECT, project.take()),
        ];
        let lines = lines
            .into_iter()
            .filter_map(|(name, line)| Some((name.into(), Packed::Words(line?))));
        bin.add(each, Packed::Map(lines.collect()));
    }
    one_file("documents.spacy", bin.deflated())
}

/// The tables of the file.
struct Bin {
    numbers: Strings,
    /// Every string that is only written as its number.
    strings: BTreeSet<String>,
    /// Row by row; see [`COLUMNS`].
    tokens: Vec<u8>,
    /// Whether a space follows each token.
    spaces: Vec<u8>,
    /// How many tokens each document has.
    lengths: Vec<u8>,
    groups: Vec<Packed>,
}

const COLUMNS: [u64; 3] = [ORTH, ENT_IOB, ENT_TYPE];

/// A token.
struct Token {
    span: Span,
    is_space_behind: bool,
}

impl Bin {
    fn number(&mut self, words: &str) -> u64 {
        if !self.strings.contains(words) {
            self.strings.insert(words.to_owned());
        }
        self.numbers.number(words)
    }

    fn add(&mut self, each: &ExportingDocument<'_>, lines: Packed) {
        let tokens = tokens(each);
        let entities = entities(each, &tokens);
        for (index, token) in tokens.iter().enumerate() {
            let before = entities.partition_point(|(rows, _)| rows.end <= index);
            let entity = entities.get(before).filter(|(rows, _)| rows.start <= index);
            let (mark, tag) = match entity {
                None => (OUTSIDE, ""),
                Some((rows, tag)) if rows.start == index => (BEGINS, *tag),
                Some((_, tag)) => (INSIDE, *tag),
            };
            let words = each.text.slice(token.span).unwrap_or_default();
            let cells = [self.number(words), mark, self.number(tag)];
            self.tokens
                .extend(cells.into_iter().flat_map(u64::to_le_bytes));
            self.spaces.push(token.is_space_behind.into());
        }
        // spaCy counts tokens in 32 bits, which is more than a text of 500 MB has.
        self.lengths.extend((tokens.len() as i32).to_le_bytes());
        let spans = each.annotations.iter().map(|annotation| {
            let hull = annotation.spans.hull();
            let rows = rows(&tokens, hull);
            let places = jsonl::offsets(each.text, OffsetUnit::CodePoint, hull);
            let id = self.number(&annotation.id.to_string());
            let label = self.number(annotation.tag_id.as_str());
            let long = [id, 0, label].into_iter().flat_map(u64::to_be_bytes);
            let short = [rows.start, rows.end, places[0], places[1]].into_iter();
            let short = short.flat_map(|number| (number as i32).to_be_bytes());
            Packed::Bytes(long.chain(short).collect())
        });
        let spans = spans.collect();
        let group = Packed::Map(vec![
            ("name".into(), import::DOCBIN_GROUP.into()),
            ("attrs".into(), lines),
            ("spans".into(), Packed::List(spans)),
        ]);
        let names = Packed::List(vec![import::DOCBIN_GROUP.into()]);
        let named = Packed::Map(vec![(Packed::Bytes(pack(&group)), names)]);
        self.groups.push(Packed::Bytes(pack(&named)));
    }

    fn deflated(self) -> Vec<u8> {
        let columns = COLUMNS.map(|column| Packed::Whole(column.into()));
        let flags = Packed::Map(vec![("has_unknown_spaces".into(), Packed::YesNo(false))]);
        let strings = self.strings.into_iter().map(Packed::Words);
        let count = self.groups.len();
        let whole = Packed::Map(vec![
            ("version".into(), "0.1".into()),
            ("attrs".into(), Packed::List(columns.into())),
            ("tokens".into(), Packed::Bytes(self.tokens)),
            ("spaces".into(), Packed::Bytes(self.spaces)),
            ("lengths".into(), Packed::Bytes(self.lengths)),
            ("strings".into(), Packed::List(strings.collect())),
            (
                "cats".into(),
                Packed::List(vec![Packed::Map(Vec::new()); count]),
            ),
            ("flags".into(), Packed::List(vec![flags; count])),
            ("span_groups".into(), Packed::List(self.groups)),
        ]);
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        let deflated = encoder
            .write_all(&pack(&whole))
            .and_then(|()| encoder.finish());
        debug_assert!(deflated.is_ok(), "memory does not fail");
        deflated.unwrap_or_default()
    }
}

/// The annotations that are entities: the first of those that overlap, save those with white space at an edge, which
/// spaCy allows no entity. By the numbers of their tokens.
fn entities<'a>(
    each: &'a ExportingDocument<'_>,
    tokens: &[Token],
) -> Vec<(std::ops::Range<usize>, &'a str)> {
    let mut entities: Vec<(std::ops::Range<usize>, &str)> = Vec::new();
    for annotation in &each.annotations {
        let rows = rows(tokens, annotation.spans.hull());
        let is_free = entities
            .last()
            .is_none_or(|(last, _)| last.end <= rows.start);
        let edges = [rows.start, rows.end.saturating_sub(1)];
        let is_blank = |row: usize| {
            let words = tokens
                .get(row)
                .and_then(|token| each.text.slice(token.span));
            words.is_none_or(is_blank)
        };
        if is_free && !edges.into_iter().any(is_blank) {
            entities.push((rows, annotation.tag_id.as_str()));
        }
    }
    entities
}

/// The numbers of the tokens that a span covers. Tokens end where it does.
fn rows(tokens: &[Token], span: Span) -> std::ops::Range<usize> {
    let first = tokens.partition_point(|token| token.span.end() <= span.start());
    let behind = tokens.partition_point(|token| token.span.start() < span.end());
    first..behind
}

/// The text in tokens: words, marks and white space, cut at each edge of an annotation. A single space behind a token
/// belongs to it, as in spaCy, unless an annotation begins with it or ends behind it.
fn tokens(each: &ExportingDocument<'_>) -> Vec<Token> {
    let text = each.text;
    let hulls = each
        .annotations
        .iter()
        .map(|annotation| annotation.spans.hull());
    let starts: BTreeSet<ByteOffset> = hulls.clone().map(Span::start).collect();
    let ends: BTreeSet<ByteOffset> = hulls.map(Span::end).collect();
    let mut tokens: Vec<Token> = Vec::new();
    for span in cut(text, starts.iter().chain(&ends).copied().collect()) {
        let is_own = text.slice(span) != Some(" ")
            || starts.contains(&span.start())
            || ends.contains(&span.end());
        match tokens.last_mut() {
            Some(last) if !is_own && !last.is_space_behind => last.is_space_behind = true,
            _ => tokens.push(Token {
                span,
                is_space_behind: false,
            }),
        }
    }
    tokens
}

/// The whole text, cut at these places, at the edges of words, and where white space begins and ends.
fn cut(text: &Text, mut cuts: BTreeSet<ByteOffset>) -> Vec<Span> {
    for line_index in 0..text.line_count() {
        let sentences = sentences_of_line(text, line_index).into_iter();
        for word in sentences.flat_map(|sentence| words_of(text, sentence)) {
            cuts.extend([word.start(), word.end()]);
        }
    }
    let mut was_space = false;
    for (at, c) in text.as_str().char_indices() {
        if c.is_whitespace() != was_space {
            was_space = c.is_whitespace();
            cuts.insert(ByteOffset(at));
        }
    }
    cuts.extend([ByteOffset(0), text.end()]);
    let behind = cuts.iter().skip(1);
    let pairs = cuts.iter().zip(behind);
    pairs
        .filter_map(|(start, end)| Span::new(*start, *end))
        .collect()
}
