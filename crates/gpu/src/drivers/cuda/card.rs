//! A card, and what lies on it: arrays, kernels, events. Each is given back when it is no longer used.

#![expect(unsafe_code, reason = "every call of the driver is one of a C library")]

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use cudarc::driver::result::{self, DriverError, event, module, stream};
use cudarc::driver::{CudaContext, sys};

use super::errors::described;
use crate::error::GpuError;
use crate::signature::Parameter;

/// What lives as long as anything on the card does.
pub(super) struct Card {
    pub(super) context: Arc<CudaContext>,
    pub(super) stream: sys::CUstream,
    /// Why the card is lost, once it is.
    pub(super) lost: OnceLock<String>,
    pub(super) timing: Mutex<Timing>,
}

/// What measures the launches.
#[derive(Default)]
pub(super) struct Timing {
    pub(super) on: bool,
    /// The events before and after each launch.
    pub(super) spans: Vec<[Event; 2]>,
    pub(super) sum: Duration,
}

/// An event of the driver's, destroyed with this.
pub(super) struct Event(sys::CUevent);

/// An array on the card.
pub(super) struct Array {
    pub(super) card: Arc<Card>,
    pub(super) address: sys::CUdeviceptr,
    pub(super) bytes: usize,
}

/// A kernel on the card.
pub(super) struct Kernel {
    pub(super) card: Arc<Card>,
    pub(super) module: sys::CUmodule,
    pub(super) function: sys::CUfunction,
    pub(super) workgroup: u32,
    pub(super) parameters: Vec<Parameter>,
}

// SAFETY: a stream is a handle that any thread may use whose current context is the stream's; every call binds the context first.
unsafe impl Send for Card {}
// SAFETY: as above: the driver guards its own data.
unsafe impl Sync for Card {}
// SAFETY: as a stream.
unsafe impl Send for Event {}
// SAFETY: as a stream.
unsafe impl Send for Kernel {}
// SAFETY: as a stream; nothing here changes after it was made.
unsafe impl Sync for Kernel {}

/// Launches that are measured and not yet added up. More of them are added up before the next.
const SPANS: usize = 4096;

impl Timing {
    /// Whether launches have to be added up before the next one.
    pub(super) fn is_full(&self) -> bool {
        self.spans.len() >= SPANS
    }
}

impl Card {
    /// A card with a stream of its own in this context.
    ///
    /// # Errors
    /// What the driver says.
    pub(super) fn new(context: Arc<CudaContext>) -> Result<Self, DriverError> {
        let stream = stream::create(stream::StreamKind::NonBlocking)?;
        Ok(Self { context, stream, lost: OnceLock::new(), timing: Mutex::default() })
    }

    /// Makes the card's context the thread's; what every call begins with.
    ///
    /// # Errors
    /// [`GpuError::Lost`] when the card is.
    pub(super) fn bind(&self) -> Result<(), GpuError> {
        match self.lost.get() {
            Some(why) => Err(GpuError::Lost(why.clone())),
            None => self.check(self.context.bind_to_thread()),
        }
    }

    /// The outcome of a call that asks for no memory.
    ///
    /// # Errors
    /// What the driver says.
    pub(super) fn check<T>(&self, outcome: Result<T, DriverError>) -> Result<T, GpuError> {
        self.check_asked(outcome, None)
    }

    /// The outcome of a call; a card that is lost stays so.
    ///
    /// # Errors
    /// What the driver says; [`GpuError::OutOfMemory`] with the bytes that were asked for.
    pub(super) fn check_asked<T>(&self, outcome: Result<T, DriverError>, asked: Option<u64>) -> Result<T, GpuError> {
        outcome.map_err(|error| {
            let error = described(error, asked);
            if let GpuError::Lost(why) = &error {
                // The first error has said why.
                let _ = self.lost.set(why.clone());
            }
            error
        })
    }

    /// Waits until everything is done that the card was asked for.
    ///
    /// # Errors
    /// What has failed since the last wait.
    pub(super) fn wait(&self) -> Result<(), GpuError> {
        self.bind()?;
        // SAFETY: the stream lives as long as the card.
        self.check(unsafe { stream::synchronize(self.stream) })
    }

    /// An event that happens when everything before it is done.
    ///
    /// # Errors
    /// What the driver says.
    pub(super) fn event(&self) -> Result<Event, GpuError> {
        let event = self.check(event::create(sys::CUevent_flags::CU_EVENT_DEFAULT)).map(Event)?;
        // SAFETY: the event has just been made in the context of the stream, and the stream lives as long as the card.
        self.check(unsafe { event::record(event.0, self.stream) })?;
        Ok(event)
    }

    /// Waits, and adds up what was measured.
    ///
    /// # Errors
    /// What has failed since the last wait.
    pub(super) fn add_up(&self, timing: &mut Timing) -> Result<(), GpuError> {
        if timing.spans.is_empty() {
            return Ok(());
        }
        self.wait()?;
        for [start, end] in timing.spans.drain(..) {
            // SAFETY: both events were made by `event`, on one stream, and live until the end of this iteration.
            let milliseconds = self.check(unsafe { event::elapsed(start.0, end.0) })?;
            timing.sum += Duration::from_secs_f64(f64::from(milliseconds.max(0.0)) / 1e3);
        }
        Ok(())
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        // SAFETY: made by `event::create`, destroyed once. If the context is gone, so is the event.
        let _ = unsafe { event::destroy(self.0) };
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        // Events are destroyed with the context current, and what still runs ends before its stream does.
        if self.context.bind_to_thread().is_ok() {
            self.timing.get_mut().unwrap_or_else(PoisonError::into_inner).spans.clear();
            // SAFETY: the stream was made by `new` and is destroyed once; nobody has it any more.
            let _ = unsafe { stream::synchronize(self.stream) };
            // SAFETY: as above.
            let _ = unsafe { stream::destroy(self.stream) };
        }
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        // A kernel that still runs may use the array. On a card that is lost nothing runs, and the driver has taken the memory back.
        if self.card.context.bind_to_thread().is_ok() {
            // SAFETY: the stream lives as long as the card, which this holds.
            let _ = unsafe { stream::synchronize(self.card.stream) };
            // SAFETY: allocated by `allocate`, freed once, and nothing on the stream uses it any more.
            let _ = unsafe { result::free_sync(self.address) };
        }
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        if self.card.context.bind_to_thread().is_ok() {
            // SAFETY: the stream lives as long as the card, which this holds.
            let _ = unsafe { stream::synchronize(self.card.stream) };
            // SAFETY: loaded by `build`, unloaded once, and nothing on the stream runs its code any more.
            let _ = unsafe { module::unload(self.module) };
        }
    }
}
