//! The entries that can be many, each kind with the indexes that keep questions about it quick.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use imbl::{OrdMap, OrdSet};
use rayon::prelude::*;

use super::places::{Placed, Places};
use super::{
    Annotation, AnnotationId, AnnotatorId, DocumentId, Link, LinkId, Region, RegionId, TagId,
};
use crate::text::{ByteOffset, Span};

/// All annotations of a project.
#[derive(Debug, Clone, Default)]
pub struct Annotations {
    by_id: OrdMap<AnnotationId, Arc<Annotation>>,
    by_document: OrdMap<DocumentId, InDocument>,
}

/// What is known about the annotations of one document.
#[derive(Debug, Clone, Default)]
struct InDocument {
    places: Places<Annotation>,
    /// Ordered by tag; a tag that no annotation carries is missing.
    count_by_tag: BTreeMap<TagId, usize>,
}

impl Placed for Annotation {
    type Id = AnnotationId;

    fn id(&self) -> &AnnotationId {
        &self.id
    }

    fn hull(&self) -> Span {
        self.spans.hull()
    }
}

impl Placed for Region {
    type Id = RegionId;

    fn id(&self) -> &RegionId {
        &self.id
    }

    fn hull(&self) -> Span {
        self.span
    }
}

impl InDocument {
    fn insert(&mut self, annotation: Arc<Annotation>) {
        let count = self.count_by_tag.get_mut(&annotation.tag_id);
        match count {
            Some(count) => *count += 1,
            None => drop(self.count_by_tag.insert(annotation.tag_id.clone(), 1)),
        }
        self.places.insert(annotation);
    }
}

