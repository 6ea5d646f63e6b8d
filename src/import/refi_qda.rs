//! REFI-QDA, which the programs for qualitative research exchange: a project (`.qdpx`) and a codebook (`.qdc`).
//!
//! Programs differ in what they call the inner file, in capital letters, in line ends and in whether a remark is a
//! description or a note. Each coding of a selection becomes an annotation; a selection without any is one without
//! a tag. Only what stands in the archive is read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::archive::Archive;
use super::files::{Files, read_each};
use super::found::{
    CopyRoom, Found, FoundDocument, FoundLink, FoundSpan, FoundText, Words, add_codebook, shortened,
};
use super::names::bounded;
use super::xml::{self, Element};
use super::{FileInMemory, Format, ImportError, ImportOptions, ending, time};
use crate::model::{Annotator, AnnotatorId, AnnotatorKind, Codebook, Color, Stamp, Tag, TagId};

/// REFI-QDA.
pub const REFI_QDA: Format = Format {
    name: "refi-qda",
    title: "REFI-QDA",
    description: "Projects and codebooks of ATLAS.ti, MAXQDA, NVivo, QualCoder, Taguette",
    endings: &["qdpx", "qdc"],
    recognise: |files| files.ending_in(REFI_QDA.endings).next().is_some(),
    mapping: None,
    read,
};

/// What nobody but its writer can use.
const LEFT_OUT: [(&str, &str); 5] = [
    ("Sets", "sets are left out"),
    ("Graphs", "graphs are left out"),
    ("Cases", "cases are left out"),
    ("Variables", "variables are left out"),
    ("NoteRef", "a note on the whole project is left out"),
];

/// More codes than anybody can tell apart; further ones are left out.
const MOST_CODES: usize = 5_000;

fn read(files: &Files<'_>, _: &ImportOptions) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let own = files.ending_in(REFI_QDA.endings);
    let count = read_each(own, &mut found, |file, found| {
        if ending(&file.path) == "qdc" {
            let root = xml::read(&file.path, &file.words(found)?)?;
            let codes = Codes::of(&root);
            codes.report(&file.label(), found);
            add_codebook(&mut found.codebook, codes.codebook());
        } else {
            found.append(read_project(file)?);
        }
        Ok(())
    })?;
    match count {
        0 => Err(ImportError::WrongFormat(REFI_QDA.title)),
        _ => Ok(found),
    }
}

fn read_project(file: &FileInMemory) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let mut archive = Archive::open(file, &mut found)?;
    let broken = |words: &str| ImportError::Broken {
        file: file.path.clone(),
        words: words.to_owned(),
    };
    let is_project = |name: &&str| ending(name) == "qde" && !name.contains('/');
    let name = archive.names().find(is_project).map(str::to_owned);
    let name = name.ok_or_else(|| broken("there is no project.qde in the archive"))?;
    let inner = archive.member(&name)?;
    let inner = inner.ok_or_else(|| broken("there is no project.qde in the archive"))?;
    let root = xml::read(&inner.path, &inner.words(&mut found)?)?;
    if root.local() != "Project" {
        return Err(broken("its inner file is no REFI-QDA project"));
    }
    let mut reading = ProjectReading {
        file: file.label(),
        is_ours: root.attribute("origin") == Some("Ascribe"),
        users: users(&root),
        codes: Codes::of(root.child("CodeBook").unwrap_or(&root)),
        notes: HashMap::new(),
        copy_room: CopyRoom::for_bytes(file.bytes.len()),
        archive,
        found,
    };
    reading.found.name = root.attribute("name").unwrap_or_default().to_owned();
    reading.found.codebook = reading.codes.codebook();
    reading.codes.report(&reading.file, &mut reading.found);
    reading.found.annotators = reading.users.values().cloned().collect();
    reading
        .found
        .annotators
        .sort_by(|a, b| (&a.id, &a.name).cmp(&(&b.id, &b.name)));
    for note in root
        .child("Notes")
        .into_iter()
        .flat_map(|notes| notes.all("Note"))
    {
        reading.read_note(note)?;
    }
    for source in root
        .child("Sources")
        .into_iter()
        .flat_map(|all| &all.children)
    {
        reading.read_source(source)?;
    }
    for link in root
        .child("Links")
        .into_iter()
        .flat_map(|links| links.all("Link"))
    {
        reading.read_link(link);
    }
    for (name, words) in LEFT_OUT {
        for element in root.all(name) {
            let what = format!("{} of them", element.children.len().max(1));
            reading.left_out(element, words, &what);
        }
    }
    Ok(reading.found)
}

