//! The check of the whole project, and the way from one finding to the next.

use super::{App, Command, NoticeKind, Request, TaskResult};
use crate::model::DocumentId;
use crate::query::{self, Finding, FindingKind, Subject};

impl App {
    /// Looks at everything, off the frame.
    pub(super) fn check(&mut self) {
        let Some(work) = &self.work else { return };
        let (project, texts, revision) =
            (work.project().clone(), work.texts.clone(), work.revision());
        let changed = work.changed.values();
        let changed = changed.filter(|changed| changed.is_other_text(work.project()));
        let changed: Vec<DocumentId> = changed.map(|text| text.document_id.clone()).collect();
        // That a text is missing is known from where it was read.
        let is_missing = |finding: &&Finding| match (&finding.subject, &finding.kind) {
            (Subject::Document(id), FindingKind::TextUnreadable { .. }) => {
                project.documents.contains_key(id) && !texts.contains_key(id)
            }
            _ => false,
        };
        let missing = work.findings().iter().filter(is_missing);
        let missing: Vec<Finding> = missing.cloned().collect();
        self.tasks.start("Checking the project", move |_| {
            let mut findings = query::check(&project, &texts);
            findings.extend(missing);
            let is_changed = |id| Finding::of_document(id, FindingKind::TextChanged);
            findings.extend(changed.iter().map(is_changed));
            findings.sort();
            TaskResult::Checked(revision, findings)
        });
    }

    pub(super) fn checked(&mut self, revision: u64, findings: Vec<Finding>) {
        let Some(work) = &mut self.work else { return };
        work.findings = (Some(revision), findings);
        if let Some(is_onwards) = work.finding_step.take() {
            self.show_next_finding(is_onwards);
        }
    }

    /// Goes to the next finding or the one before; looks at everything first if something has changed since the last
    /// time.
    pub(super) fn step_finding(&mut self, is_onwards: bool) {
        let Some(work) = &mut self.work else { return };
        if work.findings.0 == Some(work.revision()) {
            return self.show_next_finding(is_onwards);
        }
        work.finding_step = Some(is_onwards);
        self.check();
    }

    fn show_next_finding(&mut self, is_onwards: bool) {
        let Some(work) = &self.work else { return };
        let findings = work.findings();
        let count = findings.len();
        if count == 0 {
            return self.tell(NoticeKind::Done, "Nothing needs a look");
        }
        // By its place in the order, since the last one may have been mended meanwhile.
        let next = match (&work.last_finding, is_onwards) {
            (Some(last), true) => findings.partition_point(|finding| finding <= last) % count,
            (Some(last), false) => {
                (findings.partition_point(|finding| finding < last) + count - 1) % count
            }
            (None, true) => 0,
            (None, false) => count - 1,
        };
        let Some(finding) = findings.get(next).cloned() else {
            return;
        };
        let what = finding.kind_in(work.project());
        let words = format!("{} of {count}: {what}", next + 1);
        let deed = ("Next".to_owned(), Command::NextFinding);
        let is_older = |deed: &(String, Command)| deed.1 == Command::NextFinding;
        self.notices
            .retain(|notice| !notice.deed.as_ref().is_some_and(is_older));
        self.show_finding(finding);
        self.tell_with(NoticeKind::Done, words, Some(deed));
    }

    /// Shows what a finding is about; steps go on from there.
    pub(super) fn show_finding(&mut self, finding: Finding) {
        self.show_subject(&finding.subject);
        if let Some(work) = &mut self.work {
            work.last_finding = Some(finding);
        }
    }

    /// Shows what a finding or a double edit is about.
    pub(super) fn show_subject(&mut self, subject: &Subject) {
        let Some(work) = &self.work else { return };
        let project = work.project();
        match subject {
            Subject::Annotation(_, annotation_id) => self.go_to(annotation_id),
            Subject::Document(document_id) => self.show_document(document_id.clone()),
            Subject::Region(document_id, region_id) => {
                let region = project.regions.get(region_id);
                let span = region.map(|region| region.span);
                self.show_document(document_id.clone());
                if let Some(span) = span {
                    self.select(None, span.start());
                    self.request(Request::Reveal(span));
                }
            }
            Subject::Link(link_id) => {
                let link = project.links.get(link_id);
                if let Some(from) = link.map(|link| link.from.clone()) {
                    self.go_to(&from);
                }
            }
        }
    }
}
