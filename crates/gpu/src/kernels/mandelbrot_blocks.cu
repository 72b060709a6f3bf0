// The Mandelbrot set with fewer tests, and with no lane idle. In front of this text stands `typedef double real;` or
// `typedef float real;`.

// ANCHOR: orbit
/// Iterations between two looks at whether the orbit has left.
#define BLOCK 16
/// Iterations between two tests: as many as the rounding allows.
#define TEST (sizeof(real) == 8 ? 16 : 8)
/// Iterations that are each tested, at the beginning, when most points leave.
#define FIRST 40

/// A point of the plane on its way.
struct Orbit {
    real zx, zy, zx_squared, zy_squared;

    __device__ __forceinline__ void start(real x, real y) {
        zx = x;
        zy = y;
        zx_squared = x * x;
        zy_squared = y * y;
    }

    /// The iteration of `calculate_z` in six operations instead of seven. Twice a product is exact, so the fused operation rounds
    /// once, where the sum of the two products and qy would.
    __device__ __forceinline__ void iterate(real qx, real qy) {
        zy = fma((real)2, zx * zy, qy);
        zx = (zx_squared - zy_squared) + qx;
        zx_squared = zx * zx;
        zy_squared = zy * zy;
    }

    /// Makes at most `iterations` iterations and returns the first that leaves the circle; if none does, `iterations`.
    __device__ __forceinline__ unsigned leaves(real qx, real qy, unsigned iterations) {
        for (unsigned iteration = 0; iteration < iterations; ++iteration) {
            iterate(qx, qy);
            if (zx_squared + zy_squared > 4) {
                return iteration;
            }
        }
        return iterations;
    }

    /// Makes BLOCK iterations, and tells whether none of them can have left the circle of radius 2. It is tested after every TEST.
    ///
    /// From outside the circle (and q inside, which the first iteration tests) the next point is at least |z|^2 - |q| >= 2 away from
    /// the centre, were it not for the rounding: an orbit that is a little d inside the circle after it has been outside is at most
    /// 4d + e inside it one iteration later, where e is what an iteration rounds off, less than 32 units of the last place of 1. So
    /// in TEST iterations d grows to less than 4^TEST / 3 * 32 units: 2^-16 in double precision, 2^-3 in single, and the squared
    /// distance is still above 3.5. What has left for good becomes large, infinite or not a number, and none of these is below 3.
    __device__ __forceinline__ bool stays(real qx, real qy) {
        bool inside = true;
#pragma unroll
        for (unsigned iteration = 1; iteration <= BLOCK; ++iteration) {
            iterate(qx, qy);
            if (iteration % TEST == 0) {
                inside = inside && zx_squared + zy_squared <= 3;
            }
        }
        return inside;
    }
};
// ANCHOR_END: orbit

// ANCHOR: blocks
/// BLOCK iterations at a time. If the orbit may have left in them, they are made again, each tested.
extern "C" __global__ void blocks(const real *xs, const real *ys, unsigned *counts, unsigned max_iterations, unsigned width,
                                  unsigned elements) {
    const unsigned long long stride = (unsigned long long)gridDim.x * blockDim.x;
    for (unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += stride) {
        const real qx = xs[(unsigned)i % width], qy = ys[(unsigned)i / width];
        Orbit z;
        z.start(0, 0);
        unsigned block = min(FIRST, max_iterations);
        unsigned done = z.leaves(qx, qy, block);
        bool inside = done == block;
        while (inside && done < max_iterations) {
            const real zx = z.zx, zy = z.zy;
            block = min(BLOCK, max_iterations - done);
            if (block == BLOCK && z.stays(qx, qy)) {
                done += BLOCK;
                continue;
            }
            z.start(zx, zy);
            const unsigned iterations = z.leaves(qx, qy, block);
            inside = iterations == block;
            done += iterations;
        }
        counts[i] = inside ? 0 : done;
    }
}
// ANCHOR_END: blocks

