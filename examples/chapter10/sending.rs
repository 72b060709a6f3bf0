//! What it costs to send much.

use std::time::{Duration, Instant};

use cluster::{Client, Error, Numbers, task};
use runner::units::ms;
use runner::{Budget, Failure, Part, time};
use serde::Serialize;
use serde::de::DeserializeOwned;
use validation::random::uniform;

use super::engines::engines;

/// Sends back what has come.
fn echo(numbers: Numbers<f64>) -> Numbers<f64> {
    numbers
}
task!(echo);

/// The same with a list that is written number by number.
fn echo_one_by_one(numbers: Vec<f64>) -> Vec<f64> {
    numbers
}
task!(echo_one_by_one);

/// Sends lists of random numbers there and back by both views.
pub(crate) fn sending(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Much to carry: random doubles there and back", |part| {
        let kilobytes: &[usize] = if part.quick() { &[8, 1000] } else { &[8, 80, 800, 8000] };
        let budget = Budget::exactly(if part.quick() { 2 } else { 20 });
        let cluster = engines(1)?;
        let client = cluster.client();
        let mut rows = Vec::new();
        for &kilobytes in kilobytes {
            let numbers = Numbers(uniform(9, kilobytes * 1000 / 8));
            rows.push(row(&client, "Numbers<f64>, as bytes", kilobytes, &budget, echo, &numbers)?);
        }
        let (most, way) = (kilobytes[kilobytes.len() - 1], "Vec<f64>, number by number");
        rows.push(row(&client, way, most, &budget, echo_one_by_one, &uniform(9, most * 1000 / 8))?);
        let header = ["sent as", "MB", "direct ms", "MB/s", "balanced ms", "MB/s"];
        part.table("sending", &header, &rows, &[0])?;
        Ok(part.paragraph(
            "Both directions are counted. What goes through the queue is written to a file twice on its way, the numbers and the result; and \
             what is larger than a message may be is cut into parts.",
        )?)
    })
}

/// Sends numbers there and back by both views; the time of a copy to send is not counted.
fn row<T, F>(
    client: &Client,
    way: &str,
    kilobytes: usize,
    budget: &Budget,
    echo: F,
    numbers: &T,
) -> Result<[String; 6], Error>
where
    T: Clone + PartialEq + Serialize + DeserializeOwned,
    F: Fn(T) -> T + Copy,
{
    let (direct, balanced) = (client.direct_view(..)?, client.load_balanced_view());
    let sent = |send: &dyn Fn(T) -> Result<T, Error>| {
        time(budget, || {
            let copy = numbers.clone();
            let started = Instant::now();
            let back = send(copy)?;
            let elapsed = started.elapsed();
            if back == *numbers { Ok(elapsed) } else { Err(Error::Encoding("other numbers came back".to_owned())) }
        })
    };
    let asked = sent(&|numbers| Ok(direct.apply(echo, numbers)?.remove(0)))?;
    let queued = sent(&|numbers| balanced.apply(echo, numbers))?;
    let rate = |best: Duration| format!("{:.0}", 2.0 * kilobytes as f64 / 1000.0 / best.as_secs_f64());
    let size = format!("{:.3}", kilobytes as f64 / 1000.0);
    Ok([way.to_owned(), size, ms(asked.best()), rate(asked.best()), ms(queued.best()), rate(queued.best())])
}
