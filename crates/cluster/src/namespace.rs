//! The values that an engine keeps by name.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::wire::{bytes_of, decode, type_of};

/// The values that an engine keeps by name: what `push` sends there, `pull` fetches and procedures work on.
///
/// A value is kept as its bytes with the name of its type: reading one makes a value of its own, which may be changed, whatever its
/// size, and writing it back is what changes the engine's.
#[derive(Clone, Debug, Default)]
pub struct Namespace {
    values: BTreeMap<String, (String, Bytes)>,
}

impl Namespace {
    /// The value of that name.
    ///
    /// # Errors
    /// When there is none, or it is of another type.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T, Error> {
        decode(&self.bytes(name, &type_of::<T>())?)
    }

    /// Sets the value of that name.
    ///
    /// # Errors
    /// When it cannot be written as bytes.
    pub fn set<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        self.put(name.to_owned(), type_of::<T>(), bytes_of(value)?.into());
        Ok(())
    }

    /// Forgets the value of that name; whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        self.values.remove(name).is_some()
    }

    /// The names, in the order of the alphabet.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    pub(crate) fn put(&mut self, name: String, of_type: String, bytes: Bytes) {
        self.values.insert(name, (of_type, bytes));
    }

    pub(crate) fn bytes(&self, name: &str, wanted: &str) -> Result<Bytes, Error> {
        let (found, bytes) = self.values.get(name).ok_or_else(|| Error::NoValue { name: name.to_owned() })?;
        if found == wanted {
            return Ok(bytes.clone());
        }
        let what = format!("`{name}`");
        Err(Error::WrongType { what, found: found.clone(), wanted: wanted.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_given_as_what_it_is_and_as_nothing_else() {
        let mut values = Namespace::default();
        values.set("a", &10_u64).unwrap();
        values.set("text", "word").unwrap();
        assert_eq!((values.get::<u64>("a"), values.get::<String>("text")), (Ok(10), Ok("word".to_owned())));
        let wrong = values.get::<f64>("a").unwrap_err().to_string();
        assert_eq!(wrong, "`a` is of the type u64, and was asked for as f64");
        assert_eq!(values.get::<u64>("b"), Err(Error::NoValue { name: "b".to_owned() }));
        assert_eq!(values.names().collect::<Vec<_>>(), ["a", "text"]);
        assert!(values.remove("a") && !values.remove("a"));
    }
}
