//! Amounts of memory, as people read them.

/// A number of bytes as a person reads it, in powers of 1024.
///
/// ```
/// assert_eq!(validation::memory::human(512), "512 B");
/// assert_eq!(validation::memory::human(32_000_000), "30.5 MiB");
/// ```
pub fn human(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}
