//! What goes wrong with a device, or with what it was given.

use std::fmt;

use validation::StepError;

/// What went wrong with a device, or with what it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GpuError {
    /// There is no such device here; the text says what is missing and what would mend it.
    Unavailable(String),
    /// The device cannot compute with this type.
    Unsupported(String),
    /// A kernel's text that is refused, with a picture of the place.
    Kernel(String),
    /// Arguments that do not belong to the kernel, or arrays of different lengths.
    Arguments(String),
    /// More than one buffer, or one launch, of this device can hold.
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How much was asked for.
        asked: u64,
        /// How much there can be.
        allowed: u64,
    },
    /// The device, or the limit that was set for it, has no more memory.
    OutOfMemory {
        /// Bytes that were asked for.
        asked: u64,
    },
    /// The device has ended a loop by itself, and went on behind it: what the kernel has computed is wrong.
    LoopEnded {
        /// The kernel; if several have been started since the last wait, all of them.
        kernels: String,
        /// Passes that the loops of an invocation can make together.
        passes: u64,
    },
    /// The device is gone: unplugged, reset or destroyed. What was on it is lost.
    Lost(String),
    /// Anything else that the driver says.
    Driver(String),
}

impl fmt::Display for GpuError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(why) | Self::Unsupported(why) | Self::Arguments(why) => write!(f, "{why}"),
            Self::Kernel(why) => write!(f, "the kernel is refused:\n{why}"),
            Self::TooLarge { what, asked, allowed } => {
                write!(f, "{asked} {what} are more than the {allowed} that this device allows; ask for less")
            }
            Self::OutOfMemory { asked } => write!(
                f,
                "the device has no room for {} more; drop arrays, or ask for less",
                validation::memory::human(*asked)
            ),
            Self::LoopEnded { kernels, passes } => write!(
                f,
                "the device has ended a loop of {kernels} by itself, and the result is wrong: all loops of an invocation together make \
                 {passes} passes at most; start it more often, with fewer passes"
            ),
            Self::Lost(why) => write!(f, "the device is lost, and what was on it: {why}"),
            Self::Driver(why) => write!(f, "the driver says: {why}"),
        }
    }
}

impl std::error::Error for GpuError {}

impl From<GpuError> for StepError {
    /// A device that is not there, or cannot compute with a type, makes a step unavailable; everything else is a failure.
    fn from(error: GpuError) -> Self {
        match error {
            GpuError::Unavailable(why) | GpuError::Unsupported(why) => Self::Unavailable(why),
            error => Self::Failed(error.to_string()),
        }
    }
}
