//! Particles in columns, and in vectors of any width.
#![cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "the kernels name instructions of x86-64"))]

use pulp::Simd;
use pulp::bytemuck::{cast_slice, cast_slice_mut};

/// Some particles, columns of the same length: where they are, how fast they are, and how far they go.
pub(super) struct Swarm<'a> {
    /// The x coordinate of each, which is overwritten.
    pub(super) x: &'a mut [f64],
    /// The y coordinate of each, which is overwritten.
    pub(super) y: &'a mut [f64],
    /// The speed of each.
    pub(super) speed: &'a [f64],
    /// The length of a step.
    pub(super) timestep: f64,
    /// Steps.
    pub(super) steps: usize,
}

/// What some vectors of particles are in registers: x, y, and the length of the way that each goes in a step.
type Registers<S, const VECTORS: usize> =
    ([<S as Simd>::f64s; VECTORS], [<S as Simd>::f64s; VECTORS], [<S as Simd>::f64s; VECTORS]);

impl<'a> Swarm<'a> {
    /// The same in parts of so many particles, of which the last may have fewer.
    pub(super) fn parts(self, particles: usize) -> impl Iterator<Item = Swarm<'a>> {
        let Self { x, y, speed, timestep, steps } = self;
        let columns = x.chunks_mut(particles).zip(y.chunks_mut(particles)).zip(speed.chunks(particles));
        columns.map(move |((x, y), speed)| Swarm { x, y, speed, timestep, steps })
    }

    /// A part in vectors. The lanes that are left over have particles at rest.
    #[inline(always)]
    pub(super) fn load<S: Simd, const VECTORS: usize>(&self, simd: S) -> Registers<S, VECTORS> {
        let (mut x, mut y, mut factor) =
            ([simd.splat_f64s(1.0); VECTORS], [simd.splat_f64s(0.0); VECTORS], [simd.splat_f64s(0.0); VECTORS]);
        for lane in 0..self.speed.len() {
            cast_slice_mut(&mut x)[lane] = self.x[lane];
            cast_slice_mut(&mut y)[lane] = self.y[lane];
            cast_slice_mut(&mut factor)[lane] = self.timestep * self.speed[lane];
        }
        (x, y, factor)
    }

    /// Writes where the particles of a part are now.
    #[inline(always)]
    pub(super) fn store<S: Simd, const VECTORS: usize>(self, x: [S::f64s; VECTORS], y: [S::f64s; VECTORS]) {
        self.x.copy_from_slice(&cast_slice(&x)[..self.speed.len()]);
        self.y.copy_from_slice(&cast_slice(&y)[..self.speed.len()]);
    }
}
