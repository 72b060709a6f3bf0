//! The Mandelbrot ladder of ranks: who has which rows, and how the counts come together.

use std::cell::RefCell;

use num_complex::Complex;
use serde::{Deserialize, Serialize};
use threaded::mandelbrot::row;
use threaded::pool::Pool;
use validation::mandelbrot::Input;
use validation::{Mandelbrot, Ready, Settings, Step, StepError, step};
use vectorised::simd::slices::FreeRunning;

use super::prepared::{hosts, team};
use super::{Desk, Error, Parts, World};
use crate::spmd;

/// What every rank is told. The points themselves lie before rank 0: those of a row, then those of a column.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Picture {
    width: usize,
    height: usize,
    max_iterations: u32,
}

impl Picture {
    fn of(input: &Input) -> Self {
        Self { width: input.width(), height: input.height(), max_iterations: input.max_iterations }
    }

    fn xs<'a>(&self, desk: Option<&'a Desk<'_>>) -> Option<&'a [f64]> {
        desk.map(|desk| &desk.numbers()[..self.width])
    }

    fn ys<'a>(&self, desk: Option<&'a Desk<'_>>) -> Option<&'a [f64]> {
        desk.map(|desk| &desk.numbers()[self.width..])
    }

    /// The points of a column in the order in which rows are dealt: those of rank 0, those of rank 1, and so on.
    fn dealt(&self, desk: Option<&Desk<'_>>, ranks: usize) -> Option<Vec<f64>> {
        let ys = self.ys(desk)?;
        Some(dealt_rows(self.height, ranks).map(|row| ys[row]).collect())
    }
}

/// The numbers of the rows, rank by rank.
fn dealt_rows(height: usize, ranks: usize) -> impl Iterator<Item = usize> {
    (0..ranks).flat_map(move |rank| (rank..height).step_by(ranks))
}

/// Puts rows that were gathered rank by rank where they belong.
fn lay_out(gathered: &[u32], picture: &Picture, ranks: usize, desk: Option<&mut Desk<'_>>) {
    let Some(counts) = desk.map(Desk::answer::<u32>) else { return };
    let width = picture.width;
    for (row, gathered) in dealt_rows(picture.height, ranks).zip(gathered.chunks_exact(width)) {
        counts[row * width..][..width].copy_from_slice(gathered);
    }
}

/// Room for all counts, in rank 0.
fn room(picture: &Picture, desk: Option<&Desk<'_>>) -> Option<Vec<u32>> {
    desk.map(|_| vec![0; picture.width * picture.height])
}

// ANCHOR: ranks_bands
/// A band of rows for each rank: `xs` go to all, `ys` are scattered, and the counts are gathered.
///
/// Mirrors the band of `mpi4py`'s Mandelbrot, `Scatterv` and `Gatherv`. Look for a master: there is none. All ranks run all lines, and only
/// the arrays that rank 0 has tell it from the others.
pub fn ranks_bands(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn bands(world: &World, picture: Picture, mut desk: Option<Desk<'_>>) -> Result<(), Error> {
        let rows = Parts::even(picture.height, world.size());
        let xs = world.broadcast(picture.xs(desk.as_ref()), picture.width)?;
        let ys = world.scatter(picture.ys(desk.as_ref()), &rows)?;
        let mut counts = vec![0; ys.len() * xs.len()];
        for (counts, &qy) in counts.chunks_exact_mut(xs.len()).zip(&ys) {
            row(counts, &xs, qy, picture.max_iterations);
        }
        world.gather(&counts, &rows.times(xs.len()), desk.as_mut().map(Desk::answer))
    }
    spmd!(bands);
    team::<Mandelbrot>(settings, |ranks, input, counts| {
        ranks.run(bands, &Picture::of(input), &[&input.xs, &input.ys], counts)
    })
}
// ANCHOR_END: ranks_bands

// ANCHOR: ranks_dealt
/// Rows are dealt to the ranks in turn, so that each gets some of the expensive ones.
///
/// Mirrors `schedule(static, 1)`, and what an MPI program does before it takes to a queue. Look where the order is made and unmade: on the
/// desk of rank 0, for a scatter gives neighbours to the same rank.
pub fn ranks_dealt(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn dealt(world: &World, picture: Picture, mut desk: Option<Desk<'_>>) -> Result<(), Error> {
        let rows = Parts::even(picture.height, world.size());
        let xs = world.broadcast(picture.xs(desk.as_ref()), picture.width)?;
        let ys = world.scatter(picture.dealt(desk.as_ref(), world.size()).as_deref(), &rows)?;
        let mut counts = vec![0; ys.len() * xs.len()];
        for (counts, &qy) in counts.chunks_exact_mut(xs.len()).zip(&ys) {
            row(counts, &xs, qy, picture.max_iterations);
        }
        let mut all = room(&picture, desk.as_ref());
        world.gather(&counts, &rows.times(xs.len()), all.as_deref_mut())?;
        lay_out(&all.unwrap_or_default(), &picture, world.size(), desk.as_mut());
        Ok(())
    }
    spmd!(dealt);
    team::<Mandelbrot>(settings, |ranks, input, counts| {
        ranks.run(dealt, &Picture::of(input), &[&input.xs, &input.ys], counts)
    })
}
// ANCHOR_END: ranks_dealt

