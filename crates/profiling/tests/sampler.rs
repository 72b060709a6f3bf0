//! What the sampler sees of programs whose work is known.

#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod spinning;

use std::hint::black_box;
use std::io::Read as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::{env, fs, process};

use profiling::{FunctionRow, SampleError, Sampler, Samples, Timer};
use spinning::work;

/// All threads of the process are sampled, so the tests take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[inline(never)]
fn spin_one(rounds: u64) -> f64 {
    black_box(work(rounds))
}

#[inline(never)]
fn spin_two(rounds: u64) -> f64 {
    black_box(work(black_box(rounds)) + 1.0)
}

/// Enough for some hundred ticks of the slowest kernel clock.
const ROUNDS: u64 = 100_000_000;

fn total(samples: &Samples, function: &str) -> u64 {
    row(samples, function).map_or(0, |row| row.total)
}

fn row(samples: &Samples, function: &str) -> Option<FunctionRow> {
    let end = format!("::{function}");
    samples.functions().into_iter().find(|row| row.function.ends_with(&end))
}

fn thread_named(samples: &Samples, name: &str) -> Samples {
    let index = samples.threads().iter().position(|thread| thread.name == name).expect(name);
    samples.of_thread(index)
}

/// The samples of `p` of `events` deviate by so many at most, in all but three of a thousand runs, and are as heavy as the rest.
fn three_sigma(share: f64, events: u64) -> f64 {
    3.0 * (share * (1.0 - share) / events as f64).sqrt()
}

#[test]
fn two_threads_are_attributed_each_to_its_own_function() {
    let _alone = alone();
    let sampled = Sampler::new()
        .run(|| {
            thread::scope(|scope| {
                for (name, function) in [("first", spin_one as fn(u64) -> f64), ("second", spin_two)] {
                    thread::Builder::new().name(name.into()).spawn_scoped(scope, move || function(ROUNDS)).unwrap();
                }
            });
        })
        .unwrap();
    let samples = sampled.samples;
    assert_eq!(samples.lost(), 0);
    for (name, own, other) in [("first", "spin_one", "spin_two"), ("second", "spin_two", "spin_one")] {
        let thread = thread_named(&samples, name);
        assert!(thread.total() > 50, "{name}: {} samples", thread.total());
        assert_eq!(total(&thread, other), 0, "{name} never calls {other}\n{thread}");
        // Starting and ending a thread may be met too.
        assert!(total(&thread, own) as f64 >= 0.9 * thread.total() as f64, "{thread}");
    }
    assert_eq!(
        samples.total(),
        (0..samples.threads().len()).map(|index| samples.of_thread(index).total()).sum::<u64>()
    );
}

#[test]
fn samples_are_distributed_as_the_work_is() {
    let _alone = alone();
    let samples = Sampler::new().run(|| spin_one(ROUNDS) + spin_two(3 * ROUNDS)).unwrap().samples;
    let (one, two) = (total(&samples, "spin_one"), total(&samples, "spin_two"));
    let share = one as f64 / (one + two) as f64;
    // Some points more for the machine: its frequency, and who shares the core, may change between the two loops.
    let tolerance = three_sigma(0.25, samples.events()) + 0.06;
    assert!((share - 0.25).abs() < tolerance, "{share} of {} events, tolerance {tolerance}", samples.events());
    assert!(samples.events() <= samples.total() + samples.own());
    assert_eq!(samples.lost(), 0);
}

#[test]
fn the_weights_add_up_to_the_processor_time_whatever_the_timer() {
    let _alone = alone();
    for timer in [Timer::Event, Timer::UserEvent, Timer::Clock] {
        let samples = Sampler::new().timer(timer).run(|| spin_one(2 * ROUNDS)).unwrap().samples;
        let (seen, cpu) =
            (samples.total() as f64 / f64::from(samples.frequency()), samples.cpu().unwrap().as_secs_f64());
        assert!((seen / cpu - 1.0).abs() < 0.25, "{seen} s of {cpu} s by {timer:?}");
        assert!(samples.unseen().is_some());
        assert_eq!(samples.lost(), 0);
        let ids: std::collections::HashSet<_> = samples.threads().iter().map(|thread| thread.id).collect();
        assert_eq!(ids.len(), samples.threads().len(), "each thread is met once: {:?}", samples.threads());
        // What was asked for, or the reason.
        assert_eq!(samples.timer() == Some(timer), samples.instead().is_none(), "{samples}");
    }
}

