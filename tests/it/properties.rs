//! What must hold for any project and any text, tried with thousands of them.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, OnceLock};

use ascribe::model::{
    Annotation, AnnotationId, Annotator, AnnotatorId, AnnotatorKind, Attribute, AttributeKind,
    AttributeValue, Choice, Claim, ClaimId, Codebook, Color, Document, DocumentField, DocumentId,
    DocumentState, Encoding, Example, Link, LinkEnds, LinkId, LinkKind, Project, ProjectSettings,
    Region, RegionId, RegionKind, Stamp, Tag, TagId, Texts, Tier, Timestamp,
};
use ascribe::store::{project_to_string, read_project, read_text};
use ascribe::text::{ByteOffset, LineEnds, OffsetUnit, Span, Spans, Text};
use encoding_rs::{
    BIG5, EUC_KR, GB18030, ISO_8859_2, KOI8_U, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252, WINDOWS_1255,
    WINDOWS_1256,
};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::lines::check_annotations;
use crate::texts::any_words;

/// One folder for all cases of this file; each writes over the last.
fn folder() -> &'static TempDir {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| TempDir::new().unwrap())
}

/// Names as people and attackers write them.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "denial", "Заперечення", "否认", "نفي", "הכחשה", "👩‍👩‍👧", "e\u{301}", "a-1", "-", "O", "B-x", "T1",
            "=1+1", "<b>x</b>", "\"quoted\"", "back\\slash", "two\nlines", "a\tb", "\u{202E}abc", "\u{0}", "r#\"x\"#",
            "](", ")", ",", "// no comment", "/* nor this */", "null", "true", "1e999", "\u{FEFF}mark", "\r\n",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn any_id() -> impl Strategy<Value = String> {
    any_name().prop_map(|name| {
        if name.is_empty() {
            "x".to_owned()
        } else {
            name
        }
    })
}

fn any_value() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        any_name().prop_map(|words| AttributeValue::Words(words.into())),
        any::<bool>().prop_map(AttributeValue::YesNo),
        any::<f64>()
            .prop_filter("numbers are finite", |number| number.is_finite())
            .prop_map(AttributeValue::Number),
        any::<i32>().prop_map(|number| AttributeValue::Number(f64::from(number))),
    ]
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (0i64..4_000_000_000).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn any_spans() -> impl Strategy<Value = Spans> {
    prop::collection::vec((0usize..50, 1usize..9), 1..4).prop_map(|pieces| {
        let mut at = 0;
        let pieces = pieces.into_iter().map(|(gap, length)| {
            let start = at + gap;
            at = start + length;
            Span::new(ByteOffset(start), ByteOffset(at)).unwrap()
        });
        Spans::new(pieces.collect()).unwrap()
    })
}

fn any_annotation() -> impl Strategy<Value = Annotation> {
    let id = (any_id(), 1u32..500);
    let what = (any_id(), any_spans(), any_id(), any_name(), any_name());
    let attributes = prop::collection::btree_map(any_name().prop_map(Arc::from), any_value(), 0..3);
    let when = (
        prop::option::of(any_time()),
        prop::option::of((any_id(), any_time())),
    );
    (id, what, attributes, any::<bool>(), when).prop_map(
        |(
            (who, number),
            (document, spans, tag, quote, note),
            attributes,
            is_core,
            (created_at, changed),
        )| Annotation {
            id: AnnotationId::new(AnnotatorId::new(who), number),
            document_id: DocumentId::new(document),
            spans,
            tag_id: TagId::new(tag),
            attributes,
            note: note.into(),
            tier: if is_core { Tier::Core } else { Tier::Optional },
            quote: quote.into(),
            created_at,
            changed: changed.map(|(by, at)| Stamp {
                by: AnnotatorId::new(by),
                at,
            }),
        },
    )
}

fn any_attribute() -> impl Strategy<Value = Attribute> {
    let kind = prop_oneof![
        Just(AttributeKind::Text),
        Just(AttributeKind::Number),
        Just(AttributeKind::Date),
        Just(AttributeKind::YesNo),
        Just(AttributeKind::Entity),
        (
            any::<bool>(),
            prop::collection::vec((any_name(), any_name()), 0..3)
        )
            .prop_map(|(is_ordered, choices)| {
                let choice = |(name, description): (String, String)| Choice {
                    name: name.into(),
                    description,
                };
                AttributeKind::Choice {
                    is_ordered,
                    choices: choices.into_iter().map(choice).collect(),
                }
            }),
    ];
    (
        any_name(),
        kind,
        any::<(bool, bool)>(),
        prop::option::of(any_value()),
        any_name(),
    )
        .prop_map(
            |(name, kind, (is_core, is_required), default, description)| Attribute {
                name: name.into(),
                kind,
                is_core,
                is_required,
                default,
                description,
            },
        )
}

