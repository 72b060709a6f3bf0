//! Threads that the system refuses: parallel iterators do without them, and a step that needs them says so.

use std::error::Error;
use std::fmt::Display;
use std::mem;
use std::sync::OnceLock;

use rayon::ThreadPoolBuilder;

use crate::StepError;

/// Sees to it that rayon's parallel iterators and `rayon::join` work on the thread that calls this.
///
/// They run in the pool that the thread belongs to, otherwise in rayon's global pool, which is started here the first time. Rayon starts
/// it by itself too, but panics when the system refuses a thread. Where it does, the calling thread does all the work alone.
pub fn prepare() {
    static GLOBAL: OnceLock<bool> = OnceLock::new();
    if rayon::current_thread_index().is_some() {
        return;
    }
    let start = || match ThreadPoolBuilder::new().build_global() {
        Ok(()) => true,
        // Without a source it is no thread that is missing: somebody has started the pool before.
        Err(error) => error.source().is_none(),
    };
    if !*GLOBAL.get_or_init(start) {
        // A pool of one thread, which is this one: nothing is started, so nothing can be refused.
        let alone = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        // The thread belongs to the pool for as long as it lives.
        mem::forget(alone);
    }
}

/// What a step answers when the system refuses it a thread, with what mends it.
pub fn refused(threads: usize, error: &dyn Display) -> StepError {
    let noun = if threads == 1 { "thread" } else { "threads" };
    StepError::Unavailable(format!(
        "the system does not give {threads} {noun} ({error}): ask for fewer (--threads), or allow more (ulimit -u)"
    ))
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::process::Command;

    use super::*;
    use crate::{Distance, Expression, Mandelbrot, Particles, Pi, Precision, Problem, SizeRequest};

    /// The answer of a step that is right, as the reference computes it.
    fn verified<P: Problem>() {
        let request = SizeRequest { scale: crate::Scale::Quick, ..SizeRequest::default() };
        let input = P::input(&P::request(&request).unwrap()).unwrap();
        // Nothing was written yet: all that counts is that the reference was computed.
        let wrong = P::verify(&input, &P::output(&input), Precision::Exact);
        assert!(wrong.is_err(), "{}: an untouched output is not right", P::NAME);
        assert!(!P::reference_sum(&input).is_empty());
    }

    /// A stack larger than any address space: the system refuses every thread. That holds for a whole process, so the test runs itself
    /// once more.
    #[test]
    #[cfg(target_os = "linux")]
    fn without_threads_the_references_are_computed_by_the_caller() {
        const AGAIN: &str = "VALIDATION_WITHOUT_THREADS";
        if env::var_os(AGAIN).is_none() {
            let name = "parallel::tests::without_threads_the_references_are_computed_by_the_caller";
            let child = Command::new(env::current_exe().unwrap())
                .args(["--exact", name, "--nocapture"])
                .envs([(AGAIN, "1"), ("RUST_MIN_STACK", "1125899906842624")])
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
            assert!(child.status.success() && told.contains("1 passed"), "{told}");
            return;
        }
        let refused = std::thread::Builder::new().spawn(|| ());
        assert!(refused.is_err(), "the system gives a thread with a stack larger than its address space");
        verified::<Mandelbrot>();
        verified::<Expression>();
        verified::<Particles>();
        verified::<Distance>();
        verified::<Pi>();
        assert_eq!(rayon::current_num_threads(), 1);
    }

    #[test]
    fn a_thread_of_a_pool_stays_in_it() {
        let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        pool.install(|| {
            prepare();
            assert_eq!(rayon::current_num_threads(), 2);
        });
    }

    #[test]
    fn a_refusal_says_what_mends_it() {
        let StepError::Unavailable(why) = refused(8, &"no more") else { panic!("it is no failure of the step") };
        assert!(why.contains("8 threads") && why.contains("--threads") && why.contains("ulimit -u"), "{why}");
    }
}
