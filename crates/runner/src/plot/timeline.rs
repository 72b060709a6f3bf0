//! Who did what when: a lane for each thread, a block for each piece of work.

use std::io;
use std::path::Path;

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::{Axis, INK, LINE, MARGIN, PALE_INK, TEXT_SIZE, TITLE_SIZE, WIDTH, draw, shortened, text_width, thinned};

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
    /// The blocks of each thread.
    pub lanes: Vec<Vec<Block>>,
}

/// The first part and the last, and what lies between: light to dark, for eyes of every kind.
const PARTS: [RGBColor; 5] = [
    RGBColor(0xF6, 0xD7, 0x46),
    RGBColor(0xE5, 0x5C, 0x30),
    RGBColor(0xA5, 0x2C, 0x60),
    RGBColor(0x5D, 0x12, 0x6E),
    RGBColor(0x1B, 0x0C, 0x41),
];
/// The time that a thread is not at work.
const IDLE: RGBColor = RGBColor(0xEE, 0xEE, 0xEE);

/// Draws panels one below the other over the same axis of time, so that their ends can be compared. `parts` names the first and the
/// last part for the legend. A block that is narrower than half a pixel is drawn as wide as that. No panels are a plot that says so.
///
/// # Errors
/// When the file cannot be written: the message names the path.
pub fn timeline(path: &Path, title: &str, parts: (&str, &str), panels: &[Panel]) -> io::Result<()> {
    const LANE: f64 = 22.0;
    const GAP: f64 = 4.0;
    const HEAD: f64 = 26.0;

    let blocks = || panels.iter().flat_map(|panel| panel.lanes.iter().flatten());
    let axis = Axis::exact(blocks().map(|block| block.time.1).filter(|time| time.is_finite()).chain([0.0]));
    let widest = panels.iter().map(|panel| panel.lanes.len()).max().unwrap_or(0);
    let left = MARGIN + text_width(&format!("thread {widest}"), TEXT_SIZE) + 8.0;
    let right = WIDTH - MARGIN - 12.0;
    let x = |time: f64| left + (right - left) * axis.place(time);
    let top = MARGIN + TITLE_SIZE + 14.0 + LINE;
    let heights: Vec<_> = panels.iter().map(|panel| HEAD + (LANE + GAP) * panel.lanes.len() as f64).collect();
    let bottom = top + heights.iter().sum::<f64>().max(LINE);

    draw(path, bottom + 3.0 * LINE, |canvas| {
        canvas.title(title)?;
        if panels.is_empty() {
            return canvas.text("nothing to show", (MARGIN, top), HPos::Left, PALE_INK);
        }
        legend(canvas, parts, top - LINE / 2.0 - 4.0)?;
        let mut y = top;
        for (panel, height) in panels.iter().zip(&heights) {
            let middle = y + HEAD / 2.0;
            let room = right - left;
            canvas.text(&shortened(&panel.name, room / 2.0), (left, middle), HPos::Left, INK)?;
            canvas.text(&shortened(&panel.note, room / 2.0), (right, middle), HPos::Right, PALE_INK)?;
            for (thread, lane) in panel.lanes.iter().enumerate() {
                let (from, to) =
                    (y + HEAD + (LANE + GAP) * thread as f64, y + HEAD + (LANE + GAP) * thread as f64 + LANE);
                canvas.text(&format!("thread {thread}"), (left - 8.0, (from + to) / 2.0), HPos::Right, PALE_INK)?;
                let end = panel.lanes.iter().flatten().map(|block| block.time.1).fold(0.0, f64::max);
                canvas.rectangle((left, from), (x(end), to), IDLE)?;
                for block in lane {
                    let (begin, end) = (x(block.time.0), x(block.time.1));
                    canvas.rectangle((begin, from), (end.max(begin + 0.5), to), colour(block.part))?;
                }
            }
            y += height;
        }
        for (tick, label) in thinned(axis.labels(), |(tick, label)| (x(*tick), text_width(label, TEXT_SIZE))) {
            canvas.line(&[(x(tick), bottom), (x(tick), bottom + 5.0)], 1.0, PALE_INK)?;
            canvas.text(&label, (x(tick), bottom + 5.0 + LINE / 2.0), HPos::Center, PALE_INK)?;
        }
        canvas.line(&[(left, bottom), (right, bottom)], 1.0, PALE_INK)?;
        canvas.text("ms", ((left + right) / 2.0, bottom + 1.8 * LINE), HPos::Center, INK)
    })
}

