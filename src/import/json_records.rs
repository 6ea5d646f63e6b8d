//! Where the records of any JSON are: one after the other, or in lists within one object around them all.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::json::{self, PlainValue};
use super::json_meaning::{Meaning, Object, at_path};
use super::{Mapping, Role};

/// So many records show which keys there are.
pub const SAMPLE_RECORDS: usize = 50;

/// A record: an object, or a text beside an object that says what is in it, which is how spaCy was trained before its
/// third version.
pub struct Record(pub Object);

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let is_none = || D::Error::custom("it is no object");
        let PlainValue(value) = PlainValue::deserialize(deserializer)?;
        let pair = match value {
            Value::Object(object) => return Ok(Self(object)),
            Value::Array(list) => <[Value; 2]>::try_from(list).map_err(|_| is_none())?,
            _ => return Err(is_none()),
        };
        let [text @ Value::String(_), Value::Object(mut object)] = pair else {
            return Err(is_none());
        };
        match object.insert("text".to_owned(), text) {
            None => Ok(Self(object)),
            Some(_) => Err(D::Error::custom("“text” is said twice")),
        }
    }
}

/// What a file holds.
pub struct Records {
    /// With their lines. `null` stands where a tool has nothing to say.
    pub records: Vec<json::Record<Option<Record>>>,
    /// What the object around the records says besides.
    pub beside: Vec<String>,
}

impl Records {
    /// The records of a file.
    pub fn of(words: &str, said: &Mapping) -> Self {
        let records = json::records::<Option<Record>>(words);
        let mut around = Around::default();
        if let [(_, Ok(Some(Record(object))))] = records.as_slice()
            && !Meaning::of(&[object], said).finds_documents()
        {
            around.look_into(object, &[], &|list| is_of_records(object, list, said));
        }
        match around.lists.as_slice() {
            [] => Self {
                records,
                beside: Vec::new(),
            },
            lists => Self {
                records: json::records_under(words, lists),
                beside: around.beside,
            },
        }
    }
}

/// Whether the elements of a list are records. Where the words of one stand in a text of the object around them, they
/// are annotations of that.
fn is_of_records(around: &Object, list: &[Value], said: &Mapping) -> bool {
    let sample = list.iter().take(SAMPLE_RECORDS);
    let sample: Vec<Object> = sample
        .filter_map(|value| Record::deserialize(value).ok())
        .map(|Record(object)| object)
        .collect();
    let meaning = Meaning::of(&sample.iter().collect::<Vec<_>>(), said);
    let texts = sample
        .iter()
        .filter_map(|record| at_path(record, meaning.document.get(Role::Text)?)?.as_str());
    let own_texts = || around.values().filter_map(Value::as_str);
    let mut quotes = texts.filter(|text| own_texts().any(|own| own.contains(text)));
    meaning.finds_documents() && quotes.next().is_none()
}

/// An object with lists of records in it.
#[derive(Default)]
struct Around {
    /// The keys that lead to each list.
    lists: Vec<Vec<String>>,
    beside: Vec<String>,
}

impl Around {
    fn look_into(
        &mut self,
        object: &Map<String, Value>,
        above: &[String],
        is_of_records: &dyn Fn(&[Value]) -> bool,
    ) {
        for (key, value) in object {
            let keys = [above, std::slice::from_ref(key)].concat();
            match value {
                Value::Object(inner) => self.look_into(inner, &keys, is_of_records),
                Value::Array(list) if is_of_records(list) => self.lists.push(keys),
                Value::Array(list) if list.is_empty() => {}
                Value::Null => {}
                value => self.beside.push(format!("{}: {value}", keys.join("."))),
            }
        }
    }
}
