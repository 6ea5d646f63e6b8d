//! What a file says, before anybody has decided how it counted.
//!
//! A parser fills a [`Found`] and judges nothing: numbers stay as they are written, quotes as they are
//! recorded. `heal` finds the places, `build` makes a project of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::{self, Write};
use std::hash::Hash;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::{Mapping, Reading, Role, field};
use crate::model::{
    Annotator, AnnotatorId, AttributeValue, Attributes, Codebook, DocumentState, Encoding, Stamp,
    Tag, TagId, Tier, Timestamp,
};
use crate::text::{OffsetUnit, Text};

/// Documents and annotations of one file, for formats that have no narrower limit: each takes about a kilobyte, however
/// short it is written.
pub const MOST_THINGS: usize = 1_000_000;
/// What is counted for [`MOST_THINGS`].
pub const THINGS: &str = "documents and annotations";

/// What the files of one import say.
#[derive(Debug, Default)]
pub struct Found {
    /// The project's name, if they have one.
    pub name: String,
    /// In the order of the files.
    pub documents: Vec<FoundDocument>,
    /// Between spans, by their keys.
    pub links: Vec<FoundLink>,
    /// Spans that say the same thing, by their keys.
    pub claims: Vec<FoundClaim>,
    /// Those that the files describe. Names that only stand on spans need not be here.
    pub annotators: Vec<Annotator>,
    /// What the files say about tags, attributes and kinds. What is only used need not be here.
    pub codebook: Codebook,
    /// Which columns or keys were taken for what, where the format leaves that open; of several files the first's.
    pub mapping: Mapping,
    /// What could not be read or kept, and what was assumed.
    pub problems: Vec<Problem>,
    /// Where files hold more than is read of one: told however many problems there are.
    pub stops: Vec<Problem>,
}

/// One document, as a file says it.
#[derive(Debug, Default)]
pub struct FoundDocument {
    /// What the file calls it; empty if it does not. Becomes the id.
    pub name: String,
    /// The file that speaks of it.
    pub file: Arc<str>,
    /// On which line it begins, from 1; 0 where lines mean nothing.
    pub line: usize,
    /// Its words, or where they are.
    pub text: FoundText,
    /// How the format says that it counts. Tried first, and believed where nothing speaks against it.
    pub reading: Reading,
    /// Whether other readings are tried at all. Our own files say for certain how they count.
    pub is_certain: bool,
    /// Where the text lies, if the file says so.
    pub path: String,
    /// The hash of the bytes that the text was made of, if the file says so.
    pub sha256: String,
    /// How the bytes became characters, if the file says so.
    pub encoding: Option<Encoding>,
    /// How many bytes there were, if the file says so.
    pub size_bytes: u64,
    /// Title, outlet and so on.
    pub fields: BTreeMap<Arc<str>, String>,
    /// How far each annotator is.
    pub states: BTreeMap<AnnotatorId, DocumentState>,
    /// In the order of the file.
    pub spans: Vec<FoundSpan>,
    /// In the order of the file.
    pub regions: Vec<FoundRegion>,
}

impl FoundDocument {
    /// Adds what it says under a name. What it says there already stays above it.
    pub fn add_field(&mut self, name: impl Into<Arc<str>>, words: String) {
        /// Beyond these it is not looked whether something is there already, which would take ever longer.
        const MOST_BYTES: usize = 10_000;
        let known = self.fields.entry(name.into()).or_default();
        let is_there = |known: &str| known.lines().any(|line| line == words) || known == words;
        if known.is_empty() {
            *known = words;
        } else if known.len() > MOST_BYTES || !is_there(known) {
            known.push('\n');
            known.push_str(&words);
        }
    }

    /// Adds what JSON says under a name, if it says anything.
    pub fn add_value(&mut self, name: &str, value: &Value) {
        if let Some(words) = field(value) {
            self.add_field(name, words);
        }
    }

    /// Adds what stands under `meta`, where many tools keep what they do not read themselves.
    pub fn add_meta(&mut self, meta: &Value) {
        match meta {
            Value::Object(meta) => meta
                .iter()
                .for_each(|(name, value)| self.add_value(name, value)),
            meta => self.add_value("meta", meta),
        }
    }
}

