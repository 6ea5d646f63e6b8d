//! What entries are known by.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use imbl::HashMap;

/// Names that come again and again are kept in memory once. A copy is cheap and knows the same names.
#[derive(Debug, Clone, Default)]
pub struct SharedNames(HashMap<Arc<str>, ()>);

impl SharedNames {
    /// The same name again shares its memory with the first.
    pub fn name(&mut self, name: &str) -> Arc<str> {
        if let Some((known, ())) = self.0.get_key_value(name) {
            return known.clone();
        }
        let shared: Arc<str> = name.into();
        self.0.insert(shared.clone(), ());
        shared
    }
}

/// Ids that are a name: short words that people and files use.
macro_rules! name_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// From its name.
            pub fn new(name: impl Into<Arc<str>>) -> Self {
                Self(name.into())
            }

            /// Its name.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Its name, in the memory that the id has it in.
            pub fn shared(&self) -> Arc<str> {
                self.0.clone()
            }
        }

        // Nearly all ids of a project share the memory of their name, and then the letters need not be compared:
        // half of the time in which a large project was opened went into that.
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                match Arc::ptr_eq(&self.0, &other.0) {
                    true => Ordering::Equal,
                    false => self.0.cmp(&other.0),
                }
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

name_ids! {
    /// A person or program that annotates. Short, such as `mara`; it is part of every id that they make.
    AnnotatorId;
    /// A document. Made from the file name when it is added; stays when the file is moved.
    DocumentId;
    /// A tag is known by its name. Renaming one therefore rewrites its annotations, in one edit.
    TagId;
}

/// Ids made of who made the entry and a number of theirs, so that two people who work apart never
/// give the same id to two things. Written `mara-17`.
macro_rules! numbered_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            /// Who made the entry.
            pub annotator_id: AnnotatorId,
            /// Counts from 1 for each annotator.
            pub number: u32,
        }

        impl $name {
            /// From its parts.
            pub fn new(annotator_id: AnnotatorId, number: u32) -> Self {
                Self { annotator_id, number }
            }

            /// Reads `mara-17`. `None` where the last hyphen is missing or no plain number follows it.
            pub fn parse(written: &str) -> Option<Self> {
                let (annotator, number) = written.rsplit_once('-')?;
                let is_canonical = !annotator.is_empty() && !number.starts_with(['0', '+']);
                is_canonical.then_some(Self::new(AnnotatorId::new(annotator), number.parse().ok()?))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}-{}", self.annotator_id, self.number)
            }
        }
    )*};
}

numbered_ids! {
    /// An annotation.
    AnnotationId;
    /// A link between two annotations.
    LinkId;
    /// A region of a document.
    RegionId;
    /// A claim.
    ClaimId;
}