// ANCHOR: histogram
/// How often each count occurs, below `max_iterations`; there is a place for 0 in any case.
pub fn histogram(counts: &[u32], max_iterations: u32) -> Vec<u64> {
    let mut occurrences = vec![0; max_iterations.max(1) as usize];
    for &count in counts {
        occurrences[count as usize] += 1;
    }
    occurrences
}
// ANCHOR_END: histogram

// ANCHOR: ranks_counted
/// Each rank also counts its counts, and one call adds up what all have found: map, and reduce.
///
/// Mirrors the Map/Reduce of the tutorial's wish list. Look at what is reduced: integers, whose sum is the same in any order. Rank 0 counts the
/// gathered counts too, and refuses an answer that contradicts the sum.
pub fn ranks_counted(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn counted(world: &World, picture: Picture, mut desk: Option<Desk<'_>>) -> Result<(), Error> {
        let rows = Parts::even(picture.height, world.size());
        let xs = world.broadcast(picture.xs(desk.as_ref()), picture.width)?;
        let ys = world.scatter(picture.dealt(desk.as_ref(), world.size()).as_deref(), &rows)?;
        let mut counts = vec![0; ys.len() * xs.len()];
        for (counts, &qy) in counts.chunks_exact_mut(xs.len()).zip(&ys) {
            row(counts, &xs, qy, picture.max_iterations);
        }
        let reduced = world.sum(&histogram(&counts, picture.max_iterations))?;
        let mut all = room(&picture, desk.as_ref());
        world.gather(&counts, &rows.times(xs.len()), all.as_deref_mut())?;
        agree("the histogram", reduced, all.as_deref().map(|all| histogram(all, picture.max_iterations)))?;
        lay_out(&all.unwrap_or_default(), &picture, world.size(), desk.as_mut());
        Ok(())
    }
    spmd!(counted);
    team::<Mandelbrot>(settings, |ranks, input, counts| {
        ranks.run(counted, &Picture::of(input), &[&input.xs, &input.ys], counts)
    })
}
// ANCHOR_END: ranks_counted

/// Refuses an answer whose parts, gathered, are not what the ranks have reduced.
pub(super) fn agree(what: &str, reduced: Option<Vec<u64>>, gathered: Option<Vec<u64>>) -> Result<(), Error> {
    if reduced == gathered {
        return Ok(());
    }
    Err(Error::Contradiction(format!("{what} that was reduced is another one than that of what was gathered")))
}

thread_local! {
    /// The pool of a rank, for as many threads as it was last asked for.
    static POOL: RefCell<Option<Pool>> = const { RefCell::new(None) };

    /// The lists of the fastest kernel, made once in each rank.
    static LISTS: RefCell<FreeRunning> =
        RefCell::new(FreeRunning::new().expect("whoever prepared the step has the instructions"));
}

// ANCHOR: ranks_threads
/// One rank on each host, and threads for its cores: what is on one machine need not be sent.
///
/// Mirrors the hybrid of MPI and OpenMP, with `MPI_THREAD_FUNNELED`: other threads compute, and the first one alone calls MPI. Look at
/// the number of ranks. There is one host here, so there is one, and nothing is left to gather but its own.
pub fn ranks_threads(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn shared(world: &World, told: (Picture, usize), mut desk: Option<Desk<'_>>) -> Result<(), Error> {
        let (picture, threads) = told;
        let rows = Parts::even(picture.height, world.size());
        let xs = world.broadcast(picture.xs(desk.as_ref()), picture.width)?;
        let ys = world.scatter(picture.dealt(desk.as_ref(), world.size()).as_deref(), &rows)?;
        let mut counts = vec![0; ys.len() * xs.len()];
        on_threads(threads, |pool| {
            pool.run(counts.chunks_exact_mut(xs.len()).zip(&ys).map(|(counts, &qy)| {
                let xs = &xs;
                move || row(counts, xs, qy, picture.max_iterations)
            }));
        })?;
        let mut all = room(&picture, desk.as_ref());
        world.gather(&counts, &rows.times(xs.len()), all.as_deref_mut())?;
        lay_out(&all.unwrap_or_default(), &picture, world.size(), desk.as_mut());
        Ok(())
    }
    spmd!(shared);
    let threads = settings.threads.get();
    hosts::<Mandelbrot>(HOSTS, threads, move |ranks, input, counts| {
        ranks.run(shared, &(Picture::of(input), threads), &[&input.xs, &input.ys], counts)
    })
}
// ANCHOR_END: ranks_threads

