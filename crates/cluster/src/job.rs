//! The tasks of one call: given to the queue, watched, and their results collected, each once.
//!
//! The queue delivers a task at least once: when an engine ends after its result is stored and before it has said so, or when the server
//! forgets what it was told last, the task comes again. What makes "exactly once" out of that is the result's key: it is stored under its
//! job and its index, the second one of the same key is none, and the end is the number of keys.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use async_nats::Subscriber;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use crate::connection::Link;
use crate::options::{Acks, ViewOptions};
use crate::parts::join;
use crate::session::Session;
use crate::wire::{Done, PIECES, RESULTS, Task, WORK, encode, part_size, parts, piece_subject, result_subject, split};
use crate::{EngineId, Error};

/// So many tasks are given and not done at most: what a client and a server hold does not grow with the tasks.
const AHEAD: usize = 1024;

/// So many bytes of arguments are given and not done at most, or one task.
const AHEAD_BYTES: usize = 64 << 20;

/// How often it is looked whether anybody still works.
const LOOK: Duration = Duration::from_millis(100);

/// How often tasks that nobody seems to have are given once more without any result coming.
const GIVEN_AGAIN: u32 = 3;

/// The tasks of one call.
pub(crate) struct Job {
    session: Session,
    id: String,
    name: Arc<str>,
    argument: String,
    options: ViewOptions,
    results: Subscriber,
    /// The arguments of tasks that are given and not done, each as a list of one.
    open: HashMap<u64, Bytes>,
    open_bytes: usize,
    given: u64,
    giving: FuturesUnordered<BoxFuture<'static, (u64, Result<(), Error>)>>,
    began: Instant,
    last_result: Instant,
    looks: Interval,
    /// Results that were read again, because they may have been missed.
    found: VecDeque<(u64, Bytes)>,
    /// How often tasks were given once more under a new name, and how often of those since the last result.
    rounds: u32,
    fruitless: u32,
    /// The connections that were lost when it was last seen what was missed.
    lost: u64,
    /// Whether parts may be left in the stream of results, and tasks in the queue.
    parts: bool,
    untidy: bool,
}

impl Job {
    pub(crate) async fn new(
        session: &Session,
        name: &'static str,
        argument: String,
        options: &ViewOptions,
    ) -> Result<Self, Error> {
        let link = &session.shared.link;
        let ours = session.shared.build;
        let engines = session.shared.engines.alive();
        if !engines.iter().any(|known| known.beat.build == ours) {
            let others = engines.iter().map(|known| (known.id, Error::OtherBuild { theirs: known.beat.build, ours }));
            let others: Vec<_> = others.collect();
            let nobody = others.is_empty().then(|| Error::NoEngines { url: link.url.clone() });
            return Err(nobody.unwrap_or(Error::Engines(others)));
        }
        session.waits(options.ack_wait).await?;
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let id = link.word();
        let results = link.client.subscribe(format!("{}.{id}.*", RESULTS.1)).await;
        Ok(Self {
            session: session.clone(),
            name: name.into(),
            argument,
            options: options.clone(),
            results: results.map_err(|error| Error::server("to listen", error))?,
            open: HashMap::new(),
            open_bytes: 0,
            given: 0,
            giving: FuturesUnordered::new(),
            began: Instant::now(),
            last_result: Instant::now(),
            looks,
            found: VecDeque::new(),
            rounds: 0,
            fruitless: 0,
            lost: link.state().lost,
            parts: false,
            untidy: false,
            id,
        })
    }

    /// Whether another task should be given before the next result is waited for.
    pub(crate) fn takes_more(&self) -> bool {
        self.open.len() < AHEAD && self.open_bytes < AHEAD_BYTES
    }

    /// Gives a task: its argument as the bytes of a list of one.
    pub(crate) fn give(&mut self, argument: Bytes) {
        let index = self.given;
        self.given += 1;
        self.open_bytes += argument.len();
        self.open.insert(index, argument.clone());
        let server = self.session.shared.link.server();
        self.give_to_server(index, argument, server);
    }

    fn give_to_server(&mut self, index: u64, argument: Bytes, server: String) {
        let (link, build) = (self.session.shared.link.clone(), self.session.shared.build);
        let large = argument.len() > part_size(link.client.max_payload());
        let pieces = if large { parts(&argument, link.client.max_payload()).len() as u32 } else { 0 };
        self.parts |= large;
        let task = Task {
            job: self.id.clone(),
            index,
            name: self.name.to_string(),
            argument: self.argument.clone(),
            server,
            ack_wait: self.options.ack_wait.as_millis() as u64,
            batch: self.options.batch,
            confirmed: self.options.acks == Acks::Confirmed,
            tries: self.options.max_deliver,
            pieces,
        };
        // Under the same name the server takes a task once, also when its answer is lost and the task is sent again.
        let message = format!("{}.{index}.{}", self.id, self.rounds);
        let subject = format!("{}.{build:016x}.{}.{index}", WORK.1, self.id);
        let given = async move {
            let mut bytes = encode(&task, Vec::with_capacity(256 + argument.len()))?;
            if large {
                for (piece, part) in parts(&argument, link.client.max_payload()).enumerate() {
                    let to = piece_subject(&task.job, index, "argument", piece as u32);
                    link.store(to.clone(), to, part).await?;
                }
            } else {
                bytes.extend_from_slice(&argument);
            }
            link.store(subject, message, bytes.into()).await
        };
        self.giving.push(given.map(move |given| (index, given)).boxed());
    }

    /// The next result of a task that is given: its index, and the bytes of a list of one. Nothing when all have come.
    pub(crate) async fn next(&mut self) -> Option<Result<(u64, Bytes), Error>> {
        if self.open.is_empty() {
            return None;
        }
        let result = self.result().await;
        self.untidy |= result.is_err();
        Some(result)
    }

