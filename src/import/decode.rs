//! From bytes to characters.
//!
//! Order: byte order mark, the look of UTF-16 without a mark, valid UTF-8, and last a guess from the first
//! bytes. What was assumed is kept with the document and can be changed; the bytes on disk never are.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, ISO_8859_2, ISO_8859_5, ISO_8859_6,
    ISO_8859_7, ISO_8859_8, ISO_8859_15, KOI8_R, KOI8_U, MACINTOSH, SHIFT_JIS, UTF_8, UTF_16BE,
    UTF_16LE, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254,
    WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};

use crate::model;
use crate::text::LineEnds;

/// What a text is read in if nothing speaks against it.
pub const DEFAULT_ENCODING: &str = "UTF-8";
/// How many bytes the guess looks at; more costs time and changes little.
const GUESS_BYTES: usize = 64 * 1024;
/// Every encoding that a person can choose, the commonest first.
const ENCODINGS: [&Encoding; 30] = [
    UTF_8,
    UTF_16LE,
    UTF_16BE,
    WINDOWS_1252,
    WINDOWS_1250,
    WINDOWS_1251,
    WINDOWS_1253,
    WINDOWS_1254,
    WINDOWS_1255,
    WINDOWS_1256,
    WINDOWS_1257,
    WINDOWS_1258,
    WINDOWS_874,
    ISO_8859_2,
    ISO_8859_5,
    ISO_8859_6,
    ISO_8859_7,
    ISO_8859_8,
    ISO_8859_15,
    KOI8_R,
    KOI8_U,
    IBM866,
    MACINTOSH,
    GB18030,
    GBK,
    BIG5,
    SHIFT_JIS,
    EUC_JP,
    EUC_KR,
    encoding_rs::ISO_2022_JP,
];

/// The names of the encodings that a person can choose.
pub fn encodings() -> impl Iterator<Item = &'static str> {
    ENCODINGS.into_iter().map(Encoding::name)
}

/// How files that are often taken for texts begin, and what they are.
const NO_TEXTS: [(&[u8], &str); 8] = [
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xFF\xD8\xFF", "a picture"),
    (b"GIF8", "a picture"),
    (b"PK\x03\x04", "an archive or an office document"),
    (b"\xD0\xCF\x11\xE0", "an office document"),
    (b"\x1F\x8B", "a compressed file"),
    (b"\x7FELF", "a program"),
];

/// What bytes are that are no text in any encoding; `None` if they may be one.
pub fn no_text(bytes: &[u8]) -> Option<&'static str> {
    let known = NO_TEXTS.iter().find(|(start, _)| bytes.starts_with(start));
    if let Some((_, what)) = known {
        return Some(what);
    }
    if Encoding::for_bom(bytes).is_some() || utf16_without_mark(bytes).is_some() {
        return None;
    }
    // Some stray control characters are found in texts, but not one in fifty.
    let head = bytes.get(..GUESS_BYTES).unwrap_or(bytes);
    let is_control = |byte: &&u8| **byte < 0x20 && !b"\t\n\x0B\x0C\r\x1B".contains(byte);
    let controls = head.iter().filter(is_control).count();
    (controls > 4 && controls * 50 > head.len()).then_some("no text but other data")
}

/// Why bytes cannot be read as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeProblem {
    /// The encoding's name means nothing.
    #[error("there is no encoding called “{0}”")]
    UnknownEncoding(String),
    /// UTF-32, which hardly anybody uses.
    #[error("the text is in UTF-32; save it as UTF-8")]
    Utf32,
}

/// The characters of the bytes, without a byte order mark, and what was assumed. Takes the bytes, since those of
/// nearly every text are its characters already and need no copy.
pub fn decode(
    bytes: Vec<u8>,
    chosen: Option<&str>,
) -> Result<(String, model::Encoding), DecodeProblem> {
    // A UTF-32 mark begins like one of UTF-16, and is the same as one before a NUL. Whoever says which it is decides.
    let marks_utf32 =
        bytes.starts_with(&[0xFF, 0xFE, 0, 0]) || bytes.starts_with(&[0, 0, 0xFE, 0xFF]);
    if chosen.is_none() && marks_utf32 {
        return Err(DecodeProblem::Utf32);
    }
    let marked = Encoding::for_bom(&bytes);
    let encoding = match (chosen, marked) {
        (Some(name), _) => Encoding::for_label(name.as_bytes())
            .ok_or_else(|| DecodeProblem::UnknownEncoding(name.to_owned()))?,
        (None, Some((encoding, _))) => encoding,
        (None, None) => guess(&bytes),
    };
    // The mark is left out only if it is one of this encoding.
    let mark_bytes = marked
        .filter(|(of, _)| *of == encoding)
        .map_or(0, |(_, length)| length);
    let (words, is_lossy) = characters(bytes, mark_bytes, encoding);
    Ok((
        words,
        model::Encoding {
            name: encoding.name().to_owned(),
            has_byte_order_mark: mark_bytes > 0,
            is_lossy,
            line_ends: LineEnds::default(),
        },
    ))
}

/// The characters behind the mark, and whether some bytes meant nothing.
fn characters(bytes: Vec<u8>, mark_bytes: usize, encoding: &'static Encoding) -> (String, bool) {
    let bytes = match (mark_bytes, encoding == UTF_8) {
        (0, true) => match String::from_utf8(bytes) {
            Ok(words) => return (words, false),
            Err(error) => error.into_bytes(),
        },
        _ => bytes,
    };
    let behind_mark = bytes.get(mark_bytes..).unwrap_or_default();
    let (words, is_lossy) = encoding.decode_without_bom_handling(behind_mark);
    (words.into_owned(), is_lossy)
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    if let Some(encoding) = utf16_without_mark(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let head = bytes.get(..GUESS_BYTES).unwrap_or(bytes);
    // A single bad byte in a long UTF-8 text is no reason to read all of it as something else.
    if is_mostly_utf8(head) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(head, head.len() == bytes.len());
    let guessed = detector.guess(None, Utf8Detection::Deny);
    // The larger set, which decodes all that the smaller one does.
    if guessed == GBK { GB18030 } else { guessed }
}

/// Whether bytes without a mark are taken for UTF-16, though they may be valid UTF-8 as well.
pub fn is_utf16(bytes: &[u8]) -> bool {
    utf16_without_mark(bytes).is_some()
}

/// Text in Latin letters has a zero in every second byte of UTF-16, which would also be valid UTF-8 with NUL
/// characters. A text that merely has some NUL in it does not look like this.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..GUESS_BYTES.min(bytes.len()) & !1)?;
    // Of fewer characters nobody can tell; then it is UTF-8 with some NUL in it, which our own exports may hold.
    const LEAST_PAIRS: usize = 8;
    let pairs = head.len() / 2;
    let zeros_at = |parity: usize| {
        head.iter()
            .skip(parity)
            .step_by(2)
            .filter(|&&byte| byte == 0)
            .count()
    };
    let (first, second) = (zeros_at(0), zeros_at(1));
    let many = |zeros: usize, others: usize| {
        pairs >= LEAST_PAIRS && zeros * 3 > pairs && others * 20 < pairs
    };
    match (many(first, second), many(second, first)) {
        (true, _) => Some(UTF_16BE),
        (_, true) => Some(UTF_16LE),
        _ => None,
    }
}

/// Whether there are sequences of several bytes, and nearly all of them are whole.
fn is_mostly_utf8(head: &[u8]) -> bool {
    let (mut whole, mut broken) = (0, 0);
    for chunk in head.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole > 0 && whole >= 10 * broken
}
