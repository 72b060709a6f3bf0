//! The resident memory of the process, as the system counts it.

/// The resident memory of the process (RSS) in bytes; `None` where the system does not say.
///
/// On Linux it is read from `/proc/self/statm`, without an allocation; that takes a microsecond or two.
pub fn resident() -> Option<usize> {
    system::resident()
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::{self, File};
    use std::os::unix::fs::FileExt;
    use std::sync::OnceLock;

    /// The tag of the page size in the auxiliary vector: `AT_PAGESZ`.
    const PAGE_SIZE: usize = 6;

    pub(super) fn resident() -> Option<usize> {
        static OPEN: OnceLock<Option<(File, usize)>> = OnceLock::new();
        let open = || Some((File::open("/proc/self/statm").ok()?, page_size()?));
        let (file, page_size) = OPEN.get_or_init(open).as_ref()?;
        let mut text = [0; 128];
        let length = file.read_at(&mut text, 0).ok()?;
        let pages = str::from_utf8(&text[..length]).ok()?.split(' ').nth(1)?;
        Some(pages.parse::<usize>().ok()? * page_size)
    }

    fn page_size() -> Option<usize> {
        let vector = fs::read("/proc/self/auxv").ok()?;
        let words = vector.as_chunks::<{ size_of::<usize>() }>().0.iter().map(|&word| usize::from_ne_bytes(word));
        let words: Vec<usize> = words.collect();
        words.as_chunks::<2>().0.iter().find(|pair| pair[0] == PAGE_SIZE).map(|pair| pair[1])
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};

    pub(super) fn resident() -> Option<usize> {
        let process = sysinfo::get_current_pid().ok()?;
        let mut system = System::new();
        let only = ProcessesToUpdate::Some(&[process]);
        system.refresh_processes_specifics(only, false, ProcessRefreshKind::nothing().with_memory());
        usize::try_from(system.process(process)?.memory()).ok()
    }
}
