//! Threads that live longer than one parallel step: they wait for jobs at the end of a channel.
#![expect(
    unsafe_code,
    reason = "a job borrows from a caller that its thread outlives: the compiler cannot see who waits for whom"
)]

use std::any::Any;
use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use crossbeam::channel::{Sender, unbounded};

use crate::latch::Latch;

type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads and the channel that feeds them. The threads end when the pool is dropped.
#[derive(Debug)]
pub struct Pool {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts so many threads.
    ///
    /// # Errors
    /// When the system refuses one.
    pub fn new(threads: usize) -> io::Result<Self> {
        let (jobs, receiver) = unbounded::<Job>();
        // Filled one by one, so that the threads that did start are ended when one does not.
        let mut pool = Self { jobs: Some(jobs), threads: Vec::with_capacity(threads) };
        for thread in 0..threads {
            let receiver = receiver.clone();
            let work = move || receiver.iter().for_each(|job| job());
            pool.threads.push(Builder::new().name(format!("pool {thread}")).spawn(work)?);
        }
        Ok(pool)
    }

    // ANCHOR: run
    /// Hands the jobs to the threads and waits until all are done. What a job borrows has to live only as long as this call.
    ///
    /// A job must not call `run` of its own pool: when every thread waits, none is left to be waited for.
    ///
    /// # Panics
    /// When the pool has no threads; and when a job panics, with the message of the first that did, after all others are done.
    pub fn run<'a, J: FnOnce() + Send + 'a>(&self, jobs: impl IntoIterator<Item = J>) {
        assert!(!self.threads.is_empty(), "a pool without threads does no job");
        let latch = Arc::new(Latch::new());
        let panic = Arc::new(Mutex::new(None));
        // Waits however this function is left: by its end, or by a panic of the iterator.
        let wait = WaitFor(&latch);
        for job in jobs {
            let (arrival, panic) = (Arrival::expected(&latch), Arc::clone(&panic));
            let job: Box<dyn FnOnce() + Send + 'a> = Box::new(move || {
                let _arrival = arrival;
                if let Err(payload) = catch_unwind(AssertUnwindSafe(job)) {
                    keep_first(&panic, payload);
                }
            });
            // SAFETY: only the lifetime changes. The job is consumed, with all that it borrows, before its arrival is dropped, and
            // this function is not left before every arrival is: `wait` sees to that, even on a panic.
            let job = unsafe { mem::transmute::<Box<dyn FnOnce() + Send + 'a>, Job>(job) };
            self.jobs
                .as_ref()
                .expect("the channel is closed by drop alone")
                .send(job)
                .expect("no thread leaves before");
        }
        drop(wait);
        let payload = panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(payload) = payload {
            resume_unwind(payload);
        }
    }
    // ANCHOR_END: run

    /// How many threads there are.
    pub fn threads(&self) -> usize {
        self.threads.len()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // Jobs catch their panics, so that there is nothing to be told.
            let _ = thread.join();
        }
    }
}

fn keep_first(kept: &Mutex<Option<Box<dyn Any + Send>>>, payload: Box<dyn Any + Send>) {
    kept.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(payload);
}

struct WaitFor<'a>(&'a Latch);

impl Drop for WaitFor<'_> {
    fn drop(&mut self) {
        self.0.wait();
    }
}

/// A job that arrives at the latch when it is done, or dropped without ever being run.
struct Arrival(Arc<Latch>);

impl Arrival {
    fn expected(latch: &Arc<Latch>) -> Self {
        latch.expect();
        Self(Arc::clone(latch))
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        self.0.arrive();
    }
}
