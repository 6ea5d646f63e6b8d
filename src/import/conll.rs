//! CoNLL: a token a line, its tag in the last column, IOB2. The text is made of the tokens with single spaces.

use std::collections::BTreeMap;

use super::{ImportError, Imported, words_of};
use crate::model::{
    Annotation, AnnotationId, AnnotatorId, Attributes, Document, DocumentId, Encoding, TagId, Tier,
};
use crate::text::{ByteOffset, Span, Text};

/// Who is said to have made what a file without annotators holds.
const ANNOTATOR: &str = "imported";

/// A document as it grows line by line.
#[derive(Default)]
struct Growing {
    words: String,
    /// Tag and bytes of each annotation; the last one may still grow.
    marked: Vec<(String, usize, usize)>,
    is_open: bool,
}

/// Reads a file of tokens. A line that cannot be read gives a warning.
///
/// # Errors
/// If the bytes are not UTF-8.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    let mut growing: Option<Growing> = None;
    for (index, line) in words_of(bytes)?.lines().enumerate() {
        if line.starts_with("-DOCSTART-") {
            finish(&mut imported, growing.replace(Growing::default()));
        } else if line.trim().is_empty() {
            let growing = growing.get_or_insert_default();
            growing.is_open = false;
            if !growing.words.is_empty() {
                growing.words.push('\n');
            }
        } else {
            let mut columns = line.split(['\t', ' ']).filter(|column| !column.is_empty());
            match (columns.next(), columns.next_back()) {
                (Some(token), Some(label)) => {
                    add_token(growing.get_or_insert_default(), token, label)
                }
                _ => imported.warn(index + 1, "left out: there is no tag behind the token"),
            }
        }
    }
    finish(&mut imported, growing);
    Ok(imported)
}

fn add_token(growing: &mut Growing, token: &str, label: &str) {
    if !growing.words.is_empty() && !growing.words.ends_with('\n') {
        growing.words.push(' ');
    }
    let start = growing.words.len();
    growing.words.push_str(token);
    let end = growing.words.len();
    let (prefix, tag) = label.split_once('-').unwrap_or(("O", ""));
    let goes_on = prefix == "I"
        && growing.is_open
        && growing
            .marked
            .last()
            .is_some_and(|(last, _, _)| last == tag);
    match growing.marked.last_mut() {
        Some(last) if goes_on => last.2 = end,
        _ if tag.is_empty() => {}
        _ => growing.marked.push((tag.to_owned(), start, end)),
    }
    growing.is_open = !tag.is_empty();
}

fn finish(imported: &mut Imported, growing: Option<Growing>) {
    let Some(Growing { words, marked, .. }) = growing else {
        return;
    };
    // Zero-padded, so that the order of ids is that of the file.
    let id = DocumentId::new(format!(
        "document-{:06}",
        imported.project.documents.len() + 1
    ));
    let text = Text::new(words);
    for (tag, start, end) in marked {
        let Some(span) = Span::new(ByteOffset(start), ByteOffset(end)) else {
            continue;
        };
        let annotator_id = AnnotatorId::new(ANNOTATOR);
        let number = imported.project.annotations.last_number_of(&annotator_id) + 1;
        let annotation = Annotation {
            id: AnnotationId::new(annotator_id, number),
            document_id: id.clone(),
            spans: span.into(),
            tag_id: TagId::new(tag),
            attributes: Attributes::new(),
            note: "".into(),
            tier: Tier::Core,
            quote: text.slice(span).unwrap_or_default().into(),
            created_at: None,
            changed: None,
        };
        imported.project.annotations.insert(annotation.into());
    }
    let document = Document {
        id: id.clone(),
        path: format!("{id}.txt"),
        sha256: String::new(),
        size_bytes: text.end().0 as u64,
        encoding: Encoding::default(),
        fields: BTreeMap::new(),
        states: BTreeMap::new(),
    };
    imported.texts.insert(id.clone(), text);
    imported.project.documents.insert(id, document.into());
}