/// The colours from the first part to the last, and that of waiting.
fn legend(canvas: &super::Canvas<'_>, (first, last): (&str, &str), middle: f64) -> io::Result<()> {
    const STEPS: usize = 24;
    const STEP: f64 = 5.0;
    let mut x = MARGIN;
    canvas.text(first, (x, middle), HPos::Left, INK)?;
    x += text_width(first, TEXT_SIZE) + 8.0;
    for step in 0..STEPS {
        let part = step as f64 / (STEPS - 1) as f64;
        canvas.rectangle((x, middle - 6.0), (x + STEP, middle + 6.0), colour(part))?;
        x += STEP;
    }
    canvas.text(last, (x + 8.0, middle), HPos::Left, INK)?;
    x += 8.0 + text_width(last, TEXT_SIZE) + 24.0;
    canvas.rectangle((x, middle - 6.0), (x + 20.0, middle + 6.0), IDLE)?;
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
    use std::fs;

    use super::*;

    fn written(panels: &[Panel]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("timeline.svg");
        timeline(&path, "Who <did> what", ("top", "bottom"), panels).unwrap();
        fs::read_to_string(path).unwrap()
    }

    fn block(from: f64, to: f64, part: f64) -> Block {
        Block { time: (from, to), part }
    }

    /// The horizontal extent, in pixels, of the rectangles of one colour.
    fn rectangles(svg: &str, colour: RGBColor) -> Vec<(f64, f64)> {
        let colour = format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2);
        let attribute = |tag: &str, name: &str| {
            let value = tag.split_once(&format!(" {name}=\"")).unwrap().1.split_once('"').unwrap().0;
            value.parse::<f64>().unwrap() / super::super::FINENESS
        };
        let tags = svg.split('<').filter(|tag| tag.starts_with("rect") && tag.contains(&colour));
        tags.map(|tag| (attribute(tag, "x"), attribute(tag, "width"))).collect()
    }

    #[test]
    fn blocks_are_as_long_as_they_took_and_lie_where_they_began() {
        let lanes = vec![vec![block(0.0, 4.0, 0.25), block(6.0, 8.0, 0.25)], vec![block(0.0, 1.0, 0.75)]];
        let svg = written(&[Panel { name: "static".to_owned(), note: "8 ms".to_owned(), lanes }]);
        let first = rectangles(&svg, PARTS[1]);
        assert_eq!(first.len(), 2);
        assert!((first[0].1 - 2.0 * first[1].1).abs() < 0.5, "{first:?}");
        assert!((first[1].0 - first[0].0 - 1.5 * first[0].1).abs() < 0.5, "{first:?}");
        assert_eq!(rectangles(&svg, PARTS[3]).len(), 1);
        for text in ["thread 0", "thread 1", "static", "8 ms", "top", "bottom", "waiting", "Who &lt;did&gt; what"] {
            assert!(svg.contains(text), "{text}");
        }
    }

    #[test]
    fn a_short_block_is_seen_and_no_blocks_are_drawn_too() {
        let lanes = vec![vec![block(0.0, 1e-9, 0.25), block(1.0, 100.0, 0.75)], vec![]];
        let svg = written(&[Panel { name: String::new(), note: String::new(), lanes }]);
        assert!(rectangles(&svg, PARTS[1])[0].1 >= 0.5);
        assert!(written(&[]).contains("nothing to show"));
        written(&[Panel { name: "empty".to_owned(), note: String::new(), lanes: vec![vec![], vec![]] }]);
    }

    #[test]
    fn colours_run_from_the_first_part_to_the_last() {
        assert_eq!((colour(0.0), colour(0.5), colour(1.0)), (PARTS[0], PARTS[2], PARTS[4]));
        assert_eq!((colour(-1.0), colour(2.0)), (PARTS[0], PARTS[4]));
    }
}