// ANCHOR: replaced
#define ALL 0xffffffffu
#define LANES 32

/// What has outlived the first iterations and waits for a lane, for each warp.
struct Waiting {
    real zx[2 * LANES], zy[2 * LANES];
    unsigned index[2 * LANES];
};

/// As many warps as the card holds, each at work until there are no more points. The lanes of a warp wait for its slowest, so a lane
/// that is done gets another point, and only points that are likely to stay for long share a warp: the first iterations of 32
/// neighbours are made together, and those that are still inside wait in shared memory for a lane.
///
/// `taken` holds one number, how many points are taken: zero at the start. `workgroup_size` has to be a multiple of 32, and there
/// are at most 2^31 elements.
extern "C" __global__ void replaced(const real *xs, const real *ys, unsigned *counts, unsigned *taken, unsigned max_iterations,
                                    unsigned width, unsigned elements) {
    __shared__ Waiting shared[workgroup_size / LANES];
    Waiting &queue = shared[threadIdx.x / LANES];
    const unsigned lane = threadIdx.x % LANES, below = (1u << lane) - 1;
    const unsigned first = min(FIRST, max_iterations);
    // The same in all lanes of a warp: points in the queue, and those that the warp has taken for itself.
    unsigned waiting = 0, next = 0, end = 0;
    bool more = true;
    // The lane's own point, and how many iterations it has left; none if the lane has no point.
    Orbit z = {};
    real qx = 0, qy = 0;
    unsigned index = 0, left = 0;
    for (;;) {
        unsigned idle = __ballot_sync(ALL, left == 0);
        while (more && waiting < __popc(idle)) {
            if (next == end) {
                // Many at once while there are many, so that the warps seldom meet at the counter; few at the end.
                const unsigned share = (elements - min(next, elements)) / (4 * gridDim.x * blockDim.x);
                const unsigned batch = min(max(share, 1u), 8u) * LANES;
                if (lane == 0) {
                    next = atomicAdd(taken, batch);
                }
                next = __shfl_sync(ALL, next, 0);
                end = min(next + batch, elements);
                if (next >= elements) {
                    more = false;
                    break;
                }
            }
            const unsigned i = next + lane;
            next = min(next + LANES, end);
            bool stays = false;
            Orbit fresh;
            fresh.start(0, 0);
            if (i < end) {
                const unsigned iterations = fresh.leaves(xs[i % width], ys[i / width], first);
                stays = iterations == first;
                counts[i] = stays ? 0 : iterations;
            }
            stays = stays && first < max_iterations;
            const unsigned staying = __ballot_sync(ALL, stays);
            if (stays) {
                const unsigned place = waiting + __popc(staying & below);
                queue.zx[place] = fresh.zx;
                queue.zy[place] = fresh.zy;
                queue.index[place] = i;
            }
            waiting += __popc(staying);
        }
        __syncwarp();
        const unsigned rank = __popc(idle & below);
        if (left == 0 && rank < waiting) {
            const unsigned place = waiting - 1 - rank;
            index = queue.index[place];
            z.start(queue.zx[place], queue.zy[place]);
            qx = xs[index % width];
            qy = ys[index / width];
            left = max_iterations - first;
        }
        waiting -= min(waiting, __popc(idle));
        __syncwarp();
        idle = __ballot_sync(ALL, left == 0);
        if (idle == ALL) {
            return;
        }
        do {
            const real zx = z.zx, zy = z.zy;
            const bool stays = z.stays(qx, qy);
            const unsigned block = min(BLOCK, left);
            if (left != 0 && (block < BLOCK || !stays)) {
                z.start(zx, zy);
                const unsigned iterations = z.leaves(qx, qy, block);
                if (iterations < block) {
                    counts[index] = max_iterations - left + iterations;
                    left = block;
                }
            }
            left -= block;
        } while (__ballot_sync(ALL, left == 0) == idle);
    }
}
// ANCHOR_END: replaced
