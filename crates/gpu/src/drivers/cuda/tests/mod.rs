//! What can be tested of the driver with NVRTC and without it; `kernels` needs a card, or a compiler of C++.

mod kernels;

use std::env;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::OnceLock;

use validation::{Session, Settings};

use super::compile::{Nvrtc, Target, key, parameters, registers};
use super::errors::is_lost;
use super::stand_in::{StandIn, instead_of_the_card, name as name_of};
use super::*;
use crate::drivers::Arithmetic;
use crate::signature::Scalar;
use crate::{Gpu, throughput};

/// What a test needs that is not everywhere; `None` with the reason on the standard error, unless `REQUIRE` names it.
fn found<T>(what: &str, there: Result<T, GpuError>) -> Option<T> {
    let required = env::var("REQUIRE").unwrap_or_default();
    match there {
        Ok(there) => Some(there),
        Err(GpuError::Unavailable(why)) if !required.split(',').any(|word| word.trim().eq_ignore_ascii_case(what)) => {
            eprintln!("not tested: {why}");
            None
        }
        Err(error) => panic!("REQUIRE demands {what}: {error}"),
    }
}

fn refused<T>(outcome: Result<T, GpuError>) -> String {
    outcome.err().expect("it is refused").to_string()
}

/// A whole text of CUDA C++ that the caller has written, to be compiled as it is.
fn written(text: &str, entry: &str, workgroup: u32, arithmetic: Arithmetic) -> KernelText {
    KernelText {
        text: text.to_owned(),
        written: 0..text.len(),
        entry: entry.to_owned(),
        workgroup,
        constants: Vec::new(),
        arithmetic,
    }
}

const SOURCES: [(&str, &[&str]); 4] = [
    (include_str!("../../../kernels/mandelbrot.cu"), &["calculate_z"]),
    (include_str!("../../../kernels/mandelbrot_blocks.cu"), &["blocks", "replaced"]),
    (include_str!("../../../kernels/distance.cu"), &["elements", "rows"]),
    (include_str!("../../../kernels/pi.cu"), &["chunks", "leaps"]),
];

const REALS: [&str; 2] = ["double", "float"];

/// A hand-written kernel for one type.
fn hand_written(real: &str, entry: &str, workgroup: u32, arithmetic: Arithmetic) -> KernelText {
    let (text, _) = SOURCES.iter().find(|(_, entries)| entries.contains(&entry)).expect("it is one of these");
    let front = format!("typedef {real} real;\n");
    let kernel = written(&(front.clone() + text), entry, workgroup, arithmetic);
    KernelText { written: front.len()..kernel.text.len(), ..kernel }
}

/// All of them for both types.
fn all_hand_written(workgroup: u32) -> Vec<KernelText> {
    let entries = || SOURCES.iter().flat_map(|(_, entries)| *entries);
    let all = REALS.iter().flat_map(|real| entries().map(move |entry| (real, entry)));
    all.map(|(real, entry)| hand_written(real, entry, workgroup, Arithmetic::Exact)).collect()
}

/// The most operations of an input that a test gives to a step.
const FEW_OPERATIONS: u64 = 300_000;

/// Starts every step over CUDA on every input that is small, with a driver in the place of the card, and lets `run` do the rest.
fn for_each_step(
    driver: &Arc<StandIn>,
    problem: Option<&str>,
    settings: &Settings,
    run: impl Fn(&str, Box<dyn Session>),
) {
    for ladder in crate::ladders().iter().filter(|ladder| problem.is_none_or(|problem| ladder.problem() == problem)) {
        let inputs = ladder.cases().into_iter().map(|(name, input)| (name, input().unwrap()));
        let inputs: Vec<_> = inputs.filter(|(_, input)| input.work().flops() <= FEW_OPERATIONS).collect();
        assert!(inputs.len() > 1, "{} has no small inputs", ladder.problem());
        let steps = ladder.steps().iter().enumerate().filter(|(_, step)| step.name.starts_with("cuda_"));
        for ((index, step), (name, input)) in steps.flat_map(|step| inputs.iter().map(move |input| (step, input))) {
            let what = format!("{} {name}", step.path());
            let session = instead_of_the_card(driver, || ladder.start(index, input, settings));
            run(&what, session.unwrap_or_else(|error| panic!("{what}: {error}")));
        }
    }
}

