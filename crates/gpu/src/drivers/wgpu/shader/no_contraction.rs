//! The mark that keeps a driver's compiler from fusing or reordering floating-point arithmetic.
//!
//! The shading language of WebGPU cannot say it, so it is written into the compiled module: SPIR-V has the decoration `NoContraction`,
//! with which "the operation cannot be combined with another instruction to form a single operation", nor be reassociated. A driver that
//! is handed the module as it is computes as the text says, at no cost but that of the operations themselves.
//!
//! Source: SPIR-V Specification, version 1.6, sections 2.3 (physical layout), 2.4 (logical layout), 3.20 (decorations); SPIR-V Extended
//! Instructions for GLSL, version 1.00.

use std::collections::HashSet;

use crate::error::GpuError;

const MAGIC: u32 = 0x0723_0203;
const HEADER_WORDS: usize = 5;
const BOUND: usize = 3;
const GLSL: &[u8] = b"GLSL.std.450\0";
const NO_CONTRACTION: u32 = 42;

const OP_EXT_INST_IMPORT: u16 = 11;
const OP_EXT_INST: u16 = 12;
const OP_DECORATE: u16 = 71;

/// Decorates the result of each floating-point operation of a module with `NoContraction`. Everything else stays as it is, word for word,
/// and so does a result that has the mark already.
///
/// # Errors
/// [`GpuError::Kernel`] when the words are no SPIR-V module in the byte order of this machine, or end within an instruction.
pub(crate) fn forbid_contraction(spirv: &[u32]) -> Result<Vec<u32>, GpuError> {
    let bound = bound(spirv)?;
    let mut annotations_end = None;
    let mut extended_sets = HashSet::new();
    let mut marked = HashSet::new();
    let mut results = Vec::new();
    let mut at = HEADER_WORDS;
    while at < spirv.len() {
        let (length, opcode) = ((spirv[at] >> 16) as usize, spirv[at] as u16);
        if length == 0 {
            return Err(broken(at, "an instruction has no length"));
        }
        let instruction = spirv.get(at..at + length).ok_or_else(|| broken(at, "it ends within an instruction"))?;
        if annotations_end.is_none() && !precedes_types(opcode) {
            annotations_end = Some(at);
        }
        let operand =
            |index: usize| instruction.get(index).copied().ok_or_else(|| broken(at, "an instruction lacks operands"));
        match opcode {
            OP_EXT_INST_IMPORT => {
                let name: Vec<u8> = instruction.iter().skip(2).flat_map(|word| word.to_le_bytes()).collect();
                if name.starts_with(GLSL) {
                    extended_sets.insert(operand(1)?);
                }
            }
            OP_DECORATE if operand(2)? == NO_CONTRACTION => {
                marked.insert(operand(1)?);
            }
            OP_EXT_INST if extended_sets.contains(&operand(3)?) && is_extended_arithmetic(operand(4)?) => {
                results.push((at, operand(2)?));
            }
            _ if is_arithmetic(opcode) => results.push((at, operand(2)?)),
            _ => {}
        }
        at += length;
    }

    let (before, after) = spirv.split_at(annotations_end.unwrap_or(spirv.len()));
    let mut words = Vec::with_capacity(spirv.len() + 3 * results.len());
    words.extend_from_slice(before);
    // ANCHOR: marks
    for (at, result) in results {
        if result == 0 || result >= bound {
            return Err(broken(at, "an instruction has a result outside the module's bound"));
        }
        if marked.insert(result) {
            words.extend([3 << 16 | u32::from(OP_DECORATE), result, NO_CONTRACTION]);
        }
    }
    // ANCHOR_END: marks
    words.extend_from_slice(after);
    Ok(words)
}

/// The bound of a module's names, from its header.
fn bound(spirv: &[u32]) -> Result<u32, GpuError> {
    match spirv {
        [] => Err(broken(0, "it is empty")),
        [magic, ..] if magic.swap_bytes() == MAGIC => Err(broken(0, "its words are in the other byte order")),
        [magic, ..] if *magic != MAGIC => Err(broken(0, "it does not begin with the number of SPIR-V")),
        words if words.len() < HEADER_WORDS => Err(broken(words.len(), "it ends within its header")),
        words => Ok(words[BOUND]),
    }
}

fn broken(word: usize, why: &str) -> GpuError {
    GpuError::Kernel(format!("this is no SPIR-V module: {why} (word {word})"))
}

