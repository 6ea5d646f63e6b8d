//! All integration tests are modules of this one binary, because each further binary links the program again.

mod anchor;
mod any_bytes;
mod crashes;
mod dialogs;
mod drawing;
mod edit_command;
mod edits;
mod find;
mod foreign;
mod formats;
mod hostile;
mod house;
mod imports;
mod index;
mod keyboard;
mod merging;
mod opening;
mod outside;
mod pictures;
mod properties;
mod sim_disk;
mod store;
mod surface;
mod texts;
mod typing;
mod window;
