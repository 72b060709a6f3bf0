// The escape is tested once a block. The loop inside has arithmetic only: no comparison, no branch.
//
// Why a block is right:
// 1. An orbit that has left the circle of radius 2 does not come back. With |q| <= 2 and |z| > 2, |z * z + q| >= |z| * |z| - |q| is
//    more than |z|, and grows; with |q| > 2 the first iteration escapes, which counts 0. Rounding could undo that only where both |z|
//    and |q| are within some units in the last place of 2, at the tip of the set: tests have points there, and compare whole arrays.
// 2. So the last iteration of a block tells whether any of them escaped. Which one, a second run finds out: from the state before
//    the block, with a test for each iteration. It is made once for a point, after the loop.
// 3. An orbit that goes on outside overflows to infinity, and infinity minus infinity is not a number. Comparisons with that are
//    false, so the test has to ask whether the point is inside, `<= 4`: not-a-number is then outside, and stays there.
// 4. A block may go beyond the last iteration. What escapes there counts 0, like all that never escape.
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
// Iterations from test to test. A constant, so that the compiler writes the inner loops out.
override block: u32 = 8;

// ANCHOR: kernel
@compute @workgroup_size(workgroup_size)
fn calculate_z(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < parameters.elements; i += groups.x * workgroup_size) {
        let qx = xs[i % parameters.width];
        let qy = ys[i / parameters.width];
        var zx = real(0.0);
        var zy = real(0.0);
        var before_x = zx;
        var before_y = zy;
        var count = 0u;
        while count < parameters.max_iterations {
            for (var iteration = 0u; iteration < block; iteration++) {
                let zx_squared = zx * zx;
                let zy_squared = zy * zy;
                zy = (zx * zy + zy * zx) + qy;
                zx = (zx_squared - zy_squared) + qx;
            }
            if !(zx * zx + zy * zy <= real(4.0)) {
                break;
            }
            before_x = zx;
            before_y = zy;
            count += block;
        }
        for (var iteration = 0u; iteration < block; iteration++) {
            let zx_squared = before_x * before_x;
            let zy_squared = before_y * before_y;
            before_y = (before_x * before_y + before_y * before_x) + qy;
            before_x = (zx_squared - zy_squared) + qx;
            count += select(0u, 1u, before_x * before_x + before_y * before_y <= real(4.0));
        }
        counts[i] = select(0u, count, count < parameters.max_iterations);
    }
}
// ANCHOR_END: kernel
