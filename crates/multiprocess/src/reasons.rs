//! Errors of serde that say why.
//!
//! The format writes values as bytes and has a number for everything that it finds wrong itself. What a *type* says of its value
//! ("a part reaches beyond its array") it drops: postcard 1.1.3, whose error is an enumeration without texts (`error.rs`; shown by
//! `findings/postcard-drops-what-a-type-says.sh`). So whatever goes to the format or comes from it goes through an [`Explained`],
//! which hands every call on, and keeps the words while the format's own error passes.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant,
};
use serde::{Deserializer, Serialize, Serializer, de, ser};

/// Why a value cannot be written or read.
#[derive(Debug)]
pub(crate) struct Reason(pub(crate) String);

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Reason {}

impl ser::Error for Reason {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl de::Error for Reason {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

thread_local! {
    /// The words that belong to the error that the format is just returning.
    static PASSING: Cell<Option<String>> = const { Cell::new(None) };
}

/// An error for the format to return, which has no room for the reason.
#[cold]
fn writing<E: ser::Error>(reason: Reason) -> E {
    let error = E::custom(&reason);
    PASSING.set(Some(reason.0));
    error
}

/// An error for the format to return, which has no room for the reason.
#[cold]
fn reading<E: de::Error>(reason: Reason) -> E {
    let error = E::custom(&reason);
    PASSING.set(Some(reason.0));
    error
}

/// What the format has returned: the reason that passed through it, or its own.
#[cold]
pub(crate) fn found(error: impl fmt::Display) -> Reason {
    Reason(PASSING.take().unwrap_or_else(|| error.to_string()))
}

/// Whatever takes part in writing or reading a value, with errors that say why.
pub(crate) struct Explained<T>(pub(crate) T);

impl<T: Serialize + ?Sized> Serialize for Explained<&T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Explained(to)).map_err(writing)
    }
}

/// Methods that write something that has nothing else in it.
macro_rules! write {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {$(
        fn $method(self, $($name: $type),*) -> Result<S::Ok, Reason> {
            self.0.$method($($name),*).map_err(found)
        }
    )*};
}

/// Methods that begin to write something that has more in it.
macro_rules! begin {
    ($($method:ident($($name:ident: $type:ty),*) -> $kind:ident;)*) => {$(
        fn $method(self, $($name: $type),*) -> Result<Explained<S::$kind>, Reason> {
            self.0.$method($($name),*).map(Explained).map_err(found)
        }
    )*};
}

impl<S: Serializer> Serializer for Explained<S> {
    type Ok = S::Ok;
    type Error = Reason;
    type SerializeSeq = Explained<S::SerializeSeq>;
    type SerializeTuple = Explained<S::SerializeTuple>;
    type SerializeTupleStruct = Explained<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Explained<S::SerializeTupleVariant>;
    type SerializeMap = Explained<S::SerializeMap>;
    type SerializeStruct = Explained<S::SerializeStruct>;
    type SerializeStructVariant = Explained<S::SerializeStructVariant>;

    write! {
        serialize_bool(value: bool);
        serialize_i8(value: i8);
        serialize_i16(value: i16);
        serialize_i32(value: i32);
        serialize_i64(value: i64);
        serialize_i128(value: i128);
        serialize_u8(value: u8);
        serialize_u16(value: u16);
        serialize_u32(value: u32);
        serialize_u64(value: u64);
        serialize_u128(value: u128);
        serialize_f32(value: f32);
        serialize_f64(value: f64);
        serialize_char(value: char);
        serialize_str(value: &str);
        serialize_bytes(value: &[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(name: &'static str);
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
    }

    begin! {
        serialize_seq(length: Option<usize>) -> SerializeSeq;
        serialize_tuple(length: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, length: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, length: usize) -> SerializeTupleVariant;
        serialize_map(length: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, length: usize) -> SerializeStruct;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, length: usize) -> SerializeStructVariant;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, Reason> {
        self.0.serialize_some(&Explained(value)).map_err(found)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<S::Ok, Reason> {
        self.0.serialize_newtype_struct(name, &Explained(value)).map_err(found)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, Reason> {
        self.0.serialize_newtype_variant(name, index, variant, &Explained(value)).map_err(found)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<S::Ok, Reason> {
        self.0.collect_str(value).map_err(found)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// What has more in it, value by value.
macro_rules! within {
    ($($kind:ident: $($method:ident($($name:ident: $type:ty)?)),*;)*) => {$(
        impl<S: $kind> $kind for Explained<S> {
            type Ok = S::Ok;
            type Error = Reason;

            $(fn $method<T: Serialize + ?Sized>(&mut self, $($name: $type,)? value: &T) -> Result<(), Reason> {
                self.0.$method($($name,)? &Explained(value)).map_err(found)
            })*

            fn end(self) -> Result<S::Ok, Reason> {
                self.0.end().map_err(found)
            }
        }
    )*};
}

within! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeMap: serialize_key(), serialize_value();
    SerializeStruct: serialize_field(name: &'static str);
    SerializeStructVariant: serialize_field(name: &'static str);
}

/// Methods that read what the visitor wants to see.
macro_rules! read {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, Reason> {
            self.0.$method($($name,)* Explained(visitor)).map_err(found)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Explained<D> {
    type Error = Reason;

    read! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// What a visitor is shown that has nothing else in it.
macro_rules! visit {
    ($($method:ident($($type:ty)?);)*) => {$(
        fn $method<E: de::Error>(self $(, value: $type)?) -> Result<V::Value, E> {
            self.0.$method::<Reason>($({ let value: $type = value; value })?).map_err(reading)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Explained<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    visit! {
        visit_bool(bool);
        visit_i8(i8);
        visit_i16(i16);
        visit_i32(i32);
        visit_i64(i64);
        visit_i128(i128);
        visit_u8(u8);
        visit_u16(u16);
        visit_u32(u32);
        visit_u64(u64);
        visit_u128(u128);
        visit_f32(f32);
        visit_f64(f64);
        visit_char(char);
        visit_str(&str);
        visit_borrowed_str(&'de str);
        visit_string(String);
        visit_bytes(&[u8]);
        visit_borrowed_bytes(&'de [u8]);
        visit_byte_buf(Vec<u8>);
        visit_none();
        visit_unit();
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Explained(from)).map_err(reading)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Explained(from)).map_err(reading)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, from: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Explained(from)).map_err(reading)
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Explained(from)).map_err(reading)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, from: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(Explained(from)).map_err(reading)
    }
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Explained<T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T::Value, D::Error> {
        self.0.deserialize(Explained(from)).map_err(reading)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Explained<A> {
    type Error = Reason;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Reason> {
        self.0.next_element_seed(Explained(seed)).map_err(found)
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Explained<A> {
    type Error = Reason;

    fn next_key_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Reason> {
        self.0.next_key_seed(Explained(seed)).map_err(found)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Reason> {
        self.0.next_value_seed(Explained(seed)).map_err(found)
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Explained<A> {
    type Error = Reason;
    type Variant = Explained<A::Variant>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self::Variant), Reason> {
        let (value, variant) = self.0.variant_seed(Explained(seed)).map_err(found)?;
        Ok((value, Explained(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Explained<A> {
    type Error = Reason;

    fn unit_variant(self) -> Result<(), Reason> {
        self.0.unit_variant().map_err(found)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Reason> {
        self.0.newtype_variant_seed(Explained(seed)).map_err(found)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Reason> {
        self.0.tuple_variant(length, Explained(visitor)).map_err(found)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Reason> {
        self.0.struct_variant(fields, Explained(visitor)).map_err(found)
    }
}
