//! Others who work on the same project: they are noticed, and nobody is locked out by them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Answer, App, Command, NoticeKind, Question, Request, TaskResult};
use crate::store::{self, Holder, InUse, Lock};

/// How often it is looked whether those who work on the project still do.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// A program on another machine that has not been heard of for so long has ended.
const SILENT_AFTER: Duration = Duration::from_secs(120);

/// Who works on the project beside us.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    /// Says to others that we work here, as long as we do.
    lock: Option<Lock>,
    /// Who else does, and since when they have said nothing new.
    other: Option<(Holder, Instant)>,
    /// When it was last looked.
    looked_at: Option<Instant>,
    is_looking: bool,
    /// Whether the person chose only to read.
    pub(super) is_for_reading: bool,
}

impl Neighbours {
    /// The other, if it is on another machine and has been silent for too long.
    fn given_up(&self, now: Instant) -> Option<Holder> {
        let (holder, since) = self.other.as_ref()?;
        let is_silent = now.saturating_duration_since(*since) >= SILENT_AFTER;
        is_silent.then(|| holder.clone())
    }
}

impl App {
    /// Looks who works on the project, and says that we do if nobody does.
    pub(super) fn look_who_works_here(&mut self, now: Instant) {
        let wake = self.tasks.wake();
        let Some(work) = self.work.as_mut() else {
            return;
        };
        work.neighbours.looked_at = Some(now);
        work.neighbours.is_looking = true;
        let given_up = work.neighbours.given_up(now);
        let (storage, path) = (self.storage.clone(), work.path.clone());
        self.tasks.start_unseen(move |_| {
            let in_use = store::take_lock(&storage, &path, given_up.as_ref(), wake);
            TaskResult::Locked(path, now, in_use)
        });
    }

    /// Comes to the front if another program asks for it, and looks now and then whether those beside us are gone.
    pub(super) fn watch_neighbours(&mut self, now: Instant) {
        let Some(work) = self.work.as_mut().filter(|work| work.is_whole) else {
            return;
        };
        let neighbours = &mut work.neighbours;
        let is_wanted = neighbours.lock.as_ref().is_some_and(Lock::take_request);
        neighbours.lock.take_if(|lock| lock.is_lost());
        let is_due = |at: Instant| now.saturating_duration_since(at) >= LOOK_EVERY;
        let looks = neighbours.lock.is_none()
            && !neighbours.is_looking
            && neighbours.looked_at.is_none_or(is_due);
        if is_wanted {
            self.request(Request::ShowWindow);
        }
        if looks {
            self.look_who_works_here(now);
        }
    }

    pub(super) fn locked(&mut self, path: &Path, now: Instant, in_use: InUse) {
        let Some(work) = self.work.as_mut().filter(|work| work.path == path) else {
            return;
        };
        let neighbours = &mut work.neighbours;
        neighbours.is_looking = false;
        let before = neighbours.other.take();
        match in_use {
            InUse::Ours(lock) => {
                neighbours.lock = Some(lock);
                if let Some((holder, _)) = before {
                    self.has_left(&holder);
                }
            }
            InUse::Theirs(holder) => {
                let is_new = before.is_none();
                let same = before.filter(|(before, _)| *before == holder);
                let since = same.map_or(now, |(_, since)| since);
                neighbours.other = Some((holder.clone(), since));
                if is_new {
                    self.ask(Question::InUse { holder });
                }
            }
            InUse::Unknown => neighbours.other = before,
        }
    }

    /// The other has closed the project, or was silent for too long.
    fn has_left(&mut self, holder: &Holder) {
        self.questions
            .retain(|question| !matches!(question, Question::InUse { .. }));
        let who = match (holder.user.as_str(), holder.host.as_str()) {
            ("", "") => "The other program".to_owned(),
            ("", host) => format!("Whoever was at work on {host}"),
            (user, host) => format!("{user} on {host}"),
        };
        let words = format!("{who} is no longer at work on this project");
        let is_for_reading = self
            .work
            .as_ref()
            .is_some_and(|work| work.neighbours.is_for_reading);
        let edit = ("Edit".to_owned(), Command::EditToo);
        match is_for_reading {
            true => self.tell_with(NoticeKind::Warning, words, Some(edit)),
            false => self.tell(NoticeKind::Done, words),
        }
    }

    /// Somebody else is at work on the project: the person reads, edits too so that it is merged, or goes to where it is
    /// open.
    pub(super) fn work_beside(&mut self, holder: Holder, answer: Answer) {
        let Some(work) = &mut self.work else { return };
        // What was changed here while the other window comes to the front would need a question of its own.
        work.neighbours.is_for_reading = answer != Answer::Other;
        if answer == Answer::Third {
            let (storage, path) = (self.storage.clone(), work.path.clone());
            self.tasks.start("Showing the other window", move |_| {
                let has_come = store::ask_to_show(&storage, &holder);
                TaskResult::Shown(path, holder, has_come)
            });
        }
    }

    /// The person chose only to read, and now edits too.
    pub(super) fn edit_too(&mut self) {
        let Some(work) = &mut self.work else { return };
        let was_for_reading = std::mem::take(&mut work.neighbours.is_for_reading);
        self.tell(
            NoticeKind::Done,
            match was_for_reading {
                true => "You can edit this project now",
                false => "This project is open for editing already",
            },
        );
    }

    /// The other window has come to the front: this one has done its work, unless it has done other work before.
    pub(super) fn shown(&mut self, path: PathBuf, holder: Holder, has_come: bool) {
        if self.work.as_ref().is_none_or(|work| work.path != path) {
            return;
        }
        if !has_come {
            self.tell(NoticeKind::Warning, "The other window does not answer");
            return self.ask(Question::InUse { holder });
        }
        self.close_project();
        if self.begun == 1 {
            self.request(Request::Close);
        }
    }
}
