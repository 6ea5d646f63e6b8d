//! CoNLL: a token and its tags a line, a blank line behind each sentence. For training taggers.
//!
//! The strict profile: UTF-8, LF, `token TAB tag`, `-DOCSTART-` before each document. A token carries one tag, so
//! of annotations that overlap only the first is kept (the longer one of two that begin together); the report
//! names the others. The extended profile also has the document's name and text in lines that begin with `#`, start
//! and end of each token in code points, and several tags in one cell; only of annotations with the same tag that
//! overlap the first alone is kept. In both an annotation that cuts a token is widened to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;

use super::kept::AllBut;
use super::proof::{Carries, Tokens};
use super::{Asks, Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport, one_file};
use crate::import::{self, NAME_LINE, TEXT_LINE};
use crate::model::Annotation;
use crate::text::{OffsetUnit, Span, Text, sentences_of_line, words_of};

/// Places, words and tags are looked at one by one; of the rest there is nothing.
const LOST: AllBut = AllBut(&[&[
    Loss::DiscontinuousAnnotation,
    Loss::Attributes,
    Loss::Note,
    Loss::Tier,
    Loss::Annotator,
    Loss::Time,
    Loss::Link,
    Loss::Region,
    Loss::Claim,
    Loss::DocumentField,
    Loss::DocumentState,
]]);

/// CoNLL, strict.
pub const CONLL: Format = Format {
    name: "conll",
    title: "CoNLL",
    description: "A token and its tag a line; for training taggers",
    ending: Some("conll"),
    write: |exporting, losses| write(exporting, losses, Profile::Strict),
    reader: Some(&import::CONLL),
    carries: Carries::Tokens(Tokens {
        has_text: false,
        carried: |each| carried(each, Profile::Strict),
    }),
    newlines: None,
    asks: &[Asks::Scheme],
};

/// CoNLL with names, texts, places and nested tags.
pub const EXTENDED: Format = Format {
    name: "conll-extended",
    title: "CoNLL, extended",
    description: "As CoNLL, with the text, the place of each token and overlapping tags",
    write: |exporting, losses| write(exporting, losses, Profile::Extended),
    carries: Carries::Tokens(Tokens {
        has_text: true,
        carried: |each| carried(each, Profile::Extended),
    }),
    asks: &[Asks::Scheme, Asks::LineEnds],
    ..CONLL
};

/// What stands in the file besides tokens and tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Nothing: what every reader takes.
    Strict,
    /// Names, texts and places, and several tags on a token.
    Extended,
}

/// How tags stand behind tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheme {
    /// `B` begins an annotation, `I` goes on with it.
    #[default]
    Iob2,
    /// `B` only where an annotation follows another of its tag at once.
    Iob1,
    /// As IOB2, with `L` for the last token and `U` for an only one.
    Bilou,
    /// As BILOU, with `E` for the last token and `S` for an only one.
    Bioes,
    /// As BIOES, with `M` inside.
    Bmes,
}

impl Scheme {
    /// Every scheme, for menus.
    pub const ALL: [Scheme; 5] = [Self::Iob2, Self::Iob1, Self::Bilou, Self::Bioes, Self::Bmes];

    /// On the screen.
    pub fn words(self) -> &'static str {
        match self {
            Self::Iob2 => "IOB2",
            Self::Iob1 => "IOB1",
            Self::Bilou => "BILOU",
            Self::Bioes => "BIOES",
            Self::Bmes => "BMES",
        }
    }

    /// The letter of a token of an annotation. `touches` says that one of the same tag ends just before.
    fn letter(self, is_first: bool, is_last: bool, touches: bool) -> char {
        let (inside, last, only) = match self {
            Self::Iob2 => ('I', 'I', 'B'),
            Self::Iob1 => ('I', 'I', if touches { 'B' } else { 'I' }),
            Self::Bilou => ('I', 'L', 'U'),
            Self::Bioes => ('I', 'E', 'S'),
            Self::Bmes => ('M', 'E', 'S'),
        };
        match (is_first, is_last) {
            (true, true) => only,
            (true, false) if self == Self::Iob1 && !touches => 'I',
            (true, false) => 'B',
            (false, true) => last,
            (false, false) => inside,
        }
    }
}

/// An annotation with the numbers of its first token and the one behind its last.
struct Kept<'a> {
    annotation: &'a Annotation,
    first: usize,
    behind: usize,
}

fn write(
    exporting: &Exporting<'_>,
    losses: &mut LossReport,
    profile: Profile,
) -> Vec<FileInMemory> {
    let mut words = String::new();
    for each in &exporting.documents {
        words.push_str("-DOCSTART-\tO\n\n");
        if profile == Profile::Extended {
            // A name is one line; our ids nearly always are.
            let name = each.document.id.as_str().replace(['\n', '\r'], " ");
            let text = serde_json::Value::from(each.text.as_str());
            let _ = writeln!(words, "{NAME_LINE}{name}\n{TEXT_LINE}{text}");
        }
        write_document(exporting, each, &mut words, losses, profile);
    }
    LOST.report(exporting, losses);
    one_file("tokens.conll", words.into_bytes())
}

