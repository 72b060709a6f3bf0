use profiling::line_profile;

// An error of the function itself is shown where it is.
#[line_profile]
fn mistaken(mut n: u32) -> u32 {
    while n {
        n -= 1;
    }
    match n {
        0 => "none",
        _ => n,
    }
}

fn main() {}
