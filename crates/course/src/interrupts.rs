//! Ctrl-C, for the commands that end by themselves when it comes.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use runner::Failure;

/// A flag that is set when the user presses Ctrl-C.
///
/// # Errors
/// [`Failure::Io`] when the system does not let the process listen.
pub(crate) fn interrupts() -> Result<&'static AtomicBool, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGINT, flag.clone())
        .map_err(|error| Failure::io("cannot listen to Ctrl-C", &error))?;
    // The handler lives as long as the process.
    let flag: &'static Arc<AtomicBool> = Box::leak(Box::new(flag));
    Ok(flag)
}
