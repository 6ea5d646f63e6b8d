//! The whole text of a document, with its lines.

use std::ops::Range;
use std::sync::Arc;

use super::{ByteOffset, OffsetUnit, Span};

/// Every how many bytes the counts of code points and UTF-16 units are kept. Smaller costs memory,
/// larger costs time in each conversion.
const CHECKPOINT_BYTES: usize = 4096;

/// The text of a document: never changed, cheap to copy.
///
/// Lines end at LF, CR LF or CR, which are kept. A line is also what the screen lays out as one paragraph.
#[derive(Debug, Clone)]
pub struct Text {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    words: String,
    /// Where each line begins; the first entry is 0.
    line_starts: Vec<usize>,
    /// At the first character boundary at or after each multiple of [`CHECKPOINT_BYTES`].
    checkpoints: Vec<Checkpoint>,
    line_ends: LineEnds,
}

#[derive(Debug, Clone, Copy)]
struct Checkpoint {
    byte: usize,
    code_points: usize,
    utf16: usize,
}

/// How the lines of a text end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnds {
    /// No line ends at all, or only LF.
    #[default]
    Lf,
    /// Only CR LF.
    CrLf,
    /// Only CR.
    Cr,
    /// More than one of them.
    Mixed,
}

impl LineEnds {
    /// The name that the status bar and the project file show.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lf => "LF",
            Self::CrLf => "CRLF",
            Self::Cr => "CR",
            Self::Mixed => "mixed",
        }
    }

    /// The other way round; `None` for any other name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Lf, Self::CrLf, Self::Cr, Self::Mixed];
        all.into_iter().find(|line_ends| line_ends.name() == name)
    }
}

impl Text {
    /// Takes the decoded words of a document, without a byte order mark, and finds its lines.
    pub fn new(words: String) -> Self {
        let (line_starts, line_ends) = find_lines(&words);
        let checkpoints = find_checkpoints(&words);
        Self {
            inner: Arc::new(Inner {
                words,
                line_starts,
                checkpoints,
                line_ends,
            }),
        }
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.inner.words
    }

    /// Its length in bytes, as an offset.
    pub fn end(&self) -> ByteOffset {
        ByteOffset(self.inner.words.len())
    }

    /// The span of the whole text; `None` if it is empty.
    pub fn span(&self) -> Option<Span> {
        Span::new(ByteOffset(0), self.end())
    }

    /// The words of a span; `None` if it reaches past the end or cuts a character.
    pub fn slice(&self, span: Span) -> Option<&str> {
        self.inner.words.get(span.bytes())
    }

    /// Whether the offset lies inside the text, or at its end, and between two characters.
    pub fn is_boundary(&self, offset: ByteOffset) -> bool {
        self.inner.words.is_char_boundary(offset.0)
    }

    /// The nearest character boundary at or before the offset.
    pub fn floor(&self, offset: ByteOffset) -> ByteOffset {
        ByteOffset(self.inner.words.floor_char_boundary(offset.0))
    }

    /// How the lines end.
    pub fn line_ends(&self) -> LineEnds {
        self.inner.line_ends
    }

    /// At least one: an empty text has one empty line.
    pub fn line_count(&self) -> usize {
        self.inner.line_starts.len()
    }

    /// The line that holds the character at `offset`; its line break counts as part of it.
    pub fn line_index_at(&self, offset: ByteOffset) -> usize {
        self.inner
            .line_starts
            .partition_point(|&start| start <= offset.0)
            .saturating_sub(1)
    }

    /// The bytes of a line without its line break. Past the last line: empty, at the end of the text.
    pub fn line_bytes(&self, line_index: usize) -> Range<usize> {
        let whole = self.line_bytes_with_break(line_index);
        let line = self.inner.words.get(whole.clone()).unwrap_or_default();
        whole.start..whole.start + line.trim_end_matches(['\n', '\r']).len()
    }

    /// The bytes of a line with its line break.
    pub fn line_bytes_with_break(&self, line_index: usize) -> Range<usize> {
        let length = self.inner.words.len();
        let start = self
            .inner
            .line_starts
            .get(line_index)
            .copied()
            .unwrap_or(length);
        let end = self
            .inner
            .line_starts
            .get(line_index + 1)
            .copied()
            .unwrap_or(length);
        start..end
    }