impl Annotations {
    /// Puts many in at once, several times as fast as one after the other. Of those with the same id the first is in;
    /// those whose id is taken come back.
    pub fn add_many<'a>(&mut self, mut all: Vec<&'a Arc<Annotation>>) -> Vec<&'a Arc<Annotation>> {
        /// Fewer are not shared among the cores, which may be at work on a large import.
        const MANY: usize = 256;
        if all.len() < MANY {
            let mut taken = Vec::new();
            for annotation in all {
                match self.by_id.contains_key(&annotation.id) {
                    true => taken.push(annotation),
                    false => drop(self.insert(annotation.clone())),
                }
            }
            return taken;
        }
        let mut sorted = all.clone();
        sort(&mut sorted, |a, b| a.id.cmp(&b.id));
        let taken = self.taken(&sorted);
        if !taken.is_empty() {
            let refused: HashSet<_> = taken.iter().map(|entry| Arc::as_ptr(entry)).collect();
            for list in [&mut all, &mut sorted] {
                list.retain(|entry| !refused.contains(&Arc::as_ptr(entry)));
            }
        }
        let Self { by_id, by_document } = self;
        let sorted = sorted.into_iter().cloned();
        let with_ids = sorted.map(|annotation| (annotation.id.clone(), annotation));
        rayon::join(
            || by_id.extend(with_ids),
            || add_by_document(by_document, &all),
        );
        taken
    }

    /// Of some in the order of their ids, those whose id one before them has, or one that is in already.
    fn taken<'a>(&self, sorted: &[&'a Arc<Annotation>]) -> Vec<&'a Arc<Annotation>> {
        let same_ids = sorted.chunk_by(|a, b| a.id == b.id);
        let taken = same_ids.flat_map(|same| {
            let first = same.first();
            let is_free = first.is_some_and(|first| !self.by_id.contains_key(&first.id));
            same.iter().skip(usize::from(is_free)).copied()
        });
        taken.collect()
    }

    /// Puts an annotation in, in place of the one with its id, which is returned.
    pub fn insert(&mut self, annotation: Arc<Annotation>) -> Option<Arc<Annotation>> {
        let former = self.by_id.insert(annotation.id.clone(), annotation.clone());
        if let Some(former) = &former {
            self.forget_place(former);
        }
        self.by_document
            .entry(annotation.document_id.clone())
            .or_default()
            .insert(annotation);
        former
    }

    /// Takes an annotation out and returns it.
    pub fn remove(&mut self, annotation_id: &AnnotationId) -> Option<Arc<Annotation>> {
        let former = self.by_id.remove(annotation_id)?;
        self.forget_place(&former);
        Some(former)
    }

    /// Takes an annotation that is no longer there out of the indexes.
    fn forget_place(&mut self, former: &Arc<Annotation>) {
        let Some(entry) = self.by_document.get_mut(&former.document_id) else {
            return;
        };
        entry.places.remove(former);
        match entry.count_by_tag.get_mut(&former.tag_id) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(entry.count_by_tag.remove(&former.tag_id)),
        }
        if entry.places.is_empty() {
            self.by_document.remove(&former.document_id);
        }
    }

    /// The annotation of that id.
    pub fn get(&self, annotation_id: &AnnotationId) -> Option<&Arc<Annotation>> {
        self.by_id.get(annotation_id)
    }

    /// How many there are in the whole project.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Every annotation, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Annotation>> {
        self.by_id.values()
    }

    /// How many a document has.
    pub fn count_in(&self, document_id: &DocumentId) -> usize {
        self.by_document
            .get(document_id)
            .map_or(0, |entry| entry.places.len())
    }

    /// How many of each tag a document has, by tag name.
    pub fn count_by_tag(&self, document_id: &DocumentId) -> impl Iterator<Item = (&TagId, usize)> {
        let counts = self
            .by_document
            .get(document_id)
            .map(|entry| entry.count_by_tag.iter());
        counts
            .into_iter()
            .flatten()
            .map(|(tag_id, &count)| (tag_id, count))
    }

    /// How many of one tag a document has.
    pub fn count_of_tag(&self, document_id: &DocumentId, tag_id: &TagId) -> usize {
        self.by_document
            .get(document_id)
            .and_then(|entry| entry.count_by_tag.get(tag_id))
            .copied()
            .unwrap_or(0)
    }

    /// Those of a document by start and id: the order of the text, the file and every list.
    pub fn in_document(
        &self,
        document_id: &DocumentId,
    ) -> impl DoubleEndedIterator<Item = &Arc<Annotation>> {
        let entry = self.by_document.get(document_id);
        entry.into_iter().flat_map(|entry| entry.places.iter())
    }

    /// All of them, document by document, those of each by start and id.
    pub fn by_document(&self) -> impl Iterator<Item = &Arc<Annotation>> {
        self.by_document
            .values()
            .flat_map(|entry| entry.places.iter())
    }

    /// Those of the same document that stand behind this one in its order.
    pub fn behind(&self, annotation: &Arc<Annotation>) -> impl Iterator<Item = &Arc<Annotation>> {
        let entry = self.by_document.get(&annotation.document_id);
        entry
            .into_iter()
            .flat_map(|entry| entry.places.behind(annotation))
    }

    /// Those at some places of a document's order, for a list that shows only these.
    pub fn rows(&self, document_id: &DocumentId, rows: Range<usize>) -> Vec<&Arc<Annotation>> {
        let entry = self.by_document.get(document_id);
        entry
            .map(|entry| entry.places.rows(rows))
            .unwrap_or_default()
    }

    /// Those of a document with at least one piece in the span, by start and id.
    pub fn overlapping(&self, document_id: &DocumentId, span: Span) -> Vec<&Arc<Annotation>> {
        let Some(entry) = self.by_document.get(document_id) else {
            return Vec::new();
        };
        let near = entry.places.near(span);
        let mut found: Vec<_> = near
            .filter(|near| near.spans.iter().any(|piece| piece.overlaps(span)))
            .collect();
        found.sort_by(|a, b| {
            (a.spans.first().start(), &a.id).cmp(&(b.spans.first().start(), &b.id))
        });
        found
    }

    /// Those of a document that begin at or after the offset, in order.
    pub fn starting_from(
        &self,
        document_id: &DocumentId,
        offset: ByteOffset,
    ) -> impl Iterator<Item = &Arc<Annotation>> {
        let entry = self.by_document.get(document_id);
        entry
            .into_iter()
            .flat_map(move |entry| entry.places.starting_from(offset))
    }

    /// Those of a document that begin before the offset, the last one first.
    pub fn starting_before(
        &self,
        document_id: &DocumentId,
        offset: ByteOffset,
    ) -> impl Iterator<Item = &Arc<Annotation>> {
        let entry = self.by_document.get(document_id);
        entry
            .into_iter()
            .flat_map(move |entry| entry.places.starting_before(offset))
    }

    /// The highest number that an annotator has used; 0 if none.
    pub fn last_number_of(&self, annotator_id: &AnnotatorId) -> u32 {
        let highest = AnnotationId::new(annotator_id.clone(), u32::MAX);
        let last = self
            .by_id
            .get_prev(&highest)
            .filter(|(id, _)| id.annotator_id == *annotator_id);
        last.map_or(0, |(id, _)| id.number)
    }

    /// A number that an annotator has not used: the one behind the last.
    pub fn next_number_of(&self, annotator_id: &AnnotatorId) -> u32 {
        let is_free = |number| {
            self.get(&AnnotationId::new(annotator_id.clone(), number))
                .is_none()
        };
        next_number(self.last_number_of(annotator_id), is_free)
    }
}

