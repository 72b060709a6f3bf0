//! A device, the memory that its arrays share, and what it has done.

mod passes;
mod pool;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[cfg(feature = "cuda")]
use crate::drivers::cuda::{self, CudaDriver};
use crate::drivers::wgpu::WgpuDriver;
use crate::drivers::{
    Adapter, AdapterKind, Arithmetic, Compiled, Driver, KernelText, Language, Memory, Resources, Value,
};
use crate::error::GpuError;
use crate::signature::Parameter;
use pool::Pool;

/// A device: a graphics card, or a driver that stands in for one. Clones are the same device.
///
/// What is asked of it is done in order, and later than the call that asks: an error of the device itself is reported by the next call
/// that waits for it ([`GpuArray::to_vec`](crate::GpuArray::to_vec), [`wait`](Self::wait)).
#[derive(Clone)]
pub struct Gpu {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    driver: Arc<dyn Driver>,
    /// Memory that no array uses any more.
    pool: Mutex<Pool>,
    kernels: Mutex<HashMap<Key, Arc<Kernel>>>,
    counters: Mutex<Counters>,
    times: Mutex<Option<Times>>,
    memory_limit: u64,
    /// Passes of the loops in an invocation, once they have been counted.
    passes: Mutex<Option<u64>>,
}

/// Passes of the loops in an invocation that every device can make.
pub(crate) const FEW_PASSES: u64 = 65_535;

/// What makes a kernel another one: text, entry, constants, whether it may be contracted.
type Key = (String, String, Vec<(String, u64)>, Arithmetic);

/// A kernel and what it takes.
pub(crate) struct Kernel {
    compiled: Compiled,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) workgroup: u32,
    /// Whether it has loops that the device may end by itself.
    loops: bool,
}

/// What a device has been asked to do since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Kernels started.
    pub launches: u64,
    /// Kernels compiled; the others were found ready.
    pub compiled: u64,
    /// Bytes sent to the device.
    pub bytes_up: u64,
    /// Bytes fetched from it.
    pub bytes_down: u64,
    /// Pieces of memory asked of the driver.
    pub allocated: u64,
    /// Pieces of memory that an array had left behind and another one took over.
    pub reused: u64,
    /// Bytes of the device that are held, whether an array uses them or not.
    pub bytes_held: u64,
}

/// Where the time of some work went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Copying to the device, until the copy has arrived.
    pub upload: Duration,
    /// Starting kernels, on the host.
    pub launch: Duration,
    /// The kernels themselves, by the device's own clock; `None` if it has none.
    pub kernel: Option<Duration>,
    /// Copying from the device, after the kernels have ended.
    pub download: Duration,
    /// From the first call to the last.
    pub total: Duration,
}

/// How a device is chosen and used.
#[derive(Clone, Debug)]
pub struct Options {
    name: Option<String>,
    kind: Option<AdapterKind>,
    passthrough: bool,
    memory_limit: u64,
}

impl Options {
    /// Only a device whose name contains this, whatever the case.
    pub fn name(self, part: &str) -> Self {
        Self { name: Some(part.to_lowercase()), ..self }
    }

    /// Only a device of this kind.
    pub fn kind(self, kind: AdapterKind) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// Whether kernels may go to the driver as SPIR-V, with marks that forbid contraction; by default they do where they can. Without
    /// it exact kernels have guards around their products, which cost time.
    pub fn passthrough(self, passthrough: bool) -> Self {
        Self { passthrough, ..self }
    }

    /// The most bytes that all arrays together may take; by default what the device has.
    pub fn memory_limit(self, bytes: u64) -> Self {
        Self { memory_limit: bytes, ..self }
    }

