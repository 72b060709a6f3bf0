use profiling::line_profile;

// An error of the function itself is shown where it is.
#[line_profile]
fn moves(values: Vec<u32>) -> usize {
    for value in values {
        println!("{value}");
    }
    values.len()
}

fn main() {}
