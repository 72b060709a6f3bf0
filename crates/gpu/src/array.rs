//! Whole arrays on a device, with one kernel for each operation.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::sync::Arc;

use num_complex::Complex;

use crate::argument::Element;
use crate::device::{Block, Gpu};
use crate::{Argument, ElementwiseKernel, GpuError, Scalar, SourceKernel, Text, arguments};

/// An array in the memory of a device, in one dimension.
///
/// An operation starts one kernel and returns a new array at once, before the kernel has run; memory that an array leaves behind is
/// taken by the next one of its length. An operation that cannot be done (arrays of different lengths or devices, no memory) gives an
/// array that is not there: everything computed from it is not there either, and [`to_vec`](Self::to_vec) says what was wrong first.
///
/// ```
/// use gpu::{Gpu, GpuArray};
///
/// # let gpu = match Gpu::new() { Ok(gpu) => gpu, Err(gpu::GpuError::Unavailable(_)) => return Ok(()), Err(error) => return Err(error) };
/// let a = GpuArray::new(&gpu, &[1.0_f32, 2.0, 3.0]);
/// let b = GpuArray::new(&gpu, &[4.0, 5.0, 6.0]);
/// assert_eq!(((&a + &b) * 2.0 + &a * &b).to_vec()?, [14.0, 24.0, 36.0]);
/// assert_eq!(a.sum()?, 6.0);
/// # Ok::<(), gpu::GpuError>(())
/// ```
pub struct GpuArray<T> {
    gpu: Gpu,
    block: Result<Arc<Block>, GpuError>,
    length: usize,
    element: PhantomData<T>,
}

/// What stands at one side of an operation: an array, or one number for all elements.
#[derive(Debug)]
pub enum Operand<'a, T> {
    /// An array.
    Array(&'a GpuArray<T>),
    /// A number.
    Number(T),
}

impl<'a, T> From<&'a GpuArray<T>> for Operand<'a, T> {
    fn from(array: &'a GpuArray<T>) -> Self {
        Self::Array(array)
    }
}

impl<T: Element> From<T> for Operand<'_, T> {
    fn from(number: T) -> Self {
        Self::Number(number)
    }
}

impl<T: Element> GpuArray<T> {
    /// An array with the values of a slice.
    pub fn new(gpu: &Gpu, values: &[T]) -> Self {
        let array = Self::uninitialised(gpu, values.len());
        let written = array.write(values);
        Self { block: array.block.and_then(|block| written.map(|()| block)), ..array }
    }

    /// An array in which every element is `value`.
    pub fn full(gpu: &Gpu, length: usize, value: T) -> Self {
        let array = Self::uninitialised(gpu, length);
        let body = "out[i] = value;";
        let ty = T::SCALAR;
        let filled = launch(gpu, "full", ty, &format!("{ty} *out, {ty} value"), body.into(), arguments![&array, value]);
        Self { block: array.block.and_then(|block| filled.map(|()| block)), ..array }
    }

    /// An array of zeros.
    pub fn zeros(gpu: &Gpu, length: usize) -> Self {
        Self::full(gpu, length, T::default())
    }

    /// An array whose elements are whatever the memory holds, for a kernel that writes all of them.
    pub fn uninitialised(gpu: &Gpu, length: usize) -> Self {
        // Kernels count elements in 32 bits, with room for a stride beyond the end.
        let most = i32::MAX as u64;
        let block = match length as u64 {
            asked if asked > most => Err(GpuError::TooLarge { what: "elements of one array", asked, allowed: most }),
            elements => gpu.block(elements * size_of::<T>() as u64).map(Arc::new),
        };
        Self { gpu: gpu.clone(), block, length, element: PhantomData }
    }

