//! Formats that keep everything but a list of things: the list makes the report, and says what is compared after
//! reading back. So a difference is what the report says, and nothing else.

use std::collections::{BTreeMap, HashMap};

use super::letters::{LettersBefore, is_letter};
use super::{Exporting, Loss, LossReport, xml};
use crate::model::{Annotation, AnnotationId, Document, Link, Project, Texts, Tier};
use crate::text::{OffsetUnit, Span, Text};

/// Everything but the kinds of things on these lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllBut(pub &'static [&'static [Loss]]);

impl AllBut {
    /// Whether things of this kind are not kept.
    pub fn loses(self, loss: Loss) -> bool {
        self.0.iter().any(|list| list.contains(&loss))
    }

    /// The pieces of an annotation that the format holds.
    pub fn spans_of(self, annotation: &Annotation) -> Vec<Span> {
        if self.loses(Loss::DiscontinuousAnnotation) {
            vec![annotation.spans.hull()]
        } else {
            annotation.spans.iter().collect()
        }
    }

    /// Whether the format holds an annotation at all.
    pub fn holds(self, annotation: &Annotation, text: &Text) -> bool {
        !self.loses(Loss::Annotation)
            && self
                .spans_of(annotation)
                .into_iter()
                .all(|span| self.piece(span, text).is_some())
    }

    /// Says what the format cannot carry.
    pub fn report(self, exporting: &Exporting<'_>, losses: &mut LossReport) {
        for (text, annotation) in exporting.annotations() {
            for loss in self.losses_of(annotation, text) {
                losses.add(loss, &annotation.id);
            }
        }
        for link in exporting.project.links.iter() {
            if let Some(loss) = self.loss_of_link(exporting, link) {
                losses.add(loss, &link.id);
            } else if self.loses(Loss::LinkOrigin) {
                losses.add(Loss::LinkOrigin, &link.id);
            }
        }
        for each in &exporting.documents {
            for loss in self.losses_of_document(each.document, each.text) {
                losses.add(loss, &each.document.id);
            }
            let regions = each.regions.iter().filter(|_| self.loses(Loss::Region));
            regions.for_each(|region| losses.add(Loss::Region, &region.id));
        }
        let claims = exporting.project.claims.keys();
        claims
            .filter(|_| self.loses(Loss::Claim))
            .for_each(|claim_id| losses.add(Loss::Claim, claim_id));
    }

    fn losses_of(self, annotation: &Annotation, text: &Text) -> Vec<Loss> {
        if self.loses(Loss::Annotation) {
            return vec![Loss::Annotation];
        }
        if !self.holds(annotation, text) {
            return vec![Loss::AnnotationWithoutWord];
        }
        let has_illegal =
            |words: &str| self.loses(Loss::Character) && !words.chars().all(xml::is_legal);
        let is_timed = annotation.created_at.is_some() || annotation.changed.is_some();
        let has = [
            (Loss::DiscontinuousAnnotation, annotation.spans.count() > 1),
            (Loss::Attributes, !annotation.attributes.is_empty()),
            (Loss::Note, !annotation.note.is_empty()),
            (Loss::Tier, annotation.tier != Tier::Core),
            (Loss::Annotator, true),
            (Loss::Time, is_timed),
            (Loss::Character, names_of(annotation).any(has_illegal)),
        ];
        let lost = has
            .into_iter()
            .filter(|(loss, has)| *has && self.loses(*loss));
        lost.map(|(loss, _)| loss).collect()
    }

    fn losses_of_document(self, document: &Document, text: &Text) -> Vec<Loss> {
        if self.loses(Loss::Document) {
            return vec![Loss::Document];
        }
        // Only then is a whole text worth looking through.
        let has_illegal =
            self.loses(Loss::TextCharacter) && !text.as_str().chars().all(xml::is_legal);
        let has = [
            (Loss::DocumentText, true),
            (Loss::DocumentField, !document.fields.is_empty()),
            (Loss::DocumentState, !document.states.is_empty()),
            (Loss::WhiteSpace, !text.as_str().is_empty()),
            (Loss::TextCharacter, has_illegal),
        ];
        let lost = has
            .into_iter()
            .filter(|(loss, has)| *has && self.loses(*loss));
        lost.map(|(loss, _)| loss).collect()
    }

