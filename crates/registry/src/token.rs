//! The secrets that clients and browsers present.
//!
//! A credential's secret is `rct` (`rcu` if it is a user's own), 43 characters of base 62 (256 bits) and 6 characters of base 62 of the CRC-32 of what
//! is before. Only letters and digits: it survives a double click, a shell and every identity provider's form. Prefix and
//! checksum let a secret scanner find it, and let us refuse a cut-off paste without asking the database.
//!
//! That a user's secret can be told from an application's is no decoration: a server from before there were users'
//! credentials takes none that starts with `rcu`, so that it cannot mistake one for the application's.
//!
//! Secrets are random, not chosen, so they are looked up by plain SHA-256: there is nothing to stretch.

use aws_lc_rs::digest;
use database::Database;
use secrecy::{ExposeSecret, SecretString};

use crate::random;

/// Of the application itself.
const PREFIX: &str = "rct";
/// Of a user; as long as [`PREFIX`].
const USER_PREFIX: &str = "rcu";
const RANDOM_LENGTH: usize = 43;
const CHECKSUM_LENGTH: usize = 6;
const LENGTH: usize = PREFIX.len() + RANDOM_LENGTH + CHECKSUM_LENGTH;

/// How much of a secret may be shown in lists and reports: `rctAb` … `9xYz`.
const SHOWN_PREFIX: usize = 5;
const SHOWN_SUFFIX: usize = 4;

/// A new credential secret, of a user or of the application itself.
pub(crate) fn generate(random: &Database, of_user: bool) -> SecretString {
    let mut token = String::with_capacity(LENGTH);
    token.push_str(if of_user { USER_PREFIX } else { PREFIX });
    random::push(random, &mut token, random::BASE62, RANDOM_LENGTH);
    let checksum = checksum(&token);
    token.push_str(&checksum);
    token.into()
}

/// A new value for a cookie or a one-time link: 256 random bits as letters and digits.
pub(crate) fn generate_unguessable(random: &Database) -> SecretString {
    let mut value = String::with_capacity(RANDOM_LENGTH);
    random::push(random, &mut value, random::BASE62, RANDOM_LENGTH);
    value.into()
}

/// Whether `token` has the shape and the checksum of a credential secret. Says nothing about whether it is valid.
pub(crate) fn is_well_formed(token: &SecretString) -> bool {
    let token = token.expose_secret();
    let has_prefix = token.starts_with(PREFIX) || token.starts_with(USER_PREFIX);
    if token.len() != LENGTH || !has_prefix || !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    let (body, sum) = token.split_at(LENGTH - CHECKSUM_LENGTH);
    checksum(body) == sum
}

/// Whether a well-formed secret is a user's.
pub(crate) fn is_of_user(token: &SecretString) -> bool {
    token.expose_secret().starts_with(USER_PREFIX)
}

/// SHA-256 in lower-case hexadecimal: what a secret is stored and looked up by.
pub(crate) fn sha256_hex(secret: &str) -> String {
    hexadecimal(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref())
}

/// The two ends of a secret that may be shown. For a well-formed one 9 of 52 characters; for a short foreign text less
/// than half of it, so that a mistyped password never stands in a report.
pub(crate) fn shown_ends(secret: &SecretString) -> (String, String) {
    let characters: Vec<char> = secret.expose_secret().chars().filter(char::is_ascii_alphanumeric).collect();
    if characters.len() < LENGTH / 2 {
        return (characters.iter().take(characters.len().min(8) / 4).collect(), String::new());
    }
    let suffix = characters.len() - SHOWN_SUFFIX;
    (characters[..SHOWN_PREFIX].iter().collect(), characters[suffix..].iter().collect())
}

fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = ['0'; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = char::from(random::BASE62[(rest % 62) as usize]);
        rest /= 62;
    }
    digits.iter().collect()
}

/// Lower-case hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{LENGTH, generate, is_of_user, is_well_formed, sha256_hex, shown_ends};
    use database::testing::Scratch;
    use secrecy::{ExposeSecret, SecretString};

    #[test]
    fn a_new_secret_is_well_formed() {
        let scratch = Scratch::sqlite();
        let database = scratch.open();
        for number in 0..100 {
            let of_user = number % 2 == 0;
            let token = generate(&database, of_user);
            assert!(is_well_formed(&token));
            assert_eq!(is_of_user(&token), of_user);
            let token = token.expose_secret();
            assert_eq!(token.len(), LENGTH);
            assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
    }

    #[test]
    fn any_other_text_is_not() {
        let scratch = Scratch::sqlite();
        let token = generate(&scratch.open(), false).expose_secret().to_owned();
        let mut cases: Vec<String> = (0..token.len()).map(|end| token[..end].to_owned()).collect();
        for at in 0..token.len() {
            let mut typo = token.clone();
            typo.replace_range(at..=at, if &token[at..=at] == "x" { "y" } else { "x" });
            cases.push(typo);
        }
        cases.extend([format!("{token}0"), format!(" {token}"), "€".repeat(17), "x".repeat(100_000)]);
        for case in cases {
            assert!(!is_well_formed(&SecretString::from(case.clone())), "{case}");
        }
    }

    #[test]
    fn the_hash_is_sha_256_in_hexadecimal() {
        assert_eq!(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn little_of_a_secret_is_shown() {
        let scratch = Scratch::sqlite();
        let token = generate(&scratch.open(), false);
        let (prefix, suffix) = shown_ends(&token);
        assert!(token.expose_secret().starts_with(&prefix) && token.expose_secret().ends_with(&suffix));
        assert_eq!((prefix.len(), suffix.len()), (5, 4));
        for (text, shown) in
            [("", ""), ("pw", ""), ("hunter22", "hu"), ("correcthorsebatterystaple", "co"), ("€€€€", "")]
        {
            assert_eq!(shown_ends(&SecretString::from(text)), (shown.to_owned(), String::new()), "{text}");
        }
    }
}
