//! The parsers for the fuzzer: the same functions that `cargo test` runs on the corpora kept here.
//!
//! The modules that read are taken in by their files and not as a crate: then no window has to be built for the fuzzer,
//! which takes a quarter of the time.

extern crate self as ascribe;

#[path = "../../../src/anchor/mod.rs"]
pub mod anchor;
#[path = "../../it/any_input.rs"]
pub mod any_input;
#[path = "../../../src/edit/mod.rs"]
pub mod edit;
#[path = "../../../src/export/mod.rs"]
pub mod export;
#[path = "../../../src/import/mod.rs"]
pub mod import;
#[path = "../../../src/model/mod.rs"]
pub mod model;
#[path = "../../../src/query/mod.rs"]
pub mod query;
#[path = "../../it/sim_disk.rs"]
#[allow(dead_code)]
mod sim_disk;
#[path = "../../../src/store/mod.rs"]
pub mod store;
#[path = "../../../src/text/mod.rs"]
pub mod text;

/// From now on this program reads sources in runs of its own, or is such a run and ends here.
pub fn reads_sources() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, verb, _, path] = arguments.as_slice()
        && verb == "extract"
    {
        guard_panics();
        println!("{}", store::answer_extract(path.as_ref()).expect("an answer"));
        std::process::exit(0);
    }
    let own = std::env::current_exe().expect("this program has a path");
    store::read_sources_with(own);
}

/// A panic of a guarded reader is caught and said; from now on only others are finds.
pub fn guard_panics() {
    let find = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() != Some(import::GUARDED) {
            find(info);
        }
    }));
}
