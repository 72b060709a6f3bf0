//! A process to which the system gives no thread but the first, to test what it does.

use std::env;
use std::process::Command;
use std::thread;

/// Bytes of a stack that no address space has room for: the system refuses a thread that asks for it.
pub(crate) const STACK: usize = 1 << 50;

/// Runs the named test once more, in a process where every thread asks for such a stack. `true` there; `false`, once that is over and
/// well, in the process that started it.
pub(crate) fn in_child(test: &str) -> bool {
    const AGAIN: &str = "RUNNER_WITHOUT_THREADS";
    if env::var_os(AGAIN).is_some() {
        assert!(thread::Builder::new().spawn(|| ()).is_err(), "the system has no room for such a stack");
        return true;
    }
    if cfg!(target_os = "linux") {
        let child = Command::new(env::current_exe().expect("a test knows where it is"))
            .args(["--exact", test])
            .envs([(AGAIN, "1"), ("RUST_MIN_STACK", &STACK.to_string())])
            .output()
            .expect("a test can be started twice");
        let told = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success() && told.contains("1 passed"), "{told}");
    }
    false
}
