//! The files that an importer is given.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use encoding_rs::UTF_8;

use super::decode::{decode, is_utf16};
use super::found::{Found, FoundText};
use super::head::head;
use super::{FileInMemory, ImportError, MOST_AT_ONCE};
use crate::model::Encoding;

/// How often each text may be handed out, on average.
const MOST_COPIES: usize = 50;
/// What little may be handed out as often as anybody likes.
const SMALL_BYTES: usize = 100_000_000;

/// The files that an importer is given, quick to find by path.
pub struct Files<'a> {
    files: &'a [FileInMemory],
    by_path: HashMap<&'a str, usize>,
    /// By the last part of the path without its ending.
    texts: HashMap<&'a str, Vec<usize>>,
    /// How many bytes of texts were handed out, and how many may be.
    taken_bytes: AtomicUsize,
    room_bytes: usize,
}

impl<'a> Files<'a> {
    /// For looking things up.
    pub fn new(files: &'a [FileInMemory]) -> Self {
        let mut texts: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, file) in files
            .iter()
            .enumerate()
            .filter(|(_, file)| ending(&file.path) == "txt")
        {
            texts.entry(stem(&file.path)).or_default().push(index);
        }
        let all_texts = texts.values().flatten();
        let text_bytes = all_texts.filter_map(|index| Some(files.get(*index)?.bytes.len()));
        let text_bytes: usize = text_bytes.sum();
        let by_path = files
            .iter()
            .enumerate()
            .map(|(index, file)| (file.path.as_str(), index))
            .collect();
        Self {
            files,
            by_path,
            texts,
            taken_bytes: AtomicUsize::new(0),
            room_bytes: SMALL_BYTES + MOST_COPIES * text_bytes,
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a FileInMemory> + use<'a> {
        self.files.iter()
    }

    /// Those whose name has one of these endings, in order. Endings are in small letters.
    pub fn ending_in(
        &self,
        endings: &'static [&'static str],
    ) -> impl Iterator<Item = &'a FileInMemory> + use<'a> {
        self.files
            .iter()
            .filter(|file| endings.contains(&&*ending(&file.path)))
    }

    /// The file of that path.
    pub fn get(&self, path: &str) -> Option<&'a FileInMemory> {
        self.files.get(*self.by_path.get(path)?)
    }

    /// The plain text of that name, wherever it lies: by path, or else by the name of the file if only one has it. None
    /// where [`Self::refuse_copies`] does.
    pub fn text(&self, name: &str) -> Option<&'a FileInMemory> {
        let by_path = self.get(name).or_else(|| self.get(&format!("{name}.txt")));
        let file = by_path.or_else(|| match self.texts.get(stem(name))?.as_slice() {
            [only] => self.files.get(*only),
            _ => None,
        })?;
        let bytes = file.bytes.len();
        let before = self.taken_bytes.fetch_add(bytes, Ordering::Relaxed);
        (before + bytes <= self.room_bytes).then_some(file)
    }

    /// Refuses files in which very many documents are of the same text, since each has its own copy.
    ///
    /// # Errors
    /// If there were more than memory may have room for.
    pub fn refuse_copies(&self) -> Result<(), ImportError> {
        match self.taken_bytes.load(Ordering::Relaxed) <= self.room_bytes {
            true => Ok(()),
            false => Err(ImportError::TooManyCopies),
        }
    }
}

/// Reads one file after the other; how many could be used. One that cannot costs only itself and is told.
///
/// # Errors
/// What is wrong with the first, if none can be used; that they are too many.
pub fn read_each<'a>(
    files: impl Iterator<Item = &'a FileInMemory>,
    found: &mut Found,
    mut read: impl FnMut(&'a FileInMemory, &mut Found) -> Result<(), ImportError>,
) -> Result<usize, ImportError> {
    let (mut count, mut first_error) = (0, None);
    for file in files {
        if found.thing_count() > MOST_AT_ONCE {
            return Err(ImportError::TooMany);
        }
        match read(file, found) {
            Ok(()) => count += 1,
            Err(error) => {
                found.left_out(&file.label(), 0, "a file is left out", &error);
                first_error.get_or_insert(error);
            }
        }
    }
    match first_error {
        Some(error) if count == 0 => Err(error),
        _ => Ok(count),
    }
}

/// The ending of a path in small letters, without the dot.
pub fn ending(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase())
        .unwrap_or_default()
}

/// The last part of a path without its ending.
pub fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The text of a document as a file. A byte order mark that is its first character gets one before it, since readers
/// take one for the file's.
pub fn text_file(words: &str) -> Cow<'_, [u8]> {
    match words.starts_with('\u{FEFF}') {
        true => Cow::Owned(["\u{FEFF}", words].concat().into_bytes()),
        false => Cow::Borrowed(words.as_bytes()),
    }
}

impl FileInMemory {
    /// Its beginning without what is long in it, to know the format by.
    pub fn head(&self) -> Cow<'_, str> {
        head(&self.bytes)
    }

    /// What the file is called in reports.
    pub fn label(&self) -> Arc<str> {
        self.path.as_str().into()
    }

    /// All its characters, without a byte order mark. An encoding that had to be guessed is remarked.
    ///
    /// # Errors
    /// If the bytes are no text.
    pub fn words(&self, found: &mut Found) -> Result<Cow<'_, str>, ImportError> {
        let bytes = self
            .bytes
            .strip_prefix("\u{FEFF}".as_bytes())
            .unwrap_or(&self.bytes);
        // Several times as fast as the standard library's.
        let words = UTF_8.decode_without_bom_handling_and_without_replacement(bytes);
        if let Some(words) = words.filter(|_| !is_utf16(bytes)) {
            return Ok(words);
        }
        let (words, encoding) = self.decoded()?;
        remark_encoding(found, &self.label(), &encoding);
        Ok(Cow::Owned(words))
    }

    /// The file as the text of a document, and whether a byte order mark stood before it.
    ///
    /// # Errors
    /// If the bytes are no text.
    pub fn text(&self, found: &mut Found) -> Result<(FoundText, Encoding), ImportError> {
        let (words, encoding) = self.decoded()?;
        remark_encoding(found, &self.label(), &encoding);
        Ok((FoundText::Words(words), encoding))
    }

    fn decoded(&self) -> Result<(String, Encoding), ImportError> {
        decode(self.bytes.clone(), None).map_err(|problem| ImportError::NotText {
            file: self.path.clone(),
            words: problem.to_string(),
        })
    }
}

fn remark_encoding(found: &mut Found, file: &Arc<str>, encoding: &Encoding) {
    if encoding.name != "UTF-8" {
        found.remark(
            file,
            0,
            format!("read as {}, which is a guess", encoding.name),
            "",
        );
    }
    if encoding.is_lossy {
        found.left_out(
            file,
            0,
            "some bytes mean nothing in the encoding and stand as U+FFFD",
            &encoding.name,
        );
    }
}
