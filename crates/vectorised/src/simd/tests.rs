//! The steps of the vector instructions where lanes, vectors or blocks are left over, and wherever the output lies.

use std::num::NonZeroUsize;

use validation::mandelbrot::Sizes;
use validation::{Mandelbrot, Precision, Problem, Settings, StepError};

use super::vectors::MOST_VECTORS;
use super::{distance, expression, mandelbrot, particles, pi};

fn run<P: Problem>(step: &validation::Step<P>, input: &P::Input, settings: &Settings) -> Option<P::Output> {
    let mut output = P::output(input);
    match step.kind {
        validation::Kind::Plain(function) => function(input, &mut output),
        validation::Kind::Prepared(prepare) => match prepare(input, settings) {
            Ok(mut prepared) => prepared.run(input, &mut output).unwrap(),
            Err(StepError::Unavailable(_)) => return None,
            Err(error) => panic!("{error}"),
        },
    }
    Some(output)
}

fn with(vectors: usize) -> Settings {
    Settings { vectors: NonZeroUsize::new(vectors), ..Settings::default() }
}

/// Whether lanes are left over, or vectors, or blocks: in any number of vectors, with one lane less and one more.
#[test]
fn every_remainder_of_lanes_and_vectors_is_right() {
    let mut lengths: Vec<usize> = (1..=2 * MOST_VECTORS).flat_map(|v| [8 * v - 1, 8 * v, 8 * v + 1]).collect();
    lengths.extend(1..=9);
    for length in lengths {
        let sizes = Sizes { width: length, height: 1, max_iterations: 60 };
        let input = Mandelbrot::input(&sizes).unwrap();
        for step in mandelbrot::STEPS {
            for vectors in 1..=MOST_VECTORS {
                let Some(counts) = run(step, &input, &with(vectors)) else { continue };
                let verdict = Mandelbrot::verify(&input, &counts, step.info.precision);
                assert!(verdict.is_ok(), "{} of {length} points, {vectors} vectors: {verdict:?}", step.info.name);
            }
        }
        let sizes = validation::particles::Sizes { particles: length, steps: 3 };
        let input = validation::Particles::input(&sizes).unwrap();
        for step in particles::STEPS {
            for vectors in 1..=MOST_VECTORS {
                let Some(ends) = run(step, &input, &with(vectors)) else { continue };
                let verdict = validation::Particles::verify(&input, &ends, Precision::Exact);
                assert!(verdict.is_ok(), "{} of {length} particles, {vectors} vectors: {verdict:?}", step.info.name);
            }
        }
        let sizes = validation::pi::Sizes { chunks: 2, samples: length };
        check(pi::STEPS, &validation::Pi::input(&sizes).unwrap());
        check(
            expression::STEPS,
            &validation::Expression::input(&validation::expression::Sizes { rows: 1, cols: length }).unwrap(),
        );
        check(distance::STEPS, &validation::Distance::input(&validation::distance::Sizes { points: length }).unwrap());
    }
}

/// Particles that the fused operations are not proven for, or only just: alone, and beside ordinary ones.
#[test]
fn particles_at_the_ends_of_the_range_and_beyond_are_right() {
    let (x, y, speed): (Vec<_>, Vec<_>, Vec<_>) = [
        (0.3, 0.4, 1.0),
        (-0.0, 0.5, -1.0),
        (0.3, 0.0, 0.0),
        (0.6, -0.8, 1e5),
        (-3e14, 2e14, 1.0),
        (1e-15, 1e-15, -1e-9),
        (0.5, 1e-119, 0.5),
        (1e-290, -0.5, 0.0),
        (0.5, 5e-324, 1e-300),
        (1e-100, 1e-100, 1e-80),
        (1e100, -1e99, 1.0),
        (1.0, 1.0, 1e30),
    ]
    .into_iter()
    .collect();
    let check_these = |x: &[f64], y: &[f64], speed: &[f64]| {
        let (x, y, speed) = (x.to_vec(), y.to_vec(), speed.to_vec());
        check(particles::STEPS, &validation::particles::Input::from_particles(x, y, speed, 1e-5, 50).unwrap());
    };
    for one in 0..x.len() {
        check_these(&x[one..=one], &y[one..=one], &speed[one..=one]);
        check_these(&x[..=one], &y[..=one], &speed[..=one]);
    }
}