fn write_document(
    exporting: &Exporting<'_>,
    each: &ExportingDocument<'_>,
    words: &mut String,
    losses: &mut LossReport,
    profile: Profile,
) {
    let sentences: Vec<Vec<Span>> = sentences_of(each.text)
        .into_iter()
        .map(|span| words_of(each.text, span))
        .collect();
    let tokens: Vec<Span> = sentences.iter().flatten().copied().collect();
    let kept = kept(each, &tokens, profile, losses);
    let scheme = exporting.options.scheme;
    let mut cells: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    // Tokens before which no sentence may end, or an annotation would be cut in two.
    let mut inner: BTreeSet<usize> = BTreeSet::new();
    let mut last: HashMap<String, usize> = HashMap::new();
    for each in &kept {
        let tag = tag_name(each.annotation.tag_id.as_str());
        let touches = last.insert(tag.clone(), each.behind) == Some(each.first);
        inner.extend(each.first + 1..each.behind);
        for number in each.first..each.behind {
            let letter = scheme.letter(number == each.first, number + 1 == each.behind, touches);
            cells
                .entry(number)
                .or_default()
                .push(format!("{letter}-{tag}"));
        }
    }
    let mut number = 0;
    for sentence in sentences.iter().filter(|sentence| !sentence.is_empty()) {
        for token in sentence {
            words.push_str(&token_words(each.text, *token));
            if profile == Profile::Extended {
                let offset = |place| each.text.offset_in(OffsetUnit::CodePoint, place);
                let _ = write!(
                    words,
                    "\t{}\t{}",
                    offset(token.start()),
                    offset(token.end())
                );
            }
            match cells.get(&number) {
                Some(tags) => {
                    let _ = writeln!(words, "\t{}", tags.join("|"));
                }
                None => words.push_str("\tO\n"),
            }
            number += 1;
        }
        if !inner.contains(&number) {
            words.push('\n');
        }
    }
}

fn sentences_of(text: &Text) -> Vec<Span> {
    (0..text.line_count())
        .flat_map(|line_index| sentences_of_line(text, line_index))
        .collect()
}

/// Which annotations find free tokens, by their first token; those that do not go into the report.
fn kept<'a>(
    each: &ExportingDocument<'a>,
    tokens: &[Span],
    profile: Profile,
    losses: &mut LossReport,
) -> Vec<Kept<'a>> {
    let mut annotations: Vec<&Annotation> = each
        .annotations
        .iter()
        .map(|annotation| &***annotation)
        .collect();
    annotations.sort_by_key(|annotation| {
        let hull = annotation.spans.hull();
        (
            hull.start(),
            std::cmp::Reverse(hull.end()),
            annotation.id.clone(),
        )
    });
    let mut kept: Vec<Kept<'_>> = Vec::new();
    // Up to which token each tag is taken; strictly, all tags are one.
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for annotation in annotations {
        let hull = annotation.spans.hull();
        let first = tokens.partition_point(|token| token.end() <= hull.start());
        let behind = tokens.partition_point(|token| token.start() < hull.end());
        if first >= behind {
            losses.add(Loss::AnnotationWithoutWord, &annotation.id);
            continue;
        }
        let layer = match profile {
            Profile::Strict => String::new(),
            Profile::Extended => tag_name(annotation.tag_id.as_str()),
        };
        let free_from = taken.entry(layer).or_default();
        if *free_from > first {
            losses.add(Loss::OverlappingAnnotation, &annotation.id);
            continue;
        }
        *free_from = behind;
        let is_cut = |number: usize, is_cut: fn(&Span, Span) -> bool| {
            tokens.get(number).is_some_and(|token| is_cut(token, hull))
        };
        if is_cut(first, |token, hull| token.start() < hull.start())
            || is_cut(behind - 1, |token, hull| token.end() > hull.end())
        {
            losses.add(Loss::WidenedAnnotation, &annotation.id);
        }
        kept.push(Kept {
            annotation,
            first,
            behind,
        });
    }
    kept
}

/// What the tokens of each annotation that is kept say, with its tag, in the order of the text. By this the
/// reader's work is judged.
fn carried(each: &ExportingDocument<'_>, profile: Profile) -> Vec<(String, String)> {
    let tokens: Vec<Span> = sentences_of(each.text)
        .into_iter()
        .flat_map(|span| words_of(each.text, span))
        .collect();
    let mut kept = kept(each, &tokens, profile, &mut LossReport::default());
    kept.sort_by_key(|kept| kept.first);
    let words = kept.iter().map(|kept| {
        let own = tokens.get(kept.first..kept.behind).unwrap_or_default();
        let words = own
            .iter()
            .map(|token| token_words(each.text, *token))
            .collect();
        (tag_name(kept.annotation.tag_id.as_str()), words)
    });
    words.collect()
}

/// A token never has white space in it; a no-break space inside a number may stay in a word.
fn token_words(text: &Text, token: Span) -> String {
    let words = text.slice(token).unwrap_or_default();
    words
        .chars()
        .map(|c| if c.is_whitespace() { '_' } else { c })
        .collect()
}

/// A tag has no white space in this format, and none of the signs that part tags.
fn tag_name(tag: &str) -> String {
    tag.chars()
        .map(|c| {
            if c.is_whitespace() || c == '|' {
                '_'
            } else {
                c
            }
        })
        .collect()
}
