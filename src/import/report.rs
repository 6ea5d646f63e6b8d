//! What came of an import, for people and for programs.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::sync::Arc;

use serde::Serialize;

use super::Mapping;
use super::found::{Problem, shortened, shortened_to};
use super::reading::Reading;

/// How many examples stand behind each line for people.
const EXAMPLES: usize = 3;

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ImportReport {
    /// The name of the format.
    pub format: String,
    /// Whether the files say nothing that can be read.
    #[serde(skip)]
    pub is_empty: bool,
    /// Documents.
    pub documents: DocumentCounts,
    /// How many tags the codebook did not have.
    pub new_tags: usize,
    /// Annotations by tag.
    pub tags: BTreeMap<String, TagCounts>,
    /// Links by kind.
    pub links: BTreeMap<String, EntryCounts>,
    /// Regions by kind.
    pub regions: BTreeMap<String, EntryCounts>,
    /// Which columns or keys were taken for what, where the format leaves that open; of several files the first's.
    #[serde(skip_serializing_if = "Mapping::is_empty")]
    pub mapping: Mapping,
    /// How documents counted, the commonest first.
    pub readings: Vec<ReadingCount>,
    /// Annotations that stand elsewhere than the file says.
    pub moved: Vec<Displaced>,
    /// Annotations that have no place in their text. They are not in the project.
    pub unplaced: Vec<Displaced>,
    /// What could not be read or kept, and what was assumed.
    pub problems: Vec<Problem>,
}

/// What came of the documents.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DocumentCounts {
    /// In the files.
    pub in_file: usize,
    /// New to the project.
    pub added: usize,
    /// The same text as a document of the project, or of another of the files.
    pub joined: usize,
    /// Without any text; their annotations could not be placed.
    pub without_text: usize,
    /// What the files call these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// What came of the annotations with one tag.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TagCounts {
    /// In the files.
    pub in_file: usize,
    /// They stand where the file says.
    pub exact: usize,
    /// They stand elsewhere.
    pub moved: usize,
    /// They have no place in the text.
    pub unplaced: usize,
    /// The project has the same already.
    pub merged: usize,
    /// The first words that carry it, shortened, to see whether the right ones were found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

/// What came of links or regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct EntryCounts {
    /// In the files.
    pub in_file: usize,
    /// In the project.
    pub added: usize,
}

/// So many documents counted like this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadingCount {
    /// How.
    pub reading: Reading,
    /// In words.
    pub words: String,
    /// Documents with annotations.
    pub documents: usize,
    /// Annotations with recorded words …
    pub quoted: usize,
    /// … and how many of them stand where this reading says.
    pub matched: usize,
    /// Annotations without recorded words.
    pub unquoted: usize,
    /// Documents without recorded words in which another reading may be right.
    pub guessed: usize,
}

/// An annotation that does not stand where the file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Displaced {
    /// Which file.
    pub file: Arc<str>,
    /// From 1; 0 where lines mean nothing.
    pub line: usize,
    /// The document.
    pub document: String,
    /// The tag.
    pub tag: String,
    /// The words as recorded.
    pub quote: String,
    /// Where the file says: starts and ends of the pieces as written.
    pub said: Vec<[usize; 2]>,
    /// How it was found, or why not.
    pub why: String,
    /// What stands where it should be.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub near: String,
}

impl TagCounts {
    const MOST_EXAMPLES: usize = 3;

    /// Notes words that carry the tag.
    pub fn add_example(&mut self, words: &str) {
        const CHARACTERS: usize = 24;
        if self.examples.len() < Self::MOST_EXAMPLES {
            self.examples.push(shortened_to(words, CHARACTERS));
        }
    }

    /// `“Moscow”, “the port”`
    pub fn examples_in_words(&self) -> String {
        let quoted = self.examples.iter().map(|words| format!("“{words}”"));
        quoted.collect::<Vec<_>>().join(", ")
    }
}

impl ImportReport {
    /// Whether everything in the files is in the project now.
    pub fn is_lossless(&self) -> bool {
        let entries = self.links.values().chain(self.regions.values());
        self.unplaced.is_empty()
            && self.documents.without_text == 0
            && entries.clone().all(|counts| counts.in_file == counts.added)
            && self.problems.iter().all(|problem| !problem.is_loss)
    }

    /// Whether the files say something and none of it has a place.
    pub fn is_in_vain(&self) -> bool {
        let DocumentCounts { added, joined, .. } = self.documents;
        let sum = self.annotations();
        [added, joined, self.new_tags, sum.exact, sum.moved] == [0; 5]
    }

    /// The sum over all tags.
    pub fn annotations(&self) -> TagCounts {
        let mut sum = TagCounts::default();
        for counts in self.tags.values() {
            sum.in_file += counts.in_file;
            sum.exact += counts.exact;
            sum.moved += counts.moved;
            sum.unplaced += counts.unplaced;
            sum.merged += counts.merged;
        }
        sum
    }

