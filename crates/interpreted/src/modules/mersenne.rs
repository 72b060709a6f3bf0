//! The Mersenne Twister MT19937 of Matsumoto and Nishimura, as CPython uses it: the same numbers from the same seed.

/// How many words the state has.
const WORDS: usize = 624;
/// How far apart the words lie that are combined.
const DISTANCE: usize = 397;

/// A generator of random numbers.
#[derive(Clone, Debug)]
pub struct MersenneTwister {
    /// Empty until it is used for the first time, because a program that asks for nothing random needs none.
    words: Vec<u32>,
    next: usize,
    /// The second of two numbers of the normal distribution, which come in pairs.
    pub(crate) gauss: Option<f64>,
}

impl Default for MersenneTwister {
    /// A generator that takes its seed from the operating system when it is used.
    fn default() -> MersenneTwister {
        MersenneTwister { words: Vec::new(), next: WORDS, gauss: None }
    }
}

impl MersenneTwister {
    /// Begins the sequence that belongs to a seed of any length, the lowest word first.
    pub fn seed(&mut self, seed: &[u32]) {
        let mut words = vec![0u32; WORDS];
        words[0] = 19_650_218;
        for index in 1..WORDS {
            words[index] = mixed(words[index - 1]).wrapping_mul(1_812_433_253).wrapping_add(index as u32);
        }
        let seed = if seed.is_empty() { &[0] } else { seed };
        let mut index = 1;
        let advance = |words: &mut Vec<u32>, index: &mut usize| {
            *index += 1;
            if *index >= WORDS {
                words[0] = words[WORDS - 1];
                *index = 1;
            }
        };
        for round in 0..WORDS.max(seed.len()) {
            let place = round % seed.len();
            let mix = words[index] ^ mixed(words[index - 1]).wrapping_mul(1_664_525);
            words[index] = mix.wrapping_add(seed[place]).wrapping_add(place as u32);
            advance(&mut words, &mut index);
        }
        for _ in 1..WORDS {
            let mix = words[index] ^ mixed(words[index - 1]).wrapping_mul(1_566_083_941);
            words[index] = mix.wrapping_sub(index as u32);
            advance(&mut words, &mut index);
        }
        words[0] = 0x8000_0000;
        *self = MersenneTwister { words, next: WORDS, gauss: None };
    }

    /// Begins a sequence that nobody can foresee.
    pub fn seed_from_system(&mut self) {
        use std::hash::{BuildHasher, Hasher, RandomState};
        // The keys of a hash table of the standard library come from the operating system.
        let words: Vec<u32> = (0..8u32)
            .flat_map(|round| {
                let mut hasher = RandomState::new().build_hasher();
                hasher.write_u32(round);
                let bits = hasher.finish();
                [bits as u32, (bits >> 32) as u32]
            })
            .collect();
        self.seed(&words);
    }

    /// The next 32 bits.
    pub fn next_word(&mut self) -> u32 {
        if self.words.is_empty() {
            self.seed_from_system();
        }
        if self.next >= WORDS {
            self.twist();
            self.next = 0;
        }
        let mut word = self.words[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// The next number from 0 to below 1, with 53 bits.
    pub fn next_double(&mut self) -> f64 {
        let high = self.next_word() >> 5;
        let low = self.next_word() >> 6;
        (f64::from(high) * 67_108_864.0 + f64::from(low)) * (1.0 / 9_007_199_254_740_992.0)
    }

    fn twist(&mut self) {
        let words = &mut self.words;
        for index in 0..WORDS {
            let joined = (words[index] & 0x8000_0000) | (words[(index + 1) % WORDS] & 0x7fff_ffff);
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            words[index] = words[(index + DISTANCE) % WORDS] ^ (joined >> 1) ^ odd;
        }
    }
}

/// A word combined with its upper bits, from which the next word is made when the state begins.
fn mixed(word: u32) -> u32 {
    word ^ (word >> 30)
}
