//! The steps of expression.

mod ladder;

use criterion::{Criterion, criterion_group, criterion_main};

fn expression(criterion: &mut Criterion) {
    ladder::bench(criterion, "expression");
}

criterion_group!(benches, expression);
criterion_main!(benches);
