//! The measurements as tables, for the screen and for the book, and as a picture.

use std::fmt::Write as _;
use std::path::Path;

use runner::machine::Machine;
use runner::plot::{Axis, Chart, Lines, Series};
use runner::units::{grouped, or_dash};
use runner::{Failure, Status, plain_table};
use validation::memory::human;

use super::marks::marks;
use super::point::{Point, Times};
use crate::results::{cell, milliseconds};

/// What one element of a problem is.
fn element(problem: &str) -> &'static str {
    match problem {
        "mandelbrot" => "a point of the picture",
        "distance" => "a pair of points",
        "particles" => "one particle in one time step",
        "pi" => "a sample",
        _ => "an element of the result",
    }
}

/// A number with about three digits; a small one as a product with a power of ten.
fn digits(value: Option<f64>) -> String {
    match value {
        Some(number) if number > 0.0 && number < 0.01 => format!("{number:.1e}"),
        Some(number) if number >= 100.0 => cell(value, 0, ""),
        Some(number) if number >= 10.0 => cell(value, 1, ""),
        Some(number) if number >= 1.0 => cell(value, 2, ""),
        _ => cell(value, 3, ""),
    }
}

/// The names of the steps and peers, in the order in which they come.
fn names(points: &[Point]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for point in points {
        if !names.contains(&point.name.as_str()) {
            names.push(&point.name);
        }
    }
    names
}

/// One measurement of each size, in the order of the sizes.
fn sizes(points: &[Point]) -> Vec<&Point> {
    let mut sizes: Vec<&Point> = Vec::new();
    for point in points.iter().filter(|point| point.elements > 0) {
        if !sizes.iter().any(|known| known.size == point.size) {
            sizes.push(point);
        }
    }
    sizes.sort_by_key(|point| point.elements);
    sizes
}

/// Everything that has a time, as a table for the screen: a step or peer after the other.
pub(crate) fn table(points: &[Point]) -> String {
    let header =
        ["who", "size", "elements", "bytes/element", "best ms", "median ms", "ns/element", "GB/s", "peak", "answer"];
    let mut rows = Vec::new();
    for name in names(points) {
        for point in points.iter().filter(|point| point.name == name) {
            let Some(times) = &point.times else { continue };
            rows.push([
                name.to_owned(),
                point.size.clone(),
                grouped(point.elements),
                digits(point.bytes_an_element),
                milliseconds(Some(times.best_ms)),
                milliseconds(Some(times.median_ms)),
                digits(Some(times.ns_an_element)),
                digits(Some(times.gbytes_per_s)),
                or_dash(point.peak_bytes, human),
                point.status.word().to_owned(),
            ]);
        }
    }
    plain_table(&header, &rows, &[0, 9])
}

/// How the time of each grows, a line each, after what an element is.
pub(crate) fn exponents(problem: &str, points: &[Point]) -> Vec<String> {
    let fitted = names(points).into_iter().filter_map(|name| {
        let exponent = points.iter().find(|point| point.name == name && point.exponent.is_some())?.exponent?;
        Some(format!("{name}: the time grows as the elements to the power of {exponent:.3}"))
    });
    let first = format!("an element is {}", element(problem));
    std::iter::once(first).chain(fitted).collect()
}

/// What has no time, with the reason: a line for each, and of those that differ and have one.
pub(crate) fn left_out(points: &[Point]) -> Vec<String> {
    let lines = points.iter().filter_map(|point| {
        let why = point.reason.as_deref()?;
        let word = match point.status {
            Status::Unavailable => "left out",
            status => status.word(),
        };
        Some(format!("{} at {}: {word}: {why}", point.name, point.size))
    });
    let mut lines: Vec<_> = lines.collect();
    lines.dedup();
    lines
}

/// The measurements as the book shows them, in Markdown: a table of the times of an element, with the exponents, and one of the memory.
/// `pages` says of which size the pages of memory were.
pub(crate) fn page(problem: &str, points: &[Point], pages: &str) -> String {
    let timed = |name: &&str| points.iter().any(|point| point.name == *name && point.times.is_some());
    let names: Vec<_> = names(points).into_iter().filter(timed).collect();
    let columns = |shown: &dyn Fn(&str) -> String| names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(" | ");
    let head = columns(&|name| format!("`{name}`"));
    let rule = "---:|".repeat(names.len());
    let mut text = String::new();
    let found = |size: &Point, name: &str| points.iter().find(|point| point.size == size.size && point.name == name);
    let _ = writeln!(text, "| size | elements | working set | {head} |\n|---:|---:|---:|{rule}");
    for size in sizes(points) {
        let time = |point: &Point| point.times.as_ref().map(|times: &Times| times.ns_an_element);
        let cells = columns(&|name| digits(found(size, name).and_then(time)));
        let _ = writeln!(text, "| {} | {} | {} | {cells} |", size.size, grouped(size.elements), human(size.bytes));
    }
    let exponent = |name: &str| points.iter().find_map(|point| point.exponent.filter(|_| point.name == name));
    let cells = columns(&|name| cell(exponent(name), 3, ""));
    let _ = writeln!(text, "| exponent | | | {cells} |");
    let _ = writeln!(text, "\nTimes of the best run, in ns an element; an element is {}.", element(problem));
    let _ = writeln!(text, "\n| size | {head} |\n|---:|{rule}");
    for size in sizes(points) {
        let peak = |point: &Point| point.peak_bytes.map(human);
        let cells = columns(&|name| or_dash(found(size, name).and_then(peak), |peak| peak));
        let _ = writeln!(text, "| {} | {cells} |", size.size);
    }
    let _ = writeln!(text, "\nThe most memory that the process had in RAM. {pages}");
    let reasons = left_out(points);
    if !reasons.is_empty() {
        let _ = writeln!(text, "\nNot in the tables, or with another answer: {}.", reasons.join("; "));
    }
    text
}

