//! Which columns of a table, or keys of an object, hold what.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use serde::Serialize;

use super::ImportError;
use super::files::Files;

/// What a column or key may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The whole text of a document.
    Text,
    /// The name of the document, or of the file with its text.
    Document,
    /// JSON only: the list of annotations within a document.
    Spans,
    /// Where an annotation begins.
    Start,
    /// Where it ends.
    End,
    /// How long it is, instead of where it ends.
    Length,
    /// Its tag.
    Tag,
    /// Its words.
    Quote,
    /// What stands before them.
    Prefix,
    /// What stands behind them.
    Suffix,
    /// A remark for people.
    Note,
    /// Who made it.
    Annotator,
    /// What links call it.
    Id,
}

impl Role {
    /// Every role, in the order of the dialog.
    pub const ALL: [Role; 13] = [
        Self::Text,
        Self::Document,
        Self::Spans,
        Self::Start,
        Self::End,
        Self::Length,
        Self::Tag,
        Self::Quote,
        Self::Prefix,
        Self::Suffix,
        Self::Note,
        Self::Annotator,
        Self::Id,
    ];

    /// On the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Document => "document",
            Self::Spans => "spans",
            Self::Start => "start",
            Self::End => "end",
            Self::Length => "length",
            Self::Tag => "tag",
            Self::Quote => "quote",
            Self::Prefix => "prefix",
            Self::Suffix => "suffix",
            Self::Note => "note",
            Self::Annotator => "annotator",
            Self::Id => "id",
        }
    }

    /// On the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Text => "Text of the document",
            Self::Document => "Name of the document or its file",
            Self::Spans => "List of annotations",
            Self::Start => "Start",
            Self::End => "End",
            Self::Length => "Length, instead of the end",
            Self::Tag => "Tag",
            Self::Quote => "Words of the annotation",
            Self::Prefix => "Words before it",
            Self::Suffix => "Words behind it",
            Self::Note => "Note",
            Self::Annotator => "Annotator",
            Self::Id => "Id",
        }
    }

    /// Names under which tools write it, the likeliest first. In small letters.
    fn usual(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["text", "data", "content", "body", "sentence", "article"],
            Self::Document => &[
                "document",
                "doc",
                "document_id",
                "documentid",
                "doc_id",
                "file",
                "filename",
            ],
            Self::Spans => &["spans", "entities", "annotations", "labels", "label"],
            Self::Start => &[
                "start",
                "begin",
                "start_offset",
                "start_char",
                "from",
                "offset",
            ],
            Self::End => &["end", "stop", "end_offset", "end_char", "to"],
            Self::Length => &["length", "len"],
            Self::Tag => &[
                "tag", "label", "labels", "type", "code", "category", "class",
            ],
            Self::Quote => &[
                "quote",
                "exact",
                "segment",
                "value",
                "words",
                "span",
                "covered_text",
                "text",
            ],
            Self::Prefix => &["prefix", "before"],
            Self::Suffix => &["suffix", "after", "behind"],
            Self::Note => &["note", "comment", "memo", "remark"],
            Self::Annotator => &["annotator", "coder", "user", "creator", "annotator_id"],
            Self::Id => &["id", "span_id", "_id", "key"],
        }
    }
}

/// A format in which columns or keys can mean anything.
pub(super) struct MappingOf {
    /// What they may hold, in the order of the dialog.
    pub roles: &'static [Role],
    /// Those that there are, in the order of the files; in large files of JSON those of the first records.
    pub names: fn(&Files<'_>) -> Vec<String>,
}

impl MappingOf {
    /// What a mapping of these files may speak of.
    pub fn mappable(&self, files: &Files<'_>) -> Mappable {
        Mappable {
            roles: self.roles,
            names: (self.names)(files),
        }
    }

    /// Refuses slips, where all names are known.
    ///
    /// # Errors
    /// [`ImportError::MappingLeadsNowhere`] for the first.
    pub fn refuse_slips(
        &self,
        said: &Mapping,
        files: &Files<'_>,
        what: &'static str,
    ) -> Result<(), ImportError> {
        let names = LazyCell::new(|| (self.names)(files));
        let is_there = |path: &str| names.iter().any(|name| name == path);
        self.refuse_slips_where(said, files, what, is_there)
    }

    /// Refuses slips, where only all of the files tell what is there.
    ///
    /// # Errors
    /// [`ImportError::MappingLeadsNowhere`] for the first.
    pub fn refuse_slips_where(
        &self,
        said: &Mapping,
        files: &Files<'_>,
        what: &'static str,
        is_there: impl Fn(&str) -> bool,
    ) -> Result<(), ImportError> {
        match said.slip(|_, path| is_there(path)) {
            None => Ok(()),
            Some(slip) => Err(self.leads_nowhere(slip, what, (self.names)(files), files)),
        }
    }