/// The words of a document, or where they are.
#[derive(Debug)]
pub enum FoundText {
    /// The words themselves.
    Words(String),
    /// The name of a document of the project, or of a text given beside.
    Named(String),
    /// A text that is in memory already.
    Known(Text),
}

impl Default for FoundText {
    fn default() -> Self {
        Self::Words(String::new())
    }
}

/// Words that any number of annotations may share. Most annotations have most kinds of them not at all, which takes no
/// memory and no counting of who shares it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(Option<Arc<str>>);

impl Deref for Words {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl From<&str> for Words {
    fn from(words: &str) -> Self {
        Self((!words.is_empty()).then(|| words.into()))
    }
}

impl From<String> for Words {
    fn from(words: String) -> Self {
        words.as_str().into()
    }
}

impl From<Arc<str>> for Words {
    fn from(words: Arc<str>) -> Self {
        Self(Some(words).filter(|words| !words.is_empty()))
    }
}

/// One annotation, as a file says it. Its words are shared, since a few bytes of a file may give the same long ones to
/// any number of annotations.
#[derive(Debug, Default, Clone)]
pub struct FoundSpan {
    /// What the file calls it; empty if it does not. Links and claims refer to it by this, so parsers make it
    /// unique within the import where they have links.
    pub key: String,
    /// Start and end of each piece as written. Empty where only the quote is recorded.
    pub pieces: Vec<[usize; 2]>,
    /// The words as recorded; of several pieces joined in any usual way. Empty if there are none.
    pub quote: Words,
    /// What stands before, as recorded.
    pub prefix: Words,
    /// What stands behind, as recorded.
    pub suffix: Words,
    /// The tag's name.
    pub tag: Words,
    /// By name.
    pub attributes: Attributes,
    /// A remark for people.
    pub note: Words,
    /// Who says so; empty if the file does not tell.
    pub annotator: Words,
    /// Whether every annotator is expected to mark this.
    pub tier: Tier,
    /// When it was made, if the file tells.
    pub created_at: Option<Timestamp>,
    /// When it was changed, if the file tells.
    pub changed: Option<Stamp>,
    /// On which line it stands, from 1; 0 where lines mean nothing.
    pub line: usize,
}

impl FoundSpan {
    fn words_bytes(&self) -> usize {
        // The annotator's name also stands in the id; the words are those of the text in the end.
        let own = [&self.tag, &self.note, &self.annotator, &self.annotator];
        let changed_by = self.changed.as_ref().map(|stamp| stamp.by.as_str().len());
        let attributes = self.attributes.iter().map(|(name, value)| match value {
            AttributeValue::Words(words) => name.len() + words.len(),
            _ => name.len(),
        });
        let own = own.iter().map(|words| words.len());
        own.chain(attributes).chain(changed_by).sum()
    }

    /// What columns or keys with these roles say of it.
    pub fn of_words(words: impl Fn(Role) -> String) -> Self {
        Self {
            key: words(Role::Id),
            quote: words(Role::Quote).into(),
            prefix: words(Role::Prefix).into(),
            suffix: words(Role::Suffix).into(),
            tag: words(Role::Tag).into(),
            note: words(Role::Note).into(),
            annotator: words(Role::Annotator).trim().into(),
            ..Self::default()
        }
    }
}

/// How often a parser may copy words for each byte of what they stand in.
const MOST_COVERING: usize = 50;
/// What little may be copied as often as anybody likes, in bytes.
const SMALL_COVERING: usize = 1_000_000;

/// How many bytes of words may still be copied from a file into annotations. Where these cover the same words again and
/// again, it would be any number.
pub struct CopyRoom(usize);

impl CopyRoom {
    /// For what takes so many bytes in the file.
    pub fn for_bytes(bytes: usize) -> Self {
        Self(SMALL_COVERING + MOST_COVERING * bytes)
    }

    /// Takes room for so many bytes, if there is as much.
    pub fn take(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_sub(bytes)?;
        Some(())
    }

    /// A copy of the words, if there is room.
    pub fn copy(&mut self, words: &str) -> Option<String> {
        self.take(words.len())?;
        Some(words.to_owned())
    }
}

/// How many more values may be repeated: a region with many labels, or an annotation with many tags, becomes many
/// annotations, and what is said of it holds for each.
pub struct RepeatRoom(usize);

impl RepeatRoom {
    /// For a file or a text of so many bytes.
    pub fn for_bytes(bytes: usize) -> Self {
        Self(MOST_THINGS + bytes)
    }