/// The number behind the last, or behind the highest that there can be the first that is free: a file made by hand may
/// have used that one.
pub fn next_number(last: u32, mut is_free: impl FnMut(u32) -> bool) -> u32 {
    let mut number = last.checked_add(1).unwrap_or(1);
    while !is_free(number) {
        number = number.checked_add(1).unwrap_or(1);
    }
    number
}

/// Sorts what mostly is in order already, as it comes from a file: then looking is much cheaper.
fn sort<T: Send>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering + Sync) {
    if !list.is_sorted_by(|a, b| compare(a, b).is_le()) {
        list.par_sort_by(compare);
    }
}

/// Adds annotations to what is known of their documents, all documents at the same time.
fn add_by_document(by_document: &mut OrdMap<DocumentId, InDocument>, all: &[&Arc<Annotation>]) {
    // Most come document by document, so there are far fewer stretches to sort than annotations.
    let stretches = all.chunk_by(|a, b| a.document_id == b.document_id);
    let mut stretches: Vec<(&DocumentId, &[&Arc<Annotation>])> = stretches
        .filter_map(|stretch| Some((&stretch.first()?.document_id, stretch)))
        .collect();
    sort(&mut stretches, |(a, _), (b, _)| a.cmp(b));
    let known = &*by_document;
    let documents = stretches.par_chunk_by(|(a, _), (b, _)| a == b);
    let documents = documents.filter_map(|stretches| {
        let (document_id, _) = stretches.first()?;
        let mut entry = known.get(*document_id).cloned().unwrap_or_default();
        for annotation in stretches.iter().flat_map(|(_, stretch)| *stretch) {
            entry.insert(Arc::clone(annotation));
        }
        Some(((*document_id).clone(), entry))
    });
    let documents: Vec<_> = documents.collect();
    by_document.extend(documents);
}

/// All links of a project.
#[derive(Debug, Clone, Default)]
pub struct Links {
    by_id: OrdMap<LinkId, Arc<Link>>,
    /// Each link twice, under either end.
    by_end: OrdSet<(AnnotationId, LinkId)>,
}

impl Links {
    /// Puts a link in, in place of the one with its id, which is returned.
    pub fn insert(&mut self, link: Arc<Link>) -> Option<Arc<Link>> {
        let former = self.remove(&link.id);
        for end in [&link.from, &link.to] {
            self.by_end.insert((end.clone(), link.id.clone()));
        }
        self.by_id.insert(link.id.clone(), link);
        former
    }

    /// Takes a link out and returns it.
    pub fn remove(&mut self, link_id: &LinkId) -> Option<Arc<Link>> {
        let former = self.by_id.remove(link_id)?;
        for end in [&former.from, &former.to] {
            self.by_end.remove(&(end.clone(), link_id.clone()));
        }
        Some(former)
    }

    /// The link of that id.
    pub fn get(&self, link_id: &LinkId) -> Option<&Arc<Link>> {
        self.by_id.get(link_id)
    }

