//! What is recorded while the program runs: for each thread a tree of calling contexts.
//!
//! A node of the tree is a function in a context: `factorial` called by `factorial` called by `taylor_exp`. A call walks from its
//! caller's node to its own and back, and keeps two numbers there:
//!
//! 1. `calls`, one more at each entry.
//! 2. `time`, less the time of the entry at the entry, more the time of the exit at the exit. A context is entered at most once at a
//!    time, because a recursive call has a node of its own: so the sum is negative exactly while a call is in progress, and
//!    adding the time of now to it gives the time up to now. One word holds both, and another thread that reads it can never take
//!    half of a change for the whole.
//!
//! Only the thread itself changes its numbers: it needs no atomic addition, a plain load and a plain store do. Nothing is ever
//! set back: who reads a profile remembers what there was before and subtracts it. A node lives for ever; when its thread has
//! ended, its numbers are added to those of the threads that ended before, and the node serves another thread.
//!
//! While nothing is to be [counted](uncounted), a call costs a load and a branch that is never taken, and at the end another one
//! in a large function: what does the counting is kept out of line for that, so that a small function stays small and is inlined
//! as it would be without the attribute.
#![expect(unsafe_code, reason = "a node is reached through an atomic pointer, and an empty instruction keeps a frame")]

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::hint::black_box;
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicI64, AtomicPtr, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::clock;

/// The most contexts of a thread, of 64 bytes each and as much again to find them. A call in a context beyond them is counted as lost.
const MOST_CONTEXTS: usize = 1 << 20;

/// How many nodes are allocated at a time: a page.
const NODES_AT_A_TIME: usize = 64;

/// A function that carries the attribute, or a stretch of code in a scope: one `static` for each.
#[derive(Debug)]
pub struct Site {
    pub(super) path: fn() -> &'static str,
    pub(super) module: &'static str,
    pub(super) file: &'static str,
    pub(super) line: u32,
    /// The first and the last line of the function; `None` for a stretch of code, whose end nobody knows.
    pub(super) lines: Option<(u32, u32)>,
}

impl Site {
    /// A site whose path is found when it is asked for: what the compiler knows of names is no constant.
    pub const fn new(path: fn() -> &'static str, module: &'static str, file: &'static str, line: u32) -> Self {
        Self { path, module, file, line, lines: None }
    }

    /// The site of a function that stands on these lines.
    pub const fn on_lines(self, first: u32, last: u32) -> Self {
        Self { lines: Some((first, last)), ..self }
    }

    /// The path of a function by the path of a function that stands in it.
    pub fn path_around<T>(_inner: T) -> &'static str {
        let inner = std::any::type_name::<T>();
        inner.rsplit_once("::").map_or(inner, |(outer, _)| outer)
    }
}

/// A context. It fills a line of the cache, so that a call touches two: its caller's and its own.
#[derive(Debug)]
#[repr(align(64))]
struct Node {
    calls: AtomicU64,
    /// The ticks of all calls, those below included; negative while a call is in progress.
    time: AtomicI64,
    /// The function that was called last from here, and its node: most calls go where the one before went.
    last_site: AtomicPtr<Site>,
    last_child: AtomicPtr<Node>,
    /// Which one it is in its tree.
    index: AtomicU32,
}

impl Node {
    const fn new() -> Self {
        Self {
            calls: AtomicU64::new(0),
            time: AtomicI64::new(0),
            last_site: AtomicPtr::new(ptr::null_mut()),
            last_child: AtomicPtr::new(ptr::null_mut()),
            index: AtomicU32::new(0),
        }
    }

    fn clear(&self, index: u32) {
        self.calls.store(0, Relaxed);
        self.time.store(0, Relaxed);
        self.last_site.store(ptr::null_mut(), Relaxed);
        self.last_child.store(ptr::null_mut(), Relaxed);
        self.index.store(index, Relaxed);
    }

    fn set_last(&self, site: &'static Site, child: &'static Node) {
        self.last_child.store(ptr::from_ref(child).cast_mut(), Relaxed);
        self.last_site.store(ptr::from_ref(site).cast_mut(), Relaxed);
    }

    /// Calls and ticks up to `now`.
    fn read(&self, now: u64) -> (u64, i64) {
        let (calls, time) = (self.calls.load(Relaxed), self.time.load(Relaxed));
        (calls, if time < 0 { time.wrapping_add_unsigned(now).max(0) } else { time })
    }
}

