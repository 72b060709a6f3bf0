//! The sizes of the caches, as the system tells them.

use std::sync::OnceLock;

/// The sizes of the caches of a core, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caches {
    /// The first level, for data.
    pub l1: usize,
    /// The second level.
    pub l2: usize,
    /// The third level; that of the second where there is none.
    pub l3: usize,
}

impl Caches {
    /// Those of this machine, asked for once. What the system does not say is taken to be small: 32 KiB, 512 KiB, and no third level.
    pub fn of_this_machine() -> Self {
        static CACHES: OnceLock<Caches> = OnceLock::new();
        *CACHES.get_or_init(|| {
            let l1 = size(1).unwrap_or(32 << 10);
            let l2 = size(2).unwrap_or(512 << 10).max(l1);
            Self { l1, l2, l3: size(3).unwrap_or(l2).max(l2) }
        })
    }
}

#[cfg(target_os = "linux")]
fn size(level: u32) -> Option<usize> {
    let folder = std::fs::read_dir("/sys/devices/system/cpu/cpu0/cache").ok()?;
    folder.flatten().find_map(|entry| {
        let read = |name: &str| std::fs::read_to_string(entry.path().join(name)).ok();
        let is_this = read("level")?.trim().parse() == Ok(level) && read("type")?.trim() != "Instruction";
        if is_this { bytes(&read("size")?) } else { None }
    })
}

#[cfg(target_os = "macos")]
fn size(level: u32) -> Option<usize> {
    let names = match level {
        1 => ["hw.perflevel0.l1dcachesize", "hw.l1dcachesize"],
        2 => ["hw.perflevel0.l2cachesize", "hw.l2cachesize"],
        _ => ["hw.perflevel0.l3cachesize", "hw.l3cachesize"],
    };
    names.into_iter().find_map(|name| {
        let output = std::process::Command::new("sysctl").args(["-n", name]).output().ok()?;
        bytes(&String::from_utf8(output.stdout).ok()?).filter(|&bytes| bytes > 0)
    })
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn size(_level: u32) -> Option<usize> {
    None
}

/// `48K`, `32M`, or plain.
#[cfg(any(test, target_os = "linux", target_os = "macos"))]
fn bytes(text: &str) -> Option<usize> {
    let text = text.trim();
    let (digits, unit) = match text.strip_suffix('K') {
        Some(digits) => (digits, 1 << 10),
        None => text.strip_suffix('M').map_or((text, 1), |digits| (digits, 1 << 20)),
    };
    digits.parse::<usize>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(["48K\n", "2M", "512", "", "many"].map(bytes), [Some(49152), Some(2 << 20), Some(512), None, None]);
    }

    #[test]
    fn a_further_cache_is_not_smaller() {
        let Caches { l1, l2, l3 } = Caches::of_this_machine();
        assert!(4096 <= l1 && l1 <= l2 && l2 <= l3, "{l1} {l2} {l3}");
    }
}
