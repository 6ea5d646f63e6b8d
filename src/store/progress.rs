//! How far a long task is, and whether it should give up.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Shared between the thread that works and the window that shows how far it is.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    total: AtomicUsize,
    is_cancelled: AtomicBool,
}

impl Progress {
    /// Says how many steps are still to come.
    pub fn expect(&self, steps: usize) {
        let done = self.done.load(Ordering::Relaxed);
        self.total.store(done + steps, Ordering::Relaxed);
    }

    /// One step is done.
    pub fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// From 0 to 1; `None` while nobody knows how much there is to do.
    pub fn fraction(&self) -> Option<f32> {
        let total = self.total.load(Ordering::Relaxed);
        let done = self.done.load(Ordering::Relaxed);
        (total > 0).then(|| done as f32 / total as f32)
    }

    /// Asks the task to give up.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the task should give up.
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}
