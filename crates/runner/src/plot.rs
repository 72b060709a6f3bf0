//! Plots of times, speeds and orbits, as SVG files 800 pixels wide.
//!
//! Text stays text, set in the reader's own sans-serif font: no font is needed to write a plot. As its true width is unknown here,
//! room is left for a wide font. The colours are those of Masataka Okabe and Kei Ito, which colour-blind readers tell apart too.

mod timeline;

use std::f64::consts::{PI, TAU};
use std::io;
use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::files::write_atomically;

pub use timeline::{Block, Panel, timeline};

/// One bar of [`bars`].
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What stands left of the bar.
    pub label: String,
    /// The length of the bar. What is not finite is shown as unavailable.
    pub value: f64,
    /// What stands behind the value, or why there is none. May be empty.
    pub note: String,
}

/// One line of [`lines`].
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What stands in the legend.
    pub name: String,
    /// The points, joined in this order. A point that has no place on the axes (not finite, or not above 0 on a logarithmic one)
    /// is a gap in the line.
    pub points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 800.0;
const MARGIN: f64 = 16.0;
const TITLE_SIZE: f64 = 18.0;
const TEXT_SIZE: f64 = 13.0;
/// The room of a line of text.
const LINE: f64 = 20.0;

const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const PALE_INK: RGBColor = RGBColor(0x66, 0x66, 0x66);
const GRID: RGBColor = RGBColor(0xE2, 0xE2, 0xE2);
const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
const VERMILION: RGBColor = RGBColor(0xD5, 0x5E, 0x00);
/// Okabe and Ito's colours without yellow, which is lost on white.
const COLOURS: [RGBColor; 7] = [
    BLUE,
    VERMILION,
    RGBColor(0x00, 0x9E, 0x73),
    RGBColor(0xCC, 0x79, 0xA7),
    RGBColor(0xE6, 0x9F, 0x00),
    RGBColor(0x56, 0xB4, 0xE9),
    RGBColor(0x00, 0x00, 0x00),
];

/// Draws horizontal bars from top to bottom: label, bar, value with its unit, note. The scale is logarithmic if `log_scale` asks for
/// it and the largest value is more than 20 times the smallest; a bar then starts at the axis, not at 0. No bars at all are a plot
/// that says so.
///
/// # Errors
/// When the file cannot be written: the message names the path.
pub fn bars(path: &Path, title: &str, unit: &str, bars: &[Bar], log_scale: bool) -> io::Result<()> {
    const ROW: f64 = 28.0;
    const THICKNESS: f64 = 18.0;
    const GAP: f64 = 8.0;

    let values: Vec<_> = bars.iter().map(|bar| bar.value).filter(|value| value.is_finite()).collect();
    let axis = if log_scale && worth_a_logarithm(&values) {
        // The smallest bar must have a length.
        Axis::logarithmic_exact(values.iter().flat_map(|value| [value / 1.5, *value]))
    } else {
        Axis::exact(values.iter().copied().chain([0.0]))
    };

    // One text, so that value and note keep their distance in every font.
    let behind = |bar: &Bar| {
        let value = format!("{} {unit}\u{2003}", number(bar.value, 3));
        format!("{value}{}", shortened(&bar.note, 200.0)).trim_end().to_owned()
    };
    let widest =
        |texts: &mut dyn Iterator<Item = String>| texts.map(|text| text_width(&text, TEXT_SIZE)).fold(0.0, f64::max);
    let labels = widest(&mut bars.iter().map(|bar| bar.label.clone())).min(280.0);
    let texts = widest(&mut bars.iter().filter(|bar| bar.value.is_finite()).map(behind));
    let left = MARGIN + labels + GAP;
    let right = (WIDTH - MARGIN - GAP - texts).max(left + 100.0);
    let top = MARGIN + TITLE_SIZE + 14.0;
    let bottom = top + ROW * bars.len().max(1) as f64;
    let x = |value: f64| left + (right - left) * axis.place(value);

    draw(path, bottom + 3.0 * LINE, |canvas| {
        canvas.title(title)?;
        if bars.is_empty() {
            return canvas.text("nothing to show", (MARGIN, top + ROW / 2.0), HPos::Left, PALE_INK);
        }
        if !values.is_empty() {
            for (tick, label) in thinned(axis.labels(), |(tick, label)| (x(*tick), text_width(label, TEXT_SIZE))) {
                canvas.line(&[(x(tick), top), (x(tick), bottom)], 1.0, GRID)?;
                canvas.text(&label, (x(tick), bottom + LINE / 2.0), HPos::Center, PALE_INK)?;
            }
            let scale = if axis.is_logarithmic() { ", logarithmic scale" } else { "" };
            let place = ((left + right) / 2.0, bottom + 1.6 * LINE);
            canvas.text(&format!("{unit}{scale}"), place, HPos::Center, PALE_INK)?;
        }
        for (row, bar) in bars.iter().enumerate() {
            let middle = top + ROW * (row as f64 + 0.5);
            canvas.text(&shortened(&bar.label, labels), (left - GAP, middle), HPos::Right, INK)?;
            if !bar.value.is_finite() {
                let reason = if bar.note.is_empty() { String::new() } else { format!(": {}", bar.note) };
                let text = shortened(&format!("unavailable{reason}"), WIDTH - MARGIN - left - GAP);
                canvas.lettering(&text, (left + GAP, middle), PALE_INK)?;
                continue;
            }
            let (from, to) = (x(axis.base()), x(bar.value));
            let (from, to) = (from.min(to), from.max(to));
            canvas.rectangle((from, middle - THICKNESS / 2.0), (to, middle + THICKNESS / 2.0), BLUE)?;
            canvas.lettering(&behind(bar), (to + GAP, middle), INK)?;
        }
        let zero = x(axis.base());
        canvas.line(&[(zero, top), (zero, bottom)], 1.0, PALE_INK)
    })
}

