//! What makes the vector steps fast, as it can be seen without a clock: the instructions of their loops, and what is done about
//! CPUs that do not have them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::root;

/// The instructions of loops.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod instructions {
    use profiling::asm::{Class, Image, Instruction, Listing};

    /// The loop in which a kernel computes: of the loops without loops in them the one with the widest registers, and the most
    /// packed multiplications.
    struct Hot(Vec<Instruction>);

    impl Hot {
        fn of(listing: &Listing) -> Self {
            let innermost = |at: usize| listing.loops().iter().all(|other| other.parent != Some(at));
            let bodies = listing
                .loops()
                .iter()
                .enumerate()
                .filter(|(at, _)| innermost(*at))
                .map(|(_, found)| Self(found.body.iter().map(|&at| listing.instructions()[at].clone()).collect()));
            bodies.max_by_key(|body| (body.bits(), body.count("vmulpd"))).expect("a kernel is a loop")
        }

        /// Instructions whose text begins like this.
        fn count(&self, name: &str) -> usize {
            self.0.iter().filter(|instruction| instruction.text.starts_with(name)).count()
        }

        fn stores(&self) -> usize {
            self.0.iter().filter(|instruction| instruction.stores).count()
        }

        fn loads(&self) -> usize {
            self.0.iter().filter(|instruction| instruction.loads).count()
        }

        /// The width of the widest register.
        fn bits(&self) -> u16 {
            self.0.iter().map(|instruction| instruction.vector_bits).max().unwrap_or(0)
        }

        /// Nothing computes with one number, nothing is called, and every register has this many bits.
        fn assert_packed(&self, bits: u16) {
            for instruction in &self.0 {
                let text = &instruction.text;
                assert!(instruction.callee.is_none(), "{text}");
                assert!(instruction.class != Class::Scalar, "{text}");
            }
            assert_eq!(self.bits(), bits);
        }
    }

    /// The hot loop of each instance of a kernel of this chapter.
    fn hot(kernel: &str) -> Vec<Hot> {
        let image = Image::of_this_program().expect("this program is an executable");
        let found = image.matching(&format!("vectorised::simd::{kernel}"));
        assert!(!found.is_empty(), "no {kernel} in this program");
        found.into_iter().map(|function| Hot::of(&image.listing(function).expect("x86-64 code"))).collect()
    }

    /// The instance that does so many packed multiplications in a round, with one vector for each `each` of them.
    fn with_vectors(kernel: &str, vectors: usize, each: usize) -> Hot {
        let mut all = hot(kernel);
        let at = all.iter().position(|hot| hot.count("vmulpd") == each * vectors);
        all.swap_remove(at.unwrap_or_else(|| panic!("no {kernel} keeps {vectors} vectors in flight")))
    }

    #[test]
    fn masked_keeps_four_vectors_in_registers() {
        for vectors in 1..=4 {
            let hot = with_vectors("mandelbrot::masked::run", vectors, 3);
            hot.assert_packed(512);
            assert_eq!((hot.loads(), hot.stores()), (0, 0), "{vectors} vectors");
            let operations = (hot.count("vaddpd"), hot.count("vsubpd"), hot.count("vcmp"));
            assert_eq!(operations, (5 * vectors, vectors, vectors), "4 additions and the count, with a mask");
        }
    }

    #[test]
    fn eight_vectors_are_more_than_there_are_registers_for() {
        let hot = with_vectors("mandelbrot::masked::run", 8, 3);
        assert!(hot.stores() > 0);
    }

    #[test]
    fn avx2_keeps_two_vectors_in_its_sixteen_registers() {
        let hot = with_vectors("mandelbrot::avx2::run", 2, 3);
        hot.assert_packed(256);
        assert_eq!((hot.loads(), hot.stores()), (0, 0));
    }

    #[test]
    fn an_untested_iteration_is_six_instructions_for_eight_points() {
        for hot in hot("mandelbrot::free_running::run") {
            hot.assert_packed(512);
            assert_eq!((hot.count("vcmp"), hot.stores()), (0, 0));
            let products = hot.count("vmulpd");
            assert_eq!(products % 3, 0);
            let vectors = products / 3;
            assert_eq!(hot.count("vfmadd"), vectors, "the doubled product and its sum");
            assert_eq!(hot.count("vaddpd") + hot.count("vsubpd"), 2 * vectors);
        }
    }

    #[test]
    fn particles_stay_in_registers() {
        for hot in hot("particles::interleaved::run") {
            hot.assert_packed(if cfg!(target_feature = "avx512f") { 512 } else { hot.bits() });
            assert_eq!((hot.loads(), hot.stores()), (0, 0));
            assert_eq!(hot.count("vdivpd"), 2 * hot.count("vsqrtpd"));
        }
    }

    #[test]
    fn streamed_stores_go_past_the_caches() {
        for kernel in ["expression::streamed::run", "distance::streamed::run"] {
            for hot in hot(kernel) {
                hot.assert_packed(512);
                assert!(hot.stores() > 0);
                assert_eq!(hot.count("vmovntpd"), hot.stores(), "{kernel}");
            }
        }
        for hot in hot("expression::aligned::run") {
            assert!(hot.stores() > 0);
            assert_eq!(hot.count("vmovntpd"), 0);
        }
    }

    #[test]
    fn darts_are_drawn_with_three_operands_and_stay_in_registers() {
        for hot in hot("pi::named::run") {
            hot.assert_packed(512);
            assert_eq!((hot.loads(), hot.stores()), (0, 0));
            let products = hot.count("vpmullq");
            assert!(products > 0);
            assert_eq!(hot.count("vpternlogq"), products, "one after each product");
        }
    }
}

