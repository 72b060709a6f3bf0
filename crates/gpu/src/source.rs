//! Kernels written by hand.

use std::sync::Arc;

use crate::argument::{self, Argument};
use crate::device::{FEW_PASSES, Gpu, Kernel};
use crate::drivers::{AdapterKind, Arithmetic, KernelText, Language, Resources};
use crate::error::GpuError;
use crate::signature::{Parameter, Scalar};

/// Workgroups that the cores of a processor share evenly.
const FEW_GROUPS: u32 = 64;

/// The text of a kernel, in the languages of all drivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// For Vulkan, Metal and DirectX 12.
    pub wgsl: &'a str,
    /// For CUDA.
    pub cuda: &'a str,
}

impl<'a> From<&'a str> for Text<'a> {
    /// A text that means the same in both languages.
    fn from(text: &'a str) -> Self {
        Self { wgsl: text, cuda: text }
    }
}

impl<'a> Text<'a> {
    /// The text in one language.
    pub fn of(&self, language: Language) -> &'a str {
        match language {
            Language::Wgsl => self.wgsl,
            Language::Cuda => self.cuda,
        }
    }
}

/// A kernel written by hand, with everything in its own hands: how many invocations there are, and what each of them does.
///
/// In WGSL the arrays are the bindings 0, 1, ... of group 0, and the numbers, if there are any, the members of one struct in a uniform at
/// the next binding. In CUDA C++ they are the parameters of an `extern "C" __global__` function, arrays first. Both are compared
/// with the arguments at each launch.
///
/// ```
/// use gpu::{Gpu, GpuArray, SourceKernel, Text, arguments};
///
/// let text = Text {
///     wgsl: "
///         @group(0) @binding(0) var<storage, read_write> numbers: array<i32>;
///         override workgroup_size: u32 = 64;
///         @compute @workgroup_size(workgroup_size)
///         fn next(@builtin(global_invocation_id) invocation: vec3<u32>) {
///             if invocation.x < arrayLength(&numbers) { numbers[invocation.x] += 1; }
///         }",
///     cuda: "",
/// };
/// # let gpu = match Gpu::new() { Ok(gpu) => gpu, Err(gpu::GpuError::Unavailable(_)) => return Ok(()), Err(error) => return Err(error) };
/// let next = SourceKernel::options(text, "next").workgroup(32).build(&gpu)?;
/// let numbers = GpuArray::new(&gpu, &[1, 2, 3]);
/// next.launch(1, arguments![&numbers])?;
/// assert_eq!(numbers.to_vec()?, [2, 3, 4]);
/// # Ok::<(), gpu::GpuError>(())
/// ```
#[derive(Clone)]
pub struct SourceKernel {
    gpu: Gpu,
    kernel: Arc<Kernel>,
}

/// How many workgroups are started, and whether it is known that the loops of their invocations make no more passes than the device can.
/// A plain number says nothing of the passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workgroups {
    count: u32,
    passes_known: bool,
}

impl Workgroups {
    /// How many they are.
    pub fn count(self) -> u32 {
        self.count
    }
}

impl From<u32> for Workgroups {
    fn from(count: u32) -> Self {
        Self { count, passes_known: false }
    }
}

/// How a kernel is compiled.
#[derive(Clone, Debug)]
pub struct SourceOptions<'a> {
    text: Text<'a>,
    entry: &'a str,
    real: Option<Scalar>,
    workgroup: u32,
    constants: Vec<(String, f64)>,
    arithmetic: Arithmetic,
}

impl SourceOptions<'_> {
    /// The type that the text calls `real`.
    pub fn real(self, real: Scalar) -> Self {
        Self { real: Some(real), ..self }
    }

    /// Invocations in a workgroup: the constant `workgroup_size` of the text; by default 64.
    pub fn workgroup(self, workgroup: u32) -> Self {
        Self { workgroup, ..self }
    }

    /// The value of a constant: an `override` in WGSL, a macro in CUDA C++.
    pub fn constant(mut self, name: &str, value: u32) -> Self {
        self.constants.push((name.to_owned(), f64::from(value)));
        self
    }

    /// What the driver's compiler may do; by default nothing that changes a bit.
    pub fn arithmetic(self, arithmetic: Arithmetic) -> Self {
        Self { arithmetic, ..self }
    }

    /// Compiles it, unless it has been compiled for this device before.
    ///
    /// # Errors
    /// [`GpuError::Kernel`] with the place in the text, [`GpuError::Unsupported`] for a type that the device does not compute with, or
    /// [`GpuError::TooLarge`] for a workgroup that is.
    pub fn build(self, gpu: &Gpu) -> Result<SourceKernel, GpuError> {
        let language = gpu.language();
        let prefix = match (self.real, language) {
            (None, _) => String::new(),
            (Some(real), Language::Wgsl) => format!("alias real = {};\n", real.wgsl()),
            (Some(real), Language::Cuda) => format!("typedef {} real;\n", real.c()),
        };
        let text = format!("{prefix}{}", self.text.of(language));
        let mut constants = self.constants;
        constants.push(("workgroup_size".to_owned(), f64::from(self.workgroup)));
        let (entry, workgroup, arithmetic) = (self.entry.to_owned(), self.workgroup, self.arithmetic);
        let kernel = gpu.kernel(&KernelText {
            written: prefix.len()..text.len(),
            text,
            entry,
            workgroup,
            constants,
            arithmetic,
        })?;
        Ok(SourceKernel { gpu: gpu.clone(), kernel })
    }
}

