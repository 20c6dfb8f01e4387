//! The one case folding, used for every comparison without regard to case.
//!
//! After RFC 8265 §3.3 (UsernameCaseMapped): full-width and half-width letters become ordinary ones, upper case becomes lower
//! case, the result is in normalisation form C. Nothing is refused and nothing is trimmed: a client's name is kept as it was sent, only
//! its folded shadow is compared.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_compatible;

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

/// Maps a full-width or half-width character, or the ideographic space, to the one that it stands for: its decomposition in
/// the Unicode character database.
fn narrow(letter: char) -> char {
    let shifted = |first: u32, target: u32| char::from_u32(letter as u32 - first + target).unwrap_or(letter);
    match letter {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => shifted(0xff01, 0x21),
        // Brackets, katakana and their marks, in an order of their own.
        '\u{ff5f}'..='\u{ff9f}' => {
            let mut found = letter;
            decompose_compatible(letter, |part| found = part);
            found
        }
        // Hangul. Their decompositions decompose further, which is not wanted.
        '\u{ffa0}' => '\u{3164}',
        '\u{ffa1}'..='\u{ffbe}' => shifted(0xffa1, 0x3131),
        '\u{ffc2}'..='\u{ffc7}' => shifted(0xffc2, 0x314f),
        '\u{ffca}'..='\u{ffcf}' => shifted(0xffca, 0x3155),
        '\u{ffd2}'..='\u{ffd7}' => shifted(0xffd2, 0x315b),
        '\u{ffda}'..='\u{ffdc}' => shifted(0xffda, 0x3161),
        '\u{ffe0}' => '¢',
        '\u{ffe1}' => '£',
        '\u{ffe2}' => '¬',
        '\u{ffe3}' => '¯',
        '\u{ffe4}' => '¦',
        '\u{ffe5}' => '¥',
        '\u{ffe6}' => '₩',
        '\u{ffe8}' => '│',
        '\u{ffe9}'..='\u{ffec}' => shifted(0xffe9, 0x2190),
        '\u{ffed}' => '■',
        '\u{ffee}' => '○',
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
            ("ﾀﾅｶ", "タナカ"),
            ("ｶﾞｷﾞ｡", "ガギ。"),
            ("ﾡￇￜ", "ㄱㅔㅣ"),
            ("￡￦￬", "£₩↓"),
            ("｟ａ｠", "⦅a⦆"),
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
