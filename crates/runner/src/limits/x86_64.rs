//! AVX-512, AVX2 and SSE2.
#![expect(unsafe_code, reason = "instructions by name, and stores past the caches")]

use std::arch::asm;
use std::array;

use super::mix::{BODIES, Body, for_all_bodies};
use super::sets::{InstructionSet, Loop, Loops, Memory};

/// The instruction sets that this CPU has, the widest first.
///
/// A product of 64-bit integers is one instruction only in AVX-512. AVX2 builds it from three products of 32 bits, or multiplies
/// each lane in an ordinary register; which is faster depends on the CPU and on what else there is to do, so AVX2 is listed twice.
/// With the two lanes of SSE2 it is not worth building.
pub(super) fn available() -> Vec<InstructionSet> {
    let mut sets = Vec::new();
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
        // SAFETY: the CPU has what these functions are compiled for.
        sets.push(unsafe { InstructionSet::new("AVX-512", 8 * CHAINS, avx512::loops(), avx512::MEMORY) });
    }
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        let scalar_products = only(avx2_scalar_products::loops(), |body| body.int_muls > 0);
        // SAFETY: the CPU has what these functions are compiled for.
        sets.push(unsafe { InstructionSet::new("AVX2", 4 * CHAINS, avx2::loops(), avx2::MEMORY) });
        // SAFETY: likewise.
        sets.push(unsafe { InstructionSet::new("AVX2", 4 * CHAINS, scalar_products, avx2::MEMORY) });
    }
    let without_fma = only(sse2::loops(), |body| body.fmas == 0);
    // SAFETY: SSE2 is part of x86-64.
    sets.push(unsafe { InstructionSet::new("SSE2", 2 * CHAINS, without_fma, sse2::MEMORY) });
    sets
}

fn only(loops: Loops, keep: impl Fn(&Body) -> bool) -> Loops {
    array::from_fn(|body| loops[body].filter(|_| keep(&BODIES[body])))
}

/// Does integer additions of which each needs the result of the one before; says how many.
pub(super) fn dependent_additions(rounds: u64) -> Option<u64> {
    let rounds = rounds.max(1);
    // SAFETY: changes the registers that it names, and no memory.
    unsafe {
        asm!(
            "2:",
            ".rept 64",
            // Of a register: some CPUs add small constants while they rename registers, which takes no time.
            "add rax, rdx",
            ".endr",
            "dec rcx",
            "jnz 2b",
            inout("rcx") rounds => _,
            inout("rax") 0_u64 => _,
            in("rdx") 3_u64,
            options(nomem, nostack),
        );
    }
    Some(64 * rounds)
}

/// Units in one round of each loop, each with a register of its own for its results.
///
/// An instruction that overwrites an operand (all of SSE2, and a fused multiply-add) waits for the one before it on the same
/// register. 12 of them in flight are more than a latency of 4 cycles times 2 ports.
const CHAINS: u64 = 12;

/// The loops of one instruction set.
///
/// All operands are registers. Number 0 holds 1.7; number 13 a number so near to 1 that a value stays ordinary however often it is
/// multiplied or divided by it, as dividers finish early on simple numbers and numbers near 0 are slow; number 14 zero. Results go
/// to numbers 1 to 12, `\r` below. Where an instruction has a separate result, nothing ever reads it: so nothing waits, and only
/// the ports, their width, and the number of instructions that the CPU can issue in a cycle set the time.
macro_rules! compute {
    (
        $features:literal, $value:tt, $near_one:tt, $zero:tt, $set1:ident,
        copy: $copy:literal, add: $add:literal, mul: $mul:literal, fma: $fma:literal, div: $div:literal, sqrt: $sqrt:literal,
        int_add: $int_add:literal, shift: $shift:literal, xor: $xor:literal, int_mul: $($int_mul:literal),+
    ) => {
        pub(super) fn loops() -> Loops {
            let loops: [Loop; BODIES.len()] = for_all_bodies!(run);
            loops.map(Some)
        }

        #[target_feature(enable = $features)]
        fn run<const BODY: usize>(rounds: u64) {
            // SAFETY: changes only registers, those that the call of a function may change too.
            unsafe {
                asm!(
                    ".irp r, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12",
                    $copy,
                    ".endr",
                    ".p2align 6",
                    "2:",
                    ".irp r, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12",
                    ".rept {adds}", $add, ".endr",
                    ".rept {muls}", $mul, ".endr",
                    ".rept {fmas}", $fma, ".endr",
                    ".rept {divs}", $div, ".endr",
                    ".rept {sqrts}", $sqrt, ".endr",
                    ".rept {int_adds}", $int_add, ".endr",
                    ".rept {shifts}", $shift, ".endr",
                    ".rept {xors}", $xor, ".endr",
                    ".rept {int_muls}", $($int_mul,)+ ".endr",
                    ".endr",
                    "dec rcx",
                    "jnz 2b",
                    adds = const BODIES[BODY].adds,
                    muls = const BODIES[BODY].muls,
                    fmas = const BODIES[BODY].fmas,
                    divs = const BODIES[BODY].divs,
                    sqrts = const BODIES[BODY].sqrts,
                    int_adds = const BODIES[BODY].int_adds,
                    shifts = const BODIES[BODY].shifts,
                    xors = const BODIES[BODY].xors,
                    int_muls = const BODIES[BODY].int_muls,
                    inout("rcx") rounds.max(1) => _,
                    in("rdx") 0x1234_5678_9abc_def1_u64,
                    in($value) $set1(1.7),
                    in($near_one) $set1(1.000000000001),
                    in($zero) $set1(0.0),
                    clobber_abi("sysv64"),
                    options(nomem, nostack),
                );
            }
        }
    };
}

