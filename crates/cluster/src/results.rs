//! Results that are under way: `AsyncResult`.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::post::Answered;
use crate::session::Session;
use crate::wire::decode;
use crate::{EngineId, Error};

/// What an engine sends back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One value.
    Value,
    /// A list, which belongs to those of the other engines.
    List,
}

/// An answer that is under way, or has come.
enum Slot {
    Waiting(oneshot::Receiver<Answered>),
    Come(Answered),
}

/// Results that are under way: of each engine one, in the order of the view, or of each input one, in their order.
pub struct AsyncResult<R> {
    session: Session,
    slots: Mutex<Vec<(EngineId, Slot)>>,
    shape: Shape,
    /// The function, and the first index of each engine, when this is work that statistics count.
    counted: Option<(Arc<str>, Vec<u64>)>,
    result: PhantomData<fn() -> R>,
}

impl<R> fmt::Debug for AsyncResult<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AsyncResult {{ ready: {} }}", self.ready())
    }
}

impl<R> AsyncResult<R> {
    pub(crate) fn new(
        session: Session,
        asked: Vec<(EngineId, Result<oneshot::Receiver<Answered>, Error>)>,
        shape: Shape,
        counted: Option<(Arc<str>, Vec<u64>)>,
    ) -> Self {
        let slot = |asked| match asked {
            Ok(receiver) => Slot::Waiting(receiver),
            Err(error) => Slot::Come(Err(error)),
        };
        let slots = asked.into_iter().map(|(engine, asked)| (engine, slot(asked))).collect();
        Self { session, slots: Mutex::new(slots), shape, counted, result: PhantomData }
    }

    /// Whether all results are there: `get` would not wait.
    pub fn ready(&self) -> bool {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.iter_mut().all(|(_, slot)| {
            if let Slot::Waiting(receiver) = slot {
                match receiver.try_recv() {
                    Ok(answered) => *slot = Slot::Come(answered),
                    Err(oneshot::error::TryRecvError::Empty) => return false,
                    Err(oneshot::error::TryRecvError::Closed) => *slot = Slot::Come(Err(Error::Cut)),
                }
            }
            true
        })
    }

    /// Waits until all results are there, but no longer than this, and says whether they are.
    pub fn wait(&self, patience: Duration) -> bool {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Instant::now().checked_add(patience);
        self.session.wait_for(async {
            for (_, slot) in slots.iter_mut() {
                if let Slot::Waiting(receiver) = slot {
                    let answered = match until {
                        Some(until) => timeout_at(until, &mut *receiver).await,
                        None => Ok((&mut *receiver).await),
                    };
                    match answered {
                        Ok(answered) => *slot = Slot::Come(answered.unwrap_or(Err(Error::Cut))),
                        Err(_) => return false,
                    }
                }
            }
            true
        })
    }

    /// The answers of all engines, each with its bytes.
    fn answers(self) -> Result<Vec<Bytes>, Error> {
        self.wait(Duration::MAX);
        let slots = self.slots.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (mut results, mut errors) = (Vec::with_capacity(slots.len()), Vec::new());
        for (place, (engine, slot)) in slots.into_iter().enumerate() {
            let answered = match slot {
                Slot::Come(answered) => answered,
                Slot::Waiting(_) => Err(Error::Cut),
            };
            match answered.and_then(|(answer, bytes)| answer.outcome.map(|()| (answer.span, bytes))) {
                Ok((span, bytes)) => {
                    if let Some((name, first)) = &self.counted {
                        self.session.lock_statistics().add(engine, name, first[place], span);
                    }
                    results.push(bytes);
                }
                Err(error) => errors.push((engine, error)),
            }
        }
        if errors.is_empty() { Ok(results) } else { Err(Error::Engines(errors)) }
    }

    /// Waits until everything is done that has no result.
    pub(crate) fn done(self) -> Result<(), Error> {
        self.answers().map(|_| ())
    }
}

impl<R: DeserializeOwned> AsyncResult<R> {
    /// Waits for all results.
    ///
    /// # Errors
    /// [`Error::Engines`] names each engine whose result is none, with what went wrong there.
    pub fn get(self) -> Result<Vec<R>, Error> {
        let shape = self.shape;
        let mut results = Vec::new();
        for bytes in self.answers()? {
            match shape {
                Shape::Value => results.push(decode(&bytes)?),
                Shape::List => results.extend(decode::<Vec<R>>(&bytes)?),
            }
        }
        Ok(results)
    }
}
