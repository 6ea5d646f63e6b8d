//! The project file and source texts: what goes in comes out, and bad input loses nothing.

use std::fs;
use std::path::{Path, PathBuf};

use ascribe::anchor::Found;
use ascribe::edit::{self, OpenProject};
use ascribe::model::{
    Annotation, AnnotationId, AnnotatorId, AttributeValue, Claim, ClaimId, Link, LinkId, Project,
    Region, RegionId, Stamp, TagId, Texts, Tier,
};
use ascribe::query::{self, FindingKind};
use ascribe::store::{
    self, OpenError, Opened, Progress, SaveError, bring_in, open_project, project_to_string,
    read_text, save_project,
};
use ascribe::text::{ByteOffset, LineEnds, OffsetUnit, Span, Spans, Text};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::drawing::{author, document_id, project_with, read, spans_of};
use crate::texts::any_words;
use crate::window::own_folder;

/// A folder with a project file in it and the text of its one document.
struct Saved {
    folder: TempDir,
    path: PathBuf,
}

impl Saved {
    fn of(project: &Project, texts: &Texts) -> Self {
        own_folder();
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("texts")).unwrap();
        let path = folder.path().join("p.ascribe.ron");
        let mut project = project.clone();
        for document in project.documents.clone().values() {
            let words = texts[&document.id].as_str();
            let file = folder.path().join(&document.path);
            // A mark of its own, so that one at the start of the words stays one of them.
            fs::write(&file, format!("\u{FEFF}{words}")).unwrap();
            let mut document = (**document).clone();
            document.sha256 = store::hash_of_file(&file).unwrap();
            document.encoding.has_byte_order_mark = true;
            document.encoding.line_ends = texts[&document.id].line_ends();
            project
                .documents
                .insert(document.id.clone(), document.into());
        }
        save_project(&path, &project, texts, None).unwrap();
        Self { folder, path }
    }

    fn drawn(drawing: &str) -> Self {
        let (project, texts) = read(drawing);
        Self::of(&project, &texts)
    }

    fn open(&self) -> Result<Opened, OpenError> {
        open_project(&self.path, &Progress::default())
    }

    fn words(&self) -> String {
        fs::read_to_string(&self.path).unwrap()
    }

    /// Changes the file as another program would.
    fn with(self, from: &str, to: &str) -> Self {
        let words = self.words();
        assert!(words.contains(from), "{from}");
        fs::write(&self.path, words.replacen(from, to, 1)).unwrap();
        self
    }
}

const BLAMED: &str = "
Estonia blamed the group for the outage.
^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
               ^^^^^^^^^^^^^^^^^^^^^^^^ impact @jon
";

#[test]
fn a_changed_annotation_is_one_changed_line() {
    let (project, texts) = read(BLAMED);
    let before = project_to_string(&project, &texts);
    let mut open = OpenProject::new(project);
    let id = AnnotationId::new(AnnotatorId::new("mara"), 1);
    open.run(edit::set_note(open.project(), &author(), &id, "headline").unwrap())
        .unwrap();
    let after = project_to_string(open.project(), &texts);
    let changed = before
        .lines()
        .zip(after.lines())
        .filter(|(a, b)| a != b)
        .count();
    assert_eq!(
        (changed, before.lines().count()),
        (1, after.lines().count())
    );
}

#[test]
fn opening_changes_nothing_on_disk() {
    let saved = Saved::drawn(BLAMED);
    let state = |path: &Path| {
        (
            fs::read(path).unwrap(),
            fs::metadata(path).unwrap().modified().unwrap(),
        )
    };
    let text = saved.folder.path().join("texts/drawn.txt");
    let before = (state(&saved.path), state(&text));
    saved.open().unwrap();
    assert_eq!((state(&saved.path), state(&text)), before);
    assert_eq!(
        fs::read_dir(saved.folder.path()).unwrap().count(),
        2,
        "no file is left behind"
    );
}

#[test]
fn a_newer_file_is_refused_and_untouched() {
    let saved = Saved::drawn(BLAMED)
        .with("version: 1", "version: 2")
        .with("name:", "a_field_of_the_future: 1, name:");
    let before = saved.words();
    let error = saved.open().unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::Newer {
                found: 2,
                known: 1,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("newer version"));
    assert_eq!(saved.words(), before);
}

