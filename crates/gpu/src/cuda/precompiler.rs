//! A driver without a card: it compiles, and writes the [table](super::table) of what it has compiled. Only tests use it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::compile::{self, LANGUAGE, Nvrtc, Target};
use super::table::{BUILT_IN, MARK};
use crate::GpuError;
use crate::driver::{Adapter, AdapterKind, Compiled, Driver, KernelText, Language, Memory, Resources, Value};
use crate::signature::Parameter;

/// The architecture that the kernels are compiled for: Turing, the oldest that the NVRTC of `scripts/setup-gpu` knows. The driver of
/// every newer card compiles them to the end.
pub(crate) const ARCHITECTURE: i32 = 75;

/// The assembly language of texts by their keys.
type Kernels = BTreeMap<String, String>;

fn written(nvrtc: &Nvrtc, kernels: &Kernels) -> String {
    let mut table = first_line(nvrtc) + "\n";
    for (key, ptx) in kernels {
        writeln!(table, "{MARK}{key}\n{}", trimmed(ptx)).expect("there is room for a text");
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

/// The assembly language without the comments and blank lines in front of it, which name the build of the compiler.
fn trimmed(ptx: &str) -> &str {
    ptx[ptx.find(".version").unwrap_or(0)..].trim_end()
}

/// Compiles kernels to assembly language and starts none.
pub(crate) struct Precompiler {
    adapter: Adapter,
    nvrtc: &'static Nvrtc,
    kernels: Mutex<Kernels>,
    launches: Launches,
    lost: AtomicBool,
}

/// What becomes of a launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Launches {
    /// It is an error.
    Refused,
    /// It does nothing, and arrays keep what was written into them: a program that computes nonsense builds all its kernels.
    Ignored,
}

/// An array in the memory of the processor.
type Bytes = Mutex<Vec<u8>>;

impl Precompiler {
    /// # Errors
    /// [`GpuError::Unavailable`] if there is no NVRTC.
    pub(crate) fn new(launches: Launches) -> Result<Self, GpuError> {
        let nvrtc = Nvrtc::load()?;
        let adapter = Adapter {
            name: "no card".to_owned(),
            driver: format!("NVRTC {nvrtc}"),
            interface: "CUDA",
            kind: AdapterKind::Other,
            double: true,
            long: true,
            timestamps: false,
            passthrough: true,
            array_bytes: u64::from(u32::MAX),
            groups: i32::MAX.unsigned_abs(),
            workgroup: 1024,
        };
        Ok(Self { adapter, nvrtc, kernels: Mutex::default(), launches, lost: AtomicBool::new(false) })
    }

    /// The table of all that has been built.
    pub(crate) fn table(&self) -> String {
        written(self.nvrtc, &self.kernels.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn there(&self) -> Result<(), GpuError> {
        if self.lost.load(Ordering::Relaxed) { Err(GpuError::Lost("it was destroyed".to_owned())) } else { Ok(()) }
    }
}

fn bytes(memory: &Memory) -> Result<&Bytes, GpuError> {
    memory.downcast_ref().ok_or_else(|| GpuError::Arguments("the array belongs to another device".to_owned()))
}

impl Driver for Precompiler {
    fn adapter(&self) -> &Adapter {
        &self.adapter
    }

    fn language(&self) -> Language {
        LANGUAGE
    }

    fn allocate(&self, bytes: u64) -> Result<Memory, GpuError> {
        self.there()?;
        let none = GpuError::OutOfMemory { asked: bytes };
        let length = usize::try_from(bytes).map_err(|_| none.clone())?;
        let mut memory = Vec::new();
        memory.try_reserve_exact(length).map_err(|_| none)?;
        memory.resize(length, 0_u8);
        Ok(Arc::new(Bytes::new(memory)))
    }

    fn write(&self, memory: &Memory, from: &[u8]) -> Result<(), GpuError> {
        self.there()?;
        let mut memory = bytes(memory)?.lock().unwrap_or_else(PoisonError::into_inner);
        memory.get_mut(..from.len()).ok_or_else(super::too_long)?.copy_from_slice(from);
        Ok(())
    }

    fn read(&self, memory: &Memory, into: &mut [u8]) -> Result<(), GpuError> {
        self.there()?;
        let memory = bytes(memory)?.lock().unwrap_or_else(PoisonError::into_inner);
        into.copy_from_slice(memory.get(..into.len()).ok_or_else(super::too_long)?);
        Ok(())
    }

    fn build(&self, kernel: &KernelText) -> Result<(Compiled, Vec<Parameter>), GpuError> {
        self.there()?;
        let parameters = compile::parameters(kernel)?;
        let ptx = self.nvrtc.compile(kernel, Target::Assembly(ARCHITECTURE))?;
        let ptx = String::from_utf8_lossy(&ptx).into_owned();
        let mut kernels = self.kernels.lock().unwrap_or_else(PoisonError::into_inner);
        kernels.insert(compile::key(kernel)?, ptx);
        Ok((Arc::new(()), parameters))
    }

    fn resources(&self, _: &Compiled) -> Result<Resources, GpuError> {
        self.there()?;
        Ok(Resources::default())
    }

    fn launch(&self, _: &Compiled, _: u32, _: &[Value]) -> Result<(), GpuError> {
        self.there()?;
        match self.launches {
            Launches::Ignored => Ok(()),
            Launches::Refused => {
                Err(GpuError::Unavailable("this only compiles: there is no card to start a kernel on".to_owned()))
            }
        }
    }

    fn wait(&self) -> Result<(), GpuError> {
        self.there()
    }

    fn measure(&self, _: bool) -> Result<Option<Duration>, GpuError> {
        self.there()?;
        Ok(None)
    }

    fn destroy(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }
}

mod tests {
    use super::*;
    use crate::cuda::table::find_in;

    #[test]
    fn what_is_written_is_found_by_its_key() {
        let nvrtc = Nvrtc { version: (13, 0), architectures: vec![75] };
        let kernel = |name: &str| format!("//\n// Build\n\n.version 9.0\n.entry {name}()\n\n");
        let kernels = Kernels::from([("0b".to_owned(), kernel("second")), ("0a".to_owned(), kernel("first"))]);
        let table = written(&nvrtc, &kernels);
        assert!(table.starts_with("// Written by a test of the crate gpu with NVRTC 13.0 for compute_75"), "{table}");
        assert_eq!(find_in(&table, "0a"), Some(".version 9.0\n.entry first()\n"));
        assert_eq!(find_in(&table, "0b"), Some(".version 9.0\n.entry second()\n"));
        assert_eq!(find_in(&table, "0"), None);
        assert_eq!(find_in("", "0a"), None);
    }
}
