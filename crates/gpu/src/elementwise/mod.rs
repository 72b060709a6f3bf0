//! Kernels of which only the loop's body is written.

mod names;

use std::sync::Arc;

use crate::argument::Argument;
use crate::device::{Gpu, Kernel};
use crate::drivers::{Arithmetic, KernelText, Language};
use crate::error::GpuError;
use crate::signature::{self, Parameter, Scalar};
use crate::source::Text;

/// Invocations in a workgroup.
const WORKGROUP: u32 = 64;

/// A kernel that does the same for every element `i` of its arrays: the parameters are given as C writes them, and the body in the
/// language of the device; the rest is generated around it.
///
/// ```
/// use gpu::{ElementwiseKernel, Gpu, GpuArray, arguments};
///
/// # let gpu = match Gpu::new() { Ok(gpu) => gpu, Err(gpu::GpuError::Unavailable(_)) => return Ok(()), Err(error) => return Err(error) };
/// let scale = ElementwiseKernel::new(&gpu, "float *x, float factor", "x[i] = x[i] * factor;", "scale")?;
/// let x = GpuArray::new(&gpu, &[1.0_f32, 2.0, 3.0]);
/// scale.launch(arguments![&x, 2.0_f32])?;
/// assert_eq!(x.to_vec()?, [2.0, 4.0, 6.0]);
/// # Ok::<(), gpu::GpuError>(())
/// ```
#[derive(Clone)]
pub struct ElementwiseKernel {
    gpu: Gpu,
    kernel: Arc<Kernel>,
    /// Where each parameter of the kernel stands in the caller's list; the last one is the number of elements.
    order: Vec<usize>,
}

