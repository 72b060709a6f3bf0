//! Which work was done when: a lane for each thread or process, a block for each piece of work.

use std::io;
use std::path::Path;

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::axis::Ruler;
use super::canvas::{Canvas, Chart, INK, LINE, MARGIN, PALE_INK, SHADE, TITLE_SIZE, WIDTH, draw};
use super::text::{TEXT_SIZE, shortened, text_width};

/// Panels one below the other over the same axis of time, so that their ends can be compared. A block that is narrower than half a
/// pixel is drawn as wide as that. Without any panels the chart says that it is empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timeline<'a> {
    /// What stands above the panels.
    pub title: &'a str,
    /// What a lane is: `thread`, `engine`. Its number follows.
    pub lane: &'a str,
    /// The name of the first part of the work, for the legend.
    pub first_part: &'a str,
    /// The name of the last part of the work, for the legend.
    pub last_part: &'a str,
    /// The panels, from top to bottom.
    pub panels: &'a [Panel],
}

/// A piece of work in a lane of a [`Panel`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// When it began and ended, in milliseconds.
    pub time: (f64, f64),
    /// Which part of the whole it was, from 0 to 1: the colour.
    pub part: f64,
}

/// Some lanes with a name above them: one way of sharing out the same work.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What stands above the lanes, to the left.
    pub name: String,
    /// What stands there to the right.
    pub note: String,
    /// The blocks of each lane.
    pub lanes: Vec<Vec<Block>>,
}

/// The first part and the last, and what lies between: light to dark, for eyes of every kind, and dark enough for a white page and
/// light enough for a black one.
const PARTS: [RGBColor; 5] = [
    RGBColor(0xF6, 0xD7, 0x46),
    RGBColor(0xF2, 0x91, 0x2E),
    RGBColor(0xDD, 0x51, 0x3A),
    RGBColor(0xB0, 0x3A, 0x7C),
    RGBColor(0x7A, 0x4F, 0xB5),
];

impl Chart for Timeline<'_> {
    fn write(&self, path: &Path) -> io::Result<()> {
        let layout = Layout::of(self.panels, self.lane);
        draw(path, layout.bottom + 3.0 * LINE, |canvas| {
            canvas.title(self.title)?;
            if self.panels.is_empty() {
                return canvas.text("nothing to show", (MARGIN, layout.top), HPos::Left, PALE_INK);
            }
            draw_legend(canvas, self.first_part, self.last_part, layout.top - LINE / 2.0 - 4.0)?;
            let mut top = layout.top;
            for panel in self.panels {
                layout.draw_panel(canvas, panel, self.lane, top)?;
                top += height(panel);
            }
            layout.ruler.draw_below(canvas, (layout.left, layout.right), layout.bottom, "ms")
        })
    }
}

/// The height of a lane.
const LANE: f64 = 22.0;
/// The space between lanes.
const GAP: f64 = 4.0;
/// The height of the texts above the lanes.
const HEAD: f64 = 26.0;

/// The height of a panel.
fn height(panel: &Panel) -> f64 {
    HEAD + (LANE + GAP) * panel.lanes.len() as f64
}

