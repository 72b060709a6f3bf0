use profiling::profile;

#[profile]
struct Point {
    x: f64,
}

fn main() {
    let point = Point { x: 1.0 };
    assert_eq!(point.x, 1.0);
}
