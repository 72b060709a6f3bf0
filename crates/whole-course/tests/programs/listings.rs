//! What makes the vector steps fast, as it can be seen without a clock and without the machine at hand: the instructions of their
//! loops, as they are compiled for processors that are named here. What is compiled here is never run.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::path::PathBuf;
use std::sync::OnceLock;
use std::thread;

use profiling::asm::{Class, Image, Instruction, Listing};

use crate::rustc::Build;
use crate::support::root;

/// The processors, as rustc names them: what laptops and servers have had in common for ten years, the same with AVX-512, and two
/// that the compiler knows in detail.
const PROCESSORS: [&str; 4] = ["x86-64-v3", "x86-64-v4", "znver5", "sapphirerapids"];

/// A program with the steps of `vectorised::simd` for each processor. The portable vectors of `wide` are compiled with them, since they
/// choose by the processor that they are compiled for.
fn programs() -> &'static [(&'static str, PathBuf)] {
    static PROGRAMS: OnceLock<Vec<(&str, PathBuf)>> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let main = root().join("crates/whole-course/tests/fixtures/listed.rs");
        let program = |processor| {
            let build = Build::new(&format!("for-{processor}"), &["-C", &format!("target-cpu={processor}")]);
            build.library("safe_arch").library("wide").program("vectorised", &main, &[])
        };
        let compile = |processors: &[&'static str]| -> Vec<_> {
            processors.iter().map(|&processor| (processor, program(processor))).collect()
        };
        // Two compilers at a time.
        let (first, second) = PROCESSORS.split_at(2);
        thread::scope(|scope| {
            let second = scope.spawn(|| compile(second));
            let mut programs = compile(first);
            programs.extend(second.join().expect("the compilers end"));
            programs
        })
    })
}

/// The loop in which a kernel computes: of the loops without loops in them the one with the widest registers, and the most
/// instructions of a kind.
struct Hot {
    processor: &'static str,
    body: Vec<Instruction>,
}

impl Hot {
    /// Whether the processor has AVX-512, and with it 32 registers in place of 16.
    fn has_avx512(&self) -> bool {
        self.processor != "x86-64-v3"
    }

    fn of(processor: &'static str, listing: &Listing, kind: &str) -> Self {
        let innermost = |at: usize| listing.loops().iter().all(|other| other.parent != Some(at));
        let bodies = listing
            .loops()
            .iter()
            .enumerate()
            .filter(|(at, _)| innermost(*at))
            .map(|(_, found)| found.body.iter().map(|&at| listing.instructions()[at].clone()).collect())
            .map(|body| Self { processor, body });
        bodies.max_by_key(|body| (body.bits(), body.count(kind))).expect("a kernel is a loop")
    }

    /// Instructions whose text begins like this.
    fn count(&self, name: &str) -> usize {
        self.body.iter().filter(|instruction| instruction.text.starts_with(name)).count()
    }

    /// What does not stay in a register: a loop that changes a number and has no free register for it stores it in each round. Numbers
    /// that a loop only reads may come from memory; whether they do is the compiler's choice for a processor.
    fn stores(&self) -> usize {
        self.body.iter().filter(|instruction| instruction.stores).count()
    }

    /// The width of the widest register.
    fn bits(&self) -> u16 {
        self.body.iter().map(|instruction| instruction.vector_bits).max().unwrap_or(0)
    }

    /// Nothing computes with one number, and nothing is called.
    fn assert_packed(&self) {
        for instruction in &self.body {
            let text = &instruction.text;
            assert!(instruction.callee.is_none(), "{}: {text}", self.processor);
            assert!(instruction.class != Class::Scalar, "{}: {text}", self.processor);
        }
        assert!(self.bits() >= 128, "{}", self.processor);
    }

    /// As [`assert_packed`](Self::assert_packed), for a step that names its instructions, and with them the width of its registers.
    fn assert_packed_in(&self, bits: u16) {
        self.assert_packed();
        assert_eq!(self.bits(), bits, "{}", self.processor);
    }
}

/// The hot loop of each instance of a kernel, for each processor.
fn hot(kernel: &str) -> Vec<Hot> {
    hot_with("vmulpd", kernel)
}

/// As [`hot`], where it is something else than products that the loop is known by.
fn hot_with(kind: &str, kernel: &str) -> Vec<Hot> {
    hot_of(&format!("vectorised::simd::{kernel}"), kind)
}

