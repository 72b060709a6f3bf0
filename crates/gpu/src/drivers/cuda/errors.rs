//! What the driver says when something fails.

use cudarc::driver::result::DriverError;
use cudarc::driver::sys;

use crate::error::GpuError;

/// What the driver calls an error, and what it says of it.
pub(super) fn name(error: DriverError) -> String {
    let text = |text: Result<&std::ffi::CStr, _>| text.map(|text| text.to_string_lossy().into_owned()).ok();
    match (text(error.error_name()), text(error.error_string())) {
        (Some(name), Some(words)) => format!("{words} ({name})"),
        _ => format!("error {}", error.0 as u32),
    }
}

/// Whether after this error every call fails until the process ends.
pub(super) fn is_lost(code: sys::CUresult) -> bool {
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
pub(super) fn described(error: DriverError, asked: Option<u64>) -> GpuError {
    match error.0 {
        sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => GpuError::OutOfMemory { asked: asked.unwrap_or(0) },
        code if is_lost(code) => GpuError::Lost(name(error)),
        _ => GpuError::Driver(name(error)),
    }
}

/// More bytes are to be written or read than the array has.
pub(super) fn too_long() -> GpuError {
    GpuError::Arguments("there are more bytes than the array has".to_owned())
}