/// Draws lines with a legend above them, and a vertical line with its name for each of the `marks` that lies between the smallest and
/// the largest x, such as the sizes of the caches. A logarithmic x axis counts in powers of two if every x is one. A linear y axis
/// includes 0. No points at all are a plot that says so.
///
/// # Errors
/// When the file cannot be written: the message names the path.
#[expect(clippy::too_many_arguments, reason = "a struct of them would be filled in once and taken apart once")]
pub fn lines(
    path: &Path,
    title: &str,
    x_label: &str,
    y_label: &str,
    series: &[Series],
    marks: &[(f64, String)],
    log_x: bool,
    log_y: bool,
) -> io::Result<()> {
    const HEIGHT: f64 = 340.0;
    /// More points than this are a curve, which markers would only thicken.
    const MARKED: usize = 60;

    let fits = |&(x, y): &(f64, f64)| x.is_finite() && y.is_finite() && (x > 0.0 || !log_x) && (y > 0.0 || !log_y);
    let points = || series.iter().flat_map(|series| &series.points).filter(|point| fits(point));
    let x_axis =
        if log_x { Axis::logarithmic_exact(points().map(|p| p.0)) } else { Axis::exact(points().map(|p| p.0)) };
    let y_axis = if log_y { Axis::logarithmic(points().map(|p| p.1)) } else { Axis::from_zero(points().map(|p| p.1)) };
    let within = marks.iter().filter(|(x, _)| (x_axis.low..=x_axis.high).contains(x));
    let mut marks: Vec<_> = within.map(|(x, name)| (*x, shortened(name, 200.0))).collect();
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));

    let y_labels = y_axis.labels();
    let y_label_width = y_labels.iter().map(|(_, label)| text_width(label, TEXT_SIZE)).fold(0.0, f64::max);
    let left = MARGIN + LINE + y_label_width + 8.0;
    let right = WIDTH - MARGIN - 12.0;
    let x = |value: f64| left + (right - left) * x_axis.place(value);
    let entries = legend(series);
    let legend_top = MARGIN + TITLE_SIZE + 10.0;
    let marks_top = legend_top + LINE * (1 + entries.last().map_or(0, |entry| entry.row)) as f64 + 6.0;
    let mark_rows = stacked(&marks.iter().map(|(at, name)| (x(*at), text_width(name, TEXT_SIZE))).collect::<Vec<_>>());
    let top = marks_top + LINE * mark_rows.iter().map(|row| row + 1).max().unwrap_or(0) as f64 + 4.0;
    let bottom = top + HEIGHT;
    let y = |value: f64| bottom - HEIGHT * y_axis.place(value);

    draw(path, bottom + 3.0 * LINE, |canvas| {
        canvas.title(title)?;
        for (tick, label) in thinned(y_labels, |(tick, _)| (y(*tick), LINE - LABEL_GAP)) {
            canvas.line(&[(left, y(tick)), (right, y(tick))], 1.0, GRID)?;
            canvas.text(&label, (left - 8.0, y(tick)), HPos::Right, PALE_INK)?;
        }
        for (tick, label) in thinned(x_axis.labels(), |(tick, label)| (x(*tick), text_width(label, TEXT_SIZE))) {
            canvas.line(&[(x(tick), bottom), (x(tick), bottom + 5.0)], 1.0, PALE_INK)?;
            canvas.text(&label, (x(tick), bottom + 5.0 + LINE / 2.0), HPos::Center, PALE_INK)?;
        }
        canvas.line(&[(left, bottom), (right, bottom)], 1.0, PALE_INK)?;
        canvas.text(
            &shortened(x_label, right - left),
            ((left + right) / 2.0, bottom + 1.8 * LINE),
            HPos::Center,
            INK,
        )?;
        canvas.upward_text(&shortened(y_label, HEIGHT), (MARGIN + LINE / 2.0, (top + bottom) / 2.0), INK)?;
        for ((at, name), row) in marks.iter().zip(&mark_rows) {
            let middle = top - 4.0 - LINE * (*row as f64 + 0.5);
            canvas.line(&[(x(*at), middle - LINE / 2.0), (x(*at), bottom)], 1.0, PALE_INK)?;
            canvas.text(name, (x(*at) - 5.0, middle), HPos::Right, PALE_INK)?;
        }
        if points().next().is_none() {
            canvas.text("nothing to show", ((left + right) / 2.0, (top + bottom) / 2.0), HPos::Center, PALE_INK)?;
        }
        for (index, (series, entry)) in series.iter().zip(&entries).enumerate() {
            let colour = COLOURS[index % COLOURS.len()];
            for run in series.points.split(|point| !fits(point)) {
                let places: Vec<_> = run.iter().map(|point| (x(point.0), y(point.1))).collect();
                canvas.line(&places, 2.0, colour)?;
                // A point between two gaps is seen only as a marker.
                if series.points.len() <= MARKED || places.len() == 1 {
                    places.iter().try_for_each(|place| canvas.marker(*place, index, colour))?;
                }
            }
            let middle = legend_top + LINE * (entry.row as f64 + 0.5);
            canvas.line(&[(entry.left, middle), (entry.left + SWATCH, middle)], 2.0, colour)?;
            canvas.marker((entry.left + SWATCH / 2.0, middle), index, colour)?;
            canvas.text(&entry.name, (entry.left + SWATCH + 6.0, middle), HPos::Left, INK)?;
        }
        Ok(())
    })
}

