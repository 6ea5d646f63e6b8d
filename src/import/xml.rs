//! XML as a tree of elements, for the formats that are XML.
//!
//! Nothing is fetched and nothing expanded: a document type is refused at once, and of entities only the five of XML
//! and character numbers are known.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::ImportError;

/// Deeper elements are nobody's data.
const MOST_DEPTH: usize = 256;
/// Of one file. An element with its attributes takes about a kilobyte.
const MOST_ELEMENTS: usize = 2_000_000;
/// An element takes far more memory than the four bytes that it may take in a file. Of files that say something there
/// are no more than this and one for every [`BYTES_AN_ELEMENT`].
const SMALL_ELEMENTS: usize = 100_000;
/// See [`SMALL_ELEMENTS`].
const BYTES_AN_ELEMENT: usize = 16;

/// An element with all that is in it.
#[derive(Debug, Default)]
pub struct Element {
    /// With its prefix.
    pub name: String,
    /// In order; no name comes twice.
    pub attributes: Vec<(String, String)>,
    /// In order.
    pub children: Vec<Element>,
    /// The characters that stand in it directly.
    pub words: String,
    /// On which line it begins, from 1.
    pub line: usize,
}

impl Element {
    /// Its name without the prefix.
    pub fn local(&self) -> &str {
        local(&self.name)
    }

    /// The attribute of that name, given without its prefix.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(own, _)| local(own) == name)
            .map(|(_, value)| value.as_str())
    }

    /// Its children of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children
            .iter()
            .filter(move |child| child.local() == name)
    }

    /// Its first child of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.local() == name)
    }

    /// The words of the first child of that name.
    pub fn words_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.words.as_str())
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Reads a file of XML.
///
/// # Errors
/// If it is not well formed, has a document type, or is too deep.
pub fn read(file: &str, words: &str) -> Result<Element, ImportError> {
    let mut reader = Reader::from_str(words);
    let most = (SMALL_ELEMENTS + words.len() / BYTES_AN_ELEMENT).min(MOST_ELEMENTS);
    let mut building = Building {
        most,
        room: most,
        ..Building::default()
    };
    let mut at = 0;
    building.line = 1;
    loop {
        let event = reader.read_event();
        let here = match &event {
            Ok(_) => reader.buffer_position(),
            Err(_) => reader.error_position(),
        };
        let here = usize::try_from(here).unwrap_or(usize::MAX);
        let passed = words.as_bytes().get(at..here).unwrap_or_default();
        let began = building.line;
        building.line += memchr::memchr_iter(b'\n', passed).count();
        at = here.max(at);
        let outcome = match event {
            Ok(Event::Eof) => break,
            Ok(event) => building.take(event, began),
            Err(error) => Err(error.to_string()),
        };
        outcome.map_err(|words| ImportError::Broken {
            file: format!("{file}, line {}", building.line),
            words,
        })?;
    }
    match (building.open.is_empty(), building.root) {
        (true, Some(root)) => Ok(root),
        (true, None) => Err(broken(file, "there is no element")),
        (false, _) => Err(broken(file, "the file ends inside of an element")),
    }
}

fn broken(file: &str, words: &str) -> ImportError {
    ImportError::Broken {
        file: file.to_owned(),
        words: words.to_owned(),
    }
}

/// The tree in the making.
#[derive(Default)]
struct Building {
    root: Option<Element>,
    /// The elements that are not closed yet, the outermost first.
    open: Vec<Element>,
    /// How many elements there may be.
    most: usize,
    /// How many more there may be.
    room: usize,
    line: usize,
}

impl Building {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), String> {
        match event {
            Event::Start(start) => {
                let element = self.element(&start, line)?;
                self.open.push(element);
            }
            Event::Empty(start) => {
                let element = self.element(&start, line)?;
                self.close(element)?;
            }
            Event::End(_) => {
                let element = self
                    .open
                    .pop()
                    .ok_or("an element ends that did not begin")?;
                self.close(element)?;
            }
            Event::Text(text) => {
                self.say(&text.xml10_content().map_err(|error| error.to_string())?)
            }
            Event::CData(text) => {
                self.say(&text.xml10_content().map_err(|error| error.to_string())?);
            }
            Event::GeneralRef(reference) => {
                let number = reference
                    .resolve_char_ref()
                    .map_err(|error| error.to_string())?;
                let name = reference.decode().map_err(|error| error.to_string())?;
                let character = number.or_else(|| predefined(&name));
                let character =
                    character.ok_or_else(|| format!("the entity “{name}” is not known"))?;
                self.say(character.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => {
                return Err(
                    "files with a document type are refused, since such a type can draw in \
                    other files or grow without end"
                        .to_owned(),
                );
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn element(&mut self, start: &BytesStart<'_>, line: usize) -> Result<Element, String> {
        if self.open.len() >= MOST_DEPTH {
            return Err(format!(
                "elements lie more than {MOST_DEPTH} deep in one another"
            ));
        }
        let left = self.room.checked_sub(1);
        self.room = left.ok_or_else(|| match self.most {
            MOST_ELEMENTS => format!("it has more than {MOST_ELEMENTS} elements"),
            most => {
                format!("it has more than {most} elements, far more than a file of its size needs")
            }
        })?;
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            // As XML asks, a raw line break is a space here and one written as a number stays.
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|error| error.to_string())?;
            attributes.push((
                name(attribute.key.as_ref())?.into_owned(),
                value.into_owned(),
            ));
        }
        Ok(Element {
            name: name(start.name().as_ref())?.into_owned(),
            attributes,
            line,
            ..Element::default()
        })
    }

    fn close(&mut self, element: Element) -> Result<(), String> {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None if self.root.is_none() => self.root = Some(element),
            None => return Err("there is a second outermost element".to_owned()),
        }
        Ok(())
    }

    fn say(&mut self, words: &str) {
        if let Some(element) = self.open.last_mut() {
            element.words.push_str(words);
        }
    }
}

fn name(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    std::str::from_utf8(bytes)
        .map(Cow::Borrowed)
        .map_err(|error| error.to_string())
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}
