//! Kernels that are refused, with marks under the caller's own text, and arguments that do not belong to them.

mod common;

use std::thread;

use common::device;
use gpu::{ElementwiseKernel, Gpu, GpuArray, GpuError, Language, SourceKernel, Text, arguments};
use num_complex::Complex;

/// A device whose kernels are written in WGSL.
fn wgsl() -> Option<Gpu> {
    device().filter(|gpu| gpu.language() == Language::Wgsl)
}

/// What is said of an elementwise kernel that is refused, without the first line.
fn elementwise(gpu: &Gpu, parameters: &str, body: &str, name: &str) -> String {
    refused(ElementwiseKernel::new(gpu, parameters, body, name).map(drop))
}

const ARRAY: &str = "@group(0) @binding(0) var<storage, read_write> x: array<f32>;\n";

const KERNEL: &str = "override workgroup_size: u32 = 64;\n@compute @workgroup_size(workgroup_size)\nfn kernel() {";

/// What is said of a kernel by hand that is refused.
fn source(gpu: &Gpu, declarations: &str, body: &str) -> String {
    refused(SourceKernel::new(gpu, &*format!("{declarations}{KERNEL} {body} }}"), "kernel").map(drop))
}

fn refused(built: Result<(), GpuError>) -> String {
    let Err(error @ GpuError::Kernel(_)) = built else { panic!("{built:?}") };
    let text = error.to_string();
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    assert_eq!(lines[0], "the kernel is refused:");
    lines[1..].join("\n").trim_end().to_owned()
}

#[test]
fn an_error_in_a_body_is_shown_on_its_own_line() {
    let Some(gpu) = wgsl() else { return };
    let refused = |body: &str| elementwise(&gpu, "float *x", body, "kernel");
    assert_eq!(
        refused("x[i] = 1.0;\n  let a = b + 1;\n"),
        "error: no definition in scope for identifier: `b`
  ┌─ kernel:2:11
  │
2 │   let a = b + 1;
  │           ^ unknown identifier"
    );
    assert_eq!(
        refused("x[i] = 1u;"),
        "error: automatic conversions cannot convert elements of `u32` to `f32`
  ┌─ kernel:1:1
  │
1 │ x[i] = 1u;
  │ ^^^^   ^^ this expression has type u32
  │ │
  │ a value with elements of type f32 is required here"
    );
    // What is missed at the end is found in the generated text, and shown at the end of the caller's.
    assert_eq!(
        refused("x[i] = 1.0 // a comment\n"),
        "error: expected `;`, found \"}\"
  ┌─ kernel:1:24
  │
1 │ x[i] = 1.0 // a comment
  │                        ^ expected `;`"
    );
    for body in ["}", "{", "x[i] = \"ä\";", "x[i] = ;", "return 1;", "x[-1] = 0.0;", "let i = i; i = 1;", "\u{0}"] {
        let text = refused(body);
        assert!(!text.contains("elements") || body.contains("elements"), "the text around the body: {text}");
        assert!(!text.contains("num_workgroups"), "the text around the body: {text}");
    }
}

#[test]
fn an_error_in_a_text_is_marked_in_it() {
    let Some(gpu) = wgsl() else { return };
    assert_eq!(
        source(&gpu, ARRAY, "x[0] = 1.0"),
        "error: expected `;`, found \"}\"
  ┌─ kernel:4:26
  │
4 │ fn kernel() { x[0] = 1.0 }
  │                          ^ expected `;`"
    );
    assert_eq!(
        source(&gpu, ARRAY, "x[0] = nothing;"),
        "error: no definition in scope for identifier: `nothing`
  ┌─ kernel:4:22
  │
4 │ fn kernel() { x[0] = nothing; }
  │                      ^^^^^^^ unknown identifier"
    );
    assert_eq!(
        source(&gpu, &format!("{ARRAY}// ä 𝄞\n"), "let a = array(1.0, 2.0); x[0] = a[5];").lines().next().unwrap(),
        "error: Accessing index 5 is out of [2] bounds"
    );
    // The line in front that says what `real` is, is none of the caller's.
    let text = format!("{ARRAY}{KERNEL} x[0] = real(nothing); }}");
    let real = SourceKernel::options(&*text, "kernel").real(gpu::Scalar::Float).build(&gpu).map(drop);
    assert!(refused(real).contains("┌─ kernel:4:27\n"));
}

