//! What values of JSON say, read more strictly than `serde_json` reads them by itself.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// An object in which no key is said twice, however deep: `Value` takes the last of them in silence.
pub struct Plain(pub Map<String, Value>);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = |value| match value {
            PlainValue(Value::Object(map)) => Ok(Self(map)),
            _ => Err(D::Error::custom("it is no object")),
        };
        PlainValue::deserialize(deserializer).and_then(map)
    }
}

/// A value in which no object says a key twice.
pub struct PlainValue(pub Value);

impl<'de> Deserialize<'de> for PlainValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seed = PlainSeed { most: usize::MAX };
        seed.deserialize(deserializer).map(Self)
    }
}

/// Reads a value in which no object says a key twice.
#[derive(Clone, Copy)]
struct PlainSeed {
    /// So many elements of each list are kept.
    most: usize,
}

impl<'de> DeserializeSeed<'de> for PlainSeed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PlainSeed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<Value, S::Error> {
        let mut list = Vec::new();
        while list.len() < self.most
            && let Some(element) = elements.next_element_seed(self)?
        {
            list.push(element);
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(list.into())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Value, M::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(self)?;
            if object.contains_key(&key) {
                return Err(M::Error::custom(format!("“{key}” is said twice")));
            }
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

/// What only an object says. Without this a list of values would be taken for it, each for what stands at its place in
/// our own words.
pub struct OfObject<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OfObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfObjectVisitor(PhantomData))
    }
}

struct OfObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OfObjectVisitor<T> {
    type Value = OfObject<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<OfObject<T>, M::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(OfObject)
    }
}

/// What words say, of each list no more than the first elements: enough to see what a record is like, however much is
/// in it.
pub fn sample(words: &str) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(words);
    let value = PlainSeed { most: 1_000 }.deserialize(&mut deserializer);
    value.ok().filter(|_| deserializer.end().is_ok())
}

/// What an object holds, as it is written and in this order; nothing of what is no object.
pub fn members(object: &str) -> Vec<(String, &str)> {
    let members = serde_json::from_str::<Members<'_>>(object);
    members.map_or_else(|_| Vec::new(), |members| members.0)
}

struct Members<'de>(Vec<(String, &'de str)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members<'de>, M::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
            members.push((key, value.get()));
        }
        Ok(Members(members))
    }
}
