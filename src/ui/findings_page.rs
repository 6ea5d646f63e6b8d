//! What the check of the whole project found; a click leads to it.

use egui::{Id, RichText, ScrollArea, Ui};

use super::Cx;
use super::pages::head_ui;
use super::widgets::{cut_label, name_bar, row, soft};
use crate::app::{Command, Work};
use crate::query::{Finding, Severity};
use crate::store::UnreadableEntry;

/// Height of a finding, in points.
const ROW_HEIGHT: f32 = 62.0;

/// Draws the page; returns whether it is to be closed. `first` becomes the part that has the focus at first.
pub fn findings_ui(ui: &mut Ui, cx: &mut Cx<'_>, first: &mut Option<Id>) -> bool {
    let mut is_done = head_ui(ui, "Findings");
    let Some(work) = cx.app.work() else {
        return true;
    };
    let (findings, unreadable) = (work.findings(), work.unreadable());
    let count = unreadable.len() + findings.len();
    if count == 0 {
        ui.label("Nothing needs a look: every annotation stands where it says and keeps the rules of the codebook.");
        return is_done;
    }
    summary_ui(ui, cx, findings, unreadable);
    let needs_review = !work.misplaced().is_empty() || !work.changed().is_empty();
    if needs_review && ui.button("Review changed texts…").clicked() {
        cx.ask(Command::ReviewTexts);
    }
    ui.add_space(4.0);
    let area = ScrollArea::vertical().auto_shrink(false);
    let output = area.show_rows(ui, ROW_HEIGHT, count, |ui, rows| {
        for number in rows {
            let entry = match unreadable.get(number) {
                Some(entry) => Entry::unreadable(entry),
                None => match findings.get(number - unreadable.len()) {
                    Some(finding) => Entry::of(work, finding),
                    None => continue,
                },
            };
            let (id, is_clicked) = entry.ui(ui, cx);
            first.get_or_insert(id);
            if let Some(finding) = entry.finding.filter(|_| is_clicked) {
                is_done = true;
                cx.ask(Command::ShowFinding(finding.clone()));
            }
        }
    });
    name_bar(ui, "findings", &output);
    is_done
}

/// How many there are of each kind.
fn summary_ui(ui: &mut Ui, cx: &Cx<'_>, findings: &[Finding], unreadable: &[UnreadableEntry]) {
    let of = |severity| {
        let same = findings
            .iter()
            .filter(|finding| finding.severity == severity);
        same.count()
    };
    let counts = [
        (of(Severity::Error) + unreadable.len(), "to mend"),
        (of(Severity::Warning), "to consider"),
        (of(Severity::Hint), "to do"),
    ];
    let some = counts.iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = some
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    ui.label(soft(&cx.theme, words.join(", ")));
}

/// One row of the list.
struct Entry<'a> {
    severity: Severity,
    what: String,
    about: String,
    remedy: &'static str,
    finding: Option<&'a Finding>,
}

impl<'a> Entry<'a> {
    fn of(work: &Work, finding: &'a Finding) -> Self {
        Self {
            severity: finding.severity,
            what: begin_large(&finding.kind_in(work.project())),
            about: finding.subject_in(work.project()),
            remedy: finding.remedy(),
            finding: Some(finding),
        }
    }

    fn unreadable(entry: &UnreadableEntry) -> Self {
        Self {
            severity: Severity::Error,
            what: begin_large(&entry.problem),
            about: format!("line {} of the project file", entry.line_number),
            remedy: "It is kept until you save, and then in a copy of the file",
            finding: None,
        }
    }

    /// Draws the row; returns its id and whether it was clicked.
    fn ui(&self, ui: &mut Ui, cx: &Cx<'_>) -> (Id, bool) {
        let theme = cx.theme;
        let (color, word) = match self.severity {
            Severity::Error => (theme.bad, "Mend"),
            Severity::Warning => (theme.warn, "Consider"),
            Severity::Hint => (theme.soft, "To do"),
        };
        let name = format!("{}: {}", self.what, self.about);
        let response = row(ui, &theme, ROW_HEIGHT, false, &name, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.horizontal(|ui| {
                ui.label(RichText::new(word).color(color).size(12.0));
                cut_label(ui, RichText::new(&self.what));
            });
            cut_label(ui, soft(&theme, &self.about).size(12.0));
            cut_label(ui, soft(&theme, self.remedy).size(12.0));
        });
        let response = response.on_hover_text(name);
        (response.id, response.clicked())
    }
}

fn begin_large(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.collect::<String>() + letters.as_str()
}
