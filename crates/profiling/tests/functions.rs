//! What the attribute counts. Times are never asserted, only calls.
#![cfg(feature = "enabled")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Barrier, Mutex, MutexGuard, PoisonError};
use std::thread;

use profiling::functions::{self, Column, Profile, Recursion, Stats};
use profiling::profile;

/// All tests record into one profile: they take turns, each with a fresh one.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    functions::reset();
    turn
}

fn stats(profile: &Profile, name: &str) -> Stats {
    let found: Vec<Stats> =
        profile.stats().into_iter().filter(|stats| profile.functions()[stats.function].name == name).collect();
    assert_eq!(found.len(), 1, "{name}: {:?}", profile.functions());
    found[0].clone()
}

/// Calls, and calls that were not recursive.
fn calls(profile: &Profile, name: &str) -> (u64, u64) {
    let stats = stats(profile, name);
    (stats.calls, stats.primitive_calls)
}

fn edge(profile: &Profile, caller: &str, callee: &str) -> (u64, u64) {
    let name = |function: usize| profile.functions()[function].name.as_str();
    let edges = profile.edges();
    let found = edges.iter().find(|edge| name(edge.caller) == caller && name(edge.callee.function) == callee);
    found.map_or((0, 0), |edge| (edge.callee.calls, edge.callee.primitive_calls))
}

/// The example of "Python High Performance Programming", chapter 1, as the course's chapter 2 profiles it.
#[path = "../../../examples/profiled/taylor.rs"]
mod taylor;

#[test]
fn the_taylor_example_has_the_calls_of_the_book() {
    let _turn = alone();
    taylor::benchmark();
    let profile = functions::take();
    assert_eq!(calls(&profile, "factorial"), (188_000, 750));
    assert_eq!(stats(&profile, "factorial").ncalls(), "188000/750");
    assert_eq!(edge(&profile, "taylor_exp", "factorial"), (500, 500));
    assert_eq!(edge(&profile, "taylor_sin", "factorial"), (250, 250));
    // Once for each outermost call but that of 0, whose factorial needs no other.
    assert_eq!(edge(&profile, "factorial", "factorial"), (187_250, 749));
    assert_eq!((profile.calls(), profile.primitive_calls()), (188_003, 753));
    assert_eq!(profile.edges().len(), 5);
}

#[test]
fn results_are_those_without_the_attribute() {
    let _turn = alone();
    assert_eq!(taylor::factorial(10), 3_628_800.0);
    assert_eq!(taylor::taylor_sin(6), [0.0, 1.0, 0.0, -1.0 / 6.0, 0.0, 1.0 / 120.0]);
}

#[test]
fn the_time_of_recursive_calls_counts_once() {
    let _turn = alone();
    taylor::benchmark();
    let profile = functions::take();
    let [factorial, benchmark] = ["factorial", "benchmark"].map(|name| stats(&profile, name));
    let whole = u64::try_from(profile.time().as_nanos()).unwrap();
    assert_eq!(benchmark.total_ns, whole);
    assert_eq!(factorial.total_ns, factorial.self_ns);
    let own_times: u64 = profile.stats().iter().map(|stats| stats.self_ns).sum();
    assert_eq!(own_times, whole);
}

#[profile]
fn is_even(n: u32) -> bool {
    n == 0 || is_odd(n - 1)
}

#[profile]
fn is_odd(n: u32) -> bool {
    n != 0 && is_even(n - 1)
}

#[test]
fn mutual_recursion_is_recursion() {
    let _turn = alone();
    assert!(is_even(10));
    assert!(is_odd(3));
    let profile = functions::take();
    // From 10: 6 even, 5 odd. From 3: 2 odd, 2 even.
    assert_eq!(calls(&profile, "is_even"), (8, 2));
    assert_eq!(calls(&profile, "is_odd"), (7, 2));
    assert_eq!(edge(&profile, "is_even", "is_odd"), (6, 2));
    assert_eq!(edge(&profile, "is_odd", "is_even"), (7, 2));
}

#[test]
fn folding_recursion_keeps_calls_and_times() {
    let _turn = alone();
    is_even(10);
    let profile = functions::take();
    let sum = |folded: &str| -> u64 {
        folded.lines().map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum()
    };
    let (kept, folded) = (profile.folded(Recursion::Kept), profile.folded(Recursion::Folded));
    assert_eq!(sum(&kept), sum(&folded));
    assert!(folded.lines().all(|line| line.starts_with("is_even ") || line.starts_with("is_even;is_odd ")), "{folded}");
}

