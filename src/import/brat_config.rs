//! The configuration files of brat: types, relations, events, attributes, labels, colours and keys.

use std::collections::HashMap;
use std::sync::Arc;

use super::brat::spread;
use super::found::{Found, add_codebook};
use super::unescaped;
use crate::model::{Attribute, AttributeKind, Choice, Codebook, Color, LinkEnds, LinkKind, TagId};

/// What the configuration says about tags, links, attributes, colours and keys.
pub fn read_configuration(found: &mut Found, name: &str, words: &str) {
    let mut section = "";
    let mut codebook = Codebook::default();
    let mut macros: HashMap<&str, &str> = HashMap::new();
    let mut parents: Vec<(usize, TagId)> = Vec::new();
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
            parents.clear();
            continue;
        }
        if let Some((name, value)) = bare
            .split_once('=')
            .filter(|(name, _)| name.trim().starts_with('<'))
        {
            macros.insert(name.trim(), value.trim());
            continue;
        }
        let expanded = macros.iter().fold(bare.to_owned(), |line, (name, value)| {
            line.replace(name, value)
        });
        let bare = expanded.as_str();
        match (name, section) {
            ("annotation", "entities") => add_type(&mut codebook, bare, &mut parents),
            ("annotation", "events") => {
                add_type(&mut codebook, bare, &mut parents);
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

/// A line of types: deeper ones are kinds of the one above. `!` marks one that nothing is tagged with.
fn add_type(codebook: &mut Codebook, line: &str, parents: &mut Vec<(usize, TagId)>) {
    let depth = line.chars().take_while(|c| *c == '\t').count();
    let Some(name) = line
        .split_whitespace()
        .next()
        .map(|name| name.trim_start_matches('!'))
    else {
        return;
    };
    let tag_id = TagId::new(unescaped(name));
    if tag_id.as_str().trim().is_empty() {
        return;
    }
    parents.retain(|(other, _)| *other < depth);
    if codebook.tag(&tag_id).is_none() {
        let mut tag = codebook.new_tag(tag_id.clone());
        // Keys are what kb_shortcuts.conf says.
        tag.key = None;
        tag.parent = parents.last().map(|(_, parent)| parent.clone());
        codebook.tags.push(tag);
    }
    parents.push((depth, tag_id));
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
