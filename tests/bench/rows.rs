//! The rows of the table.

use std::time::Duration;

/// How long this thread has been at work, not counting the time that others had the processor. Where the system
/// does not say: the time of day.
pub fn work_time() -> Duration {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }
    #[cfg(not(unix))]
    {
        use std::sync::LazyLock;
        use std::time::Instant;
        static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
        BEGUN.elapsed()
    }
}

/// One thing that was measured: how long it took, the shortest first.
pub struct Row {
    /// What.
    pub what: String,
    times: Vec<Duration>,
}

impl Row {
    /// Measured several times; at least once.
    pub fn of(what: impl Into<String>, mut times: Vec<Duration>) -> Self {
        times.sort();
        Self {
            what: what.into(),
            times,
        }
    }

    /// Measured once.
    pub fn once(what: impl Into<String>, time: Duration) -> Self {
        Self::of(what, vec![time])
    }

    /// Half of the times are shorter.
    pub fn median(&self) -> Duration {
        self.at(0.5)
    }

    fn at(&self, part: f64) -> Duration {
        self.times[((self.times.len() - 1) as f64 * part) as usize]
    }

    /// Prints it below the head of the table.
    pub fn print(&self, size: &str) {
        println!(
            "{size:<10} {:<40} {:>12} {:>12} {:>12}",
            self.what,
            shown(self.at(0.5)),
            shown(self.at(0.99)),
            shown(self.at(1.0))
        );
    }
}

/// The head of the table.
pub fn print_head() {
    println!(
        "{:<10} {:<40} {:>12} {:>12} {:>12}",
        "size", "what", "median", "99 %", "longest"
    );
}

fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.2} s"),
        seconds if seconds >= 0.001 => format!("{:.2} ms", seconds * 1e3),
        seconds => format!("{:.1} µs", seconds * 1e6),
    }
}
