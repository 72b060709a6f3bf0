//! The store of programs on a server: put there by a client, fetched by hosts, each under the hash of its bytes.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use async_nats::jetstream::object_store::{Config, GetErrorKind, ObjectStore};
use ring::digest::{Context, SHA256, digest};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use crate::connection::{Link, innermost};
use crate::os::{as_program, own_program};
use crate::stripped::stripped;
use crate::wire::{Wanted, hex};
use crate::{Error, program};

/// The name of the store.
const STORE: &str = "CLUSTER_PROGRAMS";

/// How long a program is kept at most. Hosts remove it as soon as no client wants it.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// How long a part of a program may be under way.
const PATIENCE: Duration = Duration::from_secs(20);

/// This program without what only debuggers need, and what to call it.
pub(crate) fn own() -> Result<(Wanted, Vec<u8>), Error> {
    let mut bytes = Vec::new();
    let read = own_program().and_then(|mut file| file.read_to_end(&mut bytes));
    read.map_err(|error| Error::system("this program cannot be read", error))?;
    let bytes = stripped(bytes);
    let hash = digest(&SHA256, &bytes);
    let mut wanted =
        Wanted { build: program::hash()?, digest: [0; 32], size: bytes.len() as u64, name: program::name() };
    wanted.digest.copy_from_slice(hash.as_ref());
    Ok((wanted, bytes))
}

impl Link {
    async fn programs(&self) -> Result<ObjectStore, Error> {
        // Each piece is written to a disk, which other programs may use as well.
        let mut jetstream = self.jetstream.clone();
        jetstream.set_timeout(PATIENCE);
        if let Ok(store) = jetstream.get_object_store(STORE).await {
            return Ok(store);
        }
        let store = Config { bucket: STORE.to_owned(), max_age: KEPT, num_replicas: 1, ..Config::default() };
        let store = jetstream.create_object_store(store).await;
        store.map_err(|error| Error::server("the store of programs", innermost(&error)))
    }

    /// Puts a program into the store, unless it is there: a host that has not yet looked again still says that it lacks the program, and to
    /// put it there once more would take away what the host is reading.
    pub(crate) async fn put_program(&self, wanted: &Wanted, bytes: &[u8]) -> Result<(), Error> {
        let refused = |why: String| Error::server("to keep the program", why);
        let store = self.programs().await?;
        if store.info(wanted.key()).await.is_ok_and(|info| !info.deleted) {
            return Ok(());
        }
        let put = async { store.put(wanted.key().as_str(), &mut &*bytes).await };
        // The whole of it, at a hundredth of what a slow network carries.
        let patience = PATIENCE + Duration::from_micros(wanted.size);
        let put = timeout(patience, put).await.map_err(|_| refused(format!("not there after {patience:?}")))?;
        put.map(|_| ()).map_err(|error| refused(innermost(&error)))
    }

    /// Fetches a program from the store into a file without a name in a folder, and looks whether it is the one that was named. Nothing when
    /// it is not in the store.
    pub(crate) async fn fetch_program(&self, wanted: &Wanted, folder: &Path) -> Result<Option<File>, Error> {
        let gone = |why: String| Error::server("the program", why);
        let store = self.programs().await?;
        let mut object = match store.get(wanted.key()).await {
            Ok(object) => object,
            Err(error) if error.kind() == GetErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(gone(innermost(&error))),
        };
        let unwritten = |error: io::Error| {
            let folder = folder.display();
            Error::System(format!(
                "no program can be written to {folder} ({error}): make room there, or name another folder with TMPDIR"
            ))
        };
        // ANCHOR: fetched
        let mut file = tempfile::tempfile_in(folder).map_err(unwritten)?;
        let (mut hash, mut length) = (Context::new(&SHA256), 0);
        let mut piece = vec![0; 1 << 17];
        loop {
            let read = timeout(PATIENCE, object.read(&mut piece)).await;
            let read = read.map_err(|_| gone(format!("nothing comes for {} s", PATIENCE.as_secs())))?;
            let count = read.map_err(|error| gone(error.to_string()))?;
            length += count as u64;
            if count == 0 || length > wanted.size {
                break;
            }
            hash.update(&piece[..count]);
            file.write_all(&piece[..count]).map_err(unwritten)?;
        }
        let found = hash.finish();
        if length != wanted.size || found.as_ref() != wanted.digest {
            let (found, wanted) = (hex(&found.as_ref()[..8]), hex(&wanted.digest[..8]));
            return Err(Error::OtherProgram { found, wanted });
        }
        as_program(file).map(Some).map_err(unwritten)
        // ANCHOR_END: fetched
    }

    /// Removes a program that nobody wants any more. One that cannot be removed now goes after a day.
    pub(crate) async fn forget_program(&self, wanted: &Wanted) {
        let Ok(store) = self.jetstream.get_object_store(STORE).await else { return };
        if store.info(wanted.key()).await.is_ok_and(|info| !info.deleted) {
            let _ = store.delete(wanted.key()).await;
        }
    }
}
