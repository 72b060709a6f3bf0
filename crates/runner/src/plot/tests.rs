//! Reads a written plot, for the tests of every chart.

use std::fs;

use plotters::style::Color;

use super::canvas::{Chart, FINENESS};

/// The text of the file that the chart writes.
pub(super) fn written(chart: &dyn Chart) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plot.svg");
    chart.write(&path).unwrap();
    fs::read_to_string(path).unwrap()
}

/// The texts of a plot, as they are read. Panics if the plot is not well-formed XML, or has a place that is not a number or off every canvas.
pub(super) fn texts(svg: &str) -> Vec<String> {
    let (mut texts, mut open) = (Vec::new(), Vec::new());
    for part in svg.strip_prefix('<').unwrap().split('<') {
        let (tag, content) = part.split_once('>').expect("a tag ends");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let name = tag.split(' ').next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if !tag.ends_with('/') => open.push(name),
            None => {}
        }
        if name == "style" {
            continue;
        }
        if name == "text" {
            let mut text = content.trim().to_owned();
            for (escaped, plain) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'")] {
                text = text.replace(escaped, plain);
            }
            assert!(!text.replace("&amp;", "").contains('&'), "{text}");
            texts.push(text.replace("&amp;", "&"));
        } else {
            assert_eq!(content.trim(), "", "text outside of texts");
        }
    }
    assert!(open.is_empty());
    assert!(svg.starts_with("<svg width=\"800\" "), "{svg}");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    assert!(!svg.contains(&i32::MAX.to_string()) && !svg.contains(&i32::MIN.to_string()), "{svg}");
    texts
}

/// Panics if one of the wanted texts is missing.
pub(super) fn has(texts: &[String], wanted: &[&str]) {
    for wanted in wanted {
        assert!(texts.iter().any(|text| text == wanted), "{wanted} is missing in {texts:?}");
    }
}

/// A place or a size that a tag states, in pixels.
pub(super) fn attribute(tag: &str, name: &str) -> f64 {
    let value = tag.split_once(&format!(" {name}=\"")).unwrap().1.split_once('"').unwrap().0;
    value.parse::<f64>().unwrap() / FINENESS
}

/// The left end and the width, in pixels, of the rectangles of one colour.
pub(super) fn rectangles(svg: &str, colour: impl Color) -> Vec<(f64, f64)> {
    let (red, green, blue) = colour.to_backend_color().rgb;
    let colour = format!("#{red:02X}{green:02X}{blue:02X}");
    let tags = svg.split('<').filter(|tag| tag.starts_with("rect") && tag.contains(&colour));
    tags.map(|tag| (attribute(tag, "x"), attribute(tag, "width"))).collect()
}
