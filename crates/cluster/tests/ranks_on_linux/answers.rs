//! What ranks compute together.

use cluster::ranks::{Desk, Error, Parts, World};
use cluster::spmd;
use libtest_mimic::Failed;

use super::{Test, Traces, ranks};

pub(super) const TESTS: &[Test] = &[
    ("gather_undoes_scatter_for_every_length", gather_undoes_scatter_for_every_length),
    ("eleven_items_over_four_ranks_are_three_three_three_two", eleven_over_four),
    ("eight_megabytes_go_out_and_come_back", eight_megabytes),
    ("sums_of_integers_are_exact", sums_are_exact),
    ("ranks_that_are_joined_leave_nothing_behind", nothing_is_left),
];

fn there_and_back(world: &World, length: usize, mut desk: Option<Desk<'_>>) -> Result<(), Error> {
    let parts = Parts::even(length, world.size());
    let part = world.scatter(desk.as_ref().map(Desk::numbers), &parts)?;
    world.gather(&part, &parts, desk.as_mut().map(Desk::answer))
}
spmd!(there_and_back);

fn gather_undoes_scatter_for_every_length() -> Result<(), Failed> {
    for size in [1, 2, 5] {
        let mut ranks = ranks(size)?;
        for length in 0..3 * size + 2 {
            let numbers: Vec<f64> = (0..length).map(|number| number as f64 + 0.5).collect();
            let mut answer = vec![f64::NAN; length];
            ranks.run(there_and_back, &length, &[&numbers], &mut answer)?;
            assert_eq!(answer, numbers, "{length} numbers over {size} ranks");
        }
        ranks.join()?;
    }
    Ok(())
}

/// What each rank has got, with its number before it.
fn shown(world: &World, length: usize, mut desk: Option<Desk<'_>>) -> Result<(), Error> {
    let parts = Parts::even(length, world.size());
    let part = world.scatter(desk.as_ref().map(Desk::numbers), &parts)?;
    let mut line = vec![-1.0; 5];
    line[0] = world.rank() as f64;
    line[1..][..part.len()].copy_from_slice(&part);
    world.gather(&line, &Parts::even(5 * world.size(), world.size()), desk.as_mut().map(Desk::answer))
}
spmd!(shown);

fn eleven_over_four() -> Result<(), Failed> {
    let mut ranks = ranks(4)?;
    let numbers: Vec<f64> = (0..11).map(f64::from).collect();
    let mut answer = [0.0; 20];
    ranks.run(shown, &11, &[&numbers], &mut answer)?;
    assert_eq!(answer[..5], [0.0, 0.0, 1.0, 2.0, -1.0]);
    assert_eq!(answer[5..10], [1.0, 3.0, 4.0, 5.0, -1.0]);
    assert_eq!(answer[10..15], [2.0, 6.0, 7.0, 8.0, -1.0]);
    assert_eq!(answer[15..], [3.0, 9.0, 10.0, -1.0, -1.0]);
    Ok(ranks.join()?)
}

fn eight_megabytes() -> Result<(), Failed> {
    let mut ranks = ranks(3)?;
    let numbers: Vec<f64> = (0..1_000_003).map(|number| f64::from(number).sqrt()).collect();
    let mut answer = vec![0.0; numbers.len()];
    // In two columns, which lie one behind the other.
    let (first, second) = numbers.split_at(17);
    ranks.run(there_and_back, &numbers.len(), &[first, second], &mut answer)?;
    assert!(answer == numbers);
    Ok(ranks.join()?)
}

fn summed(world: &World, large: u64, mut desk: Option<Desk<'_>>) -> Result<(), Error> {
    let sums = world.sum(&[world.rank() as u64, large, 1])?;
    let same = world.broadcast(desk.as_ref().map(Desk::numbers), 1)?;
    if same != [0.25] || sums.is_some() != (world.rank() == 0) {
        return Err(Error::Contradiction(format!("{same:?}, {sums:?}")));
    }
    if let (Some(desk), Some(sums)) = (&mut desk, sums) {
        desk.answer().copy_from_slice(&sums);
    }
    world.barrier();
    Ok(())
}
spmd!(summed);

fn sums_are_exact() -> Result<(), Failed> {
    let mut ranks = ranks(3)?;
    let mut answer = [0_u64; 3];
    // More than a double has digits for.
    let large = (1 << 60) + 1;
    ranks.run(summed, &large, &[&[0.25]], &mut answer)?;
    assert_eq!(answer, [3, 3 * large, 3]);
    Ok(ranks.join()?)
}

fn nothing_is_left() -> Result<(), Failed> {
    let mut joined = ranks(2)?;
    joined.run(there_and_back, &1, &[&[1.0]], &mut [0.0])?;
    let traces = Traces::of(&joined.ids());
    joined.join()?;
    traces.are_gone()?;
    let dropped = ranks(2)?;
    let traces = Traces::of(&dropped.ids());
    drop(dropped);
    traces.are_gone()
}
