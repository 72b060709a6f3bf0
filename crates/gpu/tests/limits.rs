//! What a device allows, and where its time goes.

mod common;

use std::time::Duration;

use common::device;
use gpu::{ElementwiseKernel, Gpu, GpuArray, GpuError, Language, Scalar, SourceKernel, Text, arguments, throughput};

/// Counts the passes of its loop.
const COUNT: Text = Text {
    wgsl: "for (var turn = 0u; turn < passes; turn += 1u) { counted[i] = counted[i] + 1u; }",
    cuda: "for (unsigned turn = 0; turn < passes; ++turn) { counted[i] = counted[i] + 1; }",
};

/// Mesa's driver for the processor, which ends loops in silence.
fn ends_loops(gpu: &Gpu) -> bool {
    gpu.adapter().name.contains("llvmpipe")
}

#[test]
fn a_launch_with_too_many_passes_is_refused_where_the_device_would_end_its_loops() {
    let Some(gpu) = device() else { return };
    let kernel = ElementwiseKernel::new(&gpu, "unsigned *counted, unsigned passes", COUNT, "count").unwrap();
    let counted = |length, passes: u32| {
        let counted = GpuArray::<u32>::zeros(&gpu, length);
        kernel.launch_loops(passes, arguments![&counted, passes])?;
        counted.to_vec()
    };
    for passes in [0, 1, 1000, 65_534] {
        assert_eq!(counted(65, passes).unwrap(), [passes; 65]);
    }
    for passes in [65_535, 65_536, 100_000] {
        match counted(65, passes) {
            Ok(counted) => assert!(!ends_loops(&gpu) && counted == [passes; 65]),
            Err(error) => {
                let what = "passes of the loops in an invocation";
                let asked = u64::from(passes) + 1;
                assert!(
                    matches!(error, GpuError::TooLarge { what: of, asked: found, .. } if of == what && found == asked),
                    "{error:?}"
                );
            }
        }
    }
    if ends_loops(&gpu) {
        assert_eq!(gpu.check_passes(65_535), Ok(()));
        assert!(gpu.check_passes(65_536).is_err());
        assert!(gpu.check_passes(u64::MAX).is_err());
    }
}

/// A device for each way to exact arithmetic.
fn both_ways() -> impl Iterator<Item = Gpu> {
    [true, false].into_iter().filter_map(|passthrough| common::open(Gpu::options().passthrough(passthrough)))
}

/// Whether this is what is said of a loop that was ended.
fn ended<T: std::fmt::Debug>(result: &Result<T, GpuError>, kernel: &str) -> bool {
    matches!(result, Err(GpuError::LoopEnded { kernels, passes: 65_535 }) if kernels == kernel)
}

#[test]
fn a_loop_that_the_device_has_ended_is_reported_by_the_next_wait() {
    for gpu in both_ways() {
        let kernel = ElementwiseKernel::new(&gpu, "unsigned *counted, unsigned passes", COUNT, "count").unwrap();
        let counted = |passes: u32| {
            let counted = GpuArray::<u32>::zeros(&gpu, 9);
            kernel.launch(arguments![&counted, passes]).unwrap();
            counted
        };
        for passes in [0, 1, 1000, 65_500] {
            assert_eq!(counted(passes).to_vec().unwrap(), [passes; 9], "nothing has to be known of the passes");
        }
        let found = counted(100_000).to_vec();
        assert!(if ends_loops(&gpu) { ended(&found, "count") } else { found == Ok(vec![100_000; 9]) }, "{found:?}");
        counted(5);
        counted(70_000);
        assert_eq!(ended(&gpu.wait(), "count"), ends_loops(&gpu));
        // It is said once, and the device goes on.
        assert_eq!(gpu.wait(), Ok(()));
        assert_eq!(counted(7).to_vec().unwrap(), [7; 9]);
    }
}

