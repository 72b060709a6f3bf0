//! The book's session with four engines answers what the book's does, line by line.

#[path = "../../../examples/chapter10/session.rs"]
mod session;

use std::process::ExitCode;

use cluster::{Cluster, Error};
use libtest_mimic::{Arguments, Trial};

/// What the session shows.
const SHOWN: &str = "\
> rc.ids()
[0, 1, 2, 3]
> rc.engine(0)
DirectView [0]
> rc.every(2)
DirectView [0, 2]
> rc.direct_view(..)
DirectView [0, 1, 2, 3]
> dview.execute(assign, &1); dview.get(\"a\")
[1, 1, 1, 1]
> dview.set(\"a\", &2); dview.get(\"a\")
[2, 2, 2, 2]
> dview.map_async(square, 0..100)?.get(), added up
328350
> dview.parallel(square)(vec![1, 2, 3])
[1, 4, 9]
> dview.apply(square, 2)
[4, 4, 4, 4]
> dview.remote(square)(2)
[4, 4, 4, 4]
> dview.scatter(\"numbers\", 0..=10); dview.get(\"numbers\")
[[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10]]
> dview.gather(\"numbers\")
[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
> dview.scatter(\"numbers\", &[7, 8]); dview.execute(first, &())
engine 2: session::session::first: the list is empty; engine 3: session::session::first: the list is empty
> lview.map(square, 0..10)
[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]
> lview.apply(square, 2)
4
";

fn main() -> ExitCode {
    cluster::init();
    let arguments = Arguments::from_args();
    // Whether there is a server decides whether the session can be played at all.
    let cluster = Cluster::options().engines(4).start();
    let unavailable = matches!(&cluster, Err(Error::Unavailable(_)));
    let required = std::env::var("REQUIRE").is_ok_and(|list| list.split(',').any(|word| word == "nats"));
    let trial = Trial::test("the_books_session_answers_line_by_line", move || {
        let shown = cluster.and_then(|cluster| session::session(&cluster)).map_err(|error| error.to_string())?;
        if shown == SHOWN { Ok(()) } else { Err(format!("shown:\n{shown}").into()) }
    });
    let trial = trial.with_ignored_flag(unavailable && !required);
    libtest_mimic::run(&arguments, vec![trial]).exit_code()
}
