//! The pieces of Rust that the page "Rust for readers of NumPy" shows, and what each of them gives.

use std::rc::Rc;
use std::sync::Mutex;
use std::thread;

// ANCHOR: slices
/// `a *= 2`, for a view of any array.
fn double(a: &mut [f64]) {
    for x in a {
        *x *= 2.0;
    }
}
// ANCHOR_END: slices

#[test]
fn a_slice_is_a_view() {
    let mut a = [0.0, 1.0, 2.0, 3.0];
    double(&mut a[1..3]);
    assert_eq!(a, [0.0, 2.0, 4.0, 3.0]);
}

// ANCHOR: iterators
/// `np.sqrt((x * x).sum())`
fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// `y += a * x`
fn add_multiple(y: &mut [f64], a: f64, x: &[f64]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// `m += ys[:, np.newaxis]`, for a matrix whose rows have `width` elements.
fn add_to_rows(m: &mut [f64], width: usize, ys: &[f64]) {
    for (row, &y) in m.chunks_exact_mut(width).zip(ys) {
        for x in row {
            *x += y;
        }
    }
}
// ANCHOR_END: iterators

#[test]
fn iterators_give_what_numpy_gives() {
    assert_eq!(norm(&[3.0, 4.0]), 5.0);
    let mut y = [1.0, 2.0];
    add_multiple(&mut y, 10.0, &[1.0, 2.0]);
    assert_eq!(y, [11.0, 22.0]);
    let mut m = [0.0, 1.0, 2.0, 3.0];
    add_to_rows(&mut m, 2, &[10.0, 20.0]);
    assert_eq!(m, [10.0, 11.0, 22.0, 23.0]);
}

// ANCHOR: traits
trait Shape {
    fn area(&self) -> f64;
}

struct Square(f64);

impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

struct Circle(f64);

impl Shape for Circle {
    fn area(&self) -> f64 {
        std::f64::consts::PI * self.0 * self.0
    }
}

/// The type of each shape is found out at run time.
fn total(shapes: &[Rc<dyn Shape>]) -> f64 {
    shapes.iter().map(|shape| shape.area()).sum()
}
// ANCHOR_END: traits

#[test]
fn a_trait_object_knows_its_type_and_an_rc_its_owners() {
    let square: Rc<dyn Shape> = Rc::new(Square(2.0));
    let shapes = [Rc::clone(&square), square, Rc::new(Circle(0.0))];
    assert_eq!(total(&shapes), 8.0);
    assert_eq!(Rc::strong_count(&shapes[0]), 2);
}

// ANCHOR: const_generics
/// The compiler makes one function for each length that is used, and knows the length in it.
fn dot<const N: usize>(a: [f64; N], b: [f64; N]) -> f64 {
    a.iter().zip(&b).map(|(a, b)| a * b).sum()
}
// ANCHOR_END: const_generics

#[test]
fn a_length_can_be_part_of_the_type() {
    assert_eq!(dot([1.0, 2.0], [3.0, 4.0]), 11.0);
    assert_eq!(dot([1.0, 2.0, 3.0], [1.0, 1.0, 1.0]), 6.0);
}

// ANCHOR: closures
/// The values move into the thread: from here on they belong to it.
fn sum_elsewhere(values: Vec<f64>) -> f64 {
    let thread = thread::spawn(move || values.iter().sum());
    thread.join().expect("adding does not panic")
}
// ANCHOR_END: closures

#[test]
fn a_closure_can_take_its_values_along() {
    assert_eq!(sum_elsewhere(vec![1.0, 2.0, 3.0]), 6.0);
}

// ANCHOR: guards
/// The lock is held until the semicolon.
fn add(hits: &Mutex<u64>, more: u64) {
    *hits.lock().expect("no holder has panicked") += more;
}

/// The lock is held until the function ends, because the guard has a name.
fn add_and_look(hits: &Mutex<u64>, more: u64) -> u64 {
    let mut guard = hits.lock().expect("no holder has panicked");
    *guard += more;
    *guard
}
// ANCHOR_END: guards

#[test]
fn a_guard_ends_with_its_statement_or_its_scope() {
    let hits = Mutex::new(1);
    add(&hits, 2);
    assert_eq!(add_and_look(&hits, 3), 6);
    assert!(hits.try_lock().is_ok(), "no guard is left");
}

// ANCHOR: rounding
/// Each operation is rounded, so the order counts.
fn two_orders() -> [f64; 2] {
    [(0.1 + 0.2) + 0.3, 0.1 + (0.2 + 0.3)]
}
// ANCHOR_END: rounding

#[test]
fn the_order_of_additions_changes_the_last_bit() {
    let [left, right] = two_orders();
    assert_eq!(left.to_bits(), right.to_bits() + 1);
    assert!((left - right).abs() < 1e-15);
}

// ANCHOR: results
/// `None` if there is no first element. `?` hands an absence, or an error, on to the caller.
fn first_doubled(values: &[f64]) -> Option<f64> {
    let first = values.first()?;
    Some(2.0 * first)
}
// ANCHOR_END: results

#[test]
fn an_absence_is_a_value() {
    assert_eq!(first_doubled(&[3.0]), Some(6.0));
    assert_eq!(first_doubled(&[]), None);
}
