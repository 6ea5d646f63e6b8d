//! Which paths a project file may name.
//!
//! A project is handed from machine to machine, sometimes by strangers. So its paths lead only downwards
//! from its own folder, and mean the same on every system.

use std::path::{Component, Path, PathBuf};

use thiserror::Error;

/// Names that Windows keeps for devices, whatever ending follows.
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Most systems allow names of so many bytes.
pub const MOST_NAME_BYTES: usize = 255;

/// Why a path in a project file is not followed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PathProblem {
    /// It says nothing.
    #[error("the path is empty")]
    Empty,
    /// It begins at the root, a drive or a server.
    #[error("the path does not begin at the folder of the project")]
    NotRelative,
    /// It has `..` in it, or leads out through a link.
    #[error("the path leads out of the folder of the project")]
    LeadsOut,
    /// It has `\`, `:` or a control character in it, or a name that not every system can keep.
    #[error("the path cannot be used on every system")]
    NotPortable,
}

/// The place on disk of a path in a project file, looked at without touching the disk.
pub fn resolve(folder: &Path, path: &str) -> Result<PathBuf, PathProblem> {
    if path.is_empty() {
        return Err(PathProblem::Empty);
    }
    if path.starts_with(['/', '\\']) || path.as_bytes().get(1) == Some(&b':') {
        return Err(PathProblem::NotRelative);
    }
    if path.split('/').any(|part| part == "..") {
        return Err(PathProblem::LeadsOut);
    }
    if path
        .chars()
        .any(|c| matches!(c, '\\' | ':') || c.is_control())
        || path.split('/').any(is_not_portable)
    {
        return Err(PathProblem::NotPortable);
    }
    Ok(folder.join(path))
}

/// Whether a path that exists still lies in the folder once its links are followed.
pub fn stays_in(folder: &Path, path: &Path) -> bool {
    match (folder_canonical(folder), path.canonicalize()) {
        (Some(folder), Ok(path)) => path.starts_with(folder),
        // What is not there cannot lead anywhere; reading it will say so.
        _ => true,
    }
}

/// The path from the folder to a file below it, with `/` between the parts. `None` if it is not below,
/// or could not be used on every system.
pub fn relative(folder: &Path, file: &Path) -> Option<String> {
    let below = file.canonicalize().ok()?;
    let below = below.strip_prefix(folder_canonical(folder)?).ok()?;
    let parts: Option<Vec<&str>> = below
        .components()
        .map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    let path = parts?.join("/");
    resolve(folder, &path).is_ok().then_some(path)
}

/// An empty path stands for the folder that the program was started in.
fn folder_canonical(folder: &Path) -> Option<PathBuf> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    folder.canonicalize().ok()
}

/// Whether a name means something else on another system, or cannot be there at all.
fn is_not_portable(part: &str) -> bool {
    // Windows leaves dots and spaces at the end out, so that two names become one.
    matches!(part, "" | ".")
        || part.ends_with(['.', ' '])
        || part.len() > MOST_NAME_BYTES
        || is_reserved(part)
}

/// Whether Windows keeps the name for a device.
pub fn is_reserved(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end();
    let stem = stem.to_lowercase();
    let is_port = |prefix: &str| {
        let number = stem.strip_prefix(prefix);
        number.is_some_and(|number| {
            let mut digits = number.chars();
            let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³');
            digits.next().is_some_and(is_digit) && digits.next().is_none()
        })
    };
    RESERVED.contains(&stem.as_str()) || is_port("com") || is_port("lpt")
}
