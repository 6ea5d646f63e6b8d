//! Zip archives, read member by member into memory. Nothing is ever unpacked to the disk.
//!
//! An archive with a name that leads outside of it, or with a link in it, is refused whole: whoever made it wanted
//! something else than to hand over data.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::found::Found;
use super::{FileInMemory, ImportError};

/// More members are not looked at.
const MOST_MEMBERS: usize = 10_000;
/// In bytes; no system has longer ones. Each document of a member is known by its file.
const MOST_NAME_BYTES: usize = 4_096;
/// A larger member is refused.
const MOST_MEMBER_BYTES: u64 = 100_000_000;
/// So much is read of one archive with all archives in it.
const MOST_BYTES: u64 = 500_000_000;
/// Members that grow more than so many times are refused, once they are larger than [`SMALL_BYTES`].
const MOST_GROWTH: u64 = 200;
/// What is smaller may grow as it likes.
const SMALL_BYTES: u64 = 10_000_000;
/// All members together may not grow more than so many times: texts and XML hardly ever do …
const MOST_GROWTH_TOGETHER: u64 = 50;
/// … once they are larger than this.
const SMALL_BYTES_TOGETHER: u64 = 50_000_000;

/// A zip archive.
pub struct Archive<'a> {
    file: &'a FileInMemory,
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// With `/` between the parts, in the order of the archive.
    names: Vec<String>,
    /// The first of each name.
    by_name: HashMap<String, usize>,
    /// By name in small letters; `None` where several differ in capital letters alone.
    by_small_name: HashMap<String, Option<usize>>,
    /// How much may still be read of it.
    room_bytes: u64,
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
        let (mut by_name, mut by_small_name) = (HashMap::new(), HashMap::new());
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
            if name.len() > MOST_NAME_BYTES {
                let words = format!("a member has a name of more than {MOST_NAME_BYTES} bytes");
                return Err(broken(file, words));
            }
            if leads_outside(&name) {
                let words = format!("the name of the member “{name}” leads outside of the archive");
                return Err(broken(file, words));
            }
            let small_name = name.to_lowercase();
            let is_twin = by_small_name.contains_key(&small_name);
            if is_twin {
                let words = "two members of the archive have names that some systems take for one";
                found.remark(&file.label(), 0, words, &name);
            }
            by_small_name.insert(small_name, (!is_twin).then_some(index));
            by_name.entry(name.clone()).or_insert(index);
            names.push(name);
        }
        Ok(Self {
            file,
            zip,
            names,
            by_name,
            by_small_name,
            room_bytes: SMALL_BYTES_TOGETHER
                .max((file.bytes.len() as u64).saturating_mul(MOST_GROWTH_TOGETHER))
                .min(MOST_BYTES),
        })
    }

    /// How much may still be read of it.
    pub fn room_bytes(&self) -> u64 {
        self.room_bytes
    }

    /// Allows no more than this to be read of it: what lies in another archive takes of that one's room.
    pub fn limit(&mut self, room_bytes: u64) {
        self.room_bytes = self.room_bytes.min(room_bytes);
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
        let exact = self.by_name.get(name).copied();
        let alike = || {
            self.by_small_name
                .get(&name.to_lowercase())
                .copied()
                .flatten()
        };
        let index = exact.or_else(alike);
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
        let allowed = growth_allowed(member.compressed_size()).min(MOST_MEMBER_BYTES);
        let readable = allowed.min(self.room_bytes);
        let bytes = read_bounded(member, readable).map_err(|error| match readable < allowed {
            true => broken(
                file,
                "its members grow to far more than it, which is refused".to_owned(),
            ),
            false => failed(error),
        })?;
        self.room_bytes -= bytes.len() as u64;
        let path = format!("{}/{name}", file.path);
        Ok(FileInMemory { path, bytes })
    }
}

/// Inflates what was so many bytes long.
///
/// # Errors
/// If it is damaged, or grows to more than anybody needs.
pub fn read_inflated(reader: impl Read, packed: usize) -> Result<Vec<u8>, String> {
    read_bounded(reader, growth_allowed(packed as u64).min(MOST_BYTES))
}

fn growth_allowed(packed_bytes: u64) -> u64 {
    SMALL_BYTES.max(packed_bytes.saturating_mul(MOST_GROWTH))
}

fn read_bounded(reader: impl Read, allowed: u64) -> Result<Vec<u8>, String> {
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
