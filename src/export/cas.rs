//! UIMA CAS for INCEpTION and everything else that reads UIMA: JSON, and XMI with its type system. A file for each
//! document and annotator; offsets count UTF-16 units.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::inception::{
    LABEL, LOST, NOTE, Part, RELATION, SPAN, attribute_names, feature_name, parts, tag_set,
};
use super::kept::AllBut;
use super::xml::Escaped;
use super::{Asks, Exporting, FileInMemory, Format, Loss, LossReport, jsonl, proof::Carries};
use crate::import;
use crate::model::Annotation;
use crate::text::OffsetUnit;

const KEPT: AllBut = AllBut(&[LOST]);
const KEPT_IN_XML: AllBut = AllBut(&[LOST, &[Loss::Character, Loss::TextCharacter]]);

/// UIMA CAS JSON.
pub const CAS_JSON: Format = Format {
    name: "cas-json",
    title: "UIMA CAS JSON",
    description: "A text with its layers for each document and annotator; for INCEpTION, DKPro, UIMA",
    ending: None,
    newlines: None,
    asks: &[Asks::LineEnds],
    write: write_json,
    reader: Some(&import::CAS_JSON),
    carries: Carries::AllBut(KEPT),
};

/// UIMA CAS XMI.
pub const XMI: Format = Format {
    name: "xmi",
    title: "UIMA CAS XMI",
    description: "The same in XML with its type system; for older readers of UIMA",
    ending: None,
    newlines: None,
    asks: &[Asks::LineEnds],
    write: write_xmi,
    reader: Some(&import::XMI),
    carries: Carries::AllBut(KEPT_IN_XML),
};

const META: &str = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData";
/// What is said of a document. The last is how our own reader knows that offsets are certain.
const META_FEATURES: [&str; 3] = ["documentTitle", "documentId", "collectionId"];
const ANNOTATION: &str = "uima.tcas.Annotation";
const STRING: &str = "uima.cas.String";
const SOFA_ID: usize = 1;
const META_ID: usize = 2;
const FIRST_ID: usize = 3;

/// The features of annotations: tag, note, and what attributes there are in the project.
struct Features<'a> {
    attributes: BTreeSet<&'a str>,
}

impl<'a> Features<'a> {
    fn of(exporting: &'a Exporting<'a>) -> Self {
        let all = exporting.annotations().map(|(_, annotation)| &**annotation);
        Self {
            attributes: attribute_names(all),
        }
    }

    fn names(&self) -> Vec<String> {
        let own = [LABEL, NOTE].map(str::to_owned).into_iter();
        own.chain(self.attributes.iter().map(|name| feature_name(name)))
            .collect()
    }

    fn values(annotation: &Annotation) -> Vec<(String, String)> {
        let mut values = vec![(LABEL.to_owned(), annotation.tag_id.to_string())];
        if !annotation.note.is_empty() {
            values.push((NOTE.to_owned(), annotation.note.to_string()));
        }
        let attributes = annotation.attributes.iter();
        values.extend(attributes.map(|(name, value)| (feature_name(name), value.to_string())));
        values
    }
}

fn write_json(exporting: &Exporting<'_>, _: &mut LossReport) -> Vec<FileInMemory> {
    let types = types(&Features::of(exporting));
    let parts = parts(exporting, KEPT);
    let files = parts.iter().map(|part| {
        let value = json!({
            "%TYPES": types,
            "%FEATURE_STRUCTURES": structures(part),
            "%VIEWS": {"_InitialView": {"%SOFA": SOFA_ID, "%MEMBERS": members(part)}},
        });
        let mut words = serde_json::to_string_pretty(&value).unwrap_or_default();
        words.push('\n');
        FileInMemory {
            path: format!("{}.json", part.path),
            bytes: words.into_bytes(),
        }
    });
    files.chain([tag_set(exporting)]).collect()
}

fn types(features: &Features<'_>) -> Value {
    let of = |name: &str, above: &str, features: Vec<(String, &str)>| {
        let mut map = Map::new();
        map.insert("%NAME".to_owned(), json!(name));
        map.insert("%SUPER_TYPE".to_owned(), json!(above));
        for (feature, range) in features {
            let value = json!({"%NAME": feature, "%RANGE": range});
            map.insert(feature, value);
        }
        (name.to_owned(), Value::Object(map))
    };
    let strings = |names: Vec<String>| names.into_iter().map(|name| (name, STRING)).collect();
    let ends = ["Governor", "Dependent"].map(|name| (name.to_owned(), ANNOTATION));
    let relation = ends.into_iter().chain([(LABEL.to_owned(), STRING)]);
    let types = [
        of(
            META,
            "uima.tcas.DocumentAnnotation",
            strings(META_FEATURES.map(str::to_owned).into()),
        ),
        of(SPAN, ANNOTATION, strings(features.names())),
        of(RELATION, ANNOTATION, relation.collect()),
    ];
    Value::Object(types.into_iter().collect())
}

fn members(part: &Part<'_>) -> Vec<usize> {
    let count = part.annotations.len() + part.links.len();
    (META_ID..FIRST_ID + count).collect()
}

