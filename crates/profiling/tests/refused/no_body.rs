use profiling::line_profile;

trait Area {
    #[line_profile]
    fn area(&self) -> f64;
}

fn main() {}