fn hot_of(name: &str, kind: &str) -> Vec<Hot> {
    let of_program = |(processor, program): &(&'static str, PathBuf)| {
        let image = Image::open(program).expect("an executable");
        let found = image.matching(name);
        assert!(!found.is_empty(), "no {name} for {processor}");
        let listed = |function| Hot::of(processor, &image.listing(function).expect("x86-64 code"), kind);
        found.into_iter().map(listed).collect::<Vec<_>>()
    };
    programs().iter().flat_map(of_program).collect()
}

/// For each processor the instance that does so many packed multiplications in a round, with one vector for each `each` of them.
fn with_vectors(kernel: &str, vectors: usize, each: usize) -> Vec<Hot> {
    let all: Vec<_> = hot(kernel).into_iter().filter(|hot| hot.count("vmulpd") == each * vectors).collect();
    for processor in PROCESSORS {
        let there = all.iter().any(|hot| hot.processor == processor);
        assert!(there, "no {kernel} keeps {vectors} vectors in flight for {processor}");
    }
    all
}

#[test]
fn masked_keeps_four_vectors_in_registers() {
    for vectors in 1..=4 {
        for hot in with_vectors("mandelbrot::masked_points", vectors, 3) {
            hot.assert_packed_in(512);
            assert_eq!(hot.stores(), 0, "{vectors} vectors for {}", hot.processor);
            let operations = (hot.count("vaddpd"), hot.count("vsubpd"), hot.count("vcmp"));
            assert_eq!(operations, (5 * vectors, vectors, vectors), "4 additions and the count, with a mask");
        }
    }
}

#[test]
fn eight_vectors_are_more_than_there_are_registers_for() {
    for hot in with_vectors("mandelbrot::masked_points", 8, 3) {
        assert!(hot.stores() > 0, "{}", hot.processor);
    }
}

#[test]
fn avx2_keeps_two_vectors_in_its_sixteen_registers() {
    for hot in with_vectors("mandelbrot::avx2::run", 2, 3) {
        hot.assert_packed_in(256);
        assert_eq!(hot.stores(), 0, "{}", hot.processor);
    }
}

#[test]
fn an_untested_iteration_is_six_instructions_for_eight_points() {
    for hot in hot("mandelbrot::free_running_points") {
        hot.assert_packed_in(512);
        assert_eq!((hot.count("vcmp"), hot.stores()), (0, 0), "{}", hot.processor);
        let products = hot.count("vmulpd");
        assert_eq!(products % 3, 0, "{}", hot.processor);
        let vectors = products / 3;
        assert_eq!(hot.count("vfmadd"), vectors, "the doubled product and its sum, for {}", hot.processor);
        assert_eq!(hot.count("vaddpd") + hot.count("vsubpd"), 2 * vectors, "{}", hot.processor);
    }
}

#[test]
fn an_untested_round_is_six_instructions_in_the_widest_registers_there_are() {
    for step in ["untested", "rows"] {
        for (set, bits) in [("avx2", 256), ("avx512", 512)] {
            for hot in hot_of(&format!("vectorised::combined::mandelbrot::{step}::{set}"), "vfmadd") {
                hot.assert_packed_in(bits);
                assert_eq!((hot.count("vcmp"), hot.stores()), (0, 0), "{step} for {}", hot.processor);
                let vectors = hot.count("vfmadd");
                assert_eq!(hot.count("vmulpd"), 3 * vectors, "{step} for {}", hot.processor);
                assert_eq!(hot.count("vaddpd") + hot.count("vsubpd"), 2 * vectors, "{step} for {}", hot.processor);
            }
        }
    }
}

#[test]
fn particles_stay_in_registers() {
    let instances = hot("particles::columns");
    for hot in &instances {
        hot.assert_packed();
        assert_eq!(hot.count("vdivpd"), 2 * hot.count("vsqrtpd"), "{}", hot.processor);
    }
    // Sixteen registers are enough for some numbers of vectors, 32 for all.
    let (with, without): (Vec<_>, Vec<_>) = instances.iter().partition(|hot| hot.has_avx512());
    assert!(without.iter().any(|hot| hot.stores() == 0));
    assert!(with.iter().all(|hot| hot.stores() == 0));
}

