//! The same numbers, with more and more to do for each of them: from how much work on a device pays off.

use std::ops::{Mul, Sub};
use std::time::Duration;

use gpu::{ElementwiseKernel, Gpu, GpuArray, GpuError, Text, arguments};
use runner::plot::{Axis, Lines, Series};
use runner::units::{grouped, ms, times};
use runner::{Failure, Part, Stop, best};

use super::devices::devices;
use super::numbers::{Real, narrow, numbers};

/// The body of a kernel that does more with each number before it is written.
const TURNS: Text<'static> = Text {
    wgsl: "var x = numbers[i]; for (var turn = 0u; turn < turns; turn += 1u) { x = x * x - x; } numbers[i] = x;",
    cuda: "auto x = numbers[i]; for (unsigned turn = 0; turn < turns; ++turn) { x = x * x - x; } numbers[i] = x;",
};

/// The times of so many turns of the loop for each number.
struct Turned {
    by: &'static str,
    turns: u32,
    plain: Duration,
    device: Duration,
}

/// Shows the times of a loop over each number, on this core and on each device.
pub(crate) fn intensity(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("From which work on a device pays: x = x * x - x, again and again", |part| {
        let (size, most, runs) = if part.quick() { (1 << 12, 4, 3) } else { (1 << 16, 5, 5) };
        let turns: Vec<u32> = (0..=most).map(|power| 4_u32.pow(power)).collect();
        let numbers = numbers(size).1;
        let mut all = Vec::new();
        for gpu in devices()? {
            let turned = if gpu.adapter().double { turned::<f64> } else { turned::<f32> };
            all.push(turned(&gpu, &numbers, &turns, runs)?);
        }
        let rows: Vec<_> = all.iter().flatten().map(row).collect();
        let header = ["by", "turns", "a plain loop ms", "there and back ms", "speedup"];
        part.table("intensity", &header, &rows, &[0])?;
        let chart = Lines {
            title: &format!("{} numbers, each with more and more to do", grouped(size as u64)),
            x: Axis::logarithmic("turns of the loop for each number"),
            y: Axis::logarithmic("ms"),
            series: &series(&all),
            marks: &[],
        };
        Ok(part.chart("intensity.svg", &chart)?)
    })
}

/// The times of a device for each number of turns.
fn turned<T>(gpu: &Gpu, numbers: &[f64], all: &[u32], runs: usize) -> Result<Vec<Turned>, Stop>
where
    T: Real + Mul<Output = T> + Sub<Output = T> + PartialEq,
{
    let numbers = narrow::<T>(numbers);
    let kernel = ElementwiseKernel::new(gpu, &format!("{} *numbers, unsigned turns", T::SCALAR), TURNS, "turns")?;
    let measure = |&turns: &u32| {
        let turn = |mut x: T| {
            for _ in 0..turns {
                x = x * x - x;
            }
            x
        };
        let (right, plain) = best(runs, || Ok::<_, GpuError>(numbers.iter().map(|&x| turn(x)).collect::<Vec<_>>()))?;
        let there_and_back = || {
            let numbers = GpuArray::new(gpu, &numbers);
            kernel.launch_loops(turns, arguments![&numbers, turns])?;
            numbers.to_vec()
        };
        there_and_back()?;
        let (found, device) = best(runs, there_and_back)?;
        if found != right {
            return Err(Failure::Wrong.into());
        }
        Ok(Turned { by: gpu.adapter().interface, turns, plain, device })
    };
    all.iter().map(measure).collect()
}

fn row(turned: &Turned) -> [String; 5] {
    let Turned { by, turns, plain, device } = *turned;
    let speedup = plain.as_secs_f64() / device.as_secs_f64();
    [by.to_owned(), turns.to_string(), ms(plain), ms(device), times(speedup)]
}

/// The plain loop beside the first device, and a line for each device.
fn series(all: &[Vec<Turned>]) -> Vec<Series> {
    let line = |name: &str, turned: &[Turned], time: fn(&Turned) -> Duration| {
        let points = turned.iter().map(|row| (f64::from(row.turns), time(row).as_secs_f64() * 1e3));
        Series { name: name.to_owned(), points: points.collect() }
    };
    let plain = all.first().map(|turned| line("a plain loop on one core", turned, |row| row.plain));
    let devices = all.iter().filter_map(|turned| {
        let by = turned.first()?.by;
        Some(line(&format!("{by}, there and back"), turned, |row| row.device))
    });
    plain.into_iter().chain(devices).collect()
}