fn structures(part: &Part<'_>) -> Vec<Value> {
    let text = part.each.text;
    let id = part.each.document.id.as_str();
    let mut structures = vec![
        json!({"%ID": SOFA_ID, "%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView",
            "mimeType": "text/plain", "sofaString": text.as_str()}),
        json!({"%ID": META_ID, "%TYPE": META, "@sofa": SOFA_ID, "begin": 0,
            "end": text.offset_in(OffsetUnit::Utf16, text.end()), "language": "x-unspecified",
            "documentTitle": id, "documentId": id, "collectionId": import::OURS}),
    ];
    for (number, annotation) in part.annotations.iter().enumerate() {
        let [begin, end] = offsets(part, annotation);
        let mut value = json!({"%ID": FIRST_ID + number, "%TYPE": SPAN, "@sofa": SOFA_ID, "begin": begin, "end": end});
        for (name, words) in Features::values(annotation) {
            value.as_object_mut().into_iter().for_each(|map| {
                map.insert(name.clone(), json!(words));
            });
        }
        structures.push(value);
    }
    for (number, (link, from, to)) in part.links.iter().enumerate() {
        // Both ends are annotations of this part.
        let [begin, end] = offsets(part, part.annotations[*to]);
        structures.push(
            json!({"%ID": FIRST_ID + part.annotations.len() + number, "%TYPE": RELATION,
            "@sofa": SOFA_ID, "begin": begin, "end": end, LABEL: &*link.kind,
            "@Governor": FIRST_ID + from, "@Dependent": FIRST_ID + to}),
        );
    }
    structures
}

fn offsets(part: &Part<'_>, annotation: &Annotation) -> [usize; 2] {
    jsonl::offsets(part.each.text, OffsetUnit::Utf16, annotation.spans.hull())
}

fn write_xmi(exporting: &Exporting<'_>, _: &mut LossReport) -> Vec<FileInMemory> {
    let parts = parts(exporting, KEPT_IN_XML);
    let files = parts.iter().map(|part| FileInMemory {
        path: format!("{}.xmi", part.path),
        bytes: xmi(part).into_bytes(),
    });
    let mut files: Vec<FileInMemory> = files.chain([tag_set(exporting)]).collect();
    files.push(FileInMemory {
        path: "TypeSystem.xml".to_owned(),
        bytes: type_system(&Features::of(exporting)).into_bytes(),
    });
    files
}

fn xmi(part: &Part<'_>) -> String {
    let text = part.each.text;
    let id = Escaped(part.each.document.id.as_str());
    let end = text.offset_in(OffsetUnit::Utf16, text.end());
    let mut words = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xmi:XMI xmlns:xmi=\"http://www.omg.org/XMI\" \
        xmlns:cas=\"http:///uima/cas.ecore\" xmlns:custom=\"http:///custom.ecore\" \
        xmlns:meta=\"http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore\" xmi:version=\"2.0\">\n\
        <cas:NULL xmi:id=\"0\"/>\n\
        <meta:DocumentMetaData xmi:id=\"{META_ID}\" sofa=\"{SOFA_ID}\" begin=\"0\" end=\"{end}\" \
        language=\"x-unspecified\" documentTitle=\"{id}\" documentId=\"{id}\" collectionId=\"{}\"/>\n",
        import::OURS
    );
    for (number, annotation) in part.annotations.iter().enumerate() {
        let [begin, end] = offsets(part, annotation);
        let _ = write!(
            words,
            "<custom:Span xmi:id=\"{}\" sofa=\"{SOFA_ID}\" begin=\"{begin}\" end=\"{end}\"",
            FIRST_ID + number
        );
        for (name, value) in Features::values(annotation) {
            let _ = write!(words, " {name}=\"{}\"", Escaped(&value));
        }
        words.push_str("/>\n");
    }
    for (number, (link, from, to)) in part.links.iter().enumerate() {
        // Both ends are annotations of this part.
        let [begin, end] = offsets(part, part.annotations[*to]);
        let _ = writeln!(
            words,
            "<custom:Relation xmi:id=\"{}\" sofa=\"{SOFA_ID}\" begin=\"{begin}\" end=\"{end}\" {LABEL}=\"{}\" \
            Governor=\"{}\" Dependent=\"{}\"/>",
            FIRST_ID + part.annotations.len() + number,
            Escaped(&link.kind),
            FIRST_ID + from,
            FIRST_ID + to
        );
    }
    let members: Vec<String> = members(part).iter().map(ToString::to_string).collect();
    let _ = write!(
        words,
        "<cas:Sofa xmi:id=\"{SOFA_ID}\" sofaNum=\"1\" sofaID=\"_InitialView\" mimeType=\"text/plain\" \
        sofaString=\"{}\"/>\n<cas:View sofa=\"{SOFA_ID}\" members=\"{}\"/>\n</xmi:XMI>\n",
        Escaped(text.as_str()),
        members.join(" ")
    );
    words
}

fn type_system(features: &Features<'_>) -> String {
    let mut words = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <typeSystemDescription xmlns=\"http://uima.apache.org/resourceSpecifier\">\n<types>\n"
        .to_owned();
    let types = types(features);
    for (name, of) in types.as_object().into_iter().flatten() {
        let above = of
            .get("%SUPER_TYPE")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let _ = write!(
            words,
            "<typeDescription><name>{name}</name><description/><supertypeName>{above}</supertypeName>\n<features>\n"
        );
        for (feature, of) in of.as_object().into_iter().flatten() {
            if let Some(range) = of.get("%RANGE").and_then(Value::as_str) {
                let _ = writeln!(
                    words,
                    "<featureDescription><name>{feature}</name><description/><rangeTypeName>{range}</rangeTypeName>\
                    </featureDescription>"
                );
            }
        }
        words.push_str("</features></typeDescription>\n");
    }
    words + "</types>\n</typeSystemDescription>\n"
}
