//! What `course` shows of steps that run a file of Python: bytecode, machine code, hits of lines, calls.

use std::process::Command;

use validation::mandelbrot::Sizes;
use validation::{Mandelbrot, Problem};

fn course(arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_course")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

fn shown(arguments: &[&str]) -> String {
    let (printed, told, status) = course(arguments);
    assert_eq!(status, Some(0), "{told}");
    printed
}

/// What is said in one line, where nothing is shown.
fn refused(arguments: &[&str], status: i32) -> String {
    let (printed, told, ended) = course(arguments);
    assert_eq!((&*printed, told.lines().count(), ended), ("", 1, Some(status)), "{arguments:?}: {told}");
    told
}

/// The hits of the lines of a table, each with the text of its line.
fn hits(table: &str) -> Vec<(String, u64)> {
    let row = |line: &str| {
        let (_, rest) = line.trim().split_once(' ')?;
        let (hits, text) = rest.trim_start().split_once(' ')?;
        Some((text.trim().to_owned(), hits.parse().ok()?))
    };
    table.lines().filter_map(row).collect()
}

#[test]
fn the_hits_of_the_lines_of_both_programs_are_those_of_the_picture() {
    let sizes = Sizes { width: 45, height: 30, max_iterations: 70 };
    let input = Mandelbrot::input(&sizes).unwrap();
    let (mut iterations, mut escaped, points) = (0, 0, input.q().len() as u64);
    for point in input.q() {
        let (mut x, mut y) = (0.0_f64, 0.0_f64);
        for _ in 0..sizes.max_iterations {
            iterations += 1;
            (x, y) = (x * x - y * y + point.re, x * y + y * x + point.im);
            if x.hypot(y) > 2.0 {
                escaped += 1;
                break;
            }
        }
    }
    assert!(escaped > 0 && escaped < points);
    for (step, update, reads) in [
        ("interpreted", "z[i] = z[i] * z[i]", 0),
        ("dereferenced", "zi = zi * zi", points),
        ("observed", "z[i] = z[i] * z[i]", 0),
    ] {
        let path = format!("interpreted::mandelbrot::{step}");
        let arguments = ["profile", "--lines", &path, "--width", "45", "--height", "30", "--max-iterations", "70"];
        let text = shown(&arguments);
        let hits = hits(&text);
        let of = |beginning: &str| -> u64 {
            let lines = hits.iter().filter(|(text, _)| text.starts_with(beginning));
            lines.map(|(_, hits)| hits).sum()
        };
        for (beginning, expected) in [
            ("output = [0]", 1),
            ("for i in", points + 1),
            ("if i %", points),
            ("print(", points.div_ceil(1000)),
            ("zi = z[i]", reads),
            ("qi = q[i]", reads),
            ("for iteration in", iterations + points - escaped),
            (update, iterations),
            ("if abs(", iterations),
            ("output[i] =", escaped),
            ("break", escaped),
            ("return output", 1),
        ] {
            assert_eq!(of(beginning), expected, "{step}: {beginning}\n{text}");
        }
    }
}

#[test]
fn the_calls_of_a_program_are_counted() {
    let text = shown(&["profile", "--functions", "interpreted::particles::interpreted", "--size", "20x5"]);
    let calls = |function: &str| {
        let line = text.lines().find(|line| line.ends_with(function)).unwrap_or_else(|| panic!("{function}\n{text}"));
        line.split_whitespace().next().unwrap().to_owned()
    };
    assert_eq!(calls("(evolve)"), "1");
    assert_eq!(calls("{sqrt}"), "100");
}

#[test]
fn bytecode_stands_below_its_lines() {
    let text = shown(&["dis", "--bytecode", "interpreted::mandelbrot::interpreted"]);
    assert!(text.starts_with("calculate_z  ") && text.contains("programs/mandelbrot/pure_python.py\n"), "{text}");
    let (_, update) = text.split_once("  z[i] = z[i] * z[i] + q[i]\n").unwrap();
    let (update, _) = update.split_once("\n\n").unwrap();
    let names = update.lines().filter_map(|line| line.split_whitespace().find(|word| word.contains('_')));
    let count = |name: &str| names.clone().filter(|found| *found == name).count();
    assert_eq!((count("BINARY_SUBSCR"), count("BINARY_OP"), count("STORE_SUBSCR")), (3, 2, 1), "{update}");
    // The engine makes no difference to it.
    assert_eq!(shown(&["dis", "--bytecode", "interpreted::mandelbrot::observed"]), text);
    let bare = shown(&["dis", "--bytecode", "--no-sources", "interpreted::mandelbrot::interpreted"]);
    assert!(!bare.contains("z[i]") && bare.matches("STORE_SUBSCR").count() == 2, "{bare}");
    let method = shown(&["dis", "--bytecode", "interpreted::particles::interpreted"]);
    assert!(method.starts_with("ParticleSimulator.evolve  ") && method.contains("  p.x += d_x\n"), "{method}");
}

#[test]
#[cfg(target_arch = "x86_64")]
fn machine_code_of_compiled_loops_stands_below_their_lines() {
    let text = shown(&["dis", "interpreted::mandelbrot::observed", "--addresses"]);
    assert!(text.starts_with("calculate_z, the loop on lines 15 to 22  "), "{text}");
    assert!(text.contains("loop, depth 1\n") && text.contains("loop, depth 2\n"), "{text}");
    let (_, update) = text.split_once("  z[i] = z[i] * z[i] + q[i]\n").unwrap();
    assert!(update.split_once("\n\n").unwrap().0.contains("mulsd"), "{text}");
    // What follows the code in memory is no code, and a line is that of Python.
    assert!(!text.contains("(bad)") && !text.contains("add       [rax], al"), "{text}");
    assert!(text.contains("; hypot") && !text.contains(".rs"), "{text}");
    let counts = shown(&["dis", "interpreted::mandelbrot::observed_expanded", "--count"]);
    assert!(counts.contains("calculate_z, the loop on lines") && counts.contains("scalar"), "{counts}");
    let particles = shown(&["dis", "interpreted::particles::observed", "--no-sources"]);
    assert!(particles.contains("sqrtsd") && !particles.contains("p.x"), "{particles}");
}

#[test]
#[cfg(not(target_arch = "x86_64"))]
fn machine_code_of_compiled_loops_is_listed_on_one_kind_of_processor() {
    let told = refused(&["dis", "interpreted::mandelbrot::observed"], 1);
    assert!(told.contains("unavailable") && told.contains("x86-64"), "{told}");
}

#[test]
fn what_cannot_be_shown_is_refused_in_one_line() {
    let (interpreted, naive) = ("interpreted::mandelbrot::interpreted", "kernels::mandelbrot::naive");
    for (arguments, words) in [
        (&["dis", interpreted][..], "give --bytecode"),
        (&["dis", "--bytecode", naive], "runs no file of Python"),
        (&["dis", "--bytecode", "--count", interpreted], "cannot be used with"),
        (&["dis", "--bytecode", "interpretet"], "no step"),
        (&["profile", "--lines", interpreted, "--repeat", "3"], "leave --repeat out"),
        (&["profile", "--lines", interpreted, "--out", "x"], "leave --out out"),
        (&["profile", "--memory", interpreted], "leave --memory out"),
        (&["profile", "--lines", interpreted, "--width", "0"], "width"),
        (&["profile", "--lines", "interpreted::particles::interpreted", "--width", "3"], "width"),
        (&["python", "x.py", "--engine", "compiled"], "invalid value 'compiled'"),
        (&["python", "x.py", "--dis", "--time"], "cannot be used with"),
        (&["python"], "FILE"),
    ] {
        let told = refused(arguments, 2);
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
}
