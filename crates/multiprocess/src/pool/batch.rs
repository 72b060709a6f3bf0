//! What one call has submitted, and what has come of it.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use crate::os::{Message, after};
use crate::wire::decode;
use crate::{Error, locked};

/// What one call has submitted.
#[derive(Debug, Default)]
pub(super) struct Batch {
    state: Mutex<BatchState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
pub(super) struct BatchState {
    pub(super) answers: Vec<Option<Message>>,
    /// Chunks in the order in which they were done, for those who take them so.
    pub(super) done: VecDeque<usize>,
    /// Places of answers that have been taken.
    free: Vec<usize>,
    /// Answers that are owed.
    pub(super) left: usize,
    /// The first thing that went wrong. What is not begun by then is not begun at all.
    pub(super) error: Option<Error>,
}

impl BatchState {
    /// Whether nothing that is still to come can change the result.
    pub(super) fn is_decided(&self) -> bool {
        self.left == 0 || self.error.is_some()
    }

    /// Takes the answer to the chunk that was done first.
    pub(super) fn take_done(&mut self) -> Option<Option<Message>> {
        let place = self.done.pop_front()?;
        self.free.push(place);
        Some(self.answers[place].take())
    }
}

impl Batch {
    /// Owes one answer more.
    pub(super) fn owe(self: &Arc<Self>) -> Owed {
        let mut state = locked(&self.state);
        let chunk = state.free.pop().unwrap_or_else(|| {
            state.answers.push(None);
            state.answers.len() - 1
        });
        state.left += 1;
        Owed { batch: self.clone(), chunk, owed: true }
    }

    /// Ends with an error, if there is none yet.
    pub(super) fn fail(&self, error: Error) {
        locked(&self.state).error.get_or_insert(error);
        self.changed.notify_all();
    }

    pub(super) fn failed(&self) -> Option<Error> {
        locked(&self.state).error.clone()
    }

    /// Waits until `enough` says so, or the deadline is over.
    pub(super) fn wait(
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

/// An answer that somebody waits for. Who drops it without one leaves an error instead.
#[derive(Debug)]
pub(super) struct Owed {
    pub(super) batch: Arc<Batch>,
    chunk: usize,
    owed: bool,
}

impl Owed {
    /// Gives the answer.
    pub(super) fn give(mut self, answer: Result<Message, Error>) {
        self.settle(answer);
    }

    fn settle(&mut self, answer: Result<Message, Error>) {
        self.owed = false;
        let mut state = locked(&self.batch.state);
        state.left -= 1;
        match answer {
            Ok(answer) => {
                state.answers[self.chunk] = Some(answer);
                state.done.push_back(self.chunk);
            }
            Err(error) => {
                state.error.get_or_insert(error);
            }
        }
        drop(state);
        self.batch.changed.notify_all();
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        if self.owed {
            self.settle(Err(Error::System("a task was given up: the thread that had it failed".to_owned())));
        }
    }
}

/// The results of all chunks, in their order.
pub(super) fn all<R: DeserializeOwned>(answers: &[Option<Message>]) -> Result<Vec<R>, Error> {
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
pub(super) fn first<R: DeserializeOwned>(answers: &[Option<Message>]) -> Result<R, Error> {
    let result = all(answers)?.pop();
    result.ok_or_else(|| Error::Encoding("an answer without a result".to_owned()))
}

/// What will have come of tasks that were submitted.
#[derive(Debug)]
pub struct AsyncResult<T> {
    pub(super) batch: Arc<Batch>,
    pub(super) unpack: fn(&[Option<Message>]) -> Result<T, Error>,
    pub(super) of: PhantomData<fn() -> T>,
}

impl<T> AsyncResult<T> {
    /// Whether [`get`](Self::get) would not wait.
    pub fn ready(&self) -> bool {
        locked(&self.batch.state).is_decided()
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
        self.get_before(after(patience)).unwrap_or(Err(Error::NotReady(patience)))
    }

    fn get_before(&self, deadline: Option<Instant>) -> Option<Result<T, Error>> {
        let state = self.batch.wait(deadline, BatchState::is_decided)?;
        Some(match &state.error {
            Some(error) => Err(error.clone()),
            None => (self.unpack)(&state.answers),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_dropped_is_an_error_and_nobody_waits_for_it() {
        let batch = Arc::new(Batch::default());
        let (given, dropped) = (batch.owe(), batch.owe());
        given.give(Ok(Message::new(0)));
        let result = AsyncResult { batch, unpack: |_| Ok(()), of: PhantomData };
        assert!(!result.ready());
        assert_eq!(result.get_timeout(Duration::ZERO), Err(Error::NotReady(Duration::ZERO)));
        let thread = std::thread::spawn(move || {
            let _dropped = dropped;
            std::panic::resume_unwind(Box::new("this panic belongs to a test"));
        });
        assert!(thread.join().is_err());
        assert!(matches!(result.get(), Err(Error::System(why)) if why.contains("given up")));
    }

    #[test]
    fn a_patience_that_no_clock_can_count_waits_for_the_result() {
        let batch = Arc::new(Batch::default());
        batch.owe().give(Ok(Message::new(0)));
        let result = AsyncResult { batch, unpack: |answers| Ok(answers.len()), of: PhantomData };
        assert_eq!(result.get_timeout(Duration::MAX), Ok(1));
    }
}