#[test]
fn an_unknown_field_names_its_line_and_itself() {
    let saved = Saved::drawn(BLAMED).with(
        "tag: \"attribution\"",
        "colour: \"red\", tag: \"attribution\"",
    );
    let line = saved
        .words()
        .lines()
        .position(|line| line.contains("colour: \"red\""))
        .unwrap()
        + 1;
    let Err(OpenError::Damaged {
        line: found,
        words,
        salvage: Some(salvage),
        ..
    }) = saved.open()
    else {
        panic!()
    };
    assert_eq!(found, line);
    assert!(words.contains("colour"), "{words}");
    assert_eq!(
        salvage.project.annotations.len(),
        1,
        "the other annotation is offered"
    );
    assert_eq!(salvage.unreadable.len(), 1);
    assert_eq!(salvage.unreadable[0].line_number, line);
}

#[test]
fn a_slip_at_the_head_of_a_list_costs_no_entry() {
    let saved = Saved::drawn(BLAMED);
    let whole = saved.open().unwrap().project;
    let words = saved
        .words()
        .replace("  annotations: [\n", "  annotations: [ oops\n");
    fs::write(&saved.path, words).unwrap();
    let Err(OpenError::Damaged {
        salvage: Some(salvage),
        ..
    }) = saved.open()
    else {
        panic!("it is damaged and most of it reads");
    };
    assert_eq!(salvage.project.annotations.len(), whole.annotations.len());
    let slips: Vec<&str> = salvage
        .unreadable
        .iter()
        .map(|entry| entry.entry.trim())
        .collect();
    assert_eq!(slips, ["oops"]);
}

#[test]
fn a_file_cut_off_anywhere_is_never_opened_as_empty() {
    let saved = Saved::drawn(BLAMED);
    let whole = saved.words();
    let mut cut = whole.len() - 2;
    while cut > 0 {
        cut -= cut.min(97);
        let cut = whole.floor_char_boundary(cut);
        fs::write(&saved.path, &whole[..cut]).unwrap();
        match saved.open() {
            Ok(_) => panic!("opened although cut at {cut}"),
            Err(OpenError::Damaged {
                salvage: Some(salvage),
                ..
            }) => {
                assert!(
                    !salvage.unreadable.is_empty(),
                    "cut at {cut}: the loss is said"
                );
            }
            Err(_) => {}
        }
    }
}

#[test]
fn what_is_no_project_is_said() {
    let saved = Saved::drawn(BLAMED);
    let check = |bytes: &[u8], expected: &str| {
        fs::write(&saved.path, bytes).unwrap();
        let words = saved.open().unwrap_err().to_string();
        assert!(words.contains(expected), "{words}");
        assert_eq!(fs::read(&saved.path).unwrap(), bytes);
    };
    let whole = saved.words();
    check(b"", "empty");
    check(&[0; 4096], "zeros");
    check(&[0xFF, 0xFE, b'(', 0], "UTF-16");
    check(b"hello", "not a project");
    check(b"(name: \"x\")", "not a project");
    check(b"(version: 0)", "version");
    check(
        &[b"(version: 1, name: \"", &[0xC3, 0x28][..], b"\")"].concat(),
        "line 1",
    );
    check(format!("{whole} trailing").as_bytes(), "line");
    check("(version: 1, name: ".repeat(5000).as_bytes(), "line 1");
    let conflict = whole.replacen(
        "    (id: \"mara-1\"",
        "<<<<<<< ours\n    (id: \"mara-1\"",
        1,
    );
    check(conflict.as_bytes(), "merge conflict");
}

#[test]
fn a_byte_order_mark_and_cr_lf_do_no_harm() {
    let saved = Saved::drawn(BLAMED);
    let expected = saved.open().unwrap().project;
    let words = saved.words();
    fs::write(
        &saved.path,
        format!("\u{FEFF}{}", words.replace('\n', "\r\n")),
    )
    .unwrap();
    assert!(saved.open().unwrap().project == expected);
}

