//! Tables, files and exports of a profile whose times are known.

use std::fs;

use profiling::functions::{
    Certainty, Column, DotOptions, FileError, FlameGraphError, FormatError, Profile, Recursion, SquareMapOptions,
};

/// `main` calls `taylor_exp` and `taylor_sin`, which call `factorial`; that calls itself. 12 ms in all, and a millisecond
/// subtracted.
const TAYLOR: &str = "\
profile of functions 2
threads	1
lost	0
clock
function	30	src/main.rs	main	taylor::main
function	12	src/taylor.rs	factorial	taylor::taylor::factorial
function	21	src/taylor.rs	taylor_exp	taylor::taylor::taylor_exp
function	25	src/taylor.rs	taylor_sin	taylor::taylor::taylor_sin
context	-	0	1	1000	30
context	0	2	1	2000000	4030
context	1	1	500	3000000	5940
context	2	1	124750	4000000	400000
context	0	3	1	999000	40000
context	4	1	250	1500000	50000
context	5	1	62500	500000	40000
end	4	7
";

/// The same calls in the first version of the format.
const FIRST: &str = "\
profile of functions 1
threads	1
lost	0
overhead	5640090
function	30	src/main.rs	main	taylor::main
function	12	src/taylor.rs	factorial	taylor::taylor::factorial
context	-	0	1	1000
context	0	1	500	3000000
context	1	1	187502	4000000
end	2	3
";

/// `main` calls `often` and `seldom`; 1000 samples of a millisecond in 2 runs, taken by 250 interruptions.
const SAMPLED: &str = "\
profile of functions 2
threads	1
lost	0
sampled	1000	2	1000	250	12	600000000	800000000
function	30	src/main.rs	main	app::main
function	12	src/main.rs	often	app::often
function	21	src/main.rs	seldom	app::seldom
function	25	src/main.rs	never	app::never
function	32	src/main.rs	a scope	app::a scope
untimed	4
context	-	0	1	90000000	0
context	0	1	50000000	400000000	0
context	0	2	1	4000000	0
context	0	3	1000	0	0
context	0	4	7	0	0
end	5	5
";

/// A short function that is called often, by the clock: more than half of what was measured for it is subtracted.
const OVERHEAD: &str = "\
profile of functions 2
threads	1
lost	0
clock	sampling is not available here: it is forbidden
function	30	src/main.rs	main	app::main
function	12	src/main.rs	short	app::short
function	21	src/main.rs	long	app::long
context	-	0	1	600000000	500000000
context	0	1	50000000	300000000	700000000
context	0	2	1	80000000	20
end	3	3
";

/// `a` and `b` call each other, and a generic method with a name that has to be escaped everywhere.
const MUTUAL: &str = "\
profile of functions 2
threads	2
lost	7
clock
function	1	src/a.rs	a	mutual::a
function	2	src/b.rs	b	mutual::b
function	3	a \\\\ dir/\"c\"&.rs	<Vec<T; 3> as Into<U>>::into	<alloc::Vec<T; 3> as core::Into<U>>::into
context	-	0	1	10	0
context	0	1	1	20	0
context	1	0	1	30	0
context	2	1	1	40	0
context	3	2	5	50	0
context	-	1	1	0	0
end	3	6
";

fn taylor() -> Profile {
    TAYLOR.parse().unwrap()
}

fn mutual() -> Profile {
    MUTUAL.parse().unwrap()
}

fn sampled() -> Profile {
    SAMPLED.parse().unwrap()
}

fn overhead() -> Profile {
    OVERHEAD.parse().unwrap()
}

#[test]
fn the_table_is_that_of_pstats() {
    insta::assert_snapshot!("table", taylor().table());
    insta::assert_snapshot!("table_as_in_pstats", taylor().table().digits(3, 3).sort(Column::CumTime));
    insta::assert_snapshot!("table_restricted", taylor().table().filter("src/taylor").sort(Column::Calls).top(2));
    insta::assert_snapshot!("table_of_threads", mutual().table().sort(Column::StandardName).digits(9, 9));
    insta::assert_snapshot!("table_of_nothing", Profile::default().table());
}

