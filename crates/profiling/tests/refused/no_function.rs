use profiling::line_profile;

#[line_profile]
struct Point {
    x: f64,
}

struct Other;

#[line_profile]
impl Other {
    fn new() -> Self {
        Self
    }
}

fn main() {}
