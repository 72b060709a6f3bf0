//! Drawings of ideas: boxes, arrows and words at places that are given, 800 pixels wide like every chart.

use std::f64::consts::TAU;
use std::io;
use std::path::Path;

use plotters::style::RGBAColor;
use plotters::style::text_anchor::HPos;

use super::canvas::{BLUE, COLOURS, Canvas, Chart, GRID, INK, LINE, MARGIN, PALE_INK, VERMILION, WIDTH, draw};
use super::text::{TEXT_SIZE, text_width};

/// A place from the top left corner, or a size: to the right and down, in pixels.
type Pixels = (f64, f64);

/// What a thing is drawn with. Things of one kind have one tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The colour of letters, without a filling.
    Plain,
    /// What is there and not meant: grey.
    Pale,
    /// Blue.
    First,
    /// Vermilion.
    Second,
    /// Green.
    Third,
}

/// Where a text stands, seen from its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It begins there.
    Right,
    /// Half of it is on each side.
    Both,
    /// It ends there.
    Left,
}

/// What a drawing consists of.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Box { place: Pixels, size: Pixels, tone: Tone },
    Line { places: Vec<Pixels>, tone: Tone, head: bool },
    Dot { centre: Pixels, radius: f64, tone: Tone },
    Text { text: String, place: Pixels, side: Side, pale: bool, room: f64 },
}

/// An idea in boxes, arrows and words, which is filled piece by piece. What comes later lies above what was there.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    title: String,
    height: f64,
    shapes: Vec<Shape>,
}

impl Drawing {
    /// A drawing of this height in pixels, with a title in its first 44.
    pub fn new(title: &str, height: f64) -> Self {
        Self { title: title.to_owned(), height, shapes: Vec::new() }
    }

    /// A box with a text in its middle.
    pub fn cell(&mut self, place: Pixels, size: Pixels, tone: Tone, text: &str) {
        self.shapes.push(Shape::Box { place, size, tone });
        let middle = (place.0 + size.0 / 2.0, place.1 + size.1 / 2.0);
        self.put(text, middle, Side::Both, false, size.0);
    }

    /// Boxes of one size in a row, without a gap.
    pub fn row(&mut self, place: Pixels, size: Pixels, tone: Tone, texts: &[&str]) {
        for (column, text) in texts.iter().enumerate() {
            self.cell((place.0 + size.0 * column as f64, place.1), size, tone, text);
        }
    }

    /// A large box with a name at its top left.
    pub fn frame(&mut self, place: Pixels, size: Pixels, tone: Tone, name: &str) {
        self.shapes.push(Shape::Box { place, size, tone });
        self.put(name, (place.0 + 8.0, place.1 + LINE / 2.0 + 2.0), Side::Right, false, size.0 - 8.0);
    }

    /// A line through all places.
    pub fn line(&mut self, places: &[Pixels], tone: Tone) {
        self.shapes.push(Shape::Line { places: places.to_vec(), tone, head: false });
    }

    /// A line through all places, with a head at the last one.
    pub fn arrow(&mut self, places: &[Pixels], tone: Tone) {
        self.shapes.push(Shape::Line { places: places.to_vec(), tone, head: true });
    }

    /// The part of a circle between two angles in turns, from the right upwards.
    pub fn arc(&mut self, centre: Pixels, radius: f64, (from, to): (f64, f64), tone: Tone) {
        const PARTS: usize = 64;
        let at = |part: usize| {
            let angle = TAU * (from + (to - from) * part as f64 / PARTS as f64);
            (centre.0 + radius * angle.cos(), centre.1 - radius * angle.sin())
        };
        self.shapes.push(Shape::Line { places: (0..=PARTS).map(at).collect(), tone, head: false });
    }

    /// A full circle.
    pub fn dot(&mut self, centre: Pixels, radius: f64, tone: Tone) {
        self.shapes.push(Shape::Dot { centre, radius, tone });
    }

    /// A text.
    pub fn words(&mut self, text: &str, place: Pixels, side: Side) {
        self.put(text, place, side, false, WIDTH);
    }

    /// A text that explains: paler.
    pub fn note(&mut self, text: &str, place: Pixels, side: Side) {
        self.put(text, place, side, true, WIDTH);
    }

    /// Lines of a text that explains, from the left edge on.
    pub fn notes(&mut self, lines: &[&str], top: f64) {
        for (number, line) in lines.iter().enumerate() {
            self.note(line, (MARGIN, top + LINE * number as f64), Side::Right);
        }
    }

    fn put(&mut self, text: &str, place: Pixels, side: Side, pale: bool, room: f64) {
        if !text.is_empty() {
            self.shapes.push(Shape::Text { text: text.to_owned(), place, side, pale, room });
        }
    }

