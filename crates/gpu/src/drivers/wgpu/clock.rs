//! How long kernels take, by the device's own clock.

use std::time::Duration;

use wgpu::BufferUsages;

use super::connection::Connection;
use crate::error::GpuError;

/// Launches that one set of time stamps measures.
const MEASURED: u32 = 1024;

/// Time stamps, two a launch.
pub(super) struct Clock {
    stamps: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    landing: wgpu::Buffer,
    used: u32,
    nanoseconds: f64,
}

impl Clock {
    /// A clock that has measured nothing.
    ///
    /// # Errors
    /// [`GpuError::OutOfMemory`] when there is no room for the time stamps.
    pub(super) fn new(to: &Connection) -> Result<Self, GpuError> {
        let bytes = u64::from(MEASURED) * 16;
        let (ty, count) = (wgpu::QueryType::Timestamp, 2 * MEASURED);
        let stamps =
            to.caught(bytes, || to.device.create_query_set(&wgpu::QuerySetDescriptor { label: None, ty, count }))?;
        let resolved = to.buffer(bytes, BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC)?;
        let landing = to.buffer(bytes, BufferUsages::MAP_READ | BufferUsages::COPY_DST)?;
        Ok(Self { stamps, resolved, landing, used: 0, nanoseconds: 0.0 })
    }

    /// Where the next launch puts its time stamps.
    pub(super) fn next(&mut self) -> wgpu::ComputePassTimestampWrites<'_> {
        let first = 2 * self.used;
        self.used += 1;
        wgpu::ComputePassTimestampWrites {
            query_set: &self.stamps,
            beginning_of_pass_write_index: Some(first),
            end_of_pass_write_index: Some(first + 1),
        }
    }

    /// Whether there is room for the time stamps of so many launches.
    pub(super) fn has_room_for(&self, launches: usize) -> bool {
        self.used as usize + launches <= MEASURED as usize
    }

    /// Reads the time stamps, and adds up what they measure.
    ///
    /// # Errors
    /// What has failed on the device since the last wait.
    pub(super) fn resolve(&mut self, of: &Connection) -> Result<(), GpuError> {
        if self.used == 0 {
            return Ok(());
        }
        let bytes = u64::from(self.used) * 16;
        let mut encoder = of.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.resolve_query_set(&self.stamps, 0..2 * self.used, &self.resolved, 0);
        encoder.copy_buffer_to_buffer(&self.resolved, 0, &self.landing, 0, bytes);
        of.queue.submit([encoder.finish()]);
        let mut stamps = vec![0; bytes as usize];
        of.land(&self.landing, &mut stamps)?;
        let ticks: u64 = stamps
            .chunks_exact(16)
            .map(|pair| {
                let [begin, end] = [&pair[..8], &pair[8..]].map(bytemuck::pod_read_unaligned::<u64>);
                end.saturating_sub(begin)
            })
            .sum();
        self.nanoseconds += ticks as f64 * f64::from(of.queue.get_timestamp_period());
        self.used = 0;
        Ok(())
    }

    /// What has been measured since this was last asked, of the time stamps that have been read.
    pub(super) fn take(&mut self) -> Duration {
        Duration::from_secs_f64(std::mem::take(&mut self.nanoseconds) * 1e-9)
    }
}
