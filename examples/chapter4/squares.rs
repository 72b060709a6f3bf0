//! `abs(z) > 2.0` with the root and without: the times, and how often the root would be needed.

use interpreted::machine::{Engine, THRESHOLD};
use interpreted::native::BAND;
use interpreted::programs::{PURE_PYTHON, PURE_PYTHON_2};
use runner::units::{DASH, grouped, times};
use runner::{Failure, Part, best};
use validation::mandelbrot::Input;
use validation::{Mandelbrot, Problem};

use super::picture::{Picture, check, points};

/// Runs both programs with the switch on and off.
pub(crate) fn squares(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("abs(z) > 2.0, by the root and by the squares", |part| {
        let input = part.input::<Mandelbrot>()?;
        let too_small = part.too_small(Mandelbrot::NAME, &Mandelbrot::sizes(&input))?;
        let mut rows = Vec::new();
        for (name, program) in [("pure_python.py", PURE_PYTHON), ("pure_python_2.py", PURE_PYTHON_2)] {
            let mut ms = [0.0; 2];
            for (ms, squares) in ms.iter_mut().zip([false, true]) {
                let engine = Engine::Observed { threshold: THRESHOLD, squares };
                let mut picture = Picture::new(program, engine, &points(&input), input.max_iterations)?;
                let (counts, _) = picture.run()?;
                check(part, &input, &counts)?;
                let (_, time) = best(3, || picture.run().map(drop))?;
                *ms = time.as_secs_f64() * 1e3;
            }
            let [root, without] = ms;
            let faster = if too_small { DASH.to_owned() } else { times(root / without) };
            rows.push([name.to_owned(), format!("{root:.1}"), format!("{without:.1}"), faster]);
        }
        part.table("squares", &["program", "ms by the root", "ms by the squares", "faster"], &rows, &[0])?;
        let (near, all) = near_the_limit(&input);
        Ok(part.text(
            "band",
            &format!("{} of {} sums of squares lie so near to the limit that the root decides", near, grouped(all)),
        )?)
    })
}

/// How many of the values that are compared with 2 lie in the band in which their squares do not decide, and how many there are.
fn near_the_limit(input: &Input) -> (u64, u64) {
    let (lower, upper) = (4.0 * (1.0 - BAND), 4.0 * (1.0 + BAND));
    let (mut near, mut all) = (0, 0);
    for (x, y) in points(input) {
        let (mut zx, mut zy) = (0.0, 0.0);
        for _ in 0..input.max_iterations {
            (zx, zy) = (zx * zx - zy * zy + x, zx * zy + zy * zx + y);
            let sum: f64 = zx * zx + zy * zy;
            all += 1;
            near += u64::from(sum > lower && sum < upper);
            if sum > 4.0 {
                break;
            }
        }
    }
    (near, all)
}
