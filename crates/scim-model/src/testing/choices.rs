//! Choices made by bytes: from a seed, from proptest (which then shrinks to what is simplest) or from a fuzzer.

/// Bytes that decide. When they are used up, every further choice is the first one, so that whatever is generated ends.
pub struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    /// Choices by these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// A number below `count`, 0 for none.
    pub fn below(&mut self, count: usize) -> usize {
        // One byte is enough for every list here, and keeps what a fuzzer has learnt in its place.
        match self.0.split_first() {
            Some((first, rest)) if count > 0 => {
                self.0 = rest;
                usize::from(*first) % count
            }
            _ => 0,
        }
    }

    /// True once in so many times.
    pub fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    /// One of these, which are not none.
    pub fn one_of<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }

    /// Some of these: each with the same chance.
    pub fn some_of<'t, T>(&mut self, list: &'t [T]) -> Vec<&'t T> {
        list.iter().filter(|_| self.below(2) == 1).collect()
    }
}

/// So many bytes that follow from the seed (SplitMix64), the same ones everywhere and for ever.
pub fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed;
    let mut word = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    std::iter::repeat_with(|| word().to_le_bytes()).flatten().take(count).collect()
}
