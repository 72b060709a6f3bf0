//! The thread that computes: one thing after the other, whatever they do.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{mem, panic, thread};

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::task::{Call, find};
use crate::wire::{Answer, Kind, Span};
use crate::{Error, Namespace};

/// Something to compute, and where its answer goes.
pub(super) struct Work {
    pub(super) kind: Kind,
    pub(super) bytes: Bytes,
    pub(super) answer: oneshot::Sender<(Answer, Bytes)>,
}

/// Where the last panic was, with its message.
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Computes until nobody asks any more.
pub(super) fn compute(works: Receiver<Work>) {
    let default = panic::take_hook();
    let worker = thread::current().id();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().id() != worker {
            return default(panic);
        }
        // The asker will say it.
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        let text = format!("{}{place}", text_of(panic.payload()));
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
    }));
    let mut values = Namespace::default();
    for Work { kind, bytes, answer } in works {
        let began = now();
        let result = run(kind, bytes, &mut values);
        let span = Span { began, ended: now() };
        let (outcome, bytes) = match result {
            Ok(bytes) => (Ok(()), bytes),
            Err(error) => (Err(error), Bytes::new()),
        };
        // The asker may not wait any more.
        let _ = answer.send((Answer { span, outcome }, bytes));
    }
}

fn run(kind: Kind, bytes: Bytes, values: &mut Namespace) -> Result<Bytes, Error> {
    match kind {
        Kind::Call { name, argument, first } => {
            let Call::Task(call) = find(&name, &argument)? else { return Err(Error::NotATask { name }) };
            let mut index = first;
            let called = caught(|| call(&bytes, &mut index));
            called.map_err(|message| Error::Panicked { name, index, message })?.map(Bytes::from)
        }
        Kind::Execute { name, argument } => {
            let Call::Procedure(call) = find(&name, &argument)? else { return Err(Error::NotATask { name }) };
            let called = caught(|| call(values, &bytes));
            called.map_err(|message| Error::Panicked { name, index: 0, message })?.map(Bytes::from)
        }
        Kind::Put { name, of_type } => {
            values.put(name, of_type, bytes);
            Ok(Bytes::new())
        }
        Kind::Get { name, of_type } => values.bytes(&name, &of_type),
    }
}

/// Calls a function that may panic, and says what its panic said.
fn caught<R>(call: impl FnOnce() -> R) -> Result<R, String> {
    // A panic that a task has caught itself is not this task's.
    *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = None;
    catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        let said = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
        let text = said.unwrap_or_else(|| text_of(&*payload).to_owned());
        discard(payload);
        text
    })
}

/// The message of a panic.
fn text_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Drops what a panic carried. It may be anything, and may panic once more.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(another);
    }
}

/// Nanoseconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}
