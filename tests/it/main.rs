//! All integration tests are modules of this one binary, because each further binary links the program again.

mod drawing;
mod edits;
mod formats;
mod house;
mod imports;
mod index;
mod opening;
mod pictures;
mod store;
mod surface;
mod texts;
mod window;
