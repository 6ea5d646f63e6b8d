//! Two people's work on one project comes together: nothing is lost, and the order does not matter.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ascribe::edit::{self, Author, Merged, OpenProject, merge};
use ascribe::model::{
    Annotation, AnnotationId, Annotator, AnnotatorId, AnnotatorKind, AttributeValue, DocumentId,
    DocumentState, Project, TagId, Texts, Tier, quote_of,
};
use ascribe::store::{self, Progress, open_project, read_project, unpack_sample_into};
use ascribe::text::{ByteOffset, Span, Text};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::drawing::{author, document_id, draw, project_with, read, span_of};
use crate::window::own_folder;

const BLAMED: &str = "
Estonia blamed the group for the outage. Уряд заперечив це.
^\"Estonia blamed the group\" attribution @mara
";

fn mara(number: u32) -> AnnotationId {
    AnnotationId::new(AnnotatorId::new("mara"), number)
}

fn by(name: &str, second: i64) -> Author {
    let at = author().at.as_second() + second;
    Author {
        annotator_id: AnnotatorId::new(name),
        at: ascribe::model::Timestamp::from_second(at).unwrap(),
    }
}

/// The project with one more edit.
fn with(project: &Project, edit: Result<edit::Edit, edit::Refusal>) -> Project {
    let mut open = OpenProject::new(project.clone());
    open.run(edit.unwrap()).unwrap();
    open.project().clone()
}

fn tagged(project: &Project, texts: &Texts, who: &Author, words: &str, tag: &str) -> Project {
    let text = &texts[&document_id()];
    let spans = span_of(text, words).into();
    with(
        project,
        edit::annotate(project, text, who, &document_id(), spans, &TagId::new(tag)),
    )
}

/// Merges both ways round, and once more.
fn merged(base: &Project, ours: &Project, theirs: &Project) -> Merged {
    let merged = merge(base, ours, theirs);
    let other = merge(base, theirs, ours);
    assert!(merged.project == other.project, "whoever comes first");
    for side in [ours, theirs, &merged.project] {
        let again = merge(base, &merged.project, side);
        assert!(again.project == merged.project, "once more changes nothing");
    }
    merged
}

