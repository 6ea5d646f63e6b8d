//! MessagePack, as far as spaCy's files use it: no extensions and no times. Both ways, so that each shows what the
//! other means.

/// Values inside of values inside of … go no deeper.
const MOST_DEPTH: usize = 64;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Packed {
    /// Nothing.
    Nothing,
    /// Yes or no.
    YesNo(bool),
    /// A whole number.
    Whole(i128),
    /// Any other number.
    Fraction(f64),
    /// Characters.
    Words(String),
    /// Anything else in bytes, such as an array of numbers, or a file within the file.
    Bytes(Vec<u8>),
    /// Values in order.
    List(Vec<Packed>),
    /// Values by name; the names may be any values.
    Map(Vec<(Packed, Packed)>),
}

impl Packed {
    /// What stands under a name in a map.
    pub fn get(&self, name: &str) -> Option<&Packed> {
        let Self::Map(entries) = self else {
            return None;
        };
        let entry = entries.iter().find(|(own, _)| own.words() == Some(name));
        entry.map(|(_, value)| value)
    }

    /// The characters, if it is such.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Words(words) => Some(words),
            _ => None,
        }
    }

    /// The bytes, if it is such.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The values in order; none if it is no list.
    pub fn list(&self) -> &[Packed] {
        match self {
            Self::List(values) => values,
            _ => &[],
        }
    }
}

impl From<&str> for Packed {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

/// A value in memory takes many times the byte that it may take in a file. Of files that are about words there are no
/// more than this and one for every [`BYTES_A_VALUE`].
const SMALL_VALUES: usize = 1_000_000;
/// See [`SMALL_VALUES`].
const BYTES_A_VALUE: usize = 16;

/// Reads one value; `None` if the bytes are no such thing, end too early, or hold far more values than words.
pub fn unpack(bytes: &[u8]) -> Option<Packed> {
    let room = SMALL_VALUES + bytes.len() / BYTES_A_VALUE;
    Reader { bytes, room }.value(MOST_DEPTH)
}

struct Reader<'a> {
    bytes: &'a [u8],
    /// How many more values may be read.
    room: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    /// A number of so many bytes, the highest first.
    fn number(&mut self, size: usize) -> Option<u64> {
        let bytes = self.take(size)?.iter();
        Some(bytes.fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn size(&mut self, size: usize) -> Option<usize> {
        usize::try_from(self.number(size)?).ok()
    }

    fn value(&mut self, depth: usize) -> Option<Packed> {
        self.room = self.room.checked_sub(1)?;
        let kind = *self.take(1)?.first()?;
        let whole = |number: Option<u64>| number.map(|number| Packed::Whole(number.into()));
        match kind {
            0..0x80 => Some(Packed::Whole(kind.into())),
            0x80..0x90 => self.map(usize::from(kind & 0x0F), depth),
            0x90..0xA0 => self.list(usize::from(kind & 0x0F), depth),
            0xA0..0xC0 => self.words(usize::from(kind & 0x1F)),
            0xC0 => Some(Packed::Nothing),
            0xC2 | 0xC3 => Some(Packed::YesNo(kind == 0xC3)),
            0xC4..=0xC6 => {
                let size = self.size(1 << (kind - 0xC4))?;
                Some(Packed::Bytes(self.take(size)?.to_vec()))
            }
            0xCA => Some(Packed::Fraction(
                f32::from_bits(u32::try_from(self.number(4)?).ok()?).into(),
            )),
            0xCB => Some(Packed::Fraction(f64::from_bits(self.number(8)?))),
            0xCC..=0xCF => whole(self.number(1 << (kind - 0xCC))),
            0xD0 => Some(Packed::Whole((self.number(1)? as u8 as i8).into())),
            0xD1 => Some(Packed::Whole((self.number(2)? as u16 as i16).into())),
            0xD2 => Some(Packed::Whole((self.number(4)? as u32 as i32).into())),
            0xD3 => Some(Packed::Whole((self.number(8)? as i64).into())),
            0xD9..=0xDB => {
                let size = self.size(1 << (kind - 0xD9))?;
                self.words(size)
            }
            0xDC | 0xDD => {
                let count = self.size(2 << (kind - 0xDC))?;
                self.list(count, depth)
            }
            0xDE | 0xDF => {
                let count = self.size(2 << (kind - 0xDE))?;
                self.map(count, depth)
            }
            0xE0.. => Some(Packed::Whole((kind as i8).into())),
            _ => None,
        }
    }

    fn words(&mut self, size: usize) -> Option<Packed> {
        let words = std::str::from_utf8(self.take(size)?).ok()?;
        Some(words.into())
    }

    /// The count that stands in the file may be a lie, so it reserves nothing.
    fn list(&mut self, count: usize, depth: usize) -> Option<Packed> {
        let depth = depth.checked_sub(1)?;
        let mut values = Vec::new();
        for _ in 0..count {
            values.push(self.value(depth)?);
        }
        Some(Packed::List(values))
    }

    fn map(&mut self, count: usize, depth: usize) -> Option<Packed> {
        let depth = depth.checked_sub(1)?;
        let mut entries = Vec::new();
        for _ in 0..count {
            entries.push((self.value(depth)?, self.value(depth)?));
        }
        Some(Packed::Map(entries))
    }
}

/// Writes one value.
pub fn pack(value: &Packed) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(value, &mut bytes);
    bytes
}

fn write(value: &Packed, to: &mut Vec<u8>) {
    match value {
        Packed::Nothing => to.push(0xC0),
        Packed::YesNo(value) => to.push(0xC2 + u8::from(*value)),
        Packed::Whole(number) => match u64::try_from(*number) {
            Ok(number) => with_size(to, 0xCF, &number.to_be_bytes()),
            // What is beyond 64 bits cannot come from a file, and nobody writes it.
            Err(_) => with_size(to, 0xD3, &(*number as i64).to_be_bytes()),
        },
        Packed::Fraction(number) => with_size(to, 0xCB, &number.to_be_bytes()),
        Packed::Words(words) => {
            head(to, 0xDB, words.len());
            to.extend(words.as_bytes());
        }
        Packed::Bytes(bytes) => {
            head(to, 0xC6, bytes.len());
            to.extend(bytes);
        }
        Packed::List(values) => {
            head(to, 0xDD, values.len());
            values.iter().for_each(|value| write(value, to));
        }
        Packed::Map(entries) => {
            head(to, 0xDF, entries.len());
            for (name, value) in entries {
                write(name, to);
                write(value, to);
            }
        }
    }
}

fn with_size(to: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    to.push(kind);
    to.extend(bytes);
}

/// The longest form of each kind: what is longer than 4 GB fits into no memory that this runs in, and the bytes are
/// deflated anyway.
fn head(to: &mut Vec<u8>, kind: u8, size: usize) {
    debug_assert!(u32::try_from(size).is_ok());
    with_size(to, kind, &(size as u32).to_be_bytes());
}
