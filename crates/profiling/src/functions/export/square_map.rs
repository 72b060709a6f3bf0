//! The square map: `RunSnakeRun`'s picture, and the callee map of KCachegrind.

use std::fmt::Write as _;

use super::super::Profile;
use super::{percent, readable, xml};

/// The size of letters, and how much of it a letter is wide at most in the font of the labels.
const FONT: f64 = 12.0;
const LETTER: f64 = 0.61;

/// The height of a line of text, and the least space between a rectangle and what is in it.
const LINE: f64 = 16.0;
const PADDING: f64 = 3.0;

/// What is narrower or lower than this is not drawn.
const LEAST: f64 = 1.5;

/// How a square map is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct SquareMapOptions {
    /// The text above the map.
    pub title: String,
    /// The width of the picture, in pixels.
    pub width: f64,
    /// The height of the picture, in pixels.
    pub height: f64,
}

impl Default for SquareMapOptions {
    fn default() -> Self {
        Self { title: "Square map".into(), width: 1200.0, height: 800.0 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Rectangle {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Profile {
    /// An SVG with a rectangle for each function in the context of its callers, inside the rectangle of its caller. Among
    /// those that are called from one place the areas are as the times, with that of the caller itself as an empty area beside
    /// them; labels and margins take their part of each rectangle away before it is divided. Recursive calls are part
    /// of the outermost one. A function has the same colour wherever it is called from, and letters that of the page around the
    /// map. What is too small to be seen is left out, and only its space is there; pointing at a rectangle shows its name, its
    /// times and its calls.
    ///
    /// Source of the division: Bruls, Huizing and van Wijk, "Squarified Treemaps", 2000.
    pub fn square_map(&self, options: &SquareMapOptions) -> String {
        let (told, hidden) = self.told();
        let profile = told.without_recursion();
        let totals = profile.totals().into_iter().map(|[time, _]| time).collect();
        let map = Map { totals, children: profile.children(), profile: &profile };
        let Map { totals, children, .. } = &map;
        let outermost = &children[profile.contexts().len()];
        let whole = outermost.iter().fold(0_u64, |sum, &place| sum.saturating_add(totals[place]));
        let [width, height] =
            [options.width, options.height].map(|size| if size.is_finite() { size.max(40.0) } else { 800.0 });

        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"{FONT}\" fill=\"currentColor\">\n{}\n",
            crate::files::SVG_STYLE
        );
        let title = format!("{}: {} in {} calls", options.title, readable(whole), profile.calls());
        let title = Self::titled(&title, hidden);
        if let Some(title) = fitting(&title, width - 2.0 * PADDING) {
            _ = writeln!(svg, "<text x=\"{PADDING}\" y=\"{FONT}\" font-weight=\"bold\">{}</text>", xml(&title));
        }
        let all = Rectangle { x: 0.0, y: LINE, width, height: height - LINE }.inset(PADDING);
        // Whole times first, then what is inside them: the depth is that of the functions, so a stack of its own will do.
        let mut waiting: Vec<(usize, Rectangle)> = map.divide(outermost, 0, all);
        while let Some((place, rectangle)) = waiting.pop() {
            map.draw(&mut svg, place, rectangle, whole);
            let label = if rectangle.height >= LINE + 2.0 * LEAST { LINE } else { 0.0 };
            let inside =
                Rectangle { y: rectangle.y + label, height: rectangle.height - label, ..rectangle }.inset(PADDING);
            waiting.extend(map.divide(&children[place], profile.contexts()[place].self_ns, inside));
        }
        svg += "</svg>\n";
        svg
    }
}

struct Map<'a> {
    profile: &'a Profile,
    totals: Vec<u64>,
    children: Vec<Vec<usize>>,
}

impl Map<'_> {
    /// The rectangles of some contexts within one of which `rest` is no context's.
    fn divide(&self, places: &[usize], rest: u64, within: Rectangle) -> Vec<(usize, Rectangle)> {
        let mut parts: Vec<(Option<usize>, u64)> =
            places.iter().map(|&place| (Some(place), self.totals[place])).collect();
        parts.push((None, rest));
        parts.retain(|&(_, time)| time > 0);
        parts.sort_by_key(|&(place, time)| (std::cmp::Reverse(time), place));
        let times: Vec<f64> = parts.iter().map(|&(_, time)| time as f64).collect();
        let rectangles = squarified(&times, within);
        let placed = parts.iter().zip(rectangles).filter_map(|(&(place, _), rectangle)| Some((place?, rectangle)));
        placed.filter(|(_, rectangle)| rectangle.width >= LEAST && rectangle.height >= LEAST).collect()
    }

    /// Draws one context, in a pale colour on a light page and a dark one on a dark page; what cannot mix colours takes the pale one.
    fn draw(&self, svg: &mut String, place: usize, rectangle: Rectangle, whole: u64) {
        let context = &self.profile.contexts()[place];
        let function = &self.profile.functions()[context.function];
        let total = self.totals[place];
        let Rectangle { x, y, width, height } = rectangle;
        let hue = hue(&function.path);
        _ = write!(
            svg,
            "<g><title>{}\n{} ({:.1} %) with all it calls, {} ({:.1} %) in itself, {} calls</title>\
             <rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" fill=\"hsl({hue},62%,84%)\" \
             style=\"fill:color-mix(in srgb,hsl({hue},60%,50%) 25%,Canvas)\" stroke=\"hsl({hue},45%,50%)\"/>",
            xml(&function.standard_name()),
            readable(total),
            percent(total, whole),
            readable(context.self_ns),
            percent(context.self_ns, whole),
            context.calls,
        );
        let long = format!("{} {} {:.1}%", function.name, readable(total), percent(total, whole));
        let label = [long, function.name.clone()];
        let space = width - 2.0 * PADDING;
        let fits = |label: &&String| label.chars().count() as f64 * FONT * LETTER <= space;
        let label = label.iter().find(fits).cloned().or_else(|| fitting(&function.name, space));
        if let Some(label) = label.filter(|_| height >= LINE) {
            _ = write!(svg, "<text x=\"{:.2}\" y=\"{:.2}\">{}</text>", x + PADDING, y + FONT + 1.0, xml(&label));
        }
        *svg += "</g>\n";
    }
}

impl Rectangle {
    fn inset(self, by: f64) -> Self {
        Self {
            x: self.x + by,
            y: self.y + by,
            width: (self.width - 2.0 * by).max(0.0),
            height: (self.height - 2.0 * by).max(0.0),
        }
    }
}

/// As much of a text as fits into so many pixels, with `…` for the rest; nothing where that would be less than three letters.
fn fitting(text: &str, width: f64) -> Option<String> {
    let letters = (width / (FONT * LETTER)).floor();
    let count = text.chars().count();
    if letters >= count as f64 {
        return Some(text.into());
    }
    (letters >= 4.0).then(|| text.chars().take(letters as usize - 1).chain(['…']).collect())
}

/// A colour for a name, in degrees of the circle.
fn hue(name: &str) -> u32 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    // The golden angle keeps the colours of similar hashes apart.
    ((f64::from(hash >> 8) * 137.507_764) % 360.0) as u32
}

