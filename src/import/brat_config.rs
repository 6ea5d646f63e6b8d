//! The configuration files of brat: types, relations, events, attributes, labels, colours and keys.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::found::{Found, add_codebook};
use super::unescaped;
use crate::model::{
    Attribute, AttributeKind, Choice, Codebook, Color, LinkEnds, LinkKind, Tag, TagId,
};

/// What the configuration says about tags, links, attributes, colours and keys.
pub fn read_configuration(found: &mut Found, name: &str, words: &str) {
    let mut section = "";
    let mut codebook = Codebook::default();
    let mut macros = Macros::default();
    let mut types = Types::default();
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
            types.parents.clear();
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
            ("annotation", "entities") => types.add(&mut codebook, bare),
            ("annotation", "events") => {
                types.add(&mut codebook, bare);
                add_roles(&mut codebook, bare);
            }
            ("annotation", "relations") => add_relation(&mut codebook, bare),
            ("annotation", "attributes") => add_attribute_kind(&mut codebook, bare),
            ("visual", "labels") => add_label(&mut found.codebook, bare),
            ("visual", "drawing") => add_drawing(&mut found.codebook, bare),
            ("kb_shortcuts", _) => add_key(&mut found.codebook, bare),
            _ => {}
        }
    }
    add_codebook(&mut found.codebook, codebook);
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

/// The types of a configuration, line by line.
#[derive(Default)]
struct Types {
    /// The line above and those that it is a kind of, with their depths.
    parents: Vec<(usize, TagId)>,
    known: HashSet<TagId>,
}

impl Types {
    /// A line of types: deeper ones are kinds of the one above. `!` marks one that nothing is tagged with.
    fn add(&mut self, codebook: &mut Codebook, line: &str) {
        let depth = line.chars().take_while(|c| *c == '\t').count();
        let name = line.split_whitespace().next().unwrap_or_default();
        let tag_id = TagId::new(unescaped(name.trim_start_matches('!')));
        if tag_id.as_str().trim().is_empty() {
            return;
        }
        self.parents.retain(|(other, _)| *other < depth);
        if self.known.insert(tag_id.clone()) {
            // Keys are what kb_shortcuts.conf says.
            codebook.tags.push(Tag {
                parent: self.parents.last().map(|(_, parent)| parent.clone()),
                ..Tag::new(tag_id.clone(), codebook.new_color())
            });
        }
        self.parents.push((depth, tag_id));
    }
}

/// `Name Arg1:A|B, Arg2:C, <REL-TYPE>:symmetric-transitive`
fn add_relation(codebook: &mut Codebook, line: &str) {
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
    add_kind(codebook, name, ends);
}

/// `<ENTITY>` and other macros mean any.
fn types_of(types: &str) -> Vec<TagId> {
    if types.contains('<') {
        return Vec::new();
    }
    let names = types.split('|').map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(|name| TagId::new(unescaped(name)))
        .collect()
}

/// `Name Role:Type, Role?:Type, Role*:Type, Role{2}:Type`
fn add_roles(codebook: &mut Codebook, line: &str) {
    let Some((_, arguments)) = line.trim().split_once(char::is_whitespace) else {
        return;
    };
    for (role, _) in arguments
        .split(',')
        .filter_map(|argument| argument.trim().split_once(':'))
    {
        let role = role.split(['?', '*', '+', '{']).next().unwrap_or(role);
        if !role.starts_with('<') {
            add_kind(
                codebook,
                role,
                LinkEnds::Tags {
                    from: Vec::new(),
                    to: Vec::new(),
                },
            );
        }
    }
}

fn add_kind(codebook: &mut Codebook, name: &str, ends: LinkEnds) {
    let name: Arc<str> = unescaped(name).into();
    match codebook
        .link_kinds
        .iter_mut()
        .find(|kind| kind.name == name)
    {
        // The same name for other types as well: then it joins any.
        Some(kind) if kind.ends != ends => {
            kind.ends = LinkEnds::Tags {
                from: Vec::new(),
                to: Vec::new(),
            }
        }
        Some(_) => {}
        None => codebook.link_kinds.push(LinkKind {
            name,
            ends,
            may_cross_documents: false,
            is_core: false,
            description: String::new(),
        }),
    }
}

/// `Name Arg:<EVENT>` or `Name Arg:<EVENT>, Value:a|b|c`
fn add_attribute_kind(codebook: &mut Codebook, line: &str) {
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
        [] => {
            if codebook
                .common_attributes
                .iter()
                .all(|own| own.name != attribute.name)
            {
                codebook.common_attributes.push(attribute);
            }
        }
        types => {
            for tag in codebook
                .tags
                .iter_mut()
                .filter(|tag| types.contains(&tag.id))
            {
                if tag.attributes.iter().all(|own| own.name != attribute.name) {
                    tag.attributes.push(attribute.clone());
                }
            }
        }
    }
}

/// `Type | Long name | Short`
fn add_label(codebook: &mut Codebook, line: &str) {
    let mut parts = line.split('|').map(str::trim);
    let (Some(name), Some(label)) = (parts.next(), parts.next()) else {
        return;
    };
    let tag_id = TagId::new(unescaped(name));
    let tag = codebook
        .tags
        .iter_mut()
        .find(|tag| tag.id == tag_id && tag.id.as_str() != label);
    tag.into_iter()
        .for_each(|tag| label.clone_into(&mut tag.description));
}

/// `Type bgColor:#RRGGBB, fgColor:…`
fn add_drawing(codebook: &mut Codebook, line: &str) {
    let Some((name, drawing)) = line.trim().split_once(char::is_whitespace) else {
        return;
    };
    let color = drawing
        .split(',')
        .find_map(|part| Color::parse(part.trim().strip_prefix("bgColor:")?.trim()));
    let tag_id = TagId::new(unescaped(name));
    let tag = codebook.tags.iter_mut().find(|tag| tag.id == tag_id);
    if let (Some(tag), Some(color)) = (tag, color) {
        tag.color = color;
    }
}

/// `K Type`
fn add_key(codebook: &mut Codebook, line: &str) {
    let mut parts = line.split_whitespace();
    let key = parts
        .next()
        .filter(|key| key.chars().count() == 1)
        .and_then(|key| key.chars().next());
    let (Some(key), Some(name)) = (key, parts.next()) else {
        return;
    };
    if codebook.tag_for_key(key).is_some() {
        return;
    }
    let tag_id = TagId::new(unescaped(name));
    codebook
        .tags
        .iter_mut()
        .filter(|tag| tag.id == tag_id && tag.key.is_none())
        .for_each(|tag| tag.key = Some(key));
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
