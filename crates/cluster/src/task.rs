//! Functions that engines know by name.

#![expect(unsafe_code, reason = "a function is called by its type alone, as only its name has travelled")]

use std::any::type_name;
use std::collections::HashMap;
use std::fmt::Display;
use std::ptr::NonNull;
use std::sync::OnceLock;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::wire::{bytes_of, decode, type_of};
use crate::{Error, Namespace};

// ANCHOR: task
/// Lets engines know a function of one argument: `task!(square);`.
///
/// Only its name travels: an engine runs the same program, or another build refuses. So it must be a function with a name. Its argument and
/// its result travel by serde.
#[macro_export]
macro_rules! task {
    ($function:path) => {
        $crate::private::submit! { $crate::private::Registered::task($function) }
    };
}

/// Lets engines know a procedure: `procedure!(advance);` for a function of an engine's [`Namespace`] and one argument.
///
/// It is what `execute` runs. IPython sends the text of a program there, which any engine of Python can run. What Rust compiles is
/// not text any more, and a machine that runs any text is open to all.
#[macro_export]
macro_rules! procedure {
    ($function:path) => {
        $crate::private::submit! { $crate::private::Registered::procedure($function) }
    };
}
// ANCHOR_END: task

/// A function's name and what calls it with an argument that is bytes.
pub struct Registered {
    name: fn() -> &'static str,
    argument: fn() -> String,
    call: Call,
}

/// How a function is called.
#[derive(Clone, Copy)]
pub(crate) enum Call {
    /// With each of a list of arguments: the bytes of the list, where to note at which it is.
    Task(fn(&[u8], &mut u64) -> Result<Vec<u8>, Error>),
    /// With the engine's values.
    Procedure(fn(&mut Namespace, &[u8]) -> Result<Vec<u8>, Error>),
}

inventory::collect!(Registered);

impl Registered {
    /// A function of one argument.
    pub const fn task<F, A, R>(_: F) -> Self
    where
        F: Fn(A) -> R + Copy,
        A: DeserializeOwned,
        R: Serialize,
    {
        const { assert!(size_of::<F>() == 0, "a task is a function, not a pointer to one") };
        Self { name: type_name::<F>, argument: type_of::<A>, call: Call::Task(call_task::<F, A, R>) }
    }

    /// A function of an engine's values and one argument.
    pub const fn procedure<F, A, R, E>(_: F) -> Self
    where
        F: Fn(&mut Namespace, A) -> Result<R, E> + Copy,
        A: DeserializeOwned,
        R: Serialize,
        E: Display,
    {
        const { assert!(size_of::<F>() == 0, "a procedure is a function, not a pointer to one") };
        Self { name: type_name::<F>, argument: type_of::<A>, call: Call::Procedure(call_procedure::<F, A, R, E>) }
    }
}

/// The function of a type that has only one value.
fn function<F: Copy>() -> F {
    const { assert!(size_of::<F>() == 0) };
    // SAFETY: F has no bytes, so that any aligned pointer points to one; `Registered` was made from a value of F, which is Copy.
    unsafe { NonNull::<F>::dangling().read() }
}

fn call_task<F, A, R>(bytes: &[u8], index: &mut u64) -> Result<Vec<u8>, Error>
where
    F: Fn(A) -> R + Copy,
    A: DeserializeOwned,
    R: Serialize,
{
    let inputs = decode::<Vec<A>>(bytes)?;
    let mut outputs = Vec::with_capacity(inputs.len());
    for input in inputs {
        outputs.push(function::<F>()(input));
        *index += 1;
    }
    bytes_of(&outputs)
}

fn call_procedure<F, A, R, E>(values: &mut Namespace, bytes: &[u8]) -> Result<Vec<u8>, Error>
where
    F: Fn(&mut Namespace, A) -> Result<R, E> + Copy,
    A: DeserializeOwned,
    R: Serialize,
    E: Display,
{
    let result = function::<F>()(values, decode(bytes)?);
    let failed = |error: E| Error::Procedure { name: type_name::<F>().to_owned(), message: error.to_string() };
    bytes_of(&result.map_err(failed)?)
}

/// The functions that are registered, with the names of their arguments' types.
fn known() -> &'static HashMap<&'static str, (String, Call)> {
    static KNOWN: OnceLock<HashMap<&str, (String, Call)>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let all = inventory::iter::<Registered>.into_iter();
        all.map(|registered| ((registered.name)(), ((registered.argument)(), registered.call))).collect()
    })
}

/// What calls the function of that name with an argument of that type.
pub(crate) fn find(name: &str, argument: &str) -> Result<Call, Error> {
    let (wanted, call) = known().get(name).ok_or_else(|| Error::NotATask { name: name.to_owned() })?;
    if wanted == argument {
        return Ok(*call);
    }
    let what = format!("the argument of {name}");
    Err(Error::WrongType { what, found: argument.to_owned(), wanted: wanted.clone() })
}

/// The name by which engines know a function.
pub(crate) fn name_of<F>() -> Result<&'static str, Error> {
    let name = type_name::<F>();
    if known().contains_key(name) { Ok(name) } else { Err(Error::NotATask { name: name.to_owned() }) }
}
