//! What is mapped into the process, how its stacks are unwound, and which file an address belongs to.

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use framehop::{CacheNative, ExplicitModuleSectionInfo, FrameAddress, Module, Unwinder, UnwinderNative};
use object::{Object, ObjectSection, ObjectSegment, ReadCache};

use super::ring::Registers;

#[cfg(target_arch = "x86_64")]
type UnwindRegisters = framehop::x86_64::UnwindRegsX86_64;
#[cfg(target_arch = "aarch64")]
type UnwindRegisters = framehop::aarch64::UnwindRegsAarch64;

type Bytes = Arc<[u8]>;

/// No stack is followed further.
const MOST_FRAMES: usize = 1024;

/// The name that the kernel gives to its own code in every process.
const VDSO: &str = "[vdso]";

/// A piece of a program or library, mapped as code.
#[derive(Clone, Debug)]
pub(super) struct Mapped {
    /// Where the code is in memory.
    pub(super) range: Range<u64>,
    /// What is to be subtracted from an address in memory to get the one in the file.
    pub(super) bias: u64,
    /// The file, or what to open in its place.
    pub(super) path: PathBuf,
}

/// The modules of the process.
pub(super) struct Modules {
    mapped: Vec<Mapped>,
    seen: Vec<Range<u64>>,
    unwinder: UnwinderNative<Bytes, framehop::MayAllocateDuringUnwind>,
    cache: CacheNative<framehop::MayAllocateDuringUnwind>,
    looked: Instant,
}

impl Modules {
    /// Those mapped now.
    pub(super) fn new() -> io::Result<Self> {
        let mut modules = Self {
            mapped: Vec::new(),
            seen: Vec::new(),
            unwinder: UnwinderNative::new(),
            cache: CacheNative::new(),
            looked: Instant::now(),
        };
        modules.look()?;
        Ok(modules)
    }

    /// Adds what was mapped since the last time.
    fn look(&mut self) -> io::Result<()> {
        let executable = fs::read_link("/proc/self/exe").ok();
        for line in fs::read_to_string("/proc/self/maps")?.lines() {
            let Some(map) = Map::parse(line).filter(|map| map.executable && !self.seen.contains(&map.range)) else {
                continue;
            };
            self.seen.push(map.range.clone());
            // The program itself is found even where its file was replaced meanwhile, by the next build for example.
            let path = match &executable {
                Some(executable) if executable == map.path => Path::new("/proc/self/exe"),
                _ => map.path,
            };
            let Ok((bias, sections)) = (if map.path == Path::new(VDSO) {
                read_memory(&map.range).and_then(|image| sections(&*image, None))
            } else if path.is_absolute() {
                File::open(path).and_then(|file| sections(&ReadCache::new(file), Some(&map)))
            } else {
                // Code made at run time: nothing is known of it.
                continue;
            }) else {
                continue;
            };
            let bias = if map.path == Path::new(VDSO) { map.range.start } else { bias };
            self.unwinder.add_module(Module::new(path.display().to_string(), map.range.clone(), bias, sections));
            self.mapped.push(Mapped { range: map.range.clone(), bias, path: path.to_owned() });
        }
        self.looked = Instant::now();
        Ok(())
    }

    fn knows(&self, address: u64) -> bool {
        self.mapped.iter().any(|mapped| mapped.range.contains(&address))
    }

