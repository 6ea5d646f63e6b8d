//! UIMA CAS JSON 0.4, which INCEpTION, DKPro Cassis and UIMA write.

use serde_json::{Map, Value};

use super::cas::{self, Cas, Sofa, Structure};
use super::files::{Files, read_each};
use super::found::Found;
use super::inception::add_tag_sets;
use super::{FileInMemory, Format, ImportError, ImportOptions, attribute, json};

/// UIMA CAS JSON.
pub const CAS_JSON: Format = Format {
    name: "cas-json",
    title: "UIMA CAS JSON",
    description: "A text with its layers, of INCEpTION, DKPro and UIMA",
    endings: &["json"],
    recognise: |files| files.ending_in(CAS_JSON.endings).any(is_ours),
    mapping: None,
    read,
};

fn is_ours(file: &FileInMemory) -> bool {
    let head = file.head();
    head.contains("\"%FEATURE_STRUCTURES\"") || head.contains("\"%TYPES\"")
}

fn read(files: &Files<'_>, _: &ImportOptions) -> Result<Found, ImportError> {
    let own = files.ending_in(CAS_JSON.endings);
    cas_files(own.filter(|file| is_ours(file)), files, &CAS_JSON, of_json)
}

/// Reads each file and the tag sets beside.
pub fn cas_files<'a>(
    files: impl Iterator<Item = &'a FileInMemory>,
    beside: &Files<'_>,
    format: &Format,
    parse: impl Fn(&FileInMemory, &mut Found) -> Result<Cas, ImportError>,
) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let count = read_each(files, &mut found, |file, found| {
        let cas = parse(file, found)?;
        match cas::add(cas, file, found) {
            true => Ok(()),
            false => Err(ImportError::Broken {
                file: file.path.clone(),
                words: "there is no text".to_owned(),
            }),
        }
    })?;
    let has_tags = add_tag_sets(beside, &mut found)?;
    match count {
        0 if !has_tags => Err(ImportError::WrongFormat(format.title)),
        _ => Ok(found),
    }
}

fn of_json(file: &FileInMemory, found: &mut Found) -> Result<Cas, ImportError> {
    let broken = |words: String| ImportError::Broken {
        file: file.path.clone(),
        words,
    };
    let words = json::bounded_words(file, found)?;
    let mut value: Value =
        serde_json::from_str(&words).map_err(|error| broken(error.to_string()))?;
    let mut cas = Cas::default();
    let structures = match value.get_mut("%FEATURE_STRUCTURES").map(Value::take) {
        Some(Value::Array(structures)) => structures,
        // Older writers name each structure by its id.
        Some(Value::Object(by_id)) => by_id
            .into_iter()
            .map(|(id, mut value)| {
                if let (Value::Object(map), Ok(id)) = (&mut value, id.parse::<i64>()) {
                    map.entry("%ID").or_insert(id.into());
                }
                value
            })
            .collect(),
        _ => return Err(broken("there are no feature structures".to_owned())),
    };
    let label = file.label();
    for structure in structures {
        let Value::Object(map) = structure else {
            found.left_out(&label, 0, "a feature structure is none", structure);
            continue;
        };
        add_structure(map, &mut cas);
    }
    Ok(cas)
}

fn add_structure(map: Map<String, Value>, cas: &mut Cas) {
    let words = |name: &str| map.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| map.get(name).and_then(Value::as_i64);
    let id = number("%ID").unwrap_or(0);
    let type_name = words("%TYPE").unwrap_or_default();
    if type_name == "uima.cas.Sofa" {
        cas.sofas.push(Sofa {
            id,
            name: words("sofaID").unwrap_or_default(),
            text: words("sofaString"),
        });
        return;
    }
    // The text of the specification marks offsets; no writer does.
    let offset = |name: &str| {
        let written = map.get(name).or_else(|| map.get(&format!("^{name}")));
        Some(written?.as_i64().unwrap_or(-1))
    };
    let mut structure = Structure {
        id,
        sofa: number("@sofa"),
        place: offset("begin")
            .zip(offset("end"))
            .map(|(start, end)| [start, end]),
        type_name,
        ..Structure::default()
    };
    for (name, value) in map {
        if let Some(name) = name.strip_prefix('@') {
            if name != "sofa" {
                let ids = ids(&value);
                structure.references.push((name.to_owned(), ids));
            }
        } else if name == "%ELEMENTS" {
            structure
                .references
                .push(("elements".to_owned(), ids(&value)));
        } else if !matches!(name.as_str(), "begin" | "end" | "^begin" | "^end")
            && !name.starts_with('%')
            && let Some(value) = attribute(value)
        {
            structure.values.insert(name, value);
        }
    }
    cas.structures.push(structure);
}

fn ids(value: &Value) -> Vec<i64> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_i64).collect(),
        value => value.as_i64().into_iter().collect(),
    }
}
