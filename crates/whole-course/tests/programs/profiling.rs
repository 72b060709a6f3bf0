//! Chapters 2 and 3: what they count, what they write, and what they refuse.

use std::fs;
use std::path::Path;

use crate::support::{chapter, files};
use assert_cmd::prelude::*;
use tempfile::tempdir;

/// What a chapter prints, with its files in `out`.
fn shown(number: u32, arguments: &[&str], out: &Path) -> String {
    let assert = chapter(number).args(arguments).arg("--out").arg(out).assert().success();
    assert!(assert.get_output().stderr.is_empty());
    let text = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    assert!(!text.contains('\x1b'), "colours without a terminal");
    for file in text.lines().skip_while(|line| *line != "written:").skip(1) {
        let length = fs::metadata(file.trim()).unwrap().len();
        assert!(length > 1, "{file} has {length} bytes");
    }
    let prose = text.lines().take_while(|line| *line != "written:");
    let unfinished = prose.filter(|line| line.contains("NaN") || line.contains("panicked"));
    assert_eq!(unfinished.collect::<Vec<_>>(), Vec::<&str>::new());
    text
}

/// The lines of a text that contain another one, their words separated by single spaces.
fn lines_with(text: &str, part: &str) -> Vec<String> {
    let found = text.lines().filter(|line| line.contains(part));
    found.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn chapter_2_counts_what_its_programs_do() {
    let folder = tempdir().unwrap();
    let json = folder.path().join("results.json");
    let text = shown(2, &["--quick", "--json", json.to_str().unwrap()], folder.path());
    assert_eq!(fs::read_to_string(&json).unwrap(), "[]\n", "a chapter without steps has no records");

    // 100 x 100 points, 300 iterations at most.
    assert!(text.contains("654827 function calls in "), "{text}");
    let calls = lines_with(&text, "examples/profiled/mandelbrot.rs:35(abs)");
    assert!(calls[0].starts_with("654823 "), "{calls:?}");
    let read = |name: &str| fs::read_to_string(folder.path().join(format!("chapter2-{name}"))).unwrap();
    for name in ["lines-naive.txt", "lines-hoisted.txt", "lines-squared.txt"] {
        let table = read(name);
        for (hits, line) in [
            ("10001", "for i in 0..q.len() {"),
            ("656851", "for iteration in 0..max_iterations {"),
            ("7972", "output[i] = iteration;"),
        ] {
            let rows = lines_with(&table, line);
            assert_eq!(rows.len(), 1, "{name}: {table}");
            assert_eq!(rows[0].split(' ').nth(1), Some(hits), "{name}: {table}");
        }
        assert!(table.starts_with("Times are sampled: ") || table.starts_with("No times: "), "{table}");
    }
    // The book's benchmark, twice.
    let evolve = read("particles-evolve-lines.txt");
    assert_eq!(lines_with(&evolve, "p.x += d_x;")[0].split(' ').nth(1), Some("2000000"), "{evolve}");
    assert!(read("particles-evolve-functions.txt").contains("         806 function calls in "));

    let taylor = read("taylor.txt");
    assert!(taylor.contains("188003 function calls (753 primitive calls)"), "{taylor}");
    let callers = &taylor[taylor.find("was called by").unwrap()..];
    for (calls, by) in [("187250/749", "(factorial)"), ("500", "(taylor_exp)"), ("250", "(taylor_sin)")] {
        let row = lines_with(callers, by).into_iter().next_back().unwrap();
        assert!(row.split(' ').any(|word| word == calls), "{by}: {row}");
    }
    let layouts = read("memory-layouts.md");
    for row in ["| objects | 56000 | 56.0 | 4001 |", "| structs | 24000 | 24.0 | 1 |", "| columns | 24000 | 24.0 | 3 |"]
    {
        assert!(layouts.contains(row), "{layouts}");
    }
    for part in ["1 loop, best of 3: ", "Maximum resident set size (kbytes): ", "instructions"] {
        assert!(text.contains(part), "{part}");
    }
    assert_eq!(read("overheads.md").lines().count(), 2 + 5);
}

#[test]
fn chapter_2_exports_what_others_can_read() {
    let folder = tempdir().unwrap();
    shown(2, &["--quick"], folder.path());
    let read = |name: &str| fs::read_to_string(folder.path().join(format!("chapter2-{name}"))).unwrap();
    for name in ["mandelbrot", "taylor"] {
        // Whether a sample meets so short a program is up to the machine.
        let pictures =
            if read(&format!("{name}.folded")).is_empty() { &["squares"][..] } else { &["squares", "flames"] };
        for picture in pictures {
            let svg = read(&format!("{name}-{picture}.svg"));
            assert!(svg.contains("<svg") && svg.trim_end().ends_with("</svg>"), "{name}-{picture}");
        }
        assert!(read(&format!("{name}.dot")).starts_with("digraph calls {"));
        assert!(read(&format!("{name}.prof")).starts_with("profile of functions 2\n"));
        assert!(read(&format!("{name}.callgrind")).starts_with("# callgrind format\n"));
    }
    let (folded, callgrind) = (read("taylor.folded"), read("taylor.callgrind"));
    for line in folded.lines() {
        let stack = line.rsplit_once(' ').unwrap().0;
        let known = ["benchmark;taylor_exp;factorial", "benchmark;taylor_sin;factorial"];
        assert!(known.iter().any(|known| known.starts_with(stack)), "{folded}");
    }
    for calls in ["calls=500 ", "calls=250 ", "calls=187250 "] {
        assert!(callgrind.contains(calls), "{callgrind}");
    }
    assert_eq!(read("memory-particles.svg").matches("<polyline").count(), 2);
}

#[test]
fn chapter_3_shows_counts_and_colours_machine_code() {
    let folder = tempdir().unwrap();
    let text = shown(3, &["--quick"], folder.path());
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        assert!(text.contains("unavailable: "), "{text}");
        return;
    }
    let read = |name: &str| fs::read_to_string(folder.path().join(format!("chapter3-{name}"))).unwrap();
    for step in ["naive", "hoisted", "squared", "expanded"] {
        assert!(read(&format!("{step}.asm")).starts_with(&format!("kernels::mandelbrot::{step}  ")));
        let page = read(&format!("{step}.html"));
        assert!(page.contains(&format!("<code title=\"kernels::mandelbrot::{step}\">")), "{step}");
    }
    assert!(read("naive.txt").contains("; hypot"), "the norm is a call");
    let counts = read("counts.md");
    let row = |step: &str| -> Vec<u64> {
        let row = counts.lines().find(|line| line.starts_with(&format!("| {step} |"))).unwrap();
        row.split('|').filter_map(|cell| cell.trim().parse().ok()).collect()
    };
    let (naive, squared, expanded) = (row("naive"), row("squared"), row("expanded"));
    assert_eq!((naive[7], squared[7], expanded[7]), (1, 0, 0), "calls in the loop\n{counts}");
    assert_eq!((expanded[1], expanded[4], expanded[5]), (0, 0, 0), "nothing packed, loaded or stored\n{counts}");

    // The book's claim: with the checks off, the body is white and packed.
    let bounds = read("bounds.md");
    let cells = |name: &str| -> Vec<u64> {
        let row = bounds.lines().find(|line| line.starts_with(&format!("| {name} |"))).unwrap();
        row.split('|').filter_map(|cell| cell.trim().parse().ok()).collect()
    };
    assert_eq!((cells("checked")[0], cells("unchecked")[0]), (1, 0), "checks in the loop\n{bounds}");
    let body = |page: &str| {
        let line = page.lines().find(|line| line.contains("sqrt()")).expect("the line with the root");
        line.contains("background:#ffffff")
    };
    assert!(!body(&read("checked.html")));
    assert!(body(&read("evolve.html")), "the compiler has split the book's loop by itself");
    // Whether gathering pays is up to the processor that the program is compiled for.
    if cells("unchecked")[2] == 0 {
        assert!(body(&read("unchecked.html")), "{bounds}");
    }
}

