//! Looks for everything in a project that needs a look: places, quotes, names, rules of the codebook.

use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;

use crate::model::{
    Annotation, AnnotationId, AnnotatorId, Attribute, Codebook, DocumentId, Link, LinkId, Project,
    RegionId, TagId, Texts, quote_of,
};
use crate::text::{Span, Text};

/// So many annotations are checked before what was found is joined to the rest, which would else be in memory twice.
const ANNOTATIONS_AT_ONCE: usize = 1 << 13;

/// Something that needs a look. Ordered by severity, then by what it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// What is wrong.
    pub kind: FindingKind,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something cannot be used as it is.
    Error,
    /// A rule of the codebook is broken.
    Warning,
    /// Something is still to be done.
    Hint,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A document.
    Document(DocumentId),
    /// An annotation, and its document.
    Annotation(DocumentId, AnnotationId),
    /// A region, and its document.
    Region(DocumentId, RegionId),
    /// A link.
    Link(LinkId),
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// The text could not be read.
    TextUnreadable {
        /// Why.
        problem: String,
    },
    /// The text on disk is not the one that was labelled.
    TextChanged,
    /// Some bytes of the text meant nothing in its encoding.
    TextLossy,
    /// The words at the place are not the quote.
    QuoteElsewhere {
        /// What was marked.
        quote: Arc<str>,
        /// What stands there now; `None` if the place is not in the text or cuts a character.
        found: Option<Box<str>>,
    },
    /// The document is not in the project.
    NoDocument,
    /// The codebook has no such tag.
    UnknownTag(TagId),
    /// The codebook has no such attribute for the tag.
    UnknownAttribute(Arc<str>),
    /// The value does not fit the attribute. Boxed, because a large project has millions of findings of other kinds.
    BadValue(Box<BadValue>),
    /// A required core attribute has no value.
    MissingAttribute(Arc<str>),
    /// Two annotations of one annotator with the same tag overlap.
    OverlapsSameTag(AnnotationId),
    /// The annotator is not in the project.
    UnknownAnnotator(AnnotatorId),
    /// An end of the link is not in the project.
    LooseLink(AnnotationId),
    /// The codebook has no such kind of link.
    UnknownLinkKind(String),
    /// The codebook does not let this kind join these annotations.
    LinkNotAllowed(String),
    /// The codebook has no such kind of region.
    UnknownRegionKind(String),
}

/// A value that does not fit its attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BadValue {
    /// Which attribute.
    pub name: Arc<str>,
    /// What stands there.
    pub value: String,
    /// What should.
    pub expected: String,
}

impl Finding {
    /// About a document.
    pub fn of_document(document_id: &DocumentId, kind: FindingKind) -> Self {
        Self::new(Subject::Document(document_id.clone()), kind)
    }

    fn new(subject: Subject, kind: FindingKind) -> Self {
        Self {
            severity: kind.severity(),
            subject,
            kind,
        }
    }

    /// Whether something cannot be used as it is.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// What is wrong in a person's words: another annotation by its words, names as people say them.
    pub fn kind_in(&self, project: &Project) -> String {
        match &self.kind {
            FindingKind::OverlapsSameTag(other) => match project.annotations.get(other) {
                Some(other) => format!(
                    "it overlaps “{}”, which has the same tag",
                    short(&other.quote)
                ),
                None => self.kind.to_string(),
            },
            FindingKind::MissingAttribute(name) => format!("“{}” is not filled in", spoken(name)),
            kind => kind.to_string(),
        }
    }

    /// What it is about in a person's words: the tag and the words of an annotation, the title of a document.
    pub fn subject_in(&self, project: &Project) -> String {
        let title = |id: &DocumentId| match project.documents.get(id) {
            Some(document) => document.title().to_owned(),
            None => id.to_string(),
        };
        let marked = |id: &AnnotationId| match project.annotations.get(id) {
            Some(annotation) => {
                format!(
                    "{} “{}”",
                    spoken(annotation.tag_id.as_str()),
                    short(&annotation.quote)
                )
            }
            None => id.to_string(),
        };
        match &self.subject {
            Subject::Document(id) => title(id),
            Subject::Annotation(document_id, id) => {
                format!("{} · {}", marked(id), title(document_id))
            }
            Subject::Region(document_id, id) => {
                let region = project.regions.get(id);
                let words = region
                    .map(|region| format!("{} “{}”", spoken(&region.kind), short(&region.quote)));
                format!(
                    "{} · {}",
                    words.unwrap_or_else(|| id.to_string()),
                    title(document_id)
                )
            }
            Subject::Link(id) => match project.links.get(id) {
                Some(link) => format!(
                    "{}: {} to {}",
                    spoken(&link.kind),
                    marked(&link.from),
                    marked(&link.to)
                ),
                None => id.to_string(),
            },
        }
    }

