//! What the footer of a Parquet file says of its columns, as far as it has to be known before a library reads it: that
//! one follows groups within groups by recursion, however deep they are.
//!
//! The footer is Thrift in its compact form: fields of a number and a kind, until a zero.

/// Values inside of values inside of … go no deeper.
const MOST_DEPTH: usize = 64;

/// Whether the columns of a file lie no deeper in one another than anybody needs. A footer that cannot be followed is
/// none to rely on.
pub fn is_shallow(file: &[u8]) -> bool {
    footer(file)
        .and_then(depth)
        .is_some_and(|depth| depth <= MOST_DEPTH)
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
