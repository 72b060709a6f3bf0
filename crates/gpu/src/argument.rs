//! What kernels are started with.

use std::ops::Add;

use bytemuck::Pod;
use num_complex::Complex;

use crate::device::{Gpu, Kernel};
use crate::drivers::Value;
use crate::error::GpuError;
use crate::signature::{Parameter, Scalar};

/// A number that arrays of a device are made of: `f32`, `f64`, `i32`, `u32` and complex numbers.
pub trait Element: Pod + Default + Send + Sync + private::Sealed {
    /// Its type, as kernels see it.
    const SCALAR: Scalar;
}

mod private {
    pub trait Sealed {
        /// The sum of two numbers; integers wrap.
        fn plus(self, other: Self) -> Self;
    }
}

/// What a kernel is started with: an array or a number. Made by `from`, or for a whole list by [`arguments!`](crate::arguments).
#[derive(Debug)]
pub struct Argument<'a> {
    scalar: Scalar,
    kind: Kind<'a>,
}

#[derive(Debug)]
enum Kind<'a> {
    Array { gpu: &'a Gpu, value: Result<Value, GpuError>, length: usize },
    Number([u8; 16]),
}

macro_rules! elements {
    ($($number:ty => $scalar:ident, $plus:expr;)*) => {$(
        impl private::Sealed for $number {
            fn plus(self, other: Self) -> Self {
                $plus(self, other)
            }
        }

        impl Element for $number {
            const SCALAR: Scalar = Scalar::$scalar;
        }
    )*};
}

elements! {
    f32 => Float, f32::add;
    f64 => Double, f64::add;
    i32 => Int, i32::wrapping_add;
    u32 => Unsigned, u32::wrapping_add;
    Complex<f32> => Float2, Complex::add;
    Complex<f64> => Double2, Complex::add;
}

impl<T: Element> From<T> for Argument<'_> {
    fn from(number: T) -> Self {
        let mut bytes = [0; 16];
        let own = bytemuck::bytes_of(&number);
        bytes[..own.len()].copy_from_slice(own);
        Self { scalar: T::SCALAR, kind: Kind::Number(bytes) }
    }
}

/// A list of arguments for a kernel: `kernel.launch(arguments![&z, &q, &counts, 1000_i32])`.
#[macro_export]
macro_rules! arguments {
    ($($argument:expr),* $(,)?) => { &[$($crate::Argument::from($argument)),*] };
}

impl<'a> Argument<'a> {
    /// An array of so many elements on a device, or what has kept it from being there.
    pub(crate) fn array(gpu: &'a Gpu, scalar: Scalar, value: Result<Value, GpuError>, length: usize) -> Self {
        Self { scalar, kind: Kind::Array { gpu, value, length } }
    }

    /// The length, if it is an array.
    pub(crate) fn length(&self) -> Option<usize> {
        match self.kind {
            Kind::Array { length, .. } => Some(length),
            Kind::Number(_) => None,
        }
    }

    /// The value, if it belongs to this parameter.
    pub(crate) fn value(&self, gpu: &Gpu, parameter: &Parameter) -> Result<Value, GpuError> {
        let wrong = |what: &str| Err(GpuError::Arguments(format!("'{parameter}' is given {what}")));
        match &self.kind {
            Kind::Array { .. } if !parameter.array => wrong("an array"),
            Kind::Number(_) if parameter.array => wrong("a number"),
            _ if self.scalar != parameter.scalar => wrong(&format!("{}", self.scalar)),
            Kind::Array { gpu: of, .. } if !gpu.is(of) => wrong("an array of another device"),
            Kind::Array { value, .. } => value.clone(),
            Kind::Number(bytes) => Ok(Value::Scalar(self.scalar, *bytes)),
        }
    }
}

/// The values of all arguments, compared with the parameters of the kernel.
pub(crate) fn values(gpu: &Gpu, kernel: &Kernel, arguments: &[Argument<'_>]) -> Result<Vec<Value>, GpuError> {
    let parameters = &kernel.parameters;
    if arguments.len() != parameters.len() {
        let listed: Vec<_> = parameters.iter().map(Parameter::to_string).collect();
        let (given, listed) = (arguments.len(), listed.join(", "));
        return Err(GpuError::Arguments(format!("the kernel takes {listed}; it is given {given} arguments")));
    }
    arguments.iter().zip(parameters).map(|(argument, parameter)| argument.value(gpu, parameter)).collect()
}
