//! The expression three times: what moves, and how often.

use std::cell::RefCell;

use gpu::{Gpu, GpuArray, GpuError, arguments};
use runner::{Failure, Part};
use validation::Expression;

use super::devices::devices;
use super::expression::expression;
use super::numbers::{Real, narrow};
use super::times::{self, Row};

/// Shows where the time of the expression goes, on each device.
pub(crate) fn transfers(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Where the time of the expression goes, in ms", |part| {
        let input = part.input::<Expression>()?;
        for gpu in devices()? {
            part.line(gpu.adapter())?;
            let rows = if gpu.adapter().double { rows::<f64> } else { rows::<f32> };
            let rows = rows(&gpu, &input.a, &input.b)?;
            times::table(part, "transfers", &gpu, &rows)?;
        }
        Ok(())
    })
}

/// A row for whole arrays, for one kernel, and for one whose inputs stay on the device.
fn rows<T: Real>(gpu: &Gpu, a: &[f64], b: &[f64]) -> Result<Vec<Row>, GpuError> {
    let (host_a, host_b, two) = (narrow::<T>(a), narrow::<T>(b), T::narrow(2.0));
    let kernel = expression::<T>(gpu)?;
    let on_device = |a: &GpuArray<T>, b: &GpuArray<T>, output: &mut Vec<T>| {
        let result = GpuArray::<T>::uninitialised(gpu, a.len());
        kernel.launch(arguments![a, b, &result])?;
        result.read(output)
    };
    let output = RefCell::new(vec![T::default(); a.len()]);
    let (a, b) = (GpuArray::new(gpu, &host_a), GpuArray::new(gpu, &host_b));
    Ok(vec![
        times::row(gpu, "arrays", || {
            let (a, b) = (GpuArray::new(gpu, &host_a), GpuArray::new(gpu, &host_b));
            ((&a + &b) * two + &a * &b).read(&mut output.borrow_mut())
        })?,
        times::row(gpu, "elementwise", || {
            on_device(&GpuArray::new(gpu, &host_a), &GpuArray::new(gpu, &host_b), &mut output.borrow_mut())
        })?,
        times::row(gpu, "resident", || on_device(&a, &b, &mut output.borrow_mut()))?,
    ])
}
