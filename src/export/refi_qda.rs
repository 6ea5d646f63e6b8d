//! REFI-QDA, which the programs for qualitative research exchange: a project (`.qdpx`) and a codebook (`.qdc`).
//!
//! A project is a zip archive of `project.qde` and the texts, with LF line ends and offsets in code points. The order
//! of elements is that of the schema, which its readers insist on. Ids are made of ours, so that they stay the same
//! from export to export. The archive is not compressed, so that the same project gives the same bytes everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::guid::guid;
use super::kept::AllBut;
use super::xml::Escaped;
use super::{
    Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport, Newlines, jsonl,
    one_file, proof::Carries,
};
use crate::import;
use crate::model::{Annotation, AnnotatorId, Color, Tag, TagId};
use crate::text::{OffsetUnit, Text};

const KEPT: AllBut = AllBut(&[&[
    Loss::DiscontinuousAnnotation,
    Loss::Attributes,
    Loss::Tier,
    Loss::LinkOrigin,
    Loss::Region,
    Loss::Claim,
    Loss::DocumentField,
    Loss::DocumentState,
    Loss::Character,
]]);

/// REFI-QDA project.
pub const REFI_QDA: Format = Format {
    name: "refi-qda",
    title: "REFI-QDA project",
    description: "Texts, codes, codings and notes; for ATLAS.ti, MAXQDA, NVivo, QualCoder",
    ending: Some("qdpx"),
    newlines: Some(Newlines::Lf),
    asks: &[],
    write: write_project,
    reader: Some(&import::REFI_QDA),
    carries: Carries::AllBut(KEPT),
};

/// REFI-QDA codebook.
pub const CODEBOOK: Format = Format {
    name: "refi-qda-codebook",
    title: "REFI-QDA codebook",
    description: "The tags alone; for ATLAS.ti, MAXQDA, NVivo, QualCoder, Taguette",
    ending: Some("qdc"),
    newlines: None,
    asks: &[],
    write: write_codebook,
    reader: Some(&import::REFI_QDA),
    carries: Carries::AllBut(AllBut(&[&[
        Loss::Document,
        Loss::Annotation,
        Loss::Link,
        Loss::Region,
        Loss::Claim,
        Loss::Character,
    ]])),
};

/// Longer quotes are not written as names.
const MOST_NAME_CHARACTERS: usize = 300;
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

fn write_codebook(exporting: &Exporting<'_>, _: &mut LossReport) -> Vec<FileInMemory> {
    let mut words = HEAD.to_owned();
    words.push_str("<CodeBook xmlns=\"urn:QDA-XML:codebook:1.0\" origin=\"Ascribe\">\n");
    codes(exporting, &mut words);
    words.push_str("</CodeBook>\n");
    one_file("codebook.qdc", words.into_bytes())
}

fn write_project(exporting: &Exporting<'_>, _: &mut LossReport) -> Vec<FileInMemory> {
    let mut members = vec![("project.qde".to_owned(), project(exporting).into_bytes())];
    for each in &exporting.documents {
        let guid = guid("text", each.document.id.as_str());
        members.push((
            format!("sources/{guid}.txt"),
            import::text_file(each.text.as_str()).into_owned(),
        ));
    }
    one_file("project.qdpx", archive(members))
}

/// The members in one archive.
fn archive(members: Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let written = zip
            .start_file(name, options)
            .map(|()| zip.write_all(&bytes));
        debug_assert!(matches!(written, Ok(Ok(()))), "memory takes everything");
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}

fn project(exporting: &Exporting<'_>) -> String {
    let project = exporting.project;
    let mut words = HEAD.to_owned();
    let _ = writeln!(
        words,
        "<Project xmlns=\"urn:QDA-XML:project:1.0\" name=\"{}\" origin=\"Ascribe\">",
        Escaped(&project.name)
    );
    users(exporting, &mut words);
    words.push_str("<CodeBook>\n");
    let before = words.len();
    codes(exporting, &mut words);
    if words.len() == before {
        words.truncate(before - "<CodeBook>\n".len());
    } else {
        words.push_str("</CodeBook>\n");
    }
    let mut notes = String::new();
    let sources = exporting.documents.iter();
    let sources: Vec<String> = sources.map(|each| source(each, &mut notes)).collect();
    let links = exporting.project.links.iter();
    let links = links
        .filter(|link| KEPT.keeps_link(exporting, link))
        .map(|link| {
            format!(
                "<Link guid=\"{}\" name=\"{}\" direction=\"OneWay\" originGUID=\"{}\" targetGUID=\"{}\"/>\n",
                guid("link", &link.id.to_string()),
                Escaped(&link.kind),
                selection_guid(&link.from.to_string()),
                selection_guid(&link.to.to_string()),
            )
        });
    // Lists without an entry are not allowed.
    for (name, list) in [
        ("Sources", sources.concat()),
        ("Notes", notes),
        ("Links", links.collect()),
    ] {
        if !list.is_empty() {
            let _ = writeln!(words, "<{name}>\n{list}</{name}>");
        }
    }
    words + "</Project>\n"
}

fn users(exporting: &Exporting<'_>, words: &mut String) {
    let project = exporting.project;
    let mut ids: BTreeSet<&AnnotatorId> = project.annotators.keys().collect();
    for (_, annotation) in exporting.annotations() {
        ids.insert(annotation.annotator_id());
        ids.extend(annotation.changed.as_ref().map(|stamp| &stamp.by));
    }
    if ids.is_empty() {
        return;
    }
    words.push_str("<Users>\n");
    for id in ids {
        let annotator = project.annotators.get(id);
        let name = annotator.map_or(id.as_str(), |annotator| &annotator.name);
        let _ = writeln!(
            words,
            "<User guid=\"{}\" name=\"{}\" id=\"{}\"/>",
            user_guid(id),
            Escaped(name),
            Escaped(id.as_str())
        );
    }
    words.push_str("</Users>\n");
}

