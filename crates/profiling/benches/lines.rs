//! What counting costs: each function with and without the attribute.

#![allow(missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use profiling::memory::CountingAllocator;
use profiling::{line_profile, memory_profile};

macro_rules! twins {
    ($($function:item)*) => {
        mod plain {
            $(#[inline(never)] $function)*
        }
        mod counted {
            use super::*;
            $(#[line_profile] #[inline(never)] $function)*
        }
        mod timed {
            use super::*;
            $(#[line_profile(exact)] #[inline(never)] $function)*
        }
        mod remembered {
            use super::*;
            $(#[memory_profile] #[inline(never)] $function)*
        }
    };
}

twins! {
    /// Vectorised.
    pub(crate) fn axpy(a: f64, xs: &[f64], ys: &mut [f64]) {
        for (x, y) in xs.iter().zip(ys) {
            let product = a * x;
            let sum = product + *y;
            *y = sum;
        }
    }

    /// A chain of operations, and a way out of the loop.
    pub(crate) fn escape(q: &[(f64, f64)], maxiter: u32, output: &mut [u32]) {
        for (count, &(cx, cy)) in output.iter_mut().zip(q) {
            let (mut zx, mut zy) = (0.0, 0.0);
            *count = 0;
            for iteration in 0..maxiter {
                let product = zx * zy;
                zx = zx * zx - zy * zy + cx;
                zy = product + product + cy;
                if zx * zx + zy * zy > 4.0 {
                    *count = iteration;
                    break;
                }
            }
        }
    }

    /// Little to do: what a call costs.
    pub(crate) fn absolute(x: f64, y: f64) -> f64 {
        let squared = x * x + y * y;
        squared.sqrt()
    }
}

fn overhead(criterion: &mut Criterion) {
    let xs = vec![1.5; 4096];
    let mut ys = vec![0.5; 4096];
    let axis = |n: u32| f64::from(n) / 25.0 - 2.0;
    let q: Vec<(f64, f64)> = (0..10_000).map(|i| (axis(i % 100), axis(i / 100))).collect();
    let mut output = vec![0; q.len()];

    let mut group = criterion.benchmark_group("axpy 4096");
    group.bench_function("plain", |b| b.iter(|| plain::axpy(black_box(2.0), &xs, &mut ys)));
    group.bench_function("counted", |b| b.iter(|| counted::axpy(black_box(2.0), &xs, &mut ys)));
    group.bench_function("exact", |b| b.iter(|| timed::axpy(black_box(2.0), &xs, &mut ys)));
    group.finish();
    let mut group = criterion.benchmark_group("escape 100x100, 100 iterations");
    group.bench_function("plain", |b| b.iter(|| plain::escape(black_box(&q), 100, &mut output)));
    group.bench_function("counted", |b| b.iter(|| counted::escape(black_box(&q), 100, &mut output)));
    group.bench_function("exact", |b| b.iter(|| timed::escape(black_box(&q), 100, &mut output)));
    group.finish();
    let mut group = criterion.benchmark_group("a call");
    group.bench_function("plain", |b| b.iter(|| plain::absolute(black_box(3.0), 4.0)));
    group.bench_function("counted", |b| b.iter(|| counted::absolute(black_box(3.0), 4.0)));
    group.bench_function("exact", |b| b.iter(|| timed::absolute(black_box(3.0), 4.0)));
    group.bench_function("memory", |b| b.iter(|| remembered::absolute(black_box(3.0), 4.0)));
    group.finish();
    remembered::axpy(2.0, &xs[..1], &mut ys);
    remembered::escape(&q[..1], 1, &mut output);
}

/// Through the counting allocator, and past it.
fn allocations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a box of 64 bytes");
    let layout = std::alloc::Layout::new::<[u64; 8]>();
    let run = |allocator: &dyn Fn(std::alloc::Layout)| allocator(black_box(layout));
    group.bench_function("system", |b| b.iter(|| run(&|layout| round(&std::alloc::System, layout))));
    group.bench_function("counted", |b| b.iter(|| run(&|layout| round(&CountingAllocator::system(), layout))));
    group.finish();
}

#[expect(unsafe_code, reason = "allocators are called directly, so that nothing else is measured")]
fn round(allocator: &impl std::alloc::GlobalAlloc, layout: std::alloc::Layout) {
    // SAFETY: the layout has a size, and what is given back is what was allocated.
    unsafe {
        let pointer = black_box(allocator.alloc(layout));
        allocator.dealloc(pointer, layout);
    }
}

criterion_group!(benches, overhead, allocations);
criterion_main!(benches);
