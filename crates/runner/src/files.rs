//! Files that are written whole or not at all.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::Builder;

/// Writes a file whole or not at all: the bytes go to a temporary file in the same folder, which then takes the name. A reader
/// sees the old file or the new one. The folder must exist.
///
/// A file that is there keeps its permissions and its owner, and one that nobody may write to stays as it is. A link
/// stays one: the file that it leads to is replaced. What is no regular file (a pipe, `/dev/stdout`) is written straight through.
///
/// # Errors
/// When the file cannot be written: the message names the path, and nothing is left behind.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes).map_err(|error| named(path, &error))
}

/// Checks before the work begins that [`write_atomically`] can write a file at its end, as far as that can be known. Nothing is left
/// behind.
///
/// # Errors
/// When it cannot: the message names the path.
pub fn check_writable(path: &Path) -> io::Result<()> {
    check(path).map_err(|error| named(path, &error))
}

/// Whether a file can be written again and again, each time whole: it is a regular one, or not there yet.
pub fn is_replaceable(path: &Path) -> bool {
    !is_descriptor(path)
        && fs::metadata(path).map_or_else(|error| error.kind() == ErrorKind::NotFound, |there| there.is_file())
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write {}: {}", path.display(), cause(error)))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(mut stream) = standard(path) {
        return stream.write_all(bytes).and_then(|()| stream.flush());
    }
    match fs::metadata(path) {
        Ok(there) if there.is_file() && !is_descriptor(path) => replace(&destination(path)?, bytes, Some(&there)),
        Ok(_) => fs::write(path, bytes),
        // A link to a file that is not there yet: it is made where the link leads to.
        Err(_) if path.is_symlink() => fs::write(path, bytes),
        Err(_) => replace(path, bytes, None),
    }
}

fn check(path: &Path) -> io::Result<()> {
    if is_descriptor(path) {
        return Ok(());
    }
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder")),
        Ok(there) if there.is_file() => {
            refuse_read_only(&there)?;
            OpenOptions::new().append(true).open(path)?;
            tempfile::tempfile_in(folder(&destination(path)?)).map(drop)
        }
        // Who opens a pipe waits for its reader.
        Ok(_) => Ok(()),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Err(_) if path.as_os_str().to_string_lossy().ends_with(std::path::is_separator) => {
            Err(io::Error::new(ErrorKind::IsADirectory, "that is the name of a folder"))
        }
        Err(_) => match fs::read_link(path) {
            Ok(to) => check(&folder(path).join(to)),
            Err(_) => tempfile::tempfile_in(folder(path)).map(drop),
        },
    }
}

/// The standard stream that a path is a name of. Opened by its name it would be truncated where it is a file, and both would write to
/// the same place.
fn standard(path: &Path) -> Option<Box<dyn Write>> {
    match path.to_str()? {
        "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1" => Some(Box::new(io::stdout())),
        "/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2" => Some(Box::new(io::stderr())),
        _ => None,
    }
}

/// Whether a path names what this process has open: a file of another name would not be seen by who has opened it.
fn is_descriptor(path: &Path) -> bool {
    standard(path).is_some() || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

/// The file itself, where the path is a link.
fn destination(path: &Path) -> io::Result<PathBuf> {
    if path.is_symlink() { fs::canonicalize(path) } else { Ok(path.to_owned()) }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The permissions hold for everybody, an administrator too, to whom the system would grant everything.
fn refuse_read_only(there: &Metadata) -> io::Result<()> {
    if there.permissions().readonly() {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "it is read-only"));
    }
    Ok(())
}