impl SourceKernel {
    /// Compiles a kernel with 64 invocations in a workgroup.
    ///
    /// # Errors
    /// As [`SourceOptions::build`].
    pub fn new<'a>(gpu: &Gpu, text: impl Into<Text<'a>>, entry: &'a str) -> Result<Self, GpuError> {
        Self::options(text, entry).build(gpu)
    }

    /// Chooses more before compiling.
    pub fn options<'a>(text: impl Into<Text<'a>>, entry: &'a str) -> SourceOptions<'a> {
        let (text, arithmetic) = (text.into(), Arithmetic::default());
        SourceOptions { text, entry, real: None, workgroup: 64, constants: Vec::new(), arithmetic }
    }

    /// Starts so many workgroups: a number, or what [`groups`](Self::groups) says.
    ///
    /// # Errors
    /// [`GpuError::Arguments`] when the arguments are not those of the kernel, [`GpuError::TooLarge`] for more workgroups than a launch
    /// can have. What the device itself finds wrong is reported by the next call that waits; and so is a loop that it has ended, unless
    /// the passes were known ([`Gpu::check_passes`]).
    pub fn launch(&self, groups: impl Into<Workgroups>, arguments: &[Argument<'_>]) -> Result<(), GpuError> {
        let Workgroups { count, passes_known } = groups.into();
        let values = argument::values(&self.gpu, &self.kernel, arguments)?;
        self.gpu.launch(&self.kernel, count, &values, passes_known)
    }

    /// So many workgroups of invocations whose loops make up to so many passes, all loops together. Nobody watches them.
    ///
    /// # Errors
    /// [`GpuError::TooLarge`] when the device cannot make so many; see [`Gpu::check_passes`].
    pub fn groups_with_passes(&self, count: u32, passes: u64) -> Result<Workgroups, GpuError> {
        self.gpu.check_passes(passes)?;
        Ok(Workgroups { count, passes_known: true })
    }

    /// Workgroups for so many lanes of work, in each of which a loop makes up to so many passes: an invocation for each lane, or as many
    /// as a launch can have; the kernel goes on from there in strides.
    ///
    /// # Errors
    /// [`GpuError::TooLarge`] when an invocation would make more passes than the device can; see [`Gpu::check_passes`].
    pub fn groups(&self, lanes: usize, passes: u32) -> Result<Workgroups, GpuError> {
        let groups = self.gpu.groups(lanes, self.kernel.workgroup);
        self.groups_with_passes(groups, self.rounds(lanes, groups) * (u64::from(passes) + 1))
    }

    /// The same for a kernel of which an invocation costs more than a lane of its work: on the processor no more workgroups than share
    /// it evenly between the cores, as far as the passes of an invocation allow it.
    ///
    /// # Errors
    /// As [`groups`](Self::groups).
    pub fn few_groups(&self, lanes: usize, passes: u32) -> Result<Workgroups, GpuError> {
        let all = self.groups(lanes, passes)?;
        if self.gpu.adapter().kind != AdapterKind::Cpu {
            return Ok(all);
        }
        let fits = |&groups: &u32| self.rounds(lanes, groups) * (u64::from(passes) + 1) <= FEW_PASSES;
        let doubled = std::iter::successors(Some(FEW_GROUPS), |groups| groups.checked_mul(2));
        let few = doubled.take_while(|&groups| groups < all.count).find(fits);
        Ok(Workgroups { count: few.unwrap_or(all.count), ..all })
    }

    /// Workgroups for a kernel whose invocations take work until there is none: as many as the device holds at once, and no more than so
    /// many lanes of work need. Where the driver does not tell, an invocation for each lane.
    ///
    /// # Errors
    /// [`GpuError::Driver`] when it cannot be asked.
    pub fn resident_groups(&self, lanes: usize) -> Result<u32, GpuError> {
        let (all, Resources { resident_groups, multiprocessors, .. }) =
            (self.gpu.groups(lanes, self.kernel.workgroup), self.resources()?);
        let resident = resident_groups.zip(multiprocessors).map(|(groups, of)| groups.saturating_mul(of).max(1));
        Ok(resident.map_or(all, |resident| all.min(resident)))
    }

    /// How many lanes an invocation takes, one after the other.
    fn rounds(&self, lanes: usize, groups: u32) -> u64 {
        (lanes as u64).div_ceil(u64::from(groups) * u64::from(self.kernel.workgroup))
    }

    /// The parameters that were found in the text.
    pub fn parameters(&self) -> &[Parameter] {
        &self.kernel.parameters
    }

    /// Registers and memory of an invocation, and how many workgroups run at once, as far as the driver tells.
    ///
    /// # Errors
    /// [`GpuError::Driver`] when it cannot be asked.
    pub fn resources(&self) -> Result<Resources, GpuError> {
        self.gpu.resources(&self.kernel)
    }
}