/// Hosts that the ranks of `ranks_threads` are on: this one.
const HOSTS: usize = 1;

/// Does something with the pool of this rank, made on first use: the one of chapter 8.
fn on_threads(threads: usize, work: impl FnOnce(&Pool)) -> Result<(), Error> {
    POOL.with_borrow_mut(|kept| {
        let pool = match kept.take() {
            Some(pool) if pool.threads() == threads => pool,
            _ => Pool::new(threads).map_err(|error| Error::System(format!("a rank gets no threads: {error}")))?,
        };
        work(kept.insert(pool));
        Ok(())
    })
}

// ANCHOR: ranks_vectors
/// Dealt again, to ranks with the fastest kernel: eight points in each instruction.
///
/// Mirrors `multiprocess::mandelbrot::vectors`, kernel and all. Look at the difference to processes with shared memory: it is what gathering
/// and laying out cost.
pub fn ranks_vectors(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn vectors(world: &World, picture: Picture, mut desk: Option<Desk<'_>>) -> Result<(), Error> {
        let rows = Parts::even(picture.height, world.size());
        let xs = world.broadcast(picture.xs(desk.as_ref()), picture.width)?;
        let ys = world.scatter(picture.dealt(desk.as_ref(), world.size()).as_deref(), &rows)?;
        let mut counts = vec![0; ys.len() * xs.len()];
        let mut q = Vec::new();
        for (counts, ys) in counts.chunks_mut(ROWS_AT_ONCE * xs.len()).zip(ys.chunks(ROWS_AT_ONCE)) {
            q.clear();
            q.extend(ys.iter().flat_map(|&qy| xs.iter().map(move |&qx| Complex::new(qx, qy))));
            LISTS.with_borrow_mut(|lists| lists.run(&q, picture.max_iterations, counts));
        }
        let mut all = room(&picture, desk.as_ref());
        world.gather(&counts, &rows.times(xs.len()), all.as_deref_mut())?;
        lay_out(&all.unwrap_or_default(), &picture, world.size(), desk.as_mut());
        Ok(())
    }
    spmd!(vectors);
    can_vectorise()?;
    team::<Mandelbrot>(settings, |ranks, input, counts| {
        ranks.run(vectors, &Picture::of(input), &[&input.xs, &input.ys], counts)
    })
}
// ANCHOR_END: ranks_vectors

/// Rows that the kernel gets at once: their points stay in a cache.
const ROWS_AT_ONCE: usize = 16;

/// Whether the CPU has the instructions of the fastest kernel.
fn can_vectorise() -> Result<(), StepError> {
    FreeRunning::new().map(drop)
}

/// The steps, in order.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(prepared ranks_bands, "pyMPI; Scatterv, Gatherv", "a band of rows for each rank").temporaries(bands),
    step!(prepared ranks_dealt, "schedule(static, 1)", "rows dealt to the ranks in turn").temporaries(gathered),
    step!(prepared ranks_counted, "Map/Reduce", "a histogram mapped and reduced").temporaries(gathered),
    step!(prepared ranks_threads, "MPI_THREAD_FUNNELED with OpenMP", "one rank a host, a thread a core")
        .temporaries(gathered),
    step!(prepared ranks_vectors, "multiprocess::mandelbrot::vectors", "the same with the fastest kernel")
        .temporaries(gathered),
];

/// The counts in the memory that rank 0 shares with the program, and in parts in the ranks.
fn bands(input: &Input) -> u64 {
    8 * (input.width() * input.height()) as u64
}

/// The same, and gathered in the order of the ranks.
fn gathered(input: &Input) -> u64 {
    12 * (input.width() * input.height()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_dealt_and_laid_out_again_are_where_they_were() {
        for (height, ranks) in [(7, 3), (2, 4), (1, 1), (9, 2)] {
            let mut rows: Vec<_> = dealt_rows(height, ranks).collect();
            assert_eq!(rows.len(), height);
            rows.sort_unstable();
            assert!(rows.into_iter().eq(0..height));
        }
    }

    #[test]
    fn a_sum_that_contradicts_what_was_gathered_is_refused() {
        assert_eq!(histogram(&[0, 2, 2], 3), [1, 0, 2]);
        assert_eq!(histogram(&[], 0), [0]);
        assert_eq!(agree("the histogram", Some(vec![1, 2]), Some(vec![1, 2])), Ok(()));
        let error = agree("the histogram", Some(vec![1, 2]), Some(vec![2, 1])).unwrap_err();
        assert!(error.to_string().starts_with("the histogram that was reduced"));
    }
}