/// Draws where particles start and end, `(x, y)` each, and the way between around the origin: the shorter one, as the positions do
/// not tell how often a particle went round. Both axes reach from -1 to 1, and further if a particle does. Of more than 1000
/// particles 1000 are drawn, evenly spaced; the plot says so. What is not finite is left out.
///
/// # Panics
/// When the four slices differ in length.
///
/// # Errors
/// When the file cannot be written: the message names the path.
pub fn orbits(path: &Path, title: &str, start: (&[f64], &[f64]), end: (&[f64], &[f64])) -> io::Result<()> {
    const SIDE: f64 = 600.0;
    const SHOWN: usize = 1000;

    let count = start.0.len();
    assert!(
        [start.1, end.0, end.1].iter().all(|axis| axis.len() == count),
        "every particle needs two coordinates at the start and two at the end"
    );
    let shown = count.min(SHOWN);
    let ways: Vec<_> = (0..shown)
        .map(|index| index * count / shown)
        .map(|particle| ((start.0[particle], start.1[particle]), (end.0[particle], end.1[particle])))
        .filter(|((x1, y1), (x2, y2))| [x1, y1, x2, y2].iter().all(|coordinate| coordinate.is_finite()))
        .map(|(from, to)| (turn(from, to), arc(from, to)))
        .collect();
    let coordinates = ways.iter().flat_map(|(_, way)| way).flat_map(|(x, y)| [x.abs(), y.abs()]);
    let reach = coordinates.fold(1.0, f64::max);
    let axis = Axis::exact([-reach, reach].into_iter());
    // A particle at the border is drawn whole.
    let (left, top, inset) = (64.0, MARGIN + TITLE_SIZE + 14.0, 12.0);
    let (right, bottom) = (left + SIDE, top + SIDE);
    let x = |value: f64| left + inset + (SIDE - 2.0 * inset) * axis.place(value);
    let y = |value: f64| bottom - inset - (SIDE - 2.0 * inset) * axis.place(value);
    let at = |(px, py): (f64, f64)| (x(px), y(py));

    draw(path, bottom + 2.0 * LINE, |canvas| {
        canvas.title(title)?;
        for (tick, label) in axis.labels() {
            canvas.line(&[(x(tick), top), (x(tick), bottom)], 1.0, GRID)?;
            canvas.line(&[(left, y(tick)), (right, y(tick))], 1.0, GRID)?;
            canvas.text(&label, (x(tick), bottom + LINE / 2.0), HPos::Center, PALE_INK)?;
            canvas.text(&label, (left - 8.0, y(tick)), HPos::Right, PALE_INK)?;
        }
        let arm = 5.0;
        let origin = at((0.0, 0.0));
        canvas.line(&[(origin.0 - arm, origin.1), (origin.0 + arm, origin.1)], 1.5, INK)?;
        canvas.line(&[(origin.0, origin.1 - arm), (origin.0, origin.1 + arm)], 1.5, INK)?;
        for (turn, way) in &ways {
            let colour = if *turn < 0.0 { VERMILION } else { BLUE };
            let way: Vec<_> = way.iter().copied().map(at).collect();
            canvas.line(&way, 1.2, colour)?;
            canvas.ring(way[0], 1.8, colour)?;
            canvas.dot(way[way.len() - 1], 2.2, colour)?;
        }

        let (column, row) = (right + 20.0, |row: usize| top + LINE * (row as f64 + 0.5));
        canvas.ring((column, row(0)), 3.0, INK)?;
        canvas.text("start", (column + 12.0, row(0)), HPos::Left, INK)?;
        canvas.dot((column, row(1)), 3.0, INK)?;
        canvas.text("end", (column + 12.0, row(1)), HPos::Left, INK)?;
        for (index, (name, colour)) in [("anticlockwise", BLUE), ("clockwise", VERMILION)].into_iter().enumerate() {
            canvas.line(&[(column - 5.0, row(index + 2)), (column + 5.0, row(index + 2))], 2.0, colour)?;
            canvas.text(name, (column + 12.0, row(index + 2)), HPos::Left, INK)?;
        }
        if ways.len() < count {
            canvas.text(&format!("{} of", ways.len()), (column - 5.0, row(5)), HPos::Left, PALE_INK)?;
            canvas.text(&format!("{count} shown"), (column - 5.0, row(6)), HPos::Left, PALE_INK)?;
        }
        Ok(())
    })
}

/// The angle from one point to another seen from the origin, above -π and at most π.
fn turn(from: (f64, f64), to: (f64, f64)) -> f64 {
    let angle = (to.1.atan2(to.0) - from.1.atan2(from.0)).rem_euclid(TAU);
    if angle > PI { angle - TAU } else { angle }
}

/// Points on the way around the origin from one point to another.
fn arc(from: (f64, f64), to: (f64, f64)) -> Vec<(f64, f64)> {
    let (start, end) = (from.0.hypot(from.1), to.0.hypot(to.1));
    if start == 0.0 || end == 0.0 {
        return vec![from, to];
    }
    let angle = turn(from, to);
    let pieces = (angle.abs() / 0.05).ceil().max(1.0) as usize;
    let point = |piece: usize| {
        let part = piece as f64 / pieces as f64;
        let (sin, cos) = (from.1.atan2(from.0) + part * angle).sin_cos();
        let radius = start + part * (end - start);
        (radius * cos, radius * sin)
    };
    (0..=pieces).map(point).collect()
}

/// Whether the largest value is more than 20 times the smallest, and all have a logarithm.
fn worth_a_logarithm(values: &[f64]) -> bool {
    span(values.iter().copied()).is_some_and(|(low, high)| low > 0.0 && high / low > 20.0)
}

