//! Who touches memory first: threads that are pinned to CPUs, the page faults of each, and the nodes that the pages lie on.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use runner::units::{grouped, ms, or_dash};
use runner::{Failure, Part, Stop};
use threaded::affinity::{allowed, current, node, nodes, pin};
use threaded::start::together;
use validation::StepError;
use validation::memory::{self, human};
use validation::parallel::refused;
use vectorised::pages::{Faults, Memory, Pages, store};

/// How often each order is measured.
const ROUNDS: usize = 5;

/// Bands begin at multiples of so many bytes: no page belongs to two threads.
const PAGE: usize = 1 << 16;

/// Pins the course's threads, and lets one of them or all of them touch memory first.
pub(crate) fn first_touch(part: &mut Part<'_>) -> Result<(), Failure> {
    let threads = part.settings().threads.get().max(2);
    let wanted = if part.quick() { 16 << 20 } else { 256 << 20 };
    let bytes = wanted.min(usize::try_from(memory::allowed() / 4).unwrap_or(wanted)) & !0xfff;
    part.section(&format!("{threads} threads, each on a CPU of its own"), |part| {
        let allowed = allowed()?;
        let cpus: Vec<_> = allowed.iter().copied().cycle().take(threads).collect();
        where_they_run(part, &allowed, &cpus)?;
        part.heading(&format!("who touches {} first", human(bytes as u64)))?;
        touches(part, bytes, &cpus)
    })
}

/// What one thread tells of its work.
struct Told {
    /// The CPU that it ran on before it was pinned.
    began: usize,
    /// The CPU that it ran on when its work was done.
    ended: usize,
    faults: u64,
    from: Instant,
    to: Instant,
}

/// Does each piece of work on a thread that is pinned to its CPU. All begin at the same time.
fn pinned<W: FnOnce() + Send>(cpus: &[usize], work: Vec<W>) -> Result<Vec<Told>, StepError> {
    let pieces = work.len().min(cpus.len());
    let barrier = &Barrier::new(pieces);
    let mut told: Vec<Option<Result<Told, StepError>>> = cpus.iter().map(|_| None).collect();
    let threads = cpus.iter().zip(work).zip(&mut told).map(|((&cpu, work), told)| {
        move || {
            let began = current().and_then(|began| pin(cpu).map(|()| began));
            barrier.wait();
            *told = Some(began.and_then(|began| {
                let ((from, to), faults) = Faults::during(|| {
                    let from = Instant::now();
                    work();
                    (from, Instant::now())
                })?;
                Ok(Told { began, ended: current()?, faults, from, to })
            }));
        }
    });
    together(threads).map_err(|error| refused(pieces, &error))?;
    told.into_iter().flatten().collect()
}

/// From the moment when the first thread begins to the one when the last has ended.
fn elapsed(told: &[Told]) -> Duration {
    let (from, to) = (told.iter().map(|told| told.from).min(), told.iter().map(|told| told.to).max());
    from.zip(to).map_or(Duration::ZERO, |(from, to)| to.duration_since(from))
}

/// Where each thread ran before it was pinned, and where after.
fn where_they_run(part: &mut Part<'_>, allowed: &[usize], cpus: &[usize]) -> Result<(), Stop> {
    let listed: Vec<_> = allowed.iter().map(usize::to_string).collect();
    part.paragraph(&format!("The threads may run on CPU {}.", listed.join(", ")))?;
    let told = pinned(cpus, cpus.iter().map(|_| || ()).collect())?;
    let rows: Vec<_> = (0..)
        .zip(told.iter().zip(cpus))
        .map(|(thread, (told, cpu)): (usize, _)| {
            let near = or_dash(node(*cpu), |node| node.to_string());
            [thread.to_string(), told.began.to_string(), cpu.to_string(), told.ended.to_string(), near]
        })
        .collect();
    Ok(part.table("pinned", &["thread", "began on CPU", "pinned to", "ran on", "near to node"], &rows, &[])?)
}

/// One order of the first touch.
struct Order {
    first: Duration,
    /// The most page faults that one thread had.
    faults: u64,
    /// Every thread stores to its own band again.
    then: Duration,
    nodes: Option<BTreeMap<usize, u64>>,
}

impl Order {
    /// Touches fresh memory, by each thread its own band or by the first thread all of them.
    fn measured(bytes: usize, cpus: &[usize], each_its_own: bool) -> Result<Self, StepError> {
        let mut memory = Memory::new(bytes, Pages::Ordinary)?;
        let band = bytes.div_ceil(cpus.len()).next_multiple_of(PAGE);
        let by_all = |memory: &mut Memory, value: u64| {
            let bands = memory.bytes_mut().chunks_mut(band);
            pinned(cpus, bands.map(|band| move || store(band, value)).collect())
        };
        let told = if each_its_own {
            by_all(&mut memory, 1)?
        } else {
            let all = memory.bytes_mut();
            pinned(&cpus[..1], vec![move || store(all, 1)])?
        };
        let nodes = memory.nodes().ok();
        let then = elapsed(&by_all(&mut memory, 2)?);
        let faults = told.iter().map(|told| told.faults).max().unwrap_or(0);
        Ok(Self { first: elapsed(&told), faults, then, nodes })
    }
}

/// The first touch by one thread and by all, and what it means for the threads that use the memory then.
fn touches(part: &mut Part<'_>, bytes: usize, cpus: &[usize]) -> Result<(), Stop> {
    let mut rows = Vec::new();
    for (name, each_its_own) in [("one thread, all of it", false), ("each thread its own band", true)] {
        let orders = (0..ROUNDS).map(|_| Order::measured(bytes, cpus, each_its_own));
        let mut orders = orders.collect::<Result<Vec<_>, _>>()?;
        orders.sort_by_key(|order| order.first);
        let [best, .., worst] = &orders[..] else { continue };
        let then = orders.iter().map(|order| order.then).min().unwrap_or(best.then);
        let on_nodes = or_dash(best.nodes.as_ref(), |nodes| {
            let nodes = nodes.iter().map(|(node, bytes)| format!("node {node}: {}", human(*bytes)));
            nodes.collect::<Vec<_>>().join(", ")
        });
        rows.push([name.to_owned(), ms(best.first), ms(worst.first), grouped(best.faults), on_nodes, ms(then)]);
    }
    let header = ["who touches first", "first ms", "worst ms", "faults of a thread", "pages on", "then ms"];
    part.table("first-touch", &header, &rows, &[0, 4])?;
    let said = "The best first touch of some, and the worst; then every thread stores to its own band.";
    let nodes = match nodes()[..] {
        [] => "The system does not say which nodes of memory there are.".to_owned(),
        [only] => format!(
            "This machine has one node of memory, {only}: who touches first decides who has the page faults, and not where the pages lie."
        ),
        ref several => format!("This machine has {} nodes of memory.", several.len()),
    };
    Ok(part.paragraph(&format!("{said} {nodes}"))?)
}
