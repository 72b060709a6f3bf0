//! Lines over a number, such as speeds over the size of a block.

use std::io;
use std::path::Path;

use plotters::style::text_anchor::HPos;

use super::axis::{Axis, Ruler, Scale};
use super::canvas::{COLOURS, Canvas, Chart, GRID, INK, LINE, MARGIN, PALE_INK, TITLE_SIZE, WIDTH, draw};
use super::text::{TEXT_SIZE, shortened, text_width};

/// Lines with a legend above them. Without any points the chart says that it is empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lines<'a> {
    /// What stands above the lines.
    pub title: &'a str,
    /// The axis below, from the smallest x to the largest. A logarithmic one counts in powers of two if every x is one.
    pub x: Axis<'a>,
    /// The axis to the left. A linear one includes 0.
    pub y: Axis<'a>,
    /// The lines, in the order of the legend.
    pub series: &'a [Series],
    /// Places on the x axis and their names, such as the sizes of the caches. A vertical line stands at each that lies between the
    /// smallest and the largest x.
    pub marks: &'a [(f64, String)],
}

/// One line of [`Lines`].
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What stands in the legend.
    pub name: String,
    /// The points, joined in this order. A point that has no place on the axes (not finite, or not above 0 on a logarithmic one)
    /// is a gap in the line.
    pub points: Vec<(f64, f64)>,
}

impl Lines<'_> {
    /// Whether a point has a place on both axes.
    fn fits(&self, &(x, y): &(f64, f64)) -> bool {
        self.x.fits(x) && self.y.fits(y)
    }

    /// The points that are drawn.
    fn points(&self) -> impl Iterator<Item = (f64, f64)> + Clone {
        self.series.iter().flat_map(|series| &series.points).copied().filter(|point| self.fits(point))
    }
}

impl Chart for Lines<'_> {
    fn write(&self, path: &Path) -> io::Result<()> {
        let layout = Layout::of(self);
        draw(path, layout.bottom + 3.0 * LINE, |canvas| {
            canvas.title(self.title)?;
            layout.draw_axes(canvas, self.x.name, self.y.name)?;
            layout.draw_marks(canvas)?;
            if self.points().next().is_none() {
                let middle = ((layout.left + layout.right) / 2.0, (layout.top + layout.bottom) / 2.0);
                canvas.text("nothing to show", middle, HPos::Center, PALE_INK)?;
            }
            for (index, (series, entry)) in self.series.iter().zip(&layout.legend).enumerate() {
                for run in series.points.split(|point| !self.fits(point)) {
                    layout.draw_run(canvas, index, run, series.points.len())?;
                }
                layout.draw_entry(canvas, index, entry)?;
            }
            Ok(())
        })
    }
}

/// The height of the space for the lines.
const HEIGHT: f64 = 340.0;
/// More points than this are a curve, which markers would only thicken.
const MARKED: usize = 60;
/// The length of a line in the legend.
const SWATCH: f64 = 28.0;

/// Where everything lies, in pixels.
struct Layout {
    x_ruler: Ruler,
    y_ruler: Ruler,
    legend: Vec<Entry>,
    legend_top: f64,
    marks: Vec<Mark>,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// The place of a series in the legend.
struct Entry {
    name: String,
    left: f64,
    row: usize,
}

/// The place of a mark, and the row of its name, counted from below.
struct Mark {
    name: String,
    x: f64,
    row: usize,
}

impl Layout {
    fn of(chart: &Lines<'_>) -> Self {
        let (xs, ys) = (chart.points().map(|point| point.0), chart.points().map(|point| point.1));
        let x_ruler = match chart.x.scale {
            Scale::Linear => Ruler::exact(xs),
            Scale::Logarithmic => Ruler::logarithmic_exact(xs),
        };
        let y_ruler = match chart.y.scale {
            Scale::Linear => Ruler::from_zero(ys),
            Scale::Logarithmic => Ruler::logarithmic(ys),
        };
        let y_labels = y_ruler.labels();
        let y_label_width = y_labels.iter().map(|(_, label)| text_width(label, TEXT_SIZE)).fold(0.0, f64::max);
        let left = MARGIN + LINE + y_label_width + 8.0;
        let right = WIDTH - MARGIN - 12.0;
        let legend = legend(chart.series);
        let legend_top = MARGIN + TITLE_SIZE + 10.0;
        let marks = marks(chart.marks, &x_ruler, (left, right));
        let marks_top = legend_top + LINE * (1 + legend.last().map_or(0, |entry| entry.row)) as f64 + 6.0;
        let top = marks_top + LINE * marks.iter().map(|mark| mark.row + 1).max().unwrap_or(0) as f64 + 4.0;
        Self { x_ruler, y_ruler, legend, legend_top, marks, left, right, top, bottom: top + HEIGHT }
    }

