//! What a child is told over its standard input, where nobody else can read the token.

use std::fs::File;
use std::io::Read;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::connection::Credentials;
use crate::wire::{bytes_of, decode};

/// What an engine is told.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct EngineOrder {
    pub(crate) server: String,
    pub(crate) credentials: Credentials,
    pub(crate) name: String,
    pub(crate) number: Option<u32>,
    /// The hash of its program, which it need not read again.
    pub(crate) build: u64,
}

/// An order's length, and then itself.
pub(crate) fn order_of<T: Serialize>(order: &T) -> Result<Vec<u8>, Error> {
    let bytes = bytes_of(order)?;
    let mut all = (bytes.len() as u32).to_le_bytes().to_vec();
    all.extend(bytes);
    Ok(all)
}

/// Reads an order.
pub(crate) fn read_order<T: DeserializeOwned>(mut line: &File) -> Result<T, Error> {
    let mut length = [0; 4];
    let unheard = |error| Error::system("a child was not told what to do", error);
    line.read_exact(&mut length).map_err(unheard)?;
    let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
    line.read_exact(&mut bytes).map_err(unheard)?;
    decode(&bytes)
}
