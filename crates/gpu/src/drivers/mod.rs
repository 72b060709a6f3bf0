//! What the three interfaces need of a device, so that they are written once for all drivers; and the drivers.

#[cfg(feature = "cuda")]
pub(crate) mod cuda;
pub(crate) mod wgpu;

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::GpuError;
use crate::signature::{Parameter, Scalar};

/// What a kernel is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// The shading language of WebGPU, for Vulkan, Metal and DirectX 12.
    Wgsl,
    /// CUDA C++, for NVIDIA's own driver.
    Cuda,
}

/// What the compiler of a device may do with `a * b + c`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// Round the product and the sum, each operation by itself and in the order of the text: the bits of the other chapters.
    #[default]
    Exact,
    /// Whatever the driver finds fast: fuse them, or take them in another order.
    Contracted,
}

/// What sort of device an adapter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdapterKind {
    /// A card with memory of its own.
    Discrete,
    /// Part of the processor, with its memory.
    Integrated,
    /// A share of a card, handed to a virtual machine.
    Virtual,
    /// No graphics card at all: a driver that computes on the processor's cores.
    Cpu,
    /// The driver does not say.
    Other,
}

/// A device that kernels can run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// The device's name.
    pub name: String,
    /// The driver and its version.
    pub driver: String,
    /// The interface that it is reached by: Vulkan, Metal, DirectX 12, CUDA.
    pub interface: &'static str,
    /// What sort of device it is.
    pub kind: AdapterKind,
    /// Whether it computes in double precision.
    pub double: bool,
    /// Whether it computes with integers of 64 bits.
    pub long: bool,
    /// Whether it measures its own kernels.
    pub timestamps: bool,
    /// Whether the driver takes machine-readable kernels as they are, with the marks that forbid contraction.
    pub passthrough: bool,
    /// Bytes that a kernel can see of one array.
    pub array_bytes: u64,
    /// Workgroups of one launch.
    pub groups: u32,
    /// Invocations of one workgroup.
    pub workgroup: u32,
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            AdapterKind::Discrete => "a graphics card",
            AdapterKind::Integrated => "part of the processor",
            AdapterKind::Virtual => "a share of a graphics card",
            AdapterKind::Cpu => "no graphics card: it computes on the processor's cores",
            AdapterKind::Other => "of a kind that its driver does not say",
        };
        let double = if self.double { "single and double precision" } else { "single precision only" };
        write!(f, "{} ({}, {}); {kind}; {double}", self.name, self.interface, self.driver)
    }
}

/// A kernel as a driver compiles it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KernelText {
    /// The whole text, in the driver's language.
    pub(crate) text: String,
    /// Where in `text` the part begins that the caller has written, and how long it is: errors are shown there.
    pub(crate) written: std::ops::Range<usize>,
    /// The function to start.
    pub(crate) entry: String,
    /// Invocations in a workgroup.
    pub(crate) workgroup: u32,
    /// Values of the text's constants: `override` in WGSL, macros in CUDA.
    pub(crate) constants: Vec<(String, f64)>,
    /// What the compiler may do.
    pub(crate) arithmetic: Arithmetic,
}

/// What a kernel is started with, in the order of its parameters.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// An array.
    Array(Memory),
    /// A number, in the bytes of its type.
    Scalar(Scalar, [u8; 16]),
}

/// Memory of a device, as its driver knows it.
pub(crate) type Memory = Arc<dyn Any + Send + Sync>;

/// A compiled kernel, as its driver knows it.
pub(crate) type Compiled = Arc<dyn Any + Send + Sync>;

/// What a compiler says of a kernel that it has made. What a driver does not tell is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Registers of an invocation.
    pub registers: Option<u32>,
    /// Bytes of an invocation that did not fit its registers.
    pub local_bytes: Option<u32>,
    /// Bytes that a workgroup shares.
    pub shared_bytes: Option<u32>,
    /// Workgroups that one multiprocessor holds at once.
    pub resident_groups: Option<u32>,
    /// Multiprocessors of the device.
    pub multiprocessors: Option<u32>,
}

/// A driver. Work is done in the order in which it is given; what fails later than its call is reported by `wait` or `read`.
pub(crate) trait Driver: Send + Sync {
    fn adapter(&self) -> &Adapter;

    fn language(&self) -> Language;

    /// Memory of so many bytes, at least one, with any contents.
    fn allocate(&self, bytes: u64) -> Result<Memory, GpuError>;

    fn write(&self, memory: &Memory, bytes: &[u8]) -> Result<(), GpuError>;

    /// Waits for everything before it.
    fn read(&self, memory: &Memory, bytes: &mut [u8]) -> Result<(), GpuError>;

    /// Compiles a kernel and says what parameters it takes.
    fn build(&self, kernel: &KernelText) -> Result<(Compiled, Vec<Parameter>), GpuError>;

    fn resources(&self, compiled: &Compiled) -> Result<Resources, GpuError>;

    /// Whether the caller's part of the kernel has loops that the device may end by itself.
    fn has_loops(&self, _compiled: &Compiled) -> bool {
        false
    }

    /// Starts so many workgroups; the values have been compared with the parameters. A device that ends loops after so many passes as are
    /// given here reports later that it has done so.
    fn launch(&self, compiled: &Compiled, groups: u32, values: &[Value], watched: Option<u64>) -> Result<(), GpuError>;

    /// Waits until everything is done.
    fn wait(&self) -> Result<(), GpuError>;

    /// From now on measures each launch on the device, or no longer. Returns the time of the kernels measured since it was last asked;
    /// `None` if it was not measuring, or has no clock.
    fn measure(&self, on: bool) -> Result<Option<Duration>, GpuError>;

    /// Ends the device as if it were pulled out. For tests of what happens then.
    fn destroy(&self);
}
