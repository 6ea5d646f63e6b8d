//! The running text of a Word document: paragraphs as lines, cells of tables one by one. What stands apart from it is
//! named and left out.

use super::archive::Archive;
use super::extracted::Extracted;
use super::found::Found;
use super::xml::{self, Element};
use super::{FileInMemory, ImportError};

/// Parts of a document that are no running text, and what they are.
const APART: [(&str, &str); 5] = [
    ("word/footnotes.xml", "footnotes"),
    ("word/endnotes.xml", "endnotes"),
    ("word/comments.xml", "comments"),
    ("word/header1.xml", "page headers"),
    ("word/footer1.xml", "page footers"),
];

/// Takes the words out.
///
/// # Errors
/// If it is no Word document, in words for the person.
pub fn extract(file: &FileInMemory) -> Result<Extracted, String> {
    let mut found = Found::default();
    let in_words = |error: ImportError| match error {
        ImportError::Broken { words, .. } => words,
        error => error.to_string(),
    };
    let mut archive = Archive::open(file, &mut found).map_err(in_words)?;
    let mut part = |name: &str| {
        let member = archive.member(name).map_err(in_words)?;
        let Some(member) = member else {
            return Ok(None);
        };
        let words = member.words(&mut found).map_err(in_words)?;
        xml::read(name, &words).map(Some).map_err(in_words)
    };
    let document = part("word/document.xml")?;
    let document = document.ok_or("this is no Word document: it has no word/document.xml")?;
    let mut words = String::new();
    add(&document, &mut words);
    let properties = part("docProps/core.xml")?;
    let title = properties.map(|properties| properties.words_of("title").trim().to_owned());
    let apart = APART.iter().filter(|(name, _)| has_words(part(name)));
    let apart: Vec<&str> = apart.map(|(_, what)| *what).collect();
    let mut remarks = Vec::new();
    if !apart.is_empty() {
        remarks.push(format!("left out: {}", apart.join(", ")));
    }
    Ok(Extracted {
        words,
        title: title.unwrap_or_default(),
        by: "Ascribe’s reader of Word documents".to_owned(),
        remarks,
    })
}

fn has_words(part: Result<Option<Element>, String>) -> bool {
    let mut words = String::new();
    if let Ok(Some(part)) = part {
        add(&part, &mut words);
    }
    !words.trim().is_empty()
}

/// Adds what a reader sees of an element and all that is in it.
fn add(element: &Element, words: &mut String) {
    match element.local() {
        "t" => return words.push_str(&element.words),
        "tab" | "ptab" => words.push('\t'),
        "br" | "cr" => words.push('\n'),
        "noBreakHyphen" => words.push('\u{2011}'),
        "softHyphen" => words.push('\u{AD}'),
        // What was deleted while changes were tracked, fields, and what older programs are to show instead.
        "del" | "moveFrom" | "instrText" | "Fallback" | "pPr" | "rPr" => return,
        _ => {}
    }
    element.children.iter().for_each(|child| add(child, words));
    if element.local() == "p" {
        words.push('\n');
    }
}