#[test]
fn a_text_that_does_not_keep_to_the_convention_is_refused() {
    let Some(gpu) = wgsl() else { return };
    let array = |place: &str| format!("{place} var<storage, read_write> x: array<f32>;\n");
    let numbers = |place: &str, name: &str| format!("{place} var<uniform> {name}: Numbers;\n");
    let structure = "struct Numbers { a: f32 }\n";
    let (first, second, third) = ("@group(0) @binding(0)", "@group(0) @binding(1)", "@group(0) @binding(2)");
    assert_eq!(
        source(&gpu, &array(second), "x[0] = 1.0;"),
        "x is at binding 1 of group 0; bindings are 0, 1, ... of group 0"
    );
    assert_eq!(
        source(&gpu, &array("@group(1) @binding(0)"), "x[0] = 1.0;"),
        "x is at binding 0 of group 1; bindings are 0, 1, ... of group 0"
    );
    let two = format!("{ARRAY}{structure}{}{}", numbers(second, "p"), numbers(third, "q"));
    assert_eq!(
        source(&gpu, &two, "x[0] = p.a + q.a;"),
        "q is neither a storage array nor the one uniform struct of numbers"
    );
    let before = format!("{structure}{}{}", numbers(first, "p"), array(second));
    assert_eq!(source(&gpu, &before, "x[0] = p.a;"), "x comes after the uniform; the numbers come last");
    let wide = ARRAY.replace("f32", "vec4<f32>");
    assert_eq!(source(&gpu, &wide, "x[0].x = 1.0;"), "x has elements that no array of the host has");
    let fixed = ARRAY.replace("array<f32>", "array<f32, 100>");
    assert_eq!(
        source(&gpu, &fixed, "x[99] = 1.0;"),
        "x has a length of its own; an array of the host has any: array<...>"
    );
    let vector = format!("{ARRAY}struct Numbers {{ a: vec4<f32> }}\n{}", numbers(second, "p"));
    assert_eq!(source(&gpu, &vector, "x[0] = p.a.x;"), "a is no number of the host");
    let missing = format!("{ARRAY}override scale: f32;\n");
    assert!(source(&gpu, &missing, "x[0] = scale;").contains("'scale'"));
}

#[test]
fn an_entry_and_its_workgroup_are_those_that_are_asked_for() {
    let Some(gpu) = wgsl() else { return };
    let text = |text: &str| refused(SourceKernel::new(&gpu, text, "kernel").map(drop));
    assert_eq!(text(""), "there is no entry kernel; there is none at all");
    assert_eq!(text("@fragment fn kernel() {}"), "there is no entry kernel; there is none at all");
    assert_eq!(
        text("@compute @workgroup_size(64) fn other() {} @compute @workgroup_size(64) fn another() {}"),
        "there is no entry kernel; there is other, another"
    );
    assert_eq!(
        text("@compute @workgroup_size(64) fn kernel() {}"),
        "there is no constant workgroup_size: override workgroup_size: u32 = 64;"
    );
    let fixed = "override workgroup_size: u32 = 64; @compute @workgroup_size(8, 4) fn kernel() {}";
    assert!(text(fixed).starts_with("a workgroup of kernel has 8 by 4 by 1 invocations, and 64 are asked for"));
    let unknown = SourceKernel::options(&*format!("{ARRAY}{KERNEL} }}"), "kernel").constant("nothing", 1).build(&gpu);
    assert_eq!(refused(unknown.map(drop)), "there is no constant nothing: override nothing: u32 = 64;");
    let constant = format!("{ARRAY}override scale: u32;\n{KERNEL} x[0] = f32(scale); }}");
    let set = SourceKernel::options(&*constant, "kernel").constant("scale", 7).workgroup(1).build(&gpu).unwrap();
    let x = GpuArray::<f32>::zeros(&gpu, 1);
    set.launch(1, arguments![&x]).unwrap();
    assert_eq!(x.to_vec().unwrap(), [7.0]);
}

