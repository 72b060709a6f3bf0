//! What a child does: what it is told, until there is nobody left to tell it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::exit;
use std::sync::{Mutex, PoisonError};
use std::{panic, thread};

use crate::Error;
use crate::os::{Line, Message};
use crate::task::{Progress, find};
use crate::wire::{decode, encode};

/// To the child: the name of a function and its inputs, to be answered.
pub(crate) const TASK: u32 = 1;
/// To the child: the name of a function and its input, to be run before the child ends.
pub(crate) const RUN: u32 = 2;
/// To the parent: the child is ready.
pub(crate) const READY: u32 = 3;
/// To the parent: the results.
pub(crate) const DONE: u32 = 4;
/// To the parent: which input panicked, and the message.
pub(crate) const PANICKED: u32 = 5;
/// To the parent: why the inputs could not be read, or the results not be written.
pub(crate) const GARBLED: u32 = 6;

/// Where the last panic was, with its message.
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Works until the parent hangs up.
pub(crate) fn serve(line: &Line) -> ! {
    let mut ready = Message::new(READY);
    ready.seal();
    if line.send(&ready, None, None).is_err() {
        exit(1);
    }
    let default = panic::take_hook();
    let worker = thread::current().id();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().id() != worker {
            return default(panic);
        }
        // The parent will say it.
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        let text = format!("{}{place}", text_of(panic.payload()));
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
    }));
    loop {
        // Nobody left to work for is the end of every child.
        let Ok(message) = line.receive(None, None) else { exit(0) };
        let mut answer = answer(&message);
        if message.kind() == RUN {
            match answer.kind() {
                DONE => exit(0),
                kind => {
                    eprintln!("a process ended early: {}", said(kind, &answer));
                    exit(101);
                }
            }
        }
        answer.seal();
        if line.send(&answer, None, None).is_err() {
            exit(1);
        }
    }
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Runs a task, and packs up what came of it.
fn answer(message: &Message) -> Message {
    let mut results = Message::new(DONE);
    let mut progress = Progress::default();
    let run = || {
        let (name, rest) = decode::<String>(message.body(), &message.memories)?;
        let call = find(&name).ok_or(Error::NotATask { name })?;
        call(rest, &message.memories, &mut progress, &mut results)
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => results,
        Ok(Err(error)) => garbled(&error.to_string()),
        Err(payload) => {
            let said = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
            let text = said.unwrap_or_else(|| text_of(&*payload).to_owned());
            let mut answer = Message::new(PANICKED);
            match encode(&(progress.index as u64, text), &mut answer) {
                Ok(()) => answer,
                Err(error) => garbled(&error.to_string()),
            }
        }
    }
}

fn garbled(why: &str) -> Message {
    let mut answer = Message::new(GARBLED);
    answer.bytes.extend_from_slice(why.as_bytes());
    answer
}

/// What an answer that is no result says.
fn said(kind: u32, answer: &Message) -> String {
    if kind == PANICKED {
        decode::<(u64, String)>(answer.body(), &[]).map_or_else(|error| error.to_string(), |((_, text), _)| text)
    } else {
        String::from_utf8_lossy(answer.body()).into_owned()
    }
}

/// What an answer means to the one who asked: the message itself, or the error; `first` is the first input's index.
pub(crate) fn understood(name: &'static str, first: usize, answer: Message) -> Result<Message, Error> {
    match answer.kind() {
        DONE => Ok(answer),
        PANICKED => {
            let ((index, message), _) = decode::<(u64, String)>(answer.body(), &[])?;
            Err(Error::Panicked { name: name.to_owned(), index: first + index as usize, message })
        }
        GARBLED => Err(Error::Encoding(said(GARBLED, &answer))),
        kind => Err(Error::System(format!("a worker sent a message of kind {kind}"))),
    }
}
