//! The files of an import, and the texts that it brings.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::disk::{Disk, read_regular, sha256_of};
use super::replace::{WriteError, flush_file, flush_folder_of, io_error, write_many};
use super::texts::{MOST_TEXT_BYTES, ReadError, TEXT_FOLDER, make_text_folder};
use super::{Progress, folder_of};
use crate::import::{self, FileInMemory};
use crate::model::{Document, Encoding, Texts};

/// How deep folders are searched; deeper ones are links in a circle or somebody's whole disk.
const MOST_FOLDER_DEPTH: usize = 12;
/// More than this is not held in memory at once.
const MOST_IMPORT_BYTES: u64 = 4_000_000_000;

/// Reads the files of an import. Of folders, those that a format knows by their ending. A file of annotations brings
/// the text of the same name along.
///
/// # Errors
/// If a file or folder cannot be read, or all of them are too large.
pub fn read_files(paths: &[PathBuf], progress: &Progress) -> Result<Vec<FileInMemory>, ReadError> {
    let mut given: HashSet<&PathBuf> = HashSet::new();
    let paths: Vec<&PathBuf> = paths.iter().filter(|path| given.insert(path)).collect();
    let mut places: Vec<(String, PathBuf)> = Vec::new();
    for (path, name) in paths.iter().zip(names_apart(&paths)) {
        if path.is_dir() {
            let prefix = if paths.len() > 1 { name } else { String::new() };
            find_files(path, &prefix, MOST_FOLDER_DEPTH, &mut places)?;
            continue;
        }
        let text = path.with_extension("txt");
        let is_stand_off = matches!(&*import::ending(&name), "ann" | "a1" | "a2");
        if is_stand_off && text.is_file() && !given.contains(&text) {
            let (stem, _) = name.rsplit_once('.').unwrap_or((&name, ""));
            places.push((format!("{stem}.txt"), text));
        }
        places.push((name, (*path).clone()));
    }
    read_places(paths.first().copied(), places, progress)
}

/// Reads the texts that lie in the folders of files of annotations and have the names that these speak of.
///
/// # Errors
/// If one cannot be read.
pub fn read_texts_beside(
    paths: &[PathBuf],
    names: &[String],
    progress: &Progress,
) -> Result<Vec<FileInMemory>, ReadError> {
    let names: HashSet<&str> = names.iter().map(|name| import::stem(name)).collect();
    // What lies in an archive speaks of what lies in it as well.
    let is_plain = |path: &&PathBuf| {
        let ending = import::ending(&path.to_string_lossy());
        path.is_file() && !matches!(&*ending, "zip" | "qdpx")
    };
    let here = || PathBuf::from(".");
    let folders = paths.iter().filter(is_plain).map(|path| {
        let own = Some(folder_of(path)).filter(|own| own.is_dir());
        own.unwrap_or_else(here)
    });
    let folders: BTreeSet<PathBuf> = folders.collect();
    let mut places = Vec::new();
    for folder in folders.iter().filter(|_| !names.is_empty()) {
        find_files(folder, "", 0, &mut places)?;
    }
    places.retain(|(name, path)| {
        let is_text = import::ending(name) == "txt";
        is_text && names.contains(import::stem(name)) && !paths.contains(path)
    });
    read_places(paths.first(), places, progress)
}

/// Reads files that are called so and lie there, unless they are too large together.
fn read_places(
    first: Option<&PathBuf>,
    places: Vec<(String, PathBuf)>,
    progress: &Progress,
) -> Result<Vec<FileInMemory>, ReadError> {
    let sizes = places
        .par_iter()
        .filter_map(|(_, path)| Some(fs::metadata(path).ok()?.len()));
    if sizes.sum::<u64>() > MOST_IMPORT_BYTES {
        let words = format!(
            "together the files are larger than {} GB",
            MOST_IMPORT_BYTES / 1_000_000_000
        );
        let path = first.cloned().unwrap_or_default();
        return Err(ReadError::Io {
            source: io::Error::new(io::ErrorKind::FileTooLarge, words),
            path,
        });
    }
    progress.expect(places.len());
    let files = places.into_par_iter().map(|(name, path)| {
        let bytes = read_regular(&path, MOST_IMPORT_BYTES)
            .map_err(|source| ReadError::Io { source, path })?;
        progress.step();
        Ok(FileInMemory { path: name, bytes })
    });
    files.collect()
}

