//! Some inputs on their way to a worker, and the message that asks for them.

use bytemuck::Pod;
use serde::Serialize;

use super::batch::Owed;
use crate::Error;
use crate::os::Message;
use crate::shared::Part;
use crate::wire::encode;
use crate::worker::TASK;

/// Some inputs that are submitted together.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) name: &'static str,
    pub(super) message: Message,
    pub(super) first: usize,
    pub(super) count: usize,
    pub(super) attempts: u32,
    pub(super) answer: Owed,
}

impl Task {
    /// The message that asks for a function, with these inputs.
    pub(super) fn message<A: Serialize>(name: &'static str, inputs: &[A]) -> Result<Message, Error> {
        let mut message = Message::new(TASK);
        encode(name, &mut message)?;
        encode(inputs, &mut message)?;
        message.seal();
        Ok(message)
    }

    /// The message that asks for a function that writes a part of a shared array.
    pub(super) fn message_of_part<A: Serialize, T: Pod>(
        name: &'static str,
        argument: &A,
        part: &Part<T>,
    ) -> Result<Message, Error> {
        let mut message = Message::new(TASK);
        encode(name, &mut message)?;
        encode(argument, &mut message)?;
        encode(part, &mut message)?;
        message.seal();
        Ok(message)
    }

    /// A task of `count` inputs, the first of which is the call's input number `first`.
    pub(super) fn new(name: &'static str, message: Message, first: usize, count: usize, answer: Owed) -> Self {
        Self { name, message, first, count, attempts: 0, answer }
    }
}