#[test]
fn every_period_outside_the_kernel_has_its_own_interruption() {
    let _alone = alone();
    let samples = Sampler::new().timer(Timer::UserEvent).run(|| spin_one(ROUNDS)).unwrap().samples;
    if samples.timer() == Some(Timer::Clock) {
        assert!(samples.instead().is_some_and(|why| why.contains("perf_event_open")), "{samples}");
    } else {
        assert_eq!(samples.events(), samples.total() + samples.own());
        assert!(samples.rate().unwrap() <= 1.1 * f64::from(samples.frequency()));
    }
    let text = samples.to_string();
    assert!(text.contains(&format!("{} in all, by {}", samples.events(), samples.timer().unwrap())), "{text}");
}

#[inline(never)]
fn read_zeros(turns: usize) -> u64 {
    let mut zeros = fs::File::open("/dev/zero").unwrap();
    let mut bytes = vec![1; 1 << 20];
    (0..turns).fold(0, |sum, _| {
        zeros.read_exact(&mut bytes).unwrap();
        sum + u64::from(bytes[sum as usize])
    })
}

#[test]
fn what_the_kernel_does_belongs_to_its_caller_or_is_told_as_unseen() {
    let _alone = alone();
    for timer in [Timer::Event, Timer::UserEvent, Timer::Clock] {
        let sampled = Sampler::new().timer(timer).run(|| read_zeros(20_000)).unwrap();
        assert_eq!(sampled.value, 0);
        let samples = sampled.samples;
        let cpu = samples.cpu().unwrap().as_secs_f64();
        let seen = total(&samples, "read_zeros") as f64 / f64::from(samples.frequency());
        if samples.timer() == Some(Timer::UserEvent) {
            assert!(samples.unseen().unwrap().as_secs_f64() > 0.5 * cpu, "{samples}");
            assert!(samples.to_string().contains("were not seen: the kernel's work for the program"), "{samples}");
        } else {
            assert!(seen > 0.6 * cpu, "{seen} s of {cpu} s by {timer:?}\n{samples}");
        }
    }
}

/// The signal that events would use is the program's own.
#[test]
fn a_signal_that_the_program_handles_is_left_alone_and_the_reason_is_said() {
    let _alone = alone();
    let ignored = libc::SIGSTKFLT;
    #[expect(unsafe_code, reason = "the standard library has no signals")]
    // SAFETY: ignoring a signal that nobody sends, until the action before is put back.
    let (samples, after) = unsafe {
        let before = libc::signal(ignored, libc::SIG_IGN);
        (profiling::sample(|| spin_one(ROUNDS)).unwrap().samples, libc::signal(ignored, before))
    };
    assert_eq!(after, libc::SIG_IGN);
    assert_eq!(samples.timer(), Some(Timer::Clock));
    assert!(total(&samples, "spin_one") > 50, "{samples}");
    assert!(samples.to_string().contains("SIGSTKFLT is handled or blocked by the program"), "{samples}");
}

#[test]
fn lines_belong_to_the_function_and_to_what_was_inlined() {
    let _alone = alone();
    let samples = Sampler::new().run(|| spin_one(ROUNDS)).unwrap().samples;
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/spinning/mod.rs")).unwrap();
    let own_text = fs::read_to_string(file()).unwrap();
    let line_of = |text: &str, part: &str| text.lines().position(|line| line.contains(part)).unwrap() as u32 + 1;
    let division = line_of(&text, "value = 1.0 + 1.0 / black_box");
    let function = line_of(&own_text, "fn spin_one(");
    let all = samples.total() as f64 / f64::from(samples.frequency());

    let innermost = samples.line_seconds("tests/spinning/mod.rs");
    assert!(innermost[&division] > 0.5 * all, "{innermost:?}\n{samples}");
    let attributed = samples.attribute_to("tests/sampler.rs", function..=function + 2);
    for lines in [&attributed.outermost, &attributed.innermost, &attributed.own] {
        assert_eq!(lines.keys().collect::<Vec<_>>(), [&(function + 1)], "the call of what was inlined: {attributed:?}");
        assert!(lines[&(function + 1)] > 0.9 * all, "{attributed:?}");
    }
    let row = samples.lines().into_iter().find(|row| row.line == division).unwrap();
    assert_eq!(row.text.as_deref().map(str::trim), Some("value = 1.0 + 1.0 / black_box(value);"));
}

/// This file, wherever the test is run from.
fn file() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sampler.rs")
}

