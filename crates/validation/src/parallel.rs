//! Work for all threads, which is also done where no threads can be made.

use std::cell::OnceCell;
use std::error::Error;
use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Does what is given, with rayon's threads for the parallel iterators in it; where the system allows no more threads, on this
/// one alone.
pub(crate) fn on_all_threads<R>(work: impl FnOnce() -> R) -> R {
    static STARTED: OnceLock<bool> = OnceLock::new();
    // Somebody else may have started them before: that is an error without a cause.
    let start = || ThreadPoolBuilder::new().build_global().map_or_else(|error| error.source().is_none(), |()| true);
    if *STARTED.get_or_init(start) { work() } else { on_this_thread(work) }
}

/// Does what is given with this thread as rayon's only one.
fn on_this_thread<R>(work: impl FnOnce() -> R) -> R {
    thread_local! {
        static ALONE: OnceCell<Option<ThreadPool>> = const { OnceCell::new() };
    }
    // A thread that belongs to a pool stays in it, and a parallel iterator stays in the pool of its thread. The error is that
    // this thread belongs to another one already, which is as good.
    let alone = || ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok();
    ALONE.with(|pool| _ = pool.get_or_init(alone));
    work()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use rayon::prelude::*;

    use super::*;

    #[test]
    fn where_no_threads_can_be_made_this_one_does_all() {
        for _ in 0..2 {
            let numbers = (0..1000).into_par_iter();
            let who: HashSet<_> = on_this_thread(|| numbers.map(|_| thread::current().id()).collect());
            assert_eq!(who, HashSet::from([thread::current().id()]));
        }
    }

    #[test]
    fn the_work_is_done_whoever_has_started_the_threads() {
        for _ in 0..2 {
            assert_eq!(on_all_threads(|| (0..1000_u64).into_par_iter().sum::<u64>()), 499_500);
        }
    }
}
