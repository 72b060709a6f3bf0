//! Functions that compiled code calls.
#![expect(unsafe_code, reason = "compiled code gives the address of its context")]

use crate::native::code::{NativeContext, Step};
use crate::operators::floats;

/// What [`interpret`] returns: the next instruction follows.
const STATUS_NEXT: u64 = 0;
/// The instruction has jumped.
pub(super) const STATUS_JUMPED: i64 = 1;
/// The instruction has raised an exception.
pub(super) const STATUS_RAISED: i64 = 2;

/// Lets the interpreter do an instruction, on the operands in the frame.
pub(super) extern "C" fn interpret(context: *mut NativeContext, position: u64, depth: u64) -> u64 {
    // SAFETY: compiled code gives the context that it was entered with, which `CompiledLoop::run` borrows until it returns.
    let context = unsafe { &mut *context };
    match context.interpret(position as u32, depth as u32) {
        Step::Next => STATUS_NEXT,
        Step::Jumped => STATUS_JUMPED as u64,
        Step::Raised => STATUS_RAISED as u64,
    }
}

/// `//` of floats; the divisor is not 0.
pub(super) extern "C" fn floor_divide(left: f64, right: f64) -> f64 {
    floats::divide_modulo(left, right).0
}

/// `%` of floats; the divisor is not 0.
pub(super) extern "C" fn modulo(left: f64, right: f64) -> f64 {
    floats::modulo(left, right)
}

macro_rules! functions {
    ($($name:ident($($argument:ident),*) $result:expr;)*) => {
        /// The functions by their addresses.
        pub(super) fn named() -> Vec<(u64, &'static str)> {
            let mut named = vec![
                (interpret as *const () as u64, "interpret"),
                (floor_divide as *const () as u64, "floor_divide"),
                (modulo as *const () as u64, "modulo"),
            ];
            $(named.push(($name as *const () as u64, stringify!($name)));)*
            named
        }

        $(
            #[doc = concat!("The C library's function for ", stringify!($result), ".")]
            pub(super) extern "C" fn $name($($argument: f64),*) -> f64 {
                $result
            }
        )*
    };
}

functions! {
    hypot(x, y) x.hypot(y);
    power(x, y) x.powf(y);
    sqrt(x) x.sqrt();
    sin(x) x.sin();
    cos(x) x.cos();
    tan(x) x.tan();
    asin(x) x.asin();
    acos(x) x.acos();
    atan(x) x.atan();
    atan2(y, x) y.atan2(x);
    sinh(x) x.sinh();
    cosh(x) x.cosh();
    tanh(x) x.tanh();
    exp(x) x.exp();
    log(x) x.ln();
    log10(x) x.log10();
    log2(x) x.log2();
    fabs(x) x.abs();
}
