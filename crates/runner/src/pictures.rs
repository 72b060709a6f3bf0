//! The pictures of one ladder: its times as bars, and its first right answer as an image or a plot.

use std::path::{Path, PathBuf};

use validation::{Session, SharedInput, mandelbrot, particles};

use crate::picture::{self, Palette};
use crate::plot::{Bar, Bars, Chart, Orbits, Scale};
use crate::record::{StepRecord, too_small};
use crate::screen::{Failure, excerpt};
use crate::table::{Speedup, speedup};
use crate::units::ratio;

/// How the names of a ladder's pictures may end.
const ENDINGS: [&str; 4] = [BARS, PERCEPTUAL, TUTORIAL, ORBITS];
const BARS: &str = ".svg";
const PERCEPTUAL: &str = ".png";
const TUTORIAL: &str = "-tutorial.png";
const ORBITS: &str = "-orbits.svg";

fn with_ending(stem: &Path, ending: &str) -> PathBuf {
    let mut path = stem.to_owned().into_os_string();
    path.push(ending);
    path.into()
}

/// The files that the pictures of a ladder may become, whose names begin with `stem`.
pub(crate) fn paths(stem: &Path) -> [PathBuf; 4] {
    ENDINGS.map(|ending| with_ending(stem, ending))
}

/// The pictures of one ladder.
pub(crate) struct Pictures<'a> {
    stem: PathBuf,
    input: &'a SharedInput,
    drawn: Option<Drawn>,
}

/// An answer that can be drawn.
enum Drawn {
    Mandelbrot(mandelbrot::Output),
    Particles(particles::Output),
}

impl<'a> Pictures<'a> {
    /// Pictures of this input's answers, in files whose names begin with `stem`.
    pub(crate) fn new(stem: PathBuf, input: &'a SharedInput) -> Self {
        Self { stem, input, drawn: None }
    }

    /// Keeps the first right answer, if it is one that can be drawn.
    pub(crate) fn see(&mut self, session: &dyn Session) {
        if self.drawn.is_none() {
            let output = session.output();
            let counts = output.downcast_ref().cloned().map(Drawn::Mandelbrot);
            self.drawn = counts.or_else(|| output.downcast_ref().cloned().map(Drawn::Particles));
        }
    }

    /// Draws the answer.
    pub(crate) fn written(&self) -> Result<Vec<PathBuf>, Failure> {
        let size = |name: &str| self.input.sizes().iter().find(|(key, _)| *key == name).map_or(0, |(_, size)| *size);
        match &self.drawn {
            None => Ok(Vec::new()),
            Some(Drawn::Mandelbrot(counts)) => {
                let (width, height) = (size("width") as usize, size("height") as usize);
                let palettes = [(Palette::Perceptual, PERCEPTUAL), (Palette::Tutorial, TUTORIAL)];
                let draw = |(palette, ending)| {
                    let path = with_ending(&self.stem, ending);
                    let image = picture::mandelbrot(counts, width, height, size("max_iterations") as u32, palette);
                    picture::save(&image, &path).map_err(|error| Failure::Io(error.to_string()))?;
                    Ok(path)
                };
                palettes.into_iter().map(draw).collect()
            }
            Some(Drawn::Particles(end)) => {
                let path = with_ending(&self.stem, ORBITS);
                let Some(start) = self.input.get::<validation::Particles>() else {
                    return Ok(Vec::new());
                };
                Orbits { title: "Particles", start: (&start.x, &start.y), end: (&end.x, &end.y) }
                    .write(&path)
                    .map_err(|error| Failure::Io(error.to_string()))?;
                Ok(vec![path])
            }
        }
    }

    /// Draws the times.
    pub(crate) fn bars(&self, records: &[StepRecord]) -> Result<PathBuf, Failure> {
        let path = with_ending(&self.stem, BARS);
        let bars: Vec<_> = records
            .iter()
            .map(|record| Bar {
                label: record.step.clone(),
                value: record.best_ms.unwrap_or(f64::NAN),
                note: match (record.best_ms, speedup(&records[0], record)) {
                    (Some(_), _) if too_small(record).is_some() => String::new(),
                    (Some(_), Speedup::Proven(times)) => ratio(times),
                    (Some(_), _) => String::new(),
                    (None, _) => excerpt(record.reason.as_deref().unwrap_or_default(), 200),
                },
            })
            .collect();
        let title = format!("{}: time of the steps", self.input.problem());
        Bars { title: &title, unit: "ms", bars: &bars, scale: Scale::Logarithmic }
            .write(&path)
            .map_err(|error| Failure::Io(error.to_string()))?;
        Ok(path)
    }
}
