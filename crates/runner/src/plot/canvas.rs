//! The paper of every chart: 800 pixels wide, with the colours, lines, shapes and texts that a chart is drawn with, and the file
//! that it is written to.

use std::io;
use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::text::{TEXT_SIZE, shortened};
use crate::files::write_atomically;

/// What can be drawn and written to a file.
pub trait Chart {
    /// Draws the chart and writes it as an SVG file, as a whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written: the message names the path.
    fn write(&self, path: &Path) -> io::Result<()>;
}

/// The width of every chart.
pub(super) const WIDTH: f64 = 800.0;
/// The space around a chart.
pub(super) const MARGIN: f64 = 16.0;
pub(super) const TITLE_SIZE: f64 = 18.0;
/// The room of a line of text.
pub(super) const LINE: f64 = 20.0;

/// The colour of letters. It is written as that of the page around the chart, and so are its paler shades.
pub(super) const INK: RGBAColor = RGBAColor(0x22, 0x22, 0x22, 1.0);
pub(super) const PALE_INK: RGBAColor = RGBAColor(0x22, 0x22, 0x22, 0.75);
pub(super) const GRID: RGBAColor = RGBAColor(0x22, 0x22, 0x22, 0.15);
/// Where nothing happens.
pub(super) const SHADE: RGBAColor = RGBAColor(0x22, 0x22, 0x22, 0.12);
pub(super) const BLUE: RGBAColor = RGBAColor(0x00, 0x72, 0xB2, 1.0);
pub(super) const VERMILION: RGBAColor = RGBAColor(0xD5, 0x5E, 0x00, 1.0);

/// Okabe and Ito's colours without yellow, which is lost on white, and with the colour of letters for black.
pub(super) const COLOURS: [RGBAColor; 7] = [
    BLUE,
    VERMILION,
    RGBAColor(0x00, 0x9E, 0x73, 1.0),
    RGBAColor(0xCC, 0x79, 0xA7, 1.0),
    RGBAColor(0xE6, 0x9F, 0x00, 1.0),
    RGBAColor(0x56, 0xB4, 0xE9, 1.0),
    INK,
];

/// What a chart says of its colours where it is not part of a page: letters are dark, and light on a dark screen.
const STYLE: &str = "<style>svg { color-scheme: light dark; color: #222222 } @media (prefers-color-scheme: dark) { svg { color: #DDDDDD } }</style>";

/// Plotters counts in whole pixels. Lines that may lie between them are drawn this much larger on a canvas shown that much smaller.
pub(super) const FINENESS: f64 = 10.0;

/// A place in the smaller units that plotters is given.
fn fine(place: (f64, f64)) -> (i32, i32) {
    ((FINENESS * place.0).round() as i32, (FINENESS * place.1).round() as i32)
}

/// Where a chart is drawn. Places and sizes are in pixels, from the top left corner.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
}

