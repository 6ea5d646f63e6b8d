//! The configuration files of brat: types, relations, events, attributes, labels, colours and keys.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::found::{Found, add_codebook};
use super::unescaped;
use crate::model::{
    Attribute, AttributeKind, Choice, Codebook, Color, LinkEnds, LinkKind, Tag, TagId,
};

/// As many attributes with their choices as the tags of one file take: a line may give the same ones to all of them.
const MOST_ATTRIBUTES: usize = 1_000_000;

/// What the configuration says about tags, links, attributes, colours and keys.
pub fn read_configuration(found: &mut Found, name: &str, words: &str) {
    let mut section = "";
    let mut making = Making::default();
    let mut known = Known::of(&mut found.codebook);
    let mut macros = Macros::default();
    for line in words.lines() {
        let bare = line.split(" #").next().unwrap_or(line).trim_end();
        if bare.trim().is_empty() || bare.starts_with('#') || bare.trim().chars().all(|c| c == '-')
        {
            continue;
        }
        if let Some(name) = bare
            .trim()
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            section = name;
            making.parents.clear();
            continue;
        }
        if let Some((name, value)) = bare
            .split_once('=')
            .filter(|(name, _)| name.trim().starts_with('<'))
        {
            let value = macros.expand(value.trim());
            macros.values.insert(name.trim().to_owned(), value);
            continue;
        }
        let expanded = macros.expand(bare);
        let bare = expanded.as_str();
        match (name, section) {
            ("annotation", "entities") => making.add_type(bare),
            ("annotation", "events") => {
                making.add_type(bare);
                making.add_roles(bare);
            }
            ("annotation", "relations") => making.add_relation(bare),
            ("annotation", "attributes") => making.add_attribute_kind(bare),
            ("visual", "labels") => known.add_label(bare),
            ("visual", "drawing") => known.add_drawing(bare),
            ("kb_shortcuts", _) => known.add_key(bare),
            _ => {}
        }
    }
    if making.is_cut {
        let words = "further attributes of tags are left out behind so many with their choices";
        let file = format!("{name}.conf").into();
        found.left_out(&file, 0, words, MOST_ATTRIBUTES);
    }
    add_codebook(&mut found.codebook, making.codebook);
}

/// `<NAME>=A|B` stands for its value in all lines after it, those of other macros too.
#[derive(Default)]
struct Macros {
    /// By their names with the brackets.
    values: HashMap<String, String>,
    /// How many bytes they have put into lines.
    put_in: usize,
}

impl Macros {
    /// A macro of macros of macros could grow without end. Behind this, names stay as they are written.
    const MOST_BYTES: usize = 1_000_000;

    fn expand(&mut self, line: &str) -> String {
        let mut expanded = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(start) = rest.find('<') {
            let (before, bracket) = rest.split_at(start);
            expanded.push_str(before);
            let end = bracket.find('>').map_or(bracket.len(), |end| end + 1);
            // The name begins with the last bracket that opens.
            let start = bracket.get(..end).and_then(|name| name.rfind('<'));
            let (before, name) = bracket.split_at(end).0.split_at(start.unwrap_or(0));
            let value = self.values.get(name);
            let value = value.filter(|value| self.put_in + value.len() <= Self::MOST_BYTES);
            expanded.push_str(before);
            expanded.push_str(value.map_or(name, String::as_str));
            self.put_in += value.map_or(0, String::len);
            rest = bracket.get(end..).unwrap_or_default();
        }
        expanded.push_str(rest);
        expanded
    }
}

/// A codebook in the making, line by line. Beside its lists stands what would take long to find in them.
#[derive(Default)]
struct Making {
    codebook: Codebook,
    /// The line above and those that it is a kind of, with their depths.
    parents: Vec<(usize, TagId)>,
    /// Where each tag stands in the codebook.
    tags: HashMap<TagId, usize>,
    /// Where each kind of link stands in the codebook.
    kinds: HashMap<Arc<str>, usize>,
    /// Attributes by where their tag stands; common ones have none.
    attributes: HashSet<(Option<usize>, Arc<str>)>,
    /// How many attributes and choices there are.
    attribute_count: usize,
    /// Whether there are more of them than are taken over.
    is_cut: bool,
}

