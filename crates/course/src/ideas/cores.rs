//! What goes on in a core and between two: chains of operations, lanes, masks, cache lines, a race.

use runner::plot::Drawing;
use runner::plot::Side::{Both, Left, Right};
use runner::plot::Tone::{First, Pale, Plain, Second, Third};

/// One chain of dependent operations, and two that do not wait for each other.
pub(super) fn chains() -> Drawing {
    const CYCLE: f64 = 30.0;
    let mut drawing = Drawing::new("Four operations that wait for each other, and two chains of them", 300.0);
    let operation = |drawing: &mut Drawing, top: f64, start: f64, tone, text: &str| {
        drawing.cell((200.0 + CYCLE * start, top), (4.0 * CYCLE - 4.0, 26.0), tone, text);
    };
    drawing.words("one chain", (16.0, 72.0), Right);
    drawing.note("a unit starts 4 in 16 cycles", (16.0, 92.0), Right);
    for number in 0..4 {
        operation(&mut drawing, 58.0, 4.0 * f64::from(number), First, &format!("a {number}"));
    }
    drawing.words("two chains", (16.0, 142.0), Right);
    drawing.note("8 in 17 cycles", (16.0, 162.0), Right);
    for number in 0..4 {
        operation(&mut drawing, 128.0, 4.0 * f64::from(number), First, &format!("a {number}"));
        operation(&mut drawing, 158.0, 4.0 * f64::from(number) + 1.0, Second, &format!("b {number}"));
    }
    for cycle in (0..=16).step_by(4) {
        let x = 200.0 + CYCLE * f64::from(cycle);
        drawing.line(&[(x, 206.0), (x, 212.0)], Plain);
        drawing.note(&cycle.to_string(), (x, 224.0), Both);
    }
    drawing.arrow(&[(200.0, 206.0), (740.0, 206.0)], Plain);
    drawing.note("cycles", (784.0, 224.0), Left);
    let lines = [
        "Latency: a result can be used 4 cycles after its operation has started.",
        "Throughput: one can start in each cycle. Two chains take hardly longer than one; four would fit.",
    ];
    drawing.notes(&lines, 256.0);
    drawing
}

/// An addition of single numbers, and one of vectors.
pub(super) fn lanes() -> Drawing {
    let mut drawing = Drawing::new("One instruction, four lanes", 250.0);
    drawing.words("scalar", (16.0, 62.0), Right);
    for (left, text, tone) in [(16.0, "x 0", First), (116.0, "y 0", Second), (216.0, "x 0 + y 0", Third)] {
        let width = if tone == Third { 90.0 } else { 60.0 };
        drawing.cell((left, 76.0), (width, 28.0), tone, text);
    }
    drawing.words("+", (96.0, 90.0), Both);
    drawing.words("=", (196.0, 90.0), Both);
    drawing.note("four instructions for four sums", (16.0, 124.0), Right);
    drawing.words("a vector of four doubles", (380.0, 62.0), Right);
    for (row, (name, tone)) in [("x", First), ("y", Second)].into_iter().enumerate() {
        for lane in 0..4 {
            let at = (380.0 + 92.0 * f64::from(lane), 76.0 + 36.0 * row as f64);
            drawing.cell(at, (92.0, 28.0), tone, &format!("{name} {lane}"));
        }
    }
    for lane in 0..4 {
        let left = 380.0 + 92.0 * f64::from(lane);
        drawing.arrow(&[(left + 46.0, 140.0), (left + 46.0, 160.0)], Pale);
        drawing.cell((left, 162.0), (92.0, 28.0), Third, &format!("x {lane} + y {lane}"));
    }
    drawing.note("one instruction for four sums", (380.0, 208.0), Right);
    drawing.note("A lane never sees its neighbour.", (380.0, 230.0), Right);
    drawing
}