fn any_tag() -> impl Strategy<Value = Tag> {
    let examples = || prop::collection::vec((any_name(), any_name()), 0..2);
    let words = (any_name(), any_name(), any_name());
    let rest = (
        prop::option::of(any::<char>()),
        any::<[u8; 3]>(),
        prop::option::of(any_id()),
    );
    (
        words,
        rest,
        examples(),
        examples(),
        prop::collection::vec(any_attribute(), 0..3),
    )
        .prop_map(
            |(
                (name, description, definition),
                (key, color, parent),
                include,
                exclude,
                attributes,
            )| {
                let example = |(words, why)| Example { words, why };
                Tag {
                    key,
                    description,
                    definition,
                    include: include.into_iter().map(example).collect(),
                    exclude: exclude.into_iter().map(example).collect(),
                    parent: parent.map(TagId::new),
                    attributes,
                    ..Tag::new(TagId::new(name), Color(color))
                }
            },
        )
}

fn any_codebook() -> impl Strategy<Value = Codebook> {
    let words = (any_name(), any_name(), any_name());
    let ids = || prop::collection::vec(any_name().prop_map(TagId::new), 0..2);
    let ends = prop_oneof![
        Just(LinkEnds::SameTag),
        (ids(), ids()).prop_map(|(from, to)| LinkEnds::Tags { from, to })
    ];
    let link = (any_name(), ends, any::<(bool, bool)>(), any_name()).prop_map(
        |(name, ends, (crosses, is_core), description)| LinkKind {
            name: name.into(),
            ends,
            may_cross_documents: crosses,
            is_core,
            description,
        },
    );
    let named = || prop::collection::vec((any_name(), any_name()), 0..2);
    (
        words,
        prop::collection::vec(any_tag(), 0..3),
        prop::collection::vec(any_attribute(), 0..2),
        prop::collection::vec(link, 0..2),
        named(),
        named(),
    )
        .prop_map(
            |((name, version, rules), tags, common_attributes, link_kinds, regions, fields)| {
                Codebook {
                    name,
                    version,
                    rules,
                    tags,
                    common_attributes,
                    link_kinds,
                    region_kinds: regions
                        .into_iter()
                        .map(|(name, description)| RegionKind {
                            name: name.into(),
                            description,
                        })
                        .collect(),
                    document_fields: fields
                        .into_iter()
                        .map(|(name, description)| DocumentField {
                            name: name.into(),
                            description,
                        })
                        .collect(),
                }
            },
        )
}

fn any_document() -> impl Strategy<Value = Document> {
    let states = prop::collection::btree_map(
        any_name().prop_map(AnnotatorId::new),
        prop::sample::select(vec![
            DocumentState::New,
            DocumentState::InProgress,
            DocumentState::Finished,
        ]),
        0..3,
    );
    let fields = prop::collection::btree_map(any_name().prop_map(Arc::from), any_name(), 0..3);
    let line_ends = prop::sample::select(vec![
        LineEnds::Lf,
        LineEnds::CrLf,
        LineEnds::Cr,
        LineEnds::Mixed,
    ]);
    let encoding = (any_name(), any::<(bool, bool)>(), line_ends).prop_map(
        |(name, (has_byte_order_mark, is_lossy), line_ends)| Encoding {
            name,
            has_byte_order_mark,
            is_lossy,
            line_ends,
        },
    );
    (
        any_name(),
        any_name(),
        any_name(),
        any::<u64>(),
        encoding,
        fields,
        states,
    )
        .prop_map(
            |(id, path, sha256, size_bytes, encoding, fields, states)| Document {
                id: DocumentId::new(id),
                path,
                sha256,
                size_bytes,
                encoding,
                fields,
                states,
            },
        )
}

/// The entries of a project, in no order.
#[derive(Debug, Clone)]
struct Entries {
    annotators: Vec<Annotator>,
    documents: Vec<Document>,
    annotations: Vec<Annotation>,
    links: Vec<Link>,
    regions: Vec<Region>,
    claims: Vec<Claim>,
}

