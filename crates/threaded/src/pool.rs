//! Threads that live longer than one parallel step: they wait for jobs at the end of a channel.
#![expect(
    unsafe_code,
    reason = "a job borrows from a caller that its thread outlives: the compiler cannot see who waits for whom"
)]

use std::io;
use std::mem;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use crossbeam::channel::{Receiver, Sender, unbounded};
use crossbeam::queue::SegQueue;

use crate::caught::Caught;
use crate::latch::Latch;

type Job = Box<dyn FnOnce() + Send>;

/// The jobs of one `run` that nobody has taken yet.
type Jobs = SegQueue<Job>;

/// A fixed number of threads, the channel that feeds them, and the caller, who is one of them. The threads end when the pool is dropped.
///
/// A caller that slept while others work would be woken at the end on the core of one of them, and wake them on its own at the next
/// beginning: two threads would then share a core while the other one idles.
///
/// A job may call `run` on its own pool. While it waits there, its thread does jobs of that inner `run` and no others. So the stack
/// grows with what the program nests and not with how many jobs there are, and what a job holds while it waits, a lock for example, is
/// asked for by none of the jobs that it waits for, unless they do so themselves.
#[derive(Debug)]
pub struct Pool {
    /// A call for help with the jobs of a `run`, for each of them.
    calls: Option<Sender<Arc<Jobs>>>,
    others: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts one thread less than asked for: the last is the one that calls `run`.
    ///
    /// # Errors
    /// When the system refuses a thread. Those that it gave are ended.
    ///
    /// # Panics
    /// When no threads are asked for.
    pub fn new(threads: usize) -> io::Result<Self> {
        Self::built(threads, |_| Builder::new())
    }

    /// The same with a builder for each thread.
    fn built(threads: usize, builder: impl Fn(usize) -> Builder) -> io::Result<Self> {
        assert!(threads > 0, "a pool without threads does no job");
        let (calls, called) = unbounded::<Arc<Jobs>>();
        // Filled one by one, so that the threads that did start are ended when one does not.
        let mut pool = Self { calls: Some(calls), others: Vec::with_capacity(threads - 1) };
        for thread in 1..threads {
            let called: Receiver<Arc<Jobs>> = called.clone();
            // Who comes late finds that others have done the job.
            let work = move || called.iter().filter_map(|jobs| jobs.pop()).for_each(|job| job());
            pool.others.push(builder(thread).name(format!("pool {thread}")).spawn(work)?);
        }
        Ok(pool)
    }

    // ANCHOR: run
    /// Hands the jobs to the threads, does those that no thread has taken, and waits until all are done. What a job borrows has to live
    /// only as long as this call.
    ///
    /// # Panics
    /// When the iterator or a job panics, with the message of the first that did, after all jobs that were handed out are done.
    pub fn run<'a, J: FnOnce() + Send + 'a>(&self, jobs: impl IntoIterator<Item = J>) {
        let (own, latch, caught) = (Arc::new(Jobs::new()), Arc::new(Latch::new()), Arc::new(Caught::new()));
        let hand_out = || {
            for job in jobs {
                let (arrival, caught) = (Arrival::expected(&latch), Arc::clone(&caught));
                let job: Box<dyn FnOnce() + Send + 'a> = Box::new(move || {
                    let _arrival = arrival;
                    caught.catch(job);
                });
                // SAFETY: only the lifetime changes. The job is consumed, with all that it borrows, before its arrival is dropped, and
                // this function is not left before every arrival is: nothing between here and `wait` unwinds, for what panics is caught.
                own.push(unsafe { mem::transmute::<Box<dyn FnOnce() + Send + 'a>, Job>(job) });
                if !self.others.is_empty() {
                    self.call(&own);
                }
            }
        };
        caught.catch(hand_out);
        while let Some(job) = own.pop() {
            job();
        }
        latch.wait();
        caught.resume();
    }
    // ANCHOR_END: run

    /// Asks for help with a job.
    fn call(&self, jobs: &Arc<Jobs>) {
        let calls = self.calls.as_ref().expect("the channel is closed by drop alone");
        calls.send(Arc::clone(jobs)).expect("the threads listen until the channel is closed");
    }

    /// How many threads there are, the caller among them.
    pub fn threads(&self) -> usize {
        self.others.len() + 1
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.calls = None;
        for thread in self.others.drain(..) {
            // Jobs catch their panics, so that there is nothing to be told.
            let _ = thread.join();
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::start::tests::refused_from;

    #[test]
    fn a_pool_that_lacks_a_thread_is_an_error_and_ends_those_that_it_has() {
        for first_refused in 1..5 {
            let error = Pool::built(5, refused_from(first_refused)).unwrap_err();
            assert!(!error.to_string().is_empty());
        }
        assert_eq!(Pool::built(5, refused_from(5)).unwrap().threads(), 5);
    }
}
