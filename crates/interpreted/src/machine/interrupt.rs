//! What somebody outside of a program wants of it: another thread the lock, or the user an end.

use std::sync::atomic::Ordering;

use crate::error::{ExceptionKind, Outcome};
use crate::state::Machine;

/// Somebody wants something at the end of an iteration or at the beginning of a function: another thread the lock, or the user an end.
#[cold]
pub(super) fn interrupted(machine: &mut Machine) -> Outcome<()> {
    if let Some(lock) = machine.execution.lock {
        lock.give_way();
        return Ok(());
    }
    machine.execution.interrupt.store(false, Ordering::Relaxed);
    if let Some(observer) = &mut machine.execution.observer
        && std::mem::take(&mut observer.collection_due)
    {
        return Ok(());
    }
    Err(machine.heap.raise_with(ExceptionKind::KeyboardInterrupt, Vec::new()))
}