#[test]
fn annotations_of_two_people_come_together() {
    let (base, texts) = read(BLAMED);
    let ours = tagged(&base, &texts, &by("mara", 1), "outage", "impact");
    let theirs = tagged(&base, &texts, &by("jon", 2), "заперечив", "denial");
    let merged = merged(&base, &ours, &theirs);
    assert_eq!(merged.doubles, []);
    expect_test::expect![[r#"
        Estonia blamed the group for the outage. Уряд заперечив це.
        ^"Estonia blamed the group" attribution @mara
        ^"outage" impact @mara
        ^"заперечив" denial @jon
    "#]]
    .assert_eq(&draw(&merged.project, &texts));
}

#[test]
fn a_note_and_a_tag_of_one_annotation_go_together() {
    let (base, _) = read(BLAMED);
    let ours = with(
        &base,
        edit::set_note(&base, &by("mara", 1), &mara(1), "headline"),
    );
    let theirs = with(
        &base,
        edit::retag(&base, &by("jon", 2), &mara(1), &TagId::new("denial")),
    );
    let merged = merged(&base, &ours, &theirs);
    let annotation = merged.project.annotations.get(&mara(1)).unwrap();
    assert_eq!(
        (&*annotation.note, annotation.tag_id.as_str()),
        ("headline", "denial")
    );
    assert_eq!(merged.doubles, []);
}

#[test]
fn of_a_double_edit_both_sides_are_kept_and_listed() {
    let (base, _) = read(BLAMED);
    let ours = with(
        &base,
        edit::set_note(&base, &by("mara", 1), &mara(1), "ours"),
    );
    let theirs = with(
        &base,
        edit::set_note(&base, &by("jon", 2), &mara(1), "theirs"),
    );
    let merged = merged(&base, &ours, &theirs);
    let notes: Vec<&str> = merged
        .project
        .annotations
        .iter()
        .map(|entry| &*entry.note)
        .collect();
    assert_eq!(notes, ["theirs", "ours"], "the later one keeps its place");
    let [double] = merged.doubles.as_slice() else {
        panic!("{:?}", merged.doubles)
    };
    assert_eq!(double.what, "annotation mara-1, note");
    assert_eq!(
        (double.ours.as_str(), double.theirs.as_str()),
        ("\"ours\"", "\"theirs\"")
    );
    assert!(double.outcome.contains("mara-2"), "{}", double.outcome);
}

#[test]
fn what_one_side_deleted_and_the_other_changed_stays() {
    let (base, _) = read(BLAMED);
    let ids = BTreeSet::from([mara(1)]);
    let ours = with(&base, edit::delete_annotations(&base, &by("mara", 1), &ids));
    let theirs = with(
        &base,
        edit::set_note(&base, &by("jon", 2), &mara(1), "important"),
    );
    let merged_both = merged(&base, &ours, &theirs);
    assert_eq!(merged_both.project.annotations.len(), 1);
    assert_eq!(merged_both.doubles.len(), 1);
    let deleted = merged(&base, &ours, &base);
    assert_eq!(
        deleted.project.annotations.len(),
        0,
        "what only one side touched goes"
    );
    assert_eq!(deleted.doubles, []);
}

#[test]
fn one_person_on_two_machines_loses_nothing() {
    let (base, texts) = read(BLAMED);
    let on = |words: &str, second| {
        let who = by("mara", second);
        let tagged = tagged(&base, &texts, &who, words, "impact");
        let link = edit::link(&tagged, &who, "same_claim", &mara(2), &mara(2));
        assert!(link.is_err());
        tagged
    };
    let (ours, theirs) = (on("outage", 1), on("заперечив", 2));
    assert!(ours.annotations.get(&mara(2)).is_some() && theirs.annotations.get(&mara(2)).is_some());
    let merged = merged(&base, &ours, &theirs);
    let quotes: BTreeSet<String> = merged
        .project
        .annotations
        .iter()
        .map(|entry| entry.quote.to_string())
        .collect();
    assert_eq!(quotes.len(), 3, "{quotes:?}");
    assert_eq!(merged.doubles, []);
}

#[test]
fn a_link_follows_its_annotation_to_another_number() {
    let (base, texts) = read(BLAMED);
    let linked = |words: &str, second| {
        let who = by("mara", second);
        let project = tagged(&base, &texts, &who, words, "denial");
        with(
            &project,
            edit::link(&project, &who, "denies", &mara(2), &mara(1)),
        )
    };
    let (ours, theirs) = (linked("outage", 1), linked("заперечив", 2));
    let merged = merged(&base, &ours, &theirs);
    let ends: BTreeSet<String> = merged
        .project
        .links
        .iter()
        .map(|link| {
            merged
                .project
                .annotations
                .get(&link.from)
                .unwrap()
                .quote
                .to_string()
        })
        .collect();
    assert_eq!(
        ends,
        BTreeSet::from(["outage".to_owned(), "заперечив".to_owned()])
    );
}

#[test]
fn a_document_that_one_removed_comes_back_if_the_other_marked_it() {
    let (base, texts) = read(BLAMED);
    let ours = with(
        &base,
        edit::remove_document(&base, &by("mara", 1), &document_id()),
    );
    let theirs = tagged(&base, &texts, &by("jon", 2), "outage", "impact");
    let merged = merged(&base, &ours, &theirs);
    assert!(merged.project.documents.contains_key(&document_id()));
    assert!(
        merged
            .project
            .annotations
            .iter()
            .any(|entry| &*entry.quote == "outage")
    );
    assert!(!merged.doubles.is_empty());
}

#[test]
fn two_files_of_one_name_become_two_documents() {
    let (base, _) = project_with("Nobody was hurt.");
    let added = |path: &str, who: &Author| {
        let mut document = (*base.documents[&document_id()]).clone();
        document.id = DocumentId::new("report");
        document.path = path.to_owned();
        with(&base, edit::add_documents(&base, who, vec![document]))
    };
    let ours = added("texts/report.txt", &by("mara", 1));
    let theirs = added("more/report.txt", &by("jon", 2));
    let merged = merged(&base, &ours, &theirs);
    let paths: BTreeSet<&str> = merged
        .project
        .documents
        .values()
        .map(|document| document.path.as_str())
        .collect();
    assert_eq!(
        paths,
        BTreeSet::from(["texts/drawn.txt", "texts/report.txt", "more/report.txt"])
    );
}

#[test]
fn states_and_codebooks_of_two_people_come_together() {
    let (base, _) = read(BLAMED);
    let finished = |who: &str| {
        let who = by(who, 1);
        let state = edit::set_state(&base, &who, &document_id(), DocumentState::Finished);
        let project = with(&base, state);
        let tag = ascribe::model::Tag::new(
            TagId::new(format!("of-{}", who.annotator_id)),
            ascribe::model::Color([1, 2, 3]),
        );
        with(&project, edit::add_tag(&project, &who, tag))
    };
    let merged = merged(&base, &finished("mara"), &finished("jon"));
    assert_eq!(merged.project.documents[&document_id()].states.len(), 2);
    let tags: Vec<&str> = merged
        .project
        .codebook
        .tags
        .iter()
        .map(|tag| tag.id.as_str())
        .collect();
    assert_eq!(
        tags,
        ["attribution", "denial", "impact", "of-jon", "of-mara"]
    );
    assert_eq!(merged.doubles, []);
}

const WORDS: &str =
    "Estonia blamed the group; 该组织否认了指控 👩‍👩‍👧. Уряд заперечив це, نфت cafe\u{301}.";

/// What one side does, as numbers to be read by [`play`].
type Steps = Vec<(u8, usize, usize, u32)>;

fn steps() -> impl Strategy<Value = Steps> {
    prop::collection::vec((0u8..12, 0usize..60, 1usize..12, 1u32..12), 0..14)
}

/// Carries out what can be carried out.
fn play(project: &Project, text: &Text, who: &str, steps: &Steps) -> Project {
    let mut open = OpenProject::new(project.clone());
    for (second, (what, start, length, number)) in steps.iter().enumerate() {
        let who = by(who, second as i64 / 3);
        let project = open.project();
        if !project.documents.contains_key(&document_id()) {
            break;
        }
        let unit = ascribe::text::OffsetUnit::CodePoint;
        let end = (start + length).min(text.as_str().chars().count());
        let ends = (text.offset_from(unit, *start), text.offset_from(unit, end));
        let span = match ends {
            (Some(start), Some(end)) => Span::new(start, end),
            _ => None,
        };
        let tags = ["attribution", "denial", "impact"].map(TagId::new);
        let tag_id = &tags[start % 3];
        let all: Vec<AnnotationId> = project
            .annotations
            .iter()
            .map(|entry| entry.id.clone())
            .collect();
        let pick = |number: u32| all.get(number as usize % all.len().max(1)).cloned();
        let edit = match (what, pick(*number), span) {
            (0..=2, _, Some(span)) => {
                edit::annotate(project, text, &who, &document_id(), span.into(), tag_id)
            }
            (3, Some(id), _) => edit::retag(project, &who, &id, tag_id),
            (4, Some(id), _) => edit::delete_annotations(project, &who, &BTreeSet::from([id])),
            (5, Some(id), _) => match pick(number + 1) {
                Some(other) => edit::link(project, &who, "same_claim", &id, &other),
                None => continue,
            },
            (6, Some(id), Some(span)) => edit::set_spans(project, text, &who, &id, span.into()),
            (7, Some(id), _) => edit::set_note(project, &who, &id, &format!("note {start}")),
            (8, Some(id), _) => {
                edit::set_tier(project, &who, &id, [Tier::Core, Tier::Optional][start % 2])
            }
            (9, Some(id), _) => {
                let value = AttributeValue::Words(["Estonia", "该组织"][start % 2].into());
                edit::set_attribute(project, &who, &id, "speaker", Some(value))
            }
            (10, _, Some(span)) => {
                edit::set_aside(project, text, &who, &document_id(), span, "navigation")
            }
            (11, _, _) if *number == 1 => edit::remove_document(project, &who, &document_id()),
            (11, _, _) if *number == 2 => edit::delete_tag(project, &who, tag_id),
            (11, _, _) if *number == 3 => {
                edit::rename_project(project, &who, format!("name {start}"))
            }
            (11, _, _) => {
                let state = DocumentState::ALL[start % 4];
                edit::set_state(project, &who, &document_id(), state)
            }
            _ => continue,
        };
        if let Ok(edit) = edit {
            open.run(edit).unwrap();
        }
    }
    open.project().clone()
}

/// Whether one annotation of the merged project holds all that this side made of it.
fn is_kept(merged: &Project, base: Option<&Annotation>, made: &Annotation) -> bool {
    merged.annotations.iter().any(|entry| {
        let same = |is_changed: bool, is_same: bool| !is_changed || is_same;
        let changed = |differs: fn(&Annotation, &Annotation) -> bool| {
            base.is_none_or(|base| differs(base, made))
        };
        entry.annotator_id() == made.annotator_id()
            && same(
                changed(|a, b| a.spans != b.spans),
                entry.spans == made.spans && entry.quote == made.quote,
            )
            && same(
                changed(|a, b| a.tag_id != b.tag_id),
                entry.tag_id == made.tag_id,
            )
            && same(changed(|a, b| a.note != b.note), entry.note == made.note)
            && same(changed(|a, b| a.tier != b.tier), entry.tier == made.tier)
            && same(
                changed(|a, b| a.attributes != b.attributes),
                made.attributes.iter().all(|(name, value)| {
                    base.is_some_and(|base| base.attributes.get(name) == Some(value))
                        || entry.attributes.get(name) == Some(value)
                }),
            )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// One person on two machines and two people: whichever side comes first the outcome is the same, merging again
    /// changes nothing, and whatever either side made is there.
    #[test]
    fn a_merge_is_the_same_both_ways_and_again_and_loses_nothing(
        before in steps(),
        ours in steps(),
        theirs in steps(),
        is_same_person in any::<bool>(),
    ) {
        let (empty, texts) = project_with(WORDS);
        let text = &texts[&document_id()];
        let base = play(&empty, text, "mara", &before);
        let ours = play(&base, text, "mara", &ours);
        let theirs = play(&base, text, if is_same_person { "mara" } else { "jon" }, &theirs);
        let outcome = merge(&base, &ours, &theirs);
        let turned = merge(&base, &theirs, &ours);
        prop_assert!(outcome.project == turned.project, "the order matters");
        prop_assert_eq!(outcome.doubles.len(), turned.doubles.len());
        for side in [&ours, &theirs, &outcome.project] {
            prop_assert!(merge(&base, &outcome.project, side).project == outcome.project, "not the same again");
            prop_assert!(merge(&base, side, &outcome.project).project == outcome.project, "not the same again");
            prop_assert!(merge(&base, side, side).project == *side);
            prop_assert!(merge(&base, &base, side).project == *side);
        }
        for (own, other) in [(&ours, &theirs), (&theirs, &ours)] {
            for annotation in own.annotations.iter() {
                let was = base.annotations.get(&annotation.id);
                let is_untouched = was == Some(annotation);
                let is_deleted = was.is_some() && other.annotations.get(&annotation.id).is_none();
                if is_untouched && is_deleted {
                    continue;
                }
                prop_assert!(
                    is_kept(&outcome.project, was.map(|was| &**was), annotation),
                    "{} is lost: {:?}", annotation.id, annotation
                );
            }
            for link in own.links.iter().filter(|link| base.links.get(&link.id).is_none()) {
                let words = |project: &Project, id: &AnnotationId| project.annotations.get(id).map(|entry| entry.created_at);
                let is_it = |other: &std::sync::Arc<ascribe::model::Link>| {
                    other.kind == link.kind && words(&outcome.project, &other.from) == words(own, &link.from)
                };
                prop_assert!(outcome.project.links.iter().any(is_it), "a link is lost");
            }
        }
        for link in outcome.project.links.iter() {
            prop_assert!(outcome.project.annotations.get(&link.from).is_some(), "an end is loose");
            prop_assert!(outcome.project.annotations.get(&link.to).is_some(), "an end is loose");
        }
        for annotation in outcome.project.annotations.iter() {
            prop_assert!(outcome.project.documents.contains_key(&annotation.document_id));
            let quote = quote_of(text, &annotation.spans);
            prop_assert_eq!(quote.as_deref(), Some(&*annotation.quote));
        }
    }
}

/// A folder under git with the sample in it, merged by us.
struct Repository {
    folder: TempDir,
}

impl Repository {
    fn new() -> Self {
        own_folder();
        let folder = TempDir::new().unwrap();
        unpack_sample_into(folder.path()).unwrap();
        let repository = Self { folder };
        repository.git(&["init", "-q", "-b", "main"]);
        repository.git(&["config", "user.name", "Mara"]);
        repository.git(&["config", "user.email", "mara@example.org"]);
        repository.git(&["config", "core.autocrlf", "false"]);
        let output = ascribe(&["merge", "--install-git", folder_of(&repository)]);
        assert!(output.status.success(), "{output:?}");
        repository.commit("Begin");
        repository
    }

    fn try_git(&self, arguments: &[&str]) -> Output {
        Command::new("git")
            .arg("-C")
            .arg(self.folder.path())
            .args(arguments)
            .output()
            .unwrap()
    }

    fn git(&self, arguments: &[&str]) {
        let output = self.try_git(arguments);
        assert!(output.status.success(), "{output:?}");
    }

    fn commit(&self, subject: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", subject]);
    }

    fn project_file(&self) -> std::path::PathBuf {
        self.folder.path().join("sample.ascribe.ron")
    }

    fn project(&self) -> Project {
        read_project(&self.project_file()).unwrap().project
    }

    /// Works on a branch of its own that begins at `main`.
    fn on_branch(&self, branch: &str, work: impl Fn(&Project, &Texts) -> Project) {
        self.git(&["checkout", "-q", "-b", branch, "main"]);
        let opened = open_project(&self.project_file(), &Progress::default()).unwrap();
        let project = work(&opened.project, &opened.texts);
        let expected = opened.file_sha256.as_deref();
        store::save_project(&self.project_file(), &project, &opened.texts, expected).unwrap();
        self.commit(branch);
        self.git(&["checkout", "-q", "main"]);
    }

    /// Tags the first characters of every document.
    fn label(project: &Project, texts: &Texts, who: &Author, tag: &str, size: usize) -> Project {
        let mut open = OpenProject::new(project.clone());
        let annotator = Annotator {
            id: who.annotator_id.clone(),
            name: who.annotator_id.to_string(),
            kind: AnnotatorKind::Person,
        };
        let joined = edit::add_annotator(project, who, annotator).unwrap();
        open.run(joined).unwrap();
        for (document_id, text) in texts {
            let end = text.floor(ByteOffset(size));
            let span = Span::new(ByteOffset(0), end).unwrap();
            let tag_id = TagId::new(tag);
            let edit = edit::annotate(open.project(), text, who, document_id, span.into(), &tag_id);
            open.run(edit.unwrap()).unwrap();
        }
        open.project().clone()
    }
}

fn folder_of(repository: &Repository) -> &str {
    repository.folder.path().to_str().unwrap()
}

fn ascribe(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ascribe"))
        .env("XDG_STATE_HOME", own_folder())
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn git_merges_the_work_of_two_people_on_the_same_documents() {
    let repository = Repository::new();
    let before = repository.project().annotations.len();
    repository.on_branch("jon", |project, texts| {
        Repository::label(project, texts, &by("jon", 1), "impact", 9)
    });
    repository.on_branch("ana", |project, texts| {
        Repository::label(project, texts, &by("ana", 2), "denial", 7)
    });
    repository.git(&["merge", "-q", "--no-edit", "jon"]);
    repository.git(&["merge", "-q", "--no-edit", "ana"]);
    let merged = repository.project();
    assert_eq!(
        merged.annotations.len(),
        before + 2 * merged.documents.len()
    );
    let output = ascribe(&["check", repository.project_file().to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn git_stops_at_a_double_edit_with_both_sides_in_the_file() {
    let repository = Repository::new();
    let project = repository.project();
    let id = project.annotations.iter().next().unwrap().id.clone();
    let note = |name: &'static str, second| {
        let id = id.clone();
        move |project: &Project, _: &Texts| {
            with(
                project,
                edit::set_note(project, &by(name, second), &id, name),
            )
        }
    };
    repository.on_branch("jon", note("jon", 1));
    repository.on_branch("ana", note("ana", 2));
    repository.git(&["merge", "-q", "--no-edit", "jon"]);
    let output = repository.try_git(&["merge", "--no-edit", "ana"]);
    assert!(!output.status.success(), "somebody has to look");
    let words = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(words.contains(&format!("annotation {id}, note")), "{words}");
    let merged = repository.project();
    let notes: BTreeSet<&str> = merged
        .annotations
        .iter()
        .map(|entry| &*entry.note)
        .collect();
    assert!(notes.contains("jon") && notes.contains("ana"));
    let whole = fs::read_to_string(repository.project_file()).unwrap();
    assert!(!whole.contains("<<<<"), "the file reads");
}

#[test]
fn merging_what_cannot_be_read_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let path = unpack_sample_into(folder.path()).unwrap();
    let damaged = folder.path().join("damaged.ascribe.ron");
    let words = fs::read_to_string(&path).unwrap();
    fs::write(
        &damaged,
        words.replacen("spans: [(0, 61)]", "spans: [(0, 61", 1),
    )
    .unwrap();
    let name = |path: &Path| path.to_str().unwrap().to_owned();
    let (ours, theirs) = (name(&path), name(&damaged));
    let output = ascribe(&["merge", &ours, &ours, &theirs, "-o", &ours]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("line"),
        "{output:?}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), words);
}
