//! CoNLL: a token and its tags a line, a blank line behind each sentence.
//!
//! Real files agree on nothing else. The separator, the column of the tag and the scheme (IOB1, IOB2, BILOU, IOBES,
//! BMES, tags before or behind the letter, no letters at all) are found out; several tags on a token are nested
//! annotations. The text is made of the tokens with single spaces, or taken from a text given beside in which the
//! tokens are found one after the other, or, in our extended files, from the `# text` line.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::conll_layout::{
    Layout, NAME_LINE, Scheme, Step, TAG_PERCENT, TEXT_LINE, TagColumns, cells, first_rows,
    is_comment, is_document_start, is_outside, is_tag,
};
use super::files::Files;
use super::found::{CopyRoom, Found, FoundDocument, FoundSpan, FoundText, MOST_THINGS, THINGS};
use super::{FileInMemory, Format, ImportError, ImportOptions, MappingOf, Reading, Role, Unit};

/// CoNLL.
pub const CONLL: Format = Format {
    name: "conll",
    title: "CoNLL",
    description: "A token and its tags a line, in any scheme; with texts beside it, found again in them",
    endings: &[
        "conll",
        "bio",
        "iob",
        "iob2",
        "bilou",
        "bioes",
        "annotated",
        "conll03",
        "conll2003",
    ],
    recognise,
    mapping: Some(MAPPING),
    read,
};

/// Of one file. The largest corpora that people share as one have between three and four million.
const MOST_TOKENS: usize = 4_000_000;
/// How far ahead a token is looked for in a text that is given beside.
const LOOK_AHEAD_BYTES: usize = 4000;

fn recognise(files: &Files<'_>) -> bool {
    files.iter().any(is_token_file)
}

const MAPPING: MappingOf = MappingOf {
    roles: &[Role::Text, Role::Tag],
    names,
};

/// The columns by their numbers, from 1.
fn names(files: &Files<'_>) -> Vec<String> {
    let widest = token_files(files).into_iter().filter_map(|file| {
        let words = file.words(&mut Found::default()).ok()?;
        let (_, rows) = first_rows(&words);
        rows.iter().map(Vec::len).max()
    });
    let columns = 1..=widest.max().unwrap_or(0);
    columns.map(|number| number.to_string()).collect()
}

/// By its ending, or because most lines end in a tag.
fn is_token_file(file: &FileInMemory) -> bool {
    let ending = super::ending(&file.path);
    if CONLL.endings.contains(&&*ending) {
        return true;
    }
    if !matches!(&*ending, "txt" | "tsv" | "") {
        return false;
    }
    let head = file.head();
    let lines: Vec<&str> = head
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(200)
        .collect();
    let has_tag = |line: &&&str| {
        line.split_whitespace().count() > 1
            && line.split_whitespace().next_back().is_some_and(is_tag)
    };
    lines.len() > 1 && lines.iter().filter(has_tag).count() * 100 >= lines.len() * TAG_PERCENT
}

/// A token where it stands in the file.
struct Token<'a> {
    line: usize,
    words: &'a str,
    tags: Vec<&'a str>,
    /// A sentence ends behind it.
    is_last: bool,
}

/// The tokens of one document, before they have a text.
#[derive(Default)]
struct Tokens<'a> {
    line: usize,
    name: String,
    text: Option<String>,
    tokens: Vec<Token<'a>>,
}

impl Tokens<'_> {
    fn from_line(line: usize) -> Self {
        Self {
            line,
            ..Self::default()
        }
    }

    fn is_bare(&self) -> bool {
        self.tokens.is_empty() && self.name.is_empty()
    }
}

/// Whoever names the format knows better than the ending, where none looks like it.
fn token_files<'a>(files: &Files<'a>) -> Vec<&'a FileInMemory> {
    let sure: Vec<&FileInMemory> = files.iter().filter(|file| is_token_file(file)).collect();
    if !sure.is_empty() {
        return sure;
    }
    files
        .iter()
        .filter(|file| super::ending(&file.path) != "txt")
        .collect()
}

