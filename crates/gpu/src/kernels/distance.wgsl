// How far each point is from each other. In front of this text stands `alias real = f64;` or `alias real = f32;`.

@group(0) @binding(0) var<storage, read> x: array<real>;
@group(0) @binding(1) var<storage, read> y: array<real>;
@group(0) @binding(2) var<storage, read_write> distances: array<real>;

struct Parameters {
    points: u32,
}

@group(0) @binding(3) var<uniform> parameters: Parameters;

override workgroup_size: u32 = 64;

// ANCHOR: elements
/// One element of the matrix for each invocation, which works out its row and column.
@compute @workgroup_size(workgroup_size)
fn elements(@builtin(global_invocation_id) invocation: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = invocation.x; i < parameters.points * parameters.points; i += groups.x * workgroup_size) {
        let row = i / parameters.points;
        let column = i % parameters.points;
        let dx = x[column] - x[row];
        let dy = y[column] - y[row];
        distances[i] = sqrt(dx * dx + dy * dy);
    }
}
// ANCHOR_END: elements

// ANCHOR: rows
/// A workgroup takes whole rows, so nothing is divided and neighbouring invocations write neighbouring elements.
@compute @workgroup_size(workgroup_size)
fn rows(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    for (var row = group.x; row < parameters.points; row += groups.x) {
        let row_x = x[row];
        let row_y = y[row];
        for (var column = lane; column < parameters.points; column += workgroup_size) {
            let dx = x[column] - row_x;
            let dy = y[column] - row_y;
            distances[row * parameters.points + column] = sqrt(dx * dx + dy * dy);
        }
    }
}
// ANCHOR_END: rows