    /// What can be done about it.
    pub fn remedy(&self) -> &'static str {
        match self.kind {
            FindingKind::TextUnreadable { .. } => {
                "Put the file back, or show where it is now: “Locate missing text…”"
            }
            FindingKind::TextChanged => {
                "Review where its annotations stand now: “Review changed texts…”"
            }
            FindingKind::TextLossy => "Choose another encoding in “About this document…”",
            FindingKind::QuoteElsewhere { .. } => {
                "Use “Review changed texts…”, or mark the words anew"
            }
            FindingKind::NoDocument => "Add the document again; the annotation is kept",
            FindingKind::UnknownTag(_) => "Add the tag to the codebook, or choose another tag",
            FindingKind::UnknownAttribute(_) => {
                "Add the attribute to the codebook; the value is kept"
            }
            FindingKind::BadValue(_) => "Choose another value",
            FindingKind::MissingAttribute(_) => "Fill it in",
            FindingKind::OverlapsSameTag(_) => "Move an end, or delete one of the two",
            FindingKind::UnknownAnnotator(_) => "Add the annotator",
            FindingKind::LooseLink(_) | FindingKind::LinkNotAllowed(_) => "Take the link away",
            FindingKind::UnknownLinkKind(_) => {
                "Add the kind of link to the codebook, or take the link away"
            }
            FindingKind::UnknownRegionKind(_) => {
                "Add the kind of region to the codebook, or take the region back"
            }
        }
    }
}

impl FindingKind {
    fn severity(&self) -> Severity {
        match self {
            Self::TextUnreadable { .. }
            | Self::TextChanged
            | Self::QuoteElsewhere { .. }
            | Self::NoDocument
            | Self::UnknownTag(_)
            | Self::LooseLink(_) => Severity::Error,
            Self::TextLossy
            | Self::UnknownAttribute(_)
            | Self::BadValue(_)
            | Self::OverlapsSameTag(_)
            | Self::UnknownAnnotator(_)
            | Self::UnknownLinkKind(_)
            | Self::LinkNotAllowed(_)
            | Self::UnknownRegionKind(_) => Severity::Warning,
            Self::MissingAttribute(_) => Severity::Hint,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Document(id) => write!(f, "document “{id}”: ")?,
            Subject::Annotation(document, id) => write!(f, "annotation {id} in “{document}”: ")?,
            Subject::Region(document, id) => write!(f, "region {id} in “{document}”: ")?,
            Subject::Link(id) => write!(f, "link {id}: ")?,
        }
        self.kind.fmt(f)
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TextUnreadable { problem } => write!(f, "its text could not be read: {problem}"),
            Self::TextChanged => f.write_str("its text has changed since it was added"),
            Self::TextLossy => f.write_str("some bytes of its text mean nothing in its encoding"),
            Self::QuoteElsewhere {
                quote,
                found: Some(found),
            } => {
                write!(
                    f,
                    "its words are “{}”, but “{}” stands at its place",
                    short(quote),
                    short(found)
                )
            }
            Self::QuoteElsewhere { quote, found: None } => {
                write!(
                    f,
                    "its words are “{}”, but its place is not in the text",
                    short(quote)
                )
            }
            Self::NoDocument => f.write_str("its document is not in the project"),
            Self::UnknownTag(tag_id) => write!(f, "the codebook has no tag “{tag_id}”"),
            Self::UnknownAttribute(name) => {
                write!(f, "the codebook has no attribute “{name}” for its tag")
            }
            Self::BadValue(bad) => {
                let BadValue {
                    name,
                    value,
                    expected,
                } = &**bad;
                write!(f, "“{value}” is no value for “{name}”: {expected}")
            }
            Self::MissingAttribute(name) => write!(f, "“{name}” is not filled in"),
            Self::OverlapsSameTag(other) => {
                write!(f, "it overlaps {other}, which has the same tag")
            }
            Self::UnknownAnnotator(id) => write!(f, "its annotator “{id}” is not in the project"),
            Self::LooseLink(end) => write!(f, "its end {end} is not in the project"),
            Self::UnknownLinkKind(kind) => write!(f, "the codebook has no link “{kind}”"),
            Self::LinkNotAllowed(kind) => {
                write!(f, "the codebook does not let “{kind}” join these two")
            }
            Self::UnknownRegionKind(kind) => {
                write!(f, "the codebook has no kind of region “{kind}”")
            }
        }
    }
}