    /// The texts that are wider than their boxes or reach beyond the paper in a wide font.
    pub fn too_wide(&self) -> Vec<&str> {
        let texts = self.shapes.iter().filter_map(|shape| match shape {
            Shape::Text { text, place, side, room, .. } => Some((text, place, side, room)),
            _ => None,
        });
        let reaches = |(text, place, side, room): &(&String, &Pixels, &Side, &f64)| {
            let width = text_width(text, TEXT_SIZE);
            let left = match side {
                Side::Right => place.0,
                Side::Both => place.0 - width / 2.0,
                Side::Left => place.0 - width,
            };
            width > **room || left < MARGIN / 2.0 || left + width > WIDTH - MARGIN / 2.0 || place.1 > self.height - 6.0
        };
        texts.filter(reaches).map(|(text, ..)| text.as_str()).collect()
    }
}

impl Tone {
    /// The colours of a line and of a filling.
    fn colours(self) -> (RGBAColor, RGBAColor) {
        let filled = |colour: RGBAColor| (colour, RGBAColor(colour.0, colour.1, colour.2, 0.25));
        match self {
            Self::Plain => (INK, RGBAColor(INK.0, INK.1, INK.2, 0.0)),
            Self::Pale => (PALE_INK, GRID),
            Self::First => filled(BLUE),
            Self::Second => filled(VERMILION),
            Self::Third => filled(COLOURS[2]),
        }
    }
}

impl Chart for Drawing {
    fn write(&self, path: &Path) -> io::Result<()> {
        draw(path, self.height, |canvas| {
            canvas.title(&self.title)?;
            self.shapes.iter().try_for_each(|shape| shape.draw(canvas))
        })
    }
}

/// The length of an arrow's head and half of its width.
const HEAD: Pixels = (9.0, 4.0);

impl Shape {
    fn draw(&self, canvas: &Canvas<'_>) -> io::Result<()> {
        match self {
            Self::Box { place: (x, y), size: (width, height), tone } => {
                let (line, filling) = tone.colours();
                let (right, bottom) = (x + width, y + height);
                if filling.3 > 0.0 {
                    canvas.rectangle((*x, *y), (right, bottom), filling)?;
                }
                canvas.line(&[(*x, *y), (right, *y), (right, bottom), (*x, bottom), (*x, *y)], 1.0, line)
            }
            Self::Line { places, tone, head } => {
                let colour = tone.colours().0;
                let mut places = places.clone();
                if let ([.., from, tip], true) = (places.as_slice(), head) {
                    let (from, tip) = (*from, *tip);
                    let (right, down) = (tip.0 - from.0, tip.1 - from.1);
                    let length = right.hypot(down).max(1.0);
                    let (right, down) = (right / length, down / length);
                    let base = (tip.0 - HEAD.0 * right, tip.1 - HEAD.0 * down);
                    let beside = |side: f64| (base.0 - side * HEAD.1 * down, base.1 + side * HEAD.1 * right);
                    canvas.polygon(&[tip, beside(1.0), beside(-1.0)], colour)?;
                    // The line ends where the head begins, so that the tip is sharp.
                    if let Some(last) = places.last_mut() {
                        *last = base;
                    }
                }
                canvas.line(&places, 1.5, colour)
            }
            Self::Dot { centre, radius, tone } => canvas.dot(*centre, *radius, tone.colours().0),
            Self::Text { text, place, side, pale, .. } => {
                let anchor = match side {
                    Side::Right => HPos::Left,
                    Side::Both => HPos::Center,
                    Side::Left => HPos::Right,
                };
                canvas.text(text, *place, anchor, if *pale { PALE_INK } else { INK })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{has, texts, written};
    use super::*;

    #[test]
    fn boxes_arrows_and_words_are_where_they_were_put() {
        let mut drawing = Drawing::new("Two boxes", 120.0);
        drawing.row((100.0, 50.0), (60.0, 30.0), Tone::First, &["re", "im"]);
        drawing.arrow(&[(100.0, 100.0), (200.0, 100.0)], Tone::Second);
        drawing.note("memory", (16.0, 65.0), Side::Right);
        let svg = written(&drawing);
        has(&texts(&svg), &["Two boxes", "re", "im", "memory"]);
        // The filling of the second box, in tenths of a pixel.
        assert!(svg.contains("<rect x=\"1600\" y=\"500\""), "{svg}");
        // The head of the arrow ends where the arrow does.
        assert!(svg.contains("points=\"2000,1000 1910,1040 1910,960 \""), "{svg}");
        assert_eq!(drawing.too_wide(), [""; 0]);
    }

    #[test]
    fn a_text_that_does_not_fit_is_named() {
        let mut drawing = Drawing::new("Narrow", 100.0);
        drawing.cell((20.0, 50.0), (30.0, 20.0), Tone::Plain, "much too long");
        drawing.words("beyond the edge", (790.0, 60.0), Side::Right);
        drawing.words("fits", (400.0, 60.0), Side::Both);
        assert_eq!(drawing.too_wide(), ["much too long", "beyond the edge"]);
    }
}