impl Making {
    /// A line of types: deeper ones are kinds of the one above. `!` marks one that nothing is tagged with.
    fn add_type(&mut self, line: &str) {
        let depth = line.chars().take_while(|c| *c == '\t').count();
        let name = line.split_whitespace().next().unwrap_or_default();
        let tag_id = tag_id(name.trim_start_matches('!'));
        if tag_id.as_str().trim().is_empty() {
            return;
        }
        self.parents.retain(|(other, _)| *other < depth);
        if !self.tags.contains_key(&tag_id) {
            self.tags.insert(tag_id.clone(), self.codebook.tags.len());
            // Keys are what kb_shortcuts.conf says.
            self.codebook.tags.push(Tag {
                parent: self.parents.last().map(|(_, parent)| parent.clone()),
                ..Tag::new(tag_id.clone(), self.codebook.new_color())
            });
        }
        self.parents.push((depth, tag_id));
    }

    /// `Name Arg1:A|B, Arg2:C, <REL-TYPE>:symmetric-transitive`
    fn add_relation(&mut self, line: &str) {
        let Some((name, arguments)) = line.trim().split_once(char::is_whitespace) else {
            return;
        };
        let ends: Vec<Vec<TagId>> = arguments
            .split(',')
            .filter_map(|argument| argument.trim().split_once(':'))
            .filter(|(role, _)| !role.starts_with('<'))
            .map(|(_, types)| types_of(types))
            .collect();
        let mut ends = ends.into_iter();
        let ends = LinkEnds::Tags {
            from: ends.next().unwrap_or_default(),
            to: ends.next().unwrap_or_default(),
        };
        self.add_kind(name, ends);
    }

    /// `Name Role:Type, Role?:Type, Role*:Type, Role{2}:Type`
    fn add_roles(&mut self, line: &str) {
        let Some((_, arguments)) = line.trim().split_once(char::is_whitespace) else {
            return;
        };
        for (role, _) in arguments
            .split(',')
            .filter_map(|argument| argument.trim().split_once(':'))
        {
            let role = role.split(['?', '*', '+', '{']).next().unwrap_or(role);
            if !role.starts_with('<') {
                self.add_kind(
                    role,
                    LinkEnds::Tags {
                        from: Vec::new(),
                        to: Vec::new(),
                    },
                );
            }
        }
    }

    fn add_kind(&mut self, name: &str, ends: LinkEnds) {
        let name: Arc<str> = unescaped(name).into();
        let kinds = &mut self.codebook.link_kinds;
        let index = *self.kinds.entry(name.clone()).or_insert(kinds.len());
        match kinds.get_mut(index) {
            // The same name for other types as well: then it joins any.
            Some(kind) if kind.ends != ends => {
                kind.ends = LinkEnds::Tags {
                    from: Vec::new(),
                    to: Vec::new(),
                }
            }
            Some(_) => {}
            None => kinds.push(LinkKind {
                name,
                ends,
                may_cross_documents: false,
                is_core: false,
                description: String::new(),
            }),
        }
    }

    /// `Name Arg:<EVENT>` or `Name Arg:<EVENT>, Value:a|b|c`
    fn add_attribute_kind(&mut self, line: &str) {
        let Some((name, arguments)) = line.trim().split_once(char::is_whitespace) else {
            return;
        };
        let value = |role: &str| {
            arguments
                .split(',')
                .filter_map(|argument| argument.trim().split_once(':'))
                .find(|(own, _)| *own == role)
                .map(|(_, value)| value.trim())
        };
        let kind = match value("Value") {
            Some(values) => AttributeKind::Choice {
                is_ordered: false,
                choices: values
                    .split('|')
                    .map(|name| Choice {
                        name: spread(name).into(),
                        description: String::new(),
                    })
                    .collect(),
            },
            None => AttributeKind::YesNo,
        };
        let attribute = Attribute {
            name: unescaped(name).into(),
            kind,
            is_core: false,
            is_required: false,
            default: None,
            description: String::new(),
        };
        match types_of(value("Arg").unwrap_or("<ANY>")).as_slice() {
            [] => self.add_attribute(None, &attribute),
            types => {
                for tag_id in types {
                    if let Some(index) = self.tags.get(tag_id) {
                        self.add_attribute(Some(*index), &attribute);
                    }
                }
            }
        }
    }

