//! What the steps of whole arrays allocate, to the byte: counted by an allocator, so that this is a program of its own with one
//! test.

use profiling::memory::{CountingAllocator, measure};
use validation::{Kind, Problem, Settings, Step};
use vectorised::arrays::{distance, expression, mandelbrot, particles};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::system();

/// The most that a step's run has allocated at a time, what its preparation keeps, and the allocations of a run.
struct Seen {
    peak: u64,
    prepared: u64,
    allocations: u64,
}

fn seen<P: Problem>(step: &Step<P>, input: &P::Input) -> Seen {
    let mut output = P::output(input);
    match step.kind {
        Kind::Plain(function) => {
            // The first run may make what the input keeps.
            function(input, &mut output);
            let ((), usage) = measure(|| function(input, &mut output));
            Seen { peak: usage.peak as u64, prepared: 0, allocations: usage.allocations }
        }
        Kind::Prepared(prepare) => {
            let (prepared, kept) = measure(|| prepare(input, &Settings::default()));
            let mut prepared = prepared.unwrap();
            let (result, usage) = measure(|| prepared.run(input, &mut output));
            result.unwrap();
            Seen { peak: usage.peak as u64, prepared: kept.increment as u64, allocations: usage.allocations }
        }
    }
}

/// Every step allocates what it states, except for a few small lists; a step whose arrays shrink with its input states a bound.
/// Returns how many allocations each run makes.
fn states_what_it_allocates<P: Problem>(steps: &[Step<P>], sizes: &P::Sizes) -> Vec<(&'static str, u64)> {
    const SMALL_LISTS: u64 = 200;
    let input = P::input(sizes).unwrap();
    let check = |step: &Step<P>| {
        let stated = (step.temporaries)(&input);
        let Seen { peak, prepared, allocations } = seen(step, &input);
        let (name, found) = (step.info.name, peak + prepared);
        let least = if name == "compacted" { stated / 2 } else { stated };
        let range = least..=stated + SMALL_LISTS;
        assert!(range.contains(&found), "{} {name} states {stated} bytes and allocates {found}", P::NAME);
        (name, allocations)
    };
    steps.iter().map(check).collect()
}

#[test]
fn the_steps_of_whole_arrays_allocate_what_they_state() {
    let sizes = validation::mandelbrot::Sizes { width: 200, height: 150, max_iterations: 100 };
    let of_mandelbrot = states_what_it_allocates(mandelbrot::STEPS, &sizes);
    // Six arrays in each iteration, and then none.
    assert_eq!(of_mandelbrot[1..4], [("whole_array", 3 + 6 * 100), ("in_place", 3), ("one_pass", 2)]);

    let sizes = validation::expression::Sizes { rows: 300, cols: 200 };
    let passes = expression::PASSES.map(|passes| (passes.step, passes.allocated));
    assert_eq!(states_what_it_allocates(expression::STEPS, &sizes), passes);

    // Seven arrays in each step, and then none.
    let sizes = validation::particles::Sizes { particles: 5000, steps: 10 };
    let of_particles = states_what_it_allocates(particles::STEPS, &sizes);
    let expected = [("broadcast", 3 + 7 * 10), ("separate", 4 + 7 * 10), ("in_place", 4), ("one_pass", 1)];
    assert_eq!(of_particles, expected);

    let sizes = validation::distance::Sizes { points: 300 };
    let of_distance = states_what_it_allocates(distance::STEPS, &sizes);
    let expected = [("broadcast", 5), ("separate", 5), ("in_place", 1), ("one_pass", 0), ("row_by_row", 0)];
    assert_eq!(of_distance, expected);
}
