//! The line table: the source line of each address, and the addresses of each line.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::{Range, RangeInclusive};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use gimli::{EndianArcSlice, RunTimeEndian};
use object::{Object, ObjectSection};

use super::error::Error;
use super::function::Frame;

type Reader = EndianArcSlice<RunTimeEndian>;

/// The line table of an image.
pub(super) struct Lines {
    context: addr2line::Context<Reader>,
    dwarf: Arc<gimli::Dwarf<Reader>>,
    paths: RefCell<HashMap<String, Arc<str>>>,
}

impl Lines {
    pub(super) fn load(file: &object::File<'_>, path: &Path) -> Result<Option<Self>, Error> {
        if file.section_by_name(".debug_line").is_none_or(|section| section.size() == 0) {
            return Ok(None);
        }
        let endian = if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
        let damaged = |why: String| Error::Foreign { file: path.to_path_buf(), why };
        let section = |id: gimli::SectionId| -> Result<Reader, Error> {
            let data = match file.section_by_name(id.name()) {
                Some(section) => section.uncompressed_data().map_err(|error| {
                    damaged(format!("its debug information in {} cannot be read: {error}", id.name()))
                })?,
                None => Cow::Borrowed(&[][..]),
            };
            Ok(EndianArcSlice::new(Arc::from(&*data), endian))
        };
        let dwarf = Arc::new(gimli::Dwarf::load(section)?);
        let context = addr2line::Context::from_arc_dwarf(dwarf.clone())
            .map_err(|error| damaged(format!("its debug information is damaged: {error}")))?;
        Ok(Some(Self { context, dwarf, paths: RefCell::default() }))
    }

    pub(super) fn frames(&self, address: u64) -> Option<Vec<Frame>> {
        let mut found = self.context.find_frames(address).skip_all_loads().ok()?;
        let mut frames = Vec::new();
        while let Ok(Some(frame)) = found.next() {
            let place = frame.location;
            frames.push(Frame {
                function: frame.function.and_then(|name| Some(Arc::from(&*name.demangle().ok()?))),
                file: place.as_ref().and_then(|place| Some(self.path(place.file?))),
                line: place.and_then(|place| place.line).filter(|&line| line != 0),
            });
        }
        Some(frames)
    }

    fn path(&self, raw: &str) -> Arc<str> {
        if let Some(path) = self.paths.borrow().get(raw) {
            return path.clone();
        }
        let path: Arc<str> = normal(Path::new(raw)).to_string_lossy().into();
        self.paths.borrow_mut().insert(raw.to_owned(), path.clone());
        path
    }

    /// Calls `visit` with each unit that has lines.
    fn units(&self, mut visit: impl FnMut(&gimli::Unit<Reader>) -> Option<()>) {
        let mut headers = self.dwarf.units();
        while let Ok(Some(header)) = headers.next() {
            if let Ok(unit) = self.dwarf.unit(header) {
                let _ = visit(&unit);
            }
        }
    }

    /// The files of a unit with their numbers in its line table.
    fn files_of(&self, unit: &gimli::Unit<Reader>) -> Vec<(u64, Arc<str>)> {
        let Some(program) = &unit.line_program else { return Vec::new() };
        let header = program.header();
        let text = |value| {
            let name = self.dwarf.attr_string(unit, value).ok()?;
            Some(gimli::Reader::to_string_lossy(&name).ok()?.into_owned())
        };
        let built_in = unit.comp_dir.as_ref().and_then(|name| gimli::Reader::to_string_lossy(name).ok());
        let built_in = PathBuf::from(built_in.unwrap_or_default().into_owned());
        let first = u64::from(header.version() < 5);
        let mut files = Vec::new();
        for (index, entry) in header.file_names().iter().enumerate() {
            let directory = entry.directory(header).and_then(text).unwrap_or_default();
            if let Some(name) = text(entry.path_name()) {
                let path = built_in.join(directory).join(name);
                files.push((first + index as u64, self.path(&path.to_string_lossy())));
            }
        }
        files
    }

