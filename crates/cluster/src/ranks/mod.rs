//! Ranks: one program, started many times, whose copies pass each other numbers by MPI.
//!
//! Tasks are handed out, and it does not matter who has them. Ranks move together: each knows its number and how many there are, all
//! call the same function at the same time, and when one of them does not come, the others wait. What they win by that is speed: a message
//! between them takes about a microsecond.
//!
//! The program starts its ranks itself, under the launcher of the MPI library, and keeps them between two runs. A rank is this same
//! program: [`work_if_rank`], in the first line of its main function, is what makes it one.
//!
//! ```
//! use cluster::ranks::{Desk, Error, Parts, Ranks, World};
//! use cluster::spmd;
//!
//! /// Each rank has some of the numbers and adds one to them.
//! fn increase(world: &World, length: usize, mut desk: Option<Desk<'_>>) -> Result<(), Error> {
//!     let parts = Parts::even(length, world.size());
//!     let mut part = world.scatter(desk.as_ref().map(Desk::numbers), &parts)?;
//!     part.iter_mut().for_each(|number| *number += 1.0);
//!     world.gather(&part, &parts, desk.as_mut().map(Desk::answer))
//! }
//! spmd!(increase);
//!
//! fn main() -> Result<(), Error> {
//!     cluster::ranks::work_if_rank();
//!     let mut answer = [0.0; 3];
//!     match Ranks::options().ranks(2).start() {
//!         Ok(mut ranks) => {
//!             ranks.run(increase, &3, &[&[1.0, 2.0, 3.0]], &mut answer)?;
//!             assert_eq!(answer, [2.0, 3.0, 4.0]);
//!             ranks.join()
//!         }
//!         // There is no MPI here.
//!         Err(Error::Unavailable(_)) => Ok(()),
//!         Err(error) => Err(error),
//!     }
//! }
//! ```

mod desk;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
mod error;
#[cfg(target_os = "linux")]
mod linux;
pub mod mandelbrot;
mod options;
pub mod particles;
mod parts;
pub mod pi;
mod prepared;
mod registered;
mod world;

use std::sync::atomic::{AtomicBool, Ordering};

pub use desk::Desk;
#[cfg(not(target_os = "linux"))]
use elsewhere as os;
pub use error::Error;
#[cfg(target_os = "linux")]
use linux as os;
pub use options::Options;
pub use os::Ranks;
pub use parts::Parts;
use validation::{Ladder, ladder};
pub use world::{Number, World};

/// What the macros of this module need.
#[doc(hidden)]
pub mod private {
    pub use inventory::submit;

    pub use super::registered::{Registered, decoded};
}

/// Whether this program lets its ranks work.
static INITIALISED: AtomicBool = AtomicBool::new(false);

/// In a rank: does a rank's work, and does not return. In any other process it notes that it was there.
pub fn work_if_rank() {
    INITIALISED.store(true, Ordering::Relaxed);
    os::work_if_rank();
}

/// The steps of the ranks, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![ladder(mandelbrot::STEPS), ladder(particles::STEPS), ladder(pi::STEPS)]
}

/// Why a world is not the one that was asked for: so many ranks asked for, what the launcher said and in which variable, the ranks that
/// there are, and the MPI library.
#[cfg(any(test, all(target_os = "linux", feature = "mpi")))]
fn mismatch(asked: usize, told: Option<(&str, usize)>, size: usize, library: &str) -> Option<String> {
    let library = library.lines().next().unwrap_or_default().split(',').next().unwrap_or_default().trim();
    match told {
        Some((variable, told)) if told != asked => {
            Some(format!("{asked} ranks were asked for, and its launcher has started {told} ({variable})"))
        }
        Some((variable, told)) if told != size => Some(format!(
            "the launcher has started {told} ranks ({variable}), and the MPI library of this program, {library}, sees {size}: \
             launcher and library belong to different MPIs; build the program with the mpicc beside the mpirun"
        )),
        None if size != asked => Some(format!(
            "{asked} ranks were asked for, and the MPI library of this program, {library}, sees {size}: it was started by no launcher of that \
             library; build the program with the mpicc beside the mpirun"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_of_another_size_is_told_with_its_reason() {
        let library = "Open MPI v4.1.4, package: Debian";
        assert_eq!(mismatch(4, Some(("OMPI_COMM_WORLD_SIZE", 4)), 4, library), None);
        assert_eq!(mismatch(4, None, 4, library), None);
        let fewer = mismatch(4, Some(("OMPI_COMM_WORLD_SIZE", 3)), 3, library).unwrap();
        assert_eq!(fewer, "4 ranks were asked for, and its launcher has started 3 (OMPI_COMM_WORLD_SIZE)");
        // The silent trap: a program of one MPI under the launcher of another is as many worlds of one.
        let other = mismatch(4, Some(("PMI_SIZE", 4)), 1, library).unwrap();
        assert!(other.contains("Open MPI v4.1.4, sees 1") && other.contains("different MPIs"), "{other}");
        let none = mismatch(4, None, 1, library).unwrap();
        assert!(none.contains("4 ranks were asked for") && none.contains("no launcher"), "{none}");
    }
}