    /// Every link, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Link>> {
        self.by_id.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Those that begin or end at an annotation, by id.
    pub fn of(&self, annotation_id: &AnnotationId) -> impl Iterator<Item = &Arc<Link>> {
        // A shared empty name: ranges are asked for in every frame.
        static LOWEST: LazyLock<LinkId> = LazyLock::new(|| LinkId::new(AnnotatorId::new(""), 0));
        let ends = self
            .by_end
            .range((annotation_id.clone(), LOWEST.clone())..)
            .take_while(move |(end, _)| end == annotation_id);
        ends.filter_map(|(_, link_id)| self.by_id.get(link_id))
    }

    /// The highest number that an annotator has used; 0 if none.
    pub fn last_number_of(&self, annotator_id: &AnnotatorId) -> u32 {
        let highest = LinkId::new(annotator_id.clone(), u32::MAX);
        let last = self
            .by_id
            .get_prev(&highest)
            .filter(|(id, _)| id.annotator_id == *annotator_id);
        last.map_or(0, |(id, _)| id.number)
    }

    /// A number that an annotator has not used: the one behind the last.
    pub fn next_number_of(&self, annotator_id: &AnnotatorId) -> u32 {
        let is_free = |number| {
            self.get(&LinkId::new(annotator_id.clone(), number))
                .is_none()
        };
        next_number(self.last_number_of(annotator_id), is_free)
    }
}

/// All regions of a project.
#[derive(Debug, Clone, Default)]
pub struct Regions {
    by_id: OrdMap<RegionId, Arc<Region>>,
    by_document: OrdMap<DocumentId, Places<Region>>,
}

impl Regions {
    /// Puts a region in, in place of the one with its id, which is returned.
    pub fn insert(&mut self, region: Arc<Region>) -> Option<Arc<Region>> {
        let former = self.remove(&region.id);
        self.by_document
            .entry(region.document_id.clone())
            .or_default()
            .insert(region.clone());
        self.by_id.insert(region.id.clone(), region);
        former
    }

    /// Takes a region out and returns it.
    pub fn remove(&mut self, region_id: &RegionId) -> Option<Arc<Region>> {
        let former = self.by_id.remove(region_id)?;
        if let Some(places) = self.by_document.get_mut(&former.document_id) {
            places.remove(&former);
            if places.is_empty() {
                self.by_document.remove(&former.document_id);
            }
        }
        Some(former)
    }

    /// The region of that id.
    pub fn get(&self, region_id: &RegionId) -> Option<&Arc<Region>> {
        self.by_id.get(region_id)
    }

    /// Every region, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Region>> {
        self.by_id.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Those of a document by start and id.
    pub fn in_document(&self, document_id: &DocumentId) -> impl Iterator<Item = &Arc<Region>> {
        let places = self.by_document.get(document_id);
        places.into_iter().flat_map(Places::iter)
    }

    /// Those of a document that overlap the span, by start and id.
    pub fn overlapping(&self, document_id: &DocumentId, span: Span) -> Vec<&Arc<Region>> {
        let Some(places) = self.by_document.get(document_id) else {
            return Vec::new();
        };
        let near = places.near(span);
        let mut found: Vec<_> = near.filter(|region| region.span.overlaps(span)).collect();
        found.sort_by(|a, b| (a.span.start(), &a.id).cmp(&(b.span.start(), &b.id)));
        found
    }

    /// The highest number that an annotator has used; 0 if none.
    pub fn last_number_of(&self, annotator_id: &AnnotatorId) -> u32 {
        let highest = RegionId::new(annotator_id.clone(), u32::MAX);
        let last = self
            .by_id
            .get_prev(&highest)
            .filter(|(id, _)| id.annotator_id == *annotator_id);
        last.map_or(0, |(id, _)| id.number)
    }

    /// A number that an annotator has not used: the one behind the last.
    pub fn next_number_of(&self, annotator_id: &AnnotatorId) -> u32 {
        let is_free = |number| {
            self.get(&RegionId::new(annotator_id.clone(), number))
                .is_none()
        };
        next_number(self.last_number_of(annotator_id), is_free)
    }
}
