//! What must hold whatever comes in: one function for each parser, which takes any bytes and panics where something
//! does not hold. The fuzz targets of `tests/fuzz` call them, and `any_bytes` replays what the fuzzer found worth keeping.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ascribe::anchor::{Found, Mark, find_again};
use ascribe::edit::{self, Author, OpenProject};
use ascribe::export::{self, ExportOptions};
use ascribe::import::{
    self, FileInMemory, Format, ImportOptions, ImportReport, Mapping, Target, decode, encodings,
};
use ascribe::model::{AnnotatorId, Project, Texts, Timestamp, quote_of};
use ascribe::store::{OpenError, Opened, Progress, Storage, open_project_in, project_to_string};
use ascribe::text::{
    ByteOffset, OffsetUnit, Span, Spans, Text, sentences_of_line, widen_to_graphemes, words_of,
};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::sim_disk::{Contents, SimDisk};

/// Takes any bytes, and panics where something does not hold.
pub type Parser = fn(&[u8]);

/// Every parser by its name, which is also that of its corpus.
pub const PARSERS: [(&str, Parser); 24] = [
    ("project", project),
    ("journal", journal),
    ("text", text),
    ("anchoring", anchoring),
    ("brat", |input| imported("brat", input)),
    ("cas-json", |input| imported("cas-json", input)),
    ("conll", |input| imported("conll", input)),
    ("csv", |input| imported("csv", input)),
    ("docbin", |input| imported("docbin", input)),
    ("doccano", |input| imported("doccano", input)),
    ("docx", word),
    ("html", |input| extracted("p.html", input.to_vec())),
    ("huggingface", |input| imported("huggingface", input)),
    ("inception", |input| imported("inception", input)),
    ("json", |input| imported("json", input)),
    ("jsonl", |input| imported("jsonl", input)),
    ("label-studio", |input| imported("label-studio", input)),
    ("label-studio-min", |input| {
        imported("label-studio-min", input)
    }),
    ("parquet", parquet),
    ("pdf", |input| extracted("p.pdf", input.to_vec())),
    ("refi-qda", |input| imported("refi-qda", input)),
    ("web-annotation", |input| imported("web-annotation", input)),
    ("webanno-tsv", |input| imported("webanno-tsv", input)),
    ("xmi", |input| imported("xmi", input)),
];

/// Gives the bytes to the parser of that name; for the fuzzer.
#[allow(dead_code)]
pub fn parse(name: &str, bytes: &[u8]) {
    let parser = PARSERS.iter().find(|(own, _)| *own == name);
    let (_, parse) = parser.expect("there is a parser of that name");
    parse(bytes);
}

/// No file of the machine lies here.
const PROJECT: &str = "/nowhere/p.ascribe.ron";
const JOURNAL: &str = "/nowhere/.p.ascribe.ron.journal";

fn open(contents: Contents) -> Result<Opened, OpenError> {
    let storage = Storage {
        disk: Arc::new(SimDisk::of(contents)),
        state_folder: None,
        most_journal_bytes: 4_000_000,
    };
    open_project_in(&storage, Path::new(PROJECT), &Progress::default())
}

fn open_words(words: &str) -> Result<Opened, OpenError> {
    open(Contents::from([(PROJECT.into(), words.into())]))
}

/// What is written of a project reads as the same project, and is then written the same.
fn rewritten(project: &Project) {
    let words = project_to_string(project, &Texts::new());
    let again = open_words(&words).unwrap_or_else(|error| panic!("{error} in\n{words}"));
    assert!(again.unreadable.is_empty(), "{:?}", again.unreadable);
    assert!(again.project == *project, "reads differently:\n{words}");
    assert_eq!(project_to_string(&again.project, &Texts::new()), words);
}

/// A project file is read or refused with a reason; what was read is written and reads the same.
pub fn project(bytes: &[u8]) {
    match open(Contents::from([(PROJECT.into(), bytes.to_vec())])) {
        Ok(opened) => {
            rewritten(&opened.project);
            // Laid out in another way it is read by another reader, which reads the same.
            let otherwise = [bytes, b"\n"].concat();
            let otherwise = open(Contents::from([(PROJECT.into(), otherwise)]));
            let otherwise = otherwise.expect("an empty line changes nothing");
            assert!(otherwise.project == opened.project);
            assert_eq!(otherwise.unreadable, opened.unreadable);
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            if let OpenError::Damaged {
                salvage: Some(salvage),
                ..
            } = error
            {
                assert!(
                    !salvage.unreadable.is_empty(),
                    "what is missing is not said"
                );
                rewritten(&salvage.project);
            }
        }
    }
}

