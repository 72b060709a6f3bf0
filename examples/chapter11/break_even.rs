//! The size from which a device pays off, with the copies there and back and without.

use std::convert::Infallible;
use std::hint::black_box;

use gpu::{Gpu, GpuArray, GpuError, arguments};
use runner::plot::{Axis, Lines, Series};
use runner::units::{grouped, us};
use runner::{Budget, Failure, Part, Ratio, Timing, Verdict, time_calls};

use super::devices::devices;
use super::expression::expression;
use super::numbers::{Real, narrow, numbers};

/// Shows the times of the expression in many sizes, on this core and on each device.
pub(crate) fn break_even(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("From which size on a device pays: the expression", |part| {
        let (most, runs) = if part.quick() { (16, 3) } else { (22, 9) };
        let sizes: Vec<usize> = (8..=most).step_by(2).map(|power| 1 << power).collect();
        let plain: Vec<_> = sizes.iter().map(|&size| on_this_core(size, runs)).collect();
        let (mut series, mut rows) = (vec![line("a plain loop on one core", &sizes, &plain)], Vec::new());
        for gpu in devices()? {
            let by = gpu.adapter().interface;
            let on_device = if gpu.adapter().double { on_device::<f64> } else { on_device::<f32> };
            let found = sizes.iter().map(|&size| on_device(&gpu, size, runs)).collect::<Result<Vec<_>, _>>()?;
            let (there_and_back, stays): (Vec<_>, Vec<_>) = found.into_iter().unzip();
            series.push(line(&format!("{by}, there and back"), &sizes, &there_and_back));
            series.push(line(&format!("{by}, data stays there"), &sizes, &stays));
            rows.extend(sizes.iter().enumerate().map(|(row, &size)| {
                let [plain, whole, alone] =
                    [&plain[row], &there_and_back[row], &stays[row]].map(|time| us(time.best()));
                [by.to_owned(), grouped(size as u64), plain, whole, alone]
            }));
            if part.quick() {
                continue;
            }
            for (way, times) in [("there and back", &there_and_back), ("data stays there", &stays)] {
                part.paragraph(&format!("Over {by}, {way}, beside one core: {}", pays(&sizes, times, &plain)))?;
            }
        }
        let header = ["by", "elements", "a plain loop us", "there and back us", "data stays there us"];
        part.table("break-even", &header, &rows, &[0])?;
        let chart = Lines {
            title: "The expression on a core and on a device",
            x: Axis::logarithmic("elements"),
            y: Axis::logarithmic("us"),
            series: &series,
            marks: &[],
        };
        if part.quick() {
            part.paragraph("These sizes end before a device pays: leave --quick out to see from where on it does.")?;
        }
        Ok(part.chart("break-even.svg", &chart)?)
    })
}

/// From which size on the device is faster, by what its times prove.
fn pays(sizes: &[usize], device: &[Timing], plain: &[Timing]) -> String {
    let verdict = |(device, plain): (&Timing, &Timing)| {
        Ratio::of(plain.in_order(), device.in_order()).map_or(Verdict::NotProven, |ratio| ratio.verdict())
    };
    let sizes: Vec<_> = sizes.iter().map(|&size| format!("{} elements", grouped(size as u64))).collect();
    runner::break_even(&sizes, &device.iter().zip(plain).map(verdict).collect::<Vec<_>>())
}

fn line(name: &str, sizes: &[usize], times: &[Timing]) -> Series {
    let points = sizes.iter().zip(times).map(|(&size, time)| (size as f64, time.best_ms() * 1e3));
    Series { name: name.to_owned(), points: points.collect() }
}

/// The time of the expression on this core.
fn on_this_core(size: usize, runs: usize) -> Timing {
    let (a, b) = numbers(size);
    let mut output = vec![0.0; size];
    let Ok(timing) = time_calls(&Budget::exactly(runs), || {
        for ((output, a), b) in output.iter_mut().zip(&a).zip(&b) {
            *output = (a + b) * 2.0 + a * b;
        }
        black_box(&mut output);
        Ok::<_, Infallible>(())
    });
    timing
}

/// The time of the expression on a device: with the way there and back, and the kernel alone, started and waited for.
fn on_device<T: Real>(gpu: &Gpu, size: usize, runs: usize) -> Result<(Timing, Timing), GpuError> {
    let (a, b) = numbers(size);
    let (a, b) = (narrow::<T>(&a), narrow::<T>(&b));
    let kernel = expression::<T>(gpu)?;
    let mut output = vec![T::default(); size];
    let mut there_and_back = || {
        let (a, b) = (GpuArray::new(gpu, &a), GpuArray::new(gpu, &b));
        let result = GpuArray::<T>::uninitialised(gpu, size);
        kernel.launch(arguments![&a, &b, &result])?;
        result.read(&mut output)
    };
    there_and_back()?;
    let whole = time_calls(&Budget::exactly(runs), there_and_back)?;
    let (a, b) = (GpuArray::new(gpu, &a), GpuArray::new(gpu, &b));
    let result = GpuArray::<T>::uninitialised(gpu, size);
    gpu.wait()?;
    let alone = time_calls(&Budget::exactly(runs), || {
        kernel.launch(arguments![&a, &b, &result])?;
        gpu.wait()
    })?;
    Ok((whole, alone))
}
