//! Functions that other processes know by name.

#![expect(unsafe_code, reason = "a function is called by its type alone, as only its name has travelled")]

use std::any::type_name;
use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};

use bytemuck::Pod;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::os::{Memory, Message};
use crate::shared::Part;
use crate::wire::{decode, encode};

// ANCHOR: task
/// Lets other processes know a function: `task!(square);` for a function of one argument, `task!(part fill_rows);` for one that writes
/// a part of a [`SharedArray`](crate::SharedArray).
///
/// What a function is compiled to stays in the program, and every child runs the same program: only the name travels. So it must be a
/// function with a name. A closure, which carries values of its process along, is refused by the compiler or, where it carries
/// nothing, by the pool.
#[macro_export]
macro_rules! task {
    (part $function:path) => {
        $crate::private::submit! { $crate::private::Registered::part($function) }
    };
    ($function:path) => {
        $crate::private::submit! { $crate::private::Registered::whole($function) }
    };
}
// ANCHOR_END: task

/// A function's name and what calls it with arguments that are bytes.
pub struct Registered {
    name: fn() -> &'static str,
    call: Call,
}

/// Calls a function with the arguments in some bytes, and appends its results to a message.
type Call = fn(&[u8], &[Arc<Memory>], &mut Progress, &mut Message) -> Result<(), Error>;

/// Which of its inputs a task is at, for the message when it panics.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub(crate) index: usize,
}

inventory::collect!(Registered);

impl Registered {
    /// A function of one argument.
    pub const fn whole<F, A, R>(_: F) -> Self
    where
        F: Fn(A) -> R + Copy,
        A: DeserializeOwned,
        R: Serialize,
    {
        const { assert!(size_of::<F>() == 0, "a task is a function, not a pointer to one") };
        Self { name: type_name::<F>, call: call_whole::<F, A, R> }
    }

    /// A function that writes a part of a shared array: its argument, the place of the part's first element, and the part.
    pub const fn part<F, A, T, R>(_: F) -> Self
    where
        F: Fn(A, usize, &mut [T]) -> R + Copy,
        A: DeserializeOwned,
        T: Pod,
        R: Serialize,
    {
        const { assert!(size_of::<F>() == 0, "a task is a function, not a pointer to one") };
        Self { name: type_name::<F>, call: call_part::<F, A, T, R> }
    }
}

/// The function of a type that has only one value.
fn function<F: Copy>() -> F {
    const { assert!(size_of::<F>() == 0) };
    // SAFETY: F has no bytes, so that any aligned pointer points to one; `Registered` was made from a value of F, which is Copy.
    unsafe { NonNull::<F>::dangling().read() }
}

fn call_whole<F, A, R>(
    bytes: &[u8],
    memories: &[Arc<Memory>],
    progress: &mut Progress,
    results: &mut Message,
) -> Result<(), Error>
where
    F: Fn(A) -> R + Copy,
    A: DeserializeOwned,
    R: Serialize,
{
    let (inputs, _) = decode::<Vec<A>>(bytes, memories)?;
    let function = function::<F>();
    let mut outputs = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.into_iter().enumerate() {
        progress.index = index;
        outputs.push(function(input));
    }
    encode(&outputs, results)
}

fn call_part<F, A, T, R>(
    bytes: &[u8],
    memories: &[Arc<Memory>],
    _: &mut Progress,
    results: &mut Message,
) -> Result<(), Error>
where
    F: Fn(A, usize, &mut [T]) -> R + Copy,
    A: DeserializeOwned,
    T: Pod,
    R: Serialize,
{
    let (argument, rest) = decode::<A>(bytes, memories)?;
    let (mut part, _) = decode::<Part<T>>(rest, memories)?;
    let first = part.first();
    // SAFETY: the pool's `fill` has the array to itself, gives each part away once, and waits until the process that has it is done
    // or dead.
    let values = unsafe { part.values() };
    encode([function::<F>()(argument, first, values)].as_slice(), results)
}

/// What calls the function of that name.
pub(crate) fn find(name: &str) -> Option<Call> {
    static KNOWN: OnceLock<HashMap<&str, Call>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let all = inventory::iter::<Registered>.into_iter();
        all.map(|registered| ((registered.name)(), registered.call)).collect()
    });
    known.get(name).copied()
}

/// The name by which other processes know a function.
pub(crate) fn name_of<F>() -> Result<&'static str, Error> {
    let name = type_name::<F>();
    find(name).map(|_| name).ok_or_else(|| Error::NotATask { name: name.to_owned() })
}
