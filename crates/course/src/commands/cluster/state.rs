//! What is noted about a cluster in the background: where it listens, and which process keeps it.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use runner::Failure;
use serde::{Deserialize, Serialize};

/// A cluster in the background.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Running {
    pub(super) url: String,
    /// The process that keeps it.
    pub(super) process: u32,
    /// When that process began, by the system's clock: another one may have its number some day.
    pub(super) began: String,
    pub(super) engines: usize,
    pub(super) token_file: PathBuf,
    pub(super) tls: Option<PathBuf>,
}

/// A folder that only its owner reads.
#[derive(Debug)]
pub(super) struct State {
    folder: PathBuf,
}

impl State {
    pub(super) fn of(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn note(&self) -> PathBuf {
        self.folder.join("cluster.json")
    }

    /// Makes the folder, and lets nobody else read it.
    pub(super) fn create(&self) -> Result<(), Failure> {
        let failed = |error| Failure::io(self.folder.display(), &error);
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder).map_err(failed)?;
        fs::set_permissions(&self.folder, Permissions::from_mode(0o700)).map_err(failed)
    }

    /// Writes a file that only its owner reads: whole, or not at all.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let (file, new) = (self.folder.join(name), self.folder.join(format!("{name}.new")));
        let write = || {
            let _ = fs::remove_file(&new);
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
            file.write_all(text.as_bytes())
        };
        write().and_then(|()| fs::rename(&new, &file)).map_err(|error| Failure::io(file.display(), &error))?;
        Ok(file)
    }

    pub(super) fn keep(&self, running: &Running) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(running);
        let text = text.map_err(|error| Failure::Io(format!("{}: {error}", self.note().display())))?;
        self.write("cluster.json", &text).map(drop)
    }

    /// The cluster that runs, if one does.
    pub(super) fn running(&self) -> Result<Option<Running>, Failure> {
        let text = match fs::read_to_string(self.note()) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::io(self.note().display(), &error)),
        };
        let running = serde_json::from_str::<Running>(&text);
        let running = running.map_err(|error| Failure::Io(format!("{}: {error}: remove it", self.note().display())))?;
        Ok(Some(running).filter(runs))
    }

    /// Forgets a cluster that has ended.
    pub(super) fn clear(&self) {
        for name in ["cluster.json", "token"] {
            // One that is not there is forgotten already.
            let _ = fs::remove_file(self.folder.join(name));
        }
    }
}

/// Whether the process that keeps a cluster runs.
pub(super) fn runs(running: &Running) -> bool {
    began(running.process).is_some_and(|began| began == running.began)
}

/// When a process began, in the system's own count; nothing when it has ended.
pub(super) fn began(process: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(") ")?;
    let words: Vec<_> = rest.split(' ').collect();
    // One that has ended and that nobody has asked for its status is still listed.
    if matches!(*words.first()?, "Z" | "X") {
        return None;
    }
    words.get(19).map(|word| (*word).to_owned())
}
