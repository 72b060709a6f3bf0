//! A driver that stands in for a card in tests: it notes what it is asked to build, and lets the processor run it, or does not.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::compile::{self, LANGUAGE};
use super::errors::too_long;
use crate::drivers::{Adapter, AdapterKind, Compiled, Driver, KernelText, Language, Memory, Resources, Value};
use crate::error::GpuError;
use crate::signature::Parameter;

thread_local! {
    static THERE: RefCell<Option<Arc<StandIn>>> = const { RefCell::new(None) };
}

/// What stands in for the first card on this thread, if anything does.
pub(super) fn there() -> Option<Arc<dyn Driver>> {
    THERE.with_borrow(|there| there.clone().map(|driver| driver as Arc<dyn Driver>))
}

/// Lets the driver stand in for the first card on this thread while it works.
pub(super) fn instead_of_the_card<T>(driver: &Arc<StandIn>, work: impl FnOnce() -> T) -> T {
    struct Away;
    impl Drop for Away {
        fn drop(&mut self) {
            THERE.set(None);
        }
    }
    let _away = Away;
    THERE.set(Some(driver.clone()));
    work()
}

/// A driver without a card.
pub(super) struct StandIn {
    adapter: Adapter,
    built: Mutex<BTreeMap<String, KernelText>>,
    processor: Option<Mutex<Processor>>,
    lost: AtomicBool,
}

/// An array in the memory of the processor.
type Bytes = Mutex<Vec<u8>>;

impl StandIn {
    /// A driver whose launches do nothing, and take a second each by its clock: a program that computes nonsense builds all its kernels.
    pub(super) fn idle() -> Arc<Self> {
        Self::over(None)
    }

    /// A driver that lets the processor run the kernels of a program.
    pub(super) fn running(program: &Path) -> Arc<Self> {
        Self::over(Some(Mutex::new(Processor::start(program))))
    }

    fn over(processor: Option<Mutex<Processor>>) -> Arc<Self> {
        let adapter = Adapter {
            name: if processor.is_some() { "the processor" } else { "no card" }.to_owned(),
            driver: "none".to_owned(),
            interface: "CUDA",
            kind: AdapterKind::Other,
            double: true,
            long: true,
            timestamps: processor.is_none(),
            passthrough: true,
            array_bytes: 1 << 24,
            // Few, so that invocations have to go on in strides.
            groups: 5,
            workgroup: 1024,
        };
        Arc::new(Self { adapter, built: Mutex::default(), processor, lost: AtomicBool::new(false) })
    }

    /// All kernels that it was asked to build.
    pub(super) fn built(&self) -> Vec<KernelText> {
        self.built.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn there(&self) -> Result<(), GpuError> {
        if self.lost.load(Ordering::Relaxed) { Err(GpuError::Lost("it was destroyed".to_owned())) } else { Ok(()) }
    }
}

/// What a kernel is called in a program for the processor: by the key of its text, and what else makes it another one.
pub(super) fn name(kernel: &KernelText) -> Result<String, GpuError> {
    Ok(format!("{}_{}", space(kernel)?, kernel.entry))
}

/// What all kernels of a text have in common.
pub(super) fn space(kernel: &KernelText) -> Result<String, GpuError> {
    Ok(format!("k{}_{}", compile::key(kernel)?, kernel.workgroup))
}

fn bytes(memory: &Memory) -> Result<&Bytes, GpuError> {
    memory.downcast_ref().ok_or_else(|| GpuError::Arguments("the array belongs to another device".to_owned()))
}

impl Driver for StandIn {
    fn adapter(&self) -> &Adapter {
        &self.adapter
    }

    fn language(&self) -> Language {
        LANGUAGE
    }

    fn allocate(&self, bytes: u64) -> Result<Memory, GpuError> {
        self.there()?;
        let length = usize::try_from(bytes).map_err(|_| GpuError::OutOfMemory { asked: bytes })?;
        // Nobody has written them, and no right answer has them.
        Ok(Arc::new(Bytes::new(vec![0xff; length])))
    }

