// The escape is a condition of the loop instead of a `break`: one way out. Lanes that have left wait for the others behind a mask, and a
// device that keeps its masks in software has one of them less to mind in each iteration.
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
        var iterations = 0u;
        while iterations < parameters.max_iterations && zx_squared + zy_squared <= real(4.0) {
            iterations++;
            zy = (zx * zy + zy * zx) + qy;
            zx = (zx_squared - zy_squared) + qx;
            zx_squared = zx * zx;
            zy_squared = zy * zy;
        }
        counts[i] = select(iterations - 1u, 0u, zx_squared + zy_squared <= real(4.0));
    }
}
// ANCHOR_END: kernel