    /// Takes room for so many values, if there is as much.
    pub fn take(&mut self, values: usize) -> Option<()> {
        self.0 = self.0.checked_sub(values)?;
        Some(())
    }

    /// Adds an annotation for each of its tags, of which links lead to the first. `None` if there is no room for all.
    pub fn add_for_tags(
        &mut self,
        spans: &mut Vec<FoundSpan>,
        mut span: FoundSpan,
        tags: impl IntoIterator<Item = String>,
    ) -> Option<()> {
        let (key, mut tags) = (std::mem::take(&mut span.key), tags.into_iter());
        spans.push(FoundSpan {
            key,
            tag: tags.next().unwrap_or_default().into(),
            ..span.clone()
        });
        for tag in tags {
            self.take(1 + span.pieces.len() + span.attributes.len())?;
            let tag = tag.into();
            spans.push(FoundSpan {
                tag,
                ..span.clone()
            });
        }
        Some(())
    }
}

/// Start and end, by what says numbers for these roles.
pub fn place_of(number: impl Fn(Role) -> Option<usize>) -> Option<[usize; 2]> {
    let start = number(Role::Start)?;
    let by_length = number(Role::Length).and_then(|length| start.checked_add(length));
    Some([start, by_length.or_else(|| number(Role::End))?])
}

/// Why an annotation without any place is left out.
pub const NO_PLACE: &str = "left out: start or end is no whole number from 0 on";

/// A number as tables hold it: `4`, and `4.0` where a column also has empty cells.
pub fn whole_number(words: &str) -> Option<usize> {
    let words = words.trim();
    words.strip_suffix(".0").unwrap_or(words).parse().ok()
}

/// Whether words are those of a place rather than the whole text around it: they are as long as the place, in whichever
/// unit that counts, or too short for it to lie in them.
pub fn are_of_place(words: &str, [start, end]: [usize; 2]) -> bool {
    let lengths = OffsetUnit::ALL.map(|unit| unit.length_of(words));
    let is_near = |own: &usize| own.abs_diff(end.saturating_sub(start)) <= 1;
    lengths.iter().any(is_near) || lengths.iter().all(|own| *own < end)
}

/// Whether words under a name can be a quote from a text, as far as that is known: numbers are none where the name may
/// mean something else.
pub fn can_be_quote(name: &str, words: &str, text: Option<&str>) -> bool {
    let is_number = || words.trim().parse::<f64>().is_ok();
    text.is_none_or(|text| text.contains(words))
        && (name.eq_ignore_ascii_case("quote") || !is_number())
}

/// Whether more are true than not.
pub fn are_most(all: impl Iterator<Item = bool>) -> bool {
    let (mut fitting, mut others) = (0, 0);
    all.for_each(|fits| if fits { fitting += 1 } else { others += 1 });
    fitting > others
}

/// Why an annotation covers a whole text although others beside it have places.
pub const COVERS_ALL: &str = "covers the whole text, since no place is said";

/// The piece of what covers a whole text, however long that is. As a start and an end it would mean nothing.
pub const WHOLE: [usize; 2] = [usize::MAX, 0];

/// A set-aside piece, as a file says it.
#[derive(Debug, Default, Clone)]
pub struct FoundRegion {
    /// What the file calls it; empty if it does not.
    pub key: String,
    /// Start and end as written.
    pub piece: [usize; 2],
    /// The words as recorded.
    pub quote: String,
    /// The kind's name.
    pub kind: String,
    /// On which line it stands, from 1; 0 where lines mean nothing.
    pub line: usize,
}

/// From one span to another, by their keys.
#[derive(Debug, Default, Clone)]
pub struct FoundLink {
    /// What the file calls it; empty if it does not.
    pub key: String,
    /// The kind's name.
    pub kind: Words,
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// Who says so; empty for who made the span where it begins.
    pub annotator: Words,
    /// When it was made, if the file tells.
    pub created_at: Option<Timestamp>,
    /// The file that speaks of it.
    pub file: Arc<str>,
    /// On which line it stands, from 1; 0 where lines mean nothing.
    pub line: usize,
}

/// Spans that say the same thing, by their keys.
#[derive(Debug, Default, Clone)]
pub struct FoundClaim {
    /// What the file calls it.
    pub key: String,
    /// What they all say.
    pub statement: String,
    /// Those that say it.
    pub spans: Vec<String>,
    /// The file that speaks of it.
    pub file: Arc<str>,
}

/// Something in a file that the person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Which file.
    pub file: Arc<str>,
    /// From 1; 0 where lines mean nothing.
    pub line: usize,
    /// What is wrong, and what was done instead. Without the particulars that would keep many like problems
    /// from being counted together; these stand in `what`.
    pub words: String,
    /// The particulars: the line itself, the id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// Whether something in the file did not come over.
    pub is_loss: bool,
}

