//! Says who works on a project, so that a second program can tell its person. It locks nobody out.
//!
//! The lock is a file beside the project: other machines that share the folder see it, and the project file itself is
//! never locked, since sync clients and backup programs must be able to read it. The system frees the lock when the
//! program ends in whatever way, so one that was left behind on this machine is known as such and taken over. Of other
//! machines only what they wrote is known; they write anew every half minute. Whether they still do is told by what
//! stands there and not by clocks, which differ.
//!
//! On the same machine a second program can ask the first to come to the front, by a file in the person's own folder.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::disk::{Disk, DiskFile};
use super::folders::Storage;
use super::journal::Wake;
use super::replace::make_folder;
use crate::model::Timestamp;

/// How often the holder writes that it is still there.
pub const HEARTBEAT: Duration = Duration::from_secs(30);
/// How often the holder looks whether it is asked to come to the front.
const LOOK_FOR_REQUEST: Duration = Duration::from_millis(500);
/// How long a program that was asked to come to the front is waited for.
const MOST_WAIT: Duration = Duration::from_secs(5);
/// A lock is a few lines.
const MOST_BYTES: u64 = 4_096;
/// How often the file is taken away by its former holder right between our opening and our locking it.
const MOST_TRIES: usize = 5;

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

/// Who holds a lock, as far as it says. Whoever writes that they are still there is another holder each time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holder {
    /// The person's name on their machine.
    pub user: String,
    /// The machine.
    pub host: String,
    /// When they were last heard of, by their own clock.
    pub seen_at: String,
    /// Which of the programs on that machine.
    session: String,
}

/// Our lock. Dropping it takes the file away.
#[derive(Debug)]
pub struct Lock {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    said: Arc<Said>,
    stop: Option<Sender<()>>,
    heart: Option<JoinHandle<()>>,
}

/// What the heart has noticed.
#[derive(Debug, Default)]
struct Said {
    is_wanted: AtomicBool,
    is_lost: AtomicBool,
}

impl Holder {
    /// Whether this is a program of the same person on this machine, which can be asked to come to the front.
    pub fn can_be_shown(&self) -> bool {
        // The session becomes part of a path, and a lock is a file that anybody may have written.
        let is_session =
            self.session.len() == 16 && self.session.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_session && self.host == host() && self.user == user()
    }

    /// Reads what stands in a lock; nothing is known of one that does not read.
    fn of(bytes: &[u8]) -> Self {
        let words = String::from_utf8_lossy(bytes);
        let field = |name: &str| {
            let line = words.lines().find_map(|line| line.strip_prefix(name));
            line.map(|value| value.trim().to_owned())
                .unwrap_or_default()
        };
        Self {
            user: field("user:"),
            host: field("host:"),
            seen_at: field("seen:"),
            session: field("session:"),
        }
    }

    fn is_elsewhere(&self) -> bool {
        !self.host.is_empty() && self.host != host()
    }
}

impl Lock {
    /// Whether another program has asked for this one since this was asked last.
    pub fn take_request(&self) -> bool {
        self.said.is_wanted.swap(false, Ordering::Relaxed)
    }

    /// Whether somebody else has taken the project over, or the file away.
    pub fn is_lost(&self) -> bool {
        self.said.is_lost.load(Ordering::Relaxed)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The file goes first: whoever opens it afterwards makes one of their own. Windows takes it away only when it
        // is closed, so it is tried again.
        let remove = || {
            if !self.is_lost() {
                let _ = self.disk.remove(&self.path);
            }
        };
        remove();
        drop(self.stop.take());
        if let Some(heart) = self.heart.take() {
            let _ = heart.join();
        }
        if cfg!(windows) && !self.is_lost() {
            let _ = self.disk.remove(&self.path);
        }
    }
}

/// Looks who works on a project, and says that we do if nobody does. `given_up` is a holder on another machine that has
/// not been heard of for too long: what it left behind is taken over. `wake` is called when the lock has something to
/// say.
pub fn take_lock(
    storage: &Storage,
    project_file: &Path,
    given_up: Option<&Holder>,
    wake: Wake,
) -> InUse {
    let Some(name) = project_file.file_name() else {
        return InUse::Unknown;
    };
    let path = project_file.with_file_name(format!(".{}.lock", name.to_string_lossy()));
    let disk = &*storage.disk;
    for _ in 0..MOST_TRIES {
        let there = holder_at(disk, &path).ok();
        if let Some(there) = there.clone().filter(Holder::is_elsewhere)
            && given_up != Some(&there)
        {
            return InUse::Theirs(there);
        }
        let (file, is_new) = match open(disk, &path) {
            Ok(opened) => opened,
            // Another person's, whom the system does not let us write for.
            Err(_) => return there.map_or(InUse::Unknown, InUse::Theirs),
        };
        match file.lock() {
            Ok(true) => {}
            Ok(false) => return InUse::Theirs(there.unwrap_or_default()),
            Err(_) => return InUse::Unknown,
        }
        let mut heart = Heart {
            file,
            disk: storage.disk.clone(),
            path: path.clone(),
            session: new_session(),
            said: Arc::default(),
            wake: wake.clone(),
        };
        if heart.write().is_err() {
            if is_new {
                let _ = disk.remove(&path);
            }
            return InUse::Unknown;
        }
        // Its former holder may have taken the file away between our opening and our locking it.
        if heart.is_ours().unwrap_or(true) {
            return InUse::Ours(heart.start(storage));
        }
    }
    InUse::Unknown
}

