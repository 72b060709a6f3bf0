//! Tells `machine::Build` what only cargo and the compiler know.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");

    let variable = |name: &str| env::var(name).unwrap_or_default();
    let version = Command::new(variable("RUSTC")).arg("--version").output();
    let rustc = version.ok().and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    // OUT_DIR is target/PROFILE/build/PACKAGE/out; the variable PROFILE only tells debug from release.
    let out = variable("OUT_DIR");
    let folder = Path::new(&out).ancestors().nth(3).and_then(Path::file_name).unwrap_or_default();
    let profile = if folder == "debug" { "dev".into() } else { folder.to_string_lossy() };

    println!("cargo::rustc-env=RUNNER_RUSTC={}", rustc.trim());
    println!("cargo::rustc-env=RUNNER_PROFILE={profile}");
    println!("cargo::rustc-env=RUNNER_OPT_LEVEL={}", variable("OPT_LEVEL"));
    println!("cargo::rustc-env=RUNNER_FLAGS={}", variable("CARGO_ENCODED_RUSTFLAGS").replace('\x1f', " "));
    println!("cargo::rustc-env=RUNNER_TARGET={}", variable("TARGET"));
}