/// A name of the codebook as people say it: `counter_accused` is counter accused.
fn spoken(name: &str) -> String {
    name.replace('_', " ")
}

/// A quote cut to a length that fits a line.
fn short(quote: &str) -> String {
    const MOST_CHARACTERS: usize = 60;
    match quote.char_indices().nth(MOST_CHARACTERS) {
        Some((cut, _)) => format!("{}…", quote.get(..cut).unwrap_or_default()),
        None => quote.to_owned(),
    }
}

/// Looks at everything. Documents whose text is missing are not checked for places: that they are missing
/// is found where they are read.
pub fn check(project: &Project, texts: &Texts) -> Vec<Finding> {
    findings_that(project, texts, |_| true)
}

/// What cannot be used as it is. A large project may have millions of other findings, which take as much memory as
/// its annotations.
pub fn errors(project: &Project, texts: &Texts) -> Vec<Finding> {
    findings_that(project, texts, Finding::is_error)
}

fn findings_that(
    project: &Project,
    texts: &Texts,
    counts: impl Fn(&Finding) -> bool + Sync,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in project
        .documents
        .values()
        .filter(|document| document.encoding.is_lossy)
    {
        findings.push(Finding::of_document(&document.id, FindingKind::TextLossy));
    }
    let annotations: Vec<_> = project.annotations.by_document().collect();
    for some in annotations.chunks(ANNOTATIONS_AT_ONCE) {
        let found = some
            .par_iter()
            .flat_map_iter(|annotation| check_annotation(project, texts, annotation));
        findings.par_extend(found.filter(&counts));
    }
    for region in project.regions.iter() {
        let subject = Subject::Region(region.document_id.clone(), region.id.clone());
        let mut kinds = Vec::new();
        match texts.get(&region.document_id) {
            _ if !project.documents.contains_key(&region.document_id) => {
                kinds.push(FindingKind::NoDocument)
            }
            Some(text) => kinds.extend(check_quote(
                text,
                &region.quote,
                text.slice(region.span),
                region.span,
            )),
            None => {}
        }
        if !project
            .codebook
            .region_kinds
            .iter()
            .any(|kind| kind.name == region.kind)
        {
            kinds.push(FindingKind::UnknownRegionKind(region.kind.to_string()));
        }
        findings.extend(
            kinds
                .into_iter()
                .map(|kind| Finding::new(subject.clone(), kind)),
        );
    }
    for link in project.links.iter() {
        findings.extend(
            check_link(project, link)
                .map(|kind| Finding::new(Subject::Link(link.id.clone()), kind)),
        );
    }
    findings.retain(counts);
    findings.par_sort_unstable();
    findings
}

fn check_annotation<'a>(
    project: &'a Project,
    texts: &Texts,
    annotation: &'a Arc<Annotation>,
) -> impl Iterator<Item = Finding> + use<'a> {
    let own = kinds_of(project, texts, annotation).into_iter();
    let own = own.map(move |kind| (annotation, kind));
    let overlaps = overlaps_behind(project, annotation);
    own.chain(overlaps).map(|(annotation, kind)| {
        let Annotation {
            document_id, id, ..
        } = &**annotation;
        Finding::new(Subject::Annotation(document_id.clone(), id.clone()), kind)
    })
}

