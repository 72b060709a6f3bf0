//! A device for a test, and a plain way to bits.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::env;

use gpu::{AdapterKind, Gpu, GpuError, Options};

/// The device that tests run on: the first one. Without one a test says so on the error output and checks nothing, unless the environment
/// variable `REQUIRE` names `gpu`.
pub(crate) fn device() -> Option<Gpu> {
    open(Gpu::options())
}

/// The same chosen more closely.
pub(crate) fn open(options: Options) -> Option<Gpu> {
    match options.open() {
        Ok(gpu) => Some(gpu),
        Err(GpuError::Unavailable(why)) => {
            let required = env::var("REQUIRE").unwrap_or_default();
            let demanded = required.split(',').any(|word| word.trim().eq_ignore_ascii_case("gpu"));
            assert!(!demanded, "REQUIRE demands a GPU: {why}");
            eprintln!("not checked: {why}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Whether divisions and square roots are rounded as IEEE 754 demands. Vulkan allows a card 2.5 units in the last place for a division
/// in single precision, and more for a root; on the processor both are the processor's own.
pub(crate) fn divides_exactly(gpu: &Gpu) -> bool {
    gpu.adapter().kind == AdapterKind::Cpu
}

/// Pseudorandom numbers: xorshift of 64 bits, Marsaglia (2003).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
