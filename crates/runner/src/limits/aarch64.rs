//! NEON. Wider vectors (SVE) are not used here, nor by the steps.
#![expect(unsafe_code, reason = "instructions by name, and stores past the caches")]

use std::arch::aarch64::*;
use std::arch::asm;

use super::mix::{BODIES, for_all_bodies};
use super::sets::{InstructionSet, Loop, Memory};

/// NEON, which every 64-bit Arm CPU that Rust knows has.
pub(super) fn available() -> Vec<InstructionSet> {
    let loops: [Loop; BODIES.len()] = for_all_bodies!(run);
    // SAFETY: NEON is part of the target.
    vec![unsafe { InstructionSet::new("NEON", LANES as u64 * CHAINS, loops.map(Some), MEMORY) }]
}

/// Does integer additions of which each needs the result of the one before; says how many.
pub(super) fn dependent_additions(rounds: u64) -> Option<u64> {
    let rounds = rounds.max(1);
    // SAFETY: changes the registers that it names, and no memory.
    unsafe {
        asm!(
            "2:",
            ".rept 64",
            "add x1, x1, x2",
            ".endr",
            "subs x0, x0, #1",
            "b.ne 2b",
            inout("x0") rounds => _,
            inout("x1") 0_u64 => _,
            in("x2") 3_u64,
            options(nomem, nostack),
        );
    }
    Some(64 * rounds)
}

const LANES: usize = 2;

/// Units in one round of each loop, each with a register of its own for its results. A fused multiply-add waits for the one before
/// it on the same register; 16 of them in flight are a latency of 4 cycles times 4 ports.
const CHAINS: u64 = 16;

/// One loop. All operands are registers, and but for the fused multiply-add no result (v16 to v31) is ever read: so nothing waits,
/// and only the ports, their width, and the number of instructions that the CPU can issue in a cycle set the time. The operands are
/// ordinary numbers, as dividers finish early on simple ones. NEON has no product of 64-bit integers, so each lane is multiplied
/// in an ordinary register.
#[target_feature(enable = "neon")]
fn run<const BODY: usize>(rounds: u64) {
    // SAFETY: changes only registers, those that the call of a function may change too.
    unsafe {
        asm!(
            ".irp r, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31",
            r"mov v\r\().16b, v0.16b",
            ".endr",
            ".p2align 6",
            "2:",
            ".irp r, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31",
            ".rept {adds}", r"fadd v\r\().2d, v0.2d, v1.2d", ".endr",
            ".rept {muls}", r"fmul v\r\().2d, v0.2d, v1.2d", ".endr",
            ".rept {fmas}", r"fmla v\r\().2d, v0.2d, v1.2d", ".endr",
            ".rept {divs}", r"fdiv v\r\().2d, v0.2d, v1.2d", ".endr",
            ".rept {sqrts}", r"fsqrt v\r\().2d, v0.2d", ".endr",
            ".rept {int_adds}", r"add v\r\().2d, v0.2d, v1.2d", ".endr",
            ".rept {shifts}", r"ushr v\r\().2d, v0.2d, #30", ".endr",
            ".rept {xors}", r"eor v\r\().16b, v0.16b, v1.16b", ".endr",
            ".rept {int_muls}", "mul x1, x2, x3", "mul x4, x2, x3", ".endr",
            ".endr",
            "subs x0, x0, #1",
            "b.ne 2b",
            adds = const BODIES[BODY].adds,
            muls = const BODIES[BODY].muls,
            fmas = const BODIES[BODY].fmas,
            divs = const BODIES[BODY].divs,
            sqrts = const BODIES[BODY].sqrts,
            int_adds = const BODIES[BODY].int_adds,
            shifts = const BODIES[BODY].shifts,
            xors = const BODIES[BODY].xors,
            int_muls = const BODIES[BODY].int_muls,
            inout("x0") rounds.max(1) => _,
            in("x2") 0x1234_5678_9abc_def1_u64,
            in("x3") 0x9e37_79b9_7f4a_7c15_u64,
            in("v0") vdupq_n_f64(1.7),
            in("v1") vdupq_n_f64(1.000000000001),
            clobber_abi("C"),
            options(nomem, nostack),
        );
    }
}

const MEMORY: Memory =
    Memory { sum, fill: fill::<false>, add: add::<false>, streaming: Some((fill::<true>, add::<true>)) };

/// Vectors in a block, which is one turn of a loop: enough to hide the loop's own instructions, and as many sums as additions are
/// in flight.
const VECTORS: usize = 16;
const BLOCK: usize = VECTORS * LANES;

#[target_feature(enable = "neon")]
fn sum(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<BLOCK>(), b.as_chunks::<BLOCK>());
    let mut sums = [vdupq_n_f64(0.0); VECTORS];
    for (a, b) in a.iter().zip(b) {
        for (vector, sum) in sums.iter_mut().enumerate() {
            let first = vector * LANES;
            // SAFETY: the elements are those of one vector of each block.
            let pair = unsafe { vaddq_f64(vld1q_f64(a.as_ptr().add(first)), vld1q_f64(b.as_ptr().add(first))) };
            *sum = vaddq_f64(*sum, pair);
        }
    }
    let mut total = sums[0];
    for sum in &sums[1..] {
        total = vaddq_f64(total, *sum);
    }
    vaddvq_f64(total) + a_tail.iter().chain(b_tail).sum::<f64>()
}

#[target_feature(enable = "neon")]
fn fill<const STREAMING: bool>(output: &mut [f64], value: f64) {
    let (blocks, tail) = output.as_chunks_mut::<BLOCK>();
    let values = vdupq_n_f64(value);
    for block in blocks {
        store::<STREAMING>(block, [values; VECTORS]);
    }
    tail.fill(value);
}

#[target_feature(enable = "neon")]
fn add<const STREAMING: bool>(a: &[f64], b: &[f64], output: &mut [f64]) {
    let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<BLOCK>(), b.as_chunks::<BLOCK>());
    let (blocks, tail) = output.as_chunks_mut::<BLOCK>();
    for ((a, b), block) in a.iter().zip(b).zip(blocks) {
        let mut sums = [vdupq_n_f64(0.0); VECTORS];
        for (vector, sum) in sums.iter_mut().enumerate() {
            let first = vector * LANES;
            // SAFETY: the elements are those of one vector of each block.
            *sum = unsafe { vaddq_f64(vld1q_f64(a.as_ptr().add(first)), vld1q_f64(b.as_ptr().add(first))) };
        }
        store::<STREAMING>(block, sums);
    }
    for ((a, b), sum) in a_tail.iter().zip(b_tail).zip(tail) {
        *sum = a + b;
    }
}

/// Stores a block, two vectors at a time if the stores are to go past the caches: that is the only such instruction, and no more
/// than a hint.
#[inline]
#[target_feature(enable = "neon")]
fn store<const STREAMING: bool>(block: &mut [f64; BLOCK], vectors: [float64x2_t; VECTORS]) {
    for pair in 0..VECTORS / 2 {
        let [first, second] = [vectors[2 * pair], vectors[2 * pair + 1]];
        // SAFETY: the elements are those of two of the block's vectors.
        unsafe {
            let elements = block.as_mut_ptr().add(2 * pair * LANES);
            if STREAMING {
                asm!(
                    "stnp {first:q}, {second:q}, [{elements}]",
                    first = in(vreg) first, second = in(vreg) second, elements = in(reg) elements,
                    options(nostack, preserves_flags),
                );
            } else {
                vst1q_f64(elements, first);
                vst1q_f64(elements.add(LANES), second);
            }
        }
    }
}
