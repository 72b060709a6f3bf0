//! The book's particle simulator: its benchmark, its tuned version, and what its particles take of the memory.
#![allow(clippy::vec_box, reason = "that each particle is an object of its own is the point")]

use profiling::{line_profile, memory_profile, profile};
use rand_core::SeedableRng;
use rand_xoshiro::SplitMix64;
use validation::random;

/// A particle that turns around the origin.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Particle {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) ang_speed: f64,
}

impl Particle {
    #[profile]
    pub(crate) fn new(x: f64, y: f64, ang_speed: f64) -> Self {
        Self { x, y, ang_speed }
    }
}

#[derive(Debug)]
pub(crate) struct ParticleSimulator {
    pub(crate) particles: Vec<Particle>,
}

impl ParticleSimulator {
    #[profile]
    pub(crate) fn new(particles: Vec<Particle>) -> Self {
        Self { particles }
    }

    // ANCHOR: evolve
    #[line_profile]
    #[profile]
    pub(crate) fn evolve(&mut self, dt: f64) {
        let timestep = 0.00001;
        let nsteps = (dt / timestep) as usize;
        for _ in 0..nsteps {
            for p in &mut self.particles {
                // 1. calculate the direction
                let norm = (p.x * p.x + p.y * p.y).sqrt();
                let v_x = -p.y / norm;
                let v_y = p.x / norm;
                // 2. calculate the displacement
                let d_x = timestep * p.ang_speed * v_x;
                let d_y = timestep * p.ang_speed * v_y;
                p.x += d_x;
                p.y += d_y;
            }
        }
    }
    // ANCHOR_END: evolve

    // ANCHOR: precomputed
    #[line_profile]
    #[profile]
    pub(crate) fn evolve_precomputed(&mut self, dt: f64) {
        let timestep = 0.00001;
        let nsteps = (dt / timestep) as usize;
        for p in &mut self.particles {
            let t_x_ang = timestep * p.ang_speed;
            for _ in 0..nsteps {
                let norm = (p.x * p.x + p.y * p.y).sqrt();
                (p.x, p.y) = (p.x - t_x_ang * p.y / norm, p.y + t_x_ang * p.x / norm);
            }
        }
    }
    // ANCHOR_END: precomputed
}

#[profile]
fn uniform(stream: &mut SplitMix64) -> f64 {
    2.0 * random::next(stream) - 1.0
}

/// The book's benchmark: random particles, which move for 0.1 units of time.
#[profile]
pub(crate) fn benchmark(particles: usize, evolve: fn(&mut ParticleSimulator, f64)) -> ParticleSimulator {
    let mut stream = SplitMix64::seed_from_u64(7);
    let mut next = || uniform(&mut stream);
    let particles = (0..particles).map(|_| Particle::new(next(), next(), next())).collect();
    let mut simulator = ParticleSimulator::new(particles);
    evolve(&mut simulator, 0.1);
    simulator
}

/// A particle as Python keeps it: an object with three numbers that are objects.
pub(crate) struct Object {
    x: Box<f64>,
    y: Box<f64>,
    ang_speed: Box<f64>,
}

/// All particles, a column for each number.
pub(crate) struct Columns {
    x: Vec<f64>,
    y: Vec<f64>,
    ang_speed: Vec<f64>,
}

pub(crate) fn objects(count: usize) -> Vec<Box<Object>> {
    let object = |p: Particle| Object { x: Box::new(p.x), y: Box::new(p.y), ang_speed: Box::new(p.ang_speed) };
    start(count).map(|p| Box::new(object(p))).collect()
}

pub(crate) fn structs(count: usize) -> Vec<Particle> {
    start(count).collect()
}

pub(crate) fn columns(count: usize) -> Columns {
    Columns {
        x: start(count).map(|p| p.x).collect(),
        y: start(count).map(|p| p.y).collect(),
        ang_speed: start(count).map(|p| p.ang_speed).collect(),
    }
}

fn start(count: usize) -> impl ExactSizeIterator<Item = Particle> {
    (0..count).map(|i| Particle { x: 1.0 + i as f64, y: 0.5, ang_speed: -1.0 })
}

/// Particles in some layout.
trait Layout {
    /// Calls a function with place and speed of each particle.
    fn each(&mut self, act: impl FnMut(&mut f64, &mut f64, f64));
}

impl Layout for Vec<Box<Object>> {
    fn each(&mut self, mut act: impl FnMut(&mut f64, &mut f64, f64)) {
        self.iter_mut().for_each(|p| act(&mut p.x, &mut p.y, *p.ang_speed));
    }
}

impl Layout for Vec<Particle> {
    fn each(&mut self, mut act: impl FnMut(&mut f64, &mut f64, f64)) {
        self.iter_mut().for_each(|p| act(&mut p.x, &mut p.y, p.ang_speed));
    }
}

impl Layout for Columns {
    fn each(&mut self, mut act: impl FnMut(&mut f64, &mut f64, f64)) {
        let positions = self.x.iter_mut().zip(&mut self.y);
        positions.zip(&self.ang_speed).for_each(|((x, y), &ang_speed)| act(x, y, ang_speed));
    }
}

// ANCHOR: memory
/// As many particles in each layout, all of which move; and their trails, which are only made room for at first.
#[memory_profile]
pub(crate) fn benchmark_memory(count: usize, steps: usize) -> [f64; 3] {
    let mut objects = objects(count);
    let first = moved(&mut objects, steps);
    let mut structs = structs(count);
    let second = moved(&mut structs, steps);
    let mut columns = columns(count);
    let third = moved(&mut columns, steps);
    let mut trails = vec![0.0; 50 * count];
    trails.fill(third);
    drop(trails);
    drop(objects);
    drop(structs);
    [first, second, third]
}
// ANCHOR_END: memory

/// Moves particles, and adds up where they are then.
fn moved(particles: &mut impl Layout, steps: usize) -> f64 {
    for _ in 0..steps {
        particles.each(|x, y, ang_speed| {
            let norm = (*x * *x + *y * *y).sqrt();
            let (v_x, v_y) = (-*y / norm, *x / norm);
            *x += 0.00001 * ang_speed * v_x;
            *y += 0.00001 * ang_speed * v_y;
        });
    }
    let mut sum = 0.0;
    particles.each(|x, y, _| sum += *x + *y);
    sum
}
