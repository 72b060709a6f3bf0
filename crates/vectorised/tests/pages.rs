//! Page faults are counted: the first touch of memory has them, the second has none. How long either takes is not asked here.
#![cfg(target_os = "linux")]

use std::fs;

use validation::StepError;
use vectorised::pages::{Faults, Memory, Pages, store};

/// Enough for some huge pages, and not for long.
const BYTES: usize = 16 << 20;

/// Faults that have nothing to do with the memory: a page of the program that is run for the first time, a few of the stack.
const OTHERS: u64 = 32;

/// The bytes of a huge page; those of an ordinary one where there are none.
fn huge_page(page: u64) -> u64 {
    let size = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");
    size.ok().and_then(|size| size.trim().parse().ok()).unwrap_or(page)
}

/// The faults of storing to all of some memory.
fn touched(memory: &mut Memory, value: u64) -> u64 {
    Faults::during(|| store(memory.bytes_mut(), value)).unwrap().1
}

/// Memory of this kind, or `None` where the kernel has none.
fn memory(pages: Pages) -> Option<Memory> {
    match Memory::new(BYTES, pages) {
        Ok(memory) => Some(memory),
        Err(StepError::Unavailable(why)) if pages == Pages::Huge && why.contains("no huge pages") => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_first_touch_has_a_fault_for_each_page_and_the_second_has_none() {
    for pages in [Pages::Ordinary, Pages::Huge] {
        let Some(mut memory) = memory(pages) else { continue };
        let first = touched(&mut memory, 1);
        let page = memory.held().unwrap().page;
        let (most, least) = (BYTES as u64 / page, BYTES as u64 / huge_page(page));
        assert!((least..=most + OTHERS).contains(&first), "{pages:?}: {first} faults, {least} to {most} pages");
        let second = touched(&mut memory, 2);
        assert!(second <= OTHERS, "{pages:?}: {second} faults of the second touch");
    }
}

#[test]
fn populated_memory_is_there_before_it_is_touched() {
    let mut memory = memory(Pages::Populated).unwrap();
    assert!(memory.held().unwrap().resident >= BYTES as u64);
    let first = touched(&mut memory, 1);
    assert!(first <= OTHERS, "{first} faults");
}

/// With huge pages or without: a kept buffer has the faults once, a fresh one has them each time.
#[test]
fn a_fresh_buffer_has_its_faults_each_time_and_a_kept_one_once() {
    let mut kept = memory(Pages::Ordinary).unwrap();
    touched(&mut kept, 0);
    let least = BYTES as u64 / huge_page(kept.held().unwrap().page);
    for value in 1..4 {
        assert!(touched(&mut kept, value) <= OTHERS);
        assert!(touched(&mut memory(Pages::Ordinary).unwrap(), value) >= least);
    }
}

#[test]
fn every_byte_is_zero_at_first_and_stored_to_later() {
    for pages in [Pages::Ordinary, Pages::Huge, Pages::Populated] {
        let Some(mut memory) = memory(pages) else { continue };
        assert!(memory.bytes_mut().len() == BYTES && memory.bytes_mut().iter().all(|byte| *byte == 0));
        store(memory.bytes_mut(), u64::MAX - 1);
        assert!(memory.bytes_mut().as_chunks().0.iter().all(|bytes| u64::from_ne_bytes(*bytes) == u64::MAX - 1));
    }
}

#[test]
fn touched_memory_lies_on_nodes_of_this_machine() {
    let mut memory = memory(Pages::Ordinary).unwrap();
    store(memory.bytes_mut(), 1);
    match memory.nodes() {
        Ok(nodes) => assert!(nodes.values().sum::<u64>() >= BYTES as u64, "{nodes:?}"),
        Err(error) => assert!(!fs::exists("/proc/self/numa_maps").unwrap(), "{error}"),
    }
}

#[test]
fn what_cannot_be_had_says_so() {
    let refused = Memory::new(1 << 60, Pages::Ordinary).unwrap_err();
    assert!(matches!(&refused, StepError::Unavailable(why) if why.contains("refused")), "{refused}");
}
