//! What the merge must know of each kind of entry.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::sync::Arc;

use super::clash::{Clash, members, part, parts, single, single_parts};
use crate::model::{
    Annotation, AnnotationId, Annotator, AnnotatorId, Claim, ClaimId, Document, DocumentId, Link,
    LinkId, Project, Region, RegionId, Stamp, Timestamp,
};
use crate::query::Subject;

/// Our version of an entry with all that does not clash from theirs, the same the other way round, and where they clash.
pub type Versions<T> = (T, T, Vec<Clash>);

/// What a project holds many of, each with an id.
pub trait Entry: Clone + PartialEq + Debug + Sized + 'static {
    type Id: Ord + Clone + Display + Debug;
    /// Its kind, in words.
    const KIND: &'static str;

    fn id(&self) -> &Self::Id;
    fn all(project: &Project) -> Box<dyn Iterator<Item = &Arc<Self>> + '_>;
    fn find<'a>(project: &'a Project, id: &Self::Id) -> Option<&'a Arc<Self>>;
    fn put(project: &mut Project, entry: Arc<Self>);
    fn subject(&self) -> Option<Subject> {
        None
    }
    /// When it was changed last, if that is known: the later version keeps its place.
    fn changed_at(&self) -> Option<Timestamp> {
        None
    }
    /// When it was made, if that is known.
    fn created_at(&self) -> Option<Timestamp> {
        None
    }
    /// Whether it says the same, whatever its id.
    fn is_like(&self, other: &Self) -> bool;
    /// Whose number it has; `None` if it is known by a name.
    fn author(&self) -> Option<&AnnotatorId>;
    fn number_of(id: &Self::Id) -> u32;
    /// With another number of the same annotator; `None` if it is known by a name.
    fn numbered(&self, number: u32) -> Option<Self>;
    /// Merges two versions part by part.
    fn merged(base: Option<&Self>, ours: &Self, theirs: &Self) -> Versions<Self>;
    /// The version that keeps its place, with what it owes to the other.
    fn kept_over(self, _other: &Self) -> Self {
        self
    }
}

/// Three versions of an entry, merged part by part.
struct Sides<'a, T> {
    base: Option<&'a T>,
    ours: &'a T,
    theirs: &'a T,
    clashes: Vec<Clash>,
}

impl<'a, T> Sides<'a, T> {
    fn new(base: Option<&'a T>, ours: &'a T, theirs: &'a T) -> Self {
        let clashes = Vec::new();
        Self {
            base,
            ours,
            theirs,
            clashes,
        }
    }

    /// A part in our version and in theirs.
    fn part<P: PartialEq + Clone + Debug>(&mut self, name: &str, of: impl Fn(&T) -> P) -> (P, P) {
        let (base, ours, theirs) = (self.base.map(&of), of(self.ours), of(self.theirs));
        part(name, base.as_ref(), &ours, &theirs, &mut self.clashes)
    }

    /// A part that there is room for only once.
    fn single<P: PartialEq + Clone + Debug>(&mut self, name: &str, of: impl Fn(&T) -> P) -> P {
        let (base, ours, theirs) = (self.base.map(&of), of(self.ours), of(self.theirs));
        single(name, base.as_ref(), &ours, &theirs, &mut self.clashes)
    }

