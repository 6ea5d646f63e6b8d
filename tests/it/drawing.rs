//! Draws annotations under the text, and reads such drawings.
//!
//! A line of carets marks the characters above it; where characters do not line up (wide or combining ones),
//! the words are quoted instead: `^"заперечив" denial @mara`. Carets count characters.

use ascribe::edit::Author;
use ascribe::model::{
    Annotation, AnnotationId, Annotator, AnnotatorId, AnnotatorKind, Attributes, Codebook, Color,
    Document, DocumentId, Encoding, Project, Tag, TagId, Texts, Tier, Timestamp,
};
use ascribe::text::{ByteOffset, Span, Spans, Text};

/// The one document of a drawing.
pub fn document_id() -> DocumentId {
    DocumentId::new("drawn")
}

/// Mara, at noon.
pub fn author() -> Author {
    Author {
        annotator_id: AnnotatorId::new("mara"),
        at: "2026-11-24T12:00:00Z".parse::<Timestamp>().unwrap(),
    }
}

/// The three usual tags with their keys and links.
pub fn codebook() -> Codebook {
    ascribe::store::default_codebook()
}

/// A project of one document with this text and no annotations.
pub fn project_with(text: &str) -> (Project, Texts) {
    let mut project = Project {
        codebook: codebook().into(),
        ..Project::default()
    };
    let document = Document {
        id: document_id(),
        path: "texts/drawn.txt".to_owned(),
        sha256: String::new(),
        size_bytes: text.len() as u64,
        encoding: Encoding {
            line_ends: Text::new(text.to_owned()).line_ends(),
            ..Encoding::default()
        },
        fields: Default::default(),
        states: Default::default(),
    };
    project.documents.insert(document_id(), document.into());
    let texts = Texts::unit(document_id(), Text::new(text.to_owned()));
    (project, texts)
}

/// Reads a drawing: lines of text, each followed by the annotations on it.
pub fn read(drawing: &str) -> (Project, Texts) {
    let mut text = String::new();
    let mut marks = Vec::new();
    let mut line_start = 0;
    for line in drawing.trim_matches('\n').lines() {
        if let Some(mark) = Mark::read(line, &text, line_start) {
            marks.push(mark);
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        line_start = text.len();
        text.push_str(line);
    }
    let (mut project, texts) = project_with(&text);
    for (index, mark) in marks.into_iter().enumerate() {
        add(&mut project, mark, index as u32 + 1, &text);
    }
    (project, texts)
}

fn add(project: &mut Project, mark: Mark, number: u32, text: &str) {
    let annotator_id = AnnotatorId::new(mark.annotator.as_str());
    let annotator = Annotator {
        id: annotator_id.clone(),
        name: mark.annotator.clone(),
        kind: AnnotatorKind::Person,
    };
    project
        .annotators
        .insert(annotator_id.clone(), annotator.into());
    let tag_id = TagId::new(mark.tag.as_str());
    if project.codebook.tag(&tag_id).is_none() {
        let mut codebook = Codebook::clone(&project.codebook);
        codebook
            .tags
            .push(Tag::new(tag_id.clone(), Color([1, 2, 3])));
        project.codebook = codebook.into();
    }
    let annotation = Annotation {
        id: AnnotationId::new(annotator_id, number),
        tag_id,
        ..annotation(number, mark.span.into(), &text[mark.span.bytes()])
    };
    project.annotations.insert(annotation.into());
}

struct Mark {
    span: Span,
    tag: String,
    annotator: String,
}

impl Mark {
    /// `   ^^^^ denial @mara` or `^"words" denial @mara`.
    fn read(line: &str, text: &str, line_start: usize) -> Option<Self> {
        let trimmed = line.trim_start();
        let rest = trimmed.strip_prefix('^')?;
        let (start, end, rest) = if let Some(quoted) = rest.strip_prefix('"') {
            let (words, rest) = quoted.split_once('"')?;
            let start = line_start + text[line_start..].find(words)?;
            (start, start + words.len(), rest)
        } else {
            let before = line.chars().count() - trimmed.chars().count();
            let carets = trimmed.chars().take_while(|c| *c == '^').count();
            let byte_of = |characters: usize| {
                let line = &text[line_start..];
                line_start
                    + line
                        .char_indices()
                        .nth(characters)
                        .map_or(line.len(), |(at, _)| at)
            };
            (
                byte_of(before),
                byte_of(before + carets),
                trimmed.trim_start_matches('^'),
            )
        };
        let mut words = rest.split_whitespace();
        let tag = words.next()?.to_owned();
        let annotator = words.next()?.strip_prefix('@')?.to_owned();
        Some(Self {
            span: Span::new(ByteOffset(start), ByteOffset(end))?,
            tag,
            annotator,
        })
    }
}

/// Draws the text of the project with its annotations.
pub fn draw(project: &Project, texts: &Texts) -> String {
    let text = &texts[&document_id()];
    let mut drawing = String::new();
    for line_index in 0..text.line_count() {
        let line = text.line_bytes(line_index);
        let words = &text.as_str()[line.clone()];
        drawing.push_str(words);
        drawing.push('\n');
        for annotation in project.annotations.in_document(&document_id()) {
            let starts_here = line.contains(&annotation.spans.first().start().0);
            if starts_here {
                drawing.push_str(&draw_mark(annotation, words, line.start));
            }
        }
    }
    drawing
}

fn draw_mark(annotation: &Annotation, words: &str, line_start: usize) -> String {
    let who = format!("{} @{}", annotation.tag_id, annotation.annotator_id());
    let span = annotation.spans.hull();
    let fits_line = span.end().0 <= line_start + words.len();
    if !words.is_ascii() || !fits_line {
        return format!("^\"{}\" {who}\n", annotation.quote);
    }
    let before = span.start().0 - line_start;
    format!(
        "{}{} {who}\n",
        " ".repeat(before),
        "^".repeat(span.size_bytes())
    )
}

/// Mara's denial of these words.
pub fn annotation(number: u32, spans: Spans, words: &str) -> Annotation {
    Annotation {
        id: AnnotationId::new(AnnotatorId::new("mara"), number),
        document_id: document_id(),
        spans,
        tag_id: TagId::new("denial"),
        attributes: Attributes::new(),
        note: "".into(),
        tier: Tier::Core,
        quote: words.into(),
        created_at: None,
        changed: None,
    }
}

/// The span of the words, which must be in the text.
pub fn span_of(text: &Text, words: &str) -> Span {
    let start = text
        .as_str()
        .find(words)
        .unwrap_or_else(|| panic!("“{words}” is not in the text"));
    Span::new(ByteOffset(start), ByteOffset(start + words.len())).unwrap()
}

/// As [`span_of`], as the spans of an annotation.
pub fn spans_of(text: &Text, words: &str) -> Spans {
    span_of(text, words).into()
}

#[test]
fn a_drawing_reads_back_as_it_was_drawn() {
    let drawing = "
Estonia blamed the group for the outage.
^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
               ^^^^^^^^^^^^^^^^^^^^^^^^ impact @jon
Уряд заперечив це.
^\"заперечив\" denial @mara
";
    let (project, texts) = read(drawing);
    assert_eq!(draw(&project, &texts), drawing.trim_start());
}