    /// `None` if the format keeps the link.
    fn loss_of_link(self, exporting: &Exporting<'_>, link: &Link) -> Option<Loss> {
        let end = |id: &AnnotationId| {
            let annotation = exporting.annotation(id)?;
            let text = exporting.text_of(annotation)?;
            self.holds(annotation, text).then_some(annotation)
        };
        let (Some(from), Some(to)) = (end(&link.from), end(&link.to)) else {
            return Some(Loss::Link);
        };
        if self.loses(Loss::Link) {
            return Some(Loss::Link);
        }
        let crosses = [
            (
                Loss::LinkAcrossDocuments,
                from.document_id != to.document_id,
            ),
            (
                Loss::LinkAcrossAnnotators,
                from.annotator_id() != to.annotator_id(),
            ),
        ];
        let lost = |(loss, crosses): (Loss, bool)| (crosses && self.loses(loss)).then_some(loss);
        crosses.into_iter().find_map(lost)
    }

    /// Whether the format keeps a link.
    pub fn keeps_link(self, exporting: &Exporting<'_>, link: &Link) -> bool {
        self.loss_of_link(exporting, link).is_none()
    }

    /// Compares what was read back.
    pub fn compare(
        self,
        exporting: &Exporting<'_>,
        read: &Project,
        read_texts: &Texts,
    ) -> Result<(), String> {
        let mut facts = Facts::default();
        let mut expected: HashMap<&AnnotationId, String> = HashMap::new();
        let documents = exporting.documents.iter();
        for each in documents.filter(|_| !self.loses(Loss::Document)) {
            let before = LettersBefore::of(each.text);
            facts.expect(self.of_document(each.document, each.text));
            let held = each.annotations.iter();
            for annotation in held.filter(|annotation| self.holds(annotation, each.text)) {
                let fact = self.of_annotation(annotation, &before);
                facts.expect(fact.clone());
                expected.insert(&annotation.id, fact);
            }
            for region in each.regions.iter().filter(|_| !self.loses(Loss::Region)) {
                facts.expect(format!("{region:?}"));
            }
        }
        let kept = exporting.project.links.iter();
        for link in kept.filter(|link| self.keeps_link(exporting, link)) {
            facts.expect(self.of_link(link, &expected));
        }
        let mut met: HashMap<&AnnotationId, String> = HashMap::new();
        for document in read.documents.values() {
            let Some(text) = read_texts.get(&document.id) else {
                return Err(format!("“{}” has no text", document.id));
            };
            let before = LettersBefore::of(text);
            facts.meet(self.of_document(document, text));
            for annotation in read.annotations.in_document(&document.id) {
                let fact = self.of_annotation(annotation, &before);
                facts.meet(fact.clone());
                met.insert(&annotation.id, fact);
            }
            for region in read.regions.in_document(&document.id) {
                facts.meet(format!("{region:?}"));
            }
        }
        for link in read.links.iter() {
            facts.meet(self.of_link(link, &met));
        }
        if !self.loses(Loss::Claim) {
            exporting
                .project
                .claims
                .values()
                .for_each(|claim| facts.expect(format!("{claim:?}")));
            read.claims
                .values()
                .for_each(|claim| facts.meet(format!("{claim:?}")));
        }
        facts.outcome()
    }

    fn of_document(self, document: &Document, text: &Text) -> String {
        let mut fact = format!("document “{}”", self.words(document.id.as_str()));
        if !self.loses(Loss::DocumentField) {
            fact.push_str(&format!(" {:?}", document.fields));
        }
        if !self.loses(Loss::DocumentState) {
            fact.push_str(&format!(" {:?}", document.states));
        }
        fact + ": " + &self.text(text.as_str())
    }

