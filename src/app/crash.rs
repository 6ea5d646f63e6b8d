//! When the program itself fails: what is known of it goes to a file, and the work is safe already.

use std::backtrace::Backtrace;
use std::panic::{self, PanicHookInfo};

use super::{App, Command, NoticeKind};
use crate::import::GUARDED;
use crate::model::Timestamp;
use crate::store::{self, Storage};

/// From now on every panic leaves a file with version, place and backtrace in the state folder and says where.
pub fn keep_crashes(storage: Storage) {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() == Some(GUARDED) {
            return log::warn!("a reader of files failed: {info}");
        }
        usual(info);
        match store::write_crash(&storage, &report_of(info)) {
            Ok(path) => eprintln!(
                "ascribe: something went wrong inside; your edits are safe. What is known of it is in {}",
                path.display()
            ),
            Err(error) => eprintln!("ascribe: something went wrong inside: {error}"),
        }
    }));
}

/// No words of the person's texts are in it but those that the message itself may quote.
fn report_of(info: &PanicHookInfo<'_>) -> String {
    let thread = std::thread::current();
    format!(
        "Ascribe {} on {} {}\n{}\nthread {}\n{info}\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        Timestamp::now(),
        thread.name().unwrap_or("without a name"),
        Backtrace::force_capture(),
    )
}

impl App {
    /// A task has panicked. What waited for it goes on; nothing that it was to bring is taken up.
    pub(super) fn task_panicked(&mut self, title: Option<String>) {
        self.opening = None;
        self.after_save = None;
        self.looking = Default::default();
        self.work.take_if(|work| !work.is_whole);
        if let Some(work) = &mut self.work
            && std::mem::take(&mut work.saved.is_saving)
        {
            work.saved.failure = Some("the save has failed inside".to_owned());
        }
        if let Some(exporting) = &mut self.exporting {
            exporting.give_up();
        }
        let what = title.unwrap_or_else(|| "A task".to_owned());
        let words = format!(
            "{what}: this has failed inside. Your edits are safe; nothing else was changed"
        );
        let deed = self
            .work
            .as_ref()
            .map(|_| ("Save elsewhere…".to_owned(), Command::SaveAs));
        self.tell_with(NoticeKind::Failure, words, deed);
    }
}
