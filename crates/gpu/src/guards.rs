use crate::GpuError;
pub(crate) const LOWEST: [u8; 16] = [0; 16];
pub(crate) fn guard(module: &naga::Module, _info: &naga::valid::ModuleInfo, _binding: u32) -> Result<naga::Module, GpuError> { Ok(module.clone()) }
