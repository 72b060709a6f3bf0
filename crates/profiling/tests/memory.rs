//! What the heap was asked for, to the byte. The tests run one after another, on the main thread: nothing else allocates meanwhile.

#![allow(missing_docs, clippy::vec_box)]

use std::hint::black_box;
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use profiling::memory::{self, CountingAllocator, MemoryLine, Usage};
use profiling::memory_profile;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::system();

const PARTICLES: usize = 100_000;

/// The program that the course's chapter 2 profiles.
#[allow(dead_code, reason = "what is profiled by function and line is tested elsewhere")]
#[path = "../../../examples/profiled/particles.rs"]
mod particles;

fn the_books_particles_cost_what_their_layout_says() {
    let usage =
        |bytes: usize, allocations| Usage { increment: bytes as isize, peak: bytes, allocations, allocated: bytes };
    let (objects, used) = memory::measure(|| particles::objects(PARTICLES));
    assert_eq!(used, usage(PARTICLES * (8 + 3 * 8 + 3 * 8), 1 + 4 * PARTICLES as u64));
    let (structs, used) = memory::measure(|| particles::structs(PARTICLES));
    assert_eq!(used, usage(PARTICLES * 24, 1));
    let (columns, used) = memory::measure(|| particles::columns(PARTICLES));
    assert_eq!(used, usage(PARTICLES * 24, 3));
    drop((objects, structs));
    let ((), used) = memory::measure(|| drop(columns));
    assert_eq!(used, Usage { increment: -2_400_000, ..Usage::default() });
}

fn the_chapters_table_has_what_each_line_asks_for() {
    memory::reset();
    let [objects, structs, columns] = particles::benchmark_memory(1000, 3);
    assert_eq!((objects.to_bits(), structs.to_bits()), (structs.to_bits(), columns.to_bits()));
    let lines = memory::take();
    let function = lines.function("particles::benchmark_memory").expect("it has run");
    let figures = function.lines.iter().filter_map(|(.., line)| *line);
    let asked: Vec<_> = figures.map(|line| (line.hits, line.increment, line.allocations)).collect();
    assert_eq!(
        asked,
        [
            (1, 56_000, 4001),
            (1, 0, 0),
            (1, 24_000, 1),
            (1, 0, 0),
            (1, 24_000, 3),
            (1, 0, 0),
            (1, 400_000, 1),
            (1, 0, 0),
            (1, -400_000, 0),
            (1, -56_000, 0),
            (1, -24_000, 0),
            (1, -24_000, 0),
        ]
    );
}

fn what_the_allocator_keeps_can_be_given_back() {
    let small: Vec<Box<[u8; 100]>> = (0..200_000).map(|_| Box::new([1; 100])).collect();
    let full = memory::resident();
    drop(small);
    let given = memory::give_back();
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        assert!(given);
        let (full, left) = (full.expect("Linux says it"), memory::resident().expect("Linux says it"));
        assert!(left + 15_000_000 < full, "{full} bytes before, {left} after");
    }
}

fn growth_and_peaks_are_counted() {
    let (text, used) = memory::measure(|| {
        let mut bytes: Vec<u8> = Vec::with_capacity(100);
        bytes.push(black_box(1));
        drop(black_box(vec![1_u8; 1000]));
        bytes.reserve_exact(299);
        bytes.shrink_to_fit();
        bytes
    });
    assert_eq!(text.capacity(), 1);
    // The growth moves from 100 to 300, after the thousand is gone.
    assert_eq!(used, Usage { increment: 1, peak: 1100, allocations: 4, allocated: 100 + 1000 + 200 });
    let before = memory::heap().expect("it counts");
    drop(black_box(vec![0_u8; 50_000_000]));
    let after = memory::heap().expect("it counts");
    assert_eq!(after.peak, before.in_use + 50_000_000);
    assert_eq!((after.in_use, after.allocations), (before.in_use, before.allocations + 1));
}

fn a_look_inside_another_leaves_the_outer_peak_as_it_was() {
    let ((), outer) = memory::measure(|| {
        drop(black_box(vec![0_u8; 5000]));
        let ((), inner) = memory::measure(|| drop(black_box(vec![0_u8; 3000])));
        assert_eq!(inner.peak, 3000);
    });
    assert_eq!((outer.peak, outer.allocations), (5000, 2));
}

#[memory_profile]
fn benchmark_memory() -> f64 {
    let particles = particles::objects(PARTICLES);
    let lean = particles::structs(PARTICLES);
    drop(particles);
    let mut sum = 0.0;
    for chunk in lean.chunks(25_000) {
        let copied: Vec<f64> = chunk.iter().map(|particle| particle.x).collect();
        sum += copied.iter().sum::<f64>();
    }
    sum
}

