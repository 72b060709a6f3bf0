//! One profile: the thread that looks after timers and samples, from before the closure until after it.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::clocks;
use super::handler::{self, Recording, Signals};
use super::modules::{Mapped, Modules};
use super::ring::Ring;
use super::samples::{Counts, Frame, Samples, Stack, Thread};
use super::symbols::Symbols;
use super::timer::{Measured, Timer, Unavailable};
use super::timers::{self, Timers};

/// How often samples are collected and new threads are looked for. Waking up more often would cost more than the samples do.
const TICK: Duration = Duration::from_millis(4);

/// Room for the samples of half a second of four threads at the default frequency: the collecting thread may have to wait
/// for a processor. Memory that is never used is never touched.
const SLOTS: usize = 2048;

/// A profile in the making. Dropping it, as a panic of the closure does, removes the timers.
pub(super) struct Recorder {
    frequency: u32,
    ring: Arc<Ring>,
    stop: Arc<AtomicBool>,
    /// `None` once it was waited for.
    collector: Option<JoinHandle<Collected>>,
}

/// What the collecting thread has at the end.
struct Collected {
    threads: Vec<Thread>,
    /// The stacks of each thread as addresses, with their weight.
    stacks: HashMap<(u32, Box<[u64]>), u64>,
    mapped: Vec<Mapped>,
    counts: Counts,
    /// The processor time that the collecting thread itself consumed meanwhile.
    own_time: Duration,
}

impl Recorder {
    /// Gives every thread its timer. Samples are taken from `record` on.
    pub(super) fn start(timer: Timer, frequency: u32, stack: usize) -> Result<Self, Unavailable> {
        let signals = Signals::install();
        handler::can_copy().map_err(|error| Unavailable::new("process_vm_readv", error))?;
        let ring = Arc::new(Ring::new(SLOTS, stack));
        let stop = Arc::new(AtomicBool::new(false));
        let (ready, started) = mpsc::sync_channel(1);
        let period = Duration::from_secs(1) / frequency;
        let collector = thread::Builder::new()
            .name("profiler".into())
            .spawn({
                let (ring, stop) = (Arc::clone(&ring), Arc::clone(&stop));
                move || collect(timer, signals, period, &ring, &stop, &ready)
            })
            .map_err(|error| Unavailable::new("no thread for the profiler", error))?;
        let recorder = Self { frequency, ring, stop, collector: Some(collector) };
        match started.recv() {
            Ok(Ok(())) => Ok(recorder),
            Ok(Err(unavailable)) => Err(unavailable),
            Err(_) => Err(Unavailable::new("the profiler's thread", "ended at once")),
        }
    }

    /// Runs a closure and takes samples meanwhile.
    pub(super) fn record<R>(&self, f: impl FnOnce() -> R) -> (R, Measured) {
        let (start, cpu) = (Instant::now(), clocks::process_time());
        let recording = Recording::start(&self.ring);
        let value = f();
        drop(recording);
        (value, Measured { wall: start.elapsed(), cpu: clocks::process_time().saturating_sub(cpu) })
    }

    /// Removes the timers and looks up what the addresses are.
    pub(super) fn finish(mut self, measured: Measured) -> Samples {
        let collected = self.join().expect("the recorder is finished once");
        let mut symbols = Symbols::new(collected.mapped);
        let mut known: HashMap<u64, Vec<u32>> = HashMap::new();
        let mut frames: Vec<Frame> = Vec::new();
        let mut numbers: HashMap<Frame, u32> = HashMap::new();
        let mut stacks = Vec::with_capacity(collected.stacks.len());
        for ((thread, addresses), weight) in collected.stacks {
            let mut expanded = Vec::with_capacity(addresses.len() + 8);
            let mut leaf = 0;
            for (depth, address) in addresses.iter().enumerate() {
                let here = known.entry(*address).or_insert_with(|| {
                    let mut number = |frame: Frame| {
                        *numbers.entry(frame.clone()).or_insert_with(|| {
                            frames.push(frame);
                            frames.len() as u32 - 1
                        })
                    };
                    symbols.frames(*address).into_iter().map(&mut number).collect()
                });
                expanded.extend_from_slice(here);
                if depth == 0 {
                    leaf = expanded.len();
                }
            }
            stacks.push(Stack::new(thread as usize, weight, expanded, leaf));
        }
        let counts = Counts {
            cpu: Some(measured.cpu.saturating_sub(collected.own_time)),
            lost: self.ring.lost() + collected.counts.lost,
            ..collected.counts
        };
        Samples::new(self.frequency, measured.wall, frames, stacks, collected.threads).with_counts(counts)
    }

