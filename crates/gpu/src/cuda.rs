//! NVIDIA's own driver. It is looked for when the program runs, and so is NVRTC, the compiler; nothing of CUDA is needed to build.
#![expect(unsafe_code, reason = "every call of the driver is one of a C library")]

mod compile;
#[cfg(test)]
mod precompiler;
#[cfg(test)]
mod stand_in;
mod table;
#[cfg(test)]
mod tests;

use std::ffi::{CString, c_void};
use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use cudarc::driver::result::{self, DriverError, event, module, stream};
use cudarc::driver::{CudaContext, sys};
use sys::CUdevice_attribute_enum as Attribute;
use sys::CUfunction_attribute_enum as FunctionAttribute;

use crate::GpuError;
use crate::driver::{Adapter, AdapterKind, Compiled, Driver, KernelText, Language, Memory, Resources, Value};
use crate::signature::Parameter;
use compile::{Nvrtc, Target};

/// Launches that are measured and not yet added up. More of them are added up before the next.
const SPANS: usize = 4096;

/// A card, by NVIDIA's own driver.
pub(crate) struct CudaDriver {
    adapter: Adapter,
    /// 90 for compute capability 9.0.
    architecture: i32,
    card: Arc<Card>,
}

/// What lives as long as anything on the card does.
struct Card {
    context: Arc<CudaContext>,
    stream: sys::CUstream,
    /// Why the card is lost, once it is.
    lost: OnceLock<String>,
    timing: Mutex<Timing>,
}

#[derive(Default)]
struct Timing {
    on: bool,
    /// The events before and after each launch.
    spans: Vec<[Event; 2]>,
    sum: Duration,
}

/// An event of the driver's, destroyed with this.
struct Event(sys::CUevent);

/// An array on the card.
struct Array {
    card: Arc<Card>,
    address: sys::CUdeviceptr,
    bytes: usize,
}

/// A kernel on the card.
struct Kernel {
    card: Arc<Card>,
    module: sys::CUmodule,
    function: sys::CUfunction,
    workgroup: u32,
    parameters: Vec<Parameter>,
}

// SAFETY: a stream is a handle that any thread may use whose current context is the stream's; every call binds the context first.
unsafe impl Send for Card {}
// SAFETY: as above: the driver guards its own data.
unsafe impl Sync for Card {}
// SAFETY: as a stream.
unsafe impl Send for Event {}
// SAFETY: as a stream.
unsafe impl Send for Kernel {}
// SAFETY: as a stream; nothing here changes after it was made.
unsafe impl Sync for Kernel {}

impl CudaDriver {
    /// The card of this number.
    ///
    /// # Errors
    /// [`GpuError::Unavailable`] with what is missing and what mends it: the driver, a newer one, or the card.
    pub(crate) fn new(ordinal: usize) -> Result<Self, GpuError> {
        let count = start()?;
        if ordinal >= count {
            return Err(GpuError::Unavailable(format!("there is no card {ordinal}; CUDA has {count}, counted from 0")));
        }
        let failed = |error: DriverError| match described(error, None) {
            error @ GpuError::OutOfMemory { .. } => error,
            error => GpuError::Unavailable(format!("the card {ordinal} cannot be used: {error}")),
        };
        let adapter = adapter(ordinal).map_err(failed)?;
        let context = CudaContext::new(ordinal).map_err(failed)?;
        let (major, minor) = context.compute_capability().map_err(failed)?;
        let stream = stream::create(stream::StreamKind::NonBlocking).map_err(failed)?;
        let card = Card { context, stream, lost: OnceLock::new(), timing: Mutex::default() };
        Ok(Self { adapter, architecture: 10 * major + minor, card: Arc::new(card) })
    }

    /// All cards; none if there is no driver.
    pub(crate) fn adapters() -> Vec<Adapter> {
        (0..start().unwrap_or(0)).filter_map(|ordinal| adapter(ordinal).ok()).collect()
    }

