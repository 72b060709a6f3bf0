//! What drivers for graphics cards are told before they are looked for.

/// Keeps Mesa's drivers from complaining on standard error, in words that look like this program's own errors, that there is no screen.
///
/// The complaint comes from a layer that chooses among several cards and looks for a window system to do so. Where there is none, and
/// nobody has told the layer what to choose, it is left out: this program is started once more in its own place, with the variable
/// that says so, because the environment of a running program cannot be changed safely. To be called first in `main`.
#[cfg(target_os = "linux")]
pub fn leave_out_the_screen() {
    use std::env;
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::Command;

    // A window system; the layer left out already; what the layer is told to choose.
    let settings = ["NODEVICE_SELECT", "MESA_VK_DEVICE_SELECT", "DRI_PRIME"];
    // A window system's folder that is not there is complained of too.
    let has_screen = env::var_os("XDG_RUNTIME_DIR").is_some_and(|folder| Path::new(&folder).is_dir());
    if has_screen || settings.iter().any(|setting| env::var_os(setting).is_some()) {
        return;
    }
    let mut arguments = env::args_os();
    if let (Ok(program), Some(name)) = (env::current_exe(), arguments.next()) {
        // Comes back only if the program cannot be started. Then it goes on as it is.
        let _ = Command::new(program).arg0(name).args(arguments).env("NODEVICE_SELECT", "1").exec();
    }
}

/// Only Linux has the drivers that complain.
#[cfg(not(target_os = "linux"))]
pub fn leave_out_the_screen() {}
