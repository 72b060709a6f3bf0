//! The memory of a device: used again, given back, and no more of it than there is.

mod common;

use common::device;
use gpu::{Gpu, GpuArray, GpuError, arguments};

#[test]
fn memory_that_an_array_leaves_behind_is_taken_by_the_next() {
    let Some(gpu) = device() else { return };
    let x = GpuArray::new(&gpu, &[1, 2, 3, 4]);
    let before = gpu.counters();
    for round in 0..100_u64 {
        let y = &x + 1;
        assert_eq!(y.to_vec().unwrap(), [2, 3, 4, 5]);
        assert_eq!(gpu.counters().reused, before.reused + round);
    }
    let after = gpu.counters();
    assert_eq!(after.allocated, before.allocated + 1);
    assert_eq!(after.launches, before.launches + 100);
    assert_eq!(after.bytes_held, before.bytes_held + 16);
    assert_eq!(after.bytes_down, before.bytes_down + 1600);
    // A moved operand gives its memory to the result.
    let mut y = &x + 1;
    let before = gpu.counters();
    for _ in 0..10 {
        y = y * 2 - &x;
    }
    let after = gpu.counters();
    assert_eq!((after.allocated, after.reused), (before.allocated, before.reused));
    assert_eq!(after.launches, before.launches + 20);
    // Another length is another piece.
    drop(y);
    let other = GpuArray::<i32>::zeros(&gpu, 5);
    assert_eq!(gpu.counters().allocated, after.allocated + 1);
    drop(other);
}

#[test]
fn an_array_of_another_type_takes_the_memory_too() {
    let Some(gpu) = device() else { return };
    drop(GpuArray::new(&gpu, &[1_i32, 2, 3, 4]));
    let x = GpuArray::<num_complex::Complex<f32>>::zeros(&gpu, 2);
    assert_eq!(gpu.counters().reused, 1);
    assert_eq!(x.to_vec().unwrap(), [num_complex::Complex::new(0.0, 0.0); 2]);
}

/// What is still to be done with an array that has been dropped is done before its memory is written again.
#[test]
fn what_was_asked_of_an_array_is_done_before_its_memory_is_used_again() {
    let Some(gpu) = device() else { return };
    for round in 0..50 {
        let sums: Vec<_> = (0..10)
            .map(|n| {
                let x = GpuArray::new(&gpu, &[round + n; 1000]);
                &x + &x
            })
            .collect();
        for (n, sum) in (0..).zip(&sums) {
            assert_eq!(sum.to_vec().unwrap(), [2 * (round + n); 1000]);
        }
    }
}

#[test]
fn memory_is_given_back() {
    let Some(gpu) = device() else { return };
    let kept = GpuArray::new(&gpu, &[1.0_f32; 100]);
    let held = gpu.counters().bytes_held;
    assert_eq!(held, 400);
    drop((GpuArray::<f32>::zeros(&gpu, 1000), GpuArray::<f32>::zeros(&gpu, 2000), GpuArray::<f32>::zeros(&gpu, 2000)));
    assert_eq!(gpu.counters().bytes_held, held + 20_000);
    gpu.trim();
    assert_eq!(gpu.counters().bytes_held, held);
    gpu.trim();
    assert_eq!(gpu.counters().bytes_held, held);
    assert_eq!(kept.to_vec().unwrap(), [1.0; 100]);
    let allocated = gpu.counters().allocated;
    let again = GpuArray::<f32>::zeros(&gpu, 1000);
    assert_eq!(gpu.counters().allocated, allocated + 1);
    assert_eq!(again.to_vec().unwrap(), [0.0; 1000]);
}

/// Arrays that all differ in length, one of them at a time: what they leave behind is no use to the next.
#[test]
fn what_is_kept_for_later_arrays_is_bounded() {
    let Some(gpu) = device() else { return };
    const LENGTH: usize = 4 << 20;
    const FREE: u64 = 32 << 20;
    let bytes = 4 * LENGTH as u64;
    for number in 0..60 {
        drop(GpuArray::<f32>::uninitialised(&gpu, LENGTH + number));
        assert!(gpu.counters().bytes_held <= FREE, "after {number} arrays: {:?}", gpu.counters());
    }
    // Two that are needed at once are kept, however large, and found again.
    let large = 10 * LENGTH;
    let both = || drop((GpuArray::<f32>::uninitialised(&gpu, large), GpuArray::<f32>::uninitialised(&gpu, large + 1)));
    both();
    let allocated = gpu.counters().allocated;
    (0..10).for_each(|_| both());
    assert_eq!(gpu.counters().allocated, allocated);
    assert!(gpu.counters().bytes_held <= 20 * bytes + 4);
    gpu.trim();
    assert_eq!(gpu.counters().bytes_held, 0);
}

