//! The threads that look after workers, and what they share.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::options::Options;
use super::submitted::Task;
use super::traffic::Traffic;
use crate::ends::{end_of, not_ready};
use crate::os::{Child, Idle, Lost, Message, PATIENCE, Patience, Wake, after};
use crate::panics::{discard, text_of};
use crate::stall::{Watch, Worked};
use crate::worker::{READY, understood};
use crate::{Error, locked};

#[derive(Debug, Default)]
struct Counts {
    messages: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
    replaced: AtomicU64,
    renewed: AtomicU64,
}

/// What the keepers of a pool and its callers share.
#[derive(Debug)]
pub(super) struct Shared {
    options: Options,
    state: Mutex<State>,
    pub(super) slots: Vec<Slot>,
    counts: Counts,
    worked: Worked,
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

/// A place for a worker.
#[derive(Debug)]
pub(super) struct Slot {
    child: Mutex<Option<Arc<Child>>>,
    /// A child that is not ready yet.
    coming: Mutex<Option<Arc<Child>>>,
    /// Tasks that the child has done.
    tasks: AtomicU64,
    wake: Wake,
}

/// An idle worker that a caller has taken from its keeper, to be given back.
struct Borrowed<'a> {
    shared: &'a Shared,
    worker: usize,
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let mut state = locked(&self.shared.state);
        let work = !state.queue.is_empty() || state.closed || state.ended.is_some();
        if work || self.shared.child(self.worker).is_none() {
            self.shared.slots[self.worker].wake.signal();
        } else {
            state.idle.push(self.worker);
        }
    }
}

impl Shared {
    pub(super) fn new(options: Options, workers: usize) -> Result<Self, Error> {
        let slot = |_| {
            let wake = Wake::new().map_err(|error| Error::refused("event for a worker", &error))?;
            Ok::<_, Error>(Slot { child: Mutex::new(None), coming: Mutex::new(None), tasks: AtomicU64::new(0), wake })
        };
        Ok(Self {
            options,
            state: Mutex::default(),
            slots: (0..workers).map(slot).collect::<Result<_, _>>()?,
            counts: Counts::default(),
            worked: Worked::default(),
        })
    }

    /// Starts the threads that start the workers and look after them. Each reports once.
    pub(super) fn start_keepers(
        self: &Arc<Self>,
        keepers: &mut Vec<JoinHandle<()>>,
    ) -> Result<Receiver<Result<(), Error>>, Error> {
        let (report, reports) = channel();
        for worker in 0..self.slots.len() {
            let (shared, report) = (self.clone(), report.clone());
            locked(&self.state).keepers += 1;
            let keeper = thread::Builder::new().name(format!("keeper {worker}"));
            match keeper.spawn(move || shared.look_after(worker, &report)) {
                Ok(keeper) => keepers.push(keeper),
                Err(error) => {
                    locked(&self.state).keepers -= 1;
                    return Err(Error::refused("thread for a worker", &error));
                }
            }
        }
        Ok(reports)
    }

    /// A keeper's life.
    fn look_after(&self, worker: usize, report: &Sender<Result<(), Error>>) {
        self.guarded(worker, report, || {
            let started = self.start(worker);
            let ready = started.is_ok();
            // The caller that started the pool may have returned, with the first error.
            let _ = report.send(started);
            if ready {
                self.keep(worker);
            }
        });
    }

