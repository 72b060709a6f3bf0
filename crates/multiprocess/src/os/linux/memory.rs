//! Memory that several processes can see.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::slice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memmap2::{Mmap, MmapOptions, MmapRaw};
use rustix::fs::{
    FallocateFlags, MemfdFlags, SealFlags, fallocate, fcntl_add_seals, fcntl_get_seals, fstat, memfd_create,
};
use rustix::io::Errno;

use super::role::is_child;

/// How many mappings a child keeps for the next message that mentions them.
const KEPT: usize = 8;

/// Mappings that a child keeps, by the number of their file, the last used first.
static KEEP: Mutex<VecDeque<(u64, Arc<Memory>)>> = Mutex::new(VecDeque::new());

fn kept() -> MutexGuard<'static, VecDeque<(u64, Arc<Memory>)>> {
    KEEP.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Memory that several processes can see: a file without a name, in no folder, gone with the last process that has it.
#[derive(Debug)]
pub(crate) struct Memory {
    file: OwnedFd,
    map: Map,
}

#[derive(Debug)]
enum Map {
    Writable(MmapRaw),
    Sealed(Mmap),
}

impl Memory {
    fn file(bytes: usize) -> io::Result<OwnedFd> {
        let file = memfd_create("multiprocess", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        // Pages that cannot be had are an error here, and not a signal at the first touch.
        loop {
            match fallocate(&file, FallocateFlags::empty(), 0, bytes.max(1) as u64) {
                Err(Errno::INTR) => {}
                other => break other?,
            }
        }
        Ok(file)
    }

    /// Memory of at least one byte, all zero, which all who have it can write.
    pub(crate) fn create(bytes: usize) -> io::Result<Self> {
        let file = Self::file(bytes)?;
        fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
        let map = MmapOptions::new().len(bytes.max(1)).populate().map_raw(&file)?;
        Ok(Self { file, map: Map::Writable(map) })
    }

    /// Memory that `fill` writes once, and nobody after: the system refuses to map it for writing.
    pub(crate) fn sealed(bytes: usize, fill: impl FnOnce(&mut [u8])) -> io::Result<Self> {
        let file = Self::file(bytes)?;
        let map = MmapOptions::new().len(bytes.max(1)).populate().map_raw(&file)?;
        // SAFETY: the mapping has so many bytes, all zero; it and the file are known to nobody else yet.
        fill(unsafe { slice::from_raw_parts_mut(map.as_mut_ptr(), bytes) });
        drop(map);
        fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL)?;
        let map = MmapOptions::new().populate().map_if_safe(&file)?;
        Ok(Self { file, map: Map::Sealed(map) })
    }

    /// Memory that has come with a message. A child keeps the mappings that it has used last.
    pub(super) fn received(file: OwnedFd) -> io::Result<Arc<Self>> {
        if !is_child() {
            return Self::mapped(file).map(Arc::new);
        }
        // As long as the mapping is kept, no other file can have its number.
        let number = fstat(&file)?.st_ino;
        let mut kept = kept();
        let found = kept.iter().position(|(of, _)| *of == number).and_then(|place| kept.remove(place));
        let memory = match found {
            Some((_, memory)) => memory,
            None => Arc::new(Self::mapped(file)?),
        };
        kept.push_front((number, memory.clone()));
        kept.truncate(KEPT);
        Ok(memory)
    }

    /// Whether this process keeps mappings for messages to come.
    pub(super) fn any_kept() -> bool {
        !kept().is_empty()
    }

    /// Gives up the mappings that are kept for messages to come.
    pub(super) fn forget_kept() {
        kept().clear();
    }

    fn mapped(file: OwnedFd) -> io::Result<Self> {
        let seals = fcntl_get_seals(&file)?;
        if seals.contains(SealFlags::WRITE) {
            let map = MmapOptions::new().populate().map_if_safe(&file)?;
            return Ok(Self { file, map: Map::Sealed(map) });
        }
        if !seals.contains(SealFlags::SHRINK) {
            return Err(io::Error::other("a file that could shrink cannot be shared"));
        }
        let map = MmapOptions::new().populate().map_raw(&file)?;
        Ok(Self { file, map: Map::Writable(map) })
    }

    /// Gives the pages back, even if other processes have this memory mapped: it reads as zeros from now on. For memory that its owner drops.
    pub(crate) fn give_back(&self) {
        let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        // A system that cannot do that frees them with the last mapping.
        let _ = fallocate(&self.file, hole, 0, self.len() as u64);
    }

    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// The first byte. What is sealed must not be written.
    pub(crate) fn as_ptr(&self) -> *mut u8 {
        match &self.map {
            Map::Writable(map) => map.as_mut_ptr(),
            Map::Sealed(map) => map.as_ptr().cast_mut(),
        }
    }

    pub(crate) fn is_sealed(&self) -> bool {
        matches!(self.map, Map::Sealed(_))
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> usize {
        match &self.map {
            Map::Writable(map) => map.len(),
            Map::Sealed(map) => map.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_are_given_back_are_free_while_they_are_still_mapped() {
        let memory = Memory::create(1 << 20).unwrap();
        let elsewhere = Memory::mapped(memory.file.try_clone().unwrap()).unwrap();
        let blocks = || fstat(&memory.file).unwrap().st_blocks;
        assert!(blocks() >= (1 << 20) / 512);
        memory.give_back();
        assert_eq!(blocks(), 0);
        assert_eq!(elsewhere.len(), 1 << 20);
    }
}
