//! brat standoff: `DOCUMENT.txt` with `DOCUMENT.ann`, and the three configuration files.
//!
//! Texts are written with LF line ends and offsets count code points in them, as brat's own parser wants.
//! A span over a line break is split into pieces there, which is what brat itself writes. Names that brat cannot
//! hold are escaped; `visual.conf` gives the true ones.

use std::fmt::Write;

use super::{
    Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport, file_stem, proof::Carries,
};
use crate::import;
use crate::model::{Annotation, AnnotationId, AttributeKind, Codebook, LinkEnds, TagId};
use crate::text::{ByteOffset, OffsetUnit, Span, Text};

/// brat standoff.
pub const BRAT: Format = Format {
    name: "brat",
    title: "brat standoff",
    description: "A text and an annotation file for each document; for brat and its many readers",
    ending: None,
    write,
    reader: Some(&import::BRAT),
    carries: Carries::Annotations,
};

fn write(exporting: &Exporting<'_>, losses: &mut LossReport) -> Vec<FileInMemory> {
    let mut files = Vec::new();
    let mut push = |path: String, bytes: Vec<u8>| files.push(FileInMemory { path, bytes });
    for each in &exporting.documents {
        let stem = file_stem(each.document.id.as_str());
        let text = with_lf(each.text);
        if text != each.text.as_str() {
            losses.add(Loss::LineEnds, &each.document.id);
        }
        push(format!("{stem}.txt"), import::text_file(&text));
        push(
            format!("{stem}.ann"),
            annotations_of(exporting, each, losses).into_bytes(),
        );
    }
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
    report_the_rest(exporting, losses);
    files
}

fn with_lf(text: &Text) -> String {
    text.as_str().replace("\r\n", "\n").replace('\r', "\n")
}

/// The lines of a document's `.ann` file.
fn annotations_of(
    exporting: &Exporting<'_>,
    each: &ExportingDocument<'_>,
    losses: &mut LossReport,
) -> String {
    let places = LfOffsets::of(each.text);
    let mut lines = String::new();
    let (mut attributes, mut notes) = (0, 0);
    let mut written: Vec<&AnnotationId> = Vec::new();
    for annotation in &each.annotations {
        let pieces = pieces(annotation, each.text);
        if pieces.is_empty() {
            losses.add(Loss::AnnotationWithoutWord, &annotation.id);
            continue;
        }
        if pieces.len() > annotation.spans.count() {
            losses.add(Loss::SplitAtLineBreak, &annotation.id);
        }
        written.push(&annotation.id);
        let number = written.len();
        let offsets: Vec<String> = pieces.iter().map(|piece| places.written(*piece)).collect();
        let words: Vec<&str> = pieces
            .iter()
            .filter_map(|piece| each.text.slice(*piece))
            .collect();
        let words = words.join(" ");
        if words.contains(cuts_a_line) {
            losses.add(Loss::Character, &annotation.id);
        }
        let words: String = words
            .chars()
            .map(|c| if cuts_a_line(c) { ' ' } else { c })
            .collect();
        let _ = writeln!(
            lines,
            "T{number}\t{} {}\t{words}",
            escaped(annotation.tag_id.as_str()),
            offsets.join(";")
        );
        for (name, value) in &annotation.attributes {
            attributes += 1;
            let value = one_line(&value.to_string());
            let _ = writeln!(lines, "A{attributes}\t{} T{number} {value}", escaped(name));
        }
        if !annotation.note.is_empty() {
            notes += 1;
            let _ = writeln!(
                lines,
                "#{notes}\tAnnotatorNotes T{number}\t{}",
                one_line(&annotation.note)
            );
        }
    }
    let number_of = |id: &AnnotationId| {
        written
            .iter()
            .position(|written| *written == id)
            .map(|index| index + 1)
    };
    let mut relations = 0;
    for link in written.iter().flat_map(|id| {
        exporting
            .project
            .links
            .of(id)
            .filter(|link| link.from == **id)
    }) {
        match (number_of(&link.from), number_of(&link.to)) {
            (Some(from), Some(to)) => {
                relations += 1;
                let _ = writeln!(
                    lines,
                    "R{relations}\t{} Arg1:T{from} Arg2:T{to}",
                    escaped(&link.kind)
                );
            }
            _ => losses.add(Loss::LinkAcrossDocuments, &link.id),
        }
    }
    lines
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

/// Places in a text as they are once its line ends are LF.
struct LfOffsets<'a> {
    text: &'a Text,
    /// A byte order mark before the text, which brat counts.
    marks: usize,
    /// By line: how many CR LF stand before it, each of which counts one less.
    dropped: Vec<usize>,
}

impl<'a> LfOffsets<'a> {
    fn of(text: &'a Text) -> Self {
        let mut dropped = Vec::with_capacity(text.line_count());
        let mut count = 0;
        for line_index in 0..text.line_count() {
            dropped.push(count);
            let line = text
                .as_str()
                .get(text.line_bytes_with_break(line_index))
                .unwrap_or_default();
            count += usize::from(line.ends_with("\r\n"));
        }
        let marks = usize::from(text.as_str().starts_with('\u{FEFF}'));
        Self {
            text,
            marks,
            dropped,
        }
    }

    /// Start and end as brat writes them.
    fn written(&self, span: Span) -> String {
        let offset = |place: ByteOffset| {
            let dropped = self
                .dropped
                .get(self.text.line_index_at(place))
                .copied()
                .unwrap_or(0);
            self.marks + self.text.offset_in(OffsetUnit::CodePoint, place) - dropped
        };
        format!("{} {}", offset(span.start()), offset(span.end()))
    }
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
fn escaped(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    name.chars()
        .map(|c| {
            if is_plain(c) {
                c.to_string()
            } else {
                format!("_u{:04X}_", u32::from(c))
            }
        })
        .collect()
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
        let tag = tag.map_or("<ENTITY>".to_owned(), |tag| escaped(tag.id.as_str()));
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

/// What brat has no place for.
fn report_the_rest(exporting: &Exporting<'_>, losses: &mut LossReport) {
    for (_, annotation) in exporting.annotations() {
        losses.add(Loss::Annotator, &annotation.id);
        if annotation.created_at.is_some() || annotation.changed.is_some() {
            losses.add(Loss::Time, &annotation.id);
        }
        if annotation.tier != crate::model::Tier::Core {
            losses.add(Loss::Tier, &annotation.id);
        }
    }
    for each in &exporting.documents {
        each.regions
            .iter()
            .for_each(|region| losses.add(Loss::Region, &region.id));
        if !each.document.fields.is_empty() {
            losses.add(Loss::DocumentField, &each.document.id);
        }
        if !each.document.states.is_empty() {
            losses.add(Loss::DocumentState, &each.document.id);
        }
    }
    exporting
        .project
        .claims
        .keys()
        .for_each(|claim_id| losses.add(Loss::Claim, claim_id));
}
