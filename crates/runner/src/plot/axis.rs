//! The axes of a chart: what they are called, where a value lies on them, and which round numbers stand beside them.

use std::io;

use plotters::style::text_anchor::HPos;

use super::canvas::{Canvas, INK, LINE, PALE_INK};
use super::text::{TEXT_SIZE, binary_number, number, shortened, text_width};

/// How values are laid out along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally long.
    Linear,
    /// Equal ratios are equally long.
    Logarithmic,
}

/// The name of an axis, with the unit of its values where they have one, and its scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis<'a> {
    /// What stands beside the axis.
    pub name: &'a str,
    /// How its values are laid out.
    pub scale: Scale,
}

impl<'a> Axis<'a> {
    /// An axis on which equal differences are equally long.
    pub const fn linear(name: &'a str) -> Self {
        Self { name, scale: Scale::Linear }
    }

    /// An axis on which equal ratios are equally long. It has no place for a value that is not above 0.
    pub const fn logarithmic(name: &'a str) -> Self {
        Self { name, scale: Scale::Logarithmic }
    }

    /// Whether there is a place for the value.
    pub(super) fn fits(&self, value: f64) -> bool {
        value.is_finite() && (value > 0.0 || self.scale == Scale::Linear)
    }
}

/// Values laid out along a line, with ticks at round numbers. Plotters has axes of its own, but chooses ticks and leaves room for their
/// labels by the size of a font that is not there.
pub(super) struct Ruler {
    pub(super) low: f64,
    pub(super) high: f64,
    spacing: Spacing,
    ticks: Vec<f64>,
}

/// What the ticks are, and how values are laid out between them.
#[derive(Clone, Copy, PartialEq)]
enum Spacing {
    Linear,
    /// Logarithmic, with ticks at 1, 2 and 5 times the powers of ten.
    Decimal,
    /// Logarithmic, with ticks at the powers of two.
    Binary,
}

impl Ruler {
    /// From 0 to a tick beyond the values.
    pub(super) fn from_zero(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = apart(span(values.map(tame).chain([0.0])).unwrap_or_default());
        let step = round_step(high - low);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        Self { low: first * step, high: last * step, spacing: Spacing::Linear, ticks: multiples(first, last, step) }
    }

    /// From the smallest value to the largest.
    pub(super) fn exact(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = apart(span(values.map(tame)).unwrap_or_default());
        let step = round_step(high - low);
        Self { low, high, spacing: Spacing::Linear, ticks: multiples((low / step).ceil(), (high / step).floor(), step) }
    }

    /// Logarithmic, from a tick below the values, which are above 0, to a tick beyond them.
    pub(super) fn logarithmic(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = span(values.map(tame_above_zero)).unwrap_or((1.0, 10.0));
        let round = round_numbers(low, high);
        let low = round.iter().copied().rfind(|&tick| tick <= low).unwrap_or(low);
        let high = round.iter().copied().find(|&tick| tick >= high && tick > low).unwrap_or(high);
        Self { low, high, spacing: Spacing::Decimal, ticks: decimal_ticks(low, high) }
    }

    /// Logarithmic, from the smallest value to the largest. Ticks are powers of two if every value is one.
    pub(super) fn logarithmic_exact(values: impl Iterator<Item = f64> + Clone) -> Self {
        let spacing = if values.clone().all(is_power_of_two) { Spacing::Binary } else { Spacing::Decimal };
        let (low, high) = span(values.map(tame_above_zero)).unwrap_or((1.0, 1.0));
        let (low, high) = if low < high / 1.000_001 { (low, high) } else { (low / 2.0, high * 2.0) };
        let ticks = match spacing {
            Spacing::Binary => (low.log2() as i32..=high.log2() as i32).map(|power| 2_f64.powi(power)).collect(),
            _ => decimal_ticks(low, high),
        };
        Self { low, high, spacing, ticks }
    }

    /// Whether equal ratios are equally long.
    pub(super) fn is_logarithmic(&self) -> bool {
        self.spacing != Spacing::Linear
    }

