//! Tasks of the queue: taken, run, their results stored, and only then acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use async_nats::StatusCode;
use async_nats::jetstream::{AckKind, Message};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use super::Engine;
use super::compute::Work;
use crate::Error;
use crate::parts::join;
use crate::queue::consumer_name;
use crate::wire::{Answer, Done, Kind, Span, Task, WORK, encode, parts, piece_subject, result_subject, split};

/// How long the server keeps a question for the next task when there is none.
const EXPIRES: Duration = Duration::from_secs(5);

/// For one task that is held so many are to wait in the queue: while it is long, an engine takes several at once.
const LONG: u64 = 8;

/// The tasks that wait for the computing thread, and who wants to know when one is done.
#[derive(Default)]
struct Hand {
    tasks: AtomicUsize,
    done: Notify,
}

/// Takes tasks, one at a time or several, whenever it has none.
pub(super) async fn serve(engine: &Arc<Engine>, works: Sender<Work>) -> Error {
    let inbox = engine.link.client.new_inbox();
    let subscribed = engine.link.client.subscribe(inbox.clone()).await;
    let mut coming = match subscribed {
        Ok(coming) => coming,
        Err(error) => return Error::server("to listen", error),
    };
    let hand = Arc::new(Hand::default());
    // How many tasks to ask for, how many are asked for, and until when.
    let (mut batch, mut asked, mut until) = (1, 0, Instant::now());
    loop {
        if asked == 0 && hand.tasks.load(Ordering::Acquire) == 0 {
            if let Err(error) = engine.link.connected().await {
                return error;
            }
            if let Err(error) = ask(engine, &inbox, batch).await {
                return error;
            }
            (asked, until) = (batch, Instant::now() + EXPIRES + Duration::from_secs(1));
        }
        let lost = engine.link.state().lost;
        tokio::select! {
            message = coming.next() => match message {
                None => return Error::System("the connection is closed".to_owned()),
                Some(message) if message.status.is_some() => {
                    (asked, batch) = (0, 1);
                    if !matches!(message.status, Some(StatusCode::NOT_FOUND | StatusCode::TIMEOUT)) {
                        // A server that has just started, or that has forgotten everything.
                        sleep(Duration::from_millis(50)).await;
                        let _ = engine.link.prepare().await;
                        let _ = engine.link.consumer(engine.build, None).await;
                    }
                }
                Some(message) => {
                    asked = asked.saturating_sub(1);
                    let message = Message { message, context: engine.link.jetstream.clone() };
                    if let Ok((task, bytes)) = split::<Task>(&message.payload) {
                        let pending = message.info().map_or(0, |info| info.pending);
                        batch = (pending / LONG).clamp(1, u64::from(task.batch.max(1))) as u32;
                        hand.tasks.fetch_add(1, Ordering::AcqRel);
                        engine.tasks.fetch_add(1, Ordering::Relaxed);
                        tokio::spawn(handle(engine.clone(), works.clone(), hand.clone(), message, task, bytes));
                    }
                }
            },
            () = hand.done.notified() => {},
            () = sleep_until(until), if asked > 0 => asked = 0,
            () = engine.link.lost_since(lost) => asked = 0,
        }
    }
}

/// Asks the server for so many tasks: for one, that it keeps the question until there is one; for several, that it gives what there is.
async fn ask(engine: &Engine, inbox: &str, batch: u32) -> Result<(), Error> {
    let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{}.{}", WORK.0, consumer_name(engine.build));
    let question = match batch {
        1 => format!("{{\"batch\":1,\"expires\":{}}}", EXPIRES.as_nanos()),
        several => format!("{{\"batch\":{several},\"no_wait\":true}}"),
    };
    let sent = engine.link.client.publish_with_reply(subject, inbox.to_owned(), question.into()).await;
    sent.map_err(|error| Error::server("a task", error))
}