/// Draws the time of an element over the elements, both logarithmic, with the caches of this machine.
pub(crate) fn draw(path: &Path, problem: &str, points: &[Point]) -> Result<(), Failure> {
    let series: Vec<_> = names(points).into_iter().filter_map(|name| line(name, points)).collect();
    let filled: Vec<_> = sizes(points).into_iter().map(|point| (point.elements, point.bytes)).collect();
    let title = format!("{problem}: time of an element (exponent of the whole time)");
    let marks = marks(&filled, &Machine::detect().caches);
    let (x, y) = (Axis::logarithmic("elements"), Axis::logarithmic("ns an element"));
    Lines { title: &title, x, y, series: &series, marks: &marks }
        .write(path)
        .map_err(|error| Failure::Io(error.to_string()))
}

/// The times of an element of a step or peer, if there are any.
fn line(name: &str, points: &[Point]) -> Option<Series> {
    let own = points.iter().filter(|point| point.name == name);
    let mut line: Vec<_> =
        own.clone().filter_map(|point| Some((point.elements as f64, point.times.as_ref()?.ns_an_element))).collect();
    line.sort_by(|a, b| a.0.total_cmp(&b.0));
    let exponent = own.clone().find_map(|point| point.exponent);
    let name = exponent.map_or_else(|| name.to_owned(), |exponent| format!("{name} ({exponent:.2})"));
    (!line.is_empty()).then_some(Series { name, points: line })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::super::fit::add_exponents;
    use super::*;

    fn point(name: &str, side: u64, ms: Option<u64>) -> Point {
        let (elements, bytes) = (side * side, 24 * side * side);
        let times = ms.and_then(|ms| Times::new(vec![Duration::from_millis(ms)], elements, bytes));
        Point {
            problem: "expression".to_owned(),
            name: name.to_owned(),
            version: None,
            size: side.to_string(),
            input: [("rows".to_owned(), side), ("cols".to_owned(), side)].into(),
            elements,
            bytes,
            bytes_an_element: Some(24.0),
            operations_an_element: Some(4.0),
            status: if times.is_some() { Status::Ok } else { Status::Unavailable },
            reason: times.is_none().then(|| "it would take too long".to_owned()),
            times,
            peak_bytes: Some(3 << 20),
            page_faults: Some(0),
            exponent: None,
        }
    }

    fn points() -> Vec<Point> {
        let mut points =
            vec![point("a", 100, Some(1)), point("b", 100, Some(7)), point("a", 200, Some(4)), point("b", 200, None)];
        add_exponents(&mut points);
        points
    }

    #[test]
    fn each_size_has_its_time_of_an_element_and_the_exponent_stands_below() {
        let points = points();
        let page = page("expression", &points, "Pages of one size.");
        for row in [
            "| size | elements | working set | `a` | `b` |",
            "| 100 | 10 000 | 234.4 KiB | 100 | 700 |",
            "| 200 | 40 000 | 937.5 KiB | 100 | - |",
            "| exponent | | | 1.000 | - |",
            "| 200 | 3.0 MiB | 3.0 MiB |",
        ] {
            assert!(page.contains(row), "{row}: {page}");
        }
        assert!(page.contains("b at 200: left out: it would take too long"), "{page}");
        let lines = exponents("expression", &points);
        assert_eq!(lines[1..], ["a: the time grows as the elements to the power of 1.000"]);
    }

    #[test]
    fn a_number_keeps_its_digits_however_small_it_is() {
        let shown = [Some(123.4), Some(12.34), Some(1.234), Some(0.1234), Some(0.000_08), Some(0.0), None].map(digits);
        assert_eq!(shown, ["123", "12.3", "1.23", "0.123", "8.0e-5", "0.000", "-"]);
    }

    #[test]
    fn who_is_first_is_shown_first_and_what_has_no_time_is_no_row() {
        let table = table(&points());
        let rows: Vec<_> =
            table.lines().skip(2).map(|row| row.split_whitespace().take(2).collect::<String>()).collect();
        assert_eq!(rows, ["a100", "a200", "b100"]);
    }

    #[test]
    fn the_picture_has_a_line_for_each_with_its_exponent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scale.svg");
        draw(&path, "expression", &points()).unwrap();
        let picture = fs::read_to_string(&path).unwrap();
        assert!(picture.contains("a (1.00)") && picture.contains("ns an element"), "{picture}");
        draw(&path, "expression", &[]).unwrap();
        assert!(fs::read_to_string(&path).unwrap().contains("nothing to show"));
    }
}