#[test]
fn entries_that_cannot_be_are_kept_aside() {
    for (from, to, expected) in [
        ("spans: [(0, 24)]", "spans: [(24, 0)]", "reversed"),
        ("spans: [(0, 24)]", "spans: [(7, 7)]", "empty"),
        ("spans: [(0, 24)]", "spans: []", "no span"),
        (
            "id: \"mara-1\"",
            "id: \"jon-2\"",
            "another annotation has this id",
        ),
        ("id: \"mara-1\"", "id: \"mara\"", "hyphen"),
    ] {
        let saved = Saved::drawn(BLAMED).with(from, to);
        let opened = saved.open().unwrap();
        assert_eq!(opened.unreadable.len(), 1, "{to}");
        assert!(
            opened.unreadable[0].problem.contains(expected),
            "{:?}",
            opened.unreadable[0]
        );
        let line = saved
            .words()
            .lines()
            .nth(opened.unreadable[0].line_number - 1)
            .unwrap()
            .to_owned();
        assert_eq!(opened.unreadable[0].entry, line);
        assert_eq!(opened.project.annotations.len(), 1, "the sound one is open");
    }
}

#[test]
fn what_does_not_fit_its_text_stays_in_the_project() {
    for (from, to) in [
        ("spans: [(0, 24)]", "spans: [(9000, 9024)]"),
        (
            "spans: [(0, 24)]",
            "spans: [(18446744073709551614, 18446744073709551615)]",
        ),
        ("spans: [(0, 24)]", "spans: [(1, 25)]"),
        ("tag: \"attribution\"", "tag: \"rumour\""),
        (
            "document: \"drawn\", spans: [(0",
            "document: \"gone\", spans: [(0",
        ),
    ] {
        let saved = Saved::drawn(BLAMED).with(from, to);
        let opened = saved.open().unwrap();
        assert_eq!(
            (opened.project.annotations.len(), opened.unreadable.len()),
            (2, 0),
            "{to}"
        );
        assert!(!opened.errors.is_empty(), "{to}");
        let written = project_to_string(&opened.project, &opened.texts);
        assert!(written.contains(to), "it is saved as it was: {to}");
    }
}

#[test]
fn a_number_too_large_to_be_a_place_is_an_error_with_its_line() {
    let saved = Saved::drawn(BLAMED).with("(0, 24)", "(0, 99999999999999999999999)");
    assert!(matches!(
        saved.open(),
        Err(OpenError::Damaged {
            salvage: Some(_),
            ..
        })
    ));
}

#[test]
fn a_text_changed_outside_is_seen_and_its_words_are_found_again() {
    let saved = Saved::drawn(BLAMED);
    let opened = saved.open().unwrap();
    store::keep_texts(&saved.path, &opened.project);
    let text = saved.folder.path().join("texts/drawn.txt");
    fs::write(&text, "BREAKING: Estonia blamed the group for the outage.").unwrap();
    let opened = saved.open().unwrap();
    let is_changed = |finding: &query::Finding| finding.kind == FindingKind::TextChanged;
    assert!(opened.errors.iter().any(is_changed));
    let starts: Vec<usize> = opened.changed[0]
        .found
        .values()
        .map(|found| match found {
            Found::Certain(spans) => spans.first().start().0,
            found => panic!("{found:?}"),
        })
        .collect();
    assert_eq!(starts, vec![25, 10], "by id: jon's, then mara's");
    assert!(
        query::misplaced(&opened.project, &opened.texts).is_empty(),
        "the text is shown as it was labelled until the change is taken up"
    );
}

#[test]
fn a_text_whose_line_ends_changed_on_another_machine_needs_no_copy() {
    let drawing = "\nУряд заперечив\nце сьогодні.\n^\"сьогодні\" denial @mara\n";
    let saved = Saved::drawn(drawing);
    let text = saved.folder.path().join("texts/drawn.txt");
    let words = fs::read_to_string(&text).unwrap();
    fs::write(&text, words.replace('\n', "\r\n")).unwrap();
    let opened = saved.open().unwrap();
    let found: Vec<&Found> = opened.changed[0].found.values().collect();
    assert!(matches!(found[..], [Found::Certain(_)]), "{found:?}");
}

#[test]
fn a_damaged_copy_of_an_old_text_is_not_believed() {
    let saved = Saved::drawn("\nThe navy denied it.\n         ^^^^^^ denial @mara\n");
    let opened = saved.open().unwrap();
    store::keep_texts(&saved.path, &opened.project);
    let document = &opened.project.documents[&document_id()];
    let copy = own_folder().join("texts").join(&document.sha256);
    assert!(copy.is_file());
    fs::write(&copy, "Something else entirely.").unwrap();
    let text = saved.folder.path().join("texts/drawn.txt");
    fs::write(&text, "On Monday the navy denied it.").unwrap();
    let opened = saved.open().unwrap();
    assert!(opened.changed[0].old.is_none());
    let found: Vec<&Found> = opened.changed[0].found.values().collect();
    assert!(matches!(found[..], [Found::Doubtful(_)]), "{found:?}");
}

