//! What a child does: the tasks that its parent sends, until the parent is gone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::exit;
use std::sync::{Mutex, PoisonError};
use std::{panic, thread};

use crate::Error;
use crate::error::for_the_screen;
use crate::os::{Line, Lost, Message, Patience};
use crate::panics::{discard, text_of};
use crate::task::{Progress, find};
use crate::wire::{decode, encode, length_of_list};

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
/// To the parent: why there are no results although nothing panicked, an [`Error`].
pub(crate) const REFUSED: u32 = 6;

/// Where the last panic was, with its message.
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Works until the parent hangs up.
pub(crate) fn serve(line: &Line) -> ! {
    let mut ready = Message::new(READY);
    ready.seal();
    if line.send(&ready, None, Patience::default()).is_err() {
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
        let message = match line.receive_in_child() {
            Ok(message) => message,
            Err(Lost::Refused(why)) => {
                let mut answer = refused(&Error::Memory(why));
                answer.seal();
                match line.send(&answer, None, Patience::default()) {
                    Ok(()) => continue,
                    Err(_) => exit(1),
                }
            }
            // Nobody left to work for is the end of every child.
            Err(_) => exit(0),
        };
        let mut answer = answer(&message);
        if message.kind() == RUN {
            match answer.kind() {
                DONE => exit(0),
                kind => {
                    eprintln!("a process ended early: {}", for_the_screen(&said(kind, &answer)));
                    exit(101);
                }
            }
        }
        answer.seal();
        if line.send(&answer, None, Patience::default()).is_err() {
            exit(1);
        }
    }
}

/// Runs a task, and packs its result.
fn answer(message: &Message) -> Message {
    // A panic that a task has caught itself is not this task's.
    *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = None;
    let mut results = Message::new(DONE);
    let mut progress = Progress::default();
    let run = || {
        let (name, rest) = decode::<String>(message.body(), &message.memories)?;
        let call = find(&name).ok_or(Error::NotATask { name })?;
        call(rest, &message.memories, &mut progress, &mut results)
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => results,
        Ok(Err(error)) => refused(&error),
        Err(payload) => {
            let said = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
            let text = said.unwrap_or_else(|| text_of(&*payload).to_owned());
            discard(payload);
            let mut answer = Message::new(PANICKED);
            match encode(&(progress.index as u64, text), &mut answer) {
                Ok(()) => answer,
                Err(error) => refused(&error),
            }
        }
    }
}

fn refused(error: &Error) -> Message {
    let mut answer = Message::new(REFUSED);
    // An error is texts and numbers, which can always be written.
    let _ = encode(error, &mut answer);
    answer
}

/// What an answer that is no result says.
fn said(kind: u32, answer: &Message) -> String {
    if kind == PANICKED {
        decode::<(u64, String)>(answer.body(), &[]).map_or_else(|error| error.to_string(), |((_, text), _)| text)
    } else {
        decode::<Error>(answer.body(), &[]).map_or_else(|error| error.to_string(), |(error, _)| error.to_string())
    }
}

/// What an answer means to the one who asked: the message itself, or the error. `first` is the first input's index, `count` how many
/// inputs there were.
pub(crate) fn understood(name: &str, first: usize, count: usize, answer: Message) -> Result<Message, Error> {
    match answer.kind() {
        DONE => {
            // Asked for before the results are read: there may be no end to them.
            let results = length_of_list(answer.body())?;
            if results == count as u64 {
                return Ok(answer);
            }
            Err(Error::System(format!("a worker sent {results} results for {count} inputs")))
        }
        PANICKED => {
            let ((index, message), _) = decode::<(u64, String)>(answer.body(), &[])?;
            let index = first.saturating_add(usize::try_from(index).unwrap_or(usize::MAX));
            Err(Error::Panicked { name: name.to_owned(), index, message })
        }
        REFUSED => Err(decode::<Error>(answer.body(), &[])?.0),
        kind => Err(Error::System(format!("a worker sent a message of kind {kind}"))),
    }
}
