//! From what files say to what a project takes in: places are healed, ids given, names made known.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::documents::{PlacedDocument, place_documents};
use super::found::{Found, FoundDocument, FoundRegion, FoundSpan, Problem, shortened};
use super::heal::{Favourites, Healed, Placed, heal};
use super::ids::{Keys, Numbers};
use super::known::KnownNames;
use super::report::{Displaced, ImportReport, ReadingCount};
use super::{Imported, Target};
use crate::edit::Additions;
use crate::model::{
    Annotation, AnnotationId, Annotator, AnnotatorId, AnnotatorKind, AttributeKind, AttributeValue,
    Claim, ClaimId, Codebook, Document, DocumentId, Encoding, Link, LinkId, Region, RegionId,
    SharedNames, TagId, Texts, quote_of,
};
use crate::text::{Span, Spans, Text};

/// The tag of annotations that have none.
const UNTAGGED: &str = "untagged";

/// Makes of what files say what a project takes in.
pub fn build(mut found: Found, annotator: &str, target: Target<'_>) -> Imported {
    let mut report = ImportReport {
        is_empty: found.is_empty(),
        ..ImportReport::default()
    };
    let documents = place_documents(&mut found, target, &mut report);
    let pairs = || {
        found
            .documents
            .iter()
            .zip(&documents)
            .filter_map(|(found, placed)| Some((found, placed.text.as_ref()?)))
    };
    let size_bytes: usize = pairs().map(|(_, text)| text.end().0).sum();
    let (favourites, numbers) = rayon::join(
        || Favourites::of(pairs()),
        || Numbers::behind(&found, target.project),
    );
    let mut building = Building {
        target,
        fallback: AnnotatorId::new(annotator),
        numbers,
        names: KnownNames::of(
            Codebook::clone(&target.project.codebook),
            std::mem::take(&mut found.codebook),
        ),
        shared: SharedNames::default(),
        no_note: "".into(),
        additions: Additions::default(),
        texts: Texts::new(),
        report,
        makers: BTreeSet::new(),
        keys: Keys::default(),
        room_bytes: SMALL_COVERED_BYTES + MOST_COVERING * size_bytes,
        needs_keys: !found.links.is_empty() || !found.claims.is_empty(),
    };
    building.add_documents(&mut found.documents, &documents, &favourites);
    building.add_links(&mut found);
    building.add_claims(&mut found);
    building.add_annotators(&found.annotators);
    building.finish(found)
}

/// Annotations and regions may cover all texts so many times. Each keeps its words, so a file of a megabyte with a few
/// thousand annotations of all of it would take more memory than there is.
const MOST_COVERING: usize = 50;
/// So much they may cover anyhow.
const SMALL_COVERED_BYTES: usize = 50_000_000;

/// So many documents are healed while those before them are added. With fewer, the cores wait for each other too often.
const DOCUMENTS_AT_ONCE: usize = 2048;

/// A project's addition in the making.
struct Building<'a> {
    target: Target<'a>,
    /// Who says what nobody is named for.
    fallback: AnnotatorId,
    numbers: Numbers,
    names: KnownNames,
    shared: SharedNames,
    /// What most annotations have for a note.
    no_note: Arc<str>,
    additions: Additions,
    texts: Texts,
    report: ImportReport,
    /// Who made the annotations. Looking through all of them in the end would take long.
    makers: BTreeSet<AnnotatorId>,
    keys: Keys,
    needs_keys: bool,
    /// How many more bytes the words of all annotations may take, see [`MOST_COVERING`].
    room_bytes: usize,
}

