//! Zip archives of INCEpTION: exported projects, and documents with their type system. Also archives of files in any
//! other format.
//!
//! Annotations in Java's own serialisation can be read by Java alone. A document of which there is nothing else comes
//! over as a text, and the report says how to export it again.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::archive::{Archive, looks_like_zip};
use super::files::Files;
use super::found::{Found, FoundDocument, add_codebook};
use super::inception::{document_name, tags_of};
use super::{
    CAS_JSON, FORMATS, FileInMemory, Format, ImportError, ImportOptions, WEBANNO_TSV, XMI, ending,
    json,
};
use crate::model::Codebook;

/// INCEpTION's archives.
pub const INCEPTION: Format = Format {
    name: "inception",
    title: "INCEpTION archive",
    description: "Exported projects and documents of INCEpTION; other zip archives of annotations",
    endings: &["zip"],
    recognise: |files| files.ending_in(INCEPTION.endings).any(looks_like_zip),
    mapping: None,
    read,
};

/// Archives inside of archives inside of archives are not opened.
const MOST_NESTED: usize = 1;

fn read(files: &Files<'_>, options: &ImportOptions) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let mut count = 0;
    for file in files.ending_in(INCEPTION.endings) {
        count += 1;
        let mut own = Found::default();
        let mut members = Vec::new();
        unpack(file, MOST_NESTED, u64::MAX, &mut members, &mut own)?;
        read_members(file, &members, options, &mut own)?;
        found.append(own);
    }
    if count == 0 {
        return Err(ImportError::WrongFormat(INCEPTION.title));
    }
    Ok(found)
}

/// The members that some format may read, also of the archives in an archive. Takes and returns how much may be read.
fn unpack(
    file: &FileInMemory,
    depth: usize,
    room_bytes: u64,
    members: &mut Vec<FileInMemory>,
    found: &mut Found,
) -> Result<u64, ImportError> {
    let mut archive = Archive::open(file, found)?;
    archive.limit(room_bytes);
    let names: Vec<String> = archive.names().map(str::to_owned).collect();
    for name in names.iter().filter(|name| !name.ends_with('/')) {
        let is_of_program =
            name.starts_with("log/") || name.starts_with("kb/") || name == "event.log";
        if is_of_program || !(super::may_read(name) || name.contains("source/")) {
            continue;
        }
        let Some(member) = archive.member(name)? else {
            continue;
        };
        if ending(name) == "zip" && depth > 0 {
            let left = unpack(&member, depth - 1, archive.room_bytes(), members, found)?;
            archive.limit(left);
        } else {
            members.push(member);
        }
    }
    let sorted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let serialised = names.iter().filter(|name| {
        name.ends_with(".ser") && !name.ends_with("/INITIAL_CAS.ser") && {
            // What is there in a readable form as well is no loss.
            let stem = name.trim_end_matches("ser").replace("_ser/", "/");
            let next = sorted.range(stem.as_str()..).next();
            next.is_none_or(|next| !next.starts_with(&stem))
        }
    });
    let label = file.label();
    for name in serialised {
        let words = "annotations are in Java's own form, which only Java reads; export the project again with the \
            secondary format “UIMA CAS JSON”";
        found.left_out(&label, 0, words, name);
    }
    Ok(archive.room_bytes())
}

fn read_members(
    file: &FileInMemory,
    members: &[FileInMemory],
    options: &ImportOptions,
    found: &mut Found,
) -> Result<(), ImportError> {
    let files = Files::new(members);
    let project = members.iter().find(|member| {
        let name = member.path.rsplit('/').next().unwrap_or_default();
        name.starts_with("exportedproject") && name.ends_with(".json")
    });
    let mut is_known = project.is_some();
    for format in [&CAS_JSON, &XMI, &WEBANNO_TSV] {
        if (format.recognise)(&files) {
            is_known = true;
            found.append((format.read)(&files, options)?);
        }
    }
    if let Some(project) = project {
        read_project(project, found)?;
        read_sources(members, found)?;
    }
    if is_known {
        return Ok(());
    }
    let others = FORMATS
        .iter()
        .filter(|format| format.name != INCEPTION.name);
    let format = others.into_iter().find(|format| (format.recognise)(&files));
    let format = format.ok_or_else(|| ImportError::Broken {
        file: file.path.clone(),
        words: "no format knows what is in the archive".to_owned(),
    })?;
    found.append((format.read)(&files, options)?);
    super::take_texts_beside(&files, found)?;
    files.refuse_copies()
}

/// The project's name, and the tags of its tag sets.
fn read_project(file: &FileInMemory, found: &mut Found) -> Result<(), ImportError> {
    let words = json::bounded_words(file, found)?;
    let value: Value = serde_json::from_str(&words).map_err(|error| ImportError::Broken {
        file: file.path.clone(),
        words: error.to_string(),
    })?;
    let name = value.get("name").and_then(Value::as_str);
    found.name = name.unwrap_or_default().to_owned();
    let list = |value: &Value, name: &str| {
        let list = value.get(name).and_then(Value::as_array);
        list.cloned().unwrap_or_default()
    };
    let spans = found.documents.iter().flat_map(|document| &document.spans);
    let mut used: HashSet<&str> = spans.map(|span| &*span.tag).collect();
    let mut codebook = Codebook::default();
    for set in list(&value, "tag_sets") {
        for tag in tags_of(&set) {
            // The sets of a new project, such as all parts of speech, would fill the codebook. Each tag is taken once.
            if used.remove(tag.id.as_str()) {
                codebook.tags.push(tag);
            }
        }
    }
    add_codebook(&mut found.codebook, codebook);
    Ok(())
}

/// Texts of which no annotations could be read.
fn read_sources(members: &[FileInMemory], found: &mut Found) -> Result<(), ImportError> {
    let documents = found.documents.iter();
    let mut names: HashSet<String> = documents.map(|document| document.name.clone()).collect();
    for member in members {
        let Some((_, name)) = member.path.rsplit_once("/source/") else {
            continue;
        };
        let name = document_name(name);
        if names.contains(&name) {
            continue;
        }
        if ending(&name) != "txt" {
            found.left_out(
                &member.label(),
                0,
                "a source that is no plain text is left out",
                &name,
            );
            continue;
        }
        let (text, encoding) = member.text(found)?;
        names.insert(name.clone());
        found.documents.push(FoundDocument {
            name,
            file: member.label(),
            text,
            encoding: Some(encoding),
            ..FoundDocument::default()
        });
    }
    Ok(())
}
