//! Files that are written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tempfile::Builder;

/// Writes a file whole or not at all: the bytes go to a temporary file in the same folder, which then takes the name. Whoever reads
/// meanwhile sees the old file or the new one. What is there and is no regular file (a link, a pipe, `/dev/stdout`) is written
/// straight through, because a renamed file would take its place. The folder must exist.
///
/// # Errors
/// When the file cannot be written: the message names the path, and nothing is left behind.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let written = match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => fs::write(path, bytes),
        _ => replace(path, bytes),
    };
    written.map_err(|error| io::Error::new(error.kind(), format!("cannot write {}: {}", path.display(), cause(&error))))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Renaming works within one file system only, so the temporary file is a neighbour.
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = Builder::new();
    // A temporary file is its owner's alone; the file that it becomes is everybody's to read, as far as the umask allows.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(".writing-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// The reason alone: tempfile adds the temporary file's name, which means nothing to the reader.
fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" at path ").map_or(text.as_str(), |(reason, _)| reason).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer.txt");
        write_atomically(&path, b"first").unwrap();
        write_atomically(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(names(folder.path()), ["answer.txt"]);
    }

    #[test]
    fn a_path_below_a_regular_file_is_named_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "kept").unwrap();
        let path = file.join("answer.txt");
        let message = write_atomically(&path, b"lost").unwrap_err().to_string();
        assert!(message.starts_with(&format!("cannot write {}: ", path.display())), "{message}");
        assert!(!message.contains(".writing-"), "{message}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    fn a_folder_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let message = write_atomically(folder.path(), b"lost").unwrap_err().to_string();
        assert!(message.starts_with(&format!("cannot write {}: ", folder.path().display())), "{message}");
        assert!(names(folder.path()).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| folder.path().join(name));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_has_the_permissions_of_any_other() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let [ours, plain] = ["ours", "plain"].map(|name| folder.path().join(name));
        write_atomically(&ours, b"").unwrap();
        fs::write(&plain, "").unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }
}
