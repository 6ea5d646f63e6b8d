//! Which document of the project a found one is: a new one, one that is there, or one of another file.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use rayon::prelude::*;

use super::Target;
use super::found::{Found, FoundDocument, FoundText};
use super::report::ImportReport;
use crate::model::{DocumentId, Project, Texts};
use crate::text::Text;

/// Longer names of documents are cut, since some of them are whole addresses.
const MOST_NAME_CHARACTERS: usize = 255;
/// Names with a number behind them are cut so far that they are no longer than others.
const MOST_NUMBERED_CHARACTERS: usize = 240;

/// Which document of the project a found one is, and its text.
pub struct PlacedDocument {
    /// New, or the project's.
    pub id: DocumentId,
    /// Whether the project, or an earlier file of this import, has it already.
    pub is_joined: bool,
    /// As the project has it; `None` where nobody has it.
    pub text: Option<Text>,
}

/// Finds each document's text, and those that are one and the same.
pub fn place_documents(
    found: &mut Found,
    target: Target<'_>,
    report: &mut ImportReport,
) -> Vec<PlacedDocument> {
    let said: Vec<FoundText> = found
        .documents
        .iter_mut()
        .map(|document| std::mem::take(&mut document.text))
        .collect();
    let named = Named::of(target);
    let text_of = |said| match said {
        FoundText::Words(words) => (None, Some(Text::new(words))),
        FoundText::Named(name) => named
            .get(&name)
            .map(|(id, text)| (id.clone(), text.clone()))
            .unzip(),
        FoundText::Known(text) => (None, Some(text)),
    };
    let documents = &found.documents;
    let ((names, are_names_own), texts): (_, Vec<(Option<DocumentId>, Option<Text>)>) = rayon::join(
        || (names(documents), have_own_names(documents)),
        || said.into_par_iter().map(text_of).collect(),
    );
    // Where every document has a name of its own and the project is empty, none can be joined with another.
    let may_join = !target.texts.is_empty() || !are_names_own;
    let hash_of = |text: &Text| if may_join { hash_of(text) } else { 0 };
    let hashes: Vec<Option<u64>> = texts
        .par_iter()
        .map(|(_, text)| text.as_ref().map(hash_of))
        .collect();
    let found = found.documents.iter().zip(names);
    let mut candidates: Vec<Candidate<'_>> = found
        .zip(texts.into_iter().zip(hashes))
        .map(|((document, name), ((id, text), hash))| Candidate {
            document,
            name,
            id,
            text: text.zip(hash),
        })
        .collect();
    if !target.texts.is_empty() {
        // What comes in again is known by what it was called when it came in for the first time.
        let (project, texts) = (Project::default(), Texts::new());
        let nothing = Target {
            project: &project,
            texts: &texts,
        };
        let placed = place(&candidates, nothing, true, &mut ImportReport::default());
        for (candidate, placed) in candidates.iter_mut().zip(placed) {
            candidate.name = placed.id.to_string();
        }
    }
    place(&candidates, target, may_join, report)
}

fn place(
    candidates: &[Candidate<'_>],
    target: Target<'_>,
    may_join: bool,
    report: &mut ImportReport,
) -> Vec<PlacedDocument> {
    let mut known = KnownTexts::of(target, may_join);
    let mut placed = Vec::with_capacity(candidates.len());
    for of_file in candidates.chunk_by(|one, next| one.document.file == next.document.file) {
        // Those of their own name first: none may be taken for one whose name is not there.
        let named: Vec<_> = of_file
            .iter()
            .map(|candidate| match (&candidate.id, &candidate.text) {
                (Some(id), Some((text, _))) => Some((id.clone(), text.clone())),
                _ => known.joined(candidate, Alike::of_name),
            })
            .collect();
        for (candidate, named) in of_file.iter().zip(named) {
            let joined = named.or_else(|| known.joined(candidate, Alike::next_of_any_name));
            placed.push(known.placed(candidate, joined, report));
        }
    }
    placed
}

/// A found document, what it is to be called, and its text with the hash of it, where somebody has one.
struct Candidate<'a> {
    document: &'a FoundDocument,
    name: String,
    /// The project's document that it names instead of having a text.
    id: Option<DocumentId>,
    text: Option<(Text, u64)>,
}

/// What each document is called: as the file says, or by the file's name and a number.
fn names(documents: &[FoundDocument]) -> Vec<String> {
    let mut in_file: HashMap<&str, usize> = HashMap::new();
    for document in documents {
        *in_file.entry(&document.file).or_default() += 1;
    }
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut taken: HashMap<&str, FreeNames> = HashMap::new();
    let names = documents.iter().map(|document| {
        let number = numbers.entry(&document.file).or_default();
        *number += 1;
        // What comes without a file, as from a pipe, has no stem.
        let stem = Some(super::stem(&document.file)).filter(|stem| !stem.trim().is_empty());
        let stem = stem.unwrap_or("document");
        let name = match in_file.get(&*document.file) {
            _ if !document.name.trim().is_empty() => {
                cut(&document.name, MOST_NAME_CHARACTERS).to_owned()
            }
            Some(1) => cut(stem, MOST_NAME_CHARACTERS).to_owned(),
            // Padded with zeros, so that the order of names is that of the file.
            _ => format!("{}-{number:06}", cut(stem, MOST_NUMBERED_CHARACTERS)),
        };
        taken.entry(&document.file).or_default().free(name)
    });
    names.collect()
}