#[test]
fn a_missing_text_is_a_finding_and_the_rest_opens() {
    let saved = Saved::drawn(BLAMED);
    fs::remove_file(saved.folder.path().join("texts/drawn.txt")).unwrap();
    let opened = saved.open().unwrap();
    assert_eq!(opened.project.annotations.len(), 2);
    assert!(
        opened
            .errors
            .iter()
            .any(|finding| matches!(finding.kind, FindingKind::TextUnreadable { .. }))
    );
}

#[test]
fn paths_that_lead_elsewhere_are_not_followed() {
    for path in [
        "../secret.txt",
        "/etc/hostname",
        "C:/x.txt",
        "\\\\\\\\server\\\\x.txt",
        "texts/../../x",
        "texts/NUL.txt",
        "texts/com1",
        "texts/LPT³.txt",
        "texts/con .txt",
        "texts/a.",
        "texts/a ",
        "texts//a.txt",
        "./a.txt",
        ".",
        "",
    ] {
        let saved =
            Saved::drawn(BLAMED).with("path: \"texts/drawn.txt\"", &format!("path: \"{path}\""));
        fs::write(
            saved.folder.path().parent().unwrap().join("secret.txt"),
            "secret",
        )
        .ok();
        let opened = saved.open().unwrap();
        assert!(opened.texts.is_empty(), "{path}");
        assert!(
            opened
                .errors
                .iter()
                .any(|finding| matches!(finding.kind, FindingKind::TextUnreadable { .. })),
            "{path}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_is_not_followed() {
    let saved = Saved::drawn(BLAMED);
    let text = saved.folder.path().join("texts/drawn.txt");
    let outside = TempDir::new().unwrap();
    fs::rename(&text, outside.path().join("x.txt")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("x.txt"), &text).unwrap();
    assert!(saved.open().unwrap().texts.is_empty());
}

#[test]
fn a_file_changed_by_somebody_else_is_not_overwritten() {
    let saved = Saved::drawn(BLAMED);
    let opened = saved.open().unwrap();
    let theirs = saved.words().replace("for the outage", "for the OUTAGE");
    fs::write(&saved.path, &theirs).unwrap();
    let outcome = save_project(
        &saved.path,
        &opened.project,
        &opened.texts,
        opened.file_sha256.as_deref(),
    );
    assert!(matches!(outcome, Err(SaveError::ChangedOutside { .. })));
    assert_eq!(saved.words(), theirs);
}

#[test]
fn a_save_says_what_does_not_stand_where_it_says() {
    let saved = Saved::drawn(BLAMED);
    let opened = saved.open().unwrap();
    let other = Texts::unit(document_id(), Text::new("Other words.".to_owned()));
    let outcome = save_project(
        &saved.path,
        &opened.project,
        &other,
        opened.file_sha256.as_deref(),
    )
    .unwrap();
    assert_eq!(outcome.misplaced.len(), 2);
    assert_eq!(
        saved.open().unwrap().project.annotations.len(),
        2,
        "they are saved as they are"
    );
}

#[test]
fn a_new_project_does_not_overwrite_a_file() {
    let saved = Saved::drawn(BLAMED);
    let before = saved.words();
    let outcome = save_project(&saved.path, &store::new_project("new"), &Texts::new(), None);
    assert!(outcome.is_err());
    assert_eq!(saved.words(), before);
}

#[cfg(unix)]
#[test]
fn saving_keeps_links_and_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let saved = Saved::drawn(BLAMED);
    let real = saved.folder.path().join("real.ron");
    fs::rename(&saved.path, &real).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&real, &saved.path).unwrap();
    let opened = saved.open().unwrap();
    save_project(
        &saved.path,
        &opened.project,
        &opened.texts,
        opened.file_sha256.as_deref(),
    )
    .unwrap();
    assert!(saved.path.is_symlink());
    assert_eq!(
        fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o640
    );
}

