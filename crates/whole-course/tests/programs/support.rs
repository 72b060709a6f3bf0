//! The programs that these tests run.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    course::workspace::root().expect("the tests run in the workspace")
}

/// The folder with the programs of this build: `target/debug`.
pub(crate) fn target_folder() -> PathBuf {
    // target/PROFILE/deps/this_test
    let test = env::current_exe().expect("a test knows where it is");
    test.ancestors().nth(2).expect("a test lies in deps").to_owned()
}

/// A call of cargo's command for this package, in the profile of these tests.
pub(crate) fn cargo_for(command: &str, arguments: &[&str]) -> Command {
    let folder = target_folder();
    let profile = folder.file_name().and_then(|name| name.to_str()).expect("the folder has the profile's name");
    let profile = if profile == "debug" { "dev" } else { profile };
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([command, "--locked", "--quiet", "--profile", profile]).args(arguments).current_dir(root());
    cargo
}

/// A program of the workspace, built as these tests are.
fn program(name: impl AsRef<Path>) -> Command {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let status = cargo_for("build", &["--workspace", "--examples", "--bins"]).status().expect("cargo starts");
        assert!(status.success(), "the programs of the workspace do not build");
        target_folder()
    });
    Command::new(folder.join(name))
}

/// A chapter's program.
pub(crate) fn chapter(number: u32) -> Command {
    program(Path::new("examples").join(format!("chapter{number}")))
}

/// The `course` command.
pub(crate) fn course() -> Command {
    program("course")
}

/// Everything below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}
