//! Bars from left to right, one below the other, such as the times of steps; dots where the scale is logarithmic.

use std::io;
use std::path::Path;

use plotters::style::text_anchor::HPos;

use super::axis::{Ruler, Scale, span};
use super::canvas::{BLUE, Canvas, Chart, GRID, INK, LINE, MARGIN, PALE_INK, TITLE_SIZE, WIDTH, draw};
use super::text::{TEXT_SIZE, number, shortened, text_width};

/// Horizontal bars from top to bottom: label, bar, value with its unit, note. Without any bars the chart says that it is empty.
///
/// On a logarithmic scale, which has no zero, the length of a bar would say nothing: there a dot marks the value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bars<'a> {
    /// What stands above the bars.
    pub title: &'a str,
    /// The unit of the values.
    pub unit: &'a str,
    /// The bars, from top to bottom.
    pub bars: &'a [Bar],
    /// How values are laid out. A logarithmic scale is used only if the largest value is more than 20 times the smallest and all
    /// are above 0.
    pub scale: Scale,
}

/// One bar of [`Bars`].
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What stands left of the bar.
    pub label: String,
    /// The length of the bar, in the unit of the chart. What is not finite is shown as unavailable.
    pub value: f64,
    /// What stands behind the value, or why there is none. May be empty.
    pub note: String,
}

impl Chart for Bars<'_> {
    fn write(&self, path: &Path) -> io::Result<()> {
        let layout = Layout::of(self);
        draw(path, layout.bottom + 3.0 * LINE, |canvas| {
            canvas.title(self.title)?;
            if self.bars.is_empty() {
                return canvas.text("nothing to show", (MARGIN, layout.top + ROW / 2.0), HPos::Left, PALE_INK);
            }
            if self.bars.iter().any(|bar| bar.value.is_finite()) {
                layout.draw_axis(canvas, self.unit)?;
            }
            for (row, bar) in self.bars.iter().enumerate() {
                layout.draw_bar(canvas, row, bar, self.unit)?;
            }
            let zero = if layout.ruler.is_logarithmic() { layout.left } else { layout.x(0.0) };
            canvas.line(&[(zero, layout.top), (zero, layout.bottom)], 1.0, PALE_INK)
        })
    }
}

/// The height of a bar with the space around it.
const ROW: f64 = 28.0;
/// The height of a bar.
const THICKNESS: f64 = 18.0;
/// The radius of a dot.
const DOT: f64 = 6.0;
/// The space between a bar and the texts beside it.
const GAP: f64 = 8.0;

