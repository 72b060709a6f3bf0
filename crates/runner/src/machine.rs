//! The machine and the build that numbers were measured with.
//!
//! A time means nothing without them, so `course record` writes both beside every result.

use std::fmt;
use std::num::NonZero;
use std::thread;

use serde::{Deserialize, Serialize};
use sysinfo::{CpuRefreshKind, System};
use validation::memory::human;

/// What the system says about the machine. In a virtual machine it says what the hypervisor tells it, caches included, and the cores
/// may be hyperthreads that are shared with others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The name that the CPU gives itself.
    pub cpu: String,
    /// What the program is compiled for: `x86_64`, `aarch64`, ...
    pub architecture: String,
    /// Cores, not counting hyperthreads; `None` if the system does not say.
    pub physical_cores: Option<usize>,
    /// CPUs that the system schedules on, hyperthreads included.
    pub logical_cores: usize,
    /// CPUs that this process may use: fewer than there are, if it is pinned or its control group has a quota.
    pub usable_cores: usize,
    /// Instruction sets that matter here, of those that the CPU has: `sse2`, `avx2`, `fma`, `avx512f`, `neon`, ...
    pub features: Vec<String>,
    /// The caches of the first CPU, from the nearest; empty if the system does not say.
    pub caches: Vec<Cache>,
    /// Main memory, in bytes; 0 if the system does not say.
    pub memory_bytes: u64,
    /// When the system gives huge pages: `always`, `madvise` or `never`; `None` if it does not say.
    pub huge_pages: Option<String>,
    /// The operating system and its version.
    pub system: String,
    /// The version of its kernel.
    pub kernel: String,
    /// Whether the CPU says that a hypervisor runs it. `false` also where it cannot say.
    pub virtual_machine: bool,
}

/// One cache, as one CPU sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    /// 1 for the one nearest to the CPU.
    pub level: u32,
    /// What it holds.
    pub kind: CacheKind,
    /// Its size.
    pub bytes: u64,
    /// How many CPUs, hyperthreads included, share it.
    pub shared_by: usize,
}

/// What a cache holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CacheKind {
    /// What programs load and store.
    Data,
    /// The programs themselves.
    Instruction,
    /// Both.
    Unified,
}

impl Machine {
    /// Asks the system. What it does not say is left out or called `unknown`.
    pub fn detect() -> Self {
        let unknown = || "unknown".to_owned();
        let mut cpu = None;
        let mut logical_cores = 0;
        let mut memory_bytes = 0;
        if let Ok(mut system) = System::new() {
            system.refresh_cpu_specifics(CpuRefreshKind::nothing());
            system.refresh_memory();
            cpu = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()).filter(|brand| !brand.is_empty());
            logical_cores = system.cpus().len();
            memory_bytes = system.total_memory();
        }
        let usable_cores = thread::available_parallelism().map_or(1, NonZero::get);
        Self {
            cpu: cpu.unwrap_or_else(unknown),
            architecture: std::env::consts::ARCH.to_owned(),
            physical_cores: System::physical_core_count().ok().filter(|&cores| cores > 0),
            logical_cores: logical_cores.max(usable_cores),
            usable_cores,
            features: features().into_iter().map(str::to_owned).collect(),
            caches: caches(),
            memory_bytes,
            huge_pages: huge_pages(),
            system: System::long_os_version().unwrap_or_else(|_| unknown()),
            kernel: System::kernel_version().unwrap_or_else(|_| unknown()),
            virtual_machine: virtual_machine(),
        }
    }

    /// What matters of it in one line.
    pub fn summary(&self) -> String {
        let cores = if self.usable_cores == 1 { "core" } else { "cores" };
        let kind = if self.virtual_machine { ", virtual machine" } else { "" };
        let widest =
            ["avx512f", "avx2", "sse2", "neon"].into_iter().find(|name| self.features.iter().any(|has| has == name));
        let widest = widest.map(|name| format!(", {name}")).unwrap_or_default();
        format!("{} ({}), {} {cores}{kind}{widest}", self.cpu, self.architecture, self.usable_cores)
    }

    /// What it is, as rows of a table: a name and a value.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let physical = self.physical_cores.map_or(String::new(), |cores| format!("{cores} cores, "));
        let usable = match self.usable_cores {
            usable if usable < self.logical_cores => format!(", {usable} of them usable"),
            _ => String::new(),
        };
        let shared = if self.virtual_machine { "; a virtual machine, cores may be shared hyperthreads" } else { "" };
        let caches: Vec<String> = self.caches.iter().map(Cache::to_string).collect();
        let or_none = |list: String| if list.is_empty() { "unknown".to_owned() } else { list };
        vec![
            ("CPU", format!("{} ({})", self.cpu, self.architecture)),
            ("cores", format!("{physical}{} logical{usable}{shared}", self.logical_cores)),
            ("SIMD", or_none(self.features.join(" "))),
            ("caches", or_none(caches.join(", "))),
            ("memory", if self.memory_bytes == 0 { "unknown".to_owned() } else { human(self.memory_bytes) }),
            ("huge pages", self.huge_pages.clone().unwrap_or_else(|| "unknown".to_owned())),
            ("system", format!("{}, kernel {}", self.system, self.kernel)),
        ]
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lines(formatter, &self.lines())
    }
}