#[profile]
fn fails(at: u32) -> u32 {
    if at == 0 {
        panic!("as it should");
    }
    fails(at - 1)
}

#[profile]
fn survives() -> bool {
    catch_unwind(|| fails(3)).is_err()
}

#[test]
fn a_panic_ends_the_calls_that_it_leaves() {
    let _turn = alone();
    assert!(survives());
    taylor::factorial(0);
    let profile = functions::take();
    assert_eq!(calls(&profile, "fails"), (4, 1));
    assert_eq!(edge(&profile, "survives", "fails"), (1, 1));
    // Called from nowhere: neither `survives` nor `fails` is in progress any more.
    assert_eq!(calls(&profile, "factorial"), (1, 1));
    assert!(profile.edges().iter().all(|edge| profile.functions()[edge.callee.function].name != "factorial"));
    assert_eq!(functions::take().calls(), 0);
}

#[profile]
fn leaves_early(n: Option<u32>) -> Option<u32> {
    let n = n?;
    let Some(half) = (n % 2 == 0).then_some(n / 2) else {
        return Some(0);
    };
    let mut i = 0;
    loop {
        if i * i > half {
            return Some(i);
        }
        i += 1;
    }
}

#[test]
fn a_call_ends_however_the_function_is_left() {
    let _turn = alone();
    assert_eq!([None, Some(3), Some(20)].map(leaves_early), [None, Some(0), Some(4)]);
    taylor::factorial(0);
    let profile = functions::take();
    assert_eq!(calls(&profile, "leaves_early"), (3, 3));
    assert!(profile.edges().is_empty());
}

#[profile]
fn largest<T: PartialOrd + Copy>(values: &[T]) -> Option<T> {
    values.iter().copied().reduce(|a, b| if b > a { b } else { a })
}

#[test]
fn all_instantiations_of_a_generic_function_are_one() {
    let _turn = alone();
    assert_eq!((largest(&[1, 3, 2]), largest(&[0.5, 0.25]), largest(&["a", "b"])), (Some(3), Some(0.5), Some("b")));
    let profile = functions::take();
    assert_eq!(calls(&profile, "largest"), (3, 3));
    assert_eq!(profile.functions().len(), 1);
}

mod shapes {
    use super::profile;

    pub(crate) trait Shape {
        fn area(&self) -> f64;

        #[profile]
        fn doubled(&self) -> f64 {
            2.0 * self.area()
        }
    }

    pub(crate) struct Square<T>(pub(crate) T);

    #[profile]
    impl<T: Copy + Into<f64>> Square<T> {
        pub(crate) const SIDES: u32 = 4;

        pub(crate) fn side(&self) -> f64 {
            self.0.into()
        }

        pub(crate) const fn sides() -> u32 {
            Self::SIDES
        }

        pub(crate) fn into_side(self) -> T {
            self.0
        }
    }

    impl<T: Copy + Into<f64>> Shape for Square<T> {
        #[profile]
        fn area(&self) -> f64 {
            self.side() * self.side()
        }
    }
}

mod elsewhere {
    use super::{profile, shapes::Square};

    impl Square<u8> {
        #[profile]
        pub(crate) fn set(&mut self, side: u8) -> &mut Self {
            self.0 = side;
            self
        }
    }
}

#[test]
fn methods_are_named_with_their_types() {
    use shapes::{Shape, Square};
    let _turn = alone();
    let mut square = Square(3_u8);
    square.set(2).set(5);
    assert_eq!((square.doubled(), Square::<u8>::sides(), square.into_side()), (50.0, 4, 5));
    let profile = functions::take();
    let mut names: Vec<&str> = profile.functions().iter().map(|function| function.name.as_str()).collect();
    names.sort_unstable();
    let expected =
        ["<Square<_> as Shape>::area", "Shape::doubled", "Square<_>::into_side", "Square<_>::side", "Square<u8>::set"];
    assert_eq!(names, expected, "{:?}", profile.functions());
}

#[test]
fn a_function_is_known_by_file_line_and_path() {
    let _turn = alone();
    taylor::factorial(0);
    let profile = functions::take();
    let function = &profile.functions()[0];
    assert_eq!(function.path, "functions::taylor::factorial");
    assert_eq!(function.file, "examples/profiled/taylor.rs");
    let source = include_str!("../../../examples/profiled/taylor.rs");
    let line = source.lines().position(|line| line.contains("pub(crate) fn factorial")).unwrap() + 1;
    assert_eq!(function.line as usize, line, "the line of the name, not of the attribute");
}

