//! "Did you mean": the name that was probably meant.

/// What it costs to exchange, insert or delete a character; letters that differ in case only are nearer.
const MOVE: usize = 2;
const CASE: usize = 1;
/// Longer names are not compared.
const LONGEST: usize = 40;

/// The nearest of the candidates, if one is near enough. Of equally near ones it is the first.
///
/// The distances and limits are those of CPython 3.11, so that the same name is suggested.
pub(crate) fn nearest<'a>(wrong: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.filter(|candidate| *candidate != wrong) {
        let most = (wrong.len() + candidate.len() + 3) * MOVE / 6;
        let most = best.map_or(most, |(distance, _)| most.min(distance - 1));
        let distance = distance(wrong.as_bytes(), candidate.as_bytes());
        if distance <= most {
            best = Some((distance, candidate));
            if distance == 0 {
                break;
            }
        }
    }
    best.map(|(_, name)| name)
}

/// What it costs to make one name of the other.
fn distance(a: &[u8], b: &[u8]) -> usize {
    if a.len() > LONGEST || b.len() > LONGEST {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).map(|column| column * MOVE).collect();
    for (index, &left) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (index + 1) * MOVE;
        for (column, &right) in b.iter().enumerate() {
            let exchanged = diagonal + exchange(left, right);
            diagonal = row[column + 1];
            row[column + 1] = exchanged.min(diagonal + MOVE).min(row[column] + MOVE);
        }
    }
    row[b.len()]
}

fn exchange(left: u8, right: u8) -> usize {
    if left == right {
        0
    } else if left.eq_ignore_ascii_case(&right) {
        CASE
    } else {
        MOVE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_as_cpython_does_it() {
        let names = ["lenght", "length", "Length", "x"];
        assert_eq!(nearest("lengh", names.into_iter()), Some("lenght"));
        assert_eq!(nearest("LENGTH", ["length"].into_iter()), None);
        assert_eq!(nearest("lENgth", ["length"].into_iter()), Some("length"));
        assert_eq!(nearest("y", ["x"].into_iter()), None);
        assert_eq!(nearest("pritn", ["print"].into_iter()), Some("print"));
    }
}