/// Whether an instruction belongs to the sections up to the annotations. The first that does not opens the section of types, constants
/// and global variables.
fn precedes_types(opcode: u16) -> bool {
    matches!(
        opcode,
        0 // OpNop
            | 2..=7 // OpSourceContinued, OpSource, OpSourceExtension, OpName, OpMemberName, OpString
            | 10 | 11 // OpExtension, OpExtInstImport
            | 14..=17 // OpMemoryModel, OpEntryPoint, OpExecutionMode, OpCapability
            | 71..=75 // OpDecorate, OpMemberDecorate, OpDecorationGroup, OpGroupDecorate, OpGroupMemberDecorate
            | 330..=332 // OpModuleProcessed, OpExecutionModeId, OpDecorateId
            | 5632 | 5633 // OpDecorateString, OpMemberDecorateString
    )
}

/// Floating-point operations of the core.
fn is_arithmetic(opcode: u16) -> bool {
    matches!(
        opcode,
        127 // OpFNegate
            | 129 | 131 | 133 // OpFAdd, OpFSub, OpFMul
            | 136 // OpFDiv
            | 140 | 141 // OpFRem, OpFMod
            | 142..=148 // OpVectorTimesScalar, products with matrices, OpOuterProduct, OpDot
    )
}

/// Functions that a driver may write out as arithmetic, and with it fuse. The others select, round or move bits, which is exact in any case.
fn is_extended_arithmetic(operation: u32) -> bool {
    matches!(
        operation,
        10 // Fract, a difference
            | 11 | 12 // Radians, Degrees: products
            | 13..=32 // from Sin to InverseSqrt: trigonometry, Pow, exponentials, logarithms, Sqrt
            | 33 | 34 // Determinant, MatrixInverse
            | 46 // FMix
            | 49 // SmoothStep
            | 50 // Fma: one rounding as the text asks, but no reassociation of it
            | 66..=72 // Length, Distance, Cross, Normalize, FaceForward, Reflect, Refract
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;

    const OP_FUNCTION: u16 = 54;

    /// An instruction: its opcode and all its words.
    type Instruction = (u16, Vec<u32>);

    const DOUBLES: &str = "
        @group(0) @binding(0) var<storage, read_write> xs: array<f64>;
        @group(0) @binding(1) var<storage, read_write> zs: array<vec2<f64>>;
        fn square(x: f64) -> f64 { return x * x; }
        @compute @workgroup_size(64) fn kernel(@builtin(global_invocation_id) id: vec3<u32>) {
            let x = xs[id.x];
            zs[id.x] = zs[id.x] * x - vec2(square(x), -x);
            xs[id.x] = (x + 1.0lf) / 3.0lf + dot(zs[id.x], zs[id.x]) + sqrt(abs(max(x, 2.0lf)));
        }";
    const INTEGERS: &str = "
        @group(0) @binding(0) var<storage, read_write> xs: array<u32>;
        @compute @workgroup_size(64) fn kernel(@builtin(global_invocation_id) id: vec3<u32>) {
            xs[id.x] = xs[id.x] * 3u + (xs[id.x] / 7u - min(id.x, 5u)) % 4u;
        }";

    fn compile(text: &str) -> Vec<u32> {
        let module = naga::front::wgsl::parse_str(text).unwrap();
        let flags = naga::valid::ValidationFlags::all();
        let mut validator = naga::valid::Validator::new(flags, naga::valid::Capabilities::FLOAT64);
        let info = validator.validate(&module).unwrap();
        naga::back::spv::write_vec(&module, &info, &naga::back::spv::Options::default(), None).unwrap()
    }

    fn instructions(spirv: &[u32]) -> Vec<Instruction> {
        let mut all = Vec::new();
        let mut at = HEADER_WORDS;
        while at < spirv.len() {
            let length = (spirv[at] >> 16) as usize;
            all.push((spirv[at] as u16, spirv[at..at + length].to_vec()));
            at += length;
        }
        all
    }

    fn is_mark(instruction: &Instruction) -> bool {
        instruction.0 == OP_DECORATE && instruction.1[2] == NO_CONTRACTION
    }

    /// The opcodes whose results are marked, in the order of the text; with the operation for functions of the extended set.
    fn marked_operations(spirv: &[u32]) -> Vec<(u16, u32)> {
        let all = instructions(spirv);
        let marked: HashSet<u32> = all.iter().filter(|one| is_mark(one)).map(|one| one.1[1]).collect();
        let body = all.iter().skip_while(|one| one.0 != OP_FUNCTION);
        let results = body.filter(|one| one.1.len() > 3 && one.0 != OP_FUNCTION && marked.contains(&one.1[2]));
        results.map(|one| (one.0, if one.0 == OP_EXT_INST { one.1[4] } else { 0 })).collect()
    }

    #[test]
    fn the_results_of_floating_point_arithmetic_are_marked() {
        let words = forbid_contraction(&compile(DOUBLES)).unwrap();
        let [multiply, negate, add, subtract, divide, times_scalar, dot] =
            [133, 127, 129, 131, 136, 142, 148].map(|core| (core, 0));
        let square_root = (OP_EXT_INST, 31);
        let mut found = marked_operations(&words);
        found.sort_unstable();
        let mut expected = [multiply, negate, add, add, add, subtract, divide, times_scalar, dot, square_root];
        expected.sort_unstable();
        assert_eq!(found, expected);
        let marks = instructions(&words).iter().filter(|one| is_mark(one)).count();
        assert_eq!(marks, expected.len(), "each result once, and nothing else");
    }

    #[test]
    fn everything_else_stays_word_for_word() {
        let plain = compile(DOUBLES);
        let words = forbid_contraction(&plain).unwrap();
        assert_eq!(words[..HEADER_WORDS], plain[..HEADER_WORDS]);
        let mut rest = instructions(&words);
        rest.retain(|one| !is_mark(one));
        assert_eq!(rest, instructions(&plain));
    }

    #[test]
    fn the_marks_stand_at_the_end_of_the_annotations() {
        let words = forbid_contraction(&compile(DOUBLES)).unwrap();
        let all = instructions(&words);
        let first = all.iter().position(is_mark).unwrap();
        let last = all.iter().rposition(is_mark).unwrap();
        assert!(all[first..=last].iter().all(is_mark));
        assert!(all[..first].iter().all(|one| precedes_types(one.0)));
        assert!((19..=39).contains(&all[last + 1].0), "a type follows");
    }

    #[test]
    fn integer_arithmetic_is_not_marked() {
        let plain = compile(INTEGERS);
        assert_eq!(forbid_contraction(&plain).unwrap(), plain);
    }

    #[test]
    fn a_second_time_changes_nothing() {
        let once = forbid_contraction(&compile(DOUBLES)).unwrap();
        assert_eq!(forbid_contraction(&once).unwrap(), once);
    }

    #[test]
    fn a_broken_module_is_an_error_wherever_it_is_cut() {
        let whole = compile(DOUBLES);
        for end in 0..whole.len() {
            // A cut between two instructions leaves a shorter list of them, which is for the driver to refuse.
            match forbid_contraction(&whole[..end]) {
                Ok(words) => assert!(end >= HEADER_WORDS && words.len() >= end),
                Err(error) => assert!(matches!(error, GpuError::Kernel(_)), "{error}"),
            }
        }
        let text = |words: &[u32]| forbid_contraction(words).unwrap_err().to_string();
        assert!(text(&[]).contains("empty"));
        assert!(text(&whole[..4]).contains("header"));
        assert!(text(&whole[1..]).contains("number of SPIR-V"));
        let swapped: Vec<u32> = whole.iter().map(|word| word.swap_bytes()).collect();
        assert!(text(&swapped).contains("byte order"));
        let header = &whole[..HEADER_WORDS];
        assert!(text(&[header, &[133]].concat()).contains("no length"));
        assert!(text(&[header, &[5 << 16 | 133, 1]].concat()).contains("within an instruction"));
        assert!(text(&[header, &[2 << 16 | 133, 1]].concat()).contains("lacks operands"));
        assert!(text(&[header, &[5 << 16 | 133, 1, whole[BOUND], 1, 1]].concat()).contains("bound"));
    }

    #[test]
    fn the_validator_of_khronos_accepts_the_result() {
        for (name, text) in [("doubles", DOUBLES), ("integers", INTEGERS)] {
            let words = forbid_contraction(&compile(text)).unwrap();
            let mut command = Command::new("spirv-val");
            command
                .args(["--target-env", "vulkan1.1", "-"])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            let run = command.spawn().and_then(|mut child| {
                child.stdin.take().expect("piped").write_all(bytemuck::cast_slice(&words))?;
                child.wait_with_output()
            });
            match run {
                Ok(run) => assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr)),
                Err(error) => {
                    let required = std::env::var("REQUIRE").unwrap_or_default();
                    assert!(!required.contains("spirv-val"), "REQUIRE demands spirv-val: {error}");
                    eprintln!("not checked by spirv-val ({error}); apt install spirv-tools");
                    return;
                }
            }
        }
    }
}