/// Loops with several ways out, in each other, in functions, and in neighbours that leave at different times: all of them end by
/// themselves.
#[test]
fn loops_that_end_by_themselves_are_no_errors_however_they_do() {
    let text = "
        @group(0) @binding(0) var<storage, read_write> counted: array<u32>;
        override workgroup_size: u32 = 64;
        fn least(limit: u32) -> u32 {
            for (var n = 0u; ; n += 1u) {
                for (var m = 0u; m <= n; m += 1u) { if n * n + m > limit { return n; } }
            }
            return 0u;
        }
        @compute @workgroup_size(workgroup_size)
        fn ways(@builtin(global_invocation_id) id: vec3<u32>) {
            if id.x >= arrayLength(&counted) { return; }
            var count = least(id.x);
            var turn = 0u;
            loop {
                switch turn % 3u {
                    case 0u: { count += 1u; break; }
                    case 1u: { if turn > 5000u { counted[id.x] = count; return; } }
                    default: { turn += 1u; continue; }
                }
                turn += 1u;
                continuing { break if turn > 100u * id.x; }
            }
            while count > 1000000u { count -= 1u; }
            counted[id.x] = count;
        }";
    // The same on this side.
    let expected = |id: u32| {
        let mut count = (0..).find(|n| n * n + n > id).unwrap_or_default();
        let mut turn = 0;
        loop {
            match turn % 3 {
                0 => count += 1,
                1 if turn > 5000 => return count,
                _ => {}
            }
            turn += 1;
            if turn > 100 * id {
                return count;
            }
        }
    };
    for gpu in both_ways().filter(|gpu| gpu.language() == Language::Wgsl) {
        let kernel = SourceKernel::new(&gpu, text, "ways").unwrap();
        let counted = GpuArray::<u32>::zeros(&gpu, 100);
        kernel.launch(2, arguments![&counted]).unwrap();
        assert_eq!(counted.to_vec().unwrap(), (0..100).map(expected).collect::<Vec<u32>>());
    }
}

#[test]
fn a_kernel_by_hand_is_watched_unless_its_passes_are_known() {
    let text = "
        @group(0) @binding(0) var<storage, read_write> counted: array<u32>;
        struct Parameters { passes: u32 }
        @group(0) @binding(1) var<uniform> parameters: Parameters;
        override workgroup_size: u32 = 1;
        @compute @workgroup_size(workgroup_size)
        fn by_hand() {
            for (var turn = 0u; turn < parameters.passes; turn += 1u) { counted[0] += 1u; }
            for (var turn = 0u; turn < parameters.passes; turn += 1u) { counted[1] += 1u; }
        }";
    for gpu in both_ways().filter(|gpu| gpu.language() == Language::Wgsl) {
        let kernel = SourceKernel::options(text, "by_hand").workgroup(1).build(&gpu).unwrap();
        let counted = |groups, passes: u32| {
            let counted = GpuArray::<u32>::zeros(&gpu, 2);
            kernel.launch(groups, arguments![&counted, passes]).unwrap();
            counted.to_vec()
        };
        let stated = |passes| kernel.groups_with_passes(1, passes);
        assert_eq!(counted(1.into(), 30_000).unwrap(), [30_000; 2]);
        assert_eq!(counted(stated(60_002).unwrap(), 30_000).unwrap(), [30_000; 2]);
        // Each loop by itself is short enough.
        let found = counted(1.into(), 40_000);
        assert!(if ends_loops(&gpu) { ended(&found, "by_hand") } else { found == Ok(vec![40_000; 2]) }, "{found:?}");
        assert_eq!(stated(80_002).is_err(), ends_loops(&gpu));
    }
}