#[test]
fn a_name_that_the_language_has_taken_is_refused_at_its_place() {
    let Some(gpu) = wgsl() else { return };
    let parameters = |parameters: &str| elementwise(&gpu, parameters, "", "kernel");
    let reserved = |name: &str| format!("{name} is a word that WGSL has reserved; take another name");
    assert_eq!(parameters("float *loop"), format!("{}\n  float *loop\n  ^^^^^^^^^^^", reserved("loop")));
    let at_second = "\n  float *x, int filter\n            ^^^^^^^^^^";
    assert_eq!(parameters("float *x, int filter"), format!("{}{at_second}", reserved("filter")));
    for name in ["target", "override", "final", "__x", "fn", "self"] {
        let parameters = parameters(&format!("float *{name}, float *y"));
        assert!(parameters.starts_with(&reserved(name)) && parameters.ends_with('^'), "{parameters}");
    }
    assert!(parameters("float *kernel").starts_with("kernel is the name of the kernel itself\n  float *kernel\n  ^^^"));
    for taken in ["elements", "groups", "i", "invocation", "parameters", "Parameters"] {
        let text = parameters(&format!("float *x, int {taken}"));
        assert!(
            text.starts_with(&format!("{taken} is a name of the text around the body: elements, groups, ")),
            "{text}"
        );
        assert!(text.ends_with(&format!("\n            {}", "^".repeat(4 + taken.len()))), "{text}");
    }
    for taken in ["f32", "array", "vec3"] {
        let why = format!("{taken} is a name of WGSL that the text around the body needs; take another\n");
        assert!(parameters(&format!("float *x, float *{taken}")).starts_with(&why));
    }
    assert!(parameters("float *_").starts_with("_ is no name: letters, digits and _ only"));
    assert_eq!(parameters("float x"), "an elementwise kernel needs an array among its parameters");
    assert!(parameters("").contains("a parameter is missing"));
    for name in ["", "two words", "loop", "9", "_", "__x", "i"] {
        let text = elementwise(&gpu, "float *x", "", name);
        assert!(text.starts_with(&format!("'{name}' cannot be the kernel's name: ")), "{text}");
    }
    // Names of other languages, and of functions that the body does not call, are names like any other.
    // A number may have the kernel's.
    let body = "double[i] = sin[i] * short;";
    let kernel = ElementwiseKernel::new(&gpu, "int *double, int *sin, int short", body, "short").unwrap();
    let (x, y) = (GpuArray::new(&gpu, &[1, 2, 3]), GpuArray::new(&gpu, &[4, 5, 6]));
    kernel.launch(arguments![&x, &y, 2]).unwrap();
    assert_eq!(x.to_vec().unwrap(), [8, 10, 12]);
}