/// An access list that lets one more user read: version 2, then tag, permissions and id of each entry.
#[cfg(target_os = "linux")]
fn access_list(user: u32) -> Vec<u8> {
    const NOBODY: u32 = u32::MAX;
    let entries = [
        (0x01_u16, 6_u16, NOBODY),
        (0x02, 4, user),
        (0x04, 4, NOBODY),
        (0x10, 4, NOBODY),
        (0x20, 0, NOBODY),
    ];
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(permissions.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

#[cfg(target_os = "linux")]
#[test]
fn saving_keeps_access_lists_and_what_the_desktop_remembers_of_a_file() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    let saved = Saved::drawn(BLAMED);
    let kept: [(&str, Vec<u8>); 2] = [
        ("user.xdg.comment", "нотатка 👩\u{200D}👩\u{200D}👧".into()),
        ("system.posix_acl_access", access_list(4_321)),
    ];
    for (name, value) in &kept {
        if let Err(error) = setxattr(&saved.path, *name, value, XattrFlags::empty()) {
            return println!("SKIPPED: the disk of this machine keeps no {name}: {error}");
        }
    }
    let opened = saved.open().unwrap();
    let (project, hash) = (&opened.project, opened.file_sha256.as_deref());
    save_project(&saved.path, project, &opened.texts, hash).unwrap();
    for (name, value) in &kept {
        let mut found = [0; 1_000];
        let size = getxattr(&saved.path, *name, &mut found[..]).unwrap();
        assert_eq!(&found[..size], value, "{name}");
    }
}

#[test]
fn texts_are_read_in_the_encoding_that_fits() {
    let folder = TempDir::new().unwrap();
    let russian = "Министерство иностранных дел отвергло обвинения в причастности к атаке.";
    let chinese = "该组织否认对网络攻击负责，并要求提供证据。外交部发言人表示，这些指控毫无根据。";
    let utf16 = |words: &str, big: bool| -> Vec<u8> {
        words
            .encode_utf16()
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    };
    for (name, bytes, words, encoding) in [
        (
            "plain",
            "“Quoted”, naïve 🦉".as_bytes().to_vec(),
            "“Quoted”, naïve 🦉",
            "UTF-8",
        ),
        (
            "marked",
            "\u{FEFF}The ministry".as_bytes().to_vec(),
            "The ministry",
            "UTF-8",
        ),
        (
            "1251",
            encoding_rs::WINDOWS_1251.encode(russian).0.into_owned(),
            russian,
            "windows-1251",
        ),
        (
            "gb",
            encoding_rs::GB18030.encode(chinese).0.into_owned(),
            chinese,
            "gb18030",
        ),
        (
            "le",
            [&[0xFF, 0xFE][..], &utf16("Ministry", false)].concat(),
            "Ministry",
            "UTF-16LE",
        ),
        (
            "be",
            [&[0xFE, 0xFF][..], &utf16("Ministry", true)].concat(),
            "Ministry",
            "UTF-16BE",
        ),
        (
            "le without mark",
            utf16("The ministry said no.", false),
            "The ministry said no.",
            "UTF-16LE",
        ),
        (
            "be without mark",
            utf16("The ministry said no.", true),
            "The ministry said no.",
            "UTF-16BE",
        ),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, &bytes).unwrap();
        let read = read_text(&path, None).unwrap();
        assert_eq!(
            (read.text.as_str(), read.encoding.name.as_str()),
            (words, encoding),
            "{name}"
        );
        assert!(!read.encoding.is_lossy);
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    let path = folder.path().join("broken");
    fs::write(&path, [b"Naturally caf\xE9 and na\xC3\xAFve, \xC3\xA9t\xC3\xA9 \xC3\xA0 l'h\xC3\xB4tel \xC3\xA9l\xC3\xA8ve \xC3\xA9\xC3\xA9\xC3\xA9".as_slice()].concat()).unwrap();
    let read = read_text(&path, None).unwrap();
    assert!(
        read.encoding.is_lossy && read.encoding.name == "UTF-8",
        "one bad byte is said, the rest stays UTF-8"
    );
    let chosen = read_text(&path, Some("windows-1252")).unwrap();
    assert!(!chosen.encoding.is_lossy && chosen.text.as_str().contains("café"));
    assert!(read_text(&path, Some("klingon")).is_err());
    assert!(
        read_text(folder.path(), None).is_err(),
        "a folder is no text"
    );
}

#[test]
fn offsets_count_both_characters_of_cr_lf() {
    let (mut project, _) = project_with("");
    let texts = Texts::unit(
        document_id(),
        Text::new("One.\r\nTwo denied.\r\n".to_owned()),
    );
    let text = &texts[&document_id()];
    assert_eq!(text.line_ends(), LineEnds::CrLf);
    let edit = edit::annotate(
        &project,
        text,
        &author(),
        &document_id(),
        spans_of(text, "Two denied"),
        &TagId::new("denial"),
    );
    let mut open = OpenProject::new(std::mem::take(&mut project));
    open.run(edit.unwrap()).unwrap();
    let saved = Saved::of(open.project(), &texts);
    assert!(saved.words().contains("spans: [(6, 16)]"));
    assert!(saved.words().contains("line_ends: \"CRLF\""));
    assert!(saved.open().unwrap().errors.is_empty());
}

#[test]
fn texts_from_elsewhere_are_copied_and_never_written_over() {
    let saved = Saved::drawn(BLAMED);
    let elsewhere = TempDir::new().unwrap();
    fs::create_dir(elsewhere.path().join("sub")).unwrap();
    for (name, words) in [
        ("drawn.txt", "other words"),
        ("sub/b.md", "# B"),
        ("c.pdf", "%PDF"),
    ] {
        fs::write(elsewhere.path().join(name), words).unwrap();
    }
    let project = saved.open().unwrap().project;
    let before = fs::read_to_string(saved.folder.path().join("texts/drawn.txt")).unwrap();
    let brought = bring_in(
        &saved.path,
        &project,
        &[elsewhere.path().to_owned()],
        &Progress::default(),
    );
    let paths: Vec<&str> = brought
        .documents
        .iter()
        .map(|(document, _)| document.path.as_str())
        .collect();
    assert_eq!(paths, ["texts/drawn-2.txt", "texts/b.md"]);
    assert_eq!(
        fs::read_to_string(saved.folder.path().join("texts/drawn.txt")).unwrap(),
        before
    );
    let again = bring_in(
        &saved.path,
        &project,
        &[saved.folder.path().join("texts/drawn.txt")],
        &Progress::default(),
    );
    assert!(
        again.documents.is_empty(),
        "what is there already is not added again"
    );
    let gone = bring_in(
        &saved.path,
        &project,
        &[elsewhere.path().join("gone.txt")],
        &Progress::default(),
    );
    assert_eq!(gone.problems.len(), 1);
}

#[test]
fn the_sample_is_sound_and_canonical() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("saves/sample.ascribe.ron");
    let opened = open_project(&path, &Progress::default()).unwrap();
    let errors: Vec<String> = opened.errors.iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let project = &opened.project;
    let counts = (
        project.documents.len(),
        project.annotations.len(),
        project.links.len(),
        project.regions.len(),
    );
    assert_eq!(counts, (6, 82, 56, 10));
    assert_eq!(
        project_to_string(project, &opened.texts),
        fs::read_to_string(&path).unwrap()
    );
    assert_eq!(
        *project.codebook,
        store::default_codebook(),
        "the sample has the codebook that new projects get"
    );
}

