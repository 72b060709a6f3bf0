//! The memory of the process over time, and its plot.

use std::fmt::{self, Write};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{io, thread};

use super::table::bytes;
use super::{heap, resident};
use crate::files::{SVG_STYLE, write_whole};

/// A look at the memory of the process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When, in seconds since the recording began.
    pub seconds: f64,
    /// Bytes of the heap in use; `None` when nobody counts them.
    pub heap: Option<usize>,
    /// Resident bytes; `None` where the system does not say.
    pub resident: Option<usize>,
}

/// The memory of the process over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// In the order of time. The first is from before the closure, the last from after it.
    pub samples: Vec<Sample>,
}

/// No more samples than this are kept: then every second one is dropped, and the interval doubled.
const MOST: usize = 4096;

/// Runs a closure, and looks at the memory of the process meanwhile, once in every interval, from a thread of its own.
///
/// At least two samples are taken, one before and one after. A recording that grows beyond some thousands of samples is thinned, so
/// that it needs no more than a hundred kilobytes, which are not in its numbers.
pub fn record<R>(interval: Duration, run: impl FnOnce() -> R) -> (R, Recording) {
    let mut samples: Vec<Sample> = Vec::with_capacity(MOST + 1);
    let own = samples.capacity() * size_of::<Sample>();
    let began = Instant::now();
    let look = move || Sample {
        seconds: began.elapsed().as_secs_f64(),
        heap: heap().map(|heap| heap.in_use.saturating_sub(own)),
        resident: resident(),
    };
    samples.push(look());
    let result = thread::scope(|scope| {
        // The thread ends when the sender is dropped, and so also when the closure panics.
        let (running, stopped) = mpsc::channel::<()>();
        let samples = &mut samples;
        let mut interval = interval.max(Duration::from_micros(10));
        scope.spawn(move || {
            while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                samples.push(look());
                if samples.len() == MOST {
                    let mut index = 0;
                    samples.retain(|_| {
                        index += 1;
                        index % 2 == 1
                    });
                    interval *= 2;
                }
            }
        });
        let result = run();
        drop(running);
        result
    });
    samples.push(look());
    (result, Recording { samples })
}

impl Recording {
    /// The most of the heap that was seen in use, in bytes.
    pub fn peak_heap(&self) -> Option<usize> {
        self.samples.iter().filter_map(|sample| sample.heap).max()
    }

    /// The most resident memory that was seen, in bytes.
    pub fn peak_resident(&self) -> Option<usize> {
        self.samples.iter().filter_map(|sample| sample.resident).max()
    }

    /// Heap and RSS over time as a picture: an SVG document.
    pub fn to_svg(&self) -> String {
        let mut svg = String::new();
        self.draw(&mut svg).expect("a string takes everything");
        svg
    }

    /// Writes the picture to a file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_svg(&self, path: impl AsRef<Path>) -> io::Result<()> {
        write_whole(path.as_ref(), &self.to_svg())
    }

    fn draw(&self, svg: &mut String) -> fmt::Result {
        let end = self.samples.last().map_or(0.0, |sample| sample.seconds).max(1e-6);
        let highest = self.peak_heap().max(self.peak_resident()).unwrap_or(0).max(1);
        let step = step(highest as f64, |power| 1024_f64.powi(power));
        let top = (highest as f64 / step).ceil() * step;
        let x = |seconds: f64| LEFT + seconds / end * (RIGHT - LEFT);
        let y = |bytes: f64| BOTTOM - bytes / top * (BOTTOM - TOP);

        writeln!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="13" fill="currentColor">"#
        )?;
        writeln!(svg, "{SVG_STYLE}\n<title>Memory over time</title>")?;
        draw_axes(svg, (top, step), end, x, y)?;

        type Read = fn(&Sample) -> Option<usize>;
        let curves: [(&str, &str, Read, Option<usize>); 2] = [
            ("resident (RSS)", "#0072b2", |sample| sample.resident, self.peak_resident()),
            ("heap in use", "#d55e00", |sample| sample.heap, self.peak_heap()),
        ];
        for (row, (name, colour, read, peak)) in curves.into_iter().enumerate() {
            let known = self.samples.iter().filter_map(|sample| Some((sample.seconds, read(sample)?)));
            let points: Vec<String> =
                known.map(|(seconds, bytes)| format!("{:.1},{:.1}", x(seconds), y(bytes as f64))).collect();
            let Some(peak) = peak else { continue };
            writeln!(
                svg,
                r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
                points.join(" ")
            )?;
            let line = y(peak as f64);
            writeln!(svg, r#"<path d="M{LEFT} {line:.1}H{RIGHT}" stroke="{colour}" stroke-dasharray="4 4"/>"#)?;
            let (at, label) = (LEFT + 12.0 + 260.0 * row as f64, bytes(peak));
            writeln!(svg, r#"<path d="M{at} 22h24" stroke="{colour}" stroke-width="2"/>"#)?;
            writeln!(svg, r#"<text x="{}" y="26">{name}, at most {label}</text>"#, at + 30.0)?;
        }
        writeln!(svg, "</svg>")
    }
}

/// Draws both axes: bytes up to `top` with a mark at each `step`, and seconds up to `end`.
fn draw_axes(
    svg: &mut String,
    (top, step): (f64, f64),
    end: f64,
    x: impl Fn(f64) -> f64,
    y: impl Fn(f64) -> f64,
) -> fmt::Result {
    let mut mark = 0.0;
    while mark <= top * 1.0001 {
        let (line, label) = (y(mark), bytes(mark as usize));
        writeln!(svg, r#"<path d="M{LEFT} {line:.1}H{RIGHT}" stroke="currentColor" stroke-opacity="0.15"/>"#)?;
        writeln!(svg, r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{label}</text>"#, LEFT - 8.0, line + 4.0)?;
        mark += step;
    }
    let every = self::step(end, |power| 10_f64.powi(power));
    let digits = (-every.log10().floor()).max(0.0) as usize;
    let mut mark = 0.0;
    while mark <= end * 1.0001 {
        let line = x(mark);
        writeln!(svg, r#"<path d="M{line:.1} {BOTTOM}v5" stroke="currentColor"/>"#)?;
        writeln!(svg, r#"<text x="{line:.1}" y="{:.1}" text-anchor="middle">{mark:.digits$}</text>"#, BOTTOM + 20.0)?;
        mark += every;
    }
    writeln!(svg, r#"<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="currentColor"/>"#)?;
    let middle = (LEFT + RIGHT) / 2.0;
    writeln!(svg, r#"<text x="{middle}" y="{:.1}" text-anchor="middle">time (s)</text>"#, BOTTOM + 42.0)
}

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 90.0;
const RIGHT: f64 = WIDTH - 20.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = HEIGHT - 56.0;

/// A round distance between marks, four to ten of them up to `end`: 1, 2, 5, 10, ... times a power.
fn step(end: f64, power: impl Fn(i32) -> f64) -> f64 {
    let base = (-12..=12).rev().map(power).find(|&base| base <= end).unwrap_or(1e-12);
    let factors =
        [0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 8.0, 10.0, 16.0, 20.0, 32.0, 50.0, 64.0, 100.0, 128.0, 256.0];
    factors.into_iter().map(|factor| factor * base).find(|step| end / step <= 8.0).unwrap_or(end)
}
