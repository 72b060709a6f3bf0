use profiling::{line_profile, memory_profile};

#[line_profile]
#[memory_profile]
fn both() {}

fn main() {}
