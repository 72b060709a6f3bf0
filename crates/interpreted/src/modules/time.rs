//! The module `time`.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use num_bigint::BigInt;

use crate::error::Outcome;
use crate::modules::arguments::{integer, none, one, overflow};
use crate::modules::clocks;
use crate::modules::member::{Member, MemberValue};
use crate::state::{Arguments, Machine};
use crate::value::Value;

/// The longest sleep, in seconds: what the nanoseconds of 64 bits allow.
const LONGEST: f64 = 9_223_372_036.0;

/// How long a sleeper does not look whether the user wants an end.
const NAP: Duration = Duration::from_millis(50);

/// The time since 1970; before it there is none.
pub(crate) fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

macro_rules! clocks {
    ($($seconds:ident $nanoseconds:ident $clock:path;)*) => {
        $(
            fn $seconds(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
                none(machine, concat!("time.", stringify!($seconds)), arguments)?;
                Ok(Value::Float($clock().as_secs_f64()))
            }

            fn $nanoseconds(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
                none(machine, concat!("time.", stringify!($nanoseconds)), arguments)?;
                Ok(machine.heap.integer(BigInt::from($clock().as_nanos())))
            }
        )*
    };
}

clocks! {
    time time_ns since_epoch;
    perf_counter perf_counter_ns clocks::since_start;
    monotonic monotonic_ns clocks::since_start;
    process_time process_time_ns clocks::process_time;
}

fn sleep(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "time.sleep", arguments)?;
    let seconds = match value {
        Value::Float(seconds) if seconds.is_nan() => {
            return Err(machine.heap.value_error("Invalid value NaN (not a number)"));
        }
        Value::Float(seconds) if seconds.abs() > LONGEST => {
            return Err(overflow(&mut machine.heap, "timestamp out of range for platform time_t"));
        }
        Value::Float(seconds) => seconds,
        value => {
            let seconds = integer(machine, value)?;
            match i64::try_from(seconds).ok().map(|seconds| seconds as f64).filter(|size| size.abs() <= LONGEST) {
                Some(seconds) => seconds,
                None => return Err(overflow(&mut machine.heap, "timestamp too large to convert to C _PyTime_t")),
            }
        }
    };
    if seconds < 0.0 {
        return Err(machine.heap.value_error("sleep length must be non-negative"));
    }
    let (begun, length) = (Instant::now(), Duration::from_secs_f64(seconds));
    while let Some(left) = length.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
        std::thread::sleep(left.min(NAP));
        machine.check_interrupt()?;
    }
    Ok(Value::None)
}

macro_rules! function {
    ($name:literal, $function:expr) => {
        Member { name: $name, value: MemberValue::Function($function) }
    };
}

/// The names of the module.
pub(super) const MEMBERS: &[Member] = &[
    function!("monotonic", monotonic),
    function!("monotonic_ns", monotonic_ns),
    function!("perf_counter", perf_counter),
    function!("perf_counter_ns", perf_counter_ns),
    function!("process_time", process_time),
    function!("process_time_ns", process_time_ns),
    function!("sleep", sleep),
    function!("time", time),
    function!("time_ns", time_ns),
];