#[test]
fn threads_that_have_ended_are_counted() {
    let _turn = alone();
    taylor::factorial(4);
    let threads: Vec<_> = (0..3).map(|n| thread::spawn(move || taylor::factorial(n))).collect();
    threads.into_iter().for_each(|thread| _ = thread.join().unwrap());
    thread::scope(|scope| _ = scope.spawn(|| taylor::factorial(9)));
    let profile = functions::take();
    assert_eq!(calls(&profile, "factorial"), (5 + 1 + 2 + 3 + 10, 5));
    assert_eq!(profile.threads(), 5);
}

#[profile]
fn outer(ready: &Barrier, go_on: &Barrier) {
    taylor::factorial(2);
    ready.wait();
    go_on.wait();
    taylor::factorial(6);
}

#[test]
fn threads_that_run_are_counted_and_lose_nothing() {
    let _turn = alone();
    let (ready, go_on) = (Barrier::new(2), Barrier::new(2));
    let [first, second] = thread::scope(|scope| {
        let thread = scope.spawn(|| outer(&ready, &go_on));
        ready.wait();
        let first = functions::take();
        go_on.wait();
        thread.join().unwrap();
        [first, functions::take()]
    });
    // The call of `outer` began before the first profile was taken, and went on after it.
    assert_eq!((calls(&first, "outer"), calls(&second, "outer")), ((1, 1), (0, 0)));
    assert_eq!((calls(&first, "factorial"), calls(&second, "factorial")), ((3, 1), (7, 1)));
    assert_eq!(edge(&second, "outer", "factorial"), (1, 1));
}

#[test]
fn no_call_of_a_busy_thread_is_lost_or_counted_twice() {
    let _turn = alone();
    const CALLS: u32 = 20_000;
    let profiles = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..2).map(|_| scope.spawn(|| (0..CALLS).for_each(|n| _ = taylor::factorial(n % 3)))).collect();
        let mut profiles: Vec<Profile> = (0..50).map(|_| functions::take()).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        profiles.push(functions::take());
        profiles
    });
    let all: u64 = profiles.iter().map(Profile::calls).sum();
    let expected: u32 = (0..CALLS).map(|n| n % 3 + 1).sum();
    assert_eq!(all, u64::from(2 * expected));
}

#[test]
fn many_short_threads_are_counted() {
    let _turn = alone();
    for n in 0..200 {
        thread::spawn(move || taylor::factorial(n % 5)).join().unwrap();
    }
    let profile = functions::take();
    assert_eq!(calls(&profile, "factorial"), (200 * 3, 200));
    assert_eq!((profile.threads(), profile.contexts().len()), (200, 5));
}

#[test]
fn a_snapshot_changes_nothing_and_a_reset_forgets() {
    let _turn = alone();
    taylor::factorial(3);
    assert_eq!((functions::snapshot().calls(), functions::snapshot().calls()), (4, 4));
    taylor::factorial(1);
    assert_eq!(functions::snapshot().calls(), 6);
    functions::reset();
    assert_eq!(functions::snapshot(), Profile::default());
    taylor::factorial(1);
    assert_eq!(functions::take().calls(), 2);
    assert_eq!(functions::take(), Profile::default());
}

#[profile]
fn middle() -> Profile {
    taylor::factorial(1);
    functions::take()
}

#[test]
fn a_profile_can_be_taken_in_the_middle_of_a_call() {
    let _turn = alone();
    let first = middle();
    assert_eq!((calls(&first, "middle"), calls(&first, "factorial")), ((1, 1), (2, 1)));
    taylor::factorial(0);
    let second = functions::take();
    assert_eq!(calls(&second, "factorial"), (1, 1));
    assert!(second.edges().is_empty(), "the call of `middle` has ended");
}

#[profile]
fn deep(n: u32) -> u32 {
    if n == 0 { 0 } else { 1 + deep(n - 1) }
}

#[test]
fn deep_recursion_is_no_problem() {
    let _turn = alone();
    let small = thread::Builder::new().stack_size(256 << 20);
    assert_eq!(small.spawn(|| deep(200_000)).unwrap().join().unwrap(), 200_000);
    let profile = functions::take();
    assert_eq!(calls(&profile, "deep"), (200_001, 1));
    assert!(profile.folded(Recursion::Folded).lines().count() <= 1);
    assert!(profile.square_map(&Default::default()).contains("deep"));
    assert_eq!(profile.to_text().parse(), Ok(profile));
}

