//! Sources that are no plain text, such as web pages: looked at first, then brought into a project as a text beside the
//! file, which stays as it is.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use super::Progress;
use super::disk::sha256_of;
use super::folder_of;
use super::paths::relative;
use super::texts::{
    Known, MOST_TEXT_BYTES, ReadError, ReadText, bytes_of, files_of, keep_beside, kept_beside,
    name_of, read_bytes,
};
use crate::import::{DEFAULT_ENCODING, Extracted, FileInMemory, extract, guarded, is_source, stem};
use crate::model::{Document, Project};
use crate::text::Text;

/// The field of a document that names the file whose words it has, as the project sees it.
pub const ORIGINAL: &str = "original";
/// The field of a document that says by what its words were taken out of that file, and what was left out.
pub const EXTRACTED_BY: &str = "extracted by";

/// Files that a person wants to add, looked through before anything is written.
#[derive(Debug, Default)]
pub struct LookedThrough {
    /// Those that are taken for plain texts.
    pub texts: Vec<PathBuf>,
    /// Those whose words have to be taken out.
    pub sources: Vec<SeenSource>,
}

/// A source that was looked at.
#[derive(Debug)]
pub struct SeenSource {
    /// Where it lies.
    pub path: PathBuf,
    /// What would become a document's text, or why nothing can.
    pub outcome: Result<Extracted, String>,
}

/// Takes the words out of the sources among files and folders, without writing anything. Those that the project has
/// already are left out.
pub fn look_through(
    project_file: &Path,
    project: &Project,
    paths: &[PathBuf],
    progress: &Progress,
) -> LookedThrough {
    let mut looked = LookedThrough::default();
    let (originals, folder) = (originals(project), folder_of(project_file));
    let files = files_of(paths);
    progress.expect(files.len());
    for path in files {
        if progress.is_cancelled() {
            break;
        }
        let is_known = || {
            let original = relative(&folder, &path);
            original.is_some_and(|original| originals.contains(&*original))
        };
        if !is_source(&path.to_string_lossy()) {
            looked.texts.push(path);
        } else if !is_known() {
            let outcome = words_of(&path);
            looked.sources.push(SeenSource { path, outcome });
        }
        progress.step();
    }
    looked
}

/// The program that reads sources apart from everything else; the thread itself if none is named.
static READER: OnceLock<PathBuf> = OnceLock::new();

/// From now on this program reads sources: it is called with `extract` and a file, and answers with
/// [`answer_extract`]. Libraries that read such files can use up the stack on a bad one, which would take this program down.
pub fn read_sources_with(program: PathBuf) {
    // Whoever comes first stays.
    let _ = READER.set(program);
}

/// What a program answers that was called with `extract` and a file. From now on it has a limit of memory.
///
/// # Errors
/// If the answer cannot be put into JSON.
pub fn answer_extract(path: &Path) -> serde_json::Result<String> {
    #[cfg(target_os = "linux")]
    limit_memory();
    serde_json::to_string(&extract_file(path))
}

/// A small file may unfold to any size before its reader looks at it. Other systems do not keep to such a limit.
#[cfg(target_os = "linux")]
fn limit_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    const MOST_BYTES: Option<u64> = Some(2_000_000_000);
    let limit = Rlimit {
        current: MOST_BYTES,
        maximum: MOST_BYTES,
    };
    // Where the limit is lower already, that one holds.
    let _ = setrlimit(Resource::As, limit);
}

/// Takes the words out of a source, on this thread.
///
/// # Errors
/// If nothing can be taken out, in words for the person.
fn extract_file(path: &Path) -> Result<Extracted, String> {
    let bytes = bytes_of(path).map_err(|error| error.to_string())?;
    let path = path.to_string_lossy().into_owned();
    let extracted = extract(&FileInMemory { path, bytes });
    extracted.unwrap_or_else(|| Err("it is something else than its name says".to_owned()))
}

fn words_of(path: &Path) -> Result<Extracted, String> {
    match READER.get() {
        Some(program) => extract_apart(program, path),
        None => extract_file(path),
    }
}

fn extract_apart(program: &Path, path: &Path) -> Result<Extracted, String> {
    /// Longer than the readers themselves wait.
    const LIMIT: Duration = Duration::from_secs(60);
    let mut command = Command::new(program);
    command.arg("extract").arg("--").arg(path);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command.stdout(Stdio::piped());
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        /// Otherwise a console flashes up.
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let stdout = child.stdout.take();
    let answer = guarded(LIMIT, move || {
        let mut answer = Vec::new();
        let read = stdout.map(|stdout| stdout.take(MOST_TEXT_BYTES).read_to_end(&mut answer));
        read.map(|_| answer).unwrap_or_default()
    });
    // It has ended, or nobody waits for it any more; in both cases nothing is to be said about it.
    let _ = child.kill();
    let _ = child.wait();
    serde_json::from_slice(&answer?).unwrap_or_else(|_| Err("its reader failed on it".to_owned()))
}

/// The files that documents of the project have their words from.
pub(super) fn originals(project: &Project) -> BTreeSet<String> {
    let documents = project.documents.values();
    let originals = documents.filter_map(|document| document.fields.get(ORIGINAL));
    originals.cloned().collect()
}

/// Takes the words out of a source and writes them beside the project. The source itself is kept as it is, and copied if
/// it lies elsewhere. `None` if the project has it already.
pub(super) fn bring_in_source(
    project_file: &Path,
    file: &Path,
    bytes: Vec<u8>,
    known: &mut Known,
) -> Result<Option<(Document, Text)>, ReadError> {
    let folder = folder_of(project_file);
    let hash = sha256_of(&bytes);
    let original = relative(&folder, file).or_else(|| kept_beside(&folder, file, &hash));
    if original
        .as_ref()
        .is_some_and(|original| known.originals.contains(original))
    {
        return Ok(None);
    }
    let extracted = words_of(file).map_err(|words| ReadError::NoWords {
        name: name_of(file),
        words,
        path: file.to_owned(),
    })?;
    // Not before, so that what cannot be used leaves nothing behind.
    let original = match original {
        Some(original) => original,
        None => keep_beside(&folder, file, &bytes, &hash)?,
    };
    known.originals.insert(original.clone());
    let by = extracted.how();
    let Extracted { words, title, .. } = extracted;
    let bytes = words.into_bytes();
    let name = PathBuf::from(format!("{}.txt", stem(&original)));
    let path = keep_beside(&folder, &name, &bytes, &sha256_of(&bytes))?;
    if !known.paths.insert(path.clone()) {
        return Ok(None);
    }
    let ReadText {
        text,
        encoding,
        sha256,
        size_bytes,
    } = read_bytes(file, bytes, Some(DEFAULT_ENCODING))?;
    let named = [(ORIGINAL, original), (EXTRACTED_BY, by), ("title", title)].into_iter();
    let named = named.filter(|(_, value)| !value.is_empty());
    let document = Document {
        id: known.new_id(&path),
        path,
        sha256,
        size_bytes,
        encoding,
        fields: named.map(|(name, value)| (name.into(), value)).collect(),
        states: Default::default(),
    };
    Ok(Some((document, text)))
}
