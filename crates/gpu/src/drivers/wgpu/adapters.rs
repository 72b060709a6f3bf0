//! The devices that wgpu finds, and what is known of each before it is opened.

use std::sync::OnceLock;

use wgpu::Features;

use crate::drivers::{Adapter, AdapterKind};
use crate::error::GpuError;

/// What can be had without a device: how to get one.
const MEND: &str = "install a Vulkan driver (scripts/setup-gpu installs Mesa's, which computes on the processor where there is no card), \
                    or on macOS and Windows the system's own";

/// All devices, the fastest kind first. They are looked for once.
pub(super) fn all() -> &'static [(wgpu::Adapter, Adapter)] {
    static FOUND: OnceLock<Vec<(wgpu::Adapter, Adapter)>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12,
            flags: wgpu::InstanceFlags::empty(),
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let found = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all())).into_iter();
        let mut adapters: Vec<_> = found.map(|adapter| (adapter.clone(), describe(&adapter))).collect();
        adapters.sort_by_key(|(_, adapter)| match adapter.kind {
            AdapterKind::Discrete => 0,
            AdapterKind::Integrated => 1,
            AdapterKind::Virtual => 2,
            AdapterKind::Other => 3,
            AdapterKind::Cpu => 4,
        });
        adapters
    })
}

/// The first device that is `wanted`.
///
/// # Errors
/// [`GpuError::Unavailable`] when there is none, with the command that mends it, or the names of those that there are.
pub(super) fn first(wanted: impl Fn(&Adapter) -> bool) -> Result<(wgpu::Adapter, Adapter), GpuError> {
    let adapters = all();
    adapters.iter().find(|(_, adapter)| wanted(adapter)).cloned().ok_or_else(|| {
        let names: Vec<_> = adapters.iter().map(|(_, adapter)| adapter.name.clone()).collect();
        GpuError::Unavailable(match names.is_empty() {
            true => format!("no GPU, and no driver that stands in for one; {MEND}"),
            false => format!("no GPU of the kind that is asked for; there is {}", names.join(", ")),
        })
    })
}

/// What is known of a device before it is opened.
fn describe(adapter: &wgpu::Adapter) -> Adapter {
    let (info, limits, features) = (adapter.get_info(), adapter.limits(), adapter.features());
    let kind = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => AdapterKind::Discrete,
        wgpu::DeviceType::IntegratedGpu => AdapterKind::Integrated,
        wgpu::DeviceType::VirtualGpu => AdapterKind::Virtual,
        wgpu::DeviceType::Cpu => AdapterKind::Cpu,
        wgpu::DeviceType::Other => AdapterKind::Other,
    };
    let interface = match info.backend {
        wgpu::Backend::Vulkan => "Vulkan",
        wgpu::Backend::Metal => "Metal",
        wgpu::Backend::Dx12 => "DirectX 12",
        wgpu::Backend::Gl => "OpenGL",
        wgpu::Backend::BrowserWebGpu => "WebGPU",
        wgpu::Backend::Noop => "nothing",
    };
    Adapter {
        name: info.name,
        driver: [info.driver, info.driver_info]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        interface,
        kind,
        double: features.contains(Features::SHADER_F64),
        long: features.contains(Features::SHADER_INT64),
        timestamps: features.contains(Features::TIMESTAMP_QUERY),
        passthrough: info.backend == wgpu::Backend::Vulkan && features.contains(Features::PASSTHROUGH_SHADERS),
        array_bytes: limits.max_storage_buffer_binding_size.min(limits.max_buffer_size),
        groups: limits.max_compute_workgroups_per_dimension,
        workgroup: limits.max_compute_invocations_per_workgroup.min(limits.max_compute_workgroup_size_x),
    }
}