impl Building<'_> {
    fn annotator_of(&mut self, name: &str) -> AnnotatorId {
        match name.trim() {
            "" => self.fallback.clone(),
            _ => AnnotatorId::new(self.shared.name(name)),
        }
    }

    fn annotation_id(&mut self, key: &str, annotator_id: AnnotatorId) -> AnnotationId {
        let annotations = &self.target.project.annotations;
        let numbers = &mut self.numbers.annotations;
        let own = AnnotationId::parse(key).filter(|id| {
            id.annotator_id == annotator_id
                && annotations.get(id).is_none()
                && numbers.keeps(&annotator_id, id.number)
        });
        own.unwrap_or_else(|| {
            let id = |number| AnnotationId::new(annotator_id.clone(), number);
            let last = || annotations.last_number_of(&annotator_id);
            let is_free = |number| annotations.get(&id(number)).is_none();
            id(numbers.next(&annotator_id, last, is_free))
        })
    }

    /// Numbers are given one after the other, which one core does while the others heal what comes next.
    fn add_documents<'f>(
        &mut self,
        found: &'f mut [FoundDocument],
        placed: &'f [PlacedDocument],
        favourites: &Favourites,
    ) {
        let heal_some = |(found, placed): (&'f mut [FoundDocument], &'f [PlacedDocument])| {
            let both = found.par_iter().zip(placed);
            let healed: Vec<_> = both
                .map(|(found, placed)| {
                    let text = placed.text.as_ref()?;
                    let healed = heal(found, text, favourites);
                    Some((quotes(text, &healed), healed))
                })
                .collect();
            (found, placed, healed)
        };
        let found = found.chunks_mut(DOCUMENTS_AT_ONCE);
        let mut coming = found.zip(placed.chunks(DOCUMENTS_AT_ONCE));
        let mut next = coming.next().map(heal_some);
        let mut added: &mut [FoundDocument] = &mut [];
        while let Some((found, placed, healed)) = next {
            let heal_next = || {
                // What other cores have made takes long to free.
                added
                    .par_iter_mut()
                    .for_each(|found| found.spans = Vec::new());
                coming.next().map(heal_some)
            };
            let add = || {
                for ((found, placed), healed) in found.iter_mut().zip(placed).zip(healed) {
                    self.add_document(found, placed, healed);
                }
            };
            (next, ()) = rayon::join(heal_next, add);
            added = found;
        }
    }

    fn add_document(
        &mut self,
        found: &mut FoundDocument,
        placed: &PlacedDocument,
        healed: Option<(Vec<Option<Arc<str>>>, Healed)>,
    ) {
        let mut spans = std::mem::take(&mut found.spans);
        let (Some(text), Some((quotes, healed))) = (&placed.text, healed) else {
            for span in &spans {
                let why =
                    "its document has no text; add the text first, or give it with the import";
                let counts = self
                    .report
                    .tags
                    .entry(tag_name(&span.tag).to_owned())
                    .or_default();
                counts.in_file += 1;
                counts.unplaced += 1;
                self.report.unplaced.push(displaced(
                    found,
                    placed.id.as_str(),
                    span,
                    why.to_owned(),
                    String::new(),
                ));
            }
            return;
        };
        self.count_reading(&healed, spans.len());
        let mut quotes = quotes.into_iter();
        for (span, place) in spans.iter_mut().zip(healed.spans) {
            let quote = quotes.next().flatten();
            self.add_span(found, &placed.id, text, span, place, quote);
        }
        found.spans = spans;
        for (region, place) in std::mem::take(&mut found.regions)
            .into_iter()
            .zip(healed.regions)
        {
            self.add_region(&placed.id, text, region, place);
        }
        if !placed.is_joined {
            self.additions
                .documents
                .push(document(found, placed.id.clone(), text));
            self.texts.insert(placed.id.clone(), text.clone());
        }
    }

    fn count_reading(&mut self, healed: &Healed, spans: usize) {
        let score = healed.score;
        if spans == 0 {
            return;
        }
        let readings = &mut self.report.readings;
        let index = readings
            .iter()
            .position(|count| count.reading == healed.reading)
            .unwrap_or(readings.len());
        if index == readings.len() {
            readings.push(ReadingCount {
                reading: healed.reading,
                words: healed.reading.to_string(),
                documents: 0,
                quoted: 0,
                matched: 0,
                unquoted: 0,
                guessed: 0,
            });
        }
        if let Some(count) = readings.get_mut(index) {
            count.documents += 1;
            count.quoted += score.quoted;
            count.matched += score.matched;
            count.unquoted += spans.saturating_sub(score.quoted);
            count.guessed += usize::from(healed.is_guess);
        }
    }

    fn add_span(
        &mut self,
        document: &FoundDocument,
        document_id: &DocumentId,
        text: &Text,
        span: &mut FoundSpan,
        place: Placed,
        words: Option<Arc<str>>,
    ) {
        let tag = tag_name(&span.tag);
        let place = within(&mut self.room_bytes, place);
        let counts = match self.report.tags.get_mut(tag) {
            Some(counts) => counts,
            None => self.report.tags.entry(tag.to_owned()).or_default(),
        };
        counts.in_file += 1;
        let spans = match place {
            Placed::Nowhere { why, near } => {
                counts.unplaced += 1;
                self.report.unplaced.push(displaced(
                    document,
                    document_id.as_str(),
                    span,
                    why,
                    near,
                ));
                return;
            }
            Placed::Exactly(spans) => {
                counts.exact += 1;
                spans
            }
            Placed::Moved { spans, how } => {
                counts.moved += 1;
                self.report.moved.push(displaced(
                    document,
                    document_id.as_str(),
                    span,
                    how,
                    String::new(),
                ));
                spans
            }
        };
        let tag_id = TagId::new(self.shared.name(tag));
        let annotator_id = self.annotator_of(&span.annotator);
        if let Some(twin) = self.twin(document_id, &spans, &tag_id, &annotator_id) {
            if let Some(counts) = self.report.tags.get_mut(tag) {
                counts.merged += 1;
            }
            self.note_key(document, span, twin);
            return;
        }
        if !self.makers.contains(&annotator_id) {
            self.makers.insert(annotator_id.clone());
        }
        let id = self.annotation_id(&span.key, annotator_id);
        let mut attributes = std::mem::take(&mut span.attributes);
        for (name, value) in &mut attributes {
            if let Some(fitting) = self.fitting(&tag_id, name, value) {
                *value = fitting;
            }
        }
        let annotation = Annotation {
            attributes,
            id: id.clone(),
            document_id: document_id.clone(),
            quote: words.unwrap_or_else(|| quote(text, &spans)),
            spans,
            tag_id,
            note: match &*span.note {
                "" => self.no_note.clone(),
                note => self.shared.name(note),
            },
            tier: span.tier,
            created_at: span.created_at,
            changed: span.changed.take(),
        };
        if let Some(counts) = self.report.tags.get_mut(tag) {
            counts.add_example(&annotation.quote);
        }
        self.names.add_names_of(&annotation);
        self.additions.annotations.push(Arc::new(annotation));
        self.note_key(document, span, id);
    }

    fn add_region(
        &mut self,
        document_id: &DocumentId,
        text: &Text,
        region: FoundRegion,
        place: Placed,
    ) {
        let place = within(&mut self.room_bytes, place);
        let counts = self.report.regions.entry(region.kind.clone()).or_default();
        counts.in_file += 1;
        let (Placed::Exactly(spans) | Placed::Moved { spans, .. }) = place else {
            return;
        };
        counts.added += 1;
        let span = spans.hull();
        let regions = &self.target.project.regions;
        let is_same = |other: &&Arc<Region>| other.span == span && *other.kind == region.kind;
        if regions.overlapping(document_id, span).iter().any(is_same) {
            return;
        }
        let numbers = &mut self.numbers.regions;
        let own = RegionId::parse(&region.key)
            .filter(|id| regions.get(id).is_none() && numbers.keeps(&id.annotator_id, id.number));
        let id = own.unwrap_or_else(|| {
            let id = |number| RegionId::new(self.fallback.clone(), number);
            let last = || regions.last_number_of(&self.fallback);
            let is_free = |number| regions.get(&id(number)).is_none();
            id(numbers.next(&self.fallback, last, is_free))
        });
        self.additions.regions.push(Region {
            id,
            document_id: document_id.clone(),
            kind: region.kind.into(),
            span,
            quote: text.slice(span).unwrap_or_default().into(),
        });
    }

    /// The project's annotation that says the same already.
    fn twin(
        &self,
        document_id: &DocumentId,
        spans: &Spans,
        tag_id: &TagId,
        annotator_id: &AnnotatorId,
    ) -> Option<AnnotationId> {
        let annotations = &self.target.project.annotations;
        if annotations.is_empty() {
            return None;
        }
        let near = annotations.overlapping(document_id, spans.first());
        let twin = near.into_iter().find(|other| {
            other.spans == *spans && other.tag_id == *tag_id && other.annotator_id() == annotator_id
        });
        twin.map(|twin| twin.id.clone())
    }

    fn note_key(&mut self, document: &FoundDocument, span: &mut FoundSpan, id: AnnotationId) {
        if self.needs_keys && !span.key.is_empty() {
            let key = std::mem::take(&mut span.key);
            self.keys.add(&document.file, key, id);
        }
    }

    /// A number or yes for one that is written as words, where the codebook wants it.
    fn fitting(
        &self,
        tag_id: &TagId,
        name: &Arc<str>,
        value: &AttributeValue,
    ) -> Option<AttributeValue> {
        let AttributeValue::Words(words) = value else {
            return None;
        };
        let fitting = match self.names.attribute_kind(tag_id, name)? {
            AttributeKind::Number => {
                let number: f64 = words.parse().ok()?;
                AttributeValue::Number(Some(number).filter(|number| number.is_finite())?)
            }
            AttributeKind::YesNo => match &**words {
                "yes" => AttributeValue::YesNo(true),
                "no" => AttributeValue::YesNo(false),
                _ => return None,
            },
            _ => return None,
        };
        Some(fitting).filter(|fitting| fitting.to_string() == **words)
    }

    fn add_links(&mut self, found: &mut Found) {
        for link in std::mem::take(&mut found.links) {
            let counts = self.report.links.entry(link.kind.to_string()).or_default();
            counts.in_file += 1;
            let (Some(from), Some(to)) = (
                self.end(&link.file, &link.from),
                self.end(&link.file, &link.to),
            ) else {
                let what = format!("{} from {} to {}", link.kind, link.from, link.to);
                found.problems.push(Problem {
                    file: link.file.clone(),
                    line: link.line,
                    words: "a link is left out: an end of it is not there".to_owned(),
                    what: shortened(&what),
                    is_loss: true,
                });
                continue;
            };
            if let Some(counts) = self.report.links.get_mut(&*link.kind) {
                counts.added += 1;
            }
            let links = &self.target.project.links;
            let is_there = links
                .of(&from)
                .any(|other| other.from == from && other.to == to && *other.kind == *link.kind);
            if is_there {
                continue;
            }
            let who = if link.annotator.is_empty() {
                from.annotator_id.clone()
            } else {
                self.annotator_of(&link.annotator)
            };
            let numbers = &mut self.numbers.links;
            let own = LinkId::parse(&link.key)
                .filter(|id| links.get(id).is_none() && numbers.keeps(&id.annotator_id, id.number));
            let id = own.unwrap_or_else(|| {
                let id = |number| LinkId::new(who.clone(), number);
                let last = || links.last_number_of(&who);
                let is_free = |number| links.get(&id(number)).is_none();
                id(numbers.next(&who, last, is_free))
            });
            let kind = self.shared.name(&link.kind);
            self.names.add_link_kind(&kind);
            self.additions.links.push(Link {
                id,
                kind,
                from,
                to,
                created_at: link.created_at,
            });
        }
    }

    /// The annotation that a key in a file stands for: one of this import, or one of the project.
    fn end(&self, file: &str, key: &str) -> Option<AnnotationId> {
        let of_project = || {
            AnnotationId::parse(key).filter(|id| self.target.project.annotations.get(id).is_some())
        };
        self.keys.get(file, key).cloned().or_else(of_project)
    }

    fn add_claims(&mut self, found: &mut Found) {
        let claims = &self.target.project.claims;
        let mut there: HashSet<(String, BTreeSet<AnnotationId>)> = claims
            .values()
            .map(|claim| (claim.statement.clone(), claim.annotation_ids.clone()))
            .collect();
        for claim in std::mem::take(&mut found.claims) {
            let mut annotation_ids: BTreeSet<AnnotationId> = BTreeSet::new();
            for key in &claim.spans {
                match self.end(&claim.file, key) {
                    Some(id) => drop(annotation_ids.insert(id)),
                    None => {
                        let why = "an annotation of a claim is left out: it is not there";
                        found.left_out(&claim.file, 0, why, key);
                    }
                }
            }
            if !there.insert((claim.statement.clone(), annotation_ids.clone())) {
                continue;
            }
            let numbers = &mut self.numbers.claims;
            let own = ClaimId::parse(&claim.key).filter(|id| {
                !claims.contains_key(id) && numbers.keeps(&id.annotator_id, id.number)
            });
            let id = own.unwrap_or_else(|| {
                // The project's claims are among those from behind which is counted.
                let id = |number| ClaimId::new(self.fallback.clone(), number);
                let is_free = |number| !claims.contains_key(&id(number));
                id(numbers.next(&self.fallback, || 0, is_free))
            });
            self.additions.claims.push(Claim {
                id,
                statement: claim.statement.clone(),
                annotation_ids,
            });
        }
    }

    /// Whoever made something joins the project.
    fn add_annotators(&mut self, described: &[Annotator]) {
        let additions = &self.additions;
        let linked = additions.links.iter().map(|link| &link.id.annotator_id);
        let set_aside = additions
            .regions
            .iter()
            .map(|region| &region.id.annotator_id);
        let states = additions
            .documents
            .iter()
            .flat_map(|document| document.states.keys());
        let described_ids = described.iter().map(|annotator| &annotator.id);
        let mut all: BTreeSet<&AnnotatorId> = BTreeSet::new();
        // One by one: collecting would sort them all before it looks for twins.
        all.extend(
            self.makers
                .iter()
                .chain(linked)
                .chain(set_aside)
                .chain(states)
                .chain(described_ids),
        );
        let new = all
            .into_iter()
            .filter(|id| !self.target.project.annotators.contains_key(*id));
        let mut known: HashMap<&AnnotatorId, &Annotator> = HashMap::new();
        for annotator in described {
            known.entry(&annotator.id).or_insert(annotator);
        }
        let annotators = new.map(|id| {
            known
                .get(id)
                .copied()
                .cloned()
                .unwrap_or_else(|| Annotator {
                    id: id.clone(),
                    name: id.to_string(),
                    kind: AnnotatorKind::Person,
                })
        });
        self.additions.annotators = annotators.collect();
    }

    fn finish(mut self, found: Found) -> Imported {
        for region in &self.additions.regions {
            self.names.add_region_kind(&region.kind);
        }
        let fields = self
            .additions
            .documents
            .iter()
            .flat_map(|document| document.fields.keys());
        fields.for_each(|name| self.names.add_document_field(name));
        let codebook = self.names.into_codebook();
        let known = self.target.project.codebook.tags.len();
        self.report.new_tags = codebook.tags.len().saturating_sub(known);
        if codebook != *self.target.project.codebook {
            self.additions.codebook = Some(codebook);
        }
        self.report.mapping = found.mapping;
        self.report.problems = found.stops.into_iter().chain(found.problems).collect();
        self.report
            .readings
            .sort_by_key(|count| std::cmp::Reverse(count.documents));
        Imported {
            name: found.name,
            additions: self.additions,
            texts: self.texts,
            report: self.report,
        }
    }
}

