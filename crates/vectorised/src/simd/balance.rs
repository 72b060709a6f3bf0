//! Which of a few kernels is fastest on this CPU: measured once, when a step is prepared first, and kept for the run of the program.
#![cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "the kernels name instructions of x86-64"))]

use std::time::{Duration, Instant};

use super::swarm::Swarm;

/// How a step shares its vectors between the divider and the other units, and what that was chosen from.
#[derive(Clone, Debug, PartialEq)]
pub struct Balance {
    /// Vectors in flight.
    pub vectors: usize,
    /// What was tried: of these vectors, how many go without the divider, and the nanoseconds that a step of one particle took at best.
    pub tried: Vec<(usize, f64)>,
    /// The place of the fastest among them.
    pub chosen: usize,
}

/// Particles that each kernel moves, as many as fill their registers a few times, and steps. Together some milliseconds.
const PARTICLES: usize = 192;
const STEPS: usize = 100;
/// How often each is tried: one by one in turn, so that a disturbance does not meet one of them alone.
const ROUNDS: usize = 8;

/// Moves some particles through all of their steps.
pub(super) type Kernel = fn(Swarm<'_>);

/// The fastest of a few kernels, and what it was chosen from.
pub(super) struct Balanced {
    pub(super) kernel: Kernel,
    pub(super) balance: Balance,
}

impl Balanced {
    /// Measures kernels with so many vectors in flight, of which so many go without the divider.
    pub(super) fn of<const KERNELS: usize>(
        vectors: usize,
        without: [usize; KERNELS],
        kernels: [Kernel; KERNELS],
    ) -> Self {
        let mut shortest = [Duration::MAX; KERNELS];
        let (mut x, mut y) = (vec![0.6; PARTICLES], vec![0.7; PARTICLES]);
        let speed: Vec<_> = (1..=PARTICLES).map(|particle| particle as f64 / PARTICLES as f64).collect();
        for _ in 0..ROUNDS {
            for (shortest, kernel) in shortest.iter_mut().zip(kernels) {
                let start = Instant::now();
                kernel(Swarm { x: &mut x, y: &mut y, speed: &speed, timestep: 1e-5, steps: STEPS });
                *shortest = start.elapsed().min(*shortest);
            }
        }
        let chosen = (0..KERNELS).min_by_key(|&kernel| shortest[kernel]).expect("there are kernels");
        let nanoseconds = shortest.map(|time| time.as_secs_f64() * 1e9 / (PARTICLES * STEPS) as f64);
        let tried = without.into_iter().zip(nanoseconds).collect();
        Self { kernel: kernels[chosen], balance: Balance { vectors, tried, chosen } }
    }
}