/// The kernels that the steps build, with workgroups of these sizes.
fn of_the_steps(workgroups: &[Option<usize>]) -> Vec<KernelText> {
    let driver = StandIn::idle();
    for &workgroup in workgroups {
        let workgroup = workgroup.and_then(NonZeroUsize::new);
        for_each_step(&driver, None, &Settings { workgroup, ..Settings::default() }, |what, mut session| {
            session.run().and_then(|()| session.finish()).unwrap_or_else(|error| panic!("{what}: {error}"));
        });
    }
    let gpu = Gpu::over(driver.clone(), u64::MAX);
    // What counts the passes of a loop is built when somebody asks for many.
    gpu.check_passes(100_000).unwrap();
    driver.built()
}

/// All kernels that a machine without NVRTC has to find in the table: those of the steps, and those that measure a card.
fn all_needed() -> &'static [KernelText] {
    static NEEDED: OnceLock<Vec<KernelText>> = OnceLock::new();
    NEEDED.get_or_init(|| {
        let driver = StandIn::idle();
        let gpu = Gpu::over(driver.clone(), u64::MAX);
        for real in [Scalar::Double, Scalar::Float] {
            // Known from then on for all devices of this name, but only this function asks.
            throughput(&gpu, real).unwrap();
        }
        let mut needed = of_the_steps(&[None, Some(64), Some(128), Some(256)]);
        needed.extend(driver.built());
        needed
    })
}

const SCALED: &str = "extern \"C\" __global__ void scaled(double *xs, unsigned n) { xs[0] = factor * n; }";

fn scaled(factor: f64) -> KernelText {
    KernelText {
        constants: vec![("factor".to_owned(), factor), ("unused".to_owned(), 1.0)],
        ..written(SCALED, "scaled", 64, Arithmetic::Exact)
    }
}

#[test]
fn a_key_changes_with_all_that_the_code_depends_on_and_with_nothing_else() {
    let kernel = scaled(2.0);
    let same = key(&kernel).unwrap();
    assert_eq!(same, "0408f94c5ea8a75b1f65b08fa7dd3873");
    assert_eq!(key(&KernelText { workgroup: 128, ..kernel.clone() }).unwrap(), same);
    assert_eq!(key(&KernelText { written: 3..4, ..kernel.clone() }).unwrap(), same);
    assert_eq!(key(&KernelText { entry: "scale".to_owned(), ..kernel.clone() }).unwrap(), same);
    assert_eq!(key(&KernelText { constants: vec![("factor".to_owned(), 2.0)], ..kernel.clone() }).unwrap(), same);
    let mentions = |workgroup| {
        let text = format!("{SCALED} // workgroup_size");
        key(&KernelText { workgroup, text, ..kernel.clone() }).unwrap()
    };
    let others = [
        key(&scaled(3.0)).unwrap(),
        key(&KernelText { arithmetic: Arithmetic::Contracted, ..kernel.clone() }).unwrap(),
        key(&KernelText { text: SCALED.replace("xs[0]", "xs[1]"), ..kernel.clone() }).unwrap(),
        mentions(64),
        mentions(128),
    ];
    let mut different = others.to_vec();
    different.push(same);
    different.sort();
    different.dedup();
    assert_eq!(different.len(), others.len() + 1);
}

#[test]
fn constants_that_cannot_be_are_refused() {
    assert!(refused(key(&scaled(f64::NAN))).contains("the constant factor is NaN"));
    let named = |name: &str| KernelText { constants: vec![(name.to_owned(), 1.0)], ..scaled(1.0) };
    for name in ["", "2x", "a b", "x=1 -Dy", "größe"] {
        assert!(refused(key(&named(name))).contains("is no name for a constant"), "{name}");
    }
}

#[test]
fn a_large_workgroup_gets_fewer_registers() {
    assert_eq!([64, 256, 257, 512, 768, 1024].map(registers), [None, None, Some(248), Some(128), Some(80), Some(64)]);
}