fn replace(path: &Path, bytes: &[u8], there: Option<&Metadata>) -> io::Result<()> {
    there.map_or(Ok(()), refuse_read_only)?;
    let mut builder = Builder::new();
    // A temporary file is its owner's alone; a new file is everybody's to read, as far as the umask allows.
    #[cfg(unix)]
    if there.is_none() {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    // Renaming works within one file system only, so the temporary file is a neighbour.
    let mut file = builder.prefix(".writing-").tempfile_in(folder(path))?;
    file.write_all(bytes)?;
    if let Some(there) = there {
        #[cfg(unix)]
        keep_owner(file.as_file(), there);
        file.as_file().set_permissions(there.permissions())?;
    }
    file.persist(path)?;
    Ok(())
}

/// Gives a new file the owner and the group of the one whose place it takes, as far as the system allows: an administrator who writes
/// to somebody's file does not become its owner.
#[cfg(unix)]
fn keep_owner(file: &fs::File, there: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};

    let _ = fchown(file, Some(there.uid()), Some(there.gid()));
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
        for text in [&b"first"[..], b"second"] {
            check_writable(&path).unwrap();
            assert!(is_replaceable(&path));
            write_atomically(&path, text).unwrap();
            assert_eq!(fs::read(&path).unwrap(), text);
        }
        assert_eq!(names(folder.path()), ["answer.txt"]);
    }

    /// What cannot be written is refused in advance with the same words.
    fn refused(path: &Path) -> String {
        let message = write_atomically(path, b"lost").unwrap_err().to_string();
        assert!(message.starts_with(&format!("cannot write {}: ", path.display())), "{message}");
        assert!(!message.contains(".writing-"), "{message}");
        let before = check_writable(path).unwrap_err().to_string();
        assert!(before.starts_with(&format!("cannot write {}: ", path.display())), "{before}");
        before
    }

    #[test]
    fn a_path_below_a_regular_file_is_named_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "kept").unwrap();
        refused(&file.join("answer.txt"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    fn a_folder_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        assert!(refused(folder.path()).ends_with("it is a folder"));
        assert!(refused(&folder.path().join("new/")).ends_with("that is the name of a folder"));
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_name_that_no_file_can_have_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        refused(&folder.path().join("x".repeat(300)));
        refused(&folder.path().join("missing/answer.txt"));
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_file_that_nobody_may_write_to_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        fs::write(&path, "kept").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        assert!(refused(&path).ends_with("it is read-only"));
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink(&path, &link).unwrap();
            assert!(refused(&link).ends_with("it is read-only"));
            fs::remove_file(link).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "kept");
        assert_eq!(names(folder.path()), ["kept"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_keeps_its_mode_and_a_new_one_has_that_of_any_other() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let [ours, plain] = ["ours", "plain"].map(|name| folder.path().join(name));
        write_atomically(&ours, b"").unwrap();
        fs::write(&plain, "").unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
        for bits in [0o600, 0o640, 0o755, 0o666] {
            fs::set_permissions(&ours, PermissionsExt::from_mode(bits)).unwrap();
            write_atomically(&ours, b"new").unwrap();
            assert_eq!(mode(&ours) & 0o7777, bits);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_the_file_that_it_leads_to_is_replaced_whole() {
        use std::os::unix::fs::{MetadataExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let [file, link, ahead] = ["file", "link", "ahead"].map(|name| folder.path().join(name));
        fs::write(&file, "old").unwrap();
        symlink("file", &link).unwrap();
        symlink("later", &ahead).unwrap();
        let before = fs::metadata(&file).unwrap().ino();
        for path in [&link, &ahead] {
            check_writable(path).unwrap();
            write_atomically(path, b"new").unwrap();
            assert!(path.is_symlink());
            assert_eq!(fs::read_to_string(path).unwrap(), "new");
        }
        assert_ne!(
            fs::metadata(&file).unwrap().ino(),
            before,
            "a reader of the old file must not see half of the new one"
        );
        assert_eq!(names(folder.path()), ["ahead", "file", "later", "link"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn devices_and_what_is_open_are_written_straight_through() {
        let null = Path::new("/dev/null");
        check_writable(null).unwrap();
        write_atomically(null, b"gone").unwrap();
        assert!(!is_replaceable(null) && !is_replaceable(Path::new("/dev/stdout")));
        let full = write_atomically(Path::new("/dev/full"), b"lost").unwrap_err().to_string();
        assert!(full.starts_with("cannot write /dev/full: No space left"), "{full}");
    }
}