    fn write(&self, memory: &Memory, from: &[u8]) -> Result<(), GpuError> {
        self.there()?;
        let mut memory = bytes(memory)?.lock().unwrap_or_else(PoisonError::into_inner);
        memory.get_mut(..from.len()).ok_or_else(too_long)?.copy_from_slice(from);
        Ok(())
    }

    fn read(&self, memory: &Memory, into: &mut [u8]) -> Result<(), GpuError> {
        self.there()?;
        let memory = bytes(memory)?.lock().unwrap_or_else(PoisonError::into_inner);
        into.copy_from_slice(memory.get(..into.len()).ok_or_else(too_long)?);
        Ok(())
    }

    fn build(&self, kernel: &KernelText) -> Result<(Compiled, Vec<Parameter>), GpuError> {
        self.there()?;
        let parameters = compile::parameters(kernel)?;
        let name = name(kernel)?;
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        built.insert(name.clone(), kernel.clone());
        Ok((Arc::new(name), parameters))
    }

    fn resources(&self, _: &Compiled) -> Result<Resources, GpuError> {
        self.there()?;
        // A card with room for fewer workgroups than most inputs would fill.
        Ok(Resources { resident_groups: Some(1), multiprocessors: Some(3), ..Resources::default() })
    }

    fn launch(
        &self,
        compiled: &Compiled,
        groups: u32,
        values: &[Value],
        _watched: Option<u64>,
    ) -> Result<(), GpuError> {
        self.there()?;
        let Some(processor) = &self.processor else { return Ok(()) };
        let other = || GpuError::Arguments("the kernel belongs to another device".to_owned());
        let name = compiled.downcast_ref::<String>().ok_or_else(other)?;
        let mut arguments = Vec::new();
        for (index, value) in values.iter().enumerate() {
            arguments.push(match value {
                Value::Scalar(scalar, number) => number[..scalar.bytes()].to_vec(),
                Value::Array(memory) => {
                    let same = |other: &Value| matches!(other, Value::Array(other) if Arc::ptr_eq(other, memory));
                    // The program has a copy of each.
                    if values[..index].iter().any(same) {
                        return Err(GpuError::Arguments("the processor takes each array once".to_owned()));
                    }
                    bytes(memory)?.lock().unwrap_or_else(PoisonError::into_inner).clone()
                }
            });
        }
        let mut processor = processor.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = |error| GpuError::Driver(format!("{name} did not run on the processor, see above: {error}"));
        let after = processor.run(name, groups, &arguments).map_err(ended)?;
        for (value, after) in values.iter().zip(after) {
            if let Value::Array(memory) = value {
                *bytes(memory)?.lock().unwrap_or_else(PoisonError::into_inner) = after;
            }
        }
        Ok(())
    }

    fn wait(&self) -> Result<(), GpuError> {
        self.there()
    }

    fn measure(&self, _: bool) -> Result<Option<Duration>, GpuError> {
        self.there()?;
        Ok(self.adapter.timestamps.then_some(Duration::from_secs(1)))
    }

    fn destroy(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }
}

/// A program of `host.cpp` that runs its kernels as it is asked to.
struct Processor {
    child: Child,
    /// `None` once it has been told that there is nothing more.
    input: Option<ChildStdin>,
    output: ChildStdout,
}

impl Processor {
    fn start(program: &Path) -> Self {
        let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        Self { child, input, output }
    }

    /// All arguments as they are after the kernel.
    fn run(&mut self, name: &str, groups: u32, arguments: &[Vec<u8>]) -> io::Result<Vec<Vec<u8>>> {
        let mut request = Vec::new();
        let number = |request: &mut Vec<u8>, number: usize| request.extend((number as u64).to_ne_bytes());
        number(&mut request, groups as usize);
        number(&mut request, arguments.len());
        for part in [name.as_bytes()].into_iter().chain(arguments.iter().map(Vec::as_slice)) {
            number(&mut request, part.len());
            request.extend(part);
        }
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        input.write_all(&request)?;
        input.flush()?;
        let mut outputs = Vec::new();
        for argument in arguments {
            let mut output = vec![0; argument.len()];
            self.output.read_exact(&mut output)?;
            outputs.push(output);
        }
        Ok(outputs)
    }
}

impl Drop for Processor {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}
