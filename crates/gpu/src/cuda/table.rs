//! Kernels that were compiled beforehand, for machines with a card and without NVRTC.
//!
//! The file `compiled.ptx` has the assembly language of each text under its [key](super::compile::key). It is written by a test where there
//! is NVRTC: `UPDATE_PTX=1 cargo test -p gpu --features cuda compiled`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::compile::Nvrtc;
use crate::GpuError;

/// The architecture that the kernels are compiled for: Turing, the oldest that this version of NVRTC knows. Every newer card's driver
/// compiles them to the end.
pub(crate) const ARCHITECTURE: i32 = 75;

/// What begins the line in front of a kernel.
const MARK: &str = "//= ";

static BUILT_IN: &str = include_str!("compiled.ptx");

/// The kernel of this key in the built-in table.
pub(crate) fn find(key: &str) -> Option<&'static str> {
    find_in(BUILT_IN, key)
}

fn find_in<'a>(table: &'a str, key: &str) -> Option<&'a str> {
    let start = table.find(&format!("{MARK}{key}\n"))?;
    let kernel = &table[start + table[start..].find('\n')? + 1..];
    Some(kernel.find(MARK).map_or(kernel, |end| &kernel[..end]))
}

/// The assembly language of texts by their keys.
pub(crate) type Kernels = BTreeMap<String, String>;

/// The table of these kernels.
///
/// # Errors
/// Never in fact: writing to a text cannot fail.
pub(crate) fn written(nvrtc: &Nvrtc, kernels: &Kernels) -> Result<String, GpuError> {
    let failed = |error: std::fmt::Error| GpuError::Driver(error.to_string());
    let mut table = first_line(nvrtc) + "\n";
    for (key, ptx) in kernels {
        write!(table, "{MARK}{key}\n{ptx}").map_err(failed)?;
    }
    Ok(table)
}

/// Whether the built-in table was written by this version of NVRTC: only then its text can be compared.
#[cfg(test)]
pub(crate) fn is_of(nvrtc: &Nvrtc) -> bool {
    BUILT_IN.lines().next() == Some(&first_line(nvrtc))
}

/// The keys of the built-in table, sorted.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    BUILT_IN.lines().filter_map(|line| line.strip_prefix(MARK)).collect()
}

#[cfg(test)]
pub(crate) fn built_in() -> &'static str {
    BUILT_IN
}

fn first_line(nvrtc: &Nvrtc) -> String {
    format!("// Written by a test of the crate gpu with NVRTC {nvrtc} for compute_{ARCHITECTURE}; not to be edited.")
}

/// The assembly language without the comments and blank lines in front of it, which name the build of the compiler.
pub(crate) fn trimmed(ptx: &str) -> String {
    let start = ptx.find(".version").unwrap_or(0);
    ptx[start..].trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_found_by_its_key() {
        let table = "// Written\n//= 0a\n.version 9.0\n//= 0b\n.version 9.1\n";
        assert_eq!(find_in(table, "0a"), Some(".version 9.0\n"));
        assert_eq!(find_in(table, "0b"), Some(".version 9.1\n"));
        assert_eq!(find_in(table, "0"), None);
        assert_eq!(find_in("", "0a"), None);
    }

    #[test]
    fn what_is_written_is_found() {
        let nvrtc = Nvrtc { version: (13, 0), architectures: vec![75] };
        let kernel = |name: &str| trimmed(&format!("//\n// Build\n\n.version 9.0\n.entry {name}()\n\n"));
        let kernels = Kernels::from([("0b".to_owned(), kernel("second")), ("0a".to_owned(), kernel("first"))]);
        let table = written(&nvrtc, &kernels).unwrap();
        assert!(table.starts_with("// Written by a test of the crate gpu with NVRTC 13.0 for compute_75"), "{table}");
        assert_eq!(find_in(&table, "0a"), Some(".version 9.0\n.entry first()\n"));
        assert_eq!(find_in(&table, "0b"), Some(".version 9.0\n.entry second()\n"));
    }
}
