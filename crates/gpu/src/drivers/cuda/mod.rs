//! NVIDIA's own driver. It is looked for when the program runs, and so is NVRTC, the compiler; nothing of CUDA is needed to build.
#![expect(unsafe_code, reason = "every call of the driver is one of a C library")]

mod card;
mod compile;
mod errors;
mod library;
#[cfg(test)]
mod precompiler;
#[cfg(test)]
mod stand_in;
mod table;
#[cfg(test)]
mod tests;

use std::ffi::{CString, c_void};
use std::fmt::Debug;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use cudarc::driver::result::{self, DriverError, module};
use cudarc::driver::{CudaContext, sys};
use sys::CUdevice_attribute_enum as Attribute;
use sys::CUfunction_attribute_enum as FunctionAttribute;

use crate::drivers::{Adapter, Compiled, Driver, KernelText, Language, Memory, Resources, Value};
use crate::error::GpuError;
use crate::signature::Parameter;
use card::{Array, Card, Kernel};
use compile::{Nvrtc, Target};
use errors::{described, too_long};
use library::{adapter, start};

/// A card, by NVIDIA's own driver.
pub(crate) struct CudaDriver {
    adapter: Adapter,
    /// 90 for compute capability 9.0.
    architecture: i32,
    card: Arc<Card>,
}

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
        let card = Arc::new(Card::new(context).map_err(failed)?);
        Ok(Self { adapter, architecture: 10 * major + minor, card })
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

    /// Values as the driver copies them, compared with the parameters of the kernel.
    fn arguments(&self, kernel: &Kernel, values: &[Value]) -> Result<Vec<Argument>, GpuError> {
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
        arguments.collect()
    }

    /// Why the driver does not take code, which is from `source`; `log` is what its compiler says.
    fn not_loaded(&self, error: DriverError, log: &str, source: &str) -> GpuError {
        use sys::CUresult as Code;
        match error.0 {
            Code::CUDA_ERROR_UNSUPPORTED_PTX_VERSION
            | Code::CUDA_ERROR_NO_BINARY_FOR_GPU
            | Code::CUDA_ERROR_JIT_COMPILER_NOT_FOUND
            | Code::CUDA_ERROR_JIT_COMPILATION_DISABLED => GpuError::Unavailable(format!(
                "the driver ({}) takes no code from {source}: {} {log}; to mend: install a newer driver, or the CUDA toolkit of the \
                 driver's version",
                self.adapter.driver,
                errors::name(error)
            )),
            Code::CUDA_ERROR_INVALID_PTX => GpuError::Driver(format!("{}: {log}", errors::name(error))),
            _ => self.card.check::<()>(Err(error)).err().unwrap_or_else(|| GpuError::Driver(log.to_owned())),
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
        // SAFETY: the context is current; reading the array before it is written gives any contents, all of which are numbers.
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
        let module = load(&code, kernel.workgroup).map_err(|(error, log)| self.not_loaded(error, &log, &source))?;
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
        let mut arguments = self.arguments(kernel, values)?;
        let mut pointers: Vec<*mut c_void> =
            arguments.iter_mut().map(|argument| argument.0.as_mut_ptr().cast()).collect();
        self.card.bind()?;
        if groups == 0 {
            return Ok(());
        }
        let mut timing = self.card.timing.lock().unwrap_or_else(PoisonError::into_inner);
        if timing.is_full() {
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