/// Draws a chart of the usual width and writes it to a file. It has no background: that of the page is behind it.
pub(super) fn draw(path: &Path, height: f64, paint: impl FnOnce(&Canvas<'_>) -> io::Result<()>) -> io::Result<()> {
    let mut svg = String::new();
    let (wide, high) = fine((WIDTH, height));
    let canvas = Canvas { area: SVGBackend::with_string(&mut svg, (wide as u32, high as u32)).into_drawing_area() };
    paint(&canvas)?;
    canvas.area.present().map_err(io::Error::other)?;
    drop(canvas);
    let size = format!("width=\"{wide}\" height=\"{high}\"");
    let shown = svg
        .replacen(&size, &format!("width=\"{WIDTH}\" height=\"{}\"", height.round()), 1)
        .replacen(">\n", &format!(">\n{STYLE}\n"), 1)
        .replace("\"#222222\"", "\"currentColor\"");
    write_atomically(path, shown.as_bytes())
}

impl Canvas<'_> {
    /// Draws any element of plotters.
    fn put<E>(&self, element: E) -> io::Result<()>
    where
        for<'e> &'e E: plotters::element::PointCollection<'e, (i32, i32)>,
        E: for<'b> plotters::element::Drawable<SVGBackend<'b>>,
    {
        self.area.draw(&element).map_err(io::Error::other)
    }

    /// A line through all places, in this order.
    pub(super) fn line(&self, places: &[(f64, f64)], thickness: f64, colour: RGBAColor) -> io::Result<()> {
        let places: Vec<_> = places.iter().copied().map(fine).collect();
        self.put(PathElement::new(places, colour.stroke_width((FINENESS * thickness) as u32)))
    }

    pub(super) fn rectangle(
        &self,
        top_left: (f64, f64),
        bottom_right: (f64, f64),
        colour: RGBAColor,
    ) -> io::Result<()> {
        self.put(Rectangle::new([fine(top_left), fine(bottom_right)], colour.filled()))
    }

    /// A full circle.
    pub(super) fn dot(&self, centre: (f64, f64), radius: f64, colour: RGBAColor) -> io::Result<()> {
        self.put(Circle::new(fine(centre), FINENESS * radius, colour.filled()))
    }

    /// An empty circle.
    pub(super) fn ring(&self, centre: (f64, f64), radius: f64, colour: RGBAColor) -> io::Result<()> {
        self.put(Circle::new(fine(centre), FINENESS * radius, colour.stroke_width(FINENESS as u32)))
    }

    /// A circle, square, triangle or diamond, so that lines are told apart without colours.
    pub(super) fn marker(&self, (x, y): (f64, f64), index: usize, colour: RGBAColor) -> io::Result<()> {
        let corners = match index % 4 {
            0 => return self.dot((x, y), 3.8, colour),
            1 => vec![(-3.4, -3.4), (3.4, -3.4), (3.4, 3.4), (-3.4, 3.4)],
            2 => vec![(0.0, -4.8), (4.6, 3.4), (-4.6, 3.4)],
            _ => vec![(0.0, -4.9), (4.9, 0.0), (0.0, 4.9), (-4.9, 0.0)],
        };
        let corners: Vec<_> = corners.into_iter().map(|(right, down)| (x + right, y + down)).collect();
        self.polygon(&corners, colour)
    }

    /// A full polygon with these corners.
    pub(super) fn polygon(&self, corners: &[(f64, f64)], colour: RGBAColor) -> io::Result<()> {
        let corners: Vec<_> = corners.iter().copied().map(fine).collect();
        self.put(Polygon::new(corners, colour.filled()))
    }

    /// The title, at the top left.
    pub(super) fn title(&self, text: &str) -> io::Result<()> {
        // Bold letters are wider.
        let text = shortened(text, (WIDTH - 2.0 * MARGIN) * TEXT_SIZE / TITLE_SIZE / 1.1);
        let font = font(TITLE_SIZE).style(FontStyle::Bold);
        self.write(&text, (MARGIN, MARGIN + TITLE_SIZE / 2.0), font, HPos::Left, INK)
    }

    /// Text, half of its height above and below the place.
    pub(super) fn text(&self, text: &str, place: (f64, f64), anchor: HPos, colour: RGBAColor) -> io::Result<()> {
        self.write(text, place, font(TEXT_SIZE), anchor, colour)
    }

    /// Text that is read from below, centred at the place.
    pub(super) fn upward_text(&self, text: &str, place: (f64, f64), colour: RGBAColor) -> io::Result<()> {
        self.write(text, place, font(TEXT_SIZE).transform(FontTransform::Rotate270), HPos::Center, colour)
    }

    fn write(
        &self,
        text: &str,
        place: (f64, f64),
        font: FontDesc<'_>,
        anchor: HPos,
        colour: RGBAColor,
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

    #[test]
    fn a_chart_below_a_regular_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "kept").unwrap();
        let path = file.join("plot.svg");
        let message = draw(&path, 100.0, |canvas| canvas.title("title")).unwrap_err().to_string();
        assert!(message.starts_with(&format!("cannot write {}: ", path.display())), "{message}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(fs::read_to_string(file).unwrap(), "kept");
    }

    #[test]
    fn a_chart_that_cannot_be_drawn_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let drawn = draw(&folder.path().join("plot.svg"), 100.0, |_| Err(io::Error::other("no ink")));
        assert_eq!(drawn.unwrap_err().to_string(), "no ink");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_chart_has_no_background_and_the_letters_of_its_page() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plot.svg");
        draw(&path, 100.0, |canvas| canvas.text("pale", (20.0, 50.0), HPos::Left, PALE_INK)).unwrap();
        let svg = fs::read_to_string(path).unwrap();
        assert!(!svg.contains("<rect") && svg.contains(&format!("\n{STYLE}\n")), "{svg}");
        assert!(svg.contains("opacity=\"0.75\" fill=\"currentColor\""), "{svg}");
    }

    #[test]
    fn what_xml_forbids_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plot.svg");
        draw(&path, 100.0, |canvas| canvas.title("a\u{1b}b\u{FFFE}c")).unwrap();
        let svg = fs::read_to_string(path).unwrap();
        assert!(svg.contains("\na b c\n"), "{svg}");
    }
}
