//! The distance ladder of graphics cards: who computes which element.

use validation::distance::Input;
use validation::{Distance, Expected, Ready, Settings, Step, step};

use crate::prepared::on;
use crate::{Gpu, GpuArray, Scalar, SourceKernel, Text, arguments};

/// Both kernels.
const DISTANCE: Text = Text { wgsl: include_str!("kernels/distance.wgsl"), cuda: include_str!("kernels/distance.cu") };

// ANCHOR: elements
/// One invocation for each element of the matrix, which works out its row and column from its number.
///
/// Mirrors the book's distance matrix as a `SourceModule`. Look at the division: a card has no instruction for one of integers, and makes
/// it of a dozen others.
pub fn elements(_: &Input, settings: &Settings) -> Ready<Distance> {
    let gpu = Gpu::new()?;
    let workgroup = settings.workgroup.map_or(64, |workgroup| workgroup.get() as u32);
    let options = SourceKernel::options(DISTANCE, "elements");
    let elements = options.real(Scalar::Double).workgroup(workgroup).build(&gpu)?;
    on::<Distance>(gpu, Scalar::Double, move |gpu, input, output| {
        let (x, y) = (GpuArray::new(gpu, &input.x), GpuArray::new(gpu, &input.y));
        let distances = GpuArray::uninitialised(gpu, output.len());
        let points = input.x.len() as u32;
        elements.launch(elements.groups(output.len(), 0)?, arguments![&x, &y, &distances, points])?;
        distances.read(output)
    })
}
// ANCHOR_END: elements

// ANCHOR: rows
/// A workgroup for each row: nothing is divided, and the row's own point is read once.
///
/// Mirrors the same, as one writes it after a look at the listing. Look at neighbours: they write next to each other, and a card turns
/// their stores into one.
pub fn rows(_: &Input, settings: &Settings) -> Ready<Distance> {
    let gpu = Gpu::new()?;
    let workgroup = settings.workgroup.map_or(64, |workgroup| workgroup.get() as u32);
    let options = SourceKernel::options(DISTANCE, "rows");
    let rows = options.real(Scalar::Double).workgroup(workgroup).build(&gpu)?;
    on::<Distance>(gpu, Scalar::Double, move |gpu, input, output| {
        let (x, y) = (GpuArray::new(gpu, &input.x), GpuArray::new(gpu, &input.y));
        let distances = GpuArray::uninitialised(gpu, output.len());
        let points = input.x.len() as u32;
        rows.launch(
            rows.groups(input.x.len() * workgroup as usize, points / workgroup)?,
            arguments![&x, &y, &distances, points],
        )?;
        distances.read(output)
    })
}
// ANCHOR_END: rows

/// The elements over NVIDIA's own driver.
///
/// Mirrors the same program. Look at the text of the kernel beside the other one: the words differ, the lines do not.
pub fn cuda_elements(_: &Input, settings: &Settings) -> Ready<Distance> {
    let gpu = Gpu::cuda()?;
    let workgroup = settings.workgroup.map_or(64, |workgroup| workgroup.get() as u32);
    let options = SourceKernel::options(DISTANCE, "elements");
    let elements = options.real(Scalar::Double).workgroup(workgroup).build(&gpu)?;
    on::<Distance>(gpu, Scalar::Double, move |gpu, input, output| {
        let (x, y) = (GpuArray::new(gpu, &input.x), GpuArray::new(gpu, &input.y));
        let distances = GpuArray::uninitialised(gpu, output.len());
        let points = input.x.len() as u32;
        elements.launch(elements.groups(output.len(), 0)?, arguments![&x, &y, &distances, points])?;
        distances.read(output)
    })
}

/// The rows over NVIDIA's own driver.
///
/// Mirrors the same program. Look at the kernel's own time: most of the whole is the matrix on its way back.
pub fn cuda_rows(_: &Input, settings: &Settings) -> Ready<Distance> {
    let gpu = Gpu::cuda()?;
    let workgroup = settings.workgroup.map_or(64, |workgroup| workgroup.get() as u32);
    let options = SourceKernel::options(DISTANCE, "rows");
    let rows = options.real(Scalar::Double).workgroup(workgroup).build(&gpu)?;
    on::<Distance>(gpu, Scalar::Double, move |gpu, input, output| {
        let (x, y) = (GpuArray::new(gpu, &input.x), GpuArray::new(gpu, &input.y));
        let distances = GpuArray::uninitialised(gpu, output.len());
        let points = input.x.len() as u32;
        rows.launch(
            rows.groups(input.x.len() * workgroup as usize, points / workgroup)?,
            arguments![&x, &y, &distances, points],
        )?;
        distances.read(output)
    })
}

/// Bytes of the arrays on the device.
fn on_device(input: &Input) -> u64 {
    let points = input.x.len() as u64;
    8 * points * points + 16 * points
}

/// The steps of this ladder, in order.
pub const STEPS: &[Step<Distance>] = &[
    step!(prepared elements, "the book's distance matrix", "an invocation an element").temporaries(on_device),
    step!(prepared rows, "the book's distance matrix", "a workgroup a row")
        .lesson(Expected::Faster)
        .temporaries(on_device),
    step!(prepared cuda_elements, "the book's distance matrix", "an invocation an element, over CUDA")
        .temporaries(on_device),
    step!(prepared cuda_rows, "the book's distance matrix", "a workgroup a row, over CUDA").temporaries(on_device),
];
