//! The feature structures of UIMA, which its JSON and its XML both hold, and what they become: annotations of layers
//! with begin and end, links where one structure leads to others.
//!
//! Tokens and sentences are no annotations, unless something leads to them.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::found::{Found, FoundDocument, FoundLink, FoundSpan, FoundText, shortened};
use super::inception::{document_and_annotator, main_feature, short_name};
use super::names::bounded;
use super::{FileInMemory, Reading, Unit, unescaped};
use crate::model::{AttributeValue, Attributes};
use crate::text::OffsetUnit;

/// Links of one file. Each takes its place in memory, however short it is written.
const MOST_LINKS: usize = 1_000_000;

/// What our own files say of themselves.
pub const OURS: &str = "Ascribe";

/// What a file holds.
#[derive(Debug, Default)]
pub struct Cas {
    /// The texts.
    pub sofas: Vec<Sofa>,
    /// All else, in the order of the file.
    pub structures: Vec<Structure>,
}

/// A text.
#[derive(Debug)]
pub struct Sofa {
    /// Its id.
    pub id: i64,
    /// Such as `_InitialView`.
    pub name: String,
    /// `None` if it lies elsewhere or is no text.
    pub text: Option<String>,
}

/// Anything with a type.
#[derive(Debug, Default)]
pub struct Structure {
    /// Its id.
    pub id: i64,
    /// With dots.
    pub type_name: String,
    /// The text that it belongs to.
    pub sofa: Option<i64>,
    /// Start and end in UTF-16 units, as written; what is no number is -1.
    pub place: Option<[i64; 2]>,
    /// Values of features.
    pub values: BTreeMap<String, AttributeValue>,
    /// Features that lead to other structures.
    pub references: Vec<(String, Vec<i64>)>,
    /// On which line it stands, from 1; 0 where lines mean nothing.
    pub line: usize,
}

impl Structure {
    fn words(&self, name: &str) -> Option<String> {
        self.values.get(name).map(ToString::to_string)
    }

    /// What a feature says, where that is a name.
    fn name(&self, feature: &str) -> Option<Arc<str>> {
        self.values.get(feature).map(name_of)
    }

    fn is_segment(&self) -> bool {
        matches!(short_name(&self.type_name), "Token" | "Sentence")
    }

    fn is_about_document(&self) -> bool {
        let of_document = [
            "DocumentAnnotation",
            "DocumentMetaData",
            "TagsetDescription",
        ];
        of_document.contains(&short_name(&self.type_name))
    }

    fn reference(&self, names: &[&str]) -> Option<i64> {
        let mut all = self.references.iter();
        let (_, ids) = all.find(|(name, _)| names.contains(&name.as_str()))?;
        ids.first().copied()
    }

    fn all_ids(&self) -> Vec<i64> {
        let ids = self.references.iter().flat_map(|(_, ids)| ids);
        ids.copied().collect()
    }
}

/// A value as a name.
fn name_of(value: &AttributeValue) -> Arc<str> {
    match value {
        AttributeValue::Words(words) => words.clone(),
        value => value.to_string().into(),
    }
}