#[test]
fn only_the_parts_of_the_chosen_problem_are_shown() {
    let folder = tempdir().unwrap();
    let text = shown(2, &["--quick", "--problem", "particles", "--size", "7x5"], folder.path());
    assert!(text.contains("the book's benchmark with 7 particles") && !text.contains("mandelbrot"), "{text}");
    let names: Vec<_> = files(folder.path());
    assert!(names.iter().all(|file| !file.to_string_lossy().contains("taylor")), "{names:?}");
}

#[test]
fn a_chapter_without_steps_refuses_what_it_does_not_have_in_one_line() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("out");
    for (number, arguments, told) in [
        (2, &["--steps", "naive"][..], "chapter 2 has no steps to choose from"),
        (3, &["--steps", "naive"], "chapter 3 has no steps to choose from"),
        (2, &["--problem", "qqq"], "there is no problem 'qqq'; there are mandelbrot, particles"),
        (2, &["--problem", "particle"], "did you mean particles?"),
        (3, &["--problem", "taylor"], "there are mandelbrot, particles"),
        (2, &["--size", "3"], "one of mandelbrot, particles"),
        (2, &["--width", "9999999999999", "--height", "9999999999999"], "address space"),
        (2, &["--problem", "particles", "--size", "999999999999x3"], "of memory"),
        (2, &["--problem", "particles", "--width", "3"], "particles has no width"),
        (2, &["--width", "0"], "--width"),
    ] {
        let output = chapter(number).args(arguments).arg("--out").arg(&out).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{arguments:?}: {message}");
        assert!(message.starts_with("error: ") && message.contains(told), "{arguments:?}: {message}");
    }
    assert!(files(folder.path()).is_empty(), "a refused command wrote something");
    for number in [2, 3] {
        let help = chapter(number).arg("--help").assert().success().get_output().stdout.clone();
        let help = String::from_utf8(help).unwrap();
        assert!(!help.contains("--steps") && help.contains("--problem") && help.contains("--quick"), "{help}");
    }
}
