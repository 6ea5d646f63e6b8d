//! The indexes of the model give what a plain look at everything would.

use std::collections::BTreeSet;
use std::sync::Arc;

use ascribe::model::{
    Annotation, AnnotationId, Annotations, AnnotatorId, Attributes, Color, DocumentId, LinkId,
    TagId, Tier,
};
use ascribe::text::{ByteOffset, Span};
use proptest::prelude::*;

fn annotation(
    number: u32,
    document: &str,
    start: usize,
    length: usize,
    tag: &str,
) -> Arc<Annotation> {
    let span = Span::new(ByteOffset(start), ByteOffset(start + length)).unwrap();
    Arc::new(Annotation {
        id: AnnotationId::new(AnnotatorId::new("mara"), number),
        document_id: DocumentId::new(document),
        spans: span.into(),
        tag_id: TagId::new(tag),
        attributes: Attributes::new(),
        note: "".into(),
        tier: Tier::Core,
        quote: "".into(),
        created_at: None,
        changed: None,
    })
}

proptest! {
    /// Many at once come to the same as one after the other; of those with one id the first stays.
    #[test]
    fn many_at_once_are_as_many_one_by_one(
        there in prop::collection::vec((1u32..900, 0usize..3, 0usize..100), 0..10),
        // A few, and so many that they are put in by all cores.
        coming in prop_oneof![
            prop::collection::vec((1u32..30, 0usize..3, 0usize..100), 0..40),
            prop::collection::vec((1u32..900, 0usize..3, 0usize..100), 260..600),
        ],
    ) {
        let entry = |(number, document, start): &(u32, usize, usize)| {
            annotation(*number, ["a", "b", "c"][*document], *start, 5, ["denial", "impact"][*start % 2])
        };
        let mut one_by_one = Annotations::default();
        let mut refused = Vec::new();
        for entry in there.iter().map(entry) {
            one_by_one.insert(entry);
        }
        let mut at_once = one_by_one.clone();
        let coming: Vec<_> = coming.iter().map(entry).collect();
        for entry in &coming {
            match one_by_one.get(&entry.id) {
                Some(_) => refused.push(Arc::as_ptr(entry)),
                None => drop(one_by_one.insert(entry.clone())),
            }
        }
        let mut taken: Vec<_> = at_once.add_many(coming.iter().collect()).into_iter().map(Arc::as_ptr).collect();
        taken.sort();
        refused.sort();
        prop_assert_eq!(taken, refused);
        for document in ["a", "b", "c"].map(DocumentId::new) {
            let [at_once, one_by_one] = [&at_once, &one_by_one].map(|all| all.in_document(&document).cloned().collect::<Vec<_>>());
            prop_assert_eq!(at_once, one_by_one);
        }
        for document in ["a", "b", "c"].map(DocumentId::new) {
            prop_assert!(at_once.count_by_tag(&document).eq(one_by_one.count_by_tag(&document)));
        }
        prop_assert!(at_once.iter().eq(one_by_one.iter()));
    }

    #[test]
    fn overlaps_are_found_as_by_looking_at_all(
        entries in prop::collection::vec((0usize..100_000, 1usize..60_000, 0u32..2), 1..80),
        gone in prop::collection::vec(0usize..80, 0..20),
        from in 0usize..120_000,
        length in 1usize..5_000,
    ) {
        let mut annotations = Annotations::default();
        let mut plain = Vec::new();
        for (index, (start, size, document)) in entries.iter().enumerate() {
            let entry = annotation(index as u32 + 1, ["a", "b"][*document as usize], *start, *size, "denial");
            annotations.insert(entry.clone());
            plain.push(entry);
        }
        for index in gone {
            if let Some(entry) = plain.get(index).cloned() {
                annotations.remove(&entry.id);
            }
        }
        plain.retain(|entry| annotations.get(&entry.id).is_some());
        let window = Span::new(ByteOffset(from), ByteOffset(from + length)).unwrap();
        let document_id = DocumentId::new("a");
        let found: BTreeSet<_> = annotations.overlapping(&document_id, window).iter().map(|entry| entry.id.clone()).collect();
        let expected: BTreeSet<_> = plain
            .iter()
            .filter(|entry| entry.document_id == document_id && entry.spans.first().overlaps(window))
            .map(|entry| entry.id.clone())
            .collect();
        prop_assert_eq!(found, expected);
        let count: usize = annotations.count_by_tag(&document_id).map(|(_, count)| count).sum();
        prop_assert_eq!(count, plain.iter().filter(|entry| entry.document_id == document_id).count());
        let all: Vec<_> = annotations.in_document(&document_id).collect();
        for start in 0..all.len() {
            let end = (start + length % 9).min(all.len());
            prop_assert_eq!(annotations.rows(&document_id, start..end), &all[start..end]);
        }
    }
}

#[test]
fn ids_read_back_as_they_are_written() {
    for written in ["mara-1", "anna-lena-17", "Жук-3"] {
        assert_eq!(LinkId::parse(written).unwrap().to_string(), written);
    }
    for bad in [
        "mara",
        "mara-",
        "-1",
        "mara-x",
        "mara-007",
        "mara-+7",
        "mara-99999999999",
    ] {
        assert_eq!(LinkId::parse(bad), None, "{bad}");
    }
}

#[test]
fn colours_read_back_as_they_are_written() {
    assert_eq!(Color::parse("#0072B2").unwrap().to_string(), "#0072B2");
    for bad in ["0072B2", "#0072B", "#0072B2FF", "#ÄÖÜ", "#00 2B2", ""] {
        assert_eq!(Color::parse(bad), None, "{bad}");
    }
}
