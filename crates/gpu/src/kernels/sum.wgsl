// Each workgroup adds up every so many elements, then the sums of its invocations as a tree.

@group(0) @binding(0) var<storage, read> values: array<real>;
@group(0) @binding(1) var<storage, read_write> sums: array<real>;

struct Numbers {
    elements: u32,
}

@group(0) @binding(2) var<uniform> numbers: Numbers;

override workgroup_size: u32 = 256;

var<workgroup> shared_sums: array<real, 256>;

@compute @workgroup_size(workgroup_size)
fn sum(
    @builtin(global_invocation_id) invocation: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    var own = real();
    for (var i = invocation.x; i < numbers.elements; i += groups.x * workgroup_size) {
        own = own + values[i];
    }
    shared_sums[lane] = own;
    for (var half = workgroup_size / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            shared_sums[lane] = shared_sums[lane] + shared_sums[lane + half];
        }
    }
    if lane == 0u {
        sums[group.x] = shared_sums[0];
    }
}