/// Asks a program of the same person on this machine to come to the front. Waits until it has, for some seconds; `false`
/// if it has not.
pub fn ask_to_show(storage: &Storage, holder: &Holder) -> bool {
    let (disk, request) = (&*storage.disk, request_file(storage, &holder.session));
    let Some(request) = request.filter(|_| holder.can_be_shown()) else {
        return false;
    };
    let made = make_folder(disk, request.parent().unwrap_or(&request)).is_ok();
    if !made || disk.create(&request).is_err() {
        return false;
    }
    let until = Instant::now() + MOST_WAIT;
    while Instant::now() < until {
        std::thread::sleep(LOOK_FOR_REQUEST / 5);
        if matches!(disk.is_taken(&request), Ok(false)) {
            return true;
        }
    }
    disk.remove(&request).is_err()
}

/// What keeps a lock alive.
struct Heart {
    file: Box<dyn DiskFile>,
    disk: Arc<dyn Disk>,
    path: PathBuf,
    session: String,
    said: Arc<Said>,
    wake: Wake,
}

impl Heart {
    fn start(self, storage: &Storage) -> Lock {
        let (stop, stopped) = channel();
        let (disk, path, said) = (self.disk.clone(), self.path.clone(), self.said.clone());
        let request = request_file(storage, &self.session);
        let heart = std::thread::spawn(move || self.beat(&stopped, request.as_deref()));
        Lock {
            disk,
            path,
            said,
            stop: Some(stop),
            heart: Some(heart),
        }
    }

    fn beat(mut self, stopped: &Receiver<()>, request: Option<&Path>) {
        let mut next = Instant::now() + HEARTBEAT;
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(LOOK_FOR_REQUEST) {
            if let Some(request) = request
                && matches!(self.disk.is_taken(request), Ok(true))
                && self.disk.remove(request).is_ok()
            {
                self.said.is_wanted.store(true, Ordering::Relaxed);
                (self.wake)();
            }
            if Instant::now() < next {
                continue;
            }
            next = Instant::now() + HEARTBEAT;
            if matches!(self.is_ours(), Ok(false)) {
                self.said.is_lost.store(true, Ordering::Relaxed);
                return (self.wake)();
            }
            // A share that is away for a while comes back.
            let _ = self.write();
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
        let words = format!(
            "host: {}\nuser: {}\nprocess: {}\nsession: {}\nseen: {now}\n",
            host(),
            user(),
            std::process::id(),
            self.session
        );
        self.file.rewrite(words.as_bytes())
    }

    /// Whether what stands at the path is what we wrote. An error if that cannot be told.
    fn is_ours(&self) -> io::Result<bool> {
        match holder_at(&*self.disk, &self.path) {
            Ok(holder) => Ok(holder.session == self.session),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The lock's file, and whether it is new.
fn open(disk: &dyn Disk, path: &Path) -> io::Result<(Box<dyn DiskFile>, bool)> {
    match disk.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Ok((disk.open_to_append(path)?, false))
        }
        created => Ok((created?, true)),
    }
}

fn holder_at(disk: &dyn Disk, path: &Path) -> io::Result<Holder> {
    Ok(Holder::of(&disk.read(path, MOST_BYTES)?))
}

/// Where a program is asked to come to the front. Nothing that another machine could write to.
fn request_file(storage: &Storage, session: &str) -> Option<PathBuf> {
    let folder = storage.state_folder.as_ref()?;
    Some(folder.join("requests").join(session))
}

/// A name that no other program has. The standard library seeds its hashes by chance.
fn new_session() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

fn user() -> String {
    std::env::var("USER")
        .or_else(|_| std::env::var("USERNAME"))
        .unwrap_or_default()
}

/// The machine's name. Where it cannot be told, every machine without a name counts as this one.
fn host() -> String {
    let named = std::env::var("COMPUTERNAME").or_else(|_| std::env::var("HOSTNAME"));
    let of_system = || std::fs::read_to_string("/proc/sys/kernel/hostname");
    let name = named.or_else(|_| of_system()).unwrap_or_default();
    name.trim().to_owned()
}
