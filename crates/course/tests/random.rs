//! Every step of every crate agrees with the reference on random inputs.

use proptest::prelude::*;
use validation::{Distance, Expression, Mandelbrot, Particles, Pi, Settings, SharedInput};
use validation::{distance, expression, mandelbrot, particles, pi};

/// Runs every step for this input. A step that is unavailable is one that its own tests have shown as such.
fn agree(input: &SharedInput) -> Result<(), TestCaseError> {
    for ladder in course::ladders().iter().filter(|ladder| ladder.problem() == input.problem()) {
        for (index, step) in ladder.steps().iter().enumerate() {
            let Ok(mut session) = ladder.start(index, input, &Settings::default()) else {
                continue;
            };
            session.poison();
            session.run().map_err(|error| TestCaseError::fail(format!("{}: {error}", step.path())))?;
            session.verify().map_err(|mismatch| TestCaseError::fail(format!("{}: {mismatch}", step.path())))?;
        }
    }
    Ok(())
}

/// A random axis of up to 40 coordinates around the set.
fn axis() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-2.2..2.2, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mandelbrot_on_random_grids(xs in axis(), ys in axis(), max_iterations in 1_u32..300) {
        let input = mandelbrot::Input::from_axes(xs, ys, max_iterations).unwrap();
        agree(&SharedInput::new::<Mandelbrot>(input))?;
    }

    #[test]
    fn expression_on_random_matrices(rows in 1_usize..40, cols in 1_usize..40, values in prop::collection::vec(-1e9..1e9, 2 * 40 * 40)) {
        let (a, b) = (values[..rows * cols].to_vec(), values[1600..1600 + rows * cols].to_vec());
        let input = expression::Input::from_matrices(a, b, rows, cols).unwrap();
        agree(&SharedInput::new::<Expression>(input))?;
    }

    /// Not closer to the centre than the tolerance of the exact solution allows.
    #[test]
    fn particles_from_random_places(
        particles in prop::collection::vec((0.05_f64..1.0, 0.0..std::f64::consts::TAU, -1.0..1.0), 1..40),
        steps in 1_usize..300,
    ) {
        let x = particles.iter().map(|(r, alpha, _)| r * alpha.cos()).collect();
        let y = particles.iter().map(|(r, alpha, _)| r * alpha.sin()).collect();
        let speed = particles.iter().map(|(_, _, speed)| *speed).collect();
        let input = particles::Input::from_particles(x, y, speed, particles::TIMESTEP, steps).unwrap();
        agree(&SharedInput::new::<Particles>(input))?;
    }

    #[test]
    fn distance_of_random_points(points in prop::collection::vec((-1e6..1e6, -1e6..1e6), 1..60)) {
        let (x, y) = points.into_iter().unzip();
        let input = distance::Input::from_points(x, y).unwrap();
        agree(&SharedInput::new::<Distance>(input))?;
    }

    #[test]
    fn pi_in_random_chunks(chunks in 1_usize..20, samples in 1_usize..500) {
        let input = pi::Input::new(&pi::Sizes { chunks, samples }).unwrap();
        agree(&SharedInput::new::<Pi>(input))?;
    }
}