impl Entries {
    /// A project of them; of entries with one id the first.
    fn project(&self, name: &str, codebook: &Codebook) -> Project {
        let mut project = Project {
            name: name.to_owned(),
            codebook: codebook.clone().into(),
            settings: ProjectSettings {
                description: name.to_owned(),
                export_unit: OffsetUnit::Utf16,
            }
            .into(),
            ..Project::default()
        };
        for entry in &self.annotators {
            project
                .annotators
                .insert(entry.id.clone(), entry.clone().into());
        }
        for entry in &self.documents {
            project
                .documents
                .insert(entry.id.clone(), entry.clone().into());
        }
        self.annotations
            .iter()
            .for_each(|entry| drop(project.annotations.insert(entry.clone().into())));
        self.links
            .iter()
            .for_each(|entry| drop(project.links.insert(entry.clone().into())));
        self.regions
            .iter()
            .for_each(|entry| drop(project.regions.insert(entry.clone().into())));
        for entry in &self.claims {
            project
                .claims
                .insert(entry.id.clone(), entry.clone().into());
        }
        project
    }

    /// The same entries, the last first. Ids come once, so that it is the same project.
    fn turned(&self) -> Self {
        let mut turned = self.clone();
        turned.annotators.reverse();
        turned.documents.reverse();
        turned.annotations.reverse();
        turned.links.reverse();
        turned.regions.reverse();
        turned.claims.reverse();
        turned
    }
}

/// Only the first of each id.
fn once<T, Id: Ord>(entries: Vec<T>, id_of: impl Fn(&T) -> Id) -> Vec<T> {
    let by_id: BTreeMap<Id, T> = entries
        .into_iter()
        .rev()
        .map(|entry| (id_of(&entry), entry))
        .collect();
    by_id.into_values().collect()
}

fn any_entries() -> impl Strategy<Value = Entries> {
    let number = || (any_id().prop_map(AnnotatorId::new), 1u32..9);
    let annotation_id = || number().prop_map(|(who, number)| AnnotationId::new(who, number));
    let annotator =
        (any_id(), any_name(), any::<bool>()).prop_map(|(id, name, is_person)| Annotator {
            id: AnnotatorId::new(id),
            name,
            kind: if is_person {
                AnnotatorKind::Person
            } else {
                AnnotatorKind::Program
            },
        });
    let link = (
        number(),
        any_name(),
        annotation_id(),
        annotation_id(),
        prop::option::of(any_time()),
    )
        .prop_map(|((who, number), kind, from, to, created_at)| Link {
            id: LinkId::new(who, number),
            kind: kind.into(),
            from,
            to,
            created_at,
        });
    let region = (number(), any_name(), any_name(), any_spans(), any_name()).prop_map(
        |((who, number), document, kind, spans, quote)| Region {
            id: RegionId::new(who, number),
            document_id: DocumentId::new(document),
            kind: kind.into(),
            span: spans.first(),
            quote: quote.into(),
        },
    );
    let claim = (
        number(),
        any_name(),
        prop::collection::btree_set(annotation_id(), 0..3),
    )
        .prop_map(|((who, number), statement, annotation_ids)| Claim {
            id: ClaimId::new(who, number),
            statement,
            annotation_ids,
        });
    let few = 0..3usize;
    (
        prop::collection::vec(annotator, few.clone()),
        prop::collection::vec(any_document(), few.clone()),
        prop::collection::vec(any_annotation(), 0..12),
        prop::collection::vec(link, few.clone()),
        prop::collection::vec(region, few.clone()),
        prop::collection::vec(claim, few),
    )
        .prop_map(
            |(annotators, documents, annotations, links, regions, claims)| Entries {
                annotators: once(annotators, |entry| entry.id.clone()),
                documents: once(documents, |entry| entry.id.clone()),
                annotations: once(annotations, |entry| entry.id.clone()),
                links: once(links, |entry| entry.id.clone()),
                regions: once(regions, |entry| entry.id.clone()),
                claims: once(claims, |entry| entry.id.clone()),
            },
        )
}

/// Ways to write a text, and the characters that can be written so.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Utf8 { has_mark: bool },
    Utf16 { is_big: bool },
    Legacy(&'static encoding_rs::Encoding),
}

