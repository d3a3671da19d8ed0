//! JSON as it stands in a file: a tree that borrows its texts, so that a house of 100,000 seats is
//! read in little more memory than its file.
//!
//! Keys of an object are in order and differ; of equal ones the last counts. Judges nothing. Next:
//! `plan/reader.rs`, which does.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// One value.
#[derive(Debug, PartialEq)]
pub(super) enum Json<'t> {
    Null,
    Flag(bool),
    Number(f64),
    Text(Cow<'t, str>),
    List(Box<[Json<'t>]>),
    Object(Members<'t>),
}

/// What an object holds.
#[derive(Debug, PartialEq)]
pub(super) struct Members<'t>(Box<[(Cow<'t, str>, Json<'t>)]>);

impl<'t> Json<'t> {
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            Json::Null | Json::Flag(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Json<'t>]> {
        match self {
            Json::List(list) => Some(list),
            Json::Null | Json::Flag(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => None,
        }
    }
}

impl<'t> Members<'t> {
    fn of(mut members: Vec<(Cow<'t, str>, Json<'t>)>) -> Members<'t> {
        // Stable, so that the last of equal keys is the first from behind.
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        members.reverse();
        members.dedup_by(|(one, _), (other, _)| one == other);
        members.reverse();
        Members(members.into_boxed_slice())
    }

    pub fn get(&self, key: &str) -> Option<&Json<'t>> {
        let at = self.0.binary_search_by(|(known, _)| known.as_ref().cmp(key)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// In the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json<'t>)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value))
    }
}

/// A text that is borrowed where the file has it as it is.
struct Text<'t>(Cow<'t, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Text<'de>, D::Error> {
        struct Words;
        impl<'de> Visitor<'de> for Words {
            type Value = Text<'de>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Words)
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Json<'de>, D::Error> {
        from.deserialize_any(Whole)
    }
}

struct Whole;

impl<'de> Visitor<'de> for Whole {
    type Value = Json<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'de>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Json::List(values.into_boxed_slice()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((Text(key), value)) = map.next_entry()? {
            members.push((key, value));
        }
        Ok(Json::Object(Members::of(members)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Json<'_> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn every_kind_of_value_is_read_as_it_stands() {
        let Json::List(list) = read(r#"[null, true, -3, 2.5, "a\n", {}, []]"#) else { panic!() };
        let expected = [
            Json::Null,
            Json::Flag(true),
            Json::Number(-3.0),
            Json::Number(2.5),
            Json::Text("a\n".into()),
            Json::Object(Members::of(Vec::new())),
            Json::List(Box::default()),
        ];
        assert_eq!(list.as_ref(), expected);
    }

    #[test]
    fn members_are_found_by_their_key_and_the_last_of_equal_ones_counts() {
        let Json::Object(members) = read(r#"{"b": 1, "a": 2, "b\u0021": 3, "b": 4}"#) else {
            panic!()
        };
        assert_eq!(members.get("a"), Some(&Json::Number(2.0)));
        assert_eq!(members.get("b"), Some(&Json::Number(4.0)));
        assert_eq!(members.get("b!"), Some(&Json::Number(3.0)));
        assert_eq!(members.get("c"), None);
        let keys: Vec<&str> = members.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a", "b", "b!"]);
    }

    #[test]
    fn a_plain_text_is_borrowed() {
        let Json::Text(Cow::Borrowed("plain")) = read(r#""plain""#) else { panic!() };
    }
}
