//! A copy of a crate with a profiler's attribute before the functions of its steps, and a small program that runs one of them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use runner::Failure;
use runner::files::write_atomically;
use runner::output::create_folder;
use toml::{Table, Value};
use validation::StepInfo;

use crate::catalog::ladders;
use crate::profiled::What;
use source::Sources;

/// The main function of the small program.
const MAIN: &str = include_str!("main.rs.txt");

/// Writes a copy of a crate below `folder/crates`, with the attribute before the functions of all its steps, and says how many
/// attributes that are. It is what `course profile` builds of one step: whatever a step is written like, it has to compile.
///
/// # Errors
/// When the sources cannot be read, or the copy cannot be written.
pub fn copy_with_attributes(root: &Path, folder: &Path, name: &str, what: What) -> Result<usize, Failure> {
    let ladders = ladders();
    let steps = ladders.iter().flat_map(|ladder| ladder.steps());
    let steps: Vec<_> = steps.filter(|step| step.crate_name() == name).collect();
    write_copy(&mut Sources::new(root), folder, name, &steps, what)?;
    let mut copies = Vec::new();
    files_below(&folder.join("crates").join(name), &mut copies)
        .map_err(|error| Failure::io(format_args!("cannot read the copy in {}", folder.display()), &error))?;
    copies.iter().map(|file| Ok(read(file)?.matches(what.attribute()).count())).sum()
}

/// Writes a workspace with a copy of a crate, the attribute before the functions of some of its steps, and a program that runs a step.
///
/// Files and lines have the names and numbers that they have in the original, and the flags are the same.
pub(crate) fn write_copy(
    sources: &mut Sources,
    folder: &Path,
    name: &str,
    steps: &[&StepInfo],
    what: What,
) -> Result<(), Failure> {
    let root = sources.root().to_owned();
    let (from, to) = (root.join("crates").join(name), folder.join("crates").join(name));
    // Nothing of an earlier copy may stay that is not in this one.
    let crates = folder.join("crates");
    for old in fs::read_dir(&crates).into_iter().flatten().flatten().filter(|old| old.file_name() != name) {
        fs::remove_dir_all(old.path())
            .map_err(|error| Failure::io(format_args!("cannot remove {}", old.path().display()), &error))?;
    }
    let mut ranges: BTreeMap<&str, Vec<RangeInclusive<usize>>> = BTreeMap::new();
    for step in steps {
        let cut = sources.cut(step.file, step.name)?;
        ranges.entry(step.file).or_default().extend(cut.ranges());
    }
    let mut files = Vec::new();
    files_below(&from.join("src"), &mut files)
        .map_err(|error| Failure::io(format_args!("cannot read the sources in {}", from.display()), &error))?;
    remove_all_but(&to.join("src"), |file| {
        file.strip_prefix(folder).is_ok_and(|below| files.contains(&root.join(below)))
    })?;
    for file in files {
        let below = file.strip_prefix(&root).unwrap_or(&file);
        let text = if file.extension().is_some_and(|ending| ending == "rs") {
            let own = below.to_str().and_then(|file| ranges.get(file)).map_or(&[][..], Vec::as_slice);
            // A profile by function shows what the step calls too.
            let chosen = |line: usize| what == What::Functions || own.iter().any(|range| range.contains(&line));
            sources.attributed(&below.to_string_lossy(), what.attribute(), chosen)?
        } else {
            read(&file)?
        };
        write(&folder.join(below), &text)?;
    }
    write(&to.join("Cargo.toml"), &manifest_of_copy(&read(&from.join("Cargo.toml"))?)?)?;
    write(&folder.join("Cargo.toml"), &manifest_of_workspace(&root, &read(&root.join("Cargo.toml"))?, name)?)?;
    write(&folder.join("Cargo.lock"), &read(&root.join("Cargo.lock"))?)?;
    write(&folder.join("profiled/Cargo.toml"), &manifest_of_program(name))?;
    let main = MAIN.replace("TECHNIQUE", name);
    // Its children run this program too.
    let begin = match name {
        "multiprocess" | "cluster" => format!("{{ {name}::init();"),
        _ => "{".to_owned(),
    };
    let main = main.replace("{ // BEGIN", &begin);
    let main = if what == What::Memory { main } else { main.replace("#[global_allocator]", "#[allow(dead_code)]") };
    write(&folder.join("profiled/src/main.rs"), &main)?;
    write(&folder.join("profiled/src/profiled.rs"), include_str!("../profiled.rs"))
}

/// Removes the files of an earlier copy that are not to be kept: those of modules that have been moved or renamed since.
fn remove_all_but(folder: &Path, kept: impl Fn(&Path) -> bool) -> Result<(), Failure> {
    let mut copied = Vec::new();
    if folder.is_dir() {
        files_below(folder, &mut copied)
            .map_err(|error| Failure::io(format_args!("cannot read the copy in {}", folder.display()), &error))?;
    }
    for old in copied.iter().filter(|old| !kept(old)) {
        fs::remove_file(old).map_err(|error| Failure::io(format_args!("cannot remove {}", old.display()), &error))?;
    }
    Ok(())
}

/// The files below a folder.
fn files_below(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files_below(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::io(format_args!("cannot read {}", path.display()), &error))
}

