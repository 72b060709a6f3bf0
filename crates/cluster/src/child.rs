//! An engine that is a child of its client: what it is told, and what it does with it.

use std::fs::File;
use std::io::Read;
use std::process::exit;

use serde::{Deserialize, Serialize};

use crate::connection::Credentials;
use crate::engine::{EngineOptions, engine};
use crate::wire::{bytes_of, decode};
use crate::{Error, program};

/// What a child is told over its standard input, where nobody else can read the token.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Engine {
    server: String,
    credentials: Credentials,
    number: u32,
    build: u64,
}

impl Engine {
    pub(crate) fn new(server: &str, credentials: &Credentials, number: u32, build: u64) -> Self {
        Self { server: server.to_owned(), credentials: credentials.clone(), number, build }
    }

    /// The length, and then itself.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let bytes = bytes_of(self)?;
        let mut all = (bytes.len() as u32).to_le_bytes().to_vec();
        all.extend(bytes);
        Ok(all)
    }

    fn read(mut line: &File) -> Result<Self, Error> {
        let mut length = [0; 4];
        let unheard = |error| Error::system("an engine was not told what to do", error);
        line.read_exact(&mut length).map_err(unheard)?;
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        line.read_exact(&mut bytes).map_err(unheard)?;
        decode(&bytes)
    }
}

/// Works until the parent ends, or the server has been away for too long.
pub(crate) fn serve(line: &File) -> ! {
    let ended = Engine::read(line).and_then(|told| {
        program::is(told.build);
        let Engine { server, credentials, number, .. } = told;
        engine(EngineOptions {
            server,
            name: format!("engine {number}"),
            credentials,
            number: Some(number),
            patience: None,
        })
    });
    if let Err(error) = ended {
        eprintln!("an engine ends: {error}");
    }
    exit(1)
}