/// The memory kernels of one instruction set.
///
/// Streaming stores need aligned addresses, so the elements before the first one, and those after the last whole block, are
/// written singly. They are not ordered with other stores, so a fence follows.
macro_rules! memory {
    ($features:literal, $lanes:literal, $set1:ident, $load:ident, $store:ident, $stream:ident, $add:ident) => {
        pub(super) const MEMORY: Memory =
            Memory { sum, fill: fill::<false>, add: add::<false>, streaming: Some((fill::<true>, add::<true>)) };

        const LANES: usize = $lanes;
        /// Vectors in a block, which is one turn of a loop: enough to hide the loop's own instructions, and as many sums as
        /// additions are in flight.
        const VECTORS: usize = 8;
        const BLOCK: usize = VECTORS * LANES;

        #[target_feature(enable = $features)]
        fn sum(a: &[f64], b: &[f64]) -> f64 {
            let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<BLOCK>(), b.as_chunks::<BLOCK>());
            let mut sums = [$set1(0.0); VECTORS];
            for (a, b) in a.iter().zip(b) {
                for (vector, sum) in sums.iter_mut().enumerate() {
                    let first = vector * LANES;
                    // SAFETY: the elements are those of one vector of each block.
                    let pair = unsafe { $add($load(a.as_ptr().add(first)), $load(b.as_ptr().add(first))) };
                    *sum = $add(*sum, pair);
                }
            }
            let mut total = sums[0];
            for sum in &sums[1..] {
                total = $add(total, *sum);
            }
            let mut lanes = [0.0; LANES];
            // SAFETY: as many elements as a vector has.
            unsafe { $store(lanes.as_mut_ptr(), total) };
            lanes.iter().chain(a_tail).chain(b_tail).sum()
        }

        #[target_feature(enable = $features)]
        fn fill<const STREAMING: bool>(output: &mut [f64], value: f64) {
            let (head, rest) = output.split_at_mut(unaligned(output));
            let (blocks, tail) = rest.as_chunks_mut::<BLOCK>();
            head.fill(value);
            let values = $set1(value);
            for block in blocks {
                for vector in 0..VECTORS {
                    // SAFETY: the elements are those of one of the block's vectors, and the first block is aligned.
                    unsafe {
                        let elements = block.as_mut_ptr().add(vector * LANES);
                        if STREAMING { $stream(elements, values) } else { $store(elements, values) }
                    }
                }
            }
            tail.fill(value);
            if STREAMING {
                _mm_sfence();
            }
        }

        #[target_feature(enable = $features)]
        fn add<const STREAMING: bool>(a: &[f64], b: &[f64], output: &mut [f64]) {
            let unaligned = unaligned(output);
            let (a_head, a) = a.split_at(unaligned);
            let (b_head, b) = b.split_at(unaligned);
            let (head, rest) = output.split_at_mut(unaligned);
            let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<BLOCK>(), b.as_chunks::<BLOCK>());
            let (blocks, tail) = rest.as_chunks_mut::<BLOCK>();
            add_singly(a_head, b_head, head);
            for ((a, b), block) in a.iter().zip(b).zip(blocks) {
                for vector in 0..VECTORS {
                    let first = vector * LANES;
                    // SAFETY: the elements are those of one vector of each block, and the first block of the output is aligned.
                    unsafe {
                        let sum = $add($load(a.as_ptr().add(first)), $load(b.as_ptr().add(first)));
                        let elements = block.as_mut_ptr().add(first);
                        if STREAMING { $stream(elements, sum) } else { $store(elements, sum) }
                    }
                }
            }
            add_singly(a_tail, b_tail, tail);
            if STREAMING {
                _mm_sfence();
            }
        }
    };
}

/// Elements before the first one at a multiple of 64 bytes: the size of a cache line and of the widest vector.
fn unaligned(output: &[f64]) -> usize {
    output.as_ptr().align_offset(64).min(output.len())
}

