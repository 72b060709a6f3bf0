//! Where particles start and end, and the way between.

use std::f64::consts::{PI, TAU};
use std::io;
use std::path::Path;

use plotters::style::text_anchor::HPos;

use super::axis::Ruler;
use super::canvas::{BLUE, Canvas, Chart, GRID, INK, LINE, MARGIN, PALE_INK, TITLE_SIZE, VERMILION, draw};

/// Where particles start and end, and the way between around the origin: the shorter one, as the positions do not tell how often a
/// particle went round. Both axes reach from -1 to 1, and further if a particle does. Of more than 1000 particles 1000 are drawn,
/// evenly spaced; the chart says so. What is not finite is left out.
///
/// # Panics
/// Writing panics if the four slices differ in length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orbits<'a> {
    /// What stands above the particles.
    pub title: &'a str,
    /// The x and the y of each particle at the start.
    pub start: (&'a [f64], &'a [f64]),
    /// The x and the y of each particle at the end.
    pub end: (&'a [f64], &'a [f64]),
}

impl Chart for Orbits<'_> {
    fn write(&self, path: &Path) -> io::Result<()> {
        let ways = self.ways();
        let layout = Layout::of(&ways);
        draw(path, layout.bottom + 2.0 * LINE, |canvas| {
            canvas.title(self.title)?;
            layout.draw_grid(canvas)?;
            layout.draw_ways(canvas, &ways)?;
            layout.draw_legend(canvas, ways.len(), self.start.0.len())
        })
    }
}

/// The side of the square in which the particles lie, in pixels.
const SIDE: f64 = 600.0;
/// The most particles that are drawn.
const SHOWN: usize = 1000;

/// How one particle went.
struct Way {
    clockwise: bool,
    points: Vec<(f64, f64)>,
}

impl Orbits<'_> {
    /// The ways of the particles that are drawn.
    fn ways(&self) -> Vec<Way> {
        let (start, end) = (self.start, self.end);
        let count = start.0.len();
        assert!(
            [start.1, end.0, end.1].iter().all(|axis| axis.len() == count),
            "every particle needs two coordinates at the start and two at the end"
        );
        let shown = count.min(SHOWN);
        (0..shown)
            .map(|index| index * count / shown)
            .map(|particle| ((start.0[particle], start.1[particle]), (end.0[particle], end.1[particle])))
            .filter(|((x1, y1), (x2, y2))| [x1, y1, x2, y2].iter().all(|coordinate| coordinate.is_finite()))
            .map(|(from, to)| Way { clockwise: turn(from, to) < 0.0, points: arc(from, to) })
            .collect()
    }
}

/// Where the particles lie, in pixels.
struct Layout {
    /// Of both axes.
    ruler: Ruler,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Layout {
    fn of(ways: &[Way]) -> Self {
        let coordinates = ways.iter().flat_map(|way| &way.points).flat_map(|(x, y)| [x.abs(), y.abs()]);
        let reach = coordinates.fold(1.0, f64::max);
        let (left, top) = (64.0, MARGIN + TITLE_SIZE + 14.0);
        let ruler = Ruler::exact([-reach, reach].into_iter());
        Self { ruler, left, right: left + SIDE, top, bottom: top + SIDE }
    }

    /// The place of a point.
    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        // A particle at the border is drawn whole.
        const INSET: f64 = 12.0;
        let x = self.ruler.at(x, (self.left + INSET, self.right - INSET));
        let y = self.ruler.at(y, (self.bottom - INSET, self.top + INSET));
        (x, y)
    }

    /// The grid with its numbers, and a cross at the origin.
    fn draw_grid(&self, canvas: &Canvas<'_>) -> io::Result<()> {
        for (tick, label) in self.ruler.labels() {
            let (x, y) = self.at((tick, tick));
            canvas.line(&[(x, self.top), (x, self.bottom)], 1.0, GRID)?;
            canvas.line(&[(self.left, y), (self.right, y)], 1.0, GRID)?;
            canvas.text(&label, (x, self.bottom + LINE / 2.0), HPos::Center, PALE_INK)?;
            canvas.text(&label, (self.left - 8.0, y), HPos::Right, PALE_INK)?;
        }
        let arm = 5.0;
        let origin = self.at((0.0, 0.0));
        canvas.line(&[(origin.0 - arm, origin.1), (origin.0 + arm, origin.1)], 1.5, INK)?;
        canvas.line(&[(origin.0, origin.1 - arm), (origin.0, origin.1 + arm)], 1.5, INK)
    }

    /// The way of each particle, with its start and its end.
    fn draw_ways(&self, canvas: &Canvas<'_>, ways: &[Way]) -> io::Result<()> {
        for way in ways {
            let colour = if way.clockwise { VERMILION } else { BLUE };
            let places: Vec<_> = way.points.iter().map(|point| self.at(*point)).collect();
            canvas.line(&places, 1.2, colour)?;
            canvas.ring(places[0], 1.8, colour)?;
            canvas.dot(places[places.len() - 1], 2.2, colour)?;
        }
        Ok(())
    }

    /// What the signs mean, and how many of the particles are shown if not all are.
    fn draw_legend(&self, canvas: &Canvas<'_>, shown: usize, count: usize) -> io::Result<()> {
        let (column, row) = (self.right + 20.0, |row: usize| self.top + LINE * (row as f64 + 0.5));
        canvas.ring((column, row(0)), 3.0, INK)?;
        canvas.text("start", (column + 12.0, row(0)), HPos::Left, INK)?;
        canvas.dot((column, row(1)), 3.0, INK)?;
        canvas.text("end", (column + 12.0, row(1)), HPos::Left, INK)?;
        for (index, (name, colour)) in [("anticlockwise", BLUE), ("clockwise", VERMILION)].into_iter().enumerate() {
            canvas.line(&[(column - 5.0, row(index + 2)), (column + 5.0, row(index + 2))], 2.0, colour)?;
            canvas.text(name, (column + 12.0, row(index + 2)), HPos::Left, INK)?;
        }
        if shown < count {
            canvas.text(&format!("{shown} of"), (column - 5.0, row(5)), HPos::Left, PALE_INK)?;
            canvas.text(&format!("{count} shown"), (column - 5.0, row(6)), HPos::Left, PALE_INK)?;
        }
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use super::super::tests::{has, texts, written};
    use super::*;

    /// What is written of particles that start and end there.
    fn drawn(title: &str, start: (&[f64], &[f64]), end: (&[f64], &[f64])) -> String {
        written(&Orbits { title, start, end })
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
        let orbits = |count: usize| {
            let (x, y) = (vec![0.5; count], vec![0.25; count]);
            drawn("Orbits", (&x, &y), (&y, &x))
        };
        let dots = |svg: &str| svg.matches("<circle").count() - 2;
        assert_eq!(dots(&orbits(3)), 6);
        assert_eq!(dots(&orbits(1000)), 2000);
        let many = orbits(2500);
        assert_eq!(dots(&many), 2000);
        has(&texts(&many), &["Orbits", "1000 of", "2500 shown", "-1", "1"]);
        texts(&orbits(0));
        let none = drawn("", (&[f64::NAN], &[0.0]), (&[0.0], &[f64::MAX]));
        has(&texts(&none), &["0 of", "1 shown"]);
        texts(&drawn("", (&[f64::MAX], &[1.0]), (&[1.0], &[f64::MIN])));
    }
    #[test]
    #[should_panic(expected = "two coordinates at the start and two at the end")]
    fn particles_without_an_end_are_refused() {
        drawn("", (&[0.5, 0.5], &[0.5, 0.5]), (&[0.5], &[0.5]));
    }
}