/// What paths are called: by their last parts, as many as tell them from each other.
fn names_apart(paths: &[&PathBuf]) -> Vec<String> {
    let parts: Vec<Vec<_>> = paths
        .iter()
        .map(|path| path.iter().map(|part| part.to_string_lossy()).collect())
        .collect();
    let mut lengths = vec![1; paths.len()];
    loop {
        let names: Vec<String> = parts
            .iter()
            .zip(&lengths)
            .map(|(parts, length)| {
                let last = parts.get(parts.len().saturating_sub(*length)..);
                last.unwrap_or_default().join("/")
            })
            .collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for name in &names {
            *counts.entry(name).or_default() += 1;
        }
        let mut is_longer = false;
        for ((name, parts), length) in names.iter().zip(&parts).zip(&mut lengths) {
            if counts.get(&**name).is_some_and(|count| *count > 1) && *length < parts.len() {
                *length += 1;
                is_longer = true;
            }
        }
        if !is_longer {
            return names;
        }
    }
}

/// The files of a folder that a format may know, in the order of their names. Links are not followed, and what is hidden
/// is left alone: systems and other programs keep there what is theirs.
fn find_files(
    folder: &Path,
    prefix: &str,
    depth: usize,
    found: &mut Vec<(String, PathBuf)>,
) -> Result<(), ReadError> {
    let failed = |source| ReadError::Io {
        source,
        path: folder.to_owned(),
    };
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut entries: Vec<_> = entries.collect::<io::Result<_>>().map_err(failed)?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let name = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}/{name}")
        };
        // Of a link this is the kind of the link itself.
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() && depth > 0 {
            find_files(&path, &name, depth - 1, found)?;
        } else if kind.is_file() && import::may_read(&name) {
            found.push((name, path));
        }
    }
    Ok(())
}

/// Writes the texts of new documents into the folder beside the project, never over another file, and says on each
/// document where its text lies and what its bytes are.
///
/// # Errors
/// If one cannot be written, or it was cancelled. Those that were written stay and are used when the import is tried
/// again.
pub fn write_texts(
    disk: &dyn Disk,
    project_file: &Path,
    documents: &mut [Document],
    texts: &Texts,
    progress: &Progress,
) -> Result<(), WriteError> {
    let folder = folder_of(project_file);
    make_text_folder(disk, &folder)?;
    // Systems that do not tell small from capital letters apart would take two names for one.
    let mut taken: HashSet<String> = HashSet::new();
    // The number that the next file of a name gets: very many may have the same beginning.
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let (mut writing, mut found) = (Vec::with_capacity(documents.len()), Vec::new());
    for document in documents.iter_mut() {
        let Some(text) = texts.get(&document.id) else {
            continue;
        };
        let bytes = import::text_file(text.as_str());
        let sha256 = sha256_of(&bytes);
        let name = portable_stem(document.id.as_str());
        let next = numbers.entry(name.to_lowercase()).or_insert(1);
        loop {
            let path = match *next {
                1 => format!("{TEXT_FOLDER}/{name}.txt"),
                number => format!("{TEXT_FOLDER}/{name}-{number}.txt"),
            };
            *next += 1;
            if !taken.insert(path.to_lowercase()) {
                continue;
            }
            let place = folder.join(&path);
            let failed = io_error("it could not be looked for", &place);
            let is_there = disk.is_taken(&place).map_err(failed)?;
            let same = |there: Vec<u8>| sha256_of(&there) == sha256;
            if is_there && !disk.read(&place, MOST_TEXT_BYTES).is_ok_and(same) {
                continue;
            }
            document.path = path;
            match is_there {
                true => found.push(place),
                false => writing.push((place, text)),
            }
            break;
        }
        document.sha256 = sha256;
        document.size_bytes = bytes.len() as u64;
        document.encoding = Encoding {
            has_byte_order_mark: bytes.len() > text.end().0,
            line_ends: text.line_ends(),
            ..Encoding::default()
        };
    }
    write_many(disk, &writing, progress, |text| {
        import::text_file(text.as_str())
    })?;
    for place in &found {
        // An import that was killed may have left it unflushed. Somebody else's may not be ours to flush.
        let _ = flush_file(disk, place);
    }
    found
        .first()
        .map_or(Ok(()), |place| flush_folder_of(disk, place))
}

/// An id as a file name on every system.
fn portable_stem(id: &str) -> String {
    const MOST_BYTES: usize = 120;
    // Many are called after the file of their text.
    let id = id.strip_suffix(".txt").unwrap_or(id);
    let mut name: String = id
        .chars()
        .map(|c| {
            if c.is_control() || r#"\/:*?"<>|"#.contains(c) {
                '_'
            } else {
                c
            }
        })
        .collect();
    name.truncate(name.floor_char_boundary(MOST_BYTES));
    let name = name.trim_matches([' ', '.']);
    let is_fit = super::paths::resolve(Path::new(""), &format!("{name}.txt")).is_ok();
    if is_fit && !name.is_empty() {
        name.to_owned()
    } else {
        format!("text {name}").trim_end().to_owned()
    }
}
