//! Tells folders that are uploaded, or that lie on another machine, from those on a disk of this one: there a project
//! is saved less often, since each save sends the whole file.
//!
//! Sync clients are known by the names of their folders and by what they leave in them. A folder that only looks like
//! one costs nothing but a few saves: every edit is in the journal at once, which lies elsewhere.

use std::fs;
use std::path::{Component, Path, Prefix};

/// What a project's folder is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Medium {
    /// A disk of this machine.
    #[default]
    Disk,
    /// A folder that this program uploads.
    Synchronised(&'static str),
    /// A folder of another machine.
    Share,
}

/// The beginnings of names of folders, and which client makes them. “OneDrive - Example Ltd” is one, “Boxes” is not.
const NAMES: [(&str, &str); 13] = [
    ("Dropbox", "Dropbox"),
    ("OneDrive", "OneDrive"),
    ("Nextcloud", "Nextcloud"),
    ("ownCloud", "ownCloud"),
    ("Google Drive", "Google Drive"),
    ("GoogleDrive", "Google Drive"),
    ("iCloudDrive", "iCloud"),
    ("iCloud Drive", "iCloud"),
    ("com~apple~CloudDocs", "iCloud"),
    ("Mobile Documents", "iCloud"),
    ("pCloudDrive", "pCloud"),
    ("Proton Drive", "Proton Drive"),
    ("Seafile", "Seafile"),
];
/// What clients leave in the folder that they upload: names, or with a star their beginnings.
const MARKS: [(&str, &str); 12] = [
    (".dropbox", "Dropbox"),
    (".dropbox.cache", "Dropbox"),
    (".849C9593-D756-4E56-8D6E-42412F2A707B", "OneDrive"),
    (".nextcloudsync.log", "Nextcloud"),
    (".owncloudsync.log", "ownCloud"),
    (".sync_*", "Nextcloud"),
    ("._sync_*", "Nextcloud"),
    (".tmp.driveupload", "Google Drive"),
    (".tmp.drivedownload", "Google Drive"),
    (".stfolder*", "Syncthing"),
    (".stversions", "Syncthing"),
    (".megaignore", "MEGA"),
];
/// File systems whose files lie on another machine, as Linux calls them.
const SHARES: [&str; 19] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "davfs",
    "fuse.davfs",
    "fuse.davfs2",
    "fuse.sshfs",
    "fuse.gvfsd-fuse",
    "fuse.rclone",
    "fuse.glusterfs",
    "fuse.s3fs",
    "fuse.kio-fuse",
];

/// What a project's folder is on, as far as that can be told. On a Mac shares are taken for disks.
pub fn medium_of(project_file: &Path) -> Medium {
    let whole = project_file.canonicalize();
    let whole = whole.as_deref().unwrap_or(project_file);
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    if let Some(client) = whole.ancestors().skip(1).find_map(client_of) {
        Medium::Synchronised(client)
    } else if is_network_path(whole) || lies_on_share(&mounts, whole) {
        Medium::Share
    } else {
        Medium::Disk
    }
}

/// Whether a path lies on a share, by what Linux says of its mounts in `/proc/self/mountinfo`.
pub fn lies_on_share(mounts: &str, path: &Path) -> bool {
    // 36 35 98:0 / /mnt/team rw,noatime master:1 - nfs4 server:/team rw
    let mounts = mounts.lines().filter_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let place = unescaped(before.split(' ').nth(4)?);
        Some((place, after.split(' ').next()?))
    });
    let around = mounts.filter(|(place, _)| path.starts_with(place));
    // Of two at the same place the later one hides the earlier.
    let nearest = around.max_by_key(|(place, _)| Path::new(place).components().count());
    nearest.is_some_and(|(_, kind)| SHARES.contains(&kind))
}

/// Which client uploads this folder, if it is the top of what it uploads.
fn client_of(folder: &Path) -> Option<&'static str> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let is_named = |beginning: &str| {
        let rest = name.strip_prefix(beginning);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '-', '(']))
    };
    let named = NAMES.iter().find(|(beginning, _)| is_named(beginning));
    let marked = || {
        let entries = fs::read_dir(folder).ok()?.flatten();
        let mut hidden = entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.starts_with('.').then_some(name)
        });
        hidden.find_map(|name| MARKS.iter().find(|(mark, _)| is_mark(mark, &name)))
    };
    named.or_else(marked).map(|(_, client)| *client)
}

fn is_mark(mark: &str, name: &str) -> bool {
    match mark.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == mark,
    }
}

/// `\\server\share` on Windows, also behind a letter.
fn is_network_path(path: &Path) -> bool {
    let first = path.components().next();
    matches!(first, Some(Component::Prefix(prefix))
        if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)))
}

/// Linux writes blanks and the like as three octal digits behind a backslash.
fn unescaped(place: &str) -> String {
    [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ]
    .into_iter()
    .fold(place.to_owned(), |place, (escape, plain)| {
        place.replace(escape, plain)
    })
}