#[test]
fn sampled_times_say_how_far_they_can_be_trusted() {
    insta::assert_snapshot!("table_sampled", sampled().table().digits(3, 9));
    insta::assert_snapshot!("callees_sampled", sampled().callees().filter("main)").digits(3, 9));
    let stats = sampled().stats();
    let certain: Vec<_> = stats.iter().map(|stats| (stats.self_certainty, stats.total_certainty)).collect();
    // An interruption stands for 2 ms of a run; three of them bound what was never met.
    let (good, rough, below) = (Certainty::Good, Certainty::Rough, Certainty::Below(6_000_000));
    let unknown = Certainty::Unknown;
    assert_eq!(certain, [(good, good), (good, good), (rough, rough), (below, below), (unknown, unknown)]);
}

#[test]
fn a_time_that_is_mostly_the_profilers_own_is_not_shown() {
    let profile = overhead();
    let table = profile.table().digits(3, 9).to_string();
    insta::assert_snapshot!("table_overhead", table);
    let short = table.lines().find(|line| line.ends_with("(short)")).unwrap();
    let cells: Vec<&str> = short.split_whitespace().collect();
    assert_eq!(cells, ["50000000", "overhead", "overhead", "overhead", "overhead", "src/main.rs:12(short)"]);
    // Of what was measured in all, 2.18 s, 1.2 s are subtracted.
    assert!(table.starts_with("         50000002 function calls in a time that is not known\n"), "{table}");
    assert_eq!(profile.certainty(), Certainty::Overhead);
    // No picture has its time either, and says so.
    assert_eq!(profile.folded(Recursion::Kept), "main 600000000\nmain;long 80000000\n");
    let note = "(without the time of 1 contexts that are too short for the clock)";
    assert!(profile.flame_graph("Short", Recursion::Kept).unwrap().contains(note));
    let map = profile.square_map(&SquareMapOptions { title: "Short".into(), ..SquareMapOptions::default() });
    assert!(map.contains(note) && !map.contains("<title>src/main.rs:12(short)"), "{map}");
    assert!(profile.callgrind().contains("fn=app::short\n12 0\n"), "{}", profile.callgrind());
    assert!(!profile.dot(&DotOptions::default()).contains("300 ms"));
    insta::assert_snapshot!("diff_overhead", profile.diff(&sampled()).digits(3));
}

#[test]
fn a_profile_of_the_first_version_is_read() {
    let profile: Profile = FIRST.parse().unwrap();
    assert_eq!((profile.calls(), profile.time().as_nanos()), (188_003, 7_001_000));
    // 30 ns for each call, wherever it was: of the recursive calls more was subtracted than is left.
    assert_eq!(profile.overhead().as_nanos(), 5_640_090);
    let overheads: Vec<u64> = profile.contexts().iter().map(|context| context.overhead_ns).collect();
    assert_eq!(overheads, [30, 15_000, 5_625_060]);
    assert_eq!(profile.to_text().parse(), Ok(profile), "it is written in the second version");
    let cut = FIRST.replace("overhead	5640090\n", "clock\n").parse::<Profile>().unwrap_err().to_string();
    assert_eq!(cut, "line 4: this is not a line of a profile");
}

#[test]
fn callers_and_callees_are_those_of_pstats() {
    insta::assert_snapshot!("callers", taylor().callers());
    insta::assert_snapshot!("callees", taylor().callees().digits(3, 3).sort(Column::Name));
    insta::assert_snapshot!("callers_mutual", mutual().callers().digits(9, 9).sort(Column::Name));
}

#[test]
fn recursive_times_count_once() {
    let stats = taylor().stats();
    let factorial = &stats[1];
    assert_eq!((factorial.calls, factorial.primitive_calls), (188_000, 750));
    assert_eq!((factorial.self_ns, factorial.total_ns), (9_000_000, 9_000_000));
    // a 10, b 20, a 30, b 40, into 50.
    let stats: Vec<[u64; 4]> =
        mutual().stats().iter().map(|s| [s.calls, s.primitive_calls, s.self_ns, s.total_ns]).collect();
    assert_eq!(stats, [[2, 1, 40, 150], [3, 2, 60, 140], [5, 5, 50, 50]]);
    let edges: Vec<(usize, usize, [u64; 4])> = mutual()
        .edges()
        .iter()
        .map(|edge| (edge.caller, edge.callee.function, &edge.callee))
        .map(|(a, b, s)| (a, b, [s.calls, s.primitive_calls, s.self_ns, s.total_ns]))
        .collect();
    assert_eq!(edges, [(0, 1, [2, 1, 60, 140]), (1, 0, [1, 1, 30, 120]), (1, 2, [5, 5, 50, 50])]);
}

