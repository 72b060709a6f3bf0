use std::rc::Rc;
use std::thread;

fn main() {
    let input = Rc::new(vec![1.0, 2.0]);
    let same = Rc::clone(&input);
    // The count of the owners is an ordinary number. Two threads that let go at the same time could free the input twice, or never:
    // it is for this counter that Python has a lock around everything.
    let sum = thread::spawn(move || same.iter().sum::<f64>());
    println!("{:?} {:?}", input, sum.join());
}
