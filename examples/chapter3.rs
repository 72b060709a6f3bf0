//! Chapter 3: what the compiler has made of it.

mod profiled {
    pub(crate) mod bounds;
}

use std::process::ExitCode;

use profiled::bounds;
use profiling::asm::{Count, Counts, Error, Image, Layout, Listing, Selection};
use runner::{Chapter, Failure, Part, Stop, time_calls};

/// The steps that this chapter looks into.
const STEPS: [&str; 4] = ["naive", "hoisted", "squared", "expanded"];

fn main() -> ExitCode {
    Chapter::new(3, "Machine code", vec![])
        .about("What has the compiler made of a function, and which of its lines cost something?")
        .part(Some("mandelbrot"), listings)
        .part(Some("mandelbrot"), counts)
        .part(Some("mandelbrot"), pages)
        .part(Some("particles"), bounds_checks)
        .run()
}

/// What a part is left with where the machine code cannot be read, or not completely.
fn stop(error: Error) -> Stop {
    match error {
        Error::Unavailable { .. } | Error::Stripped { .. } | Error::NoLines { .. } | Error::NoSource { .. } => {
            Stop::Unavailable(error.to_string())
        }
        error => Stop::Failure(Failure::Io(error.to_string())),
    }
}

/// The machine code of this program.
fn image() -> Result<Image, Stop> {
    Image::of_this_program().map_err(stop)
}

/// The machine code of the steps of the Mandelbrot ladder.
fn steps(image: &Image) -> Result<Vec<(&'static str, Listing)>, Stop> {
    // They are in this program because the ladder is.
    std::hint::black_box(kernels::mandelbrot::STEPS);
    STEPS.iter().map(|step| Ok((*step, image.dis(&format!("kernels::mandelbrot::{step}")).map_err(stop)?))).collect()
}

/// Without addresses, which are others in each build.
const LAYOUT: Layout = Layout { sources: true, addresses: false };

fn listings(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("mandelbrot, disassembled: the innermost loops, as dis.dis shows bytecodes", |part| {
        for (step, listing) in steps(&image()?)? {
            part.write(&format!("{step}.asm"), &listing.text(LAYOUT))?;
            match listing.hottest_loop() {
                Some(hottest) if ["naive", "hoisted"].contains(&step) => {
                    part.line("")?;
                    part.text(step, &listing.loop_text(hottest, LAYOUT))?;
                }
                _ => {}
            }
        }
        Ok(())
    })
}

fn counts(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("mandelbrot, counted: the instructions of the innermost loops", |part| {
        let counts: Vec<(&str, Counts)> =
            steps(&image()?)?.iter().map(|(step, listing)| (*step, listing.counts())).collect();
        let rows: Vec<_> = counts.iter().map(|(step, counts)| row(step, &counts.hottest.unwrap_or_default())).collect();
        let header = ["step", "instructions", "packed", "scalar", "moves", "loads", "stores", "branches", "calls"];
        part.line("")?;
        part.table("counts", &header, &rows, &[0])?;
        part.line("")?;
        Ok(part.text("difference", &counts[0].1.difference(&counts[1].1).to_string())?)
    })
}

fn row(step: &str, count: &Count) -> [String; 9] {
    let Count { instructions, packed, scalar, moves, loads, stores, branches, calls, .. } = *count;
    let numbers =
        [instructions, packed, scalar, moves, loads, stores, branches, calls].map(|number| number.to_string());
    let [instructions, packed, scalar, moves, loads, stores, branches, calls] = numbers;
    [step.to_owned(), instructions, packed, scalar, moves, loads, stores, branches, calls]
}

fn pages(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("mandelbrot, annotated: the sources coloured by what their lines cost, as cython -a does", |part| {
        let image = image()?;
        let pages = steps(&image)?.into_iter().map(|(step, listing)| Ok((step, page(&image, &listing)?)));
        Ok(show_pages(part, &pages.collect::<Result<Vec<_>, Stop>>()?)?)
    })
}

/// The page of a function, and its lines that are not white.
fn page(image: &Image, listing: &Listing) -> Result<(String, Vec<String>), Stop> {
    let file = image.path().to_path_buf();
    let selection = Selection::function(listing).ok_or(Error::NoLines { file }).map_err(stop)?;
    let annotated = image.annotate(&selection).map_err(stop)?;
    let costly = annotated.lines.iter().filter(|line| line.cost.score > 0.0);
    let costly = costly
        .map(|line| format!("{:>6.0}  {:>4}  {}", line.cost.score, line.number.unwrap_or_default(), line.text.trim()));
    Ok((annotated.html(), costly.collect()))
}

fn show_pages(part: &mut Part<'_>, pages: &[(&str, (String, Vec<String>))]) -> Result<(), Failure> {
    for (name, (html, costly)) in pages {
        part.write(&format!("{name}.html"), html)?;
        part.line(format!("\n{name}: {}", if costly.is_empty() { "every line is white" } else { " score  line" }))?;
        for line in costly {
            part.line(format!("{:width$}  {line}", "", width = name.len()))?;
        }
    }
    Ok(())
}

/// The book's claim: with bounds checks off, the body of the function is white.
fn bounds_checks(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("particles: bounds checks, on and off", |part| {
        let rows = timed(part)?;
        let image = image()?;
        let mut pages = Vec::new();
        let mut table = Vec::new();
        for (name, ms) in rows {
            let listing = image.dis(&format!("profiled::bounds::{name}")).map_err(stop)?;
            let count = listing.counts().hottest.unwrap_or_default();
            let numbers = [count.bounds_checks, count.packed, count.scalar, count.vector_bits.into()];
            let [checks, packed, scalar, bits] = numbers.map(|number: u64| number.to_string());
            table.push([name.to_owned(), checks, packed, scalar, bits, format!("{ms:.2}")]);
            pages.push((name, page(&image, &listing)?));
        }
        let header = ["innermost loop", "bounds checks", "packed", "scalar", "bits", "best ms"];
        part.line("")?;
        part.table("bounds", &header, &table, &[0])?;
        Ok(show_pages(part, &pages)?)
    })
}

/// The shortest time of each function, in milliseconds.
fn timed(part: &Part<'_>) -> Result<[(&'static str, f64); 3], Failure> {
    let (particles, rounds) = if part.quick() { (1000, 10) } else { (10_000, 200) };
    let mut r: Vec<[f64; 2]> = (0..particles).map(|i| [1.0 + f64::from(i), 0.5]).collect();
    let ang_speed = vec![-1.0; r.len()];
    // Every particle once, in an order that jumps.
    let chosen: Vec<u32> = (0..particles).map(|i| i * 7919 % particles).collect();
    let (mut checked, mut unchecked) = (vec![0.0; r.len()], vec![0.0; r.len()]);
    let best = |run: &mut dyn FnMut()| {
        let timing = time_calls(&part.budget(), || {
            run();
            Ok::<_, Failure>(())
        })?;
        Ok::<f64, Failure>(timing.best_ms())
    };
    let rows = [
        ("evolve", best(&mut || bounds::evolve(&mut r, &ang_speed, 0.00001, rounds))?),
        ("checked", best(&mut || (0..rounds).for_each(|_| bounds::checked(&r, &chosen, &mut checked)))?),
        ("unchecked", best(&mut || (0..rounds).for_each(|_| bounds::unchecked(&r, &chosen, &mut unchecked)))?),
    ];
    if checked != unchecked {
        part.line("the norms with bounds checks and without differ")?;
        return Err(Failure::Wrong);
    }
    Ok(rows)
}