    /// Opens the first such device.
    ///
    /// # Errors
    /// [`GpuError::Unavailable`] when there is none, with the command that mends it.
    pub fn open(self) -> Result<Gpu, GpuError> {
        let wanted = |adapter: &Adapter| {
            self.kind.is_none_or(|kind| kind == adapter.kind)
                && self.name.as_ref().is_none_or(|name| adapter.name.to_lowercase().contains(name))
        };
        let driver = WgpuDriver::new(self.passthrough, wanted)?;
        Ok(Gpu::over(Arc::new(driver), self.memory_limit))
    }
}

impl Gpu {
    /// The fastest kind of device there is: a card before a part of the processor before a driver that computes on the processor. The
    /// environment variable `WGPU_ADAPTER_NAME` chooses another one by a part of its name.
    ///
    /// # Errors
    /// [`GpuError::Unavailable`] when there is no driver, with the command that installs one.
    pub fn new() -> Result<Self, GpuError> {
        match std::env::var("WGPU_ADAPTER_NAME") {
            Ok(name) if !name.is_empty() => Self::options().name(&name).open(),
            _ => Self::options().open(),
        }
    }

    /// A driver that computes on the processor's cores, such as Mesa's lavapipe.
    ///
    /// # Errors
    /// [`GpuError::Unavailable`] when there is none.
    pub fn cpu_fallback() -> Result<Self, GpuError> {
        Self::options().kind(AdapterKind::Cpu).open()
    }

    /// An NVIDIA card over NVIDIA's own driver.
    ///
    /// # Errors
    /// [`GpuError::Unavailable`] without the card, its driver, or the feature `cuda` of this crate.
    pub fn cuda() -> Result<Self, GpuError> {
        #[cfg(feature = "cuda")]
        return Ok(Self::over(cuda::first()?, u64::MAX));
        #[cfg(not(feature = "cuda"))]
        Err(GpuError::Unavailable(
            "built without CUDA: add --features cuda, on a machine with an NVIDIA card and its driver".to_owned(),
        ))
    }

    /// Chooses a device more closely.
    pub fn options() -> Options {
        Options { name: None, kind: None, passthrough: true, memory_limit: u64::MAX }
    }

    /// All devices, by each interface that reaches them, the fastest kind first.
    pub fn adapters() -> Vec<Adapter> {
        let by_wgpu = WgpuDriver::adapters();
        #[cfg(feature = "cuda")]
        return CudaDriver::adapters().into_iter().chain(by_wgpu).collect();
        #[cfg(not(feature = "cuda"))]
        by_wgpu.collect()
    }

    pub(crate) fn over(driver: Arc<dyn Driver>, memory_limit: u64) -> Self {
        let (pool, kernels, counters, times, passes) = Default::default();
        Self { shared: Arc::new(Shared { driver, pool, kernels, counters, times, memory_limit, passes }) }
    }

    /// What is known of the device.
    pub fn adapter(&self) -> &Adapter {
        self.shared.driver.adapter()
    }

    /// What its kernels are written in.
    pub fn language(&self) -> Language {
        self.shared.driver.language()
    }

    /// What it has done so far.
    pub fn counters(&self) -> Counters {
        *lock(&self.shared.counters)
    }

    /// Waits until everything is done that it was asked for.
    ///
    /// # Errors
    /// What has failed since the last wait.
    pub fn wait(&self) -> Result<(), GpuError> {
        self.shared.driver.wait()
    }

    /// Gives all memory back to the driver that no array uses. Without it as much is kept for the next arrays as arrays have had at
    /// once, or 32 MiB if that is more.
    pub fn trim(&self) {
        let surplus = lock(&self.shared.pool).clear();
        self.give_back(surplus);
    }

    /// Gives pieces of memory back to the driver.
    fn give_back(&self, surplus: Vec<(u64, Memory)>) {
        let bytes: u64 = surplus.iter().map(|(bytes, _)| bytes).sum();
        // The driver may wait for what still uses them: no lock is held meanwhile.
        drop(surplus);
        lock(&self.shared.counters).bytes_held -= bytes;
    }

