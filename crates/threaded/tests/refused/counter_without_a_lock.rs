use std::thread;

fn main() {
    let mut counter = 0;
    thread::scope(|scope| {
        // Each thread reads the counter, adds 1 and writes it back. In C this compiles, and some of the additions are lost.
        scope.spawn(|| counter += 1);
        scope.spawn(|| counter += 1);
    });
    println!("{counter}");
}