    async fn result(&mut self) -> Result<(u64, Bytes), Error> {
        let link = self.session.shared.link.clone();
        loop {
            while let Some((index, message)) = self.found.pop_front() {
                if let Some(result) = self.take(&link, index, &message).await? {
                    return Ok((index, result));
                }
            }
            tokio::select! {
                Some(message) = self.results.next() => {
                    let index = message.subject.rsplit('.').next().and_then(|word| word.parse().ok());
                    self.found.extend(index.map(|index| (index, message.payload)));
                }
                // Once a task is done, it does not matter how it was given.
                Some((index, given)) = self.giving.next() => if self.open.contains_key(&index) { given? },
                _ = self.looks.tick() => self.look(&link).await?,
            }
        }
    }

    // ANCHOR: exactly_once
    /// Takes a result, if it is the first of its task.
    async fn take(&mut self, link: &Link, index: u64, message: &Bytes) -> Result<Option<Bytes>, Error> {
        if !self.open.contains_key(&index) {
            return Ok(None);
        }
        let (done, mut bytes) = split::<Done>(message)?;
        if done.pieces > 0 {
            self.parts = true;
            let mut pieces = Vec::new();
            for piece in 0..done.pieces {
                let piece = link.stored(&piece_subject(&self.id, index, &done.run, piece)).await?;
                pieces.push(piece.ok_or_else(|| Error::server("a result", "a part of it is gone"))?);
            }
            bytes = join(pieces.into_iter());
        }
        self.open_bytes -= self.open.remove(&index).map_or(0, |argument| argument.len());
        (self.last_result, self.fruitless) = (Instant::now(), 0);
        let engine = self.session.shared.engines.number(&done.instance);
        match done.answer.outcome {
            Ok(()) => {
                let statistics = engine.map(|engine| (engine, self.session.lock_statistics()));
                if let Some((engine, mut statistics)) = statistics {
                    statistics.add(engine, &self.name, index, done.answer.span);
                }
                Ok(Some(bytes))
            }
            Err(error) => Err(self.explained(error, engine)),
        }
    }
    // ANCHOR_END: exactly_once

    /// An error of a task with what is known here: its engine, or how the engines ended.
    fn explained(&self, error: Error, engine: Option<EngineId>) -> Error {
        match (error, engine) {
            (Error::GivenUp { name, index, tries, .. }, _) => {
                Error::GivenUp { name, index, tries, how: self.session.shared.engines.ends() }
            }
            (error, Some(engine)) => error.of_engine(engine),
            (error, None) => error,
        }
    }

    /// Looks whether anybody still works, and whether something was missed while there was no connection.
    async fn look(&mut self, link: &Link) -> Result<(), Error> {
        let (missing, of) = (self.open.len() as u64, self.given);
        if let Some(limit) = self.options.timeout.filter(|limit| self.began.elapsed() > *limit) {
            return Err(Error::TimedOut { missing, of, limit });
        }
        let state = link.state();
        if !state.connected || state.lost > self.lost {
            link.connected().await?;
            self.lost = link.state().lost;
            return self.give_again(link).await;
        }
        let shared = self.session.shared.clone();
        let mut engines = shared.engines.alive();
        engines.retain(|known| known.beat.build == shared.build);
        if engines.is_empty() {
            return Err(Error::EnginesLost { missing, of, how: shared.engines.ends() });
        }
        // A task of an engine that has ended comes to another one when its time is over. Longer than that, nobody has it.
        let long = 2 * self.options.ack_wait + Duration::from_secs(2);
        if self.last_result.elapsed() < long || engines.iter().any(|known| known.beat.busy) {
            return Ok(());
        }
        let trouble = engines.into_iter().find_map(|known| Some((known.id, known.beat.trouble?)));
        if let Some((engine, why)) = trouble {
            return Err(Error::server("to keep results", why).of_engine(engine));
        }
        if self.fruitless == GIVEN_AGAIN {
            return Err(Error::server("to deliver tasks", "engines are there, and get none"));
        }
        self.fruitless += 1;
        self.give_again(link).await
    }

    /// Reads what results there are of tasks that are not done, and gives the others once more: under a new name, as the server may know
    /// the old one and have lost the task, and for no server in particular, so that the engine that gets it looks for a result first.
    async fn give_again(&mut self, link: &Link) -> Result<(), Error> {
        self.untidy = true;
        self.rounds += 1;
        link.mend_consumer(self.session.shared.build, self.options.ack_wait).await?;
        let mut open: Vec<_> = self.open.iter().map(|(index, argument)| (*index, argument.clone())).collect();
        open.sort_unstable_by_key(|(index, _)| *index);
        for (index, argument) in open {
            match link.stored(&result_subject(&self.id, index)).await? {
                Some(message) => self.found.push_back((index, message)),
                None => self.give_to_server(index, argument, String::new()),
            }
        }
        self.last_result = Instant::now();
        Ok(())
    }
}

impl Drop for Job {
    /// Nothing of it stays on the server.
    fn drop(&mut self) {
        let mut leftovers = vec![(RESULTS.0, format!("{}.{}.>", RESULTS.1, self.id))];
        if self.parts {
            leftovers.push((RESULTS.0, format!("{PIECES}.{}.>", self.id)));
        }
        if self.untidy || !self.open.is_empty() {
            leftovers.push((WORK.0, format!("{}.{:016x}.{}.>", WORK.1, self.session.shared.build, self.id)));
        }
        let link = self.session.shared.link.clone();
        self.session.runtime().spawn(async move {
            for (stream, subject) in leftovers {
                link.forget(stream, subject).await;
            }
        });
    }
}