/// Where a thread is that has no tree yet.
static NOWHERE: Node = Node::new();

/// Where a thread is during a call that was lost.
static LOST: Node = Node::new();

/// Where a thread is while the profiler itself works: what it calls is not counted.
static PAUSED: Node = Node::new();

thread_local! {
    /// The context that the thread is in.
    static CURRENT: Cell<&'static Node> = const { Cell::new(&NOWHERE) };

    /// The thread's tree. It is made at the first call and, unlike `CURRENT`, notices the end of the thread.
    static OWNER: RefCell<Option<Owner>> = const { RefCell::new(None) };
}

/// How many callers want nothing to be counted now.
static UNCOUNTED: AtomicU32 = AtomicU32::new(0);

/// Does something during which no thread begins to count a call. Calls in progress end as they began.
pub(super) fn uncounted<R>(run: impl FnOnce() -> R) -> R {
    struct Resume;
    impl Drop for Resume {
        fn drop(&mut self) {
            UNCOUNTED.fetch_sub(1, Relaxed);
        }
    }
    UNCOUNTED.fetch_add(1, Relaxed);
    let _resume = Resume;
    run()
}

/// What ends a call when it is dropped, however that comes about.
#[derive(Debug)]
#[must_use = "the call ends when the guard is dropped"]
pub struct Guard {
    /// `None` where nothing is counted.
    call: Option<Call>,
    /// A call ends on the thread that it began on.
    thread: PhantomData<*const ()>,
}

/// A call in progress.
#[derive(Clone, Copy, Debug)]
struct Call {
    node: &'static Node,
    parent: &'static Node,
}

/// Begins a call.
#[inline(always)]
pub fn enter(site: &'static Site) -> Guard {
    let call = if UNCOUNTED.load(Relaxed) == 0 { Some(begin(site)) } else { None };
    Guard { call, thread: PhantomData }
}

impl Drop for Guard {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(call) = self.call {
            end(call);
        }
        keep_the_frame();
    }
}

/// No instruction at all, but one that the compiler has to keep behind whatever the function does last: a call there does not
/// become a jump, which would take the function off the stack that is sampled.
///
/// Of a guard that is `None` the compiler mostly knows so to the end, and leaves out the branch there. It must not be kept from
/// knowing: past a branch it moves what the function has computed, and of what it has moved nobody knows the function any more.
#[inline(always)]
fn keep_the_frame() {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    // SAFETY: there is no instruction.
    unsafe {
        std::arch::asm!("", options(nomem, nostack, preserves_flags));
    }
}

#[cold]
#[inline(never)]
fn begin(site: &'static Site) -> Call {
    let mut parent = CURRENT.get();
    let node = if ptr::eq(parent.last_site.load(Relaxed), site) {
        // SAFETY: `last_site` is set only together with `last_child`, by this thread, and nodes are never freed.
        unsafe { &*parent.last_child.load(Relaxed) }
    } else {
        let node;
        (node, parent) = find(parent, site);
        node
    };
    CURRENT.set(node);
    node.calls.store(node.calls.load(Relaxed).wrapping_add(1), Relaxed);
    // From here to the clock of `end` is the time of the call: as little as possible of the profiler's own lies between.
    let now = clock::ticks();
    node.time.store(node.time.load(Relaxed).wrapping_sub_unsigned(now), Relaxed);
    Call { node, parent }
}

#[cold]
#[inline(never)]
fn end(call: Call) {
    let now = clock::ticks();
    call.node.time.store(call.node.time.load(Relaxed).wrapping_add_unsigned(now), Relaxed);
    CURRENT.set(call.parent);
}

/// The node of a call that did not go where the one before went, and its parent.
#[cold]
#[inline(never)]
fn find(parent: &'static Node, site: &'static Site) -> (&'static Node, &'static Node) {
    if ptr::eq(parent, &PAUSED) {
        return (&PAUSED, &PAUSED);
    }
    // An allocator that is itself profiled may be called from here. The caller sets what is current when this returns.
    CURRENT.set(&PAUSED);
    // A thread that is ending may no longer have its tree.
    let found = OWNER.try_with(|owner| {
        let mut owner = owner.try_borrow_mut().ok()?;
        Some(owner.get_or_insert_with(Owner::new).find(parent, site))
    });
    found.ok().flatten().unwrap_or((&PAUSED, parent))
}