    /// The addresses of a stack, the innermost first, each inside of the instruction that is executed or that calls. Says
    /// whether the unwinding came to the outermost.
    pub(super) fn unwind(&mut self, registers: &Registers, stack: &[u8], addresses: &mut Vec<u64>) -> bool {
        addresses.clear();
        // A library that was loaded meanwhile; code made at run time is never found, so it is not looked for each time.
        if !self.knows(registers.pc) && self.looked.elapsed() > Duration::from_millis(100) {
            // What cannot be read now is as good as not mapped: the sample gets no name.
            let _ = self.look();
        }
        let bottom = registers.sp;
        let mut read = |address: u64| {
            let start = usize::try_from(address.wrapping_sub(bottom)).map_err(drop)?;
            let bytes = start.checked_add(8).and_then(|end| stack.get(start..end)).ok_or(())?;
            Ok(u64::from_ne_bytes(bytes.try_into().expect("eight bytes")))
        };
        let start = unwind_registers(registers, self.unwinder.max_known_code_address());
        let mut frames = self.unwinder.iter_frames(registers.pc, start, &mut self.cache, &mut read);
        while addresses.len() < MOST_FRAMES {
            match frames.next() {
                Ok(Some(frame)) => addresses.push(FrameAddress::address_for_lookup(frame)),
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
        false
    }

    /// The modules, for the names.
    pub(super) fn into_mapped(self) -> Vec<Mapped> {
        self.mapped
    }
}

#[cfg(target_arch = "x86_64")]
fn unwind_registers(registers: &Registers, _: u64) -> UnwindRegisters {
    UnwindRegisters::new(registers.pc, registers.sp, registers.fp)
}

#[cfg(target_arch = "aarch64")]
fn unwind_registers(registers: &Registers, most: u64) -> UnwindRegisters {
    let mask = framehop::aarch64::PtrAuthMask::from_max_known_address(most);
    UnwindRegisters::new_with_ptr_auth_mask(mask, registers.lr, registers.sp, registers.fp)
}

/// One line of `/proc/self/maps` (`proc_pid_maps(5)`).
#[derive(Debug, PartialEq)]
struct Map<'a> {
    range: Range<u64>,
    executable: bool,
    offset: u64,
    path: &'a Path,
}

impl<'a> Map<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut rest = line;
        let mut field = || {
            let (field, after) = rest.trim_start().split_once(' ')?;
            rest = after;
            Some(field)
        };
        let (range, permissions, offset) = (field()?, field()?, field()?);
        let (_device, _inode) = (field()?, field()?);
        let (start, end) = range.split_once('-')?;
        let hexadecimal = |digits| u64::from_str_radix(digits, 16).ok();
        Some(Self {
            range: hexadecimal(start)?..hexadecimal(end)?,
            executable: permissions.as_bytes().get(2) == Some(&b'x'),
            offset: hexadecimal(offset)?,
            path: Path::new(rest.trim_start().trim_end_matches(" (deleted)")),
        })
    }
}

/// The kernel's own code is in no file.
pub(super) fn read_memory(range: &Range<u64>) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(range.end - range.start).map_err(io::Error::other)?];
    File::open("/proc/self/mem")?.read_exact_at(&mut bytes, range.start)?;
    Ok(bytes)
}

/// The bias of a module (0 if it is not mapped from a file) and the sections that unwinding needs.
fn sections<'data, R: object::ReadRef<'data>>(
    data: R,
    map: Option<&Map<'_>>,
) -> io::Result<(u64, ExplicitModuleSectionInfo<Bytes>)> {
    let file = object::File::parse(data).map_err(io::Error::other)?;
    let bias = match map {
        None => 0,
        Some(map) => {
            // The segment of the file that this mapping shows, whole pages of it.
            let segment = file
                .segments()
                .find(|segment| {
                    let (offset, size) = segment.file_range();
                    (offset & !0xfff..offset + size).contains(&map.offset) && segment.permissions().executable()
                })
                .ok_or_else(|| io::Error::other("mapped from no segment"))?;
            let address = segment.address().wrapping_add(map.offset).wrapping_sub(segment.file_range().0);
            map.range.start.wrapping_sub(address)
        }
    };
    let range = |name| file.section_by_name(name).map(|section| section.address()..section.address() + section.size());
    let data = |name| Some(file.section_by_name(name)?.data().ok()?.into());
    Ok((
        bias,
        ExplicitModuleSectionInfo {
            base_svma: 0,
            text_svma: range(".text"),
            got_svma: range(".got"),
            eh_frame_svma: range(".eh_frame"),
            eh_frame: data(".eh_frame"),
            eh_frame_hdr_svma: range(".eh_frame_hdr"),
            eh_frame_hdr: data(".eh_frame_hdr"),
            ..Default::default()
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_maps_is_read_with_blanks_in_the_path() {
        let line = "55d0c8a00000-55d0c8a21000 r-xp 0001f000 fd:01 131090                     /home/a b/prog (deleted)";
        let map = Map::parse(line).unwrap();
        assert_eq!(map.range, 0x55d0_c8a0_0000..0x55d0_c8a2_1000);
        assert_eq!((map.executable, map.offset, map.path), (true, 0x1f000, Path::new("/home/a b/prog")));
        let anonymous = Map::parse("7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ").unwrap();
        assert_eq!((anonymous.executable, anonymous.path), (false, Path::new("")));
    }

    #[test]
    fn the_program_and_the_kernels_own_code_are_known() {
        let modules = Modules::new().unwrap();
        let here = the_program_and_the_kernels_own_code_are_known as fn() as usize as u64;
        assert!(modules.knows(here));
        let mapped = modules.into_mapped();
        assert!(mapped.iter().any(|mapped| mapped.path == Path::new("/proc/self/exe")));
        #[cfg(target_arch = "x86_64")]
        assert!(mapped.iter().any(|mapped| mapped.path == Path::new(VDSO)));
    }
}
