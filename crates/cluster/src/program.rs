//! This program: which build of it runs here.

use std::env;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::Error;
use crate::os::own_program;

/// The name of the program's file, as it was started.
pub(crate) fn name() -> String {
    let first = env::args_os().next().map(PathBuf::from).unwrap_or_default();
    first.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

static HASH: OnceLock<Result<u64, Error>> = OnceLock::new();

/// An engine that its client has started runs the client's own file, and need not read it again.
pub(crate) fn is(hash: u64) {
    let _ = HASH.set(Ok(hash));
}

/// A number for the program's file as it was when it started: engine and client must have the same.
///
/// It tells builds apart, not friends from foes: for those, a server has its token.
pub(crate) fn hash() -> Result<u64, Error> {
    let read = || own_program().and_then(hash_of).map_err(|error| Error::system("this program cannot be read", error));
    HASH.get_or_init(read).clone()
}

/// Fowler, Noll and Vo's hash (FNV-1a), eight bytes at a time, with the high bits mixed back into the low ones.
fn hash_of(mut file: impl Read) -> io::Result<u64> {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut piece = vec![0; 1 << 20];
    loop {
        let mut filled = 0;
        while filled < piece.len() {
            match file.read(&mut piece[filled..])? {
                0 => break,
                some => filled += some,
            }
        }
        let (words, rest) = piece[..filled].as_chunks::<8>();
        for word in words {
            hash = (hash ^ u64::from_le_bytes(*word)).wrapping_mul(PRIME);
            hash ^= hash >> 32;
        }
        for byte in rest {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
        if filled < piece.len() {
            return Ok(hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_counts() {
        let bytes: Vec<u8> = (0..100).collect();
        let whole = hash_of(&*bytes).unwrap();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[place] ^= 1 << bit;
                assert_ne!(hash_of(&*other).unwrap(), whole, "bit {bit} of byte {place}");
            }
        }
        assert_ne!(hash_of(&bytes[1..]).unwrap(), whole);
    }

    #[test]
    fn this_program_is_what_it_is() {
        assert_eq!(hash().unwrap(), hash_of(own_program().unwrap()).unwrap());
    }
}
