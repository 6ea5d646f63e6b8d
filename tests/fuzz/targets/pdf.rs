#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use ascribe_fuzz::model::Project;
use ascribe_fuzz::reads_sources;
use ascribe_fuzz::store::{Progress, look_through};

/// Where the file lies that is read in a run of its own, as the program does it: the library may use up its stack or
/// work without end on a bad one, which has to cost that file only.
static PLACE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("{}.pdf", std::process::id())));

libfuzzer_sys::fuzz_target!(init: reads_sources(), |bytes: &[u8]| {
    fs::write(&*PLACE, bytes).expect("there is room");
    let nowhere = PathBuf::from("/nowhere/p.ascribe.ron");
    let paths = [PLACE.clone()];
    let looked = look_through(&nowhere, &Project::default(), &paths, &Progress::default());
    let [seen] = looked.sources.as_slice() else {
        panic!("there is one source");
    };
    match &seen.outcome {
        Ok(extracted) => assert!(extracted.words.ends_with('\n')),
        Err(words) => assert!(!words.is_empty()),
    }
});
