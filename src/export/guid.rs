//! Ids as other programs want them, the same in every export, so that what is exported again is known again.

use sha2::{Digest, Sha256};

/// The id of something, by what it is and what we call it: a UUID of version 8 (RFC 9562), made of a hash.
pub fn guid(kind: &str, name: &str) -> String {
    let mut hash = Sha256::new();
    for part in ["ascribe", kind, name] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut bytes = hash.finalize().into_iter();
    let mut byte = |number: usize| match (number, bytes.next().unwrap_or(0)) {
        (6, byte) => byte & 0x0F | 0x80,
        (8, byte) => byte & 0x3F | 0x80,
        (_, byte) => byte,
    };
    let mut words = String::new();
    for number in 0..16 {
        if matches!(number, 4 | 6 | 8 | 10) {
            words.push('-');
        }
        words.push_str(&format!("{:02x}", byte(number)));
    }
    words
}