    /// A map in our version and in theirs.
    fn parts<K: Ord + Clone + Display + 'a, V: PartialEq + Clone + Debug + 'a>(
        &mut self,
        name: &str,
        of: impl Fn(&'a T) -> &'a BTreeMap<K, V>,
    ) -> (BTreeMap<K, V>, BTreeMap<K, V>) {
        let (base, ours, theirs) = (self.base.map(&of), of(self.ours), of(self.theirs));
        parts(name, base, ours, theirs, &mut self.clashes)
    }

    /// A map whose values there is room for only once.
    fn single_parts<K: Ord + Clone + Display + 'a, V: PartialEq + Clone + Debug + 'a>(
        &mut self,
        name: &str,
        of: impl Fn(&'a T) -> &'a BTreeMap<K, V>,
    ) -> BTreeMap<K, V> {
        let (base, ours, theirs) = (self.base.map(&of), of(self.ours), of(self.theirs));
        single_parts(name, base, ours, theirs, &mut self.clashes)
    }
}

/// How entries with numbers are known.
macro_rules! numbered {
    ($id:ident) => {
        fn is_like(&self, other: &Self) -> bool {
            let mut twin = other.clone();
            twin.id.clone_from(&self.id);
            *self == twin
        }
        fn author(&self) -> Option<&AnnotatorId> {
            Some(&self.id.annotator_id)
        }
        fn number_of(id: &$id) -> u32 {
            id.number
        }
        fn numbered(&self, number: u32) -> Option<Self> {
            let id = $id::new(self.id.annotator_id.clone(), number);
            Some(Self { id, ..self.clone() })
        }
    };
}

/// How entries with names are known.
macro_rules! named {
    () => {
        fn is_like(&self, other: &Self) -> bool {
            self == other
        }
        fn author(&self) -> Option<&AnnotatorId> {
            None
        }
        fn number_of(_: &Self::Id) -> u32 {
            0
        }
        fn numbered(&self, _: u32) -> Option<Self> {
            None
        }
    };
}

impl Entry for Annotation {
    type Id = AnnotationId;
    const KIND: &'static str = "annotation";

    fn id(&self) -> &AnnotationId {
        &self.id
    }
    fn all(project: &Project) -> Box<dyn Iterator<Item = &Arc<Self>> + '_> {
        Box::new(project.annotations.iter())
    }
    fn find<'a>(project: &'a Project, id: &AnnotationId) -> Option<&'a Arc<Self>> {
        project.annotations.get(id)
    }
    fn put(project: &mut Project, entry: Arc<Self>) {
        project.annotations.insert(entry);
    }
    fn subject(&self) -> Option<Subject> {
        let document_id = self.document_id.clone();
        Some(Subject::Annotation(document_id, self.id.clone()))
    }
    fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }
    fn changed_at(&self) -> Option<Timestamp> {
        self.changed.as_ref().map(|stamp| stamp.at)
    }
    numbered!(AnnotationId);

    fn merged(base: Option<&Self>, ours: &Self, theirs: &Self) -> Versions<Self> {
        let mut sides = Sides::new(base, ours, theirs);
        // Words and their place go together.
        let place = |entry: &Self| {
            let Self {
                document_id,
                spans,
                quote,
                ..
            } = entry;
            (quote.clone(), document_id.clone(), spans.clone())
        };
        let (place, other_place) = sides.part("words", place);
        let (tag_id, other_tag_id) = sides.part("tag", |entry| entry.tag_id.clone());
        let (attributes, other_attributes) = sides.parts("attribute", |entry| &entry.attributes);
        let (note, other_note) = sides.part("note", |entry| entry.note.clone());
        let (tier, other_tier) = sides.part("tier", |entry| entry.tier);
        let our_version = Self {
            id: ours.id.clone(),
            document_id: place.1,
            spans: place.2,
            quote: place.0,
            tag_id,
            attributes,
            note,
            tier,
            created_at: ours.created_at,
            changed: ours.changed.clone(),
        };
        let their_version = Self {
            id: theirs.id.clone(),
            document_id: other_place.1,
            spans: other_place.2,
            quote: other_place.0,
            tag_id: other_tag_id,
            attributes: other_attributes,
            note: other_note,
            tier: other_tier,
            created_at: theirs.created_at,
            changed: theirs.changed.clone(),
        };
        (our_version, their_version, sides.clashes)
    }

    fn kept_over(self, other: &Self) -> Self {
        Self {
            created_at: self.created_at.min(other.created_at),
            changed: later(&self.changed, &other.changed),
            ..self
        }
    }
}

/// The stamp of the last change; of two at the same time any, but always the same one.
fn later(a: &Option<Stamp>, b: &Option<Stamp>) -> Option<Stamp> {
    let key = |stamp: &&Option<Stamp>| stamp.as_ref().map(|stamp| (stamp.at, stamp.by.clone()));
    [a, b].into_iter().max_by_key(key).cloned().flatten()
}

impl Entry for Document {
    type Id = DocumentId;
    const KIND: &'static str = "document";

    fn id(&self) -> &DocumentId {
        &self.id
    }
    fn all(project: &Project) -> Box<dyn Iterator<Item = &Arc<Self>> + '_> {
        Box::new(project.documents.values())
    }
    fn find<'a>(project: &'a Project, id: &DocumentId) -> Option<&'a Arc<Self>> {
        project.documents.get(id)
    }
    fn put(project: &mut Project, entry: Arc<Self>) {
        project.documents.insert(entry.id.clone(), entry);
    }
    fn subject(&self) -> Option<Subject> {
        Some(Subject::Document(self.id.clone()))
    }
    named!();

    fn merged(base: Option<&Self>, ours: &Self, theirs: &Self) -> Versions<Self> {
        let mut sides = Sides::new(base, ours, theirs);
        // What is known of the bytes goes together.
        let text = |entry: &Self| {
            let Self {
                sha256,
                size_bytes,
                encoding,
                ..
            } = entry;
            (sha256.clone(), *size_bytes, encoding.clone())
        };
        let text = sides.single("text", text);
        let path = sides.single("path", |entry| entry.path.clone());
        let fields = sides.single_parts("field", |entry| &entry.fields);
        let states = sides.single_parts("state of", |entry| &entry.states);
        let merged = Self {
            id: ours.id.clone(),
            path,
            sha256: text.0,
            size_bytes: text.1,
            encoding: text.2,
            fields,
            states,
        };
        (merged.clone(), merged, sides.clashes)
    }
}

