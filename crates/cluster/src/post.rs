//! Questions that are under way to engines, and their answers.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_nats::Subscriber;
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::oneshot;

use crate::Error;
use crate::connection::Link;
use crate::parts::{Halves, send};
use crate::wire::{Answer, Ask, Beat, client_subject, encode, engine_subject, split};

/// In so many signs of life in a row an engine may not mention a question that it was asked, before it has surely lost it.
const MISSED: u32 = 6;

/// What comes back: what the engine says, and the bytes of the result.
pub(crate) type Answered = Result<(Answer, Bytes), Error>;

/// Questions that are under way.
#[derive(Debug)]
pub(crate) struct Post {
    link: Link,
    instance: String,
    next: AtomicU64,
    open: Mutex<HashMap<u64, Open>>,
}

#[derive(Debug)]
struct Open {
    engine: String,
    missed: u32,
    answer: oneshot::Sender<Answered>,
}

impl Post {
    pub(crate) async fn new(link: Link) -> Result<(Self, Subscriber), Error> {
        let instance = link.word();
        let answers = link.client.subscribe(client_subject(&instance)).await;
        let answers = answers.map_err(|error| Error::server("to listen", error))?;
        // No two clients begin to count at the same number.
        let first = RandomState::new().hash_one(&instance) << 32;
        Ok((Self { link, instance, next: AtomicU64::new(first), open: Mutex::default() }, answers))
    }

    /// Asks an engine.
    pub(crate) async fn ask(
        &self,
        engine: &str,
        ask: &Ask,
        bytes: &[u8],
    ) -> Result<oneshot::Receiver<Answered>, Error> {
        // Without a connection it would wait for one without an end.
        self.link.connected().await?;
        let question = self.next.fetch_add(1, Ordering::Relaxed);
        let mut message = Vec::with_capacity(bytes.len() + 256);
        message = encode(ask, message)?;
        message.extend_from_slice(bytes);
        let (answer, answered) = oneshot::channel();
        self.open().insert(question, Open { engine: engine.to_owned(), missed: 0, answer });
        let sent = send(&self.link, engine_subject(engine), &self.instance, question, message.into()).await;
        if let Err(error) = sent {
            self.open().remove(&question);
            return Err(error);
        }
        Ok(answered)
    }

    /// Hands answers to those that wait for them, as long as there is a connection.
    pub(crate) async fn listen(&self, mut answers: Subscriber) {
        let mut halves = Halves::default();
        while let Some(message) = answers.next().await {
            let Ok((frame, Some(whole))) = halves.take(&message.payload) else { continue };
            let open = self.open().remove(&frame.question);
            if let Some(open) = open {
                // The asker may not wait any more.
                let _ = open.answer.send(split::<Answer>(&whole));
            }
        }
    }

    /// An engine says which questions it has. One that it has lost, when its connection was cut, gets no answer.
    pub(crate) fn heard(&self, beat: &Beat) {
        let Some(has) = &beat.open else { return };
        self.end(|question, open| {
            if open.engine != beat.instance {
                return None;
            }
            if has.contains(&question) {
                open.missed = 0;
                return None;
            }
            open.missed += 1;
            (open.missed >= MISSED).then_some(Error::Cut)
        });
    }

    /// An engine is gone.
    pub(crate) fn lost(&self, engine: &str, how: &str) {
        self.end(|_, open| (open.engine == engine).then(|| Error::EngineLost { how: how.to_owned() }));
    }

    /// This client's own connection was cut.
    pub(crate) fn cut(&self) {
        self.end(|_, _| Some(Error::Cut));
    }

    /// Ends questions with an error.
    fn end(&self, mut why: impl FnMut(u64, &mut Open) -> Option<Error>) {
        let mut open = self.open();
        let ended = open.iter_mut().filter_map(|(question, open)| Some((*question, why(*question, open)?)));
        for (question, error) in ended.collect::<Vec<_>>() {
            if let Some(open) = open.remove(&question) {
                let _ = open.answer.send(Err(error));
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