#[test]
fn parameters_are_read_from_the_text() {
    let shown = |kernel: &KernelText| {
        let parameters =
            parameters(kernel).map(|all| all.iter().map(Parameter::to_string).collect::<Vec<_>>().join(", "));
        parameters.map_err(|error| error.to_string())
    };
    assert_eq!(
        shown(&hand_written("double", "calculate_z", 64, Arithmetic::Exact)).unwrap(),
        "double *xs, double *ys, unsigned *counts, unsigned max_iterations, unsigned width, unsigned elements"
    );
    assert_eq!(
        shown(&hand_written("float", "rows", 64, Arithmetic::Exact)).unwrap(),
        "float *x, float *y, float *distances, unsigned points"
    );
    let of = |text: &str| shown(&written(text, "f", 64, Arithmetic::Exact));
    assert_eq!(of("extern \"C\" { __device__ void f(int); __global__ void f(int *x) {} }").unwrap(), "int *x");
    assert_eq!(
        of("/* f( */ extern \"C\" __global__ void // f(\n__launch_bounds__(64) f (float2 *z)").unwrap(),
        "float2 *z"
    );
    assert_eq!(of("void g() { f(1); } extern \"C\" __global__ void f() {}").unwrap(), "");
    assert!(of("extern \"C\" void f(int *x) {}").unwrap_err().contains("there is no kernel f in the text"));
    assert!(of("extern \"C\" __global__ void g(int *x) {}").unwrap_err().contains("there is no kernel f in the text"));
    assert!(of("extern \"C\" __global__ void f(int *x").unwrap_err().contains("there is no kernel f in the text"));
    assert!(of("__global__ void f(int *x) {}").unwrap_err().contains("needs extern \"C\""));
    assert!(of("extern \"C\" __global__ void f(int *x, bool y) {}").unwrap_err().contains("bool is no type"));
}

#[test]
fn errors_after_which_the_card_is_lost_are_told_from_others() {
    use sys::CUresult as Code;
    assert!(is_lost(Code::CUDA_ERROR_ILLEGAL_ADDRESS) && is_lost(Code::CUDA_ERROR_LAUNCH_FAILED));
    assert!(!is_lost(Code::CUDA_ERROR_OUT_OF_MEMORY) && !is_lost(Code::CUDA_ERROR_INVALID_VALUE));
}

#[test]
fn a_card_that_is_not_there_is_unavailable_with_what_mends_it() {
    let cards = CudaDriver::adapters().len();
    let Err(GpuError::Unavailable(why)) = CudaDriver::new(cards) else { panic!("there is no such card") };
    let expected = if cards == 0 { "to mend: install NVIDIA's driver" } else { "there is no card" };
    assert!(why.contains(expected), "{why}");
    for adapter in CudaDriver::adapters() {
        assert!(adapter.double && adapter.workgroup >= 512 && adapter.array_bytes > 0, "{adapter:?}");
    }
}

#[test]
fn every_kernel_compiles_and_is_contracted_only_where_it_may_be() {
    let Some(nvrtc) = found("nvrtc", Nvrtc::load()) else { return };
    for kernel in all_needed().iter().cloned().chain(all_hand_written(128)) {
        let architecture = precompiler::ARCHITECTURE.max(*nvrtc.architectures.first().unwrap());
        let ptx = nvrtc.compile(&kernel, Target::Assembly(architecture)).unwrap();
        let ptx = String::from_utf8(ptx).unwrap();
        let start = ptx.find(&format!(".entry {}(", kernel.entry)).unwrap();
        let code = &ptx[start..ptx[start..].find("\n}").unwrap() + start];
        let fused = code.matches("fma.").count();
        // Without its rounding a multiplication may still be fused where the assembly language is compiled to the end.
        for operation in ["add.f", "sub.f", "mul.f"] {
            let free = code.contains(operation);
            assert!(!free || kernel.arithmetic == Arithmetic::Contracted, "{}: {operation}", kernel.entry);
        }
        let doubled = matches!(&*kernel.entry, "blocks" | "replaced");
        assert_eq!(fused > 0, doubled || kernel.arithmetic == Arithmetic::Contracted, "{}: {fused}", kernel.entry);
    }
    let machine = nvrtc.target(90).unwrap();
    let code = nvrtc.compile(&hand_written("double", "replaced", 128, Arithmetic::Exact), machine).unwrap();
    assert_eq!((machine, &code[1..4]), (Target::Machine(90), &b"ELF"[..]));
}

#[test]
fn a_card_that_the_compiler_does_not_know_gets_the_next_older_code() {
    let nvrtc = Nvrtc { version: (13, 0), architectures: vec![75, 80, 90] };
    assert_eq!(nvrtc.target(80), Ok(Target::Machine(80)));
    assert_eq!(nvrtc.target(89), Ok(Target::Assembly(80)));
    assert_eq!(nvrtc.target(130), Ok(Target::Assembly(90)));
    assert!(refused(nvrtc.target(70)).contains("compiles for sm_75 and newer, and this card is sm_70; to mend"));
}

