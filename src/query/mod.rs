//! Questions about a project: what is wrong with it, how much there is, what stands where.

mod check;
mod counts;
mod places;

pub use check::{Finding, FindingKind, Severity, Subject, check};
pub use counts::{Stats, progress_of, stats};
pub use places::{filter_documents, misplaced};
