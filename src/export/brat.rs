//! brat standoff: `DOCUMENT.txt` with `DOCUMENT.ann`, and four configuration files.
//!
//! Texts are written with LF line ends and offsets count code points in them, as brat's own parser wants.
//! A span over a line break is split into pieces there, which is what brat itself writes. Names that brat cannot
//! hold are escaped; `visual.conf` gives the true ones.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;

use rayon::prelude::*;

use super::kept::AllBut;
use super::proof::Carries;
use super::{
    Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport, Newlines, file_stem,
};
use crate::import;
use crate::model::{
    Annotation, AnnotationId, AttributeKind, AttributeValue, Codebook, LinkEnds, TagId,
};
use crate::text::{ByteOffset, OffsetUnit, Span, Text};

const KEPT: AllBut = AllBut(&[&[
    Loss::Tier,
    Loss::Annotator,
    Loss::Time,
    Loss::LinkAcrossDocuments,
    Loss::LinkOrigin,
    Loss::Region,
    Loss::Claim,
    Loss::DocumentField,
    Loss::DocumentState,
]]);

/// brat standoff.
pub const BRAT: Format = Format {
    name: "brat",
    title: "brat standoff",
    description: "A text and an annotation file for each document; for brat and its many readers",
    ending: None,
    write,
    reader: Some(&import::BRAT),
    carries: Carries::Loosely(KEPT),
    newlines: Some(Newlines::Lf),
    asks: &[],
};

/// Nothing is set, but brat wants the sections.
const TOOLS_CONF: &str =
    "[options]\n\n[search]\n\n[annotators]\n\n[disambiguators]\n\n[normalization]\n";

fn write(exporting: &Exporting<'_>, losses: &mut LossReport) -> Vec<FileInMemory> {
    let documents: Vec<([FileInMemory; 2], LossReport)> = exporting
        .documents
        .par_iter()
        .map(|each| {
            let mut losses = LossReport::default();
            let stem = file_stem(each.document.id.as_str());
            let annotations = annotations_of(exporting, each, &mut losses);
            let text = FileInMemory {
                path: format!("{stem}.txt"),
                bytes: import::text_file(each.text.as_str()).into_owned(),
            };
            let annotations = FileInMemory {
                path: format!("{stem}.ann"),
                bytes: annotations.into_bytes(),
            };
            ([text, annotations], losses)
        })
        .collect();
    let mut files = Vec::with_capacity(documents.len() * 2 + 4);
    for (own, own_losses) in documents {
        files.extend(own);
        losses.append(own_losses);
    }
    let mut push = |path: String, bytes: Vec<u8>| files.push(FileInMemory { path, bytes });
    let codebook = &exporting.project.codebook;
    push(
        "annotation.conf".to_owned(),
        annotation_conf(codebook).into_bytes(),
    );
    push("visual.conf".to_owned(), visual_conf(codebook).into_bytes());
    push(
        "kb_shortcuts.conf".to_owned(),
        shortcuts_conf(codebook).into_bytes(),
    );
    push("tools.conf".to_owned(), TOOLS_CONF.into());
    files
}

/// The lines of a document's `.ann` file.
fn annotations_of(
    exporting: &Exporting<'_>,
    each: &ExportingDocument<'_>,
    losses: &mut LossReport,
) -> String {
    // brat takes a byte order mark before the text for its first character.
    let marks = usize::from(each.text.as_str().starts_with('\u{FEFF}'));
    let mut lines = String::new();
    let (mut attributes, mut notes) = (0, 0);
    let mut numbers: HashMap<&AnnotationId, usize> = HashMap::new();
    for annotation in &each.annotations {
        let pieces = pieces(annotation, each.text);
        if pieces.is_empty() {
            losses.add(Loss::AnnotationWithoutWord, &annotation.id);
            continue;
        }
        if pieces.len() > annotation.spans.count() {
            losses.add(Loss::SplitAtLineBreak, &annotation.id);
        }
        let number = numbers.len() + 1;
        numbers.insert(&annotation.id, number);
        let _ = write!(lines, "T{number}\t{} ", escaped(annotation.tag_id.as_str()));
        write_pieces(&mut lines, each.text, &pieces, marks);
        if write_words(&mut lines, each.text, &pieces) {
            losses.add(Loss::Character, &annotation.id);
        }
        for (name, value) in &annotation.attributes {
            let value = match value {
                // A flag has no value: that it is there says yes.
                AttributeValue::YesNo(true) => String::new(),
                value => format!(" {}", one_line(&value.to_string())),
            };
            if value == " " {
                losses.add(Loss::Attributes, &annotation.id);
                continue;
            }
            attributes += 1;
            let _ = writeln!(lines, "A{attributes}\t{} T{number}{value}", escaped(name));
        }
        if !annotation.note.is_empty() {
            notes += 1;
            let note = one_line(&annotation.note);
            let _ = writeln!(lines, "#{notes}\tAnnotatorNotes T{number}\t{note}");
        }
    }
    let mut relations = 0;
    for annotation in &each.annotations {
        let own = exporting.project.links.of(&annotation.id);
        for link in own.filter(|link| link.from == annotation.id) {
            let ends = numbers.get(&link.from).zip(numbers.get(&link.to));
            if let Some((from, to)) = ends {
                relations += 1;
                let kind = escaped(&link.kind);
                let _ = writeln!(lines, "R{relations}\t{kind} Arg1:T{from} Arg2:T{to}");
            }
        }
    }
    lines
}