/// One task from its arrival to its acknowledgement.
async fn handle(engine: Arc<Engine>, works: Sender<Work>, hand: Arc<Hand>, message: Message, task: Task, bytes: Bytes) {
    let working = run(&engine, &works, &hand, &message, &task, bytes);
    let every = Duration::from_millis(task.ack_wait.max(3)) / 3;
    let mut signs = interval(every);
    signs.set_missed_tick_behavior(MissedTickBehavior::Delay);
    signs.reset();
    tokio::pin!(working);
    let stored = loop {
        tokio::select! {
            stored = &mut working => break stored,
            // Lost with the connection: then the task goes to somebody else, who finds the result or runs it again.
            _ = signs.tick() => drop(message.ack_with(AckKind::Progress).await),
        }
    };
    // ANCHOR: order
    // The server has the result, or never will: only now does it hear that the task is done.
    match stored {
        Ok(()) => {
            engine.trouble(None);
            let _ = if task.confirmed { message.double_ack().await } else { message.ack().await };
        }
        Err(error) => engine.trouble(Some(error.to_string())),
    }
    // ANCHOR_END: order
    engine.tasks.fetch_sub(1, Ordering::Relaxed);
}

/// Runs a task whose result is not there yet, and stores it.
async fn run(
    engine: &Engine,
    works: &Sender<Work>,
    hand: &Hand,
    message: &Message,
    task: &Task,
    bytes: Bytes,
) -> Result<(), Error> {
    let delivered = message.info().map_or(1, |info| info.delivered);
    let computed = async {
        // Only a task that may have been somebody's before can have a result.
        let before = delivered > 1 || engine.link.server() != task.server;
        if before && engine.link.stored(&result_subject(&task.job, task.index)).await?.is_some() {
            return Ok(None);
        }
        if delivered > i64::from(task.tries) {
            let (name, index, tries) = (task.name.clone(), task.index, task.tries);
            let outcome = Err(Error::GivenUp { name, index, tries, how: String::new() });
            return Ok(Some((Answer { span: Span::default(), outcome }, Bytes::new())));
        }
        let bytes = if task.pieces == 0 { bytes } else { argument(engine, task).await? };
        let kind = Kind::Call { name: task.name.clone(), argument: task.argument.clone(), first: task.index };
        let (sender, answer) = oneshot::channel();
        let ends = || Error::System("the engine ends".to_owned());
        works.send(Work { kind, bytes, answer: sender }).map_err(|_| ends())?;
        answer.await.map(Some).map_err(|_| ends())
    };
    let computed: Result<Option<(Answer, Bytes)>, Error> = computed.await;
    // From here on another task can be taken, while this one's result is under way.
    hand.tasks.fetch_sub(1, Ordering::AcqRel);
    hand.done.notify_one();
    match computed? {
        Some((answer, bytes)) => store(engine, task, answer, bytes).await,
        None => Ok(()),
    }
}

/// An argument that was too large for one message.
async fn argument(engine: &Engine, task: &Task) -> Result<Bytes, Error> {
    let mut parts = Vec::new();
    for index in 0..task.pieces {
        let part = engine.link.stored(&piece_subject(&task.job, task.index, "argument", index)).await?;
        parts.push(part.ok_or_else(|| Error::server("a task", "a part of its argument is gone"))?);
    }
    Ok(join(parts.into_iter()))
}

/// Stores a result: what is too large for one message first, in parts.
async fn store(engine: &Engine, task: &Task, answer: Answer, bytes: Bytes) -> Result<(), Error> {
    let (instance, run) = (engine.instance.clone(), engine.link.word());
    let pieces = parts(&bytes, engine.link.client.max_payload());
    let mut done = Done { instance, run, pieces: 0, answer };
    let mut message = Vec::with_capacity(256);
    if pieces.len() == 1 {
        message.reserve(bytes.len());
        message = encode(&done, message)?;
        message.extend_from_slice(&bytes);
    } else {
        done.pieces = pieces.len() as u32;
        for (index, piece) in pieces.enumerate() {
            let subject = piece_subject(&task.job, task.index, &done.run, index as u32);
            engine.link.store(subject.clone(), subject, piece).await?;
        }
        message = encode(&done, message)?;
    }
    let subject = result_subject(&task.job, task.index);
    engine.link.store(subject.clone(), subject, message.into()).await
}