    /// The place of a value between the ends of the axis, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let part = match self.spacing {
            Spacing::Linear => (value - self.low) / (self.high - self.low),
            _ => (value.log10() - self.low.log10()) / (self.high.log10() - self.low.log10()),
        };
        part.clamp(0.0, 1.0)
    }

    /// The place of a value on an axis that reaches from one place in the chart, in pixels, to another.
    pub(super) fn at(&self, value: f64, (from, to): (f64, f64)) -> f64 {
        from + (to - from) * self.place(value)
    }

    /// The ticks and what stands at them.
    pub(super) fn labels(&self) -> Vec<(f64, String)> {
        let step = self.ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        let largest = self.low.abs().max(self.high.abs());
        let digits = if self.spacing == Spacing::Linear {
            (largest / step).log10().floor().clamp(0.0, 14.0) as usize + 2
        } else {
            3
        };
        let label = |&tick: &f64| match self.spacing {
            Spacing::Binary => binary_number(tick),
            _ => number(tick, digits),
        };
        self.ticks.iter().map(|tick| (*tick, label(tick))).collect()
    }

    /// As many of the ticks as have room for their labels side by side, with these. `x` gives the place of a value.
    pub(super) fn labels_side_by_side(&self, x: impl Fn(f64) -> f64) -> Vec<(f64, String)> {
        thinned(self.labels(), |(tick, label)| (x(*tick), text_width(label, TEXT_SIZE)))
    }

    /// As many of the ticks as have room for their labels one above the other, with these. `y` gives the place of a value.
    pub(super) fn labels_one_above_the_other(&self, y: impl Fn(f64) -> f64) -> Vec<(f64, String)> {
        thinned(self.labels(), |(tick, _)| (y(*tick), LINE - LABEL_GAP))
    }

    /// Draws the axis below a chart that reaches from `left` to `right` and down to `bottom`: ticks, labels, line and name.
    pub(super) fn draw_below(
        &self,
        canvas: &Canvas<'_>,
        (left, right): (f64, f64),
        bottom: f64,
        name: &str,
    ) -> io::Result<()> {
        let x = |value: f64| self.at(value, (left, right));
        for (tick, label) in self.labels_side_by_side(x) {
            canvas.line(&[(x(tick), bottom), (x(tick), bottom + 5.0)], 1.0, PALE_INK)?;
            canvas.text(&label, (x(tick), bottom + 5.0 + LINE / 2.0), HPos::Center, PALE_INK)?;
        }
        canvas.line(&[(left, bottom), (right, bottom)], 1.0, PALE_INK)?;
        let place = ((left + right) / 2.0, bottom + 1.8 * LINE);
        canvas.text(&shortened(name, right - left), place, HPos::Center, INK)
    }
}

/// The smallest and the largest value.
pub(super) fn span(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |span, value| match span {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

/// A value between which and any other there is a finite distance.
fn tame(value: f64) -> f64 {
    value.clamp(-1e300, 1e300)
}

/// Ends of an axis that are not the same.
fn apart((low, high): (f64, f64)) -> (f64, f64) {
    pub(super) const LEAST: f64 = 1e-290;
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

/// Whether the logarithm of the value to the base of two is a whole number.
fn is_power_of_two(value: f64) -> bool {
    value > 0.0 && value.log2().fract() == 0.0 && 2_f64.powf(value.log2()) == value
}

/// 1, 2 or 5 times a power of ten, so that at most eight of them make the distance.
fn round_step(distance: f64) -> f64 {
    let power = 10_f64.powf((distance / 8.0).log10().floor());
    [1.0, 2.0, 5.0].map(|times| times * power).into_iter().find(|&step| step >= distance / 8.0).unwrap_or(10.0 * power)
}

/// All multiples of the step from the first to the last.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ruler: &Ruler) -> Vec<String> {
        ruler.labels().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(
            labels(&Ruler::from_zero([3.0, 37.0].into_iter())),
            ["0", "5", "10", "15", "20", "25", "30", "35", "40"]
        );
        assert_eq!(labels(&Ruler::exact([3.0, 37.0].into_iter())), ["5", "10", "15", "20", "25", "30", "35"]);
        assert_eq!(labels(&Ruler::logarithmic([3.0, 37.0].into_iter())), ["2", "5", "10", "20", "50"]);
        assert_eq!(labels(&Ruler::logarithmic_exact([3.0, 37.0].into_iter())), ["5", "10", "20"]);
        assert_eq!(labels(&Ruler::logarithmic_exact([512.0, 2048.0].into_iter())), ["512", "1 Ki", "2 Ki"]);
    }

    #[test]
    fn a_value_lies_between_the_ends_of_its_axis() {
        let linear = Ruler::exact([10.0, 30.0].into_iter());
        assert_eq!([10.0, 15.0, 30.0, 99.0].map(|value| linear.place(value)), [0.0, 0.25, 1.0, 1.0]);
        let logarithmic = Ruler::logarithmic_exact([1.0, 16.0].into_iter());
        assert_eq!([1.0, 4.0, 16.0, 0.5].map(|value| logarithmic.place(value)), [0.0, 0.5, 1.0, 0.0]);
    }

    #[test]
    fn only_a_logarithmic_axis_has_no_place_for_zero() {
        assert!(Axis::linear("ms").fits(0.0) && Axis::linear("ms").fits(-1.0) && !Axis::linear("ms").fits(f64::NAN));
        let logarithmic = Axis::logarithmic("ms");
        assert!(logarithmic.fits(5e-324) && !logarithmic.fits(0.0) && !logarithmic.fits(f64::INFINITY));
    }

    #[test]
    fn labels_that_would_touch_are_thinned_evenly() {
        let ruler = Ruler::exact([0.0, 8.0].into_iter());
        let kept = |width: f64| ruler.labels_side_by_side(|value| value / 8.0 * width).len();
        assert_eq!((kept(800.0), kept(100.0), kept(1.0)), (9, 5, 1));
    }
}
