//! How ranks are started.

use std::ffi::OsString;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Error, INITIALISED, Ranks, os};

/// How long ranks may take for one run, unless something else is said.
const LIMIT: Duration = Duration::from_secs(600);

/// How ranks are started.
#[derive(Clone, Debug)]
pub struct Options {
    pub(super) ranks: usize,
    pub(super) limit: Duration,
    launcher: Option<Vec<OsString>>,
}

impl Ranks {
    /// How ranks are started; `start` starts them.
    pub fn options() -> Options {
        Options { ranks: 2, limit: LIMIT, launcher: None }
    }
}

impl Options {
    /// So many ranks; two, unless something else is said.
    #[must_use]
    pub fn ranks(self, ranks: usize) -> Self {
        Self { ranks, ..self }
    }

    /// How long ranks may take for one run; ten minutes, unless something else is said.
    #[must_use]
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// The launcher and its first arguments, in place of the `mpirun` that is found. It is given `-n`, the number of ranks, and the program.
    /// For all ranks of a program, the environment variable `CLUSTER_MPIRUN` says the same: `srun --mpi=pmix`.
    #[must_use]
    pub fn launcher<W: Into<OsString>>(self, words: impl IntoIterator<Item = W>) -> Self {
        Self { launcher: Some(words.into_iter().map(Into::into).collect()), ..self }
    }

    /// Starts the ranks, and waits until all of them are ready.
    ///
    /// # Errors
    /// When there is no MPI, or the ranks are not those that were asked for.
    pub fn start(self) -> Result<Ranks, Error> {
        let found = os::available()?;
        if !INITIALISED.load(Ordering::Relaxed) {
            return Err(Error::NotInitialised);
        }
        if self.ranks == 0 {
            return Err(Error::NoRanks);
        }
        let chosen = self.launcher.clone().filter(|words| !words.is_empty());
        Ranks::start(&self, &chosen.unwrap_or(found))
    }
}
