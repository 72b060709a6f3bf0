//! The memory that a program and its rank 0 both see.
#![expect(unsafe_code, reason = "memory of another process is mapped")]

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use memmap2::MmapMut;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create};

use super::wire::Place;

/// A file that has no name and is nowhere but in memory, and goes with the last process that has it open.
#[derive(Debug)]
pub(super) struct Board {
    file: File,
    memory: MmapMut,
}

impl Board {
    /// So many bytes, at least one.
    pub(super) fn new(bytes: usize) -> io::Result<Self> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = memfd_create("ranks", flags)?;
        ftruncate(&file, bytes.max(1) as u64)?;
        fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
        Self::of(File::from(file))
    }

    /// The one of another process.
    #[cfg(feature = "mpi")]
    pub(super) fn of_process(process: u32, (file, bytes): Place) -> io::Result<Self> {
        let path = format!("/proc/{process}/fd/{file}");
        let board = Self::of(File::options().read(true).write(true).open(path)?)?;
        if board.memory.len() < bytes {
            return Err(io::Error::other(format!("{} bytes, and there should be {bytes}", board.memory.len())));
        }
        Ok(board)
    }

    fn of(file: File) -> io::Result<Self> {
        // SAFETY: the file has a fixed length, by its seals. Only the program that made it and its rank 0 have it open, and they take
        // turns: the program writes before it gives an order, and reads after rank 0 has said that it is done.
        let memory = unsafe { MmapMut::map_mut(&file)? };
        Ok(Self { file, memory })
    }

    /// Where it is found.
    pub(super) fn place(&self) -> Place {
        (self.file.as_raw_fd(), self.memory.len())
    }

    /// Its bytes.
    pub(super) fn memory(&mut self) -> &mut [u8] {
        &mut self.memory
    }
}