fn read(files: &Files<'_>, options: &ImportOptions) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let token_files = token_files(files);
    if token_files.is_empty() {
        return Err(ImportError::WrongFormat(CONLL.title));
    }
    MAPPING.refuse_slips(&options.mapping, files, "columns")?;
    let mut texts = Vec::new();
    for file in files
        .ending_in(&["txt"])
        .filter(|file| !is_token_file(file))
    {
        if let (FoundText::Words(words), _) = file.text(&mut found)? {
            texts.push(Beside {
                name: super::stem(&file.path),
                beginning: beginning(std::iter::once(&*words)),
                words,
                is_taken: false,
            });
        }
    }
    for file in token_files {
        let words = file.words(&mut found)?;
        let mut reader = Reader {
            file: file.label(),
            layout: Layout::of(&words, options),
            texts: &mut texts,
            found: &mut found,
            token_count: 0,
            things_left: MOST_THINGS,
        };
        reader.remark_layout();
        reader.read(&words);
    }
    Ok(found)
}

/// A text that is given beside.
struct Beside<'a> {
    name: &'a str,
    words: String,
    /// See [`beginning`].
    beginning: String,
    is_taken: bool,
}

/// Reads one file. Of its tokens only those of one document are in memory at a time, since they take more there than
/// in the file.
struct Reader<'r, 't> {
    file: Arc<str>,
    layout: Layout,
    texts: &'r mut [Beside<'t>],
    found: &'r mut Found,
    /// So far.
    token_count: usize,
    /// How many documents and annotations may still come.
    things_left: usize,
}

impl Reader<'_, '_> {
    fn remark_layout(&mut self) {
        let Layout { token, columns, .. } = self.layout;
        let token = token + 1;
        let words = match self.layout.tags {
            TagColumns::One(_) if columns < 3 => return,
            TagColumns::One(tag) => format!(
                "of {columns} columns, {token} is read as the words and {} as the tags; the others are not read",
                tag + 1
            ),
            TagColumns::From(first) => format!(
                "column {token} is read as the words, and every column from {} on as tags",
                first + 1
            ),
        };
        self.found.remark(&self.file, 0, words, "");
    }

    /// Adds its documents to what is found.
    fn read(&mut self, words: &str) {
        let mut document: Option<Tokens<'_>> = None;
        let mut is_started = false;
        for (index, line) in words.split('\n').enumerate() {
            let (number, line) = (index + 1, line.trim_end_matches('\r'));
            let is_named = line.starts_with(NAME_LINE);
            if is_document_start(line) || is_named {
                // A named start may follow the plain one.
                let is_bare = document.as_ref().is_some_and(Tokens::is_bare);
                if !(is_named && is_started && is_bare) {
                    document.take().into_iter().for_each(|it| self.add(it));
                }
                is_started = true;
            }
            if document.is_none() && line.trim().is_empty() {
                continue;
            }
            if self.things_left == 0 {
                self.found.stopped(&self.file, number, MOST_THINGS, THINGS);
                return;
            }
            let document = document.get_or_insert_with(|| Tokens::from_line(number));
            let has_token = !is_document_start(line) && !is_comment(line);
            if let Some(name) = line.strip_prefix(NAME_LINE) {
                document.name = name.to_owned();
            } else if let Some(text) = text_in(line) {
                document.text = Some(text);
            } else if line.trim().is_empty() {
                let last = document.tokens.last_mut().into_iter();
                last.for_each(|last| last.is_last = true);
            } else if has_token && self.token_count == MOST_TOKENS {
                self.found
                    .stopped(&self.file, number, MOST_TOKENS, "tokens");
                break;
            } else if let Some(token) = has_token.then(|| self.token(line, number)).flatten() {
                self.token_count += 1;
                document.tokens.push(token);
            }
        }
        document.into_iter().for_each(|last| self.add(last));
    }

