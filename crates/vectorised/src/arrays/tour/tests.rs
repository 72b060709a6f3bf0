//! The list of stops against the functions, the answers and the table of the book.

use ndarray::Array2;

use super::stops::{a, m, r};
use super::*;

const SOURCE: &str = include_str!("functions.rs");

/// The text of a function of the tour, from its name to its last brace.
fn body(name: &str) -> &'static str {
    let from =
        [format!("pub fn {name}("), format!("pub fn {name}<")].iter().find_map(|start| SOURCE.find(start.as_str()));
    let from = from.unwrap_or_else(|| panic!("{name} is not in functions.rs"));
    &SOURCE[from..from + SOURCE[from..].find("\n}\n").expect("a function ends")]
}

#[test]
fn every_function_gives_the_answer_of_numpy() {
    for stop in STOPS {
        assert_eq!((stop.run)(), stop.answer, "{}: {}", stop.name, stop.numpy);
    }
}

#[test]
fn the_lines_in_rust_are_those_of_the_functions() {
    for stop in STOPS {
        assert!(body(stop.name).contains(stop.rust), "{}: {} is not in it", stop.name, stop.rust);
    }
}

#[test]
fn every_function_of_the_tour_is_a_stop() {
    let names = SOURCE.split("\npub fn ").skip(1).map(|rest| rest.split(['(', '<']).next().unwrap());
    for name in names {
        assert!(STOPS.iter().any(|stop| stop.name == name), "{name} is no stop");
    }
    for stops in STOPS.windows(2) {
        let again = STOPS.iter().filter(|stop| stop.topic == stops[1].topic).count();
        let together =
            STOPS.chunk_by(|one, next| one.topic == next.topic).find(|chunk| chunk[0].topic == stops[1].topic);
        assert_eq!(together.unwrap().len(), again, "{} is there twice", stops[1].topic);
    }
}

#[test]
fn the_table_of_the_book_is_the_list() {
    let written = include_str!("tour.md");
    assert!(written == markdown(), "tour.md should be:\n{}", markdown());
}

#[test]
fn the_forms_of_take_and_compress_agree() {
    let r = Array2::from_shape_fn((100, 2), |(row, col)| (row * 2 + col) as f64);
    let idx: Vec<usize> = (0..100).rev().step_by(3).collect();
    let taken = take(&r, &idx);
    assert_eq!(taken.row(1), r.row(96));
    assert_eq!(pick_rows(&r, &idx), taken);
    let mask: Vec<bool> = (0..100).map(|row| row % 3 == 1).collect();
    let kept = compress(&mask, &r);
    assert_eq!((kept.nrows(), kept[[32, 1]]), (33, 195.0));
    assert_eq!(masked_rows(&r, &mask), kept);
}

#[test]
fn a_view_shares_the_memory_of_its_array_and_a_copy_does_not() {
    let m = m();
    assert_eq!(block(&m).as_ptr(), m.as_ptr());
    assert_eq!(transpose(&m).as_ptr(), m.as_ptr());
    assert_eq!(column(&r()).strides(), [2]);
    assert_ne!(block(&m).to_owned().as_ptr(), m.as_ptr());
    let a = a();
    let place = a.as_ptr();
    assert_eq!(reshape(a).unwrap().as_ptr(), place);
}

#[test]
fn a_shape_with_another_number_of_elements_is_refused() {
    assert!(reshape(counted(9)).is_err());
    assert_eq!(mean_of_columns(&Array2::zeros((0, 2))), None);
}
