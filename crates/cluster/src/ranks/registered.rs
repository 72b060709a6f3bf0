//! Functions that all ranks run: what MPI calls single program, multiple data.

use std::any::type_name;
use std::collections::HashMap;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use super::{Desk, Error, World};

/// Lets the ranks know a function: `spmd!(calculate);` for a `fn(&World, Argument, Option<Desk>) -> Result<(), Error>`.
///
/// All ranks run it at the same time, each with its own number. The argument, which can travel by serde, is the same for all of them, as the
/// arguments of a program are that `mpirun` starts. Rank 0 alone has the [`Desk`].
#[macro_export]
macro_rules! spmd {
    ($function:path) => {
        $crate::ranks::private::submit! {
            $crate::ranks::private::Registered::new($function, |world, argument, desk| {
                $function(world, $crate::ranks::private::decoded(argument)?, desk)
            })
        }
    };
}

/// A function with its argument in bytes.
type Call = fn(&World, &[u8], Option<Desk<'_>>) -> Result<(), Error>;

/// A function's name and what calls it with an argument that is bytes.
pub struct Registered {
    name: fn() -> &'static str,
    call: Call,
}

inventory::collect!(Registered);

impl Registered {
    /// A function, and how it is called.
    pub const fn new<F: Copy>(_: F, call: Call) -> Self {
        const { assert!(size_of::<F>() == 0, "ranks know a function, not a pointer to one") };
        Self { name: type_name::<F>, call }
    }
}

/// An argument out of its bytes.
///
/// # Errors
/// When they are not those of such a value.
pub fn decoded<A: DeserializeOwned>(bytes: &[u8]) -> Result<A, Error> {
    postcard::from_bytes(bytes).map_err(|error| Error::Encoding(error.to_string()))
}

/// What calls the function of that name.
pub(super) fn find(name: &str) -> Option<Call> {
    static KNOWN: OnceLock<HashMap<&str, Call>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let all = inventory::iter::<Registered>.into_iter();
        all.map(|registered| ((registered.name)(), registered.call)).collect()
    });
    known.get(name).copied()
}

/// The name by which the ranks know a function.
pub(super) fn name_of<F>() -> Result<&'static str, Error> {
    let name = type_name::<F>();
    find(name).map(|_| name).ok_or_else(|| Error::NotRegistered(name.to_owned()))
}
