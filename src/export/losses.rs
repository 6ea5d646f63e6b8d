//! What a format could not carry.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// How many examples the report names for each kind of loss.
const EXAMPLES: usize = 5;

/// A kind of thing that a format could not carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// A document whose text could not be read.
    DocumentWithoutText,
    /// An annotation whose words are not where it says.
    MisplacedAnnotation,
    /// A document, since the format holds none at all.
    Document,
    /// The text of a document.
    DocumentText,
    /// An annotation, since the format holds none at all.
    Annotation,
    /// An annotation left out because another one covers the same words.
    OverlappingAnnotation,
    /// An annotation of several pieces, written as one from the first to the last.
    DiscontinuousAnnotation,
    /// An annotation whose edges were moved outwards to whole words.
    WidenedAnnotation,
    /// An annotation that covers no word.
    AnnotationWithoutWord,
    /// An annotation whose span was split at line breaks.
    SplitAtLineBreak,
    /// Attributes of an annotation.
    Attributes,
    /// The note of an annotation.
    Note,
    /// The tier of an annotation that is not core.
    Tier,
    /// Who made an annotation.
    Annotator,
    /// When an annotation was made or changed.
    Time,
    /// A link.
    Link,
    /// A link to an annotation that was not chosen for the export.
    LinkToUnchosen,
    /// A link that leads to another document.
    LinkAcrossDocuments,
    /// A link that leads to an annotation of somebody else.
    LinkAcrossAnnotators,
    /// Who made a link, and when.
    LinkOrigin,
    /// A region.
    Region,
    /// A claim.
    Claim,
    /// A field of a document.
    DocumentField,
    /// How far an annotator is with a document.
    DocumentState,
    /// Line ends, written as LF.
    LineEnds,
    /// White space of a document outside of sentences, written as single spaces.
    WhiteSpace,
    /// A character that the format cannot hold, written as a space.
    Character,
    /// A character of a text that the format cannot hold, written as a space.
    TextCharacter,
}

impl Loss {
    /// `1 annotation loses its annotator`, `2 annotations lose their annotators`.
    fn counted(self, count: usize) -> String {
        let (one, several) = self.words();
        let words = if count == 1 { one } else { several };
        format!("{count} {words}")
    }

    /// What was lost, for one and for several.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::DocumentWithoutText => (
                "document without text is left out",
                "documents without text are left out",
            ),
            Self::MisplacedAnnotation => (
                "annotation whose words are not in their place is left out",
                "annotations whose words are not in their place are left out",
            ),
            Self::Document => ("document is left out", "documents are left out"),
            Self::DocumentText => (
                "text of a document is left out",
                "texts of documents are left out",
            ),
            Self::Annotation => ("annotation is left out", "annotations are left out"),
            Self::OverlappingAnnotation => (
                "annotation is left out because another one covers its words",
                "annotations are left out because others cover their words",
            ),
            Self::DiscontinuousAnnotation => (
                "annotation of several pieces is written as one",
                "annotations of several pieces are written as one each",
            ),
            Self::WidenedAnnotation => (
                "annotation is widened to whole words",
                "annotations are widened to whole words",
            ),
            Self::AnnotationWithoutWord => (
                "annotation without any word is left out",
                "annotations without any word are left out",
            ),
            Self::SplitAtLineBreak => (
                "annotation is split at line breaks",
                "annotations are split at line breaks",
            ),
            Self::Attributes => (
                "annotation loses its attributes",
                "annotations lose their attributes",
            ),
            Self::Note => ("note is left out", "notes are left out"),
            Self::Tier => ("annotation loses its tier", "annotations lose their tier"),
            Self::Annotator => (
                "annotation loses its annotator",
                "annotations lose their annotator",
            ),
            Self::Time => ("annotation loses its time", "annotations lose their time"),
            Self::Link => ("link is left out", "links are left out"),
            Self::LinkToUnchosen => (
                "link to an annotation that was not chosen is left out",
                "links to annotations that were not chosen are left out",
            ),
            Self::LinkAcrossDocuments => (
                "link to another document is left out",
                "links to other documents are left out",
            ),
            Self::LinkAcrossAnnotators => (
                "link to another annotator's annotation is left out",
                "links to other annotators' annotations are left out",
            ),
            Self::LinkOrigin => (
                "link loses who made it and when",
                "links lose who made them and when",
            ),
            Self::Region => ("region is left out", "regions are left out"),
            Self::Claim => ("claim is left out", "claims are left out"),
            Self::DocumentField => ("document field is left out", "document fields are left out"),
            Self::DocumentState => ("document state is left out", "document states are left out"),
            Self::LineEnds => (
                "document has LF line ends now",
                "documents have LF line ends now",
            ),
            Self::WhiteSpace => (
                "document has other white space between its sentences",
                "documents have other white space between their sentences",
            ),
            Self::TextCharacter => (
                "document has characters that are written as spaces",
                "documents have characters that are written as spaces",
            ),
            Self::Character => (
                "annotation has characters that are written as spaces",
                "annotations have characters that are written as spaces",
            ),
        }
    }
}

/// What a format could not carry, counted by kind, with examples.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct LossReport {
    losses: BTreeMap<Loss, Losses>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
struct Losses {
    count: usize,
    examples: Vec<String>,
}

impl LossReport {
    /// One more.
    pub fn add(&mut self, loss: Loss, example: impl fmt::Display) {
        let losses = self.losses.entry(loss).or_default();
        losses.count += 1;
        if losses.examples.len() < EXAMPLES {
            losses.examples.push(example.to_string());
        }
    }

    /// Those of another part of the same export.
    pub fn append(&mut self, other: Self) {
        for (loss, Losses { count, examples }) in other.losses {
            let losses = self.losses.entry(loss).or_default();
            losses.count += count;
            let room = EXAMPLES.saturating_sub(losses.examples.len());
            losses.examples.extend(examples.into_iter().take(room));
        }
    }

    /// How many of a kind.
    pub fn count(&self, loss: Loss) -> usize {
        self.losses.get(&loss).map_or(0, |losses| losses.count)
    }

    /// How many annotations of those that stand in their place are not written at all.
    pub fn left_out(&self) -> usize {
        let whole = [
            Loss::Annotation,
            Loss::OverlappingAnnotation,
            Loss::AnnotationWithoutWord,
        ];
        whole.into_iter().map(|loss| self.count(loss)).sum()
    }

    /// Whether everything was carried.
    pub fn is_empty(&self) -> bool {
        self.losses.is_empty()
    }

    /// Each kind with its count, in words.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.losses.iter().map(|(loss, losses)| {
            let Losses { count, examples } = losses;
            let more = if *count > examples.len() { ", …" } else { "" };
            format!("{} ({}{more})", loss.counted(*count), examples.join(", "))
        })
    }
}

impl fmt::Display for LossReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let losses = self.losses.iter();
        let kinds: Vec<String> = losses
            .map(|(loss, losses)| loss.counted(losses.count))
            .collect();
        write!(
            f,
            "The format could not carry everything: {}",
            kinds.join("; ")
        )
    }
}
