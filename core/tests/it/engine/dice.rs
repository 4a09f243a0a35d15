//! A small seeded generator, so that randomised tests are the same on every machine.

/// SplitMix64 (Steele, Lea and Flood, 2014).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }

    /// A text of up to `most` characters, with those that links and files treat specially among them.
    pub(crate) fn text(&mut self, most: u64) -> String {
        let odd: Vec<char> = "aZ9 &=%#@+-~:/().,_\"\\{}\n\t\0é日😀\u{feff}"
            .chars()
            .collect();
        (0..self.below(most + 1))
            .map(|_| *self.pick(&odd))
            .collect()
    }
}