/// Writes a file unless it has that text already, so that only what has changed is built again.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    write_atomically(path, text.as_bytes()).map_err(|error| Failure::Io(error.to_string()))
}

fn parsed(text: &str) -> Result<Table, Failure> {
    text.parse().map_err(|error| Failure::Io(format!("a manifest of the workspace cannot be read: {error}")))
}

/// The manifest of the copied crate: the library alone, with the profilers.
fn manifest_of_copy(original: &str) -> Result<String, Failure> {
    let mut manifest = parsed(original)?;
    for part in ["example", "test", "bench", "bin", "dev-dependencies"] {
        manifest.remove(part);
    }
    let dependencies = manifest.entry("dependencies").or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(dependencies) = dependencies {
        let inherited = Table::from_iter([("workspace".to_owned(), Value::Boolean(true))]);
        dependencies.insert("profiling".to_owned(), Value::Table(inherited));
    }
    Ok(manifest.to_string())
}

/// The manifest of the workspace around the copy: the original's dependencies, lints and profiles, the crates that are not copied
/// taken from where they are.
fn manifest_of_workspace(root: &Path, original: &str, copied: &str) -> Result<String, Failure> {
    let mut manifest = parsed(original)?;
    if let Some(Value::Table(workspace)) = manifest.get_mut("workspace") {
        let members = [format!("crates/{copied}"), "profiled".to_owned()].map(Value::String).to_vec();
        workspace.insert("members".to_owned(), Value::Array(members));
        for key in ["default-members", "exclude"] {
            workspace.remove(key);
        }
        let dependencies = workspace.get_mut("dependencies").and_then(Value::as_table_mut);
        for (name, dependency) in dependencies.into_iter().flatten() {
            let path = dependency.as_table_mut().and_then(|dependency| dependency.get_mut("path"));
            if let Some(Value::String(path)) = path.filter(|_| name != copied) {
                *path = root.join(&path).to_string_lossy().into_owned();
            }
        }
    }
    Ok(manifest.to_string())
}

fn manifest_of_program(copied: &str) -> String {
    let dependencies = [copied, "clap", "profiling", "runner", "validation"];
    let dependencies: String = dependencies.iter().map(|name| format!("{name}.workspace = true\n")).collect();
    format!("[package]\nname = \"profiled\"\nedition.workspace = true\n\n[dependencies]\n{dependencies}")
}

/// Builds the small program into the folder in which the course is built, where most of what it needs is ready.
pub(crate) fn build(root: &Path, folder: &Path) -> Result<PathBuf, Failure> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = root.join("target");
    let output = Command::new(cargo)
        .args(["build", "--quiet", "--package", "profiled", "--target-dir"])
        .arg(&target)
        .current_dir(folder)
        .output()
        .map_err(|error| Failure::io("cannot start cargo", &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let first: Vec<_> = said.lines().filter(|line| !line.trim().is_empty()).take(12).collect();
        return Err(Failure::Io(format!("the copy in {} does not build:\n{}", folder.display(), first.join("\n"))));
    }
    Ok(target.join("debug").join(format!("profiled{}", env::consts::EXE_SUFFIX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_the_profiles_and_takes_the_other_crates_from_where_they_are() {
        let original = "[workspace]\nmembers = [\"a\"]\n\n[workspace.dependencies]\nkernels = { path = \"crates/kernels\" }\n\
            validation = { path = \"crates/validation\" }\nrayon = \"1\"\n\n[profile.dev]\nopt-level = 3\n";
        let copy = parsed(&manifest_of_workspace(Path::new("/course"), original, "kernels").unwrap()).unwrap();
        let workspace = &copy["workspace"];
        assert_eq!(workspace["members"].to_string(), "[\"crates/kernels\", \"profiled\"]");
        assert_eq!(workspace["dependencies"]["kernels"]["path"].as_str(), Some("crates/kernels"));
        assert_eq!(workspace["dependencies"]["validation"]["path"].as_str(), Some("/course/crates/validation"));
        assert_eq!(workspace["dependencies"]["rayon"].as_str(), Some("1"));
        assert_eq!(copy["profile"]["dev"]["opt-level"].as_integer(), Some(3));
    }

    #[test]
    fn what_an_earlier_copy_had_and_this_one_has_not_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let root = source::workspace::root().unwrap();
        let stale = folder.path().join("crates/kernels/src/moved/since.rs");
        write(&stale, "").unwrap();
        let attributes = copy_with_attributes(&root, folder.path(), "kernels", What::Lines).unwrap();
        assert!(attributes > 0 && !stale.exists());
        assert!(folder.path().join("crates/kernels/src/lib.rs").exists());
    }

    #[test]
    fn a_copied_crate_has_the_profilers_and_no_examples() {
        let original = "[package]\nname = \"kernels\"\n\n[dev-dependencies]\nrunner.workspace = true\n\n[[example]]\nname = \"x\"\n";
        let copy = parsed(&manifest_of_copy(original).unwrap()).unwrap();
        assert!(!copy.contains_key("example") && !copy.contains_key("dev-dependencies"));
        assert_eq!(copy["dependencies"]["profiling"]["workspace"].as_bool(), Some(true));
        assert!(matches!(manifest_of_copy("[package"), Err(Failure::Io(_))));
    }
}
