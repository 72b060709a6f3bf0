//! The programs that these tests run.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    course::source::root().expect("the tests run in the workspace")
}

/// A chapter's program, built as these tests are.
pub(crate) fn chapter(number: u32) -> Command {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        // target/PROFILE/deps/this_test
        let test = env::current_exe().expect("a test knows where it is");
        let folder = test.ancestors().nth(2).expect("a test lies in deps").to_owned();
        let profile = folder.file_name().and_then(|name| name.to_str()).expect("the folder has the profile's name");
        let profile = if profile == "debug" { "dev" } else { profile };
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--examples", "--profile", profile])
            .current_dir(root())
            .status()
            .expect("cargo starts");
        assert!(status.success(), "the examples do not build");
        folder.join("examples")
    });
    Command::new(folder.join(format!("chapter{number}")))
}

/// The `course` command.
pub(crate) fn course() -> Command {
    Command::new(assert_cmd::cargo::cargo_bin!("course"))
}

/// Everything below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}
