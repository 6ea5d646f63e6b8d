//! What `ron` needs by itself for the same file: its documents and annotations read into plain structs, and written.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// What a workload's file holds. The rest is small.
#[derive(Serialize, Deserialize)]
struct Project {
    version: u32,
    name: String,
    #[serde(skip_serializing, rename = "codebook")]
    _codebook: IgnoredAny,
    #[serde(skip_serializing, rename = "annotators")]
    _annotators: IgnoredAny,
    documents: Vec<Document>,
    #[serde(skip_serializing, rename = "regions")]
    _regions: IgnoredAny,
    annotations: Vec<Annotation>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    id: String,
    path: String,
    sha256: String,
    size_bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct Annotation {
    id: String,
    document: String,
    spans: Vec<(usize, usize)>,
    tag: String,
    quote: String,
    created: String,
}

/// How long reading the file and writing it again take.
pub fn times(project_file: &Path) -> (Duration, Duration) {
    let begun = Instant::now();
    let words = std::fs::read_to_string(project_file).expect("the file is there");
    let project: Project = ron::from_str(&words).expect("it reads");
    let read = begun.elapsed();
    let begun = Instant::now();
    let written = ron::to_string(&project).expect("it can be written");
    std::fs::write(project_file.with_extension("plain"), written).expect("room on the disk");
    (read, begun.elapsed())
}
