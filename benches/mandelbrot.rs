//! The steps of mandelbrot.

mod ladder;

use criterion::{Criterion, criterion_group, criterion_main};

fn mandelbrot(criterion: &mut Criterion) {
    ladder::bench(criterion, "mandelbrot");
}

criterion_group!(benches, mandelbrot);
criterion_main!(benches);