    /// For the tag that stands there, or for all.
    fn add_attribute(&mut self, tag_index: Option<usize>, attribute: &Attribute) {
        if !self.attributes.insert((tag_index, attribute.name.clone())) {
            return;
        }
        self.attribute_count += match &attribute.kind {
            AttributeKind::Choice { choices, .. } => 1 + choices.len(),
            _ => 1,
        };
        if self.attribute_count > MOST_ATTRIBUTES {
            self.is_cut = true;
            return;
        }
        let own = match tag_index {
            None => Some(&mut self.codebook.common_attributes),
            Some(index) => {
                let tag = self.codebook.tags.get_mut(index);
                tag.map(|tag| &mut tag.attributes)
            }
        };
        own.into_iter().for_each(|own| own.push(attribute.clone()));
    }
}

fn tag_id(written: &str) -> TagId {
    TagId::new(unescaped(written))
}

/// `<ENTITY>` and other macros mean any.
fn types_of(types: &str) -> Vec<TagId> {
    if types.contains('<') {
        return Vec::new();
    }
    let names = types.split('|').map(str::trim);
    names.filter(|name| !name.is_empty()).map(tag_id).collect()
}

/// A codebook of which more files of the configuration speak.
struct Known<'a> {
    codebook: &'a mut Codebook,
    /// Where each tag stands in the codebook, once that was asked.
    tags: HashMap<TagId, usize>,
    /// The keys that stand for a tag, once a tag was asked for.
    keys: HashSet<char>,
}

impl<'a> Known<'a> {
    fn of(codebook: &'a mut Codebook) -> Self {
        Self {
            codebook,
            tags: HashMap::new(),
            keys: HashSet::new(),
        }
    }

    fn tag_index(&mut self, name: &str) -> Option<usize> {
        if self.tags.is_empty() {
            let tags = &self.codebook.tags;
            self.tags = tags.iter().map(|tag| tag.id.clone()).zip(0..).collect();
            self.keys = tags.iter().filter_map(|tag| tag.key).collect();
        }
        self.tags.get(&tag_id(name)).copied()
    }

    fn tag(&mut self, name: &str) -> Option<&mut Tag> {
        let index = self.tag_index(name)?;
        self.codebook.tags.get_mut(index)
    }

    /// `Type | Long name | Short`
    fn add_label(&mut self, line: &str) {
        let mut parts = line.split('|').map(str::trim);
        let (Some(name), Some(label)) = (parts.next(), parts.next()) else {
            return;
        };
        let tag = self.tag(name).filter(|tag| tag.id.as_str() != label);
        tag.into_iter()
            .for_each(|tag| label.clone_into(&mut tag.description));
    }

    /// `Type bgColor:#RRGGBB, fgColor:…`
    fn add_drawing(&mut self, line: &str) {
        let Some((name, drawing)) = line.trim().split_once(char::is_whitespace) else {
            return;
        };
        let color = drawing
            .split(',')
            .find_map(|part| Color::parse(part.trim().strip_prefix("bgColor:")?.trim()));
        if let (Some(tag), Some(color)) = (self.tag(name), color) {
            tag.color = color;
        }
    }

    /// `K Type`
    fn add_key(&mut self, line: &str) {
        let mut parts = line.split_whitespace();
        let key = parts
            .next()
            .filter(|key| key.chars().count() == 1)
            .and_then(|key| key.chars().next());
        let (Some(key), Some(name)) = (key, parts.next()) else {
            return;
        };
        let index = self.tag_index(name);
        let tag = index.and_then(|index| self.codebook.tags.get_mut(index));
        // A key stands for one tag only.
        if let Some(tag) = tag.filter(|tag| tag.key.is_none())
            && self.keys.insert(key)
        {
            tag.key = Some(key);
        }
    }
}

/// `\n` as a line break, a doubled backslash as one.
pub fn spread(words: &str) -> String {
    if !words.contains('\\') {
        return words.to_owned();
    }
    words
        .replace("\\\\", "\u{0}")
        .replace("\\n", "\n")
        .replace('\u{0}', "\\")
}