/// Whether every document has a name that no other has.
fn have_own_names(documents: &[FoundDocument]) -> bool {
    let mut own = HashSet::with_capacity(documents.len());
    let mut names = documents.iter().map(|document| &*document.name);
    names.all(|name| !name.is_empty() && own.insert(name))
}

fn cut(name: &str, most_characters: usize) -> &str {
    let cut = name.char_indices().nth(most_characters);
    cut.and_then(|(cut, _)| name.get(..cut)).unwrap_or(name)
}

/// Names that differ from each other on any system.
#[derive(Default)]
struct FreeNames {
    taken: HashSet<String>,
    /// The number that the next thing of a name gets.
    next_numbers: HashMap<String, usize>,
}

impl FreeNames {
    /// The name if nothing has it yet, else the name with a number behind it.
    fn free(&mut self, name: String) -> String {
        let mut free = name.clone();
        while !self.taken.insert(free.to_lowercase()) {
            // By what stays of the name, or very many with one beginning would each try all numbers.
            let own = cut(&name, MOST_NUMBERED_CHARACTERS);
            let number = self.next_numbers.entry(own.to_lowercase()).or_insert(2);
            free = format!("{own}-{number}");
            *number += 1;
        }
        free
    }
}

/// A file's name without folders, and without its ending where it is that of a text: names may have dots in them.
pub fn name_of_file(name: &str) -> &str {
    let is_ending = super::is_source(name) || super::ending(name) == "txt";
    match is_ending {
        true => super::stem(name),
        false => name.rsplit('/').next().unwrap_or(name),
    }
}

/// The project's documents by what files call them. Put together once: a table may name thousands.
struct Named<'a> {
    target: Target<'a>,
    by_path: HashMap<&'a str, &'a DocumentId>,
    /// By the name of the file; `None` where several have the same.
    by_stem: HashMap<&'a str, Option<&'a DocumentId>>,
}

impl<'a> Named<'a> {
    fn of(target: Target<'a>) -> Self {
        let (mut by_path, mut by_stem) = (HashMap::new(), HashMap::new());
        for document in target.project.documents.values() {
            by_path.insert(&*document.path, &document.id);
            let others = by_stem.entry(super::stem(&document.path));
            others
                .and_modify(|other| *other = None)
                .or_insert(Some(&document.id));
        }
        Self {
            target,
            by_path,
            by_stem,
        }
    }

    /// The document of that id, path or file name.
    fn get(&self, name: &str) -> Option<(&'a DocumentId, &'a Text)> {
        let documents = &self.target.project.documents;
        let by_id = documents.get_key_value(&DocumentId::new(name));
        let by_path = || self.by_path.get(name).copied();
        let by_stem = || self.by_stem.get(name_of_file(name)).copied().flatten();
        let id = by_id.map(|(id, _)| id).or_else(by_path).or_else(by_stem)?;
        Some((id, self.target.texts.get(id)?))
    }
}

/// Texts by what they say, whatever their line ends.
struct KnownTexts<'a> {
    target: Target<'a>,
    by_hash: HashMap<u64, Alike>,
    ids: FreeNames,
    /// Whether any text can be the same as another.
    may_join: bool,
}

/// Documents with the same text. There may be very many, as in lists of short answers, so none is looked at twice.
#[derive(Default)]
struct Alike {
    all: Vec<Known>,
    by_id: HashMap<DocumentId, usize>,
    /// Those for which another name may stand: the file gave them none, or they are the project's.
    nameless: Vec<usize>,
    /// How many of all, and of those without a name, a file has certainly spoken of.
    passed: HashMap<Arc<str>, [usize; 2]>,
}

struct Known {
    id: DocumentId,
    text: Text,
    /// The files that have spoken of it: one file does not speak of the same document twice.
    files: HashSet<Arc<str>>,
}

impl Alike {
    fn add(&mut self, known: Known, is_nameless: bool) {
        let index = self.all.len();
        self.by_id.insert(known.id.clone(), index);
        self.nameless.extend(is_nameless.then_some(index));
        self.all.push(known);
    }

    /// Whether a file may speak of a document: it has the same words, and the file has not spoken of it.
    fn may_be(&self, index: usize, file: &Arc<str>, text: &Text) -> bool {
        let known = self.all.get(index);
        known.is_some_and(|known| !known.files.contains(file) && same_words(&known.text, text))
    }

    /// The document of the name that a found one would get.
    fn of_name(&mut self, candidate: &Candidate<'_>, text: &Text) -> Option<usize> {
        let named = self.by_id.get(&DocumentId::new(&*candidate.name)).copied();
        named.filter(|index| self.may_be(*index, &candidate.document.file, text))
    }

