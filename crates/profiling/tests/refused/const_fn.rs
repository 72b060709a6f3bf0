use profiling::{line_profile, memory_profile};

#[line_profile]
const fn twice(n: u32) -> u32 {
    2 * n
}

#[memory_profile]
const fn thrice(n: u32) -> u32 {
    3 * n
}

const SIX: u32 = twice(thrice(1));

fn main() {}