/// Eight lanes, of which some have escaped.
pub(super) fn mask() -> Drawing {
    const WIDTH: f64 = 74.0;
    let mut drawing = Drawing::new("A mask over eight lanes", 304.0);
    let norms = ["0.3", "5.1", "1.2", "3.9", "0.8", "7.4", "2.2", "0.1"];
    let inside = norms.map(|norm| !norm.starts_with(['5', '7']));
    for (top, name) in [(72.0, "|z|²"), (120.0, "|z|² ≤ 4"), (168.0, "count"), (216.0, "count, after")] {
        drawing.words(name, (16.0, top + 14.0), Right);
    }
    for (lane, norm) in norms.into_iter().enumerate() {
        let left = 160.0 + WIDTH * lane as f64;
        let tone = if inside[lane] { First } else { Pale };
        drawing.note(&format!("lane {lane}"), (left + WIDTH / 2.0, 60.0), Both);
        drawing.cell((left, 72.0), (WIDTH, 28.0), tone, norm);
        drawing.cell((left, 120.0), (WIDTH, 28.0), tone, if inside[lane] { "1" } else { "0" });
        drawing.cell((left, 168.0), (WIDTH, 28.0), tone, if inside[lane] { "12" } else { "9" });
        drawing.cell((left, 216.0), (WIDTH, 28.0), tone, if inside[lane] { "13" } else { "9" });
    }
    let lines = [
        "The comparison gives a bit for each lane: the mask. The addition reaches only lanes whose",
        "bit is 1, and no lane needs a branch. The loop ends when all bits are 0: the slowest lane decides.",
    ];
    drawing.notes(&lines, 264.0);
    drawing
}

/// Two counters in one cache line, and in two.
pub(super) fn false_sharing() -> Drawing {
    let mut drawing = Drawing::new("Two counters in one cache line, and in two", 370.0);
    for (left, name) in [(16.0, "false sharing"), (416.0, "a line for each")] {
        drawing.words(name, (left, 62.0), Right);
        for core in 0..2 {
            let x = left + 194.0 * f64::from(core);
            drawing.frame((x, 78.0), (174.0, 96.0), Plain, &format!("core {core}"));
        }
    }
    // What lies in each core's cache.
    for core in 0..2 {
        let left = 28.0 + 194.0 * f64::from(core);
        drawing.row((left, 110.0), (75.0, 26.0), if core == 0 { First } else { Pale }, &["counter 0", "counter 1"]);
        drawing.note(if core == 0 { "valid" } else { "invalid" }, (left, 154.0), Right);
        let left = 428.0 + 194.0 * f64::from(core);
        let name = format!("counter {core}");
        drawing.row((left, 110.0), (75.0, 26.0), First, &[&name, ""]);
        drawing.note("valid", (left, 154.0), Right);
    }
    drawing.arrow(&[(103.0, 182.0), (103.0, 214.0), (297.0, 214.0), (297.0, 182.0)], Second);
    drawing.note("the line goes over at each write", (200.0, 230.0), Both);
    drawing.note("nothing has to go over", (600.0, 214.0), Both);
    drawing.words("memory", (16.0, 274.0), Right);
    drawing.row((96.0, 260.0), (100.0, 28.0), First, &["counter 0", "counter 1"]);
    drawing.row((436.0, 260.0), (86.0, 28.0), First, &["counter 0", "padding"]);
    drawing.row((612.0, 260.0), (86.0, 28.0), First, &["counter 1", "padding"]);
    drawing.note("64 bytes", (196.0, 302.0), Both);
    drawing.note("64 bytes", (522.0, 302.0), Both);
    drawing.note("64 bytes", (698.0, 302.0), Both);
    let lines = [
        "Neither core reads what the other writes. But a cache knows only lines, so a core that writes",
        "takes the whole line away from the other.",
    ];
    drawing.notes(&lines, 332.0);
    drawing
}

/// Two threads that add one, and what is lost.
pub(super) fn race() -> Drawing {
    let mut drawing = Drawing::new("A race: two threads each add 1", 330.0);
    let columns = [(150.0, "thread 0"), (390.0, "thread 1"), (630.0, "counter in memory")];
    for (middle, name) in columns {
        drawing.words(name, (middle, 64.0), Both);
        drawing.line(&[(middle - 100.0, 78.0), (middle + 100.0, 78.0)], Pale);
    }
    let steps = [
        (0, "load: 41", "41"),
        (1, "load: 41", "41"),
        (0, "add 1: 42", "41"),
        (1, "add 1: 42", "41"),
        (0, "store 42", "42"),
        (1, "store 42", "42"),
    ];
    for (row, (thread, text, counter)) in steps.into_iter().enumerate() {
        let top = 90.0 + 32.0 * row as f64;
        let (middle, tone) = if thread == 0 { (150.0, First) } else { (390.0, Second) };
        drawing.cell((middle - 70.0, top), (140.0, 26.0), tone, text);
        let changed = text.starts_with("store");
        drawing.cell((590.0, top), (80.0, 26.0), if changed { Third } else { Pale }, counter);
    }
    drawing.arrow(&[(30.0, 90.0), (30.0, 280.0)], Plain);
    drawing.note("time", (30.0, 294.0), Both);
    drawing.note(
        "Both have loaded 41 before one stores. Of two additions one is lost: 42, not 43.",
        (60.0, 314.0),
        Right,
    );
    drawing
}
