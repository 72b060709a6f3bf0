//! scratch
use profiling::{Sampler, Timer};
use std::hint::black_box;
use std::time::Instant;

#[inline(never)]
fn work(rounds: u64) -> f64 {
    let mut value = 1.5;
    for _ in 0..rounds {
        value = 1.0 + 1.0 / black_box(value);
    }
    value
}
fn time(threads: usize) -> f64 {
    let start = Instant::now();
    if threads == 1 {
        black_box(work(60_000_000));
    } else {
        std::thread::scope(|s| {
            for _ in 0..threads {
                s.spawn(|| black_box(work(60_000_000)));
            }
        });
    }
    start.elapsed().as_secs_f64()
}
fn main() {
    for threads in [1, 2] {
        for (timer, hz) in [(Timer::Event, 997), (Timer::Event, 1000), (Timer::UserEvent, 1000), (Timer::Clock, 1000)] {
            let mut plain = vec![];
            let mut with = vec![];
            let mut last = None;
            for _ in 0..9 {
                plain.push(time(threads));
                let s = Sampler::new().timer(timer).frequency(hz).run(|| time(threads)).unwrap();
                with.push(s.value);
                last = Some(s.samples);
            }
            plain.sort_by(f64::total_cmp);
            with.sort_by(f64::total_cmp);
            let s = last.unwrap();
            if let Some(u) = s.unavailable() {
                println!("{u}");
                continue;
            }
            println!(
                "{threads} {timer:?} {hz}: best {:.4} {:.4} {:+.2}% median {:+.2}%  rate {:.1} events {} total {} lost {} own {} unseen {:?} cpu {:?} trunc {}",
                plain[0],
                with[0],
                (with[0] / plain[0] - 1.0) * 100.,
                (with[4] / plain[4] - 1.0) * 100.,
                s.rate().unwrap(),
                s.events(),
                s.total(),
                s.lost(),
                s.own(),
                s.unseen().unwrap(),
                s.cpu().unwrap(),
                s.truncated()
            );
        }
    }
}
