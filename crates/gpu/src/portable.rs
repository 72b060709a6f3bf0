//! The driver for Vulkan, Metal and DirectX 12, over wgpu.

#![expect(
    unsafe_code,
    reason = "a driver takes SPIR-V as it is, with the marks that forbid contraction, only by an unsafe function"
)]

mod pipeline;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use naga::ScalarKind;
use pipeline::Kernel;
use wgpu::{BindGroupEntry, BufferUsages, ErrorFilter, Features, PollType};

use crate::driver::{Compiled, Driver, KernelText, Language, Memory, Resources, Value};
use crate::shader::Shader;
use crate::signature::Parameter;
use crate::{Adapter, AdapterKind, GpuError, guards};

/// Launches that are handed to the device at once: enough to hide what handing over costs, few enough that it begins early.
const BATCH: usize = 64;

/// Bytes between the numbers of two launches: what every device can begin a uniform at.
const NUMBERS: u64 = 256;

/// Bytes on their way to the device that may wait in the host's memory until it is handed something.
const WRITTEN: u64 = 64 << 20;

/// Launches that one set of time stamps measures.
const MEASURED: u32 = 1024;

/// What can be had without a device: how to get one.
const MEND: &str = "install a Vulkan driver (scripts/setup-gpu installs Mesa's, which computes on the processor where there is no card), \
                    or on macOS and Windows the system's own";

/// A device that wgpu drives.
pub(crate) struct PortableDriver {
    adapter: Adapter,
    device: wgpu::Device,
    queue: wgpu::Queue,
    state: Mutex<State>,
    failure: Arc<Mutex<Failure>>,
    /// The numbers of a batch of launches.
    numbers: wgpu::Buffer,
    /// The most negative numbers in both precisions, for the devices that need [`guards`].
    low: wgpu::Buffer,
    /// How many loops of watched kernels have been begun and not left, and where that lands on its way back.
    begun: [wgpu::Buffer; 2],
}

/// What failed after its call had returned.
#[derive(Default)]
struct Failure {
    lost: Option<String>,
    first: Option<GpuError>,
}

#[derive(Default)]
struct State {
    pending: Vec<Launch>,
    numbers: Vec<u8>,
    /// Bytes written to arrays since something was handed to the device, with which they go.
    written: u64,
    /// Where arrays land on their way back, by length.
    landing: HashMap<u64, wgpu::Buffer>,
    measuring: Option<Measuring>,
    /// The watched kernels that were started since their loops were last looked at.
    watched: BTreeSet<String>,
    /// Passes after which the device ends their loops.
    passes: u64,
}

/// A launch that is yet to be handed over.
struct Launch {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    groups: u32,
    offset: Option<u32>,
}

/// Time stamps, two a launch.
struct Measuring {
    stamps: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    landing: wgpu::Buffer,
    used: u32,
    nanoseconds: f64,
}

