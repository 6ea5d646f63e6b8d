//! An edit in words, on one line: its entries are written as they are in the project file.

use std::sync::Arc;

use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};

use crate::edit::{self, Author, Swap};
use crate::model::{AnnotatorId, ProjectSettings, Texts};
use crate::store::entries::Names;
use crate::store::{file, write};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit<'a> {
    label: String,
    by: String,
    at: String,
    #[serde(borrow)]
    changes: Vec<Change<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Change<'a> {
    #[serde(borrow)]
    Annotation(Entry<file::Annotation<'a>>),
    Link(Entry<file::Link>),
    Region(Entry<file::Region>),
    Claim(Entry<file::Claim>),
    Document(Entry<file::Document>),
    Annotator(Entry<file::Annotator>),
    Codebook(Entry<Box<file::Codebook>>),
    Name(Entry<String>),
    Settings(Entry<file::Settings>),
}

/// One entry before and after; left out where there is none.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<T> {
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    before: Option<T>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    after: Option<T>,
}

/// `Default` would ask the same of the entry.
fn none<T>() -> Option<T> {
    None
}

/// The words of an edit. Never fails: our structs have nothing that RON cannot say.
pub fn edit_to_string(edit: &edit::Edit) -> String {
    let edit::Edit {
        label,
        author,
        changes,
    } = edit;
    let edit = Edit {
        label: label.clone(),
        by: author.annotator_id.to_string(),
        at: author.at.to_string(),
        changes: changes.iter().map(change_entry).collect(),
    };
    let on_one_line = PrettyConfig::new().new_line("\n").depth_limit(0);
    write::written(ron::ser::to_string_pretty(&edit, on_one_line))
}

/// Reads what [`edit_to_string`] wrote.
pub fn edit_from_str(words: &str, names: &mut Names) -> Result<edit::Edit, String> {
    let read: Edit<'_> = ron::from_str(words).map_err(|error| error.to_string())?;
    let Edit {
        label,
        by,
        at,
        changes,
    } = read;
    let author = Author {
        annotator_id: AnnotatorId::new(names.shared(&by)),
        at: at
            .parse()
            .map_err(|_| format!("“{at}” is no time such as 2026-11-24T10:42:00Z"))?,
    };
    let changes = changes.into_iter().map(|change| change_of(change, names));
    let mut changes = changes.collect::<Result<Vec<_>, String>>()?;
    // Else they would lie in the memory of what the line said: of a large import, a hundred times as much.
    changes.shrink_to_fit();
    Ok(edit::Edit {
        label,
        author,
        changes,
    })
}

fn change_entry(change: &edit::Change) -> Change<'_> {
    use edit::Change as C;
    // What line ends a text has is for people who read the project file; here nobody needs it.
    let texts = Texts::new();
    let document = |document: &_| write::document_entry(document, &texts);
    match change {
        C::Annotation(swap) => Change::Annotation(entry(swap, write::annotation_entry)),
        C::Link(swap) => Change::Link(entry(swap, write::link_entry)),
        C::Region(swap) => Change::Region(entry(swap, write::region_entry)),
        C::Claim(swap) => Change::Claim(entry(swap, write::claim_entry)),
        C::Document(swap) => Change::Document(entry(swap, document)),
        C::Annotator(swap) => Change::Annotator(entry(swap, write::annotator_entry)),
        C::Codebook(swap) => Change::Codebook(both(swap, |codebook| {
            Box::new(file::Codebook::from(&**codebook))
        })),
        C::Name(swap) => Change::Name(both(swap, String::clone)),
        C::Settings(swap) => Change::Settings(both(swap, |it| write::settings_entry(it))),
    }
}

fn entry<'a, T, F>(swap: &'a Swap<Option<Arc<T>>>, words_of: impl Fn(&'a T) -> F) -> Entry<F> {
    let side = |side: &'a Option<Arc<T>>| side.as_ref().map(|entry| words_of(entry));
    Entry {
        before: side(&swap.before),
        after: side(&swap.after),
    }
}

fn both<T, F>(swap: &Swap<T>, words_of: impl Fn(&T) -> F) -> Entry<F> {
    Entry {
        before: Some(words_of(&swap.before)),
        after: Some(words_of(&swap.after)),
    }
}

fn change_of(change: Change, names: &mut Names) -> Result<edit::Change, String> {
    use edit::Change as C;
    Ok(match change {
        Change::Annotation(entry) => C::Annotation(swap_of(entry, |it| names.annotation(it))?),
        Change::Link(entry) => C::Link(swap_of(entry, |it| names.link(it))?),
        Change::Region(entry) => C::Region(swap_of(entry, |it| names.region(it))?),
        Change::Claim(entry) => C::Claim(swap_of(entry, |it| names.claim(it))?),
        Change::Document(entry) => C::Document(swap_of(entry, |it| Ok(names.document(it)))?),
        Change::Annotator(entry) => C::Annotator(swap_of(entry, |it| Ok(names.annotator(it)))?),
        Change::Codebook(entry) => C::Codebook(whole(entry, |it| Arc::new((*it).into()))?),
        Change::Name(entry) => C::Name(whole(entry, |name| name)?),
        Change::Settings(entry) => {
            C::Settings(whole(entry, |it| Arc::<ProjectSettings>::new(it.into()))?)
        }
    })
}

fn swap_of<F, T>(
    entry: Entry<F>,
    mut read: impl FnMut(F) -> Result<T, String>,
) -> Result<Swap<Option<Arc<T>>>, String> {
    let mut side = |side: Option<F>| side.map(|it| read(it).map(Arc::new)).transpose();
    Ok(Swap {
        before: side(entry.before)?,
        after: side(entry.after)?,
    })
}

fn whole<F, T>(entry: Entry<F>, read: impl Fn(F) -> T) -> Result<Swap<T>, String> {
    let (before, after) = entry
        .before
        .zip(entry.after)
        .ok_or("it does not say what was and what is")?;
    Ok(Swap {
        before: read(before),
        after: read(after),
    })
}