/// Annotators by guid.
fn users(root: &Element) -> HashMap<String, Annotator> {
    let all = root
        .child("Users")
        .into_iter()
        .flat_map(|users| users.all("User"));
    let users = all.filter_map(|user| {
        let name = user.attribute("name").unwrap_or_default().trim();
        let id = user.attribute("id").filter(|id| !id.trim().is_empty());
        let id = id.or(Some(name)).filter(|id| !id.is_empty())?;
        let annotator = Annotator {
            id: AnnotatorId::new(id),
            name: if name.is_empty() { id } else { name }.to_owned(),
            kind: AnnotatorKind::Person,
        };
        Some((guid(user.attribute("guid")?), annotator))
    });
    users.collect()
}

/// Programs write guids in capital and in small letters, with braces and without.
fn guid(written: &str) -> String {
    written.trim_matches(['{', '}']).to_ascii_lowercase()
}

/// The codes of a file.
#[derive(Default)]
struct Codes {
    tags: Vec<Tag>,
    /// By guid.
    names: HashMap<String, TagId>,
    taken: HashSet<String>,
    /// Whether there are more of them than are taken over.
    is_cut: bool,
}

impl Codes {
    fn of(codebook: &Element) -> Self {
        let mut codes = Self::default();
        for code in codebook
            .child("Codes")
            .into_iter()
            .flat_map(|all| all.all("Code"))
        {
            codes.add(code, None);
        }
        codes
    }

    fn add(&mut self, code: &Element, parent: Option<&TagId>) {
        if self.tags.len() >= MOST_CODES {
            self.is_cut = true;
            return;
        }
        let name = code.attribute("name").unwrap_or_default().to_owned();
        // Two codes may have the same name under different wider ones; a tag may not.
        let wider = parent.map_or(String::new(), |parent| {
            format!("{}/", bounded(parent.as_str()))
        });
        let whole = format!("{wider}{name}");
        let numbered = (self.tags.len() + 1..).map(|number| format!("{whole} {number}"));
        let mut names = [name, whole.clone()].into_iter().chain(numbered);
        let is_free = |name: &String| !name.trim().is_empty() && !self.taken.contains(name);
        let free = names.find(is_free).unwrap_or_default();
        self.taken.insert(free.clone());
        let id = TagId::new(free);
        let color = code.attribute("color").and_then(color);
        self.tags.push(Tag {
            description: code.words_of("Description").to_owned(),
            parent: parent.cloned(),
            ..Tag::new(id.clone(), color.unwrap_or(Color([0x7F; 3])))
        });
        if let Some(written) = code.attribute("guid") {
            self.names.insert(guid(written), id.clone());
        }
        for narrower in code.all("Code") {
            self.add(narrower, Some(&id));
        }
    }

    fn report(&self, file: &Arc<str>, found: &mut Found) {
        if self.is_cut {
            found.left_out(
                file,
                0,
                "further codes are left out behind so many",
                MOST_CODES,
            );
        }
    }

    fn codebook(&self) -> Codebook {
        Codebook {
            tags: self.tags.clone(),
            ..Codebook::default()
        }
    }
}

/// `#F00` is short for `#FF0000`; of eight digits the last two are how opaque it is.
fn color(written: &str) -> Option<Color> {
    let digits = written.strip_prefix('#')?;
    match digits.chars().count() {
        3 => Color::parse(&format!(
            "#{}",
            digits
                .chars()
                .flat_map(|digit| [digit, digit])
                .collect::<String>()
        )),
        8 => Color::parse(&format!("#{}", digits.get(..6)?)),
        _ => Color::parse(written),
    }
}

/// A project while it is read.
struct ProjectReading<'a> {
    file: Arc<str>,
    /// Our own files say for certain how they count.
    is_ours: bool,
    users: HashMap<String, Annotator>,
    codes: Codes,
    /// Words by guid.
    notes: HashMap<String, Words>,
    /// For notes that are put together of several.
    copy_room: CopyRoom,
    archive: Archive<'a>,
    found: Found,
}

