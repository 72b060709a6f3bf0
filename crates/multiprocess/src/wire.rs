//! How values become bytes and bytes values again.

use std::cell::RefCell;
use std::ops::Deref;
use std::sync::Arc;

use bytemuck::Pod;
use serde::de::{DeserializeOwned, Error as _, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Error;
use crate::os::{Memory, Message};

/// Appends a value to a message, and the memories that it mentions.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T, message: &mut Message) -> Result<(), Error> {
    let bytes = std::mem::take(&mut message.bytes);
    let outer = GOING.replace(Some(std::mem::take(&mut message.memories)));
    let written = postcard::to_extend(value, bytes);
    message.memories = GOING.replace(outer).unwrap_or_default();
    message.bytes = written?;
    Ok(())
}

/// Takes a value from the front of some bytes, and gives it back with the rest.
pub(crate) fn decode<'a, T: DeserializeOwned>(
    bytes: &'a [u8],
    memories: &[Arc<Memory>],
) -> Result<(T, &'a [u8]), Error> {
    let outer = COMING.replace(Some(memories.to_vec()));
    let taken = postcard::take_from_bytes(bytes);
    COMING.set(outer);
    Ok(taken?)
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

// ANCHOR: numbers
/// Numbers that travel as the bytes that they are: one copy into the message, one out of it, and nothing done to each number.
///
/// A `Vec<f64>` is written number by number, since serde asks each element how it wants to be written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers<T>(
    /// The numbers.
    pub Vec<T>,
);

impl<T: Pod> Serialize for Numbers<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytemuck::cast_slice(&self.0))
    }
}
// ANCHOR_END: numbers

impl<'de, T: Pod> Deserialize<'de> for Numbers<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Bytes<T>(std::marker::PhantomData<T>);
        impl<T: Pod> Visitor<'_> for Bytes<T> {
            type Value = Numbers<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "bytes of numbers of {} bytes", size_of::<T>())
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                if !bytes.len().is_multiple_of(size_of::<T>().max(1)) {
                    return Err(E::invalid_length(bytes.len(), &self));
                }
                Ok(Numbers(bytemuck::pod_collect_to_vec(bytes)))
            }
        }
        from.deserialize_bytes(Bytes(std::marker::PhantomData))
    }
}

impl<T> Deref for Numbers<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
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
    fn numbers_come_back_bit_for_bit_and_cost_their_bytes() {
        let numbers = Numbers(vec![0.1, -0.0, f64::NAN, f64::MIN_POSITIVE]);
        let back: Numbers<f64> = round(&numbers).unwrap();
        assert!(back.iter().zip(&*numbers).all(|(a, b)| a.to_bits() == b.to_bits()));
        let mut message = Message::new(0);
        encode(&Numbers(vec![1_u32; 1000]), &mut message).unwrap();
        assert_eq!(message.body().len(), 4000 + 2, "two bytes of length before them");
    }

    #[test]
    fn bytes_that_are_no_numbers_are_refused() {
        assert!(matches!(round::<_, Numbers<u32>>(&Numbers(vec![1_u8; 7])), Err(Error::Encoding(_))));
        assert!(matches!(round::<_, String>(&200_u64), Err(Error::Encoding(_))));
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
