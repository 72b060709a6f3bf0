use profiling::{line_profile, memory_profile};

#[line_profile(accurate)]
fn accurate() {}

#[memory_profile(exact)]
fn exact() {}

fn main() {}
