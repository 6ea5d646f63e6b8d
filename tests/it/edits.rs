//! What edits do, what they refuse, and that every one can be taken back.

use std::collections::BTreeSet;
use std::sync::Arc;

use ascribe::edit::{self, Change, Edit, OpenProject, Refusal, Swap};
use ascribe::model::{
    Annotation, AnnotationId, Annotator, AnnotatorId, AnnotatorKind, AttributeValue, DocumentState,
    Project, TagId, Texts, Tier,
};
use ascribe::text::Text;
use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::drawing::{author, document_id, draw, project_with, read, span_of, spans_of};

const BLAMED: &str = "
Estonia blamed the group for the outage.
^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
";

fn text(texts: &Texts) -> &Text {
    &texts[&document_id()]
}

fn mara(number: u32) -> AnnotationId {
    AnnotationId::new(AnnotatorId::new("mara"), number)
}

/// Carries the edit out, compares the drawing, takes it back and compares the whole project, does it again.
fn check(
    drawing: &str,
    decide: impl Fn(&Project, &Texts) -> Result<Edit, Refusal>,
    expected: Expect,
) -> (OpenProject, Texts) {
    let (project, texts) = read(drawing);
    let mut open = OpenProject::new(project.clone());
    match decide(open.project(), &texts) {
        Err(refusal) => expected.assert_eq(&format!("refused: {refusal}\n")),
        Ok(edit) => {
            open.run(edit).unwrap();
            expected.assert_eq(&draw(open.project(), &texts));
            let done = open.project().clone();
            assert!(open.undo().is_some());
            assert!(
                *open.project() == project,
                "undo brings the whole project back"
            );
            assert!(open.redo().is_some());
            assert!(*open.project() == done, "redo brings the edit back");
        }
    }
    (open, texts)
}

fn check_tag(drawing: &str, words: &str, tag: &str, expected: Expect) -> OpenProject {
    let tag_id = TagId::new(tag);
    let decide = |project: &Project, texts: &Texts| {
        let spans = spans_of(text(texts), words);
        edit::annotate(
            project,
            text(texts),
            &author(),
            &document_id(),
            spans,
            &tag_id,
        )
    };
    check(drawing, decide, expected).0
}

