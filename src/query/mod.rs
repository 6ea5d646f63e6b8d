//! Questions about a project: what is wrong with it, how much there is, what stands where.

mod check;
mod counts;
mod find;
mod places;

pub use check::{BadValue, Finding, FindingKind, Severity, Subject, check, errors, missing_values};
pub use counts::{Stats, progress_of, stats};
pub use find::{MOST_FOUND, Needle, find_in_text, find_steps, unlabelled_paragraph};
pub use places::{filter_documents, misplaced};
