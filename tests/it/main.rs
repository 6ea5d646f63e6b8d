//! All integration tests are modules of this one binary, because each further binary links the program again.

mod crashes;
mod drawing;
mod edits;
mod formats;
mod house;
mod index;
mod pictures;
mod sim_disk;
mod store;
mod surface;
mod texts;
mod window;
