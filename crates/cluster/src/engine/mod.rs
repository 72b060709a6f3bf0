//! An engine: a process that works for clients, which ask it over a server.
//!
//! Its first thread computes, one thing at a time: questions of the direct view and tasks of the queue, in the order in which they
//! come. A second thread speaks with the server meanwhile, so that an engine that computes for hours is still heard.

mod compute;
mod questions;
mod tasks;

use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::connection::{Credentials, Link, PATIENCE};
use crate::machine::{machine, seconds};
use crate::wire::{BEAT, Beat, HELLO, bytes_of};
use crate::{Error, program};
use compute::{Work, compute};

/// How often an engine says that it is alive.
pub(crate) const EVERY: Duration = Duration::from_millis(500);

/// What an engine has to know.
#[derive(Clone, Debug, Default)]
pub struct EngineOptions {
    /// The server's address: `nats://127.0.0.1:4222`.
    pub server: String,
    /// What the engine is called where engines are listed.
    pub name: String,
    /// What the server wants to see.
    pub credentials: Credentials,
    /// The number that clients give it, if no other engine has it.
    pub number: Option<u32>,
    /// How long the server may be away before the engine ends: by default half a minute.
    pub patience: Option<Duration>,
}

/// What the parts of an engine share.
struct Engine {
    link: Link,
    instance: String,
    options: EngineOptions,
    build: u64,
    machine: String,
    since: u64,
    /// The questions that have come, in whole or in part, and are not answered.
    open: Mutex<Vec<u64>>,
    /// The tasks of the queue that it has and has not acknowledged.
    tasks: AtomicUsize,
    trouble: Mutex<Option<String>>,
    /// Wakes the thread that says that it is alive.
    changed: Notify,
}

/// Works as an engine of this program until the server has been away for too long. What `cargo course engine --server URL` calls is
/// [`host`](crate::host()), which starts engines of other programs.
///
/// # Errors
/// When there is no server, it refuses, it keeps no queues, or it has gone away.
pub fn engine(options: EngineOptions) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::system("the system gives no runtime", error))?;
    let build = program::hash()?;
    let link = runtime.block_on(async {
        let link = Link::connect(&options.server, &options.credentials, options.patience.unwrap_or(PATIENCE)).await?;
        link.prepare().await?;
        link.consumer(build, None).await?;
        Ok::<_, Error>(link)
    })?;
    let instance = link.word();
    let engine = Arc::new(Engine {
        link,
        instance,
        options,
        build,
        machine: machine(),
        since: seconds(),
        open: Mutex::default(),
        tasks: AtomicUsize::new(0),
        trouble: Mutex::default(),
        changed: Notify::new(),
    });
    let (works, taken) = channel::<Work>();
    let speaks = thread::Builder::new().name("speaks".to_owned());
    let speaker = speaks
        .spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    error = engine.beats() => error,
                    error = questions::serve(&engine, works.clone()) => error,
                    error = tasks::serve(&engine, works.clone()) => error,
                    error = engine.gone() => error,
                }
            })
        })
        .map_err(|error| Error::system("the system gives no thread", error))?;
    // Ends when the other thread does, which has the only senders.
    compute(taken);
    Err(speaker.join().unwrap_or_else(|_| Error::System("the thread that speaks with the server panicked".to_owned())))
}

impl Engine {
    /// Says that it is alive, regularly and when somebody asks.
    async fn beats(&self) -> Error {
        let hello = self.link.client.subscribe(HELLO).await;
        let mut hello = match hello {
            Ok(hello) => hello,
            Err(error) => return Error::server("to listen", error),
        };
        loop {
            let lost = self.link.state().lost;
            let beat = Beat {
                instance: self.instance.clone(),
                name: self.options.name.clone(),
                number: self.options.number,
                process: process::id(),
                build: self.build,
                open: Some(locked(&self.open).clone()).filter(|open| open.len() < 1000),
                busy: self.tasks.load(Ordering::Relaxed) > 0,
                trouble: locked(&self.trouble).clone(),
                machine: self.machine.clone(),
                since: self.since,
                program: program::name(),
            };
            match bytes_of(&beat) {
                Ok(bytes) => {
                    // Without a connection it waits in a queue, which has an end.
                    let _ = timeout(EVERY, self.link.client.publish(BEAT, bytes.into())).await;
                }
                Err(error) => return error,
            }
            tokio::select! {
                asked = hello.next() => if asked.is_none() { return Error::ServerLost { away: Duration::ZERO } },
                () = sleep(EVERY) => {},
                () = self.changed.notified() => {},
                () = self.link.lost_since(lost) => if let Err(error) = self.link.connected().await { return error },
            }
        }
    }

    /// Returns when the server has been away for too long.
    async fn gone(&self) -> Error {
        loop {
            self.link.lost_since(self.link.state().lost).await;
            if let Err(error) = self.link.connected().await {
                return error;
            }
        }
    }

    /// Remembers why results do not get stored, for all to hear.
    fn trouble(&self, why: Option<String>) {
        let before = std::mem::replace(&mut *locked(&self.trouble), why.clone());
        if before != why {
            self.changed.notify_one();
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
