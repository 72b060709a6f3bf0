// Four points for each invocation, below each other: eight lanes of a vector have a tile of 8 by 4 points instead of a strip of 32 by 1.
//
// All lanes of a vector, or of a warp, wait for the last point of them all. Points of a tile are neighbours, and escape at about the
// same time. Why blocks are right is written in mandelbrot_blocks.wgsl.
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
const points_per_lane = 4u;
alias reals = vec4<real>;
alias numbers = vec4<u32>;

// ANCHOR: kernel
@compute @workgroup_size(workgroup_size)
fn calculate_z(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let height = parameters.elements / parameters.width;
    let lanes = parameters.width * ((height + points_per_lane - 1u) / points_per_lane);
    for (var i = id.x; i < lanes; i += groups.x * workgroup_size) {
        // Beyond the last row it is taken again.
        let column = i % parameters.width;
        let top = i / parameters.width * points_per_lane;
        let row = min(numbers(top) + numbers(0u, 1u, 2u, 3u), numbers(height - 1u));
        let point = row * parameters.width + column;
        let qx = reals(xs[column]);
        let qy = reals(ys[row.x], ys[row.y], ys[row.z], ys[row.w]);
        var zx = reals();
        var zy = reals();
        var before_x = zx;
        var before_y = zy;
        var count = numbers();
        for (var first = 0u; first < parameters.max_iterations; first += block) {
            for (var iteration = 0u; iteration < block; iteration++) {
                let zx_squared = zx * zx;
                let zy_squared = zy * zy;
                zy = (zx * zy + zy * zx) + qy;
                zx = (zx_squared - zy_squared) + qx;
            }
            let inside = zx * zx + zy * zy <= reals(real(4.0));
            if !any(inside) {
                break;
            }
            before_x = select(before_x, zx, inside);
            before_y = select(before_y, zy, inside);
            count += select(numbers(), numbers(block), inside);
        }
        for (var iteration = 0u; iteration < block; iteration++) {
            let zx_squared = before_x * before_x;
            let zy_squared = before_y * before_y;
            before_y = (before_x * before_y + before_y * before_x) + qy;
            before_x = (zx_squared - zy_squared) + qx;
            let inside = before_x * before_x + before_y * before_y <= reals(real(4.0));
            count += select(numbers(), numbers(1u), inside);
        }
        count = select(numbers(), count, count < numbers(parameters.max_iterations));
        counts[point.x] = count.x;
        counts[point.y] = count.y;
        counts[point.z] = count.z;
        counts[point.w] = count.w;
    }
}
// ANCHOR_END: kernel