#[test]
fn more_than_the_device_has_is_refused() {
    let Some(gpu) = wgsl() else { return };
    let text = format!("{ARRAY}{KERNEL} x[0] = 1.0; }}");
    for workgroup in [0, 100_000, u32::MAX] {
        let built = SourceKernel::options(&*text, "kernel").workgroup(workgroup).build(&gpu).map(drop);
        let (asked, allowed) = (u64::from(workgroup), u64::from(gpu.adapter().workgroup));
        assert_eq!(built, Err(GpuError::TooLarge { what: "invocations in a workgroup", asked, allowed }));
    }
    let kernel = SourceKernel::options(&*text, "kernel").workgroup(gpu.adapter().workgroup).build(&gpu).unwrap();
    let x = GpuArray::<f32>::zeros(&gpu, 1);
    for groups in [gpu.adapter().groups.saturating_add(1), u32::MAX] {
        let (asked, allowed) = (u64::from(groups), u64::from(gpu.adapter().groups));
        let launched = kernel.launch(groups, arguments![&x]);
        if asked > allowed {
            assert_eq!(launched, Err(GpuError::TooLarge { what: "workgroups", asked, allowed }));
        }
    }
    kernel.launch(0, arguments![&x]).unwrap();
    assert_eq!(x.to_vec().unwrap(), [0.0], "no workgroup has run");

    let shared =
        format!("{ARRAY}var<workgroup> much: array<f32, 10000000>;\n{KERNEL} much[1] = x[0]; x[1] = much[2]; }}");
    let built = SourceKernel::new(&gpu, &*shared, "kernel").map(drop);
    assert!(matches!(built, Err(GpuError::TooLarge { what: "bytes that a workgroup shares", .. })), "{built:?}");
}

/// Numbers of a launch have 256 bytes; those of the next launch begin there.
#[test]
fn as_many_numbers_as_fit_arrive_and_no_more() {
    let Some(gpu) = wgsl() else { return };
    let kernel = |count: usize| {
        let members: String = (0..count).map(|n| format!("n{n}: u32, ")).collect();
        let stored: String = (0..count).map(|n| format!("x[{n}] = p.n{n}; ")).collect();
        let array = ARRAY.replace("f32", "u32");
        let text =
            format!("{array}struct P {{ {members} }}\n@group(0) @binding(1) var<uniform> p: P;\n{KERNEL} {stored} }}");
        SourceKernel::options(&*text, "kernel").workgroup(1).build(&gpu)
    };
    let full = kernel(64).unwrap();
    let arrays: Vec<_> = (0..200).map(|_| GpuArray::<u32>::zeros(&gpu, 64)).collect();
    for (round, array) in (0_u32..).zip(&arrays) {
        let numbers = (0..64).map(|n| gpu::Argument::from(1000 * round + n as u32));
        full.launch(1, &std::iter::once(array.into()).chain(numbers).collect::<Vec<_>>()).unwrap();
    }
    for (round, array) in (0_u32..).zip(&arrays) {
        assert_eq!(array.to_vec().unwrap(), (0..64).map(|n| 1000 * round + n).collect::<Vec<u32>>());
    }
    let more = kernel(65).map(drop);
    assert_eq!(more, Err(GpuError::TooLarge { what: "bytes of numbers in one launch", asked: 272, allowed: 256 }));
}

/// Numbers of all types, wherever the language lets them begin.
#[test]
fn numbers_of_all_types_arrive() {
    let Some(gpu) = wgsl().filter(|gpu| gpu.adapter().double) else { return };
    let parameters = "float a, double *out, double b, int c, double2 d, unsigned e, float2 f, float g";
    let body = "
        out[0] = f64(a); out[1] = b; out[2] = f64(c); out[3] = d.x; out[4] = d.y;
        out[5] = f64(e); out[6] = f64(f.x); out[7] = f64(f.y); out[8] = f64(g);";
    let kernel = ElementwiseKernel::new(&gpu, parameters, body, "numbers").unwrap();
    let out = GpuArray::<f64>::zeros(&gpu, 9);
    let (d, f) = (Complex::new(4.5, -5.5), Complex::new(7.5_f32, -8.5));
    kernel.launch(arguments![1.5_f32, &out, 0.1, -3, d, u32::MAX, f, 9.5_f32]).unwrap();
    assert_eq!(out.to_vec().unwrap(), [1.5, 0.1, -3.0, 4.5, -5.5, f64::from(u32::MAX), 7.5, -8.5, 9.5]);
}

