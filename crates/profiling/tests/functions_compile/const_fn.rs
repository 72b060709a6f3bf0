use profiling::profile;

#[profile]
const fn square(n: u32) -> u32 {
    n * n
}

fn main() {
    const NINE: u32 = square(3);
    assert_eq!(NINE, 9);
}
