//! How numbers lie in memory: objects, pairs and planes, views, broadcasting.

use runner::plot::Side::{Both, Left, Right};
use runner::plot::Tone::{First, Pale, Plain, Second, Third};
use runner::plot::{Drawing, Tone};

/// A list of objects, and an array of the numbers themselves.
pub(super) fn objects() -> Drawing {
    let mut drawing = Drawing::new("A list of objects, and an array of numbers", 300.0);
    drawing.words("boxed", (16.0, 68.0), Right);
    drawing.note("addresses, 8 bytes each", (16.0, 90.0), Right);
    let places = [(400.0, 172.0), (250.0, 142.0), (660.0, 132.0), (530.0, 172.0)];
    for (number, place) in places.into_iter().enumerate() {
        let left = 220.0 + 60.0 * number as f64;
        drawing.cell((left, 58.0), (60.0, 26.0), Tone::Plain, "address");
        drawing.arrow(&[(left + 30.0, 84.0), (place.0 + 20.0, place.1)], Pale);
    }
    for (number, (left, top)) in places.into_iter().enumerate() {
        drawing.cell((left, top), (52.0, 26.0), Pale, "type");
        drawing.cell(
            (left + 52.0, top),
            (66.0, 26.0),
            if number == 0 { Second } else { First },
            &format!("z {number}"),
        );
    }
    drawing.note("each object in a place of its own,", (16.0, 150.0), Right);
    drawing.note("with its type beside its value", (16.0, 168.0), Right);
    drawing.words("naive", (16.0, 238.0), Right);
    drawing.note("values, 16 bytes each", (16.0, 260.0), Right);
    for number in 0..4 {
        let tone = if number == 0 { Second } else { First };
        drawing.row((220.0 + 132.0 * f64::from(number), 228.0), (66.0, 26.0), tone, &["re", "im"]);
        drawing.note(&format!("z {number}"), (286.0 + 132.0 * f64::from(number), 268.0), Both);
    }
    drawing
}

/// An array of pairs, and one array for each half.
pub(super) fn planes() -> Drawing {
    let mut drawing = Drawing::new("An array of pairs, and two planes", 250.0);
    drawing.words("array of structs", (16.0, 77.0), Right);
    for number in 0..4 {
        let left = 180.0 + 140.0 * f64::from(number);
        drawing.cell((left, 64.0), (70.0, 26.0), First, &format!("re {number}"));
        drawing.cell((left + 70.0, 64.0), (70.0, 26.0), Second, &format!("im {number}"));
    }
    drawing.note("a vector of four doubles holds two points: halves have to be shuffled", (180.0, 106.0), Right);
    drawing.line(&[(180.0, 94.0), (460.0, 94.0)], Plain);
    drawing.words("struct of arrays", (16.0, 157.0), Right);
    for (name, left, tone) in [("re", 180.0, First), ("im", 480.0, Second)] {
        for number in 0..4 {
            let left = left + 70.0 * f64::from(number);
            drawing.cell((left, 144.0), (70.0, 26.0), tone, &format!("{name} {number}"));
        }
        drawing.line(&[(left, 174.0), (left + 280.0, 174.0)], Plain);
    }
    drawing.note("a vector of four doubles holds the same half of four points", (180.0, 190.0), Right);
    drawing.note("addresses grow to the right", (784.0, 228.0), Left);
    drawing.arrow(&[(180.0, 228.0), (560.0, 228.0)], Pale);
    drawing
}

/// A matrix, its memory, and three views of the same memory.
pub(super) fn views() -> Drawing {
    let mut drawing = Drawing::new("One memory, many views: shape and strides", 370.0);
    let tones = [First, Second, Third];
    drawing.words("memory", (16.0, 77.0), Right);
    for place in 0..12 {
        let left = 112.0 + 55.0 * f64::from(place);
        drawing.cell((left, 64.0), (55.0, 26.0), tones[place as usize / 4], &place.to_string());
    }
    drawing.note("row-major: a row lies in one piece, and a column is spread over all rows", (112.0, 106.0), Right);
    let matrix = |drawing: &mut Drawing, left: f64, (rows, columns): (i32, i32), strides: (i32, i32), first: i32| {
        for row in 0..rows {
            for column in 0..columns {
                let place = first + row * strides.0 + column * strides.1;
                let at = (left + 40.0 * f64::from(column), 150.0 + 30.0 * f64::from(row));
                drawing.cell(at, (40.0, 30.0), tones[place as usize / 4], &place.to_string());
            }
        }
    };
    let names = [(16.0, "a"), (236.0, "a.t()"), (416.0, "a.slice(s![.., ..;2])"), (636.0, "a.column(1)")];
    for (left, name) in names {
        drawing.words(name, (left, 136.0), Right);
    }
    matrix(&mut drawing, 16.0, (3, 4), (4, 1), 0);
    matrix(&mut drawing, 236.0, (4, 3), (1, 4), 0);
    matrix(&mut drawing, 416.0, (3, 2), (4, 2), 0);
    matrix(&mut drawing, 636.0, (3, 1), (4, 1), 1);
    for (left, shape, strides) in [
        (16.0, "shape 3, 4", "strides 4, 1"),
        (236.0, "shape 4, 3", "strides 1, 4"),
        (416.0, "shape 3, 2", "strides 4, 2"),
        (636.0, "shape 3", "stride 4"),
    ] {
        drawing.words(shape, (left, 286.0), Right);
        drawing.words(strides, (left, 306.0), Right);
    }
    let lines =
        ["A stride says how many elements further the next one lies along an axis.", "No view copies a number."];
    drawing.notes(&lines, 334.0);
    drawing
}

/// A column and a row, repeated without being copied.
pub(super) fn broadcasting() -> Drawing {
    let mut drawing = Drawing::new("Broadcasting: a column minus a row", 290.0);
    let (size, top) = ((52.0, 30.0), 80.0);
    for row in 0..4 {
        let y = top + 30.0 * f64::from(row);
        for column in 0..4 {
            let x = 52.0 * f64::from(column);
            let own = if column == 0 { First } else { Pale };
            drawing.cell((16.0 + x, y), size, own, &format!("x {row}"));
            let own = if row == 0 { Second } else { Pale };
            drawing.cell((272.0 + x, y), size, own, &format!("x {column}"));
            drawing.cell((528.0 + 64.0 * x / 52.0, y), (64.0, 30.0), Third, &format!("{row} − {column}"));
        }
    }
    drawing.words("−", (248.0, 140.0), Both);
    drawing.words("=", (504.0, 140.0), Both);
    for (left, shape, strides) in [
        (16.0, "shape 4, 1", "shown as 4, 4: strides 1, 0"),
        (272.0, "shape 1, 4", "shown as 4, 4: strides 0, 1"),
        (528.0, "shape 4, 4", "the only one that has 16 numbers"),
    ] {
        drawing.words(shape, (left, 66.0), Right);
        drawing.note(strides, (left, 216.0), Right);
    }
    drawing.note(
        "A stride of 0 stays at the same element: what is grey is read again, and lies nowhere.",
        (16.0, 256.0),
        Right,
    );
    drawing
}
