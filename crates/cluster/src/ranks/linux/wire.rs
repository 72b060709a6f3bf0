//! What a program and its ranks say to each other, over a socket for each rank.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The most bytes of a message: arrays do not travel this way.
const MOST_BYTES: usize = 1 << 24;

/// Where a program keeps its memory for rank 0: the number of its open file, and its bytes.
pub(super) type Place = (i32, usize);

/// To a rank.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum Order {
    /// Run a function together with the others.
    Run {
        /// Its name.
        function: String,
        /// Its argument.
        argument: Vec<u8>,
        /// For rank 0: numbers, bytes of the answer, and the memory for both.
        desk: Option<(usize, usize, Place)>,
    },
    /// There is nothing more to do.
    Finish,
}

/// From a rank.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum Said {
    /// It is ready.
    Ready {
        /// Its number.
        rank: usize,
    },
    /// It will not work, or not go on.
    Refused {
        /// Its number, as far as it knows.
        rank: usize,
        /// Why.
        why: String,
    },
    /// It panicked.
    Panicked {
        /// Its number, as far as it knows.
        rank: usize,
        /// What it said, and where.
        message: String,
    },
    /// It has done its part.
    Done,
}

/// Sends a message in one piece.
pub(super) fn send(mut line: &UnixStream, message: &impl Serialize) -> io::Result<()> {
    let mut bytes = vec![0; 4];
    bytes = postcard::to_extend(message, bytes).map_err(io::Error::other)?;
    let length = bytes.len() - 4;
    if length > MOST_BYTES {
        return Err(io::Error::other(format!("a message of {length} bytes, of {MOST_BYTES} at most")));
    }
    bytes[..4].copy_from_slice(&(length as u32).to_le_bytes());
    line.write_all(&bytes)
}

/// Receives a message. An end of the connection is an error.
pub(super) fn receive<M: DeserializeOwned>(mut line: &UnixStream) -> io::Result<M> {
    let mut length = [0; 4];
    line.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > MOST_BYTES {
        return Err(io::Error::other(format!("a message of {length} bytes, of {MOST_BYTES} at most")));
    }
    let mut bytes = vec![0; length];
    line.read_exact(&mut bytes)?;
    postcard::from_bytes(&bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_arrive_as_they_were_and_an_endless_one_is_refused() {
        let (here, there) = UnixStream::pair().unwrap();
        send(&here, &Said::Panicked { rank: 3, message: "no".to_owned() }).unwrap();
        let said = receive::<Said>(&there).unwrap();
        assert!(matches!(said, Said::Panicked { rank: 3, message } if message == "no"));
        (&here).write_all(&u32::MAX.to_le_bytes()).unwrap();
        assert!(receive::<Said>(&there).unwrap_err().to_string().starts_with("a message of 4294967295 bytes"));
        drop(here);
        assert_eq!(receive::<Said>(&there).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
