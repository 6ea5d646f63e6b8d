//! The only door through which a project changes; undo and redo.
//!
//! An action looks at the project, decides, and returns an [`Edit`] or a [`Refusal`]; it changes nothing
//! itself. [`OpenProject::run`] carries an edit out, all of it or nothing. A [`Change`] says what was and
//! what is, so undo is a swap.

mod additions;
mod annotations;
mod annotators;
mod change;
mod codebook;
mod difference;
mod documents;
mod links;
mod merge;
mod open_project;
mod refusal;
mod regions;
mod texts;

pub use additions::{Additions, take_in};
pub use annotations::{
    annotate, delete_annotations, retag, set_attribute, set_note, set_spans, set_tier,
};
pub use annotators::{add_annotator, with_author};
pub use change::{Author, Change, Edit, Swap};
pub use codebook::{
    add_tag, change_codebook, delete_tag, refuse_attribute_name, refuse_name, rename_attribute,
    rename_tag, replace_codebook,
};
pub use difference::{become_project, changes_between, differences_in_words};
pub use documents::{
    add_documents, change_document, remove_document, rename_project, set_field, set_path, set_state,
};
pub use links::{link, unlink};
pub use merge::{Double, Merged, merge};
pub use open_project::{History, OpenProject, Step};
pub use refusal::Refusal;
pub use regions::{change_region, remove_region, set_aside};
pub use texts::{TakenUp, Verdict, take_up_texts};