#[test]
fn stacks_begin_with_the_closure_and_can_be_drawn() {
    let _alone = alone();
    let samples = Sampler::new().run(|| spin_one(ROUNDS)).unwrap().samples;
    let folded = samples.folded();
    assert!(folded.lines().all(|line| !line.contains("profiled") && !line.contains("lang_start")), "{folded}");
    let deepest = folded.lines().find(|line| line.contains("::spin_one")).expect("the function is met");
    assert!(deepest.split(';').nth(1).is_some_and(|frame| frame.ends_with("{closure#0}")), "{deepest}");
    let weight: u64 = folded.lines().map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum();
    assert_eq!(weight, samples.total());

    let mut svg = Vec::new();
    samples.flame_graph("one function", &mut svg).unwrap();
    let svg = String::from_utf8(svg).unwrap();
    assert!(svg.starts_with("<?xml") && svg.contains("spin_one") && svg.contains("one function"));
}

#[inline(never)]
fn descend(depth: u64, rounds: u64) -> f64 {
    let value = if depth == 0 { work(rounds) } else { descend(depth - 1, rounds) };
    black_box(value) + 1.0
}

#[test]
fn a_stack_that_is_deeper_than_the_copy_is_counted_and_its_function_is_right() {
    let _alone = alone();
    let deep = |bytes| Sampler::new().stack(bytes).run(|| descend(200, ROUNDS)).unwrap().samples;
    let short = deep(1024);
    assert!(short.truncated() as f64 > 0.9 * short.events() as f64, "{} of {}", short.truncated(), short.events());
    assert!(row(&short, "descend").unwrap().total as f64 > 0.9 * short.total() as f64);
    let whole = deep(64 * 1024);
    assert_eq!(whole.truncated(), 0);
    let depth = whole.stacks().iter().map(|stack| whole.frames(stack).len()).max().unwrap();
    assert!(depth > 200, "{depth}");
    let row = row(&whole, "descend").unwrap();
    assert!(row.total <= whole.total(), "a recursive function is counted once per sample");
}

#[test]
fn threads_that_exist_before_are_sampled_from_the_start() {
    let _alone = alone();
    let (go, gone) = std::sync::mpsc::channel();
    let worker = thread::Builder::new().name("waiting".into()).spawn(move || {
        gone.recv().unwrap();
        spin_two(ROUNDS)
    });
    let samples = Sampler::new()
        .run(|| {
            go.send(()).unwrap();
            worker.unwrap().join().unwrap()
        })
        .unwrap()
        .samples;
    assert!(total(&thread_named(&samples, "waiting"), "spin_two") > 50, "{samples}");
}

#[test]
fn a_profile_within_a_profile_is_refused_and_not_run() {
    let _alone = alone();
    let sampled = profiling::sample(|| {
        let inner = profiling::sample(|| panic!("this is not run"));
        let other = thread::spawn(|| profiling::sample(|| ()).err()).join().unwrap();
        (inner.err(), other)
    })
    .unwrap();
    assert_eq!(sampled.value, (Some(SampleError::Running), Some(SampleError::Running)));
    let error = SampleError::Running.to_string();
    assert_eq!(error, "the program is being sampled already: a profile covers all threads, so there is one at a time");
    assert!(profiling::sample(|| ()).is_ok(), "it can be sampled again afterwards");
}

#[test]
fn frequencies_out_of_range_are_refused() {
    for frequency in [0, 10_001] {
        let refused = Sampler::new().frequency(frequency).run(|| panic!("this is not run"));
        assert_eq!(refused.err(), Some(SampleError::Frequency(frequency)));
    }
}

/// How many timers and perf events the process has.
fn armed() -> usize {
    // Not every kernel lists timers.
    let timers = fs::read_to_string("/proc/self/timers").unwrap_or_default();
    let files = fs::read_dir("/proc/self/fd").unwrap().filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    timers.lines().filter(|line| line.starts_with("ID:")).count()
        + files.filter(|file| file.to_string_lossy().contains("[perf_event]")).count()
}

fn entries(folder: &str) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn a_panic_of_the_closure_propagates_and_the_timers_are_gone() {
    let _alone = alone();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _ = profiling::sample(|| {
            assert!(armed() > 0, "there is a timer while sampling");
            spin_one(10_000_000);
            panic!("of the closure");
        });
    }));
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"of the closure"));
    assert_eq!(armed(), 0);
    assert!(profiling::sample(|| ()).is_ok(), "it can be sampled again afterwards");
}

