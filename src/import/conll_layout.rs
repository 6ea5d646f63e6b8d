//! How a file of CoNLL is laid out: what parts the cells, which column holds the words and which the tags, and how a
//! tag is written. All of it is found out by the first lines.

use std::collections::HashMap;

use super::{ImportOptions, Role};

/// A column is one of tags if so many of a hundred of its cells are tags, and one of numbers likewise.
pub const TAG_PERCENT: usize = 90;
/// With fewer tags that have a letter of a scheme, the letters are part of the names.
const BARE_PERCENT: usize = 30;
/// Before the name of a document, as in CoNLL-U.
pub const NAME_LINE: &str = "# newdoc id = ";
/// Before the whole text as a JSON string, in our extended files.
pub const TEXT_LINE: &str = "# text = ";

/// What the letter of a scheme says of its token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// `B`
    Begin,
    /// `I`, `M`
    Inside,
    /// `L`, `E`
    Last,
    /// `U`, `S`
    Only,
}

fn step(letter: &str) -> Option<Step> {
    match letter {
        "B" => Some(Step::Begin),
        "I" | "M" => Some(Step::Inside),
        "L" | "E" => Some(Step::Last),
        "U" | "S" | "W" => Some(Step::Only),
        _ => None,
    }
}

/// `O`, or a letter and a tag.
pub fn is_tag(cell: &str) -> bool {
    is_outside(cell) || before(cell).is_some() || behind(cell).is_some()
}

/// Whether a cell says that its token is of no annotation.
pub fn is_outside(cell: &str) -> bool {
    matches!(cell, "O" | "_" | "-" | "o")
}

/// `B-PER`.
fn before(cell: &str) -> Option<(Step, &str)> {
    let (letter, tag) = cell.split_once(['-', '_'])?;
    Some((step(letter)?, tag)).filter(|(_, tag)| !tag.is_empty())
}

/// `PER-B`.
fn behind(cell: &str) -> Option<(Step, &str)> {
    let (tag, letter) = cell.rsplit_once('-')?;
    Some((step(letter)?, tag)).filter(|(_, tag)| !tag.is_empty())
}

/// How a file is laid out.
pub struct Layout {
    /// White space of any kind if there is no TAB in the file.
    pub is_tabbed: bool,
    /// The column of the words, from 0.
    pub token: usize,
    /// Those of the tags.
    pub tags: TagColumns,
    /// How a tag is written.
    pub scheme: Scheme,
    /// How many columns most lines have.
    pub columns: usize,
}

/// Which columns hold tags.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TagColumns {
    /// From 0.
    One(usize),
    /// All from this one on: a token with several tags has several columns.
    From(usize),
}

/// Where the letter of a tag stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Before the tag.
    Before,
    /// Behind it.
    Behind,
    /// The tag alone; tokens side by side with the same tag belong together.
    Bare,
}

impl Layout {
    /// By the first lines, as far as nothing is said.
    pub fn of(words: &str, options: &ImportOptions) -> Self {
        let (is_tabbed, rows) = first_rows(words);
        let mut counts: HashMap<usize, usize> = HashMap::new();
        for row in &rows {
            *counts.entry(row.len()).or_default() += 1;
        }
        let columns = counts
            .iter()
            .max_by_key(|(length, count)| (**count, **length))
            .map_or(2, |(length, _)| *length);
        let percent = |column: usize, is_good: &dyn Fn(&str) -> bool| {
            let cells: Vec<&str> = rows
                .iter()
                .filter_map(|row| row.get(column).copied())
                .collect();
            let good = cells
                .iter()
                .filter(|cell| cell.split([' ', '|']).all(is_good))
                .count();
            if cells.is_empty() {
                0
            } else {
                good * 100 / cells.len()
            }
        };
        let widest = rows.iter().map(Vec::len).max().unwrap_or(2);
        let is_tag_column = |column| percent(column, &is_tag) >= TAG_PERCENT;
        let all_are_tags =
            !is_tabbed && widest > 2 && counts.len() > 1 && (1..widest).all(is_tag_column);
        let said = |role| {
            options
                .mapping
                .get(role)
                .and_then(|number| number.parse::<usize>().ok()?.checked_sub(1))
        };
        let last_good = || (1..columns).rev().find(|column| is_tag_column(*column));
        let tags = match said(Role::Tag) {
            Some(column) => TagColumns::One(column),
            None if all_are_tags => TagColumns::From(1),
            None => TagColumns::One(last_good().unwrap_or(columns.max(2) - 1)),
        };
        let (TagColumns::One(column) | TagColumns::From(column)) = tags;
        let with = |of: fn(&str) -> Option<(Step, &str)>| {
            percent(column, &|cell| is_outside(cell) || of(cell).is_some())
        };
        let scheme = match (with(before), with(behind)) {
            (ahead, after) if ahead >= after && ahead >= TAG_PERCENT => Scheme::Before,
            (_, after) if after >= TAG_PERCENT => Scheme::Behind,
            (ahead, _) if ahead >= BARE_PERCENT => Scheme::Before,
            _ => Scheme::Bare,
        };
        let first_of_words = || (0..column).find(|column| !counts_up(&rows, *column));
        let token = said(Role::Text).or_else(first_of_words).unwrap_or(0);
        Self {
            is_tabbed,
            token,
            tags,
            scheme,
            columns,
        }
    }