    /// Does some work and tells where its time went. Each kind of work is waited for before the next one begins, so the total is
    /// longer than without measuring. What [`measure_kernels`](Self::measure_kernels) has counted starts from zero.
    ///
    /// # Errors
    /// Those of the work.
    pub fn times<T>(&self, work: impl FnOnce() -> Result<T, GpuError>) -> Result<(T, Times), GpuError> {
        self.wait()?;
        let measured = self.shared.driver.measure(true)?.is_some();
        *lock(&self.shared.times) = Some(Times::default());
        let started = Instant::now();
        let done = work();
        let waited = self.wait();
        let total = started.elapsed();
        let times = lock(&self.shared.times).take().unwrap_or_default();
        let kernel = self.shared.driver.measure(measured);
        let done = done?;
        waited?;
        Ok((done, Times { kernel: kernel?, total, ..times }))
    }

    /// From now on lets the device measure each kernel; see [`kernel_time`](Self::kernel_time).
    ///
    /// # Errors
    /// What has failed since the last wait.
    pub fn measure_kernels(&self) -> Result<(), GpuError> {
        self.shared.driver.measure(true).map(drop)
    }

    /// How long the kernels took that were started since this was last asked, by the device's own clock; `None` if it has none, or was
    /// not told to measure.
    ///
    /// # Errors
    /// What has failed since the last wait.
    pub fn kernel_time(&self) -> Result<Option<Duration>, GpuError> {
        self.shared.driver.measure(true)
    }

    /// Ends the device as if it were pulled out; every use of it from now on is an error. For tests of what happens then.
    pub fn destroy(&self) {
        self.shared.driver.destroy();
    }

    /// Workgroups for so many elements: an invocation for each, or as many as a launch can have, which then go on in strides.
    pub fn groups(&self, elements: usize, workgroup: u32) -> u32 {
        let groups = elements.div_ceil(workgroup.max(1) as usize).max(1);
        u32::try_from(groups).unwrap_or(u32::MAX).min(self.adapter().groups)
    }

    /// Adds to a time if it is measured, after what was begun has ended.
    fn timed<T>(
        &self,
        of: fn(&mut Times) -> &mut Duration,
        wait: bool,
        work: impl FnOnce() -> Result<T, GpuError>,
    ) -> Result<T, GpuError> {
        if lock(&self.shared.times).is_none() {
            return work();
        }
        if wait {
            self.wait()?;
        }
        let started = Instant::now();
        let done = work()?;
        if wait {
            self.wait()?;
        }
        let elapsed = started.elapsed();
        if let Some(times) = &mut *lock(&self.shared.times) {
            *of(times) += elapsed;
        }
        Ok(done)
    }

    /// Memory for so many bytes: some that was left behind, or new.
    pub(crate) fn block(&self, bytes: u64) -> Result<Block, GpuError> {
        let allowed = self.adapter().array_bytes;
        if bytes > allowed {
            return Err(GpuError::TooLarge { what: "bytes of one array", asked: bytes, allowed });
        }
        // Not a byte more than asked for: a kernel reads the length of an array off its memory.
        let bytes = bytes.max(1).next_multiple_of(4);
        let unused = lock(&self.shared.pool).take(bytes);
        if let Some(memory) = unused {
            lock(&self.shared.counters).reused += 1;
            return Ok(Block { memory, bytes, gpu: self.clone() });
        }
        let allocated = self.allocate(bytes).or_else(|error| {
            // What other lengths have left behind may make room.
            self.trim();
            if matches!(error, GpuError::OutOfMemory { .. }) { self.allocate(bytes) } else { Err(error) }
        })?;
        lock(&self.shared.pool).begin(bytes);
        Ok(Block { memory: allocated, bytes, gpu: self.clone() })
    }