    fn x(&self, value: f64) -> f64 {
        self.x_ruler.at(value, (self.left, self.right))
    }

    fn y(&self, value: f64) -> f64 {
        self.y_ruler.at(value, (self.bottom, self.top))
    }

    /// The grid and the numbers to the left, the axis below, and the names of both.
    fn draw_axes(&self, canvas: &Canvas<'_>, x_name: &str, y_name: &str) -> io::Result<()> {
        for (tick, label) in self.y_ruler.labels_one_above_the_other(|value| self.y(value)) {
            let y = self.y(tick);
            canvas.line(&[(self.left, y), (self.right, y)], 1.0, GRID)?;
            canvas.text(&label, (self.left - 8.0, y), HPos::Right, PALE_INK)?;
        }
        self.x_ruler.draw_below(canvas, (self.left, self.right), self.bottom, x_name)?;
        let place = (MARGIN + LINE / 2.0, (self.top + self.bottom) / 2.0);
        canvas.upward_text(&shortened(y_name, HEIGHT), place, INK)
    }

    /// The lines of the marks, and their names above the chart.
    fn draw_marks(&self, canvas: &Canvas<'_>) -> io::Result<()> {
        for mark in &self.marks {
            let middle = self.top - 4.0 - LINE * (mark.row as f64 + 0.5);
            canvas.line(&[(mark.x, middle - LINE / 2.0), (mark.x, self.bottom)], 1.0, PALE_INK)?;
            canvas.text(&mark.name, (mark.x - 5.0, middle), HPos::Right, PALE_INK)?;
        }
        Ok(())
    }

    /// Draws points without a gap between them, of a series that has `in_all` points.
    fn draw_run(&self, canvas: &Canvas<'_>, index: usize, run: &[(f64, f64)], in_all: usize) -> io::Result<()> {
        let colour = COLOURS[index % COLOURS.len()];
        let places: Vec<_> = run.iter().map(|point| (self.x(point.0), self.y(point.1))).collect();
        canvas.line(&places, 2.0, colour)?;
        // A point between two gaps is seen only as a marker.
        if in_all <= MARKED || places.len() == 1 {
            places.iter().try_for_each(|place| canvas.marker(*place, index, colour))?;
        }
        Ok(())
    }

