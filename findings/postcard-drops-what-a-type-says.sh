#!/usr/bin/env bash
# postcard 1.1.3 with serde 1.0.229: what a type says of its value is dropped on the way out and on the way in.
#
# A type that refuses a value calls serde's `Error::custom` with the reason, and with serde_json 1.0.154 the reason is in the error.
# A good guess is that every format hands it on. postcard's error is a plain enumeration without a text: both ways `custom` becomes a
# number, and the reason is gone. Who sends values between processes with it has to carry the reason past it.
#
# Seen:
#   json in:      the percentage 250 is above 100
#   postcard in:  Serde Deserialization Error
#   json out:     an odd number of bytes
#   postcard out: Serde Serialization Error
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat > "$folder/Cargo.toml" <<'TOML'
[package]
name = "reasons"
version = "0.0.0"
edition = "2021"

[workspace]

[dependencies]
postcard = { version = "=1.1.3", default-features = false, features = ["use-std"] }
serde = "=1.0.229"
serde_json = "=1.0.154"
TOML
cat > "$folder/src/main.rs" <<'RUST'
use serde::{de, ser, Deserialize, Deserializer, Serialize, Serializer};

#[derive(Debug)]
struct Percentage;

impl<'de> Deserialize<'de> for Percentage {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u8::deserialize(from)? {
            0..=100 => Ok(Self),
            value => Err(de::Error::custom(format!("the percentage {value} is above 100"))),
        }
    }
}

struct Odd;

impl Serialize for Odd {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(ser::Error::custom("an odd number of bytes"))
    }
}

fn main() {
    println!("json in:      {}", serde_json::from_str::<Percentage>("250").unwrap_err());
    println!("postcard in:  {}", postcard::from_bytes::<Percentage>(&[250]).unwrap_err());
    println!("json out:     {}", serde_json::to_string(&Odd).unwrap_err());
    println!("postcard out: {}", postcard::to_stdvec(&Odd).unwrap_err());
}
RUST

seen=$(cd "$folder" && cargo run --quiet)
expected='json in:      the percentage 250 is above 100
postcard in:  Serde Deserialization Error
json out:     an odd number of bytes
postcard out: Serde Serialization Error'
printf '%s\n' "$seen"
if [[ $seen != "$expected" ]]; then
  echo "this has changed; it was:" >&2
  printf '%s\n' "$expected" >&2
  exit 1
fi
echo "as described: postcard 1.1.3 drops the reason both ways"