/// Passes of the loop over an invocation's elements count as well.
#[test]
fn strides_are_passes_too() {
    let Some(gpu) = device().filter(|gpu| gpu.language() == Language::Wgsl) else { return };
    let text = "
        @group(0) @binding(0) var<storage, read_write> counted: array<u32>;
        struct Parameters { passes: u32 }
        @group(0) @binding(1) var<uniform> parameters: Parameters;
        override workgroup_size: u32 = 64;
        @compute @workgroup_size(workgroup_size)
        fn count(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
            for (var i = id.x; i < arrayLength(&counted); i += groups.x * workgroup_size) {
                for (var turn = 0u; turn < parameters.passes; turn += 1u) { counted[i] += 1u; }
            }
        }";
    for workgroup in [1, 64] {
        let kernel = SourceKernel::options(text, "count").workgroup(workgroup).build(&gpu).unwrap();
        for (lanes, passes) in [(1, 1), (1000, 10), (100_000, 100), (1_000_000, 200), (70_000, 65_534), (100, 65_534)] {
            for groups in [kernel.groups(lanes, passes), kernel.few_groups(lanes, passes)] {
                match groups {
                    Ok(groups) => {
                        let count = groups.count();
                        assert!(count >= 1 && count <= gpu.adapter().groups);
                        let rounds = (lanes as u64).div_ceil(u64::from(count) * u64::from(workgroup));
                        assert!(!ends_loops(&gpu) || rounds * (u64::from(passes) + 1) <= 65_535);
                        if lanes as u64 * u64::from(passes) <= 100_000_000 {
                            let counted = GpuArray::<u32>::zeros(&gpu, lanes);
                            kernel.launch(groups, arguments![&counted, passes]).unwrap();
                            assert!(counted.to_vec().unwrap().iter().all(|&count| count == passes));
                        }
                    }
                    Err(error) => {
                        assert!(ends_loops(&gpu) && workgroup == 1 && lanes == 70_000, "{error}");
                        assert!(matches!(error, GpuError::TooLarge { .. }), "{error:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn more_elements_than_a_launch_has_invocations_are_all_reached() {
    let Some(gpu) = device() else { return };
    let length = 65_535 * 64 + 1;
    let kernel = ElementwiseKernel::new(&gpu, "unsigned *x, unsigned n", "x[i] = i * n + 1;", "number").unwrap();
    let x = GpuArray::<u32>::zeros(&gpu, length);
    kernel.launch(arguments![&x, 3_u32]).unwrap();
    assert!(x.to_vec().unwrap().iter().zip(0_u32..).all(|(&x, i)| x == i * 3 + 1));
}

#[test]
fn times_are_told_apart() {
    let Some(gpu) = device() else { return };
    let values = vec![1.5_f32; 100_000];
    let work = || {
        let x = GpuArray::new(&gpu, &values);
        (&x * &x + &x).to_vec()
    };
    // Once without, so that nothing is compiled on the clock.
    assert_eq!(work().unwrap(), vec![3.75; 100_000]);
    for _ in 0..3 {
        let (result, times) = gpu.times(work).unwrap();
        assert_eq!(result, vec![3.75; 100_000]);
        assert!(times.upload > Duration::ZERO && times.launch > Duration::ZERO && times.download > Duration::ZERO);
        assert!(times.total >= times.upload + times.launch + times.download, "{times:?}");
        assert_eq!(times.kernel.is_some(), gpu.adapter().timestamps);
        if let Some(kernel) = times.kernel {
            assert!(kernel > Duration::ZERO && kernel <= times.total, "{times:?}");
        }
    }
    // An error of the work is an error here, and measuring ends.
    let failed = gpu.times(|| GpuArray::<f32>::zeros(&gpu, 3).write(&[1.0]));
    assert!(matches!(failed, Err(GpuError::Arguments(_))));
    assert_eq!(work().unwrap(), vec![3.75; 100_000]);
}

/// More launches than one set of time stamps holds.
#[test]
fn every_launch_is_measured_however_many_there_are() {
    let Some(gpu) = device().filter(|gpu| gpu.adapter().timestamps) else { return };
    assert_eq!(gpu.counters().launches, 0);
    gpu.measure_kernels().unwrap();
    assert_eq!(gpu.kernel_time().unwrap(), Some(Duration::ZERO));
    let mut x = GpuArray::<i32>::zeros(&gpu, 10);
    for _ in 0..3000 {
        x = x + 1;
    }
    assert!(gpu.kernel_time().unwrap().unwrap() > Duration::ZERO);
    assert_eq!(x.to_vec().unwrap(), [3000; 10]);
    assert_eq!(gpu.kernel_time().unwrap(), Some(Duration::ZERO), "it begins anew");
    // A measurement in between does not end it.
    gpu.times(|| (&x + 1).to_vec()).unwrap();
    assert_eq!((&x + 1).to_vec().unwrap(), [3001; 10]);
    assert!(gpu.kernel_time().unwrap().unwrap() > Duration::ZERO);
}

#[test]
fn nothing_is_measured_unless_it_is_asked_for() {
    let Some(gpu) = device() else { return };
    let x = GpuArray::<i32>::zeros(&gpu, 10);
    assert_eq!(gpu.kernel_time().unwrap(), None);
    drop(x);
}

#[test]
fn throughput_is_a_number_and_leaves_no_memory_behind() {
    let Some(gpu) = device().filter(|gpu| gpu.adapter().timestamps) else { return };
    let held = gpu.counters().bytes_held;
    for real in [Some(Scalar::Float), gpu.adapter().double.then_some(Scalar::Double)].into_iter().flatten() {
        let found = throughput(&gpu, real).unwrap();
        for number in [found.operations, found.divisions, found.roots, found.integers, found.bytes] {
            assert!(number.is_finite() && number > 0.0, "{found:?}");
        }
        let compiled = gpu.counters().compiled;
        assert_eq!(throughput(&gpu, real).unwrap(), found, "it is measured once");
        assert_eq!(gpu.counters().compiled, compiled);
    }
    gpu.trim();
    assert_eq!(gpu.counters().bytes_held, held);
}
