//! The driver for Vulkan, Metal and DirectX 12, over wgpu.

mod adapters;
mod clock;
mod connection;
mod pipeline;
pub(crate) mod shader;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use naga::ScalarKind;
use wgpu::{BindGroupEntry, BufferUsages};

use crate::drivers::{Adapter, Compiled, Driver, KernelText, Language, Memory, Resources, Value};
use crate::error::GpuError;
use crate::signature::Parameter;
use clock::Clock;
use connection::{Connection, lock};
use pipeline::{Kernel, Pipeline};
use shader::{Shader, guards};

/// Launches that are handed to the device at once: enough to hide what handing over costs, few enough that it begins early.
const BATCH: usize = 64;

/// Bytes between the numbers of two launches: what every device can begin a uniform at.
const NUMBERS: u64 = 256;

/// Bytes on their way to the device that may wait in the host's memory until it is handed something.
const WRITTEN: u64 = 64 << 20;

/// A device that wgpu drives.
pub(crate) struct WgpuDriver {
    to: Connection,
    state: Mutex<State>,
    /// The numbers of a batch of launches.
    numbers: wgpu::Buffer,
    /// The most negative numbers in both precisions, for the devices that need [`guards`].
    low: wgpu::Buffer,
    /// How many loops of watched kernels have been begun and not left, and where that lands on its way back.
    begun: [wgpu::Buffer; 2],
}

#[derive(Default)]
struct State {
    pending: Vec<Launch>,
    numbers: Vec<u8>,
    /// Bytes written to arrays since something was handed to the device, with which they go.
    written: u64,
    /// Where arrays land on their way back, by length.
    landing: HashMap<u64, wgpu::Buffer>,
    /// What measures each launch, if anything does.
    clock: Option<Clock>,
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

impl WgpuDriver {
    /// All devices, the fastest kind first.
    pub(crate) fn adapters() -> impl Iterator<Item = Adapter> {
        adapters::all().iter().map(|(_, adapter)| adapter.clone())
    }

    /// The first device that is `wanted`. Without `passthrough` its kernels have guards in the place of marks.
    ///
    /// # Errors
    /// [`GpuError::Unavailable`] when there is none, or it cannot be opened.
    pub(crate) fn new(passthrough: bool, wanted: impl Fn(&Adapter) -> bool) -> Result<Self, GpuError> {
        let (found, mut adapter) = adapters::first(wanted)?;
        adapter.passthrough &= passthrough;
        let to = Connection::open(&found, adapter)?;
        let buffer = |label, size, usage| {
            let descriptor = wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
            to.device.create_buffer(&descriptor)
        };
        let uniform = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
        let numbers = buffer("numbers", NUMBERS * BATCH as u64, uniform);
        let low = buffer("lowest numbers", guards::lowest().len() as u64, uniform);
        to.queue.write_buffer(&low, 0, &guards::lowest());
        let begun = [
            buffer("loops begun", 4, BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST),
            buffer("loops begun, landing", 4, BufferUsages::MAP_READ | BufferUsages::COPY_DST),
        ];
        to.queue.write_buffer(&begun[0], 0, &[0; 4]);
        Ok(Self { to, state: Mutex::default(), numbers, low, begun })
    }

    /// Hands the pending launches to the device.
    fn flush(&self, state: &mut State) -> Result<(), GpuError> {
        if state.pending.is_empty() {
            return Ok(());
        }
        if !state.numbers.is_empty() {
            self.to.queue.write_buffer(&self.numbers, 0, &state.numbers);
        }
        let mut encoder = self.to.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        if let Some(clock) = &mut state.clock {
            for launch in &state.pending {
                let descriptor = wgpu::ComputePassDescriptor { label: None, timestamp_writes: Some(clock.next()) };
                launch.record(&mut encoder.begin_compute_pass(&descriptor));
            }
        } else {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            state.pending.iter().for_each(|launch| launch.record(&mut pass));
        }
        state.pending.clear();
        state.numbers.clear();
        state.written = 0;
        self.to.queue.submit([encoder.finish()]);
        match &mut state.clock {
            Some(clock) if !clock.has_room_for(BATCH) => clock.resolve(&self.to),
            _ => Ok(()),
        }
    }

    /// Sends what was written to arrays and would else wait for the next launch.
    fn hand_over(&self, state: &mut State) {
        if std::mem::take(&mut state.written) > 0 {
            self.to.queue.submit([]);
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
        let mut encoder = self.to.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(begun, 0, landing, 0, 4);
        encoder.clear_buffer(begun, 0, None);
        self.to.queue.submit([encoder.finish()]);
        let mut count = [0; 4];
        self.to.land(landing, &mut count)?;
        if count == [0; 4] {
            return Ok(());
        }
        let kernels = kernels.into_iter().collect::<Vec<_>>().join(" or ");
        Err(GpuError::LoopEnded { kernels, passes: state.passes })
    }

    /// The values of a launch in the order of the kernel's bindings. Its numbers go to `begin` among those of the batch.
    fn bound(
        &self,
        kernel: &Pipeline,
        values: &[Value],
        begin: u64,
        numbers: &mut Vec<u8>,
    ) -> Result<wgpu::BindGroup, GpuError> {
        let mut entries = Vec::new();
        let mut offsets = kernel.offsets.iter();
        if kernel.numbers_bytes > 0 {
            numbers.resize(begin as usize + kernel.numbers_bytes as usize, 0);
        }
        for value in values {
            match value {
                Value::Array(memory) => entries.push(BindGroupEntry {
                    binding: entries.len() as u32,
                    resource: buffer(memory)?.as_entire_binding(),
                }),
                Value::Scalar(scalar, bytes) => {
                    let offset = offsets.next().map_or(0, |&offset| offset as usize) + begin as usize;
                    numbers[offset..offset + scalar.bytes()].copy_from_slice(&bytes[..scalar.bytes()]);
                }
            }
        }
        if kernel.numbers_bytes > 0 {
            let resource = wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer: &self.numbers,
                offset: 0,
                size: std::num::NonZeroU64::new(u64::from(kernel.numbers_bytes)),
            });
            entries.push(BindGroupEntry { binding: kernel.arrays, resource });
        }
        if kernel.guarded {
            entries.push(BindGroupEntry { binding: entries.len() as u32, resource: self.low.as_entire_binding() });
        }
        if kernel.watched {
            let resource = self.begun[0].as_entire_binding();
            entries.push(BindGroupEntry { binding: entries.len() as u32, resource });
        }
        let descriptor = wgpu::BindGroupDescriptor { label: None, layout: &kernel.layout, entries: &entries };
        Ok(self.to.device.create_bind_group(&descriptor))
    }
}

