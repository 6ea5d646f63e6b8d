//! Ascribe: label source texts by hand. This page is the map of the house.
//!
//! # What happens when a person tags words
//!
//! The view `ui::text` lays the visible paragraphs out, turns a drag into a [`text::Span`] and puts a
//! [`app::Command`] on a tray. After the frame [`app::App::run`] carries it out: it asks [`edit::annotate`] for an
//! [`edit::Edit`], which may be refused, and [`edit::OpenProject::run`] applies it, all of it or nothing. The
//! project has a new revision; what is derived from it is made anew. The edit goes to the [`store::Journal`], whose
//! thread has it on the disk a moment later. After a pause a snapshot of the project, which costs nothing because its
//! maps are shared, goes to a thread that writes the project file.
//!
//! # The house
//!
//! In reading order. Each module may use itself and those above it, never those below; a test keeps this.
//!
//! | module | for |
//! |---|---|
//! | [`text`] | characters, offsets, spans, lines, words and sentences |
//! | [`model`] | the project as plain data, in persistent maps |
//! | [`anchor`] | finds a span again after its text has changed |
//! | [`query`] | questions about a project: checks, counts, what stands where |
//! | [`edit`] | the only door through which a project changes; undo and redo |
//! | [`import`] | bytes in, a small project and warnings out; one file a format |
//! | [`export`] | project in, bytes and a loss report out, read back and compared; one file a format |
//! | [`store`] | the project file (RON), its journal, and the disk |
//! | [`app`] | the running program without its windows: commands, tasks, settings |
//! | [`cli`] | the same commands without a window |
//! | [`ui`] | windows; reads the app, asks for commands |
//!
//! Three promises: only `ui` and `main.rs` know egui; only `store` touches files; only `edit` changes an open
//! project.
//!
//! # Things worth knowing
//!
//! - Offsets are UTF-8 bytes everywhere inside; other units exist only where files are read and written.
//! - Every annotation keeps the words it was made on. One whose words are no longer at its place is never painted,
//!   never moved by itself and never lost: it stays in the file as it is and is listed until a person decides.
//! - The texts on disk are never written. Whether they or the project file have changed is looked at every few seconds
//!   and before each save ([`store::look_outside`]); what others changed is merged ([`edit::merge`]), and annotations
//!   follow their text ([`anchor::find_again`]).
//! - The structs of the file stand apart from the model, so that either can change without the other.

pub mod anchor;
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
