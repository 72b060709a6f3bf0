//! A device that is open, and what fails on it: at once, or after the call that has caused it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wgpu::{BufferUsages, ErrorFilter, Features, PollType};

use crate::drivers::Adapter;
use crate::error::GpuError;

/// An open device.
pub(super) struct Connection {
    pub(super) adapter: Adapter,
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    failure: Arc<Mutex<Failure>>,
}

/// What failed after its call had returned.
#[derive(Default)]
struct Failure {
    lost: Option<String>,
    first: Option<GpuError>,
}

impl Connection {
    /// Opens a device with all that it can do and that is useful here.
    ///
    /// # Errors
    /// [`GpuError::Unavailable`] when its driver refuses.
    pub(super) fn open(found: &wgpu::Adapter, adapter: Adapter) -> Result<Self, GpuError> {
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
        Ok(Self { adapter, device, queue, failure })
    }

    /// Memory of the device for so many bytes.
    ///
    /// # Errors
    /// [`GpuError::OutOfMemory`] when there are not so many left; else as [`caught`](Self::caught).
    pub(super) fn buffer(&self, size: u64, usage: BufferUsages) -> Result<wgpu::Buffer, GpuError> {
        self.caught(size, || {
            self.device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
        })
    }

    /// Does something and returns the error that it causes, instead of keeping it for later.
    ///
    /// # Errors
    /// What has failed in it; [`GpuError::Lost`] when the device is.
    pub(super) fn caught<T>(&self, asked: u64, make: impl FnOnce() -> T) -> Result<T, GpuError> {
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
    ///
    /// # Errors
    /// [`GpuError::Lost`] when it is.
    pub(super) fn alive(&self) -> Result<(), GpuError> {
        match &lock(&self.failure).lost {
            Some(why) => Err(GpuError::Lost(why.clone())),
            None => Ok(()),
        }
    }

    /// Reports what has failed since it was last asked.
    ///
    /// # Errors
    /// [`GpuError::Lost`], or the first failure.
    pub(super) fn failed(&self) -> Result<(), GpuError> {
        self.alive()?;
        lock(&self.failure).first.take().map_or(Ok(()), Err)
    }

    /// Waits until the device has done everything that it was handed.
    ///
    /// # Errors
    /// [`GpuError::Driver`] when it cannot be waited for.
    pub(super) fn poll(&self) -> Result<(), GpuError> {
        self.device.poll(PollType::wait_indefinitely()).map(drop).map_err(|error| GpuError::Driver(error.to_string()))
    }

    /// Copies what has been put into a landing buffer.
    ///
    /// # Errors
    /// What has failed on the device before it arrived.
    pub(super) fn land(&self, landing: &wgpu::Buffer, bytes: &mut [u8]) -> Result<(), GpuError> {
        let (sender, mapped) = std::sync::mpsc::channel();
        let slice = landing.slice(..bytes.len() as u64);
        slice.map_async(wgpu::MapMode::Read, move |result| {
            let _ = sender.send(result);
        });
        self.poll()?;
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

    /// Ends the device as if it were pulled out.
    pub(super) fn destroy(&self) {
        self.device.destroy();
        // The device says so only when it is asked.
        let _ = self.device.poll(PollType::Poll);
        lock(&self.failure).lost.get_or_insert_with(|| "it was destroyed".to_owned());
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

/// A lock that a panic of another thread does not close: what it guards is whole after every statement.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