    /// Elements.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The device that it is on.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    pub(crate) fn block(&self) -> Result<&Arc<Block>, GpuError> {
        self.block.as_ref().map_err(GpuError::clone)
    }

    /// Overwrites all elements.
    ///
    /// # Errors
    /// When the array is not there, or has another length.
    pub fn write(&self, values: &[T]) -> Result<(), GpuError> {
        let block = self.block()?;
        self.same_length(values.len())?;
        if values.is_empty() { Ok(()) } else { self.gpu.write(block, bytemuck::cast_slice(values)) }
    }

    /// Fetches all elements, after everything that was asked of the device before.
    ///
    /// # Errors
    /// When the array is not there, has another length, or something has failed on the device since it was last waited for.
    pub fn read(&self, values: &mut [T]) -> Result<(), GpuError> {
        let block = self.block()?;
        self.same_length(values.len())?;
        if values.is_empty() { self.gpu.wait() } else { self.gpu.read(block, bytemuck::cast_slice_mut(values)) }
    }

    /// Fetches all elements into a new vector.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn to_vec(&self) -> Result<Vec<T>, GpuError> {
        self.block()?;
        let mut values = vec![T::default(); self.length];
        self.read(&mut values)?;
        Ok(values)
    }

    fn same_length(&self, length: usize) -> Result<(), GpuError> {
        if length == self.length {
            return Ok(());
        }
        Err(GpuError::Arguments(format!("an array of {} elements and one of {length}", self.length)))
    }

    /// A new array of the same length, written by a kernel with this array as `a` and the operand as `b`.
    fn combined<R: Element>(&self, name: &str, operand: &Operand<'_, T>, body: Text<'_>) -> GpuArray<R> {
        let out = GpuArray::uninitialised(&self.gpu, self.length);
        let (to, from) = (R::SCALAR, T::SCALAR);
        let done = match operand {
            Operand::Array(b) => {
                let parameters = format!("{to} *out, {from} *a, {from} *b");
                let body = (body.wgsl.replace("B", "b[i]"), body.cuda.replace("B", "b[i]"));
                let body = Text { wgsl: &body.0, cuda: &body.1 };
                launch(&self.gpu, name, from, &parameters, body, arguments![&out, self, *b])
            }
            Operand::Number(b) => {
                let parameters = format!("{to} *out, {from} *a, {from} b");
                let body = (body.wgsl.replace("B", "b"), body.cuda.replace("B", "b"));
                let body = Text { wgsl: &body.0, cuda: &body.1 };
                launch(&self.gpu, &format!("{name}_number"), from, &parameters, body, arguments![&out, self, *b])
            }
        };
        GpuArray { block: out.block.and_then(|block| done.map(|()| block)), ..out }
    }

    /// A new array of the same length, written by a kernel with this array as `a`.
    fn mapped<R: Element>(&self, name: &str, body: Text<'_>) -> GpuArray<R> {
        let out = GpuArray::uninitialised(&self.gpu, self.length);
        let parameters = format!("{} *out, {} *a", R::SCALAR, T::SCALAR);
        let done = launch(&self.gpu, name, T::SCALAR, &parameters, body, arguments![&out, self]);
        GpuArray { block: out.block.and_then(|block| done.map(|()| block)), ..out }
    }

    /// Where `condition` is positive the elements of `then`, elsewhere those of `otherwise`; each of them is an array or a number.
    ///
    /// Mirrors `gpuarray.if_positive` of pyCUDA.
    pub fn if_positive<'a>(
        condition: &GpuArray<i32>,
        then: impl Into<Operand<'a, T>>,
        otherwise: impl Into<Operand<'a, T>>,
    ) -> Self {
        let gpu = &condition.gpu;
        let out = Self::uninitialised(gpu, condition.length);
        let ty = T::SCALAR;
        let (then, otherwise) = (then.into(), otherwise.into());
        let side = |operand: &Operand<'_, T>, name: &str| match operand {
            Operand::Array(_) => (format!("{ty} *{name}"), format!("{name}[i]"), ""),
            Operand::Number(_) => (format!("{ty} {name}"), name.to_owned(), "_number"),
        };
        let (yes, no) = (side(&then, "yes"), side(&otherwise, "no"));
        let parameters = format!("{ty} *out, int *condition, {}, {}", yes.0, no.0);
        // Only the side that is taken is read.
        let body = format!("if (condition[i] > 0) {{ out[i] = {}; }} else {{ out[i] = {}; }}", yes.1, no.1);
        let argument = |operand: &Operand<'a, T>| match *operand {
            Operand::Array(array) => Argument::from(array),
            Operand::Number(number) => number.into(),
        };
        let arguments = [Argument::from(&out), condition.into(), argument(&then), argument(&otherwise)];
        let name = format!("if_positive{}{}", yes.2, no.2);
        let done = launch(gpu, &name, ty, &parameters, body.as_str().into(), &arguments);
        Self { block: out.block.and_then(|block| done.map(|()| block)), ..out }
    }
}

