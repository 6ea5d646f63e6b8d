//! Ascribe: label source texts by hand.
pub mod edit;
pub mod model;
pub mod text;