fn every_line_says_what_it_did() {
    memory::reset();
    let before = memory::heap().expect("it counts").in_use;
    assert_eq!(black_box(benchmark_memory()), 5_000_050_000.0);
    let lines = memory::take();
    let function = lines.function("benchmark_memory").expect("it has run");
    let figures: Vec<MemoryLine> = function.lines.iter().filter_map(|(.., line)| *line).collect();
    let exact: Vec<_> = figures
        .iter()
        .map(|line| (line.hits, line.in_use - before, line.increment, line.peak - before, line.allocations))
        .collect();
    // The first run puts the function into the list of those that have run.
    let own = figures[3].in_use - before - 2_400_000;
    assert!(own < 1000, "{own}");
    assert_eq!(
        exact,
        [
            (1, own + 5_600_000, 5_600_000, own + 5_600_000, 400_001),
            (1, own + 8_000_000, 2_400_000, own + 8_000_000, 1),
            (1, own + 2_400_000, -5_600_000, own + 8_000_000, 0),
            (1, own + 2_400_000, 0, own + 2_400_000, 0),
            (5, own + 2_400_000, 0, own + 2_400_000, 0),
            (4, own + 2_600_000, 800_000, own + 2_600_000, 4),
            (4, own + 2_400_000, -800_000, own + 2_600_000, 0),
            (1, own, -2_400_000, own + 2_400_000, 0),
        ]
    );
    // What the test harness holds, and what the system adds, are not this function's.
    let mut function = function.clone();
    let first = function.lines[0].0 - 1;
    function.line -= first;
    for (number, _, line) in &mut function.lines {
        *number -= first;
        let Some(line) = line else { continue };
        (line.in_use, line.peak, line.resident) = (line.in_use - before - own, line.peak - before - own, 64 << 20);
    }
    insta::assert_snapshot!("memory_table", function);
}

fn an_untouched_vec_grows_the_heap_and_not_the_resident_memory() {
    let resident_before = memory::resident();
    let (untouched, used) = memory::measure(|| black_box(vec![0_u8; 256 << 20]));
    assert_eq!(used.increment, 256 << 20);
    let resident_after = memory::resident();
    println!("256 MiB of zeros: RSS {resident_before:?} before, {resident_after:?} after");
    drop(untouched);
}

fn all_threads_are_counted() {
    let (handles, used) = memory::measure(|| {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for size in 1..=1000 {
                        drop(black_box(Vec::<u8>::with_capacity(size)));
                    }
                });
            }
        });
    });
    let () = handles;
    assert!(used.allocations >= 4000 && used.allocated >= 4 * 500_500, "{used:?}");
}

fn a_recording_sees_what_comes_and_goes() {
    let record = || {
        memory::record(Duration::from_millis(1), || {
            let large = black_box(vec![1_u8; 32 << 20]);
            std::thread::sleep(Duration::from_millis(50));
            large.len()
        })
    };
    // On a machine that is busy elsewhere the recorder may not get its turn.
    let recorded = (0..20).map(|_| record()).find(|(_, recording)| recording.samples.len() > 2);
    let (length, recording) = recorded.expect("a turn in a second");
    assert_eq!(length, 32 << 20);
    let heap: Vec<usize> = recording.samples.iter().filter_map(|sample| sample.heap).collect();
    let (first, last) = (heap[0], heap[heap.len() - 1]);
    assert!(recording.peak_heap() >= Some(first + (32 << 20)), "{heap:?}");
    assert!(last < first + (1 << 20), "{heap:?}");
    assert!(recording.samples.is_sorted_by_key(|sample| sample.seconds));
    let svg = recording.to_svg();
    assert_eq!(svg.matches("<polyline").count(), 2);
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("recording.svg");
    recording.write_svg(&file).expect("a file");
    assert_eq!(std::fs::read_to_string(file).expect("the file"), svg);
}

fn a_recording_ends_with_a_panic() {
    let interval = Duration::from_secs(3600);
    std::panic::catch_unwind(|| memory::record(interval, || assert_eq!(black_box(1), 2)))
        .expect_err("the panic goes on");
}

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    macro_rules! trials {
        ($($name:ident),* $(,)?) => {
            vec![$(Trial::test(stringify!($name), || { $name(); Ok(()) })),*]
        };
    }
    let trials = trials![
        the_books_particles_cost_what_their_layout_says,
        the_chapters_table_has_what_each_line_asks_for,
        what_the_allocator_keeps_can_be_given_back,
        growth_and_peaks_are_counted,
        a_look_inside_another_leaves_the_outer_peak_as_it_was,
        every_line_says_what_it_did,
        an_untouched_vec_grows_the_heap_and_not_the_resident_memory,
        all_threads_are_counted,
        a_recording_sees_what_comes_and_goes,
        a_recording_ends_with_a_panic,
    ];
    libtest_mimic::run(&arguments, trials).exit();
}
