//! On which CPU a thread runs, and which node of the machine's memory that CPU is near to.
//!
//! The system may move a thread from CPU to CPU whenever it likes. [`pin`] forbids it, for one thread. OpenMP calls that
//! `OMP_PROC_BIND`, and the shell `taskset`.
//!
//! ```
//! let (there, pinned) = (threaded::affinity::allowed(), threaded::affinity::current());
//! // On other systems than Linux both say why they cannot.
//! assert_eq!(there.is_ok(), pinned.is_ok());
//! ```

use std::fs;

#[cfg(target_os = "linux")]
use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};
use validation::StepError;

/// The CPUs that the calling thread may run on, in order.
///
/// # Errors
/// [`StepError::Unavailable`] where the system does not say.
#[cfg(target_os = "linux")]
pub fn allowed() -> Result<Vec<usize>, StepError> {
    let set = sched_getaffinity(None)
        .map_err(|error| StepError::Unavailable(format!("the CPUs of this thread are not known ({error})")))?;
    Ok((0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect())
}

// ANCHOR: pin
/// Lets the calling thread run on this CPU only, from now on; other threads may use it too.
///
/// # Errors
/// [`StepError::Unavailable`] where the thread may not run on this CPU.
#[cfg(target_os = "linux")]
pub fn pin(cpu: usize) -> Result<(), StepError> {
    let refused = |why: String| StepError::Unavailable(format!("this thread may not run on CPU {cpu} ({why})"));
    if cpu >= CpuSet::MAX_CPU {
        return Err(refused(format!("{} is the number of the last one", CpuSet::MAX_CPU - 1)));
    }
    let mut cpus = CpuSet::new();
    cpus.set(cpu);
    sched_setaffinity(None, &cpus).map_err(|error| refused(error.to_string()))
}
// ANCHOR_END: pin

/// The CPU that the calling thread ran on a moment ago.
///
/// # Errors
/// None here; elsewhere it is unavailable.
#[cfg(target_os = "linux")]
pub fn current() -> Result<usize, StepError> {
    Ok(sched_getcpu())
}

/// The CPUs of a thread: unavailable on this system.
///
/// # Errors
/// [`StepError::Unavailable`].
#[cfg(not(target_os = "linux"))]
pub fn allowed() -> Result<Vec<usize>, StepError> {
    elsewhere()
}

/// Binds a thread to a CPU: unavailable on this system.
///
/// # Errors
/// [`StepError::Unavailable`].
#[cfg(not(target_os = "linux"))]
pub fn pin(_: usize) -> Result<(), StepError> {
    elsewhere()
}

/// The CPU of a thread: unavailable on this system.
///
/// # Errors
/// [`StepError::Unavailable`].
#[cfg(not(target_os = "linux"))]
pub fn current() -> Result<usize, StepError> {
    elsewhere()
}

#[cfg(not(target_os = "linux"))]
fn elsewhere<T>() -> Result<T, StepError> {
    let here = std::env::consts::OS;
    Err(StepError::Unavailable(format!("threads are pinned to CPUs by a call of Linux, this is {here}")))
}

/// The node of the memory that is nearest to a CPU; `None` where the system does not say.
pub fn node(cpu: usize) -> Option<usize> {
    numbers(&format!("/sys/devices/system/cpu/cpu{cpu}")).next()
}

/// The nodes of the machine's memory; none where the system does not say.
pub fn nodes() -> Vec<usize> {
    let mut nodes: Vec<_> = numbers("/sys/devices/system/node").collect();
    nodes.sort_unstable();
    nodes
}

/// The numbers of what is called `node0`, `node1`, ... in a folder.
fn numbers(folder: &str) -> impl Iterator<Item = usize> + use<> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.strip_prefix("node")?.parse().ok())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_pinned_thread_runs_where_it_is_pinned_and_no_other_thread_is_bound() {
        let before = allowed().unwrap();
        assert!(!before.is_empty() && before.is_sorted());
        for &cpu in &before {
            thread::scope(|scope| {
                scope.spawn(move || {
                    pin(cpu).unwrap();
                    assert_eq!((allowed().unwrap(), current().unwrap()), (vec![cpu], cpu));
                });
            });
        }
        assert_eq!(allowed().unwrap(), before);
    }

    #[test]
    fn a_cpu_that_is_not_there_is_refused() {
        for cpu in [1023, 1024, usize::MAX] {
            let refused = pin(cpu).unwrap_err().to_string();
            assert!(refused.contains(&format!("may not run on CPU {cpu}")), "{refused}");
        }
    }

    #[test]
    fn every_cpu_is_near_to_a_node_that_is_listed() {
        let nodes = nodes();
        for cpu in allowed().unwrap() {
            assert!(node(cpu).is_none_or(|node| nodes.contains(&node)), "CPU {cpu}, nodes {nodes:?}");
        }
    }
}
