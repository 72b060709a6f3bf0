//! Who works with whom: processes and their shared memory, a host and its device.

use runner::plot::Drawing;
use runner::plot::Side::{Both, Right};
use runner::plot::Tone::{First, Pale, Plain, Second, Third};

/// A parent with its keepers, workers, and the memory that all of them share.
pub(super) fn processes() -> Drawing {
    let mut drawing = Drawing::new("A pool of processes, and memory that all of them see", 432.0);
    drawing.frame((16.0, 58.0), (600.0, 110.0), First, "parent process");
    drawing.cell((480.0, 104.0), (120.0, 40.0), Plain, "your thread");
    for worker in 0..3 {
        let left = 40.0 + 142.0 * f64::from(worker);
        drawing.cell((left, 104.0), (120.0, 40.0), Plain, &format!("keeper {worker}"));
        drawing.cell((left, 226.0), (120.0, 40.0), Second, &format!("worker {worker}"));
        drawing.arrow(&[(left + 50.0, 144.0), (left + 50.0, 226.0)], Plain);
        drawing.arrow(&[(left + 70.0, 226.0), (left + 70.0, 144.0)], Plain);
        drawing.arrow(&[(left + 60.0, 266.0), (left + 60.0, 310.0)], Third);
    }
    drawing.note("keeper: a thread", (632.0, 110.0), Right);
    drawing.note("for each worker", (632.0, 130.0), Right);
    drawing.note("tasks and results: small", (480.0, 186.0), Right);
    drawing.note("messages over a pair of sockets", (480.0, 204.0), Right);
    drawing.note("processes of their own", (480.0, 246.0), Right);
    drawing.arrow(&[(590.0, 144.0), (740.0, 180.0), (740.0, 330.0), (660.0, 330.0)], Third);
    drawing.row((40.0, 310.0), (103.0, 40.0), Third, &["page", "page", "page", "page", "page", "page"]);
    drawing.words("shared memory: a file without a name", (40.0, 368.0), Right);
    let lines = [
        "Each process sees the same pages, at addresses of its own.",
        "What one stores the others read; no byte is sent.",
    ];
    drawing.notes(&lines, 396.0);
    drawing
}

/// A host, the bus, and a device with its workgroups.
pub(super) fn device() -> Drawing {
    let mut drawing = Drawing::new("Host, bus and device", 360.0);
    drawing.frame((16.0, 60.0), (190.0, 230.0), Plain, "host");
    drawing.cell((36.0, 96.0), (150.0, 40.0), First, "a few fast cores");
    drawing.cell((36.0, 220.0), (150.0, 50.0), Pale, "memory");
    drawing.arrow(&[(111.0, 136.0), (111.0, 220.0)], Plain);
    drawing.frame((330.0, 60.0), (454.0, 230.0), Plain, "device");
    for group in 0..3 {
        let left = 350.0 + 140.0 * f64::from(group);
        drawing.frame((left, 92.0), (130.0, 104.0), Second, &format!("workgroup {group}"));
        for row in 0..2 {
            for column in 0..8 {
                let at = (left + 14.0 + 14.6 * f64::from(column), 134.0 + 16.0 * f64::from(row));
                drawing.dot(at, 4.5, First);
            }
        }
        drawing.note("invocations", (left + 65.0, 178.0), Both);
        drawing.arrow(&[(left + 65.0, 196.0), (left + 65.0, 220.0)], Plain);
    }
    drawing.cell((350.0, 222.0), (410.0, 50.0), Pale, "memory of the device");
    drawing.arrow(&[(186.0, 236.0), (350.0, 236.0)], Third);
    drawing.arrow(&[(350.0, 258.0), (186.0, 258.0)], Third);
    drawing.words("bus", (268.0, 216.0), Both);
    drawing.note("copies", (268.0, 280.0), Both);
    let lines = [
        "The host copies the input to the device, launches a kernel, and copies the answer back.",
        "A workgroup's invocations run on one unit and can share memory.",
    ];
    drawing.notes(&lines, 318.0);
    drawing
}
