//! Projects of any size, written to a folder.

use std::path::Path;
use std::sync::Arc;

use ascribe::edit::Author;
use ascribe::model::{
    Annotation, AnnotationId, Annotator, AnnotatorId, AnnotatorKind, Attributes, Document,
    DocumentId, Encoding, Project, TagId, Texts, Tier,
};
use ascribe::store;
use ascribe::text::{ByteOffset, Span, Text, widen_to_graphemes};

/// Sentences of our own, with letters of one to four bytes, joined emoji and combining marks.
pub const SENTENCES: [&str; 6] = [
    "The harbour police blamed Copper Moth for the theft of the ferry plans. ",
    "Уряд заперечив причетність до атаки й попросив показати докази. ",
    "该组织否认对网络攻击负责，并要求提供证据。",
    "نفت الوزارة أي صلة لها بالهجوم على الشبكة. ",
    "Ferries stood still for 31 hours 🦉👩‍👩‍👧 in the cafe\u{301} by the port. ",
    "“We had no part in this,” the navy of Lissau said on Tuesday.\n\n",
];

/// Who labels here.
pub fn author() -> Author {
    let at = "2026-11-24T12:00:00Z".parse().expect("a time");
    Author {
        annotator_id: AnnotatorId::new("mara"),
        at,
    }
}

/// Documents with annotations spread evenly over them, written to the folder; and a short note, so that there is
/// another document to come from.
pub fn workload(
    folder: &Path,
    documents: usize,
    bytes: usize,
    annotations: usize,
) -> (Project, Texts) {
    let mut project = store::new_project("bench");
    let mara = Annotator {
        id: AnnotatorId::new("mara"),
        name: "Mara".to_owned(),
        kind: AnnotatorKind::Person,
    };
    project.annotators.insert(mara.id.clone(), mara.into());
    let mut texts = Texts::new();
    std::fs::create_dir_all(folder.join("texts")).expect("a temporary folder");
    for number in 0..documents {
        let id = format!("d{number:05}");
        add_document(folder, &mut project, &mut texts, &id, bytes, annotations);
    }
    add_document(folder, &mut project, &mut texts, "note", 500, 5);
    (project, texts)
}

fn add_document(
    folder: &Path,
    project: &mut Project,
    texts: &mut Texts,
    id: &str,
    bytes: usize,
    annotations: usize,
) {
    let mut words = String::with_capacity(bytes + 200);
    for sentence in SENTENCES.iter().cycle() {
        words.push_str(sentence);
        if words.len() >= bytes {
            break;
        }
    }
    let (id, path) = (DocumentId::new(id), format!("texts/{id}.txt"));
    std::fs::write(folder.join(&path), &words).expect("a temporary folder");
    let sha256 = store::hash_of_file(&folder.join(&path)).unwrap_or_default();
    let text = Text::new(words);
    add_annotations(project, &id, &text, annotations);
    let document = Document {
        id: id.clone(),
        path,
        sha256,
        size_bytes: text.end().0 as u64,
        encoding: Encoding::default(),
        fields: Default::default(),
        states: Default::default(),
    };
    texts.insert(id.clone(), text);
    project.documents.insert(id, document.into());
}

fn add_annotations(project: &mut Project, document_id: &DocumentId, text: &Text, count: usize) {
    let mara = AnnotatorId::new("mara");
    let tags = ["attribution", "denial", "impact"].map(TagId::new);
    let first = project.annotations.last_number_of(&mara);
    for index in 0..count {
        let start = text.floor(ByteOffset(index * text.end().0 / count));
        // Every tenth one reaches into the next.
        let length = if index % 10 == 0 {
            text.end().0 / count + 20
        } else {
            60
        };
        let end = text.floor(ByteOffset((start.0 + length).min(text.end().0)));
        let Some(span) = Span::new(start, end).and_then(|span| widen_to_graphemes(text, span))
        else {
            continue;
        };
        project.annotations.insert(Arc::new(Annotation {
            id: AnnotationId::new(mara.clone(), first + index as u32 + 1),
            document_id: document_id.clone(),
            spans: span.into(),
            tag_id: tags[index % 3].clone(),
            attributes: Attributes::new(),
            note: "".into(),
            tier: Tier::Core,
            quote: text.slice(span).unwrap_or_default().into(),
            created_at: Some(author().at),
            changed: None,
        }));
    }
}