    /// The next document that may have any name.
    fn next_of_any_name(&mut self, candidate: &Candidate<'_>, text: &Text) -> Option<usize> {
        // Empty texts say nothing of being one and the same.
        if text.as_str().trim().is_empty() {
            return None;
        }
        let document = candidate.document;
        let mut passed = self.passed.get(&document.file).copied().unwrap_or_default();
        let is_spoken_of = |index: usize| {
            let known = self.all.get(index);
            known.is_some_and(|known| known.files.contains(&document.file))
        };
        let may_be = |index: &usize| self.may_be(*index, &document.file, text);
        let found = if document.name.is_empty() {
            while is_spoken_of(passed[0]) {
                passed[0] += 1;
            }
            (passed[0]..self.all.len()).find(may_be)
        } else {
            while self
                .nameless
                .get(passed[1])
                .is_some_and(|index| is_spoken_of(*index))
            {
                passed[1] += 1;
            }
            self.nameless.iter().skip(passed[1]).copied().find(may_be)
        };
        self.passed.insert(document.file.clone(), passed);
        found
    }
}

impl<'a> KnownTexts<'a> {
    fn of(target: Target<'a>, may_join: bool) -> Self {
        let mut by_hash: HashMap<u64, Alike> = HashMap::new();
        // Texts of documents that were taken out, as by undo, are still there to come back.
        let texts = target.texts.iter();
        for (id, text) in texts.filter(|(id, _)| target.project.documents.contains_key(*id)) {
            let known = Known {
                id: id.clone(),
                text: text.clone(),
                files: HashSet::new(),
            };
            by_hash.entry(hash_of(text)).or_default().add(known, true);
        }
        let ids = target.project.documents.keys();
        let taken = ids.map(|id| id.as_str().to_lowercase()).collect();
        Self {
            target,
            by_hash,
            ids: FreeNames {
                taken,
                next_numbers: HashMap::new(),
            },
            may_join,
        }
    }

    /// The document that has this text already, found in one of the ways, and its text as it stands there.
    fn joined(
        &mut self,
        candidate: &Candidate<'_>,
        find: impl Fn(&mut Alike, &Candidate<'_>, &Text) -> Option<usize>,
    ) -> Option<(DocumentId, Text)> {
        let (text, hash) = candidate.text.as_ref().filter(|_| self.may_join)?;
        let alike = self.by_hash.get_mut(hash)?;
        let index = find(alike, candidate, text)?;
        let known = alike.all.get_mut(index)?;
        known.files.insert(candidate.document.file.clone());
        Some((known.id.clone(), known.text.clone()))
    }

    /// The document that a found one was joined with, or else a new one.
    fn placed(
        &mut self,
        candidate: &Candidate<'_>,
        joined: Option<(DocumentId, Text)>,
        report: &mut ImportReport,
    ) -> PlacedDocument {
        report.documents.in_file += 1;
        let Some((text, hash)) = &candidate.text else {
            report.documents.without_text += 1;
            let name = match candidate.document.name.as_str() {
                "" => &candidate.name,
                name => name,
            };
            report.documents.missing.push(name.to_owned());
            return PlacedDocument {
                id: DocumentId::new(&*candidate.name),
                is_joined: true,
                text: None,
            };
        };
        if let Some((id, text)) = joined {
            report.documents.joined += 1;
            return PlacedDocument {
                id,
                is_joined: true,
                text: Some(text),
            };
        }
        report.documents.added += 1;
        PlacedDocument {
            id: self.add(candidate, text, *hash),
            is_joined: false,
            text: Some(text.clone()),
        }
    }

    /// Makes a document known under a name that nothing else has, on any system.
    fn add(&mut self, candidate: &Candidate<'_>, text: &Text, hash: u64) -> DocumentId {
        let id = DocumentId::new(self.ids.free(candidate.name.clone()));
        debug_assert!(
            !self.target.project.documents.contains_key(&id),
            "the id is free"
        );
        if !self.may_join {
            return id;
        }
        let known = Known {
            id: id.clone(),
            text: text.clone(),
            files: HashSet::from([candidate.document.file.clone()]),
        };
        let alike = self.by_hash.entry(hash).or_default();
        alike.add(known, candidate.document.name.is_empty());
        id
    }
}

/// The lines of a text without their ends, and without a byte order mark: what stays when tools rewrite both.
fn lines_of(text: &Text) -> impl Iterator<Item = &str> {
    let lines = (0..text.line_count()).map(|index| text.line(index));
    lines.enumerate().map(|(index, line)| {
        if index == 0 {
            line.trim_start_matches('\u{FEFF}')
        } else {
            line
        }
    })
}

fn hash_of(text: &Text) -> u64 {
    let mut hasher = DefaultHasher::new();
    lines_of(text).for_each(|line| line.hash(&mut hasher));
    hasher.finish()
}

fn same_words(a: &Text, b: &Text) -> bool {
    a == b || lines_of(a).eq(lines_of(b))
}