/// The smallest and the largest value.
fn span(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |span, value| match span {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

const SWATCH: f64 = 28.0;

/// The place of a series in the legend.
struct Entry {
    name: String,
    left: f64,
    row: usize,
}

/// Sets the names of the series in as many rows as they need.
fn legend(series: &[Series]) -> Vec<Entry> {
    let (mut left, mut row) = (MARGIN, 0);
    let place = |series: &Series| {
        let name = shortened(&series.name, WIDTH - 2.0 * MARGIN - SWATCH - 6.0);
        let width = SWATCH + 6.0 + text_width(&name, TEXT_SIZE);
        if left > MARGIN && left + width > WIDTH - MARGIN {
            (left, row) = (MARGIN, row + 1);
        }
        let entry = Entry { name, left, row };
        left += width + 20.0;
        entry
    };
    series.iter().map(place).collect()
}

/// The rows, counted from below, in which texts that end at the given places, from left to right, neither overlap nor are crossed by
/// the line that goes down from a text further up.
fn stacked(texts: &[(f64, f64)]) -> Vec<usize> {
    let mut rows: Vec<usize> = Vec::new();
    for &(end, width) in texts {
        let blocked = |((other, _), _): &(&(f64, f64), &usize)| *other > end - width - 16.0;
        let row = texts.iter().zip(&rows).filter(blocked).map(|(_, row)| row + 1).max().unwrap_or(0);
        rows.push(row);
    }
    rows
}

/// Values laid out along a line, with ticks at round ones. Plotters has axes of its own, but chooses ticks and leaves room for their
/// labels by the size of a font that is not there.
struct Axis {
    low: f64,
    high: f64,
    scale: Scale,
    ticks: Vec<f64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Scale {
    Linear,
    Decimal,
    Binary,
}

impl Axis {
    /// From 0 to a tick beyond the values.
    fn from_zero(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = apart(span(values.map(tame).chain([0.0])).unwrap_or_default());
        let step = round_step(high - low);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        Self { low: first * step, high: last * step, scale: Scale::Linear, ticks: multiples(first, last, step) }
    }

    /// From the smallest value to the largest.
    fn exact(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = apart(span(values.map(tame)).unwrap_or_default());
        let step = round_step(high - low);
        Self { low, high, scale: Scale::Linear, ticks: multiples((low / step).ceil(), (high / step).floor(), step) }
    }

    /// Logarithmic, from a tick below the values, which are above 0, to a tick beyond them.
    fn logarithmic(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = span(values.map(tame_above_zero)).unwrap_or((1.0, 10.0));
        let round = round_numbers(low, high);
        let low = round.iter().copied().rfind(|&tick| tick <= low).unwrap_or(low);
        let high = round.iter().copied().find(|&tick| tick >= high && tick > low).unwrap_or(high);
        Self { low, high, scale: Scale::Decimal, ticks: decimal_ticks(low, high) }
    }

    /// Logarithmic, from the smallest value to the largest. Ticks are powers of two if every value is one.
    fn logarithmic_exact(values: impl Iterator<Item = f64> + Clone) -> Self {
        let scale = if values.clone().all(is_power_of_two) { Scale::Binary } else { Scale::Decimal };
        let (low, high) = span(values.map(tame_above_zero)).unwrap_or((1.0, 1.0));
        let (low, high) = if low < high / 1.000_001 { (low, high) } else { (low / 2.0, high * 2.0) };
        let ticks = match scale {
            Scale::Binary => (low.log2() as i32..=high.log2() as i32).map(|power| 2_f64.powi(power)).collect(),
            _ => decimal_ticks(low, high),
        };
        Self { low, high, scale, ticks }
    }

    fn is_logarithmic(&self) -> bool {
        self.scale != Scale::Linear
    }

    /// Where a bar starts.
    fn base(&self) -> f64 {
        if self.is_logarithmic() { self.low } else { 0.0 }
    }

    /// The place of a value between the ends of the axis, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let part = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            _ => (value.log10() - self.low.log10()) / (self.high.log10() - self.low.log10()),
        };
        part.clamp(0.0, 1.0)
    }

    /// The ticks and what stands at them.
    fn labels(&self) -> Vec<(f64, String)> {
        let step = self.ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        let largest = self.low.abs().max(self.high.abs());
        let digits = if self.scale == Scale::Linear {
            (largest / step).log10().floor().clamp(0.0, 14.0) as usize + 2
        } else {
            3
        };
        let label = |&tick: &f64| match self.scale {
            Scale::Binary => binary_number(tick),
            _ => number(tick, digits),
        };
        self.ticks.iter().map(|tick| (*tick, label(tick))).collect()
    }
}

/// A value between which and any other there is a finite distance.
fn tame(value: f64) -> f64 {
    value.clamp(-1e300, 1e300)
}

/// Ends of an axis that are not the same.
fn apart((low, high): (f64, f64)) -> (f64, f64) {
    const LEAST: f64 = 1e-290;
    match low.abs() {
        _ if high - low > LEAST => (low, high),
        size if size > LEAST => (low - size / 2.0, high + size / 2.0),
        _ => (0.0, 1.0),
    }
}

/// A value the logarithm of which, and of whose neighbours, is finite.
fn tame_above_zero(value: f64) -> f64 {
    value.clamp(1e-300, 1e300)
}

fn is_power_of_two(value: f64) -> bool {
    value > 0.0 && value.log2().fract() == 0.0 && 2_f64.powf(value.log2()) == value
}

/// 1, 2 or 5 times a power of ten, so that at most eight of them make the distance.
fn round_step(distance: f64) -> f64 {
    let power = 10_f64.powf((distance / 8.0).log10().floor());
    [1.0, 2.0, 5.0].map(|times| times * power).into_iter().find(|&step| step >= distance / 8.0).unwrap_or(10.0 * power)
}

fn multiples(first: f64, last: f64, step: f64) -> Vec<f64> {
    (first as i64..=last as i64).map(|times| times as f64 * step).collect()
}

/// 1, 2 and 5 times the powers of ten, from one below the range to one beyond it.
fn round_numbers(low: f64, high: f64) -> Vec<f64> {
    let powers = low.log10().floor() as i32 - 1..=high.log10().ceil() as i32;
    powers.flat_map(|power| [1.0, 2.0, 5.0].map(|times| times * 10_f64.powi(power))).collect()
}

/// The round numbers in the range; of many, only the powers of ten. The ends of the range where it has hardly any.
fn decimal_ticks(low: f64, high: f64) -> Vec<f64> {
    let mut ticks = round_numbers(low, high);
    if high / low > 999.0 {
        ticks = ticks.into_iter().step_by(3).collect();
    }
    ticks.retain(|tick| (low..=high).contains(tick));
    if ticks.len() < 2 { vec![low, high] } else { ticks }
}

/// The room between two labels.
const LABEL_GAP: f64 = 10.0;

/// Every label, or every second, every third ..., so that they do not touch. `place` gives the middle and the size of one.
fn thinned(labels: Vec<(f64, String)>, place: impl Fn(&(f64, String)) -> (f64, f64)) -> Vec<(f64, String)> {
    let apart = |stride: &usize| {
        let places: Vec<_> = labels.iter().step_by(*stride).map(&place).collect();
        places.windows(2).all(|pair| (pair[1].0 - pair[0].0).abs() >= (pair[0].1 + pair[1].1) / 2.0 + LABEL_GAP)
    };
    let stride = (1..labels.len()).find(apart).unwrap_or(labels.len().max(1));
    labels.into_iter().step_by(stride).collect()
}

/// A number with so many significant digits, without closing zeros: 1824, 14.3, 0.0125, 3.2×10⁹.
fn number(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    // Rust's own rounding, so that 999.7 is 1000 rather than 10.0×10².
    let rounded = format!("{value:.*e}", digits.saturating_sub(1));
    let (mantissa, power) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let trimmed = |text: &str| {
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
    };
    if (-3..6).contains(&power) {
        let decimals = (digits as i32 - 1 - power).max(0) as usize;
        return trimmed(&format!("{value:.decimals$}"));
    }
    let superscript = |digit: char| {
        digit.to_digit(10).map_or('⁻', |digit| ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize])
    };
    let power: String = power.to_string().chars().map(superscript).collect();
    match trimmed(mantissa).as_str() {
        "1" => format!("10{power}"),
        "-1" => format!("-10{power}"),
        mantissa => format!("{mantissa}×10{power}"),
    }
}