    fn allocate(&self, bytes: u64) -> Result<Memory, GpuError> {
        // Counted first, so that threads that ask together cannot go beyond the limit together.
        {
            let mut counters = lock(&self.shared.counters);
            if counters.bytes_held.saturating_add(bytes) > self.shared.memory_limit {
                return Err(GpuError::OutOfMemory { asked: bytes });
            }
            counters.bytes_held += bytes;
        }
        let allocated = self.shared.driver.allocate(bytes);
        let mut counters = lock(&self.shared.counters);
        match &allocated {
            Ok(_) => counters.allocated += 1,
            Err(_) => counters.bytes_held -= bytes,
        }
        allocated
    }

    pub(crate) fn write(&self, block: &Block, bytes: &[u8]) -> Result<(), GpuError> {
        lock(&self.shared.counters).bytes_up += bytes.len() as u64;
        self.timed(|times| &mut times.upload, true, || self.shared.driver.write(&block.memory, bytes))
    }

    pub(crate) fn read(&self, block: &Block, bytes: &mut [u8]) -> Result<(), GpuError> {
        lock(&self.shared.counters).bytes_down += bytes.len() as u64;
        self.timed(|times| &mut times.download, true, || self.shared.driver.read(&block.memory, bytes))
    }

    /// Compiles a kernel, or finds it compiled.
    pub(crate) fn kernel(&self, text: &KernelText) -> Result<Arc<Kernel>, GpuError> {
        let constants = text.constants.iter().map(|(name, value)| (name.clone(), value.to_bits())).collect();
        let key = (text.text.clone(), text.entry.clone(), constants, text.arithmetic);
        // Held while it is compiled, so that threads that ask together compile it once.
        let mut kernels = lock(&self.shared.kernels);
        if let Some(kernel) = kernels.get(&key) {
            return Ok(kernel.clone());
        }
        let allowed = self.adapter().workgroup;
        if text.workgroup == 0 || text.workgroup > allowed {
            let (asked, allowed) = (u64::from(text.workgroup), u64::from(allowed));
            return Err(GpuError::TooLarge { what: "invocations in a workgroup", asked, allowed });
        }
        let (compiled, parameters) = self.shared.driver.build(text)?;
        let loops = self.shared.driver.has_loops(&compiled);
        let kernel = Arc::new(Kernel { compiled, parameters, workgroup: text.workgroup, loops });
        lock(&self.shared.counters).compiled += 1;
        kernels.insert(key, kernel.clone());
        Ok(kernel)
    }

    pub(crate) fn resources(&self, kernel: &Kernel) -> Result<Resources, GpuError> {
        self.shared.driver.resources(&kernel.compiled)
    }

    /// Starts a kernel with values that belong to its parameters. Unless it is known that it makes no more passes than the device can, it
    /// is watched.
    pub(crate) fn launch(
        &self,
        kernel: &Kernel,
        groups: u32,
        values: &[Value],
        passes_known: bool,
    ) -> Result<(), GpuError> {
        let allowed = self.adapter().groups;
        if groups > allowed {
            return Err(GpuError::TooLarge {
                what: "workgroups",
                asked: u64::from(groups),
                allowed: u64::from(allowed),
            });
        }
        let watched = match kernel.loops && !passes_known {
            true => Some(self.passes()?).filter(|&passes| passes < u64::MAX),
            false => None,
        };
        lock(&self.shared.counters).launches += 1;
        let launch = || self.shared.driver.launch(&kernel.compiled, groups, values, watched);
        self.timed(|times| &mut times.launch, false, launch)
    }

    /// Whether this is the same device.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl fmt::Debug for Gpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gpu({})", self.adapter())
    }
}

/// Memory of an array. When the array is gone, another one may take it over.
pub(crate) struct Block {
    pub(crate) memory: Memory,
    bytes: u64,
    gpu: Gpu,
}

impl Drop for Block {
    fn drop(&mut self) {
        let surplus = lock(&self.gpu.shared.pool).leave(self.bytes, self.memory.clone());
        self.gpu.give_back(surplus);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
