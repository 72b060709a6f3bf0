//! What the profilers say about whole programs.

use std::hint::black_box;
use std::time::Duration;

use profiling::{Count, Timeit, counters, time, usage};

#[test]
fn touching_memory_shows_as_page_faults_and_resident_memory() {
    let bytes = 64 << 20;
    let (sum, usage) = time(|| {
        let mut memory = vec![0_u8; bytes];
        memory.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
        black_box(&memory).iter().step_by(4096).map(|byte| u64::from(*byte)).sum::<u64>()
    });
    assert_eq!(sum, bytes as u64 / 4096);
    assert!(usage.wall().is_some());
    if cfg!(target_os = "linux") {
        assert!(usage.max_rss_kb().unwrap() >= bytes as u64 / 1024);
        assert!(usage.minor_faults().unwrap() > 0);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_sleeping_closure_takes_wall_time_only_and_gives_its_processor_away() {
    let ((), usage) = time(|| std::thread::sleep(Duration::from_millis(20)));
    assert!(usage.wall().unwrap() >= Duration::from_millis(20));
    assert!(usage.voluntary_switches().unwrap() >= 1);
}

#[cfg(target_os = "linux")]
#[test]
fn the_figures_of_the_process_include_those_of_a_closure() {
    let before = usage();
    black_box((0..10_000_000_u64).fold(0, |sum, n| sum ^ black_box(n)));
    let after = usage();
    assert!(after.wall().unwrap() >= before.wall().unwrap());
    assert!(after.user().unwrap() + after.system().unwrap() > before.user().unwrap() + before.system().unwrap());
    assert!(after.to_string().contains("Maximum resident set size (kbytes): "));
}

#[test]
fn timeit_returns_what_it_measured() {
    let timed = Timeit::new().repeat(3).long_enough(Duration::from_millis(1)).run(|| black_box(2.0_f64).sqrt());
    assert_eq!(timed.runs().len(), 3);
    assert!(timed.loops() > 1 && timed.best() > 0.0 && timed.best() <= timed.mean());
}

#[test]
fn the_processor_counts_or_it_is_said_why_not() {
    let (value, counted) = counters(|| (0..1_000_000_u64).fold(0, |sum, n| sum + black_box(n)));
    assert_eq!(value, 499_999_500_000);
    match counted.get(Count::Instructions) {
        Some(instructions) => assert!(instructions > 1_000_000, "{counted}"),
        None => assert!(counted.unavailable().is_some_and(|why| why.starts_with("hardware counters")), "{counted}"),
    }
}
