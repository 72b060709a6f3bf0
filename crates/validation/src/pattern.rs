//! What the places of wrong elements have in common: the last column, every eighth element.

/// Places in an array that are wrong, seen from the first to the last.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    length: usize,
    /// Elements in a row, if the array has rows.
    columns: Option<usize>,
    count: usize,
    first: usize,
    last: usize,
    previous: usize,
    /// The greatest common divisor of the distances.
    stride: usize,
    first_column: usize,
    last_column: usize,
}

impl Wrong {
    /// None yet, in an array of so many elements, with so many in a row if it has rows.
    pub(crate) fn new(length: usize, columns: Option<usize>) -> Self {
        // An array of one row or one column is a line.
        let columns = columns.filter(|&columns| columns > 1 && length > columns);
        Self {
            length,
            columns,
            count: 0,
            first: 0,
            last: 0,
            previous: 0,
            stride: 0,
            first_column: usize::MAX,
            last_column: 0,
        }
    }

    /// This place is wrong too. Of several arrays, such as x and y, the places begin again with each.
    pub(crate) fn see(&mut self, place: usize) {
        if self.count == 0 {
            (self.first, self.last) = (place, place);
        } else {
            self.stride = divisor(self.stride, place.abs_diff(self.previous));
            (self.first, self.last) = (self.first.min(place), self.last.max(place));
        }
        self.previous = place;
        self.count += 1;
        let column = self.columns.map_or(0, |columns| place % columns);
        self.first_column = self.first_column.min(column);
        self.last_column = self.last_column.max(column);
    }

    /// What two or more places have in common; `None` if nothing that is simple.
    pub(crate) fn pattern(&self) -> Option<String> {
        if self.count < 2 {
            return None;
        }
        if self.count == self.length {
            return Some("every element is wrong".to_owned());
        }
        let in_rows = self.columns.and_then(|columns| {
            // Wrong elements all over miss a row or two by chance.
            let some = |what, first, last, all| {
                if 2 * (last - first + 1) <= all { part(what, first, last, all) } else { None }
            };
            let of_columns = some("column", self.first_column, self.last_column, columns);
            of_columns.or_else(|| some("row", self.first / columns, self.last / columns, self.length / columns))
        });
        let in_line = || {
            let whole = self.stride == 1 && self.count == self.last - self.first + 1;
            let name = if self.columns.is_some() { "element, row by row" } else { "element" };
            if whole { part(name, self.first, self.last, self.length) } else { None }
        };
        let regular = || {
            let all = self.stride > 1 && self.count == (self.last - self.first) / self.stride + 1 && self.count > 2;
            all.then(|| format!("every {}th element is wrong, from element {} on", self.stride, self.first))
        };
        in_rows.or_else(in_line).map(|part| format!("every wrong element is in {part}")).or_else(regular)
    }
}

/// Which of `all` columns, say, are from the first to the last; `None` if they are at neither end and several, or all.
fn part(what: &str, first: usize, last: usize, all: usize) -> Option<String> {
    let count = last - first + 1;
    let (name, order) =
        what.split_once(", ").map_or((what, String::new()), |(name, order)| (name, format!(", {order}")));
    match (first == 0, last + 1 == all) {
        (true, true) => None,
        (false, true) if count == 1 => Some(format!("{name} {first}, the last{order}")),
        (true, false) if count == 1 => Some(format!("{name} 0, the first{order}")),
        (false, true) => Some(format!("the last {count} of {all} {name}s{order}")),
        (true, false) => Some(format!("the first {count} of {all} {name}s{order}")),
        (false, false) if count == 1 => Some(format!("{name} {first}{order}")),
        (false, false) => None,
    }
}

/// The greatest common divisor.
fn divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(length: usize, columns: Option<usize>, wrong: impl IntoIterator<Item = usize>) -> Option<String> {
        let mut places = Wrong::new(length, columns);
        wrong.into_iter().for_each(|place| places.see(place));
        places.pattern()
    }

    fn said(text: &str) -> Option<String> {
        Some(format!("every wrong element is in {text}"))
    }

    #[test]
    fn columns_and_rows_at_an_end_are_said() {
        let grid = |wrong: &dyn Fn(usize, usize) -> bool| {
            pattern(31 * 31, Some(31), (0..31 * 31).filter(|place| wrong(place / 31, place % 31)))
        };
        assert_eq!(grid(&|_, column| column == 30), said("column 30, the last"));
        assert_eq!(grid(&|row, column| column >= 24 && row != 3), said("the last 7 of 31 columns"));
        assert_eq!(grid(&|_, column| column == 0), said("column 0, the first"));
        assert_eq!(grid(&|_, column| column == 5), said("column 5"));
        assert_eq!(grid(&|row, _| row == 30), said("row 30, the last"));
        assert_eq!(grid(&|row, _| row < 2), said("the first 2 of 31 rows"));
        assert_eq!(grid(&|row, column| row > 2 && row < 7 && column > 1), None);
        assert_eq!(grid(&|_, _| true), Some("every element is wrong".to_owned()));
    }

    #[test]
    fn a_line_is_said_by_its_ends_or_its_stride() {
        assert_eq!(pattern(33, None, [32]), None, "one place is said already");
        assert_eq!(pattern(33, None, 30..33), said("the last 3 of 33 elements"));
        assert_eq!(pattern(33, None, 0..4), said("the first 4 of 33 elements"));
        assert_eq!(
            pattern(33, Some(1), (7..33).step_by(8)),
            Some("every 8th element is wrong, from element 7 on".to_owned())
        );
        assert_eq!(pattern(33, None, [1, 4, 9, 16, 25]), None);
    }
}