fn add_singly(a: &[f64], b: &[f64], output: &mut [f64]) {
    for ((a, b), sum) in a.iter().zip(b).zip(output) {
        *sum = a + b;
    }
}

mod avx512 {
    use std::arch::x86_64::*;

    use super::*;

    compute!(
        "avx512f,avx512dq", "zmm0", "zmm13", "zmm14", _mm512_set1_pd,
        copy: r"vmovapd zmm\r, zmm0",
        add: r"vaddpd zmm\r, zmm0, zmm13",
        mul: r"vmulpd zmm\r, zmm0, zmm13",
        fma: r"vfmadd231pd zmm\r, zmm0, zmm13",
        div: r"vdivpd zmm\r, zmm0, zmm13",
        sqrt: r"vsqrtpd zmm\r, zmm0",
        int_add: r"vpaddq zmm\r, zmm0, zmm13",
        shift: r"vpsrlq zmm\r, zmm0, 30",
        xor: r"vpxorq zmm\r, zmm0, zmm13",
        int_mul: r"vpmullq zmm\r, zmm0, zmm13"
    );
    memory!("avx512f", 8, _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_stream_pd, _mm512_add_pd);
}

mod avx2 {
    use std::arch::x86_64::*;

    use super::*;

    // The product modulo 2^64 is low * low + ((low * high + high * low) << 32).
    compute!(
        "avx2,fma", "ymm0", "ymm13", "ymm14", _mm256_set1_pd,
        copy: r"vmovapd ymm\r, ymm0",
        add: r"vaddpd ymm\r, ymm0, ymm13",
        mul: r"vmulpd ymm\r, ymm0, ymm13",
        fma: r"vfmadd231pd ymm\r, ymm0, ymm13",
        div: r"vdivpd ymm\r, ymm0, ymm13",
        sqrt: r"vsqrtpd ymm\r, ymm0",
        int_add: r"vpaddq ymm\r, ymm0, ymm13",
        shift: r"vpsrlq ymm\r, ymm0, 30",
        xor: r"vpxor ymm\r, ymm0, ymm13",
        int_mul:
            r"vpsrlq ymm\r, ymm0, 32",
            r"vpmuludq ymm\r, ymm0, ymm13",
            r"vpmuludq ymm\r, ymm0, ymm13",
            r"vpmuludq ymm\r, ymm0, ymm13",
            r"vpaddq ymm\r, ymm0, ymm13",
            r"vpsllq ymm\r, ymm0, 32",
            r"vpaddq ymm\r, ymm0, ymm13"
    );
    memory!("avx", 4, _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_stream_pd, _mm256_add_pd);
}

mod avx2_scalar_products {
    use std::arch::x86_64::*;

    use super::*;

    compute!(
        "avx2,fma", "ymm0", "ymm13", "ymm14", _mm256_set1_pd,
        copy: r"vmovapd ymm\r, ymm0",
        add: r"vaddpd ymm\r, ymm0, ymm13",
        mul: r"vmulpd ymm\r, ymm0, ymm13",
        fma: r"vfmadd231pd ymm\r, ymm0, ymm13",
        div: r"vdivpd ymm\r, ymm0, ymm13",
        sqrt: r"vsqrtpd ymm\r, ymm0",
        int_add: r"vpaddq ymm\r, ymm0, ymm13",
        shift: r"vpsrlq ymm\r, ymm0, 30",
        xor: r"vpxor ymm\r, ymm0, ymm13",
        int_mul:
            "imul rax, rdx, 0x1b873593",
            "imul rax, rdx, 0x1b873593",
            "imul rax, rdx, 0x1b873593",
            "imul rax, rdx, 0x1b873593"
    );
}

mod sse2 {
    use std::arch::x86_64::*;

    use super::*;

    // Results overwrite an operand, so the integer operations leave the value as it is, for the next one to find it ordinary.
    compute!(
        "sse2", "xmm0", "xmm13", "xmm14", _mm_set1_pd,
        copy: r"movapd xmm\r, xmm0",
        add: r"addpd xmm\r, xmm0",
        mul: r"mulpd xmm\r, xmm13",
        fma: "",
        div: r"divpd xmm\r, xmm13",
        sqrt: r"sqrtpd xmm\r, xmm0",
        int_add: r"paddq xmm\r, xmm14",
        shift: r"psrlq xmm\r, 0",
        xor: r"pxor xmm\r, xmm14",
        int_mul: "imul rax, rdx, 0x1b873593", "imul rax, rdx, 0x1b873593"
    );
    memory!("sse2", 2, _mm_set1_pd, _mm_loadu_pd, _mm_storeu_pd, _mm_stream_pd, _mm_add_pd);
}
