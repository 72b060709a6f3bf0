//! Compiles single crates as cargo has compiled them, but for one thing: another processor, another feature, a program that must not
//! compile. What they depend on is taken as cargo has left it, so that nothing else is built.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::SystemTime;
use std::{env, fs};

use serde_json::Value;

use crate::support::{cargo_for, target_folder};

/// A library that cargo has built, with what it was built from.
struct Library {
    /// Whether it is the workspace's own, and the numbers of its version.
    rank: (bool, Vec<u64>),
    root: String,
    edition: String,
    features: Vec<String>,
    /// What its build script has found out: `cfg` flags, and the folder in which it has written sources.
    flags: Vec<String>,
    written: String,
    level: String,
    file: PathBuf,
}

/// The libraries of this test's own build, by name. Where two have one name it is the workspace's own, or the
/// newer version, which the workspace's own crates use.
fn libraries() -> &'static BTreeMap<String, Library> {
    static LIBRARIES: OnceLock<BTreeMap<String, Library>> = OnceLock::new();
    LIBRARIES.get_or_init(|| {
        let arguments = ["--package", env!("CARGO_PKG_NAME"), "--no-run", "--message-format=json"];
        let output = cargo_for("test", &arguments).output().expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages: Vec<Value> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(|line| serde_json::from_str(line).expect("a message of cargo"))
            .collect();
        let reason = |message: &Value, reason: &str| message["reason"] == reason;
        let scripts: HashMap<&str, (Vec<String>, &str)> = messages
            .iter()
            .filter(|message| reason(message, "build-script-executed"))
            .map(|message| (text(&message["package_id"]), (texts(&message["cfgs"]), text(&message["out_dir"]))))
            .collect();
        let mut libraries: BTreeMap<String, Library> = BTreeMap::new();
        for message in messages.iter().filter(|message| reason(message, "compiler-artifact")) {
            let (target, profile) = (&message["target"], &message["profile"]);
            let is_library = texts(&target["kind"]).iter().any(|kind| kind == "lib" || kind == "proc-macro");
            let files = texts(&message["filenames"]);
            let file = files.iter().find(|file| file.ends_with(".rlib")).or(files.first());
            let Some(file) = file.filter(|_| is_library && profile["test"] == false) else { continue };
            let (name, rank) = (text(&target["name"]).replace('-', "_"), rank(text(&message["package_id"])));
            if libraries.get(&name).is_some_and(|other| other.rank > rank) {
                continue;
            }
            let (flags, written) = scripts.get(text(&message["package_id"])).cloned().unwrap_or_default();
            let library = Library {
                rank,
                flags,
                written: written.to_owned(),
                root: text(&target["src_path"]).to_owned(),
                edition: text(&target["edition"]).to_owned(),
                features: texts(&message["features"]),
                level: text(&profile["opt_level"]).to_owned(),
                file: file.into(),
            };
            libraries.insert(name, library);
        }
        libraries
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|value| text(value).to_owned()).collect()
}

/// What cargo calls a package, `registry+...#syn@3.0.9`, as something to be compared: the workspace's own come last.
fn rank(package: &str) -> (bool, Vec<u64>) {
    let version = package.rsplit(['#', '@']).next().unwrap_or_default();
    (package.starts_with("path+"), version.split('.').map(|number| number.parse().unwrap_or(0)).collect())
}

fn library(name: &str) -> &'static Library {
    libraries().get(name).unwrap_or_else(|| panic!("no library is called {name}"))
}

/// What a crate is to be compiled like, apart from what cargo has done.
#[derive(Default)]
pub(crate) struct Build {
    flags: Vec<String>,
    without_features: bool,
    /// Crates that were compiled like this one, and take the place of those that cargo has compiled.
    own: BTreeMap<String, PathBuf>,
    folder: PathBuf,
}