/// Adds what a file holds. Whether there was a text.
pub fn add(cas: Cas, file: &FileInMemory, found: &mut Found) -> bool {
    let (name, annotator) = document_and_annotator(&file.path);
    let mut layers = BTreeSet::new();
    let mut by_id: HashMap<i64, usize> = HashMap::new();
    let label = file.label();
    let name = bounded(&name);
    for (index, structure) in cas.structures.iter().enumerate() {
        if by_id.insert(structure.id, index).is_some() {
            let words = "two structures have the same id; what leads to it leads to the later one";
            found.remark(&label, structure.line, words, structure.id);
        }
        let is_span = structure.place.is_some() && Adding::ends(structure).is_none();
        if is_span && !structure.is_segment() && !structure.is_about_document() {
            layers.insert(structure.type_name.as_str());
        }
    }
    let references = cas
        .structures
        .iter()
        .flat_map(|structure| &structure.references);
    let elements: usize = references.map(|(_, ids)| ids.len()).sum();
    let by_index = |index: &usize| cas.structures.get(*index);
    let structures = by_id.values().filter_map(by_index);
    // Any number of features may lead to each of these, so what they hold is found once.
    let lists = structures.clone();
    let lists = lists.filter(|it| short_name(&it.type_name) == "FSArray");
    let targets = structures.filter_map(|it| Some((it.id, it.reference(&["target"])?)));
    let adding = Adding {
        room: Cell::new((10_000 + 10 * elements).min(elements.max(MOST_LINKS))),
        link_room: Cell::new(MOST_LINKS),
        before: bounded(&label).into_owned(),
        lists: lists.map(|list| (list.id, list.all_ids())).collect(),
        targets: targets.collect(),
        is_alone: layers.len() < 2,
        label,
        annotator,
        cas: &cas,
        by_id,
    };
    let is_of_project = file.path.contains("annotation/") || file.path.contains("curation/");
    let mut documents = Vec::new();
    let mut by_sofa = adding.by_sofa();
    let used = adding.used();
    for sofa in &cas.sofas {
        let Some(text) = &sofa.text else {
            found.left_out(
                &adding.label,
                0,
                "a text lies elsewhere or is none",
                &sofa.name,
            );
            continue;
        };
        let structures = by_sofa.remove(&sofa.id).unwrap_or_default();
        let mut about = structures.iter();
        let about = about
            .find(|structure| structure.is_about_document() && structure.sofa == Some(sofa.id));
        let told = |name: &str| about.and_then(|about| about.words(name));
        let title = told("documentTitle").filter(|title| !title.is_empty() && !is_of_project);
        let mut name = title.unwrap_or_else(|| name.to_string());
        if !matches!(sofa.name.as_str(), "_InitialView" | "") {
            name = format!("{name} {}", sofa.name);
        }
        documents.push(FoundDocument {
            name,
            file: adding.label.clone(),
            text: FoundText::Words(text.clone()),
            reading: Reading {
                unit: Unit::Utf16,
                ..Reading::default()
            },
            is_certain: told("collectionId").is_some_and(|id| id == OURS),
            spans: adding.spans(&structures, &used, text, found),
            ..FoundDocument::default()
        });
    }
    for structure in by_sofa.values().flatten().filter(|it| it.place.is_some()) {
        if !structure.is_segment() && !structure.is_about_document() {
            let words = "an annotation belongs to a text that is not there";
            found.left_out(&adding.label, structure.line, words, structure.id);
        }
    }
    adding.add_links(found);
    let segments = cas
        .structures
        .iter()
        .filter(|structure| structure.is_segment())
        .count();
    if segments > 0 && !documents.is_empty() {
        let words = "tokens and sentences are not taken over, since Ascribe finds them in the text";
        found.remark(&adding.label, 0, words, segments);
    }
    let has_text = !documents.is_empty();
    found.documents.extend(documents);
    has_text
}

struct Adding<'a> {
    label: Arc<str>,
    annotator: Arc<str>,
    cas: &'a Cas,
    by_id: HashMap<i64, usize>,
    /// The elements of each list.
    lists: HashMap<i64, Vec<i64>>,
    /// Where roles, and whatever else has a target, lead.
    targets: HashMap<i64, i64>,
    /// What all keys begin with.
    before: String,
    /// Whether there is one layer only, which then need not be told.
    is_alone: bool,
    /// How many elements of lists may still be followed.
    room: Cell<usize>,
    /// How many links may still be added.
    link_room: Cell<usize>,
}