impl Entry for Annotator {
    type Id = AnnotatorId;
    const KIND: &'static str = "annotator";

    fn id(&self) -> &AnnotatorId {
        &self.id
    }
    fn all(project: &Project) -> Box<dyn Iterator<Item = &Arc<Self>> + '_> {
        Box::new(project.annotators.values())
    }
    fn find<'a>(project: &'a Project, id: &AnnotatorId) -> Option<&'a Arc<Self>> {
        project.annotators.get(id)
    }
    fn put(project: &mut Project, entry: Arc<Self>) {
        project.annotators.insert(entry.id.clone(), entry);
    }
    named!();

    fn merged(base: Option<&Self>, ours: &Self, theirs: &Self) -> Versions<Self> {
        let mut sides = Sides::new(base, ours, theirs);
        let name = sides.single("name", |entry| entry.name.clone());
        let kind = sides.single("kind", |entry| entry.kind);
        let id = ours.id.clone();
        let merged = Self { id, name, kind };
        (merged.clone(), merged, sides.clashes)
    }
}

impl Entry for Region {
    type Id = RegionId;
    const KIND: &'static str = "region";

    fn id(&self) -> &RegionId {
        &self.id
    }
    fn all(project: &Project) -> Box<dyn Iterator<Item = &Arc<Self>> + '_> {
        Box::new(project.regions.iter())
    }
    fn find<'a>(project: &'a Project, id: &RegionId) -> Option<&'a Arc<Self>> {
        project.regions.get(id)
    }
    fn put(project: &mut Project, entry: Arc<Self>) {
        project.regions.insert(entry);
    }
    fn subject(&self) -> Option<Subject> {
        let document_id = self.document_id.clone();
        Some(Subject::Region(document_id, self.id.clone()))
    }
    numbered!(RegionId);

    fn merged(base: Option<&Self>, ours: &Self, theirs: &Self) -> Versions<Self> {
        let mut sides = Sides::new(base, ours, theirs);
        let place = |entry: &Self| (entry.quote.clone(), entry.document_id.clone(), entry.span);
        let (place, other_place) = sides.part("words", place);
        let (kind, other_kind) = sides.part("kind", |entry| entry.kind.clone());
        let made = |(quote, document_id, span), kind| Self {
            id: ours.id.clone(),
            document_id,
            kind,
            span,
            quote,
        };
        (
            made(place, kind),
            made(other_place, other_kind),
            sides.clashes,
        )
    }
}

impl Entry for Link {
    type Id = LinkId;
    const KIND: &'static str = "link";

    fn id(&self) -> &LinkId {
        &self.id
    }
    fn all(project: &Project) -> Box<dyn Iterator<Item = &Arc<Self>> + '_> {
        Box::new(project.links.iter())
    }
    fn find<'a>(project: &'a Project, id: &LinkId) -> Option<&'a Arc<Self>> {
        project.links.get(id)
    }
    fn put(project: &mut Project, entry: Arc<Self>) {
        project.links.insert(entry);
    }
    fn subject(&self) -> Option<Subject> {
        Some(Subject::Link(self.id.clone()))
    }
    fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }
    numbered!(LinkId);

    /// A link is changed only as a whole.
    fn merged(base: Option<&Self>, ours: &Self, theirs: &Self) -> Versions<Self> {
        let mut sides = Sides::new(base, ours, theirs);
        let (our_version, their_version) = sides.part("ends", Self::clone);
        (our_version, their_version, sides.clashes)
    }
}

impl Entry for Claim {
    type Id = ClaimId;
    const KIND: &'static str = "claim";

    fn id(&self) -> &ClaimId {
        &self.id
    }
    fn all(project: &Project) -> Box<dyn Iterator<Item = &Arc<Self>> + '_> {
        Box::new(project.claims.values())
    }
    fn find<'a>(project: &'a Project, id: &ClaimId) -> Option<&'a Arc<Self>> {
        project.claims.get(id)
    }
    fn put(project: &mut Project, entry: Arc<Self>) {
        project.claims.insert(entry.id.clone(), entry);
    }
    numbered!(ClaimId);

    fn merged(base: Option<&Self>, ours: &Self, theirs: &Self) -> Versions<Self> {
        let mut sides = Sides::new(base, ours, theirs);
        let (statement, other_statement) = sides.part("statement", |entry| entry.statement.clone());
        let base_ids = base.map(|base| &base.annotation_ids);
        let annotation_ids = members(base_ids, &ours.annotation_ids, &theirs.annotation_ids);
        let made = |statement| Self {
            id: ours.id.clone(),
            statement,
            annotation_ids: annotation_ids.clone(),
        };
        (made(statement), made(other_statement), sides.clashes)
    }
}