/// A thread's own view of its tree.
#[derive(Debug)]
struct Owner {
    tree: Arc<Tree>,
    root: &'static Node,
    nodes: HashMap<(usize, usize), &'static Node, BuildHasherDefault<AddressHasher>>,
}

impl Owner {
    fn new() -> Self {
        clock::start();
        let tree = Arc::new(Tree::default());
        let root = free_node();
        root.clear(0);
        lock(&REGISTRY).live.push(Arc::clone(&tree));
        Self { tree, root, nodes: HashMap::default() }
    }

    fn find(&mut self, parent: &'static Node, site: &'static Site) -> (&'static Node, &'static Node) {
        let parent = if ptr::eq(parent, &NOWHERE) { self.root } else { parent };
        let key = (ptr::from_ref(parent).addr(), ptr::from_ref(site).addr());
        let node = match self.nodes.get(&key) {
            Some(node) => node,
            None if ptr::eq(parent, &LOST) || self.nodes.len() >= MOST_CONTEXTS => {
                self.tree.lost.store(self.tree.lost.load(Relaxed) + 1, Relaxed);
                return (&LOST, parent);
            }
            None => {
                let node = free_node();
                self.tree.add(node, parent, site);
                self.nodes.insert(key, node);
                node
            }
        };
        parent.set_last(site, node);
        (node, parent)
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // A program may end its process, and with it this thread, in the middle of calls: they last until now. Their guards will
        // never be dropped.
        let now = clock::ticks();
        CURRENT.set(&PAUSED);
        let mut registry = lock(&REGISTRY);
        registry.live.retain(|tree| !Arc::ptr_eq(tree, &self.tree));
        registry.ended.add(&self.tree, now, true);
        drop(registry);
        let mut free = lock(&FREE);
        free.push(self.root);
        free.extend(lock(&self.tree.contexts).drain(..).map(|context| context.node));
    }
}

/// A hash of two addresses that a multiplication mixes well enough: the lower half of a product goes into its upper half.
#[derive(Debug, Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(byte.into());
        }
    }

    fn write_usize(&mut self, address: usize) {
        self.0 = (self.0.rotate_left(5) ^ address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Nodes of threads that have ended.
static FREE: Mutex<Vec<&'static Node>> = Mutex::new(Vec::new());

fn free_node() -> &'static Node {
    let mut free = lock(&FREE);
    if free.is_empty() {
        let nodes: &'static [Node] = Vec::leak((0..NODES_AT_A_TIME).map(|_| Node::new()).collect());
        free.extend(nodes.iter().rev());
    }
    free.pop().expect("there is one at least")
}

/// A thread's tree, as far as other threads may look at it.
#[derive(Debug, Default)]
struct Tree {
    /// All of it but the root, parents before children.
    contexts: Mutex<Vec<Context>>,
    /// How many calls were lost.
    lost: AtomicU64,
    /// How many of them have been reported.
    lost_before: AtomicU64,
}

#[derive(Debug)]
struct Context {
    node: &'static Node,
    /// Its place in the tree, or `None` below the root.
    parent: Option<usize>,
    site: &'static Site,
    /// Calls and ticks that have been reported.
    before: (u64, i64),
}

impl Tree {
    fn add(&self, node: &'static Node, parent: &'static Node, site: &'static Site) {
        let mut contexts = lock(&self.contexts);
        // The root has index 0, the first context 1.
        let parent = (parent.index.load(Relaxed) as usize).checked_sub(1);
        contexts.push(Context { node, parent, site, before: (0, 0) });
        node.clear(u32::try_from(contexts.len()).expect("there are fewer contexts than MOST_CONTEXTS"));
    }
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry { live: Vec::new(), ended: Recording::new() });

/// All that is recorded and not reported.
#[derive(Debug)]
struct Registry {
    live: Vec<Arc<Tree>>,
    ended: Recording,
}

/// The numbers of several threads, in one tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Recording {
    /// Parents before children.
    pub(super) contexts: Vec<Recorded>,
    /// Where a function called from a context is among them.
    places: Option<HashMap<(Option<usize>, usize), usize>>,
    /// How many threads there are calls of.
    pub(super) threads: usize,
    /// Calls in more contexts than a thread can have.
    pub(super) lost: u64,
}