impl ProjectReading<'_> {
    fn left_out(&mut self, element: &Element, words: &str, what: &str) {
        // Any number of elements may be told by the same long name.
        self.found
            .left_out(&self.file, element.line, words, shortened(what));
    }

    fn read_note(&mut self, note: &Element) -> Result<(), ImportError> {
        let Some(id) = note.attribute("guid").map(guid) else {
            return Ok(());
        };
        let words = match self.text_of(note)? {
            Some((FoundText::Words(words), _)) => words,
            _ => note.words_of("Description").to_owned(),
        };
        self.notes.insert(id, words.into());
        Ok(())
    }

    /// The words of a source or note, wherever in the archive they stand.
    fn text_of(
        &mut self,
        source: &Element,
    ) -> Result<Option<(FoundText, Option<crate::model::Encoding>)>, ImportError> {
        if let Some(content) = source.child("PlainTextContent") {
            return Ok(Some((FoundText::Words(content.words.clone()), None)));
        }
        let Some(path) = source
            .attribute("plainTextPath")
            .filter(|path| !path.is_empty())
        else {
            return Ok(None);
        };
        let Some(name) = path.strip_prefix("internal://") else {
            let words = "a text lies outside of the archive and is not read";
            self.left_out(source, words, path);
            return Ok(None);
        };
        let member = match self.archive.member(&format!("sources/{name}"))? {
            None => self.archive.member(name)?,
            member => member,
        };
        let Some(member) = member else {
            self.left_out(source, "a text is not in the archive", path);
            return Ok(None);
        };
        let (text, encoding) = member.text(&mut self.found)?;
        Ok(Some((text, Some(encoding))))
    }

    fn read_source(&mut self, source: &Element) -> Result<(), ImportError> {
        let name = source.attribute("name").unwrap_or_default();
        if source.local() == "TextSource" {
            return self.read_text(source, name);
        }
        // Of pages, pictures and recordings what is written of them is a text.
        for part in &source.children {
            match part.local() {
                "Representation" | "TextDescription" | "Transcript" => {
                    let own = part.attribute("name").filter(|own| !own.is_empty());
                    self.read_text(part, own.unwrap_or(name))?;
                }
                "PDFSelection" | "PictureSelection" | "AudioSelection" | "VideoSelection" => {
                    // A selection of a page may say which words of its text it is.
                    let words = "a selection of a page, picture or recording is left out";
                    for _ in 0..part.all("Coding").count().max(1) {
                        self.left_out(part, words, name);
                    }
                }
                "Coding" => self.left_out(part, "a coding of a whole document is left out", name),
                _ => {}
            }
        }
        Ok(())
    }

    fn read_text(&mut self, source: &Element, name: &str) -> Result<(), ImportError> {
        let name = &self.found.name(&self.file, source.line, name);
        let mut document = FoundDocument {
            name: name.to_string(),
            file: self.file.clone(),
            line: source.line,
            is_certain: self.is_ours,
            ..FoundDocument::default()
        };
        match self.text_of(source)? {
            Some((text, encoding)) => {
                document.text = text;
                document.encoding = encoding;
            }
            None if source.local() != "TextSource" && source.children.is_empty() => return Ok(()),
            None => document.text = FoundText::Named(name.to_string()),
        }
        for part in &source.children {
            match part.local() {
                "PlainTextSelection" => self.read_selection(part, &mut document),
                "TranscriptSelection" => {
                    self.left_out(part, "a selection of a recording is left out", name);
                }
                "Coding" => self.left_out(part, "a coding of a whole document is left out", name),
                "NoteRef" => self.left_out(part, "a note on a whole document is left out", name),
                "VariableValue" => {
                    self.left_out(part, "a variable of a document is left out", name);
                }
                "Description" if !part.words.is_empty() => {
                    document
                        .fields
                        .insert("description".into(), part.words.clone());
                }
                _ => {}
            }
        }
        self.found.documents.push(document);
        Ok(())
    }

    fn read_selection(&mut self, selection: &Element, document: &mut FoundDocument) {
        let place = |name| selection.attribute(name)?.trim().parse::<usize>().ok();
        let (Some(start), Some(end)) = (place("startPosition"), place("endPosition")) else {
            let id = selection.attribute("guid").unwrap_or_default();
            return self.left_out(selection, "a selection has no place", id);
        };
        let name = selection.attribute("name").unwrap_or_default();
        let length = end.saturating_sub(start);
        // A name may be the words themselves, or their beginning, or anything a person thought of.
        let is_quote = !self.is_ours && name.chars().count() == length && length > 2;
        let mut span = FoundSpan {
            key: key(selection, "guid"),
            pieces: vec![[start, end]],
            quote: if is_quote { name } else { "" }.into(),
            note: self.note(Words::default(), selection),
            annotator: self.user(selection, "creatingUser").into(),
            created_at: selection.attribute("creationDateTime").and_then(time),
            changed: self.changed(selection),
            line: selection.line,
            ..FoundSpan::default()
        };
        let mut count = 0;
        for coding in selection.all("Coding") {
            let code = coding
                .child("CodeRef")
                .and_then(|code| code.attribute("targetGUID"));
            let tag = code.and_then(|code| self.codes.names.get(&guid(code)));
            let Some(tag) = tag.map(TagId::shared) else {
                self.left_out(coding, "a coding has no code", code.unwrap_or_default());
                continue;
            };
            let note = self.note(span.note.clone(), coding);
            let who = self.user(coding, "creatingUser");
            count += 1;
            // What is said of the selection holds for each of its codings.
            document.spans.push(FoundSpan {
                // Links lead to selections; the first coding stands for one.
                key: std::mem::take(&mut span.key),
                pieces: span.pieces.clone(),
                quote: span.quote.clone(),
                tag: tag.into(),
                note,
                annotator: if who.is_empty() {
                    span.annotator.clone()
                } else {
                    who.into()
                },
                created_at: coding
                    .attribute("creationDateTime")
                    .and_then(time)
                    .or(span.created_at),
                changed: span.changed.clone(),
                line: span.line,
                ..FoundSpan::default()
            });
        }
        if count == 0 {
            document.spans.push(span);
        }
    }

    /// What is remarked on a selection or coding, behind what is remarked on what it belongs to.
    fn note(&mut self, outer: Words, element: &Element) -> Words {
        let targets = element.all("NoteRef");
        let targets = targets.filter_map(|reference| reference.attribute("targetGUID"));
        let notes = targets.filter_map(|target| self.notes.get(&guid(target)).cloned());
        let own: Words = element.words_of("Description").into();
        let mut parts: Vec<Words> = Vec::new();
        for part in [outer, own].into_iter().chain(notes) {
            // Programs say the same in both ways.
            if !part.is_empty() && parts.first() != Some(&part) {
                parts.push(part);
            }
        }
        let bytes = parts.iter().map(|part| part.len() + 1).sum();
        let first = parts.first().cloned().unwrap_or_default();
        if parts.len() < 2 {
            return first;
        }
        match self.copy_room.take(bytes) {
            Some(()) => {
                let parts: Vec<&str> = parts.iter().map(|part| &**part).collect();
                parts.join("\n").into()
            }
            None => {
                let words = "a note is left out: too many annotations have the same long notes";
                self.left_out(element, words, &first);
                first
            }
        }
    }

    fn user(&self, element: &Element, name: &str) -> Arc<str> {
        let user = element
            .attribute(name)
            .and_then(|id| self.users.get(&guid(id)));
        user.map(|user| user.id.shared()).unwrap_or_default()
    }

    /// Programs say of everything that it was changed when it was made.
    fn changed(&self, selection: &Element) -> Option<Stamp> {
        let made = (
            selection.attribute("creatingUser"),
            selection.attribute("creationDateTime"),
        );
        let changed = (
            selection.attribute("modifyingUser"),
            selection.attribute("modifiedDateTime"),
        );
        let by = self.user(selection, "modifyingUser");
        let at = time(changed.1?)?;
        let is_told = !by.is_empty() && (self.is_ours || made != changed);
        is_told.then(|| Stamp {
            by: AnnotatorId::new(by),
            at,
        })
    }

    fn read_link(&mut self, link: &Element) {
        self.found.links.push(FoundLink {
            key: link.attribute("guid").unwrap_or_default().to_owned(),
            kind: link.attribute("name").unwrap_or_default().into(),
            from: key(link, "originGUID"),
            to: key(link, "targetGUID"),
            file: self.file.clone(),
            line: link.line,
            ..FoundLink::default()
        });
    }
}

/// The guid of a selection, by which links refer to it.
fn key(element: &Element, name: &str) -> String {
    element.attribute(name).map(guid).unwrap_or_default()
}
