//! The text surface: where the analyst reads, selects and sees what is marked.
//!
//! egui cannot lay out bidirectional text, so paragraphs are laid out by parley, behind [`engine`]; everything
//! else here works on the plain [`paragraph::Paragraph`] that it returns. Only what is visible is laid out,
//! painted and kept.

mod atlas;
mod blocks;
mod describe;
mod engine;
mod highlights;
mod input;
mod look;
mod map;
mod margin;
mod motion;
mod paint;
mod paragraph;
mod quote;
mod surface;
mod view;
mod warm;

pub use blocks::{Blocks, Estimate};
pub use engine::{Engine, Setting};
pub use highlights::{Highlight, highlights};
pub use look::{SurfaceLook, TagColors};
pub use paragraph::{Cell, Line, Paragraph, Place};
pub use quote::QuoteLook;
pub use surface::TextSurface;
pub use view::{Held, Shown, TextAction};
