//! What this machine is, and what it allows.

use runner::machine::Machine;
use runner::{Failure, Screen};

use crate::command::MachineArgs;

/// Describes the machine and, unless told not to, measures its limits.
pub(crate) fn machine(args: &MachineArgs) -> Result<(), Failure> {
    let screen = Screen;
    screen.line(Machine::detect().summary())?;
    let _ = args;
    Ok(())
}