impl fmt::Display for Cache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            CacheKind::Data => "d",
            CacheKind::Instruction => "i",
            CacheKind::Unified => "",
        };
        write!(formatter, "L{}{kind} {}", self.level, human(self.bytes))?;
        if self.shared_by > 1 { write!(formatter, " for {} CPUs", self.shared_by) } else { Ok(()) }
    }
}

/// The compiler and the flags that this program was built with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// What `rustc --version` says.
    pub rustc: String,
    /// The cargo profile: `dev`, `release`, ...
    pub profile: String,
    /// The optimisation level of that profile.
    pub opt_level: String,
    /// The flags that cargo passes on, such as `-C target-cpu=native`; empty if there are none.
    pub flags: String,
    /// What it was built for, such as `x86_64-unknown-linux-gnu`.
    pub target: String,
}

impl Build {
    /// This program's. All of it was found out by the build script.
    pub fn this() -> Self {
        Self {
            rustc: env!("RUNNER_RUSTC").to_owned(),
            profile: env!("RUNNER_PROFILE").to_owned(),
            opt_level: env!("RUNNER_OPT_LEVEL").to_owned(),
            flags: env!("RUNNER_FLAGS").to_owned(),
            target: env!("RUNNER_TARGET").to_owned(),
        }
    }

    /// What it is, as rows of a table: a name and a value.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let flags = if self.flags.is_empty() { "none" } else { &self.flags };
        vec![
            ("compiler", self.rustc.clone()),
            ("target", self.target.clone()),
            ("profile", format!("{}, opt-level {}", self.profile, self.opt_level)),
            ("flags", flags.to_owned()),
        ]
    }
}

impl fmt::Display for Build {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lines(formatter, &self.lines())
    }
}

fn write_lines(formatter: &mut fmt::Formatter<'_>, lines: &[(&str, String)]) -> fmt::Result {
    for (index, (name, value)) in lines.iter().enumerate() {
        let end = if index + 1 < lines.len() { "\n" } else { "" };
        write!(formatter, "{name:<10} {value}{end}")?;
    }
    Ok(())
}

/// The detected ones of a list of features.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! detected {
    ($detect:ident: $($feature:tt),+) => {
        [$(($feature, std::arch::$detect!($feature))),+].into_iter().filter(|feature| feature.1).map(|feature| feature.0).collect()
    };
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    detected!(is_x86_feature_detected: "sse2", "sse4.2", "avx", "avx2", "fma", "avx512f", "avx512dq", "avx512vl", "avx512bw")
}

#[cfg(target_arch = "aarch64")]
fn features() -> Vec<&'static str> {
    detected!(is_aarch64_feature_detected: "neon", "fp16", "sve", "sve2")
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn features() -> Vec<&'static str> {
    Vec::new()
}

/// When Linux gives huge pages to memory that no file is behind: to any that is large enough (`always`), to what asks for them by
/// `madvise(2)`, or `never`; `None` where the system does not say, or has none.
pub fn huge_pages() -> Option<String> {
    chosen(&std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").ok()?)
}

/// The word in brackets of a list such as `always [madvise] never`.
fn chosen(settings: &str) -> Option<String> {
    let (word, _) = settings.split_once('[')?.1.split_once(']')?;
    Some(word.to_owned())
}

/// CPUID has a bit for it, which every hypervisor sets.
#[cfg(target_arch = "x86_64")]
fn virtual_machine() -> bool {
    std::arch::x86_64::__cpuid(1).ecx >> 31 == 1
}

#[cfg(not(target_arch = "x86_64"))]
fn virtual_machine() -> bool {
    sysctl("kern.hv_vmm_present") == Some(1)
}

/// The caches of the first CPU, from the nearest; empty if the system does not say.
#[cfg(target_os = "linux")]
pub fn caches() -> Vec<Cache> {
    use std::path::Path;

    let mut caches: Vec<Cache> = (0..)
        .map(|index| format!("/sys/devices/system/cpu/cpu0/cache/index{index}"))
        .take_while(|folder| Path::new(folder).exists())
        .filter_map(|folder| {
            let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).ok();
            Some(Cache {
                level: read("level")?.trim().parse().ok()?,
                kind: match read("type")?.trim() {
                    "Data" => CacheKind::Data,
                    "Instruction" => CacheKind::Instruction,
                    _ => CacheKind::Unified,
                },
                bytes: size(&read("size")?)?,
                shared_by: read("shared_cpu_list").and_then(|list| cpus(&list)).unwrap_or(1),
            })
        })
        .collect();
    caches.sort_by_key(|cache| cache.level);
    caches
}