/// The project that journals are tried on.
const FOR_JOURNALS: &str = "(
  version: 1,
  name: \"порт\",
  codebook: (name: \"c\", tags: [(name: \"denial\", color: \"#0072B2\")]),
  annotators: [
    (id: \"mara\", name: \"Мара\"),
  ],
  documents: [
    (id: \"d1\", path: \"texts/d1.txt\"),
  ],
  regions: [
  ],
  annotations: [
    (id: \"mara-1\", document: \"d1\", spans: [(0, 6)], tag: \"denial\", quote: \"denied\"),
  ],
  links: [
  ],
  claims: [
  ],
)
";

/// A journal, as it is and with its lines sealed, since no fuzzer guesses a checksum. `@FILE` stands for the hash of
/// the project file. Either way the project opens, and what can be undone comes back by doing it again.
pub fn journal(bytes: &[u8]) {
    let sound = open_words(FOR_JOURNALS).expect("the project is sound");
    let hash = sound.file_sha256.unwrap_or_default();
    let mut sealed = Vec::new();
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        let body = String::from_utf8_lossy(body).replace("@FILE", &hash);
        let crc = crc32fast::hash(body.as_bytes());
        let end = if line.ends_with(b"\n") { "\n" } else { "" };
        sealed.extend_from_slice(format!("{crc:08x} {body}{end}").as_bytes());
    }
    for journal in [bytes.to_vec(), sealed] {
        let contents = Contents::from([
            (PROJECT.into(), FOR_JOURNALS.into()),
            (PathBuf::from(JOURNAL), journal),
        ]);
        let opened = open(contents).expect("no journal keeps its project from being opened");
        assert!(opened.recovery.notices().iter().all(|it| !it.is_empty()));
        rewritten(&opened.project);
        let mut open = OpenProject::resume(opened.project.clone(), opened.recovery.history);
        while open.redo().is_some() {}
        let last = open.project().clone();
        while open.undo().is_some() {}
        // A history that did not lead here is dropped, and then nothing comes back.
        if open.last_undone().is_some() {
            while open.redo().is_some() {}
            assert!(*open.project() == last, "redo is not undo turned");
        }
    }
}

/// Bytes become a text, or it is said why not: in an encoding of choice (the first byte), and guessed.
pub fn text(input: &[u8]) {
    let Some((&choice, bytes)) = input.split_first() else {
        return;
    };
    import::no_text(bytes);
    let chosen = encodings().nth(usize::from(choice));
    let Ok((words, encoding)) = decode(bytes.to_vec(), chosen) else {
        return;
    };
    let again = decode(bytes.to_vec(), Some(&encoding.name));
    let again = again.expect("the name of the encoding is known");
    assert_eq!(again, (words.clone(), encoding.clone()));
    if encoding.name == "UTF-8" && !encoding.is_lossy {
        let mark = if encoding.has_byte_order_mark { 3 } else { 0 };
        assert_eq!(words.as_bytes(), &bytes[mark..]);
    }
    offsets_hold(&Text::new(words));
}

/// Offsets go to every unit and back; lines hold all of the text; words, sentences and clusters lie in it.
fn offsets_hold(text: &Text) {
    let end = text.end();
    for unit in OffsetUnit::ALL {
        let units = text.offset_in(unit, end);
        assert_eq!(units, unit.length_of(text.as_str()));
        assert_eq!(text.offset_from(unit, units), Some(end));
        assert_eq!(text.offset_from(unit, units + 1), None);
        for number in 0..8 {
            let place = text.floor(ByteOffset(end.0 * number / 8));
            let units = text.offset_in(unit, place);
            assert_eq!(text.offset_from(unit, units), Some(place));
        }
    }
    let lines = (0..text.line_count()).map(|line| text.line_bytes_with_break(line));
    let mut at = 0;
    for line in lines {
        assert_eq!(line.start, at);
        at = line.end;
    }
    assert_eq!(at, end.0);
    let sentences = (0..text.line_count()).flat_map(|line| sentences_of_line(text, line));
    for sentence in sentences {
        assert!(text.slice(sentence).is_some());
        for word in words_of(text, sentence) {
            assert!(text.slice(word).is_some() && sentence.encloses(word));
            let wide = widen_to_graphemes(text, word).expect("a word has characters");
            assert!(wide.encloses(word) && text.slice(wide).is_some());
        }
    }
}

/// Three parts, parted by bytes that no text has: places as triples of bytes, the old text, the new text.
pub fn anchoring(input: &[u8]) {
    let mut parts = input.splitn(3, |&byte| byte == 0xFF);
    let (places, old, new) = (parts.next(), parts.next(), parts.next());
    let words =
        |part: Option<&[u8]>| Text::new(String::from_utf8_lossy(part.unwrap_or_default()).into());
    let (old, new) = (words(old), words(new));
    let mut marked: Vec<(Spans, String)> = Vec::new();
    for place in places.unwrap_or_default().chunks_exact(3).take(40) {
        let start = usize::from(place[0]) * (1 + usize::from(place[2] >> 5));
        let (start, end) = (ByteOffset(start), ByteOffset(start + usize::from(place[1])));
        let cut = (old.floor(start), old.floor(end));
        let (start, end) = if place[2] & 1 == 0 { cut } else { (start, end) };
        let Some(span) = Span::new(start, end) else {
            continue;
        };
        let before = marked.last().map(|(spans, _)| spans.clone());
        let joined = before
            .filter(|_| place[2] & 2 != 0)
            .and_then(|spans| Spans::new(spans.iter().chain([span]).collect()));
        let spans = joined.unwrap_or_else(|| span.into());
        let quote = quote_of(&old, &spans).filter(|_| place[2] & 4 == 0);
        marked.push((spans, quote.unwrap_or_else(|| "слова".to_owned())));
    }
    found_again_holds(Some(&old), &new, &marked);
    found_again_holds(None, &new, &marked);
}

/// Every place that is found or offered lies in the new text, and what is certain has the same words.
pub fn found_again_holds(old: Option<&Text>, new: &Text, marked: &[(Spans, String)]) {
    let marks = marked.iter().map(|(spans, quote)| Mark { spans, quote });
    let marks: Vec<Mark<'_>> = marks.collect();
    let found = find_again(old, new, &marks);
    assert_eq!(found.len(), marks.len());
    for (found, mark) in found.iter().zip(&marks) {
        match found {
            Found::Certain(spans) => {
                let words = quote_of(new, spans).expect("a certain place is in the text");
                let plain = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
                assert_eq!(plain(&words), plain(mark.quote));
            }
            Found::Doubtful(offers) => {
                assert!(!offers.is_empty());
                assert!(offers.iter().all(|spans| quote_of(new, spans).is_some()));
            }
            Found::Orphan => {}
        }
    }
}

/// Files in one, parted by lines such as `== texts/a.txt`. A first `== map text=body tag=label` is a mapping.
fn unbundled(input: &[u8]) -> (Vec<FileInMemory>, Mapping) {
    let mut files: Vec<FileInMemory> = Vec::new();
    let mut mapping = Mapping::default();
    for line in input.split_inclusive(|&byte| byte == b'\n') {
        let mark = line.strip_prefix(b"== ").map(String::from_utf8_lossy);
        match (mark, files.last_mut()) {
            (Some(mark), None) if mark.starts_with("map ") => {
                for role in mark.split_whitespace().skip(1) {
                    let _ = mapping.read(&role.replace('+', " "));
                }
            }
            (Some(mark), _) => files.push(FileInMemory {
                path: mark.trim_end().to_owned(),
                bytes: Vec::new(),
            }),
            (None, Some(file)) => file.bytes.extend_from_slice(line),
            (None, None) => {}
        }
    }
    (files, mapping)
}

/// The same files as one archive, stored as they are.
fn zipped(files: &[FileInMemory]) -> Option<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default());
    for file in files {
        zip.start_file(&*file.path, options).ok()?;
        zip.write_all(&file.bytes).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}

/// The bytes as spaCy packs its tables, so that the fuzzer need not.
fn deflated(input: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(input).ok()?;
    encoder.finish().ok()
}

/// The main part of a Word document.
pub fn word(input: &[u8]) {
    let part = FileInMemory {
        path: "word/document.xml".to_owned(),
        bytes: input.to_vec(),
    };
    extracted("p.docx", zipped(&[part]).expect("memory does not fail"));
}

/// A source of that name gives words or a reason why not.
fn extracted(name: &str, bytes: Vec<u8>) {
    let path = name.to_owned();
    match import::extract(&FileInMemory { path, bytes }) {
        Some(Ok(extracted)) => assert!(extracted.words.ends_with('\n')),
        Some(Err(words)) => assert!(!words.is_empty()),
        None => panic!("its name says what it is"),
    }
}

/// As a dataset of Hugging Face, of which this is the only table.
pub fn parquet(input: &[u8]) {
    let path = "data/train.parquet".to_owned();
    let bytes = input.to_vec();
    let format = import::format("huggingface").expect("the format is there");
    files_imported(format, &[FileInMemory { path, bytes }], Mapping::default());
}

fn files_of(format: &Format, input: &[u8]) -> Option<(Vec<FileInMemory>, Mapping)> {
    let archive = match format.name {
        "refi-qda" => "p.qdpx",
        "inception" => "p.zip",
        "docbin" => {
            let (path, bytes) = ("p.spacy".to_owned(), deflated(input)?);
            return Some((vec![FileInMemory { path, bytes }], Mapping::default()));
        }
        _ => return Some(unbundled(input)),
    };
    let (files, mapping) = unbundled(input);
    let bytes = if input.starts_with(b"PK") {
        input.to_vec()
    } else if files.iter().all(|file| file.path.ends_with(".qdc")) && !files.is_empty() {
        return Some((files, mapping));
    } else {
        zipped(&files)?
    };
    let path = archive.to_owned();
    Some((vec![FileInMemory { path, bytes }], mapping))
}

/// Files of a format are read or refused. What was read adds up, stands in its text, is written and reads the same,
/// comes and goes as one edit, adds nothing when it is read again, and can be exported.
fn imported(name: &str, input: &[u8]) {
    let format = import::format(name).expect("the format is there");
    if let Some((files, mapping)) = files_of(format, input) {
        files_imported(format, &files, mapping);
    }
}

fn files_imported(format: &Format, files: &[FileInMemory], mapping: Mapping) {
    import::recognise(files);
    import::mappable(format, files);
    let options = ImportOptions {
        annotator: "mara".to_owned(),
        mapping,
    };
    let (empty, no_texts) = (Project::default(), Texts::new());
    let target = Target {
        project: &empty,
        texts: &no_texts,
    };
    let mut imported = match import::import(format, files, &options, target) {
        Ok(imported) => imported,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    adds_up(&imported.report, imported.additions.annotations.len());
    // The texts are kept under the names of their documents, whatever the files called them.
    for document in &mut imported.additions.documents {
        document.path = format!("texts/{}.txt", import::file_stem(document.id.as_str()));
    }
    let additions = imported.additions.clone();
    let (project, texts, _) = imported.into_project();
    for annotation in project.annotations.iter() {
        let text = texts
            .get(&annotation.document_id)
            .expect("its text came along");
        assert!(annotation.agrees_with(text), "{annotation:?}");
    }
    rewritten(&project);
    comes_and_goes(additions);
    let target = Target {
        project: &project,
        texts: &texts,
    };
    let again = import::import(format, files, &options, target).expect("it was read before");
    adds_up(&again.report, again.additions.annotations.len());
    // Nothing says of blank texts without a name that they are one and the same.
    let mut more = again.additions.documents.iter();
    assert!(
        more.all(|document| again.texts[&document.id].as_str().trim().is_empty()),
        "{:?}",
        again.report
    );
    assert!(again.additions.annotations.is_empty(), "{:?}", again.report);
    let exported = |format| export::export(format, &project, &texts, &ExportOptions::default());
    if let Err(error) = exported(&export::JSONL) {
        panic!("{error}");
    }
    // The other formats may find a name that they cannot hold, and then say so and write nothing.
    export::format(format.name).map(exported);
}

fn adds_up(report: &ImportReport, added: usize) {
    for counts in report.tags.values() {
        assert_eq!(
            counts.in_file,
            counts.exact + counts.moved + counts.unplaced
        );
    }
    let sum = report.annotations();
    assert_eq!(added, sum.exact + sum.moved - sum.merged);
    assert_eq!(sum.moved, report.moved.len());
    assert_eq!(sum.unplaced, report.unplaced.len());
    let documents = &report.documents;
    assert_eq!(
        documents.in_file,
        documents.added + documents.joined + documents.without_text
    );
    let mut entries = report.links.values().chain(report.regions.values());
    assert!(entries.all(|counts| counts.added <= counts.in_file));
    assert!(report.lines().iter().all(|line| !line.contains('\n')));
}

fn comes_and_goes(additions: edit::Additions) {
    let author = Author {
        annotator_id: AnnotatorId::new("mara"),
        at: Timestamp::UNIX_EPOCH,
    };
    let before = Project::default();
    let mut open = OpenProject::new(before.clone());
    let edit = edit::take_in(&before, &author, "import".to_owned(), additions);
    let edit = edit.expect("what was imported can be taken in");
    open.run(edit).expect("the edit fits");
    open.undo();
    assert!(*open.project() == before, "what was imported did not go");
}
