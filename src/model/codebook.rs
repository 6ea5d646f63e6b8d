//! Tags, attributes and kinds of links and regions, with their definitions, rules and examples.

use std::fmt;
use std::sync::Arc;

use super::{AttributeValue, TagId};

/// Everything that says what may be marked and how. Changed as a whole; it is small.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Codebook {
    /// For people.
    pub name: String,
    /// For people; raised by hand when the rules change.
    pub version: String,
    /// The rules that hold for all tags, as Markdown.
    pub rules: String,
    /// In the order of the tag buttons.
    pub tags: Vec<Tag>,
    /// Attributes that every annotation may carry, whatever its tag.
    pub common_attributes: Vec<Attribute>,
    /// Kinds of links.
    pub link_kinds: Vec<LinkKind>,
    /// Kinds of regions.
    pub region_kinds: Vec<RegionKind>,
    /// What is known about each document, besides its text.
    pub document_fields: Vec<DocumentField>,
}

/// One name such as `denial`, and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// Its name.
    pub id: TagId,
    /// The key that tags the selection, `1` for most people's first tag.
    pub key: Option<char>,
    /// As on a light background; the theme finds the one for a dark background.
    pub color: Color,
    /// One line, for lists and tooltips.
    pub description: String,
    /// The full definition with its tests, as Markdown.
    pub definition: String,
    /// What is to be marked, and why.
    pub include: Vec<Example>,
    /// What is not to be marked, and why.
    pub exclude: Vec<Example>,
    /// The wider tag that this one is a kind of.
    pub parent: Option<TagId>,
    /// Attributes of annotations with this tag, in the order of the form.
    pub attributes: Vec<Attribute>,
}

impl Tag {
    /// A tag without key, texts and attributes.
    pub fn new(id: TagId, color: Color) -> Self {
        Self {
            id,
            key: None,
            color,
            description: String::new(),
            definition: String::new(),
            include: Vec::new(),
            exclude: Vec::new(),
            parent: None,
            attributes: Vec::new(),
        }
    }
}

/// A sample passage and why it is or is not marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The passage; square brackets show what the span would be.
    pub words: String,
    /// The reason.
    pub why: String,
}

/// A named value on an annotation, as the codebook allows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Unique within its tag and the common attributes.
    pub name: Arc<str>,
    /// What values it takes.
    pub kind: AttributeKind,
    /// Core attributes are filled in for every span; optional ones when a project needs them.
    pub is_core: bool,
    /// Whether a core attribute without a value is a finding. A quantity, say, is only there where a figure is.
    pub is_required: bool,
    /// What stands there until somebody says otherwise. Not written on the annotation.
    pub default: Option<AttributeValue>,
    /// One line, for the form.
    pub description: String,
}

/// What values an attribute takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeKind {
    /// One of a few. Ordered ones go from least to most, which weighted agreement needs.
    Choice {
        /// From least to most?
        is_ordered: bool,
        /// At least one.
        choices: Vec<Choice>,
    },
    /// Free words.
    Text,
    /// A number.
    Number,
    /// Somebody or something by name, spelled the same everywhere; the form offers names used before.
    Entity,
    /// A year, month or day: `2024`, `2024-05` or `2024-05-14`.
    Date,
    /// Yes or no.
    YesNo,
}

/// One value of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// As it is written on annotations.
    pub name: Arc<str>,
    /// When to choose it.
    pub description: String,
}

/// A kind of link, such as `denies`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkKind {
    /// Its name.
    pub name: Arc<str>,
    /// Which annotations it may join.
    pub ends: LinkEnds,
    /// Whether the two may stand in different documents.
    pub may_cross_documents: bool,
    /// As for attributes.
    pub is_core: bool,
    /// One line.
    pub description: String,
}

