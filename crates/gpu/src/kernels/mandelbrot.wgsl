// The tutorial's kernel: a point for each invocation. z stays in registers, so memory sees a point once and a count once.
//
// In front of this text stands `alias real = f64;` or `alias real = f32;`.

@group(0) @binding(0) var<storage, read_write> xs: array<real>;
@group(0) @binding(1) var<storage, read_write> ys: array<real>;
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;

struct Parameters {
    max_iterations: u32,
    width: u32,
    elements: u32,
}
@group(0) @binding(3) var<uniform> parameters: Parameters;

override workgroup_size: u32 = 64;

// ANCHOR: kernel
@compute @workgroup_size(workgroup_size)
fn calculate_z(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    // A grid-stride loop: right for any number of groups, and neighbours take neighbouring points.
    for (var i = id.x; i < parameters.elements; i += groups.x * workgroup_size) {
        let qx = xs[i % parameters.width];
        let qy = ys[i / parameters.width];
        var zx = real(0.0);
        var zy = real(0.0);
        var zx_squared = real(0.0);
        var zy_squared = real(0.0);
        var count = 0u;
        for (var iteration = 0u; iteration < parameters.max_iterations; iteration++) {
            zy = (zx * zy + zy * zx) + qy;
            zx = (zx_squared - zy_squared) + qx;
            zx_squared = zx * zx;
            zy_squared = zy * zy;
            if zx_squared + zy_squared > real(4.0) {
                count = iteration;
                break;
            }
        }
        counts[i] = count;
    }
}
// ANCHOR_END: kernel
