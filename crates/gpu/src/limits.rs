//! What a device allows: operations and bytes a second, measured on it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use validation::Work;

use crate::argument::Element;
use crate::arguments;
use crate::array::GpuArray;
use crate::device::Gpu;
use crate::elementwise::ElementwiseKernel;
use crate::error::GpuError;
use crate::signature::Scalar;
use crate::source::{SourceKernel, Text};

/// Operations and bytes of a device in a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throughput {
    /// Additions and multiplications, each rounded by itself.
    pub operations: f64,
    /// Divisions.
    pub divisions: f64,
    /// Square roots.
    pub roots: f64,
    /// Operations on integers of 32 bits.
    pub integers: f64,
    /// Bytes read and written, two arrays read and one written.
    pub bytes: f64,
}

/// Invocations that measure: more than any card holds at once.
const INVOCATIONS: usize = 1 << 19;

/// Chains of operations that do not wait for each other, in each invocation.
const CHAINS: u32 = 8;

/// How long a measurement lasts at least.
const LONG_ENOUGH: Duration = Duration::from_millis(5);

/// The least time for some work in numbers of such a type.
///
/// # Errors
/// When the device cannot run the kernels that measure, or has no clock.
pub(crate) fn time(gpu: &Gpu, real: Scalar, work: &Work) -> Result<Duration, GpuError> {
    let limit = throughput(gpu, real)?;
    // Integer operations of the problems are 64 bits wide: two of 32, and four for a product with its sums.
    let compute = (work.adds + work.muls) as f64 / limit.operations
        + work.divs as f64 / limit.divisions
        + work.sqrts as f64 / limit.roots
        + (2 * work.int_ops + 4 * work.int_muls) as f64 / limit.integers;
    let scale = if real.is_double() { 1.0 } else { 0.5 };
    Ok(Duration::from_secs_f64(compute.max(scale * work.bytes() as f64 / limit.bytes)))
}

/// Measures a device, once for each name and type.
///
/// # Errors
/// As [`SourceKernel::launch`]; [`GpuError::Unsupported`] when the device has no clock.
pub fn throughput(gpu: &Gpu, real: Scalar) -> Result<Throughput, GpuError> {
    static KNOWN: Mutex<Option<HashMap<(String, Scalar), Throughput>>> = Mutex::new(None);
    let key = (gpu.adapter().to_string(), real);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.get_or_insert_default().get(&key) {
        return Ok(*found);
    }
    let found = match real {
        Scalar::Float | Scalar::Float2 => measured(gpu, 0.999_f32, 0.001)?,
        _ => measured(gpu, 0.999_f64, 0.001)?,
    };
    known.get_or_insert_default().insert(key, found);
    Ok(found)
}

fn measured<T: Element>(gpu: &Gpu, a: T, b: T) -> Result<Throughput, GpuError> {
    Ok(Throughput {
        operations: rate(gpu, a, b, "x = x * a + b;", 2)?,
        divisions: rate(gpu, a, b, "x = a / x;", 1)?,
        roots: rate(gpu, a, b, "x = sqrt(x);", 1)?,
        integers: rate(gpu, 3_u32, 5, "x = (x ^ a) + b;", 2)?,
        bytes: bandwidth(gpu)?,
    })
}

/// Operations a second of a kernel that does nothing else.
fn rate<T: Element>(gpu: &Gpu, a: T, b: T, operation: &str, operations: u32) -> Result<f64, GpuError> {
    let all = |each: &dyn Fn(u32) -> String| (0..CHAINS).map(each).collect::<Vec<_>>();
    let body = all(&|chain| operation.replace('x', &format!("x{chain}"))).join(" ");
    let sum = all(&|chain| format!("x{chain}")).join(" + ");
    let wgsl = format!(
        "struct Parameters {{ a: real, b: real, passes: u32 }}
        @group(0) @binding(0) var<storage, read_write> sums: array<real>;
        @group(0) @binding(1) var<uniform> parameters: Parameters;
        override workgroup_size: u32 = 64;
        @compute @workgroup_size(workgroup_size)
        fn operations(@builtin(global_invocation_id) invocation: vec3<u32>) {{
            let a = parameters.a; let b = parameters.b;
            {}
            for (var turn = 0u; turn < parameters.passes; turn += 1u) {{ {body} }}
            sums[invocation.x] = {sum};
        }}",
        all(&|chain| format!("var x{chain} = a + real({chain}u);")).join(" ")
    );
    let cuda = format!(
        "extern \"C\" __global__ void operations(real *sums, real a, real b, unsigned passes) {{
            {}
            for (unsigned turn = 0; turn < passes; ++turn) {{ {body} }}
            sums[blockIdx.x * blockDim.x + threadIdx.x] = {sum};
        }}",
        all(&|chain| format!("real x{chain} = a + (real){chain};")).join(" ")
    );
    let kernel = SourceKernel::options(Text { wgsl: &wgsl, cuda: &cuda }, "operations").real(T::SCALAR).build(gpu)?;
    let groups = gpu.groups(INVOCATIONS, 64);
    let sums = GpuArray::<T>::uninitialised(gpu, groups as usize * 64);
    let mut passes = 8_u32;
    loop {
        let groups = kernel.groups_with_passes(groups, u64::from(passes) + 1)?;
        let elapsed = best(gpu, || kernel.launch(groups, arguments![&sums, a, b, passes]))?;
        if elapsed >= LONG_ENOUGH || passes >= 1 << 15 {
            let each = f64::from(CHAINS * operations) * f64::from(passes);
            return Ok(sums.len() as f64 * each / elapsed.as_secs_f64());
        }
        passes *= 4;
    }
}

/// Bytes a second of a kernel that reads two arrays and writes a third, all of them larger than the caches.
fn bandwidth(gpu: &Gpu) -> Result<f64, GpuError> {
    let bytes = (256 << 20).min(gpu.adapter().array_bytes);
    let array = || GpuArray::<f32>::zeros(gpu, bytes as usize / 4);
    let (a, b, out) = (array(), array(), array());
    let add = ElementwiseKernel::new(gpu, "float *a, float *b, float *out", "out[i] = a[i] + b[i];", "bandwidth")?;
    let elapsed = best(gpu, || add.launch(arguments![&a, &b, &out]))?;
    drop((a, b, out));
    gpu.trim();
    Ok(3.0 * (bytes / 4 * 4) as f64 / elapsed.as_secs_f64())
}

/// The best of three times of a kernel, by the device's clock.
fn best(gpu: &Gpu, launch: impl Fn() -> Result<(), GpuError>) -> Result<Duration, GpuError> {
    launch()?;
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let ((), times) = gpu.times(&launch)?;
        let none = || GpuError::Unsupported(format!("{} has no clock", gpu.adapter().name));
        best = best.min(times.kernel.ok_or_else(none)?);
    }
    Ok(best)
}
