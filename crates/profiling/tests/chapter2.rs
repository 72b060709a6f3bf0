//! The programs that chapter 2 profiles have the counts of the tutorials, to the last call and the last line.

use std::sync::{Mutex, MutexGuard, PoisonError};

use profiling::functions::{self, Profile};
use profiling::lines;

#[path = "../../../examples/profiled"]
mod profiled {
    #[allow(dead_code, reason = "what is profiled by memory is tested elsewhere")]
    pub(crate) mod mandelbrot;
    #[allow(dead_code, reason = "what is profiled by memory is tested elsewhere")]
    pub(crate) mod particles;
}
use profiled::mandelbrot;
use profiled::particles::{self, Particle, ParticleSimulator};

/// Calls and lines are those of all threads, so the tests take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The calls of each function, by name.
fn calls(profile: &Profile) -> Vec<(&str, u64)> {
    let mut calls: Vec<_> =
        profile.stats().iter().map(|stats| (&*profile.functions()[stats.function].name, stats.calls)).collect();
    calls.sort_unstable();
    calls
}

/// The hits of the lines of a function, in order.
fn hits(function: &str) -> Vec<u64> {
    let lines = lines::take();
    let function = lines.function(function).unwrap_or_else(|| panic!("{function} has not run"));
    function.lines.iter().filter_map(|line| line.hits).collect()
}

#[test]
fn the_norm_is_taken_as_often_as_the_tutorial_says() {
    let _alone = alone();
    functions::reset();
    let output = mandelbrot::calculate(500, 500, 1000);
    let profile = functions::take();
    assert_eq!(output.iter().sum::<u32>(), 1_148_485);
    assert_eq!(
        calls(&profile),
        [("abs", 51_414_419), ("calculate", 1), ("calculate_z", 1), ("coordinates", 1), ("points", 1)]
    );
    let callers: Vec<_> = profile.edges().iter().map(|edge| (edge.caller, edge.callee.calls)).collect();
    assert_eq!(callers.iter().filter(|(_, calls)| *calls == 51_414_419).count(), 1, "{callers:?}");
    assert_eq!(profile.functions()[0].file, "examples/profiled/mandelbrot.rs");
}

#[test]
fn each_line_runs_as_often_as_the_tutorial_says() {
    let _alone = alone();
    let (xs, ys) = mandelbrot::coordinates(500, 500);
    let q = mandelbrot::points(&xs, &ys);
    lines::reset();
    let naive = mandelbrot::naive(&q, 1000);
    let around = [1, 1, 250_001];
    let inside = [51_464_485, 51_414_419, 51_414_419, 199_934, 199_934, 1];
    assert_eq!(hits("mandelbrot::naive"), [&around[..], &inside].concat());
    for (name, output) in [("hoisted", mandelbrot::hoisted(&q, 1000)), ("squared", mandelbrot::squared(&q, 1000))] {
        assert!(output == naive, "{name} gives another answer");
        let lines = lines::snapshot();
        let hits: Vec<u64> = lines.function(name).unwrap().lines.iter().filter_map(|line| line.hits).collect();
        assert_eq!(hits, [&around[..], &[250_000; 2], &inside].concat(), "{name}");
    }
}

#[test]
fn the_books_benchmark_has_the_books_counts() {
    let _alone = alone();
    functions::reset();
    lines::reset();
    let simulator = particles::benchmark(100, ParticleSimulator::evolve);
    assert_eq!(simulator.particles.len(), 100);
    assert_eq!(
        calls(&functions::take()),
        [
            ("Particle::new", 100),
            ("ParticleSimulator::evolve", 1),
            ("ParticleSimulator::new", 1),
            ("benchmark", 1),
            ("uniform", 300)
        ]
    );
    let inside = [1_000_000; 7];
    assert_eq!(hits("ParticleSimulator::evolve"), [&[1, 1, 10_001, 1_010_000][..], &inside].concat());
    particles::benchmark(100, ParticleSimulator::evolve_precomputed);
    let interchanged = [1, 1, 101, 100, 1_000_100, 1_000_000, 1_000_000];
    assert_eq!(hits("ParticleSimulator::evolve_precomputed"), interchanged);
}

#[test]
fn the_books_three_particles_arrive_where_the_book_says() {
    let _alone = alone();
    let expected = [
        [0.210_269_845_035_682_5, 0.543_863_578_729_699_7],
        [-0.099_334_766_056_735_8, -0.490_034_288_853_804_9],
        [0.191_358_503_825_264_1, -0.365_227_221_074_436],
    ];
    for evolve in [ParticleSimulator::evolve, ParticleSimulator::evolve_precomputed] {
        let start = [[0.3, 0.5, 1.0], [0.0, -0.5, -1.0], [-0.1, -0.4, 3.0]];
        let mut simulator = ParticleSimulator::new(start.map(|[x, y, speed]| Particle::new(x, y, speed)).to_vec());
        evolve(&mut simulator, 0.1);
        for (particle, [x, y]) in simulator.particles.iter().zip(expected) {
            assert!((particle.x - x).abs() < 1e-5 && (particle.y - y).abs() < 1e-5, "{particle:?}");
        }
    }
}
