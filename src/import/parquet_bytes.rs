//! What the bytes of a Parquet file say before a library reads it, as far as it has to be known: the library believes
//! every number. It follows groups within groups by recursion, however deep they are, and makes room for as many bytes
//! and values as a page claims to have.
//!
//! The footer and the heads of pages are Thrift in its compact form: fields of a number and a kind, until a zero.

/// Values inside of values inside of … go no deeper.
const MOST_DEPTH: usize = 64;

/// Whether the columns of a file lie no deeper in one another than anybody needs. A footer that cannot be followed is
/// none to rely on.
pub fn is_shallow(file: &[u8]) -> bool {
    footer(file)
        .and_then(depth)
        .is_some_and(|depth| depth <= MOST_DEPTH)
}

/// What the pages of one column claim to hold.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Claimed {
    /// Unpacked.
    pub bytes: u64,
    /// With the empty ones.
    pub values: u64,
}

/// Looks the pages of a column through, from head to head. `None` if they claim more than can be in them, or cannot be
/// followed.
pub fn claimed(pages: &[u8]) -> Option<Claimed> {
    let mut sum = Claimed::default();
    let mut thrift = Thrift(pages);
    while !thrift.0.is_empty() {
        let page = page(&mut thrift)?;
        sum.bytes = sum.bytes.checked_add(page.bytes)?;
        sum.values = sum.values.checked_add(page.values)?;
    }
    Some(sum)
}

/// Reads the head of a page and passes what is in it.
fn page(thrift: &mut Thrift<'_>) -> Option<Claimed> {
    /// Snappy packs 64 bytes into no less than three.
    const MOST_RATIO: u64 = 22;
    /// The least that a value of a dictionary takes, but for a few very short kinds.
    const VALUE_BYTES: u64 = 4;
    const FEW: u64 = 1_000;
    const MOST_DICTIONARY_BYTES: u64 = 64_000_000;
    const BYTES: i64 = 2;
    const PACKED_BYTES: i64 = 3;
    const DATA: i64 = 5;
    const DICTIONARY: i64 = 7;
    const DATA_2: i64 = 8;
    let (mut bytes, mut packed, mut values, mut in_dictionary) = (0, 0, 0, 0);
    thrift.fields(&mut |thrift, field, kind| {
        match field {
            BYTES => bytes = thrift.count()?,
            PACKED_BYTES => packed = thrift.count()?,
            DATA | DATA_2 => values = thrift.values()?,
            DICTIONARY => in_dictionary = thrift.values()?,
            _ => thrift.skip(kind, MOST_DEPTH)?,
        }
        Some(())
    })?;
    thrift.pass(packed)?;
    let is_possible = bytes <= packed.saturating_mul(MOST_RATIO) + FEW;
    let may_be_dictionary = in_dictionary <= FEW
        || (in_dictionary.saturating_mul(VALUE_BYTES) <= bytes && bytes <= MOST_DICTIONARY_BYTES);
    (is_possible && may_be_dictionary).then_some(Claimed { bytes, values })
}

/// The bytes before the last eight, which say how many they are.
fn footer(file: &[u8]) -> Option<&[u8]> {
    let (before, end) = file.split_last_chunk::<8>()?;
    let [a, b, c, d, mark @ ..] = end;
    let size = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).ok()?;
    let start = before.len().checked_sub(size)?;
    (mark == b"PAR1").then(|| before.get(start..)).flatten()
}

/// How deep the groups of the schema lie in one another. They stand one after the other, each with the number of those
/// that are directly in it.
fn depth(footer: &[u8]) -> Option<usize> {
    const SCHEMA: i64 = 2;
    const CHILDREN: i64 = 5;
    let mut thrift = Thrift(footer);
    let mut deepest = 0;
    thrift.fields(&mut |thrift, field, kind| {
        if field != SCHEMA {
            return thrift.skip(kind, MOST_DEPTH);
        }
        let (count, _) = thrift.list()?;
        // How many are still to come in each group that is open.
        let mut open: Vec<u64> = Vec::new();
        for _ in 0..count {
            let mut children = 0;
            thrift.fields(&mut |thrift, field, kind| match field {
                CHILDREN => {
                    children = thrift.number()? >> 1;
                    Some(())
                }
                _ => thrift.skip(kind, MOST_DEPTH),
            })?;
            if children > 0 {
                open.push(children);
                deepest = deepest.max(open.len());
                continue;
            }
            while let Some(last) = open.last_mut() {
                *last -= 1;
                if *last > 0 {
                    break;
                }
                open.pop();
            }
        }
        Some(())
    })?;
    Some(deepest)
}

struct Thrift<'a>(&'a [u8]);

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn pass(&mut self, count: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    /// Seven bits a byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// A number that counts something, as it is stored: the sign is its lowest bit.
    fn count(&mut self) -> Option<u64> {
        let number = self.number()?;
        (number & 1 == 0).then_some(number >> 1)
    }

    /// The first field of a page's own head, which is the number of its values.
    fn values(&mut self) -> Option<u64> {
        let mut values = 0;
        self.fields(&mut |thrift, field, kind| match field {
            1 => {
                values = thrift.count()?;
                Some(())
            }
            _ => thrift.skip(kind, MOST_DEPTH),
        })?;
        Some(values)
    }

    /// How many values there are in a list, and their kind.
    fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.number()?,
            count => count.into(),
        };
        Some((count, head & 0x0F))
    }

    /// Gives each field of a structure to `each`, with its number and kind; it has to pass the value.
    fn fields(&mut self, each: &mut dyn FnMut(&mut Self, i64, u8) -> Option<()>) -> Option<()> {
        let mut field = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            field = match head >> 4 {
                0 => {
                    let number = self.number()?;
                    (number >> 1) as i64 ^ -((number & 1) as i64)
                }
                step => field + i64::from(step),
            };
            each(self, field, head & 0x0F)?;
        }
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            // Yes and no are their own kinds.
            1 | 2 => Some(()),
            3 => self.pass(1),
            4..=6 => self.number().map(drop),
            7 => self.pass(8),
            8 => {
                let size = self.number()?;
                self.pass(size)
            }
            9 | 10 => {
                let (count, kind) = self.list()?;
                (0..count).try_for_each(|_| self.skip_entry(kind, depth))
            }
            11 => {
                let count = self.number()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                (0..count).try_for_each(|_| {
                    self.skip_entry(kinds >> 4, depth)?;
                    self.skip_entry(kinds & 0x0F, depth)
                })
            }
            12 => self.fields(&mut |thrift, _, kind| thrift.skip(kind, depth)),
            _ => None,
        }
    }

    /// In lists and maps yes and no take a byte.
    fn skip_entry(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            1 | 2 => self.pass(1),
            kind => self.skip(kind, depth),
        }
    }
}
