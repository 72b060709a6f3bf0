//! Listings of aarch64 code, on whatever machine: the functions of `fixtures/aarch64.rs`, as it was compiled for one.

use profiling::asm::{Callee, Class, Counts, Image, Listing, Purpose};

fn image() -> Image {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/aarch64.so");
    Image::open(path).expect("the file is there and whole")
}

fn listing(function: &str) -> Listing {
    image().dis(function).expect("a function of the file")
}

fn counts(function: &str) -> Counts {
    listing(function).counts()
}

/// Where the function begins in its source.
fn line(part: &str) -> u32 {
    let text = include_str!("fixtures/aarch64.rs");
    text.lines().position(|line| line.contains(part)).expect(part) as u32 + 1
}

#[test]
fn a_loop_over_single_numbers_has_its_bounds_check() {
    let listing = listing("checked");
    let hottest = listing.counts().hottest.expect("a loop");
    assert_eq!((hottest.instructions, hottest.scalar, hottest.packed, hottest.bounds_checks), (7, 1, 0, 1));
    assert_eq!((hottest.loads, hottest.stores), (2, 0));
    let check = listing.instructions().iter().find(|instruction| instruction.guards.is_some()).expect("a check");
    assert!(check.text.starts_with("b.hs"), "{}", check.text);
    let panic = listing.instructions().last().expect("an instruction");
    assert_eq!(panic.text, "bl        core::panicking::panic_bounds_check");
    assert!(panic.cold && panic.class == Class::Call);
    assert_eq!(panic.callee.as_ref().map(Callee::purpose), Some(Purpose::BoundsCheck));
}

#[test]
fn a_packed_loop_is_seen_as_packed_and_its_rest_as_scalar() {
    let listing = listing("packed");
    let hottest = listing.counts().hottest.expect("a loop");
    assert_eq!((hottest.packed, hottest.scalar, hottest.vector_bits), (4, 0, 128));
    assert_eq!((hottest.loads, hottest.stores), (2, 1));
    assert_eq!(listing.loops().len(), 2, "the packed loop and the rest");
    let whole = listing.counts().whole;
    assert_eq!((whole.packed, whole.scalar), (4, 2));
}

#[test]
fn divisions_and_calls_in_a_loop_are_told() {
    let hottest = counts("recurrence").hottest.expect("a loop");
    assert_eq!((hottest.divisions, hottest.scalar, hottest.loads + hottest.stores), (1, 2, 0));
    let listing = listing("norms");
    let called: Vec<_> = listing.instructions().iter().filter_map(|instruction| instruction.callee.as_ref()).collect();
    assert_eq!(called.len(), 1);
    assert_eq!((called[0].name(), called[0].purpose()), (Some("hypot"), Purpose::Mathematics));
    let hottest = listing.counts().hottest.expect("a loop");
    assert_eq!((hottest.calls, hottest.loads, hottest.stores), (1, 2, 1));
}

#[test]
fn a_table_of_jumps_stays_in_its_loop() {
    let listing = listing("table");
    let jump = listing.instructions().iter().find(|instruction| instruction.text.starts_with("br ")).expect("a jump");
    assert_eq!((jump.class, jump.depth, jump.target), (Class::Branch, 1, None));
    let of_cases = ["rbit", "rev", "mvn", "clz", "udiv"];
    for case in of_cases {
        let found = listing.instructions().iter().find(|instruction| instruction.text.starts_with(case));
        assert_eq!(found.map(|found| found.depth), Some(1), "{case}");
    }
    assert_eq!(listing.loops().len(), 1);
}

#[test]
fn constants_and_what_is_known_only_at_run_time_are_told() {
    let listing = listing("constants");
    let load = listing.instructions().iter().find(|instruction| instruction.comment.is_some()).expect("a constant");
    assert_eq!(load.comment.as_deref(), Some("[0.1, 0.2]"));
    let call = listing.instructions().iter().find(|instruction| instruction.class == Class::Call).expect("a call");
    assert_eq!((&*call.text, call.callee.as_ref().map(Callee::name)), ("blr       x1", Some(None)));
    let counts = listing.counts().whole;
    assert_eq!((counts.packed, counts.scalar, counts.divisions), (2, 1, 1));
    assert_eq!(listing.loops(), []);
}

#[test]
fn every_byte_is_listed_with_its_labels_and_lines() {
    for function in image().functions() {
        let listing = image().listing(function).expect("aarch64");
        let bytes: u64 = listing.instructions().iter().map(|instruction| u64::from(instruction.length)).sum();
        assert_eq!(bytes, function.size());
        let text = listing.to_string();
        assert!(!text.contains(".word"), "{text}");
        for label in listing.instructions().iter().filter_map(|instruction| instruction.label) {
            assert!(text.contains(&format!(" .{label}:")), "{text}");
        }
    }
    let recurrence = listing("recurrence");
    let division = recurrence.instructions().iter().find(|instruction| instruction.divides).expect("a division");
    let division = division.line.as_ref().expect("it has a line");
    assert_eq!(&*division.file, "/fixtures/aarch64.rs");
    assert_eq!(division.number, line("value = 1.5 / (value + 0.3)"));
}

#[test]
fn what_is_no_instruction_is_shown_as_data() {
    let whole = std::fs::read(image().path()).expect("the file is there");
    let directory = tempfile::tempdir().expect("a folder");
    let path = directory.path().join("damaged.so");
    let mut state = 1_u64;
    let mut data = 0;
    for _ in 0..20 {
        let mut bytes = whole.clone();
        // The code lies at 0x4a0 to 0x900; the tables that describe the file stay whole.
        for byte in &mut bytes[0x4f0..0x800] {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            *byte = (state >> 40) as u8;
        }
        std::fs::write(&path, &bytes).expect("a file");
        let image = Image::open(&path).expect("its tables are whole");
        for function in image.functions() {
            let listing = image.listing(function).expect("data are no error");
            let words =
                listing.instructions().iter().filter(|instruction| instruction.text.starts_with(".word     0x"));
            data += words.clone().filter(|word| word.class == Class::Other).count();
            assert_eq!(words.filter(|word| word.class != Class::Other).count(), 0);
        }
    }
    assert!(data > 100, "{data}");
}
