//! One value that two sides made something of.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Display};

/// Both sides changed one part of an entry in different ways.
pub struct Clash {
    /// Which part.
    pub part: String,
    /// What we made of it.
    pub ours: String,
    /// What they made of it.
    pub theirs: String,
}

/// Which of two values is kept where there is room for one. Any order will do that is the same on every machine and
/// whichever side is asked first.
pub fn is_first<T: Debug>(a: &T, b: &T) -> bool {
    format!("{a:?}") >= format!("{b:?}")
}

/// One part of an entry in our version and in theirs. The two differ only where both sides changed it in different
/// ways. Without a base, as where both added the entry, any difference is one.
pub fn part<T: PartialEq + Clone + Debug>(
    name: &str,
    base: Option<&T>,
    ours: &T,
    theirs: &T,
    clashes: &mut Vec<Clash>,
) -> (T, T) {
    if ours == theirs || Some(theirs) == base {
        return (ours.clone(), ours.clone());
    }
    if Some(ours) == base {
        return (theirs.clone(), theirs.clone());
    }
    clashes.push(Clash {
        part: name.to_owned(),
        ours: format!("{ours:?}"),
        theirs: format!("{theirs:?}"),
    });
    (ours.clone(), theirs.clone())
}

/// One part that there is room for only once.
pub fn single<T: PartialEq + Clone + Debug>(
    name: &str,
    base: Option<&T>,
    ours: &T,
    theirs: &T,
    clashes: &mut Vec<Clash>,
) -> T {
    let (ours, theirs) = part(name, base, ours, theirs, clashes);
    if is_first(&ours, &theirs) {
        ours
    } else {
        theirs
    }
}

/// The same for a map, value by value.
pub fn parts<K: Ord + Clone + Display, V: PartialEq + Clone + Debug>(
    name: &str,
    base: Option<&BTreeMap<K, V>>,
    ours: &BTreeMap<K, V>,
    theirs: &BTreeMap<K, V>,
    clashes: &mut Vec<Clash>,
) -> (BTreeMap<K, V>, BTreeMap<K, V>) {
    let (mut our_version, mut their_version) = (BTreeMap::new(), BTreeMap::new());
    let keys: BTreeSet<&K> = ours.keys().chain(theirs.keys()).collect();
    for key in keys {
        let base = base.map(|base| base.get(key)).unwrap_or_default();
        let name = format!("{name} {key}");
        let (a, b) = part(
            &name,
            Some(&base),
            &ours.get(key),
            &theirs.get(key),
            clashes,
        );
        our_version.extend(a.map(|value| (key.clone(), value.clone())));
        their_version.extend(b.map(|value| (key.clone(), value.clone())));
    }
    (our_version, their_version)
}

/// A map whose values there is room for only once.
pub fn single_parts<K: Ord + Clone + Display, V: PartialEq + Clone + Debug>(
    name: &str,
    base: Option<&BTreeMap<K, V>>,
    ours: &BTreeMap<K, V>,
    theirs: &BTreeMap<K, V>,
    clashes: &mut Vec<Clash>,
) -> BTreeMap<K, V> {
    let (ours, theirs) = parts(name, base, ours, theirs, clashes);
    let keys: BTreeSet<&K> = ours.keys().chain(theirs.keys()).collect();
    let choose = |key: &K| {
        let (a, b) = (ours.get(key), theirs.get(key));
        let value = if is_first(&a, &b) { a } else { b };
        Some((key.clone(), value?.clone()))
    };
    keys.into_iter().filter_map(choose).collect()
}

/// What a set has in the end: what one side added is in it, what one side took out is not.
pub fn members<T: Ord + Clone>(
    base: Option<&BTreeSet<T>>,
    ours: &BTreeSet<T>,
    theirs: &BTreeSet<T>,
) -> BTreeSet<T> {
    let was_there = |member: &&T| base.is_some_and(|base| base.contains(*member));
    let all = ours.union(theirs);
    all.filter(|member| !was_there(member) || (ours.contains(*member) && theirs.contains(*member)))
        .cloned()
        .collect()
}
