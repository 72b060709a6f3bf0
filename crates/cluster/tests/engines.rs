//! What holds for engines, whatever happens to them. A main function of its own, as engines run this program too.

use cluster::{Cluster, task};
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn square(x: u64) -> u64 {
    x * x
}
task!(square);
fn nap(x: u64) -> u64 {
    std::thread::sleep(Duration::from_millis(50));
    x
}
task!(nap);

fn main() -> ExitCode {
    cluster::init();
    let t = Instant::now();
    let cluster = Cluster::options().engines(2).start().unwrap();
    let rc = cluster.client();
    println!("{:?} {:?}", t.elapsed(), rc);
    let view = rc.direct_view(..).unwrap();
    println!("{:?} {:?}", view.apply(square, 3), t.elapsed());
    let t = Instant::now();
    for _ in 0..100 {
        view.apply(square, 3).unwrap();
    }
    println!("direct {:?}", t.elapsed() / 100);
    let view = rc.load_balanced_view();
    let t = Instant::now();
    println!("{:?} {:?}", view.map(square, 0..5), t.elapsed());
    let t = Instant::now();
    for _ in 0..100 {
        view.apply(square, 3).unwrap();
    }
    println!("lview {:?}", t.elapsed() / 100);
    let t = Instant::now();
    assert_eq!(view.map(square, 0..1000).unwrap(), (0..1000).map(|x| x * x).collect::<Vec<_>>());
    println!("1000 {:?}", t.elapsed());
    let t = Instant::now();
    let k = std::thread::scope(|s| {
        let h = s.spawn(|| view.clone().ack_wait(Duration::from_millis(500)).batch(1).map(nap, 0..100));
        std::thread::sleep(Duration::from_millis(500));
        cluster.kill_server().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        cluster.restart_server().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        cluster.kill_engine(1).unwrap();
        h.join().unwrap()
    });
    println!("{:?} {:?}", k.map(|k| k.len()), t.elapsed());
    println!("{}", rc.statistics());
    println!("{:?}", cluster.own_server_is());
    let t = Instant::now();
    drop(cluster);
    println!("{:?}", t.elapsed());
    ExitCode::SUCCESS
}