/// A power of two in the units of memory: 512, 4 Ki, 32 Mi.
fn binary_number(value: f64) -> String {
    let units = [(30, "Gi"), (20, "Mi"), (10, "Ki")];
    let unit = units.into_iter().find(|(power, _)| value >= 2_f64.powi(*power));
    unit.map_or_else(|| number(value, 4), |(power, unit)| format!("{} {unit}", number(value / 2_f64.powi(power), 4)))
}

/// The width of a text in a wide sans-serif font: the reader's own is unknown.
fn text_width(text: &str, size: f64) -> f64 {
    let width = |character: char| match character {
        ' ' | '!' | '\'' | '(' | ')' | ',' | '.' | ':' | ';' | 'I' | 'f' | 'i' | 'j' | 'l' | 'r' | 't' | '|' => 0.41,
        'M' | 'W' | 'm' | 'w' | '%' | '@' | '…' | '\u{2003}' => 1.0,
        '+' | '<' | '=' | '>' | '×' => 0.84,
        'A'..='Z' | '&' => 0.76,
        // Among these are the scripts whose characters are square.
        '\u{1100}'.. => 1.0,
        _ => 0.64,
    };
    size * text.chars().map(width).sum::<f64>()
}

/// Characters of a text of which any could be shown.
const LONGEST: usize = 400;

/// A text that fits into the room: the middle of a long one is left out, as names differ at their ends.
fn shortened(text: &str, room: f64) -> String {
    let mut characters: Vec<_> = text.chars().collect();
    // Nothing that is longer fits into any plot, and each length is tried.
    if characters.len() > LONGEST {
        characters.drain(LONGEST / 2..characters.len() - LONGEST / 2);
    }
    let text: String = characters.iter().collect();
    let without = |left_out: usize| {
        let kept = characters.len() - left_out;
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let ends = [&characters[..head], &['…'], &characters[characters.len() - tail..]];
        ends.concat().into_iter().collect::<String>()
    };
    let fits = |text: &String| text_width(text, TEXT_SIZE) <= room;
    let candidates = std::iter::once(text).chain((1..=characters.len()).map(without));
    candidates.into_iter().find(fits).unwrap_or_default()
}

/// Plotters counts in whole pixels. Lines that may lie between them are drawn this much larger on a canvas shown that much smaller.
const FINENESS: f64 = 10.0;

fn fine(place: (f64, f64)) -> (i32, i32) {
    ((FINENESS * place.0).round() as i32, (FINENESS * place.1).round() as i32)
}

/// Where a plot is drawn. Places and sizes are in pixels, from the top left corner.
struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
}