#[test]
fn calls_in_too_many_contexts_are_counted_as_lost() {
    let _turn = alone();
    let large = thread::Builder::new().stack_size(1 << 30);
    assert_eq!(large.spawn(|| deep(1_100_000)).unwrap().join().unwrap(), 1_100_000);
    let profile = functions::take();
    assert_eq!(profile.lost_calls(), 1_100_001 - (1 << 20));
    assert_eq!(calls(&profile, "deep"), (1 << 20, 1));
    assert!(profile.table().to_string().contains(" more calls in too many contexts"));
}

#[test]
fn destructors_of_threads_may_call() {
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            taylor::factorial(1);
        }
    }
    thread_local!(static LAST: Last = const { Last });
    let _turn = alone();
    // Made before and after the profiler's own variables: one of the two outlives them.
    thread::spawn(|| {
        LAST.with(|_| ());
        taylor::factorial(1);
    })
    .join()
    .unwrap();
    thread::spawn(|| {
        taylor::factorial(1);
        LAST.with(|_| ());
    })
    .join()
    .unwrap();
    let calls = functions::take().calls();
    assert!([4, 6, 8].contains(&calls), "{calls}");
}

#[test]
fn a_scope_lasts_until_the_end_of_its_block() {
    let _turn = alone();
    for n in 0..3 {
        profiling::scope!("loop body");
        taylor::factorial(n);
        {
            profiling::scope!("inner");
        }
        profiling::scope!("rest");
    }
    taylor::factorial(0);
    let profile = functions::take();
    assert_eq!(calls(&profile, "loop body"), (3, 3));
    assert_eq!(edge(&profile, "loop body", "factorial"), (3, 3));
    assert_eq!((edge(&profile, "loop body", "inner"), edge(&profile, "loop body", "rest")), ((3, 3), (3, 3)));
    assert_eq!((edge(&profile, "inner", "rest"), edge(&profile, "rest", "factorial")), ((0, 0), (0, 0)));
    assert_eq!(profile.functions().iter().filter(|f| f.path == "functions::inner").count(), 1);
}

/// What a reader sees first: the table of a real profile, with the times masked, and how far they can be trusted.
#[test]
fn the_table_of_the_taylor_example() {
    let _turn = alone();
    taylor::benchmark();
    let profile = functions::take();
    let varying = [
        (r"(?m)^ +(~|overhead): .*\n", ""),
        (r"~?\d+\.\d+|\boverhead\b", "[time]"),
        (r"in a time that is not known", "in [time] seconds"),
        (r"\S*profiled/taylor\.rs:\d+", "[file:line]"),
        (" +", " "),
    ];
    insta::with_settings!({filters => varying}, {
        insta::assert_snapshot!(profile.table().sort(Column::Calls).sort(Column::Name));
        insta::assert_snapshot!(profile.callers().sort(Column::Name));
    });
}

#[test]
#[allow(clippy::mixed_attributes_style)]
fn attributes_arguments_and_kinds_of_functions_are_left_alone() {
    #[profile]
    #[must_use]
    #[inline(never)]
    #[allow(clippy::needless_lifetimes)]
    extern "C" fn odd<'a, const N: usize>(mut values: &'a mut [u32; N], (a, _): (u32, u32)) -> &'a mut u32
    where
        [u32; N]: Sized,
    {
        #![allow(unused_assignments, improper_ctypes_definitions)]
        const AT: usize = 1;
        values[AT] += a;
        values = &mut *values;
        &mut values[AT]
    }
    #[profile]
    fn never(code: u32) -> ! {
        std::panic::panic_any(code)
    }
    #[profile]
    fn returns_a_closure<'a>(offset: &'a u32) -> impl Fn(u32) -> u32 + use<'a> {
        move |x| x + offset
    }
    let _turn = alone();
    let mut values = [1, 2, 3];
    let two = *odd(&mut values, (5, 6));
    assert_eq!((two, returns_a_closure(&1)(2)), (7, 3));
    let payload = catch_unwind(AssertUnwindSafe(|| never(9))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&9_u32));
    assert_eq!(functions::take().calls(), 3);
}

#[test]
fn tables_of_a_real_profile_are_sorted() {
    let _turn = alone();
    taylor::benchmark();
    let profile = functions::take();
    let names = |column| -> Vec<&str> {
        profile.table().sort(column).rows().iter().map(|(function, _)| function.name.as_str()).collect()
    };
    assert_eq!(names(Column::Calls)[0], "factorial");
    assert_eq!(names(Column::Name), ["benchmark", "factorial", "taylor_exp", "taylor_sin"]);
    assert_eq!(names(Column::Line), ["factorial", "taylor_exp", "taylor_sin", "benchmark"]);
    assert_eq!(names(Column::CumTime)[0], "benchmark");
}
