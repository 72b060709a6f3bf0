use profiling::profile;

trait Shape {
    #[profile]
    fn area(&self) -> f64;
}

fn main() {}
