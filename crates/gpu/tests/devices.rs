//! Devices that are not there, that are lost, and more than one at a time.

mod common;

use std::process::{Command, Output};
use std::thread;

use common::device;
use gpu::{AdapterKind, ElementwiseKernel, Gpu, GpuArray, GpuError, Scalar, SourceKernel, arguments};
use num_complex::Complex;
use validation::{Settings, StepError};

#[test]
fn a_device_is_listed_and_described() {
    let Some(gpu) = device() else { return };
    let adapter = gpu.adapter();
    assert!(Gpu::adapters().iter().any(|listed| listed.name == adapter.name));
    assert!(!adapter.name.is_empty() && adapter.workgroup >= 64 && adapter.groups >= 65_535);
    assert!(adapter.array_bytes >= 128 << 20);
    assert!(format!("{gpu:?}").contains(&adapter.name));
    assert_eq!(adapter.to_string().contains("no graphics card"), adapter.kind == AdapterKind::Cpu);
}

#[test]
fn a_device_that_is_not_there_is_named_as_missing() {
    if device().is_none() {
        return;
    }
    let missing = Gpu::options().name("no device is called like this").open().map(drop).unwrap_err();
    let GpuError::Unavailable(why) = missing else { panic!("{missing:?}") };
    assert!(why.contains("no GPU of the kind that is asked for; there is "), "{why}");
}