impl ElementwiseKernel {
    /// Compiles a kernel, unless it has been compiled for this device before.
    ///
    /// # Errors
    /// [`GpuError::Kernel`] with the place in the parameters or in the body.
    pub fn new<'a>(gpu: &Gpu, parameters: &str, body: impl Into<Text<'a>>, name: &str) -> Result<Self, GpuError> {
        Self::with(gpu, parameters, body, name, Arithmetic::Exact)
    }

    /// Compiles a kernel that may be contracted.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with<'a>(
        gpu: &Gpu,
        parameters: &str,
        body: impl Into<Text<'a>>,
        name: &str,
        arithmetic: Arithmetic,
    ) -> Result<Self, GpuError> {
        let language = gpu.language();
        names::allowed(language, name)
            .map_err(|why| GpuError::Kernel(format!("'{name}' cannot be the kernel's name: {why}")))?;
        let parameters = signature::parse(parameters, |parameter| {
            names::allowed(language, &parameter.name)?;
            if parameter.array { names::allowed_array(language, &parameter.name, name) } else { Ok(()) }
        })?;
        if !parameters.iter().any(|parameter| parameter.array) {
            return Err(GpuError::Kernel("an elementwise kernel needs an array among its parameters".to_owned()));
        }
        // Arrays come first in a kernel, numbers after them.
        let mut order: Vec<_> = (0..parameters.len()).collect();
        order.sort_by_key(|&index| !parameters[index].array);
        let sorted: Vec<_> = order.iter().map(|&index| &parameters[index]).collect();
        let kernel = gpu.kernel(&generate(language, &sorted, body.into(), name, arithmetic))?;
        Ok(Self { gpu: gpu.clone(), kernel, order })
    }

    /// Starts it, once for each element of the arrays.
    ///
    /// # Errors
    /// [`GpuError::Arguments`] when the arguments are not those of the kernel or the arrays differ in length. What the device itself finds
    /// wrong is reported by the next call that waits; and so is a loop of the body that it has ended ([`Gpu::check_passes`]).
    pub fn launch(&self, arguments: &[Argument<'_>]) -> Result<(), GpuError> {
        self.start(1, arguments, false)
    }

    /// The same for a body with loops, which make up to so many passes for an element. Nobody watches them.
    ///
    /// # Errors
    /// As [`launch`](Self::launch); [`GpuError::TooLarge`] for more passes than the device can make; see [`Gpu::check_passes`].
    pub fn launch_loops(&self, passes: u32, arguments: &[Argument<'_>]) -> Result<(), GpuError> {
        let length = arguments.iter().find_map(Argument::length).unwrap_or(0);
        let invocations = self.gpu.groups(length, WORKGROUP) as usize * WORKGROUP as usize;
        self.gpu.check_passes(length.div_ceil(invocations) as u64 * (u64::from(passes) + 1))?;
        self.launch_unwatched(arguments)
    }

    /// Starts it whatever the device makes of its loops.
    pub(crate) fn launch_unwatched(&self, arguments: &[Argument<'_>]) -> Result<(), GpuError> {
        self.start(1, arguments, true)
    }

    /// Starts it with an invocation for every `each` elements, which takes them a whole launch apart.
    pub(crate) fn launch_strided(&self, each: usize, arguments: &[Argument<'_>]) -> Result<(), GpuError> {
        self.start(each, arguments, false)
    }

    fn start(&self, each: usize, arguments: &[Argument<'_>], passes_known: bool) -> Result<(), GpuError> {
        let mut lengths = arguments.iter().filter_map(Argument::length);
        let length = lengths.next().unwrap_or(0);
        if let Some(other) = lengths.find(|&other| other != length) {
            return Err(GpuError::Arguments(format!(
                "the arrays have {length} and {other} elements; they must have the same"
            )));
        }
        if arguments.len() != self.order.len() {
            let (takes, given) = (self.order.len(), arguments.len());
            return Err(GpuError::Arguments(format!("the kernel takes {takes} arguments; it is given {given}")));
        }
        let elements = Argument::from(length as u32);
        let sorted = self.order.iter().map(|&index| &arguments[index]).chain([&elements]);
        let values =
            sorted.zip(&self.kernel.parameters).map(|(argument, parameter)| argument.value(&self.gpu, parameter));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        if length == 0 {
            return Ok(());
        }
        self.gpu.launch(&self.kernel, self.gpu.groups(length.div_ceil(each), WORKGROUP), &values, passes_known)
    }
}

/// The kernel around a body: each invocation takes an element, and goes on by as many as there are invocations.
fn generate(
    language: Language,
    parameters: &[&Parameter],
    body: Text<'_>,
    name: &str,
    arithmetic: Arithmetic,
) -> KernelText {
    let (before, after) = match language {
        Language::Wgsl => wgsl(parameters, name),
        Language::Cuda => cuda(parameters, name),
    };
    let body = body.of(language);
    let written = before.len()..before.len() + body.len();
    let text = format!("{before}{body}{after}");
    KernelText { text, written, entry: name.to_owned(), workgroup: WORKGROUP, constants: Vec::new(), arithmetic }
}

// ANCHOR: wgsl
fn wgsl(parameters: &[&Parameter], name: &str) -> (String, String) {
    let (mut bindings, mut members, mut numbers) = (String::new(), String::new(), String::new());
    for (binding, parameter) in parameters.iter().enumerate() {
        let (name, ty) = (&parameter.name, parameter.scalar.wgsl());
        if parameter.array {
            bindings += &format!("@group(0) @binding({binding}) var<storage, read_write> {name}: array<{ty}>;\n");
        } else {
            members += &format!("    {name}: {ty},\n");
            numbers += &format!("    let {name} = parameters.{name};\n");
        }
    }
    let arrays = parameters.iter().filter(|parameter| parameter.array).count();
    let before = format!(
        "{bindings}\
         struct Parameters {{\n{members}    elements: u32,\n}}\n\
         @group(0) @binding({arrays}) var<uniform> parameters: Parameters;\n\
         @compute @workgroup_size({WORKGROUP})\n\
         fn {name}(@builtin(global_invocation_id) invocation: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {{\n\
         {numbers}    \
         for (var i = invocation.x; i < parameters.elements; i += groups.x * {WORKGROUP}u) {{\n"
    );
    (before, "\n    }\n}\n".to_owned())
}
// ANCHOR_END: wgsl

fn cuda(parameters: &[&Parameter], name: &str) -> (String, String) {
    let elements = Parameter { name: "elements".to_owned(), scalar: Scalar::Unsigned, array: false };
    let listed: Vec<_> =
        parameters.iter().map(|parameter| parameter.to_string()).chain([elements.to_string()]).collect();
    let before = format!(
        "extern \"C\" __global__ void {name}({}) {{\n    \
         for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += gridDim.x * blockDim.x) {{\n",
        listed.join(", ")
    );
    (before, "\n    }\n}\n".to_owned())
}
