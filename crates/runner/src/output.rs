//! Where a program's files go.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::files::write_atomically;
use crate::screen::Failure;

/// The folder `target/course` of the workspace, or of the current folder when the workspace is gone.
pub fn default_out() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = workspace.canonicalize().unwrap_or_else(|_| PathBuf::from("."));
    root.join("target").join("course")
}

/// Makes a folder and those above it.
///
/// # Errors
/// [`Failure::Io`] that names the folder.
pub fn create_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path)
        .map_err(|error| Failure::io(format_args!("cannot create the folder {}", path.display()), &error))
}

/// Checks before the work begins that a file can be written at its end; nothing is left behind.
///
/// # Errors
/// [`Failure::Io`] that names the file.
pub fn check_writable(path: &Path) -> Result<(), Failure> {
    let refuse = |error| Failure::io(format_args!("cannot write {}", path.display()), &error);
    if path.is_dir() {
        return Err(Failure::Io(format!("cannot write {}: it is a folder", path.display())));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    tempfile::tempfile_in(folder).map(|_| ()).map_err(refuse)
}

/// Writes a value as JSON, whole or not at all.
///
/// # Errors
/// [`Failure::Io`] that names the file.
pub fn write_json<T: Serialize + ?Sized>(path: &Path, value: &T) -> Result<(), Failure> {
    let mut text = serde_json::to_vec_pretty(value)
        .map_err(|error| Failure::Io(format!("cannot write {} as JSON: {error}", path.display())))?;
    text.push(b'\n');
    write_atomically(path, &text).map_err(|error| Failure::Io(error.to_string()))
}

/// A path as a person would type it: relative to the current folder when it lies below it.
pub fn shown(path: &Path) -> String {
    let here = env::current_dir().ok();
    let below = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    below.unwrap_or(path).display().to_string()
}
