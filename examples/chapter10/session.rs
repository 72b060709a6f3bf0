//! The book's interactive session with four engines, line by line.

use std::fmt::Write;

use cluster::{Cluster, Error, Namespace, procedure, task};

// ANCHOR: functions
fn square(x: i64) -> i64 {
    x * x
}
task!(square);

/// What the book sends as the text `a = 1`.
fn assign(values: &mut Namespace, value: i64) -> Result<(), Error> {
    values.set("a", &value)
}
procedure!(assign);

/// A statement that goes wrong on the engines that have nothing.
fn first(values: &mut Namespace, _: ()) -> Result<i64, String> {
    let numbers = values.get::<Vec<i64>>("numbers").map_err(|error| error.to_string())?;
    numbers.first().copied().ok_or_else(|| "the list is empty".to_owned())
}
procedure!(first);
// ANCHOR_END: functions

/// Plays the session on a cluster of four engines. What it shows is a line for each call and a line for each answer.
///
/// # Errors
/// What a call says that should not have failed.
pub(crate) fn session(cluster: &Cluster) -> Result<String, Error> {
    let mut shown = String::new();
    macro_rules! show {
        ($call:literal, $answer:expr) => {{
            let answer = $answer;
            writeln!(shown, "> {}\n{answer:?}", $call).expect("a string takes any text");
        }};
    }
    // ANCHOR: session
    let rc = cluster.client();
    show!("rc.ids()", rc.ids());
    show!("rc.engine(0)", rc.engine(0)?);
    show!("rc.every(2)", rc.every(2)?);
    let dview = rc.direct_view(..)?;
    show!("rc.direct_view(..)", &dview);

    dview.execute(assign, &1_i64)?;
    show!("dview.execute(assign, &1); dview.get(\"a\")", dview.get::<i64>("a")?);
    dview.set("a", &2_i64)?;
    show!("dview.set(\"a\", &2); dview.get(\"a\")", dview.get::<i64>("a")?);

    let result = dview.map_async(square, 0..100)?;
    show!("dview.map_async(square, 0..100)?.get(), added up", result.get()?.iter().sum::<i64>());
    let parallel_square = dview.parallel(square);
    show!("dview.parallel(square)(vec![1, 2, 3])", parallel_square(vec![1, 2, 3])?);
    show!("dview.apply(square, 2)", dview.apply(square, 2)?);
    let remote_square = dview.remote(square);
    show!("dview.remote(square)(2)", remote_square(2)?);

    dview.scatter("numbers", &[0_i64, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])?;
    show!("dview.scatter(\"numbers\", 0..=10); dview.get(\"numbers\")", dview.get::<Vec<i64>>("numbers")?);
    show!("dview.gather(\"numbers\")", dview.gather::<i64>("numbers")?);

    dview.scatter("numbers", &[7_i64, 8])?;
    let error = dview.execute(first, &()).expect_err("two engines have an empty list");
    writeln!(shown, "> dview.scatter(\"numbers\", &[7, 8]); dview.execute(first, &())\n{error}").expect("as above");

    let lview = rc.load_balanced_view();
    show!("lview.map(square, 0..10)", lview.map(square, 0..10)?);
    show!("lview.apply(square, 2)", lview.apply(square, 2)?);
    // ANCHOR_END: session
    Ok(shown)
}
