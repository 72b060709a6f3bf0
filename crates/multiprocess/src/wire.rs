//! How values become bytes and bytes values again.

use std::cell::RefCell;
use std::sync::Arc;

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Error;
use crate::os::{Memory, Message};
use crate::reasons::{Explained, Reason, found};

/// Appends a value to a message, and the memories that it mentions.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T, message: &mut Message) -> Result<(), Error> {
    let bytes = std::mem::take(&mut message.bytes);
    let outer = GOING.replace(Some(std::mem::take(&mut message.memories)));
    let written = postcard::to_extend(&Explained(value), bytes);
    message.memories = GOING.replace(outer).unwrap_or_default();
    message.bytes = written.map_err(found)?;
    Ok(())
}

/// Takes a value from the front of some bytes, and gives it back with the rest.
pub(crate) fn decode<'a, T: DeserializeOwned>(
    bytes: &'a [u8],
    memories: &[Arc<Memory>],
) -> Result<(T, &'a [u8]), Error> {
    let outer = COMING.replace(Some(memories.to_vec()));
    let mut from = postcard::Deserializer::from_bytes(bytes);
    let value = T::deserialize(Explained(&mut from));
    COMING.set(outer);
    Ok((value?, from.finalize().map_err(found)?))
}

/// How many values there are in the list at the front of some bytes.
pub(crate) fn length_of_list(bytes: &[u8]) -> Result<u64, Error> {
    // The length comes first, written as any number is.
    decode(bytes, &[]).map(|(length, _)| length)
}

impl From<Reason> for Error {
    fn from(Reason(why): Reason) -> Self {
        Self::Encoding(why)
    }
}

thread_local! {
    /// The memories of the message that is being written.
    static GOING: RefCell<Option<Vec<Arc<Memory>>>> = const { RefCell::new(None) };
    /// The memories of the message that is being read.
    static COMING: RefCell<Option<Vec<Arc<Memory>>>> = const { RefCell::new(None) };
}

/// What a memory is used as, so that none is taken for another.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) enum Use {
    Array,
    Frozen,
    Value,
    Lock,
}

/// Writes a memory by its place in the message.
pub(crate) fn write_memory<S: Serializer>(
    memory: &Arc<Memory>,
    used: Use,
    length: usize,
    to: S,
) -> Result<S::Ok, S::Error> {
    let place = GOING.with_borrow_mut(|going| {
        let going = going.as_mut().ok_or_else(|| S::Error::custom("shared memory travels in a task only"))?;
        let known = going.iter().position(|other| Arc::ptr_eq(other, memory));
        Ok(known.unwrap_or_else(|| {
            going.push(memory.clone());
            going.len() - 1
        }))
    })?;
    (place as u64, used, length as u64).serialize(to)
}

