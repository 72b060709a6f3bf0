//! An allocator that is itself profiled: the profiler allocates in the middle of its work, and must not meet itself there.
#![cfg(feature = "enabled")]
#![expect(unsafe_code, reason = "an allocator is unsafe")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::thread;

use profiling::functions;
use profiling::profile;

struct Profiled;

// SAFETY: the requests go to the allocator of the system as they are.
unsafe impl GlobalAlloc for Profiled {
    #[profile]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises what this one asks for.
        unsafe { System.alloc(layout) }
    }

    #[profile]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller promises what this one asks for.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Profiled = Profiled;

#[inline(never)]
#[profile]
fn boxes(n: u64) -> u64 {
    (0..n).map(|value| *std::hint::black_box(Box::new(value))).sum()
}

#[test]
fn an_allocator_can_be_profiled() {
    functions::reset();
    let sums: Vec<u64> = (0..2).map(|_| thread::spawn(|| boxes(100)).join().unwrap()).collect();
    let sum = boxes(1000);
    let profile = functions::take();
    assert_eq!((sums, sum), (vec![4950, 4950], 499_500));
    let name = |function: usize| profile.functions()[function].name.as_str();
    let edges = profile.edges();
    for method in ["alloc", "dealloc"] {
        let calls: u64 = edges
            .iter()
            .filter(|edge| {
                name(edge.caller) == "boxes" && name(edge.callee.function).ends_with(&format!("GlobalAlloc>::{method}"))
            })
            .map(|edge| edge.callee.calls)
            .sum();
        assert_eq!(calls, 1200, "{method}: {}", profile.callees());
    }
}
