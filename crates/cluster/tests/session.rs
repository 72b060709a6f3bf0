//! The book's session with four engines answers what the book's does, line by line.

#[path = "../../../examples/chapter10/session.rs"]
mod session;

use std::env;
use std::process::ExitCode;

use cluster::{Cluster, Error};
use libtest_mimic::{Arguments, Completion, Trial};

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
    let trial = Trial::ignorable_test("the_books_session_answers_line_by_line", || {
        let required = env::var("REQUIRE").unwrap_or_default();
        let cluster = match Cluster::options().engines(4).start() {
            Err(Error::Unavailable(why)) if !required.split(',').any(|word| word.trim() == "nats") => {
                return Ok(Completion::ignored_with(why));
            }
            started => started?,
        };
        let shown = session::session(&cluster)?;
        if shown == SHOWN { Ok(Completion::Completed) } else { Err(format!("shown:\n{shown}").into()) }
    });
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}
