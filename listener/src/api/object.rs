//! A JSON object, and nothing but an object.
//!
//! A derived reader takes an array of the members in their order as well; the description of the
//! API promises no such thing. Never looks at the members: their own type does. Next: `api.rs`.

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// A value that must be written as an object.
pub(crate) struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<T>, D::Error> {
        deserializer.deserialize_map(Members(PhantomData)).map(Object)
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Place {
        level: String,
        count: u8,
    }

    #[test]
    fn an_object_is_read_and_an_array_of_its_members_is_not() {
        let read = serde_json::from_str::<Object<Place>>;
        let Object(place) = read(r#"{"level":"Adult","count":2}"#).unwrap();
        assert_eq!((place.level.as_str(), place.count), ("Adult", 2));
        for wrong in [r#"["Adult",2]"#, "[]", "null", "2", r#""Adult""#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
