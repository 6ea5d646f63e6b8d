//! Zip archives, read member by member into memory. Nothing is ever unpacked to the disk.
//!
//! An archive with a name that leads outside of it, or with a link in it, is refused whole: whoever made it wanted
//! something else than to hand over data.

use std::collections::HashSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::found::Found;
use super::{FileInMemory, ImportError};

/// More members are not looked at.
const MOST_MEMBERS: usize = 10_000;
/// A larger member is refused.
const MOST_MEMBER_BYTES: u64 = 100_000_000;
/// So much is read of one archive.
const MOST_BYTES: u64 = 500_000_000;
/// Members that grow more than so many times are refused, once they are larger than [`SMALL_BYTES`].
const MOST_GROWTH: u64 = 200;
/// What is smaller may grow as it likes.
const SMALL_BYTES: u64 = 10_000_000;

/// A zip archive.
pub struct Archive<'a> {
    file: &'a FileInMemory,
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// With `/` between the parts, in the order of the archive.
    names: Vec<String>,
    /// How much was read of it.
    bytes: u64,
}

impl<'a> Archive<'a> {
    /// Reads the list of members.
    ///
    /// # Errors
    /// If the file is no whole archive, or one that nobody should open.
    pub fn open(file: &'a FileInMemory, found: &mut Found) -> Result<Self, ImportError> {
        if file.bytes.is_empty() {
            return Err(broken(file, "the file is empty".to_owned()));
        }
        let mut zip = ZipArchive::new(Cursor::new(file.bytes.as_slice()))
            .map_err(|error| broken(file, format!("this is no whole zip archive: {error}")))?;
        if zip.len() > MOST_MEMBERS {
            let words = format!("the archive has more than {MOST_MEMBERS} members");
            return Err(broken(file, words));
        }
        let mut names = Vec::with_capacity(zip.len());
        let mut seen = HashSet::new();
        for index in 0..zip.len() {
            let member = zip
                .by_index_raw(index)
                .map_err(|error| broken(file, error.to_string()))?;
            let name = member
                .name()
                .map_err(|error| broken(file, error.to_string()))?
                .replace('\\', "/");
            if member.is_symlink() {
                return Err(broken(file, format!("the member “{name}” is a link")));
            }
            if leads_outside(&name) {
                let words = format!("the name of the member “{name}” leads outside of the archive");
                return Err(broken(file, words));
            }
            if !seen.insert(name.to_lowercase()) {
                let words = "two members of the archive have names that some systems take for one";
                found.remark(&file.label(), 0, words, &name);
            }
            names.push(name);
        }
        Ok(Self {
            file,
            zip,
            names,
            bytes: 0,
        })
    }

    /// The names of the members, with `/` between the parts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The member of that name; if there is none, the only one whose name differs in capital letters alone.
    ///
    /// # Errors
    /// If it is damaged or too large.
    pub fn member(&mut self, name: &str) -> Result<Option<FileInMemory>, ImportError> {
        let exact = self.names.iter().position(|own| own == name);
        let index = exact.or_else(|| {
            let name = name.to_lowercase();
            let mut fitting = self
                .names
                .iter()
                .enumerate()
                .filter(|(_, own)| own.to_lowercase() == name);
            fitting
                .next()
                .filter(|_| fitting.next().is_none())
                .map(|(index, _)| index)
        });
        index.map(|index| self.read(index)).transpose()
    }

    fn read(&mut self, index: usize) -> Result<FileInMemory, ImportError> {
        let file = self.file;
        let name = self.names.get(index).cloned().unwrap_or_default();
        let failed = |words: String| broken(file, format!("the member “{name}”: {words}"));
        let member = self
            .zip
            .by_index(index)
            .map_err(|error| failed(error.to_string()))?;
        let room = MOST_MEMBER_BYTES.min(MOST_BYTES.saturating_sub(self.bytes));
        let packed = member.compressed_size();
        let bytes = read_bounded(member, packed, room).map_err(failed)?;
        self.bytes += bytes.len() as u64;
        let path = format!("{}/{name}", file.path);
        Ok(FileInMemory { path, bytes })
    }
}

/// Inflates what was so many bytes long.
///
/// # Errors
/// If it is damaged, or grows to more than anybody needs.
pub fn read_inflated(reader: impl Read, packed: usize) -> Result<Vec<u8>, String> {
    read_bounded(reader, packed as u64, MOST_BYTES)
}

fn read_bounded(reader: impl Read, packed: u64, room: u64) -> Result<Vec<u8>, String> {
    let grown = packed.saturating_mul(MOST_GROWTH);
    let allowed = SMALL_BYTES.max(grown).min(room);
    // The size that stands in an archive may be a lie, so it reserves nothing.
    let mut bytes = Vec::new();
    reader
        .take(allowed + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > allowed {
        let megabytes = allowed / 1_000_000;
        return Err(format!(
            "it grows to more than {megabytes} MB, which is refused"
        ));
    }
    Ok(bytes)
}

/// Whether a file has the mark of a zip archive that is not empty.
pub fn looks_like_zip(file: &FileInMemory) -> bool {
    file.bytes.starts_with(b"PK\x03\x04")
}

fn leads_outside(name: &str) -> bool {
    let has_drive = name.as_bytes().get(1) == Some(&b':');
    name.starts_with('/')
        || has_drive
        || name.split('/').any(|part| part == "..")
        || name.chars().any(char::is_control)
}

fn broken(file: &FileInMemory, words: String) -> ImportError {
    ImportError::Broken {
        file: file.path.clone(),
        words,
    }
}