/// Draws a plot of the usual width and writes it to a file.
fn draw(path: &Path, height: f64, paint: impl FnOnce(&Canvas<'_>) -> io::Result<()>) -> io::Result<()> {
    let mut svg = String::new();
    let (wide, high) = fine((WIDTH, height));
    let canvas = Canvas { area: SVGBackend::with_string(&mut svg, (wide as u32, high as u32)).into_drawing_area() };
    canvas.area.fill(&WHITE).map_err(io::Error::other)?;
    paint(&canvas)?;
    canvas.area.present().map_err(io::Error::other)?;
    drop(canvas);
    let shown = svg.replacen(
        &format!("width=\"{wide}\" height=\"{high}\""),
        &format!("width=\"{WIDTH}\" height=\"{}\"", height.round()),
        1,
    );
    write_atomically(path, shown.as_bytes())
}

impl Canvas<'_> {
    fn put<E>(&self, element: E) -> io::Result<()>
    where
        for<'e> &'e E: plotters::element::PointCollection<'e, (i32, i32)>,
        E: for<'b> plotters::element::Drawable<SVGBackend<'b>>,
    {
        self.area.draw(&element).map_err(io::Error::other)
    }

    fn line(&self, places: &[(f64, f64)], thickness: f64, colour: RGBColor) -> io::Result<()> {
        let places: Vec<_> = places.iter().copied().map(fine).collect();
        self.put(PathElement::new(places, colour.stroke_width((FINENESS * thickness) as u32)))
    }

    fn rectangle(&self, top_left: (f64, f64), bottom_right: (f64, f64), colour: RGBColor) -> io::Result<()> {
        self.put(Rectangle::new([fine(top_left), fine(bottom_right)], colour.filled()))
    }

    fn dot(&self, centre: (f64, f64), radius: f64, colour: RGBColor) -> io::Result<()> {
        self.put(Circle::new(fine(centre), FINENESS * radius, colour.filled()))
    }

    fn ring(&self, centre: (f64, f64), radius: f64, colour: RGBColor) -> io::Result<()> {
        self.put(Circle::new(fine(centre), FINENESS * radius, colour.stroke_width(FINENESS as u32)))
    }

    /// A circle, square, triangle or diamond, so that lines are told apart without colours.
    fn marker(&self, (x, y): (f64, f64), index: usize, colour: RGBColor) -> io::Result<()> {
        let corners = match index % 4 {
            0 => return self.dot((x, y), 3.8, colour),
            1 => vec![(-3.4, -3.4), (3.4, -3.4), (3.4, 3.4), (-3.4, 3.4)],
            2 => vec![(0.0, -4.8), (4.6, 3.4), (-4.6, 3.4)],
            _ => vec![(0.0, -4.9), (4.9, 0.0), (0.0, 4.9), (-4.9, 0.0)],
        };
        let corners: Vec<_> = corners.into_iter().map(|(right, down)| fine((x + right, y + down))).collect();
        self.put(Polygon::new(corners, colour.filled()))
    }

    fn title(&self, text: &str) -> io::Result<()> {
        // Bold letters are wider.
        let text = shortened(text, (WIDTH - 2.0 * MARGIN) * TEXT_SIZE / TITLE_SIZE / 1.1);
        let font = font(TITLE_SIZE).style(FontStyle::Bold);
        self.write(&text, (MARGIN, MARGIN + TITLE_SIZE / 2.0), font, HPos::Left, INK)
    }

    /// Text, half of its height above and below the place.
    fn text(&self, text: &str, place: (f64, f64), anchor: HPos, colour: RGBColor) -> io::Result<()> {
        self.write(text, place, font(TEXT_SIZE), anchor, colour)
    }

    /// Text from the place to the right, before which the grid gives way.
    fn lettering(&self, text: &str, (x, y): (f64, f64), colour: RGBColor) -> io::Result<()> {
        let (width, half) = (text_width(text, TEXT_SIZE), 0.7 * TEXT_SIZE);
        self.rectangle((x - 2.0, y - half), (x + width, y + half), WHITE)?;
        self.text(text, (x, y), HPos::Left, colour)
    }

    /// Text that is read from below, centred at the place.
    fn upward_text(&self, text: &str, place: (f64, f64), colour: RGBColor) -> io::Result<()> {
        self.write(text, place, font(TEXT_SIZE).transform(FontTransform::Rotate270), HPos::Center, colour)
    }

    fn write(
        &self,
        text: &str,
        place: (f64, f64),
        font: FontDesc<'_>,
        anchor: HPos,
        colour: RGBColor,
    ) -> io::Result<()> {
        // Plotters escapes what XML would misread, but not what it forbids.
        let text: String =
            text.chars().map(|c| if c.is_control() || c > '\u{FFFD}' && c < '\u{10000}' { ' ' } else { c }).collect();
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(anchor, VPos::Center));
        self.put(Text::new(text, fine(place), style))
    }
}