    fn array<'a>(&self, memory: &'a Memory) -> Result<&'a Array, GpuError> {
        let array = memory.downcast_ref::<Array>().filter(|array| Arc::ptr_eq(&array.card, &self.card));
        array.ok_or_else(|| GpuError::Arguments("the array belongs to another device".to_owned()))
    }

    fn kernel<'a>(&self, compiled: &'a Compiled) -> Result<&'a Kernel, GpuError> {
        let kernel = compiled.downcast_ref::<Kernel>().filter(|kernel| Arc::ptr_eq(&kernel.card, &self.card));
        kernel.ok_or_else(|| GpuError::Arguments("the kernel belongs to another device".to_owned()))
    }

    /// Machine code by NVRTC; without it, what was compiled beforehand. The text says where the code is from.
    fn code(&self, kernel: &KernelText) -> Result<(Vec<u8>, String), GpuError> {
        match Nvrtc::load() {
            Ok(nvrtc) => {
                let target = nvrtc.target(self.architecture)?;
                let mut code = nvrtc.compile(kernel, target)?;
                if matches!(target, Target::Assembly(_)) {
                    code.push(0);
                }
                Ok((code, format!("NVRTC {nvrtc}")))
            }
            Err(missing) => {
                let ptx = table::find(&compile::key(kernel)?).ok_or_else(|| {
                    let entry = &kernel.entry;
                    GpuError::Unavailable(format!(
                        "{missing} (the kernel {entry} is not among those compiled beforehand)"
                    ))
                })?;
                Ok((ptx.bytes().chain([0]).collect(), "the kernels compiled beforehand".to_owned()))
            }
        }
    }
}

/// The first card; in a test what stands in for it.
///
/// # Errors
/// As [`CudaDriver::new`].
pub(crate) fn first() -> Result<Arc<dyn Driver>, GpuError> {
    #[cfg(test)]
    if let Some(driver) = stand_in::there() {
        return Ok(driver);
    }
    Ok(Arc::new(CudaDriver::new(0)?))
}

fn too_long() -> GpuError {
    GpuError::Arguments("there are more bytes than the array has".to_owned())
}

/// Finds and starts the driver; the number of its cards.
fn start() -> Result<usize, GpuError> {
    static STARTED: OnceLock<Result<(), GpuError>> = OnceLock::new();
    let mend = "to mend: install NVIDIA's driver 580 or newer";
    let started = STARTED.get_or_init(|| {
        // SAFETY: loads the library by its well-known names; its initialisers ask for nothing.
        if !unsafe { sys::is_culib_present() } {
            return Err(GpuError::Unavailable(format!("there is no NVIDIA driver (libcuda); {mend}")));
        }
        // A function that is missing would be a panic where it is called.
        for function in FUNCTIONS {
            // SAFETY: the library has just been found; the address is called by nobody.
            if unsafe { sys::culib().get::<unsafe extern "C" fn()>(function.as_bytes()) }.is_err() {
                return Err(GpuError::Unavailable(format!("NVIDIA's driver is too old, it has no {function}; {mend}")));
            }
        }
        let failed = |error| GpuError::Unavailable(format!("NVIDIA's driver does not start: {}; {mend}", name(error)));
        result::init().map_err(failed)
    });
    started.clone()?;
    let failed = |error| GpuError::Unavailable(format!("NVIDIA's driver finds no card: {}", name(error)));
    result::device::get_count().map(|count| usize::try_from(count).unwrap_or(0)).map_err(failed)
}

/// The functions of the driver that are called here, directly or by cudarc.
const FUNCTIONS: [&str; 29] = [
    "cuInit",
    "cuDriverGetVersion",
    "cuGetErrorName",
    "cuGetErrorString",
    "cuDeviceGet",
    "cuDeviceGetCount",
    "cuDeviceGetName",
    "cuDeviceGetAttribute",
    "cuDeviceTotalMem_v2",
    "cuDevicePrimaryCtxRetain",
    "cuDevicePrimaryCtxRelease_v2",
    "cuCtxGetCurrent",
    "cuCtxSetCurrent",
    "cuStreamCreate",
    "cuStreamSynchronize",
    "cuStreamDestroy_v2",
    "cuMemAlloc_v2",
    "cuMemFree_v2",
    "cuMemcpyHtoDAsync_v2",
    "cuMemcpyDtoHAsync_v2",
    "cuModuleLoadDataEx",
    "cuModuleUnload",
    "cuModuleGetFunction",
    "cuFuncGetAttribute",
    "cuOccupancyMaxActiveBlocksPerMultiprocessor",
    "cuLaunchKernel",
    "cuEventRecord",
    "cuEventCreate",
    "cuEventDestroy_v2",
];