impl PortableDriver {
    /// All devices, the fastest kind first. They are looked for once.
    pub(crate) fn adapters() -> &'static [(wgpu::Adapter, Adapter)] {
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
    pub(crate) fn new(passthrough: bool, wanted: impl Fn(&Adapter) -> bool) -> Result<Self, GpuError> {
        let adapters = Self::adapters();
        let names: Vec<_> = adapters.iter().map(|(_, adapter)| adapter.name.clone()).collect();
        let Some((found, mut adapter)) = adapters.iter().find(|(_, adapter)| wanted(adapter)).cloned() else {
            return Err(GpuError::Unavailable(match names.is_empty() {
                true => format!("no GPU, and no driver that stands in for one; {MEND}"),
                false => format!("no GPU of the kind that is asked for; there is {}", names.join(", ")),
            }));
        };
        adapter.passthrough &= passthrough;
        let useful =
            Features::SHADER_F64 | Features::SHADER_INT64 | Features::TIMESTAMP_QUERY | Features::PASSTHROUGH_SHADERS;
        let descriptor = wgpu::DeviceDescriptor {
            required_features: found.features() & useful,
            required_limits: found.limits(),
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(found.request_device(&descriptor))
            .map_err(|error| GpuError::Unavailable(format!("the GPU {} cannot be opened: {error}", adapter.name)))?;
        let failure: Arc<Mutex<Failure>> = Arc::default();
        let later = failure.clone();
        device.on_uncaptured_error(Arc::new(move |error| {
            lock(&later).first.get_or_insert_with(|| GpuError::from(error));
        }));
        let later = failure.clone();
        device.set_device_lost_callback(move |reason, message| {
            let message = if message.is_empty() { format!("{reason:?}") } else { message };
            lock(&later).lost.get_or_insert(message);
        });
        let buffer = |label, size, usage| {
            device.create_buffer(&wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false })
        };
        let uniform = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
        let numbers = buffer("numbers", NUMBERS * BATCH as u64, uniform);
        let low = buffer("lowest numbers", guards::lowest().len() as u64, uniform);
        queue.write_buffer(&low, 0, &guards::lowest());
        let begun = [
            buffer("loops begun", 4, BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST),
            buffer("loops begun, landing", 4, BufferUsages::MAP_READ | BufferUsages::COPY_DST),
        ];
        queue.write_buffer(&begun[0], 0, &[0; 4]);
        Ok(Self { adapter, device, queue, state: Mutex::default(), failure, numbers, low, begun })
    }

    fn buffer(&self, size: u64, usage: BufferUsages) -> Result<wgpu::Buffer, GpuError> {
        self.caught(size, || {
            self.device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
        })
    }

    /// Does something and returns the error that it causes, instead of keeping it for later.
    fn caught<T>(&self, asked: u64, make: impl FnOnce() -> T) -> Result<T, GpuError> {
        self.alive()?;
        let scopes = [ErrorFilter::Internal, ErrorFilter::Validation, ErrorFilter::OutOfMemory]
            .map(|filter| self.device.push_error_scope(filter));
        let made = make();
        let errors = scopes.into_iter().rev().map(|scope| pollster::block_on(scope.pop()));
        let first = errors.reduce(Option::or).flatten();
        match first {
            Some(wgpu::Error::OutOfMemory { .. }) => Err(GpuError::OutOfMemory { asked }),
            Some(error) => Err(error.into()),
            None => Ok(made),
        }
    }

    /// Refuses to work on when the device is lost.
    fn alive(&self) -> Result<(), GpuError> {
        match &lock(&self.failure).lost {
            Some(why) => Err(GpuError::Lost(why.clone())),
            None => Ok(()),
        }
    }

    /// Reports what has failed since it was last asked.
    fn failed(&self) -> Result<(), GpuError> {
        self.alive()?;
        lock(&self.failure).first.take().map_or(Ok(()), Err)
    }

    /// Hands the pending launches to the device.
    fn flush(&self, state: &mut State) -> Result<(), GpuError> {
        if state.pending.is_empty() {
            return Ok(());
        }
        if !state.numbers.is_empty() {
            self.queue.write_buffer(&self.numbers, 0, &state.numbers);
        }
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        if let Some(measuring) = &mut state.measuring {
            for launch in &state.pending {
                let stamps = wgpu::ComputePassTimestampWrites {
                    query_set: &measuring.stamps,
                    beginning_of_pass_write_index: Some(2 * measuring.used),
                    end_of_pass_write_index: Some(2 * measuring.used + 1),
                };
                measuring.used += 1;
                let descriptor = wgpu::ComputePassDescriptor { label: None, timestamp_writes: Some(stamps) };
                launch.record(&mut encoder.begin_compute_pass(&descriptor));
            }
        } else {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            state.pending.iter().for_each(|launch| launch.record(&mut pass));
        }
        state.pending.clear();
        state.numbers.clear();
        state.written = 0;
        self.queue.submit([encoder.finish()]);
        match &mut state.measuring {
            Some(measuring) if measuring.used as usize + BATCH > MEASURED as usize => self.resolve(measuring),
            _ => Ok(()),
        }
    }

