//! The sizes of a problem, from what fits the nearest cache to most of the memory.

use std::collections::BTreeMap;

use validation::SizeRequest;

/// `N` or `NxM`, in the problem's own meaning.
pub(crate) type Size = (usize, Option<usize>);

/// The sizes of a problem that are run when none are named, the smallest first.
///
/// Between two of them the elements are at most 7 times as many where caches end, and at most 10 times where nothing is kept. The
/// largest keep 256 MB (mandelbrot), 1.5 GB (expression), 2 GB (distance), 4 MB (particles) and nearly nothing (pi).
pub(crate) fn sizes_of(problem: &str) -> Vec<Size> {
    let squares = |sides: &[usize]| sides.iter().map(|&side| (side, None)).collect();
    let pairs = |firsts: &[usize], second| firsts.iter().map(|&first| (first, Some(second))).collect();
    match problem {
        "mandelbrot" => squares(&[125, 250, 500, 1000, 2000, 4000, 8000]),
        "expression" => squares(&[25, 50, 100, 200, 500, 1000, 2000, 4000, 8000]),
        "distance" => squares(&[40, 100, 200, 500, 1000, 2000, 4000, 8000, 16_000]),
        "particles" => pairs(&[500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000], 1000),
        "pi" => [1000, 10_000, 100_000, 1_000_000, 10_000_000].map(|samples| (100, Some(samples))).to_vec(),
        _ => Vec::new(),
    }
}

/// A size as a command line says it.
pub(crate) fn name_of_size((first, second): Size) -> String {
    second.map_or_else(|| first.to_string(), |second| format!("{first}x{second}"))
}

/// What a command line asks for with such a size.
pub(crate) fn request(size: Size) -> SizeRequest {
    SizeRequest { size: Some(size), ..SizeRequest::default() }
}

/// How many elements an input has: the points of a picture, the elements of a matrix, the pairs of points, the samples, or the particles
/// times the time steps. `sizes` are those of the input, by name.
pub(crate) fn elements(problem: &str, sizes: &BTreeMap<String, u64>) -> u64 {
    let counted = sizes.iter().filter(|(name, _)| *name != "max_iterations");
    let product: u64 = counted.map(|(_, size)| size).product();
    // Every point with every point.
    if problem == "distance" { product * product } else { product }
}

#[cfg(test)]
mod tests {
    use validation::{Problem, SharedInput, Work};

    use super::*;
    use crate::catalog::{ladders, problems};

    /// The elements and the work of an input.
    fn counted<P: Problem>(size: Size) -> (u64, Work) {
        let input = P::input(&P::request(&request(size)).unwrap()).unwrap();
        let shared = SharedInput::new::<P>(input);
        let sizes = shared.sizes().into_iter().map(|(name, size)| (name.to_owned(), size)).collect();
        (elements(P::NAME, &sizes), shared.work())
    }

    #[test]
    fn every_problem_has_sizes_that_grow_and_that_it_takes() {
        let ladders = ladders();
        for problem in problems(&ladders) {
            let sizes = sizes_of(&problem);
            assert!(sizes.len() >= 5 && sizes.is_sorted(), "{problem}: {sizes:?}");
            let ladder = ladders.iter().find(|ladder| ladder.problem() == problem).unwrap();
            let input = ladder.input(&request(sizes[0])).unwrap();
            let named = input.sizes().into_iter().map(|(name, size)| (name.to_owned(), size)).collect();
            assert!(elements(&problem, &named) >= 500, "{problem}");
        }
        assert!(sizes_of("no problem").is_empty());
        assert_eq!([name_of_size((3, None)), name_of_size((3, Some(4)))], ["3", "3x4"]);
    }

    /// Counted, not timed: of twice the size each element takes the same operations, and the same bytes but for the coordinates, of
    /// which there is one a row and one a column.
    #[test]
    fn operations_and_bytes_an_element_do_not_depend_on_the_size() {
        fn same<P: Problem>(sizes: [Size; 3], coordinates: fn(u64) -> u64) {
            let per_element = sizes.map(|size| {
                let (elements, work) = counted::<P>(size);
                let bytes = work.bytes() - coordinates(elements);
                (work.flops() * 100 / elements, work.int_ops * 100 / elements, bytes * 1000 / elements)
            });
            assert!(per_element.iter().all(|found| *found == per_element[0]), "{}: {per_element:?}", P::NAME);
        }
        same::<validation::Expression>([(16, None), (32, None), (64, None)], |_| 0);
        same::<validation::Distance>([(16, None), (32, None), (64, None)], |pairs| 16 * pairs.isqrt());
        same::<validation::Particles>([(16, Some(8)), (32, Some(8)), (64, Some(8))], |_| 0);
        same::<validation::Pi>([(100, Some(10)), (100, Some(20)), (100, Some(40))], |_| 800);
    }

    /// A finer picture of the same part of the plane has as many iterations a point, up to the points on the boundary.
    #[test]
    fn iterations_and_bytes_a_point_of_the_picture_hardly_depend_on_the_size() {
        let found = [100, 200, 400].map(|side: usize| {
            let (points, work) = counted::<validation::Mandelbrot>((side, None));
            assert_eq!(work.bytes(), 4 * points + 16 * side as u64);
            work.flops() as f64 / points as f64
        });
        let [least, most] = [f64::min, f64::max].map(|of: fn(f64, f64) -> f64| found.into_iter().reduce(of).unwrap());
        assert!(most < 1.05 * least, "{found:?}");
    }
}