/// Reads how long a span took: from CUDA 12.8 on there is a newer function, which cudarc calls. Without it nothing is measured.
fn measures() -> bool {
    // SAFETY: only called once the library has been found; the address is called by nobody.
    unsafe { sys::culib().get::<unsafe extern "C" fn()>(b"cuEventElapsedTime_v2") }.is_ok()
}

fn adapter(ordinal: usize) -> Result<Adapter, DriverError> {
    let device = result::device::get(i32::try_from(ordinal).unwrap_or(i32::MAX))?;
    // SAFETY: the device is one that the driver has just given.
    let attribute = |attribute| unsafe { result::device::get_attribute(device, attribute) };
    let number = |value: i32| u32::try_from(value).unwrap_or(0);
    let mut version = 0;
    // SAFETY: the pointer is to a number of ours.
    unsafe { sys::cuDriverGetVersion(&mut version) }.result()?;
    let compiler = Nvrtc::load().map_or_else(|_| "no NVRTC".to_owned(), |nvrtc| format!("NVRTC {nvrtc}"));
    let integrated = attribute(Attribute::CU_DEVICE_ATTRIBUTE_INTEGRATED)? != 0;
    Ok(Adapter {
        name: result::device::get_name(device)?,
        driver: format!("CUDA {}.{}, {compiler}", version / 1000, version % 1000 / 10),
        interface: "CUDA",
        kind: if integrated { AdapterKind::Integrated } else { AdapterKind::Discrete },
        double: true,
        long: true,
        timestamps: measures(),
        passthrough: true,
        // SAFETY: the device is one that the driver has just given.
        array_bytes: unsafe { result::device::total_mem(device) }? as u64,
        groups: number(attribute(Attribute::CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X)?),
        workgroup: number(attribute(Attribute::CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK)?),
    })
}

/// What the driver calls an error, and what it says of it.
fn name(error: DriverError) -> String {
    let text = |text: Result<&std::ffi::CStr, _>| text.map(|text| text.to_string_lossy().into_owned()).ok();
    match (text(error.error_name()), text(error.error_string())) {
        (Some(name), Some(words)) => format!("{words} ({name})"),
        _ => format!("error {}", error.0 as u32),
    }
}

/// Whether after this error every call fails until the process ends.
fn is_lost(code: sys::CUresult) -> bool {
    use sys::CUresult as Code;
    matches!(
        code,
        Code::CUDA_ERROR_DEINITIALIZED
            | Code::CUDA_ERROR_DEVICE_UNAVAILABLE
            | Code::CUDA_ERROR_INVALID_CONTEXT
            | Code::CUDA_ERROR_CONTEXT_IS_DESTROYED
            | Code::CUDA_ERROR_ECC_UNCORRECTABLE
            | Code::CUDA_ERROR_NVLINK_UNCORRECTABLE
            | Code::CUDA_ERROR_ILLEGAL_ADDRESS
            | Code::CUDA_ERROR_LAUNCH_TIMEOUT
            | Code::CUDA_ERROR_ASSERT
            | Code::CUDA_ERROR_HARDWARE_STACK_ERROR
            | Code::CUDA_ERROR_ILLEGAL_INSTRUCTION
            | Code::CUDA_ERROR_MISALIGNED_ADDRESS
            | Code::CUDA_ERROR_INVALID_ADDRESS_SPACE
            | Code::CUDA_ERROR_INVALID_PC
            | Code::CUDA_ERROR_LAUNCH_FAILED
            | Code::CUDA_ERROR_CONTAINED
            | Code::CUDA_ERROR_SYSTEM_NOT_READY
            | Code::CUDA_ERROR_MPS_RPC_FAILURE
            | Code::CUDA_ERROR_EXTERNAL_DEVICE
    )
}

/// The error of a call that has asked for so many bytes, if for any.
fn described(error: DriverError, asked: Option<u64>) -> GpuError {
    match error.0 {
        sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => GpuError::OutOfMemory { asked: asked.unwrap_or(0) },
        code if is_lost(code) => GpuError::Lost(name(error)),
        _ => GpuError::Driver(name(error)),
    }
}