    /// Sends what was written to arrays and would else wait for the next launch.
    fn hand_over(&self, state: &mut State) {
        if std::mem::take(&mut state.written) > 0 {
            self.queue.submit([]);
        }
    }

    /// Reports a loop of a watched kernel that the device has ended.
    fn loops_left(&self, state: &mut State) -> Result<(), GpuError> {
        if state.watched.is_empty() {
            return Ok(());
        }
        self.flush(state)?;
        let kernels = std::mem::take(&mut state.watched);
        let [begun, landing] = &self.begun;
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(begun, 0, landing, 0, 4);
        encoder.clear_buffer(begun, 0, None);
        self.queue.submit([encoder.finish()]);
        let mut count = [0; 4];
        self.land(landing, &mut count)?;
        if count == [0; 4] {
            return Ok(());
        }
        let kernels = kernels.into_iter().collect::<Vec<_>>().join(" or ");
        Err(GpuError::LoopEnded { kernels, passes: state.passes })
    }

    /// What measuring needs.
    fn measuring(&self) -> Result<Measuring, GpuError> {
        let bytes = u64::from(MEASURED) * 16;
        let (ty, count) = (wgpu::QueryType::Timestamp, 2 * MEASURED);
        let stamps =
            self.caught(bytes, || self.device.create_query_set(&wgpu::QuerySetDescriptor { label: None, ty, count }))?;
        let resolved = self.buffer(bytes, BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC)?;
        let landing = self.buffer(bytes, BufferUsages::MAP_READ | BufferUsages::COPY_DST)?;
        Ok(Measuring { stamps, resolved, landing, used: 0, nanoseconds: 0.0 })
    }

    /// Reads the time stamps.
    fn resolve(&self, measuring: &mut Measuring) -> Result<(), GpuError> {
        if measuring.used == 0 {
            return Ok(());
        }
        let bytes = u64::from(measuring.used) * 16;
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.resolve_query_set(&measuring.stamps, 0..2 * measuring.used, &measuring.resolved, 0);
        encoder.copy_buffer_to_buffer(&measuring.resolved, 0, &measuring.landing, 0, bytes);
        self.queue.submit([encoder.finish()]);
        let mut stamps = vec![0; bytes as usize];
        self.land(&measuring.landing, &mut stamps)?;
        let ticks: u64 = stamps
            .chunks_exact(16)
            .map(|pair| {
                let [begin, end] = [&pair[..8], &pair[8..]].map(bytemuck::pod_read_unaligned::<u64>);
                end.saturating_sub(begin)
            })
            .sum();
        measuring.nanoseconds += ticks as f64 * f64::from(self.queue.get_timestamp_period());
        measuring.used = 0;
        Ok(())
    }

    /// Copies what has been put into a landing buffer.
    fn land(&self, landing: &wgpu::Buffer, bytes: &mut [u8]) -> Result<(), GpuError> {
        let (sender, mapped) = std::sync::mpsc::channel();
        let slice = landing.slice(..bytes.len() as u64);
        slice.map_async(wgpu::MapMode::Read, move |result| {
            let _ = sender.send(result);
        });
        self.device.poll(PollType::wait_indefinitely()).map_err(|error| GpuError::Driver(error.to_string()))?;
        let arrived = mapped.try_recv();
        self.failed().inspect_err(|_| landing.unmap())?;
        match arrived {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(GpuError::Driver(error.to_string())),
            Err(_) => return Err(GpuError::Driver("it does not give an array back".to_owned())),
        }
        let view = slice.get_mapped_range().map_err(|error| GpuError::Driver(error.to_string()))?;
        bytes.copy_from_slice(&view);
        drop(view);
        landing.unmap();
        Ok(())
    }
}

