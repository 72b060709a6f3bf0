//! Amdahl's law: what does not run in parallel decides how much faster the rest can make the whole.

/// The part of a program that runs on one thread, from 0 to 1, as its times on several threads tell it: the least squares of
/// `time(n) / time(1) = serial + (1 - serial) / n`.
///
/// `times` are pairs of a number of threads and a time in any unit; one of them has to be of a single thread. `None` if there is
/// none, or nothing beside it. Source: G. Amdahl, *Validity of the single processor approach to achieving large scale computing
/// capabilities*, AFIPS 1967.
///
/// ```
/// let times = [(1, 100.0), (2, 55.0), (4, 32.5)];
/// assert!((threaded::amdahl::serial_part(&times).unwrap() - 0.1).abs() < 1e-9);
/// ```
pub fn serial_part(times: &[(usize, f64)]) -> Option<f64> {
    let (_, alone) = *times.iter().find(|(threads, _)| *threads == 1)?;
    let (mut products, mut squares) = (0.0, 0.0);
    for &(threads, time) in times {
        let parallel = 1.0 / threads as f64;
        products += (1.0 - parallel) * (time / alone - parallel);
        squares += (1.0 - parallel) * (1.0 - parallel);
    }
    (squares > 0.0).then(|| (products / squares).clamp(0.0, 1.0))
}

/// How much faster a program with this serial part is on so many threads, by the law.
pub fn speedup(serial: f64, threads: usize) -> f64 {
    1.0 / (serial + (1.0 - serial) / threads as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_serial_part_of_made_up_times_is_found() {
        for serial in [0.0, 0.05, 0.5, 1.0] {
            let times: Vec<_> = (1..=8).map(|threads| (threads, 70.0 / speedup(serial, threads))).collect();
            assert!((serial_part(&times).unwrap() - serial).abs() < 1e-12, "{serial}");
        }
    }

    #[test]
    fn times_that_tell_nothing_have_no_serial_part() {
        assert_eq!(serial_part(&[]), None);
        assert_eq!(serial_part(&[(1, 5.0)]), None);
        assert_eq!(serial_part(&[(2, 5.0), (4, 3.0)]), None);
    }

    #[test]
    fn what_is_faster_than_the_law_allows_has_no_serial_part() {
        assert_eq!(serial_part(&[(1, 10.0), (2, 4.0)]), Some(0.0));
        assert_eq!(serial_part(&[(1, 10.0), (2, 14.0)]), Some(1.0));
    }
}