/// Every tag of the codebook or on an annotation, narrower ones inside of the wider ones.
fn codes(exporting: &Exporting<'_>, words: &mut String) {
    let codebook = &exporting.project.codebook;
    let mut tags: BTreeMap<&TagId, Tag> = BTreeMap::new();
    for (_, annotation) in exporting.annotations() {
        if codebook.tag(&annotation.tag_id).is_none() {
            let tag = Tag::new(annotation.tag_id.clone(), Color([0x7F; 3]));
            tags.insert(&annotation.tag_id, tag);
        }
    }
    let all: Vec<&Tag> = codebook.tags.iter().chain(tags.values()).collect();
    let mut coding = Coding {
        all: &all,
        done: BTreeSet::new(),
        words: String::new(),
    };
    for tag in &all {
        let parent = tag.parent.as_ref();
        if parent.is_none_or(|parent| all.iter().all(|other| other.id != *parent)) {
            coding.code(tag, 0);
        }
    }
    // Tags that are each other's wider tag stand beside one another.
    for tag in &all {
        coding.code(tag, MOST_CODE_DEPTH);
    }
    if !coding.words.is_empty() {
        let _ = writeln!(words, "<Codes>\n{}</Codes>", coding.words);
    }
}

/// Deeper codes stand beside one another.
const MOST_CODE_DEPTH: usize = 50;

/// Codes in the making.
struct Coding<'a> {
    all: &'a [&'a Tag],
    done: BTreeSet<&'a TagId>,
    words: String,
}

impl<'a> Coding<'a> {
    fn code(&mut self, tag: &'a Tag, depth: usize) {
        if !self.done.insert(&tag.id) {
            return;
        }
        let _ = writeln!(
            self.words,
            "<Code guid=\"{}\" name=\"{}\" isCodable=\"true\" color=\"{}\">",
            code_guid(&tag.id),
            Escaped(tag.id.as_str()),
            tag.color
        );
        self.words.push_str(&description(&tag.description));
        let all = self.all;
        let narrower = all
            .iter()
            .filter(|other| other.parent.as_ref() == Some(&tag.id));
        for other in narrower.filter(|_| depth < MOST_CODE_DEPTH) {
            self.code(other, depth + 1);
        }
        self.words.push_str("</Code>\n");
    }
}

fn source(each: &ExportingDocument<'_>, notes: &mut String) -> String {
    let guid = guid("text", each.document.id.as_str());
    let mut words = format!(
        "<TextSource guid=\"{guid}\" name=\"{}\" plainTextPath=\"internal://{guid}.txt\">\n",
        Escaped(each.document.id.as_str())
    );
    let held = each.annotations.iter();
    for annotation in held.filter(|annotation| KEPT.holds(annotation, each.text)) {
        selection(annotation, each.text, &mut words, notes);
    }
    words + "</TextSource>\n"
}

fn selection(annotation: &Annotation, text: &Text, words: &mut String, notes: &mut String) {
    let id = annotation.id.to_string();
    let hull = annotation.spans.hull();
    let [start, end] = jsonl::offsets(text, OffsetUnit::CodePoint, hull);
    let user = user_guid(annotation.annotator_id());
    let made = match annotation.created_at {
        Some(at) => format!(" creatingUser=\"{user}\" creationDateTime=\"{at}\""),
        None => format!(" creatingUser=\"{user}\""),
    };
    let changed = annotation.changed.as_ref().map(|stamp| {
        let by = user_guid(&stamp.by);
        format!(" modifyingUser=\"{by}\" modifiedDateTime=\"{}\"", stamp.at)
    });
    let name: String = annotation
        .quote
        .chars()
        .take(MOST_NAME_CHARACTERS)
        .collect();
    let _ = writeln!(
        words,
        "<PlainTextSelection guid=\"{}\" name=\"{}\" startPosition=\"{start}\" endPosition=\"{end}\"{made}{}>",
        selection_guid(&id),
        Escaped(&name),
        changed.unwrap_or_default(),
    );
    words.push_str(&description(&annotation.note));
    let _ = writeln!(
        words,
        "<Coding guid=\"{}\"{made}><CodeRef targetGUID=\"{}\"/></Coding>",
        guid("coding", &id),
        code_guid(&annotation.tag_id)
    );
    if !annotation.note.is_empty() {
        // Some programs show descriptions, others notes.
        let guid = guid("note", &id);
        let _ = writeln!(words, "<NoteRef targetGUID=\"{guid}\"/>");
        let _ = writeln!(
            notes,
            "<Note guid=\"{guid}\"{made}><PlainTextContent>{}</PlainTextContent></Note>",
            Escaped(&annotation.note)
        );
    }
    words.push_str("</PlainTextSelection>\n");
}

fn description(words: &str) -> String {
    if words.is_empty() {
        return String::new();
    }
    format!("<Description>{}</Description>\n", Escaped(words))
}

fn user_guid(id: &AnnotatorId) -> String {
    guid("user", id.as_str())
}

fn code_guid(id: &TagId) -> String {
    guid("code", id.as_str())
}

fn selection_guid(annotation_id: &str) -> String {
    guid("selection", annotation_id)
}