impl Launch {
    fn record(&self, pass: &mut wgpu::ComputePass<'_>) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, self.offset.as_slice());
        pass.dispatch_workgroups(self.groups, 1, 1);
    }
}

impl Driver for PortableDriver {
    fn adapter(&self) -> &Adapter {
        &self.adapter
    }

    fn language(&self) -> Language {
        Language::Wgsl
    }

    fn allocate(&self, bytes: u64) -> Result<Memory, GpuError> {
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
        Ok(Arc::new(self.buffer(bytes.next_multiple_of(4), usage)?))
    }

    fn write(&self, memory: &Memory, bytes: &[u8]) -> Result<(), GpuError> {
        let mut state = lock(&self.state);
        self.alive()?;
        self.flush(&mut state)?;
        self.queue.write_buffer(buffer(memory)?, 0, bytes);
        state.written += bytes.len() as u64;
        if state.written > WRITTEN {
            self.hand_over(&mut state);
        }
        Ok(())
    }

    fn read(&self, memory: &Memory, bytes: &mut [u8]) -> Result<(), GpuError> {
        let mut state = lock(&self.state);
        self.alive()?;
        self.flush(&mut state)?;
        let length = bytes.len() as u64;
        let landing = match state.landing.get(&length) {
            Some(landing) => landing.clone(),
            None => self.buffer(length, BufferUsages::MAP_READ | BufferUsages::COPY_DST)?,
        };
        // One landing buffer is kept: arrays of one length are read again and again.
        state.landing.clear();
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer(memory)?, 0, &landing, 0, length);
        state.written = 0;
        self.queue.submit([encoder.finish()]);
        self.land(&landing, bytes)?;
        state.landing.insert(length, landing);
        self.loops_left(&mut state)
    }

    fn build(&self, kernel: &KernelText) -> Result<(Compiled, Vec<Parameter>), GpuError> {
        self.alive()?;
        let shader = Shader::new(kernel)?;
        let lacks = |what| Err(GpuError::Unsupported(format!("{} {what}", self.adapter.name)));
        if !self.adapter.double && shader.computes_in(&[ScalarKind::Float], 8) {
            return lacks("computes in single precision only");
        }
        if !self.adapter.long && shader.computes_in(&[ScalarKind::Sint, ScalarKind::Uint], 8) {
            return lacks("has no integers of 64 bits");
        }
        // A module that the driver takes as it is, is not compared with its limits by anybody else.
        let too_large = |what, asked, allowed| Err(GpuError::TooLarge { what, asked, allowed });
        if u64::from(shader.numbers_bytes) > NUMBERS {
            return too_large("bytes of numbers in one launch", shader.numbers_bytes.into(), NUMBERS);
        }
        let shared = u64::from(self.device.limits().max_compute_workgroup_storage_size);
        if shader.shared_bytes > shared {
            return too_large("bytes that a workgroup shares", shader.shared_bytes, shared);
        }
        let parameters = shader.parameters.clone();
        Ok((Arc::new(self.kernel(kernel, shader)?), parameters))
    }

    fn has_loops(&self, compiled: &Compiled) -> bool {
        compiled.downcast_ref::<Kernel>().is_some_and(|kernel| kernel.watched.is_some())
    }

    fn resources(&self, _compiled: &Compiled) -> Result<Resources, GpuError> {
        Ok(Resources::default())
    }

    fn launch(&self, compiled: &Compiled, groups: u32, values: &[Value], watched: Option<u64>) -> Result<(), GpuError> {
        let kernel = compiled.downcast_ref::<Kernel>().ok_or_else(foreign)?;
        let watched = watched.zip(kernel.watched.as_ref());
        let compiled = match watched {
            Some((_, watched)) => self.watched(watched)?,
            None => &kernel.pipeline,
        };
        compiled.check_reading(values)?;
        let mut state = lock(&self.state);
        self.alive()?;
        if let Some((passes, watched)) = watched {
            state.watched.insert(watched.text.entry.clone());
            state.passes = passes;
        }
        let mut entries = Vec::new();
        let mut offsets = compiled.offsets.iter();
        let begin = state.pending.len() as u64 * NUMBERS;
        if compiled.numbers_bytes > 0 {
            state.numbers.resize(begin as usize + compiled.numbers_bytes as usize, 0);
        }
        for value in values {
            match value {
                Value::Array(memory) => entries.push(BindGroupEntry {
                    binding: entries.len() as u32,
                    resource: buffer(memory)?.as_entire_binding(),
                }),
                Value::Scalar(scalar, bytes) => {
                    let offset = offsets.next().map_or(0, |&offset| offset as usize) + begin as usize;
                    state.numbers[offset..offset + scalar.bytes()].copy_from_slice(&bytes[..scalar.bytes()]);
                }
            }
        }
        let numbers_binding = wgpu::BufferBinding {
            buffer: &self.numbers,
            offset: 0,
            size: std::num::NonZeroU64::new(u64::from(compiled.numbers_bytes)),
        };
        if compiled.numbers_bytes > 0 {
            let resource = wgpu::BindingResource::Buffer(numbers_binding);
            entries.push(BindGroupEntry { binding: compiled.arrays, resource });
        }
        if compiled.guarded {
            entries.push(BindGroupEntry { binding: entries.len() as u32, resource: self.low.as_entire_binding() });
        }
        if compiled.watched {
            let resource = self.begun[0].as_entire_binding();
            entries.push(BindGroupEntry { binding: entries.len() as u32, resource });
        }
        let group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &compiled.layout,
            entries: &entries,
        });
        let offset = (compiled.numbers_bytes > 0).then_some(begin as u32);
        state.pending.push(Launch { pipeline: compiled.pipeline.clone(), group, groups, offset });
        if state.pending.len() == BATCH { self.flush(&mut state) } else { Ok(()) }
    }

    fn wait(&self) -> Result<(), GpuError> {
        {
            let mut state = lock(&self.state);
            self.flush(&mut state)?;
            self.hand_over(&mut state);
        }
        self.device.poll(PollType::wait_indefinitely()).map_err(|error| GpuError::Driver(error.to_string()))?;
        self.failed()?;
        self.loops_left(&mut lock(&self.state))
    }

    fn measure(&self, on: bool) -> Result<Option<Duration>, GpuError> {
        let mut state = lock(&self.state);
        self.alive()?;
        self.flush(&mut state)?;
        let mut measuring = state.measuring.take();
        if let Some(measuring) = &mut measuring {
            self.resolve(measuring)?;
        }
        let time = measuring
            .as_mut()
            .map(|measuring| Duration::from_secs_f64(std::mem::take(&mut measuring.nanoseconds) * 1e-9));
        if on && self.adapter.timestamps {
            state.measuring = Some(match measuring {
                Some(measuring) => measuring,
                None => self.measuring()?,
            });
        }
        Ok(time)
    }

    fn destroy(&self) {
        self.device.destroy();
        // The device says so only when it is asked.
        let _ = self.device.poll(PollType::Poll);
        lock(&self.failure).lost.get_or_insert_with(|| "it was destroyed".to_owned());
    }
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

impl From<wgpu::Error> for GpuError {
    fn from(error: wgpu::Error) -> Self {
        match error {
            wgpu::Error::OutOfMemory { .. } => Self::OutOfMemory { asked: 0 },
            error => Self::Driver(error.to_string()),
        }
    }
}

fn buffer(memory: &Memory) -> Result<&wgpu::Buffer, GpuError> {
    memory.downcast_ref().ok_or_else(foreign)
}

/// Something of another device.
fn foreign() -> GpuError {
    GpuError::Arguments("the array or the kernel belongs to another device".to_owned())
}

/// A lock that a panic of another thread does not close: what it guards is whole after every statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
