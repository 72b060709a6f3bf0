//! The steps of pi.

mod ladder;

use criterion::{Criterion, criterion_group, criterion_main};

fn pi(criterion: &mut Criterion) {
    ladder::bench(criterion, "pi");
}

criterion_group!(benches, pi);
criterion_main!(benches);
