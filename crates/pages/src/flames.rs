//! A flame graph of inferno's, drawn for a page: cropped to what can be seen, with a name that is cut off by the edge of its box.
//!
//! Inferno's own file is a program with letters of a fixed size, whose names are found in the whole page. Here each function is a
//! drawing within the drawing, whose place and width are parts of the whole: `docs/course.js` enlarges one by changing both.

use std::fmt::Write as _;

/// What is narrower than this part of the whole, in percent, is not drawn.
pub(crate) const LEAST: f64 = 1.0;

/// The height of a row, in pixels.
const ROW: usize = 20;

/// A box of the graph.
struct Frame<'a> {
    /// What is said of it when it is pointed at, as inferno wrote it.
    title: &'a str,
    /// Its place and width, in percent of the whole.
    left: f64,
    width: f64,
    /// The place of its row, from above.
    top: usize,
    colour: &'a str,
}

/// The flame graph within a page, if the drawing is one of inferno's. `words` say what it shows.
pub(crate) fn drawn(drawing: &str, words: &str) -> Option<String> {
    let (_, graph) = drawing.split_once("id=\"frames\"")?;
    let frames: Vec<_> = graph.split("<g>").filter_map(frame).filter(|frame| frame.width >= LEAST).collect();
    let mut rows: Vec<_> = frames.iter().map(|frame| frame.top).collect();
    rows.sort_unstable();
    rows.dedup();
    let height = rows.len() * ROW;
    let mut svg =
        format!("<svg class=\"flames\" width=\"100%\" height=\"{height}\" role=\"img\" aria-label=\"{words}\">\n");
    for Frame { title, left, width, top, colour } in &frames {
        let colour = lighter(colour)?;
        let y = rows.iter().position(|row| row == top)? * ROW;
        let name = title.rsplit_once(" (").map_or(*title, |(name, _)| name);
        _ = writeln!(
            svg,
            "<svg x=\"{left}%\" y=\"{y}\" width=\"{width}%\" height=\"{}\" data-left=\"{left}\" data-width=\"{width}\">\
             <title>{title}</title><rect width=\"100%\" height=\"100%\" fill=\"{colour}\"/>\
             <text x=\"4\" y=\"14\" fill=\"#222222\">{name}</text></svg>",
            ROW - 1,
        );
    }
    svg.push_str("</svg>\n");
    (!frames.is_empty()).then_some(svg)
}

/// A colour of inferno's, `rgb(208,109,54)`, half way to white: dark letters can be read on it.
fn lighter(colour: &str) -> Option<String> {
    let parts = colour.strip_prefix("rgb(")?.strip_suffix(')')?.split(',');
    let lighter: Option<Vec<_>> =
        parts.map(|part| Some((part.trim().parse::<u32>().ok()? + 255).div_ceil(2).to_string())).collect();
    Some(format!("rgb({})", lighter?.join(",")))
}

/// The box that a group of inferno's holds.
fn frame(group: &str) -> Option<Frame<'_>> {
    let title = group.split_once("<title>")?.1.split_once("</title>")?.0;
    let box_drawn = group.split_once("<rect ")?.1.split_once('>')?.0;
    let attribute = |name: &str| Some(box_drawn.split_once(&format!("{name}=\""))?.1.split_once('"')?.0);
    let part = |name: &str| attribute(name)?.strip_suffix('%')?.parse().ok();
    Some(Frame {
        title,
        left: part("x")?,
        width: part("width")?,
        top: attribute(" y")?.parse().ok()?,
        colour: attribute("fill")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, left: f64, width: f64, top: usize) -> String {
        format!(
            "<g><title>{name} (3 samples of 1/997 s, 1%)</title><rect x=\"{left}%\" y=\"{top}\" width=\"{width}%\" height=\"15\" \
             fill=\"rgb(1,2,3)\" fg:x=\"5\" fg:w=\"3\"/><text x=\"6%\" y=\"9\">..</text></g>"
        )
    }

    #[test]
    fn what_can_be_seen_is_drawn_in_rows_that_follow_each_other() {
        let groups = [group("deep", 10.0, 0.9, 20), group("a&lt;b&gt;", 10.0, 50.0, 36), group("all", 0.0, 100.0, 68)];
        let file = format!("<svg><rect/><svg id=\"frames\" x=\"10\">{}</svg></svg>", groups.concat());
        let svg = drawn(&file, "Words").unwrap();
        assert!(svg.contains("height=\"40\"") && svg.contains("aria-label=\"Words\""), "{svg}");
        assert!(!svg.contains("deep"), "{svg}");
        assert!(
            svg.contains("<svg x=\"10%\" y=\"0\" width=\"50%\" height=\"19\" data-left=\"10\" data-width=\"50\">"),
            "{svg}"
        );
        assert!(
            svg.contains(">a&lt;b&gt;</text>") && svg.contains("<title>all (3 samples of 1/997 s, 1%)</title>"),
            "{svg}"
        );
        assert!(svg.contains("<svg x=\"0%\" y=\"20\" width=\"100%\""), "{svg}");
        assert_eq!(drawn("<svg><rect/></svg>", "Words"), None);
        assert_eq!(lighter("rgb(0,100,255)").as_deref(), Some("rgb(128,178,255)"));
    }
}