/// The hot loops of a kernel with fused operations, for the processors that run it, with the coupled steps of each: a processor with AVX-512
/// never runs the kernel for AVX2.
fn fused(kernel: &str) -> Vec<(Hot, usize)> {
    let sets = [("avx2", 256, 2), ("avx512", 512, 1)];
    let of_set = |(set, bits, coupled_steps)| {
        let found = hot_with("vfmadd", &format!("particles::{kernel}::{set}"));
        found.into_iter().filter(move |hot| hot.has_avx512() == (bits == 512)).map(move |hot| {
            hot.assert_packed_in(bits);
            (hot, coupled_steps)
        })
    };
    sets.into_iter().flat_map(of_set).collect()
}

#[test]
fn one_division_divides_once_for_two_quotients() {
    for (hot, _) in fused("one_division") {
        let vectors = hot.count("vsqrtpd");
        assert!(vectors > 0, "{}", hot.processor);
        let operations = (hot.count("vdivpd"), hot.count("vfnmadd"), hot.count("vfmadd"), hot.count("vmulpd"));
        assert_eq!(operations, (vectors, 2 * vectors, 2 * vectors, 6 * vectors), "{}", hot.processor);
    }
}

#[test]
fn no_division_has_neither_division_nor_root() {
    for (hot, coupled_steps) in fused("no_division") {
        assert_eq!((hot.count("vdivpd"), hot.count("vsqrtpd")), (0, 0), "{}", hot.processor);
        let vectors = hot.count("vrsqrt");
        assert!(vectors > 0, "{}", hot.processor);
        let operations = (hot.count("vfnmadd"), hot.count("vfmadd"), hot.count("vmulpd"));
        let fused = (6 + coupled_steps, 6 + 2 * coupled_steps);
        assert_eq!(operations, (vectors * fused.0, vectors * fused.1, 9 * vectors), "{}", hot.processor);
    }
}

#[test]
fn balanced_shares_its_vectors_between_the_divider_and_the_others() {
    for (set, bits) in [("avx2", 256), ("avx512", 512)] {
        let all = hot_with("vfmadd", &format!("particles::{set}_kernels::{set}"));
        let run_it: Vec<_> = all.iter().filter(|hot| hot.has_avx512() == (bits == 512)).collect();
        for hot in &run_it {
            hot.assert_packed_in(bits);
            // A vector with the divider has a root and a division, one without it has neither.
            assert_eq!(hot.count("vdivpd"), hot.count("vsqrtpd"), "{}", hot.processor);
        }
        // Those in which all or none divide may be one function with `one_division` or `no_division`.
        let mixed = |hot: &&Hot| hot.count("vsqrtpd") > 0 && hot.count("vrsqrt") > 0;
        assert!(run_it.iter().copied().any(|hot| mixed(&hot)), "{set} has no mixture");
    }
}

#[test]
fn one_division_stays_in_registers_while_there_are_enough() {
    for (hot, _) in fused("one_division") {
        let vectors = hot.count("vmulpd") / 6;
        if vectors <= if hot.bits() == 512 { 8 } else { 2 } {
            assert_eq!(hot.stores(), 0, "{vectors} vectors for {}", hot.processor);
        }
    }
}

#[test]
fn streamed_stores_go_past_the_caches() {
    for kernel in ["expression::streamed_elements", "distance::streamed_rows"] {
        for hot in hot(kernel) {
            hot.assert_packed_in(512);
            assert!(hot.stores() > 0, "{kernel} for {}", hot.processor);
            assert_eq!(hot.count("vmovntpd"), hot.stores(), "{kernel} for {}", hot.processor);
        }
    }
    for hot in hot("expression::aligned::run") {
        assert!(hot.stores() > 0, "{}", hot.processor);
        assert_eq!(hot.count("vmovntpd"), 0, "{}", hot.processor);
    }
}

#[test]
fn darts_are_drawn_with_three_operands_and_stay_in_registers() {
    // The loop over the last samples is made of products as well.
    for hot in hot_with("vpternlog", "pi::named_chunk") {
        hot.assert_packed_in(512);
        assert_eq!(hot.stores(), 0, "{}", hot.processor);
        let products = hot.count("vpmullq");
        assert!(products > 0, "{}", hot.processor);
        assert_eq!(hot.count("vpternlog"), products, "one after each product, for {}", hot.processor);
    }
}