/// A context of several threads.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    pub(super) parent: Option<usize>,
    pub(super) site: &'static Site,
    pub(super) calls: u64,
    /// Ticks of its calls, those below included.
    pub(super) time: u64,
}

impl Recording {
    const fn new() -> Self {
        Self { contexts: Vec::new(), places: None, threads: 0, lost: 0 }
    }

    /// Adds what a thread has not reported. If it is to be forgotten, it counts as reported from now on.
    fn add(&mut self, tree: &Tree, now: u64, forget: bool) {
        let mut contexts = lock(&tree.contexts);
        let places = self.places.get_or_insert_default();
        let mut mapped: Vec<usize> = Vec::with_capacity(contexts.len());
        let mut any = false;
        for context in contexts.iter_mut() {
            let parent = context.parent.map(|parent| mapped[parent]);
            let place = *places.entry((parent, ptr::from_ref(context.site).addr())).or_insert_with(|| {
                self.contexts.push(Recorded { parent, site: context.site, calls: 0, time: 0 });
                self.contexts.len() - 1
            });
            mapped.push(place);
            let read = context.node.read(now);
            let (calls, time) = (read.0.wrapping_sub(context.before.0), read.1.saturating_sub(context.before.1));
            if forget {
                context.before = read;
            }
            any |= calls > 0 || time > 0;
            self.contexts[place].calls += calls;
            self.contexts[place].time += u64::try_from(time).unwrap_or(0);
        }
        let lost = tree.lost.load(Relaxed);
        self.lost += lost - tree.lost_before.load(Relaxed);
        if forget {
            tree.lost_before.store(lost, Relaxed);
        }
        self.threads += usize::from(any);
    }
}

/// What all threads have recorded since it was last forgotten.
pub(super) fn record(forget: bool) -> Recording {
    without_recording(|| {
        clock::start();
        let mut registry = lock(&REGISTRY);
        let mut recording = if forget { std::mem::take(&mut registry.ended) } else { registry.ended.clone() };
        for tree in &registry.live {
            recording.add(tree, clock::ticks(), forget);
        }
        recording
    })
}

/// Does something during which the thread records nothing.
pub(super) fn without_recording<R>(run: impl FnOnce() -> R) -> R {
    struct Resume(&'static Node);
    impl Drop for Resume {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    let _resume = Resume(CURRENT.replace(&PAUSED));
    run()
}

/// What a call costs that does nothing, in ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Overhead {
    /// The part that falls between the two readings of the clock: it is part of the call's own time.
    pub(super) inside: f64,
    /// The rest, which is part of the caller's time.
    pub(super) outside: f64,
}

/// Measured once: the least of many batches, so that rather too little is subtracted than too much.
pub(super) fn overhead() -> Overhead {
    const BATCHES: usize = 50;
    const CALLS: u32 = 500;

    static SITE: Site = Site::new(|| "", "", "", 0);
    static ROOT: Node = Node::new();
    static CHILD: Node = Node::new();
    static OVERHEAD: OnceLock<Overhead> = OnceLock::new();

    #[inline(never)]
    fn timed(x: u32) -> u32 {
        // As `enter` does it, whether or not somebody counts just now.
        let _guard = Guard { call: Some(begin(&SITE)), thread: PhantomData };
        black_box(x)
    }

    #[inline(never)]
    fn plain(x: u32) -> u32 {
        black_box(x)
    }

    let calls = |call: fn(u32) -> u32| {
        let start = clock::ticks();
        for x in 0..CALLS {
            black_box(call(x));
        }
        (clock::ticks() - start) as f64 / f64::from(CALLS)
    };
    let batch = || {
        CHILD.time.store(0, Relaxed);
        let whole = calls(timed);
        (whole, calls(plain), CHILD.time.load(Relaxed) as f64 / f64::from(CALLS))
    };
    *OVERHEAD.get_or_init(|| {
        without_recording(|| {
            clock::start();
            CURRENT.set(&ROOT);
            ROOT.set_last(&SITE, &CHILD);
            let least = |least: (f64, f64, f64), next: (f64, f64, f64)| {
                (least.0.min(next.0), least.1.min(next.1), least.2.min(next.2))
            };
            let (whole, plain, inside) = (0..BATCHES).map(|_| batch()).reduce(least).unwrap_or_default();
            Overhead { inside, outside: (whole - plain - inside).max(0.0) }
        })
    })
}

/// A panic while a lock was held has left nothing half done that matters here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