/// Wherever the allocator puts the output: at each multiple of 16 bytes within a cache line.
#[test]
fn every_alignment_of_the_output_is_right() {
    let sizes = validation::expression::Sizes { rows: 3, cols: 67 };
    let input = validation::Expression::input(&sizes).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let mut kept = Vec::new();
    while seen.len() < 4 {
        assert!(kept.len() < 1000, "only {seen:?} of four alignments were found");
        let mut output = validation::Expression::output(&input);
        seen.insert(output.as_ptr().addr() % 64);
        for step in expression::STEPS {
            validation::Expression::poison(&mut output);
            match step.kind {
                validation::Kind::Plain(function) => function(&input, &mut output),
                validation::Kind::Prepared(prepare) => {
                    let Ok(mut prepared) = prepare(&input, &Settings::default()) else { continue };
                    prepared.run(&input, &mut output).unwrap();
                }
            }
            let verdict = validation::Expression::verify(&input, &output, step.info.precision);
            assert!(verdict.is_ok(), "{} at {:?}: {verdict:?}", step.info.name, output.as_ptr());
        }
        // Kept, and something small behind it, so that the next one lies elsewhere.
        kept.push((output, vec![0_u8; 16 * (kept.len() % 4)]));
    }
}

/// The sum that says that products were fused, which no exact step may give.
#[test]
fn a_fused_product_is_seen_in_the_validation_sum() {
    let input = Mandelbrot::input(&Sizes::default()).unwrap();
    let step = mandelbrot::STEPS.iter().find(|step| step.info.name == "fused").unwrap();
    let counts = run(step, &input, &Settings::default()).unwrap();
    assert_ne!(Mandelbrot::validation_sum(&counts), Mandelbrot::reference_sum(&input));
    let Precision::Different { why, most, reach, .. } = step.info.precision else { panic!("fused is exact") };
    let strict = Precision::Different { why, may_agree: false, most, reach };
    let verified = Mandelbrot::verify(&input, &counts, strict).unwrap();
    assert!(verified.differing > 0 && verified.differing < 1000, "{verified:?}");
}

/// Points on and next to the circle of radius 2, where a rounding decides whether an orbit that has left stays away.
#[test]
fn points_at_the_edge_of_the_circle_are_right() {
    let mut xs = vec![-2.0, 0.25, -0.75, 2.0, 0.0, -1.25, 1e-300, 5e-324, 1e10, f64::MAX, -1e200];
    for edge in [-2.0_f64, 2.0, -1.9975, 0.25] {
        let (mut above, mut below) = (edge, edge);
        for _ in 0..20 {
            (above, below) = (above.next_up(), below.next_down());
            xs.extend([above, below]);
        }
    }
    let ys = vec![0.0, 5e-324, 1e-16, -1e-9, 1.0, 2.0, 1e200];
    for max_iterations in [1, 2, 15, 16, 17, 31, 32, 33, 500] {
        let input = validation::mandelbrot::Input::from_axes(xs.clone(), ys.clone(), max_iterations).unwrap();
        // Here a rounding decides about any point: those that may differ are no longer few.
        let any_number = |step: &validation::Step<Mandelbrot>| match step.info.precision {
            Precision::Different { why, may_agree, reach, .. } => {
                let most = validation::Most { elements: u64::MAX, share: 0.0 };
                step.precision(Precision::Different { why, may_agree, most, reach })
            }
            _ => *step,
        };
        check(&mandelbrot::STEPS.iter().map(any_number).collect::<Vec<_>>(), &input);
    }
}

fn check<P: Problem>(steps: &[validation::Step<P>], input: &P::Input) {
    for step in steps {
        let Some(output) = run(step, input, &Settings::default()) else { continue };
        let verdict = P::verify(input, &output, step.info.precision);
        assert!(verdict.is_ok(), "{} of {:?}: {verdict:?}", step.info.name, P::sizes(input));
    }
}