impl Found {
    /// Whether nothing but problems was found.
    pub fn is_empty(&self) -> bool {
        let counts = [self.documents.len(), self.links.len(), self.claims.len()];
        counts == [0; 3] && self.annotators.is_empty() && self.codebook == Codebook::default()
    }

    /// How many documents, annotations, regions and links there are.
    pub fn thing_count(&self) -> usize {
        let documents = self.documents.iter();
        let in_documents = documents.map(|it| 1 + it.spans.len() + it.regions.len());
        in_documents.sum::<usize>() + self.links.len()
    }

    /// How long all is that annotations and links say, in bytes, however often they share it.
    pub fn words_bytes(&self) -> usize {
        let spans = self.documents.iter().flat_map(|document| &document.spans);
        let links = self.links.iter();
        let of_links = links.map(|link| link.kind.len() + link.annotator.len());
        of_links
            .chain(spans.map(FoundSpan::words_bytes))
            .fold(0, usize::saturating_add)
    }

    /// Says which columns or keys were taken for what.
    pub fn set_mapping(&mut self, mapping: Mapping) {
        if self.mapping.is_empty() {
            self.mapping = mapping;
        }
    }

    /// Something did not come over.
    pub fn left_out(
        &mut self,
        file: &Arc<str>,
        line: usize,
        words: impl Into<String>,
        what: impl fmt::Display,
    ) {
        self.problem(file, line, words, what, true);
    }

    /// A file holds more of something than is read of one, since each takes its place in memory, however short it is
    /// written.
    pub fn stopped(&mut self, file: &Arc<str>, line: usize, most: usize, what: &str) {
        let words = format!(
            "it has more than {most} {what}: split it into several files; the rest of it is not read"
        );
        self.ended(file, line, words);
    }

    /// A file is not followed any further, for the first reason.
    pub fn ended(&mut self, file: &Arc<str>, line: usize, words: String) {
        if self.stops.iter().any(|stop| stop.file == *file) {
            return;
        }
        self.stops.push(Problem {
            file: file.clone(),
            line,
            words,
            what: String::new(),
            is_loss: true,
        });
    }

    /// Columns or keys have no meaning of their own.
    pub fn remark_kept<'a>(&mut self, file: &Arc<str>, names: impl Iterator<Item = &'a str>) {
        let names: Vec<&str> = names.collect();
        if !names.is_empty() {
            let words = "kept as fields of documents or attributes of annotations";
            self.remark(file, 0, words, names.join(", "));
        }
    }

    /// Something was assumed or mended, and is to be known.
    pub fn remark(
        &mut self,
        file: &Arc<str>,
        line: usize,
        words: impl Into<String>,
        what: impl fmt::Display,
    ) {
        self.problem(file, line, words, what, false);
    }

    fn problem(
        &mut self,
        file: &Arc<str>,
        line: usize,
        words: impl Into<String>,
        what: impl fmt::Display,
        is_loss: bool,
    ) {
        self.add_problem(Problem {
            file: file.clone(),
            line,
            words: words.into(),
            what: shortened(what),
            is_loss,
        });
    }

    /// A file of nothing but bad lines may have millions of them.
    fn add_problem(&mut self, problem: Problem) {
        const MOST_PROBLEMS: usize = 100_000;
        match self.problems.len() {
            0..MOST_PROBLEMS => self.problems.push(problem),
            MOST_PROBLEMS => self.problems.push(Problem {
                words: format!("more than {MOST_PROBLEMS} problems; the others are not listed"),
                what: String::new(),
                is_loss: true,
                ..problem
            }),
            _ => {}
        }
    }

    /// Puts what another file says behind what these say.
    pub fn append(&mut self, other: Found) {
        let Found {
            name,
            documents,
            links,
            claims,
            annotators,
            codebook,
            mapping,
            problems,
            stops,
        } = other;
        if self.name.is_empty() {
            self.name = name;
        }
        self.documents.extend(documents);
        self.links.extend(links);
        self.claims.extend(claims);
        add_new(&mut self.annotators, annotators, |it| it.id.clone());
        add_codebook(&mut self.codebook, codebook);
        self.set_mapping(mapping);
        self.stops.extend(stops);
        problems
            .into_iter()
            .for_each(|problem| self.add_problem(problem));
    }
}