    /// Whatever ends a keeper's life, a panic too, is told to those who wait for it.
    fn guarded(&self, worker: usize, report: &Sender<Result<(), Error>>, life: impl FnOnce()) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(life)) {
            let why = format!("the thread that looks after a worker panicked: {}", text_of(&*payload));
            discard(payload);
            locked(&self.state).failure = Some(Error::System(why.clone()));
            let _ = report.send(Err(Error::System(why)));
        }
        self.leave(worker);
    }

    pub(super) fn child(&self, worker: usize) -> Option<Arc<Child>> {
        locked(&self.slots[worker].child).clone()
    }

    pub(super) fn replaced(&self) -> u64 {
        self.counts.replaced.load(Ordering::Relaxed)
    }

    pub(super) fn renewed(&self) -> u64 {
        self.counts.renewed.load(Ordering::Relaxed)
    }

    pub(super) fn traffic(&self) -> Traffic {
        let Counts { messages, sent, received, .. } = &self.counts;
        let [messages, sent, received] = [messages, sent, received].map(|count| count.load(Ordering::Relaxed));
        Traffic { messages, sent, received }
    }

    /// Starts a worker and waits until it is ready.
    fn start(&self, worker: usize) -> Result<(), Error> {
        let slot = &self.slots[worker];
        let started = self.started(slot);
        *locked(&slot.coming) = None;
        let mut state = locked(&self.state);
        match started {
            Ok(child) => {
                if state.ended.is_some() {
                    child.kill();
                }
                slot.tasks.store(0, Ordering::Relaxed);
                *locked(&slot.child) = Some(child);
                Ok(())
            }
            Err(error) => {
                state.failure = Some(error.clone());
                Err(error)
            }
        }
    }

    fn started(&self, slot: &Slot) -> Result<Arc<Child>, Error> {
        let child = Child::start(self.options.program.as_deref(), self.options.memory_limit)
            .map_err(|error| Error::no_process(&error))?;
        let child = Arc::new(child);
        *locked(&slot.coming) = Some(child.clone());
        if let Some(error) = &locked(&self.state).ended {
            return Err(error.clone());
        }
        match child.receive(Patience::until(after(2 * PATIENCE))) {
            Ok(message) if message.kind() == READY => {}
            answer => return Err(not_ready(&child, answer)),
        }
        if let Some(initializer) = self.options.initializer.as_deref() {
            let (name, message) = initializer.as_ref().map_err(Error::clone)?;
            let answer = self.ask(&child, message).map_err(|lost| self.lost(&child, name, (0, 1), 1, lost))?;
            understood(name, 0, 1, answer)?;
        }
        Ok(child)
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
        state.idle.retain(|idle| *idle != worker);
        if state.keepers == 0 && state.failure.is_some() && state.ended.is_none() {
            state.ended = state.failure.clone();
        }
        let ended = state.ended.clone();
        let left = if ended.is_some() { std::mem::take(&mut state.queue) } else { VecDeque::new() };
        // It may have been woken for a task that it does not take any more.
        if !state.queue.is_empty() {
            self.wake_one(&mut state);
        }
        drop(state);
        for task in left {
            task.answer.give(Err(ended.clone().unwrap_or(Error::Terminated)));
        }
        let child = locked(&self.slots[worker].child).take();
        if let Some(child) = child {
            if ended.is_some() {
                child.kill();
            }
            send_home(&child);
        }
    }

    // ANCHOR: perform
    /// Runs one task on a worker and returns its result. Nothing else uses the worker meanwhile.
    fn perform(&self, worker: usize, mut task: Task) {
        if let Some(error) = task.answer.batch.failed() {
            return task.answer.give(Err(error));
        }
        let Some(child) = self.child(worker) else {
            return self.submit_again(task);
        };
        self.counts.messages.fetch_add(1, Ordering::Relaxed);
        self.counts.sent.fetch_add(task.message.bytes.len() as u64, Ordering::Relaxed);
        let lost = match self.ask(&child, &task.message) {
            Ok(answer) => {
                self.counts.received.fetch_add(answer.bytes.len() as u64, Ordering::Relaxed);
                task.answer.give(understood(task.name, task.first, task.count, answer));
                return self.renew_if_due(worker, &child);
            }
            // It has answered: the worker is well.
            Err(Lost::Refused(why)) => return task.answer.give(Err(Error::Memory(why))),
            Err(lost) => lost,
        };
        task.attempts += 1;
        let ended_by_itself = matches!(lost, Lost::Ended);
        let error = self.lost(&child, task.name, (task.first, task.count), task.attempts, lost);
        *locked(&self.slots[worker].child) = None;
        self.counts.replaced.fetch_add(1, Ordering::Relaxed);
        if let Some(ended) = locked(&self.state).ended.clone() {
            return task.answer.give(Err(ended));
        }
        if ended_by_itself && task.attempts < self.options.attempts {
            return self.submit_again(task);
        }
        task.answer.give(Err(error));
    }
    // ANCHOR_END: perform

    /// Sends a worker a message and waits for its answer.
    fn ask(&self, child: &Child, message: &Message) -> Result<Message, Lost> {
        let deadline = self.options.time_limit.and_then(after);
        let watch = self.options.stall_limit.map(|limit| Watch::new(limit, &self.worked, Instant::now()));
        let stalled = || watch.as_ref().is_some_and(|watch| watch.stalled(child).is_some());
        let patience = Patience { deadline, watch: watch.as_ref().map(|watch| (watch.every(), &stalled as _)) };
        let answer = child.send(message, patience).and_then(|()| child.receive(patience));
        if watch.is_some() && answer.is_ok() {
            self.worked.at(Instant::now());
        }
        answer
    }

    /// What it means that there is no answer. Kills the worker: whatever it was writing, it writes no more.
    fn lost(&self, child: &Child, name: &str, (index, count): (usize, usize), attempts: u32, lost: Lost) -> Error {
        // As long as it is there, it can be seen what it does.
        let workers = if matches!(lost, Lost::Stalled) { self.stalled(child) } else { Vec::new() };
        child.kill();
        let how = end_of(child);
        let name = name.to_owned();
        match lost {
            Lost::TimedOut => Error::TimedOut { name, index, limit: self.options.time_limit.unwrap_or_default() },
            Lost::Stalled => {
                Error::Stalled { name, index, limit: self.options.stall_limit.unwrap_or_default(), workers }
            }
            Lost::System(error) => Error::System(format!("the connection to a worker failed: {error}")),
            Lost::Refused(why) => Error::Memory(why),
            Lost::Ended => Error::Died { name, index, count, attempts, how },
        }
    }

    /// A worker that has stalled, and others that are stopped, with their states.
    fn stalled(&self, child: &Child) -> Vec<(u32, String)> {
        let state = child.look().map_or_else(|| "unknown".to_owned(), |look| look.state);
        let mut workers = vec![(child.id(), state)];
        for other in (0..self.slots.len()).filter_map(|worker| self.child(worker)) {
            if let Some(look) = other.look().filter(|look| other.id() != child.id() && look.is_stopped()) {
                workers.push((other.id(), look.state));
            }
        }
        workers
    }

    /// Ends a worker that has done as many tasks, or has grown as large, as the options allow. Its keeper starts another one.
    fn renew_if_due(&self, worker: usize, child: &Child) {
        let slot = &self.slots[worker];
        let tasks = slot.tasks.fetch_add(1, Ordering::Relaxed) + 1;
        let many = self.options.tasks_per_worker.is_some_and(|most| tasks >= most);
        let large = || self.options.resident_limit.is_some_and(|most| child.resident().is_some_and(|now| now > most));
        if many || large() {
            *locked(&slot.child) = None;
            self.counts.renewed.fetch_add(1, Ordering::Relaxed);
            send_home(child);
        }
    }

    fn submit_again(&self, task: Task) {
        let mut state = locked(&self.state);
        if let Some(error) = state.ended.clone() {
            drop(state);
            return task.answer.give(Err(error));
        }
        state.queue.push_front(task);
        self.wake_one(&mut state);
    }

    fn wake_one(&self, state: &mut State) {
        if let Some(worker) = state.idle.pop() {
            self.slots[worker].wake.signal();
        }
    }

    /// Runs a task on an idle worker from the calling thread, or submits it if there is none.
    pub(super) fn do_or_submit(&self, task: Task) -> Result<(), Error> {
        let idle = {
            let mut state = locked(&self.state);
            if state.queue.is_empty() && !state.closed { state.idle.pop() } else { None }
        };
        let Some(worker) = idle else { return self.submit(vec![task]) };
        let borrowed = Borrowed { shared: self, worker };
        self.perform(borrowed.worker, task);
        Ok(())
    }

    pub(super) fn submit(&self, tasks: Vec<Task>) -> Result<(), Error> {
        let mut state = locked(&self.state);
        let refused = state.ended.clone().or_else(|| state.closed.then_some(Error::Closed));
        if let Some(error) = refused {
            drop(state);
            tasks.into_iter().for_each(|task| task.answer.give(Err(error.clone())));
            return Err(error);
        }
        for task in tasks {
            state.queue.push_back(task);
            self.wake_one(&mut state);
        }
        Ok(())
    }

    /// Takes no more tasks.
    pub(super) fn close(&self) {
        let mut state = locked(&self.state);
        state.closed = true;
        while !state.idle.is_empty() {
            self.wake_one(&mut state);
        }
    }

    /// Kills the workers. What is not done fails.
    pub(super) fn end(&self, error: Error) {
        let mut state = locked(&self.state);
        state.ended.get_or_insert(error);
        state.idle.clear();
        drop(state);
        for slot in &self.slots {
            for child in [&slot.coming, &slot.child] {
                if let Some(child) = &*locked(child) {
                    child.kill();
                }
            }
            slot.wake.signal();
        }
    }

    /// Why nothing is done any more.
    pub(super) fn ended(&self) -> Option<Error> {
        locked(&self.state).ended.clone()
    }
}