/// Reads what [`write_memory`] has written: the memory and the length.
pub(crate) fn read_memory<'de, D: Deserializer<'de>>(wanted: Use, from: D) -> Result<(Arc<Memory>, usize), D::Error> {
    let (place, used, length) = <(u64, Use, u64)>::deserialize(from)?;
    if used != wanted {
        return Err(D::Error::custom(format!("a shared memory is used as {used:?} and was asked for as {wanted:?}")));
    }
    let memory = COMING.with_borrow(|coming| coming.as_ref().and_then(|coming| coming.get(place as usize).cloned()));
    let memory = memory.ok_or_else(|| D::Error::custom("a shared memory has not come along"))?;
    Ok((memory, length as usize))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn round<A: Serialize, B: DeserializeOwned>(value: &A) -> Result<B, Error> {
        let mut message = Message::new(0);
        encode(value, &mut message)?;
        decode(message.body(), &message.memories).map(|(value, rest)| {
            assert!(rest.is_empty());
            value
        })
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert!(matches!(round::<_, String>(&200_u64), Err(Error::Encoding(_))));
    }

    /// A number that a type has an opinion of, both ways.
    #[derive(Debug)]
    struct Odd(u32);

    impl Serialize for Odd {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            if self.0 > 100 {
                return Err(S::Error::custom(format_args!("{} is too large to be sent", self.0)));
            }
            self.0.serialize(to)
        }
    }

    impl<'de> Deserialize<'de> for Odd {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            let number = u32::deserialize(from)?;
            if number % 2 == 1 { Ok(Self(number)) } else { Err(D::Error::custom(format_args!("{number} is not odd"))) }
        }
    }

    #[derive(Debug, Deserialize, Serialize)]
    enum Kinds {
        Unit,
        One(Odd),
        Two(u8, Odd),
        Named { odd: Option<Odd> },
    }

    #[test]
    fn what_a_type_says_of_its_value_is_the_reason_however_deep_it_is() {
        let reason = |value: Kinds| match round::<_, Vec<(u8, Kinds)>>(&[(7, value)].as_slice()) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };
        for (even, large) in [
            (Kinds::One(Odd(4)), Kinds::One(Odd(401))),
            (Kinds::Two(1, Odd(4)), Kinds::Two(1, Odd(401))),
            (Kinds::Named { odd: Some(Odd(4)) }, Kinds::Named { odd: Some(Odd(401)) }),
        ] {
            assert_eq!(reason(even), "a value cannot travel between processes: 4 is not odd");
            assert_eq!(reason(large), "a value cannot travel between processes: 401 is too large to be sent");
        }
        assert_eq!(reason(Kinds::Unit), "");
        let even = std::collections::BTreeMap::from([("key".to_owned(), 4_u32)]);
        let error = round::<_, std::collections::BTreeMap<String, Odd>>(&even).unwrap_err();
        assert_eq!(error, Error::Encoding("4 is not odd".to_owned()));
        let Err(Error::Encoding(of_the_format)) = round::<_, bool>(&2_u8) else { panic!("2 is no truth") };
        assert!(of_the_format.contains("bool"), "{of_the_format}");
    }

    /// Every kind of value that serde knows.
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct All<'a> {
        small: (bool, char, i8, i16, i32, i64, i128),
        large: (u8, u16, u32, u64, u128, f32, f64),
        unit: (),
        text: &'a str,
        names: Vec<String>,
        pairs: std::collections::BTreeMap<u8, Option<Duration>>,
        result: Result<u8, String>,
    }

    #[test]
    fn values_of_all_kinds_come_back() {
        let all = All {
            small: (true, '\u{1F980}', -1, -2, -3, i64::MIN, i128::MIN),
            large: (1, 2, 3, u64::MAX, u128::MAX, 0.1, -0.0),
            unit: (),
            text: "borrowed",
            names: vec![String::new(), "name".to_owned()],
            pairs: [(1, None), (2, Some(Duration::from_nanos(3)))].into(),
            result: Err("no".to_owned()),
        };
        let mut message = Message::new(0);
        encode(&all, &mut message).unwrap();
        assert_eq!(message.body(), postcard::to_allocvec(&all).unwrap(), "nothing is added to the format");
        let mut from = postcard::Deserializer::from_bytes(message.body());
        assert_eq!(All::deserialize(Explained(&mut from)).unwrap(), all);
    }

    #[test]
    fn values_follow_each_other_in_a_message() {
        let mut message = Message::new(7);
        encode("name", &mut message).unwrap();
        encode(&(1_u8, Some(2.5)), &mut message).unwrap();
        message.seal();
        let (name, rest) = decode::<String>(message.body(), &[]).unwrap();
        let (pair, rest) = decode::<(u8, Option<f64>)>(rest, &[]).unwrap();
        assert_eq!((name.as_str(), pair, rest.len(), message.kind()), ("name", (1, Some(2.5)), 0, 7));
        assert_eq!(message.bytes[..8], (message.body().len() as u64).to_le_bytes());
    }
}
