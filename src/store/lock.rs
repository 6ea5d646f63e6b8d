//! Says who works on a project, so that a second program can tell its person. It locks nobody out.
//!
//! The lock is a file beside the project: other machines that share the folder see it, and the project file itself is
//! never locked, since sync clients and backup programs must be able to read it. The system frees the lock when the
//! program ends in whatever way, so one that was left behind on this machine is known as such and taken over. Of other
//! machines only what they wrote is known; they write anew every half minute.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::model::Timestamp;

/// How often the holder writes that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// A lock is a few lines.
const MOST_BYTES: u64 = 4_096;

/// Whether somebody works on a project.
#[derive(Debug)]
pub enum InUse {
    /// Nobody else; the lock is ours until it is dropped.
    Ours(Lock),
    /// Somebody does, or did not leave properly.
    Theirs(Holder),
    /// That cannot be told: the folder takes no files, or the system has no locks.
    Unknown,
}

/// Who holds a lock, as far as it says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holder {
    /// The person's name on their machine.
    pub user: String,
    /// The machine.
    pub host: String,
    /// When they were last heard of, by their own clock.
    pub seen_at: String,
}

/// Our lock. Dropping it takes the file away.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    stop: Option<Sender<()>>,
    heart: Option<JoinHandle<()>>,
}

/// Looks who works on a project, and says that we do if nobody does.
pub fn take_lock(project_file: &Path) -> InUse {
    let Some(name) = project_file.file_name() else {
        return InUse::Unknown;
    };
    let path = project_file.with_file_name(format!(".{}.lock", name.to_string_lossy()));
    let open = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path);
    let Ok(mut file) = open else {
        return InUse::Unknown;
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return InUse::Theirs(holder_of(&mut file)),
        Err(TryLockError::Error(_)) => return InUse::Unknown,
    }
    let left_behind = holder_of(&mut file);
    if !left_behind.host.is_empty() && left_behind.host != host() {
        return InUse::Theirs(left_behind);
    }
    if write_holder(&mut file).is_err() {
        return InUse::Unknown;
    }
    let (stop, stopped) = channel();
    let heart = std::thread::spawn(move || {
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(HEARTBEAT) {
            let _ = write_holder(&mut file);
        }
        let _ = file.unlock();
    });
    InUse::Ours(Lock {
        path,
        stop: Some(stop),
        heart: Some(heart),
    })
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The file goes first: whoever opens it afterwards makes one of their own. Windows takes it away only when it
        // is closed, so it is tried again.
        let _ = fs::remove_file(&self.path);
        drop(self.stop.take());
        if let Some(heart) = self.heart.take() {
            let _ = heart.join();
        }
        if cfg!(windows) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn holder_of(file: &mut File) -> Holder {
    let mut words = String::new();
    let read = file
        .rewind()
        .and_then(|()| file.take(MOST_BYTES).read_to_string(&mut words));
    if read.is_err() {
        return Holder::default();
    }
    let field = |name: &str| {
        let line = words.lines().find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim().to_owned())
            .unwrap_or_default()
    };
    Holder {
        user: field("user:"),
        host: field("host:"),
        seen_at: field("seen:"),
    }
}

fn write_holder(file: &mut File) -> io::Result<()> {
    let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    let words = format!(
        "host: {}\nuser: {}\nprocess: {}\nseen: {now}\n",
        host(),
        user(),
        std::process::id()
    );
    file.rewind()?;
    file.set_len(0)?;
    file.write_all(words.as_bytes())
}

fn user() -> String {
    std::env::var("USER")
        .or_else(|_| std::env::var("USERNAME"))
        .unwrap_or_default()
}

/// The machine's name. Where it cannot be told, every machine without a name counts as this one.
fn host() -> String {
    let named = std::env::var("COMPUTERNAME").or_else(|_| std::env::var("HOSTNAME"));
    let of_system = || fs::read_to_string("/proc/sys/kernel/hostname");
    let name = named.or_else(|_| of_system()).unwrap_or_default();
    name.trim().to_owned()
}
