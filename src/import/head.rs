//! What a format is known by: the beginning of a file, without what is long in it. Or a long text, or many annotations,
//! in the first record would hide the keys behind them.

use std::borrow::Cow;

use memchr::memchr2;

/// So much is looked at.
const HEAD_BYTES: usize = 64 * 1024;
/// So far into a file it is looked for what is not left out.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// What is kept of a string of JSON, and of the elements of a list in a record.
const STRING_BYTES: usize = 200;
const ELEMENTS: usize = 20;
/// What is kept of a line of anything else.
const LINE_BYTES: usize = 1000;

/// The head of a file: the file itself if it is small.
pub fn head(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    if bytes.len() <= HEAD_BYTES {
        return String::from_utf8_lossy(bytes);
    }
    let bytes = bytes.get(..MOST_BYTES).unwrap_or(bytes);
    let head = match bytes.trim_ascii_start().first() {
        Some(b'{' | b'[') => Outline::of(bytes),
        _ => short_lines(bytes),
    };
    Cow::Owned(String::from_utf8_lossy(&head).into_owned())
}

fn short_lines(bytes: &[u8]) -> Vec<u8> {
    let mut head = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.get(..LINE_BYTES) {
            Some(beginning) => {
                head.extend(beginning);
                head.push(b'\n');
            }
            None => head.extend(line),
        }
        if head.len() >= HEAD_BYTES {
            break;
        }
    }
    head.truncate(HEAD_BYTES);
    head
}

/// JSON with short strings and short lists.
#[derive(Default)]
struct Outline {
    head: Vec<u8>,
    /// The elements of each open list so far; `None` for an object.
    open: Vec<Option<usize>>,
    /// In which of these the rest is left out.
    left_out: Option<usize>,
}

impl Outline {
    fn of(mut rest: &[u8]) -> Vec<u8> {
        let mut outline = Self::default();
        while let Some((byte, behind)) = rest.split_first()
            && outline.head.len() < HEAD_BYTES
        {
            rest = match byte {
                b'"' => outline.add_string(behind),
                byte => {
                    outline.add(*byte);
                    behind
                }
            };
        }
        outline.head.truncate(HEAD_BYTES);
        outline.head
    }

    fn add(&mut self, byte: u8) {
        match byte {
            b'[' => self.open.push(Some(0)),
            b'{' => self.open.push(None),
            b']' | b'}' => {
                // What was left out ends with the list that it stands in.
                self.left_out.take_if(|depth| *depth == self.open.len());
                self.open.pop();
            }
            b',' => {
                let depth = self.open.len();
                if let Some(Some(count)) = self.open.last_mut() {
                    *count += 1;
                    // The list around all records is long by nature.
                    if depth > 1 && *count >= ELEMENTS && self.left_out.is_none() {
                        self.left_out = Some(depth);
                    }
                }
            }
            _ => {}
        }
        if self.left_out.is_none() {
            self.head.push(byte);
        }
    }

    /// Adds a string, whose first quote is read already. What stands behind it.
    fn add_string<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let length = string_length(bytes);
        let (string, rest) = bytes.split_at(length);
        if self.left_out.is_none() {
            self.head.push(b'"');
            self.head
                .extend(string.get(..whole_length(string)).unwrap_or(string));
            self.head.push(b'"');
        }
        rest.get(1..).unwrap_or_default()
    }
}

/// Up to the quote that ends a string.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(next) = memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        at += next;
        match bytes.get(at) {
            Some(b'"') => return at,
            _ => at = (at + 2).min(bytes.len()),
        }
    }
    bytes.len()
}

/// How much of a string is kept without cutting what stands for one character.
fn whole_length(string: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let step = match (string.get(at), string.get(at + 1)) {
            (None, _) => return at,
            // Two of these may be one character.
            (Some(b'\\'), Some(b'u')) if string.get(at + 6..at + 8) == Some(b"\\u") => 12,
            (Some(b'\\'), Some(b'u')) => 6,
            (Some(b'\\'), _) => 2,
            _ => 1,
        };
        if at + step > STRING_BYTES {
            return at;
        }
        at += step;
    }
}
