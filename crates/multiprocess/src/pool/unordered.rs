//! Results in the order in which they are done, of inputs that are drawn as they are needed.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::batch::{Batch, BatchState, all};
use super::keeper::Shared;
use super::submitted::Task;
use crate::Error;

/// How many chunks are under way for each worker: one that it has, and some for it to go on with until results are taken.
const AHEAD: usize = 4;

/// Results in the order in which they are done: see [`Pool::imap_unordered`](crate::Pool::imap_unordered).
pub struct Unordered<I, R> {
    shared: Arc<Shared>,
    name: &'static str,
    /// Inputs that are still to be drawn.
    inputs: Option<I>,
    chunk: usize,
    /// Inputs that have been drawn.
    drawn: usize,
    /// Chunks that are submitted and whose results have not been taken.
    under_way: usize,
    batch: Arc<Batch>,
    ready: VecDeque<R>,
}

impl<I, R> fmt::Debug for Unordered<I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, chunk, drawn, under_way, .. } = self;
        write!(f, "Unordered {{ {name}: {drawn} inputs drawn, {under_way} chunks of {chunk} under way }}")
    }
}

impl<I: Iterator<Item: Serialize>, R> Unordered<I, R> {
    pub(super) fn new(shared: Arc<Shared>, name: &'static str, inputs: I, chunk: usize) -> Self {
        let batch = Arc::new(Batch::default());
        let chunk = chunk.max(1);
        Self { shared, name, inputs: Some(inputs), chunk, drawn: 0, under_way: 0, batch, ready: VecDeque::new() }
    }

    /// Submits as many chunks as may be under way.
    pub(super) fn submit(&mut self) -> Result<(), Error> {
        while self.under_way < AHEAD * self.shared.slots.len() {
            let Some(inputs) = &mut self.inputs else { break };
            let chunk: Vec<I::Item> = inputs.by_ref().take(self.chunk).collect();
            let (first, count) = (self.drawn, chunk.len());
            if count < self.chunk {
                self.inputs = None;
            }
            if count == 0 {
                break;
            }
            let message = Task::message(self.name, chunk.as_slice())?;
            self.drawn += count;
            self.shared.submit(vec![Task::new(self.name, message, first, count, self.batch.owe())])?;
            self.under_way += 1;
        }
        Ok(())
    }
}

impl<I: Iterator<Item: Serialize>, R: DeserializeOwned> Iterator for Unordered<I, R> {
    type Item = Result<R, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            if let Err(error) = self.submit() {
                // What is done already comes first.
                self.inputs = None;
                self.batch.fail(error);
            }
            let done = |state: &BatchState| !state.done.is_empty() || state.is_decided();
            let mut state = self.batch.wait(None, done)?;
            let Some(answer) = state.take_done() else {
                let error = state.error.clone();
                drop(state);
                return self.end(error);
            };
            drop(state);
            self.under_way -= 1;
            match all(&[answer]) {
                Ok(results) => self.ready = results.into(),
                Err(error) => return self.end(Some(error)),
            }
        }
        self.ready.pop_front().map(Ok)
    }
}

impl<I, R> Unordered<I, R> {
    /// Nothing comes any more, but for an error.
    fn end(&mut self, error: Option<Error>) -> Option<Result<R, Error>> {
        self.inputs = None;
        self.batch = Arc::new(Batch::default());
        error.map(Err)
    }
}