#[test]
fn spans_may_cross() {
    check_tag(
        BLAMED,
        "the group for the outage",
        "impact",
        expect![[r#"
            Estonia blamed the group for the outage.
            ^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
                           ^^^^^^^^^^^^^^^^^^^^^^^^ impact @mara
        "#]],
    );
}

#[test]
fn the_same_words_cannot_carry_a_tag_twice() {
    check_tag(
        BLAMED,
        "Estonia blamed the group",
        "attribution",
        expect![[r#"
            refused: You have already tagged these words as “attribution”
        "#]],
    );
}

#[test]
fn the_same_words_can_carry_another_tag() {
    check_tag(
        BLAMED,
        "Estonia blamed the group",
        "denial",
        expect![[r#"
            Estonia blamed the group for the outage.
            ^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
            ^^^^^^^^^^^^^^^^^^^^^^^^ denial @mara
        "#]],
    );
}

#[test]
fn words_in_any_script_can_be_tagged() {
    check_tag(
        "وزارة الدفاع نفت التهمة 网络攻击 👩‍👩‍👧",
        "نفت التهمة",
        "denial",
        expect![[r#"
            وزارة الدفاع نفت التهمة 网络攻击 👩‍👩‍👧
            ^"نفت التهمة" denial @mara
        "#]],
    );
}

#[test]
fn a_number_made_by_hand_leaves_room_for_the_next() {
    let (mut project, texts) = read(BLAMED);
    let mut highest = Annotation::clone(project.annotations.iter().next().unwrap());
    highest.id = mara(u32::MAX - 1);
    project.annotations.insert(Arc::new(highest));
    let mut open = OpenProject::new(project);
    for words in ["blamed", "the group", "the outage"] {
        let edit = edit::annotate(
            open.project(),
            text(&texts),
            &author(),
            &document_id(),
            spans_of(text(&texts), words),
            &TagId::new("attribution"),
        );
        open.run(edit.unwrap()).unwrap();
    }
    let all = open.project().annotations.iter();
    let numbers: Vec<u32> = all.map(|annotation| annotation.id.number).collect();
    assert_eq!(numbers, [1, 2, 3, u32::MAX - 1, u32::MAX]);
}

#[test]
fn an_unknown_tag_is_refused() {
    check_tag(
        BLAMED,
        "outage",
        "rumour",
        expect![[r#"
        refused: The codebook has no tag “rumour”
    "#]],
    );
}

#[test]
fn the_first_annotation_puts_a_document_in_progress() {
    let open = check_tag(
        "Nobody was hurt.",
        "Nobody",
        "impact",
        expect![[r#"
        Nobody was hurt.
        ^^^^^^ impact @mara
    "#]],
    );
    let document = &open.project().documents[&document_id()];
    assert_eq!(
        document.state_of(&AnnotatorId::new("mara")),
        DocumentState::InProgress
    );
    assert_eq!(
        document.state_of(&AnnotatorId::new("jon")),
        DocumentState::NotAssigned
    );
}

#[test]
fn retagging_drops_what_the_new_tag_does_not_have() {
    let (project, _) = read(BLAMED);
    let mut open = OpenProject::new(project);
    let words = AttributeValue::Words("likely".into());
    open.run(
        edit::set_attribute(
            open.project(),
            &author(),
            &mara(1),
            "certainty",
            Some(words),
        )
        .unwrap(),
    )
    .unwrap();
    let speaker = AttributeValue::Words("Estonia".into());
    open.run(
        edit::set_attribute(
            open.project(),
            &author(),
            &mara(1),
            "speaker",
            Some(speaker.clone()),
        )
        .unwrap(),
    )
    .unwrap();
    let before = open.project().clone();
    open.run(edit::retag(open.project(), &author(), &mara(1), &TagId::new("denial")).unwrap())
        .unwrap();
    let after = open.project().annotations.get(&mara(1)).unwrap();
    assert_eq!(
        after.attributes.get("speaker"),
        Some(&speaker),
        "denial has a speaker too"
    );
    assert_eq!(after.attributes.get("certainty"), None);
    open.undo();
    assert!(*open.project() == before);
}

#[test]
fn an_annotation_goes_with_its_links() {
    let (project, texts) = read(
        "
Estonia blamed the group. The group denied it.
^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
                          ^^^^^^^^^^^^^^^^^^^ denial @mara
",
    );
    let mut open = OpenProject::new(project);
    open.run(edit::link(open.project(), &author(), "denies", &mara(2), &mara(1)).unwrap())
        .unwrap();
    let linked = open.project().clone();
    open.run(
        edit::delete_annotations(open.project(), &author(), &BTreeSet::from([mara(1)])).unwrap(),
    )
    .unwrap();
    assert_eq!(open.project().links.len(), 0);
    expect![[r#"
        Estonia blamed the group. The group denied it.
                                  ^^^^^^^^^^^^^^^^^^^ denial @mara
    "#]]
    .assert_eq(&draw(open.project(), &texts));
    open.undo();
    assert!(*open.project() == linked);
    assert_eq!(
        open.project().links.of(&mara(1)).count(),
        1,
        "the index of ends is back too"
    );
}

#[test]
fn links_keep_the_rules_of_the_codebook() {
    let (project, _) = read(
        "
Estonia blamed the group. The group denied it.
^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
                          ^^^^^^^^^^^^^^^^^^^ denial @mara
",
    );
    let link = |kind: &str, from, to| {
        edit::link(&project, &author(), kind, &mara(from), &mara(to)).map(drop)
    };
    assert_eq!(link("denies", 2, 1), Ok(()));
    assert_eq!(link("denies", 1, 1), Err(Refusal::LinkToItself));
    assert!(matches!(
        link("denies", 1, 2),
        Err(Refusal::LinkNotAllowed { .. })
    ));
    assert!(matches!(
        link("same_claim", 1, 2),
        Err(Refusal::LinkNotAllowed { .. })
    ));
    assert_eq!(
        link("rumours", 2, 1),
        Err(Refusal::UnknownLinkKind("rumours".to_owned()))
    );
}

#[test]
fn an_edge_can_be_moved() {
    check(
        BLAMED,
        |project, texts| {
            let spans = spans_of(text(texts), "Estonia blamed the group for the outage");
            edit::set_spans(project, text(texts), &author(), &mara(1), spans)
        },
        expect![[r#"
            Estonia blamed the group for the outage.
            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ attribution @mara
        "#]],
    );
}

#[test]
fn attributes_take_only_what_the_codebook_allows() {
    let (project, _) = read("Ports stood still.\n^^^^^^^^^^^^^^^^^ impact @mara");
    let set = |name: &str, value| {
        edit::set_attribute(&project, &author(), &mara(1), name, Some(value)).map(drop)
    };
    let words = |words: &str| AttributeValue::Words(words.into());
    assert_eq!(set("kind", words("disruption")), Ok(()));
    assert!(matches!(
        set("kind", words("boredom")),
        Err(Refusal::BadValue { .. })
    ));
    assert_eq!(set("quantity", AttributeValue::Number(14.0)), Ok(()));
    assert!(matches!(
        set("quantity", words("fourteen")),
        Err(Refusal::BadValue { .. })
    ));
    assert!(matches!(
        set("certainty", words("likely")),
        Err(Refusal::UnknownAttribute { .. })
    ));
}

#[test]
fn renaming_a_tag_rewrites_its_annotations_and_rules() {
    let (open, _) = check(
        BLAMED,
        |project, _| {
            edit::rename_tag(
                project,
                &author(),
                &TagId::new("attribution"),
                &TagId::new("blame"),
            )
        },
        expect![[r#"
            Estonia blamed the group for the outage.
            ^^^^^^^^^^^^^^^^^^^^^^^^ blame @mara
        "#]],
    );
    let denies = open.project().codebook.link_kind("denies").unwrap();
    assert!(denies.joins(&TagId::new("denial"), &TagId::new("blame")));
}

#[test]
fn deleting_a_tag_deletes_its_annotations_in_one_edit() {
    check(
        BLAMED,
        |project, _| edit::delete_tag(project, &author(), &TagId::new("attribution")),
        expect![[r#"
            Estonia blamed the group for the outage.
        "#]],
    );
}

#[test]
fn two_tags_cannot_share_a_key() {
    let (project, _) = read(BLAMED);
    let clash = edit::change_codebook(&project, &author(), "change".to_owned(), |codebook| {
        codebook.tags[1].key = codebook.tags[0].key;
    });
    assert!(matches!(clash, Err(Refusal::KeyTaken { key: '1', .. })));
}

#[test]
fn words_can_be_set_aside_once() {
    let (project, texts) = project_with("READ MORE: ten things\nto do");
    let span = span_of(text(&texts), "READ MORE: ten things");
    let mut open = OpenProject::new(project.clone());
    let aside = |project: &Project| {
        edit::set_aside(
            project,
            text(&texts),
            &author(),
            &document_id(),
            span,
            "navigation",
        )
    };
    open.run(aside(open.project()).unwrap()).unwrap();
    assert_eq!(
        open.project().regions.in_document(&document_id()).count(),
        1
    );
    assert_eq!(aside(open.project()), Err(Refusal::AlreadySetAside));
    open.undo();
    assert!(*open.project() == project);
}

#[test]
fn a_region_gets_another_kind_and_other_words_and_undo_gives_it_the_old_ones() {
    let (project, texts) = project_with("ПОДРОБНЕЕ: десять 🦉\nto do");
    let mut open = OpenProject::new(project);
    let set = |project: &Project, words: &str| {
        let span = span_of(text(&texts), words);
        edit::set_aside(
            project,
            text(&texts),
            &author(),
            &document_id(),
            span,
            "navigation",
        )
    };
    open.run(set(open.project(), "ПОДРОБНЕЕ").unwrap()).unwrap();
    open.run(set(open.project(), "to do").unwrap()).unwrap();
    let before = open.project().clone();
    let first = before.regions.in_document(&document_id()).next().unwrap();
    let change = |project: &Project, kind: &str, words: &str| {
        let span = span_of(text(&texts), words);
        edit::change_region(project, text(&texts), &author(), &first.id, kind, span)
    };
    let edit = change(open.project(), "caption", "ПОДРОБНЕЕ: десять 🦉").unwrap();
    open.run(edit).unwrap();
    let after = open.project().regions.get(&first.id).unwrap();
    assert_eq!(
        (&*after.kind, &*after.quote),
        ("caption", "ПОДРОБНЕЕ: десять 🦉")
    );
    assert_eq!(
        change(open.project(), "caption", "do"),
        Err(Refusal::AlreadySetAside)
    );
    assert_eq!(
        change(open.project(), "aside", "десять"),
        Err(Refusal::UnknownRegionKind("aside".to_owned()))
    );
    open.undo();
    assert!(*open.project() == before);
}

#[test]
fn removing_a_document_can_be_taken_back() {
    let (project, _) = read(BLAMED);
    let mut open = OpenProject::new(project.clone());
    open.run(edit::remove_document(open.project(), &author(), &document_id()).unwrap())
        .unwrap();
    assert!(open.project().documents.is_empty() && open.project().annotations.is_empty());
    open.undo();
    assert!(*open.project() == project);
}

#[test]
fn finished_without_annotations_differs_from_not_looked_at() {
    let (project, _) = project_with("Nothing to see.");
    let mut open = OpenProject::new(project);
    let state = |open: &OpenProject| {
        open.project().documents[&document_id()].state_of(&author().annotator_id)
    };
    assert_eq!(state(&open), DocumentState::NotAssigned);
    let finish = edit::set_state(
        open.project(),
        &author(),
        &document_id(),
        DocumentState::Finished,
    )
    .unwrap();
    open.run(finish).unwrap();
    assert_eq!(state(&open), DocumentState::Finished);
}

#[test]
fn an_edit_is_all_or_nothing() {
    let (project, _) = read(BLAMED);
    let mut open = OpenProject::new(project.clone());
    let first = open.project().annotations.get(&mara(1)).unwrap().clone();
    let jon = Annotator {
        id: AnnotatorId::new("jon"),
        name: "Jon".to_owned(),
        kind: AnnotatorKind::Person,
    };
    let changes = vec![
        Change::Annotation(Swap::removing(first.clone())),
        Change::Annotator(Swap::removing(Arc::new(jon))),
    ];
    let edit = Edit {
        label: "misfit".to_owned(),
        author: author(),
        changes,
    };
    assert_eq!(open.run(edit), Err(Refusal::Outdated));
    assert!(*open.project() == project);
    assert!(open.last_done().is_none());
}

#[test]
fn an_edit_that_changes_nothing_leaves_no_trace() {
    let (project, _) = read(BLAMED);
    let mut open = OpenProject::new(project);
    open.run(edit::set_tier(open.project(), &author(), &mara(1), Tier::Core).unwrap())
        .unwrap();
    open.run(edit::set_note(open.project(), &author(), &mara(1), "").unwrap())
        .unwrap();
    assert!(open.last_done().is_none() && open.revision() == 0);
}

#[test]
fn a_snapshot_shares_what_does_not_change() {
    let (project, texts) = project_with(&"word ".repeat(2000));
    let mut open = OpenProject::new(project);
    for number in 0..1000 {
        let span = ascribe::text::Span::new(
            ascribe::text::ByteOffset(number * 5),
            ascribe::text::ByteOffset(number * 5 + 4),
        );
        let edit = edit::annotate(
            open.project(),
            text(&texts),
            &author(),
            &document_id(),
            span.unwrap().into(),
            &TagId::new("impact"),
        );
        open.run(edit.unwrap()).unwrap();
    }
    let snapshot = open.project().clone();
    open.run(edit::set_note(open.project(), &author(), &mara(500), "changed").unwrap())
        .unwrap();
    let shared = |number| {
        let pair = (
            snapshot.annotations.get(&mara(number)),
            open.project().annotations.get(&mara(number)),
        );
        matches!(pair, (Some(a), Some(b)) if Arc::ptr_eq(a, b))
    };
    assert!((1..=1000).all(|number| shared(number) != (number == 500)));
    assert_eq!(
        &*snapshot.annotations.get(&mara(500)).unwrap().note,
        "",
        "the snapshot does not change"
    );
}

proptest! {
    /// Whatever is done, taking it all back restores the project, and doing it again restores the result.
    #[test]
    fn two_hundred_edits_can_be_taken_back(steps in prop::collection::vec((0u8..8, 0usize..60, 1usize..12, 0u32..40), 200)) {
        let words = "Estonia blamed the group; 该组织否认了指控 👩‍👩‍👧. Уряд заперечив це, нfت cafe\u{301}.";
        let (project, texts) = project_with(words);
        let mut open = OpenProject::new(project.clone());
        for (what, start, length, number) in steps {
            if let Some(edit) = some_edit(open.project(), text(&texts), what, start, length, number) {
                open.run(edit).unwrap();
            }
        }
        let done = open.project().clone();
        while open.undo().is_some() {}
        prop_assert!(*open.project() == project);
        while open.redo().is_some() {}
        prop_assert!(*open.project() == done);
    }
}

/// One of eight kinds of edit, or none if it is refused.
fn some_edit(
    project: &Project,
    text: &Text,
    what: u8,
    start: usize,
    length: usize,
    number: u32,
) -> Option<Edit> {
    let tags = ["attribution", "denial", "impact"].map(TagId::new);
    let tag_id = &tags[start % 3];
    let unit = ascribe::text::OffsetUnit::CodePoint;
    let from = text.offset_from(unit, start)?;
    let to = text.offset_from(unit, (start + length).min(text.as_str().chars().count()))?;
    let span = ascribe::text::Span::new(from, to);
    let id = mara(number);
    match what {
        0..=2 => edit::annotate(
            project,
            text,
            &author(),
            &document_id(),
            span?.into(),
            tag_id,
        )
        .ok(),
        3 => edit::retag(project, &author(), &id, tag_id).ok(),
        4 => edit::delete_annotations(project, &author(), &BTreeSet::from([id])).ok(),
        5 => edit::link(project, &author(), "same_claim", &id, &mara(number + 1)).ok(),
        6 => edit::set_spans(project, text, &author(), &id, span?.into()).ok(),
        _ => edit::set_note(project, &author(), &id, &format!("note {start}")).ok(),
    }
}

#[test]
fn renaming_an_attribute_keeps_its_values_and_takes_no_name_that_is_there() {
    let rename = |new: &'static str| {
        move |project: &Project, _: &Texts| {
            let attribution = TagId::new("attribution");
            edit::rename_attribute(project, &author(), &attribution, "speaker", new)
        }
    };
    let (project, texts) = read(BLAMED);
    let id = project.annotations.iter().next().unwrap().id.clone();
    let value = AttributeValue::Words("Естонія".into());
    let mut open = OpenProject::new(project);
    let spoken = Some(value.clone());
    let spoken = edit::set_attribute(open.project(), &author(), &id, "speaker", spoken);
    open.run(spoken.unwrap()).unwrap();
    let before = open.project().clone();
    let renamed = rename("who_says")(open.project(), &texts);
    open.run(renamed.unwrap()).unwrap();
    let annotation = open.project().annotations.get(&id).unwrap();
    assert_eq!(annotation.attributes.get("who_says"), Some(&value));
    assert_eq!(annotation.attributes.get("speaker"), None);
    open.undo();
    assert!(
        *open.project() == before,
        "undo brings the whole project back"
    );
    check(
        BLAMED,
        rename("accused"),
        expect![[r#"
            refused: “attribution” already has an attribute “accused”
        "#]],
    );
    check(
        BLAMED,
        rename(" "),
        expect![[r#"
            refused: A name is needed
        "#]],
    );
}
