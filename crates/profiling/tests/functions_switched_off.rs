//! Without the feature `enabled` nothing is left of the attribute: a program of its own is built with it and without.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The package of the test.
const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

/// Builds the program and returns what it prints and its machine code as text.
fn built(arguments: &[&str], folder: &str) -> (String, String) {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("switched_off");
    let fixture = Path::new(PACKAGE).join("tests/fixtures/switched_off");
    fs::create_dir_all(project.join("src")).unwrap();
    let manifest = fs::read_to_string(fixture.join("Cargo.toml")).unwrap();
    write(&project.join("Cargo.toml"), &manifest.replace("PROFILING", &PACKAGE.replace('\\', "/")));
    write(&project.join("src/main.rs"), &fs::read_to_string(fixture.join("src/main.rs")).unwrap());
    // The versions are those of the workspace, so that nothing has to be fetched.
    let lock = Path::new(PACKAGE).ancestors().map(|folder| folder.join("Cargo.lock")).find(|lock| lock.exists());
    fs::copy(lock.unwrap(), project.join("Cargo.lock")).unwrap();

    let target = project.join(folder);
    let output = Command::new(env!("CARGO"))
        .args(["rustc", "--offline", "--quiet", "--release"])
        .args(arguments)
        .args(["--", "--emit=asm,link", "-Ccodegen-units=1"])
        .env("CARGO_TARGET_DIR", &target)
        .current_dir(&project)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "no warnings");
    let release = target.join("release");
    let printed = Command::new(release.join("switched-off")).output().unwrap();
    let is_listing = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "s");
    let mut files = fs::read_dir(release.join("deps")).unwrap().map(|entry| entry.unwrap().path());
    let listing = files.find(is_listing).unwrap();
    (String::from_utf8(printed.stdout).unwrap(), fs::read_to_string(listing).unwrap())
}

/// A file that is as it should be is left alone, so that it is not built again.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|present| present == text) {
        return;
    }
    fs::write(path, text).unwrap();
}

/// The instructions of a function.
fn instructions<'a>(listing: &'a str, function: &str) -> Vec<&'a str> {
    let start = listing.lines().skip_while(|line| *line != format!("{function}:")).skip(1);
    let body = start.take_while(|line| !line.starts_with(".Lfunc_end"));
    body.map(str::trim).filter(|line| !line.starts_with(['.', '#'])).collect()
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the listing is read as it is written on Linux")]
fn nothing_is_left_where_the_feature_is_off() {
    let (printed, listing) = built(&[], "off");
    assert_eq!(printed, "145 145\n");
    let [with, without] = ["with", "without"].map(|which| instructions(&listing, &format!("{which}_the_attribute")));
    // Of two equal functions the compiler may make one, and an alias.
    let alias =
        listing.lines().any(|line| line.contains("with_the_attribute, ") || line.contains("without_the_attribute, "));
    assert!(!with.is_empty() || alias, "{listing}");
    assert!(with == without || alias, "{with:#?}\n{without:#?}");
    assert!(!listing.contains("9profiling"), "something of the crate is called");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the listing is read as it is written on Linux")]
fn the_same_program_is_profiled_where_the_feature_is_on() {
    let (printed, listing) = built(&["--features", "switched-on"], "on");
    assert_eq!(printed, "145 145\n");
    let [with, without] =
        ["with", "without"].map(|which| instructions(&listing, &format!("{which}_the_attribute")).len());
    assert!(with > without && without > 0, "{with} {without}");
    assert!(listing.contains("9profiling"));
}