/// Where the panels lie, in pixels.
struct Layout {
    ruler: Ruler,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Layout {
    fn of(panels: &[Panel], lane: &str) -> Self {
        let ends = panels.iter().flat_map(|panel| panel.lanes.iter().flatten()).map(|block| block.time.1);
        let ruler = Ruler::exact(ends.filter(|time| time.is_finite()).chain([0.0]));
        let most_lanes = panels.iter().map(|panel| panel.lanes.len()).max().unwrap_or(0);
        let left = MARGIN + text_width(&format!("{lane} {most_lanes}"), TEXT_SIZE) + 8.0;
        let right = WIDTH - MARGIN - 12.0;
        let top = MARGIN + TITLE_SIZE + 14.0 + LINE;
        let bottom = top + panels.iter().map(height).sum::<f64>().max(LINE);
        Self { ruler, left, right, top, bottom }
    }

    fn x(&self, time: f64) -> f64 {
        self.ruler.at(time, (self.left, self.right))
    }

    /// A panel, from `top` on: its name and note, and its lanes, all idle until its last block ends.
    fn draw_panel(&self, canvas: &Canvas<'_>, panel: &Panel, lane: &str, top: f64) -> io::Result<()> {
        let (middle, room) = (top + HEAD / 2.0, self.right - self.left);
        canvas.text(&shortened(&panel.name, room / 2.0), (self.left, middle), HPos::Left, INK)?;
        canvas.text(&shortened(&panel.note, room / 2.0), (self.right, middle), HPos::Right, PALE_INK)?;
        let end = panel.lanes.iter().flatten().map(|block| block.time.1).fold(0.0, f64::max);
        for (number, blocks) in panel.lanes.iter().enumerate() {
            let from = top + HEAD + (LANE + GAP) * number as f64;
            let to = from + LANE;
            canvas.text(&format!("{lane} {number}"), (self.left - 8.0, (from + to) / 2.0), HPos::Right, PALE_INK)?;
            canvas.rectangle((self.left, from), (self.x(end), to), SHADE)?;
            for block in blocks {
                let (begin, end) = (self.x(block.time.0), self.x(block.time.1));
                canvas.rectangle((begin, from), (end.max(begin + 0.5), to), colour(block.part).into())?;
            }
        }
        Ok(())
    }
}

/// The colours from the first part to the last, and that of waiting.
fn draw_legend(canvas: &Canvas<'_>, first: &str, last: &str, middle: f64) -> io::Result<()> {
    const STEPS: usize = 24;
    const STEP: f64 = 5.0;
    let mut x = MARGIN;
    canvas.text(first, (x, middle), HPos::Left, INK)?;
    x += text_width(first, TEXT_SIZE) + 8.0;
    for step in 0..STEPS {
        let part = step as f64 / (STEPS - 1) as f64;
        canvas.rectangle((x, middle - 6.0), (x + STEP, middle + 6.0), colour(part).into())?;
        x += STEP;
    }
    canvas.text(last, (x + 8.0, middle), HPos::Left, INK)?;
    x += 8.0 + text_width(last, TEXT_SIZE) + 24.0;
    canvas.rectangle((x, middle - 6.0), (x + 20.0, middle + 6.0), SHADE)?;
    canvas.text("waiting", (x + 28.0, middle), HPos::Left, INK)
}

/// The colour of a part of the whole.
fn colour(part: f64) -> RGBColor {
    let place = part.clamp(0.0, 1.0) * (PARTS.len() - 1) as f64;
    let lower = (place as usize).min(PARTS.len() - 2);
    let share = place - lower as f64;
    let mixed = |from: u8, to: u8| (f64::from(from) + share * (f64::from(to) - f64::from(from))).round() as u8;
    let (from, to) = (PARTS[lower], PARTS[lower + 1]);
    RGBColor(mixed(from.0, to.0), mixed(from.1, to.1), mixed(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{has, rectangles, texts, written};
    use super::*;

    fn drawn(panels: &[Panel]) -> String {
        written(&Timeline { title: "Who <did> what", lane: "thread", first_part: "top", last_part: "bottom", panels })
    }

    fn block(from: f64, to: f64, part: f64) -> Block {
        Block { time: (from, to), part }
    }

    #[test]
    fn blocks_are_as_long_as_they_took_and_lie_where_they_began() {
        let lanes = vec![vec![block(0.0, 4.0, 0.25), block(6.0, 8.0, 0.25)], vec![block(0.0, 1.0, 0.75)]];
        let svg = drawn(&[Panel { name: "static".to_owned(), note: "8 ms".to_owned(), lanes }]);
        let first = rectangles(&svg, PARTS[1]);
        assert_eq!(first.len(), 2);
        assert!((first[0].1 - 2.0 * first[1].1).abs() < 0.5, "{first:?}");
        assert!((first[1].0 - first[0].0 - 1.5 * first[0].1).abs() < 0.5, "{first:?}");
        assert_eq!(rectangles(&svg, PARTS[3]).len(), 1);
        let texts = texts(&svg);
        has(&texts, &["thread 0", "thread 1", "static", "8 ms", "top", "bottom", "waiting", "Who <did> what", "ms"]);
    }

    #[test]
    fn a_short_block_is_seen_and_no_blocks_are_drawn_too() {
        let lanes = vec![vec![block(0.0, 1e-9, 0.25), block(1.0, 100.0, 0.75)], vec![]];
        let svg = drawn(&[Panel { name: String::new(), note: String::new(), lanes }]);
        assert!(rectangles(&svg, PARTS[1])[0].1 >= 0.5);
        has(&texts(&drawn(&[])), &["nothing to show"]);
        let idle = drawn(&[Panel { name: "empty".to_owned(), note: String::new(), lanes: vec![vec![], vec![]] }]);
        has(&texts(&idle), &["empty", "thread 0", "thread 1"]);
    }

    #[test]
    fn colours_run_from_the_first_part_to_the_last() {
        assert_eq!((colour(0.0), colour(0.5), colour(1.0)), (PARTS[0], PARTS[2], PARTS[4]));
        assert_eq!((colour(-1.0), colour(2.0)), (PARTS[0], PARTS[4]));
    }
}