/// Which annotations a kind of link may join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEnds {
    /// Two of the same tag, whichever it is.
    SameTag,
    /// From one of these tags to one of those. An empty list means any.
    Tags {
        /// Where it may begin.
        from: Vec<TagId>,
        /// Where it may end.
        to: Vec<TagId>,
    },
}

/// A kind of text that is not running text: navigation, caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionKind {
    /// Its name.
    pub name: Arc<str>,
    /// One line.
    pub description: String,
}

/// Something known about each document, such as its outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentField {
    /// Its name.
    pub name: Arc<str>,
    /// One line.
    pub description: String,
}

/// A colour, as red, green and blue in sRGB. Written `#0072B2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

impl Color {
    /// Reads `#0072B2`. `None` for anything else.
    pub fn parse(written: &str) -> Option<Self> {
        let digits = written
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self([byte(0)?, byte(2)?, byte(4)?]))
    }
}

/// Colours for new tags, from the colour-blind-safe set of Okabe and Ito (2008), the usual three first.
const TAG_COLORS: [Color; 8] = [
    Color([0x00, 0x72, 0xB2]),
    Color([0xD5, 0x5E, 0x00]),
    Color([0x00, 0x9E, 0x73]),
    Color([0xCC, 0x79, 0xA7]),
    Color([0xE6, 0x9F, 0x00]),
    Color([0x56, 0xB4, 0xE9]),
    Color([0x7A, 0x5B, 0xC0]),
    Color([0x7F, 0x7F, 0x7F]),
];

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02X}{green:02X}{blue:02X}")
    }
}

impl Codebook {
    /// The tag of that name.
    pub fn tag(&self, tag_id: &TagId) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.id == *tag_id)
    }

    /// A tag of this name that is not in the codebook yet, with the next free digit and colour.
    pub fn new_tag(&self, tag_id: TagId) -> Tag {
        let is_free = |key: &char| self.tag_for_key(*key).is_none();
        Tag {
            key: ('1'..='9').find(is_free),
            ..Tag::new(tag_id, self.new_color())
        }
    }

    /// The next free colour for a tag; one after the other again where all are taken.
    pub fn new_color(&self) -> Color {
        let is_new = |color: &Color| self.tags.iter().all(|tag| tag.color != *color);
        let mut colors = TAG_COLORS.into_iter();
        let again = || {
            TAG_COLORS
                .into_iter()
                .cycle()
                .nth(self.tags.len() % TAG_COLORS.len())
        };
        let color = colors.find(is_new).or_else(again);
        color.unwrap_or(Color([0x7F; 3]))
    }

    /// The tag that a key stands for.
    pub fn tag_for_key(&self, key: char) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.key == Some(key))
    }

    /// The attributes of annotations with this tag: its own first, then the common ones.
    pub fn attributes_of(&self, tag_id: &TagId) -> impl Iterator<Item = &Attribute> {
        let own = self
            .tag(tag_id)
            .map(|tag| tag.attributes.as_slice())
            .unwrap_or_default();
        own.iter().chain(&self.common_attributes)
    }

    /// One attribute of annotations with this tag.
    pub fn attribute(&self, tag_id: &TagId, name: &str) -> Option<&Attribute> {
        self.attributes_of(tag_id)
            .find(|attribute| &*attribute.name == name)
    }

    /// The kind of link of that name.
    pub fn link_kind(&self, name: &str) -> Option<&LinkKind> {
        self.link_kinds.iter().find(|kind| &*kind.name == name)
    }
}

impl LinkKind {
    /// Whether a link of this kind may go from an annotation of the one tag to one of the other.
    pub fn joins(&self, from_tag: &TagId, to_tag: &TagId) -> bool {
        match &self.ends {
            LinkEnds::SameTag => from_tag == to_tag,
            LinkEnds::Tags { from, to } => allows(from, from_tag) && allows(to, to_tag),
        }
    }
}

fn allows(tag_ids: &[TagId], tag_id: &TagId) -> bool {
    tag_ids.is_empty() || tag_ids.contains(tag_id)
}
