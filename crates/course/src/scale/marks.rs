//! Where the caches of the machine end along an axis of elements.

use runner::machine::{Cache, CacheKind};
use validation::memory::human;

/// The places at which what is read and written is as large as a cache, and the cache's name. `sizes` are elements and bytes, the fewest
/// elements first; between two of them both are taken to grow as powers of each other. A cache that is smaller or larger than all of
/// them has no place, and none has one where the bytes do not grow.
pub(super) fn marks(sizes: &[(u64, u64)], caches: &[Cache]) -> Vec<(f64, String)> {
    let data = caches.iter().filter(|cache| cache.kind != CacheKind::Instruction);
    let placed = data.filter_map(|cache| {
        let name = format!("L{} {}", cache.level, human(cache.bytes));
        place(sizes, cache.bytes).map(|place| (place, name))
    });
    placed.collect()
}

/// The elements at which there are so many bytes.
fn place(sizes: &[(u64, u64)], bytes: u64) -> Option<f64> {
    let between = |pair: &&[(u64, u64)]| pair[0].1 < pair[1].1 && (pair[0].1..=pair[1].1).contains(&bytes);
    let [(few, small), (many, large)] = sizes.windows(2).find(between)? else { return None };
    let logarithm = |number: u64| (number.max(1) as f64).ln();
    let part = (logarithm(bytes) - logarithm(*small)) / (logarithm(*large) - logarithm(*small));
    Some((logarithm(*few) + part * (logarithm(*many) - logarithm(*few))).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(level: u32, kind: CacheKind, bytes: u64) -> Cache {
        Cache { level, kind, bytes, shared_by: 1 }
    }

    #[test]
    fn a_cache_is_marked_where_the_bytes_fill_it() {
        let caches = [
            cache(1, CacheKind::Data, 32 << 10),
            cache(1, CacheKind::Instruction, 64 << 10),
            cache(2, CacheKind::Unified, 1 << 20),
            cache(3, CacheKind::Unified, 1 << 30),
        ];
        let sizes: Vec<_> = [100, 1000, 10_000, 100_000].map(|elements| (elements, 24 * elements)).to_vec();
        let found = marks(&sizes, &caches);
        let names: Vec<_> = found.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["L1 32.0 KiB", "L2 1.0 MiB"], "no instructions, and nothing beyond the largest size");
        for ((place, name), bytes) in found.iter().zip([32_u64 << 10, 1 << 20]) {
            assert!((place * 24.0 / bytes as f64 - 1.0).abs() < 1e-9, "{name} at {place}");
        }
    }

    #[test]
    fn where_the_bytes_do_not_grow_no_cache_ends() {
        let caches = [cache(1, CacheKind::Data, 800)];
        assert!(marks(&[(1000, 800), (10_000, 800)], &caches).is_empty());
        assert!(marks(&[(1000, 800)], &caches).is_empty() && marks(&[], &caches).is_empty());
    }
}
