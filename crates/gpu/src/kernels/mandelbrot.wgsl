@group(0) @binding(0) var<storage, read> xs: array<real>;
@group(0) @binding(1) var<storage, read> ys: array<real>;
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;

struct Numbers {
    max_iterations: u32,
    width: u32,
    elements: u32,
}

@group(0) @binding(3) var<uniform> numbers: Numbers;

override workgroup_size: u32 = 64;

@compute @workgroup_size(workgroup_size)
fn calculate_z(@builtin(global_invocation_id) invocation: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = invocation.x; i < numbers.elements; i += groups.x * workgroup_size) {
        let qx = xs[i % numbers.width];
        let qy = ys[i / numbers.width];
        var zx = real();
        var zy = real();
        var zx_squared = real();
        var zy_squared = real();
        var count = 0u;
        for (var iteration = 0u; iteration < numbers.max_iterations; iteration += 1u) {
            zy = (zx * zy + zy * zx) + qy;
            zx = (zx_squared - zy_squared) + qx;
            zx_squared = zx * zx;
            zy_squared = zy * zy;
            if zx_squared + zy_squared > real(4u) {
                count = iteration;
                break;
            }
        }
        counts[i] = count;
    }
}