    fn of_annotation(self, annotation: &Annotation, before: &LettersBefore<'_>) -> String {
        let document = self.words(annotation.document_id.as_str());
        let mut fact = format!("{} in “{document}”", self.words(annotation.tag_id.as_str()));
        for span in self.spans_of(annotation) {
            let start = if self.loses(Loss::WhiteSpace) {
                before.count(span.start())
            } else {
                before.text.offset_in(OffsetUnit::CodePoint, span.start())
            };
            let words = self.piece(span, before.text).unwrap_or_default();
            fact.push_str(&format!(" {start} “{words}”"));
        }
        let Annotation {
            attributes, note, ..
        } = annotation;
        if !self.loses(Loss::Attributes) {
            let values = attributes.iter();
            let values = values.map(|(name, value)| format!(" {name}={value}"));
            fact.push_str(&self.words(&values.collect::<String>()));
        }
        if !self.loses(Loss::Note) {
            fact.push_str(&format!(" “{}”", self.words(note)));
        }
        if !self.loses(Loss::Annotator) {
            let who = annotation.annotator_id();
            fact.push_str(&format!(" @{}", self.words(who.as_str())));
        }
        if !self.loses(Loss::Time) {
            let (created, changed) = (&annotation.created_at, &annotation.changed);
            let changed = changed.as_ref();
            let changed = changed.map(|stamp| (self.words(stamp.by.as_str()), stamp.at));
            fact.push_str(&format!(" {created:?} {changed:?}"));
        }
        if !self.loses(Loss::Tier) {
            fact.push_str(&format!(" {:?}", annotation.tier));
        }
        fact
    }

    fn of_link(self, link: &Link, facts: &HashMap<&AnnotationId, String>) -> String {
        let end = |id| facts.get(id).map_or("nowhere", String::as_str);
        let who = self.words(link.id.annotator_id.as_str());
        let origin = (!self.loses(Loss::LinkOrigin)).then_some((who, link.created_at));
        let kind = self.words(&link.kind);
        format!(
            "{kind} from {} to {} {origin:?}",
            end(&link.from),
            end(&link.to)
        )
    }

    /// The words of a piece as the format holds them. `None` if it is empty then.
    fn piece(self, span: Span, text: &Text) -> Option<String> {
        let words = self.text(text.slice(span)?);
        (!words.is_empty()).then_some(words)
    }

    /// The text as the format holds it.
    fn text(self, words: &str) -> String {
        let mut words = words.to_owned();
        if self.loses(Loss::TextCharacter) {
            words = xml::legal(&words);
        }
        if self.loses(Loss::WhiteSpace) {
            words.retain(|c| is_letter(&c));
        }
        words
    }

    fn words(self, words: &str) -> String {
        if self.loses(Loss::Character) {
            xml::legal(words)
        } else {
            words.to_owned()
        }
    }
}

/// What people and codebooks have named around an annotation.
fn names_of(annotation: &Annotation) -> impl Iterator<Item = &str> {
    let changed_by = annotation.changed.iter().map(|stamp| stamp.by.as_str());
    let names = [
        annotation.tag_id.as_str(),
        &annotation.note,
        annotation.annotator_id().as_str(),
    ];
    names.into_iter().chain(changed_by)
}

/// Facts with how often each is expected and was met.
#[derive(Default)]
pub struct Facts(BTreeMap<String, i64>);

impl Facts {
    /// Once more it was written.
    pub fn expect(&mut self, fact: String) {
        *self.0.entry(fact).or_default() += 1;
    }

    /// Once more it was read back.
    pub fn meet(&mut self, fact: String) {
        *self.0.entry(fact).or_default() -= 1;
    }

    /// `Ok` if all that was written came back, and nothing else.
    pub fn outcome(self) -> Result<(), String> {
        match self.0.into_iter().find(|(_, count)| *count != 0) {
            None => Ok(()),
            Some((fact, 1..)) => Err(format!("this is missing: {fact}")),
            Some((fact, _)) => Err(format!("this was not there: {fact}")),
        }
    }
}
