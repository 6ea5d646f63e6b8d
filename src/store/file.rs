//! The project file, version 1, as structs of its own, apart from the model.
//!
//! Empty values are left out of the file and come back as empty, so that lines stay short and later
//! versions can add to them. An unknown name is an error: what is not understood must not be dropped.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::{Deserializer, Error, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::model;
use crate::text::OffsetUnit;

/// The version of the format that this program writes.
pub const VERSION: u32 = 1;

/// What stands before the lists.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub version: u32,
    #[serde(default)]
    pub name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub settings: Settings,
    #[serde(default)]
    pub codebook: Codebook,
}

/// The whole file. Its head is spelled out again because `flatten` would make RON read a map.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project<'a> {
    pub version: u32,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub settings: Settings,
    #[serde(default)]
    pub codebook: Codebook,
    #[serde(default)]
    pub annotators: Vec<Annotator>,
    #[serde(default)]
    pub documents: Vec<Document>,
    #[serde(default)]
    pub regions: Vec<Region>,
    #[serde(borrow, default)]
    pub annotations: Vec<Annotation<'a>>,
    #[serde(default)]
    pub links: Vec<Link>,
    #[serde(default)]
    pub claims: Vec<Claim>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    #[serde(skip_serializing_if = "is_default")]
    pub description: String,
    #[serde(skip_serializing_if = "is_default")]
    pub export_unit: OffsetUnit,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Codebook {
    pub name: String,
    #[serde(skip_serializing_if = "is_default")]
    pub version: String,
    #[serde(skip_serializing_if = "is_default")]
    pub rules: String,
    pub tags: Vec<Tag>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub common_attributes: Vec<Attribute>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub link_kinds: Vec<LinkKind>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub region_kinds: Vec<Named>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub document_fields: Vec<Named>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    pub name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub key: String,
    pub color: Color,
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub definition: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Example>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Example>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub parent: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub words: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub why: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    pub name: String,
    pub kind: AttributeKind,
    #[serde(default, skip_serializing_if = "is_default")]
    pub core: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub required: bool,
    /// At most one value; a list, because RON would write `Some(…)` around an option.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default: Vec<Value>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AttributeKind {
    Choice {
        #[serde(default, skip_serializing_if = "is_default")]
        ordered: bool,
        choices: Vec<Named>,
    },
    Text,
    Number,
    Entity,
    Date,
    YesNo,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkKind {
    pub name: String,
    pub ends: LinkEnds,
    #[serde(default, skip_serializing_if = "is_default")]
    pub across_documents: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub core: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LinkEnds {
    SameTag,
    Tags { from: Vec<String>, to: Vec<String> },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annotator {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub program: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub id: String,
    pub path: String,
    #[serde(default)]
    pub sha256: String,
    #[serde(default)]
    pub size_bytes: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub encoding: Encoding,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub states: BTreeMap<String, State>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Encoding {
    pub name: String,
    #[serde(skip_serializing_if = "is_default")]
    pub line_ends: String,
    #[serde(skip_serializing_if = "is_default")]
    pub byte_order_mark: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub lossy: bool,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    New,
    InProgress,
    Finished,
}

/// Borrows its words from the file or the model where it can, because there may be a million of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annotation<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow)]
    pub document: Cow<'a, str>,
    pub spans: Vec<(usize, usize)>,
    #[serde(borrow)]
    pub tag: Cow<'a, str>,
    #[serde(borrow, default)]
    pub quote: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Value>,
    #[serde(borrow, default, skip_serializing_if = "is_default")]
    pub note: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub optional: bool,
    #[serde(borrow, default, skip_serializing_if = "is_default")]
    pub created: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "is_default")]
    pub changed: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "is_default")]
    pub changed_by: Cow<'a, str>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub id: String,
    pub kind: String,
    pub from: String,
    pub to: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub created: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    pub id: String,
    pub document: String,
    pub kind: String,
    pub span: (usize, usize),
    #[serde(default)]
    pub quote: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    pub id: String,
    #[serde(default)]
    pub statement: String,
    #[serde(default)]
    pub annotations: Vec<String>,
}

/// `"words"`, `212`, `0.5` or `true`.
#[derive(Debug, Clone, PartialEq)]
pub struct Value(pub model::AttributeValue);