/// A program for a CPU of 2009 finds the instructions of this one when it runs, and says of the others what is missing.
#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "builds for an older x86-64 CPU")]
fn a_program_for_an_older_cpu_asks_the_one_that_it_runs_on() {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("baseline");
    let fixture = root().join("crates/course/tests/fixtures/baseline");
    fs::create_dir_all(project.join("src")).unwrap();
    let manifest = fs::read_to_string(fixture.join("Cargo.toml")).unwrap();
    let crates = root().join("crates").display().to_string().replace('\\', "/");
    fs::write(project.join("Cargo.toml"), manifest.replace("CRATES", &crates)).unwrap();
    fs::copy(fixture.join("src/main.rs"), project.join("src/main.rs")).unwrap();
    // The versions are those of the workspace, so that nothing has to be fetched.
    fs::copy(root().join("Cargo.lock"), project.join("Cargo.lock")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["run", "--offline", "--quiet"])
        .env("RUSTFLAGS", "-C target-cpu=x86-64-v2")
        .env("CARGO_TARGET_DIR", project.join("target"))
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .current_dir(&project)
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in\n{text}")).to_owned()
    };
    assert!(of("mandelbrot::neon: ").starts_with("unavailable: needs NEON instructions"), "{text}");
    assert!(of("sse2 ").starts_with("compiled true"), "{text}");
    #[cfg(target_arch = "x86_64")]
    for (name, instructions, detected) in [
        ("avx2", "AVX2", is_x86_feature_detected!("avx2")),
        ("masked", "AVX-512F", is_x86_feature_detected!("avx512f")),
        ("free_running", "AVX-512F", is_x86_feature_detected!("avx512f")),
    ] {
        let expected = if detected { "right".to_owned() } else { format!("unavailable: needs {instructions}") };
        assert!(of(&format!("mandelbrot::{name}: ")).starts_with(&expected), "{text}");
        assert!(of("avx512f ").starts_with("compiled false"), "{text}");
    }
    for line in text.lines().filter(|line| line.contains("::")) {
        assert!(line.ends_with(": right") || line.contains(": unavailable: needs "), "{line}");
    }
}