impl Adding<'_> {
    fn get(&self, id: i64) -> Option<&Structure> {
        self.cas.structures.get(*self.by_id.get(&id)?)
    }

    fn key(&self, id: i64) -> String {
        format!("{}#{id}", self.before)
    }

    /// Governor and dependent of a relation.
    fn ends(structure: &Structure) -> Option<(i64, i64)> {
        let from = structure.reference(&["Governor", "source", "governor"])?;
        let to = structure.reference(&["Dependent", "target", "dependent"])?;
        Some((from, to))
    }

    /// What belongs to each text. What names none belongs to the first.
    fn by_sofa(&self) -> BTreeMap<i64, Vec<&Structure>> {
        let first = self.cas.sofas.iter().find(|sofa| sofa.text.is_some());
        let first = first.map(|sofa| sofa.id);
        let mut by_sofa: BTreeMap<i64, Vec<&Structure>> = BTreeMap::new();
        for structure in &self.cas.structures {
            if let Some(id) = structure.sofa.or(first) {
                by_sofa.entry(id).or_default().push(structure);
            }
        }
        by_sofa
    }

    /// What something leads to, other than tokens and sentences.
    fn used(&self) -> BTreeSet<i64> {
        let structures = self.cas.structures.iter();
        let others = structures.filter(|structure| !structure.is_segment());
        let references = others.flat_map(|structure| &structure.references);
        references.flat_map(|(_, ids)| ids).copied().collect()
    }

    fn spans(
        &self,
        structures: &[&Structure],
        used: &BTreeSet<i64>,
        text: &str,
        found: &mut Found,
    ) -> Vec<FoundSpan> {
        let length = OffsetUnit::Utf16.length_of(text);
        let mut spans = Vec::new();
        let mut seen = BTreeSet::new();
        for structure in structures {
            let Some([start, end]) = structure.place else {
                continue;
            };
            let is_unused = structure.is_segment() && !used.contains(&structure.id);
            if is_unused || structure.is_about_document() || Self::ends(structure).is_some() {
                continue;
            }
            let inside = usize::try_from(start).ok().zip(usize::try_from(end).ok());
            let Some((start, end)) = inside.filter(|(start, end)| start <= end && *end <= length)
            else {
                let words = "an annotation does not lie in its text";
                let what = format!("id {}, {start} to {end} of {length}", structure.id);
                found.left_out(&self.label, structure.line, words, what);
                continue;
            };
            let is_twin = !seen.insert(structure.id);
            let mut span = self.span(structure, [start, end]);
            if is_twin {
                span.key = format!("{} {}", span.key, spans.len());
            }
            spans.push(span);
        }
        spans
    }

    fn span(&self, structure: &Structure, piece: [usize; 2]) -> FoundSpan {
        let mut values = structure.values.clone();
        let main = main_feature(values.keys().map(String::as_str)).map(str::to_owned);
        let main = main.filter(|_| !structure.is_segment());
        let tag = main.and_then(|main| values.remove(&main));
        let note = values.remove("note").map(|note| name_of(&note));
        let mut attributes: Attributes = values
            .into_iter()
            .map(|(name, value)| (unescaped(&name).into(), value))
            .collect();
        let short = short_name(&structure.type_name);
        if !self.is_alone {
            attributes.insert("layer".into(), AttributeValue::Words(short.into()));
        }
        FoundSpan {
            key: self.key(structure.id),
            pieces: vec![piece],
            tag: tag.map_or_else(|| short.into(), |tag| name_of(&tag).into()),
            attributes,
            note: note.unwrap_or_default().into(),
            annotator: self.annotator.clone().into(),
            line: structure.line,
            ..FoundSpan::default()
        }
    }

    /// `None` if there are more than are read.
    fn add_links(&self, found: &mut Found) -> Option<()> {
        for structure in &self.cas.structures {
            if structure.is_segment() || structure.is_about_document() {
                continue;
            }
            let short = short_name(&structure.type_name);
            if let Some((from, to)) = Self::ends(structure) {
                let main = main_feature(structure.values.keys().map(String::as_str));
                let kind = main.and_then(|main| structure.name(main));
                let kind = kind.unwrap_or_else(|| short.into());
                self.link(found, kind, from, to, structure.line)?;
                if structure.values.len() > 1 {
                    let words = "features of links besides their kind are left out";
                    found.left_out(&self.label, structure.line, words, structure.id);
                }
            } else if structure.place.is_some() {
                self.add_slots(structure, found)?;
            }
        }
        Some(())
    }

    /// What a layer's features lead to: other annotations, or roles with a target each.
    fn add_slots(&self, structure: &Structure, found: &mut Found) -> Option<()> {
        for (name, ids) in &structure.references {
            let Some(ids) = self.elements(ids) else {
                let words = "a list is left out: too many features lead to the same long lists";
                found.left_out(&self.label, structure.line, words, name);
                continue;
            };
            let own_kind: Arc<str> = name.as_str().into();
            let named = structure.name("referenceRelation");
            let named = named.filter(|_| name == "next");
            let kind = named.unwrap_or_else(|| own_kind.clone());
            let own_name = shortened(name);
            for id in ids {
                let Some(target) = self.get(id) else {
                    let what = format!("{own_name} of {} to {id}", structure.id);
                    found.left_out(&self.label, structure.line, "a feature leads nowhere", what);
                    continue;
                };
                if target.place.is_some() {
                    self.link(found, kind.clone(), structure.id, id, structure.line)?;
                } else if let Some(end) = self.targets.get(&id) {
                    let kind = target.name("role").unwrap_or_else(|| own_kind.clone());
                    self.link(found, kind, structure.id, *end, structure.line)?;
                } else {
                    let words = "a feature that leads to no annotation is left out";
                    found.left_out(&self.label, structure.line, words, &own_name);
                }
            }
        }
        Some(())
    }

    /// Lists stand in structures of their own. Nearly always one feature leads to each; a file in which many lead to
    /// the same long lists means more than any memory holds, so there is an end to it: `None`.
    fn elements(&self, ids: &[i64]) -> Option<Vec<i64>> {
        let mut all = Vec::new();
        for id in ids.iter().filter(|id| **id != 0) {
            match self.lists.get(id) {
                Some(list) => {
                    self.room.set(self.room.get().checked_sub(list.len())?);
                    all.extend(list);
                }
                None => all.push(*id),
            }
        }
        all.retain(|id| *id != 0);
        Some(all)
    }

    /// `None` if there are as many as are read already, which is told.
    fn link(
        &self,
        found: &mut Found,
        kind: Arc<str>,
        from: i64,
        to: i64,
        line: usize,
    ) -> Option<()> {
        let Some(left) = self.link_room.get().checked_sub(1) else {
            found.stopped(&self.label, line, MOST_LINKS, "links");
            return None;
        };
        self.link_room.set(left);
        found.links.push(FoundLink {
            kind: kind.into(),
            from: self.key(from),
            to: self.key(to),
            annotator: self.annotator.clone().into(),
            file: self.label.clone(),
            line,
            ..FoundLink::default()
        });
        Some(())
    }
}
