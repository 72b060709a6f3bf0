//! Chapter 2: profiling by function, by line and by memory.

mod chapter2 {
    pub(crate) mod functions;
    pub(crate) mod lines;
    pub(crate) mod memory;
    pub(crate) mod outcome;
    pub(crate) mod overheads;
    pub(crate) mod particles;
    pub(crate) mod sampled;
    pub(crate) mod whole_programs;
}
// With a path, as rustfmt would look for these files in the folder chapter2.
#[path = "profiled"]
mod profiled {
    pub(crate) mod mandelbrot;
    pub(crate) mod particles;
    pub(crate) mod taylor;
}

use std::process::ExitCode;

use chapter2::functions::{mandelbrot_by_function, taylor_series};
use chapter2::lines::mandelbrot_by_line;
use chapter2::memory::{mandelbrot_by_memory, particles_by_memory};
use chapter2::overheads::overheads;
use chapter2::particles::particles_by_function_and_line;
use chapter2::sampled::mandelbrot_sampled;
use chapter2::whole_programs::whole_programs;
use profiling::memory::CountingAllocator;
use runner::Chapter;
use validation::{Mandelbrot, Particles};

/// All allocations of this program are counted.
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::system();

fn main() -> ExitCode {
    Chapter::new(2, "Profiling: functions, lines, memory", vec![])
        .about("Where does the time go, and where the memory? First look, then change, then look again.")
        .input::<Mandelbrot>()
        .input::<Particles>()
        .part(Some("mandelbrot"), mandelbrot_by_function)
        .part(Some("mandelbrot"), mandelbrot_sampled)
        .part(Some("mandelbrot"), mandelbrot_by_line)
        .part(Some("mandelbrot"), mandelbrot_by_memory)
        .part(Some("particles"), particles_by_function_and_line)
        .part(Some("particles"), particles_by_memory)
        .part(None, taylor_series)
        .part(None, whole_programs)
        .part(None, overheads)
        .run()
}
