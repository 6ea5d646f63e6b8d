//! The order of the house: who may use whom, who may touch files and windows, and what lies at the top level.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// In reading order. Each module may use itself and those above it.
const ORDER: [&str; 15] = [
    "text",
    "model",
    "anchor",
    "query",
    "edit",
    "import",
    "export",
    "agreement",
    "suggest",
    "dataset",
    "report",
    "store",
    "app",
    "cli",
    "ui",
];
const WINDOW_CRATES: [&str; 6] = ["egui", "eframe", "rfd", "parley", "vello_cpu", "fontique"];

const WRITING: [&str; 7] = [
    "fs::write",
    "fs::rename",
    "fs::remove_",
    "fs::copy",
    "fs::create_",
    "File::create",
    "OpenOptions",
];

/// What is wrong with a source file; the path is from `src`.
fn faults(path: &str, source: &str) -> Vec<String> {
    let module = path
        .split('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".rs");
    let mut faults = Vec::new();
    let rank = |name: &str| ORDER.iter().position(|known| *known == name);
    for (number, line) in source.lines().enumerate() {
        let code = line.split("//").next().unwrap_or(line);
        let mut say = |words: String| faults.push(format!("src/{path}:{}: {words}", number + 1));
        for used in code.split("crate::").skip(1) {
            let used: String = used
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let looks_down = rank(module)
                .zip(rank(&used))
                .is_some_and(|(own, other)| other > own);
            if looks_down {
                say(format!("`{module}` uses `{used}`, which stands below it"));
            }
        }
        let knows_windows = module == "ui" || path == "main.rs";
        for name in WINDOW_CRATES
            .iter()
            .filter(|name| code.contains(&format!("{name}::")) && !knows_windows)
        {
            say(format!("only `ui` and `main.rs` know {name}"));
        }
        if (code.contains("std::fs") || code.contains("File::")) && module != "store" {
            say("only `store` touches files".to_owned());
        }
        let writes = WRITING.iter().any(|call| code.contains(call));
        if writes && module == "store" && path != "store/disk.rs" {
            say("what is written goes through `store::Disk`".to_owned());
        }
    }
    faults
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_module_looks_upwards_only() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    assert!(files.len() > 30);
    let faults: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let path = file
                .strip_prefix(root().join("src"))
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            faults(&path, &fs::read_to_string(file).unwrap())
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_fault_in_the_order_is_seen() {
    assert_eq!(
        faults("model/project.rs", "use crate::store::Saved;").len(),
        1
    );
    assert_eq!(faults("edit/mod.rs", "fn f(ui: &mut egui::Ui) {}").len(), 1);
    assert_eq!(
        faults("app/files.rs", "std::fs::write(path, bytes)").len(),
        1
    );
    assert_eq!(
        faults(
            "export/csv.rs",
            "use crate::model::Tag; // not crate::ui::Tag"
        )
        .len(),
        0
    );
    assert_eq!(faults("store/disk.rs", "fs::write(path, bytes)").len(), 0);
    assert_eq!(faults("store/lock.rs", "fs::write(path, bytes)").len(), 1);
}

#[test]
fn the_top_level_holds_what_was_agreed() {
    let agreed: BTreeSet<&str> = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "assets",
        "saves",
        "tests",
        "README.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "CHANGELOG.md",
        ".gitignore",
        ".ci",
        ".git",
        "target",
    ]
    .into();
    let found = fs::read_dir(root())
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let other: Vec<String> = found
        .filter(|name| !agreed.contains(name.as_str()))
        .collect();
    assert!(other.is_empty(), "{other:?}");
}