#[test]
fn a_limit_is_kept_and_the_device_goes_on() {
    let Some(gpu) = common::open(Gpu::options().memory_limit(10_000)) else { return };
    let x = GpuArray::<f32>::zeros(&gpu, 1000);
    let y = GpuArray::<f32>::zeros(&gpu, 1000);
    let refused = Err(GpuError::OutOfMemory { asked: 4000 });
    assert_eq!((&x + &y).to_vec(), refused);
    assert_eq!(((&x + &y) * 2.0).abs().to_vec(), refused, "and so is everything computed from it");
    assert_eq!(GpuArray::<f32>::zeros(&gpu, 5000).to_vec(), Err(GpuError::OutOfMemory { asked: 20_000 }));
    assert_eq!(gpu.counters().bytes_held, 8000);
    assert_eq!((x + &y).to_vec().unwrap(), [0.0; 1000], "in place there is room");
    // What other lengths have left behind makes room.
    assert_eq!(GpuArray::<f32>::zeros(&gpu, 1500).to_vec().unwrap(), [0.0; 1500]);
    assert_eq!(y.to_vec().unwrap(), [0.0; 1000]);
    assert_eq!(gpu.counters().bytes_held, 10_000);
}

#[test]
fn threads_together_keep_the_limit() {
    let Some(gpu) = common::open(Gpu::options().memory_limit(100 * 400)) else { return };
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let arrays: Vec<_> = (0..50).map(|_| GpuArray::<f32>::uninitialised(&gpu, 100)).collect();
                assert!(gpu.counters().bytes_held <= 100 * 400);
                drop(arrays);
            });
        }
    });
    gpu.trim();
    assert_eq!(gpu.counters().bytes_held, 0);
}

#[test]
fn an_array_beyond_the_device_is_refused() {
    let Some(gpu) = device() else { return };
    let allowed = gpu.adapter().array_bytes;
    let length = (allowed / 16) as usize + 1;
    if length < i32::MAX as usize {
        let array = GpuArray::<num_complex::Complex<f64>>::uninitialised(&gpu, length);
        let asked = length as u64 * 16;
        assert_eq!(array.to_vec(), Err(GpuError::TooLarge { what: "bytes of one array", asked, allowed }));
    }
    for length in [i32::MAX as usize + 1, usize::MAX] {
        let array = GpuArray::<i32>::uninitialised(&gpu, length);
        let (asked, allowed) = (length as u64, i32::MAX as u64);
        let refused = GpuError::TooLarge { what: "elements of one array", asked, allowed };
        assert_eq!((&array + 1).sum(), Err(refused.clone()));
        assert_eq!(array.greater(0).write(&[]), Err(refused));
    }
    assert_eq!(GpuArray::new(&gpu, &[1, 2]).sum(), Ok(3));
}

#[test]
fn empty_arrays_need_no_kernel() {
    let Some(gpu) = device() else { return };
    let x = GpuArray::<i32>::new(&gpu, &[]);
    let y = -&(&x + &x);
    assert_eq!(y.to_vec().unwrap(), []);
    assert_eq!(y.sum(), Ok(0));
    let kernel = gpu::ElementwiseKernel::new(&gpu, "int *x", "x[i] = 1;", "ones").unwrap();
    let launches = gpu.counters().launches;
    kernel.launch(arguments![&x]).unwrap();
    assert_eq!(gpu.counters().launches, launches);
}

/// The device's own refusal, in a process that may have little memory: it must be an error, and the device must go on.
#[cfg(target_os = "linux")]
#[test]
fn a_device_without_memory_says_so() {
    const CHILD: &str = "GPU_TEST_WITHOUT_MEMORY";
    let name = "a_device_without_memory_says_so";
    if std::env::var_os(CHILD).is_some() {
        let gpu = Gpu::cpu_fallback().unwrap();
        let bytes = gpu.adapter().array_bytes.min(512 << 20);
        let mut arrays = Vec::new();
        let error = loop {
            let array = GpuArray::<u32>::uninitialised(&gpu, bytes as usize / 4);
            // Writing nothing of the wrong length asks for no memory, and says whether the array is there.
            match array.write(&[]) {
                Err(GpuError::Arguments(_)) => arrays.push(array),
                Err(error) => break error,
                Ok(()) => unreachable!("the array is not empty"),
            }
            assert!(arrays.len() < 1000, "there is always room for more");
        };
        println!("after {} arrays: {error}", arrays.len());
        assert!(matches!(error, GpuError::OutOfMemory { .. }), "{error:?}");
        assert_eq!(GpuArray::new(&gpu, &[1, 2, 3]).sum(), Ok(6), "the device goes on");
        drop(arrays);
        gpu.trim();
        assert_eq!(GpuArray::<u32>::full(&gpu, 1 << 20, 1).sum(), Ok(1 << 20), "there is room again");
        return;
    }
    match Gpu::cpu_fallback() {
        Ok(_) => {}
        Err(error) => {
            eprintln!("not checked: {error}");
            return;
        }
    }
    // Address space, of which an array takes as much as it has bytes, whether they are touched or not.
    let program = std::env::current_exe().unwrap();
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -v 4000000 && exec \"$0\" --exact --nocapture \"$1\""])
        .args([program.as_os_str(), name.as_ref()])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{text}", output.status);
    assert!(text.contains("has no room for"), "{text}");
}