#[test]
fn what_the_compiler_refuses_is_shown_in_the_callers_text() {
    let Some(nvrtc) = found("nvrtc", Nvrtc::load()) else { return };
    let front = "extern \"C\" __global__ void f(double *xs) {\n  // made around it\n";
    let body = "  double z = 1;\n  xs[0] = zz;\n";
    let kernel = KernelText {
        written: front.len()..front.len() + body.len(),
        ..written(&format!("{front}{body}}}\n"), "f", 64, Arithmetic::Exact)
    };
    let refusal = refused(nvrtc.compile(&kernel, Target::Assembly(90)));
    assert!(
        refusal.starts_with(
            "the kernel is refused:\nline 2: error: identifier \"zz\" is undefined\n    xs[0] = zz;\n            ^\n"
        ),
        "{refusal}"
    );
    let kernel = KernelText { written: 0..10, ..kernel };
    let refusal = refused(nvrtc.compile(&kernel, Target::Assembly(90)));
    assert!(refusal.contains("line 4 of the text around it: error: identifier \"zz\" is undefined"), "{refusal}");
    let zero = written("\0", "f", 64, Arithmetic::Exact);
    assert!(refused(nvrtc.compile(&zero, Target::Assembly(90))).contains("there is a zero in the text"));
}

#[test]
fn constants_reach_the_compiler() {
    let Some(nvrtc) = found("nvrtc", Nvrtc::load()) else { return };
    let asserting = |condition: &str, constant: f64| {
        let text = format!("static_assert({condition}, \"\"); extern \"C\" __global__ void f(double *x) {{}}");
        let constants = vec![("constant".to_owned(), constant)];
        let kernel = KernelText { constants, ..written(&text, "f", 96, Arithmetic::Exact) };
        nvrtc.compile(&kernel, Target::Assembly(90)).map(|_| ())
    };
    asserting("workgroup_size == 96", 0.0).unwrap();
    asserting("1 - constant == 4 && constant / 2 == -1", -3.0).unwrap();
    asserting("constant == 1e-5", 1e-5).unwrap();
    asserting("constant == 1e300", 1e300).unwrap();
    assert!(refused(asserting("constant == 1", 2.0)).contains("static assertion failed"));
}

#[test]
fn a_driver_that_stands_in_for_a_card_notes_what_it_builds() {
    let driver = StandIn::idle();
    assert_eq!((driver.language(), driver.adapter().interface), (Language::Cuda, "CUDA"));
    let array = driver.allocate(16).unwrap();
    driver.write(&array, &[7; 16]).unwrap();
    let mut read = [0; 8];
    driver.read(&array, &mut read).unwrap();
    assert_eq!(read, [7; 8]);
    assert!(refused(driver.write(&array, &[7; 17])).contains("more bytes than the array has"));
    let (kernel, parameters) = driver.build(&scaled(2.0)).unwrap();
    assert_eq!(parameters.len(), 2);
    driver.launch(&kernel, 1, &[Value::Array(array), Value::Scalar(Scalar::Unsigned, [1; 16])], None).unwrap();
    assert_eq!(driver.built(), [scaled(2.0)]);
    let opened = || Gpu::cuda().map(|gpu| gpu.adapter().name.clone());
    assert_eq!(instead_of_the_card(&driver, opened).unwrap(), "no card");
    assert!(opened().map_or(true, |name| name != "no card"));
    driver.destroy();
    assert!(matches!(driver.allocate(16), Err(GpuError::Lost(_))));
    assert!(matches!(driver.wait(), Err(GpuError::Lost(_))));
}

/// What a step builds has to be in the table; with `UPDATE_PTX=1` it is written instead.
#[test]
fn the_kernels_compiled_beforehand_are_up_to_date() {
    let mend = "mended by UPDATE_PTX=1 cargo test -p gpu --features cuda compiled_beforehand";
    let update = env::var_os("UPDATE_PTX").is_some();
    let nvrtc = found("nvrtc", Nvrtc::load());
    let now = nvrtc.map(|nvrtc| precompiler::table(nvrtc, all_needed()).unwrap());
    if update {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/drivers/cuda/compiled.ptx");
        fs::write(path, now.expect("UPDATE_PTX needs NVRTC")).unwrap();
        return;
    }
    for kernel in all_needed() {
        let Some(ptx) = table::find(&key(kernel).unwrap()) else {
            panic!("{} is not among the kernels compiled beforehand: {mend}\n{}", kernel.entry, kernel.text);
        };
        assert!(ptx.contains(&format!(".entry {}(", kernel.entry)) && ptx.contains(".target sm_75"));
    }
    let mut keys: Vec<_> = all_needed().iter().map(|kernel| key(kernel).unwrap()).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(precompiler::keys(), keys, "{mend}");
    // Another version of the compiler writes another text of the same kernels.
    if nvrtc.is_some_and(precompiler::wrote_the_table) {
        assert!(now.is_some_and(|now| now == table::BUILT_IN), "{mend}");
    }
}