impl Build {
    /// Compiles into a folder of this name, with these flags after those that cargo would give.
    pub(crate) fn new(name: &str, flags: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).expect("the folder of the tests can be written");
        let flags = flags.iter().map(|&flag| flag.to_owned()).collect();
        Self { flags, folder, ..Self::default() }
    }

    /// Without the features that the crates have here.
    pub(crate) fn without_features(self) -> Self {
        Self { without_features: true, ..self }
    }

    /// Compiles a library again, unless that has been done since it has changed. Those that it depends on and that have been compiled
    /// again before are taken from there.
    pub(crate) fn library(mut self, name: &str) -> Self {
        let library = library(name);
        let mut rustc = self.rustc(name, &library.root, &library.edition, &library.level);
        rustc.arg("--cap-lints=allow");
        for feature in library.features.iter().filter(|_| !self.without_features) {
            rustc.args(["--cfg", &format!("feature=\"{feature}\"")]);
        }
        for flag in &library.flags {
            rustc.args(["--cfg", flag]);
        }
        let is_macro = library.file.extension().is_some_and(|ending| ending != "rlib");
        let file = self.folder.join(library.file.file_name().expect("a library is a file"));
        rustc.args(["--crate-type", if is_macro { "proc-macro" } else { "lib" }]);
        if is_macro {
            rustc.args(["--extern", "proc_macro"]);
        }
        if !library.written.is_empty() {
            rustc.env("OUT_DIR", &library.written);
        }
        self.compile(&mut rustc, &file, [&library.file]);
        self.own.insert(name.to_owned(), file);
        self
    }

    /// Compiles a program that uses these libraries, with these flags as well, and returns where it lies. It may take modules from the
    /// workspace's crates as its own.
    pub(crate) fn program(&self, name: &str, root: &Path, flags: &[&str]) -> PathBuf {
        let file = self.folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
        let mut rustc = self.rustc(name, root.to_str().expect("the workspace has a name in UTF-8"), "2024", "3");
        let own = libraries().values().filter(|library| library.rank.0).map(|library| library.file.as_path());
        self.compile(rustc.args(flags), &file, own.chain([root]));
        file
    }

    /// Runs the compiler, unless it has made this file by the same command, and nothing has changed that it was made of. Of the
    /// workspace's crates the libraries stand for the sources: cargo has made them again if one has changed.
    fn compile(&self, rustc: &mut Command, file: &Path, made_of: impl IntoIterator<Item = impl AsRef<Path>>) {
        rustc.arg("-o").arg(file);
        let command = file.with_extension("command");
        let made_of = made_of.into_iter().map(|file| changed(file.as_ref()));
        let newest = self.own.values().map(|file| changed(file)).chain(made_of).max().flatten();
        let same = || fs::read_to_string(&command).is_ok_and(|before| before == format!("{rustc:?}"));
        if changed(file) >= newest && same() {
            return;
        }
        let output = rustc.output().expect("rustc starts");
        assert!(output.status.success(), "{rustc:?}\n{}", String::from_utf8_lossy(&output.stderr));
        fs::write(&command, format!("{rustc:?}")).expect("the folder of the tests can be written");
    }

    /// What the compiler says of a program, which it is told by its place below `folder`.
    pub(crate) fn verdict(&self, folder: &Path, root: &str) -> Output {
        self.metadata(self.rustc("refused", root, "2024", "0").current_dir(folder))
    }

    /// What the compiler says of a copy of one of the workspace's crates, which lies in `crates` below `folder`.
    pub(crate) fn check(&self, name: &str, folder: &Path) -> Output {
        let library = library(name);
        let copy = folder.join("crates").join(name).join("src/lib.rs");
        let root = copy.to_str().expect("the workspace has a name in UTF-8");
        let mut rustc = self.rustc(name, root, &library.edition, "0");
        self.metadata(rustc.args(["--crate-type=lib", "--cap-lints=warn"]))
    }

    /// Compiles as far as errors can be found.
    fn metadata(&self, rustc: &mut Command) -> Output {
        rustc.arg("--emit=metadata").arg("--out-dir").arg(&self.folder).output().expect("rustc starts")
    }

    /// The compiler with the flags of the workspace's profile, for a crate that may use everything.
    fn rustc(&self, name: &str, root: &str, edition: &str, level: &str) -> Command {
        let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc.args(["--crate-name", name, "--edition", edition, root]);
        rustc.args(["-C", "codegen-units=1", "-C", "debuginfo=line-tables-only", "-C", &format!("opt-level={level}")]);
        let others = libraries().iter().filter(|(other, _)| !self.own.contains_key(*other) && *other != name);
        for (name, file) in others.map(|(name, library)| (name, &library.file)).chain(&self.own) {
            rustc.arg("--extern").arg(format!("{name}={}", file.display()));
        }
        rustc.arg("-L").arg(format!("dependency={}", self.folder.display()));
        rustc.arg("-L").arg(format!("dependency={}", target_folder().join("deps").display()));
        rustc.args(&self.flags);
        rustc
    }
}

/// When a file was last written, if it is there.
fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|data| data.modified()).ok()
}