#[test]
fn every_column_sorts_by_each_of_its_names() {
    let first = |column: Column, reversed: bool| {
        let profile = taylor();
        let table = profile.table().sort(column);
        let table = if reversed { table.reversed() } else { table };
        table.rows()[0].0.name.clone()
    };
    let expected = [
        (Column::Calls, "factorial", "main"),
        (Column::PrimitiveCalls, "factorial", "main"),
        (Column::TotTime, "factorial", "main"),
        (Column::TotTimePerCall, "taylor_exp", "factorial"),
        (Column::CumTime, "main", "taylor_sin"),
        (Column::CumTimePerCall, "main", "factorial"),
        (Column::File, "main", "factorial"),
        (Column::Line, "factorial", "main"),
        (Column::Name, "factorial", "taylor_sin"),
        (Column::StandardName, "main", "taylor_sin"),
    ];
    for (column, ascending, descending) in expected {
        assert_eq!(
            (first(column, false).as_str(), first(column, true).as_str()),
            (ascending, descending),
            "{column:?}"
        );
        let (_, names) = Column::NAMES.iter().find(|(named, _)| *named == column).unwrap();
        assert!(names.iter().all(|name| name.parse() == Ok(column)));
    }
    let error = "speed".parse::<Column>().unwrap_err().to_string();
    assert!(error.starts_with("no column is called \"speed\": there are ncalls, pcalls, tottime,"), "{error}");
}

#[test]
fn a_profile_survives_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taylor.prof");
    for profile in [taylor(), mutual(), sampled(), overhead(), Profile::default()] {
        profile.save(&path).unwrap();
        assert_eq!(Profile::load(&path).unwrap(), profile);
    }
    assert_eq!(taylor().to_text(), TAYLOR);
    assert_eq!(mutual().to_text(), MUTUAL);
    assert_eq!(sampled().to_text(), SAMPLED);
    assert_eq!(overhead().to_text(), OVERHEAD);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside the file");
}

#[test]
fn every_shorter_file_has_been_cut_short() {
    for (end, _) in TAYLOR.char_indices() {
        let error = TAYLOR[..end].parse::<Profile>().unwrap_err();
        let expected = if end < "profile of functions ".len() { FormatError::Foreign } else { FormatError::CutShort };
        assert_eq!(error, expected, "{end}");
    }
    assert_eq!(FormatError::CutShort.to_string(), "the profile has been cut short: its last line is missing");
}

#[test]
fn foreign_and_damaged_files_are_refused_with_a_reason() {
    let problem = |from: &str, to: &str| TAYLOR.replace(from, to).parse::<Profile>().unwrap_err().to_string();
    let cases = [
        (TAYLOR, "", "this is no profile of functions: its first line is not `profile of functions 2`"),
        (TAYLOR, "{\"json\": 1}\n", "this is no profile of functions: its first line is not `profile of functions 2`"),
        (
            "functions 2\n",
            "functions 3\n",
            "this is a profile of functions in version 3 of the format; versions 1 and 2 can be read",
        ),
        ("threads	1", "threads	many", "line 2: \"many\" is not a number of threads"),
        ("lost	0", "lost	+5", "line 3: \"+5\" is not a number of calls"),
        ("clock", "overhead	5640000", "line 4: this is not a line of a profile"),
        ("clock", "sampled	997	1	many	1	0	0	0", "line 4: \"many\" is not a number of samples"),
        ("clock", "untimed	0", "line 4: there is no function 0 before this line"),
        ("	3000000	5940", "	3000000	-1", "line 11: \"-1\" is not a number of nanoseconds"),
        ("	3000000	5940", "	3000000", "line 11: this is not a line of a profile"),
        ("	main	", "	ma\\in	", "line 5: \"ma\\\\in\" has a backslash that means nothing"),
        ("context	0	2", "context	1	2", "line 10: context 1 is called from 1, which does not come before it"),
        ("context	0	2", "context	0	4", "line 10: there is no function 4 before this line"),
        ("124750", "99999999999999999999", "line 12: \"99999999999999999999\" is not a number of calls"),
        ("end	4	7", "end	4	8", "line 16: there should be 4 functions and 8 contexts, but there are 4 and 7"),
        ("end	4	7\n", "end	4	7\nmore", "line 17: something follows the end"),
        ("end	4	7\n", "end	4	7\nmore\n", "line 17: something follows the end"),
    ];
    for (from, to, expected) in cases {
        assert_eq!(problem(from, to), expected);
    }
}