#[test]
fn fifty_profiles_leave_nothing_behind() {
    let _alone = alone();
    profiling::sample(|| spin_one(1_000_000)).unwrap();
    let files = entries("/proc/self/fd");
    for _ in 0..50 {
        let samples = Sampler::new().frequency(5000).run(|| spin_one(1_000_000)).unwrap().samples;
        assert_eq!(samples.lost(), 0);
        assert!(thread_count("profiler") == 0, "the profiler's thread is gone");
    }
    assert_eq!(entries("/proc/self/fd"), files);
    assert_eq!(armed(), 0);
}

fn thread_count(name: &str) -> usize {
    let tasks = fs::read_dir(format!("/proc/{}/task", process::id())).unwrap();
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|found| found.trim_end() == name).count()
}

#[test]
fn many_threads_that_come_and_go_are_no_trouble() {
    let _alone = alone();
    let sampled = Sampler::new()
        .frequency(4000)
        .run(|| {
            for _ in 0..20 {
                thread::scope(|scope| (0..10).for_each(|_| drop(scope.spawn(|| spin_one(200_000)))));
            }
            spin_two(ROUNDS / 2)
        })
        .unwrap();
    assert!(total(&sampled.samples, "spin_two") > 0);
    assert!(sampled.samples.unseen().is_some());
}

/// Runs a test of this program once more in a process of its own, as the shell's words say, and expects it to pass. Says whether it has done
/// so: it has not where this is that process.
fn again(test: &str, words: &str) -> bool {
    const INNER: &str = "SAMPLER_TEST_AGAIN";
    if env::var_os(INNER).is_some() {
        return false;
    }
    let mut command = process::Command::new("bash");
    command.args(["-c", words, "bash"]).arg(env::current_exe().unwrap()).args(["--exact", test]).env(INNER, "1");
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    true
}

/// A filter of system calls cannot be taken back, so the test runs itself once more.
#[test]
fn where_there_are_no_events_timers_take_their_place_and_the_reason_is_said() {
    let _alone = alone();
    if again("where_there_are_no_events_timers_take_their_place_and_the_reason_is_said", "exec \"$@\"") {
        return;
    }
    forbid_events();
    let samples = profiling::sample(|| spin_one(ROUNDS)).unwrap().samples;
    assert_eq!(samples.timer(), Some(Timer::Clock));
    assert!(total(&samples, "spin_one") > 50, "{samples}");
    let why = samples.instead().unwrap();
    assert!(why.contains("does not allow perf_event_open") || why.contains("sudo sysctl"), "{why}");
    assert!(samples.to_string().contains(why), "{samples}");
}

/// What containers do: the kernel refuses `perf_event_open` to this process from now on, by a filter of system calls.
#[expect(unsafe_code, reason = "the standard library has no filters of system calls")]
fn forbid_events() {
    let step = |code: u32, yes, no, k| libc::sock_filter { code: code as u16, jt: yes, jf: no, k };
    let refuse = libc::SECCOMP_RET_ERRNO | libc::EPERM as u32;
    let mut filter = [
        // The number of the call is the first word of `struct seccomp_data`.
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, 1, libc::SYS_perf_event_open as u32),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, refuse),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: the filter is four steps long, lives through the calls, and its jumps stay inside.
    let failed = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            || libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                libc::SECCOMP_FILTER_FLAG_TSYNC,
                &program,
            ) != 0
    };
    assert!(!failed, "{}", std::io::Error::last_os_error());
}

/// Without a limit for pending signals there are no timers; that is the process's own, so the test runs itself once more.
#[test]
fn where_there_are_no_timers_the_closure_runs_all_the_same_and_the_reason_is_said() {
    let _alone = alone();
    let name = "where_there_are_no_timers_the_closure_runs_all_the_same_and_the_reason_is_said";
    if again(name, "ulimit -i 0 && exec \"$@\"") {
        return;
    }
    let sampled = Sampler::new().timer(Timer::Clock).run(|| 7).unwrap();
    assert_eq!(sampled.value, 7);
    let samples = sampled.samples;
    let why = samples.unavailable().expect("there are no timers").to_string();
    assert!(why.starts_with("sampling is not available here: timers of threads: "), "{why}");
    let text = samples.to_string();
    assert!(text.starts_with(&why) && text.contains("wall time only: 0.0"), "{text}");
    assert!(samples.functions().is_empty() && samples.lines().is_empty() && samples.folded().is_empty());
    let error = samples.flame_graph("nothing", Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), why);
}