    fn join(&mut self) -> Option<Collected> {
        let collector = self.collector.take()?;
        self.stop.store(true, Ordering::Release);
        collector.thread().unpark();
        match collector.join() {
            Ok(collected) => Some(collected),
            Err(panic) if thread::panicking() => {
                drop(panic);
                None
            }
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.join();
    }
}

/// The life of the collecting thread: timers first, then samples and new threads until it is told to stop.
fn collect(
    timer: Timer,
    signals: Signals,
    period: Duration,
    ring: &Ring,
    stop: &AtomicBool,
    ready: &mpsc::SyncSender<Result<(), Unavailable>>,
) -> Collected {
    timers::block_signals();
    let mut collected = Collected {
        threads: Vec::new(),
        stacks: HashMap::new(),
        mapped: Vec::new(),
        counts: Counts::default(),
        own_time: Duration::ZERO,
    };
    let mut timers = Timers::new(timer, signals, period);
    let modules = Modules::new().and_then(|modules| {
        meet(&mut timers, &mut collected.threads)?;
        match timers.refused() {
            Some((_, error)) if timers.len() == 0 => Err(error),
            _ => Ok(modules),
        }
    });
    let mut modules = match modules {
        Ok(modules) => modules,
        Err(error) => {
            // Nobody waits any more only if the program is ending.
            let _ = ready.send(Err(Unavailable::new("timers of threads", error)));
            return collected;
        }
    };
    let start = clocks::thread_time();
    let _ = ready.send(Ok(()));
    let mut addresses = Vec::new();
    let mut named = 0;
    loop {
        let last = stop.load(Ordering::Acquire);
        take_in(ring, &timers, &mut modules, &mut addresses, &mut collected);
        if last {
            break;
        }
        thread::park_timeout(TICK);
        // A thread takes its name when it has begun to run: look once more at those that were met the last time.
        for thread in &mut collected.threads[named..] {
            thread.name = name_of(thread.id).unwrap_or_else(|| std::mem::take(&mut thread.name));
        }
        named = collected.threads.len();
        // What cannot be read now is tried again at the next tick.
        let _ = meet(&mut timers, &mut collected.threads);
    }
    collected.own_time = clocks::thread_time().saturating_sub(start);
    collected.mapped = modules.into_mapped();
    let (timer, instead) = timers.timer();
    collected.counts.timer = Some(timer);
    collected.counts.instead = instead;
    collected.counts.refused = timers.refused().map(|(threads, error)| (threads, error.to_string()));
    collected
}

/// Takes in the samples that have come since the last time. `addresses` is room for a stack.
fn take_in(ring: &Ring, timers: &Timers, modules: &mut Modules, addresses: &mut Vec<u64>, collected: &mut Collected) {
    ring.drain(|header, stack| {
        let counts = &mut collected.counts;
        // A signal that was on its way since an earlier profile, to a thread that has no timer now.
        let Some(thread) = timers.number(header.thread) else {
            counts.lost += u64::from(header.weight);
            return;
        };
        counts.events += 1;
        if !modules.unwind(&header.registers, stack, addresses) {
            counts.truncated += 1;
        }
        let key = (thread, addresses.as_slice().into());
        *collected.stacks.entry(key).or_insert(0) += u64::from(header.weight);
    });
}

/// Gives timers to new threads and lists them.
fn meet(timers: &mut Timers, threads: &mut Vec<Thread>) -> io::Result<()> {
    timers.look(|number, id| {
        debug_assert_eq!(number as usize, threads.len());
        threads.push(Thread { id: id as u32, name: name_of(id as u32).unwrap_or_default() });
    })
}

/// The name of a thread as the kernel knows it, its first 15 bytes.
fn name_of(thread: u32) -> Option<String> {
    Some(fs::read_to_string(format!("/proc/self/task/{thread}/comm")).ok()?.trim_end().to_owned())
}
