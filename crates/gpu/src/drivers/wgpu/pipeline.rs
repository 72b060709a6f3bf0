//! Kernels as wgpu compiles them.

#![expect(
    unsafe_code,
    reason = "a driver takes SPIR-V as it is, with the marks that forbid contraction, only by an unsafe function"
)]

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use wgpu::{BindingType, BufferBindingType};

use super::connection::Connection;
use super::shader::{Shader, guards, no_contraction, watch};
use crate::drivers::{Arithmetic, KernelText, Memory, Value};
use crate::error::GpuError;

/// A kernel as it is written, and watched if it has loops.
pub(super) struct Kernel {
    pub(super) pipeline: Pipeline,
    pub(super) watched: Option<Watched>,
}

/// A kernel with loops, which is compiled once more, and watched, when it is started without a word on its passes.
pub(super) struct Watched {
    pub(super) text: KernelText,
    shader: Shader,
    pipeline: OnceLock<Result<Pipeline, GpuError>>,
}

/// A kernel that wgpu has compiled.
pub(super) struct Pipeline {
    pub(super) pipeline: wgpu::ComputePipeline,
    pub(super) layout: wgpu::BindGroupLayout,
    pub(super) arrays: u32,
    /// For each array, whether the kernel only reads it.
    read_only: Vec<bool>,
    pub(super) offsets: Vec<u32>,
    pub(super) numbers_bytes: u32,
    pub(super) guarded: bool,
    pub(super) watched: bool,
}

impl Kernel {
    /// Compiles a kernel as it is written; with loops it can be watched later.
    ///
    /// # Errors
    /// What the device's compiler says of it.
    pub(super) fn new(to: &Connection, text: &KernelText, shader: Shader) -> Result<Self, GpuError> {
        let pipeline = Pipeline::new(to, text, &shader, false)?;
        let has_loops = watch::has_loops(&shader.module, &text.written);
        let watched = has_loops.then(|| Watched { text: text.clone(), shader, pipeline: OnceLock::new() });
        Ok(Self { pipeline, watched })
    }
}

impl Watched {
    /// The kernel that is watched, compiled the first time that it is needed.
    ///
    /// # Errors
    /// As [`Kernel::new`].
    pub(super) fn pipeline(&self, to: &Connection) -> Result<&Pipeline, GpuError> {
        let Self { text, shader, pipeline } = self;
        let made = pipeline.get_or_init(|| {
            let taken = shader.read_only.len() as u32 + u32::from(shader.numbers_bytes > 0);
            let binding = taken + u32::from(needs_guards(to, text));
            Pipeline::new(to, text, &shader.with(watch::watch(&shader.module, binding))?, true)
        });
        made.as_ref().map_err(GpuError::clone)
    }
}

/// Whether a kernel's products and sums need guards.
fn needs_guards(to: &Connection, kernel: &KernelText) -> bool {
    kernel.arithmetic == Arithmetic::Exact && !to.adapter.passthrough
}

impl Pipeline {
    fn new(to: &Connection, kernel: &KernelText, shader: &Shader, watched: bool) -> Result<Self, GpuError> {
        let arrays = shader.read_only.len() as u32;
        let guarded = needs_guards(to, kernel);
        let low_binding = arrays + u32::from(shader.numbers_bytes > 0);
        let module = module(to, kernel, shader, guarded.then_some(low_binding))?;
        let entries = bindings(shader, guarded, watched);
        let (pipeline, layout) = to.caught(0, || {
            let layout = to.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some(&kernel.entry),
                entries: &entries,
            });
            let pipeline_layout = to.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(&kernel.entry),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            let pipeline = to.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(&kernel.entry),
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: Some(&kernel.entry),
                compilation_options: Default::default(),
                cache: None,
            });
            (pipeline, layout)
        })?;
        let (offsets, numbers_bytes) = (shader.offsets.clone(), shader.numbers_bytes);
        let read_only = shader.read_only.clone();
        Ok(Self { pipeline, layout, arrays, read_only, offsets, numbers_bytes, guarded, watched })
    }

    /// Refuses an array that is to be only read and written in one launch: all launches that are handed over together would be lost.
    ///
    /// # Errors
    /// [`GpuError::Arguments`] when there is one.
    pub(super) fn check_reading(&self, values: &[Value]) -> Result<(), GpuError> {
        if !self.read_only.contains(&true) {
            return Ok(());
        }
        let arrays = values.iter().filter_map(|value| match value {
            Value::Array(memory) => Some(memory),
            Value::Scalar(..) => None,
        });
        let arrays: Vec<_> = arrays.zip(&self.read_only).collect();
        let contradict = |(one, read_only): &(&Memory, &bool)| {
            arrays.iter().any(|(other, too)| Arc::ptr_eq(one, other) && read_only != too)
        };
        if arrays.iter().any(contradict) {
            return Err(GpuError::Arguments(
                "an array is given twice, where the kernel only reads and where it writes; declare both read_write"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

/// What is bound to a kernel: its arrays, its numbers, what its guards read, and what watches its loops.
fn bindings(shader: &Shader, guarded: bool, watched: bool) -> Vec<wgpu::BindGroupLayoutEntry> {
    let storage = |read_only| (BufferBindingType::Storage { read_only }, false);
    let arrays = shader.read_only.iter().map(|&read_only| storage(read_only));
    let numbers = (shader.numbers_bytes > 0).then_some((BufferBindingType::Uniform, true));
    let low = guarded.then_some((BufferBindingType::Uniform, false));
    let begun = watched.then(|| storage(false));
    let all = arrays.chain(numbers).chain(low).chain(begun);
    let entry = |(binding, (ty, has_dynamic_offset))| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: BindingType::Buffer { ty, has_dynamic_offset, min_binding_size: None },
        count: None,
    };
    (0..).zip(all).map(entry).collect()
}

/// The module of a kernel as the driver takes it: with marks where it may have them, with guards where it needs them, which read from
/// the binding that is given here.
fn module(
    to: &Connection,
    kernel: &KernelText,
    shader: &Shader,
    guards_at: Option<u32>,
) -> Result<wgpu::ShaderModule, GpuError> {
    if kernel.arithmetic == Arithmetic::Exact && to.adapter.passthrough {
        let spirv = no_contraction::forbid_contraction(&shader.spirv(&kernel.entry)?)?;
        let name = kernel.entry.as_str().into();
        let entry = wgpu::PassthroughShaderEntryPoint { name, workgroup_size: (kernel.workgroup, 1, 1) };
        let descriptor = wgpu::ShaderModuleDescriptorPassthrough {
            label: Some(kernel.entry.as_str()),
            entry_points: vec![entry].into(),
            spirv: Some(spirv.into()),
            ..Default::default()
        };
        // SAFETY: the module was written by naga from a text that it has found valid, with a check of every index; the marks added to
        // it are decorations of results that it defines.
        return to.caught(0, || unsafe { to.device.create_shader_module_passthrough(descriptor) });
    }
    let module = match guards_at {
        Some(binding) => guards::guard(&shader.module, &shader.info, binding)?,
        None => shader.module.clone(),
    };
    let source = wgpu::ShaderSource::Naga(Cow::Owned(module));
    let descriptor = wgpu::ShaderModuleDescriptor { label: Some(&kernel.entry), source };
    to.caught(0, || to.device.create_shader_module(descriptor))
}
