//! The steps of particles.

mod ladder;

use criterion::{Criterion, criterion_group, criterion_main};

fn particles(criterion: &mut Criterion) {
    ladder::bench(criterion, "particles");
}

criterion_group!(benches, particles);
criterion_main!(benches);
