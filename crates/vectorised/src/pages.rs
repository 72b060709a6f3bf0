//! Memory page by page: three ways to ask for it, the page faults of its first touch, and where the system has put it.
//!
//! What the system says is read from the files that Linux keeps in `/proc/self` ([`proc(5)`]); elsewhere it is unavailable.
//!
//! [`proc(5)`]: https://man7.org/linux/man-pages/man5/proc.5.html

use std::collections::BTreeMap;
use std::fs;

use memmap2::{MmapMut, MmapOptions};
use validation::StepError;

/// How memory is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pages {
    /// As any large allocation is: the system gives addresses, and each page when it is touched.
    Ordinary,
    /// The same, with the advice `MADV_HUGEPAGE`: the system may give a huge page at the first touch in it.
    Huge,
    /// With `MAP_POPULATE`: the system gives all pages at once, before anything is touched.
    Populated,
}

/// Memory straight from the system, page by page, without an allocator between.
#[derive(Debug)]
pub struct Memory(MmapMut);

impl Memory {
    // ANCHOR: new
    /// Asks for so many bytes. All of them are zero.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] where the system has no such pages, or no memory.
    pub fn new(bytes: usize, pages: Pages) -> Result<Self, StepError> {
        let mut options = MmapOptions::new();
        options.len(bytes);
        if pages == Pages::Populated {
            options.populate();
        }
        let map = options
            .map_anon()
            .map_err(|error| StepError::Unavailable(format!("{bytes} bytes of memory are refused ({error})")))?;
        if pages == Pages::Huge {
            advise_huge(&map)?;
        }
        Ok(Self(map))
    }
    // ANCHOR_END: new

    /// The bytes.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// How the system holds it.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] where the system does not say.
    pub fn held(&self) -> Result<Held, StepError> {
        let text = read("smaps")?;
        held(&text, self.0.as_ptr().addr()).ok_or_else(|| not_said("how the memory is held", "smaps"))
    }

    /// How many bytes of it lie on each node of the machine's memory, by the number of the node.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] where the system does not say.
    pub fn nodes(&self) -> Result<BTreeMap<usize, u64>, StepError> {
        let text = read("numa_maps")?;
        nodes(&text, self.0.as_ptr().addr()).ok_or_else(|| not_said("on which node the memory lies", "numa_maps"))
    }
}

#[cfg(target_os = "linux")]
fn advise_huge(map: &MmapMut) -> Result<(), StepError> {
    map.advise(memmap2::Advice::HugePage)
        .map_err(|error| StepError::Unavailable(format!("this kernel has no huge pages of this kind ({error})")))
}

#[cfg(not(target_os = "linux"))]
fn advise_huge(_: &MmapMut) -> Result<(), StepError> {
    let here = std::env::consts::OS;
    Err(StepError::Unavailable(format!("the advice MADV_HUGEPAGE is one of Linux, this is {here}")))
}

// ANCHOR: store
/// Stores a number to every eight bytes.
pub fn store(memory: &mut [u8], value: u64) {
    let (elements, _) = memory.as_chunks_mut();
    elements.fill(value.to_ne_bytes());
}
// ANCHOR_END: store

/// Page faults of one thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
    /// Those for which the system had the page at hand, or only had to clear one.
    pub minor: u64,
    /// Those for which a disk was read.
    pub major: u64,
}

impl Faults {
    /// The faults of the calling thread since it began.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] where the system does not say.
    pub fn of_this_thread() -> Result<Self, StepError> {
        let stat = fs::read_to_string("/proc/thread-self/stat").map_err(|error| no_file("thread-self/stat", &error))?;
        Self::counted(&stat).ok_or_else(|| not_said("the page faults of a thread", "stat"))
    }

    /// Fields 10 and 12 of `stat`. Field 2 is the program's name, which may contain blanks and parentheses.
    fn counted(stat: &str) -> Option<Self> {
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(7);
        Some(Self { minor: fields.next()?.parse().ok()?, major: fields.nth(1)?.parse().ok()? })
    }

    /// What a closure returns, and how many faults the calling thread had meanwhile, of both kinds.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] where the system does not say.
    pub fn during<R>(act: impl FnOnce() -> R) -> Result<(R, u64), StepError> {
        let before = Self::of_this_thread()?;
        let value = act();
        let after = Self::of_this_thread()?;
        Ok((value, after.minor - before.minor + after.major - before.major))
    }
}

/// How the system holds memory, and what else lies directly beside it and was asked for in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Bytes of an ordinary page.
    pub page: u64,
    /// Bytes that are in main memory.
    pub resident: u64,
    /// Bytes of these that are in huge pages.
    pub huge: u64,
}