#[test]
fn arguments_that_do_not_belong_to_the_kernel_are_refused() {
    let Some(gpu) = device() else { return };
    let kernel = ElementwiseKernel::new(&gpu, "float *x, int n, float *y", "x[i] = y[i];", "kernel").unwrap();
    let (x, y) = (GpuArray::<f32>::zeros(&gpu, 3), GpuArray::<f32>::zeros(&gpu, 3));
    let (short, integers) = (GpuArray::<f32>::zeros(&gpu, 2), GpuArray::<i32>::zeros(&gpu, 3));
    let wrong = |arguments: &[gpu::Argument<'_>]| match kernel.launch(arguments) {
        Err(GpuError::Arguments(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(wrong(arguments![&x, 1]), "the kernel takes 3 arguments; it is given 2");
    assert_eq!(wrong(arguments![]), "the kernel takes 3 arguments; it is given 0");
    assert_eq!(wrong(arguments![&x, 1, &y, 2]), "the kernel takes 3 arguments; it is given 4");
    assert_eq!(wrong(arguments![&x, 1, &integers]), "'float *y' is given int");
    assert_eq!(wrong(arguments![&x, 1_u32, &y]), "'int n' is given unsigned");
    assert_eq!(wrong(arguments![&x, 1.0_f32, &y]), "'int n' is given float");
    assert_eq!(wrong(arguments![&x, 1, 2.0_f32]), "'float *y' is given a number");
    assert_eq!(wrong(arguments![&x, &y, &y]), "'int n' is given an array");
    assert_eq!(wrong(arguments![&x, 1, &short]), "the arrays have 3 and 2 elements; they must have the same");
    kernel.launch(arguments![&x, 1, &y]).unwrap();

    let empty = GpuArray::<f32>::zeros(&gpu, 0);
    assert_eq!(wrong(arguments![&empty, 1_u32, &empty]), "'int n' is given unsigned");
    kernel.launch(arguments![&empty, 1, &empty]).unwrap();
    gpu.wait().unwrap();
}

#[test]
fn arguments_of_a_kernel_by_hand_are_compared_too() {
    let Some(gpu) = wgsl() else { return };
    let declarations =
        format!("{ARRAY}struct Numbers {{ n: u32 }}\n@group(0) @binding(1) var<uniform> numbers: Numbers;\n");
    let text = format!("{declarations}{KERNEL} x[0] = f32(numbers.n); }}");
    let kernel = SourceKernel::options(&*text, "kernel").workgroup(1).build(&gpu).unwrap();
    let shown: Vec<_> = kernel.parameters().iter().map(|parameter| parameter.to_string()).collect();
    assert_eq!(shown, ["float *x", "unsigned n"]);
    let x = GpuArray::<f32>::zeros(&gpu, 1);
    let wrong = |arguments: &[gpu::Argument<'_>]| match kernel.launch(1, arguments) {
        Err(GpuError::Arguments(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(wrong(arguments![&x]), "the kernel takes float *x, unsigned n; it is given 1 arguments");
    assert_eq!(wrong(arguments![1_u32, &x]), "'float *x' is given a number");
    assert_eq!(wrong(arguments![&x, 1]), "'unsigned n' is given int");
    kernel.launch(1, arguments![&x, 5_u32]).unwrap();
    assert_eq!(x.to_vec().unwrap(), [5.0]);
}

/// The length that a kernel sees is that of the array, not of the memory around it. An index beyond it means the last element or none.
#[test]
fn a_kernel_sees_the_array_and_no_more() {
    let Some(gpu) = wgsl() else { return };
    let array = ARRAY.replace("f32", "u32");
    let text = format!("{array}{KERNEL} let n = arrayLength(&x); x[n + 1000000u] = n; x[n - 1u] = n; }}");
    for passthrough in [true, false] {
        let Some(gpu) = common::open(Gpu::options().passthrough(passthrough)) else { return };
        let kernel = SourceKernel::options(&*text, "kernel").workgroup(1).build(&gpu).unwrap();
        for length in [1, 3, 63, 64, 65] {
            let x = GpuArray::<u32>::zeros(&gpu, length);
            kernel.launch(1, arguments![&x]).unwrap();
            let found = x.to_vec().unwrap();
            assert_eq!(found[length - 1], length as u32, "its length");
            assert!(found[..length - 1].iter().all(|&x| x == 0));
        }
    }
    drop(gpu);
}

/// A kernel may read and write one array by two names.
#[test]
fn an_array_can_be_two_arguments() {
    let Some(gpu) = device() else { return };
    let add = ElementwiseKernel::new(&gpu, "int *a, int *b, int *out", "out[i] = a[i] + b[i];", "add").unwrap();
    let a = GpuArray::new(&gpu, &[1, 2, 3]);
    add.launch(arguments![&a, &a, &a]).unwrap();
    assert_eq!(a.to_vec().unwrap(), [2, 4, 6]);
}

/// A read-only binding and a writable one of one array contradict each other. Launches beside it are done all the same.
#[test]
fn an_array_that_is_read_only_and_written_at_once_is_refused() {
    let Some(gpu) = wgsl() else { return };
    let read_only = "@group(0) @binding(0) var<storage, read> y: array<f32>;\n";
    let text = format!("{read_only}{}{KERNEL} x[0] = y[0] + 1.0; }}", ARRAY.replace("(0) var", "(1) var"));
    let kernel = SourceKernel::options(&*text, "kernel").workgroup(1).build(&gpu).unwrap();
    let (x, y) = (GpuArray::new(&gpu, &[5.0_f32]), GpuArray::<f32>::zeros(&gpu, 1));
    kernel.launch(1, arguments![&x, &y]).unwrap();
    let refused = kernel.launch(1, arguments![&x, &x]);
    assert!(matches!(&refused, Err(GpuError::Arguments(why)) if why.contains("given twice")), "{refused:?}");
    kernel.launch(1, arguments![&y, &x]).unwrap();
    assert_eq!((x.to_vec().unwrap(), y.to_vec().unwrap()), (vec![7.0], vec![6.0]));
}

#[test]
fn a_kernel_is_compiled_once() {
    let Some(gpu) = device() else { return };
    let make = |body: &str| ElementwiseKernel::new(&gpu, "int *x, int n", body, "kernel").unwrap();
    let x = GpuArray::<i32>::zeros(&gpu, 3);
    let before = gpu.counters().compiled;
    let kernels: Vec<_> = (0..10).map(|_| make("x[i] = x[i] + n;")).collect();
    assert_eq!(gpu.counters().compiled, before + 1);
    for kernel in &kernels {
        kernel.launch(arguments![&x, 2]).unwrap();
    }
    assert_eq!(x.to_vec().unwrap(), [20; 3]);
    make("x[i] = x[i] - n;");
    assert_eq!(gpu.counters().compiled, before + 2);
    let refused = ElementwiseKernel::new(&gpu, "int *x", "no kernel", "kernel");
    assert!(refused.is_err());
    assert_eq!(gpu.counters().compiled, before + 2);

    let text = Text {
        wgsl: &format!("{ARRAY}{KERNEL} x[0] = 1.0; }}"),
        cuda: "extern \"C\" __global__ void kernel(float *x) {}",
    };
    for workgroup in [32, 64, 32, 64] {
        SourceKernel::options(text, "kernel").workgroup(workgroup).build(&gpu).unwrap();
    }
    assert_eq!(gpu.counters().compiled, before + 4, "once for each workgroup");
}

#[test]
fn threads_that_ask_together_compile_a_kernel_once() {
    let Some(gpu) = device() else { return };
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| ElementwiseKernel::new(&gpu, "int *x", "x[i] = x[i] * 3;", "kernel").unwrap());
        }
    });
    assert_eq!(gpu.counters().compiled, 1);
}

#[test]
fn operations_are_compiled_once_for_each_type() {
    let Some(gpu) = device() else { return };
    let x = GpuArray::new(&gpu, &[1, 2, 3]);
    let once = || drop((&x + &x, &x + 1, -&x));
    once();
    let compiled = gpu.counters().compiled;
    (0..20).for_each(|_| once());
    assert_eq!(gpu.counters().compiled, compiled);
}