    /// What a slip is answered with: what it is, and the names that it may have meant.
    pub fn leads_nowhere(
        &self,
        (role, path): (Role, &str),
        what: &'static str,
        names: Vec<String>,
        files: &Files<'_>,
    ) -> ImportError {
        ImportError::MappingLeadsNowhere {
            said: format!("{}={path}", role.name()),
            what,
            names,
            mappable: self.mappable(files),
        }
    }
}

/// What a mapping of some files may speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mappable {
    /// What a column or key may hold in their format, in the order of the dialog.
    pub roles: &'static [Role],
    /// The columns or keys that there are; of large files of JSON those of the first records.
    pub names: Vec<String>,
}

/// Which columns or keys hold what. A key inside another is written `meta.source`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Mapping {
    paths: BTreeMap<Role, String>,
}

impl Mapping {
    /// Says where something stands; an empty path says that it stands nowhere.
    pub fn set(&mut self, role: Role, path: impl Into<String>) {
        let path = path.into();
        if path.is_empty() {
            self.paths.remove(&role);
        } else {
            self.paths.insert(role, path);
        }
    }

    /// Where something stands.
    pub fn get(&self, role: Role) -> Option<&str> {
        self.paths.get(&role).map(String::as_str)
    }

    /// Everything that was said.
    pub fn said(&self) -> impl Iterator<Item = (Role, &str)> {
        self.paths.iter().map(|(role, path)| (*role, path.as_str()))
    }

    /// The first that was said to stand where nothing is. Followed, it would cost the annotations what they say.
    pub(super) fn slip(&self, is_there: impl Fn(Role, &str) -> bool) -> Option<(Role, &str)> {
        self.said().find(|(role, path)| !is_there(*role, path))
    }

    /// What was said, as far as it is there.
    pub(super) fn only(&self, is_there: impl Fn(Role, &str) -> bool) -> Self {
        let paths = self.paths.iter();
        let there = paths.filter(|(role, path)| is_there(**role, path));
        Self {
            paths: there.map(|(role, path)| (*role, path.clone())).collect(),
        }
    }

    /// What either says; where both do, what this one says.
    pub(super) fn or(mut self, other: &Self) -> Self {
        for (role, path) in other.said() {
            let own = self.paths.entry(role);
            own.or_insert_with(|| path.to_owned());
        }
        self
    }

    /// As it is written on the command line.
    pub(super) fn in_words(&self) -> String {
        let said = self.said();
        let said = said.map(|(role, path)| format!("{}={path}", role.name()));
        said.collect::<Vec<_>>().join(" ")
    }

    /// Whether nothing has been said.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Reads `tag=label`.
    ///
    /// # Errors
    /// If there is no such role, no name behind it, or the role has been said already.
    pub fn read(&mut self, written: &str) -> Result<(), String> {
        let (role, path) = written
            .split_once('=')
            .ok_or("write it as role=name, such as tag=label")?;
        let role = Role::ALL
            .into_iter()
            .find(|known| known.name() == role)
            .ok_or_else(|| {
                let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
                format!("there is no “{role}”, only {}", names.join(", "))
            })?;
        if path.is_empty() {
            return Err(format!("say what holds the {}", role.name()));
        }
        if let Some(other) = self.get(role) {
            return Err(format!(
                "“{}” is said twice: {other} and {path}",
                role.name()
            ));
        }
        self.set(role, path);
        Ok(())
    }

    /// What the names themselves say, for what has not been said, where it fits. No name stands for two things.
    pub fn or_guessed(
        &self,
        names: &[&str],
        roles: &[Role],
        fits: impl Fn(Role, &str) -> bool,
    ) -> Self {
        let mut mapping = self.clone();
        let mut taken: Vec<&str> = self.paths.values().map(String::as_str).collect();
        for &role in roles.iter().filter(|role| self.get(**role).is_none()) {
            let is_usual =
                |name: &&&str, usual: &str| name.to_lowercase() == usual && !taken.contains(*name);
            let named = |usual: &&str| {
                let mut names = names.iter().filter(|name| is_usual(name, usual));
                names.find(|name| fits(role, name))
            };
            if let Some(name) = role.usual().iter().find_map(named) {
                taken.push(name);
                mapping.set(role, *name);
            }
        }
        mapping
    }
}
