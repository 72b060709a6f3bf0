//! File names as a person would write them.

use std::path::{Component, Path, PathBuf};

/// A path without `a/..` in it: an example that belongs to a crate in another folder is compiled as `crates/a/../../examples/b.rs`.
pub(crate) fn tidy(path: &str) -> String {
    let mut tidied = PathBuf::new();
    for component in Path::new(path).components() {
        let inside = matches!(tidied.components().next_back(), Some(Component::Normal(_)));
        match component {
            Component::ParentDir if inside => _ = tidied.pop(),
            Component::CurDir => (),
            other => tidied.push(other),
        }
    }
    tidied.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leads_nowhere_is_left_out() {
        let paths = ["crates/a/../../examples/b.rs", "src/./main.rs", "../b.rs", "/a/../b.rs", "a/../../b.rs"];
        assert_eq!(paths.map(tidy), ["examples/b.rs", "src/main.rs", "../b.rs", "/b.rs", "../b.rs"]);
    }
}
