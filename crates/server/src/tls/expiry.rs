//! When a certificate expires: the one thing that we want to know of it and that rustls does not tell.
//!
//! Walks over the DER of RFC 5280 §4.1 as far as `notAfter`. A whole parser of X.509 would bring a dozen crates for it.

use database::Timestamp;

/// Marks the version, which may be left out.
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The end of a certificate's validity. `None` for what is no certificate, and for one that never expires (the year 9999).
pub fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut fields, _) = element(certificate)?;
    if let (VERSION, _, rest) = element(fields)? {
        fields = rest;
    }
    // serialNumber, signature, issuer
    for _ in 0..3 {
        (_, _, fields) = element(fields)?;
    }
    let (_, validity, _) = element(fields)?;
    let (_, _not_before, rest) = element(validity)?;
    let (tag, not_after, _) = element(rest)?;
    let text = std::str::from_utf8(not_after).ok()?;
    let (year, rest) = match tag {
        // RFC 5280 §4.1.2.5.1: the years from 1950 to 2049.
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            (format!("{}{year}", if year < "50" { "20" } else { "19" }), rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.to_owned(), rest)
        }
        _ => return None,
    };
    let part = |place: usize| rest.get(place * 2..place * 2 + 2);
    let (month, day, hour, minute, second) = (part(0)?, part(1)?, part(2)?, part(3)?, part(4)?);
    (rest.get(10..) == Some("Z"))
        .then(|| Timestamp::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z")))
        .flatten()
}

/// The first element: its tag, what is in it, and what stands behind it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (inside, behind) = rest.split_at_checked(length)?;
    Some((tag, inside, behind))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(year: i32) -> Vec<u8> {
        let mut params = CertificateParams::new(["rollcall.test".to_owned()]).unwrap();
        params.not_before = date_time_ymd(1990, 1, 1);
        params.not_after = date_time_ymd(year, 3, 9);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn both_forms_of_a_time_are_read() {
        for year in [1999, 2026, 2049, 2050, 4096] {
            let expected = Timestamp::parse(&format!("{year}-03-09T00:00:00Z"));
            assert!(expected.is_some());
            assert_eq!(not_after(&certificate(year)), expected, "{year}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_time() {
        let whole = certificate(2026);
        // The outermost length says more than there is.
        for length in 0..whole.len() {
            assert_eq!(not_after(&whole[..length]), None, "{length}");
        }
        assert_eq!(not_after(&[0x30; 64]), None);
        assert_eq!(not_after(&[0xff; 64]), None);
    }
}
