//! Whether the sources are still those that were compiled.
//!
//! The line tables that rustc writes (DWARF 4) name the files and say nothing of their texts, so that the time has to do, as it does
//! for cargo: a source that was changed after the program was linked is not the one that the program was made of.

use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, fs};

/// When a program was built; `None` where the file system does not say.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Built(Option<SystemTime>);

impl Built {
    pub(crate) fn of(program: &Path) -> Self {
        Self(modified(program))
    }

    /// Whether a file was changed later. One that is gone was not.
    pub(crate) fn before(self, file: &Path) -> bool {
        self.0.zip(modified(file)).is_some_and(|(built, changed)| changed > built)
    }
}

/// Whether a source file has been changed since the running program was built, so that its lines may not be those that were compiled.
/// As [`Image::is_older_than`](super::Image::is_older_than), without reading the program.
pub fn is_changed(source: impl AsRef<Path>) -> bool {
    Built::of(&running()).before(source.as_ref())
}

/// The running program. Its file may have been replaced by a new build; on Linux a link leads to the old one.
pub(crate) fn running() -> PathBuf {
    let link = PathBuf::from("/proc/self/exe");
    if link.exists() { link } else { env::current_exe().unwrap_or_default() }
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|there| there.modified()).ok()
}

/// The line that says that a source is not what was compiled.
pub(crate) fn warning(file: &str) -> String {
    format!("note: {file} has been changed since this program was built: its lines may not be those that were compiled")
}
