//! brat standoff: text-bound annotations, attributes, notes and relations, as brat's own parser reads them.
//!
//! Events, normalizations and equivalences are kept out with a warning that names the line.

use std::collections::BTreeMap;

use super::FileInMemory;
use super::{ImportError, Imported, text_of, words_of};
use crate::model::{
    Annotation, AnnotationId, AnnotatorId, AttributeValue, Attributes, Document, DocumentId,
    Encoding, Link, LinkId, TagId, Tier, quote_of,
};
use crate::text::{OffsetUnit, Span, Spans, Text};

/// Who is said to have made what a file without annotators holds.
const ANNOTATOR: &str = "imported";

/// Reads the `.txt` and `.ann` files of a folder.
///
/// # Errors
/// If a file is not in UTF-8.
pub fn read(files: &[FileInMemory]) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    for file in files {
        let Some(stem) = file.path.strip_suffix(".ann") else {
            continue;
        };
        let text_path = format!("{stem}.txt");
        let text = files
            .iter()
            .find(|file| file.path == text_path)
            .ok_or(ImportError::WrongFormat("brat"))?;
        let text = text_of(&text.bytes)?;
        read_document(&mut imported, stem, text, words_of(&file.bytes)?);
    }
    Ok(imported)
}

fn read_document(imported: &mut Imported, stem: &str, text: Text, lines: &str) {
    let document_id = DocumentId::new(unescaped(stem));
    // brat's ids, by which attributes, notes and relations refer to the annotation.
    let mut ids: BTreeMap<String, AnnotationId> = BTreeMap::new();
    let mut read: BTreeMap<AnnotationId, Annotation> = BTreeMap::new();
    let mut number = imported
        .project
        .annotations
        .last_number_of(&AnnotatorId::new(ANNOTATOR));
    let mut later = Vec::new();
    for (index, line) in lines
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let line = line.trim_end_matches([' ', '\t', '\r']);
        let Some((id, rest)) = line.split_once('\t').filter(|(id, _)| id.starts_with('T')) else {
            later.push((index + 1, line));
            continue;
        };
        match text_bound(rest, &text) {
            Some((tag, spans)) if !ids.contains_key(id) => {
                number += 1;
                let annotation_id = AnnotationId::new(AnnotatorId::new(ANNOTATOR), number);
                ids.insert(id.to_owned(), annotation_id.clone());
                let quote = quote_of(&text, &spans).unwrap_or_default().into();
                let annotation = Annotation {
                    id: annotation_id.clone(),
                    document_id: document_id.clone(),
                    spans,
                    tag_id: TagId::new(tag),
                    attributes: Attributes::new(),
                    note: "".into(),
                    tier: Tier::Core,
                    quote,
                    created_at: None,
                    changed: None,
                };
                read.insert(annotation_id, annotation);
            }
            Some(_) => imported.warn(index + 1, format!("left out: {id} is there already")),
            None => imported.warn(index + 1, "left out: its place is not in the text"),
        }
    }
    for (line_number, line) in later {
        if read_later(imported, &ids, &mut read, line).is_none() {
            imported.warn(line_number, format!("left out: {line}"));
        }
    }
    for annotation in read.into_values() {
        imported.project.annotations.insert(annotation.into());
    }
    let document = Document {
        id: document_id.clone(),
        path: format!("{stem}.txt"),
        sha256: String::new(),
        size_bytes: text.end().0 as u64,
        encoding: Encoding::default(),
        fields: BTreeMap::new(),
        states: BTreeMap::new(),
    };
    imported.texts.insert(document_id.clone(), text);
    imported
        .project
        .documents
        .insert(document_id, document.into());
}

/// `TYPE S E;S E → words`: the tag and the pieces.
fn text_bound(rest: &str, text: &Text) -> Option<(String, Spans)> {
    let head = rest.split('\t').next()?;
    let (tag, offsets) = head.split_once(' ')?;
    let pieces = offsets.split(';').map(|piece| {
        let (start, end) = piece.trim().split_once(' ')?;
        let place =
            |written: &str| text.offset_from(OffsetUnit::CodePoint, written.trim().parse().ok()?);
        Span::new(place(start)?, place(end)?)
    });
    Some((
        unescaped(tag),
        Spans::new(pieces.collect::<Option<Vec<Span>>>()?)?,
    ))
}

/// Lines that refer to annotations: attributes, notes, relations. `None` for one that cannot be read.
fn read_later(
    imported: &mut Imported,
    ids: &BTreeMap<String, AnnotationId>,
    read: &mut BTreeMap<AnnotationId, Annotation>,
    line: &str,
) -> Option<()> {
    let (id, rest) = line.split_once('\t')?;
    match id.chars().next()? {
        'A' | 'M' => {
            let (name, rest) = rest.split_once(' ')?;
            let (target, value) = rest.split_once(' ').unwrap_or((rest, ""));
            // A flag has no value: that it is there says yes.
            let value = if value.is_empty() {
                AttributeValue::YesNo(true)
            } else {
                AttributeValue::Words(spread(value).into())
            };
            read.get_mut(ids.get(target)?)?
                .attributes
                .insert(unescaped(name).into(), value);
        }
        '#' => {
            let (head, note) = rest.split_once('\t')?;
            let (_, target) = head.split_once(' ')?;
            read.get_mut(ids.get(target)?)?.note = spread(note).into();
        }
        'R' => {
            let mut parts = rest.split_whitespace();
            let kind = unescaped(parts.next()?);
            let mut end = || ids.get(parts.next()?.split_once(':')?.1).cloned();
            let (from, to) = (end()?, end()?);
            let annotator_id = AnnotatorId::new(ANNOTATOR);
            let number = imported.project.links.last_number_of(&annotator_id) + 1;
            let link = Link {
                id: LinkId::new(annotator_id, number),
                kind: kind.into(),
                from,
                to,
                created_at: None,
            };
            imported.project.links.insert(link.into());
        }
        _ => return None,
    }
    Some(())
}

/// Undoes the escapes of `export::brat`: `_u0020_` is a space.
fn unescaped(name: &str) -> String {
    let mut words = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once("_u") {
        words.push_str(before);
        let code = after
            .split_once('_')
            .filter(|(digits, _)| digits.len() >= 4);
        let letter =
            code.and_then(|(digits, _)| char::from_u32(u32::from_str_radix(digits, 16).ok()?));
        match (letter, code) {
            (Some(letter), Some((_, behind))) => {
                words.push(letter);
                rest = behind;
            }
            _ => {
                words.push_str("_u");
                rest = after;
            }
        }
    }
    words.push_str(rest);
    words
}

/// `\n` as a line break, a doubled backslash as one.
fn spread(words: &str) -> String {
    words
        .replace("\\\\", "\u{0}")
        .replace("\\n", "\n")
        .replace('\u{0}', "\\")
}
