//! The caches of the machine at hand: how large each is, and how long a load from it takes.

use runner::machine::{Cache, CacheKind};
use runner::plot::Drawing;
use runner::plot::Side::{Left, Right};
use runner::plot::Tone::{First, Pale, Plain, Second, Third};

/// A picture of the caches from the core to memory. `latency` gives the time of one load, in nanoseconds, when so many bytes are
/// read in random order; `machine` says where that was.
pub(crate) fn hierarchy(caches: &[Cache], latency: impl Fn(usize) -> f64, machine: &str) -> Drawing {
    let caches: Vec<_> = caches.iter().filter(|cache| cache.kind != CacheKind::Instruction).collect();
    let height = 76.0;
    let mut drawing = Drawing::new("The caches of a machine", 110.0 + height * (caches.len() + 2) as f64);
    drawing.note("one load, in random order, that waits for the one before", (784.0, 66.0), Left);
    let mut top = 84.0;
    let middle = 300.0;
    drawing.cell((middle - 50.0, top - 20.0), (100.0, 40.0), Plain, "core");
    let tones = [First, Third, Second];
    for (number, cache) in caches.iter().enumerate() {
        top += height;
        let width = 200.0 + 100.0 * number as f64;
        let tone = tones[number.min(tones.len() - 1)];
        drawing.cell((middle - width / 2.0, top - 20.0), (width, 40.0), tone, &cache.to_string());
        // Half of it, so that the rest of the program has room too.
        let time = latency(cache.bytes as usize / 2);
        drawing.words(&format!("{time:.1} ns"), (784.0, top), Left);
    }
    top += height;
    drawing.cell((middle - 270.0, top - 20.0), (540.0, 40.0), Pale, "memory");
    let last = caches.last().map_or(1 << 23, |cache| cache.bytes as usize);
    drawing.words(&format!("{:.1} ns", latency(8 * last)), (784.0, top), Left);
    for between in 0..=caches.len() {
        let at = 84.0 + height * between as f64;
        drawing.arrow(&[(middle - 40.0, at + height - 20.0), (middle - 40.0, at + 20.0)], Plain);
    }
    drawing.note(machine, (16.0, top + 52.0), Right);
    drawing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cache_is_measured_at_half_of_its_size_and_memory_far_beyond() {
        let asked = std::cell::RefCell::new(Vec::new());
        let cache = |level, kind, bytes, shared_by| Cache { level, kind, bytes, shared_by };
        let caches = [
            cache(1, CacheKind::Data, 32 << 10, 1),
            cache(1, CacheKind::Instruction, 64 << 10, 1),
            cache(2, CacheKind::Unified, 1 << 20, 2),
        ];
        let latency = |bytes| {
            asked.borrow_mut().push(bytes);
            1.5
        };
        let drawing = hierarchy(&caches, latency, "a machine");
        assert_eq!(*asked.borrow(), [16 << 10, 512 << 10, 8 << 20]);
        assert_eq!(drawing.too_wide(), [""; 0]);
        assert_eq!(hierarchy(&[], |_| 1.5, "a machine whose caches nobody knows").too_wide(), [""; 0]);
    }
}
