//! Workers that are started once and given tasks.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bytemuck::Pod;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::os::{Child, Idle, Lost, Message, PATIENCE, Wake};
use crate::shared::SharedArray;
use crate::task::name_of;
use crate::wire::{decode, encode};
use crate::worker::{READY, TASK, understood};

/// How a pool is started.
#[derive(Clone, Debug)]
pub struct Options {
    workers: Option<usize>,
    attempts: u32,
    time_limit: Option<Duration>,
    memory_limit: Option<u64>,
    program: Option<OsString>,
}

impl Options {
    /// So many workers. By default there is one for each core.
    pub fn workers(self, workers: usize) -> Self {
        Self { workers: Some(workers), ..self }
    }

    /// How often a task is submitted at most when its worker is killed: 3 times by default, at least once.
    pub fn attempts(self, attempts: u32) -> Self {
        Self { attempts: attempts.max(1), ..self }
    }

    /// How long a task may take (or the chunk of inputs that was submitted together), before its worker is killed. By default, for ever.
    pub fn time_limit(self, limit: Duration) -> Self {
        Self { time_limit: Some(limit), ..self }
    }

    /// How many bytes of addresses a worker may have. Beyond, it cannot allocate, and ends.
    pub fn memory_limit(self, bytes: u64) -> Self {
        Self { memory_limit: Some(bytes), ..self }
    }

    /// Another program for the workers: by default it is this one.
    pub fn program(self, program: impl Into<OsString>) -> Self {
        Self { program: Some(program.into()), ..self }
    }

    /// Starts the workers, and waits until they are ready.
    ///
    /// # Errors
    /// When there are to be no workers, when a worker does not start, in a worker, and in a program that lacks
    /// [`init`](crate::init).
    pub fn start(self) -> Result<Pool, Error> {
        crate::may_start()?;
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let workers = self.workers.unwrap_or_else(cores);
        if workers == 0 {
            return Err(Error::NoWorkers);
        }
        let slot = || Wake::new().map(|wake| Slot { child: Mutex::new(None), wake });
        let slots = (0..workers).map(|_| slot()).collect::<Result<_, _>>();
        let shared = Arc::new(Shared {
            options: self,
            state: Mutex::new(State { keepers: workers, ..State::default() }),
            slots: slots.map_err(|error| Error::System(error.to_string()))?,
            counts: Counts::default(),
        });
        let (report, reports) = channel();
        let keepers = (0..workers).map(|worker| {
            let (shared, report) = (shared.clone(), report.clone());
            thread::spawn(move || {
                let started = shared.start(worker);
                let ready = started.is_ok();
                let _ = report.send(started);
                // The start is over when nobody is left to report.
                drop(report);
                if ready {
                    shared.keep(worker);
                }
            })
        });
        let pool = Pool { keepers: Mutex::new(keepers.collect()), shared };
        drop(report);
        for started in reports {
            started?;
        }
        Ok(pool)
    }
}

/// What has gone over the connections of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages to workers: each is one task, or one chunk of tasks.
    pub messages: u64,
    /// Bytes to workers. Shared memory is not among them.
    pub sent: u64,
    /// Bytes back.
    pub received: u64,
}

#[derive(Debug, Default)]
struct Counts {
    messages: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
    replaced: AtomicU64,
}

// ANCHOR: pool
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

#[derive(Debug)]
struct Shared {
    options: Options,
    state: Mutex<State>,
    slots: Vec<Slot>,
    counts: Counts,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Task>,
    /// Workers that have nothing to do. Who takes one out of this list has it alone.
    idle: Vec<usize>,
    closed: bool,
    /// Why nothing is done any more.
    ended: Option<Error>,
    /// Keepers that have not gone.
    keepers: usize,
    /// Why a worker could not be replaced.
    failure: Option<Error>,
}

#[derive(Debug)]
struct Slot {
    child: Mutex<Option<Arc<Child>>>,
    wake: Wake,
}

