//! The disk: what the program asks of it, and the real one.
//!
//! A trait stands between, so that a test can put a simulated disk in its place that fails at any operation,
//! and can look at every state in which a power cut would leave it.

use std::fmt::{Debug, Write as _};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

/// How often a replacement is tried again where a virus scanner or a sync client holds the file for a moment.
const RETRY_WAITS: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
];

/// Linux has no longer ones; longer ones on a Mac are left out.
#[cfg(any(target_os = "linux", target_os = "macos"))]
const MOST_ATTRIBUTE_BYTES: usize = 65_536;

/// What stands at a path, links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A regular file of so many bytes.
    File {
        /// Its size.
        size_bytes: u64,
    },
    /// A folder, pipe, device or socket.
    Other,
}

/// A disk. Nothing that is written is certain before it is flushed: the bytes of a file by
/// [`DiskFile::flush`], its name by [`Disk::flush_folder`].
pub trait Disk: Debug + Send + Sync {
    /// What stands at the path.
    fn find(&self, path: &Path) -> io::Result<Found>;
    /// When its bytes were last written.
    fn modified(&self, path: &Path) -> io::Result<SystemTime>;
    /// Whether anything has this name, even a link that leads nowhere.
    fn is_taken(&self, path: &Path) -> io::Result<bool>;
    /// The path with its links followed, even if the last of them leads to nothing yet.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf>;
    /// All bytes of a regular file of at most this size. A pipe or device is refused without waiting for it.
    fn read(&self, path: &Path, most_bytes: u64) -> io::Result<Vec<u8>>;
    /// The hash of what [`Disk::read`] would read.
    fn sha256(&self, path: &Path, most_bytes: u64) -> io::Result<String> {
        Ok(sha256_of(&self.read(path, most_bytes)?))
    }
    /// The paths in a folder, in the order of their names.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;
    /// A new empty file. An error if the name is taken.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// A file to which more is written at its end.
    fn open_to_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Gives a file another name, over whatever file has it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Takes a file away.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes a folder and those above it.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;
    /// Takes an empty folder away.
    fn remove_folder(&self, folder: &Path) -> io::Result<()>;
    /// Makes the names in a folder certain.
    fn flush_folder(&self, folder: &Path) -> io::Result<()>;
    /// Gives a file the owner, the permissions and the extended attributes of another, as far as the system lets us.
    fn copy_rights(&self, from: &Path, to: &Path) -> io::Result<()>;
}