/// Lets a worker that has nothing to do end by itself.
fn send_home(child: &Child) {
    child.hang_up();
    if !matches!(child.wait(after(PATIENCE)), Ok(Some(_))) {
        child.kill();
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::marker::PhantomData;
    use std::panic::resume_unwind;

    use super::super::batch::{AsyncResult, Batch};
    use super::*;
    use crate::worker::TASK;

    #[test]
    fn a_keeper_that_panics_fails_what_waits_for_it() {
        struct PanicsToo;
        impl Drop for PanicsToo {
            fn drop(&mut self) {
                resume_unwind(Box::new("once more"));
            }
        }
        let shared = Shared::new(Options::new(), 2).unwrap();
        locked(&shared.state).keepers = 2;
        let batch = Arc::new(Batch::default());
        let pending = AsyncResult { batch: batch.clone(), unpack: |_| Ok(()), of: PhantomData };
        let task = || Task::new("task", Message::new(TASK), 0, 1, batch.owe());
        shared.submit(vec![task(), task()]).unwrap();
        let (report, reports) = channel();
        shared.guarded(0, &report, || resume_unwind(Box::new("of a test".to_owned())));
        assert!(matches!(reports.recv().unwrap(), Err(Error::System(why)) if why.ends_with("panicked: of a test")));
        assert!(!pending.ready(), "another keeper is left");
        // The last one panics with a task in its hands.
        let mut taken = None;
        shared.guarded(1, &report, || {
            taken = locked(&shared.state).queue.pop_front();
            resume_unwind(Box::new(PanicsToo));
        });
        assert!(matches!(pending.get(), Err(Error::System(why)) if why.ends_with("panicked: no message")));
        drop(taken);
        assert!(matches!(shared.submit(vec![task()]), Err(Error::System(_))));
    }
}