/// `0 6;8 10`, in code points.
fn write_pieces(lines: &mut String, text: &Text, pieces: &[Span], marks: usize) {
    for (index, piece) in pieces.iter().enumerate() {
        let offset = |place| marks + text.offset_in(OffsetUnit::CodePoint, place);
        let before = if index == 0 { "" } else { ";" };
        let _ = write!(
            lines,
            "{before}{} {}",
            offset(piece.start()),
            offset(piece.end())
        );
    }
}

/// The words behind a TAB, pieces joined by a space. Whether a character had to be written as a space.
fn write_words(lines: &mut String, text: &Text, pieces: &[Span]) -> bool {
    let mut is_changed = false;
    lines.push('\t');
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            lines.push(' ');
        }
        let words = text.slice(*piece).unwrap_or_default();
        if words.contains(cuts_a_line) {
            is_changed = true;
            lines.extend(words.chars().map(|c| if cuts_a_line(c) { ' ' } else { c }));
        } else {
            lines.push_str(words);
        }
    }
    lines.push('\n');
    is_changed
}

/// The annotation's pieces, split where a line ends; a piece of nothing but line ends is none.
fn pieces(annotation: &Annotation, text: &Text) -> Vec<Span> {
    let mut pieces = Vec::new();
    for span in annotation.spans.iter() {
        let lines =
            text.line_index_at(span.start())..=text.line_index_at(ByteOffset(span.end().0 - 1));
        for line_index in lines {
            let line = text.line_bytes(line_index);
            let line = Span::new(ByteOffset(line.start), ByteOffset(line.end));
            pieces.extend(line.and_then(|line| line.intersection(span)));
        }
    }
    pieces
}

/// Characters at which Python, and so brat, cuts a line.
fn cuts_a_line(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\t' | '\u{B}' | '\u{C}' | '\u{1C}'
            ..='\u{1E}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// On one line: a line break as `\n`, a backslash doubled, other breaks as spaces.
fn one_line(words: &str) -> String {
    let escaped = words
        .replace('\\', "\\\\")
        .replace("\r\n", "\\n")
        .replace(['\n', '\r'], "\\n");
    escaped
        .chars()
        .map(|c| if cuts_a_line(c) { ' ' } else { c })
        .collect()
}

/// A name without white space and signs that mean something to brat: each of them as `_u0020_`.
fn escaped(name: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    if name.chars().all(is_plain) {
        return Cow::Borrowed(name);
    }
    let mut words = String::new();
    for c in name.chars() {
        let _ = match is_plain(c) {
            true => words.write_char(c),
            false => write!(words, "_u{:04X}_", u32::from(c)),
        };
    }
    Cow::Owned(words)
}

fn annotation_conf(codebook: &Codebook) -> String {
    let mut words = "[entities]\n".to_owned();
    for tag in &codebook.tags {
        let _ = writeln!(words, "{}", escaped(tag.id.as_str()));
    }
    words.push_str("\n[relations]\n");
    let names = |tag_ids: &[TagId]| match tag_ids {
        [] => "<ENTITY>".to_owned(),
        tag_ids => tag_ids
            .iter()
            .map(|id| escaped(id.as_str()))
            .collect::<Vec<_>>()
            .join("|"),
    };
    for kind in &codebook.link_kinds {
        let (from, to) = match &kind.ends {
            LinkEnds::SameTag => ("<ENTITY>".to_owned(), "<ENTITY>".to_owned()),
            LinkEnds::Tags { from, to } => (names(from), names(to)),
        };
        let _ = writeln!(words, "{} Arg1:{from}, Arg2:{to}", escaped(&kind.name));
    }
    words.push_str("\n[events]\n\n[attributes]\n");
    let own = codebook.tags.iter().flat_map(|tag| {
        tag.attributes
            .iter()
            .map(move |attribute| (Some(tag), attribute))
    });
    let common = codebook
        .common_attributes
        .iter()
        .map(|attribute| (None, attribute));
    for (tag, attribute) in own.chain(common) {
        let AttributeKind::Choice { choices, .. } = &attribute.kind else {
            continue;
        };
        let tag = tag.map_or("<ENTITY>".into(), |tag| escaped(tag.id.as_str()));
        let choices: Vec<&str> = choices.iter().map(|choice| &*choice.name).collect();
        let _ = writeln!(
            words,
            "{} Arg:{tag}, Value:{}",
            escaped(&attribute.name),
            choices.join("|")
        );
    }
    words
}

fn visual_conf(codebook: &Codebook) -> String {
    let mut words = "[labels]\n".to_owned();
    for tag in &codebook.tags {
        let _ = writeln!(words, "{} | {}", escaped(tag.id.as_str()), tag.id);
    }
    words.push_str("\n[drawing]\n");
    for tag in &codebook.tags {
        let _ = writeln!(words, "{} bgColor:{}", escaped(tag.id.as_str()), tag.color);
    }
    words
}

fn shortcuts_conf(codebook: &Codebook) -> String {
    let keys = codebook
        .tags
        .iter()
        .filter_map(|tag| Some(format!("{} {}\n", tag.key?, escaped(tag.id.as_str()))));
    keys.collect()
}