/// Divides a rectangle into areas as the parts, all positive and the largest first. The parts of a row are laid along the
/// shorter side, as long as that makes the worst of them more like a square.
fn squarified(parts: &[f64], within: Rectangle) -> Vec<Rectangle> {
    let mut rectangles = Vec::with_capacity(parts.len());
    let mut rest = within;
    let mut sum: f64 = parts.iter().sum();
    let mut parts = parts;
    while !parts.is_empty() {
        let area_of_one = if sum > 0.0 { rest.width * rest.height / sum } else { 0.0 };
        let side = rest.width.min(rest.height);
        let worst = |row: &[f64], row_sum: f64| {
            let thickness = row_sum * area_of_one / side;
            let ratio = |part: f64| {
                let length = part * area_of_one / thickness;
                (length / thickness).max(thickness / length)
            };
            // Of a sorted row it is one of the ends.
            ratio(row[0]).max(ratio(row[row.len() - 1]))
        };
        let (mut length, mut row_sum) = (1, parts[0]);
        while length < parts.len()
            && worst(&parts[..=length], row_sum + parts[length]) <= worst(&parts[..length], row_sum)
        {
            row_sum += parts[length];
            length += 1;
        }
        let (row, others) = parts.split_at(length);
        let share = if sum > 0.0 { (row_sum / sum).min(1.0) } else { 0.0 };
        let across = rest.width >= rest.height;
        let mut at = 0.0;
        for part in row {
            let (start, end) = (at / row_sum, (at + part) / row_sum);
            at += part;
            rectangles.push(if across {
                let y = rest.y + start * rest.height;
                Rectangle { x: rest.x, y, width: share * rest.width, height: (end - start) * rest.height }
            } else {
                let x = rest.x + start * rest.width;
                Rectangle { x, y: rest.y, width: (end - start) * rest.width, height: share * rest.height }
            });
        }
        if across {
            rest.x += share * rest.width;
            rest.width *= 1.0 - share;
        } else {
            rest.y += share * rest.height;
            rest.height *= 1.0 - share;
        }
        sum -= row_sum;
        parts = others;
    }
    rectangles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_division_is_that_of_the_paper() {
        // Figure 4 of "Squarified Treemaps": areas 6, 6, 4, 3, 2, 2, 1 in a rectangle of 6 by 4.
        let within = Rectangle { x: 0.0, y: 0.0, width: 6.0, height: 4.0 };
        let rectangles = squarified(&[6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0], within);
        let rounded: Vec<[f64; 4]> = rectangles
            .iter()
            .map(|r| [r.x, r.y, r.width, r.height].map(|value| (value * 100.0).round() / 100.0))
            .collect();
        assert_eq!(
            rounded,
            [
                [0.0, 0.0, 3.0, 2.0],
                [0.0, 2.0, 3.0, 2.0],
                [3.0, 0.0, 1.71, 2.33],
                [4.71, 0.0, 1.29, 2.33],
                [3.0, 2.33, 1.2, 1.67],
                [4.2, 2.33, 1.2, 1.67],
                [5.4, 2.33, 0.6, 1.67],
            ]
        );
    }

    #[test]
    fn areas_are_as_the_parts_and_fill_the_whole() {
        let within = Rectangle { x: 5.0, y: 7.0, width: 300.0, height: 200.0 };
        let parts: Vec<f64> = (1..=40).rev().map(|n| f64::from(n * n)).collect();
        let sum: f64 = parts.iter().sum();
        let rectangles = squarified(&parts, within);
        assert_eq!(rectangles.len(), parts.len());
        for (part, r) in parts.iter().zip(&rectangles) {
            assert!((r.width * r.height / 60_000.0 - part / sum).abs() < 1e-9, "{r:?}");
            assert!(r.x >= 5.0 - 1e-9 && r.y >= 7.0 - 1e-9);
            assert!(r.x + r.width <= 305.0 + 1e-6 && r.y + r.height <= 207.0 + 1e-6, "{r:?}");
        }
    }

    #[test]
    fn labels_fit() {
        assert_eq!(fitting("evolve", 100.0).as_deref(), Some("evolve"));
        assert_eq!(fitting("evolve", 40.0).as_deref(), Some("evol…"));
        assert_eq!(fitting("evolve", 20.0), None);
    }
}
