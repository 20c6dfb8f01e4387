//! Random text for secrets. The bytes come from the database handle, which holds the injected source of randomness.

use database::Database;
use zeroize::Zeroizing;

/// Digits and letters: 62 characters that survive a double click, a URL and a shell.
pub(crate) const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Lower-case letters and digits: what people can read to each other.
pub(crate) const LOWERCASE: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Appends `count` characters drawn evenly from `alphabet` (1 to 256 characters).
pub(crate) fn push(random: &Database, text: &mut String, alphabet: &[u8], count: usize) {
    // A byte at or above the largest multiple of the alphabet's length is drawn again: a remainder would favour the
    // first characters.
    let limit = 256 - 256 % alphabet.len();
    let mut missing = count;
    let mut bytes = Zeroizing::new([0u8; 64]);
    while missing > 0 {
        random.fill_random(bytes.as_mut());
        for byte in bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < limit).take(missing) {
            text.push(char::from(alphabet[byte % alphabet.len()]));
            missing -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BASE62, push};
    use database::testing::Scratch;

    #[test]
    fn every_character_of_the_alphabet_comes_up() {
        let scratch = Scratch::sqlite();
        let mut text = String::new();
        push(&scratch.open(), &mut text, BASE62, 20_000);
        assert_eq!(text.len(), 20_000);
        for character in BASE62 {
            // 322 on average; below 200 is 7 standard deviations away.
            let seen = text.bytes().filter(|byte| byte == character).count();
            assert!(seen > 200, "{} came up {seen} times", char::from(*character));
        }
    }
}
