//! Readers of other people that may panic or never end on a bad file, kept away from everything else.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The name of the thread. Its panics are the file's fault and leave no report of a crash.
pub const GUARDED: &str = "guarded reader";

/// How long a file of this size may take: five seconds, and one more for each megabyte, up to three quarters of a minute.
#[cfg(any(feature = "html", feature = "pdf"))]
pub fn limit_for(size_bytes: usize) -> Duration {
    let megabytes = (size_bytes / 1_000_000) as u64;
    Duration::from_secs((5 + megabytes).min(45))
}

/// Runs a reader on a thread of its own, and waits for it only so long. One that does not end goes on in vain until the
/// program ends, since no thread can be stopped from outside.
///
/// # Errors
/// If it panics or does not end in time, in words for the person.
pub fn guarded<T: Send + 'static>(
    limit: Duration,
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::Builder::new().name(GUARDED.to_owned());
    // Nobody waits any more if sending fails.
    let started = thread.spawn(move || drop(sender.send(read())));
    started.map_err(|error| error.to_string())?;
    receiver.recv_timeout(limit).map_err(|error| match error {
        mpsc::RecvTimeoutError::Timeout => {
            format!("it was not read after {} seconds", limit.as_secs())
        }
        mpsc::RecvTimeoutError::Disconnected => "its reader failed on it".to_owned(),
    })
}
