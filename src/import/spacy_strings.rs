//! How spaCy numbers strings: a number for each, made of its bytes, save for the names that it knows beforehand.

use std::collections::HashMap;

/// Names that are numbered from 1 on.
const FROM_1: &str = "IS_ALPHA IS_ASCII IS_DIGIT IS_LOWER IS_PUNCT IS_SPACE IS_TITLE IS_UPPER LIKE_URL LIKE_NUM \
    LIKE_EMAIL IS_STOP IS_OOV_DEPRECATED IS_BRACKET IS_QUOTE IS_LEFT_PUNCT IS_RIGHT_PUNCT IS_CURRENCY";
/// From 19 on there are flags without names of their own.
const FLAGS: std::ops::Range<u64> = 19..64;
/// Names that are numbered from 64 on.
const FROM_64: &str = "ID ORTH LOWER NORM SHAPE PREFIX SUFFIX LENGTH CLUSTER LEMMA POS TAG DEP ENT_IOB ENT_TYPE HEAD \
    SENT_START SPACY PROB LANG ADJ ADP ADV AUX CONJ CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X EOL \
    SPACE";
/// From 104 on there are names that mean nothing any more.
const DEPRECATED: std::ops::Range<u64> = 104..380;
/// Names that are numbered from 380 on.
const FROM_380: &str = "PERSON NORP FACILITY ORG GPE LOC PRODUCT EVENT WORK_OF_ART LANGUAGE LAW DATE TIME PERCENT \
    MONEY QUANTITY ORDINAL CARDINAL acomp advcl advmod agent amod appos attr aux auxpass cc ccomp complm conj cop csubj \
    csubjpass dep det dobj expl hmod hyph infmod intj iobj mark meta neg nmod nn npadvmod nsubj nsubjpass num number \
    oprd obj obl parataxis partmod pcomp pobj poss possessive preconj prep prt punct quantmod relcl rcmod root xcomp \
    acl ENT_KB_ID MORPH ENT_ID IDX _";

/// The attribute of a token that is the token itself.
pub const ORTH: u64 = 65;
/// The attribute that is the usual spelling of a token.
pub const NORM: u64 = 67;
/// The attribute that says whether a token begins a sentence.
pub const SENT_START: u64 = 80;
/// The attribute that says whether a token begins an entity, goes on with one, or stands outside.
pub const ENT_IOB: u64 = 77;
/// The attribute that is the tag of an entity.
pub const ENT_TYPE: u64 = 78;
/// The attribute that is an entity's key in a knowledge base.
pub const ENT_KB_ID: u64 = 452;
/// The attribute that is an entity's own id.
pub const ENT_ID: u64 = 454;
/// [`ENT_IOB`] of a token within an entity.
pub const INSIDE: u64 = 1;
/// [`ENT_IOB`] of a token outside.
pub const OUTSIDE: u64 = 2;
/// [`ENT_IOB`] of a token that begins an entity.
pub const BEGINS: u64 = 3;

/// The strings of a file by their numbers, or the other way round.
pub struct Strings {
    symbols: HashMap<String, u64>,
}

impl Strings {
    /// With the names that are known beforehand.
    pub fn new() -> Self {
        Self {
            symbols: symbols().map(|(number, name)| (name, number)).collect(),
        }
    }

    /// The number of a string.
    pub fn number(&self, words: &str) -> u64 {
        match self.symbols.get(words) {
            Some(number) => *number,
            None if words.is_empty() => 0,
            None => murmur(words.as_bytes()),
        }
    }

    /// The strings by their numbers, with those that are known beforehand.
    pub fn by_number<'a>(
        &'a self,
        strings: impl Iterator<Item = &'a str>,
    ) -> HashMap<u64, &'a str> {
        let known = self
            .symbols
            .iter()
            .map(|(name, number)| (*number, name.as_str()));
        let empty = [(0, "")].into_iter();
        let own = strings.map(|words| (self.number(words), words));
        known.chain(own).chain(empty).collect()
    }
}

fn symbols() -> impl Iterator<Item = (u64, String)> {
    let named =
        |first: u64, names: &'static str| (first..).zip(names.split(' ').map(str::to_owned));
    let flags = FLAGS.map(|number| (number, format!("FLAG{number}")));
    let deprecated = DEPRECATED.map(|number| (number, format!("DEPRECATED{:03}", number - 103)));
    named(1, FROM_1)
        .chain(flags)
        .chain(named(64, FROM_64))
        .chain(deprecated)
        .chain(named(380, FROM_380))
}

/// MurmurHash64A by Austin Appleby, which is in the public domain, with the seed 1.
fn murmur(bytes: &[u8]) -> u64 {
    const MIX: u64 = 0xC6A4_A793_5BD1_E995;
    const SEED: u64 = 1;
    const SHIFT: u32 = 47;
    let mut hash = SEED ^ (bytes.len() as u64).wrapping_mul(MIX);
    let (blocks, rest) = bytes.as_chunks::<8>();
    for block in blocks {
        let mut key = u64::from_le_bytes(*block).wrapping_mul(MIX);
        key ^= key >> SHIFT;
        hash = (hash ^ key.wrapping_mul(MIX)).wrapping_mul(MIX);
    }
    if !rest.is_empty() {
        let tail = rest.iter().rev();
        hash ^= tail.fold(0, |tail, byte| tail << 8 | u64::from(*byte));
        hash = hash.wrapping_mul(MIX);
    }
    hash ^= hash >> SHIFT;
    hash = hash.wrapping_mul(MIX);
    hash ^ hash >> SHIFT
}