    /// The tags of a token.
    pub fn tags_of<'a>(&self, row: &[&'a str]) -> Vec<&'a str> {
        match self.tags {
            TagColumns::From(column) => row.get(column..).unwrap_or_default().to_vec(),
            TagColumns::One(column) => row
                .get(column)
                .map(|cell| {
                    cell.split([' ', '|'])
                        .filter(|tag| !tag.is_empty())
                        .collect()
                })
                .unwrap_or_default(),
        }
    }

    /// What a tag says; `None` if it means nothing.
    pub fn read<'a>(&self, tag: &'a str) -> Option<(Step, &'a str)> {
        match self.scheme {
            Scheme::Before => before(tag),
            Scheme::Behind => behind(tag),
            Scheme::Bare => Some((Step::Inside, tag)),
        }
    }
}

/// Whether a column counts the tokens of each sentence, as the first does in CoNLL-U.
fn counts_up(rows: &[Vec<&str>], column: usize) -> bool {
    let number = |row: &Vec<&str>| row.get(column)?.parse::<usize>().ok();
    let is_next = |pair: &[Option<usize>]| match *pair {
        [_, Some(0 | 1)] => true,
        [Some(before), Some(number)] => number == before + 1,
        _ => false,
    };
    let numbers: Vec<Option<usize>> = rows.iter().map(number).collect();
    let fitting = numbers.windows(2).filter(|pair| is_next(pair)).count();
    numbers.len() > 1 && fitting * 100 >= (numbers.len() - 1) * TAG_PERCENT
}

/// Whether TABs part the cells, and those of the first lines with tokens: enough to see how a file is laid out.
pub fn first_rows(words: &str) -> (bool, Vec<Vec<&str>>) {
    const LINES: usize = 10_000;
    /// No tool writes as many.
    const COLUMNS: usize = 1_000;
    let is_tabbed = words
        .lines()
        .take(LINES)
        .any(|line| line.trim_end().contains('\t'));
    let rows = words
        .lines()
        .filter(|line| !line.trim().is_empty() && !is_comment(line) && !is_document_start(line))
        .take(LINES);
    let first_cells = |line| {
        let mut cells = cells(line, is_tabbed);
        cells.truncate(COLUMNS);
        cells
    };
    (is_tabbed, rows.map(first_cells).collect())
}

/// The cells of a line.
pub fn cells(line: &str, is_tabbed: bool) -> Vec<&str> {
    if is_tabbed {
        line.trim_end_matches('\r').split('\t').collect()
    } else {
        line.split_whitespace().collect()
    }
}

/// A hash with something behind it is no token if no tag ends the line.
pub fn is_comment(line: &str) -> bool {
    line.starts_with("# ") && !line.split_whitespace().next_back().is_some_and(is_tag)
        || line.starts_with(TEXT_LINE)
        || line.starts_with(NAME_LINE)
}

/// Whether a document begins with this line.
pub fn is_document_start(line: &str) -> bool {
    line.starts_with("-DOCSTART-") || line.starts_with("<DOCSTART>")
}
