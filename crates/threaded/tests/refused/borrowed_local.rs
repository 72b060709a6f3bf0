use std::thread;

fn main() {
    let counts = vec![0_u32; 100];
    // Nothing says that `main` outlives the thread. In C the thread would read a stack that somebody else uses by then.
    let sum = thread::spawn(|| counts.iter().sum::<u32>());
    println!("{:?}", sum.join());
}
