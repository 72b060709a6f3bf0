//! NVIDIA's own driver as a library: whether it is there, has what is called here, and which cards it knows.

#![expect(unsafe_code, reason = "every call of the driver is one of a C library")]

use std::sync::OnceLock;

use cudarc::driver::result::{self, DriverError};
use cudarc::driver::sys;
use sys::CUdevice_attribute_enum as Attribute;

use super::compile::Nvrtc;
use super::errors;
use crate::drivers::{Adapter, AdapterKind};
use crate::error::GpuError;

/// Finds and starts the driver; the number of its cards.
///
/// # Errors
/// [`GpuError::Unavailable`] with what is missing and what mends it: the driver, or a newer one.
pub(super) fn start() -> Result<usize, GpuError> {
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
        let failed =
            |error| GpuError::Unavailable(format!("NVIDIA's driver does not start: {}; {mend}", errors::name(error)));
        result::init().map_err(failed)
    });
    started.clone()?;
    let failed = |error| GpuError::Unavailable(format!("NVIDIA's driver finds no card: {}", errors::name(error)));
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

/// What is known of the card of this number.
///
/// # Errors
/// What the driver says where it cannot be asked.
pub(super) fn adapter(ordinal: usize) -> Result<Adapter, DriverError> {
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