impl Card {
    /// Makes the card's context the thread's; what every call begins with.
    fn bind(&self) -> Result<(), GpuError> {
        match self.lost.get() {
            Some(why) => Err(GpuError::Lost(why.clone())),
            None => self.check(self.context.bind_to_thread()),
        }
    }

    fn check<T>(&self, outcome: Result<T, DriverError>) -> Result<T, GpuError> {
        self.check_asked(outcome, None)
    }

    /// The outcome of a call; a card that is lost stays so.
    fn check_asked<T>(&self, outcome: Result<T, DriverError>, asked: Option<u64>) -> Result<T, GpuError> {
        outcome.map_err(|error| {
            let error = described(error, asked);
            if let GpuError::Lost(why) = &error {
                // Whoever was first has said why.
                let _ = self.lost.set(why.clone());
            }
            error
        })
    }

    fn wait(&self) -> Result<(), GpuError> {
        self.bind()?;
        // SAFETY: the stream lives as long as the card.
        self.check(unsafe { stream::synchronize(self.stream) })
    }

    fn event(&self) -> Result<Event, GpuError> {
        let event = self.check(event::create(sys::CUevent_flags::CU_EVENT_DEFAULT)).map(Event)?;
        // SAFETY: the event has just been made in the context of the stream, and the stream lives as long as the card.
        self.check(unsafe { event::record(event.0, self.stream) })?;
        Ok(event)
    }

    /// Waits, and adds up what was measured.
    fn add_up(&self, timing: &mut Timing) -> Result<(), GpuError> {
        if timing.spans.is_empty() {
            return Ok(());
        }
        self.wait()?;
        for [start, end] in timing.spans.drain(..) {
            // SAFETY: both events were made by `event`, on one stream, and live until the end of this iteration.
            let milliseconds = self.check(unsafe { event::elapsed(start.0, end.0) })?;
            timing.sum += Duration::from_secs_f64(f64::from(milliseconds.max(0.0)) / 1e3);
        }
        Ok(())
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        // SAFETY: made by `event::create`, destroyed once. If the context is gone, so is the event.
        let _ = unsafe { event::destroy(self.0) };
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        // Events are destroyed with the context current, and what still runs ends before its stream does.
        if self.context.bind_to_thread().is_ok() {
            self.timing.get_mut().unwrap_or_else(PoisonError::into_inner).spans.clear();
            // SAFETY: the stream was made by `new` and is destroyed once; nobody has it any more.
            let _ = unsafe { stream::synchronize(self.stream) };
            // SAFETY: as above.
            let _ = unsafe { stream::destroy(self.stream) };
        }
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        // A kernel that still runs may use the array. On a card that is lost nothing runs, and the driver has taken the memory back.
        if self.card.context.bind_to_thread().is_ok() {
            // SAFETY: the stream lives as long as the card, which this holds.
            let _ = unsafe { stream::synchronize(self.card.stream) };
            // SAFETY: allocated by `allocate`, freed once, and nothing on the stream uses it any more.
            let _ = unsafe { result::free_sync(self.address) };
        }
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        if self.card.context.bind_to_thread().is_ok() {
            // SAFETY: the stream lives as long as the card, which this holds.
            let _ = unsafe { stream::synchronize(self.card.stream) };
            // SAFETY: loaded by `build`, unloaded once, and nothing on the stream runs its code any more.
            let _ = unsafe { module::unload(self.module) };
        }
    }
}

/// Loads code that ends with a zero if it is assembly language. `Err` has the log of the driver's compiler beside the error.
fn load(code: &[u8], workgroup: u32) -> Result<sys::CUmodule, (DriverError, String)> {
    use sys::CUjit_option_enum as Jit;
    let mut log = vec![0_u8; 8192];
    let mut options = vec![Jit::CU_JIT_ERROR_LOG_BUFFER, Jit::CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES];
    let mut values = vec![log.as_mut_ptr().cast::<c_void>(), std::ptr::without_provenance_mut(log.len())];
    if let Some(registers) = compile::registers(workgroup) {
        options.push(Jit::CU_JIT_MAX_REGISTERS);
        values.push(std::ptr::without_provenance_mut(registers as usize));
    }
    let mut module = std::ptr::null_mut();
    // SAFETY: the code is a whole image: machine code says how long it is, assembly language ends with a zero. There are as many
    // values as options, each of the kind that its option takes (a pointer, or a number in the place of one), and the log lives
    // longer than the call.
    let code = unsafe {
        sys::cuModuleLoadDataEx(
            &mut module,
            code.as_ptr().cast(),
            options.len() as u32,
            options.as_mut_ptr(),
            values.as_mut_ptr(),
        )
    };
    code.result().map(|()| module).map_err(|error| {
        let text = log.split(|&byte| byte == 0).next().unwrap_or_default();
        (error, String::from_utf8_lossy(text).trim().to_owned())
    })
}