    /// The bytes of every line with its line break, in order.
    pub fn lines_with_break(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let starts = self.inner.line_starts.iter().copied();
        let ends = starts.clone().skip(1).chain([self.inner.words.len()]);
        starts.zip(ends).map(|(start, end)| start..end)
    }

    /// The words of a line without its line break.
    pub fn line(&self, line_index: usize) -> &str {
        self.inner
            .words
            .get(self.line_bytes(line_index))
            .unwrap_or_default()
    }

    /// How many units of the given kind stand before the offset. An offset inside a character counts
    /// as the place before that character.
    pub fn offset_in(&self, unit: OffsetUnit, offset: ByteOffset) -> usize {
        let offset = self.floor(offset).0;
        let from = self.checkpoint_before(|checkpoint| checkpoint.byte <= offset);
        let words = self.inner.words.get(from.byte..offset).unwrap_or_default();
        from.count(unit) + unit.length_of(words)
    }

    /// The place before which so many units stand. `None` past the end, or inside a character.
    pub fn offset_from(&self, unit: OffsetUnit, units: usize) -> Option<ByteOffset> {
        let from = self.checkpoint_before(|checkpoint| checkpoint.count(unit) <= units);
        let mut counted = from.count(unit);
        let mut byte = from.byte;
        let mut characters = self.inner.words.get(from.byte..)?.chars();
        while counted < units {
            let character = characters.next()?;
            byte += character.len_utf8();
            counted += match unit {
                OffsetUnit::CodePoint => 1,
                OffsetUnit::Byte => character.len_utf8(),
                OffsetUnit::Utf16 => character.len_utf16(),
            };
        }
        (counted == units).then_some(ByteOffset(byte))
    }

    /// The last checkpoint for which `is_before` holds.
    fn checkpoint_before(&self, is_before: impl Fn(&Checkpoint) -> bool) -> Checkpoint {
        let index = self.inner.checkpoints.partition_point(is_before);
        let start = Checkpoint {
            byte: 0,
            code_points: 0,
            utf16: 0,
        };
        index
            .checked_sub(1)
            .and_then(|index| self.inner.checkpoints.get(index))
            .copied()
            .unwrap_or(start)
    }
}

impl Checkpoint {
    fn count(self, unit: OffsetUnit) -> usize {
        match unit {
            OffsetUnit::CodePoint => self.code_points,
            OffsetUnit::Byte => self.byte,
            OffsetUnit::Utf16 => self.utf16,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.as_str() == other.as_str()
    }
}

fn find_lines(words: &str) -> (Vec<usize>, LineEnds) {
    let bytes = words.as_bytes();
    let mut starts = vec![0];
    let (mut lf, mut crlf, mut cr) = (false, false, false);
    for index in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        match bytes.get(index) {
            Some(b'\n') if index > 0 && bytes.get(index - 1) == Some(&b'\r') => crlf = true,
            Some(b'\n') => lf = true,
            _ if bytes.get(index + 1) == Some(&b'\n') => continue,
            _ => cr = true,
        }
        starts.push(index + 1);
    }
    let line_ends = match (lf, crlf, cr) {
        (_, false, false) => LineEnds::Lf,
        (false, true, false) => LineEnds::CrLf,
        (false, false, true) => LineEnds::Cr,
        _ => LineEnds::Mixed,
    };
    (starts, line_ends)
}

fn find_checkpoints(words: &str) -> Vec<Checkpoint> {
    let mut checkpoints = Vec::with_capacity(words.len() / CHECKPOINT_BYTES);
    let mut last = Checkpoint {
        byte: 0,
        code_points: 0,
        utf16: 0,
    };
    while last.byte + CHECKPOINT_BYTES < words.len() {
        let byte = words.ceil_char_boundary(last.byte + CHECKPOINT_BYTES);
        let chunk = &words[last.byte..byte];
        last = Checkpoint {
            byte,
            code_points: last.code_points + OffsetUnit::CodePoint.length_of(chunk),
            utf16: last.utf16 + OffsetUnit::Utf16.length_of(chunk),
        };
        checkpoints.push(last);
    }
    checkpoints
}
