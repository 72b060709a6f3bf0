//! Workers that are started once and given tasks.

mod batch;
mod keeper;
mod options;
mod submitted;
mod traffic;
mod unordered;

use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use bytemuck::Pod;
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::batch::{Batch, all, first};
use self::keeper::Shared;
use self::submitted::Task;
use crate::shared::SharedArray;
use crate::task::name_of;
use crate::{Error, locked};

pub use self::batch::AsyncResult;
pub use self::options::Options;
pub use self::traffic::Traffic;
pub use self::unordered::Unordered;

/// Processes that wait for tasks.
///
/// Each worker has a keeper: a thread of this process that starts it, takes a task from the queue, sends it, waits for the answer or
/// for the worker's end, and starts another worker in its place if it comes to that. A call that waits for its answer anyway
/// ([`apply`](Self::apply)) takes an idle worker from its keeper and does all that itself, which saves two changes of threads.
///
/// A pool that is dropped kills its workers. [`close`](Self::close) and [`join`](Self::join) let them finish.
#[derive(Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    keepers: Mutex<Vec<JoinHandle<()>>>,
}

impl Options {
    /// Starts the workers, and waits until they are ready.
    ///
    /// # Errors
    /// When there are to be no workers, when a worker does not start or its initializer fails, when the system has no room for more
    /// threads, processes or files, in a worker, and in a program that lacks [`init`](crate::init).
    pub fn start(self) -> Result<Pool, Error> {
        crate::may_start()?;
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let workers = self.workers.unwrap_or_else(cores);
        if workers == 0 {
            return Err(Error::NoWorkers);
        }
        if let Some(Err(error)) = self.initializer.as_deref() {
            return Err(error.clone());
        }
        let shared = Arc::new(Shared::new(self, workers)?);
        let mut keepers = Vec::new();
        let started = shared.start_keepers(&mut keepers);
        // What has been started by now ends with the pool.
        let pool = Pool { shared, keepers: Mutex::new(keepers) };
        let reports = started?;
        for _ in 0..workers {
            reports
                .recv()
                .unwrap_or_else(|_| Err(Error::Start("the thread that looks after it has ended".to_owned())))?;
        }
        Ok(pool)
    }
}

impl Pool {
    /// A pool of one worker for each core.
    ///
    /// # Errors
    /// As [`Options::start`].
    pub fn new() -> Result<Self, Error> {
        Self::options().start()
    }

    /// Starts building a pool with other settings.
    pub fn options() -> Options {
        Options::new()
    }

    /// How many workers there are.
    pub fn workers(&self) -> usize {
        self.shared.slots.len()
    }

    /// The workers' process ids. One that is being replaced has none.
    pub fn ids(&self) -> Vec<u32> {
        (0..self.workers()).filter_map(|worker| self.shared.child(worker)).map(|child| child.id()).collect()
    }

    /// How many workers have ended in the middle and been replaced.
    pub fn replaced(&self) -> u64 {
        self.shared.replaced()
    }

    /// How many workers have been replaced after as many tasks as [`Options::tasks_per_worker`] says, or at the size that
    /// [`Options::resident_limit`] says.
    pub fn renewed(&self) -> u64 {
        self.shared.renewed()
    }

    /// What has gone over the connections so far.
    pub fn traffic(&self) -> Traffic {
        self.shared.traffic()
    }