/// A number as the driver copies it, as aligned as any of its types has to be.
#[repr(align(16))]
struct Argument([u8; 16]);

impl Driver for CudaDriver {
    fn adapter(&self) -> &Adapter {
        &self.adapter
    }

    fn language(&self) -> Language {
        compile::LANGUAGE
    }

    fn allocate(&self, bytes: u64) -> Result<Memory, GpuError> {
        self.card.bind()?;
        let length = usize::try_from(bytes.max(1)).map_err(|_| GpuError::OutOfMemory { asked: bytes })?;
        // SAFETY: the context is current; whoever reads the array before it is written reads any contents, all of which are numbers.
        let address = self.card.check_asked(unsafe { result::malloc_sync(length) }, Some(bytes))?;
        Ok(Arc::new(Array { card: self.card.clone(), address, bytes: length }))
    }

    fn write(&self, memory: &Memory, bytes: &[u8]) -> Result<(), GpuError> {
        let array = self.array(memory)?;
        if bytes.len() > array.bytes {
            return Err(too_long());
        }
        self.card.bind()?;
        // SAFETY: the array is at least as long as the bytes, and both live until the transfer has ended, which is waited for below.
        let started = unsafe { result::memcpy_htod_async(array.address, bytes, self.card.stream) };
        self.card.check(started).and(self.card.wait())
    }

    fn read(&self, memory: &Memory, bytes: &mut [u8]) -> Result<(), GpuError> {
        let array = self.array(memory)?;
        if bytes.len() > array.bytes {
            return Err(too_long());
        }
        self.card.bind()?;
        // SAFETY: as in `write`. Nobody else has the bytes before this returns.
        let started = unsafe { result::memcpy_dtoh_async(bytes, array.address, self.card.stream) };
        self.card.check(started).and(self.card.wait())
    }

    fn build(&self, kernel: &KernelText) -> Result<(Compiled, Vec<Parameter>), GpuError> {
        let parameters = compile::parameters(kernel)?;
        let entry =
            CString::new(&*kernel.entry).map_err(|_| GpuError::Kernel("there is a zero in the entry".to_owned()))?;
        let (code, source) = self.code(kernel)?;
        self.card.bind()?;
        let module = load(&code, kernel.workgroup).map_err(|(error, log)| {
            use sys::CUresult as Code;
            let driver = &self.adapter.driver;
            match error.0 {
                Code::CUDA_ERROR_UNSUPPORTED_PTX_VERSION
                | Code::CUDA_ERROR_NO_BINARY_FOR_GPU
                | Code::CUDA_ERROR_JIT_COMPILER_NOT_FOUND
                | Code::CUDA_ERROR_JIT_COMPILATION_DISABLED => GpuError::Unavailable(format!(
                    "the driver ({driver}) takes no code from {source}: {} {log}; to mend: install a newer driver, or the CUDA \
                     toolkit of the driver's version",
                    name(error)
                )),
                Code::CUDA_ERROR_INVALID_PTX => GpuError::Driver(format!("{}: {log}", name(error))),
                _ => self.card.check::<()>(Err(error)).err().unwrap_or(GpuError::Driver(log)),
            }
        })?;
        let mut kernel = Kernel {
            card: self.card.clone(),
            module,
            function: std::ptr::null_mut(),
            workgroup: kernel.workgroup,
            parameters: parameters.clone(),
        };
        // SAFETY: the module has just been loaded; it lives as long as the kernel.
        kernel.function = self.card.check(unsafe { module::get_function(module, entry) })?;
        Ok((Arc::new(kernel), parameters))
    }