/// Starts the kernel of an operation on elements of this type.
fn launch(
    gpu: &Gpu,
    name: &str,
    ty: Scalar,
    parameters: &str,
    body: Text<'_>,
    arguments: &[Argument<'_>],
) -> Result<(), GpuError> {
    ElementwiseKernel::new(gpu, parameters, body, &format!("{name}_{ty}"))?.launch(arguments)
}

/// The body of `out[i] = a[i] OPERATOR b` for each type.
fn body(operator: char, ty: Scalar) -> (String, String) {
    if !matches!(ty, Scalar::Float2 | Scalar::Double2) {
        let body = format!("out[i] = a[i] {operator} B;");
        return (body.clone(), body);
    }
    let (re, im) = match operator {
        '*' => ("p.x * q.x - p.y * q.y", "p.x * q.y + p.y * q.x"),
        '/' => ("(p.x * q.x + p.y * q.y) / (q.x * q.x + q.y * q.y)", "(p.y * q.x - p.x * q.y) / (q.x * q.x + q.y * q.y)"),
        '+' => ("p.x + q.x", "p.y + q.y"),
        _ => ("p.x - q.x", "p.y - q.y"),
    };
    let wgsl = format!("let p = a[i]; let q = B; out[i] = {}({re}, {im});", ty.wgsl());
    let cuda = format!("const {ty} p = a[i], q = B; out[i] = make_{ty}({re}, {im});");
    (wgsl, cuda)
}

macro_rules! operators {
    ($($trait:ident $method:ident $operator:literal),*) => {$(
        impl<'a, T: Element, B: Into<Operand<'a, T>>> $trait<B> for &GpuArray<T> {
            type Output = GpuArray<T>;

            fn $method(self, b: B) -> GpuArray<T> {
                let (wgsl, cuda) = body($operator, T::SCALAR);
                self.combined(stringify!($method), &b.into(), Text { wgsl: &wgsl, cuda: &cuda })
            }
        }

        impl<'a, T: Element, B: Into<Operand<'a, T>>> $trait<B> for GpuArray<T> {
            type Output = GpuArray<T>;

            fn $method(self, b: B) -> GpuArray<T> {
                (&self).$method(b)
            }
        }

        impl<T: Element> $trait<GpuArray<T>> for GpuArray<T> {
            type Output = GpuArray<T>;

            fn $method(self, b: GpuArray<T>) -> GpuArray<T> {
                (&self).$method(&b)
            }
        }

        impl<T: Element> $trait<GpuArray<T>> for &GpuArray<T> {
            type Output = GpuArray<T>;

            fn $method(self, b: GpuArray<T>) -> GpuArray<T> {
                self.$method(&b)
            }
        }
    )*};
}

operators!(Add add '+', Sub sub '-', Mul mul '*', Div div '/');

impl<T: Element> Neg for &GpuArray<T> {
    type Output = GpuArray<T>;

    /// The negative of each element; of an unsigned number the one that adds up to zero with it.
    fn neg(self) -> GpuArray<T> {
        let (wgsl, cuda) = match T::SCALAR {
            Scalar::Float2 | Scalar::Double2 => {
                ("out[i] = -a[i];".to_owned(), format!("out[i] = make_{}(-a[i].x, -a[i].y);", T::SCALAR))
            }
            Scalar::Unsigned => ("out[i] = ~a[i] + 1u;".to_owned(), "out[i] = ~a[i] + 1u;".to_owned()),
            _ => ("out[i] = -a[i];".to_owned(), "out[i] = -a[i];".to_owned()),
        };
        self.mapped("neg", Text { wgsl: &wgsl, cuda: &cuda })
    }
}

/// A real number, which has an order.
pub trait Real: Element {}

impl Real for f32 {}
impl Real for f64 {}
impl Real for i32 {}
impl Real for u32 {}

macro_rules! comparisons {
    ($($(#[$doc:meta])* $method:ident $operator:literal),*) => {
        impl<T: Real> GpuArray<T> {$(
            $(#[$doc])*
            pub fn $method<'a>(&self, b: impl Into<Operand<'a, T>>) -> GpuArray<i32> {
                let wgsl = concat!("out[i] = select(0, 1, a[i] ", $operator, " B);");
                let cuda = concat!("out[i] = a[i] ", $operator, " B ? 1 : 0;");
                self.combined(stringify!($method), &b.into(), Text { wgsl, cuda })
            }
        )*}
    };
}

comparisons! {
    /// 1 where an element is greater than the other, elsewhere 0.
    greater ">",
    /// 1 where an element is greater than the other or the same, elsewhere 0.
    greater_or_equal ">=",
    /// 1 where an element is less than the other, elsewhere 0.
    less "<",
    /// 1 where an element is less than the other or the same, elsewhere 0.
    less_or_equal "<=",
    /// 1 where two elements are the same number, elsewhere 0.
    equal "==",
    /// 1 where two elements are not the same number, elsewhere 0.
    not_equal "!="
}

macro_rules! absolute {
    ($($number:ty => $real:ty, $wgsl:literal, $cuda:literal;)*) => {$(
        impl GpuArray<$number> {
            /// The absolute value of each element; of a complex number the square root of the sum of its squares.
            pub fn abs(&self) -> GpuArray<$real> {
                self.mapped("abs", Text { wgsl: $wgsl, cuda: $cuda })
            }
        }
    )*};
}

absolute! {
    f32 => f32, "out[i] = abs(a[i]);", "out[i] = fabsf(a[i]);";
    f64 => f64, "out[i] = abs(a[i]);", "out[i] = fabs(a[i]);";
    i32 => i32, "out[i] = abs(a[i]);", "out[i] = a[i] < 0 ? (int)(0u - (unsigned)a[i]) : a[i];";
    Complex<f32> => f32, "let z = a[i]; out[i] = sqrt(z.x * z.x + z.y * z.y);",
        "const float2 z = a[i]; out[i] = sqrtf(z.x * z.x + z.y * z.y);";
    Complex<f64> => f64, "let z = a[i]; out[i] = sqrt(z.x * z.x + z.y * z.y);",
        "const double2 z = a[i]; out[i] = sqrt(z.x * z.x + z.y * z.y);";
}

/// Workgroups that add up a part of an array each.
const SUM_GROUPS: u32 = 64;

impl<T: Element> GpuArray<T> {
    /// The sum of all elements. Each workgroup adds up a part of them as a tree, and the host adds the parts: the order is always the same
    /// on one device, and another than that of a loop, so that sums of floating-point numbers differ from a loop's in their last
    /// bits. Sums of integers wrap.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn sum(&self) -> Result<T, GpuError> {
        let groups = self.gpu.groups(self.length, 256).min(SUM_GROUPS);
        let parts = Self::uninitialised(&self.gpu, groups as usize);
        let text = Text { wgsl: include_str!("kernels/sum.wgsl"), cuda: include_str!("kernels/sum.cu") };
        let kernel = SourceKernel::options(text, "sum").real(T::SCALAR).workgroup(256).build(&self.gpu)?;
        kernel.launch(groups, arguments![self, &parts, self.length as u32])?;
        Ok(parts.to_vec()?.into_iter().fold(T::default(), T::plus))
    }
}

impl<T> fmt::Debug for GpuArray<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GpuArray({} elements on {})", self.length, self.gpu.adapter().name)
    }
}