/// The place, if there is room for its words.
fn within(room_bytes: &mut usize, place: Placed) -> Placed {
    let Some(spans) = place.spans() else {
        return place;
    };
    let size_bytes = spans.iter().map(Span::size_bytes).sum();
    match room_bytes.checked_sub(size_bytes) {
        Some(left) => {
            *room_bytes = left;
            place
        }
        None => Placed::Nowhere {
            why: format!("the annotations cover their texts more than {MOST_COVERING} times over"),
            near: String::new(),
        },
    }
}

/// The words of all that is placed in a document, taken while its text is near. None where they would take more room
/// than the document's part of what all may take, see [`MOST_COVERING`].
fn quotes(text: &Text, healed: &Healed) -> Vec<Option<Arc<str>>> {
    let spans = healed.spans.iter().map(Placed::spans);
    let size_bytes: usize = spans
        .clone()
        .flatten()
        .flat_map(Spans::iter)
        .map(Span::size_bytes)
        .sum();
    match size_bytes <= MOST_COVERING * text.end().0 {
        true => spans.map(|spans| Some(quote(text, spans?))).collect(),
        false => Vec::new(),
    }
}

fn quote(text: &Text, spans: &Spans) -> Arc<str> {
    match spans.count() {
        1 => text.slice(spans.first()).unwrap_or_default().into(),
        _ => quote_of(text, spans).unwrap_or_default().into(),
    }
}

fn tag_name(tag: &str) -> &str {
    if tag.trim().is_empty() { UNTAGGED } else { tag }
}

fn displaced(
    document: &FoundDocument,
    name: &str,
    span: &FoundSpan,
    why: String,
    near: String,
) -> Displaced {
    Displaced {
        file: document.file.clone(),
        line: span.line,
        document: name.to_owned(),
        tag: tag_name(&span.tag).to_owned(),
        quote: shortened(&span.quote),
        said: span.pieces.clone(),
        why,
        near,
    }
}

fn document(found: &mut FoundDocument, id: DocumentId, text: &Text) -> Document {
    let path = if found.path.is_empty() {
        format!("texts/{}.txt", super::file_stem(id.as_str()))
    } else {
        std::mem::take(&mut found.path)
    };
    Document {
        path,
        sha256: std::mem::take(&mut found.sha256),
        size_bytes: if found.size_bytes > 0 {
            found.size_bytes
        } else {
            text.end().0 as u64
        },
        encoding: Encoding {
            line_ends: text.line_ends(),
            ..found.encoding.take().unwrap_or_default()
        },
        fields: std::mem::take(&mut found.fields),
        states: std::mem::take(&mut found.states),
        id,
    }
}