/// Adds what the one codebook lacks.
pub fn add_codebook(codebook: &mut Codebook, more: Codebook) {
    let Codebook {
        name,
        version,
        rules,
        tags,
        common_attributes,
        link_kinds,
        region_kinds,
        document_fields,
    } = more;
    for (own, other) in [
        (&mut codebook.name, name),
        (&mut codebook.version, version),
        (&mut codebook.rules, rules),
    ] {
        if own.is_empty() {
            *own = other;
        }
    }
    // Many files say nothing of tags; then there is nothing to compare them with.
    let known = codebook
        .tags
        .iter()
        .enumerate()
        .filter(|_| !tags.is_empty());
    let mut indexes: HashMap<TagId, usize> =
        known.map(|(index, tag)| (tag.id.clone(), index)).collect();
    let mut keys: HashSet<char> = codebook.tags.iter().filter_map(|tag| tag.key).collect();
    // What has no name describes nothing, and would keep all the rest from being taken in.
    let named = |tag: &Tag| !tag.id.as_str().trim().is_empty();
    for mut tag in tags.into_iter().filter(named) {
        let index = indexes.get(&tag.id).copied();
        match index.and_then(|index| codebook.tags.get_mut(index)) {
            Some(own) => add_new(&mut own.attributes, tag.attributes, |it| it.name.clone()),
            None => {
                // A key stands for one tag only.
                tag.key.take_if(|key| !keys.insert(*key));
                indexes.insert(tag.id.clone(), codebook.tags.len());
                codebook.tags.push(tag);
            }
        }
    }
    add_new(&mut codebook.common_attributes, common_attributes, |it| {
        it.name.clone()
    });
    add_new(&mut codebook.link_kinds, link_kinds, |it| it.name.clone());
    add_new(&mut codebook.region_kinds, region_kinds, |it| {
        it.name.clone()
    });
    add_new(&mut codebook.document_fields, document_fields, |it| {
        it.name.clone()
    });
}

/// Adds those whose name is new.
fn add_new<T, N: Eq + Hash>(own: &mut Vec<T>, more: Vec<T>, name: impl Fn(&T) -> N) {
    // Most bring nothing, and then there is nothing to compare.
    if more.is_empty() {
        return;
    }
    let mut names: HashSet<N> = own.iter().map(&name).collect();
    own.extend(more.into_iter().filter(|it| names.insert(name(it))));
}

/// The first characters of something that may be megabytes, on one line, without what a terminal would obey.
pub fn shortened(words: impl fmt::Display) -> String {
    shortened_to(words, 120)
}

/// The first so many characters, likewise. What is behind them is not even written, since the same long thing may be
/// told any number of times.
pub fn shortened_to(words: impl fmt::Display, most: usize) -> String {
    let mut short = Shortened {
        words: String::new(),
        left: most,
    };
    // It stops with an error once there is enough.
    let _ = write!(short, "{words}");
    short.words
}

struct Shortened {
    words: String,
    /// How many more characters there may be.
    left: usize,
}

impl fmt::Write for Shortened {
    fn write_str(&mut self, words: &str) -> fmt::Result {
        for c in words.chars() {
            if self.left == 0 {
                self.words.push('…');
                return Err(fmt::Error);
            }
            self.left -= 1;
            self.words.push(match c {
                '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
                c if c.is_control() => ' ',
                c => c,
            });
        }
        Ok(())
    }
}