/// What the steps say in a child process that finds no driver.
#[cfg(target_os = "linux")]
fn without_driver(require: Option<&str>) -> Option<Output> {
    const CHILD: &str = "GPU_TEST_WITHOUT_DRIVER";
    if std::env::var_os(CHILD).is_some() {
        let gpu = Gpu::new().map(drop);
        let Err(GpuError::Unavailable(why)) = gpu else { panic!("{gpu:?}") };
        assert!(why.contains("no GPU, and no driver") && why.contains("scripts/setup-gpu"), "{why}");
        assert!(Gpu::adapters().is_empty());
        // Fails if it is demanded.
        assert!(device().is_none());
        return None;
    }
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(program);
    // No place where a driver could be described.
    for variable in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] {
        command.env(variable, "/dev/null");
    }
    command.env_remove("REQUIRE").env_remove("VK_ADD_DRIVER_FILES").env(CHILD, "1");
    if let Some(require) = require {
        command.env("REQUIRE", require);
    }
    Some(command.args(["--exact", "without_a_driver_nothing_is_checked_unless_it_is_demanded"]).output().unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_driver_nothing_is_checked_unless_it_is_demanded() {
    for (require, passes) in [(None, true), (Some("avx512"), true), (Some("gpu"), false), (Some("avx512, GPU"), false)]
    {
        let Some(output) = without_driver(require) else { return };
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(text.contains("running 1 test"), "{text}");
        assert_eq!(output.status.success(), passes, "REQUIRE={require:?}: {text}");
    }
}

/// The word that a demand for a GPU is compared with stands in the reason of a step without a driver, and not in that of a step over
/// CUDA, which not every machine with a GPU has.
#[test]
fn a_demand_for_a_gpu_is_none_for_cuda() {
    for ladder in gpu::ladders() {
        let (_, make) = ladder.cases().into_iter().next().unwrap();
        let input = make().unwrap();
        for (index, step) in ladder.steps().iter().enumerate().filter(|(_, step)| step.name.starts_with("cuda_")) {
            if let Err(StepError::Unavailable(why)) = ladder.start(index, &input, &Settings::default()).map(drop) {
                let plain = why.to_lowercase().replace(['-', '_', ' '], "");
                assert!(!plain.contains("gpu"), "{}: {why}", step.name);
            }
        }
    }
}

/// Every call to a device that is gone.
fn every_call(
    gpu: &Gpu,
    x: &GpuArray<i32>,
    kernel: &ElementwiseKernel,
    by_hand: &SourceKernel,
) -> Vec<Result<(), GpuError>> {
    let arrays = [
        x + x,
        x * 3,
        -x,
        x.abs(),
        x.greater(1),
        GpuArray::if_positive(x, x, 1),
        GpuArray::new(gpu, &[1, 2, 3]),
        GpuArray::zeros(gpu, 3),
        GpuArray::zeros(gpu, 100),
        GpuArray::zeros(gpu, 0),
    ];
    let mut outcomes: Vec<_> = arrays.iter().map(|array| array.to_vec().map(drop)).collect();
    outcomes.push(x.to_vec().map(drop));
    outcomes.push(x.read(&mut [0; 3]));
    outcomes.push(x.write(&[1, 2, 3]));
    outcomes.push(x.sum().map(drop));
    outcomes.push(gpu.wait());
    outcomes.push(kernel.launch(arguments![x]));
    outcomes.push(by_hand.launch(1, arguments![x]));
    outcomes.push(ElementwiseKernel::new(gpu, "int *x", "x[i] = 77;", "fresh").map(drop));
    outcomes.push(SourceKernel::options(NEXT, "next").workgroup(32).build(gpu).map(drop));
    outcomes.push(gpu.times(|| Ok(())).map(drop));
    outcomes.push(gpu.times(|| x.to_vec()).map(drop));
    outcomes.push(gpu.measure_kernels());
    outcomes.push(gpu.kernel_time().map(drop));
    outcomes.push(gpu.check_passes(1 << 40));
    outcomes
}

const NEXT: &str = "
    @group(0) @binding(0) var<storage, read_write> x: array<i32>;
    override workgroup_size: u32 = 64;
    @compute @workgroup_size(workgroup_size)
    fn next(@builtin(global_invocation_id) id: vec3<u32>) {
        if id.x < arrayLength(&x) { x[id.x] += 1; }
    }";

#[test]
fn every_use_of_a_lost_device_is_an_error() {
    // With launches that are yet to be handed over, and while they are measured.
    for (pending, measured) in [(0, false), (1, false), (200, false), (3, true)] {
        let Some(gpu) = device() else { return };
        let x = GpuArray::new(&gpu, &[1, 2, 3]);
        let kernel = ElementwiseKernel::new(&gpu, "int *x", "x[i] = x[i] + 1;", "old").unwrap();
        let by_hand = SourceKernel::new(&gpu, NEXT, "next").unwrap();
        if measured {
            gpu.measure_kernels().unwrap();
        }
        for _ in 0..pending {
            kernel.launch(arguments![&x]).unwrap();
        }
        let clone = gpu.clone();
        gpu.destroy();
        for round in 0..2 {
            for (call, outcome) in every_call(&clone, &x, &kernel, &by_hand).into_iter().enumerate() {
                assert!(matches!(outcome, Err(GpuError::Lost(_))), "call {call}, round {round}: {outcome:?}");
            }
        }
        gpu.trim();
        gpu.destroy();
        let text = gpu.wait().unwrap_err().to_string();
        assert!(text.starts_with("the device is lost"), "{text}");
        drop((kernel, x, by_hand, gpu, clone));
        // Another one of the same kind is none the worse.
        let Some(gpu) = device() else { return };
        assert_eq!(GpuArray::new(&gpu, &[1, 2, 3]).sum(), Ok(6));
    }
}

#[test]
fn a_device_that_is_lost_while_threads_use_it_ends_nothing() {
    let Some(gpu) = device() else { return };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut last = Ok(Vec::new());
                for round in 0..1_000_000 {
                    last = (GpuArray::new(&gpu, &[round; 100]) + 1).to_vec();
                    if last.is_err() {
                        break;
                    }
                }
                assert!(matches!(last, Err(GpuError::Lost(_))), "{last:?}");
            });
        }
        let x = GpuArray::new(&gpu, &[1, 2]);
        for _ in 0..20 {
            x.sum().unwrap();
        }
        gpu.destroy();
    });
}

