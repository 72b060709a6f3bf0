//! Two problems as pictures: a particle's circle and its polygon, the circle in the square.

use std::f64::consts::TAU;

use runner::plot::Drawing;
use runner::plot::Side::{Both, Right};
use runner::plot::Tone::{First, Pale, Plain, Second};

/// The circle that a particle should go along, and the way that steps along the tangent take it.
pub(super) fn circle() -> Drawing {
    let mut drawing = Drawing::new("A particle's circle, in steps", 352.0);
    let (centre, radius) = ((210.0, 225.0), 90.0);
    drawing.arc(centre, radius, (0.0, 1.0), Pale);
    drawing.dot(centre, 3.0, Plain);
    // Sixteen steps for a turn, so that the way out can be seen.
    let step = TAU / 16.0 * radius;
    let (mut place, mut way) = ((radius, 0.0_f64), Vec::new());
    for _ in 0..=11 {
        way.push((centre.0 + place.0, centre.1 - place.1));
        let norm = place.0.hypot(place.1);
        place = (place.0 - step * place.1 / norm, place.1 + step * place.0 / norm);
    }
    drawing.line(&way, Second);
    for place in &way {
        drawing.dot(*place, 3.5, Second);
    }
    drawing.line(&[centre, way[0]], Pale);
    drawing.arrow(&[way[0], way[1]], First);
    let lines = [
        (84.0, "The position (x, y) gives the direction of"),
        (104.0, "the step: (−y, x) / norm, at a right angle."),
        (146.0, "A step goes straight on along the tangent,"),
        (166.0, "so it ends outside of the circle."),
        (208.0, "The next one starts there: a polygon that"),
        (228.0, "winds outwards."),
    ];
    for (top, line) in lines {
        drawing.words(line, (420.0, top), Right);
    }
    drawing.note("Here a turn has 16 steps. Those of the problem are", (420.0, 290.0), Right);
    drawing.note("so small that the error is not seen. With half of", (420.0, 310.0), Right);
    drawing.note("the step the error is half as large.", (420.0, 330.0), Right);
    drawing
}

/// Darts in a square, and the circle in it.
pub(super) fn darts() -> Drawing {
    const DARTS: u32 = 200;
    let mut drawing = Drawing::new("Darts in a square", 330.0);
    let (corner, side) = ((40.0, 56.0), 240.0);
    drawing.cell(corner, (side, side), Plain, "");
    let centre = (corner.0 + side / 2.0, corner.1 + side / 2.0);
    drawing.arc(centre, side / 2.0, (0.0, 1.0), Plain);
    let mut hits = 0;
    for dart in 1..=DARTS {
        // Fractions of two irrational numbers are spread evenly, and are the same in every picture.
        let [x, y] = [0.754_877_666_246_692_8, 0.569_840_290_998_053_3].map(|step| (f64::from(dart) * step).fract());
        let hit = (2.0 * x - 1.0).powi(2) + (2.0 * y - 1.0).powi(2) <= 1.0;
        hits += u32::from(hit);
        drawing.dot((corner.0 + side * x, corner.1 + side * y), 2.5, if hit { First } else { Second });
    }
    let estimate = 4.0 * f64::from(hits) / f64::from(DARTS);
    drawing.words("The square has an area of 4, the circle one of π.", (330.0, 90.0), Right);
    drawing.words("So a dart hits with a chance of π / 4.", (330.0, 114.0), Right);
    drawing.dot((338.0, 160.0), 4.0, First);
    drawing.words(&format!("{hits} hits"), (352.0, 160.0), Right);
    drawing.dot((338.0, 184.0), 4.0, Second);
    drawing.words(&format!("{} misses", DARTS - hits), (352.0, 184.0), Right);
    drawing.words(&format!("4 × {hits} / {DARTS} = {estimate}"), (330.0, 224.0), Right);
    drawing.note("100 times as many darts give one digit more.", (330.0, 260.0), Right);
    drawing.note("2", (corner.0 + side / 2.0, corner.1 + side + 16.0), Both);
    drawing
}