/// What is wrong with an annotation by itself.
fn kinds_of(project: &Project, texts: &Texts, annotation: &Annotation) -> Vec<FindingKind> {
    let mut kinds = Vec::new();
    if !project.documents.contains_key(&annotation.document_id) {
        kinds.push(FindingKind::NoDocument);
    } else if let Some(text) = texts.get(&annotation.document_id)
        && !annotation.agrees_with(text)
    {
        kinds.push(FindingKind::QuoteElsewhere {
            quote: annotation.quote.clone(),
            found: quote_of(text, &annotation.spans).map(Into::into),
        });
    }
    if !project.annotators.contains_key(annotation.annotator_id()) {
        kinds.push(FindingKind::UnknownAnnotator(
            annotation.annotator_id().clone(),
        ));
    }
    if project.codebook.tag(&annotation.tag_id).is_none() {
        kinds.push(FindingKind::UnknownTag(annotation.tag_id.clone()));
        return kinds;
    }
    kinds.extend(check_attributes(project, annotation));
    kinds
}

/// The annotations of the same annotator and tag that overlap this one and stand behind it, so that each pair is met
/// once. Of two, the one with the lower id is said to overlap the other.
fn overlaps_behind<'a>(
    project: &'a Project,
    annotation: &'a Arc<Annotation>,
) -> impl Iterator<Item = (&'a Arc<Annotation>, FindingKind)> {
    let is_known = project.codebook.tag(&annotation.tag_id).is_some();
    let end = annotation.spans.hull().end();
    let near = project
        .annotations
        .behind(annotation)
        .take_while(move |other| is_known && other.spans.first().start() < end);
    let twins = near.filter(|other| {
        other.annotator_id() == annotation.annotator_id()
            && other.tag_id == annotation.tag_id
            && other
                .spans
                .iter()
                .any(|piece| annotation.spans.iter().any(|own| own.overlaps(piece)))
    });
    twins.map(move |other| {
        let (lower, higher) = match annotation.id < other.id {
            true => (annotation, other),
            false => (other, annotation),
        };
        (lower, FindingKind::OverlapsSameTag(higher.id.clone()))
    })
}

fn check_attributes(project: &Project, annotation: &Annotation) -> Vec<FindingKind> {
    let codebook = &project.codebook;
    let mut kinds = Vec::new();
    for (name, value) in &annotation.attributes {
        let Some(attribute) = codebook.attribute(&annotation.tag_id, name) else {
            kinds.push(FindingKind::UnknownAttribute(name.clone()));
            continue;
        };
        if let Some(expected) = attribute.kind.expectation_missed_by(value) {
            kinds.push(FindingKind::BadValue(Box::new(BadValue {
                name: name.clone(),
                value: value.to_string(),
                expected,
            })));
        }
    }
    let missing = missing_values(codebook, annotation);
    kinds.extend(missing.map(|attribute| FindingKind::MissingAttribute(attribute.name.clone())));
    kinds
}

/// The attributes without a value of which the codebook requires one.
pub fn missing_values<'a>(
    codebook: &'a Codebook,
    annotation: &'a Annotation,
) -> impl Iterator<Item = &'a Attribute> {
    codebook
        .attributes_of(&annotation.tag_id)
        .filter(|attribute| {
            let has_value =
                attribute.default.is_some() || annotation.attributes.contains_key(&attribute.name);
            attribute.is_core && attribute.is_required && !has_value
        })
}

fn check_quote(
    text: &Text,
    quote: &Arc<str>,
    found: Option<&str>,
    span: Span,
) -> Option<FindingKind> {
    debug_assert_eq!(text.slice(span), found);
    (found != Some(quote)).then(|| FindingKind::QuoteElsewhere {
        quote: quote.clone(),
        found: found.map(Into::into),
    })
}

fn check_link(project: &Project, link: &Link) -> Option<FindingKind> {
    let Some(from) = project.annotations.get(&link.from) else {
        return Some(FindingKind::LooseLink(link.from.clone()));
    };
    let Some(to) = project.annotations.get(&link.to) else {
        return Some(FindingKind::LooseLink(link.to.clone()));
    };
    let Some(kind) = project.codebook.link_kind(&link.kind) else {
        return Some(FindingKind::UnknownLinkKind(link.kind.to_string()));
    };
    let crosses = from.document_id != to.document_id;
    let is_allowed = kind.joins(&from.tag_id, &to.tag_id) && (kind.may_cross_documents || !crosses);
    (!is_allowed).then(|| FindingKind::LinkNotAllowed(link.kind.to_string()))
}
