//! Writes the [table](super::table) of kernels. Only tests use it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;

use super::compile::{self, Nvrtc, Target};
use super::table::{BUILT_IN, MARK};
use crate::drivers::KernelText;
use crate::error::GpuError;

/// The architecture that the kernels are compiled for: Turing, the oldest that the NVRTC of `scripts/setup-gpu` knows. The driver of
/// every newer card compiles them to the end.
pub(crate) const ARCHITECTURE: i32 = 75;

/// The assembly language of texts by their keys.
type Kernels = BTreeMap<String, String>;

/// The table of these kernels.
///
/// # Errors
/// As [`Nvrtc::compile`].
pub(crate) fn table(nvrtc: &Nvrtc, kernels: &[KernelText]) -> Result<String, GpuError> {
    let mut compiled = Kernels::new();
    for kernel in kernels {
        if let Entry::Vacant(place) = compiled.entry(compile::key(kernel)?) {
            let ptx = nvrtc.compile(kernel, Target::Assembly(ARCHITECTURE))?;
            place.insert(String::from_utf8_lossy(&ptx).into_owned());
        }
    }
    Ok(written(nvrtc, &compiled))
}

fn written(nvrtc: &Nvrtc, kernels: &Kernels) -> String {
    let mut table = first_line(nvrtc) + "\n";
    for (key, ptx) in kernels {
        writeln!(table, "{MARK}{key}\n{}", shortened(ptx)).expect("there is room for a text");
    }
    table
}

fn first_line(nvrtc: &Nvrtc) -> String {
    format!("// Written by a test of the crate gpu with NVRTC {nvrtc} for compute_{ARCHITECTURE}; not to be edited.")
}

/// Whether the built-in table was written by this version of NVRTC: only then its text can be compared.
pub(crate) fn wrote_the_table(nvrtc: &Nvrtc) -> bool {
    BUILT_IN.lines().next() == Some(&first_line(nvrtc))
}

/// The keys of the built-in table, sorted.
pub(crate) fn keys() -> Vec<&'static str> {
    BUILT_IN.lines().filter_map(|line| line.strip_prefix(MARK)).collect()
}

/// The assembly language without what only a reader needs: comments (one of which names the build of the compiler), blank lines and
/// blanks.
fn shortened(ptx: &str) -> String {
    let lines = ptx.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

mod tests {
    use super::super::table::find_in;
    use super::*;

    #[test]
    fn what_is_written_is_found_by_its_key() {
        let nvrtc = Nvrtc { version: (13, 0), architectures: vec![75] };
        let kernel = |name: &str| format!("//\n// Build\n\n.version 9.0\n\t// more\n\t.entry \t{name}()\n\n");
        let kernels = Kernels::from([("0b".to_owned(), kernel("second")), ("0a".to_owned(), kernel("first"))]);
        let table = written(&nvrtc, &kernels);
        assert!(table.starts_with("// Written by a test of the crate gpu with NVRTC 13.0 for compute_75"), "{table}");
        assert_eq!(find_in(&table, "0a"), Some(".version 9.0\n.entry first()\n"));
        assert_eq!(find_in(&table, "0b"), Some(".version 9.0\n.entry second()\n"));
        assert_eq!(find_in(&table, "0"), None);
        assert_eq!(find_in("", "0a"), None);
    }
}
