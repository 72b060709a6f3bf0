use std::cell::Cell;
use std::thread;

fn main() {
    let hits = Cell::new(0_u64);
    thread::scope(|scope| {
        // A `Cell` may be changed through a shared reference, because one thread cannot come between its own instructions. Another can.
        scope.spawn(|| hits.set(hits.get() + 1));
        scope.spawn(|| hits.set(hits.get() + 1));
    });
}