/// Some inputs that are submitted together.
#[derive(Debug)]
struct Task {
    name: &'static str,
    message: Message,
    first: usize,
    count: usize,
    attempts: u32,
    chunk: usize,
    batch: Arc<Batch>,
}
// ANCHOR_END: pool

/// What one call has submitted.
#[derive(Debug, Default)]
struct Batch {
    state: Mutex<BatchState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct BatchState {
    answers: Vec<Option<Message>>,
    /// Chunks in the order in which they were done, for those who take them so.
    done: VecDeque<usize>,
    left: usize,
    /// The first thing that went wrong. What is not begun by then is not begun at all.
    error: Option<Error>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Batch {
    fn new(chunks: usize) -> Arc<Self> {
        let answers = (0..chunks).map(|_| None).collect();
        Arc::new(Self {
            state: Mutex::new(BatchState { answers, left: chunks, ..BatchState::default() }),
            changed: Condvar::new(),
        })
    }

    fn finish(&self, chunk: usize, answer: Result<Message, Error>) {
        let mut state = locked(&self.state);
        state.left -= 1;
        match answer {
            Ok(answer) => {
                state.answers[chunk] = Some(answer);
                state.done.push_back(chunk);
            }
            Err(error) => {
                state.error.get_or_insert(error);
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    fn failed(&self) -> Option<Error> {
        locked(&self.state).error.clone()
    }

    /// Waits until `enough` says so, or the deadline is over.
    fn wait(
        &self,
        deadline: Option<Instant>,
        enough: impl Fn(&BatchState) -> bool,
    ) -> Option<MutexGuard<'_, BatchState>> {
        let mut state = locked(&self.state);
        while !enough(&state) {
            state = match deadline {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
                    self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        Some(state)
    }
}

impl Shared {
    fn child(&self, worker: usize) -> Option<Arc<Child>> {
        locked(&self.slots[worker].child).clone()
    }

    /// Starts a worker and waits until it is ready.
    fn start(&self, worker: usize) -> Result<(), Error> {
        let started = self.started();
        let mut state = locked(&self.state);
        match started {
            Ok(child) => {
                if state.ended.is_some() {
                    child.kill();
                }
                *locked(&self.slots[worker].child) = Some(Arc::new(child));
                Ok(())
            }
            Err(error) => {
                state.failure = Some(error.clone());
                Err(error)
            }
        }
    }

    fn started(&self) -> Result<Child, Error> {
        let child = Child::start(self.options.program.as_deref(), self.options.memory_limit)
            .map_err(|error| Error::Start(error.to_string()))?;
        match child.receive(Some(Instant::now() + 2 * PATIENCE)) {
            Ok(message) if message.kind() == READY => Ok(child),
            Ok(message) => Err(Error::Start(format!("it began with a message of kind {}", message.kind()))),
            Err(Lost::TimedOut) => Err(Error::Start("it was not ready in time".to_owned())),
            Err(Lost::Ended | Lost::System(_)) => {
                child.kill();
                let how =
                    child.wait(None).ok().flatten().map_or_else(|| "gone".to_owned(), |status| status.to_string());
                Err(Error::Start(format!("it ended before it was ready ({how})")))
            }
        }
    }

    // ANCHOR: keeper
    /// What a keeper does: tasks, as long as there are any, then waiting for one or for the end of the worker.
    fn keep(&self, worker: usize) {
        while locked(&self.state).ended.is_none() {
            let Some(child) = self.child(worker) else {
                match self.start(worker) {
                    Ok(()) => continue,
                    Err(_) => break,
                }
            };
            let mut state = locked(&self.state);
            if let Some(task) = state.queue.pop_front() {
                drop(state);
                self.perform(worker, task);
            } else if state.closed {
                break;
            } else {
                state.idle.push(worker);
                drop(state);
                if child.idle(&self.slots[worker].wake) == Idle::Dead {
                    self.bury(worker, &child);
                }
            }
        }
        self.leave(worker);
    }
    // ANCHOR_END: keeper

    /// An idle worker has ended.
    fn bury(&self, worker: usize, child: &Arc<Child>) {
        let mut state = locked(&self.state);
        let place = state.idle.iter().position(|idle| *idle == worker);
        place.map(|place| state.idle.swap_remove(place));
        drop(state);
        if place.is_none() {
            // Somebody has just taken it, will find out, and give it back.
            self.slots[worker].wake.wait();
        }
        let mut slot = locked(&self.slots[worker].child);
        if slot.as_ref().is_some_and(|now| Arc::ptr_eq(now, child)) {
            self.counts.replaced.fetch_add(1, Ordering::Relaxed);
            *slot = None;
        }
    }

    /// A keeper's last act. What is in the queue when the last of them goes has nobody to do it.
    fn leave(&self, worker: usize) {
        let mut state = locked(&self.state);
        state.keepers -= 1;
        if state.keepers == 0 && state.failure.is_some() && state.ended.is_none() {
            state.ended = state.failure.clone();
        }
        let ended = state.ended.clone();
        let left = if ended.is_some() { std::mem::take(&mut state.queue) } else { VecDeque::new() };
        drop(state);
        for task in left {
            task.batch.finish(task.chunk, Err(ended.clone().unwrap_or(Error::Terminated)));
        }
        let child = locked(&self.slots[worker].child).take();
        if let Some(child) = child {
            if ended.is_some() {
                child.kill();
            }
            child.hang_up();
            if !matches!(child.wait(Some(Instant::now() + PATIENCE)), Ok(Some(_))) {
                child.kill();
            }
        }
    }

    // ANCHOR: perform
    /// Has a worker do a task, and passes on what came of it. Whoever calls has the worker alone.
    fn perform(&self, worker: usize, mut task: Task) {
        if let Some(error) = task.batch.failed() {
            return task.batch.finish(task.chunk, Err(error));
        }
        let Some(child) = self.child(worker) else {
            return self.submit_again(task);
        };
        let deadline = self.options.time_limit.map(|limit| Instant::now() + limit);
        self.counts.messages.fetch_add(1, Ordering::Relaxed);
        self.counts.sent.fetch_add(task.message.bytes.len() as u64, Ordering::Relaxed);
        let answer = child.send(&task.message, deadline).and_then(|()| child.receive(deadline));
        let lost = match answer {
            Ok(answer) => {
                self.counts.received.fetch_add(answer.bytes.len() as u64, Ordering::Relaxed);
                return task.batch.finish(task.chunk, understood(task.name, task.first, answer));
            }
            Err(lost) => lost,
        };
        // The worker is gone, or will be in a moment: whatever it was writing, it writes no more.
        child.kill();
        let status = child.wait(None).ok().flatten();
        let how = status.map_or_else(|| "no trace".to_owned(), |status| status.to_string());
        *locked(&self.slots[worker].child) = None;
        self.counts.replaced.fetch_add(1, Ordering::Relaxed);
        task.attempts += 1;
        let name = task.name.to_owned();
        let ended = locked(&self.state).ended.clone();
        let error = match (ended, lost) {
            (Some(ended), _) => ended,
            (None, Lost::TimedOut) => {
                let limit = self.options.time_limit.unwrap_or_default();
                Error::TimedOut { name, index: task.first, limit }
            }
            (None, Lost::System(error)) => Error::System(format!("the connection to a worker failed: {error}")),
            (None, Lost::Ended) if task.attempts < self.options.attempts => return self.submit_again(task),
            (None, Lost::Ended) => {
                Error::Died { name, index: task.first, count: task.count, attempts: task.attempts, how }
            }
        };
        task.batch.finish(task.chunk, Err(error));
    }
    // ANCHOR_END: perform

    fn submit_again(&self, task: Task) {
        let mut state = locked(&self.state);
        if let Some(error) = state.ended.clone() {
            drop(state);
            return task.batch.finish(task.chunk, Err(error));
        }
        state.queue.push_front(task);
        self.wake_one(&mut state);
    }

    fn wake_one(&self, state: &mut State) {
        if let Some(worker) = state.idle.pop() {
            self.slots[worker].wake.signal();
        }
    }

    fn submit(&self, tasks: Vec<Task>) -> Result<(), Error> {
        let mut state = locked(&self.state);
        if let Some(error) = &state.ended {
            return Err(error.clone());
        }
        if state.closed {
            return Err(Error::Closed);
        }
        for task in tasks {
            state.queue.push_back(task);
            self.wake_one(&mut state);
        }
        Ok(())
    }

    fn end(&self, error: Error) {
        let mut state = locked(&self.state);
        state.ended.get_or_insert(error);
        state.idle.clear();
        drop(state);
        for slot in &self.slots {
            if let Some(child) = &*locked(&slot.child) {
                child.kill();
            }
            slot.wake.signal();
        }
    }
}

/// The message that asks for a function.
fn request(name: &'static str) -> Result<Message, Error> {
    let mut message = Message::new(TASK);
    encode(name, &mut message)?;
    Ok(message)
}

impl Pool {
    /// A pool of one worker for each core.
    ///
    /// # Errors
    /// As [`Options::start`].
    pub fn new() -> Result<Self, Error> {
        Self::options().start()
    }

    /// A pool that is to be something else than usual.
    pub fn options() -> Options {
        Options { workers: None, attempts: 3, time_limit: None, memory_limit: None, program: None }
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
        self.shared.counts.replaced.load(Ordering::Relaxed)
    }

    /// What has gone over the connections so far.
    pub fn traffic(&self) -> Traffic {
        let Counts { messages, sent, received, .. } = &self.shared.counts;
        let [messages, sent, received] = [messages, sent, received].map(|count| count.load(Ordering::Relaxed));
        Traffic { messages, sent, received }
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
        let (mut tasks, result) = self.prepare::<F, A, R>(function, &[input], 1)?;
        let taken = {
            let mut state = locked(&self.shared.state);
            if state.queue.is_empty() && !state.closed { state.idle.pop() } else { None }
        };
        match (taken, tasks.pop()) {
            (Some(worker), Some(task)) => {
                self.shared.perform(worker, task);
                let mut state = locked(&self.shared.state);
                let work = !state.queue.is_empty() || state.closed || state.ended.is_some();
                if work || self.shared.child(worker).is_none() {
                    self.shared.slots[worker].wake.signal();
                } else {
                    state.idle.push(worker);
                }
            }
            (None, Some(task)) => self.shared.submit(vec![task])?,
            (_, None) => {}
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
    /// # Errors
    /// As [`apply_async`](Self::apply_async).
    pub fn imap_unordered<F, A, R>(
        &self,
        function: F,
        inputs: impl IntoIterator<Item = A>,
        chunk: usize,
    ) -> Result<Unordered<R>, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let inputs: Vec<A> = inputs.into_iter().collect();
        let (tasks, result) = self.prepare::<F, A, R>(function, &inputs, chunk)?;
        self.shared.submit(tasks)?;
        Ok(Unordered { batch: result.batch, ready: VecDeque::new(), ended: false })
    }

    /// Has an array written by the workers, in parts of so many elements: each call is given the argument, the place of the part's
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
        let mut tasks = Vec::new();
        for (chunk, part) in array.parts(chunk).enumerate() {
            let mut message = request(name)?;
            encode(argument, &mut message)?;
            encode(&part, &mut message)?;
            message.seal();
            tasks.push((chunk, message));
        }
        let batch = Batch::new(tasks.len());
        let task =
            |(chunk, message)| Task { name, message, first: chunk, count: 1, attempts: 0, chunk, batch: batch.clone() };
        self.shared.submit(tasks.into_iter().map(task).collect())?;
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
        let batch = Batch::new(inputs.len().div_ceil(chunk));
        let mut tasks = Vec::new();
        for (place, inputs) in inputs.chunks(chunk).enumerate() {
            let mut message = request(name)?;
            encode(inputs, &mut message)?;
            message.seal();
            let (first, count) = (place * chunk, inputs.len());
            tasks.push(Task { name, message, first, count, attempts: 0, chunk: place, batch: batch.clone() });
        }
        Ok((tasks, AsyncResult { batch, unpack: all, of: PhantomData }))
    }

    /// Takes no more tasks. What has been submitted is done.
    pub fn close(&self) {
        let mut state = locked(&self.shared.state);
        state.closed = true;
        while !state.idle.is_empty() {
            self.shared.wake_one(&mut state);
        }
    }

    /// Closes the pool, and waits until everything is done and every worker has ended.
    ///
    /// # Errors
    /// When no worker was left to do what had been submitted.
    pub fn join(self) -> Result<(), Error> {
        self.close();
        self.wait_for_keepers();
        locked(&self.shared.state).ended.clone().map_or(Ok(()), Err)
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

/// The results of all chunks, in their order.
fn all<R: DeserializeOwned>(answers: &[Option<Message>]) -> Result<Vec<R>, Error> {
    let mut results = Vec::new();
    for answer in answers.iter().flatten() {
        let (of_chunk, _) = decode::<Vec<R>>(answer.body(), &answer.memories)?;
        if results.is_empty() {
            results = of_chunk;
        } else {
            results.extend(of_chunk);
        }
    }
    Ok(results)
}

/// The only result.
fn first<R: DeserializeOwned>(answers: &[Option<Message>]) -> Result<R, Error> {
    let result = all(answers)?.pop();
    result.ok_or_else(|| Error::Encoding("an answer without a result".to_owned()))
}

/// What will have come of tasks that were submitted.
#[derive(Debug)]
pub struct AsyncResult<T> {
    batch: Arc<Batch>,
    unpack: fn(&[Option<Message>]) -> Result<T, Error>,
    of: PhantomData<fn() -> T>,
}

impl<T> AsyncResult<T> {
    /// Whether [`get`](Self::get) would not wait.
    pub fn ready(&self) -> bool {
        let state = locked(&self.batch.state);
        state.left == 0 || state.error.is_some()
    }

    /// Waits for the result.
    ///
    /// # Errors
    /// The first thing that went wrong.
    pub fn get(&self) -> Result<T, Error> {
        self.get_before(None).unwrap_or(Err(Error::Terminated))
    }

    /// Waits for the result, but no longer than this.
    ///
    /// # Errors
    /// [`Error::NotReady`], or the first thing that went wrong.
    pub fn get_timeout(&self, patience: Duration) -> Result<T, Error> {
        self.get_before(Some(Instant::now() + patience)).unwrap_or(Err(Error::NotReady(patience)))
    }

    fn get_before(&self, deadline: Option<Instant>) -> Option<Result<T, Error>> {
        let state = self.batch.wait(deadline, |state| state.left == 0 || state.error.is_some())?;
        Some(match &state.error {
            Some(error) => Err(error.clone()),
            None => (self.unpack)(&state.answers),
        })
    }
}

/// Results in the order in which they are done.
#[derive(Debug)]
pub struct Unordered<R> {
    batch: Arc<Batch>,
    ready: VecDeque<R>,
    ended: bool,
}

impl<R: DeserializeOwned> Iterator for Unordered<R> {
    type Item = Result<R, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() && !self.ended {
            let done = |state: &BatchState| !state.done.is_empty() || state.left == 0 || state.error.is_some();
            let mut state = self.batch.wait(None, done)?;
            let Some(chunk) = state.done.pop_front() else {
                self.ended = true;
                return state.error.clone().map(Err);
            };
            let answer = state.answers[chunk].take();
            drop(state);
            match all(&[answer]) {
                Ok(results) => self.ready = results.into(),
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
        self.ready.pop_front().map(Ok)
    }
}
