//! The hash function SHA-512 (FIPS 180-4), from which `random.seed` makes numbers of strings.

use num_bigint::BigUint;
use num_traits::ToPrimitive;

/// The first primes, so many.
fn primes(count: usize) -> Vec<u64> {
    (2u64..).filter(|&number| (2..number).all(|divisor| number % divisor != 0)).take(count).collect()
}

/// The first 64 binary digits behind the point of the root of a number.
fn digits_of_root(number: u64, degree: u32) -> u64 {
    let root = (BigUint::from(number) << (64 * degree)).nth_root(degree);
    (root % (BigUint::from(1u8) << 64u32)).to_u64().unwrap_or_default()
}

/// The hash of a message, 64 bytes.
pub(crate) fn sha512(message: &[u8]) -> Vec<u8> {
    let primes = primes(80);
    let constants: Vec<u64> = primes.iter().map(|&prime| digits_of_root(prime, 3)).collect();
    let mut state: Vec<u64> = primes[..8].iter().map(|&prime| digits_of_root(prime, 2)).collect();
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 128 != 112 {
        padded.push(0);
    }
    padded.extend((message.len() as u128 * 8).to_be_bytes());
    for block in padded.chunks_exact(128) {
        let mut words: Vec<u64> = block
            .chunks_exact(8)
            .map(|bytes| bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)))
            .collect();
        for index in 16..80 {
            let (early, late) = (words[index - 15], words[index - 2]);
            let low = early.rotate_right(1) ^ early.rotate_right(8) ^ (early >> 7);
            let high = late.rotate_right(19) ^ late.rotate_right(61) ^ (late >> 6);
            let sum = words[index - 16].wrapping_add(low).wrapping_add(words[index - 7]).wrapping_add(high);
            words.push(sum);
        }
        compress(&mut state, &words, &constants);
    }
    state.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn compress(state: &mut [u64], words: &[u64], constants: &[u64]) {
    let mut row = [0; 8];
    row.copy_from_slice(state);
    for (word, constant) in words.iter().zip(constants) {
        let [a, b, c, d, e, f, g, h] = row;
        let mixed = e.rotate_right(14) ^ e.rotate_right(18) ^ e.rotate_right(41);
        let chosen = (e & f) ^ (!e & g);
        let first = h.wrapping_add(mixed).wrapping_add(chosen).wrapping_add(*constant).wrapping_add(*word);
        let other = a.rotate_right(28) ^ a.rotate_right(34) ^ a.rotate_right(39);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        row = [first.wrapping_add(other).wrapping_add(majority), a, b, c, d.wrapping_add(first), e, f, g];
    }
    for (word, added) in state.iter_mut().zip(row) {
        *word = word.wrapping_add(added);
    }
}

#[cfg(test)]
mod tests {
    use super::sha512;

    #[test]
    fn hashes_are_those_of_the_standard() {
        let shown = |message: &[u8]| sha512(message).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(shown(b"abc"), ABC);
        assert_eq!(shown(&[b'a'; 200]), LONG);
    }

    const ABC: &str = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    const LONG: &str = "4b11459c33f52a22ee8236782714c150a3b2c60994e9acee17fe68947a3e6789f31e7668394592da7bef827cddca88c4e6f86e4df7ed1ae6cba71f3e98faee9f";
}
