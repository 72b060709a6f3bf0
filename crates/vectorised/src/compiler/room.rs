//! Memory that is asked for before it is taken: an allocation that fails ends the program.

use validation::memory;

use super::error::RunError;

/// Bytes from which on it is asked how much memory there is, and not only whether so many addresses can be had: systems promise more
/// than they have.
const MUCH: u64 = 256 << 20;

/// Checks that so many bytes may be used.
pub(crate) fn enough(needed: u64) -> Result<(), RunError> {
    let refused = needed > isize::MAX as u64 || (needed >= MUCH && memory::require(needed).is_err());
    if refused { Err(RunError::Memory { needed }) } else { Ok(()) }
}

/// The bytes of so many elements; the largest number if they cannot be counted.
pub(crate) fn bytes<T>(length: usize) -> u64 {
    (length as u64).saturating_mul(size_of::<T>() as u64)
}

/// Makes `values` as long as `length`, if it is shorter.
pub(crate) fn lengthen<T: Copy>(values: &mut Vec<T>, length: usize, value: T) -> Result<(), RunError> {
    let needed = bytes::<T>(length);
    enough(needed)?;
    let more = length.saturating_sub(values.len());
    values.try_reserve_exact(more).map_err(|_| RunError::Memory { needed })?;
    values.resize(length.max(values.len()), value);
    Ok(())
}

/// So many elements, all the same.
pub(crate) fn filled<T: Copy>(value: T, length: usize) -> Result<Vec<T>, RunError> {
    let mut values = Vec::new();
    lengthen(&mut values, length, value)?;
    Ok(values)
}

/// So many elements of zero, in pages that are not touched yet.
pub(crate) fn zeros<T: Copy + Default>(length: usize) -> Result<Vec<T>, RunError> {
    let needed = bytes::<T>(length);
    enough(needed)?;
    // Asks whether the memory can be had, which `vec!` does not.
    Vec::<T>::new().try_reserve_exact(length).map_err(|_| RunError::Memory { needed })?;
    Ok(vec![T::default(); length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_had_is_an_error_that_says_how_much_it_is() {
        for length in [usize::MAX, usize::MAX / 8, 1 << 50] {
            let needed = bytes::<f64>(length);
            assert_eq!(filled(1.0, length), Err(RunError::Memory { needed }));
            assert_eq!(zeros::<f64>(length), Err(RunError::Memory { needed }));
        }
        assert_eq!(filled(1.5, 3), Ok(vec![1.5; 3]));
        assert_eq!(zeros::<i64>(2), Ok(vec![0; 2]));
        let mut values = vec![1, 2, 3];
        lengthen(&mut values, 2, 0).unwrap();
        assert_eq!(values, [1, 2, 3]);
    }
}