/// The entry of `smaps` that covers an address.
fn held(smaps: &str, address: usize) -> Option<Held> {
    let begins = |line: &str| Some((range(line)?.0, ()));
    let covers = |line: &str| range(line).is_some_and(|(from, to)| (from..to).contains(&address));
    let entry = smaps.lines().skip_while(|line| !covers(line)).skip(1).take_while(|line| begins(line).is_none());
    let entry: Vec<_> = entry.collect();
    let bytes = |name: &str| {
        let value = entry.iter().find_map(|line| line.strip_prefix(name)?.strip_suffix("kB"))?;
        Some(value.trim().parse::<u64>().ok()? * 1024)
    };
    Some(Held { page: bytes("KernelPageSize:")?, resident: bytes("Rss:")?, huge: bytes("AnonHugePages:").unwrap_or(0) })
}

/// The addresses of a line such as `7f00-7f80 rw-p ...`.
fn range(line: &str) -> Option<(usize, usize)> {
    let (from, to) = line.split_whitespace().next()?.split_once('-')?;
    Some((usize::from_str_radix(from, 16).ok()?, usize::from_str_radix(to, 16).ok()?))
}

/// The bytes on each node of what `numa_maps` says of the range that begins last before an address.
fn nodes(numa_maps: &str, address: usize) -> Option<BTreeMap<usize, u64>> {
    let begin = |line: &&str| usize::from_str_radix(line.split(' ').next().unwrap_or(""), 16).ok();
    let line = numa_maps.lines().filter(|line| begin(line).is_some_and(|begin| begin <= address)).max_by_key(begin)?;
    let mut words = line.split_whitespace();
    let of = |word: &str| {
        let (node, pages) = word.strip_prefix('N')?.split_once('=')?;
        Some((node.parse().ok()?, pages.parse::<u64>().ok()?))
    };
    let pages: Vec<(usize, u64)> = words.clone().filter_map(of).collect();
    let page = words.find_map(|word| word.strip_prefix("kernelpagesize_kB=")?.parse::<u64>().ok());
    // What nobody has touched has no pages, and their size is not said.
    Some(pages.into_iter().map(|(node, pages)| (node, pages * page.unwrap_or(0) * 1024)).collect())
}

fn read(file: &str) -> Result<String, StepError> {
    fs::read_to_string(format!("/proc/self/{file}")).map_err(|error| no_file(&format!("self/{file}"), &error))
}

fn no_file(file: &str, error: &std::io::Error) -> StepError {
    let here = std::env::consts::OS;
    let why = format!("cannot read /proc/{file} ({error}); Linux keeps it there, if the kernel is built for it");
    let elsewhere = format!("pages are counted by /proc/{file} of Linux, this is {here}");
    StepError::Unavailable(if cfg!(target_os = "linux") { why } else { elsewhere })
}

fn not_said(what: &str, file: &str) -> StepError {
    StepError::Unavailable(format!("this kernel's {file} does not say {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_behind_a_name_with_blanks_and_parentheses() {
        let stat = "41 (a) b (c) R 1 41 41 0 -1 4194304 11 22 33 44 5 6";
        assert_eq!(Faults::counted(stat), Some(Faults { minor: 11, major: 33 }));
        assert_eq!(Faults::counted("41 (short) R 1 41"), None);
    }

    const SMAPS: &str = "\
1000-3000 rw-p 00000000 00:00 0 
Size:                  8 kB
KernelPageSize:        4 kB
Rss:                   4 kB
VmFlags: rd wr mr mw me ac 
3000-a00000 rw-p 00000000 00:00 0 
KernelPageSize:        4 kB
Rss:                2052 kB
AnonHugePages:      2048 kB
VmFlags: rd wr mr mw me ac hg 
";

    #[test]
    fn the_entry_that_covers_an_address_says_how_it_is_held() {
        let of = |address| held(SMAPS, address);
        assert_eq!(of(0x1000), Some(Held { page: 4096, resident: 4096, huge: 0 }));
        assert_eq!(of(0x2fff), of(0x1000));
        assert_eq!(of(0x3000), Some(Held { page: 4096, resident: 2052 << 10, huge: 2 << 20 }));
        assert_eq!((of(0xfff), of(0xa00000)), (None, None));
    }

    #[test]
    fn pages_are_counted_by_node() {
        let text = "1000 default anon=3 dirty=3 N0=1 N2=2 kernelpagesize_kB=4\n9000 default\na000 default file=/N3=1\n";
        assert_eq!(nodes(text, 0x1000), Some(BTreeMap::from([(0, 4096), (2, 8192)])));
        assert_eq!(nodes(text, 0x8fff), nodes(text, 0x1000));
        assert_eq!(nodes(text, 0x9000), Some(BTreeMap::new()));
        assert_eq!(nodes(text, 0xfff), None);
    }
}