#[test]
fn the_sample_unpacks_once_and_keeps_the_persons_work() {
    let folder = TempDir::new().unwrap();
    let path = store::unpack_sample_into(folder.path()).unwrap();
    assert_eq!(
        open_project(&path, &Progress::default())
            .unwrap()
            .texts
            .len(),
        6
    );
    fs::write(&path, "mine").unwrap();
    store::unpack_sample_into(folder.path()).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

/// A project with one document of any words and whatever a project can hold.
pub fn any_project() -> impl Strategy<Value = (Project, Texts)> {
    let entry = (
        0usize..300,
        1usize..40,
        prop::sample::select(vec!["attribution", "denial", "tag with/odd:signs–ü"]),
        any::<u8>(),
    );
    (any_words(), prop::collection::vec(entry, 0..25)).prop_map(|(words, entries)| {
        let (mut project, texts) = project_with(&words);
        let text = texts[&document_id()].clone();
        for (number, (start, length, tag, extra)) in entries.into_iter().enumerate() {
            if let Some(annotation) =
                some_annotation(&text, number as u32 + 1, start, length, tag, extra)
            {
                project.annotations.insert(annotation.into());
            }
        }
        add_links_and_regions(&mut project, &text);
        (project, texts)
    })
}

fn some_annotation(
    text: &Text,
    number: u32,
    start: usize,
    length: usize,
    tag: &str,
    extra: u8,
) -> Option<Annotation> {
    let all = text.as_str().chars().count();
    let place = |at: usize| text.offset_from(OffsetUnit::CodePoint, at.min(all));
    let mut pieces = vec![Span::new(place(start)?, place(start + length)?)?];
    if extra & 1 == 1 {
        pieces.extend(Span::new(
            place(start + length + 3)?,
            place(start + length + 6)?,
        ));
    }
    let spans = Spans::new(pieces)?;
    let quote = ascribe::model::quote_of(text, &spans)?.into();
    let mut attributes = ascribe::model::Attributes::new();
    if extra & 2 == 2 {
        attributes.insert(
            "speaker".into(),
            AttributeValue::Words("“Жук”; a=b, 网".into()),
        );
        attributes.insert(
            "quantity".into(),
            AttributeValue::Number(f64::from(extra) * 1.5),
        );
        attributes.insert("sure".into(), AttributeValue::YesNo(extra & 4 == 4));
    }
    Some(Annotation {
        id: AnnotationId::new(
            AnnotatorId::new(if extra & 8 == 8 { "jon" } else { "mara" }),
            number,
        ),
        document_id: document_id(),
        spans,
        tag_id: TagId::new(tag),
        attributes,
        note: if extra & 16 == 16 {
            "a note\nin two lines, \\n with \"quotes\"".into()
        } else {
            "".into()
        },
        tier: if extra & 32 == 32 {
            Tier::Optional
        } else {
            Tier::Core
        },
        quote,
        created_at: (extra & 64 == 64).then(|| author().at),
        changed: (extra & 128 == 128).then(|| Stamp {
            by: AnnotatorId::new("jon"),
            at: author().at,
        }),
    })
}

fn add_links_and_regions(project: &mut Project, text: &Text) {
    let ids: Vec<AnnotationId> = project
        .annotations
        .iter()
        .map(|annotation| annotation.id.clone())
        .collect();
    for (number, pair) in ids.windows(2).step_by(2).enumerate() {
        let id = LinkId::new(AnnotatorId::new("mara"), number as u32 + 1);
        let (from, to) = (pair[0].clone(), pair[1].clone());
        project.links.insert(
            Link {
                id,
                kind: "same_claim".into(),
                from,
                to,
                created_at: None,
            }
            .into(),
        );
    }
    if let Some(span) = Span::new(ByteOffset(0), text.floor(ByteOffset(9.min(text.end().0)))) {
        let id = RegionId::new(AnnotatorId::new("mara"), 1);
        let quote = text.slice(span).unwrap().into();
        project.regions.insert(
            Region {
                id,
                document_id: document_id(),
                kind: "caption".into(),
                span,
                quote,
            }
            .into(),
        );
    }
    if ids.len() > 1 {
        let id = ClaimId::new(AnnotatorId::new("mara"), 1);
        let claim = Claim {
            id: id.clone(),
            statement: "They say so.".to_owned(),
            annotation_ids: ids.into_iter().collect(),
        };
        project.claims.insert(id, claim.into());
    }
}

proptest! {
    #[test]
    fn any_project_reads_as_it_was_written((project, texts) in any_project()) {
        let saved = Saved::of(&project, &texts);
        let opened = saved.open().unwrap();
        prop_assert!(opened.unreadable.is_empty(), "{:?}", opened.unreadable);
        // The hash of the text is set when it is saved; all else is as it was.
        let mut expected = project.clone();
        expected.documents = opened.project.documents.clone();
        prop_assert!(opened.project == expected);
        prop_assert_eq!(project_to_string(&opened.project, &opened.texts), saved.words());
        prop_assert!(query::misplaced(&opened.project, &opened.texts).is_empty());
    }
}

#[test]
fn a_large_file_is_read_to_the_last_byte() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("large.jsonl");
    for size_bytes in [3_999_999_usize, 4_000_000, 4_000_001, 12_000_003] {
        let bytes: Vec<u8> = (0..size_bytes).map(|at| (at % 251) as u8).collect();
        fs::write(&path, &bytes).unwrap();
        let files = store::read_files(std::slice::from_ref(&path), &Progress::default()).unwrap();
        assert!(files[0].bytes == bytes, "{size_bytes}");
    }
}