/// The caches of the fastest kind of core, from the nearest; empty if the system does not say.
#[cfg(not(target_os = "linux"))]
pub fn caches() -> Vec<Cache> {
    let found = |level, kind, name: &str, sharing: &str| {
        let bytes = sysctl(&format!("hw.perflevel0.{name}")).or_else(|| sysctl(&format!("hw.{name}")))?;
        let shared_by = sysctl(sharing).and_then(|cpus| usize::try_from(cpus).ok()).unwrap_or(1);
        (bytes > 0).then_some(Cache { level, kind, bytes, shared_by: shared_by.max(1) })
    };
    let caches = [
        found(1, CacheKind::Data, "l1dcachesize", ""),
        found(1, CacheKind::Instruction, "l1icachesize", ""),
        found(2, CacheKind::Unified, "l2cachesize", "hw.perflevel0.cpusperl2"),
        found(3, CacheKind::Unified, "l3cachesize", "hw.perflevel0.cpusperl3"),
    ];
    caches.into_iter().flatten().collect()
}

/// A number that macOS knows by this name.
#[cfg(target_os = "macos")]
fn sysctl(name: &str) -> Option<u64> {
    let output = std::process::Command::new("sysctl").args(["-n", name]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

#[cfg(not(any(target_os = "macos", all(target_os = "linux", target_arch = "x86_64"))))]
fn sysctl(_name: &str) -> Option<u64> {
    None
}

/// The bytes of a size as Linux writes it: `48K`, `32M`, or plain.
#[cfg(any(test, target_os = "linux"))]
fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let (digits, unit) = match text.strip_suffix('K') {
        Some(digits) => (digits, 1 << 10),
        None => text.strip_suffix('M').map_or((text, 1), |digits| (digits, 1 << 20)),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// How many CPUs a list such as `0-3,8` has.
#[cfg(any(test, target_os = "linux"))]
fn cpus(list: &str) -> Option<usize> {
    let ranges = list.trim().split(',').map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last) = (first.parse::<usize>().ok()?, last.parse::<usize>().ok()?);
        last.checked_sub(first)?.checked_add(1)
    });
    ranges.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_a_cpu_and_memory() {
        let machine = Machine::detect();
        assert!(machine.usable_cores >= 1 && machine.logical_cores >= machine.usable_cores);
        assert!(machine.physical_cores.is_none_or(|cores| cores >= 1));
        assert!(machine.memory_bytes > 0 || !std::path::Path::new("/proc/meminfo").exists());
        assert!(!machine.cpu.is_empty() && !machine.system.is_empty() && !machine.kernel.is_empty());
        if cfg!(target_arch = "x86_64") {
            assert!(machine.features.contains(&"sse2".to_owned()));
        }
        assert!(machine.caches.iter().all(|cache| cache.level >= 1 && cache.bytes > 0 && cache.shared_by >= 1));
        assert!(machine.caches.is_sorted_by_key(|cache| cache.level));
        assert!(machine.to_string().lines().count() == machine.lines().len());
    }

    #[test]
    fn a_system_that_does_not_say_has_no_zeros() {
        let machine = Machine { memory_bytes: 0, caches: Vec::new(), features: Vec::new(), ..Machine::detect() };
        let unknown = machine.lines().into_iter().filter(|line| line.1 == "unknown").map(|line| line.0);
        let unknown: Vec<_> = unknown.filter(|name| ["SIMD", "caches", "memory"].contains(name)).collect();
        assert_eq!(unknown, ["SIMD", "caches", "memory"]);
    }

    #[test]
    fn a_machine_survives_a_results_file() {
        let machine = Machine::detect();
        let json = serde_json::to_string(&machine).unwrap();
        assert_eq!(serde_json::from_str::<Machine>(&json).unwrap(), machine);
        let build = Build::this();
        let json = serde_json::to_string(&build).unwrap();
        assert_eq!(serde_json::from_str::<Build>(&json).unwrap(), build);
    }

    #[test]
    fn a_build_knows_its_compiler() {
        let build = Build::this();
        assert!(build.rustc.starts_with("rustc "), "{}", build.rustc);
        assert!(build.target.contains(std::env::consts::ARCH), "{}", build.target);
        assert!(!build.profile.is_empty() && !build.opt_level.is_empty());
    }

    #[test]
    fn the_setting_of_huge_pages_is_the_word_in_brackets() {
        assert_eq!(chosen("always [madvise] never\n").as_deref(), Some("madvise"));
        assert_eq!(chosen("always madvise never"), None);
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("48K\n"), Some(48 << 10));
        assert_eq!(size("32M"), Some(32 << 20));
        assert_eq!(size("512"), Some(512));
        assert_eq!(size(""), None);
        assert_eq!(size("many"), None);
    }

    #[test]
    fn lists_of_cpus_are_counted() {
        assert_eq!(cpus("0\n"), Some(1));
        assert_eq!(cpus("0-1"), Some(2));
        assert_eq!(cpus("0-3,8,10-11"), Some(7));
        assert_eq!(cpus("3-1"), None);
        assert_eq!(cpus(""), None);
    }
}