/// `"#0072B2"`.
#[derive(Debug, Clone, Copy)]
pub struct Color(pub model::Color);

impl Default for Encoding {
    fn default() -> Self {
        Self {
            name: crate::import::DEFAULT_ENCODING.to_owned(),
            line_ends: String::new(),
            byte_order_mark: false,
            lossy: false,
        }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            model::AttributeValue::Words(words) => serializer.serialize_str(words),
            model::AttributeValue::YesNo(value) => serializer.serialize_bool(*value),
            // People write 212 and not 212.0. Beyond 2^53 an f64 is no longer sure of its last digit.
            model::AttributeValue::Number(number)
                if number.fract() == 0.0 && number.abs() < 9e15 =>
            {
                serializer.serialize_i64(*number as i64)
            }
            model::AttributeValue::Number(number) => serializer.serialize_f64(*number),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;
        impl Visitor<'_> for AnyValue {
            type Value = Value;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("words in quotes, a number, true or false")
            }
            fn visit_str<E: Error>(self, words: &str) -> Result<Value, E> {
                Ok(Value(model::AttributeValue::Words(words.into())))
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
                Ok(Value(model::AttributeValue::YesNo(value)))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
                self.visit_f64(number as f64)
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
                self.visit_f64(number as f64)
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
                if !number.is_finite() {
                    return Err(E::custom("a number must be finite"));
                }
                Ok(Value(model::AttributeValue::Number(number)))
            }
        }
        deserializer.deserialize_any(AnyValue)
    }
}

impl Serialize for Color {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        let color = model::Color::parse(&written);
        color.map(Self).ok_or_else(|| {
            D::Error::custom(format!("“{written}” is no colour such as \"#0072B2\""))
        })
    }
}

impl From<Settings> for model::ProjectSettings {
    fn from(settings: Settings) -> Self {
        let Settings {
            description,
            export_unit,
        } = settings;
        Self {
            description,
            export_unit,
        }
    }
}

impl From<&model::Codebook> for Codebook {
    fn from(codebook: &model::Codebook) -> Self {
        let model::Codebook {
            name,
            version,
            rules,
            tags,
            common_attributes,
            link_kinds,
            region_kinds,
            document_fields,
        } = codebook;
        let named = |name: &str, description: &str| Named {
            name: name.into(),
            description: description.into(),
        };
        Self {
            name: name.clone(),
            version: version.clone(),
            rules: rules.clone(),
            tags: tags.iter().map(Tag::from).collect(),
            common_attributes: common_attributes.iter().map(Attribute::from).collect(),
            link_kinds: link_kinds.iter().map(LinkKind::from).collect(),
            region_kinds: region_kinds
                .iter()
                .map(|kind| named(&kind.name, &kind.description))
                .collect(),
            document_fields: document_fields
                .iter()
                .map(|field| named(&field.name, &field.description))
                .collect(),
        }
    }
}

impl From<Codebook> for model::Codebook {
    fn from(codebook: Codebook) -> Self {
        let region = |Named { name, description }| model::RegionKind {
            name: name.into(),
            description,
        };
        let field = |Named { name, description }| model::DocumentField {
            name: name.into(),
            description,
        };
        Self {
            name: codebook.name,
            version: codebook.version,
            rules: codebook.rules,
            tags: codebook.tags.into_iter().map(Into::into).collect(),
            common_attributes: codebook
                .common_attributes
                .into_iter()
                .map(Into::into)
                .collect(),
            link_kinds: codebook.link_kinds.into_iter().map(Into::into).collect(),
            region_kinds: codebook.region_kinds.into_iter().map(region).collect(),
            document_fields: codebook.document_fields.into_iter().map(field).collect(),
        }
    }
}

impl From<&model::Tag> for Tag {
    fn from(tag: &model::Tag) -> Self {
        let model::Tag {
            id,
            key,
            color,
            description,
            definition,
            include,
            exclude,
            parent,
            attributes,
        } = tag;
        let examples = |examples: &[model::Example]| {
            examples
                .iter()
                .map(|example| Example {
                    words: example.words.clone(),
                    why: example.why.clone(),
                })
                .collect()
        };
        Self {
            name: id.to_string(),
            key: key.map(String::from).unwrap_or_default(),
            color: Color(*color),
            description: description.clone(),
            definition: definition.clone(),
            include: examples(include),
            exclude: examples(exclude),
            parent: parent.as_ref().map(ToString::to_string).unwrap_or_default(),
            attributes: attributes.iter().map(Attribute::from).collect(),
        }
    }
}

