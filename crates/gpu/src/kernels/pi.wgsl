// Darts at a square. In front of this text stands `alias real = f64;` or `alias real = f32;`, for the test of a hit: the draws are
// doubles in any case.

@group(0) @binding(0) var<storage, read_write> hits: array<atomic<u32>>;

struct Parameters {
    first: u32,
    samples: u32,
    elements: u32,
}

@group(0) @binding(1) var<uniform> parameters: Parameters;

override workgroup_size: u32 = 64;

// ANCHOR: pi
const ADVANCE = 0x9E3779B97F4A7C15lu;

/// SplitMix64 after the state has been advanced: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
fn mixed(advanced: u64) -> f64 {
    var state = (advanced ^ (advanced >> 30u)) * 0xBF58476D1CE4E5B9lu;
    state = (state ^ (state >> 27u)) * 0x94D049BB133111EBlu;
    state ^= state >> 31u;
    return f64(state >> 11u) * (1.0lf / 9007199254740992.0lf);
}

fn hit(state: u64) -> u32 {
    let x = real(mixed(state + ADVANCE) * 2.0lf - 1.0lf);
    let y = real(mixed(state + ADVANCE + ADVANCE) * 2.0lf - 1.0lf);
    return select(0u, 1u, x * x + y * y <= real(1u));
}

/// One chunk for each invocation, whose number is the seed of its stream: some of its samples, from the first on.
@compute @workgroup_size(workgroup_size)
fn chunks(@builtin(global_invocation_id) invocation: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var chunk = invocation.x; chunk < parameters.elements; chunk += groups.x * workgroup_size) {
        var state = u64(chunk) + (ADVANCE + ADVANCE) * u64(parameters.first);
        var count = 0u;
        for (var sample = 0u; sample < parameters.samples; sample += 1u) {
            count += hit(state);
            state += ADVANCE + ADVANCE;
        }
        atomicAdd(&hits[chunk], count);
    }
}
// ANCHOR_END: pi

// ANCHOR: leaps
/// One chunk for each workgroup: a stream's state only counts on, so each invocation leaps to its own samples. `hits` holds zeros at
/// the start.
@compute @workgroup_size(workgroup_size)
fn leaps(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    for (var chunk = group.x; chunk < parameters.elements; chunk += groups.x) {
        var state = u64(chunk) + (ADVANCE + ADVANCE) * u64(parameters.first + lane);
        var count = 0u;
        for (var sample = lane; sample < parameters.samples; sample += workgroup_size) {
            count += hit(state);
            state += (ADVANCE + ADVANCE) * u64(workgroup_size);
        }
        atomicAdd(&hits[chunk], count);
    }
}
// ANCHOR_END: leaps