    fn resources(&self, compiled: &Compiled) -> Result<Resources, GpuError> {
        let kernel = self.kernel(compiled)?;
        self.card.bind()?;
        let attribute = |attribute| {
            // SAFETY: the function belongs to a module that lives as long as the kernel.
            let value = unsafe { result::function::get_function_attribute(kernel.function, attribute) };
            self.card.check(value).map(|value| u32::try_from(value).ok())
        };
        let workgroup = i32::try_from(kernel.workgroup).unwrap_or(i32::MAX);
        // SAFETY: as above.
        let resident = unsafe { result::occupancy::max_active_block_per_multiprocessor(kernel.function, workgroup, 0) };
        let multiprocessors = self.card.context.attribute(Attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        Ok(Resources {
            registers: attribute(FunctionAttribute::CU_FUNC_ATTRIBUTE_NUM_REGS)?,
            local_bytes: attribute(FunctionAttribute::CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES)?,
            shared_bytes: attribute(FunctionAttribute::CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES)?,
            resident_groups: u32::try_from(self.card.check(resident)?).ok(),
            multiprocessors: u32::try_from(self.card.check(multiprocessors)?).ok(),
        })
    }

    fn launch(
        &self,
        compiled: &Compiled,
        groups: u32,
        values: &[Value],
        _watched: Option<u64>,
    ) -> Result<(), GpuError> {
        let kernel = self.kernel(compiled)?;
        let fits = |(parameter, value): (&Parameter, &Value)| match value {
            Value::Array(_) => parameter.array,
            Value::Scalar(scalar, _) => !parameter.array && parameter.scalar == *scalar,
        };
        if values.len() != kernel.parameters.len() || !kernel.parameters.iter().zip(values).all(fits) {
            let parameters: Vec<_> = kernel.parameters.iter().map(Parameter::to_string).collect();
            return Err(GpuError::Arguments(format!(
                "the kernel takes ({}), and is given others",
                parameters.join(", ")
            )));
        }
        let arguments = values.iter().map(|value| match value {
            Value::Scalar(_, bytes) => Ok(Argument(*bytes)),
            Value::Array(memory) => {
                let mut bytes = [0; 16];
                bytes[..8].copy_from_slice(&self.array(memory)?.address.to_ne_bytes());
                Ok(Argument(bytes))
            }
        });
        let mut arguments = arguments.collect::<Result<Vec<_>, GpuError>>()?;
        let mut pointers: Vec<*mut c_void> =
            arguments.iter_mut().map(|argument| argument.0.as_mut_ptr().cast()).collect();
        self.card.bind()?;
        if groups == 0 {
            return Ok(());
        }
        let mut timing = self.card.timing.lock().unwrap_or_else(PoisonError::into_inner);
        if timing.spans.len() >= SPANS {
            self.card.add_up(&mut timing)?;
        }
        let before = if timing.on { Some(self.card.event()?) } else { None };
        let (grid, block) = ((groups, 1, 1), (kernel.workgroup, 1, 1));
        // SAFETY: the function belongs to a module that lives as long as the kernel, which waits for the stream before it goes; the
        // arrays do the same. The arguments have the types of the parameters, each in the bytes of the largest type, and the driver
        // copies them before it returns. What the kernel does with its arrays is bounded by the lengths that it is given,
        // or it is an error of the kernel, which the driver catches at the latest where its memory ends.
        let started =
            unsafe { result::launch_kernel(kernel.function, grid, block, 0, self.card.stream, &mut pointers) };
        self.card.check(started)?;
        if let Some(before) = before {
            let after = self.card.event()?;
            timing.spans.push([before, after]);
        }
        Ok(())
    }

    fn wait(&self) -> Result<(), GpuError> {
        self.card.wait()
    }

    fn measure(&self, on: bool) -> Result<Option<Duration>, GpuError> {
        self.card.bind()?;
        if !self.adapter.timestamps {
            return Ok(None);
        }
        let mut timing = self.card.timing.lock().unwrap_or_else(PoisonError::into_inner);
        self.card.add_up(&mut timing)?;
        timing.on = on;
        Ok(Some(std::mem::take(&mut timing.sum)))
    }

    fn destroy(&self) {
        // The context is one for the whole process: to end it would end the other devices of this card.
        let _ = self.card.lost.set("it was destroyed".to_owned());
    }
}

impl Debug for CudaDriver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CudaDriver").field("adapter", &self.adapter).finish_non_exhaustive()
    }
}