    /// Calls a task for one input, in a worker, and waits for the result.
    ///
    /// # Errors
    /// When the task is not registered or panics, when its worker dies too often, or when the input or the result cannot travel.
    pub fn apply<F, A, R>(&self, function: F, input: A) -> Result<R, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let (tasks, result) = self.prepare::<F, A, R>(function, &[input], 1)?;
        for task in tasks {
            self.shared.do_or_submit(task)?;
        }
        AsyncResult { batch: result.batch, unpack: first::<R>, of: PhantomData }.get()
    }

    /// Calls a task for one input, in a worker, and goes on.
    ///
    /// # Errors
    /// When the task is not registered or the pool is closed, or when the input cannot travel.
    pub fn apply_async<F, A, R>(&self, function: F, input: A) -> Result<AsyncResult<R>, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let (tasks, result) = self.prepare::<F, A, R>(function, &[input], 1)?;
        self.shared.submit(tasks)?;
        Ok(AsyncResult { unpack: first::<R>, batch: result.batch, of: PhantomData })
    }

    /// Calls a task for each input, and waits for the results, in the order of the inputs.
    ///
    /// Inputs are sent in chunks, four for each worker.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn map<F, A, R>(&self, function: F, inputs: impl IntoIterator<Item = A>) -> Result<Vec<R>, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        self.map_async(function, inputs)?.get()
    }

    /// Calls a task for each input, in chunks of that many inputs, and waits for the results, in the order of the inputs.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn map_chunks<F, A, R>(
        &self,
        function: F,
        inputs: impl IntoIterator<Item = A>,
        chunk: usize,
    ) -> Result<Vec<R>, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let inputs: Vec<A> = inputs.into_iter().collect();
        let (tasks, result) = self.prepare(function, &inputs, chunk)?;
        self.shared.submit(tasks)?;
        result.get()
    }

    /// Calls a task for each input, and goes on.
    ///
    /// # Errors
    /// As [`apply_async`](Self::apply_async).
    pub fn map_async<F, A, R>(
        &self,
        function: F,
        inputs: impl IntoIterator<Item = A>,
    ) -> Result<AsyncResult<Vec<R>>, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let inputs: Vec<A> = inputs.into_iter().collect();
        let chunk = inputs.len().div_ceil(4 * self.workers());
        let (tasks, result) = self.prepare(function, &inputs, chunk)?;
        self.shared.submit(tasks)?;
        Ok(result)
    }

    /// Calls a task for each input, in chunks of that many inputs; the results come in the order in which they are done.
    ///
    /// Inputs are drawn as results are taken, so there may be any number of them: at most four chunks for each worker are drawn whose
    /// results have not been taken. Those that would be drawn after the pool is closed are refused.
    ///
    /// # Errors
    /// As [`apply_async`](Self::apply_async).
    pub fn imap_unordered<F, A, R, I>(
        &self,
        function: F,
        inputs: I,
        chunk: usize,
    ) -> Result<Unordered<I::IntoIter, R>, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
        I: IntoIterator<Item = A>,
    {
        let _ = function;
        let mut results = Unordered::new(self.shared.clone(), name_of::<F>()?, inputs.into_iter(), chunk);
        results.submit()?;
        Ok(results)
    }

    /// Lets the workers write an array, in parts of so many elements: each call is given the argument, the place of the part's
    /// first element in the array, and the part. Waits, and returns what the calls have returned, in the order of the parts.
    ///
    /// # Errors
    /// As [`apply`](Self::apply). The array then holds what was written so far.
    pub fn fill<F, A, T, R>(
        &self,
        array: &mut SharedArray<T>,
        chunk: usize,
        function: F,
        argument: &A,
    ) -> Result<Vec<R>, Error>
    where
        F: Fn(A, usize, &mut [T]) -> R + Copy,
        A: Serialize,
        T: Pod,
        R: DeserializeOwned,
    {
        let _ = function;
        let name = name_of::<F>()?;
        let batch = Arc::new(Batch::default());
        let mut tasks = Vec::new();
        for (chunk, part) in array.parts(chunk).enumerate() {
            let message = Task::message_of_part(name, argument, &part)?;
            tasks.push(Task::new(name, message, chunk, 1, batch.owe()));
        }
        self.shared.submit(tasks)?;
        // Also when something went wrong: nobody may be writing when the array is its owner's again.
        drop(batch.wait(None, |state| state.left == 0));
        AsyncResult { batch, unpack: all, of: PhantomData }.get()
    }

    /// Packs inputs into tasks.
    fn prepare<F, A, R>(&self, _: F, inputs: &[A], chunk: usize) -> Result<(Vec<Task>, AsyncResult<Vec<R>>), Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let name = name_of::<F>()?;
        let chunk = chunk.max(1);
        let batch = Arc::new(Batch::default());
        let mut tasks = Vec::new();
        for (place, inputs) in inputs.chunks(chunk).enumerate() {
            let message = Task::message(name, inputs)?;
            tasks.push(Task::new(name, message, place * chunk, inputs.len(), batch.owe()));
        }
        Ok((tasks, AsyncResult { batch, unpack: all, of: PhantomData }))
    }

    /// Takes no more tasks. What has been submitted is done.
    pub fn close(&self) {
        self.shared.close();
    }

    /// Closes the pool, and waits until everything is done and every worker has ended.
    ///
    /// # Errors
    /// When no worker was left to do what had been submitted.
    pub fn join(self) -> Result<(), Error> {
        self.close();
        self.wait_for_keepers();
        self.shared.ended().map_or(Ok(()), Err)
    }

    /// Kills the workers. What is not done fails.
    pub fn terminate(&self) {
        self.shared.end(Error::Terminated);
        self.wait_for_keepers();
    }

    fn wait_for_keepers(&self) {
        let keepers = std::mem::take(&mut *locked(&self.keepers));
        for keeper in keepers {
            let _ = keeper.join();
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.terminate();
    }
}