impl Launch {
    fn record(&self, pass: &mut wgpu::ComputePass<'_>) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, self.offset.as_slice());
        pass.dispatch_workgroups(self.groups, 1, 1);
    }
}

impl Driver for WgpuDriver {
    fn adapter(&self) -> &Adapter {
        &self.to.adapter
    }

    fn language(&self) -> Language {
        Language::Wgsl
    }

    fn allocate(&self, bytes: u64) -> Result<Memory, GpuError> {
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
        Ok(Arc::new(self.to.buffer(bytes.next_multiple_of(4), usage)?))
    }

    fn write(&self, memory: &Memory, bytes: &[u8]) -> Result<(), GpuError> {
        let mut state = lock(&self.state);
        self.to.alive()?;
        self.flush(&mut state)?;
        self.to.queue.write_buffer(buffer(memory)?, 0, bytes);
        state.written += bytes.len() as u64;
        if state.written > WRITTEN {
            self.hand_over(&mut state);
        }
        Ok(())
    }

    fn read(&self, memory: &Memory, bytes: &mut [u8]) -> Result<(), GpuError> {
        let mut state = lock(&self.state);
        self.to.alive()?;
        self.flush(&mut state)?;
        let length = bytes.len() as u64;
        let landing = match state.landing.get(&length) {
            Some(landing) => landing.clone(),
            None => self.to.buffer(length, BufferUsages::MAP_READ | BufferUsages::COPY_DST)?,
        };
        // One landing buffer is kept: arrays of one length are read again and again.
        state.landing.clear();
        let mut encoder = self.to.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer(memory)?, 0, &landing, 0, length);
        state.written = 0;
        self.to.queue.submit([encoder.finish()]);
        self.to.land(&landing, bytes)?;
        state.landing.insert(length, landing);
        self.loops_left(&mut state)
    }

    fn build(&self, kernel: &KernelText) -> Result<(Compiled, Vec<Parameter>), GpuError> {
        self.to.alive()?;
        let shader = Shader::new(kernel)?;
        let lacks = |what| Err(GpuError::Unsupported(format!("{} {what}", self.to.adapter.name)));
        if !self.to.adapter.double && shader.computes_in(&[ScalarKind::Float], 8) {
            return lacks("computes in single precision only");
        }
        if !self.to.adapter.long && shader.computes_in(&[ScalarKind::Sint, ScalarKind::Uint], 8) {
            return lacks("has no integers of 64 bits");
        }
        // A module that the driver takes as it is, is not compared with its limits by anybody else.
        let too_large = |what, asked, allowed| Err(GpuError::TooLarge { what, asked, allowed });
        if u64::from(shader.numbers_bytes) > NUMBERS {
            return too_large("bytes of numbers in one launch", shader.numbers_bytes.into(), NUMBERS);
        }
        let shared = u64::from(self.to.device.limits().max_compute_workgroup_storage_size);
        if shader.shared_bytes > shared {
            return too_large("bytes that a workgroup shares", shader.shared_bytes, shared);
        }
        let parameters = shader.parameters.clone();
        Ok((Arc::new(Kernel::new(&self.to, kernel, shader)?), parameters))
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
            Some((_, watched)) => watched.pipeline(&self.to)?,
            None => &kernel.pipeline,
        };
        compiled.check_reading(values)?;
        let mut state = lock(&self.state);
        self.to.alive()?;
        if let Some((passes, watched)) = watched {
            state.watched.insert(watched.text.entry.clone());
            state.passes = passes;
        }
        let begin = state.pending.len() as u64 * NUMBERS;
        let group = self.bound(compiled, values, begin, &mut state.numbers)?;
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
        self.to.poll()?;
        self.to.failed()?;
        self.loops_left(&mut lock(&self.state))
    }

    fn measure(&self, on: bool) -> Result<Option<Duration>, GpuError> {
        let mut state = lock(&self.state);
        self.to.alive()?;
        self.flush(&mut state)?;
        let mut clock = state.clock.take();
        let mut time = None;
        if let Some(clock) = &mut clock {
            clock.resolve(&self.to)?;
            time = Some(clock.take());
        }
        if on && self.to.adapter.timestamps {
            state.clock = Some(clock.map_or_else(|| Clock::new(&self.to), Ok)?);
        }
        Ok(time)
    }

    fn destroy(&self) {
        self.to.destroy();
    }
}

fn buffer(memory: &Memory) -> Result<&wgpu::Buffer, GpuError> {
    memory.downcast_ref().ok_or_else(foreign)
}

/// Something of another device.
fn foreign() -> GpuError {
    GpuError::Arguments("the array or the kernel belongs to another device".to_owned())
}