/// Something with arrays, a kernel and a sum.
fn work(gpu: &Gpu, round: i32) {
    let values: Vec<i32> = (0..257).map(|n| n * round).collect();
    let x = GpuArray::new(gpu, &values);
    let double = ElementwiseKernel::new(gpu, "int *x, int n", "x[i] = x[i] * n;", "double").unwrap();
    let y = &x + round;
    double.launch(arguments![&y, 2]).unwrap();
    let expected: Vec<i32> = values.iter().map(|x| 2 * (x + round)).collect();
    assert_eq!(y.to_vec().unwrap(), expected);
    assert_eq!(y.sum().unwrap(), expected.iter().sum::<i32>());
}

#[test]
fn threads_use_a_device_each() {
    if device().is_none() {
        return;
    }
    thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                let gpu = Gpu::new().unwrap();
                (0..20).for_each(|round| work(&gpu, thread * 100 + round));
                assert_eq!(gpu.counters().compiled, 3);
            });
        }
    });
}

#[test]
fn threads_open_and_drop_devices_all_the_time() {
    if device().is_none() {
        return;
    }
    thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || (0..5).for_each(|round| work(&Gpu::new().unwrap(), thread * 100 + round)));
        }
    });
}

#[test]
fn threads_share_a_device() {
    let Some(gpu) = device() else { return };
    thread::scope(|scope| {
        for thread in 0..8 {
            let gpu = gpu.clone();
            scope.spawn(move || (0..20).for_each(|round| work(&gpu, thread * 100 + round)));
        }
    });
}

#[test]
fn arrays_of_one_device_are_no_arguments_of_another() {
    let (Some(here), Some(there)) = (device(), device()) else { return };
    let (x, y) = (GpuArray::new(&here, &[1, 2]), GpuArray::new(&there, &[3, 4]));
    let refused = |outcome: Result<(), GpuError>| {
        let Err(GpuError::Arguments(why)) = outcome else { panic!("{outcome:?}") };
        assert!(why.ends_with("is given an array of another device"), "{why}");
    };
    refused((&x + &y).to_vec().map(drop));
    refused((&y - &x).to_vec().map(drop));
    refused((GpuArray::new(&here, &[1, 2]) * &y).to_vec().map(drop));
    refused(x.less(&y).to_vec().map(drop));
    refused(GpuArray::if_positive(&x, &y, 1).to_vec().map(drop));
    refused(GpuArray::if_positive(&x, 1, GpuArray::new(&there, &[3, 4])).to_vec().map(drop));
    refused((GpuArray::<i32>::zeros(&here, 0) + &GpuArray::zeros(&there, 0)).to_vec().map(drop));
    let elementwise = ElementwiseKernel::new(&here, "int *x", "x[i] = 0;", "zero").unwrap();
    refused(elementwise.launch(arguments![&y]));
    let by_hand = SourceKernel::new(&here, NEXT, "next");
    if let Ok(by_hand) = by_hand {
        refused(by_hand.launch(1, arguments![&y]));
    }
    // Both go on, side by side, and one outlives the other.
    assert_eq!((x.sum(), y.sum()), (Ok(3), Ok(7)));
    drop((x, elementwise, here));
    assert_eq!((&y + &y).to_vec().unwrap(), [6, 8]);
    // A clone is the same device.
    assert_eq!((&y + &GpuArray::new(&there.clone(), &[1, 1])).to_vec().unwrap(), [4, 5]);
}

#[test]
fn a_type_that_the_device_lacks_is_unsupported() {
    let Some(gpu) = device() else { return };
    let z = GpuArray::new(&gpu, &[Complex::new(1.0_f64, 2.0)]);
    match (&z + &z).to_vec() {
        Ok(doubled) => assert_eq!(doubled, [Complex::new(2.0, 4.0)]),
        Err(error) => {
            assert!(!gpu.adapter().double, "{error}");
            assert!(matches!(error, GpuError::Unsupported(_)), "{error:?}");
        }
    }
    assert!(Scalar::Double2.is_double());
}
