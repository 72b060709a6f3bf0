//! Functions that compiled code calls.
#![expect(unsafe_code, reason = "compiled code gives the address of its context")]

use crate::native::code::{NativeContext, Step};

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
    let remainder = left % right;
    let mut quotient = (left - remainder) / right;
    if remainder != 0.0 && (right < 0.0) != (remainder < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return 0.0_f64.copysign(left / right);
    }
    // The division above is off by a little where the quotient is large.
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

/// `%` of floats, with the divisor's sign; the divisor is not 0.
pub(super) extern "C" fn modulo(left: f64, right: f64) -> f64 {
    let remainder = left % right;
    if remainder == 0.0 {
        0.0_f64.copysign(right)
    } else if (right < 0.0) != (remainder < 0.0) {
        remainder + right
    } else {
        remainder
    }
}

macro_rules! functions {
    ($($name:ident($($argument:ident),*) $result:expr;)*) => {
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