impl From<Tag> for model::Tag {
    fn from(tag: Tag) -> Self {
        let example = |Example { words, why }| model::Example { words, why };
        Self {
            id: model::TagId::new(tag.name),
            key: tag.key.chars().next(),
            color: tag.color.0,
            description: tag.description,
            definition: tag.definition,
            include: tag.include.into_iter().map(example).collect(),
            exclude: tag.exclude.into_iter().map(example).collect(),
            parent: Some(tag.parent)
                .filter(|parent| !parent.is_empty())
                .map(model::TagId::new),
            attributes: tag.attributes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<&model::Attribute> for Attribute {
    fn from(attribute: &model::Attribute) -> Self {
        let model::Attribute {
            name,
            kind,
            is_core,
            is_required,
            default,
            description,
        } = attribute;
        let kind = match kind {
            model::AttributeKind::Choice {
                is_ordered,
                choices,
            } => AttributeKind::Choice {
                ordered: *is_ordered,
                choices: choices
                    .iter()
                    .map(|choice| Named {
                        name: choice.name.to_string(),
                        description: choice.description.clone(),
                    })
                    .collect(),
            },
            model::AttributeKind::Text => AttributeKind::Text,
            model::AttributeKind::Number => AttributeKind::Number,
            model::AttributeKind::Entity => AttributeKind::Entity,
            model::AttributeKind::Date => AttributeKind::Date,
            model::AttributeKind::YesNo => AttributeKind::YesNo,
        };
        Self {
            name: name.to_string(),
            kind,
            core: *is_core,
            required: *is_required,
            default: default.iter().cloned().map(Value).collect(),
            description: description.clone(),
        }
    }
}

impl From<Attribute> for model::Attribute {
    fn from(attribute: Attribute) -> Self {
        let kind = match attribute.kind {
            AttributeKind::Choice { ordered, choices } => {
                let choice = |Named { name, description }| model::Choice {
                    name: name.into(),
                    description,
                };
                let choices = choices.into_iter().map(choice).collect();
                model::AttributeKind::Choice {
                    is_ordered: ordered,
                    choices,
                }
            }
            AttributeKind::Text => model::AttributeKind::Text,
            AttributeKind::Number => model::AttributeKind::Number,
            AttributeKind::Entity => model::AttributeKind::Entity,
            AttributeKind::Date => model::AttributeKind::Date,
            AttributeKind::YesNo => model::AttributeKind::YesNo,
        };
        Self {
            name: attribute.name.into(),
            kind,
            is_core: attribute.core,
            is_required: attribute.required,
            default: attribute.default.into_iter().next().map(|value| value.0),
            description: attribute.description,
        }
    }
}

impl From<&model::LinkKind> for LinkKind {
    fn from(kind: &model::LinkKind) -> Self {
        let model::LinkKind {
            name,
            ends,
            may_cross_documents,
            is_core,
            description,
        } = kind;
        let names = |tag_ids: &[model::TagId]| tag_ids.iter().map(ToString::to_string).collect();
        let ends = match ends {
            model::LinkEnds::SameTag => LinkEnds::SameTag,
            model::LinkEnds::Tags { from, to } => LinkEnds::Tags {
                from: names(from),
                to: names(to),
            },
        };
        Self {
            name: name.to_string(),
            ends,
            across_documents: *may_cross_documents,
            core: *is_core,
            description: description.clone(),
        }
    }
}

impl From<LinkKind> for model::LinkKind {
    fn from(kind: LinkKind) -> Self {
        let tag_ids = |names: Vec<String>| names.into_iter().map(model::TagId::new).collect();
        let ends = match kind.ends {
            LinkEnds::SameTag => model::LinkEnds::SameTag,
            LinkEnds::Tags { from, to } => model::LinkEnds::Tags {
                from: tag_ids(from),
                to: tag_ids(to),
            },
        };
        Self {
            name: kind.name.into(),
            ends,
            may_cross_documents: kind.across_documents,
            is_core: kind.core,
            description: kind.description,
        }
    }
}
