//! Kernels as wgpu compiles them.

use std::sync::{Arc, OnceLock};

use wgpu::{BindingType, BufferBindingType};

use super::PortableDriver;
use crate::driver::{Arithmetic, KernelText, Memory, Value};
use crate::shader::Shader;
use crate::{GpuError, guards, no_contraction, watch};

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

impl PortableDriver {
    /// A kernel as it is written; with loops it can be watched later.
    pub(super) fn kernel(&self, text: &KernelText, shader: Shader) -> Result<Kernel, GpuError> {
        let pipeline = self.pipeline(text, &shader, false)?;
        let has_loops = watch::has_loops(&shader.module, &text.written);
        let watched = has_loops.then(|| Watched { text: text.clone(), shader, pipeline: OnceLock::new() });
        Ok(Kernel { pipeline, watched })
    }

    /// A kernel that is watched, compiled the first time that it is needed.
    pub(super) fn watched<'a>(&self, watched: &'a Watched) -> Result<&'a Pipeline, GpuError> {
        let Watched { text, shader, pipeline } = watched;
        let made = pipeline.get_or_init(|| {
            let taken = shader.read_only.len() as u32 + u32::from(shader.numbers_bytes > 0);
            let binding = taken + u32::from(self.guards(text));
            self.pipeline(text, &shader.with(watch::watch(&shader.module, binding))?, true)
        });
        made.as_ref().map_err(GpuError::clone)
    }

    /// Whether a kernel's products and sums need guards.
    fn guards(&self, kernel: &KernelText) -> bool {
        kernel.arithmetic == Arithmetic::Exact && !self.adapter.passthrough
    }

    fn pipeline(&self, kernel: &KernelText, shader: &Shader, watched: bool) -> Result<Pipeline, GpuError> {
        let arrays = shader.read_only.len() as u32;
        let has_numbers = shader.numbers_bytes > 0;
        let guarded = self.guards(kernel);
        let low_binding = arrays + u32::from(has_numbers);
        let entry = |binding, ty, has_dynamic_offset| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: BindingType::Buffer { ty, has_dynamic_offset, min_binding_size: None },
            count: None,
        };
        let storage =
            |(binding, &read_only): (u32, &bool)| entry(binding, BufferBindingType::Storage { read_only }, false);
        let mut entries: Vec<_> = (0..).zip(&shader.read_only).map(storage).collect();
        entries.extend(has_numbers.then(|| entry(arrays, BufferBindingType::Uniform, true)));
        entries.extend(guarded.then(|| entry(low_binding, BufferBindingType::Uniform, false)));
        let begun_binding = low_binding + u32::from(guarded);
        entries.extend(watched.then(|| entry(begun_binding, BufferBindingType::Storage { read_only: false }, false)));
        let module = if kernel.arithmetic == Arithmetic::Exact && self.adapter.passthrough {
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
            self.caught(0, || unsafe { self.device.create_shader_module_passthrough(descriptor) })?
        } else {
            let module =
                if guarded { guards::guard(&shader.module, &shader.info, low_binding)? } else { shader.module.clone() };
            let source = wgpu::ShaderSource::Naga(std::borrow::Cow::Owned(module));
            let descriptor = wgpu::ShaderModuleDescriptor { label: Some(&kernel.entry), source };
            self.caught(0, || self.device.create_shader_module(descriptor))?
        };
        let (pipeline, layout) = self.caught(0, || {
            let layout = self.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some(&kernel.entry),
                entries: &entries,
            });
            let pipeline_layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(&kernel.entry),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
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
        Ok(Pipeline { pipeline, layout, arrays, read_only, offsets, numbers_bytes, guarded, watched })
    }
}

impl Pipeline {
    /// Refuses an array that is to be only read and written in one launch: all launches that are handed over together would be lost.
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