/// Plotters takes the size of a font for the height of a line, 1.24 times the size that it writes.
fn font(size: f64) -> FontDesc<'static> {
    FontDesc::new(FontFamily::SansSerif, 1.24 * FINENESS * size, FontStyle::Normal)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The plot that is written, in full.
    fn written(plot: impl FnOnce(&Path) -> io::Result<()>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plot.svg");
        plot(&path).unwrap();
        fs::read_to_string(path).unwrap()
    }

    /// The texts of a plot, as they are read. Panics where the plot is no well-formed XML.
    fn texts(svg: &str) -> Vec<String> {
        let (mut texts, mut open) = (Vec::new(), Vec::new());
        for part in svg.strip_prefix('<').unwrap().split('<') {
            let (tag, content) = part.split_once('>').expect("a tag ends");
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            let name = tag.split(' ').next().unwrap();
            match name.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name)),
                None if !tag.ends_with('/') => open.push(name),
                None => {}
            }
            if name == "text" {
                let mut text = content.trim().to_owned();
                for (escaped, plain) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'")] {
                    text = text.replace(escaped, plain);
                }
                assert!(!text.replace("&amp;", "").contains('&'), "{text}");
                texts.push(text.replace("&amp;", "&"));
            } else {
                assert_eq!(content.trim(), "", "text outside of texts");
            }
        }
        assert!(open.is_empty());
        assert!(svg.starts_with("<svg width=\"800\" "), "{svg}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        assert!(!svg.contains(&i32::MAX.to_string()) && !svg.contains(&i32::MIN.to_string()), "{svg}");
        texts
    }

    fn has(texts: &[String], wanted: &[&str]) {
        for wanted in wanted {
            assert!(texts.iter().any(|text| text == wanted), "{wanted} is missing in {texts:?}");
        }
    }

    fn bar(label: &str, value: f64, note: &str) -> Bar {
        Bar { label: label.to_owned(), value, note: note.to_owned() }
    }

    /// The left end and the width of the bars.
    fn drawn_bars(svg: &str) -> Vec<(f64, f64)> {
        let attribute = |tag: &str, name: &str| {
            let value = tag.split_once(&format!(" {name}=\"")).unwrap().1.split_once('"').unwrap().0;
            value.parse::<f64>().unwrap() / FINENESS
        };
        let bars = svg.split('<').filter(|tag| tag.starts_with("rect") && tag.contains("#0072B2"));
        bars.map(|tag| (attribute(tag, "x"), attribute(tag, "width"))).collect()
    }

    #[test]
    fn every_label_value_and_note_is_in_the_bars() {
        let steps = [bar("<&>", 1824.3, "1.0x"), bar("\"quoted\" 'too'", 130.04, "14.0x"), bar("plain", 0.0125, "")];
        let svg = written(|path| bars(path, "A <title> & more", "ms", &steps, true));
        let texts = texts(&svg);
        has(&texts, &["A <title> & more", "<&>", "\"quoted\" 'too'", "plain", "ms, logarithmic scale"]);
        has(&texts, &["1824 ms\u{2003}1.0x", "130 ms\u{2003}14.0x", "0.0125 ms"]);
    }

    #[test]
    fn bars_are_as_long_as_their_values() {
        let steps = [bar("a", 100.0, ""), bar("b", 25.0, ""), bar("c", 0.0, "")];
        let drawn = drawn_bars(&written(|path| bars(path, "", "ms", &steps, true)));
        assert_eq!(drawn.len(), 3);
        assert!((drawn[0].1 - 4.0 * drawn[1].1).abs() < 0.5 && drawn[2].1 == 0.0, "{drawn:?}");
    }

    #[test]
    fn the_scale_is_logarithmic_only_beyond_a_range_of_20() {
        let scale = |values: [f64; 2], log_scale| {
            let steps = values.map(|value| bar("step", value, ""));
            texts(&written(|path| bars(path, "", "ms", &steps, log_scale)))
                .contains(&"ms, logarithmic scale".to_owned())
        };
        assert!(scale([1.0, 21.0], true));
        assert!(!scale([1.0, 21.0], false));
        assert!(!scale([1.0, 19.0], true));
        assert!(!scale([0.0, 21.0], true), "0 has no logarithm");
    }

    #[test]
    fn what_is_not_finite_is_unavailable_and_says_why() {
        let steps = [bar("gpu", f64::NAN, "no device"), bar("beyond", f64::INFINITY, ""), bar("one", 1.0, "")];
        let svg = written(|path| bars(path, "", "ms", &steps, true));
        has(&texts(&svg), &["unavailable: no device", "unavailable", "1 ms"]);
        assert_eq!(drawn_bars(&svg).len(), 1);
        let none = texts(&written(|path| bars(path, "", "ms", &steps[..2], true)));
        assert_eq!(
            none.iter().filter(|text| !text.is_empty()).count(),
            4,
            "two labels, two reasons, no scale: {none:?}"
        );
    }

    #[test]
    fn no_bars_are_a_plot_that_says_so() {
        has(&texts(&written(|path| bars(path, "Empty", "ms", &[], true))), &["Empty", "nothing to show"]);
    }

    #[test]
    fn bars_of_any_size_stay_on_the_plot() {
        let sizes = [f64::MAX, f64::MIN_POSITIVE, 5e-324, 1.0, -1.0, 0.0, f64::MIN, 1e-290];
        for (first, value) in sizes.into_iter().enumerate() {
            let some = sizes[first..].iter().chain([&value]).map(|value| bar("step", *value, "note"));
            let positive: Vec<_> = some.clone().filter(|bar| bar.value > 0.0).collect();
            for steps in [vec![bar("alone", value, "")], some.collect(), positive] {
                let svg = written(|path| bars(path, "", "ms", &steps, true));
                texts(&svg);
                assert!(drawn_bars(&svg).iter().all(|(left, width)| *left > 0.0 && left + width < WIDTH), "{steps:?}");
            }
        }
        let many: Vec<_> = (1..=40).map(|step| bar(&"long label ".repeat(9), f64::from(step), "note")).collect();
        assert_eq!(drawn_bars(&written(|path| bars(path, "", "ms", &many, true))).len(), 40);
    }

    #[test]
    fn lines_have_a_legend_marks_and_round_ticks() {
        let series = |name: &str, factor: f64| Series {
            name: name.to_owned(),
            points: (8..=20).map(|power| (2_f64.powi(power), factor * f64::from(power))).collect(),
        };
        let all = [series("blocks <&>", 1.0), series("whole", 0.5)];
        let marks = [32768.0, 1e9].map(|at| (at, format!("mark {at}")));
        let svg = written(|path| lines(path, "Speed", "block", "Gflop/s", &all, &marks, true, false));
        let texts = texts(&svg);
        has(
            &texts,
            &["Speed", "block", "Gflop/s", "blocks <&>", "whole", "mark 32768", "256", "1 Ki", "1 Mi", "0", "20"],
        );
        assert!(!texts.contains(&"mark 1000000000".to_owned()), "beyond the largest x");
    }

    #[test]
    fn a_point_that_has_no_place_is_a_gap() {
        let points = |gap: f64| vec![(1.0, 1.0), (2.0, 2.0), (3.0, gap), (4.0, 4.0), (5.0, 5.0)];
        let polylines = |gap: f64, log_y: bool| {
            let series = [Series { name: "s".to_owned(), points: points(gap) }];
            let svg = written(|path| lines(path, "", "x", "y", &series, &[], false, log_y));
            texts(&svg);
            svg.split('<').filter(|tag| tag.starts_with("polyline") && tag.contains("#0072B2")).count()
        };
        let whole = polylines(3.0, false);
        assert_eq!(polylines(f64::NAN, false), whole + 1);
        assert_eq!(polylines(0.0, true), whole + 1);
        assert_eq!(polylines(0.0, false), whole);
    }

    #[test]
    fn lines_of_any_size_stay_on_the_plot() {
        let values = [f64::MAX, 5e-324, 1.0, -1.0, 0.0, f64::MIN, f64::INFINITY];
        for count in 0..=values.len() {
            let points = values[..count].iter().flat_map(|x| values.map(|y| (*x, y))).collect();
            let series = [Series { name: "s".to_owned(), points }, Series { name: "none".to_owned(), points: vec![] }];
            for (log_x, log_y) in [(false, false), (false, true), (true, false), (true, true)] {
                texts(&written(|path| lines(path, "", "x", "y", &series, &[], log_x, log_y)));
            }
        }
        for (from, to) in [(3.0, 4.0), (1.0, 1.0 + f64::EPSILON), (7.0, 7.0), (1e15, 1e15 + 1.0)] {
            let series = [Series { name: "s".to_owned(), points: vec![(from, from), (to, to)] }];
            for log in [false, true] {
                texts(&written(|path| lines(path, "", "x", "y", &series, &[], log, log)));
            }
        }
        has(&texts(&written(|path| lines(path, "", "x", "y", &[], &[], true, true))), &["nothing to show"]);
    }

    #[test]
    fn marks_neither_overlap_nor_are_crossed() {
        assert_eq!(stacked(&[(100.0, 50.0), (300.0, 50.0)]), [0, 0]);
        assert_eq!(stacked(&[(100.0, 50.0), (110.0, 50.0), (120.0, 50.0)]), [0, 1, 2]);
        // The third fits beside the first, but the line of the second would cross it.
        assert_eq!(stacked(&[(100.0, 50.0), (110.0, 50.0), (175.0, 50.0)]), [0, 1, 2]);
    }

    #[test]
    fn particles_go_the_shorter_way_round() {
        assert_eq!(turn((1.0, 0.0), (0.0, 1.0)), PI / 2.0);
        assert!((turn((1.0, 0.0), (0.0, -1.0)) + PI / 2.0).abs() < 1e-12);
        let way = arc((0.5, 0.0), (-0.5, 1e-9));
        assert!(way.len() > 50 && way.iter().all(|(x, y)| (x.hypot(*y) - 0.5).abs() < 1e-9));
        assert_eq!(arc((0.0, 0.0), (0.5, 0.5)), [(0.0, 0.0), (0.5, 0.5)]);
    }

    #[test]
    fn orbits_show_every_particle_or_say_how_many() {
        let draw = |count: usize| {
            let (x, y) = (vec![0.5; count], vec![0.25; count]);
            written(|path| orbits(path, "Orbits", (&x, &y), (&y, &x)))
        };
        let dots = |svg: &str| svg.matches("<circle").count() - 2;
        assert_eq!(dots(&draw(3)), 6);
        assert_eq!(dots(&draw(1000)), 2000);
        let many = draw(2500);
        assert_eq!(dots(&many), 2000);
        has(&texts(&many), &["Orbits", "1000 of", "2500 shown", "-1", "1"]);
        texts(&draw(0));
        let none = written(|path| orbits(path, "", (&[f64::NAN], &[0.0]), (&[0.0], &[f64::MAX])));
        has(&texts(&none), &["0 of", "1 shown"]);
        texts(&written(|path| orbits(path, "", (&[f64::MAX], &[1.0]), (&[1.0], &[f64::MIN]))));
    }

    #[test]
    fn a_plot_below_a_regular_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "kept").unwrap();
        let path = file.join("plot.svg");
        let message = bars(&path, "", "ms", &[], true).unwrap_err().to_string();
        assert!(message.starts_with(&format!("cannot write {}: ", path.display())), "{message}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_xml_forbids_is_left_out() {
        has(&texts(&written(|path| bars(path, "a\u{1b}b\u{FFFE}c", "ms", &[], true))), &["a b c"]);
    }

    #[test]
    fn numbers_are_short() {
        let short = |value| number(value, 3);
        assert_eq!([0.0, 1824.3, 14.25, 130.04, 999.7].map(short), ["0", "1824", "14.2", "130", "1000"]);
        assert_eq!([0.0125, 0.001, -0.5, 123_456.7].map(short), ["0.0125", "0.001", "-0.5", "123457"]);
        assert_eq!([3.2e9, 1e6, 999_999.9, 1.5e-9].map(short), ["3.2×10⁹", "10⁶", "10⁶", "1.5×10⁻⁹"]);
        assert_eq!([512.0, 4096.0, 33_554_432.0, 0.5].map(binary_number), ["512", "4 Ki", "32 Mi", "0.5"]);
    }

    #[test]
    fn a_text_that_is_too_long_keeps_both_ends() {
        assert_eq!(shortened("short", 100.0), "short");
        let cut = shortened("vectorised::mandelbrot::lanes", 120.0);
        assert!(cut.starts_with("vec") && cut.contains('…') && cut.ends_with("nes"), "{cut}");
        assert!(text_width(&cut, TEXT_SIZE) <= 120.0);
        assert_eq!(shortened("anything", 0.0), "");
        // A text of any length is cut at once.
        let cut = shortened(&format!("ab{}yz", "i".repeat(3_000_000)), 120.0);
        assert!(cut.starts_with("ab") && cut.ends_with("yz") && cut.chars().count() < 30, "{cut}");
    }
}
