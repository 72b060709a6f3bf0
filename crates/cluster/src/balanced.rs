//! The load-balanced view: tasks on a queue, each for the engine that has nothing to do.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::job::Job;
use crate::options::{Acks, ViewOptions};
use crate::session::Session;
use crate::task::name_of;
use crate::wire::{bytes_of, decode, type_of};

/// Gives tasks to whichever engine has nothing to do: IPython's `LoadBalancedView`.
///
/// A task lies on the server's disk until its result does. Engines may end at any moment, all but one, and the server too when it is started
/// again on its folder: every result comes, and comes once.
#[derive(Clone)]
pub struct LoadBalancedView {
    session: Session,
    options: ViewOptions,
}

impl fmt::Debug for LoadBalancedView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoadBalancedView {:?}", self.options)
    }
}

impl LoadBalancedView {
    pub(crate) fn new(session: Session) -> Self {
        Self { session, options: ViewOptions::default() }
    }

    /// How many tasks an engine may hold: 1, or so many when the queue is long. By default 16. Small tasks gain by it what a message
    /// costs.
    pub fn batch(mut self, tasks: u32) -> Self {
        self.options.batch = tasks.max(1);
        self
    }

    /// Whether an engine waits until the server confirms that it knows of a task's end. By default it does not.
    pub fn acks(mut self, acks: Acks) -> Self {
        self.options.acks = acks;
        self
    }

    /// How long an engine may give no sign of life before its task goes to another one: by default 2 s. A task may take much longer than
    /// that, as its engine gives a sign three times as often. It holds for all clients of one program.
    pub fn ack_wait(mut self, wait: Duration) -> Self {
        self.options.ack_wait = wait.max(Duration::from_millis(30));
        self
    }

    /// How often a task is tried whose engine ends in the middle: by default 4 times. Without an end, a task that kills its engine would
    /// kill them all.
    pub fn max_deliver(mut self, tries: u32) -> Self {
        self.options.max_deliver = tries.max(1);
        self
    }

    /// How long all tasks of a call may take together. By default, for ever: as long as an engine is alive.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.options.timeout = Some(limit);
        self
    }

    /// Calls a function with each of the inputs, and gives the results in the order of the inputs.
    ///
    /// # Errors
    /// The first that comes: a task that panicked or was given up, no engines, a server that does not come back. What is not done then
    /// is taken from the queue.
    pub fn map<F, A, R>(&self, function: F, inputs: impl IntoIterator<Item = A>) -> Result<Vec<R>, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let mut results = Vec::new();
        for result in self.map_unordered(function, inputs)? {
            let (index, result) = result?;
            if results.len() <= index {
                results.resize_with(index + 1, || None);
            }
            results[index] = Some(result);
        }
        let of = results.len() as u64;
        let whole: Option<Vec<R>> = results.into_iter().collect();
        // Each index comes once, and the last one has come.
        whole.ok_or(Error::EnginesLost { missing: 1, of, how: "a result is missing".to_owned() })
    }

    /// The same, and gives each result as it comes, with the index of its input. Inputs are drawn as they are needed.
    ///
    /// # Errors
    /// When the function is not registered, or there is no engine. What goes wrong later is an item, the last one.
    pub fn map_unordered<F, A, R, I>(&self, function: F, inputs: I) -> Result<Unordered<I::IntoIter, R>, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
        I: IntoIterator<Item = A>,
    {
        let _ = function;
        let name = name_of::<F>()?;
        let job = self.session.wait_for(Job::new(&self.session, name, type_of::<A>(), &self.options))?;
        let (session, inputs) = (self.session.clone(), Some(inputs.into_iter()));
        Ok(Unordered { session, job: Some(job), inputs, result: std::marker::PhantomData })
    }

    /// Calls a function once, on one engine.
    ///
    /// # Errors
    /// As for [`map`](Self::map).
    pub fn apply<F, A, R>(&self, function: F, argument: A) -> Result<R, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let mut results = self.map_unordered(function, [argument])?;
        match results.next() {
            Some(result) => result.map(|(_, result)| result),
            None => Err(Error::EnginesLost { missing: 1, of: 1, how: "a result is missing".to_owned() }),
        }
    }
}

/// Results in the order in which they come, each with the index of its input: see
/// [`map_unordered`](LoadBalancedView::map_unordered).
pub struct Unordered<I, R> {
    session: Session,
    job: Option<Job>,
    inputs: Option<I>,
    result: std::marker::PhantomData<fn() -> R>,
}

impl<I, R> fmt::Debug for Unordered<I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unordered {{ more: {} }}", self.job.is_some())
    }
}

impl<I: Iterator<Item: Serialize>, R: DeserializeOwned> Unordered<I, R> {
    /// Gives as many tasks as may be under way, and waits for a result.
    fn result(&mut self) -> Option<Result<(usize, R), Error>> {
        let job = self.job.as_mut()?;
        while let Some(inputs) = &mut self.inputs
            && job.takes_more()
        {
            match inputs.next() {
                Some(input) => match bytes_of([input].as_slice()) {
                    Ok(bytes) => job.give(Bytes::from(bytes)),
                    Err(error) => return Some(Err(error)),
                },
                None => self.inputs = None,
            }
        }
        let result = self.session.wait_for(job.next())?;
        Some(result.and_then(|(index, bytes)| {
            let result = decode::<Vec<R>>(&bytes)?.pop();
            let none = || Error::Encoding(format!("task {index} has no result"));
            Ok((index as usize, result.ok_or_else(none)?))
        }))
    }
}

impl<I: Iterator<Item: Serialize>, R: DeserializeOwned> Iterator for Unordered<I, R> {
    type Item = Result<(usize, R), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let result = self.result();
        if !matches!(result, Some(Ok(_))) {
            self.job = None;
        }
        result
    }
}