#[test]
fn errors_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.prof");
    let error = Profile::load(&missing).unwrap_err();
    assert!(matches!(error, FileError::Read(..)));
    assert!(error.to_string().starts_with(&format!("cannot read {}: ", missing.display())), "{error}");

    let binary = folder.path().join("binary.prof");
    fs::write(&binary, b"\x7fELF\x02\x01\xff\xfe").unwrap();
    let error = Profile::load(&binary).unwrap_err();
    assert!(matches!(error, FileError::Format(_, FormatError::Foreign)));
    assert!(error.to_string().starts_with(&binary.display().to_string()), "{error}");

    let nowhere = folder.path().join("no such folder/a.prof");
    let error = taylor().save(&nowhere).unwrap_err();
    assert!(matches!(error, FileError::Write(..)));
    assert!(matches!(taylor().save(folder.path()), Err(FileError::Write(..))), "a folder cannot be replaced");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn numbers_too_large_for_their_sum_do_no_harm() {
    let huge: Profile =
        TAYLOR.replace("3000000", &u64::MAX.to_string()).replace("124750", &u64::MAX.to_string()).parse().unwrap();
    assert_eq!(huge.calls(), u64::MAX);
    let shown = [huge.table().to_string(), huge.callers().to_string(), huge.callgrind(), huge.folded(Recursion::Kept)];
    assert!(shown.iter().all(|text| !text.is_empty()));
    assert!(huge.diff(&taylor()).to_string().contains("factorial"));
    assert!(huge.square_map(&SquareMapOptions::default()).ends_with("</svg>\n"));
    assert!(!huge.dot(&DotOptions::default()).contains("NaN"));
}

#[test]
fn a_diff_shows_calls_times_and_ratios() {
    // factorial has become a loop, taylor_exp has gone, taylor_cos is new, and a comment has moved the lines.
    let after = TAYLOR
        .replace("context	2	1	124750	4000000	400000", "context	2	1	0	0	0")
        .replace("context	5	1	62500	500000	40000", "context	5	1	0	0	0")
        .replace("function	12", "function	14")
        .replace("	taylor_exp	taylor::taylor::taylor_exp", "	taylor_cos	taylor::taylor::taylor_cos");
    let after: Profile = after.parse().unwrap();
    let before = taylor();
    let diff = before.diff(&after);
    insta::assert_snapshot!("diff", diff);
    insta::assert_snapshot!("diff_top", before.diff(&after).top(1).digits(3));
    let factorial = &diff.rows()[0];
    assert_eq!(factorial.function.line, 14, "the line is that of the second profile");
    assert_eq!((factorial.change(|s| s.calls), factorial.ratio(|s| s.self_ns)), (-187_250, Some(0.5)));
    assert_eq!(before.diff(&before).rows().iter().map(|row| row.change(|s| s.total_ns)).max(), Some(0));
    insta::assert_snapshot!("diff_of_nothing", Profile::default().diff(&Profile::default()));
}

#[test]
fn folded_stacks_fold_recursion_or_keep_it() {
    insta::assert_snapshot!("folded", taylor().folded(Recursion::Folded));
    insta::assert_snapshot!("folded_kept", taylor().folded(Recursion::Kept));
    assert_eq!(mutual().folded(Recursion::Folded), "a 40\na;b 60\na;b;<Vec<T: 3> as Into<U>>::into 50\n");
}

