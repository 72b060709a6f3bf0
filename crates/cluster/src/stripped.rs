//! What of a program's file is needed to run it: the smaller part, as the rest is for debuggers.

/// The bytes of an ELF file up to the end of the last part that is loaded, without the table of what stands behind.
///
/// The system starts a program by its *segments*. Names of functions and lines of sources are in *sections* that no segment has, and linkers
/// put those last. A file that is none of these, or looks otherwise, stays whole.
pub(crate) fn stripped(mut file: Vec<u8>) -> Vec<u8> {
    if let Some(end) = end_of_segments(&file).filter(|end| *end < file.len()) {
        file.truncate(end);
        // Where the table of sections is, how many there are, and which one has their names: no longer true.
        file[0x28..0x30].fill(0);
        file[0x3c..0x40].fill(0);
    }
    file
}

/// Where the last segment of a little-endian ELF file of 64 bits ends.
fn end_of_segments(file: &[u8]) -> Option<usize> {
    if !file.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let word = |at: usize| Some(usize::from(u16::from_le_bytes(file.get(at..at + 2)?.try_into().ok()?)));
    let long = |at: usize| usize::try_from(u64::from_le_bytes(file.get(at..at.checked_add(8)?)?.try_into().ok()?)).ok();
    let (table, size, count) = (long(0x20)?, word(0x36)?, word(0x38)?);
    let mut end = table.checked_add(size * count)?;
    for segment in 0..count {
        let at = table.checked_add(segment * size)?;
        end = end.max(long(at + 0x08)?.checked_add(long(at + 0x20)?)?);
    }
    Some(end).filter(|end| *end >= 0x40)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_is_no_part_of_a_segment_and_the_rest_stays() {
        let mut file = vec![0_u8; 0x40 + 2 * 0x38 + 100];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        let mut put = |at: usize, value: u64| file[at..at + 8].copy_from_slice(&value.to_le_bytes());
        put(0x20, 0x40);
        put(0x28, 500);
        for (segment, offset) in [(0, 0), (1, 0x40 + 2 * 0x38 + 10)] {
            put(0x40 + segment * 0x38 + 0x08, offset);
            put(0x40 + segment * 0x38 + 0x20, 50);
        }
        file[0x36..0x3a].copy_from_slice(&[0x38, 0, 2, 0]);
        file[0x3c..0x40].copy_from_slice(&[30, 0, 29, 0]);
        let cut = stripped(file.clone());
        assert_eq!(cut.len(), 0x40 + 2 * 0x38 + 60);
        assert_eq!((&cut[0x28..0x30], &cut[0x3c..0x40]), (&[0; 8][..], &[0; 4][..]));
        assert_eq!((&cut[..0x28], &cut[0x40..]), (&file[..0x28], &file[0x40..cut.len()]));
        assert_eq!(stripped(cut.clone()), cut);
    }

    #[test]
    fn what_is_no_program_stays_whole() {
        for file in [&b""[..], b"\x7fELF", b"\x7fELF\x02\x01 and no more", b"#!/bin/sh\n"] {
            assert_eq!(stripped(file.to_vec()), file);
        }
        let mut wild = vec![0xff; 200];
        wild[..6].copy_from_slice(b"\x7fELF\x02\x01");
        assert_eq!(stripped(wild.clone()), wild);
    }
}
