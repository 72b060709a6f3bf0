//! Listings, counts and annotated pages of a fixture that is compiled here with flags of its own, so that its code does not
//! depend on the machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

use profiling::asm::{Annotated, AnnotatedLine, Class, Count, Error, Image, Layout, Purpose, Selection};

/// Runs on x86-64 Linux only: the fixture's instructions are asserted, and the file formats of other systems keep line tables elsewhere.
macro_rules! tests {
    ($($(#[$attribute:meta])* fn $name:ident() $body:block)*) => {
        $(
            $(#[$attribute])*
            #[test]
            #[cfg_attr(
                not(all(target_arch = "x86_64", target_os = "linux")),
                ignore = "asserts instructions of x86-64 in ELF files"
            )]
            fn $name() $body
        )*
    };
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/asm.rs")
}

/// The fixture compiled with these flags besides the usual ones.
fn compile(name: &str, flags: &[&str]) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = directory.join(format!("asm-{name}"));
    // Another process may be running the same tests.
    let own = directory.join(format!("asm-{name}-{}", std::process::id()));
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition=2024", "-O", "-Ctarget-cpu=x86-64-v3", "-Cdebuginfo=line-tables-only"]);
    rustc.args(["--crate-name=fixture", "-Ccodegen-units=1"]);
    let output = rustc.args(flags).arg("-o").arg(&own).arg(fixture()).output().expect("rustc runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::rename(&own, &program).expect("a file of that name");
    program
}

fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| compile("plain", &["-Csymbol-mangling-version=v0"]))
}

fn image() -> Image {
    Image::open(program()).expect("an executable")
}

/// The number of the line that ends in this comment.
fn line(mark: &str) -> u32 {
    let source = fs::read_to_string(fixture()).expect("the fixture");
    let found = source.lines().position(|line| line.ends_with(&format!("// {mark}")));
    found.unwrap_or_else(|| panic!("no line is marked {mark}")) as u32 + 1
}

fn annotate(image: &Image, function: &str) -> Annotated {
    let lines = line(function)..=line(&format!("{function} end"));
    image.annotate(&Selection::file("tests/fixtures/asm.rs").lines(lines)).expect("code of these lines")
}

fn body<'a>(annotated: &'a Annotated, mark: &str) -> &'a AnnotatedLine {
    annotated.line(line(mark)).expect("a selected line")
}

fn hottest(image: &Image, function: &str) -> Count {
    image.dis(function).expect("a function").counts().hottest.expect("a loop")
}

/// Whether every line of the loop's body is white: all those between the first and the last.
fn is_white(annotated: &Annotated) -> bool {
    annotated.lines.iter().chain([&annotated.no_line]).all(|line| line.cost.score == 0.0)
}

/// Every selected instruction is on exactly one row.
fn assert_sum(annotated: &Annotated) {
    let rows = || annotated.lines.iter().chain([&annotated.no_line]);
    let on_rows: u64 = rows().map(|line| line.count.instructions).sum();
    assert_eq!(on_rows, annotated.instructions());
    let parts: usize = rows().flat_map(|line| &line.parts).map(|part| part.instructions.len()).sum();
    assert_eq!(parts as u64, on_rows);
}