const WAYS: [Way; 14] = [
    Way::Utf8 { has_mark: false },
    Way::Utf8 { has_mark: true },
    Way::Utf16 { is_big: false },
    Way::Utf16 { is_big: true },
    Way::Legacy(WINDOWS_1251),
    Way::Legacy(WINDOWS_1252),
    Way::Legacy(WINDOWS_1255),
    Way::Legacy(WINDOWS_1256),
    Way::Legacy(ISO_8859_2),
    Way::Legacy(KOI8_U),
    Way::Legacy(GB18030),
    Way::Legacy(BIG5),
    Way::Legacy(SHIFT_JIS),
    Way::Legacy(EUC_KR),
];

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Utf8 { .. } => "UTF-8",
            Self::Utf16 { is_big: false } => "UTF-16LE",
            Self::Utf16 { is_big: true } => "UTF-16BE",
            Self::Legacy(encoding) => encoding.name(),
        }
    }

    fn can_write(self, character: char) -> bool {
        let Self::Legacy(encoding) = self else {
            return true;
        };
        let word = character.to_string();
        let (bytes, _, has_unmappable) = encoding.encode(&word);
        !has_unmappable && encoding.decode_without_bom_handling(&bytes).0 == word
    }

    fn bytes(self, words: &str) -> Vec<u8> {
        match self {
            Self::Utf8 { has_mark: false } => words.as_bytes().to_vec(),
            Self::Utf8 { has_mark: true } => format!("\u{FEFF}{words}").into_bytes(),
            Self::Utf16 { is_big } => {
                let units = [0xFEFF].into_iter().chain(words.encode_utf16());
                let bytes = |unit: u16| {
                    if is_big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                };
                units.flat_map(bytes).collect()
            }
            Self::Legacy(encoding) => encoding.encode(words).0.into_owned(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_project_is_the_same_bytes_after_writing_reading_and_writing(
        entries in any_entries(),
        name in any_name(),
        codebook in any_codebook(),
    ) {
        let project = entries.project(&name, &codebook);
        let words = project_to_string(&project, &Texts::new());
        prop_assert_eq!(&project_to_string(&entries.turned().project(&name, &codebook), &Texts::new()), &words);
        check_annotations(&words);
        let path = folder().path().join("any.ascribe.ron");
        fs::write(&path, &words).unwrap();
        let opened = read_project(&path).unwrap();
        prop_assert!(opened.unreadable.is_empty(), "{:?}", opened.unreadable);
        prop_assert!(opened.project == project);
        prop_assert_eq!(project_to_string(&opened.project, &Texts::new()), words);
    }

    #[test]
    fn places_of_any_text_are_the_same_in_every_encoding_and_unit(
        words in any_words(),
        line_end in 0usize..4,
        way in prop::sample::select(WAYS.to_vec()),
    ) {
        let line_end = ["\n", "\r\n", "\r", "\u{85}"][line_end];
        let words = words.replace('\n', line_end);
        let mut words: String = words.chars().filter(|c| way.can_write(*c)).collect();
        if way == (Way::Utf8 { has_mark: false }) {
            // Without a mark of the file's own, one at the beginning would be taken for that.
            words = words.trim_start_matches('\u{FEFF}').to_owned();
        }
        let path = folder().path().join("any.txt");
        fs::write(&path, way.bytes(&words)).unwrap();
        let read = read_text(&path, Some(way.name())).unwrap();
        prop_assert_eq!(read.text.as_str(), &words, "{}", way.name());
        prop_assert!(!read.encoding.is_lossy);
        prop_assert_eq!(read.encoding.line_ends, Text::new(words.clone()).line_ends());
        let (mut code_points, mut utf16) = (0, 0);
        for (byte, character) in words.char_indices() {
            let offset = ByteOffset(byte);
            for (unit, count) in [(OffsetUnit::Byte, byte), (OffsetUnit::CodePoint, code_points), (OffsetUnit::Utf16, utf16)] {
                prop_assert_eq!(read.text.offset_in(unit, offset), count);
                prop_assert_eq!(read.text.offset_from(unit, count), Some(offset));
            }
            code_points += 1;
            utf16 += character.len_utf16();
            if character.len_utf16() == 2 {
                prop_assert_eq!(read.text.offset_from(OffsetUnit::Utf16, utf16 - 1), None, "inside a character");
            }
        }
    }
}