#[test]
fn the_flame_graph_has_a_bar_for_each_context() {
    let svg = taylor().flame_graph("Taylor", Recursion::Folded).unwrap();
    assert!(svg.starts_with("<?xml") && svg.trim_end().ends_with("</svg>"));
    assert_eq!(svg.matches("<title>factorial (").count(), 2);
    assert_eq!(svg, taylor().flame_graph("Taylor", Recursion::Folded).unwrap(), "colours do not change");
    assert!(matches!(Profile::default().flame_graph("", Recursion::Kept), Err(FlameGraphError::Empty)));
}

#[test]
fn the_square_map_has_a_rectangle_for_each_context() {
    let options = SquareMapOptions { title: "Taylor <n>".into(), ..SquareMapOptions::default() };
    let svg = taylor().square_map(&options);
    insta::assert_snapshot!("square_map", svg);
    assert_eq!(svg.matches("<title>src/taylor.rs:12(factorial)").count(), 2);
    let empty = Profile::default().square_map(&options);
    assert!(!empty.contains("<g>") && empty.ends_with("</svg>\n"));
    for size in [0.0, 1.0, f64::NAN, f64::INFINITY] {
        let svg = mutual().square_map(&SquareMapOptions { width: size, height: size, ..SquareMapOptions::default() });
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}

#[test]
fn the_graph_of_calls_is_dot() {
    insta::assert_snapshot!("dot", taylor().dot(&DotOptions::default()));
    let all = DotOptions { least_node_percent: 0.0, least_edge_percent: 0.0 };
    insta::assert_snapshot!("dot_mutual", mutual().dot(&all));
    assert!(!taylor().dot(&DotOptions { least_node_percent: 50.0, ..all }).contains("taylor_sin"));
}

#[test]
fn the_format_of_callgrind_has_costs_and_calls() {
    let creator = concat!("creator: profiling ", env!("CARGO_PKG_VERSION"), "\n");
    let callgrind = taylor().callgrind();
    assert!(callgrind.contains(creator));
    insta::assert_snapshot!("callgrind", callgrind.replace(creator, "creator: profiling [version]\n"));
}

/// The numbers that `callgrind_annotate` makes of the file; `None` where there is no such program.
fn annotated(profile: &Profile, arguments: &[&str]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("callgrind.out.test");
    fs::write(&path, profile.callgrind()).unwrap();
    let output = std::process::Command::new("callgrind_annotate").args(arguments).arg(&path).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    Some(text)
}

#[test]
fn callgrind_annotate_finds_the_same_totals() {
    let profile = taylor();
    let Some(own) = annotated(&profile, &["--threshold=100"]) else {
        eprintln!("not tested: there is no callgrind_annotate here; it comes with valgrind");
        return;
    };
    let cost = |text: &str, line: &str| -> Option<u64> {
        let line = text.lines().find(|text| text.trim_end().ends_with(line) || text.contains(&format!("{line} [")))?;
        line.split_whitespace().next()?.replace(',', "").parse().ok()
    };
    assert_eq!(cost(&own, "PROGRAM TOTALS"), Some(12_000_000), "{own}");
    for stats in taylor().stats() {
        let function = &profile.functions()[stats.function];
        let line = format!("{}:{}", function.file, function.path);
        assert_eq!(cost(&own, &line), Some(stats.self_ns), "{line}\n{own}");
    }
    // The inclusive cost is the cumtime, with recursion of both kinds.
    for profile in [taylor(), mutual()] {
        let inclusive = annotated(&profile, &["--inclusive=yes", "--threshold=100"]).unwrap();
        for stats in profile.stats() {
            let line = format!(":{}", profile.functions()[stats.function].path);
            assert_eq!(cost(&inclusive, &line), Some(stats.total_ns), "{line}\n{inclusive}");
        }
    }
    let tree = annotated(&taylor(), &["--tree=both", "--threshold=100"]).unwrap();
    for calls in ["(500x)", "(250x)", "(187,250x)"] {
        assert!(tree.contains(calls), "{calls}\n{tree}");
    }
    assert!(annotated(&Profile::default(), &[]).is_some());
}
