//! UIMA CAS XMI, with the type system beside it if there is one.
//!
//! Without a type system a number may be a number or lead to a structure; then features lead somewhere whose names say
//! so in the usual layers.

use std::collections::{BTreeMap, HashMap};

use super::cas::{Cas, Sofa, Structure};
use super::cas_json::cas_files;
use super::files::Files;
use super::found::Found;
use super::names::bounded;
use super::xml::{self, Element};
use super::{FileInMemory, Format, ImportError, ImportOptions};
use crate::model::AttributeValue;

/// UIMA CAS XMI.
pub const XMI: Format = Format {
    name: "xmi",
    title: "UIMA CAS XMI",
    description: "A text with its layers in XML, of INCEpTION, DKPro and UIMA",
    endings: &["xmi"],
    recognise: |files| files.ending_in(XMI.endings).next().is_some(),
    mapping: None,
    read,
};

/// Features that lead to structures in the layers of INCEpTION and DKPro.
const LEADING: [&str; 9] = [
    "Governor",
    "Dependent",
    "target",
    "first",
    "next",
    "links",
    "arguments",
    "elements",
    "parent",
];

fn read(files: &Files<'_>, _: &ImportOptions) -> Result<Found, ImportError> {
    let mut types = Types::default();
    for file in files.ending_in(&["xml"]) {
        if file.head().contains("<typeSystemDescription") {
            let words = file.words(&mut Found::default())?;
            types.add(&xml::read(&file.path, &words)?);
        }
    }
    cas_files(files.ending_in(XMI.endings), files, &XMI, |file, found| {
        of_xmi(file, &types, found)
    })
}

/// What values features take.
#[derive(Default)]
struct Types {
    /// By type and feature.
    ranges: HashMap<String, HashMap<String, String>>,
    /// By feature, for those that a type has from a wider one.
    any: HashMap<String, String>,
}

impl Types {
    fn add(&mut self, root: &Element) {
        let types = root
            .child("types")
            .into_iter()
            .flat_map(|types| types.all("typeDescription"));
        for each in types {
            let name = each.words_of("name").trim();
            let ranges = self.ranges.entry(name.to_owned()).or_default();
            let features = each.child("features").into_iter();
            for feature in features.flat_map(|all| all.all("featureDescription")) {
                let range = feature.words_of("rangeTypeName").trim().to_owned();
                let feature = feature.words_of("name").trim().to_owned();
                self.any
                    .entry(feature.clone())
                    .or_insert_with(|| range.clone());
                ranges.insert(feature, range);
            }
        }
    }

    fn range(&self, type_name: &str, feature: &str) -> Option<&str> {
        let of_type = self.ranges.get(type_name);
        let range = of_type.and_then(|ranges| ranges.get(feature));
        range.or_else(|| self.any.get(feature)).map(String::as_str)
    }
}

fn of_xmi(file: &FileInMemory, types: &Types, found: &mut Found) -> Result<Cas, ImportError> {
    let root = xml::read(&file.path, &file.words(found)?)?;
    let mut cas = Cas::default();
    if root.local() != "XMI" {
        return Err(ImportError::Broken {
            file: file.path.clone(),
            words: "this is no XMI".to_owned(),
        });
    }
    let namespaces: HashMap<&str, String> = root
        .attributes
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("xmlns:")?, package(value))))
        .collect();
    for element in &root.children {
        let prefix = element
            .name
            .split_once(':')
            .map_or("", |(prefix, _)| prefix);
        let package = namespaces.get(prefix).cloned().unwrap_or_default();
        match (package.as_str(), element.local()) {
            ("uima.cas.", "Sofa") => cas.sofas.push(Sofa {
                id: number(element, "id").unwrap_or(0),
                name: element.attribute("sofaID").unwrap_or_default().to_owned(),
                text: element.attribute("sofaString").map(str::to_owned),
            }),
            ("uima.cas.", "NULL" | "View") => {}
            _ => {
                let type_name = format!("{package}{}", element.local());
                cas.structures.push(structure(element, type_name, types));
            }
        }
    }
    Ok(cas)
}

/// `http:///webanno/custom.ecore` is the package `webanno.custom`.
fn package(namespace: &str) -> String {
    let path = namespace
        .trim_start_matches("http:///")
        .trim_end_matches(".ecore");
    // It becomes a part of each structure's type.
    let package = bounded(&path.replace('/', ".")).into_owned();
    if package == "uima.noNamespace" {
        String::new()
    } else {
        package + "."
    }
}

fn number(element: &Element, name: &str) -> Option<i64> {
    element.attribute(name)?.trim().parse().ok()
}

fn structure(element: &Element, type_name: String, types: &Types) -> Structure {
    let offset = |name: &str| Some(element.attribute(name)?.trim().parse().unwrap_or(-1));
    // `id` may be a feature as well; the one of XMI has the prefix.
    let id = element.attributes.iter().find(|(name, _)| name == "xmi:id");
    let mut structure = Structure {
        id: id.and_then(|(_, id)| id.trim().parse().ok()).unwrap_or(0),
        sofa: number(element, "sofa"),
        place: offset("begin")
            .zip(offset("end"))
            .map(|(start, end)| [start, end]),
        line: element.line,
        ..Structure::default()
    };
    for (name, value) in &element.attributes {
        if name.contains(':') || matches!(name.as_str(), "sofa" | "begin" | "end") {
            continue;
        }
        let range = types.range(&type_name, name);
        let leads = match range {
            Some(range) => !is_plain(range),
            None => LEADING.contains(&name.as_str()),
        };
        let ids: Option<Vec<i64>> = value.split_whitespace().map(|id| id.parse().ok()).collect();
        match ids.filter(|_| leads) {
            Some(ids) => structure.references.push((name.clone(), ids)),
            None => {
                structure.values.insert(name.clone(), typed(value, range));
            }
        }
    }
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for child in &element.children {
        lists.entry(child.local()).or_default().push(&child.words);
    }
    for (name, list) in lists {
        let before = structure.values.get(name).map(ToString::to_string);
        let words: Vec<&str> = before.as_deref().into_iter().chain(list).collect();
        let value = AttributeValue::Words(words.join("\n").into());
        structure.values.insert(name.to_owned(), value);
    }
    structure.type_name = type_name;
    structure
}

fn is_plain(range: &str) -> bool {
    let short = range.strip_prefix("uima.cas.").unwrap_or("");
    let is_of = |kind: &str| short.starts_with(kind);
    [
        "String", "Integer", "Float", "Boolean", "Long", "Double", "Short", "Byte",
    ]
    .into_iter()
    .any(is_of)
}

fn typed(value: &str, range: Option<&str>) -> AttributeValue {
    let words = || AttributeValue::Words(value.into());
    match range {
        Some("uima.cas.Boolean") => match value {
            "true" => AttributeValue::YesNo(true),
            "false" => AttributeValue::YesNo(false),
            _ => words(),
        },
        Some(
            "uima.cas.Integer" | "uima.cas.Long" | "uima.cas.Short" | "uima.cas.Float"
            | "uima.cas.Double",
        ) => {
            let number = value.parse().ok().filter(|number: &f64| number.is_finite());
            number.map_or_else(words, AttributeValue::Number)
        }
        _ => words(),
    }
}
