//! The one case folding, used for every comparison without regard to case.
//!
//! After RFC 8265 §3.3 (UsernameCaseMapped): full-width ASCII becomes ASCII, upper case becomes lower case, the result
//! is in normalisation form C. Nothing is refused and nothing is trimmed: a client's name is kept as it was sent, only
//! its folded shadow is compared.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// The folded form of `text`. Folding twice changes nothing.
pub fn fold(text: &str) -> String {
    fold_cow(text).into_owned()
}

/// As [`fold`], without a copy when `text` is folded already.
pub fn fold_cow(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        }
    } else {
        // Letter by letter: `str::to_lowercase` turns a capital sigma into one of two letters depending on where it
        // stands, so that a capitalised name would no longer equal its own lower case.
        Cow::Owned(text.chars().map(narrow).flat_map(char::to_lowercase).nfc().collect())
    }
}

/// Whether two texts are equal without regard to case.
pub fn equal(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        left.eq_ignore_ascii_case(right)
    } else {
        fold_cow(left) == fold_cow(right)
    }
}

/// Maps a full-width ASCII character, or the ideographic space, to the ASCII character it stands for.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folds() {
        for (text, folded) in [
            ("", ""),
            ("ada@corp.test", "ada@corp.test"),
            ("Ada@Corp.TEST", "ada@corp.test"),
            ("ÄRGER", "ärger"),
            ("A\u{308}rger", "ärger"),
            ("ＡＤＡ＠ｃｏｒｐ", "ada@corp"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
            ("\u{212a}elvin", "kelvin"),
            ("Straße", "straße"),
            ("東京", "東京"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
            assert!(equal(text, folded), "{text}");
        }
        assert!(!equal("ada", "adb"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
