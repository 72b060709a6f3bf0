//! That a dependency is compiled once, whatever is built of the workspace, and that all of them may be used.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::support::root;

/// The lists of features with which each package from a registry is compiled when this is selected. A package has two of them where
/// procedural macros use it too.
fn features(selected: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--prefix=none", "--no-dedupe", "--format={p}|{f}"])
        .args(selected)
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut features: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Some((package, list)) = line.split_once('|').filter(|(package, _)| !package.contains("(/")) else {
            continue;
        };
        features.entry(package.to_owned()).or_default().insert(list.to_owned());
    }
    assert!(features.len() > 5, "{selected:?}: {features:?}");
    features
}

/// The crates that the first commands of the README build are the same ones: where a list differs, cargo compiles the package again.
/// What is missing has to be named in the manifest of `workspace-hack`.
#[test]
fn no_dependency_is_compiled_again_for_another_part_of_the_course() {
    let whole = features(&["--workspace"]);
    let mut twice = Vec::new();
    for selected in [
        &["--package=kernels"][..],
        &["--package=course", "--edges=no-dev"],
        &["--package=vectorised"],
        &["--package=gpu"],
        &["--package=multiprocess"],
        &["--package=interpreted"],
        &["--package=threaded"],
        &["--package=cluster"],
        &["--package=pages", "--edges=no-dev"],
        &["--package=whole-course"],
    ] {
        for (package, lists) in features(selected) {
            if !lists.is_subset(&whole[&package]) {
                twice.push(format!("{selected:?}: {package} with {lists:?}, elsewhere with {:?}", whole[&package]));
            }
        }
    }
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}
