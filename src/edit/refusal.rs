//! Why something that a person asked for cannot be.

use thiserror::Error;

use crate::model::{AnnotationId, TagId};

/// Why something that a person asked for cannot be; worded for them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The same words, tag and annotator again.
    #[error("You have already tagged these words as “{0}”")]
    AlreadyTagged(TagId),
    /// A span that the text does not have, or that cuts a character.
    #[error("These words are not in the text as it is now")]
    OutsideText,
    /// The codebook has no such tag.
    #[error("The codebook has no tag “{0}”")]
    UnknownTag(TagId),
    /// The codebook has it already.
    #[error("The codebook already has a tag “{0}”")]
    TagExists(TagId),
    /// The tag has it already.
    #[error("“{tag_id}” already has an attribute “{name}”")]
    AttributeExists {
        /// The tag.
        tag_id: TagId,
        /// The name that was wanted.
        name: String,
    },
    /// Names need letters.
    #[error("A name is needed")]
    NameMissing,
    /// Two tags on one key.
    #[error("The key {key} already stands for “{tag_id}”")]
    KeyTaken {
        /// Which key.
        key: char,
        /// Whose key it is.
        tag_id: TagId,
    },
    /// Two commands on one shortcut.
    #[error("{keys} already stands for “{command}”; give that other keys first")]
    ShortcutTaken {
        /// Which keys.
        keys: String,
        /// Whose keys they are.
        command: String,
    },
    /// The annotation has gone.
    #[error("The annotation {0} is no longer there")]
    NoAnnotation(AnnotationId),
    /// An entry of another kind has gone.
    #[error("This is no longer there")]
    NothingThere,
    /// The codebook has no such attribute for the tag.
    #[error("“{tag_id}” has no attribute “{name}”")]
    UnknownAttribute {
        /// The tag of the annotation.
        tag_id: TagId,
        /// The attribute that was asked for.
        name: String,
    },
    /// The value does not fit the attribute's kind.
    #[error("“{value}” is no value for “{name}”: {expected}")]
    BadValue {
        /// The attribute.
        name: String,
        /// What was given.
        value: String,
        /// What would fit.
        expected: String,
    },
    /// The codebook has no such kind of link.
    #[error("The codebook has no link “{0}”")]
    UnknownLinkKind(String),
    /// The codebook does not let this kind join these annotations.
    #[error("A link “{kind}” cannot go from “{from}” to “{to}”", kind = .kind.replace('_', " "))]
    LinkNotAllowed {
        /// The kind.
        kind: String,
        /// The tag where it would begin.
        from: TagId,
        /// The tag where it would end.
        to: TagId,
    },
    /// The codebook keeps this kind within one document.
    #[error("“{0}” cannot lead to another document")]
    LinkCrossesDocuments(String),
    /// A link to itself.
    #[error("An annotation cannot be linked to itself")]
    LinkToItself,
    /// The same link again.
    #[error("These two are already linked by “{0}”")]
    AlreadyLinked(String),
    /// The same words set aside again.
    #[error("These words are already set aside")]
    AlreadySetAside,
    /// The codebook has no such kind of region.
    #[error("The codebook has no kind of region “{0}”")]
    UnknownRegionKind(String),
    /// A document with this path is there.
    #[error("“{0}” is already in the project")]
    DocumentExists(String),
    /// An annotator with this id is there.
    #[error("There is already an annotator “{0}”")]
    AnnotatorExists(String),
    /// The person chose only to read, because somebody else is at work on the project.
    #[error("The project is open for reading only, because somebody else is at work on it")]
    OpenForReading,
    /// Somebody or something changed the project between the decision and the deed.
    #[error("The project has changed in the meantime; nothing was done")]
    Outdated,
    /// A large project is still being read.
    #[error("The annotations are still being read; this can be done in a moment")]
    StillReading,
}
