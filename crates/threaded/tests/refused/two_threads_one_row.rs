use std::thread;

fn main() {
    let mut counts = vec![0_u32; 100];
    let mut rows: Vec<&mut [u32]> = counts.chunks_mut(10).collect();
    let (row, wrong) = (&mut rows[3], 3);
    thread::scope(|scope| {
        // A wrong index, such as every program has had: two threads write the same row. In C nobody says anything.
        scope.spawn(|| row.fill(1));
        scope.spawn(|| rows[wrong].fill(2));
    });
}
