//! Kernels that were compiled beforehand, for machines with a card and without NVRTC.
//!
//! The file `compiled.ptx` has the assembly language of each text under its [key](super::compile::key). It is written by a test
//! where there is NVRTC: `UPDATE_PTX=1 cargo test -p gpu --features cuda compiled`.

/// What begins the line in front of a kernel.
pub(super) const MARK: &str = "//= ";

pub(super) static BUILT_IN: &str = include_str!("compiled.ptx");

/// The kernel of this key in the built-in table.
pub(crate) fn find(key: &str) -> Option<&'static str> {
    find_in(BUILT_IN, key)
}

pub(super) fn find_in<'a>(table: &'a str, key: &str) -> Option<&'a str> {
    let start = table.find(&format!("{MARK}{key}\n"))?;
    let kernel = &table[start + table[start..].find('\n')? + 1..];
    Some(kernel.find(MARK).map_or(kernel, |end| &kernel[..end]))
}