    fn token<'a>(&mut self, line: &'a str, number: usize) -> Option<Token<'a>> {
        let row = cells(line, self.layout.is_tabbed);
        let words = row.get(self.layout.token).copied().unwrap_or_default();
        let words = words.trim();
        if words.is_empty() {
            // A token of white space stands in the text anyway; an annotation goes on across it.
            let is_blank = row.len() == self.layout.columns;
            if !is_blank {
                let why = "left out: there is no token";
                self.found.left_out(&self.file, number, why, line);
            }
            return None;
        }
        let mut tags = self.layout.tags_of(&row);
        let means_something = |tag: &&str| is_outside(tag) || self.layout.read(tag).is_some();
        if row.len() < 2 || tags.is_empty() {
            let why = "there is no tag behind the token; the token is kept";
            self.found.left_out(&self.file, number, why, line);
            tags.clear();
        } else if !tags.iter().all(means_something) {
            let why = "the tag means nothing; the token is kept without it";
            self.found.left_out(&self.file, number, why, line);
            tags.retain(means_something);
        }
        tags.retain(|tag| !is_outside(tag));
        // Most have none, and there are millions.
        tags.shrink_to_fit();
        Some(Token {
            line: number,
            words,
            tags,
            is_last: false,
        })
    }

    /// Adds a document.
    fn add(&mut self, tokens: Tokens<'_>) {
        let Tokens {
            line,
            name,
            text,
            tokens,
        } = tokens;
        let (words, places, name_beside) = self.placed(text, &tokens);
        let mut begins_inside = 0;
        let chains = chains(&tokens, &self.layout, &mut begins_inside);
        let count = chains.len().min(self.things_left.saturating_sub(1));
        let (read, beyond) = chains.split_at(count);
        let mut room = CopyRoom::for_bytes(words.len());
        let spans = read.iter();
        let spans = spans.filter_map(|chain| span(chain, &tokens, &places, &words, &mut room));
        let mut spans: Vec<FoundSpan> = spans.collect();
        spans.sort_by_key(|span| span.line);
        if begins_inside > 0 {
            let why = "annotations begin with an inside tag, as in IOB1 or by mistake; each begins a new annotation";
            let count = format!("{begins_inside} in this document");
            self.found.remark(&self.file, line, why, count);
        }
        self.things_left = self.things_left.saturating_sub(1 + count);
        if let Some(token) = beyond.first().and_then(|chain| tokens.get(chain.first)) {
            self.found
                .stopped(&self.file, token.line, MOST_THINGS, THINGS);
        }
        self.found.documents.push(FoundDocument {
            name: Some(name)
                .filter(|name| !name.is_empty())
                .or(name_beside)
                .unwrap_or_default(),
            file: self.file.clone(),
            line,
            text: FoundText::Words(words),
            reading: Reading {
                unit: Unit::Byte,
                ..Reading::default()
            },
            is_certain: true,
            spans,
            ..FoundDocument::default()
        });
    }

    /// The text of a document and where its tokens stand in it, with the name of the text if it was given beside.
    fn placed(
        &mut self,
        text: Option<String>,
        tokens: &[Token<'_>],
    ) -> (String, Vec<Place>, Option<String>) {
        let first = beginning(tokens.iter().take(BEGINNING).map(|token| token.words));
        let mut texts = self.texts.iter_mut();
        let beside = texts.find(|beside| {
            text.is_none()
                && !beside.is_taken
                && !first.is_empty()
                && beside.beginning.starts_with(&first)
        });
        let (words, name) = match (text, beside) {
            (Some(text), _) => (text, None),
            (None, Some(beside)) => {
                beside.is_taken = true;
                (beside.words.clone(), Some(beside.name.to_owned()))
            }
            (None, None) => {
                let (words, places) = joined(tokens);
                return (words, places, None);
            }
        };
        let places = aligned(&words, tokens);
        let placed = tokens.iter().zip(&places);
        for (token, _) in placed.filter(|(_, place)| place.is_none()) {
            let why = "a token is not in the text";
            self.found
                .left_out(&self.file, token.line, why, token.words);
        }
        (words, places, name)
    }
}

/// Where a token begins and ends in a text, if it is in it.
type Place = Option<(usize, usize)>;

/// The text of a document, where our extended files hold it.
fn text_in(line: &str) -> Option<String> {
    serde_json::from_str(line.strip_prefix(TEXT_LINE)?).ok()
}

/// The tokens with single spaces, one sentence a line.
fn joined(tokens: &[Token<'_>]) -> (String, Vec<Place>) {
    let mut words = String::new();
    let mut places = Vec::with_capacity(tokens.len());
    let mut before: Option<&Token<'_>> = None;
    for token in tokens {
        if let Some(before) = before {
            words.push(if before.is_last { '\n' } else { ' ' });
        }
        places.push(Some((words.len(), words.len() + token.words.len())));
        words.push_str(token.words);
        before = Some(token);
    }
    if !words.is_empty() {
        words.push('\n');
    }
    (words, places)
}

/// How many characters of a text show that tokens are its.
const BEGINNING: usize = 60;

/// The first characters, without the white space between them.
fn beginning<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let characters = words.flat_map(str::chars);
    let bare = characters.filter(|c| !c.is_whitespace());
    bare.take(BEGINNING).collect()
}