    /// For people: first what came over, then how it was counted, then what needs a look.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = self.lines_besides();
        let tags = self.tags.iter();
        let tags = tags.map(|(tag, counts)| format!("{}: {}", shortened(tag), tag_words(counts)));
        lines.splice(1..1, tags);
        lines.extend(self.losses(EXAMPLES));
        lines
    }

    /// For people: what does not come over, each with so many examples.
    pub fn losses(&self, examples: usize) -> Vec<String> {
        let unplaced = displaced_words("not placed", &self.unplaced, examples).into_iter();
        in_one_line_each(unplaced.chain(self.problem_lines(true, examples)))
    }

    /// For people: all but the counts for each tag and what does not come over.
    pub fn lines_besides(&self) -> Vec<String> {
        let DocumentCounts {
            in_file,
            added,
            joined,
            without_text,
            ref missing,
        } = self.documents;
        let names: Vec<String> = missing.iter().take(EXAMPLES).map(shortened).collect();
        let more = if missing.len() > EXAMPLES {
            ", …"
        } else {
            ""
        };
        let without = match counted(without_text, ", without text") {
            words if words.is_empty() => words,
            words => format!("{words} ({}{more})", names.join(", ")),
        };
        let mut lines = vec![format!(
            "{}: {added} new, {joined} joined with the same text{without}",
            number_of(in_file, "document"),
        )];
        if self.new_tags > 0 {
            let tags = number_of(self.new_tags, "tag");
            lines.push(format!("new in the codebook: {tags}"));
        }
        for (what, entries) in [("links", &self.links), ("regions", &self.regions)] {
            for (kind, EntryCounts { in_file, added }) in entries {
                let kind = shortened(kind);
                lines.push(format!("{what} {kind}: {added} of {in_file}"));
            }
        }
        lines.extend(self.readings.iter().map(reading_words));
        lines.extend(displaced_words("moved", &self.moved, EXAMPLES));
        lines.extend(self.problem_lines(false, EXAMPLES));
        in_one_line_each(lines)
    }

    /// Like problems in one line with their count.
    fn problem_lines(&self, are_losses: bool, examples: usize) -> impl Iterator<Item = String> {
        let mut groups: Vec<(&str, Vec<&Problem>)> = Vec::new();
        let mut indexes: HashMap<&str, usize> = HashMap::new();
        let problems = self.problems.iter();
        for problem in problems.filter(|problem| problem.is_loss == are_losses) {
            let index = *indexes.entry(&problem.words).or_insert(groups.len());
            match groups.get_mut(index) {
                Some((_, group)) => group.push(problem),
                None => groups.push((&problem.words, vec![problem])),
            }
        }
        groups.into_iter().map(move |(words, group)| {
            let examples = group.iter().take(examples).map(|problem| {
                let what = if problem.what.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", problem.what)
                };
                format!("{}{what}", place(&problem.file, problem.line))
            });
            with_examples(words, group.len(), examples)
        })
    }
}

/// Names that stand in a file may hold breaks, and what a terminal would obey.
fn in_one_line_each(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let in_one_line = |line: String| line.replace(char::is_control, " ");
    lines.into_iter().map(in_one_line).collect()
}

/// `1 document`, `2 documents`.
fn number_of(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

fn tag_words(counts: &TagCounts) -> String {
    let TagCounts {
        in_file,
        exact,
        moved,
        unplaced,
        merged,
        ..
    } = *counts;
    let examples = match counts.examples_in_words() {
        words if words.is_empty() => words,
        words => format!(", such as {words}"),
    };
    format!(
        "{in_file} in the file, {exact} placed exactly{}{}{}{examples}",
        counted(moved, ", moved"),
        counted(unplaced, ", not placed"),
        counted(merged, ", there already")
    )
}

/// `, moved 3`, or nothing for none.
fn counted(count: usize, words: &str) -> String {
    if count == 0 {
        String::new()
    } else {
        format!("{words} {count}")
    }
}

fn reading_words(count: &ReadingCount) -> String {
    let verb = if count.documents == 1 {
        "counts"
    } else {
        "count"
    };
    let documents = number_of(count.documents, "document");
    let mut line = format!("{documents} {verb} {}", count.words);
    if count.quoted > 0 {
        let _ = write!(
            line,
            ": {} of {} recorded quotes match",
            count.matched, count.quoted
        );
    }
    if count.unquoted > 0 {
        let _ = write!(
            line,
            ", {} without a recorded quote",
            number_of(count.unquoted, "annotation")
        );
    }
    if count.guessed > 0 {
        let _ = write!(
            line,
            "; a guess in {} without recorded quotes, since other readings may be right",
            number_of(count.guessed, "document")
        );
    }
    line
}

fn displaced_words(what: &str, displaced: &[Displaced], examples: usize) -> Vec<String> {
    let mut groups: BTreeMap<&str, Vec<&Displaced>> = BTreeMap::new();
    for each in displaced {
        groups.entry(&each.why).or_default().push(each);
    }
    let lines = groups.into_iter().map(|(why, group)| {
        let examples = group.iter().take(examples).map(|each| {
            let quote = match each.quote.as_str() {
                "" => String::new(),
                quote => format!(" “{quote}”"),
            };
            let near = if each.near.is_empty() {
                String::new()
            } else {
                format!(" near “{}”", each.near)
            };
            format!(
                "{}{quote} {}{near}",
                shortened(&each.tag),
                place(&each.file, each.line)
            )
        });
        with_examples(&format!("{what}: {why}"), group.len(), examples)
    });
    lines.collect()
}

fn place(file: &str, line: usize) -> String {
    if line == 0 {
        file.to_owned()
    } else {
        format!("{file}:{line}")
    }
}

fn with_examples(words: &str, count: usize, examples: impl Iterator<Item = String>) -> String {
    let examples: Vec<String> = examples.collect();
    let more = if count > examples.len() { ", …" } else { "" };
    let times = if count == 1 {
        String::new()
    } else {
        format!("{count} times: ")
    };
    format!("{times}{words}: {}{more}", examples.join("; "))
}
