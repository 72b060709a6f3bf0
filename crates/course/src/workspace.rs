//! Where the workspace is.

use std::path::{Path, PathBuf};
use std::{env, fs};

use runner::Failure;

/// The root of the workspace: the one that COURSE_ROOT names, or where this program was built or, when it has been moved since, the
/// first one upward from the current directory.
///
/// # Errors
/// [`Failure::Io`] when none of them is there.
pub fn root() -> Result<PathBuf, Failure> {
    // What has been packed for another machine has to leave the workspace alone in which it was built.
    if let Some(named) = env::var_os("COURSE_ROOT").map(PathBuf::from)
        && is_root(&named)
    {
        return Ok(named);
    }
    let here = env::current_dir().unwrap_or_default();
    root_from(Path::new(env!("CARGO_MANIFEST_DIR")), &here).ok_or_else(|| Failure::Io(nowhere(&here)))
}

fn nowhere(here: &Path) -> String {
    format!("the sources of the course are neither where it was built nor in or above {}", here.display())
}

/// The root above the folder that this crate was built in, or the first above the current directory.
fn root_from(manifest: &Path, here: &Path) -> Option<PathBuf> {
    let built = manifest.ancestors().nth(2);
    let found = built.into_iter().chain(here.ancestors()).find(|directory| is_root(directory));
    found.map(Path::to_path_buf)
}

/// Another workspace may stand in the way, so the course's own crate is looked for too.
fn is_root(directory: &Path) -> bool {
    let manifest = fs::read_to_string(directory.join("Cargo.toml")).unwrap_or_default();
    manifest.lines().any(|line| line.trim() == "[workspace]") && directory.join("crates/validation").is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_where_it_was_built_or_above_the_current_directory() {
        let [built, moved, empty] = [(); 3].map(|()| tempfile::tempdir().expect("a temporary directory"));
        for root in [&built, &moved] {
            fs::create_dir_all(root.path().join("crates/validation")).expect("directories");
            fs::write(root.path().join("Cargo.toml"), "[workspace]\nmembers = []\n").expect("a manifest");
        }
        let below = moved.path().join("crates/validation");
        assert_eq!(root_from(&built.path().join("crates/course"), &below).as_deref(), Some(built.path()));
        assert_eq!(root_from(&empty.path().join("crates/course"), &below).as_deref(), Some(moved.path()));
        assert_eq!(root_from(&empty.path().join("crates/course"), empty.path()), None);
        assert!(nowhere(empty.path()).ends_with(&empty.path().display().to_string()));
    }

    #[test]
    fn another_workspace_on_the_way_up_is_passed_by() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let inner = root.path().join("crates/validation/fuzz");
        fs::create_dir_all(&inner).expect("directories");
        fs::write(root.path().join("Cargo.toml"), "[workspace]\n").expect("a manifest");
        fs::write(inner.join("Cargo.toml"), "[workspace]\n").expect("a manifest");
        assert_eq!(root_from(Path::new("/"), &inner).as_deref(), Some(root.path()));
    }
}
