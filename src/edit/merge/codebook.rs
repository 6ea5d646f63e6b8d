//! Merges codebooks: each list by the names of its entries, each tag part by part.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::clash::{Clash, is_first, single};
use crate::model::{Codebook, Tag};

/// The two codebooks in one.
pub fn merged(base: &Codebook, ours: &Codebook, theirs: &Codebook) -> (Codebook, Vec<Clash>) {
    let mut clashes = Vec::new();
    let mut words = |name: &str, base: &String, ours: &String, theirs: &String| {
        single(name, Some(base), ours, theirs, &mut clashes)
    };
    let name = words("name", &base.name, &ours.name, &theirs.name);
    let version = words("version", &base.version, &ours.version, &theirs.version);
    let rules = words("rules", &base.rules, &ours.rules, &theirs.rules);
    let merged = Codebook {
        name,
        version,
        rules,
        tags: list(
            [&base.tags, &ours.tags, &theirs.tags],
            |tag| tag.id.as_str(),
            |base, a, b| merged_tag(base, a, b, &mut clashes),
        ),
        common_attributes: list(
            [
                &base.common_attributes,
                &ours.common_attributes,
                &theirs.common_attributes,
            ],
            |attribute| &attribute.name,
            |base, a, b| whole("attribute", &a.name, base, a, b, &mut clashes),
        ),
        link_kinds: list(
            [&base.link_kinds, &ours.link_kinds, &theirs.link_kinds],
            |kind| &kind.name,
            |base, a, b| whole("link", &a.name, base, a, b, &mut clashes),
        ),
        region_kinds: list(
            [&base.region_kinds, &ours.region_kinds, &theirs.region_kinds],
            |kind| &kind.name,
            |base, a, b| whole("region", &a.name, base, a, b, &mut clashes),
        ),
        document_fields: list(
            [
                &base.document_fields,
                &ours.document_fields,
                &theirs.document_fields,
            ],
            |field| &field.name,
            |base, a, b| whole("document field", &a.name, base, a, b, &mut clashes),
        ),
    };
    (merged, clashes)
}

/// One list. If only one side changed it, it is that side's, order and all. Else what was there keeps its order, and what
/// is new comes behind it by name.
fn list<T: PartialEq + Clone>(
    [base, ours, theirs]: [&Vec<T>; 3],
    name_of: impl Fn(&T) -> &str,
    mut merge: impl FnMut(Option<&T>, &T, &T) -> T,
) -> Vec<T> {
    if ours == theirs || theirs == base {
        return ours.clone();
    }
    if ours == base {
        return theirs.clone();
    }
    fn find<'a, T>(list: &'a [T], name: &str, name_of: impl Fn(&T) -> &str) -> Option<&'a T> {
        list.iter().find(|entry| name_of(entry) == name)
    }
    let old: Vec<&str> = old_order(
        &base.iter().map(&name_of).collect::<Vec<_>>(),
        &ours.iter().map(&name_of).collect::<Vec<_>>(),
        &theirs.iter().map(&name_of).collect::<Vec<_>>(),
    );
    let new = ours.iter().chain(theirs).map(&name_of);
    let new: BTreeSet<&str> = new.filter(|name| !old.contains(name)).collect();
    let entry = |name: &str| {
        let of = |list| find(list, name, &name_of);
        match (of(base), of(ours), of(theirs)) {
            (base, Some(a), Some(b)) => Some(merge(base, a, b)),
            // One side took it out. If the other changed it, it stays.
            (base, Some(only), None) | (base, None, Some(only)) => {
                (base != Some(only)).then(|| only.clone())
            }
            (_, None, None) => None,
        }
    };
    old.into_iter().chain(new).filter_map(entry).collect()
}

/// What was there before, in the order that one side gave it; if both did, in either.
fn old_order<'a>(base: &[&'a str], ours: &[&'a str], theirs: &[&'a str]) -> Vec<&'a str> {
    let of = |side: &[&'a str]| {
        let is_old = |name: &&'a str| base.contains(name);
        let stays = side.iter().copied().filter(is_old);
        let gone = base.iter().copied().filter(|name| !side.contains(name));
        stays.chain(gone).collect::<Vec<&'a str>>()
    };
    // What a side took out has lost its place, so only the rest tells whether it has put things in another order.
    let is_moved = |side: &[&'a str]| {
        let kept = base.iter().filter(|name| side.contains(name));
        !kept.eq(side.iter().filter(|name| base.contains(name)))
    };
    match (is_moved(ours), is_moved(theirs)) {
        (false, false) => base.to_vec(),
        (true, false) => of(ours),
        (false, true) => of(theirs),
        (true, true) if is_first(&of(ours), &of(theirs)) => of(ours),
        (true, true) => of(theirs),
    }
}

/// An entry that is small enough to be one part.
fn whole<T: PartialEq + Clone + Debug>(
    kind: &str,
    name: &str,
    base: Option<&T>,
    ours: &T,
    theirs: &T,
    clashes: &mut Vec<Clash>,
) -> T {
    single(&format!("{kind} {name}"), base, ours, theirs, clashes)
}

fn merged_tag(base: Option<&Tag>, ours: &Tag, theirs: &Tag, clashes: &mut Vec<Clash>) -> Tag {
    let name = |what: &str| format!("tag {}, {what}", ours.id);
    macro_rules! field {
        ($field:ident, $what:literal) => {
            single(
                &name($what),
                base.map(|base| &base.$field),
                &ours.$field,
                &theirs.$field,
                clashes,
            )
        };
    }
    Tag {
        id: ours.id.clone(),
        key: field!(key, "key"),
        color: field!(color, "colour"),
        description: field!(description, "description"),
        definition: field!(definition, "definition"),
        include: field!(include, "what to mark"),
        exclude: field!(exclude, "what not to mark"),
        parent: field!(parent, "parent"),
        attributes: field!(attributes, "attributes"),
    }
}
