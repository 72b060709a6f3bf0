use profiling::profile;

#[profile(name = "other")]
fn square(n: u32) -> u32 {
    n * n
}

fn main() {
    square(3);
}