/// Where the bars lie, in pixels.
struct Layout {
    ruler: Ruler,
    /// The room for the labels.
    labels: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Layout {
    fn of(chart: &Bars<'_>) -> Self {
        let values: Vec<_> = chart.bars.iter().map(|bar| bar.value).filter(|value| value.is_finite()).collect();
        let ruler = if chart.scale == Scale::Logarithmic && worth_a_logarithm(&values) {
            // The smallest dot keeps its distance from the labels.
            Ruler::logarithmic_exact(values.iter().flat_map(|value| [value / 1.5, *value]))
        } else {
            Ruler::exact(values.iter().copied().chain([0.0]))
        };

        let widest = |texts: &mut dyn Iterator<Item = String>| {
            texts.map(|text| text_width(&text, TEXT_SIZE)).fold(0.0, f64::max)
        };
        let labels = widest(&mut chart.bars.iter().map(|bar| bar.label.clone())).min(280.0);
        let measured = chart.bars.iter().filter(|bar| bar.value.is_finite());
        let texts = widest(&mut measured.map(|bar| behind(bar, chart.unit)));
        let left = MARGIN + labels + GAP;
        let right = (WIDTH - MARGIN - DOT - GAP - texts).max(left + 100.0);
        let top = MARGIN + TITLE_SIZE + 14.0;
        let bottom = top + ROW * chart.bars.len().max(1) as f64;
        Self { ruler, labels, left, right, top, bottom }
    }

    fn x(&self, value: f64) -> f64 {
        self.ruler.at(value, (self.left, self.right))
    }

    /// The lines of the grid, the numbers below them, and the unit.
    fn draw_axis(&self, canvas: &Canvas<'_>, unit: &str) -> io::Result<()> {
        for (tick, label) in self.ruler.labels_side_by_side(|value| self.x(value)) {
            let x = self.x(tick);
            canvas.line(&[(x, self.top), (x, self.bottom)], 1.0, GRID)?;
            canvas.text(&label, (x, self.bottom + LINE / 2.0), HPos::Center, PALE_INK)?;
        }
        let scale = if self.ruler.is_logarithmic() { ", logarithmic scale" } else { "" };
        let place = ((self.left + self.right) / 2.0, self.bottom + 1.6 * LINE);
        canvas.text(&format!("{unit}{scale}"), place, HPos::Center, PALE_INK)
    }

    /// A bar with its texts, or why there is none.
    fn draw_bar(&self, canvas: &Canvas<'_>, row: usize, bar: &Bar, unit: &str) -> io::Result<()> {
        let middle = self.top + ROW * (row as f64 + 0.5);
        canvas.text(&shortened(&bar.label, self.labels), (self.left - GAP, middle), HPos::Right, INK)?;
        if !bar.value.is_finite() {
            let reason = if bar.note.is_empty() { String::new() } else { format!(": {}", bar.note) };
            let text = shortened(&format!("unavailable{reason}"), WIDTH - MARGIN - self.left - GAP);
            return canvas.text(&text, (self.left + GAP, middle), HPos::Left, PALE_INK);
        }
        let value = self.x(bar.value);
        if self.ruler.is_logarithmic() {
            canvas.line(&[(self.left, middle), (value, middle)], 1.0, PALE_INK)?;
            canvas.dot((value, middle), DOT, BLUE)?;
            return canvas.text(&behind(bar, unit), (value + DOT + GAP, middle), HPos::Left, INK);
        }
        let zero = self.x(0.0);
        let (from, to) = (zero.min(value), zero.max(value));
        canvas.rectangle((from, middle - THICKNESS / 2.0), (to, middle + THICKNESS / 2.0), BLUE)?;
        canvas.text(&behind(bar, unit), (to + GAP, middle), HPos::Left, INK)
    }
}

/// Value, unit and note in one text, so that they keep their distance in every font.
fn behind(bar: &Bar, unit: &str) -> String {
    let value = format!("{} {unit}\u{2003}", number(bar.value, 3));
    format!("{value}{}", shortened(&bar.note, 200.0)).trim_end().to_owned()
}

/// Whether the largest value is more than 20 times the smallest, and all have a logarithm.
fn worth_a_logarithm(values: &[f64]) -> bool {
    span(values.iter().copied()).is_some_and(|(low, high)| low > 0.0 && high / low > 20.0)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{attribute, has, rectangles, texts, written};
    use super::*;

    fn bar(label: &str, value: f64, note: &str) -> Bar {
        Bar { label: label.to_owned(), value, note: note.to_owned() }
    }

    /// What is written of bars of times.
    fn drawn(title: &str, bars: &[Bar], scale: Scale) -> String {
        written(&Bars { title, unit: "ms", bars, scale })
    }

    /// The left end and the width of the bars.
    fn drawn_bars(svg: &str) -> Vec<(f64, f64)> {
        rectangles(svg, BLUE)
    }

    /// The middles of the dots.
    fn dots(svg: &str) -> Vec<f64> {
        svg.split('<').filter(|tag| tag.starts_with("circle")).map(|tag| attribute(tag, "cx")).collect()
    }

    #[test]
    fn every_label_value_and_note_is_in_the_bars() {
        let steps = [bar("<&>", 1824.3, "1.0x"), bar("\"quoted\" 'too'", 130.04, "14.0x"), bar("plain", 0.0125, "")];
        let svg = drawn("A <title> & more", &steps, Scale::Logarithmic);
        let texts = texts(&svg);
        has(&texts, &["A <title> & more", "<&>", "\"quoted\" 'too'", "plain", "ms, logarithmic scale"]);
        has(&texts, &["1824 ms\u{2003}1.0x", "130 ms\u{2003}14.0x", "0.0125 ms"]);
    }

    #[test]
    fn bars_are_as_long_as_their_values() {
        let steps = [bar("a", 100.0, ""), bar("b", 25.0, ""), bar("c", 0.0, "")];
        let shown = drawn_bars(&drawn("", &steps, Scale::Logarithmic));
        assert_eq!(shown.len(), 3);
        assert!((shown[0].1 - 4.0 * shown[1].1).abs() < 0.5 && shown[2].1 == 0.0, "{shown:?}");
    }

    #[test]
    fn a_value_on_a_logarithmic_scale_is_a_dot() {
        let steps = [1000.0, 100.0, 1.0].map(|value| bar("step", value, ""));
        let svg = drawn("", &steps, Scale::Logarithmic);
        assert!(drawn_bars(&svg).is_empty(), "{svg}");
        let dots = dots(&svg);
        assert_eq!(dots.len(), 3);
        assert!((dots[1] - dots[2] - 2.0 * (dots[0] - dots[1])).abs() < 0.5, "{dots:?}");
    }

    #[test]
    fn the_scale_is_logarithmic_only_beyond_a_range_of_20() {
        let logarithmic = |values: [f64; 2], scale| {
            let steps = values.map(|value| bar("step", value, ""));
            texts(&drawn("", &steps, scale)).contains(&"ms, logarithmic scale".to_owned())
        };
        assert!(logarithmic([1.0, 21.0], Scale::Logarithmic));
        assert!(!logarithmic([1.0, 21.0], Scale::Linear));
        assert!(!logarithmic([1.0, 19.0], Scale::Logarithmic));
        assert!(!logarithmic([0.0, 21.0], Scale::Logarithmic), "0 has no logarithm");
    }

    #[test]
    fn what_is_not_finite_is_unavailable_and_says_why() {
        let steps = [bar("gpu", f64::NAN, "no device"), bar("beyond", f64::INFINITY, ""), bar("one", 1.0, "")];
        let svg = drawn("", &steps, Scale::Logarithmic);
        has(&texts(&svg), &["unavailable: no device", "unavailable", "1 ms"]);
        assert_eq!(drawn_bars(&svg).len(), 1);
        let none = texts(&drawn("", &steps[..2], Scale::Logarithmic));
        assert_eq!(
            none.iter().filter(|text| !text.is_empty()).count(),
            4,
            "two labels, two reasons, no scale: {none:?}"
        );
    }

    #[test]
    fn no_bars_are_a_plot_that_says_so() {
        has(&texts(&drawn("Empty", &[], Scale::Logarithmic)), &["Empty", "nothing to show"]);
    }

    #[test]
    fn bars_of_any_size_stay_on_the_plot() {
        let sizes = [f64::MAX, f64::MIN_POSITIVE, 5e-324, 1.0, -1.0, 0.0, f64::MIN, 1e-290];
        for (first, value) in sizes.into_iter().enumerate() {
            let some = sizes[first..].iter().chain([&value]).map(|value| bar("step", *value, "note"));
            let positive: Vec<_> = some.clone().filter(|bar| bar.value > 0.0).collect();
            for steps in [vec![bar("alone", value, "")], some.collect(), positive] {
                let svg = drawn("", &steps, Scale::Logarithmic);
                texts(&svg);
                assert!(drawn_bars(&svg).iter().all(|(left, width)| *left > 0.0 && left + width < WIDTH), "{steps:?}");
                assert!(dots(&svg).iter().all(|middle| *middle > 0.0 && *middle < WIDTH), "{steps:?}");
            }
        }
        let many: Vec<_> = (1..=40).map(|step| bar(&"long label ".repeat(9), f64::from(step), "note")).collect();
        assert_eq!(dots(&drawn("", &many, Scale::Logarithmic)).len(), 40);
        assert_eq!(drawn_bars(&drawn("", &many, Scale::Linear)).len(), 40);
    }
}