/// A file open for writing at its end.
pub trait DiskFile: Send {
    /// Writes all of it.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// How many bytes it has.
    fn size_bytes(&self) -> io::Result<u64>;
    /// Puts other words in the place of all that stands in it. Whoever cannot lose them replaces the file instead.
    fn rewrite(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes its bytes certain. After an error nobody knows what is on the disk: the file must not be trusted,
    /// and flushing it again may succeed falsely.
    fn flush(&mut self) -> io::Result<()>;
    /// Keeps it for this program until it is dropped or the program ends in whatever way. `false` if another
    /// has it.
    fn lock(&self) -> io::Result<bool>;
}

/// The disk of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn find(&self, path: &Path) -> io::Result<Found> {
        let metadata = fs::metadata(path)?;
        Ok(match metadata.is_file() {
            true => Found::File {
                size_bytes: metadata.len(),
            },
            false => Found::Other,
        })
    }

    fn modified(&self, path: &Path) -> io::Result<SystemTime> {
        fs::metadata(path)?.modified()
    }

    fn is_taken(&self, path: &Path) -> io::Result<bool> {
        match fs::symlink_metadata(path) {
            Ok(_) => Ok(true),
            Err(error) if is_absence(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        match path.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::read_link(path) {
                Ok(link) => Ok(path.parent().unwrap_or(Path::new("")).join(link)),
                Err(_) => Err(error),
            },
            outcome => outcome,
        }
    }

    fn read(&self, path: &Path, most_bytes: u64) -> io::Result<Vec<u8>> {
        read_regular(path, most_bytes)
    }

    fn sha256(&self, path: &Path, most_bytes: u64) -> io::Result<String> {
        let (file, _) = open_regular(path, most_bytes)?;
        let mut hasher = Sha256::new();
        // A large project is in memory already, and need not be there as bytes too.
        let mut file = BufReader::with_capacity(1 << 16, file.take(most_bytes));
        loop {
            let bytes = file.fill_buf()?;
            if bytes.is_empty() {
                break;
            }
            hasher.update(bytes);
            let taken = bytes.len();
            file.consume(taken);
        }
        Ok(in_hexadecimal(&hasher.finalize()))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(folder)?;
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        Ok(paths)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = OpenOptions::new().append(true).create_new(true).open(path);
        Ok(Box::new(RealFile(file?)))
    }

    fn open_to_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = OpenOptions::new().append(true).open(path);
        Ok(Box::new(RealFile(file?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut waits = RETRY_WAITS.into_iter();
        loop {
            match fs::rename(from, to) {
                Err(error) if cfg!(windows) && error.kind() == io::ErrorKind::PermissionDenied => {
                    std::thread::sleep(waits.next().ok_or(error)?);
                }
                outcome => return outcome,
            }
        }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        fs::remove_dir(folder)
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        for above in folder.ancestors().skip(1) {
            // Folders further up may not be ours to open; their names are old and certain.
            let _ = self.flush_folder(above);
        }
        Ok(())
    }

    /// Without it a power cut could undo a rename. Windows neither needs nor allows it.
    fn flush_folder(&self, folder: &Path) -> io::Result<()> {
        match cfg!(windows) {
            true => Ok(()),
            false => File::open(folder)?.sync_all(),
        }
    }

    fn copy_rights(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut permissions = fs::metadata(from)?.permissions();
        let is_of_group = copy_owner(from, to, &mut permissions)?;
        fs::set_permissions(to, permissions)?;
        if is_of_group {
            copy_attributes(from, to);
        }
        Ok(())
    }
}

/// Whether the error says that nothing has this name, and not that we could not look.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Only the administrator may give files away. Where we may not, the file becomes the writer's, and if the
/// group could not be kept, the group gets no more than everybody has. Whether the group is the same.
#[cfg(unix)]
fn copy_owner(from: &Path, to: &Path, permissions: &mut fs::Permissions) -> io::Result<bool> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let (old, new) = (fs::metadata(from)?, fs::metadata(to)?);
    let is_of_group = old.gid() == new.gid() || chown(to, None, Some(old.gid())).is_ok();
    if !is_of_group {
        let mode = permissions.mode();
        permissions.set_mode((mode & !0o070) | ((mode & 0o007) << 3));
    }
    if old.uid() != new.uid() {
        // Refused to all but the administrator; the file is then ours, which is the best there is.
        let _ = chown(to, Some(old.uid()), None);
    }
    Ok(is_of_group)
}

#[cfg(not(unix))]
fn copy_owner(_: &Path, _: &Path, _: &mut fs::Permissions) -> io::Result<bool> {
    Ok(true)
}

/// Access lists, labels, and what the desktop remembers of a file. Not every file system has them, and some only the
/// system may set.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn copy_attributes(from: &Path, to: &Path) {
    use rustix::fs::{XattrFlags, getxattr, listxattr, setxattr};
    let mut names = vec![0; MOST_ATTRIBUTE_BYTES];
    let Ok(length) = listxattr(from, &mut *names) else {
        return;
    };
    let mut value = vec![0; MOST_ATTRIBUTE_BYTES];
    let names = names.get(..length).unwrap_or_default();
    for name in names
        .split(|&byte| byte == 0)
        .filter(|name| !name.is_empty())
    {
        if let Ok(size) = getxattr(from, name, &mut *value)
            && let Some(value) = value.get(..size)
        {
            let _ = setxattr(to, name, value, XattrFlags::empty());
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn copy_attributes(_: &Path, _: &Path) {}

struct RealFile(File);

impl DiskFile for RealFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn rewrite(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.set_len(0)?;
        self.0.write_all(bytes)
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }

    fn lock(&self) -> io::Result<bool> {
        match self.0.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// What the system said, without the number that only programmers know.
pub(super) fn reason(error: &io::Error) -> String {
    let words = error.to_string();
    match words.split_once(" (os error ") {
        Some((reason, _)) => reason.to_owned(),
        None => words,
    }
}

/// All bytes of a regular file. A folder, pipe or device is refused without waiting for it.
pub fn read_regular(path: &Path, most_bytes: u64) -> io::Result<Vec<u8>> {
    let (file, size_bytes) = open_regular(path, most_bytes)?;
    if size_bytes > PIECE_BYTES {
        return read_in_pieces(&file, size_bytes);
    }
    let mut bytes = Vec::with_capacity(size_bytes as usize);
    file.take(most_bytes).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// So much of a large file is read at a time.
const PIECE_BYTES: u64 = 4_000_000;

/// The pieces of a file on several threads: where the system has it in memory, it takes one core longer to copy it than
/// to do anything else with it. Not on those that compute, since a slow disk would keep all of them.
fn read_in_pieces(file: &File, size_bytes: u64) -> io::Result<Vec<u8>> {
    const MOST_THREADS: usize = 4;
    let mut bytes = vec![0; size_bytes as usize];
    let starts = (0..size_bytes).step_by(PIECE_BYTES as usize);
    let pieces = Mutex::new(starts.zip(bytes.chunks_mut(PIECE_BYTES as usize)));
    let next = || pieces.lock().unwrap_or_else(PoisonError::into_inner).next();
    let read = || -> io::Result<()> {
        while let Some((start, piece)) = next() {
            read_exact_at(file, piece, start)?;
        }
        Ok(())
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let outcome = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.min(MOST_THREADS))
            .map(|_| scope.spawn(read))
            .collect();
        let failed = |_| Err(io::ErrorKind::Other.into());
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(failed))
    });
    let is_cut = matches!(&outcome, Err(error) if error.kind() == io::ErrorKind::UnexpectedEof);
    if is_cut || file.metadata()?.len() != size_bytes {
        let words = "it changed while it was being read; try again";
        return Err(io::Error::new(io::ErrorKind::InvalidData, words));
    }
    outcome.map(|()| bytes)
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, start)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut start: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = std::os::windows::fs::FileExt::seek_read(file, bytes, start)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = bytes.get_mut(count..).unwrap_or_default();
        start += count as u64;
    }
    Ok(())
}

/// A regular file of at most this size, and its size. A pipe or device is refused without waiting for it.
fn open_regular(path: &Path, most_bytes: u64) -> io::Result<(File, u64)> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        let words = "this is not a file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
    }
    // Another file may have come into its place meanwhile.
    let file = File::open(path)?;
    let size_bytes = file.metadata()?.len();
    if size_bytes > most_bytes {
        let words = format!("it is larger than {} MB", most_bytes / 1_000_000);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
    }
    Ok((file, size_bytes))
}

/// SHA-256 in hexadecimal, as `sha256sum` prints it.
pub fn sha256_of(bytes: &[u8]) -> String {
    in_hexadecimal(&Sha256::digest(bytes))
}

fn in_hexadecimal(bytes: &[u8]) -> String {
    let mut words = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(words, "{byte:02x}");
    }
    words
}

/// The hash of a file; `None` if there is none or it cannot be read.
pub fn hash_of_file(path: &Path) -> Option<String> {
    RealDisk.sha256(path, u64::MAX).ok()
}