    /// Draws a series' line, marker and name in the legend.
    fn draw_entry(&self, canvas: &Canvas<'_>, index: usize, entry: &Entry) -> io::Result<()> {
        let colour = COLOURS[index % COLOURS.len()];
        let middle = self.legend_top + LINE * (entry.row as f64 + 0.5);
        canvas.line(&[(entry.left, middle), (entry.left + SWATCH, middle)], 2.0, colour)?;
        canvas.marker((entry.left + SWATCH / 2.0, middle), index, colour)?;
        canvas.text(&entry.name, (entry.left + SWATCH + 6.0, middle), HPos::Left, INK)
    }
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

/// The marks that lie on an axis between these ends, from left to right.
fn marks(marks: &[(f64, String)], ruler: &Ruler, ends: (f64, f64)) -> Vec<Mark> {
    let mut within: Vec<_> = marks.iter().filter(|(at, _)| (ruler.low..=ruler.high).contains(at)).collect();
    within.sort_by(|a, b| a.0.total_cmp(&b.0));
    let named = within.into_iter().map(|(at, name)| (ruler.at(*at, ends), shortened(name, 200.0)));
    let named: Vec<_> = named.collect();
    let rows = stacked(&named.iter().map(|(x, name)| (*x, text_width(name, TEXT_SIZE))).collect::<Vec<_>>());
    named.into_iter().zip(rows).map(|((x, name), row)| Mark { name, x, row }).collect()
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

#[cfg(test)]
mod tests {
    use super::super::tests::{has, texts, written};
    use super::*;

    /// Scales of the two axes.
    const SCALES: [(Scale, Scale); 4] = [
        (Scale::Linear, Scale::Linear),
        (Scale::Linear, Scale::Logarithmic),
        (Scale::Logarithmic, Scale::Linear),
        (Scale::Logarithmic, Scale::Logarithmic),
    ];

    /// What is written of lines without a title or marks.
    fn drawn(series: &[Series], (x, y): (Scale, Scale)) -> String {
        let (x, y) = (Axis { name: "x", scale: x }, Axis { name: "y", scale: y });
        written(&Lines { title: "", x, y, series, marks: &[] })
    }

    #[test]
    fn lines_have_a_legend_marks_and_round_ticks() {
        let series = |name: &str, factor: f64| Series {
            name: name.to_owned(),
            points: (8..=20).map(|power| (2_f64.powi(power), factor * f64::from(power))).collect(),
        };
        let all = [series("blocks <&>", 1.0), series("whole", 0.5)];
        let marks = [32768.0, 1e9].map(|at| (at, format!("mark {at}")));
        let svg = written(&Lines {
            title: "Speed",
            x: Axis::logarithmic("block"),
            y: Axis::linear("Gflop/s"),
            series: &all,
            marks: &marks,
        });
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
        let polylines = |gap: f64, y: Scale| {
            let series = [Series { name: "s".to_owned(), points: points(gap) }];
            let svg = drawn(&series, (Scale::Linear, y));
            texts(&svg);
            svg.split('<').filter(|tag| tag.starts_with("polyline") && tag.contains("#0072B2")).count()
        };
        let whole = polylines(3.0, Scale::Linear);
        assert_eq!(polylines(f64::NAN, Scale::Linear), whole + 1);
        assert_eq!(polylines(0.0, Scale::Logarithmic), whole + 1);
        assert_eq!(polylines(0.0, Scale::Linear), whole);
    }

    #[test]
    fn lines_of_any_size_stay_on_the_plot() {
        let values = [f64::MAX, 5e-324, 1.0, -1.0, 0.0, f64::MIN, f64::INFINITY];
        for count in 0..=values.len() {
            let points = values[..count].iter().flat_map(|x| values.map(|y| (*x, y))).collect();
            let series = [Series { name: "s".to_owned(), points }, Series { name: "none".to_owned(), points: vec![] }];
            for scales in SCALES {
                texts(&drawn(&series, scales));
            }
        }
        for (from, to) in [(3.0, 4.0), (1.0, 1.0 + f64::EPSILON), (7.0, 7.0), (1e15, 1e15 + 1.0)] {
            let series = [Series { name: "s".to_owned(), points: vec![(from, from), (to, to)] }];
            for scale in [Scale::Linear, Scale::Logarithmic] {
                texts(&drawn(&series, (scale, scale)));
            }
        }
        has(&texts(&drawn(&[], (Scale::Logarithmic, Scale::Logarithmic))), &["nothing to show"]);
    }

    #[test]
    fn marks_neither_overlap_nor_are_crossed() {
        assert_eq!(stacked(&[(100.0, 50.0), (300.0, 50.0)]), [0, 0]);
        assert_eq!(stacked(&[(100.0, 50.0), (110.0, 50.0), (120.0, 50.0)]), [0, 1, 2]);
        // The third fits beside the first, but the line of the second would cross it.
        assert_eq!(stacked(&[(100.0, 50.0), (110.0, 50.0), (175.0, 50.0)]), [0, 1, 2]);
    }
}
