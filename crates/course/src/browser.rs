//! The browser of the desktop, which shows the pages that commands write.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use runner::Failure;
use runner::output::shown;

/// Shows a page in the browser of the desktop.
pub(crate) fn open(path: &Path) -> Result<(), Failure> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let path: PathBuf = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let status = Command::new(opener).arg(&path).stdin(Stdio::null()).stdout(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Io(format!("{opener} ended with {status}; open {} yourself", shown(&path)))),
        Err(error) => Err(Failure::Io(format!("cannot start {opener}: {error}; open {} yourself", shown(&path)))),
    }
}