/// Where the tokens stand in a text, one after the other.
fn aligned(text: &str, tokens: &[Token<'_>]) -> Vec<Place> {
    let mut from = 0;
    let places = tokens.iter().map(|token| {
        let to =
            text.ceil_char_boundary((from + LOOK_AHEAD_BYTES + token.words.len()).min(text.len()));
        let ahead = text.get(from..to)?;
        let (start, end) = find_token(ahead, token.words)?;
        let place = (from + start, from + end);
        from = place.1;
        Some(place)
    });
    places.collect()
}

/// A token as it stands, or with white space for each underscore, as exporters write what a token cannot hold.
fn find_token(ahead: &str, token: &str) -> Option<(usize, usize)> {
    let trimmed = ahead.trim_start();
    let skipped = ahead.len() - trimmed.len();
    if trimmed.starts_with(token) {
        return Some((skipped, skipped + token.len()));
    }
    let as_spaces = || {
        let mut end = skipped;
        for (c, other) in token.chars().zip(trimmed.chars()) {
            if c != other && !(c == '_' && other.is_whitespace()) {
                return None;
            }
            end += other.len_utf8();
        }
        (trimmed.chars().count() >= token.chars().count()).then_some((skipped, end))
    };
    as_spaces().or_else(|| ahead.find(token).map(|start| (start, start + token.len())))
}

/// An annotation as the numbers of its tokens.
struct Chain<'a> {
    tag: &'a str,
    first: usize,
    last: usize,
}

/// Every annotation. Several tags on one token are chains of their own; one goes on with the chain of its tag that
/// has not gone on with this token yet.
fn chains<'a>(tokens: &[Token<'a>], layout: &Layout, begins_inside: &mut usize) -> Vec<Chain<'a>> {
    let mut chains: Vec<Chain<'a>> = Vec::new();
    // Those that the token before belongs to and that may go on, by their tags.
    let mut open: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (number, token) in tokens.iter().enumerate() {
        let mut still_open: HashMap<&str, VecDeque<usize>> = HashMap::new();
        for tag in &token.tags {
            let Some((step, tag)) = layout.read(tag) else {
                continue;
            };
            let goes_on = open
                .get_mut(tag)
                .filter(|_| matches!(step, Step::Inside | Step::Last))
                .and_then(VecDeque::pop_front);
            let index = match goes_on {
                Some(index) => index,
                None => {
                    *begins_inside += usize::from(
                        matches!(step, Step::Inside | Step::Last) && layout.scheme != Scheme::Bare,
                    );
                    chains.push(Chain {
                        tag,
                        first: number,
                        last: number,
                    });
                    chains.len() - 1
                }
            };
            if let Some(chain) = chains.get_mut(index) {
                chain.last = number;
            }
            if matches!(step, Step::Begin | Step::Inside) && !token.is_last {
                still_open.entry(tag).or_default().push_back(index);
            }
        }
        open = still_open;
    }
    chains
}

fn span(
    chain: &Chain<'_>,
    tokens: &[Token<'_>],
    places: &[Place],
    words: &str,
    room: &mut CopyRoom,
) -> Option<FoundSpan> {
    let own = places.get(chain.first..=chain.last)?.iter().flatten();
    let (start, end) = (
        own.clone().map(|(start, _)| *start).min(),
        own.map(|(_, end)| *end).max(),
    );
    let piece = start.zip(end);
    // Where it is placed, the words are those of the text; else the tokens are all that is known.
    let quote = match piece {
        Some((start, end)) => room.copy(words.get(start..end)?),
        None => {
            let tokens = tokens.get(chain.first..=chain.last)?.iter();
            let bytes = tokens.clone().map(|token| token.words.len() + 1).sum();
            let words = tokens.map(|token| token.words);
            room.take(bytes)
                .map(|()| words.collect::<Vec<_>>().join(" "))
        }
    };
    Some(FoundSpan {
        pieces: piece
            .map(|(start, end)| vec![[start, end]])
            .unwrap_or_default(),
        quote: quote.unwrap_or_default().into(),
        tag: chain.tag.into(),
        line: tokens.get(chain.first)?.line,
        ..FoundSpan::default()
    })
}
