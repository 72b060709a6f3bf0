//! The steps of distance.

mod ladder;

use criterion::{Criterion, criterion_group, criterion_main};

fn distance(criterion: &mut Criterion) {
    ladder::bench(criterion, "distance");
}

criterion_group!(benches, distance);
criterion_main!(benches);