    pub(super) fn files(&self) -> BTreeSet<Arc<str>> {
        let mut files = BTreeSet::new();
        self.units(|unit| {
            files.extend(self.files_of(unit).into_iter().map(|(_, path)| path));
            Some(())
        });
        files
    }

    /// The addresses of the code of these lines, and of the code that was inlined into them.
    pub(super) fn ranges_of(&self, file: &str, lines: &RangeInclusive<u32>) -> Vec<Range<u64>> {
        let mut ranges = Vec::new();
        self.units(|unit| {
            let files = self.files_of(unit);
            let ours: HashSet<u64> =
                files.iter().filter(|(_, path)| &**path == file).map(|&(index, _)| index).collect();
            if ours.is_empty() {
                return None;
            }
            let is_ours = |file: u64, line: u64| {
                ours.contains(&file) && u32::try_from(line).is_ok_and(|line| lines.contains(&line))
            };
            let mut rows = unit.line_program.clone()?.rows();
            let mut started: Option<u64> = None;
            while let Ok(Some((_, row))) = rows.next_row() {
                if let Some(start) = started.take()
                    && start < row.address()
                {
                    ranges.push(start..row.address());
                }
                if !row.end_sequence() && row.line().is_some_and(|line| is_ours(row.file_index(), line.get())) {
                    started = Some(row.address());
                }
            }
            let mut entries = unit.entries();
            while let Ok(Some(entry)) = entries.next_dfs() {
                if entry.tag() != gimli::DW_TAG_inlined_subroutine {
                    continue;
                }
                let value = |name| entry.attr_value(name).and_then(|value| value.udata_value());
                let file = match entry.attr_value(gimli::DW_AT_call_file) {
                    Some(gimli::AttributeValue::FileIndex(index)) => Some(index),
                    other => other.and_then(|value| value.udata_value()),
                };
                if file.is_some_and(|file| is_ours(file, value(gimli::DW_AT_call_line).unwrap_or(0))) {
                    ranges.extend(self.ranges(unit, entry));
                }
            }
            Some(())
        });
        ranges
    }

    fn ranges(&self, unit: &gimli::Unit<Reader>, entry: &gimli::DebuggingInformationEntry<Reader>) -> Vec<Range<u64>> {
        let mut found = Vec::new();
        if let Ok(mut ranges) = self.dwarf.die_ranges(unit, entry) {
            while let Ok(Some(range)) = ranges.next() {
                if range.begin < range.end {
                    found.push(range.begin..range.end);
                }
            }
        }
        found
    }

    /// Where functions of that last name were inlined.
    pub(super) fn inlined(&self, wanted: &str) -> Vec<Range<u64>> {
        let mut ranges = Vec::new();
        self.units(|unit| {
            let mut entries = unit.entries();
            while let Ok(Some(entry)) = entries.next_dfs() {
                if entry.tag() != gimli::DW_TAG_inlined_subroutine {
                    continue;
                }
                let Some(gimli::AttributeValue::UnitRef(origin)) = entry.attr_value(gimli::DW_AT_abstract_origin)
                else {
                    continue;
                };
                let name = unit.entry(origin).ok().and_then(|origin| {
                    let name = self.dwarf.attr_string(unit, origin.attr_value(gimli::DW_AT_name)?).ok()?;
                    Some(gimli::Reader::to_string_lossy(&name).ok()?.into_owned())
                });
                if name.is_some_and(|name| name.split('<').next() == Some(wanted)) {
                    ranges.extend(self.ranges(unit, entry));
                }
            }
            Some(())
        });
        ranges
    }
}

/// The path without `.` and with `..` resolved by name alone, as the file may be on another machine.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if normal.file_name().is_some() => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_normal_by_name_alone() {
        for (path, expected) in
            [("/a/./b/../c", "/a/c"), ("a/../../b", "../b"), ("crates/x/../../examples/e.rs", "examples/e.rs")]
        {
            assert_eq!(normal(Path::new(path)), Path::new(expected));
        }
    }
}
