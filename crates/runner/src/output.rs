//! Where a program's files go.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::files::{self, write_atomically};
use crate::screen::{Failure, printable};

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

/// Makes a folder and those above it, and checks that files can be written to it.
///
/// # Errors
/// [`Failure::Io`] that names the folder.
pub fn writable_folder(path: &Path) -> Result<(), Failure> {
    create_folder(path)?;
    let written = tempfile::tempfile_in(path).map(drop);
    written.map_err(|error| Failure::io(format_args!("cannot write to the folder {}", path.display()), &error))
}

/// Checks before the work begins that a file can be written at its end; nothing is left behind.
///
/// # Errors
/// [`Failure::Io`] that names the file.
pub fn check_writable(path: &Path) -> Result<(), Failure> {
    files::check_writable(path).map_err(|error| Failure::Io(error.to_string()))
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
    printable(&below.unwrap_or(path).display().to_string())
}

/// Results as they come, kept in files: whatever ends a program, what was measured before is there.
#[derive(Debug)]
pub struct Kept<T> {
    /// What has been measured so far.
    pub results: Vec<T>,
    files: Vec<PathBuf>,
}

impl<T: Serialize> Kept<T> {
    /// Nothing yet, to be kept in these files.
    ///
    /// # Errors
    /// [`Failure::Io`] when one of them cannot be written.
    pub fn new(files: Vec<PathBuf>) -> Result<Self, Failure> {
        files.iter().try_for_each(|file| check_writable(file))?;
        Ok(Self { results: Vec::new(), files })
    }

    /// The files.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Adds results, and writes all so far to those of the files that can be written again: a pipe gets everything at the end.
    ///
    /// # Errors
    /// [`Failure::Io`] that names the file.
    pub fn add(&mut self, results: impl IntoIterator<Item = T>) -> Result<(), Failure> {
        self.results.extend(results);
        let again = self.files.iter().filter(|file| files::is_replaceable(file));
        // One file that fails keeps no other from being written.
        again.map(|file| write_json(file, &self.results)).fold(Ok(()), Result::and)
    }

    /// Writes what there is to all files at the end of the work, and passes on how it ended. What failed stays in the message, with
    /// where the results are.
    ///
    /// # Errors
    /// The work's own, or [`Failure::Io`] when a file cannot be written.
    pub fn end(&self, ended: Result<(), Failure>) -> Result<(), Failure> {
        let written = self.files.iter().map(|file| write_json(file, &self.results)).fold(Ok(()), Result::and);
        let told = |failure: Failure, rest: &str| match failure {
            Failure::Io(message) => Failure::Io(format!("{message}; {rest}")),
            other => other,
        };
        match (ended, written) {
            (Ok(()), written) => written,
            (Err(failure), Ok(())) => Err(match self.files.first() {
                Some(file) if !self.results.is_empty() => {
                    told(failure, &format!("what was measured is in {}", shown(file)))
                }
                _ => failure,
            }),
            (Err(failure @ Failure::Io(_)), Err(Failure::Io(lost))) => Err(told(failure, &lost)),
            (Err(_), Err(lost)) => Err(lost),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(message: &str) -> Result<(), Failure> {
        Err(Failure::Io(message.to_owned()))
    }

    fn message(ended: Result<(), Failure>) -> String {
        match ended {
            Err(Failure::Io(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn results_are_in_their_files_as_they_come_and_whatever_ends_the_work() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("results.json");
        let mut kept = Kept::new(vec![file.clone()]).unwrap();
        assert!(!file.exists(), "nothing is measured yet");
        kept.add([1, 2]).unwrap();
        let read = || serde_json::from_str::<Vec<u32>>(&fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(read(), [1, 2]);
        kept.results.push(3);
        let told = message(kept.end(failure("no room for a picture")));
        assert_eq!(told, format!("no room for a picture; what was measured is in {}", shown(&file)));
        assert_eq!(read(), [1, 2, 3]);
        for (ended, expected) in [(Failure::Wrong, "Wrong"), (Failure::Closed, "Closed")] {
            assert_eq!(format!("{:?}", kept.end(Err(ended)).unwrap_err()), expected);
        }
        kept.end(Ok(())).unwrap();
    }

    #[test]
    fn a_file_that_cannot_be_written_is_refused_first_and_costs_no_other_file() {
        let folder = tempfile::tempdir().unwrap();
        let [good, gone] = [folder.path().join("good.json"), folder.path().join("folder/gone.json")];
        assert!(Kept::<u32>::new(vec![good.clone(), gone.clone()]).is_err());
        fs::create_dir(gone.parent().unwrap()).unwrap();
        let mut kept = Kept::new(vec![gone.clone(), good.clone()]).unwrap();
        fs::remove_dir(gone.parent().unwrap()).unwrap();
        assert!(message(kept.add([7])).contains("gone.json"));
        assert_eq!(fs::read_to_string(&good).unwrap(), "[\n  7\n]\n");
        let told = message(kept.end(failure("first")));
        assert!(told.starts_with("first; cannot write ") && told.contains("gone.json"), "{told}");
        assert!(message(kept.end(Err(Failure::Closed))).contains("gone.json"));
    }
}