tests! {
    fn code_packed_by_hand_is_counted_as_packed() {
        let count = hottest(&image(), "by_hand");
        assert!(count.packed >= 3, "{count}");
        assert_eq!(count.scalar, 0);
        assert_eq!(count.vector_bits, 256);
        assert!(count.divisions >= 1 && count.divisions <= count.packed, "the packed root is one");
        assert!(is_white(&annotate(&image(), "by_hand")));
    }

    fn code_packed_by_the_compiler_is_counted_as_packed() {
        let count = hottest(&image(), "unchecked");
        assert!(count.packed > 0 && count.scalar == 0, "{count}");
        assert_eq!((count.vector_bits, count.bounds_checks, count.calls), (256, 0, 0));
    }

    fn the_lines_of_a_function_begin_with_its_name() {
        let image = image();
        for name in ["fixture::checked", "recurrence", "boxes"] {
            let selection = Selection::function(&image.dis(name).expect("a function")).expect("lines");
            let annotated = image.annotate(&selection).expect("a page");
            let name = name.rsplit(':').next().expect("a name");
            let (first, last) = (&annotated.lines[0].text, &annotated.lines[annotated.lines.len() - 1].text);
            assert!(first.contains(&format!("pub fn {name}(")), "{first}");
            assert!(last.contains(&format!("// {name} end")), "{last}");
        }
    }

    fn a_loop_is_shown_alone_and_without_addresses() {
        let listing = image().dis("norms").expect("a function");
        let hottest = listing.hottest_loop().expect("a loop");
        let text = listing.loop_text(hottest, Layout { sources: true, addresses: false });
        assert!(text.contains("// norms body") && text.contains("hypot"), "{text}");
        assert!(!text.contains("ret") && !text.contains("push") && !text.contains("[0x"), "{text}");
        let shown = text.lines().filter(|line| line.contains("│    ")).count();
        assert_eq!(shown, hottest.body.len(), "{text}");
    }

    fn a_checked_loop_has_its_checks_on_the_line_of_the_indices() {
        let image = image();
        let annotated = annotate(&image, "checked");
        let line = body(&annotated, "checked body");
        assert!(line.cost.bounds_checks == 1, "{:?}", line.cost);
        assert!(line.cost.score >= 4.0 * 16.0, "in two loops");
        let has_index = |line: &&AnnotatedLine| line.text.contains('[') && line.text.contains('=');
        let checks = |line: &AnnotatedLine| line.cost.bounds_checks;
        assert_eq!(annotated.lines.iter().filter(has_index).map(checks).sum::<u64>(), 5, "one for each index");
        assert_eq!(annotated.lines.iter().map(checks).sum::<u64>(), 5, "and none elsewhere");
        let count = hottest(&image, "fixture::checked");
        assert!(count.bounds_checks >= 2, "{count}");
        assert_eq!((count.packed, count.scalar > 0), (0, true), "{count}");
        let listing = image.dis("fixture::checked").expect("a function");
        let panics = listing.instructions().iter().filter_map(|instruction| instruction.callee.as_ref());
        assert!(panics.clone().count() > 0);
        assert!(panics.clone().all(|callee| callee.purpose() == Purpose::BoundsCheck));
        assert!(panics.clone().all(|callee| callee.name() == Some("core::panicking::panic_bounds_check")));
    }

    fn without_checks_the_body_is_white() {
        let image = image();
        let annotated = annotate(&image, "unchecked");
        assert!(is_white(&annotated));
        let line = body(&annotated, "unchecked body");
        assert!(line.count.packed > 0 && line.cost.rest > 0, "the packed loop leaves something over");
        assert!(!is_white(&annotate(&image, "checked")));
        assert!(is_white(&annotate(&image, "evolve")));
        assert!(hottest(&image, "evolve").divisions >= 3);
    }

    fn checks_that_are_decided_before_the_loop_weigh_nothing() {
        let image = image();
        let annotated = annotate(&image, "decided_before");
        let line = body(&annotated, "decided_before body");
        assert!(line.count.packed > 0 && line.count.bounds_checks > 0, "{}", line.count);
        assert_eq!((line.cost.bounds_checks, line.cost.score), (0, 0.0), "{:?}", line.cost);
        assert!(line.cost.rest >= line.count.bounds_checks, "the checks are left to the rest");
    }

    fn a_chain_of_divisions_is_scalar_and_shown_so() {
        let image = image();
        let annotated = annotate(&image, "recurrence");
        let line = body(&annotated, "recurrence body");
        assert!(line.cost.divisions >= 1 && line.cost.scalar >= 1, "{:?}", line.cost);
        assert_eq!((line.count.packed, line.cost.rest), (0, 0));
        assert_eq!(hottest(&image, "recurrence").packed, 0);
    }

    fn constants_are_shown_as_numbers() {
        let text = image().dis("recurrence").expect("a function").to_string();
        assert!(text.contains("; 1.5") && text.contains("; 0.25"), "{text}");
        let text = image().dis("holder").expect("a function").to_string();
        assert!(text.contains("; 1.0 in 4 lanes") || text.contains("; 1.0\n"), "{text}");
    }

    fn calls_are_resolved_to_names() {
        let image = image();
        let listing = image.dis("norms").expect("a function");
        let called: Vec<_> = listing.instructions().iter().filter_map(|instruction| instruction.callee.as_ref()).collect();
        assert!(called.iter().any(|callee| callee.name() == Some("hypot") && callee.purpose() == Purpose::Mathematics));
        let annotated = annotate(&image, "norms");
        let line = body(&annotated, "norms body");
        assert_eq!((line.cost.calls, line.cost.called.as_slice()), (1, &["hypot".to_owned()][..]));
        let line = annotate(&image, "boxes");
        let line = body(&line, "boxes body");
        assert!(line.cost.allocations >= 2, "the box and the growing vector: {:?}", line.cost);
        assert!(line.cost.called.iter().any(|name| name.contains("grow_one")), "{:?}", line.cost.called);
        let main = image.dis("fixture::main").expect("a function");
        let names: Vec<_> = main.instructions().iter().filter_map(|instruction| instruction.callee.as_ref()?.name()).collect();
        assert!(names.contains(&"fixture::checked") && names.contains(&"fixture::norms"), "{names:?}");
    }

    fn the_classes_add_up_for_every_function() {
        let image = image();
        let mut functions = 0;
        for function in image.functions().iter().filter(|function| function.name().contains("fixture")) {
            let counts = image.listing(function).expect("x86-64").counts();
            let count = counts.whole;
            let classes =
                count.packed + count.scalar + count.integer + count.moves + count.branches + count.calls + count.other;
            assert_eq!(classes, count.instructions);
            let mut lines = Count::default();
            counts.lines.values().for_each(|line| lines += *line);
            assert_eq!(lines, count);
            functions += 1;
        }
        assert!(functions > 12);
    }

    fn every_function_of_the_program_can_be_listed() {
        let image = image();
        let mut bytes = 0;
        for function in image.functions() {
            let listing = image.listing(function).expect("x86-64");
            let size: u64 = listing.instructions().iter().map(|instruction| u64::from(instruction.length)).sum();
            assert_eq!(size, function.size(), "{}", function.name());
            bytes += listing.to_string().len();
        }
        assert!(bytes > 1_000_000);
    }

    fn a_listing_has_the_source_lines_between_the_instructions() {
        let listing = image().dis("recurrence").expect("a function");
        let text = listing.to_string();
        assert!(text.contains(&format!("{:>4}          value = 1.5 / (value + 0.25);", line("recurrence body"))), "{text}");
        assert!(text.contains("loop, depth 1"), "{text}");
        let bare = listing.text(Layout { sources: false, addresses: false });
        assert!(!bare.contains("value") && !bare.contains(&format!("{:x}", listing.instructions()[1].address)), "{bare}");
    }

    fn loops_have_their_depth_and_go_back_to_their_heads() {
        let listing = image().dis("recurrence").expect("a function");
        let hottest = listing.hottest_loop().expect("a loop");
        assert_eq!(hottest.depth, 1);
        for &at in &hottest.body {
            assert_eq!(listing.instructions()[at].depth, 1);
        }
        let head = listing.instructions().iter().find(|instruction| instruction.address == hottest.head);
        assert!(head.is_some_and(|head| head.in_loop.is_some()));
    }

    fn a_table_of_jumps_stays_in_its_loop() {
        let listing = image().dis("fixture::table").expect("a function");
        let in_loop = || listing.instructions().iter().filter(|instruction| instruction.depth == 1);
        assert!(in_loop().any(|instruction| instruction.class == Class::Branch && instruction.target.is_none()));
        assert!(in_loop().filter(|instruction| instruction.divides).count() >= 2, "the cases of the match too");
    }

    fn what_changes_between_two_functions_is_told() {
        let image = image();
        let counts = |name| image.dis(name).expect("a function").counts();
        let difference = counts("fixture::checked").difference(&counts("unchecked"));
        let checks = difference.hottest.before.bounds_checks;
        assert!(checks >= 2, "{}", difference.hottest);
        assert_eq!(difference.hottest.after.bounds_checks, 0);
        let text = difference.to_string();
        assert!(text.lines().any(|line| line.starts_with("bounds checks") && line.trim_end().ends_with(&format!("-{checks}"))), "{text}");
    }

    fn closures_are_found_wherever_they_were_compiled() {
        let image = image();
        let annotated = annotate(&image, "closures");
        assert_sum(&annotated);
        let of = |mark: &str| -> Vec<(String, bool)> {
            let parts = &body(&annotated, mark).parts;
            let functions = parts.iter().map(|part| &annotated.functions[part.function]);
            functions.map(|function| (function.listing.function().name().to_owned(), function.is_selected)).collect()
        };
        let by_reference = of("closures dyn");
        assert!(by_reference.iter().any(|(name, selected)| name.contains("closures::{closure") && *selected), "{by_reference:?}");
        assert!(body(&annotated, "closures dyn").cost.divisions == 1);
        let on_thread = of("closures thread");
        assert!(!on_thread.is_empty());
        assert!(on_thread.iter().all(|(name, _)| name != "fixture::closures"), "{on_thread:?}");
        assert!(body(&annotated, "closures thread").count.packed > 0);
        let function = image.find("fixture::closures").expect("a function");
        assert!(!image.closures(function).is_empty());
    }

    fn inlined_code_belongs_to_the_line_that_the_reader_chose() {
        let image = image();
        let all = image.annotate(&Selection::file("tests/fixtures/asm.rs")).expect("code");
        assert_sum(&all);
        assert!(body(&all, "always_inlined body").count.packed > 0, "the innermost selected line");
        let holder = annotate(&image, "holder");
        assert_sum(&holder);
        assert!(body(&holder, "holder body").count.packed > 0, "the innermost selected line");
    }

    fn the_sum_is_kept_for_every_function_of_the_fixture() {
        let image = image();
        for function in
            ["checked", "unchecked", "by_hand", "recurrence", "norms", "boxes", "evolve", "largest", "closures", "table"]
        {
            assert_sum(&annotate(&image, function));
        }
        let checked = annotate(&image, "checked");
        let function = &checked.functions[0];
        assert!(function.is_selected);
        assert_eq!(checked.instructions(), function.listing.instructions().len() as u64);
    }

    fn instances_of_a_generic_function_do_not_make_a_line_dearer() {
        let image = image();
        let annotated = annotate(&image, "largest");
        assert_eq!(annotated.functions.len(), 2);
        let line = body(&annotated, "largest body");
        let dearest = line.parts.iter().map(|part| part.instructions.len() as u64).max();
        assert!(line.cost.scalar <= dearest.unwrap_or(0));
    }

    fn several_functions_of_a_name_are_listed() {
        let image = image();
        let error = image.dis("checked").expect_err("two modules");
        let Error::Ambiguous { candidates, .. } = &error else { panic!("{error}") };
        let names: Vec<_> = candidates.iter().map(|function| function.name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(names.contains(&"fixture::checked") && names.contains(&"fixture::other::checked"));
        assert!(error.to_string().contains("fixture::other::checked"));
        let Err(Error::Ambiguous { candidates, .. }) = image.dis("fixture::largest") else { panic!("two instances") };
        let names: Vec<_> = candidates.iter().map(|function| function.name()).collect();
        assert!(names.contains(&"fixture::largest::<f64>") && names.contains(&"fixture::largest::<u8>"), "{names:?}");
        for name in ["fixture::largest::<f64>", "other::checked", "fixture::checked", candidates[0].symbol()] {
            assert!(image.dis(name).is_ok(), "{name}");
        }
        let address = format!("{:#x}", candidates[1].address());
        assert_eq!(image.find(&address), Ok(&candidates[1]));
    }

    fn an_unknown_name_gets_the_nearest_ones() {
        let image = image();
        let error = image.dis("fixture::recurence").expect_err("misspelt");
        assert!(error.to_string().ends_with("has no function `fixture::recurence`; did you mean `fixture::recurrence`?"), "{error}");
        let error = image.dis("uncheked").expect_err("misspelt");
        assert!(error.to_string().contains("did you mean `fixture::unchecked`"), "{error}");
        for nonsense in ["", "::", "0x", "0xffffffffffffffff", "<>", "::<", "a::<b", "qqqqqqqq", "ß::ß"] {
            assert!(matches!(image.dis(nonsense), Err(Error::NoFunction { .. })), "{nonsense}");
        }
    }

    fn a_function_that_was_inlined_is_told_with_its_holders() {
        let error = image().dis("fixture::always_inlined").expect_err("it is always inlined");
        let Error::Inlined { into, .. } = &error else { panic!("{error}") };
        assert_eq!(into.iter().map(|function| function.name()).collect::<Vec<_>>(), ["fixture::holder"]);
    }

    fn files_and_lines_without_code_are_told() {
        let image = image();
        let error = |selection: &Selection| image.annotate(selection).expect_err("no code").to_string();
        let path = fixture();
        assert!(error(&Selection::file("fixtures/asn.rs")).ends_with("did you mean `fixtures/asm.rs`?"));
        assert_eq!(
            error(&Selection::file(&path).lines(1..=1)),
            format!("no machine code comes from lines 1 to 1 of {}: is it called at all?", path.display())
        );
        for lines in [0..=0, 5000..=6000, u32::MAX..=u32::MAX] {
            assert!(matches!(image.annotate(&Selection::file(&path).lines(lines)), Err(Error::NoCode { .. })));
        }
        assert!(matches!(image.annotate(&Selection::file("mod.rs")), Err(Error::AmbiguousFile { .. })));
    }

    fn link_time_optimisation_and_other_flags_change_nothing_here() {
        for flags in [&["-Clto=fat"][..], &["-Clto=thin"],  &["-Ccodegen-units=16", "-Cpanic=abort"], &["-Crelocation-model=static"]] {
            let program = compile(&flags.concat().replace(['=', '-'], ""), flags);
            let image = Image::open(&program).expect("an executable");
            let checked = annotate(&image, "checked");
            assert_sum(&checked);
            assert!(body(&checked, "checked body").cost.bounds_checks == 1, "{flags:?}");
            let norms = annotate(&image, "norms");
            assert_eq!(body(&norms, "norms body").cost.called, ["hypot"], "{flags:?}");
            assert!(is_white(&annotate(&image, "unchecked")), "{flags:?}");
            assert!(body(&annotate(&image, "closures"), "closures thread").count.instructions > 0, "{flags:?}");
        }
    }

    fn a_page_is_one_file_that_opens_its_lines() {
        let image = image();
        let page = annotate(&image, "checked").html();
        assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
        for outside in ["http:", "https:", "src=", "href=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
        for tag in ["details", "summary", "div", "table", "section", "main", "code", "span", "style", "script"] {
            let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
        assert!(page.contains(" × bounds check") && page.contains("core::panicking::panic_bounds_check"));
        assert!(page.contains("&lt;no line&gt;") && page.contains("points: &amp;Points"));
        let white = annotate(&image, "unchecked").html();
        let lines = white.split("<summary class=\"line\" style=\"background:").skip(1);
        assert!(lines.clone().count() > 2 && lines.clone().all(|line| line.starts_with("#ffffff")));
        assert!(!page.split("<summary class=\"line\" style=\"background:").skip(1).all(|line| line.starts_with("#ffffff")));
    }

    fn a_program_without_symbols_or_lines_says_so() {
        let stripped = compile("stripped", &["-Cstrip=symbols"]);
        let error = Image::open(&stripped).expect_err("no symbols");
        assert_eq!(error.to_string(), format!("{} has no symbols: build it with `strip = false`", stripped.display()));
        let without = compile("without-lines", &["-Cstrip=debuginfo"]);
        let image = Image::open(&without).expect("an executable");
        assert!(!image.has_lines());
        assert!(matches!(image.annotate(&Selection::file("asm.rs")), Err(Error::NoLines { .. })));
        let listing = image.dis("recurrence").expect("a function");
        assert!(listing.instructions().iter().all(|instruction| instruction.line.is_none()));
    }

    fn code_of_another_processor_is_told() {
        let mut bytes = fs::read(program()).expect("the program");
        // The machine in the header of an ELF file: 243 is RISC-V.
        bytes[18..20].copy_from_slice(&243_u16.to_le_bytes());
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("foreign");
        fs::write(&path, bytes).expect("a file");
        let image = Image::open(&path).expect("the symbols are there");
        let error = image.dis("recurrence").expect_err("neither x86-64 nor aarch64");
        assert_eq!(error.to_string(), "listings are made of x86-64 and aarch64 code; this is riscv64");
        assert!(matches!(image.annotate(&Selection::file("fixtures/asm.rs")), Err(Error::Unavailable { .. })));
    }

    #[cfg(not(feature = "capstone"))]
    fn code_of_aarch64_needs_a_feature() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/aarch64.so");
        let error = Image::open(path).expect("its symbols are read").dis("checked").expect_err("no capstone");
        assert_eq!(error.to_string(), "listings of aarch64 code need the feature `capstone` of the crate `profiling`");
    }

    fn a_file_that_is_cut_short_is_an_error_wherever_it_ends() {
        let whole = fs::read(program()).expect("the program");
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("cut");
        for part in (0..64).map(|part| whole.len() * part / 64).chain([1, 4, 20, 63, 64, 65, whole.len() - 1]) {
            fs::write(&path, &whole[..part]).expect("a file");
            let error = Image::open(&path).expect_err("cut short");
            assert!(matches!(error, Error::Truncated { .. } | Error::Foreign { .. }), "{part}: {error}");
            assert_eq!(error.to_string().lines().count(), 1);
        }
    }

    fn damage_anywhere_is_no_panic() {
        let whole = fs::read(program()).expect("the program");
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("damaged");
        let mut state = 1_u64;
        for round in 0..12 {
            let mut bytes = whole.clone();
            for _ in 0..2000 {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let at = (state >> 20) as usize % bytes.len();
                // The headers stay whole in half of the rounds, so that what lies behind them is reached.
                if round % 2 == 0 || (64..bytes.len() - 4096).contains(&at) {
                    bytes[at] = state as u8;
                }
            }
            fs::write(&path, &bytes).expect("a file");
            if let Ok(image) = Image::open(&path) {
                for name in ["fixture::checked", "fixture::table", "fixture::closures", "norms"] {
                    if let Ok(listing) = image.dis(name) {
                        assert!(!listing.to_string().is_empty());
                    }
                }
                let _ = image.annotate(&Selection::file("tests/fixtures/asm.rs")).map(|annotated| annotated.html());
                let _ = image.dis("nothing of that name");
            }
        }
    }
}

#[test]
fn a_foreign_or_missing_file_is_an_error() {
    let missing = Image::open("no/such/program").expect_err("missing");
    assert!(missing.to_string().starts_with("cannot read no/such/program: "));
    let directory = tempfile::tempdir().expect("a directory");
    assert!(matches!(Image::open(directory.path()), Err(Error::Unreadable { .. })));
    let foreign = directory.path().join("foreign");
    for bytes in [&b""[..], b"#!/bin/sh\n", b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\x7fELF\x02\x01\x01", &[0; 4096]]
    {
        fs::write(&foreign, bytes).expect("a file");
        let error = Image::open(&foreign).expect_err("foreign");
        assert!(matches!(error, Error::Foreign { .. }), "{error}");
    }
}

tests! {
    fn a_source_that_was_changed_after_the_program_was_built_is_told() {
        let source = fs::metadata(fixture()).and_then(|there| there.modified()).expect("the time of the fixture");
        let older = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("asm-older-{}", std::process::id()));
        fs::copy(program(), &older).expect("a copy of the program");
        let set = |time| fs::File::options().write(true).open(&older).and_then(|file| file.set_modified(time));
        let minute = std::time::Duration::from_secs(60);
        let name = "norms";
        let shown = |layout| {
            let image = Image::open(&older).expect("an executable");
            let listing = image.dis(name).expect("a function");
            let page = image.annotate(&Selection::function(&listing).expect("its lines")).expect("its code").html();
            (listing.changed_sources().len(), listing.text(layout), page)
        };
        let warning = "has been changed since this program was built";

        set(source + minute).expect("the time of the copy");
        let (files, text, page) = shown(Layout::default());
        assert!(files == 0 && !text.contains(warning) && !page.contains(warning), "{text}");

        set(source - minute).expect("the time of the copy");
        let (files, text, page) = shown(Layout::default());
        let told = text.lines().filter(|line| line.starts_with("note: ") && line.contains("asm.rs")).count();
        assert_eq!((files, told), (1, 1), "{text}");
        assert!(page.contains(warning), "the page says nothing");
        let (_, bare, _) = shown(Layout { sources: false, ..Layout::default() });
        assert!(!bare.contains(warning), "no line of a source is shown");
        fs::remove_file(&older).expect("the copy");
    }
}
