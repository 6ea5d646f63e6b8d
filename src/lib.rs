//! Ascribe: label source texts by hand.
pub mod app;
pub mod cli;
pub mod edit;
pub mod export;
pub mod import;
pub mod model;
pub mod query;
pub mod store;
pub mod text;
pub mod ui;
