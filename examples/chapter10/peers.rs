//! What the same costs with other people's clusters, where they are installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use runner::units::DASH;
use runner::{Failure, Part};

/// The libraries, as the program that measures them calls them.
const LIBRARIES: [&str; 6] = ["multiprocessing", "ppft", "ipyparallel", "ipyparallel-direct", "dask", "mpi4py"];

/// Measures each library by the program that the course has for it.
pub(crate) fn peers(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Other people's clusters, with two workers on this machine", |part| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let python = root.join(".peers/cluster/bin/python");
        if !python.exists() {
            return Ok(part.unavailable("they are not installed; scripts/setup-cluster --peers installs them")?);
        }
        let (round_trips, tasks, megabytes) = if part.quick() { ("20", "100", "1") } else { ("300", "1000", "8") };
        let row = |library: &str| {
            let measured = |arguments: &[&str]| measured(&root, &python, library, arguments);
            let [best, median] = two(measured(&["round-trip", round_trips]));
            let [many, _] = two(measured(&["many", tasks]));
            let [carried, _] = two(measured(&["carry", megabytes]));
            let [start, _] = two(measured(&["start"]));
            let shown = |number: Option<f64>, digits: usize| {
                number.map_or_else(|| DASH.to_owned(), |number| format!("{number:.digits$}"))
            };
            [library.to_owned(), shown(best, 1), shown(median, 1), shown(many, 0), shown(carried, 1), shown(start, 2)]
        };
        let rows: Vec<_> = LIBRARIES.iter().map(|library| row(library)).collect();
        let carried = format!("{megabytes} MB there and back ms");
        let header = ["library", "empty task best us", "median us", "tasks a second", &carried, "start s"];
        part.table("peers", &header, &rows, &[0])?;
        Ok(part.paragraph(
            "None of them keeps a task that its server or its client has forgotten; the balanced view above does.",
        )?)
    })
}

/// What a program printed, one number or two.
fn two(numbers: Vec<f64>) -> [Option<f64>; 2] {
    [numbers.first().copied(), numbers.get(1).copied()]
}

/// The numbers that the program prints for these arguments; none where it fails.
fn measured(root: &Path, python: &PathBuf, library: &str, arguments: &[&str]) -> Vec<f64> {
    let mut command = Command::new(python);
    if library == "mpi4py" {
        command = Command::new("mpirun");
        command.args(["--oversubscribe", "--mca", "mpi_yield_when_idle", "1", "-n", "2"]).arg(python);
        // Containers have no other user; the launcher wants to be asked twice.
        command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    }
    command.arg(root.join("scripts/peers/cluster_costs.py")).arg(library).args(arguments);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output();
    let text =
        output.ok().filter(|output| output.status.success()).and_then(|output| String::from_utf8(output.stdout).ok());
    text.iter().flat_map(|text| text.split_whitespace()).filter_map(|word| word.parse().ok()).collect()
}
