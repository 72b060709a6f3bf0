//! Numbers on their way between processes and machines: as the bytes that they are.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use bytemuck::Pod;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
        struct Bytes<T>(PhantomData<T>);
        impl<T: Pod> Visitor<'_> for Bytes<T> {
            type Value = Numbers<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "bytes of numbers of {} bytes", size_of::<T>())
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                let size = size_of::<T>();
                if !bytes.len().is_multiple_of(size) {
                    return Err(E::invalid_length(bytes.len(), &self));
                }
                let mut numbers = vec![T::zeroed(); bytes.len().checked_div(size).unwrap_or(0)];
                bytemuck::cast_slice_mut(&mut numbers).copy_from_slice(bytes);
                Ok(Numbers(numbers))
            }
        }
        from.deserialize_bytes(Bytes(PhantomData))
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

    #[test]
    fn numbers_come_back_bit_for_bit_and_cost_their_bytes() {
        let numbers = Numbers(vec![0.1, -0.0, f64::NAN, f64::MIN_POSITIVE]);
        let bytes = postcard::to_allocvec(&numbers).unwrap();
        assert_eq!(bytes.len(), 4 * 8 + 1, "a byte of length before them");
        let back: Numbers<f64> = postcard::from_bytes(&bytes).unwrap();
        assert!(back.iter().zip(&*numbers).all(|(a, b)| a.to_bits() == b.to_bits()));
    }

    #[test]
    fn bytes_that_are_no_numbers_are_refused() {
        let bytes = postcard::to_allocvec(&Numbers(vec![1_u8; 7])).unwrap();
        assert!(postcard::from_bytes::<Numbers<u32>>(&bytes).is_err());
    }
}
